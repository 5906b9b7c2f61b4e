//! The windows: which kinds there are, how they open, and how they come and go.

use std::path::{Path, PathBuf};

use tauri::utils::config::Color;
use tauri::{
    AppHandle, Manager, State, Theme, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Window, WindowEvent, Wry,
};

use crate::card_window;
use crate::place::Area;

/// A kind of window. Each has a page in the UI and a capability file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The phone itself.
    Main,
    /// The caller card, on top of other programs.
    Card,
    /// Who talks, and who may be listened to: a supervisor's, beside the phone.
    Floor,
}

/// Where the web views keep what they keep.
pub struct DataFolder(pub PathBuf);

/// The ground of the UI's themes, so that nothing flashes before the page is drawn.
const PAPER: Color = Color(0xf5, 0xf3, 0xee, 0xff);
const SLATE: Color = Color(0x10, 0x18, 0x1a, 0xff);
/// The main window is not made smaller than this.
const MIN_SIZE: (f64, f64) = (380.0, 520.0);
/// Nor the floor's, which is a table.
const MIN_FLOOR: (f64, f64) = (640.0, 420.0);

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 3] = [Kind::Main, Kind::Card, Kind::Floor];

    /// Its label in Tauri and in the capability files.
    pub const fn label(self) -> &'static str {
        match self {
            Kind::Main => "main",
            Kind::Card => "card",
            Kind::Floor => "floor",
        }
    }

    /// The kind that goes by `label`.
    pub fn from_label(label: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.label() == label)
    }

    const fn page(self) -> &'static str {
        match self {
            Kind::Main => "index.html",
            Kind::Card => "card.html",
            Kind::Floor => "floor.html",
        }
    }

    /// What a window manager calls it.
    const fn title(self) -> &'static str {
        match self {
            Kind::Main => "Ringside",
            Kind::Card => "Ringside caller",
            Kind::Floor => "Ringside floor",
        }
    }

    /// Width and height in logical pixels, to begin with.
    const fn size(self) -> (f64, f64) {
        match self {
            Kind::Main => (980.0, 680.0),
            Kind::Card => (card_window::WIDTH, card_window::HEIGHT),
            Kind::Floor => (1180.0, 720.0),
        }
    }
}

/// Makes the window of `kind`, hidden. What its web view keeps goes into `data`.
pub fn open(app: &AppHandle, kind: Kind, data: &Path) -> tauri::Result<WebviewWindow> {
    let (width, height) = kind.size();
    let builder = WebviewWindowBuilder::new(app, kind.label(), WebviewUrl::App(kind.page().into()))
        .title(kind.title())
        .inner_size(width, height)
        .data_directory(data.join("webview"))
        .visible(false)
        .on_navigation(|url| is_ours(url.scheme(), url.host_str()));
    let builder = match kind {
        Kind::Main => builder.min_inner_size(MIN_SIZE.0, MIN_SIZE.1),
        Kind::Card => on_top(builder),
        Kind::Floor => builder.min_inner_size(MIN_FLOOR.0, MIN_FLOOR.1),
    };
    let window = builder.build()?;
    let ground = if window.theme()? == Theme::Dark { SLATE } else { PAPER };
    window.set_background_color(Some(ground))?;
    Ok(window)
}

type Builder<'a> = WebviewWindowBuilder<'a, Wry, AppHandle>;

/// A window that is with the agent wherever they work, and never asks for the keyboard.
fn on_top(builder: Builder<'_>) -> Builder<'_> {
    builder
        .decorations(false)
        .resizable(false)
        .always_on_top(true)
        .visible_on_all_workspaces(true)
        .skip_taskbar(true)
        .focused(false)
}

/// The agent asked for the window: shows it and takes the keyboard.
pub fn bring(app: &AppHandle) {
    on_main_window(app, |window| show(window, Keyboard::Take));
}

/// The agent asked for the floor: makes its window, unless it is there, and takes the keyboard. One that is not wanted any more
/// is closed for good, and gives its memory back.
#[tauri::command]
pub fn open_floor(app: AppHandle, data: State<'_, DataFolder>) {
    let (opening, data) = (app.clone(), data.0.clone());
    report(app.run_on_main_thread(move || {
        let there = opening.get_webview_window(Kind::Floor.label());
        let window = there.map_or_else(|| open(&opening, Kind::Floor, &data), Ok);
        report(window.and_then(|window| show(&window, Keyboard::Take)));
    }));
}

/// A call asks for the window: shows it if it is hidden, and leaves the keyboard to whoever types elsewhere.
pub fn peek(app: &AppHandle) {
    on_main_window(app, |window| if window.is_visible()? { Ok(()) } else { show(window, Keyboard::Leave) });
}

/// Whether the agent works in the window.
pub fn has_focus(app: &AppHandle) -> bool {
    app.get_webview_window(Kind::Main.label()).is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// Closing the main window hides it: the phone must go on ringing. Quitting is in the tray. The card's window goes with
/// what it shows.
pub fn on_event(window: &Window, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else { return };
    match Kind::from_label(window.label()) {
        Some(Kind::Main) => {
            api.prevent_close();
            report(hide(window));
        }
        Some(Kind::Card) => api.prevent_close(),
        Some(Kind::Floor) | None => {}
    }
}

/// A window manager places a window that comes back as if it were new, unless it is told where it was.
fn hide(window: &Window) -> tauri::Result<()> {
    let place = window.outer_position()?;
    window.hide()?;
    window.set_position(place)
}

/// What a window does about the keyboard when it comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyboard {
    Take,
    Leave,
}

/// Tauri's own `set_focus` is lost on a window that is still on its way to the screen, and its `show` always lets the
/// window manager focus. GTK can say which is meant.
#[cfg(target_os = "linux")]
pub(crate) fn show(window: &WebviewWindow, keyboard: Keyboard) -> tauri::Result<()> {
    use gtk::prelude::{GtkWindowExt, WidgetExt};
    let gtk = window.gtk_window()?;
    gtk.set_focus_on_map(keyboard == Keyboard::Take);
    gtk.show_all();
    if keyboard == Keyboard::Take {
        gtk.present();
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn show(window: &WebviewWindow, keyboard: Keyboard) -> tauri::Result<()> {
    window.show()?;
    if keyboard == Keyboard::Take {
        window.unminimize()?;
        window.set_focus()?;
    }
    Ok(())
}

/// Moves and resizes a window that the agent cannot resize. GTK gives such a one the size that it requests.
#[cfg(target_os = "linux")]
pub(crate) fn put(window: &WebviewWindow, area: Area) -> tauri::Result<()> {
    use gtk::prelude::{GtkWindowExt, WidgetExt};
    let gtk = window.gtk_window()?;
    let scale = gtk.scale_factor();
    gtk.set_size_request(area.width / scale, area.height / scale);
    gtk.move_(area.x / scale, area.y / scale);
    Ok(())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn put(window: &WebviewWindow, area: Area) -> tauri::Result<()> {
    let length = |length: i32| u32::try_from(length).unwrap_or_default();
    window.set_size(tauri::PhysicalSize::new(length(area.width), length(area.height)))?;
    window.set_position(tauri::PhysicalPosition::new(area.x, area.y))
}

/// Windows are touched on the main thread only.
fn on_main_window(app: &AppHandle, act: impl FnOnce(&WebviewWindow) -> tauri::Result<()> + Send + 'static) {
    let Some(window) = app.get_webview_window(Kind::Main.label()) else { return };
    report(app.run_on_main_thread(move || report(act(&window))));
}

pub(crate) fn report(outcome: tauri::Result<()>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "the window did not follow");
    }
}

/// The window shows our pages and never travels: its own scheme, its form on Windows, or Vite while developing.
fn is_ours(scheme: &str, host: Option<&str>) -> bool {
    match (scheme, host) {
        ("tauri", Some("localhost")) | ("http" | "https", Some("tauri.localhost")) => true,
        ("http", Some("localhost")) => tauri::is_dev(),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
