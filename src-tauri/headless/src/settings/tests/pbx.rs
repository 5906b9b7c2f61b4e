//! `[pbx]`, as integrators write it.

use std::time::Duration;

use cti::{oktell, simotel};
use desk::wire::Via;

use super::*;

const OKTELL: &str = "[pbx]\ndriver = \"oktell\"\nurl = \"https://pbx.example\"\n";
const SIMOTEL: &str = "[pbx]\ndriver = \"simotel\"\nurl = \"https://pbx.example/api/v4\"\ncontext = \"main_routing\"\n";

const CODES: &str = "[pbx]\ndriver = \"dial_codes\"\nwhisper = \"*56{extension}\"\n";
const AMI: &str = "[pbx]\ndriver = \"ami\"\naddress = \"pbx.example\"\nusername = \"ringside\"\n";

fn pbx(text: &str) -> (Pbx, Vec<String>) {
    let settings = Folder::new("pbx").read(text).expect(text);
    assert_eq!((settings.desk.clicks.pbx, settings.desk.clicks.via), (settings.pbx.places_calls(), settings.pbx.dial));
    assert_eq!(settings.desk.clicks.pbx_rings, settings.pbx.rings());
    (settings.pbx, settings.warnings)
}

fn oktell(text: &str) -> oktell::Settings {
    match pbx(&format!("{OKTELL}{text}")) {
        (Pbx { driver: Driver::Oktell(oktell), .. }, warnings) if warnings.is_empty() => oktell,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_oktell_server_is_read() {
    let least = oktell("user = \"Анна\"\n");
    assert_eq!(least.address.to_string(), "https://pbx.example/");
    assert_eq!(least.behalf, oktell::Behalf::User("Анна".into()));
    assert_eq!((least.direction, least.sequence), (oktell::Direction::Auto, oktell::Sequence::Back));
    assert_eq!(least.access, oktell::Access::Open);
    let all = oktell(
        "wp = \"Comp082\"\ndirection = \"city\"\nsequence = \"direct\"\nusername = \"admin\"\npassword = \"s3cret\"\nca = \"/ca.pem\"\ndial = \"pbx\"\n",
    );
    assert_eq!(all.behalf, oktell::Behalf::Workplace("Comp082".into()));
    assert_eq!((all.direction, all.sequence), (oktell::Direction::City, oktell::Sequence::Direct));
    let basic = oktell::Access::Basic { username: "admin".into(), password: cti::Secret::default() };
    assert_eq!(all.access, basic, "the password comes from elsewhere");
    assert_eq!(oktell("line = \"7\"\nuser = \"\"\n").behalf, oktell::Behalf::Line("7".into()));
    let old = oktell("line = \"7\"\nusername = \"admin\"\naccess = \"password\"\n");
    assert_eq!(old.access, oktell::Access::Open);
}

#[test]
fn a_simotel_pbx_is_read() {
    let (read, warnings) = pbx(&format!(
        "{SIMOTEL}username = \"test\"\npassword = \"p\"\napi_key = \"k\"\ncaller = \"557\"\ncaller_id = \"021\"\ntrunk_name = \"cisco\"\ntimeout = 30\ncall_limit = 600\n"
    ));
    assert_eq!((warnings, read.dial), (Vec::<String>::new(), Via::Softphone));
    assert_eq!(read.rings(), Some(Duration::from_secs(30)));
    let Driver::Simotel(simotel) = read.driver else { panic!("{:?}", read.driver) };
    let expected = simotel::Settings {
        address: simotel.address.clone(),
        username: Some("test".into()),
        password: cti::Secret::default(),
        api_key: None,
        caller: Some("557".into()),
        context: "main_routing".into(),
        caller_id: Some("021".into()),
        trunk_name: "cisco".into(),
        timeout_s: Some(30),
        call_limit_s: Some(600),
    };
    assert_eq!(simotel, expected);
    let secrets: Vec<_> = read.secrets.iter().map(|secret| (secret.key, &secret.text, secret.in_settings)).collect();
    let text = |text: &str| Some(Secret(text.into()));
    assert_eq!(secrets, [("password", &text("p"), true), ("api_key", &text("k"), true)]);
}

#[test]
fn the_manager_interface_of_an_asterisk_is_read() {
    for (text, host, port, tls) in [
        (AMI.to_owned(), "pbx.example", 5038, false),
        (format!("{AMI}tls = true\nca = \"/ca.pem\"\n"), "pbx.example", 5039, true),
        (AMI.replace("pbx.example", "192.168.51.20:6038"), "192.168.51.20", 6038, false),
        (AMI.replace("pbx.example", "[::1]:6038"), "::1", 6038, false),
        (AMI.replace("pbx.example", "[::1]"), "::1", 5038, false),
    ] {
        let read = pbx(&format!("{text}secret = \"s3cret\"\n")).0;
        let expected = Ami { host: host.into(), port, username: "ringside".into(), tls, ..Ami::default() };
        assert_eq!((&read.driver, read.ca.is_some()), (&Driver::Ami(expected), tls));
        assert!(read.tells_events() && read.places_calls() && !read.asks_by_http());
        let [secret] = read.secrets.as_slice() else { panic!("{:?}", read.secrets) };
        assert_eq!((secret.name().as_str(), secret.in_settings), ("[pbx] secret", true));
        assert!(!format!("{read:?}").contains("s3cret"));
    }
}

#[test]
fn who_tells_of_calls_may_be_said_and_twice_is_warned_of() {
    for (more, tells, warned) in [
        ("", true, false),
        ("[webhook]\n", true, true),
        ("[webhook]\nenabled = false\n", true, false),
        ("events = true\n[webhook]\n", true, true),
        ("events = false\n[webhook]\n", false, false),
        ("events = false\n", false, false),
    ] {
        let (read, warnings) = pbx(&format!("{AMI}{more}"));
        assert_eq!((read.tells_events(), warnings.len()), (tells, usize::from(warned)), "{more}: {warnings:?}");
        assert!(
            warnings.iter().all(|warning| warning.contains("pbx.events: ") && warning.contains("registered twice"))
        );
    }
}

#[test]
fn what_the_manager_is_to_be_told_is_read() {
    let more = "channel = \"SIP/{extension}\"\ncontext = \"office\"\ntimeout = 20\naccount = \"sales\"\nvariables = [\"A=b\", \"C=\"]\n\
                caller_id = \"Sara <104>\"\nrecordings = \"/rec\"\ntrunk = \"out\"\ntrunk_channel = \"SIP/{number}@{trunk}\"\n\
                dial = \"pbx\"\ndesk_phone = \"104\"\nspy = \"*55{extension}\"\n";
    let (read, warnings) = pbx(&format!("{AMI}{more}"));
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(read.rings(), Some(Duration::from_secs(20)));
    let Driver::Ami(ami) = &read.driver else { panic!("{read:?}") };
    let expected = Ami {
        host: "pbx.example".into(),
        port: 5038,
        username: "ringside".into(),
        tls: false,
        channel: Some("SIP/{extension}".into()),
        trunk_channel: Some("SIP/{number}@{trunk}".into()),
        trunk: Some("out".into()),
        context: Some("office".into()),
        timeout_s: Some(20),
        account: Some("sales".into()),
        variables: vec![("A".into(), "b".into()), ("C".into(), String::new())],
        caller_id: Some("Sara <104>".into()),
        recordings: Some("/rec".into()),
    };
    assert_eq!(*ami, expected);
    assert_eq!((read.desk_phone.as_deref(), read.codes.spy.as_str()), (Some("104"), "*55{extension}"));
}

#[test]
fn the_floor_and_what_may_be_done_there_are_read() {
    let folder = Folder::new("floor");
    let text = format!(
        "{CODES}[floor]\nagents = [\"008-010\", \"201\"]\nonly_these = true\nsource = \"dialogs\"\n[[floor.agent]]\nextension = \"201\"\n\
         name = \"Mina\"\n[supervision]\nmodes = [\"spy\"]\nagent_sees = \"tone\"\nsupervisors = [\"201\"]\n"
    );
    let read = folder.read(&text).expect("it is right");
    assert!(read.warnings.is_empty(), "{:?}", read.warnings);
    let agents: Vec<_> = read.desk.floor.agents.iter().map(|a| (a.extension.as_str(), a.name.as_deref())).collect();
    assert_eq!(agents, [("008", None), ("009", None), ("010", None), ("201", Some("Mina"))]);
    assert!(read.desk.floor.only_these && read.desk.floor.source == desk::FloorSource::Dialogs);
    let rules = read.desk.supervision;
    assert_eq!((rules.modes, rules.agent_sees), (vec![desk::wire::SupervisionMode::Spy], desk::AgentSees::Tone));
    assert_eq!((rules.orders, rules.supervisors), (desk::OrdersBy::Codes, vec!["201".to_owned()]));
    for (text, place, mend) in [
        ("[floor]\nagents = [\"110-101\"]", ":2: floor.agents: ", "101-110"),
        ("[floor]\nagents = [\"1-999999\"]", ":2: floor.agents: ", "101-110"),
        ("[floor]\nagents = [\"100000-199999\"]", ":2: floor.agents: ", "101-110"),
        ("[floor]\nagents = [\"a b\"]", ":2: floor.agents: ", "101-110"),
        ("[[floor.agent]]\nextension = \"a b\"", ":2: floor.agent.extension: ", "letters, dots"),
        ("[floor]\nsource = \"dialogs\"", ": floor.agents: ", "name the extensions"),
        ("[supervision]\nmodes = [\"listen\"]", ":2: supervision.modes: ", "spy, whisper, barge"),
    ] {
        let problem = folder.read(text).expect_err(text).to_string();
        assert!(problem.contains(&format!("settings.toml{place}")) && problem.contains(mend), "{text}: {problem}");
    }
}

#[test]
fn what_cannot_be_used_names_its_place_and_the_mend() {
    for (text, place, mend) in [
        (OKTELL, ": pbx.user: ", "exactly one of user, wp and line"),
        (&format!("{OKTELL}user = \"a\"\nwp = \"b\""), ":5: pbx.wp: ", "exactly one of user, wp and line"),
        (&format!("{OKTELL}user = \"a\"\ndirection = \"out\""), ":5: pbx.direction: ", "auto, pbx, city"),
        (&format!("{OKTELL}user = \"a\"\nsequence = \"\""), ":5: pbx.sequence: ", "back, direct"),
        (&format!("{OKTELL}user = \"a\"\naccess = \"basic\""), ": pbx.username: ", "access = \"basic\""),
        ("[pbx]\ndriver = \"oktell\"\nuser = \"a\"", ": pbx.url: ", "http://192.168.0.1:4055"),
        ("[pbx]\ndriver = \"oktell\"\nuser = \"a\"\nurl = \"pbx:4055\"", ":4: pbx.url: ", "http://"),
        ("[pbx]\ndriver = \"oktell\"\nuser = \"a\"\nurl = \"http://a:b@pbx\"", ":4: pbx.url: ", "keys of their own"),
        ("[pbx]\ndriver = \"simotel\"\nurl = \"http://pbx/api/v4\"", ": pbx.context: ", "main_routing"),
        (&format!("{SIMOTEL}timeout = 0"), ":5: pbx.timeout: ", "from 1"),
        (&format!("{SIMOTEL}call_limit = \"9\""), ":5: pbx.call_limit: ", "number"),
        ("[pbx]\ndriver = \"ami\"", ": pbx.address: ", "pbx.example:5038"),
        ("[pbx]\ndriver = \"ami\"\naddress = \"pbx\"", ": pbx.username: ", "manager interface"),
        ("[pbx]\ndriver = \"ami\"\naddress = \"http://pbx\"", ":3: pbx.address: ", "pbx.example:5038"),
        ("[pbx]\ndriver = \"ami\"\naddress = \"pbx:0\"", ":3: pbx.address: ", "pbx.example:5038"),
        ("[pbx]\ndriver = \"ami\"\naddress = \"::1\"", ":3: pbx.address: ", "pbx.example:5038"),
        ("[pbx]\ndriver = \"asterisk\"", ":2: pbx.driver: ", "none, oktell, simotel"),
        ("[pbx]\ndial = \"pbx\"", ":2: pbx.dial: ", "driver = \"ami\", \"oktell\" or \"simotel\""),
        (&format!("{CODES}dial = \"pbx\""), ":4: pbx.dial: ", "driver = \"ami\", \"oktell\" or \"simotel\""),
        ("[pbx]\ndriver = \"dial_codes\"", ": pbx.spy: ", "write what is dialled"),
        ("[pbx]\ndriver = \"dial_codes\"\nspy = \"*55\"", ":3: pbx.spy: ", "*55{extension}"),
        ("[pbx]\ndriver = \"dial_codes\"\npickup = \"sip:{extension}\"", ":3: pbx.pickup: ", "digits, *, #"),
        (&format!("{AMI}channel = \"{{extension}}\""), ":5: pbx.channel: ", "PJSIP/{extension}"),
        (&format!("{AMI}variables = [\"a\"]"), ":5: pbx.variables: ", "NAME=value"),
        (&format!("{AMI}variables = [\"A=b,c\"]"), ":5: pbx.variables: ", "commas, quotes"),
        (&format!("{AMI}context = \"from internal\""), ":5: pbx.context: ", "no blanks"),
        (&format!("{AMI}caller_id = \"X <+7 495 1>\""), ":5: pbx.caller_id: ", "Sara <104>"),
        (&format!("{AMI}trunk = \"a,b\""), ":5: pbx.trunk: ", "as the PBX has it"),
        (&format!("{AMI}trunk_channel = \"PJSIP/{{number}}&x/y\""), ":5: pbx.trunk_channel: ", "{trunk}"),
        (&format!("{AMI}account = \"a\\tb\""), ":5: pbx.account: ", "255"),
        (&format!("{AMI}recordings = \"/rec,x\""), ":5: pbx.recordings: ", "without commas"),
    ] {
        let problem = Folder::new("bad-pbx").read(text).expect_err(text).to_string();
        assert!(problem.contains(&format!("settings.toml{place}")), "{text}: {problem}");
        assert!(problem.contains(mend) && problem.lines().count() == 1, "{text}: {problem}");
        assert!(!problem.contains("a:b"), "what may be a password is not repeated: {problem}");
    }
}

#[test]
fn what_is_odd_is_warned_of() {
    for (text, expected) in [
        (format!("{OKTELL}user = \"a\"\nusr = \"a\""), "pbx.usr: this key is not known: did you mean user?"),
        (format!("{OKTELL}user = \"a\"\ntrunk_name = \"a\""), "pbx.trunk_name: this key is not known"),
        (format!("{AMI}chanel = \"PJSIP/{{extension}}\""), "pbx.chanel: this key is not known: did you mean channel?"),
        (format!("{CODES}spi = \"*1{{extension}}\""), "pbx.spi: this key is not known: did you mean spy?"),
        (
            format!("{OKTELL}user = \"a\"\npassword = \"s3cret\"").replace("https", "http"),
            "pbx.url: passwords can be read on their way over http",
        ),
        (format!("{SIMOTEL}username = \"a\"").replace("https", "http"), "pbx.url: passwords can be read"),
    ] {
        let warnings = pbx(&text).1;
        let [warning] = warnings.as_slice() else { panic!("{text}: {warnings:?}") };
        assert!(warning.contains(expected) && !warning.contains("s3cret"), "{text}: {warning}");
    }
    let here =
        format!("{OKTELL}user = \"a\"\npassword = \"s3cret\"").replace("https://pbx.example", "http://127.0.0.1:1");
    assert!(pbx(&here).1.is_empty(), "nobody listens in on this machine");
}

#[test]
fn the_policy_wins_and_keeps_its_secret() {
    let folder = Folder::new("pbx-policy");
    let settings = folder.file("settings.toml", &format!("{OKTELL}user = \"mine\"\npassword = \"mine\"\n"));
    let policy = "[policy]\nlocked = [\"pbx\"]\n[pbx]\nurl = \"https://theirs.example\"\npassword = \"theirs\"\n";
    let read = read(&settings, &folder.file("policy.toml", policy), false).expect("both are right");
    let Driver::Oktell(oktell) = &read.pbx.driver else { panic!("{:?}", read.pbx) };
    assert_eq!(oktell.address.to_string(), "https://theirs.example/");
    assert_eq!(oktell.behalf, oktell::Behalf::User("mine".into()));
    let [secret] = read.pbx.secrets.as_slice() else { panic!("{:?}", read.pbx) };
    assert_eq!((&secret.text, secret.in_settings), (&Some(Secret("theirs".into())), false));
    assert_eq!(read.desk.locked, ["pbx"]);
}

#[test]
fn secrets_leave_the_file_and_comments_stay() {
    let folder = Folder::new("pbx-write");
    let text = "[pbx] # ours\ndriver = \"simotel\" # new\npassword = \"p\"\napi_key = \"k\"\ncontext = \"c\" # route\n";
    let path = folder.file("settings.toml", text);
    Writer::new(path.clone(), desk::Clicks::default())
        .remove_secrets(&["password", "api_key"].map(|key| SectionSecret::unknown("pbx", key)))
        .expect("it is written");
    let after = fs::read_to_string(&path).expect("it is there");
    assert_eq!(after, "[pbx] # ours\ndriver = \"simotel\" # new\ncontext = \"c\" # route\n");
}
