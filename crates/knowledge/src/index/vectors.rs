//! From passages to vectors, a few at a time: the model keeps a core busy, and requests need it more.

use std::time::Duration;

use dealwright_kernel::Result;
use dealwright_store::Database;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Priority;
use super::store::vectors::{self as store, Waiting};
use crate::Knowledge;
use crate::chunk::Chunk;
use crate::embedding::{Embed, NoVectors, Vectors, is_usable};

/// Passages of one call. A question that comes meanwhile waits for no more than these.
const AT_ONCE: i64 = 8;
/// Looked at so often when nothing rings.
const POLL: Duration = Duration::from_secs(5);
/// After a failure.
const PAUSE: Duration = Duration::from_secs(15);

enum Step {
    Idle,
    Done { urgent: bool, took: Duration, model: String },
    NoModel(NoVectors),
}

/// Embeds what waits until `stop`; at once what somebody has just changed, and the rest with pauses.
pub async fn run(knowledge: Knowledge, database: Database, stop: CancellationToken) {
    let Some(embed) = knowledge.embed().cloned() else { return };
    let mut known: Option<String> = None;
    loop {
        let pause = match step(embed.as_ref(), &database).await {
            Ok(Step::Idle) => {
                if let Some(model) = knowledge.model().filter(|model| known.as_ref() != Some(model)) {
                    known = learn(&database, model).await;
                    continue;
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = knowledge.rung() => {}
                    () = tokio::time::sleep(POLL) => {}
                }
                continue;
            }
            Ok(Step::Done { urgent, took, model }) => {
                if known.as_ref() != Some(&model) {
                    known = learn(&database, model).await;
                }
                if urgent { Duration::ZERO } else { took.min(Duration::from_secs(3)) }
            }
            Ok(Step::NoModel(why)) => {
                tracing::debug!(%why, "passages wait for the embedding model");
                PAUSE
            }
            Err(error) => {
                tracing::warn!(%error, "passages could not be embedded; it is tried again");
                PAUSE
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Queues what other models have embedded; answers the model when that is done.
async fn learn(database: &Database, model: String) -> Option<String> {
    match take_anew(database, &model).await {
        Ok(()) => Some(model),
        Err(error) => {
            tracing::warn!(%error, "what another model has embedded could not be queued");
            tokio::time::sleep(PAUSE).await;
            None
        }
    }
}

/// Embeds all that waits, if anything makes vectors.
///
/// # Errors
/// When the database is gone.
pub async fn catch_up(knowledge: &Knowledge, database: &Database) -> Result<()> {
    let Some(embed) = knowledge.embed() else { return Ok(()) };
    if let Some(model) = knowledge.model() {
        take_anew(database, &model).await?;
    }
    while let Step::Done { model, .. } = step(embed.as_ref(), database).await? {
        take_anew(database, &model).await?;
    }
    Ok(())
}

async fn step(embed: &dyn Embed, database: &Database) -> Result<Step> {
    let mut tx = database.derived().await?;
    let taken = store::take_waiting(tx.db(), database.clock().now(), AT_ONCE).await?;
    tx.commit().await?;
    if taken.is_empty() {
        return Ok(Step::Idle);
    }
    let texts: Vec<String> = taken.iter().map(|one| Chunk::reading(&one.heading, &one.text)).collect();
    let started = Instant::now();
    let made = embed.embed(&texts).await;
    let took = started.elapsed();
    let mut tx = database.derived().await?;
    let outcome = match made {
        Ok(Vectors { model, vectors }) => {
            let pairs: Vec<(&Waiting, &Vec<f32>)> =
                taken.iter().zip(&vectors).filter(|(_, vector)| is_usable(vector)).collect();
            if pairs.len() < taken.len() {
                tracing::warn!(%model, passages = taken.len() - pairs.len(), "the model made vectors that can't be compared; these passages are found by their words");
            }
            store::keep_vectors(tx.db(), &model, &pairs).await?;
            store::embedded(tx.db(), &taken).await?;
            let urgent = taken.iter().any(|one| one.priority == Priority::Changed.number());
            Step::Done { urgent, took, model }
        }
        Err(why) => {
            store::release(tx.db(), &taken).await?;
            Step::NoModel(why)
        }
    };
    tx.commit().await?;
    Ok(outcome)
}

/// Vectors of another model than `model` are made anew; until then these passages are found by their words.
async fn take_anew(database: &Database, model: &str) -> Result<()> {
    let mut tx = database.derived().await?;
    let queued = store::requeue(tx.db(), model).await?;
    tx.commit().await?;
    if queued > 0 {
        tracing::info!(model, passages = queued, "passages that another model has embedded are embedded anew");
    }
    Ok(())
}
