//! The SQL of requests: how they stand, who is asked, and what happened. Definitions have theirs in `definition_store`.

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{ApprovalDefinitionId, ApprovalId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Tx};
use dealwright_workflow::approval::run::Status;
use dealwright_workflow::approval::{ApprovalObject, Definition, Run};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::subject::{Subject, same};

pub(super) fn json(value: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(Error::internal)
}

pub(super) fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(Error::internal)
}

/// How a request stands, from its column.
///
/// # Errors
/// Internal, for what is no status.
pub fn status(text: &str) -> Result<Status> {
    [Status::Pending, Status::Approved, Status::Rejected, Status::Recalled]
        .into_iter()
        .find(|status| status.as_str() == text)
        .ok_or_else(|| Error::internal("a request has a status"))
}

/// Who is active, and a person.
pub async fn active_people(tx: &mut Tx) -> Result<Vec<UserId>> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: UserId" from app_user where org_id = $1 and active and not service"#,
        tx.org().0
    )
    .fetch_all(tx.db())
    .await?)
}

/// The newest request of a subject by a definition.
#[derive(Debug)]
pub struct Newest {
    pub id: ApprovalId,
    pub definition: ApprovalDefinitionId,
    pub name: String,
    pub status: Status,
    pub snapshot: Vec<Change>,
    /// The rules that it began with.
    pub rules: Definition,
}

impl Newest {
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.status == Status::Pending
    }

    /// Whether it is approved for these values.
    #[must_use]
    pub fn stands_for(&self, snapshot: &[Change]) -> bool {
        self.status == Status::Approved && same(snapshot, &self.snapshot)
    }
}

/// The newest request of each definition about a subject.
pub async fn newest_of(tx: &mut Tx, subject: Uuid) -> Result<Vec<Newest>> {
    let rows = sqlx::query!(
        "select distinct on (r.definition_id) r.id, r.definition_id, d.name, r.status, r.snapshot, v.definition
         from approval_request r
         join approval_definition d on d.org_id = r.org_id and d.id = r.definition_id
         join approval_version v on v.org_id = r.org_id and v.definition_id = r.definition_id and v.number = r.number
         where r.org_id = $1 and r.subject_id = $2 order by r.definition_id, r.id desc",
        tx.org().0,
        subject,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Newest {
                id: r.id.into(),
                definition: r.definition_id.into(),
                name: r.name,
                status: status(&r.status)?,
                snapshot: read(r.snapshot)?,
                rules: read(r.definition)?,
            })
        })
        .collect()
}

/// The newest request of a subject by a definition.
pub async fn newest(tx: &mut Tx, subject: Uuid, definition: ApprovalDefinitionId) -> Result<Option<Newest>> {
    Ok(newest_of(tx, subject).await?.into_iter().find(|one| one.definition == definition))
}

/// The values that were approved last of a subject, whatever for.
pub async fn approved_before(tx: &mut Tx, subject: Uuid) -> Result<Vec<Change>> {
    let found = sqlx::query_scalar!(
        "select snapshot from approval_request where org_id = $1 and subject_id = $2 and status = 'approved' order by id desc limit 1",
        tx.org().0,
        subject,
    )
    .fetch_optional(tx.db())
    .await?;
    found.map_or_else(|| Ok(Vec::new()), read)
}

/// A request as it is worked on.
#[derive(Debug)]
pub struct Request {
    pub id: ApprovalId,
    pub definition: ApprovalDefinitionId,
    pub name: String,
    pub number: i32,
    pub object: ApprovalObject,
    pub subject: Uuid,
    pub subject_name: String,
    pub record: (&'static str, Uuid),
    pub requested_by: UserId,
    pub snapshot: Vec<Change>,
    pub rules: Definition,
    pub run: Run,
    pub version: i64,
}

struct RequestRow {
    org_id: Uuid,
    id: Uuid,
    definition_id: Uuid,
    name: String,
    number: i32,
    opportunity_id: Option<Uuid>,
    lead_id: Option<Uuid>,
    subject_id: Uuid,
    subject_name: String,
    record_type: String,
    record_id: Uuid,
    requested_by: Uuid,
    snapshot: Value,
    definition: Value,
    run: Value,
    version: i64,
}

impl RequestRow {
    fn into_request(self) -> Result<(Uuid, Request)> {
        let record = match self.record_type.as_str() {
            "opportunity" => "opportunity",
            "lead" => "lead",
            "account" => "account",
            _ => "contact",
        };
        let request = Request {
            id: self.id.into(),
            definition: self.definition_id.into(),
            name: self.name,
            number: self.number,
            object: object(self.opportunity_id, self.lead_id),
            subject: self.subject_id,
            subject_name: self.subject_name,
            record: (record, self.record_id),
            requested_by: self.requested_by.into(),
            snapshot: read(self.snapshot)?,
            rules: read(self.definition)?,
            run: read(self.run)?,
            version: self.version,
        };
        Ok((self.org_id, request))
    }
}

/// What a request is about, by the column that is filled.
pub(super) const fn object(opportunity: Option<Uuid>, lead: Option<Uuid>) -> ApprovalObject {
    match (opportunity, lead) {
        (Some(_), _) => ApprovalObject::Opportunity,
        (None, Some(_)) => ApprovalObject::Lead,
        (None, None) => ApprovalObject::Proposal,
    }
}

/// A request that the actor sees, held until the transaction ends: one decides at a time.
pub async fn hold(tx: &mut Tx, id: ApprovalId) -> Result<Option<Request>> {
    let row = sqlx::query_as!(
        RequestRow,
        "select r.org_id, r.id, r.definition_id, d.name, r.number, r.opportunity_id, r.lead_id, r.subject_id, r.subject_name, r.record_type, r.record_id,
                r.requested_by, r.snapshot, v.definition, r.run, r.version
         from approval_request r
         join approval_definition d on d.org_id = r.org_id and d.id = r.definition_id
         join approval_version v on v.org_id = r.org_id and v.definition_id = r.definition_id and v.number = r.number
         where r.org_id = $1 and r.id = $2 for update of r",
        tx.org().0,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?;
    row.map(|row| row.into_request().map(|(_, request)| request)).transpose()
}

/// The pending requests of a subject, held until the transaction ends.
pub async fn hold_pending(tx: &mut Tx, subject: Uuid) -> Result<Vec<Request>> {
    let rows = sqlx::query_as!(
        RequestRow,
        "select r.org_id, r.id, r.definition_id, d.name, r.number, r.opportunity_id, r.lead_id, r.subject_id, r.subject_name, r.record_type, r.record_id,
                r.requested_by, r.snapshot, v.definition, r.run, r.version
         from approval_request r
         join approval_definition d on d.org_id = r.org_id and d.id = r.definition_id
         join approval_version v on v.org_id = r.org_id and v.definition_id = r.definition_id and v.number = r.number
         where r.org_id = $1 and r.subject_id = $2 and r.status = 'pending' order by r.id for update of r",
        tx.org().0,
        subject,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(|row| row.into_request().map(|(_, request)| request)).collect()
}

/// A request of any organisation with a level that has said nothing for too long, held; what another process holds is passed over.
pub async fn hold_due(db: &mut PgConnection, now: DateTime<Utc>) -> Result<Option<(Uuid, Request)>> {
    let row = sqlx::query_as!(
        RequestRow,
        "select r.org_id, r.id, r.definition_id, d.name, r.number, r.opportunity_id, r.lead_id, r.subject_id, r.subject_name, r.record_type, r.record_id,
                r.requested_by, r.snapshot, v.definition, r.run, r.version
         from approval_request r
         join approval_definition d on d.org_id = r.org_id and d.id = r.definition_id
         join approval_version v on v.org_id = r.org_id and v.definition_id = r.definition_id and v.number = r.number
         where r.status = 'pending' and r.due_at <= $1 order by r.due_at limit 1 for update of r skip locked",
        now,
    )
    .fetch_optional(db)
    .await?;
    row.map(RequestRow::into_request).transpose()
}

/// The pending requests of any organisation, by id after one, of which somebody who is asked has left or does not see what it is
/// about any more. Nobody sees what is in the bin: those wait for it to be restored.
pub async fn with_absent(db: &mut PgConnection, after: Uuid, limit: i64) -> Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "select r.org_id, r.id from approval_request r
         where r.status = 'pending' and r.id > $1
           and exists (
               select from approval_seat s where s.org_id = r.org_id and s.request_id = r.id
                 and not exists (select from app.who_sees(r.org_id, r.record_type, r.record_id, array[s.user_id])))
         order by r.id limit $2",
        after,
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.org_id, row.id)).collect())
}

/// A pending request of an organisation, held; what another process holds is passed over.
pub async fn hold_free(db: &mut PgConnection, org: Uuid, id: Uuid) -> Result<Option<Request>> {
    let row = sqlx::query_as!(
        RequestRow,
        "select r.org_id, r.id, r.definition_id, d.name, r.number, r.opportunity_id, r.lead_id, r.subject_id, r.subject_name, r.record_type, r.record_id,
                r.requested_by, r.snapshot, v.definition, r.run, r.version
         from approval_request r
         join approval_definition d on d.org_id = r.org_id and d.id = r.definition_id
         join approval_version v on v.org_id = r.org_id and v.definition_id = r.definition_id and v.number = r.number
         where r.org_id = $1 and r.id = $2 and r.status = 'pending' for update of r skip locked",
        org,
        id,
    )
    .fetch_optional(db)
    .await?;
    row.map(|row| row.into_request().map(|(_, request)| request)).transpose()
}

/// A request to be written.
#[derive(Debug)]
pub struct New<'a> {
    pub id: ApprovalId,
    pub definition: ApprovalDefinitionId,
    pub number: i32,
    pub subject: &'a Subject,
    pub requested_by: UserId,
    pub reason: Option<&'a str>,
    pub snapshot: &'a [Change],
    pub run: &'a Run,
}

/// Adds a request.
pub async fn insert(tx: &mut Tx, new: &New<'_>) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let of = |object: ApprovalObject| (new.subject.object == object).then_some(new.subject.id);
    sqlx::query!(
        "insert into approval_request (org_id, id, definition_id, number, opportunity_id, lead_id, proposal_id, subject_name, record_type, record_id,
                                       requested_by, reason, status, round, snapshot, run, due_at, created_at, updated_at, decided_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18, null)",
        org,
        new.id.0,
        new.definition.0,
        new.number,
        of(ApprovalObject::Opportunity),
        of(ApprovalObject::Lead),
        of(ApprovalObject::Proposal),
        new.subject.name,
        new.subject.record.0,
        new.subject.record.1,
        new.requested_by.0,
        new.reason,
        new.run.status.as_str(),
        new.run.round,
        json(&new.snapshot)?,
        json(new.run)?,
        new.run.next_due(),
        now,
    )
    .execute(tx.db())
    .await?;
    seat(tx.db(), org, new.id, new.run).await
}

/// Writes how a request stands, and who is asked. Its version rises when what is approved has changed, and when it is over.
pub async fn save(
    db: &mut PgConnection,
    org: Uuid,
    request: &Request,
    restarted: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let over = request.run.status != Status::Pending;
    sqlx::query!(
        "update approval_request set status = $3, round = $4, snapshot = $5, run = $6, due_at = $7, updated_at = $8::timestamptz,
             decided_at = case when $9 then $8::timestamptz end, version = version + $10
         where org_id = $1 and id = $2",
        org,
        request.id.0,
        request.run.status.as_str(),
        request.run.round,
        json(&request.snapshot)?,
        json(&request.run)?,
        request.run.next_due(),
        now,
        over,
        i64::from(over || restarted),
    )
    .execute(&mut *db)
    .await?;
    seat(db, org, request.id, &request.run).await
}

/// Writes who is asked at this moment.
async fn seat(db: &mut PgConnection, org: Uuid, id: ApprovalId, run: &Run) -> Result<()> {
    let asked: Vec<(usize, Uuid)> = if run.status == Status::Pending { run.asked().collect() } else { Vec::new() };
    let levels: Vec<i32> =
        asked.iter().map(|(n, _)| i32::try_from(*n).map_err(Error::internal)).collect::<Result<_>>()?;
    let people: Vec<Uuid> = asked.iter().map(|(_, person)| *person).collect();
    sqlx::query!("delete from approval_seat where org_id = $1 and request_id = $2", org, id.0)
        .execute(&mut *db)
        .await?;
    if people.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into approval_seat (org_id, request_id, level, user_id) select $1, $2, level, person
         from unnest($3::int[], $4::uuid[]) as asked (level, person) on conflict do nothing",
        org,
        id.0,
        &levels,
        &people,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Something that happened to a request.
#[derive(Debug, Default)]
pub struct Entry<'a> {
    pub kind: &'static str,
    pub level: Option<usize>,
    pub for_id: Option<Uuid>,
    pub text: Option<&'a str>,
    pub data: Value,
}

/// Writes it down, in the name of an actor or of the clock.
pub async fn note(
    db: &mut PgConnection,
    org: Uuid,
    id: Uuid,
    (request, round): (ApprovalId, i32),
    (actor, name): (Option<Uuid>, &str),
    now: DateTime<Utc>,
    entry: Entry<'_>,
) -> Result<()> {
    let level = entry.level.map(i32::try_from).transpose().map_err(Error::internal)?;
    let data = if entry.data.is_null() { Value::Object(serde_json::Map::new()) } else { entry.data };
    sqlx::query!(
        "insert into approval_entry (org_id, id, request_id, at, kind, round, level, actor_id, actor_name, for_id, text, data)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        org,
        id,
        request.0,
        now,
        entry.kind,
        round,
        level,
        actor,
        name,
        entry.for_id,
        entry.text,
        data,
    )
    .execute(db)
    .await?;
    Ok(())
}
