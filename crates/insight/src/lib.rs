//! What the records tell, without any model: figures over deals, scores of leads, what sources know of companies, and deals
//! that stand still.
//!
//! `analytics` answers one typed query of measures by groups, `scoring` judges leads by rules and says why, `enrichment`
//! proposes values with their source, `stalled` finds deals that take longer than usual. Each has a public function that
//! the endpoints, and the tools of agents, call alike: `analytics::run`, `scoring::explain`, `enrichment::suggest`,
//! `stalled::list`.

pub mod analytics;
pub mod enrichment;
pub mod scoring;
pub mod stalled;

use dealwright_access::Access;
use dealwright_store::job::Worker;
use utoipa_axum::router::OpenApiRouter;

/// The endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .merge(analytics::http::router())
        .merge(scoring::http::router())
        .merge(enrichment::http::router())
        .merge(stalled::http::router())
}

/// Registers the jobs that score leads.
pub fn register(worker: Worker, access: &Access) -> Worker {
    scoring::job::register(worker, access)
}
