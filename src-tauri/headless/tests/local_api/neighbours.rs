//! Two people on one machine.

#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "whoever skips a test says why")]

use std::process::Command;

use crate::kit::{Answer, Kit};

/// Runs a script as a user who is not us; `None` if we may not.
fn as_another(script: &str) -> Option<String> {
    let output = Command::new("setpriv")
        .args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--", "bash", "-c", script])
        .output();
    match output {
        Ok(output) if output.status.success() => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        other => {
            println!("skipped: another user cannot be played here, which wants root and setpriv: {other:?}");
            None
        }
    }
}

#[test]
fn another_user_is_refused_whatever_he_knows() {
    let kit = Kit::practising("");
    let port = kit.address.port();
    for place in ["127.0.0.1", "::1"] {
        for headers in [String::new(), kit.bearer().replace("\r\n", "\\r\\n")] {
            let script = format!(
                "exec 3<>/dev/tcp/{place}/{port} && printf 'GET /callto?number=700 HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\n{headers}\\r\\n' >&3 && cat <&3"
            );
            let Some(text) = as_another(&script) else { return };
            let answer = Answer::of(&text);
            assert_eq!(answer.status, 403, "{text}");
            assert!(answer.body.contains("other_user"), "{text}");
        }
    }
    assert_eq!(kit.snapshot()["prompts"], serde_json::json!([]));
    assert_eq!(kit.get("/callto?number=700", "").status, 202, "the user himself is heard");
}

/// The kernel calls a socket root's once its program has left.
#[test]
fn whoever_leaves_at_once_is_not_taken_for_root() {
    let kit = Kit::practising("");
    let port = kit.address.port();
    let script = format!(
        "for n in $(seq 200); do exec 3<>/dev/tcp/127.0.0.1/{port} && printf 'GET /callto?number=700 HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\n{}\\r\\n' >&3; exec 3>&-; done",
        kit.bearer().replace("\r\n", "\\r\\n")
    );
    if as_another(&script).is_none() {
        return;
    }
    let snapshot = kit.snapshot();
    assert_eq!((&snapshot["prompts"], &snapshot["calls"]), (&serde_json::json!([]), &serde_json::json!([])));
}

const NOBODY: &str = "65534";
