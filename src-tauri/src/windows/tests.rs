use std::collections::BTreeSet;

use super::*;

#[test]
fn a_label_names_its_kind_both_ways() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_label(kind.label()), Some(kind));
    }
    assert_eq!(Kind::from_label("card-1"), None);
}

#[test]
fn every_kind_has_a_capability_file_for_itself_alone() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("capabilities");
    let files: BTreeSet<String> = std::fs::read_dir(&folder)
        .expect("the capabilities folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    let expected = Kind::ALL.iter().map(|kind| format!("{}.json", kind.label())).collect();
    assert_eq!(files, expected);

    for kind in Kind::ALL {
        let text = std::fs::read_to_string(folder.join(format!("{}.json", kind.label()))).expect("a readable file");
        let capability: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(capability["windows"], serde_json::json!([kind.label()]));
    }
}

#[test]
fn the_window_never_leaves_its_own_pages() {
    assert!(is_ours("tauri", Some("localhost")));
    for (scheme, host) in [("https", Some("crm.example")), ("file", None), ("tauri", Some("elsewhere")), ("data", None)]
    {
        assert!(!is_ours(scheme, host), "{scheme} {host:?}");
    }
}
