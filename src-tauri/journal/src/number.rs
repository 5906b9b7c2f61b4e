//! Numbers as people and PBXs write them: +7 (495) 229-49-89, 84952294989, 4952294989 and ۰۹۱۲۱۲۳۴۵۶۷.

use crate::spelling::ascii_digit;

/// The digits, of any script, as ASCII.
pub(crate) fn digits(text: &str) -> String {
    text.chars().filter_map(ascii_digit).collect()
}

/// What all spellings of a number have in common: its last ten digits. What has fewer than seven, or letters, is known by
/// itself alone.
pub(crate) fn likeness(number: &str) -> String {
    let digits = digits(number);
    if digits.len() < LEAST_OUTSIDE || number.chars().any(char::is_alphabetic) {
        return number.trim().to_owned();
    }
    last_ten(&digits).to_owned()
}

/// Under which beginnings a number may be found that was typed like this, all of it or a piece: as typed; without the country
/// or the trunk prefix, which the number that is looked for may have been written without.
pub(crate) fn beginnings(typed: &str) -> Vec<String> {
    let digits = digits(typed);
    let mut found = vec![digits.clone()];
    if let Some(number) = international(typed, &digits) {
        add(&mut found, number);
        let national = &number[calling_code(number)..];
        add(&mut found, national.strip_prefix('0').unwrap_or(national));
    } else if digits.starts_with(['0', '8', '7']) {
        add(&mut found, &digits[1..]);
    }
    if digits.len() > TEN {
        add(&mut found, last_ten(&digits));
    }
    found
}

/// All ends of a number that are worth a look-up: a piece from its middle is the beginning of one of them.
pub(crate) fn ends(digits: &str) -> impl Iterator<Item = &str> {
    let digits = &digits[..digits.len().min(LONGEST)];
    (0..(digits.len() + 1).saturating_sub(LEAST_TYPED)).map(|start| &digits[start..])
}

fn add(found: &mut Vec<String>, rest: &str) {
    if rest.len() >= LEAST_TYPED && found.iter().all(|other| other != rest) {
        found.push(rest.to_owned());
    }
}

/// The number with its calling code, if it says that it has one: after +, 00, or Russia's 8 10.
fn international<'a>(typed: &str, digits: &'a str) -> Option<&'a str> {
    if typed.trim_start_matches(['(', ' ']).starts_with('+') {
        return Some(digits);
    }
    digits.strip_prefix("00").or_else(|| digits.strip_prefix("810"))
}

/// How long the calling code is that a number begins with (E.164).
fn calling_code(number: &str) -> usize {
    let length = match number.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    };
    length.min(number.len())
}

fn last_ten(digits: &str) -> &str {
    &digits[digits.len().saturating_sub(TEN)..]
}

/// A national number at its longest, nearly everywhere.
const TEN: usize = 10;
/// Fewer digits are an extension or a short number.
const LEAST_OUTSIDE: usize = 7;
/// Fewer digits say too little to look for them within numbers.
const LEAST_TYPED: usize = 3;
/// More digits than any number has are not looked at.
const LONGEST: usize = 24;
