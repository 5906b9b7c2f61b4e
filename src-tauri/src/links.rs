//! A link that Ringside was started with: dialled as soon as somebody can be called.

use std::time::Duration;

use desk::wire::{Intent, Refusal, Registration, What};
use headless::{DeskHandle, Update};
use tauri::{AppHandle, Manager};

use crate::bridge::{Desk, Subscriptions};
use crate::notify;
use crate::texts::Texts;
use crate::windows;

/// Whoever clicked a link has given up by then; what is wrong is told instead.
const REGISTRATION_BOUND: Duration = Duration::from_secs(20);

/// Dials `link` once an account is registered. If that is in vain, the window and a notification say why.
pub async fn open(app: AppHandle, desk: Desk, link: String) {
    // A desk that cannot start is the window's whole content already.
    let Ok(desk) = desk.up().await else { return };
    let _ = tokio::time::timeout(REGISTRATION_BOUND, registered(&desk)).await;
    if let Err(refusal) = desk.intent(Intent::OpenLink { link }).await
        && refusal.code != "stopping"
    {
        tell(&app, &desk, refusal).await;
    }
}

async fn registered(desk: &DeskHandle) {
    let snapshot = desk.snapshot().await;
    let is_up = |account: &desk::wire::Account| account.registration == Registration::Registered;
    let mut up = snapshot.accounts.iter().any(is_up);
    let mut changes = desk.subscribe(Some(snapshot.seq)).await;
    while !up {
        up = match changes.next().await {
            Some(Update::Change(change)) => matches!(&change.what, What::AccountChanged { account } if is_up(account)),
            Some(Update::Snapshot(snapshot)) => snapshot.accounts.iter().any(is_up),
            None => return,
        };
    }
}

async fn tell(app: &AppHandle, desk: &DeskHandle, refusal: Refusal) {
    tracing::warn!(code = refusal.code, "the link was not dialled");
    if !windows::has_focus(app) {
        let texts = Texts::of(desk.snapshot().await.preferences.language);
        notify::say(texts.not_dialled, &refusal.detail).await;
    }
    app.state::<Subscriptions>().tell(refusal);
}
