//! `/teams`: requests, responses and handlers. `DELETE` moves records and is above.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, Validate, etag};
use dealwright_kernel::id::{TeamId, UserId};
use dealwright_kernel::{Page, Patch, Result};
use dealwright_store::Committed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Change, Fields, Team, store};
use crate::people::{none_wrong, wrong_name};
use crate::policy::{CreateTeam, ReadTeam, UpdateTeam};
use crate::{Access, Allow};

/// The teams' endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(update))
}

/// A team; those without a parent are at the top.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Team)]
struct TeamView {
    id: TeamId,
    name: String,
    parent_id: Option<TeamId>,
    /// Who takes over what somebody of the team leaves behind.
    lead_id: Option<UserId>,
    /// Active people in it, without the teams below.
    members: i64,
    version: i64,
}

impl From<Team> for TeamView {
    fn from(team: Team) -> Self {
        Self {
            id: team.id,
            name: team.fields.name,
            parent_id: team.fields.parent_id,
            lead_id: team.fields.lead_id,
            members: team.members,
            version: team.version,
        }
    }
}

/// All teams
#[utoipa::path(get, path = "/teams", tag = "people", responses((status = 200, body = Page<TeamView>), Problems))]
async fn index(cx: Allow<ReadTeam>) -> Result<Json<Page<TeamView>>> {
    let mut tx = cx.begin().await?;
    let teams = store::list(&mut tx).await?;
    tx.done(Json(Page::whole(teams.into_iter().map(TeamView::from).collect()))).await
}

/// A new team.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTeam {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The team it is part of; none puts it at the top.
    parent_id: Option<TeamId>,
    lead_id: Option<UserId>,
}

impl Validate for NewTeam {
    fn validate(&self) -> Result<()> {
        none_wrong([wrong_name("name", &self.name, 200)])
    }
}

/// Create a team
#[utoipa::path(post, path = "/teams", tag = "people", request_body = NewTeam, responses((status = 201, body = TeamView), Problems))]
async fn create(cx: Allow<CreateTeam>, Valid(new): Valid<NewTeam>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let fields = Fields { name: new.name, parent_id: new.parent_id, lead_id: new.lead_id };
    let team = super::create(&mut tx, fields).await?;
    let location = [(header::LOCATION, format!("/api/v1/teams/{}", team.id))];
    tx.commit((StatusCode::CREATED, etag(team.version), location, Json(TeamView::from(team)))).await
}

/// A change of a team: absent leaves, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct TeamPatch {
    /// The version that was read, unless `If-Match` says it.
    version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(value_type = Option<TeamId>)]
    parent_id: Patch<TeamId>,
    #[schema(value_type = Option<UserId>)]
    lead_id: Patch<UserId>,
}

impl Validate for TeamPatch {
    fn validate(&self) -> Result<()> {
        none_wrong([self.name.as_deref().and_then(|n| wrong_name("name", n, 200))])
    }
}

/// Rename a team, move it in the tree, give it a lead
#[utoipa::path(patch, path = "/teams/{id}", tag = "people", params(("id" = TeamId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = TeamPatch, responses((status = 200, body = TeamView), Problems))]
async fn update(
    cx: Allow<UpdateTeam>,
    Path(id): Path<TeamId>,
    if_match: IfMatch,
    Valid(patch): Valid<TeamPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let change = Change { name: patch.name, parent_id: patch.parent_id, lead_id: patch.lead_id };
    let mut tx = cx.begin().await?;
    let team = super::update(&mut tx, id, version, change).await?;
    tx.commit((etag(team.version), Json(TeamView::from(team)))).await
}
