//! The command line, and the way from it to the Ringside that runs already, with a window or without: the desk of a data
//! folder is asked through its localhost port. Tauri and GTK are kept out, so that a link is on its way within
//! milliseconds, also without a display.
//!
//! ```text
//!   DATA/lock            held for as long as the desk lives
//!   DATA/local_api.json  {"url":"http://127.0.0.1:4059","pid":123}
//!   DATA/token           the bearer token
//! ```

pub mod options;
mod wish;

pub use wish::Wish;

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use ureq::Agent;

/// A desk answers within milliseconds; one that does not by then is stuck.
const BOUND: Duration = Duration::from_secs(3);
/// The files are far smaller.
const MAX_FILE: u64 = 4096;
/// A snapshot with its history is the longest answer.
const MAX_ANSWER: u64 = 4 * 1024 * 1024;

/// Why a wish was not fulfilled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No desk runs on this data folder, or it is not that far yet.
    #[error("Ringside is not running")]
    NotRunning,
    /// It said no.
    #[error("{detail}")]
    Refused {
        /// The HTTP status: 400 for what cannot be understood.
        status: u16,
        /// The refusal's stable code; empty if it gave none.
        code: String,
        /// Its sentence.
        detail: String,
    },
    /// It runs and cannot be spoken to.
    #[error("Ringside runs, but does not answer: {0}")]
    Stuck(String),
}

impl Error {
    /// Whether there was no number in what was given.
    pub fn is_without_number(&self) -> bool {
        matches!(self, Error::Refused { code, .. } if means_no_number(code))
    }

    /// Whether the wish itself made no sense.
    pub fn is_usage(&self) -> bool {
        matches!(self, Error::Refused { status: 400, .. })
    }
}

/// Whether a refusal's code says that there was no number in what was given.
pub fn means_no_number(code: &str) -> bool {
    ["target_empty", "target_undialable", "target_too_long"].contains(&code)
}

/// Asks the desk that runs on the folder `data` for something.
///
/// # Errors
/// If there is none, or it refuses.
pub fn knock(data: &Path, wish: &Wish) -> Result<(), Error> {
    let door = Door::of(data).ok_or(Error::NotRunning)?;
    match wish.intent() {
        Some(intent) => door.intent(&intent),
        None => door.hang_up_all(),
    }
}

/// The way to a desk.
struct Door {
    agent: Agent,
    url: String,
    authorization: String,
}

/// What a desk writes about itself.
#[derive(Deserialize)]
struct LocalApi {
    url: String,
    pid: u32,
}

impl Door {
    /// The files outlive a desk that was killed; the lock does not.
    fn of(data: &Path) -> Option<Door> {
        let api: LocalApi = serde_json::from_str(&read(&data.join("local_api.json"))?).ok()?;
        let token = read(&data.join("token"))?.trim().to_owned();
        let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        let is_there = is_loopback(&api.url) && is_token && is_process(api.pid) && is_held(&data.join("lock"));
        is_there.then(|| Door { agent: agent(), url: api.url, authorization: format!("Bearer {token}") })
    }

    fn intent(&self, intent: &Value) -> Result<(), Error> {
        let request = self.agent.post(format!("{}/v1/intent", self.url));
        let request = request.header("authorization", &self.authorization).content_type("application/json");
        answer(request.send(intent.to_string())).map(drop)
    }

    fn hang_up_all(&self) -> Result<(), Error> {
        let request = self.agent.get(format!("{}/v1/snapshot", self.url));
        let snapshot = answer(request.header("authorization", &self.authorization).call())?;
        let calls = snapshot["calls"].as_array().cloned().unwrap_or_default();
        for call in calls.iter().filter(|call| call["state"] != "ended" && call["state"] != "ending") {
            match self.intent(&json!({ "type": "hang_up", "call": call["id"] })) {
                // It ended by itself meanwhile.
                Ok(()) | Err(Error::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// No proxy stands before the loopback, and a desk redirects nobody.
fn agent() -> Agent {
    Agent::config_builder()
        .timeout_global(Some(BOUND))
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .into()
}

fn answer(outcome: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value, Error> {
    let mut response = outcome.map_err(|error| match error {
        // It has just ended.
        ureq::Error::Io(error) if error.kind() == ErrorKind::ConnectionRefused => Error::NotRunning,
        error => Error::Stuck(error.to_string()),
    })?;
    let text = response.body_mut().with_config().limit(MAX_ANSWER).read_to_string();
    let text = text.map_err(|error| Error::Stuck(error.to_string()))?;
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    if response.status().is_success() {
        return Ok(body);
    }
    let status = response.status();
    let code = body["error"]["code"].as_str().unwrap_or_default().to_owned();
    let detail = body["error"]["detail"].as_str().map_or_else(|| status.to_string(), ToOwned::to_owned);
    Err(Error::Refused { status: status.as_u16(), code, detail })
}

/// The token goes to this machine or nowhere.
fn is_loopback(url: &str) -> bool {
    let port = url.strip_prefix("http://127.0.0.1:").or_else(|| url.strip_prefix("http://[::1]:"));
    port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|n| n > 0))
}

fn is_process(pid: u32) -> bool {
    !cfg!(target_os = "linux") || Path::new("/proc").join(pid.to_string()).exists()
}

/// Asked only once a desk is known to have been there: looking takes the lock for an instant.
fn is_held(lock: &Path) -> bool {
    let Ok(file) = File::open(lock) else { return false };
    match file.try_lock_shared() {
        Ok(()) => false,
        Err(TryLockError::WouldBlock) => true,
        // A file system without locks.
        Err(TryLockError::Error(_)) => true,
    }
}

fn read(path: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(path).ok()?.take(MAX_FILE).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests;
