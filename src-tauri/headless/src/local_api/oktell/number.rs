//! The number of a command: nothing but what a telephone has keys for.

use desk::wire::Refusal;

/// `+ 0-9 * # A-D`, after taking out blanks and `-().`; Persian and Arabic digits become ASCII ones.
///
/// # Errors
/// If there is anything else in it, nothing at all, or too much.
pub(super) fn strict(number: Option<String>) -> Result<String, Refusal> {
    let number = number.ok_or_else(|| Refusal::malformed("target_missing", "Which number? Send number=…"))?;
    if number.len() > MAX_TEXT {
        return Err(undialable());
    }
    let is_separator = |c: &char| [' ', '\u{a0}', '-', '(', ')', '.'].contains(c);
    let dialled: String = number.chars().filter(|c| !is_separator(c)).map(ascii_digit).collect();
    let keys = dialled.strip_prefix('+').unwrap_or(&dialled);
    let is_key = |c: char| c.is_ascii_digit() || "*#ABCD".contains(c);
    if keys.is_empty() || dialled.len() > MAX_KEYS || !keys.chars().all(is_key) {
        return Err(undialable());
    }
    Ok(dialled)
}

/// Fewer than the desk reads, which also knows full-width digits and signs: a command is no text that somebody copied.
fn ascii_digit(c: char) -> char {
    let zero = match c {
        '\u{660}'..='\u{669}' => 0x660,
        '\u{6f0}'..='\u{6f9}' => 0x6f0,
        _ => return c,
    };
    char::from_digit(u32::from(c) - zero, 10).unwrap_or(c)
}

fn undialable() -> Refusal {
    Refusal::malformed("target_undialable", "A number has the keys + 0-9 * # A-D, and at most 32 of them")
}

const MAX_KEYS: usize = 32;
/// With separators, and two bytes to a foreign digit.
const MAX_TEXT: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_go_and_keys_stay() {
        for (text, dialled) in [
            ("74952294989", "74952294989"),
            ("+7 (495) 229-49-89", "+74952294989"),
            ("8.800.555.35.35", "88005553535"),
            ("*21#", "*21#"),
            ("12A", "12A"),
            ("۰۲۱-۱۲۳", "021123"),
            ("٠٢١", "021"),
            ("+7\u{a0}495", "+7495"),
        ] {
            assert_eq!(strict(Some(text.to_owned())).as_deref(), Ok(dialled), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let long = "1".repeat(33);
        for text in [
            "",
            " ",
            "+",
            "()",
            "12+3",
            "++7",
            "12a",
            "1;ext=2",
            "1,2",
            "1?Replaces=x",
            "sip:1@evil.example",
            "1@evil.example",
            "1\r\nX: y",
            "1\n",
            "1\t2",
            "1\0",
            "1%32",
            "1&number=2",
            "один",
            "1\u{202e}2",
            "1\u{200b}",
            "１２",
            &long,
        ] {
            assert!(strict(Some(text.to_owned())).is_err(), "{text:?}");
        }
        assert_eq!(strict(None).map_err(|refusal| refusal.code), Err("target_missing".to_owned()));
        assert!(strict(Some("1".repeat(32))).is_ok());
    }
}
