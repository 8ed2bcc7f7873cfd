//! "The robotics deal": when nothing has a name like that, the deals whose description is nearest in meaning.
//!
//! They are only ever asked about, never assumed: a vector knows what is alike, not what is meant.

use std::time::Instant;

use dealwright_embed::similarity;
use uuid::Uuid;

use super::store::call::Called;
use crate::Assistant;
use crate::provider::LlmProvider;
use crate::resolve::record::{RecordType, core};

/// A deal and the words that describe it.
#[derive(Clone, Debug)]
pub struct Described {
    pub id: Uuid,
    pub name: String,
    /// Its name, customer and industry.
    pub words: String,
}

/// From here on a description is asked about. Descriptions of a deal by its trade come to 0.37 and more, names that
/// nobody has to less than 0.30.
const CLOSE: f32 = 0.36;

/// At most so many are offered.
const MOST: usize = 3;

/// The deals that `mention` may describe, nearest first, and the call that found out, for the record.
pub async fn nearest(
    assistant: &Assistant,
    provider: &dyn LlmProvider,
    mention: &str,
    deals: Vec<Described>,
) -> (Vec<(RecordType, Uuid, String)>, Option<Called>) {
    if deals.is_empty() {
        return (Vec::new(), None);
    }
    let texts: Vec<String> = std::iter::once(core(mention)).chain(deals.iter().map(|d| d.words.clone())).collect();
    let started = Instant::now();
    let outcome = provider.embed(&texts).await;
    let called = assistant.embedded(provider, &outcome, started.elapsed());
    let vectors = match outcome {
        Ok(embedded) => embedded.vectors,
        Err(error) => {
            tracing::info!(%error, "nothing embeds; what a description means is not guessed");
            return (Vec::new(), Some(called));
        }
    };
    let Some((wanted, all)) = vectors.split_first() else { return (Vec::new(), Some(called)) };
    let mut ranked: Vec<(f32, Described)> = all.iter().map(|v| similarity(wanted, v)).zip(deals).collect();
    ranked.retain(|(near, _)| *near >= CLOSE);
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near = ranked.into_iter().take(MOST).map(|(_, deal)| (RecordType::Opportunity, deal.id, deal.name)).collect();
    (near, Some(called))
}
