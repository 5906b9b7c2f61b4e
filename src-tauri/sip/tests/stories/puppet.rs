//! One core, and a peer whose every word the story writes: for what well-behaved peers do not say.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    time::{Duration, Instant},
};

use sip::{
    Command, Config, Core, Event, FlowId, Input, Output, RegistrationState, Target, Transport,
    wire::{Message, parse},
};

use crate::kit::{ACCOUNT, OFFER, account, seconds};

pub const CHALLENGE: &str = "Digest realm=\"asterisk\", nonce=\"1\", qop=\"auth\", algorithm=MD5";

/// The core's end of the strings.
pub struct Puppet {
    pub core: Core,
    pub now: Instant,
    pub sent: VecDeque<Message>,
    pub events: VecDeque<Event>,
    pub flow: FlowId,
    pub peer: SocketAddr,
}

impl Puppet {
    /// A phone with an account that is connected over UDP and not registered.
    pub fn new(adjust: impl FnOnce(&mut Config)) -> Puppet {
        #[allow(clippy::disallowed_methods, reason = "an arbitrary beginning; time moves by hand from here")]
        let now = Instant::now();
        let mut config = Config::new("puppet", [9; 32]);
        adjust(&mut config);
        let peer = "10.0.0.2:5060".parse().expect("an address");
        let mut puppet = Puppet {
            core: Core::new(config),
            now,
            sent: VecDeque::new(),
            events: VecDeque::new(),
            flow: FlowId(1),
            peer,
        };
        puppet.command(Command::SetAccount(ACCOUNT, account(Transport::Udp)));
        puppet
    }

    /// The same, registered: the PBX asked for a password.
    pub fn registered(adjust: impl FnOnce(&mut Config)) -> Puppet {
        let mut puppet = Puppet::new(adjust);
        puppet.command(Command::Register(ACCOUNT));
        let first = puppet.take("REGISTER");
        puppet.respond(&first, "401 Unauthorized", "pbx", &[&format!("WWW-Authenticate: {CHALLENGE}")], b"");
        let register = puppet.take("REGISTER");
        let contact = format!("Contact: {};expires=300", register.header("Contact").expect("Contact"));
        puppet.respond(&register, "200 OK", "pbx", &[&contact], b"");
        puppet.expect("Registered", |event| match event {
            Event::Registration { state: RegistrationState::Registered { .. }, .. } => Some(()),
            _ => None,
        });
        puppet
    }

    pub fn command(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    pub fn input(&mut self, input: Input<'_>) {
        self.core.handle(input, self.now);
        while let Some(output) = self.core.poll() {
            match output {
                Output::Event(event) => self.events.push_back(event),
                Output::Send { bytes, .. } => self.sent.extend(parse(&bytes)),
                Output::Resolve { account, transport, .. } => {
                    let target = Target { transport, addr: self.peer, server_name: "pbx".to_owned() };
                    self.input(Input::Resolved { account, targets: Ok(vec![target]) });
                }
                Output::Connect { flow, target, .. } => {
                    self.flow = flow;
                    let local = "10.0.0.1:5071".parse().expect("an address");
                    self.input(Input::Connected { flow, local, transport: target.transport });
                }
                Output::Close { .. } => {}
            }
        }
    }

    pub fn invite(&mut self, call: sip::CallKey) -> Message {
        let (target, offer, headers) = ("sip:102@pbx.example".to_owned(), OFFER.to_vec(), vec![]);
        self.command(Command::Invite { call, account: ACCOUNT, display_name: None, target, offer, headers });
        self.take("INVITE")
    }

    pub fn pass(&mut self, time: Duration) {
        let limit = self.now + time;
        let mut wakes = 0;
        while let Some(wake) = self.core.wake().filter(|wake| *wake <= limit) {
            wakes += 1;
            assert!(wakes < 1_000_000, "{time:?} never pass");
            self.now = self.now.max(wake);
            self.input(Input::Tick);
        }
        self.now = limit;
    }

    /// The next message of that kind (a method, or `200 INVITE`); others before it are passed over.
    #[track_caller]
    pub fn take(&mut self, kind: &str) -> Message {
        self.find(kind).unwrap_or_else(|| panic!("no {kind} was sent"))
    }

    pub fn find(&mut self, kind: &str) -> Option<Message> {
        std::iter::from_fn(|| self.sent.pop_front()).find(|message| self::kind(message) == kind)
    }

    #[track_caller]
    pub fn expect<T>(&mut self, what: &str, wanted: impl FnMut(Event) -> Option<T>) -> T {
        let found = std::iter::from_fn(|| self.events.pop_front()).find_map(wanted);
        found.unwrap_or_else(|| panic!("{what} never came"))
    }

    /// Sends a response to one of its requests, with the peer's tag and further header lines.
    pub fn respond(&mut self, request: &Message, status: &str, tag: &str, more: &[&str], body: &[u8]) {
        let line = |name: &str| {
            let values = request.headers(name).map(|value| format!("{name}: {value}\r\n"));
            values.collect::<String>()
        };
        let to = line("To").trim_end().to_owned();
        let to = if tag.is_empty() || to.contains(";tag=") { to } else { format!("{to};tag={tag}") };
        let head =
            format!("SIP/2.0 {status}\r\n{}{}{to}\r\n{}{}", line("Via"), line("From"), line("Call-ID"), line("CSeq"));
        self.say(head, more, body);
    }

    /// Sends a request of the peer inside the dialog of `answered`, a 2xx that one side sent to an INVITE.
    pub fn inside(&mut self, method: &str, cseq: u32, answered: &Message, tag: &str, more: &[&str], body: &[u8]) {
        let from = format!("{};tag={tag}", answered.header("To").expect("To"));
        let to = answered.header("From").expect("From").into_owned();
        self.request(method, cseq, &from, &to, &answered.call_id().expect("Call-ID"), more, body);
    }

    #[allow(clippy::too_many_arguments, reason = "a request has as many parts")]
    pub fn request(&mut self, method: &str, cseq: u32, from: &str, to: &str, id: &str, more: &[&str], body: &[u8]) {
        let head = format!(
            "{method} sip:101@10.0.0.1:5071 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;rport;branch=z9hG4bK{method}{cseq}{id}\r\n\
             Max-Forwards: 70\r\nFrom: {from}\r\nTo: {to}\r\nCall-ID: {id}\r\nCSeq: {cseq} {method}\r\n"
        );
        self.say(head, more, body);
    }

    fn say(&mut self, mut head: String, more: &[&str], body: &[u8]) {
        for line in more {
            head.push_str(&format!("{line}\r\n"));
        }
        if !body.is_empty() && !head.contains("Content-Type") {
            head.push_str("Content-Type: application/sdp\r\n");
        }
        let mut bytes = format!("{head}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        bytes.extend_from_slice(body);
        let (flow, from) = (self.flow, self.peer);
        self.input(Input::Datagram { flow, from, bytes: &bytes });
    }

    /// Answers its INVITE, and takes the ACK.
    pub fn answer(&mut self, invite: &Message, tag: &str, more: &[&str]) -> Message {
        let mut lines = vec!["Contact: <sip:102@10.0.0.9:5060>", "Allow: INVITE, ACK, BYE, CANCEL"];
        lines.extend(more);
        self.respond(invite, "200 OK", tag, &lines, crate::kit::ANSWER);
        self.take("ACK")
    }

    pub fn settle(&mut self) {
        self.pass(seconds(1));
    }
}

pub fn kind(message: &Message) -> String {
    match message.status() {
        Some(status) => format!("{status} {}", message.method()),
        None => message.method().to_owned(),
    }
}
