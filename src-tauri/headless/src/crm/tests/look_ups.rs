//! Who calls: the address book at once, the CRM within its time, and never a wait for either.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

use desk::{Found, FoundIn, LookUpFailed, Person};
use journal::Contact;

use super::{stand_in::Reply, *};

impl Desk {
    fn look_up(&self, card: u64, number: &str) {
        let facts = Facts::from([("number".to_owned(), number.to_owned())]);
        let wanted = LookUp { card, number: number.to_owned(), e164: None, facts };
        self.crm.as_ref().expect("it runs").look_up(wanted);
    }

    async fn found(&mut self) -> Found {
        match self.told().await {
            Input::Found(found) => found,
            other => panic!("{other:?}"),
        }
    }

    /// What the CRM says of a number.
    async fn in_crm(&mut self, card: u64, number: &str) -> Result<Option<Person>, LookUpFailed> {
        self.look_up(card, number);
        loop {
            let found = self.found().await;
            if found.card == card && found.from == FoundIn::Crm {
                return found.person;
            }
        }
    }

    async fn know(&self, name: &str, number: &str) {
        let contact = Contact { name: name.into(), numbers: vec![number.into()], ..Contact::default() };
        self.journal.change(move |journal| journal.import_contacts(vec![contact])).await.expect("it is written");
    }
}

fn earlier(key: &str) -> Write {
    Write::Call(Box::new(journal::Call {
        key: key.into(),
        account: None,
        extension: None,
        direction: journal::Direction::In,
        number: "+7 (495) 000-11-22".into(),
        name: None,
        company: None,
        queue: None,
        did: None,
        started_at: Timestamp::now(),
        answered_at: None,
        ended_at: Some(Timestamp::now()),
        talk_ms: 5_000,
        outcome: Some(journal::Outcome::Answered),
        reason: None,
        sip_status: None,
        taken_by: None,
        recording_id: None,
        note: String::new(),
        disposition: None,
    }))
}

#[tokio::test]
async fn the_address_book_and_the_crm_each_say_what_they_know() {
    let server = StandIn::start(|_, _| Reply::Json(r#"{"id": 7, "name": "Anna", "company": "Roga"}"#)).await;
    let mut desk = Desk::new(settings_for(&server));
    desk.know("Anna from the book", "84950001122").await;
    desk.journal.commit(vec![earlier("before")]).await.expect("it is written");
    desk.start();
    desk.look_up(3, "74950001122");
    let (one, other) = (desk.found().await, desk.found().await);
    let (book, crm) = if one.from == FoundIn::Journal { (one, other) } else { (other, one) };
    assert_eq!((book.card, crm.card, crm.from), (3, 3, FoundIn::Crm));
    let person = book.person.expect("it was read").expect("somebody");
    assert_eq!((person.name.as_deref(), person.has_link), (Some("Anna from the book"), false));
    let earlier = book.earlier.expect("it was read");
    assert_eq!((earlier.len(), earlier[0].answered, earlier[0].talk_ms), (1, true, 5_000));
    let person = crm.person.expect("it answered").expect("somebody");
    assert_eq!((person.name.as_deref(), person.company.as_deref()), (Some("Anna"), Some("Roga")));
    assert_eq!((person.facts["contact.id"].as_str(), person.has_link), ("7", true));
    assert_eq!(crm.earlier, None);
}

#[tokio::test]
async fn ten_calls_of_one_number_are_one_question() {
    let server = StandIn::start(|_, _| Reply::Slow(Duration::from_millis(50), r#"{"name": "Anna"}"#)).await;
    let mut desk = Desk::new(settings_for(&server));
    desk.start();
    (0..10).for_each(|card| desk.look_up(card, "101"));
    let mut answers = 0;
    while answers < 10 {
        let found = desk.found().await;
        if found.from == FoundIn::Crm {
            assert!(found.person.is_ok_and(|person| person.is_some()));
            answers += 1;
        }
    }
    assert!(desk.in_crm(11, "101").await.is_ok());
    assert_eq!(server.seen().len(), 1);
    assert!(desk.in_crm(12, "102").await.is_ok());
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn whoever_is_slow_is_not_waited_for() {
    let server = StandIn::start(|_, _| Reply::Never).await;
    let mut desk = Desk::new(settings_for(&server));
    desk.know("Boris", "101").await;
    desk.start();
    let began = Instant::now();
    desk.look_up(1, "101");
    let first = desk.found().await;
    assert_eq!(first.from, FoundIn::Journal);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(desk.found().await.person, Err(LookUpFailed));
    assert!((2..6).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn odd_answers_are_nobody_or_a_failure_and_never_followed() {
    let mut large = b"HTTP/1.1 200 OK\r\ncontent-length: 10485760\r\n\r\n".to_vec();
    large.resize(large.len() + (10 << 20), b'[');
    let server = StandIn::start(move |seen, _| match seen.line.rsplit('=').next() {
        Some("1") => Reply::Status(404, ""),
        Some("2") => Reply::Json("null"),
        Some("3") => Reply::Json("<html>"),
        Some("4") => Reply::Bytes(large.clone()),
        Some("5") => Reply::Status(302, "location: /elsewhere\r\n"),
        Some("6") => Reply::Status(500, ""),
        Some("7") => Reply::Bytes(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()),
        Some("8") => Reply::Status(401, ""),
        _ => Reply::Json(r#"{"name": "Anna"}"#),
    })
    .await;
    let mut desk = Desk::new(settings_for(&server));
    desk.start();
    for (number, expected) in [
        ("1", Ok(None)),
        ("2", Ok(None)),
        ("3", Err(LookUpFailed)),
        ("4", Err(LookUpFailed)),
        ("5", Err(LookUpFailed)),
        ("6", Err(LookUpFailed)),
        ("7", Err(LookUpFailed)),
        ("8", Err(LookUpFailed)),
    ] {
        assert_eq!(desk.in_crm(1, number).await, expected, "{number}");
    }
    assert!(desk.in_crm(1, "9").await.is_ok_and(|person| person.is_some()), "it still works");
    assert!(server.seen().iter().all(|seen| seen.line.starts_with("GET /lookup?phone=")), "{:?}", server.seen());
}

#[tokio::test]
async fn hostile_numbers_stay_in_their_place() {
    let server = StandIn::start(|_, _| Reply::Json("{}")).await;
    let mut desk = Desk::new(settings_for(&server));
    desk.start();
    assert_eq!(desk.in_crm(1, "1&admin=1#\r\nX-Evil: 1/../..").await, Ok(None));
    let seen = server.seen();
    assert_eq!(seen[0].line, "GET /lookup?phone=1%26admin%3D1%23X-Evil%3A%201%2F..%2F..");
    assert!(!seen[0].headers.contains("x-evil"), "{}", seen[0].headers);
}

#[tokio::test]
async fn without_a_crm_the_address_book_has_the_last_word() {
    let mut desk = Desk::new(settings::Crm::default());
    desk.know("Boris", "101").await;
    desk.start();
    desk.look_up(1, "101");
    let (first, last) = (desk.found().await, desk.found().await);
    assert_eq!(first.person.expect("it was read").expect("somebody").name.as_deref(), Some("Boris"));
    assert_eq!((last.from, last.person), (FoundIn::Crm, Ok(None)));
}

#[tokio::test]
async fn a_flood_of_strangers_asks_eight_at_once() {
    let server = StandIn::start(|_, _| Reply::Slow(Duration::from_millis(30), "null")).await;
    let mut desk = Desk::new(settings_for(&server));
    desk.start();
    (0..100).for_each(|card| desk.look_up(card, &card.to_string()));
    let mut answered = 0;
    while answered < 100 {
        let found = desk.found().await;
        if found.from == FoundIn::Crm {
            assert_eq!(found.person, Ok(None));
            answered += 1;
        }
    }
    assert_eq!(server.most_at_once(), 8);
}

#[tokio::test]
async fn who_is_looked_up_completes_what_programs_and_addresses_are_told() {
    let server = StandIn::start(|seen, _| match seen.line.ends_with("=101") {
        true => Reply::Json(r#"{"id": 7, "name": "Anna"}"#),
        false => Reply::Status(500, ""),
    })
    .await;
    let mut desk = Desk::new(settings_for(&server));
    desk.know("Boris", "102").await;
    let look_ups = Arc::clone(&desk.start().look_ups);
    let facts =
        |number: &str| Facts::from([("number".to_owned(), number.to_owned()), ("did".to_owned(), "1".to_owned())]);
    let known = look_ups.complete(facts("101")).await;
    assert_eq!((known["contact.id"].as_str(), known["name"].as_str(), known["did"].as_str()), ("7", "Anna", "1"));
    let at = server.address;
    assert_eq!(link(&known, &desk.settings.asked), Some(format!("http://{at}/contact/7")));
    let known = look_ups.complete(facts("102")).await;
    assert_eq!(known["name"], "Boris", "the address book knows him");
    assert_eq!(link(&known, &desk.settings.asked), None, "the CRM does not");
    assert_eq!(look_ups.complete(facts("103")).await, facts("103"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_that_wants_the_name_waits_for_it_and_another_does_not() {
    use cti::crm::Argument;

    let server = StandIn::start(|_, _| Reply::Slow(Duration::from_millis(300), r#"{"id": 7, "name": "Anna"}"#)).await;
    let mut desk = Desk::new(settings_for(&server));
    let folder = tempfile::tempdir().expect("a folder");
    let (script, seen) = (folder.path().join("script"), folder.path().join("seen"));
    std::fs::write(&script, "printf '%s\\n' \"$*\" >> \"${0%/*}/seen\"").expect("a script");
    let hook = |arguments: &[&str]| {
        let arguments = [script.to_str().expect("a plain path")].into_iter().chain(arguments.iter().copied());
        let arguments = arguments.map(|text| Argument::parse(text).expect(text)).collect();
        Hook { on: vec![Moment::Ring], program: "/bin/sh".into(), arguments }
    };
    let hooks = vec![hook(&["late", "{contact.id}", "{name}"]), hook(&["early", "{number}"])];
    let (settings, journal) = (desk.settings.clone(), desk.journal.clone());
    let crm = Crm::start(settings, hooks, |_| None, async { Some(journal) }, desk.tell.clone());
    let facts = Facts::from([("number".to_owned(), "101".to_owned())]);
    crm.moment(Moment::Answer, facts.clone());
    crm.moment(Moment::Ring, facts);
    let both_ran = async {
        loop {
            let text = std::fs::read_to_string(&seen).unwrap_or_default();
            if text.lines().count() == 2 {
                return text;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let text = timeout(PATIENCE, both_ran).await.expect("they ran");
    assert_eq!(text, "early 101\nlate 7 Anna\n");
    desk.crm = Some(crm);
}

#[tokio::test]
async fn a_keychain_that_was_locked_is_asked_again() {
    let server = StandIn::start(|seen, _| match seen.headers.contains("authorization: bearer t0ken\r\n") {
        true => Reply::Json(r#"{"name": "Anna"}"#),
        false => Reply::Status(401, ""),
    })
    .await;
    let mut desk = Desk::new(settings_for(&server));
    let unlocked = Arc::new(AtomicBool::default());
    let (keychain, journal) = (Arc::clone(&unlocked), desk.journal.clone());
    let secret = move |wanted: &SectionSecret| {
        let is_open = keychain.load(Ordering::Relaxed) && wanted.name() == "[crm] token";
        is_open.then(|| Secret("t0ken".to_owned()))
    };
    let settings = desk.settings.clone();
    desk.crm = Some(Crm::start(settings, Vec::new(), secret, async { Some(journal) }, desk.tell.clone()));
    assert_eq!(desk.in_crm(1, "101").await, Err(LookUpFailed));
    unlocked.store(true, Ordering::Relaxed);
    let person = desk.in_crm(2, "102").await.expect("it is let in").expect("she is known");
    assert_eq!(person.name.as_deref(), Some("Anna"));
}
