//! What each answer means for a call that waits to be registered.

use super::*;
use crate::{Secret, crm::Access};

fn answer(status: u16) -> Answer {
    Answer { status, complete: true, ..Answer::default() }
}

fn asks(status: u16, retry_after: &str) -> Answer {
    Answer { retry_after: Some(retry_after.to_owned()), ..answer(status) }
}

fn now() -> SystemTime {
    httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").expect("a date")
}

fn verdict(answer: Answer) -> (&'static str, Option<u64>) {
    match read(Ok(answer), now()) {
        Verdict::Sent => ("sent", None),
        Verdict::Refused(trouble) => {
            assert!(trouble.detail.contains("HTTP status"), "{trouble}");
            ("refused", None)
        }
        Verdict::Later { trouble, after } => {
            assert!(trouble.detail.len() > 40, "{trouble}");
            (trouble.fault.code(), after.map(|after| after.as_secs()))
        }
    }
}

#[test]
fn a_call_goes_with_its_key() {
    let endpoint = Endpoint::parse("https://crm.example/calls").expect("an address");
    let request = request(&endpoint, &Access::Bearer(Secret("t0ken".into())), "1700000000.12", "{\"id\":1}");
    assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "https://crm.example/calls"));
    let headers: Vec<_> = request.headers.iter().map(|(name, text)| (*name, text.as_str())).collect();
    assert_eq!(
        headers,
        [
            ("content-type", "application/json"),
            ("accept", "application/json"),
            ("idempotency-key", "1700000000.12"),
            ("authorization", "Bearer t0ken"),
        ]
    );
    assert_eq!(request.body, b"{\"id\":1}");
    assert!(!format!("{request:?}").contains("t0ken"));
}

#[test]
fn odd_keys_stay_different_and_can_be_sent() {
    let texts = ["a\r\nb", "a%0D%0Ab", "анна", "a b", "a"].map(header_text);
    assert_eq!(texts, ["a%0D%0Ab", "a%250D%250Ab", "%D0%B0%D0%BD%D0%BD%D0%B0", "a b", "a"]);
}

#[test]
fn each_status_has_its_verdict() {
    for status in [200, 201, 202, 204, 299, 409] {
        assert_eq!(verdict(answer(status)).0, "sent", "{status}");
    }
    for status in [400, 402, 406, 410, 413, 415, 418, 422, 451] {
        assert_eq!(verdict(answer(status)).0, "refused", "{status}");
    }
    for status in [408, 425, 429] {
        assert_eq!(verdict(answer(status)), ("pbx_unreachable", None), "{status}");
    }
    for status in [500, 502, 503, 504, 599, 100, 0, 999] {
        assert_eq!(verdict(answer(status)), ("pbx_answer", None), "{status}");
    }
    // What is wrong with the settings loses no call.
    for (status, code) in [(401, "pbx_wrong_credentials"), (403, "pbx_forbidden"), (404, "pbx_wrong_address")] {
        assert_eq!(verdict(answer(status)), (code, Some(60)), "{status}");
    }
    for status in [301, 302, 307, 308, 405, 407] {
        assert_eq!(verdict(answer(status)), ("pbx_wrong_address", Some(60)), "{status}");
    }
}

#[test]
fn no_answer_is_no_verdict_on_the_call() {
    let place = "https://crm.example".to_owned();
    let silent = SendError::Silent { peer: crate::http::Peer::CRM, place, within: Duration::from_secs(10) };
    let Verdict::Later { trouble, after: None } = read(Err(silent), now()) else { panic!("it is tried again") };
    assert!(trouble.detail.contains("https://crm.example does not answer within 10 s"), "{trouble}");
    assert!(trouble.detail.contains("CRM") && !trouble.detail.contains("pbx"), "{trouble}");
}

#[test]
fn a_redirect_names_the_place_and_nothing_secret() {
    let location = Some("https://other.example/calls?token=s3cret".to_owned());
    let Verdict::Later { trouble, .. } = read(Ok(Answer { location, ..answer(307) }), now()) else { panic!("later") };
    assert!(trouble.detail.contains("https://other.example:"), "{trouble}");
    assert!(!trouble.detail.contains("s3cret"), "{trouble}");
}

#[test]
fn the_crm_may_ask_for_time_in_seconds_or_by_date() {
    assert_eq!(verdict(asks(429, "7")).1, Some(7));
    assert_eq!(verdict(asks(503, " 120 ")).1, Some(120));
    assert_eq!(verdict(asks(503, "Sun, 06 Nov 1994 08:50:07 GMT")).1, Some(30));
    assert_eq!(verdict(asks(503, "Sun, 06 Nov 1994 08:00:00 GMT")).1, Some(0));
    assert_eq!(verdict(asks(401, "300")).1, Some(300));
    assert_eq!(verdict(asks(409, "5")), ("pbx_unreachable", Some(5)), "it is at it still");
    for odd in ["", "soon", "-5", "1e9", "99999999999999999999999"] {
        assert_eq!(verdict(asks(429, odd)).1, None, "{odd}");
    }
}

#[test]
fn attempts_grow_rarer_to_ten_minutes_and_no_rarer() {
    let longest = |attempts| next_attempt(attempts, None, u32::MAX).as_secs_f64();
    let expected = [1.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 600.0, 600.0];
    for (attempts, expected) in (0..).zip(expected) {
        assert!((longest(attempts) - expected).abs() < 0.001, "{attempts}");
        let shortest = next_attempt(attempts, None, 0).as_secs_f64();
        assert!((shortest - expected / 2.0).abs() < 0.001, "{attempts}");
    }
    assert_eq!(next_attempt(u32::MAX, None, u32::MAX), LONGEST);
}

#[test]
fn nobody_comes_back_sooner_than_the_crm_asked_within_reason() {
    let asked = Some(Duration::from_secs(30));
    for random in [0, 1, u32::MAX / 2, u32::MAX] {
        for attempts in [0, 1, 5, 40] {
            assert!(next_attempt(attempts, asked, random) >= Duration::from_secs(30));
        }
    }
    assert_eq!(next_attempt(1, Some(Duration::MAX), 0), LONGEST_ASKED);
    assert!(next_attempt(u32::MAX, Some(Duration::MAX), u32::MAX) <= LONGEST_ASKED + LONGEST);
}
