//! What programs are told, and what happens if they fail.

use std::path::Path;

use cti::crm::Argument;

use super::*;

fn hook(program: &Path, arguments: &[&str], on: &[Moment]) -> Hook {
    let arguments = arguments.iter().map(|text| Argument::parse(text).expect(text)).collect();
    Hook { on: on.to_vec(), program: program.to_owned(), arguments }
}

fn facts() -> Facts {
    let pairs = [("number", "101"), ("name", "--rm; $(id)\n`x`"), ("contact.id", "7")];
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn each_moment_has_its_programs_and_some_wait_for_the_name() {
    let (early, late) = (Path::new("early"), Path::new("late"));
    let hooks = vec![
        hook(early, &["{number}", "{direction}"], &[Moment::Ring, Moment::End]),
        hook(late, &["{contact.id}"], &[Moment::Ring]),
    ];
    let programs = Programs::new(hooks, mpsc::channel(1).0);
    let count = |moment| {
        let (early, late) = programs.at(moment);
        (early.len(), late.len())
    };
    assert_eq!([count(Moment::Ring), count(Moment::Answer), count(Moment::End)], [(1, 1), (0, 0), (1, 0)]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_program_gets_its_arguments_and_its_environment_without_a_shell() {
    use std::fs;

    let folder = tempfile::tempdir().expect("a folder");
    let (script, seen) = (folder.path().join("on call"), folder.path().join("seen"));
    let text = "{ printf '%s|' \"$@\"; printf '%s/' \"$RINGSIDE_MOMENT\" \"$RINGSIDE_NUMBER\" \"$RINGSIDE_CONTACT_ID\" \
                \"$RINGSIDE_NAME\"; } > \"$0.new\"\nmv \"$0.new\" \"${0%/*}/seen\"\n";
    fs::write(&script, text).expect("a script");
    let (tell, mut told) = mpsc::channel(4);
    let script = script.to_str().expect("a plain path");
    let hook = hook(Path::new("/bin/sh"), &[script, "-n", "{name}", "{queue}"], &[Moment::Answer]);
    let programs = Programs::new(vec![hook], tell);
    for program in programs.at(Moment::Answer).1 {
        programs.run(program, Moment::Answer, &facts());
    }
    let ran = async {
        loop {
            match fs::read_to_string(&seen) {
                Ok(text) => return text,
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    };
    let text = timeout(Duration::from_secs(10), ran).await.expect("it ran");
    assert_eq!(text, "-n|rm; $(id)\n`x`||answer/101/7/--rm; $(id)\n`x`/");
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn a_program_that_fails_is_told_of_once() {
    let (tell, mut told) = mpsc::channel(4);
    let programs = Programs::new(vec![hook(Path::new("/nowhere/on-call"), &[], &[Moment::Ring])], tell);
    for _ in 0..3 {
        for program in programs.at(Moment::Ring).0 {
            programs.run(program, Moment::Ring, &facts());
        }
    }
    let Some(Input::Notice(code, sentence)) = told.recv().await else { panic!("a notice") };
    assert_eq!(code, "hook_failed");
    assert!(sentence.contains("/nowhere/on-call") && !sentence.contains("101"), "{sentence}");
    drop(programs);
    assert!(told.recv().await.is_none(), "three failures, one sentence");
}
