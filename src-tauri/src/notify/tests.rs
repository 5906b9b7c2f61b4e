use desk::wire::{CallState, CardState, Direction, Peer, PromptSource};

use super::*;
use crate::staged;

#[test]
fn buttons_of_a_call_mean_what_they_say() {
    let texts = Texts::of(Language::En);
    let pressed = |key| Message::of_call(&call("101", None), texts).response(key);
    assert_eq!(pressed("answer"), Some(Response::Intent(Intent::Answer { call: Some("c1".into()) })));
    let decline = Intent::Decline { call: Some("c1".into()), reason: None };
    assert_eq!(pressed("decline"), Some(Response::Intent(decline)));
    assert_eq!(pressed("default"), Some(Response::Show));
    assert_eq!(pressed("settings"), None, "services add keys of their own");
}

#[test]
fn a_card_tells_who_calls_and_what_can_be_done_about_it() {
    let texts = Texts::of(Language::En);
    let card = staged::card("k1", Some("c1"), CardState::Ringing);
    let message = Message::of_card(&card, texts);
    assert_eq!(message.summary, "\u{2066}Anna\u{2069} · \u{2066}+7 495 229-49-89\u{2069}");
    assert_eq!(message.response("answer"), Some(Response::Intent(Intent::Answer { call: Some("c1".into()) })));

    let known = Card { company: Some("Volga\u{202e} Trade".into()), ..card.clone() };
    let summary = Message::of_card(&known, texts).summary;
    assert_eq!(summary, "\u{2066}Anna\u{2069} · \u{2066}Volga Trade\u{2069} · \u{2066}+7 495 229-49-89\u{2069}");

    let elsewhere = Card { call: None, ..card };
    let pressed = |key| Message::of_card(&elsewhere, texts).response(key);
    assert_eq!(pressed("answer"), None, "it rings at another telephone of the agent");
    assert_eq!(pressed("default"), Some(Response::Show));
}

#[test]
fn a_call_that_was_started_elsewhere_says_by_whom_and_can_be_ended() {
    let texts = Texts::of(Language::En);
    let clicked = placed(None);
    let message = Message::of_placed(&clicked, texts);
    assert_eq!((&*message.summary, message.body), ("101", "Outgoing call"));
    assert_eq!(message.response("hang_up"), Some(Response::Intent(Intent::HangUp { call: Some("c1".into()) })));
    assert_eq!(Message::of_placed(&clicked, texts).response("default"), Some(Response::Show));
    let paired = Message::of_placed(&placed(Some("https://crm.example")), Texts::of(Language::Ru));
    assert_eq!(paired.summary, "\u{2066}crm.example\u{2069} · \u{2066}101\u{2069}");
    assert!(paired.body.contains("веб-страница"), "{}", paired.body);
}

#[test]
fn buttons_of_a_page_mean_what_they_say() {
    let texts = Texts::of(Language::En);
    let pressed = |key| Message::of_prompt(&page("https://crm.example"), texts).response(key);
    let confirm = Intent::Confirm { prompt: "p1".into(), consent: None, via: None };
    assert_eq!(pressed("call"), Some(Response::Intent(confirm)));
    assert_eq!(pressed("ignore"), Some(Response::Intent(Intent::DismissPrompt { prompt: "p1".into() })));
    assert_eq!(pressed("default"), Some(Response::Show));
}

#[test]
fn a_page_is_named_with_its_number() {
    let message = Message::of_prompt(&page("https://crm.example"), Texts::of(Language::En));
    assert_eq!(message.summary, "\u{2066}crm.example\u{2069} · \u{2066}+7 495 229-49-89\u{2069}");
    let unknown = Prompt { origin: None, ..page("") };
    assert!(Message::of_prompt(&unknown, Texts::of(Language::Ru)).summary.starts_with("Веб-страница · "));
    let plain = Message::of_prompt(&page("http://crm.example:8080"), Texts::of(Language::En));
    assert!(plain.summary.contains("http://crm.example:8080"), "whatever is not encrypted says so: {}", plain.summary);
}

#[test]
fn the_end_of_a_long_site_is_kept() {
    let site = site(&format!("https://www.bank.example.{}.evil.example", "a".repeat(200)));
    assert!(site.ends_with("aaa.evil.example") && site.starts_with('…'), "{site}");
}

#[test]
fn a_risk_is_not_taken_from_a_notification() {
    for reason in
        [PromptReason::Emergency, PromptReason::Premium, PromptReason::ForeignDomain, PromptReason::International]
    {
        let risky = Prompt { reasons: vec![PromptReason::Unpaired, reason], ..page("https://crm.example") };
        assert_eq!(Message::of_prompt(&risky, Texts::of(Language::En)).response("call"), None, "{reason:?}");
    }
    let pair = Prompt { kind: PromptKind::Pair, preview: None, ..page("https://crm.example") };
    let message = Message::of_prompt(&pair, Texts::of(Language::En));
    assert_eq!(message.summary, "\u{2066}crm.example\u{2069}");
    assert_eq!(message.response("call"), None, "pairing is for the window");
}

fn page(origin: &str) -> Prompt {
    Prompt { origin: Some(origin.into()), ..staged::prompt("p1", PromptSource::Page, false) }
}

#[test]
fn a_caller_is_a_name_and_a_number() {
    assert_eq!(peer(&call("101", Some("Anna"))), "Anna · \u{2066}101\u{2069}");
    assert_eq!(peer(&call("101", None)), "101");
    assert_eq!(peer(&call("101", Some("101"))), "101", "the PBX repeats the number where it knows no name");
    assert_eq!(peer(&call("101", Some(" \u{202e}"))), "101");
}

#[test]
fn a_hostile_name_stays_one_short_line() {
    let line = peer(&call("101", Some(&format!("A\n\u{202e}B{}", "x".repeat(5000)))));
    assert!(line.starts_with("ABx"), "{line}");
    assert!(line.chars().count() < 100, "{} characters", line.chars().count());
}

fn call(number: &str, name: Option<&str>) -> Call {
    let peer = Peer { number: number.into(), name: name.map(Into::into) };
    Call { peer, ..staged::call("c1", Direction::Inbound, CallState::Ringing) }
}

fn placed(started_by: Option<&str>) -> Call {
    let started_by = started_by.map(Into::into);
    Call { direction: Direction::Outbound, state: CallState::Dialing, started_by, ..call("101", None) }
}

#[test]
fn a_colleague_who_asks_for_help_is_listened_to_with_one_button() {
    let texts = Texts::of(Language::Fa);
    let message = Message::of_help(&staged::help("h1"), texts);
    assert_eq!(message.summary, "\u{2066}Sara\u{2069} · \u{2066}102\u{2069}");
    let listen = Intent::Supervise { extension: "102".into(), mode: SupervisionMode::Spy };
    assert_eq!(message.clone().response("listen"), Some(Response::Intent(listen)));
    assert_eq!(message.response("default"), Some(Response::Show));
}

#[test]
fn a_promise_that_is_due_can_be_kept_at_once() {
    let message = Message::of_due(&staged::callback("b1"), Texts::of(Language::Ru));
    assert_eq!(message.summary, "\u{2066}Anna\u{2069} · \u{2066}+7 495 229-49-89\u{2069}");
    let call = Intent::CallCallback { callback: "b1".into(), order: None };
    assert_eq!(message.response("call"), Some(Response::Intent(call)));
}
