//! A desk as the tests of the surfaces stage it.

use desk::wire::{Account, Call, CallState, Change, Devices, Direction, Ended, HistoryEntry, Language, Peer};
use desk::wire::{Preferences, Reason, Registration, Snapshot, Transport, What};

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
        callbacks: vec![],
        agents: vec![],
        devices: Devices::default(),
        preferences: Preferences { language: Language::En, do_not_disturb: false, secrets_in_file: false },
        practice: true,
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
