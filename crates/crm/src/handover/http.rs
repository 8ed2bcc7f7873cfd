//! What moves records with people: a change of a person's team, their leaving, the end of a team.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use dealwright_access::context::permission;
use dealwright_access::people::user::{self, Change, User};
use dealwright_access::policy::{DeleteTeam, DeleteUser, UpdateUser};
use dealwright_access::{Access, Allow, Context};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Json, Path, Query, Valid, Validate, etag};
use dealwright_kernel::id::{RoleId, TeamId, UserId};
use dealwright_kernel::{Patch, Result};
use dealwright_store::{Committed, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{AT_ONCE, Counts, Include, delete_team, follow, hand_over, job, store, successor};
use crate::record::{Ref, Texts};

/// The hand-over's endpoints.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(update_user))
        .routes(routes!(holdings))
        .routes(routes!(deactivate))
        .routes(routes!(reactivate))
        .routes(routes!(hand_over_more))
        .routes(routes!(remove_team))
}

/// A change of a person: absent leaves, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct UserPatch {
    /// The version that was read, unless `If-Match` says it.
    version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(max_length = 320)]
    email: Option<String>,
    #[schema(value_type = Option<TeamId>)]
    team_id: Patch<TeamId>,
    /// All the roles they hold from now on.
    role_ids: Option<Vec<RoleId>>,
}

impl Validate for UserPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if let Some(name) = &self.name {
            wrong.required("name", name, 200);
        }
        if self.email.as_ref().is_some_and(|e| !user::is_email(e)) {
            wrong.push("email", "invalid_email", "this is not an e-mail address");
        }
        wrong.finish()
    }
}

/// Change a user
///
/// A change of team takes their records along. New roles hold from their next request on.
#[utoipa::path(patch, path = "/users/{id}", tag = "people", params(("id" = UserId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = UserPatch, responses((status = 200, body = User), Problems))]
async fn update_user(
    cx: Allow<UpdateUser>,
    Path(id): Path<UserId>,
    if_match: IfMatch,
    Valid(patch): Valid<UserPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let change = Change { name: patch.name, email: patch.email, team_id: patch.team_id, role_ids: patch.role_ids };
    let (cx, mut tx) = cx.begin_fresh().await?;
    let user::Changed { user, before } = user::update(&cx, &mut tx, id, version, change).await?;
    if user.team_id != before.team_id {
        follow(&mut tx, id, before.team_id, user.team_id).await?;
    }
    tx.commit((etag(user.version), Json(user))).await
}

/// What a person owns.
#[derive(Debug, Serialize, ToSchema)]
struct Holdings {
    /// Without closed deals and finished tasks.
    open: Counts,
    all: Counts,
    /// Who would take over if nobody is named: the lead of their team or of the nearest one above.
    team_lead: Option<Ref>,
}

/// What a hand-over would move
#[utoipa::path(get, path = "/users/{id}/holdings", tag = "people", params(("id" = UserId, Path)), responses((status = 200, body = Holdings), Problems))]
async fn holdings(cx: Allow<DeleteUser>, Path(id): Path<UserId>) -> Result<Json<Holdings>> {
    let mut tx = cx.begin().await?;
    let leaver = user::permitted(&cx, &mut tx, id, permission::<DeleteUser>()).await?;
    let lead = successor(&mut tx, &leaver, None).await.ok();
    let holdings = Holdings {
        open: store::holdings(&mut tx, id, Include::Open).await?,
        all: store::holdings(&mut tx, id, Include::All).await?,
        team_lead: lead.map(|l| Ref { id: l.id.0, name: l.name }),
    };
    tx.done(Json(holdings)).await
}

/// Who takes over, and what.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HandOver {
    /// The lead of their team, or of the nearest one above that has a lead, when absent.
    to_id: Option<UserId>,
    #[serde(default)]
    include: Include,
}

/// What has moved, and what is still on its way.
#[derive(Debug, Serialize, ToSchema)]
struct HandedOver {
    /// Null when nothing was to be handed over.
    to: Option<Ref>,
    moved: Counts,
    /// Moves in the background.
    left: Counts,
}

async fn move_some(cx: &Context, tx: &mut Tx, leaver: &User, asked: HandOver) -> Result<HandedOver> {
    let to = successor(tx, leaver, asked.to_id).await?;
    let (moved, left) = hand_over(cx, tx, leaver, &to, asked.include, AT_ONCE).await?;
    if left.sum() > 0 {
        tx.enqueue(job::rest(cx.actor().user, leaver.id, &to, asked.include)?);
    }
    Ok(HandedOver { to: Some(Ref { id: to.id.0, name: to.name }), moved, left })
}

/// A person's leaving.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Deactivation {
    /// The version that was read, unless `If-Match` says it.
    version: Option<i64>,
    /// Their records stay theirs when absent.
    hand_over: Option<HandOver>,
}

/// A person who has left, and what became of their records.
#[derive(Debug, Serialize, ToSchema)]
struct Deactivated {
    user: User,
    #[serde(flatten)]
    handed_over: HandedOver,
}

/// Deactivate a user and hand over what they own
///
/// They are signed out at once and cannot sign in. Up to 2000 records move with the request, in one transaction; the
/// rest follows in the background.
#[utoipa::path(post, path = "/users/{id}/deactivation", tag = "people", params(("id" = UserId, Path)), request_body = Deactivation,
    responses((status = 200, body = Deactivated), Problems))]
async fn deactivate(
    cx: Allow<DeleteUser>,
    Path(id): Path<UserId>,
    if_match: IfMatch,
    Json(body): Json<Deactivation>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(body.version)?;
    let (cx, mut tx) = cx.begin_fresh().await?;
    let needs = permission::<DeleteUser>();
    let user = user::deactivate(&cx, &mut tx, id, version, needs).await?;
    let handed_over = match body.hand_over {
        Some(asked) => move_some(&cx, &mut tx, &user, asked).await?,
        None => HandedOver { to: None, moved: Counts::default(), left: Counts::default() },
    };
    tx.commit((etag(user.version), Json(Deactivated { user, handed_over }))).await
}

/// Hand over what a person owns
///
/// As at their deactivation: for one who is inactive already, or who changes their work.
#[utoipa::path(post, path = "/users/{id}/handover", tag = "people", params(("id" = UserId, Path)), request_body = HandOver,
    responses((status = 200, body = HandedOver), Problems))]
async fn hand_over_more(
    cx: Allow<DeleteUser>,
    Path(id): Path<UserId>,
    Json(asked): Json<HandOver>,
) -> Result<Committed<Json<HandedOver>>> {
    let (cx, mut tx) = cx.begin_fresh().await?;
    let leaver = user::permitted(&cx, &mut tx, id, permission::<DeleteUser>()).await?;
    let handed_over = move_some(&cx, &mut tx, &leaver, asked).await?;
    tx.commit(Json(handed_over)).await
}

/// Which version was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reactivation {
    /// The version that was read, unless `If-Match` says it.
    version: Option<i64>,
}

/// Reactivate a user, with the roles and the team they had
#[utoipa::path(post, path = "/users/{id}/reactivation", tag = "people", params(("id" = UserId, Path)), request_body = Reactivation,
    responses((status = 200, body = User), Problems))]
async fn reactivate(
    cx: Allow<DeleteUser>,
    Path(id): Path<UserId>,
    if_match: IfMatch,
    Json(body): Json<Reactivation>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(body.version)?;
    let (cx, mut tx) = cx.begin_fresh().await?;
    let needs = permission::<DeleteUser>();
    let user = user::reactivate(&cx, &mut tx, id, version, needs).await?;
    tx.commit((etag(user.version), Json(user))).await
}

/// What stands in for a team that ends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replacement {
    replacement_id: Option<TeamId>,
}

/// Delete a team
///
/// One with people, teams below it or records needs a `replacement_id`, which takes them all.
#[utoipa::path(delete, path = "/teams/{id}", tag = "people", params(("id" = TeamId, Path), ("replacement_id" = Option<TeamId>, Query, description = "The team that takes its people, its teams and its records"),
        ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    responses((status = 204, description = "Gone"), Problems))]
async fn remove_team(
    cx: Allow<DeleteTeam>,
    Path(id): Path<TeamId>,
    if_match: IfMatch,
    Query(instead): Query<Replacement>,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    delete_team(&mut tx, id, if_match.0, instead.replacement_id).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}
