//! Hostile amounts of everything.

use super::*;
use crate::wire::Links;

const SECOND: Duration = Duration::from_secs(1);

fn links(kit: &mut Kit, count: u32) -> Vec<u16> {
    let link = |n| format!(r#"{{"type":"open_link","link":"tel:+7495{:07}"}}"#, n);
    let statuses = (0..count).map(|n| match kit.ask(&link(n)) {
        Ok(_) => 200,
        Err(refusal) => refusal.status,
    });
    statuses.collect()
}

#[test]
fn five_hundred_links_dial_the_first_at_most() {
    for (policy, most) in [(Links::Dial, 1), (Links::Ask, 0)] {
        let mut kit = Kit::clicks(Clicks { links: policy, ..Clicks::default() });
        let statuses = links(&mut kit, 500);
        assert_eq!(kit.dialled().len(), most);
        assert_eq!(kit.prompts().len(), 1);
        assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 495, "five are heard");
        assert_eq!(kit.click_to_call().refused, 495, "the others are counted");
    }
}

#[test]
fn links_for_ten_minutes_dial_no_faster_than_an_agent_could() {
    let mut kit = Kit::new();
    for second in 0..600 {
        links(&mut kit, 10);
        kit.pass(SECOND);
        for call in kit.desk.snapshot().calls {
            if call.ended.is_none() {
                let id = call.id.trim_start_matches('c').parse().expect("an id");
                kit.ends(id, Reason::Busy);
            }
        }
        assert!(kit.prompts().len() <= 1, "at {second} s");
    }
    assert!(kit.dialled().len() <= 600 / 5 + 5);
}

#[test]
fn ten_thousand_sites_fill_neither_the_screen_nor_the_memory() {
    let mut kit = Kit::new();
    for n in 0..10_000 {
        kit.page_dials(&site(&format!("https://a{n}.evil.example")), "200");
        assert!(kit.prompts().len() <= 8);
        assert!(kit.desk.prompts.askers() <= 256);
    }
    assert!(kit.click_to_call().origins.is_empty(), "a site of which nothing was decided has no entry");
    assert!(kit.take_commands().is_empty());
    assert_eq!(kit.click_to_call().refused, 10_000 - 8);
}

#[test]
fn ten_thousand_clicks_of_other_sites_are_bounded_too() {
    let mut kit = Kit::new();
    for n in 0..10_000 {
        kit.page_dials(&clicked(&format!("https://a{n}.evil.example")), "200");
    }
    assert_eq!(kit.prompts().len(), 8);
    assert!(kit.desk.prompts.askers() <= 256);
    assert_eq!(kit.ask(r#"{"type":"offer","text":"84952294989"}"#).map(|done| done.prompt), Ok(Some("p9".into())));
    assert_eq!(kit.prompts().len(), 8, "what the agent selects takes the place of the oldest");
}

#[test]
fn only_so_many_strangers_are_remembered_and_a_click_still_gets_in() {
    let mut kit = Kit::new();
    let asks = |kit: &mut Kit, page: Page| {
        let made = kit.page_dials(&page, "200");
        if made.starts_with('p') {
            kit.asks(&format!(r#"{{"type":"dismiss_prompt","prompt":"{made}"}}"#));
        }
        made.starts_with('p')
    };
    let heard = (0..1000).filter(|n| asks(&mut kit, site(&format!("https://a{n}.evil.example")))).count();
    assert_eq!((heard, kit.desk.prompts.askers()), (256, 256));
    let heard = (0..1000).filter(|n| asks(&mut kit, clicked(&format!("https://b{n}.example")))).count();
    assert_eq!((heard, kit.desk.prompts.askers()), (256, 256), "each takes a script's place, none a click's");
    kit.pass(5 * SECOND);
    assert!(asks(&mut kit, site("https://late.example")), "who asked once is forgotten after a while");
    assert_eq!(kit.desk.prompts.askers(), 1);
}

#[test]
fn a_click_gets_its_prompt_during_a_flood_of_scripts() {
    let mut kit = Kit::new();
    let mut n = 0;
    let mut flood = |kit: &mut Kit| {
        for _ in 0..1000 {
            n += 1;
            kit.page_dials(&site(&format!("https://a{n}.evil.example")), "666");
            kit.page_dials(&Page::default(), "666");
        }
    };
    flood(&mut kit);
    for (page, prompt) in [(clicked("https://crm.example"), "p9"), (Page { clicked: true, ..Page::default() }, "p10")] {
        assert_eq!(kit.page_dials(&page, "200"), prompt);
        flood(&mut kit);
        assert!(kit.prompts().iter().any(|open| open.id == prompt), "and it stays");
    }
    kit.asks(r#"{"type":"confirm","prompt":"p9"}"#);
    assert_eq!(kit.dialled(), ["200"]);
}

#[test]
fn a_paired_site_dials_through_a_flood() {
    let mut kit = Kit::clicks(Clicks { allowed: vec!["https://crm.example".into()], ..Clicks::default() });
    for n in 0..1000 {
        kit.page_dials(&site(&format!("https://a{n}.evil.example")), "666");
    }
    assert_eq!(kit.page_dials(&site("https://crm.example"), "200"), "c1");
    assert_eq!(kit.dialled(), ["200"]);
    kit.ends(1, Reason::Busy);
    assert_eq!(kit.page_dials(&site("https://crm.example"), "sip:1@foreign.example"), "p9", "and may ask");
}

#[test]
fn one_script_that_asks_for_ever_is_one_prompt_a_minute() {
    let mut kit = Kit::new();
    let mut seen = std::collections::BTreeSet::new();
    for n in 0..6000 {
        kit.page_dials(&site("https://evil.example"), &format!("{}", 200 + n % 7));
        seen.extend(kit.prompts().into_iter().map(|prompt| prompt.id));
        assert!(kit.prompts().len() <= 1);
        kit.pass(Duration::from_millis(100));
    }
    assert!(seen.len() <= 11, "{}", seen.len());
    assert!(kit.take_commands().is_empty());
}

#[test]
fn listeners_hear_of_a_flood_a_few_times_a_second() {
    let mut kit = Kit::new();
    for _ in 0..1000 {
        kit.page_dials(&site("https://evil.example"), "200");
        kit.page_dials(&Page::default(), "200");
        kit.pass(Duration::from_millis(1));
    }
    assert!(kit.changes.len() <= 2 + 3 * 5, "{} changes in a second", kit.changes.len());
    kit.pass(SECOND);
    let told = kit.changes.iter().rev().find_map(|change| match &change.what {
        What::ClickToCallChanged { click_to_call } => Some(click_to_call.refused),
        _ => None,
    });
    assert_eq!(told, Some(2000 - 10), "none is forgotten");
    assert_eq!(kit.click_to_call().refused, 2000 - 10);
}

#[test]
fn a_page_that_asks_the_pbx_for_ever_makes_no_endless_list() {
    let clicks = Clicks { allowed: vec!["https://crm.example".into()], pbx: true, ..Clicks::default() };
    let mut kit = Kit::clicks(clicks);
    for _ in 0..500 {
        let _ = kit.page(&site("https://crm.example"), r#"{"type":"dial","target":"200","via":"pbx"}"#);
        if let Some(last) = kit.originated.last() {
            let told = crate::Originated { id: last.id, outcome: Ok(()) };
            kit.input(Input::Originated(told));
        }
        assert!(kit.desk.snapshot().originations.len() <= 16);
        kit.pass(SECOND / 10);
    }
    assert!(kit.originated.len() <= 10 + 50 / 3 + 1, "ten, and one more each three seconds");
}
