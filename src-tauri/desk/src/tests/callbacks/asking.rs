//! Who is to be called back, and what becomes of asking twice.

use super::{
    strangers::{site, site_is_refused},
    *,
};

#[test]
fn a_promise_is_on_the_disk_and_in_sight() {
    let mut office = Office::new();
    let id = office.asks(
        r#"{"type":"request_callback","number":"8 (495) 229-49-89","name":"Anna","queue":"Sales","note":"Invoice 12",
            "due_at":"2026-09-21T20:00:00+03:00"}"#,
    );
    let one = office.one(&id);
    assert_eq!((one.number.as_str(), one.name.as_deref(), one.queue.as_deref()), (ANNA, Some("Anna"), Some("Sales")));
    assert_eq!((one.reason, one.state, one.is_due), (CallbackReason::Promised, CallbackState::Open, false));
    assert_eq!((one.due_at.as_str(), one.note.as_str()), ("2026-09-21T17:00:00Z", "Invoice 12"));
    office.write_down();
    assert_eq!(office.disk[&id].due_at.to_string(), "2026-09-21T17:00:00Z");
}

#[test]
fn a_wish_without_a_time_is_due_at_once() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    assert!(office.one(&id).is_due);
    assert_eq!(office.told_due(&id), 1);
}

#[test]
fn a_call_is_who_is_meant() {
    let mut office = Office::new();
    office.rings(2, ANNA);
    office.answers(2);
    let id = office.asks(r#"{"type":"request_callback","call":"c2","due_at":"2026-09-22T10:00:00Z"}"#);
    assert_eq!(office.one(&id).number, ANNA);
    office.kit.ends(2, Reason::HungUp);
    office.kit.pass(MINUTE);
    assert_eq!(office.state(&id), CallbackState::Open, "the conversation in which it was promised does not keep it");
    assert_eq!(office.is_refused(r#"{"type":"request_callback","call":"c99"}"#), "unknown_card");
}

#[test]
fn one_for_each_number_and_queue() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    for spelling in ["+7 495 229 49 89", "tel:+74952294989", "84952294989"] {
        assert_eq!(office.promise(spelling), id, "{spelling}");
    }
    let sales = office.asks(r#"{"type":"request_callback","number":"84952294989","queue":"Sales"}"#);
    let other = office.promise(BORIS);
    assert!(sales != id && other != id && other != sales);
    assert_eq!(office.all().len(), 3);
}

#[test]
fn who_asks_again_changes_the_first() {
    let mut office = Office::new();
    let wish = r#""number":"84952294989","note":"On the web","name":"A. Petrova""#;
    let id = site(&mut office, wish).expect("taken").callback.expect("made");
    assert_eq!(office.one(&id).reason, CallbackReason::Requested);
    office.asks(
        r#"{"type":"request_callback","number":"84952294989","note":"At noon","due_at":"2026-09-22T12:00:00+03:00"}"#,
    );
    let one = office.only();
    assert_eq!((one.note.as_str(), one.name.as_deref()), ("On the web\nAt noon", Some("A. Petrova")));
    assert_eq!((one.due_at.as_str(), one.reason), ("2026-09-22T09:00:00Z", CallbackReason::Promised));
    assert!(!one.is_due, "it was due, and is due later now");
    site(&mut office, wish).expect("taken");
    assert_eq!(office.only().reason, CallbackReason::Promised, "what binds more stays");
    assert_eq!(office.only().note, "On the web\nAt noon", "what is known is not written twice");
}

#[test]
fn a_note_of_many_lines_is_known_again() {
    let mut office = Office::new();
    let wish = r#""number":"84952294989","note":"One\nTwo""#;
    for _ in 0..3 {
        site(&mut office, r#""number":"84952294989","note":"First""#).expect("taken");
        site(&mut office, wish).expect("taken");
    }
    assert_eq!(office.only().note, "First\nOne\nTwo");
}

#[test]
fn a_key_makes_a_wish_one_for_ever() {
    let mut office = Office::new();
    let wish = r#""number":"84952294989","key":"order-7""#;
    let id = site(&mut office, wish).expect("taken").callback.expect("made");
    office.asks(&close(&id, "cancelled"));
    assert_eq!(site(&mut office, wish).expect("taken").callback.as_ref(), Some(&id), "a repeat is no new wish");
    assert_eq!(office.only().state, CallbackState::Closed);
    assert_eq!(
        site(&mut office, r#""number":"+7 495 229-49-89","key":"order-7""#).expect("the same").callback,
        Some(id.clone())
    );
    assert_eq!(site_is_refused(&mut office, r#""number":"84952294988","key":"order-7""#), "key_taken");
    // And so it is after the night.
    let next = office.kit.now.wall + HOUR;
    let mut office = office.restarted(next);
    assert_eq!(site(&mut office, wish).expect("taken").callback, Some(id));
    assert_eq!(office.only().state, CallbackState::Closed);
}

#[test]
fn keys_have_bounds() {
    let mut office = Office::new();
    for key in ["", "  ", "a\\nb", &"k".repeat(201)] {
        assert_eq!(site_is_refused(&mut office, &format!(r#""number":"{ANNA}","key":"{key}""#)), "bad_key", "{key}");
    }
    site(&mut office, &format!(r#""number":"{ANNA}","key":"{}""#, "k".repeat(200))).expect("as long as may be");
}

#[test]
fn times_are_those_of_rfc_3339() {
    let mut office = Office::new();
    // 2026-09-21T14:13:20Z on the wall.
    for (text, due) in [
        ("2026-09-21T15:00:00Z", "2026-09-21T15:00:00Z"),
        ("2026-09-21T18:30:00+03:30", "2026-09-21T15:00:00Z"),
        ("2026-09-21t15:00:00.250z", "2026-09-21T15:00:00.25Z"),
        // Both sides of the hour that Berlin has twice.
        ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00Z"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z"),
    ] {
        let id = office.asks(&format!(r#"{{"type":"request_callback","number":"{ANNA}","due_at":"{text}"}}"#));
        assert_eq!(office.one(&id).due_at, due, "{text}");
    }
    for text in [
        "",
        "soon",
        "2026-09-21",
        "2026-09-21T15:00:00",
        "15:00",
        "1790000000",
        "2026-02-30T10:00:00Z",
        "2028-01-01T00:00:00Z",
        "2024-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "-009999-01-02T00:00:00Z",
    ] {
        let wish = format!(r#"{{"type":"request_callback","number":"{ANNA}","due_at":"{text}"}}"#);
        assert_eq!(office.is_refused(&wish), "bad_time", "{text}");
    }
}

#[test]
fn a_time_that_has_passed_is_now() {
    let mut office = Office::new();
    let first = office.promise(BORIS);
    office.kit.pass(SECOND);
    let wish = format!(r#""number":"{ANNA}","due_at":"2026-01-01T00:00:00Z""#);
    let id = site(&mut office, &wish).expect("clocks differ").callback.expect("made");
    assert!(office.one(&id).is_due);
    assert!(office.one(&id).due_at > office.one(&first).due_at, "it goes before nobody");
    for _ in 0..3 {
        office.kit.pass(MINUTE);
        site(&mut office, &wish).expect("taken");
    }
    assert_eq!(office.told_due(&id), 1, "asking for now again and again is told once");
}

#[test]
fn notes_do_not_grow_for_ever() {
    let mut office = Office::new();
    let wish = |no: u32, bytes| format!(r#""number":"84952294989","note":"{no} {}","key":"k{no}""#, "n".repeat(bytes));
    for no in 0..8 {
        site(&mut office, &wish(no, 1_000)).expect("taken");
    }
    assert_eq!(site_is_refused(&mut office, &wish(8, 1_000)), "callback_note_too_long", "nor is it lost unseen");
    let more =
        r#"{"type":"request_callback","number":"84952294989","note":"NOTE"}"#.replace("NOTE", &"m".repeat(1_000));
    assert_eq!(office.is_refused(&more), "callback_note_too_long");
    for no in 8..100 {
        site(&mut office, &format!(r#""number":"84952294989","key":"k{no}""#)).expect("taken");
    }
    site(&mut office, &wish(0, 1_000)).expect("what is known needs no room");
    let one = office.only();
    assert!(one.note.len() < 8 * 1024 && one.note.starts_with("0 n"), "the first stay");
    office.write_down();
    assert!(office.disk[&one.id].wishes.len() <= 64);
    let full = format!(
        r#"{{"type":"close_callback","callback":"{}","outcome":"cancelled","note":"{}"}}"#,
        one.id,
        "x".repeat(2_000)
    );
    assert_eq!(office.is_refused(&full), "callback_note_too_long", "what the agent writes is not lost unseen");
    office.asks(&close(&one.id, "cancelled"));
}

#[test]
fn so_many_may_be_open_and_no_more() {
    let mut office = Office::new();
    office.kit.listener = None;
    for no in 0..1_000 {
        office.promise(&format!("8495{:07}", 2_000_000 + no));
    }
    assert_eq!(office.is_refused(r#"{"type":"request_callback","number":"84953000000"}"#), "too_many_callbacks");
    let first = office.promise("84952000000");
    assert_eq!(office.all().len(), 1_000, "who is known already may ask again");
    office.asks(&close(&first, "cancelled"));
    office.promise("84953000000");
}

#[test]
fn an_extension_after_the_number_is_remembered() {
    let mut office = Office::new();
    let id = office.promise("tel:+74952294989;ext=12");
    assert_eq!(office.one(&id).note, ";ext=12");
}

#[test]
fn names_at_an_address_of_digits_are_not_one() {
    let accounts = vec![account("work", "sip:101@192.168.10.15")];
    let mut office = Office::with(Settings { accounts, ..Settings::default() });
    let anna = office.promise("sip:anna@192.168.10.15");
    assert_ne!(office.promise("sip:boris@192.168.10.15"), anna);
    assert_eq!(office.promise("sip:anna@192.168.10.15"), anna);
}

#[test]
fn nothing_is_taken_before_the_journal_is_read() {
    let mut office = Office::unread(settings(), BTreeMap::new());
    let wish = r#"{"type":"request_callback","number":"84952294989"}"#;
    assert_eq!(office.is_refused(wish), "callbacks_not_read");
    office.kit.input(Input::Callbacks(Vec::new()));
    office.asks(wish);
}

#[test]
fn one_agent_takes_it() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    office.asks(&on(&id, "claim_callback"));
    let one = office.one(&id);
    assert_eq!((one.state, one.claimed_by.as_deref(), one.is_mine), (CallbackState::Claimed, Some("101"), true));
    office.asks(&on(&id, "claim_callback"));
    // Another agent sits down here.
    let next = office.kit.now.wall;
    office.settings.accounts = vec![account("work", "sip:102@pbx.example")];
    let mut office = office.restarted(next);
    assert!(!office.one(&id).is_mine);
    for intent in
        [on(&id, "claim_callback"), on(&id, "call_callback"), close(&id, "reached"), defer(&id, "2026-09-22T10:00:00Z")]
    {
        assert_eq!(office.is_refused(&intent), "callback_claimed", "{intent}");
    }
    office.asks(&on(&id, "release_callback"));
    office.asks(&on(&id, "claim_callback"));
    assert_eq!(office.one(&id).claimed_by.as_deref(), Some("102"));
}

#[test]
fn whose_it_is_follows_the_accounts() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    office.asks(&on(&id, "claim_callback"));
    office.kit.asks(r#"{"type":"set_account","account":{"id":"work","aor":"103@pbx.example"}}"#);
    assert!(!office.one(&id).is_mine, "every listener hears of it, too");
}

#[test]
fn later_is_later() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    for text in ["2026-09-21T14:13:20Z", "2026-09-21T10:00:00Z", "tomorrow"] {
        assert_eq!(office.is_refused(&defer(&id, text)), "bad_time", "{text}");
    }
    office.asks(&defer(&id, "2026-09-21T15:13:20Z"));
    assert!(!office.one(&id).is_due);
    office.kit.pass(HOUR);
    assert!(office.one(&id).is_due);
    assert_eq!(office.told_due(&id), 2, "each time that it is due");
}

#[test]
fn what_is_closed_is_over() {
    let mut office = Office::new();
    let id = office.promise(ANNA);
    office
        .asks(&format!(r#"{{"type":"close_callback","callback":"{id}","outcome":"cancelled","note":"Wrong number"}}"#));
    let one = office.one(&id);
    assert_eq!(
        (one.state, one.outcome, one.note.as_str()),
        (CallbackState::Closed, Some(CallbackOutcome::Cancelled), "Wrong number")
    );
    assert!(!one.is_due && one.closed_at.is_some());
    for intent in [
        on(&id, "claim_callback"),
        on(&id, "release_callback"),
        on(&id, "call_callback"),
        close(&id, "reached"),
        defer(&id, "2026-09-22T10:00:00Z"),
    ] {
        assert_eq!(office.is_refused(&intent), "callback_closed", "{intent}");
        assert_eq!(office.is_refused(&intent.replace(&id, "nobody")), "unknown_callback");
    }
    assert_ne!(office.promise(ANNA), id, "who asks later is another");
    office.kit.pass(24 * HOUR);
    assert_eq!(office.all().len(), 1, "a closed one leaves after a day");
}
