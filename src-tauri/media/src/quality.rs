//! How it sounds, estimated from how it arrives.

use crate::CodecKind;

/// Mean opinion score by the E-model (ITU-T G.107) with all but delay, codec and random loss at their defaults.
///
/// `delay_ms` is one way, mouth to ear; `loss_pct` counts packets lost or too late.
pub(crate) fn mos(codec: CodecKind, delay_ms: f32, loss_pct: f32) -> f32 {
    let delay = 0.024 * delay_ms + 0.11 * (delay_ms - 177.3).max(0.0);
    // G.113 appendix I: packet-loss robustness with concealment; in-band FEC about halves what a loss does.
    let robustness = if codec == CodecKind::Opus { 40.0 } else { 25.1 };
    let loss = 95.0 * loss_pct / (loss_pct + robustness);
    let rating = (93.2 - delay - loss).clamp(0.0, 100.0);
    (1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6).clamp(1.0, 4.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_call_is_good_and_loss_and_delay_make_it_worse() {
        let clean = mos(CodecKind::Pcmu, 50.0, 0.0);
        assert!((4.3..=4.5).contains(&clean), "{clean}");
        assert!(mos(CodecKind::Pcmu, 50.0, 5.0) < 3.9);
        assert!(mos(CodecKind::Opus, 50.0, 5.0) > mos(CodecKind::Pcmu, 50.0, 5.0));
        assert!(mos(CodecKind::Pcmu, 400.0, 0.0) < 3.7);
        assert_eq!(mos(CodecKind::Pcmu, 5_000.0, 100.0), 1.0);
    }
}
