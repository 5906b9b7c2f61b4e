//! What each event says: its parameters as one table. Where the manual and its samples spell one differently, both stand there.

use std::time::Duration;

use super::event::{Kind, State};
use crate::{Direction, Outcome, webhook::fields::Fields};

/// Makes structures that read themselves from fields: `member: Type = "name" | "other name"`. What was not sent, or means
/// nothing, is `None`.
macro_rules! records {
    ($($(#[$doc:meta])* $name:ident {
        $($(#[$of:meta])* $member:ident: $kind:ty = $first:literal $(| $other:literal)*,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[$of])* pub $member: Option<$kind>,)*
        }

        impl $name {
            #[allow(unused_variables, reason = "one event has no parameters")]
            pub(super) fn read(fields: &Fields) -> Self {
                Self { $($member: fields.get(&[$first $(, $other)*]),)* }
            }
        }
    )*};
}

records! {
    /// The state of an extension is another.
    NewState {
        /// Whose.
        exten: String = "exten",
        /// Which.
        state: State = "state",
        /// The other party.
        participant: String = "participant",
        /// Who started it, seen from the extension.
        direction: Direction = "direction",
        /// The queue that it came through.
        queue: String = "queue",
        /// The call.
        unique_id: String = "unique_id" | "cuid",
        /// The operator is dialling out.
        dialer: bool = "dialer" | "dialing",
        /// Which server; some systems send it.
        server_profile: String = "server_profile",
        /// What our own request was answered with.
        originated_call_id: String = "originated_call_id",
    }
    /// A call is over.
    Cdr {
        /// When it began, by the clock on the PBX's wall.
        start_time: String = "starttime" | "start_time",
        /// When it ended.
        end_time: String = "endtime" | "end_time",
        /// Who called.
        src: String = "src",
        /// Whom; `failed` or a service code happen.
        dst: String = "dst",
        /// Which way it went.
        kind: Kind = "type",
        /// How it went.
        disposition: Outcome = "disposition",
        /// From begin to end.
        duration: Duration = "duration",
        /// From answer to end.
        billsec: Duration = "billsec",
        /// From begin to answer.
        wait: Duration = "wait",
        /// The file of the recording.
        record: String = "record",
        /// What the caller thought of it.
        poll_point: String = "poll_point",
        /// The question.
        poll_label: String = "poll_lable" | "poll_label",
        /// The trunk by which it came.
        entry_point: String = "entry_point",
        /// The trunk by which it went.
        outgoing_point: String = "outgoing_point",
        /// The call.
        unique_id: String = "unique_id" | "cuid",
        /// What our own request was answered with.
        originated_call_id: String = "originated_call_id",
    }
    /// A call is over that went through a queue.
    CdrQueue {
        /// When it began, by the clock on the PBX's wall.
        start_time: String = "starttime" | "start_time",
        /// When it ended.
        end_time: String = "endtime" | "end_time",
        /// When the agent's telephone rang.
        ring_time: String = "ringtime" | "ring_time",
        /// When the agent answered.
        answered_time: String = "answeredtime" | "answered_time",
        /// Who called.
        src: String = "src",
        /// The agent.
        dst: String = "dst",
        /// Which queue.
        queue: String = "queue",
        /// How it went.
        disposition: Outcome = "disposition",
        /// From begin to end.
        duration: Duration = "duration",
        /// From answer to end.
        billsec: Duration = "billsec",
        /// From begin to answer.
        wait: Duration = "wait",
        /// How long it rang at the agent's.
        agent_wait: Duration = "agent_wait",
        /// How it left the queue: `CONTINUE`, `TIMEOUT`, …
        queue_status: String = "queue_status",
        /// Who hung up: `caller` or `agent`.
        hangup: String = "hangup",
        /// Free text.
        comment: String = "comment",
        /// The file of the recording.
        record: String = "record",
        /// Each agent that was tried.
        detail: Vec<QueueTry> = "detail",
        /// The call.
        unique_id: String = "unique_id" | "cuid",
        /// What our own request was answered with.
        originated_call_id: String = "originated_call_id",
    }
    /// A call has reached the PBX and goes nowhere yet.
    IncomingCall {
        /// Who calls.
        number: String = "number",
        /// The trunk by which it came.
        entry_point: String = "entry_point",
        /// The call.
        unique_id: String = "unique_id" | "cuid",
        /// What our own request was answered with.
        originated_call_id: String = "originated_call_id",
    }
    /// A call leaves the PBX.
    OutgoingCall {
        /// Who is called.
        number: String = "number",
        /// The trunk by which it goes.
        outgoing_point: String = "outgoing_point" | "entry_point",
        /// The call.
        unique_id: String = "unique_id" | "cuid",
        /// What our own request was answered with.
        originated_call_id: String = "originated_call_id",
    }
    /// A call was sent on.
    Transfer {
        /// The extension that did it.
        transferer: String = "transferer" | "transfer",
        /// The party that was sent on.
        transferred_from: String = "transferred_from",
        /// The extension that they are with now.
        transferred_to: String = "transferred_to",
        /// The call.
        unique_id: String = "unique_id" | "cuid",
        /// What our own request was answered with.
        originated_call_id: String = "originated_call_id",
    }
    /// An extension that came or went.
    Exten {
        /// Which.
        exten: String = "exten" | "number",
        /// Its state.
        state: State = "state",
    }
    /// A fax, and what is known of the other machine.
    Fax {
        /// The fax.
        fax_id: String = "fax_id",
        /// The trunk by which it came in.
        entry_point: String = "entry_point",
        /// The call.
        unique_id: String = "unique_id" | "cuid",
        /// Who sent it; only of one that came in.
        src: String = "src",
        /// To whom; only of one that came in.
        dst: String = "dst",
        /// `SUCCESS`, `FAILED`, `SENDING`, …
        state: String = "state",
        /// When, by the clock on the PBX's wall.
        date: String = "date",
        /// The other machine.
        remote_station_id: String = "description.REMOTESTATIONID" | "info.REMOTESTATIONID",
        /// Its resolution.
        resolution: String = "description.FAXRESOLUTION" | "info.FAXRESOLUTION",
        /// Bits per second.
        bit_rate: u64 = "description.FAXBITRATE" | "info.FAXBITRATE",
        /// What went wrong.
        error: String = "description.FAXERROR" | "info.FAXERROR",
        /// How it went, in a word.
        status: String = "description.FAXSTATUS" | "info.FAXSTATUS",
        /// How many pages.
        pages: u64 = "description.FAXPAGES" | "info.FAXPAGES",
        /// How it went, in words.
        status_string: String = "description.FAXSTATUSSTRING" | "info.FAXSTATUSSTRING",
        /// Why.
        reason: String = "description.REASON" | "info.REASON",
    }
    /// Somebody spoke into a voice mail box, or did not.
    VoiceMail {
        /// The message.
        id: String = "id",
        /// The box.
        number: String = "number",
        /// `SUCCESS` or `FAILED`.
        state: String = "state",
        /// When, by the clock on the PBX's wall.
        date: String = "date",
        /// Who called.
        caller: String = "caller",
        /// The file.
        filename: String = "filename",
        /// How long it is.
        duration: Duration = "duration",
        /// What went wrong.
        message: String = "message",
        /// More.
        data: String = "data",
        /// The call; only newer systems say it.
        unique_id: String = "unique_id" | "cuid",
    }
    /// A voice message was sent on by mail, or was not.
    VoiceMailEmail {
        /// The message.
        id: String = "id",
        /// The box.
        number: String = "number",
        /// `SUCCESS` or `FAILED`.
        state: String = "state",
        /// When, by the clock on the PBX's wall.
        date: String = "date",
        /// To which address.
        receiver: String = "receiver",
        /// What went wrong.
        message: String = "message",
        /// Mail is on for this box.
        active: bool = "active",
        /// With the file.
        attached_file: bool = "attached_file",
        /// More.
        data: String = "data",
    }
    /// A caller said what they thought of the call.
    Survey {
        /// The call.
        unique_id: String = "unique_id" | "cuid",
        /// Who called.
        src: String = "src",
        /// The agent.
        dst: String = "dst",
        /// Which queue.
        queue: String = "queue",
        /// When, by the clock on the PBX's wall.
        date: String = "date",
        /// What they chose.
        point: u64 = "point",
        /// The question.
        label: String = "label",
    }
    /// A trunk as it is now.
    Trunk {
        /// Which.
        trunk_name: String = "trunk_name",
        /// Of which kind.
        trunk_type: String = "trunk_type",
        /// `Ok`, `Unavailable`, `Deactivate`.
        state: String = "state",
        /// Since when, since 1970.
        last_time: Duration = "last_time",
        /// For how long.
        last_time_sec: Duration = "last_time_sec",
        /// When, since 1970.
        date: Duration = "date",
    }
    /// What came of a number that the PBX called by itself.
    AutoDialerReport {
        /// When it began.
        start: String = "start",
        /// When it ended.
        end: String = "end",
        /// Of which campaign.
        campaign_id: String = "campaign_id",
        /// Its name.
        campaign: String = "campaign",
        /// Where the call was sent.
        interface_context: String = "interface_context",
        /// The same for people.
        interface_text: String = "interface_text",
        /// Who was called.
        number: String = "number",
        /// How it went.
        disposition: Outcome = "disposition",
        /// The how many-th try.
        try_no: u64 = "try",
        /// How often it may be repeated.
        repeat: u64 = "repeat",
        /// From answer to end.
        billsec: Duration = "billsec",
        /// From begin to answer.
        wait: Duration = "wait",
        /// Each try.
        tries: Vec<DialTry> = "tries",
    }
    /// Somebody who had asked to be called back is now the first in the queue.
    ReservedCallInFront {
        /// Which queue.
        queue_name: String = "queue_name",
        /// Who.
        caller_id: String = "caller_id",
        /// When, by the clock on the PBX's wall.
        date: String = "date",
    }
    /// Nothing more.
    Ping {}
    /// An agent whom a queue tried.
    QueueTry {
        /// Who called.
        src: String = "src",
        /// The agent.
        dst: String = "dst",
        /// From answer to end.
        billsec: Duration = "billsec",
        /// How long it rang.
        wait: Duration = "wait",
        /// How it went.
        disposition: Outcome = "disposition",
        /// Free text.
        comment: String = "comment",
        /// How often.
        tries: u64 = "tries",
    }
    /// A call of a campaign.
    DialTry {
        /// Its record.
        cdr_id: String = "cdr_id",
        /// Why it ended (Q.850).
        cause: u64 = "cause",
        /// The same in words.
        cause_text: String = "cause-txt" | "cause_txt",
        /// When it began.
        start_time: String = "starttime" | "start_time",
        /// How it went.
        disposition: Outcome = "disposition",
        /// From begin to answer.
        wait: Duration = "wait",
    }
}
