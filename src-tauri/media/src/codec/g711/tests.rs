use super::*;

/// `ffmpeg -f u8 ... ` of all 256 codes: `python3 -c 'import sys;sys.stdout.buffer.write(bytes(range(256)))' | ffmpeg -f
/// mulaw -ar 8000 -ac 1 -i - -f s16le decoded.s16` (and `-f alaw`).
const DECODED: [(Law, &[u8; 512]); 2] = [(Law::Mu, include_bytes!("mulaw.s16")), (Law::A, include_bytes!("alaw.s16"))];

#[test]
fn every_code_decodes_as_in_ffmpeg() {
    for (law, decoded) in DECODED {
        let ours: Vec<u8> = (0..=255).flat_map(|code| G711::new(law).decode(code).to_le_bytes()).collect();
        assert_eq!(ours, decoded, "{law:?}");
    }
}

#[test]
fn every_sample_takes_the_nearest_level() {
    for (law, _) in DECODED {
        let g711 = G711::new(law);
        for sample in i16::MIN..=i16::MAX {
            let ours = g711.decode(g711.encode(sample)).abs_diff(sample);
            let best = (0..=255).map(|code| g711.decode(code).abs_diff(sample)).min();
            assert_eq!(Some(ours), best, "{law:?} {sample}");
        }
    }
}

#[test]
fn every_level_survives_a_round_trip() {
    for (law, _) in DECODED {
        let g711 = G711::new(law);
        for code in 0..=255 {
            assert_eq!(g711.decode(g711.encode(g711.decode(code))), g711.decode(code), "{law:?} {code:#x}");
        }
    }
}
