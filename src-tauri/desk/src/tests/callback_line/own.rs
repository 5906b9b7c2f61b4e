//! Nobody is at the line's account, nor at its trunk's: the agent has another one.

use cti::{Then, Wish};

use super::*;
use crate::{CallbackRules, DialCodes, OrdersBy, SupervisionRules, wire::CallbackOrder};

/// The line stands first in the file, and the PBX takes orders.
fn story(line: LineRules) -> Story {
    let callbacks = CallbackRules { order: CallbackOrder::CustomerFirst, ..CallbackRules::default() };
    let codes = DialCodes { pause: "*46".to_owned(), ..DialCodes::default() };
    let supervision = SupervisionRules { orders: OrdersBy::Manager, codes, ..SupervisionRules::default() };
    let mut story = Story::with(Settings { callbacks, supervision, ..settings(line) });
    story.kit.input(Input::Callbacks(Vec::new()));
    story
}

fn promise(story: &mut Story) -> String {
    let asked = story.kit.ask(r#"{"type":"request_callback","number":"84952294988"}"#);
    asked.expect("possible").callback.expect("it is about a callback")
}

fn call(id: &str) -> String {
    format!(r#"{{"type":"call_callback","callback":"{id}"}}"#)
}

/// Where a customer is put through who is called first.
fn put_through(story: &mut Story) -> String {
    let id = promise(story);
    story.kit.ask(&call(&id)).expect("possible");
    let (token, _) = story.kit.commits.remove(0);
    story.kit.input(Input::Committed(token, Ok(())));
    let Some(Wish::Originate(wish)) = story.kit.orders.pop().map(|order| order.wish) else { panic!("no order") };
    let Then::Exten { exten, .. } = wish.then else { panic!("{wish:?}") };
    exten
}

/// The telephone that the PBX is to ring for a supervision, and the token of its call.
fn rung(story: &mut Story) -> (String, String) {
    story.kit.asks(r#"{"type":"supervise","extension":"205","mode":"spy"}"#);
    let Some(Wish::Supervise { on, .. }) = story.kit.orders.pop().map(|order| order.wish) else { panic!("no order") };
    (on.extension, on.token.unwrap_or_default())
}

fn loses(story: &mut Story, account: &str) {
    story.kit.hear(Event::Registration(AccountId(account.to_owned()), Registration::Unregistered));
}

#[test]
fn a_customer_who_is_called_first_is_not_put_through_to_the_line() {
    assert_eq!(put_through(&mut story(rules())), "101");
    let with_trunk = LineRules { trunk: Some("trunk".to_owned()), ..rules() };
    assert_eq!(put_through(&mut story(with_trunk.clone())), "101");
    let mut story = story(with_trunk);
    let id = promise(&mut story);
    loses(&mut story, "work");
    assert_eq!(story.kit.is_refused(&call(&id)).1, "not_registered", "nobody would be there for them");
}

#[test]
fn the_pbx_rings_the_agent_and_not_the_line() {
    let with_trunk = LineRules { trunk: Some("trunk".to_owned()), ..rules() };
    let mut story = story(with_trunk);
    assert_eq!(rung(&mut story).0, "101");
    loses(&mut story, "work");
    story.kit.asks(r#"{"type":"set_presence","state":"away"}"#);
    let Some(Wish::Pause { extension, .. }) = story.kit.orders.pop().map(|order| order.wish) else {
        panic!("no order")
    };
    assert_eq!(extension, "101");
}

#[test]
fn codes_are_dialled_by_the_agent_and_not_by_the_line() {
    let mut story = story(rules());
    story.kit.input(Input::Manager(Some("connection refused".to_owned())));
    story.kit.asks(r#"{"type":"set_presence","state":"away"}"#);
    let dialled = story.dialled();
    assert_eq!((dialled.account.as_str(), dialled.target.as_str()), ("work", "*46"));
}

#[test]
fn a_desk_with_nothing_but_a_line_has_no_agent() {
    let mut settings = settings(rules());
    settings.accounts.truncate(1);
    settings.supervision.orders = OrdersBy::Manager;
    let mut story = Story::with(settings);
    let intent = r#"{"type":"supervise","extension":"205","mode":"spy"}"#;
    assert_eq!(story.kit.is_refused(intent).1, "not_registered");
}

#[test]
fn an_account_that_has_the_line_among_its_numbers_is_the_agents_too() {
    let mut settings = settings(LineRules { lines: vec!["74950000550".to_owned()], ..rules() });
    settings.accounts.truncate(1);
    settings.supervision.orders = OrdersBy::Manager;
    assert_eq!(rung(&mut Story::with(settings.clone())).0, "550");
    settings.line.lines.push("550".to_owned());
    let mut story = Story::with(settings);
    let intent = r#"{"type":"supervise","extension":"205","mode":"spy"}"#;
    assert_eq!(story.kit.is_refused(intent).1, "not_registered", "whoever calls it reaches the line");
}

#[test]
fn a_call_that_was_ordered_is_taken_before_the_line_is_asked() {
    let mut story = story(LineRules { enabled: false, ..rules() });
    let (extension, token) = rung(&mut story);
    assert_eq!(extension, "550", "there is no line yet");
    story.kit.asks(r#"{"type":"set_callback_line","on":true}"#);
    story.said();
    let call = story.comes_as(ANNA, "line", true, &[("X-Ringside", &token)]);
    assert!(story.said().contains(&Command::Answer(call)));
    // One that no order waits for is nobody's to call back.
    let call = story.comes_as(ANNA, "line", true, &[("X-Ringside", "of yesterday")]);
    assert!(story.said().contains(&Command::Decline(call, 480)));
    story.nobody_is_called();
    assert_eq!(story.rows(), []);
}
