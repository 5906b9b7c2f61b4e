//! What the pump sleeps on: packets, the microphone, orders, and the next tick.

use std::{
    io,
    net::{SocketAddr, UdpSocket},
    sync::Arc,
    time::{Duration, Instant},
};

use media::{Block, device::Capture};
use polling::{AsRawSource, Event, Events, PollMode, Poller};

/// Keys below are sockets, in the order in which they came.
const MICROPHONE: usize = usize::MAX - 1;

/// Wakes the pump from another thread, and when dropped, so that it sees that nobody is left.
#[derive(Clone, Debug)]
pub(super) struct Waker(Arc<Poller>);

impl Waker {
    pub(super) fn wake(&self) {
        // Cannot fail but for a descriptor that is gone, and with it the pump.
        self.0.notify().ok();
    }
}

impl Drop for Waker {
    fn drop(&mut self) {
        self.wake();
    }
}

/// The pump's end.
#[derive(Debug)]
pub(super) struct Wakeup {
    poller: Arc<Poller>,
    events: Events,
}

/// What woke us besides orders and time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Woken {
    pub(super) packets: bool,
    pub(super) microphone: bool,
}

impl Wakeup {
    pub(super) fn new() -> io::Result<(Wakeup, Waker)> {
        let poller = Arc::new(Poller::new()?);
        let waker = Waker(Arc::clone(&poller));
        Ok((Wakeup { poller, events: Events::new() }, waker))
    }

    /// Sleeps until something happens, at most until `deadline`.
    pub(super) fn wait(&mut self, deadline: Option<Instant>) -> Woken {
        self.events.clear();
        let patience = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if self.poller.wait(&mut self.events, patience).is_err() {
            // Not to be expected; but then a thread of real-time priority must not spin.
            std::thread::sleep(Duration::from_millis(1));
        }
        self.events.iter().fold(Woken::default(), |woken, event| Woken {
            packets: woken.packets | (event.key != MICROPHONE),
            microphone: woken.microphone | (event.key == MICROPHONE),
        })
    }

    /// Watches a socket for as long as the result lives.
    pub(super) fn socket(&self, socket: UdpSocket) -> io::Result<Socket> {
        add(&self.poller, &socket, Event::readable(0), PollMode::Level)?;
        Ok(Socket { poller: Arc::clone(&self.poller), socket })
    }

    /// Watches a microphone for as long as the result lives.
    pub(super) fn microphone(&self, capture: Capture) -> Microphone {
        let waitable = watch_microphone(&self.poller, &capture);
        Microphone { poller: Arc::clone(&self.poller), capture: Some(capture), waitable }
    }
}

#[allow(unsafe_code, reason = "the poller cannot know how long a source lives")]
fn add(poller: &Poller, source: impl AsRawSource, interest: Event, mode: PollMode) -> io::Result<()> {
    // SAFETY: `Socket` and `Microphone` own what they watch and take it out of the poller before it closes.
    unsafe { poller.add_with_mode(source, interest, mode) }
}

/// A UDP socket that wakes the pump.
#[derive(Debug)]
pub(super) struct Socket {
    poller: Arc<Poller>,
    socket: UdpSocket,
}

impl Socket {
    /// The next datagram, if one is there.
    pub(super) fn receive<'a>(&self, buffer: &'a mut [u8]) -> Option<(&'a [u8], SocketAddr)> {
        let (length, from) = self.socket.recv_from(buffer).ok()?;
        Some((buffer.get(..length)?, from))
    }

    /// A datagram that cannot go out now is lost, as it might be a hop later.
    pub(super) fn send(&self, bytes: &[u8], to: SocketAddr) {
        self.socket.send_to(bytes, to).ok();
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.poller.delete(&self.socket).ok();
    }
}

/// A microphone that wakes the pump when it has sound, where the system can do that.
#[derive(Debug)]
pub(super) struct Microphone {
    poller: Arc<Poller>,
    /// Taken only when the owner wants it back.
    capture: Option<Capture>,
    waitable: bool,
}

impl Microphone {
    pub(super) fn read(&mut self, block: &mut Block) -> bool {
        self.capture.as_mut().is_some_and(|capture| capture.read(block))
    }

    pub(super) fn capture(&self) -> Option<&Capture> {
        self.capture.as_ref()
    }

    /// Whether it wakes us by itself.
    pub(super) fn is_waitable(&self) -> bool {
        self.waitable
    }

    /// Lets it wake us once.
    pub(super) fn arm(&self) {
        #[cfg(target_os = "linux")]
        if let Some(source) = self.capture.as_ref().and_then(Capture::readiness) {
            self.poller.modify_with_mode(source, Event::readable(MICROPHONE), PollMode::Oneshot).ok();
        }
    }

    /// The device itself, not watched any more.
    pub(super) fn into_capture(mut self) -> Option<Capture> {
        self.forget();
        self.capture.take()
    }

    fn forget(&self) {
        #[cfg(target_os = "linux")]
        if let Some(source) = self.capture.as_ref().and_then(Capture::readiness).filter(|_| self.waitable) {
            self.poller.delete(source).ok();
        }
    }
}

impl Drop for Microphone {
    fn drop(&mut self) {
        self.forget();
    }
}

#[cfg(target_os = "linux")]
fn watch_microphone(poller: &Poller, capture: &Capture) -> bool {
    let watch = |source| add(poller, &source, Event::none(MICROPHONE), PollMode::Oneshot).is_ok();
    capture.readiness().is_some_and(watch)
}

#[cfg(not(target_os = "linux"))]
fn watch_microphone(_: &Poller, _: &Capture) -> bool {
    false
}
