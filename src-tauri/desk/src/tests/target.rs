//! What people paste.

use crate::{Target, TargetError};

#[test]
fn anything_with_one_number_in_it_can_be_dialled() {
    for (pasted, dialled) in [
        ("200", "200"),
        (" +7 (495) 229-49-89 ", "+74952294989"),
        ("8\u{a0}800\u{2011}555\u{2013}35\u{2212}35", "88005553535"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("\u{202a}+7 495 229 49 89\u{202c}", "+74952294989"),
        ("۰۲۱-۸۸۷۷۶۶۵۵", "02188776655"),
        ("٠٢١٨٨", "02188"),
        ("+4930", "+4930"),
        ("*72#", "*72#"),
        ("tel:+7%20(495)%20229-49-89;ext=12", "+74952294989"),
        ("TEL://112", "112"),
        ("tel:%DB%B1%DB%B2", "12"),
        ("callto:+1-201-555-0123", "+12015550123"),
        ("callto://echo123", "echo123"),
        ("sip:101@pbx.example", "101@pbx.example"),
        ("sip:+7 495 22@pbx.example:5070;user=phone", "+749522@pbx.example:5070"),
        ("\"Anna\" <sip:anna:secret@example.com;transport=tcp?Replaces=x>", "anna@example.com"),
        ("sip:200", "200"),
        ("anna.k@example.com", "anna.k@example.com"),
        ("echo", "echo"),
        ("Tel.: +7 495 229-49-89", "+74952294989"),
        ("+7 495 229-49-89 ext. 12", "+74952294989"),
        ("“200”", "200"),
    ] {
        assert_eq!(Target::parse(pasted).map(|target| target.to_string()), Ok(dialled.to_owned()), "{pasted:?}");
    }
}

#[test]
fn what_is_no_number_gets_a_sentence() {
    for (pasted, error) in [
        ("", TargetError::Empty),
        ("  \u{200f} ", TargetError::Empty),
        ("call me", TargetError::Undialable),
        ("---", TargetError::Undialable),
        ("+", TargetError::Undialable),
        ("tel:", TargetError::Empty),
        ("sip:@", TargetError::Undialable),
        ("anna@", TargetError::Undialable),
        ("anna@exa mple.com", TargetError::Undialable),
        ("a b@example.com", TargetError::Undialable),
        ("http://example.com/200", TargetError::Undialable),
        ("sip:1@x\r\nVia: y", TargetError::Undialable),
        ("+74952294989 or +74952294990", TargetError::Ambiguous),
    ] {
        assert_eq!(Target::parse(pasted), Err(error), "{pasted:?}");
        assert!(!error.to_string().is_empty() && error.code().starts_with("target_"));
    }
    assert_eq!(Target::parse(&"1".repeat(65)), Err(TargetError::TooLong));
    assert_eq!(Target::parse(&"1".repeat(4000)), Err(TargetError::TooLong));
}

#[test]
fn broken_escapes_harm_nobody() {
    for pasted in ["tel:%", "tel:%2", "tel:%zz1", "sip:%ff%fe@x", "sip:%00@x", "%%%@%%%", "tel:1%0d%0aVia"] {
        if let Ok(target) = Target::parse(pasted) {
            assert!(!target.to_string().contains(|c: char| c.is_control()), "{pasted:?}");
        }
    }
}
