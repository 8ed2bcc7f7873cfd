//! Changes of an import before it runs: another object, another mapping, decisions about values, options.

use std::collections::BTreeMap;

use dealwright_kernel::extract::read_value;
use dealwright_kernel::id::ImportTemplateId;
use dealwright_kernel::{Error, Patch, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::check::{Decision, Lookups, Options};
use super::field::{self, Object as ImportObject};
use super::prepare;
use super::read::ReadOptions;
use super::{Import, validate_mapping};

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
