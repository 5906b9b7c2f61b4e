//! A stream cut anywhere: the frames must not depend on where it was cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sip::wire::{Frame, Framer};

fuzz_target!(|bytes: &[u8]| {
    let Some((cut, stream)) = bytes.split_first() else { return };
    let at_once = frames([stream].into_iter());
    let in_pieces = frames(stream.chunks(usize::from(*cut).max(1)));
    assert_eq!(at_once, in_pieces);
});

fn frames<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let mut framer = Framer::default();
    let mut messages = Vec::new();
    for piece in pieces {
        framer.push(piece);
        while let Some(frame) = framer.next() {
            match frame {
                Frame::Message(message) => messages.push(message),
                Frame::Lost(_) => return messages,
                _ => {}
            }
        }
    }
    messages
}
