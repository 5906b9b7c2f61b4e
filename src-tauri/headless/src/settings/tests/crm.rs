//! `[crm]`, as integrators write it.

use cti::crm::MappedField;
use desk::{Moment, Register};

use super::*;

const REGISTERS: &str = "[crm]\nregister_url = \"https://crm.example/calls\"\n";

fn crm(text: &str) -> Settings {
    let settings = Folder::new("crm").read(text).expect(text);
    assert_eq!(settings.desk.cards.register, settings.crm.register);
    settings
}

#[test]
fn every_key_is_read() {
    let settings = crm(
        "[crm]\nlookup_url = \"https://crm.example/lookup?phone={number}&last={last10}\"\nregister_url = \"https://crm.example/calls\"\n\
         open_url = \"https://crm.example/contact/{contact.id}\"\nopen_on = \"answer\"\nusername = \"desk\"\npassword = \"s3cret\"\n\
         ca = \"/ca.pem\"\nregister = \"calls\"\ncontacts = [\"book.csv\", \"/srv/all.VCF\"]\n[crm.lookup]\nname = \"person.name\"\n\
         [[crm.field]]\nlabel = \"Segment\"\nfrom = \"segment\"\n",
    );
    let crm = &settings.crm;
    let facts = [("number", "7 495"), ("last10", "7495")].map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let lookup = crm.asked.lookup_url.as_ref().map(|url| url.fill(&facts));
    assert_eq!(lookup.as_deref(), Some("https://crm.example/lookup?phone=7%20495&last=7495"));
    assert!(crm.asked.register_url.is_some() && crm.asked.open_url.is_some());
    assert_eq!(
        (crm.open_on, crm.register, crm.username.as_deref()),
        (Some(Moment::Answer), Register::Calls, Some("desk"))
    );
    assert_eq!((crm.password.name().as_str(), crm.password.in_settings), ("[crm] password", true));
    let mapping = &crm.asked.mapping;
    assert_eq!((mapping.name.to_string().as_str(), mapping.company.to_string().as_str()), ("person.name", "company"));
    let segment = MappedField { label: "Segment".into(), from: "segment".parse().expect("a path") };
    assert_eq!(mapping.fields, [segment]);
    let [book, all] = crm.contacts.as_slice() else { panic!("{:?}", crm.contacts) };
    assert!(book.is_absolute() && book.ends_with("book.csv"), "it lies beside the settings: {book:?}");
    assert_eq!(all, &PathBuf::from("/srv/all.VCF"));
    assert!(settings.desk.cards.looks_up);
    assert_eq!(settings.warnings, Vec::<String>::new());
    assert!(!format!("{crm:?}").contains("s3cret"));
}

#[test]
fn what_is_registered_follows_from_who_tells_of_calls() {
    let ami = "[pbx]\ndriver = \"ami\"\naddress = \"pbx\"\nusername = \"u\"\n";
    for (text, expected) in [
        (String::new(), Register::Off),
        ("[webhook]\n".to_owned(), Register::Off),
        (REGISTERS.to_owned(), Register::Calls),
        (format!("{REGISTERS}[webhook]\n"), Register::Events),
        (format!("{REGISTERS}register = \"auto\"\n[webhook]\nenabled = false\n"), Register::Calls),
        (format!("{REGISTERS}{ami}"), Register::Events),
        (format!("{REGISTERS}{ami}events = false\n"), Register::Calls),
        (format!("{REGISTERS}register = \"calls\"\n{ami}"), Register::Calls),
        (format!("{REGISTERS}register = \"off\"\n[webhook]\n"), Register::Off),
        ("[crm]\nregister = \"off\"\n".to_owned(), Register::Off),
    ] {
        assert_eq!(crm(&text).crm.register, expected, "{text}");
    }
}

#[test]
fn what_cannot_be_used_names_its_place_and_the_mend() {
    for (text, place, mend) in [
        ("[crm]\nlookup_url = \"crm.example\"", ":2: crm.lookup_url: ", "https://"),
        ("[crm]\nopen_url = \"javascript:alert(1)\"", ":2: crm.open_url: ", "https://"),
        ("[crm]\nopen_url = \"https://{contact.host}/\"", ":2: crm.open_url: ", "behind the host"),
        ("[crm]\nregister_url = \"https://crm/{number}\"", ":2: crm.register_url: ", "body"),
        ("[crm.lookup]\nname = \"a..b\"", ":2: crm.lookup.name: ", "path"),
        ("[crm]\nregister_url = \"https://a:b@crm/\"", ":2: crm.register_url: ", "keys of their own"),
        ("[crm]\nregister = \"events\"", ":2: crm.register: ", "register_url"),
        ("[crm]\nopen_on = \"hold\"", ":2: crm.open_on: ", "never, ring, answer, end"),
        ("[crm]\ncontacts = [\"book.xls\"]", ":2: crm.contacts: ", ".csv or .vcf"),
        ("[crm]\nusername = \"a\"\ntoken = \"b\"", ":3: crm.token: ", "either"),
        ("[crm]\npassword = \"s3cret\"", ": crm.username: ", "belongs to"),
        ("[[crm.field]]\nlabel = \"a\"", ":1: crm.field.from: ", "from = "),
        ("[crm]\nlookup = 1", ":2: crm.lookup: ", "[crm.lookup]"),
    ] {
        let problem = Folder::new("bad-crm").read(text).expect_err(text).to_string();
        assert!(problem.contains(&format!("settings.toml{place}")), "{text}: {problem}");
        assert!(problem.contains(mend) && problem.lines().count() == 1, "{text}: {problem}");
        assert!(!problem.contains("s3cret"), "{problem}");
    }
}

#[test]
fn what_can_be_read_on_its_way_is_warned_of() {
    for (url, warns) in
        [("http://crm.example/", true), ("http://127.0.0.1:8080/", false), ("https://crm.example/", false)]
    {
        let warnings = crm(&format!("[crm]\nlookup_url = \"{url}\"\n")).warnings;
        assert_eq!(warnings.iter().any(|warning| warning.contains("crm.lookup_url: ")), warns, "{url}: {warnings:?}");
    }
}

#[test]
fn a_fact_that_no_call_has_is_warned_of() {
    let hook = "[[hook]]\non = \"ring\"\nprogram = \"a\"\narguments = [\"{numbr}\"]\n";
    let warnings = crm(&format!("[crm]\nopen_url = \"https://crm/{{nmber}}\"\n{hook}")).warnings;
    let [open, argument] = warnings.as_slice() else { panic!("{warnings:?}") };
    assert!(open.contains(":2: crm.open_url: {nmber} is not known"), "{open}");
    assert!(argument.contains(":6: hook.arguments: {numbr} is not known"), "{argument}");
}
