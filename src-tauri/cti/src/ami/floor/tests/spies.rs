//! Who listens to whom.

use super::Pbx;

const LISTENS: &str =
    "ChanSpyStart SpyerChannel=PJSIP/201-5 SpyerCallerIDNum=104 SpyeeChannel=PJSIP/104-2 SpyeeCallerIDNum=104";

#[test]
fn a_supervisor_listens_for_as_long_as_both_talk() {
    for end in [
        "ChanSpyStop SpyerChannel=PJSIP/201-5 SpyeeChannel=PJSIP/104-2",
        // Old systems name one of the two.
        "ChanSpyStop SpyeeChannel=PJSIP/104-2",
        "Hangup Channel=PJSIP/201-5 Uniqueid=5",
        "Hangup Channel=PJSIP/104-2 Uniqueid=2",
    ] {
        let mut pbx = Pbx::listed();
        assert_eq!(pbx.says(LISTENS), ["201 listens to 104"]);
        assert_eq!(pbx.says(LISTENS), ["201 no longer listens to 104", "201 listens to 104"]);
        assert_eq!(pbx.says(end), ["201 no longer listens to 104"], "{end}");
        assert_eq!(pbx.says(&format!("{end} \n Hangup Channel=PJSIP/201-5 \n Hangup Channel=PJSIP/104-2")), [""; 0]);
        assert_eq!(pbx.floor.spies.len(), 0);
    }
}

#[test]
fn two_listen_and_one_leaves() {
    let mut pbx = Pbx::listed();
    let told = pbx.says(
        "ChanSpyStart SpyerChannel=PJSIP/201-5 SpyeeChannel=PJSIP/104-2
         ChanSpyStart SpyerChannel=PJSIP/202-6 SpyeeChannel=PJSIP/104-2
         ChanSpyStop SpyeeChannel=PJSIP/104-2
         Hangup Channel=PJSIP/202-6
         ChanSpyStop SpyeeChannel=PJSIP/104-2",
    );
    let expected =
        ["201 listens to 104", "202 listens to 104", "202 no longer listens to 104", "201 no longer listens to 104"];
    assert_eq!(told, expected);
}

#[test]
fn one_who_listens_with_two_telephones_listens() {
    let told = Pbx::listed().says(
        "ChanSpyStart SpyerChannel=PJSIP/201-5 SpyeeChannel=PJSIP/104-2
         ChanSpyStart SpyerChannel=PJSIP/201-6 SpyeeChannel=PJSIP/104-2
         Hangup Channel=PJSIP/201-5
         Hangup Channel=PJSIP/201-6",
    );
    assert_eq!(told, ["201 listens to 104", "201 no longer listens to 104"]);
}

#[test]
fn a_listener_goes_from_one_to_the_next() {
    let told = Pbx::listed().says(
        "ChanSpyStart SpyerChannel=PJSIP/201-5 SpyeeChannel=PJSIP/104-2
         ChanSpyStart SpyerChannel=PJSIP/201-5 SpyeeChannel=PJSIP/trunk-1
         ChanSpyStart SpyerChannel=PJSIP/201-5 SpyeeChannel=PJSIP/105-3
         Hangup Channel=PJSIP/104-2
         Hangup Channel=PJSIP/201-5",
    );
    let expected =
        ["201 listens to 104", "201 no longer listens to 104", "201 listens to 105", "201 no longer listens to 105"];
    assert_eq!(told, expected);
}

#[test]
fn a_listener_without_an_extension_is_known_by_the_channel() {
    let told = Pbx::listed().says("ChanSpyStart SpyerChannel=PJSIP/boss-5 SpyeeChannel=PJSIP/104-2");
    assert_eq!(told, ["PJSIP/boss-5 listens to 104"]);
}

#[test]
fn who_listens_when_we_come_is_in_the_list_of_channels() {
    let told = Pbx::listed().says(
        "CoreShowChannel Channel=PJSIP/201-5 ChannelState=6 Application=ChanSpy ApplicationData=PJSIP/104-,qS Uniqueid=5
         CoreShowChannel Channel=PJSIP/202-6 ChannelState=6 Application=ChanSpy ApplicationData=PJSIP/105,q Uniqueid=6
         CoreShowChannel Channel=PJSIP/203-7 ChannelState=6 Application=ChanSpy ApplicationData=PJSIP/106-00000009,q Uniqueid=7
         CoreShowChannel Channel=PJSIP/204-8 ChannelState=6 Application=ChanSpy ApplicationData= Uniqueid=8
         CoreShowChannel Channel=PJSIP/104-2 ChannelState=6 Application=AppDial ApplicationData=(Outgoing_Line) Uniqueid=2
         CoreShowChannel Channel=PJSIP/106-9 ChannelState=6 Application=AppDial Uniqueid=9
         CoreShowChannelsComplete
         Hangup Channel=PJSIP/201-5 Uniqueid=5",
    );
    assert_eq!(told, ["201 listens to 104", "203 listens to 106", "201 no longer listens to 104"]);
}
