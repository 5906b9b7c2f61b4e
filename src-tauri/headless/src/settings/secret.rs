//! Secrets of sections: passwords and keys that are no account's.

use std::path::Path;

use phone::Secret;

use super::{Problem, section::Section};

/// A secret of a section, as `password` of `[pbx]`.
#[derive(Clone, Debug, PartialEq)]
pub struct SectionSecret {
    /// `pbx`, `webhook` or `crm`.
    pub section: &'static str,
    /// `password`, `api_key`, `token` or `secret`.
    pub key: &'static str,
    /// What stands in the file.
    pub text: Option<Secret>,
    /// It stands in the settings file rather than in the policy, so it can be taken out.
    pub in_settings: bool,
}

impl SectionSecret {
    /// Nothing of it stands in any file.
    pub fn unknown(section: &'static str, key: &'static str) -> Self {
        Self { section, key, text: None, in_settings: false }
    }

    /// What a keychain calls it. No account is likely to be called so.
    pub fn name(&self) -> String {
        format!("[{}] {}", self.section, self.key)
    }

    /// It stands in the settings file and belongs elsewhere.
    pub(crate) fn is_to_move(&self) -> bool {
        self.in_settings && self.text.is_some()
    }
}

/// What stands under `key` of the section `name`; `settings` is the file that it can be taken out of.
pub(super) fn read(
    section: &Section<'_>,
    name: &'static str,
    key: &'static str,
    settings: &Path,
) -> Result<SectionSecret, Problem> {
    let in_settings = section.comes_from(key, settings);
    Ok(SectionSecret { section: name, key, text: section.filled(key)?.map(Secret), in_settings })
}
