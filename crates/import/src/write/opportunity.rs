//! Opportunities of an import. A new one brings its own history: when it was first engaged and when it closed; a deal
//! that was lost elsewhere needs no reason here. A change of one that is there passes the same gate as anybody's.

use std::collections::HashMap;

use chrono::{DateTime, NaiveTime, Utc};
use dealwright_access::context::permission;
use dealwright_access::policy::{Object as Guarded, UpdateOpportunity};
use dealwright_kernel::id::{OpportunityId, StageId};
use dealwright_kernel::{Error, Money, Result};
use dealwright_store::{Change, Event, Tx};
use dealwright_workflow::rule::RuleObject;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::named::Kind;
use super::{Insert, NewRow, Ready, Wanted, Writer, day, insert_rows, integer, of_import, refused, tags};
use crate::check::{Record, Value};
use crate::field::OptionKind;
use crate::store::Fate;
use dealwright_crm::opportunity::{self, ForecastCategory, Opportunity, OpportunityPatch, moving};
use dealwright_crm::pipeline::Stage;
use dealwright_kernel::id::ImportId;

/// Inserts opportunities and their product lines.
struct Opportunities(ImportId);

impl Insert for Opportunities {
    const RULED: Option<RuleObject> = Some(RuleObject::Opportunity);

    async fn insert(&self, tx: &mut Tx, rows: Json) -> Result<()> {
        let (org, now) = (tx.org().0, tx.now());
        sqlx::query!(
            "insert into opportunity (org_id, id, name, account_id, primary_contact_id, pipeline_id, stage_id, amount_minor, currency, amount_base, close_date,
                 probability, forecast_category, type_id, source_id, industry_id, region_id, owner_id, team_id, next_step, lost_reason_id, tags, custom, external_id,
                 import_id, created_at, updated_at, stage_entered_at, closed_at, follow_up_date)
             select $1, e.id, e.name, e.account_id, e.primary_contact_id, e.pipeline_id, e.stage_id, e.amount_minor, e.currency, e.amount_base, e.close_date,
                 e.probability, e.forecast_category, e.type_id, e.source_id, e.industry_id, e.region_id, e.owner_id, e.team_id, e.next_step, e.lost_reason_id,
                 e.tags, e.custom, e.external_id, $2, e.created_at, $3, e.stage_entered_at, e.closed_at, e.follow_up_date
             from jsonb_to_recordset($4) as e (id uuid, name text, account_id uuid, primary_contact_id uuid, pipeline_id uuid, stage_id uuid, amount_minor bigint,
                 currency text, amount_base bigint, close_date date, probability bigint, forecast_category text, type_id uuid, source_id uuid, industry_id uuid,
                 region_id uuid, owner_id uuid, team_id uuid, next_step text, lost_reason_id uuid, tags text[], custom jsonb, external_id text, created_at timestamptz,
                 stage_entered_at timestamptz, closed_at timestamptz, follow_up_date date)",
            org,
            self.0.0,
            now,
            rows,
        )
        .execute(tx.db())
        .await?;
        sqlx::query!(
            "insert into opportunity_line (org_id, id, opportunity_id, product_id, quantity, price_minor, currency)
             select $1, e.line_id, e.id, e.product_id, 1, e.price_minor, e.price_currency
             from jsonb_to_recordset($2) as e (id uuid, line_id uuid, product_id uuid, price_minor bigint, price_currency text) where e.product_id is not null",
            org,
            rows,
        )
        .execute(tx.db())
        .await?;
        Ok(())
    }
}

impl Writer<'_> {
    pub(super) async fn create_opportunities(&self, tx: &mut Tx, creates: Vec<Ready>) -> Result<Vec<Fate>> {
        let (mut rows, mut fates) = (Vec::with_capacity(creates.len()), Vec::new());
        let mut entering = HashMap::new();
        for ready in creates {
            match self.admitted(tx, &ready, &mut entering).await {
                Ok(row) => rows.push(row),
                Err(error) => fates.push(refused(ready.row, error)?),
            }
        }
        fates.extend(insert_rows(tx, rows, &Opportunities(self.import.id)).await?);
        Ok(fates)
    }

    /// A new deal that its stage has room for, beside those `entering` with it.
    async fn admitted(&self, tx: &mut Tx, ready: &Ready, entering: &mut HashMap<StageId, i64>) -> Result<NewRow> {
        let row = self.new_opportunity(tx, ready)?;
        let stage = self.stage(&ready.record)?;
        let tried = tx.attempts();
        if let Json::Object(fields) = &row.columns {
            moving::admit_imported(self.cx, tx, OpportunityId(row.id), fields, stage).await?;
        }
        let more = entering.get(&stage.id).copied().unwrap_or_default() + 1;
        moving::make_room(tx, stage, more).await.inspect_err(|error| tx.attempts_failed(tried, &error.code))?;
        entering.insert(stage.id, more);
        Ok(row)
    }

    fn new_opportunity(&self, tx: &Tx, ready: &Ready) -> Result<NewRow> {
        let record = &ready.record;
        let (owner, team) = self.owner(record)?;
        self.may_create(Guarded::Opportunity, owner, team)?;
        let stage = self.stage(record)?;
        if self.closed_to_us.contains(&stage.pipeline_id.0) {
            return Err(Error::field("stage", "not_usable", "the pipeline is archived, or for other teams"));
        }
        let amount = self.money(record, "amount")?;
        let amount_base = amount.map(|amount| self.in_base(amount)).transpose()?;
        let product = self.reference(record, "product", Kind::Product);
        let price = product.map(|product| self.price(product, amount));
        let name = record.text("name").unwrap_or_default();
        let dates = Dates::of(record, stage, tx.now());
        let account = self.reference(record, "account", Kind::Account);
        let contact = self.reference(record, "primary_contact", Kind::Contact);
        let option = |field: &str, kind| self.reference(record, field, Kind::Option(kind));
        let id = tx.new_id();
        let forecast = forecast(record, stage);
        let custom = self.new_custom(record)?;
        let mut columns = json!({
            "id": id,
            "name": name,
            "account_id": account,
            "primary_contact_id": contact,
            "pipeline_id": stage.pipeline_id,
            "stage_id": stage.id,
            "amount_minor": amount.map(|amount| amount.minor),
            "currency": amount.map(|amount| amount.currency),
            "amount_base": amount_base,
            "close_date": dates.close,
            "probability": integer(record, "probability").unwrap_or(stage.probability.into()),
            "forecast_category": forecast,
            "type_id": option("type", OptionKind::OpportunityType),
            "source_id": option("source", OptionKind::Source),
            "industry_id": option("industry", OptionKind::Industry),
            "region_id": option("region", OptionKind::Region),
            "lost_reason_id": option("lost_reason", OptionKind::LossReason),
            "owner_id": owner,
            "team_id": team,
            "next_step": record.text("next_step"),
            "follow_up_date": day(record, "follow_up_date"),
            "tags": tags(record).cloned().unwrap_or_default(),
            "custom": &custom,
            "external_id": record.text("external_id"),
            "created_at": dates.created,
            "stage_entered_at": dates.entered,
            "closed_at": dates.closed,
            "line_id": product.map(|_| tx.new_id()),
            "product_id": product,
            "price_minor": price.map(|price| price.minor),
            "price_currency": price.map(|price| price.currency),
        });
        if let Json::Object(fields) = &mut columns {
            fields.insert("amount".into(), json!(amount));
            fields.extend(custom.iter().map(|(key, value)| (format!("custom.{key}"), value.clone())));
        }
        let events = self.new_events(tx, id, name, stage, &dates, (account, contact));
        Ok(NewRow { row: ready.row, id, columns, events })
    }

    fn stage(&self, record: &Record) -> Result<&Stage> {
        let unknown = || Error::field("stage", "unknown_reference", "this stage is no longer here");
        match record.reference("stage") {
            Some(id) => self.stages.get(&id).ok_or_else(unknown),
            None => self.first_stage.as_ref().ok_or_else(unknown),
        }
    }

    /// What the product was sold for: the deal's amount where it has one, else the list price.
    fn price(&self, product: Uuid, amount: Option<Money>) -> Money {
        let listed = self.prices.get(&product).copied();
        amount.filter(|amount| amount.minor > 0).or(listed).unwrap_or(Money::new(0, self.base))
    }

    /// It was created; and, where it closed later than it was engaged, it was moved then.
    fn new_events(
        &self,
        tx: &Tx,
        id: Uuid,
        name: &str,
        stage: &Stage,
        dates: &Dates,
        about: (Option<Uuid>, Option<Uuid>),
    ) -> Vec<Event> {
        let event = |verb: &str, version: i64, at: DateTime<Utc>| {
            let (account, contact) = (about.0.map(Into::into), about.1.map(Into::into));
            let mut event = of_import(
                opportunity::event(tx, verb, OpportunityId(id), name, version, account, contact),
                self.import.id,
            );
            event.at = Some(at.min(tx.now()));
            event
        };
        let later = dates.entered > dates.created;
        let mut created = event("created", 1, dates.created).data(json!({ "imported_at": tx.now() }));
        if !later {
            created.data = json!({ "imported_at": tx.now(), "stage_id": stage.id });
            return vec![created];
        }
        let change = Change {
            field: "stage_id".into(),
            old: Json::Null,
            new: json!(stage.id),
            old_label: None,
            new_label: Some(stage.name.clone()),
        };
        vec![created, event("moved", 1, dates.entered).changes(vec![change])]
    }

    pub(super) async fn update_opportunity(&self, tx: &mut Tx, record: &Record) -> Result<Option<Uuid>> {
        let Some(id) = record.target else { return Ok(None) };
        let patch = OpportunityPatch::from_values(self.wanted_of_opportunity(record)?.0)?;
        let permit =
            self.cx.permit_for::<Opportunity>(tx, OpportunityId(id), permission::<UpdateOpportunity>()).await?;
        let version = permit.version;
        let written = opportunity::write::update(self.cx, tx, permit, version, patch, None).await?;
        Ok(written.event.map(|event| event.0))
    }

    fn wanted_of_opportunity(&self, record: &Record) -> Result<Wanted> {
        let mut wanted = Wanted::default();
        // A name that was made up for a new deal is no reason to rename an old one.
        if self.import.mapping.iter().flatten().any(|field| field == "name") {
            wanted.text(record, "name");
        }
        wanted.put("account_id", self.reference(record, "account", Kind::Account));
        wanted.put("primary_contact_id", self.reference(record, "primary_contact", Kind::Contact));
        wanted.put("stage_id", record.reference("stage"));
        wanted.put("amount", self.money(record, "amount")?);
        wanted.day(record, "close_date");
        wanted.integer(record, "probability");
        wanted.text(record, "forecast_category");
        for (field, kind) in [
            ("type", OptionKind::OpportunityType),
            ("source", OptionKind::Source),
            ("industry", OptionKind::Industry),
            ("region", OptionKind::Region),
            ("lost_reason", OptionKind::LossReason),
        ] {
            wanted.put(&format!("{field}_id"), self.reference(record, field, Kind::Option(kind)));
        }
        wanted.put("owner_id", record.reference("owner"));
        wanted.text(record, "next_step");
        wanted.day(record, "follow_up_date");
        wanted.tags(record);
        wanted.custom(self.custom(record));
        Ok(wanted)
    }
}

fn forecast(record: &Record, stage: &Stage) -> ForecastCategory {
    let said = record.text("forecast_category").and_then(|word| word.parse().ok());
    said.unwrap_or_else(|| ForecastCategory::Pipeline.entering(stage.kind))
}

/// When an imported deal began, entered its stage and closed.
struct Dates {
    created: DateTime<Utc>,
    entered: DateTime<Utc>,
    closed: Option<DateTime<Utc>>,
    close: Option<chrono::NaiveDate>,
}

impl Dates {
    /// An open deal has been in its stage since it was engaged, as far as the file knows; a closed one since its close
    /// date. What the file doesn't say happened now.
    fn of(record: &Record, stage: &Stage, now: DateTime<Utc>) -> Self {
        let close = day(record, "close_date");
        let engaged = match record.get("created_at") {
            Some(Value::Moment(at)) => Some((*at).min(now)),
            _ => None,
        };
        let closed =
            stage.kind.is_closed().then(|| close.map_or(now, |date| date.and_time(NaiveTime::MIN).and_utc().min(now)));
        let created = engaged.or(closed).unwrap_or(now);
        let closed = closed.map(|closed| closed.max(created));
        Self { created, entered: closed.unwrap_or(created), closed, close }
    }
}
