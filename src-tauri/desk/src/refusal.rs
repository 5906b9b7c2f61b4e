//! Why an intent is not done: a code that the window translates and a sentence that says what to do.

use crate::{number::RulesError, target::TargetError, wire::Refusal};

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

    /// 429: later perhaps.
    pub(crate) fn too_many() -> Self {
        let detail = "Too many requests at once: wait a few seconds".to_owned();
        Self { code: "too_many_requests".to_owned(), detail, status: 429 }
    }

    pub(crate) fn not_registered() -> Self {
        Self::conflict("not_registered", "No account is registered, so nobody can be called")
    }

    pub(crate) fn pbx_not_set_up() -> Self {
        Self::conflict(
            "pbx_not_set_up",
            "No PBX is set up that could place calls: let the softphone dial, or ask your administrator",
        )
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

impl From<RulesError> for Refusal {
    fn from(error: RulesError) -> Self {
        Self::malformed(error.code(), error.to_string())
    }
}
