//! `[webhook]`, as integrators write it.

use super::*;

fn webhook(text: &str) -> (Webhook, Vec<String>) {
    let settings = Folder::new("webhook").read(text).expect(text);
    (settings.webhook, settings.warnings)
}

#[test]
fn without_the_table_it_is_off_and_with_it_it_is_on() {
    assert_eq!(webhook(""), (Webhook::default(), vec![]));
    let (on, warnings) = webhook("[webhook]\n");
    assert_eq!((on.enabled, on.listen.to_string().as_str(), warnings), (true, "127.0.0.1:4060", vec![]));
    assert!(!webhook("[webhook]\nenabled = false\n").0.enabled);
}

#[test]
fn every_key_is_read() {
    let (all, warnings) = webhook(
        "[webhook]\nlisten = \"192.0.2.7:0\"\nusername = \"pbx\"\npassword = \"s3cret\"\nevents = [\"Cdr\", \"dial-in\"]\n\
         allow = [\"192.168.51.193\", \"10.0.0.0/8\", \"fd00::/8\"]\ncertificate = \"/hook.pem\"\nkey = \"/hook.key\"\n",
    );
    assert_eq!((all.listen.port(), all.username.as_deref(), warnings), (0, Some("pbx"), vec![]));
    assert_eq!((all.password.name().as_str(), all.password.in_settings), ("[webhook] password", true));
    assert_eq!(all.events, ["Cdr", "dial-in"]);
    let allow: Vec<_> = all.allow.iter().map(ToString::to_string).collect();
    assert_eq!(allow, ["192.168.51.193/32", "10.0.0.0/8", "fd00::/8"]);
    assert_eq!(all.tls, Some(CertificateFiles { certificate: "/hook.pem".into(), key: "/hook.key".into() }));
    assert!(!format!("{all:?}").contains("s3cret"));
}

#[test]
fn files_are_looked_for_beside_the_settings() {
    let folder = Folder::new("webhook");
    let settings = folder.read("[webhook]\ncertificate = \"hook.pem\"\nkey = \"/hook.key\"\n").expect("it is readable");
    let files = settings.webhook.tls.expect("both are named");
    assert_eq!(files, CertificateFiles { certificate: folder.0.join("hook.pem"), key: "/hook.key".into() });
}

#[test]
fn what_cannot_be_used_names_its_place_and_the_mend() {
    for (text, place, mend) in [
        ("[webhook]\nlisten = \"4060\"", ":2: webhook.listen: ", "127.0.0.1:4060"),
        ("[webhook]\nlisten = \"0.0.0.0:4060\"", ":2: webhook.listen: ", "username and password"),
        ("[webhook]\nlisten = \"[::]:4060\"\npassword = \"s3cret\"", ": webhook.username: ", "belongs to"),
        ("[webhook]\nallow = [\"pbx\"]", ":2: webhook.allow: ", "10.0.0.0/8"),
        ("[webhook]\nallow = [\"10.0.0.0/99\"]", ":2: webhook.allow: ", "10.0.0.0/8"),
        ("[webhook.mapping]\nname = \"a\"", ":1: webhook.mapping: ", "[[webhook.mapping]]"),
        ("[webhook]\nevents = [1]", ":2: webhook.events: ", "list of texts"),
        ("[webhook]\nenabled = 1", ":2: webhook.enabled: ", "true or false"),
        ("[webhook]\ncertificate = \"a\"", ": webhook.key: ", "private key"),
        ("[webhook]\nkey = \"a\"", ": webhook.certificate: ", "certificate"),
    ] {
        let problem = Folder::new("bad-webhook").read(text).expect_err(text).to_string();
        assert!(problem.contains(&format!("settings.toml{place}")), "{text}: {problem}");
        assert!(problem.contains(mend) && problem.lines().count() == 1, "{text}: {problem}");
        assert!(!problem.contains("s3cret"), "{problem}");
    }
}

#[test]
fn what_is_odd_is_warned_of() {
    let (_, warnings) = webhook("[webhook]\nlisten = \"0.0.0.0:1\"\nusername = \"a\"\nusernam = \"a\"\n");
    let [typo, open] = warnings.as_slice() else { panic!("{warnings:?}") };
    assert!(typo.contains(":4: webhook.usernam: ") && typo.contains("did you mean username?"), "{typo}");
    assert!(open.contains(":2: webhook.listen: the password can be read"), "{open}");
    let (_, warnings) = webhook("[webhook]\nevents = [\"new state\", \"Dial-In\", \"NewStat\"]\n");
    let [unknown] = warnings.as_slice() else { panic!("{warnings:?}") };
    assert!(
        unknown.contains(":2: webhook.events: no event is called \"NewStat\"") && unknown.contains("dial-in"),
        "{unknown}"
    );
    let described = webhook("[webhook]\nevents = [\"RING\"]\n[[webhook.mapping]]\nname = \"k2m\"\n");
    assert_eq!(described.1, [] as [&str; 0]);
}

#[test]
fn secrets_of_all_sections_are_found_and_those_of_the_policy_stay() {
    let folder = Folder::new("secrets");
    let settings = folder.file(
        "settings.toml",
        "[webhook]\nusername = \"a\"\npassword = \"1\" # hook\n[crm]\ntoken = \"2\"\nca = \"/ca\" # theirs\n[pbx]\n\
         driver = \"ami\"\naddress = \"pbx\"\nusername = \"u\"\nsecret = \"3\"\n",
    );
    let policy = folder.file("policy.toml", "[crm]\ntoken = \"4\"\n");
    let read = read(&settings, &policy, false).expect("both are right");
    let to_move = read.secrets_to_move();
    let names: Vec<_> = to_move.iter().map(SectionSecret::name).collect();
    assert_eq!(names, ["[pbx] secret", "[webhook] password"]);
    assert_eq!(read.crm.token.text, Some(Secret("4".into())));
    let writer = Writer::new(settings.clone(), desk::Clicks::default());
    writer.remove_secrets(&to_move).expect("it is written");
    let after = fs::read_to_string(&settings).expect("it is there");
    assert!(!after.contains("password") && !after.contains("secret"), "{after}");
    assert!(after.contains("ca = \"/ca\" # theirs\n"), "{after}");
}

#[test]
fn a_described_dialect_is_read() {
    let all = webhook(
        "[webhook]\n[[webhook.mapping]]\nname = \"k2m\"\nduration_unit = \"ms\"\n[webhook.mapping.fields]\nnumber = \"phone\"\n\
         [webhook.mapping.values]\nring = [\"RING\"]\n[[webhook.mapping]]\nname = \"other\"\n",
    );
    let [k2m, other] = all.0.mappings.as_slice() else { panic!("{all:?}") };
    assert_eq!((k2m.name.as_str(), k2m.fields.number.as_str(), k2m.fields.call.as_str()), ("k2m", "phone", "call_id"));
    assert_eq!((k2m.values.ring.as_slice(), other.name.as_str()), (["RING".to_owned()].as_slice(), "other"));
    for (text, place, mend) in [
        ("name = \"a/b\"", ":1: webhook.mapping: ", "letters"),
        ("name = \"a\"\n[[webhook.mapping]]\nname = \"A\"", ":1: webhook.mapping: ", "two with the name"),
        ("name = \"a\"\nfield = 1", ":3: webhook.mapping: ", "unknown field `field`"),
        ("name = \"a\"\nduration_unit = \"h\"", ":3: webhook.mapping: ", "unknown variant"),
    ] {
        let problem =
            Folder::new("bad-mapping").read(&format!("[[webhook.mapping]]\n{text}")).expect_err(text).to_string();
        assert!(problem.contains(place) && problem.contains(mend) && problem.lines().count() == 1, "{text}: {problem}");
    }
}
