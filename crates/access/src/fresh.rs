//! A change of access holds at the next request: a read that began as an actor of before is begun anew.
//!
//! Actors are kept for a moment. When the first transaction of a request finds that access has changed since its actor
//! was read, everything that was decided from that actor may be wrong, such as the scope that a list repeats. A read has
//! no body and no effect, so it is simply run again, as the actor that there is now.

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dealwright_kernel::Error;
use dealwright_kernel::error::Problem;

const CODE: &str = "access_changed";

/// As often as a read is begun anew before the client is asked to.
const TRIES: usize = 3;

/// What ends a read that has to begin anew.
pub(crate) fn begin_anew() -> Error {
    Error::unavailable(CODE, "access has changed in this moment; try again")
}

/// Middleware for the API.
pub async fn repeat_reads_when_access_changes(request: Request, next: Next) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (parts, _) = request.into_parts();
    for _ in 0..TRIES {
        let again = Request::from_parts(parts.clone(), axum::body::Body::empty());
        let response = next.clone().run(again).await;
        let stale = response.status() == StatusCode::SERVICE_UNAVAILABLE
            && response.extensions().get::<Problem>().is_some_and(|p| p.code == CODE);
        if !stale {
            return response;
        }
    }
    begin_anew().into_response()
}
