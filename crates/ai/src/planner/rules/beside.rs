//! Requests that are about something else: any question can be taken for one about deals.

use crate::planner::Filter;
use crate::resolve::text;

/// Whether a list or a total was made of a request that does not speak of selling and names nobody and nothing of ours. A
/// name alone proves nothing: "what time is it in Tokyo?" has one too.
#[must_use]
pub fn is_beside_the_point(filter: &Filter, goal: &str) -> bool {
    names_nothing(filter) && !is_of_business(goal)
}

/// Whether no person, stage or list value is named.
fn names_nothing(filter: &Filter) -> bool {
    filter.owner.is_none() && filter.stages.is_empty() && filter.choices.is_empty() && filter.amount.is_none()
}

/// Whether the request speaks of selling at all: a small model takes any question for one about deals.
#[must_use]
pub fn is_of_business(goal: &str) -> bool {
    const NOUNS: [&str; 34] = [
        "deal",
        "deals",
        "opportunity",
        "opportunities",
        "opp",
        "opps",
        "pipeline",
        "sale",
        "sales",
        "revenue",
        "customer",
        "customers",
        "account",
        "accounts",
        "client",
        "clients",
        "rep",
        "reps",
        "forecast",
        "stage",
        "stages",
        "product",
        "products",
        "turnover",
        "win rate",
        "quota",
        "business",
        "amount",
        "sold",
        "selling",
        "sell",
        "closed",
        "closing",
        "sector",
    ];
    const OURS: [&str; 6] = ["we", "our", "us", "my", "i", "mine"];
    const DONE: [&str; 12] =
        ["won", "win", "wins", "lost", "lose", "losing", "earn", "earned", "make", "made", "close", "open"];
    let any = |words: &[&str]| words.iter().any(|w| text::contains_words(goal, w));
    any(&NOUNS) || any(&OURS) && any(&DONE)
}
