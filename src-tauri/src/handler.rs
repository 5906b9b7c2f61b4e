//! Which program the system opens tel:, sip:, sips: and callto: links with, and how Ringside becomes it.
//!
//! An installed package brings its own entry; any other build writes one for the user alone. Either is only a candidate
//! until `xdg-mime` makes it the default, which no installation does by itself: there may be another softphone.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use desk::wire::Refusal;
use serde::Serialize;

/// What Ringside opens.
const SCHEMES: [&str; 4] = ["tel", "sip", "sips", "callto"];
/// The entry of the package.
const PACKAGED: &str = "ringside.desktop";
/// The entry that other builds write.
const OWN: &str = "ringside-links.desktop";

/// Who opens links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Handler {
    /// This Ringside opens tel: links.
    pub ours: bool,
    /// The name of the program that does, where the system tells.
    pub program: Option<String>,
}

/// Who opens tel: links now.
#[tauri::command]
pub async fn links_status() -> Result<Handler, Refusal> {
    blocking(status).await
}

/// Lets this Ringside open links, and says who opens them now.
#[tauri::command]
pub async fn links_take() -> Result<Handler, Refusal> {
    blocking(|| take().and_then(|()| status())).await
}

async fn blocking(ask: impl FnOnce() -> io::Result<Handler> + Send + 'static) -> Result<Handler, Refusal> {
    let outcome = tokio::task::spawn_blocking(ask).await.map_err(io::Error::other).flatten();
    outcome.map_err(|error| Refusal::conflict("links_not_taken", error.to_string()))
}

/// Makes this Ringside the program that opens links.
///
/// # Errors
/// If the entry cannot be written or the system does not take it.
pub fn take() -> io::Result<()> {
    let program = std::env::current_exe()?;
    let name = entry_of(&program);
    if name == OWN {
        let folder = dirs::data_dir().ok_or_else(|| io::Error::other("there is no home folder"))?.join("applications");
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(OWN), entry(&opener(program))?)?;
        // Without its cache some desktops do not see the new entry; where the tool is missing they need none.
        let _ = Command::new("update-desktop-database").arg(&folder).output();
    }
    let types = SCHEMES.map(|scheme| format!("x-scheme-handler/{scheme}"));
    xdg_mime(["default", name].into_iter().chain(types.iter().map(String::as_str))).map(drop)
}

fn status() -> io::Result<Handler> {
    let id = xdg_mime(["query", "default", "x-scheme-handler/tel"])?;
    let id = id.trim();
    let program = id.strip_suffix(".desktop").map(ToOwned::to_owned);
    Ok(Handler { ours: id == entry_of(&std::env::current_exe()?), program })
}

/// The package puts its program and its entry under the same prefix.
fn entry_of(program: &Path) -> &'static str {
    let prefix = program.parent().filter(|bin| bin.ends_with("bin")).and_then(Path::parent);
    let packaged: Option<PathBuf> = prefix.map(|prefix| prefix.join("share/applications").join(PACKAGED));
    if packaged.is_some_and(|entry| entry.exists()) { PACKAGED } else { OWN }
}

/// The program beside this one that loads no window for a link; a copied one may have come without it.
fn opener(program: PathBuf) -> PathBuf {
    let link = program.with_file_name(format!("ringside-link{}", std::env::consts::EXE_SUFFIX));
    if link.exists() { link } else { program }
}

/// A desktop entry (freedesktop.org, Desktop Entry Specification 1.5) that is only there for links.
fn entry(program: &Path) -> io::Result<String> {
    let program = program.to_str().and_then(quoted).ok_or_else(|| {
        io::Error::other(format!(
            "{}: such a path cannot stand in a desktop entry: move the program",
            program.display()
        ))
    })?;
    let types: String = SCHEMES.map(|scheme| format!("x-scheme-handler/{scheme};")).concat();
    Ok(format!(
        "[Desktop Entry]\nType=Application\nName=Ringside\nExec={program} -- %u\nIcon=ringside\nTerminal=false\n\
         NoDisplay=true\nStartupWMClass=ringside\nMimeType={types}\n"
    ))
}

/// Quotes only where it must be: xdg-open without a desktop environment does not undo it.
fn quoted(path: &str) -> Option<String> {
    if path.chars().all(|c| c.is_alphanumeric() || "/._-+".contains(c)) {
        return Some(path.to_owned());
    }
    let is_plain = |c: char| !c.is_control() && !"\"`$\\".contains(c);
    path.chars().all(is_plain).then(|| format!("\"{}\"", path.replace('%', "%%")))
}

fn xdg_mime<'a>(arguments: impl IntoIterator<Item = &'a str>) -> io::Result<String> {
    let output = Command::new("xdg-mime").args(arguments).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::other("xdg-mime is missing: install xdg-utils"),
        _ => error,
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(io::Error::other(format!("xdg-mime: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

#[cfg(test)]
mod tests;
