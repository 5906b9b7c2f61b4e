//! Old systems, gaps, and too much of it.

use std::time::Duration;

use super::{Pbx, shown, stories::RINGS_AT_104};
use crate::{
    MAX_FIELDS,
    ami::{Calls, MAX_CHANNELS, Message, Naming},
};

fn message(headers: &[(&str, &str)]) -> Message {
    headers.iter().copied().collect()
}

#[test]
fn an_old_pbx_tells_less() {
    let state = |state| {
        message(&[
            ("Event", "Newstate"),
            ("Channel", "SIP/104-0000003c"),
            ("ChannelState", state),
            ("CallerIDNum", "104"),
            ("ConnectedLineNum", "79165550107"),
            ("ConnectedLineName", ""),
            ("Uniqueid", "pbx-1438348824.146"),
        ])
    };
    let mut pbx = Pbx::new();
    let mut told = Vec::new();
    for state_number in ["5", "6", "6"] {
        told.extend(pbx.calls.hear(&state(state_number), pbx.start));
    }
    let hangup =
        [("Event", "Hangup"), ("Channel", "SIP/104-0000003c"), ("Uniqueid", "pbx-1438348824.146"), ("Cause", "16")];
    told.extend(pbx.calls.hear(&message(&hangup), pbx.start + Duration::from_secs(2)));
    let leg = "104:pbx-1438348824.146@pbx-1438348824.146";
    let expected =
        [format!("{leg} offered in 79165550107"), format!("{leg} answered"), format!("{leg} ended answered 2000 ms")];
    assert_eq!(told.iter().map(shown).collect::<Vec<_>>(), expected);
    assert!(pbx.calls.is_empty());
}

#[test]
fn an_old_pbx_names_a_listener_by_the_channel() {
    let mut pbx = Pbx::new();
    let told = pbx.says("+0 Newchannel SIP/201-5:4 exten=555104");
    assert_eq!(told, ["201:5@5 offered out 555104"]);
    let spy = [("Event", "ChanSpyStart"), ("SpyerChannel", "SIP/201-5"), ("SpyeeChannel", "SIP/104-2")];
    let told = pbx.calls.hear(&message(&spy), pbx.start);
    assert_eq!(told.iter().map(shown).collect::<Vec<_>>(), ["201:5@5 ended cancelled"]);
}

#[test]
fn a_caller_who_withholds_his_number_has_none() {
    let told = Pbx::new().events(
        "+0  Newchannel PJSIP/trunk-1:4 caller=<unknown> exten=78125550101
         +10 Newchannel PJSIP/104-2:0 link=1
         +20 DialBegin PJSIP/trunk-1:4 caller=<unknown> > PJSIP/104-2:0 caller=104 connected=<unknown> named=<unknown>",
    );
    assert_eq!(told.iter().map(|event| &event.party).collect::<Vec<_>>(), [&None]);
    // Told late, it is told with the answer.
    let mut pbx = Pbx::new();
    let told = pbx.events(
        "+0  Newchannel PJSIP/104-2:0
         +10 Newstate PJSIP/104-2:5 connected=<unknown>
         +20 NewConnectedLine PJSIP/104-2:5 connected=79165550107
         +30 Newstate PJSIP/104-2:6",
    );
    let numbers = told.iter().map(|event| event.party.as_ref().map(|party| party.number.as_str()));
    assert_eq!(numbers.collect::<Vec<_>>(), [None, Some("79165550107")]);
}

#[test]
fn a_trunk_named_like_an_extension_is_nobody() {
    let told = Pbx::new().says(
        "+0 Newchannel PJSIP/900-1:4 caller=79165550107 exten=78125550101
         +5 Newstate PJSIP/900-1:5
         +9 Hangup PJSIP/900-1:5 Cause=16",
    );
    assert_eq!(told, [""; 0]);
}

#[test]
fn a_call_that_was_parked_is_no_call_to_the_place_where_it_was() {
    let mut pbx = Pbx::new();
    pbx.says(RINGS_AT_104);
    let told = pbx.says(
        "+1000 Newstate PJSIP/104-2:6 connected=79165550107
         +5000 ParkedCall Parkee> PJSIP/trunk-1:6 ParkerDialString=PJSIP/104 ParkingSpace=802
         +5001 BlindTransfer Result=Success Transferer> PJSIP/104-2:6 Transferee> PJSIP/trunk-1:6 Extension=800
         +5010 Hangup PJSIP/104-2:6 Cause=16
         +7000 Newchannel PJSIP/105-3:4 exten=802
         +7001 Newstate PJSIP/105-3:6
         +7002 UnParkedCall Parkee> PJSIP/trunk-1:6 caller=79165550107 Retriever> PJSIP/105-3:6 ParkingSpace=802
         +7003 BridgeEnter PJSIP/105-3:6 BridgeNumChannels=2
         +9002 Hangup PJSIP/105-3:6 Cause=16",
    );
    let expected = [
        "104:2@1 answered",
        "104:2@1 ended answered 4010 ms",
        "105:3@3 offered out 802",
        "105:3@3 ended cancelled",
        "105:3/2@1 offered in 79165550107 did=78125550101",
        "105:3/2@1 answered",
        "105:3/2@1 moved 104 105 79165550107 did=78125550101",
        "105:3/2@1 ended answered 2000 ms",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_call_that_was_parked_by_a_code_is_handed_on_too() {
    let mut pbx = Pbx::new();
    pbx.says(RINGS_AT_104);
    let told = pbx.says(
        "+1000 Newstate PJSIP/104-2:6 connected=79165550107
         +5000 ParkedCall Parkee> PJSIP/trunk-1:6 caller=79165550107 ParkerDialString=PJSIP/104 ParkingSpace=802
         +7000 Newchannel PJSIP/105-3:4 exten=*802
         +7002 UnParkedCall Parkee> PJSIP/trunk-1:6 caller=79165550107 Retriever> PJSIP/105-3:6 ParkingSpace=802
         +7900 Hangup PJSIP/104-2:6 Cause=16",
    );
    let expected = [
        "104:2@1 answered",
        "105:3@1 offered in 79165550107 did=78125550101",
        "105:3@1 answered",
        "105:3@1 moved 104 105 79165550107 did=78125550101",
        "104:2@1 ended answered 6900 ms",
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_a_pbx_says_is_there_to_be_shown() {
    let mut pbx = Pbx::new();
    let many: String = (0..200).map(|no| format!(" ChanVariable({no})=x")).collect();
    let told =
        pbx.events(&format!("+0 Newstate PJSIP/104-2:5 connected=79165550107 Timestamp=1795226825.713213{many}"));
    let offered = told.first().expect("it rings");
    assert_eq!(offered.fields.len(), MAX_FIELDS);
    assert_eq!(offered.at_us, Some(1_795_226_825_713_213));
    let plain = Pbx::new().events("+0 Newstate PJSIP/104-2:5 connected=79165550107 Language= Account=<unknown>");
    let fields = &plain.first().expect("it rings").fields;
    assert_eq!(fields.get("ConnectedLineNum").map(String::as_str), Some("79165550107"));
    assert!(!fields.contains_key("Language") && !fields.contains_key("Account"), "{fields:?}");
}

const TWO_CALLS: &str = "
    +0  Newchannel PJSIP/trunk-1:4 caller=79165550107 exten=78125550101
    +10 DialBegin PJSIP/trunk-1:4 > PJSIP/104-2:0 connected=79165550107 link=1
    +20 Newstate PJSIP/104-2:6
    +30 Newchannel PJSIP/trunk-3:4 caller=79165550108 exten=78125550101
    +40 DialBegin PJSIP/trunk-3:4 > PJSIP/105-4:0 connected=79165550108 link=3";

#[test]
fn what_ended_while_nobody_listened_has_ended() {
    let mut pbx = Pbx::new();
    pbx.says(TWO_CALLS);
    pbx.says("+50 CoreShowChannelsComplete EventList=Complete");
    pbx.calls.relist();
    let told = pbx.says(
        "+9000 CoreShowChannel PJSIP/trunk-3:6 Application=Dial
         +9000 CoreShowChannel PJSIP/105-4:6 connected=79165550108 Application=AppDial BridgeId=b1
         +9000 CoreShowChannel PJSIP/106-7:5 connected=79165550109 Application=AppDial
         +9000 CoreShowChannel PJSIP/107-8:6 connected=79165550110 Application=AppDial BridgeId=b2 link=6
         +9000 CoreShowChannel PJSIP/201-9:6 connected=104 Application=ChanSpy
         +9001 CoreShowChannelsComplete EventList=Complete",
    );
    let expected = [
        // Answered meanwhile, rings since, and was called and answered meanwhile.
        "105:4@3 answered",
        "106:7@7 offered in 79165550109",
        "107:8@6 offered in 79165550110",
        "107:8@6 answered",
        // Spoke when we saw it last; for how long is not known.
        "104:2@1 ended answered",
    ];
    assert_eq!(told, expected);
}

#[test]
fn without_the_right_to_a_list_calls_that_were_lost_end_all_the_same() {
    let mut pbx = Pbx::new();
    pbx.says(TWO_CALLS);
    pbx.says(
        "+50 Newstate PJSIP/106-5:5 connected=79165550109
         +51 Newstate PJSIP/106-5:6
         +52 Newstate PJSIP/107-6:5 connected=79165550109
         +53 Newstate PJSIP/107-6:6",
    );
    pbx.calls.relist();
    // 104 and 106 talked, 105 rang. The first that is free again has no call.
    let told = pbx.says(
        "+9000 QueueMember Queue=sales Location=PJSIP/104 StateInterface=PJSIP/104 Status=2
         +9001 DeviceStateChange Device=PJSIP/104 State=RINGINUSE
         +9002 DeviceStateChange Device=Local/104@q State=NOT_INUSE
         +9003 QueueMember Queue=sales Location=PJSIP/104 StateInterface=PJSIP/104 Status=1
         +9004 BridgeEnter PJSIP/106-5:6
         +9005 DeviceStateChange Device=PJSIP/106 State=NOT_INUSE
         +9006 DeviceStateChange Device=PJSIP/104 State=NOT_INUSE",
    );
    // Of 106 was heard since: his end will be told.
    assert_eq!(told, ["104:2@1 ended answered"]);
    assert_eq!(pbx.says("+69000 Newchannel PJSIP/trunk-9:0"), ["105:4@3 ended unknown"]);
    assert_eq!(pbx.says("+99000 DeviceStateChange Device=PJSIP/107 State=UNAVAILABLE"), ["107:6@6 ended answered"]);
    assert_eq!(pbx.says("+99001 Hangup PJSIP/106-5:6 Cause=16"), ["106:5@5 ended answered 98950 ms"]);
}

#[test]
fn a_channel_that_is_heard_of_during_the_list_is_there() {
    let mut pbx = Pbx::new();
    pbx.says(TWO_CALLS);
    pbx.calls.relist();
    let told = pbx.says(
        "+60 NewConnectedLine PJSIP/104-2:6 connected=79165550107
         +61 CoreShowChannelsComplete EventList=Complete
         +90 Hangup PJSIP/104-2:6 Cause=16",
    );
    assert_eq!(told, ["105:4@3 ended unknown", "104:2@1 ended answered 70 ms"]);
}

#[test]
fn of_what_talked_before_we_came_the_beginning_is_not_ours_to_tell() {
    let mut pbx = Pbx::new();
    pbx.calls.relist();
    let told = pbx.says(
        "+0  CoreShowChannel PJSIP/104-2:6 connected=79165550107 Application=AppDial BridgeId=b1
         +0  CoreShowChannel PJSIP/105-3:5 connected=79165550108 Application=AppDial
         +0  CoreShowChannel PJSIP/106-4:5 connected=79165550108 Application=AppDial2
         +1  CoreShowChannelsComplete EventList=Complete
         +90 Hangup PJSIP/104-2:6 Cause=16",
    );
    // No offer: to a desk that never heard of the call this says nothing; one that did knows how it goes on.
    assert_eq!(told, ["104:2@2 answered", "105:3@3 offered in 79165550108", "104:2@2 ended answered"]);
}

#[test]
fn a_caller_who_waits_already_waits_since_then() {
    let mut pbx = Pbx::new();
    pbx.start += Duration::from_secs(3600);
    let told = pbx.says(
        "+0    QueueEntry PJSIP/trunk-1 caller=79165550107 Queue=sales Position=1 Wait=40
         +2000 DialBegin PJSIP/trunk-1:6 > PJSIP/104-2:0 connected=79165550107 link=1",
    );
    assert_eq!(told, ["104:2@1 offered in 79165550107 queue=sales waited=42000"]);
}

#[test]
fn nothing_is_kept_for_ever() {
    let mut pbx = Pbx::new();
    pbx.says(TWO_CALLS);
    let told = pbx.says("+14400041 Newchannel PJSIP/trunk-9:0");
    assert_eq!(told, ["104:2@1 ended answered", "105:4@3 ended unknown"]);
    assert_eq!(pbx.calls.len(), 1);
    let mut calls = Calls::new(Naming::default());
    for no in 0..3 * MAX_CHANNELS {
        let (channel, id) = (format!("PJSIP/trunk-{no}"), no.to_string());
        let headers = [("Event", "Newchannel"), ("Channel", channel.as_str()), ("Uniqueid", id.as_str())];
        assert!(calls.hear(&message(&headers), pbx.start).is_empty());
        assert!(calls.len() <= MAX_CHANNELS + 2);
    }
}

#[test]
fn an_event_without_its_fields_means_nothing() {
    let mut calls = Calls::new(Naming::default());
    let long = "x".repeat(300);
    let names = [
        "Newchannel",
        "Newstate",
        "NewConnectedLine",
        "DialBegin",
        "DialState",
        "DialEnd",
        "BridgeEnter",
        "QueueCallerJoin",
        "AgentCalled",
        "AgentConnect",
        "Pickup",
        "BlindTransfer",
        "AttendedTransfer",
        "ChanSpyStart",
        "OriginateResponse",
        "CoreShowChannel",
        "CoreShowChannelsComplete",
        "Hangup",
        "",
    ];
    for name in names {
        for rest in
            [&[][..], &[("Uniqueid", "1")], &[("Channel", "PJSIP/104-1")], &[("Channel", &long), ("Uniqueid", &long)]]
        {
            let headers: Vec<_> = [("Event", name)].into_iter().chain(rest.iter().copied()).collect();
            assert!(calls.hear(&message(&headers), std::time::Instant::now()).is_empty(), "{name}");
        }
    }
    assert!(calls.is_empty());
}
