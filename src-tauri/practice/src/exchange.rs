//! The task of the practice PBX: the SIP core, its socket, and the calls.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use media::{CodecKind, Dtmf, OpusConfig, StreamConfig};
use sip::{
    CallKey, Command, Config, Core, Event, FlowId, Input, Output, RequestId, Transport,
    sdp::{self, Direction, Negotiation},
    wire::{Message, Uri},
};
use tokio::{net::UdpSocket, sync::mpsc, time::sleep_until};

use crate::{
    dial_plan::{CALLERS, Caller, PATIENCE, Route, route},
    line::{Line, Script},
    registrar::Registrar,
    webhook::{Teller, Trace},
};

const FLOW: FlowId = FlowId(FlowId::OWNER);
const LARGEST_DATAGRAM: usize = 65_536;
/// It rings shortly before an extension answers, as a person would let it.
const RING: Duration = Duration::from_millis(700);
/// After the last word, before hanging up.
const PAUSE: Duration = Duration::from_millis(800);

/// Something to do later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Errand {
    Answer(CallKey),
    HangUp(CallKey),
    /// The caller loses patience, if the agent has not answered by then.
    GiveUp(CallKey),
    CallAgent,
}

/// One call.
struct Call {
    negotiation: Negotiation,
    socket: Arc<UdpSocket>,
    offer: Option<Vec<u8>>,
    route: Route,
    line: Option<Line>,
    trace: Trace,
}

/// What must not be guessable.
pub(crate) struct Random {
    pub(crate) seed: [u8; 32],
    pub(crate) password: String,
    pub(crate) nonce: String,
}

/// The practice PBX itself.
pub(crate) struct Exchange {
    core: Core,
    socket: UdpSocket,
    registrar: Registrar,
    address: SocketAddr,
    calls: HashMap<CallKey, Call>,
    errands: Vec<(Instant, Errand)>,
    said: (mpsc::Sender<CallKey>, mpsc::Receiver<CallKey>),
    called: usize,
    teller: Teller,
}

impl Exchange {
    pub(crate) fn new(socket: UdpSocket, address: SocketAddr, random: Random, teller: Teller) -> Exchange {
        let mut config = Config::new("Ringside practice PBX", random.seed);
        config.allow_registrar = true;
        config.accept_transfers = true;
        let mut core = Core::new(config);
        core.handle(Input::Connected { flow: FLOW, local: address, transport: Transport::Udp }, Instant::now());
        Exchange {
            core,
            socket,
            registrar: Registrar::new(random.password, &random.nonce),
            address,
            calls: HashMap::new(),
            errands: Vec::new(),
            said: mpsc::channel(16),
            called: 0,
            teller,
        }
    }

    pub(crate) async fn run(mut self) {
        let mut datagram = vec![0; LARGEST_DATAGRAM];
        loop {
            self.drain().await;
            let errand = self.errands.iter().map(|(due, _)| *due).min();
            let wake = [self.core.wake(), errand].into_iter().flatten().min();
            let idle = Instant::now() + Duration::from_secs(3600);
            tokio::select! {
                received = self.socket.recv_from(&mut datagram) => {
                    if let Ok((size, from)) = received {
                        let bytes = datagram.get(..size).unwrap_or_default();
                        self.core.handle(Input::Datagram { flow: FLOW, from, bytes }, Instant::now());
                    }
                }
                Some(call) = self.said.1.recv() => self.later(PAUSE, Errand::HangUp(call)),
                () = sleep_until(wake.unwrap_or(idle).into()) => {
                    self.core.handle(Input::Tick, Instant::now());
                    self.run_errands();
                }
            }
        }
    }

    async fn drain(&mut self) {
        while let Some(output) = self.core.poll() {
            match output {
                Output::Send { to, bytes, .. } => {
                    self.socket.send_to(&bytes, to).await.ok();
                }
                Output::Event(event) => self.event(event),
                // It calls nobody but phones that registered with it.
                Output::Connect { .. } | Output::Close { .. } | Output::Resolve { .. } => {}
            }
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Request { request, message, flow, from } => self.request(request, &message, flow, from),
            Event::Incoming { call, request, offer, .. } => self.incoming(call, &request, offer),
            Event::Answered { call, sdp, .. } => self.agent_answered(call, sdp),
            Event::Offered { call, offer } => self.offered(call, offer),
            Event::TransferRequested { call, target, .. } => self.transfer(call, &target),
            Event::Ended { call, .. } => {
                if let Some(over) = self.calls.remove(&call) {
                    self.teller.ends(&over.trace);
                }
            }
            _ => {}
        }
    }

    fn request(&mut self, request: RequestId, message: &Message, flow: FlowId, from: SocketAddr) {
        let (status, headers) = if message.method() == "REGISTER" {
            let answer = self.registrar.register(message, flow, from, Instant::now());
            (answer.status, answer.headers)
        } else {
            (405, Vec::new())
        };
        self.command(Command::Respond { request, status, reason: String::new(), headers, body: None });
    }

    fn incoming(&mut self, call: CallKey, request: &Message, offer: Option<Vec<u8>>) {
        let uri = request.request_uri().and_then(|uri| Uri::parse(uri).ok());
        let number = uri.as_ref().and_then(|uri| uri.user()).unwrap_or_default().to_string();
        let route = route(&number);
        if let Route::Refuse(status) = route {
            return self.command(Command::Reject { call, status });
        }
        let Some((socket, negotiation)) = self.sound() else {
            return self.command(Command::Reject { call, status: 503 });
        };
        let trace = self.teller.dials(&number);
        self.calls.insert(call, Call { negotiation, socket, offer, route, line: None, trace });
        self.command(Command::Ring { call });
        if route != Route::RingForEver {
            self.later(RING, Errand::Answer(call));
        }
    }

    fn answer(&mut self, call: CallKey) {
        let Some(state) = self.calls.get_mut(&call) else { return };
        let offer = state.offer.take().unwrap_or_default();
        let Ok((answer, agreed)) = state.negotiation.answer(&offer, Direction::SendRecv) else {
            return self.command(Command::Reject { call, status: 488 });
        };
        let script = match state.route {
            Route::Speak(voice) => Script::Speak(voice),
            _ => Script::Echo,
        };
        self.teller.answers(&mut state.trace);
        if let Route::CallBack(after) = state.route {
            self.later(PAUSE, Errand::HangUp(call));
            self.later(PAUSE + after, Errand::CallAgent);
        }
        self.talk(call, &agreed, script);
        self.command(Command::Accept { call, answer });
    }

    fn call_agent(&mut self) {
        let Some(binding) = self.registrar.binding(Instant::now()).cloned() else { return };
        let (Some(caller), Some((socket, mut negotiation))) = (self.next_caller(), self.sound()) else { return };
        let call = CallKey(self.called as u64 * 2 + 1);
        self.called += 1;
        let offer = negotiation.offer(Direction::SendRecv);
        let trace = self.teller.rings(caller.number, caller.queue);
        let route = Route::Speak(caller.voice);
        self.calls.insert(call, Call { negotiation, socket, offer: None, route, line: None, trace });
        self.command(Command::InviteOver {
            call,
            destination: (binding.flow, binding.addr),
            from: format!("\"{}\" <sip:{}@{}>", caller.name, caller.number, self.address),
            target: binding.contact,
            offer,
            headers: Vec::new(),
        });
        self.later(PATIENCE, Errand::GiveUp(call));
    }

    fn next_caller(&self) -> Option<Caller> {
        CALLERS.iter().cycle().nth(self.called % CALLERS.len()).copied()
    }

    fn agent_answered(&mut self, call: CallKey, sdp: Option<Vec<u8>>) {
        let Some(state) = self.calls.get_mut(&call) else { return };
        let agreed = sdp.and_then(|sdp| state.negotiation.accept(&sdp).ok());
        self.teller.answers(&mut state.trace);
        match (agreed, state.route) {
            (Some(agreed), Route::Speak(voice)) => self.talk(call, &agreed, Script::Speak(voice)),
            _ => self.command(Command::HangUp { call }),
        }
    }

    /// The agent holds or takes back; the line goes on speaking, as music on hold would.
    fn offered(&mut self, call: CallKey, offer: Option<Vec<u8>>) {
        let Some(state) = self.calls.get_mut(&call) else { return };
        let sdp = match offer {
            Some(offer) => {
                state.negotiation.answer(&offer, Direction::SendRecv).map(|(answer, _)| answer).map_err(|_| 488)
            }
            None => Ok(state.negotiation.offer(Direction::SendRecv)),
        };
        self.command(Command::Answer { call, sdp });
    }

    /// Puts the caller through to another number, as far as anybody can tell: it answers, or refuses as it always does.
    fn transfer(&mut self, call: CallKey, target: &str) {
        let number = Uri::parse(target).ok().and_then(|uri| uri.user().map(str::to_owned)).unwrap_or_default();
        let status = match route(&number) {
            Route::Refuse(status) => status,
            Route::RingForEver => 480,
            Route::Echo | Route::Speak(_) | Route::CallBack(_) => 200,
        };
        self.command(Command::TransferProgress { call, status });
    }

    fn sound(&self) -> Option<(Arc<UdpSocket>, Negotiation)> {
        let socket = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
        socket.set_nonblocking(true).ok()?;
        let port = socket.local_addr().ok()?.port();
        let negotiation = Negotiation::new(sdp::Local {
            address: Ipv4Addr::LOCALHOST.into(),
            port,
            codecs: vec![sdp::Codec::Opus, sdp::Codec::G722, sdp::Codec::Pcmu, sdp::Codec::Pcma],
            direction: Direction::SendRecv,
            ptime_ms: 20,
            session_id: u64::from(port),
        });
        Some((Arc::new(UdpSocket::from_std(socket).ok()?), negotiation))
    }

    fn talk(&mut self, call: CallKey, agreed: &sdp::Negotiated, script: Script) {
        let said = self.said.0.clone();
        let done = move || _ = said.try_send(call);
        if let Some(state) = self.calls.get_mut(&call) {
            let socket = Arc::clone(&state.socket);
            state.line = Some(Line::start(socket, stream_config(call, agreed), agreed.remote, script, done));
        }
    }

    fn later(&mut self, after: Duration, errand: Errand) {
        self.errands.push((Instant::now() + after, errand));
    }

    fn run_errands(&mut self) {
        let now = Instant::now();
        let due: Vec<Errand> = self.errands.extract_if(.., |(due, _)| *due <= now).map(|(_, errand)| errand).collect();
        for errand in due {
            match errand {
                Errand::Answer(call) => self.answer(call),
                Errand::HangUp(call) => self.command(Command::HangUp { call }),
                Errand::GiveUp(call) => {
                    if self.calls.get(&call).is_some_and(|call| call.line.is_none()) {
                        self.command(Command::HangUp { call });
                    }
                }
                Errand::CallAgent => self.call_agent(),
            }
        }
    }

    fn command(&mut self, command: Command) {
        self.core.handle(Input::Command(command), Instant::now());
    }
}

fn stream_config(call: CallKey, agreed: &sdp::Negotiated) -> StreamConfig {
    StreamConfig {
        codec: match agreed.codec {
            sdp::Codec::Opus => CodecKind::Opus,
            sdp::Codec::G722 => CodecKind::G722,
            sdp::Codec::Pcmu => CodecKind::Pcmu,
            sdp::Codec::Pcma => CodecKind::Pcma,
        },
        send_payload_type: agreed.send_payload_type,
        receive_payload_type: agreed.receive_payload_type,
        ptime_ms: agreed.ptime_ms,
        dtmf: agreed.dtmf.map(|(send_pt, receive_pt, clock)| Dtmf { send_pt, receive_pt, clock }),
        ssrc: 0x5052_0000 | (call.0 & 0xFFFF) as u32,
        first_sequence: 0,
        first_timestamp: 0,
        cname: "practice".to_owned(),
        opus: OpusConfig::default(),
    }
}
