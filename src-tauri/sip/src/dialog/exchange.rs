//! Whose offer is on the table (RFC 3264 §4, RFC 3261 §14): one at a time in a dialog.
//!
//! ```text
//!                  Command::Offer                    re-INVITE, UPDATE
//!        ┌──────┐ ◄──────────────── ┌──────┐ ──────────────────────► ┌────────┐
//!        │ Ours │                   │ Idle │                         │ Theirs │
//!        └──┬───┘ ────────────────► └──▲───┘ ◄────────────────────── └────┬───┘
//!           │      final response      │ our turn      Command::Answer    │
//!           │ 491                  ┌───┴───┐                              │ re-INVITE: 2xx
//!           └─────────────────────►│ Glare │      ACK  ┌──────────────────▼──┐
//!                                  └───────┘   ◄───────┤ Unacknowledged      │
//!                                                      └─────────────────────┘
//! ```

use std::time::Duration;

use crate::transaction::TransactionId;

/// Where offer and answer stand in an established call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Exchange {
    #[default]
    Idle,
    /// Our re-INVITE, or our UPDATE, is out.
    Ours {
        transaction: TransactionId,
        sdp: Vec<u8>,
        /// Nobody asked for it: it only keeps the session alive (RFC 4028).
        refresh: bool,
    },
    /// Our offer met theirs; it goes out again when [`crate::core`]'s timer says so.
    Glare { sdp: Vec<u8> },
    /// The peer's re-INVITE or UPDATE waits for Command::Answer.
    Theirs {
        transaction: TransactionId,
        /// It brought no offer: our answer is one.
        offerless: bool,
    },
}

impl Exchange {
    /// An offer of the peer has to be refused with 491.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(self, Exchange::Ours { .. })
    }

    /// Whether this transaction carries our offer.
    pub(crate) fn is_ours_by(&self, carried_by: TransactionId) -> bool {
        matches!(self, Exchange::Ours { transaction, .. } if *transaction == carried_by)
    }

    /// Our offer left again, with credentials.
    pub(crate) fn continue_as(&mut self, again: TransactionId) {
        if let Exchange::Ours { transaction, .. } = self {
            *transaction = again;
        }
    }

    /// Whether this transaction of the peer brought the offer that we consider.
    pub(crate) fn is_theirs(&self, offered_by: TransactionId) -> bool {
        matches!(self, Exchange::Theirs { transaction, .. } if *transaction == offered_by)
    }
}

/// A 2xx of ours to an INVITE that waits for its ACK (RFC 3261 §13.3.1.4).
#[derive(Clone, Debug)]
pub(crate) struct Unacknowledged {
    pub(crate) transaction: TransactionId,
    /// Of the INVITE, and so of its ACK.
    pub(crate) cseq: u32,
    /// When it is sent again.
    pub(crate) interval: Duration,
    /// It brought our offer: the ACK brings the answer.
    pub(crate) offers: bool,
}
