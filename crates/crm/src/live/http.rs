//! `/live`: server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{FromRef, State};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use dealwright_access::Access;
use dealwright_access::context::Caller;
use dealwright_kernel::error::Problems;
use dealwright_kernel::{Error, Result};
use futures::stream::{self, Stream, StreamExt};
use tokio::sync::broadcast::error::RecvError;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Hub, LiveChange};

/// How often a stream makes sure that its session still stands.
const RECHECK: Duration = Duration::from_secs(20);

/// The live stream's endpoint.
pub fn router<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
    Hub: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(live))
}

/// What changes, as it changes
///
/// `event: change` carries ids and versions of what the caller may see; read the record for the rest. The stream ends
/// when the session does.
#[utoipa::path(get, path = "/live", tag = "live", responses((status = 200, body = LiveChange, content_type = "text/event-stream"), Problems))]
async fn live(
    Caller(cx): Caller,
    State(hub): State<Hub>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    cx.begin().await?.done(()).await?;
    let receiver = hub.subscribe(&cx)?;
    let hello = stream::once(async { Ok(Event::default().event("hello").data("{}")) });
    let changes = stream::unfold((receiver, cx), |(mut receiver, cx)| async move {
        loop {
            match tokio::time::timeout(RECHECK, receiver.recv()).await {
                Ok(Ok(change)) => {
                    let event = Event::default().event("change").json_data(&*change).ok()?;
                    return Some((Ok(event), (receiver, cx)));
                }
                // Too slow a reader: it is told to read everything again.
                Ok(Err(RecvError::Lagged(_))) => {
                    return Some((Ok(Event::default().event("reset").data("{}")), (receiver, cx)));
                }
                Ok(Err(RecvError::Closed)) => return None,
                Err(_) => still_signed_in(&cx).await.ok()?,
            }
        }
    });
    Ok(Sse::new(hello.chain(changes)).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

async fn still_signed_in(cx: &dealwright_access::Context) -> Result<(), Error> {
    cx.begin().await?.done(()).await
}
