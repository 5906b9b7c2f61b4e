//! Whatever was acknowledged is there, however the process ended.

#![cfg(unix)]
#![allow(clippy::print_stdout, reason = "how the child tells what was acknowledged")]

use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
};

use jiff::Timestamp;
use journal::{Handle, Journal, Registration, Write};

const PATH: &str = "RINGSIDE_JOURNAL_OF_CHILD";
const RUN: &str = "RINGSIDE_RUN_OF_CHILD";
const RUNS: u32 = 25;

#[test]
fn a_process_that_is_killed_has_lost_nothing_that_it_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.sqlite");
    let mut acknowledged = HashSet::new();
    let mut seed = 0x2545_f491_u32;
    for run in 0..RUNS {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        acknowledged.extend(run_and_kill(&path, run, seed >> 16 & 0x7f));
        everything_is_there(&path, &acknowledged);
    }
    assert!(acknowledged.len() >= RUNS as usize, "the children wrote: {}", acknowledged.len());
}

/// What the child has acknowledged before it is killed, in the middle of more.
fn run_and_kill(path: &Path, run: u32, lines: u32) -> Vec<String> {
    let mut child = spawn(path, run);
    let mut output = BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
    // The harness prints lines of its own; two for each acknowledgement would be too many.
    let acknowledged = |line: String| line.split("ack ").nth(1).map(str::to_owned);
    let mut told: Vec<String> = output.by_ref().filter_map(acknowledged).take(lines as usize + 1).collect();
    child.kill().expect("SIGKILL");
    child.wait().expect("it is dead");
    told.extend(output.filter_map(acknowledged));
    told
}

fn spawn(path: &Path, run: u32) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", "child", "--nocapture"]).env(PATH, path).env(RUN, run.to_string());
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a child")
}

fn everything_is_there(path: &Path, acknowledged: &HashSet<String>) {
    let journal = Journal::open(path, now()).expect("a journal");
    assert_eq!(journal.damage(), None);
    let restored = journal.restore(now()).expect("restored");
    let events: HashSet<_> = restored.events.into_iter().collect();
    let waiting = journal.outbox_counts().expect("counts").waiting;
    let lost: Vec<_> = acknowledged.difference(&events).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(waiting as usize, events.len(), "what goes together is there together");
    for name in acknowledged.iter().take(20) {
        let query = journal::Query { text: name.replace('-', " "), limit: 500, ..journal::Query::default() };
        let found = journal.search(&query).expect("a page").calls;
        assert!(found.iter().any(|call| call.key == *name && call.note == *name), "{name} is found");
    }
}

/// The child of the test above; by itself it has nothing to do.
#[test]
fn child() {
    let Ok(path) = std::env::var(PATH) else { return };
    let run = std::env::var(RUN).expect("a run");
    let handle = Handle::start(Journal::open(Path::new(&path), now()).expect("a journal"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    runtime.block_on(async {
        let tasks: Vec<_> = (0..8).map(|task| tokio::spawn(write(handle.clone(), format!("{run}-{task}")))).collect();
        for task in tasks {
            task.await.expect("it writes until it is killed");
        }
    });
}

async fn write(handle: Handle, task: String) {
    for n in 0.. {
        let name = format!("k{task}-{n}");
        handle.commit(what_goes_together(&name)).await.expect("written");
        let mut out = std::io::stdout().lock();
        writeln!(out, "\nack {name}").and_then(|()| out.flush()).expect("told");
    }
}

fn what_goes_together(name: &str) -> Vec<Write> {
    let call = serde_json::json!({
        "key": name, "account": null, "extension": null, "direction": "in", "number": "+74957654321", "name": name,
        "company": null, "queue": null, "did": null, "started_at": now(), "answered_at": null, "ended_at": now(),
        "talk_ms": 0, "outcome": "missed", "reason": null, "sip_status": null, "taken_by": null, "recording_id": null,
        "note": "", "disposition": null,
    });
    vec![
        Write::Event { call_id: name.into(), event: name.into(), at: now() },
        Write::Call(serde_json::from_value(call).expect("a call")),
        Write::Note { call: name.into(), text: name.into() },
        Write::Register(Registration { key: name.into(), call: name.into(), payload: name.into(), due: now() }),
    ]
}

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).expect("a time")
}
