//! Accounts of an import.

use dealwright_access::context::permission;
use dealwright_access::policy::{Object as Guarded, UpdateAccount};
use dealwright_kernel::Result;
use dealwright_kernel::id::{AccountId, EventId, ImportId};
use dealwright_store::{Event, Subject, Tx};
use dealwright_workflow::rule::RuleObject;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::named::Kind;
use super::{Insert, NewRow, Ready, Wanted, Writer, insert_rows, integer, of_import, refused, tags};
use crate::check::Record;
use crate::field::OptionKind;
use crate::store::Fate;
use crate::values;
use dealwright_crm::account::{self, Account, AccountPatch};

/// Inserts accounts.
pub(super) struct Accounts(pub ImportId);

impl Insert for Accounts {
    const RULED: Option<RuleObject> = Some(RuleObject::Account);

    async fn insert(&self, tx: &mut Tx, rows: Json) -> Result<()> {
        let (org, now) = (tx.org().0, tx.now());
        sqlx::query!(
            "insert into account (org_id, id, name, domain, phone, website, industry_id, region_id, parent_id, employees, revenue_minor, currency, founded_year,
                 country, owner_id, team_id, tags, custom, external_id, import_id, created_at, updated_at)
             select $1, e.id, e.name, e.domain, e.phone, e.website, e.industry_id, e.region_id, e.parent_id, e.employees, e.revenue_minor, e.currency,
                 e.founded_year, e.country, e.owner_id, e.team_id, e.tags, coalesce(e.custom, '{}'), e.external_id, $2, $3, $3
             from jsonb_to_recordset($4) as e (id uuid, name text, domain text, phone text, website text, industry_id uuid, region_id uuid, parent_id uuid,
                 employees bigint, revenue_minor bigint, currency text, founded_year int, country text, owner_id uuid, team_id uuid, tags text[],
                 custom jsonb, external_id text)",
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

/// That an account was created by the import.
pub(super) fn created(tx: &Tx, import: ImportId, id: Uuid, name: &str) -> Event {
    let subject = Subject { object: "account", id, name: name.to_owned(), version: Some(1) };
    of_import(
        Event::with_id(EventId(tx.new_id()), "account.created", subject).about(None, Some(AccountId(id)), None),
        import,
    )
}

impl Writer<'_> {
    pub(super) async fn create_accounts(&self, tx: &mut Tx, creates: Vec<Ready>) -> Result<Vec<Fate>> {
        let (mut rows, mut fates) = (Vec::with_capacity(creates.len()), Vec::new());
        for ready in creates {
            match self.new_account(tx, &ready) {
                Ok(row) => rows.push(row),
                Err(error) => fates.push(refused(ready.row, error)?),
            }
        }
        fates.extend(insert_rows(tx, rows, &Accounts(self.import.id)).await?);
        Ok(fates)
    }

    fn new_account(&self, tx: &Tx, ready: &Ready) -> Result<NewRow> {
        let record = &ready.record;
        let (owner, team) = self.owner(record)?;
        self.may_create(Guarded::Account, owner, team)?;
        let revenue = self.money(record, "annual_revenue")?;
        let name = record.text("name").unwrap_or_default();
        let id = tx.new_id();
        let option = |field: &str, kind| self.reference(record, field, Kind::Option(kind));
        let columns = json!({
            "id": id,
            "name": name,
            "domain": domain(record),
            "phone": phone(record),
            "website": record.text("website"),
            "industry_id": option("industry", OptionKind::Industry),
            "region_id": option("region", OptionKind::Region),
            "parent_id": record.reference("parent"),
            "employees": integer(record, "employees"),
            "revenue_minor": revenue.map(|money| money.minor),
            "currency": revenue.map(|money| money.currency),
            "founded_year": integer(record, "founded_year"),
            "country": record.text("country"),
            "owner_id": owner,
            "team_id": team,
            "tags": tags(record).cloned().unwrap_or_default(),
            "custom": self.new_custom(record)?,
            "external_id": record.text("external_id"),
        });
        Ok(NewRow { row: ready.row, id, columns, events: vec![created(tx, self.import.id, id, name)] })
    }

    pub(super) async fn update_account(&self, tx: &mut Tx, record: &Record) -> Result<Option<Uuid>> {
        let Some(id) = record.target else { return Ok(None) };
        let mut wanted = Wanted::default();
        for field in ["name", "website", "country", "external_id"] {
            wanted.text(record, field);
        }
        wanted.put("domain", domain(record));
        wanted.put("phone", phone(record));
        wanted.put("industry_id", self.reference(record, "industry", Kind::Option(OptionKind::Industry)));
        wanted.put("region_id", self.reference(record, "region", Kind::Option(OptionKind::Region)));
        wanted.put("parent_id", record.reference("parent").filter(|parent| *parent != id));
        wanted.integer(record, "employees");
        wanted.put("annual_revenue", self.money(record, "annual_revenue")?);
        wanted.integer(record, "founded_year");
        wanted.put("owner_id", record.reference("owner"));
        wanted.tags(record);
        wanted.custom(self.custom(record));
        let patch = AccountPatch::from_values(wanted.0)?;
        let permit = self.cx.permit_for::<Account>(tx, AccountId(id), permission::<UpdateAccount>()).await?;
        let version = permit.version;
        let written = account::write::update(self.cx, tx, permit, version, patch, None).await?;
        Ok(written.event.map(|event| event.0))
    }
}

/// The domain as given, or that of the web site.
fn domain(record: &Record) -> Option<String> {
    record.text("domain").map(str::to_owned).or_else(|| values::domain(record.text("website")?))
}

pub(super) fn phone(record: &Record) -> Option<&str> {
    record.text("phone")
}

/// Ties accounts that rows of the import made to parents of the same file, by name or external id.
///
/// # Errors
/// When the database is gone.
pub async fn tie_parents(tx: &mut Tx, import: ImportId, parents: &[(i64, String)]) -> Result<()> {
    for parents in parents.chunks(1_000) {
        let (rows, names): (Vec<i64>, Vec<String>) = parents.iter().cloned().unzip();
        sqlx::query!(
            "update account a set parent_id = p.id
             from unnest($3::bigint[], $4::text[]) as w (row, parent)
             join import_row r on r.org_id = $1 and r.import_id = $2 and r.row = w.row and r.record_id is not null
             join lateral (
                 select c.id from account c
                 where c.org_id = $1 and c.deleted_at is null and (c.external_id = w.parent or c.name_sort = lower(w.parent))
                 order by (c.import_id = $2) is true desc, c.id limit 1) as p on true
             where a.org_id = $1 and a.id = r.record_id and a.parent_id is null and p.id <> a.id",
            tx.org().0,
            import.0,
            &rows,
            &names,
        )
        .execute(tx.db())
        .await?;
    }
    Ok(())
}
