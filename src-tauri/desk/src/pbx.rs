//! What the PBX is asked to do beside SIP.

/// A call that the PBX is to place: it rings the agent's device first, then the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Originate {
    /// Which origination; goes back with [`crate::Input::Originated`].
    pub id: u64,
    /// On whose behalf.
    pub account: phone::AccountId,
    /// What to dial, as the PBX wants it.
    pub number: String,
    /// Letters and digits that nobody can guess. A PBX that puts them into its INVITE as `X-Ringside` proves that the call is this
    /// one, and it answers itself.
    pub token: String,
}

/// How the PBX took it, and once more if it came to nothing after all: the telephone was busy, or the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Originated {
    /// Which origination.
    pub id: u64,
    /// Taken, or refused, now or later, with a code (`pbx_refused`, `pbx_unreachable`, `pbx_wrong_credentials`, `pbx_answer`) and a
    /// sentence in English that says what to do.
    pub outcome: Result<(), (String, String)>,
}
