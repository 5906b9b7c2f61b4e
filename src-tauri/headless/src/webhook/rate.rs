//! How often one address may come: a bucket of tokens for each, filled again as time goes by.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::Instant,
};

/// The buckets of all addresses.
#[derive(Debug)]
pub(super) struct Rates {
    limit: Limit,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

/// How much is too much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    /// At once.
    pub(super) burst: f64,
    /// In the long run, a second.
    pub(super) rate: f64,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Rates {
    pub(super) fn new(limit: Limit) -> Self {
        Self { limit, buckets: Mutex::default() }
    }

    /// Takes a token of this address; says whether there was one.
    pub(super) fn take(&self, from: IpAddr, now: Instant) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let from = neighbourhood(from);
        if buckets.len() >= MAX && !buckets.contains_key(&from) {
            // Whoever has been quiet is forgotten, and has a full bucket again.
            buckets.retain(|_, bucket| self.limit.tokens(*bucket, now) < self.limit.burst);
            if buckets.len() >= MAX {
                return false;
            }
        }
        let bucket = buckets.entry(from).or_insert(Bucket { tokens: self.limit.burst, at: now });
        let tokens = self.limit.tokens(*bucket, now);
        let enough = tokens >= 1.0;
        *bucket = Bucket { tokens: if enough { tokens - 1.0 } else { tokens }, at: now };
        enough
    }

    /// Whether there is a token left, without taking it.
    pub(super) fn has(&self, from: IpAddr, now: Instant) -> bool {
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.get(&neighbourhood(from)).is_none_or(|bucket| self.limit.tokens(*bucket, now) >= 1.0)
    }
}

impl Limit {
    fn tokens(&self, bucket: Bucket, now: Instant) -> f64 {
        let filled = now.saturating_duration_since(bucket.at).as_secs_f64() * self.rate;
        (bucket.tokens + filled).min(self.burst)
    }
}

/// One machine has a whole /64 of IPv6.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// As many addresses are remembered at once.
const MAX: usize = 4096;
