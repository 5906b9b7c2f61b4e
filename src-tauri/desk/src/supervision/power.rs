//! What this desk can do at the PBX, who carries it out, and why not.

use cti::Powers;

use super::OrdersBy;
use crate::{
    call::plain,
    update::Desk,
    wire::{self, Power, Refusal, SupervisionMode, Trouble},
};

/// Who carries something out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The manager interface.
    Manager,
    /// A dial code, as the settings have it.
    Code(String),
}

impl Desk {
    /// The PBX said what this desk may do there.
    pub(crate) fn powers_told(&mut self, powers: Powers) {
        self.supervising.powers = powers;
    }

    /// The manager interface is there, or is not, for this reason.
    pub(crate) fn manager_told(&mut self, trouble: Option<&str>) {
        self.supervising.manager_lost = trouble.map(|trouble| plain(trouble, MAX_DETAIL));
    }

    /// What the window may offer.
    pub(crate) fn powers(&self) -> wire::Powers {
        let codes = &self.settings.supervision.codes;
        let calls = self.supervising.powers.originate;
        let may = |way: Result<Way, Refusal>| way.map_or_else(denied, |_| granted());
        wire::Powers {
            spy: may(self.way_into(SupervisionMode::Spy)),
            whisper: may(self.way_into(SupervisionMode::Whisper)),
            barge: may(self.way_into(SupervisionMode::Barge)),
            pick_up: may(self.way(&codes.pick_up, calls)),
            play_recording: may(self.way(&codes.play, calls)),
            pause: may(self.way(&codes.pause, self.supervising.powers.pause)),
            ask_help: self.supervisors().map_or_else(denied, |_| granted()),
            floor: if self.floor.state().sources.is_empty() { denied(no_floor()) } else { granted() },
        }
    }

    /// How a call is taken part in.
    pub(super) fn way_into(&self, mode: SupervisionMode) -> Result<Way, Refusal> {
        let rules = &self.settings.supervision;
        if !rules.modes.contains(&mode) {
            return Err(Refusal::forbidden(
                "supervision_not_allowed",
                "This desk may not take part in calls in this way: your administrator decides that",
            ));
        }
        let code = match mode {
            SupervisionMode::Spy => &rules.codes.spy,
            SupervisionMode::Whisper => &rules.codes.whisper,
            SupervisionMode::Barge => &rules.codes.barge,
        };
        self.way(code, self.right_to_listen())
    }

    /// What another telephone listens to is ended at the PBX alone: without the right to end it a stop would stop nothing.
    fn right_to_listen(&self) -> Option<bool> {
        let Powers { originate, end, .. } = self.supervising.powers;
        let is_elsewhere = self.settings.supervision.desk_phone.is_some();
        if is_elsewhere && end == Some(false) { end } else { originate }
    }

    /// By the manager interface if that is there and has the `right`, or else by the dial code.
    pub(super) fn way(&self, code: &str, right: Option<bool>) -> Result<Way, Refusal> {
        let by_manager = match self.settings.supervision.orders {
            OrdersBy::Nobody | OrdersBy::Codes => Err(no_way()),
            OrdersBy::Manager => match &self.supervising.manager_lost {
                Some(trouble) => Err(unreachable(trouble)),
                None if right == Some(false) => Err(no_power()),
                None => Ok(Way::Manager),
            },
        };
        by_manager.or_else(|why| if code.is_empty() { Err(why) } else { Ok(Way::Code(code.to_owned())) })
    }

    /// Who is asked for help.
    pub(super) fn supervisors(&self) -> Result<Vec<String>, Refusal> {
        let supervisors = &self.settings.supervision.supervisors;
        // All desks may have the same list: who stands in it asks the others.
        let others = supervisors.iter().filter(|one| is_extension(one) && !self.is_own(one));
        let known: Vec<String> = others.take(MAX_ASKED).cloned().collect();
        if known.is_empty() { Err(no_supervisors()) } else { Ok(known) }
    }
}

/// An extension that can stand in a SIP address.
pub(super) fn is_extension(text: &str) -> bool {
    let fits = (1..=MAX_EXTENSION).contains(&text.len());
    fits && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte))
}

/// One that can stand in an order and a dial code as well, or why not: in the name of a channel a dash begins something else.
pub(super) fn extension(text: &str) -> Result<&str, Refusal> {
    let detail = "An extension is letters, digits, dots and underscores: choose a colleague from the list";
    let can_be_ordered = is_extension(text) && !text.contains(['+', '-']);
    if can_be_ordered { Ok(text) } else { Err(Refusal::malformed("bad_extension", detail)) }
}

fn no_way() -> Refusal {
    let detail = "No PBX is set up that could do this: see driver and the dial codes under [pbx] of the settings";
    Refusal { detail: detail.to_owned(), ..Refusal::pbx_not_set_up() }
}

fn no_power() -> Refusal {
    let detail = "The PBX does not let this user do it: its administrator gives the right in manager.conf";
    Refusal::conflict("power_missing", detail)
}

fn unreachable(trouble: &str) -> Refusal {
    Refusal::conflict("pbx_unreachable", format!("The manager interface of the PBX is not there: {trouble}"))
}

fn no_supervisors() -> Refusal {
    let detail =
        "Nobody is named who could help: write their extensions into supervisors under [supervision] of the settings";
    Refusal::conflict("no_supervisors", detail)
}

fn no_floor() -> Refusal {
    let detail =
        "Nothing tells this desk of the floor: name the PBX under [pbx], or the agents under [floor] of the settings";
    Refusal::conflict("no_floor", detail)
}

fn granted() -> Power {
    Power { allowed: true, why: None }
}

fn denied(refusal: Refusal) -> Power {
    let why = Trouble { code: refusal.code, detail: refusal.detail, sip_status: None };
    Power { allowed: false, why: Some(why) }
}

const MAX_EXTENSION: usize = 32;
/// A list in the settings may be long; so many telephones ring for one who needs help.
const MAX_ASKED: usize = 8;
const MAX_DETAIL: usize = 200;
