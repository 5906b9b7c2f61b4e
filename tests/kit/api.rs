//! The localhost port of a desk, as a program on this machine uses it.

use std::{
    fmt,
    io::{BufRead, BufReader},
    time::{Duration, Instant},
};

use serde_json::Value;
use ureq::{Agent, http::Response};

/// Why an intent was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: String,
    /// A sentence.
    pub detail: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.code, self.detail)
    }
}

/// One desk's port and the token that opens it.
#[derive(Clone)]
pub struct Api {
    base: String,
    bearer: String,
    agent: Agent,
}

impl Api {
    /// `base` is `http://127.0.0.1:PORT`.
    pub fn new(base: &str, token: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).timeout_connect(Some(crate::SOON)).build();
        Self { base: base.into(), bearer: format!("Bearer {}", token.trim()), agent: config.into() }
    }

    /// `GET /v1/snapshot`.
    pub fn snapshot(&self) -> Value {
        body(self.get("/v1/snapshot"))
    }

    /// `GET /v1/history` with this text.
    pub fn history(&self, text: &str) -> Value {
        let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        body(self.get(&format!("/v1/history?text={text}")))
    }

    /// Waits until the history with this text fits; gives it.
    #[track_caller]
    pub fn until_history(&self, text: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + crate::SOON;
        loop {
            let page = self.history(text);
            if fits(&page) {
                return page;
            }
            assert!(Instant::now() < end, "the history within {:?}, but it is {page}", crate::SOON);
            // Nothing tells of what is written: there is nothing to be woken by.
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Any path that is answered by text.
    pub fn text(&self, path: &str) -> String {
        self.get(path).into_body().read_to_string().expect("an answer has a body")
    }

    /// Any path that takes a body and answers JSON.
    pub fn post(&self, path: &str, text: &str) -> Value {
        let request = self.agent.post(format!("{}{path}", self.base)).header("Authorization", &self.bearer);
        body(request.config().timeout_global(Some(crate::SOON)).build().send(text).expect("the desk answers"))
    }

    /// `GET /v1/events`.
    pub fn events(&self) -> Value {
        body(self.get("/v1/events"))
    }

    /// `POST /v1/intent`.
    pub fn intent(&self, intent: &Value) -> Result<Value, Refusal> {
        let request = self.agent.post(format!("{}/v1/intent", self.base)).header("Authorization", &self.bearer);
        let request = request.config().timeout_global(Some(crate::SOON)).build();
        let response = request.content_type("application/json").send(intent.to_string()).expect("the desk answers");
        let status = response.status().as_u16();
        let body = body(response);
        if status == 200 {
            return Ok(body);
        }
        let text = |key: &str| body["error"][key].as_str().unwrap_or_default().to_owned();
        Err(Refusal { status, code: text("code"), detail: text("detail") })
    }

    /// `GET /v1/changes` after the change of this number: gives each change to `each` until the desk is gone; says how it
    /// ended.
    pub fn changes(&self, after: u64, mut each: impl FnMut(Value)) -> String {
        let request = self.agent.get(format!("{}/v1/changes", self.base)).header("Authorization", &self.bearer);
        let response = match request.header("Last-Event-ID", after.to_string()).call() {
            Ok(response) if response.status() == 200 => response,
            Ok(response) => return format!("{}: {:?}", response.status(), response.into_body().read_to_string()),
            Err(e) => return e.to_string(),
        };
        for line in BufReader::new(response.into_body().into_reader()).lines() {
            match line {
                Ok(line) => {
                    if let Some(data) = line.strip_prefix("data:") {
                        each(serde_json::from_str(data).unwrap_or_else(|e| panic!("a change is JSON ({e}): {data}")));
                    }
                }
                Err(e) => return e.to_string(),
            }
        }
        "the desk ended it".into()
    }

    fn get(&self, path: &str) -> Response<ureq::Body> {
        let request = self.agent.get(format!("{}{path}", self.base)).header("Authorization", &self.bearer);
        request.config().timeout_global(Some(Duration::from_secs(15))).build().call().expect("the desk answers")
    }
}

fn body(response: Response<ureq::Body>) -> Value {
    let text = response.into_body().read_to_string().expect("an answer has a body");
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("an answer is JSON ({e}): {text}"))
}
