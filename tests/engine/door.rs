//! Who gets through the localhost port.

use std::time::Duration;

use kit::{Account, Desk, SOON, Settings};
use ureq::Agent;

fn client() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().into()
}

fn base(desk: &Desk) -> String {
    desk.ready()["local_api"].as_str().expect("an address").to_owned()
}

#[test]
fn without_the_token_nothing_is_told() {
    let desk = Desk::start(Settings::practice());
    let url = format!("{}/v1/snapshot", base(&desk));
    for authorization in [None, Some("Bearer wrong"), Some("Basic Og==")] {
        let mut request = client().get(&url);
        if let Some(value) = authorization {
            request = request.header("Authorization", value);
        }
        let mut response = request.call().expect("an answer");
        assert_eq!(response.status(), 401, "{authorization:?}");
        let body = response.body_mut().read_to_string().expect("a body");
        assert!(!body.contains("accounts"), "{body}");
    }
}

#[test]
fn another_name_for_this_machine_is_turned_away() {
    let desk = Desk::start(Settings::practice());
    let response = client().get(format!("{}/v1/snapshot", base(&desk))).header("Host", "evil.example").call();
    assert_eq!(response.expect("an answer").status(), 421, "DNS rebinding");
}

#[test]
fn no_page_is_told_that_it_may_read() {
    let desk = Desk::start(Settings::practice());
    let request = client().get(format!("{}/v1/snapshot", base(&desk))).header("Origin", "https://evil.example");
    let response = request.call().expect("an answer");
    assert!(response.headers().keys().all(|name| !name.as_str().starts_with("access-control-")), "no CORS");
}

#[test]
fn a_body_that_is_too_long_is_not_taken() {
    let desk = Desk::start(Settings::practice());
    let token = std::fs::read_to_string(desk.ready()["token_file"].as_str().expect("a path")).expect("a token");
    let request =
        client().post(format!("{}/v1/intent", base(&desk))).header("Authorization", format!("Bearer {}", token.trim()));
    let response = request.send("x".repeat(65 * 1024)).expect("an answer");
    assert_eq!(response.status(), 413);
}

#[test]
fn the_token_is_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::start(Settings::practice());
    let file = desk.ready()["token_file"].as_str().expect("a path");
    assert_eq!(std::fs::metadata(file).expect("a file").permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_password_is_moved_out_of_the_settings_and_shown_nowhere() {
    // Nobody listens there, and over TCP that is known at once.
    let account = Account { transport: "tcp".into(), ..Account::at("sip:101@127.0.0.1:9").password("correct horse") };
    let desk = Desk::launch(Settings::of(account));
    desk.until_registration("failed", Duration::from_secs(45));
    desk.until("the password is somewhere else", SOON, |shown| {
        shown.preferences["secrets_in_file"].as_bool()?.then_some(())
    });
    assert!(!desk.settings().contains("correct horse"), "the file keeps the password");
    assert!(!desk.log().contains("correct horse"), "the log shows the password");
    let shown = desk.api().snapshot();
    assert!(!shown.to_string().contains("correct horse"), "the snapshot shows the password");
}
