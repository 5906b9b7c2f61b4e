//! What a start of the program asks of the Ringside that runs already.

use serde_json::{Value, json};

/// A wish from the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Come to the front.
    Show,
    /// Dial a number or a link.
    Open(String),
    /// Show the number in a text.
    Offer(String),
    /// Answer the call that rings.
    Answer,
    /// Refuse it.
    Decline,
    /// End the current call.
    HangUp,
    /// End all calls.
    HangUpAll,
}

impl Wish {
    /// The intent as it goes over the localhost port; `None` for what takes several.
    pub(crate) fn intent(&self) -> Option<Value> {
        Some(match self {
            Wish::Show => json!({ "type": "focus" }),
            Wish::Open(link) => json!({ "type": "open_link", "link": link }),
            Wish::Offer(text) => json!({ "type": "offer", "text": text }),
            Wish::Answer => json!({ "type": "answer" }),
            Wish::Decline => json!({ "type": "decline" }),
            Wish::HangUp => json!({ "type": "hang_up" }),
            Wish::HangUpAll => return None,
        })
    }
}
