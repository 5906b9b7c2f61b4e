//! Sending the peer elsewhere, and being sent (RFC 3515, RFC 3891, RFC 5589).
//!
//! ```text
//!   we                      peer
//!   │ REFER ─────────────────► │
//!   │ ◄──────────────── 202    │ calls the target
//!   │ ◄── NOTIFY 100, 180, 200 │
//!   │ BYE ───────────────────► │
//! ```

use crate::{
    core::{CallKey, Core, EndCause, Event, Side},
    dialog::{Fragment, Replaces, refer_to},
    transaction::TransactionId,
    wire::{Message, Uri},
};

use super::{
    call::{Call, Ending},
    status::reason_phrase,
};

/// The body type of RFC 3420.
const SIPFRAG: &str = "message/sipfrag;version=2.0";

impl Core {
    /// Command::Refer.
    pub(crate) fn refer(&mut self, key: CallKey, to: &str, other: Option<CallKey>) {
        if !self.calls.get(&key).is_some_and(Call::is_established) {
            return;
        }
        let other = other.and_then(|other| self.calls.get(&other)).and_then(|other| other.dialog.clone());
        let to = match &other {
            Some(dialog) if to.is_empty() => dialog.target.clone(),
            _ => to.to_owned(),
        };
        let replaces = other.as_ref().map(|dialog| Replaces::of_dialog(&dialog.id));
        let Ok(target) = Uri::parse(&to) else {
            return self.stack.tell(Event::Transfer { call: key, status: Some(400) });
        };
        let referred_by = self.referred_by(key);
        let Some(call) = self.calls.get_mut(&key) else { return };
        let Some(mut refer) = call.request("REFER") else { return };
        call.transfer = Some(None);
        refer.header("Refer-To", refer_to(&target, replaces.as_ref()));
        if let Some(referred_by) = referred_by {
            refer.header("Referred-By", referred_by);
        }
        if self.send_in_call(key, refer).is_none() {
            self.transfer_ended(key, 400);
        }
    }

    fn referred_by(&self, key: CallKey) -> Option<String> {
        let account = self.accounts.get(&self.calls.get(&key)?.account?)?;
        Some(format!("<{}>", account.config.aor))
    }

    pub(crate) fn refer_response(&mut self, key: CallKey, response: &Message) {
        match response.status().unwrap_or_default() {
            ..=199 => {}
            200..=299 => self.stack.tell(Event::Transfer { call: key, status: None }),
            status => {
                self.transfer_ended(key, status);
                self.lost_if_unknown(key, status);
            }
        }
    }

    /// NOTIFY inside a call.
    pub(crate) fn notified(&mut self, key: CallKey, transaction: TransactionId, notify: &Message) {
        self.call_reply(key, transaction, 200, |response| response);
        let Some(fragment) = Fragment::of_notify(notify) else { return };
        if self.calls.get(&key).is_none_or(|call| call.transfer.is_none()) {
            return;
        }
        match fragment {
            Fragment { status: Some(status), .. } if status >= 200 => self.transfer_ended(key, status),
            // The subscription ended, and nobody knows how the transfer did.
            Fragment { last: true, .. } => self.transfer_ended(key, 500),
            _ => self.stack.tell(Event::Transfer { call: key, status: None }),
        }
    }

    /// The transfer is decided. After success the peer has another call, and this one is done.
    pub(crate) fn transfer_ended(&mut self, key: CallKey, status: u16) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        if call.transfer.take().is_none() {
            return;
        }
        self.stack.tell(Event::Transfer { call: key, status: Some(status) });
        if (200..300).contains(&status) && self.calls.get(&key).is_some_and(Call::is_established) {
            self.end_with_bye(key, Ending::new(Side::Local, EndCause::HungUp), None);
        }
    }

    /// A REFER of the peer.
    pub(crate) fn referred(&mut self, key: CallKey, transaction: TransactionId, refer: &Message) {
        if !self.stack.config.accept_transfers {
            return self.call_reply(key, transaction, 603, |response| response);
        }
        let Ok(target) = refer.address("Refer-To") else {
            return self.call_reply(key, transaction, 400, |response| response);
        };
        let replaces = target.uri.header("Replaces").and_then(|value| Replaces::parse(&value));
        let named =
            |call: &Call, replaces: &Replaces| call.dialog.as_ref().is_some_and(|dialog| replaces.names(&dialog.id));
        let replaces = replaces
            .and_then(|replaces| self.calls.iter().find(|(_, call)| named(call, &replaces)).map(|(key, _)| *key));
        if let Some(call) = self.calls.get_mut(&key) {
            call.notifies = true;
        }
        self.call_reply(key, transaction, 202, |response| response);
        self.send_notify(key, 100);
        self.stack.tell(Event::TransferRequested {
            call: key,
            target: target.uri.without_headers().to_owned(),
            replaces,
            referred_by: refer.header("Referred-By").map(String::from),
        });
    }

    /// Command::TransferProgress.
    pub(crate) fn transfer_progress(&mut self, key: CallKey, status: u16) {
        let Some(call) = self.calls.get_mut(&key).filter(|call| call.notifies) else { return };
        if status >= 200 {
            call.notifies = false;
        }
        self.send_notify(key, status);
    }

    fn send_notify(&mut self, key: CallKey, status: u16) {
        let Some(mut notify) = self.calls.get_mut(&key).and_then(|call| call.request("NOTIFY")) else { return };
        let state = if status < 200 { "active;expires=60" } else { "terminated;reason=noresource" };
        notify.header("Event", "refer");
        notify.header("Subscription-State", state);
        let fragment = format!("SIP/2.0 {status} {}\r\n", reason_phrase(status));
        notify.body = Some((SIPFRAG.to_owned(), fragment.into_bytes()));
        self.send_in_call(key, notify);
    }
}
