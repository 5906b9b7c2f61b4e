//! The file: its versions, its damage, who may read it.

use super::*;
use crate::{OpenError, Query};

const V1: &str = include_str!("../../tests/fixtures/v1.sql");
const V2: &str = include_str!("../../tests/fixtures/v2.sql");

/// A file as an older Ringside left it.
fn old_file(sql: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.sqlite");
    let connection = rusqlite::Connection::open(&path).expect("a file");
    connection.pragma_update(None, "journal_mode", "wal").expect("WAL");
    connection.execute_batch(sql).expect("a fixture");
    drop(connection);
    (folder, path)
}

#[test]
fn everything_of_version_1_is_found_again() {
    everything_is_found_again(V1);
}

#[test]
fn everything_of_version_2_is_found_again() {
    let (_folder, path) = everything_is_found_again(V2);
    let journal = Journal::open(&path, now()).expect("a journal");
    let contact = journal.find_contact("8 495 765 43 21").expect("an answer").expect("a contact");
    assert_eq!((contact.name.as_str(), contact.company.as_deref()), ("Семён Ёжиков", Some("ООО «Мост»")));
    assert!(journal.open_callbacks().expect("callbacks").is_empty(), "there were none before version 3");
}

fn everything_is_found_again(sql: &str) -> (TempDir, PathBuf) {
    let (folder, path) = old_file(sql);
    let mut journal = Journal::open(&path, now()).expect("a journal");
    let found = |text: &str, journal: &Journal| {
        let query = Query { text: text.into(), limit: 10, ..Query::default() };
        journal.search(&query).expect("a page").calls.into_iter().map(|call| call.key).collect::<Vec<_>>()
    };
    assert_eq!(found("", &journal), ["c3", "c2", "c1"]);
    assert_eq!(found("семен", &journal), ["c1"]);
    assert_eq!(found("8 495 765", &journal), ["c3", "c1"]);
    assert_eq!(found("faktura", &journal), ["c2"], "a note");
    let first = journal.call("c1").expect("an answer").expect("a call");
    assert_eq!((&*first.note, first.disposition.as_deref()), ("спросил про счёт", Some("callback")));
    assert_eq!((first.talk_ms, first.outcome, first.sip_status), (61_250, Some(Outcome::Answered), Some(200)));
    assert_eq!((first.started_at, first.ended_at), (ago(3_600), Some(ago(3_530))));
    assert_eq!(journal.earlier("+7 495 765-43-21", 10, "c3").expect("calls"), [first]);
    let restored = journal.restore(ago(24 * 3600)).expect("restored");
    assert_eq!(restored.events, [r#"{"n":1}"#, r#"{"n":2}"#], "events, without those of the settled call");
    assert_eq!(restored.calls[1].legs, [leg("1714979000.5", "1714979000.6", "c2")]);
    assert_eq!(journal.due(now(), 10).expect("due")[0].registration.key, "r2");
    let counts = journal.outbox_counts().expect("counts");
    assert_eq!((counts.waiting, counts.sent, counts.refused), (1, 1, 1));
    journal.apply(&[register("r1", "again", now())]).expect("written");
    assert_eq!(journal.due(now(), 10).expect("due").len(), 1, "what was sent stays sent");
    (folder, path)
}

#[test]
fn an_old_file_has_the_tables_of_a_new_one() {
    let tables = |journal: &Journal| {
        let sql = "SELECT type, name, tbl_name FROM sqlite_schema ORDER BY name";
        let mut statement = journal.connection.prepare(sql).expect("a statement");
        let rows = statement.query_map((), |row| Ok(format!("{:?}", <(String, String, String)>::try_from(row)?)));
        rows.expect("rows").collect::<Result<Vec<_>, _>>().expect("rows")
    };
    for sql in [V1, V2] {
        let (_folder, path) = old_file(sql);
        assert_eq!(tables(&Journal::open(&path, now()).expect("a journal")), tables(&Kit::new().journal));
    }
}

#[test]
fn a_file_of_a_newer_ringside_is_left_alone() {
    let kit = Kit::new();
    kit.journal.connection.pragma_update(None, "user_version", 1_000).expect("a version");
    let path = kit.path();
    drop(kit.journal);
    let before = std::fs::read(&path).expect("a file");
    let error = Journal::open(&path, now()).expect_err("refused");
    assert!(matches!(error, OpenError::Newer { version: 1_000, .. }), "{error:?}");
    assert!(error.to_string().contains("newer Ringside"), "{error}");
    assert_eq!(std::fs::read(&path).expect("a file"), before);
}

#[test]
fn a_damaged_file_is_kept_and_a_new_one_begun() {
    let mut kit = Kit::new();
    for n in 0..200 {
        kit.call(named(&format!("c{n}"), "+74957654321", "Anna"));
    }
    kit.journal.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("one file");
    let (path, folder) = (kit.path(), kit.folder);
    drop(kit.journal);
    let whole = std::fs::read(&path).expect("a file");
    let middle = whole.len() / 2;
    let mut holes = whole.clone();
    holes[middle..middle + 8_192].fill(0x5a);
    for (n, damaged) in
        [b"no database at all, but long enough".to_vec(), whole[..middle].to_vec(), holes].iter().enumerate()
    {
        std::fs::write(&path, damaged).expect("a damaged file");
        let journal = Journal::open(&path, now()).expect("a journal");
        let damage = journal.damage().expect("it says so");
        assert_eq!(damage.moved_to, folder.path().join(format!("journal.sqlite.damaged-{}", n + 1)));
        assert!(damage.to_string().contains("damaged-"), "{damage}");
        assert_eq!(&std::fs::read(&damage.moved_to).expect("the old file"), damaged, "every byte was kept");
        assert!(journal.search(&Query::default()).expect("a page").calls.is_empty());
    }
    std::fs::write(&path, &whole).expect("the whole file");
    assert_eq!(Journal::open(&path, now()).expect("a journal").damage(), None, "the test has not damaged all");
}

#[test]
fn a_place_where_no_file_can_be_is_an_error_with_the_place_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = Journal::open(&folder.path().join("missing/journal.sqlite"), now()).expect_err("refused");
    assert!(error.to_string().contains("missing/journal.sqlite"), "{error}");
}

#[cfg(unix)]
#[test]
fn only_its_user_can_read_the_file_and_what_belongs_to_it() {
    use std::os::unix::fs::PermissionsExt;
    let mut kit = Kit::new();
    kit.call(call("c1", "101"));
    let modes = |folder: &TempDir| {
        let files = std::fs::read_dir(folder.path()).expect("a folder").map(|file| file.expect("a file"));
        let mode = |file: std::fs::DirEntry| file.metadata().expect("metadata").permissions().mode() & 0o777;
        files.map(mode).collect::<Vec<_>>()
    };
    assert_eq!(modes(&kit.folder), [0o600; 3], "the file, -wal, -shm");
    std::fs::set_permissions(kit.path(), std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let mut kit = kit.reopened();
    kit.call(call("c2", "101"));
    assert_eq!(modes(&kit.folder), [0o600; 3], "a file that others could read is taken back");
}
