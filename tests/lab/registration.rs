//! Registering, and being told why not.

use std::{net::UdpSocket, time::Duration};

use kit::{Account, Desk, Pbx, SOON, Settings};

fn registers_over(transport: &str) {
    let pbx = Pbx::shared();
    let desk = Desk::start(Settings::of(pbx.agent_over(transport)));
    let call = desk.dial("700");
    desk.until_active(&call);
    desk.hang_up(&call);
    assert_eq!(desk.until_ended(&call), crate::ended("hung_up", None));
}

#[test]
fn registers_and_calls_over_udp() {
    registers_over("udp");
}

#[test]
fn registers_and_calls_over_tcp() {
    registers_over("tcp");
}

#[test]
fn registers_and_calls_over_tls() {
    registers_over("tls");
}

/// Starts a desk on an account that cannot register; gives the code, the SIP status, and whether there is a sentence.
#[track_caller]
fn fails_with(account: Account) -> (String, Option<u64>) {
    let desk = Desk::launch(Settings::of(account));
    let account = desk.until_registration("failed", Duration::from_secs(45));
    let detail = &account["detail"];
    assert!(detail["detail"].as_str().is_some_and(|sentence| sentence.len() > 10), "there is a sentence: {detail}");
    (detail["code"].as_str().expect("a code").into(), detail["sip_status"].as_u64())
}

#[test]
fn a_wrong_password_is_told() {
    let account = Pbx::shared().agent().password("wrong");
    assert_eq!(fails_with(account), ("wrong_credentials".into(), Some(401)));
}

#[test]
fn an_account_that_is_not_there_is_told() {
    let account = Pbx::shared().account("999", "udp");
    assert_eq!(fails_with(account), ("wrong_credentials".into(), Some(401)));
}

#[test]
fn a_barred_account_is_told() {
    let account = Pbx::shared().account("114", "udp");
    let (code, status) = fails_with(account);
    assert_eq!(status, Some(403), "{code}");
}

#[test]
fn a_certificate_of_an_unknown_ca_is_not_trusted() {
    let mut account = Pbx::shared().agent_over("tls");
    account.ca = None;
    assert_eq!(fails_with(account), ("untrusted_certificate".into(), None));
}

#[test]
fn a_certificate_for_another_host_is_not_trusted() {
    let pbx = Pbx::start(&[("RINGSIDE_PBX_TLS_CERT", "wronghost")]);
    assert_eq!(fails_with(pbx.agent_over("tls")), ("untrusted_certificate".into(), None));
}

#[test]
fn a_host_without_an_address_is_told() {
    let mut account = Pbx::shared().agent();
    account.registrar = "pbx.invalid".into();
    assert_eq!(fails_with(account), ("unknown_host".into(), None));
}

#[test]
fn a_registrar_that_refuses_connections_is_unreachable() {
    let mut account = Pbx::shared().agent_over("tcp");
    account.registrar = format!("127.0.0.1:{}", free_port());
    assert_eq!(fails_with(account), ("unreachable".into(), None));
}

#[test]
fn a_registrar_that_never_answers_is_unreachable() {
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let mut account = Pbx::shared().agent();
    account.registrar = silent.local_addr().expect("an address").to_string();
    assert_eq!(fails_with(account).0, "unreachable");
}

#[test]
fn a_desk_that_ends_takes_its_registration_back_and_hangs_up() {
    let pbx = Pbx::shared();
    let [leaving, staying] = pbx.agents().map(|agent| Desk::start(Settings::of(agent)));
    let number = leaving.number().to_owned();
    let call = leaving.dial(staying.number());
    let incoming = staying.rings();
    staying.answer(&incoming);
    leaving.until_active(&call);
    let (status, took) = leaving.stop();
    assert!(status.success(), "it exits with 0, not {status}");
    assert!(took < Duration::from_secs(2), "it takes {took:?}");
    assert_eq!(staying.until_ended(&incoming).reason, "remote_hung_up");
    let gone = |contacts: &str| !contacts.contains(&format!("{number}/sip:"));
    pbx.until_cli("pjsip show contacts", "the contact is gone", SOON, gone);
}

/// A TCP port that nobody listens on.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
