use super::*;

fn parse(line: &str) -> Result<Ask, Error> {
    Ask::parse(line.split_whitespace().map(OsString::from))
}

#[test]
fn every_option_is_read() {
    let ask = parse("--practice --settings a.toml --data=b --hidden").expect("a good line");
    let expected = Options { practice: true, settings: "a.toml".into(), data: "b".into(), hidden: true };
    assert_eq!(ask, Ask::Run(expected));
}

#[test]
fn the_folders_default_to_the_users() {
    let Ask::Run(options) = parse("").expect("an empty line is a good line") else { panic!("it asks to run") };
    assert!(options.settings.ends_with("ringside/settings.toml"), "{:?}", options.settings);
    assert!(options.data.ends_with("ringside"), "{:?}", options.data);
    assert!(!options.practice && !options.hidden);
}

#[test]
fn a_wrong_option_is_named() {
    let error = parse("--practise").expect_err("a misspelt option");
    assert!(error.to_string().contains("--practise"), "{error}");
    assert!(parse("--settings").is_err(), "a missing value");
}

#[test]
fn help_wins_over_what_follows() {
    assert_eq!(parse("--help --nonsense").expect("help"), Ask::Help);
    assert_eq!(parse("-V").expect("version"), Ask::Version);
}
