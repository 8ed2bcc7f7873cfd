//! `/scim/v2`: what a provisioning client asks, opened by a provider's token; and the token's endpoints for administrators.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRef, FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use dealwright_kernel::Result as Done;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{self, Json};
use dealwright_kernel::id::{IdentityProviderId, UserId};
use dealwright_store::{ActorKind, Change, Committed, Origin, Stamp, Tx};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::patch::{self, GroupChange};
use super::user::{Fields, Shown};
use super::{Fault, MAX_RESULTS, answer, attribute, filter, group, page, resource, store, text};
use crate::Access;
use crate::context::{InPerson, origin};
use crate::identity_provider::Provider;
use crate::identity_provider::store as providers;
use crate::oidc::store as accounts;
use crate::oidc::{admission, login};
use crate::policy::UpdateSingleSignOn;
use crate::session::{TokenHash, new_token};

/// What a provisioning client asks; it describes itself and is no part of the API's description.
pub fn endpoints<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
{
    let v2 = Router::new()
        .route("/ServiceProviderConfig", get(service_provider_config))
        .route("/ResourceTypes", get(resource_types))
        .route("/Schemas", get(schemas))
        .route("/Users", get(list_users).post(create_user))
        .route("/Users/{id}", get(read_user).put(replace_user).patch(patch_user).delete(delete_user))
        .route("/Groups", get(list_groups).post(create_group))
        .route("/Groups/{id}", get(read_group).put(replace_group).patch(patch_group).delete(delete_group))
        .fallback(|| async { Fault::new(StatusCode::NOT_FOUND, None, "there is no such endpoint") });
    Router::new().nest("/scim/v2", v2)
}

/// The API's endpoints: a provider's token.
pub fn router<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(make_token, remove_token))
}

/// A token for a provisioning client.
#[derive(Debug, Serialize, ToSchema)]
struct ScimToken {
    /// Shown this once.
    token: String,
    /// What the client is given as its base URL.
    url: String,
}

/// Make a token for provisioning by SCIM
///
/// An earlier one is over at once.
#[utoipa::path(post, path = "/identity-providers/{id}/scim-token", tag = "single sign-on", params(("id" = IdentityProviderId, Path)),
    responses((status = 201, body = ScimToken), Problems))]
async fn make_token(
    cx: InPerson<UpdateSingleSignOn>,
    extract::Path(id): extract::Path<IdentityProviderId>,
) -> Done<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let provider = providers::find(&mut tx, id).await?.or_not_found("identity provider")?;
    let token = format!("dws_{}", new_token()?);
    store::set_token(&mut tx, id, &TokenHash::of(&token)).await?;
    tx.emit(provider.event(&tx, "scim_token_made"));
    let url = format!("{}/scim/v2", cx.access().settings().base_url);
    tx.commit((StatusCode::CREATED, Json(ScimToken { token, url }))).await
}

/// Take the token for provisioning away
#[utoipa::path(delete, path = "/identity-providers/{id}/scim-token", tag = "single sign-on", params(("id" = IdentityProviderId, Path)),
    responses((status = 204, description = "Over"), Problems))]
async fn remove_token(
    cx: InPerson<UpdateSingleSignOn>,
    extract::Path(id): extract::Path<IdentityProviderId>,
) -> Done<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let provider = providers::find(&mut tx, id).await?.or_not_found("identity provider")?;
    store::remove_token(&mut tx, id).await?.then_some(()).or_not_found("token")?;
    tx.emit(provider.event(&tx, "scim_token_removed"));
    tx.commit(StatusCode::NO_CONTENT).await
}

/// A provisioning client, by its token.
struct Client {
    access: Access,
    provider: Provider,
    from: Origin,
}

impl<S> FromRequestParts<S> for Client
where
    S: Send + Sync,
    Access: FromRef<S>,
{
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let unknown = || Fault::new(StatusCode::UNAUTHORIZED, None, "the bearer token is missing or not known");
        let access = Access::from_ref(state);
        let bearer = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let (scheme, token) = bearer.split_once(' ').ok_or_else(unknown)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(unknown());
        }
        let mut tx = access.database().system().await?;
        let id = store::by_token(&mut tx, &TokenHash::of(token.trim()), access.clock().now()).await?;
        tx.commit().await?;
        let id = id.ok_or_else(unknown)?;
        let provider = login::provider(&access, id).await.map_err(|_| unknown())?;
        let from = origin(&parts.headers, &parts.extensions);
        Ok(Self { access, provider, from })
    }
}

impl Client {
    async fn begin(&self) -> Result<Tx, Fault> {
        let name = format!("SCIM ({})", self.provider.name);
        let stamp = Stamp { kind: ActorKind::Key, id: None, name, on_behalf_of: None };
        Ok(self.access.begin_as(self.provider.org, stamp, self.from.clone()).await?)
    }

    /// For a write: what gives and takes roles goes one after the other.
    async fn begin_write(&self) -> Result<Tx, Fault> {
        let mut tx = self.begin().await?;
        accounts::hold_roles(&mut tx).await?;
        Ok(tx)
    }

    fn base(&self) -> &str {
        &self.access.settings().base_url
    }

    async fn user(&self, tx: &mut Tx, id: &str) -> Result<Shown, Fault> {
        let found = match id.parse::<UserId>() {
            Ok(user) => store::user(tx, self.provider.id, user).await?,
            Err(_) => None,
        };
        found.ok_or_else(|| Fault::absent("user", id))
    }

    async fn group(&self, tx: &mut Tx, id: &str) -> Result<store::Group, Fault> {
        let wanted = filter::Filter { id: Some(id.to_owned()), ..filter::Filter::default() };
        let found = store::groups(tx, self.provider.id, &wanted, 0, 1).await?.0.pop();
        found.ok_or_else(|| Fault::absent("group", id))
    }

    async fn shown_group(&self, tx: &mut Tx, id: Uuid, status: StatusCode) -> Result<Response, Fault> {
        let group = self.group(tx, &id.to_string()).await?;
        let members = store::members(tx, id).await?;
        Ok(resource(status, group.version, &group::resource(&group, Some(&members), self.base())))
    }
}

type Pairs = Vec<(String, String)>;

fn parameter<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// What a list asks for: filter, first (from 1), and how many.
fn asked(pairs: &[(String, String)]) -> Result<(filter::Filter, i64, i64), Fault> {
    let number = |name: &str, usual: i64| match parameter(pairs, name) {
        None => Ok(usual),
        Some(given) => {
            given.trim().parse::<i64>().map_err(|_| Fault::bad("invalidValue", format!("{name} is a number")))
        }
    };
    let filter = parameter(pairs, "filter").map(filter::parse).transpose()?.unwrap_or_default();
    let start = number("startIndex", 1)?.clamp(1, 1_000_000_000);
    Ok((filter, start, number("count", 100)?.clamp(0, MAX_RESULTS)))
}

fn body(bytes: &Bytes) -> Result<Value, Fault> {
    serde_json::from_slice(bytes).map_err(|_| Fault::bad("invalidSyntax", "the body is not JSON"))
}

/// Whether a write was made against this version, if it says against which.
fn check_version(headers: &HeaderMap, version: i64) -> Result<(), Fault> {
    let Some(given) = headers.get(header::IF_MATCH).and_then(|v| v.to_str().ok()) else { return Ok(()) };
    let read = given.trim().trim_start_matches("W/").trim_matches('"');
    if read == "*" || read == version.to_string() {
        return Ok(());
    }
    Err(Fault::new(StatusCode::PRECONDITION_FAILED, None, format!("the resource is at version {version} now")))
}

async fn list_users(client: Client, Query(pairs): Query<Pairs>) -> Result<Response, Fault> {
    let (filter, start, count) = asked(&pairs)?;
    let mut tx = client.begin().await?;
    let (users, total) = store::users(&mut tx, client.provider.id, &filter, start - 1, count).await?;
    tx.done(()).await?;
    let resources = users.iter().map(|u| u.resource(client.base())).collect();
    Ok(answer(StatusCode::OK, &page(total, start, resources)))
}

async fn read_user(client: Client, Path(id): Path<String>) -> Result<Response, Fault> {
    let mut tx = client.begin().await?;
    let user = client.user(&mut tx, &id).await?;
    tx.done(()).await?;
    Ok(resource(StatusCode::OK, user.version, &user.resource(client.base())))
}

async fn create_user(client: Client, bytes: Bytes) -> Result<Response, Fault> {
    let fields = Fields::read(&body(&bytes)?)?;
    let mut tx = client.begin_write().await?;
    let account = accounts::insert_account(&mut tx, &fields.name(), fields.address()).await?;
    store::name_user(&mut tx, client.provider.id, account.id, &fields).await?;
    let data = json!({ "provider": client.provider.name });
    tx.emit(admission::event(&tx, &account, "created").data(data));
    if fields.active {
        group::apply(&mut tx, &client.provider, account.id).await?;
    } else {
        store::update_account(&mut tx, account.id, &fields).await?;
    }
    let user = client.user(&mut tx, &account.id.to_string()).await?;
    tx.commit(()).await?.into_inner();
    Ok(resource(StatusCode::CREATED, user.version, &user.resource(client.base())))
}

async fn replace_user(
    client: Client,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Fault> {
    let fields = Fields::read(&body(&bytes)?)?;
    change_user(&client, &id, &headers, |_| Ok(fields)).await
}

async fn patch_user(
    client: Client,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Fault> {
    let operations = patch::operations(&body(&bytes)?)?;
    change_user(&client, &id, &headers, |old| patch::user(old, &operations)).await
}

async fn delete_user(client: Client, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Fault> {
    change_user(&client, &id, &headers, |old| Ok(Fields { active: false, ..old })).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Changes somebody, and writes nothing when there is nothing to change.
async fn change_user(
    client: &Client,
    id: &str,
    headers: &HeaderMap,
    to: impl FnOnce(Fields) -> Result<Fields, Fault>,
) -> Result<Response, Fault> {
    let mut tx = client.begin_write().await?;
    let old = client.user(&mut tx, id).await?;
    check_version(headers, old.version)?;
    let new = to(old.fields.clone())?;
    let changes = differences(&old.fields, &new);
    if new != old.fields {
        store::name_user(&mut tx, client.provider.id, old.id, &new).await?;
    }
    if !changes.is_empty() {
        if old.fields.active && !new.active {
            keep_an_administrator(&mut tx, old.id).await?;
        }
        store::update_account(&mut tx, old.id, &new).await?;
        let account = store::account(&mut tx, old.id).await?.ok_or_else(|| Fault::absent("user", id))?;
        let verb = match (old.fields.active, new.active) {
            (true, false) => "deactivated",
            (false, true) => "reactivated",
            (true, true) | (false, false) => "updated",
        };
        let data = json!({ "provider": client.provider.name });
        tx.emit(admission::event(&tx, &account, verb).changes(changes).data(data));
        if !old.fields.active && new.active {
            group::apply(&mut tx, &client.provider, old.id).await?;
        }
    }
    let user = client.user(&mut tx, id).await?;
    tx.commit(()).await?.into_inner();
    Ok(resource(StatusCode::OK, user.version, &user.resource(client.base())))
}

/// What of an account differs.
fn differences(old: &Fields, new: &Fields) -> Vec<Change> {
    let pairs = [
        ("name", json!(old.name()), json!(new.name())),
        ("email", json!(old.address()), json!(new.address())),
        ("active", json!(old.active), json!(new.active)),
    ];
    let changed = pairs.into_iter().filter(|(_, old, new)| old != new);
    changed
        .map(|(field, old, new)| Change { field: field.to_owned(), old, new, old_label: None, new_label: None })
        .collect()
}

async fn keep_an_administrator(tx: &mut Tx, user: UserId) -> Result<(), Fault> {
    let administrator = accounts::held_roles(tx, user).await?.iter().any(|role| role.administrator);
    if administrator && !accounts::other_administrator(tx, user).await? {
        let why = "this is the organisation's last administrator";
        return Err(Fault::new(StatusCode::CONFLICT, Some("mutability"), why));
    }
    Ok(())
}

async fn list_groups(client: Client, Query(pairs): Query<Pairs>) -> Result<Response, Fault> {
    let (filter, start, count) = asked(&pairs)?;
    let bare = parameter(&pairs, "excludedAttributes").is_some_and(|e| e.to_ascii_lowercase().contains("members"));
    let mut tx = client.begin().await?;
    let (groups, total) = store::groups(&mut tx, client.provider.id, &filter, start - 1, count).await?;
    let mut resources = Vec::with_capacity(groups.len());
    for found in groups {
        let members = if bare { None } else { Some(store::members(&mut tx, found.id).await?) };
        resources.push(group::resource(&found, members.as_deref(), client.base()));
    }
    tx.done(()).await?;
    Ok(answer(StatusCode::OK, &page(total, start, resources)))
}

async fn read_group(client: Client, Path(id): Path<String>) -> Result<Response, Fault> {
    let mut tx = client.begin().await?;
    let found = client.group(&mut tx, &id).await?;
    let shown = client.shown_group(&mut tx, found.id, StatusCode::OK).await?;
    tx.done(()).await?;
    Ok(shown)
}

/// A whole group as a change of an empty one.
fn whole_group(body: &Value) -> Result<GroupChange, Fault> {
    let part = |name: &str| attribute(body, name).cloned().unwrap_or_default();
    let name = text(&part("displayName"), "displayName", 255)?;
    Ok(GroupChange {
        name: Some(name.ok_or_else(|| Fault::bad("invalidValue", "displayName is required"))?),
        external_id: text(&part("externalId"), "externalId", 255)?,
        replaces: true,
        add: patch::members(&part("members"))?,
        remove: Vec::new(),
    })
}

async fn create_group(client: Client, bytes: Bytes) -> Result<Response, Fault> {
    let change = whole_group(&body(&bytes)?)?;
    let mut tx = client.begin_write().await?;
    let id = tx.new_id();
    let name = change.name.clone().unwrap_or_default();
    store::insert_group(&mut tx, client.provider.id, id, &name, change.external_id.as_deref()).await?;
    tx.emit(client.provider.event(&tx, "group_made").data(json!({ "group": name })));
    change_members(&client, &mut tx, id, &change).await?;
    let shown = client.shown_group(&mut tx, id, StatusCode::CREATED).await?;
    tx.commit(()).await?.into_inner();
    Ok(shown)
}

async fn replace_group(
    client: Client,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Fault> {
    change_group(&client, &id, &headers, whole_group(&body(&bytes)?)?).await
}

async fn patch_group(
    client: Client,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Fault> {
    let change = patch::group(&patch::operations(&body(&bytes)?)?)?;
    change_group(&client, &id, &headers, change).await
}

async fn change_group(client: &Client, id: &str, headers: &HeaderMap, change: GroupChange) -> Result<Response, Fault> {
    let mut tx = client.begin_write().await?;
    let old = client.group(&mut tx, id).await?;
    check_version(headers, old.version)?;
    let before = store::members(&mut tx, old.id).await?;
    change_members(client, &mut tx, old.id, &change).await?;
    let name = change.name.unwrap_or_else(|| old.name.clone());
    let external_id = change.external_id.or_else(|| old.external_id.clone());
    let after = store::members(&mut tx, old.id).await?;
    let renamed = name != old.name || external_id != old.external_id;
    if renamed || before != after {
        store::update_group(&mut tx, old.id, &name, external_id.as_deref()).await?;
        let (was, is): (Vec<_>, Vec<_>) = (before.iter().map(|m| m.0).collect(), after.iter().map(|m| m.0).collect());
        let changes = vec![Change {
            field: "members".to_owned(),
            old: json!(was),
            new: json!(is),
            old_label: None,
            new_label: None,
        }];
        tx.emit(client.provider.event(&tx, "group_changed").changes(changes).data(json!({ "group": name })));
    }
    if renamed {
        for (user, _) in &after {
            group::apply(&mut tx, &client.provider, *user).await?;
        }
    }
    let shown = client.shown_group(&mut tx, old.id, StatusCode::OK).await?;
    tx.commit(()).await?.into_inner();
    Ok(shown)
}

/// Puts people in and takes them out, with what the group gives.
async fn change_members(client: &Client, tx: &mut Tx, group: Uuid, change: &GroupChange) -> Result<(), Fault> {
    let id =
        |text: &String| text.parse::<Uuid>().map_err(|_| Fault::bad("invalidValue", format!("{text} is no user's id")));
    let add: Vec<Uuid> = change.add.iter().map(id).collect::<Result<_, _>>()?;
    let mut remove: Vec<Uuid> = change.remove.iter().map(id).collect::<Result<_, _>>()?;
    if change.replaces {
        let now = store::members(tx, group).await?;
        remove.extend(now.into_iter().map(|(user, _)| user.0).filter(|user| !add.contains(user)));
    }
    store::remove_members(tx, group, &remove).await?;
    store::add_members(tx, group, &add).await?;
    for user in add.into_iter().chain(remove) {
        group::apply(tx, &client.provider, UserId(user)).await?;
    }
    Ok(())
}

async fn delete_group(client: Client, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Fault> {
    let mut tx = client.begin_write().await?;
    let old = client.group(&mut tx, &id).await?;
    check_version(&headers, old.version)?;
    let nobody = GroupChange { replaces: true, ..GroupChange::default() };
    change_members(&client, &mut tx, old.id, &nobody).await?;
    store::delete_group(&mut tx, old.id).await?;
    tx.emit(client.provider.event(&tx, "group_removed").data(json!({ "group": old.name })));
    tx.commit(()).await?.into_inner();
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn service_provider_config(State(_access): State<Access>) -> Response {
    let no = json!({ "supported": false });
    let scheme = json!({ "type": "oauthbearertoken", "name": "Bearer token", "description": "A token of the identity provider", "primary": true });
    let config = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true }, "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": MAX_RESULTS }, "changePassword": no, "sort": no, "etag": { "supported": true },
        "authenticationSchemes": [scheme],
    });
    answer(StatusCode::OK, &config)
}

async fn resource_types(_client: Client) -> Response {
    let kind = |name: &str, path: &str, schema: &str| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "id": name, "name": name, "endpoint": path, "schema": schema,
        })
    };
    let all = vec![kind("User", "/Users", super::USER), kind("Group", "/Groups", super::GROUP)];
    answer(StatusCode::OK, &page(2, 1, all))
}

async fn schemas(_client: Client) -> Response {
    let part = |name: &str, kind: &str, many: bool, required: bool| {
        json!({
            "name": name, "type": kind, "multiValued": many, "required": required, "caseExact": false, "mutability": "readWrite",
            "returned": "default", "uniqueness": if required { "server" } else { "none" },
        })
    };
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": super::USER, "name": "User", "description": "Somebody who signs in",
        "attributes": [
            part("userName", "string", false, true), part("externalId", "string", false, false), part("displayName", "string", false, false),
            part("name", "complex", false, false), part("emails", "complex", true, false), part("active", "boolean", false, false),
        ],
    });
    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": super::GROUP, "name": "Group", "description": "Stands for a role or a team",
        "attributes": [part("displayName", "string", false, true), part("externalId", "string", false, false), part("members", "complex", true, false)],
    });
    answer(StatusCode::OK, &page(2, 1, vec![user, group]))
}
