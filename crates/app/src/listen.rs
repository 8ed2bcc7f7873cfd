//! Connections: accepted, served, and ended in order.
//!
//! As `axum::serve` does it, with limits: a client that sends its headers drop by drop, or more of them than anybody
//! needs, holds a connection for so long and no longer.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service as _;

/// How long a connection may wait for the rest of a request's headers, or for another request. Longer than proxies keep
/// theirs open, so that none writes into a connection that is being closed.
pub const PATIENCE: Duration = Duration::from_secs(75);
/// The largest head of a request.
const HEAD_LIMIT: usize = 64 * 1024;
/// How many headers a request may have.
const MAX_HEADERS: usize = 100;
/// What to wait after the system refused a connection, being out of files.
const BREATH: Duration = Duration::from_secs(1);

/// Serves until `stop`, then lets open requests end.
pub async fn serve(listener: TcpListener, app: Router, stop: CancellationToken, patience: Duration) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .max_headers(MAX_HEADERS)
        .max_buf_size(HEAD_LIMIT);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(patience);
    let connections = TaskTracker::new();
    // Made once: it turns every route into a service, some milliseconds' work.
    let make = app.into_make_service_with_connect_info::<SocketAddr>();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                connections.spawn(converse(builder.clone(), stream, peer, make.clone(), stop.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted; trying again");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn converse(
    builder: Builder<TokioExecutor>,
    stream: TcpStream,
    peer: SocketAddr,
    mut make: IntoMakeServiceWithConnectInfo<Router, SocketAddr>,
    stop: CancellationToken,
) {
    let Ok(service) = make.call(peer).await;
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
