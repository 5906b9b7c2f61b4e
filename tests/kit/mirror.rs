//! What a desk shows, kept up to date by its changes: one snapshot, then changes, as a window does it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::api::Api;

/// What the desk shows now, and how it came to that.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Accounts by id.
    pub accounts: BTreeMap<String, Value>,
    /// Calls by id. One that was removed stays as it was last seen.
    pub calls: BTreeMap<String, Value>,
    /// Caller cards by id. One that left stays as it was last seen.
    pub cards: BTreeMap<String, Value>,
    /// Colleagues by extension.
    pub agents: BTreeMap<String, Value>,
    /// Queues by name.
    pub queues: BTreeMap<String, Value>,
    /// Callbacks by id. One that left stays as it was last seen.
    pub callbacks: BTreeMap<String, Value>,
    /// What else the PBX was asked to do, by id. One that left stays as it was last seen.
    pub orders: BTreeMap<String, Value>,
    /// Colleagues who ask for help, by id.
    pub help: BTreeMap<String, Value>,
    /// The parts that are told as a whole: `floor`, `supervision`, `powers`, `presence`, `callback_line`, `listeners`, `help_asked`.
    pub parts: BTreeMap<&'static str, Value>,
    /// What the agent set.
    pub preferences: Value,
    /// Notices, oldest first.
    pub notices: Vec<Value>,
    /// All changes but levels and quality, oldest first.
    pub log: Vec<Value>,
    /// Why nothing more comes, once nothing does.
    pub ended: Option<String>,
    seq: u64,
}

/// Follows one desk.
pub struct Mirror {
    shown: Arc<(Mutex<Shown>, Condvar)>,
}

impl Mirror {
    /// Takes a snapshot and follows from there, on a thread that ends with the desk.
    pub fn of(api: Api) -> Self {
        let mut first = Shown::default();
        first.replace(&api.snapshot());
        let seq = first.seq;
        let shown = Arc::new((Mutex::new(first), Condvar::new()));
        let follower = Arc::clone(&shown);
        std::thread::spawn(move || {
            let ended = api.changes(seq, |change| {
                lock(&follower.0).apply(change);
                follower.1.notify_all();
            });
            lock(&follower.0).ended = Some(ended);
        });
        Self { shown }
    }

    /// What is shown at this moment.
    pub fn now(&self) -> Shown {
        lock(&self.shown.0).clone()
    }

    /// Waits until `look` finds what it looks for; else gives what was shown when the bound was over.
    pub fn until<T>(&self, bound: Duration, mut look: impl FnMut(&Shown) -> Option<T>) -> Result<T, Box<Shown>> {
        let end = Instant::now() + bound;
        let mut shown = lock(&self.shown.0);
        loop {
            if let Some(found) = look(&shown) {
                return Ok(found);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Box::new(shown.clone()));
            }
            shown = self.shown.1.wait_timeout(shown, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Shown {
    /// One of the parts that are told as a whole; null before it is known.
    pub fn part(&self, name: &str) -> &Value {
        self.parts.get(name).unwrap_or(&Value::Null)
    }

    fn replace(&mut self, snapshot: &Value) {
        let by_id = |list: &Value| list.as_array().into_iter().flatten().map(|v| (id(v), v.clone())).collect();
        self.accounts = by_id(&snapshot["accounts"]);
        self.calls = by_id(&snapshot["calls"]);
        self.cards = by_id(&snapshot["cards"]);
        self.callbacks = by_id(&snapshot["callbacks"]);
        self.orders = by_id(&snapshot["orders"]);
        self.help = by_id(&snapshot["help"]);
        let by = |key: &str, list: &Value| {
            list.as_array().into_iter().flatten().map(|v| (text(&v[key]), v.clone())).collect::<BTreeMap<_, _>>()
        };
        self.agents = by("extension", &snapshot["agents"]);
        self.queues = by("name", &snapshot["queues"]);
        self.parts = PARTS.map(|part| (part, snapshot[part].clone())).into();
        self.preferences = snapshot["preferences"].clone();
        self.seq = snapshot["seq"].as_u64().expect("a snapshot has a seq");
    }

    fn apply(&mut self, change: Value) {
        let Some(what) = change["type"].as_str() else { return self.replace(&change) };
        let seq = change["seq"].as_u64().expect("a change has a seq");
        assert_eq!(seq, self.seq + 1, "changes count up by one");
        self.seq = seq;
        match what {
            "account_changed" => drop(self.accounts.insert(id(&change["account"]), change["account"].clone())),
            "account_removed" => drop(self.accounts.remove(change["account"].as_str().unwrap_or_default())),
            "call_changed" => drop(self.calls.insert(id(&change["call"]), change["call"].clone())),
            "card_changed" => drop(self.cards.insert(id(&change["card"]), change["card"].clone())),
            "agent_changed" => drop(self.agents.insert(text(&change["agent"]["extension"]), change["agent"].clone())),
            "agent_removed" => drop(self.agents.remove(&text(&change["agent"]))),
            "queue_changed" => drop(self.queues.insert(text(&change["queue"]["name"]), change["queue"].clone())),
            "queue_removed" => drop(self.queues.remove(&text(&change["queue"]))),
            "callback_changed" => drop(self.callbacks.insert(id(&change["callback"]), change["callback"].clone())),
            "callback_removed" => drop(self.callbacks.remove(&text(&change["callback"]))),
            "order_changed" => drop(self.orders.insert(id(&change["order"]), change["order"].clone())),
            "help_changed" => drop(self.help.insert(id(&change["help"]), change["help"].clone())),
            "help_removed" => drop(self.help.remove(&text(&change["help"]))),
            "preferences_changed" => self.preferences = change["preferences"].clone(),
            "notice" => self.notices.push(change.clone()),
            _ => {
                let part =
                    what.strip_suffix("_changed").and_then(|part| PARTS.into_iter().find(|known| *known == part));
                if let Some(part) = part {
                    self.parts.insert(part, change[part].clone());
                }
            }
        }
        if what != "levels" {
            self.log.push(change);
        }
    }
}

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

const PARTS: [&str; 7] = ["floor", "supervision", "powers", "presence", "callback_line", "listeners", "help_asked"];

fn lock(shown: &Mutex<Shown>) -> MutexGuard<'_, Shown> {
    // A poisoned mirror belongs to a story that has failed already.
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}
