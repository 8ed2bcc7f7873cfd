//! Approvals of the demo company: what needs one, one that waits and one that was given, made as people would make them.

use dealwright_access::Access;
use dealwright_crm::approval::decide::{self, Word};
use dealwright_crm::approval::definition::{self, NewApprovalDefinition};
use dealwright_crm::approval::{self, Subject};
use dealwright_crm::opportunity;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{ApprovalDefinitionId, ApprovalId, OpportunityId, OrgId, UserId};
use dealwright_kernel::{Error, Result};
use serde_json::json;
use sqlx::Connection;
use uuid::Uuid;

/// A deal and whose it is.
type Deal = (Uuid, Uuid);

/// Defines approvals, and asks for two: one waits for the sales managers, one they have given.
///
/// # Errors
/// When the database can't be reached.
pub async fn write(access: &Access, org: OrgId, admin: UserId) -> Result<()> {
    let mut db = access.database().maintenance().await?;
    let manager: Option<Uuid> =
        sqlx::query_scalar("select id from app_user where org_id = $1 and email = 'manager@demo.test'")
            .bind(org.0)
            .fetch_optional(&mut db)
            .await?;
    let role: Option<Uuid> = sqlx::query_scalar("select id from role where org_id = $1 and builtin = 'sales_manager'")
        .bind(org.0)
        .fetch_optional(&mut db)
        .await?;
    let deals: Vec<Deal> = sqlx::query_as(
        "select o.id, o.owner_id from opportunity o join stage s on s.org_id = o.org_id and s.id = o.stage_id and s.kind = 'open'
         join app_user u on u.org_id = o.org_id and u.id = o.owner_id and u.email = 'rep@demo.test'
         where o.org_id = $1 and o.amount_minor is not null and o.deleted_at is null order by o.amount_minor desc, o.id offset 3 limit 2",
    )
    .bind(org.0)
    .fetch_all(&mut db)
    .await?;
    db.close().await?;
    let (Some(manager), Some(role)) = (manager, role) else { return Ok(()) };
    let large = define(access, org, admin, role).await?;
    let mut asked = Vec::new();
    for deal in &deals {
        asked.push(ask(access, org, *deal, large).await?);
    }
    if let Some(first) = asked.first() {
        let cx = access.context_for(org, UserId(manager)).await?;
        let mut tx = cx.begin().await?;
        let word = Word {
            verdict: dealwright_workflow::approval::run::Verdict::Approve,
            reason: Some("Agreed, for a term of three years.".to_owned()),
            version: None,
            via: None,
        };
        decide::decide(&cx, &mut tx, *first, &word).await?;
        tx.commit(()).await?.into_inner();
    }
    Ok(())
}

async fn define(access: &Access, org: OrgId, admin: UserId, role: Uuid) -> Result<ApprovalDefinitionId> {
    let cx = access.context_for(org, admin).await?;
    let level = |name: &str, up: u8| {
        json!({ "name": name, "approvers": [{ "kind": "role", "role_id": role }],
        "escalation": { "after_hours": 48, "to": { "kind": "manager", "up": up } } })
    };
    let all = json!([
        { "name": "Large deal", "description": "What we offer above 25,000 is seen by a sales manager first.", "active": true,
          "rules": { "object": "opportunity", "condition": "amount > 25000", "fields": ["amount", "products"], "levels": [level("Sales manager", 1)] } },
        { "name": "Discount over 20 %", "description": "More than 20 percent off any product.", "active": true,
          "rules": { "object": "opportunity", "condition": "discount > 20", "fields": ["products"],
                     "levels": [level("Sales manager", 1), level("Head of sales", 2)] } },
    ]);
    let all: Vec<NewApprovalDefinition> = serde_json::from_value(all).map_err(Error::internal)?;
    let mut first = None;
    let mut tx = cx.begin().await?;
    for new in all {
        let made = definition::create(&cx, &mut tx, new).await?;
        first = first.or(Some(made.id));
    }
    tx.commit(()).await?.into_inner();
    first.or_not_found("approval definition")
}

async fn ask(access: &Access, org: OrgId, (deal, owner): Deal, definition: ApprovalDefinitionId) -> Result<ApprovalId> {
    let cx = access.context_for(org, UserId(owner)).await?;
    let mut tx = cx.begin().await?;
    let deal = opportunity::store::find(&mut tx, OpportunityId(deal), false).await?.or_not_found("opportunity")?;
    let reason = Some("They sign this month if the price stands.".to_owned());
    let made = approval::request(&cx, &mut tx, &Subject::deal(&deal), definition, reason).await?;
    tx.commit(()).await?.into_inner();
    Ok(made)
}
