//! Who works in a queue, and who waits there.

use super::Pbx;

/// What `QueueStatus` is answered with.
const LIST: &str = "
    QueueParams Queue=support Max=20 Strategy=ringall Calls=1
    QueueMember Queue=support Name=Anna_B. Location=PJSIP/101 StateInterface=PJSIP/101 Paused=0 PausedReason=
    QueueMember Queue=support Name=PJSIP/102 Location=PJSIP/102 StateInterface=PJSIP/102 Paused=1 PausedReason=lunch
    QueueMember Queue=support Name=Outside Location=Local/79165550101@out/n Paused=0
    QueueEntry Queue=support Position=1 Channel=PJSIP/trunk-1 Uniqueid=1 CallerIDNum=79165550107 CallerIDName=<unknown> Wait=40
    QueueParams Queue=sales Max=0
    QueueStatusComplete EventList=Complete ListItems=5";

#[test]
fn what_stands_is_listed_first() {
    let mut pbx = Pbx::new();
    let _listing = pbx.floor.relist(pbx.start);
    let expected = [
        "queue support",
        "support: 101 works (Anna B.)",
        "support: 102 works, pauses: lunch",
        "support: 1 waits 79165550107 40000",
        "queue sales",
        "listed",
    ];
    assert_eq!(pbx.says(LIST), expected);
    // Asked once more, it tells nothing new.
    assert_eq!(pbx.says(LIST), [""; 0]);
}

#[test]
fn a_member_comes_pauses_and_goes() {
    let told = Pbx::listed().says(
        "QueueMemberAdded Queue=sales MemberName=Agent_104 Interface=PJSIP/104 StateInterface=PJSIP/104 Paused=0 PausedReason=
         QueueMemberPause Queue=sales MemberName=Agent_104 Interface=PJSIP/104 StateInterface=PJSIP/104 Paused=1 PausedReason=lunch
         QueueMemberStatus Queue=sales MemberName=Agent_104 Interface=PJSIP/104 StateInterface=PJSIP/104 Paused=1 PausedReason=lunch
         QueueMemberPause Queue=sales MemberName=Agent_104 Interface=PJSIP/104 StateInterface=PJSIP/104 Paused=0 PausedReason=
         QueueMemberRemoved Queue=sales MemberName=Agent_104 Interface=PJSIP/104 StateInterface=PJSIP/104 Paused=0
         QueueMemberRemoved Queue=sales MemberName=Agent_104 Interface=PJSIP/104 StateInterface=PJSIP/104 Paused=0",
    );
    let expected = [
        "queue sales",
        "sales: 104 works (Agent 104)",
        "sales: 104 works (Agent 104), pauses: lunch",
        "sales: 104 works (Agent 104)",
        "sales: 104 left",
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_old_pbx_has_other_names_for_it() {
    let told = Pbx::listed().says(
        "QueueMemberAdded Queue=sales Location=SIP/104 MemberName=Anna Membership=dynamic Status=1 Paused=0
         QueueMemberPaused Queue=sales Location=SIP/104 MemberName=Anna Paused=1 Reason=lunch
         QueueMemberStatus Queue=sales Location=SIP/104 MemberName=Anna Status=2 Paused=1
         QueueMemberPaused Queue=sales Location=SIP/104 MemberName=Anna Paused=0
         QueueMemberRemoved Queue=sales Location=SIP/104 MemberName=Anna
         Join Channel=SIP/trunk-1 CallerID=79165550107 Queue=sales Position=1 Count=1 Uniqueid=1
         Leave Channel=SIP/trunk-1 Queue=sales Count=0 Uniqueid=1",
    );
    let expected = [
        "queue sales",
        "sales: 104 works (Anna)",
        "104 Free",
        "sales: 104 works (Anna), pauses: lunch",
        "104 Busy",
        "sales: 104 works (Anna)",
        "sales: 104 left",
        "sales: 1 waits 79165550107 0",
        "sales: 1 is served",
    ];
    assert_eq!(told, expected);
}

#[test]
fn behind_a_pipe_works_the_one_whose_telephone_it_is() {
    let told = Pbx::listed().says(
        "QueueMemberAdded Queue=sales MemberName=Anna Interface=Local/104@from-queue/n StateInterface=hint:104@ext-local Paused=0
         QueueMemberAdded Queue=sales MemberName=Boris Interface=Local/5105@agents/n StateInterface=PJSIP/105 Paused=0
         QueueMemberAdded Queue=sales MemberName=Nobody Interface=Agent/Smith StateInterface=Agent/Smith Paused=0
         QueueMemberRemoved Queue=sales Interface=Local/5105@agents/n StateInterface=PJSIP/105",
    );
    assert_eq!(told, ["queue sales", "sales: 104 works (Anna)", "sales: 105 works (Boris)", "sales: 105 left"]);
}

#[test]
fn a_member_who_is_called_in_two_ways_leaves_by_the_last() {
    let told = Pbx::listed().says(
        "QueueMemberAdded Queue=sales Interface=SIP/104 Paused=0
         QueueMemberAdded Queue=sales Interface=PJSIP/104 Paused=0
         QueueMemberRemoved Queue=sales Interface=SIP/104
         QueueMemberRemoved Queue=sales Interface=PJSIP/104",
    );
    assert_eq!(told, ["queue sales", "sales: 104 works", "sales: 104 left"]);
}

#[test]
fn without_the_right_to_queue_events_pauses_are_seen_by_devices() {
    let mut pbx = Pbx::new();
    let _listing = pbx.floor.relist(pbx.start);
    pbx.says(&format!("DeviceStateChange Device=Queue:support_pause_PJSIP/102 State=INUSE \n {LIST}"));
    let told = pbx.says(
        "DeviceStateChange Device=Queue:support_pause_PJSIP/101 State=INUSE
         DeviceStateChange Device=Queue:support_pause_PJSIP/102 State=INUSE
         DeviceStateChange Device=Queue:support_pause_PJSIP/101 State=NOT_INUSE
         DeviceStateChange Device=Queue:night_pause_PJSIP/103 State=NOT_INUSE
         DeviceStateChange Device=Queue:night_pause_PJSIP/103 State=UNKNOWN",
    );
    let expected =
        ["support: 101 works (Anna B.), pauses: ", "support: 101 works (Anna B.)", "queue night", "night: 103 works"];
    assert_eq!(told, expected);
    // Who hears of them by their own events goes by those.
    let told = pbx.says(
        "QueueMemberPause Queue=support MemberName=Anna_B. Interface=PJSIP/101 Paused=1 PausedReason=lunch
         DeviceStateChange Device=Queue:support_pause_PJSIP/101 State=NOT_INUSE",
    );
    assert_eq!(told, ["support: 101 works (Anna B.), pauses: lunch"]);
}

#[test]
fn a_caller_waits_and_is_served_or_gives_up() {
    let joins =
        "QueueCallerJoin Channel=PJSIP/trunk-1 CallerIDNum=79165550107 CallerIDName=Vera Queue=support Uniqueid=1";
    let waits = ["queue support", "support: 1 waits 79165550107 (Vera) 0"];
    let ends = [
        ("QueueCallerLeave Channel=PJSIP/trunk-1 Queue=support Uniqueid=1", "is served"),
        // Gives up, and the leave that follows says nothing new.
        (
            "QueueCallerAbandon Queue=support Uniqueid=1 \n QueueCallerLeave Queue=support Uniqueid=1 \n Hangup Uniqueid=1",
            "gave up",
        ),
        ("Hangup Channel=PJSIP/trunk-1 Uniqueid=1", "gave up"),
        ("BridgeEnter Channel=PJSIP/trunk-1 Uniqueid=1 \n Hangup Channel=PJSIP/trunk-1 Uniqueid=1", "is served"),
    ];
    for (end, how) in ends {
        let mut pbx = Pbx::listed();
        assert_eq!(pbx.says(joins), waits);
        assert_eq!(pbx.says(end), [format!("support: 1 {how}")], "{end}");
    }
}

#[test]
fn a_caller_who_is_sent_to_the_next_queue_waits_there() {
    let told = Pbx::listed().says(
        "QueueCallerJoin CallerIDNum=<unknown> Queue=support Uniqueid=1
         QueueCallerJoin CallerIDNum=<unknown> Queue=support Uniqueid=1
         QueueCallerJoin CallerIDNum=<unknown> Queue=night Uniqueid=1
         QueueCallerLeave Queue=night Uniqueid=1",
    );
    let expected = [
        "queue support",
        "support: 1 waits  0",
        "queue night",
        "support: 1 is served",
        "night: 1 waits  0",
        "night: 1 is served",
    ];
    assert_eq!(told, expected);
}
