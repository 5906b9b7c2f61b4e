//! A running stream does not ask for memory.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    time::{Duration, Instant},
};

use media::{BLOCK, PacketKind, Stream};

use crate::kit::{CODECS, config, voice};

/// Counts what the current thread allocates.
struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is handed to the system's allocator unchanged; the counter is a constant-initialized thread-local
// cell, which neither allocates nor unwinds.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Both ends in one thread, with loss and a burst of delay, so that concealment and stretching run as well. Reports
/// (RTCP, a dozen a minute) may allocate; sound may not.
#[test]
fn sound_flows_without_allocations() {
    for codec in CODECS {
        let mut now = Instant::now();
        let [mut a, mut b] = [1, 2].map(|ssrc| Stream::new(config(codec, ssrc), now).expect("a valid configuration"));
        let mut ear = [0.0; BLOCK];
        let mut held: [(usize, [u8; 1500]); 16] = [(0, [0; 1500]); 16];
        let mut holding = 0;
        let mut allocated = 0;
        for tick in 0..6_000usize {
            let mouth = std::array::from_fn(|n| voice(tick * BLOCK + n));
            let before = COUNT.get();
            a.capture(&mouth, now);
            let mut reported = false;
            while let Some(packet) = a.poll_packet() {
                reported |= packet.kind == PacketKind::Rtcp;
                if packet.kind == PacketKind::Rtp && tick % 37 > 1 {
                    held[holding].1[..packet.bytes.len()].copy_from_slice(packet.bytes);
                    held[holding].0 = packet.bytes.len();
                    holding += 1;
                }
            }
            // Every four seconds the network holds packets back for 150 ms.
            if tick % 400 > 15 || holding == held.len() {
                for (length, bytes) in &held[..holding] {
                    b.receive_rtp(&bytes[..*length], now);
                }
                holding = 0;
            }
            b.play(&mut ear, now);
            while let Some(packet) = b.poll_packet() {
                reported |= packet.kind == PacketKind::Rtcp;
            }
            b.statistics(now);
            // The first ten seconds may warm up.
            if !reported && tick > 1_000 {
                allocated += COUNT.get() - before;
            }
            now += Duration::from_millis(10);
        }
        let statistics = b.statistics(now);
        assert!(statistics.concealed_ms > 0 && statistics.accelerated_ms > 0, "{codec:?}: {statistics:?}");
        assert_eq!(allocated, 0, "{codec:?}");
    }
}
