//! `/roles`: requests, responses and handlers.

use std::collections::BTreeMap;

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, Validate, etag};
use dealwright_kernel::id::RoleId;
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{AskedGrants, Change, Draft, Role, store};
use crate::people::{none_wrong, wrong_name, wrong_text};
use crate::policy::{
    Action, Builtin, CreateRole, DeleteRole, Object, Permission, ReadRole, ScopeLevel, UpdateRole, actions, scopes,
};
use crate::{Access, Allow};

/// The roles' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(index, create))
        .routes(routes!(grid))
        .routes(routes!(get, update, delete))
        .routes(routes!(reset))
}

/// A role and what it grants.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Role)]
struct RoleView {
    id: RoleId,
    name: String,
    description: String,
    /// It cannot be deleted, and can be reset.
    builtin: bool,
    /// It grants everything, and cannot be narrowed.
    administrator: bool,
    /// How many people hold it.
    holders: i64,
    version: i64,
    /// Scope by object and action.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, ScopeLevel>>)]
    grants: BTreeMap<Object, BTreeMap<Action, ScopeLevel>>,
}

impl From<Role> for RoleView {
    fn from(role: Role) -> Self {
        Self {
            id: role.id,
            builtin: role.builtin.is_some(),
            administrator: role.builtin == Some(Builtin::Administrator),
            holders: role.holders,
            version: role.version,
            grants: role.grants.matrix(),
            name: role.name,
            description: role.description,
        }
    }
}

/// All roles
#[utoipa::path(get, path = "/roles", tag = "people", responses((status = 200, body = Page<RoleView>), Problems))]
async fn index(cx: Allow<ReadRole>) -> Result<Json<Page<RoleView>>> {
    let mut tx = cx.begin().await?;
    let roles = store::list(&mut tx).await?;
    tx.done(Json(Page::whole(roles.into_iter().map(RoleView::from).collect()))).await
}

/// What roles can grant: the scopes that each action of each object takes.
#[derive(Debug, Serialize, ToSchema)]
struct RoleGrid {
    #[schema(value_type = BTreeMap<String, BTreeMap<String, Vec<ScopeLevel>>>)]
    objects: BTreeMap<Object, BTreeMap<Action, &'static [ScopeLevel]>>,
}

/// What can be granted
#[utoipa::path(get, path = "/roles/grid", tag = "people", responses((status = 200, body = RoleGrid), Problems))]
async fn grid(cx: Allow<ReadRole>) -> Result<Json<RoleGrid>> {
    cx.begin().await?.done(()).await?;
    let of = |object| actions(object).iter().map(|&a| (a, scopes(Permission::new(object, a)))).collect();
    Ok(Json(RoleGrid { objects: Object::ALL.iter().map(|&object| (object, of(object))).collect() }))
}

/// One role
#[utoipa::path(get, path = "/roles/{id}", tag = "people", params(("id" = RoleId, Path)), responses((status = 200, body = RoleView), Problems))]
async fn get(cx: Allow<ReadRole>, Path(id): Path<RoleId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let role = store::find(&mut tx, id).await?.or_not_found("role")?;
    tx.done((etag(role.version), Json(RoleView::from(role)))).await
}

/// A new role: a copy, or nothing but what `grants` says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRole {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    #[schema(max_length = 1000)]
    description: Option<String>,
    /// The role whose grants it begins with.
    copy_of: Option<RoleId>,
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, BTreeMap<String, ScopeLevel>>>)]
    grants: AskedGrants,
}

impl Validate for NewRole {
    fn validate(&self) -> Result<()> {
        none_wrong([
            wrong_name("name", &self.name, 200),
            self.description.as_deref().and_then(|d| wrong_text("description", d, 1000)),
        ])
    }
}

/// Create a role
#[utoipa::path(post, path = "/roles", tag = "people", request_body = NewRole, responses((status = 201, body = RoleView), Problems))]
async fn create(cx: Allow<CreateRole>, Valid(new): Valid<NewRole>) -> Result<Committed<impl IntoResponse>> {
    let (cx, mut tx) = cx.begin_fresh().await?;
    let draft = Draft { name: new.name, description: new.description, copy_of: new.copy_of, grants: new.grants };
    let role = super::create(&cx, &mut tx, draft).await?;
    let location = [(header::LOCATION, format!("/api/v1/roles/{}", role.id))];
    tx.commit((StatusCode::CREATED, etag(role.version), location, Json(RoleView::from(role)))).await
}

/// A change of a role. Grants that are not named stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RolePatch {
    /// The version that was read, unless `If-Match` says it.
    version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(max_length = 1000)]
    description: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, BTreeMap<String, ScopeLevel>>>)]
    grants: AskedGrants,
}

impl Validate for RolePatch {
    fn validate(&self) -> Result<()> {
        none_wrong([
            self.name.as_deref().and_then(|n| wrong_name("name", n, 200)),
            self.description.as_deref().and_then(|d| wrong_text("description", d, 1000)),
        ])
    }
}

/// Change a role
///
/// Who holds it has the new rights at their next request.
#[utoipa::path(patch, path = "/roles/{id}", tag = "people", params(("id" = RoleId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = RolePatch, responses((status = 200, body = RoleView), Problems))]
async fn update(
    cx: Allow<UpdateRole>,
    Path(id): Path<RoleId>,
    if_match: IfMatch,
    Valid(patch): Valid<RolePatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let change = Change { name: patch.name, description: patch.description, grants: patch.grants };
    let (cx, mut tx) = cx.begin_fresh().await?;
    let role = super::update(&cx, &mut tx, id, version, change).await?;
    tx.commit((etag(role.version), Json(RoleView::from(role)))).await
}

/// Which version was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoleReset {
    /// The version that was read, unless `If-Match` says it.
    version: Option<i64>,
}

/// Give a built-in role back what it granted at first
#[utoipa::path(post, path = "/roles/{id}/reset", tag = "people", params(("id" = RoleId, Path)), request_body = RoleReset, responses((status = 200, body = RoleView), Problems))]
async fn reset(
    cx: Allow<UpdateRole>,
    Path(id): Path<RoleId>,
    if_match: IfMatch,
    Json(body): Json<RoleReset>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(body.version)?;
    let (cx, mut tx) = cx.begin_fresh().await?;
    let role = super::reset(&cx, &mut tx, id, version).await?;
    tx.commit((etag(role.version), Json(RoleView::from(role)))).await
}

/// What stands in for a deleted role.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replacement {
    replacement_id: Option<RoleId>,
}

/// Delete a role
///
/// One that somebody holds needs a `replacement_id`: its holders get that role instead.
#[utoipa::path(delete, path = "/roles/{id}", tag = "people", params(("id" = RoleId, Path), ("replacement_id" = Option<RoleId>, Query, description = "The role that its holders get instead"),
        ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Gone"), Problems))]
async fn delete(
    cx: Allow<DeleteRole>,
    Path(id): Path<RoleId>,
    if_match: IfMatch,
    Query(instead): Query<Replacement>,
) -> Result<Committed<StatusCode>> {
    let (cx, mut tx) = cx.begin_fresh().await?;
    super::delete(&cx, &mut tx, id, if_match.0, instead.replacement_id).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}
