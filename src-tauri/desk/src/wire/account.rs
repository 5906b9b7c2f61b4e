//! SIP accounts.

use std::fmt;

use phone::Transport;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::number::Rules;

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
    /// Authentication user, if that is not the user part of `aor`.
    pub username: Option<String>,
    /// How SIP travels.
    #[ts(type = "\"udp\" | \"tcp\" | \"tls\"")]
    pub transport: Transport,
    /// One more CA to trust, a PEM file.
    pub ca: Option<String>,
    /// Shown to the called party.
    pub display_name: Option<String>,
    /// How it reads and dials numbers.
    pub numbers: Rules,
    /// It comes with the practice PBX and cannot be changed.
    pub practice: bool,
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct Trouble {
    /// `wrong_credentials`, `refused`, `unreachable`, `unknown_host`, `untrusted_certificate`, …
    pub code: String,
    /// A sentence in English that says what to do.
    pub detail: String,
    /// The SIP status behind it.
    pub sip_status: Option<u16>,
}

/// What the account dialog fills in: the whole account, so that a missing field takes its default. Only a missing password
/// keeps the one that is stored, and codecs and the like stay as the settings have them.
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
    /// How SIP travels; UDP if missing.
    #[ts(optional, type = "\"udp\" | \"tcp\" | \"tls\"")]
    pub transport: Option<Transport>,
    /// One more CA to trust, a PEM file.
    #[ts(optional)]
    pub ca: Option<String>,
    /// How it reads and dials numbers; missing keeps what is set.
    #[ts(optional)]
    pub numbers: Option<Rules>,
}

impl fmt::Debug for AccountForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountForm")
            .field("aor", &self.aor)
            .field("registrar", &self.registrar)
            .finish_non_exhaustive()
    }
}
