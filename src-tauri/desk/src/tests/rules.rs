//! Rules that hold for every input.

use super::*;

#[test]
fn do_not_disturb_answers_busy_and_keeps_the_missed_call() {
    let mut kit = Kit::new();
    kit.asks(r#"{"type":"set_do_not_disturb","on":true}"#);
    kit.incoming(2, Some(Duration::ZERO));
    assert_eq!(kit.take_commands(), [Command::Decline(CallId(2), 486)]);
    kit.ends(2, Reason::Declined);
    assert_eq!(kit.desk.snapshot().history.len(), 1);
}

#[test]
fn unknown_calls_and_garbage_are_400() {
    let mut kit = Kit::new();
    for intent in [
        r#"{"type":"answer","call":"c2"}"#,
        r#"{"type":"hang_up","call":""}"#,
        r#"{"type":"hold","call":"2"}"#,
        r#"{"type":"conference","calls":["c99999999999999999999999","c2"]}"#,
    ] {
        assert_eq!(kit.is_refused(intent), (400, "unknown_call".into()), "{intent}");
    }
    assert_eq!(kit.is_refused(r#"{"type":"dial","target":"call me"}"#), (400, "target_undialable".into()));
    assert_eq!(kit.is_refused(r#"{"type":"dial","target":"1","account":"x"}"#), (400, "unknown_account".into()));
}

#[test]
fn intents_are_read_strictly() {
    let read = serde_json::from_str::<Intent>;
    assert!(read(r#"{"type":"dial","target":"1"}"#).is_ok());
    assert!(read(r#"{"type":"dial","target":"1","acount":"work"}"#).is_err(), "a typo is not overlooked");
    assert!(read(r#"{"type":"explode"}"#).is_err());
}

#[test]
fn events_of_unknown_calls_do_nothing() {
    let mut kit = Kit::new();
    for event in [
        Event::Answered(CallId(9)),
        Event::RemoteRinging(CallId(9)),
        Event::Hold { call: CallId(9), local: true, remote: true },
        Event::Digit(CallId(9), '1'),
        Event::Ended { call: CallId(9), reason: Reason::Failed, status: None, detail: None },
    ] {
        kit.hear(event);
    }
    assert!(kit.desk.snapshot().calls.is_empty() && kit.desk.snapshot().history.is_empty());
    assert!(kit.take_commands().is_empty());
}

#[test]
fn changes_count_up_by_one_and_lead_from_snapshot_to_snapshot() {
    let mut kit = Kit::new();
    let mut follower = kit.desk.snapshot();
    kit.up(2);
    kit.asks(r#"{"type":"dial","target":"200"}"#);
    kit.hear(Event::RemoteRinging(CallId(1)));
    kit.hear(Event::Levels { microphone: -20.0, speaker: -96.0 });
    kit.holds(2, true);
    kit.ends(1, Reason::Busy);
    kit.asks(r#"{"type":"set_language","language":"fa"}"#);
    kit.asks(r#"{"type":"dismiss","call":"c1"}"#);
    for change in &kit.changes {
        assert_eq!(change.seq, follower.seq + 1, "no gaps");
        follow(&mut follower, change);
    }
    assert_eq!(follower, kit.desk.snapshot());
}

#[test]
fn the_bell_is_never_asked_twice_for_the_same() {
    let mut kit = Kit::new();
    kit.rings_in(2);
    kit.rings_in(4);
    kit.ends(2, Reason::Cancelled);
    kit.ends(4, Reason::Cancelled);
    let bells: Vec<_> = kit.take_commands().into_iter().filter(|command| matches!(command, Command::Ring(_))).collect();
    assert_eq!(bells, [Command::Ring(true), Command::Ring(false)]);
}

#[test]
fn an_intent_names_the_change_that_shows_it() {
    let mut kit = Kit::new();
    let done = kit.ask(r#"{"type":"dial","target":"200"}"#).expect("an account is registered");
    assert_eq!(kit.changes.last().map(|change| change.seq), Some(done.seq));
}

/// What every listener does.
pub(super) fn follow(snapshot: &mut crate::wire::Snapshot, change: &Change) {
    snapshot.seq = change.seq;
    match change.what.clone() {
        What::CallChanged { call } => match snapshot.calls.iter_mut().find(|known| known.id == call.id) {
            Some(known) => *known = call,
            None => snapshot.calls.push(call),
        },
        What::CallRemoved { call } => snapshot.calls.retain(|known| known.id != call),
        What::HistoryAdded { entry } => snapshot.history.insert(0, entry),
        What::AccountChanged { account } => match snapshot.accounts.iter_mut().find(|known| known.id == account.id) {
            Some(known) => *known = account,
            None => snapshot.accounts.push(account),
        },
        What::AccountRemoved { account } => snapshot.accounts.retain(|known| known.id != account),
        What::DevicesChanged { devices } => snapshot.devices = devices,
        What::PreferencesChanged { preferences } => snapshot.preferences = preferences,
        What::PromptChanged { prompt } => match snapshot.prompts.iter_mut().find(|known| known.id == prompt.id) {
            Some(known) => *known = prompt,
            None => snapshot.prompts.push(prompt),
        },
        What::PromptRemoved { prompt, .. } => snapshot.prompts.retain(|known| known.id != prompt),
        What::OriginationChanged { origination } => {
            match snapshot.originations.iter_mut().find(|known| known.id == origination.id) {
                Some(known) => *known = origination,
                None => snapshot.originations.insert(0, origination),
            }
        }
        What::OriginationRemoved { origination } => snapshot.originations.retain(|known| known.id != origination),
        What::CardChanged { card } => match snapshot.cards.iter_mut().find(|known| known.id == card.id) {
            Some(known) => *known = *card,
            None => snapshot.cards.insert(0, *card),
        },
        What::CardRemoved { card } => snapshot.cards.retain(|known| known.id != card),
        What::CardRulesChanged { card_rules } => snapshot.card_rules = card_rules,
        What::ClickToCallChanged { click_to_call } => snapshot.click_to_call = click_to_call,
        What::CallbackChanged { callback } => {
            sorted(&mut snapshot.callbacks, *callback, |callback| callback.id.clone())
        }
        What::CallbackRemoved { callback } => snapshot.callbacks.retain(|known| known.id != callback),
        What::CallbackLineChanged { callback_line } => snapshot.callback_line = callback_line,
        What::AgentChanged { agent } => sorted(&mut snapshot.agents, agent, |agent| agent.extension.clone()),
        What::AgentRemoved { agent } => snapshot.agents.retain(|known| known.extension != agent),
        What::QueueChanged { queue } => sorted(&mut snapshot.queues, queue, |queue| queue.name.clone()),
        What::QueueRemoved { queue } => snapshot.queues.retain(|known| known.name != queue),
        What::FloorChanged { floor } => snapshot.floor = floor,
        What::SupervisionChanged { supervision } => snapshot.supervision = supervision,
        What::OrderChanged { order } => newest_first(&mut snapshot.orders, order, |order| order.id.clone()),
        What::OrderRemoved { order } => snapshot.orders.retain(|known| known.id != order),
        What::PowersChanged { powers } => snapshot.powers = *powers,
        What::PresenceChanged { presence } => snapshot.presence = presence,
        What::HelpChanged { help } => newest_first(&mut snapshot.help, help, |help| help.id.clone()),
        What::HelpRemoved { help } => snapshot.help.retain(|known| known.id != help),
        What::HelpAskedChanged { help_asked } => snapshot.help_asked = help_asked,
        What::ListenersChanged { listeners } => snapshot.listeners = listeners,
        What::Levels { .. } | What::Notice { .. } | What::FocusRequested | What::CallbackDue { .. } => {}
    }
}

fn sorted<T>(list: &mut Vec<T>, new: T, key: impl Fn(&T) -> String) {
    list.retain(|known| key(known) != key(&new));
    list.push(new);
    list.sort_by_key(key);
}

fn newest_first<T>(list: &mut Vec<T>, new: T, key: impl Fn(&T) -> String) {
    match list.iter().position(|known| key(known) == key(&new)) {
        Some(at) => list[at] = new,
        None => list.insert(0, new),
    }
}
