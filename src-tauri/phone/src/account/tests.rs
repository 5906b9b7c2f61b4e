use super::*;
use crate::{AutoAnswer, DtmfMode, Secret};

fn account(aor: &str, registrar: Option<&str>) -> Account {
    Account {
        id: AccountId("work".into()),
        aor: aor.into(),
        registrar: registrar.map(str::to_owned),
        username: None,
        password: Secret("secret".into()),
        display_name: None,
        transport: Transport::Udp,
        ca: None,
        codecs: Vec::new(),
        dtmf: DtmfMode::Auto,
        auto_answer: AutoAnswer::Off,
    }
}

#[test]
fn a_number_is_dialled_at_the_accounts_domain() {
    let work = account("sip:101@pbx.example:5070", None);
    assert_eq!(target_uri("+74952294989", &work), "sip:+74952294989@pbx.example:5070");
    assert_eq!(target_uri("*55#", &work), "sip:*55%23@pbx.example:5070");
    assert_eq!(target_uri("anna@other.example", &work), "sip:anna@other.example");
    assert_eq!(target_uri("sips:anna@other.example", &work), "sips:anna@other.example");
    assert_eq!(target_uri("a\r\nb", &work), "sip:a%0D%0Ab@pbx.example:5070", "no line ends up in a request line");
}

#[test]
fn the_registrar_may_be_elsewhere() {
    let config = sip_config(&account("sip:101@pbx.example", Some("127.0.0.1:5062"))).expect("a good account");
    assert_eq!((config.registrar_host.as_str(), config.registrar_port), ("127.0.0.1", Some(5062)));
    assert_eq!(config.username, "101");
    let config = sip_config(&account("sip:101@pbx.example", Some("[2001:db8::1]:5060"))).expect("IPv6");
    assert_eq!((config.registrar_host.as_str(), config.registrar_port), ("2001:db8::1", Some(5060)));
}

#[test]
fn a_number_is_shown_in_both_headers_and_nothing_else_gets_in() {
    let work = account("sip:101@pbx.example;transport=tcp", None);
    let both = |identity: &str| {
        Ok(["P-Preferred-Identity", "P-Asserted-Identity"].map(|name| (name.to_owned(), identity.to_owned())).to_vec())
    };
    assert_eq!(identity_headers("+74952294989", &work), both("<sip:+74952294989@pbx.example>"));
    assert_eq!(identity_headers("*7#", &work), both("<sip:*7%23@pbx.example>"));
    for number in ["", "sara", "1@evil.example", "1>\r\nX-Evil: 1", "1 2", "١٢٣", &"1".repeat(33)] {
        assert!(identity_headers(number, &work).is_err(), "{number:?}");
    }
}

#[test]
fn nonsense_is_refused_with_a_sentence() {
    for (aor, registrar) in [("sip:pbx.example", None), ("", None), ("sip:101@pbx", Some("pbx:port"))] {
        assert!(sip_config(&account(aor, registrar)).is_err(), "{aor} {registrar:?}");
    }
}
