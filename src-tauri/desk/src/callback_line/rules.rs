//! What the settings say of the line: the parameters of Simotel's Callback component, and what keeps it from being abused.

use std::time::Duration;

/// What the settings say of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRules {
    /// It is set up at all.
    pub configured: bool,
    /// It works.
    pub enabled: bool,
    /// The account whose calls it ends: all of them.
    pub account: String,
    /// Numbers that were called (`To` of the INVITE, or X-DID): if there are any, only calls to these.
    pub lines: Vec<String>,
    /// Who makes the call back.
    pub by: LineBy,
    /// Whom it calls.
    pub method: LineMethod,
    /// Over what: an account of this desk, or a trunk of the PBX. Not for an extension.
    pub trunk: Option<String>,
    /// The number that is shown to the called party: digits, perhaps behind a `+`.
    pub caller_id: Option<String>,
    /// From the end of the call to the call back.
    pub delay: Duration,
    /// Between one digit and the next; the call is ended then.
    pub digit_timeout: Duration,
    /// From the answer to the first digit; the call is ended then.
    pub first_digit_timeout: Duration,
    /// How long the called party may ring, and whoever they are handed on to by a bridge.
    pub ring_timeout: Duration,
    /// What comes after the answer.
    pub next: LineNext,
    /// How this softphone hands them on.
    pub hand_over: HandOver,
    /// Callers who may use it: `+74952294989`, `+7495*`, extensions like `1xx`. If it is empty: nobody where the caller is
    /// called, else everybody.
    pub allow: Vec<String>,
    /// Numbers that may be dialled by digits: `1xx`, `500-599`. Nothing if it is empty.
    pub may_reach: Vec<String>,
    /// Calls back in an hour, of all.
    pub per_hour: u32,
    /// Calls back in an hour, to one number.
    pub per_hour_each: u32,
    /// The status that ends the incoming call.
    pub refuse_with: u16,
}

/// Who makes the call back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineBy {
    /// This softphone.
    #[default]
    Sip,
    /// The PBX, by its manager interface.
    Manager,
}

/// Whom it calls (`Method`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LineMethod {
    /// Who called.
    #[default]
    Caller,
    /// One number, whoever called.
    Number(String),
    /// An extension, whoever called.
    Extension(String),
}

/// What comes after the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LineNext {
    /// The agent of this desk: it rings here.
    #[default]
    Agent,
    /// An extension.
    Extension(String),
    /// A queue: the number that reaches it.
    Queue(String),
    /// What the called party dials.
    Digits {
        /// As many are a number; a `#` ends it earlier.
        length: u8,
        /// Where the PBX reads them, where it makes the call.
        read_at: Option<ReadAt>,
    },
}

/// Where a PBX that makes the call reads digits. What may be reached from there is up to that context alone: it must lead to
/// numbers inside, and to nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadAt {
    /// A context of its dialplan.
    pub context: String,
    /// The extension in it.
    pub extension: String,
}

/// How this softphone hands a call on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HandOver {
    /// By REFER, and by a bridge where that is refused, or where the call runs over somebody else's registrar.
    #[default]
    Refer,
    /// By a second call that is bridged with it here.
    Bridge,
}

impl Default for LineRules {
    fn default() -> Self {
        Self {
            configured: false,
            enabled: false,
            account: String::new(),
            lines: Vec::new(),
            by: LineBy::default(),
            method: LineMethod::default(),
            trunk: None,
            caller_id: None,
            delay: Duration::from_secs(5),
            digit_timeout: Duration::from_secs(5),
            first_digit_timeout: Duration::from_secs(15),
            ring_timeout: Duration::from_secs(30),
            next: LineNext::default(),
            hand_over: HandOver::default(),
            allow: Vec::new(),
            may_reach: Vec::new(),
            per_hour: 20,
            per_hour_each: 3,
            refuse_with: 603,
        }
    }
}
