//! `/users`, `/teams` and `/roles`: read here; later issues let administrators shape them.

use std::collections::BTreeMap;

use axum::extract::FromRef;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::Json;
use dealwright_kernel::id::{RoleId, TeamId, UserId};
use dealwright_kernel::{Error, Page, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store;
use crate::policy::{Action, Grants, Object, ReadRole, ReadTeam, ReadUser, ScopeLevel};
use crate::{Access, Allow};

/// The people's endpoints.
pub fn router<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(users)).routes(routes!(teams)).routes(routes!(roles))
}

/// A colleague.
#[derive(Debug, Serialize, ToSchema)]
struct User {
    id: UserId,
    name: String,
    email: String,
    team_id: Option<TeamId>,
    active: bool,
    /// No person: programs act by its keys. Listed here only where it owns a record.
    service: bool,
    roles: Vec<RoleRef>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct RoleRef {
    id: RoleId,
    name: String,
}

/// All users
#[utoipa::path(get, path = "/users", tag = "people", responses((status = 200, body = Page<User>), Problems))]
async fn users(cx: Allow<ReadUser>) -> Result<Json<Page<User>>> {
    let mut tx = cx.begin().await?;
    let mut items = Vec::new();
    for row in store::users(&mut tx).await? {
        let roles = serde_json::from_value(row.roles).map_err(Error::internal)?;
        items.push(User {
            id: row.id,
            name: row.name,
            email: row.email,
            team_id: row.team_id,
            active: row.active,
            service: row.service,
            roles,
        });
    }
    tx.done(Json(Page::whole(items))).await
}

/// A team; those without a parent are at the top.
#[derive(Debug, Serialize, ToSchema)]
struct Team {
    id: TeamId,
    name: String,
    parent_id: Option<TeamId>,
}

/// All teams
#[utoipa::path(get, path = "/teams", tag = "people", responses((status = 200, body = Page<Team>), Problems))]
async fn teams(cx: Allow<ReadTeam>) -> Result<Json<Page<Team>>> {
    let mut tx = cx.begin().await?;
    let rows = store::teams(&mut tx).await?;
    let items = rows.into_iter().map(|t| Team { id: t.id, name: t.name, parent_id: t.parent_id }).collect();
    tx.done(Json(Page::whole(items))).await
}

/// A role and what it grants.
#[derive(Debug, Serialize, ToSchema)]
struct Role {
    id: RoleId,
    name: String,
    builtin: bool,
    #[schema(value_type = BTreeMap<String, BTreeMap<String, ScopeLevel>>)]
    grants: BTreeMap<Object, BTreeMap<Action, ScopeLevel>>,
}

/// All roles
#[utoipa::path(get, path = "/roles", tag = "people", responses((status = 200, body = Page<Role>), Problems))]
async fn roles(cx: Allow<ReadRole>) -> Result<Json<Page<Role>>> {
    let mut tx = cx.begin().await?;
    let mut items = Vec::new();
    for row in store::roles(&mut tx).await? {
        let grants: Grants = serde_json::from_value(row.grants).map_err(Error::internal)?;
        items.push(Role { id: row.id, name: row.name, builtin: row.builtin.is_some(), grants: grants.matrix() });
    }
    tx.done(Json(Page::whole(items))).await
}
