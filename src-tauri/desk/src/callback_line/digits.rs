//! What the called party dials: a number of so many digits, or of fewer with a `#` behind them; `*` starts over.

/// Somebody who dials.
#[derive(Debug)]
pub(super) struct Dialling {
    length: u8,
    digits: String,
    /// How many numbers could not be reached.
    wrong: u8,
}

/// What a digit came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Nothing: no digit, or a `#` before any.
    Nothing,
    /// One more of a number.
    Digit,
    /// They start over.
    Cleared,
    /// A whole number.
    Number(String),
}

impl Dialling {
    pub(super) fn new(length: u8) -> Self {
        Self { length: length.max(1), digits: String::new(), wrong: 0 }
    }

    pub(super) fn hear(&mut self, digit: char) -> Heard {
        match digit {
            '0'..='9' => self.digits.push(digit),
            '*' => {
                self.digits.clear();
                return Heard::Cleared;
            }
            '#' if !self.digits.is_empty() => return Heard::Number(std::mem::take(&mut self.digits)),
            _ => return Heard::Nothing,
        }
        if self.digits.len() >= usize::from(self.length) {
            return Heard::Number(std::mem::take(&mut self.digits));
        }
        Heard::Digit
    }

    /// The number cannot be reached. Says whether they may try another.
    pub(super) fn is_wrong(&mut self) -> bool {
        self.wrong += 1;
        self.wrong < MOST_TRIES
    }

    pub(super) fn digits(&self) -> &str {
        &self.digits
    }
}

const MOST_TRIES: u8 = 3;
