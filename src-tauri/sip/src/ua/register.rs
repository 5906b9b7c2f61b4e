//! Registration: to be found by calls (RFC 3261 §10, RFC 5626).
//!
//! ```text
//!            connected          200                 4/5 of the lifetime
//!  ┌──────┐ ─────────► ┌──────┐ ───► ┌───────┐ ─────────────────────────┐
//!  │ None │            │Asking│      │ Bound │                          │
//!  └──▲───┘ ◄───────── └──▲───┘ ◄─── └───┬───┘ ◄────────────────────────┘
//!     │      refused      │              │ unwanted: Expires 0
//!     │                   └─ 401, 407, 423, another public address
//!     └──────────────────────────────── Leaving
//! ```

use std::{net::SocketAddr, time::Duration};

use crate::{
    core::{
        AccountAlarm, AccountConfig, AccountKey, Alarm, Core, Failure, FlowError, RegistrationFailure,
        RegistrationState,
    },
    transaction::{Owner, Path, Request},
    wire::{Message, NameAddr, Via},
};

use super::{
    auth::AuthFailure,
    reply::{ALLOW, contact},
};

/// 423 may raise the lifetime this often.
const MAX_RAISES: u8 = 2;

/// The binding of our Contact at the registrar.
pub(crate) struct Registration {
    state: State,
    call_id: String,
    tag: String,
    cseq: u32,
    expires_s: u32,
    raises: u8,
    /// Our address as the registrar sees it, where a NAT changed it. Learnt once per flow: some NATs put the private
    /// address back, and that must not become a loop.
    public: Option<SocketAddr>,
    learnt: bool,
    /// The Contact that the registrar has.
    contact: Option<String>,
    /// Route of all initial requests (RFC 3608).
    pub(crate) service_route: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    None,
    Asking { bound: bool },
    Bound,
    Leaving,
}

impl Registration {
    pub(crate) fn new(config: &AccountConfig, call_id: String, tag: String) -> Registration {
        Registration {
            state: State::None,
            call_id,
            tag,
            cseq: 0,
            expires_s: config.expires_s.max(1),
            raises: 0,
            public: None,
            learnt: false,
            contact: None,
            service_route: vec![],
        }
    }

    pub(crate) fn is_bound(&self) -> bool {
        matches!(self.state, State::Bound | State::Asking { bound: true })
    }

    /// The registrar has something of ours, or may have.
    pub(crate) fn is_pending(&self) -> bool {
        self.state != State::None
    }

    /// The flow is gone, and with it the binding.
    pub(crate) fn lost(&mut self) {
        self.state = State::None;
    }

    /// Another flow may have another public address.
    pub(crate) fn forget_address(&mut self) {
        self.public = None;
        self.learnt = false;
    }

    /// Where a peer reaches us over this flow.
    pub(crate) fn address(&self, local: SocketAddr) -> SocketAddr {
        self.public.unwrap_or(local)
    }
}

impl Core {
    pub(crate) fn register(&mut self, key: AccountKey) {
        let Some(account) = self.accounts.get_mut(&key).filter(|_| !self.stopping) else { return };
        account.wanted = true;
        account.removed = false;
        if account.path().is_some() {
            self.send_register(key);
        } else {
            self.open(key);
        }
    }

    pub(crate) fn unregister(&mut self, key: AccountKey) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        account.wanted = false;
        self.stack.cancel(Alarm::Account(key, AccountAlarm::Refresh));
        self.stack.cancel(Alarm::Account(key, AccountAlarm::Retry));
        match (account.registration.state, account.path()) {
            (State::Bound, Some(_)) => self.send_unregister(key),
            // The answer to the REGISTER that is out decides.
            (State::Asking { .. } | State::Leaving, Some(_)) => {}
            _ => self.left(key),
        }
    }

    pub(crate) fn send_register(&mut self, key: AccountKey) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        if matches!(account.registration.state, State::Asking { .. } | State::Leaving) {
            return;
        }
        self.stack.cancel(Alarm::Account(key, AccountAlarm::Retry));
        let bound = account.registration.is_bound();
        account.registration.state = State::Asking { bound };
        let expires_s = account.registration.expires_s;
        if !bound {
            self.announce(key, RegistrationState::Registering);
        }
        self.send(key, expires_s);
    }

    fn send_unregister(&mut self, key: AccountKey) {
        if let Some(account) = self.accounts.get_mut(&key) {
            account.registration.state = State::Leaving;
            self.send(key, 0);
        }
    }

    fn send(&mut self, key: AccountKey, expires_s: u32) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        let Some(path) = account.path() else { return };
        let Some((local, transport)) = self.stack.local(path.flow) else { return };
        let user_agent = self.stack.config.user_agent.clone();
        let identity = account.identity();
        let registration = &mut account.registration;
        let ours = contact(account.config.aor.user(), registration.address(local), transport);
        let mut value = ours.clone();
        if let Some(instance) = &account.config.instance_id {
            value.push_str(&format!(";+sip.instance=\"<{instance}>\""));
        }
        let replaced = registration.contact.replace(ours.clone()).filter(|old| *old != ours);
        registration.cseq += 1;
        let mut request = Request {
            method: "REGISTER".to_owned(),
            uri: registrar_uri(&account.config),
            routes: vec![],
            from: format!("{identity};tag={}", registration.tag).into_bytes(),
            to: identity.into_bytes(),
            call_id: registration.call_id.clone(),
            cseq: registration.cseq,
            headers: vec![],
            body: None,
            challenges: 0,
        };
        request.header("Contact", value);
        // The binding of the old address would ring into the void.
        if let Some(old) = replaced.filter(|_| expires_s > 0) {
            request.header("Contact", format!("{old};expires=0"));
        }
        request.header("Expires", expires_s.to_string());
        request.header("Allow", ALLOW);
        request.header("Supported", "path");
        request.header("User-Agent", user_agent);
        account.keyring.authorize_ahead(&mut request, &mut self.stack.random);
        if self.stack.request(Owner::Registration(key), path, request).is_err() {
            let detail = "the account's names do not fit into a message".to_owned();
            self.registration_failed(key, None, RegistrationFailure::Refused, detail);
        }
    }

    pub(crate) fn register_response(&mut self, key: AccountKey, request: Request, response: &Message, path: Path) {
        let status = response.status().unwrap_or_default();
        if status < 200 || self.accounts.get(&key).is_none_or(|account| !account.registration.is_pending()) {
            return;
        }
        match status {
            200..=299 => self.registered(key, response, path),
            401 | 407 => self.challenged(key, request, response, path),
            423 => self.raise_expires(key, response),
            _ => self.refused(key, response),
        }
    }

    fn registered(&mut self, key: AccountKey, response: &Message, path: Path) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        let leaving = account.registration.state == State::Leaving;
        account.failures = 0;
        account.registration.raises = 0;
        if leaving {
            account.registration.state = State::None;
            return if account.wanted { self.send_register(key) } else { self.left(key) };
        }
        account.registration.state = State::Bound;
        account.registration.service_route = response.list("Service-Route").into_iter().map(String::from).collect();
        if !account.wanted {
            return self.send_unregister(key);
        }
        if self.learn_address(key, response, path) {
            return self.send_register(key);
        }
        let expires = self.bound_for(key, response);
        self.stack.set(Alarm::Account(key, AccountAlarm::Refresh), refresh_after(expires));
        self.announce(key, RegistrationState::Registered { expires });
        self.watches_found_way(key);
    }

    /// Whether a NAT stands between us: then the Contact has to be its address (RFC 3581, RFC 5626 by hand).
    fn learn_address(&mut self, key: AccountKey, response: &Message, path: Path) -> bool {
        let Some(account) = self.accounts.get_mut(&key) else { return false };
        let Some((local, _)) = self.stack.local(path.flow) else { return false };
        let registration = &mut account.registration;
        if std::mem::replace(&mut registration.learnt, true) {
            return false;
        }
        let seen = response.via().ok().and_then(|via| seen_as(&via, local));
        registration.public = seen.filter(|seen| *seen != local);
        registration.public.is_some()
    }

    /// The lifetime of our own binding; a 200 lists those of all our phones.
    fn bound_for(&self, key: AccountKey, response: &Message) -> Duration {
        let Some(account) = self.accounts.get(&key) else { return Duration::ZERO };
        let contacts = response.contacts().unwrap_or_default();
        let own =
            contacts.iter().find(|contact| is_ours(contact, account.registration.contact.as_deref(), &account.config));
        let seconds = own.and_then(NameAddr::expires).or_else(|| response.expires());
        Duration::from_secs(u64::from(seconds.unwrap_or(account.registration.expires_s).max(1)))
    }

    fn challenged(&mut self, key: AccountKey, mut request: Request, response: &Message, path: Path) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        match account.keyring.authorize(&mut request, response, &mut self.stack.random) {
            Ok(()) => {
                account.registration.cseq += 1;
                request.cseq = account.registration.cseq;
                self.stack.request(Owner::Registration(key), path, request).ok();
            }
            Err(failure) => {
                let cause = match failure {
                    AuthFailure::Rejected => RegistrationFailure::WrongCredentials,
                    AuthFailure::Unusable => RegistrationFailure::Refused,
                };
                self.register_refused(key, response, cause);
            }
        }
    }

    fn raise_expires(&mut self, key: AccountKey, response: &Message) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        let registration = &mut account.registration;
        match response.min_expires() {
            Some(least) if least > registration.expires_s && registration.raises < MAX_RAISES => {
                registration.raises += 1;
                registration.expires_s = least;
                registration.state = State::None;
                self.send_register(key);
            }
            _ => self.register_refused(key, response, RegistrationFailure::Refused),
        }
    }

    fn refused(&mut self, key: AccountKey, response: &Message) {
        match response.status().unwrap_or_default() {
            408 => self.register_failed(key, Failure::Timeout),
            300..=499 | 600..=699 => self.register_refused(key, response, RegistrationFailure::Refused),
            _ => self.register_refused(key, response, RegistrationFailure::ServerError),
        }
    }

    fn register_refused(&mut self, key: AccountKey, response: &Message, cause: RegistrationFailure) {
        if self.accounts.get(&key).is_some_and(|account| !account.wanted) {
            return self.left(key);
        }
        let detail = response.reason().unwrap_or_default().to_owned();
        self.registration_failed(key, response.status(), cause, detail);
        if let (RegistrationFailure::ServerError, Some(seconds)) = (cause, response.retry_after()) {
            let after = Duration::from_secs(u64::from(seconds.clamp(1, 3600)));
            self.stack.set(Alarm::Account(key, AccountAlarm::Retry), after);
        }
    }

    /// No response. A broken flow is told on its own.
    pub(crate) fn register_failed(&mut self, key: AccountKey, failure: Failure) {
        let Some(account) = self.accounts.get_mut(&key) else { return };
        if failure == Failure::Transport || !account.registration.is_pending() {
            return;
        }
        if !account.wanted {
            return self.left(key);
        }
        account.registration.lost();
        let path = account.path();
        self.watches_lost(key);
        if let Some(path) = path {
            self.stack.close(path.flow);
            self.calls_lost_flow(path.flow);
        }
        self.stack.cancel(Alarm::Account(key, AccountAlarm::Refresh));
        self.connect_next(key, RegistrationFailure::NoResponse, FlowError::TimedOut.to_string());
    }

    /// Nothing of ours is at the registrar any more.
    pub(crate) fn left(&mut self, key: AccountKey) {
        if let Some(account) = self.accounts.get_mut(&key) {
            account.registration.lost();
            account.registration.contact = None;
        }
        self.announce(key, RegistrationState::Unregistered);
        self.forget_if_removed(key);
    }
}

/// The domain alone: `sip:pbx.example` (§10.2).
fn registrar_uri(config: &AccountConfig) -> String {
    let scheme = config.aor.scheme();
    let port = config.aor.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{scheme}:{}{port}", config.aor.host())
}

/// `received` and `rport` of the Via that came back.
fn seen_as(via: &Via, local: SocketAddr) -> Option<SocketAddr> {
    let ip = via.received().unwrap_or(local.ip());
    let port = via.rport().unwrap_or(local.port());
    (port != 0).then(|| SocketAddr::new(ip, port))
}

fn is_ours(contact: &NameAddr, ours: Option<&str>, config: &AccountConfig) -> bool {
    let instance = contact.params.value("+sip.instance").map(|value| value.trim_matches(['<', '>']));
    if let (Some(theirs), Some(ours)) = (instance, &config.instance_id) {
        return theirs.eq_ignore_ascii_case(ours);
    }
    let Some(ours) = ours.and_then(|ours| NameAddr::parse(ours).ok()) else { return false };
    let port = |uri: &crate::wire::Uri| uri.port().unwrap_or(5060);
    contact.uri.user() == ours.uri.user()
        && contact.uri.host().eq_ignore_ascii_case(ours.uri.host())
        && port(&contact.uri) == port(&ours.uri)
}

/// Early enough for a few attempts.
fn refresh_after(expires: Duration) -> Duration {
    if expires > Duration::from_secs(20) { expires * 4 / 5 } else { expires / 2 }
}
