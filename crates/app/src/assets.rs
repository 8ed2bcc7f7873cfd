//! The web app, embedded in the binary: compressed, and cached for good where names carry a hash.

use axum::Router;
use axum::http::StatusCode;
use memory_serve::CacheControl;

use crate::AppState;

/// Serves the app's files; every path the API does not know is a page of the app.
pub fn router() -> Router<AppState> {
    memory_serve::load!()
        .index_file(Some("/index.html"))
        .fallback(Some("/index.html"))
        .fallback_status(StatusCode::OK)
        .html_cache_control(CacheControl::NoCache)
        .cache_control(CacheControl::NoCache)
        .into_router()
}
