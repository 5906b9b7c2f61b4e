//! Tells the difference between what is and what was shown.
//!
//! Counters are told a few times a second at most: a page that asks ten thousand times shall not be heard ten thousand times
//! by every window and listener.

use std::{
    mem,
    time::{Duration, Instant},
};

use crate::{
    account::Account,
    call::{Call, Owner},
    intent::Made,
    update::Desk,
    wire::{self, ClickToCall, What},
};

/// When counters were told last, and whether some wait to be.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    told: Option<Instant>,
    wait: bool,
}

impl Counts {
    /// When those that wait are due.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.told.filter(|_| self.wait)?.checked_add(APART)
    }

    fn may_be_told(&self, now: Instant) -> bool {
        self.told.is_none_or(|told| now.saturating_duration_since(told) >= APART)
    }
}

impl Desk {
    pub(crate) fn publish(&mut self, now: Instant) {
        self.publish_cards();
        self.publish_calls();
        self.publish_floor();
        self.publish_supervision();
        self.publish_line();
        self.publish_callbacks();
        self.publish_accounts();
        self.publish_originations();
        // In this order: who waits for a prompt's end knows by then what was decided about the site.
        self.publish_clicks(now);
        if self.devices != self.shown.devices {
            self.shown.devices = self.devices.clone();
            self.tell(What::DevicesChanged { devices: self.devices.clone() });
        }
        if self.preferences != self.shown.preferences {
            self.shown.preferences = self.preferences.clone();
            self.tell(What::PreferencesChanged { preferences: self.preferences.clone() });
        }
    }

    fn publish_calls(&mut self) {
        let now = self.calls.iter().filter(|call| call.owner != Owner::Desk).map(Call::wire).collect();
        let before = mem::replace(&mut self.shown.calls, now);
        let (gone, new) = difference(&before, &self.shown.calls, |call| &call.id);
        self.tell_all(gone, |call| What::CallRemoved { call });
        self.tell_all(new, |call| What::CallChanged { call });
    }

    /// Only those that changed are looked at: what an event costs must not grow with the number of cards.
    fn publish_cards(&mut self) {
        let rules = self.deck.rules().wire();
        if rules != self.shown.card_rules {
            self.shown.card_rules = rules.clone();
            self.tell(What::CardRulesChanged { card_rules: rules });
        }
        let (gone, changed) = self.deck.take_changes();
        self.tell_all(gone, |card| What::CardRemoved { card });
        self.tell_all(changed, |card| What::CardChanged { card: Box::new(card) });
    }

    fn publish_accounts(&mut self) {
        let now = self.accounts.iter().map(Account::wire).collect();
        let before = mem::replace(&mut self.shown.accounts, now);
        let (gone, new) = difference(&before, &self.shown.accounts, |account| &account.id);
        self.tell_all(gone, |account| What::AccountRemoved { account });
        self.tell_all(new, |account| What::AccountChanged { account });
    }

    fn publish_originations(&mut self) {
        let before = mem::replace(&mut self.shown.originations, self.originations.wire());
        let (gone, new) = difference(&before, &self.shown.originations, |origination| &origination.id);
        self.tell_all(gone, |origination| What::OriginationRemoved { origination });
        self.tell_all(new, |origination| What::OriginationChanged { origination });
    }

    /// Sites and prompts.
    fn publish_clicks(&mut self, now: Instant) {
        let mut click_to_call = self.click_to_call();
        let mut prompts = self.prompts.wire();
        let may_be_told = self.counts.may_be_told(now);
        let counted = self.hold_counts(&mut click_to_call, &mut prompts, !may_be_told);
        self.counts.wait = counted && !may_be_told;
        if counted && may_be_told {
            self.counts.told = Some(now);
        }
        if click_to_call != self.shown.click_to_call {
            self.shown.click_to_call = click_to_call.clone();
            self.tell(What::ClickToCallChanged { click_to_call });
        }
        let before = mem::replace(&mut self.shown.prompts, prompts);
        let (gone, new) = difference(&before, &self.shown.prompts, |prompt| &prompt.id);
        let mut answered = self.prompts.take_answered();
        for prompt in gone {
            let found = answered.iter().position(|answered| answered.prompt == prompt).map(|at| answered.remove(at));
            let (answer, made) = found.map(|found| (found.answer, found.made)).unzip();
            let Made { call, origination, .. } = made.unwrap_or_default();
            let call = call.map(|call| call.to_string());
            self.tell(What::PromptRemoved { prompt, answer, call, origination });
        }
        self.tell_all(new, |prompt| What::PromptChanged { prompt });
    }

    /// Whether a counter differs from the one that is shown; if they are to be held, the shown ones are put back.
    fn hold_counts(&self, clicks: &mut ClickToCall, prompts: &mut [wire::Prompt], hold: bool) -> bool {
        let shown = &self.shown.click_to_call;
        if clicks == shown && prompts == self.shown.prompts {
            return false;
        }
        let mut counted = hold_count(&mut clicks.refused, shown.refused, hold);
        for origin in &mut clicks.origins {
            if let Some(shown) = shown.origins.iter().find(|shown| shown.origin == origin.origin) {
                counted |= hold_count(&mut origin.refused, shown.refused, hold);
            }
        }
        for prompt in prompts {
            if let Some(shown) = self.shown.prompts.iter().find(|shown| shown.id == prompt.id) {
                counted |= hold_count(&mut prompt.repeats, shown.repeats, hold);
            }
        }
        counted
    }

    fn tell_all<T>(&mut self, all: Vec<T>, what: impl Fn(T) -> What) {
        for one in all {
            self.tell(what(one));
        }
    }
}

/// The ids that are gone, and all that is new or different.
fn difference<T: PartialEq + Clone>(before: &[T], after: &[T], id: impl Fn(&T) -> &String) -> (Vec<String>, Vec<T>) {
    let gone = before.iter().map(&id).filter(|old| after.iter().all(|new| id(new) != *old)).cloned();
    let new = after.iter().filter(|new| !before.contains(new)).cloned();
    (gone.collect(), new.collect())
}

fn hold_count(count: &mut u32, shown: u32, hold: bool) -> bool {
    let differs = *count != shown;
    if hold {
        *count = shown;
    }
    differs
}

/// How far apart changes are that only count.
const APART: Duration = Duration::from_millis(250);
