//! Requests as people see them: lists, one with its trail, those of a record. Fields that roles hide are left out.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use dealwright_access::{Context, Object};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{ApprovalDefinitionId, ApprovalId};
use dealwright_kernel::{Cursor, Error, Page, Result};
use dealwright_store::{Change, Tx};
use dealwright_workflow::approval::run::{LevelStatus, Run, Status, Verdict};
use dealwright_workflow::approval::{ApprovalObject, Definition, Needs};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::subject::person;
use super::{people, store};
use crate::change::store::names;
use crate::record::Ref;

/// What a request is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApprovalSubject {
    #[serde(rename = "type")]
    pub object: ApprovalObject,
    pub id: Uuid,
    pub name: String,
    /// The record's page: that of what a proposal would change.
    pub record_type: String,
    pub record_id: Uuid,
}

/// Somebody who is, or was, asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApprovalSeat {
    pub person: Ref,
    /// Who passed it on to them.
    pub from: Option<Ref>,
    /// It came to them because nobody decided in time.
    pub escalated: bool,
    pub verdict: Option<Verdict>,
    /// Who said it: they, or who stands in for them.
    pub decided_by: Option<Ref>,
    pub decided_at: Option<DateTime<Utc>>,
}

/// A level as it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApprovalLevelView {
    pub name: String,
    pub status: LevelStatus,
    pub needs: Needs,
    pub seats: Vec<ApprovalSeat>,
    /// When it is escalated.
    pub due_at: Option<DateTime<Utc>>,
}

/// What the caller may do with a request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApprovalMay {
    pub decide: bool,
    pub recall: bool,
    /// For whom they would decide, beside themselves.
    pub stands_in_for: Vec<Ref>,
}

/// A request for an approval.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Approval {
    pub id: ApprovalId,
    pub definition: Ref,
    /// The version of the definition that it goes by.
    pub number: i32,
    pub subject: ApprovalSubject,
    pub status: Status,
    /// Rises each time that it begins anew.
    pub round: i32,
    pub requested_by: Ref,
    pub reason: Option<String>,
    /// What is approved: fields with their values, before and now.
    pub changes: Vec<Change>,
    pub levels: Vec<ApprovalLevelView>,
    /// Rises when what is approved has changed, and when it is over.
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    pub may: ApprovalMay,
}

/// Something that happened to a request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApprovalEntry {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    /// `requested`, `opened`, `approved`, `rejected`, `recalled`, `restarted`, `escalated`, `delegated`, `commented`, `attached` or
    /// `completed`.
    pub kind: String,
    pub round: i32,
    /// The name of the level.
    pub level: Option<String>,
    /// Null for what the clock did.
    pub actor: Option<Ref>,
    /// In whose place they decided, or from whom it was passed on.
    pub in_place_of: Option<Ref>,
    /// Who was asked by it.
    pub people: Vec<Ref>,
    pub text: Option<String>,
    pub file: Option<Ref>,
    /// Fields that were changed.
    pub fields: Vec<String>,
}

/// A request with all that happened to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovalWhole {
    #[serde(flatten)]
    pub approval: Approval,
    /// The oldest first.
    pub entries: Vec<ApprovalEntry>,
}

/// Which requests a list has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ApprovalFilter)]
pub enum Filter {
    /// Those that the caller may decide on now.
    #[default]
    Waiting,
    /// Those that the caller asked for.
    Mine,
    /// Those that are over.
    History,
}

struct Row {
    id: Uuid,
    definition_id: Uuid,
    definition_name: String,
    number: i32,
    opportunity_id: Option<Uuid>,
    lead_id: Option<Uuid>,
    subject_id: Uuid,
    subject_name: String,
    record_type: String,
    record_id: Uuid,
    status: String,
    round: i32,
    requested_by: Uuid,
    reason: Option<String>,
    snapshot: Value,
    definition: Value,
    run: Value,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    decided_at: Option<DateTime<Utc>>,
}

/// Which rows are wanted.
#[derive(Debug, Default)]
struct Wanted<'a> {
    id: Option<Uuid>,
    subject: Option<Uuid>,
    waiting_for: Option<&'a [Uuid]>,
    mine: Option<Uuid>,
    over: bool,
    before: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
}

async fn rows(tx: &mut Tx, wanted: &Wanted<'_>) -> Result<Vec<Row>> {
    let (at, id) = wanted.before.unzip();
    Ok(sqlx::query_as!(
        Row,
        r#"select r.id, r.definition_id, d.name as definition_name, r.number, r.opportunity_id, r.lead_id, r.subject_id,
                  coalesce(o.name, l.name, r.subject_name) as "subject_name!", r.record_type, r.record_id, r.status, r.round, r.requested_by, r.reason,
                  r.snapshot, v.definition, r.run, r.version, r.created_at, r.updated_at, r.decided_at
           from approval_request r
           join approval_definition d on d.org_id = r.org_id and d.id = r.definition_id
           join approval_version v on v.org_id = r.org_id and v.definition_id = r.definition_id and v.number = r.number
           left join opportunity o on o.org_id = r.org_id and o.id = r.opportunity_id
           left join lead l on l.org_id = r.org_id and l.id = r.lead_id
           where r.org_id = $1 and ($2::uuid is null or r.id = $2) and ($3::uuid is null or r.subject_id = $3)
             and ($4::uuid[] is null or (r.status = 'pending' and r.id in (
                 select s.request_id from approval_seat s where s.org_id = $1 and s.user_id = any ($4))))
             and ($5::uuid is null or r.requested_by = $5) and (not $6 or r.status <> 'pending')
             and ($7::timestamptz is null or (r.created_at, r.id) < ($7, $8))
           order by r.created_at desc, r.id desc limit $9"#,
        tx.org().0,
        wanted.id,
        wanted.subject,
        wanted.waiting_for,
        wanted.mine,
        wanted.over,
        at,
        id,
        wanted.limit,
    )
    .fetch_all(tx.db())
    .await?)
}

/// What is shown to whom.
struct Shown<'a> {
    cx: &'a Context,
    stands_for: &'a [Uuid],
    names: HashMap<Uuid, String>,
}

impl Shown<'_> {
    fn person(&self, id: Uuid) -> Ref {
        person(id, self.names.get(&id))
    }

    fn of(&self, row: Row, rules: &Definition, run: Run) -> Result<Approval> {
        let me = self.cx.actor().user.0;
        let object = store::object(row.opportunity_id, row.lead_id);
        let hidden = match object {
            ApprovalObject::Opportunity | ApprovalObject::Proposal => Object::Opportunity,
            ApprovalObject::Lead => Object::Lead,
        };
        let mut changes: Vec<Change> = serde_json::from_value(row.snapshot).map_err(Error::internal)?;
        changes.retain(|change| !self.cx.actor().fields.hides(hidden, &change.field));
        let keeps = self.cx.actor().may(super::definition_http::KEEPS);
        let pending = run.status == Status::Pending;
        let decide = self.cx.actor().key.is_none() && run.may_decide(rules, me, self.stands_for);
        let asked: Vec<Uuid> = run.asked().map(|(_, person)| person).collect();
        let stands = self.stands_for.iter().filter(|person| decide && asked.contains(person));
        Ok(Approval {
            id: row.id.into(),
            definition: Ref { id: row.definition_id, name: row.definition_name },
            number: row.number,
            subject: ApprovalSubject {
                object,
                id: row.subject_id,
                name: row.subject_name,
                record_type: row.record_type,
                record_id: row.record_id,
            },
            status: store::status(&row.status)?,
            round: row.round,
            requested_by: self.person(row.requested_by),
            reason: row.reason,
            changes,
            levels: self.levels(rules, &run),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            decided_at: row.decided_at,
            may: ApprovalMay {
                decide,
                recall: pending && (row.requested_by == me || keeps),
                stands_in_for: stands.map(|person| self.person(*person)).collect(),
            },
        })
    }

    fn levels(&self, rules: &Definition, run: &Run) -> Vec<ApprovalLevelView> {
        let both = rules.levels.iter().zip(&run.levels);
        both.map(|(rules, level)| ApprovalLevelView {
            name: rules.name.clone(),
            status: level.status,
            needs: rules.needs,
            seats: level
                .seats
                .iter()
                .map(|seat| ApprovalSeat {
                    person: self.person(seat.person),
                    from: seat.from.map(|from| self.person(from)),
                    escalated: seat.escalated,
                    verdict: seat.said.map(|said| said.verdict),
                    decided_by: seat.said.map(|said| self.person(said.by)),
                    decided_at: seat.said.map(|said| said.at),
                })
                .collect(),
            due_at: level.due_at.filter(|_| level.status == LevelStatus::Open && !level.escalated),
        })
        .collect()
    }
}

async fn show(cx: &Context, tx: &mut Tx, rows: Vec<Row>, stands_for: &[Uuid]) -> Result<Vec<Approval>> {
    let mut read = Vec::with_capacity(rows.len());
    let mut people: Vec<Uuid> = stands_for.to_vec();
    for mut row in rows {
        let rules: Definition = serde_json::from_value(row.definition.take()).map_err(Error::internal)?;
        let run: Run = serde_json::from_value(row.run.take()).map_err(Error::internal)?;
        people.push(row.requested_by);
        for seat in run.levels.iter().flat_map(|level| &level.seats) {
            people.extend([Some(seat.person), seat.from, seat.said.map(|said| said.by)].into_iter().flatten());
        }
        read.push((row, rules, run));
    }
    let shown = Shown { cx, stands_for, names: names(tx, &people).await? };
    read.into_iter().map(|(row, rules, run)| shown.of(row, &rules, run)).collect()
}

async fn stands_for(cx: &Context, tx: &mut Tx) -> Result<Vec<Uuid>> {
    let (org, now) = (tx.org().0, tx.now());
    people::stands_in_for(tx.db(), org, cx.actor().user.0, now).await
}

/// A page of requests, the newest first.
///
/// # Errors
/// 400 `invalid_cursor`.
pub async fn page(
    cx: &Context,
    tx: &mut Tx,
    filter: Filter,
    limit: u16,
    cursor: Option<&str>,
) -> Result<Page<Approval>> {
    let fingerprint = format!("approvals:{filter:?}");
    let before = cursor.map(|c| Cursor::<(DateTime<Utc>, Uuid)>::decode(c, &fingerprint)).transpose()?.map(|c| c.keys);
    let stands_for = stands_for(cx, tx).await?;
    let me = cx.actor().user.0;
    let whom: Vec<Uuid> = std::iter::once(me).chain(stands_for.iter().copied()).collect();
    let wanted = Wanted {
        waiting_for: (filter == Filter::Waiting).then_some(whom.as_slice()),
        mine: (filter == Filter::Mine).then_some(me),
        over: filter == Filter::History,
        before,
        limit: i64::from(limit) + 1,
        ..Wanted::default()
    };
    let mut rows = rows(tx, &wanted).await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(limit.into());
    let last = rows.last().filter(|_| more).map(|row| (row.created_at, row.id));
    let next_cursor = last.map(|keys| Cursor { query: fingerprint, keys }.encode()).transpose()?;
    let mut items = show(cx, tx, rows, &stands_for).await?;
    if filter == Filter::Waiting {
        // Who stands in for somebody and asked themselves is not asked.
        items.retain(|approval| approval.may.decide || cx.actor().key.is_some());
    }
    Ok(Page { items, next_cursor, total: None.into() })
}

/// The newest requests about a record, at most 50.
///
/// # Errors
/// When the database is gone.
pub async fn of_subject(cx: &Context, tx: &mut Tx, subject: Uuid) -> Result<Vec<Approval>> {
    let stands_for = stands_for(cx, tx).await?;
    let rows = rows(tx, &Wanted { subject: Some(subject), limit: 50, ..Wanted::default() }).await?;
    show(cx, tx, rows, &stands_for).await
}

/// One request.
///
/// # Errors
/// 404.
pub async fn one(cx: &Context, tx: &mut Tx, id: ApprovalId) -> Result<Approval> {
    let stands_for = stands_for(cx, tx).await?;
    let rows = rows(tx, &Wanted { id: Some(id.0), limit: 1, ..Wanted::default() }).await?;
    show(cx, tx, rows, &stands_for).await?.pop().or_not_found("approval")
}

/// One request with all that happened to it.
///
/// # Errors
/// 404.
pub async fn whole(cx: &Context, tx: &mut Tx, id: ApprovalId) -> Result<ApprovalWhole> {
    let approval = one(cx, tx, id).await?;
    let rows = sqlx::query!(
        "select id, at, kind, round, level, actor_id, actor_name, for_id, text, data from approval_entry
         where org_id = $1 and request_id = $2 order by id limit 1000",
        tx.org().0,
        id.0,
    )
    .fetch_all(tx.db())
    .await?;
    let ids = |value: &Value, name: &str| -> Vec<Uuid> {
        let one = value.get(name).and_then(Value::as_str).into_iter();
        let many = value.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        one.chain(many).filter_map(|id| id.parse().ok()).collect()
    };
    let asked = |data: &Value| ids(data, "people").into_iter().chain(ids(data, "to")).collect::<Vec<_>>();
    let people: Vec<Uuid> = rows.iter().flat_map(|row| asked(&row.data).into_iter().chain(row.for_id)).collect();
    let names = names(tx, &people).await?;
    let hidden = if approval.subject.object == ApprovalObject::Lead { Object::Lead } else { Object::Opportunity };
    let entries = rows.into_iter().map(|row| {
        let text = |name: &str| row.data.get(name).and_then(Value::as_str).map(str::to_owned);
        let fields = row.data.get("fields").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let level = row.level.and_then(|n| usize::try_from(n).ok()).and_then(|n| approval.levels.get(n));
        ApprovalEntry {
            id: row.id,
            at: row.at,
            round: row.round,
            level: level.map(|level| level.name.clone()),
            actor: row.actor_id.map(|id| Ref { id, name: row.actor_name.clone() }),
            in_place_of: row.for_id.map(|id| person(id, names.get(&id))),
            people: asked(&row.data).into_iter().map(|id| person(id, names.get(&id))).collect(),
            file: ids(&row.data, "file_id").pop().map(|id| Ref { id, name: text("name").unwrap_or_default() }),
            fields: fields.filter(|field| !cx.actor().fields.hides(hidden, field)).map(str::to_owned).collect(),
            kind: row.kind,
            text: row.text,
        }
    });
    let entries = entries.collect();
    Ok(ApprovalWhole { approval, entries })
}

/// A definition by which a record could be asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovalChoice {
    pub id: ApprovalDefinitionId,
    pub name: String,
    pub description: String,
    /// Its condition holds for the record.
    pub needed: bool,
    /// It is approved for what the record says.
    pub approved: bool,
}
