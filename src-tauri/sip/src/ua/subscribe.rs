//! One subscription to somebody's dialogs (RFC 6665).
//!
//! ```text
//!            its turn                 2xx, NOTIFY            3/4 of the lifetime, or a gap in the versions
//!   ┌────┐ ───────────► ┌──────┐ ─────────────► ┌──────┐ ──────────────┐
//!   │Idle│              │asking│                │Active│               │
//!   └─▲──┘ ◄─────────── └──────┘ ◄───────────── └──┬───┘ ◄─────────────┘
//!     │  refused: later   │ 401, 407, 423: again   │
//!     └───────────────────┴────────────────────────┘ terminated, 481
//! ```
//!
//! `asking` is no state of its own: a SUBSCRIBE may be out in any of them. From each a lost flow leads to `Lost`, where it waits
//! for the account to register.

mod notify;

use std::time::{Duration, Instant};

use crate::{
    core::{AccountKey, Alarm, Core, Failure, WatchAlarm, Watched},
    dialog::Dialog,
    dialog_info::{self, Picture},
    transaction::{Owner, Path, Request, TransactionId},
    wire::{Message, NameAddr, Uri},
};

use super::watch::WatchKey;

/// Asked for, in seconds: a PBX that was restarted has forgotten us for so long at most.
const EXPIRES_S: u32 = 600;
/// Refreshed no more often than for this lifetime, whatever the PBX grants.
const SHORTEST_S: u32 = 20;
/// 423 may raise it to this, which is more than the hour that RFC 6665 §4.2.1.1 thinks of, and this often.
const LONGEST_S: u32 = 24 * 3600;
const MAX_RAISES: u8 = 2;
/// The first and the longest wait after a refusal that will hardly change.
const REFUSED: (Duration, Duration) = (Duration::from_secs(300), Duration::from_secs(3600));
/// The same after trouble that may pass.
const TROUBLE: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(600));
/// The last NOTIFY of a subscription that we ended may come so late.
const LINGER: Duration = Duration::from_secs(5);
/// A PBX that always leaves gaps is asked for the full state once in a while only.
const FULL_STATE: Duration = Duration::from_secs(60);

/// Where a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// There is no way to the registrar.
    Lost,
    /// The PBX has nothing of it, as far as we know.
    Idle,
    /// NOTIFYs come.
    Active,
    /// Ended by us.
    Left,
}

/// One who is watched.
pub(crate) struct Subscription {
    pub(crate) account: AccountKey,
    /// As the user gave it.
    pub(crate) target: String,
    pub(crate) state: State,
    pub(crate) call_id: String,
    pub(crate) local_tag: String,
    pub(crate) dialog: Option<Dialog>,
    /// The SUBSCRIBE that is out.
    pub(crate) asking: Option<TransactionId>,
    /// Otherwise it is to be ended.
    pub(crate) wanted: bool,
    pub(crate) told: Option<Watched>,
    seq: u32,
    expires_s: u32,
    raises: u8,
    /// In a row.
    failures: u32,
    picture: Picture,
    full_asked: Option<Instant>,
    /// What the PBX granted last ends then.
    until: Option<Instant>,
    refresh_at: Option<Instant>,
}

/// Who told for how long a subscription lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Term {
    /// The response to a SUBSCRIBE.
    Granted,
    /// A NOTIFY, whose word only brings the refresh forward: one that comes just before it must not put it off.
    Told,
}

impl Subscription {
    pub(crate) fn new(account: AccountKey, target: String) -> Subscription {
        Subscription {
            account,
            target,
            state: State::Lost,
            call_id: String::new(),
            local_tag: String::new(),
            dialog: None,
            asking: None,
            wanted: true,
            told: None,
            seq: 0,
            expires_s: EXPIRES_S,
            raises: 0,
            failures: 0,
            picture: Picture::default(),
            full_asked: None,
            until: None,
            refresh_at: None,
        }
    }

    /// Nothing is left of it at the PBX.
    fn end(&mut self) {
        self.state = State::Idle;
        self.dialog = None;
        self.asking = None;
        self.picture = Picture::default();
        (self.until, self.refresh_at) = (None, None);
    }

    pub(crate) fn lose(&mut self) {
        self.end();
        self.state = State::Lost;
    }
}

impl Core {
    /// Its turn: subscribes, refreshes or ends. False if there is nothing to send.
    pub(crate) fn subscribe(&mut self, key: WatchKey) -> bool {
        let Some((account, has_dialog)) = self.watches.get(key).map(|watch| (watch.account, watch.dialog.is_some()))
        else {
            return false;
        };
        let Some(path) = self.accounts.get(&account).and_then(|account| account.path()) else {
            self.lose_watch(key);
            return false;
        };
        let request = if has_dialog { self.refresh_request(key) } else { self.first_request(key, account) };
        let Some(mut request) = request else { return false };
        let Some(watch) = self.watches.get(key) else { return false };
        let expires_s = if watch.wanted { watch.expires_s } else { 0 };
        request.header("Contact", self.call_contact(account, path));
        request.header("Event", "dialog");
        request.header("Accept", dialog_info::CONTENT_TYPE);
        request.header("Expires", expires_s.to_string());
        self.authorize_ahead(account, &mut request);
        let sent = self.send_subscribe(key, path, request);
        if !sent {
            // Nothing that can be written down, so nothing that any PBX could know.
            self.tell_watched(key, Watched::Unknown(Some(404)));
        }
        sent
    }

    fn send_subscribe(&mut self, key: WatchKey, path: Path, request: Request) -> bool {
        let (seq, sent) = (request.cseq, self.stack.request(Owner::Watch(key), path, request).ok());
        let Some(watch) = self.watches.get(key) else { return false };
        (watch.seq, watch.asking) = (seq, sent);
        sent.is_some()
    }

    fn first_request(&mut self, key: WatchKey, account: AccountKey) -> Option<Request> {
        let watch = self.watches.get(key).filter(|watch| watch.wanted)?;
        let Ok(uri) = Uri::parse(&watch.target) else {
            self.tell_watched(key, Watched::Unknown(Some(404)));
            return None;
        };
        let request = self.request_outside(account, "SUBSCRIBE", uri.without_headers())?;
        let tag = NameAddr::parse(&String::from_utf8_lossy(&request.from)).ok()?.tag()?.to_owned();
        self.watches.rename(key, &request.call_id, &tag);
        Some(request)
    }

    fn refresh_request(&mut self, key: WatchKey) -> Option<Request> {
        let user_agent = self.stack.config.user_agent.clone();
        let watch = self.watches.get(key)?;
        let mut request = watch.dialog.as_ref()?.request("SUBSCRIBE", watch.seq.saturating_add(1));
        request.header("User-Agent", user_agent);
        Some(request)
    }

    pub(crate) fn subscribe_response(
        &mut self,
        key: WatchKey,
        transaction: TransactionId,
        request: Request,
        response: &Message,
        path: Path,
    ) {
        let status = response.status().unwrap_or_default();
        let Some(watch) = self.watches.get(key).filter(|watch| watch.asking == Some(transaction)) else { return };
        let account = watch.account;
        if status < 200 {
            return;
        }
        if matches!(status, 401 | 407)
            && let Some(account) = self.accounts.get_mut(&account)
        {
            let mut again = request.clone();
            again.cseq = again.cseq.saturating_add(1);
            let authorized = account.keyring.authorize(&mut again, response, &mut self.stack.random);
            if authorized.is_ok() && self.send_subscribe(key, path, again) {
                return;
            }
        }
        self.subscribe_answered(key, &request, response);
        self.go_on(key, account);
    }

    /// What it asked is answered: the next one's turn.
    fn go_on(&mut self, key: WatchKey, account: AccountKey) {
        self.watches.landed(key);
        let due = |watch: &Subscription| !watch.wanted && watch.dialog.is_some() && watch.state != State::Left;
        match self.watches.get(key) {
            Some(watch) if due(watch) => self.enqueue(key),
            Some(watch) if !watch.wanted && watch.state != State::Left => self.forget_watch(key),
            _ => {}
        }
        self.advance(account);
        self.forget_if_removed(account);
    }

    fn subscribe_answered(&mut self, key: WatchKey, request: &Request, response: &Message) {
        let status = response.status().unwrap_or_default();
        let Some(watch) = self.watches.get(key) else { return };
        watch.asking = None;
        let ended = request.headers.iter().any(|(name, value)| name == "Expires" && value == "0");
        match status {
            _ if ended => {
                watch.state = State::Left;
                self.stack.set(Alarm::Watch(key, WatchAlarm::Due), LINGER);
            }
            200..=299 => self.subscribed(key, request, response),
            423 => self.raise_subscription(key, response),
            // It was known, and is not any more: so it is new.
            481 if watch.dialog.is_some() && watch.failures == 0 => self.subscribe_anew(key),
            _ if self.outlasts(key, status, response.retry_after()) => {}
            _ => self.subscription_refused(key, status, response.retry_after()),
        }
    }

    fn subscribed(&mut self, key: WatchKey, request: &Request, response: &Message) {
        let patience = self.stack.config.timers.t1_64();
        let Some(watch) = self.watches.get(key) else { return };
        watch.raises = 0;
        match &mut watch.dialog {
            Some(dialog) => {
                if response.to().is_ok_and(|to| to.tag() == Some(dialog.id.remote_tag.as_str())) {
                    dialog.refresh_target(response);
                }
                if is_refresh(request) {
                    // It lived for a whole term.
                    watch.failures = 0;
                }
            }
            None => watch.dialog = Dialog::of_response(request, &watch.local_tag, response),
        }
        let expires_s = response.expires().unwrap_or(watch.expires_s);
        if watch.state != State::Active {
            self.stack.set(Alarm::Watch(key, WatchAlarm::Silent), patience);
        }
        self.lives_for(key, expires_s, Term::Granted);
    }

    /// Refreshed between two thirds and four fifths of it, so that not all come due together. It is never more than was asked
    /// for (§4.2.1.1).
    fn lives_for(&mut self, key: WatchKey, expires_s: u32, term: Term) {
        let (Some(now), Some(watch)) = (self.stack.now(), self.watches.get(key)) else { return };
        let expires = Duration::from_secs(u64::from(expires_s.clamp(SHORTEST_S, watch.expires_s)));
        let after = self.stack.random.between(expires * 2 / 3, expires * 4 / 5);
        if term == Term::Told && watch.refresh_at.is_some_and(|at| at <= now + after) {
            return;
        }
        (watch.until, watch.refresh_at) = (Some(now + expires), Some(now + after));
        self.stack.set(Alarm::Watch(key, WatchAlarm::Due), after);
    }

    /// A refresh failed, but what was granted before still lasts (§4.1.2.2): true if there is time to try again.
    fn outlasts(&mut self, key: WatchKey, status: u16, at_least_s: Option<u32>) -> bool {
        let wait = self.stack.random.between(TROUBLE.0 * 3 / 4, TROUBLE.0).max(retry_after(at_least_s));
        let (Some(now), Some(watch)) = (self.stack.now(), self.watches.get(key)) else { return false };
        let lives = watch.state == State::Active && watch.until.is_some_and(|until| until > now + wait);
        if !lives || ends_it(status) {
            return false;
        }
        watch.refresh_at = Some(now + wait);
        self.watches.landed(key);
        self.stack.set(Alarm::Watch(key, WatchAlarm::Due), wait);
        true
    }

    fn raise_subscription(&mut self, key: WatchKey, response: &Message) {
        let Some(watch) = self.watches.get(key) else { return };
        match response.min_expires() {
            Some(least @ ..=LONGEST_S) if least > watch.expires_s && watch.raises < MAX_RAISES => {
                (watch.raises, watch.expires_s) = (watch.raises + 1, least);
                self.watches.landed(key);
                self.enqueue(key);
            }
            _ if self.outlasts(key, 423, None) => {}
            _ => self.subscription_refused(key, 423, None),
        }
    }

    fn subscription_refused(&mut self, key: WatchKey, status: u16, retry_after_s: Option<u32>) {
        let passes = matches!(status, 408 | 480 | 481 | 491 | 500..=599);
        self.tell_watched(key, Watched::Unknown(Some(status)));
        self.subscribe_later(key, if passes { TROUBLE } else { REFUSED }, retry_after_s);
    }

    /// Ends it here, and begins anew when its turn comes.
    fn subscribe_anew(&mut self, key: WatchKey) {
        let Some(watch) = self.watches.get(key) else { return };
        watch.failures = 1;
        watch.end();
        self.watches.landed(key);
        self.enqueue(key);
    }

    /// Ends it here, and begins anew after a wait that doubles with each failure.
    fn subscribe_later(&mut self, key: WatchKey, (first, longest): (Duration, Duration), at_least_s: Option<u32>) {
        let Some(watch) = self.watches.get(key) else { return };
        watch.end();
        let wait = first.saturating_mul(2_u32.saturating_pow(watch.failures.min(16))).min(longest);
        watch.failures = watch.failures.saturating_add(1);
        self.watches.landed(key);
        let wait = self.stack.random.between(wait * 3 / 4, wait).max(retry_after(at_least_s));
        self.stack.cancel(Alarm::Watch(key, WatchAlarm::Silent));
        self.stack.set(Alarm::Watch(key, WatchAlarm::Due), wait);
    }

    /// No response will come.
    pub(crate) fn subscribe_failed(&mut self, key: WatchKey, transaction: TransactionId, failure: Failure) {
        let Some(watch) = self.watches.get(key).filter(|watch| watch.asking == Some(transaction)) else { return };
        let account = watch.account;
        watch.asking = None;
        match failure {
            Failure::Transport => self.lose_watch(key),
            Failure::Timeout if !watch.wanted => watch.dialog = None,
            Failure::Timeout if self.outlasts(key, 408, None) => {}
            Failure::Timeout => {
                self.tell_watched(key, Watched::Unknown(None));
                self.subscribe_later(key, TROUBLE, None);
            }
        }
        self.go_on(key, account);
    }

    pub(crate) fn watch_alarm(&mut self, key: WatchKey, alarm: WatchAlarm) {
        let Some(watch) = self.watches.get(key) else { return };
        let (account, state) = (watch.account, watch.state);
        let accepted = watch.dialog.is_some() && watch.asking.is_none();
        match (alarm, state) {
            (WatchAlarm::Due, State::Left) => self.forget_watch(key),
            (WatchAlarm::Due, _) => {
                self.enqueue(key);
                self.advance(account);
            }
            (WatchAlarm::Silent, _) => {
                self.tell_watched(key, Watched::Unknown(None));
                // Accepted, but nothing is told. Where a SUBSCRIBE is out or waits for its turn, that decides.
                if accepted {
                    self.subscribe_later(key, TROUBLE, None);
                    self.advance(account);
                }
            }
        }
    }
}

/// Whether a SUBSCRIBE of ours went inside a dialog.
fn is_refresh(request: &Request) -> bool {
    NameAddr::parse(&String::from_utf8_lossy(&request.to)).is_ok_and(|to| to.tag().is_some())
}

/// Whether a refusal of a refresh ends the subscription (RFC 6665 §4.1.2.2, RFC 5057 §5.1); nor will it last for one whose
/// password is not taken any more.
fn ends_it(status: u16) -> bool {
    matches!(status, 401 | 403..=405 | 407 | 410 | 416 | 480..=485 | 489 | 501 | 604)
}

/// How long a PBX asks to be left alone, if that is not too long.
fn retry_after(seconds: Option<u32>) -> Duration {
    Duration::from_secs(u64::from(seconds.unwrap_or(0).min(3_600)))
}
