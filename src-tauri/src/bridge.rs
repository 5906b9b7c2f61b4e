//! The window's way in and out: one snapshot, intents, and changes; nothing else crosses.
//!
//! ```text
//!   window ── invoke("snapshot") ──────► Snapshot
//!          ── invoke("intent") ────────► Done, or Refusal { code, detail }
//!          ── invoke("preview") ───────► Preview: what a text would dial
//!          ── invoke("subscribe") ─────► Change, Change, … on a channel; a fresh snapshot where changes were lost;
//!                                        what was refused to the shell, to a link for instance
//! ```

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use desk::wire::{Change, Done, Intent, Preview, Refusal, Snapshot};
use headless::{DeskHandle, Update};
use serde::Serialize;
use serde_json::Value;
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// The desk, from before it is up. Whoever asks early waits for it, so the window may open at once.
#[derive(Clone)]
pub struct Desk(watch::Receiver<Option<Result<DeskHandle, Refusal>>>);

/// The other end of [`Desk`]: tells how starting went.
pub type Started = watch::Sender<Option<Result<DeskHandle, Refusal>>>;

impl Desk {
    /// A desk that is not up yet.
    pub fn starting() -> (Started, Desk) {
        let (started, desk) = watch::channel(None);
        (started, Desk(desk))
    }

    /// The desk once it is up, or why it is not.
    pub async fn up(&self) -> Result<DeskHandle, Refusal> {
        match self.0.clone().wait_for(Option::is_some).await.as_deref() {
            Ok(Some(outcome)) => outcome.clone(),
            _ => Err(Refusal::conflict("stopping", "Ringside is closing")),
        }
    }

    /// Asks for something on behalf of the shell itself: the tray, a notification.
    pub async fn intent(&self, intent: Intent) {
        let outcome = async { self.up().await?.intent(intent).await };
        if let Err(refusal) = outcome.await {
            tracing::info!(code = refusal.code, "the desk refused what the shell asked for");
        }
    }
}

/// What goes down a window's channel.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Message {
    /// Changes were lost: start over from here.
    Resync {
        /// All of it.
        snapshot: Box<Snapshot>,
    },
    /// The next change.
    Change(Box<Change>),
    /// What the shell asked for on behalf of the agent was refused.
    Refused {
        /// Why.
        refused: Refusal,
    },
}

impl From<Update> for Message {
    fn from(update: Update) -> Message {
        match update {
            Update::Snapshot(snapshot) => Message::Resync { snapshot },
            Update::Change(change) => Message::Change(Box::new(change)),
        }
    }
}

/// The running subscription of each window. A page that was loaded again takes the place of its former self.
#[derive(Default)]
pub struct Subscriptions(Mutex<Windows>);

#[derive(Default)]
struct Windows {
    running: HashMap<String, (AbortHandle, Channel<Message>)>,
    /// Refused before any window listened.
    untold: Vec<Refusal>,
}

impl Subscriptions {
    /// Tells every window, or the first to come, what was refused to the shell.
    pub fn tell(&self, refused: Refusal) {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.running.is_empty() {
            return windows.untold.push(refused);
        }
        for (_, channel) in windows.running.values() {
            // A window that is gone needs not know.
            let _ = channel.send(Message::Refused { refused: refused.clone() });
        }
    }

    /// The window is gone.
    pub fn remove(&self, window: &str) {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((running, _)) = windows.running.remove(window) {
            running.abort();
        }
    }

    fn replace(&self, window: &str, subscription: AbortHandle, channel: Channel<Message>) {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for refused in std::mem::take(&mut windows.untold) {
            let _ = channel.send(Message::Refused { refused });
        }
        if let Some((former, _)) = windows.running.insert(window.to_owned(), (subscription, channel)) {
            former.abort();
        }
    }
}

/// Everything shown, now.
#[tauri::command]
pub async fn snapshot(desk: State<'_, Desk>) -> Result<Snapshot, Refusal> {
    Ok(desk.up().await?.snapshot().await)
}

/// Asks for something. A malformed intent is refused in the same shape as an impossible one.
#[tauri::command]
pub async fn intent(desk: State<'_, Desk>, intent: Value) -> Result<Done, Refusal> {
    let intent = serde_json::from_value(intent).map_err(|error| Refusal::malformed("malformed", error.to_string()))?;
    desk.up().await?.intent(intent).await
}

/// What `target` would really dial, on that account or else the one that would dial.
#[tauri::command]
pub async fn preview(desk: State<'_, Desk>, target: String, account: Option<String>) -> Result<Preview, Refusal> {
    desk.up().await?.preview(target, account).await
}

/// Sends changes down `channel` until the window goes or subscribes again: those after the number `after`, or else those
/// to come.
#[tauri::command]
pub async fn subscribe(
    window: WebviewWindow,
    desk: State<'_, Desk>,
    subscriptions: State<'_, Subscriptions>,
    channel: Channel<Message>,
    after: Option<u64>,
) -> Result<(), Refusal> {
    let mut changes = desk.up().await?.subscribe(after).await;
    let kept = channel.clone();
    let forward = tokio::spawn(async move {
        while let Some(update) = changes.next().await {
            if channel.send(update.into()).is_err() {
                break;
            }
        }
    });
    subscriptions.replace(window.label(), forward.abort_handle(), kept);
    Ok(())
}
