//! Texts of people, and of whoever pretends to be a desk.

use super::*;

fn notices_of(kit: &Kit) -> Vec<String> {
    let notice = |change: &Change| match &change.what {
        What::Notice { code, detail } => Some(format!("{code} {detail}")),
        _ => None,
    };
    kit.changes.iter().filter_map(notice).collect()
}

#[test]
fn what_a_person_writes_is_shown_as_plain_words() {
    let mut kit = supervisor();
    texts(&mut kit, "102", "Lunch?\r\nAt \u{202e}noon\u{7}");
    assert_eq!(notices_of(&kit), ["message 102: Lunch? At noon"]);
    for nothing in ["", " \n ", "\u{202e}\u{0}"] {
        kit.pass(2 * SECOND);
        texts(&mut kit, "102", nothing);
    }
    assert_eq!(notices_of(&kit).len(), 1);
}

#[test]
fn ten_thousand_texts_are_one_notice_a_second() {
    let mut kit = supervisor();
    for no in 0..10_000 {
        texts(&mut kit, &format!("7999{no:07}"), "Buy now");
    }
    assert_eq!(notices_of(&kit).len(), 1);
    kit.pass(SECOND);
    texts(&mut kit, "102", "Are you there?");
    assert_eq!(notices_of(&kit).len(), 2);
}

#[test]
fn a_long_text_is_cut() {
    let mut kit = supervisor();
    texts(&mut kit, &"9".repeat(5000), &"\u{1f4a5}".repeat(8000));
    let shown = notices_of(&kit).remove(0);
    assert!(shown.chars().count() <= "message : ".len() + 128 + 300, "{}", shown.chars().count());
}

#[test]
fn what_looks_like_a_desk_and_is_none_does_nothing() {
    let mut kit = supervisor();
    let before = kit.desk.snapshot();
    for text in [
        "Ringside/1",
        "Ringside/1 ",
        "Ringside/2 listening mode=spy",
        "Ringside/1 listening",
        "Ringside/1 listening mode=everything",
        "Ringside/1 help",
        "Ringside/1 help number=1",
        "Ringside/1 help_over",
        "Ringside/1 answer call=c2",
        "Ringside/1 listening mode==spy",
    ] {
        texts(&mut kit, "102", text);
    }
    assert_eq!(kit.desk.snapshot(), before);
    assert!(said(&mut kit).is_empty());
}

#[test]
fn what_a_desk_says_is_cut_and_cleaned_too() {
    let mut kit = supervisor();
    let text = format!("Ringside/1 help id={0} number={0} more=1\n102 asks\n\u{202e}{0}\n\t{0}", "y".repeat(3000));
    texts(&mut kit, "102", &text);
    let help = kit.desk.snapshot().help.remove(0);
    assert_eq!(help.number.map(|number| number.len()), Some(64));
    assert_eq!(help.text, Some("y".repeat(300)));
}
