//! Each registration reaches the CRM, or somebody is told.

use super::*;

#[test]
fn a_registration_is_due_until_it_is_sent_and_never_after() {
    let mut kit = Kit::new();
    kit.write(register("k1", "one", ago(10)));
    kit.write(register("k2", "two", ago(20)));
    kit.write(register("later", "three", ago(-10)));
    let due = kit.journal.due(now(), 10).expect("due");
    assert_eq!(due.iter().map(|due| &*due.registration.key).collect::<Vec<_>>(), ["k2", "k1"]);
    kit.journal.sent("k1", now()).expect("written");
    kit.write(register("k1", "other words", ago(10)));
    let mut kit = kit.reopened();
    let due = kit.journal.due(now(), 10).expect("due");
    assert_eq!(due.len(), 1, "what was sent stays sent");
    assert_eq!(kit.journal.next_due().expect("a time"), Some(ago(20)));
    let counts = kit.journal.outbox_counts().expect("counts");
    assert_eq!((counts.waiting, counts.sent, counts.refused), (2, 1, 0));
    kit.journal.failed("k1", "late", now()).expect("written");
    assert_eq!(kit.journal.due(now(), 10).expect("due").len(), 1, "an answer that comes late changes nothing");
}

#[test]
fn what_is_written_again_replaces_what_was_not_sent() {
    let mut kit = Kit::new();
    kit.write(register("k", "first words", ago(10)));
    kit.write(register("k", "last words", ago(5)));
    let due = kit.journal.due(now(), 10).expect("due");
    assert_eq!((due.len(), &*due[0].registration.payload), (1, "last words"));
}

#[test]
fn what_is_withdrawn_is_gone_unless_it_was_sent() {
    let mut kit = Kit::new();
    for key in ["waits", "failed", "refused", "sent", "other"] {
        kit.write(register(key, "words", ago(10)));
    }
    kit.journal.failed("failed", "HTTP 500", ago(5)).expect("written");
    kit.journal.refused("refused", "words", "HTTP 422").expect("written");
    kit.journal.sent("sent", now()).expect("written");
    for key in ["waits", "failed", "refused", "sent", "nobody's"] {
        kit.write(Write::Withdraw { key: key.into() });
        kit.write(Write::Withdraw { key: key.into() });
    }
    let counts = kit.journal.outbox_counts().expect("counts");
    assert_eq!((counts.waiting, counts.sent, counts.refused), (1, 1, 0));
    kit.journal.sent("waits", now()).expect("an answer that comes late changes nothing");
    kit.write(register("waits", "after all", ago(10)));
    let due = kit.reopened().journal.due(now(), 10).expect("due");
    assert_eq!(due.iter().map(|due| &*due.registration.key).collect::<Vec<_>>(), ["other", "waits"]);
}

#[test]
fn what_failed_waits_and_says_why() {
    let mut kit = Kit::new();
    kit.write(register("k", "words", ago(10)));
    kit.journal.failed("k", &"HTTP 500 ".repeat(1000), ago(-60)).expect("written");
    assert!(kit.journal.due(now(), 10).expect("due").is_empty());
    let why = kit.journal.outbox_counts().expect("counts").last_error.expect("why");
    assert!(why.starts_with("HTTP 500") && why.len() <= 500, "{why}");
    assert_eq!(kit.journal.due(ago(-60), 10).expect("due")[0].attempts, 1);
}

#[test]
fn what_the_crm_refuses_is_not_sent_again_unless_there_is_something_else_to_say() {
    let mut kit = Kit::new();
    kit.write(register("k", "words", ago(10)));
    kit.journal.refused("k", "words", "HTTP 422").expect("written");
    kit.write(register("k", "words", ago(10)));
    assert!(kit.journal.due(now(), 10).expect("due").is_empty(), "the same words are refused again");
    kit.write(register("k", "better words", ago(10)));
    kit.journal.refused("k", "words", "HTTP 422").expect("written");
    assert_eq!(kit.journal.due(now(), 10).expect("due").len(), 1, "the better ones were on nobody's way yet");
    kit.journal.refused("k", "better words", "HTTP 422").expect("written");
    assert!(kit.journal.due(now(), 10).expect("due").is_empty());
    assert_eq!(kit.journal.retry(now()).expect("written"), 1);
    assert_eq!(kit.journal.due(now(), 10).expect("due").len(), 1, "somebody mended the CRM");
}

#[test]
fn only_what_was_sent_long_ago_is_forgotten() {
    let mut kit = Kit::new();
    for (key, day) in [("old", 61), ("new", 59)] {
        kit.write(register(key, "words", ago(0)));
        kit.journal.sent(key, ago(day * 86_400)).expect("written");
    }
    kit.write(register("waiting", "words", ago(61 * 86_400)));
    kit.write(register("refused", "words", ago(61 * 86_400)));
    kit.journal.refused("refused", "words", "HTTP 422").expect("written");
    kit.journal.prune(now(), Some(1)).expect("pruned");
    let counts = kit.journal.outbox_counts().expect("counts");
    assert_eq!((counts.waiting, counts.sent, counts.refused), (1, 1, 1));
}
