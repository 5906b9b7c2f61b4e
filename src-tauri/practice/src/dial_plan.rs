//! What each number does.

use std::time::Duration;

use crate::voice::Voice;

/// What becomes of a call to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// Answered; everything comes back.
    Echo,
    /// Answered; somebody speaks, then hangs up.
    Speak(Voice),
    /// Rings and is never answered.
    RingForEver,
    /// Refused with this status.
    Refuse(u16),
    /// Answered, ended, and the agent is called after a while.
    CallBack(Duration),
}

/// Somebody who calls the agent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) name: &'static str,
    pub(crate) number: &'static str,
    pub(crate) voice: Voice,
    /// The queue they come through.
    pub(crate) queue: Option<&'static str>,
}

/// They call in turn.
pub(crate) const CALLERS: [Caller; 2] = [
    Caller { name: "Anna Northwind", number: "+442079460812", voice: Voice::Anna, queue: Some("support") },
    Caller { name: "Reza Karimi", number: "+982188221100", voice: Voice::Reza, queue: None },
];

/// How long a caller lets it ring.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The route of a dialled number.
pub(crate) fn route(number: &str) -> Route {
    match number {
        "700" => Route::Echo,
        "701" => Route::Speak(Voice::Welcome),
        "712" => Route::RingForEver,
        "713" => Route::Refuse(486),
        "714" => Route::Refuse(503),
        "715" => Route::Refuse(403),
        "720" => Route::CallBack(Duration::from_secs(3)),
        _ => Route::Refuse(404),
    }
}
