//! Who calls: what this desk knows itself, and what the CRM knows.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use cti::crm::{Person, lookup::link};
use desk::{
    Facts, Found, FoundIn, Input, LookUp, LookUpFailed,
    wire::{CardField, Direction, EarlierCall},
};
use journal::{Contact, Handle, Outcome as Ended};
use tokio::{
    sync::{Semaphore, mpsc},
    time::{Instant, timeout},
};

use super::{
    Ledger,
    cache::{Asked, Cache, MOST, Outcome},
    service::{LOOK_UP_TIME, Service},
};

/// Looks callers up.
#[derive(Debug)]
pub(super) struct LookUps {
    service: Arc<Service>,
    ledger: Ledger,
    tell: mpsc::Sender<Input>,
    cache: Mutex<Cache>,
    /// Requests to the CRM.
    requests: Semaphore,
    /// Cards that wait.
    waiting: Arc<Semaphore>,
    /// The last question failed.
    fails: AtomicBool,
}

impl LookUps {
    pub(super) fn new(service: Arc<Service>, ledger: Ledger, tell: mpsc::Sender<Input>) -> Self {
        let (cache, requests) = (Mutex::default(), Semaphore::new(MAX_AT_ONCE));
        let (waiting, fails) = (Arc::new(Semaphore::new(MOST)), AtomicBool::new(false));
        Self { service, ledger, tell, cache, requests, waiting, fails }
    }

    /// Tells the desk what it knows itself, and then, or before, what the CRM knows. Waits for nobody.
    pub(super) fn look_up(self: Arc<Self>, wanted: LookUp) {
        let place = Arc::clone(&self.waiting).try_acquire_owned();
        tokio::spawn(async move {
            let Ok(_place) = place else {
                return self.tell(&wanted, FoundIn::Crm, Err(LookUpFailed), None).await;
            };
            if self.service.look_up_address(&wanted.facts).is_some() {
                tokio::join!(self.look_here(&wanted), self.look_in_crm(&wanted));
            } else {
                self.look_here(&wanted).await;
                self.tell(&wanted, FoundIn::Crm, Ok(None), None).await;
            }
        });
    }

    /// The facts, together with what a look-up knows of the other party.
    pub(super) async fn complete(self: &Arc<Self>, facts: Facts) -> Facts {
        let is_known = facts.keys().any(|name| name.starts_with("contact."));
        let number = facts.get("number").cloned().unwrap_or_default();
        if is_known || number.is_empty() {
            return facts;
        }
        let person = match self.ask_crm(&facts).await {
            Ok(Some(person)) => Some(person),
            Ok(None) | Err(LookUpFailed) => self.contact(number).await.map(person_of),
        };
        match person {
            Some(person) => with(facts, &person),
            None => facts,
        }
    }

    async fn look_here(&self, wanted: &LookUp) {
        let except = wanted.facts.get("call").cloned().unwrap_or_default();
        let number = wanted.number.clone();
        let reading = self.read(move |journal| journal.earlier(&number, EARLIER, &except));
        let (contact, earlier) = tokio::join!(self.contact(wanted.number.clone()), reading);
        let earlier = earlier.map(|calls| calls.iter().map(earlier_call).collect());
        let person = contact.map(|contact| self.on_card(wanted, person_of(contact)));
        self.tell(wanted, FoundIn::Journal, Ok(person), earlier).await;
    }

    async fn look_in_crm(self: &Arc<Self>, wanted: &LookUp) {
        let found = self.ask_crm(&wanted.facts).await;
        let person = found.map(|person| person.map(|person| self.on_card(wanted, person)));
        self.tell(wanted, FoundIn::Crm, person, None).await;
    }

    /// Asks the CRM, unless it has just been asked the same.
    async fn ask_crm(self: &Arc<Self>, facts: &Facts) -> Outcome {
        let Some(address) = self.service.look_up_address(facts) else { return Ok(None) };
        let asked = self.cache().ask(&address, Instant::now());
        let answer = match asked {
            Asked::Full => return Err(LookUpFailed),
            Asked::Wait(answer) => answer,
            Asked::Ask(answer) => {
                // On its own: who waits for it may go away.
                tokio::spawn(Arc::clone(self).fetch(address, facts.clone()));
                answer
            }
        };
        answer.wait().await.clone()
    }

    async fn fetch(self: Arc<Self>, address: String, facts: Facts) {
        let asking = async {
            let _place = self.requests.acquire().await;
            self.service.look_up(&facts).await
        };
        let outcome = match timeout(LOOK_UP_TIME, asking).await {
            Ok(answer) => answer.map_err(|trouble| trouble.to_string()),
            Err(_) => Err(format!("the CRM takes longer than {} s", LOOK_UP_TIME.as_secs())),
        };
        let outcome = outcome.map_err(|why| self.note_failure(&why));
        if outcome.is_ok() {
            self.fails.store(false, Ordering::Relaxed);
        }
        self.cache().settle(&address, outcome, Instant::now());
    }

    /// A CRM that is down is worth one line, not one for each caller.
    fn note_failure(&self, why: &str) -> LookUpFailed {
        if self.fails.swap(true, Ordering::Relaxed) {
            tracing::debug!("nobody could be looked up: {why}");
        } else {
            tracing::warn!("nobody could be looked up: {why}");
        }
        LookUpFailed
    }

    async fn contact(&self, number: String) -> Option<Contact> {
        self.read(move |journal| journal.find_contact(&number)).await.flatten()
    }

    /// What the journal says, if it says it in time.
    async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&journal::Journal) -> Result<T, journal::Error> + Send + 'static,
    ) -> Option<T> {
        let reading = async {
            let handle: &Handle = self.ledger.wait().await.as_ref()?;
            let read = handle.read(question).await;
            read.inspect_err(|error| tracing::warn!("the journal was not asked who calls: {error}")).ok()
        };
        timeout(JOURNAL_TIME, reading).await.ok().flatten()
    }

    /// As a card shows it.
    fn on_card(&self, wanted: &LookUp, person: Person) -> desk::Person {
        let has_link = link(&with(wanted.facts.clone(), &person), self.service.settings()).is_some();
        let fields = person.fields.into_iter().map(|(label, text)| CardField { label, text }).collect();
        desk::Person { name: person.name, company: person.company, facts: person.facts, fields, has_link }
    }

    async fn tell(
        &self,
        wanted: &LookUp,
        from: FoundIn,
        person: Result<Option<desk::Person>, LookUpFailed>,
        earlier: Option<Vec<EarlierCall>>,
    ) {
        // A desk that is gone wants to know nothing.
        self.tell.send(Input::Found(Found { card: wanted.card, from, person, earlier })).await.ok();
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn with(mut facts: Facts, person: &Person) -> Facts {
    facts.extend(person.facts.clone());
    facts.extend(person.name.clone().map(|name| ("name".to_owned(), name)));
    facts
}

/// Somebody of the address book, as if the CRM knew them.
fn person_of(contact: Contact) -> Person {
    let name = Some(contact.name).filter(|name| !name.is_empty());
    let facts = [("contact.name", &name), ("contact.company", &contact.company), ("contact.note", &contact.note)];
    let facts = facts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text.clone()?))).collect();
    Person { name, company: contact.company, fields: Vec::new(), facts }
}

fn earlier_call(call: &journal::Call) -> EarlierCall {
    EarlierCall {
        at: call.started_at.to_string(),
        direction: match call.direction {
            journal::Direction::In => Direction::Inbound,
            journal::Direction::Out => Direction::Outbound,
        },
        answered: call.outcome == Some(Ended::Answered),
        talk_ms: call.talk_ms,
        note: call.note.clone(),
        disposition: call.disposition.clone(),
    }
}

/// As many as a card shows.
const EARLIER: usize = 5;
/// A CRM is asked no more than this at once.
const MAX_AT_ONCE: usize = 8;
const JOURNAL_TIME: Duration = Duration::from_secs(3);
