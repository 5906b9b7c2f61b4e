//! Declares the commands, so that a window may call only what its capability file names: undeclared commands are open
//! to every window.

fn main() {
    let commands = tauri_build::AppManifest::new().commands(&[
        "snapshot",
        "intent",
        "preview",
        "subscribe",
        "card_height",
        "open_floor",
        "history",
        "export_history",
        "events",
        "replay_event",
        "import_contacts",
        "links_status",
        "links_take",
    ]);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("{error:#}");
    }
}
