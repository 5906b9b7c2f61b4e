//! What the settings say of supervision.

use crate::wire::SupervisionMode;

/// What the settings say of supervision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupervisionRules {
    /// In which ways this desk may take part in others' calls; empty: in none.
    pub modes: Vec<SupervisionMode>,
    /// What agents notice of it.
    pub agent_sees: AgentSees,
    /// Extensions that this desk asks for help.
    pub supervisors: Vec<String>,
    /// Who carries orders out.
    pub orders: OrdersBy,
    /// What is dialled where the PBX's interface is not used, or not able.
    pub codes: DialCodes,
    /// The device that the PBX is to ring is another telephone than this one: nothing will ring here.
    pub desk_phone: Option<String>,
}

/// What agents notice of being listened to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgentSees {
    /// Nothing.
    Nothing,
    /// It is shown.
    #[default]
    Badge,
    /// It is shown, and a tone is heard once.
    Tone,
}

/// Who carries orders out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrdersBy {
    /// Nobody.
    #[default]
    Nobody,
    /// The manager interface of an Asterisk.
    Manager,
    /// The dial codes.
    Codes,
}

/// What is dialled for it: `*55{extension}`. Empty: there is no such code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialCodes {
    /// Listen.
    pub spy: String,
    /// Whisper.
    pub whisper: String,
    /// Step in.
    pub barge: String,
    /// Take a ringing call.
    pub pick_up: String,
    /// Be passed over by queues.
    pub pause: String,
    /// Be called again.
    pub resume: String,
    /// Hear a recording: `{recording}`.
    pub play: String,
}

impl Default for SupervisionRules {
    fn default() -> Self {
        Self {
            modes: vec![SupervisionMode::Spy, SupervisionMode::Whisper, SupervisionMode::Barge],
            agent_sees: AgentSees::default(),
            supervisors: Vec::new(),
            orders: OrdersBy::default(),
            codes: DialCodes::default(),
            desk_phone: None,
        }
    }
}
