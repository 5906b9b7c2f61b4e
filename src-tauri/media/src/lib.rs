//! Sound of a call, from RTP packets to samples and back.
//!
//! Everything inside runs on 48 kHz mono `f32` in blocks of 10 ms ([`BLOCK`] samples, full scale ±1.0). A
//! [`Stream`] is one RTP session of one call, both directions, and knows no socket, clock or thread:
//!
//! ```text
//!  microphone ─ capture ─► resample ─► encode ─► RTP ─ poll_packet ─► network
//!                             RFC 4733 digits ──┘  └─ RTCP reports
//!
//!  speaker ◄─ play ─ resample ◄─ stretch ◄─ decode | conceal ◄─ jitter buffer ◄─ receive_rtp ─ network
//! ```
//!
//! The one contract to keep: call [`Stream::capture`] and [`Stream::play`] once per 10 ms each, hand over packets as
//! they arrive with the time of arrival, and send what [`Stream::poll_packet`] gives after every `capture`. Time comes
//! in with each call and never goes backwards.
//!
//! Deliberately absent: sockets and threads (the pump in `phone` has them), SDP, video.
//! Only `device` touches the operating system.

pub mod codec;
mod conceal;
pub mod device;
mod dtmf;
mod jitter;
pub mod level;
pub mod mix;
mod noise;
mod pitch;
mod quality;
pub mod resample;
pub mod rtcp;
mod rtp;
pub mod srtp;
mod stream;
pub mod tone;

pub use stream::{
    CodecKind, Dtmf, Error, OpusConfig, Packet, PacketKind, Received, Sending, Statistics, Stream, StreamConfig,
};

/// Samples of one block: 10 ms at 48 kHz.
pub const BLOCK: usize = 480;

/// 10 ms of mono sound at 48 kHz, full scale ±1.0.
pub type Block = [f32; BLOCK];
