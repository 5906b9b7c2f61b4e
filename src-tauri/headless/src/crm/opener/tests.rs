//! What is opened, how often, and by whom.

use super::*;

#[test]
fn a_flood_opens_three_and_then_one_every_two_seconds() {
    let mut burst = Burst::default();
    let start = Instant::now();
    let after = |ms| start + Duration::from_millis(ms);
    let opened: Vec<u64> = (0..100).map(|at| at * 100).filter(|ms| burst.allows(after(*ms))).collect();
    assert_eq!(opened, [0, 100, 200, 2_000, 4_000, 6_000, 8_000]);
    assert!((0..3).all(|at| burst.allows(after(60_000 + at))), "quiet earns a burst, and no more");
    assert!(!burst.allows(after(60_003)));
}

#[cfg(unix)]
#[tokio::test]
async fn only_addresses_of_the_web_reach_the_browser_and_as_one_argument() {
    use std::fs;

    let folder = tempfile::tempdir().expect("a folder");
    let (script, opened) = (folder.path().join("browser"), folder.path().join("opened"));
    let text = format!("printf '%s|' \"$@\" > '{}.new'\nmv '{0}.new' '{0}'\n", opened.display());
    fs::write(&script, text).expect("a script");
    let (tell, mut told) = mpsc::channel(4);
    let opener = Opener::with(vec!["/bin/sh".into(), script.into(), "-x".into()], tell.clone());
    for address in ["file:///etc/passwd", "javascript:alert(1)", "/bin/sh", "--help", ""] {
        opener.open(address.to_owned());
    }
    opener.open("https://crm.example/?q=a b;$(id)".to_owned());
    let open = async {
        loop {
            match fs::read_to_string(&opened) {
                Ok(text) => return text,
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    let text = timeout(Duration::from_secs(10), open).await.expect("it is opened");
    assert_eq!(text, "-x|https://crm.example/?q=a b;$(id)|");

    Opener::with(vec!["/nowhere/browser".into()], tell).open("https://crm.example/".to_owned());
    let Some(Input::Notice(code, sentence)) = told.recv().await else { panic!("a notice") };
    assert_eq!(code, "browser_unavailable");
    assert!(!sentence.contains("crm.example"), "{sentence}");
}
