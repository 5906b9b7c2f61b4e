//! An extension's dialogs, from documents in the order of their NOTIFYs.

use super::{Dialog, DialogInfo, MAX_DIALOGS, State};

/// What is known of an extension (RFC 4235 §4.3).
#[derive(Clone, Debug, Default)]
pub struct Picture {
    version: Option<u64>,
    dialogs: Vec<Dialog>,
}

impl Picture {
    /// Takes the next document in. False: one before it was missed, so a full one should be asked for; what it says counts all
    /// the same.
    pub fn take(&mut self, info: DialogInfo) -> bool {
        let before = self.version.replace(info.version);
        if info.full {
            self.dialogs.clear();
        }
        // Also a full one may name a dialog twice; then the last word counts.
        info.dialogs.into_iter().for_each(|dialog| self.change(dialog));
        // One that does not count misses nothing either; the order of the NOTIFYs is known by their CSeq.
        info.full || before.is_some_and(|before| info.version <= before.saturating_add(1))
    }

    fn change(&mut self, dialog: Dialog) {
        let known = self.dialogs.iter().position(|known| known.id == dialog.id);
        match (known, dialog.state) {
            (Some(at), State::Terminated) => _ = self.dialogs.remove(at),
            (None, State::Terminated) => {}
            (Some(at), _) => {
                if let Some(known) = self.dialogs.get_mut(at) {
                    *known = dialog;
                }
            }
            (None, _) if self.dialogs.len() < MAX_DIALOGS => self.dialogs.push(dialog),
            (None, _) => {}
        }
    }

    /// The dialogs that are not over.
    pub fn dialogs(&self) -> &[Dialog] {
        &self.dialogs
    }
}
