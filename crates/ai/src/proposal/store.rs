//! The SQL of proposals.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_crm::change::store::names;
use dealwright_crm::record::Ref;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{AgentRunId, ApprovalId, EventId, ProposalId};
use dealwright_kernel::{Cursor, Error, Page, Result};
use dealwright_store::{Event, Subject, Tx};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Confidence, NewProposal, Proposal, Stale, Status, Target, diff_hash, governed};

/// How long a proposal may wait for a decision.
const LIFE: TimeDelta = TimeDelta::days(14);

/// Writes a proposal of a run's step; the second time for the same step, answers the first one.
///
/// # Errors
/// When the database is gone.
pub async fn insert(
    tx: &mut Tx,
    run: AgentRunId,
    step: i32,
    mut new: NewProposal,
    confidence: Confidence,
) -> Result<ProposalId> {
    let id = ProposalId(tx.new_id());
    let (org, now) = (tx.org().0, tx.now());
    let requested_by = tx.user().or_not_found("user")?;
    for (n, evidence) in (1..).zip(&mut new.evidence) {
        evidence.n = n;
    }
    let hash = diff_hash(new.kind, new.target.id, new.base_version, &new.diff);
    let of = |kind: &str| new.target.id.filter(|_| new.target.kind == kind);
    let (opportunity, account, contact, lead) = (of("opportunity"), of("account"), of("contact"), of("lead"));
    let written = sqlx::query_scalar!(
        r#"insert into proposal (org_id, id, run_id, step, kind, opportunity_id, account_id, contact_id, target_name, base_version, diff, diff_hash, reason,
                                 evidence, confidence, requested_by, created_at, expires_at, lead_id, tainted)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
           on conflict (org_id, run_id, step) do nothing returning id"#,
        org,
        id.0,
        run.0,
        step,
        new.kind.as_str(),
        opportunity,
        account,
        contact,
        new.target.name,
        new.base_version,
        serde_json::to_value(&new.diff).map_err(Error::internal)?,
        hash,
        new.reason,
        serde_json::to_value(&new.evidence).map_err(Error::internal)?,
        confidence.as_str(),
        requested_by.0,
        now,
        now + LIFE,
        lead,
        new.tainted,
    )
    .fetch_optional(tx.db())
    .await?;
    if written.is_none() {
        let first = sqlx::query_scalar!("select id from proposal where run_id = $1 and step = $2", run.0, step)
            .fetch_one(tx.db())
            .await?;
        return Ok(ProposalId(first));
    }
    let event = told(tx, "created", id, &new.target, json!({ "run_id": run, "kind": new.kind, "reason": new.reason }));
    tx.emit(event);
    let written = find(tx, id, false).await?;
    governed::ask(tx, &written).await?;
    Ok(id)
}

/// An event about a proposal; it stands on the timeline of its record.
pub fn told(tx: &Tx, verb: &str, id: ProposalId, target: &Target, data: Value) -> Event {
    let of = |kind: &str| target.id.filter(|_| target.kind == kind);
    let subject = Subject { object: "proposal", id: id.0, name: target.name.clone(), version: None };
    Event::with_id(EventId(tx.new_id()), format!("proposal.{verb}"), subject)
        .about(of("opportunity").map(Into::into), of("account").map(Into::into), of("contact").map(Into::into))
        .on_lead(of("lead").map(Into::into))
        .data(data)
}

#[derive(Debug, sqlx::FromRow)]
struct Row {
    id: Uuid,
    run_id: Uuid,
    kind: String,
    status: String,
    opportunity_id: Option<Uuid>,
    account_id: Option<Uuid>,
    contact_id: Option<Uuid>,
    lead_id: Option<Uuid>,
    target_name: String,
    base_version: Option<i64>,
    diff: Value,
    diff_hash: String,
    reason: String,
    evidence: Value,
    tainted: bool,
    confidence: String,
    requested_by: Uuid,
    decided_by: Option<Uuid>,
    decided_at: Option<DateTime<Utc>>,
    decision_reason: Option<String>,
    event_id: Option<Uuid>,
    stale: Option<Value>,
    automatic: bool,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl Row {
    fn into_proposal(
        self,
        names: &HashMap<Uuid, String>,
        undone: &HashMap<Uuid, DateTime<Utc>>,
        approvals: &HashMap<Uuid, ApprovalId>,
        now: DateTime<Utc>,
    ) -> Result<Proposal> {
        let person = |id: Uuid| Ref { id, name: names.get(&id).cloned().unwrap_or_default() };
        let (kind, id) = match (self.opportunity_id, self.account_id, self.contact_id, self.lead_id) {
            (Some(id), ..) => ("opportunity", Some(id)),
            (None, Some(id), ..) => ("account", Some(id)),
            (None, None, Some(id), _) => ("contact", Some(id)),
            (None, None, None, Some(id)) => ("lead", Some(id)),
            (None, None, None, None) => ("task", None),
        };
        let status: Status = self.status.parse()?;
        let status = if status == Status::Pending && self.expires_at <= now { Status::Expired } else { status };
        Ok(Proposal {
            id: self.id.into(),
            run_id: self.run_id.into(),
            status,
            kind: self.kind.parse()?,
            target: Target { kind: kind.into(), id, name: self.target_name },
            base_version: self.base_version,
            diff: serde_json::from_value(self.diff).map_err(Error::internal)?,
            diff_hash: self.diff_hash,
            reason: self.reason,
            evidence: serde_json::from_value(self.evidence).map_err(Error::internal)?,
            tainted: self.tainted,
            confidence: self.confidence.parse::<Confidence>()?,
            requested_by: person(self.requested_by),
            decided_by: self.decided_by.map(person),
            decided_at: self.decided_at,
            decision_reason: self.decision_reason,
            automatic: self.automatic,
            event_id: self.event_id.map(Into::into),
            undone_at: self.event_id.and_then(|event| undone.get(&event).copied()),
            stale: self.stale.map(serde_json::from_value::<Stale>).transpose().map_err(Error::internal)?,
            approval_id: approvals.get(&self.id).copied(),
            created_at: self.created_at,
            expires_at: self.expires_at,
        })
    }
}

async fn named(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<Proposal>> {
    let people: Vec<Uuid> = rows.iter().flat_map(|r| [Some(r.requested_by), r.decided_by]).flatten().collect();
    let names = names(tx, &people).await?;
    let undone = taken_back(tx, &rows.iter().filter_map(|r| r.event_id).collect::<Vec<_>>()).await?;
    let now = tx.now();
    let approvals = approvals(tx, &rows.iter().map(|r| r.id).collect::<Vec<_>>()).await?;
    rows.into_iter().map(|r| r.into_proposal(&names, &undone, &approvals, now)).collect()
}

/// The newest requests for the approval of proposals, those that wait before others.
async fn approvals(tx: &mut Tx, proposals: &[Uuid]) -> Result<HashMap<Uuid, ApprovalId>> {
    let rows = sqlx::query!(
        r#"select distinct on (subject_id) subject_id, id as "id: ApprovalId" from approval_request
           where org_id = $1 and subject_id = any ($2) order by subject_id, (status = 'pending') desc, id desc"#,
        tx.org().0,
        proposals,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|r| (r.subject_id, r.id)).collect())
}

/// When the changes of these events were taken back, of those that were and stayed so.
async fn taken_back(tx: &mut Tx, events: &[Uuid]) -> Result<HashMap<Uuid, DateTime<Utc>>> {
    if events.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        r#"select u.undoes as "event!", u.at from event u
           where u.org_id = $1 and u.undoes = any ($2) and not exists (select from event r where r.org_id = u.org_id and r.undoes = u.id)"#,
        tx.org().0,
        events,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|r| (r.event, r.at)).collect())
}

/// The proposals of runs, oldest first.
///
/// # Errors
/// When the database is gone.
pub async fn of_runs(tx: &mut Tx, runs: &[Uuid]) -> Result<Vec<Proposal>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, run_id, kind, status, opportunity_id, account_id, contact_id, lead_id, target_name, base_version, diff, diff_hash, reason, evidence, tainted,
                confidence, requested_by, decided_by, decided_at, decision_reason, event_id, stale, automatic, created_at, expires_at
         from proposal where org_id = $1 and run_id = any ($2) order by created_at, id",
        tx.org().0,
        runs,
    )
    .fetch_all(tx.db())
    .await?;
    named(tx, rows).await
}

/// One proposal that the actor may see; `lock` keeps others from deciding on it until the transaction ends.
///
/// # Errors
/// 404.
pub async fn find(tx: &mut Tx, id: ProposalId, lock: bool) -> Result<Proposal> {
    if lock {
        sqlx::query_scalar!("select id from proposal where org_id = $1 and id = $2 for update", tx.org().0, id.0)
            .fetch_optional(tx.db())
            .await?
            .or_not_found("proposal")?;
    }
    let row = sqlx::query_as!(
        Row,
        "select id, run_id, kind, status, opportunity_id, account_id, contact_id, lead_id, target_name, base_version, diff, diff_hash, reason, evidence, tainted,
                confidence, requested_by, decided_by, decided_at, decision_reason, event_id, stale, automatic, created_at, expires_at
         from proposal where org_id = $1 and id = $2",
        tx.org().0,
        id.0,
    )
    .fetch_optional(tx.db())
    .await?
    .or_not_found("proposal")?;
    named(tx, vec![row]).await?.pop().or_not_found("proposal")
}

/// Which proposals a list asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    pub status: Option<Status>,
    /// The record they are about.
    pub subject: Option<Uuid>,
}

/// A page, newest first.
///
/// # Errors
/// 400 `invalid_cursor`.
pub async fn page(tx: &mut Tx, wanted: Wanted, limit: u16, cursor: Option<&str>) -> Result<Page<Proposal>> {
    let after = cursor.map(|c| Cursor::<(DateTime<Utc>, Uuid)>::decode(c, "proposals")).transpose()?.map(|c| c.keys);
    let (status, expired) = match wanted.status {
        Some(Status::Expired) => (Some(Status::Pending.as_str()), Some(true)),
        Some(Status::Pending) => (Some(Status::Pending.as_str()), Some(false)),
        other => (other.map(Status::as_str), None),
    };
    let now = tx.now();
    let mut rows = sqlx::query_as!(
        Row,
        "select id, run_id, kind, status, opportunity_id, account_id, contact_id, lead_id, target_name, base_version, diff, diff_hash, reason, evidence, tainted,
                confidence, requested_by, decided_by, decided_at, decision_reason, event_id, stale, automatic, created_at, expires_at
         from proposal
         where org_id = $1 and ($2::text is null or status = $2) and ($3::bool is null or (expires_at <= $4) = $3)
           and ($5::uuid is null or $5 in (opportunity_id, account_id, contact_id, lead_id))
           and ($6::timestamptz is null or (created_at, id) < ($6, $7::uuid))
         order by created_at desc, id desc limit $8",
        tx.org().0,
        status,
        expired,
        now,
        wanted.subject,
        after.map(|a| a.0),
        after.map(|a| a.1),
        i64::from(limit) + 1,
    )
    .fetch_all(tx.db())
    .await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(limit.into());
    let last = rows.last().filter(|_| more).map(|r| (r.created_at, r.id));
    let next_cursor = last.map(|keys| Cursor { query: "proposals".to_owned(), keys }.encode()).transpose()?;
    Ok(Page { items: named(tx, rows).await?, next_cursor, total: None.into() })
}

/// How a decision ended.
#[derive(Debug)]
pub struct Decision<'a> {
    pub status: Status,
    pub reason: Option<&'a str>,
    pub event: Option<EventId>,
    pub stale: Option<&'a Stale>,
}

/// Records a decision of the actor.
///
/// # Errors
/// When the database is gone.
pub async fn decide(tx: &mut Tx, id: ProposalId, decision: &Decision<'_>) -> Result<()> {
    let (by, at) = match decision.status {
        // Nobody has decided on what turned out stale.
        Status::Stale => (None, None),
        _ => (tx.user().map(|u| u.0), Some(tx.now())),
    };
    let stale = decision.stale.map(serde_json::to_value).transpose().map_err(Error::internal)?;
    sqlx::query!(
        "update proposal set status = $3, decided_by = $4, decided_at = $5, decision_reason = $6, event_id = $7, stale = $8 where org_id = $1 and id = $2",
        tx.org().0,
        id.0,
        decision.status.as_str(),
        by,
        at,
        decision.reason,
        decision.event.map(|e| e.0),
        stale,
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Notes that a proposal was applied without asking.
///
/// # Errors
/// When the database is gone.
pub async fn was_automatic(tx: &mut Tx, id: ProposalId) -> Result<()> {
    sqlx::query!("update proposal set automatic = true where org_id = $1 and id = $2", tx.org().0, id.0)
        .execute(tx.db())
        .await?;
    Ok(())
}

/// Whether each field that a proposal changes was last written by an approved proposal, as it was proposed. What a person wrote, or
/// has edited in approving, is theirs.
///
/// # Errors
/// When the database is gone.
pub async fn agent_wrote(tx: &mut Tx, proposal: &Proposal) -> Result<bool> {
    let fields: Vec<String> = proposal.diff.iter().map(|one| one.field.clone()).collect();
    let all = sqlx::query_scalar!(
        r#"select bool_and(coalesce(last.by_agent, false)) as "all!"
           from unnest($3::text[]) as f (field)
           left join lateral (
               select exists (select from proposal p
                              where p.org_id = e.org_id and p.event_id = e.id and p.status = 'approved'
                                and not exists (select from event a where a.org_id = p.org_id and a.subject_id = p.id and a.type = 'proposal.approved'
                                                and a.data -> 'edited' ? f.field)) as by_agent
               from event e
               where e.org_id = $1 and e.subject_id = $2 and e.subject_type = 'opportunity'
                 and e.changes @> jsonb_build_array(jsonb_build_object('field', f.field))
               order by e.at desc, e.id desc limit 1) as last on true"#,
        tx.org().0,
        proposal.target.id,
        &fields,
    )
    .fetch_one(tx.db())
    .await?;
    Ok(all)
}
