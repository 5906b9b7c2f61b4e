//! Digest authentication (RFC 7616, RFC 8760, RFC 3261 §22), both sides of it.
//!
//! ```text
//!  us                                   PBX
//!   │ REGISTER ─────────────────────────►│
//!   │◄────── 401, WWW-Authenticate × n   │   Session::challenged: the best challenge we know, per realm
//!   │ REGISTER, Authorization nc=1 ─────►│   Session::authorize
//!   │◄────── 200                         │
//!   │ INVITE, Authorization nc=2 ───────►│   one nonce serves many requests, counted
//!   │◄────── 401, another nonce          │   not a failure: the nonce grew old
//!   │◄────── 401, the nonce we answered  │   Denied::Refused: the password is wrong
//! ```

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use md5::{Digest as _, Md5};
use sha2::{Sha256, Sha512_256};

use crate::wire::{Message, Outgoing, text};

#[cfg(test)]
mod tests;

/// Who we are to a PBX. Its `Debug` keeps the password to itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The authentication user, often but not always the extension.
    pub username: String,
    /// The password in plain text.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({:?}, …)", self.username)
    }
}

/// A hash, and whether A1 is bound to a session (`-sess`). In the order of strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// What every PBX speaks, and what is meant where nothing is said.
    Md5,
    /// MD5 with the session's nonces in A1.
    Md5Sess,
    /// RFC 8760.
    Sha256,
    /// SHA-256 with the session's nonces in A1.
    Sha256Sess,
    /// SHA-512 cut to 256 bits.
    Sha512256,
    /// The same with the session's nonces in A1.
    Sha512256Sess,
}

impl Algorithm {
    const ALL: [Self; 6] =
        [Self::Md5, Self::Md5Sess, Self::Sha256, Self::Sha256Sess, Self::Sha512256, Self::Sha512256Sess];

    /// The name in the registry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Md5Sess => "MD5-sess",
            Self::Sha256 => "SHA-256",
            Self::Sha256Sess => "SHA-256-sess",
            Self::Sha512256 => "SHA-512-256",
            Self::Sha512256Sess => "SHA-512-256-sess",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(name))
    }

    fn is_session(self) -> bool {
        matches!(self, Self::Md5Sess | Self::Sha256Sess | Self::Sha512256Sess)
    }

    /// The hash as lower-case hexadecimal digits.
    fn hash(self, data: &[u8]) -> String {
        match self {
            Self::Md5 | Self::Md5Sess => hex(&Md5::digest(data)),
            Self::Sha256 | Self::Sha256Sess => hex(&Sha256::digest(data)),
            Self::Sha512256 | Self::Sha512256Sess => hex(&Sha512_256::digest(data)),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What the hash protects: the request line, or the body too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Qop {
    Auth,
    AuthInt,
}

impl Qop {
    fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::AuthInt => "auth-int",
        }
    }
}

/// A challenge that we know how to answer, or one that we make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// The algorithm as the peer spelled it, if it did: it wants to see that again.
    spelling: Option<String>,
    /// `None`: the peer speaks RFC 2069.
    qop: Option<Qop>,
    stale: bool,
}

impl Challenge {
    /// Reads the value of a WWW-Authenticate or Proxy-Authenticate. `None` if it is no challenge, or one with a scheme, an
    /// algorithm or a qop that we do not know: another header may hold one that we do.
    pub fn parse(value: &str) -> Option<Self> {
        let params = Fields::parse(value)?;
        let spelling = params.get("algorithm").map(str::to_owned);
        Some(Self {
            realm: params.get("realm")?.to_owned(),
            nonce: params.get("nonce")?.to_owned(),
            opaque: params.get("opaque").map(str::to_owned),
            algorithm: spelling.as_deref().map_or(Some(Algorithm::Md5), Algorithm::named)?,
            spelling,
            qop: choose_qop(params.get("qop"))?,
            stale: params.get("stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        })
    }

    /// A challenge of our own, with `qop=auth`. Neither text may hold a quote.
    pub fn new(realm: &str, nonce: &str, algorithm: Algorithm) -> Self {
        Self {
            realm: realm.to_owned(),
            nonce: nonce.to_owned(),
            opaque: None,
            algorithm,
            spelling: Some(algorithm.name().to_owned()),
            qop: Some(Qop::Auth),
            stale: false,
        }
    }

    /// The same, telling the peer that only the nonce was too old.
    pub fn stale(self) -> Self {
        Self { stale: true, ..self }
    }

    /// For whom the password is.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The nonce.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }
}

/// The header value.
impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest realm=\"{}\", nonce=\"{}\"", self.realm, self.nonce)?;
        if let Some(opaque) = &self.opaque {
            write!(f, ", opaque=\"{opaque}\"")?;
        }
        if let Some(qop) = self.qop {
            write!(f, ", qop=\"{}\"", qop.name())?;
        }
        if self.stale {
            f.write_str(", stale=true")?;
        }
        write!(f, ", algorithm={}", self.spelling.as_deref().unwrap_or(self.algorithm.name()))
    }
}

/// Outer `None`: there are some, but none that we know.
fn choose_qop(offered: Option<&str>) -> Option<Option<Qop>> {
    let Some(offered) = offered else { return Some(None) };
    let has = |qop: Qop| offered.split(',').any(|name| name.trim().eq_ignore_ascii_case(qop.name()));
    [Qop::Auth, Qop::AuthInt].into_iter().find(|&qop| has(qop)).map(Some)
}

/// Why a 401 or 407 is the end of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The peer saw our answer to this very nonce and did not like it.
    #[error("user or password refused")]
    Refused,
    /// No challenge that we know how to answer.
    #[error("no challenge that we can answer")]
    Unknown,
}

/// What we have been asked so far and how often we used each nonce: one per account.
#[derive(Debug, Clone)]
pub struct Session {
    credentials: Credentials,
    /// By header to answer in, and realm.
    answers: BTreeMap<(&'static str, String), Answer>,
}

#[derive(Debug, Clone)]
struct Answer {
    challenge: Challenge,
    /// Requests sent with this nonce.
    count: u32,
    /// Chosen with the first request and kept, for `-sess` (RFC 7616 §3.4.2).
    cnonce: String,
}

/// More realms than any chain of proxies has; the oldest by name makes room.
const MAX_REALMS: usize = 16;

impl Session {
    /// Nothing asked yet.
    pub fn new(credentials: Credentials) -> Self {
        Self { credentials, answers: BTreeMap::new() }
    }

    /// Takes the challenges of a 401 or 407 to `request`. `Ok` means: [`authorize`](Self::authorize) the request and send it
    /// again. A PBX that gives a new nonce to each wrong password would have that go on for ever, so the caller bounds the
    /// tries: two for one request are enough (one for the challenge, one for a nonce that grew old).
    pub fn challenged(&mut self, response: &Message, request: &Outgoing) -> Result<(), Denied> {
        let (asked_in, answer_in) = match response.status() {
            Some(407) => ("Proxy-Authenticate", PROXY),
            _ => ("WWW-Authenticate", USER),
        };
        let challenges: Vec<_> = response.headers(asked_in).filter_map(|value| Challenge::parse(&value)).collect();
        let mut best: BTreeMap<&str, &Challenge> = BTreeMap::new();
        for challenge in &challenges {
            let known = best.entry(&challenge.realm).or_insert(challenge);
            if challenge.algorithm > known.algorithm {
                *known = challenge;
            }
        }
        if best.is_empty() {
            return Err(Denied::Unknown);
        }
        let is_answered = |challenge: &Challenge| {
            !challenge.stale && request.all(answer_in).any(|value| answers_nonce(value, &challenge.nonce))
        };
        if best.values().any(|challenge| is_answered(challenge)) {
            return Err(Denied::Refused);
        }
        for challenge in best.into_values() {
            self.keep(answer_in, challenge.clone());
        }
        Ok(())
    }

    fn keep(&mut self, answer_in: &'static str, challenge: Challenge) {
        let key = (answer_in, challenge.realm.clone());
        // The same nonce goes on being counted: another request in flight may have used it.
        if self.answers.get(&key).is_some_and(|answer| answer.challenge == challenge) {
            return;
        }
        if self.answers.len() >= MAX_REALMS && !self.answers.contains_key(&key) {
            self.answers.pop_first();
        }
        self.answers.insert(key, Answer { challenge, count: 0, cnonce: String::new() });
    }

    /// Answers in `request` everything we have been asked so far, in place of older answers. Nothing asked, nothing added.
    /// `cnonce` is fresh random text without quotes.
    pub fn authorize(&mut self, request: Outgoing, cnonce: &str) -> Outgoing {
        let mut request = request.without(USER).without(PROXY);
        let (method, uri) =
            (request.method().unwrap_or_default().to_owned(), request.uri().unwrap_or_default().to_owned());
        for ((answer_in, _), answer) in &mut self.answers {
            let value = answer.value(&self.credentials, &method, &uri, request.body_bytes(), cnonce);
            request = request.header(answer_in, value);
        }
        request
    }
}

const USER: &str = "Authorization";
const PROXY: &str = "Proxy-Authorization";

fn answers_nonce(authorization: &[u8], nonce: &str) -> bool {
    Fields::parse(&text::decode(authorization)).is_some_and(|fields| fields.get("nonce") == Some(nonce))
}

impl Answer {
    fn value(&mut self, who: &Credentials, method: &str, uri: &str, body: &[u8], cnonce: &str) -> String {
        self.count = self.count.saturating_add(1);
        if self.cnonce.is_empty() {
            cnonce.clone_into(&mut self.cnonce);
        }
        let asked = &self.challenge;
        // What stands between the quotes is what is hashed, escapes included (RFC 7616 §3.4.2, `unq`).
        let quoted = text::quote(&who.username);
        let username = text::quoted(&quoted).map_or("", |(inside, _)| inside);
        let hashed = Hashed {
            algorithm: asked.algorithm,
            username,
            realm: &asked.realm,
            nonce: &asked.nonce,
            cnonce: &self.cnonce,
            count: &format!("{:08x}", self.count),
            qop: asked.qop,
            uri,
        };
        let response = hashed.response(&who.password, method, body);
        let mut value = format!(
            "Digest username={quoted}, realm=\"{}\", nonce=\"{}\", uri=\"{uri}\", response=\"{response}\"",
            asked.realm, asked.nonce
        );
        if let Some(spelling) = &asked.spelling {
            let _ = write!(value, ", algorithm={spelling}");
        }
        if let Some(qop) = asked.qop {
            let _ = write!(value, ", cnonce=\"{}\", qop={}, nc={}", self.cnonce, qop.name(), hashed.count);
        } else if asked.algorithm.is_session() {
            let _ = write!(value, ", cnonce=\"{}\"", self.cnonce);
        }
        if let Some(opaque) = &asked.opaque {
            let _ = write!(value, ", opaque=\"{opaque}\"");
        }
        value
    }
}

/// What goes into the hash, as it stands between the quotes.
struct Hashed<'a> {
    algorithm: Algorithm,
    username: &'a str,
    realm: &'a str,
    nonce: &'a str,
    cnonce: &'a str,
    count: &'a str,
    qop: Option<Qop>,
    uri: &'a str,
}

impl Hashed<'_> {
    /// RFC 7616 §3.4.1 to §3.4.3.
    fn response(&self, password: &str, method: &str, body: &[u8]) -> String {
        let hash = |text: String| self.algorithm.hash(text.as_bytes());
        let mut a1 = hash(format!("{}:{}:{password}", self.username, self.realm));
        if self.algorithm.is_session() {
            a1 = hash(format!("{a1}:{}:{}", self.nonce, self.cnonce));
        }
        let a2 = match self.qop {
            Some(Qop::AuthInt) => hash(format!("{method}:{}:{}", self.uri, self.algorithm.hash(body))),
            _ => hash(format!("{method}:{}", self.uri)),
        };
        hash(match self.qop {
            Some(qop) => format!("{a1}:{}:{}:{}:{}:{a2}", self.nonce, self.count, self.cnonce, qop.name()),
            None => format!("{a1}:{}:{a2}", self.nonce),
        })
    }
}

/// An Authorization that a client sent us: for a registrar.
#[derive(Debug, Clone)]
pub struct Authorization(Fields);

impl Authorization {
    /// Reads the value of an Authorization or Proxy-Authorization; `None` if it is not a Digest.
    pub fn parse(value: &str) -> Option<Self> {
        Fields::parse(value).map(Self)
    }

    /// Who says to send this; look up the password for it.
    pub fn username(&self) -> &str {
        self.0.get("username").unwrap_or_default()
    }

    /// The nonce it answers: check that it is one of yours, and not too old.
    pub fn nonce(&self) -> &str {
        self.0.get("nonce").unwrap_or_default()
    }

    /// The count of requests with this nonce: check that it rises, or a recorded request can be played again.
    pub fn count(&self) -> u32 {
        self.0.get("nc").and_then(|count| u32::from_str_radix(count, 16).ok()).unwrap_or_default()
    }

    /// Whether the sender of this request knows the password. `challenge` is what it was asked.
    pub fn verify(&self, challenge: &Challenge, password: &str, method: &str, body: &[u8]) -> bool {
        self.is_right(challenge, password, method, body).unwrap_or(false)
    }

    fn is_right(&self, challenge: &Challenge, password: &str, method: &str, body: &[u8]) -> Option<bool> {
        let fields = &self.0;
        let hashed = Hashed {
            algorithm: challenge.algorithm,
            username: fields.get("username")?,
            realm: &challenge.realm,
            nonce: &challenge.nonce,
            cnonce: fields.get("cnonce").unwrap_or_default(),
            count: fields.get("nc").unwrap_or_default(),
            qop: choose_qop(fields.get("qop"))?,
            uri: fields.get("uri")?,
        };
        let asked_this = fields.get("realm")? == challenge.realm && fields.get("nonce")? == challenge.nonce;
        let response = fields.get("response")?;
        Some(asked_this && hashed.response(password, method, body).eq_ignore_ascii_case(response))
    }
}

/// `Digest name=value, name="value"`, the quotes taken off and the escapes left in.
#[derive(Debug, Clone)]
struct Fields(Vec<(String, String)>);

impl Fields {
    fn parse(value: &str) -> Option<Self> {
        let (scheme, params) = value.trim().split_once([' ', '\t'])?;
        let pair = |param: &str| {
            let (name, value) = param.split_once('=')?;
            let value = value.trim_start();
            let plain = text::quoted(value).map_or(value, |(inside, _)| inside);
            Some((name.trim_end().to_owned(), plain.to_owned()))
        };
        scheme.eq_ignore_ascii_case("Digest").then(|| Self(text::split(params, b',').filter_map(pair).collect()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
