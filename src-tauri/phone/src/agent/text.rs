//! Texts (RFC 3428).

use sip::{AccountKey, Command as SipCommand, wire::NameAddr};

use super::Agent;
use crate::{AccountId, Event, account::target_uri, peer::peer};

impl Agent {
    /// Command::Message.
    pub(super) fn send_text(&mut self, id: u64, account: &AccountId, target: &str, text: String) {
        let Some(entry) = self.accounts.get(account) else {
            return self.outbox.push_back(Event::MessageSent(id, None));
        };
        let (account, target) = (entry.key, target_uri(target, &entry.account));
        self.sip(SipCommand::Message { id, account, target, text });
    }

    pub(super) fn text_came(&mut self, account: AccountKey, from: &NameAddr, text: String) {
        if let Some(entry) = self.accounts.by_key(account) {
            let account = entry.account.id.clone();
            self.outbox.push_back(Event::Message { account, from: peer(from), text });
        }
    }
}
