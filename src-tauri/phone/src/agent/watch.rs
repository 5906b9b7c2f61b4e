//! Watched extensions (RFC 4235): the settings' users on one side, the SIP core's URIs on the other.

use std::collections::BTreeMap;

use sip::{AccountKey, Command as SipCommand, dialog_info};

use super::Agent;
use crate::{AccountId, Event, Watched, WatchedDialog, WatchedState, account::target_uri, peer::peer};

impl Agent {
    /// Command::Watch.
    pub(super) fn watch(&mut self, account: &AccountId, targets: Vec<String>) {
        let Some(entry) = self.accounts.get_mut(account) else { return };
        let uri = |target: &String| target_uri(target, &entry.account);
        entry.watched = targets.iter().map(|target| (uri(target), target.clone())).collect::<BTreeMap<_, _>>();
        let (account, targets) = (entry.key, targets.iter().map(uri).collect());
        self.sip(SipCommand::Watch { account, targets });
    }

    /// The account may be at another domain now.
    pub(super) fn watch_again(&mut self, account: &AccountId) {
        let watched = self.accounts.get(account).map(|entry| entry.watched.values().cloned().collect::<Vec<_>>());
        if let Some(targets) = watched.filter(|targets| !targets.is_empty()) {
            self.watch(account, targets);
        }
    }

    pub(super) fn watched(&mut self, account: AccountKey, uri: &str, watched: sip::Watched) {
        let Some(entry) = self.accounts.by_key(account) else { return };
        if let Some(target) = entry.watched.get(uri) {
            let (account, target) = (entry.account.id.clone(), target.clone());
            self.outbox.push_back(Event::Watched { account, target, watched: known(watched) });
        }
    }
}

fn known(watched: sip::Watched) -> Watched {
    match watched {
        sip::Watched::Dialogs(dialogs) => Watched::Dialogs(dialogs.into_iter().map(dialog).collect()),
        sip::Watched::Unknown(status) => Watched::Unknown(status),
    }
}

fn dialog(dialog: dialog_info::Dialog) -> WatchedDialog {
    let state = match dialog.state {
        dialog_info::State::Trying => WatchedState::Trying,
        dialog_info::State::Early => WatchedState::Early,
        dialog_info::State::Confirmed => WatchedState::Confirmed,
        dialog_info::State::Terminated => WatchedState::Terminated,
    };
    WatchedDialog { id: dialog.id, state, initiator: dialog.initiator, remote: dialog.remote.as_ref().map(peer) }
}
