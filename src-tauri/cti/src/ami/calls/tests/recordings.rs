//! What was recorded, and for whom.

use super::{Pbx, stories::RINGS_AT_104};
use crate::What;

const ANSWERED: &str = "
    +1000 Newstate PJSIP/104-2:6
    +1001 DialEnd PJSIP/trunk-1:4 > PJSIP/104-2:6 DialStatus=ANSWER";

fn talks() -> Pbx {
    let mut pbx = Pbx::new();
    pbx.says(RINGS_AT_104);
    pbx.says(ANSWERED);
    pbx
}

#[test]
fn what_is_told_before_the_end_is_told_with_it() {
    for told in [
        "UserEvent PJSIP/trunk-1:6 UserEvent=Recording File=/rec/1.wav",
        "Cdr UniqueID=1 LinkedID=1 Channel=PJSIP/trunk-1 RecordingFile=/rec/1.wav",
        // By the channel alone; and whichever comes first.
        "Cdr UniqueID=2 Recordingfile=/rec/1.wav",
        "VarSet PJSIP/trunk-1:6 Variable=MIXMONITOR_FILENAME Value=/rec/1.wav",
    ] {
        let mut pbx = talks();
        let told = pbx.says(&format!(
            "+4000 {told}
             +4001 UserEvent PJSIP/trunk-1:6 UserEvent=Recording File=/rec/again.wav
             +4002 Hangup PJSIP/104-2:6 Cause=16"
        ));
        assert_eq!(told, ["104:2@1 ended answered 3002 ms /rec/1.wav"]);
    }
}

#[test]
fn what_is_told_after_the_end_is_told_then() {
    let mut pbx = talks();
    let told = pbx.events(
        "+4000 Hangup PJSIP/104-2:6 Cause=16
         +4001 UserEvent PJSIP/trunk-1:6 UserEvent=Recording File=/rec/1.wav
         +4002 Cdr UniqueID=1 LinkedID=1 RecordingFile=/rec/1.wav
         +4003 Hangup PJSIP/trunk-1:6 Cause=16",
    );
    let shown: Vec<_> = told.iter().map(super::shown).collect();
    assert_eq!(shown, ["104:2@1 ended answered 3000 ms", "104:2@1 recorded answered /rec/1.wav"]);
    // It says all that the end said: a desk that believes the record more loses nothing.
    let Some(What::Recorded(record)) = told.last().map(|event| &event.what) else { panic!("{told:?}") };
    assert_eq!(record.talk_ms, Some(3000));
    // The next end waits for it.
    let told = pbx.says(
        "+5000 Newstate PJSIP/105-3:5 link=3
         +5100 Newstate PJSIP/105-3:6
         +5200 Hangup PJSIP/105-3:6 Cause=16
         +9000 Cdr UniqueID=3 LinkedID=3 RecordingFile=/rec/3.wav",
    );
    assert_eq!(
        told.get(2..),
        Some(&["105:3@3 ended answered 100 ms …", "105:3@3 recorded answered /rec/3.wav"].map(String::from)[..])
    );
}

#[test]
fn nobody_waits_for_a_recording_for_ever() {
    let mut pbx = talks();
    pbx.says("+4000 Hangup PJSIP/104-2:6 Cause=16 \n +4000 Hangup PJSIP/trunk-1:6 Cause=16");
    assert_eq!(pbx.says("+64000 Cdr UniqueID=1 LinkedID=1 RecordingFile=/rec/1.wav"), [""; 0]);
    assert_eq!(pbx.calls.table.past_len(), 0);
}

#[test]
fn who_did_not_speak_was_not_recorded() {
    let mut pbx = Pbx::new();
    pbx.says(RINGS_AT_104);
    let told = pbx.says(
        "+3999 UserEvent PJSIP/trunk-1:4 UserEvent=Recording File=/rec/1.wav
         +4000 Hangup PJSIP/104-2:5 Cause=16
         +4001 Cdr UniqueID=1 LinkedID=1 RecordingFile=/rec/1.wav",
    );
    assert_eq!(told, ["104:2@1 ended cancelled"]);
}

#[test]
fn an_agent_who_sent_his_client_on_hears_of_it_at_the_end() {
    let mut pbx = talks();
    let told = pbx.says(
        "+5000 BlindTransfer Result=Success Transferer> PJSIP/104-2:6 Transferee> PJSIP/trunk-1:6 Extension=105
         +5010 Hangup PJSIP/104-2:6 Cause=16
         +5020 Newchannel PJSIP/105-3:0 link=1
         +5040 Newstate PJSIP/105-3:5 connected=79165550107
         +7000 Newstate PJSIP/105-3:6
         +99000 Hangup PJSIP/105-3:6 Cause=16
         +99001 UserEvent PJSIP/trunk-1:6 UserEvent=Recording File=/rec/1.wav",
    );
    let told: Vec<_> = told.iter().filter(|line| line.contains("ended") || line.contains("recorded")).collect();
    let expected = [
        "104:2@1 ended answered 4010 ms",
        "105:3@1 ended answered 92000 ms",
        "104:2@1 recorded answered /rec/1.wav",
        "105:3@1 recorded answered /rec/1.wav",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_colleague_who_was_asked_first_gets_the_recording_of_the_client() {
    let mut pbx = talks();
    let told = pbx.says(
        "+2000 Newchannel PJSIP/104-3:4 caller=104 exten=105
         +2010 Newchannel PJSIP/105-4:0 link=3
         +2020 DialBegin PJSIP/104-3:4 caller=104 > PJSIP/105-4:0 connected=104
         +3000 Newstate PJSIP/105-4:6
         +3001 DialEnd PJSIP/104-3:4 > PJSIP/105-4:6 DialStatus=ANSWER
         +5000 AttendedTransfer Result=Success OrigTransferer> PJSIP/104-2:6 SecondTransferer> PJSIP/104-3:6 TransferTarget> PJSIP/105-4:6 Transferee> PJSIP/trunk-1:6
         +5000 UserEvent PJSIP/104-3:6 UserEvent=Recording File=/rec/3.wav
         +5001 Hangup PJSIP/104-2:6 Cause=16
         +5002 Hangup PJSIP/104-3:6 Cause=16
         +9000 UserEvent PJSIP/trunk-1:6 UserEvent=Recording File=/rec/1.wav
         +9001 Hangup PJSIP/trunk-1:6 Cause=16
         +9002 Hangup PJSIP/105-4:6 link=1 Cause=16",
    );
    let told: Vec<_> = told.iter().filter(|line| line.contains("ended") || line.contains("recorded")).collect();
    let expected = [
        "104:2@1 ended answered 4001 ms",
        "104:3@3 ended answered 2001 ms /rec/3.wav",
        "104:2@1 recorded answered /rec/1.wav",
        "105:4@3 ended answered 6002 ms /rec/1.wav",
    ];
    assert_eq!(told, expected);
}

#[test]
fn other_events_and_odd_names_are_no_recordings() {
    let long = "x".repeat(5000);
    for told in [
        "UserEvent PJSIP/trunk-1:6 UserEvent=AgentAnswered File=/rec/1.wav".to_owned(),
        "UserEvent PJSIP/trunk-1:6 UserEvent=Recording File=/rec/\u{202e}.wav".to_owned(),
        format!("UserEvent PJSIP/trunk-1:6 UserEvent=Recording File={long}"),
        "UserEvent UserEvent=Recording File=/rec/1.wav".to_owned(),
        "UserEvent PJSIP/trunk-9:6 UserEvent=Recording File=/rec/1.wav".to_owned(),
        "VarSet PJSIP/trunk-1:6 Variable=FILENAME Value=/rec/1.wav".to_owned(),
        "Cdr UniqueID=1 LinkedID=1 RecordingFile=".to_owned(),
    ] {
        let mut pbx = talks();
        let told = pbx.says(&format!("+4000 {told} \n +4001 Hangup PJSIP/104-2:6 Cause=16"));
        assert_eq!(told, ["104:2@1 ended answered 3001 ms"]);
    }
}
