//! The SQL of files and their versions.

use chrono::{DateTime, Utc};
use dealwright_files::Files;
use dealwright_kernel::Result;
use dealwright_kernel::id::{FileId, FileVersionId, UserId};
use dealwright_store::Tx;
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use super::{FileMay, FileParentRef, FilePreview, FileVersion, FileView, Parent, Seen};
use crate::record::Ref;

/// A file with its latest version, as the database gives it.
#[derive(Debug, FromRow)]
pub struct Row {
    pub id: FileId,
    opportunity_id: Option<Uuid>,
    account_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    lead_id: Option<Uuid>,
    parent_name: Option<String>,
    pub name: String,
    pub latest: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub version_id: FileVersionId,
    versions: i64,
    size: i64,
    mime: String,
    state: String,
    finding: Option<String>,
    uploaded_at: DateTime<Utc>,
    uploaded_by: UserId,
    uploader: String,
    pub document_type_id: Option<Uuid>,
    document_type: Option<String>,
}

const SELECT: &str = "select f.id, f.opportunity_id, f.account_id, f.contact_id, f.lead_id, coalesce(o.name, a.name, c.name, l.name) as parent_name,
        f.name, f.latest, f.created_at, f.updated_at, f.deleted_at, f.version, v.id as version_id, v.size, v.type as mime, v.state, v.finding,
        v.uploaded_at, v.uploaded_by, u.name as uploader, f.document_type_id,
        (select d.name from choice d where d.org_id = f.org_id and d.id = f.document_type_id) as document_type,
        (select count(*) from file_version w where w.org_id = f.org_id and w.file_id = f.id) as versions
    from file f join file_version v on v.org_id = f.org_id and v.file_id = f.id and v.number = f.latest
    join app_user u on u.org_id = v.org_id and u.id = v.uploaded_by
    left join opportunity o on o.org_id = f.org_id and o.id = f.opportunity_id left join account a on a.org_id = f.org_id and a.id = f.account_id
    left join contact c on c.org_id = f.org_id and c.id = f.contact_id left join lead l on l.org_id = f.org_id and l.id = f.lead_id
    where f.org_id = ";

impl Row {
    /// What it hangs on.
    ///
    /// # Errors
    /// Internal, when the database holds one that hangs on nothing.
    pub fn parent(&self) -> Result<Parent> {
        Parent::of([self.opportunity_id, self.account_id, self.contact_id, self.lead_id])
            .ok_or_else(|| dealwright_kernel::Error::internal("a file hangs on one record"))
    }

    /// As the API shows it to who may change its record, or may not.
    ///
    /// # Errors
    /// Internal, when the database holds a word that has no meaning here.
    pub fn into_view(self, files: &Files, may_update: bool) -> Result<FileView> {
        let parent = self.parent()?;
        let state = self.state.parse::<super::FileVersionState>()?;
        Ok(FileView {
            id: self.id,
            parent: FileParentRef { object: parent.object, id: parent.id, name: self.parent_name.unwrap_or_default() },
            name: self.name,
            document_type: Ref::of(self.document_type_id, self.document_type),
            version_id: self.version_id,
            number: self.latest,
            versions: self.versions,
            size: self.size,
            preview: FilePreview::of(&self.mime),
            mime: self.mime,
            state,
            finding: self.finding,
            uploaded_by: Ref { id: self.uploaded_by.0, name: self.uploader },
            uploaded_at: self.uploaded_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
            deleted_at: self.deleted_at,
            version: self.version,
            may: FileMay { open: state.may_open(files) && self.deleted_at.is_none(), update: may_update },
        })
    }
}

/// A file, in the trash too.
pub async fn find(tx: &mut Tx, id: FileId) -> Result<Option<Row>> {
    let mut sql = QueryBuilder::<Postgres>::new(SELECT);
    sql.push_bind(tx.org().0).push(" and f.id = ").push_bind(id.0);
    Ok(sql.build_query_as().fetch_optional(tx.db()).await?)
}

/// The files of a record, the newest first: the live ones, or those in the trash.
pub async fn list(tx: &mut Tx, of: Parent, deleted: bool, before: Option<Uuid>, limit: i64) -> Result<Vec<Row>> {
    let mut sql = QueryBuilder::<Postgres>::new(SELECT);
    sql.push_bind(tx.org().0).push(" and f.").push(of.column()).push(" = ").push_bind(of.id);
    sql.push(if deleted { " and f.deleted_at is not null" } else { " and f.deleted_at is null" });
    if let Some(before) = before {
        sql.push(" and f.id < ").push_bind(before);
    }
    sql.push(" order by f.id desc limit ").push_bind(limit);
    Ok(sql.build_query_as().fetch_all(tx.db()).await?)
}

/// Files whose latest version is withheld, the newest first, as far as the actor sees them.
pub async fn withheld(tx: &mut Tx, limit: i64) -> Result<Vec<Row>> {
    let mut sql = QueryBuilder::<Postgres>::new(SELECT);
    sql.push_bind(tx.org().0).push(" and f.deleted_at is null and v.state in ('scanning', 'infected', 'failed')");
    sql.push(" order by v.uploaded_at desc, f.id desc limit ").push_bind(limit);
    Ok(sql.build_query_as().fetch_all(tx.db()).await?)
}

/// The versions of a file, the newest first.
pub async fn versions(tx: &mut Tx, files: &Files, file: FileId) -> Result<Vec<FileVersion>> {
    let rows = sqlx::query!(
        r#"select v.id as "id: FileVersionId", v.number, v.size, v.type as mime, v.sha256, v.state, v.finding, v.checked_at, v.uploaded_at,
                  v.uploaded_by, u.name as uploader
           from file_version v join app_user u on u.org_id = v.org_id and u.id = v.uploaded_by
           where v.org_id = $1 and v.file_id = $2 order by v.number desc limit 200"#,
        tx.org().0,
        file.0,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| {
            let state = r.state.parse::<super::FileVersionState>()?;
            Ok(FileVersion {
                id: r.id,
                number: r.number,
                size: r.size,
                preview: FilePreview::of(&r.mime),
                mime: r.mime,
                sha256: r.sha256,
                state,
                finding: r.finding,
                checked_at: r.checked_at,
                uploaded_by: Ref { id: r.uploaded_by, name: r.uploader },
                uploaded_at: r.uploaded_at,
                may_open: state.may_open(files),
            })
        })
        .collect()
}

/// What it takes to let a version out.
#[derive(Debug)]
pub struct Stored {
    pub file_id: FileId,
    pub name: String,
    pub mime: String,
    pub size: i64,
    pub sha256: Option<String>,
    pub blobs: Vec<String>,
    pub state: String,
    pub deleted: bool,
    pub text: Option<String>,
    opportunity_id: Option<Uuid>,
    account_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    lead_id: Option<Uuid>,
}

impl Stored {
    #[must_use]
    pub fn parent(&self) -> Option<Parent> {
        Parent::of([self.opportunity_id, self.account_id, self.contact_id, self.lead_id])
    }
}

/// A version that the actor may see; with its text when that is `wanted`.
pub async fn stored(tx: &mut Tx, version: FileVersionId, wanted: bool) -> Result<Option<Stored>> {
    Ok(sqlx::query_as!(
        Stored,
        r#"select f.id as "file_id: FileId", f.name, v.type as mime, v.size, v.sha256, v.blobs, v.state, f.deleted_at is not null as "deleted!",
                  case when $3 then v.text end as text, f.opportunity_id, f.account_id, f.contact_id, f.lead_id
           from file_version v join file f on f.org_id = v.org_id and f.id = v.file_id where v.org_id = $1 and v.id = $2"#,
        tx.org().0,
        version.0,
        wanted,
    )
    .fetch_optional(tx.db())
    .await?)
}

/// The latest version of a file, or one of its by id.
pub async fn version_of(tx: &mut Tx, file: FileId, which: Option<FileVersionId>) -> Result<Option<FileVersionId>> {
    Ok(sqlx::query_scalar!(
        r#"select v.id as "id: FileVersionId" from file f join file_version v on v.org_id = f.org_id and v.file_id = f.id
           where f.org_id = $1 and f.id = $2 and case when $3::uuid is null then v.number = f.latest else v.id = $3 end"#,
        tx.org().0,
        file.0,
        which.map(|i| i.0),
    )
    .fetch_optional(tx.db())
    .await?)
}

/// A version that is to be kept.
#[derive(Debug)]
pub struct NewVersion<'a> {
    pub size: i64,
    pub mime: &'a str,
    pub blobs: &'a [String],
}

/// A new file, without its version.
pub async fn insert(tx: &mut Tx, on: &Seen, name: &str, by: UserId) -> Result<FileId> {
    let (org, id, now) = (tx.org().0, tx.new_id(), tx.now());
    let [opportunity, account, contact, lead] = on.parent.columns();
    sqlx::query!(
        "insert into file (org_id, id, opportunity_id, account_id, contact_id, lead_id, name, latest, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $9)",
        org,
        id,
        opportunity,
        account,
        contact,
        lead,
        name,
        by.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(FileId(id))
}

/// The next version of a file; its id, its number, and the file's version by now.
pub async fn add_version(
    tx: &mut Tx,
    file: FileId,
    new: &NewVersion<'_>,
    by: UserId,
) -> Result<(FileVersionId, i32, i64)> {
    let (org, id, now) = (tx.org().0, tx.new_id(), tx.now());
    let row = sqlx::query!(
        "update file f set latest = (select coalesce(max(v.number), 0) + 1 from file_version v where v.org_id = f.org_id and v.file_id = f.id), version = case when latest = 0 then version else version + 1 end, updated_at = $3, text_search = ''
         where org_id = $1 and id = $2 returning latest, version",
        org,
        file.0,
        now,
    )
    .fetch_one(tx.db())
    .await?;
    sqlx::query!(
        "insert into file_version (org_id, id, file_id, number, size, type, blobs, state, uploaded_by, uploaded_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'scanning', $8, $9)",
        org,
        id,
        file.0,
        row.latest,
        new.size,
        new.mime,
        new.blobs,
        by.0,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok((FileVersionId(id), row.latest, row.version))
}

/// The number of a version of this file.
pub async fn number_of(tx: &mut Tx, file: FileId, which: FileVersionId) -> Result<Option<i32>> {
    let (org, file) = (tx.org().0, file.0);
    Ok(sqlx::query_scalar!(
        "select number from file_version where org_id = $1 and file_id = $2 and id = $3",
        org,
        file,
        which.0
    )
    .fetch_optional(tx.db())
    .await?)
}

/// The version of this file that has a number.
pub async fn numbered(tx: &mut Tx, file: FileId, number: i32) -> Result<Option<FileVersionId>> {
    let (org, file) = (tx.org().0, file.0);
    Ok(sqlx::query_scalar!(
        r#"select id as "id: FileVersionId" from file_version where org_id = $1 and file_id = $2 and number = $3"#,
        org,
        file,
        number
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Shows a version of a file that is still at `version`, and has its words found; false when it is not.
pub async fn show(tx: &mut Tx, id: FileId, version: i64, number: i32) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update file f set latest = v.number, updated_at = $5, version = f.version + 1,
                text_search = to_tsvector('simple', app.fold(left(coalesce(v.text, ''), 200000)))
         from file_version v
         where f.org_id = $1 and f.id = $2 and f.version = $3 and f.deleted_at is null and v.org_id = $1 and v.file_id = $2 and v.number = $4",
        org,
        id.0,
        version,
        number,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Renames a file that is still at `version`; false when it is not.
pub async fn rename(tx: &mut Tx, id: FileId, version: i64, name: &str) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update file set name = $4, updated_at = $5, version = version + 1 where org_id = $1 and id = $2 and version = $3 and deleted_at is null",
        org,
        id.0,
        version,
        name,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Says what a file is, which is still at `version`; false when it is not.
pub async fn classify(tx: &mut Tx, id: FileId, version: i64, to: Option<Uuid>) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update file set document_type_id = $4, updated_at = $5, version = version + 1 where org_id = $1 and id = $2 and version = $3 and deleted_at is null",
        org,
        id.0,
        version,
        to,
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Puts a file into the trash or takes it out; false when it is not at `version` any more.
pub async fn set_deleted(tx: &mut Tx, id: FileId, version: i64, deleted: bool) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update file set deleted_at = $4, updated_at = $5, version = version + 1 where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        deleted.then_some(now),
        now,
    )
    .execute(tx.db())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// A file that was found, as search shows it.
#[derive(Debug)]
pub struct Found {
    pub id: FileId,
    pub name: String,
    pub object: String,
    pub parent_id: Uuid,
    pub parent_name: String,
}

/// What the actor may see of the files that match a query.
pub async fn found(tx: &mut Tx, query: &str, candidates: i32, limit: i64) -> Result<Vec<Found>> {
    Ok(sqlx::query_as!(
        Found,
        r#"select f.id as "id: FileId", f.name, p.object as "object!", p.id as "parent_id!", p.name as "parent_name!"
           from app.match_files($2, $3) m (id) join file f on f.org_id = $1 and f.id = m.id
           cross join lateral (
               select 'opportunity' as object, o.id, o.name from opportunity o where o.org_id = $1 and o.id = f.opportunity_id and o.deleted_at is null
               union all select 'account', a.id, a.name from account a where a.org_id = $1 and a.id = f.account_id and a.deleted_at is null
               union all select 'contact', c.id, c.name from contact c where c.org_id = $1 and c.id = f.contact_id and c.deleted_at is null
               union all select 'lead', l.id, l.name from lead l where l.org_id = $1 and l.id = f.lead_id and l.deleted_at is null) p
           where f.deleted_at is null
           order by f.updated_at desc, f.id desc limit $4"#,
        tx.org().0,
        query,
        candidates,
        limit,
    )
    .fetch_all(tx.db())
    .await?)
}
