//! A circuit breaker: a provider that keeps failing is left alone for a while, so that nobody waits for it in vain.
//!
//! After three failures in a row it is not asked for half a minute; then one call tries it, and each further failure doubles the time, up
//! to ten minutes. A refusal of a request says nothing of the provider, and does not count.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::ProviderError;

const FAILURES: u32 = 3;
const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(600);

#[derive(Debug, Default)]
struct Inner {
    failures: u32,
    closed_until: Option<Instant>,
}

/// The state of a provider.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<Inner>);

impl Breaker {
    /// Whether the provider may be asked at `now`.
    pub fn lets(&self, now: Instant) -> bool {
        let mut inner = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match inner.closed_until {
            Some(until) if now < until => false,
            Some(_) => {
                // One call tries it; others wait for what it says.
                inner.closed_until = Some(now + pause(inner.failures));
                true
            }
            None => true,
        }
    }

    /// What came of a call that ended at `now`.
    pub fn heard(&self, outcome: Result<(), &ProviderError>, now: Instant) {
        let mut inner = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match outcome {
            Ok(()) => *inner = Inner::default(),
            Err(ProviderError::Refused { status, .. }) if *status != 429 && *status < 500 => {}
            Err(_) => {
                inner.failures = inner.failures.saturating_add(1);
                if inner.failures >= FAILURES {
                    inner.closed_until = Some(now + pause(inner.failures));
                }
            }
        }
    }
}

fn pause(failures: u32) -> Duration {
    let doubled = failures.saturating_sub(FAILURES).min(10);
    FIRST.saturating_mul(1 << doubled).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_that_keeps_failing_is_left_alone_for_a_while() {
        let (breaker, error) = (Breaker::default(), ProviderError::Unavailable("away".into()));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        for _ in 0..2 {
            breaker.heard(Err(&error), at(0));
        }
        assert!(breaker.lets(at(0)));
        breaker.heard(Err(&error), at(0));
        assert!(!breaker.lets(at(29)));
        // One tries, and nobody beside it.
        assert!(breaker.lets(at(30)));
        assert!(!breaker.lets(at(31)));
        breaker.heard(Err(&error), at(32));
        assert!(!breaker.lets(at(91)));
        assert!(breaker.lets(at(92)));
        breaker.heard(Ok(()), at(93));
        assert!(breaker.lets(at(93)));
        assert!(breaker.lets(at(93)));
    }

    #[test]
    fn a_refused_request_says_nothing_of_the_provider() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..9 {
            breaker.heard(Err(&ProviderError::Refused { status: 400, message: "too long".into() }), now);
        }
        assert!(breaker.lets(now));
        for _ in 0..3 {
            breaker.heard(Err(&ProviderError::Refused { status: 429, message: "slow down".into() }), now);
        }
        assert!(!breaker.lets(now));
    }
}
