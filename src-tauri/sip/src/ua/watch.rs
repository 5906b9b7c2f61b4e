//! Whom an account watches: all of them, a few subscriptions at a time.
//!
//! ```text
//!   Command::Watch ──► Lost ──registered──► queue ──a place is free──► SUBSCRIBE (subscribe.rs)
//!                       ▲                     ▲                            │
//!                       │ flow lost           └── due: refresh, retry ◄────┤
//!                       └──────────────────────────────────────────────────┘
//!   no longer wanted ──► queue ──► SUBSCRIBE, Expires 0 ──► forgotten
//! ```

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use crate::{
    core::{AccountKey, Alarm, Core, Event, WatchAlarm, Watched},
    dialog::DialogId,
};

use super::subscribe::{State, Subscription};

/// Those that one account watches at most.
const MAX_WATCHES: usize = 1_000;
/// SUBSCRIBEs of one account that wait for their answers at a time.
const MAX_IN_FLIGHT: usize = 20;
/// How long after a flow is lost what was told counts as true: registered anew by then, nobody needs to hear of it.
const DOUBT: Duration = Duration::from_secs(10);

/// Names one who is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WatchKey(u64);

/// All who are watched.
#[derive(Default)]
pub(crate) struct Watches {
    all: BTreeMap<WatchKey, Subscription>,
    by_call_id: BTreeMap<String, WatchKey>,
    lanes: BTreeMap<AccountKey, Lane>,
    last: u64,
}

/// An account's turn.
#[derive(Default)]
struct Lane {
    queue: VecDeque<WatchKey>,
    in_flight: BTreeSet<WatchKey>,
}

impl Watches {
    pub(crate) fn get(&mut self, key: WatchKey) -> Option<&mut Subscription> {
        self.all.get_mut(&key)
    }

    /// The one that a request inside a dialog belongs to; the dialog itself may be new.
    pub(crate) fn find(&self, id: &DialogId) -> Option<WatchKey> {
        let key = self.by_call_id.get(&id.call_id)?;
        self.all.get(key).filter(|watch| watch.local_tag == id.local_tag).map(|_| *key)
    }

    /// A new subscription of the same one has a name of its own.
    pub(crate) fn rename(&mut self, key: WatchKey, call_id: &str, local_tag: &str) {
        let Some(watch) = self.all.get_mut(&key) else { return };
        self.by_call_id.remove(&watch.call_id);
        call_id.clone_into(&mut watch.call_id);
        local_tag.clone_into(&mut watch.local_tag);
        self.by_call_id.insert(call_id.to_owned(), key);
    }

    /// Something is still to be sent.
    pub(crate) fn are_queued(&self) -> bool {
        self.lanes.values().any(|lane| !lane.queue.is_empty())
    }

    /// Whether the account still has subscriptions to end.
    pub(crate) fn are_leaving(&self, account: AccountKey) -> bool {
        self.lanes.get(&account).is_some_and(|lane| !lane.queue.is_empty() || !lane.in_flight.is_empty())
    }

    /// The final response, or none, has come: the next may go.
    pub(crate) fn landed(&mut self, key: WatchKey) {
        if let Some(lane) = self.all.get(&key).and_then(|watch| self.lanes.get_mut(&watch.account)) {
            lane.in_flight.remove(&key);
        }
    }

    fn of(&self, account: AccountKey) -> Vec<WatchKey> {
        self.all.iter().filter(|(_, watch)| watch.account == account).map(|(key, _)| *key).collect()
    }

    fn next(&mut self, account: AccountKey) -> Option<WatchKey> {
        let lane = self.lanes.get_mut(&account).filter(|lane| lane.in_flight.len() < MAX_IN_FLIGHT)?;
        let next = lane.queue.pop_front()?;
        lane.in_flight.insert(next);
        Some(next)
    }
}

impl Core {
    /// Command::Watch.
    pub(crate) fn watch(&mut self, account: AccountKey, targets: Vec<String>) {
        let Some(bound) = self.accounts.get(&account).map(|account| account.registration.is_bound()) else { return };
        let mut wanted: BTreeSet<String> = targets.iter().cloned().collect();
        for key in self.watches.of(account) {
            let Some(watch) = self.watches.get(key).filter(|watch| watch.wanted) else { continue };
            if !wanted.remove(&watch.target) {
                self.stop_watching(key);
            }
        }
        let watched = self.watches.all.values().filter(|watch| watch.account == account && watch.wanted);
        let room = MAX_WATCHES.saturating_sub(watched.count());
        // In their order: the first are the dearest.
        let fresh = targets.into_iter().filter(|target| wanted.remove(target));
        for (at, target) in fresh.enumerate() {
            if at >= room {
                let watched = Watched::Unknown(None);
                self.stack.tell(Event::Watched { account, target, watched });
                continue;
            }
            self.watches.last += 1;
            let key = WatchKey(self.watches.last);
            self.watches.all.insert(key, Subscription::new(account, target));
            if bound {
                self.enqueue(key);
            }
        }
        self.advance(account);
    }

    /// Its turn comes when there is room.
    pub(crate) fn enqueue(&mut self, key: WatchKey) {
        let Some(watch) = self.watches.all.get_mut(&key) else { return };
        let lane = self.watches.lanes.entry(watch.account).or_default();
        if watch.state == State::Lost {
            watch.state = State::Idle;
        }
        self.stack.cancel(Alarm::Watch(key, WatchAlarm::Due));
        if !lane.queue.contains(&key) && !lane.in_flight.contains(&key) {
            lane.queue.push_back(key);
        }
    }

    /// Sends what is queued, as far as there is room.
    pub(crate) fn advance(&mut self, account: AccountKey) {
        while let Some(next) = self.watches.next(account) {
            if !self.subscribe(next) {
                self.watches.landed(next);
                self.forget_if_unwanted(next);
            }
        }
    }

    fn stop_watching(&mut self, key: WatchKey) {
        let Some(watch) = self.watches.get(key) else { return };
        watch.wanted = false;
        self.stack.cancel(Alarm::Watch(key, WatchAlarm::Silent));
        // A SUBSCRIBE that is out is waited for: its answer says whether there is something to end.
        if watch.dialog.is_some() {
            self.enqueue(key);
        } else if watch.asking.is_none() {
            self.forget_watch(key);
        }
    }

    pub(crate) fn forget_if_unwanted(&mut self, key: WatchKey) {
        if self.watches.get(key).is_some_and(|watch| !watch.wanted) {
            self.forget_watch(key);
        }
    }

    pub(crate) fn forget_watch(&mut self, key: WatchKey) {
        let Some(watch) = self.watches.all.remove(&key) else { return };
        self.watches.by_call_id.remove(&watch.call_id);
        if let Some(lane) = self.watches.lanes.get_mut(&watch.account) {
            lane.queue.retain(|queued| *queued != key);
            lane.in_flight.remove(&key);
        }
        for alarm in [WatchAlarm::Due, WatchAlarm::Silent] {
            self.stack.cancel(Alarm::Watch(key, alarm));
        }
    }

    /// The account is registered: those that lost their way, or never had one, begin.
    pub(crate) fn watches_found_way(&mut self, account: AccountKey) {
        for key in self.watches.of(account) {
            if self.watches.get(key).is_some_and(|watch| watch.state == State::Lost) {
                self.enqueue(key);
            }
        }
        self.advance(account);
    }

    /// The flow is gone, and what the registrar knew with it, or it will be told another address.
    pub(crate) fn watches_lost(&mut self, account: AccountKey) {
        self.watches.lanes.remove(&account);
        for key in self.watches.of(account) {
            self.lose_watch(key);
            self.forget_if_unwanted(key);
        }
    }

    pub(crate) fn lose_watch(&mut self, key: WatchKey) {
        let Some(watch) = self.watches.get(key) else { return };
        let had_way = watch.state != State::Lost;
        watch.lose();
        self.stack.cancel(Alarm::Watch(key, WatchAlarm::Due));
        if had_way {
            self.stack.set(Alarm::Watch(key, WatchAlarm::Silent), DOUBT);
        }
    }

    /// Tells what is known, if that is new.
    pub(crate) fn tell_watched(&mut self, key: WatchKey, watched: Watched) {
        let Some(watch) = self.watches.get(key).filter(|watch| watch.wanted) else { return };
        if watch.told.as_ref() != Some(&watched) {
            watch.told = Some(watched.clone());
            let (account, target) = (watch.account, watch.target.clone());
            self.stack.tell(Event::Watched { account, target, watched });
        }
    }
}
