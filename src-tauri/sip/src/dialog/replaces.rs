//! Replaces (RFC 3891): the dialog that a new call takes the place of.

use crate::wire::{Message, escape};

use super::DialogId;

/// `call-id;to-tag=…;from-tag=…`, tags as the receiver sees them: to-tag is its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replaces {
    call_id: String,
    to_tag: String,
    from_tag: String,
    early_only: bool,
}

impl Replaces {
    /// As our peer in that dialog has to be told: its tags are ours, the other way round.
    pub(crate) fn of_dialog(id: &DialogId) -> Replaces {
        Replaces {
            call_id: id.call_id.clone(),
            to_tag: id.remote_tag.clone(),
            from_tag: id.local_tag.clone(),
            early_only: false,
        }
    }

    pub(crate) fn parse(value: &str) -> Option<Replaces> {
        let mut parts = value.split(';').map(str::trim);
        let call_id = parts.next().filter(|call_id| !call_id.is_empty())?.to_owned();
        let (mut to_tag, mut from_tag, mut early_only) = (None, None, false);
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "to-tag" => to_tag = Some(value.trim().to_owned()),
                "from-tag" => from_tag = Some(value.trim().to_owned()),
                "early-only" => early_only = true,
                _ => {}
            }
        }
        Some(Replaces { call_id, to_tag: to_tag?, from_tag: from_tag?, early_only })
    }

    pub(crate) fn of_request(request: &Message) -> Option<Option<Replaces>> {
        request.header("Replaces").map(|value| Replaces::parse(&value))
    }

    /// Whether it names this dialog of ours. The tag 0 stands for none (§3).
    pub(crate) fn names(&self, id: &DialogId) -> bool {
        let same = |tag: &str, ours: &str| tag == ours || (tag == "0" && ours.is_empty());
        self.call_id == id.call_id && same(&self.to_tag, &id.local_tag) && same(&self.from_tag, &id.remote_tag)
    }

    pub(crate) fn is_early_only(&self) -> bool {
        self.early_only
    }

    /// As the header of a URI in Refer-To, everything escaped.
    pub(crate) fn to_uri_header(&self) -> String {
        let value = format!("{};to-tag={};from-tag={}", self.call_id, self.to_tag, self.from_tag);
        format!("Replaces={}", escape(&value))
    }
}
