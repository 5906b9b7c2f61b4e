//! Whom to dial, from whatever a person pasted or a link carried.
//!
//! Numbers come with spaces, dashes and brackets, in Persian or Arabic digits, with invisible direction marks around them,
//! inside `tel:` (RFC 3966), `sip:` (RFC 3261 §19.1) and `callto:` links with percent escapes. Headers and parameters of a
//! URI are dropped: a link must not add `Replaces` to our INVITE.

use std::fmt;

pub(crate) use crate::number::ascii_digit;
use crate::number::spelling::{Digits, Spelling};

/// Something that can be dialled: digits with an optional leading `+`, a user name, or `user@host`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    user: String,
    host: Option<String>,
}

/// Why nothing could be dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Nothing was given.
    #[error("There is no number: type one, or an address like anna@example.com")]
    Empty,
    /// No number was found in it.
    #[error("This cannot be dialled: give a number, or an address like anna@example.com")]
    Undialable,
    /// There are several numbers in it.
    #[error("There is more than one number in this: keep the one to dial")]
    Ambiguous,
    /// Longer than any number or address.
    #[error("This is too long to be a number or an address")]
    TooLong,
}

impl TargetError {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "target_empty",
            Self::Undialable => "target_undialable",
            Self::Ambiguous => "target_ambiguous",
            Self::TooLong => "target_too_long",
        }
    }
}

impl Target {
    /// Finds what to dial in `text`, without the rules of an account ([`crate::Rules::read`]).
    ///
    /// ```
    /// # use desk::Target;
    /// assert_eq!(Target::parse("tel:+7%20(495)%20229-49-89;ext=12")?.to_string(), "+74952294989");
    /// assert_eq!(Target::parse("۰۲۱ ۸۸۷۷-۶۶۵۵")?.to_string(), "02188776655");
    /// assert_eq!(Target::parse("sip:anna@example.com?Replaces=x")?.to_string(), "anna@example.com");
    /// # Ok::<(), desk::TargetError>(())
    /// ```
    ///
    /// # Errors
    /// If there is nothing to dial in it.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        match Spelling::read(text)? {
            Spelling::Digits(Digits { digits, host, context, .. }) => {
                Ok(Self { user: format!("{}{digits}", context.unwrap_or_default()), host })
            }
            Spelling::Name(user, host) => Ok(Self { user, host }),
            Spelling::Letters(_) => Err(TargetError::Undialable),
        }
    }

    /// Whether there may be something to dial in `text`, before an account is known: what is a number in some countries
    /// alone is left to the rules of one.
    ///
    /// ```
    /// # use desk::Target;
    /// assert!(Target::parse("tel:1-800-FLOWERS").is_err() && Target::check("tel:1-800-FLOWERS").is_ok());
    /// assert!(Target::check("tel:").is_err());
    /// ```
    ///
    /// # Errors
    /// If no account could dial it.
    pub fn check(text: &str) -> Result<(), TargetError> {
        Spelling::read(text).map(drop)
    }

    pub(crate) fn new(user: String, host: Option<String>) -> Self {
        Self { user, host }
    }

    /// What the window shows: the number or user.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The domain, where one was given.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }
}

/// As the phone takes it.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Some(host) => write!(f, "{}@{host}", self.user),
            None => f.write_str(&self.user),
        }
    }
}
