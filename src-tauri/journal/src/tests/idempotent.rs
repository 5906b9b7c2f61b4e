//! Written twice it stands there once, and the newer of two wins.

use super::*;
use crate::RestoredCall;

#[test]
fn a_call_keeps_its_note_and_its_disposition_however_often_it_is_written() {
    let mut kit = Kit::new();
    kit.note("c1", "before the call has a row");
    kit.write(Write::Disposition { call: "c1".into(), disposition: Some("sold".into()) });
    let ringing = Call { ended_at: None, outcome: None, ..call("c1", "+74957654321") };
    kit.call(ringing);
    let ended = Call {
        answered_at: Some(ago(55)),
        outcome: Some(Outcome::Answered),
        talk_ms: 5_000,
        sip_status: Some(200),
        taken_by: Some("102".into()),
        recording_id: Some("rec-9".into()),
        name: Some("Anna".into()),
        ..call("c1", "+74957654321")
    };
    kit.call(ended.clone());
    kit.call(ended.clone());
    let shown = kit.journal.call("c1").expect("an answer").expect("a call");
    let noted = Call { note: "before the call has a row".into(), disposition: Some("sold".into()), ..ended };
    assert_eq!(shown, noted);
    kit.write(Write::Disposition { call: "c1".into(), disposition: None });
    assert_eq!(kit.journal.call("c1").expect("an answer").expect("a call"), Call { disposition: None, ..noted });
    assert_eq!(kit.found(""), ["c1"]);
}

#[test]
fn after_a_crash_the_events_of_open_calls_come_back_in_order() {
    let mut kit = Kit::new();
    let writes = [
        event("a", "1", ago(30)),
        event("b", "2", ago(29)),
        event("a", "3", ago(40)),
        event("a", "1", ago(30)),
        event("old", "0", ago(25 * 3600)),
    ];
    kit.journal.apply(&writes).expect("written");
    kit.journal.apply(&writes).expect("written again");
    assert_eq!(kit.journal.restore(ago(24 * 3600)).expect("restored").events, ["1", "2", "3"]);
    assert_eq!(kit.journal.unsettled_calls(ago(24 * 3600)).expect("an answer"), ["a", "b"]);
    kit.write(Write::Settled { call_id: "a".into(), at: ago(20) });
    let kit = kit.reopened();
    assert_eq!(kit.journal.restore(ago(24 * 3600)).expect("restored").events, ["2"]);
    assert_eq!(kit.journal.unsettled_calls(ago(24 * 3600)).expect("an answer"), ["b"]);
}

#[test]
fn what_was_settled_before_it_was_written_does_not_come_back() {
    let mut kit = Kit::new();
    kit.write(event("a", "1", ago(30)));
    kit.write(Write::Settled { call_id: "a".into(), at: ago(20) });
    kit.write(event("a", "on its way meanwhile", ago(25)));
    kit.write(event("a", "rings once more", ago(10)));
    let mut kit = kit.reopened();
    assert_eq!(kit.journal.restore(ago(24 * 3600)).expect("restored").events, ["rings once more"]);
    kit.journal.prune(now() + SignedDuration::from_hours(25), None).expect("pruned");
    let count = |table| {
        let count = kit.journal.connection.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0));
        count.expect("a count")
    };
    assert_eq!((count("events"), count("settled")), (0_i64, 0_i64), "nothing stays for ever");
}

#[test]
fn open_and_recent_calls_come_back_with_their_legs() {
    let mut kit = Kit::new();
    let long_ago = Call { started_at: ago(100_000), ..call("old", "1") };
    let forgotten = Call { ended_at: None, outcome: None, ..Call { key: "open".into(), ..long_ago.clone() } };
    for call in [long_ago, forgotten.clone(), call("c1", "2")] {
        kit.call(call);
    }
    kit.note("c1", "noted");
    kit.write(Write::Leg(leg("7", "7.1", "elsewhere")));
    kit.write(Write::Leg(leg("7", "7.1", "c1")));
    kit.write(Write::Leg(leg("7", "7.2", "c1")));
    let restored = kit.reopened().journal.restore(ago(24 * 3600)).expect("restored");
    let noted = Call { note: "noted".into(), ..call("c1", "2") };
    assert_eq!(
        restored.calls,
        [
            RestoredCall { call: forgotten, legs: vec![] },
            RestoredCall { call: noted, legs: vec![leg("7", "7.1", "c1"), leg("7", "7.2", "c1")] },
        ]
    );
}

#[test]
fn calls_go_only_where_it_is_asked_for_and_with_all_that_hangs_on_them() {
    let mut kit = Kit::new();
    kit.call(Call { started_at: ago(40 * 86_400), ..named("old", "+74957654321", "Anna") });
    kit.call(named("new", "+74957654321", "Anna"));
    kit.note("old", "noted");
    kit.write(Write::Leg(leg("1", "1", "old")));
    kit.journal.prune(now(), None).expect("pruned");
    assert_eq!(kit.found("anna"), ["new", "old"]);
    kit.journal.prune(now(), Some(30)).expect("pruned");
    assert_eq!(kit.found("anna"), ["new"]);
    for table in ["notes", "legs"] {
        let count: i64 = kit
            .journal
            .connection
            .query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0))
            .expect("a count");
        assert_eq!(count, 0, "{table}");
    }
}

#[test]
fn calls_that_start_in_one_millisecond_are_all_there() {
    let mut kit = Kit::new();
    let calls = (0..1_100).map(|n| Write::Call(Box::new(call(&format!("c{n}"), "1"))));
    kit.journal.apply(&calls.collect::<Vec<_>>()).expect("written");
    let count: i64 =
        kit.journal.connection.query_row("SELECT count(*) FROM calls", (), |row| row.get(0)).expect("a count");
    assert_eq!(count, 1_100);
}
