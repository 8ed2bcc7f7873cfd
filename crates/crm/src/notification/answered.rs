//! What waits for nobody any more: who has decided need not be told that they are asked.

use dealwright_kernel::Result;
use dealwright_kernel::id::ApprovalId;
use dealwright_store::Tx;
use uuid::Uuid;

/// Marks as read that an approval of this record waits for who acts.
///
/// # Errors
/// When the database is gone.
pub async fn approval(tx: &mut Tx, user: Uuid, record: Uuid, id: ApprovalId) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let read = sqlx::query!(
        "update notification n set read_at = $4 from event e
         where n.org_id = $1 and n.user_id = $2 and n.record_id = $3 and n.in_app and n.read_at is null
           and n.kind in ('approval_waiting', 'approval_escalated')
           and e.org_id = n.org_id and e.id = n.event_id and e.data ->> 'approval_id' = $5::text",
        org,
        user,
        record,
        now,
        id.0.to_string(),
    )
    .execute(tx.db())
    .await?;
    if read.rows_affected() > 0 {
        let word = format!("{}:{user}", tx.org());
        sqlx::query!("select pg_notify('dealwright_notification', $1)", word).fetch_one(tx.db()).await?;
    }
    Ok(())
}
