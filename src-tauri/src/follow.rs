//! Follows the desk and lets the shell's surfaces react: the tray, notifications, the window.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use desk::wire::{Call, Callback, Card, CardMode, Help, Intent, Prompt, PromptReason, PromptSource, Refusal, What};
use headless::Update;
use tauri::AppHandle;
use tokio::sync::{Notify, mpsc};

use crate::bridge::Desk;
use crate::card_window;
use crate::environment;
use crate::glance::Glance;
use crate::hotkey::Hotkey;
use crate::notify::{self, Notifications, Response};
use crate::popup::Popup;
use crate::texts::Texts;
use crate::tray::Tray;
use crate::windows;

/// What the windows tell whoever follows the desk.
#[derive(Default)]
pub struct Heard {
    /// The agent turned to the main window, or away from it.
    pub turned: Notify,
    /// The agent closed the card's window.
    pub closed: Notify,
    /// The main window's page is there.
    pub loaded: AtomicBool,
}

/// What of the shell follows the desk.
pub struct Followers {
    /// The icon and its menu.
    pub tray: Tray,
    /// The key that dials what is selected.
    pub hotkey: Hotkey,
    /// Where windows keep what they know.
    pub data: PathBuf,
}

/// Follows until the desk stops.
pub async fn follow(app: AppHandle, desk: Desk, heard: &Heard, followers: Followers) -> Result<(), Refusal> {
    let handle = desk.up().await?;
    let snapshot = handle.snapshot().await;
    let mut changes = handle.subscribe(Some(snapshot.seq)).await;
    let (responses, mut answered) = mpsc::channel(8);
    let mut surfaces = Surfaces::new(app.clone(), followers, Notifications::new(responses));
    let mut glance = Glance::new(snapshot);
    loop {
        surfaces.update(&glance, heard);
        tokio::select! {
            update = changes.next() => match update {
                Some(Update::Change(change)) => {
                    if change.what == What::FocusRequested {
                        windows::bring(&app);
                    }
                    glance.apply(change);
                }
                Some(Update::Snapshot(snapshot)) => glance.resync(*snapshot),
                None => return Ok(()),
            },
            () = heard.turned.notified() => {}
            () = heard.closed.notified() => for card in surfaces.popped_up() {
                desk.intent(Intent::DismissCard { card }).await;
            },
            Some(response) = answered.recv() => match response {
                Response::Intent(intent) => desk.intent(intent).await,
                Response::Show => windows::bring(&app),
            },
        }
        if glance.missed() > 0 && windows::has_focus(&app) {
            glance.seen();
        }
    }
}

struct Surfaces {
    app: AppHandle,
    followers: Followers,
    notifications: Notifications,
    popup: Popup,
    /// Cards, calls, prompts, wishes for help and callbacks that were already told.
    told: HashSet<String>,
}

impl Surfaces {
    fn new(app: AppHandle, followers: Followers, notifications: Notifications) -> Surfaces {
        Surfaces { app, followers, notifications, popup: Popup::default(), told: HashSet::new() }
    }

    fn update(&mut self, glance: &Glance, heard: &Heard) {
        let texts = Texts::of(glance.language());
        let mode = announcing(glance.card_rules().show);
        self.followers.tray.update(glance);
        self.follow_hotkey(glance, texts);
        self.pop_up(glance, mode, texts, heard);
        self.forget(glance);
        for card in glance.callers() {
            self.told.extend(card.call.clone());
            if self.told.insert(card.id.clone()) {
                self.announce(card, mode, texts);
            } else if self.notifications.is_up(&card.id) {
                self.notifications.announce(card, texts);
            }
        }
        for call in glance.ringing() {
            if self.told.insert(call.id.clone()) && mode != CardMode::None {
                self.ring(call, texts);
            }
        }
        for call in glance.placed() {
            if self.told.insert(call.id.clone()) {
                self.place(call, texts);
            }
        }
        for prompt in glance.prompts() {
            if self.told.insert(prompt.id.clone()) {
                self.ask(prompt, texts);
            }
        }
        for help in glance.help() {
            if self.told.insert(help.id.clone()) {
                self.tell_help(help, texts);
            }
        }
        for callback in glance.due() {
            if self.told.insert(callback.id.clone()) {
                self.tell_due(callback, texts);
            }
        }
    }

    /// Takes down what is over.
    fn forget(&mut self, glance: &Glance) {
        let of_card = |card: &'_ Card| [Some(card.id.clone()), card.call.clone()];
        let ringing = glance.callers().flat_map(of_card).flatten().chain(glance.ringing().map(|call| call.id.clone()));
        let asking = glance.prompts().iter().map(|prompt| &prompt.id).chain(glance.help().iter().map(|help| &help.id));
        let due = glance.due().map(|callback| &callback.id);
        let waiting: HashSet<_> = ringing.chain(asking.chain(due).cloned()).collect();
        let placed = || glance.placed().map(|call| &*call.id);
        let is_seen = placed().any(|id| self.notifications.is_up(id)) && windows::has_focus(&self.app);
        self.notifications.keep(waiting.iter().map(|id| &**id).chain(placed().filter(|_| !is_seen)));
        self.told.retain(|told| waiting.contains(told) || placed().any(|id| id == told));
    }

    fn pop_up(&mut self, glance: &Glance, mode: CardMode, texts: &Texts, heard: &Heard) {
        let is_card = mode == CardMode::Card;
        if is_card && heard.loaded.load(Ordering::Relaxed) {
            card_window::make(&self.app, &self.followers.data);
        }
        let is_up = self.popup.follow(glance, || windows::has_focus(&self.app));
        card_window::show(&self.app, is_card && is_up, texts.end);
    }

    fn popped_up(&self) -> Vec<String> {
        self.popup.cards().map(str::to_owned).collect()
    }

    fn announce(&mut self, card: &Card, mode: CardMode, texts: &'static Texts) {
        if mode == CardMode::Notification && !windows::has_focus(&self.app) {
            self.notifications.announce(card, texts);
            windows::peek(&self.app);
        }
    }

    fn ring(&mut self, call: &Call, texts: &'static Texts) {
        // A window that has not the keyboard may lie under another.
        if !windows::has_focus(&self.app) {
            self.notifications.ring(call, texts);
            windows::peek(&self.app);
        }
    }

    /// A link, a page or another program may have dialled; whoever dials in the window looks at it.
    fn place(&mut self, call: &Call, texts: &'static Texts) {
        if !windows::has_focus(&self.app) {
            self.notifications.placed(call, texts);
            windows::peek(&self.app);
        }
    }

    fn ask(&mut self, prompt: &Prompt, texts: &'static Texts) {
        if is_the_agents(prompt) {
            windows::bring(&self.app);
        } else if !windows::has_focus(&self.app) {
            self.notifications.ask(prompt, texts);
        }
    }

    fn tell_help(&mut self, help: &Help, texts: &'static Texts) {
        if !windows::has_focus(&self.app) {
            self.notifications.help(help, texts);
        }
    }

    fn tell_due(&mut self, callback: &Callback, texts: &'static Texts) {
        if !windows::has_focus(&self.app) {
            self.notifications.due(callback, texts);
        }
    }

    fn follow_hotkey(&mut self, glance: &Glance, texts: &'static Texts) {
        if let Some(trouble) = self.followers.hotkey.keep(glance.hotkey()) {
            let key = glance.hotkey().to_owned();
            tokio::spawn(async move { notify::say(&key, trouble.sentence(texts)).await });
        }
    }
}

/// A card of its own is for desktops where it can stay where it is put.
fn announcing(wanted: CardMode) -> CardMode {
    match wanted {
        CardMode::Card if !environment::places_windows() => CardMode::Notification,
        mode => mode,
    }
}

/// What the agent did brings the window. A script of some page does not, nor one that opens link after link: it would
/// take the keyboard from whoever types, and the next key for a yes.
fn is_the_agents(prompt: &Prompt) -> bool {
    match prompt.source {
        PromptSource::Page => prompt.clicked,
        PromptSource::Link => !prompt.reasons.contains(&PromptReason::Flood),
        PromptSource::Selection => true,
    }
}

#[cfg(test)]
mod tests;
