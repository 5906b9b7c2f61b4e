//! What the PBX tells of a subscription (RFC 6665 §4.1.3).

use std::time::Duration;

use super::{FULL_STATE, State, TROUBLE, Term};
use crate::{
    core::{Alarm, Core, WatchAlarm, Watched},
    dialog::{Dialog, body_of},
    dialog_info::{self, DialogInfo},
    transaction::{Path, TransactionId},
    ua::{reply::ALLOW, watch::WatchKey},
    wire::Message,
};

impl Core {
    /// A request inside the dialog: answered first, then acted upon.
    pub(crate) fn watch_notified(&mut self, key: WatchKey, transaction: TransactionId, notify: &Message, path: Path) {
        match self.read_notify(key, notify, path) {
            Ok(news) => {
                self.reply(transaction, notify, 200);
                self.take_news(key, news);
            }
            Err(status) => self.reply_with(transaction, notify, status, |response| match status {
                489 => response.header("Allow-Events", "dialog"),
                405 => response.header("Allow", ALLOW),
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
        let from = notify.from().map_err(|_| 400_u16)?;
        let tag = from.tag().unwrap_or_default();
        // The first NOTIFY makes the dialog (§4.1.2.4): the response may have been that of another phone of a fork.
        let is_first = watch.state == State::Idle && watch.wanted;
        let dialog = match &mut watch.dialog {
            Some(dialog) if dialog.id.remote_tag == tag => dialog,
            // One of a fork is enough.
            Some(_) if !is_first => return Err(481),
            // Of a subscription that is over.
            None if watch.asking.is_none() => return Err(481),
            dialog => dialog.insert(Dialog::of_notify(notify).ok_or(400_u16)?),
        };
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
            self.lives_for(key, expires_s, Term::Told);
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
