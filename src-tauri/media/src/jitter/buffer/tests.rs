use proptest::prelude::*;

use super::*;

fn insert(buffer: &mut Buffer, sequence: u64) -> Insert {
    buffer.insert(sequence, sequence as i64 * 160, Content::Sound, &[sequence as u8])
}

fn drain(buffer: &mut Buffer) -> Vec<u64> {
    std::iter::from_fn(|| {
        let sequence = buffer.first()?.sequence;
        buffer.take_first();
        Some(sequence)
    })
    .collect()
}

#[test]
fn packets_leave_in_order() {
    let mut buffer = Buffer::new();
    for sequence in [10, 12, 11, 15] {
        assert_eq!(insert(&mut buffer, sequence), Insert::Waiting);
    }
    assert_eq!(buffer.missing(), 0);
    assert_eq!(drain(&mut buffer), [10, 11, 12, 15]);
    assert_eq!(insert(&mut buffer, 13), Insert::Late);
}

#[test]
fn a_flood_drops_the_oldest() {
    let mut buffer = Buffer::new();
    (0..128).for_each(|sequence| _ = insert(&mut buffer, sequence));
    assert_eq!(insert(&mut buffer, 130), Insert::Overflow(3));
    assert_eq!(buffer.first().map(|first| first.sequence), Some(3));
    assert_eq!(insert(&mut buffer, 1_000_000), Insert::Overflow(126));
    assert_eq!(drain(&mut buffer), [1_000_000]);
}

proptest! {
    #[test]
    fn any_order_comes_out_sorted_and_bounded(sequences in prop::collection::vec(1_000u64..2_000, 1..400)) {
        let mut buffer = Buffer::new();
        for &sequence in &sequences {
            insert(&mut buffer, sequence);
        }
        prop_assert!(buffer.len() <= CAPACITY);
        let out = drain(&mut buffer);
        prop_assert!(out.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert_eq!(out.last(), sequences.iter().max());
        prop_assert_eq!(buffer.len(), 0);
    }
}
