//! Calls, and what is left of them.

use phone::{Codec, Reason};
use serde::Serialize;
use ts_rs::TS;

/// A call.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Call {
    /// `c1`.
    pub id: String,
    /// Account.
    pub account: String,
    /// Who started it.
    pub direction: Direction,
    /// Where it stands.
    pub state: CallState,
    /// The other end.
    pub peer: Peer,
    /// Its caller card.
    pub card: Option<String>,
    /// Who holds it.
    pub held_by: Vec<Side>,
    /// The microphone does not reach this call.
    pub muted: bool,
    /// It is part of the conference.
    pub in_conference: bool,
    /// What is spoken.
    #[ts(type = "\"opus\" | \"g722\" | \"pcmu\" | \"pcma\" | null")]
    pub codec: Option<Codec>,
    /// When it was dialled or came in.
    pub started_at: String,
    /// When it was answered.
    pub answered_at: Option<String>,
    /// How it ended.
    pub ended: Option<Ended>,
    /// How it sounds.
    pub quality: Option<Quality>,
    /// A transfer that was asked for and how it stands.
    pub transfer: Option<Transfer>,
    /// Digits that came in.
    pub digits_received: String,
    /// The site that asked for it: `https://crm.example`.
    pub started_by: Option<String>,
    /// The origination that it follows from: the PBX was asked to place it.
    pub origination: Option<String>,
    /// By it the agent takes part in a colleague's call, or hears a recording: no page sees it.
    pub of_order: bool,
}

/// Who started a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The other end.
    Inbound,
    /// This desk.
    Outbound,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Sent, nothing heard yet.
    Dialing,
    /// It rings, here or there.
    Ringing,
    /// The PBX speaks before the answer.
    Early,
    /// Answered.
    Active,
    /// Answered and on hold from either side.
    Held,
    /// We asked for the end.
    Ending,
    /// Over.
    Ended,
}

/// One of the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// This desk.
    Local,
    /// The other end.
    Remote,
}

/// The other end of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Peer {
    /// Number or user.
    pub number: String,
    /// Name, as the PBX gives it. Untrusted text.
    pub name: Option<String>,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Ended {
    /// Why.
    #[ts(
        type = "\"hung_up\" | \"remote_hung_up\" | \"declined\" | \"busy\" | \"no_answer\" | \"cancelled\" | \"not_found\" | \"answered_elsewhere\" | \"unreachable\" | \"rejected\" | \"media_lost\" | \"failed\""
    )]
    pub reason: Reason,
    /// The SIP status behind it.
    pub sip_status: Option<u16>,
    /// The peer's words.
    pub detail: Option<String>,
    /// When.
    pub at: String,
}

/// How a transfer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Transfer {
    /// To whom.
    pub target: String,
    /// `None` while it is under way.
    pub succeeded: Option<bool>,
    /// Its final SIP status.
    pub sip_status: Option<u16>,
}

/// How a call sounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Quality {
    /// Estimated mean opinion score, 1.0 to 4.5.
    pub mos: f32,
    /// Lost or late packets, percent.
    pub loss_pct: f32,
    /// Interarrival jitter.
    pub jitter_ms: f32,
    /// Round trip.
    pub rtt_ms: Option<f32>,
    /// Held by the jitter buffer.
    pub jitter_buffer_ms: f32,
    /// Mouth to ear.
    pub mouth_to_ear_ms: Option<f32>,
}

/// An ended call of this session.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct HistoryEntry {
    /// The call's id.
    pub call: String,
    /// Account.
    pub account: String,
    /// Who started it.
    pub direction: Direction,
    /// The other end.
    pub peer: Peer,
    /// When it was dialled or came in.
    pub started_at: String,
    /// When it was answered.
    pub answered_at: Option<String>,
    /// How it ended.
    pub ended: Ended,
    /// From answer to end.
    #[ts(type = "number")]
    pub talk_ms: u64,
}
