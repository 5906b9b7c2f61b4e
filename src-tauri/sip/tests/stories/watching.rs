//! Watching what extensions do (RFC 6665, RFC 4235), against a PBX whose every word the story writes.

mod lasting;
mod many;
mod refusals;

use std::time::Duration;

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
