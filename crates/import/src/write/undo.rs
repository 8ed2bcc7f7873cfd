//! Taking an import back: its updates are undone, the newest first, and what it created goes to the bin. What others
//! have come to use since, such as an account with deals of its own, stays and is counted.

use dealwright_access::Context;
use dealwright_kernel::Result;
use dealwright_kernel::id::{AccountId, ContactId, EventId, ImportId, LeadId, OpportunityId};
use dealwright_store::{Event, Subject, Tx};
use serde_json::Map;
use uuid::Uuid;

use super::{activity, back_to_savepoint, of_import, product, release, savepoint, task};
use crate::store::{progress, update_events};
use crate::{Import, field::Object};
use dealwright_crm::change;
use dealwright_crm::opportunity;

/// Records that go to the bin in one transaction.
const BATCH: usize = 500;

/// Takes back everything. Returns how many changes and records stay.
///
/// # Errors
/// When the database is gone.
pub async fn undo(cx: &Context, import: &Import) -> Result<i64> {
    let total = import.tally.created + import.tally.updated;
    let (mut done, mut kept, mut below) = (0_i64, 0_i64, i64::MAX);
    loop {
        let mut tx = cx.begin().await?;
        let events = update_events(&mut tx, import.id, below, 100).await?;
        let Some((last, _)) = events.last() else {
            tx.done(()).await?;
            break;
        };
        below = *last;
        for (_, event) in &events {
            kept += i64::from(!take_back(cx, &mut tx, import, EventId(*event)).await?);
        }
        done += i64::try_from(events.len()).unwrap_or(0);
        progress(&mut tx, import.id, done, total).await?;
        tx.commit(()).await?.into_inner();
    }
    for kind in [
        Object::Task,
        Object::Activity,
        Object::Opportunity,
        Object::Lead,
        Object::Contact,
        Object::Account,
        Object::Product,
        Object::User,
    ] {
        let mut tx = cx.begin().await?;
        let ids = made(&mut tx, import.id, kind).await?;
        tx.done(()).await?;
        for ids in ids.chunks(BATCH) {
            let mut tx = cx.begin().await?;
            done += match kind {
                Object::Opportunity => bin_opportunities(&mut tx, import.id, ids).await?,
                Object::Contact => bin_contacts(&mut tx, import.id, ids).await?,
                Object::Lead => bin_leads(&mut tx, import.id, ids).await?,
                Object::Account => bin_accounts(&mut tx, import.id, ids).await?,
                Object::Task => task::bin(&mut tx, import.id, ids).await?,
                Object::Activity => activity::bin(&mut tx, import.id, ids).await?,
                Object::Product => bin_products(&mut tx, import.id, ids).await?,
                Object::User => retire_users(&mut tx, import.id, ids).await?,
            };
            progress(&mut tx, import.id, done.min(total), total).await?;
            tx.commit(()).await?.into_inner();
        }
    }
    let mut tx = cx.begin().await?;
    let left = left_over(&mut tx, import.id).await?;
    tx.done(kept + left).await
}

/// Undoes one update; false when nothing of it could be.
async fn take_back(cx: &Context, tx: &mut Tx, import: &Import, event: EventId) -> Result<bool> {
    let event = change::store::undoable(tx, event).await?;
    if event.undone {
        return Ok(true);
    }
    savepoint(tx).await?;
    let undone = match import.object {
        Object::Product => undo_product(tx, import.id, &event).await,
        Object::Opportunity
        | Object::Account
        | Object::Contact
        | Object::Lead
        | Object::Task
        | Object::Activity
        | Object::User => change::undo::take_back(cx, tx, &event).await.map(|_| ()),
    };
    match undone {
        Ok(()) => {
            release(tx).await?;
            Ok(true)
        }
        Err(error) if error.outcome.status().is_client_error() => {
            back_to_savepoint(tx).await?;
            tracing::info!(%error, "a change of an import stays: it can't be taken back");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

async fn undo_product(tx: &mut Tx, import: ImportId, event: &change::store::Undoable) -> Result<()> {
    let back: Map<_, _> = event.changes.iter().map(|change| (change.field.clone(), change.old.clone())).collect();
    product::change(tx, import, event.subject_id, &back, Some(event.id)).await?;
    Ok(())
}

/// The live records of one kind that the import made.
async fn made(tx: &mut Tx, import: ImportId, kind: Object) -> Result<Vec<Uuid>> {
    let org = tx.org().0;
    let ids = match kind {
        Object::Opportunity => {
            sqlx::query_scalar!(
                "select id from opportunity where org_id = $1 and import_id = $2 and deleted_at is null",
                org,
                import.0
            )
            .fetch_all(tx.db())
            .await?
        }
        Object::Contact => {
            sqlx::query_scalar!(
                "select id from contact where org_id = $1 and import_id = $2 and deleted_at is null",
                org,
                import.0
            )
            .fetch_all(tx.db())
            .await?
        }
        Object::Lead => {
            sqlx::query_scalar!(
                "select id from lead where org_id = $1 and import_id = $2 and deleted_at is null",
                org,
                import.0
            )
            .fetch_all(tx.db())
            .await?
        }
        Object::Account => {
            sqlx::query_scalar!(
                "select id from account where org_id = $1 and import_id = $2 and deleted_at is null",
                org,
                import.0
            )
            .fetch_all(tx.db())
            .await?
        }
        Object::Task => {
            sqlx::query_scalar!(
                "select id from task where org_id = $1 and import_id = $2 and deleted_at is null",
                org,
                import.0
            )
            .fetch_all(tx.db())
            .await?
        }
        Object::Activity => {
            sqlx::query_scalar!(
                "select id from activity where org_id = $1 and import_id = $2 and deleted_at is null",
                org,
                import.0
            )
            .fetch_all(tx.db())
            .await?
        }
        Object::Product => {
            sqlx::query_scalar!("select id from product where import_id = $1 and deleted_at is null", import.0)
                .fetch_all(tx.db())
                .await?
        }
        Object::User => {
            sqlx::query_scalar!("select id from app_user where import_id = $1 and active", import.0)
                .fetch_all(tx.db())
                .await?
        }
    };
    Ok(ids)
}

async fn bin_opportunities(tx: &mut Tx, import: ImportId, ids: &[Uuid]) -> Result<i64> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query!(
        r#"update opportunity set deleted_at = $3, updated_at = $3, version = version + 1
           where org_id = $1 and id = any ($2) and deleted_at is null
           returning id as "id: OpportunityId", name, version, account_id as "account: AccountId", primary_contact_id as "contact: ContactId""#,
        org,
        ids,
        now,
    )
    .fetch_all(tx.db())
    .await?;
    let events: Vec<Event> = rows
        .into_iter()
        .map(|row| opportunity::event(tx, "deleted", row.id, &row.name, row.version, row.account, row.contact))
        .collect();
    Ok(emit(tx, import, events))
}

async fn bin_contacts(tx: &mut Tx, import: ImportId, ids: &[Uuid]) -> Result<i64> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query!(
        r#"update contact set deleted_at = $3, updated_at = $3, version = version + 1
           where org_id = $1 and id = any ($2) and deleted_at is null
             and not exists (select from opportunity o where o.org_id = contact.org_id and o.primary_contact_id = contact.id and o.deleted_at is null)
             and not exists (select from deal_contact p where p.org_id = contact.org_id and p.contact_id = contact.id)
             and not exists (select from record_merge m where m.org_id = contact.org_id and m.object = 'contact' and m.winner_id = contact.id
                             and m.undone_at is null)
           returning id as "id: ContactId", name, version, account_id as "account: AccountId""#,
        org,
        ids,
        now,
    )
    .fetch_all(tx.db())
    .await?;
    let events = rows.into_iter().map(|row| {
        let subject = Subject { object: "contact", id: row.id.0, name: row.name, version: Some(row.version) };
        Event::with_id(EventId(tx.new_id()), "contact.deleted", subject).about(None, row.account, Some(row.id))
    });
    let events = events.collect();
    Ok(emit(tx, import, events))
}

/// Who has become a customer meanwhile stays.
async fn bin_leads(tx: &mut Tx, import: ImportId, ids: &[Uuid]) -> Result<i64> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query!(
        r#"update lead set deleted_at = $3, updated_at = $3, version = version + 1
           where org_id = $1 and id = any ($2) and deleted_at is null and converted_at is null
           returning id as "id: LeadId", name, version"#,
        org,
        ids,
        now,
    )
    .fetch_all(tx.db())
    .await?;
    let events = rows.into_iter().map(|row| {
        let subject = Subject { object: "lead", id: row.id.0, name: row.name, version: Some(row.version) };
        Event::with_id(EventId(tx.new_id()), "lead.deleted", subject).on_lead(Some(row.id))
    });
    let events = events.collect();
    Ok(emit(tx, import, events))
}

async fn bin_accounts(tx: &mut Tx, import: ImportId, ids: &[Uuid]) -> Result<i64> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query!(
        r#"update account a set deleted_at = $3, updated_at = $3, version = version + 1
           where org_id = $1 and id = any ($2) and deleted_at is null
             and not exists (select from opportunity o where o.org_id = a.org_id and o.account_id = a.id and o.deleted_at is null)
             and not exists (select from contact c where c.org_id = a.org_id and c.account_id = a.id and c.deleted_at is null)
             and not exists (select from account p where p.org_id = a.org_id and p.parent_id = a.id and p.deleted_at is null
                             and p.import_id is distinct from $4)
             and not exists (select from record_merge m where m.org_id = a.org_id and m.object = 'account' and m.winner_id = a.id
                             and m.undone_at is null)
           returning id as "id: AccountId", name, version"#,
        org,
        ids,
        now,
        import.0,
    )
    .fetch_all(tx.db())
    .await?;
    let events = rows.into_iter().map(|row| {
        let subject = Subject { object: "account", id: row.id.0, name: row.name, version: Some(row.version) };
        Event::with_id(EventId(tx.new_id()), "account.deleted", subject).about(None, Some(row.id), None)
    });
    let events = events.collect();
    Ok(emit(tx, import, events))
}

async fn bin_products(tx: &mut Tx, import: ImportId, ids: &[Uuid]) -> Result<i64> {
    let now = tx.now();
    let rows = sqlx::query!(
        "update product p set deleted_at = $2, updated_at = $2, version = version + 1
         where id = any ($1) and deleted_at is null
           and not exists (select from opportunity_line l join opportunity o on o.org_id = l.org_id and o.id = l.opportunity_id
                           where l.org_id = p.org_id and l.product_id = p.id and o.deleted_at is null)
         returning id, name, version",
        ids,
        now,
    )
    .fetch_all(tx.db())
    .await?;
    let events =
        rows.into_iter().map(|row| product::event(tx, import, "deleted", row.id, &row.name, row.version)).collect();
    Ok(emit(tx, import, events))
}

/// People are never removed, since history names them: they can't sign in any more.
async fn retire_users(tx: &mut Tx, import: ImportId, ids: &[Uuid]) -> Result<i64> {
    let now = tx.now();
    let rows = sqlx::query!(
        "update app_user u set active = false, updated_at = $2, version = version + 1
         where id = any ($1) and active
           and not exists (select from opportunity o where o.org_id = u.org_id and o.owner_id = u.id and o.deleted_at is null)
           and not exists (select from account a where a.org_id = u.org_id and a.owner_id = u.id and a.deleted_at is null)
           and not exists (select from contact c where c.org_id = u.org_id and c.owner_id = u.id and c.deleted_at is null)
           and not exists (select from lead l where l.org_id = u.org_id and l.owner_id = u.id and l.deleted_at is null)
         returning id, name, version",
        ids,
        now,
    )
    .fetch_all(tx.db())
    .await?;
    let events = rows.into_iter().map(|row| {
        let subject = Subject { object: "user", id: row.id, name: row.name, version: Some(row.version) };
        Event::with_id(EventId(tx.new_id()), "user.deactivated", subject)
    });
    let events = events.collect();
    Ok(emit(tx, import, events))
}

pub(super) fn emit(tx: &mut Tx, import: ImportId, events: Vec<Event>) -> i64 {
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    for event in events {
        tx.emit(of_import(event, import));
    }
    count
}

/// Live records of the import.
async fn left_over(tx: &mut Tx, import: ImportId) -> Result<i64> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select (select count(*) from opportunity where org_id = $1 and import_id = $2 and deleted_at is null)
                + (select count(*) from contact where org_id = $1 and import_id = $2 and deleted_at is null)
                + (select count(*) from lead where org_id = $1 and import_id = $2 and deleted_at is null)
                + (select count(*) from account where org_id = $1 and import_id = $2 and deleted_at is null)
                + (select count(*) from task where org_id = $1 and import_id = $2 and deleted_at is null)
                + (select count(*) from activity where org_id = $1 and import_id = $2 and deleted_at is null)
                + (select count(*) from product where org_id = $1 and import_id = $2 and deleted_at is null)
                + (select count(*) from app_user where org_id = $1 and import_id = $2 and active) as "count!""#,
        org,
        import.0,
    )
    .fetch_one(tx.db())
    .await?)
}
