//! A registrar that can be as difficult as real ones are.

use std::{collections::BTreeMap, net::SocketAddr};

use sip::{
    Command, RequestId,
    digest::{Algorithm, Authorization, Challenge},
    wire::Message,
};

/// What it asks for, and what it knows.
pub struct Registrar {
    /// In the order of their headers; none: everybody is let in.
    pub algorithms: Vec<Algorithm>,
    pub password: String,
    /// A nonce is taken so many times, then it is stale.
    pub nonce_lives: u32,
    /// Whether an old nonce is told apart with `stale=true`.
    pub says_stale: bool,
    /// Each refusal brings a new nonce, as Asterisk does.
    pub new_nonce_each_time: bool,
    pub min_expires: Option<u32>,
    /// Lifetime granted, whatever is asked for.
    pub grants: Option<u32>,
    /// Answers everything with this.
    pub refuses: Option<u16>,
    /// Bindings of other phones, as they appear in a 200.
    pub others: Vec<String>,
    /// Our bindings.
    pub bindings: BTreeMap<String, u32>,
    /// Highest nc seen, per nonce: a replay is refused.
    counts: BTreeMap<String, u32>,
    nonces: u32,
    pub seen_from: Option<SocketAddr>,
}

impl Default for Registrar {
    fn default() -> Registrar {
        Registrar {
            algorithms: vec![],
            password: "secret".to_owned(),
            nonce_lives: u32::MAX,
            says_stale: true,
            new_nonce_each_time: false,
            min_expires: None,
            grants: None,
            refuses: None,
            others: vec![],
            bindings: BTreeMap::new(),
            counts: BTreeMap::new(),
            nonces: 1,
            seen_from: None,
        }
    }
}

impl Registrar {
    pub fn answer(&mut self, request: RequestId, message: &Message, from: SocketAddr) -> Command {
        self.seen_from = Some(from);
        let (status, headers) = match self.refuses {
            Some(status) => (status, vec![]),
            None if message.method() != "REGISTER" => (405, vec![]),
            None => self.judge(message),
        };
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Command::Respond { request, status, reason: String::new(), headers, body: None }
    }

    fn judge(&mut self, register: &Message) -> (u16, Vec<(&'static str, String)>) {
        match self.authenticated(register) {
            Ok(()) => self.bind(register),
            Err(stale) => {
                let challenge = |algorithm: &Algorithm| {
                    let challenge = Challenge::new("asterisk", &format!("nonce-{}", self.nonces), *algorithm);
                    let challenge = if stale && self.says_stale { challenge.stale() } else { challenge };
                    ("WWW-Authenticate", challenge.to_string())
                };
                (401, self.algorithms.iter().map(challenge).collect())
            }
        }
    }

    /// The error says whether only the nonce was too old.
    fn authenticated(&mut self, register: &Message) -> Result<(), bool> {
        if self.algorithms.is_empty() {
            return Ok(());
        }
        let authorization =
            register.header("Authorization").and_then(|value| Authorization::parse(&value)).ok_or(false)?;
        let nonce = format!("nonce-{}", self.nonces);
        let right = self.algorithms.iter().any(|algorithm| {
            let challenge = Challenge::new("asterisk", authorization.nonce(), *algorithm);
            authorization.verify(&challenge, &self.password, "REGISTER", register.body())
        });
        if !right {
            self.nonces += u32::from(self.new_nonce_each_time);
            return Err(false);
        }
        let count = self.counts.entry(authorization.nonce().to_owned()).or_default();
        assert!(authorization.count() > *count, "nc is never used twice on one nonce");
        *count = authorization.count();
        if authorization.nonce() != nonce || *count > self.nonce_lives {
            self.nonces += u32::from(authorization.nonce() == nonce);
            return Err(true);
        }
        Ok(())
    }

    fn bind(&mut self, register: &Message) -> (u16, Vec<(&'static str, String)>) {
        let asked = register.expires().unwrap_or(3600);
        if let Some(least) = self.min_expires
            && asked > 0
            && asked < least
        {
            return (423, vec![("Min-Expires", least.to_string())]);
        }
        for contact in register.contacts().expect("contacts") {
            let expires = contact.expires().unwrap_or(asked);
            let binding = contact.uri.to_string();
            if expires == 0 {
                self.bindings.remove(&binding);
            } else {
                self.bindings.insert(binding, self.grants.unwrap_or(expires));
            }
        }
        let ours = self.bindings.iter().map(|(uri, expires)| ("Contact", format!("<{uri}>;expires={expires}")));
        let others = self.others.iter().map(|other| ("Contact", other.clone()));
        (200, others.chain(ours).collect())
    }
}
