//! What raw values stand for: every different value of a reference column is matched once, not once per row.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::problems::Named;
use super::row::is_nothing;
use super::{Decision, Decisions, Missing, Plan};
use crate::field::{Field, Kind, Object, OptionKind};
use crate::values::matching::{Lookup, Match, fold};

/// What a raw value turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Resolution {
    Is(Uuid),
    /// To be created, or a record of this very file.
    Named(String),
    Nothing,
    SkipRow,
    /// Not known; with the likeliest meaning.
    Unknown(Option<Uuid>),
}

/// A raw value of a reference field, for the page where values are matched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ValueMatch {
    pub raw: String,
    /// Rows that have it.
    pub count: u32,
    pub resolved: Option<Named>,
    pub suggestion: Option<Named>,
    /// What a person decided, or what the options imply: absent where the value's own name settled it.
    pub decision: Option<Decision>,
}

/// At most so many values of a field are listed; those that need a decision come first, then the most frequent.
pub const LISTED: usize = 200;

impl<'a> Plan<'a> {
    pub(super) fn resolve_values(&self, decisions: &Decisions) -> HashMap<&'static str, HashMap<&'a str, Resolution>> {
        let mut resolved: HashMap<&'static str, HashMap<&'a str, Resolution>> = HashMap::new();
        for (column, field) in self.mapping.iter().filter(|(_, field)| field.kind.is_reference()) {
            let values = resolved.entry(field.key).or_default();
            for row in 0..self.table.len() {
                let raw = self.table.cell(row, *column);
                if !raw.is_empty() && !values.contains_key(raw) {
                    values.insert(raw, self.resolve(field, raw, decisions.get(field.key, raw)));
                }
            }
        }
        resolved
    }

    fn resolve(&self, field: &Field, raw: &str, decision: Option<Decision>) -> Resolution {
        if is_nothing(raw) || is_null_id(raw) {
            return Resolution::Nothing;
        }
        match decision {
            Some(Decision::Use(id)) if self.lookups(field.kind).iter().any(|lookup| lookup.contains(id)) => {
                return Resolution::Is(id);
            }
            Some(Decision::Empty) => return Resolution::Nothing,
            Some(Decision::Create) if creatable(field.kind) => return Resolution::Named(raw.to_owned()),
            Some(Decision::SkipRows) => return Resolution::SkipRow,
            // A record chosen once and deleted since, or a kind that can't be created: decide anew.
            Some(Decision::Use(_) | Decision::Create) | None => {}
        }
        if let Some(id) = self.exact(field.kind, raw) {
            return Resolution::Is(id);
        }
        if self.object == Object::Account && field.key == "parent" && self.own.contains(&fold(raw)) {
            return Resolution::Named(raw.to_owned());
        }
        let missing = match field.kind {
            Kind::Account => self.options.missing_account,
            Kind::Contact => self.options.missing_contact,
            Kind::Opportunity | Kind::Lead | Kind::Related | Kind::Person => self.options.missing_record,
            _ => None,
        };
        // What is decided already needs no comparison with all that there is.
        match missing {
            Some(Missing::Create) if creatable(field.kind) => return Resolution::Named(raw.to_owned()),
            Some(Missing::Empty) => return Resolution::Nothing,
            Some(Missing::Skip) => return Resolution::SkipRow,
            Some(Missing::Create) | None => {}
        }
        match (field.kind, self.like(field.kind, raw)) {
            (Kind::Option(_), None) if self.options.create_options && creatable(field.kind) => {
                Resolution::Named(raw.to_owned())
            }
            (_, like) => Resolution::Unknown(like),
        }
    }

    /// The one record of this name among all that the kind may be; two of different kinds that both have it are none.
    fn exact(&self, kind: Kind, raw: &str) -> Option<Uuid> {
        let found: Vec<Uuid> = self.lookups(kind).into_iter().filter_map(|lookup| lookup.exact(raw)).collect();
        if let [one] = found.as_slice() { Some(*one) } else { None }
    }

    /// The likeliest record, where the kind is one.
    fn like(&self, kind: Kind, raw: &str) -> Option<Uuid> {
        let lookups = self.lookups(kind);
        let [one] = lookups.as_slice() else { return None };
        match one.find(raw) {
            Match::Like(id, _) | Match::Exact(id) => Some(id),
            Match::Unknown => None,
        }
    }

    pub(super) fn lookups(&self, kind: Kind) -> Vec<&Lookup> {
        let known = self.lookups;
        match kind {
            Kind::Stage => vec![&known.stages],
            Kind::Pipeline => vec![&known.pipelines],
            Kind::User => vec![&known.users],
            Kind::Account => vec![&known.accounts],
            Kind::Contact => vec![&known.contacts],
            Kind::Opportunity => vec![&known.opportunities],
            Kind::Lead => vec![&known.leads],
            Kind::Related => vec![&known.opportunities, &known.accounts, &known.contacts, &known.leads],
            Kind::Person => vec![&known.contacts, &known.leads],
            Kind::Product => vec![&known.products],
            Kind::Option(kind) => known.options.get(&kind).into_iter().collect(),
            Kind::Text
            | Kind::Integer
            | Kind::Money
            | Kind::Currency
            | Kind::Date
            | Kind::Moment
            | Kind::Percent
            | Kind::Email
            | Kind::Phone
            | Kind::Url
            | Kind::Tags
            | Kind::Links
            | Kind::Forecast
            | Kind::Word(_)
            | Kind::Duration
            | Kind::Name => Vec::new(),
        }
    }

    pub(super) fn named(&self, kind: Kind, id: Uuid) -> Option<Named> {
        let name = self.lookups(kind).into_iter().find_map(|lookup| lookup.name(id))?;
        Some(Named { id, name: name.to_owned() })
    }

    /// What an account is called.
    pub fn account_name(&self, id: Uuid) -> Option<String> {
        self.lookups.accounts.name(id).map(str::to_owned)
    }

    /// The values of every reference field, with what they stand for.
    pub fn values(&self, decisions: &Decisions) -> BTreeMap<String, Vec<ValueMatch>> {
        let mut all = BTreeMap::new();
        for (column, field) in self.mapping.iter().filter(|(_, field)| field.kind.is_reference()) {
            let mut counts: HashMap<&str, u32> = HashMap::new();
            for row in 0..self.table.len() {
                let raw = self.table.cell(row, *column);
                if !raw.is_empty() {
                    *counts.entry(raw).or_default() += 1;
                }
            }
            let mut values: Vec<ValueMatch> =
                counts.into_iter().map(|(raw, count)| self.value(field, raw, count, decisions)).collect();
            values.sort_by(|a, b| {
                let open = |value: &ValueMatch| value.resolved.is_some() || value.decision.is_some();
                open(a).cmp(&open(b)).then(b.count.cmp(&a.count)).then(a.raw.cmp(&b.raw))
            });
            values.truncate(LISTED);
            all.insert(field.key.to_owned(), values);
        }
        all
    }

    fn value(&self, field: &Field, raw: &str, count: u32, decisions: &Decisions) -> ValueMatch {
        let decision = decisions.get(field.key, raw);
        let mut value = ValueMatch { raw: raw.to_owned(), count, resolved: None, suggestion: None, decision };
        match self.resolved.get(field.key).and_then(|values| values.get(raw)) {
            Some(Resolution::Is(id)) => value.resolved = self.named(field.kind, *id),
            Some(Resolution::Unknown(Some(id))) => value.suggestion = self.named(field.kind, *id),
            Some(Resolution::Named(_)) => value.decision = Some(Decision::Create),
            Some(Resolution::Nothing) => value.decision = Some(Decision::Empty),
            Some(Resolution::SkipRow) => value.decision = Some(Decision::SkipRows),
            Some(Resolution::Unknown(None)) | None => {}
        }
        value
    }
}

/// Whether an import may create records of this kind in passing.
pub fn creatable(kind: Kind) -> bool {
    // What a new status of leads would mean, no file says.
    matches!(kind, Kind::Account | Kind::Contact | Kind::Product | Kind::Option(_))
        && kind != Kind::Option(OptionKind::LeadStatus)
}

/// Salesforce writes an absent reference as fifteen or eighteen characters that mean no record.
fn is_null_id(raw: &str) -> bool {
    raw.len() >= 15 && raw.starts_with("000000000000000")
}
