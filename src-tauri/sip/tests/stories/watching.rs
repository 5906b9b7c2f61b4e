//! Watching what extensions do (RFC 6665, RFC 4235), against a PBX whose every word the story writes.

mod lasting;

use std::{collections::BTreeMap, time::Duration};

use sip::{Command, Event, FlowError, Input, Watched, dialog_info::State, wire::Message};

use crate::{kit::*, puppet::*};

fn watch(puppet: &mut Puppet, users: &[&str]) {
    let targets = users.iter().map(|user| format!("sip:{user}@pbx.example")).collect();
    puppet.command(Command::Watch { account: ACCOUNT, targets });
}

/// States of the dialogs, or the status of the refusal.
type Known = Result<Vec<State>, Option<u16>>;

/// What the phone was told since the last look, by user.
fn told(puppet: &mut Puppet) -> Vec<(String, Known)> {
    let mut news = vec![];
    puppet.events.retain(|event| match event {
        Event::Watched { target, watched, .. } => {
            news.push((target.clone(), watched.clone()));
            false
        }
        _ => true,
    });
    news.into_iter()
        .map(|(target, watched)| {
            let user = target.trim_start_matches("sip:").split('@').next().expect("a user").to_owned();
            let known = match watched {
                Watched::Dialogs(dialogs) => Ok(dialogs.iter().map(|dialog| dialog.state).collect()),
                Watched::Unknown(status) => Err(status),
            };
            (user, known)
        })
        .collect()
}

#[track_caller]
fn knows(puppet: &mut Puppet, known: Known) {
    assert_eq!(told(puppet), [("102".to_owned(), known)]);
}

fn full(version: u32, state: &str) -> String {
    document(version, "full", &format!("<dialog id=\"102\" direction=\"recipient\"><state>{state}</state></dialog>"))
}

fn document(version: u32, state: &str, dialogs: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"{version}\" state=\"{state}\" \
         entity=\"sip:102@pbx.example\">{dialogs}</dialog-info>"
    )
}

const XML: &str = "Content-Type: application/dialog-info+xml";
const ACTIVE: &str = "Subscription-State: active;expires=300";

/// A NOTIFY inside the dialog of a SUBSCRIBE, with the PBX's tag.
fn notify(puppet: &mut Puppet, subscribe: &Message, tag: &str, cseq: u32, more: &[&str], body: &str) {
    let to = subscribe.header("To").expect("To").into_owned();
    let from = if to.contains(";tag=") { to } else { format!("{to};tag={tag}") };
    let to = subscribe.header("From").expect("From").into_owned();
    let mut lines = vec!["Contact: <sip:10.0.0.2:5060>"];
    if !more.iter().any(|line| line.starts_with("Event")) {
        lines.push("Event: dialog");
    }
    lines.extend(more);
    puppet.request("NOTIFY", cseq, &from, &to, &subscribe.call_id().expect("Call-ID"), &lines, body.as_bytes());
}

fn accept(puppet: &mut Puppet, subscribe: &Message, tag: &str) {
    puppet.respond(subscribe, "200 OK", tag, &["Expires: 300", "Contact: <sip:10.0.0.2:5060>"], b"");
}

/// Waits for the next SUBSCRIBE, and says how long, in tenths of a second. Repetitions are not waited for.
#[track_caller]
fn next_subscribe(puppet: &mut Puppet, most: Duration) -> (Message, u64) {
    puppet.sent.clear();
    for tenths in 0..most.as_millis() as u64 / 100 {
        while let Some(message) = puppet.sent.pop_front() {
            match message.method() {
                "SUBSCRIBE" if message.is_request() => return (message, tenths),
                "REGISTER" if message.is_request() => registered(puppet, &message),
                _ => {}
            }
        }
        puppet.pass(Duration::from_millis(100));
    }
    panic!("no SUBSCRIBE in {most:?}");
}

fn registered(puppet: &mut Puppet, register: &Message) {
    let contact = format!("Contact: {};expires=300", register.header("Contact").expect("Contact"));
    puppet.respond(register, "200 OK", "pbx", &[&contact], b"");
}

/// 102 is watched, and free.
fn watching() -> (Puppet, Message) {
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    let subscribe = puppet.take("SUBSCRIBE");
    accept(&mut puppet, &subscribe, "pbx");
    notify(&mut puppet, &subscribe, "pbx", 30629, &[XML, ACTIVE], &full(0, "terminated"));
    puppet.take("200 NOTIFY");
    knows(&mut puppet, Ok(vec![]));
    (puppet, subscribe)
}

#[test]
fn an_extension_is_followed_through_a_call() {
    let (mut puppet, subscribe) = watching();
    assert_eq!(subscribe.request_uri(), Some("sip:102@pbx.example"));
    for (name, value) in
        [("Event", "dialog"), ("Accept", "application/dialog-info+xml"), ("Contact", "<sip:101@10.0.0.1:5071>")]
    {
        assert_eq!(subscribe.header(name).as_deref(), Some(value), "{name}");
    }
    assert!(subscribe.header("Authorization").expect("asked before").contains("nc=00000002"));
    for (cseq, state, known) in
        [(30630, "early", State::Early), (30640, "confirmed", State::Confirmed), (30650, "trying", State::Trying)]
    {
        notify(&mut puppet, &subscribe, "pbx", cseq, &[XML, ACTIVE], &full(cseq, state));
        puppet.take("200 NOTIFY");
        knows(&mut puppet, Ok(vec![known]));
        // Said again, it is no news.
        notify(&mut puppet, &subscribe, "pbx", cseq + 1, &[XML, ACTIVE], &full(cseq, state));
        puppet.take("200 NOTIFY");
        assert_eq!(told(&mut puppet), []);
    }
    notify(&mut puppet, &subscribe, "pbx", 30660, &[XML, ACTIVE], &full(30660, "terminated"));
    knows(&mut puppet, Ok(vec![]));
}

#[test]
fn a_notify_may_come_before_the_answer() {
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    let subscribe = puppet.take("SUBSCRIBE");
    notify(&mut puppet, &subscribe, "pbx", 7, &[XML, ACTIVE], &full(0, "early"));
    puppet.take("200 NOTIFY");
    knows(&mut puppet, Ok(vec![State::Early]));
    accept(&mut puppet, &subscribe, "pbx");
    notify(&mut puppet, &subscribe, "pbx", 8, &[XML, ACTIVE], &full(1, "terminated"));
    knows(&mut puppet, Ok(vec![]));
    // Another phone of a fork is not needed.
    notify(&mut puppet, &subscribe, "fork", 9, &[XML, ACTIVE], &full(1, "confirmed"));
    puppet.take("481 NOTIFY");
    assert_eq!(told(&mut puppet), []);
}

#[test]
fn a_notify_that_was_overtaken_says_nothing() {
    let (mut puppet, subscribe) = watching();
    notify(&mut puppet, &subscribe, "pbx", 30631, &[XML, ACTIVE], &full(2, "confirmed"));
    knows(&mut puppet, Ok(vec![State::Confirmed]));
    notify(&mut puppet, &subscribe, "pbx", 30630, &[XML, ACTIVE], &full(1, "early"));
    puppet.take("500 NOTIFY");
    assert_eq!(told(&mut puppet), []);
}

#[test]
fn it_is_refreshed_in_time_and_inside_its_dialog() {
    let (mut puppet, subscribe) = watching();
    let (refresh, tenths) = next_subscribe(&mut puppet, seconds(300));
    assert!((2_000..=2_401).contains(&tenths), "two thirds to four fifths of 300 s: {tenths}");
    assert_eq!(refresh.request_uri(), Some("sip:10.0.0.2:5060"), "the Contact of the PBX");
    assert_eq!((refresh.call_id(), refresh.to().expect("To").tag()), (subscribe.call_id(), Some("pbx")));
    assert_eq!(refresh.cseq().expect("CSeq").seq, 2);
    accept(&mut puppet, &refresh, "");
    notify(&mut puppet, &refresh, "pbx", 30640, &[XML, ACTIVE], &full(4, "terminated"));
    puppet.take("200 NOTIFY");
    assert_eq!(told(&mut puppet), [], "nothing new");
    next_subscribe(&mut puppet, seconds(241));
}

#[test]
fn a_pbx_that_forgot_is_told_anew() {
    let (mut puppet, subscribe) = watching();
    let (refresh, _) = next_subscribe(&mut puppet, seconds(241));
    puppet.respond(&refresh, "481 Subscription Does Not Exist", "", &[], b"");
    let anew = puppet.take("SUBSCRIBE");
    assert_ne!(anew.call_id(), subscribe.call_id());
    assert_eq!(anew.to().expect("To").tag(), None);
    accept(&mut puppet, &anew, "other");
    notify(&mut puppet, &anew, "other", 1, &[XML, ACTIVE], &full(0, "early"));
    knows(&mut puppet, Ok(vec![State::Early]));
    // The dialog before is nobody's.
    notify(&mut puppet, &subscribe, "pbx", 40000, &[XML, ACTIVE], &full(9, "confirmed"));
    puppet.take("481 NOTIFY");
}

#[test]
fn a_lifetime_that_is_too_short_is_raised() {
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    let first = puppet.take("SUBSCRIBE");
    assert_eq!(first.header("Expires").as_deref(), Some("600"));
    puppet.respond(&first, "423 Interval Too Brief", "pbx", &["Min-Expires: 1800"], b"");
    let second = puppet.take("SUBSCRIBE");
    assert_eq!(second.header("Expires").as_deref(), Some("1800"));
    puppet.respond(&second, "423 Interval Too Brief", "pbx", &["Min-Expires: 1800"], b"");
    knows(&mut puppet, Err(Some(423)));
    assert!(puppet.find("SUBSCRIBE").is_none());
}

#[test]
fn refusals_are_told_and_tried_again_ever_more_slowly() {
    for (status, first_s, longest_s) in
        [(403, 300, 3600), (404, 300, 3600), (489, 300, 3600), (500, 30, 600), (480, 30, 600)]
    {
        let mut puppet = Puppet::registered(|_| {});
        watch(&mut puppet, &["102"]);
        let mut gaps = vec![];
        let mut subscribe = puppet.take("SUBSCRIBE");
        for round in 0..7 {
            puppet.respond(&subscribe, &format!("{status} No"), "pbx", &[], b"");
            let news = told(&mut puppet);
            assert_eq!(news.len(), usize::from(round == 0), "told once: {news:?}");
            assert!(news.iter().all(|(_, known)| *known == Err(Some(status))));
            let gap;
            (subscribe, gap) = next_subscribe(&mut puppet, seconds(longest_s + 1));
            gaps.push(gap);
        }
        assert!((first_s * 30 / 4..=first_s * 10 + 1).contains(&gaps[0]), "{status}: {gaps:?}");
        assert!(gaps[2] > gaps[0] && gaps[6] >= longest_s * 30 / 4, "{status}: {gaps:?}");
    }
}

#[test]
fn the_pbx_may_name_the_time() {
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    let subscribe = puppet.take("SUBSCRIBE");
    puppet.respond(&subscribe, "503 Service Unavailable", "pbx", &["Retry-After: 120 (restart)"], b"");
    let (_, tenths) = next_subscribe(&mut puppet, seconds(200));
    assert!((1_200..=1_201).contains(&tenths), "{tenths}");
}

#[test]
fn a_wrong_password_is_not_tried_for_ever() {
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    for nonce in 2..5 {
        let Some(subscribe) = puppet.find("SUBSCRIBE") else { break };
        assert_eq!(subscribe.cseq().expect("CSeq").seq, nonce - 1);
        let challenge =
            format!("WWW-Authenticate: Digest realm=\"asterisk\", nonce=\"{nonce}\", qop=\"auth\", algorithm=MD5");
        puppet.respond(&subscribe, "401 Unauthorized", "pbx", &[&challenge], b"");
    }
    knows(&mut puppet, Err(Some(401)));
    assert!(puppet.find("SUBSCRIBE").is_none());
}

#[test]
fn silence_is_told() {
    // Of the SUBSCRIBE.
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    puppet.pass(seconds(33));
    knows(&mut puppet, Err(None));
    // Of the NOTIFY.
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    let subscribe = puppet.take("SUBSCRIBE");
    accept(&mut puppet, &subscribe, "pbx");
    puppet.pass(seconds(33));
    knows(&mut puppet, Err(None));
    let (again, _) = next_subscribe(&mut puppet, seconds(31));
    assert_ne!(again.call_id(), subscribe.call_id());
}

#[test]
fn a_subscription_that_the_pbx_ends_is_renewed_as_it_asks() {
    for (reason, known, wait_s) in [
        ("deactivated", None, 0..=0),
        ("timeout", None, 0..=0),
        ("probation;retry-after=70", Some(Err(None)), 70..=71),
        ("giveup", Some(Err(None)), 22..=31),
        ("rejected", Some(Err(Some(403))), 225..=301),
        ("noresource", Some(Err(Some(404))), 225..=301),
        ("", Some(Err(None)), 22..=31),
    ] {
        let (mut puppet, subscribe) = watching();
        let state = format!("Subscription-State: terminated;reason={reason}");
        notify(&mut puppet, &subscribe, "pbx", 30630, &[&state], "");
        puppet.take("200 NOTIFY");
        let news: Vec<_> = told(&mut puppet).into_iter().map(|(_, known)| known).collect();
        assert_eq!(news, Vec::from_iter(known), "{reason}");
        let (again, tenths) = match puppet.find("SUBSCRIBE") {
            Some(again) => (again, 0),
            None => next_subscribe(&mut puppet, seconds(400)),
        };
        assert!(wait_s.contains(&tenths.div_ceil(10)), "{reason}: {tenths}");
        assert_ne!(again.call_id(), subscribe.call_id(), "{reason}");
        // Whoever ends it again at once is given time.
        accept(&mut puppet, &again, "pbx");
        notify(&mut puppet, &again, "pbx", 1, &["Subscription-State: terminated;reason=deactivated"], "");
        let (_, tenths) = next_subscribe(&mut puppet, seconds(4_000));
        assert!(tenths > 200, "{reason}: a loop");
    }
}

#[test]
fn a_gap_in_partial_states_asks_for_the_whole_once_in_a_while() {
    let (mut puppet, subscribe) = watching();
    let one = |id: u32| format!("<dialog id=\"{id}\"><state>confirmed</state></dialog>");
    notify(&mut puppet, &subscribe, "pbx", 30630, &[XML, ACTIVE], &document(1, "partial", &one(1)));
    knows(&mut puppet, Ok(vec![State::Confirmed]));
    assert!(puppet.find("SUBSCRIBE").is_none());
    notify(&mut puppet, &subscribe, "pbx", 30632, &[XML, ACTIVE], &document(3, "partial", &one(2)));
    knows(&mut puppet, Ok(vec![State::Confirmed, State::Confirmed]));
    puppet.settle();
    let refresh = puppet.take("SUBSCRIBE");
    assert_eq!(refresh.call_id(), subscribe.call_id());
    accept(&mut puppet, &refresh, "");
    notify(&mut puppet, &refresh, "pbx", 30633, &[XML, ACTIVE], &document(5, "partial", &one(3)));
    puppet.sent.clear();
    puppet.settle();
    assert!(puppet.find("SUBSCRIBE").is_none(), "a PBX that cannot count is not asked again and again");
    notify(&mut puppet, &refresh, "pbx", 30634, &[XML, ACTIVE], &document(6, "full", &one(9)));
    assert_eq!(told(&mut puppet).last().expect("told").1, Ok(vec![State::Confirmed]));
}

#[test]
fn who_is_no_longer_watched_is_taken_back() {
    let (mut puppet, subscribe) = watching();
    watch(&mut puppet, &["103"]);
    let end = puppet.take("SUBSCRIBE");
    assert_eq!((end.call_id(), end.header("Expires").as_deref()), (subscribe.call_id(), Some("0")));
    let other = puppet.take("SUBSCRIBE");
    assert_eq!(other.request_uri(), Some("sip:103@pbx.example"));
    puppet.respond(&end, "200 OK", "", &["Expires: 0"], b"");
    notify(
        &mut puppet,
        &subscribe,
        "pbx",
        30630,
        &[XML, "Subscription-State: terminated;reason=timeout"],
        &full(1, "early"),
    );
    puppet.take("200 NOTIFY");
    assert_eq!(told(&mut puppet), []);
    puppet.respond(&other, "404 Not Found", "pbx", &[], b"");
    assert_eq!(told(&mut puppet), [("103".to_owned(), Err(Some(404)))]);
    puppet.pass(seconds(10));
    notify(&mut puppet, &subscribe, "pbx", 30631, &[XML, ACTIVE], &full(2, "early"));
    puppet.take("481 NOTIFY");
}

#[test]
fn one_who_is_dropped_before_the_answer_is_taken_back_after_it() {
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    let subscribe = puppet.take("SUBSCRIBE");
    watch(&mut puppet, &[]);
    assert!(puppet.find("SUBSCRIBE").is_none());
    notify(&mut puppet, &subscribe, "pbx", 1, &[XML, ACTIVE], &full(0, "early"));
    puppet.take("200 NOTIFY");
    accept(&mut puppet, &subscribe, "pbx");
    let end = puppet.take("SUBSCRIBE");
    assert_eq!((end.header("Expires").as_deref(), end.cseq().expect("CSeq").seq), (Some("0"), 2));
    assert_eq!(told(&mut puppet), []);
}

#[test]
fn only_the_registrar_is_believed() {
    let (mut puppet, subscribe) = watching();
    let pbx = puppet.peer;
    puppet.peer = "10.0.0.66:5060".parse().expect("an address");
    notify(&mut puppet, &subscribe, "pbx", 30630, &[XML, ACTIVE], &full(1, "confirmed"));
    puppet.take("481 NOTIFY");
    puppet.peer = pbx;
    notify(&mut puppet, &subscribe, "pbx", 30631, &[XML, ACTIVE], &full(1, "early"));
    knows(&mut puppet, Ok(vec![State::Early]));
}

#[test]
fn what_cannot_be_read_is_refused_and_changes_nothing() {
    let (mut puppet, subscribe) = watching();
    for (cseq, more, body, status) in [
        (1, &["Event: presence", ACTIVE, XML][..], full(1, "early"), 489),
        (2, &[ACTIVE, "Content-Type: application/pidf+xml"], full(1, "early"), 415),
        (3, &[ACTIVE, XML], "<dialog-info>".to_owned(), 400),
        (4, &[ACTIVE, XML], "<!DOCTYPE x [<!ENTITY a \"b\">]><dialog-info/>".to_owned(), 400),
        (5, &[ACTIVE], String::new(), 200),
        (6, &["Subscription-State: pending", XML], full(1, "early"), 200),
    ] {
        notify(&mut puppet, &subscribe, "pbx", 30_700 + cseq, more, &body);
        puppet.take(&format!("{status} NOTIFY"));
        assert_eq!(told(&mut puppet), [], "{cseq}");
    }
    notify(&mut puppet, &subscribe, "pbx", 30_800, &[XML, ACTIVE], &full(1, "early"));
    knows(&mut puppet, Ok(vec![State::Early]));
}

#[test]
fn a_flow_that_breaks_is_subscribed_over_anew_and_told_only_if_that_takes_long() {
    let (mut puppet, subscribe) = watching();
    notify(&mut puppet, &subscribe, "pbx", 30630, &[XML, ACTIVE], &full(1, "early"));
    knows(&mut puppet, Ok(vec![State::Early]));
    let flow = puppet.flow;
    puppet.input(Input::Closed { flow, cause: FlowError::Reset });
    register(&mut puppet);
    let again = puppet.take("SUBSCRIBE");
    assert_ne!(again.call_id(), subscribe.call_id());
    accept(&mut puppet, &again, "pbx");
    notify(&mut puppet, &again, "pbx", 1, &[XML, ACTIVE], &full(0, "early"));
    puppet.pass(seconds(20));
    assert_eq!(told(&mut puppet), [], "as if nothing had happened");
    puppet.command(Command::NetworkChanged);
    puppet.pass(seconds(9));
    assert_eq!(told(&mut puppet), []);
    puppet.pass(seconds(2));
    knows(&mut puppet, Err(None));
    register(&mut puppet);
    let again = puppet.take("SUBSCRIBE");
    accept(&mut puppet, &again, "pbx");
    notify(&mut puppet, &again, "pbx", 1, &[XML, ACTIVE], &full(0, "early"));
    knows(&mut puppet, Ok(vec![State::Early]));
}

/// Answers the REGISTER that is out.
fn register(puppet: &mut Puppet) {
    let register = puppet.take("REGISTER");
    registered(puppet, &register);
}

#[test]
fn who_is_watched_before_the_account_is_registered_waits() {
    let mut puppet = Puppet::new(|_| {});
    watch(&mut puppet, &["102"]);
    puppet.pass(seconds(60));
    assert!(puppet.find("SUBSCRIBE").is_none() && told(&mut puppet).is_empty());
    puppet.command(Command::Register(ACCOUNT));
    register(&mut puppet);
    puppet.take("SUBSCRIBE");
}

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
