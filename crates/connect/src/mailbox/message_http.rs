//! `/activities/{id}/message`: what an e-mail activity was made of, and the conversation that it belongs to.

use dealwright_access::policy::ReadActivity;
use dealwright_access::{Access, Allow};
use dealwright_crm::activity::{self, Activity};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path};
use dealwright_kernel::id::ActivityId;
use dealwright_kernel::{Error, Result};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::letter::Attachment;

/// The most messages of a conversation that are shown: the last ones.
const MOST: i64 = 100;

/// The endpoint of messages.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(get))
}

/// The message behind an e-mail activity.
#[derive(Debug, Serialize, ToSchema)]
struct EmailMessage {
    thread_id: Uuid,
    /// The files that came with it, by name: they stay in the mailbox.
    attachments: Vec<Attachment>,
    /// The whole conversation as far as you may see it, in order, with this message.
    thread: Vec<Activity>,
}

/// The message behind an e-mail, with its conversation
#[utoipa::path(get, path = "/activities/{id}/message", tag = "mail", params(("id" = ActivityId, Path)), responses((status = 200, body = EmailMessage), Problems))]
async fn get(cx: Allow<ReadActivity>, Path(id): Path<ActivityId>) -> Result<Json<EmailMessage>> {
    let mut tx = cx.begin().await?;
    let org = tx.org().0;
    let message = sqlx::query!(
        "select m.thread_id, m.attachments from activity_message m join activity a on a.org_id = m.org_id and a.id = m.activity_id
         where m.org_id = $1 and m.activity_id = $2 and a.deleted_at is null",
        org,
        id.0
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("message")?;
    let ids = sqlx::query_scalar!(
        "select m.activity_id from activity_message m join activity a on a.org_id = m.org_id and a.id = m.activity_id
         where m.org_id = $1 and m.thread_id = $2 and a.deleted_at is null order by a.occurred_at desc, a.id desc limit $3",
        org,
        message.thread_id,
        MOST
    )
    .fetch_all(tx.db())
    .await?;
    let mut thread = activity::store::many(&mut tx, &ids, false).await?;
    thread.sort_by_key(|a| (a.occurred_at, a.id.0));
    let thread = thread.into_iter().map(|a| a.allowing(cx.actor())).collect();
    let attachments = serde_json::from_value(message.attachments).map_err(Error::internal)?;
    tx.done(Json(EmailMessage { thread_id: message.thread_id, attachments, thread })).await
}
