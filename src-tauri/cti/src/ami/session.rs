//! One connection's conversation: who we are, what is going on, are you still there.
//!
//! ```text
//!   Greeting ──banner──► Challenging ──a challenge──► LoggingIn ──Success──► Up ──┐ Ping every 3 s
//!      │                      │ none to be had            ▲                   ▲   │
//!      │                      └──────── the secret ───────┘                   └───┘
//!      └─ no such banner, nothing in time, not let in, no answer to Ping: Over
//! ```
//!
//! An answer belongs to the action whose `ActionID` it repeats, and without one to the oldest that is open. Once up it asks for
//! all channels and queues; what it has no right to it remembers and does without. A PBX that is still starting knows half of
//! its actions: once it says `FullyBooted`, all is asked for again.

#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    fmt::Write as _,
    mem,
    time::{Duration, Instant},
};

use md5::{Digest as _, Md5};

use super::codec::{Action, Decoder, Incoming, Message, Oversize, Unsendable};
use crate::{Powers, Secret, text};

/// Who logs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The section's name in `manager.conf`.
    pub username: String,
    /// Its `secret`.
    pub secret: Secret,
}

/// What a session has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// To be sent.
    Send(Vec<u8>),
    /// Logged in: events come from now on.
    Up,
    /// An event.
    Event(Message),
    /// An order was answered.
    Answer {
        /// The action's id, as [`Session::order`] gave it.
        action_id: String,
        /// `Success`.
        is_success: bool,
        /// What the PBX says of it.
        words: String,
    },
    /// What we may do there is known better now.
    Powers(Powers),
    /// A message that was too long is lost.
    Dropped(Oversize),
    /// Nothing more comes of it: close the connection.
    Over(Over),
}

/// Why a session is over. Sentences for whoever sets it up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Over {
    /// Another server.
    #[error("what answers is no Asterisk Manager Interface: check host and port, usually 5038, or 5039 with TLS")]
    NotAmi,
    /// Nothing came in time.
    #[error("the PBX says nothing any more: look whether it is well, and at the network between")]
    Silent,
    /// Asterisk does not say which of the two.
    #[error(
        "the PBX does not let us in: check user name and secret, and that permit in its manager.conf covers this computer"
    )]
    WrongCredentials,
    /// It refuses to log us in for a reason of its own.
    #[error("the PBX refuses the login (it says: {0}): look into its log")]
    Refused(String),
    /// It wants the secret itself, where others may listen.
    #[error(
        "the PBX asks for the secret in clear, and anybody on the network could read it: turn on TLS (tlsenable in \
         manager.conf, and TLS here), or let this user log in by an MD5 challenge"
    )]
    WantsSecret,
    /// The PBX hangs up, or says good-bye.
    #[error("the PBX ends the connection: it may be starting anew")]
    Closed,
    /// Name or secret cannot be written.
    #[error("the login cannot be written: {0}")]
    Unsendable(#[from] Unsendable),
}

/// Why an order was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// We are not logged in.
    NotUp,
    /// It cannot be written.
    Unwritable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Greeting,
    Challenging,
    LoggingIn,
    Up,
    Over,
}

/// A conversation with a PBX.
#[derive(Debug)]
pub struct Session {
    credentials: Credentials,
    /// Nobody but the PBX reads what is sent.
    is_private: bool,
    decoder: Decoder,
    state: State,
    /// Actions without an answer, the oldest first.
    open: VecDeque<(String, &'static str)>,
    refused: Vec<&'static str>,
    powers: Powers,
    /// Something that was asked for once up was answered.
    is_told: bool,
    /// Begins the id of every action.
    prefix: String,
    ids: u64,
    /// When we ask whether it is still there.
    ping_at: Option<Instant>,
    /// When we give it up, unless it says something.
    dead_at: Option<Instant>,
    told: Vec<Told>,
}

impl Session {
    /// For a connection that was made at `now`.
    pub fn new(credentials: Credentials, now: Instant) -> Self {
        Self {
            credentials,
            is_private: false,
            decoder: Decoder::default(),
            state: State::Greeting,
            open: VecDeque::new(),
            refused: Vec::new(),
            powers: Powers::default(),
            is_told: false,
            prefix: "ringside".to_owned(),
            ids: 0,
            ping_at: None,
            dead_at: now.checked_add(PATIENCE),
            told: Vec::new(),
        }
    }

    /// Whether nobody but the PBX reads what is sent, by TLS or for want of a network: else the secret itself is not sent.
    #[must_use]
    pub fn on_private_line(mut self, is_private: bool) -> Self {
        self.is_private = is_private;
        self
    }

    /// Begins every `ActionID`, as no other connection to this PBX does: what comes of an `Originate` is told to all of them
    /// (`OriginateResponse`, `main/manager.c`), with the id of whoever asked. Letters, digits and dashes.
    #[must_use]
    pub fn with_ids(mut self, prefix: String) -> Self {
        self.prefix = prefix;
        self
    }

    /// Takes in what the PBX sent.
    pub fn receive(&mut self, bytes: &[u8], now: Instant) -> Vec<Told> {
        if self.state == State::Up {
            // Events are a sign of life as good as a pong, which may wait behind them.
            self.dead_at = None;
        }
        for incoming in self.decoder.push(bytes) {
            match incoming {
                _ if self.state == State::Over => break,
                Incoming::Banner(line) => self.greeted(&line, now),
                Incoming::Dropped(oversize) => self.told.push(Told::Dropped(oversize)),
                Incoming::Message(message) => self.heard(message, now),
            }
        }
        mem::take(&mut self.told)
    }

    /// Does what is due.
    pub fn handle(&mut self, now: Instant) -> Vec<Told> {
        if self.dead_at.is_some_and(|at| at <= now) {
            self.end(Over::Silent);
        }
        if self.ping_at.is_some_and(|at| at <= now) {
            self.ping_at = now.checked_add(PING_EVERY);
            self.dead_at = self.dead_at.or(now.checked_add(PONG_WITHIN));
            self.ask(&Action::new("Ping"), "Ping");
        }
        mem::take(&mut self.told)
    }

    /// When [`Self::handle`] has something to do.
    pub fn wake(&self) -> Option<Instant> {
        self.ping_at.into_iter().chain(self.dead_at).min()
    }

    /// The id under which an order is answered, and the bytes to be sent; or why it is not.
    pub fn order(&mut self, action: &Action) -> Result<(String, Vec<u8>), Unsent> {
        if self.state != State::Up {
            return Err(Unsent::NotUp);
        }
        let id = self.next_id();
        let bytes = action.encode(&id).map_err(|_| Unsent::Unwritable)?;
        self.await_answer(id.clone(), ORDER);
        Ok((id, bytes))
    }

    /// Whether the PBX said that we may not do this: `QueueStatus`.
    pub fn is_refused(&self, action: &str) -> bool {
        self.refused.contains(&action)
    }

    fn greeted(&mut self, line: &str, now: Instant) {
        if self.state != State::Greeting || !line.starts_with(BANNER) {
            return self.end(Over::NotAmi);
        }
        self.state = State::Challenging;
        self.dead_at = now.checked_add(PATIENCE);
        self.ask(&Action::new("Challenge").with("AuthType", "MD5"), "Challenge");
    }

    fn heard(&mut self, message: Message, now: Instant) {
        if self.state == State::Greeting {
            return self.end(Over::NotAmi);
        }
        match message.response() {
            Some(_) => self.answered(&message, now),
            None if message.event().is_some() && self.state == State::Up => {
                // Where it has started already it says so with the login, before anything that was asked for then.
                let has_started = message.event() == Some("FullyBooted") && self.is_told;
                self.told.push(Told::Event(message));
                if has_started {
                    self.up(now);
                }
            }
            None => {}
        }
    }

    /// An answer to nothing of ours is nobody's affair.
    fn answered(&mut self, message: &Message, now: Instant) {
        let action = match message.get("ActionID") {
            Some(id) => self.open.iter().position(|(open, _)| open == id).and_then(|at| self.open.remove(at)),
            None => self.open.pop_front(),
        };
        let Some((action_id, action)) = action else { return };
        let is_success = message.response().is_some_and(|word| word.eq_ignore_ascii_case("Success"));
        self.is_told |= self.state == State::Up;
        match (action, self.state) {
            ("Challenge", State::Challenging) => self.log_in(message.text("Challenge").filter(|_| is_success), now),
            ("Login", State::LoggingIn) if is_success => self.up(now),
            ("Login", State::LoggingIn) => self.not_let_in(message),
            (ORDER, _) => {
                let words = text::plain(message.get("Message").unwrap_or_default());
                self.told.push(Told::Answer { action_id, is_success, words });
            }
            ("Originate" | "Hangup" | "QueuePause" | "QueueStatus" | "CoreShowChannels" | "DeviceStateList", _) => {
                self.is_answered_whether_we_may(action, is_success, message);
            }
            _ if !is_success => self.refused.push(action),
            _ => {}
        }
    }

    /// Of an action that wants a channel or a member and is told none, only the right is judged.
    fn is_answered_whether_we_may(&mut self, action: &'static str, is_success: bool, message: &Message) {
        let words = message.get("Message").unwrap_or_default().to_ascii_lowercase();
        let may = Some(is_success || !words.contains("permission denied"));
        let before = self.powers.clone();
        match action {
            "Originate" => self.powers.originate = may,
            "Hangup" => self.powers.end = may,
            "QueuePause" => self.powers.pause = may,
            "QueueStatus" => self.powers.queues = Some(is_success),
            "CoreShowChannels" => self.powers.channels = Some(is_success),
            _ => self.powers.devices = Some(is_success),
        }
        if self.powers != before {
            self.told.push(Told::Powers(self.powers.clone()));
        }
        if is_success || PROBES.contains(&action) {
            return;
        }
        self.refused.push(action);
        if action == "DeviceStateList" {
            // Another right, and less to be had by it.
            self.ask(&Action::new("PJSIPShowEndpoints"), "PJSIPShowEndpoints");
        }
    }

    /// With a challenge the secret stays here; old systems and some users have none, and whoever pretends to be a PBX
    /// may say so too.
    fn log_in(&mut self, challenge: Option<&str>, now: Instant) {
        if challenge.is_none() && !self.is_private {
            return self.end(Over::WantsSecret);
        }
        self.state = State::LoggingIn;
        self.dead_at = now.checked_add(PATIENCE);
        let Credentials { username, secret } = &self.credentials;
        let login = Action::new("Login").with("Username", username);
        let login = match challenge {
            Some(challenge) => login.with("AuthType", "MD5").with("Key", key(challenge, secret)),
            None => login.with("Secret", &secret.0),
        };
        // More would be a flood on a busy PBX: a variable that is set is an event too.
        self.ask(&login.with("Events", "call,agent,system,cdr,user"), "Login");
    }

    fn up(&mut self, now: Instant) {
        self.state = State::Up;
        self.dead_at = None;
        self.ping_at = now.checked_add(PING_EVERY);
        self.refused.clear();
        self.is_told = false;
        self.told.push(Told::Up);
        // The queues last: with them all is listed.
        for action in ["CoreShowChannels", "DeviceStateList", "SIPpeers", "QueueStatus"].into_iter().chain(PROBES) {
            self.ask(&Action::new(action), action);
        }
    }

    fn not_let_in(&mut self, message: &Message) {
        let words = text::plain(&self.credentials.secret.erase(message.get("Message").unwrap_or_default()));
        let is_wrong = words.is_empty() || words.to_ascii_lowercase().contains("authentication");
        self.end(if is_wrong { Over::WrongCredentials } else { Over::Refused(words) });
    }

    fn ask(&mut self, action: &Action, name: &'static str) {
        let id = self.next_id();
        match action.encode(&id) {
            Ok(bytes) => {
                self.await_answer(id, name);
                self.told.push(Told::Send(bytes));
            }
            Err(error) => self.end(error.into()),
        }
    }

    fn next_id(&mut self) -> String {
        self.ids += 1;
        format!("{}-{}", self.prefix, self.ids)
    }

    /// One that never answers does not fill the memory.
    fn await_answer(&mut self, id: String, name: &'static str) {
        if self.open.len() >= MAX_OPEN {
            self.open.pop_front();
        }
        self.open.push_back((id, name));
    }

    fn end(&mut self, why: Over) {
        if mem::replace(&mut self.state, State::Over) != State::Over {
            self.told.push(Told::Over(why));
        }
        (self.ping_at, self.dead_at) = (None, None);
    }
}

/// The answer to a challenge, in hexadecimal.
fn key(challenge: &str, secret: &Secret) -> String {
    let digest = Md5::new().chain_update(challenge).chain_update(&secret.0).finalize();
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

const BANNER: &str = "Asterisk Call Manager";
/// How often we ask a PBX that is up.
pub(super) const PING_EVERY: Duration = Duration::from_secs(3);
/// How long it may take to greet, to log us in and to answer a ping.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How long a ping may take: a floor that nobody tells of any more is not to look alive for long.
pub(super) const PONG_WITHIN: Duration = Duration::from_secs(5);
const MAX_OPEN: usize = 128;
/// Asked without saying whom or what, so that nothing comes of it: what is answered says whether we might.
const PROBES: [&str; 3] = ["Originate", "Hangup", "QueuePause"];
const ORDER: &str = "an order";
