//! Listening, whispering, stepping in; picking up; recordings; help; what the agent notices.

mod codes;
mod elsewhere;
mod errands;
mod help;
mod listeners;
mod pages;
mod powers;
mod presence;
mod spying;
mod switching;
mod texts;
mod tokens;

use cti::{DeviceState, FloorEvent, OrderTold, Step, Wish};

use super::*;
use crate::{AgentSees, Cards, DialCodes, OrdersBy, SupervisionRules, wire::SupervisionMode};

const SECOND: Duration = Duration::from_secs(1);
const MODES: [&str; 3] = ["spy", "whisper", "barge"];

/// What the PBX was asked for, and by what its call is known.
#[derive(Clone, Debug)]
struct Asked {
    id: String,
    token: String,
}

/// Extension 201, whose PBX takes orders by its manager interface.
fn supervisor() -> Kit {
    ruled(SupervisionRules { orders: OrdersBy::Manager, ..SupervisionRules::default() })
}

fn ruled(supervision: SupervisionRules) -> Kit {
    let accounts = vec![account("work", "sip:201@pbx.example")];
    let cards = Cards { extensions: vec!["100-299".into()], ..Cards::default() };
    let mut kit = Kit::with(Settings { accounts, cards, supervision, ..Settings::default() });
    kit.listener = Some(kit.desk.snapshot());
    kit
}

fn codes() -> DialCodes {
    DialCodes {
        spy: "*55{extension}".into(),
        whisper: "*56{extension}".into(),
        barge: "*57{extension}".into(),
        pick_up: "*8{extension}".into(),
        pause: "*46".into(),
        resume: "*47".into(),
        play: "*88{recording}".into(),
    }
}

/// The same without a manager interface.
fn by_codes() -> Kit {
    ruled(SupervisionRules { orders: OrdersBy::Codes, codes: codes(), ..SupervisionRules::default() })
}

fn intent(extension: &str, mode: &str) -> String {
    format!(r#"{{"type":"supervise","extension":"{extension}","mode":"{mode}"}}"#)
}

/// Asks to take part in 102's call; gives what the PBX is asked.
fn supervises(kit: &mut Kit, mode: &str) -> Asked {
    kit.asks(&intent("102", mode));
    last_order(kit)
}

fn last_order(kit: &Kit) -> Asked {
    let order = kit.orders.last().expect("the PBX is asked");
    let (Wish::Supervise { on, .. } | Wish::PickUp { on, .. } | Wish::Play { on, .. }) = &order.wish else {
        panic!("{order:?} makes no call")
    };
    Asked { id: order.id.clone(), token: on.token.clone().unwrap_or_default() }
}

fn stops(kit: &mut Kit) {
    kit.asks(r#"{"type":"stop_supervising"}"#);
}

/// An order gets on.
fn step(kit: &mut Kit, order: &Asked, step: Step) {
    kit.input(Input::Ordered(OrderTold { id: order.id.clone(), step }));
}

fn fails(kit: &mut Kit, order: &Asked, code: &str) {
    step(kit, order, Step::Failed { code: code.into(), detail: format!("Because of {code}") });
}

/// The PBX rings here for an order: it asks to be answered.
fn rings(kit: &mut Kit, call: u64, order: &Asked) {
    invites(kit, call, Invite { headers: &[("X-Ringside", &order.token)], ..Invite::default() });
}

/// An INVITE; by default a trusted one that asks to be answered at once, from somebody unknown.
struct Invite<'a> {
    number: &'a str,
    name: Option<&'a str>,
    asks: bool,
    trusted: bool,
    headers: &'a [(&'a str, &'a str)],
}

impl Default for Invite<'_> {
    fn default() -> Self {
        Self { number: "asterisk", name: None, asks: true, trusted: true, headers: &[] }
    }
}

fn invites(kit: &mut Kit, call: u64, invite: Invite<'_>) {
    let Invite { number, name, asks, trusted, headers } = invite;
    let uri = format!("sip:{number}@pbx.example");
    kit.hear(Event::Incoming {
        call: CallId(call),
        account: AccountId("work".into()),
        peer: Peer { number: number.into(), name: name.map(str::to_owned), uri },
        auto_answer: asks.then_some(Duration::ZERO),
        trusted,
        headers: headers.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
    });
}

/// It rings, is answered, and something is heard.
fn comes_up(kit: &mut Kit, call: u64, order: &Asked) {
    step(kit, order, Step::Accepted);
    rings(kit, call, order);
    kit.hear(Event::Answered(CallId(call)));
    step(kit, order, Step::Up);
    step(kit, order, Step::Done);
}

/// In 102's call by the call `c2`; everything said until then is forgotten.
fn in_call(mode: &str) -> (Kit, Asked) {
    let mut kit = supervisor();
    let order = supervises(&mut kit, mode);
    comes_up(&mut kit, 2, &order);
    kit.take_commands();
    kit.orders.clear();
    (kit, order)
}

/// What the window shows of it, in a line: `Spy Active to Whisper, heard: code`.
fn seen(kit: &Kit) -> String {
    let Some(shown) = kit.desk.snapshot().supervision else { return "nothing".to_owned() };
    let to = shown.switching_to.map(|mode| format!(" to {mode:?}")).unwrap_or_default();
    let heard = if shown.heard { ", heard" } else { "" };
    let trouble = shown.trouble.map(|trouble| format!(": {}", trouble.code)).unwrap_or_default();
    format!("{:?} {:?}{to}{heard}{trouble}", shown.mode, shown.state)
}

/// Which calls the window shows that are not over.
fn calls(kit: &Kit) -> Vec<String> {
    let calls = kit.desk.snapshot().calls.into_iter();
    calls.filter(|call| call.state != CallState::Ended).map(|call| call.id).collect()
}

/// What the phone was asked for since it was last looked at, in words.
fn said(kit: &mut Kit) -> Vec<String> {
    kit.take_commands().iter().map(in_words).collect()
}

fn in_words(command: &Command) -> String {
    match command {
        Command::Listen(call, true) => format!("shut {call}"),
        Command::Listen(call, false) => format!("open {call}"),
        Command::Answer(call) => format!("answer {call}"),
        Command::Ringing(call) => format!("ring {call}"),
        Command::Decline(call, status) => format!("decline {call} {status}"),
        Command::HangUp(call) => format!("hang up {call}"),
        Command::Hold(call) => format!("hold {call}"),
        Command::Mute(call, is_muted) => format!("mute {call} {is_muted}"),
        Command::Dial { target, manner, .. } => {
            let listens = if manner.listens { " shut" } else { "" };
            let apart = if manner.apart { " apart" } else { "" };
            format!("dial {target}{listens}{apart}")
        }
        Command::Message { target, text, .. } => {
            format!("tell {target}: {}", text.lines().next().unwrap_or_default())
        }
        Command::Tone(tone) => format!("tone {tone:?}"),
        other => format!("{other:?}"),
    }
}

/// What the PBX was asked since it was last looked at, in words.
fn ordered(kit: &mut Kit) -> Vec<String> {
    let in_words = |cti::Order { id, wish }| match wish {
        Wish::Supervise { extension, mode, on } => format!("{id} {mode:?} {extension} on {}", on.extension),
        Wish::PickUp { extension, on } => format!("{id} pick up {extension} on {}", on.extension),
        Wish::Play { recording, on } => format!("{id} play {recording} on {}", on.extension),
        Wish::End { order } => format!("end {order}"),
        Wish::Pause { extension, pause } => format!("{id} pause {extension} {pause:?}"),
        other => format!("{id} {other:?}"),
    };
    std::mem::take(&mut kit.orders).into_iter().map(in_words).collect()
}

/// The row of the journal, each time that it was written.
fn rows(kit: &Kit) -> Vec<journal::Supervision> {
    let row = |write: &journal::Write| match write {
        journal::Write::Supervision(row) => Some(row.clone()),
        _ => None,
    };
    kit.written.iter().filter_map(row).collect()
}

/// As it was written last.
fn row(kit: &Kit) -> journal::Supervision {
    rows(kit).pop().expect("it is in the journal")
}

/// The manager interface tells of these telephones, and is there.
fn floor(kit: &mut Kit, telephones: &[(&str, DeviceState)]) {
    kit.input(Input::Manager(None));
    kit.input(Input::Floor(FloorEvent::Listing));
    for (extension, state) in telephones {
        device(kit, extension, *state);
    }
    kit.input(Input::Floor(FloorEvent::Listed));
}

fn device(kit: &mut Kit, extension: &str, state: DeviceState) {
    kit.input(Input::Floor(FloorEvent::Device { extension: extension.into(), name: None, state: Some(state) }));
}

/// Somebody sends a text.
fn texts(kit: &mut Kit, from: &str, text: &str) {
    let from = Peer { number: from.into(), name: None, uri: format!("sip:{from}@pbx.example") };
    kit.hear(Event::Message { account: AccountId("work".into()), from, text: text.into() });
}

/// The ids and the first lines of the texts that were sent.
fn texts_sent(kit: &mut Kit) -> Vec<(u64, String)> {
    let sent = |command: Command| match &command {
        Command::Message { id, .. } => Some((*id, in_words(&command))),
        _ => None,
    };
    kit.take_commands().into_iter().filter_map(sent).collect()
}
