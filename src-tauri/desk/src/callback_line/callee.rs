//! Who is called back, if anybody: where toll fraud is kept out.
//!
//! Whoever calls the line chooses what their number looks like, and the call back is paid for by whoever runs the line. So a
//! caller is called only by a number that the settings name, read as the account reads numbers: `8495…` and `+7495…` are the
//! same. Never called are emergency and premium numbers, service codes, short numbers that are no extensions, names, and this
//! desk itself, whoever is named; numbers abroad only where they are named in full.

use crate::{
    card::is_withheld,
    number::{DialAs, Extensions, Number, Rules, ascii_digit},
    wire::{NumberKind, PromptReason},
};

use super::{
    reason::Reason,
    rules::{LineMethod, LineRules},
};

/// How callers and numbers are read.
pub(super) struct Reading<'a> {
    pub(super) rules: &'a LineRules,
    /// By the account of the line.
    pub(super) line: &'a Rules,
    /// By who dials, if that is somebody else.
    pub(super) dials: Option<&'a Rules>,
    /// Names and numbers of this desk.
    pub(super) own: Vec<&'a str>,
}

/// Who is called back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Callee {
    /// The same for all spellings.
    pub(super) key: String,
    /// What is dialled.
    pub(super) dialled: String,
    /// The same for people.
    pub(super) shown: String,
    /// An extension: no trunk is needed.
    pub(super) is_inside: bool,
}

/// A number as an account understands it.
struct Known {
    number: Number,
    /// As it came, without separators.
    text: String,
    /// `74952294989`; what is no whole number, as it came.
    digits: String,
    /// `84952294989`.
    national: String,
    /// libphonenumber takes it for a whole number.
    is_whole: bool,
}

/// In which way the settings name a caller.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    InFull,
    ByPattern,
}

impl Reading<'_> {
    /// Whom a call from `caller` is for.
    pub(super) fn callee(&self, caller: &str) -> Result<Callee, Reason> {
        let known =
            Some(caller).filter(|caller| !is_withheld(caller)).and_then(|caller| Known::read(self.line, caller));
        let named = known.as_ref().and_then(|known| self.named(known));
        if self.rules.method == LineMethod::Caller {
            let known = known.ok_or(Reason::Withheld)?;
            let named = named.ok_or(Reason::CallerNotAllowed)?;
            return self.outside(&known, named == Named::InFull);
        }
        if named.is_none() && !self.rules.allow.is_empty() {
            return Err(if known.is_none() { Reason::Withheld } else { Reason::CallerNotAllowed });
        }
        self.fixed().unwrap_or(Err(Reason::NumberNotAllowed))
    }

    /// Whom everybody's call is for, if it is not the caller.
    pub(super) fn fixed(&self) -> Option<Result<Callee, Reason>> {
        match &self.rules.method {
            LineMethod::Caller => None,
            LineMethod::Number(number) => {
                let known = Known::read(self.line, number).ok_or(Reason::NumberNotAllowed);
                Some(known.and_then(|known| self.outside(&known, true)))
            }
            LineMethod::Extension(extension) => Some(self.inside(extension)),
        }
    }

    /// Whether a call that brought these headers was to one of the lines.
    pub(super) fn is_called(&self, headers: &[(String, String)]) -> bool {
        let lines = &self.rules.lines;
        let told = headers.iter().filter(|(name, _)| CALLED.iter().any(|known| known.eq_ignore_ascii_case(name)));
        lines.is_empty()
            || told.map(|(_, text)| user(text)).any(|called| self.is_among(called, lines.iter().map(String::as_str)))
    }

    /// Whether somebody who dials it would come back to the line.
    pub(super) fn is_line<'a>(&self, number: &str, mut names: impl Iterator<Item = &'a str>) -> bool {
        let lines = self.rules.lines.iter().map(String::as_str);
        self.is_among(number, lines) || (self.rules.lines.is_empty() && names.any(|name| name == number))
    }

    /// Whether digits lead where the settings let them, and nowhere that nobody may be led.
    pub(super) fn may_reach(&self, digits: &str) -> bool {
        let is_listed =
            self.rules.may_reach.iter().filter_map(|text| Extensions::read(text)).any(|some| some.contain(digits));
        let is_harmless = || self.line.read(digits, "").is_ok_and(|number| !is_never_called(&number));
        is_listed && is_harmless()
    }

    fn inside(&self, extension: &str) -> Result<Callee, Reason> {
        let is_name = (1..=MAX_NAME).contains(&extension.len())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte));
        let number = self.line.read(extension, "").ok();
        // A name is none that a trunk would take for a number.
        let is_inside = number.is_some_and(|number| match number.kind {
            NumberKind::Extension | NumberKind::Address => !is_risky(&number),
            NumberKind::Unknown => !is_risky(&number) && extension.len() < MIN_OUTSIDE,
            _ => false,
        });
        if !is_name || !is_inside || self.own.contains(&extension) {
            return Err(Reason::NumberNotAllowed);
        }
        let text = extension.to_owned();
        Ok(Callee { key: text.clone(), dialled: text.clone(), shown: text, is_inside: true })
    }

    /// A number, of which the one who dials must think as well as the line does.
    fn outside(&self, known: &Known, in_full: bool) -> Result<Callee, Reason> {
        if !known.may_be_called(in_full) || self.is_among(&known.text, self.own.iter().copied()) {
            return Err(Reason::NumberNotAllowed);
        }
        if known.number.kind == NumberKind::Extension {
            return self.inside(&known.text);
        }
        let dialled = match self.dials {
            Some(dials) => {
                // As it came it is likely to be what this PBX dials.
                let is_foreign = known.is_whole && dials.country != self.line.country;
                let text = if is_foreign { format!("+{}", known.digits) } else { known.text.clone() };
                let again =
                    Known::read(dials, &text).filter(|again| again.may_be_called(in_full) && !again.is_inside());
                again.ok_or(Reason::NumberNotAllowed)?.number.target.to_string()
            }
            None => known.number.target.to_string(),
        };
        Ok(Callee { key: known.digits.clone(), dialled, shown: known.number.shown.clone(), is_inside: false })
    }

    fn named(&self, known: &Known) -> Option<Named> {
        let mut named = self.rules.allow.iter().filter_map(|entry| self.names(entry, known));
        // One that is named in full stays so beside a pattern.
        let first = named.next()?;
        Some(if first == Named::InFull || named.any(|other| other == Named::InFull) { Named::InFull } else { first })
    }

    fn names(&self, entry: &str, known: &Known) -> Option<Named> {
        let Some(beginning) = entry.strip_suffix('*') else {
            let is_same = Known::read(self.line, entry).is_some_and(|entry| self.is_same(&entry, known));
            let is_extension =
                || Extensions::read(entry).is_some_and(|some| some.contain(&known.text)) && known.is_inside();
            return if is_same { Some(Named::InFull) } else { is_extension().then_some(Named::ByPattern) };
        };
        let beginning: String = beginning.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        let fits = match beginning.strip_prefix('+') {
            // Digits that are a number in the same town are not that number of the world.
            Some(digits) => (known.is_whole || self.line.country.is_empty()) && known.digits.starts_with(digits),
            None => known.digits.starts_with(&beginning) || known.national.starts_with(&beginning),
        };
        (fits && beginning.chars().any(|c| c.is_ascii_digit())).then_some(Named::ByPattern)
    }

    fn is_same(&self, one: &Known, other: &Known) -> bool {
        one.digits == other.digits && (one.is_whole == other.is_whole || self.line.country.is_empty())
    }

    fn is_among<'a>(&self, number: &str, mut names: impl Iterator<Item = &'a str>) -> bool {
        let known = Known::read(self.line, number);
        names.any(|name| {
            let is_same = |known: &Known| Known::read(self.line, name).is_some_and(|name| name.digits == known.digits);
            name == number || known.as_ref().is_some_and(is_same)
        })
    }
}

impl Known {
    /// Only digits, what people put between them, and a `+` before: nothing that could be read as an address, an extension behind
    /// a number, or a pause.
    fn read(rules: &Rules, text: &str) -> Option<Self> {
        let text: String = text.trim().chars().map(ascii_digit).filter(|c| !" -.()".contains(*c)).collect();
        let bare = text.strip_prefix('+').unwrap_or(&text);
        if !(MIN_NUMBER..=MAX_NUMBER).contains(&bare.len()) || !bare.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let number = rules.read(&text, "").ok()?;
        let is_whole = number.shown.starts_with('+');
        let digits =
            if is_whole { number.shown.chars().filter(char::is_ascii_digit).collect() } else { bare.to_owned() };
        let at_home = Rules { dial_as: DialAs::National, outside_prefix: String::new(), ..rules.clone() };
        let national =
            Some(&digits).filter(|_| is_whole).and_then(|digits| at_home.read(&format!("+{digits}"), "").ok());
        let national = national.map_or_else(|| digits.clone(), |number| number.target.user().to_owned());
        Some(Self { number, text, digits, national, is_whole })
    }

    fn is_inside(&self) -> bool {
        self.number.kind == NumberKind::Extension
    }

    fn may_be_called(&self, in_full: bool) -> bool {
        let is_abroad = self.number.risks.contains(&PromptReason::International);
        !is_never_called(&self.number)
            && match self.number.kind {
                NumberKind::Extension => true,
                // Longer or shorter than numbers are there: who knows what a provider makes of it.
                NumberKind::Unknown if self.text.starts_with('+') && !in_full => false,
                NumberKind::National | NumberKind::International | NumberKind::Unknown => {
                    self.digits.len() >= MIN_OUTSIDE && (in_full || !is_abroad)
                }
                NumberKind::Emergency | NumberKind::Premium | NumberKind::Address => false,
            }
    }
}

fn is_never_called(number: &Number) -> bool {
    let never =
        [PromptReason::Emergency, PromptReason::Premium, PromptReason::FeatureCode, PromptReason::ForeignDomain];
    number.post_dial.is_some() || number.risks.iter().any(|risk| never.contains(risk))
}

fn is_risky(number: &Number) -> bool {
    is_never_called(number) || !number.risks.is_empty()
}

/// The user of `"Name" <sip:user@host>;…`, or the text itself.
fn user(text: &str) -> &str {
    let address =
        ["sip:", "sips:", "tel:"].iter().find_map(|scheme| text.split_once(scheme)).map_or(text, |(_, rest)| rest);
    address.split(['@', '>', ';', ':']).next().unwrap_or_default().trim()
}

/// Where a PBX says which number was called.
const CALLED: [&str; 7] =
    ["To", "P-Called-Party-ID", "X-DID", "X-Called-Number", "X-Dialed-Number", "Diversion", "History-Info"];
const MIN_NUMBER: usize = 2;
/// E.164 §6.2, and what may be dialled before it.
const MAX_NUMBER: usize = 18;
/// Shorter numbers are extensions, service codes, or belong to a town.
const MIN_OUTSIDE: usize = 7;
const MAX_NAME: usize = 32;
