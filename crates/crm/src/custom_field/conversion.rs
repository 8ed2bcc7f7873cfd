//! Another type for a custom field that records have values in. Each value is read as the new type would read it; when one
//! does not fit, nothing changes and the answer lists what does not.

use std::collections::{BTreeSet, HashMap};

use dealwright_access::policy::{Action, Permission};
use dealwright_access::{Context, ScopeLevel};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::CustomFieldId;
use dealwright_kernel::{Currency, Error, FieldError, Result};
use dealwright_store::{Change, Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{Held, Rewritten};
use super::value::{of_cell, read};
use super::values::in_words;
use super::{CustomField, FieldKind, FieldObject, Index, MAX_OPTIONS, OptionPatch, index, merged, store, usage, write};
use crate::change;
use crate::change::store::names;
use crate::opportunity::store::base_currency;
use crate::record::Texts;

/// Values that one change of type may rewrite.
const MOST: usize = 50_000;
const BATCH: i64 = 1_000;
/// Values that don't fit which an answer lists.
const LISTED: usize = 20;

/// The type that a field shall have.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFieldType {
    pub kind: FieldKind,
    /// The labels of a select field's options. When absent they are those that the field has, or else the values that there
    /// are.
    pub options: Option<Vec<String>>,
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
}

impl Validate for NewFieldType {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        let options = self.options.as_deref().unwrap_or_default();
        if options.len() > MAX_OPTIONS {
            wrong.push("options", "too_many", format!("at most {MAX_OPTIONS} options"));
        }
        for (i, label) in options.iter().enumerate().take(MAX_OPTIONS) {
            wrong.required(&format!("options.{i}"), label, 200);
        }
        wrong.finish()
    }
}

/// A value that does not fit the new type.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Misfit {
    /// The record's.
    pub id: Uuid,
    pub name: String,
    /// What it holds.
    #[schema(value_type = Value)]
    pub value: Value,
    pub reason: String,
}

/// What a change of type did, or would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldConversion)]
pub struct Conversion {
    /// Nothing was changed: it was only tried.
    pub dry_run: bool,
    /// The field, as it is or as it would be.
    pub field: CustomField,
    /// Records that have a value.
    pub values: usize,
    /// Values that fit.
    pub fitting: usize,
    /// Values that don't.
    pub failing: usize,
    /// The first twenty of them.
    pub misfits: Vec<Misfit>,
}

/// Changes the type of a field, or says what it would come to.
///
/// # Errors
/// 403 without the right to read and change all records of the object; 404; 409 `version_conflict`, `values_do_not_fit` (only
/// when it is not a trial) or `custom_field_in_use`; 422 `not_convertible`, `too_many_values`.
pub async fn convert(
    cx: &Context,
    tx: &mut Tx,
    id: CustomFieldId,
    version: i64,
    to: NewFieldType,
    dry_run: bool,
) -> Result<Conversion> {
    store::lock(tx).await?;
    let old = write::find(tx, id).await?;
    if old.version != version {
        return Err(change::stale(old.version, &json!({ "kind": old.kind }), &json!({ "kind": to.kind })));
    }
    for action in [Action::Read, Action::Update] {
        let permission = Permission::new(old.object.of_roles(), action);
        if cx.actor().scope(permission) != ScopeLevel::All {
            let why = format!("this changes records: it takes {permission} for all of them");
            return Err(Error::forbidden("forbidden", why));
        }
    }
    if old.kind == FieldKind::Formula || to.kind == FieldKind::Formula {
        return Err(Error::field("kind", "not_convertible", "a formula has no values of its own; add a new field"));
    }
    let base = base_currency(tx).await?;
    let held = all(tx, &old).await?;
    let named = named(tx, &old, &held).await?;
    let words = |value: &Value| said(&old, value, &named);
    let mut new = CustomField { kind: to.kind, default: None, ..old.clone() };
    new.options = options(&old, to.options, to.kind, held.iter().filter_map(|h| words(&h.value)));
    if new.options.len() > MAX_OPTIONS {
        return Err(Error::field("options", "too_many", format!("at most {MAX_OPTIONS} options")));
    }
    if let Some(value) = &old.default {
        let value = converted(&old, &new, value, &named, base);
        new.default = Some(value.map_err(|(code, why)| Error::field("default", code, why))?).filter(|v| !v.is_null());
    }
    write::check(tx, &mut new).await?;
    let there = store::of(tx, old.object).await?;
    let after: Vec<_> = there.iter().map(|f| if f.id == id { new.clone() } else { f.clone() }).collect();
    usage::check(tx, &there, &after, &new).await?;

    let (mut rewritten, mut misfits, mut failing) = (Vec::new(), Vec::new(), 0_usize);
    let targets = targets(tx, &new, &held).await?;
    for record in &held {
        let value = converted(&old, &new, &record.value, &named, base).and_then(|value| refers(&new, value, &targets));
        match value {
            Ok(value) if value == record.value => {}
            Ok(value) => rewritten.push((record, value)),
            Err((_, reason)) => {
                failing += 1;
                if misfits.len() < LISTED {
                    misfits.push(Misfit {
                        id: record.id,
                        name: record.name.clone(),
                        value: record.value.clone(),
                        reason,
                    });
                }
            }
        }
    }
    let found = |field: CustomField| Conversion {
        dry_run,
        field,
        values: held.len(),
        fitting: held.len().saturating_sub(failing),
        failing,
        misfits: misfits.clone(),
    };
    if dry_run {
        return Ok(found(new));
    }
    if failing > 0 {
        return Err(misfit(failing, &misfits));
    }
    store::set_kind(tx, &new, version).await?;
    reindex(tx, &old, &new, &there).await?;
    let changed = rewrite(tx, &new, &rewritten, &named).await?;
    let now = write::find(tx, id).await?;
    let kind =
        Change { field: "kind".into(), old: json!(old.kind), new: json!(new.kind), old_label: None, new_label: None };
    let event = now.event(tx, "type_changed").changes(vec![kind]);
    tx.emit(event);
    tracing::info!(values = changed, "a custom field has another type");
    Ok(found(now))
}

/// 409 with the values that don't fit.
fn misfit(failing: usize, misfits: &[Misfit]) -> Error {
    let why = format!("{failing} values do not fit the new type; nothing was changed");
    let mut error = Error::conflict("values_do_not_fit", why);
    error.fields = misfits
        .iter()
        .map(|m| FieldError {
            field: m.id.to_string(),
            code: "value_does_not_fit".into(),
            message: format!("{}: {} ({})", m.name, m.value, m.reason),
        })
        .collect();
    error
}

/// The records that have a value, live and in the bin.
async fn all(tx: &mut Tx, field: &CustomField) -> Result<Vec<Held>> {
    let (mut all, mut after) = (Vec::new(), Uuid::nil());
    loop {
        let batch = store::held(tx, field.object, &field.key, after, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(all) };
        after = last.id;
        all.extend(batch);
        if all.len() > MOST {
            let why = format!("more than {MOST} records have a value: add a new field and fill it by an import");
            return Err(Error::invalid("too_many_values", why));
        }
    }
}

const fn refers_to_records(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::User | FieldKind::Account | FieldKind::Contact)
}

fn id_of(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}

async fn named(tx: &mut Tx, field: &CustomField, held: &[Held]) -> Result<HashMap<Uuid, String>> {
    if !refers_to_records(field.kind) {
        return Ok(HashMap::new());
    }
    let ids: BTreeSet<Uuid> = held.iter().filter_map(|h| id_of(&h.value)).collect();
    names(tx, &ids.into_iter().collect::<Vec<_>>()).await
}

/// Which people and records there are among those that values would name.
async fn targets(tx: &mut Tx, new: &CustomField, held: &[Held]) -> Result<BTreeSet<Uuid>> {
    if !refers_to_records(new.kind) {
        return Ok(BTreeSet::new());
    }
    let ids: BTreeSet<Uuid> = held.iter().filter_map(|h| id_of(&h.value)).collect();
    let references: Vec<_> = ids.into_iter().map(|id| (new.key.clone(), new.kind, id)).collect();
    let there = store::there(tx, &references).await?;
    Ok(there.into_iter().filter(|(kind, _)| *kind == new.kind).map(|(_, id)| id).collect())
}

fn refers(new: &CustomField, value: Value, targets: &BTreeSet<Uuid>) -> Result<Value, (&'static str, String)> {
    match id_of(&value).filter(|_| refers_to_records(new.kind)) {
        Some(id) if !targets.contains(&id) => Err(("unknown_reference", "there is no such record".to_owned())),
        _ => Ok(value),
    }
}

/// A value in the words that a person reads.
fn said(old: &CustomField, value: &Value, named: &HashMap<Uuid, String>) -> Option<String> {
    in_words(old, value, named).or_else(|| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    })
}

/// The value as the new type reads it.
fn converted(
    old: &CustomField,
    new: &CustomField,
    value: &Value,
    named: &HashMap<Uuid, String>,
    base: Currency,
) -> Result<Value, (&'static str, String)> {
    let candidate = match (old.kind, new.kind) {
        (a, b) if a == b => value.clone(),
        (FieldKind::Select, FieldKind::MultiSelect) => json!([said(old, value, named)]),
        (FieldKind::MultiSelect, FieldKind::Select) => match value.as_array().map(Vec::as_slice) {
            Some([_]) => json!(said(old, value, named)),
            _ => return Err(("invalid_value", "more than one option is chosen".to_owned())),
        },
        (FieldKind::Money, FieldKind::Number) => value.get("amount").cloned().unwrap_or_default(),
        (a, b) if refers_to_records(a) && refers_to_records(b) => value.clone(),
        _ => of_cell(new, &said(old, value, named).unwrap_or_default(), base),
    };
    match read(new, &candidate, base) {
        Ok(Value::Null) if !value.is_null() => Err(("invalid_value", "nothing would be left of it".to_owned())),
        other => other,
    }
}

/// The options of the new type: those asked for, those there are, or one for each value.
fn options(
    old: &CustomField,
    asked: Option<Vec<String>>,
    kind: FieldKind,
    words: impl Iterator<Item = String>,
) -> Vec<super::FieldOption> {
    if !kind.has_options() {
        return Vec::new();
    }
    let patch = |label: String| OptionPatch { value: None, label, archived: false };
    match asked {
        Some(labels) => {
            let known = |label: &str| old.options.iter().find(|o| o.label.eq_ignore_ascii_case(label.trim()));
            let of = |label: String| OptionPatch { value: known(&label).map(|o| o.value.clone()), ..patch(label) };
            merged(&old.options, labels.into_iter().map(of).collect())
        }
        None if old.kind.has_options() => old.options.clone(),
        None => {
            let (mut seen, mut labels) = (BTreeSet::new(), Vec::new());
            for word in words.map(|w| w.trim().chars().take(200).collect::<String>()).filter(|w| !w.is_empty()) {
                if seen.insert(word.to_lowercase()) {
                    labels.push(word);
                }
            }
            labels.sort();
            merged(&[], labels.into_iter().map(patch).collect())
        }
    }
}

/// Moves an index to a column of the new type, or drops it where there can be none.
async fn reindex(tx: &mut Tx, old: &CustomField, new: &CustomField, there: &[CustomField]) -> Result<()> {
    if old.index == Index::None || old.kind.slot() == new.kind.slot() {
        return Ok(());
    }
    store::set_slot(tx, new.id, None).await?;
    if new.kind.slot().is_some() {
        index::give(tx, new, there).await?;
    }
    Ok(())
}

/// Writes the values, with an event for each record.
async fn rewrite(
    tx: &mut Tx,
    field: &CustomField,
    rewritten: &[(&Held, Value)],
    named: &HashMap<Uuid, String>,
) -> Result<usize> {
    let mut changed = 0;
    for batch in rewritten.chunks(usize::try_from(BATCH).unwrap_or(usize::MAX)) {
        let values: Vec<(Uuid, Value)> = batch.iter().map(|(record, value)| (record.id, value.clone())).collect();
        let versions: HashMap<Uuid, i64> = store::rewrite(tx, field.object, &field.key, &values)
            .await?
            .into_iter()
            .map(|Rewritten { id, version }| (id, version))
            .collect();
        for (record, value) in batch {
            let Some(version) = versions.get(&record.id) else { continue };
            changed += 1;
            let event = updated(tx, field, record, *version, value, named);
            tx.emit(event);
        }
    }
    Ok(changed)
}

fn updated(
    tx: &Tx,
    field: &CustomField,
    record: &Held,
    version: i64,
    value: &Value,
    named: &HashMap<Uuid, String>,
) -> Event {
    let object = field.object.as_str();
    let subject = Subject { object, id: record.id, name: record.name.clone(), version: Some(version) };
    let (opportunity, account, contact) = match field.object {
        FieldObject::Opportunity => (Some(record.id.into()), None, None),
        FieldObject::Account => (None, Some(record.id.into()), None),
        FieldObject::Contact => (None, None, Some(record.id.into())),
        FieldObject::Lead => (None, None, None),
    };
    let lead = (field.object == FieldObject::Lead).then(|| record.id.into());
    let change = Change {
        field: format!("custom.{}", field.key),
        old: record.value.clone(),
        new: value.clone(),
        old_label: None,
        new_label: in_words(field, value, named),
    };
    Event::with_id(tx.new_id().into(), format!("{object}.updated"), subject)
        .about(opportunity, account, contact)
        .on_lead(lead)
        .changes(vec![change])
}
