//! Coming and going, gaps, and too much of it.

use std::time::{Duration, Instant};

use super::{
    super::{Floor, LISTED_WITHIN, MAX_FLOOR},
    Pbx, message,
};
use crate::{
    FloorEvent,
    ami::{Message, Naming},
};

#[test]
fn a_list_that_never_ends_is_not_waited_for() {
    let mut pbx = Pbx::new();
    assert_eq!(pbx.floor.wake(), None);
    let _listing = pbx.floor.relist(pbx.start);
    assert_eq!(pbx.floor.wake(), Some(pbx.start + LISTED_WITHIN));
    assert_eq!(pbx.waits(LISTED_WITHIN - Duration::from_millis(1)), [""; 0]);
    assert_eq!(pbx.waits(Duration::from_millis(1)), ["listed"]);
    assert_eq!(pbx.floor.wake(), None);
    assert_eq!(pbx.says("QueueStatusComplete"), [""; 0]);
}

#[test]
fn after_a_gap_all_is_told_anew() {
    let mut pbx = Pbx::listed();
    let free = "DeviceStateChange Device=PJSIP/104 State=NOT_INUSE";
    assert_eq!(pbx.says(free), ["104 Free"]);
    assert_eq!(pbx.says(free), [""; 0]);
    assert_eq!(pbx.floor.lost(), [FloorEvent::Lost]);
    assert!(pbx.floor.is_empty());
    // A connection that could not be made is no news.
    assert_eq!(pbx.floor.lost(), []);
    assert_eq!(pbx.floor.relist(pbx.start), [FloorEvent::Listing]);
    assert_eq!(pbx.says(free), ["104 Free"]);
}

#[test]
fn an_event_without_its_fields_means_nothing() {
    let long = "x".repeat(300);
    let turned = "sales\u{202e}";
    let names = [
        "DeviceStateChange",
        "ExtensionStatus",
        "PeerStatus",
        "ContactStatus",
        "PeerEntry",
        "EndpointList",
        "Newchannel",
        "Newstate",
        "Hold",
        "Unhold",
        "BridgeEnter",
        "CoreShowChannel",
        "CoreShowChannelsComplete",
        "Hangup",
        "QueueParams",
        "QueueMember",
        "QueueMemberAdded",
        "QueueMemberPaused",
        "QueueMemberRemoved",
        "QueueCallerJoin",
        "QueueCallerLeave",
        "QueueCallerAbandon",
        "ChanSpyStart",
        "ChanSpyStop",
        "",
    ];
    let mut floor = Floor::new(Naming::default());
    for name in names {
        for text in [None, Some(""), Some("<unknown>"), Some(long.as_str()), Some(turned)] {
            let fields =
                ["Device", "State", "Channel", "Uniqueid", "Queue", "Interface", "SpyerChannel", "SpyeeChannel"];
            let fields = fields.into_iter().filter_map(|field| Some((field, text?)));
            let message: Message = [("Event", name)].into_iter().chain(fields).collect();
            assert_eq!(floor.hear(&message), [], "{name} {text:?}");
            assert!(floor.is_empty(), "{name} {text:?}");
        }
    }
}

#[test]
fn names_are_one_short_line() {
    let mut pbx = Pbx::listed();
    let name = "Anna\u{202e}\t".to_owned() + &"x".repeat(500);
    let fields = [("Event", "QueueMember"), ("Queue", "sales"), ("Name", name.as_str()), ("Location", "PJSIP/104")];
    let told = pbx.floor.hear(&fields.into_iter().collect());
    let Some(FloorEvent::Member { name: Some(name), .. }) = told.last() else { panic!("{told:?}") };
    assert!(name.starts_with("Anna x") && name.chars().count() <= 81, "{name}");
}

#[test]
fn nothing_grows_without_end() {
    let mut floor = Floor::new(Naming::default());
    let _listing = floor.relist(Instant::now());
    for no in 0..MAX_FLOOR {
        for line in [
            format!("DeviceStateChange Device=PJSIP/{no} State=INUSE"),
            format!("QueueMemberAdded Queue=q{} Interface=PJSIP/{no} Paused=0", no % 3000),
            format!("QueueCallerJoin Queue=q1 Uniqueid={no}"),
            format!("ChanSpyStart SpyerChannel=PJSIP/201-{no} SpyeeChannel=PJSIP/104-1"),
            format!("CoreShowChannel Channel=PJSIP/203-{no} Application=ChanSpy ApplicationData=PJSIP/104-1"),
            format!("Hold Channel=PJSIP/104-{no}"),
        ] {
            let _told = floor.hear(&message(&line));
        }
    }
    assert!(floor.len() <= MAX_FLOOR, "{}", floor.len());
}
