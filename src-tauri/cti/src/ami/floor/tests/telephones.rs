//! Registered, free, ringing, busy and on hold.

use super::Pbx;

#[test]
fn a_telephone_comes_rings_talks_and_goes() {
    let told = Pbx::listed().says(
        "PeerStatus Peer=PJSIP/104 PeerStatus=Reachable
         DeviceStateChange Device=PJSIP/104 State=NOT_INUSE
         ContactStatus EndpointName=104 ContactStatus=NonQualified
         ExtensionStatus Exten=104 Hint=PJSIP/104,CustomPresence:104 Status=0
         ExtensionStatus Exten=104 Hint=PJSIP/104,CustomPresence:104 Status=8
         DeviceStateChange Device=PJSIP/104 State=RINGING
         QueueMemberStatus Queue=support Interface=PJSIP/900 Status=6
         DeviceStateChange Device=PJSIP/104 State=INUSE
         DeviceStateChange Device=Queue:support_avail State=NOT_INUSE
         DeviceStateChange Device=MWI:104@default State=NOT_INUSE
         DeviceStateChange Device=Local/104@from-queue State=NOT_INUSE
         DeviceStateChange Device=PJSIP/900 State=INUSE
         DeviceStateChange Device=PJSIP/104 State=RINGINUSE
         DeviceStateChange Device=PJSIP/104 State=INVALID
         DeviceStateChange Device=PJSIP/104 State=NOT_INUSE
         PeerStatus Peer=PJSIP/104 PeerStatus=Unreachable
         DeviceStateChange Device=PJSIP/104 State=UNAVAILABLE
         ContactStatus EndpointName=104 ContactStatus=Removed",
    );
    assert_eq!(told, ["104 Free", "104 Ringing", "104 Busy", "104 Free", "104 Unregistered"]);
}

#[test]
fn what_is_told_while_the_list_is_read_is_newer() {
    let told = Pbx::listed().says(
        "DeviceStateChange Device=PJSIP/104 State=NOT_INUSE
         DeviceStateChange Device=PJSIP/104 State=UNAVAILABLE ActionID=ringside-3
         DeviceStateChange Device=PJSIP/105 State=UNAVAILABLE ActionID=ringside-3
         DeviceStateChange Device=PJSIP/105 State=NOT_INUSE",
    );
    assert_eq!(told, ["104 Free", "105 Unregistered", "105 Free"]);
}

/// 101 talks to 102 and holds: chan_pjsip calls the telephone `ONHOLD` that is held.
const TALK: &str = "
    DeviceStateChange Device=PJSIP/101 State=INUSE
    Newstate Channel=PJSIP/101-1 ChannelState=6
    DeviceStateChange Device=PJSIP/102 State=INUSE
    Newstate Channel=PJSIP/102-2 ChannelState=6";

#[test]
fn who_holds_is_on_hold_and_who_is_held_is_not() {
    let mut pbx = Pbx::listed();
    assert_eq!(pbx.says(TALK), ["101 Busy", "102 Busy"]);
    let told = pbx.says(
        "Hold Channel=PJSIP/101-1
         DeviceStateChange Device=PJSIP/102 State=ONHOLD
         ExtensionStatus Exten=102 Hint=PJSIP/102 Status=16
         Unhold Channel=PJSIP/101-1
         DeviceStateChange Device=PJSIP/102 State=INUSE",
    );
    assert_eq!(told, ["101 OnHold", "101 Busy"]);
}

#[test]
fn who_asks_a_colleague_while_a_client_is_held_talks() {
    let mut pbx = Pbx::listed();
    pbx.says(TALK);
    let told = pbx.says(
        "Hold Channel=PJSIP/102-2
         Newchannel Channel=PJSIP/102-3 ChannelState=4
         Newstate Channel=PJSIP/102-3 ChannelState=6
         Hangup Channel=PJSIP/102-3
         Unhold Channel=PJSIP/102-2
         Hold Channel=PJSIP/102-2
         Hangup Channel=PJSIP/102-2
         DeviceStateChange Device=PJSIP/102 State=NOT_INUSE
         DeviceStateChange Device=PJSIP/102 State=INUSE",
    );
    let expected =
        ["102 OnHold", "102 Busy", "102 OnHold", "102 Busy", "102 OnHold", "102 Busy", "102 Free", "102 Busy"];
    assert_eq!(told, expected);
}

#[test]
fn who_asks_a_colleague_by_a_code_talks_to_him() {
    let mut pbx = Pbx::listed();
    pbx.says(TALK);
    let told = pbx.says(
        "Hold Channel=PJSIP/101-1
         BridgeLeave Channel=PJSIP/101-1
         BridgeEnter Channel=PJSIP/101-1 BridgeNumChannels=2
         BridgeEnter Channel=PJSIP/102-2 BridgeNumChannels=2",
    );
    assert_eq!(told, ["101 OnHold", "101 Busy"]);
}

#[test]
fn an_end_that_was_lost_leaves_nobody_on_hold() {
    let mut pbx = Pbx::listed();
    pbx.says(TALK);
    let told = pbx.says(
        "Hold Channel=PJSIP/101-1
         DeviceStateChange Device=PJSIP/101 State=NOT_INUSE
         DeviceStateChange Device=PJSIP/101 State=INUSE",
    );
    assert_eq!(told, ["101 OnHold", "101 Free", "101 Busy"]);
}

#[test]
fn a_hold_is_told_of_one_who_was_not_heard_of() {
    let told =
        Pbx::listed().says("Hold Channel=PJSIP/101-1 \n Unhold Channel=PJSIP/101-1 \n Hold Channel=PJSIP/trunk-2");
    assert_eq!(told, ["101 OnHold", "101 Busy"]);
}

#[test]
fn with_chan_sip_the_one_that_holds_is_called_so() {
    let told = Pbx::listed().says(
        "DeviceStateChange Device=SIP/104 State=INUSE
         DeviceStateChange Device=SIP/104 State=ONHOLD
         Hold Channel=SIP/104-1
         Unhold Channel=SIP/104-1
         DeviceStateChange Device=SIP/104 State=INUSE",
    );
    assert_eq!(told, ["104 Busy", "104 OnHold", "104 Busy"]);
}

#[test]
fn an_old_pbx_lists_its_peers_and_tells_of_extensions() {
    let mut pbx = Pbx::new();
    let _listing = pbx.floor.relist(pbx.start);
    let told = pbx.says(
        "PeerEntry Channeltype=SIP ObjectName=104 IPaddress=192.168.51.104 Status=OK_(12_ms) Description=Anna_B.
         PeerEntry Channeltype=SIP ObjectName=105 IPaddress=-none- Status=UNKNOWN
         PeerEntry Channeltype=SIP ObjectName=106 IPaddress=192.168.51.106 Status=UNREACHABLE
         PeerEntry Channeltype=SIP ObjectName=900 IPaddress=192.168.51.1 Status=OK_(3_ms)
         PeerEntry Channeltype=IAX2 ObjectName=107 IPaddress=192.168.51.107 Status=Unmonitored
         PeerlistComplete
         QueueStatusComplete
         ExtensionStatus Exten=104 Context=ext-local Status=8
         ExtensionStatus Exten=104 Context=ext-local Status=1
         ExtensionStatus Exten=801 Context=parkedcalls Status=0
         PeerStatus Peer=SIP/105 PeerStatus=Registered
         PeerStatus Peer=SIP/104 PeerStatus=Registered
         PeerStatus Peer=SIP/104 PeerStatus=Rejected
         PeerStatus Peer=SIP/105 PeerStatus=Unregistered",
    );
    let expected = [
        "104 Free (Anna B.)",
        "105 Unregistered",
        "106 Unregistered",
        "107 Free",
        "listed",
        "104 Ringing (Anna B.)",
        "104 Busy (Anna B.)",
        "105 Free",
        "105 Unregistered",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_user_with_few_rights_knows_the_members_of_queues() {
    let told = Pbx::listed().says(
        "QueueMember Queue=support Name=Agent_101 Location=PJSIP/101 StateInterface=PJSIP/101 Status=5 Paused=0
         QueueMember Queue=support Name=Agent_102 Location=Local/102@q/n StateInterface=hint:102@ext-local Status=6 Paused=0
         QueueMember Queue=support Name=Agent_103 Location=Local/103@q/n Status=1 Paused=0
         DeviceStateChange Device=PJSIP/101 State=NOT_INUSE
         QueueMember Queue=support Name=Agent_101 Location=PJSIP/101 StateInterface=PJSIP/101 Status=5 Paused=0",
    );
    let states: Vec<_> = told.iter().filter(|line| line.starts_with('1')).collect();
    assert_eq!(states, ["101 Unregistered", "102 Ringing", "101 Free"]);
}

#[test]
fn endpoints_and_extensions_are_listed_too() {
    let told = Pbx::listed().says(
        "EndpointList ObjectType=endpoint ObjectName=101 Contacts= DeviceState=Unavailable
         EndpointList ObjectType=endpoint ObjectName=102 DeviceState=Not_in_use
         EndpointList ObjectType=endpoint ObjectName=103 DeviceState=On_Hold
         EndpointList ObjectType=endpoint ObjectName=trunk DeviceState=Not_in_use
         EndpointListComplete
         ExtensionStatus Exten=104 Hint=PJSIP/104&Custom:DND104,CustomPresence:104 Status=1
         ExtensionStatus Exten=809 Hint=park:809@parkedcalls Status=0",
    );
    assert_eq!(told, ["101 Unregistered", "102 Free", "103 Busy", "104 Busy"]);
}

#[test]
fn a_telephone_has_the_name_that_it_calls_with() {
    let told = Pbx::listed().says(
        "DeviceStateChange Device=PJSIP/104 State=INUSE
         Newchannel Channel=PJSIP/104-1 ChannelState=4 CallerIDNum=104 CallerIDName=Anna_B.
         Newchannel Channel=PJSIP/104-2 ChannelState=0 CallerIDNum=79165550107 CallerIDName=Client
         Newchannel Channel=PJSIP/105-3 ChannelState=0 CallerIDNum=105 CallerIDName=105
         Newchannel Channel=PJSIP/201-4 ChannelState=0 CallerIDNum=104 CallerIDName=Listen_104
         NewCallerid Channel=PJSIP/104-1 CallerIDNum=104 CallerIDName=Callback
         DeviceStateChange Device=PJSIP/104 State=NOT_INUSE",
    );
    assert_eq!(told, ["104 Busy", "104 Busy (Anna B.)", "104 Free (Anna B.)"]);
}
