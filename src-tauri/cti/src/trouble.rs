//! Why the PBX did not do what it was asked.

use std::fmt;

use crate::{
    address::origin,
    http::{Answer, SendError},
    secret::Secret,
    text,
};

/// What went wrong, and a sentence in English that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Trouble {
    /// The kind.
    pub fault: Fault,
    /// The sentence.
    pub detail: String,
}

/// The kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Something is missing in the settings.
    NotSetUp,
    /// Nobody is there.
    Unreachable,
    /// It took the request and gave no answer in time: it may have done it.
    Unanswered,
    /// Its certificate is not trusted.
    Untrusted,
    /// It does not know this name, password or key.
    WrongCredentials,
    /// It knows us, and we may not.
    Forbidden,
    /// Somebody answers there who is not this interface.
    WrongAddress,
    /// It understood and does not do it.
    Refused,
    /// Its answer cannot be read.
    Answer,
}

impl Fault {
    /// The stable code that a window translates.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotSetUp => "pbx_not_set_up",
            Self::Unreachable => "pbx_unreachable",
            Self::Unanswered => "pbx_unanswered",
            Self::Untrusted => "pbx_untrusted_certificate",
            Self::WrongCredentials => "pbx_wrong_credentials",
            Self::Forbidden => "pbx_forbidden",
            Self::WrongAddress => "pbx_wrong_address",
            Self::Refused => "pbx_refused",
            Self::Answer => "pbx_answer",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Trouble {
    /// With a sentence that says what to do.
    pub fn new(fault: Fault, detail: impl Into<String>) -> Self {
        Self { fault, detail: detail.into() }
    }

    /// The answer points elsewhere. What it carried is not carried there.
    pub(crate) fn redirected(answer: &Answer) -> Self {
        let detail = match answer.location.as_deref().and_then(origin) {
            Some(place) => format!("The PBX sends us on to {place}: if that is right, write that address in pbx.url"),
            None => "The PBX sends us on to another address: look whether pbx.url is right".to_owned(),
        };
        Self::new(Fault::WrongAddress, detail)
    }

    /// Adds what the PBX says of it, if it says anything.
    pub(crate) fn with_words(mut self, words: &str) -> Self {
        let words = text::plain(words);
        if !words.is_empty() {
            self.detail = format!("{} (it says: {words})", self.detail);
        }
        self
    }

    /// The same without anything that nobody may read.
    pub(crate) fn without(mut self, secrets: &[Secret]) -> Self {
        self.detail = secrets.iter().fold(self.detail, |detail, secret| secret.erase(&detail));
        self
    }
}

impl From<SendError> for Trouble {
    fn from(error: SendError) -> Self {
        let fault = match &error {
            SendError::Unsendable { .. } => Fault::NotSetUp,
            SendError::Unreachable { .. } => Fault::Unreachable,
            SendError::Silent { .. } => Fault::Unanswered,
            SendError::Untrusted { .. } | SendError::Ca { .. } => Fault::Untrusted,
            SendError::HungUp { .. } => Fault::Answer,
            SendError::NotHttp { .. } => Fault::WrongAddress,
        };
        Self::new(fault, error.to_string())
    }
}
