//! What goes into the phone and what comes out of it.

use std::{fmt, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

/// Names an account; chosen by the settings.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub String);

/// Names a call. As with QUIC's streams the low bit says who opened it, so that neither side has to ask the other for a
/// number: odd ids are dialled from here, even ids came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(pub u64);

impl CallId {
    /// Whether this end placed the call.
    pub fn is_outbound(self) -> bool {
        self.0 % 2 == 1
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}", self.0)
    }
}

/// A password. Prints as `***`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// How SIP travels to the registrar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// RFC 3261 §18 over UDP.
    #[default]
    Udp,
    /// Over TCP.
    Tcp,
    /// Over TLS; the certificate is always verified.
    Tls,
}

/// A codec we can offer, named as in the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// RFC 7587.
    Opus,
    /// RFC 3551 §4.5.2.
    G722,
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
}

/// How digits are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DtmfMode {
    /// RFC 4733 where the peer offers it, else SIP INFO.
    #[default]
    Auto,
    /// RFC 4733 `telephone-event`.
    Rfc4733,
    /// SIP INFO with `application/dtmf-relay`.
    Info,
    /// Tones in the audio.
    Inband,
}

/// Which incoming calls answer themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoAnswer {
    /// None.
    Off,
    /// Those whose auto-answer header came from the registrar's own address.
    #[default]
    Trusted,
    /// Every call.
    All,
}

/// One SIP account.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Its name in the settings.
    pub id: AccountId,
    /// Address of record, `sip:101@pbx.example`; the domain is the registrar.
    pub aor: String,
    /// Where the registrar really is: host, `host:port`, else the domain of `aor` by DNS (RFC 3263).
    pub registrar: Option<String>,
    /// Authentication user; else the user part of `aor`.
    pub username: Option<String>,
    /// Digest password.
    pub password: Secret,
    /// Shown to the called party.
    pub display_name: Option<String>,
    /// How to reach the registrar.
    pub transport: Transport,
    /// PEM file of one more CA to trust.
    pub ca: Option<PathBuf>,
    /// Offered in this order.
    pub codecs: Vec<Codec>,
    /// How digits are sent.
    pub dtmf: DtmfMode,
    /// Which calls answer themselves.
    pub auto_answer: AutoAnswer,
}

/// What a sound device is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Hears the agent.
    Microphone,
    /// What the agent hears.
    Speaker,
    /// Rings.
    Ring,
}

/// A sound device of this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Stable name, `host:id`; what the settings hold.
    pub id: String,
    /// What a person reads.
    pub name: String,
    /// Can record.
    pub input: bool,
    /// Can play.
    pub output: bool,
}

/// What the phone is asked to do. A command that no longer fits (hang up a call that has just ended) is dropped: the
/// [`Event`] that says why is already on its way.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Add an account, or replace the one of the same id, and register it.
    SetAccount(Account),
    /// Unregister and forget.
    RemoveAccount(AccountId),
    /// Call `target`: a number, `user@host`, or a `sip:` URI. `call` must be odd and new.
    Dial {
        /// The new call.
        call: CallId,
        /// On whose behalf.
        account: AccountId,
        /// Whom.
        target: String,
        /// In which manner, if not as usual.
        manner: Manner,
    },
    /// Tell the caller that it rings here (180).
    Ringing(CallId),
    /// Answer (200).
    Answer(CallId),
    /// Refuse an incoming call with this status (486, 603, 480).
    Decline(CallId, u16),
    /// End a call in whatever state: CANCEL, BYE or a refusal.
    HangUp(CallId),
    /// Hold: re-INVITE with `sendonly`.
    Hold(CallId),
    /// Take back: re-INVITE with `sendrecv`.
    Resume(CallId),
    /// Stop or resume sending the microphone into this call.
    Mute(CallId, bool),
    /// Only listen in this call, or speak again. Before [`Command::Answer`] the answer itself says `recvonly`, later a re-INVITE
    /// does. The microphone is shut off at once, and opens again only when the peer has agreed: from the one to the other
    /// no packet with sound leaves for this call.
    Listen(CallId, bool),
    /// Keep this call apart from the agent, neither microphone nor speaker, or give it to them: then it is a call like any other,
    /// also one that was dialled apart. Apart, the peer gets silence, tones and who is bridged; its digits are told. Before
    /// [`Command::Answer`] it holds from the first packet on. A tone goes on until [`Command::CallTone`] ends it.
    Apart(CallId, bool),
    /// Let the peers of these two calls hear each other, without the agent: neither microphone nor speaker. Ends with either;
    /// a call that is bridged anew leaves the one before.
    Bridge(CallId, CallId),
    /// Play a tone into this call, for its peer, in place of the microphone: until it is over or changed, or the call ends.
    CallTone(CallId, Option<CallTone>),
    /// Follow what these extensions do (RFC 4235, `Event: dialog`): all of them, at most 1000, in place of those before. They are
    /// subscribed to a few at a time while the account is registered.
    Watch {
        /// By which account.
        account: AccountId,
        /// Users at the account's domain.
        targets: Vec<String>,
    },
    /// Send a text (RFC 3428). Answered by [`Event::MessageSent`].
    Message {
        /// Any number, which comes back.
        id: u64,
        /// By which account.
        account: AccountId,
        /// Whom: a number, `user@host`, or a `sip:` URI.
        target: String,
        /// `text/plain`.
        text: String,
    },
    /// Send these digits (0-9 * # A-D, `,` pauses for a second).
    SendDtmf(CallId, String),
    /// Blind transfer (RFC 5589 §6.1).
    TransferBlind(CallId, String),
    /// Attended transfer of the first call to the peer of the second (RFC 5589 §7.3, `Replaces`).
    TransferAttended(CallId, CallId),
    /// Mix these calls, so that everybody hears everybody; a single call or none ends the conference.
    Conference(Vec<CallId>),
    /// Ring at this machine's ring devices, or stop.
    Ring(bool),
    /// Play a short tone to the agent, in the speaker.
    Tone(Tone),
    /// Ranked list of devices for a role; the first that is present wins (all of them, for `Ring`).
    SetDevices(Role, Vec<String>),
    /// Report levels while on, opening the microphone if no call has.
    Meter(bool),
    /// Unregister everything, end calls with BYE, then [`Event::Stopped`]. At most two seconds.
    Stop,
}

/// In which manner a call is placed.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Manner {
    /// The number to be shown to the called party (RFC 3325 §9.2, and the display name of From): if the PBX allows.
    pub caller_id: Option<String>,
    /// Only listen: the offer says `recvonly`, and no packet with sound leaves.
    pub listens: bool,
    /// Neither microphone nor speaker, see [`Command::Apart`]: the desk speaks in it by tones, digits and bridges.
    pub apart: bool,
}

/// Tones for a peer's ear (ITU-T E.180), 16 dB below a full-scale sine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallTone {
    /// 425 Hz without a break: dial.
    Dial,
    /// 1 kHz for 250 ms, once.
    Beep,
    /// 425 Hz, one second of five: a call is being made.
    Ringback,
    /// 425 Hz, a quarter of a second of a half: it did not work.
    Refused,
}

/// Where a dialog of a watched extension stands (RFC 4235 §3.7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedDialog {
    /// Unique within the extension.
    pub id: String,
    /// Where it stands.
    pub state: WatchedState,
    /// Whether the extension started it; `None` if that is not said.
    pub initiator: Option<bool>,
    /// The other end.
    pub remote: Option<Peer>,
}

/// Where a watched dialog stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchedState {
    /// `trying`, `proceeding`: nothing rings yet.
    Trying,
    /// `early`: it rings.
    Early,
    /// `confirmed`: they talk.
    Confirmed,
    /// `terminated`. Such dialogs leave the list of [`Watched::Dialogs`].
    Terminated,
}

/// What is known of a watched extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// Its dialogs now, all of them; none: it is free.
    Dialogs(Vec<WatchedDialog>),
    /// Nobody tells: the status that refused (403, 404, 489), or none if it was silence. Asked again later.
    Unknown(Option<u16>),
}

/// Tones for the agent's ear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A call answered itself.
    AutoAnswered,
    /// Somebody listens to this call.
    Supervised,
    /// Another call waits while one is up.
    CallWaiting,
}

/// Where a registration stands (RFC 3261 §10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Not wanted, or taken back.
    Unregistered,
    /// A REGISTER is on its way.
    Registering,
    /// Bound.
    Registered,
    /// Refused or unreachable; tried again with backoff unless the password is wrong.
    Failed(Failure),
}

/// Why a registration or a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The SIP status, where a peer gave one.
    pub status: Option<u16>,
    /// Which kind of trouble.
    pub cause: Cause,
    /// The peer's reason phrase or the system's error, for the log and the integrator.
    pub detail: String,
}

/// The kinds of trouble that an agent is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// 401 or 407 after our best answer, or 403.
    WrongCredentials,
    /// The PBX refused for another reason.
    Refused,
    /// No answer in time, or the connection broke.
    Unreachable,
    /// The host name has no address.
    UnknownHost,
    /// The TLS certificate is not trusted or is for another host.
    UntrustedCertificate,
}

/// Who is at the other end, as the INVITE or the dialled target tells: P-Asserted-Identity before From.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Peer {
    /// User part, or the whole URI where there is none.
    pub number: String,
    /// Display name.
    pub name: Option<String>,
    /// The whole URI.
    pub uri: String,
}

/// Why a call ended; the words of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// We hung up.
    HungUp,
    /// They hung up.
    RemoteHungUp,
    /// Refused: by us (incoming) or by them (603).
    Declined,
    /// 486, 600.
    Busy,
    /// 408, 480, or it rang in vain.
    NoAnswer,
    /// The caller gave up before an answer.
    Cancelled,
    /// 404, 410, 484, 604.
    NotFound,
    /// Another phone took it (RFC 3326 `cause=200`).
    AnsweredElsewhere,
    /// The PBX cannot be reached, or 502, 503, 504.
    Unreachable,
    /// 401, 403, 407, 488, 606 and other refusals.
    Rejected,
    /// No packet came for too long.
    MediaLost,
    /// Anything else.
    Failed,
}

/// How a call sounds, measured over the last seconds.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Quality {
    /// Estimated mean opinion score, 1.0 to 4.5 (ITU-T G.107 simplified).
    pub mos: f32,
    /// Packets lost or too late, percent.
    pub loss_pct: f32,
    /// Interarrival jitter (RFC 3550 §6.4.1).
    pub jitter_ms: f32,
    /// Round trip by RTCP, once known.
    pub rtt_ms: Option<f32>,
    /// What the jitter buffer holds now.
    pub jitter_buffer_ms: f32,
    /// Our part of mouth to ear: capture, packet, jitter buffer, playback; with half of the round trip.
    pub mouth_to_ear_ms: Option<f32>,
}

/// What happened. Every call ends in exactly one [`Event::Ended`].
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A registration changed.
    Registration(AccountId, Registration),
    /// A call came in. Nothing has been said to the caller but 100: answer with `Ringing`, `Answer` or `Decline`.
    Incoming {
        /// Even id.
        call: CallId,
        /// Which account was called.
        account: AccountId,
        /// Who calls.
        peer: Peer,
        /// It asks to be answered by itself after this time, and the account's policy lets it.
        auto_answer: Option<Duration>,
        /// It came from an address of the account's registrar.
        trusted: bool,
        /// Headers that may help to know the caller: `X-*`, Diversion, User-to-User, Alert-Info, Call-Info, in order.
        headers: Vec<(String, String)>,
    },
    /// The called party rings (180).
    RemoteRinging(CallId),
    /// Early media is heard (183 or 180 with RTP).
    EarlyMedia(CallId),
    /// Sound goes both ways.
    Answered(CallId),
    /// The codec that is spoken now.
    Codec(CallId, Codec),
    /// Who holds the call now.
    Hold {
        /// Which call.
        call: CallId,
        /// We hold it.
        local: bool,
        /// They hold us.
        remote: bool,
    },
    /// Whether the microphone is shut off from this call ([`Command::Listen`]): told at once when it is, and when the peer has
    /// agreed that it is not any more.
    Listening(CallId, bool),
    /// The peer is somebody else now (transfer, P-Asserted-Identity in an answer or a re-INVITE).
    Peer(CallId, Peer),
    /// A digit came in.
    Digit(CallId, char),
    /// A watched extension is in other dialogs now.
    Watched {
        /// By which account.
        account: AccountId,
        /// The user that was watched.
        target: String,
        /// What is known.
        watched: Watched,
    },
    /// A text came from an address of the account's registrar; others are refused.
    Message {
        /// To which account.
        account: AccountId,
        /// From whom.
        from: Peer,
        /// `text/plain`, at most 8 KiB.
        text: String,
    },
    /// What became of [`Command::Message`]: the final status, or none if nobody answered.
    MessageSent(u64, Option<u16>),
    /// A transfer that we asked for: `None` while it is under way, then its final status.
    Transfer(CallId, Option<u16>),
    /// About once a second while a call has sound.
    Quality(CallId, Quality),
    /// The call is over.
    Ended {
        /// Which call.
        call: CallId,
        /// Why.
        reason: Reason,
        /// The SIP status behind it.
        status: Option<u16>,
        /// The peer's words or the system's error.
        detail: Option<String>,
    },
    /// Devices came or went, or another is in use now.
    Devices {
        /// All of them.
        present: Vec<Device>,
        /// What each role uses now, by id; `None`: nothing could be opened.
        in_use: Vec<(Role, Option<String>)>,
    },
    /// A device could not be used; the phone goes on with the next.
    DeviceTrouble(Role, String),
    /// Levels in dBFS (−96 is silence), at most 20 a second, while metering or in a call with metering on.
    Levels {
        /// Into the microphone.
        microphone: f32,
        /// Out of the speaker.
        speaker: f32,
    },
    /// [`Command::Stop`] is done.
    Stopped,
}
