//! All of the legs that were answered and are not local, and no others, however they are told.

use super::{
    script::{Chance, Script, all},
    *,
};

#[test]
fn all_answered_legs_that_are_not_local_are_registered_and_no_others() {
    let registered = all(CASES, check);
    assert!(registered > 5_000, "the cases have calls to register: {registered}");
}

/// One afternoon; its number says everything of it.
fn check(case: u64) -> usize {
    let mut chance = Chance::new(case);
    let script = Script::new(&mut chance);
    let mut kit = Kit::desk();
    // To look at everything after each event is dear, and to wake in time for everything; now and then is enough.
    kit.listener = kit.listener.filter(|_| case.is_multiple_of(50));
    kit.tell_script(&script, case.is_multiple_of(10));
    let wanted = script.wanted("101");
    let registered = kit.registered();
    assert_eq!(
        registered.keys().collect::<Vec<_>>(),
        wanted.keys().collect::<Vec<_>>(),
        "case {case}: {:#?}",
        script.deliveries
    );
    for (key, wanted) in &wanted {
        let told = &registered[key];
        let text = |name: &str| told[name].as_str().map(str::to_owned);
        assert_eq!(text("number").as_deref(), Some(wanted.number.as_str()), "case {case}, {key}");
        assert_eq!(text("did"), wanted.did, "case {case}, {key}");
        assert_eq!(text("recording_id"), wanted.recording_id, "case {case}, {key}");
        let is_told = wanted.talk_ms.is_none() || told["duration_ms"].as_u64() == wanted.talk_ms;
        assert!(is_told, "case {case}, {key}: {told} {:#?}", script.deliveries);
    }
    assert!(kit.cards().is_empty() && kit.desk.deck.is_idle(), "case {case}: something is left");
    wanted.len()
}

impl Kit {
    /// Everything in its time, and then the longest time that the desk waits for. A desk that is woken `in_time` does the same
    /// as one that overslept.
    fn tell_script(&mut self, script: &Script, in_time: bool) {
        let begin = self.now.instant;
        for delivery in &script.deliveries {
            self.wait_until(begin + Duration::from_millis(delivery.at_ms), in_time);
            self.told(delivery.event.clone());
        }
        self.wait_until(self.now.instant + Duration::from_secs(3 * 60 * 60), in_time);
        self.input(Input::Tick);
    }

    fn wait_until(&mut self, at: Instant, in_time: bool) {
        match in_time {
            true => self.pass(at - self.now.instant),
            false => self.move_to(at),
        }
    }
}

const CASES: u64 = 10_000;
