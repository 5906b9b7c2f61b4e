//! `ringside-headless`: the desk without a window, for servers, scripts and tests.

mod arguments;
mod output;

use std::{io, process::ExitCode, sync::Arc};

use arguments::{Arguments, LogFormat};
use desk::wire::What;
use headless::{DeskHandle, Running, Update};
use output::Output;
use tokio::{
    runtime,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args_os()) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            output::print(arguments::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(error) => return fail(&format!("{error}\n{}", arguments::USAGE)),
    };
    log_to_stderr(arguments.log_format);
    // One call is light work: the sound has a thread of its own.
    let runtime = runtime::Builder::new_multi_thread().worker_threads(1).thread_stack_size(STACK).enable_all().build();
    match runtime {
        Ok(runtime) => {
            let code = runtime.block_on(run(arguments));
            // A keychain or a disk that hangs must not hold up the end.
            runtime.shutdown_background();
            code
        }
        Err(error) => fail(&error.to_string()),
    }
}

async fn run(arguments: Arguments) -> ExitCode {
    let ends = match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(terminate), Ok(interrupt)) => (terminate, interrupt),
        (Err(error), _) | (_, Err(error)) => return fail(&error.to_string()),
    };
    let (mut terminate, mut interrupt) = ends;
    let running = match headless::start(arguments.options).await {
        Ok(running) => running,
        Err(error) => return fail(&error.to_string()),
    };
    let output = Arc::new(Output::new());
    output.line("ready", running.ready());
    tokio::spawn(tell_changes(running.desk(), Arc::clone(&output)));
    if arguments.stdin {
        output::serve_stdin(running.desk(), output);
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    stop(running).await
}

async fn stop(running: Running) -> ExitCode {
    running.stop().await;
    ExitCode::SUCCESS
}

/// Every change but the levels, which would drown the rest.
async fn tell_changes(desk: DeskHandle, output: Arc<Output>) {
    let mut changes = desk.subscribe(Some(0)).await;
    while let Some(update) = changes.next().await {
        match update {
            Update::Change(change) if matches!(change.what, What::Levels { .. }) => {}
            Update::Change(change) => output.line("change", &change),
            Update::Snapshot(snapshot) => output.line("snapshot", &snapshot),
        }
    }
}

fn log_to_stderr(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(false).init(),
        LogFormat::Json => log.json().init(),
    }
}

fn fail(sentence: &str) -> ExitCode {
    output::complain(sentence);
    ExitCode::from(USAGE_OR_SETTINGS)
}

const USAGE_OR_SETTINGS: u8 = 2;
const STACK: usize = 512 * 1024;
