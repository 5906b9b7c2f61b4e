//! The manager interface of an Asterisk, where the settings name one: a source of events, and who carries out orders.
//!
//! ```text
//!   AMI ──► events of calls ──► intake ──► journal, desk
//!    ▲ └──► telephones, queues, how orders get on, what we may do ──► desk
//!    └────────────────────────────── orders ◄── engine ◄── Effect::Order
//! ```

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, OnceLock},
};

use cti::{
    CallEvent, Order, OrderTold, Step,
    ami::{
        Naming, SOURCE,
        client::{self, AmiTold, Control, Watch},
    },
};
use desk::{Input, Originated, wire::EventManager};
use phone::Secret;
use tokio::sync::mpsc;

use crate::{
    engine::DeskHandle,
    intake::Intake,
    pbx::user,
    settings::{Ami, Driver, Pbx, Settings},
    webhook::{Note, Seen, TakesIn as _},
};

/// An Asterisk that is watched, until this is dropped.
#[derive(Debug)]
pub(crate) struct Manager {
    _watch: Watch,
}

/// The way to it, which begins before it is there. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct ManagerHandle(Arc<OnceLock<Control>>);

impl fmt::Debug for ManagerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ManagerHandle").field(&self.0.get().is_some()).finish()
    }
}

impl ManagerHandle {
    /// Hands an order over; waits for nobody. What comes of it is told to the desk.
    pub(crate) fn order(&self, order: Order, desk: &DeskHandle) {
        let Some(control) = self.0.get() else {
            let desk = desk.clone();
            tokio::spawn(async move {
                let detail = "The manager interface of the PBX is not there yet: try again in a moment".to_owned();
                let step = Step::Failed { code: "pbx_unreachable".to_owned(), detail };
                desk.tell(Input::Ordered(OrderTold { id: order.id, step })).await;
            });
            return;
        };
        tracing::info!(order = order.id, wish = ?order.wish, "the PBX is asked");
        control.order(order);
    }
}

impl Manager {
    /// Watches the one of the settings; `None` if they name none. `secret` belongs to its user, `names` are [`names`].
    pub(crate) fn watch(
        settings: &Pbx,
        secret: Option<Secret>,
        names: Vec<String>,
        seen: Seen,
        intake: Intake,
        desk: DeskHandle,
        handle: &ManagerHandle,
    ) -> Option<Self> {
        let Driver::Ami(ami) = &settings.driver else { return None };
        let host = if ami.host.contains(':') { format!("[{}]", ami.host) } else { ami.host.clone() };
        let address = format!("{host}:{}", ami.port);
        let (tell, told) = mpsc::channel(QUEUE);
        let watch = client::watch(wanted(settings, ami, &address, secret, names), tell);
        // Nobody sets it twice: there is one manager for as long as this runs.
        let _first = handle.0.set(watch.control());
        let is_silent = settings.is_silent;
        tokio::spawn(Listener { address, is_silent, seen, intake, desk }.hear(told));
        Some(Self { _watch: watch })
    }
}

/// Telephones that the settings know by names which no channel shows to be one: letters, or many digits.
pub(crate) fn names(settings: &Settings) -> Vec<String> {
    let floor = settings.desk.floor.agents.iter().map(|agent| agent.extension.as_str());
    let accounts = settings.accounts.iter().map(|known| known.extension.as_deref().unwrap_or(user(&known.account.aor)));
    let all: BTreeSet<&str> = floor.chain(accounts).chain(settings.pbx.desk_phone.as_deref()).collect();
    all.into_iter().map(str::to_owned).collect()
}

fn wanted(settings: &Pbx, ami: &Ami, address: &str, secret: Option<Secret>, names: Vec<String>) -> client::Settings {
    let secret = cti::Secret(secret.unwrap_or_default().0);
    let usual = client::Settings::new(address, &ami.username, secret);
    let spread = u64::from(std::process::id());
    let naming = Naming { agents: names.clone(), trunks: ami.trunk.iter().cloned().collect(), ..usual.naming };
    let orders = ami.orders(names);
    client::Settings { tls: ami.tls, ca: settings.ca.clone(), naming, spread, orders, ..usual }
}

/// Passes on what the PBX tells.
struct Listener {
    address: String,
    /// Others tell of calls.
    is_silent: bool,
    seen: Seen,
    intake: Intake,
    desk: DeskHandle,
}

impl Listener {
    async fn hear(self, mut told: mpsc::Receiver<AmiTold>) {
        self.is(false, None);
        while let Some(told) = told.recv().await {
            match told {
                AmiTold::Connected => {
                    tracing::info!(address = self.address, "the manager interface of the PBX is there");
                    self.is(true, None);
                    self.desk.tell(Input::Manager(None)).await;
                }
                AmiTold::Lost { why } => {
                    tracing::warn!("{why}");
                    self.is(false, Some(why.clone()));
                    self.desk.tell(Input::Manager(Some(why))).await;
                }
                AmiTold::Event(event) => self.take(event).await,
                AmiTold::Floor(event) => self.desk.tell(Input::Floor(event)).await,
                AmiTold::Powers(powers) => self.desk.tell(Input::Powers(powers)).await,
                AmiTold::Order(told) => self.order_told(told).await,
            }
        }
    }

    async fn take(&self, event: CallEvent) {
        self.seen.note(note(&self.address, &event));
        if self.is_silent {
            return self.desk.tell(Input::FloorCall(event)).await;
        }
        // It is not repeated: a journal that takes nothing has said so in the log.
        if let Err(why) = self.intake.take(vec![event]).await {
            tracing::warn!("an event of the PBX is not kept: {why}");
        }
    }

    async fn order_told(&self, told: OrderTold) {
        match &told.step {
            Step::Failed { code, detail } => tracing::warn!(order = told.id, code, "{detail}"),
            step => tracing::info!(order = told.id, ?step, "the PBX gets on"),
        }
        match told.id.strip_prefix(ORIGINATION).and_then(|id| id.parse().ok()) {
            Some(id) => {
                let outcome = match told.step {
                    Step::Failed { code, detail } => Err((code, detail)),
                    Step::Accepted => Ok(()),
                    Step::Ringing | Step::Up | Step::Done | Step::Over => return,
                };
                self.desk.tell(Input::Originated(Originated { id, outcome })).await;
            }
            None => self.desk.tell(Input::Ordered(told)).await,
        }
    }

    fn is(&self, connected: bool, trouble: Option<String>) {
        self.seen.manager_is(EventManager { address: self.address.clone(), connected, trouble });
    }
}

/// The id of an order that is an origination.
pub(crate) fn origination(id: u64) -> String {
    format!("{ORIGINATION}{id}")
}

fn note(address: &str, event: &CallEvent) -> Note {
    let text = serde_json::to_string(event).unwrap_or_default();
    let mut note = Note::of_message(address, SOURCE, "AMI", &text);
    note.means(std::slice::from_ref(event));
    note
}

const ORIGINATION: char = 'o';
/// A PBX that restarts tells much at once.
const QUEUE: usize = 1024;

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::{Driver, names, wanted};
    use crate::settings;

    #[test]
    fn whoever_the_settings_name_has_a_telephone_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("settings.toml");
        let text = "[pbx]\ndriver = \"ami\"\naddress = \"pbx.example\"\nusername = \"ringside\"\ntrunk = \"2000\"\n\
                    desk_phone = \"desk.1\"\n[[account]]\nid = \"work\"\naor = \"sip:123456789@pbx.example\"\n\
                    [[account]]\nid = \"other\"\naor = \"sip:x@pbx.example\"\nextension = \"sara\"\n\
                    [floor]\nagents = [\"101-102\", \"reception\"]\n";
        fs::write(&file, text).expect("it is written");
        let read = settings::read(&file, Path::new("/nowhere/policy.toml"), false).expect("it is right");
        let names = names(&read);
        assert_eq!(names, ["101", "102", "123456789", "desk.1", "reception", "sara"]);
        let Driver::Ami(ami) = &read.pbx.driver else { panic!("{read:?}") };
        let wanted = wanted(&read.pbx, ami, "pbx.example:5038", None, names);
        for (device, agent) in [
            ("PJSIP/reception", Some("reception")),
            ("PJSIP/desk.1", Some("desk.1")),
            ("PJSIP/123456789", Some("123456789")),
            ("PJSIP/stranger", None),
            ("PJSIP/2000", None),
        ] {
            assert_eq!(wanted.naming.device(device), agent, "{device}");
        }
        assert!(wanted.orders.names.contains(&"reception".to_owned()), "they may be dialled");
    }
}
