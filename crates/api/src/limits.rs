//! How many requests somebody may make.
//!
//! Everybody (a person, a key, or an address from which nobody is signed in) has an own measure: so many at once, and so many a
//! second on average. Every answer says what is left.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::{HeaderMap, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::problem::{self, Problem};
use crate::server::ServerSettings;

type Limiter = RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// The measures.
#[derive(Debug)]
pub(crate) struct Limits {
    limiter: Limiter,
    at_once: u32,
    per_second: u32,
    /// Requests since those who were quiet were forgotten.
    counted: AtomicU32,
}

/// After so many requests, those who were quiet are forgotten.
const OFTEN: u32 = 10_000;

impl Limits {
    pub(crate) fn new(settings: &ServerSettings) -> Limits {
        let at_once = NonZeroU32::new(settings.requests_at_once).unwrap_or(NonZeroU32::MIN);
        let per_second = NonZeroU32::new(settings.requests_per_second).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(per_second).allow_burst(at_once);
        let limiter = RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>();
        Limits { limiter, at_once: at_once.get(), per_second: per_second.get(), counted: AtomicU32::new(0) }
    }

    /// Counts a request; says what is left, or that it was too many.
    pub(crate) fn count(&self, who: &str) -> Result<u32, Problem> {
        if self.counted.fetch_add(1, Ordering::Relaxed) % OFTEN == OFTEN - 1 {
            self.sweep();
        }
        match self.limiter.check_key(&who.to_owned()) {
            Ok(snapshot) => Ok(snapshot.remaining_burst_capacity()),
            Err(not_yet) => {
                let wait = not_yet.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
                Err(Problem::new(problem::TOO_MANY, "too many requests").retry_after(wait))
            }
        }
    }

    /// Says in an answer what is left.
    pub(crate) fn write(&self, headers: &mut HeaderMap, left: u32) {
        headers.insert("ratelimit-limit", HeaderValue::from(self.at_once));
        headers.insert("ratelimit-remaining", HeaderValue::from(left));
        headers.insert(
            "ratelimit-reset",
            HeaderValue::from((self.at_once - left.min(self.at_once)).div_ceil(self.per_second)),
        );
    }

    /// Forgets those who were quiet.
    fn sweep(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}
