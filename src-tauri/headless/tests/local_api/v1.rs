//! `/v1` for programs that hold the token, and for those who do not.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use headless::{Options, SecretStore};

use crate::kit::{Kit, code};

#[test]
fn a_script_asks_once_then_listens() {
    let kit = Kit::new();
    let (status, snapshot) = kit.request("GET", "/v1/snapshot", "");
    assert_eq!((status, snapshot["practice"].as_bool()), (200, Some(false)));
    let act = |kit: &Kit| {
        let (status, done) = kit.intent(r#"{"type":"set_do_not_disturb","on":true}"#);
        assert_eq!((status, done["call"].is_null(), done["seq"].is_u64()), (200, true, true));
    };
    let seen = kit.events("/v1/changes", "", act, "preferences_changed");
    assert!(seen.contains("text/event-stream") && seen.contains("id:"), "{seen}");
    assert!(!seen.to_ascii_lowercase().contains("access-control"), "no CORS, ever");
    let last = kit.request("GET", "/v1/snapshot", "").1["seq"].as_u64().expect("a number");
    let header = format!("Last-Event-ID: {}\r\n", last - 1);
    let resumed = kit.events("/v1/changes", &header, |_| (), &format!("\"seq\":{last}"));
    assert!(!resumed.contains("event: snapshot"), "nothing was lost: {resumed}");
    kit.events("/v1/changes?after=999999", "", |_| (), "event: snapshot");
}

#[test]
fn who_comes_from_another_run_starts_afresh() {
    let counted = |kit: &Kit| kit.snapshot()["seq"].as_u64().expect("a number");
    let last = {
        let kit = Kit::new();
        assert_eq!(kit.intent(r#"{"type":"set_do_not_disturb","on":true}"#).0, 200);
        counted(&kit)
    };
    let kit = Kit::new();
    for language in ["en", "fa"].iter().cycle().take(100) {
        assert_eq!(kit.intent(&format!(r#"{{"type":"set_language","language":"{language}"}}"#)).0, 200);
    }
    assert!(counted(&kit) < 1 << 53, "JavaScript counts no further");
    for (path, header) in [
        ("/v1/changes", format!("Last-Event-ID: {last}\r\n")),
        (&format!("/v1/changes?after={last}"), String::new()),
        // As earlier versions counted.
        ("/v1/changes", "Last-Event-ID: 37\r\n".to_owned()),
    ] {
        kit.events(path, &header, |_| (), "event: snapshot");
    }
}

#[test]
fn a_resume_point_that_cannot_be_read_loses_nothing() {
    let kit = Kit::new();
    let last = kit.snapshot()["seq"].as_u64().expect("a number");
    for id in ["x", "", "-1", "1.5", "99999999999999999999999", &format!("{last}\r\nLast-Event-ID: {last}")] {
        kit.events("/v1/changes", &format!("Last-Event-ID: {id}\r\n"), |_| (), "event: snapshot");
    }
    for after in ["after=-1", "after=x", "after=", &format!("after={last}&after={last}")] {
        let (status, answer) = kit.request("GET", &format!("/v1/changes?{after}"), "");
        assert_eq!((status, code(&answer)), (400, "malformed"), "{after}");
        assert_eq!(kit.get(&format!("/v1/changes?{after}"), "").status, 401, "who may not listen learns nothing");
    }
}

#[test]
fn refusals_have_a_status_a_code_and_a_sentence() {
    let kit = Kit::new();
    for (intent, status, expected) in [
        (r#"{"type":"dial","target":"200"}"#, 409, "not_registered"),
        (r#"{"type":"dial","target":"no number"}"#, 400, "target_undialable"),
        (r#"{"type":"answer","call":"c2"}"#, 400, "unknown_call"),
        (r#"{"type":"explode"}"#, 400, "malformed"),
        (r#"{"type":"dial""#, 400, "malformed"),
        ("[]", 400, "malformed"),
        ("", 400, "malformed"),
        ("\u{0}\u{ff}", 400, "malformed"),
    ] {
        let (got, answer) = kit.intent(intent);
        assert_eq!((got, code(&answer)), (status, expected), "{intent}");
        assert!(answer["error"]["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{intent}");
    }
}

#[test]
fn nobody_comes_in_without_the_token() {
    let kit = Kit::new();
    let wrong = kit.token.replace(|c: char| c.is_ascii_digit(), "a");
    for header in [
        String::new(),
        "Authorization: Bearer \r\n".to_owned(),
        format!("Authorization: Bearer {wrong}\r\n"),
        format!("Authorization: Bearer {}a\r\n", kit.token),
        format!("Authorization: Basic {}\r\n", kit.token),
        format!("Authorization: Bearer {0}\r\nAuthorization: Bearer {0}\r\n", kit.token),
    ] {
        for path in ["/v1/snapshot", "/v1/changes", "/v1/preview?target=1"] {
            let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{header}Connection: close\r\n\r\n", kit.address);
            assert_eq!(kit.raw(request.as_bytes()).0, 401, "{path} {header:?}");
        }
    }
}

#[test]
fn methods_paths_and_sizes_are_checked() {
    let kit = Kit::new();
    for (method, path) in
        [("POST", "/v1/snapshot"), ("GET", "/v1/intent"), ("DELETE", "/v1/changes"), ("GET", "/v1/pair")]
    {
        assert_eq!(kit.request(method, path, "").0, 405, "{method} {path}");
    }
    assert_eq!(kit.request("GET", "/v1/nothing", "").0, 404);
    let at_most = format!(r#"{{"type":"dial","target":"{}"}}"#, "1".repeat(64 * 1024 - 27));
    assert_eq!((at_most.len(), kit.intent(&at_most).0), (64 * 1024, 400));
    assert_eq!(kit.intent(&format!("{at_most} ")).0, 413);
    let chunks = "1000\r\n".to_owned() + &" ".repeat(4096) + "\r\n";
    let request = format!(
        "POST /v1/intent HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n",
        kit.address,
        kit.token,
        chunks.repeat(17)
    );
    assert_eq!(kit.raw(request.as_bytes()).0, 413, "a length that is not announced is counted");
}

#[test]
fn the_description_names_every_path() {
    let kit = Kit::new();
    let (status, description) = kit.request("GET", "/v1/openapi.json", "");
    assert_eq!(status, 200);
    for path in [
        "/v1/snapshot",
        "/v1/intent",
        "/v1/changes",
        "/v1/preview",
        "/v1/pair",
        "/v1/history",
        "/v1/history.csv",
        "/v1/contacts",
        "/v1/events",
        "/v1/events/replay",
        "/v1/openapi.json",
        "/callto",
        "/switchto",
        "/disconnectcall",
        "/declinecall",
        "/headsetanswercall",
        "/getcurrentcallinfo",
        "/getcurrentserveraddress",
        "/focus",
        "/execsvcscript",
    ] {
        assert!(description["paths"][path].is_object(), "{path}");
    }
}

/// The names of the fields that TypeScript sees of a type.
fn fields_of(binding: &str) -> Vec<String> {
    let lines = binding.lines().map(str::trim).filter(|line| !line.starts_with(['/', '*']));
    let lines = lines.flat_map(|line| line.split_once(" = {").map_or(line, |(_, first)| first).split(", "));
    let names = lines.filter_map(|line| line.split_once(": ")).map(|(name, _)| name.trim().trim_end_matches('?'));
    let mut names: Vec<String> = names.map(|name| name.trim_matches('"').to_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_description_has_every_field_that_the_window_knows() {
    let kit = Kit::new();
    let (_, description) = kit.request("GET", "/v1/openapi.json", "");
    let bindings = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/bindings");
    let mut compared = 0;
    for (name, schema) in description["components"]["schemas"].as_object().expect("there are some") {
        let Ok(binding) = fs::read_to_string(bindings.join(format!("{name}.ts"))) else { continue };
        // Those that are told apart by their type name it alone.
        let Some(properties) = schema["properties"].as_object().filter(|_| name != "Change") else { continue };
        let mut described: Vec<String> = properties.keys().cloned().collect();
        described.sort();
        assert_eq!(described, fields_of(&binding), "{name}");
        compared += 1;
    }
    assert!(compared > 30, "they are found: {compared}");
    let script = &description["paths"]["/execsvcscript"];
    let parameters = script["get"]["parameters"].as_array().expect("there are some");
    let names: Vec<&str> = parameters.iter().filter_map(|parameter| parameter["name"].as_str()).collect();
    assert_eq!(names, ["name", "async", "timeout", "startparamN"]);
}

#[test]
fn garbage_is_not_http() {
    let kit = Kit::new();
    for request in [b"\x16\x03\x01\x02\x00".as_slice(), b"GET\r\n\r\n", b"\0\0\0\0\r\n\r\n", &[b'A'; 40_000]] {
        let status = kit.raw(&[request, b"\r\n\r\n"].concat()).0;
        assert!([0, 400, 414, 431].contains(&status), "{status}");
    }
    assert_eq!(kit.request("GET", "/v1/snapshot", "").0, 200);
}

#[test]
fn a_password_leaves_the_settings_for_a_private_file() {
    let account = "[[account]]\nid = \"work\" # mine\naor = \"sip:101@127.0.0.1\"\nregistrar = \"127.0.0.1:9\"\npassword = \"s3cret\"\n";
    let kit = Kit::with(account);
    let settings = kit.folder.join("settings.toml");
    let bound = Instant::now() + Duration::from_secs(10);
    // The change comes right after the files are written.
    while kit.request("GET", "/v1/snapshot", "").1["preferences"]["secrets_in_file"] != true {
        assert!(Instant::now() < bound, "the password never moved");
    }
    let text = fs::read_to_string(&settings).expect("it is there");
    assert!(!text.contains("s3cret") && text.contains("id = \"work\" # mine"), "{text}");
    let secrets = kit.folder.join("data/secrets.toml");
    assert!(fs::read_to_string(&secrets).expect("it is there").contains("s3cret"));
    #[cfg(unix)]
    for private in [secrets, kit.folder.join("data/token")] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&private).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", private.display());
    }
}

#[test]
fn the_last_of_many_wishes_is_kept_and_all_are_told_in_order() {
    let kit = Kit::new();
    for language in ["en", "fa"].into_iter().cycle().take(400).chain(["ru"]) {
        let wish = format!(r#"{{"type":"set_language","language":"{language}"}}"#);
        assert_eq!(kit.intent(&wish).0, 200);
    }
    let told = kit.events("/v1/changes?after=0", "", |_| {}, r#""language":"ru""#);
    let numbers: Vec<u64> = told.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect();
    assert!(numbers.len() > 400 && numbers.is_sorted(), "{numbers:?}");
    let settings = kit.folder.join("settings.toml");
    let bound = Instant::now() + Duration::from_secs(10);
    while !fs::read_to_string(&settings).expect("it is there").contains("language = \"ru\"") {
        assert!(Instant::now() < bound, "the last wish never reached the file");
        std::thread::yield_now();
    }
}

#[test]
fn two_desks_do_not_share_a_folder() {
    let kit = Kit::new();
    let options = Options {
        secrets: SecretStore::File,
        in_app: true,
        ..Options::new(kit.folder.join("settings.toml"), kit.folder.join("data"))
    };
    let error = kit.runtime.block_on(headless::start(options)).expect_err("the folder is taken").to_string();
    assert!(error.contains("data") && error.contains("--data"), "{error}");
    assert_eq!(kit.request("GET", "/v1/snapshot", "").0, 200, "the first one's token is still good");
}
