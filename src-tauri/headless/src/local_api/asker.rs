//! Who asks: a program that holds the token, or a web page, as far as the browser tells which.
//!
//! What a page says about itself counts only where a browser vouches for it, by `Origin`. Where there is none, `Referer` of a
//! navigation that somebody really clicked names the site to the agent and opens nothing: it stays the same when the link's
//! target sends the browser on to this port. Scripts cannot set either, nor `Sec-Fetch-User`.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use desk::{Asker, Page, wire::Verdict};

use super::{Token, answer::Failure, places::Connection};
use crate::engine::DeskHandle;

/// Who sent a request.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// For the desk.
    pub(super) asker: Asker,
    /// The site that `Origin` names; only to this one an answer may be shown.
    pub(super) origin: Option<String>,
    /// What was decided about the site that asks.
    pub(super) verdict: Option<Verdict>,
    /// The answer would take the place of the page.
    pub(super) navigates: bool,
    pub(super) connection: Arc<Connection>,
}

impl Caller {
    /// # Errors
    /// 401 for a wrong token, 400 for more than one origin.
    pub(super) fn of(
        headers: &HeaderMap,
        connection: Arc<Connection>,
        token: &Token,
        desk: &DeskHandle,
    ) -> Result<Self, Failure> {
        let origin = origin(headers)?;
        let says = |name: &str, value: &str| is(headers, name, value);
        let navigates = says("sec-fetch-mode", "navigate") && says("sec-fetch-dest", "document");
        if headers.contains_key(header::AUTHORIZATION) {
            if !knows_token(headers, token) {
                let detail = "send Authorization: Bearer with the token of the token_file";
                return Err(Failure::new(StatusCode::UNAUTHORIZED, "wrong_token", detail));
            }
            connection.trust();
            return Ok(Self { asker: Asker::Agent, origin, verdict: None, navigates, connection });
        }
        let clicked = says("sec-fetch-user", "?1");
        let vouched = clicked && says("sec-fetch-mode", "navigate") && !headers.contains_key(header::ORIGIN);
        let site = origin.clone().or_else(|| vouched.then(|| referrer(headers)).flatten());
        let verdict = site.as_deref().and_then(|site| desk.verdict(site));
        let page = Page { origin: site, proven: origin.is_some(), clicked, pairs: false };
        Ok(Self { asker: Asker::Page(page), origin, verdict, navigates, connection })
    }

    /// A click of the agent's, in some page.
    pub(super) fn clicks(&self) -> bool {
        matches!(&self.asker, Asker::Page(page) if page.clicked)
    }

    pub(super) fn is_agent(&self) -> bool {
        self.asker == Asker::Agent
    }

    /// May read what a page may read, and run scripts. A clicked link is not enough: somebody else may have written it into
    /// the page, and nobody reads its answer.
    pub(super) fn is_trusted(&self) -> bool {
        self.is_agent() || (self.origin.is_some() && self.verdict == Some(Verdict::Allowed))
    }

    /// The site whose view of the desk it gets; `None` for the agent, who sees everything.
    ///
    /// # Errors
    /// 401 if it may see nothing.
    pub(super) fn viewer(&self) -> Result<Option<&str>, Failure> {
        match (&self.origin, self.verdict) {
            _ if self.is_agent() => Ok(None),
            (Some(origin), Some(Verdict::Allowed | Verdict::Once)) => Ok(Some(origin)),
            _ => {
                let detail =
                    "send Authorization: Bearer with the token of the token_file, or be a page that the agent allowed";
                Err(Failure::new(StatusCode::UNAUTHORIZED, "no_token", detail))
            }
        }
    }
}

/// The value of a header that came exactly once.
pub(super) fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// The site of `Origin`. `null`, and what is no web site, is nobody in particular.
pub(super) fn origin(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    if !headers.contains_key(header::ORIGIN) {
        return Ok(None);
    }
    let refusal =
        || Failure::new(StatusCode::BAD_REQUEST, "bad_origin", "one Origin at most, like https://crm.example");
    let origin = single(headers, &header::ORIGIN).ok_or_else(refusal)?.to_ascii_lowercase();
    let is_site = origin.starts_with("http://") || origin.starts_with("https://");
    Ok(is_site.then_some(origin))
}

fn referrer(headers: &HeaderMap) -> Option<String> {
    let uri: Uri = single(headers, &header::REFERER)?.parse().ok()?;
    let scheme = uri.scheme_str().filter(|scheme| ["http", "https"].contains(scheme))?;
    let place = uri.authority()?.as_str().to_ascii_lowercase();
    (!place.contains('@')).then(|| format!("{scheme}://{place}"))
}

fn is(headers: &HeaderMap, name: &str, value: &str) -> bool {
    HeaderName::try_from(name).is_ok_and(|name| single(headers, &name) == Some(value))
}

fn knows_token(headers: &HeaderMap, token: &Token) -> bool {
    let given = single(headers, &header::AUTHORIZATION).and_then(|value| value.split_once(' '));
    given.is_some_and(|(scheme, given)| scheme.eq_ignore_ascii_case("bearer") && token.is(given.trim()))
}
