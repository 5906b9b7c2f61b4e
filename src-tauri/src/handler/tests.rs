use super::*;

#[test]
fn an_entry_hands_the_link_over_as_one_argument() {
    let entry = entry(Path::new("/opt/ringside/ringside")).expect("a plain path");
    assert!(entry.contains("\nExec=/opt/ringside/ringside -- %u\n"), "{entry}");
    assert!(entry.contains("\nMimeType=x-scheme-handler/tel;x-scheme-handler/sip;x-scheme-handler/sips;"), "{entry}");
}

#[test]
fn a_path_is_quoted_where_it_must_be() {
    assert_eq!(quoted("/home/ann/my apps/100%/ringside").as_deref(), Some("\"/home/ann/my apps/100%%/ringside\""));
    assert_eq!(quoted("/home/ann/$HOME\n/ringside"), None);
}

#[test]
fn a_build_that_is_not_installed_has_an_entry_of_its_own() {
    assert_eq!(entry_of(Path::new("/home/ann/ringside/target/debug/ringside")), OWN);
    assert_eq!(entry_of(Path::new("/nowhere/bin/ringside")), OWN);
}
