//! Keeps a session with a PBX, and makes it anew when it breaks.
//!
//! ```text
//!   connect ─► [TLS] ─► Session … Up: Connected ─► Event, Event, … ─► broken: Lost ─┐
//!      ▲                                                                            │
//!      └───────────────── after 1 s, 2 s, 3 s, a little less             ────────────┘
//! ```

mod line;
mod pause;
#[cfg(test)]
mod tests;

use std::{
    convert::Infallible,
    net::SocketAddr,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use tokio::{
    io::AsyncReadExt as _,
    sync::mpsc::{self, Sender},
    task::JoinHandle,
    time::{Instant, sleep_until},
};

use self::{
    line::{Line, Stream, Trouble, connect, send},
    pause::Pause,
};
use super::{
    Calls, Floor, Naming, OrderSettings, Orders,
    session::{Credentials, Over, Session, Told},
};
use crate::{CallEvent, FloorEvent, Order, OrderTold, Powers, Secret};

/// Where a PBX is, who we are to it, and what its channels are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Host and port, `192.168.51.20:5038`; the port may be left out.
    pub address: String,
    /// The section's name in `manager.conf`.
    pub username: String,
    /// Its `secret`.
    pub secret: Secret,
    /// Whether the port is one of TLS.
    pub tls: bool,
    /// The CA that signed its certificate, if the system does not know it.
    pub ca: Option<PathBuf>,
    /// Whose telephone a channel is.
    pub naming: Naming,
    /// Any number that differs from desk to desk, so that they do not all come back in the same moment.
    pub spread: u64,
    /// How orders are carried out.
    pub orders: OrderSettings,
}

impl Settings {
    /// The usual: no TLS, telephones by PJSIP.
    pub fn new(address: &str, username: &str, secret: Secret) -> Self {
        Self {
            address: address.to_owned(),
            username: username.to_owned(),
            secret,
            tls: false,
            ca: None,
            naming: Naming::default(),
            spread: 0,
            orders: OrderSettings::default(),
        }
    }
}

/// Gives orders to a PBX that is watched. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Control(mpsc::UnboundedSender<Order>);

impl Control {
    /// Waits for nobody. What comes of it is told as [`AmiTold::Order`]; too many at once are refused that way.
    pub fn order(&self, order: Order) {
        // Without a watch there is nobody left to tell.
        let _gone = self.0.send(order);
    }
}

/// What a PBX tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly all of them are events")]
pub enum AmiTold {
    /// We are logged in.
    Connected,
    /// We are not, or not any more; told again only if the reason is another one.
    Lost {
        /// A sentence that says what to do.
        why: String,
    },
    /// Something happened.
    Event(CallEvent),
    /// Something happened to telephones or queues.
    Floor(FloorEvent),
    /// An order of ours got on.
    Order(OrderTold),
    /// What we may do there is known better now.
    Powers(Powers),
}

/// A PBX that is watched, until this is dropped.
#[derive(Debug)]
pub struct Watch {
    task: JoinHandle<()>,
    control: Control,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Watch {
    /// Whether nobody listens any more.
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// The way to give orders.
    pub fn control(&self) -> Control {
        self.control.clone()
    }
}

/// Watches a PBX, and tells `sender` of it. Ends when nobody listens there. Call it on a runtime.
pub fn watch(settings: Settings, sender: Sender<AmiTold>) -> Watch {
    let (calls, floor) = (Calls::new(settings.naming.clone()), Floor::new(settings.naming.clone()));
    let (control, wanted) = mpsc::unbounded_channel();
    // Microseconds since 1970: no earlier start had it, and no other desk has it with this number of its own.
    let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
    let prefix = format!("ringside-{:x}-{started:x}", settings.spread);
    let orders = Orders::new(settings.orders.clone(), prefix.clone());
    let (connections, lost, warned) = (0, None, false);
    let mut watcher = Watcher { settings, sender, calls, floor, orders, wanted, prefix, connections, lost, warned };
    let task = tokio::spawn(async move {
        let _unheard = watcher.run().await;
    });
    Watch { task, control: Control(control) }
}

/// Nobody listens.
struct Unheard;

struct Watcher {
    settings: Settings,
    sender: Sender<AmiTold>,
    calls: Calls,
    floor: Floor,
    orders: Orders,
    wanted: mpsc::UnboundedReceiver<Order>,
    /// Begins every id that the PBX is told, and no other desk's.
    prefix: String,
    connections: u64,
    /// What was told last of why there is no connection.
    lost: Option<String>,
    warned: bool,
}

impl Watcher {
    /// Connects, stays for as long as it lasts, and comes back.
    async fn run(&mut self) -> Result<Infallible, Unheard> {
        let mut pause = Pause::new(self.settings.spread);
        loop {
            let trouble = match connect(&self.settings).await {
                Ok(line) => {
                    let (over, was_up) = self.stays(line).await?;
                    if was_up {
                        pause = Pause::new(self.settings.spread);
                    }
                    over.into()
                }
                Err(trouble) => trouble,
            };
            let gone = self.floor.lost();
            self.tell_floor(gone).await?;
            self.orders.lost();
            self.tell_orders().await?;
            let is_refused =
                matches!(trouble, Trouble::Over(Over::WrongCredentials | Over::Refused(_) | Over::WantsSecret));
            self.is_lost(trouble.to_string()).await?;
            let until = Instant::now() + if is_refused { pause.refused() } else { pause.next() };
            self.pauses(until).await?;
        }
    }

    /// Nobody is there to carry orders out, so each is told at once.
    async fn pauses(&mut self, until: Instant) -> Result<(), Unheard> {
        loop {
            tokio::select! {
                () = sleep_until(until) => return Ok(()),
                Some(order) = self.wanted.recv() => {
                    self.orders.give(order, &self.calls, &self.floor, now());
                    self.tell_orders().await?;
                }
                () = self.sender.closed() => return Err(Unheard),
            }
        }
    }

    /// Once is enough.
    fn warn(&mut self, peer: SocketAddr) {
        if self.warned {
            return;
        }
        self.warned = true;
        tracing::warn!(
            %peer,
            "AMI goes over the network without TLS: whoever listens there reads all calls and may come by a weak secret; \
             set tlsenable in manager.conf, and TLS here"
        );
    }

    /// Speaks until the connection ends. Says why it did, and whether it was ever up.
    async fn stays(&mut self, line: Line) -> Result<(Over, bool), Unheard> {
        let Settings { username, secret, .. } = &self.settings;
        let credentials = Credentials { username: username.clone(), secret: secret.clone() };
        let Line { mut stream, overheard } = line;
        overheard.into_iter().for_each(|peer| self.warn(peer));
        self.connections += 1;
        // What an earlier connection asked for may be answered on this one.
        let ids = format!("{}-c{}", self.prefix, self.connections);
        let mut session = Session::new(credentials, now()).on_private_line(overheard.is_none()).with_ids(ids);
        let mut bytes = vec![0; CHUNK];
        let mut was_up = false;
        loop {
            let wakes = [session.wake(), self.floor.wake(), self.orders.wake()];
            let wake = wakes.into_iter().flatten().min().map(Instant::from_std);
            let told = tokio::select! {
                read = stream.read(&mut bytes) => match read {
                    Ok(length) if length > 0 => session.receive(bytes.get(..length).unwrap_or_default(), now()),
                    _ => vec![Told::Over(Over::Closed)],
                },
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => session.handle(now()),
                Some(order) = self.wanted.recv() => {
                    self.orders.give(order, &self.calls, &self.floor, now());
                    Vec::new()
                }
                () = self.sender.closed() => return Err(Unheard),
            };
            let due = self.floor.handle(now());
            self.tell_floor(due).await?;
            for told in told {
                was_up |= told == Told::Up;
                if let Some(over) = self.does(told, &mut stream).await? {
                    return Ok((over, was_up));
                }
            }
            self.orders.handle(now());
            if let Some(over) = self.send_orders(&mut session, &mut stream).await? {
                return Ok((over, was_up));
            }
        }
    }

    /// One thing that the session said; why it is over, if it is.
    async fn does(&mut self, told: Told, stream: &mut Box<dyn Stream>) -> Result<Option<Over>, Unheard> {
        match told {
            Told::Send(bytes) => return Ok(send(stream, &bytes).await.err()),
            Told::Up => {
                self.lost = None;
                self.calls.relist();
                self.tell(AmiTold::Connected).await?;
                let listing = self.floor.relist(now());
                self.tell_floor(listing).await?;
                self.orders.relist(now());
            }
            Told::Answer { action_id, is_success, words } => {
                self.orders.answered(&action_id, is_success, &words);
            }
            Told::Powers(powers) => self.tell(AmiTold::Powers(powers)).await?,
            Told::Event(message) => {
                for event in self.calls.hear(&message, now()) {
                    self.tell(AmiTold::Event(event)).await?;
                }
                let heard = self.floor.hear(&message);
                self.tell_floor(heard).await?;
                self.orders.hear(&message, now());
            }
            Told::Dropped(oversize) => tracing::warn!("the PBX sent {oversize}, which is not read"),
            Told::Over(over) => return Ok(Some(over)),
        }
        Ok(None)
    }

    /// What orders want to be sent, and how they got on.
    async fn send_orders(
        &mut self,
        session: &mut Session,
        stream: &mut Box<dyn Stream>,
    ) -> Result<Option<Over>, Unheard> {
        for (what, action) in self.orders.take_actions() {
            match session.order(&action) {
                Err(why) => self.orders.sent(what, Err(why)),
                Ok((id, bytes)) => {
                    self.orders.sent(what, Ok(id));
                    if let Err(over) = send(stream, &bytes).await {
                        return Ok(Some(over));
                    }
                }
            }
        }
        self.tell_orders().await?;
        Ok(None)
    }

    async fn tell_orders(&mut self) -> Result<(), Unheard> {
        for told in self.orders.take_told() {
            self.tell(AmiTold::Order(told)).await?;
        }
        Ok(())
    }

    async fn is_lost(&mut self, why: String) -> Result<(), Unheard> {
        if self.lost.as_ref() == Some(&why) {
            return Ok(());
        }
        self.lost = Some(why.clone());
        self.tell(AmiTold::Lost { why }).await
    }

    async fn tell_floor(&self, events: Vec<FloorEvent>) -> Result<(), Unheard> {
        for event in events {
            self.tell(AmiTold::Floor(event)).await?;
        }
        Ok(())
    }

    async fn tell(&self, told: AmiTold) -> Result<(), Unheard> {
        self.sender.send(told).await.map_err(|_| Unheard)
    }
}

/// By the runtime's clock, which a test may hold.
fn now() -> std::time::Instant {
    Instant::now().into_std()
}

const CHUNK: usize = 16 * 1024;
