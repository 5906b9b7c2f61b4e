//! Whether a caller asks to be answered without a hand: click-to-call, intercom. Whether that is granted is the user's
//! decision, and depends on who asks.

use std::time::Duration;

use crate::wire::Message;

/// How long to wait before answering, if that is asked for.
///
/// * `Call-Info: <…>;answer-after=0` (Asterisk, 3CX, Snom)
/// * `Alert-Info: <…>;info=alert-autoanswer;delay=0`, or `Alert-Info: info=alert-autoanswer` (Polycom, Cisco)
/// * `Alert-Info: Auto Answer`, `Alert-Info: Ring Answer` (Polycom's ring classes, as PBXs made for them send them)
/// * `Answer-Mode: Auto`, `Priv-Answer-Mode: Auto` (RFC 5373)
/// * `P-Auto-Answer: normal` (intercoms of older PBXs)
pub(crate) fn auto_answer(invite: &Message) -> Option<Duration> {
    call_info(invite).or_else(|| alert_info(invite)).or_else(|| answer_mode(invite))
}

fn call_info(invite: &Message) -> Option<Duration> {
    let seconds = invite.headers("Call-Info").find_map(|line| param(&line, "answer-after").map(str::to_owned))?;
    Some(delay(&seconds))
}

fn alert_info(invite: &Message) -> Option<Duration> {
    invite.headers("Alert-Info").find_map(|line| {
        let asks = line.to_ascii_lowercase().contains("alert-autoanswer")
            || ["auto answer", "ring answer"].iter().any(|class| is_value(&line, class));
        asks.then(|| param(&line, "delay").map(delay).unwrap_or_default())
    })
}

fn answer_mode(invite: &Message) -> Option<Duration> {
    let says = |name: &str, wanted: &str| invite.header(name).is_some_and(|line| is_value(&line, wanted));
    let asks = says("Answer-Mode", "auto") || says("Priv-Answer-Mode", "auto") || says("P-Auto-Answer", "normal");
    asks.then_some(Duration::ZERO)
}

/// Whether that is the value, without its parameters.
fn is_value(line: &str, wanted: &str) -> bool {
    let value = line.split(';').next().unwrap_or_default();
    value.trim().trim_matches(['<', '>', '"']).eq_ignore_ascii_case(wanted)
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
