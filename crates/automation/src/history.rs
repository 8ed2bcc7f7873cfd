//! What a record was before something happened to it: its facts, with the changes of events taken back.
//!
//! What an event does not tell (the other facts of an account that a deal belonged to before, an amount in another currency)
//! is missing.

use dealwright_kernel::Currency;
use dealwright_workflow::rule::value::Kind;
use dealwright_workflow::rule::{Catalogue, Facts, Value};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::store::StageFacts;

/// What changes are read by.
#[derive(Debug)]
pub struct Reading<'a> {
    pub catalogue: &'a Catalogue,
    pub currency: Currency,
    pub stages: &'a StageFacts,
}

impl Reading<'_> {
    /// The facts before these changes, of those after them.
    #[must_use]
    pub fn before(&self, mut facts: Facts, changes: &Json) -> Facts {
        for change in changes.as_array().into_iter().flatten() {
            let Some(field) = change.get("field").and_then(Json::as_str) else { continue };
            let (old, label) =
                (change.get("old").unwrap_or(&Json::Null), change.get("old_label").and_then(Json::as_str));
            self.take_back(&mut facts, field, old, label);
        }
        facts
    }

    fn take_back(&self, facts: &mut Facts, field: &str, old: &Json, label: Option<&str>) {
        if field == "amount" || field == "annual_revenue" {
            let (amount, currency) = self.money(old);
            facts.put(field, amount);
            if field == "amount" {
                facts.put("currency", currency);
            }
        } else if let Some(fact) = self.catalogue.find(field) {
            facts.put(field, read(&fact.kind, old));
        } else if let Some(stem) = field.strip_suffix("_id") {
            if self.catalogue.find(stem).is_some() {
                facts.put(stem, Value::text(label));
            } else {
                self.point_back(facts, stem, old, label);
            }
        }
    }

    /// What a record belonged to: its name is known, and of a stage what it means.
    fn point_back(&self, facts: &mut Facts, stem: &str, old: &Json, label: Option<&str>) {
        let under = format!("{stem}.");
        for fact in self.catalogue.facts.iter().filter(|fact| fact.name.starts_with(&under)) {
            facts.put(fact.name.clone(), Value::Missing);
        }
        facts.put(format!("{stem}.name"), Value::text(label));
        if stem == "stage"
            && let Some(stage) = old.as_str().and_then(|id| id.parse::<Uuid>().ok()).and_then(|id| self.stages.get(&id))
        {
            facts.put("stage.kind", Value::text(Some(stage.kind.as_str())));
            facts.put("stage.position", Value::int(Some(stage.position)));
            facts.put("stage.probability", Value::int(Some(stage.probability)));
        }
    }

    /// An amount in the organisation's currency, and the currency it was in.
    fn money(&self, money: &Json) -> (Value, Value) {
        let Some(currency) = money.get("currency").and_then(Json::as_str) else {
            return (Value::Missing, Value::Missing);
        };
        let ours = currency == self.currency.code();
        let amount = money.get("amount").and_then(number).filter(|_| ours);
        (Value::number(amount), Value::text(Some(currency)))
    }
}

fn number(json: &Json) -> Option<Decimal> {
    match json {
        Json::String(text) => text.parse().ok(),
        Json::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

fn read(kind: &Kind, json: &Json) -> Value {
    let text = json.as_str();
    match kind {
        Kind::Bool => json.as_bool().map_or(Value::Missing, Value::Bool),
        Kind::Int => Value::int(json.as_i64()),
        Kind::Number => Value::number(number(json)),
        Kind::Date => Value::date(text.and_then(|text| text.parse().ok())),
        Kind::Timestamp => text.and_then(|text| text.parse().ok()).map_or(Value::Missing, Value::Timestamp),
        Kind::List(_) => match json.as_array() {
            Some(items) => Value::texts(&items.iter().filter_map(Json::as_str).collect::<Vec<_>>()),
            None => Value::Missing,
        },
        Kind::Text => Value::text(text),
        Kind::Missing | Kind::Duration => Value::Missing,
    }
}

#[cfg(test)]
mod tests {
    use dealwright_workflow::StageKind;
    use dealwright_workflow::rule::RuleObject;
    use serde_json::json;

    use super::*;
    use crate::store::StageFact;

    #[test]
    fn changes_are_taken_back() {
        let stage = Uuid::from_u128(1);
        let stages = StageFacts::from([(stage, StageFact { kind: StageKind::Open, position: 2, probability: 40 })]);
        let catalogue = Catalogue::of(RuleObject::Opportunity);
        let euro: Currency = "EUR".parse().unwrap();
        let reading = Reading { catalogue: &catalogue, currency: euro, stages: &stages };
        let mut facts = Facts::default();
        facts.put("next_step", Value::text(Some("Call")));
        facts.put("amount", Value::number(Some(Decimal::from(900))));
        facts.put("owner.email", Value::text(Some("ben@example.com")));
        let changes = json!([
            { "field": "stage_id", "old": stage, "old_label": "Proposal" },
            { "field": "amount", "old": { "amount": "500.00", "currency": "EUR" } },
            { "field": "owner_id", "old": Uuid::from_u128(9), "old_label": "Anna" },
            { "field": "source_id", "old": Uuid::from_u128(8), "old_label": "Fair" },
            { "field": "tags", "old": ["hot"] },
            { "field": "next_step", "old": null },
            { "field": "a field of another day", "old": 1 },
        ]);
        let before = reading.before(facts, &changes);
        let said = |name: &str| before.get(name).to_json();
        assert_eq!(said("stage.name"), "Proposal");
        assert_eq!(said("stage.kind"), "open");
        assert_eq!(said("stage.position"), 2);
        assert!(before.get("amount").same(&Value::number(Some(Decimal::from(500)))));
        assert_eq!(said("owner.name"), "Anna");
        assert_eq!(said("owner.email"), Json::Null);
        assert_eq!(said("source"), "Fair");
        assert_eq!(said("tags"), json!(["hot"]));
        assert_eq!(said("next_step"), Json::Null);
        // What was in another currency is not reckoned by today's rates.
        let before =
            reading.before(before, &json!([{ "field": "amount", "old": { "amount": "7", "currency": "USD" } }]));
        assert_eq!((before.get("amount").to_json(), before.get("currency").to_json()), (Json::Null, json!("USD")));
    }
}
