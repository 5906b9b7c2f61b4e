//! Where the floor is known from, and whether that tells now.
//!
//! ```text
//!              Manager(None), Listing            Lost, Manager(why)
//!   nothing ───────────────────────────► live ◄──────────────────────► stale
//!                                                    Listed
//! ```

use cti::CallEvent;

use super::calls::is_of_manager;
use crate::{call::plain, wire::Trouble};

/// The manager interface of the PBX.
#[derive(Debug, Default)]
pub(super) struct Manager {
    /// It was there once.
    pub(super) is_known: bool,
    is_stale: bool,
    is_listing: bool,
    /// How often it listed everything.
    listing: u64,
    why: Option<String>,
}

/// Who else tells of calls.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// Webhooks did.
    pub(super) events: bool,
}

impl Manager {
    /// It is there, or is not, for this reason.
    pub(super) fn is_there(&mut self, trouble: Option<String>) {
        match trouble {
            // What was told before may not hold until all is listed anew.
            None => {
                self.is_known = true;
                self.is_stale &= self.listing > 0;
            }
            Some(why) => {
                self.is_stale = true;
                self.is_listing = false;
                self.why = Some(plain(&why, MAX_WHY));
            }
        }
    }

    pub(super) fn lists(&mut self) {
        self.is_known = true;
        self.is_listing = true;
        self.listing += 1;
    }

    /// Which listing this was, if it was one.
    pub(super) fn listed(&mut self) -> Option<u64> {
        let was_listing = std::mem::take(&mut self.is_listing);
        self.is_stale &= !was_listing;
        was_listing.then_some(self.listing)
    }

    pub(super) fn lost(&mut self) {
        self.is_known = true;
        self.is_stale = true;
        self.is_listing = false;
        self.why = None;
    }

    pub(super) fn listing(&self) -> u64 {
        self.listing
    }

    pub(super) fn is_listing(&self) -> bool {
        self.is_listing
    }

    /// What that source tells began before, or may have.
    pub(super) fn is_listing_of(&self, source: &str) -> bool {
        self.is_listing && is_of_manager(source)
    }

    pub(super) fn is_stale(&self) -> bool {
        self.is_known && self.is_stale
    }

    /// Why it does not tell.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        let unknown = || "The PBX tells nothing now: what is shown may not hold any more".to_owned();
        let detail = self.why.as_deref().map_or_else(unknown, |why| format!("The PBX tells nothing now: {why}"));
        self.is_stale.then(|| Trouble { code: "floor_not_live".to_owned(), detail, sip_status: None })
    }
}

impl Sources {
    pub(super) fn hears_call(&mut self, event: &CallEvent) {
        self.events |= !is_of_manager(&event.source);
    }
}

const MAX_WHY: usize = 300;
