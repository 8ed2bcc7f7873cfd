//! `/tool-servers`, for who may govern the assistant: servers, a look at what they offer, and which of it is allowed.

use axum::http::StatusCode;
use dealwright_access::policy::{ReadGuardrail, UpdateGuardrail};
use dealwright_access::{Access, Context, InPerson};
use dealwright_crm::record::Texts;
use dealwright_kernel::error::{OrNotFound, Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, Validate, etag};
use dealwright_kernel::patch::Patch;
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Committed, Event, Subject, Tx};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::ask::{context, opened, way};
use crate::client::Remote;
use crate::store::{self, Changed, NewServer};
use crate::{MOST_SERVERS, ToolServer};

/// The endpoints.
pub(crate) fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index, create))
        .routes(routes!(update, remove))
        .routes(routes!(look))
        .routes(routes!(allow))
}

type Tagged = ([(axum::http::HeaderName, String); 1], Json<ToolServer>);

fn tagged(server: ToolServer) -> Tagged {
    (etag(server.version), Json(server))
}

/// Servers of outside tools
#[utoipa::path(get, path = "/tool-servers", tag = "governance", responses((status = 200, body = Page<ToolServer>), Problems))]
async fn index(cx: InPerson<ReadGuardrail>) -> Result<Json<Page<ToolServer>>> {
    let mut tx = cx.begin().await?;
    let servers = store::list(&mut tx, None).await?;
    tx.done(Json(Page::whole(servers))).await
}

/// A server to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewToolServer {
    /// Lower-case letters, digits and underscores: its tools are called `name.tool`.
    #[schema(max_length = 30)]
    name: String,
    /// Its MCP endpoint, streamable HTTP: https.
    #[schema(max_length = 1000)]
    url: String,
    /// Sent as a bearer; sealed, and never shown again.
    #[schema(max_length = 4000)]
    secret: Option<String>,
}

impl Validate for NewToolServer {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("name", &self.name, 30);
        wrong.required("url", &self.url, 1000);
        wrong.finish()?;
        let mut letters = self.name.chars();
        let fits = letters.next().is_some_and(|c| c.is_ascii_lowercase())
            && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !fits {
            let why = "lower-case letters, digits and underscores, and a letter first";
            return Err(Error::field("name", "invalid_format", why));
        }
        checked_secret(self.secret.as_deref())
    }
}

/// A secret that a header can carry.
fn checked_secret(secret: Option<&str>) -> Result<()> {
    let fits = |text: &str| text.len() <= 4000 && text.bytes().all(|b| (0x21..=0x7e).contains(&b));
    if secret.is_some_and(|secret| !fits(secret)) {
        return Err(Error::field("secret", "invalid_format", "at most 4000 letters, digits and signs, without blanks"));
    }
    Ok(())
}

/// An address that may be asked.
fn checked_url(cx: &Context, url: &str) -> Result<()> {
    match way(cx.access()).check(url) {
        Ok(_) if !url.contains('#') => Ok(()),
        Ok(_) => Err(Error::field("url", "address_refused", "a URL with a fragment is not asked")),
        Err(why) => Err(Error::field("url", "address_refused", why.to_string())),
    }
}

fn event(tx: &Tx, verb: &str, server: &ToolServer, data: Value) -> Event {
    let subject =
        Subject { object: "tool_server", id: server.id, name: server.name.clone(), version: Some(server.version) };
    Event::with_id(tx.new_id().into(), format!("tool_server.{verb}"), subject).data(data)
}

/// Add a server
///
/// None of its tools is allowed yet.
#[utoipa::path(post, path = "/tool-servers", tag = "governance", request_body = NewToolServer, responses((status = 201, body = ToolServer), Problems))]
async fn create(
    cx: InPerson<UpdateGuardrail>,
    Valid(new): Valid<NewToolServer>,
) -> Result<Committed<(StatusCode, Tagged)>> {
    checked_url(&cx, &new.url)?;
    let id = cx.clock().new_id();
    let secret = new.secret.as_deref().filter(|secret| !secret.is_empty());
    let sealed = secret.map(|secret| cx.access().keyring().seal(&context(id), secret.as_bytes())).transpose()?;
    let mut tx = cx.begin().await?;
    if store::list(&mut tx, None).await?.len() >= MOST_SERVERS {
        return Err(Error::conflict("too_many_servers", format!("at most {MOST_SERVERS} servers")));
    }
    let row = NewServer { id, name: &new.name, url: &new.url, secret: sealed.as_deref(), by: cx.actor().user };
    if !store::insert(&mut tx, &row).await? {
        return Err(Error::field("name", "taken", "there is a server of this name"));
    }
    let server = store::find(&mut tx, id).await?.or_not_found("tool server")?;
    let told = event(&tx, "created", &server, json!({ "url": server.url, "has_secret": server.has_secret }));
    tx.emit(told);
    tx.commit((StatusCode::CREATED, tagged(server))).await
}

/// What changes of a server. Its name stays: rules and requests speak of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ToolServerPatch {
    /// Another address is another server: its tools are switched off until they are looked at again.
    #[schema(max_length = 1000)]
    url: Option<String>,
    /// Null takes it away.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    secret: Patch<String>,
    enabled: Option<bool>,
    version: Option<i64>,
}

/// Change a server
#[utoipa::path(patch, path = "/tool-servers/{id}", tag = "governance", params(("id" = Uuid, Path)), request_body = ToolServerPatch,
    responses((status = 200, body = ToolServer), Problems))]
async fn update(
    cx: InPerson<UpdateGuardrail>,
    Path(id): Path<Uuid>,
    if_match: IfMatch,
    Json(patch): Json<ToolServerPatch>,
) -> Result<Committed<Tagged>> {
    let version = if_match.or(patch.version)?;
    let sealed = match &patch.secret {
        Patch::Absent => None,
        Patch::Null => Some(Vec::new()),
        Patch::Value(secret) => {
            checked_secret(Some(secret))?;
            Some(cx.access().keyring().seal(&context(id), secret.as_bytes())?)
        }
    };
    if let Some(url) = &patch.url {
        let mut wrong = Texts::default();
        wrong.required("url", url, 1000);
        wrong.finish()?;
        checked_url(&cx, url)?;
    }
    let mut tx = cx.begin().await?;
    let before = store::find(&mut tx, id).await?.or_not_found("tool server")?;
    let url = patch.url.as_deref().unwrap_or(&before.url);
    let to = Changed { url, secret: sealed.as_deref(), enabled: patch.enabled.unwrap_or(before.enabled) };
    if before.version != version || !store::update(&mut tx, id, version, &to).await? {
        return Err(Error::stale(VersionConflict { version: before.version, fields: Vec::new() }));
    }
    if url != before.url {
        store::forget_allowed(&mut tx, id).await?;
    }
    let server = store::find(&mut tx, id).await?.or_not_found("tool server")?;
    let data = json!({ "url": server.url, "enabled": server.enabled, "has_secret": server.has_secret,
        "secret_changed": sealed.is_some(), "former_url": before.url });
    let told = event(&tx, "updated", &server, data);
    tx.emit(told);
    tx.commit(tagged(server)).await
}

/// Remove a server
#[utoipa::path(delete, path = "/tool-servers/{id}", tag = "governance", params(("id" = Uuid, Path)),
    responses((status = 204, description = "Gone, with its tools"), Problems))]
async fn remove(cx: InPerson<UpdateGuardrail>, Path(id): Path<Uuid>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let server = store::find(&mut tx, id).await?.or_not_found("tool server")?;
    store::delete(&mut tx, id).await?;
    let told = event(&tx, "deleted", &server, json!({ "url": server.url }));
    tx.emit(told);
    tx.commit(StatusCode::NO_CONTENT).await
}

/// Test the connection
///
/// Asks the server what it offers, and writes that down. What was allowed and is another tool by now is off.
#[utoipa::path(post, path = "/tool-servers/{id}/look", tag = "governance", params(("id" = Uuid, Path)), responses((status = 200, body = ToolServer), Problems))]
async fn look(cx: InPerson<UpdateGuardrail>, Path(id): Path<Uuid>) -> Result<Committed<Tagged>> {
    let mut tx = cx.begin().await?;
    let server = store::find(&mut tx, id).await?.or_not_found("tool server")?;
    tx.done(()).await?;
    let secret = if server.has_secret { opened(cx.access(), &cx, id).await? } else { None };
    let way = way(cx.access());
    let seen = Remote { way: &way, url: &server.url, secret: secret.as_deref() }.tools().await;
    let mut tx = cx.begin().await?;
    let current = store::find(&mut tx, id).await?.or_not_found("tool server")?;
    if current.version != server.version {
        return Err(Error::conflict("try_again", "the server was changed meanwhile; try again"));
    }
    match &seen {
        Ok(tools) => store::looked(&mut tx, id, tools, None).await?,
        Err(why) => store::looked(&mut tx, id, &[], Some(&why.to_string())).await?,
    }
    let server = store::find(&mut tx, id).await?.or_not_found("tool server")?;
    tx.commit(tagged(server)).await
}

/// Whether a tool is allowed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ToolPermission {
    name: String,
    allowed: bool,
    /// Of what was looked at: another one is another tool.
    fingerprint: String,
}

/// Allow a tool, or switch it off
///
/// For everybody whom no rule of the guardrails forbids it. Only one whose server says that it changes nothing.
#[utoipa::path(put, path = "/tool-servers/{id}/tools", tag = "governance", params(("id" = Uuid, Path)), request_body = ToolPermission,
    responses((status = 200, body = ToolServer), Problems))]
async fn allow(
    cx: InPerson<UpdateGuardrail>,
    Path(id): Path<Uuid>,
    Json(permission): Json<ToolPermission>,
) -> Result<Committed<Tagged>> {
    let mut tx = cx.begin().await?;
    let server = store::find(&mut tx, id).await?.or_not_found("tool server")?;
    let tool = server.tools.iter().find(|tool| tool.name == permission.name).or_not_found("tool")?;
    if permission.allowed && tool.state == crate::State::Writes {
        let why = "its server does not say that it only reads; nobody could be shown what it would do, so it can't be allowed";
        return Err(Error::conflict("tool_writes", why));
    }
    if !store::allow(&mut tx, id, &tool.name, &permission.fingerprint, permission.allowed).await? {
        return Err(Error::conflict("tool_changed", "the tool is not what you looked at; look at it again"));
    }
    let verb = if permission.allowed { "tool_allowed" } else { "tool_switched_off" };
    let told = event(&tx, verb, &server, json!({ "tool": tool.full_name, "fingerprint": tool.fingerprint }));
    tx.emit(told);
    let server = store::find(&mut tx, id).await?.or_not_found("tool server")?;
    tx.commit(tagged(server)).await
}
