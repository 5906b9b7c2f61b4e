//! What the stories are told with: a real PBX, desks without a window, their ears and mouths.
//!
//! ```text
//!   Pbx (Asterisk on loopback) ◄──SIP, RTP──► Desk (a `ringside-headless` process)
//!     │                                         │  POST /v1/intent      dial, answer, hold …
//!     └─ Ami: what the PBX saw                  │  GET  /v1/changes ──► Mirror: what the desk shows, as it changes
//!                                               └─ wav: files ────────► sound, quality: what the agent would hear
//! ```
//!
//! A story waits for what it expects, never for time to pass; every wait has a bound, and when the bound is over it
//! panics with what was awaited, what the desk showed instead, and the end of the desk's log. That is why nothing here
//! returns an error: a kit for tests fails the test.
//!
//! ```no_run
//! let pbx = kit::Pbx::shared();
//! let [sara, omid] = pbx.agents().map(|agent| kit::Desk::start(kit::Settings::of(agent)));
//! let call = sara.dial(omid.number());
//! omid.answer(&omid.rings());
//! sara.until_active(&call);
//! ```

pub mod ami;
pub mod api;
pub mod baresip;
pub mod crm;
pub mod desk;
pub mod line;
pub mod mirror;
pub mod pbx;
pub mod quality;
pub mod relay;
pub mod settings;
pub mod sound;

pub use ami::Ami;
pub use api::Refusal;
pub use baresip::Baresip;
pub use crm::{Crm, Fault};
pub use desk::Desk;
pub use line::Line;
pub use pbx::Pbx;
pub use relay::Relay;
pub use settings::{Account, Settings};
pub use sound::Sound;

use std::{path::PathBuf, time::Duration};

/// How long anything may take that ought to take a moment. Generous, because both cores may be busy; a story that passes
/// never waits for it.
pub const SOON: Duration = Duration::from_secs(15);

/// A file of this repository.
pub fn repository(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(path)
}

/// Says how something stands at the end of a story that failed, where cargo shows it.
#[expect(clippy::print_stdout, reason = "a test's own output")]
fn testify(who: &str, how: &str) {
    println!("--- {who} when the story failed\n{how}");
}
