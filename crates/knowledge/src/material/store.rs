//! The SQL of materials. Who sees a draft or an archived one is the policy's to say.

use chrono::{DateTime, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::MaterialId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use uuid::Uuid;

use super::{Fields, MAX_MATERIALS, Material, MaterialKind, MaterialSummary, MaterialVersion};

struct Row {
    id: MaterialId,
    kind: String,
    title: String,
    summary: Option<String>,
    subject: Option<String>,
    body: String,
    published: bool,
    archived_at: Option<DateTime<Utc>>,
    updated_by: Uuid,
    updated_by_name: String,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A material, if the actor may see it.
pub async fn find(tx: &mut Tx, id: MaterialId) -> Result<Option<Material>> {
    let row = sqlx::query_as!(
        Row,
        r#"select m.id as "id: MaterialId", m.kind, m.title, m.summary, m.subject, m.body, m.published, m.archived_at, m.updated_by,
                  u.name as updated_by_name, m.version, m.created_at, m.updated_at
           from material m join app_user u on u.org_id = m.org_id and u.id = m.updated_by where m.org_id = $1 and m.id = $2"#,
        tx.org().0,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.map(|r| Material {
        id: r.id,
        kind: MaterialKind::read(&r.kind),
        title: r.title,
        summary: r.summary,
        subject: r.subject,
        body: r.body,
        published: r.published,
        archived_at: r.archived_at,
        updated_by: Ref { id: r.updated_by, name: r.updated_by_name },
        version: r.version,
        created_at: r.created_at,
        updated_at: r.updated_at,
    }))
}

/// Materials by title: of a kind, archived ones or the others, those whose title or summary has the words.
pub async fn list(
    tx: &mut Tx,
    kind: Option<MaterialKind>,
    archived: bool,
    words: &str,
) -> Result<Vec<MaterialSummary>> {
    let rows = sqlx::query!(
        r#"select m.id as "id: MaterialId", m.kind, m.title, m.summary, m.published, m.archived_at, m.updated_by, u.name as updated_by_name,
                  m.version, m.updated_at
           from material m join app_user u on u.org_id = m.org_id and u.id = m.updated_by
           where m.org_id = $1 and ($2::text is null or m.kind = $2) and (m.archived_at is not null) = $3
             and ($4 = '' or strpos(app.fold(m.title || ' ' || coalesce(m.summary, '')), app.fold($4)) > 0)
           order by lower(m.title), m.id"#,
        tx.org().0,
        kind.map(MaterialKind::as_str),
        archived,
        words,
    )
    .fetch_all(tx.db())
    .await?;
    let each = rows.into_iter().map(|r| MaterialSummary {
        id: r.id,
        kind: MaterialKind::read(&r.kind),
        title: r.title,
        summary: r.summary,
        published: r.published,
        archived_at: r.archived_at,
        updated_by: Ref { id: r.updated_by, name: r.updated_by_name },
        version: r.version,
        updated_at: r.updated_at,
    });
    Ok(each.collect())
}

fn taken() -> Error {
    Error::conflict("material_title_taken", "there is one of this kind and title already").on("title")
}

/// Adds a material at version 1.
///
/// # Errors
/// 409 `material_title_taken`; 422 `too_many_materials`.
pub async fn insert(tx: &mut Tx, id: MaterialId, kind: MaterialKind, f: &Fields) -> Result<()> {
    let (org, now, user) = (tx.org().0, tx.now(), tx.user().map(|u| u.0));
    let added = sqlx::query!(
        "insert into material (org_id, id, kind, title, summary, subject, body, published, updated_by, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10 where (select count(*) from material where org_id = $1) < $11",
        org,
        id.0,
        kind.as_str(),
        f.title,
        f.summary,
        f.subject,
        f.body,
        f.published,
        user,
        now,
        MAX_MATERIALS,
    )
    .execute(tx.db())
    .await
    .on_constraint("material_title_key", taken)?;
    if added.rows_affected() == 0 {
        let detail = format!("an organisation has at most {MAX_MATERIALS} of them");
        return Err(Error::invalid("too_many_materials", detail));
    }
    keep_version(tx, id, 1, f).await
}

/// Writes the fields if the material is still at `version`; false when it is not.
///
/// # Errors
/// 409 `material_title_taken`.
pub async fn update(tx: &mut Tx, id: MaterialId, version: i64, f: &Fields) -> Result<bool> {
    let (org, now, user) = (tx.org().0, tx.now(), tx.user().map(|u| u.0));
    let written = sqlx::query!(
        "update material set title = $4, summary = $5, subject = $6, body = $7, published = $8, updated_by = $9, updated_at = $10, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        f.title,
        f.summary,
        f.subject,
        f.body,
        f.published,
        user,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("material_title_key", taken)?;
    if written.rows_affected() == 0 {
        return Ok(false);
    }
    keep_version(tx, id, version + 1, f).await?;
    Ok(true)
}

async fn keep_version(tx: &mut Tx, id: MaterialId, number: i64, f: &Fields) -> Result<()> {
    let (org, now, user) = (tx.org().0, tx.now(), tx.user().map(|u| u.0));
    sqlx::query!(
        "insert into material_version (org_id, material_id, number, title, summary, subject, body, published, written_by, written_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        org,
        id.0,
        number,
        f.title,
        f.summary,
        f.subject,
        f.body,
        f.published,
        user,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Puts a material that stands at `version` away, or takes it out again; false when it does not stand there.
///
/// # Errors
/// 409 `material_title_taken` when another one has got its title meanwhile.
pub async fn archive(tx: &mut Tx, id: MaterialId, version: i64, archived: bool) -> Result<bool> {
    let (org, now, user) = (tx.org().0, tx.now(), tx.user().map(|u| u.0));
    let written = sqlx::query!(
        "update material set archived_at = case when $4 then $5::timestamptz end, updated_by = $6, updated_at = $5, version = version + 1
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        archived,
        now,
        user,
    )
    .execute(tx.db())
    .await
    .on_constraint("material_title_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// Removes a material that stands at `version`, with its versions and passages; false when it does not stand there.
pub async fn delete(tx: &mut Tx, id: MaterialId, version: i64) -> Result<bool> {
    let gone =
        sqlx::query!("delete from material where org_id = $1 and id = $2 and version = $3", tx.org().0, id.0, version)
            .execute(tx.db())
            .await?;
    Ok(gone.rows_affected() == 1)
}

/// What was written of a material, the last first; or one of it.
pub async fn versions(tx: &mut Tx, id: MaterialId, number: Option<i64>) -> Result<Vec<MaterialVersion>> {
    let rows = sqlx::query!(
        "select v.number, v.title, v.summary, v.subject, v.body, v.published, v.written_by, u.name as written_by_name, v.written_at
         from material_version v join app_user u on u.org_id = v.org_id and u.id = v.written_by
         where v.org_id = $1 and v.material_id = $2 and ($3::bigint is null or v.number = $3) order by v.number desc limit 100",
        tx.org().0,
        id.0,
        number,
    )
    .fetch_all(tx.db())
    .await?;
    let each = rows.into_iter().map(|r| MaterialVersion {
        number: r.number,
        title: r.title,
        summary: r.summary,
        subject: r.subject,
        body: r.body,
        published: r.published,
        written_by: Ref { id: r.written_by, name: r.written_by_name },
        written_at: r.written_at,
    });
    Ok(each.collect())
}
