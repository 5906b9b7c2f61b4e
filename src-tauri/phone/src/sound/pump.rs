//! The real-time thread: every 10 ms from the microphone to the calls and from the calls to the speaker.
//!
//! ```text
//!  microphone ─► mixer ─► each leg's capture ─► RTP
//!  RTP ─► each leg's play ─► mixer + chimes ─► speaker
//! ```
//!
//! A tick neither locks, allocates nor logs. Orders do: they are rare.

use std::{
    sync::mpsc::{Receiver, Sender, TryRecvError},
    time::{Duration, Instant},
};

use media::{BLOCK, Block, device::Playback, level::Meter, mix, tone::Country};
use tokio::sync::mpsc;

use super::{
    Order, SoundEvent,
    chimes::Chimes,
    clock::Clock,
    keeper::{Installed, Request},
    leg::Leg,
    mixer::Mixer,
    wakeup::{Microphone, Wakeup, Woken},
};
use crate::api::{CallId, Role};

/// Ticks between two reports of quality, and of levels (20 a second).
const REPORT: u64 = 100;
const LEVELS: u64 = 5;
/// The speaker plays what it has before it is closed.
const LINGER: Duration = Duration::from_millis(300);
/// Blocks that a microphone may hand over at once.
const BLOCKS: usize = 4;

/// The ends of the pump's channels.
pub(super) struct Channels {
    pub(super) orders: Receiver<Order>,
    pub(super) installed: Receiver<Installed>,
    pub(super) keeper: Sender<Request>,
    pub(super) events: mpsc::Sender<SoundEvent>,
}

pub(super) struct Pump {
    channels: Channels,
    wakeup: Wakeup,
    clock: Clock,
    legs: Vec<Leg>,
    mixer: Mixer,
    chimes: Chimes,
    microphone: Option<Microphone>,
    speaker: Option<Playback>,
    ringers: Vec<Playback>,
    /// What the keeper was asked for last: microphone, speaker, ring.
    wanted: [bool; 3],
    /// Nothing sounds any more after this.
    silent_from: Option<Instant>,
    metering: bool,
    microphone_meter: Meter,
    speaker_meter: Meter,
    ticks: u64,
}

impl Pump {
    pub(super) fn new(channels: Channels, wakeup: Wakeup) -> Pump {
        Pump {
            channels,
            wakeup,
            clock: Clock::new(Instant::now()),
            legs: Vec::new(),
            mixer: Mixer::default(),
            chimes: Chimes::new(Country::default()),
            microphone: None,
            speaker: None,
            ringers: Vec::new(),
            wanted: [false; 3],
            silent_from: None,
            metering: false,
            microphone_meter: Meter::new(),
            speaker_meter: Meter::new(),
            ticks: 0,
        }
    }

    /// Until the last [`super::Sound`] is gone.
    pub(super) fn run(mut self) {
        let mut now = Instant::now();
        loop {
            let woken = self.sleep(now);
            now = Instant::now();
            if !self.take_orders(now) {
                return;
            }
            self.take_devices();
            self.ask_for_devices(now);
            self.work(now, woken);
        }
    }

    fn sleep(&mut self, now: Instant) -> Woken {
        if !self.is_awake() {
            return self.wakeup.wait(None);
        }
        let Some(microphone) = self.microphone.as_ref().filter(|microphone| paces(microphone)) else {
            return self.wakeup.wait(Some(self.clock.due()));
        };
        let rest = self.clock.rest(now);
        if rest.is_none() {
            microphone.arm();
        }
        self.wakeup.wait(Some(rest.unwrap_or(self.clock.due())))
    }

    fn work(&mut self, now: Instant, woken: Woken) {
        if woken.packets {
            let events = &self.channels.events;
            self.legs.iter_mut().for_each(|leg| leg.receive(now, &|event| say(events, event)));
        }
        if self.is_awake() {
            self.tick_all(now);
        }
    }

    /// Whether there is anything to tick for: a call apart needs no device.
    fn is_awake(&self) -> bool {
        self.wanted.contains(&true) || !self.legs.is_empty()
    }

    fn tick_all(&mut self, now: Instant) {
        let mut block = [0.0; BLOCK];
        let Some(mut microphone) = self.microphone.take() else {
            return (0..self.clock.owed(now)).for_each(|_| self.tick(&block, now));
        };
        if paces(&microphone) {
            self.tick_with(&mut microphone, now);
        } else {
            for _ in 0..self.clock.owed(now) {
                microphone.read(&mut block);
                self.tick(&block, now);
            }
        }
        // A device is missed once: it goes with its complaint.
        match microphone.capture().and_then(|capture| capture.trouble()) {
            None => self.microphone = Some(microphone),
            Some(why) => {
                self.retire_microphone(Some(microphone));
                self.lost(Role::Microphone, why);
            }
        }
    }

    /// Ticks by the microphone's clock, or by the system's if it has stopped.
    fn tick_with(&mut self, microphone: &mut Microphone, now: Instant) {
        let wakes = microphone.is_waitable();
        let mut block = [0.0; BLOCK];
        for _ in 0..BLOCKS {
            if !microphone.read(&mut block) {
                break;
            }
            self.clock.paced(now, wakes);
            self.tick(&block, now);
        }
        let capture = microphone.capture();
        self.clock.starved(now, wakes, capture.map_or(BLOCK, |capture| capture.missing()));
        for _ in 0..self.clock.owed(now) {
            self.tick(&[0.0; BLOCK], now);
        }
    }

    /// 10 ms.
    fn tick(&mut self, voice: &Block, now: Instant) {
        self.ticks += 1;
        self.legs.iter_mut().for_each(|leg| leg.play(now));
        self.mixer.send(&mut self.legs, voice, now);
        self.play();
        self.chimes.play_melody(&mut self.ringers);
        self.report(voice, now);
    }

    fn play(&mut self) {
        let Some(speaker) = &mut self.speaker else { return };
        let mut sum = self.mixer.speaker(&self.legs);
        self.chimes.add_to(&mut sum);
        mix::limit(&mut sum);
        speaker.write(&sum);
        if self.metering {
            self.speaker_meter.feed(&sum);
        }
    }

    fn report(&mut self, voice: &Block, now: Instant) {
        if self.metering {
            self.microphone_meter.feed(voice);
            if self.ticks.is_multiple_of(LEVELS) {
                let (microphone, speaker) = (self.microphone_meter.level(), self.speaker_meter.level());
                say(&self.channels.events, SoundEvent::Levels { microphone, speaker });
            }
        }
        if self.ticks.is_multiple_of(REPORT) {
            self.report_quality(now);
            self.report_lost_devices();
        }
    }

    fn report_quality(&mut self, now: Instant) {
        let events = &self.channels.events;
        let capture = self.microphone.as_ref().and_then(Microphone::capture);
        let devices = capture.map_or(0.0, |capture| capture.latency_ms())
            + self.speaker.as_ref().map_or(0.0, Playback::latency_ms);
        self.legs.iter_mut().for_each(|leg| leg.report(now, devices, &|event| say(events, event)));
    }

    fn report_lost_devices(&mut self) {
        if let Some(why) = self.speaker.as_ref().and_then(Playback::trouble) {
            let lost = self.speaker.take();
            self.retire(lost);
            self.lost(Role::Speaker, why);
        }
        if let Some(why) = self.ringers.iter().find_map(Playback::trouble) {
            let lost = std::mem::take(&mut self.ringers);
            self.retire(lost);
            self.lost(Role::Ring, why);
        }
    }

    fn lost(&mut self, role: Role, why: String) {
        self.ask(Request::Lost(role, why));
    }

    fn take_orders(&mut self, now: Instant) -> bool {
        loop {
            match self.channels.orders.try_recv() {
                Ok(order) => self.take_order(order, now),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn take_order(&mut self, order: Order, now: Instant) {
        match order {
            Order::Open(call, sockets, media) => match Leg::open(call, sockets, *media, &self.wakeup, now) {
                Ok(leg) => self.add(leg, now),
                Err(error) => tracing::error!(%call, %error, "no sound for this call"),
            },
            Order::Update(call, media) => self.with_leg(call, |leg| leg.update(*media, now)),
            Order::Close(call) => self.close(call, now),
            Order::Mute(call, on) => self.with_leg(call, |leg| leg.mute(on)),
            Order::CallTone(call, tone) => self.with_leg(call, |leg| leg.play_tone(tone)),
            Order::Digits(call, digits) => {
                self.with_leg(call, |leg| leg.stream.send_digits(&digits));
                if self.legs.iter().any(|leg| leg.call == call && self.mixer.hears(leg)) {
                    self.chimes.keys(&digits);
                }
            }
            Order::Conference(calls) => self.mixer.confer(calls),
            Order::Bridge(one, other) => self.mixer.bridge(one, other),
            Order::Ringback(call, on) => self.chimes.ringback(call, on),
            Order::Ring(on) => self.chimes.ring(on),
            Order::Tone(tone) => self.chimes.beep(tone),
            Order::SetDevices(role, ranked) => self.ask(Request::Rank(role, ranked)),
            Order::Meter(on) => self.metering = on,
        }
    }

    fn add(&mut self, leg: Leg, now: Instant) {
        if !self.is_awake() {
            self.clock = Clock::new(now);
        }
        self.legs.push(leg);
    }

    fn with_leg(&mut self, call: CallId, work: impl FnOnce(&mut Leg)) {
        if let Some(leg) = self.legs.iter_mut().find(|leg| leg.call == call) {
            work(leg);
        }
    }

    fn close(&mut self, call: CallId, now: Instant) {
        self.chimes.ringback(call, false);
        self.mixer.forget(call);
        if let Some(place) = self.legs.iter().position(|leg| leg.call == call) {
            self.legs.swap_remove(place).close(now);
        }
    }

    fn take_devices(&mut self) {
        while let Ok(installed) = self.channels.installed.try_recv() {
            match installed {
                Installed::Microphone(capture) => {
                    let mut microphone = self.wakeup.microphone(capture);
                    forget_the_past(&mut microphone);
                    let before = self.microphone.replace(microphone);
                    self.retire_microphone(before);
                }
                Installed::Speaker(playback) => {
                    let before = self.speaker.replace(playback);
                    self.retire(before);
                }
                Installed::Ringers(ringers) => {
                    let before = std::mem::replace(&mut self.ringers, ringers);
                    self.retire(before);
                }
            }
            self.retire_unwanted();
        }
    }

    /// Tells the keeper which roles are needed, when that changes.
    fn ask_for_devices(&mut self, now: Instant) {
        let ringing = self.chimes.is_ringing();
        // Who only listens has no microphone open at all.
        let talks = self.legs.iter().any(|leg| self.mixer.talks(leg));
        let hears = self.legs.iter().any(|leg| self.mixer.hears(leg));
        let microphone = talks || self.metering;
        let speaker = self.lingers(hears || microphone || self.chimes.is_sounding(), now);
        let wanted = [microphone, speaker, ringing];
        if wanted == self.wanted {
            return;
        }
        if !self.is_awake() {
            self.clock = Clock::new(now);
        }
        let before = std::mem::replace(&mut self.wanted, wanted);
        for ((role, was), is) in [Role::Microphone, Role::Speaker, Role::Ring].into_iter().zip(before).zip(wanted) {
            if was != is {
                self.ask(Request::Want(role, is));
            }
        }
        self.retire_unwanted();
    }

    /// Whether the speaker is still needed for the end of what it plays.
    fn lingers(&mut self, sounding: bool, now: Instant) -> bool {
        if sounding {
            self.silent_from = Some(now + LINGER);
        }
        self.silent_from.is_some_and(|from| now < from)
    }

    fn retire_unwanted(&mut self) {
        let [microphone, speaker, ringing] = self.wanted;
        if !microphone {
            let before = self.microphone.take();
            self.retire_microphone(before);
        }
        if !speaker {
            let before = self.speaker.take();
            self.retire(before);
        }
        if !ringing {
            let before = std::mem::take(&mut self.ringers);
            self.retire(before);
        }
    }

    fn retire(&self, speakers: impl IntoIterator<Item = Playback>) {
        speakers.into_iter().for_each(|speaker| self.ask(Request::ClosePlayback(speaker)));
    }

    fn retire_microphone(&self, microphone: Option<Microphone>) {
        if let Some(capture) = microphone.and_then(Microphone::into_capture) {
            self.ask(Request::CloseCapture(capture));
        }
    }

    fn ask(&self, request: Request) {
        // The keeper outlives the pump.
        self.channels.keeper.send(request).ok();
    }
}

fn paces(microphone: &Microphone) -> bool {
    microphone.capture().is_some_and(|capture| capture.paces())
}

/// What was said while the device was on its way here would be heard late ever after.
fn forget_the_past(microphone: &mut Microphone) {
    let mut block = [0.0; BLOCK];
    for _ in 0..BLOCKS {
        if !paces(microphone) || !microphone.read(&mut block) {
            return;
        }
    }
}

fn say(events: &mpsc::Sender<SoundEvent>, event: SoundEvent) {
    // A full channel means that nobody reads: what is lost is a gauge, or tells of a call nobody attends to.
    events.try_send(event).ok();
}
