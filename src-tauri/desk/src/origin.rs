//! Sites: who they are, what was decided about them, and how often they were refused.
//!
//! ```text
//!   unknown ── yes, once ──► once ── its call ends ──► unknown
//!      │                      │
//!      ├──── yes, always ─────┴──► allowed ◄──┐
//!      └──── refuse ──────────┴──► refused ◄──┴── the agent, the settings
//!                                     └── forget ──► unknown
//! ```

use crate::{
    rate::{Bucket, Rate},
    settings::Clicks,
    update::{Desk, Store},
    wire::{self, ClickToCall, PortTaken, Refusal, Verdict},
};

/// What was decided about sites, by the agent or the administrator.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    known: Vec<Known>,
    /// Refusals of everybody else.
    refused: u32,
}

/// A site about which something was decided.
#[derive(Debug)]
struct Known {
    origin: String,
    allowed: bool,
    refused: u32,
    /// What it dials without being asked.
    dials: Bucket,
}

impl Origins {
    fn get(&self, origin: &str) -> Option<&Known> {
        self.known.iter().find(|known| known.origin == origin)
    }

    fn get_mut(&mut self, origin: &str) -> Option<&mut Known> {
        self.known.iter_mut().find(|known| known.origin == origin)
    }

    /// Takes in the lists of the settings. What was counted stays with those who are still in them.
    fn load(&mut self, clicks: &Clicks) {
        let before = std::mem::take(&mut self.known);
        let decided = |list: &[String], allowed| {
            let origins = list.iter().filter_map(|text| normalise(text).ok());
            origins.map(|origin| (origin, allowed)).collect::<Vec<_>>()
        };
        for (origin, allowed) in decided(&clicks.allowed, true).into_iter().chain(decided(&clicks.refused, false)) {
            self.decide(&origin, allowed);
        }
        for old in before {
            if let Some(known) = self.get_mut(&old.origin) {
                (known.refused, known.dials) = (old.refused, old.dials);
            }
        }
    }

    fn decide(&mut self, origin: &str, allowed: bool) {
        match self.get_mut(origin) {
            Some(known) => known.allowed = allowed,
            None => self.known.push(Known { origin: origin.to_owned(), allowed, refused: 0, dials: Bucket::default() }),
        }
    }

    /// One more request was refused.
    pub(crate) fn count(&mut self, origin: Option<&str>) {
        let counter = match origin.and_then(|origin| self.known.iter_mut().find(|known| known.origin == origin)) {
            Some(known) => &mut known.refused,
            None => &mut self.refused,
        };
        *counter = counter.saturating_add(1);
    }

    /// The bucket of a site that may dial at once.
    pub(crate) fn dials(&mut self, origin: &str) -> Option<&mut Bucket> {
        self.get_mut(origin).filter(|known| known.allowed).map(|known| &mut known.dials)
    }

    fn names(&self, allowed: bool) -> Vec<String> {
        self.known.iter().filter(|known| known.allowed == allowed).map(|known| known.origin.clone()).collect()
    }

    fn shown(&self) -> Vec<wire::Origin> {
        let shown = |known: &Known| wire::Origin {
            origin: known.origin.clone(),
            verdict: if known.allowed { Verdict::Allowed } else { Verdict::Refused },
            refused: known.refused,
        };
        self.known.iter().map(shown).collect()
    }

    /// How clicks from outside are taken, as it is shown.
    pub(crate) fn wire(&self, clicks: &Clicks, port: Option<u16>, port_taken: Option<PortTaken>) -> ClickToCall {
        ClickToCall {
            port: port.unwrap_or(clicks.port),
            port_taken,
            callto: clicks.callto,
            links: clicks.links,
            hotkey: clicks.hotkey.clone(),
            via: clicks.via,
            pbx: clicks.pbx,
            origins: self.shown(),
            refused: self.refused,
        }
    }
}

impl Desk {
    /// What was decided about a site. `Once` is no entry of its own: it is there while a call is, which the agent let it ask
    /// for.
    pub(crate) fn verdict(&self, origin: &str) -> Option<Verdict> {
        match self.origins.get(origin) {
            Some(known) if known.allowed => Some(Verdict::Allowed),
            Some(_) => Some(Verdict::Refused),
            None => self.followers().any(|follower| follower == origin).then_some(Verdict::Once),
        }
    }

    pub(crate) fn load_origins(&mut self, clicks: &Clicks) {
        self.origins.load(clicks);
        for allowed in [true, false] {
            for origin in self.origins.names(allowed) {
                self.settle(&origin, allowed);
            }
        }
    }

    pub(crate) fn pair(&mut self, text: &str) -> Result<(), Refusal> {
        self.decide(text, true)
    }

    pub(crate) fn refuse(&mut self, text: &str) -> Result<(), Refusal> {
        self.decide(text, false)
    }

    fn decide(&mut self, text: &str, allowed: bool) -> Result<(), Refusal> {
        self.unlocked(KEY)?;
        let origin = normalise(text)?;
        self.origins.decide(&origin, allowed);
        self.settle(&origin, allowed);
        self.store_origins();
        Ok(())
    }

    /// What was decided for good takes the place of what was open.
    fn settle(&mut self, origin: &str, allowed: bool) {
        self.prompts.settle(origin, allowed);
        self.unfollow(origin);
    }

    pub(crate) fn forget(&mut self, text: &str) -> Result<(), Refusal> {
        self.unlocked(KEY)?;
        let origin = normalise(text)?;
        self.origins.known.retain(|known| known.origin != origin);
        self.unfollow(&origin);
        self.store_origins();
        Ok(())
    }

    pub(crate) fn click_to_call(&self) -> ClickToCall {
        let mut shown = self.origins.wire(&self.settings.clicks, self.port, self.port_taken.clone());
        for origin in self.followers() {
            if shown.origins.iter().all(|known| known.origin != origin) {
                shown.origins.push(wire::Origin { origin: origin.to_owned(), verdict: Verdict::Once, refused: 0 });
            }
        }
        shown
    }

    /// Sites that may follow a call of theirs, and nothing else.
    fn followers(&self) -> impl Iterator<Item = &str> {
        let calls = self.calls.iter().filter(|call| !call.is_ended()).map(|call| &call.asked_by);
        let originations = self.originations.waiting().map(|origination| &origination.asked_by);
        calls.chain(originations).filter(|asked_by| asked_by.follows).filter_map(|asked_by| asked_by.origin.as_deref())
    }

    fn unfollow(&mut self, origin: &str) {
        let calls = self.calls.iter_mut().map(|call| &mut call.asked_by);
        for asked_by in calls.chain(self.originations.askers()) {
            if asked_by.origin.as_deref() == Some(origin) {
                asked_by.follows = false;
            }
        }
    }

    fn store_origins(&mut self) {
        let (allowed, refused) = (self.origins.names(true), self.origins.names(false));
        let clicks = &mut self.settings.clicks;
        (clicks.allowed, clicks.refused) = (allowed, refused);
        let clicks = clicks.clone();
        self.store(Store::ClickToCall(clicks));
    }
}

/// The site in one spelling, `https://crm.example` or `http://127.0.0.1:8080`, as RFC 6454 §6.2 writes it.
///
/// # Errors
/// If it is none: another scheme, a path, a user, `null`.
pub fn normalise(text: &str) -> Result<String, Refusal> {
    let refusal = || Refusal::malformed("bad_origin", "A site looks like https://crm.example, without a path");
    if text.len() > MAX_ORIGIN {
        return Err(refusal());
    }
    let lower = text.trim().to_ascii_lowercase();
    let (scheme, place) = lower.split_once("://").ok_or_else(refusal)?;
    let usual = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return Err(refusal()),
    };
    let place = place.strip_suffix('/').unwrap_or(place);
    let (host, port) = host_and_port(place).ok_or_else(refusal)?;
    Ok(if port.is_none_or(|port| port == usual) { format!("{scheme}://{host}") } else { format!("{scheme}://{place}") })
}

/// A name, an IPv4 address or an IPv6 one in brackets, with or without a port.
fn host_and_port(place: &str) -> Option<(&str, Option<u16>)> {
    let end = place.rfind(']').map_or(0, |bracket| bracket + 1);
    let (host, port) = match place.get(end..)?.rfind(':') {
        Some(colon) => (place.get(..end + colon)?, Some(port(place.get(end + colon + 1..)?)?)),
        None => (place, None),
    };
    let is_name = |host: &str| host.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let fits = match inside {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && is_name(host),
    };
    fits.then_some((host, port))
}

/// One to five digits, no leading zero, no sign.
fn port(text: &str) -> Option<u16> {
    let port = text.parse().ok()?;
    (u16::to_string(&port) == text).then_some(port)
}

/// What a paired site may dial without being asked.
pub(crate) const DIALS: Rate = Rate { burst: 10, every: std::time::Duration::from_secs(3) };
const KEY: &str = "local_api.origins";
/// A host name has 253 characters at most.
const MAX_ORIGIN: usize = 272;
