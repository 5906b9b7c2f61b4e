//! Standard output, one JSON object a line, and intents from standard input.

use std::{
    io::{self, BufRead as _, Read as _, Write as _},
    sync::Arc,
    thread,
};

use desk::wire::{Intent, Refusal};
use headless::DeskHandle;
use serde::Serialize;
use tokio::sync::mpsc;

/// Writes whole lines. Whoever read them may be gone: that ends nothing.
pub(crate) struct Output;

impl Output {
    /// `{"key":{…}}`
    pub(crate) fn line(&self, key: &str, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(json) => self.text(&format!("{{\"{key}\":{json}}}")),
            Err(error) => tracing::error!(%error, key, "cannot be written as JSON"),
        }
    }

    pub(crate) fn text(&self, line: &str) {
        let mut stdout = io::stdout().lock();
        stdout.write_all(format!("{line}\n").as_bytes()).and_then(|()| stdout.flush()).ok();
    }

    pub(crate) fn error(&self, line: &str) {
        io::stderr().lock().write_all(format!("{line}\n").as_bytes()).ok();
    }
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
