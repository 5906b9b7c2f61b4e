//! Passwords and keys.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};

/// A password or a key. Shows itself to nobody.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl Secret {
    /// The value of `Authorization` for HTTP Basic.
    pub(crate) fn basic(&self, username: &str) -> Self {
        Self(format!("Basic {}", self.credentials(username).0))
    }

    /// Name and password as HTTP Basic writes them.
    pub(crate) fn credentials(&self, username: &str) -> Self {
        Self(BASE64_STANDARD.encode(format!("{username}:{}", self.0)))
    }

    /// Takes it out of what somebody else wrote: a server may repeat what it was sent.
    pub(crate) fn erase(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { text.replace(&self.0, "***") }
    }
}
