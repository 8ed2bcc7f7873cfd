//! The router of the API and its description, from the same annotations.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use dealwright_access::{
    Access, api_key, audit, connected_app, csrf, domain, fresh, identity_provider, invitation, link, oauth, oidc,
    passkey, password, people, scim, second_factor, service_account, session, sign_in_policy, viewing,
};
use dealwright_ai::{AssistantState, agent, proposal, sentence};
use dealwright_connect::mailbox;
use dealwright_crm::{
    account, account_plan, account_team, account_tree, activity, affiliation, approval, assignment, bulk, change,
    choice, configuration, contact, currency, custom_field, deal_competitor, deal_contact, duplicate, export, file,
    handover, lead, lifecycle, live, merge, notification, opportunity, pipeline, presence, price_list, product, rule,
    saved_view, search, settings, sharing, summary, task, task_template, timeline, transfer, trash, validation,
    web_form, working_hours,
};
use dealwright_governance::{GovernanceState, Tools};
use dealwright_knowledge::KnowledgeState;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};
use tower_http::request_id::{PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use utoipa::OpenApi;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, ClientCredentials, Flow, Http, HttpAuthScheme, OAuth2, Scopes, SecurityRequirement,
    SecurityScheme,
};
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
    tags((name = "session"), (name = "sign-in"), (name = "setup"), (name = "people"), (name = "single sign-on"), (name = "keys"), (name = "oauth"), (name = "audit"), (name = "master data"), (name = "accounts"), (name = "contacts"), (name = "leads"), (name = "opportunities"),
         (name = "tasks"), (name = "activities"), (name = "timeline"), (name = "files"), (name = "mail"), (name = "trash"), (name = "sharing"), (name = "search"), (name = "knowledge"), (name = "views"), (name = "bulk"), (name = "live"), (name = "notifications"), (name = "imports"), (name = "rules"), (name = "lifecycles"), (name = "approvals"), (name = "service levels"), (name = "insight"), (name = "automations"), (name = "routines"), (name = "assistant"), (name = "governance"))
)]
struct Description;

/// Where the API stands.
const PREFIX: &str = "/api/v1";

/// The endpoints that ask for who the caller is and for the database. As the other routers here they have a state of their
/// own and not a generic one: their handlers are compiled once, in their crates, beside each other.
fn of_access() -> OpenApiRouter<Access> {
    let routes = OpenApiRouter::new()
        .merge(session::http::router())
        .merge(oidc::http::router())
        .merge(identity_provider::http::router())
        .merge(identity_provider::mine::router())
        .merge(domain::http::router())
        .merge(scim::http::router())
        .merge(people::http::router())
        .merge(people::fields::router())
        .merge(invitation::http::router())
        .merge(link::http::router())
        .merge(password::http::router())
        .merge(second_factor::http::router())
        .merge(passkey::http::router())
        .merge(sharing::http::router())
        .merge(account_team::http::router())
        .merge(account_tree::http::router())
        .merge(account_plan::http::router())
        .merge(affiliation::http::router())
        .merge(validation::http::router())
        .merge(viewing::http::router())
        .merge(handover::http::router())
        .merge(transfer::http::router())
        .merge(api_key::http::router())
        .merge(service_account::http::router())
        .merge(oauth::http::router())
        .merge(connected_app::http::router())
        .merge(audit::http::router())
        .merge(settings::http::router())
        .merge(configuration::http::router())
        .merge(currency::http::router())
        .merge(custom_field::http::router())
        .merge(presence::http::router())
        .merge(price_list::http::router())
        .merge(pipeline::http::router())
        .merge(choice::http::router())
        .merge(product::http::router())
        .merge(account::http::router())
        .merge(contact::http::router())
        .merge(lead::http::router())
        .merge(opportunity::http::router())
        .merge(opportunity::board_http::router())
        .merge(task::http::router())
        .merge(task_template::http::router())
        .merge(activity::http::router())
        .merge(timeline::http::router())
        .merge(change::http::router())
        .merge(search::http::router())
        .merge(saved_view::http::router())
        .merge(summary::http::router())
        .merge(export::http::router())
        .merge(bulk::http::router())
        .merge(dealwright_import::http::router())
        .merge(mailbox::http::router())
        .merge(mailbox::message_http::router())
        .merge(mailbox::policy_http::router())
        .merge(mailbox::drop_http::router())
        .merge(dealwright_workflow::rule::http::router())
        .merge(rule::http::router())
        .merge(deal_contact::http::router())
        .merge(deal_competitor::http::router())
        .merge(opportunity::life_http::router())
        .merge(lifecycle::http::router())
        .merge(approval::http::router())
        .merge(approval::definition_http::router())
        .merge(approval::delegation::router())
        .merge(approval::link::router())
        .merge(proposal::decision_http::router())
        .merge(trash::http::router())
        .merge(duplicate::http::router())
        .merge(merge::http::router())
        .merge(assignment::http::router())
        .merge(working_hours::http::router())
        .merge(notification::http::router())
        .merge(notification::push::http::router())
        .merge(web_form::http::router())
        .merge(dealwright_sla::router())
        .merge(dealwright_knowledge::router())
        .merge(dealwright_insight::router())
        .merge(proposal::http::router())
        .merge(dealwright_automation::http::router())
        .merge(dealwright_routine::router())
        .merge(dealwright_outside::router());
    OpenApiRouter::new().nest(PREFIX, routes).merge(oauth::token_router())
}

fn of_assistant() -> OpenApiRouter<AssistantState> {
    OpenApiRouter::new().nest(PREFIX, agent::http::router().merge(sentence::http::router()))
}

fn of_files() -> OpenApiRouter<file::FileState> {
    OpenApiRouter::new().nest(PREFIX, file::http::router().merge(dealwright_routine::notes_http::file_router()))
}

fn of_knowledge() -> OpenApiRouter<KnowledgeState> {
    OpenApiRouter::new().nest(PREFIX, dealwright_knowledge::search_router())
}

fn of_governance() -> OpenApiRouter<GovernanceState> {
    OpenApiRouter::new().nest(PREFIX, dealwright_governance::router())
}

/// The endpoints that ask for more of the server.
fn of_server() -> OpenApiRouter<AppState> {
    let routes =
        OpenApiRouter::new().merge(setup::router()).merge(sign_in_policy::http::router()).merge(live::http::router());
    OpenApiRouter::new().nest(PREFIX, routes)
}

/// The API's description, as openapi.json holds it.
#[must_use]
pub fn describe() -> utoipa::openapi::OpenApi {
    let mut openapi = Description::openapi();
    for part in [
        of_access().into_openapi(),
        of_assistant().into_openapi(),
        of_files().into_openapi(),
        of_knowledge().into_openapi(),
        of_governance().into_openapi(),
        of_server().into_openapi(),
    ] {
        openapi.merge(part);
    }
    // Added by hand, since the derive can't name the cookie.
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("dealwright_session")));
    openapi.components.get_or_insert_default().add_security_scheme("session", cookie);
    let components = openapi.components.get_or_insert_default();
    components.add_security_scheme("key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    let flow = ClientCredentials::new("/oauth/token", Scopes::new());
    components.add_security_scheme("oauth", SecurityScheme::OAuth2(OAuth2::new([Flow::ClientCredentials(flow)])));
    let any_of = ["session", "key", "oauth"];
    openapi.security = Some(any_of.map(|name| SecurityRequirement::new(name, Vec::<String>::new())).into());
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
    let AppState { access, assistant, knowledge, files, .. } = state.clone();
    assistant.knows(&knowledge);
    let mcp = dealwright_mcp::router(&access, &assistant).layer(from_fn(middleware::settle));
    let of_search = KnowledgeState { access: access.clone(), knowledge };
    let of_guardrails = GovernanceState { access: access.clone(), tools: Tools(dealwright_ai::tools::names().into()) };
    let of_file = file::FileState { access: access.clone(), files };
    let api = Router::new()
        .merge(Router::from(of_access()).with_state(access.clone()))
        .merge(Router::from(of_assistant()).with_state(AssistantState { access: access.clone(), assistant }))
        .merge(Router::from(of_files()).with_state(of_file.clone()))
        .merge(Router::from(of_knowledge()).with_state(of_search))
        .merge(Router::from(of_governance()).with_state(of_guardrails))
        .merge(of_server())
        .layer(axum::middleware::from_fn_with_state(state.clone(), idempotency::replay))
        .layer(from_fn(middleware::settle))
        .layer(from_fn(session::renewal::carry))
        .layer(from_fn(fresh::repeat_reads_when_access_changes))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn(middleware::level_absence))
        .method_not_allowed_fallback(middleware::no_such_method);
    Router::new()
        .merge(api)
        .merge(health::router())
        .merge(mcp)
        .merge(oidc::http::pages().with_state(access.clone()))
        .merge(connected_app::request::pages().with_state(access.clone()))
        .merge(scim::http::endpoints().with_state(access.clone()))
        .merge(mailbox::inbound::pages().with_state(access.clone()))
        .merge(notification::unsubscribe::pages().with_state(access.clone()))
        .merge(web_form::public::pages().with_state(access))
        .merge(file::link::pages().with_state(of_file))
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
                .layer(from_fn_with_state(state.clone(), middleware::secure))
                .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(middleware::KeepsItsBytes)))
                .layer(from_fn(middleware::name_problems))
                .layer(from_fn(middleware::note_refusals))
                .layer(from_fn_with_state(middleware::TIME_LIMIT, middleware::limit_time))
                .layer(CatchPanicLayer::custom(middleware::panicked))
                .layer(from_fn(csrf::refuse_cross_site_writes)),
        )
        .with_state(state)
}
