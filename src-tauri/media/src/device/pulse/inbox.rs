//! What the server sends on an established connection, taken apart without waiting.

use std::{
    io::{self, Cursor, Read, Write},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
};

use pulseaudio::protocol::{Command, DESCRIPTOR_SIZE, read_descriptor};

use super::DeviceError;

/// Holds the longest message: a piece of sound is 10 ms, an event a few hundred bytes.
const CAPACITY: usize = 16 << 10;
/// Reads per visit, so that a server gone wild cannot keep a real-time thread.
const READS: usize = 8;
const CONTROL: u32 = u32::MAX;

/// One message.
#[allow(clippy::large_enum_variant, reason = "one at a time, on the stack, where nothing may be allocated")]
#[derive(Debug)]
pub(super) enum Message<'a> {
    /// An event or a request.
    Command(Command),
    /// Recorded sound.
    Sound(&'a [u8]),
}

#[derive(Debug)]
pub(super) struct Inbox {
    socket: UnixStream,
    version: u16,
    buffer: Box<[u8]>,
    filled: usize,
}

impl Inbox {
    pub(super) fn new(socket: UnixStream, version: u16) -> Inbox {
        Inbox { socket, version, buffer: vec![0; CAPACITY].into_boxed_slice(), filled: 0 }
    }

    /// Hands over every whole message that has come. An error: the server is gone or does not make sense.
    pub(super) fn receive(&mut self, mut take: impl FnMut(Message<'_>)) -> Result<(), DeviceError> {
        for _ in 0..READS {
            let free = self.buffer.get_mut(self.filled..).unwrap_or_default();
            let room = free.len();
            match self.socket.read(free) {
                Ok(0) => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                Ok(count) => {
                    self.filled += count;
                    self.split(&mut take)?;
                    if count < room {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Writes without waiting; says how much went out.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<usize, DeviceError> {
        match self.socket.write(bytes) {
            Ok(count) => Ok(count),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn readiness(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    fn split(&mut self, take: &mut impl FnMut(Message<'_>)) -> Result<(), DeviceError> {
        let mut rest = self.buffer.get(..self.filled).unwrap_or_default();
        while let Some((head, body)) = rest.split_at_checked(DESCRIPTOR_SIZE) {
            let head =
                read_descriptor(&mut Cursor::new(head)).map_err(|error| DeviceError::Refused(error.to_string()))?;
            let length = head.length as usize;
            if length > CAPACITY - DESCRIPTOR_SIZE {
                return Err(DeviceError::Refused("a message too long".into()));
            }
            let Some((payload, after)) = body.split_at_checked(length) else { break };
            if head.channel != CONTROL {
                take(Message::Sound(payload));
            } else if let Ok((_, command)) = Command::read_tag_prefixed(&mut Cursor::new(payload), self.version) {
                // Commands that the crate cannot read are events we have no use for.
                take(Message::Command(command));
            }
            rest = after;
        }
        let left = rest.len();
        self.buffer.copy_within(self.filled - left..self.filled, 0);
        self.filled = left;
        Ok(())
    }
}
