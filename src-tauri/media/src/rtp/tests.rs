use super::*;

fn packet(ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    Header { payload_type: 0, marker: false, sequence, timestamp: 0, ssrc }.write(&[0; 4], &mut bytes);
    bytes
}

fn source(first: u16) -> Source {
    let mut source = Source::new(&RtpPacket::parse(&packet(1, first)).expect("our own packet"), 8000);
    source.arrive(first);
    source
}

#[test]
fn sequence_numbers_wrap_without_loss() {
    let mut source = source(65_530);
    let extended: Vec<Order> = (65_531..=65_535).chain(0..5).map(|sequence| source.arrive(sequence)).collect();
    let first = 1 << 16 | 65_531u64;
    assert_eq!(extended, (first..first + 10).map(Order::New).collect::<Vec<_>>());
    assert_eq!((source.expected(), source.lost()), (11, 0));
}

#[test]
fn duplicates_and_reordering_are_told_apart() {
    let mut source = source(100);
    assert!(matches!(source.arrive(103), Order::New(_)));
    assert_eq!(source.lost(), 2);
    assert!(matches!(source.arrive(101), Order::New(_)));
    assert_eq!(source.arrive(101), Order::Duplicate);
    assert_eq!(source.arrive(103), Order::Duplicate);
    assert_eq!((source.expected(), source.lost()), (4, 1));
}

#[test]
fn a_lone_jump_is_suspect_and_two_in_a_row_restart() {
    let mut source = source(100);
    source.arrive(101);
    assert_eq!(source.arrive(30_000), Order::Suspect);
    assert!(matches!(source.arrive(102), Order::New(_)), "the old sequence goes on");
    assert_eq!(source.arrive(20_000), Order::Suspect);
    assert!(matches!(source.arrive(20_001), Order::New(_)));
    assert_eq!(source.lost(), 0, "a restart is no loss");
}

#[test]
fn a_report_gives_the_fraction_since_the_last() {
    let mut source = source(0);
    (1..100).filter(|n| n % 4 != 1).for_each(|n| _ = source.arrive(n));
    assert_eq!(source.report().fraction_lost, 64);
    (100..200).for_each(|n| _ = source.arrive(n));
    let report = source.report();
    assert_eq!((report.fraction_lost, report.lost, report.highest), (0, 25, 199));
}

#[test]
fn jitter_follows_the_appendix() {
    let mut source = source(0);
    for n in 0..200u32 {
        let late = if n % 2 == 0 { 0.010 } else { 0.0 };
        source.measure(n * 160, f64::from(n) * 0.02 + late);
    }
    assert!((source.jitter_ms() - 10.0).abs() < 0.1, "{}", source.jitter_ms());
}

#[test]
fn a_new_source_takes_over_with_its_second_packet() {
    let mut peer = Peer::default();
    let mut admit = |ssrc, sequence| {
        let bytes = packet(ssrc, sequence);
        let packet = RtpPacket::parse(&bytes).expect("our own packet");
        peer.admit(&packet, 8000).map(|(source, fresh)| (source.ssrc, fresh))
    };
    assert_eq!(admit(1, 10), Some((1, true)));
    assert_eq!(admit(2, 50), None);
    assert_eq!(admit(1, 11), Some((1, false)), "the old one still speaks");
    assert_eq!(admit(2, 51), None, "so the new one starts over");
    assert_eq!(admit(2, 52), Some((2, true)));
    assert_eq!(admit(2, 53), Some((2, false)));
}
