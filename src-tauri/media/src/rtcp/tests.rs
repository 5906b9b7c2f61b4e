use super::*;

fn pair(now: Instant) -> [Reports; 2] {
    [1, 2].map(|ssrc| Reports::new(ssrc, format!("cname-{ssrc}"), u64::from(ssrc) * 77, now))
}

fn heard(ssrc: u32) -> Reception {
    Reception { ssrc, fraction_lost: 26, lost: 5, highest: 100, jitter: 8 }
}

const SENT: Sent = Sent { timestamp: 1234, packets: 50, octets: 8000 };

#[test]
fn two_parties_learn_the_round_trip_and_the_loss() {
    let start = Instant::now();
    let [mut a, mut b] = pair(start);
    let at = |ms| start + Duration::from_millis(ms);
    let mut packet = Vec::new();
    a.write(Some(SENT), None, at(1_000), &mut packet);
    b.read(&packet, Some(1), at(1_030));
    b.write(Some(SENT), Some(heard(1)), at(3_000), &mut packet);
    a.read(&packet, Some(2), at(3_040));
    let rtt = a.remote.rtt_ms.expect("a report of our sender report");
    assert!((rtt - 70.0).abs() < 0.1, "{rtt}");
    assert!((a.remote.loss_pct.expect("a loss") - 10.2).abs() < 0.1);
    assert_eq!(b.remote, Remote::default());
}

#[test]
fn reports_come_every_five_seconds_or_so_and_not_in_step() {
    let start = Instant::now();
    let [mut reports, _] = pair(start);
    let mut packet = Vec::new();
    let mut times = Vec::new();
    for ms in (0..600_000).step_by(10) {
        let now = start + Duration::from_millis(ms);
        if reports.due(now) {
            reports.write(None, None, now, &mut packet);
            times.push(ms);
        }
    }
    let gaps: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| (2_500..=7_510).contains(gap)), "{gaps:?}");
    assert!((100..150).contains(&times.len()), "{} reports in ten minutes", times.len());
    assert!(gaps.windows(2).any(|pair| pair[0].abs_diff(pair[1]) > 500));
}

#[test]
fn every_compound_starts_with_a_report_and_names_us() {
    let start = Instant::now();
    let [mut reports, _] = pair(start);
    let mut packet = Vec::new();
    reports.write_bye(None, Some(heard(9)), start, &mut packet);
    let kinds: Vec<_> = Compound::parse(&packet).expect("our own packet").flatten().collect();
    assert!(matches!(kinds.as_slice(), [Packet::Rr(_), Packet::Sdes(_), Packet::Bye(_)]), "{kinds:?}");
    assert!(is_rtcp(&packet));
}

#[test]
fn garbage_changes_nothing() {
    let start = Instant::now();
    let [mut reports, mut peer] = pair(start);
    let mut packet = Vec::new();
    peer.write(Some(SENT), Some(heard(1)), start, &mut packet);
    for cut in 0..packet.len() {
        reports.read(&packet[..cut], Some(99), start);
    }
    reports.read(&[0x80, 200, 0xff, 0xff], None, start);
    assert_eq!(reports.last_report, None);
}
