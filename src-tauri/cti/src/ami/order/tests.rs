//! What comes of orders, told by what an Asterisk says of them.

use super::*;
use crate::{
    CallerId, Device, First, Mode, Originate, Then,
    ami::{Decoder, Floor, Naming, codec::Incoming},
};

mod ends;
mod old;
mod originated;
mod outage;
mod values;

/// Orders of the desk 104, and what the PBX's channels are.
struct Desk {
    orders: Orders,
    calls: Calls,
    floor: Floor,
    now: Instant,
}

impl Desk {
    fn new(channel: &str) -> Self {
        let settings = OrderSettings {
            channel: channel.into(),
            recordings: Some("/rec/".into()),
            trunk: Some("out".into()),
            ..OrderSettings::default()
        };
        let now = Instant::now();
        let mut orders = Orders::new(settings, "r-7".into());
        orders.relist(now);
        orders.listed();
        Self { orders, calls: Calls::new(Naming::default()), floor: Floor::new(Naming::default()), now }
    }

    /// What is sent for a wish, as lines.
    fn asks(&mut self, wish: Wish) -> Vec<String> {
        let id = format!("p{}", self.orders.made + 1);
        self.orders.give(Order { id, wish }, &self.calls, &self.floor, self.now);
        let actions = self.orders.take_actions();
        let [(what, action)] = actions.as_slice() else { return Vec::new() };
        let id = match what {
            Sends::Wish(no) => format!("a{no}"),
            Sends::HangUp(no) => format!("h{no}"),
        };
        self.orders.sent(*what, Ok(id));
        let bytes = action.encode("a").expect("it can be written");
        String::from_utf8(bytes).expect("it is text").lines().skip(2).map(str::to_owned).collect()
    }

    /// The PBX says this.
    fn hears(&mut self, text: &str) -> Vec<Step> {
        let text = text.replace(" | ", "\r\n") + "\r\n\r\n";
        for incoming in Decoder::default().push(text.as_bytes()) {
            if let Incoming::Message(message) = incoming {
                match message.response() {
                    Some(word) => {
                        let id = message.get("ActionID").unwrap_or_default().to_owned();
                        let words = message.get("Message").unwrap_or_default().to_owned();
                        self.orders.answered(&id, word == "Success", &words);
                    }
                    None => {
                        self.calls.hear(&message, self.now);
                        let _told = self.floor.hear(&message);
                        self.orders.hear(&message, self.now);
                    }
                }
            }
        }
        self.told()
    }

    fn after(&mut self, time: Duration) -> Vec<Step> {
        self.now += time;
        self.orders.handle(self.now);
        self.told()
    }

    /// What is hung up now.
    fn hangs_up(&mut self) -> Vec<String> {
        let mut channels = Vec::new();
        for (what, action) in self.orders.take_actions() {
            let Sends::HangUp(no) = what else { panic!("{action:?}") };
            self.orders.sent(what, Ok(format!("h{no}")));
            let text = String::from_utf8(action.encode("a").expect("it can be written")).expect("it is text");
            channels.extend(text.lines().filter_map(|line| line.strip_prefix("Channel: ")).map(str::to_owned));
        }
        channels
    }

    fn ends(&mut self, id: &str) {
        let wish = Wish::End { order: id.into() };
        self.orders.give(Order { id: "x".into(), wish }, &self.calls, &self.floor, self.now);
    }

    /// The connection breaks, and is made anew after so long.
    fn is_away_for(&mut self, time: Duration) -> Vec<Step> {
        self.orders.lost();
        self.orders.handle(self.now + time);
        assert!(self.orders.wake().is_none() && self.orders.take_actions().is_empty(), "nobody is there");
        self.now += time;
        self.orders.relist(self.now);
        self.told()
    }

    fn told(&mut self) -> Vec<Step> {
        self.orders.take_told().into_iter().map(|told| told.step).collect()
    }

    /// 105 talks, by this channel, and 106 rings.
    fn others(&mut self) {
        self.hears("Event: CoreShowChannelsComplete");
        self.hears("Event: Newchannel | Channel: PJSIP/105-01 | ChannelState: 0 | Uniqueid: u1 | Linkedid: u1");
        self.hears("Event: Newstate | Channel: PJSIP/105-01 | ChannelState: 6 | Uniqueid: u1 | Linkedid: u1");
        self.hears("Event: Newchannel | Channel: PJSIP/106-02 | ChannelState: 0 | Uniqueid: u2 | Linkedid: u1");
        self.hears("Event: Newstate | Channel: PJSIP/106-02 | ChannelState: 5 | Uniqueid: u2 | Linkedid: u1");
    }
}

fn device() -> Device {
    Device { extension: "104".into(), answers_itself: true, token: Some("t0ken".into()), caller_id: None }
}

fn call(exten: &str) -> Wish {
    Wish::Originate(Box::new(Originate {
        first: First::Device(device()),
        then: Then::Exten { context: None, exten: exten.into(), priority: None },
        timeout: Some(Duration::from_secs(20)),
        caller_id: Some(CallerId { name: "Sara".into(), number: "104".into() }),
        variables: vec![("A".into(), "b".into())],
        account: Some("sales".into()),
    }))
}

fn spy(mode: Mode) -> Wish {
    Wish::Supervise { extension: "105".into(), mode, on: device() }
}

/// The code of a failure.
fn code(steps: &[Step]) -> &str {
    match steps.last() {
        Some(Step::Failed { code, .. }) => code,
        other => panic!("it failed: {other:?}"),
    }
}

const OURS: &str = "Channel: PJSIP/104-09 | Uniqueid: r-7-1 | Linkedid: r-7-1";

#[test]
fn a_call_is_asked_for_with_all_that_the_seed_knows() {
    let lines = Desk::new("PJSIP/{extension}").asks(call("74952293042"));
    let expected = [
        "Channel: PJSIP/104",
        "Async: true",
        "Timeout: 20000",
        "ChannelId: r-7-1",
        "Context: from-internal",
        "Exten: 74952293042",
        "Priority: 1",
        "CallerID: Sara <104>",
        "Account: sales",
        "Variable: A=b",
        "Variable: PJSIP_HEADER(add,Call-Info)=<sip:ringside.invalid>;answer-after=0",
        "Variable: PJSIP_HEADER(add,X-Ringside)=t0ken",
        "",
    ];
    assert_eq!(lines, expected);
    let old = Desk::new("SIP/{extension}").asks(call("200"));
    assert!(
        old.contains(&r#"Variable: SIPADDHEADER01="Call-Info: <sip:ringside.invalid>\;answer-after=0""#.to_owned()),
        "{old:?}"
    );
    assert!(old.contains(&r#"Variable: SIPADDHEADER02="X-Ringside: t0ken""#.to_owned()), "{old:?}");
}

#[test]
fn whoever_comes_second_sees_the_number_that_was_called_first() {
    let wish = Wish::Originate(Box::new(Originate {
        first: First::Outside { number: "+74952293042".into(), trunk: None },
        then: Then::Exten { context: None, exten: "104".into(), priority: None },
        timeout: None,
        caller_id: Some(CallerId { name: String::new(), number: "74950000000".into() }),
        variables: vec![],
        account: None,
    }));
    let lines = Desk::new("PJSIP/{extension}").asks(wish);
    for line in ["Channel: PJSIP/+74952293042@out", "CallerID: 74950000000", "Variable: CALLERID(num)=+74952293042"] {
        assert!(lines.contains(&line.to_owned()), "{line} in {lines:?}");
    }
}

#[test]
fn applications_come_without_a_priority() {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.others();
    for (wish, application, data) in [
        (spy(Mode::Spy), "ChanSpy", "PJSIP/105-,qS"),
        (spy(Mode::Whisper), "ChanSpy", "PJSIP/105-,qwS"),
        (spy(Mode::Barge), "ChanSpy", "PJSIP/105-,qBS"),
        (Wish::PickUp { extension: "106".into(), on: device() }, "PickupChan", "PJSIP/106-02"),
        (Wish::Play { recording: "2026/a.wav".into(), on: device() }, "Playback", "/rec/2026/a"),
        (Wish::Play { recording: "/rec/a.b".into(), on: device() }, "Playback", "/rec/a.b"),
    ] {
        let lines = desk.asks(wish);
        assert!(
            lines.contains(&format!("Application: {application}")) && lines.contains(&format!("Data: {data}")),
            "{lines:?}"
        );
        assert!(lines.iter().all(|line| !line.starts_with("Priority") && !line.starts_with("Exten")), "{lines:?}");
    }
}

#[test]
fn a_call_gets_on_until_the_second_party_answers() {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.asks(call("200"));
    assert_eq!(
        desk.hears("Response: Success | ActionID: a1 | Message: Originate successfully queued"),
        [Step::Accepted]
    );
    assert_eq!(desk.hears(&format!("Event: Newstate | ChannelState: 5 | {OURS}")), [Step::Ringing]);
    // In either order, and once.
    assert_eq!(desk.hears(&format!("Event: Newstate | ChannelState: 6 | {OURS}")), [Step::Up]);
    assert_eq!(
        desk.hears("Event: OriginateResponse | Response: Success | ActionID: a1 | Reason: 4 | Uniqueid: r-7-1"),
        []
    );
    assert_eq!(
        desk.hears("Event: DialEnd | DialStatus: ANSWER | Uniqueid: r-7-1 | Channel: PJSIP/104-09"),
        [Step::Done]
    );
    assert_eq!(desk.hears(&format!("Event: Hangup | Cause: 16 | {OURS}")), [Step::Over]);
    assert_eq!(desk.hears(&format!("Event: Hangup | Cause: 16 | {OURS}")), []);
}

#[test]
fn the_second_party_is_busy_whatever_the_dialplan_plays_afterwards() {
    for (status, why) in [("BUSY", "far_busy"), ("NOANSWER", "far_no_answer"), ("CHANUNAVAIL", "trunk_down")] {
        let mut desk = Desk::new("PJSIP/{extension}");
        desk.asks(call("200"));
        desk.hears(&format!("Event: Newstate | ChannelState: 6 | {OURS}"));
        desk.hears(&format!("Event: DialEnd | DialStatus: {status} | {OURS}"));
        assert_eq!(code(&desk.hears(&format!("Event: Hangup | Cause: 16 | {OURS}"))), why);
    }
}

#[test]
fn each_way_to_fail_is_told_by_the_cause_and_not_by_the_reason() {
    let given_up = "Event: OriginateResponse | Response: Failure | ActionID: a1 | Reason: 0 | Uniqueid: <unknown>";
    for (cause, expected) in [
        ("17", "phone_busy"),
        ("21", "phone_declined"),
        ("19", "phone_no_answer"),
        ("0", "phone_no_answer"),
        ("20", "phone_not_registered"),
        ("34", "pbx_congestion"),
    ] {
        let hangup = format!("Event: Hangup | Cause: {cause} | {OURS}");
        let mut desk = Desk::new("PJSIP/{extension}");
        desk.asks(call("200"));
        assert!(desk.hears(given_up).is_empty(), "it waits for the cause");
        assert_eq!(code(&desk.hears(&hangup)), expected);
        let mut desk = Desk::new("PJSIP/{extension}");
        desk.asks(call("200"));
        assert_eq!(code(&desk.hears(&hangup)), expected, "the cause came first");
        assert!(desk.hears(given_up).is_empty(), "and it is told once");
    }
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.asks(call("200"));
    desk.hears(given_up);
    assert_eq!(code(&desk.after(CAUSE_WITHIN)), "phone_not_registered", "there was no channel at all");
    for (cause, expected) in [
        ("17", "far_busy"),
        ("21", "far_declined"),
        ("19", "far_no_answer"),
        ("1", "number_not_found"),
        ("34", "pbx_congestion"),
        ("3", "trunk_down"),
        ("20", "far_not_registered"),
    ] {
        let mut desk = Desk::new("PJSIP/{extension}");
        desk.asks(call("200"));
        desk.hears(&format!("Event: Newstate | ChannelState: 6 | {OURS}"));
        assert_eq!(code(&desk.hears(&format!("Event: Hangup | Cause: {cause} | {OURS}"))), expected);
    }
}

#[test]
fn a_refusal_says_why() {
    for (words, expected) in [
        ("Permission denied", "pbx_forbidden"),
        ("Originate Access Forbidden: app or data blacklisted", "pbx_forbidden"),
        ("Extension does not exist.", "number_not_found"),
        ("Invalid channel", "pbx_refused"),
    ] {
        let mut desk = Desk::new("PJSIP/{extension}");
        desk.asks(call("200"));
        assert_eq!(code(&desk.hears(&format!("Response: Error | ActionID: a1 | Message: {words}"))), expected);
    }
}

#[test]
fn listening_is_proved_by_its_start() {
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.others();
    desk.asks(spy(Mode::Spy));
    assert_eq!(desk.hears(&format!("Event: Newstate | ChannelState: 6 | {OURS}")), [Step::Accepted, Step::Up]);
    assert_eq!(desk.hears("Event: ChanSpyStart | SpyerUniqueid: r-7-1 | SpyerChannel: PJSIP/104-09"), [Step::Done]);
    assert!(desk.after(PROOF_WITHIN * 2).is_empty());
    assert_eq!(desk.hears(&format!("Event: Hangup | Cause: 16 | {OURS}")), [Step::Over]);

    let mut desk = Desk::new("PJSIP/{extension}");
    desk.others();
    desk.asks(spy(Mode::Spy));
    desk.hears(&format!("Event: Newstate | ChannelState: 6 | {OURS}"));
    assert_eq!(code(&desk.after(PROOF_WITHIN)), "nobody_to_listen");
    let hung_up = desk.orders.take_actions();
    assert!(hung_up.iter().any(|(_, action)| format!("{action:?}").starts_with("Action(Hangup")), "{hung_up:?}");

    let mut desk = Desk::new("PJSIP/{extension}");
    desk.hears("Event: CoreShowChannelsComplete");
    assert!(desk.asks(spy(Mode::Spy)).is_empty(), "nobody talks, and that is known");
    assert_eq!(code(&desk.told()), "nobody_to_listen");
}

#[test]
fn a_call_is_taken_once_the_pbx_says_so() {
    let take = || Wish::PickUp { extension: "106".into(), on: device() };
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.others();
    desk.asks(take());
    desk.hears(&format!("Event: Newstate | ChannelState: 6 | {OURS}"));
    assert_eq!(
        desk.hears(&format!("Event: Pickup | {OURS} | TargetChannel: PJSIP/106-02 | TargetUniqueid: u2")),
        [Step::Done]
    );
    // Somebody was quicker: the PBX says `Success` all the same, and hangs up.
    let mut desk = Desk::new("PJSIP/{extension}");
    desk.others();
    desk.asks(take());
    desk.hears(&format!("Event: Newstate | ChannelState: 6 | {OURS}"));
    assert_eq!(code(&desk.hears(&format!("Event: Hangup | Cause: 16 | {OURS}"))), "nothing_to_pick_up");
    let mut desk = Desk::new("PJSIP/{extension}");
    assert!(desk.asks(take()).is_empty(), "nothing rings there");
    assert_eq!(code(&desk.told()), "nothing_to_pick_up");
}
