//! The index: what happened becomes things that are to be read anew, these become passages, and passages get vectors.
//!
//! [`follow`] is the first half: it reads the event log, cuts what has changed into passages and, where somebody asked for it, goes
//! through all there is. [`vectors`] is the second: slow, and paced, so that it keeps no request waiting. Both keep their state in
//! the database: whoever is killed goes on where they stood. `store` holds the SQL, `http` shows an administrator how far it is.

pub mod follow;
pub mod http;
mod store;
pub mod vectors;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::Result;
use dealwright_store::Database;
use dealwright_store::sequencer::Positioned;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::Knowledge;
use crate::chunk::Source;

/// Up to so many things an organisation is indexed without being asked. One of more, which has been seeded or was there before,
/// is when an administrator says so.
pub const UNASKED: i32 = 50_000;

/// How soon something is read: what somebody has just changed comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    Changed,
    /// Imports, and what happened long ago.
    Many,
    Everything,
}

impl Priority {
    const fn number(self) -> i32 {
        match self {
            Self::Changed => 0,
            Self::Many => 1,
            Self::Everything => 2,
        }
    }
}

/// What an event says is to be read anew, and how soon.
fn touched(event: &Positioned, now: DateTime<Utc>) -> Option<(Source, Uuid, Priority)> {
    let source = Source::named(&event.subject_type)?;
    let many =
        event.actor_kind == "import" || event.at < now - TimeDelta::hours(1) || event.data.get("bulk_id").is_some();
    Some((source, event.subject_id, if many { Priority::Many } else { Priority::Changed }))
}

/// Runs both halves until `stop`.
pub async fn run(knowledge: Knowledge, database: Database, stop: CancellationToken) {
    tokio::join!(
        follow::run(knowledge.clone(), database.clone(), stop.clone()),
        vectors::run(knowledge, database, stop)
    );
}

/// Reads and embeds all that is to be: for tests and commands.
///
/// # Errors
/// When the database is gone.
pub async fn catch_up(knowledge: &Knowledge, database: &Database) -> Result<()> {
    follow::catch_up(knowledge, database).await?;
    vectors::catch_up(knowledge, database).await
}
