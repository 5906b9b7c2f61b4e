//! What a PBX refuses, forgets, ends or never answers, and when it is asked again.

use sip::dialog_info::State;

use super::*;

#[test]
fn a_pbx_that_forgot_is_told_anew() {
    let (mut puppet, subscribe) = watching();
    let (refresh, _) = next_subscribe(&mut puppet, seconds(241));
    puppet.respond(&refresh, "481 Subscription Does Not Exist", "", &[], b"");
    let anew = puppet.take("SUBSCRIBE");
    assert_ne!(anew.call_id(), subscribe.call_id());
    assert_eq!(anew.to().expect("To").tag(), None);
    accept(&mut puppet, &anew, "other");
    notify(&mut puppet, &anew, "other", 1, &[XML, ACTIVE], &full(0, "early"));
    knows(&mut puppet, Ok(vec![State::Early]));
    // The dialog before is nobody's.
    notify(&mut puppet, &subscribe, "pbx", 40000, &[XML, ACTIVE], &full(9, "confirmed"));
    puppet.take("481 NOTIFY");
}

#[test]
fn a_lifetime_that_is_too_short_is_raised() {
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    let first = puppet.take("SUBSCRIBE");
    assert_eq!(first.header("Expires").as_deref(), Some("600"));
    puppet.respond(&first, "423 Interval Too Brief", "pbx", &["Min-Expires: 1800"], b"");
    let second = puppet.take("SUBSCRIBE");
    assert_eq!(second.header("Expires").as_deref(), Some("1800"));
    puppet.respond(&second, "423 Interval Too Brief", "pbx", &["Min-Expires: 1800"], b"");
    knows(&mut puppet, Err(Some(423)));
    assert!(puppet.find("SUBSCRIBE").is_none());
}

#[test]
fn refusals_are_told_and_tried_again_ever_more_slowly() {
    for (status, first_s, longest_s) in
        [(403, 300, 3600), (404, 300, 3600), (489, 300, 3600), (500, 30, 600), (480, 30, 600)]
    {
        let mut puppet = Puppet::registered(|_| {});
        watch(&mut puppet, &["102"]);
        let mut gaps = vec![];
        let mut subscribe = puppet.take("SUBSCRIBE");
        for round in 0..7 {
            puppet.respond(&subscribe, &format!("{status} No"), "pbx", &[], b"");
            let news = told(&mut puppet);
            assert_eq!(news.len(), usize::from(round == 0), "told once: {news:?}");
            assert!(news.iter().all(|(_, known)| *known == Err(Some(status))));
            let gap;
            (subscribe, gap) = next_subscribe(&mut puppet, seconds(longest_s + 1));
            gaps.push(gap);
        }
        assert!((first_s * 30 / 4..=first_s * 10 + 1).contains(&gaps[0]), "{status}: {gaps:?}");
        assert!(gaps[2] > gaps[0] && gaps[6] >= longest_s * 30 / 4, "{status}: {gaps:?}");
    }
}

#[test]
fn the_pbx_may_name_the_time() {
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    let subscribe = puppet.take("SUBSCRIBE");
    puppet.respond(&subscribe, "503 Service Unavailable", "pbx", &["Retry-After: 120 (restart)"], b"");
    let (_, tenths) = next_subscribe(&mut puppet, seconds(200));
    assert!((1_200..=1_201).contains(&tenths), "{tenths}");
}

#[test]
fn a_wrong_password_is_not_tried_for_ever() {
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    for nonce in 2..5 {
        let Some(subscribe) = puppet.find("SUBSCRIBE") else { break };
        assert_eq!(subscribe.cseq().expect("CSeq").seq, nonce - 1);
        let challenge =
            format!("WWW-Authenticate: Digest realm=\"asterisk\", nonce=\"{nonce}\", qop=\"auth\", algorithm=MD5");
        puppet.respond(&subscribe, "401 Unauthorized", "pbx", &[&challenge], b"");
    }
    knows(&mut puppet, Err(Some(401)));
    assert!(puppet.find("SUBSCRIBE").is_none());
}

#[test]
fn silence_is_told() {
    // Of the SUBSCRIBE.
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    puppet.pass(seconds(33));
    knows(&mut puppet, Err(None));
    // Of the NOTIFY.
    let mut puppet = Puppet::registered(|_| {});
    watch(&mut puppet, &["102"]);
    let subscribe = puppet.take("SUBSCRIBE");
    accept(&mut puppet, &subscribe, "pbx");
    puppet.pass(seconds(33));
    knows(&mut puppet, Err(None));
    let (again, _) = next_subscribe(&mut puppet, seconds(31));
    assert_ne!(again.call_id(), subscribe.call_id());
}

#[test]
fn a_subscription_that_the_pbx_ends_is_renewed_as_it_asks() {
    for (reason, known, wait_s) in [
        ("deactivated", None, 0..=0),
        ("timeout", None, 0..=0),
        ("probation;retry-after=70", Some(Err(None)), 70..=71),
        ("giveup", Some(Err(None)), 22..=31),
        ("rejected", Some(Err(Some(403))), 225..=301),
        ("noresource", Some(Err(Some(404))), 225..=301),
        ("", Some(Err(None)), 22..=31),
    ] {
        let (mut puppet, subscribe) = watching();
        let state = format!("Subscription-State: terminated;reason={reason}");
        notify(&mut puppet, &subscribe, "pbx", 30630, &[&state], "");
        puppet.take("200 NOTIFY");
        let news: Vec<_> = told(&mut puppet).into_iter().map(|(_, known)| known).collect();
        assert_eq!(news, Vec::from_iter(known), "{reason}");
        let (again, tenths) = match puppet.find("SUBSCRIBE") {
            Some(again) => (again, 0),
            None => next_subscribe(&mut puppet, seconds(400)),
        };
        assert!(wait_s.contains(&tenths.div_ceil(10)), "{reason}: {tenths}");
        assert_ne!(again.call_id(), subscribe.call_id(), "{reason}");
        // Whoever ends it again at once is given time.
        accept(&mut puppet, &again, "pbx");
        notify(&mut puppet, &again, "pbx", 1, &["Subscription-State: terminated;reason=deactivated"], "");
        let (_, tenths) = next_subscribe(&mut puppet, seconds(4_000));
        assert!(tenths > 200, "{reason}: a loop");
    }
}
