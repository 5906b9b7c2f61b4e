//! The Tauri application: what starts in which order, and how it ends.

use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Duration;

use desk::wire::{Intent, Refusal};
use headless::{Running, StartError};
use knock::options::Options;
use tauri::webview::{PageLoadEvent, PageLoadPayload};
use tauri::{AppHandle, Manager, Webview, Window, WindowEvent};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::bridge::{self, Desk, Started, Subscriptions};
use crate::card_window::{self, CardWindow};
use crate::follow::{Followers, Heard, follow};
use crate::handler;
use crate::hotkey::{self, Hotkey};
use crate::links;
use crate::records;
use crate::signals;
use crate::tray::{Choice, Tray};
use crate::windows::{self, DataFolder, Kind};

/// Longer than the desk takes to unregister and to end its calls; a desktop that logs out does not wait for ever.
const STOP_BOUND: Duration = Duration::from_secs(3);
/// The desk is up within milliseconds. If a disk makes it wait, the window opens meanwhile.
const START_BOUND: Duration = Duration::from_millis(250);
/// From when the main window's page is loaded until its first frame is certainly drawn.
const AFTER_PAINT: Duration = Duration::from_millis(500);

/// A desk on its way up, in this process.
pub struct Starting {
    desk: Desk,
    running: oneshot::Receiver<Running>,
    /// Another process has the data folder: there will be none here.
    pub is_in_use: bool,
}

/// Starts the desk, which decides by the data folder's lock whether this is the Ringside that runs.
pub fn start(options: &Options, runtime: &Runtime) -> Starting {
    let (started, desk) = Desk::starting();
    let (run, running) = oneshot::channel();
    let start = runtime.spawn(start_desk(options.clone(), started, run));
    let outcome = runtime.block_on(async { tokio::time::timeout(START_BOUND, start).await });
    Starting { desk, running, is_in_use: matches!(outcome, Ok(Ok(Outcome::InUse))) }
}

/// Opens the phone and returns once the agent quits: unregistered, calls ended.
pub fn run(options: Options, runtime: &Runtime, starting: Starting) -> tauri::Result<ExitCode> {
    tauri::async_runtime::set(runtime.handle().clone());
    let Starting { desk, running, .. } = starting;
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_global_shortcut::Builder::new().build())
        .plugin(remember_window(&options))
        .invoke_handler(tauri::generate_handler![
            bridge::snapshot,
            bridge::intent,
            bridge::preview,
            bridge::subscribe,
            card_window::card_height,
            windows::open_floor,
            records::history,
            records::export_history,
            records::events,
            records::replay_event,
            records::import_contacts,
            handler::links_status,
            handler::links_take
        ])
        .on_window_event(on_window_event)
        .on_page_load(on_page_load)
        .setup(move |app| Ok(set_up(app.handle(), options, desk)?))
        .build(tauri::generate_context!())?;
    let code = app.run_return(|_, _| {});
    runtime.block_on(stop(running));
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

fn set_up(app: &AppHandle, options: Options, desk: Desk) -> tauri::Result<()> {
    app.manage(desk.clone());
    app.manage(Subscriptions::default());
    app.manage(Heard::default());
    app.manage(CardWindow::new(&options.data));
    app.manage(DataFolder(options.data.clone()));
    windows::open(app, Kind::Main, &options.data)?;
    if !options.hidden || options.link.is_some() {
        windows::bring(app);
    }
    let tray = Tray::new(app, on_choice)?;
    let followers = Followers { tray, hotkey: Hotkey::new(app, hotkey::pressed), data: options.data };
    let (followed, following) = (app.clone(), desk.clone());
    tauri::async_runtime::spawn(async move {
        let heard = followed.state::<Heard>();
        if let Err(refusal) = follow(followed.clone(), following, &heard, followers).await {
            tracing::error!(code = refusal.code, "{}", refusal.detail);
            // Even one that was to start hidden: the window says what is wrong.
            windows::bring(&followed);
        }
    });
    if let Some(link) = options.link {
        tauri::async_runtime::spawn(links::open(app.clone(), desk, link));
    }
    let signalled = app.clone();
    tauri::async_runtime::spawn(async move {
        signals::asked_to_stop().await;
        signalled.exit(0);
    });
    Ok(())
}

/// How starting went.
enum Outcome {
    /// Up, or not for a reason that the window tells.
    Told,
    /// Another process has the data folder.
    InUse,
}

/// Starts the desk. If that fails, the window opens all the same and says why.
async fn start_desk(options: Options, started: Started, running: oneshot::Sender<Running>) -> Outcome {
    let practice = options.practice || has_no_account(&options);
    let usual = headless::Options::new(options.settings, options.data);
    match headless::start(headless::Options { practice, in_app: true, ..usual }).await {
        Ok(desk) => {
            started.send_replace(Some(Ok(desk.desk())));
            // Nobody takes it if the agent quit meanwhile; dropping it then ends the desk.
            let _ = running.send(desk);
            Outcome::Told
        }
        Err(error) => {
            let is_in_use = matches!(error, StartError::InUse { .. });
            started.send_replace(Some(Err(Refusal::conflict("cannot_start", error.to_string()))));
            if is_in_use { Outcome::InUse } else { Outcome::Told }
        }
    }
}

/// A newcomer gets the practice PBX. Settings that cannot be read are left to the start, which says what is wrong.
fn has_no_account(options: &Options) -> bool {
    let usual = headless::Options::new(&options.settings, &options.data);
    headless::settings::read(&usual.settings, &usual.policy, true).is_ok_and(|settings| settings.accounts.is_empty())
}

async fn stop(mut ran: oneshot::Receiver<Running>) {
    if let Ok(running) = ran.try_recv()
        && tokio::time::timeout(STOP_BOUND, running.stop()).await.is_err()
    {
        tracing::warn!("the desk took too long to stop");
    }
}

fn on_window_event(window: &Window, event: &WindowEvent) {
    windows::on_event(window, event);
    let heard = window.state::<Heard>();
    match (Kind::from_label(window.label()), event) {
        (Some(Kind::Main), WindowEvent::Focused(_)) => heard.turned.notify_one(),
        (Some(Kind::Card), WindowEvent::CloseRequested { .. }) => heard.closed.notify_one(),
        (Some(Kind::Card), WindowEvent::Moved(to)) => card_window::moved(window, *to),
        (Some(Kind::Floor), WindowEvent::Destroyed) => window.state::<Subscriptions>().remove(window.label()),
        _ => {}
    }
}

/// Once the main window shows something, there is time for what it does not show.
fn on_page_load(webview: &Webview, page: &PageLoadPayload<'_>) {
    if page.event() != PageLoadEvent::Finished || webview.label() != Kind::Main.label() {
        return;
    }
    let app = webview.app_handle().clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(AFTER_PAINT).await;
        let heard = app.state::<Heard>();
        heard.loaded.store(true, Ordering::Relaxed);
        heard.turned.notify_one();
    });
}

fn on_choice(app: &AppHandle, choice: Choice) {
    match choice {
        Choice::Show => windows::bring(app),
        Choice::DoNotDisturb(on) => {
            let desk = app.state::<Desk>().inner().clone();
            tauri::async_runtime::spawn(async move { desk.intent(Intent::SetDoNotDisturb { on }).await });
        }
        Choice::Quit => app.exit(0),
    }
}

/// Size and place of the main window and of the floor's come back at the next start. Whether it is visible is not the plugin's to decide:
/// it would show and focus it.
fn remember_window<R: tauri::Runtime>(options: &Options) -> tauri::plugin::TauriPlugin<R> {
    use tauri_plugin_window_state::{Builder, StateFlags};
    Builder::new()
        .with_state_flags(StateFlags::all() & !StateFlags::VISIBLE)
        .with_filter(|label| [Kind::Main, Kind::Floor].map(Kind::label).contains(&label))
        .with_filename(options.data.join("window.json").to_string_lossy())
        .build()
}
