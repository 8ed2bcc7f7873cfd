//! Activities of an import: each stands on timelines at the time it happened.

use dealwright_access::context::permission;
use dealwright_access::policy::{Object as Guarded, UpdateActivity};
use dealwright_kernel::id::{
    AccountId, ActivityId, ContactId, EventId, ImportId, LeadId, OpportunityId, TeamId, UserId,
};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Event, Subject, Tx};
use dealwright_workflow::rule::RuleObject;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::named::Kind;
use super::task::Around;
use super::{Insert, NewRow, Ready, Wanted, Writer, insert_rows, integer, moment, of_import, refused, undo};
use crate::check::Record;
use crate::field::OptionKind;
use crate::store::Fate;
use dealwright_crm::activity::{self, Activity, ActivityKind, ActivityPatch};

struct Activities(ImportId);

impl Insert for Activities {
    const RULED: Option<RuleObject> = None;

    async fn insert(&self, tx: &mut Tx, rows: Json) -> Result<()> {
        let (org, now) = (tx.org().0, tx.now());
        sqlx::query!(
            "insert into activity (org_id, id, kind, subject, body, direction, duration_minutes, outcome_id, occurred_at, owner_id, team_id, opportunity_id,
                 account_id, contact_id, lead_id, entry_id, external_id, import_id, created_at, updated_at)
             select $1, e.id, e.kind, e.subject, e.body, e.direction, e.duration_minutes, e.outcome_id, e.occurred_at, e.owner_id, e.team_id,
                 e.opportunity_id, e.account_id, e.contact_id, e.lead_id, e.entry_id, e.external_id, $2, $3, $3
             from jsonb_to_recordset($4) as e (id uuid, kind text, subject text, body text, direction text, duration_minutes int, outcome_id uuid,
                 occurred_at timestamptz, owner_id uuid, team_id uuid, opportunity_id uuid, account_id uuid, contact_id uuid, lead_id uuid,
                 entry_id uuid, external_id text)",
            org,
            self.0.0,
            now,
            rows,
        )
        .execute(tx.db())
        .await?;
        Ok(())
    }
}

impl Writer<'_> {
    pub(super) async fn create_activities(&self, tx: &mut Tx, creates: Vec<Ready>) -> Result<Vec<Fate>> {
        let around = self.around(tx, &creates).await?;
        let (mut rows, mut fates) = (Vec::with_capacity(creates.len()), Vec::new());
        for ready in creates {
            match self.new_activity(tx, &ready, &around) {
                Ok(row) => rows.push(row),
                Err(error) => fates.push(refused(ready.row, error)?),
            }
        }
        fates.extend(insert_rows(tx, rows, &Activities(self.import.id)).await?);
        Ok(fates)
    }

    /// One logs one's own; and those of whose activities one may change.
    fn may_log_for(&self, owner: UserId, team: Option<TeamId>) -> Result<()> {
        let actor = self.cx.actor();
        if owner == actor.user || actor.reaches(permission::<UpdateActivity>(), owner, team) {
            return self.may_create(Guarded::Activity, actor.user, actor.team);
        }
        let refused = "your roles do not let you log what this person did";
        Err(Error::forbidden("owner_out_of_scope", refused).on("owner"))
    }

    fn new_activity(&self, tx: &Tx, ready: &Ready, around: &Around) -> Result<NewRow> {
        let record = &ready.record;
        let (owner, team) = self.owner(record)?;
        self.may_log_for(owner, team)?;
        let about = self.about(record);
        let kind: ActivityKind = record.text("kind").unwrap_or("note").parse()?;
        let (id, entry) = (tx.new_id(), EventId(tx.new_id()));
        let at = moment(record, "occurred_at").unwrap_or(tx.now());
        let subject = record.text("subject");
        let columns = json!({
            "id": id,
            "kind": kind,
            "subject": subject,
            "body": record.text("body"),
            "direction": record.text("direction"),
            "duration_minutes": integer(record, "duration"),
            "outcome_id": self.outcome(record),
            "occurred_at": at,
            "owner_id": owner,
            "team_id": team,
            "opportunity_id": about.opportunity,
            "account_id": about.account,
            "contact_id": about.contact,
            "lead_id": about.lead,
            "entry_id": entry,
            "external_id": record.text("external_id"),
        });
        let name = subject.unwrap_or(kind.as_str()).to_owned();
        let event =
            Event::with_id(entry, "activity.logged", Subject { object: "activity", id, name, version: Some(1) });
        let mut event = around.stand_on(about, event.data(json!({ "kind": kind, "activity_id": id })));
        event.at = Some(at);
        Ok(NewRow { row: ready.row, id, columns, events: vec![of_import(event, self.import.id)] })
    }

    fn outcome(&self, record: &Record) -> Option<Uuid> {
        self.reference(record, "call_outcome", Kind::Option(OptionKind::CallOutcome))
            .or_else(|| self.reference(record, "meeting_outcome", Kind::Option(OptionKind::MeetingOutcome)))
    }

    pub(super) async fn update_activity(&self, tx: &mut Tx, record: &Record) -> Result<Option<Uuid>> {
        let Some(id) = record.target else { return Ok(None) };
        let mut wanted = Wanted::default();
        // What the file does not say of what kind it was, was said before.
        if self.import.mapping.iter().flatten().any(|field| field == "kind") {
            wanted.text(record, "kind");
        }
        for field in ["subject", "body", "direction"] {
            wanted.text(record, field);
        }
        wanted.put("occurred_at", moment(record, "occurred_at"));
        wanted.put("duration_minutes", integer(record, "duration"));
        wanted.put("outcome_id", self.outcome(record));
        self.want_about(&mut wanted, record);
        let patch = ActivityPatch::from_values(wanted.0)?;
        let permit = self.cx.permit_for::<Activity>(tx, ActivityId(id), permission::<UpdateActivity>()).await?;
        let version = permit.version;
        let written = activity::write::update(self.cx, tx, permit, version, patch, None).await?;
        Ok(written.event.map(|event| event.0))
    }
}

/// Puts the import's activities into the bin, and off the timelines.
pub(super) async fn bin(tx: &mut Tx, import: ImportId, ids: &[Uuid]) -> Result<i64> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query!(
        r#"update activity set deleted_at = $3, updated_at = $3, version = version + 1
           where org_id = $1 and id = any ($2) and deleted_at is null
           returning id, case when private then kind else coalesce(subject, kind) end as "name!", kind, version,
                     opportunity_id as "opportunity: OpportunityId", account_id as "account: AccountId",
                     contact_id as "contact: ContactId", lead_id as "lead: LeadId""#,
        org,
        ids,
        now,
    )
    .fetch_all(tx.db())
    .await?;
    let events = rows.into_iter().map(|row| {
        let subject = Subject { object: "activity", id: row.id, name: row.name, version: Some(row.version) };
        let event = Event::with_id(EventId(tx.new_id()), "activity.deleted", subject);
        let event = event.data(json!({ "kind": row.kind, "activity_id": row.id }));
        event.about(row.opportunity, row.account, row.contact).on_lead(row.lead)
    });
    let events = events.collect();
    Ok(undo::emit(tx, import, events))
}
