//! `[callbacks]` and `[callback_line]`, as integrators write them.

use std::time::Duration;

use desk::{AtDue, CallbackRules, HandOver, LineBy, LineMethod, LineNext, LineRules, ReadAt, wire::CallbackOrder};

use super::*;

const LINE: &str = "[callback_line]\nenabled = true\naccount = \"line\"\n";

fn line(text: &str) -> (LineRules, Vec<String>) {
    let settings = Folder::new("line").read(&format!("{LINE}{text}")).expect(text);
    (settings.desk.line, settings.warnings)
}

#[test]
fn every_key_of_the_callbacks_is_read() {
    let text = "[callbacks]\nfrom_missed = true\nfrom_abandoned = true\ndue_after = 0\nattempts = 5\nretry_after = 60\n\
                order = \"customer_first\"\nat_due = \"call\"\n";
    let settings = Folder::new("callbacks").read(text).expect("it is right");
    let expected = CallbackRules {
        from_missed: true,
        from_abandoned: true,
        due_after: Duration::ZERO,
        attempts: 5,
        retry_after: Duration::from_secs(60),
        order: CallbackOrder::CustomerFirst,
        at_due: AtDue::Call,
    };
    assert_eq!((settings.desk.callbacks, settings.warnings), (expected, vec![]));
}

#[test]
fn every_key_of_the_line_is_read() {
    let (read, warnings) = line(
        "lines = [\"+74950000100\", \"hotline\"]\nby = \"ami\"\nmethod = \"number\"\nnumber = \" +7 (495) 229-49-89 \"\n\
         trunk = \"trunk\"\ncaller_id = \"74950000100\"\ndelay = 7\ntimeout = 8\nfirst_digit_timeout = 9\nring_timeout = 10\n\
         next = \"digits\"\ndigits = 3\ncontext = \"callback-digits\"\nread_extension = \"s\"\nhand_over = \"bridge\"\n\
         allow = [\"+74952294989\", \"+7495*\", \"1xx\"]\nmay_reach = \"500-599\"\nper_hour = 5\nper_hour_each = 1\n\
         refuse_with = 486\n",
    );
    let expected = LineRules {
        configured: true,
        enabled: true,
        account: "line".into(),
        lines: vec!["+74950000100".into(), "hotline".into()],
        by: LineBy::Manager,
        method: LineMethod::Number("+7 (495) 229-49-89".into()),
        trunk: Some("trunk".into()),
        caller_id: Some("74950000100".into()),
        delay: Duration::from_secs(7),
        digit_timeout: Duration::from_secs(8),
        first_digit_timeout: Duration::from_secs(9),
        ring_timeout: Duration::from_secs(10),
        next: LineNext::Digits {
            length: 3,
            read_at: Some(ReadAt { context: "callback-digits".into(), extension: "s".into() }),
        },
        hand_over: HandOver::Bridge,
        allow: vec!["+74952294989".into(), "+7495*".into(), "1xx".into()],
        may_reach: vec!["500-599".into()],
        per_hour: 5,
        per_hour_each: 1,
        refuse_with: 486,
    };
    assert_eq!(read, expected);
    let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
    assert!(warning.contains("callback_line.may_reach: "), "the PBX reads the digits: {warning}");
}

#[test]
fn the_line_calls_an_extension_and_goes_on_to_others() {
    let of = |text: &str| line(&format!("allow = [\"1xx\"]\n{text}")).0;
    assert_eq!(of("method = \"extension\"\nextension = \"101\"").method, LineMethod::Extension("101".into()));
    assert_eq!(of("next = \"queue\"\nnext_number = \"500\"").next, LineNext::Queue("500".into()));
    assert_eq!(of("next = \"extension\"\nnext_number = \"102\"").next, LineNext::Extension("102".into()));
    let here = of("next = \"digits\"\ndigits = 2\nmay_reach = [\"1x\"]\ncontext = \"not-needed\"");
    assert_eq!(here.next, LineNext::Digits { length: 2, read_at: None });
    assert_eq!(of("next_number = \"500\"").next, LineNext::Agent);
}

#[test]
fn what_lets_nobody_get_anywhere_is_said() {
    let (read, warnings) = line("next = \"digits\"\ndigits = 3\n");
    assert_eq!((read.configured, &read.method), (true, &LineMethod::Caller));
    let [first, second] = warnings.as_slice() else { panic!("{warnings:?}") };
    assert!(first.contains("callback_line.allow: ") && first.contains("+74952294989"), "{first}");
    assert!(second.contains("callback_line.may_reach: ") && second.contains("1xx"), "{second}");
}

#[test]
fn what_may_be_dialled_where_the_pbx_reads_digits_is_said_to_be_its_affair() {
    let digits = "by = \"ami\"\nnext = \"digits\"\ndigits = 3\ncontext = \"callback-digits\"\nread_extension = \"s\"\n";
    let line = format!("{LINE}allow = [\"1xx\"]\n{digits}");
    assert!(Folder::new("context").read(&line).expect("it is set up").warnings.is_empty());
    let settings = Folder::new("ignored").read(&format!("{line}may_reach = [\"1xx\"]\n")).expect("it is set up");
    let [warning] = settings.warnings.as_slice() else { panic!("{:?}", settings.warnings) };
    assert!(warning.contains("callback_line.may_reach: ") && warning.contains("context"), "{warning}");
}

#[test]
fn a_line_without_an_account_is_none() {
    let settings = Folder::new("none").read("[callback_line]\nenabled = false\ndelay = 9\n").expect("it is off");
    assert!(!settings.desk.line.configured && !settings.desk.line.enabled);
    let settings = Folder::new("off").read("[callback_line]\naccount = \"line\"\n").expect("it is set up, and off");
    assert!(settings.desk.line.configured && !settings.desk.line.enabled);
    assert_eq!(settings.warnings, Vec::<String>::new());
}

#[test]
fn what_cannot_be_used_names_its_place_and_the_mend() {
    let digits = "next = \"digits\"\n";
    for (text, place, mend) in [
        ("[callbacks]\ndue_after = -1", ":2: callbacks.due_after: ", "from 0 to 604800"),
        ("[callbacks]\nattempts = 0", ":2: callbacks.attempts: ", "from 1 to 100"),
        ("[callbacks]\nretry_after = 0", ":2: callbacks.retry_after: ", "write seconds, from 1"),
        ("[callbacks]\norder = \"both\"", ":2: callbacks.order: ", "agent_first, customer_first"),
        ("[callbacks]\nat_due = true", ":2: callbacks.at_due: ", "text in quotes"),
        ("[callback_line]\nenabled = true", ": callback_line.account: ", "account = \"line\""),
        (&format!("{LINE}by = \"pbx\""), ":4: callback_line.by: ", "sip, ami"),
        (&format!("{LINE}method = \"number\""), ": callback_line.number: ", "number = \"+74952294989\""),
        (
            &format!("{LINE}method = \"number\"\nnumber = \"101@evil\""),
            ":5: callback_line.number: ",
            "\"101@evil\" is none",
        ),
        (&format!("{LINE}method = \"number\"\nnumber = \"101;ext=1\""), ":5: callback_line.number: ", "is none"),
        (&format!("{LINE}method = \"extension\""), ": callback_line.extension: ", "extension = \"101\""),
        (&format!("{LINE}method = \"extension\"\nextension = \"1 & 2\""), ":5: callback_line.extension: ", "is none"),
        (&format!("{LINE}next = \"queue\""), ": callback_line.next_number: ", "next_number = \"500\""),
        (&format!("{LINE}next = \"extension\"\nnext_number = \"\""), ":5: callback_line.next_number: ", "101"),
        (&format!("{LINE}{digits}"), ": callback_line.digits: ", "digits = 3"),
        (&format!("{LINE}{digits}digits = 16"), ":5: callback_line.digits: ", "from 1 to 15"),
        (
            &format!("{LINE}{digits}digits = 3\nby = \"ami\""),
            ": callback_line.context: ",
            "context = \"callback-digits\"",
        ),
        (
            &format!("{LINE}{digits}digits = 3\nby = \"ami\"\ncontext = \"a,s,1\""),
            ":7: callback_line.context: ",
            "\"a,s,1\" is none",
        ),
        (
            &format!("{LINE}{digits}digits = 3\nby = \"ami\"\ncontext = \"a\""),
            ": callback_line.read_extension: ",
            "read_extension = \"s\"",
        ),
        (&format!("{LINE}caller_id = \"Bank\""), ":4: callback_line.caller_id: ", "74950000100"),
        (&format!("{LINE}caller_id = \"+\""), ":4: callback_line.caller_id: ", "digits, perhaps behind a +"),
        (&format!("{LINE}delay = 0"), ":4: callback_line.delay: ", "from 1 to 3600"),
        (&format!("{LINE}ring_timeout = 9999"), ":4: callback_line.ring_timeout: ", "from 1 to 3600"),
        (&format!("{LINE}hand_over = \"yes\""), ":4: callback_line.hand_over: ", "refer, bridge"),
        (&format!("{LINE}allow = [\"*\"]"), ":4: callback_line.allow: ", "\"*\" is none"),
        (&format!("{LINE}allow = [\"+*\"]"), ":4: callback_line.allow: ", "\"+*\" is none"),
        (&format!("{LINE}allow = [\"sip:101@pbx\"]"), ":4: callback_line.allow: ", "+7495*"),
        (&format!("{LINE}may_reach = [\"+7495*\"]"), ":4: callback_line.may_reach: ", "500-599"),
        (&format!("{LINE}per_hour = 0"), ":4: callback_line.per_hour: ", "from 1 to 1000"),
        (&format!("{LINE}per_hour_each = 4294967297"), ":4: callback_line.per_hour_each: ", "from 1 to 1000"),
        (&format!("{LINE}refuse_with = 200"), ":4: callback_line.refuse_with: ", "486"),
        (&format!("{LINE}refuse_with = 401"), ":4: callback_line.refuse_with: ", "603"),
    ] {
        let problem = Folder::new("bad-callbacks").read(text).expect_err(text).to_string();
        assert!(problem.contains(place), "{text}: {problem}");
        assert!(problem.contains(mend), "{text}: {problem}");
        assert_eq!(problem.lines().count(), 1, "one line: {problem}");
    }
}

#[test]
fn a_policy_that_says_whether_it_works_locks_that() {
    let folder = Folder::new("locked-line");
    let settings = folder.file("settings.toml", LINE);
    let policy = folder.file("policy.toml", "[callback_line]\nenabled = false\n");
    let settings = read(&settings, &policy, false).expect("both are right");
    assert!(settings.desk.line.configured && !settings.desk.line.enabled);
    assert_eq!(settings.desk.locked, ["callback_line.enabled"]);
}

#[test]
fn whether_it_works_is_written_and_the_comments_stay() {
    let folder = Folder::new("write-line");
    let path =
        folder.file("settings.toml", "[callback_line]\naccount = \"line\" # all of it\nenabled = true # since May\n");
    let writer = Writer::new(path.clone(), desk::Clicks::default());
    writer.store(&Store::CallbackLine(false)).expect("it is written");
    let after = fs::read_to_string(&path).expect("it is there");
    assert_eq!(after, "[callback_line]\naccount = \"line\" # all of it\nenabled = false # since May\n");
}
