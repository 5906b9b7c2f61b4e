//! Many tasks, one file, and a disk that says no.

use std::time::Duration;

use super::*;
use crate::{Error, Handle};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
    runtime
        .expect("a runtime")
        .block_on(async { tokio::time::timeout(Duration::from_secs(60), future).await.expect("in time") })
}

fn events(journal: &Journal) -> usize {
    journal.restore(ago(24 * 3600)).expect("restored").events.len()
}

/// Somebody else, a backup say, keeps the file for writing until this is dropped.
async fn seize(handle: &Handle) -> rusqlite::Connection {
    let impatient = |journal: &mut Journal| {
        journal.connection.busy_timeout(Duration::ZERO)?;
        Ok(journal.path().to_owned())
    };
    let path = handle.change(impatient).await.expect("a path");
    let other = rusqlite::Connection::open(path).expect("a connection");
    other.execute_batch("BEGIN IMMEDIATE").expect("the file");
    other
}

fn promise(key: &str, note: &str) -> crate::Callback {
    crate::Callback {
        key: key.into(),
        wishes: vec![],
        number: "101".into(),
        name: None,
        queue: None,
        reason: "promised".into(),
        note: note.into(),
        created_at: now(),
        due_at: now(),
        claimed_by: None,
        attempts: vec![],
        outcome: None,
        closed_at: None,
    }
}

async fn number(handle: &Handle, sql: &'static str) -> i64 {
    let read = move |journal: &Journal| Ok(journal.connection.query_row(sql, (), |row| row.get(0))?);
    handle.read(read).await.expect("an answer")
}

#[test]
fn what_is_committed_is_there_for_whoever_reads() {
    let Kit { journal, folder } = Kit::new();
    block_on(async {
        let handle = Handle::start(journal);
        handle.commit(vec![event("a", "1", now()), event("a", "2", now())]).await.expect("written");
        assert_eq!(handle.read(|journal| Ok(events(journal))).await.expect("an answer"), 2);
        assert_eq!(handle.read_at_length(|journal| Ok(events(journal))).await.expect("an answer"), 2);
        handle.write(Write::Settled { call_id: "a".into(), at: now() });
        handle.flush().await.expect("written");
        assert_eq!(handle.read(|journal| Ok(events(journal))).await.expect("an answer"), 0);
        assert_eq!(handle.backlog().waiting, 0);
    });
    drop(folder);
}

#[test]
fn a_reader_cannot_write() {
    let Kit { journal, folder } = Kit::new();
    block_on(async {
        let handle = Handle::start(journal);
        let wrote = handle.read(|journal| Ok(journal.connection.execute("DELETE FROM calls", ())?)).await;
        assert!(matches!(wrote, Err(Error::Storage(_))), "{wrote:?}");
    });
    drop(folder);
}

#[test]
fn committers_at_the_same_time_are_all_told_and_all_written() {
    let Kit { journal, folder } = Kit::new();
    block_on(async {
        let handle = Handle::start(journal);
        let committers: Vec<_> = (0..64)
            .map(|task| {
                let handle = handle.clone();
                tokio::spawn(async move {
                    for n in 0..20 {
                        handle.commit(vec![event(&format!("c{task}"), &format!("{n}"), now())]).await.expect("written");
                    }
                })
            })
            .collect();
        for committer in committers {
            committer.await.expect("no panic");
        }
        assert_eq!(handle.read(|journal| Ok(events(journal))).await.expect("an answer"), 64 * 20);
    });
    drop(folder);
}

#[test]
fn on_a_full_disk_nothing_is_written_by_half() {
    let mut kit = Kit::new();
    let pages = |kit: &Kit, pages: u32| {
        kit.journal.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).expect("a bound");
    };
    pages(&kit, 1);
    let large = Write::Note { call: "c1".into(), text: "x".repeat(200_000) };
    let refused = kit.journal.apply(&[event("a", "1", now()), large.clone()]);
    assert!(matches!(refused, Err(Error::DiskFull)), "{refused:?}");
    assert_eq!(events(&kit.journal), 0);
    pages(&kit, 1_000_000);
    kit.journal.apply(&[event("a", "1", now()), large]).expect("there is space again");
    assert_eq!(events(&kit.journal), 1);
}

#[test]
fn trouble_is_told_to_those_who_wait_and_the_rest_is_written_later() {
    let Kit { journal, folder } = Kit::new();
    block_on(async {
        let handle = Handle::start(journal);
        let other = seize(&handle).await;
        handle.write(Write::Note { call: "c1".into(), text: "kept".into() });
        let refused = handle.commit(vec![event("a", "1", now())]).await;
        assert!(matches!(refused, Err(Error::Storage(_))), "{refused:?}");
        assert!(handle.backlog().trouble.is_some());
        assert_eq!(handle.backlog().waiting, 1, "the note is kept");
        let refused = handle.change(|journal| journal.retry(now())).await;
        assert!(matches!(refused, Err(Error::Storage(_))), "who comes behind does not wait for ever: {refused:?}");
        drop(other);
        handle.flush().await.expect("written");
        assert!(handle.backlog().trouble.is_none());
        assert_eq!(number(&handle, "SELECT count(*) FROM notes WHERE note = 'kept'").await, 1);
        assert_eq!(number(&handle, "SELECT count(*) FROM events").await, 0, "as its sender was told");
    });
    drop(folder);
}

#[test]
fn it_is_tried_again_when_nobody_asks() {
    let Kit { journal, folder } = Kit::new();
    block_on(async {
        let handle = Handle::start(journal);
        let other = seize(&handle).await;
        handle.write(event("a", "1", now()));
        handle.flush().await.expect_err("not now");
        drop(other);
        while number(&handle, "SELECT count(*) FROM events").await == 0 {
            tokio::task::yield_now().await;
        }
    });
    drop(folder);
}

#[test]
fn without_a_disk_memory_is_bounded_and_promises_are_kept_longest() {
    let Kit { journal, folder } = Kit::new();
    block_on(async {
        let handle = Handle::start(journal);
        let other = seize(&handle).await;
        let megabyte = "x".repeat(1 << 20);
        handle.write(register("r", &megabyte, now()));
        handle.write(event("a", &megabyte, now()));
        handle.write(Write::Callback(Box::new(promise("b", &megabyte))));
        for n in 0..100 {
            handle.write(Write::Note { call: format!("c{n}"), text: megabyte.clone() });
            // Until the writer gives it back, a batch that it tries is in neither.
            assert!(handle.backlog().bytes <= 64 << 20, "{} bytes wait", handle.backlog().bytes);
        }
        let lost = handle.backlog().lost;
        assert!((30..60).contains(&lost), "{lost} notes, and no more than need be");
        drop(other);
        handle.flush().await.expect("written");
        assert_eq!(number(&handle, "SELECT count(*) FROM events").await, 1);
        assert_eq!(number(&handle, "SELECT count(*) FROM outbox").await, 1);
        assert_eq!(number(&handle, "SELECT count(*) FROM callbacks").await, 1);
        assert_eq!(number(&handle, "SELECT count(*) FROM notes WHERE call = 'c99'").await, 1, "the oldest go first");
    });
    drop(folder);
}

#[test]
fn who_waits_is_refused_where_memory_is_full() {
    let Kit { journal, folder } = Kit::new();
    block_on(async {
        let handle = Handle::start(journal);
        let other = seize(&handle).await;
        let megabyte = "x".repeat(1 << 20);
        for n in 0..60 {
            handle.write(register(&n.to_string(), &megabyte, now()));
        }
        handle.flush().await.expect_err("nothing is written");
        let refused = handle.commit(vec![event("a", &"x".repeat(10 << 20), now())]).await;
        assert!(matches!(refused, Err(Error::Backlog)), "{refused:?}");
        drop(other);
        handle.flush().await.expect("written");
        assert_eq!(number(&handle, "SELECT count(*) FROM outbox").await, 60, "nobody who came later took their place");
    });
    drop(folder);
}

#[test]
fn of_many_keystrokes_the_last_is_written() {
    let Kit { journal, folder } = Kit::new();
    block_on(async {
        let handle = Handle::start(journal);
        handle.write(Write::Call(Box::new(call("c1", "101"))));
        for n in 0..1_000 {
            handle.write(Write::Note { call: "c1".into(), text: format!("keystroke {n}") });
        }
        handle.flush().await.expect("written");
        let call = handle.read(|journal| journal.call("c1")).await.expect("an answer").expect("a call");
        assert_eq!(call.note, "keystroke 999");
    });
    drop(folder);
}

#[test]
fn what_waits_is_written_when_the_last_handle_goes() {
    let Kit { journal, folder } = Kit::new();
    let path = folder.path().join("journal.sqlite");
    let handle = Handle::start(journal);
    for n in 0..1_000 {
        handle.write(event("a", &n.to_string(), now()));
    }
    drop(handle);
    let reader = Journal::open_to_read(&path).expect("a reader");
    let until = std::time::Instant::now() + Duration::from_secs(30);
    while events(&reader) < 1_000 {
        assert!(std::time::Instant::now() < until, "{} events were written", events(&reader));
        std::thread::yield_now();
    }
}

#[test]
fn somebody_elses_panic_ends_neither_thread() {
    let Kit { journal, folder } = Kit::new();
    block_on(async {
        let handle = Handle::start(journal);
        let told = handle.change(|_| -> Result<(), Error> { panic!("on purpose") }).await;
        assert!(matches!(told, Err(Error::Stopped)), "{told:?}");
        let told = handle.read(|_| -> Result<(), Error> { panic!("on purpose") }).await;
        assert!(matches!(told, Err(Error::Stopped)), "{told:?}");
        assert_eq!(handle.read(|journal| Ok(events(journal))).await.expect("an answer"), 0);
        handle.commit(vec![event("a", "1", now())]).await.expect("it still writes");
    });
    drop(folder);
}

/// A change that nobody waits for is overtaken by nothing that was committed after it.
#[test]
fn of_a_callback_the_last_is_written_whoever_waits_for_it() {
    let Kit { journal, folder } = Kit::new();
    block_on(async {
        let handle = Handle::start(journal);
        for n in 0..200 {
            handle.write(Write::Callback(Box::new(promise("b", &format!("loose {n}")))));
            let committed = handle.commit(vec![Write::Callback(Box::new(promise("b", &format!("committed {n}"))))]);
            if n % 3 == 0 {
                handle.write(Write::Callback(Box::new(promise("b", &format!("after {n}")))));
            }
            committed.await.expect("written");
        }
        handle.flush().await.expect("written");
        let open = handle.read(Journal::open_callbacks).await.expect("callbacks");
        assert_eq!(open.iter().map(|callback| &*callback.note).collect::<Vec<_>>(), ["committed 199"]);
    });
    drop(folder);
}
