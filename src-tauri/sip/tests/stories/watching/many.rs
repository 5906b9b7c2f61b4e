//! Many who are watched, and a PBX in its worst hours.

use std::{collections::BTreeMap, time::Duration};

use sip::{Command, Event, FlowError, Input, dialog_info::State, wire::Message};

use super::*;

#[test]
fn a_thousand_are_subscribed_to_a_few_at_a_time_and_ended_so() {
    let mut puppet = Puppet::registered(|_| {});
    let users: Vec<String> = (0..1_005).map(|n| format!("{}", 1_000 + n)).collect();
    watch(&mut puppet, &users.iter().map(String::as_str).collect::<Vec<_>>());
    let beyond = told(&mut puppet);
    assert_eq!(beyond.len(), 5, "a thousand and no more");
    assert!(beyond.iter().all(|(user, known)| user.as_str() >= "2000" && *known == Err(None)));
    let mut known = BTreeMap::new();
    assert_eq!(serve(&mut puppet, &mut known), 1_000);
    assert_eq!(known.len(), 1_000);
    // Refreshes do not come all together.
    let mut busiest = 0;
    let mut all = 0;
    for _ in 0..60 {
        let mut now = 0;
        for _ in 0..50 {
            puppet.pass(Duration::from_millis(100));
            now += serve(&mut puppet, &mut known);
        }
        busiest = busiest.max(now);
        all += now;
    }
    assert!(all >= 1_000 && busiest < 250, "{busiest} of {all} in 5 s of 300");
    puppet.command(Command::Stop);
    let ended = serve(&mut puppet, &mut known);
    assert_eq!(ended, 1_000);
    puppet.expect("Stopped", |event| matches!(event, Event::Stopped).then_some(()));
}

/// Answers everything that is out, and says how many SUBSCRIBEs there were.
fn serve(puppet: &mut Puppet, known: &mut BTreeMap<String, Known>) -> usize {
    let mut served = 0;
    let waiting = |puppet: &Puppet| puppet.sent.iter().filter(|sent| sent.method() == "SUBSCRIBE").count();
    assert!(waiting(puppet) <= 20, "{} at once", waiting(puppet));
    while let Some(next) = puppet.sent.pop_front() {
        match next.method() {
            "SUBSCRIBE" => {
                accept(puppet, &next, "pbx");
                if next.header("Expires").as_deref() != Some("0") {
                    notify(puppet, &next, "pbx", next.cseq().expect("CSeq").seq, &[XML, ACTIVE], &full(0, "confirmed"));
                }
                served += 1;
                assert!(waiting(puppet) <= 20, "{} at once", waiting(puppet));
            }
            "REGISTER" => registered(puppet, &next),
            _ => {}
        }
    }
    known.extend(told(puppet));
    served
}

#[test]
fn an_account_that_is_removed_takes_its_subscriptions_back() {
    let (mut puppet, subscribe) = watching();
    puppet.command(Command::RemoveAccount(ACCOUNT));
    let end = puppet.take("SUBSCRIBE");
    assert_eq!((end.call_id(), end.header("Expires").as_deref()), (subscribe.call_id(), Some("0")));
    let unregister = puppet.take("REGISTER");
    puppet.respond(&unregister, "200 OK", "pbx", &[], b"");
    puppet.respond(&end, "200 OK", "", &[], b"");
    puppet.pass(seconds(60));
    assert_eq!(puppet.core.wake(), None, "nothing is left to wait for");
}

/// A PBX in its worst hours, then a good one: in the end everybody is known, and nothing grew.
#[test]
fn whatever_the_pbx_did_in_the_end_everybody_is_known() {
    for seed in 0..15 {
        let mut dice = Dice::new(seed);
        let mut puppet = Puppet::registered(|_| {});
        let users: Vec<String> = (0..8).map(|n| format!("{}", 200 + n)).collect();
        let all: Vec<&str> = users.iter().map(String::as_str).collect();
        watch(&mut puppet, &all);
        let mut known = BTreeMap::new();
        let mut subscribes: Vec<Message> = vec![];
        for round in 0..450_u32 {
            let good = round > 150;
            let mut said = 0;
            while let Some(message) = puppet.sent.pop_front() {
                said += 1;
                assert!(said < 1_000, "seed {seed}, round {round}: each answer brings the next {message:?}");
                match message.method() {
                    "REGISTER" if message.is_request() => registered(&mut puppet, &message),
                    "SUBSCRIBE" if message.is_request() => {
                        answer(&mut puppet, &mut dice, &message, good, &mut subscribes)
                    }
                    _ => {}
                }
            }
            if !good {
                annoy(&mut puppet, &mut dice, &subscribes, &all);
            } else if round == 151 {
                watch(&mut puppet, &all);
            }
            let pause = if good { 20_000 } else { dice.below(20_000) };
            puppet.pass(Duration::from_millis(pause));
            known.extend(told(&mut puppet));
        }
        let talking = known.values().filter(|known| **known == Ok(vec![State::Confirmed])).count();
        assert_eq!(talking, 8, "seed {seed}: {known:?}");
    }
}

fn answer(puppet: &mut Puppet, dice: &mut Dice, subscribe: &Message, good: bool, subscribes: &mut Vec<Message>) {
    let what = if good { 0 } else { dice.below(9) };
    let cseq = subscribe.cseq().expect("CSeq").seq * 1_000 + 10;
    let ends = subscribe.header("Expires").as_deref() == Some("0");
    match what {
        0 | 1 => {
            accept(puppet, subscribe, "pbx");
            if !ends {
                notify(puppet, subscribe, "pbx", cseq, &[XML, ACTIVE], &full(cseq, "confirmed"));
            }
        }
        2 => notify(puppet, subscribe, "pbx", cseq, &[XML, ACTIVE], &full(cseq, "early")),
        3 => puppet.respond(subscribe, "481 No", "pbx", &[], b""),
        4 => puppet.respond(subscribe, "500 No", "pbx", &["Retry-After: 3"], b""),
        5 => puppet.respond(subscribe, "403 No", "pbx", &[], b""),
        6 => puppet.respond(subscribe, "401 Unauthorized", "pbx", &[&format!("WWW-Authenticate: {CHALLENGE}")], b""),
        7 => puppet.respond(subscribe, "423 No", "pbx", &["Min-Expires: 900"], b""),
        _ => {}
    }
    subscribes.push(subscribe.clone());
}

fn annoy(puppet: &mut Puppet, dice: &mut Dice, subscribes: &[Message], all: &[&str]) {
    let pick = subscribes.get(dice.below(subscribes.len() as u64) as usize).cloned();
    let state = ["active;expires=40", "terminated;reason=deactivated", "terminated;reason=noresource", "pending", ""];
    match (dice.below(6), pick) {
        (0..=2, Some(subscribe)) => {
            let state = format!("Subscription-State: {}", state[dice.below(5) as usize]);
            notify(
                puppet,
                &subscribe,
                "pbx",
                dice.below(9_000) as u32,
                &[XML, &state],
                &full(dice.below(9) as u32, "early"),
            );
        }
        (3, _) => watch(puppet, &all[..dice.below(8) as usize]),
        (4, _) => {
            let flow = puppet.flow;
            puppet.input(Input::Closed { flow, cause: FlowError::Reset });
        }
        (5, _) => watch(puppet, all),
        _ => {}
    }
}
