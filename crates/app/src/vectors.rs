//! Vectors for the index, from whatever the assistant uses: the local model, or the operator's endpoint.

use std::sync::Arc;

use dealwright_ai::Assistant;
use dealwright_ai::provider::LlmProvider;
use dealwright_knowledge::Knowledge;
use dealwright_knowledge::embedding::{Embed, NoVectors, Vectors};
use futures::future::BoxFuture;

#[derive(Debug)]
struct ByProvider(Arc<dyn LlmProvider>);

impl Embed for ByProvider {
    fn embed<'a>(&'a self, texts: &'a [String]) -> BoxFuture<'a, Result<Vectors, NoVectors>> {
        Box::pin(async move {
            let made = self.0.embed(texts).await.map_err(|error| NoVectors(error.to_string()))?;
            Ok(Vectors { model: made.model, vectors: made.vectors })
        })
    }
}

/// What is looked up, by meaning where the assistant has a model.
pub fn knowledge(assistant: &Assistant) -> Knowledge {
    let embed = |provider| -> Arc<dyn Embed> { Arc::new(ByProvider(provider)) };
    Knowledge::new(assistant.provider().map(embed))
}
