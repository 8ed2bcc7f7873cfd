//! Reactions to activities: what somebody thinks of it, in one sign. By whoever sees it.

use dealwright_access::policy::ReadActivity;
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path};
use dealwright_kernel::id::ActivityId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Committed, Tx};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{Activity, store};
use crate::record::Ref;
use crate::words::words;

words! {
    /// A sign.
    Reaction, "reaction" {
        ThumbsUp = "thumbs_up", Heart = "heart", Celebrate = "celebrate", Laugh = "laugh", Eyes = "eyes", Done = "done",
    }
}

/// Who reacted so.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReactionCount {
    pub reaction: Reaction,
    /// At most 100, the first first.
    pub people: Vec<Ref>,
}

/// The endpoints of reactions.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(add, remove))
}

/// Reacts, or takes it back; whether that changed anything.
async fn set(cx: &Allow<ReadActivity>, tx: &mut Tx, id: ActivityId, reaction: Reaction, on: bool) -> Result<bool> {
    let (org, user, now) = (tx.org().0, cx.actor().user.0, tx.now());
    let done = if on {
        sqlx::query!(
            "insert into activity_reaction (org_id, activity_id, user_id, reaction, at) values ($1, $2, $3, $4, $5) on conflict do nothing",
            org,
            id.0,
            user,
            reaction.as_str(),
            now,
        )
        .execute(tx.db())
        .await?
    } else {
        sqlx::query!(
            "delete from activity_reaction where org_id = $1 and activity_id = $2 and user_id = $3 and reaction = $4",
            org,
            id.0,
            user,
            reaction.as_str(),
        )
        .execute(tx.db())
        .await?
    };
    Ok(done.rows_affected() > 0)
}

async fn react(cx: Allow<ReadActivity>, id: ActivityId, reaction: &str, on: bool) -> Result<Committed<Json<Activity>>> {
    let reaction: Reaction = reaction.parse().map_err(|_| Error::not_found("reaction"))?;
    let mut tx = cx.begin().await?;
    let activity = store::find(&mut tx, id, false).await?.or_not_found("activity")?;
    if set(&cx, &mut tx, id, reaction, on).await? {
        let verb = if on { "reacted" } else { "reaction_removed" };
        let mut event = activity.event(tx.new_id().into(), verb);
        if let Some(data) = event.data.as_object_mut() {
            data.insert("reaction".to_owned(), json!(reaction));
        }
        tx.emit(event);
    }
    let activity = store::find(&mut tx, id, false).await?.or_not_found("activity")?.allowing(cx.actor());
    tx.commit(Json(activity)).await
}

/// React to an activity
#[utoipa::path(put, path = "/activities/{id}/reactions/{reaction}", tag = "activities", params(("id" = ActivityId, Path), ("reaction" = String, Path, description = "`thumbs_up`, `heart`, `celebrate`, `laugh`, `eyes` or `done`")),
    responses((status = 200, body = Activity), Problems))]
async fn add(
    cx: Allow<ReadActivity>,
    Path((id, reaction)): Path<(ActivityId, String)>,
) -> Result<Committed<Json<Activity>>> {
    react(cx, id, &reaction, true).await
}

/// Take a reaction back
#[utoipa::path(delete, path = "/activities/{id}/reactions/{reaction}", tag = "activities", params(("id" = ActivityId, Path), ("reaction" = String, Path, description = "`thumbs_up`, `heart`, `celebrate`, `laugh`, `eyes` or `done`")),
    responses((status = 200, body = Activity), Problems))]
async fn remove(
    cx: Allow<ReadActivity>,
    Path((id, reaction)): Path<(ActivityId, String)>,
) -> Result<Committed<Json<Activity>>> {
    react(cx, id, &reaction, false).await
}

/// Puts the reactions to these activities on them.
pub(super) async fn put(tx: &mut Tx, activities: &mut [Activity]) -> Result<()> {
    let ids: Vec<Uuid> = activities.iter().map(|activity| activity.id.0).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query!(
        "select r.activity_id, r.reaction, u.id, u.name from activity_reaction r
         join app_user u on u.org_id = r.org_id and u.id = r.user_id
         where r.org_id = $1 and r.activity_id = any ($2) order by r.at, u.id",
        tx.org().0,
        &ids,
    )
    .fetch_all(tx.db())
    .await?;
    for row in rows {
        let Some(activity) = activities.iter_mut().find(|activity| activity.id.0 == row.activity_id) else { continue };
        let (reaction, who) = (row.reaction.parse()?, Ref { id: row.id, name: row.name });
        match activity.reactions.iter_mut().find(|count| count.reaction == reaction) {
            Some(count) if count.people.len() < 100 => count.people.push(who),
            Some(_) => {}
            None => activity.reactions.push(ReactionCount { reaction, people: vec![who] }),
        }
    }
    Ok(())
}
