use std::time::{Duration, Instant};

use super::super::clock::{Clock, TICK};

const MS: Duration = Duration::from_millis(1);

#[test]
fn the_systems_clock_ticks_a_hundred_times_a_second_whenever_it_is_asked() {
    let start = Instant::now();
    let mut clock = Clock::new(start);
    let ticks: u32 = (0..=1_000).step_by(7).map(|at| clock.owed(start + at * MS)).sum();
    assert_eq!(ticks, 100);
    assert_eq!(clock.due(), start + 1_000 * MS);
}

#[test]
fn ticks_missed_in_a_stall_stay_missed() {
    let start = Instant::now();
    let mut clock = Clock::new(start);
    assert_eq!(clock.owed(start), 1);
    assert_eq!(clock.owed(start + 35 * MS), 3, "a hiccup is made up for");
    let later = start + Duration::from_secs(5);
    assert_eq!(clock.owed(later), 1);
    assert_eq!(clock.owed(later), 0);
    assert_eq!(clock.due(), later + TICK);
}

#[test]
fn a_microphone_that_delivers_paces_until_it_stops() {
    let start = Instant::now();
    let mut clock = Clock::new(start);
    for tick in 0..10 {
        clock.paced(start + tick * TICK, true);
        assert_eq!(clock.owed(start + tick * TICK), 0);
    }
    let last = start + 9 * TICK;
    assert_eq!(clock.owed(last + 99 * MS), 0);
    assert_eq!(clock.owed(last + 100 * MS), 1, "silence takes over");
    assert_eq!(clock.owed(last + 110 * MS), 1);
}

#[test]
fn crumbs_are_not_looked_at_one_by_one() {
    let start = Instant::now();
    let late = Duration::from_micros(200);
    let mut clock = Clock::new(start);
    clock.paced(start, true);
    clock.starved(start, true, 480);
    assert_eq!(clock.rest(start), None, "it may wake us at once");
    clock.starved(start + MS, true, 432);
    let whole = start + TICK + late;
    assert_eq!(clock.rest(start + MS), Some(whole), "a crumb: it may not wake us before the block is whole");
    clock.starved(whole, true, 432);
    assert_eq!(clock.rest(whole), None, "nothing new: now it may");
    clock.paced(whole + MS, true);
    clock.starved(whole + MS, true, 240);
    assert_eq!(clock.rest(whole + MS), Some(whole + 6 * MS + late), "learnt; half of the next block is there");
}

#[test]
fn a_microphone_that_cannot_wake_us_is_asked_when_its_block_is_due() {
    let start = Instant::now();
    let mut clock = Clock::new(start);
    clock.paced(start, false);
    let expected = start + Duration::from_micros(9_500);
    assert_eq!(clock.rest(start), Some(expected));
    clock.starved(expected, false, 480);
    assert_eq!(clock.rest(expected), Some(expected + MS));
}
