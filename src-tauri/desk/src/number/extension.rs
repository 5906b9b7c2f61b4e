//! Numbers inside the PBX: `100-199`, `7xx`, `*8`.

use super::character::{ascii_digit, is_dialled, is_separator};

/// Some of them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Extensions {
    /// From the first to the last. They compare as text, for both have as many digits.
    Range(String, String),
    /// `x` is any digit.
    Pattern(String),
}

impl Extensions {
    /// `None` if it cannot be read.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.chars().map(ascii_digit).filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        if let Some((first, last)) = text.split_once(is_separator) {
            let is_number = |text: &str| fits(text) && text.chars().all(|c| c.is_ascii_digit());
            let is_range = is_number(first) && is_number(last) && first.len() == last.len() && first <= last;
            return is_range.then(|| Self::Range(first.to_owned(), last.to_owned()));
        }
        (fits(&text) && text.chars().all(|c| is_dialled(c) || c == 'x')).then_some(Self::Pattern(text))
    }

    pub(crate) fn contain(&self, digits: &str) -> bool {
        match self {
            Self::Range(first, last) => {
                digits.len() == first.len()
                    && digits.chars().all(|c| c.is_ascii_digit())
                    && (first.as_str()..=last.as_str()).contains(&digits)
            }
            Self::Pattern(pattern) => {
                let alike = |(wanted, c): (char, char)| wanted == c || (wanted == 'x' && c.is_ascii_digit());
                digits.len() == pattern.len() && pattern.chars().zip(digits.chars()).all(alike)
            }
        }
    }
}

fn fits(text: &str) -> bool {
    (1..=MAX_DIGITS).contains(&text.len())
}

const MAX_DIGITS: usize = 15;
