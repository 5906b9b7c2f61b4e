//! CSeq (RFC 3261 §20.16).

use std::fmt;

use super::{SyntaxError, text};

/// The number of a request within its dialog, and the method it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CSeq {
    /// The sequence number.
    pub seq: u32,
    /// The method, as spelled: methods are compared with regard to case.
    pub method: String,
}

impl CSeq {
    /// Reads `314159 INVITE`.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let mut words = text.split_ascii_whitespace();
        let (Some(seq), Some(method), None) = (words.next().and_then(text::number), words.next(), words.next()) else {
            return Err(SyntaxError("CSeq"));
        };
        if !text::is_token(method.as_bytes()) {
            return Err(SyntaxError("CSeq"));
        }
        Ok(Self { seq, method: method.to_owned() })
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.seq, self.method)
    }
}
