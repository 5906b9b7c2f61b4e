//! Notifications: somebody calls and the agent works elsewhere. Answer and Decline are buttons on it.
//!
//! A notification lives exactly as long as its call rings. Where no notification service runs, there is none.

use std::collections::HashMap;

use desk::wire::{Call, Intent};
use notify_rust::{Notification, NotificationHandle, NotificationResponse, Timeout, Urgency};
use tokio::sync::{mpsc, oneshot};

use crate::texts::Texts;

const ANSWER: &str = "answer";
const DECLINE: &str = "decline";
/// The key that the specification reserves for a click on the notification itself.
const DEFAULT: &str = "default";
/// Names come from the network; more than this nobody reads.
const NAME_MAX_CHARS: usize = 80;

/// What the agent did with a notification.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// Asked for something.
    Intent(Intent),
    /// Wants to see the window.
    Show,
}

/// The notifications that are up, one for each ringing call.
pub struct Notifications {
    /// By call; dropping the sender takes the notification down.
    up: HashMap<String, oneshot::Sender<()>>,
    responses: mpsc::Sender<Response>,
}

impl Notifications {
    /// None yet. What the agent does with one goes to `responses`.
    pub fn new(responses: mpsc::Sender<Response>) -> Notifications {
        Notifications { up: HashMap::new(), responses }
    }

    /// Takes down what no longer rings.
    pub fn keep<'a>(&mut self, ringing: impl Iterator<Item = &'a Call>) {
        let ringing: Vec<&str> = ringing.map(|call| call.id.as_str()).collect();
        self.up.retain(|call, _| ringing.contains(&call.as_str()));
    }

    /// Tells of `call`.
    pub fn ring(&mut self, call: &Call, texts: &'static Texts) {
        let (up, down) = oneshot::channel();
        self.up.insert(call.id.clone(), up);
        tokio::spawn(show(call.id.clone(), caller(call), texts, down, self.responses.clone()));
    }
}

async fn show(
    call: String,
    caller: String,
    texts: &'static Texts,
    down: oneshot::Receiver<()>,
    responses: mpsc::Sender<Response>,
) {
    let handle = match notification(&caller, texts).show_async().await {
        Ok(handle) => handle,
        Err(error) => return tracing::debug!(%error, "no notification service"),
    };
    tokio::select! {
        response = response(&handle, call) => {
            if let Some(response) = response {
                // The receiver goes only when the program quits.
                let _ = responses.send(response).await;
            }
        }
        _ = down => {}
    }
    // Not every service takes a notification down once a button was pressed.
    handle.close_async().await;
}

fn notification(caller: &str, texts: &Texts) -> Notification {
    // The caller's text goes where the specification allows no markup: into the summary.
    Notification::new()
        .appname("Ringside")
        .icon("ringside")
        .summary(caller)
        .body(texts.incoming)
        .action(ANSWER, texts.answer)
        .action(DECLINE, texts.decline)
        .action(DEFAULT, texts.show)
        .urgency(Urgency::Critical)
        .timeout(Timeout::Never)
        .finalize()
}

async fn response(handle: &NotificationHandle, call: String) -> Option<Response> {
    let mut key = None;
    handle
        .wait_for_action_async(|response| {
            key = match response {
                NotificationResponse::Action(key) => Some(key.clone()),
                NotificationResponse::Default => Some(DEFAULT.to_owned()),
                NotificationResponse::Reply(_) | NotificationResponse::Closed(_) => None,
            }
        })
        .await;
    meaning(key.as_deref()?, call)
}

fn meaning(key: &str, call: String) -> Option<Response> {
    match key {
        ANSWER => Some(Response::Intent(Intent::Answer { call })),
        DECLINE => Some(Response::Intent(Intent::Decline { call, reason: None })),
        DEFAULT => Some(Response::Show),
        _ => None,
    }
}

/// Who calls, as one line of plain text.
fn caller(call: &Call) -> String {
    let number = printable(&call.peer.number);
    match call.peer.name.as_deref().map(printable) {
        Some(name) if !name.is_empty() && name != number => format!("{name} · \u{2066}{number}\u{2069}"),
        _ => number,
    }
}

fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() && !is_bidi_control(*c))
        .take(NAME_MAX_CHARS)
        .collect::<String>()
        .trim()
        .into()
}

/// Marks that would let a caller's name rewrite the order of what stands beside it.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests;
