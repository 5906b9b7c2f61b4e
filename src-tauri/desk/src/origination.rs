//! Calls that the PBX is asked to place: it rings this desk, then the number.
//!
//! ```text
//!   originate ──► Asked ──┬── Originated(Ok) ───► Accepted ──┬── it rings here ──► gone with its call
//!                         │                                  ├── too long ───────► gone
//!                         │                         Originated(Err)
//!                         │                                  ▼
//!                         └── Originated(Err) ────────────► Failed ──── 30 s, or with its call ──► gone
//! ```
//!
//! A PBX that tells how a call gets on takes it first, and says later that the telephone was busy, or the number.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use phone::{AccountId, CallId};

use crate::{
    call::{Call, plain},
    dial::{AskedBy, Plan},
    intent::Made,
    pbx::{Originate, Originated},
    update::{Desk, Now},
    wire::{self, OriginationState, Refusal, Trouble},
};

/// A call that the PBX was asked to place.
#[derive(Debug)]
pub(crate) struct Origination {
    id: u64,
    plan: Plan,
    account: AccountId,
    pub(crate) asked_by: AskedBy,
    state: OriginationState,
    /// Since when it is in this state.
    since: Instant,
    call: Option<CallId>,
    trouble: Option<Trouble>,
    asked_at: Timestamp,
    token: String,
    /// How long the PBX may take to ring.
    patience: Duration,
}

/// All that are shown, the newest first.
#[derive(Debug, Default)]
pub(crate) struct Originations {
    shown: VecDeque<Origination>,
    made: u64,
}

impl Origination {
    fn wire(&self) -> wire::Origination {
        wire::Origination {
            id: name(self.id),
            preview: self.plan.preview(),
            state: self.state,
            call: self.call.map(|call| call.to_string()),
            trouble: self.trouble.clone(),
            asked_at: self.asked_at.to_string(),
        }
    }

    /// The PBX may still ring for it.
    fn is_waiting(&self) -> bool {
        self.call.is_none() && self.state != OriginationState::Failed
    }

    /// When it leaves; one with a call leaves with that.
    fn leaves_at(&self) -> Option<Instant> {
        let shown = if self.state == OriginationState::Failed { SHOWN_AFTER_FAILURE } else { self.patience };
        if self.call.is_some() { None } else { self.since.checked_add(shown) }
    }

    fn is(&mut self, state: OriginationState, now: Instant) {
        (self.state, self.since) = (state, now);
    }

    fn takes(&mut self, call: &mut Call, shows_own: bool) {
        self.call = Some(call.id);
        if shows_own {
            call.peer = wire::Peer { number: self.plan.number.target.user().to_owned(), name: None };
        }
        call.origination = Some(self.id);
        call.asked_by = self.asked_by.clone();
    }

    fn is_dialling(&self, number: &str) -> bool {
        self.plan.number.target.user() == number || same_digits(self.plan.number.target.user(), number)
    }
}

impl Originations {
    /// The PBX was asked and has not answered.
    pub(crate) fn is_asking(&self) -> bool {
        self.shown.iter().any(|origination| origination.state == OriginationState::Asked && origination.is_waiting())
    }

    /// Those for which the PBX may still ring.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Origination> {
        self.shown.iter().filter(|origination| origination.is_waiting())
    }

    pub(crate) fn askers(&mut self) -> impl Iterator<Item = &mut AskedBy> {
        self.shown.iter_mut().map(|origination| &mut origination.asked_by)
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        self.shown.iter().filter_map(Origination::leaves_at).min()
    }

    /// Takes out what is due, and what has lost its call.
    pub(crate) fn expire(&mut self, calls: &[Call], now: Instant) {
        self.shown.retain(|origination| match origination.call {
            Some(id) => calls.iter().any(|call| call.id == id),
            None => origination.leaves_at().is_none_or(|at| at > now),
        });
        self.shown.truncate(MAX_SHOWN);
    }

    pub(crate) fn wire(&self) -> Vec<wire::Origination> {
        self.shown.iter().map(Origination::wire).collect()
    }
}

impl Desk {
    /// Asks the PBX to place the call.
    pub(crate) fn originate(&mut self, plan: &Plan, asked_by: AskedBy, now: Now) -> Result<Made, Refusal> {
        if !self.settings.clicks.pbx {
            return Err(Refusal::pbx_not_set_up());
        }
        let account = plan.account.clone().ok_or_else(Refusal::not_registered)?;
        self.originations.made += 1;
        let id = self.originations.made;
        let token = self.token("originate", id);
        self.originations.shown.push_front(Origination {
            id,
            plan: plan.clone(),
            account: account.clone(),
            asked_by,
            state: OriginationState::Asked,
            since: now.instant,
            call: None,
            trouble: None,
            asked_at: now.wall,
            token: token.clone(),
            patience: self.settings.clicks.pbx_rings.map_or(WAITS, |rings| rings.saturating_add(SPARE)),
        });
        self.ask_pbx(Originate { id, account, number: plan.number.target.to_string(), token });
        Ok(Made { origination: Some(name(id)), ..Made::default() })
    }

    /// Takes in how the PBX took it, and whether it came to nothing later.
    pub(crate) fn originated(&mut self, told: Originated, now: Instant) {
        let Some(known) = self.originations.shown.iter_mut().find(|known| known.id == told.id) else { return };
        match (known.state, told.outcome) {
            (OriginationState::Asked, Ok(())) => known.is(OriginationState::Accepted, now),
            // It rings here already, whatever the answer says.
            (OriginationState::Asked, Err(_)) if known.call.is_some() => known.is(OriginationState::Accepted, now),
            (OriginationState::Asked | OriginationState::Accepted, Err((code, detail))) => {
                known.trouble = Some(Trouble { code, detail: plain(&detail, MAX_DETAIL), sip_status: None });
                known.is(OriginationState::Failed, now);
            }
            _ => {}
        }
    }

    /// Whether an incoming call proves by its token that it is the PBX's half of an origination.
    pub(crate) fn is_originated(&mut self, call: &mut Call, token: &str) -> bool {
        let fits =
            |known: &&mut Origination| known.is_waiting() && known.account == call.account && known.token == token;
        let Some(known) = self.originations.shown.iter_mut().find(fits) else { return false };
        // A PBX shows the telephone's own number, or whatever its settings say: the agent knows whom they wanted.
        known.takes(call, true);
        true
    }

    /// Whether an incoming call is the PBX's half of an origination. It shows the number, or the desk's own extension; it
    /// may come before the answer to the request.
    pub(crate) fn recognise(&mut self, call: &mut Call, now: Instant) {
        let own = self.accounts.iter().find(|account| *account.id() == call.account).map(|account| account.users());
        let number = call.peer.number.as_str();
        let is_own = own.is_some_and(|users| users.contains(&number));
        let fits = |known: &&mut Origination| {
            known.is_waiting()
                && known.account == call.account
                && known.leaves_at().is_none_or(|at| at > now)
                && (is_own || known.is_dialling(number))
        };
        if let Some(known) = self.originations.shown.iter_mut().find(fits) {
            known.takes(call, false);
        }
    }
}

/// As it is named on the wire.
pub(crate) fn name(id: u64) -> String {
    format!("o{id}")
}

/// The same number, however the PBX spells its beginning: `+7495…`, `8495…`, `98495…`.
fn same_digits(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<Vec<_>>();
    let (one, other) = (digits(one), digits(other));
    let tail =
        |digits: &[char]| digits.len().checked_sub(SUBSCRIBER).and_then(|from| Some(digits.get(from..)?.to_vec()));
    one == other && !one.is_empty() || tail(&one).is_some_and(|end| tail(&other) == Some(end))
}

/// How long the PBX may take to ring, where nobody says.
const WAITS: Duration = Duration::from_secs(60);
/// What it may take longer than it is told to ring.
const SPARE: Duration = Duration::from_secs(10);
const SHOWN_AFTER_FAILURE: Duration = Duration::from_secs(30);
/// More than anybody asks for within a minute.
const MAX_SHOWN: usize = 16;
/// So many digits at the end tell a subscriber from another.
const SUBSCRIBER: usize = 9;
const MAX_DETAIL: usize = 200;
