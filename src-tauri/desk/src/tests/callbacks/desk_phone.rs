//! The PBX rings another telephone instead of this one: what is promised is kept there.

use cti::{Direction, OrderTold, Outcome, Step, Then, Wish};

use super::*;
use crate::{Cards, OrdersBy, SupervisionRules, wire::CardState};

/// The agent's telephone is 901, and the customer is called first.
fn office() -> Office {
    let callbacks = CallbackRules { order: CallbackOrder::CustomerFirst, ..CallbackRules::default() };
    let desk_phone = Some("901".to_owned());
    let supervision = SupervisionRules { orders: OrdersBy::Manager, desk_phone, ..SupervisionRules::default() };
    let cards = Cards { extensions: vec!["100-199".into(), "9xx".into()], ..Cards::default() };
    Office::with(Settings { callbacks, supervision, cards, ..settings() })
}

/// The customer is called, for the telephone that is given.
fn order(office: &mut Office, id: &str) -> (String, String) {
    office.asks(&on(id, "call_callback"));
    office.commit();
    let order = office.kit.orders.pop().expect("the PBX was asked");
    let Wish::Originate(wish) = order.wish else { panic!("{:?}", order.wish) };
    let Then::Exten { exten, .. } = wish.then else { panic!("{wish:?}") };
    (order.id, exten)
}

#[test]
fn a_customer_who_is_called_first_is_put_through_to_it() {
    let mut office = office();
    office.kit.hear(Event::Registration(AccountId("work".into()), Registration::Unregistered));
    let id = office.promise(ANNA);
    let (order, exten) = order(&mut office, &id);
    assert_eq!(exten, "901", "whether or not this telephone is registered");
    let one = office.one(&id);
    assert_eq!((one.claimed_by.as_deref(), one.is_mine), (Some("901"), true));
    office.kit.input(Input::Ordered(OrderTold { id: order, step: Step::Done }));
    assert_eq!(office.one(&id).outcome, Some(CallbackOutcome::Reached));
}

#[test]
fn who_is_put_through_there_is_nobody_who_rings_here() {
    let mut office = office();
    let id = office.promise(ANNA);
    let (order, _) = order(&mut office, &id);
    office.kit.input(Input::Ordered(OrderTold { id: order, step: Step::Up }));
    office.rings(2, "anonymous");
    assert_eq!(office.kit.call("c2").peer.number, "anonymous");
    assert_eq!(office.one(&id).call, None);
}

#[test]
fn what_the_agent_took_on_before_it_was_set_up_stays_theirs() {
    let mut office = office();
    let id = office.promise(ANNA);
    office.asks(&on(&id, "claim_callback"));
    office.settings.supervision.desk_phone = None;
    office.kit.input(Input::Settings(office.settings.clone()));
    assert!(!office.one(&id).is_mine, "another telephone is somebody else's now");
    office.settings.supervision.desk_phone = Some("901".to_owned());
    office.kit.input(Input::Settings(office.settings.clone()));
    assert!(office.one(&id).is_mine);
}

#[test]
fn who_speaks_with_them_there_is_this_agent() {
    let mut office = office();
    let id = office.promise(ANNA);
    office.kit.input(leg("L", "901", ANNA, offered(Direction::In)));
    office.kit.input(leg("L", "901", ANNA, cti::What::Answered));
    assert_eq!(office.one(&id).outcome, Some(CallbackOutcome::Reached), "and no colleague");
}

#[test]
fn its_calls_have_cards() {
    let mut office = office();
    office.kit.input(leg("L", "901", ANNA, offered(Direction::In)));
    let cards = office.kit.desk.snapshot().cards;
    assert_eq!(cards.len(), 1);
    let card = &cards[0];
    assert_eq!((card.extension.as_str(), card.state, &card.call), ("901", CardState::Ringing, &None));
    office.kit.input(leg("L", "901", ANNA, cti::What::Answered));
    office.kit.input(leg("L", "901", ANNA, ended(Outcome::Answered)));
    assert_eq!(office.kit.desk.snapshot().cards.first().map(|card| card.state), Some(CardState::Ended));
}

#[test]
fn nobody_is_called_by_itself_while_the_agent_talks_there() {
    let mut office = office();
    office.settings.callbacks.at_due = AtDue::Call;
    office.kit.input(Input::Settings(office.settings.clone()));
    office.kit.input(leg("L", "901", BORIS, offered(Direction::In)));
    office.kit.input(leg("L", "901", BORIS, cti::What::Answered));
    let id = office.promise(ANNA);
    office.asks(&on(&id, "claim_callback"));
    office.kit.pass(MINUTE);
    assert!(office.kit.commits.is_empty(), "they would find nobody there");
    office.kit.input(leg("L", "901", BORIS, ended(Outcome::Answered)));
    office.kit.pass(MINUTE);
    assert_eq!(office.kit.commits.len(), 1);
}
