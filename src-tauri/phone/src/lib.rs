//! The user agent on tokio: sockets, TLS, DNS, accounts, calls. It drives [`sip`] and [`media`] and knows nothing of PBX
//! events, cards or windows.
//!
//! One task owns the phone. [`Command`]s go in by a bounded channel, [`Event`]s come out by another; nothing else crosses.
//!
//! ```text
//!  datagram ─► net ─► sip::Core ─► call ─► Event ─────► desk
//!  Command  ─► call ─► sip::Core ─► net ─► socket
//!  microphone ─► sound (its own real-time thread) ─► RTP socket, and back
//! ```

mod account;
mod agent;
mod api;
mod call;
mod ending;
mod net;
mod peer;
mod registration;
mod sound;

use tokio::sync::mpsc;

pub use api::*;

/// Room for what one side has not taken yet.
const QUEUE: usize = 256;

/// What the phone is told once.
#[derive(Clone, Debug)]
pub struct Options {
    /// Sent as `User-Agent`.
    pub user_agent: String,
}

impl Default for Options {
    fn default() -> Options {
        Options { user_agent: format!("Ringside/{}", env!("CARGO_PKG_VERSION")) }
    }
}

/// The way to the phone. Cheap to clone; dropping the last one stops it without ceremony.
#[derive(Clone, Debug)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
}

impl Handle {
    /// Asks for something. Waits only while the phone is behind by 256 commands, which it never is for long: it
    /// waits for nobody. After [`Event::Stopped`] commands go nowhere.
    pub async fn send(&self, command: Command) {
        self.commands.send(command).await.ok();
    }
}

/// Starts the phone on the current tokio runtime.
pub fn start(options: Options) -> (Handle, mpsc::Receiver<Event>) {
    let (commands, command_inbox) = mpsc::channel(QUEUE);
    let (network_events, network) = mpsc::channel(QUEUE);
    let (sound_events, sound_inbox) = mpsc::channel(QUEUE);
    let (events, event_inbox) = mpsc::channel(QUEUE);
    let core = sip::Core::new(sip::Config::new(options.user_agent, seed()));
    let agent = agent::Agent::new(core, net::Net::new(network_events), sound::Sound::start(sound_events));
    tokio::spawn(agent.run(agent::Inputs { commands: command_inbox, network, sound: sound_inbox }, events));
    (Handle { commands }, event_inbox)
}

/// Tags, branches and Call-IDs grow from this, so it must not be guessable.
fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    if let Err(error) = getrandom::fill(&mut seed) {
        tracing::error!(%error, "the system gives no random numbers; SIP identifiers can be guessed");
    }
    seed
}
