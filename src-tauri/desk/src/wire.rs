//! What crosses to a window, a script or a test: one [`Snapshot`], then [`Change`]s; and [`Intent`]s back.
//!
//! The names are the contract with outsiders: add, never rename. TypeScript is generated into `ui/src/bindings`.
//! Times are RFC 3339 strings, durations are milliseconds.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use phone::{AutoAnswer, Cause, Codec, DtmfMode, Reason, Role, Transport};

/// Everything shown.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Snapshot {
    /// The number of the last change it contains.
    #[ts(type = "number")]
    pub seq: u64,
    /// SIP accounts, in the order of the settings.
    pub accounts: Vec<Account>,
    /// Calls that are up, and those that ended within the last half minute.
    pub calls: Vec<Call>,
    /// Ended calls of this session, the newest first, at most 500.
    pub history: Vec<HistoryEntry>,
    /// Caller cards.
    pub cards: Vec<Nothing>,
    /// Callback requests.
    pub callbacks: Vec<Nothing>,
    /// The floor.
    pub agents: Vec<Nothing>,
    /// Sound devices.
    pub devices: Devices,
    /// What the agent set.
    pub preferences: Preferences,
    /// Whether the practice PBX runs in this process.
    pub practice: bool,
}

/// The element of a list that nothing fills yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub enum Nothing {}

/// A SIP account.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Account {
    /// Its name in the settings.
    pub id: String,
    /// Address of record.
    pub aor: String,
    /// Where it really registers, if that is not the domain of `aor`.
    pub registrar: Option<String>,
    /// How SIP travels.
    #[ts(type = "\"udp\" | \"tcp\" | \"tls\"")]
    pub transport: Transport,
    /// Shown to the called party.
    pub display_name: Option<String>,
    /// Where the registration stands.
    pub registration: Registration,
    /// Why it failed.
    pub detail: Option<Trouble>,
}

/// Where a registration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Not wanted, or taken back.
    Unregistered,
    /// On its way.
    Registering,
    /// Bound.
    Registered,
    /// Refused or unreachable.
    Failed,
}

/// What went wrong: a stable code that the window translates, and an English sentence for scripts and logs.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Trouble {
    /// `wrong_credentials`, `refused`, `unreachable`, `unknown_host`, `untrusted_certificate`, …
    pub code: String,
    /// A sentence in English that says what to do.
    pub detail: String,
    /// The SIP status behind it.
    pub sip_status: Option<u16>,
}

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

/// Sound devices and what is in use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Devices {
    /// All that are present.
    pub present: Vec<Device>,
    /// The microphone's ranked list and the one in use.
    pub microphone: DeviceChoice,
    /// The speaker's.
    pub speaker: DeviceChoice,
    /// The ring's.
    pub ring: DeviceChoice,
}

/// A sound device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Device {
    /// Stable id.
    pub id: String,
    /// What a person reads.
    pub name: String,
    /// Records.
    pub input: bool,
    /// Plays.
    pub output: bool,
}

/// What was chosen for a role and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct DeviceChoice {
    /// Ranked list of the settings.
    pub wanted: Vec<String>,
    /// The id in use; `None`: nothing could be opened.
    pub in_use: Option<String>,
}

/// What the agent set for this desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Preferences {
    /// `en`, `ru`, `fa` or `system`.
    pub language: Language,
    /// Calls are refused with 486 while on.
    pub do_not_disturb: bool,
    /// Secrets are in a file because no keychain runs.
    pub secrets_in_file: bool,
}

/// The window's language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    En,
    /// Russian.
    Ru,
    /// Persian.
    Fa,
    /// As the system says.
    #[default]
    System,
}

/// Something asked for: a click, a key, a link, the localhost port.
#[derive(Clone, Debug, PartialEq, Deserialize, TS)]
#[ts(export)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Intent {
    /// Call somebody: a number in any spelling, `user@host`, or a URI.
    Dial {
        /// Whom.
        target: String,
        /// On whose behalf; else the first registered account.
        #[ts(optional)]
        account: Option<String>,
    },
    /// Answer an incoming call; others are put on hold.
    Answer {
        /// Which.
        call: String,
    },
    /// Refuse an incoming call.
    Decline {
        /// Which.
        call: String,
        /// `busy` (486), `decline` (603, the default) or `unavailable` (480).
        #[ts(optional)]
        reason: Option<DeclineReason>,
    },
    /// End a call.
    HangUp {
        /// Which.
        call: String,
    },
    /// Put on hold.
    Hold {
        /// Which.
        call: String,
    },
    /// Take back.
    Resume {
        /// Which.
        call: String,
    },
    /// Microphone off.
    Mute {
        /// Which.
        call: String,
    },
    /// Microphone on.
    Unmute {
        /// Which.
        call: String,
    },
    /// Send digits.
    SendDtmf {
        /// Which.
        call: String,
        /// 0-9 * # A-D, `,` pauses.
        digits: String,
    },
    /// Hand the call on without asking.
    TransferBlind {
        /// Which.
        call: String,
        /// To whom.
        target: String,
    },
    /// Connect the peers of two calls.
    TransferAttended {
        /// The call to hand on.
        call: String,
        /// The one to hand it to.
        to_call: String,
    },
    /// Everybody hears everybody.
    Conference {
        /// At least two; one or none ends it.
        calls: Vec<String>,
    },
    /// Choose a device; it becomes the first of the ranked list.
    SetDevice {
        /// For what.
        #[ts(type = "\"microphone\" | \"speaker\" | \"ring\"")]
        role: Role,
        /// Id, or `default`.
        device: String,
    },
    /// Refuse calls with 486.
    SetDoNotDisturb {
        /// On or off.
        on: bool,
    },
    /// The window's language.
    SetLanguage {
        /// Which.
        language: Language,
    },
    /// Add a SIP account, or change the one of the same id.
    SetAccount {
        /// The account.
        account: AccountForm,
    },
    /// Forget a SIP account.
    RemoveAccount {
        /// Which.
        account: String,
    },
    /// Report levels (`levels` changes) while somebody looks.
    Meter {
        /// On or off.
        on: bool,
    },
    /// Take an ended call out of `calls` before its half minute is over.
    Dismiss {
        /// Which.
        call: String,
    },
}

/// How to refuse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    /// 486.
    Busy,
    /// 603.
    #[default]
    Decline,
    /// 480.
    Unavailable,
}

/// What the account dialog fills in.
#[derive(Clone, PartialEq, Deserialize, TS)]
#[ts(export)]
#[serde(deny_unknown_fields)]
pub struct AccountForm {
    /// Its name in the settings; made from the user part of `aor` if missing.
    #[ts(optional)]
    pub id: Option<String>,
    /// Address of record, with or without `sip:`.
    pub aor: String,
    /// Password; missing keeps the one that is stored.
    #[ts(optional)]
    pub password: Option<String>,
    /// Where the registrar really is.
    #[ts(optional)]
    pub registrar: Option<String>,
    /// Authentication user.
    #[ts(optional)]
    pub username: Option<String>,
    /// Shown to the called party.
    #[ts(optional)]
    pub display_name: Option<String>,
    /// How SIP travels.
    #[serde(default)]
    #[ts(optional, as = "Option<String>", type = "\"udp\" | \"tcp\" | \"tls\"")]
    pub transport: Transport,
    /// One more CA to trust, a PEM file.
    #[ts(optional)]
    pub ca: Option<String>,
}

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Change {
    /// Counts up by one.
    #[ts(type = "number")]
    pub seq: u64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum What {
    /// A call is new or different.
    CallChanged {
        /// All of it.
        call: Call,
    },
    /// A call left the list.
    CallRemoved {
        /// Which.
        call: String,
    },
    /// A call went into the history.
    HistoryAdded {
        /// The entry.
        entry: HistoryEntry,
    },
    /// An account is new or different.
    AccountChanged {
        /// All of it.
        account: Account,
    },
    /// An account was removed.
    AccountRemoved {
        /// Which.
        account: String,
    },
    /// Devices came, went or were chosen.
    DevicesChanged {
        /// All of it.
        devices: Devices,
    },
    /// A preference changed.
    PreferencesChanged {
        /// All of it.
        preferences: Preferences,
    },
    /// Levels in dBFS, at most 20 a second while metering.
    Levels {
        /// Into the microphone.
        microphone: f32,
        /// Out of the speaker.
        speaker: f32,
    },
    /// A sentence for the agent.
    Notice {
        /// Stable code that the window translates.
        code: String,
        /// The sentence in English.
        detail: String,
    },
}

impl std::fmt::Debug for AccountForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountForm").field("aor", &self.aor).field("registrar", &self.registrar).finish_non_exhaustive()
    }
}
