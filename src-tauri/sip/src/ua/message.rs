//! Texts, outside of any dialog (RFC 3428, pager mode).
//!
//! ```text
//!   we                       registrar
//!   │ MESSAGE ─────────────────► │        MessageSent once: the final status, or none after Timer F
//!   │ ◄──────── 401, 407: again  │
//!   │ ◄──────────────── 200, 202 │
//!   │ ◄───────────────── MESSAGE │        only from an address of the registrar, and only so many
//!   │ 200 ─────────────────────► │        Message
//! ```

use std::time::{Duration, Instant};

use crate::{
    core::{AccountKey, Core, Event},
    dialog::body_of,
    transaction::{Owner, Path, Request, TransactionId},
    wire::{Message, Uri, text, unescape},
};

use super::inside::asserted_identity;

/// The longest text, in bytes, either way.
pub(crate) const MAX_TEXT: usize = 8 * 1024;
/// The content type of a text.
const PLAIN: &str = "text/plain";
/// Texts of ours that may be under way at a time.
const MAX_UNDER_WAY: usize = 256;

/// Names a text of ours that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MessageKey(u64);

/// A text of ours that is under way.
pub(crate) struct UnderWay {
    /// The user's name for it.
    id: u64,
    account: AccountKey,
}

/// How many texts may come in: a burst, and then one a second.
pub(crate) struct Rate {
    /// When all that came will have been worked off, at one a second.
    done_at: Option<Instant>,
}

impl Rate {
    const EACH: Duration = Duration::from_secs(1);
    const BURST: Duration = Duration::from_secs(30);

    pub(crate) fn new() -> Rate {
        Rate { done_at: None }
    }

    fn admits(&mut self, now: Instant) -> bool {
        let from = self.done_at.map_or(now, |at| at.max(now));
        let admits = from.saturating_duration_since(now) < Rate::BURST;
        if admits {
            self.done_at = Some(from + Rate::EACH);
        }
        admits
    }
}

impl Core {
    /// Command::Message.
    pub(crate) fn message(&mut self, id: u64, account: AccountKey, target: &str, text: String) {
        if text.len() > MAX_TEXT {
            return self.stack.tell(Event::MessageSent { id, status: Some(413) });
        }
        let Ok(target) = Uri::parse(target) else {
            return self.stack.tell(Event::MessageSent { id, status: Some(416) });
        };
        let sent = self.start_message(account, &target, text);
        match sent {
            Some(key) => _ = self.messages.insert(key, UnderWay { id, account }),
            None => self.stack.tell(Event::MessageSent { id, status: None }),
        }
    }

    fn start_message(&mut self, account: AccountKey, target: &Uri, text: String) -> Option<MessageKey> {
        let path = self.accounts.get(&account)?.path()?;
        if self.stopping || self.messages.len() >= MAX_UNDER_WAY {
            return None;
        }
        let mut request = self.request_outside(account, "MESSAGE", target.without_headers())?;
        request.body = Some((format!("{PLAIN};charset=UTF-8"), text.into_bytes()));
        self.authorize_ahead(account, &mut request);
        self.last_message += 1;
        let key = MessageKey(self.last_message);
        self.stack.request(Owner::Message(key), path, request).ok().map(|_| key)
    }

    pub(crate) fn message_response(&mut self, key: MessageKey, mut request: Request, response: &Message, path: Path) {
        let status = response.status().unwrap_or_default();
        let Some(under_way) = self.messages.get(&key).filter(|_| status >= 200) else { return };
        if matches!(status, 401 | 407)
            && let Some(account) = self.accounts.get_mut(&under_way.account)
            && account.keyring.authorize(&mut request, response, &mut self.stack.random).is_ok()
        {
            request.cseq = request.cseq.saturating_add(1);
            if self.stack.request(Owner::Message(key), path, request).is_ok() {
                return;
            }
        }
        self.message_done(key, Some(status));
    }

    /// Nobody answered, or it could not be sent again.
    pub(crate) fn message_done(&mut self, key: MessageKey, status: Option<u16>) {
        if let Some(UnderWay { id, .. }) = self.messages.remove(&key) {
            self.stack.tell(Event::MessageSent { id, status });
        }
    }

    /// A MESSAGE of the peer.
    pub(crate) fn message_came(&mut self, transaction: TransactionId, request: &Message, path: Path) {
        match self.read_message(request, path) {
            Ok(event) => {
                self.reply(transaction, request, 200);
                event.into_iter().for_each(|event| self.stack.tell(event));
            }
            Err(status) => self.reply_with(transaction, request, status, |response| match status {
                415 => response.header("Accept", PLAIN),
                480 => response.header("Retry-After", Rate::BURST.as_secs().to_string()),
                _ => response,
            }),
        }
    }

    /// What is to be told of it, nothing for an empty one; or the status to refuse it with.
    fn read_message(&mut self, request: &Message, path: Path) -> Result<Option<Event>, u16> {
        let (account, trusted) = self.account_of(path, request);
        let account = account.ok_or(404_u16)?;
        if !trusted {
            return Err(403);
        }
        if !self.is_addressed(account, request) {
            return Err(404);
        }
        if request.body().len() > MAX_TEXT {
            return Err(413);
        }
        if request.body().is_empty() {
            return Ok(None);
        }
        let body = body_of(request, PLAIN).ok_or(415_u16)?;
        let now = self.stack.now().ok_or(480_u16)?;
        if self.stopping || !self.texts.admits(now) {
            return Err(480);
        }
        let from = asserted_identity(request).or_else(|| request.from().ok()).ok_or(400_u16)?;
        Ok(Some(Event::Message { account, from, text: text::decode(&body).into_owned() }))
    }

    /// Whether Request-URI or To name the account's user.
    fn is_addressed(&self, account: AccountKey, request: &Message) -> bool {
        let Some(account) = self.accounts.get(&account) else { return false };
        let user = |uri: &Uri| uri.user().map(|user| unescape(user).into_owned());
        let ours = user(&account.config.aor);
        let named = request.request_uri().and_then(|uri| Uri::parse(uri).ok());
        let named = named.into_iter().chain(request.to().ok().map(|to| to.uri));
        ours.is_some() && named.into_iter().any(|uri| user(&uri) == ours)
    }
}
