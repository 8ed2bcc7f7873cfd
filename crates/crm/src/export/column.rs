//! The columns that a file can have, by the names of the API.

use dealwright_access::{Actor, Object};
use dealwright_kernel::error::FieldError;
use dealwright_kernel::{Error, Result};

use super::cell::Cell;
use crate::custom_field::{CustomField, FieldKind, FieldObject};

/// What stands in a column.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Text, a number or a flag as it is; of a record, its name.
    Plain,
    /// An amount and, in a column of its own, its currency.
    Money,
    /// The id of something that has a name.
    Named,
    /// A word of ours, such as `best_case`.
    Word,
    Custom(Box<CustomField>),
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    pub name: String,
    pub label: String,
    pub kind: Kind,
}

type Builtin = (&'static str, &'static str, Kind);

const OPPORTUNITY: &[Builtin] = &[
    ("name", "Opportunity", Kind::Plain),
    ("account", "Account", Kind::Plain),
    ("amount", "Amount", Kind::Money),
    ("close_date", "Close date", Kind::Plain),
    ("stage", "Stage", Kind::Plain),
    ("owner", "Owner", Kind::Plain),
    ("forecast_category", "Forecast", Kind::Word),
    ("probability", "Probability", Kind::Plain),
    ("expected_revenue", "Weighted", Kind::Money),
    ("next_step", "Next step", Kind::Plain),
    ("follow_up_date", "Follow-up date", Kind::Plain),
    ("primary_contact", "Primary contact", Kind::Plain),
    ("type_id", "Type", Kind::Named),
    ("source_id", "Source", Kind::Named),
    ("industry_id", "Industry", Kind::Named),
    ("region_id", "Region", Kind::Named),
    ("lost_reason_id", "Lost reason", Kind::Named),
    ("lost_to_id", "Lost to", Kind::Named),
    ("won_reason_id", "Won reason", Kind::Named),
    ("tags", "Tags", Kind::Plain),
    ("stage_entered_at", "In stage since", Kind::Plain),
    ("closed_at", "Closed", Kind::Plain),
    ("created_at", "Created", Kind::Plain),
    ("updated_at", "Changed", Kind::Plain),
    ("external_id", "External id", Kind::Plain),
    ("id", "Id", Kind::Plain),
];

const ACCOUNT: &[Builtin] = &[
    ("name", "Account", Kind::Plain),
    ("domain", "Domain", Kind::Plain),
    ("industry_id", "Industry", Kind::Named),
    ("region_id", "Region", Kind::Named),
    ("parent", "Parent", Kind::Plain),
    ("owner", "Owner", Kind::Plain),
    ("country", "Country", Kind::Plain),
    ("employees", "Employees", Kind::Plain),
    ("annual_revenue", "Revenue", Kind::Money),
    ("founded_year", "Founded", Kind::Plain),
    ("phone", "Phone", Kind::Plain),
    ("website", "Web site", Kind::Plain),
    ("tags", "Tags", Kind::Plain),
    ("created_at", "Created", Kind::Plain),
    ("updated_at", "Changed", Kind::Plain),
    ("external_id", "External id", Kind::Plain),
    ("id", "Id", Kind::Plain),
];

const CONTACT: &[Builtin] = &[
    ("name", "Contact", Kind::Plain),
    ("title", "Title", Kind::Plain),
    ("account", "Account", Kind::Plain),
    ("email", "E-mail", Kind::Plain),
    ("phone", "Phone", Kind::Plain),
    ("owner", "Owner", Kind::Plain),
    ("tags", "Tags", Kind::Plain),
    ("created_at", "Created", Kind::Plain),
    ("updated_at", "Changed", Kind::Plain),
    ("external_id", "External id", Kind::Plain),
    ("id", "Id", Kind::Plain),
];

const LEAD: &[Builtin] = &[
    ("name", "Lead", Kind::Plain),
    ("first_name", "First name", Kind::Plain),
    ("last_name", "Last name", Kind::Plain),
    ("company", "Company", Kind::Plain),
    ("title", "Title", Kind::Plain),
    ("status", "Status", Kind::Plain),
    ("rating", "Rating", Kind::Word),
    ("score", "Score", Kind::Plain),
    ("grade", "Grade", Kind::Word),
    ("source_id", "Source", Kind::Named),
    ("industry_id", "Industry", Kind::Named),
    ("region_id", "Region", Kind::Named),
    ("email", "E-mail", Kind::Plain),
    ("phone", "Phone", Kind::Plain),
    ("website", "Web site", Kind::Plain),
    ("country", "Country", Kind::Plain),
    ("description", "Description", Kind::Plain),
    ("owner", "Owner", Kind::Plain),
    ("tags", "Tags", Kind::Plain),
    ("created_at", "Came in", Kind::Plain),
    ("updated_at", "Changed", Kind::Plain),
    ("external_id", "External id", Kind::Plain),
    ("id", "Id", Kind::Plain),
];

const fn builtin(object: FieldObject) -> (&'static [Builtin], Object) {
    match object {
        FieldObject::Opportunity => (OPPORTUNITY, Object::Opportunity),
        FieldObject::Account => (ACCOUNT, Object::Account),
        FieldObject::Contact => (CONTACT, Object::Contact),
        FieldObject::Lead => (LEAD, Object::Lead),
    }
}

/// The columns asked for, or all, without those whose field is hidden from the actor.
///
/// # Errors
/// 422 for each column that there is not.
pub(super) fn chosen(
    object: FieldObject,
    custom: Vec<CustomField>,
    actor: &Actor,
    asked: &[String],
) -> Result<Vec<Column>> {
    let (own, subject) = builtin(object);
    let own = own.iter().map(|(name, label, kind)| Column {
        name: (*name).to_owned(),
        label: (*label).to_owned(),
        kind: kind.clone(),
    });
    let custom = custom.into_iter().filter(|f| !f.archived).map(|f| Column {
        name: format!("custom.{}", f.key),
        label: f.label.clone(),
        kind: Kind::Custom(Box::new(f)),
    });
    let known: Vec<Column> = own.chain(custom).collect();
    let mut wrong = Vec::new();
    let mut columns = Vec::new();
    for (i, name) in asked.iter().enumerate() {
        match known.iter().find(|c| c.name == *name) {
            Some(column) => columns.push(column.clone()),
            None => wrong.push(FieldError {
                field: format!("columns.{i}"),
                code: "unknown_field".into(),
                message: format!("there is no column {name:?}"),
            }),
        }
    }
    if !wrong.is_empty() {
        return Err(Error::fields("invalid", wrong));
    }
    let columns = if asked.is_empty() { known } else { columns };
    Ok(columns.into_iter().filter(|c| !actor.fields.hides(subject, &c.name)).collect())
}

impl Column {
    /// Whether a column of the currency stands beside it.
    pub(super) fn is_money(&self) -> bool {
        match &self.kind {
            Kind::Money => true,
            Kind::Custom(field) => field.kind == FieldKind::Money,
            Kind::Plain | Kind::Named | Kind::Word => false,
        }
    }
}

/// The heads.
pub(super) fn head(columns: &[Column]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for column in columns {
        cells.push(Cell::Text(column.label.clone()));
        if column.is_money() {
            cells.push(Cell::Text(format!("{} currency", column.label)));
        }
    }
    cells
}
