//! The last events.

use desk::wire::{EventManager, SeenEvent};

use super::kit::{Kit, RINGING, settings};
use crate::{settings::Webhook, webhook::Note};

#[test]
fn an_event_is_shown_with_what_was_understood() {
    let kit = Kit::new();
    kit.form("/simotel/NewState", &format!("{RINGING}&mood=%3Cb%3E"));
    let SeenEvent { from, source, request, status, name, summary, meaning, remarks, raw, replayable, .. } = kit.last();
    assert_eq!((from.as_str(), source.as_str(), status), ("127.0.0.1", "simotel", 200));
    assert_eq!((request.as_str(), name.as_str()), ("POST /simotel/NewState", "NewState"));
    assert_eq!(summary, "Ringing 812 ← 09120000888");
    assert_eq!(meaning, ["812 rings ← 09120000888 (call 1720000000.17, leg 1720000000.17/812)"]);
    assert!(remarks.iter().any(|remark| remark.contains("mood")), "{remarks:?}");
    assert_eq!((raw, replayable), (format!("{RINGING}&mood=%3Cb%3E"), true));
}

#[test]
fn an_event_can_be_replayed() {
    let kit = Kit::new();
    kit.form("/simotel/NewState", RINGING);
    let first = kit.last();
    let events = kit.seen.replay(first.id).expect("it is kept");
    assert_eq!(events.first().and_then(|event| event.extension.as_deref()), Some("812"));
    let again = kit.last();
    assert!(again.id > first.id && again.remarks.iter().any(|remark| remark.ends_with("once more")), "{again:?}");
    assert_eq!((again.from.as_str(), again.status, again.meaning), ("replay", 0, first.meaning));
    assert_eq!(kit.seen.replay(99).expect_err("it never came").status, 404);
    kit.get("/nowhere", "");
    assert!(!kit.last().replayable);
    assert_eq!(kit.seen.replay(kit.last().id).expect_err("it is no event").code, "not_replayable");
    kit.json("/simotel", "{");
    assert_eq!(kit.seen.replay(kit.last().id).expect_err("it makes no sense").code, "unreadable");
}

#[test]
fn what_is_kept_is_bounded_and_the_newest_stays_whole() {
    let kit = Kit::new();
    let long = format!("{RINGING}&x={}", "a".repeat(200_000));
    for _ in 0..40 {
        assert_eq!(kit.form("/simotel/NewState", &long).status, 200);
    }
    let events = kit.seen.view().events;
    assert_eq!(events.len(), 40);
    let whole = events.iter().take_while(|event| event.replayable).count();
    assert!((15..=21).contains(&whole), "4 MiB hold {whole} of them");
    assert!(events.iter().all(|event| event.raw.len() == 4096 && event.curl.is_empty()));
    assert!(events.iter().skip(whole).all(|event| !event.replayable));
}

#[test]
fn messages_of_the_manager_interface_are_shown_too() {
    let kit = Kit::with(Webhook { username: Some("pbx".into()), ..settings() }, Some("s3cret"));
    let manager = EventManager { address: "pbx.example:5038".into(), connected: true, trouble: None };
    kit.seen.manager_is(manager.clone());
    kit.seen.note(Note {
        name: "Newstate".into(),
        ..Note::of_message("pbx.example", "ami", "AMI Newstate", "Event: Newstate")
    });
    let view = kit.seen.view();
    assert_eq!((view.manager, view.receiver.taken), (Some(manager), 0));
    let last = kit.last();
    assert_eq!((last.request.as_str(), last.raw.as_str(), last.status), ("AMI Newstate", "Event: Newstate", 0));
    assert!(!last.replayable && last.curl.is_empty());
    assert_eq!(view.receiver.paths, ["simotel", "dial-in", "zammad"]);
}
