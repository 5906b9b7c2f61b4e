//! Addresses in the system's browser, without a shell in between.

use std::{
    ffi::OsString,
    process::Stdio,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use desk::Input;
use tokio::{
    process::Command,
    sync::mpsc,
    time::{Instant, timeout},
};

/// Opens addresses.
#[derive(Debug)]
pub(super) struct Opener {
    /// The program, and what it is given before the address.
    browser: Vec<OsString>,
    tell: mpsc::Sender<Input>,
    /// What opens by itself. A flood of calls must not open a hundred tabs.
    by_itself: Mutex<Burst>,
    /// What the agent asked for, or a program in the agent's name.
    asked_for: Mutex<Burst>,
}

/// At most [`BURST`] at once, and then one every [`PAUSE`].
#[derive(Debug, Default)]
struct Burst {
    /// When all that was let through will have been paid for.
    paid: Option<Instant>,
}

impl Opener {
    pub(super) fn new(tell: mpsc::Sender<Input>) -> Self {
        Self::with(BROWSER.iter().map(Into::into).collect(), tell)
    }

    pub(super) fn with(browser: Vec<OsString>, tell: mpsc::Sender<Input>) -> Self {
        Self { browser, tell, by_itself: Mutex::default(), asked_for: Mutex::default() }
    }

    /// Opens what the agent asked for.
    pub(super) fn open(&self, address: String) {
        self.within(&self.asked_for, address);
    }

    /// Opens what the settings want to be opened.
    pub(super) fn open_by_itself(&self, address: String) {
        self.within(&self.by_itself, address);
    }

    fn within(&self, burst: &Mutex<Burst>, address: String) {
        // The template is one of these; an address that the CRM gave was looked at. Still: never a file, never a program.
        if !["http://", "https://"].iter().any(|scheme| address.starts_with(scheme)) {
            return;
        }
        if !burst.lock().unwrap_or_else(PoisonError::into_inner).allows(Instant::now()) {
            tracing::info!("an address is not opened: too many are at once");
            return;
        }
        let (browser, tell) = (self.browser.clone(), self.tell.clone());
        tokio::spawn(async move {
            if let Err(why) = start(&browser, address).await {
                tracing::warn!("the browser does not open: {why}");
                tell.send(Input::Notice("browser_unavailable".to_owned(), no_browser(&why))).await.ok();
            }
        });
    }
}

impl Burst {
    fn allows(&mut self, now: Instant) -> bool {
        let paid = self.paid.filter(|paid| *paid > now).unwrap_or(now);
        let allows = paid - now <= PAUSE * (BURST - 1);
        if allows {
            self.paid = Some(paid + PAUSE);
        }
        allows
    }
}

/// Watches for a while whether it fails; a browser that stays is one that works.
async fn start(browser: &[OsString], address: String) -> Result<(), String> {
    let Some((program, arguments)) = browser.split_first() else { return Ok(()) };
    let mut command = Command::new(program);
    command.args(arguments).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    match timeout(WATCHED, child.wait()).await {
        Ok(Ok(status)) if !status.success() => Err(status.to_string()),
        Ok(Err(error)) => Err(error.to_string()),
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}

fn no_browser(why: &str) -> String {
    format!("The browser does not open the CRM ({why}): set a default browser in the system's settings")
}

#[cfg(target_os = "windows")]
const BROWSER: &[&str] = &["rundll32", "url.dll,FileProtocolHandler"];
#[cfg(target_os = "macos")]
const BROWSER: &[&str] = &["open"];
#[cfg(not(any(target_os = "windows", target_os = "macos")))]
const BROWSER: &[&str] = &["xdg-open"];
const BURST: u32 = 3;
const PAUSE: Duration = Duration::from_secs(2);
const WATCHED: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests;
