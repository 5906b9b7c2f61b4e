//! Which packet of its source a packet is (§3.3.1), and whether it came before (§3.3.2).

/// The sources of one direction: one as a rule, a few while a PBX changes legs. The oldest is forgotten.
#[derive(Debug, Default)]
pub(super) struct Sources {
    known: Vec<Source>,
}

#[derive(Debug, Clone, Copy)]
struct Source {
    ssrc: u32,
    rtp: Option<Window>,
    rtcp: Option<Window>,
}

/// The index of a packet, if the sequence number is taken at its most likely rollover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Estimate {
    Fresh(u64),
    Replayed(u64),
}

impl Estimate {
    pub(super) fn index(self) -> u64 {
        match self {
            Estimate::Fresh(index) | Estimate::Replayed(index) => index,
        }
    }
}

impl Sources {
    pub(super) fn estimate(&self, ssrc: u32, sequence: u16) -> Estimate {
        let Some(window) = self.find(ssrc).and_then(|source| source.rtp) else {
            return Estimate::Fresh(u64::from(sequence));
        };
        let ahead = i64::from(sequence.wrapping_sub(window.highest as u16).cast_signed());
        match window.highest.checked_add_signed(ahead) {
            Some(index) if window.fresh(index) => Estimate::Fresh(index),
            Some(index) => Estimate::Replayed(index),
            // Older than the first packet, before any rollover.
            None => Estimate::Replayed(u64::from(sequence)),
        }
    }

    pub(super) fn accept(&mut self, ssrc: u32, index: u64) {
        let rtp = &mut self.entry(ssrc).rtp;
        *rtp = Some(Window::advanced(*rtp, index));
    }

    pub(super) fn rtcp_fresh(&self, ssrc: u32, index: u32) -> bool {
        self.find(ssrc).and_then(|source| source.rtcp).is_none_or(|window| window.fresh(u64::from(index)))
    }

    pub(super) fn rtcp_accept(&mut self, ssrc: u32, index: u32) {
        let rtcp = &mut self.entry(ssrc).rtcp;
        *rtcp = Some(Window::advanced(*rtcp, u64::from(index)));
    }

    fn find(&self, ssrc: u32) -> Option<&Source> {
        self.known.iter().find(|source| source.ssrc == ssrc)
    }

    fn entry(&mut self, ssrc: u32) -> &mut Source {
        let at = self.known.iter().position(|source| source.ssrc == ssrc).unwrap_or_else(|| {
            if self.known.len() >= MAX_SOURCES {
                self.known.remove(0);
            }
            self.known.push(Source { ssrc, rtp: None, rtcp: None });
            self.known.len() - 1
        });
        &mut self.known[at]
    }
}

/// The last 128 packets; bit 0 is the highest.
#[derive(Debug, Clone, Copy)]
struct Window {
    highest: u64,
    seen: u128,
}

impl Window {
    fn fresh(&self, index: u64) -> bool {
        match self.highest.checked_sub(index) {
            None => true,
            Some(behind) => behind < 128 && self.seen >> behind & 1 == 0,
        }
    }

    fn advanced(window: Option<Window>, index: u64) -> Window {
        let Some(Window { highest, seen }) = window else { return Window { highest: index, seen: 1 } };
        match index.checked_sub(highest) {
            Some(ahead) => {
                let shifted = u32::try_from(ahead).ok().and_then(|ahead| seen.checked_shl(ahead)).unwrap_or(0);
                Window { highest: index, seen: shifted | 1 }
            }
            None => {
                let bit = u32::try_from(highest - index).ok().and_then(|behind| 1u128.checked_shl(behind)).unwrap_or(0);
                Window { highest, seen: seen | bit }
            }
        }
    }
}

const MAX_SOURCES: usize = 4;
