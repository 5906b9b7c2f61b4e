//! The caller card as a window of its own: made once, kept hidden, and shown without taking the keyboard while there is
//! something to show.
//!
//! ```text
//!   follow ── cards came, went ──►┐
//!   page ──── its height ─────────┼──► stand: where, how large, whether ──► the screen
//!   agent ─── drags it ──► spot ──┘
//!                            └──► card-window.json, for the next start
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tauri::{AppHandle, Manager, Monitor, PhysicalPosition, WebviewWindow};
use tokio::sync::watch;

use crate::place::{Area, End, Spot, place};
use crate::windows::{self, Keyboard, Kind};

/// Its width in logical pixels.
pub const WIDTH: f64 = 360.0;
/// Its height until the page tells.
pub const HEIGHT: f64 = 220.0;
/// A window manager may correct where we put the card; what moves it later is the agent.
const SETTLES: Duration = Duration::from_millis(300);
/// A drag is written down once it is over.
const DRAGGED: Duration = Duration::from_millis(250);

/// What the window is to look like, before it is made and afterwards.
pub struct CardWindow {
    wanted: Mutex<Wanted>,
    left: watch::Sender<Option<Spot>>,
}

#[derive(Clone, Copy, PartialEq)]
struct Wanted {
    visible: bool,
    height: f64,
    end: End,
    /// Where we put it, and when.
    put: Option<(Area, Instant)>,
}

impl CardWindow {
    /// One that is not made yet. Where the agent leaves it is kept in `data`.
    pub fn new(data: &Path) -> CardWindow {
        let file = data.join("card-window.json");
        let (left, leaves) = watch::channel(read(&file));
        tauri::async_runtime::spawn(keep(file, leaves));
        let wanted = Wanted { visible: false, height: HEIGHT, end: End::Right, put: None };
        CardWindow { wanted: Mutex::new(wanted), left }
    }

    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the window, unless it is there. It has a web process of its own, 32 to 40 MiB: sharing that of the main window
/// would make each wait for the other.
pub fn make(app: &AppHandle, data: &Path) {
    let (making, data) = (app.clone(), data.to_owned());
    windows::report(app.run_on_main_thread(move || {
        if making.get_webview_window(Kind::Card.label()).is_none() {
            windows::report(windows::open(&making, Kind::Card, &data).and_then(|card| stand(&card)));
        }
    }));
}

/// Shows the window or hides it. Lines end at `end`.
pub fn show(app: &AppHandle, visible: bool, end: End) {
    change(app, |wanted| (wanted.visible, wanted.end) = (visible, end));
}

/// The page tells how much room it needs, in logical pixels.
#[tauri::command]
pub fn card_height(app: AppHandle, height: f64) {
    if height.is_finite() && height >= 1.0 {
        change(&app, |wanted| wanted.height = height);
    }
}

/// The window is somewhere else. If that was the agent, it stays there.
pub fn moved(window: &tauri::Window, to: PhysicalPosition<i32>) {
    let card = window.state::<CardWindow>();
    let wanted = *card.wanted();
    let Some((put, since)) = wanted.put.filter(|_| wanted.visible) else { return };
    if (put.x, put.y) != (to.x, to.y) && since.elapsed() > SETTLES {
        let spot =
            Spot::of(Area { x: to.x, y: to.y, ..put }, &screens(&window.available_monitors().unwrap_or_default()));
        card.left.send_if_modified(|left| left.replace(spot) != Some(spot));
    }
}

/// Changes what is wanted, and then the window. The lock is given back before: on the main thread the window is changed at
/// once.
fn change(app: &AppHandle, change: impl FnOnce(&mut Wanted)) {
    let differs = {
        let card = app.state::<CardWindow>();
        let mut wanted = card.wanted();
        let before = *wanted;
        change(&mut wanted);
        *wanted != before
    };
    if let Some(card) = app.get_webview_window(Kind::Card.label()).filter(|_| differs) {
        windows::report(app.run_on_main_thread(move || windows::report(stand(&card))));
    }
}

/// Makes the window what it is to be. Windows are touched on the main thread only.
fn stand(window: &WebviewWindow) -> tauri::Result<()> {
    let card = window.state::<CardWindow>();
    let wanted = *card.wanted();
    if !wanted.visible {
        return window.hide();
    }
    let scale = window.scale_factor()?;
    // Rounding to no more than the largest integer is what `as` does.
    #[allow(clippy::cast_possible_truncation)]
    let pixels = |logical: f64| (logical * scale).ceil() as i32;
    let (size, spot) = ((pixels(WIDTH), pixels(wanted.height)), *card.left.borrow());
    let Some(area) = place(&screens(&monitors(window)?), spot, size, wanted.end) else { return Ok(()) };
    let is_visible = window.is_visible()?;
    if wanted.put.is_none_or(|(put, _)| put != area) || !is_visible {
        card.wanted().put = Some((area, Instant::now()));
        windows::put(window, area)?;
    }
    if is_visible { Ok(()) } else { windows::show(window, Keyboard::Leave) }
}

/// All of them, the first being the one where a window comes that has never been moved.
fn monitors(window: &WebviewWindow) -> tauri::Result<Vec<Monitor>> {
    let mut all = window.available_monitors()?;
    if let Some(primary) = window.primary_monitor()? {
        all.insert(0, primary);
    }
    Ok(all)
}

fn screens(monitors: &[Monitor]) -> Vec<Area> {
    let fit = |length: u32| i32::try_from(length).unwrap_or(i32::MAX);
    let area = |monitor: &Monitor| {
        let area = monitor.work_area();
        Area { x: area.position.x, y: area.position.y, width: fit(area.size.width), height: fit(area.size.height) }
    };
    monitors.iter().map(area).collect()
}

/// The spot that was written down; a file that cannot be read is as good as none.
fn read(file: &Path) -> Option<Spot> {
    let text = fs::read_to_string(file).ok()?;
    serde_json::from_str(&text).inspect_err(|error| tracing::warn!(%error, "where the card stood is forgotten")).ok()
}

async fn keep(file: PathBuf, mut leaves: watch::Receiver<Option<Spot>>) {
    while leaves.changed().await.is_ok() {
        tokio::time::sleep(DRAGGED).await;
        let spot = *leaves.borrow_and_update();
        let file = file.clone();
        let written = tokio::task::spawn_blocking(move || fs::write(file, serde_json::to_string(&spot)?)).await;
        if let Err(error) = written.map_err(io::Error::other).flatten() {
            tracing::warn!(%error, "where the card stands is not kept");
        }
    }
}
