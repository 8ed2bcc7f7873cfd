//! Changes of an import before it runs: another object, another mapping, decisions about values, options.

use std::collections::BTreeMap;

use dealwright_kernel::extract::read_value;
use dealwright_kernel::id::ImportTemplateId;
use dealwright_kernel::{Error, Patch, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::check::{Decision, Lookups, Missing, Options};
use super::field::{self, Object as ImportObject};
use super::likely::store::RowPatch;
use super::prepare;
use super::read::ReadOptions;
use super::{Import, validate_mapping};

/// Rows that are decided of in one request.
pub const MOST_ROWS: usize = 1_000;

/// A column's field.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnPatch {
    pub column: usize,
    /// Null leaves the column out.
    pub field: Option<String>,
}

/// What a raw value stands for.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ValuePatch {
    #[schema(max_length = 32768)]
    pub raw: String,
    /// The record it means; null to decide anew.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub resolved: Patch<Uuid>,
    /// `{"use": id}`, `"create"`, `"empty"` or `"skip_rows"`; null to decide anew.
    #[serde(default)]
    #[schema(value_type = Option<Decision>)]
    pub decision: Patch<Decision>,
}

/// A change of an import. What is absent stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ImportPatch {
    /// What the rows are. Suggests the mapping anew and forgets decisions.
    pub object: Option<ImportObject>,
    /// Columns that are not named keep their field.
    pub mapping: Option<Vec<ColumnPatch>>,
    /// By field.
    pub values: Option<BTreeMap<String, Vec<ValuePatch>>>,
    /// Single options; null is their default.
    #[schema(value_type = Option<Options>)]
    pub options: Option<Map<String, Value>>,
    /// How the file is to be read. Suggests the mapping anew.
    pub reading: Option<ReadOptions>,
    /// Decisions of single rows that probably are there already. On their own they leave the check as it is.
    #[schema(max_items = 1000)]
    pub rows: Vec<RowPatch>,
    /// Maps as a template has it, whatever else is said; null maps as suggested.
    #[schema(value_type = Option<ImportTemplateId>)]
    pub template_id: Patch<ImportTemplateId>,
}

impl ImportPatch {
    /// Whether the file must be read again.
    #[must_use]
    pub fn rereads(&self) -> bool {
        self.reading.is_some()
    }

    /// Whether only single rows are decided of.
    #[must_use]
    pub fn only_rows(&self) -> bool {
        let template = matches!(self.template_id, Patch::Absent);
        let others = self.object.is_some() || self.mapping.is_some() || self.values.is_some() || self.options.is_some();
        !self.rows.is_empty() && template && !others && self.reading.is_none()
    }

    /// Whether the rows become others, so that nothing decided of them holds.
    #[must_use]
    pub fn forgets_rows(&self) -> bool {
        self.object.is_some() || self.reading.is_some()
    }

    /// The fields that somebody wants columns to be.
    #[must_use]
    pub fn named_fields(&self) -> Vec<String> {
        self.mapping.iter().flatten().filter_map(|column| column.field.clone()).collect()
    }

    /// Applies the change. `content` is the file where it has to be read again.
    ///
    /// # Errors
    /// 422 that names what does not fit.
    pub async fn apply(self, import: &mut Import, content: Option<Vec<u8>>, names: &Lookups) -> Result<()> {
        if let (Some(reading), Some(content)) = (self.reading, content) {
            prepare::read_again(import, reading, content, names).await?;
        }
        if let Some(object) = self.object.filter(|object| *object != import.object) {
            prepare::change_object(import, object, names);
        }
        if let Some(columns) = self.mapping {
            map_columns(import, columns)?;
        }
        if let Some(options) = self.options {
            import.options = merged(&import.options, options)?;
        }
        for (key, values) in self.values.unwrap_or_default() {
            let known = field::find(import.object, &key).filter(|field| field.kind.is_reference());
            let known = known.ok_or_else(|| {
                Error::field(format!("values.{key}"), "unknown_field", "no values are matched for this field")
            })?;
            for value in values {
                decide(import, known.key, value);
            }
        }
        Ok(())
    }
}

fn map_columns(import: &mut Import, columns: Vec<ColumnPatch>) -> Result<()> {
    let mut mapping = import.mapping.clone();
    for (index, patch) in columns.into_iter().enumerate() {
        let unknown =
            || Error::field(format!("mapping.{index}.column"), "unknown_column", "the file has no such column");
        *mapping.get_mut(patch.column).ok_or_else(unknown)? = patch.field;
    }
    validate_mapping(import.object, &mapping)?;
    import.mapping = mapping;
    Ok(())
}

fn merged(options: &Options, changes: Map<String, Value>) -> Result<Options> {
    let Value::Object(mut all) = serde_json::to_value(options).map_err(Error::internal)? else {
        return Err(Error::internal("options are an object"));
    };
    for (key, value) in changes {
        if value.is_null() {
            all.remove(&key);
        } else {
            all.insert(key, value);
        }
    }
    let options: Options = read_value(Value::Object(all)).map_err(|mut error| {
        for field in &mut error.fields {
            field.field = format!("options.{}", field.field);
        }
        error
    })?;
    if options.missing_record == Some(Missing::Create) {
        let message = "records that tasks and activities are about are not created";
        return Err(Error::field("options.missing_record", "invalid_value", message));
    }
    if let Some(code) = &options.currency {
        code.parse::<dealwright_kernel::Currency>()
            .map_err(|_| Error::field("options.currency", "unknown_currency", "this is not an ISO 4217 code"))?;
    }
    Ok(options)
}

fn decide(import: &mut Import, field: &str, value: ValuePatch) {
    let decision = match (value.decision, value.resolved) {
        (Patch::Value(decision), _) => Some(decision),
        (Patch::Absent | Patch::Null, Patch::Value(id)) => Some(Decision::Use(id)),
        (Patch::Absent | Patch::Null, Patch::Absent | Patch::Null) => None,
    };
    match decision {
        Some(decision) => import.decisions.decide(field, &value.raw, decision),
        None => import.decisions.forget(field, &value.raw),
    }
}
