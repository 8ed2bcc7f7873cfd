//! One row's cells to one record's values.

use super::resolve::Resolution;
use super::{Missing, OnInvalid, Plan, RowProblem, Value};
use crate::field::{Field, Kind, Object, fold_header};
use crate::values::date::{self, DateOrder};
use crate::values::number::{self, DecimalMark};
use crate::values::{self, email, words};
use dealwright_crm::lead::Rating;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Amounts from a hundred million million on are refused: they are mistakes, and cents of them leave a bigint.
const LARGEST: i64 = 90_000_000_000_000;

/// A row as read.
pub(super) struct ReadRow {
    pub values: Vec<(&'static str, Value)>,
    pub problems: Vec<RowProblem>,
    /// A decision says to leave the row out.
    pub skip: bool,
}

/// What exports write where there is nothing.
pub(super) fn is_nothing(raw: &str) -> bool {
    matches!(raw, "" | "-" | "--" | "NULL" | "null" | "N/A" | "n/a" | "#N/A" | "NaN" | "\\N")
}

impl Plan<'_> {
    pub(super) fn read_row(&self, row: usize) -> ReadRow {
        let mut read = ReadRow { values: Vec::with_capacity(self.mapping.len()), problems: Vec::new(), skip: false };
        for (column, field) in &self.mapping {
            let raw = self.table.cell(row, *column);
            if raw.is_empty() || (field.kind != Kind::Text && is_nothing(raw)) {
                self.read_empty(field, &mut read);
            } else if field.kind.is_reference() {
                self.read_reference(field, raw, &mut read);
            } else {
                self.read_plain(*column, field, raw, &mut read);
            }
        }
        self.complete(row, &mut read);
        read
    }

    fn read_empty(&self, field: &Field, read: &mut ReadRow) {
        if field.kind == Kind::Account && self.object == Object::Opportunity {
            match self.options.missing_account {
                None => read.problems.push(RowProblem { field: field.key, code: "account_empty" }),
                Some(Missing::Skip) => {
                    read.problems.push(RowProblem { field: field.key, code: "left_out" });
                    read.skip = true;
                }
                Some(Missing::Empty | Missing::Create) => {}
            }
        }
        if field.required {
            read.problems.push(RowProblem { field: field.key, code: "required" });
        }
    }

    fn read_reference(&self, field: &'static Field, raw: &str, read: &mut ReadRow) {
        match self.resolved.get(field.key).and_then(|values| values.get(raw)) {
            Some(Resolution::Is(id)) => read.values.push((field.key, Value::Ref(*id))),
            Some(Resolution::Named(name)) => read.values.push((field.key, Value::Named(name.clone()))),
            Some(Resolution::Nothing) => {}
            Some(Resolution::SkipRow) => {
                read.problems.push(RowProblem { field: field.key, code: "left_out" });
                read.skip = true;
            }
            Some(Resolution::Unknown(_)) | None => {
                read.problems.push(RowProblem { field: field.key, code: "unknown_value" });
            }
        }
    }

    fn read_plain(&self, column: usize, field: &'static Field, raw: &str, read: &mut ReadRow) {
        match self.plain(column, field, raw) {
            Ok(value) => read.values.push((field.key, value)),
            Err(code) => {
                match self.options.invalid {
                    OnInvalid::Error => read.problems.push(RowProblem { field: field.key, code }),
                    OnInvalid::Empty => {}
                    OnInvalid::Skip => {
                        read.problems.push(RowProblem { field: field.key, code: "left_out" });
                        read.skip = true;
                    }
                }
                if field.required && self.options.invalid == OnInvalid::Empty {
                    read.problems.push(RowProblem { field: field.key, code: "required" });
                }
            }
        }
    }

    fn mark(&self, column: usize) -> DecimalMark {
        let found = self.columns.get(column).and_then(|column| column.decimal_mark);
        self.options.decimal.or(found).unwrap_or(DecimalMark::Point)
    }

    /// The value, or the code of what is wrong with the cell.
    fn plain(&self, column: usize, field: &Field, raw: &str) -> Result<Value, &'static str> {
        let found = self.columns.get(column);
        match field.kind {
            Kind::Text if self.object == Object::Lead && field.key == "rating" => {
                let word = raw.trim().to_lowercase();
                if Rating::WORDS.contains(&word.as_str()) { Ok(Value::Text(word)) } else { Err("invalid_category") }
            }
            Kind::Text | Kind::Name => {
                if raw.chars().count() > self.longest(field.key) {
                    Err("too_long")
                } else {
                    Ok(Value::Text(raw.to_owned()))
                }
            }
            Kind::Integer => {
                let number = number::parse(raw, self.mark(column)).ok_or("invalid_number")?;
                let whole = number.round().to_i64().ok_or("out_of_range")?;
                let range = if field.key == "founded_year" { 1000..=2200 } else { 0..=100_000_000 };
                if range.contains(&whole) { Ok(Value::Integer(whole)) } else { Err("out_of_range") }
            }
            Kind::Money => {
                let (amount, currency) = number::money(raw, self.mark(column)).ok_or("invalid_amount")?;
                let largest = Decimal::from(LARGEST);
                if amount < Decimal::ZERO || amount > largest {
                    Err("out_of_range")
                } else {
                    Ok(Value::Money { amount, currency })
                }
            }
            Kind::Currency => values::currency(raw).map(Value::Text).ok_or("invalid_currency"),
            Kind::Percent => {
                let fractions = found.is_some_and(|column| column.fractions);
                let percent = values::percent(raw, self.mark(column), fractions).ok_or("invalid_percent")?;
                Ok(Value::Integer(i64::from(percent)))
            }
            Kind::Date | Kind::Moment => self.moment(column, field, raw),
            Kind::Email => email::normalise(raw).map(Value::Text).ok_or("invalid_email"),
            // What isn't a number that we understand is still what the person wrote down.
            Kind::Phone => Ok(Value::Text(raw.chars().take(64).collect())),
            Kind::Url if field.key == "domain" => values::domain(raw).map(Value::Text).ok_or("invalid_domain"),
            Kind::Url => values::url(raw).map(Value::Text).ok_or("invalid_url"),
            Kind::Links => values::links(raw).map(Value::Links),
            Kind::Tags => Ok(Value::Tags(values::tags(raw))),
            Kind::Word(vocabulary) => {
                vocabulary.read(raw).map(|word| Value::Text(word.to_owned())).ok_or("invalid_category")
            }
            Kind::Duration => {
                let header = found.map(|column| fold_header(&column.name)).unwrap_or_default();
                words::minutes(raw, words::Unit::of_header(&header)).map(Value::Integer).ok_or("invalid_duration")
            }
            Kind::Forecast => values::forecast(raw).map(|key| Value::Text(key.to_owned())).ok_or("invalid_category"),
            Kind::Stage
            | Kind::Pipeline
            | Kind::User
            | Kind::Account
            | Kind::Contact
            | Kind::Opportunity
            | Kind::Lead
            | Kind::Related
            | Kind::Person
            | Kind::Product
            | Kind::Option(_) => Err("unknown_value"),
        }
    }

    /// How many characters a text may have.
    fn longest(&self, key: &str) -> usize {
        match (self.object, key) {
            (_, custom) if custom.starts_with("custom.") => 10_000,
            (Object::Opportunity, "next_step") => 2_000,
            (Object::Opportunity | Object::Account, "name") => 500,
            (Object::Lead, "description") | (Object::Task, "notes") => 10_000,
            (Object::Activity, "body") => 100_000,
            (Object::Task, "title") | (Object::Activity, "subject") => 500,
            (Object::Lead, "company") => 500,
            (Object::Account | Object::Lead, "country") | (Object::Product, "code") => 100,
            _ => 200,
        }
    }

    fn moment(&self, column: usize, field: &Field, raw: &str) -> Result<Value, &'static str> {
        let found = self.columns.get(column);
        if self.options.date_order.is_none() && found.is_some_and(|column| column.date_ambiguous) {
            return Err("ambiguous_date");
        }
        let order = self.options.date_order.or(found.and_then(|column| column.date_order)).unwrap_or(DateOrder::Ymd);
        let serial = || date::from_serial(raw).map(|date| date::Moment { date, time: None, offset: None });
        let moment = date::parse(raw, order).or_else(serial).ok_or("invalid_date")?;
        match field.kind {
            Kind::Moment => Ok(Value::Moment(moment.utc())),
            _ => Ok(Value::Date(moment.date)),
        }
    }

    /// What several cells say together, and what no cell said.
    fn complete(&self, row: usize, read: &mut ReadRow) {
        self.settle_currency(read);
        match self.object {
            Object::Opportunity => self.name_opportunity(row, read),
            Object::Contact => name_contact(read),
            Object::Lead => name_lead(read),
            Object::Account => self.drop_own_parent(row, read),
            Object::Task => self.settle_task(read),
            Object::Activity => self.settle_activity(read),
            Object::Product | Object::User => {}
        }
        let said = |key: &str, read: &ReadRow| {
            read.values.iter().any(|(known, _)| *known == key)
                || read.problems.iter().any(|problem| problem.field == key)
        };
        for field in crate::field::fields(self.object).iter().filter(|field| field.required) {
            if !said(field.key, read) {
                read.problems.push(RowProblem { field: field.key, code: "required" });
            }
        }
    }

    /// A column of currencies, or the import's option, gives amounts theirs.
    fn settle_currency(&self, read: &mut ReadRow) {
        let at = read.values.iter().position(|(key, _)| *key == "currency");
        let column = at.map(|at| read.values.remove(at).1).and_then(|value| match value {
            Value::Text(code) => Some(code),
            _ => None,
        });
        let default = column.or_else(|| self.options.currency.clone());
        for (_, value) in &mut read.values {
            if let Value::Money { currency, .. } = value
                && currency.is_none()
            {
                currency.clone_from(&default);
            }
        }
    }

    /// A deal without a name is called by its account and product, or by its key.
    fn name_opportunity(&self, row: usize, read: &mut ReadRow) {
        if read.values.iter().any(|(key, _)| *key == "name") {
            return;
        }
        let shown = |key: &str, kind: Kind| {
            read.values.iter().find(|(known, _)| *known == key).and_then(|(_, value)| match value {
                Value::Ref(id) => self.named(kind, *id).map(|named| named.name),
                Value::Named(name) | Value::Text(name) => Some(name.clone()),
                Value::Integer(_)
                | Value::Money { .. }
                | Value::Date(_)
                | Value::Moment(_)
                | Value::Tags(_)
                | Value::Links(_) => None,
            })
        };
        let raw =
            |key: &str| self.column_of(key).map(|column| self.table.cell(row, column)).filter(|raw| !raw.is_empty());
        let account = shown("account", Kind::Account);
        let product = shown("product", Kind::Product);
        let id = raw("external_id").map(str::to_owned);
        let name = match (account, product, id) {
            (Some(account), Some(product), _) => format!("{account}, {product}"),
            (Some(account), None, Some(id)) => format!("{account}, {id}"),
            (Some(account), None, None) => account,
            (None, Some(product), Some(id)) => format!("{product}, {id}"),
            (None, Some(product), None) => product,
            (None, None, Some(id)) => id,
            (None, None, None) => {
                read.problems.push(RowProblem { field: "name", code: "required" });
                return;
            }
        };
        read.values.push(("name", Value::Text(name.chars().take(500).collect())));
    }

    fn drop_own_parent(&self, row: usize, read: &mut ReadRow) {
        let own = self.column_of("name").map_or("", |column| self.table.cell(row, column)).to_owned();
        read.values.retain(|(key, value)| *key != "parent" || *value != Value::Named(own.clone()));
    }
}

/// As a contact; one of a company alone needs no other name, and one without any goes by its key.
fn name_lead(read: &mut ReadRow) {
    let has = |key: &str, read: &ReadRow| read.values.iter().any(|(known, _)| *known == key);
    if ["first_name", "last_name", "name"].iter().any(|key| has(key, read)) {
        return name_contact(read);
    }
    if has("company", read) {
        return;
    }
    let key = read.values.iter().find_map(|(key, value)| match value {
        Value::Text(text) if *key == "external_id" => Some(text.clone()),
        _ => None,
    });
    match key {
        Some(key) if !has("email", read) => read.values.push(("last_name", Value::Text(key))),
        _ => name_contact(read),
    }
}

/// A full name is taken apart at its last space; a contact without any name goes by the address's first part.
fn name_contact(read: &mut ReadRow) {
    let full = read.values.iter().position(|(key, _)| *key == "name").map(|at| read.values.remove(at).1);
    let has_last = read.values.iter().any(|(key, _)| *key == "last_name");
    if has_last {
        return;
    }
    if let Some(Value::Text(full)) = full {
        let (first, last) = match full.split_once(',') {
            Some((last, first)) => (first.trim().to_owned(), last.trim().to_owned()),
            None => {
                full.rsplit_once(' ').map_or((String::new(), full.clone()), |(first, last)| (first.into(), last.into()))
            }
        };
        if !first.is_empty() && !read.values.iter().any(|(key, _)| *key == "first_name") {
            read.values.push(("first_name", Value::Text(first)));
        }
        read.values.push(("last_name", Value::Text(last)));
        return;
    }
    let first = read.values.iter().position(|(key, _)| *key == "first_name");
    let address = read.values.iter().find_map(|(key, value)| match value {
        Value::Text(text) if *key == "email" => text.split('@').next().map(str::to_owned),
        _ => None,
    });
    match (first, address) {
        (Some(at), _) => {
            let (_, value) = read.values.remove(at);
            read.values.push(("last_name", value));
        }
        (None, Some(local)) => read.values.push(("last_name", Value::Text(local))),
        (None, None) => read.problems.push(RowProblem { field: "last_name", code: "required" }),
    }
}
