//! The SQL of where values came from.

use dealwright_crm::record::Ref;
use dealwright_kernel::Result;
use dealwright_kernel::id::UserId;
use dealwright_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use super::source::Confidence;
use super::suggest::{FieldOrigin, Suggestion, Target};

/// Where a value came from, with the value that it tells of.
#[derive(Debug)]
pub struct KeptOrigin {
    pub origin: FieldOrigin,
    pub value: Value,
}

const fn ids(target: Target) -> (Option<Uuid>, Option<Uuid>) {
    match target {
        Target::Account(id) => (Some(id.0), None),
        Target::Lead(id) => (None, Some(id.0)),
    }
}

/// Where the values of a record came from, as far as the actor sees the record.
pub async fn origins(tx: &mut Tx, target: Target) -> Result<Vec<KeptOrigin>> {
    let (account, lead) = ids(target);
    let rows = sqlx::query!(
        r#"select f.field, f.value, f.source, f.confidence, f.why, f.taken_by, u.name as "name?", f.taken_at
           from field_source f left join app_user u on u.org_id = f.org_id and u.id = f.taken_by
           where f.org_id = $1 and (f.account_id = $2 or f.lead_id = $3) order by f.field"#,
        tx.org().0,
        account,
        lead
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| KeptOrigin {
            value: r.value,
            origin: FieldOrigin {
                field: r.field,
                source: r.source,
                confidence: Confidence(u8::try_from(r.confidence).unwrap_or(0)).share(),
                why: r.why,
                taken_by: Ref::of(Some(r.taken_by), r.name),
                taken_at: r.taken_at,
            },
        })
        .collect())
}

/// Notes where values came from, in place of what was noted of these fields.
pub async fn note(tx: &mut Tx, target: Target, by: UserId, taken: &[(&Suggestion, Value)]) -> Result<()> {
    let ((account, lead), org, now) = (ids(target), tx.org().0, tx.now());
    let fields: Vec<String> = taken.iter().map(|(s, _)| s.field.clone()).collect();
    sqlx::query!(
        "delete from field_source where org_id = $1 and (account_id = $2 or lead_id = $3) and field = any ($4)",
        org,
        account,
        lead,
        &fields
    )
    .execute(tx.db())
    .await?;
    let new: Vec<Uuid> = taken.iter().map(|_| tx.new_id()).collect();
    let values: Vec<Value> = taken.iter().map(|(_, value)| value.clone()).collect();
    let sources: Vec<String> = taken.iter().map(|(s, _)| s.source.clone()).collect();
    let confidences: Vec<f64> = taken.iter().map(|(s, _)| s.confidence).collect();
    let whys: Vec<String> = taken.iter().map(|(s, _)| s.why.clone()).collect();
    sqlx::query!(
        "insert into field_source (org_id, id, account_id, lead_id, field, value, source, confidence, why, taken_by, taken_at)
         select $1, n.id, $2, $3, n.field, n.value, n.source, round(n.confidence * 100)::bigint, n.why, $4, $5
         from unnest($6::uuid[], $7::text[], $8::jsonb[], $9::text[], $10::float8[], $11::text[]) as n (id, field, value, source, confidence, why)",
        org,
        account,
        lead,
        by.0,
        now,
        &new,
        &fields,
        &values,
        &sources,
        &confidences,
        &whys,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}
