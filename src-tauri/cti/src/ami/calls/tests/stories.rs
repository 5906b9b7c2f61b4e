//! What a PBX of today says.

use super::Pbx;
use crate::What;

#[test]
fn a_client_calls_and_is_answered() {
    let told = Pbx::new().says(
        "+0    Newchannel PJSIP/trunk-1:4 caller=79165550107 exten=78125550101
         +10   Newchannel PJSIP/104-2:0 caller=104 exten=s link=1
         +20   DialBegin PJSIP/trunk-1:4 caller=79165550107 exten=104 > PJSIP/104-2:0 caller=104 connected=79165550107 named=Anna_B.
         +30   DialState PJSIP/trunk-1:4 > PJSIP/104-2:0 connected=79165550107 DialStatus=RINGING
         +31   Newstate PJSIP/104-2:5 caller=104 connected=79165550107
         +3000 Newstate PJSIP/104-2:6 caller=104 connected=79165550107
         +3001 DialEnd PJSIP/trunk-1:4 > PJSIP/104-2:6 DialStatus=ANSWER
         +3002 Newstate PJSIP/trunk-1:6
         +3003 BridgeEnter PJSIP/104-2:6 BridgeNumChannels=1
         +3004 BridgeEnter PJSIP/trunk-1:6 BridgeNumChannels=2
         +9000 BridgeLeave PJSIP/104-2:6 BridgeNumChannels=1
         +9000 Hangup PJSIP/104-2:6 Cause=16
         +9001 Hangup PJSIP/trunk-1:6 Cause=16",
    );
    let expected = [
        "104:2@1 offered in 79165550107 (Anna B.) did=78125550101",
        "104:2@1 answered",
        "104:2@1 ended answered 6000 ms",
    ];
    assert_eq!(told, expected);
}

#[test]
fn of_telephones_that_ring_together_one_has_the_call() {
    let told = Pbx::new().says(
        "+0    Newchannel PJSIP/trunk-1:4 caller=79165550107 exten=78125550101
         +10   Newchannel PJSIP/104-2:0 link=1
         +10   Newchannel PJSIP/105-3:0 link=1
         +20   DialBegin PJSIP/trunk-1:4 > PJSIP/104-2:0 connected=79165550107
         +20   DialBegin PJSIP/trunk-1:4 > PJSIP/105-3:0 connected=79165550107
         +30   Newstate PJSIP/105-3:5 connected=79165550107
         +30   Newstate PJSIP/104-2:5 connected=79165550107
         +2000 Newstate PJSIP/105-3:6 connected=79165550107
         +2000 DialEnd PJSIP/trunk-1:4 > PJSIP/104-2:5 DialStatus=CANCEL
         +2001 Hangup PJSIP/104-2:5 Cause=26
         +2002 DialEnd PJSIP/trunk-1:4 > PJSIP/104-2:5 DialStatus=CANCEL
         +2002 DialEnd PJSIP/trunk-1:4 > PJSIP/105-3:6 DialStatus=ANSWER
         +2003 BridgeEnter PJSIP/105-3:6 BridgeNumChannels=1
         +7000 Hangup PJSIP/105-3:6 Cause=16",
    );
    let expected = [
        "104:2@1 offered in 79165550107 did=78125550101",
        "105:3@1 offered in 79165550107 did=78125550101",
        "105:3@1 answered",
        "104:2@1 ended cancelled",
        "105:3@1 ended answered 5000 ms",
    ];
    assert_eq!(told, expected);
}

const QUEUE: &str = "
    +0    Newchannel PJSIP/trunk-1:4 caller=79165550107 exten=78125550500
    +20   Newstate PJSIP/trunk-1:6 exten=s
    +100  QueueCallerJoin PJSIP/trunk-1:6 caller=79165550107 exten=s Queue=sales Position=1
    +4000 Newchannel PJSIP/104-2:0 link=1
    +4100 AgentCalled PJSIP/trunk-1:6 > PJSIP/104-2:0 connected=79165550107 Queue=sales Interface=PJSIP/104
    +4100 DialBegin PJSIP/trunk-1:6 exten=s > PJSIP/104-2:0 connected=79165550107
    +4200 Newstate PJSIP/104-2:5 connected=79165550107";

#[test]
fn a_caller_waits_in_a_queue() {
    let mut pbx = Pbx::new();
    assert_eq!(pbx.says(QUEUE), ["104:2@1 offered in 79165550107 did=78125550500 queue=sales waited=4000"]);
    let told = pbx.says(
        "+6100 Newstate PJSIP/104-2:6
         +6101 DialEnd PJSIP/trunk-1:6 > PJSIP/104-2:6 DialStatus=ANSWER
         +6102 QueueCallerLeave PJSIP/trunk-1:6 Queue=sales
         +6103 AgentConnect PJSIP/trunk-1:6 > PJSIP/104-2:6 Queue=sales HoldTime=6 RingTime=2
         +6104 BridgeEnter PJSIP/104-2:6 BridgeNumChannels=1
         +8100 AgentComplete PJSIP/trunk-1:6 > PJSIP/104-2:6 TalkTime=2 Reason=caller
         +8101 Hangup PJSIP/104-2:6 Cause=16",
    );
    assert_eq!(told, ["104:2@1 answered queue=sales waited=6000", "104:2@1 ended answered 2001 ms"]);
}

#[test]
fn a_caller_leaves_a_queue_before_anybody_answers() {
    let mut pbx = Pbx::new();
    pbx.says(QUEUE);
    let told = pbx.says(
        "+5000 QueueCallerAbandon PJSIP/trunk-1:6 Queue=sales HoldTime=5
         +5001 DialEnd PJSIP/trunk-1:6 > PJSIP/104-2:5 DialStatus=CANCEL
         +5002 Hangup PJSIP/104-2:5 Cause=0
         +5003 Hangup PJSIP/trunk-1:6 Cause=0",
    );
    assert_eq!(told, ["104:2@1 ended cancelled"]);
}

#[test]
fn an_end_says_how_it_went() {
    let table = [
        ("BUSY", "17", "busy"),
        // A refusal (603) is no answer to the dial, and is told by the cause.
        ("NOANSWER", "21", "busy"),
        ("NOANSWER", "0", "noanswer"),
        ("NOANSWER", "19", "noanswer"),
        ("CANCEL", "127", "cancelled"),
        ("CANCEL", "26", "cancelled"),
        ("CHANUNAVAIL", "20", "failed"),
        ("CONGESTION", "34", "failed"),
        ("", "19", "noanswer"),
        ("", "41", "failed"),
        ("", "16", "cancelled"),
        ("", "99", "unknown"),
    ];
    for (status, cause, outcome) in table {
        let mut pbx = Pbx::new();
        let told = pbx.says(&format!(
            "+0  Newchannel PJSIP/trunk-1:4 caller=79165550107 exten=78125550101
             +10 Newchannel PJSIP/104-2:0 link=1
             +20 DialBegin PJSIP/trunk-1:4 > PJSIP/104-2:0 connected=79165550107
             +30 DialEnd PJSIP/trunk-1:4 > PJSIP/104-2:5 DialStatus={status}
             +40 Hangup PJSIP/104-2:5 Cause={cause}"
        ));
        assert_eq!(told.last(), Some(&format!("104:2@1 ended {outcome}")), "{status} {cause}");
    }
}

#[test]
fn an_agent_calls_a_client() {
    let told = Pbx::new().says(
        "+0    Newchannel PJSIP/104-1:4 caller=104 exten=79165550107
         +10   Newchannel PJSIP/trunk-2:0 exten=s link=1
         +20   DialBegin PJSIP/104-1:4 exten=79165550107 > PJSIP/trunk-2:0 caller=79165550107
         +30   Newstate PJSIP/trunk-2:5 caller=79165550107 connected=78125550101
         +4000 Newstate PJSIP/trunk-2:6
         +4001 DialEnd PJSIP/104-1:4 > PJSIP/trunk-2:6 DialStatus=ANSWER
         +4002 Newstate PJSIP/104-1:6
         +4003 BridgeEnter PJSIP/trunk-2:6 BridgeNumChannels=1
         +4004 BridgeEnter PJSIP/104-1:6 BridgeNumChannels=2
         +6001 Hangup PJSIP/104-1:6 Cause=16",
    );
    let expected = ["104:1@1 offered out 79165550107", "104:1@1 answered", "104:1@1 ended answered 2000 ms"];
    assert_eq!(told, expected);
}

#[test]
fn what_a_pbx_plays_to_a_caller_is_no_answer() {
    let told = Pbx::new().says(
        "+0    Newchannel PJSIP/104-1:4 caller=104 exten=79165550107
         +5    Newstate PJSIP/104-1:6
         +10   Newchannel PJSIP/trunk-2:0 exten=s link=1
         +20   DialBegin PJSIP/104-1:6 exten=79165550107 > PJSIP/trunk-2:0 caller=79165550107
         +4000 DialEnd PJSIP/104-1:6 > PJSIP/trunk-2:5 DialStatus=NOANSWER
         +4001 Hangup PJSIP/104-1:6 Cause=16",
    );
    assert_eq!(told, ["104:1@1 offered out 79165550107", "104:1@1 ended noanswer"]);
}

/// The PBX rings the agent's telephone, and then calls the client for him.
const CLICK: &str = "
    +0    Newchannel PJSIP/104-77:0 caller=104 exten=s
    +1    NewCallerid PJSIP/104-77:0 caller=79165550107
    +2    DialBegin > PJSIP/104-77:0 caller=79165550107 connected=79165550107
    +3    Newstate PJSIP/104-77:5 caller=79165550107 connected=79165550107
    +4    DialState > PJSIP/104-77:5 DialStatus=RINGING
    +900  Newstate PJSIP/104-77:6 caller=79165550107
    +901  OriginateResponse Response=Success Channel=PJSIP/104-77 Uniqueid=77 Exten=79165550107 Reason=4
    +902  DialEnd > PJSIP/104-77:6 DialStatus=ANSWER
    +950  Newchannel PJSIP/trunk-2:0 exten=s link=77
    +960  DialBegin PJSIP/104-77:6 caller=78125550101 exten=79165550107 > PJSIP/trunk-2:0 caller=79165550107";

#[test]
fn a_click_is_a_call_of_the_agents_own() {
    let mut pbx = Pbx::new();
    let told = pbx.events(CLICK);
    assert_eq!(told.iter().map(super::shown).collect::<Vec<_>>(), ["104:77@77 offered out 79165550107"]);
    assert_eq!(told.first().and_then(|event| event.originated_id.as_deref()), Some("77"));
    let told = pbx.says(
        "+5000 DialEnd PJSIP/104-77:6 > PJSIP/trunk-2:6 DialStatus=ANSWER
         +5001 BridgeEnter PJSIP/trunk-2:6 BridgeNumChannels=1
         +5002 BridgeEnter PJSIP/104-77:6 BridgeNumChannels=2
         +8000 Hangup PJSIP/trunk-2:6 Cause=16
         +8000 Hangup PJSIP/104-77:6 Cause=16",
    );
    assert_eq!(told, ["104:77@77 answered", "104:77@77 ended answered 3000 ms"]);
}

#[test]
fn a_click_that_reaches_nobody_is_no_call_that_was_answered() {
    let mut pbx = Pbx::new();
    pbx.says(CLICK);
    let told = pbx.says(
        "+5000 DialEnd PJSIP/104-77:6 > PJSIP/trunk-2:5 DialStatus=BUSY
         +5001 Hangup PJSIP/trunk-2:5 Cause=17
         +5002 Hangup PJSIP/104-77:6 Cause=17",
    );
    assert_eq!(told, ["104:77@77 ended busy"]);
}

#[test]
fn whoever_listens_has_no_call() {
    let spy = "
        +0   Newchannel PJSIP/201-5:0 exten=s
        +2   DialBegin > PJSIP/201-5:0 caller=104 connected=104
        +3   Newstate PJSIP/201-5:5 caller=104 connected=104
        +900 Newstate PJSIP/201-5:6 caller=104 connected=104
        +901 OriginateResponse Response=Success Channel=PJSIP/201-5 Uniqueid=5 Application=ChanSpy Reason=4
        +950 ChanSpyStart Spyer> PJSIP/201-5:6 Spyee> PJSIP/104-2:6
        +960 ChanSpyStop Spyer> PJSIP/201-5:6 Spyee> PJSIP/104-2:6
        +970 Hangup PJSIP/201-5:6 Cause=0";
    assert_eq!(Pbx::new().says(spy), [""; 0]);
    assert_eq!(Pbx::new().says(&spy.replace("ChanSpy", "Playback")), [""; 0]);
    // One who dialled to listen was told of before he did.
    let told = Pbx::new().says(
        "+0  Newchannel PJSIP/201-5:4 exten=555104
         +5  Newstate PJSIP/201-5:6
         +9  ChanSpyStart Spyer> PJSIP/201-5:6 Spyee> PJSIP/104-2:6
         +70 Hangup PJSIP/201-5:6 Cause=16",
    );
    assert_eq!(told, ["201:5@5 offered out 555104", "201:5@5 ended cancelled"]);
}

pub(super) const RINGS_AT_104: &str = "
    +0  Newchannel PJSIP/trunk-1:4 caller=79165550107 exten=78125550101
    +10 Newchannel PJSIP/104-2:0 link=1
    +20 DialBegin PJSIP/trunk-1:4 > PJSIP/104-2:0 connected=79165550107
    +30 Newstate PJSIP/104-2:5 connected=79165550107";

#[test]
fn a_colleague_takes_a_call_that_rings_elsewhere() {
    let by_order = "
        +50   Newchannel PJSIP/105-9:0 exten=s
        +51   DialBegin > PJSIP/105-9:0 caller=105 connected=105
        +52   Newstate PJSIP/105-9:5 caller=105 connected=105
        +900  Newstate PJSIP/105-9:6 caller=105 connected=105
        +900  OriginateResponse Response=Success Uniqueid=9 Application=PickupChan Reason=4";
    let by_hand = "
        +50  Newchannel PJSIP/105-9:4 exten=*8
        +60  Newstate PJSIP/105-9:6";
    let taken = "
        +1000 Pickup PJSIP/105-9:6 Target> PJSIP/104-2:5
        +1001 Hangup PJSIP/104-2:5 Cause=26
        +1002 DialEnd PJSIP/trunk-1:4 > PJSIP/105-9:6 DialStatus=ANSWER
        +1003 BridgeEnter PJSIP/105-9:6 BridgeNumChannels=1
        +3000 Hangup PJSIP/105-9:6 link=1 Cause=16";
    for way in [by_order, by_hand] {
        let told = Pbx::new().says(&[RINGS_AT_104, way, taken].concat());
        let expected = [
            "104:2@1 offered in 79165550107 did=78125550101",
            "105:9@1 offered in 79165550107 did=78125550101",
            "105:9@1 answered",
            "104:2@1 ended cancelled",
            "105:9@1 ended answered 2000 ms",
        ];
        assert_eq!(told, expected);
    }
    // Where the code for it is a number, it was a call until then.
    let told = Pbx::new().says(&[RINGS_AT_104, &by_hand.replace("*8", "88104"), taken].concat());
    let expected = [
        "105:9@9 offered out 88104",
        "105:9@9 ended cancelled",
        "105:9/2@1 offered in 79165550107 did=78125550101",
        "105:9/2@1 answered",
    ];
    assert_eq!(told.get(1..5), Some(expected.map(str::to_owned).as_slice()));
}

#[test]
fn an_agent_sends_a_client_on() {
    let mut pbx = Pbx::new();
    pbx.says(RINGS_AT_104);
    let told = pbx.says(
        "+1000 Newstate PJSIP/104-2:6 connected=79165550107
         +5000 BlindTransfer Result=Success Transferer> PJSIP/104-2:6 Transferee> PJSIP/trunk-1:6 Extension=105
         +5010 Hangup PJSIP/104-2:6 Cause=16
         +5020 Newchannel PJSIP/105-3:0 link=1
         +5030 DialBegin PJSIP/trunk-1:6 caller=79165550107 > PJSIP/105-3:0 connected=79165550107
         +5040 Newstate PJSIP/105-3:5 connected=79165550107
         +7000 Newstate PJSIP/105-3:6 connected=79165550107
         +7001 DialEnd PJSIP/trunk-1:6 > PJSIP/105-3:6 DialStatus=ANSWER
         +9000 Hangup PJSIP/105-3:6 Cause=16",
    );
    let expected = [
        "104:2@1 answered",
        "104:2@1 ended answered 4010 ms",
        "105:3@1 offered in 79165550107 did=78125550101",
        "105:3@1 answered",
        "105:3@1 moved 104 105 79165550107 did=78125550101",
        "105:3@1 ended answered 2000 ms",
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_agent_asks_a_colleague_and_hands_the_client_over() {
    let ways = [
        "OrigTransferer> PJSIP/104-2:6 SecondTransferer> PJSIP/104-3:6 TransferTarget> PJSIP/105-4:6 Transferee> PJSIP/trunk-1:6",
        "OrigTransferer> PJSIP/104-3:6 SecondTransferer> PJSIP/104-2:6 TransferTarget> PJSIP/trunk-1:6 Transferee> PJSIP/105-4:6",
    ];
    for way in ways {
        let mut pbx = Pbx::new();
        pbx.says(RINGS_AT_104);
        pbx.says("+1000 Newstate PJSIP/104-2:6");
        let told = pbx.events(&format!(
            "+2000 Newchannel PJSIP/104-3:4 caller=104 exten=105
             +2010 Newchannel PJSIP/105-4:0 link=3
             +2020 DialBegin PJSIP/104-3:4 caller=104 > PJSIP/105-4:0 connected=104
             +3000 Newstate PJSIP/105-4:6
             +3001 DialEnd PJSIP/104-3:4 > PJSIP/105-4:6 DialStatus=ANSWER
             +5000 AttendedTransfer Result=Success {way}
             +5001 Hangup PJSIP/104-2:6 Cause=16
             +5002 Hangup PJSIP/104-3:6 Cause=16
             +9000 Hangup PJSIP/105-4:6 link=1 Cause=16"
        ));
        let shown: Vec<String> = told.iter().map(super::shown).collect();
        let expected = [
            "104:3@3 offered out 105",
            "105:4@3 offered in 104",
            "105:4@3 answered",
            "104:3@3 answered",
            // The leg that has the client now is named, though it began in another call.
            "105:4@1 moved 104 105 79165550107",
            "104:2@1 ended answered 4001 ms",
            "104:3@3 ended answered 2001 ms",
            "105:4@3 ended answered 6000 ms",
        ];
        assert_eq!(shown, expected);
        let last = told.last().and_then(|event| event.party.as_ref());
        assert_eq!(last.map(|party| party.number.as_str()), Some("79165550107"));
        assert_eq!(told.iter().filter(|event| matches!(event.what, What::Moved { .. })).count(), 1);
    }
}

#[test]
fn an_agent_asks_a_colleague_by_a_code_and_hangs_up() {
    let mut pbx = Pbx::new();
    pbx.says(RINGS_AT_104);
    pbx.says("+1000 Newstate PJSIP/104-2:6");
    let told = pbx.says(
        "+2000 Hold PJSIP/104-2:6
         +3000 Newchannel Local/105@from-internal-9;1:0 exten=105 link=1
         +3000 Newchannel Local/105@from-internal-9;2:4 exten=105 link=1
         +3001 BridgeEnter Local/105@from-internal-9;1:0 BridgeNumChannels=1
         +3002 Newchannel PJSIP/105-4:0 caller=105 exten=s link=1
         +3003 BridgeEnter PJSIP/104-2:6 BridgeNumChannels=2
         +3004 DialBegin Local/105@from-internal-9;2:4 caller=104 exten=105 > PJSIP/105-4:0 caller=105 connected=104
         +3005 Newstate PJSIP/105-4:5 caller=105 connected=104
         +3006 Newstate Local/105@from-internal-9;1:5 caller=105 connected=104
         +3007 DialState > Local/105@from-internal-9;1:5 caller=105 connected=104 DialStatus=RINGING
         +3008 DialState Local/105@from-internal-9;2:4 caller=104 exten=105 > PJSIP/105-4:5 caller=105 connected=104
         +4000 Newstate PJSIP/105-4:6 caller=105 connected=104
         +4001 DialEnd Local/105@from-internal-9;2:4 > PJSIP/105-4:6 DialStatus=ANSWER
         +4002 Newstate Local/105@from-internal-9;1:6
         +4003 DialEnd > Local/105@from-internal-9;1:6 DialStatus=ANSWER
         +8000 AttendedTransfer Result=Success OrigTransferer> PJSIP/104-2:6 SecondTransferer> PJSIP/104-2:6 Transferee> PJSIP/trunk-1:6 TransferTarget> Local/105@from-internal-9;1:6
         +8001 Hangup PJSIP/104-2:6 Cause=16
         +8400 Hangup Local/105@from-internal-9;2:6 Cause=16
         +8401 Hangup Local/105@from-internal-9;1:6 Cause=16
         +9000 Hangup PJSIP/105-4:6 Cause=16",
    );
    let expected = [
        "105:4@1 offered in 104 did=78125550101",
        "105:4@1 answered",
        "105:4@1 moved 104 105 79165550107 did=78125550101",
        "104:2@1 ended answered 7001 ms",
        "105:4@1 ended answered 5000 ms",
    ];
    assert_eq!(told, expected);
}
