//! Addresses as integrators write them.

use super::*;

#[test]
fn what_is_no_address_of_an_interface_is_said() {
    for (text, error) in [
        ("", AddressError::NotAUrl),
        ("192.168.0.1", AddressError::NotAUrl),
        ("http://", AddressError::NotAUrl),
        ("192.168.0.1:4055", AddressError::NotAUrl),
        ("pbx:4055", AddressError::Scheme),
        ("ftp://pbx", AddressError::Scheme),
        ("javascript:alert(1)", AddressError::Scheme),
        ("http://admin:s3cret@pbx", AddressError::Credentials),
        ("http://pbx/?password=s3cret", AddressError::Query),
        ("http://pbx/#x", AddressError::Query),
    ] {
        assert_eq!(Address::parse(text), Err(error), "{text:?}");
    }
}

#[test]
fn only_plain_http_beyond_this_machine_is_open() {
    for (text, open) in [
        ("http://192.168.0.1:4055", true),
        ("http://pbx.example", true),
        ("http://localhost.example", true),
        ("https://pbx.example", false),
        ("http://localhost:1", false),
        ("http://127.1.2.3", false),
        ("http://[::1]:4055", false),
    ] {
        assert_eq!(Address::parse(text).map(|address| address.is_open()), Ok(open), "{text}");
    }
}
