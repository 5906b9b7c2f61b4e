//! Answers that take long: event streams of pages, and pages that wait for the agent. A browser opens six connections to a
//! host at most, so a site that holds all of them could not click any more; and all sites together must leave room.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::StatusCode;

use super::{answer::Failure, asker::Caller, places::Kept};

/// Who waits.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting(Arc<Mutex<HashMap<String, usize>>>);

/// Leaves when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    waiting: Waiting,
    origin: String,
    _kept: Kept,
}

impl Waiting {
    /// A place for one more answer to `origin`, whose connection stays for so long.
    ///
    /// # Errors
    /// 429 if it has as many as it may.
    pub(super) fn enter(&self, origin: &str, caller: &Caller) -> Result<Place, Failure> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = waiting.values().sum();
        if all >= MAX_IN_ALL || waiting.get(origin).is_some_and(|own| *own >= MAX_OF_ONE) {
            let detail = "this site waits for too many answers at once: close a stream first";
            return Err(Failure::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail));
        }
        *waiting.entry(origin.to_owned()).or_default() += 1;
        Ok(Place { waiting: self.clone(), origin: origin.to_owned(), _kept: caller.connection.keep() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.waiting.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = waiting.get_mut(&self.origin) {
            *own -= 1;
        }
        waiting.retain(|_, own| *own > 0);
    }
}

const MAX_IN_ALL: usize = 64;
const MAX_OF_ONE: usize = 4;
