//! The desk at a glance: as much of it as the tray, the notifications and the window's manners need. Pure.

use desk::wire::{
    Account, Call, CallState, Callback, Card, CardRules, CardState, Change, Direction, Help, HistoryEntry, Language,
};
use desk::wire::{CallbackState, Preferences, Prompt, Reason, Registration, Snapshot, What};

/// What the shell's own surfaces show.
#[derive(Clone, Debug, PartialEq)]
pub struct Glance {
    accounts: Vec<Account>,
    calls: Vec<Call>,
    cards: Vec<Card>,
    card_rules: CardRules,
    prompts: Vec<Prompt>,
    help: Vec<Help>,
    callbacks: Vec<Callback>,
    hotkey: String,
    preferences: Preferences,
    missed: usize,
}

/// How the phone stands, as an icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// No account is registered, so nobody can call.
    Offline,
    /// Calls would come through.
    Ready,
    /// A call is ringing here.
    Ringing,
    /// A call is up or being placed.
    InCall,
}

impl Glance {
    /// The desk as `snapshot` tells it; no call is missed yet.
    pub fn new(snapshot: Snapshot) -> Glance {
        let Snapshot { accounts, calls, cards, card_rules, prompts, help, callbacks, click_to_call, .. } = snapshot;
        let (hotkey, preferences) = (click_to_call.hotkey, snapshot.preferences);
        Glance { accounts, calls, cards, card_rules, prompts, help, callbacks, hotkey, preferences, missed: 0 }
    }

    /// Starts over from `snapshot` after changes were lost. What was missed stays missed.
    pub fn resync(&mut self, snapshot: Snapshot) {
        *self = Glance { missed: self.missed, ..Glance::new(snapshot) };
    }

    /// Takes in one change.
    pub fn apply(&mut self, change: Change) {
        match change.what {
            What::CallChanged { call } => put(&mut self.calls, call, |call| &call.id),
            What::CallRemoved { call } => self.calls.retain(|known| known.id != call),
            What::CardChanged { card } => put(&mut self.cards, *card, |card| &card.id),
            What::CardRemoved { card } => self.cards.retain(|known| known.id != card),
            What::CardRulesChanged { card_rules } => self.card_rules = card_rules,
            What::HistoryAdded { entry } => self.missed += usize::from(is_missed(&entry)),
            What::AccountChanged { account } => put(&mut self.accounts, account, |account| &account.id),
            What::AccountRemoved { account } => self.accounts.retain(|known| known.id != account),
            What::PreferencesChanged { preferences } => self.preferences = preferences,
            What::PromptChanged { prompt } => put(&mut self.prompts, prompt, |prompt| &prompt.id),
            What::PromptRemoved { prompt, .. } => self.prompts.retain(|known| known.id != prompt),
            What::ClickToCallChanged { click_to_call } => self.hotkey = click_to_call.hotkey,
            What::HelpChanged { help } => put(&mut self.help, help, |help| &help.id),
            What::HelpRemoved { help } => self.help.retain(|known| known.id != help),
            What::CallbackChanged { callback } => put(&mut self.callbacks, *callback, |callback| &callback.id),
            What::CallbackRemoved { callback } => self.callbacks.retain(|known| known.id != callback),
            What::OriginationChanged { .. }
            | What::OriginationRemoved { .. }
            | What::CallbackDue { .. }
            | What::CallbackLineChanged { .. }
            | What::AgentChanged { .. }
            | What::AgentRemoved { .. }
            | What::QueueChanged { .. }
            | What::QueueRemoved { .. }
            | What::FloorChanged { .. }
            | What::SupervisionChanged { .. }
            | What::OrderChanged { .. }
            | What::OrderRemoved { .. }
            | What::PowersChanged { .. }
            | What::PresenceChanged { .. }
            | What::HelpAskedChanged { .. }
            | What::ListenersChanged { .. }
            | What::FocusRequested
            | What::DevicesChanged { .. }
            | What::Levels { .. }
            | What::Notice { .. } => {}
        }
    }

    /// The agent looked at the window.
    pub fn seen(&mut self) {
        self.missed = 0;
    }

    /// Calls that nobody took since the agent last looked.
    pub fn missed(&self) -> usize {
        self.missed
    }

    /// Calls that ring at this desk.
    pub fn ringing(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|call| call.direction == Direction::Inbound && call.state == CallState::Ringing)
    }

    /// Caller cards, of all states.
    pub fn cards(&self) -> &[Card] {
        &self.cards
    }

    /// Cards of callers who wait for an answer, be it at another telephone of the agent. While calls are refused here, none
    /// of them is to disturb.
    pub fn callers(&self) -> impl Iterator<Item = &Card> {
        let is_caller = |card: &&Card| card.direction == Direction::Inbound && card.state == CardState::Ringing;
        self.cards.iter().filter(is_caller).filter(|_| !self.do_not_disturb())
    }

    /// How cards are shown, and a call is announced while the window is not looked at.
    pub fn card_rules(&self) -> &CardRules {
        &self.card_rules
    }

    /// Calls that were placed from this desk and are not over.
    pub fn placed(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|call| call.direction == Direction::Outbound && is_up(call))
    }

    /// What waits for the agent's yes.
    pub fn prompts(&self) -> &[Prompt] {
        &self.prompts
    }

    /// Colleagues who ask for help.
    pub fn help(&self) -> &[Help] {
        &self.help
    }

    /// Callbacks that are due, and nobody else's.
    pub fn due(&self) -> impl Iterator<Item = &Callback> {
        let is_ours = |callback: &&Callback| match callback.state {
            CallbackState::Open => true,
            CallbackState::Claimed => callback.is_mine,
            CallbackState::Calling | CallbackState::Closed => false,
        };
        self.callbacks.iter().filter(|callback| callback.is_due).filter(is_ours)
    }

    /// The global hotkey that dials what is selected; empty for none.
    pub fn hotkey(&self) -> &str {
        &self.hotkey
    }

    /// How the phone stands. A conversation outshines a second call that rings.
    pub fn presence(&self) -> Presence {
        if self.calls.iter().any(is_up) {
            Presence::InCall
        } else if self.ringing().next().is_some() {
            Presence::Ringing
        } else if self.accounts.iter().any(|account| account.registration == Registration::Registered) {
            Presence::Ready
        } else {
            Presence::Offline
        }
    }

    /// The language of the shell's sentences.
    pub fn language(&self) -> Language {
        self.preferences.language
    }

    /// Whether calls are refused.
    pub fn do_not_disturb(&self) -> bool {
        self.preferences.do_not_disturb
    }
}

fn put<T>(list: &mut Vec<T>, item: T, id: impl Fn(&T) -> &str) {
    match list.iter_mut().find(|known| id(known) == id(&item)) {
        Some(known) => *known = item,
        None => list.push(item),
    }
}

fn is_up(call: &Call) -> bool {
    match call.state {
        CallState::Dialing | CallState::Early | CallState::Active | CallState::Held | CallState::Ending => true,
        CallState::Ringing => call.direction == Direction::Outbound,
        CallState::Ended => false,
    }
}

/// A call to us that rang in vain; one the agent refused, or took on another phone, was not missed.
fn is_missed(entry: &HistoryEntry) -> bool {
    let dealt_with = matches!(entry.ended.reason, Reason::Declined | Reason::AnsweredElsewhere | Reason::HungUp);
    entry.direction == Direction::Inbound && entry.answered_at.is_none() && !dealt_with
}

#[cfg(test)]
mod tests;
