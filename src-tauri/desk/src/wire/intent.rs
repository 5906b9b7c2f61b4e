//! What may be asked.

use phone::Role;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    AccountForm, CallTo, CallbackOrder, CallbackOutcome, CardMode, Consent, Language, Links, PresenceState,
    SupervisionMode, Via,
};

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
        /// Who places it; else as the settings say.
        #[ts(optional)]
        via: Option<Via>,
    },
    /// Answer an incoming call; others are put on hold.
    Answer {
        /// Which; else the one that rings longest.
        #[ts(optional)]
        call: Option<String>,
    },
    /// Refuse an incoming call.
    Decline {
        /// Which; else the one that rings longest.
        #[ts(optional)]
        call: Option<String>,
        /// `busy` (486), `decline` (603, the default) or `unavailable` (480).
        #[ts(optional)]
        reason: Option<DeclineReason>,
    },
    /// End a call.
    HangUp {
        /// Which; else the one that the agent turned to, or the only one.
        #[ts(optional)]
        call: Option<String>,
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
        /// Which; else the one that the agent turned to.
        #[ts(optional)]
        call: Option<String>,
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
        account: Box<AccountForm>,
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
    /// A tel:, sip: or callto: link, or a number from the command line: dials, or asks where the settings or the number
    /// want it.
    OpenLink {
        /// As the system handed it over.
        link: String,
    },
    /// Text that the agent selected: shows the number in it and asks.
    Offer {
        /// Anything with a number in it.
        text: String,
    },
    /// Yes to a prompt.
    Confirm {
        /// Which.
        prompt: String,
        /// Once, or always for this site.
        #[ts(optional)]
        consent: Option<Consent>,
        /// Who places the call; else as the settings say.
        #[ts(optional)]
        via: Option<Via>,
    },
    /// No to a prompt.
    DismissPrompt {
        /// Which.
        prompt: String,
    },
    /// A site may dial at once from now on.
    PairOrigin {
        /// `https://crm.example`.
        origin: String,
    },
    /// A site is not heard from now on; its prompts go.
    RefuseOrigin {
        /// `https://crm.example`.
        origin: String,
    },
    /// A site is as if it had never asked.
    ForgetOrigin {
        /// `https://crm.example`.
        origin: String,
    },
    /// How clicks from outside are taken. What is not given stays.
    SetClickToCall {
        /// What an unpaired page may do.
        #[ts(optional)]
        callto: Option<CallTo>,
        /// What a link may do.
        #[ts(optional)]
        links: Option<Links>,
        /// The global hotkey, like `Ctrl+Alt+C`; empty for none.
        #[ts(optional)]
        hotkey: Option<String>,
        /// Who dials.
        #[ts(optional)]
        via: Option<Via>,
        /// The localhost port from the next start on.
        #[ts(optional)]
        port: Option<u16>,
    },
    /// Write down what was said: all of the note, as it stands now.
    Note {
        /// A call or a card; else the card that the agent works on.
        #[ts(optional)]
        call: Option<String>,
        /// The text.
        text: String,
    },
    /// Say what came of a call; a disposition ends the wrap-up.
    Dispose {
        /// A call or a card; else the card that the agent works on.
        #[ts(optional)]
        call: Option<String>,
        /// A code of the card rules; `None` takes it back.
        #[ts(optional)]
        disposition: Option<String>,
    },
    /// The work after a call is done.
    FinishWrapUp {
        /// Which card.
        card: String,
    },
    /// Take a card out of sight.
    DismissCard {
        /// Which.
        card: String,
    },
    /// Open a card's link into the CRM in the browser.
    OpenCard {
        /// Which.
        card: String,
    },
    /// How calls are announced.
    SetCards {
        /// By a card, a notification, or not at all.
        show: CardMode,
    },
    /// Take part in a colleague's call, or in another way than now.
    Supervise {
        /// Whose call.
        extension: String,
        /// How.
        mode: SupervisionMode,
    },
    /// Leave it.
    StopSupervising {
        /// Whose call; else whichever it is.
        #[ts(optional)]
        extension: Option<String>,
    },
    /// Take a call that rings at another telephone: a colleague's, or one's own desk phone, hands-free.
    PickUp {
        /// Where it rings.
        extension: String,
    },
    /// Hear a recording on this telephone.
    PlayRecording {
        /// What the PBX calls it: `recording` of a call of the history.
        recording: String,
    },
    /// Whether queues are to call this agent.
    SetPresence {
        /// Yes or no.
        state: PresenceState,
        /// Why not.
        #[ts(optional)]
        reason: Option<String>,
    },
    /// Ask the supervisor to listen.
    AskHelp {
        /// In which call; else the one that the agent turned to.
        #[ts(optional)]
        call: Option<String>,
        /// What about.
        #[ts(optional)]
        text: Option<String>,
    },
    /// No help is needed any more.
    CancelHelp,
    /// A colleague's wish for help is taken care of.
    DismissHelp {
        /// Which.
        help: String,
    },
    /// Somebody is to be called back. There is one for each number and queue: a second one changes the first.
    RequestCallback {
        /// Whom; else the other party of `call`.
        #[ts(optional)]
        number: Option<String>,
        /// A call or a card that it comes from; without both, the card that the agent works on.
        #[ts(optional)]
        call: Option<String>,
        /// Their name.
        #[ts(optional)]
        name: Option<String>,
        /// The queue that it belongs to.
        #[ts(optional)]
        queue: Option<String>,
        /// When: RFC 3339, `2026-11-27T15:30:00+03:00`; else now.
        #[ts(optional)]
        due_at: Option<String>,
        /// What about.
        #[ts(optional)]
        note: Option<String>,
        /// Asked again by the same key it is the same wish, even after it was closed.
        #[ts(optional)]
        key: Option<String>,
    },
    /// Take a callback on.
    ClaimCallback {
        /// Which.
        callback: String,
    },
    /// Give it back.
    ReleaseCallback {
        /// Which.
        callback: String,
    },
    /// Call them.
    CallCallback {
        /// Which.
        callback: String,
        /// Who is called first; else as the settings say.
        #[ts(optional)]
        order: Option<CallbackOrder>,
    },
    /// Call them later.
    DeferCallback {
        /// Which.
        callback: String,
        /// When: RFC 3339.
        due_at: String,
    },
    /// It is over.
    CloseCallback {
        /// Which.
        callback: String,
        /// What came of it.
        outcome: CallbackOutcome,
        /// What to write down.
        #[ts(optional)]
        note: Option<String>,
    },
    /// Let the line that calls back by itself work, or not.
    SetCallbackLine {
        /// On or off.
        on: bool,
    },
    /// The window comes to the front.
    Focus,
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

/// What an intent made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Done {
    /// The last change that was known when it was done: a snapshot or a stream that has reached it shows the effect.
    #[ts(type = "number")]
    pub seq: u64,
    /// The call that was made or meant.
    pub call: Option<String>,
    /// The prompt that asks the agent first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub prompt: Option<String>,
    /// The call that the PBX was asked to place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub origination: Option<String>,
    /// The card that was meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub card: Option<String>,
    /// What the PBX was asked to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub order: Option<String>,
    /// The callback that was made or meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub callback: Option<String>,
}

/// Why an intent was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, thiserror::Error)]
#[ts(export)]
#[error("{detail}")]
pub struct Refusal {
    /// Stable code that the window translates.
    pub code: String,
    /// A sentence in English that says what to do.
    pub detail: String,
    /// The HTTP status: 400 garbage, 403 not allowed, 409 not possible in this state.
    pub status: u16,
}
