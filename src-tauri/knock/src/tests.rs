use std::path::PathBuf;

use super::*;

#[test]
fn the_token_goes_to_this_machine_or_nowhere() {
    for url in ["http://127.0.0.1:4059", "http://[::1]:1", "http://127.0.0.1:65535"] {
        assert!(is_loopback(url), "{url}");
    }
    for url in [
        "http://127.0.0.1",
        "http://127.0.0.1:0",
        "http://127.0.0.1:65536",
        "http://127.0.0.1:+80",
        "http://127.0.0.1:80@evil.example",
        "http://127.0.0.1:80/../",
        "http://127.0.0.1.evil.example:80",
        "http://localhost:4059",
        "https://127.0.0.1:4059",
        "http://10.0.0.1:4059",
    ] {
        assert!(!is_loopback(url), "{url}");
    }
}

#[test]
fn nobody_is_at_home_in_an_empty_folder() {
    let folder = folder("empty");
    assert!(matches!(knock(&folder, &Wish::Show), Err(Error::NotRunning)));
}

#[test]
fn what_a_killed_desk_left_behind_is_not_believed() {
    let folder = folder("killed");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    listener.set_nonblocking(true).expect("a socket");
    write(&folder, "local_api.json", &format!(r#"{{"url":"http://127.0.0.1:{port}","pid":{}}}"#, std::process::id()));
    write(&folder, "token", "0123456789abcdef");
    write(&folder, "lock", "");
    assert!(matches!(knock(&folder, &Wish::Show), Err(Error::NotRunning)));
    assert!(listener.accept().is_err(), "the token of the dead desk goes to nobody");
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("ringside-knock-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a writable folder");
}
