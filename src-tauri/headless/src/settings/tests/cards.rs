//! `[cards]` and `[[hook]]`, as integrators write them.

use std::time::Duration;

use desk::{
    Cards, FieldRule, Moment, Whose,
    wire::{CardMode, Disposition, WrapUpMode},
};

use super::*;

#[test]
fn every_key_of_the_cards_is_read() {
    let text = "[cards]\nshow = \"notification\"\nwhose = \"all\"\nextensions = [\"100-199\", \"7xx\"]\nwrap_up = \"boxed\"\n\
                wrap_up_s = 45\n[[cards.disposition]]\ncode = \"sale\"\nlabel = \"Sale\"\n[[cards.disposition]]\ncode = \"other\"\n\
                [[cards.field]]\nlabel = \"Ticket\"\nfrom = \"X-Ticket\"\n";
    let settings = Folder::new("cards").read(text).expect("it is right");
    let disposition = |code: &str, label: &str| Disposition { code: code.into(), label: label.into() };
    let expected = Cards {
        show: CardMode::Notification,
        whose: Whose::All,
        extensions: vec!["100-199".into(), "7xx".into()],
        wrap_up: WrapUpMode::Boxed,
        wrap_up_time: Duration::from_secs(45),
        dispositions: vec![disposition("sale", "Sale"), disposition("other", "other")],
        fields: vec![FieldRule { label: "Ticket".into(), from: "X-Ticket".into() }],
        ..Cards::default()
    };
    assert_eq!((settings.desk.cards, settings.warnings), (expected, vec![]));
}

#[test]
fn every_key_of_a_hook_is_read() {
    let text = "[[hook]]\non = [\"end\", \"ring\", \"end\"]\nprogram = \"/bin/on-call\"\narguments = [\"{number}\", \"{name}\"]\n\
                [[hook]]\non = \"answer\"\nprogram = \"/bin/true\"\n";
    let settings = Folder::new("hooks").read(text).expect("it is right");
    let [first, second] = settings.hooks.as_slice() else { panic!("{:?}", settings.hooks) };
    assert_eq!((first.on.as_slice(), first.arguments.len()), ([Moment::Ring, Moment::End].as_slice(), 2));
    assert_eq!((second.on.as_slice(), &second.program), ([Moment::Answer].as_slice(), &PathBuf::from("/bin/true")));
}

#[test]
fn what_cannot_be_used_names_its_place_and_the_mend() {
    for (text, place, mend) in [
        ("[cards]\nshow = \"window\"", ":2: cards.show: ", "card, notification, none"),
        ("[cards]\nwhose = \"\"", ":2: cards.whose: ", "mine, all"),
        ("[cards]\nextensions = [\"x-y\"]", ":2: cards.extensions: ", "100-199"),
        ("[cards]\nwrap_up = true", ":2: cards.wrap_up: ", "text in quotes"),
        ("[cards]\nwrap_up_s = 0", ":2: cards.wrap_up_s: ", "from 1 to 3600"),
        ("[cards]\nfield = \"a\"", ":2: cards.field: ", "[[cards.field]]"),
        ("[[cards.field]]\nfrom = \"a\"\n[[cards.field]]\nlabel = \"b\"", ":3: cards.field.from: ", "X-Ticket"),
        ("[[cards.disposition]]\nlabel = \"a\"", ":1: cards.disposition.code: ", "code = \"sale\""),
        (
            "[[cards.disposition]]\ncode = \"a\"\n[[cards.disposition]]\ncode = \"a\"",
            ":4: cards.disposition.code: ",
            "two with the code",
        ),
        ("[[hook]]\non = \"ring\"", ":1: hook.program: ", "/usr/local/bin/on-call"),
        ("[[hook]]\nprogram = \"a\"", ":1: hook.on: ", "\"ring\", \"answer\", \"end\""),
        ("[[hook]]\nprogram = \"a\"\non = \"hold\"", ":3: hook.on: ", "\"hold\" is not known"),
        ("[hook]\nprogram = \"a\"", ":1: hook: ", "[[hook]]"),
    ] {
        let problem = Folder::new("bad-cards").read(text).expect_err(text).to_string();
        assert!(problem.contains(&format!("settings.toml{place}")), "{text}: {problem}");
        assert!(problem.contains(mend) && problem.lines().count() == 1, "{text}: {problem}");
    }
}

#[test]
fn a_mistyped_key_is_told_wherever_it_stands() {
    let text = "[cards]\nwrapup = \"off\"\n[[cards.field]]\nfrom = \"a\"\nlable = \"b\"\n[[hook]]\non = \"ring\"\nprogram = \"a\"\n\
                argument = [\"b\"]\n";
    let warnings = Folder::new("typos").read(text).expect("it is no error").warnings.join("\n");
    for told in [":2: cards.wrapup: ", ":5: cards.field.lable: ", "did you mean label?", ":9: hook.argument: "] {
        assert!(warnings.contains(told), "{told} is missing in {warnings}");
    }
}

#[test]
fn the_way_of_showing_cards_is_written_and_locked_by_the_policy() {
    let folder = Folder::new("card-mode");
    let path = folder.file("settings.toml", "[cards] # ours\nshow = \"card\" # on top\nwhose = \"all\"\n");
    Writer::new(path.clone(), desk::Clicks::default()).store(&Store::CardMode(CardMode::None)).expect("it is written");
    let after = fs::read_to_string(&path).expect("it is there");
    assert_eq!(after, "[cards] # ours\nshow = \"none\" # on top\nwhose = \"all\"\n");
    let policy = folder.file("policy.toml", "[cards]\nshow = \"notification\"\n");
    let read = read(&path, &policy, false).expect("both are right");
    assert_eq!((read.desk.cards.show, read.desk.locked), (CardMode::Notification, vec!["cards.show".to_owned()]));
}
