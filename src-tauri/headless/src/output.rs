//! Standard output, one JSON object a line, and intents from standard input.

use std::{
    io::{self, BufRead as _, Read as _, Write as _},
    sync::{
        Arc,
        mpsc::{SyncSender, sync_channel},
    },
    thread,
};

use desk::wire::{Intent, Refusal};
use headless::DeskHandle;
use serde::Serialize;
use tokio::sync::mpsc;

/// Writes whole lines, from a thread of its own: whoever reads them may be slow, or gone, and that must not hold up a call.
/// What a reader does not take is dropped, a line at a time; the numbers of the changes tell it what it missed.
pub(crate) struct Output(SyncSender<String>);

impl Output {
    pub(crate) fn new() -> Output {
        let (lines, written) = sync_channel::<String>(BACKLOG);
        thread::spawn(move || {
            let mut stdout = io::stdout();
            for line in written {
                stdout.write_all(line.as_bytes()).and_then(|()| stdout.flush()).ok();
            }
        });
        Output(lines)
    }

    /// `{"key":{…}}`
    pub(crate) fn line(&self, key: &str, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(json) => {
                if self.0.try_send(format!("{{\"{key}\":{json}}}\n")).is_err() {
                    tracing::debug!(key, "nobody reads standard output");
                }
            }
            Err(error) => tracing::error!(%error, key, "cannot be written as JSON"),
        }
    }
}

/// Text for a person, before anything runs.
pub(crate) fn print(text: &str) {
    io::stdout().lock().write_all(format!("{text}\n").as_bytes()).ok();
}

/// The one line about what is wrong.
pub(crate) fn complain(sentence: &str) {
    io::stderr().lock().write_all(format!("{sentence}\n").as_bytes()).ok();
}

/// Takes intents from standard input until it ends; each is answered by `{"done":…}` or `{"error":…}` in its turn.
pub(crate) fn serve_stdin(desk: DeskHandle, output: Arc<Output>) {
    let (lines, mut typed) = mpsc::channel(1);
    // Reading blocks, and tokio's own stdin would hold up the end of the program.
    thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        let mut line = Vec::new();
        while matches!(stdin.by_ref().take(MAX_LINE).read_until(b'\n', &mut line), Ok(1..)) {
            if lines.blocking_send(std::mem::take(&mut line)).is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        while let Some(line) = typed.recv().await {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let done = match serde_json::from_slice::<Intent>(&line) {
                Ok(intent) => desk.intent(intent).await,
                Err(error) => Err(Refusal::malformed("malformed", format!("this is no intent: {error}"))),
            };
            match done {
                Ok(done) => output.line("done", &done),
                Err(refusal) => output.line("error", &refusal),
            }
        }
    });
}

const MAX_LINE: u64 = 64 * 1024;
/// Lines that wait for a slow reader.
const BACKLOG: usize = 1024;
