//! Custom fields as facts of rules and formulas, and formulas worked out on records that are shown.
//!
//! What an object's fields are, each node keeps under the access epoch, which rises with every change of them: where
//! there are none, and where no formula is among them, lists and records cost nothing more.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use dealwright_access::{Actor, Object};
use dealwright_kernel::id::OrgId;
use dealwright_kernel::{Money, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::custom::Definition;
use dealwright_workflow::rule::{Custom, Facts, RuleObject, Value as Fact};
use moka::sync::Cache;
use rust_decimal::Decimal;
use serde_json::{Map, Number, Value, json};
use uuid::Uuid;

use super::{CustomField, FieldKind, FieldObject, store};
use crate::change::store::names;
use crate::rule;

/// An object's fields that are not archived, ready for use.
#[derive(Debug)]
pub struct Known {
    fields: Vec<CustomField>,
    custom: Custom,
    /// The facts that each formula rests on, also by way of other formulas.
    rests_on: HashMap<String, BTreeSet<String>>,
}

type Key = (OrgId, i64, FieldObject);

static KEPT: LazyLock<Cache<Key, Arc<Known>>> =
    LazyLock::new(|| Cache::builder().max_capacity(4_000).time_to_idle(Duration::from_secs(3_600)).build());

impl FieldObject {
    /// As rules name it.
    #[must_use]
    pub const fn of_rules(self) -> RuleObject {
        match self {
            Self::Opportunity => RuleObject::Opportunity,
            Self::Account => RuleObject::Account,
            Self::Contact => RuleObject::Contact,
            Self::Lead => RuleObject::Lead,
        }
    }

    /// As roles name it.
    #[must_use]
    pub const fn of_roles(self) -> Object {
        match self {
            Self::Opportunity => Object::Opportunity,
            Self::Account => Object::Account,
            Self::Contact => Object::Contact,
            Self::Lead => Object::Lead,
        }
    }
}

impl CustomField {
    /// As rules know it.
    #[must_use]
    pub fn definition(&self) -> Definition {
        Definition {
            key: self.key.clone(),
            label: self.label.clone(),
            kind: self.kind.as_str().to_owned(),
            expression: self.expression.clone(),
        }
    }
}

impl Known {
    /// The fields of `object`.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn of(tx: &mut Tx, object: FieldObject) -> Result<Arc<Self>> {
        let key = (tx.org(), tx.epoch(), object);
        if let Some(kept) = KEPT.get(&key) {
            return Ok(kept);
        }
        let fields = store::of(tx, object).await?.into_iter().filter(|f| !f.archived).collect();
        let read = Arc::new(Self::new(object, fields));
        KEPT.insert(key, Arc::clone(&read));
        Ok(read)
    }

    fn new(object: FieldObject, fields: Vec<CustomField>) -> Self {
        let definitions: Vec<Definition> = fields.iter().map(CustomField::definition).collect();
        let custom = Custom::of(object.of_rules(), &definitions);
        let mut rests_on: HashMap<String, BTreeSet<String>> = HashMap::new();
        for formula in &custom.formulas {
            let mut all = BTreeSet::new();
            for fact in formula.checked.iter().flat_map(|c| &c.facts) {
                let further = fact.strip_prefix("custom.").and_then(|key| rests_on.get(key)).cloned();
                all.insert(fact.clone());
                all.extend(further.into_iter().flatten());
            }
            rests_on.insert(formula.key.clone(), all);
        }
        Self { fields, custom, rests_on }
    }

    /// Adds what the records' custom fields say to their facts, and works the formulas out. Answers, for each record, why
    /// some came to nothing.
    async fn tell(
        &self,
        tx: &mut Tx,
        object: FieldObject,
        all: &mut HashMap<Uuid, Facts>,
    ) -> Result<HashMap<Uuid, BTreeMap<String, String>>> {
        let ids: Vec<Uuid> = all.keys().copied().collect();
        let values = store::values(tx, object, &ids).await?;
        self.tell_of(tx, &values, all).await
    }

    /// The same, of these values.
    async fn tell_of(
        &self,
        tx: &mut Tx,
        values: &HashMap<Uuid, Map<String, Value>>,
        all: &mut HashMap<Uuid, Facts>,
    ) -> Result<HashMap<Uuid, BTreeMap<String, String>>> {
        let named = self.named(tx, values).await?;
        let mut failed = HashMap::new();
        for (id, facts) in all {
            let none = Map::new();
            let values = values.get(id).unwrap_or(&none);
            for field in self.fields.iter().filter(|f| f.kind != FieldKind::Formula) {
                let value = values.get(&field.key).map_or(Fact::Missing, |value| fact(field, value, &named));
                facts.put(format!("custom.{}", field.key), value);
            }
            let reasons = self.custom.work_out(facts).into_iter();
            failed.insert(*id, reasons.map(|(key, why)| (key.to_owned(), why.to_string())).collect());
        }
        Ok(failed)
    }

    /// The names of people and records that values refer to.
    async fn named(&self, tx: &mut Tx, values: &HashMap<Uuid, Map<String, Value>>) -> Result<HashMap<Uuid, String>> {
        let refers = |f: &&CustomField| matches!(f.kind, FieldKind::User | FieldKind::Account | FieldKind::Contact);
        let fields: Vec<&CustomField> = self.fields.iter().filter(refers).collect();
        let ids: BTreeSet<Uuid> = values
            .values()
            .flat_map(|values| fields.iter().filter_map(|f| values.get(&f.key)?.as_str()?.parse().ok()))
            .collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        names(tx, &ids.into_iter().collect::<Vec<_>>()).await
    }

    /// Whether the actor may see all that the formula rests on.
    fn is_shown(&self, actor: &Actor, object: Object, formula: &str) -> bool {
        let hides = |fact: &String| {
            let (object, field) = match fact.split_once('.') {
                Some(("account", field)) => (Object::Account, field),
                Some(("primary_contact", field)) => (Object::Contact, field),
                Some(("custom", _)) | None => (object, fact.as_str()),
                Some((first, _)) => (object, first),
            };
            actor.fields.hides(object, field)
        };
        !actor.fields.hides(object, &format!("custom.{formula}"))
            && !self.rests_on.get(formula).into_iter().flatten().any(hides)
    }
}

/// Adds custom fields and formulas to the facts of records.
///
/// # Errors
/// When the database is gone.
pub async fn add(tx: &mut Tx, object: RuleObject, all: &mut HashMap<Uuid, Facts>) -> Result<()> {
    let Ok(object) = object.as_str().parse::<FieldObject>() else { return Ok(()) };
    let known = Known::of(tx, object).await?;
    if !known.fields.is_empty() {
        known.tell(tx, object, all).await?;
    }
    Ok(())
}

/// The same for one deal, whose custom fields would have these values; as they are when nothing is said of them.
///
/// # Errors
/// When the database is gone.
pub async fn add_as_if(tx: &mut Tx, all: &mut HashMap<Uuid, Facts>, values: Option<&Value>) -> Result<()> {
    let Some(values) = values.and_then(Value::as_object) else { return add(tx, RuleObject::Opportunity, all).await };
    let known = Known::of(tx, FieldObject::Opportunity).await?;
    if !known.fields.is_empty() {
        let values = all.keys().map(|id| (*id, values.clone())).collect();
        known.tell_of(tx, &values, all).await?;
    }
    Ok(())
}

/// A record with custom fields, as it is shown.
pub trait Shown {
    const OBJECT: FieldObject;
    fn id(&self) -> Uuid;
    fn custom(&mut self) -> &mut Map<String, Value>;
    /// Why formulas came to nothing, by key.
    fn errors(&mut self) -> &mut BTreeMap<String, String>;
}

macro_rules! shown {
    ($record:ty, $object:expr) => {
        impl $crate::custom_field::facts::Shown for $record {
            const OBJECT: $crate::custom_field::FieldObject = $object;
            fn id(&self) -> uuid::Uuid {
                self.id.0
            }
            fn custom(&mut self) -> &mut serde_json::Map<String, serde_json::Value> {
                &mut self.custom
            }
            fn errors(&mut self) -> &mut std::collections::BTreeMap<String, String> {
                &mut self.formula_errors
            }
        }
    };
}
pub(crate) use shown;

/// Fills in the formulas of records that are about to be shown to `actor`. What rests on a field that is hidden from them
/// is hidden too.
///
/// # Errors
/// When the database is gone.
pub async fn work_out<'a, T: Shown + 'a>(
    actor: &Actor,
    tx: &mut Tx,
    records: impl IntoIterator<Item = &'a mut T>,
) -> Result<()> {
    let known = Known::of(tx, T::OBJECT).await?;
    if known.custom.formulas.is_empty() {
        return Ok(());
    }
    let mut records: Vec<&mut T> = records.into_iter().collect();
    let ids: Vec<Uuid> = records.iter().map(|r| r.id()).collect();
    let mut facts = rule::store::plain_facts(tx, T::OBJECT.of_rules(), &ids).await?;
    let mut failed = known.tell(tx, T::OBJECT, &mut facts).await?;
    let object = T::OBJECT.of_roles();
    let shown: Vec<&str> = known.custom.formulas.iter().map(|f| f.key.as_str()).collect();
    let shown: Vec<&str> = shown.into_iter().filter(|key| known.is_shown(actor, object, key)).collect();
    for record in &mut records {
        let Some(facts) = facts.get(&record.id()) else { continue };
        let mut reasons = failed.remove(&record.id()).unwrap_or_default();
        reasons.retain(|key, _| shown.contains(&key.as_str()));
        for key in &shown {
            match to_json(facts.get(&format!("custom.{key}"))) {
                Value::Null => _ = record.custom().remove(*key),
                value => _ = record.custom().insert((*key).to_owned(), value),
            }
        }
        *record.errors() = reasons;
    }
    Ok(())
}

/// What a record's value says to rules: options by their labels, people and records by their names.
fn fact(field: &CustomField, value: &Value, named: &HashMap<Uuid, String>) -> Fact {
    let option = |value: &Value| {
        let value = value.as_str()?;
        field.options.iter().find(|o| o.value == value).map(|o| o.label.as_str())
    };
    match field.kind {
        FieldKind::Number => Fact::number(value.to_string().trim_matches('"').parse::<Decimal>().ok()),
        FieldKind::Money => Fact::number(serde_json::from_value::<Money>(value.clone()).ok().map(Money::to_decimal)),
        FieldKind::Date => Fact::date(value.as_str().and_then(|t| t.parse().ok())),
        FieldKind::Select => Fact::text(option(value)),
        FieldKind::MultiSelect => {
            Fact::texts(&value.as_array().into_iter().flatten().filter_map(option).collect::<Vec<_>>())
        }
        FieldKind::User | FieldKind::Account | FieldKind::Contact => {
            let id = value.as_str().and_then(|t| t.parse::<Uuid>().ok());
            Fact::text(id.and_then(|id| named.get(&id)).map(String::as_str))
        }
        FieldKind::Checkbox => value.as_bool().map_or(Fact::Missing, Fact::Bool),
        FieldKind::Text | FieldKind::LongText | FieldKind::Url | FieldKind::Email | FieldKind::Phone => {
            Fact::text(value.as_str())
        }
        FieldKind::Formula => Fact::Missing,
    }
}

/// The value of a formula as a record shows it: numbers with at most six decimals.
fn to_json(value: &Fact) -> Value {
    match value {
        Fact::Number(number) => {
            let text = number.round_dp(6).normalize().to_string();
            serde_json::from_str::<Number>(&text).map_or_else(|_| json!(text), Value::Number)
        }
        other => other.to_json(),
    }
}
