use proptest::prelude::*;

use super::*;

/// RFC 3711 §B.3.
const MASTER: &str = "e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6";

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex digits")).collect()
}

fn context(suite: Suite) -> Context {
    Context::new(suite, &hex(MASTER).try_into().expect("30 bytes"))
}

fn packet(sequence: u16, ssrc: u32) -> Vec<u8> {
    [&[0x80, 0][..], &sequence.to_be_bytes(), &[0; 4], &ssrc.to_be_bytes(), &[0xab; 20]].concat()
}

#[test]
fn keys_derive_as_in_the_appendix() {
    let master = hex(MASTER).try_into().expect("30 bytes");
    assert_eq!(keys::stream::<16>(&master, 0).to_vec(), hex("c61e7a93744f39ee10734afe3ff7a087"));
    assert_eq!(keys::stream::<14>(&master, 2).to_vec(), hex("30cbbc08863d8c85d49db34a9ae1"));
    assert_eq!(keys::stream::<20>(&master, 1).to_vec(), hex("cebe321f6ff7716b6fd4ab49af256a156d38baa4"));
}

#[test]
fn the_key_stream_is_that_of_the_appendix() {
    let (key, start): ([u8; 16], [u8; 16]) = (
        hex("2b7e151628aed2a6abf7158809cf4f3c").try_into().expect("16 bytes"),
        hex("f0f1f2f3f4f5f6f7f8f9fafbfcfd0000").try_into().expect("16 bytes"),
    );
    let mut out = [0; 32];
    keys::Counter::new(&key.into(), &start.into()).apply_keystream(&mut out);
    assert_eq!(out.to_vec(), hex("e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab"));
}

/// The packets of the widely used reference test (key of §B.3, 16 bytes of 0xab).
#[test]
fn packets_are_those_of_other_implementations() {
    let mut rtp = hex("800f1234decafbadcafebabeabababababababababababababababab");
    context(Suite::HmacSha1_80).protect_rtp(&mut rtp).expect("an RTP packet");
    assert_eq!(rtp, hex("800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb"));
    let mut rtcp = hex("81c8000bcafebabeabababababababababababababababab");
    context(Suite::HmacSha1_80).protect_rtcp(&mut rtcp).expect("an RTCP packet");
    assert_eq!(rtcp, hex("81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798"));
}

#[test]
fn both_suites_go_there_and_back_across_rollovers() {
    for suite in [Suite::HmacSha1_80, Suite::HmacSha1_32] {
        let (mut out, mut back) = (context(suite), context(suite));
        for at in 0..200_000u32 {
            let plain = packet(65_000u16.wrapping_add(at as u16), 7);
            let mut sent = plain.clone();
            out.protect_rtp(&mut sent).expect("an RTP packet");
            // One in seven is lost.
            if at % 7 != 0 {
                back.unprotect_rtp(&mut sent).expect("our own packet");
                assert_eq!(sent, plain);
            }
        }
        assert_eq!(Suite::named(suite.name()), Some(suite));
    }
}

#[test]
fn replayed_and_forged_packets_are_refused() {
    let (mut out, mut back) = (context(Suite::HmacSha1_80), context(Suite::HmacSha1_80));
    let mut sent: Vec<Vec<u8>> = (0..300).map(|sequence| packet(sequence, 7)).collect();
    sent.iter_mut().for_each(|packet| out.protect_rtp(packet).expect("an RTP packet"));
    for packet in sent.iter().rev().take(100) {
        assert_eq!(back.unprotect_rtp(&mut packet.clone()), Ok(()), "reordered");
        assert_eq!(back.unprotect_rtp(&mut packet.clone()), Err(Refused::Replayed));
    }
    assert_eq!(back.unprotect_rtp(&mut sent[0].clone()), Err(Refused::Replayed), "too old to tell");
    let mut forged = sent[190].clone();
    forged[20] ^= 1;
    assert_eq!(back.unprotect_rtp(&mut forged), Err(Refused::Unauthentic));
    assert_eq!(back.unprotect_rtp(&mut sent[190].clone()), Ok(()), "a forgery leaves no trace");
}

#[test]
fn reports_go_there_and_back_once() {
    let (mut out, mut back) = (context(Suite::HmacSha1_32), context(Suite::HmacSha1_32));
    let plain = hex("81c8000bcafebabeabababababababababababababababab");
    for _ in 0..200 {
        let mut sent = plain.clone();
        out.protect_rtcp(&mut sent).expect("an RTCP packet");
        let again = sent.clone();
        back.unprotect_rtcp(&mut sent).expect("our own packet");
        assert_eq!(sent, plain);
        assert_eq!(back.unprotect_rtcp(&mut again.clone()), Err(Refused::Replayed));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), first in 0x80u8..=0xbf) {
        for suite in [Suite::HmacSha1_80, Suite::HmacSha1_32] {
            let mut context = context(suite);
            let mut packet = bytes.clone();
            packet.first_mut().into_iter().for_each(|byte| *byte = first);
            prop_assert!(context.unprotect_rtp(&mut packet.clone()).is_err());
            prop_assert!(context.unprotect_rtcp(&mut packet.clone()).is_err());
            _ = context.protect_rtp(&mut packet.clone());
            _ = context.protect_rtcp(&mut packet);
        }
    }
}
