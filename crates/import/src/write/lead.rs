//! Leads of an import.

use dealwright_access::context::permission;
use dealwright_access::policy::{Object as Guarded, UpdateLead};
use dealwright_kernel::id::{EventId, ImportId, LeadId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Event, Subject, Tx};
use dealwright_workflow::rule::RuleObject;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::account::phone;
use super::named::Kind;
use super::{Insert, NewRow, Ready, Wanted, Writer, insert_rows, of_import, refused, tags};
use crate::check::Record;
use crate::field::OptionKind;
use crate::store::Fate;
use dealwright_crm::assignment::decide::{Subject as Arrived, decide};
use dealwright_crm::choice::Category;
use dealwright_crm::lead::{self, Lead, LeadPatch};
use dealwright_crm::rule;

struct Leads(ImportId);

impl Insert for Leads {
    const RULED: Option<RuleObject> = Some(RuleObject::Lead);

    async fn insert(&self, tx: &mut Tx, rows: Json) -> Result<()> {
        let (org, now) = (tx.org().0, tx.now());
        sqlx::query!(
            "insert into lead (org_id, id, first_name, last_name, name, company, title, email, phone, website, country, rating, description, status_id,
                 source_id, industry_id, region_id, owner_id, team_id, tags, custom, external_id, import_id, created_at, updated_at)
             select $1, e.id, e.first_name, e.last_name, e.name, e.company, e.title, e.email, e.phone, e.website, e.country, e.rating, e.description, e.status_id,
                 e.source_id, e.industry_id, e.region_id, e.owner_id, e.team_id, e.tags, coalesce(e.custom, '{}'), e.external_id, $2, $3, $3
             from jsonb_to_recordset($4) as e (id uuid, first_name text, last_name text, name text, company text, title text, email text, phone text,
                 website text, country text, rating text, description text, status_id uuid, source_id uuid, industry_id uuid, region_id uuid,
                 owner_id uuid, team_id uuid, tags text[], custom jsonb, external_id text)",
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
    pub(super) async fn create_leads(&self, tx: &mut Tx, creates: Vec<Ready>) -> Result<Vec<Fate>> {
        let status = lead::store::status_of(tx, Category::New).await?.map(|id| id.0);
        let (mut rows, mut fates, mut unowned) = (Vec::with_capacity(creates.len()), Vec::new(), Vec::new());
        for ready in creates {
            match self.new_lead(tx, &ready, status) {
                Ok(row) => {
                    if ready.record.reference("owner").is_none() {
                        unowned.push(row.id);
                    }
                    rows.push(row);
                }
                Err(error) => fates.push(refused(ready.row, error)?),
            }
        }
        fates.extend(insert_rows(tx, rows, &Leads(self.import.id)).await?);
        if self.import.options.assign {
            let landed = |id: &Uuid| fates.iter().any(|fate| fate.record_id == Some(*id));
            for id in unowned.into_iter().filter(landed).collect::<Vec<_>>() {
                self.assign(tx, LeadId(id)).await?;
            }
        }
        Ok(fates)
    }

    fn new_lead(&self, tx: &Tx, ready: &Ready, status: Option<Uuid>) -> Result<NewRow> {
        let record = &ready.record;
        let (owner, team) = self.owner(record)?;
        self.may_create(Guarded::Lead, owner, team)?;
        let (first, last) =
            (record.text("first_name").unwrap_or_default(), record.text("last_name").unwrap_or_default());
        let person = format!("{first} {last}").trim().to_owned();
        let name = if person.is_empty() { record.text("company").unwrap_or_default().to_owned() } else { person };
        let listed = |field: &str, kind| self.reference(record, field, Kind::Option(kind));
        let status = listed("status", OptionKind::LeadStatus).or(status);
        let status = status.ok_or_else(|| Error::field("status", "required", "no status for new leads is offered"))?;
        let id = tx.new_id();
        let columns = json!({
            "id": id,
            "first_name": first,
            "last_name": last,
            "name": name,
            "company": record.text("company"),
            "title": record.text("title"),
            "email": record.text("email"),
            "phone": phone(record),
            "website": record.text("website"),
            "country": record.text("country"),
            "rating": record.text("rating"),
            "description": record.text("description"),
            "status_id": status,
            "source_id": listed("source", OptionKind::Source),
            "industry_id": listed("industry", OptionKind::Industry),
            "region_id": listed("region", OptionKind::Region),
            "owner_id": owner,
            "team_id": team,
            "tags": tags(record).cloned().unwrap_or_default(),
            "custom": self.new_custom(record)?,
            "external_id": record.text("external_id"),
        });
        let subject = Subject { object: "lead", id, name, version: Some(1) };
        let event = Event::with_id(EventId(tx.new_id()), "lead.created", subject).on_lead(Some(LeadId(id)));
        Ok(NewRow { row: ready.row, id, columns, events: vec![of_import(event, self.import.id)] })
    }

    /// Gives a lead that the import has just made to whom the assignment rules choose. One whose new owner a validation
    /// rule refuses stays with who imports.
    async fn assign(&self, tx: &mut Tx, id: LeadId) -> Result<()> {
        let Some(mut arrived) = Arrived::of(tx, id).await? else { return Ok(()) };
        let Some(decision) = decide(tx, &arrived, true).await? else { return Ok(()) };
        decision.put(&mut arrived.facts);
        if let Err(error) = rule::judge_facts(tx, RuleObject::Lead, arrived.facts).await {
            if error.outcome.status().is_client_error() {
                tracing::info!(%error, "an imported lead stays with who imports");
                return Ok(());
            }
            return Err(error);
        }
        dealwright_crm::assignment::store::place(tx, id, decision.owner.id, decision.owner.team).await?;
        if let Some(lead) = lead::store::find(tx, id, false).await? {
            tx.emit(of_import(lead.event(tx, "assigned").data(decision.told()), self.import.id));
        }
        Ok(())
    }

    pub(super) async fn update_lead(&self, tx: &mut Tx, record: &Record) -> Result<Option<Uuid>> {
        let Some(id) = record.target else { return Ok(None) };
        let mut wanted = Wanted::default();
        for field in [
            "first_name",
            "last_name",
            "company",
            "title",
            "email",
            "website",
            "country",
            "rating",
            "description",
            "external_id",
        ] {
            wanted.text(record, field);
        }
        wanted.put("phone", phone(record));
        for (field, column, kind) in [
            ("status", "status_id", OptionKind::LeadStatus),
            ("source", "source_id", OptionKind::Source),
            ("industry", "industry_id", OptionKind::Industry),
            ("region", "region_id", OptionKind::Region),
        ] {
            wanted.put(column, self.reference(record, field, Kind::Option(kind)));
        }
        wanted.put("owner_id", record.reference("owner"));
        wanted.tags(record);
        wanted.custom(self.custom(record));
        let patch = LeadPatch::from_values(wanted.0)?;
        let permit = self.cx.permit_for::<Lead>(tx, LeadId(id), permission::<UpdateLead>()).await?;
        let version = permit.version;
        let written = lead::write::update(self.cx, tx, permit, version, patch, None).await?;
        Ok(written.event.map(|event| event.0))
    }
}
