//! `[callback_line]`: the line that calls back by itself.

use std::time::Duration;

use desk::{HandOver, LineBy, LineMethod, LineNext, LineRules, ReadAt, Rules};
use toml_edit::DocumentMut;

use super::{
    Problem,
    section::Section,
    write::{put, table},
};

/// What was read, and sentences for the log.
pub(super) fn read(section: &Section<'_>) -> Result<(LineRules, Vec<String>), Problem> {
    let usual = LineRules::default();
    let enabled = section.bool("enabled")?.unwrap_or(usual.enabled);
    let account = section.filled("account")?;
    if enabled && account.is_none() {
        let mend = "write which account's calls are ended and called back, by its id, like account = \"line\"";
        return Err(section.problem("account", mend));
    }
    let by = section.choice("by", BY)?.unwrap_or_default();
    let time = |key, usual| Ok(section.seconds(key, HOUR)?.map_or(usual, |time| Duration::from_secs(time.into())));
    let rules = LineRules {
        configured: account.is_some(),
        enabled,
        account: account.unwrap_or_default(),
        lines: lines(section)?,
        by,
        method: method(section)?,
        trunk: section.filled("trunk")?,
        caller_id: caller_id(section)?,
        delay: time("delay", usual.delay)?,
        digit_timeout: time("timeout", usual.digit_timeout)?,
        first_digit_timeout: time("first_digit_timeout", usual.first_digit_timeout)?,
        ring_timeout: time("ring_timeout", usual.ring_timeout)?,
        next: next(section, by)?,
        hand_over: section.choice("hand_over", HAND_OVER)?.unwrap_or_default(),
        allow: allow(section)?,
        may_reach: may_reach(section)?,
        per_hour: section.whole("per_hour", 1, MOST_AN_HOUR)?.unwrap_or(usual.per_hour),
        per_hour_each: section.whole("per_hour_each", 1, MOST_AN_HOUR)?.unwrap_or(usual.per_hour_each),
        refuse_with: refuse_with(section)?.unwrap_or(usual.refuse_with),
    };
    let mut warnings = section.unknown_keys(KEYS);
    warnings.extend(reaches_nobody(section, &rules));
    Ok((rules, warnings))
}

/// Those keys that a file sets, as a policy locks them.
pub(super) fn set_keys(root: &Section<'_>) -> Result<Vec<&'static str>, Problem> {
    let is_set = root.section("callback_line")?.has("enabled");
    Ok(is_set.then_some("callback_line.enabled").into_iter().collect())
}

/// Writes whether it works.
pub(super) fn write(document: &mut DocumentMut, on: bool) {
    if let Some(line) = table(document, "callback_line") {
        put(line, "enabled", on);
    }
}

/// Whom it calls.
fn method(section: &Section<'_>) -> Result<LineMethod, Problem> {
    Ok(match section.choice("method", METHODS)?.unwrap_or(Method::Caller) {
        Method::Caller => LineMethod::Caller,
        Method::Number => {
            let mend = "write whom to call, like number = \"+74952294989\"";
            LineMethod::Number(checked(section, "number", section.wanted("number", mend)?, is_number, mend)?)
        }
        Method::Extension => {
            let mend = "write which extension to call, like extension = \"101\"";
            LineMethod::Extension(checked(section, "extension", section.wanted("extension", mend)?, is_name, mend)?)
        }
    })
}

/// What comes after the answer.
fn next(section: &Section<'_>, by: LineBy) -> Result<LineNext, Problem> {
    let number = |mend: &str| {
        let number = section.wanted("next_number", mend)?;
        checked(section, "next_number", number, is_name, mend)
    };
    Ok(match section.choice("next", NEXT)?.unwrap_or(Next::Agent) {
        Next::Agent => LineNext::Agent,
        Next::Extension => LineNext::Extension(number("write which extension they get, like next_number = \"101\"")?),
        Next::Queue => LineNext::Queue(number("write what reaches the queue, like next_number = \"500\"")?),
        Next::Digits => {
            let length = section.whole("digits", 1, LONGEST_NUMBER)?;
            let mend = "write how many digits a number has, like digits = 3";
            let length = length.ok_or_else(|| section.problem("digits", mend))?;
            let read_at = if by == LineBy::Manager { Some(read_at(section)?) } else { None };
            LineNext::Digits { length: u8::try_from(length).unwrap_or(u8::MAX), read_at }
        }
    })
}

/// Where the PBX reads digits.
fn read_at(section: &Section<'_>) -> Result<ReadAt, Problem> {
    let context =
        "write the context of the PBX that reads digits and leads inside alone, like context = \"callback-digits\"";
    let extension = "write where it begins in that context, like read_extension = \"s\"";
    Ok(ReadAt {
        context: checked(section, "context", section.wanted("context", context)?, is_context, context)?,
        extension: checked(
            section,
            "read_extension",
            section.wanted("read_extension", extension)?,
            is_name,
            extension,
        )?,
    })
}

fn lines(section: &Section<'_>) -> Result<Vec<String>, Problem> {
    let is_line = |text: &str| is_number(text) || is_name(text);
    all(section, "lines", is_line, "write numbers that were called, like lines = [\"+74950000100\"]")
}

fn allow(section: &Section<'_>) -> Result<Vec<String>, Problem> {
    let is_caller = |text: &str| match text.strip_suffix('*') {
        Some(beginning) => is_number(beginning),
        None => is_number(text) || are_extensions(text),
    };
    all(section, "allow", is_caller, "write callers like \"+74952294989\", \"+7495*\" or extensions like \"1xx\"")
}

fn may_reach(section: &Section<'_>) -> Result<Vec<String>, Problem> {
    all(section, "may_reach", are_extensions, "write what may be dialled, like \"1xx\" or \"500-599\"")
}

fn caller_id(section: &Section<'_>) -> Result<Option<String>, Problem> {
    let Some(text) = section.filled("caller_id")? else { return Ok(None) };
    let is_plain = |text: &str| {
        let digits = text.strip_prefix('+').unwrap_or(text);
        (1..=32).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    checked(section, "caller_id", text, is_plain, "write digits, perhaps behind a +, like \"74950000100\"").map(Some)
}

/// A status that says no, and asks for nothing.
fn refuse_with(section: &Section<'_>) -> Result<Option<u16>, Problem> {
    let Some(status) = section.integer("refuse_with")? else { return Ok(None) };
    REFUSALS.iter().find(|known| i64::from(**known) == status).map(|known| Some(*known)).ok_or_else(|| {
        let known: Vec<_> = REFUSALS.iter().map(u16::to_string).collect();
        section.problem("refuse_with", format!("write one of {}", known.join(", ")))
    })
}

/// What was set up, and lets nobody get anywhere.
fn reaches_nobody(section: &Section<'_>, rules: &LineRules) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut warn = |key, mend: &str| warnings.push(section.problem(key, mend).to_string());
    if rules.enabled && rules.method == LineMethod::Caller && rules.allow.is_empty() {
        warn("allow", "nobody is called back: name callers like allow = [\"+74952294989\", \"+7495*\"]");
    }
    if rules.enabled && matches!(rules.next, LineNext::Digits { read_at: None, .. }) && rules.may_reach.is_empty() {
        warn("may_reach", "nobody can be reached by digits: name numbers like may_reach = [\"1xx\"]");
    }
    if matches!(rules.next, LineNext::Digits { read_at: Some(_), .. }) && !rules.may_reach.is_empty() {
        let mend = "with by = \"ami\" the PBX's context alone decides what may be reached: leave it out, and look at that context";
        warn("may_reach", mend);
    }
    warnings
}

fn all(section: &Section<'_>, key: &str, fits: impl Fn(&str) -> bool, mend: &str) -> Result<Vec<String>, Problem> {
    let texts = section.strings(key)?.unwrap_or_default();
    if texts.len() > MOST_ENTRIES {
        return Err(section.problem(key, format!("these are more than {MOST_ENTRIES}: name fewer")));
    }
    texts.into_iter().map(|text| checked(section, key, text, &fits, mend)).collect()
}

fn checked(
    section: &Section<'_>,
    key: &str,
    text: String,
    fits: impl Fn(&str) -> bool,
    mend: &str,
) -> Result<String, Problem> {
    let text = text.trim();
    if fits(text) { Ok(text.to_owned()) } else { Err(section.problem(key, format!("{text:?} is none: {mend}"))) }
}

/// Digits, what people put between them, and a `+` before.
fn is_number(text: &str) -> bool {
    let rest = text.strip_prefix('+').unwrap_or(text);
    text.len() <= 32 && has_digit(rest) && rest.bytes().all(|byte| byte.is_ascii_digit() || b" -.()".contains(&byte))
}

fn are_extensions(text: &str) -> bool {
    Rules { extensions: vec![text.to_owned()], ..Rules::default() }.check().is_ok()
}

/// An extension, or another name of the PBX that can be dialled.
fn is_name(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte))
}

fn is_context(text: &str) -> bool {
    (1..=80).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

#[derive(Clone, Copy)]
enum Method {
    Caller,
    Number,
    Extension,
}

#[derive(Clone, Copy)]
enum Next {
    Agent,
    Extension,
    Queue,
    Digits,
}

const KEYS: &[&str] = &[
    "enabled",
    "account",
    "lines",
    "by",
    "method",
    "number",
    "extension",
    "trunk",
    "caller_id",
    "delay",
    "timeout",
    "first_digit_timeout",
    "ring_timeout",
    "next",
    "next_number",
    "digits",
    "context",
    "read_extension",
    "hand_over",
    "allow",
    "may_reach",
    "per_hour",
    "per_hour_each",
    "refuse_with",
];
const BY: &[(&str, LineBy)] = &[("sip", LineBy::Sip), ("ami", LineBy::Manager)];
const METHODS: &[(&str, Method)] =
    &[("caller", Method::Caller), ("number", Method::Number), ("extension", Method::Extension)];
const NEXT: &[(&str, Next)] =
    &[("agent", Next::Agent), ("extension", Next::Extension), ("queue", Next::Queue), ("digits", Next::Digits)];
const HAND_OVER: &[(&str, HandOver)] = &[("refer", HandOver::Refer), ("bridge", HandOver::Bridge)];
/// Forbidden, not found, unavailable, busy, not acceptable here, busy everywhere, declined, nowhere, unwanted.
const REFUSALS: &[u16] = &[403, 404, 480, 486, 488, 600, 603, 604, 607];
const HOUR: u32 = 3600;
const MOST_AN_HOUR: u32 = 1_000;
const MOST_ENTRIES: usize = 1_000;
/// E.164 §6.2.
const LONGEST_NUMBER: u32 = 15;
