//! The batches that write an import's records. New records go in by the hundred in one statement; when PostgreSQL
//! refuses one of them, they go in one by one, so that one bad row costs itself alone. Changes of records that are
//! there go the way of a person's edit: the same permission, gate, version and history.

mod account;
mod activity;
mod contact;
mod lead;
mod named;
mod opportunity;
mod product;
mod task;
mod undo;
mod user;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_access::policy::{Action, Object as Guarded, Permission};
use dealwright_access::{Actor, Context};
use dealwright_kernel::error::Outcome;
use dealwright_kernel::id::{ImportId, TeamId, UserId};
use dealwright_kernel::{Currency, Error, Money, Result};
use dealwright_store::{Event, Tx};
use dealwright_workflow::rule::RuleObject;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::Import;
use super::check::{OnMatch, Record, Value};
use super::field::Object;
use super::store::{Fate, Reason};
use dealwright_crm::custom_field::{self, CustomField};
use dealwright_crm::pipeline::{self, Stage};
use dealwright_crm::rule;

pub use account::tie_parents;
pub use undo::undo;

/// A row to be written.
#[derive(Debug)]
pub struct Ready {
    pub row: i64,
    pub record: Record,
}

/// A row that could not be written, and why.
#[must_use]
pub fn failed(row: i64, field: &str, code: &str, message: &str) -> Fate {
    let reason = Reason { field: field.to_owned(), code: code.to_owned(), message: message.to_owned() };
    Fate { row, record_id: None, event_id: None, problems: vec![reason] }
}

/// What somebody must be allowed in order to import records of `object`.
///
/// # Errors
/// 403.
pub fn require(actor: &Actor, object: Object, on_match: OnMatch) -> Result<()> {
    let guarded = match object {
        Object::Opportunity => Guarded::Opportunity,
        Object::Account => Guarded::Account,
        Object::Contact => Guarded::Contact,
        Object::Lead => Guarded::Lead,
        Object::Task => Guarded::Task,
        Object::Activity => Guarded::Activity,
        Object::Product => Guarded::Product,
        Object::User => Guarded::User,
    };
    actor.require(Permission::new(guarded, Action::Create))?;
    if on_match == OnMatch::Update {
        actor.require(Permission::new(guarded, Action::Update))?;
    }
    Ok(())
}

/// What somebody must be allowed in order to write the fields of a mapping.
///
/// # Errors
/// 403 `field_not_permitted` that names each.
pub fn may_map<'a>(actor: &Actor, object: Object, fields: impl IntoIterator<Item = &'a str>) -> Result<()> {
    guarded(object).map_or(Ok(()), |guarded| actor.fields.may_write(guarded, fields))
}

/// The records of `object` as roles name them, where some of their fields may be kept back.
const fn guarded(object: Object) -> Option<Guarded> {
    match object {
        Object::Opportunity => Some(Guarded::Opportunity),
        Object::Account => Some(Guarded::Account),
        Object::Contact => Some(Guarded::Contact),
        Object::Lead => Some(Guarded::Lead),
        Object::Task => Some(Guarded::Task),
        Object::Activity | Object::Product | Object::User => None,
    }
}

/// Writes the records of one import; keeps what it has looked up and created in passing.
pub struct Writer<'a> {
    cx: &'a Context,
    import: Arc<Import>,
    base: Currency,
    /// Units of the organisation's currency for one unit of each other currency, as of today.
    rates: HashMap<String, Decimal>,
    stages: HashMap<Uuid, Stage>,
    first_stage: Option<Stage>,
    /// Pipelines that the importer may not put deals into.
    closed_to_us: HashSet<Uuid>,
    /// The active people's teams.
    teams: HashMap<Uuid, Option<TeamId>>,
    /// Prices of products, in minor units.
    prices: HashMap<Uuid, Money>,
    /// Records created in passing, by kind and folded name.
    named: HashMap<(named::Kind, String), Uuid>,
    /// Records that a rule kept from being created in passing, and why.
    not_named: HashMap<(named::Kind, String), Reason>,
    people: user::People,
    custom: Vec<CustomField>,
}

impl std::fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("import", &self.import.id).finish_non_exhaustive()
    }
}

impl<'a> Writer<'a> {
    /// Looks up what every batch needs.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn new(cx: &'a Context, import: Arc<Import>) -> Result<Self> {
        let mut tx = cx.begin().await?;
        let pipelines = pipeline::store::list(&mut tx).await?;
        let rates = named::rates(&mut tx).await?;
        let teams = user::teams_of_people(&mut tx).await?;
        let prices = product::prices(&mut tx).await?;
        let people = user::People::load(&mut tx).await?;
        let custom = match import.object.custom() {
            Some(object) => custom_field::store::of(&mut tx, object).await?,
            None => Vec::new(),
        };
        tx.done(()).await?;
        let closed_to_us = pipelines.iter().filter(|p| !p.takes_deals()).map(|p| p.id.0).collect();
        let first_stage = pipelines.first().and_then(|pipeline| pipeline.stages.first()).cloned();
        let stages =
            pipelines.into_iter().flat_map(|pipeline| pipeline.stages).map(|stage| (stage.id.0, stage)).collect();
        Ok(Self {
            base: cx.actor().currency,
            cx,
            import,
            rates,
            stages,
            first_stage,
            closed_to_us,
            teams,
            prices,
            named: HashMap::new(),
            not_named: HashMap::new(),
            people,
            custom,
        })
    }

    /// Writes one batch and says what became of each row.
    ///
    /// # Errors
    /// When the database is gone; a record that is refused is a fate, not an error.
    pub async fn write(&mut self, tx: &mut Tx, ready: Vec<Ready>) -> Result<Vec<Fate>> {
        self.create_named(tx, &ready).await?;
        let (ready, refused) = self.without_refused_names(ready);
        let (updates, creates): (Vec<Ready>, Vec<Ready>) =
            ready.into_iter().partition(|ready| ready.record.target.is_some());
        let mut fates = match self.import.object {
            Object::Opportunity => self.create_opportunities(tx, creates).await?,
            Object::Account => self.create_accounts(tx, creates).await?,
            Object::Contact => self.create_contacts(tx, creates).await?,
            Object::Lead => self.create_leads(tx, creates).await?,
            Object::Task => self.create_tasks(tx, creates).await?,
            Object::Activity => self.create_activities(tx, creates).await?,
            Object::Product => self.create_products(tx, creates).await?,
            Object::User => self.create_users(tx, creates).await?,
        };
        for ready in updates {
            fates.push(self.update(tx, ready).await?);
        }
        fates.extend(refused);
        Ok(fates)
    }

    async fn update(&self, tx: &mut Tx, ready: Ready) -> Result<Fate> {
        savepoint(tx).await?;
        let updated = match self.import.object {
            Object::Opportunity => self.update_opportunity(tx, &ready.record).await,
            Object::Account => self.update_account(tx, &ready.record).await,
            Object::Contact => self.update_contact(tx, &ready.record).await,
            Object::Lead => self.update_lead(tx, &ready.record).await,
            Object::Task => self.update_task(tx, &ready.record).await,
            Object::Activity => self.update_activity(tx, &ready.record).await,
            Object::Product => self.update_product(tx, &ready.record).await,
            Object::User => Ok(None),
        };
        match updated {
            Ok(event_id) => {
                release(tx).await?;
                Ok(Fate { row: ready.row, record_id: ready.record.target, event_id, problems: Vec::new() })
            }
            Err(error) => {
                back_to_savepoint(tx).await?;
                refused(ready.row, error)
            }
        }
    }

    /// Whom a record belongs to: the person named, or else whoever imports.
    fn owner(&self, record: &Record) -> Result<(UserId, Option<TeamId>)> {
        let owner = record.reference("owner").unwrap_or(self.cx.actor().user.0);
        let team = self
            .teams
            .get(&owner)
            .ok_or_else(|| Error::field("owner", "unknown_reference", "this person is no longer here"))?;
        Ok((UserId(owner), *team))
    }

    /// An amount in its currency, rounded to what the currency has.
    fn money(&self, record: &Record, field: &str) -> Result<Option<Money>> {
        let Some(Value::Money { amount, currency }) = record.get(field) else { return Ok(None) };
        let currency: Currency = match currency {
            Some(code) => code.parse().map_err(|_| {
                Error::field(field.to_owned(), "invalid_currency", format!("“{code}” is not a currency"))
            })?,
            None => self.base,
        };
        let rounded = amount.round_dp_with_strategy(currency.decimals(), RoundingStrategy::MidpointAwayFromZero);
        Money::from_decimal(rounded, currency).map(Some)
    }

    /// An amount in the organisation's currency, in minor units.
    fn in_base(&self, amount: Money) -> Result<i64> {
        use rust_decimal::prelude::ToPrimitive;
        if amount.currency == self.base {
            return Ok(amount.minor);
        }
        let no_rate = || {
            Error::field(
                "amount",
                "no_exchange_rate",
                format!("there is no exchange rate from {} to {}", amount.currency, self.base),
            )
        };
        let rate = self.rates.get(amount.currency.code()).ok_or_else(no_rate)?;
        let major = amount.to_decimal().checked_mul(*rate).ok_or_else(no_rate)?;
        let factor = Decimal::from(10_i64.pow(self.base.decimals()));
        let minor = major
            .checked_mul(factor)
            .ok_or_else(no_rate)?
            .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        minor.to_i64().filter(|minor| *minor <= dealwright_kernel::money::MAX_MINOR).ok_or_else(no_rate)
    }

    /// The record that a field names: one that was there, or one created in passing.
    fn reference(&self, record: &Record, field: &str, kind: named::Kind) -> Option<Uuid> {
        match record.get(field) {
            Some(Value::Ref(id)) => Some(*id),
            Some(Value::Named(name)) => self.named.get(&self.place(record, kind, name)).copied(),
            _ => None,
        }
    }

    /// What the row says of custom fields.
    fn custom(&self, record: &Record) -> Map<String, Json> {
        let mapped =
            self.import.mapping.iter().flatten().filter_map(|name| Some((name, name.strip_prefix("custom.")?)));
        let cells = mapped.filter_map(|(name, key)| {
            let cell = record.text(name)?;
            // A key that is no field's is for the check to refuse.
            let field = self.custom.iter().find(|f| f.key == key);
            let value = field.map_or_else(|| json!(cell), |f| custom_field::value::of_cell(f, cell, self.base));
            Some((key.to_owned(), value))
        });
        cells.collect()
    }

    /// The custom values of a new record.
    fn new_custom(&self, record: &Record) -> Result<Map<String, Json>> {
        custom_field::values::of_import(&self.custom, self.base, self.custom(record))
    }

    fn may_create(&self, guarded: Guarded, owner: UserId, team: Option<TeamId>) -> Result<()> {
        self.cx.may_assign(Permission::new(guarded, Action::Create), owner, team)
    }
}

/// An event of this import.
fn of_import(mut event: Event, import: ImportId) -> Event {
    event.import = Some(import);
    event
}

/// A row as it goes into the database.
struct NewRow {
    row: i64,
    id: Uuid,
    columns: Json,
    events: Vec<Event>,
}

/// A statement that inserts rows from a JSON array.
trait Insert {
    /// Whose validation rules the rows must meet.
    const RULED: Option<RuleObject>;

    async fn insert(&self, tx: &mut Tx, rows: Json) -> Result<()>;
}

/// Inserts rows together; those that break a rule are left out, and one by one go all when PostgreSQL refuses one.
async fn insert_rows<I: Insert>(tx: &mut Tx, mut rows: Vec<NewRow>, insert: &I) -> Result<Vec<Fate>> {
    let mut fates = Vec::with_capacity(rows.len());
    while !rows.is_empty() {
        savepoint(tx).await?;
        match insert_judged(tx, &rows, insert).await {
            Ok(refusals) if refusals.is_empty() => {
                release(tx).await?;
                fates.extend(rows.into_iter().map(|row| landed(tx, row)));
                return Ok(fates);
            }
            Ok(mut refusals) => {
                back_to_savepoint(tx).await?;
                let (out, left): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| refusals.contains_key(&row.id));
                for row in out {
                    fates.extend(refusals.remove(&row.id).map(|error| refused(row.row, error)).transpose()?);
                }
                rows = left;
            }
            Err(_) => {
                back_to_savepoint(tx).await?;
                break;
            }
        }
    }
    for row in rows {
        savepoint(tx).await?;
        let judged = insert_judged(tx, std::slice::from_ref(&row), insert).await;
        match judged.and_then(|mut refusals| refusals.remove(&row.id).map_or(Ok(()), Err)) {
            Ok(()) => {
                release(tx).await?;
                fates.push(landed(tx, row));
            }
            Err(error) => {
                back_to_savepoint(tx).await?;
                fates.push(refused(row.row, error)?);
            }
        }
    }
    Ok(fates)
}

/// Inserts rows and judges them by the rules: those that are refused, by id.
async fn insert_judged<I: Insert>(tx: &mut Tx, rows: &[NewRow], insert: &I) -> Result<HashMap<Uuid, Error>> {
    let columns: Vec<&Json> = rows.iter().map(|row| &row.columns).collect();
    insert.insert(tx, json!(columns)).await?;
    let Some(object) = I::RULED else { return Ok(HashMap::new()) };
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    rule::refusals_of_new(tx, object, &ids).await
}

fn landed(tx: &mut Tx, row: NewRow) -> Fate {
    for event in row.events {
        tx.emit(event);
    }
    Fate { row: row.row, record_id: Some(row.id), event_id: None, problems: Vec::new() }
}

/// A refusal of one row is its fate; anything else ends the batch.
fn refused(row: i64, error: Error) -> Result<Fate> {
    match error.outcome {
        Outcome::Unavailable | Outcome::Internal | Outcome::TooMany | Outcome::Unauthenticated => return Err(error),
        Outcome::Unreadable
        | Outcome::Forbidden
        | Outcome::NotFound
        | Outcome::Conflict
        | Outcome::TooLarge
        | Outcome::UnsupportedType
        | Outcome::Invalid => {}
    }
    let field = error.fields.first().map_or("", |field| field.field.as_str());
    let message = error.fields.first().map_or(error.detail.as_str(), |field| field.message.as_str());
    Ok(failed(row, field, &error.code, message))
}

async fn savepoint(tx: &mut Tx) -> Result<()> {
    sqlx::query("savepoint imported").execute(tx.db()).await?;
    Ok(())
}

async fn release(tx: &mut Tx) -> Result<()> {
    sqlx::query("release savepoint imported").execute(tx.db()).await?;
    Ok(())
}

async fn back_to_savepoint(tx: &mut Tx) -> Result<()> {
    sqlx::query("rollback to savepoint imported").execute(tx.db()).await?;
    sqlx::query("release savepoint imported").execute(tx.db()).await?;
    Ok(())
}

/// Fields of a change as the API names them; only those that the row says.
#[derive(Default)]
struct Wanted(Map<String, Json>);

impl Wanted {
    fn put(&mut self, key: &str, value: Option<impl serde::Serialize>) {
        if let Some(value) = value {
            self.0.insert(key.to_owned(), json!(value));
        }
    }

    fn text(&mut self, record: &Record, field: &str) {
        self.put(field, record.text(field));
    }

    fn day(&mut self, record: &Record, field: &str) {
        self.put(field, day(record, field));
    }

    fn integer(&mut self, record: &Record, field: &str) {
        self.put(field, integer(record, field));
    }

    fn custom(&mut self, values: Map<String, Json>) {
        if !values.is_empty() {
            self.0.insert("custom".to_owned(), Json::Object(values));
        }
    }

    fn tags(&mut self, record: &Record) {
        self.put("tags", tags(record));
    }
}

fn moment(record: &Record, field: &str) -> Option<DateTime<Utc>> {
    match record.get(field) {
        Some(Value::Moment(at)) => Some(*at),
        _ => None,
    }
}

fn day(record: &Record, field: &str) -> Option<NaiveDate> {
    match record.get(field) {
        Some(Value::Date(date)) => Some(*date),
        _ => None,
    }
}

fn integer(record: &Record, field: &str) -> Option<i64> {
    match record.get(field) {
        Some(Value::Integer(number)) => Some(*number),
        _ => None,
    }
}

fn tags(record: &Record) -> Option<&Vec<String>> {
    match record.get("tags") {
        Some(Value::Tags(tags)) => Some(tags),
        _ => None,
    }
}
