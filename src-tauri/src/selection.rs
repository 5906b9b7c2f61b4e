//! The text that the agent selected, else the one that was copied.

use arboard::Clipboard;

/// More than this is not a number but a page.
const MAX_BYTES: usize = 1024;

/// What may have a number in it: what is selected, then what was copied. Each asks the program that has it as it is taken,
/// and so may take seconds if that one hangs.
///
/// # Errors
/// If there is no asking: without a display, for instance.
pub fn texts() -> Result<impl Iterator<Item = String>, arboard::Error> {
    let mut clipboard = Clipboard::new()?;
    let places: [fn(&mut Clipboard) -> Option<String>; 2] = [marked, copied];
    Ok(places.into_iter().filter_map(move |text| usable(&text(&mut clipboard)?)))
}

/// What comes of the first text that has a number in it, once it is asked for; `None` if none has.
pub fn offer<E>(
    texts: impl Iterator<Item = String>,
    ask: impl FnMut(String) -> Result<(), E>,
    is_without_number: impl Fn(&E) -> bool,
) -> Option<Result<(), E>> {
    texts.map(ask).find(|outcome| !outcome.as_ref().is_err_and(&is_without_number))
}

/// What is marked; on other systems only what is copied can be read.
#[cfg(target_os = "linux")]
fn marked(clipboard: &mut Clipboard) -> Option<String> {
    use arboard::{GetExtLinux, LinuxClipboardKind};
    clipboard.get().clipboard(LinuxClipboardKind::Primary).text().ok()
}

#[cfg(not(target_os = "linux"))]
fn marked(_: &mut Clipboard) -> Option<String> {
    None
}

fn copied(clipboard: &mut Clipboard) -> Option<String> {
    clipboard.get_text().ok()
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

    /// What is offered of these texts, in turn, and what comes of it. More than one number is told, not passed over.
    fn offered(texts: &[&str]) -> (Vec<String>, Option<Result<(), &'static str>>) {
        let mut asked = Vec::new();
        let ask = |text: String| {
            let outcome = match text.as_str() {
                "700" => Ok(()),
                "700 or 701" => Err("ambiguous"),
                _ => Err("no number"),
            };
            asked.push(text);
            outcome
        };
        let texts = texts.iter().map(|text| (*text).to_owned());
        let outcome = offer(texts, ask, |error| *error == "no number");
        (asked, outcome)
    }

    #[test]
    fn what_was_copied_is_offered_where_nothing_selected_is_a_number() {
        assert_eq!(offered(&["until tomorrow", "700"]), (vec!["until tomorrow".into(), "700".into()], Some(Ok(()))));
        assert_eq!(offered(&["700", "701"]), (vec!["700".into()], Some(Ok(()))));
        assert_eq!(offered(&["700 or 701", "700"]), (vec!["700 or 701".into()], Some(Err("ambiguous"))));
        assert_eq!(offered(&["until", "tomorrow"]).1, None);
        assert_eq!(offered(&[]).1, None);
    }
}
