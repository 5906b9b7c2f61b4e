//! Calls on their way to the CRM: none is lost, and each keeps its key.

use super::{stand_in::Reply, *};

fn key_of(seen: &stand_in::Seen) -> String {
    let key = seen.headers.lines().find_map(|line| line.strip_prefix("idempotency-key: "));
    key.expect("a key").to_owned()
}

#[tokio::test]
async fn what_is_registered_is_sent_once_with_its_key() {
    let server = StandIn::start(|_, _| Reply::Json("{}")).await;
    let mut desk = Desk::new(settings_for(&server));
    desk.register("early");
    desk.start();
    assert_eq!(desk.registered(1).await, ["early"], "it stood in the journal before");
    for key in ["a", "b", "c"] {
        desk.register(key);
    }
    assert_eq!(desk.registered(3).await, ["a", "b", "c"]);
    assert_eq!(desk.counts().await, (0, 4, 0));
    let seen = server.seen();
    assert_eq!(seen.len(), 4);
    for request in seen {
        assert_eq!(request.line, "POST /calls");
        assert_eq!(request.body, format!("{{\"id\":\"{}\"}}", key_of(&request)));
        assert!(request.headers.contains("content-type: application/json"), "{}", request.headers);
    }
    assert!(server.connections() < 4, "connections are kept: {}", server.connections());
}

#[tokio::test]
async fn the_crm_hears_who_asks_and_nobody_else_does() {
    let server = StandIn::start(|_, _| Reply::Json("{}")).await;
    let mut desk = Desk::new(settings_for(&server));
    desk.settings.username = Some("desk".to_owned());
    let (settings, journal) = (desk.settings.clone(), desk.journal.clone());
    let secret = |wanted: &SectionSecret| (wanted.name() == "[crm] password").then(|| Secret("p".to_owned()));
    desk.crm = Some(Crm::start(settings, Vec::new(), secret, async { Some(journal) }, desk.tell.clone()));
    desk.register("a");
    assert_eq!(desk.registered(1).await, ["a"]);
    let seen = server.seen();
    assert!(seen[0].headers.contains("authorization: basic zgvzazpw\r\n"), "{}", seen[0].headers);
    assert!(!format!("{:?}", desk.crm).contains("ZGVzazpw"));
}

#[tokio::test]
async fn a_call_that_was_taken_without_a_word_is_told_again_and_known_again() {
    let server = StandIn::start(|_, before| match before {
        0 => Reply::HangUp,
        1 => Reply::Status(500, ""),
        _ => Reply::Status(409, ""),
    })
    .await;
    let mut desk = Desk::new(settings_for(&server));
    desk.start();
    desk.register("a");
    assert_eq!(desk.registered(1).await, ["a"]);
    let seen = server.seen();
    assert!(seen.iter().all(|request| key_of(request) == "a"), "{seen:?}");
    // hyper may have sent the first one again by itself.
    assert!((3..=4).contains(&seen.len()), "{seen:?}");
    assert_eq!(desk.counts().await, (0, 1, 0));
}

#[tokio::test]
async fn a_busy_crm_gets_the_time_it_asks_for() {
    let server = StandIn::start(|_, before| match before {
        0 => Reply::Status(429, "retry-after: 2\r\n"),
        _ => Reply::Status(201, ""),
    })
    .await;
    let mut desk = Desk::new(settings_for(&server));
    desk.start();
    desk.register("a");
    assert_eq!(desk.registered(1).await, ["a"]);
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert!(seen[1].at - seen[0].at >= Duration::from_secs(2), "{:?}", seen[1].at - seen[0].at);
}

#[tokio::test]
async fn a_wrong_password_loses_no_call_and_is_told_once() {
    let server = StandIn::start(|_, _| Reply::Status(401, "")).await;
    let mut desk = Desk::new(settings_for(&server));
    desk.register("a");
    desk.register("b");
    desk.start();
    let (code, sentence) = desk.notice().await;
    assert_eq!(code, "crm_refuses");
    assert!(sentence.contains("under [crm]"), "{sentence}");
    desk.register("c");
    // Whatever was under way with the first is over; what follows waits for a minute.
    assert!(timeout(Duration::from_secs(2), desk.told.recv()).await.is_err(), "once for all of them");
    assert_eq!(desk.counts().await, (3, 0, 0));
    assert!(server.seen().len() <= 2, "{:?}", server.seen());
}

#[tokio::test]
async fn a_call_that_the_crm_does_not_want_keeps_nobody_up() {
    let server = StandIn::start(|seen, _| match seen.body.contains("bad") {
        true => Reply::Status(422, ""),
        false => Reply::Status(204, ""),
    })
    .await;
    let mut desk = Desk::new(settings_for(&server));
    desk.register("bad");
    desk.start();
    let (code, sentence) = desk.notice().await;
    assert_eq!(code, "crm_refuses");
    assert!(sentence.contains("422"), "{sentence}");
    desk.register("bad too");
    desk.register("good");
    assert_eq!(desk.registered(1).await, ["good"], "and one sentence is enough");
    assert_eq!(desk.counts().await, (0, 1, 2));
}

#[tokio::test]
async fn one_call_that_the_crm_stumbles_over_keeps_nobody_up() {
    let server = StandIn::start(|seen, _| match seen.body.contains("bad") {
        true => Reply::Status(500, ""),
        false => Reply::Status(200, ""),
    })
    .await;
    let mut desk = Desk::new(settings_for(&server));
    desk.register("bad");
    desk.start();
    for at in 0..10 {
        desk.register(&format!("k{at}"));
    }
    assert_eq!(desk.registered(10).await.len(), 10);
    assert_eq!(desk.counts().await, (1, 10, 0));
}

#[tokio::test]
async fn an_outage_is_told_once_and_everything_is_sent_after_it() {
    let gone = StandIn::start(|_, _| Reply::Never).await;
    let (address, settings) = (gone.address, settings_for(&gone));
    drop(gone);
    let mut desk = Desk::new(settings);
    for at in 0..20 {
        desk.register(&format!("k{at:02}"));
    }
    desk.start();
    let (code, sentence) = desk.notice().await;
    assert_eq!(code, "crm_unreachable");
    assert!(sentence.contains("cannot be reached") && sentence.contains("[crm]"), "{sentence}");
    let server = StandIn::at(address, |_, _| Reply::Status(200, "")).await;
    let keys = desk.registered(20).await;
    assert_eq!(keys, (0..20).map(|at| format!("k{at:02}")).collect::<Vec<_>>());
    assert_eq!(desk.counts().await, (0, 20, 0));
    assert_eq!(server.seen().len(), 20);
}

#[tokio::test]
async fn a_slow_crm_gets_four_at_once_and_no_key_twice() {
    let server = StandIn::start(|_, _| Reply::Slow(Duration::from_millis(100), "{}")).await;
    let mut desk = Desk::new(settings_for(&server));
    desk.start();
    for at in 0..12 {
        desk.register(&format!("k{at:02}"));
    }
    desk.registered(12).await;
    assert_eq!(server.most_at_once(), 4);
    assert_eq!(server.seen().len(), 12);
}

#[tokio::test]
async fn after_a_restart_it_goes_on() {
    let server = StandIn::start(|_, before| if before == 0 { Reply::Never } else { Reply::Status(200, "") }).await;
    let mut desk = Desk::new(settings_for(&server));
    desk.start();
    desk.register("a");
    let is_under_way = async {
        while server.seen().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, is_under_way).await.expect("it is sent");
    desk.start();
    assert_eq!(desk.registered(1).await, ["a"]);
    assert_eq!(server.seen().len(), 2);
}
