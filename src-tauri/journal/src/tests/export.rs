//! What a spreadsheet gets.

use super::*;
use crate::Filter;

fn exported(kit: &Kit, text: &str, filter: Filter) -> (u64, String) {
    let mut out = Vec::new();
    let count = kit.journal.export_csv(text, filter, &mut out).expect("exported");
    (count, String::from_utf8(out).expect("UTF-8"))
}

/// The cells of the only call, by the names of their columns.
fn cells(csv: &str) -> impl Fn(&str) -> String + use<> {
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().expect("a header").clone();
    let record = reader.records().next().expect("a call").expect("a record");
    move |name| record[header.iter().position(|column| column == name).expect("a column")].to_owned()
}

#[test]
fn a_call_becomes_a_row() {
    let mut kit = Kit::new();
    kit.call(Call {
        company: Some("Smith, \"Sons\" & Co".into()),
        outcome: Some(Outcome::Answered),
        answered_at: Some(ago(55)),
        talk_ms: 5_900,
        ..named("c1", "+74957654321", "Анна")
    });
    kit.note("c1", "two\nlines");
    let (count, csv) = exported(&kit, "", Filter::All);
    assert_eq!(count, 1);
    assert!(csv.starts_with("\u{feff}started,answered,ended,"), "{csv}");
    assert!(csv.contains("\r\n2024-05-06T07:07:09Z,2024-05-06T07:07:14Z,2024-05-06T07:07:19Z,5,in,answered,"), "{csv}");
    assert!(csv.contains("\"Smith, \"\"Sons\"\" & Co\"") && csv.contains("\"two\nlines\""), "{csv}");
    let cell = cells(&csv);
    assert_eq!(
        (cell("number"), cell("name"), cell("note")),
        ("+74957654321".into(), "Анна".into(), "two\nlines".into())
    );
}

#[test]
fn no_cell_is_a_formula() {
    for evil in [
        "=cmd|' /C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "+7495=1",
        "+7 495",
        "-5",
        "=HYPERLINK(\"x\")",
    ] {
        let mut kit = Kit::new();
        let evil_call = Call {
            company: Some(evil.into()),
            queue: Some(evil.into()),
            did: Some(evil.into()),
            taken_by: Some(evil.into()),
            recording_id: Some(evil.into()),
            ..named(evil, evil, evil)
        };
        kit.call(evil_call);
        kit.note(evil, evil);
        kit.write(Write::Disposition { call: evil.into(), disposition: Some(evil.into()) });
        let cell = cells(&exported(&kit, "", Filter::All).1);
        for name in ["number", "name", "company", "queue", "did", "taken_by", "recording", "note", "disposition", "key"]
        {
            assert_eq!(cell(name), format!("'{evil}"), "{name}");
        }
    }
}

#[test]
fn what_the_search_shows_is_exported() {
    let mut kit = Kit::new();
    kit.call(named("c1", "+74957654321", "Anna"));
    kit.call(Call { direction: Direction::Out, ..named("c2", "+74957654321", "Anna") });
    kit.call(named("c3", "+74957654321", "Otto"));
    assert_eq!(exported(&kit, "", Filter::All).0, 3);
    assert_eq!(exported(&kit, "anna", Filter::All).0, 2);
    let (count, csv) = exported(&kit, "anna", Filter::Out);
    assert_eq!((count, cells(&csv)("key")), (1, "c2".into()));
}

#[test]
fn a_full_disk_at_the_other_end_is_an_error() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let error = Kit::new().journal.export_csv("", Filter::All, Full).expect_err("it cannot");
    assert_eq!(error.code(), "export");
}
