//! What comes from outside — a page, a link, the selected text — and whether it dials, asks the agent, or is refused.
//!
//! ```text
//!   page ── refused ──────────────────────────────────────────────► 403
//!        ├─ allowed ── harmless, not too often ─┬─────────────────► dials
//!        │          │                           └─ in a call ─────► 409
//!        │          └─ else ──────────────┐
//!        └─ unknown ── may ask ───────────┼── not too often ──────► prompt
//!                   └─ else ──► 403       └── else ───────────────► 429
//!   link ── harmless, settings say dial, none just before ────────► dials, else prompt, else 429
//!   selection ────────────────────────────────────────────────────► prompt
//! ```

use std::time::{Duration, Instant};

use crate::{
    asker::Page,
    call::{Call, Owner},
    dial::{AskedBy, Plan},
    intent::Made,
    number::spelling::is_other_link,
    origin::{self, DIALS},
    prompt::Request,
    target::TargetError,
    update::{Desk, Now},
    wire::{CallTo, Consent, Intent, Links, PromptAnswer, PromptReason, PromptSource, Refusal, Verdict, Via, What},
};

/// A page whose origin was read and looked up.
struct Visitor {
    origin: Option<String>,
    clicked: bool,
    pairs: bool,
    /// The agent allowed the site.
    allowed: bool,
    /// And it is really the site that asks.
    paired: bool,
}

impl Desk {
    /// A page asks. What it is refused is counted where the agent sees it; why a click of his came to nothing he is told,
    /// for the page stays as it is and says nothing.
    pub(crate) fn page_intends(&mut self, page: &Page, intent: Intent, now: Now) -> Result<Made, Refusal> {
        let origin = page.origin.as_deref().map(origin::normalise).transpose()?;
        let made = self.visit(page, origin.clone(), intent, now);
        match &made {
            Err(refusal) if matches!(refusal.status, 403 | 429) => self.origins.count(origin.as_deref()),
            Err(refusal) if page.clicked && refusal.status == 409 => self.notice(&refusal.code, &refusal.detail),
            _ => {}
        }
        made
    }

    /// What the agent may do, but for calls that would take them from whom they talk to.
    pub(crate) fn oktell_intends(&mut self, intent: Intent, now: Now) -> Result<Made, Refusal> {
        match &intent {
            Intent::Dial { target, account, via } => {
                let plan = self.plan(target, account.as_deref(), *via)?.whole()?;
                self.place_if_free(&plan, AskedBy::default(), now)
            }
            _ => self.carry_out(intent, now),
        }
    }

    fn visit(&mut self, page: &Page, origin: Option<String>, intent: Intent, now: Now) -> Result<Made, Refusal> {
        let verdict = origin.as_deref().and_then(|origin| self.verdict(origin));
        if verdict == Some(Verdict::Refused) {
            return Err(Refusal::forbidden("origin_refused", "The agent does not want to hear from this site"));
        }
        let allowed = verdict == Some(Verdict::Allowed);
        let paired = allowed && page.proven;
        let visitor = Visitor { origin, clicked: page.clicked, pairs: page.pairs, allowed, paired };
        match intent {
            Intent::Dial { target, .. } if visitor.pairs && target.trim().is_empty() => {
                self.wants_pairing(visitor, now)
            }
            Intent::Dial { target, account, via } => self.page_dials(visitor, &target, account.as_deref(), via, now),
            Intent::Focus if visitor.clicked || visitor.paired => self.page_focuses(&visitor, now),
            intent if !is_for_pages(&intent) => {
                Err(Refusal::forbidden("not_for_pages", "Only the agent may ask for that, not a page"))
            }
            _ if !visitor.paired => Err(not_paired()),
            intent if self.means_order(&intent) => Err(Refusal::forbidden(
                "not_for_pages",
                "By this call the agent listens to a colleague, or to a recording: no page has a part in it",
            )),
            Intent::TransferBlind { call, target } if self.is_risky_transfer(call.as_deref(), &target)? => Err(
                Refusal::forbidden("not_for_pages", "A page may not hand calls on to such a number: do it yourself"),
            ),
            intent => self.carry_out(intent, now),
        }
    }

    /// Without a click only now and then: it must not hold the window in front of all others.
    fn page_focuses(&mut self, visitor: &Visitor, now: Now) -> Result<Made, Refusal> {
        if let Some(origin) = visitor.origin.as_ref().filter(|_| !visitor.clicked)
            && !self.prompts.allow_site(origin, now.instant)
        {
            return Err(Refusal::too_many());
        }
        self.tell(What::FocusRequested);
        Ok(Made::default())
    }

    /// Whether a call is meant that no page sees.
    fn means_order(&self, intent: &Intent) -> bool {
        let is_order = |call: &Call| call.owner == Owner::Order;
        let is_named = |call: &str| self.known_call(call).is_ok_and(is_order);
        match intent {
            Intent::HangUp { call: None } => self.current_call().is_ok_and(|id| self.call(id).is_some_and(is_order)),
            Intent::TransferBlind { call: None, .. } => {
                self.current_call_up().is_ok_and(|id| self.call(id).is_some_and(is_order))
            }
            Intent::Answer { call }
            | Intent::Decline { call, .. }
            | Intent::HangUp { call }
            | Intent::TransferBlind { call, .. } => call.as_deref().is_some_and(is_named),
            Intent::Hold { call }
            | Intent::Resume { call }
            | Intent::Mute { call }
            | Intent::Unmute { call }
            | Intent::SendDtmf { call, .. } => is_named(call),
            Intent::TransferAttended { call, to_call } => is_named(call) || is_named(to_call),
            _ => false,
        }
    }

    fn is_risky_transfer(&self, call: Option<&str>, target: &str) -> Result<bool, Refusal> {
        Ok(!self.transfer_to(call, target)?.1.risks.is_empty())
    }

    fn page_dials(
        &mut self,
        visitor: Visitor,
        target: &str,
        account: Option<&str>,
        via: Option<Via>,
        now: Now,
    ) -> Result<Made, Refusal> {
        self.may_ask(&visitor)?;
        // Which accounts there are, and whether a PBX is set up, is nothing to tell a stranger: he gets what is usual.
        let is_known = |id: &&str| visitor.paired || self.accounts.iter().any(|account| account.id().0 == **id);
        let is_possible = |via: &Via| visitor.paired || *via == Via::Softphone || self.settings.clicks.pbx;
        let plan = self.plan(target, account.filter(is_known), via.filter(is_possible))?;
        let mut reasons = plan.number.risks.clone();
        if !visitor.paired {
            reasons.insert(0, if visitor.allowed { PromptReason::Unproven } else { PromptReason::Unpaired });
        } else if reasons.is_empty() {
            if self.has_dials(&visitor, now.instant) {
                return self.dials_at_once(&visitor, &plan.whole()?, now);
            }
            reasons.push(PromptReason::Flood);
        }
        self.prompt_page(visitor, Some(plan), reasons, now)
    }

    fn wants_pairing(&mut self, visitor: Visitor, now: Now) -> Result<Made, Refusal> {
        if visitor.paired {
            return Ok(Made::default());
        }
        if visitor.origin.is_none() {
            return Err(Refusal::malformed("bad_origin", "The browser does not tell which site asks to be paired"));
        }
        self.may_ask(&visitor)?;
        // A yes could not be kept.
        self.unlocked("local_api.origins")?;
        self.prompt_page(visitor, None, vec![PromptReason::Unpaired], now)
    }

    fn may_ask(&self, visitor: &Visitor) -> Result<(), Refusal> {
        let may = match self.settings.clicks.callto {
            _ if visitor.allowed => true,
            CallTo::Off => false,
            CallTo::Ask => true,
            CallTo::Paired => visitor.pairs,
        };
        if may { Ok(()) } else { Err(not_paired()) }
    }

    fn has_dials(&mut self, visitor: &Visitor, now: Instant) -> bool {
        let origin = visitor.origin.as_deref();
        origin.and_then(|origin| self.origins.dials(origin)).is_some_and(|dials| dials.has_any(DIALS, now))
    }

    fn dials_at_once(&mut self, visitor: &Visitor, plan: &Plan, now: Now) -> Result<Made, Refusal> {
        let made = self.place_if_free(plan, AskedBy { origin: visitor.origin.clone(), follows: false }, now)?;
        if let Some(dials) = visitor.origin.as_deref().and_then(|origin| self.origins.dials(origin)) {
            dials.take(DIALS, now.instant);
        }
        Ok(made)
    }

    fn prompt_page(
        &mut self,
        visitor: Visitor,
        plan: Option<Plan>,
        reasons: Vec<PromptReason>,
        now: Now,
    ) -> Result<Made, Refusal> {
        let Visitor { origin, clicked, paired, .. } = visitor;
        let vouched = clicked || paired;
        self.prompt(Request { source: PromptSource::Page, origin, clicked, vouched, plan, reasons }, now)
    }

    /// A link dials what is harmless; of those that come one after the other the first at most.
    pub(crate) fn open_link(&mut self, link: &str, now: Now) -> Result<Made, Refusal> {
        if is_other_link(link) {
            return Err(TargetError::Undialable.into());
        }
        let plan = self.plan(link, None, None)?;
        let before = self.link_seen.replace(now.instant);
        if !self.prompts.allow_link(now.instant) {
            self.origins.count(None);
            return Err(Refusal::too_many());
        }
        let mut reasons = plan.number.risks.clone();
        if self.settings.clicks.links == Links::Ask {
            reasons.insert(0, PromptReason::Asks);
        }
        let since = before.map(|before| now.instant.saturating_duration_since(before));
        if self.is_placing() || since.is_some_and(|since| since < LINKS_APART) {
            reasons.push(PromptReason::Flood);
        }
        if reasons.is_empty() {
            return self.place(&plan.whole()?, AskedBy::default(), now);
        }
        let source = PromptSource::Link;
        let request = Request { source, origin: None, clicked: false, vouched: true, plan: Some(plan), reasons };
        let made = self.prompt(request, now);
        if made.is_err() {
            self.origins.count(None);
        }
        made
    }

    /// Shows the number in a selected text and asks.
    pub(crate) fn offer(&mut self, text: &str, now: Now) -> Result<Made, Refusal> {
        let plan = self.plan(text, None, None)?;
        let mut reasons = vec![PromptReason::Selected];
        reasons.extend(&plan.number.risks);
        let source = PromptSource::Selection;
        self.prompt(Request { source, origin: None, clicked: true, vouched: true, plan: Some(plan), reasons }, now)
    }

    fn prompt(&mut self, request: Request, now: Now) -> Result<Made, Refusal> {
        let request = Request { plan: request.plan.map(Plan::for_agent), ..request };
        let prompt = self.prompts.ask(request, now).map_err(|_| Refusal::too_many())?;
        Ok(Made { prompt: Some(prompt), ..Made::default() })
    }

    /// The agent says yes. If the call cannot be placed the prompt stays, and nothing else is decided.
    pub(crate) fn confirm(
        &mut self,
        id: &str,
        consent: Option<Consent>,
        via: Option<Via>,
        now: Now,
    ) -> Result<Made, Refusal> {
        let prompt = self.prompts.get(id).ok_or_else(no_prompt)?;
        let Request { origin, plan, .. } = prompt.request.clone();
        let is_emergency = plan.as_ref().is_some_and(|plan| plan.number.risks.contains(&PromptReason::Emergency));
        // Being paired is all that a pairing asks for, unless the agent says that it is not.
        let always = consent.unwrap_or(if plan.is_some() { Consent::Once } else { Consent::Always }) == Consent::Always;
        let pairs = origin.clone().filter(|_| always && !is_emergency);
        if pairs.is_some() {
            self.unlocked("local_api.origins")?;
        }
        let made = match plan {
            Some(plan) => {
                // Digits that the agent was not shown are none of this call.
                let via = via.unwrap_or(plan.via);
                let plan = plan.by(via).whole()?;
                self.place(&plan, AskedBy { follows: origin.is_some(), origin }, now)?
            }
            None => Made::default(),
        };
        self.prompts.answer(id, PromptAnswer::Yes, made.clone());
        if let Some(origin) = pairs {
            self.pair(&origin)?;
        }
        Ok(made)
    }

    pub(crate) fn dismiss_prompt(&mut self, id: &str) -> Result<Made, Refusal> {
        self.prompts.get(id).ok_or_else(no_prompt)?;
        self.prompts.answer(id, PromptAnswer::No, Made::default());
        Ok(Made::default())
    }
}

/// What the buttons of a paired page do.
fn is_for_pages(intent: &Intent) -> bool {
    matches!(
        intent,
        Intent::Focus
            | Intent::Answer { .. }
            | Intent::Decline { .. }
            | Intent::HangUp { .. }
            | Intent::Hold { .. }
            | Intent::Resume { .. }
            | Intent::Mute { .. }
            | Intent::Unmute { .. }
            | Intent::SendDtmf { .. }
            | Intent::TransferBlind { .. }
            | Intent::TransferAttended { .. }
    )
}

fn not_paired() -> Refusal {
    Refusal::forbidden("not_paired", "This site may not ask for that until the agent has allowed it")
}

fn no_prompt() -> Refusal {
    Refusal::conflict("no_prompt", "This request is no longer open: another took its place, or it waited too long")
}

/// Links that come closer together were not both clicked.
const LINKS_APART: Duration = Duration::from_secs(3);
