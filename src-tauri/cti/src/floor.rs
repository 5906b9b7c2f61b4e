//! What a PBX tells of those who work at it, beside their calls, which are [`crate::CallEvent`]s.

/// One thing that a PBX told of its telephones and queues. Texts come from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FloorEvent {
    /// The connection was made anew: all that follows until [`Self::Listed`] is how things stand.
    Listing,
    /// What was not told since [`Self::Listing`] is no more.
    Listed,
    /// The connection is lost: what was told may not hold any longer.
    Lost,
    /// A telephone.
    Device {
        /// Whose.
        extension: String,
        /// Their name, if the PBX knows one.
        name: Option<String>,
        /// How it stands; `None` if only the name was told.
        state: Option<DeviceState>,
    },
    /// A member of a queue.
    Member {
        /// The queue.
        queue: String,
        /// Who.
        extension: String,
        /// Their name, if the PBX knows one.
        name: Option<String>,
        /// Not called for now: why, which may be empty.
        paused: Option<String>,
    },
    /// Not a member any more.
    MemberLeft {
        /// The queue.
        queue: String,
        /// Who.
        extension: String,
    },
    /// A queue, with the name that people know.
    Queue {
        /// The queue.
        queue: String,
    },
    /// Somebody waits in a queue.
    Waits {
        /// The queue.
        queue: String,
        /// The caller's channel or call: opaque.
        call_id: String,
        /// The caller, as the PBX writes it; empty if withheld.
        number: String,
        /// Their name.
        name: Option<String>,
        /// For how long already.
        waited_ms: u64,
    },
    /// Somebody waits no longer.
    WaitsNoMore {
        /// The queue.
        queue: String,
        /// Who.
        call_id: String,
        /// They gave up.
        abandoned: bool,
    },
    /// Somebody listens to an extension's call.
    Supervised {
        /// Whose call.
        extension: String,
        /// Who listens: an extension, if it is one.
        by: String,
    },
    /// Nobody does any more, or this one not.
    Unsupervised {
        /// Whose call.
        extension: String,
        /// Who listened.
        by: String,
    },
}

/// How a telephone stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceState {
    /// No telephone is registered.
    Unregistered,
    /// It could be called.
    Free,
    /// It rings.
    Ringing,
    /// In a call.
    Busy,
    /// In a call that it holds.
    OnHold,
}
