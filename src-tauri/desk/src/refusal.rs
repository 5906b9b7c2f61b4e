//! Why an intent is not done: a code that the window translates and a sentence that says what to do.

use crate::{target::TargetError, wire::Refusal};

impl Refusal {
    /// 400: what was asked makes no sense, now or later.
    pub fn malformed(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.to_owned(), detail: detail.into(), status: 400 }
    }

    /// 403: somebody else decides this.
    pub fn forbidden(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.to_owned(), detail: detail.into(), status: 403 }
    }

    /// 409: not possible in this state.
    pub fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.to_owned(), detail: detail.into(), status: 409 }
    }

    pub(crate) fn locked(key: &str) -> Self {
        Self::forbidden("locked", format!("“{key}” is set by your administrator and cannot be changed here"))
    }
}

impl From<TargetError> for Refusal {
    fn from(error: TargetError) -> Self {
        Self::malformed(error.code(), error.to_string())
    }
}
