//! A speaker at the server.
//!
//! The server keeps a queue for us and asks for as much as it took out of it. We do not wait to be asked: each block goes
//! out at once, and what was asked for tells how long the queue is.

use std::{ffi::CString, time::Duration};

use pulseaudio::protocol::{
    ChannelVolume, Command, CreatePlaybackStreamReply, DESCRIPTOR_SIZE, Descriptor, DescriptorFlags,
    PlaybackStreamParams, encode_descriptor,
    stream::{BufferAttr, StreamFlags},
};

use super::{
    super::steer::Steer, BYTES, DeviceError, PREFIX, SPEC, bytes, choose_sink, inbox::Inbox, inbox::Message, mono,
    session::Session, session::stream_props,
};
use crate::{BLOCK, Block};

/// The server takes half of what is left after two requests for the device: 10 ms at a time.
const QUEUE: Duration = Duration::from_millis(30);
const REQUEST: Duration = Duration::from_millis(5);
const LONGEST_QUEUE: Duration = Duration::from_millis(200);
/// Room for a block, the silence before it, and what a full socket left over.
const OUTBOX: usize = 64 << 10;

/// See the module above.
#[derive(Debug)]
pub(in super::super) struct Play {
    inbox: Inbox,
    name: CString,
    channel: u32,
    queue: Level,
    steer: Steer,
    outbox: Vec<u8>,
    dry: bool,
    underruns: u32,
    device_latency: Duration,
    trouble: Option<String>,
}

impl Play {
    pub(in super::super) fn open(wanted: &str) -> Result<Play, DeviceError> {
        let mut session = Session::new()?;
        let name = choose_sink(&mut session, wanted)?;
        let params = PlaybackStreamParams {
            sample_spec: SPEC,
            channel_map: mono(),
            sink_name: Some(name.clone()),
            buffer_attr: BufferAttr {
                max_length: bytes(LONGEST_QUEUE),
                target_length: bytes(QUEUE),
                // Whatever is there is played; how much is there is our business.
                pre_buffering: BYTES as u32,
                minimum_request_length: bytes(REQUEST),
                ..BufferAttr::default()
            },
            cvolume: Some(ChannelVolume::norm(1)),
            flags: StreamFlags { adjust_latency: true, no_move: true, ..StreamFlags::default() },
            props: stream_props(c"speaker"),
            ..PlaybackStreamParams::default()
        };
        let reply: CreatePlaybackStreamReply = session.ask(&Command::CreatePlaybackStream(params))?;
        Ok(Play {
            inbox: session.into_inbox()?,
            name,
            channel: reply.channel,
            queue: Level::new(reply.requested_bytes),
            steer: Steer::new(SPEC.sample_rate, BLOCK)?,
            outbox: Vec::with_capacity(OUTBOX),
            dry: false,
            underruns: 0,
            device_latency: Duration::from_micros(reply.stream_latency),
            trouble: None,
        })
    }

    pub(in super::super) fn id(&self) -> String {
        format!("{PREFIX}{}", self.name.to_string_lossy())
    }

    pub(in super::super) fn write(&mut self, block: &Block) {
        if self.trouble.is_some() {
            return;
        }
        if let Err(error) = self.hear().and_then(|()| self.flush()) {
            self.trouble = Some(error.to_string());
            return;
        }
        self.enqueue(block);
        if let Err(error) = self.flush() {
            self.trouble = Some(error.to_string());
        }
    }

    pub(in super::super) fn trouble(&self) -> Option<String> {
        self.trouble.clone()
    }

    pub(in super::super) fn latency_ms(&self) -> f32 {
        let queue = self.steer.target_seconds() as f32 * 1000.0;
        queue + self.device_latency.as_secs_f32() * 1000.0
    }

    pub(in super::super) fn underruns(&self) -> u32 {
        self.underruns
    }

    fn hear(&mut self) -> Result<(), DeviceError> {
        let Play { inbox, queue, dry, underruns, trouble, .. } = self;
        inbox.receive(|message| match message {
            Message::Command(Command::Request(request)) => queue.taken(request.length),
            Message::Command(Command::Underflow(_)) => {
                *dry = true;
                *underruns += 1;
            }
            Message::Command(Command::PlaybackStreamKilled(_)) => *trouble = Some("the device is gone".into()),
            Message::Command(_) | Message::Sound(_) => {}
        })
    }

    fn enqueue(&mut self, block: &Block) {
        let dry = std::mem::take(&mut self.dry);
        let share = self.steer.convert(block, self.queue.samples(), dry);
        let length = (share.silence + share.samples.len()) * BYTES;
        // A server that takes nothing, say because the device sleeps, loses sound rather than gathering it.
        if length == 0 || self.outbox.len() + DESCRIPTOR_SIZE + length > OUTBOX {
            return;
        }
        let mut head = [0; DESCRIPTOR_SIZE];
        let flags = DescriptorFlags::empty();
        encode_descriptor(&mut head, &Descriptor { length: length as u32, channel: self.channel, offset: 0, flags });
        self.outbox.extend_from_slice(&head);
        self.outbox.resize(self.outbox.len() + share.silence * BYTES, 0);
        self.outbox.extend(share.samples.iter().flat_map(|sample| sample.to_le_bytes()));
        self.queue.given(length as u64);
    }

    fn flush(&mut self) -> Result<(), DeviceError> {
        while !self.outbox.is_empty() {
            let sent = self.inbox.send(&self.outbox)?;
            if sent == 0 {
                break;
            }
            self.outbox.drain(..sent);
        }
        Ok(())
    }
}

/// How much the server still has to play, from what it asked for and what it got, in bytes.
#[derive(Debug)]
struct Level {
    full: u64,
    asked: u64,
    given: u64,
}

impl Level {
    /// `first` is what it asks for when it has nothing: all it wants to hold.
    fn new(first: u32) -> Level {
        Level { full: u64::from(first), asked: u64::from(first), given: 0 }
    }

    fn taken(&mut self, bytes: u32) {
        self.asked += u64::from(bytes);
    }

    fn given(&mut self, bytes: u64) {
        self.given += bytes;
    }

    fn samples(&self) -> usize {
        let bytes = (self.given + self.full).saturating_sub(self.asked);
        usize::try_from(bytes / BYTES as u64).unwrap_or(usize::MAX)
    }
}
