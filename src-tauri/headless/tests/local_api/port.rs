//! Which port it is, and whose.

use std::{
    fs,
    net::{Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket},
    time::Duration,
};

use headless::{Options, SecretStore};

use crate::kit::Kit;

#[test]
fn a_taken_port_is_a_detour_and_says_who_has_it() {
    let kit = Kit::new();
    let taken = kit.address.port();
    let file = kit.folder.join("second.toml");
    fs::write(&file, format!("[local_api]\nport = {taken}\n")).expect("a file can be written");
    for in_app in [false, true] {
        let options = Options {
            secrets: SecretStore::File,
            in_app,
            ..Options::new(&file, kit.folder.join(format!("second-{in_app}")))
        };
        let running = kit.runtime.block_on(headless::start(options)).expect("it takes another");
        let url = running.ready().local_api.clone();
        assert_ne!(url, format!("http://{}", kit.address));
        let clicks = kit.runtime.block_on(async {
            let mut changes = running.desk().subscribe(Some(0)).await;
            loop {
                let snapshot = running.desk().snapshot().await;
                if snapshot.click_to_call.port_taken.is_some() {
                    return snapshot.click_to_call;
                }
                changes.next().await.expect("the desk runs");
            }
        });
        assert!(url.ends_with(&format!(":{}", clicks.port)), "{url}");
        let by = clicks.port_taken.expect("it is told");
        assert_eq!(by.port, taken);
        #[cfg(target_os = "linux")]
        assert!(by.by.as_deref().is_some_and(|by| by.ends_with(&format!("(pid {})", std::process::id()))), "{by:?}");
        kit.runtime.block_on(running.stop());
    }
}

#[test]
fn who_has_one_loopback_has_the_port() {
    let kit = Kit::new();
    for squatter in [TcpListener::bind((Ipv4Addr::LOCALHOST, 0)), TcpListener::bind((Ipv6Addr::LOCALHOST, 0))] {
        let Ok(squatter) = squatter else { return };
        let taken = squatter.local_addr().expect("an address").port();
        let file = kit.folder.join("squatted.toml");
        fs::write(&file, format!("[local_api]\nport = {taken}\n")).expect("a file can be written");
        let options = Options { secrets: SecretStore::File, ..Options::new(&file, kit.folder.join("squatted")) };
        let running = kit.runtime.block_on(headless::start(options)).expect("it takes another");
        assert_ne!(running.ready().local_api, format!("http://127.0.0.1:{taken}"));
        kit.runtime.block_on(running.stop());
    }
}

#[test]
fn both_loopbacks_answer() {
    let kit = Kit::new();
    for host in ["127.0.0.1", "[::1]"] {
        let address = format!("{host}:{}", kit.address.port());
        let Ok(mut stream) = std::net::TcpStream::connect(&address) else { return };
        let request =
            format!("GET /v1/snapshot HTTP/1.1\r\nHost: {address}\r\n{}Connection: close\r\n\r\n", kit.bearer());
        std::io::Write::write_all(&mut stream, request.as_bytes()).expect("it is sent");
        assert!(crate::kit::read_all(&mut stream).starts_with("HTTP/1.1 200"), "{host}");
    }
}

#[test]
fn the_address_is_in_a_private_file_until_a_clean_stop() {
    let mut kit = Kit::new();
    let file = kit.folder.join("data/local_api.json");
    let text = fs::read_to_string(&file).expect("it is there");
    let told: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(told["url"], format!("http://{}", kit.address));
    assert_eq!(told["pid"], std::process::id());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);
    }
    kit.stop();
    assert!(!file.exists());
    assert!(std::net::TcpStream::connect(kit.address).is_err(), "a stopped desk refuses connections");
}

#[test]
fn a_start_that_fails_registers_nobody_and_takes_the_address_of_a_dead_desk_away() {
    let kit = Kit::new();
    let registrar = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a loopback");
    registrar.set_read_timeout(Some(Duration::from_secs(1))).expect("a socket has a timeout");
    let (file, data) = (kit.folder.join("broken.toml"), kit.folder.join("broken"));
    let aor = format!("sip:1@{}", registrar.local_addr().expect("an address"));
    fs::write(&file, format!("[local_api]\nport = 0\n[[account]]\nid = \"work\"\naor = \"{aor}\"\n"))
        .expect("a file can be written");
    // No token can be written where a folder stands, and a desk was killed here.
    fs::create_dir_all(data.join("token/x")).expect("a folder can be made");
    let stale = data.join("local_api.json");
    fs::write(&stale, r#"{"url":"http://127.0.0.1:1","pid":1}"#).expect("a file can be written");
    let options = Options { secrets: SecretStore::File, ..Options::new(&file, &data) };
    kit.runtime.block_on(headless::start(options)).expect_err("it has no token");
    assert!(!stale.exists(), "whoever has that port now would be told the token");
    let heard = registrar.recv(&mut [0; 2048]).map_err(|error| error.kind());
    assert!(heard.is_err(), "nobody may register for a desk that did not start");
}
