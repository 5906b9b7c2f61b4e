//! The line that sends an event once more.

use std::process::Command;

use desk::wire::SeenEvent;

use super::kit::{BASIC, Kit, RINGING, text};

/// What a shell makes of the line, without running it.
fn arguments(line: &str) -> Vec<String> {
    let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}; {line}");
    let ran = Command::new("bash").args(["-c", &script]).output().expect("bash runs");
    assert!(ran.status.success() && ran.stderr.is_empty(), "{line}: {ran:?}");
    let text = String::from_utf8(ran.stdout).expect("what was sent was text");
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn a_curl_line_sends_the_same_and_nothing_in_it_reaches_the_shell() {
    let kit = Kit::guarded();
    let bodies = [
        RINGING,
        "{\"participant\":\"'; touch /tmp/x; '\"}",
        "@/etc/passwd",
        "$(id) `id` \\ \"'\"\n!! \u{1b}[2J \u{202e}dlrow é",
    ];
    for body in bodies {
        let headers = format!("Connection: close\r\nContent-Type: text/x\r\n{}", BASIC);
        kit.raw(text("POST", "/simotel/It's?a=[1-9]&b={x}'$(id)", &headers, body).as_bytes());
        let SeenEvent { curl, .. } = kit.last();
        assert!(curl.chars().all(|c| c == 'é' || c == ' ' || c.is_ascii_graphic()), "{curl:?}");
        let url = format!("http://{}/simotel/It's?a=[1-9]&b={{x}}'$(id)", kit.address);
        let expected =
            ["-g", "-X", "POST", &url, "-u", "pbx:PASSWORD", "-H", "Content-Type: text/x", "--data-raw", body];
        assert_eq!(arguments(&curl), expected, "{curl}");
    }
    kit.get(&format!("/simotel/NewState?{RINGING}"), BASIC);
    assert!(kit.last().curl.ends_with("-u 'pbx:PASSWORD'"), "{}", kit.last().curl);
    kit.raw(text("POST", "/simotel", &format!("Connection: close\r\n{}", BASIC), "a\0b").as_bytes());
    assert_eq!(kit.last().curl, "", "no shell can hold that");
    assert!(!format!("{:?}", kit.seen.view()).contains("s3cret"));
    assert!(!format!("{:?}", kit.seen).contains("cGJ4"));
}
