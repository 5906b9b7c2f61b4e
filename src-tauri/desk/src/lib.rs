//! The agent's desk: what the window shows and what it may ask. Pure: [`Desk::update`] takes an input and the time and
//! returns effects; it opens no socket and reads no clock.
//!
//! ```text
//!   Intent ────┐                      ┌──► Effect::Phone(Command) ──► phone
//!   Event ─────┤                      ├──► Effect::Originate, Order ► the PBX's own interface
//!   CallEvent ─┼──► update(input, now)┼──► Effect::LookUp, Moment ──► the CRM, programs of the settings
//!   Floor, … ──┤                      ├──► Effect::Journal, Commit ─► what must not be lost
//!   Found ─────┤                      │
//!   Setup ─────┤                      ├──► Effect::Change ──────────► every window and listener
//!   Tick ──────┘                      ├──► Effect::Store ───────────► settings, keychain
//!                                     └──► Effect::Reply ───────────► whoever asked
//! ```
//!
//! Nobody writes a `Change` by hand: after every input the desk compares what it shows now with what it showed before and
//! tells the difference, so a listener who applies every change to his [`wire::Snapshot`] always has the present one.
//!
//! ```
//! use desk::{Asker, Desk, Effect, Input, Now, wire::Intent};
//!
//! # let now = Now { instant: std::time::Instant::now(), wall: Default::default() };
//! let mut desk = Desk::new(false);
//! let effects = desk.update(Input::Intent(Asker::Agent, Intent::SetDoNotDisturb { on: true }), now);
//! assert!(effects.iter().any(|effect| matches!(effect, Effect::Reply(Ok(_)))));
//! assert!(desk.snapshot().preferences.do_not_disturb);
//! ```
//!
//! Deliberately absent: SIP (the phone's), files and keychains (the host's), words in other languages than English (the
//! window's: every refusal and notice has a stable code).

mod account;
mod asker;
mod call;
mod callback_line;
mod callbacks;
mod card;
mod click;
mod current;
mod dial;
mod event;
mod floor;
mod history;
mod hold;
mod intent;
mod number;
mod origin;
mod origination;
mod pbx;
mod prompt;
mod publish;
mod rate;
mod refusal;
mod settings;
mod supervision;
mod target;
mod update;
pub mod wire;

pub use account::address_of_record;
pub use asker::{Asker, Page};
pub use callback_line::{HandOver, LineBy, LineMethod, LineNext, LineRules, ReadAt};
pub use callbacks::{AtDue, CallbackRules};
pub use card::{
    Cards, Facts, FieldRule, Found, FoundIn, LookUp, LookUpFailed, Moment, Numbering, Person, Register, Restored, Whose,
};
pub use floor::{FloorAgent, FloorRules, FloorSource};
pub use number::{DialAs, Number, Rules, RulesError};
pub use origin::normalise as normalise_origin;
pub use pbx::{Originate, Originated};
pub use settings::{AccountSettings, Clicks, Settings, hotkey_of};
pub use supervision::{AgentSees, DialCodes, OrdersBy, SupervisionRules};
pub use target::{Target, TargetError};
pub use update::{Desk, Effect, Input, Now, Store};

#[cfg(test)]
mod tests;
