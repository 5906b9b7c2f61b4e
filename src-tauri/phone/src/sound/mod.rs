//! Sound: microphones, speakers and the packets between them, on one real-time thread of their own.
//!
//! ```text
//!             command (bounded, never waits)
//!  [`Sound`] ───────────────────────────────► pump ◄──────── devices ── keeper
//!     ▲                                       │  ▲            (opened, lost, plugged in)
//!     └──── [`SoundEvent`] (tokio) ───────────┘  └── RTP, RTCP: non-blocking sockets
//! ```
//!
//! The pump ticks every 10 ms while anything sounds and sleeps otherwise. The keeper opens and closes devices, which may
//! take a while, and watches them come and go.

mod chimes;
mod clock;
mod keeper;
mod latch;
mod leg;
mod mixer;
mod pump;
mod sockets;
mod wakeup;

#[cfg(test)]
mod tests;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::mpsc::{channel, sync_channel},
    thread,
};

use tokio::sync::mpsc;

pub(crate) use self::sockets::RtpSockets;
use self::{
    keeper::Keeper,
    pump::{Channels, Pump},
    wakeup::{Waker, Wakeup},
};
use crate::api::{CallId, CallTone, Device, Quality, Role, Tone};

/// How a call's media is spoken: the outcome of offer and answer (RFC 3264).
#[derive(Clone, Debug)]
pub(crate) struct Media {
    /// Codec, payload types, digits.
    pub(crate) stream: media::StreamConfig,
    /// Where the answer says that RTP goes. Where it really comes from wins later (symmetric RTP, RFC 4961).
    pub(crate) remote: SocketAddr,
    /// Where RTCP goes: `None` is the next higher port, the same as `remote` is `a=rtcp-mux` (RFC 5761).
    pub(crate) remote_rtcp: Option<SocketAddr>,
    /// What we may send. RTCP goes out regardless.
    pub(crate) send: media::Sending,
    /// We expect to receive, so silence of the network is worth an event.
    pub(crate) receive: bool,
    /// What the agent has of it.
    pub(crate) part: Part,
}

/// What the agent has of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Microphone and speaker.
    Talks,
    /// The speaker alone.
    Listens,
    /// Neither.
    Apart,
}

/// What happened to the sound.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SoundEvent {
    /// The peer pressed a key (RFC 4733).
    Digit(CallId, char),
    /// About once a second while a call receives.
    Quality(CallId, Quality),
    /// No packet for 30 s while we should receive. Said once; a packet makes it possible again.
    MediaLost(CallId),
    /// The first valid packet of a call.
    FirstPacket(CallId),
    /// Devices came or went, or another is in use now.
    Devices {
        /// All of them.
        present: Vec<Device>,
        /// What each role uses now; `None`: nothing could be opened.
        in_use: Vec<(Role, Option<String>)>,
    },
    /// A device could not be used; the next in the list is.
    DeviceTrouble(Role, String),
    /// Levels in dBFS (−96 is silence), at most 20 a second.
    Levels {
        /// Into the microphone.
        microphone: f32,
        /// Out of the speaker.
        speaker: f32,
    },
}

/// What the pump is asked to do.
#[derive(Debug)]
enum Order {
    Open(CallId, RtpSockets, Box<Media>),
    Update(CallId, Box<Media>),
    Close(CallId),
    Mute(CallId, bool),
    CallTone(CallId, Option<CallTone>),
    Digits(CallId, String),
    Conference(Vec<CallId>),
    Bridge(CallId, CallId),
    Ringback(CallId, bool),
    Ring(bool),
    Tone(Tone),
    SetDevices(Role, Vec<String>),
    Meter(bool),
}

/// Orders that may wait; a phone in a hurry gives a dozen at once.
const ORDERS: usize = 256;
/// Both threads are frugal: the deepest user is libopus.
const STACK: usize = 512 << 10;

/// The way to the pump. Cheap to clone; no method waits.
#[derive(Clone, Debug)]
pub(crate) struct Sound {
    // Dropped before the waker, whose last drop lets the pump see that it is gone.
    orders: std::sync::mpsc::SyncSender<Order>,
    waker: Option<Waker>,
}

impl Sound {
    /// Starts the pump. Dropping the last handle ends it. Where the system has no thread for it there is no sound, which
    /// is logged.
    pub(crate) fn start(events: mpsc::Sender<SoundEvent>) -> Sound {
        let (orders, order_inbox) = sync_channel(ORDERS);
        match spawn(order_inbox, events) {
            Ok(waker) => Sound { orders, waker: Some(waker) },
            Err(error) => {
                tracing::error!(%error, "no sound: the system refuses");
                Sound { orders, waker: None }
            }
        }
    }

    /// Binds a pair of UDP ports, RTP on an even one and RTCP above it (RFC 3550 §11).
    pub(crate) fn bind(&self, ip: IpAddr) -> io::Result<RtpSockets> {
        RtpSockets::bind(ip)
    }

    /// Starts a call's media.
    pub(crate) fn open(&self, call: CallId, sockets: RtpSockets, media: Media) {
        self.order(Order::Open(call, sockets, Box::new(media)));
    }

    /// A re-INVITE changed codec, address or direction. The SSRC and the sequence go on.
    pub(crate) fn update(&self, call: CallId, media: Media) {
        self.order(Order::Update(call, Box::new(media)));
    }

    /// Ends a call's media, with an RTCP BYE.
    pub(crate) fn close(&self, call: CallId) {
        self.order(Order::Close(call));
    }

    /// Sends silence in place of the microphone, or stops doing so.
    pub(crate) fn mute(&self, call: CallId, on: bool) {
        self.order(Order::Mute(call, on));
    }

    /// Plays a tone to the peer in place of the microphone, or stops.
    pub(crate) fn call_tone(&self, call: CallId, tone: Option<CallTone>) {
        self.order(Order::CallTone(call, tone));
    }

    /// Sends digits (RFC 4733, or tones where that was not negotiated); the agent hears them quietly.
    pub(crate) fn digits(&self, call: CallId, digits: String) {
        self.order(Order::Digits(call, digits));
    }

    /// These calls hear each other; fewer than two end the conference.
    pub(crate) fn conference(&self, calls: Vec<CallId>) {
        self.order(Order::Conference(calls));
    }

    /// These two hear each other, and the agent neither of them nor they the agent. Closing one ends it.
    pub(crate) fn bridge(&self, one: CallId, other: CallId) {
        self.order(Order::Bridge(one, other));
    }

    /// Plays the ringback tone for a call that rings at the far end, or stops. Closing the call stops it too.
    pub(crate) fn ringback(&self, call: CallId, on: bool) {
        self.order(Order::Ringback(call, on));
    }

    /// Rings at every ring device, or stops.
    pub(crate) fn ring(&self, on: bool) {
        self.order(Order::Ring(on));
    }

    /// Plays a short tone in the speaker.
    pub(crate) fn tone(&self, tone: Tone) {
        self.order(Order::Tone(tone));
    }

    /// Ranked devices for a role.
    pub(crate) fn set_devices(&self, role: Role, ranked: Vec<String>) {
        self.order(Order::SetDevices(role, ranked));
    }

    /// Reports levels, opening the microphone if no call has.
    pub(crate) fn meter(&self, on: bool) {
        self.order(Order::Meter(on));
    }

    fn order(&self, order: Order) {
        let Some(waker) = &self.waker else { return };
        if self.orders.try_send(order).is_err() {
            tracing::error!("the sound thread takes no orders");
        }
        waker.wake();
    }
}

fn spawn(orders: std::sync::mpsc::Receiver<Order>, events: mpsc::Sender<SoundEvent>) -> io::Result<Waker> {
    let (wakeup, waker) = Wakeup::new()?;
    let (installed_outbox, installed) = channel();
    let (keeper, requests) = channel();
    let keeping = Keeper::new(installed_outbox, waker.clone(), events.clone());
    thread::Builder::new().name("devices".into()).stack_size(STACK).spawn(move || keeping.run(&requests))?;
    let channels = Channels { orders, installed, keeper, events };
    thread::Builder::new().name("sound".into()).stack_size(STACK).spawn(move || {
        hurry();
        without_denormals(|| Pump::new(channels, wakeup).run());
    })?;
    Ok(waker)
}

/// Real-time priority, where the system grants it.
fn hurry() {
    const FRAMES: u32 = 480;
    if let Err(error) = audio_thread_priority::promote_current_thread_to_real_time(FRAMES, 48_000) {
        tracing::info!(%error, "sound runs at ordinary priority");
    }
}

/// Numbers too small to hear would make filters several times slower: they become zero.
#[allow(unsafe_code, reason = "the processor's mode is not the compiler's business")]
fn without_denormals(work: impl FnOnce()) {
    // SAFETY: the compiler may fold a constant to a denormal where the processor would say zero; no result here depends on
    // numbers below 1e-38. The mode is this thread's own and is put back at the end.
    unsafe { no_denormals::no_denormals(work) }
}
