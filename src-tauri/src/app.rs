//! The Tauri application: what starts in which order, and how it ends.

use std::process::ExitCode;
use std::time::Duration;

use desk::wire::{Intent, Refusal};
use headless::Running;
use tauri::{AppHandle, Manager, Window, WindowEvent};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::bridge::{self, Desk, Started, Subscriptions};
use crate::follow::{Looked, follow};
use crate::options::Options;
use crate::signals;
use crate::tray::{Choice, Tray};
use crate::windows::{self, Kind};

/// Longer than the desk takes to unregister and to end its calls; a desktop that logs out does not wait for ever.
const STOP_BOUND: Duration = Duration::from_secs(3);

/// Opens the phone and returns once the agent quits: unregistered, calls ended.
pub fn run(options: Options, runtime: &Runtime) -> tauri::Result<ExitCode> {
    tauri::async_runtime::set(runtime.handle().clone());
    let (running, ran) = oneshot::channel();
    let app = tauri::Builder::default()
        // First of all: a second start leaves here, before it could register a second phone.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| windows::bring(app)))
        .plugin(remember_window(&options))
        .invoke_handler(tauri::generate_handler![bridge::snapshot, bridge::intent, bridge::subscribe])
        .on_window_event(on_window_event)
        .setup(move |app| Ok(set_up(app.handle(), options, running)?))
        .build(tauri::generate_context!())?;
    let code = app.run_return(|_, _| {});
    runtime.block_on(stop(ran));
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

fn set_up(app: &AppHandle, options: Options, running: oneshot::Sender<Running>) -> tauri::Result<()> {
    let (started, desk) = Desk::starting();
    app.manage(desk.clone());
    app.manage(Subscriptions::default());
    app.manage(Looked::default());
    let hidden = options.hidden;
    windows::open(app, Kind::Main, &options.data)?;
    tauri::async_runtime::spawn(start(options, started, running));
    if !hidden {
        windows::bring(app);
    }
    let tray = Tray::new(app, on_choice)?;
    let followed = app.clone();
    tauri::async_runtime::spawn(async move {
        let looked = followed.state::<Looked>();
        if let Err(refusal) = follow(followed.clone(), desk, &looked, tray).await {
            tracing::error!(code = refusal.code, "{}", refusal.detail);
            // Even one that was to start hidden: the window says what is wrong.
            windows::bring(&followed);
        }
    });
    let signalled = app.clone();
    tauri::async_runtime::spawn(async move {
        signals::asked_to_stop().await;
        signalled.exit(0);
    });
    Ok(())
}

/// Starts the desk. If that fails, the window opens all the same and says why.
async fn start(options: Options, started: Started, running: oneshot::Sender<Running>) {
    let practice = options.practice || has_no_account(&options);
    let usual = headless::Options::new(options.settings, options.data);
    match headless::start(headless::Options { practice, in_app: true, ..usual }).await {
        Ok(desk) => {
            started.send_replace(Some(Ok(desk.desk())));
            // Nobody takes it if the agent quit meanwhile; dropping it then ends the desk.
            let _ = running.send(desk);
        }
        Err(error) => {
            started.send_replace(Some(Err(Refusal::conflict("cannot_start", error.to_string()))));
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
    if matches!(event, WindowEvent::Focused(true)) {
        window.state::<Looked>().0.notify_one();
    }
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

/// Size and place of the main window come back at the next start. Whether it is visible is not the plugin's to decide:
/// it would show and focus it.
fn remember_window<R: tauri::Runtime>(options: &Options) -> tauri::plugin::TauriPlugin<R> {
    use tauri_plugin_window_state::{Builder, StateFlags};
    Builder::new()
        .with_state_flags(StateFlags::all() & !StateFlags::VISIBLE)
        .with_filter(|label| label == Kind::Main.label())
        .with_filename(options.data.join("window.json").to_string_lossy())
        .build()
}
