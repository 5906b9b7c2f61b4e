//! The four machines, step by step.

use std::time::Duration;

use super::{Client, ClientInvite, Pace, Server, ServerInvite, Step, Timer};

const UDP: Pace = Pace { t1: ms(500), t2: ms(4000), t4: ms(5000), reliable: false };
const TCP: Pace = Pace { reliable: true, ..UDP };

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// The interval that a machine set a timer to.
fn set(steps: &[Step], timer: Timer) -> Option<Duration> {
    steps.iter().find_map(|step| match step {
        Step::Start(started, after) if *started == timer => Some(*after),
        _ => None,
    })
}

/// Intervals between retransmissions, for as long as the machine sends.
fn retransmissions(first: &[Step], count: usize, mut again: impl FnMut() -> Vec<Step>) -> Vec<u64> {
    let mut interval = set(first, Timer::Retransmit);
    let mut intervals = vec![];
    while let Some(after) = interval.filter(|_| intervals.len() < count) {
        intervals.push(u64::try_from(after.as_millis()).expect("short"));
        let steps = again();
        assert!(steps.contains(&Step::Transmit));
        interval = set(&steps, Timer::Retransmit);
    }
    intervals
}

#[test]
fn an_invite_is_repeated_at_double_the_interval() {
    let (mut machine, steps) = ClientInvite::start(UDP);
    assert_eq!(set(&steps, Timer::Timeout), Some(ms(32_000)), "Timer B");
    let intervals = retransmissions(&steps, 6, || machine.timer(Timer::Retransmit));
    assert_eq!(intervals, [500, 1000, 2000, 4000, 8000, 16_000], "Timer A has no limit");
    assert_eq!(machine.timer(Timer::Timeout), [Step::TimedOut, Step::Terminate]);
}

#[test]
fn another_request_is_repeated_up_to_t2() {
    let (mut machine, steps) = Client::start(UDP);
    let intervals = retransmissions(&steps, 6, || machine.timer(Timer::Retransmit));
    assert_eq!(intervals, [500, 1000, 2000, 4000, 4000, 4000], "Timer E");
    machine.response(100);
    assert_eq!(set(&machine.timer(Timer::Retransmit), Timer::Retransmit), Some(ms(4000)), "slow while it proceeds");
}

#[test]
fn a_stream_does_the_repeating() {
    assert_eq!(set(&ClientInvite::start(TCP).1, Timer::Retransmit), None);
    let (mut client, steps) = Client::start(TCP);
    assert_eq!(set(&steps, Timer::Retransmit), None);
    assert_eq!(set(&client.response(200), Timer::Linger), Some(Duration::ZERO), "Timer K");
    let mut server = ServerInvite::new(TCP);
    let refused = server.respond(486);
    assert_eq!((set(&refused, Timer::Retransmit), set(&refused, Timer::Timeout)), (None, Some(ms(32_000))), "Timer H");
}

#[test]
fn a_provisional_response_stops_the_clock() {
    let (mut machine, _) = ClientInvite::start(UDP);
    assert!(!machine.is_proceeding());
    let steps = machine.response(180);
    assert!(steps.contains(&Step::Stop(Timer::Timeout)) && machine.is_proceeding());
    assert_eq!(machine.timer(Timer::Timeout), [], "no Timer C");
    assert_eq!(machine.response(183), [Step::Stop(Timer::Retransmit), Step::Stop(Timer::Timeout), Step::Deliver]);
}

#[test]
fn a_refusal_is_acknowledged_each_time_and_told_once() {
    let (mut machine, _) = ClientInvite::start(UDP);
    let first = machine.response(486);
    assert!(first.contains(&Step::Acknowledge) && first.contains(&Step::Deliver));
    assert_eq!(set(&first, Timer::Linger), Some(ms(32_000)), "Timer D");
    assert_eq!(machine.response(486), [Step::Acknowledge]);
    assert_eq!(machine.response(200), [], "too late");
    assert_eq!(machine.timer(Timer::Linger), [Step::Terminate]);
}

#[test]
fn each_2xx_is_told_and_none_acknowledged_here() {
    let (mut machine, _) = ClientInvite::start(UDP);
    let first = machine.response(200);
    assert!(first.contains(&Step::Deliver) && !first.contains(&Step::Acknowledge));
    assert_eq!(set(&first, Timer::Linger), Some(ms(32_000)), "Timer M, RFC 6026");
    assert_eq!(machine.response(200), [Step::Deliver], "another phone, or a lost ACK");
    assert_eq!(machine.response(486), [], "not after a 2xx");
}

#[test]
fn a_refused_invite_is_refused_again_until_the_ack() {
    let mut machine = ServerInvite::new(UDP);
    assert_eq!(machine.respond(180), [Step::Transmit]);
    assert_eq!(machine.retransmission(), [Step::Transmit], "the last response");
    let steps = machine.respond(486);
    let intervals = retransmissions(&steps, 5, || machine.timer(Timer::Retransmit));
    assert_eq!(intervals, [500, 1000, 2000, 4000, 4000], "Timer G");
    assert_eq!(set(&machine.acknowledged(), Timer::Linger), Some(ms(5000)), "Timer I");
    assert_eq!((machine.retransmission(), machine.timer(Timer::Retransmit)), (vec![], vec![]));
    assert_eq!(machine.timer(Timer::Linger), [Step::Terminate]);
}

#[test]
fn an_accepted_invite_absorbs_its_copies() {
    let mut machine = ServerInvite::new(UDP);
    let steps = machine.respond(200);
    assert_eq!(set(&steps, Timer::Linger), Some(ms(32_000)), "Timer L, RFC 6026");
    assert_eq!(set(&steps, Timer::Retransmit), None, "the user repeats its 2xx");
    assert_eq!((machine.retransmission(), machine.acknowledged()), (vec![], vec![]));
    assert_eq!(machine.respond(200), [Step::Transmit]);
    assert_eq!(machine.respond(486), [], "a call that was answered cannot be refused");
    assert!(!machine.is_proceeding());
}

#[test]
fn a_request_that_came_again_gets_the_same_answer() {
    let mut machine = Server::new(UDP);
    assert_eq!(machine.retransmission(), [], "nothing was said yet");
    assert_eq!(set(&machine.respond(200), Timer::Linger), Some(ms(32_000)), "Timer J");
    assert_eq!(machine.retransmission(), [Step::Transmit]);
    assert_eq!(machine.respond(500), [], "one final response");
    assert_eq!(machine.timer(Timer::Linger), [Step::Terminate]);
}
