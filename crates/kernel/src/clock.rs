//! Time and new ids come from here, so that a test can set the one and foresee the other.
//!
//! `clippy.toml` bans the ambient clocks everywhere else.

use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, SubsecRound, Utc};
use parking::Mutex;
use uuid::Uuid;

mod parking {
    //! A mutex whose lock can't be poisoned: the guarded value is a plain timestamp.
    use std::sync::{Mutex as StdMutex, MutexGuard, PoisonError};

    #[derive(Debug)]
    pub struct Mutex<T>(StdMutex<T>);

    impl<T> Mutex<T> {
        pub const fn new(value: T) -> Self {
            Self(StdMutex::new(value))
        }
        pub fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }
}

/// The source of "now": the machine's clock, or one that a test holds.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    Fixed(Arc<FixedClock>),
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct FixedClock(Mutex<DateTime<Utc>>);

impl Clock {
    /// A clock that stands at `at`.
    #[must_use]
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self::Fixed(Arc::new(FixedClock(Mutex::new(at))))
    }

    /// The current time in UTC, in whole microseconds: what PostgreSQL stores.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Fixed(clock) => *clock.0.lock(),
        }
    }

    /// Today's date in UTC.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }

    /// Moves a fixed clock forward; the system's clock is left alone.
    pub fn advance(&self, by: Duration) {
        if let Self::Fixed(clock) = self {
            let mut at = clock.0.lock();
            *at += by;
        }
    }

    /// A new UUIDv7: sortable by time of creation.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
    pub fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}
