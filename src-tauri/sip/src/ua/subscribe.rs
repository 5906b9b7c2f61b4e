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

use std::time::{Duration, Instant};

use crate::{
    core::{AccountKey, Alarm, Core, Failure, WatchAlarm, Watched},
    dialog::{Dialog, body_of},
    dialog_info::{self, DialogInfo, Picture},
    transaction::{Owner, Path, Request, TransactionId},
    wire::{Message, NameAddr, Uri},
};

use super::watch::WatchKey;

/// Asked for, in seconds: a PBX that was restarted has forgotten us for so long at most.
const EXPIRES_S: u32 = 600;
/// Refreshed no more often than for this lifetime, whatever the PBX grants.
const SHORTEST_S: u32 = 20;
/// 423 may raise it this often.
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
        }
    }

    /// Nothing is left of it at the PBX.
    fn end(&mut self) {
        self.state = State::Idle;
        self.dialog = None;
        self.asking = None;
        self.picture = Picture::default();
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
            _ => self.subscription_refused(key, status, response.retry_after()),
        }
    }

    fn subscribed(&mut self, key: WatchKey, request: &Request, response: &Message) {
        let patience = self.stack.config.timers.t1_64();
        let Some(watch) = self.watches.get(key) else { return };
        watch.raises = 0;
        match &mut watch.dialog {
            Some(dialog) => {
                dialog.refresh_target(response);
                if is_refresh(request) {
                    // It lived for a whole term.
                    watch.failures = 0;
                }
            }
            None => watch.dialog = Dialog::of_response(request, &watch.local_tag, response),
        }
        let expires_s = response.expires().unwrap_or(watch.expires_s).max(SHORTEST_S);
        if watch.state != State::Active {
            self.stack.set(Alarm::Watch(key, WatchAlarm::Silent), patience);
        }
        self.refresh_in(key, expires_s);
    }

    /// Between two thirds and four fifths of it, so that not all come due together.
    fn refresh_in(&mut self, key: WatchKey, expires_s: u32) {
        let expires = Duration::from_secs(u64::from(expires_s));
        let after = self.stack.random.between(expires * 2 / 3, expires * 4 / 5);
        self.stack.set(Alarm::Watch(key, WatchAlarm::Due), after);
    }

    fn raise_subscription(&mut self, key: WatchKey, response: &Message) {
        let Some(watch) = self.watches.get(key) else { return };
        match response.min_expires() {
            Some(least) if least > watch.expires_s && watch.raises < MAX_RAISES => {
                (watch.raises, watch.expires_s) = (watch.raises + 1, least);
                self.watches.landed(key);
                self.enqueue(key);
            }
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
        let asked = Duration::from_secs(u64::from(at_least_s.unwrap_or(0).min(3_600)));
        self.watches.landed(key);
        let wait = self.stack.random.between(wait * 3 / 4, wait).max(asked);
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

    /// A request inside the dialog: answered first, then acted upon.
    pub(crate) fn watch_notified(&mut self, key: WatchKey, transaction: TransactionId, notify: &Message, path: Path) {
        match self.read_notify(key, notify, path) {
            Ok(news) => {
                self.reply(transaction, notify, 200);
                self.take_news(key, news);
            }
            Err(status) => self.reply_with(transaction, notify, status, |response| match status {
                489 => response.header("Allow-Events", "dialog"),
                415 => response.header("Accept", dialog_info::CONTENT_TYPE),
                _ => response,
            }),
        }
    }

    fn read_notify(&mut self, key: WatchKey, notify: &Message, path: Path) -> Result<News, u16> {
        let watch = self.watches.get(key).ok_or(481_u16)?;
        // Whoever else learnt the names of the dialog does not speak for the PBX.
        if !self.accounts.get(&watch.account).is_some_and(|account| account.is_registrar(path.to)) {
            return Err(481);
        }
        if notify.method() != "NOTIFY" {
            return Err(405);
        }
        let event = notify.header("Event").unwrap_or_default();
        if !event.split(';').next().is_some_and(|package| package.trim().eq_ignore_ascii_case("dialog")) {
            return Err(489);
        }
        let dialog = match &mut watch.dialog {
            Some(dialog) => dialog,
            // Of a subscription that is over.
            None if watch.asking.is_none() => return Err(481),
            None => watch.dialog.insert(Dialog::of_notify(notify).ok_or(400_u16)?),
        };
        // Another phone of a fork: one is enough.
        let from = notify.from().map_err(|_| 400_u16)?;
        if from.tag().unwrap_or_default() != dialog.id.remote_tag {
            return Err(481);
        }
        if !dialog.accepts(notify.cseq().map_err(|_| 400_u16)?.seq) {
            return Err(500);
        }
        dialog.refresh_target(notify);
        News::of(notify)
    }

    fn take_news(&mut self, key: WatchKey, news: News) {
        if news.state == "terminated" {
            return self.terminated(key, &news);
        }
        let Some(watch) = self.watches.get(key).filter(|watch| watch.wanted) else { return };
        watch.state = State::Active;
        let idle = watch.asking.is_none();
        self.stack.cancel(Alarm::Watch(key, WatchAlarm::Silent));
        if let Some(expires_s) = news.expires_s.filter(|_| idle) {
            self.refresh_in(key, expires_s.max(SHORTEST_S));
        }
        if let Some(info) = news.info {
            self.look_at(key, info);
        }
    }

    fn look_at(&mut self, key: WatchKey, info: DialogInfo) {
        let now = self.stack.now();
        let Some(watch) = self.watches.get(key) else { return };
        let whole = watch.picture.take(info);
        let dialogs = watch.picture.dialogs().to_vec();
        let may_ask =
            || watch.full_asked.zip(now).is_none_or(|(asked, now)| now.saturating_duration_since(asked) >= FULL_STATE);
        if !whole && may_ask() {
            watch.full_asked = now;
            self.stack.set(Alarm::Watch(key, WatchAlarm::Due), Duration::ZERO);
        }
        self.tell_watched(key, Watched::Dialogs(dialogs));
    }

    /// The PBX ended it (§4.1.3).
    fn terminated(&mut self, key: WatchKey, news: &News) {
        let Some(watch) = self.watches.get(key) else { return };
        let (account, failures) = (watch.account, watch.failures);
        if !watch.wanted {
            if watch.asking.is_none() && watch.state != State::Left {
                self.forget_watch(key);
            }
            return;
        }
        match news.reason.as_str() {
            "rejected" => self.subscription_refused(key, 403, news.retry_after_s),
            "noresource" | "invariant" => self.subscription_refused(key, 404, news.retry_after_s),
            // A new one is welcome at once; but not again and again.
            "deactivated" | "timeout" if failures == 0 => self.subscribe_anew(key),
            _ => {
                self.tell_watched(key, Watched::Unknown(None));
                self.subscribe_later(key, TROUBLE, news.retry_after_s);
            }
        }
        self.advance(account);
    }
}

/// Whether a SUBSCRIBE of ours went inside a dialog.
fn is_refresh(request: &Request) -> bool {
    NameAddr::parse(&String::from_utf8_lossy(&request.to)).is_ok_and(|to| to.tag().is_some())
}

/// What a NOTIFY says.
struct News {
    /// Of Subscription-State (§8.2.3).
    state: String,
    reason: String,
    expires_s: Option<u32>,
    retry_after_s: Option<u32>,
    /// Of the body, once there is one.
    info: Option<DialogInfo>,
}

impl News {
    fn of(notify: &Message) -> Result<News, u16> {
        let value = notify.header("Subscription-State").unwrap_or_default().to_ascii_lowercase();
        let mut parts = value.split(';').map(str::trim);
        let state = parts.next().unwrap_or_default().to_owned();
        let params: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once('=')).collect();
        let param = |name: &str| {
            let found = params.iter().find(|(known, _)| known.trim() == name);
            found.map(|(_, value)| value.trim())
        };
        Ok(News {
            reason: param("reason").unwrap_or_default().to_owned(),
            expires_s: param("expires").and_then(|value| value.parse().ok()),
            retry_after_s: param("retry-after").and_then(|value| value.parse().ok()),
            info: match state.as_str() {
                // While it is pending there is nothing to know, and afterwards nothing more.
                "pending" | "terminated" => None,
                _ => info(notify)?,
            },
            state,
        })
    }
}

fn info(notify: &Message) -> Result<Option<DialogInfo>, u16> {
    if notify.body().is_empty() {
        return Ok(None);
    }
    let body = body_of(notify, dialog_info::CONTENT_TYPE).ok_or(415_u16)?;
    dialog_info::parse(&body).map(Some).map_err(|_| 400)
}
