//! A desk as the tests of the surfaces stage it.

use desk::wire::{Account, Call, CallState, CallTo, Card, CardRegistration, CardRules, CardState, Change, ClickToCall};
use desk::wire::{
    Callback, CallbackLine, CallbackReason, CallbackState, FloorState, Help, Power, Powers, Presence, Via, What,
};
use desk::wire::{Devices, Direction, Ended, HistoryEntry, Language, Links, Lookup, NumberKind, Peer, Preferences};
use desk::wire::{Preview, Prompt, PromptKind, PromptReason, PromptSource, Reason, Registration, Snapshot, Transport};

use desk::Rules;

use crate::glance::Glance;

/// A desk with one account, registered, and nothing going on.
pub(crate) fn registered() -> Glance {
    Glance::new(snapshot())
}

/// The snapshot of that desk.
pub(crate) fn snapshot() -> Snapshot {
    Snapshot {
        seq: 0,
        accounts: vec![account(Registration::Registered)],
        calls: vec![],
        history: vec![],
        cards: vec![],
        card_rules: CardRules::default(),
        callbacks: vec![],
        callback_line: CallbackLine::default(),
        agents: vec![],
        queues: vec![],
        floor: FloorState::default(),
        supervision: None,
        orders: vec![],
        powers: powerless(),
        presence: Presence::default(),
        help: vec![],
        help_asked: None,
        listeners: vec![],
        prompts: vec![],
        originations: vec![],
        click_to_call: click_to_call("Ctrl+Alt+C"),
        devices: Devices::default(),
        preferences: Preferences { language: Language::En, do_not_disturb: false, secrets_in_file: false },
        practice: true,
    }
}

/// No PBX does anything for it beside calls.
fn powerless() -> Powers {
    let no = || Power { allowed: false, why: None };
    Powers {
        spy: no(),
        whisper: no(),
        barge: no(),
        pick_up: no(),
        play_recording: no(),
        pause: no(),
        floor: no(),
        ask_help: no(),
    }
}

/// Its account.
pub(crate) fn account(registration: Registration) -> Account {
    Account {
        id: "work".into(),
        aor: "sip:101@pbx.example".into(),
        registrar: None,
        username: None,
        ca: None,
        practice: false,
        transport: Transport::Udp,
        display_name: None,
        numbers: Rules::default(),
        registration,
        detail: None,
    }
}

/// A call from or to Anna.
pub(crate) fn call(id: &str, direction: Direction, state: CallState) -> Call {
    Call {
        id: id.into(),
        account: "work".into(),
        direction,
        state,
        peer: anna(),
        card: None,
        held_by: vec![],
        muted: false,
        in_conference: false,
        codec: None,
        started_at: "2026-11-21T10:00:00Z".into(),
        answered_at: None,
        ended: None,
        quality: None,
        transfer: None,
        digits_received: String::new(),
        started_by: None,
        origination: None,
        of_order: false,
    }
}

/// The card of a call from or to Anna, whose call on this desk is `call`.
pub(crate) fn card(id: &str, call: Option<&str>, state: CardState) -> Card {
    Card {
        id: id.into(),
        state,
        direction: Direction::Inbound,
        call: call.map(Into::into),
        extension: "101".into(),
        number: "74952294989".into(),
        number_shown: "+7 495 229-49-89".into(),
        name: Some("Anna".into()),
        company: None,
        queue: None,
        waited_ms: None,
        did: None,
        diversion: None,
        taken_by: None,
        outcome: None,
        offered_at: "2026-11-21T10:00:00Z".into(),
        answered_at: None,
        ended_at: None,
        lookup: Lookup::Off,
        has_link: false,
        fields: vec![],
        earlier: vec![],
        note: String::new(),
        disposition: None,
        wrap_up: None,
        registration: CardRegistration::None,
    }
}

/// Anna's number, read.
fn preview() -> Preview {
    Preview {
        dialled: "74952294989".into(),
        shown: "+7 495 229-49-89".into(),
        post_dial: None,
        kind: NumberKind::National,
        region: Some("RU".into()),
        account: Some("work".into()),
        via: Via::Softphone,
    }
}

/// Something from outside that asks to call Anna.
pub(crate) fn prompt(id: &str, source: PromptSource, clicked: bool) -> Prompt {
    Prompt {
        id: id.into(),
        kind: PromptKind::Dial,
        source,
        origin: None,
        clicked,
        preview: Some(preview()),
        reasons: vec![PromptReason::Unpaired],
        repeats: 0,
        asked_at: "2026-11-21T10:00:00Z".into(),
    }
}

/// Clicks are taken as usual, with this hotkey.
pub(crate) fn click_to_call(hotkey: &str) -> ClickToCall {
    ClickToCall {
        port: 4059,
        port_taken: None,
        callto: CallTo::Ask,
        links: Links::Dial,
        hotkey: hotkey.into(),
        via: Via::Softphone,
        pbx: false,
        origins: vec![],
        refused: 0,
    }
}

/// A caller.
pub(crate) fn anna() -> Peer {
    Peer { number: "74952294989".into(), name: Some("Anna".into()) }
}

/// A call is new or different.
pub(crate) fn changed(call: Call) -> Change {
    change(What::CallChanged { call })
}

/// A card is new or different.
pub(crate) fn carded(card: Card) -> Change {
    change(What::CardChanged { card: Box::new(card) })
}

/// A call went into the history.
pub(crate) fn ended(direction: Direction, answered_at: Option<&str>, reason: Reason) -> Change {
    let entry = HistoryEntry {
        call: "c9".into(),
        account: "work".into(),
        direction,
        peer: anna(),
        started_at: "2026-11-21T10:00:00Z".into(),
        answered_at: answered_at.map(Into::into),
        ended: Ended { reason, sip_status: None, detail: None, at: "2026-11-21T10:01:00Z".into() },
        talk_ms: 0,
    };
    change(What::HistoryAdded { entry })
}

/// A change.
pub(crate) fn change(what: What) -> Change {
    Change { seq: 1, what }
}

/// Sara, 102, asks for help.
pub(crate) fn help(id: &str) -> Help {
    Help {
        id: id.into(),
        extension: "102".into(),
        name: Some("Sara".into()),
        number: Some("84952294989".into()),
        text: Some("They want a discount".into()),
        since: "2026-03-01T12:00:00Z".into(),
    }
}

/// Anna is to be called back by now, by whoever takes it.
pub(crate) fn callback(id: &str) -> Callback {
    Callback {
        id: id.into(),
        number: "84952294989".into(),
        number_shown: "+7 495 229-49-89".into(),
        name: Some("Anna".into()),
        queue: None,
        reason: CallbackReason::Promised,
        note: String::new(),
        created_at: "2026-03-01T12:00:00Z".into(),
        due_at: "2026-03-01T12:30:00Z".into(),
        is_due: true,
        state: CallbackState::Open,
        claimed_by: None,
        is_mine: false,
        attempts: Vec::new(),
        call: None,
        outcome: None,
        closed_at: None,
    }
}
