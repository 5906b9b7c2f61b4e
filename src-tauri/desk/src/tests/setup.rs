//! Accounts, devices and the policy.

use phone::{Cause, Device, Failure, Role};

use super::*;
use crate::wire;

#[test]
fn an_account_registers_as_soon_as_its_password_is_known() {
    let mut kit = Kit::new();
    let mut waiting = account("home", "sip:7@home.example");
    waiting.password = None;
    let accounts = vec![account("work", "sip:101@pbx.example"), waiting];
    kit.input(Input::Settings(Settings { accounts, ..Settings::default() }));
    assert!(kit.take_commands().is_empty(), "work is unchanged, home waits for the keychain");
    kit.input(Input::Password(AccountId("home".into()), Some(Secret("open".into()))));
    let commands = kit.take_commands();
    let [Command::SetAccount(home)] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!(home.password, Secret("open".into()));
}

#[test]
fn accounts_go_to_the_phone_before_anything_else() {
    let mut kit = Kit::with(Settings::default());
    kit.input(Input::Settings(Settings {
        accounts: vec![account("a", "sip:1@x")],
        ring: vec!["null".into()],
        ..Settings::default()
    }));
    let commands = kit.take_commands();
    assert!(
        matches!(commands.as_slice(), [Command::SetAccount(_), Command::SetDevices(Role::Ring, _)]),
        "{commands:?}"
    );
    kit.input(Input::Settings(Settings { ring: vec!["null".into()], ..Settings::default() }));
    assert_eq!(kit.take_commands(), [Command::RemoveAccount(AccountId("a".into()))]);
}

#[test]
fn a_failed_registration_says_what_to_do() {
    let mut kit = Kit::new();
    for (cause, code) in [
        (Cause::WrongCredentials, "wrong_credentials"),
        (Cause::Refused, "refused"),
        (Cause::Unreachable, "unreachable"),
        (Cause::UnknownHost, "unknown_host"),
        (Cause::UntrustedCertificate, "untrusted_certificate"),
    ] {
        let failure = Failure { status: Some(403), cause, detail: "Forbidden".into() };
        kit.hear(Event::Registration(AccountId("work".into()), Registration::Failed(failure)));
        let account = kit.desk.snapshot().accounts.remove(0);
        assert_eq!(account.registration, wire::Registration::Failed);
        assert_eq!(account.detail.map(|trouble| (trouble.code, trouble.sip_status)), Some((code.into(), Some(403))));
    }
    assert_eq!(kit.is_refused(r#"{"type":"dial","target":"200"}"#), (409, "not_registered".into()));
}

#[test]
fn a_missing_password_is_not_called_a_wrong_one() {
    let mut kit = Kit::new();
    kit.asks(r#"{"type":"set_account","account":{"aor":"7@home.example"}}"#);
    let failure = Failure { status: Some(401), cause: Cause::WrongCredentials, detail: "Unauthorized".into() };
    kit.hear(Event::Registration(AccountId("7".into()), Registration::Failed(failure)));
    let codes = kit.desk.snapshot().accounts.into_iter().filter_map(|account| account.detail).map(|detail| detail.code);
    assert_eq!(codes.collect::<Vec<_>>(), ["password_missing"]);
}

#[test]
fn the_dialog_adds_changes_and_removes_an_account() {
    let mut kit = Kit::new();
    kit.asks(r#"{"type":"set_account","account":{"aor":"101@other.example","password":"s3cret","transport":"tls"}}"#);
    let commands = kit.take_commands();
    let [Command::SetAccount(added)] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!((added.id.0.as_str(), added.aor.as_str()), ("101", "sip:101@other.example"));
    assert_eq!(added.password, Secret("s3cret".into()));
    let [Store::Account(kept, _), Store::Password(_, password)] = kit.stored.as_slice() else {
        panic!("{:?}", kit.stored)
    };
    assert_eq!((&kept.password, password), (&Secret::default(), &Secret("s3cret".into())), "the file gets no password");
    kit.asks(r#"{"type":"set_account","account":{"id":"101","aor":"101@other.example","display_name":"Sara"}}"#);
    let commands = kit.take_commands();
    let [Command::SetAccount(changed)] = commands.as_slice() else { panic!("{commands:?}") };
    assert_eq!(changed.password, Secret("s3cret".into()), "a missing password keeps the old one");
    kit.asks(r#"{"type":"remove_account","account":"101"}"#);
    assert_eq!(kit.stored.last(), Some(&Store::RemoveAccount(AccountId("101".into()))));
    assert_eq!(kit.desk.snapshot().accounts.len(), 1);
    let garbage = r#"{"type":"set_account","account":{"aor":"101 at home"}}"#;
    assert_eq!(kit.is_refused(garbage), (400, "bad_address".into()));
}

#[test]
fn rules_for_numbers_are_read_before_they_are_kept() {
    let mut kit = Kit::new();
    let set = |numbers: &str| {
        let form = format!(r#"{{"id":"work","aor":"101@pbx.example","numbers":{numbers}}}"#);
        format!(r#"{{"type":"set_account","account":{form}}}"#)
    };
    assert_eq!(kit.is_refused(&set(r#"{"country":"Russia"}"#)), (400, "bad_country".into()));
    assert_eq!(kit.is_refused(&set(r#"{"extensions":["9-1"]}"#)), (400, "bad_extensions".into()));
    assert_eq!(kit.is_refused(&set(r#"{"outside_prefix":"nine"}"#)), (400, "bad_outside_prefix".into()));
    kit.asks(&set(r#"{"country":"RU","extensions":["100-199"],"dial_as":"e164"}"#));
    let dialled = kit.desk.preview("8 495 229-49-89", None).map(|preview| preview.dialled);
    assert_eq!(dialled.as_deref(), Ok("+74952294989"));
}

#[test]
fn an_account_with_a_call_stays() {
    let mut kit = Kit::new();
    kit.rings_in(2);
    kit.take_commands();
    assert_eq!(kit.is_refused(r#"{"type":"remove_account","account":"work"}"#), (409, "account_in_use".into()));
}

#[test]
fn the_practice_account_is_not_the_agents_to_change() {
    let practice = AccountSettings { practice: true, ..account("practice", "sip:101@127.0.0.1") };
    let mut kit = Kit::with(Settings { accounts: vec![practice], ..Settings::default() });
    assert_eq!(kit.is_refused(r#"{"type":"remove_account","account":"practice"}"#), (403, "practice_account".into()));
    let change = r#"{"type":"set_account","account":{"id":"practice","aor":"1@evil.example"}}"#;
    assert_eq!(kit.is_refused(change), (403, "practice_account".into()));
}

#[test]
fn a_policy_locks_keys_and_what_they_contain() {
    let locked = vec!["account".into(), "audio.ring".into(), "lang".into()];
    let mut kit = Kit::with(Settings { locked, ..Settings::default() });
    let locked = (403, "locked".to_owned());
    assert_eq!(kit.is_refused(r#"{"type":"set_account","account":{"aor":"1@x"}}"#), locked);
    assert_eq!(kit.is_refused(r#"{"type":"set_device","role":"ring","device":"null"}"#), locked);
    kit.asks(r#"{"type":"set_device","role":"speaker","device":"null"}"#);
    kit.asks(r#"{"type":"set_language","language":"ru"}"#);
}

#[test]
fn a_chosen_device_goes_to_the_front_of_the_list() {
    let mut kit = Kit::new();
    let present = vec![Device { id: "pulse:usb".into(), name: "USB".into(), input: true, output: true }];
    kit.hear(Event::Devices { present, in_use: vec![(Role::Speaker, Some("pulse:usb".into()))] });
    kit.asks(r#"{"type":"set_device","role":"microphone","device":"pulse:usb"}"#);
    let ranked: Vec<String> = vec!["pulse:usb".into(), "default".into()];
    assert_eq!(kit.take_commands(), [Command::SetDevices(Role::Microphone, ranked.clone())]);
    assert_eq!(kit.stored, [Store::Devices(Role::Microphone, ranked)]);
    let unknown = r#"{"type":"set_device","role":"ring","device":"gramophone"}"#;
    assert_eq!(kit.is_refused(unknown), (400, "unknown_device".into()));
    kit.hear(Event::DeviceTrouble(Role::Speaker, "it was pulled out".into()));
    assert_eq!(notices(&kit.changes), ["device_trouble"]);
}

#[test]
fn a_call_goes_out_on_the_account_of_its_domain_else_on_the_first_registered() {
    let accounts = vec![account("work", "sip:101@pbx.example"), account("home", "sip:7@home.example")];
    let mut kit = Kit::with(Settings { accounts, ..Settings::default() });
    let dialled = |kit: &mut Kit, intent: &str| {
        let call = kit.asks(intent).expect("a call is made");
        let account = kit.call(&call).account;
        kit.ends(call.trim_start_matches('c').parse().expect("an id"), Reason::Busy);
        account
    };
    assert_eq!(dialled(&mut kit, r#"{"type":"dial","target":"200"}"#), "work");
    assert_eq!(dialled(&mut kit, r#"{"type":"dial","target":"sip:anna@home.example"}"#), "home");
    assert_eq!(dialled(&mut kit, r#"{"type":"dial","target":"200","account":"home"}"#), "home");
    kit.hear(Event::Registration(AccountId("work".into()), Registration::Unregistered));
    assert_eq!(dialled(&mut kit, r#"{"type":"dial","target":"200"}"#), "home");
}

#[test]
fn a_setting_that_could_not_be_saved_is_told() {
    let mut kit = Kit::new();
    kit.input(Input::NotStored("the disk is full".into()));
    assert_eq!(notices(&kit.changes), ["settings_not_saved"]);
    kit.input(Input::SecretsInFile(true));
    assert!(kit.desk.snapshot().preferences.secrets_in_file);
}
