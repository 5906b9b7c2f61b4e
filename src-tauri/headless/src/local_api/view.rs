//! What a page sees of the desk: calls and whether accounts stand; nothing of the past, of other sites or of the agent.
//! A page that was allowed one call sees that call.

use desk::wire::{Call, Change, Origination, OriginationState, Registration, Snapshot, Verdict, What};
use serde::Serialize;

use crate::changes::Update;

/// How one page looks at the desk.
#[derive(Clone, Debug)]
pub(super) struct View {
    origin: String,
    verdict: Option<Verdict>,
}

/// A [`Snapshot`] as a page sees it.
#[derive(Debug, Serialize)]
pub(super) struct PageSnapshot {
    pub(super) seq: u64,
    accounts: Vec<PageAccount>,
    calls: Vec<Call>,
    originations: Vec<PageOrigination>,
}

/// A [`Change`] as a page sees it.
#[derive(Debug, Serialize)]
pub(super) struct PageChange {
    pub(super) seq: u64,
    #[serde(flatten)]
    what: PageWhat,
}

/// What a page gets to hear.
#[derive(Debug)]
pub(super) enum PageUpdate {
    /// Forget what you know, start from this.
    Snapshot(PageSnapshot),
    Change(Box<PageChange>),
    /// Not for pages.
    Nothing,
    /// The page may not listen any longer.
    End,
}

#[derive(Debug, Serialize)]
struct PageAccount {
    id: String,
    registration: Registration,
}

#[derive(Debug, Serialize)]
struct PageOrigination {
    id: String,
    state: OriginationState,
    call: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum PageWhat {
    CallChanged { call: Box<Call> },
    CallRemoved { call: String },
    AccountChanged { account: PageAccount },
    AccountRemoved { account: String },
    OriginationChanged { origination: PageOrigination },
    OriginationRemoved { origination: String },
}

impl View {
    /// Of the page `origin`, at the time of `snapshot`.
    pub(super) fn new(origin: &str, snapshot: &Snapshot) -> Self {
        let mut view = Self { origin: origin.to_owned(), verdict: None };
        view.learn(&snapshot.click_to_call);
        view
    }

    /// Whether the page may look at all.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.verdict, Some(Verdict::Allowed | Verdict::Once))
    }

    pub(super) fn snapshot(&self, snapshot: &Snapshot) -> PageSnapshot {
        let calls = snapshot.calls.iter().filter_map(|call| self.call(call)).collect();
        let (accounts, originations) = if self.sees_all() {
            (
                snapshot.accounts.iter().map(|account| account_of(&account.id, account.registration)).collect(),
                snapshot.originations.iter().map(origination).collect(),
            )
        } else {
            (Vec::new(), Vec::new())
        };
        PageSnapshot { seq: snapshot.seq, accounts, calls, originations }
    }

    pub(super) fn update(&mut self, update: Update) -> PageUpdate {
        match update {
            Update::Snapshot(snapshot) => {
                self.learn(&snapshot.click_to_call);
                if self.is_open() { PageUpdate::Snapshot(self.snapshot(&snapshot)) } else { PageUpdate::End }
            }
            Update::Change(Change { seq, what }) => {
                if let What::ClickToCallChanged { click_to_call } = &what {
                    self.learn(click_to_call);
                    return if self.is_open() { PageUpdate::Nothing } else { PageUpdate::End };
                }
                self.what(what)
                    .map_or(PageUpdate::Nothing, |what| PageUpdate::Change(Box::new(PageChange { seq, what })))
            }
        }
    }

    fn what(&self, what: What) -> Option<PageWhat> {
        Some(match what {
            What::CallChanged { call } => PageWhat::CallChanged { call: Box::new(self.call(&call)?) },
            _ if !self.sees_all() => return None,
            What::CallRemoved { call } => PageWhat::CallRemoved { call },
            What::AccountChanged { account } => {
                PageWhat::AccountChanged { account: account_of(&account.id, account.registration) }
            }
            What::AccountRemoved { account } => PageWhat::AccountRemoved { account },
            What::OriginationChanged { origination: changed } => {
                PageWhat::OriginationChanged { origination: origination(&changed) }
            }
            What::OriginationRemoved { origination } => PageWhat::OriginationRemoved { origination },
            _ => return None,
        })
    }

    /// Nothing of what the agent does at a colleague's call. Without the card, without digits that a caller typed (they may be a PIN), and without the names of other sites.
    fn call(&self, call: &Call) -> Option<Call> {
        let own = call.started_by.as_deref() == Some(&self.origin);
        (!call.of_order && (own || self.sees_all())).then(|| Call {
            card: None,
            digits_received: String::new(),
            started_by: call.started_by.clone().filter(|_| own),
            ..call.clone()
        })
    }

    fn sees_all(&self) -> bool {
        self.verdict == Some(Verdict::Allowed)
    }

    fn learn(&mut self, clicks: &desk::wire::ClickToCall) {
        self.verdict = clicks.origins.iter().find(|site| site.origin == self.origin).map(|site| site.verdict);
    }
}

fn account_of(id: &str, registration: Registration) -> PageAccount {
    PageAccount { id: id.to_owned(), registration }
}

fn origination(origination: &Origination) -> PageOrigination {
    PageOrigination { id: origination.id.clone(), state: origination.state, call: origination.call.clone() }
}

#[cfg(test)]
mod tests;
