//! `/callback`: a web site or a PBX asks that somebody be called back.
//!
//! The fields stand in the address, in a form or in JSON, each of them once.

use axum::http::StatusCode;
use desk::wire::Intent;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::seen::Kept;
use crate::http::{answer::Failure, parameters::Parameters};

/// Where it is asked for.
pub(super) const PATH: &str = "/callback";

/// What a request says.
#[derive(Debug, Default, Deserialize)]
struct Form {
    number: Option<String>,
    name: Option<String>,
    queue: Option<String>,
    due_at: Option<String>,
    note: Option<String>,
    key: Option<String>,
    /// What this version knows nothing of.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Whether a path is this one. Case does not matter.
pub(super) fn is_asked_at(path: &str) -> bool {
    percent_decode_str(path.trim_matches('/')).map(|byte| byte.to_ascii_lowercase()).eq(PATH.bytes().skip(1))
}

/// Who is to be called back, and the names of fields that mean nothing.
///
/// # Errors
/// 400.
pub(super) fn read(kept: &Kept) -> Result<(Intent, Vec<String>), Failure> {
    let body = std::str::from_utf8(&kept.body).map_err(|_| malformed("it is not UTF-8"))?.trim();
    let form = if body.starts_with('{') { in_json(body, kept.query())? } else { in_form(&[kept.query(), body])? };
    let Form { number, name, queue, due_at, note, key, rest } = form;
    let wanted = Intent::RequestCallback { number, call: None, name, queue, due_at, note, key };
    let shown = |name: String| name.chars().filter(|c| !c.is_control()).collect();
    Ok((wanted, rest.into_iter().map(|(name, _)| shown(name)).collect()))
}

/// A field in the address as well would be there twice.
fn in_json(body: &str, query: &str) -> Result<Form, Failure> {
    if !query.is_empty() {
        return Err(malformed("the fields stand in the address and in the body: write all of them into the body"));
    }
    serde_json::from_str(body).map_err(|error| malformed(&error.to_string()))
}

fn in_form(places: &[&str]) -> Result<Form, Failure> {
    let mut fields = Parameters::parse(places)?;
    Ok(Form {
        number: fields.take("number"),
        name: fields.take("name"),
        queue: fields.take("queue"),
        due_at: fields.take("due_at").map(|text| with_plus(&text)),
        note: fields.take("note"),
        key: fields.take("key"),
        rest: fields.rest().into_iter().map(|(name, value)| (name, Value::String(value))).collect(),
    })
}

/// Who forgets to encode the plus of `15:30:00+03:00` sends a blank.
fn with_plus(time: &str) -> String {
    match time.rsplit_once(' ') {
        Some((time, offset)) if time.contains(':') => format!("{time}+{offset}"),
        _ => time.to_owned(),
    }
}

fn malformed(why: &str) -> Failure {
    let detail = format!("this asks for no callback: {why}");
    Failure::new(StatusCode::BAD_REQUEST, "malformed", detail)
}
