//! Being found: an account registers, stays registered, and comes back.

use std::time::Duration;

use sip::{Command, Event, RegistrationFailure, RegistrationState, Transport, digest::Algorithm};

use crate::kit::*;

#[track_caller]
pub fn state(world: &mut World, what: &str, wanted: impl Fn(&RegistrationState) -> bool) -> RegistrationState {
    world.expect(PHONE, what, |event| match event {
        Event::Registration { state, .. } if wanted(state) => Some(state.clone()),
        _ => None,
    })
}

#[track_caller]
pub fn registered(world: &mut World) -> Duration {
    match state(world, "Registered", |state| matches!(state, RegistrationState::Registered { .. })) {
        RegistrationState::Registered { expires } => expires,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn failed(world: &mut World) -> (Option<u16>, RegistrationFailure, Option<Duration>) {
    match state(world, "Failed", |state| matches!(state, RegistrationState::Failed { .. })) {
        RegistrationState::Failed { status, cause, retry_in, .. } => (status, cause, retry_in),
        other => panic!("{other:?}"),
    }
}

fn register(world: &mut World, transport: Transport) {
    world.command(PHONE, Command::SetAccount(ACCOUNT, account(transport)));
    world.command(PHONE, Command::Register(ACCOUNT));
}

#[test]
fn digest_is_answered_with_the_best_algorithm() {
    for algorithms in
        [vec![Algorithm::Md5], vec![Algorithm::Sha256, Algorithm::Md5], vec![Algorithm::Md5, Algorithm::Sha256]]
    {
        let mut world = World::new(1);
        let best = *algorithms.iter().max().expect("one");
        world.registrar.algorithms = algorithms;
        register(&mut world, Transport::Udp);
        assert_eq!(registered(&mut world), seconds(300));
        let authorization = world.last("PHONE REGISTER").header("Authorization").expect("an answer").into_owned();
        assert!(authorization.contains(&format!("algorithm={},", best.name())), "{authorization}");
        assert!(authorization.contains("nc=00000001") && authorization.contains("qop=auth,"), "{authorization}");
        assert_eq!(world.flow(), ["PHONE REGISTER", "PBX 401 REGISTER", "PHONE REGISTER", "PBX 200 REGISTER"]);
    }
}

#[test]
fn a_registration_is_refreshed_with_a_rising_count() {
    let mut world = World::new(2);
    world.registrar.algorithms = vec![Algorithm::Md5];
    register(&mut world, Transport::Udp);
    registered(&mut world);
    world.pass(seconds(1000));
    assert_eq!(world.sent("PBX 401 REGISTER"), 1, "one challenge serves for all");
    assert_eq!(world.sent("PHONE REGISTER"), 2 + 4, "every 240 s");
    assert_eq!(world.registrar.bindings.len(), 1);
}

#[test]
fn a_nonce_that_grew_old_is_no_failure() {
    for says_stale in [true, false] {
        let mut world = World::new(3);
        world.registrar.algorithms = vec![Algorithm::Md5];
        (world.registrar.nonce_lives, world.registrar.says_stale) = (1, says_stale);
        register(&mut world, Transport::Udp);
        world.pass(seconds(1000));
        let failed = world
            .told(PHONE)
            .iter()
            .any(|event| matches!(event, Event::Registration { state: RegistrationState::Failed { .. }, .. }));
        assert!(!failed, "{:#?}", world.told(PHONE));
        assert_eq!(world.sent("PBX 200 REGISTER"), 5);
    }
}

#[test]
fn a_wrong_password_is_told_and_not_hammered() {
    for new_nonce_each_time in [false, true] {
        let mut world = World::new(4);
        world.registrar.algorithms = vec![Algorithm::Md5];
        world.registrar.password = "another".to_owned();
        world.registrar.new_nonce_each_time = new_nonce_each_time;
        register(&mut world, Transport::Udp);
        assert_eq!(failed(&mut world), (Some(401), RegistrationFailure::WrongCredentials, None));
        world.pass(seconds(3600));
        assert!(world.sent("PHONE REGISTER") <= 3, "{:#?}", world.flow());
    }
}

#[test]
fn a_refusal_is_asked_again_slowly() {
    let mut world = World::new(5);
    world.registrar.refuses = Some(403);
    register(&mut world, Transport::Udp);
    let (status, cause, retry_in) = failed(&mut world);
    assert_eq!((status, cause), (Some(403), RegistrationFailure::Refused));
    assert!(retry_in.is_some_and(|after| after >= seconds(150)), "{retry_in:?}");
}

#[test]
fn a_lifetime_too_short_is_raised() {
    let mut world = World::new(6);
    world.registrar.min_expires = Some(600);
    register(&mut world, Transport::Udp);
    assert_eq!(registered(&mut world), seconds(600));
    assert_eq!(world.flow(), ["PHONE REGISTER", "PBX 423 REGISTER", "PHONE REGISTER", "PBX 200 REGISTER"]);
}

#[test]
fn our_own_binding_is_found_among_others() {
    let mut world = World::new(7);
    world.registrar.grants = Some(60);
    world.registrar.others = vec!["<sip:101@10.0.0.9:5060>;expires=3600".to_owned()];
    register(&mut world, Transport::Udp);
    assert_eq!(registered(&mut world), seconds(60));
}

#[test]
fn the_pbx_goes_away_and_comes_back() {
    let mut world = World::new(8);
    register(&mut world, Transport::Udp);
    registered(&mut world);
    world.pbx_is_down = true;
    let (_, cause, retry_in) = failed(&mut world);
    assert_eq!(cause, RegistrationFailure::NoResponse);
    assert!(retry_in.is_some_and(|after| after <= seconds(8)), "soon at first: {retry_in:?}");
    world.pass(seconds(600));
    let attempts = world.sent("PHONE REGISTER");
    world.pass(seconds(600));
    assert!(world.sent("PHONE REGISTER") - attempts < 60, "then ever more slowly");
    world.pbx_is_down = false;
    registered(&mut world);
}

#[test]
fn a_broken_connection_is_made_again_at_once() {
    let mut world = World::new(9);
    register(&mut world, Transport::Tcp);
    registered(&mut world);
    let contact = world.last("PHONE REGISTER").header("Contact").expect("a Contact").into_owned();
    assert!(contact.contains(";transport=tcp>"), "{contact}");
    let before = world.elapsed();
    world.break_streams();
    state(&mut world, "Registering", |state| *state == RegistrationState::Registering);
    registered(&mut world);
    assert!(world.elapsed() - before < seconds(1), "a dead flow is a missed call");
    assert_eq!(world.registrar.bindings.len(), 1, "the old binding went with the new REGISTER");
}

#[test]
fn a_connection_that_is_refused_is_not_hammered() {
    let mut world = World::new(10);
    world.pbx_is_down = true;
    register(&mut world, Transport::Tcp);
    assert_eq!(failed(&mut world).1, RegistrationFailure::Unreachable);
    world.pass(seconds(3600));
    let failures = world.told(PHONE).len();
    assert!(failures < 60, "{failures} in an hour");
    world.pbx_is_down = false;
    registered(&mut world);
}

#[test]
fn a_connection_without_pongs_is_dead_once_there_were_some() {
    let mut world = World::new(11);
    register(&mut world, Transport::Tcp);
    registered(&mut world);
    world.pass(seconds(100));
    assert_eq!(world.sent("PHONE REGISTER"), 1, "pings are answered, all is well");
    world.freeze_streams = true;
    world.pass(seconds(60));
    world.freeze_streams = false;
    assert!(world.sent("PHONE REGISTER") > 1, "found out by the missing pong");
    world.pass(seconds(60));
    assert!(matches!(
        world.told(PHONE).last(),
        Some(Event::Registration { state: RegistrationState::Registered { .. }, .. })
    ));
}

#[test]
fn behind_a_nat_the_public_address_is_registered_once() {
    let mut world = World::new(12);
    world.nat = Some("192.0.2.7:40000".parse().expect("an address"));
    register(&mut world, Transport::Udp);
    registered(&mut world);
    world.pass(seconds(200));
    assert_eq!(world.sent("PHONE REGISTER"), 2, "{:#?}", world.flow());
    let bindings: Vec<_> = world.registrar.bindings.keys().cloned().collect();
    assert_eq!(bindings, ["sip:101@192.0.2.7:40000"], "the private address is gone again");
}

#[test]
fn unregistering_removes_the_binding() {
    let mut world = World::new(13);
    register(&mut world, Transport::Udp);
    registered(&mut world);
    world.command(PHONE, Command::Unregister(ACCOUNT));
    state(&mut world, "Unregistered", |state| *state == RegistrationState::Unregistered);
    assert!(world.registrar.bindings.is_empty());
    world.pass(seconds(1000));
    assert_eq!(world.sent("PHONE REGISTER"), 2);
}

#[test]
fn stopping_unregisters_and_says_so() {
    let mut world = World::new(14);
    register(&mut world, Transport::Udp);
    registered(&mut world);
    world.command(PHONE, Command::Stop);
    world.expect(PHONE, "Stopped", |event| matches!(event, Event::Stopped).then_some(()));
    assert!(world.registrar.bindings.is_empty());
    assert!(world.elapsed() < seconds(1));
}

#[test]
fn another_network_means_another_registration() {
    let mut world = World::new(15);
    register(&mut world, Transport::Udp);
    registered(&mut world);
    world.command(PHONE, Command::NetworkChanged);
    registered(&mut world);
    assert_eq!(world.registrar.bindings.len(), 1, "{:?}", world.registrar.bindings);
}

#[test]
fn removing_an_account_unregisters_it() {
    let mut world = World::new(16);
    register(&mut world, Transport::Udp);
    registered(&mut world);
    world.command(PHONE, Command::RemoveAccount(ACCOUNT));
    world.pass(seconds(1));
    assert!(world.registrar.bindings.is_empty());
    world.pass(seconds(4000));
    assert_eq!(world.sent("PHONE REGISTER"), 2);
}
