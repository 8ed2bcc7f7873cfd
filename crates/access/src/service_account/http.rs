//! `/service-accounts`, for administrators who are signed in.

use axum::http::StatusCode;
use dealwright_kernel::error::{ConflictingField, OrNotFound, Problems, VersionConflict};
use dealwright_kernel::extract::{IfMatch, Json, Path, etag};
use dealwright_kernel::id::{RoleId, TeamId, UserId};
use dealwright_kernel::{Error, Page, Patch, Result};
use dealwright_store::{Change, Committed, Event, Subject};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{GivenRole, ServiceAccount, store};
use crate::api_key::checked_name;
use crate::policy::{CreateServiceAccount, Grants, ReadServiceAccount, UpdateServiceAccount};
use crate::{Access, Context, InPerson};

/// The service accounts' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(update))
}

/// Service accounts
#[utoipa::path(get, path = "/service-accounts", tag = "keys", responses((status = 200, body = Page<ServiceAccount>), Problems))]
async fn index(cx: InPerson<ReadServiceAccount>) -> Result<Json<Page<ServiceAccount>>> {
    let mut tx = cx.begin().await?;
    let items = store::list(&mut tx, None).await?;
    tx.done(Json(Page::whole(items))).await
}

/// A service account to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewServiceAccount {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    team_id: Option<TeamId>,
    /// At least one; together no wider than the caller's own.
    role_ids: Vec<RoleId>,
}

type WithEtag<T> = ([(axum::http::HeaderName, String); 1], Json<T>);

/// Make a service account
#[utoipa::path(post, path = "/service-accounts", tag = "keys", request_body = NewServiceAccount,
    responses((status = 201, body = ServiceAccount), Problems))]
async fn create(
    cx: InPerson<CreateServiceAccount>,
    Json(new): Json<NewServiceAccount>,
) -> Result<Committed<(StatusCode, WithEtag<ServiceAccount>)>> {
    let name = checked_name(&new.name)?;
    let mut tx = cx.begin().await?;
    store::check_team(&mut tx, new.team_id).await?;
    let (roles, granted) = store::roles(&mut tx, &new.role_ids).await?;
    may_give(&cx, &roles, &granted)?;
    let id = store::insert(&mut tx, name, new.team_id, &roles).await?;
    let account = store::find(&mut tx, id).await?.or_not_found("service account")?;
    let names: Vec<&str> = account.roles.iter().map(|r| r.name.as_str()).collect();
    tx.emit(event(&cx, "service_account.created", &account).data(json!({ "roles": names })));
    tx.commit((StatusCode::CREATED, (etag(account.version), Json(account)))).await
}

/// What changes of a service account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ServiceAccountPatch {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<TeamId>)]
    team_id: Patch<TeamId>,
    role_ids: Option<Vec<RoleId>>,
    /// False ends its keys and clients until it is true again.
    active: Option<bool>,
    version: Option<i64>,
}

/// Change a service account
#[utoipa::path(patch, path = "/service-accounts/{id}", tag = "keys", params(("id" = UserId, Path)), request_body = ServiceAccountPatch,
    responses((status = 200, body = ServiceAccount), Problems))]
async fn update(
    cx: InPerson<UpdateServiceAccount>,
    Path(id): Path<UserId>,
    if_match: IfMatch,
    Json(patch): Json<ServiceAccountPatch>,
) -> Result<Committed<WithEtag<ServiceAccount>>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    store::lock(&mut tx, id).await?;
    let before = store::find(&mut tx, id).await?.or_not_found("service account")?;
    if before.version != version {
        return Err(stale(&before, &patch));
    }
    let mut after = store::find(&mut tx, id).await?.or_not_found("service account")?;
    if let Some(name) = &patch.name {
        checked_name(name)?.clone_into(&mut after.name);
    }
    after.team_id = patch.team_id.apply(after.team_id);
    store::check_team(&mut tx, after.team_id).await?;
    let ids = patch.role_ids.unwrap_or_else(|| after.roles.iter().map(|r| r.id).collect());
    let (roles, granted) = store::roles(&mut tx, &ids).await?;
    may_give(&cx, &roles, &granted)?;
    after.roles = roles;
    after.active = patch.active.unwrap_or(after.active);
    store::update(&mut tx, &after).await?;
    tx.emit(event(&cx, "service_account.updated", &after).changes(changes(&before, &after)));
    let saved = store::find(&mut tx, id).await?.or_not_found("service account")?;
    tx.commit((etag(saved.version), Json(saved))).await
}

/// Nobody gives what they do not have.
fn may_give(cx: &Context, roles: &[GivenRole], granted: &Grants) -> Result<()> {
    if roles.is_empty() {
        return Err(Error::field("role_ids", "required", "choose at least one role"));
    }
    match granted.beyond(&cx.actor().grants).first() {
        None => Ok(()),
        Some(permission) => Err(Error::forbidden(
            "role_out_of_scope",
            format!("these roles reach further than yours: {permission} for one"),
        )
        .on("role_ids")),
    }
}

fn stale(now: &ServiceAccount, patch: &ServiceAccountPatch) -> Error {
    let mut fields = Vec::new();
    if let Some(name) = patch.name.as_ref().filter(|name| **name != now.name) {
        fields.push(ConflictingField { field: "name".into(), theirs: json!(now.name), yours: json!(name) });
    }
    if let Some(active) = patch.active.filter(|active| *active != now.active) {
        fields.push(ConflictingField { field: "active".into(), theirs: json!(now.active), yours: json!(active) });
    }
    Error::stale(VersionConflict { version: now.version, fields })
}

fn changes(before: &ServiceAccount, after: &ServiceAccount) -> Vec<Change> {
    let names = |account: &ServiceAccount| json!(account.roles.iter().map(|r| r.name.as_str()).collect::<Vec<_>>());
    let pairs = [
        ("name", json!(before.name), json!(after.name)),
        ("team_id", json!(before.team_id), json!(after.team_id)),
        ("roles", names(before), names(after)),
        ("active", json!(before.active), json!(after.active)),
    ];
    let changed = pairs.into_iter().filter(|(_, old, new)| old != new);
    changed.map(|(field, old, new)| change(field, old, new)).collect()
}

fn change(field: &str, old: Value, new: Value) -> Change {
    Change { field: field.to_owned(), old, new, old_label: None, new_label: None }
}

fn event(cx: &Context, kind: &str, account: &ServiceAccount) -> Event {
    let subject = Subject {
        object: "service_account",
        id: account.id.0,
        name: account.name.clone(),
        version: Some(account.version),
    };
    Event::new(cx.clock(), kind, subject)
}
