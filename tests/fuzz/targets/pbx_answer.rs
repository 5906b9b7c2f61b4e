//! Any bytes as the answer of a PBX: the first two are the status, the third says what it claims to be.
#![no_main]

use cti::{Trouble, http::Answer, oktell, simotel};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let &[high, low, kind, ref body @ ..] = bytes else { return };
    let types = [None, Some("text/xml; charset=utf-16"), Some("application/json"), Some("text/html"), Some("text/plain")];
    let text = String::from_utf8_lossy(body).into_owned();
    let answer = Answer {
        // Mostly one that is read on.
        status: if high < 200 { 200 } else { u16::from_be_bytes([high % 4, low]) },
        content_type: types.get(usize::from(kind) % 8).copied().flatten().map(str::to_owned),
        location: Some(text.chars().take(200).collect()),
        body: body.to_vec(),
        complete: kind < 128,
        ..Answer::default()
    };
    let taken = oktell::read(&answer);
    assert_eq!(taken.is_ok(), (200..300).contains(&answer.status));
    if let Err(trouble) = taken {
        is_a_sentence(&trouble);
    }
    match oktell::read_script(&answer) {
        Ok(run) => assert!(run.return_value.is_none_or(|value| value.len() <= 3 * body.len())),
        Err(trouble) => is_a_sentence(&trouble),
    }
    match simotel::read(&answer) {
        Ok(accepted) => assert!(accepted.id.is_none_or(|id| id.lines().count() == 1)),
        Err(trouble) => is_a_sentence(&trouble),
    }
});

/// One line for people, whatever the PBX said.
fn is_a_sentence(trouble: &Trouble) {
    let detail = &trouble.detail;
    assert!(detail.chars().count() < 500 && !detail.chars().any(char::is_control), "{detail:?}");
}
