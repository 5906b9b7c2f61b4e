//! Whoever wants to make the line call somewhere at its owner's cost. Nobody is ever called here.

use super::*;

/// As open as a careless owner may make it.
fn careless() -> LineRules {
    let allow = ["+*", "*", "+7*", "8*", "1*", "9*", "0*", "xxx", "1xx"].map(str::to_owned).to_vec();
    LineRules { allow, ..rules() }
}

fn is_refused(line: LineRules, caller: &str, code: &str) {
    let mut story = Story::new(line);
    let call = story.comes(caller);
    assert_eq!(story.said(), [Command::Decline(call, 603)], "{caller:?} is refused, whoever it is");
    assert_eq!(story.end(), refused(code), "{caller:?}");
    story.over(call, Reason::Declined, Some(603));
    story.nobody_is_called();
    assert_eq!(story.kit.desk.snapshot().callback_line.made_last_hour, 0);
}

#[test]
fn a_caller_from_elsewhere_is_not_who_they_say() {
    for method in [LineMethod::Caller, LineMethod::Number(ANNA.to_owned()), LineMethod::Extension("205".to_owned())] {
        let mut story = Story::new(LineRules { method, ..rules() });
        let call = story.comes_as(ANNA, "line", false, &[]);
        assert_eq!(story.said(), [Command::Decline(call, 603)]);
        assert_eq!(story.end(), refused("line_caller_untrusted"));
        story.over(call, Reason::Declined, Some(603));
        story.nobody_is_called();
    }
}

#[test]
fn numbers_that_are_never_called() {
    for caller in [
        "112",
        "911",
        "102",
        "103",
        "8112",
        "0112",
        "+78095001234",
        "88095001234",
        "+79005001234567",
        "+19005551234",
        "+449098790000",
        "+88213100000",
        "+881812345678",
        "+979123456789",
        "*72",
        "*72100",
        "#31#84952294989",
        "**21*84952294989#",
        "0",
        "00",
        "12",
        "550",
        "101",
        "+74950000100",
        "84950000100",
        "74950000100",
    ] {
        let mut story = Story::new(careless());
        story.asks(caller);
        assert_ne!(story.state(), LineState::Waiting, "{caller}");
        story.nobody_is_called();
    }
}

#[test]
fn not_even_if_they_are_named() {
    for caller in ["112", "911", "103", "+78095001234", "+19005551234", "550", "101", "+74950000100"] {
        for method in [LineMethod::Caller, LineMethod::Number(caller.to_owned())] {
            let mut story = Story::new(LineRules { method, allow: vec![caller.to_owned()], ..rules() });
            story.asks(caller);
            assert_ne!(story.state(), LineState::Waiting, "{caller}");
            story.nobody_is_called();
        }
    }
}

#[test]
fn abroad_only_in_full() {
    for caller in ["+442071234567", "+4930123456", "+12125551234", "810442071234567"] {
        let allow = vec!["+44*".to_owned(), "+49*".to_owned(), "+1*".to_owned(), "+*".to_owned(), "810*".to_owned()];
        is_refused(LineRules { allow, ..rules() }, caller, "line_number_not_allowed");
    }
    let mut story = Story::new(LineRules { allow: vec!["+442071234567".to_owned()], ..rules() });
    story.asks("+442071234567");
    assert_eq!(story.state(), LineState::Waiting, "named in full");
    story.asks("+442071234568");
    assert_eq!(story.end(), refused("line_caller_not_allowed"));
}

#[test]
fn what_is_no_number_is_called_by_none() {
    for caller in [
        "",
        " ",
        "anonymous",
        "Anonymous",
        "unknown",
        "Restricted",
        "anna",
        "+",
        "++74952294989",
        "sip:+74952294989@evil.example",
        "sips:+74952294989@evil.example",
        "tel:+74952294989",
        "tel:+74952294989;phone-context=evil.example",
        "tel:4989;phone-context=+7495229",
        "+74952294989@evil.example",
        "+74952294989;ext=9",
        "+74952294989,,1234",
        "+74952294989w1",
        "+74952294989p1",
        "+74952294989*1",
        "+74952294989#",
        "+74952294989%40evil.example",
        "+74952294989?Replaces=x",
        "+74952294989\r\nX: y",
        "+74952294989&SIP/205",
        "+74952294989/n",
        "Local/205@inside",
        "+7495229498974952294989",
        "+7٤٩٥٢٢٩٤٩٨٩x",
    ] {
        for line in [rules(), careless()] {
            is_refused(line, caller, "line_caller_withheld");
        }
    }
}

#[test]
fn nobody_named_is_nobody() {
    let mut story = Story::new(LineRules { allow: Vec::new(), ..rules() });
    assert_eq!(story.trouble().as_deref(), Some("line_nobody_allowed"));
    let call = story.comes(ANNA);
    assert_eq!(story.said(), [Command::Decline(call, 603)]);
    assert_eq!(story.end(), failed("line_nobody_allowed"));
    story.over(call, Reason::Declined, Some(603));
    story.nobody_is_called();
}

#[test]
fn a_pattern_that_says_nothing_names_nobody() {
    for entry in ["*", "", "+", "+*", "**", "x*", " * "] {
        is_refused(LineRules { allow: vec![entry.to_owned()], ..rules() }, ANNA, "line_caller_not_allowed");
    }
}

#[test]
fn a_number_of_a_town_is_not_one_of_the_world() {
    is_refused(LineRules { allow: vec!["+442*".to_owned()], ..rules() }, "4422294", "line_caller_not_allowed");
}

#[test]
fn the_line_does_not_call_itself() {
    for next in [LineNext::Queue("550".to_owned()), LineNext::Extension("550".to_owned())] {
        let mut story = Story::new(LineRules { next, ..rules() });
        assert_eq!(story.trouble().as_deref(), Some("line_loops"));
        story.asks(ANNA);
        assert_eq!(story.end(), failed("line_loops"));
        story.nobody_is_called();
    }
    let lines = vec!["+74950000111".to_owned()];
    let next = LineNext::Extension("84950000111".to_owned());
    let story = Story::new(LineRules { lines: lines.clone(), next, ..rules() });
    assert_eq!(story.trouble().as_deref(), Some("line_loops"));
    let line = LineRules { lines, allow: vec!["+7495*".to_owned()], ..rules() };
    let mut story = Story::new(line);
    let call = story.comes_as("84950000111", "line", true, &[("X-DID", "84950000111")]);
    story.over(call, Reason::Declined, Some(603));
    assert_eq!(story.end(), refused("line_number_not_allowed"));
    story.nobody_is_called();
}

#[test]
fn the_number_that_is_shown_is_not_called() {
    let line = LineRules { caller_id: Some("74952294989".to_owned()), ..rules() };
    is_refused(line, ANNA, "line_number_not_allowed");
}

#[test]
fn fixed_numbers_that_are_never_called() {
    for method in [
        LineMethod::Number("112".to_owned()),
        LineMethod::Number("+19005551234".to_owned()),
        LineMethod::Number("*72100".to_owned()),
        LineMethod::Number("anna@evil.example".to_owned()),
        LineMethod::Extension("112".to_owned()),
        LineMethod::Extension("84952294989".to_owned()),
        LineMethod::Extension("205@evil.example".to_owned()),
        LineMethod::Extension("*72".to_owned()),
        LineMethod::Extension("101".to_owned()),
        LineMethod::Extension("550".to_owned()),
        LineMethod::Extension(String::new()),
    ] {
        let mut story = Story::new(LineRules { method: method.clone(), ..rules() });
        assert_eq!(story.trouble().as_deref(), Some("line_number_not_allowed"), "{method:?}");
        story.asks(ANNA);
        assert_eq!(story.end().1, "line_number_not_allowed");
        story.nobody_is_called();
    }
}

#[test]
fn headers_do_not_name_the_caller() {
    let headers = [("P-Asserted-Identity", "<sip:+74952294989@pbx.example>"), ("Diversion", "<sip:+74952294989@x>")];
    let mut story = Story::new(rules());
    let call = story.comes_as("+78120000000", "line", true, &headers);
    story.over(call, Reason::Declined, Some(603));
    assert_eq!(story.end(), refused("line_caller_not_allowed"));
    story.nobody_is_called();
}
