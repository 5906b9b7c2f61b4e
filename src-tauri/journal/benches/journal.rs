//! What the history costs as it grows, and what a promise costs: `cargo bench -p ringside-journal`.
//!
//! A hundred thousand calls are some years of an agent. A page of the search is to cost what it shows, whatever lies behind it;
//! a commit costs an `fsync`, which committers at the same time share. The file lies on the disk of the target folder: in
//! memory an `fsync` would be free.

#![allow(missing_docs, reason = "criterion's macros make functions without docs")]

use std::{
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use jiff::{SignedDuration, Timestamp};
use journal::{Call, Direction, Filter, Handle, Journal, Outcome, Query, Write};
use tempfile::TempDir;

const SIZES: [u32; 3] = [1_000, 100_000, 1_000_000];
const COMMITTERS: u32 = 64;

/// What an agent types, key by key; the last of each is what they wait for.
const TYPED: [(&str, Filter); 12] = [
    ("", Filter::All),
    ("", Filter::Missed),
    ("a", Filter::All),
    ("an", Filter::All),
    ("anna", Filter::All),
    ("anna fam12", Filter::All),
    ("anna fam12", Filter::Missed),
    ("495", Filter::All),
    ("+7 495 1", Filter::All),
    ("8 (495) 123-4", Filter::All),
    ("1234567", Filter::All),
    ("nobody", Filter::All),
];

fn history(criterion: &mut Criterion) {
    for size in SIZES {
        let (folder, mut journal) = filled(size);
        let mut group = criterion.benchmark_group(format!("{size} calls"));
        group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2)).sample_size(20);
        for (text, filter) in TYPED {
            let query = Query { text: text.into(), limit: 50, filter, before: None };
            let name = format!("“{text}”{}", if filter == Filter::All { "" } else { ", missed" });
            group.bench_function(BenchmarkId::new("search", name), |bench| {
                bench.iter(|| journal.search(black_box(&query)).expect("a page"));
            });
        }
        group.bench_function("earlier calls of a number", |bench| {
            bench.iter(|| journal.earlier("84951234567", 5, "none").expect("calls"));
        });
        let mut n = size;
        group.bench_function("commit a new call", |bench| {
            bench.iter(|| {
                n += 1;
                journal.apply(&[write(n)]).expect("written");
            });
        });
        group.bench_function("commit a note", |bench| {
            bench.iter(|| {
                n += 1;
                let text = format!("asked for order {n}, call back on Monday");
                journal.apply(&[Write::Note { call: (n % size).to_string(), text }]).expect("written");
            });
        });
        group.bench_function("commit an event", |bench| {
            bench.iter(|| {
                n += 1;
                journal.apply(&[event(n)]).expect("written");
            });
        });
        group.finish();
        tell_size(folder.path(), size);
        tell_events(journal, size);
    }
}

/// How many events a second a webhook receiver may answer with 200.
#[allow(clippy::print_stdout, reason = "a figure that criterion has no place for")]
fn tell_events(journal: Journal, size: u32) {
    let handle = Handle::start(journal);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let begin = Instant::now();
    let mut waits = runtime.block_on(async {
        let committers: Vec<_> = (0..COMMITTERS).map(|n| tokio::spawn(commit(handle.clone(), n, begin))).collect();
        let mut waits = Vec::new();
        for committer in committers {
            waits.extend(committer.await.expect("no panic"));
        }
        waits
    });
    waits.sort_unstable();
    let rate = waits.len() as f64 / begin.elapsed().as_secs_f64();
    let (half, most) = (waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
    println!("{COMMITTERS} committers beside {size} calls: {rate:.0} events/s, p50 {half:.1?}, p99 {most:.1?}\n");
}

async fn commit(handle: Handle, committer: u32, begin: Instant) -> Vec<Duration> {
    let mut waits = Vec::new();
    while begin.elapsed() < Duration::from_secs(5) {
        let before = Instant::now();
        handle.commit(vec![event(committer << 24 | waits.len() as u32)]).await.expect("written");
        waits.push(before.elapsed());
    }
    waits
}

fn filled(size: u32) -> (TempDir, Journal) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let mut journal = Journal::open(&folder.path().join("journal.sqlite"), at(size)).expect("a journal");
    for first in (0..size).step_by(5_000) {
        let calls: Vec<Write> = (first..size.min(first + 5_000)).map(write).collect();
        journal.apply(&calls).expect("written");
    }
    (folder, journal)
}

/// A call a minute, of a tenth as many callers with as many names; every fourth is missed.
fn write(n: u32) -> Write {
    let caller = n.wrapping_mul(2_654_435_761) % (n / 10 + 1);
    let first =
        ["Anna", "Otto", "Maria", "Ivan", "Али", "Сергей", "Olga", "علی", "Hans", "Жанна"][caller as usize % 10];
    let area = ["495", "812", "912", "30", "343"][caller as usize % 5];
    Write::Call(Box::new(Call {
        key: n.to_string(),
        account: Some("work".into()),
        extension: Some("101".into()),
        direction: if n.is_multiple_of(3) { Direction::Out } else { Direction::In },
        number: format!("+7{area}{:07}", caller.wrapping_mul(7_919) % 10_000_000),
        name: Some(format!("{first} Fam{}", caller / 10)),
        company: caller.is_multiple_of(2).then(|| format!("Company {}", caller % 500)),
        queue: Some("sales".into()),
        did: Some("74951110000".into()),
        started_at: at(n),
        answered_at: None,
        ended_at: Some(at(n + 1)),
        talk_ms: 60_000,
        outcome: Some(if n.is_multiple_of(4) { Outcome::Missed } else { Outcome::Answered }),
        reason: None,
        sip_status: Some(200),
        taken_by: None,
        recording_id: None,
        note: String::new(),
        disposition: None,
    }))
}

fn event(n: u32) -> Write {
    let event = format!(
        r#"{{"source":"simotel","call_id":"1714979000.{n}","what":{{"ringing":{{"extension":"101"}}}},"remote":"74951234567"}}"#
    );
    Write::Event { call_id: format!("1714979000.{}", n / 6), event, at: at(1_000_000) }
}

fn at(minute: u32) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(27_000_000 + i64::from(minute))
}

#[allow(clippy::print_stdout, reason = "a figure that criterion has no place for")]
fn tell_size(folder: &Path, size: u32) {
    let file = std::fs::metadata(folder.join("journal.sqlite")).expect("a file");
    println!("{size} calls take {} MB", file.len() >> 20);
}

criterion_group!(journal, history);
criterion_main!(journal);
