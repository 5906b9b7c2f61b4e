//! What people write, and what is dialled for it.

use super::*;

/// The table of `spellings.txt`, and again with what was dialled: that must be dialled once more when it is redialled.
#[test]
fn every_spelling_means_what_a_person_means_by_it() {
    let mut rules = Rules::default();
    let (mut rows, mut wrong) = (0, Vec::new());
    for line in include_str!("spellings.txt").lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        if let Some(head) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            rules = read_rules(head);
            continue;
        }
        let (text, wanted) = line.split_once('|').expect("a row has columns");
        let text = unfold(text.trim_end_matches(' '));
        let found = rules.read(&text, DOMAIN);
        let told = tell(&text, found.as_ref());
        rows += 1;
        if told != spell_out(&text, wanted) {
            wrong.push(format!(
                "{} {text:?}\n  is read as {told}\n  and means  {}",
                rules.country,
                spell_out(&text, wanted)
            ));
        }
        if let Ok(number) = found {
            // Digits without a +, or behind a prefix, may be another number: a list of calls has to keep what was shown.
            let is_plain = rules.dial_as != DialAs::Digits && rules.outside_prefix.is_empty();
            let kept = if is_plain { number.target.to_string() } else { number.shown.clone() };
            if rules.read(&kept, DOMAIN).map(|again| again.target) != Ok(number.target) {
                wrong.push(format!("{} {text:?}: {kept} dials another number", rules.country));
            }
        }
    }
    #[expect(clippy::print_stdout, reason = "the count is asked for")]
    {
        println!("{rows} spellings, {} of them wrong", wrong.len());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows >= 200, "the table is read: {rows}");
}

#[test]
fn rules_that_make_no_sense_say_what_to_do() {
    let rules = |country: &str, extension: &str, prefix: &str| Rules {
        country: country.to_owned(),
        extensions: vec![extension.to_owned()],
        outside_prefix: prefix.to_owned(),
        ..Rules::default()
    };
    for sound in
        [rules("RU", "100-199", "9"), rules("", "7xx", ""), rules("ir", "۱۰۰–۱۹۹", "00"), rules("US", "*8x", "9")]
    {
        assert_eq!(sound.check(), Ok(()), "{sound:?}");
    }
    for (broken, key) in [
        (rules("UK", "100", ""), "country"),
        (rules("Russia", "100", ""), "country"),
        (rules("001", "100", ""), "country"),
        (rules("RU", "", ""), "extensions"),
        (rules("RU", "100-99", ""), "extensions"),
        (rules("RU", "200-100", ""), "extensions"),
        (rules("RU", "1x0-1x9", ""), "extensions"),
        (rules("RU", "anna", ""), "extensions"),
        (rules("RU", "100", "9,"), "outside_prefix"),
        (rules("RU", "100", "12345"), "outside_prefix"),
    ] {
        let error = broken.check().expect_err("it makes no sense");
        assert_eq!(error.key(), key, "{broken:?}");
        assert!(error.code().starts_with("bad_") && error.to_string().contains('“'), "{error}");
        assert!(broken.read("+74952294989", DOMAIN).is_ok(), "a number is read all the same: {broken:?}");
    }
}

/// Every column of the table.
fn tell(text: &str, found: Result<&Number, &TargetError>) -> String {
    let number = match found {
        Ok(number) => number,
        Err(error) => return format!("! {}", error.code()),
    };
    let kind = json(&number.kind);
    let kind = number.region.as_ref().map_or(kind.clone(), |region| format!("{kind} {region}"));
    let risks: Vec<String> = number.risks.iter().map(json).collect();
    let risks = if risks.is_empty() { "-".to_owned() } else { risks.join(" ") };
    let post_dial = number.post_dial.as_deref().unwrap_or("-");
    assert!(!number.target.to_string().chars().any(char::is_control), "{text:?}");
    [&number.target.to_string(), &number.shown, &kind, post_dial, &risks].join(" | ")
}

/// The same columns from the table, with each `=` filled in.
fn spell_out(text: &str, wanted: &str) -> String {
    let mut columns: Vec<&str> = Vec::new();
    for column in wanted.split('|').map(str::trim) {
        columns.push(if column == "=" { columns.last().copied().unwrap_or(text) } else { column });
    }
    columns.join(" | ")
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("it is a word").trim_matches('"').to_owned()
}

fn read_rules(head: &str) -> Rules {
    let mut rules = Rules::default();
    for word in head.split(' ') {
        match word.split_once('=') {
            Some(("extensions", value)) => rules.extensions = value.split(',').map(str::to_owned).collect(),
            Some(("outside_prefix", value)) => rules.outside_prefix = value.to_owned(),
            Some(("dial_as", value)) => {
                rules.dial_as = serde_json::from_str(&format!("\"{value}\"")).expect("the form has a name");
            }
            Some((key, _)) => panic!("no rule is called {key}"),
            None => rules.country = word.trim_matches('-').to_owned(),
        }
    }
    assert_eq!(rules.check(), Ok(()));
    rules
}

/// `\u{202e}`, `\r`, and `1{65}` for 65 ones.
fn unfold(text: &str) -> String {
    let repeated = text.strip_suffix('}').and_then(|text| text.rsplit_once('{'));
    if let Some((head, count)) = repeated.and_then(|(head, count)| Some((head, count.parse().ok()?)))
        && !head.ends_with("\\u")
        && let Some((at, last)) = head.char_indices().last()
    {
        return format!("{}{}", &head[..at], last.to_string().repeat(count));
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let code = after.strip_prefix("u{").and_then(|code| code.split_once('}'));
        rest = match (code, after.chars().next()) {
            (Some((code, after)), _) => {
                out.extend(u32::from_str_radix(code, 16).ok().and_then(char::from_u32));
                after
            }
            (None, Some('r')) => push(&mut out, '\r', after),
            (None, Some('n')) => push(&mut out, '\n', after),
            (None, Some('t')) => push(&mut out, '\t', after),
            _ => panic!("no escape: {text}"),
        };
    }
    out + rest
}

fn push<'a>(out: &mut String, c: char, after: &'a str) -> &'a str {
    out.push(c);
    &after[1..]
}

const DOMAIN: &str = "pbx.example";
