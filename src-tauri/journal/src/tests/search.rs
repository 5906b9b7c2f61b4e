//! What people type finds what others wrote.

use super::*;
use crate::{Cursor, Filter, Journal, Page, search, spelling::wanted};

#[test]
fn a_number_is_found_by_any_piece_of_it_however_it_is_written() {
    let mut kit = Kit::new();
    for (key, number) in [("plus", "+74957654321"), ("eight", "84957654321"), ("bare", "4957654321")] {
        kit.call(call(key, number));
    }
    kit.call(call("other", "+74951112233"));
    for typed in [
        "+7 (495) 765-43-21",
        "8 495 765 43 21",
        "84957654321",
        "74957654321",
        "495-765",
        "765",
        "4321",
        "7654321",
        "+7495765",
        "8495765",
        "+7 495 765 4",
        "810 7 495 765",
        "007495765",
        "۷۶۵۴۳",
        "٧٦٥٤٣",
        "８４９５７６５",
    ] {
        assert_eq!(kit.found(typed), ["bare", "eight", "plus"], "{typed}");
    }
    assert_eq!(kit.found("8 (495)").len(), 4);
    assert_eq!(kit.found("1122"), ["other"]);
    assert!(kit.found("766").is_empty());
}

#[test]
fn an_iranian_number_is_found_with_and_without_its_country() {
    let mut kit = Kit::new();
    kit.call(call("abroad", "+989127654321"));
    kit.call(call("home", "09127654321"));
    for typed in
        ["0912 765 4321", "+98 912 765", "۰۹۱۲۷۶۵", "00989127654321", "+98 0912 765", "989127654321", "912 765 43"]
    {
        assert_eq!(kit.found(typed), ["home", "abroad"], "{typed}");
    }
}

#[test]
fn short_numbers_and_addresses_are_found() {
    let mut kit = Kit::new();
    for (key, number) in [("101", "101"), ("star", "*72"), ("sip", "sara.k@pbx.example"), ("none", "")] {
        kit.call(call(key, number));
    }
    assert_eq!(kit.found("101"), ["101"]);
    assert_eq!(kit.found("10"), ["101"]);
    assert_eq!(kit.found("72"), ["star"]);
    assert_eq!(kit.found("sara"), ["sip"]);
}

#[test]
fn english_names_are_found_by_their_beginnings() {
    let mut kit = Kit::new();
    kit.call(Call { company: Some("Smith & Söhne GmbH".into()), ..named("1", "1", "Seán O'Brien-Müller") });
    kit.call(named("2", "2", "Shaun Obrian"));
    for typed in ["sean", "SEÁN o'b", "obrien", "o’brien", "brien", "muller", "Müller sean", "sohne", "  gmbh,"] {
        assert_eq!(kit.found(typed), ["1"], "{typed}");
    }
    assert_eq!(kit.found("s o"), ["2", "1"]);
    assert!(kit.found("ean").is_empty(), "a word is found by its beginning");
    assert!(kit.found("sean x").is_empty(), "all words must fit");
}

#[test]
fn russian_names_are_found_with_e_for_yo() {
    let mut kit = Kit::new();
    kit.call(Call {
        company: Some("ООО «Рога-Копыта»".into()), ..named("1", "1", "Артём Ёлкин")
    });
    kit.note("1", "Перезвонить по договору 12-34, потом на 765-43-21");
    for typed in [
        "ёлк",
        "елк",
        "ЕЛКИН артем",
        "артём",
        "копыт",
        "рога копыта",
        "договор",
        "перезв",
        "12-34",
        "12 34",
        "7654321",
        "765 43",
    ] {
        assert_eq!(kit.found(typed), ["1"], "{typed}");
    }
}

#[test]
fn persian_names_are_found_from_either_keyboard() {
    let mut kit = Kit::new();
    kit.call(Call { company: Some("شرکت آبی".into()), ..named("1", "1", "علي‌رضا كاظمی") });
    for typed in ["علی", "علی‌رضا", "علیرضا", "علي رضا", "رضا", "کاظمی", "كاظمي", "ابی", "آبي", "عَلی"]
    {
        assert_eq!(kit.found(typed), ["1"], "{typed}");
    }
    kit.note("1", "سفارش شمارهٔ ۴۷۱۲");
    assert_eq!(kit.found("4712"), ["1"]);
    assert_eq!(kit.found("سفارش ۴۷"), ["1"]);
}

#[test]
fn the_newest_words_of_a_call_count() {
    let mut kit = Kit::new();
    kit.call(named("1", "+74957654321", "Unknown"));
    kit.note("1", "he called");
    kit.note("1", "she called");
    kit.call(named("1", "+74957654321", "Anna"));
    assert_eq!(kit.found("anna she 765"), ["1"]);
    assert!(kit.found("unknown").is_empty() && kit.found("he").is_empty());
    kit.note("1", "");
    assert!(kit.found("she").is_empty());
}

#[test]
fn whatever_is_typed_is_no_query_language() {
    let mut kit = Kit::new();
    kit.call(named("1", "+74957654321", "Anna AND Otto"));
    for typed in [
        "\"",
        "anna\" OR \"",
        "NEAR(",
        "words:anna",
        "* OR *",
        "-anna",
        "^anna",
        "'; DROP TABLE calls",
        "+",
        "+ + +",
        "()",
        "\u{0}",
        "((((((((",
    ] {
        kit.found(typed);
    }
    assert_eq!(kit.found("anna AND"), ["1"], "AND is a word");
    assert_eq!(kit.found(&"anna ".repeat(10_000)), ["1"]);
    assert_eq!(kit.found(" . "), ["1"], "nothing but marks is nothing");
    assert_eq!(kit.found("+anna"), ["1"]);
}

#[test]
fn a_filter_shows_what_it_says() {
    let mut kit = Kit::new();
    kit.call(named("missed", "+74957654321", "Anna"));
    kit.call(Call { outcome: Some(Outcome::Taken), ..named("taken", "+74957654321", "Anna") });
    kit.call(Call { direction: Direction::Out, ..named("out", "+74957654321", "Anna") });
    kit.call(Call { outcome: None, ..named("open", "+74957654321", "Anna") });
    for text in ["", "anna", "765"] {
        let found = |filter| {
            let query = Query { text: text.into(), filter, limit: 10, before: None };
            kit.journal.search(&query).expect("a page").calls.into_iter().map(|call| call.key).collect::<Vec<_>>()
        };
        assert_eq!(found(Filter::All), ["open", "out", "taken", "missed"]);
        assert_eq!(found(Filter::In), ["open", "taken", "missed"]);
        assert_eq!(found(Filter::Out), ["out"]);
        assert_eq!(found(Filter::Missed), ["missed"]);
    }
}

#[test]
fn earlier_calls_are_those_with_the_same_number() {
    let mut kit = Kit::new();
    for (n, number) in ["+74957654321", "84957654321", "(495) 765-43-21", "7654321", "101", "1101"].iter().enumerate() {
        kit.call(call(&n.to_string(), number));
    }
    let earlier = |number, except| {
        let calls = kit.journal.earlier(number, 10, except).expect("calls");
        calls.into_iter().map(|call| call.key).collect::<Vec<_>>()
    };
    assert_eq!(earlier("8-495-765-43-21", "1"), ["2", "0"]);
    assert_eq!(earlier("765-43-21", ""), ["3"]);
    assert_eq!(earlier("101", ""), ["4"], "a short number is that number alone");
    assert!(earlier("", "").is_empty(), "those who withhold their number are not one");
    assert_eq!(kit.journal.earlier("84957654321", 1, "").expect("calls").len(), 1);
}

/// A hundred thousand calls, a minute apart, of which every thousandth is of Zoë, and every tenth went out.
fn hundred_thousand() -> Kit {
    let mut kit = Kit::new();
    let calls = (0..100_000_u32).map(|n| {
        let name = if n % 1_000 == 0 { "Zoë Quist" } else { "Anna Ivanova" };
        let direction = if n % 10 == 0 { Direction::Out } else { Direction::In };
        let started_at = ago(i64::from(100_000 - n) * 60);
        let number = format!("+7495{:07}", n.wrapping_mul(7_919) % 10_000_000);
        Write::Call(Box::new(Call { direction, started_at, ..named(&n.to_string(), &number, name) }))
    });
    kit.journal.apply(&calls.collect::<Vec<_>>()).expect("written");
    kit
}

/// How far the history was read for a page, in steps of SQLite's machine and rows that were sorted.
fn cost(journal: &Journal, query: &Query) -> (i32, i32) {
    use rusqlite::StatementStatus::{Sort, VmStep};
    let expression = search::expression(&wanted(&query.text), query.filter);
    let mut statement = journal.connection.prepare(&search::select(expression.is_some())).expect("a statement");
    let before = query.before.map_or(i64::MAX, |Cursor(id)| id);
    let read = |mut rows: rusqlite::Rows<'_>| (0..query.limit).all(|_| rows.next().expect("a row").is_some());
    match &expression {
        Some(expression) => read(statement.query((before, expression)).expect("rows")),
        None => read(statement.query([before]).expect("rows")),
    };
    (statement.get_status(VmStep), statement.get_status(Sort))
}

#[test]
fn a_page_of_a_hundred_thousand_calls_costs_what_a_page_shows() {
    let kit = hundred_thousand();
    for (text, filter) in [
        ("", Filter::All),
        ("a", Filter::All),
        ("anna", Filter::All),
        ("anna iv", Filter::Missed),
        ("495", Filter::In),
        ("84950", Filter::All),
        ("zoe", Filter::All),
        ("", Filter::Out),
        ("zoe", Filter::Out),
    ] {
        let mut query = Query { text: text.into(), filter, limit: 50, before: None };
        for page in 0..2 {
            let (steps, sorted) = cost(&kit.journal, &query);
            assert!(steps < 50 * 60, "{steps} steps for page {page} of “{text}”, {filter:?}");
            assert_eq!(sorted, 0, "“{text}”, {filter:?}");
            let Page { calls, next } = kit.journal.search(&query).expect("a page");
            assert_eq!(calls.len(), 50, "page {page} of “{text}”, {filter:?}");
            assert!(calls.is_sorted_by(|a, b| a.started_at > b.started_at), "newest first");
            query.before = next;
        }
    }
    let plan = plan(&kit.journal);
    assert!(plan.contains("SCAN s VIRTUAL TABLE") && plan.contains("SEARCH c USING INTEGER PRIMARY KEY"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}

fn plan(journal: &Journal) -> String {
    let sql = format!("EXPLAIN QUERY PLAN {}", search::select(true));
    let mut statement = journal.connection.prepare(&sql).expect("a statement");
    let lines = statement.query_map((0, "\"anna\""), |row| row.get::<_, String>(3)).expect("rows");
    lines.map(|line| line.expect("a line")).collect::<Vec<_>>().join("\n")
}

#[test]
fn pages_follow_each_other_without_a_gap() {
    let mut kit = Kit::new();
    let calls = (0..25).map(|n| Write::Call(Box::new(named(&format!("{n:02}"), "+74957654321", "Anna"))));
    kit.journal.apply(&calls.collect::<Vec<_>>()).expect("written");
    for text in ["", "anna"] {
        let mut query = Query { text: text.into(), limit: 10, ..Query::default() };
        let mut seen = Vec::new();
        loop {
            let page = kit.journal.search(&query).expect("a page");
            seen.extend(page.calls.into_iter().map(|call| call.key));
            query.before = page.next;
            if page.next.is_none() {
                break;
            }
        }
        let all: Vec<String> = (0..25).rev().map(|n| format!("{n:02}")).collect();
        assert_eq!(seen, all);
    }
}
