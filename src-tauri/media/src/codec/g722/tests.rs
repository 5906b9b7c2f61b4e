use super::*;

// 0.4 s of synthetic speech and 0.1 s of a full-scale square sweep at 16 kHz, coded and decoded by ffmpeg 5.1:
//   ffmpeg -f s16le -ar 16000 -ac 1 -i speech.s16 -c:a g722 -f g722 speech.g722
//   ffmpeg -f g722 -i speech.g722 -f s16le decoded.s16
const SPEECH: &[u8] = include_bytes!("speech.s16");
const CODED: &[u8] = include_bytes!("speech.g722");
const DECODED: &[u8] = include_bytes!("decoded.s16");

fn samples(bytes: &[u8]) -> Vec<i16> {
    bytes.as_chunks::<2>().0.iter().map(|&pair| i16::from_le_bytes(pair)).collect()
}

#[test]
fn encodes_like_the_reference_bit_by_bit() {
    let mut encoder = Encoder::new();
    let ours: Vec<u8> = samples(SPEECH).as_chunks::<2>().0.iter().map(|&pair| encoder.encode(pair)).collect();
    assert_eq!(ours, CODED);
}

#[test]
fn decodes_like_the_reference_bit_by_bit() {
    let mut decoder = Decoder::new();
    let ours: Vec<i16> = CODED.iter().flat_map(|&byte| decoder.decode(byte)).collect();
    assert_eq!(ours, samples(DECODED));
}

#[test]
fn any_bytes_decode_without_overflow() {
    let mut decoder = Decoder::new();
    let mut byte = 1u8;
    for _ in 0..100_000 {
        byte = byte.wrapping_mul(37).wrapping_add(11);
        decoder.decode(byte);
    }
    for stuck in [0x00, 0xff, 0x04, 0x3f] {
        for _ in 0..20_000 {
            decoder.decode(stuck);
        }
    }
}

/// A steady tone is lost for 60 ms. A decoder that followed what was played meanwhile goes on better than one that
/// stood still.
#[test]
fn following_the_concealment_shortens_the_recovery() {
    let tone = |n: usize| ((n as f32 * 0.3).sin() * 8000.0) as i16;
    let mut encoder = Encoder::new();
    let coded: Vec<u8> = (0..4000).map(|n| encoder.encode([tone(2 * n), tone(2 * n + 1)])).collect();
    let mut whole = Decoder::new();
    coded[..2000].iter().for_each(|&byte| _ = whole.decode(byte));
    let (mut still, mut following) = (whole.clone(), whole.clone());
    let lost: Vec<[i16; 2]> = coded[2000..2480].iter().map(|&byte| whole.decode(byte)).collect();
    lost.iter().for_each(|&pair| following.follow(pair));
    let mut error = [0.0; 2];
    for &byte in &coded[2480..2640] {
        let right = whole.decode(byte);
        for (error, decoder) in error.iter_mut().zip([&mut still, &mut following]) {
            let made = decoder.decode(byte);
            *error += (0..2).map(|n| f32::from(made[n].saturating_sub(right[n])).powi(2)).sum::<f32>();
        }
    }
    assert!(error[1] < error[0] * 0.5, "still {} following {}", error[0], error[1]);
}
