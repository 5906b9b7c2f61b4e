//! Who we are to the CRM, and what a program finds in its environment.

use super::*;

fn header(access: &Access) -> Option<String> {
    access.header().map(|(_, value)| value)
}

#[test]
fn the_token_goes_before_the_password() {
    let secret = |text: &str| Some(Secret(text.to_owned()));
    let name = || Some("desk".to_owned());
    assert_eq!(header(&Access::new(None, secret("p"), None)), None);
    assert_eq!(header(&Access::new(name(), secret("p"), None)).as_deref(), Some("Basic ZGVzazpw"));
    assert_eq!(header(&Access::new(name(), None, secret(""))).as_deref(), Some("Basic ZGVzazo="));
    assert_eq!(header(&Access::new(name(), secret("p"), secret("t"))).as_deref(), Some("Bearer t"));
    assert!(!format!("{:?}", Access::new(name(), secret("s3cret"), None)).contains("s3cret"));
}

#[test]
fn facts_are_in_the_environment_under_names_of_ours() {
    let facts: Facts = [
        ("number", "101"),
        ("contact.id", "7"),
        ("contact.имя", "Анна"),
        ("contact.LD_PRELOAD", "/tmp/x.so"),
        ("contact.a=b", "c"),
        ("name", "a\0b\nc"),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .collect();
    let found = environment(&facts);
    let expected = [
        ("RINGSIDE_CONTACT_LD_PRELOAD", "/tmp/x.so"),
        ("RINGSIDE_CONTACT_ID", "7"),
        ("RINGSIDE_NAME", "ab\nc"),
        ("RINGSIDE_NUMBER", "101"),
    ];
    let found: Vec<_> = found.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(found, expected);
}
