//! What a PBX is asked to do beside placing a call by click, and how it gets on with it.
//!
//! ```text
//!   Order ─► Accepted ─► Ringing ─► Up ─► Done ─► Over
//!              └───────────┴────────┴───────┴───► Failed
//! ```
//!
//! Steps may be left out, none comes twice, none goes backwards, and nothing follows `Over` or `Failed`.

use std::time::Duration;

/// Something that the PBX is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// By which its steps are known: chosen by whoever orders, unique for as long as this runs.
    pub id: String,
    /// What.
    pub wish: Wish,
}

/// What a PBX can be asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Call somebody, and let what answers go on elsewhere. `Done` once the second party has answered.
    Originate(Box<Originate>),
    /// Take the call that rings at `extension`, which may be the device's own. `Done` once the PBX says that it was picked up.
    PickUp {
        /// Where it rings.
        extension: String,
        /// On which telephone it is to be taken.
        on: Device,
    },
    /// Play a recording. `Done` once it plays.
    Play {
        /// What the PBX called it: a path below the folder of recordings, with or without an ending.
        recording: String,
        /// On which telephone.
        on: Device,
    },
    /// Listen to an extension's call. `Done` once the PBX says that something is heard; ended with the call.
    Supervise {
        /// Whose call.
        extension: String,
        /// How.
        mode: Mode,
        /// On which telephone.
        on: Device,
    },
    /// End what another order made. Nothing is told of this one; the other one is `Over`.
    End {
        /// The other order.
        order: String,
    },
    /// Let a queue pass an extension over, or not any more. `Done` once the PBX says so.
    Pause {
        /// Whom.
        extension: String,
        /// `None` goes back to work; else why not, which may be empty.
        pause: Option<String>,
    },
}

/// How a supervisor takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Hears both, is heard by nobody.
    Spy,
    /// Hears both, is heard by the extension.
    Whisper,
    /// Hears both, is heard by both.
    Barge,
}

/// The telephone that the PBX rings first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// Its extension, from which the settings make a channel: `PJSIP/104`.
    pub extension: String,
    /// It is asked to answer by itself.
    pub answers_itself: bool,
    /// Goes into the INVITE as `X-Ringside`, so that the softphone knows its own order again: letters and digits.
    pub token: Option<String>,
    /// What the telephone shows.
    pub caller_id: Option<CallerId>,
}

/// What a telephone shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallerId {
    /// May be empty.
    pub name: String,
    /// May be empty.
    pub number: String,
}

/// A call to be placed by the PBX, with all that AMI's `Originate` knows. What is left out comes from the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Originate {
    /// Who is called first.
    pub first: First,
    /// Where it goes once they have answered.
    pub then: Then,
    /// How long the first may ring.
    pub timeout: Option<Duration>,
    /// What both see; wins over that of the device.
    pub caller_id: Option<CallerId>,
    /// Set on the channel.
    pub variables: Vec<(String, String)>,
    /// Account code.
    pub account: Option<String>,
}

/// Who is called first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum First {
    /// A telephone inside.
    Device(Device),
    /// A number outside, over a trunk.
    Outside {
        /// The number, as the trunk wants it.
        number: String,
        /// Which; else the one of the settings.
        trunk: Option<String>,
    },
}

/// Where a call goes once the first party has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// To what somebody dialled, in the context of the settings: `+0-9*#`, for an extension like `h` does other things.
    Number(String),
    /// Into the dialplan, by what settings say.
    Exten {
        /// Else that of the settings.
        context: Option<String>,
        /// The number.
        exten: String,
        /// A number or a label; else 1.
        priority: Option<String>,
    },
    /// To an application.
    Application {
        /// Its name.
        name: String,
        /// What it is told.
        data: String,
    },
}

/// How an order gets on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderTold {
    /// Which.
    pub id: String,
    /// How far it is.
    pub step: Step,
}

/// How far an order is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The PBX took it.
    Accepted,
    /// The first telephone rings.
    Ringing,
    /// It was answered.
    Up,
    /// What was wanted is so.
    Done,
    /// It ended as such things end.
    Over,
    /// It came to nothing, or broke off.
    Failed {
        /// Stable code that a window translates, `phone_busy`.
        code: String,
        /// A sentence in English that says what to do.
        detail: String,
    },
}

/// What this user of the PBX may do there, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Powers {
    /// Order calls, and with them pick up, play, supervise: `None` until the PBX has said.
    pub originate: Option<bool>,
    /// End somebody's call.
    pub end: Option<bool>,
    /// Pause members of queues.
    pub pause: Option<bool>,
    /// See the queues.
    pub queues: Option<bool>,
    /// See all channels that were up before we came.
    pub channels: Option<bool>,
    /// See which telephones are registered.
    pub devices: Option<bool>,
}
