//! How many requests a caller may make: a bucket for each person or key, in this process. A limit for programs that run
//! wild, not a quota: it lets through what the app and a busy integration do.
//!
//! What is guessed at has throttles of its own ([`crate::session::throttle`]), which hold over all servers.

use std::num::NonZeroU32;

use dealwright_kernel::{Error, Result};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use uuid::Uuid;

/// Buckets of callers who have been quiet are thrown away when there are so many.
const MANY: usize = 10_000;

/// The most requests of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLimit {
    /// For as long as they like.
    pub per_second: NonZeroU32,
    /// At once, after a while without.
    pub burst: NonZeroU32,
}

/// The buckets.
#[derive(Debug)]
pub(crate) struct Buckets {
    limiter: DefaultKeyedRateLimiter<Uuid>,
    clock: DefaultClock,
}

impl Buckets {
    #[must_use]
    pub(crate) fn new(limit: RequestLimit) -> Self {
        let quota = Quota::per_second(limit.per_second).allow_burst(limit.burst);
        Self { limiter: RateLimiter::keyed(quota), clock: DefaultClock::default() }
    }

    /// One request more of a caller.
    ///
    /// # Errors
    /// 429 `too_many_requests`, and when to come back.
    pub(crate) fn take(&self, caller: Uuid) -> Result<()> {
        self.limiter.check_key(&caller).map_err(|early| {
            let wait = early.wait_time_from(self.clock.now()).as_secs().saturating_add(1);
            let detail = "you make more requests than the server lets one caller make; go on more slowly";
            Error::too_many("too_many_requests", u32::try_from(wait).unwrap_or(u32::MAX), detail)
        })
    }

    /// Forgets whose buckets are full again.
    pub(crate) fn tidy(&self) {
        if self.limiter.len() > MANY {
            self.limiter.retain_recent();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_a_bucket_of_their_own() {
        let limit = RequestLimit { per_second: NonZeroU32::MIN, burst: NonZeroU32::new(3).unwrap() };
        let buckets = Buckets::new(limit);
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let taken = (0..5).filter(|_| buckets.take(one).is_ok()).count();
        assert!((3..=4).contains(&taken), "{taken}");
        assert!(buckets.take(two).is_ok());
        let refused = buckets.take(one).unwrap_err();
        assert_eq!((refused.code.as_ref(), refused.retry_after), ("too_many_requests", Some(1)));
    }
}
