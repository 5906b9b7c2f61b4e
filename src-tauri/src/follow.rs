//! Follows the desk and lets the shell's surfaces react: the tray, notifications, the window.

use std::collections::HashSet;

use desk::wire::{Call, Refusal};
use headless::Update;
use tauri::AppHandle;
use tokio::sync::{Notify, mpsc};

use crate::bridge::Desk;
use crate::glance::Glance;
use crate::notify::{Notifications, Response};
use crate::texts::Texts;
use crate::tray::Tray;
use crate::windows;

/// Told whenever the agent turns to the window.
#[derive(Default)]
pub struct Looked(pub Notify);

/// Follows until the desk stops.
pub async fn follow(app: AppHandle, desk: Desk, looked: &Looked, tray: Tray) -> Result<(), Refusal> {
    let handle = desk.up().await?;
    let snapshot = handle.snapshot().await;
    let mut changes = handle.subscribe(Some(snapshot.seq)).await;
    let (responses, mut answered) = mpsc::channel(8);
    let mut surfaces = Surfaces::new(app.clone(), tray, Notifications::new(responses));
    let mut glance = Glance::new(snapshot);
    loop {
        surfaces.update(&glance);
        tokio::select! {
            update = changes.next() => match update {
                Some(Update::Change(change)) => glance.apply(change),
                Some(Update::Snapshot(snapshot)) => glance.resync(snapshot),
                None => return Ok(()),
            },
            () = looked.0.notified() => {}
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
    tray: Tray,
    notifications: Notifications,
    /// Calls whose ringing was already told.
    told: HashSet<String>,
}

impl Surfaces {
    fn new(app: AppHandle, tray: Tray, notifications: Notifications) -> Surfaces {
        Surfaces { app, tray, notifications, told: HashSet::new() }
    }

    fn update(&mut self, glance: &Glance) {
        self.tray.update(glance);
        self.notifications.keep(glance.ringing());
        self.told.retain(|told| glance.ringing().any(|call| call.id == *told));
        for call in glance.ringing() {
            if self.told.insert(call.id.clone()) {
                self.ring(call, Texts::of(glance.language()));
            }
        }
    }

    fn ring(&mut self, call: &Call, texts: &'static Texts) {
        // A window that has not the keyboard may lie under another.
        if !windows::has_focus(&self.app) {
            self.notifications.ring(call, texts);
            windows::peek(&self.app);
        }
    }
}
