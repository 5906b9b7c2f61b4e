//! The global hotkey: whatever program is in front, it dials what is selected there, once the agent says yes.

use desk::wire::{Intent, Refusal};
use headless::DeskHandle;
use tauri::{AppHandle, Manager};
use tauri_plugin_global_shortcut::{GlobalShortcutExt, ShortcutState};
use tokio::runtime::Handle;

use crate::bridge::Desk;
use crate::environment;
use crate::notify;
use crate::selection;
use crate::texts::Texts;

/// The key that is taken from the system, if one is.
pub struct Hotkey {
    app: AppHandle,
    pressed: fn(&AppHandle),
    /// What the settings want; `None` before they were known.
    wanted: Option<String>,
    /// What was taken.
    taken: Option<String>,
}

/// Why a hotkey does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No such key, or another program has it.
    Taken,
    /// The desktop gives no keys to programs.
    Wayland,
}

impl Trouble {
    /// What to tell the agent.
    pub fn sentence(self, texts: &Texts) -> &'static str {
        match self {
            Trouble::Taken => texts.hotkey_taken,
            Trouble::Wayland => texts.hotkey_wayland,
        }
    }
}

impl Hotkey {
    /// None yet. `pressed` is called whenever the one to come is.
    pub fn new(app: &AppHandle, pressed: fn(&AppHandle)) -> Hotkey {
        Hotkey { app: app.clone(), pressed, wanted: None, taken: None }
    }

    /// Takes the key that the settings want, instead of the one before. Tells what is wrong with it once, and that a
    /// desktop has no hotkeys only to an agent who has just chosen one.
    pub fn keep(&mut self, wanted: &str) -> Option<Trouble> {
        if self.wanted.as_deref() == Some(wanted) {
            return None;
        }
        let is_first = self.wanted.replace(wanted.to_owned()).is_none();
        self.give_back();
        if wanted.is_empty() {
            return None;
        }
        let trouble = self.take(wanted).err()?;
        tracing::warn!(hotkey = wanted, ?trouble, "the hotkey does nothing");
        (trouble != Trouble::Wayland || !is_first).then_some(trouble)
    }

    fn take(&mut self, key: &str) -> Result<(), Trouble> {
        if !environment::has_hotkeys() {
            return Err(Trouble::Wayland);
        }
        let pressed = self.pressed;
        let hear = move |app: &AppHandle, _: &_, event: tauri_plugin_global_shortcut::ShortcutEvent| {
            if event.state == ShortcutState::Pressed {
                pressed(app);
            }
        };
        self.app.global_shortcut().on_shortcut(key, hear).map_err(|error| {
            tracing::debug!(%error, "the hotkey was not given");
            Trouble::Taken
        })?;
        self.taken = Some(key.to_owned());
        Ok(())
    }

    fn give_back(&mut self) {
        if let Some(key) = self.taken.take()
            && let Err(error) = self.app.global_shortcut().unregister(key.as_str())
        {
            tracing::warn!(%error, "the former hotkey was not given back");
        }
    }
}

/// Offers the selected text to the desk.
pub fn pressed(app: &AppHandle) {
    let desk = app.state::<Desk>().inner().clone();
    tauri::async_runtime::spawn(async move {
        let Ok(desk) = desk.up().await else { return };
        let asked = desk.clone();
        let offered = tokio::task::spawn_blocking(move || offer(&asked)).await.unwrap_or_default();
        if !offered {
            let texts = Texts::of(desk.snapshot().await.preferences.language);
            notify::say(texts.not_dialled, texts.nothing_to_dial).await;
        }
    });
}

/// Whether there was a number to offer. Waits for other programs.
fn offer(desk: &DeskHandle) -> bool {
    let runtime = Handle::current();
    let ask = |text| runtime.block_on(desk.intent(Intent::Offer { text })).map(drop);
    let is_without_number = |refusal: &Refusal| knock::means_no_number(&refusal.code);
    let texts = selection::texts().inspect_err(|error| tracing::warn!(%error, "the selected text cannot be read")).ok();
    texts.and_then(|texts| selection::offer(texts, ask, is_without_number)).is_some_and(|outcome| outcome.is_ok())
}
