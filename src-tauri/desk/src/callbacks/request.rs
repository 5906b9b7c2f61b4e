//! Who is to be called back, and what becomes of asking twice.

use jiff::{SignedDuration, Timestamp};

use super::{Callbacks, Outcome, one::One, user};
use crate::{
    call::plain,
    card::{Deck, is_same, is_withheld},
    dial::Plan,
    intent::Made,
    update::{Desk, Now},
    wire::{AttemptResult, CallbackReason, Intent, NumberKind, PromptReason, Refusal, Via},
};

/// What a request says.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallbackForm {
    pub(crate) number: Option<String>,
    pub(crate) call: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) queue: Option<String>,
    pub(crate) due_at: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) key: Option<String>,
}

/// Whom somebody wants to be called back.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) number: String,
    pub(super) name: Option<String>,
    pub(super) queue: Option<String>,
    pub(super) reason: CallbackReason,
    pub(super) note: String,
    /// When they said.
    pub(super) due: Option<Timestamp>,
    /// When it is due if they said nothing.
    pub(super) due_else: Timestamp,
    pub(super) key: Option<String>,
    /// It is not known for certain which queue it came through.
    pub(super) of_any_queue: bool,
}

/// A number that may be called.
pub(super) struct Whom {
    pub(super) number: String,
    pub(super) shown: String,
    pub(super) post_dial: Option<String>,
    kind: NumberKind,
    /// It was read by the rules of a country: a whole number is known to be one.
    has_country: bool,
    /// Only if somebody wants it now.
    pub(super) is_risky: bool,
}

impl Wanted {
    pub(super) fn nobody(now: Now) -> Self {
        Self {
            number: String::new(),
            name: None,
            queue: None,
            reason: CallbackReason::Requested,
            note: String::new(),
            due: None,
            due_else: now.wall,
            key: None,
            of_any_queue: false,
        }
    }
}

impl Callbacks {
    /// The code of [`too_many`].
    pub(super) const FULL: &'static str = "too_many_callbacks";

    /// The open one that is meant: none that is being kept by a call right now.
    fn like(&self, number: &str, wanted: &Wanted) -> Option<String> {
        let open = || self.with_number(number).filter(|one| one.last_result() != Some(AttemptResult::Answered));
        let found = open().find(|one| one.queue == wanted.queue);
        let any = || {
            let fits = |one: &&One| {
                wanted.of_any_queue && wanted.queue.is_none()
                    || one.reason == CallbackReason::Missed && one.queue.is_none() && is_by_rule(wanted.reason)
            };
            open().find(fits)
        };
        found.or_else(any).map(|one| one.id.clone())
    }

    /// Strangers may fill their own places, and not those of the calls that were missed or of what the agent promises.
    fn room_for(&self, reason: CallbackReason) -> Result<(), Refusal> {
        let open = || self.waiting.iter().chain(&self.due).filter_map(|(_, id)| self.all.get(id));
        let requested = || open().filter(|one| one.reason == CallbackReason::Requested).count();
        let is_full = open().count() >= MOST_OPEN;
        if is_full || reason == CallbackReason::Requested && requested() >= MOST_REQUESTED {
            Err(too_many())
        } else {
            Ok(())
        }
    }

    /// Letters and digits, one of their kind for ever: the time, how many were made, and what is different at every start. Those
    /// of one desk stand in the order in which they were made.
    fn new_id(&mut self, seed: &str, now: Now) -> String {
        self.made += 1;
        let seed: String = seed.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
        format!("{:012x}{:04x}{seed}", now.wall.as_millisecond().max(0), self.made)
    }

    /// What is known better now.
    fn merge(&mut self, id: &str, wanted: &Wanted, now: Now) {
        let Some(one) = self.all.get_mut(id) else { return };
        let before = one.row();
        if !is_by_rule(wanted.reason) {
            one.since = Some(now.instant);
        }
        one.reason = one.reason.min_by_weight(wanted.reason);
        if wanted.name.is_some() {
            one.name.clone_from(&wanted.name);
        }
        if one.queue.is_none() {
            one.queue.clone_from(&wanted.queue);
        }
        one.add_note(&wanted.note);
        if let Some(key) = &wanted.key {
            one.add_wish(key);
            self.wishes.note(std::slice::from_ref(key), id);
        }
        let is_due = one.is_due;
        if one.row() != before {
            self.changed(id);
        }
        // Who asks for now, again and again, is not told of again and again.
        if let Some(due) = wanted.due.filter(|due| *due > now.wall || !is_due) {
            self.due_at(id, due);
        }
    }
}

impl CallbackReason {
    /// The one that binds more.
    fn min_by_weight(self, other: Self) -> Self {
        let rank = |reason: Self| match reason {
            Self::Promised => 0,
            Self::Requested => 1,
            Self::Abandoned => 2,
            Self::Missed => 3,
        };
        if rank(other) < rank(self) { other } else { self }
    }
}

impl Desk {
    /// The agent promises it.
    pub(crate) fn request_callback(&mut self, form: &CallbackForm, now: Now) -> Outcome {
        self.request(form, CallbackReason::Promised, now)
    }

    /// A program that may send events asks: for callbacks, and for nothing else.
    pub(crate) fn receiver_intends(&mut self, intent: Intent, now: Now) -> Outcome {
        let Intent::RequestCallback { number, call: None, name, queue, due_at, note, key } = intent else {
            return Err(Refusal::forbidden("not_for_receiver", "Only callbacks can be asked for here"));
        };
        // What the agent works on is nothing to a stranger.
        let number = number.or_else(|| Some(String::new()));
        let form = CallbackForm { number, call: None, name, queue, due_at, note, key };
        self.request(&form, CallbackReason::Requested, now)
    }

    fn request(&mut self, form: &CallbackForm, reason: CallbackReason, now: Now) -> Outcome {
        // A time that has passed is now: it goes before nobody who waits already.
        let due = form.due_at.as_deref().map(|text| read_time(text, now)).transpose()?.map(|at| at.max(now.wall));
        let (number, name, queue) = self.asked_for(form)?;
        if form.number.is_some() {
            self.is_a_number(&number, reason)?;
        }
        let wanted = Wanted {
            number,
            name,
            queue,
            reason,
            note: lines(form.note.as_deref().unwrap_or_default())?,
            due,
            key: form.key.as_deref().map(read_key).transpose()?,
            ..Wanted::nobody(now)
        };
        let id = self.want(wanted, now)?;
        Ok(Made { callback: Some(id), ..Made::default() })
    }

    /// A form says a number: of a stranger's, a whole one. The telephone of a caller may have a name.
    fn is_a_number(&self, text: &str, reason: CallbackReason) -> Result<(), Refusal> {
        let whom = self.whom(text)?;
        let is_agents = reason == CallbackReason::Promised;
        let is_enough = match whom.kind {
            NumberKind::Extension | NumberKind::National | NumberKind::International => true,
            NumberKind::Unknown => is_agents || !whom.has_country && is_long(&whom.number),
            NumberKind::Address => is_agents && text.contains('@'),
            NumberKind::Emergency | NumberKind::Premium => false,
        };
        if is_enough { Ok(()) } else { Err(no_whole_number()) }
    }

    /// Number, name and queue: as they are given, else those of the call.
    fn asked_for(&self, form: &CallbackForm) -> Result<(String, Option<String>, Option<String>), Refusal> {
        let given = |text: &Option<String>| {
            let text = plain(text.as_deref().unwrap_or_default(), MAX_NAME);
            (!text.is_empty()).then_some(text)
        };
        let (name, queue) = (given(&form.name), given(&form.queue));
        if form.number.is_some() && form.call.is_none() {
            return Ok((form.number.clone().unwrap_or_default(), name, queue));
        }
        let card = Deck::name_of(self.deck.find(form.call.as_deref())?);
        let card = self.deck.wire().into_iter().find(|shown| shown.id == card);
        let (of_number, of_name, of_queue) =
            card.map(|card| (card.number, card.name, card.queue)).ok_or_else(|| {
                Refusal::malformed("unknown_card", "There is no such call or card; it may have left by now")
            })?;
        Ok((form.number.clone().unwrap_or(of_number), name.or(of_name), queue.or(of_queue)))
    }

    /// Makes a callback, or changes the one that there is; its id.
    pub(super) fn want(&mut self, mut wanted: Wanted, now: Now) -> Result<String, Refusal> {
        if !self.callbacks.restored {
            let detail = "The callbacks are still being read from the journal: try again in a moment";
            return Err(Refusal::conflict("callbacks_not_read", detail));
        }
        let whom = self.whom(&wanted.number)?;
        if let Some(known) = wanted.key.as_ref().and_then(|key| self.callbacks.wishes.of(key)) {
            let is_another = |one: &One| !is_same(user(&one.number), user(&whom.number));
            let is_taken = self.callbacks.all.get(known).is_some_and(is_another);
            return if is_taken { Err(key_taken()) } else { Ok(known.clone()) };
        }
        if let Some(digits) = &whom.post_dial {
            // As RFC 3966 writes an extension.
            wanted.note = format!(";ext={digits}\n{}", wanted.note).trim_end().to_owned();
        }
        if let Some(id) = self.callbacks.like(&whom.number, &wanted) {
            if self.callbacks.all.get(&id).is_some_and(|one| !one.has_room_for(&wanted.note)) {
                return Err(no_room());
            }
            self.callbacks.merge(&id, &wanted, now);
            return Ok(id);
        }
        self.callbacks.room_for(wanted.reason)?;
        let id = self.callbacks.new_id(&self.seed, now);
        let one = One {
            id: id.clone(),
            wishes: wanted.key.into_iter().collect(),
            number: whom.number,
            shown: whom.shown,
            is_risky: whom.is_risky,
            name: wanted.name,
            queue: wanted.queue,
            reason: wanted.reason,
            note: wanted.note,
            created_at: now.wall,
            due_at: wanted.due.unwrap_or(wanted.due_else),
            claimed_by: None,
            attempts: Vec::new(),
            closed: None,
            since: Some(now.instant),
            is_due: false,
            called_for: None,
            going: None,
            spoken: None,
        };
        self.callbacks.insert(one);
        self.callbacks.changed(&id);
        Ok(id)
    }

    /// Whom a text means, by the rules of the account that would call.
    ///
    /// # Errors
    /// If there is no number in it, or one that nobody calls back: a stranger may have asked for it.
    pub(super) fn whom(&self, text: &str) -> Result<Whom, Refusal> {
        if is_withheld(text.trim()) {
            let detail = "There is no number to call back: say which, as the caller's own was withheld or not given";
            return Err(Refusal::malformed("no_number", detail));
        }
        let Plan { number, account, .. } = self.plan(text, None, Some(Via::Softphone))?;
        let account = self.accounts.iter().find(|known| Some(known.id()) == account.as_ref());
        if number.risks.iter().any(|risk| NEVER.contains(risk)) {
            let detail = "Nobody is called back at such a number: emergency and premium numbers, feature codes and \
                          addresses elsewhere can only be dialled by hand";
            return Err(Refusal::malformed("callback_number_not_allowed", detail));
        }
        Ok(Whom {
            number: number.target.to_string(),
            shown: number.shown,
            post_dial: number.post_dial,
            kind: number.kind,
            has_country: account.is_some_and(|account| !account.settings.rules.country.is_empty()),
            is_risky: !number.risks.is_empty(),
        })
    }
}

/// As long as a number within a country, of which nothing more can be known.
fn is_long(number: &str) -> bool {
    (LOCAL..=WHOLE).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_by_rule(reason: CallbackReason) -> bool {
    matches!(reason, CallbackReason::Missed | CallbackReason::Abandoned)
}

/// A time that somebody may have meant: one that has passed, too, as clocks differ.
pub(super) fn read_time(text: &str, now: Now) -> Result<Timestamp, Refusal> {
    let refusal = || {
        let detail = "Write the time like 2026-11-27T15:30:00+03:00, within a year from now";
        Refusal::malformed("bad_time", detail)
    };
    let at: Timestamp = text.trim().parse().map_err(|_| refusal())?;
    if at.duration_since(now.wall).abs() > FARTHEST { Err(refusal()) } else { Ok(at) }
}

/// What was written, line by line, safe to show.
pub(super) fn lines(text: &str) -> Result<String, Refusal> {
    if text.len() > MAX_TEXT {
        return Err(Refusal::malformed("callback_note_too_long", "A note has 4 KiB at most: shorten it"));
    }
    let lines: Vec<_> = text.trim().lines().map(|line| plain(line, MAX_TEXT)).collect();
    Ok(lines.join("\n"))
}

pub(super) fn no_room() -> Refusal {
    let detail = "There is no room for this note beside what is written already: shorten it";
    Refusal::malformed("callback_note_too_long", detail)
}

fn read_key(key: &str) -> Result<String, Refusal> {
    let key = key.trim();
    if (1..=MAX_KEY).contains(&key.len()) && !key.chars().any(char::is_control) {
        Ok(key.to_owned())
    } else {
        Err(Refusal::malformed("bad_key", "A key has 1 to 200 characters, and no line breaks"))
    }
}

fn no_whole_number() -> Refusal {
    let detail =
        "This is no whole number: write it with its country code, like +7 495 229-49-89, or as an extension of the PBX";
    Refusal::malformed("callback_number_not_whole", detail)
}

fn key_taken() -> Refusal {
    let detail = "This key was given for another number: each wish needs a key of its own";
    Refusal::conflict("key_taken", detail)
}

fn too_many() -> Refusal {
    let detail = "So many callbacks are open already that no more are taken: close some that nobody needs any more";
    Refusal::conflict(Callbacks::FULL, detail)
}

/// A site could make us call such for its own profit; a machine never dials them.
const NEVER: [PromptReason; 4] =
    [PromptReason::Emergency, PromptReason::Premium, PromptReason::FeatureCode, PromptReason::ForeignDomain];
const MOST_OPEN: usize = 1_000;
/// Of these, those that anybody may ask for.
const MOST_REQUESTED: usize = 500;
const FARTHEST: SignedDuration = SignedDuration::from_hours(24 * 366);
const MAX_NAME: usize = 128;
const MAX_TEXT: usize = 4 * 1024;
const MAX_KEY: usize = 200;
/// Digits: fewer are an extension or a service, and no more than these are a number anywhere.
const LOCAL: usize = 7;
const WHOLE: usize = 15;
