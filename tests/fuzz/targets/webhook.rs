//! Any bytes as a request to each dialect: a line each for the end of the path, the query and the content type, then the body.
#![no_main]

use std::sync::LazyLock;

use cti::{
    CallEvent, MAX_FIELDS, What,
    webhook::{EventSource, Mapped, Mapping, Received, built_in},
};
use libfuzzer_sys::fuzz_target;

static DIALECTS: LazyLock<Vec<Box<dyn EventSource>>> = LazyLock::new(|| {
    let mut all = built_in();
    all.push(Box::new(Mapped::new(Mapping { extension_after: Some('*'), ..Mapping::default() })));
    all
});

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(4, |byte| *byte == b'\n');
    let mut line = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let (tail, query, content_type) = (line(), line(), line());
    let body = parts.next().unwrap_or_default();
    let content_type = Some(content_type.as_str()).filter(|kind| !kind.is_empty());
    let received = Received { method: "POST", tail: &tail, query: &query, content_type, body };
    for dialect in DIALECTS.iter() {
        match dialect.read(&received) {
            Ok(told) => {
                is_a_line(&told.name);
                is_a_line(&told.summary);
                assert!(told.remarks.len() <= 20);
                told.remarks.iter().for_each(|remark| assert!(remark.len() < 4_000, "{remark}"));
                assert!(told.events.len() <= 66, "{}", told.events.len());
                told.events.iter().for_each(|event| is_small(event));
            }
            Err(why) => assert!(!why.0.is_empty() && why.0.len() < 300, "{why}"),
        }
    }
});

/// What goes on to the desk is bounded, whatever was sent, and is about something.
fn is_small(event: &CallEvent) {
    assert!(event.fields.len() <= MAX_FIELDS);
    assert!(event.fields.iter().all(|(name, value)| name.len() <= 64 && value.len() <= 512));
    let texts = [&event.extension, &event.remote_number, &event.did, &event.queue, &event.diversion, &event.originated_id];
    let party = event.party.iter().flat_map(|party| [Some(&party.number), party.name.as_ref()]).flatten();
    assert!(texts.into_iter().flatten().chain(party).all(|text| text.len() <= 512));
    assert!(event.call_id.len() <= 512 && event.leg_id.len() <= 1_025);
    assert_eq!(event.call_id.is_empty(), matches!(event.what, What::Idle | What::Unreachable), "{event:?}");
}

fn is_a_line(text: &str) {
    assert!(text.chars().count() < 200 && !text.chars().any(char::is_control), "{text:?}");
}
