//! Any text as a number, under the rules that its first two bytes choose: what is dialled is of a few characters, of
//! bounded length, and the same when it is dialled again.
#![no_main]

use desk::{DialAs, Rules, Target};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let [country, form, text @ ..] = bytes else { return };
    let Ok(text) = str::from_utf8(text) else { return };
    let _ = Target::parse(text);
    let rules = rules(*country, *form);
    let Ok(number) = rules.read(text, "pbx.example") else { return };
    let (dialled, user) = (number.target.to_string(), number.target.user());
    assert!(!user.is_empty() && user.len() <= 96 && dialled.len() <= 400, "{dialled}");
    assert!(!dialled.chars().any(|c| c.is_control() || c.is_whitespace() || ";?,<>\"%".contains(c)), "{dialled:?}");
    assert!(!user.contains(['@', ':', '/']), "{dialled:?}");
    assert!(!number.shown.chars().any(char::is_control), "{:?}", number.shown);
    let sent_later = number.post_dial.as_deref().unwrap_or("1");
    assert!((1..=64).contains(&sent_later.len()), "{sent_later}");
    assert!(sent_later.chars().all(|c| c.is_ascii_digit() || "*#,".contains(c)), "{sent_later}");
    // What reaches out of the PBX by digits alone is bounded by E.164 only if it is known, but never has letters.
    if number.target.host().is_none() && !user.contains(|c: char| c.is_ascii_alphabetic()) {
        let plain = user.strip_prefix('+').unwrap_or(user);
        assert!(plain.chars().all(|c| c.is_ascii_digit() || "*#".contains(c)) || is_name(plain), "{user}");
    }
    // A list of calls keeps what was shown where bare digits may be a number at home or abroad.
    if rules.outside_prefix.is_empty() && rules.dial_as != DialAs::Digits {
        let again = rules.read(&dialled, "pbx.example").map(|again| again.target.to_string());
        assert_eq!(again.as_ref(), Ok(&dialled), "{text:?}");
    }
});

/// Marks without a letter or digit that RFC 3261 takes for a user.
fn is_name(user: &str) -> bool {
    user.chars().all(|c| c.is_ascii_alphanumeric() || "-_.!~*'&=+$#".contains(c))
}

fn rules(country: u8, form: u8) -> Rules {
    let countries = ["", "RU", "IR", "DE", "US", "GB", "TR", "AE", "IT", "BR", "KZ", "AT"];
    Rules {
        country: countries[usize::from(country) % countries.len()].to_owned(),
        extensions: if form & 4 == 0 { Vec::new() } else { vec!["100-199".to_owned(), "7xx".to_owned(), "*8".to_owned()] },
        dial_as: [DialAs::Typed, DialAs::E164, DialAs::National, DialAs::Digits][usize::from(form & 3)],
        outside_prefix: if form & 8 == 0 { String::new() } else { "9".to_owned() },
    }
}
