//! A promise is there until it is kept, and for a while longer.

use super::*;
use crate::{Attempt, Callback, Supervision, SupervisionQuery};

fn callback(key: &str) -> Callback {
    Callback {
        key: key.into(),
        wishes: vec!["form-7".into(), "form-8".into()],
        number: "+74957654321".into(),
        name: Some("Семён".into()),
        queue: Some("sales".into()),
        reason: "requested".into(),
        note: "about the invoice\nagain".into(),
        created_at: ago(600),
        due_at: ago(60),
        claimed_by: Some("101".into()),
        attempts: vec![attempt(500, "no_answer"), attempt(20, "calling")],
        outcome: None,
        closed_at: None,
    }
}

fn attempt(seconds_ago: i64, result: &str) -> Attempt {
    Attempt { at: ago(seconds_ago), by: "101".into(), result: result.into() }
}

fn closed(key: &str, seconds_ago: i64) -> Callback {
    Callback { outcome: Some("reached".into()), closed_at: Some(ago(seconds_ago)), ..callback(key) }
}

fn supervision(key: &str, extension: &str, by: &str, seconds_ago: i64) -> Supervision {
    Supervision {
        key: key.into(),
        extension: extension.into(),
        number: Some("+74957654321".into()),
        by: by.into(),
        modes: vec![(ago(seconds_ago), "spy".into()), (ago(seconds_ago - 5), "whisper".into())],
        started_at: ago(seconds_ago),
        ended_at: None,
        trouble: None,
    }
}

impl Kit {
    fn callback(&mut self, callback: Callback) {
        self.write(Write::Callback(Box::new(callback)));
    }

    fn open(&self) -> Vec<Callback> {
        self.journal.open_callbacks().expect("callbacks")
    }

    fn closed(&self, seconds_ago: i64, limit: usize) -> Vec<String> {
        let closed = self.journal.closed_callbacks(ago(seconds_ago), limit).expect("callbacks");
        closed.into_iter().map(|callback| callback.key).collect()
    }

    fn supervised(&self, query: SupervisionQuery) -> Vec<String> {
        let found = self.journal.supervisions(&query).expect("supervisions");
        found.into_iter().map(|supervision| supervision.key).collect()
    }
}

#[test]
fn what_was_promised_comes_back_as_it_was() {
    let mut kit = Kit::new();
    let bare = Callback {
        wishes: vec![],
        name: None,
        queue: None,
        note: String::new(),
        claimed_by: None,
        attempts: vec![],
        ..callback("b")
    };
    for _ in 0..2 {
        kit.callback(bare.clone());
        kit.callback(callback("a"));
    }
    assert_eq!(kit.reopened().open(), [callback("a"), bare], "written twice they are there once");
}

#[test]
fn the_newer_of_two_wins() {
    let mut kit = Kit::new();
    kit.callback(callback("a"));
    kit.callback(Callback { due_at: ago(-900), claimed_by: None, ..callback("a") });
    let mut kit = kit.reopened();
    assert_eq!(kit.open(), [Callback { due_at: ago(-900), claimed_by: None, ..callback("a") }]);
    kit.callback(closed("a", 5));
    assert!(kit.open().is_empty());
    assert_eq!(kit.closed(10, 10), ["a"]);
}

#[test]
fn those_that_were_closed_lately_are_told_the_last_first() {
    let mut kit = Kit::new();
    for (key, seconds_ago) in [("a", 30), ("b", 10), ("c", 20), ("d", 4_000)] {
        kit.callback(closed(key, seconds_ago));
    }
    kit.callback(callback("open"));
    assert_eq!(kit.closed(3_600, 10), ["b", "c", "a"]);
    assert_eq!(kit.closed(3_600, 2), ["b", "c"]);
    assert!(kit.closed(3_600, 0).is_empty());
}

#[test]
fn only_what_was_closed_long_ago_is_forgotten() {
    let mut kit = Kit::new();
    kit.callback(closed("old", 91 * 86_400));
    kit.callback(closed("young", 89 * 86_400));
    kit.callback(Callback { created_at: ago(500 * 86_400), ..callback("open") });
    kit.journal.prune(now(), Some(1)).expect("pruned");
    assert_eq!((kit.open().len(), kit.closed(1_000 * 86_400, 10)), (1, vec!["young".to_owned()]));
}

#[test]
fn a_row_that_somebody_has_touched_hides_no_other() {
    let mut kit = Kit::new();
    kit.callback(callback("a"));
    kit.callback(callback("b"));
    let touch = "UPDATE callbacks SET attempts = 'x', wishes = '{}', due_at = 9223372036854775807 WHERE key = 'a'";
    kit.journal.connection.execute(touch, ()).expect("touched");
    let touched = Callback { attempts: vec![], wishes: vec![], due_at: Timestamp::UNIX_EPOCH, ..callback("a") };
    assert_eq!(kit.open(), [touched, callback("b")]);
}

#[test]
fn a_report_has_the_supervisions_that_were_asked_for() {
    let mut kit = Kit::new();
    for (key, extension, by, seconds_ago) in
        [("1", "101", "200", 300), ("2", "102", "200", 200), ("3", "101", "201", 100)]
    {
        kit.write(Write::Supervision(supervision(key, extension, by, seconds_ago)));
    }
    let all = SupervisionQuery { limit: 10, ..SupervisionQuery::default() };
    assert_eq!(kit.supervised(all.clone()), ["3", "2", "1"]);
    assert_eq!(kit.supervised(SupervisionQuery { extension: Some("101".into()), ..all.clone() }), ["3", "1"]);
    assert_eq!(kit.supervised(SupervisionQuery { by: Some("200".into()), ..all.clone() }), ["2", "1"]);
    let between = SupervisionQuery { since: Some(ago(200)), before: Some(ago(100)), ..all.clone() };
    assert_eq!(kit.supervised(between), ["2"]);
    assert_eq!(kit.supervised(SupervisionQuery { limit: 0, ..all.clone() }), ["3"], "one at least");
    let over = Supervision { ended_at: Some(ago(1)), ..supervision("3", "101", "201", 100) };
    kit.write(Write::Supervision(over.clone()));
    let kit = kit.reopened();
    assert_eq!(kit.journal.supervisions(&all).expect("supervisions").first(), Some(&over));
}

#[test]
fn supervisions_are_kept_as_long_as_calls() {
    let mut kit = Kit::new();
    kit.write(Write::Supervision(supervision("old", "101", "200", 31 * 86_400)));
    kit.write(Write::Supervision(supervision("young", "101", "200", 29 * 86_400)));
    let all = SupervisionQuery { limit: 10, ..SupervisionQuery::default() };
    kit.journal.prune(now(), None).expect("pruned");
    assert_eq!(kit.supervised(all.clone()).len(), 2);
    kit.journal.prune(now(), Some(30)).expect("pruned");
    assert_eq!(kit.supervised(all), ["young"]);
}
