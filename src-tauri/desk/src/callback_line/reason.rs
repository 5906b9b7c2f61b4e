//! Why somebody is not called back, or was and it came to nothing.

use phone::Reason as EndReason;

use crate::wire::{self, LineState, Trouble};

/// Why the line did not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// The INVITE came from elsewhere than the registrar: whoever calls there is not who they say they are.
    Untrusted,
    Withheld,
    CallerNotAllowed,
    NumberNotAllowed,
    AlreadyWaiting,
    Limit,
    LimitEach,
    Crowded,
    SwitchedOff,
    AccountUnknown,
    /// The account of the line: nobody can call it.
    NotRegistered,
    NobodyAllowed,
    NoTrunk,
    NoPbx,
    NoAgent,
    NowhereToDial,
    NothingToReach,
    Loops,
    AgentAway,
    AgentNoAnswer,
    Busy(Option<u16>),
    NoAnswer(Option<u16>),
    NotReached(Option<u16>),
    HungUp,
    NoDigits,
    WrongDigits,
    NotHandedOn(Option<u16>),
    /// What the PBX says of an order: a code, and a sentence.
    Pbx(String, String),
}

impl Reason {
    /// Of the end of a call that was not answered.
    pub(super) fn of_end(how: &wire::Ended) -> Self {
        match how.reason {
            EndReason::Busy | EndReason::Declined => Self::Busy(how.sip_status),
            EndReason::NoAnswer | EndReason::HungUp => Self::NoAnswer(how.sip_status),
            _ => Self::NotReached(how.sip_status),
        }
    }

    /// Whether it was by the rules; else it did not work.
    pub(super) fn state(&self) -> LineState {
        match self {
            Self::Untrusted
            | Self::Withheld
            | Self::CallerNotAllowed
            | Self::NumberNotAllowed
            | Self::AlreadyWaiting
            | Self::Limit
            | Self::LimitEach
            | Self::Crowded
            | Self::SwitchedOff => LineState::Refused,
            _ => LineState::Failed,
        }
    }

    pub(super) fn trouble(&self) -> Trouble {
        let (code, detail) = match self {
            Self::Pbx(code, detail) => (code.as_str(), detail.as_str()),
            _ => self.words(),
        };
        let sip_status = match self {
            Self::Busy(status) | Self::NoAnswer(status) | Self::NotReached(status) | Self::NotHandedOn(status) => {
                *status
            }
            _ => None,
        };
        Trouble { code: code.to_owned(), detail: detail.to_owned(), sip_status }
    }

    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Untrusted => (
                "line_caller_untrusted",
                "The call did not come from the registrar of the line's account, so its number proves nothing",
            ),
            Self::Withheld => {
                ("line_caller_withheld", "The caller's number is withheld, or is none that could be called")
            }
            Self::CallerNotAllowed => (
                "line_caller_not_allowed",
                "This caller may not use the line: allow their number in the settings if they are to",
            ),
            Self::NumberNotAllowed => (
                "line_number_not_allowed",
                "This number is never called back: it is a service, costs extra, is abroad, or belongs to this desk",
            ),
            Self::AlreadyWaiting => {
                ("line_already_waiting", "A call back to this number waits already, or is under way")
            }
            Self::Limit => (
                "line_limit",
                "The line has called back as often as it may in an hour: wait, or raise per_hour under [callback_line]",
            ),
            Self::LimitEach => (
                "line_limit_each",
                "This number was called back as often as it may be in an hour: wait, or raise per_hour_each in the settings",
            ),
            Self::Crowded => {
                ("line_crowded", "Too many calls back wait or are under way at once: it works again once some are over")
            }
            Self::SwitchedOff => (
                "line_switched_off",
                "The line was switched off, or its settings changed, before it was this caller's turn",
            ),
            Self::AccountUnknown => (
                "line_account_unknown",
                "The account of the line does not exist: correct account under [callback_line]",
            ),
            Self::NotRegistered => {
                ("not_registered", "The account of the line is not registered, so nobody can call it")
            }
            Self::NobodyAllowed => (
                "line_nobody_allowed",
                "Nobody may use the line yet: name callers by allow under [callback_line], or call one number alone",
            ),
            Self::NoTrunk => (
                "line_no_trunk",
                "The account that calls back does not exist or is not registered: see trunk under [callback_line]",
            ),
            Self::NoPbx => (
                "line_no_pbx",
                "The PBX is to call back, but its manager interface is not set up: see [pbx] of the settings",
            ),
            Self::NoAgent => (
                "line_no_agent",
                "The PBX would connect callers with the line itself: the agent needs an account beside it",
            ),
            Self::NowhereToDial => (
                "line_no_context",
                "The PBX is to read digits and no context is named for it: see context under [callback_line]",
            ),
            Self::NothingToReach => (
                "line_nothing_to_reach",
                "No number may be dialled on the line: name extensions by may_reach under [callback_line]",
            ),
            Self::Loops => {
                ("line_loops", "The line would be connected with itself: correct next_number under [callback_line]")
            }
            Self::AgentAway => {
                ("line_agent_away", "The agent does not want to be disturbed: let next be a queue for such times")
            }
            Self::AgentNoAnswer => ("line_agent_no_answer", "The agent did not answer"),
            Self::Busy(_) => ("line_busy", "The number that was called back is busy, or refused the call"),
            Self::NoAnswer(_) => ("line_no_answer", "Nobody answered the call back"),
            Self::NotReached(_) => (
                "line_not_reached",
                "The number could not be called back: check trunk under [callback_line], and how its account dials numbers",
            ),
            Self::HungUp => ("line_hung_up", "They hung up before they were connected"),
            Self::NoDigits => ("line_no_digits", "They did not dial in time"),
            Self::WrongDigits => ("line_wrong_digits", "They dialled numbers that cannot be reached this way"),
            Self::NotHandedOn(_) => (
                "line_not_handed_on",
                "They could not be connected, for nobody answered there: check next_number, or call them back yourself",
            ),
            Self::Pbx(..) => ("pbx_refused", "The PBX does not do this: ask its administrator"),
        }
    }
}
