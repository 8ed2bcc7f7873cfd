//! Questions: lists, counts and sums, and what one record says.

use super::sentence::Sentence;
use super::{Certainty, Draft, change, filter};
use crate::planner::{Ask, DateOf, Field, Get, Group, Measure, Order, Query};
use crate::resolve::lex::Meaning;
use crate::resolve::vocabulary::StageKind;

const NOUN: [&str; 5] = [
    "deals|deal|opportunities|opportunity|opps|opp",
    "pipeline",
    "biggest|largest|smallest one|ones",
    "anything|everything|something|stuff|business",
    "wins|losses",
];

/// Reads the clause as a question, if it is one.
pub fn read(s: &mut Sentence<'_>) -> Option<Draft> {
    let start = s.opening();
    about_one(s, start).or_else(|| figures(s, start)).or_else(|| list(s, start))
}

/// "who owns X", "when does X close", "what is the amount of X", "summarise X".
fn about_one(s: &Sentence<'_>, start: usize) -> Option<Draft> {
    let end = s.ending();
    let many = s.has(&[
        "deals|opportunities|opps|pipeline|everything|anything|sales",
        "biggest|largest|smallest|oldest|newest|top|most|average",
    ]);
    let get = |name_range: std::ops::Range<usize>, field: Option<Field>, certainty: Certainty| {
        let named = s.name(name_range.clone());
        let in_hand = named.is_none() && name_range.clone().any(|i| matches!(s.word(i), "it" | "this" | "that"));
        (named.is_some() || in_hand).then(|| Draft::one(Ask::GetOpportunity(Get { name: named, field }), certainty))
    };
    const SUMMARY: [&str; 25] = [
        "summarise|summarize|recap",
        "sum up",
        "brief me on|about",
        "tell me more? about",
        "give|get|show me? a|an|the quick|short|brief? summary|overview|rundown|recap|update|briefing|status|details of|on|about|for",
        "summary|overview|details|status|recap|rundown of|on|for|about",
        "what's|what is|are? happening|new|up with|on|in|at",
        "what's|what is? going on with|at|in",
        "what's|what is? the? latest|status|story|situation|state on|with|of|for|about",
        "what happened with|to|on|at|in",
        "how's",
        "how is",
        "where's",
        "where is|are",
        "where do|are we stand? with|on|at?",
        "where do things stand with|on|at",
        "how do things stand|look with|on|at",
        "catch me up on",
        "bring me up to speed on",
        "what do we|you|i know about",
        "explain",
        "describe",
        "fill me in on",
        "update me on",
        "any news on|about|from",
    ];
    if let Some(n) = s.any(start, &SUMMARY)
        && !many
    {
        let stop = (start + n..end)
            .find(|i| {
                s.any(
                    *i,
                    &[
                        "on|from|in my|our side|end|view",
                        "right now",
                        "at the moment",
                        "these days",
                        "for me|us",
                        "doing",
                        "at|standing",
                        "going",
                        "coming along",
                        "looking",
                        "progressing",
                        "lately",
                        "so far",
                    ],
                )
                .is_some()
            })
            .unwrap_or(end);
        // "my pipeline", "Anna's work": not one record.
        if s.find(start, |m| matches!(m, Meaning::Owner)).is_none_or(|e| e.tokens.start >= stop) {
            return get(start + n..stop, None, Certainty::High);
        }
    }
    // "what the Isdom deal is about", "what is Isdom about"
    if let Some(n) = s.any(start, &["what's|what is?"]).filter(|_| !many)
        && let Some(tail) = s.seek(start + n + 1, &["is? about"]).filter(|t| t.end == end)
    {
        return get(start + n..tail.start, None, Certainty::High);
    }
    let asked: [(&[&str], Field); 10] = [
        (
            &[
                "who owns|own|has|leads|manages|handles",
                "who is|is's the? owner of|for|on",
                "who's the? owner of|for|on",
                "whose deal is",
                "who is working on",
                "who is responsible for",
                "who is in charge of",
                "who's in charge of",
                "who's working on|responsible for",
                "who is|'s handling|running|managing|covering",
                "who's handling|running|managing|covering",
                "who is|'s looking after",
                "who's looking after",
            ],
            Field::Owner,
        ),
        (&["when does|do|will|is|should|would", "when's"], Field::CloseDate),
        (&["what|which stage is|are|does", "in what|which stage is", "what's the stage of|for"], Field::Stage),
        (
            &[
                "how much is|are|was",
                "what is|was|are? the? worth|value of",
                "what's|what is? the? worth|value|amount|size of|for|on",
            ],
            Field::Amount,
        ),
        (
            &[
                "how likely is|are",
                "what are|is the chances|chance|odds|probability|likelihood of|for|on",
                "what's the probability|chance|likelihood of|for|on",
            ],
            Field::Probability,
        ),
        (&["what's|what is? next for|with|on"], Field::NextStep),
        (&["why did|was|have we? lose|lost?"], Field::LostReason),
        (&["how long has|have|is"], Field::Stage),
        (&["is|are|has"], Field::Stage),
        (&["what's|what is|are? the? next steps|step for|on|of|with|in"], Field::NextStep),
    ];
    if !many {
        if let Some(n) = s.any(
            start,
            &["what's|what is|was|are? the|its?", "what's|what is|was?", "tell|show|give me the", "show|get the?"],
        ) && let Some((field, m)) = change::field_at(s, start + n)
            && matches!(s.word(start + n + m), "of" | "for" | "on" | "with" | "in" | "at")
        {
            return get(start + n + m + 1..end, Some(field), Certainty::High);
        }
        // "what is X's close date"
        if let Some(n) = s.any(start, &["what's|what is|was? the?", "show|tell|give me", "show|get"]) {
            let found = (start + n + 1..end)
                .find_map(|i| change::field_at(s, i).filter(|(_, m)| i + m == end).map(|(f, _)| (i, f)));
            if let Some((i, field)) = found
                && s.tokens.get(i - 1).is_some_and(|t| t.possessive)
            {
                return get(start + n..i, Some(field), Certainty::High);
            }
        }
        for (patterns, field) in asked {
            let Some(n) = s.any(start, patterns) else { continue };
            let stop = (start + n..end)
                .find(|i| {
                    s.any(
                        *i,
                        &[
                            "close|closing|closes|worth|due|in|at",
                            "supposed|expected|scheduled|going|likely to",
                            "been in|at|there?",
                            "to close|sign|win",
                            "now|currently",
                            "won|lost|open",
                        ],
                    )
                    .is_some()
                })
                .unwrap_or(end);
            if stop == start + n
                || (matches!(s.word(start), "is" | "are" | "has") && (stop == end || s.word(start + n) == "there"))
            {
                continue;
            }
            if field == Field::CloseDate && stop == end && s.word(start) != "when's" {
                continue;
            }
            if field == Field::Owner && matches!(s.word(stop.saturating_sub(1)), "most") {
                continue;
            }
            return get(start + n..stop, Some(field), Certainty::High);
        }
        // "show me the Isdom deal", "open Isdom"
        if let Some(n) = s.any(
            start,
            &[
                "show|give|get me?",
                "open",
                "pull up",
                "find|view|see|display",
                "go to",
                "look up",
                "details? of|on|for?",
                "look at",
            ],
        ) {
            let singular = (start + n..end).any(|i| matches!(s.word(i), "deal" | "opportunity"));
            let about = s.any(start + n, &["a|an|the? details|detail|history|record|info of|on|for|about"]);
            let from = start + n + about.unwrap_or(0);
            let plain_name = s.word(start) == "open" || s.any(start, &["pull up", "look up", "go to"]).is_some();
            if (singular || about.is_some() || plain_name)
                && s.find(start + n, |m| !matches!(m, Meaning::Product | Meaning::Quoted)).is_none()
            {
                return get(from..end, None, Certainty::High);
            }
        }
        if s.seek(start, &["summary|status|overview|update|details"]).is_some_and(|r| r.end >= end && r.start > start) {
            return get(start..end - 1, None, Certainty::Some);
        }
    }
    None
}

/// The nouns that things are grouped by.
const GROUPS: [(&str, Group); 11] = [
    ("forecast category|categories", Group::ForecastCategory),
    ("stage|stages", Group::Stage),
    (
        "sales? owner|owners|rep|reps|salesperson|salespeople|person|people|agent|agents|user|seller|sellers|colleague|member",
        Group::Owner,
    ),
    ("account|accounts|customer|customers|company|companies|client|clients", Group::Account),
    ("close? month|months", Group::Month),
    ("quarter|quarters", Group::Quarter),
    ("industry|industries|sector|sectors|vertical", Group::Industry),
    ("region|regions|territory", Group::Region),
    ("lead? source|sources", Group::Source),
    ("product|products", Group::Product),
    ("forecast", Group::ForecastCategory),
];

fn group_at(s: &Sentence<'_>, i: usize) -> Option<(Group, usize)> {
    GROUPS.iter().find_map(|(pattern, group)| s.phrase(i, pattern).map(|n| (*group, n)))
}

/// "how many …", "total value by stage", "who has the most …", "win rate this quarter".
fn figures(s: &mut Sentence<'_>, start: usize) -> Option<Draft> {
    let grouped = (start..s.len()).find_map(|i| {
        let n = s.any(
            i,
            &[
                "by",
                "per",
                "for each",
                "in each",
                "from each",
                "across all? the?",
                "of each",
                "at each",
                "grouped|split|broken down? by",
                "each",
            ],
        )?;
        group_at(s, i + n).map(|(group, m)| (i..i + n + m, group))
    });
    // "compare the reps by deals won"
    let compared = s
        .any(start, &["compare|rank|order|sort the|our|all?", "break down|out the|our?"])
        .and_then(|n| group_at(s, start + n).map(|(group, m)| (start..start + n + m, group)));
    let grouped = grouped.or(compared);
    let which = s.any(start, &["who|who's|whose", "which", "what"]).and_then(|n| {
        if s.word(start).starts_with("who") {
            // "who is our best customer": the customer is what is ranked.
            let ranked = s.any(start + n, &["is|are|was|'s? our|the|my? best|biggest|top|largest|worst"]);
            let group = ranked.and_then(|m| group_at(s, start + n + m)).map_or(Group::Owner, |(group, _)| group);
            Some((group, n))
        } else {
            group_at(s, start + n).map(|(g, m)| (g, n + m))
        }
    });
    let ranked = s.has(&["the? most|highest|biggest|largest|best|top|fewest|least|lowest|smallest|worst"]);
    let measure = if s.has(&["win|close|conversion|success rate|ratio", "win-rate"])
        || s.has(&["percentage|percent|share|proportion|fraction"])
            && s.has(&["win|won|wins|close|closed|lose|lost|losing"])
    {
        Some(Measure::WinRate)
    } else if s.has(&["average|mean|avg|typical"]) {
        Some(Measure::Average)
    } else if s.has(&["weighted", "expected revenue|value", "likely revenue"])
        || s.has(&["forecast"]) && s.has(&["our|the|my|what's|what is|total"]) && !s.has(&["category"])
    {
        Some(Measure::Weighted)
    } else if s.has(&["how many|often", "how many times", "number|count of", "count"]) {
        Some(Measure::Count)
    } else if s.has(&[
        "how much",
        "total",
        "sum",
        "combined",
        "worth of?",
        "value of",
        "add up",
        "revenue|turnover|income|sales",
        "earn|earns|earned|brings|makes us? the? most|least",
        "what did we|i|they make|earn|sell",
        "sold|sells|sell the? most",
    ]) {
        Some(Measure::Sum)
    } else {
        None
    };
    let (group, top) = match (&grouped, which) {
        (Some((_, group)), _) => (Some(*group), None),
        (None, Some((group, _)))
            if ranked
                && (measure.is_some()
                    || s.has(&NOUN)
                    || s.has(&["won|lost|lose|win|sold|closed|sells|owns|has|have|got|wins|loses|makes|brings|earns|bought|purchased|ordered|spent|buys"])) =>
        {
            let single_deal =
                group == Group::Owner && s.has(&["the biggest|largest|smallest|oldest|newest deal|opportunity"]);
            if single_deal {
                return None;
            }
            (Some(group), Some(1))
        }
        _ => (None, None),
    };
    // "top 5 reps by revenue", "our best customers"
    let listed = s.seek(start, &["top|best|biggest|largest|strongest|worst|weakest|smallest|leading"]).and_then(|r| {
        let limit = s.find(r.start, |m| matches!(m, Meaning::Limit(_))).filter(|e| e.tokens.start <= r.end);
        let at = limit.map_or(r.end, |e| e.tokens.end);
        let at = at + usize::from(matches!(s.word(at), "performing" | "selling" | "ranking"));
        group_at(s, at).filter(|(g, _)| !matches!(g, Group::Stage | Group::ForecastCategory))
    });
    let ranks_many = (group.is_none() || measure.is_none() || top.is_none()) && listed.is_some();
    let (group, top, measure) = match listed {
        Some((listed, _)) if ranks_many && group.is_none() => (Some(listed), top, measure.or(Some(Measure::Sum))),
        _ => (group, top, measure),
    };
    // "how did Anna do in May?": what she sold.
    let performed = s.any(start, &["how did|do|does|has|have|is|are|was|were", "how's"]).is_some()
        && s.has(&["do|doing|done|perform|performing|performed|sell|selling|sold|go|going"])
        && s.find(start, |m| matches!(m, Meaning::Owner | Meaning::Product | Meaning::Choice)).is_some();
    let measure = measure.or(performed.then_some(Measure::Sum));
    let list_verb = s.any(start, &["list", "show me? the|my|all?", "which", "what deals"]).is_some();
    if measure.is_none()
        && group.is_none()
        && !s.has(&[
            "breakdown",
            "pipeline summary|overview|report|health",
            "overview|summary of|for the|my|our? pipeline",
            "how's the|my|our pipeline",
            "how is the|my|our pipeline",
        ])
    {
        return None;
    }
    // "show the total" is a figure, "show deals worth over 5k" is a list.
    if measure == Some(Measure::Sum)
        && group.is_none()
        && list_verb
        && !s.has(&["how much", "total", "sum", "combined", "value of"])
    {
        return None;
    }
    if measure == Some(Measure::Sum) && group.is_none() && s.has(&["worth more|less|over|under|above|below|at|between"])
    {
        return None;
    }
    let both = s.has(&["won|win|wins"]) && s.has(&["lost|lose|losses"]) && measure == Some(Measure::Count);
    let group = group.or_else(|| (measure.is_none() || both).then_some(Group::Stage));
    if let Some((range, _)) = grouped.clone() {
        s.mark(range);
    }
    let wins = s.has(&[
        "sold|sell|sells|sales",
        "closed won",
        "revenue|turnover|income",
        "won|wins",
        "make|made|makes|earn|earned|earns",
        "bought|purchased|ordered|buys|spent",
        "bring|brings|brought in",
    ]) || performed
        || (group.is_some()
            && listed.is_some()
            && measure == Some(Measure::Sum)
            && !s.has(&["open|pipeline|lost|lose"]));
    let found = filter::read(s, start);
    let mut filter = found.search.filter;
    let worth = s.has(&["value|revenue|money|amount|worth|bought|spent|turnover|income", "pipeline"]);
    let counts = !worth && (top.is_some() || s.has(&["deals|opportunities|opps"]));
    let measure = measure.unwrap_or(if counts { Measure::Count } else { Measure::Sum });
    if measure == Measure::WinRate {
        filter.kinds.clear();
    } else if wins && filter.kinds.is_empty() {
        filter.kinds.push(StageKind::Won);
    }
    if performed && filter.date_of == DateOf::CloseDate {
        filter.date_of = DateOf::Closed;
    }
    let pipeline = s.has(&["pipeline", "forecast", "weighted"]);
    if pipeline && filter.kinds.is_empty() && filter.stages.is_empty() {
        filter.kinds.push(StageKind::Open);
    }
    let ascending = s.has(&["fewest|least|lowest|smallest|worst"]);
    let certainty = if found.left.is_empty() { Certainty::High } else { Certainty::Some };
    let query =
        Query { filter, measure, group, top: top.or(found.search.limit.filter(|_| group.is_some())), ascending };
    Some(Draft { left: found.left, ..Draft::one(Ask::QueryPipeline(query), certainty) })
}

/// "which of my deals …", "show me open deals over 50k", "the biggest deal".
fn list(s: &mut Sentence<'_>, start: usize) -> Option<Draft> {
    let verb = s.any(
        start,
        &[
            "show|list|find|give|get|display|fetch|pull|see|view|search",
            "which|what",
            "do|does|are|is|have|has|any",
            "what's|who's",
            "who",
            "tell me",
            "all",
            "look for",
            "gimme",
            "where",
            "how's|how is",
        ],
    );
    let noun = s.has(&NOUN);
    let found = filter::read(s, start);
    let mut search = found.search;
    let conditions = search.filter != crate::planner::Filter::default() || search.order.is_some();
    let telling = s.has(&[
        "stuck|overdue|closing|late|slipped|stale|stalled|idle|won|lost|closed|win|lose|sell|sold|sign|signed|close",
    ]);
    let about_deals = noun || (verb.is_some() && conditions && telling);
    if !about_deals {
        // "Isdom", "my Engaging ones over 5k": conditions without a noun are a list only when nothing is left over.
        let firm = search.filter.owner.is_some() || !search.filter.stages.is_empty() || search.filter.amount.is_some();
        let asked = s.any(start, &["what|what's|which|who"]).is_some() && !search.filter.stages.is_empty();
        if !(conditions && firm && (found.left.is_empty() || asked)) {
            return None;
        }
    }
    let past = search.filter.kinds.iter().any(|k| *k != StageKind::Open);
    let all = s.has(&["all", "ever", "any", "every", "closed", "open or|and closed", "won and|or lost"]);
    let created = search.filter.date_of == crate::planner::DateOf::Created && search.filter.date.is_some();
    let unstaged = search.filter.kinds.is_empty() && search.filter.stages.is_empty();
    if unstaged && !past && !all && !created && !matches!(search.order, Some(Order::Newest)) {
        search.filter.kinds.push(StageKind::Open);
    }
    // "how did it go with …" is no list, whatever its words.
    let other = s.any(start, &["how", "why", "should", "when"]).is_some() && !noun;
    let certainty = match (found.left.is_empty(), verb.is_some() || conditions) {
        (true, true) if !other => Certainty::High,
        (false, false) => Certainty::None,
        _ => Certainty::Some,
    };
    Some(Draft { left: found.left, ..Draft::one(Ask::SearchOpportunities(search), certainty) })
}
