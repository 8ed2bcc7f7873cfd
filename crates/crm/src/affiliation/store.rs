//! The SQL of contacts' accounts over time.

use chrono::NaiveDate;
use dealwright_kernel::Result;
use dealwright_kernel::id::{AccountId, AffiliationId, ContactId};
use dealwright_store::Tx;
use uuid::Uuid;

use super::{AccountPerson, Affiliation, Kept};
use crate::contact::Contact;
use crate::record::Ref;

/// Where a contact works and worked.
pub async fn list(tx: &mut Tx, contact: &Contact) -> Result<Vec<Affiliation>> {
    let own = contact.account_id.map(|a| a.0);
    let rows = sqlx::query!(
        r#"select f.id as "id: AffiliationId", f.account_id as "account_id: AccountId", a.name, f.title, f.started_on, f.ended_on,
                  (f.ended_on is null and f.account_id is not distinct from $3) as "is_primary!"
           from affiliation f join account a on a.org_id = f.org_id and a.id = f.account_id and a.deleted_at is null
           where f.org_id = $1 and f.contact_id = $2
           order by 7 desc, (f.ended_on is null) desc, f.ended_on desc, f.started_on desc nulls last, f.id limit 200"#,
        tx.org().0,
        contact.id.0,
        own,
    )
    .fetch_all(tx.db())
    .await?;
    let rows = rows.into_iter().map(|r| Affiliation {
        id: r.id,
        account_id: r.account_id,
        account: Ref { id: r.account_id.0, name: r.name },
        title: if r.is_primary { contact.title.clone() } else { r.title },
        started_on: r.started_on,
        ended_on: r.ended_on,
        primary: r.is_primary,
    });
    Ok(rows.collect())
}

/// The people of an account who are there now, or who were and are not any more, by name; beyond `after`, at most `limit`,
/// each with its key.
pub async fn people(
    tx: &mut Tx,
    account: AccountId,
    former: bool,
    after: Option<(String, Uuid)>,
    limit: i64,
) -> Result<Vec<((String, Uuid), AccountPerson)>> {
    let (name, id) = after.unzip();
    let rows = sqlx::query!(
        r#"select f.id as "id: AffiliationId", f.contact_id as "contact_id: ContactId", c.name, c.name_sort as "name_sort!", c.email, f.started_on, f.ended_on,
                  (f.ended_on is null and c.account_id is not distinct from f.account_id) as "is_primary!",
                  case when f.ended_on is null and c.account_id is not distinct from f.account_id then c.title else f.title end as title,
                  n.id as "now_id?", n.name as "now_name?"
           from affiliation f join contact c on c.org_id = f.org_id and c.id = f.contact_id and c.deleted_at is null
           left join account n on n.org_id = c.org_id and n.id = c.account_id and n.id <> f.account_id and n.deleted_at is null
           where f.org_id = $1 and f.account_id = $2 and (f.ended_on is not null) = $3
             and (not $3 or not exists (select from affiliation g where g.org_id = f.org_id and g.contact_id = f.contact_id
                                        and g.account_id = f.account_id and (g.ended_on is null or (g.ended_on, g.id) > (f.ended_on, f.id))))
             and ($4::text is null or (c.name_sort, f.id) > ($4, $5::uuid))
           order by c.name_sort, f.id limit $6"#,
        tx.org().0,
        account.0,
        former,
        name,
        id,
        limit,
    )
    .fetch_all(tx.db())
    .await?;
    let rows = rows.into_iter().map(|r| {
        let person = AccountPerson {
            id: r.id,
            contact_id: r.contact_id,
            contact: Ref { id: r.contact_id.0, name: r.name },
            title: r.title,
            email: r.email,
            started_on: r.started_on,
            ended_on: r.ended_on,
            primary: r.is_primary,
            now_at: Ref::of(r.now_id, r.now_name),
        };
        ((r.name_sort, r.id.0), person)
    });
    Ok(rows.collect())
}

/// One row of a contact.
pub async fn find(tx: &mut Tx, contact: ContactId, id: AffiliationId) -> Result<Option<Kept>> {
    Ok(sqlx::query_as!(
        Kept,
        r#"select id as "id: AffiliationId", account_id as "account_id: AccountId", title, started_on, ended_on from affiliation
           where org_id = $1 and contact_id = $2 and id = $3"#,
        tx.org().0,
        contact.0,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// How many rows a contact has, of those the actor may see.
pub async fn count(tx: &mut Tx, contact: ContactId) -> Result<i64> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "n!" from affiliation where org_id = $1 and contact_id = $2"#,
        org,
        contact.0
    )
    .fetch_one(tx.db())
    .await?)
}

/// Adds a row.
///
/// # Errors
/// The constraint `affiliation_current`.
pub async fn insert(tx: &mut Tx, contact: ContactId, kept: &Kept) -> Result<(), sqlx::Error> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into affiliation (org_id, id, contact_id, account_id, title, started_on, ended_on, noted_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        org,
        kept.id.0,
        contact.0,
        kept.account_id.0,
        kept.title,
        kept.started_on,
        kept.ended_on,
        now,
    )
    .execute(tx.db())
    .await
    .map(drop)
}

/// Writes a row that is there.
///
/// # Errors
/// The constraint `affiliation_current`.
pub async fn update(tx: &mut Tx, contact: ContactId, kept: &Kept) -> Result<(), sqlx::Error> {
    let org = tx.org().0;
    sqlx::query!(
        "update affiliation set title = $4, started_on = $5, ended_on = $6, closed_at = null where org_id = $1 and contact_id = $2 and id = $3",
        org,
        contact.0,
        kept.id.0,
        kept.title,
        kept.started_on,
        kept.ended_on,
    )
    .execute(tx.db())
    .await
    .map(drop)
}

/// Removes a row.
pub async fn delete(tx: &mut Tx, contact: ContactId, id: AffiliationId) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!("delete from affiliation where org_id = $1 and contact_id = $2 and id = $3", org, contact.0, id.0)
        .execute(tx.db())
        .await?;
    Ok(())
}

/// Raises the contact's version; false when it is not at `version` any more.
pub async fn touch(tx: &mut Tx, id: ContactId, version: i64) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update contact set version = version + 1, updated_at = $4 where org_id = $1 and id = $2 and version = $3 and deleted_at is null",
        org,
        id.0,
        version,
        now
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Says for what follows in this transaction on which day a contact changes jobs; none: an edit like any other.
pub async fn move_on(tx: &mut Tx, on: Option<NaiveDate>) -> Result<()> {
    let on = on.map(|day| day.to_string()).unwrap_or_default();
    sqlx::query!("select set_config('app.moved_on', $1, true)", on).fetch_one(tx.db()).await?;
    Ok(())
}

/// Says for what follows in this transaction whose doing is taken back, by the time at which it was done; none: nobody's.
pub async fn undo_of(tx: &mut Tx, event: Option<Uuid>) -> Result<()> {
    sqlx::query!(
        "select set_config('app.undone_at', coalesce((select e.at::text from event e where e.org_id = $1 and e.id = $2), ''), true)",
        tx.org().0,
        event,
    )
    .fetch_one(tx.db())
    .await?;
    Ok(())
}

/// After a change of jobs: whether they are still at the account that was their own.
pub async fn settle(tx: &mut Tx, contact: ContactId, from: AccountId, on: NaiveDate, keep: bool) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    if keep {
        sqlx::query!(
            "update affiliation set ended_on = null, closed_at = null where org_id = $1 and contact_id = $2 and account_id = $3 and closed_at = $4",
            org,
            contact.0,
            from.0,
            now,
        )
        .execute(tx.db())
        .await?;
    } else {
        sqlx::query!(
            "update affiliation set ended_on = greatest($4::date, started_on), closed_at = $5
             where org_id = $1 and contact_id = $2 and account_id = $3 and ended_on is null",
            org,
            contact.0,
            from.0,
            on,
            now,
        )
        .execute(tx.db())
        .await?;
    }
    Ok(())
}
