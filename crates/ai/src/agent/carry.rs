//! What a conversation carries from one request to the next: the record that was spoken of, what was listed, and the conditions
//! of the list that "which of those …" goes on with.

use serde_json::Value;
use uuid::Uuid;

use super::State;
use crate::planner::{Ask, Filter};
use crate::resolve::record::RecordType;
use crate::resolve::text;
use crate::resolve::vocabulary::StageKind;

/// Words that speak of what was listed before.
const OF_THOSE: [&str; 14] = [
    "of those",
    "of these",
    "of them",
    "among those",
    "among them",
    "only the ones",
    "just the ones",
    "only those",
    "just those",
    "are they",
    "those that",
    "narrow it",
    "narrow that",
    "out of those",
];

/// The records of a tool's result, in its order; none when it lists none.
pub fn listed(result: &Value) -> Vec<(RecordType, Uuid)> {
    let whole = result.get("kind").and_then(Value::as_str).and_then(RecordType::named);
    let items = result.get("items").and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| {
            let own = item.get("type").and_then(Value::as_str).and_then(RecordType::named);
            let id = item.get("id")?.as_str()?.parse().ok()?;
            Some((own.or(whole).unwrap_or(RecordType::Opportunity), id))
        })
        .collect()
}

/// Puts the conditions of the list before under a request that speaks of it.
pub fn narrow(goal: &str, asks: &mut [Ask], before: &State) {
    if !OF_THOSE.iter().any(|words| text::contains_words(goal, words)) {
        return;
    }
    let Some(last) = before.asks.iter().rev().find_map(filter) else { return };
    for ask in asks {
        match ask {
            Ask::SearchOpportunities(search) => under(&mut search.filter, last),
            Ask::QueryPipeline(query) => under(&mut query.filter, last),
            _ => {}
        }
    }
}

const fn filter(ask: &Ask) -> Option<&Filter> {
    match ask {
        Ask::SearchOpportunities(search) => Some(&search.filter),
        Ask::QueryPipeline(query) => Some(&query.filter),
        _ => None,
    }
}

/// What is new narrows what was; where both say something, the new holds.
fn under(new: &mut Filter, last: &Filter) {
    let or = |new: &mut Option<String>, last: &Option<String>| {
        if new.is_none() {
            new.clone_from(last);
        }
    };
    or(&mut new.name, &last.name);
    or(&mut new.owner, &last.owner);
    or(&mut new.amount, &last.amount);
    or(&mut new.age, &last.age);
    or(&mut new.probability, &last.probability);
    or(&mut new.forecast, &last.forecast);
    or(&mut new.idle, &last.idle);
    if new.date.is_none() && last.date.is_some() {
        (new.date, new.date_of) = (last.date.clone(), last.date_of);
    }
    if new.stages.is_empty() {
        new.stages.clone_from(&last.stages);
    }
    // Open is what a list is taken for that says nothing.
    if new.kinds.is_empty() || new.kinds == [StageKind::Open] && new.stages.is_empty() {
        new.kinds.clone_from(&last.kinds);
    }
    new.choices.extend(last.choices.iter().filter(|choice| !new.choices.contains(choice)).cloned().collect::<Vec<_>>());
    new.missing = new.missing.or(last.missing);
    new.overdue |= last.overdue;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::planner::Search;

    fn search(filter: Filter) -> Ask {
        Ask::SearchOpportunities(Search { filter, ..Search::default() })
    }

    #[test]
    fn those_are_the_ones_before() {
        let mine = Filter { owner: Some("my".into()), kinds: vec![StageKind::Won], ..Filter::default() };
        let before = State { asks: vec![search(mine.clone())], ..State::default() };
        let over = Filter { amount: Some("over 100k".into()), kinds: vec![StageKind::Open], ..Filter::default() };
        let mut asks = vec![search(over.clone())];
        narrow("which of those are over 100k?", &mut asks, &before);
        assert_eq!(asks, [search(Filter { amount: Some("over 100k".into()), ..mine })]);
        let mut asks = vec![search(over.clone())];
        narrow("which deals are over 100k?", &mut asks, &before);
        assert_eq!(asks, [search(over)]);
    }

    #[test]
    fn what_was_listed_is_kept_in_its_order() {
        let id = Uuid::from_u128(7);
        let of = |kind: &str| {
            listed(&json!({ "kind": kind, "items": [{ "id": id, "name": "Ada" }, { "name": "without" }] }))
        };
        assert_eq!(of("lead"), [(RecordType::Lead, id)]);
        assert_eq!(of("open"), [(RecordType::Opportunity, id)]);
        assert!(listed(&json!({ "total": 1 })).is_empty());
    }
}
