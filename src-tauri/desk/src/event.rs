//! What the phone tells, and what the desk does about it.

use std::time::{Duration, Instant};

use phone::{CallId, Command, Event, Reason, Role, Tone};

use crate::{
    call::{self, Call, Owner, Phase},
    card,
    update::{Desk, Effect, Now},
    wire::{self, Device, Quality, What},
};

impl Desk {
    pub(crate) fn hear(&mut self, event: Event, now: Now) {
        match event {
            Event::Registration(id, registration) => {
                if let Some(account) = self.accounts.iter_mut().find(|account| *account.id() == id) {
                    account.registered(registration);
                }
            }
            Event::Incoming { call, account, peer, auto_answer, trusted, headers } => {
                let mut call = Call::offered(call, account, call::peer(peer), now.wall);
                call.trusted = trusted;
                call.headers = card::headers(headers);
                self.offered(call, auto_answer, now);
            }
            Event::RemoteRinging(id) => self.progress(id, Phase::RemoteRinging),
            Event::EarlyMedia(id) => self.progress(id, Phase::Early),
            Event::Answered(id) => self.answered(id, now),
            Event::Codec(id, codec) => self.with(id, |call| call.codec = Some(codec)),
            Event::Hold { call, local, remote } => {
                self.with(call, |call| call.hold = call::Hold { local, remote, wanted: local });
            }
            Event::Listening(id, is_shut) => self.listening_told(id, is_shut),
            Event::Peer(id, peer) => self.with(id, |call| call.peer = call::peer(peer)),
            Event::Digit(id, digit) => {
                self.with(id, |call| remember_digit(&mut call.digits_received, digit));
                self.line_digit(id, digit, now);
            }
            Event::Watched { target, watched, .. } => self.floor_watched(&target, watched, now),
            Event::Message { from, text, .. } => self.message_came(&call::peer(from), &text, now),
            Event::MessageSent(id, status) => self.message_sent(id, status, now),
            Event::Transfer(id, status) => self.transferred(id, status),
            Event::Quality(id, quality) => self.with(id, |call| call.quality = Some(shown_quality(quality))),
            Event::Ended { call, reason, status, detail } => self.ended(call, reason, status, detail, now),
            Event::Devices { present, in_use } => self.devices(present, in_use),
            Event::DeviceTrouble(role, why) => self.device_trouble(role, &why),
            Event::Levels { microphone, speaker } => self.tell(What::Levels { microphone, speaker }),
            Event::Stopped => {}
        }
    }

    /// Answers an offered call whose time has come, unless the agent has turned to somebody else by now.
    pub(crate) fn auto_answer(&mut self, id: CallId) {
        let engaged = self.is_engaged();
        self.with(id, |call| call.phase = if engaged { Phase::Offered { answer_at: None } } else { Phase::Answering });
        if !engaged {
            self.focus = Some(id);
            self.command(Command::Tone(Tone::AutoAnswered));
            self.command(Command::Answer(id));
        }
    }

    /// Sends the digits of an extension to who has answered by now.
    pub(crate) fn post_dial(&mut self, now: Instant) {
        for call in self.calls.iter_mut().filter(|call| call.post_dial_at.is_some_and(|at| at <= now)) {
            call.post_dial_at = None;
            let digits = call.post_dial.take().filter(|_| call.is_up());
            self.effects.extend(digits.map(|digits| Effect::Phone(Command::SendDtmf(call.id, digits))));
        }
    }

    fn with(&mut self, id: CallId, change: impl FnOnce(&mut Call)) {
        if let Some(call) = self.call_mut(id).filter(|call| !call.is_ended()) {
            change(call);
        }
    }

    fn offered(&mut self, mut call: Call, auto_answer: Option<Duration>, now: Now) {
        let id = call.id;
        let live = self.calls.iter().filter(|call| !call.is_ended() && call.owner != Owner::Desk).count();
        if self.call(id).is_some() {
            return;
        }
        if let Some(ordered) = self.is_ordered(&mut call, auto_answer.is_some(), now) {
            return self.take_ordered(call, ordered);
        }
        if self.line_takes(&call, now) {
            call.owner = Owner::Desk;
            call.phase = Phase::Ending;
            let status = self.settings.line.refuse_with;
            self.calls.push(call);
            return self.command(Command::Decline(id, status));
        }
        if self.preferences.do_not_disturb || live >= MAX_CALLS {
            call.phase = Phase::Ending;
            self.calls.push(call);
            return self.command(Command::Decline(id, BUSY_HERE));
        }
        self.recognise(&mut call, now.instant);
        self.recognise_callback(&mut call);
        let engaged = self.is_engaged();
        let answer_in = auto_answer.filter(|_| !engaged);
        call.phase = Phase::Offered { answer_at: answer_in.and_then(|delay| now.instant.checked_add(delay)) };
        self.calls.push(call);
        if answer_in.is_none_or(|delay| !delay.is_zero()) {
            self.command(Command::Ringing(id));
        }
        if engaged {
            self.command(Command::Tone(Tone::CallWaiting));
        }
    }

    fn progress(&mut self, id: CallId, phase: Phase) {
        self.with(id, |call| {
            let backwards = matches!((&call.phase, &phase), (Phase::Early, Phase::RemoteRinging));
            if call.is_placing() && !backwards {
                call.phase = phase;
            }
        });
    }

    fn answered(&mut self, id: CallId, now: Now) {
        self.with(id, |call| {
            if !call.is_ending() {
                call.phase = Phase::Up;
                call.answered_at.get_or_insert(now.wall);
                call.post_dial_at = call.post_dial.as_ref().and_then(|_| now.instant.checked_add(POST_DIAL_AFTER));
            }
        });
        // These neither put others on hold nor are put on hold.
        if self.call(id).is_some_and(|call| call.owner != Owner::Agent) {
            return;
        }
        let elsewhere = self.focus.filter(|focus| *focus != id && self.call(*focus).is_some_and(Call::engages));
        if elsewhere.is_some() { self.put_on_hold(id) } else { self.turn_to(id) }
    }

    fn transferred(&mut self, id: CallId, status: Option<u16>) {
        if self.line_transfer_told(id, status) {
            return;
        }
        let Some(status) = status else { return };
        let succeeded = (200..300).contains(&status);
        self.with(id, |call| {
            if let Some(transfer) = &mut call.transfer {
                transfer.succeeded = Some(succeeded);
                transfer.sip_status = Some(status);
            }
        });
        if succeeded {
            // RFC 5589 §6.1: having seen it succeed, the transferor leaves.
            self.command(Command::HangUp(id));
        } else {
            self.notice("transfer_failed", "The transfer did not work: the call is still yours");
        }
    }

    fn ended(&mut self, id: CallId, reason: Reason, status: Option<u16>, detail: Option<String>, now: Now) {
        let detail = detail.map(|detail| call::plain(&detail, MAX_DETAIL)).filter(|detail| !detail.is_empty());
        let how = wire::Ended { reason, sip_status: status, detail, at: now.wall.to_string() };
        let Some(call) = self.call_mut(id).filter(|call| !call.is_ended()) else { return };
        let was_in_conference = call.in_conference;
        let call_owner = call.owner;
        let entry = call.end(how, now.instant, now.wall);
        if call_owner == Owner::Agent {
            self.history.add(entry.clone());
            self.tell(What::HistoryAdded { entry });
        }
        if was_in_conference {
            self.left_conference();
        }
        if self.focus == Some(id) {
            self.focus = None;
        }
    }

    fn devices(&mut self, present: Vec<phone::Device>, in_use: Vec<(Role, Option<String>)>) {
        self.devices.present = present.into_iter().map(shown_device).collect();
        for (role, device) in in_use {
            self.choice_mut(role).in_use = device;
        }
    }

    fn device_trouble(&mut self, role: Role, why: &str) {
        let device = match role {
            Role::Microphone => "microphone",
            Role::Speaker => "speaker",
            Role::Ring => "ring device",
        };
        self.notice("device_trouble", format!("The {device} could not be used: {}", call::plain(why, MAX_DETAIL)));
    }
}

fn shown_device(device: phone::Device) -> Device {
    Device { id: device.id, name: device.name, input: device.input, output: device.output }
}

fn shown_quality(quality: phone::Quality) -> Quality {
    Quality {
        mos: quality.mos,
        loss_pct: quality.loss_pct,
        jitter_ms: quality.jitter_ms,
        rtt_ms: quality.rtt_ms,
        jitter_buffer_ms: quality.jitter_buffer_ms,
        mouth_to_ear_ms: quality.mouth_to_ear_ms,
    }
}

/// The last of them; a peer may send digits for ever.
fn remember_digit(digits: &mut String, digit: char) {
    if digits.chars().count() >= MAX_DIGITS {
        digits.remove(0);
    }
    digits.push(digit);
}

/// An automatic attendant must have begun to listen.
const POST_DIAL_AFTER: Duration = Duration::from_millis(1500);
const BUSY_HERE: u16 = 486;
/// Nobody talks to more; beyond it callers hear busy.
const MAX_CALLS: usize = 12;
const MAX_DETAIL: usize = 200;
const MAX_DIGITS: usize = 64;
