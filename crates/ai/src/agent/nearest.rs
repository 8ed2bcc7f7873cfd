//! "The robotics deal": when nothing has a name like that, the deals whose description is nearest in meaning.
//!
//! They are only ever asked about, never assumed: a vector knows what is alike, not what is meant.

use dealwright_access::Context;
use dealwright_embed::similarity;
use dealwright_kernel::id::AgentRunId;
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

/// The deals that `mention` may describe, nearest first, and the call that found out, for the run's sums.
pub async fn nearest(
    assistant: &Assistant,
    cx: &Context,
    step: (AgentRunId, i32),
    provider: &dyn LlmProvider,
    mention: &str,
    deals: Vec<Described>,
) -> (Vec<(RecordType, Uuid, String)>, Vec<Called>) {
    let mut calls = Vec::new();
    if deals.is_empty() {
        return (Vec::new(), calls);
    }
    let texts: Vec<String> = std::iter::once(core(mention)).chain(deals.iter().map(|d| d.words.clone())).collect();
    let vectors = match assistant.embed(cx, step, provider, &texts, &mut calls).await {
        Ok(embedded) => embedded.vectors,
        Err(why) => {
            tracing::info!(%why, "nothing embeds; what a description means is not guessed");
            return (Vec::new(), calls);
        }
    };
    let Some((wanted, all)) = vectors.split_first() else { return (Vec::new(), calls) };
    let mut ranked: Vec<(f32, Described)> = all.iter().map(|v| similarity(wanted, v)).zip(deals).collect();
    ranked.retain(|(near, _)| *near >= CLOSE);
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near = ranked.into_iter().take(MOST).map(|(_, deal)| (RecordType::Opportunity, deal.id, deal.name)).collect();
    (near, calls)
}
