//! Any bytes as a stream: the messages in it are the same however it arrives, and nothing piles up.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sip::wire::{Frame, Framer};

fuzz_target!(|bytes: &[u8]| {
    let Some((&size, stream)) = bytes.split_first() else { return };
    let whole = messages(stream, stream.len().max(1));
    assert_eq!(whole, messages(stream, usize::from(size).max(1)), "in chunks of {size}");
    assert_eq!(whole, messages(stream, 1), "byte by byte");
});

/// Everything but pings: one that is cut in two reads as two pongs.
fn messages(stream: &[u8], size: usize) -> Vec<Frame> {
    let mut framer = Framer::new();
    let mut frames = Vec::new();
    for chunk in stream.chunks(size) {
        framer.push(chunk);
        while let Some(frame) = framer.next() {
            if !matches!(frame, Frame::Ping | Frame::Pong) {
                frames.push(frame);
            }
        }
    }
    frames
}
