//! What the settings say of the floor.

/// What the settings say of the floor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FloorRules {
    /// Who works here; others are shown once a PBX tells of them, unless `only_these`.
    pub agents: Vec<FloorAgent>,
    /// Nobody else is shown.
    pub only_these: bool,
    /// Where it is known from.
    pub source: FloorSource,
}

/// One who works here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FloorAgent {
    /// What the PBX calls the telephone.
    pub extension: String,
    /// Who it is; else what the PBX says.
    pub name: Option<String>,
}

/// Where the floor is known from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FloorSource {
    /// From the PBX's events if there are any, else by subscriptions to the agents of the settings (RFC 4235).
    #[default]
    Auto,
    /// From the PBX's events alone.
    Events,
    /// By subscriptions, beside the events.
    Dialogs,
    /// Not at all: this desk shows no floor.
    Off,
}
