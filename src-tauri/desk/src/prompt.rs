//! What waits for the agent's yes, and how often somebody may ask for it.
//!
//! ```text
//!   ask ──► open ──┬── the same once more: counted
//!                  ├── confirmed, dismissed ──────────────► gone
//!                  ├── another number, clicked ───────────► another prompt in its place
//!                  ├── eight are open and a better one asks ► gone
//!                  └── 60 s ──────────────────────────────► gone
//! ```
//!
//! A prompt never changes what it would dial: what the agent read when the key went down is what is dialled.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::{
    dial::Plan,
    intent::Made,
    rate::{Bucket, Rate},
    update::Now,
    wire::{self, PromptAnswer, PromptKind, PromptReason, PromptSource},
};

/// Somebody wants the agent to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) source: PromptSource,
    pub(crate) origin: Option<String>,
    pub(crate) clicked: bool,
    /// The agent is known to stand behind it, or decided once that the site may ask for calls.
    pub(crate) vouched: bool,
    /// What to dial; `None` if a site only asks to be paired.
    pub(crate) plan: Option<Plan>,
    pub(crate) reasons: Vec<PromptReason>,
}

/// Something that waits for the agent's yes.
#[derive(Debug)]
pub(crate) struct Prompt {
    id: u64,
    pub(crate) request: Request,
    repeats: u32,
    asked_at: Timestamp,
    expires_at: Instant,
}

/// A prompt that the agent answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) prompt: String,
    pub(crate) answer: PromptAnswer,
    /// What a yes made.
    pub(crate) made: Made,
}

/// Who asks, as far as it can be told: each has one prompt at most, and a rate of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Site(String),
    Unknown { clicked: bool },
    Link,
    Selection,
}

/// Too many are open, or were asked for.
#[derive(Debug)]
pub(crate) struct TooMany;

/// All that is open, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Prompts {
    open: Vec<Prompt>,
    answered: Vec<Answered>,
    made: u64,
    rates: Rates,
}

impl Request {
    fn who(&self) -> Who {
        match (self.source, &self.origin) {
            (PromptSource::Page, Some(origin)) => Who::Site(origin.clone()),
            (PromptSource::Page, None) => Who::Unknown { clicked: self.clicked },
            (PromptSource::Link, _) => Who::Link,
            (PromptSource::Selection, _) => Who::Selection,
        }
    }

    /// A new number takes the place of the one that was asked for before.
    fn insists(&self) -> bool {
        self.source != PromptSource::Page || self.clicked
    }
}

impl Prompt {
    pub(crate) fn wire(&self) -> wire::Prompt {
        let request = &self.request;
        wire::Prompt {
            id: name(self.id),
            kind: if request.plan.is_some() { PromptKind::Dial } else { PromptKind::Pair },
            source: request.source,
            origin: request.origin.clone(),
            clicked: request.clicked,
            preview: request.plan.as_ref().map(Plan::preview),
            reasons: request.reasons.clone(),
            repeats: self.repeats,
            asked_at: self.asked_at.to_string(),
        }
    }

    fn repeat(&mut self, clicked: bool) {
        self.repeats = self.repeats.saturating_add(1);
        self.request.clicked |= clicked;
        self.request.vouched |= clicked;
    }
}

impl Prompts {
    /// Asks the agent; gives the prompt's id, or that of the one that asks for the same already.
    pub(crate) fn ask(&mut self, request: Request, now: Now) -> Result<String, TooMany> {
        let who = request.who();
        let known = self.open.iter().position(|prompt| prompt.request.who() == who);
        if let Some(known) = known.and_then(|at| self.open.get_mut(at)) {
            let is_same = known.request.plan == request.plan;
            let may = is_same || request.insists();
            if !may || !self.rates.allow(&who, request.vouched, now.instant) {
                known.repeat(false);
                return Err(TooMany);
            }
            if is_same && who != Who::Selection {
                known.repeat(request.clicked);
                return Ok(name(known.id));
            }
        } else {
            let leaves = self.leaving(&request)?;
            if !self.rates.allow(&who, request.vouched, now.instant) {
                return Err(TooMany);
            }
            if let Some(leaves) = leaves {
                self.open.remove(leaves);
            }
        }
        self.open.retain(|prompt| prompt.request.who() != who);
        self.open(request, now)
    }

    fn open(&mut self, request: Request, now: Now) -> Result<String, TooMany> {
        let expires_at = now.instant.checked_add(WAITS).ok_or(TooMany)?;
        self.made += 1;
        self.open.push(Prompt { id: self.made, request, repeats: 0, asked_at: now.wall, expires_at });
        Ok(name(self.made))
    }

    /// Whether a site may ask for something that needs no yes.
    pub(crate) fn allow_site(&mut self, origin: &str, now: Instant) -> bool {
        self.rates.take(&Who::Site(origin.to_owned()), true, now)
    }

    /// Whether a link may be opened at all. The other askers are counted when they ask for a prompt.
    pub(crate) fn allow_link(&mut self, now: Instant) -> bool {
        self.rates.take(&Who::Link, true, now)
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Prompt> {
        self.open.iter().find(|prompt| name(prompt.id) == id)
    }

    /// The agent said yes or no.
    pub(crate) fn answer(&mut self, id: &str, answer: PromptAnswer, made: Made) {
        self.open.retain(|prompt| name(prompt.id) != id);
        self.answered.push(Answered { prompt: id.to_owned(), answer, made });
    }

    /// The agent decided about a site for good, which answers its wish to be paired; a no answers all that it asked.
    pub(crate) fn settle(&mut self, origin: &str, allowed: bool) {
        let is_meant =
            |request: &Request| request.origin.as_deref() == Some(origin) && !(allowed && request.plan.is_some());
        let meant = self.open.iter().filter(|prompt| is_meant(&prompt.request)).map(|prompt| name(prompt.id));
        let answer = if allowed { PromptAnswer::Yes } else { PromptAnswer::No };
        for id in meant.collect::<Vec<_>>() {
            self.answer(&id, answer, Made::default());
        }
    }

    /// What was answered since this was asked last.
    pub(crate) fn take_answered(&mut self) -> Vec<Answered> {
        std::mem::take(&mut self.answered)
    }

    pub(crate) fn expire(&mut self, now: Instant) {
        self.open.retain(|prompt| prompt.expires_at > now);
    }

    pub(crate) fn wake(&self) -> Option<Instant> {
        self.open.iter().map(|prompt| prompt.expires_at).min()
    }

    /// How many askers are remembered.
    #[cfg(test)]
    pub(crate) fn askers(&self) -> usize {
        self.rates.0.len()
    }

    pub(crate) fn wire(&self) -> Vec<wire::Prompt> {
        self.open.iter().map(Prompt::wire).collect()
    }

    /// Which prompt makes room, if one must. Only what the agent stands behind may push out something, and only what he does not stand behind may go for it.
    /// What he selects himself has room in any case.
    fn leaving(&self, request: &Request) -> Result<Option<usize>, TooMany> {
        if self.open.len() < MAX_OPEN {
            return Ok(None);
        }
        let weak = self.open.iter().position(|prompt| !prompt.request.vouched).filter(|_| request.vouched);
        let oldest = (request.source == PromptSource::Selection).then_some(0);
        weak.or(oldest).ok_or(TooMany).map(Some)
    }
}

/// How often each asked lately.
#[derive(Debug, Default)]
struct Rates(Vec<Asked>);

#[derive(Debug)]
struct Asked {
    who: Who,
    vouched: bool,
    bucket: Bucket,
}

impl Rates {
    fn allow(&mut self, who: &Who, vouched: bool, now: Instant) -> bool {
        // The agent's own key needs no limit, and a link was counted when it was opened.
        matches!(who, Who::Selection | Who::Link) || self.take(who, vouched, now)
    }

    /// Bounded: a page can have any number of names. While strangers without a click crowd it, only those who can show one
    /// get in.
    fn take(&mut self, who: &Who, vouched: bool, now: Instant) -> bool {
        if let Some(known) = self.0.iter_mut().find(|known| known.who == *who) {
            known.vouched |= vouched;
            return known.bucket.take(ASKS, now);
        }
        if self.0.len() >= MAX_ASKERS {
            self.0.retain(|known| !known.bucket.is_full(now));
        }
        if self.0.len() >= MAX_ASKERS {
            let weak = self.0.iter().position(|known| !known.vouched).filter(|_| vouched);
            let Some(weak) = weak else { return false };
            self.0.remove(weak);
        }
        let mut bucket = Bucket::default();
        let taken = bucket.take(ASKS, now);
        self.0.push(Asked { who: who.clone(), vouched, bucket });
        taken
    }
}

fn name(id: u64) -> String {
    format!("p{id}")
}

/// How often one asker may ask.
const ASKS: Rate = Rate { burst: 5, every: Duration::from_secs(5) };
/// How long a prompt waits for the agent.
const WAITS: Duration = Duration::from_secs(60);
const MAX_OPEN: usize = 8;
/// How many askers are remembered at once.
const MAX_ASKERS: usize = 256;
