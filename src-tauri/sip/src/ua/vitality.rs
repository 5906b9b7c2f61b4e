//! What a call's timers do: retransmissions, session timers (RFC 4028), and the end of patience.

use crate::{
    core::{CallAlarm, CallKey, Core, EndCause, Side},
    dialog::Exchange,
};

use super::call::Ending;

impl Core {
    pub(crate) fn call_alarm(&mut self, key: CallKey, alarm: CallAlarm) {
        match alarm {
            CallAlarm::Retransmit2xx => self.repeat_2xx(key),
            CallAlarm::NoAck => self.never_acknowledged(key),
            CallAlarm::StillRinging => self.ring_on(key),
            CallAlarm::Glare => self.offer_after_glare(key),
            CallAlarm::Refresh => self.refresh_session(key),
            CallAlarm::Expired => {
                self.end_with_bye(key, Ending::new(Side::Local, EndCause::Lost), None);
            }
            CallAlarm::Unreachable => self.end(key, Ending::new(Side::Local, EndCause::Unreachable)),
            CallAlarm::Cancelled => self.cancel_unanswered(key),
        }
    }

    /// Begins to count anew, as after each refresh.
    pub(crate) fn start_session_timer(&mut self, key: CallKey) {
        self.stack.cancel_call(key, CallAlarm::Refresh);
        self.stack.cancel_call(key, CallAlarm::Expired);
        let Some(call) = self.calls.get(&key).filter(|call| call.is_established()) else { return };
        let Some(timer) = call.timer else { return };
        let alarm = if timer.ours { CallAlarm::Refresh } else { CallAlarm::Expired };
        self.stack.set_call(key, alarm, timer.due_after());
    }

    /// Our turn to refresh: UPDATE where the peer knows it, else a re-INVITE that changes nothing.
    fn refresh_session(&mut self, key: CallKey) {
        let Some(call) = self.calls.get_mut(&key).filter(|call| call.is_established()) else { return };
        let Some(timer) = call.timer else { return };
        // What is on the table refreshes the session too; if it fails this alarm is set again.
        if call.exchange != Exchange::Idle || call.unacknowledged.is_some() || call.ack_due.is_some() {
            return self.start_session_timer(key);
        }
        if !call.peer_updates {
            if let Some(sdp) = call.local_sdp.clone() {
                self.send_offer(key, sdp, true);
            }
            return;
        }
        let Some(mut update) = call.request("UPDATE") else { return };
        update.header("Session-Expires", timer.refresh());
        let transaction = self.send_in_call(key, update);
        if let (Some(transaction), Some(call)) = (transaction, self.calls.get_mut(&key)) {
            call.exchange = Exchange::Ours { transaction, sdp: vec![], refresh: true };
        }
    }
}
