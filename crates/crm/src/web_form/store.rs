//! The SQL of web forms.

use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{ChoiceId, OrgId, UserId, WebFormEntryId, WebFormId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{SystemTx, Tx};
use serde_json::{Map, Value};

use super::{Fields, MAX_FORMS, Suspicion, WebForm, WebFormEntry};

/// What waits for a decision, at most, of one form: more is not kept.
const MAX_WAITING: i64 = 1_000;

/// All forms by title; or the one with this id.
pub async fn list(tx: &mut Tx, id: Option<WebFormId>) -> Result<Vec<WebForm>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select f.id as "id: WebFormId", f.key, f.title, f.intro, f.fields, f.source_id as "source_id: ChoiceId", f.owner_id as "owner_id: UserId",
                  f.actor_id as "actor_id: UserId", f.thanks, f.redirect_url, f.origins, f.active, f.version, f.created_at, f.updated_at,
                  (select count(*) from web_form_entry e where e.org_id = f.org_id and e.form_id = f.id) as "waiting!"
           from web_form f where f.org_id = $1 and ($2::uuid is null or f.id = $2) order by lower(f.title), f.id"#,
        org,
        id.map(|i| i.0),
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(WebForm {
                id: r.id,
                key: r.key,
                title: r.title,
                intro: r.intro,
                fields: serde_json::from_value(r.fields).map_err(Error::internal)?,
                source_id: r.source_id,
                owner_id: r.owner_id,
                thanks: r.thanks,
                redirect_url: r.redirect_url,
                origins: r.origins,
                active: r.active,
                waiting: r.waiting,
                version: r.version,
                created_at: r.created_at,
                updated_at: r.updated_at,
                actor_id: r.actor_id,
            })
        })
        .collect()
}

/// One form.
pub async fn find(tx: &mut Tx, id: WebFormId) -> Result<Option<WebForm>> {
    Ok(list(tx, Some(id)).await?.pop())
}

/// Whose form has this key, and in whose name it acts; none when there is none that is active.
pub async fn by_key(tx: &mut SystemTx, key: &str) -> Result<Option<(OrgId, WebFormId, UserId)>> {
    let row = sqlx::query!(
        r#"select org_id as "org: OrgId", id as "id: WebFormId", actor_id as "actor: UserId" from web_form where key = $1 and active"#,
        key
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.map(|r| (r.org, r.id, r.actor)))
}

/// The service account by which the organisation's forms act, if there is one that is active.
pub async fn actor(tx: &mut Tx) -> Result<Option<UserId>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select f.actor_id as "id: UserId" from web_form f join app_user u on u.org_id = f.org_id and u.id = f.actor_id
           where f.org_id = $1 and u.active limit 1"#,
        org
    )
    .fetch_optional(tx.db())
    .await?)
}

fn asked(f: &Fields) -> Result<Value> {
    serde_json::to_value(&f.fields).map_err(Error::internal)
}

/// Adds a form at version 1.
///
/// # Errors
/// 422 `too_many_forms`.
pub async fn insert(tx: &mut Tx, id: WebFormId, key: &str, actor: UserId, f: &Fields) -> Result<()> {
    let (org, now, asked) = (tx.org().0, tx.now(), asked(f)?);
    let added = sqlx::query!(
        "insert into web_form (org_id, id, key, title, intro, fields, source_id, owner_id, actor_id, thanks, redirect_url, origins, active, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14 where (select count(*) from web_form where org_id = $1) < $15",
        org,
        id.0,
        key,
        f.title,
        f.intro,
        asked,
        f.source_id.map(|s| s.0),
        f.owner_id.0,
        actor.0,
        f.thanks,
        f.redirect_url,
        &f.origins,
        f.active,
        now,
        MAX_FORMS,
    )
    .execute(tx.db())
    .await
    .on_constraint("web_form_key", || Error::conflict("try_again", "two forms met; try again"))?;
    if added.rows_affected() == 1 {
        return Ok(());
    }
    Err(Error::invalid("too_many_forms", format!("an organisation has at most {MAX_FORMS} forms")))
}

/// Writes the fields if the form is still at `version`; false when it is not.
pub async fn update(tx: &mut Tx, id: WebFormId, version: i64, f: &Fields) -> Result<bool> {
    let (org, now, asked) = (tx.org().0, tx.now(), asked(f)?);
    let written = sqlx::query!(
        "update web_form set title = $4, intro = $5, fields = $6, source_id = $7, owner_id = $8, thanks = $9, redirect_url = $10, origins = $11,
             active = $12, updated_at = $13, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        f.title,
        f.intro,
        asked,
        f.source_id.map(|s| s.0),
        f.owner_id.0,
        f.thanks,
        f.redirect_url,
        &f.origins,
        f.active,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Removes a form, with what waits, if it is still at `version`; false when it is not.
pub async fn delete(tx: &mut Tx, id: WebFormId, version: i64) -> Result<bool> {
    let org = tx.org().0;
    let gone = sqlx::query!("delete from web_form where org_id = $1 and id = $2 and version = $3", org, id.0, version)
        .execute(tx.db())
        .await?;
    Ok(gone.rows_affected() == 1)
}

/// Whether leads can be given to this user.
pub async fn may_own(tx: &mut Tx, user: UserId) -> Result<bool> {
    let able = crate::assignment::store::members(tx, &[user], &[]).await?;
    Ok(!able.is_empty())
}

/// Notes that this has been sent; false when the same was within a minute.
pub async fn receive(tx: &mut Tx, form: WebFormId, digest: &[u8]) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let noted = sqlx::query!(
        "insert into web_form_receipt as r (org_id, form_id, digest, at) values ($1, $2, $3, $4)
         on conflict (org_id, form_id, digest) do update set at = excluded.at where r.at <= excluded.at - interval '1 minute'",
        org,
        form.0,
        digest,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// Keeps what looks like spam, unless too much waits already.
pub async fn keep(tx: &mut Tx, form: WebFormId, answers: &Map<String, Value>, reason: Suspicion) -> Result<()> {
    let (org, id, now) = (tx.org().0, tx.new_id(), tx.now());
    sqlx::query!(
        "insert into web_form_entry (org_id, id, form_id, answers, reason, at) values ($1, $2, $3, $4, $5, $6)",
        org,
        id,
        form.0,
        Value::Object(answers.clone()),
        reason.as_str(),
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Whether more may wait of a form: what a form's own actor may not see, the system counts.
pub async fn has_room(tx: &mut SystemTx, form: WebFormId) -> Result<bool> {
    let waiting = sqlx::query_scalar!(r#"select count(*) as "n!" from web_form_entry where form_id = $1"#, form.0)
        .fetch_one(tx.db())
        .await?;
    Ok(waiting < MAX_WAITING)
}

/// What waits of a form, the newest first; at most two hundred.
pub async fn entries(tx: &mut Tx, form: Option<WebFormId>, id: Option<WebFormEntryId>) -> Result<Vec<WebFormEntry>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select id as "id: WebFormEntryId", form_id as "form_id: WebFormId", answers, reason, at from web_form_entry
           where org_id = $1 and ($2::uuid is null or form_id = $2) and ($3::uuid is null or id = $3) order by at desc, id desc limit 200"#,
        org,
        form.map(|f| f.0),
        id.map(|i| i.0),
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| {
            let Value::Object(answers) = r.answers else { return Err(Error::internal("answers are an object")) };
            Ok(WebFormEntry { id: r.id, form_id: r.form_id, answers, reason: r.reason.parse()?, at: r.at })
        })
        .collect()
}

/// Takes an entry from what waits; false when somebody has already.
pub async fn take(tx: &mut Tx, id: WebFormEntryId) -> Result<bool> {
    let org = tx.org().0;
    let gone =
        sqlx::query!("delete from web_form_entry where org_id = $1 and id = $2", org, id.0).execute(tx.db()).await?;
    Ok(gone.rows_affected() == 1)
}
