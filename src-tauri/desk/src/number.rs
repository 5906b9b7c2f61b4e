//! What a text would really dial, by the rules of an account: its country, its extensions, what the PBX wants before a
//! number.
//!
//! ```text
//!   text ──► spelling ──► digits ──► a code, help, an extension ──────────────► as typed
//!                           └──────► plan (libphonenumber) ──► a number outside ──► dial_as, outside_prefix
//! ```

mod character;
mod emergency;
mod extension;
mod plan;
pub(crate) mod spelling;
mod words;

use rlibphonenumber::PhoneNumber;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub(crate) use self::{character::ascii_digit, extension::Extensions};
use self::{
    character::is_dialled,
    plan::{Plan, Reading},
    spelling::{Digits, Spelling},
};
use crate::{
    target::{Target, TargetError},
    wire::{NumberKind, PromptReason},
};

/// How an account reads and dials numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, rename = "NumberRules")]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// ISO 3166 region that numbers without a country code belong to, `RU`; empty if none is assumed.
    pub country: String,
    /// Numbers inside the PBX: `100-199`, `7xx`.
    pub extensions: Vec<String>,
    /// The form in which the PBX wants numbers.
    pub dial_as: DialAs,
    /// Digits before every number outside, like `9`.
    pub outside_prefix: String,
}

/// The form in which a PBX wants numbers outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum DialAs {
    /// As typed, without separators.
    #[default]
    Typed,
    /// `+74952294989`.
    E164,
    /// As within the country, `84952294989`; numbers abroad with the international prefix.
    National,
    /// `74952294989`.
    Digits,
}

/// A text as an account understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    /// What to dial.
    pub target: Target,
    /// The same for people.
    pub shown: String,
    /// Digits to send once the call is up.
    pub post_dial: Option<String>,
    /// What kind of number it is.
    pub kind: NumberKind,
    /// Its ISO 3166 region.
    pub region: Option<String>,
    /// Why a page or a link may not dial it unasked: `Emergency`, `Premium`, `ForeignDomain`, `International`,
    /// `FeatureCode`.
    pub risks: Vec<PromptReason>,
}

/// What is wrong with the rules of an account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// No such country.
    #[error("“{0}” is no country: give two letters like RU, IR, DE, GB or US, or leave it empty")]
    Country(String),
    /// A range that cannot be read.
    #[error(
        "“{0}” are no extensions: write 100-199 with as many digits on both sides, 7xx with an x for any digit, or 700"
    )]
    Extensions(String),
    /// More than a few digits.
    #[error("“{0}” cannot go before numbers: give one to four digits like 9, or leave it empty")]
    OutsidePrefix(String),
}

impl RulesError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Country(_) => "bad_country",
            Self::Extensions(_) => "bad_extensions",
            Self::OutsidePrefix(_) => "bad_outside_prefix",
        }
    }

    /// The field, as the settings call it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Country(_) => "country",
            Self::Extensions(_) => "extensions",
            Self::OutsidePrefix(_) => "outside_prefix",
        }
    }
}

impl Rules {
    /// Whether the rules make sense; what does not is passed over when a number is read.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn check(&self) -> Result<(), RulesError> {
        if !self.country.is_empty() && plan::region(&self.country).is_none() {
            return Err(RulesError::Country(self.country.clone()));
        }
        if let Some(text) = self.extensions.iter().find(|text| Extensions::read(text).is_none()) {
            return Err(RulesError::Extensions(text.clone()));
        }
        let prefix = &self.outside_prefix;
        if prefix.len() > MAX_PREFIX || !prefix.chars().all(|c| c.is_ascii_digit()) {
            return Err(RulesError::OutsidePrefix(prefix.clone()));
        }
        Ok(())
    }

    /// A number as people write it, and as all the world does (`+74952294989`); `None` if it is none that is known.
    pub(crate) fn known(&self, number: &str) -> Option<(String, String)> {
        let digits: String = number.chars().map(ascii_digit).filter(|c| is_dialled(*c)).collect();
        if digits.len() < MIN_OUTSIDE || self.has_extension(&digits) {
            return None;
        }
        match Plan::of(&self.country).read(&digits) {
            Reading::Whole { number, .. } => Some((plan::shown(&number), plan::globally(&number))),
            _ => None,
        }
    }

    /// Loads what the first number would wait for, some milliseconds: call it from a thread of its own after the start.
    pub fn warm(&self) {
        Plan::of(&self.country).warm();
    }

    /// Reads what a person typed or a link carried. `domain` is the account's own.
    ///
    /// What a page or link could do harm with is told in [`Number::risks`]:
    ///
    /// - `Emergency`: 112 and 911, what the country has besides, also behind the outside prefix. A number that the settings
    ///   call an extension is one, except 112 and 911.
    /// - `Premium`: premium rate and shared cost, of any country.
    /// - `FeatureCode`: `*72…` and the like may forward calls or change the line; those among the extensions may not.
    /// - `ForeignDomain`: an address at another host than `domain`.
    /// - `International`: a number under another calling code than the account's. +1 is many countries: from the USA and
    ///   Canada these two are near, everything else is not. So an account in Russia is never asked about +7. Without a
    ///   country nothing is abroad, and it is only the satellites, the islands under +1 and a list of small countries that
    ///   fraud lives on. And digits that are no number we know: abroad by their `00`, or longer than twelve. Universal
    ///   freephone (+800) is free from everywhere.
    ///
    /// # Errors
    /// If there is nothing to dial in it.
    pub fn read(&self, text: &str, domain: &str) -> Result<Number, TargetError> {
        let plan = Plan::of(&self.country);
        match Spelling::read(text)? {
            Spelling::Digits(Digits { digits, host: Some(host), post_dial, .. }) if !is_same(&host, domain) => {
                let mut number = self.digits(plan, &digits, None);
                number.risks.insert(0, PromptReason::ForeignDomain);
                number.post_dial = post_dial;
                Ok(Number { kind: NumberKind::Address, region: None, ..number.at(digits, Some(host)) })
            }
            Spelling::Digits(Digits { digits, context, post_dial, .. }) => {
                Ok(Number { post_dial, ..self.digits(plan, &digits, context.as_deref()) })
            }
            Spelling::Name(name, None) => match plan.vanity(&name).filter(|_| spelling::is_vanity(&name)) {
                Some(digits) => Ok(self.digits(plan, &digits, None)),
                None => Ok(self.name(plan, name, None, domain)),
            },
            Spelling::Name(name, host) => Ok(self.name(plan, name, host, domain)),
            Spelling::Letters(text) => {
                let digits = plan.vanity(&text).ok_or(TargetError::Undialable)?;
                Ok(self.digits(plan, &digits, None))
            }
        }
    }

    fn digits(&self, plan: Plan, digits: &str, context: Option<&str>) -> Number {
        let there = context.map(Plan::of_code).and_then(Plan::country);
        let whole = format!("{}{digits}", context.unwrap_or_default());
        let help = self.help(&whole, &self.country).or_else(|| self.help(digits, &self.country));
        if let Some(help) = help.or_else(|| self.help(digits, there.as_deref()?)) {
            let kind = NumberKind::Emergency;
            return Number { kind, risks: vec![PromptReason::Emergency], ..Number::as_is(help) };
        }
        if self.has_extension(&whole) {
            return Number { kind: NumberKind::Extension, ..Number::as_is(whole) };
        }
        if whole.contains(['*', '#']) {
            return Number { risks: vec![PromptReason::FeatureCode], ..Number::as_is(whole) };
        }
        self.outside(plan, &whole)
    }

    /// A name that begins like a number may be that number to a PBX: its patterns need not look at the end.
    fn name(&self, plan: Plan, name: String, host: Option<String>, domain: &str) -> Number {
        let digits: String = name.chars().take_while(|c| !c.is_alphabetic()).filter(|c| is_dialled(*c)).collect();
        let plus = if name.starts_with('+') { "+" } else { "" };
        let mut number = Number::address(name, host, domain);
        if !digits.is_empty() {
            number.risks.extend(self.digits(plan, &format!("{plus}{digits}"), None).risks);
        }
        number
    }

    /// What to dial if it calls for help.
    fn help(&self, digits: &str, country: &str) -> Option<String> {
        let country = country.to_ascii_uppercase();
        let is_help = |digits: &str, whole: &str| {
            emergency::is_everywhere(digits)
                || (emergency::is_emergency(digits, &country) && !self.has_extension(whole))
        };
        let plain = digits.strip_prefix('+').unwrap_or(digits);
        if is_help(plain, plain) {
            return Some(plain.to_owned());
        }
        let behind = self.without_prefix(digits).filter(|rest| is_help(rest, digits));
        behind.map(|_| digits.to_owned())
    }

    fn has_extension(&self, digits: &str) -> bool {
        self.extensions.iter().filter_map(|text| Extensions::read(text)).any(|extensions| extensions.contain(digits))
    }

    fn without_prefix<'a>(&self, digits: &'a str) -> Option<&'a str> {
        digits.strip_prefix(&*self.outside_prefix).filter(|rest| !self.outside_prefix.is_empty() && !rest.is_empty())
    }

    /// A number that the PBX hands on.
    fn outside(&self, plan: Plan, typed: &str) -> Number {
        let digits = self.without_typed_prefix(plan, typed);
        match plan.read(digits) {
            Reading::Whole { number, certain } if certain || digits.len() >= MIN_OUTSIDE => {
                let is_premium = plan::is_premium(&number);
                let is_far = plan.is_far(&number, certain);
                let kind = match plan.is_national(&number) {
                    _ if is_premium => NumberKind::Premium,
                    true => NumberKind::National,
                    false => NumberKind::International,
                };
                let premium = is_premium.then_some(PromptReason::Premium);
                Number {
                    target: Target::new(self.dialled(plan, digits, &number), None),
                    shown: plan::shown(&number),
                    post_dial: None,
                    kind,
                    region: plan::country_of(&number),
                    risks: premium.into_iter().chain(is_far.then_some(PromptReason::International)).collect(),
                }
            }
            Reading::Local if digits.len() >= MIN_OUTSIDE => {
                let number = self.unknown(plan, digits);
                let kind = if number.kind == NumberKind::Premium { number.kind } else { NumberKind::National };
                Number { kind, region: plan.country(), ..number }
            }
            _ => self.unknown(plan, digits),
        }
    }

    /// Some type the prefix themselves, or dial again what was dialled with it.
    fn without_typed_prefix<'a>(&self, plan: Plan, typed: &'a str) -> &'a str {
        let Some(rest) = self.without_prefix(typed).filter(|_| plan.certain(typed).is_none()) else { return typed };
        let is_guess = || plan.guess(typed).is_none() && plan.guess(rest).is_some();
        if plan.certain(rest).is_some() || is_guess() { rest } else { typed }
    }

    /// Digits as they are. Short ones may be extensions that nobody put into the settings.
    fn unknown(&self, plan: Plan, digits: &str) -> Number {
        let mut number = Number::as_is(digits.to_owned());
        if digits.len() >= MIN_OUTSIDE && self.without_prefix(digits).is_none() {
            number.target = Target::new(self.prefixed(digits.to_owned()), None);
        }
        if emergency::may_be_behind_a_prefix(digits, &self.country) {
            number.risks.push(PromptReason::Emergency);
        }
        if plan.may_cost(digits) {
            number.kind = NumberKind::Premium;
            number.region = plan.country();
            number.risks.push(PromptReason::Premium);
        }
        if digits.len() >= MIN_OUTSIDE && plan.may_be_far(digits) {
            number.risks.push(PromptReason::International);
        }
        number
    }

    fn dialled(&self, plan: Plan, typed: &str, number: &PhoneNumber) -> String {
        let global = || plan::globally(number);
        let is_global = typed.starts_with('+');
        let no_plus = || global().trim_start_matches('+').to_owned();
        let form = match self.dial_as {
            DialAs::Typed if !is_global => typed.to_owned(),
            DialAs::Typed if self.outside_prefix.is_empty() => global(),
            DialAs::Typed | DialAs::National => {
                plan.nationally(number).unwrap_or_else(|| if is_global { global() } else { typed.to_owned() })
            }
            DialAs::E164 if self.outside_prefix.is_empty() => global(),
            DialAs::E164 | DialAs::Digits => no_plus(),
        };
        self.prefixed(form)
    }

    /// Behind a prefix a `+` would mean nothing: `00` is what most of the world dials for it.
    fn prefixed(&self, form: String) -> String {
        match form.strip_prefix('+') {
            Some(rest) if !self.outside_prefix.is_empty() => format!("{}00{rest}", self.outside_prefix),
            _ => format!("{}{form}", self.outside_prefix),
        }
    }
}

impl Number {
    fn as_is(digits: String) -> Self {
        Self {
            shown: digits.clone(),
            target: Target::new(digits, None),
            post_dial: None,
            kind: NumberKind::Unknown,
            region: None,
            risks: Vec::new(),
        }
    }

    fn address(name: String, host: Option<String>, domain: &str) -> Self {
        let is_foreign = host.as_ref().is_some_and(|host| !is_same(host, domain));
        let risks = is_foreign.then_some(PromptReason::ForeignDomain).into_iter().collect();
        Self { kind: NumberKind::Address, risks, ..Self::as_is(String::new()).at(name, host) }
    }

    fn at(self, user: String, host: Option<String>) -> Self {
        let target = Target::new(user, host);
        Self { shown: target.to_string(), target, ..self }
    }
}

/// The same host, whatever the case, the port and a last dot.
fn is_same(host: &str, domain: &str) -> bool {
    fn name(host: &str) -> &str {
        let end = match host.find(']') {
            Some(end) => end + 1,
            None => host.find(':').unwrap_or(host.len()),
        };
        host[..end].trim_end_matches('.')
    }
    !domain.is_empty() && name(host).eq_ignore_ascii_case(name(domain))
}

const MAX_PREFIX: usize = 4;
/// Shorter digits stay inside the PBX, unless libphonenumber knows them.
const MIN_OUTSIDE: usize = 6;

#[cfg(test)]
mod tests;
