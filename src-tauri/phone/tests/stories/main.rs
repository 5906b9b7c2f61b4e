//! The phone and a PBX, over real sockets on the loopback, with the sound in files: the practice PBX, or one whose every packet
//! the story sees.

#![allow(clippy::unwrap_used, missing_docs, reason = "a story that goes wrong may say so by a panic")]
#![allow(unreachable_pub, reason = "a test binary has no public")]

mod exchange;
mod line;
mod listening;
mod texts;
mod watching;

use std::{path::Path, time::Duration};

use phone::{
    Account, AccountId, AutoAnswer, CallId, Cause, Codec, Command, DtmfMode, Event, Manner, Reason, Registration, Role,
    Secret, Transport,
};
use tokio::{sync::mpsc, time::timeout};

/// More than any step needs on a busy machine.
const BOUND: Duration = Duration::from_secs(20);

/// A phone with an account at a practice PBX of its own.
struct Desk {
    phone: phone::Handle,
    events: mpsc::Receiver<Event>,
    _pbx: Option<practice::Running>,
}

impl Desk {
    async fn registered() -> Desk {
        let pbx = practice::start(None).unwrap();
        let password = pbx.password.clone();
        let mut desk = Desk::with(pbx, &password).await;
        desk.until_registered().await;
        desk
    }

    /// At a PBX of the story's own, with a loud tone of 440 Hz for a microphone.
    async fn at(exchange: &exchange::Exchange, folder: &Path) -> Desk {
        let (phone, events) = phone::start(phone::Options::default());
        let (mouth, ear) = (folder.join("mouth.wav"), folder.join("ear.wav"));
        write_tone(&mouth, 60);
        for (role, device) in [
            (Role::Microphone, format!("wav:{}", mouth.display())),
            (Role::Speaker, format!("wav:{}", ear.display())),
            (Role::Ring, "null".to_owned()),
        ] {
            phone.send(Command::SetDevices(role, vec![device])).await;
        }
        phone.send(Command::SetAccount(account(&format!("sip:101@{}", exchange.address), "secret"))).await;
        let mut desk = Desk { phone, events, _pbx: None };
        desk.until_registered().await;
        desk
    }

    #[track_caller]
    fn until_registered(&mut self) -> impl Future<Output = ()> {
        self.until(|event| matches!(event, Event::Registration(_, Registration::Registered)).then_some(()))
    }

    async fn with(pbx: practice::Running, password: &str) -> Desk {
        let (phone, events) = phone::start(phone::Options::default());
        for role in [Role::Microphone, Role::Speaker, Role::Ring] {
            phone.send(Command::SetDevices(role, vec!["null".into()])).await;
        }
        phone.send(Command::SetAccount(account(&format!("sip:{}@{}", practice::USER, pbx.registrar), password))).await;
        Desk { phone, events, _pbx: Some(pbx) }
    }

    async fn dial(&mut self, call: u64, target: &str) -> CallId {
        self.dial_so(call, target, Manner::default()).await
    }

    async fn dial_so(&mut self, call: u64, target: &str, manner: Manner) -> CallId {
        let (call, account) = (CallId(call), AccountId("practice".into()));
        self.phone.send(Command::Dial { call, account, target: target.into(), manner }).await;
        call
    }

    /// Waits for an event that `look` finds something in; everything before it is passed over.
    #[track_caller]
    fn until<T>(&mut self, look: impl Fn(&Event) -> Option<T>) -> impl Future<Output = T> {
        let told = std::panic::Location::caller();
        async move {
            let mut seen = Vec::new();
            loop {
                match timeout(BOUND, self.events.recv()).await {
                    Ok(Some(event)) => match look(&event) {
                        Some(found) => return found,
                        None => seen.push(event),
                    },
                    outcome => panic!("{told}: {outcome:?} after {seen:#?}"),
                }
            }
        }
    }

    async fn until_ended(&mut self, call: CallId) -> (Reason, Option<u16>) {
        self.until(|event| match event {
            Event::Ended { call: ended, reason, status, .. } if *ended == call => Some((*reason, *status)),
            _ => None,
        })
        .await
    }

    async fn until_incoming(&mut self) -> CallId {
        self.until(|event| match event {
            Event::Incoming { call, .. } => Some(*call),
            _ => None,
        })
        .await
    }

    async fn until_listening(&mut self, call: CallId, on: bool) {
        self.until(|event| (*event == Event::Listening(call, on)).then_some(())).await;
    }

    async fn until_answered(&mut self, call: CallId) {
        self.until(|event| (*event == Event::Answered(call)).then_some(())).await;
    }

    async fn until_hold(&mut self, call: CallId, local: bool, remote: bool) {
        self.until(|event| (*event == Event::Hold { call, local, remote }).then_some(())).await;
    }

    async fn stop(mut self) {
        self.phone.send(Command::Stop).await;
        self.until(|event| (*event == Event::Stopped).then_some(())).await;
    }
}

fn account(aor: &str, password: &str) -> Account {
    Account {
        id: AccountId("practice".into()),
        aor: aor.into(),
        registrar: None,
        username: None,
        password: Secret(password.into()),
        display_name: None,
        transport: Transport::Udp,
        ca: None,
        codecs: vec![Codec::Opus, Codec::G722, Codec::Pcmu, Codec::Pcma],
        dtmf: DtmfMode::Auto,
        auto_answer: AutoAnswer::Trusted,
    }
}

/// A 440 Hz tone, 16 kHz.
fn write_tone(file: &Path, seconds: u32) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(file, spec).unwrap();
    for n in 0..seconds * 16_000 {
        let phase = 440.0 * std::f64::consts::TAU * f64::from(n) / 16_000.0;
        writer.write_sample((phase.sin() * 12_000.0) as i16).unwrap();
    }
    writer.finalize().unwrap();
}

/// The share of a recording's power that is at 440 Hz, over its loudest second.
fn share_of_440_hz(file: &Path) -> f64 {
    let samples: Vec<f64> =
        hound::WavReader::open(file).unwrap().samples::<i16>().map(|s| f64::from(s.unwrap())).collect();
    samples.chunks(48_000).map(goertzel_share).fold(0.0, f64::max)
}

fn goertzel_share(samples: &[f64]) -> f64 {
    let power: f64 = samples.iter().map(|s| s * s).sum::<f64>() + 1.0;
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let phase = 440.0 * std::f64::consts::TAU * n as f64 / 48_000.0;
        re += sample * phase.cos();
        im += sample * phase.sin();
    }
    2.0 * (re * re + im * im) / (samples.len() as f64 * power)
}

#[tokio::test]
async fn the_agent_calls_the_echo_and_hears_herself() {
    let folder = tempfile::tempdir().unwrap();
    let (mouth, ear) = (folder.path().join("mouth.wav"), folder.path().join("ear.wav"));
    write_tone(&mouth, 3);
    let mut desk = Desk::registered().await;
    for (role, file) in [(Role::Microphone, &mouth), (Role::Speaker, &ear)] {
        desk.phone.send(Command::SetDevices(role, vec![format!("wav:{}", file.display())])).await;
    }
    let call = desk.dial(1, "700").await;
    desk.until(|event| (*event == Event::RemoteRinging(call)).then_some(())).await;
    let codec = desk.until(|event| match event {
        Event::Codec(_, codec) => Some(*codec),
        _ => None,
    });
    assert_eq!(codec.await, Codec::Opus, "the first of both lists");
    desk.until_answered(call).await;
    // Three reports: three seconds of tone have gone round.
    for _ in 0..4 {
        desk.until(|event| matches!(event, Event::Quality(..)).then_some(())).await;
    }
    desk.phone.send(Command::HangUp(call)).await;
    assert_eq!(desk.until_ended(call).await, (Reason::HungUp, None));
    desk.stop().await;
    let share = share_of_440_hz(&ear);
    assert!(share > 0.9, "only {share:.2} of what was heard is what was said");
}

#[tokio::test]
async fn each_number_fails_in_its_own_way() {
    let mut desk = Desk::registered().await;
    let table = [
        ("713", Reason::Busy, 486),
        ("714", Reason::Unreachable, 503),
        ("715", Reason::Rejected, 403),
        ("999", Reason::NotFound, 404),
    ];
    for (index, (number, reason, status)) in table.into_iter().enumerate() {
        let call = desk.dial(index as u64 * 2 + 1, number).await;
        assert_eq!(desk.until_ended(call).await, (reason, Some(status)), "{number}");
    }
    let call = desk.dial(11, "712").await;
    desk.until(|event| (*event == Event::RemoteRinging(call)).then_some(())).await;
    desk.phone.send(Command::HangUp(call)).await;
    assert_eq!(
        desk.until_ended(call).await,
        (Reason::Cancelled, None),
        "the agent gave up: over at once, whatever the PBX says to it"
    );
}

#[tokio::test]
async fn a_caller_rings_is_answered_held_and_taken_back() {
    let mut desk = Desk::registered().await;
    let errand = desk.dial(1, "720").await;
    assert_eq!(desk.until_ended(errand).await.0, Reason::RemoteHungUp);
    let (call, peer) = desk
        .until(|event| match event {
            Event::Incoming { call, peer, .. } => Some((*call, peer.clone())),
            _ => None,
        })
        .await;
    assert_eq!((peer.number.as_str(), peer.name.as_deref()), ("+442079460812", Some("Anna Northwind")));
    assert!(!call.is_outbound());
    desk.phone.send(Command::Ringing(call)).await;
    desk.phone.send(Command::Answer(call)).await;
    desk.until_answered(call).await;
    desk.phone.send(Command::Hold(call)).await;
    desk.until_hold(call, true, false).await;
    desk.phone.send(Command::Resume(call)).await;
    desk.until_hold(call, false, false).await;
    desk.until(|event| matches!(event, Event::Quality(..)).then_some(())).await;
    desk.phone.send(Command::HangUp(call)).await;
    assert_eq!(desk.until_ended(call).await.0, Reason::HungUp);
}

#[tokio::test]
async fn a_hold_that_is_taken_back_at_once_leaves_the_call_talking() {
    let mut desk = Desk::registered().await;
    let call = desk.dial(1, "700").await;
    desk.until_answered(call).await;
    // The resume comes while the hold is still on its way: both are offered, the last word counts.
    desk.phone.send(Command::Hold(call)).await;
    desk.phone.send(Command::Resume(call)).await;
    desk.until_hold(call, true, false).await;
    desk.until_hold(call, false, false).await;
    desk.until(|event| matches!(event, Event::Quality(..)).then_some(())).await;
}

#[tokio::test]
async fn a_call_muted_before_the_answer_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    let (mouth, ear) = (folder.path().join("mouth.wav"), folder.path().join("ear.wav"));
    write_tone(&mouth, 3);
    let mut desk = Desk::registered().await;
    for (role, file) in [(Role::Microphone, &mouth), (Role::Speaker, &ear)] {
        desk.phone.send(Command::SetDevices(role, vec![format!("wav:{}", file.display())])).await;
    }
    let call = desk.dial(1, "700").await;
    desk.phone.send(Command::Mute(call, true)).await;
    desk.until_answered(call).await;
    for _ in 0..3 {
        desk.until(|event| matches!(event, Event::Quality(..)).then_some(())).await;
    }
    desk.phone.send(Command::HangUp(call)).await;
    assert_eq!(desk.until_ended(call).await, (Reason::HungUp, None));
    desk.stop().await;
    // The same story without the mute hears nine tenths of it.
    let share = share_of_440_hz(&ear);
    assert!(share < 0.1, "{share:.2} of what came back is the voice of a muted microphone");
}

#[tokio::test]
async fn a_transfer_tells_how_it_went() {
    let mut desk = Desk::registered().await;
    for (call, target, status) in [(1, "701", 200), (3, "713", 486)] {
        let call = desk.dial(call, "700").await;
        desk.until_answered(call).await;
        desk.phone.send(Command::TransferBlind(call, target.into())).await;
        let outcome = desk.until(|event| match event {
            Event::Transfer(_, Some(status)) => Some(*status),
            _ => None,
        });
        assert_eq!(outcome.await, status, "{target}");
        if status != 200 {
            desk.phone.send(Command::HangUp(call)).await;
        }
        desk.until_ended(call).await;
    }
}

#[tokio::test]
async fn a_caller_is_declined() {
    let mut desk = Desk::registered().await;
    desk.dial(1, "720").await;
    let call = desk
        .until(|event| match event {
            Event::Incoming { call, .. } => Some(*call),
            _ => None,
        })
        .await;
    desk.phone.send(Command::Decline(call, 486)).await;
    assert_eq!(desk.until_ended(call).await, (Reason::Declined, Some(486)));
}

#[tokio::test]
async fn a_wrong_password_is_called_that() {
    let mut desk = Desk::with(practice::start(None).unwrap(), "not the password").await;
    let failure = desk
        .until(|event| match event {
            Event::Registration(_, Registration::Failed(failure)) => Some(failure.clone()),
            _ => None,
        })
        .await;
    assert_eq!((failure.cause, failure.status), (Cause::WrongCredentials, Some(401)));
}

#[tokio::test]
async fn a_pbx_that_is_not_there_is_told_from_one_that_refuses() {
    let (phone, events) = phone::start(phone::Options::default());
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut desk = Desk { phone, events, _pbx: None };
    let nobody = Account { transport: Transport::Tcp, ..account(&format!("sip:101@{closed}"), "x") };
    desk.phone.send(Command::SetAccount(nobody)).await;
    let failure = desk.until(|event| match event {
        Event::Registration(_, Registration::Failed(failure)) => Some(failure.cause),
        _ => None,
    });
    assert_eq!(failure.await, Cause::Unreachable);
    desk.phone.send(Command::SetAccount(account("sip:101@no-such-host.invalid", "x"))).await;
    let failure = desk.until(|event| match event {
        Event::Registration(_, Registration::Failed(failure)) if failure.cause != Cause::Unreachable => {
            Some(failure.cause)
        }
        _ => None,
    });
    assert_eq!(failure.await, Cause::UnknownHost);
}
