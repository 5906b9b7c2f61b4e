use super::*;

fn parse(line: &str) -> Result<Ask, Error> {
    Ask::parse(line.split_whitespace().map(OsString::from))
}

fn link(line: &str) -> Option<String> {
    match parse(line).expect("a good line") {
        Ask::Run(options) => options.link,
        other => panic!("{other:?}"),
    }
}

fn wish(line: &str) -> Wish {
    match parse(line).expect("a good line") {
        Ask::Tell(_, wish) => wish,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_option_is_read() {
    let ask = parse("--practice --settings a.toml --data=b --hidden tel:700").expect("a good line");
    let link = Some("tel:700".into());
    let expected = Options { practice: true, settings: "a.toml".into(), data: "b".into(), hidden: true, link };
    assert_eq!(ask, Ask::Run(expected));
}

#[test]
fn the_folders_default_to_the_users() {
    let Ask::Run(options) = parse("").expect("an empty line is a good line") else { panic!("it asks to run") };
    assert!(options.settings.ends_with("ringside/settings.toml"), "{:?}", options.settings);
    assert!(options.data.ends_with("ringside"), "{:?}", options.data);
    assert!(!options.practice && !options.hidden && options.link.is_none());
}

#[test]
fn a_wrong_option_is_named() {
    let error = parse("--practise").expect_err("a misspelt option");
    assert!(error.to_string().contains("--practise"), "{error}");
    assert!(parse("--settings").is_err(), "a missing value");
    assert!(parse("/format").expect_err("no such command").to_string().contains("/format"));
}

#[test]
fn help_wins_over_what_follows() {
    assert_eq!(parse("--help --nonsense").expect("help"), Ask::Help);
    assert_eq!(parse("-V").expect("version"), Ask::Version);
}

#[test]
fn a_number_or_a_link_is_handed_on_as_it_came() {
    assert_eq!(link("+7%20(495)%20229-49-89").as_deref(), Some("+7%20(495)%20229-49-89"));
    assert_eq!(link("tel:+74952294989;ext=12").as_deref(), Some("tel:+74952294989;ext=12"));
    let ask = Ask::parse(["+7 495 229-49-89".into()]).expect("blanks within one argument");
    assert!(matches!(ask, Ask::Run(Options { link: Some(link), .. }) if link == "+7 495 229-49-89"));
}

#[test]
fn a_link_is_never_an_option() {
    assert_eq!(link("-- --practice").as_deref(), Some("--practice"));
    assert_eq!(link("-- /hangupall").as_deref(), Some("/hangupall"));
    assert_eq!(link("-- --").as_deref(), Some("--"));
    assert_eq!(link("--"), None, "the desktop file with no link at all");
}

#[test]
fn there_is_one_link_of_sensible_length() {
    assert!(parse("8 800 555").expect_err("three arguments").to_string().contains("quotes"));
    assert!(parse(&format!("tel:{}", "1".repeat(2000))).is_err());
    assert!(parse("--answer 700").is_err());
    assert!(parse("--answer --hang-up").is_err());
}

#[test]
fn calls_are_answered_and_ended_by_several_names() {
    assert_eq!(wish("--answer"), Wish::Answer);
    assert_eq!(wish("/answer"), Wish::Answer);
    assert_eq!(wish("--decline"), Wish::Decline);
    for line in ["--hang-up", "--hangup", "/hangup"] {
        assert_eq!(wish(line), Wish::HangUp, "{line}");
    }
    assert_eq!(wish("/hangupall"), Wish::HangUpAll);
    assert_eq!(parse("--data d --answer").expect("a good line"), Ask::Tell("d".into(), Wish::Answer));
}
