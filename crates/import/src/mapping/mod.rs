//! Which column is which field: suggested by the header's name, checked against what the column holds, and, where the
//! header says nothing, by content alone. Also which object the whole file is about.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use strsim::jaro_winkler;

use super::field::{Field, Kind, Object, fields, find, fold_header};
use super::infer::{Column, ColumnType};
use super::values::matching::Lookup;

/// One column's field; `None` leaves the column out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    pub column: usize,
    pub field: Option<String>,
    /// 0 to 1.
    pub confidence: f64,
}

/// Names already known in the organisation, by which a column's values give away what it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<'a> {
    pub stages: Option<&'a Lookup>,
    pub users: Option<&'a Lookup>,
    pub products: Option<&'a Lookup>,
    pub accounts: Option<&'a Lookup>,
}

/// What is too doubtful to suggest.
const THRESHOLD: f64 = 0.55;

/// The best field for each column of a file about `object`; no field is suggested twice.
pub fn suggest(columns: &[Column], object: Object, known: Known<'_>) -> Vec<Suggestion> {
    let mut scored: Vec<(f64, usize, &Field)> = Vec::new();
    for column in columns {
        for field in fields(object) {
            let score = score(column, field, object, known);
            if score >= THRESHOLD {
                scored.push((score, column.index, field));
            }
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut suggestions: Vec<Suggestion> =
        columns.iter().map(|column| Suggestion { column: column.index, field: None, confidence: 0.0 }).collect();
    let mut used: HashSet<&str> = HashSet::new();
    for (score, column, field) in scored {
        let Some(suggestion) = suggestions.iter_mut().find(|suggestion| suggestion.column == column) else { continue };
        if suggestion.field.is_none() && used.insert(field.key) {
            suggestion.field = Some(field.key.to_owned());
            suggestion.confidence = (score.min(1.0) * 100.0).round() / 100.0;
        }
    }
    for (suggestion, column) in suggestions.iter_mut().zip(columns) {
        // A column that says which custom field it is, as our own exports would.
        let custom =
            Some(column.name.trim()).filter(|name| name.starts_with("custom.") && find(object, name).is_some());
        if let Some(name) = custom.filter(|_| suggestion.field.is_none()) {
            suggestion.field = Some(name.to_owned());
            suggestion.confidence = 1.0;
        }
    }
    if matches!(object, Object::Contact | Object::Lead) {
        drop_redundant_full_name(&mut suggestions);
    }
    suggestions
}

/// First and last name say more than the full name does.
fn drop_redundant_full_name(suggestions: &mut [Suggestion]) {
    let has = |key: &str, suggestions: &[Suggestion]| suggestions.iter().any(|s| s.field.as_deref() == Some(key));
    if has("first_name", suggestions) && has("last_name", suggestions) {
        for suggestion in suggestions.iter_mut().filter(|suggestion| suggestion.field.as_deref() == Some("name")) {
            suggestion.field = None;
            suggestion.confidence = 0.0;
        }
    }
}

/// The object the file is most likely about, with the confidence.
pub fn suggest_object(columns: &[Column]) -> (Object, f64) {
    let mut best = (Object::Opportunity, f64::MIN);
    let mut second = f64::MIN;
    for object in Object::ALL {
        let suggestions = suggest(columns, object, Known::default());
        let chosen: Vec<(&str, f64)> = suggestions
            .iter()
            .filter_map(|suggestion| suggestion.field.as_deref().map(|field| (field, suggestion.confidence)))
            .collect();
        let telling: f64 = chosen.iter().map(|(field, confidence)| weight(object, field) * confidence).sum();
        let missing =
            fields(object).iter().any(|field| field.required && !chosen.iter().any(|(key, _)| *key == field.key));
        let named = columns.iter().filter(|column| names_object(&column.name, object)).count();
        let named = f64::from(u32::try_from(named).unwrap_or(0)) * 1.2;
        let total = telling + named - if missing { 3.0 } else { 0.0 };
        if total > best.1 {
            second = best.1;
            best = (object, total);
        } else if total > second {
            second = total;
        }
    }
    let confidence = ((best.1 - second.max(0.0)) / best.1.max(0.1)).clamp(0.0, 1.0);
    (best.0, confidence)
}

/// How much a field speaks for its object: what only one object has weighs most.
fn weight(object: Object, field: &str) -> f64 {
    match (object, field) {
        (Object::Opportunity, "stage" | "close_date") => 3.0,
        (Object::Opportunity, "amount" | "probability" | "forecast_category" | "lost_reason" | "next_step") => 1.5,
        (Object::Account, "employees" | "annual_revenue" | "founded_year" | "parent") => 2.0,
        (Object::Account, "website" | "domain") => 1.2,
        (Object::Contact, "first_name" | "last_name") => 2.0,
        (Object::Contact, "email" | "title") => 1.5,
        (Object::Lead, "first_name" | "last_name") => 1.8,
        (Object::Lead, "email" | "title") => 1.3,
        (Object::Lead, "rating") => 1.5,
        (Object::Task, "due_date" | "priority" | "status") => 2.0,
        (Object::Task, "done_at" | "title") => 1.0,
        (Object::Activity, "occurred_at" | "body") => 1.2,
        (Object::Activity, "duration" | "direction" | "call_outcome" | "meeting_outcome") => 2.0,
        (Object::Activity, "kind" | "ended_at" | "subject") => 1.0,
        (Object::Product, "unit_price" | "code" | "family") => 1.8,
        (Object::User, "manager" | "team") => 2.5,
        (Object::User, "region") => 1.0,
        _ => 0.5,
    }
}

fn names_object(header: &str, object: Object) -> bool {
    let header = fold_header(header);
    let names: &[&str] = match object {
        Object::Opportunity => &["opportunity", "deal"],
        Object::Account => &["companyname", "companyowner", "companydomain", "accountnumber"],
        Object::Contact => &["contactowner", "person", "givenname", "lifecyclestage"],
        Object::Lead => &["leadowner", "leadid", "leadnumber", "leadname", "leadorigin", "leadrating", "prospect"],
        Object::Task => &["task", "whoid", "whatid", "duedate"],
        Object::Activity => &[
            "activity",
            "note",
            "call",
            "meeting",
            "event",
            "emailsubject",
            "emailbody",
            "startdatetime",
            "durationinminutes",
        ],
        Object::Product => &["productcode", "productfamily", "sku"],
        Object::User => &["username", "userrole"],
    };
    names.iter().any(|name| header.starts_with(name))
}

fn score(column: &Column, field: &Field, object: Object, known: Known<'_>) -> f64 {
    let by_name = name_score(&column.name, field);
    let fit = fit(column, field.kind);
    let by_content = content_score(column, field, object, known);
    (by_name * fit).max(by_content)
}

/// 1 for the best header of a field, a little less for each further one, down to 0.8; below that for likeness.
fn name_score(header: &str, field: &Field) -> f64 {
    let header = fold_header(header);
    if header == fold_header(field.key) {
        return 1.0;
    }
    if let Some(rank) = field.headers.iter().position(|name| *name == header) {
        return 1.0 - f64::from(u32::try_from(rank).unwrap_or(20).min(20)) * 0.01;
    }
    if header.len() < 4 {
        return 0.0;
    }
    field
        .headers
        .iter()
        .filter(|name| name.len() >= 4)
        .map(|name| {
            if strsim::damerau_levenshtein(&header, name) <= 1 + header.len() / 10 {
                0.78
            } else if jaro_winkler(&header, name) >= 0.95 {
                0.7
            } else if name.len() >= 6 && (header.starts_with(*name) || header.ends_with(*name)) {
                0.62
            } else {
                0.0
            }
        })
        .fold(0.0, f64::max)
}

/// Whether the cells can be what the field takes: 1, or near 0 when they can't.
fn fit(column: &Column, kind: Kind) -> f64 {
    use ColumnType as T;
    let of = column.kind;
    if of == T::Empty {
        return 0.9;
    }
    let good = match kind {
        Kind::Date | Kind::Moment => of == T::Date,
        Kind::Money | Kind::Integer | Kind::Percent => matches!(of, T::Integer | T::Decimal | T::Money),
        Kind::Email => of == T::Email,
        Kind::Phone => matches!(of, T::Phone | T::Integer | T::Text | T::Id),
        Kind::Url => matches!(of, T::Url | T::Text | T::Email),
        Kind::Currency => of == T::Text,
        Kind::Forecast | Kind::Stage | Kind::Pipeline | Kind::Option(_) | Kind::Name => {
            !matches!(of, T::Date | T::Email | T::Boolean | T::Money | T::Decimal | T::Url)
        }
        Kind::Word(_) => !matches!(of, T::Date | T::Email | T::Money | T::Url),
        Kind::Duration => !matches!(of, T::Email | T::Url | T::Boolean),
        Kind::User
        | Kind::Account
        | Kind::Contact
        | Kind::Opportunity
        | Kind::Lead
        | Kind::Related
        | Kind::Person
        | Kind::Product => !matches!(of, T::Date | T::Boolean | T::Money | T::Decimal),
        Kind::Links => matches!(of, T::Url | T::Text),
        Kind::Text | Kind::Tags => !matches!(of, T::Boolean),
    };
    match (good, kind) {
        (true, Kind::Text) if of == T::Date => 0.5,
        (true, _) => 1.0,
        // A few good cells among many bad ones may still be the right column.
        (false, Kind::Email | Kind::Url) if of == T::Text => 0.7,
        (false, Kind::Date | Kind::Moment | Kind::Money | Kind::Integer) if of == T::Text => 0.6,
        (false, _) => 0.2,
    }
}

/// What the cells alone say.
fn content_score(column: &Column, field: &Field, object: Object, known: Known<'_>) -> f64 {
    let share = |lookup: Option<&Lookup>| {
        let Some(lookup) = lookup.filter(|_| column.kind == ColumnType::Text) else { return 0.0 };
        let hits = column.samples.iter().filter(|sample| lookup.exact(sample).is_some()).count();
        let (hits, all) = (u32::try_from(hits).unwrap_or(0), u32::try_from(column.samples.len()).unwrap_or(1).max(1));
        f64::from(hits) / f64::from(all)
    };
    let matched = match (field.kind, object) {
        (Kind::Email, _) => return if column.kind == ColumnType::Email { 0.6 } else { 0.0 },
        (Kind::Stage, _) => share(known.stages),
        (Kind::User, _) => share(known.users),
        (Kind::Product, _) => share(known.products),
        (Kind::Account, Object::Opportunity | Object::Contact) => share(known.accounts),
        _ => 0.0,
    };
    if matched >= 0.6 { 0.6 + 0.25 * matched } else { 0.0 }
}

#[cfg(test)]
mod tests;
