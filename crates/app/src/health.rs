//! `/healthz`: the process is alive. `/readyz`: it can serve.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use dealwright_access::Access;
use dealwright_ai::Assistant;
use dealwright_kernel::Result;
use serde_json::json;

use crate::AppState;

/// The probes; they need no sign-in and tell nothing of the data.
pub fn router() -> Router<AppState> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready))
}

async fn alive() -> StatusCode {
    StatusCode::NO_CONTENT
}

async fn ready(State(access): State<Access>, State(assistant): State<Assistant>) -> Result<impl IntoResponse> {
    access.database().ping().await?;
    // Numbers alone: why a collector takes nothing is in the log.
    let traces = assistant.tracing().and_then(|tracing| tracing.traces.counts());
    Ok(Json(match traces {
        None => json!({ "status": "ready" }),
        Some(counts) => json!({ "status": "ready", "traces": { "sent": counts.sent, "dropped": counts.dropped } }),
    }))
}
