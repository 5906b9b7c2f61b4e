use std::time::{Duration, Instant};

use super::{Action, Credentials, Over, PATIENCE, PING_EVERY, PONG_WITHIN, Session, Told, Unsent, key};
use crate::{Powers, Secret, ami::Message};

/// A session whose clock the test turns.
struct Desk {
    session: Session,
    now: Instant,
}

impl Desk {
    fn connects() -> Self {
        let now = Instant::now();
        let credentials = Credentials { username: "desk-104".into(), secret: Secret("s3cret".into()) };
        Self { session: Session::new(credentials, now).on_private_line(true), now }
    }

    fn up() -> Self {
        let mut desk = Self::connects();
        desk.hears("Asterisk Call Manager/11.0.0\r\n");
        desk.hears("Response: Success\r\nActionID: ringside-1\r\nChallenge: 116520331\r\n\r\n");
        let told = desk.hears("Response: Success\r\nActionID: ringside-2\r\nMessage: Authentication accepted\r\n\r\n");
        assert_eq!(told.first(), Some(&Told::Up));
        desk
    }

    fn hears(&mut self, text: &str) -> Vec<Told> {
        self.session.receive(text.as_bytes(), self.now)
    }

    /// Lets time go by to the next thing that is due.
    fn waits(&mut self) -> (Duration, Vec<Told>) {
        let due = self.session.wake().expect("something is due");
        let time = due.saturating_duration_since(self.now);
        self.now = due;
        (time, self.session.handle(due))
    }
}

/// What is sent, as text.
fn sent(told: &[Told]) -> Vec<String> {
    told.iter()
        .filter_map(|told| match told {
            Told::Send(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        })
        .collect()
}

#[test]
fn it_logs_in_without_sending_the_secret() {
    let mut desk = Desk::connects();
    let told = desk.hears("Asterisk Call Manager/11.0.0\r\n");
    assert_eq!(sent(&told), ["Action: Challenge\r\nActionID: ringside-1\r\nAuthType: MD5\r\n\r\n"]);
    let told = desk.hears("Response: Success\r\nActionID: ringside-1\r\nChallenge: 116520331\r\n\r\n");
    // What `printf 116520331s3cret | md5sum` says.
    let login = "Action: Login\r\nActionID: ringside-2\r\nUsername: desk-104\r\nAuthType: MD5\r\n\
        Key: e31694b5be59f6e9916aa1a14d3335fc\r\nEvents: call,agent,system,cdr,user\r\n\r\n";
    assert_eq!(sent(&told), [login]);
    let told = desk.hears("Response: Success\r\nActionID: ringside-2\r\nMessage: Authentication accepted\r\n\r\n");
    assert_eq!(told.first(), Some(&Told::Up));
    let expected = [
        "Action: CoreShowChannels\r\nActionID: ringside-3\r\n\r\n",
        "Action: DeviceStateList\r\nActionID: ringside-4\r\n\r\n",
        "Action: SIPpeers\r\nActionID: ringside-5\r\n\r\n",
        "Action: QueueStatus\r\nActionID: ringside-6\r\n\r\n",
        "Action: Originate\r\nActionID: ringside-7\r\n\r\n",
        "Action: Hangup\r\nActionID: ringside-8\r\n\r\n",
        "Action: QueuePause\r\nActionID: ringside-9\r\n\r\n",
    ];
    assert_eq!(sent(&told), expected);
}

#[test]
fn a_pbx_that_is_still_starting_is_asked_again() {
    let mut desk = Desk::up();
    assert_eq!(sent(&desk.hears("Event: FullyBooted\r\n\r\n")), [""; 0], "it had started before the login");
    desk.hears("Response: Error\r\nActionID: ringside-6\r\nMessage: Invalid/unknown command\r\n\r\n");
    assert!(desk.session.is_refused("QueueStatus"));
    let told = desk.hears("Event: FullyBooted\r\n\r\n");
    assert_eq!(told.get(1), Some(&Told::Up));
    assert_eq!(sent(&told)[3], "Action: QueueStatus\r\nActionID: ringside-13\r\n\r\n");
    assert!(!desk.session.is_refused("QueueStatus"));
    let told = desk.hears("Response: Success\r\nActionID: ringside-13\r\nMessage: Queue status will follow\r\n\r\n");
    assert!(matches!(told.as_slice(), [Told::Powers(Powers { queues: Some(true), .. })]), "{told:?}");
}

#[test]
fn without_a_challenge_it_sends_the_secret() {
    let mut desk = Desk::connects();
    desk.hears("Asterisk Call Manager/1.0\r\n");
    let told = desk.hears("Response: Error\r\nActionID: ringside-1\r\nMessage: Invalid/unknown command\r\n\r\n");
    let login = "Action: Login\r\nActionID: ringside-2\r\nUsername: desk-104\r\nSecret: s3cret\r\nEvents: call,agent,system,cdr,user\r\n\r\n";
    assert_eq!(sent(&told), [login]);
}

#[test]
fn where_others_may_listen_the_secret_is_not_sent() {
    let mut desk = Desk::connects();
    desk.session = desk.session.on_private_line(false);
    desk.hears("Asterisk Call Manager/11.0.0\r\n");
    let told = desk.hears("Response: Error\r\nActionID: ringside-1\r\nMessage: Invalid/unknown command\r\n\r\n");
    assert_eq!(told, [Told::Over(Over::WantsSecret)]);
    assert!(Over::WantsSecret.to_string().contains("turn on TLS"));
}

#[test]
fn who_is_not_let_in_is_told_why() {
    let table = [
        ("Authentication failed", Over::WrongCredentials),
        ("", Over::WrongCredentials),
        ("Too many sessions for s3cret", Over::Refused("Too many sessions for ***".into())),
    ];
    for (words, over) in table {
        let mut desk = Desk::connects();
        desk.hears("Asterisk Call Manager/11.0.0\r\n");
        desk.hears("Response: Success\r\nActionID: ringside-1\r\nChallenge: 1\r\n\r\n");
        let told =
            desk.hears(&format!("Response: Error\r\nActionID: ringside-2\r\nMessage: {words}\r\n\r\nEvent: X\r\n\r\n"));
        assert_eq!(told, [Told::Over(over)], "{words}");
        assert_eq!(desk.session.wake(), None);
    }
}

#[test]
fn another_server_is_known_by_its_greeting() {
    for greeting in ["SSH-2.0-OpenSSH_9.6\r\n", "HTTP/1.1 400 Bad Request\r\n", "Event: Newstate\r\n\r\n"] {
        assert_eq!(Desk::connects().hears(greeting), [Told::Over(Over::NotAmi)], "{greeting}");
    }
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let mut desk = Desk::connects();
    assert_eq!(desk.waits(), (PATIENCE, vec![Told::Over(Over::Silent)]));
    let mut desk = Desk::connects();
    desk.hears("Asterisk Call Manager/11.0.0\r\n");
    assert_eq!(desk.waits(), (PATIENCE, vec![Told::Over(Over::Silent)]));
}

#[test]
fn it_asks_whether_the_pbx_is_still_there() {
    let mut desk = Desk::up();
    for id in [10, 11] {
        let (time, told) = desk.waits();
        assert_eq!((time, sent(&told)), (PING_EVERY, vec![format!("Action: Ping\r\nActionID: ringside-{id}\r\n\r\n")]));
        assert_eq!(desk.hears(&format!("Response: Success\r\nActionID: ringside-{id}\r\nPing: Pong\r\n\r\n")), []);
    }
    desk.waits();
    assert_eq!(desk.waits().0, PING_EVERY, "it asks once more");
    assert_eq!(desk.waits(), (PONG_WITHIN - PING_EVERY, vec![Told::Over(Over::Silent)]));
    assert_eq!(desk.session.wake(), None);
}

#[test]
fn events_are_a_sign_of_life() {
    let mut desk = Desk::up();
    desk.waits();
    let told = desk.hears("Event: Newstate\r\n\r\n");
    assert_eq!(told, [Told::Event(Message::from_iter([("Event", "Newstate")]))]);
    assert_eq!(desk.waits().0, PING_EVERY);
}

#[test]
fn an_answer_without_an_id_is_that_to_the_oldest_action() {
    let mut desk = Desk::connects();
    desk.hears("Asterisk Call Manager/1.0\r\n");
    desk.hears("Response: Success\r\nChallenge: 1\r\n\r\n");
    let told = desk.hears("Response: Success\r\nMessage: Authentication accepted\r\n\r\n");
    assert_eq!(told.first(), Some(&Told::Up));
    desk.hears("Response: Error\r\nMessage: Permission denied\r\n\r\n");
    assert!(desk.session.is_refused("CoreShowChannels") && !desk.session.is_refused("QueueStatus"));
}

#[test]
fn what_it_may_not_do_is_remembered() {
    let mut desk = Desk::up();
    let told = desk
        .hears("Response: Error\r\nActionID: ringside-6\r\nMessage: Permission denied\r\n\r\nEvent: Newstate\r\n\r\n");
    assert!(matches!(told.as_slice(), [Told::Powers(Powers { queues: Some(false), .. }), Told::Event(_)]), "{told:?}");
    assert!(desk.session.is_refused("QueueStatus") && !desk.session.is_refused("CoreShowChannels"));
}

#[test]
fn what_it_may_do_is_asked_without_doing_it() {
    let mut desk = Desk::up();
    let mut says = |id: u8, words: &str| {
        desk.hears(&format!("Response: Error\r\nActionID: ringside-{id}\r\nMessage: {words}\r\n\r\n"));
        desk.session.powers.clone()
    };
    assert_eq!(says(7, "Channel not specified").originate, Some(true));
    assert_eq!(says(8, "Permission denied").end, Some(false));
    assert_eq!(says(9, "Need 'Interface' in request").pause, Some(true));
}

#[test]
fn an_order_is_answered_under_its_id() {
    let mut desk = Desk::up();
    let (id, bytes) = desk.session.order(&Action::new("Originate").with("Channel", "PJSIP/104")).expect("it is sent");
    assert_eq!(id, "ringside-10");
    assert!(bytes.starts_with(b"Action: Originate\r\nActionID: ringside-10\r\n"), "{bytes:?}");
    let bad = desk.session.order(&Action::new("Originate").with("Channel", "PJSIP/104\r\nAction: Hangup"));
    assert_eq!(bad, Err(Unsent::Unwritable), "and the session goes on");
    let told =
        desk.hears("Response: Success\r\nActionID: ringside-10\r\nMessage: Originate successfully queued\r\n\r\n");
    let [Told::Answer { action_id, is_success: true, .. }] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(action_id, "ringside-10");
    let mut early = Session::new(desk.session.credentials.clone(), desk.now);
    assert_eq!(early.order(&Action::new("Ping")), Err(Unsent::NotUp));
}

#[test]
fn who_may_not_list_devices_asks_for_endpoints() {
    let mut desk = Desk::up();
    let told = desk.hears("Response: Error\r\nActionID: ringside-4\r\nMessage: Permission denied\r\n\r\n");
    assert_eq!(sent(&told), ["Action: PJSIPShowEndpoints\r\nActionID: ringside-10\r\n\r\n"]);
    assert_eq!(desk.hears("Response: Error\r\nActionID: ringside-10\r\nMessage: Permission denied\r\n\r\n"), []);
}

#[test]
fn an_answer_to_nothing_is_nothing() {
    let mut desk = Desk::up();
    assert_eq!(desk.hears("Response: Error\r\nActionID: somebody-7\r\nMessage: Permission denied\r\n\r\n"), []);
    assert!(!desk.session.is_refused("CoreShowChannels"));
}

#[test]
fn a_response_that_is_an_event_is_one() {
    let mut desk = Desk::up();
    let told = desk.hears("Event: OriginateResponse\r\nActionID: ringside-3\r\nResponse: Failure\r\n\r\n");
    assert!(matches!(told.as_slice(), [Told::Event(_)]), "{told:?}");
    assert!(!desk.session.is_refused("CoreShowChannels"));
}

#[test]
fn events_before_the_login_are_not_believed() {
    let mut desk = Desk::connects();
    desk.hears("Asterisk Call Manager/11.0.0\r\n");
    assert_eq!(desk.hears("Event: Newstate\r\n\r\n"), []);
}

#[test]
fn a_name_with_a_line_break_is_not_sent() {
    let now = Instant::now();
    let credentials = Credentials { username: "desk\r\nAction: Originate".into(), secret: Secret("s3cret".into()) };
    let mut session = Session::new(credentials, now);
    session.receive(b"Asterisk Call Manager/11.0.0\r\n", now);
    let told = session.receive(b"Response: Success\r\nActionID: ringside-1\r\nChallenge: 1\r\n\r\n", now);
    assert!(matches!(told.as_slice(), [Told::Over(Over::Unsendable(_))]), "{told:?}");
}

#[test]
fn it_shows_no_secret() {
    let desk = Desk::up();
    let shown = format!("{:?}", desk.session);
    assert!(!shown.contains("s3cret") && !shown.contains(&key("116520331", &Secret("s3cret".into()))), "{shown}");
}
