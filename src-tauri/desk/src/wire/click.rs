//! Click-to-call: what waits for the agent's yes, which sites may dial, and what a text would really dial.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a text would dial, before anybody dials it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Preview {
    /// What goes to the PBX: digits, or `user@host`.
    pub dialled: String,
    /// The same for people: `+7 495 229-49-89`.
    pub shown: String,
    /// Digits sent once the call is up: an extension of `;ext=12`.
    pub post_dial: Option<String>,
    /// What kind of number it is.
    pub kind: NumberKind,
    /// ISO 3166 region of the number, `RU`, where it is known.
    pub region: Option<String>,
    /// The account that would dial.
    pub account: Option<String>,
    /// Who would dial: the softphone, or the PBX.
    pub via: Via,
}

/// What kind of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// Inside the PBX.
    Extension,
    /// In the account's country.
    National,
    /// In another one.
    International,
    /// Police, fire, ambulance.
    Emergency,
    /// Costs more than a call.
    Premium,
    /// A name, or `user@host`.
    Address,
    /// Digits of which nothing more is known.
    Unknown,
}

/// Who places a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// This softphone sends the INVITE.
    #[default]
    Softphone,
    /// The PBX rings the agent's device first, and then the number.
    Pbx,
}

/// Something from outside that waits for the agent's yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Prompt {
    /// `p1`.
    pub id: String,
    /// What for.
    pub kind: PromptKind,
    /// Where it comes from.
    pub source: PromptSource,
    /// The site, where the browser tells it: `https://crm.example`.
    pub origin: Option<String>,
    /// The agent clicked something; else a script may have asked.
    pub clicked: bool,
    /// What would be dialled; `None` if a site only asks to be paired.
    pub preview: Option<Preview>,
    /// Why it asks.
    pub reasons: Vec<PromptReason>,
    /// How many more requests like it came meanwhile and were not shown.
    pub repeats: u32,
    /// Since when.
    pub asked_at: String,
}

/// What a prompt asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum PromptKind {
    /// Whether to dial.
    Dial,
    /// Whether a site may dial from now on.
    Pair,
}

/// Where a prompt comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum PromptSource {
    /// A web page, through the localhost port.
    Page,
    /// A tel:, sip: or callto: link, or the command line.
    Link,
    /// The selected text.
    Selection,
}

/// Why a prompt asks instead of dialling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum PromptReason {
    /// The site is not among those that may dial at once.
    Unpaired,
    /// The site may dial at once, but nothing proves that it was the site that asked: a link of it may have led elsewhere.
    Unproven,
    /// The settings want links to ask.
    Asks,
    /// An emergency number.
    Emergency,
    /// A number that costs more than a call.
    Premium,
    /// An address at another domain.
    ForeignDomain,
    /// A long number abroad.
    International,
    /// A code like `*72`, which may forward calls or change the line.
    FeatureCode,
    /// Too many at once.
    Flood,
    /// The text was selected, not given as a number.
    Selected,
}

/// What the agent said to a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum PromptAnswer {
    /// It was confirmed.
    Yes,
    /// It was dismissed, or its site refused.
    No,
}

/// How often a yes is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// This once.
    #[default]
    Once,
    /// The site may dial at once from now on.
    Always,
}

/// How this desk takes clicks from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct ClickToCall {
    /// The port of the localhost interface that was really bound.
    pub port: u16,
    /// The port that the settings want, if another program has it, with that program's name.
    pub port_taken: Option<PortTaken>,
    /// What an unpaired page may do.
    pub callto: CallTo,
    /// What a tel: link may do.
    pub links: Links,
    /// The global hotkey that dials what is selected; empty if there is none.
    pub hotkey: String,
    /// Who dials where nobody says otherwise.
    pub via: Via,
    /// Whether a PBX can be asked to dial.
    pub pbx: bool,
    /// Sites that may or must not dial.
    pub origins: Vec<Origin>,
    /// Requests that were refused because they came from nobody in particular, or too often.
    pub refused: u32,
}

/// Who has the port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct PortTaken {
    /// The port that the settings name.
    pub port: u16,
    /// `oktell (pid 812)`, where the system tells.
    pub by: Option<String>,
}

/// What a page that is not paired may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum CallTo {
    /// Nothing.
    Off,
    /// Fill in the number and ask the agent.
    #[default]
    Ask,
    /// Nothing, but paired pages dial.
    Paired,
}

/// What a tel: link may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Links {
    /// Dial at once what is harmless.
    #[default]
    Dial,
    /// Fill in the number and ask the agent.
    Ask,
}

/// A site that asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Origin {
    /// `https://crm.example`.
    pub origin: String,
    /// What the agent, or the administrator, decided.
    pub verdict: Verdict,
    /// Requests of it that were refused since the start.
    pub refused: u32,
}

/// What was decided about a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It may dial at once.
    Allowed,
    /// It may follow the one call it was allowed, until that ends.
    Once,
    /// It is not heard.
    Refused,
}

/// A call that the PBX was asked to place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Origination {
    /// `o1`.
    pub id: String,
    /// What the PBX is to dial.
    pub preview: Preview,
    /// Where it stands.
    pub state: OriginationState,
    /// The call that followed, once the PBX rings this desk.
    pub call: Option<String>,
    /// Why it failed: a code, and a sentence in English.
    pub trouble: Option<super::Trouble>,
    /// Since when.
    pub asked_at: String,
}

/// Where a call that the PBX is to place stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum OriginationState {
    /// Sent to the PBX.
    Asked,
    /// The PBX took it and rings the agent's device.
    Accepted,
    /// It refused, or could not be reached.
    Failed,
}
