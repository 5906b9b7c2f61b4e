//! Promises to call back: from whoever asks to whoever was reached, with a crash wherever it hurts.

mod asking;
mod calling;
mod desk_phone;
mod due;
mod missed;
mod pbx;
mod random;
mod restored;
mod spoken;
mod strangers;

use std::collections::BTreeMap;

use journal::Write;

use super::*;
use crate::{
    AtDue, CallbackRules,
    wire::{AttemptResult, Callback, CallbackOrder, CallbackOutcome, CallbackReason, CallbackState},
};

/// Somebody outside, as the desk dials them.
const ANNA: &str = "84952294989";
const BORIS: &str = "84952294988";
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// A desk, and the disk that outlives it.
struct Office {
    kit: Kit,
    settings: Settings,
    disk: BTreeMap<String, journal::Callback>,
}

impl Office {
    fn new() -> Self {
        Self::by(CallbackRules::default())
    }

    fn by(callbacks: CallbackRules) -> Self {
        Self::with(Settings { callbacks, ..settings() })
    }

    /// With an empty journal.
    fn with(settings: Settings) -> Self {
        let mut office = Self::unread(settings, BTreeMap::new());
        office.kit.input(Input::Callbacks(Vec::new()));
        office
    }

    /// The journal is not read yet.
    fn unread(settings: Settings, disk: BTreeMap<String, journal::Callback>) -> Self {
        let mut kit = Kit::with(settings.clone());
        kit.listener = Some(kit.desk.snapshot());
        Self { kit, settings, disk }
    }

    /// The machine lost its power and is on again; this is the time on its wall.
    fn restarted(mut self, wall: Timestamp) -> Self {
        self.write_down();
        let (closed, open): (Vec<_>, Vec<_>) = self.disk.values().cloned().partition(|row| row.closed_at.is_some());
        let mut office = Self::unread(self.settings, self.disk);
        office.kit.now.wall = wall;
        office.kit.input(Input::Callbacks(open.into_iter().chain(closed).collect()));
        office
    }

    /// What the desk wrote is on the disk.
    fn write_down(&mut self) {
        for write in std::mem::take(&mut self.kit.written) {
            if let Write::Callback(row) = write {
                self.disk.insert(row.key.clone(), *row);
            }
        }
    }

    /// What the desk waits for is on the disk: the number under which it waits.
    fn commit(&mut self) -> u64 {
        self.write_down();
        assert_eq!(self.kit.commits.len(), 1, "one row is waited for");
        let (token, writes) = self.kit.commits.remove(0);
        for write in writes {
            let Write::Callback(row) = write else { panic!("no callback: {write:?}") };
            self.disk.insert(row.key.clone(), *row);
        }
        self.kit.input(Input::Committed(token, Ok(())));
        token
    }

    /// Asks for something that must be done; the callback that it is about.
    fn asks(&mut self, intent: &str) -> String {
        self.kit.ask(intent).expect("this must be possible").callback.expect("it is about a callback")
    }

    /// The code of a refusal.
    fn is_refused(&mut self, intent: &str) -> String {
        self.kit.is_refused(intent).1
    }

    fn promise(&mut self, number: &str) -> String {
        self.asks(&format!(r#"{{"type":"request_callback","number":"{number}"}}"#))
    }

    fn all(&self) -> Vec<Callback> {
        self.kit.desk.snapshot().callbacks
    }

    fn one(&self, id: &str) -> Callback {
        self.all().into_iter().find(|one| one.id == id).expect("it is in sight")
    }

    /// The only one in sight.
    fn only(&self) -> Callback {
        let mut all = self.all();
        assert_eq!(all.len(), 1, "{all:#?}");
        all.remove(0)
    }

    fn state(&self, id: &str) -> CallbackState {
        self.one(id).state
    }

    fn results(&self, id: &str) -> Vec<AttemptResult> {
        self.one(id).attempts.into_iter().map(|attempt| attempt.result).collect()
    }

    /// When one is due, from now; nothing if that has passed.
    fn due_in(&self, id: &str) -> Duration {
        let due: Timestamp = self.one(id).due_at.parse().expect("a time");
        due.duration_since(self.kit.now.wall).try_into().unwrap_or_default()
    }

    /// Calls one, and its row is on the disk: the call that goes out.
    fn calls(&mut self, id: &str) -> CallId {
        self.asks(&on(id, "call_callback"));
        self.commit();
        self.goes_out(id)
    }

    /// The call that is made for one.
    fn goes_out(&self, id: &str) -> CallId {
        let name = self.one(id).call.expect("a call goes out");
        let number = name.strip_prefix('c').and_then(|digits| digits.parse().ok());
        CallId(number.expect("c1"))
    }

    /// It was called, and ended like this.
    fn tries(&mut self, id: &str, reason: Reason) {
        let CallId(call) = self.calls(id);
        self.kit.ends(call, reason);
    }

    /// It was answered, and they hung up.
    fn speaks(&mut self, CallId(call): CallId) {
        self.kit.hear(Event::Answered(CallId(call)));
        self.kit.pass(MINUTE);
        self.kit.ends(call, Reason::RemoteHungUp);
    }

    /// Somebody calls this telephone.
    fn rings(&mut self, call: u64, number: &str) {
        let peer = Peer { number: number.into(), name: None, uri: format!("sip:{number}@pbx.example") };
        let (call, account) = (CallId(call), AccountId("work".into()));
        self.kit.hear(Event::Incoming { call, account, peer, auto_answer: None, trusted: true, headers: Vec::new() });
    }

    fn answers(&mut self, call: u64) {
        self.kit.asks(&format!(r#"{{"type":"answer","call":"c{call}"}}"#));
        self.kit.hear(Event::Answered(CallId(call)));
    }

    /// The clock on the wall is set; nothing else happens.
    fn set_clock(&mut self, wall: Timestamp) {
        self.kit.now.wall = wall;
    }

    fn notices(&self) -> Vec<&str> {
        notices(&self.kit.changes)
    }

    /// How often it was told that one is due.
    fn told_due(&self, id: &str) -> usize {
        let is_it = |change: &&Change| matches!(&change.what, What::CallbackDue { callback } if callback == id);
        self.kit.changes.iter().filter(is_it).count()
    }
}

fn settings() -> Settings {
    Settings { accounts: vec![account("work", "sip:101@pbx.example")], ..Settings::default() }
}

/// An intent about a callback.
fn on(id: &str, intent: &str) -> String {
    format!(r#"{{"type":"{intent}","callback":"{id}"}}"#)
}

fn close(id: &str, outcome: &str) -> String {
    format!(r#"{{"type":"close_callback","callback":"{id}","outcome":"{outcome}"}}"#)
}

fn defer(id: &str, due_at: &str) -> String {
    format!(r#"{{"type":"defer_callback","callback":"{id}","due_at":"{due_at}"}}"#)
}

/// A PBX tells of a leg of `extension`'s with `number`.
fn leg(name: &str, extension: &str, number: &str, what: cti::What) -> Input {
    let event = cti::CallEvent::new("simotel", "C", name, what);
    let party = Some(cti::Party { number: number.into(), name: None });
    Input::CallEvent(cti::CallEvent { extension: Some(extension.into()), party, ..event })
}

fn offered(direction: cti::Direction) -> cti::What {
    cti::What::Offered { direction, transferred: false }
}

fn ended(outcome: cti::Outcome) -> cti::What {
    cti::What::Ended(cti::Ended::of(outcome))
}
