//! The PBX calls back, and holds the call.

use cti::{CallerId, Device, First, Originate, Step, Then, Wish};

use super::*;
use crate::{OrdersBy, SupervisionRules};

fn by_manager() -> LineRules {
    LineRules { by: LineBy::Manager, next: LineNext::Queue("500".to_owned()), ..rules() }
}

fn with_manager(line: LineRules) -> Settings {
    let supervision = SupervisionRules { orders: OrdersBy::Manager, ..SupervisionRules::default() };
    Settings { supervision, ..settings(line) }
}

/// Anna asked, the delay is over: the order, and its name.
fn ordered(line: LineRules) -> (Story, String, Originate) {
    let mut story = Story::with(with_manager(line));
    story.asks(ANNA);
    story.kit.pass(5 * SECOND);
    assert_eq!(story.all_dialled(), [], "this softphone calls nobody");
    assert_eq!(story.state(), LineState::Calling);
    let mut orders = std::mem::take(&mut story.kit.orders);
    assert_eq!(orders.len(), 1);
    let order = orders.remove(0);
    let Wish::Originate(wish) = order.wish else { panic!("{:?}", order.wish) };
    (story, order.id, *wish)
}

fn told(story: &mut Story, id: &str, step: Step) {
    story.kit.input(Input::Ordered(cti::OrderTold { id: id.to_owned(), step }));
}

fn failure(code: &str) -> Step {
    Step::Failed { code: code.to_owned(), detail: "It does not work".to_owned() }
}

fn exten(context: Option<&str>, exten: &str) -> Then {
    Then::Exten { context: context.map(str::to_owned), exten: exten.to_owned(), priority: None }
}

#[test]
fn all_that_the_settings_say_is_in_the_order() {
    let line = LineRules {
        trunk: Some("provider".to_owned()),
        caller_id: Some("74950000100".to_owned()),
        ring_timeout: 25 * SECOND,
        ..by_manager()
    };
    let (_, id, wish) = ordered(line);
    assert!(id.starts_with('b'));
    let expected = Originate {
        first: First::Outside { number: ANNA_DIALLED.to_owned(), trunk: Some("provider".to_owned()) },
        then: exten(None, "500"),
        timeout: Some(25 * SECOND),
        caller_id: Some(CallerId { name: String::new(), number: "74950000100".to_owned() }),
        variables: Vec::new(),
        account: None,
    };
    assert_eq!(wish, expected);
}

#[test]
fn whom_it_calls() {
    let number = LineMethod::Number("+78121234567".to_owned());
    let (.., wish) = ordered(LineRules { method: number, ..by_manager() });
    assert_eq!(wish.first, First::Outside { number: "+78121234567".to_owned(), trunk: None });
    let extension = LineMethod::Extension("205".to_owned());
    let (.., wish) = ordered(LineRules { method: extension, trunk: Some("provider".to_owned()), ..by_manager() });
    assert_eq!(wish.first, First::Device(Device { extension: "205".to_owned(), ..Device::default() }));
}

#[test]
fn what_comes_next() {
    let (.., wish) = ordered(LineRules { next: LineNext::Agent, ..by_manager() });
    assert_eq!(wish.then, exten(None, "101"), "the agent's own telephone, not the line");
    let (.., wish) = ordered(LineRules { next: LineNext::Extension("205".to_owned()), ..by_manager() });
    assert_eq!(wish.then, exten(None, "205"));
}

#[test]
fn the_pbx_reads_digits_where_the_settings_say() {
    let read_at = Some(ReadAt { context: "inside-only".to_owned(), extension: "s".to_owned() });
    let next = LineNext::Digits { length: 3, read_at };
    let line = LineRules { next, digit_timeout: 4 * SECOND, first_digit_timeout: 12 * SECOND, ..by_manager() };
    let (mut story, id, wish) = ordered(line);
    assert_eq!(wish.then, exten(Some("inside-only"), "s"));
    let variables: Vec<String> = wish.variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let expected = ["RINGSIDE_DIGITS=3", "RINGSIDE_FIRST_DIGIT_TIMEOUT=12", "RINGSIDE_DIGIT_TIMEOUT=4"];
    assert_eq!(variables, expected);
    told(&mut story, &id, Step::Up);
    assert_eq!(story.state(), LineState::Dialling);
    told(&mut story, &id, Step::Done);
    assert_eq!(story.state(), LineState::Done);
}

#[test]
fn the_order_gets_on() {
    let (mut story, id, _) = ordered(by_manager());
    told(&mut story, &id, Step::Accepted);
    told(&mut story, &id, Step::Ringing);
    assert_eq!(story.state(), LineState::Calling);
    told(&mut story, &id, Step::Up);
    assert_eq!(story.state(), LineState::HandingOn);
    assert_eq!(story.rows()[0].handed_to.as_deref(), Some("500"));
    told(&mut story, &id, Step::Done);
    assert_eq!(story.state(), LineState::Done);
    told(&mut story, &id, Step::Over);
    assert_eq!(story.state(), LineState::Done);
    story.nobody_is_called();
}

#[test]
fn steps_may_be_left_out() {
    let (mut story, id, _) = ordered(by_manager());
    told(&mut story, &id, Step::Done);
    let row = story.rows().remove(0);
    assert_eq!((row.state, row.handed_to.as_deref()), (LineState::Done, Some("500")));
}

#[test]
fn why_it_came_to_nothing() {
    for (is_up, step, code) in [
        (false, failure("phone_busy"), "line_busy"),
        (false, failure("phone_declined"), "line_busy"),
        (false, failure("phone_no_answer"), "line_no_answer"),
        (false, failure("trunk_not_set_up"), "trunk_not_set_up"),
        (false, failure("pbx_unreachable"), "pbx_unreachable"),
        (false, Step::Over, "line_no_answer"),
        (true, failure("far_busy"), "line_not_handed_on"),
        (true, failure("far_no_answer"), "line_not_handed_on"),
        (true, failure("far_not_registered"), "line_not_handed_on"),
        (true, failure("number_not_found"), "number_not_found"),
        (true, Step::Over, "line_hung_up"),
    ] {
        let (mut story, id, _) = ordered(by_manager());
        if is_up {
            told(&mut story, &id, Step::Up);
        }
        told(&mut story, &id, step);
        assert_eq!(story.end(), failed(code));
        story.nobody_is_called();
    }
}

#[test]
fn a_pbx_that_says_nothing_is_not_waited_for() {
    let (mut story, id, _) = ordered(by_manager());
    story.kit.pass(60 * SECOND);
    let orders: Vec<Wish> = story.kit.orders.iter().map(|order| order.wish.clone()).collect();
    assert_eq!(orders, [Wish::End { order: id.clone() }]);
    assert_eq!(story.end(), failed("line_no_answer"));
    told(&mut story, &id, Step::Up);
    assert_eq!(story.end(), failed("line_no_answer"));

    let (mut story, id, _) = ordered(by_manager());
    told(&mut story, &id, Step::Up);
    story.kit.pass(10 * MINUTE);
    assert_eq!(story.state(), LineState::Done, "they wait in the queue");
    assert_eq!(story.kit.orders, []);
}

#[test]
fn a_manager_interface_that_is_down_is_waited_for_as_a_registration_is() {
    let down = || Input::Manager(Some("connection refused".to_owned()));
    let mut story = Story::with(with_manager(by_manager()));
    story.kit.input(down());
    story.asks(ANNA);
    story.kit.pass(5 * SECOND);
    assert_eq!((story.state(), story.kit.orders.len()), (LineState::Waiting, 0));
    story.kit.pass(29 * SECOND);
    story.kit.input(Input::Manager(None));
    assert_eq!((story.state(), story.kit.orders.len()), (LineState::Calling, 1));
    story.kit.input(down());
    assert_eq!(story.state(), LineState::Calling, "the order goes on");

    let mut story = Story::with(with_manager(by_manager()));
    story.kit.input(down());
    story.asks(ANNA);
    story.kit.pass(35 * SECOND);
    assert_eq!(story.end(), failed("pbx_unreachable"));
    assert_eq!(story.kit.desk.snapshot().callback_line.made_last_hour, 0, "nobody was called");
    story.kit.input(Input::Manager(None));
    story.nobody_is_called();
}

#[test]
fn orders_of_others_are_not_heard() {
    let (mut story, id, _) = ordered(by_manager());
    for other in ["b999", "s1", ""] {
        told(&mut story, other, Step::Done);
        assert_eq!(story.state(), LineState::Calling);
    }
    told(&mut story, &id, Step::Done);
    assert_eq!(story.state(), LineState::Done);
}

#[test]
fn what_the_manager_needs() {
    let read_at = Some(ReadAt { context: "inside-only".to_owned(), extension: "s".to_owned() });
    let digits = |read_at| LineRules { next: LineNext::Digits { length: 3, read_at }, ..by_manager() };
    let only_line = |settings: Settings| Settings { accounts: settings.accounts[..1].to_vec(), ..settings };
    let to_agent = LineRules { next: LineNext::Agent, ..by_manager() };
    for (settings, code) in [
        (settings(by_manager()), "line_no_pbx"),
        (with_manager(digits(None)), "line_no_context"),
        (only_line(with_manager(to_agent)), "line_no_agent"),
    ] {
        let mut story = Story::with(settings);
        assert_eq!(story.trouble().as_deref(), Some(code));
        story.asks(ANNA);
        assert_eq!(story.end(), failed(code));
        story.nobody_is_called();
    }
    for settings in [with_manager(digits(read_at)), only_line(with_manager(by_manager()))] {
        assert_eq!(Story::with(settings).trouble(), None);
    }
}
