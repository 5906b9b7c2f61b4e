//! Sound at the codec's rate: some that was played, some that is ready.

/// One buffer with a cursor. What lies before the cursor is the past, of which concealment and merging need a little.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) sound: Vec<f32>,
    pub(super) cursor: usize,
    past: usize,
}

impl Line {
    pub(super) fn new(rate: u32) -> Line {
        let past = rate as usize * PAST_MS / 1000;
        let mut sound = Vec::with_capacity(rate as usize);
        sound.resize(past, 0.0);
        Line { cursor: sound.len(), sound, past }
    }

    pub(super) fn ready(&self) -> usize {
        self.sound.len() - self.cursor
    }

    pub(super) fn ready_sound(&self) -> &[f32] {
        &self.sound[self.cursor..]
    }

    /// Moves the cursor on over what fills `out`; the rest of `out`, if the line is short, is silence.
    pub(super) fn take(&mut self, out: &mut [f32]) {
        let count = out.len().min(self.ready());
        let (now, rest) = out.split_at_mut(count);
        now.copy_from_slice(&self.sound[self.cursor..self.cursor + count]);
        rest.fill(0.0);
        self.cursor += count;
        if self.cursor > self.past * 2 {
            let drop = self.cursor - self.past;
            self.sound.copy_within(drop.., 0);
            self.sound.truncate(self.sound.len() - drop);
            self.cursor = self.past;
        }
    }

    /// Takes `count` samples out, fading from the first ready ones into those that are `count` later.
    pub(super) fn remove(&mut self, count: usize) {
        let start = self.cursor;
        for n in 0..count {
            let (first, later) = (self.sound[start + n], self.sound[start + count + n]);
            self.sound[start + n] = first + (later - first) * weight(n, count);
        }
        self.sound.copy_within(start + 2 * count.., start + count);
        self.sound.truncate(self.sound.len() - count);
    }

    /// Puts `count` samples in at the cursor: they begin like what is ready and end like what was just played.
    pub(super) fn repeat(&mut self, count: usize) {
        let (start, length) = (self.cursor, self.sound.len());
        self.sound.resize(length + count, 0.0);
        self.sound.copy_within(start..length, start + count);
        for n in 0..count {
            let (ready, played) = (self.sound[start + count + n], self.sound[start - count + n]);
            self.sound[start + n] = ready + (played - ready) * weight(n, count);
        }
    }

    /// Fades from the invented sound, which begins at `joint`, into the real sound, and appends the rest of that.
    pub(super) fn merge(&mut self, joint: usize, real: &[f32]) {
        let fade = self.sound.len() - joint;
        for (n, (sample, real)) in self.sound[joint..].iter_mut().zip(real).enumerate() {
            *sample += (real - *sample) * weight(n, fade);
        }
        self.sound.extend_from_slice(real.get(fade..).unwrap_or(&[]));
    }
}

/// A linear fade.
fn weight(n: usize, count: usize) -> f32 {
    (n as f32 + 0.5) / count as f32
}

/// What concealment looks back on.
const PAST_MS: usize = 60;
