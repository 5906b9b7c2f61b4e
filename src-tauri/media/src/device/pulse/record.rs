//! A microphone at the server.

use std::{ffi::CString, os::fd::BorrowedFd, time::Duration};

use pulseaudio::protocol::{
    Command, CreateRecordStreamReply, RecordStreamParams,
    stream::{BufferAttr, StreamFlags},
};

use super::{
    BYTES, DeviceError, PREFIX, SPEC, bytes, choose_source, inbox::Inbox, inbox::Message, mono, session::Session,
    session::stream_props,
};
use crate::{BLOCK, Block};

/// What the server sends at once.
const PIECE: Duration = Duration::from_millis(10);
/// Beyond this many samples we have stalled: the oldest are of no use any more.
const BACKLOG: usize = 4 * BLOCK;

/// See the module above.
#[derive(Debug)]
pub(in super::super) struct Record {
    inbox: Inbox,
    name: CString,
    pending: Pending,
    device_latency: Duration,
    trouble: Option<String>,
}

impl Record {
    pub(in super::super) fn open(wanted: &str) -> Result<Record, DeviceError> {
        let mut session = Session::new()?;
        let name = choose_source(&mut session, wanted)?;
        let params = RecordStreamParams {
            sample_spec: SPEC,
            channel_map: mono(),
            source_name: Some(name.clone()),
            buffer_attr: BufferAttr {
                max_length: bytes(10 * PIECE),
                fragment_size: bytes(PIECE),
                ..BufferAttr::default()
            },
            flags: StreamFlags { adjust_latency: true, no_move: true, ..StreamFlags::default() },
            props: stream_props(c"microphone"),
            ..RecordStreamParams::default()
        };
        let reply: CreateRecordStreamReply = session.ask(&Command::CreateRecordStream(params))?;
        Ok(Record {
            inbox: session.into_inbox()?,
            name,
            pending: Pending::new(),
            device_latency: Duration::from_micros(reply.stream_latency),
            trouble: None,
        })
    }

    pub(in super::super) fn id(&self) -> String {
        format!("{PREFIX}{}", self.name.to_string_lossy())
    }

    pub(in super::super) fn read(&mut self, block: &mut Block) -> bool {
        if self.pending.missing() > 0 {
            self.hear();
        }
        self.pending.take(block)
    }

    pub(in super::super) fn missing(&self) -> usize {
        self.pending.missing()
    }

    pub(in super::super) fn trouble(&self) -> Option<String> {
        self.trouble.clone()
    }

    /// The server's part, which includes the piece that is being collected.
    pub(in super::super) fn latency_ms(&self) -> f32 {
        self.device_latency.max(PIECE).as_secs_f32() * 1000.0
    }

    pub(in super::super) fn readiness(&self) -> BorrowedFd<'_> {
        self.inbox.readiness()
    }

    fn hear(&mut self) {
        if self.trouble.is_some() {
            return;
        }
        let Record { inbox, pending, trouble, .. } = self;
        let outcome = inbox.receive(|message| match message {
            Message::Sound(sound) => pending.append(sound),
            Message::Command(Command::RecordStreamKilled(_)) => *trouble = Some("the device is gone".into()),
            Message::Command(_) => {}
        });
        if let Err(error) = outcome {
            *trouble = Some(error.to_string());
        }
    }
}

/// Samples that do not make a block yet, or wait for the tick that is late.
#[derive(Debug)]
struct Pending {
    samples: Box<[f32; BACKLOG]>,
    filled: usize,
}

impl Pending {
    fn new() -> Pending {
        Pending { samples: Box::new([0.0; BACKLOG]), filled: 0 }
    }

    fn missing(&self) -> usize {
        BLOCK.saturating_sub(self.filled)
    }

    fn append(&mut self, sound: &[u8]) {
        let (words, _) = sound.as_chunks::<BYTES>();
        let words = words.get(words.len().saturating_sub(BACKLOG)..).unwrap_or_default();
        let overflow = (self.filled + words.len()).saturating_sub(BACKLOG);
        self.drop_oldest(overflow);
        let free = self.samples.get_mut(self.filled..).unwrap_or_default();
        for (sample, word) in free.iter_mut().zip(words) {
            *sample = f32::from_le_bytes(*word);
        }
        self.filled += words.len();
    }

    fn take(&mut self, block: &mut Block) -> bool {
        let Some(samples) = self.samples.get(..self.filled).and_then(|samples| samples.first_chunk::<BLOCK>()) else {
            return false;
        };
        *block = *samples;
        self.drop_oldest(BLOCK);
        true
    }

    fn drop_oldest(&mut self, count: usize) {
        let count = count.min(self.filled);
        self.samples.copy_within(count..self.filled, 0);
        self.filled -= count;
    }
}
