//! What a call does besides carrying sound: digits, hold, re-INVITE, reports, goodbye.

use std::time::Duration;

use media::{CodecKind, Error, PacketKind, Received, Sending, Stream, rtcp::is_rtcp};

use crate::kit::{CODECS, Call, Network, config, level_db, voice};

#[test]
fn digits_arrive_exactly_once_on_a_bad_network() {
    for codec in CODECS {
        for seed in 1..6 {
            let network = Network { loss: 0.1, jitter_ms: 50.0, duplicates: 0.1, ..Network::perfect() }.seeded(seed);
            let mut call = Call::new(codec).network(network);
            call.a.stream.send_digits("0123456789*#ABCD11");
            call.talk(5_000, voice);
            assert_eq!(call.b.digits, "0123456789*#ABCD11", "{codec:?}, seed {seed}");
        }
    }
}

#[test]
fn the_sound_pauses_while_a_key_is_down_and_goes_on_afterwards() {
    let mut call = Call::new(CodecKind::Pcmu);
    call.talk(500, |n| (n as f32 * 0.05).sin() * 0.3);
    call.a.stream.send_digits("5");
    call.talk(1_500, |n| (n as f32 * 0.05).sin() * 0.3);
    let end = call.b.heard.len();
    assert!(level_db(&call.b.heard[end - 24_000..]) > -14.0, "sound after the digit");
    let statistics = call.b.stream.statistics(call.now());
    assert_eq!(statistics.lost, 0);
    assert!(statistics.jitter_buffer_ms < 40.0, "{}", statistics.jitter_buffer_ms);
}

#[test]
fn without_events_digits_are_heard_as_tones() {
    let [mut a, mut b] = [1, 2].map(|ssrc| config(CodecKind::Pcma, ssrc));
    (a.dtmf, b.dtmf) = (None, None);
    let mut call = Call::with(a, b);
    call.talk(200, |_| 0.0);
    call.a.stream.send_digits("1");
    call.talk(300, |_| 0.0);
    let loudest = call.b.heard.chunks_exact(480).map(level_db).fold(f64::MIN, f64::max);
    assert!((-14.0..-8.0).contains(&loudest), "{loudest} dBFS");
    assert_eq!(call.b.digits, "");
}

#[test]
fn another_codec_is_agreed_on_in_the_middle() {
    for (from, to) in
        [(CodecKind::Pcmu, CodecKind::Opus), (CodecKind::Opus, CodecKind::G722), (CodecKind::G722, CodecKind::Pcma)]
    {
        let mut call = Call::new(from);
        call.talk(2_000, voice);
        let before = call.b.stream.statistics(call.now());
        let now = call.now();
        call.a.stream.reconfigure(config(to, 77), now).expect("a valid configuration");
        call.b.stream.reconfigure(config(to, 78), now).expect("a valid configuration");
        let heard = call.b.heard.len();
        call.talk(2_000, voice);
        let after = call.b.stream.statistics(call.now());
        assert!(level_db(&call.b.heard[heard + 12_000..]) > -32.0, "{from:?} to {to:?}: silence");
        assert!(after.received > before.received + 90, "{from:?} to {to:?}: counters continue");
        // The packet that was under way had the old number.
        assert!(after.lost <= 1, "{from:?} to {to:?}: {}", after.lost);
    }
}

#[test]
fn a_wrong_packet_time_is_refused_and_the_stream_goes_on() {
    let mut call = Call::new(CodecKind::Pcmu);
    let mut wrong = config(CodecKind::Pcmu, 1);
    wrong.ptime_ms = 25;
    let refused = call.a.stream.reconfigure(wrong.clone(), call.now());
    assert!(matches!(refused, Err(Error::PacketTime(25))));
    assert!(matches!(Stream::new(wrong, call.now()), Err(Error::PacketTime(25))));
    call.talk(1_000, voice);
    assert!(call.b.stream.statistics(call.now()).received > 40);
}

#[test]
fn every_packet_time_is_spoken_and_understood() {
    for codec in CODECS {
        for ptime_ms in [10, 20, 30, 40, 60] {
            let mut a = config(codec, 1);
            a.ptime_ms = ptime_ms;
            let mut call = Call::with(a, config(codec, 2));
            call.talk(3_000, voice);
            let statistics = call.b.stream.statistics(call.now());
            assert_eq!((statistics.lost, statistics.late), (0, 0), "{codec:?} {ptime_ms} ms");
            assert!(statistics.concealed_ms <= 60, "{codec:?} {ptime_ms} ms: {} ms", statistics.concealed_ms);
            assert!(level_db(&call.b.heard[48_000..]) > -32.0, "{codec:?} {ptime_ms} ms");
        }
    }
}

#[test]
fn hold_sends_nothing_and_resume_is_heard_at_once() {
    let mut call = Call::new(CodecKind::G722);
    call.talk(1_000, voice);
    call.a.stream.set_sending(Sending::Nothing);
    let sent = call.a.stream.statistics(call.now()).sent;
    call.talk(20_000, voice);
    assert_eq!(call.a.stream.statistics(call.now()).sent, sent);
    call.a.stream.set_sending(Sending::Sound);
    let heard = call.b.heard.len();
    call.talk(1_000, |n| (n as f32 * 0.05).sin() * 0.3);
    let statistics = call.b.stream.statistics(call.now());
    assert!(level_db(&call.b.heard[heard + 4_800..heard + 24_000]) > -14.0);
    assert_eq!(statistics.lost, 0, "a pause is no loss");
    assert!(statistics.jitter_buffer_ms < 40.0, "{}", statistics.jitter_buffer_ms);
}

#[test]
fn who_listens_sends_digits_and_empty_packets_but_no_sound() {
    for codec in CODECS {
        let mut call = Call::new(codec);
        call.talk(500, loud);
        call.a.stream.set_sending(Sending::Events);
        // What was under way may still arrive.
        call.talk(300, loud);
        let heard = call.b.heard.len();
        let sent = call.a.stream.statistics(call.now()).sent;
        call.talk(29_000, loud);
        let level = level_db(&call.b.heard[heard..]);
        assert!(level < -60.0, "{codec:?}: {level} dBFS while listening");
        assert_eq!(call.a.stream.statistics(call.now()).sent - sent, 1, "{codec:?}: one empty packet every 15 s");
        call.a.stream.send_digits("4");
        call.talk(1_000, loud);
        assert_eq!(call.b.digits, "4", "{codec:?}");
        call.a.stream.set_sending(Sending::Sound);
        let heard = call.b.heard.len();
        call.talk(1_000, loud);
        let statistics = call.b.stream.statistics(call.now());
        assert!(level_db(&call.b.heard[heard + 4_800..heard + 24_000]) > -14.0, "{codec:?}: heard at once");
        assert_eq!(statistics.lost, 0, "{codec:?}: a pause is no loss");
    }
}

/// A tone at -13 dBFS.
fn loud(n: usize) -> f32 {
    (n as f32 * 0.05).sin() * 0.3
}

#[test]
fn no_packet_of_a_listener_holds_sound() {
    for codec in CODECS {
        let mut now = std::time::Instant::now();
        let mut stream = Stream::new(config(codec, 1), now).expect("a valid configuration");
        let mut shut = true;
        stream.set_sending(Sending::Events);
        for block in 0..40_u32 {
            // It opens in the midst of a packet, and shuts again.
            if matches!(block, 15 | 27) {
                shut = !shut;
                stream.set_sending(if shut { Sending::Events } else { Sending::Sound });
            }
            now += Duration::from_millis(10);
            stream.capture(&std::array::from_fn(loud), now);
            while let Some(packet) = stream.poll_packet() {
                let sounds = packet.kind == PacketKind::Rtp && packet.bytes.len() > 12;
                assert!(!(shut && sounds), "{codec:?}: {} bytes in block {block}", packet.bytes.len());
            }
        }
        let sent = stream.statistics(now).sent;
        assert_eq!(sent, 2 + 6, "{codec:?}: two empty ones and 120 ms of sound");
    }
}

#[test]
fn both_learn_the_round_trip() {
    let network = Network { delay_ms: 40.0, ..Network::perfect() };
    let mut call = Call::new(CodecKind::Pcmu).network(network);
    call.talk(30_000, voice);
    for party in [&call.a, &call.b] {
        let rtt = party.stream.statistics(call.now()).rtt_ms.expect("reports went both ways");
        // A tick passes before a packet is read.
        assert!((75.0..105.0).contains(&rtt), "{rtt} ms");
    }
}

#[test]
fn a_new_source_of_the_peer_is_followed() {
    let mut call = Call::new(CodecKind::Pcmu);
    call.talk(2_000, voice);
    let mut moved = Call::new(CodecKind::Pcmu);
    moved.a.stream = Stream::new(config(CodecKind::Pcmu, 0xdead), moved.now()).expect("a valid configuration");
    std::mem::swap(&mut call.a.stream, &mut moved.a.stream);
    let heard = call.b.heard.len();
    call.talk(2_000, voice);
    assert!(level_db(&call.b.heard[heard + 9_600..]) > -32.0);
    let statistics = call.b.stream.statistics(call.now());
    assert!(statistics.strangers <= 2, "{}", statistics.strangers);
    assert_eq!(statistics.lost, 0);
}

#[test]
fn the_last_packet_says_goodbye() {
    let mut call = Call::new(CodecKind::Pcmu);
    call.talk(1_000, voice);
    call.a.stream.close(call.now());
    let packet = call.a.stream.poll_packet().expect("a goodbye");
    assert_eq!(packet.kind, PacketKind::Rtcp);
    assert!(is_rtcp(packet.bytes));
    assert!(packet.bytes.windows(2).any(|pair| pair == [0x81, 203]), "no BYE in {:02x?}", packet.bytes);
    call.a.stream.capture(&[0.1; 480], call.now() + Duration::from_secs(60));
    assert!(call.a.stream.poll_packet().is_none());
}

#[test]
fn silence_of_the_network_shows() {
    let mut call = Call::new(CodecKind::Pcmu);
    assert_eq!(call.b.stream.statistics(call.now()).last_packet, None);
    call.talk(1_000, voice);
    let last = call.b.stream.statistics(call.now()).last_packet.expect("packets came");
    assert!(call.now() - last < Duration::from_millis(30));
    call.there.loss = 1.0;
    call.there.burst = 1e9;
    call.talk(31_000, voice);
    let silent = call.now() - call.b.stream.statistics(call.now()).last_packet.expect("packets came");
    assert!(silent >= Duration::from_secs(30), "{silent:?}");
}

#[test]
fn a_comfort_noise_packet_is_heard_and_its_pause_is_no_loss() {
    let mut call = Call::new(CodecKind::Pcmu);
    call.talk(1_000, voice);
    call.a.stream.set_sending(Sending::Nothing);
    // Follows what A sent: one packet per 20 ms from 65000 and u32::MAX - 100000 on.
    let sent = call.a.stream.statistics(call.now()).sent as u32;
    let mut packet = vec![0x80, 13];
    packet.extend((65_000u16.wrapping_add(sent as u16)).to_be_bytes());
    packet.extend((u32::MAX - 100_000).wrapping_add(sent * 160).to_be_bytes());
    packet.extend(1u32.to_be_bytes());
    packet.push(40);
    assert_eq!(call.b.stream.receive_rtp(&packet, call.now()), Received::Accepted);
    let concealed = call.b.stream.statistics(call.now()).concealed_ms;
    call.talk(3_000, voice);
    let end = call.b.heard.len();
    let level = level_db(&call.b.heard[end - 48_000..]);
    assert!((-44.0..-37.0).contains(&level), "{level} dBFS");
    let statistics = call.b.stream.statistics(call.now());
    assert!(statistics.concealed_ms <= concealed + 20, "{}", statistics.concealed_ms);
}
