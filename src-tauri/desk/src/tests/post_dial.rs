//! Digits of an extension, sent once somebody has answered.

use super::*;

const LINK: &str = r#"{"type":"open_link","link":"tel:+7-495-229-49-89;ext=12"}"#;

#[test]
fn the_extension_is_sent_a_moment_after_the_answer() {
    let mut kit = Kit::new();
    kit.asks(LINK);
    assert_eq!(kit.dialled(), ["+74952294989"]);
    kit.hear(Event::EarlyMedia(CallId(1)));
    kit.pass(Duration::from_secs(10));
    kit.hear(Event::Answered(CallId(1)));
    kit.pass(Duration::from_millis(1499));
    assert!(kit.take_commands().is_empty(), "an attendant must have begun to listen");
    kit.pass(Duration::from_millis(1));
    assert_eq!(kit.take_commands(), [Command::SendDtmf(CallId(1), "12".into())]);
    kit.hear(Event::Answered(CallId(1)));
    kit.pass(Duration::from_secs(60));
    assert!(kit.take_commands().is_empty(), "once");
}

#[test]
fn who_hangs_up_at_once_hears_no_digits() {
    let mut kit = Kit::new();
    kit.asks(LINK);
    kit.hear(Event::Answered(CallId(1)));
    kit.ends(1, Reason::RemoteHungUp);
    kit.take_commands();
    kit.pass(Duration::from_secs(20));
    assert!(kit.take_commands().is_empty());
}

#[test]
fn a_transfer_to_a_number_with_digits_is_refused() {
    let pbx = Clicks { pbx: true, via: crate::wire::Via::Pbx, ..Clicks::default() };
    for clicks in [Clicks::default(), pbx] {
        let mut kit = Kit::clicks(clicks);
        kit.up(2);
        for number in ["74952294989#12", "tel:+74952294989;ext=12", "+74952294989,12"] {
            let transfer = format!(r#"{{"type":"transfer_blind","call":"c2","target":"{number}"}}"#);
            assert_eq!(kit.is_refused(&transfer), (400, "transfer_with_digits".into()), "{number}");
        }
        kit.asks(r#"{"type":"transfer_blind","call":"c2","target":"*72#"}"#);
        assert_eq!(kit.take_commands().last(), Some(&Command::TransferBlind(CallId(2), "*72#".into())));
    }
}

#[test]
fn a_prompt_shows_the_extension_and_a_yes_sends_it() {
    let mut kit = Kit::new();
    let page = clicked("https://crm.example");
    kit.page_dials(&page, "tel:+74952294989;ext=12");
    assert_eq!(kit.prompt().preview.and_then(|preview| preview.post_dial).as_deref(), Some("12"));
    assert_eq!(kit.page_dials(&page, "tel:+74952294989;ext=13"), "p2", "another extension is another number");
    kit.asks(r#"{"type":"confirm","prompt":"p2"}"#);
    kit.hear(Event::Answered(CallId(1)));
    kit.pass(Duration::from_secs(2));
    assert_eq!(kit.take_commands().last(), Some(&Command::SendDtmf(CallId(1), "13".into())));
}
