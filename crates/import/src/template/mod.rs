//! How files of certain columns are imported, remembered: under a name, as a template that everyone who imports may use;
//! and without one, from the last import of a file with the same columns.
//!
//! What is remembered goes by the columns' names, in whatever order they stand: a field each, what values stand for, and
//! the options. A decision about a record that is gone is made anew by the check, as any value that names nothing.

pub mod http;
pub mod store;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use dealwright_access::context::permission;
use dealwright_access::policy::ReadImport;
use dealwright_access::{Actor, ScopeLevel};
use dealwright_kernel::id::{ImportTemplateId, UserId};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::check::{Decisions, Options};
use super::field::{Object as ImportObject, fold_header};
use super::{Import, write};
use dealwright_crm::record::Ref;

/// How many templates an organisation has at most.
pub const MAX_TEMPLATES: i64 = 200;

/// What an import was mapped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MappedByKind {
    Template,
    Import,
}

/// What an import was mapped by, where it was not by suggestion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MappedBy {
    pub kind: MappedByKind,
    pub id: Uuid,
    /// Of the template, or of the earlier import's file.
    pub name: String,
}

/// A column's field, by the column's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplateColumn {
    pub name: String,
    /// Null leaves the column out.
    pub field: Option<String>,
}

/// What is remembered of an import.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory {
    pub object: ImportObject,
    pub columns: Vec<TemplateColumn>,
    pub decisions: Decisions,
    pub options: Options,
}

impl Memory {
    /// What there is to remember of an import.
    #[must_use]
    pub fn of(import: &Import) -> Self {
        let names = import.columns.iter().map(|column| column.column.name.clone());
        Self {
            object: import.object,
            columns: names
                .zip(import.mapping.iter().cloned())
                .map(|(name, field)| TemplateColumn { name, field })
                .collect(),
            decisions: import.decisions.clone(),
            options: import.options.clone(),
        }
    }

    /// Whether the import's file has these columns and no others.
    #[must_use]
    pub fn fits(&self, import: &Import) -> bool {
        let own: BTreeSet<String> = self.columns.iter().map(|column| fold_header(&column.name)).collect();
        let its: BTreeSet<String> = import.columns.iter().map(|column| fold_header(&column.column.name)).collect();
        own == its
    }

    /// Maps the import as remembered. Columns that nothing is remembered of keep what is suggested for them, unless
    /// another has the field; what `actor` may not write is left out.
    pub fn apply(self, actor: &Actor, import: &mut Import) {
        let fields: BTreeMap<String, Option<String>> =
            self.columns.into_iter().map(|column| (fold_header(&column.name), column.field)).collect();
        let mut taken: HashSet<String> = HashSet::new();
        let known: Vec<Option<Option<String>>> = import
            .columns
            .iter()
            .map(|column| fields.get(&fold_header(&column.column.name)).cloned())
            .map(|field| field.map(|field| field.filter(|key| taken.insert(key.clone()))))
            .collect();
        import.mapping = known
            .into_iter()
            .zip(&import.columns)
            .map(|(field, column)| {
                field.unwrap_or_else(|| column.suggested_field.clone().filter(|key| taken.insert(key.clone())))
            })
            .map(|field| field.filter(|key| write::may_map(actor, self.object, [key.as_str()]).is_ok()))
            .collect();
        import.decisions = self.decisions;
        import.options = self.options;
        import.matched.clear();
    }
}

/// A template as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportTemplate {
    pub id: ImportTemplateId,
    pub name: String,
    pub object: ImportObject,
    pub columns: Vec<TemplateColumn>,
    pub options: Options,
    pub created_by: Ref,
    /// Whether you may rename, replace and delete it.
    pub may_update: bool,
    pub version: i64,
    #[serde(skip)]
    pub decisions: Decisions,
}

impl ImportTemplate {
    #[must_use]
    pub fn memory(self) -> Memory {
        Memory { object: self.object, columns: self.columns, decisions: self.decisions, options: self.options }
    }

    #[must_use]
    pub fn mapped_by(&self) -> MappedBy {
        MappedBy { kind: MappedByKind::Template, id: self.id.0, name: self.name.clone() }
    }

    fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "import_template", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("import_template.{verb}"), subject)
    }
}

fn may_update(actor: &Actor, maker: UserId) -> bool {
    maker == actor.user || actor.scope(permission::<ReadImport>()) == ScopeLevel::All
}
