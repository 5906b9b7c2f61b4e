//! The text that the agent selected, else the one that was copied.

use arboard::Clipboard;

/// More than this is not a number but a page.
const MAX_BYTES: usize = 1024;

/// What may have a number in it, if anything may. Asks the program that has the selection, and so may take seconds if that
/// one hangs.
///
/// # Errors
/// If there is no asking: without a display, for instance.
pub fn selected() -> Result<Option<String>, arboard::Error> {
    let mut clipboard = Clipboard::new()?;
    let marked = primary(&mut clipboard).filter(|text| !text.trim().is_empty());
    Ok(marked.or_else(|| clipboard.get_text().ok()).and_then(|text| usable(&text)))
}

/// What is marked; on other systems only what is copied can be read.
#[cfg(target_os = "linux")]
fn primary(clipboard: &mut Clipboard) -> Option<String> {
    use arboard::{GetExtLinux, LinuxClipboardKind};
    clipboard.get().clipboard(LinuxClipboardKind::Primary).text().ok()
}

#[cfg(not(target_os = "linux"))]
fn primary(_: &mut Clipboard) -> Option<String> {
    None
}

fn usable(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= MAX_BYTES).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_or_nothing_is_not_a_number() {
        assert_eq!(usable(" +7 495\n").as_deref(), Some("+7 495"));
        assert_eq!(usable(" \n"), None);
        assert_eq!(usable(&"1".repeat(MAX_BYTES + 1)), None);
    }
}
