use super::*;
use crate::staged::prompt;

#[test]
fn only_what_the_agent_did_brings_the_window() {
    assert!(is_the_agents(&prompt("p1", PromptSource::Page, true)));
    assert!(!is_the_agents(&prompt("p1", PromptSource::Page, false)), "a script of a page");
    assert!(is_the_agents(&prompt("p1", PromptSource::Link, false)));
    assert!(is_the_agents(&prompt("p1", PromptSource::Selection, true)));
    let flood = Prompt { reasons: vec![PromptReason::Flood], ..prompt("p1", PromptSource::Link, false) };
    assert!(!is_the_agents(&flood), "a page that opens link after link");
}
