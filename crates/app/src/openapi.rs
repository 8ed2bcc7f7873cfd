//! The router of the API and its description, from the same annotations.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use dealwright_access::{csrf, people, session};
use dealwright_ai::Assistant;
use dealwright_crm::{
    account, activity, change, choice, contact, import, live, opportunity, pipeline, product, rule, search, task,
    timeline,
};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::middleware::{self, NewRequestId, REQUEST_ID};
use crate::{AppState, assets, health, idempotency, setup};

/// The largest body, unless an endpoint says otherwise.
const BODY_LIMIT: usize = 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(title = "Dealwright", description = "The API that the web app, integrations and agents use. Conventions: docs/api-design.", license(name = "AGPL-3.0-only", identifier = "AGPL-3.0-only")),
    components(schemas(dealwright_kernel::error::Problem)),
    tags((name = "session"), (name = "setup"), (name = "people"), (name = "master data"), (name = "accounts"), (name = "contacts"), (name = "opportunities"),
         (name = "tasks"), (name = "activities"), (name = "timeline"), (name = "search"), (name = "live"), (name = "imports"), (name = "rules"), (name = "assistant"))
)]
struct Description;

fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Description::openapi()).nest(
        "/api/v1",
        OpenApiRouter::new()
            .merge(setup::router())
            .merge(session::http::router())
            .merge(people::http::router())
            .merge(pipeline::http::router())
            .merge(choice::http::router())
            .merge(product::http::router())
            .merge(dealwright_workflow::rule::http::router())
            .merge(rule::http::router())
            .merge(account::http::router())
            .merge(contact::http::router())
            .merge(opportunity::http::router())
            .merge(task::http::router())
            .merge(activity::http::router())
            .merge(timeline::http::router())
            .merge(change::http::router())
            .merge(search::http::router())
            .merge(live::http::router())
            .merge(import::http::router())
            .merge(Assistant::router()),
    )
}

/// The API's description, as openapi.json holds it.
#[must_use]
pub fn describe() -> utoipa::openapi::OpenApi {
    let mut openapi = api().into_openapi();
    // Added by hand, since the derive can't name the cookie.
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("dealwright_session")));
    openapi.components.get_or_insert_default().add_security_scheme("session", cookie);
    openapi.security = Some(vec![SecurityRequirement::new("session", Vec::<String>::new())]);
    name_operations(&mut openapi);
    openapi
}

/// Operation ids from method and path, `post_opportunities_id_move`: handlers' names repeat between slices.
fn name_operations(openapi: &mut utoipa::openapi::OpenApi) {
    for (path, item) in &mut openapi.paths.paths {
        let words: Vec<&str> = path
            .trim_start_matches("/api/v1")
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|w| !w.is_empty())
            .collect();
        let methods = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in methods {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}_{}", words.join("_")));
            }
        }
    }
}

/// Everything that is served.
pub fn router(state: AppState) -> Router {
    let (routes, _) = api().split_for_parts();
    let api = routes
        .layer(axum::middleware::from_fn_with_state(state.clone(), idempotency::replay))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .method_not_allowed_fallback(middleware::no_such_method);
    Router::new()
        .merge(api)
        .merge(health::router())
        .merge(SwaggerUi::new("/docs").url("/openapi.json", describe()))
        .route("/api/{*rest}", axum::routing::any(middleware::no_such_endpoint))
        .merge(assets::router())
        .layer(
            ServiceBuilder::new()
                .layer(SetRequestIdLayer::new(REQUEST_ID, NewRequestId))
                .layer(
                    TraceLayer::new_for_http()
                        .make_span_with(middleware::span)
                        .on_response(DefaultOnResponse::new().level(tracing::Level::DEBUG)),
                )
                .layer(PropagateRequestIdLayer::new(REQUEST_ID))
                .layer(from_fn(middleware::secure))
                .layer(CompressionLayer::new())
                .layer(from_fn(middleware::name_problems))
                .layer(from_fn(middleware::limit_time))
                .layer(CatchPanicLayer::custom(middleware::panicked))
                .layer(from_fn(csrf::refuse_cross_site_writes)),
        )
        .with_state(state)
}
