//! What is read inside dialogs.

use std::time::Duration;

use super::{DialogId, Fragment, Replaces, SessionTimer, Terms, refer_to, sdp_of};
use crate::wire::{Message, Uri, parse};

fn message(lines: &str, body: &str) -> Message {
    let text = format!(
        "INVITE sip:a@b SIP/2.0\r\nFrom: <sip:x@y>;tag=them\r\nTo: <sip:a@b>;tag=us\r\nCall-ID: id@y\r\n{lines}\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    parse(text.as_bytes()).expect("a message")
}

#[test]
fn replaces_is_told_from_the_other_side() {
    let id = DialogId::of_request(&message("", "")).expect("a dialog");
    assert_eq!((id.local_tag.as_str(), id.remote_tag.as_str()), ("us", "them"));
    let target = Uri::parse("sip:103@pbx;user=phone?Subject=x").expect("a URI");
    let value = refer_to(&target, Some(&Replaces::of_dialog(&id)));
    assert_eq!(value, "<sip:103@pbx;user=phone?Replaces=id%40y%3Bto-tag%3Dthem%3Bfrom-tag%3Dus>");
    assert_eq!(refer_to(&target, None), "<sip:103@pbx;user=phone>");
}

#[test]
fn replaces_names_one_dialog() {
    let id = DialogId::of_request(&message("", "")).expect("a dialog");
    for (value, named) in [
        ("id@y;to-tag=us;from-tag=them", true),
        ("id@y ; From-Tag = them ; To-Tag = us ; early-only", true),
        ("id@y;to-tag=them;from-tag=us", false),
        ("other;to-tag=us;from-tag=them", false),
    ] {
        assert_eq!(Replaces::parse(value).map(|replaces| replaces.names(&id)), Some(named), "{value}");
    }
    for value in ["", ";to-tag=1;from-tag=2", "id", "id;to-tag=1", "id;from-tag=1"] {
        assert_eq!(Replaces::parse(value), None, "{value}");
    }
}

#[test]
fn a_fragment_tells_how_the_transfer_is_doing() {
    let notify = |event: &str, state: &str, body: &str| {
        let lines =
            format!("Event: {event}\r\nSubscription-State: {state}\r\nContent-Type: message/sipfrag;version=2.0\r\n");
        Fragment::of_notify(&message(&lines, body)).map(|fragment| (fragment.status, fragment.last))
    };
    assert_eq!(notify("refer", "active;expires=60", "SIP/2.0 180 Ringing\r\n"), Some((Some(180), false)));
    assert_eq!(notify("Refer;id=7", "Terminated;reason=noresource", "SIP/2.0 200 OK"), Some((Some(200), true)));
    assert_eq!(notify("refer", "active", "HTTP/1.1 200 OK"), Some((None, false)));
    assert_eq!(notify("refer", "terminated", ""), Some((None, true)));
    assert_eq!(notify("message-summary", "active", "SIP/2.0 200 OK"), None);
}

#[test]
fn who_refreshes_a_session() {
    let answer = |lines: &str| SessionTimer::of_request(&message(lines, "")).map(|timer| timer.answer());
    assert_eq!(answer("Session-Expires: 1800\r\nSupported: timer\r\n").as_deref(), Some("1800;refresher=uac"));
    assert_eq!(answer("Session-Expires: 1800\r\n").as_deref(), Some("1800;refresher=uas"), "it cannot");
    assert_eq!(answer("x: 1800 ; Refresher = UAS\r\nSupported: timer\r\n").as_deref(), Some("1800;refresher=uas"));
    assert_eq!(answer("Session-Expires: 5\r\nSupported: timer\r\n").as_deref(), Some("90;refresher=uac"));
    assert_eq!(answer(""), None);
    let due = |lines: &str| SessionTimer::of_response(&message(lines, "")).map(|timer| timer.due_after());
    assert_eq!(due("Session-Expires: 1800;refresher=uac\r\n"), Some(Duration::from_secs(900)), "half of it");
    assert_eq!(due("Session-Expires: 1800;refresher=uas\r\n"), Some(Duration::from_secs(1768)), "32 s before the end");
    assert_eq!(due("Session-Expires: 90;refresher=uas\r\n"), Some(Duration::from_secs(60)), "a third before the end");
}

#[test]
fn terms_rise_only() {
    let terms = Terms::new(Duration::from_secs(1800));
    let raised = |lines: &str| terms.raised(&message(lines, "")).map(|terms| (terms.expires_s, terms.min_se_s));
    assert_eq!(raised("Min-SE: 3600\r\n"), Some((3600, 3600)));
    assert_eq!(raised("Min-SE: 120\r\n"), Some((1800, 120)));
    assert_eq!(raised("Min-SE: 90\r\n"), None, "asking again would change nothing");
    assert_eq!(raised(""), None);
}

#[test]
fn a_body_part_is_found_or_not() {
    let sdp = |content_type: &str, body: &str| {
        sdp_of(&message(&format!("Content-Type: {content_type}\r\n"), body))
            .map(|sdp| String::from_utf8_lossy(&sdp).into_owned())
    };
    assert_eq!(sdp("Application/SDP;charset=utf-8", "v=0\r\n").as_deref(), Some("v=0\r\n"));
    let parts = "preamble\r\n--x\r\nContent-Type: text/plain\r\n\r\nhi\r\n--x\r\ncontent-type : application/sdp\r\n\r\nv=0\r\n\r\n--x--";
    assert_eq!(sdp("multipart/mixed; boundary=\"x\"", parts).as_deref(), Some("v=0\r\n"));
    for (content_type, body) in [
        ("application/sdp", ""),
        ("multipart/mixed", parts),
        ("multipart/mixed;boundary=", parts),
        ("multipart/mixed;boundary=y", parts),
        ("text/plain", "v=0"),
    ] {
        assert_eq!(sdp(content_type, body), None, "{content_type}");
    }
}
