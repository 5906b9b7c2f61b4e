//! Texts between the agent and the PBX.

use std::net::UdpSocket;

use phone::{AccountId, Command, Event};

use crate::{Desk, exchange::Exchange};

const HEAD: &str = "MESSAGE {contact} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:PORT;rport;branch=z9hG4bKBRANCH\r\nMax-Forwards: 70\r\n\
    From: \"Anna\" <sip:102@127.0.0.1>;tag=a\r\nTo: <sip:101@127.0.0.1>\r\nCall-ID: BRANCH\r\nCSeq: 1 MESSAGE\r\n\
    Content-Type: text/plain;charset=UTF-8";

fn head(branch: &str, from: &UdpSocket) -> String {
    HEAD.replace("PORT", &from.local_addr().unwrap().port().to_string()).replace("BRANCH", branch)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_is_sent_and_one_comes_back() {
    let (folder, exchange) = (tempfile::tempdir().unwrap(), Exchange::open());
    let mut desk = Desk::at(&exchange, folder.path()).await;
    let account = AccountId("practice".into());
    let message = |id, account, target: &str| Command::Message {
        id,
        account,
        target: target.into(),
        text: "Здравствуйте".into(),
    };
    desk.phone.send(message(5, account.clone(), "102")).await;
    let (request, heard) = exchange.asked("MESSAGE");
    assert_eq!(heard.request_uri(), Some(format!("sip:102@{}", exchange.address).as_str()));
    assert_eq!(heard.body(), "Здравствуйте".as_bytes());
    exchange.respond(request, 202, vec![]);
    desk.until(|event| (*event == Event::MessageSent(5, Some(202))).then_some(())).await;
    desk.phone.send(message(6, AccountId("nobody's".into()), "102")).await;
    desk.until(|event| (*event == Event::MessageSent(6, None)).then_some(())).await;

    let pbx = exchange.socket();
    exchange.say(&head("one", &pbx), "Звоните\n102", &pbx);
    let (from, text) = desk
        .until(|event| match event {
            Event::Message { account: to, from, text } if *to == account => Some((from.clone(), text.clone())),
            _ => None,
        })
        .await;
    assert_eq!((from.number.as_str(), from.name.as_deref(), text.as_str()), ("102", Some("Anna"), "Звоните\n102"));
    exchange.heard("200", |message| message.status() == Some(200) && message.method() == "MESSAGE");
    desk.stop().await;
}
