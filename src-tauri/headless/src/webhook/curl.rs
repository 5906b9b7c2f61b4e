//! A request as a line for a shell that sends it once more.

use std::fmt::Write as _;

use super::seen::Kept;

/// The line; `None` if no line can hold it. What was sent stays text: nothing in it reaches the shell, and nothing of it is
/// taken for a file.
pub(super) fn line(address: &str, username: Option<&str>, kept: &Kept) -> Option<String> {
    if !kept.is_whole || kept.body.len() > MAX_BODY || kept.body.contains(&0) {
        return None;
    }
    // An address without a machine is everybody's; this machine's does for a try.
    let address = address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
    let url = quoted(format!("{address}{}", kept.target).as_bytes());
    let mut line = format!("curl -g -X {} {url}", kept.method);
    if let Some(username) = username {
        push(&mut line, "-u", format!("{username}:PASSWORD").as_bytes());
    }
    let content_type = kept.content_type.as_deref().map(|kind| format!("Content-Type: {kind}"));
    if content_type.is_some() || !kept.body.is_empty() {
        // Without a value curl leaves the header out, which it would invent otherwise.
        push(&mut line, "-H", content_type.as_deref().unwrap_or("Content-Type:").as_bytes());
    }
    if !kept.body.is_empty() {
        push(&mut line, "--data-raw", &kept.body);
    }
    Some(line)
}

fn push(line: &mut String, option: &str, value: &[u8]) {
    line.push(' ');
    line.push_str(option);
    line.push(' ');
    line.push_str(&quoted(value));
}

/// Between quotes; what a terminal would act on, or people would misread, by its bytes.
fn quoted(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) if text.chars().all(is_harmless) => format!("'{}'", text.replace('\'', r"'\''")),
        _ => {
            let mut quoted = String::from("$'");
            for byte in value {
                match byte {
                    b'\n' => quoted.push_str(r"\n"),
                    b'\\' | b'\'' => quoted.extend(['\\', char::from(*byte)]),
                    b' '..=b'~' => quoted.push(char::from(*byte)),
                    // Writing into a text cannot fail. Three digits, so that no digit behind them is taken for theirs.
                    _ => drop(write!(quoted, r"\{byte:03o}")),
                }
            }
            quoted.push('\'');
            quoted
        }
    }
}

/// No control character, and none that turns the direction of a line or cannot be seen.
fn is_harmless(c: char) -> bool {
    let is_unseen =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !c.is_control() && !is_unseen
}

/// Longer bodies make no line that anybody would paste.
const MAX_BODY: usize = 4096;
