//! The line that calls back by itself, at a real PBX: each of its parameters, by the softphone and by the PBX, and whoever would
//! have it pay for calls to the wrong people.
//!
//! Anna calls from outside; whom the PBX calls outside is the desk that has registered as the trunk. The desk has an
//! account for the line and one for its agent; 102 is a colleague.

use std::time::{Duration, Instant};

use kit::{Account, Baresip, Desk, Pbx, SOON, Settings, Sound};
use serde_json::{Value, json};

struct Office {
    pbx: Pbx,
    outside: Desk,
    colleague: Desk,
    desk: Desk,
    /// The line's.
    number: String,
}

/// Who makes the calls.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Sip,
    Manager,
}

const BOTH: [By; 2] = [By::Sip, By::Manager];

impl Office {
    /// One with a line by these settings.
    fn with(by: By, line: &str) -> Self {
        Self::at(Pbx::start(&[]), by, line)
    }

    fn at(pbx: Pbx, by: By, line: &str) -> Self {
        let account = pbx.agent();
        Self::of(pbx, account, by, line)
    }

    /// The line has this account.
    fn of(pbx: Pbx, mut account: Account, by: By, line: &str) -> Self {
        let outside =
            Desk::start(Settings::of(pbx.account("trunk", "udp")).says(Sound::tone(OUTSIDE_HZ, 300.0)).hears());
        let colleague = pbx.account("102", "udp");
        let colleague = Desk::start(Settings::of(colleague).says(Sound::tone(COLLEAGUE_HZ, 300.0)).hears());
        let agent = pbx.agent();
        account.id = "line".into();
        let number = account.number().to_owned();
        let manager = format!("{}trunk = \"trunk\"\n", pbx.manager("ringside"));
        let who = match by {
            By::Sip => "by = \"sip\"\n",
            By::Manager => "by = \"ami\"\n",
        };
        let line = format!("{manager}[callback_line]\nenabled = true\naccount = \"line\"\n{who}{line}");
        let settings = Settings::of(agent).and(account).says(Sound::tone(AGENT_HZ, 300.0)).hears().with(&line);
        let desk = Desk::start(settings);
        desk.until("the line is registered, too", SOON, |shown| {
            shown.accounts.values().all(|account| account["registration"] == "registered").then_some(())
        });
        desk.until_manager_is_there();
        desk.until_part("callback_line", "it works", |line| line["enabled"] == true && line["trouble"].is_null());
        Self { pbx, outside, colleague, desk, number }
    }

    /// Anna calls the line, which ends her call.
    fn anna_calls(&self) -> Baresip {
        let mut ami = self.pbx.ami();
        let anna = Baresip::call_in(&self.pbx, "Anna Northwind", ANNA, &self.number);
        ami.until("her call is ended", SOON, |event| {
            event.get("Event") == "Hangup" && event.get("Channel").starts_with("PJSIP/trunk-")
        });
        anna
    }

    /// She is called back, and answers.
    fn answers(&self) -> String {
        let call = self.outside.rings();
        self.outside.answer(&call);
        self.outside.until_active(&call);
        call
    }

    fn colleague_answers(&self) -> String {
        let call = self.colleague.rings();
        self.colleague.answer(&call);
        self.colleague.until_active(&call);
        call
    }

    fn they_talk(&self) {
        self.outside.until_hears(COLLEAGUE_HZ);
        self.colleague.until_hears(OUTSIDE_HZ);
    }

    /// The newest call of the line stands so.
    fn line_is(&self, state: &str) -> Value {
        self.line_is_within(state, Duration::from_secs(20))
    }

    fn line_is_within(&self, state: &str, bound: Duration) -> Value {
        self.desk.until(&format!("the line's call is {state}"), bound, |shown| {
            let call = &shown.part("callback_line")["calls"][0];
            (call["state"] == state).then(|| call.clone())
        })
    }

    /// Nothing rang outside, and nobody was called by the PBX beside whoever called in.
    fn nobody_was_called(&self, called_in: usize) {
        assert!(self.outside.shown().calls.is_empty(), "the outside is called");
        let said = self.pbx.cli("core show channels");
        let count = said.lines().find_map(|line| line.split_once(" call")?.1.ends_with("processed").then_some(line));
        let count = count.and_then(|line| line.split(' ').next()?.parse::<usize>().ok());
        let processed = count.unwrap_or_else(|| panic!("the PBX counts its calls:\n{said}"));
        assert_eq!(processed, called_in, "{processed} calls, of which {called_in} came in:\n{said}");
    }
}

/// Whom it calls, and over what.
const CALLER: &str = "method = \"caller\"\nallow = [\"+79161112233\", \"79161112233\"]\ndelay = 1\n";

#[test]
fn the_caller_is_called_back_and_gets_an_extension() {
    for by in BOTH {
        let office = Office::with(by, &format!("{CALLER}next = \"extension\"\nnext_number = \"102\"\n"));
        let _anna = office.anna_calls();
        let call = office.answers();
        office.colleague_answers();
        office.they_talk();
        office.line_is("done");
        assert!(office.desk.shown().calls.is_empty(), "the agent has nothing to do with it");
        office.outside.hang_up(&call);
        office.pbx.until_quiet(SOON);
    }
}

#[test]
fn the_softphone_holds_them_together_where_the_pbx_is_not_to() {
    let line = format!("{CALLER}next = \"extension\"\nnext_number = \"102\"\nhand_over = \"bridge\"\n");
    let office = Office::with(By::Sip, &line);
    for whoever_ends in ["outside", "colleague"] {
        let _anna = office.anna_calls();
        let call = office.answers();
        let other = office.colleague_answers();
        office.they_talk();
        match whoever_ends {
            "outside" => office.outside.hang_up(&call),
            _ => office.colleague.hang_up(&other),
        }
        office.outside.until_ended(&call);
        office.colleague.until_ended(&other);
        office.pbx.until_quiet(SOON);
    }
}

#[test]
fn a_queue_comes_next() {
    for by in BOTH {
        let office = Office::with(by, &format!("{CALLER}next = \"queue\"\nnext_number = \"500\"\n"));
        office.pbx.until_cli("queue show support", "102 is there", SOON, |said| {
            said.lines().any(|line| line.contains("PJSIP/102") && line.contains("Not in use"))
        });
        let _anna = office.anna_calls();
        let call = office.answers();
        office.colleague_answers();
        office.they_talk();
        office.outside.hang_up(&call);
        office.pbx.until_quiet(SOON);
    }
}

#[test]
fn the_agent_comes_next() {
    for by in BOTH {
        let office = Office::with(by, &format!("{CALLER}next = \"agent\"\n"));
        let _anna = office.anna_calls();
        let call = office.answers();
        let rings = office.desk.rings();
        office.desk.answer(&rings);
        office.outside.until_hears(AGENT_HZ);
        office.desk.until_hears(OUTSIDE_HZ);
        office.desk.hang_up(&rings);
        office.outside.until_ended(&call);
        office.pbx.until_quiet(SOON);
    }
}

/// Digits, as either driver wants them.
fn digits(by: By, more: &str) -> String {
    let read = "context = \"callback-digits\"\nread_extension = \"s\"\n";
    let read = if by == By::Manager { read } else { "may_reach = [\"1xx\"]\n" };
    format!("{CALLER}next = \"digits\"\ndigits = 3\n{read}{more}")
}

#[test]
fn they_dial_whom_they_want() {
    for by in BOTH {
        let office = Office::with(by, &digits(by, ""));
        let _anna = office.anna_calls();
        let call = office.answers();
        office.line_is("dialling");
        office.outside.send_dtmf(&call, "102");
        office.colleague_answers();
        office.they_talk();
        office.outside.hang_up(&call);
        office.pbx.until_quiet(SOON);
    }
}

#[test]
fn who_dials_too_slowly_is_hung_up() {
    for by in BOTH {
        for (dialled, more) in
            [("", "first_digit_timeout = 2\ntimeout = 9\n"), ("1", "first_digit_timeout = 9\ntimeout = 2\n")]
        {
            let office = Office::with(by, &digits(by, more));
            let _anna = office.anna_calls();
            let call = office.answers();
            office.line_is("dialling");
            let begun = Instant::now();
            if !dialled.is_empty() {
                office.outside.send_dtmf(&call, dialled);
            }
            office.outside.until_ended_within(&call, Duration::from_secs(7));
            assert!(begun.elapsed() > Duration::from_millis(1500), "{:?}: the time was given", begun.elapsed());
            office.pbx.until_quiet(SOON);
        }
    }
}

#[test]
fn digits_lead_nowhere_else() {
    let office = Office::with(By::Sip, &digits(By::Sip, "first_digit_timeout = 3\n"));
    let _anna = office.anna_calls();
    let call = office.answers();
    office.line_is("dialling");
    for wrong in ["500", "899", "*80"] {
        office.outside.send_dtmf(&call, wrong);
    }
    office.outside.until_ended_within(&call, Duration::from_secs(20));
    let failed = office.line_is("failed");
    assert!(failed["trouble"]["code"].as_str().is_some_and(|code| code.starts_with("line_")), "{failed}");
    assert!(office.colleague.shown().calls.is_empty(), "nobody rang");
}

#[test]
fn one_number_is_called_whoever_called() {
    for by in BOTH {
        let line =
            "method = \"number\"\nnumber = \"84957770001\"\ndelay = 1\nnext = \"extension\"\nnext_number = \"102\"\n";
        let office = Office::with(by, line);
        let _anna = office.anna_calls();
        let call = office.answers();
        office.colleague_answers();
        office.they_talk();
        let shown = office.line_is("done");
        assert!(shown["target"].as_str().is_some_and(|target| target.contains("777")), "{shown}");
        office.outside.hang_up(&call);
        office.pbx.until_quiet(SOON);
    }
}

#[test]
fn an_extension_is_called_whoever_called() {
    for by in BOTH {
        let line = "method = \"extension\"\nextension = \"102\"\ndelay = 1\nnext = \"agent\"\n";
        let office = Office::with(by, line);
        let _anna = office.anna_calls();
        office.colleague_answers();
        let rings = office.desk.rings();
        office.desk.answer(&rings);
        office.desk.until_hears(COLLEAGUE_HZ);
        office.desk.hang_up(&rings);
        office.pbx.until_quiet(SOON);
    }
}

#[test]
fn the_delay_is_kept_and_the_ringing_bounded() {
    for by in BOTH {
        let line = CALLER.replace("delay = 1", "delay = 4\nring_timeout = 3");
        let office = Office::with(by, &format!("{line}next = \"extension\"\nnext_number = \"102\"\n"));
        let _anna = office.anna_calls();
        let ended = Instant::now();
        let call = office.outside.rings();
        let delay = ended.elapsed();
        assert!((3.5..8.0).contains(&delay.as_secs_f64()), "{delay:?} from the end of the call");
        // Nobody answers.
        office.outside.until_ended_within(&call, Duration::from_secs(10));
        let failed = office.line_is("failed");
        assert_eq!(failed["trouble"]["code"], "line_no_answer", "{failed}");
        office.pbx.until_quiet(SOON);
    }
}

#[test]
fn the_number_that_is_shown_is_the_settings() {
    let line = format!("{CALLER}caller_id = \"74950000500\"\nnext = \"extension\"\nnext_number = \"102\"\n");
    for by in BOTH {
        let pbx = Pbx::start(&[]);
        // By SIP the PBX takes the line's word, as it does of 116 alone.
        let account = if by == By::Sip { pbx.account("116", "udp") } else { pbx.agent() };
        let office = Office::of(pbx, account, by, &line);
        let _anna = office.anna_calls();
        let call = office.outside.rings();
        assert_eq!(office.outside.shown().calls[&call]["peer"]["number"], "74950000500");
        office.outside.decline(&call, "busy");
        let failed = office.line_is("failed");
        assert_eq!(failed["trouble"]["code"], "line_busy", "{failed}");
    }
}

#[test]
fn a_pbx_that_does_not_trust_the_account_shows_its_own_number() {
    let line = format!("{CALLER}caller_id = \"74950000500\"\nnext = \"extension\"\nnext_number = \"102\"\n");
    let office = Office::with(By::Sip, &line);
    let _anna = office.anna_calls();
    let call = office.outside.rings();
    assert_eq!(office.outside.shown().calls[&call]["peer"]["number"], format!("74950000{}", office.number));
}

#[test]
fn over_another_account_the_call_goes_out_there() {
    let pbx = Pbx::start(&[]);
    let [mut line, mut trunk] = pbx.agents();
    (line.id, trunk.id) = ("line".into(), "paid".into());
    let (number, paid) = (line.number().to_owned(), trunk.number().to_owned());
    let more = format!("{CALLER}trunk = \"paid\"\nnext = \"extension\"\nnext_number = \"102\"\n");
    let outside = Desk::start(Settings::of(pbx.account("trunk", "udp")));
    let colleague = Desk::start(Settings::of(pbx.account("102", "udp")));
    let settings =
        Settings::of(line).and(trunk).with(&format!("[callback_line]\nenabled = true\naccount = \"line\"\n{more}"));
    let desk = Desk::start(settings);
    desk.until("both are registered", SOON, |shown| {
        shown.accounts.values().all(|account| account["registration"] == "registered").then_some(())
    });
    let _anna = Baresip::call_in(&pbx, "Anna Northwind", ANNA, &number);
    let call = outside.rings();
    assert_eq!(outside.shown().calls[&call]["peer"]["number"], format!("74950000{paid}"), "whose it is");
    outside.answer(&call);
    let rings = colleague.rings();
    colleague.answer(&rings);
    outside.until_active(&call);
    outside.hang_up(&call);
    pbx.until_quiet(SOON);
}

#[test]
fn the_call_is_refused_as_the_settings_say_and_only_on_its_lines() {
    let line = "method = \"number\"\nnumber = \"84957770001\"\ndelay = 1\nrefuse_with = 486\nnext = \"agent\"\n";
    let office = Office::with(By::Sip, line);
    let mut ami = office.pbx.ami();
    let _anna = Baresip::call_in(&office.pbx, "Anna Northwind", ANNA, &office.number);
    let ended = ami.until("the line's leg is ended", SOON, |event| {
        event.get("Event") == "Hangup" && event.get("Channel").starts_with(&format!("PJSIP/{}-", office.number))
    });
    assert_eq!(ended.get("Cause"), "17", "busy");
    let rings = office.outside.rings();
    office.outside.decline(&rings, "busy");

    let line =
        "method = \"number\"\nnumber = \"84957770001\"\ndelay = 1\nlines = [\"74950000777\"]\nnext = \"agent\"\n";
    let office = Office::with(By::Sip, line);
    let _anna = Baresip::call_in(&office.pbx, "Anna Northwind", ANNA, &office.number);
    let rings = office.desk.rings();
    assert_eq!(office.desk.shown().calls[&rings]["account"], "line", "it is no call to the line: it rings");
    office.desk.decline(&rings, "busy");
}

#[test]
fn toll_fraud_comes_to_nothing() {
    for by in BOTH {
        // Another number than theirs is named.
        let line = digits(by, "").replace("\"+79161112233\", \"79161112233\"", "\"+7495*\"");
        let office = Office::with(by, &line);
        let callers =
            ["79161112233", "78095551234", "911", "0011234567890", "442079460000", "900123456", "300", "anonymous"];
        for caller in callers {
            let before = office.desk.shown().part("callback_line")["calls"].as_array().map_or(0, Vec::len);
            let _caller = Baresip::call_in(&office.pbx, "Mallory", caller, &office.number);
            office.desk.until(&format!("{caller} is refused"), SOON, |shown| {
                let calls = shown.part("callback_line")["calls"].as_array()?;
                (calls.len() > before && calls[0]["state"] == "refused").then_some(())
            });
        }
        office.pbx.until_quiet(SOON);
        // Longer than the delay.
        let until = Instant::now() + Duration::from_secs(3);
        while Instant::now() < until {
            office.nobody_was_called(callers.len());
        }
        assert_eq!(office.desk.shown().part("callback_line")["made_last_hour"], 0);
    }
}

#[test]
fn as_often_as_the_settings_say_and_not_once_more() {
    let line = format!("{CALLER}per_hour = 5\nper_hour_each = 2\nnext = \"extension\"\nnext_number = \"102\"\n");
    let office = Office::with(By::Sip, &line);
    for _ in 0..2 {
        let _anna = office.anna_calls();
        let call = office.outside.rings();
        office.outside.decline(&call, "busy");
        office.line_is("failed");
    }
    let _anna = office.anna_calls();
    let refused = office.line_is("refused");
    assert_eq!(refused["trouble"]["code"], "line_limit_each", "{refused}");
    assert_eq!(office.desk.shown().part("callback_line")["made_last_hour"], 2);
}

#[test]
fn switched_off_it_is_an_ordinary_account() {
    let office = Office::with(By::Sip, &format!("{CALLER}next = \"agent\"\n"));
    office.desk.must(&json!({"type": "set_callback_line", "on": false}));
    office.desk.until_part("callback_line", "it is off", |line| line["enabled"] == false);
    let _anna = Baresip::call_in(&office.pbx, "Anna Northwind", ANNA, &office.number);
    let rings = office.desk.rings();
    office.desk.decline(&rings, "busy");
    assert!(office.desk.settings().contains("enabled = false"), "it stays so after a restart");
}

const OUTSIDE_HZ: f64 = 1300.0;
const COLLEAGUE_HZ: f64 = 900.0;
const AGENT_HZ: f64 = 600.0;
const ANNA: &str = "79161112233";
