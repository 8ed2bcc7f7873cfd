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

/// The tools whose lists are of deals and do not say so of each.
const OF_DEALS: [&str; 2] = ["search_opportunities", "list_stalled"];

/// Keeps what a result is about: its record, or the one record that it lists, and what it lists.
pub fn keep(state: &mut State, tool: &str, result: &Value) {
    let id = result.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let listed = listed(tool, result);
    if let Some(id) = id {
        let kind = ["type", "kind"].iter().find_map(|key| RecordType::named(result.get(*key)?.as_str()?));
        state.in_hand = Some((kind.unwrap_or(RecordType::Opportunity), id));
    } else if let [one] = listed.as_slice() {
        state.in_hand = Some(*one);
    }
    if !listed.is_empty() {
        state.listed = listed;
    }
}

/// The records of a tool's result, in its order; none when it lists none.
fn listed(tool: &str, result: &Value) -> Vec<(RecordType, Uuid)> {
    let named = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(RecordType::named);
    let whole = named(result, "kind").flatten().or(OF_DEALS.contains(&tool).then_some(RecordType::Opportunity));
    let items = result.get("items").and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| {
            // One that is of a kind that is no record is none.
            let kind = named(item, "type").unwrap_or(whole)?;
            Some((kind, item.get("id")?.as_str()?.parse().ok()?))
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
        let of = |tool: &str, kind: &str, item: &str| {
            listed(tool, &json!({ "kind": kind, "items": [{ "id": id, "type": item }, { "name": "without" }] }))
        };
        assert_eq!(of("list_my_day", "", "lead"), [(RecordType::Lead, id)]);
        assert!(of("search_knowledge", "", "activity").is_empty());
        let plain = json!({ "items": [{ "id": id, "name": "Isdom" }] });
        assert_eq!(listed("search_opportunities", &plain), [(RecordType::Opportunity, id)]);
        assert!(listed("list_approvals", &plain).is_empty());
        let leads = json!({ "kind": "lead", "items": [{ "id": id }] });
        assert_eq!(listed("search_records", &leads), [(RecordType::Lead, id)]);
    }

    #[test]
    fn a_record_that_was_asked_about_is_it_and_not_what_is_like_it() {
        let (asked, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let mut state = State::default();
        keep(&mut state, "find_duplicates", &json!({ "id": asked, "kind": "account", "items": [{ "id": other }] }));
        assert_eq!(state.in_hand, Some((RecordType::Account, asked)));
        assert_eq!(state.listed, [(RecordType::Account, other)]);
    }
}
