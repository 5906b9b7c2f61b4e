//! The Simotel API (SA): `call/originate/act` places a call.

#[cfg(test)]
mod tests;

use hyper::Method;
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::{
    Accepted, Address, Call, Fault, PbxControl, Pending, Secret, Trouble,
    http::{Answer, Client, Request, WHOLE_TIME},
    text,
};

/// Where the API is, who we are to it, and how it is to place calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `http://192.168.51.20/api/v4`.
    pub address: Address,
    /// The user of the API for HTTP Basic, if the account there wants one.
    pub username: Option<String>,
    /// Their password.
    pub password: Secret,
    /// The key for `X-APIKEY`, if the account there wants one.
    pub api_key: Option<Secret>,
    /// Who is called first; else the extension of the call.
    pub caller: Option<String>,
    /// What routes the call, `main_routing`.
    pub context: String,
    /// What the called party sees; else the caller.
    pub caller_id: Option<String>,
    /// The trunk, where the caller is a number outside.
    pub trunk_name: String,
    /// How long the caller rings; else as the PBX likes.
    pub timeout_s: Option<u32>,
    /// The longest talk; else as the PBX likes.
    pub call_limit_s: Option<u32>,
}

/// A Simotel PBX.
#[derive(Clone, Debug)]
pub struct Simotel {
    settings: Settings,
    client: Client,
}

impl Simotel {
    /// The PBX of these settings, reached through `client`.
    pub fn new(settings: Settings, client: Client) -> Self {
        Self { settings, client }
    }

    async fn place(&self, call: &Call) -> Result<Accepted, Trouble> {
        let until = Instant::now() + WHOLE_TIME;
        let post = originate(&self.settings, call, Method::POST)?;
        let mut answer = self.client.send(post, WHOLE_TIME).await?;
        // The third version of the API wants PUT.
        if answer.status == 405 {
            let put = originate(&self.settings, call, Method::PUT)?;
            answer = self.client.send(put, until.saturating_duration_since(Instant::now())).await?;
        }
        read(&answer).map_err(|trouble| trouble.without(&self.settings.secrets()))
    }
}

impl PbxControl for Simotel {
    fn originate(&self, call: Call) -> Pending<'_, Accepted> {
        Box::pin(async move { self.place(&call).await })
    }
}

impl Settings {
    /// All that must not show, in every form in which it travels.
    fn secrets(&self) -> Vec<Secret> {
        let basic = self.username.as_deref().map(|username| self.password.credentials(username));
        [Some(self.password.clone()), self.api_key.clone(), basic].into_iter().flatten().collect()
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let key = self.api_key.as_ref().map(|key| ("x-apikey", key.0.clone()));
        let basic = self.username.as_deref().map(|username| ("authorization", self.password.basic(username).0));
        [Some(("content-type", "application/json".to_owned())), key, basic].into_iter().flatten().collect()
    }
}

/// The body: texts throughout.
#[derive(Serialize)]
struct Originate<'a> {
    caller: &'a str,
    callee: &'a str,
    context: &'a str,
    caller_id: &'a str,
    trunk_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_limit: Option<String>,
}

/// Asks for a call: POST, and PUT where the API is older.
///
/// # Errors
/// If nobody is named to be called first.
pub fn originate(settings: &Settings, call: &Call, method: Method) -> Result<Request, Trouble> {
    let caller = number(settings.caller.as_deref().unwrap_or(&call.extension));
    if caller.is_empty() {
        let detail = "It is not known which extension the PBX should ring: write it as pbx.caller";
        return Err(Trouble::new(Fault::NotSetUp, detail));
    }
    let body = Originate {
        caller: &caller,
        callee: &number(&call.number),
        context: &settings.context,
        caller_id: settings.caller_id.as_deref().unwrap_or(&caller),
        trunk_name: &settings.trunk_name,
        timeout: settings.timeout_s.map(|seconds| seconds.to_string()),
        call_limit: settings.call_limit_s.map(|seconds| seconds.to_string()),
    };
    let body = serde_json::to_vec(&body).map_err(|error| Trouble::new(Fault::NotSetUp, error.to_string()))?;
    Ok(Request { method, url: settings.address.at("call/originate/act"), headers: settings.headers(), body })
}

/// As the PBX wants numbers: digits of any script as ASCII, nothing between them.
fn number(text: &str) -> String {
    let digit = |c: char| match c {
        '\u{06f0}'..='\u{06f9}' => from_zero(c, '\u{06f0}'),
        '\u{0660}'..='\u{0669}' => from_zero(c, '\u{0660}'),
        _ => c,
    };
    text.chars().filter(|c| !c.is_whitespace() && !"-_()".contains(*c)).map(digit).collect()
}

fn from_zero(digit: char, zero: char) -> char {
    char::from_digit(u32::from(digit) - u32::from(zero), 10).unwrap_or(digit)
}

/// Reads how the PBX took it. Accepted means that it will try.
///
/// # Errors
/// If it did not take it, or does not say so.
pub fn read(answer: &Answer) -> Result<Accepted, Trouble> {
    let body = text::decode(answer);
    let envelope: Value = serde_json::from_str(body.trim()).unwrap_or_default();
    let words = envelope.get("message").and_then(Value::as_str).unwrap_or_default();
    if !(200..=299).contains(&answer.status) {
        return Err(refusal(answer).with_words(words));
    }
    match envelope.get("success").or_else(|| envelope.get("ok")).map(is_yes) {
        Some(true) => Ok(Accepted { id: call_id(&envelope) }),
        Some(false) => {
            let detail =
                "The PBX does not place the call: check the number, and caller, context and trunk_name of [pbx]";
            Err(Trouble::new(Fault::Refused, detail).with_words(words))
        }
        None if !answer.complete => {
            let detail = "The answer of the PBX broke off or is far too long: it may still place the call";
            Err(Trouble::new(Fault::Answer, detail))
        }
        None => {
            let detail = "What answers is no Simotel API: check pbx.url, it usually ends in /api/v4";
            Err(Trouble::new(Fault::Answer, detail))
        }
    }
}

fn is_yes(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => *yes,
        Value::Number(number) => number.as_f64() == Some(1.0),
        Value::String(word) => word == "1" || word.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// Older systems send `"data":""`.
fn call_id(envelope: &Value) -> Option<String> {
    let id = envelope.get("data")?.get("originated_call_id")?.as_str()?;
    (!id.is_empty()).then(|| text::plain(id))
}

/// What each status means there, for whoever sets it up.
fn refusal(answer: &Answer) -> Trouble {
    let (fault, detail) = match answer.status {
        300..=399 => return Trouble::redirected(answer),
        400 => (Fault::Refused, "The PBX cannot read the request: check caller, context and trunk_name of [pbx]"),
        401 => (
            Fault::WrongCredentials,
            "The PBX does not let us in: check pbx.username and pbx.password, or pbx.api_key, as its API account wants them",
        ),
        403 => (
            Fault::Forbidden,
            "The PBX forbids it: allow call/originate/act to its API account, and let this computer's address in",
        ),
        404 => {
            (Fault::WrongAddress, "There is no Simotel API at this address: check pbx.url, it usually ends in /api/v4")
        }
        405 => {
            (Fault::WrongAddress, "The PBX takes neither POST nor PUT there: check pbx.url, it usually ends in /api/v4")
        }
        415 => (Fault::WrongAddress, "The PBX takes no JSON there: check pbx.url, the API must be version 4"),
        501 => (
            Fault::WrongAddress,
            "The API of the PBX cannot place calls: check the version in pbx.url, or update the PBX",
        ),
        500..=599 => (Fault::Refused, "The PBX has a fault of its own: look into its log, and try again"),
        _ => (Fault::Answer, "The PBX answers in an unknown way: check pbx.url"),
    };
    Trouble::new(fault, format!("{detail} (HTTP {})", answer.status))
}
