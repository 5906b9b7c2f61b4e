//! Any bytes as what a PBX tells of one extension, one document after another; 0xFF separates them.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use sip::{
    dialog_info::{Dialog, DialogInfo, MAX_DIALOGS, Picture, State, parse},
    wire::NameAddr,
};

/// Of an id, a name or an address, in bytes; what does not fit is escaped in the document, or left out.
const MAX_VALUE: usize = 512;

fuzz_target!(|bytes: &[u8]| {
    let mut picture = Picture::default();
    for document in bytes.split(|&byte| byte == 0xff).take(8) {
        let Ok(info) = parse(document) else { continue };
        is_small(&info);
        let last = info.clone();
        let whole = picture.take(info);
        assert!(whole || !last.full, "a full document misses nothing");
        is_a_picture(picture.dialogs());
        shows(&picture, &last);
    }
});

fn is_small(info: &DialogInfo) {
    assert!(info.dialogs.len() <= MAX_DIALOGS && info.entity.len() <= MAX_VALUE);
    for dialog in &info.dialogs {
        assert!(dialog.id.len() <= MAX_VALUE);
        let Some(remote) = &dialog.remote else { continue };
        let display = remote.display.as_deref().unwrap_or_default();
        assert!(display.len() <= MAX_VALUE && remote.uri.as_str().len() <= MAX_VALUE);
        assert!(!display.chars().any(char::is_control), "a name is on one line: {display:?}");
        assert_eq!(NameAddr::parse(&remote.to_string()).as_ref(), Ok(remote), "an address prints as it was read");
    }
}

fn is_a_picture(dialogs: &[Dialog]) {
    assert!(dialogs.len() <= MAX_DIALOGS);
    assert!(dialogs.iter().all(|dialog| dialog.state != State::Terminated), "who is gone is not shown");
    let ids: BTreeSet<&str> = dialogs.iter().map(|dialog| dialog.id.as_str()).collect();
    assert_eq!(ids.len(), dialogs.len(), "each once");
}

/// What the last document says of a dialog last is so; and after a full one there is nothing else.
fn shows(picture: &Picture, last: &DialogInfo) {
    let said = |id: &str| last.dialogs.iter().rev().find(|dialog| dialog.id == id);
    for dialog in picture.dialogs() {
        match said(&dialog.id) {
            Some(said) => assert_eq!(dialog, said),
            None => assert!(!last.full, "{dialog:?} is of another document"),
        }
    }
    let room = picture.dialogs().len() < MAX_DIALOGS;
    for dialog in last.dialogs.iter().filter(|dialog| room && said(&dialog.id) == Some(dialog)) {
        let shown = picture.dialogs().iter().any(|shown| shown.id == dialog.id);
        assert_eq!(shown, dialog.state != State::Terminated, "{dialog:?}");
    }
}
