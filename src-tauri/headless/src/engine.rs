//! The task that owns the desk.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use cti::CallEvent;
use desk::{
    Asker, Desk, Effect, Input, Now, Numbering, Store,
    wire::{Change, Done, EventsView, Intent, Preview, Refusal, Snapshot, Verdict, What},
};
use jiff::Timestamp;
use journal::Write;
use phone::{Command, Event};
use tokio::{
    sync::{broadcast, mpsc, oneshot, watch},
    time::{sleep_until, timeout},
};

use crate::{
    changes::{Changes, Ring, Update},
    crm::Crm,
    intake::Intake,
    journaling::Journaling,
    manager::ManagerHandle,
    pbx::Pbx,
    webhook::{Seen, TakesIn as _},
};

/// The way to the desk. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DeskHandle {
    requests: mpsc::Sender<Request>,
    /// Known without asking: every request of a web page wants it.
    sites: watch::Receiver<Sites>,
    numbering: watch::Receiver<Numbering>,
    journal: Journaling,
    seen: Seen,
}

/// What was decided about web sites.
type Sites = Arc<[(String, Verdict)]>;

impl DeskHandle {
    /// Asks for something on behalf of the agent.
    ///
    /// # Errors
    /// The refusal, with a code for the window and a sentence.
    pub async fn intent(&self, intent: Intent) -> Result<Done, Refusal> {
        self.ask(Asker::Agent, intent).await
    }

    /// Asks for something on behalf of `asker`. What is said of a callback is on the disk by then, unless the disk does not take it.
    ///
    /// # Errors
    /// The refusal, with a code for the window and a sentence.
    pub async fn ask(&self, asker: Asker, intent: Intent) -> Result<Done, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Intent(asker, intent, reply)).await;
        let done = answer.await.unwrap_or_else(|_| Err(stopping()))?;
        if done.callback.is_some() {
            // Whoever was told so counts on it. What a slow disk has not taken is tried again.
            timeout(WRITTEN_WITHIN, self.journal.flush()).await.ok();
        }
        Ok(done)
    }

    /// What a text would really dial, on that account or else the one that would dial.
    ///
    /// # Errors
    /// If there is nothing to dial in it, or no such account.
    pub async fn preview(&self, text: String, account: Option<String>) -> Result<Preview, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Preview(text, account, reply)).await;
        answer.await.unwrap_or_else(|_| Err(stopping()))
    }

    /// What was decided about the web site `origin`, as of the last change. Asks nobody.
    pub fn verdict(&self, origin: &str) -> Option<Verdict> {
        self.sites.borrow().iter().find(|(site, _)| site == origin).map(|(_, verdict)| *verdict)
    }

    /// Whether an event is about a call of this desk, as of the last change. Asks nobody.
    pub(crate) fn concerns(&self, event: &CallEvent) -> bool {
        event.extension.as_deref().is_some_and(|extension| self.numbering.borrow().concerns(extension))
    }

    /// Which numbers are inside, and how they are written.
    pub(crate) fn numbering(&self) -> Numbering {
        self.numbering.borrow().clone()
    }

    /// What the PBX told lately, and how it was understood.
    pub fn events(&self) -> EventsView {
        self.seen.view()
    }

    /// Takes in once more what came before.
    ///
    /// # Errors
    /// If it is not kept any longer, or cannot be read.
    pub async fn replay_event(&self, event: u64) -> Result<(), Refusal> {
        let events = self.seen.replay(event)?;
        let taken = Intake::new(self.clone(), self.journal.clone(), Vec::new()).take(events).await;
        taken.map_err(|why| Refusal::conflict("journal_unavailable", why))
    }

    /// The journal beside the desk.
    pub(crate) fn journal(&self) -> &Journaling {
        &self.journal
    }

    /// Everything shown now; an empty desk once it has stopped.
    pub async fn snapshot(&self) -> Snapshot {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Snapshot(reply)).await;
        answer.await.unwrap_or_else(|_| Desk::new(false).snapshot())
    }

    /// The changes after the one numbered `after`, or a fresh snapshot first if they are no longer known, or of another run; with 0
    /// all of this run, with `None` only those to come.
    pub async fn subscribe(&self, after: Option<u64>) -> Changes {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Subscribe(after, reply)).await;
        let (backlog, live) = answer.await.unwrap_or_else(|_| (Vec::new(), broadcast::channel(1).1));
        Changes::new(backlog.into(), live, self.clone())
    }

    pub(crate) async fn tell(&self, input: Input) {
        self.send(Request::Tell(Box::new(input))).await;
    }

    pub(crate) async fn stop(&self) {
        self.send(Request::Stop).await;
    }

    /// A desk that is gone drops the reply, which is how it is noticed.
    async fn send(&self, request: Request) {
        self.requests.send(request).await.ok();
    }
}

#[derive(Debug)]
enum Request {
    Intent(Asker, Intent, oneshot::Sender<Result<Done, Refusal>>),
    Preview(String, Option<String>, oneshot::Sender<Result<Preview, Refusal>>),
    Snapshot(oneshot::Sender<Snapshot>),
    Subscribe(Option<u64>, oneshot::Sender<Subscription>),
    Tell(Box<Input>),
    Stop,
}

type Subscription = (Vec<Update>, broadcast::Receiver<Arc<Change>>);

/// What the desk speaks to.
pub(crate) struct Parts {
    pub(crate) phone: phone::Handle,
    pub(crate) events: mpsc::Receiver<Event>,
    pub(crate) pbx: Pbx,
    pub(crate) manager: ManagerHandle,
    pub(crate) journal: Journaling,
    pub(crate) crm: Crm,
    pub(crate) seen: Seen,
    /// What the CRM and its like tell.
    pub(crate) told: mpsc::Receiver<Input>,
}

/// The desk and all it speaks to.
pub(crate) struct Engine {
    desk: Desk,
    ring: Ring,
    phone: phone::Handle,
    pbx: Pbx,
    manager: ManagerHandle,
    /// For what answers later.
    own: DeskHandle,
    events: mpsc::Receiver<Event>,
    told: mpsc::Receiver<Input>,
    requests: mpsc::Receiver<Request>,
    keeper: mpsc::Sender<Store>,
    sites: watch::Sender<Sites>,
    numbering: watch::Sender<Numbering>,
    journal: Journaling,
    crm: Crm,
    /// What a slow disk has not taken yet, the newest of its kind only.
    overdue: VecDeque<Store>,
}

impl Engine {
    /// Also gives the way to it, and what it wants to have stored.
    pub(crate) fn new(parts: Parts, practice: bool) -> (Self, DeskHandle, mpsc::Receiver<Store>) {
        let Parts { phone, events, pbx, manager, journal, crm, seen, told } = parts;
        let (ask, requests) = mpsc::channel(QUEUE);
        let (keeper, stored) = mpsc::channel(QUEUE);
        let (sites, known) = watch::channel(Sites::default());
        let (numbering, numbers) = watch::channel(Numbering::default());
        let start = first_seq(now().wall);
        let desk = Desk::new(practice).with_seed(seed()).counting_from(start);
        let own = DeskHandle { requests: ask, sites: known, numbering: numbers, journal: journal.clone(), seen };
        let engine = Self {
            desk,
            ring: Ring::new(start),
            phone,
            pbx,
            manager,
            own: own.clone(),
            events,
            told,
            requests,
            keeper,
            sites,
            numbering,
            journal,
            crm,
            overdue: VecDeque::new(),
        };
        (engine, own, stored)
    }

    /// Runs until the phone has stopped.
    pub(crate) async fn run(mut self, settings: desk::Settings) {
        self.update(Input::Settings(settings), None).await;
        let keeper = self.keeper.clone();
        loop {
            let wake = self.desk.wake();
            tokio::select! {
                event = self.events.recv() => match event {
                    None | Some(Event::Stopped) => break,
                    Some(event) => self.update(Input::Phone(event), None).await,
                },
                Some(input) = self.told.recv() => self.update(input, None).await,
                Some(request) = self.requests.recv() => self.serve(request).await,
                permit = keeper.reserve(), if !self.overdue.is_empty() => match (permit, self.overdue.pop_front()) {
                    (Ok(permit), Some(store)) => permit.send(store),
                    _ => self.overdue.clear(),
                },
                () = sleep_until(wake.unwrap_or_else(Instant::now).into()), if wake.is_some() => {
                    self.update(Input::Tick, None).await;
                }
            }
        }
        for store in self.overdue {
            keeper.send(store).await.ok();
        }
    }

    async fn serve(&mut self, request: Request) {
        match request {
            Request::Intent(asker, intent, reply) => self.update(Input::Intent(asker, intent), Some(reply)).await,
            // Whoever asked may be gone by now.
            Request::Preview(text, account, reply) => drop(reply.send(self.desk.preview(&text, account.as_deref()))),
            Request::Snapshot(reply) => drop(reply.send(self.desk.snapshot())),
            Request::Subscribe(after, reply) => {
                let backlog = self.ring.since(after, || self.desk.snapshot());
                drop(reply.send((backlog.into(), self.ring.listen())));
            }
            Request::Tell(input) => self.update(*input, None).await,
            Request::Stop => self.phone.send(Command::Stop).await,
        }
    }

    async fn update(&mut self, input: Input, mut reply: Option<oneshot::Sender<Result<Done, Refusal>>>) {
        let effects = self.desk.update(input, now());
        self.numbering.send_if_modified(|known| {
            let now = self.desk.numbering();
            let differs = *known != now;
            *known = now;
            differs
        });
        for effect in effects {
            match effect {
                // The phone waits for nobody, so waiting for it is short.
                Effect::Phone(command) => self.phone.send(command).await,
                Effect::Originate(wish) => self.pbx.originate(wish, self.own.clone()),
                Effect::Change(change) => {
                    self.learn(&change);
                    self.ring.push(change);
                }
                Effect::Store(store) => self.keep(store),
                Effect::Order(order) => self.manager.order(order, &self.own),
                Effect::Commit(token, writes) => self.commit(token, writes),
                Effect::Journal(write) => self.write_down(write),
                Effect::LookUp(wanted) => self.crm.look_up(wanted),
                Effect::Moment(moment, facts) => self.crm.moment(moment, facts),
                Effect::Open(facts) => self.crm.open(&facts),
                Effect::Reply(result) => {
                    if let Some(reply) = reply.take() {
                        drop(reply.send(result));
                    }
                }
            }
        }
    }

    /// On the disk first, the rest second.
    fn commit(&self, token: u64, writes: Vec<Write>) {
        let (written, desk) = (self.journal.commit(writes), self.own.clone());
        tokio::spawn(async move { desk.tell(Input::Committed(token, written.await)).await });
    }

    /// Before the change is told, so that nobody hears of a decision that does not hold yet.
    fn learn(&self, change: &Change) {
        if let What::ClickToCallChanged { click_to_call } = &change.what {
            let sites = click_to_call.origins.iter().map(|site| (site.origin.clone(), site.verdict)).collect();
            self.sites.send_replace(sites);
        }
    }

    /// A row first, a request second: the CRM is told from the journal.
    fn write_down(&mut self, write: Write) {
        let is_for_crm = matches!(write, Write::Register(_));
        self.journal.write(write);
        if is_for_crm {
            self.crm.registered_something();
        }
    }

    /// Hands it to the keeper, in the order in which it was asked for, without waiting for a disk.
    fn keep(&mut self, store: Store) {
        self.overdue.retain(|older| !is_newer(&store, older));
        self.overdue.push_back(store);
        while let Ok(permit) = self.keeper.try_reserve()
            && let Some(store) = self.overdue.pop_front()
        {
            permit.send(store);
        }
    }
}

/// Letters and digits that nobody can guess.
fn seed() -> String {
    let mut bytes = [0; 16];
    if let Err(error) = getrandom::fill(&mut bytes) {
        tracing::error!(%error, "this system has no random numbers");
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Higher than what any earlier run counted to, for none makes a change each microsecond; and below 2^53 until the year 2255.
fn first_seq(wall: Timestamp) -> u64 {
    wall.as_microsecond().try_into().unwrap_or_default()
}

fn stopping() -> Refusal {
    Refusal::conflict("stopping", "Ringside is closing")
}

/// Whether `new` says all that `old` said.
fn is_newer(new: &Store, old: &Store) -> bool {
    match (new, old) {
        (Store::Language(_), Store::Language(_))
        | (Store::ClickToCall(_), Store::ClickToCall(_))
        | (Store::CallbackLine(_), Store::CallbackLine(_))
        | (Store::CardMode(_), Store::CardMode(_)) => true,
        (Store::Devices(new, _), Store::Devices(old, _)) => new == old,
        (Store::Account(new, _), Store::Account(old, _)) => new.id == old.id,
        (Store::Password(new, _), Store::Password(old, _)) => new == old,
        _ => false,
    }
}

fn now() -> Now {
    Now { instant: Instant::now(), wall: Timestamp::now() }
}

/// As long as anybody waits for an answer.
const WRITTEN_WITHIN: Duration = Duration::from_secs(2);
const QUEUE: usize = 256;
