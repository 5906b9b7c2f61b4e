//! What an extension does, as its PBX tells it.

use phone::{AccountId, Command, Event, Watched, WatchedState};

use crate::{Desk, exchange::Exchange};

const NOTIFY: &str = "NOTIFY {contact} SIP/2.0\r\nVia: SIP/2.0/UDP PBX;rport;branch=z9hG4bKSEQ\r\nMax-Forwards: 70\r\nFrom: FROM;tag=pbx\r\n\
    To: TO\r\nCall-ID: THIS\r\nCSeq: SEQ NOTIFY\r\nContact: <sip:PBX>\r\nEvent: dialog\r\nSubscription-State: active;expires=300\r\n\
    Content-Type: application/dialog-info+xml";
const RINGING: &str = "<?xml version=\"1.0\"?><dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"1\" state=\"full\" \
    entity=\"sip:102@pbx\"><dialog id=\"102\" direction=\"recipient\"><remote><identity display=\"Agent 103\">sip:103@pbx</identity>\
    </remote><state>early</state></dialog></dialog-info>";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_extension_rings_and_another_is_unknown() {
    let (folder, exchange) = (tempfile::tempdir().unwrap(), Exchange::open());
    let mut desk = Desk::at(&exchange, folder.path()).await;
    let account = AccountId("practice".into());
    desk.phone.send(Command::Watch { account: account.clone(), targets: vec!["102".into(), "#9".into()] }).await;
    let (first, ringing) = exchange.asked("SUBSCRIBE");
    let (second, unknown) = exchange.asked("SUBSCRIBE");
    assert_eq!(unknown.request_uri(), Some(format!("sip:%239@{}", exchange.address).as_str()));
    exchange.respond(second, 404, vec![]);
    let about = |user: &'static str| {
        move |event: &Event| match event {
            Event::Watched { target, watched, .. } if target == user => Some(watched.clone()),
            _ => None,
        }
    };
    assert_eq!(desk.until(about("#9")).await, Watched::Unknown(Some(404)));
    let header = |name: &str| ringing.header(name).unwrap().into_owned();
    let notify = [
        ("PBX", exchange.address.to_string()),
        ("FROM", header("To")),
        ("TO", header("From")),
        ("THIS", header("Call-ID")),
    ]
    .iter()
    .fold(NOTIFY.replace("SEQ", "7"), |text, (name, value)| text.replace(name, value));
    exchange.say(&notify, RINGING, &exchange.socket());
    match desk.until(about("102")).await {
        Watched::Dialogs(dialogs) => {
            let [dialog] = &dialogs[..] else { panic!("{dialogs:?}") };
            let remote = dialog.remote.clone().unwrap();
            assert_eq!((dialog.state, dialog.initiator), (WatchedState::Early, Some(false)));
            assert_eq!((remote.number.as_str(), remote.name.as_deref()), ("103", Some("Agent 103")));
        }
        other => panic!("{other:?}"),
    }
    exchange.respond(first, 200, vec![("Expires".into(), "300".into())]);
    // Taken back with the account.
    desk.phone.send(Command::RemoveAccount(account)).await;
    let end = exchange.heard("an end", |message| {
        message.header("Expires").as_deref() == Some("0") && message.method() == "SUBSCRIBE"
    });
    assert_eq!(end.call_id(), ringing.call_id());
}
