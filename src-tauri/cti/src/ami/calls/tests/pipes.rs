//! `Local/…` channels: a pipe within the PBX whose one end is rung and whose other end dials.

use super::Pbx;

#[test]
fn behind_a_pipe_is_one_telephone() {
    let told = Pbx::new().says(
        "+0   Newchannel PJSIP/trunk-1:4 caller=79165550107 exten=78125550500
         +5   QueueCallerJoin PJSIP/trunk-1:6 Queue=sales
         +10  Newchannel Local/104@from-queue-2;1:0 exten=104 link=1
         +10  Newchannel Local/104@from-queue-2;2:4 exten=104 link=1
         +11  DialBegin PJSIP/trunk-1:6 > Local/104@from-queue-2;1:0 connected=79165550107
         +12  Newchannel PJSIP/104-3:0 link=1
         +13  DialBegin Local/104@from-queue-2;2:4 caller=79165550107 > PJSIP/104-3:0 connected=79165550107
         +14  Newstate PJSIP/104-3:5 connected=79165550107
         +15  Newstate Local/104@from-queue-2;1:5 connected=79165550107
         +500 Newstate PJSIP/104-3:6
         +501 Newstate Local/104@from-queue-2;1:6
         +502 AgentConnect PJSIP/trunk-1:6 > Local/104@from-queue-2;1:6 Queue=sales HoldTime=0
         +600 Hangup Local/104@from-queue-2;1:6 Cause=16
         +700 Hangup PJSIP/104-3:6 Cause=16",
    );
    let expected = [
        "104:3@1 offered in 79165550107 queue=sales waited=8",
        "104:3@1 answered queue=sales waited=495",
        "104:3@1 ended answered 200 ms",
    ];
    assert_eq!(told.iter().map(|line| line.replace(" did=78125550500", "")).collect::<Vec<_>>(), expected);
}

#[test]
fn a_click_through_a_pipe_is_a_call_of_the_agents_own() {
    let told = Pbx::new().says(
        "+0   Newchannel Local/104@from-internal-7;1:0 exten=104
         +0   Newchannel Local/104@from-internal-7;2:4 exten=104 link=7.1
         +1   DialBegin > Local/104@from-internal-7;1:0 connected=79165550107
         +2   Newchannel PJSIP/104-3:0 link=7.1
         +3   DialBegin Local/104@from-internal-7;2:4 caller=79165550107 > PJSIP/104-3:0 connected=79165550107
         +4   Newstate PJSIP/104-3:5 connected=79165550107
         +5   Newstate Local/104@from-internal-7;1:5
         +500 Newstate PJSIP/104-3:6
         +501 DialEnd Local/104@from-internal-7;2:4 > PJSIP/104-3:6 DialStatus=ANSWER
         +502 Newstate Local/104@from-internal-7;1:6
         +510 DialBegin Local/104@from-internal-7;1:6 exten=79165550107 > PJSIP/trunk-4:0 caller=79165550107 link=7.1
         +900 DialEnd Local/104@from-internal-7;1:6 > PJSIP/trunk-4:6 DialStatus=ANSWER
         +910 Hangup Local/104@from-internal-7;1:6 Cause=16
         +999 Hangup PJSIP/104-3:6 Cause=16",
    );
    let expected = ["104:3@7.1 offered out 79165550107", "104:3@7.1 answered", "104:3@7.1 ended answered 99 ms"];
    assert_eq!(told, expected);
}

#[test]
fn a_pipe_on_the_way_out_is_nobodys_telephone() {
    let told = Pbx::new().says(
        "+0   Newchannel PJSIP/104-1:4 exten=79165550107
         +5   Newchannel Local/02@outside-9;1:0 link=1
         +6   Newchannel Local/02@outside-9;2:4 link=1
         +7   Newstate Local/02@outside-9;1:5 connected=79165550107
         +8   DialBegin PJSIP/104-1:4 exten=79165550107 > Local/02@outside-9;1:5
         +500 DialEnd PJSIP/104-1:4 > Local/02@outside-9;1:6 DialStatus=ANSWER
         +900 Hangup PJSIP/104-1:6 Cause=16",
    );
    assert_eq!(told, ["104:1@1 offered out 79165550107", "104:1@1 answered", "104:1@1 ended answered 400 ms"]);
}

#[test]
fn a_pipe_to_a_telephone_elsewhere_is_the_agents() {
    let told = Pbx::new().says(
        "+0   Newchannel PJSIP/trunk-1:4 caller=79165550107 exten=78125550500
         +5   DialBegin PJSIP/trunk-1:6 > Local/104@mobile-9;1:0 connected=79165550107 link=1
         +6   Newstate Local/104@mobile-9;1:5 connected=79165550107
         +500 Newstate Local/104@mobile-9;1:6
         +900 Hangup Local/104@mobile-9;1:6 Cause=16",
    );
    let expected =
        ["104:9.1@1 offered in 79165550107 did=78125550500", "104:9.1@1 answered", "104:9.1@1 ended answered 400 ms"];
    assert_eq!(told, expected);
}

#[test]
fn a_way_out_that_rings_before_it_is_told_who_dials_is_nobodys_telephone() {
    // A click: the telephone is up, and has no leg before it dials.
    let told = Pbx::new().says(
        "+0   Newchannel PJSIP/104-77:0 caller=104 exten=s
         +2   DialBegin > PJSIP/104-77:0 caller=79165550107 connected=79165550107
         +3   Newstate PJSIP/104-77:5
         +300 Newstate PJSIP/104-77:6
         +330 Newchannel Local/02@outside-9;1:0 link=77
         +330 Newchannel Local/02@outside-9;2:4 link=77
         +360 Newstate Local/02@outside-9;1:5 connected=79165550107
         +361 DialBegin PJSIP/104-77:6 exten=79165550107 > Local/02@outside-9;1:5 caller=79165550107
         +362 DialState PJSIP/104-77:6 exten=79165550107 > Local/02@outside-9;1:5 DialStatus=RINGING
         +900 DialEnd PJSIP/104-77:6 > Local/02@outside-9;1:5 DialStatus=BUSY
         +901 Hangup Local/02@outside-9;1:5 Cause=17
         +902 Hangup PJSIP/104-77:6 Cause=17",
    );
    assert_eq!(told, ["104:77@77 offered out 79165550107", "104:77@77 ended busy"]);
}

#[test]
fn a_pipe_to_a_telephone_may_ring_before_it_is_told_who_dials() {
    let told = Pbx::new().says(
        "+0   Newchannel PJSIP/trunk-1:4 caller=79165550107 exten=78125550500
         +5   Newchannel Local/104@mobile-9;1:0 link=1
         +6   Newstate Local/104@mobile-9;1:5 connected=79165550107
         +7   DialBegin PJSIP/trunk-1:6 > Local/104@mobile-9;1:5 connected=79165550107 link=1
         +500 Newstate Local/104@mobile-9;1:6",
    );
    assert_eq!(told, ["104:9.1@1 offered in 79165550107 did=78125550500", "104:9.1@1 answered"]);
}
