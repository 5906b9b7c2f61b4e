//! Tells the CRM what waits in the journal.
//!
//! ```text
//!            ┌─────────── registered_something, or the next one is due ◄──────────┐
//!            ▼                                                                    │
//!   rows that are due ─► at most four at once, each once ─► sent ──► marked, the desk is told
//!            │                                           ├► refused ► marked, one sentence
//!            │                                           └► later ──► marked with its next time ─► trouble?
//!            └── while the CRM is in trouble: one at a time, ever more rarely; one sentence for all of it
//! ```
//!
//! At least once: between the answer and the mark this program may die, and then the row is sent again, with the same key.

use std::{collections::HashSet, mem, sync::Arc, time::Duration};

use cti::{
    Fault, Trouble,
    crm::register::{Verdict, next_attempt},
};
use desk::Input;
use jiff::Timestamp;
use journal::{Due, Error, Handle, Journal, Registration};
use tokio::{
    sync::{Notify, mpsc},
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use super::{Ledger, service::Service};

/// The worker.
pub(super) struct Outbox {
    service: Arc<Service>,
    ledger: Ledger,
    registered: Arc<Notify>,
    tell: mpsc::Sender<Input>,
    /// The keys of what is being sent.
    in_hand: HashSet<String>,
    outage: Outage,
    /// The CRM refused a call and took none since, and the agent knows.
    is_refusal_told: bool,
}

/// How long nothing has gone through.
#[derive(Debug, Default)]
struct Outage {
    /// In a row.
    failures: u32,
    /// Nothing is sent before.
    until: Option<Instant>,
    /// The agent knows.
    is_told: bool,
}

/// What came of one row.
struct Outcome {
    key: String,
    verdict: Verdict,
    /// The failures when it was sent: of several that fail at once, one counts.
    failures: u32,
}

impl Outbox {
    pub(super) fn new(
        service: Arc<Service>,
        ledger: Ledger,
        registered: Arc<Notify>,
        tell: mpsc::Sender<Input>,
    ) -> Self {
        let (in_hand, outage) = (HashSet::new(), Outage::default());
        Self { service, ledger, registered, tell, in_hand, outage, is_refusal_told: false }
    }

    /// Runs for ever; without a journal there is nothing to send.
    pub(super) async fn run(mut self) {
        let Some(journal) = self.ledger.wait().await.clone() else { return };
        let mut sending = JoinSet::new();
        settle(&journal).await;
        loop {
            let wake = self.send_due(&journal, &mut sending).await;
            tokio::select! {
                Some(sent) = sending.join_next() => {
                    if let Ok(outcome) = sent {
                        self.conclude(outcome).await;
                    }
                }
                () = self.registered.notified() => settle(&journal).await,
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
            }
        }
    }

    /// Sends what may be sent now; when to look again, if not for another reason.
    async fn send_due(&mut self, journal: &Handle, sending: &mut JoinSet<Outcome>) -> Option<Instant> {
        let now = Instant::now();
        let most = if self.outage.failures == 0 { MAX_AT_ONCE } else { 1 };
        let mut room = most.saturating_sub(sending.len());
        if room == 0 {
            return None;
        }
        if let Some(until) = self.outage.until.filter(|until| *until > now) {
            return Some(until);
        }
        // Those in hand are due as well, so there are enough others among these.
        let rows = match journal.read(|journal| journal.due(Timestamp::MAX, 2 * MAX_AT_ONCE)).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::warn!("the outbox cannot be read: {error}");
                return Some(now + JOURNAL_PAUSE);
            }
        };
        let wall = Timestamp::now();
        for row in rows {
            if self.in_hand.contains(&row.registration.key) {
                continue;
            }
            let wait = Duration::try_from(row.registration.due.duration_since(wall)).unwrap_or_default();
            if !wait.is_zero() {
                // No longer than this, for clocks are set and machines sleep.
                return Some(now + wait.min(LOOKS_AGAIN));
            }
            if room == 0 {
                return None;
            }
            room -= 1;
            self.in_hand.insert(row.registration.key.clone());
            let (service, journal, failures) = (Arc::clone(&self.service), journal.clone(), self.outage.failures);
            sending.spawn(send(service, journal, row, failures));
        }
        None
    }

    async fn conclude(&mut self, outcome: Outcome) {
        self.in_hand.remove(&outcome.key);
        match outcome.verdict {
            Verdict::Sent => {
                if self.outage.is_told {
                    tracing::info!("the CRM takes calls again");
                }
                (self.outage, self.is_refusal_told) = (Outage::default(), false);
                self.tell.send(Input::Registered(outcome.key)).await.ok();
            }
            Verdict::Refused(trouble) => {
                self.outage = Outage::default();
                tracing::info!("the CRM does not take a call: {trouble}");
                if !mem::replace(&mut self.is_refusal_told, true) {
                    self.say("crm_refuses", format!("The CRM does not take a call: {trouble}")).await;
                }
            }
            Verdict::Later { trouble, after } => {
                tracing::info!("a call is registered later: {trouble}");
                if outcome.failures == self.outage.failures {
                    self.outage.failures = self.outage.failures.saturating_add(1);
                }
                // Not the time of the row, which grows with its own attempts: others may have more luck.
                self.outage.until = Some(Instant::now() + next_attempt(self.outage.failures, after, 0));
                self.tell_of_outage(&trouble).await;
            }
        }
    }

    async fn tell_of_outage(&mut self, trouble: &Trouble) {
        let heals_by_itself = matches!(trouble.fault, Fault::Unreachable | Fault::Unanswered | Fault::Answer);
        if self.outage.is_told || heals_by_itself && self.outage.failures < PATIENCE {
            return;
        }
        self.outage.is_told = true;
        let code = if heals_by_itself { "crm_unreachable" } else { "crm_refuses" };
        self.say(code, format!("Calls wait to be registered in the CRM: {trouble}")).await;
    }

    async fn say(&self, code: &str, sentence: String) {
        tracing::warn!(code, "{sentence}");
        self.tell.send(Input::Notice(code.to_owned(), sentence)).await.ok();
    }
}

/// What was registered a moment ago may still be on its way to the disk.
async fn settle(journal: &Handle) {
    if let Err(error) = journal.flush().await {
        tracing::warn!("what is registered is not on the disk yet: {error}");
    }
}

/// Sends one row and marks what came of it.
async fn send(service: Arc<Service>, journal: Handle, row: Due, failures: u32) -> Outcome {
    let verdict = service.register(&row.registration).await;
    let asked = match &verdict {
        Verdict::Later { after, .. } => *after,
        Verdict::Sent | Verdict::Refused(_) => None,
    };
    let wait = next_attempt(row.attempts.saturating_add(1), asked, random());
    // A row that could not be marked stays in hand: otherwise it would be sent again at once, and again.
    while let Err(error) = mark(&journal, &row.registration, &verdict, wait).await {
        tracing::warn!("what the CRM said is not written down yet: {error}");
        if matches!(error, Error::Stopped) {
            break;
        }
        sleep(JOURNAL_PAUSE).await;
    }
    Outcome { key: row.registration.key, verdict, failures }
}

async fn mark(journal: &Handle, told: &Registration, verdict: &Verdict, wait: Duration) -> Result<(), Error> {
    let (Registration { key, payload, .. }, verdict, now) = (told.clone(), verdict.clone(), Timestamp::now());
    let change = move |journal: &mut Journal| match verdict {
        Verdict::Sent => journal.sent(&key, now),
        Verdict::Refused(trouble) => journal.refused(&key, &payload, &trouble.detail),
        Verdict::Later { trouble, .. } => {
            journal.failed(&key, &trouble.detail, now.checked_add(wait).unwrap_or(Timestamp::MAX))
        }
    };
    journal.change(change).await
}

/// Where the system has none, desks may come back at the same moment.
fn random() -> u32 {
    getrandom::u32().unwrap_or_default()
}

const MAX_AT_ONCE: usize = 4;
/// The clock on the wall is asked again at least this often while something waits.
const LOOKS_AGAIN: Duration = Duration::from_secs(60);
const JOURNAL_PAUSE: Duration = Duration::from_secs(5);
/// So many failures in a row are worth a sentence: one may be a cable that was pulled.
const PATIENCE: u32 = 3;
