//! The callbacks of the driver do nothing that could make a real-time thread wait.
//!
//! Allocations are counted per thread by the test binary's allocator. That there is no lock is plain from the types: a
//! callback owns its end of a lock-free ring and shares nothing but atomics.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    sync::Arc,
};

use rtrb::RingBuffer;

use super::super::{
    driver::{Drain, Feed, State},
    steer::Steer,
};
use crate::BLOCK;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    // A thread that is being torn down counts no more.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

#[allow(unsafe_code, reason = "an allocator that counts is the only way to prove that nothing is allocated")]
// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

#[test]
fn the_counter_counts() {
    assert!(allocations(|| drop(std::hint::black_box(Box::new(1)))) >= 2);
}

#[test]
fn the_microphone_callback_allocates_nothing_even_when_nobody_listens() {
    let (producer, mut consumer) = RingBuffer::new(2 * BLOCK);
    let state = Arc::new(State::default());
    let mut drain = Drain::new(producer, 2, Arc::clone(&state));
    let frames = [i16::MAX / 2; 2 * BLOCK];
    let used = allocations(|| {
        for _ in 0..10 {
            drain.call(&frames);
        }
    });
    assert_eq!(used, 0);
    assert_eq!(state.overruns(), 8, "two blocks fit");
    assert!((consumer.pop().expect("a sample") - 0.5).abs() < 1e-3, "the mean of two channels");
}

#[test]
fn the_speaker_callback_allocates_nothing_even_when_it_runs_dry() {
    let (mut producer, consumer) = RingBuffer::new(2 * BLOCK);
    let state = Arc::new(State::default());
    let mut feed = Feed::new(consumer, 2, Arc::clone(&state));
    producer.push_entire_slice(&[0.25; BLOCK + 10]).expect("room");
    let mut frames = [1.0_f32; 2 * BLOCK];
    let used = allocations(|| {
        for _ in 0..10 {
            feed.call(&mut frames);
        }
    });
    assert_eq!(used, 0);
    assert_eq!(state.underruns(), 1, "a pause is one underrun, not one per callback");
    assert_eq!(frames, [0.0; 2 * BLOCK]);
}

#[test]
fn steering_allocates_nothing_either() {
    let mut steer = Steer::new(44_100, 441).expect("a resampler");
    let block = [0.1; BLOCK];
    let used = allocations(|| {
        for level in 0..500 {
            steer.convert(&block, level, false);
        }
    });
    assert_eq!(used, 0);
}
