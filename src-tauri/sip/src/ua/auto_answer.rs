//! Whether a caller asks to be answered without a hand: click-to-call, intercom. Whether that is granted is the user's
//! decision, and depends on who asks.

use std::time::Duration;

use crate::wire::Message;

/// How long to wait before answering, if that is asked for.
///
/// * `Call-Info: <…>;answer-after=0` (Asterisk, 3CX, Snom)
/// * `Alert-Info: <…>;info=alert-autoanswer;delay=0`, or `Alert-Info: info=alert-autoanswer` (Polycom, Cisco)
/// * `Answer-Mode: Auto`, `Priv-Answer-Mode: Auto` (RFC 5373)
pub(crate) fn auto_answer(invite: &Message) -> Option<Duration> {
    call_info(invite).or_else(|| alert_info(invite)).or_else(|| answer_mode(invite))
}

fn call_info(invite: &Message) -> Option<Duration> {
    let seconds = invite.headers("Call-Info").find_map(|line| param(&line, "answer-after").map(str::to_owned))?;
    Some(delay(&seconds))
}

fn alert_info(invite: &Message) -> Option<Duration> {
    invite.headers("Alert-Info").find_map(|line| {
        let asks = line.to_ascii_lowercase().contains("alert-autoanswer");
        asks.then(|| param(&line, "delay").map(delay).unwrap_or_default())
    })
}

fn answer_mode(invite: &Message) -> Option<Duration> {
    let auto = |name: &str| {
        invite
            .header(name)
            .is_some_and(|value| value.split(';').next().is_some_and(|mode| mode.trim().eq_ignore_ascii_case("auto")))
    };
    (auto("Answer-Mode") || auto("Priv-Answer-Mode")).then_some(Duration::ZERO)
}

/// A parameter anywhere in the line; these headers are written in too many ways to be choosy.
fn param<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.split([';', ',']).find_map(|part| {
        let (known, value) = part.split_once('=')?;
        known.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

/// In seconds; longer than a minute is a misunderstanding.
fn delay(seconds: &str) -> Duration {
    Duration::from_secs(seconds.parse().unwrap_or(0).min(60))
}
