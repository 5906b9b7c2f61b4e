use super::*;

#[test]
fn an_export_never_takes_the_place_of_another() {
    let folder = std::env::temp_dir().join(format!("ringside-exports-{}", std::process::id()));
    let names: Vec<_> = (0..3).map(|_| new_file(&folder).expect("a file").file_name().map(ToOwned::to_owned)).collect();
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    let expected = ["ringside-calls.csv", "ringside-calls-2.csv", "ringside-calls-3.csv"];
    assert_eq!(names, expected.map(|name| Some(name.into())));
}
