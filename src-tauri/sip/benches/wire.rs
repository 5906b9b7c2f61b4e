//! How fast a message is read and written, and how often it asks for memory.
//!
//! Messages a second decide nothing for a phone: an agent's day is a few thousand. The figures are here to show a change for
//! the worse: `cargo bench -p ringside-sip`.

#![allow(missing_docs, reason = "criterion's macros make functions without docs")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sip::wire::{Message, Outgoing, parse};

/// An INVITE with SDP as Asterisk sends it.
const INVITE: &[u8] = include_bytes!("invite.sip");
/// A REGISTER with Authorization as a phone sends it.
const REGISTER: &[u8] = include_bytes!("register.sip");

fn read_and_write(criterion: &mut Criterion) {
    for (name, bytes) in [("INVITE", INVITE), ("REGISTER", REGISTER)] {
        let message = parse(bytes).expect("a message");
        let outgoing = rebuilt(&message);
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function("parse", |bench| bench.iter(|| parse(black_box(bytes))));
        group.bench_function("parse and view", |bench| {
            bench.iter(|| view(&parse(black_box(bytes)).expect("a message")))
        });
        group.bench_function("encode", |bench| bench.iter(|| black_box(&outgoing).encode()));
        group.finish();
        tell(name, bytes, &outgoing);
    }
}

/// What a transaction and a dialog look at.
fn view(message: &Message) -> bool {
    message.via().is_ok()
        && message.from().is_ok()
        && message.to().is_ok()
        && message.cseq().is_ok()
        && message.call_id().is_ok()
}

/// The same message as one of ours.
fn rebuilt(message: &Message) -> Outgoing {
    let start = Outgoing::request(message.method(), message.request_uri().expect("a request"));
    let head = message.all_headers().fold(start, |outgoing, (name, value)| outgoing.header(name, value.as_bytes()));
    match message.content_type() {
        Some(content_type) => head.body(&content_type, message.body()),
        None => head,
    }
}

#[allow(clippy::print_stdout, reason = "a figure that criterion has no place for")]
fn tell(name: &str, bytes: &[u8], outgoing: &Outgoing) {
    let parsed = allocations(|| drop(parse(bytes)));
    let viewed = allocations(|| assert!(view(&parse(bytes).expect("a message"))));
    let encoded = allocations(|| drop(outgoing.encode()));
    let length = bytes.len();
    println!("{name} of {length} bytes, allocations: parse {parsed}, parse and view {viewed}, encode {encoded}\n");
}

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call goes on to the system's allocator unchanged; counting touches no memory of it.
#[allow(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `alloc` above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the pointer came from `alloc` above, and the caller keeps the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    work();
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

criterion_group!(wire, read_and_write);
criterion_main!(wire);
