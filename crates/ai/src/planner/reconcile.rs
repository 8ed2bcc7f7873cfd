//! Makes one plan of the model's and the grammar's.
//!
//! What the model says must be in the request: arguments without support are dropped here, before anything is looked up.
//! Where both chose the same tool, the grammar's reading is completed with the model's; where they differ, the grammar
//! is believed when a known form covered the sentence, the model otherwise. The conditions that stand in the sentence
//! ("engaging", "under 2000") are added to whatever was chosen.

use super::model::Breadth;
use super::rules::{self, Certainty, Draft};
use super::{Ask, Decline, Field, Filter, Measure, Order, Query, Search};
use crate::grounding::support;
use crate::resolve::vocabulary::{StageKind, Vocabulary};
use crate::resolve::{Reading, text};

/// How far a model is believed where the grammar has read most of the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// A small one: where the grammar has nothing.
    Little,
    /// Unless a known form covers the sentence.
    Much,
}

/// One ask out of two readings of one clause.
#[must_use]
pub fn reconcile(
    goal: &str,
    model: Ask,
    draft: &Draft,
    trust: Trust,
    vocabulary: &Vocabulary,
    reading: Reading,
) -> Ask {
    let rule = draft.plan.steps.first().filter(|r| !matches!(r, Ask::Decline(_)) || draft.certainty == Certainty::High);
    let model = repaired(goal, supported(goal, model, vocabulary), vocabulary, reading);
    let chosen = match (model, rule) {
        (model, None) => model,
        (_, Some(rule)) if draft.certainty == Certainty::High && trust == Trust::Little => rule.clone(),
        (model, Some(rule)) if model.tool() == rule.tool() => complete(rule.clone(), model),
        // A small model takes what it is not told of for something that it knows.
        (_, Some(rule)) if trust == Trust::Little && !Breadth::Common.tells_of(rule) => rule.clone(),
        (_, Some(rule)) if draft.certainty == Certainty::High => rule.clone(),
        (model, Some(rule)) if !usable(&model) => {
            if draft.certainty >= Certainty::Some {
                rule.clone()
            } else {
                model
            }
        }
        // Whether something is listed or counted, the grammar tells better than a small model.
        (model, Some(rule))
            if trust == Trust::Little
                && reads_many(&model)
                && reads_many(rule)
                && draft.certainty >= Certainty::Some =>
        {
            rule.clone()
        }
        (model, Some(_)) => model,
    };
    match with_conditions(goal, chosen, vocabulary, reading) {
        Ask::SearchOpportunities(Search { filter, .. }) | Ask::QueryPipeline(Query { filter, .. })
            if draft.certainty < Certainty::High && rules::is_beside_the_point(&filter, goal) =>
        {
            Ask::Decline(Decline::default())
        }
        // A model shows something whatever it is asked.
        Ask::GetOpportunity(_)
            if draft.certainty == Certainty::None && rule.is_none() && !rules::is_of_business(goal) =>
        {
            Ask::Decline(Decline::default())
        }
        ask => ask,
    }
}

fn reads_many(ask: &Ask) -> bool {
    matches!(ask, Ask::SearchOpportunities(_) | Ask::QueryPipeline(_))
}

/// Whether the ask says enough to be done.
#[must_use]
pub fn usable(ask: &Ask) -> bool {
    match ask {
        Ask::SearchOpportunities(_) | Ask::QueryPipeline(_) => true,
        Ask::GetOpportunity(get) => get.name.is_some(),
        Ask::UpdateOpportunity(update) => !update.changes.is_empty(),
        Ask::CreateTask(task) | Ask::ScheduleMeeting(task) => task.title.is_some(),
        Ask::GetRecord(one)
        | Ask::SuggestNextStage(one)
        | Ask::FindDuplicates(one)
        | Ask::ScoreLead(one)
        | Ask::EnrichRecord(one) => one.name.is_some(),
        Ask::SummariseActivity(happened) => happened.name.is_some(),
        Ask::DraftEmail(letter) => letter.name.is_some(),
        Ask::SearchRecords(_)
        | Ask::ListApprovals(_)
        | Ask::ListMyDay(_)
        | Ask::SearchKnowledge(_)
        | Ask::AskOutside(_)
        | Ask::QueryAnalytics(_)
        | Ask::ListStalled(_) => true,
        Ask::Decline(_) => false,
    }
}

/// A change whose value fits its field, and a task for the person whom the model took for its subject.
fn repaired(goal: &str, ask: Ask, vocabulary: &Vocabulary, reading: Reading) -> Ask {
    match ask {
        Ask::UpdateOpportunity(mut update) => {
            update.changes.retain(|(field, value)| rules::fits(*field, value, vocabulary, reading));
            if update.changes.is_empty() {
                update.changes.extend(rules::only_value(goal, vocabulary, reading));
            }
            Ask::UpdateOpportunity(update)
        }
        mut other => {
            if let Some(task) = other.task_mut() {
                let person = |words: &String| vocabulary.people.iter().any(|p| text::key(&p.name) == text::key(words));
                if task.assignee.is_none() && task.name.as_ref().is_some_and(person) {
                    task.assignee = task.name.take();
                }
                if task.name.is_none() {
                    task.name = rules::named(goal, vocabulary, reading);
                }
            }
            other
        }
    }
}

/// The ask without what the request does not support.
fn supported(goal: &str, ask: Ask, vocabulary: &Vocabulary) -> Ask {
    let said = |words: Option<String>| words.filter(|w| support::is_said(goal, w));
    let stage = |words: &String| vocabulary.stages.iter().any(|s| text::key(&s.name) == text::key(words));
    let name = |words: Option<String>| said(words).filter(|w| !is_generic(w) && !stage(w));
    match ask {
        Ask::SearchOpportunities(search) => {
            Ask::SearchOpportunities(Search { filter: supported_filter(goal, search.filter), ..search })
        }
        Ask::QueryPipeline(mut query) => {
            query.filter = supported_filter(goal, query.filter);
            // "by" must have been asked for: a model fills in a grouping whenever it can.
            let asked = [
                " by ",
                " per ",
                " each ",
                "breakdown",
                "broken",
                "who",
                "which",
                "split",
                "across",
                "top ",
                "best",
                "most",
            ];
            let lower = format!(" {} ", goal.to_lowercase());
            query.group = query.group.filter(|_| asked.iter().any(|w| lower.contains(w)));
            Ask::QueryPipeline(query)
        }
        Ask::UpdateOpportunity(mut update) => {
            update.name = name(update.name);
            update.changes.retain(|(field, value)| {
                support::is_said(goal, value) || (*field == Field::Stage && support::is_implied(goal, value))
            });
            Ask::UpdateOpportunity(update)
        }
        mut other => {
            if let Some(slot) = other.name_mut() {
                *slot = name(slot.take());
            }
            if let Some(task) = other.task_mut() {
                task.due = said(task.due.take());
                task.time = said(task.time.take());
                task.assignee = said(task.assignee.take());
                task.title = task.title.take().filter(|t| support::is_mostly_said(goal, t));
            }
            match &mut other {
                Ask::SummariseActivity(happened) => happened.when = said(happened.when.take()),
                Ask::DraftEmail(letter) => letter.topic = said(letter.topic.take()),
                Ask::SearchRecords(records) => {
                    records.words = said(records.words.take()).filter(|w| !is_generic(w));
                    records.owner = said(records.owner.take());
                    records.when = said(records.when.take());
                }
                Ask::QueryAnalytics(figures) => {
                    figures.owner = said(figures.owner.take());
                    figures.when = said(figures.when.take());
                }
                Ask::ListStalled(stalled) => stalled.owner = said(stalled.owner.take()),
                _ => {}
            }
            other
        }
    }
}

fn supported_filter(goal: &str, filter: Filter) -> Filter {
    let said = |words: Option<String>| words.filter(|w| support::is_said(goal, w));
    Filter {
        name: said(filter.name).filter(|w| !is_generic(w)),
        owner: said(filter.owner),
        amount: said(filter.amount),
        date: said(filter.date),
        age: said(filter.age),
        stages: filter.stages.into_iter().filter(|s| support::is_said(goal, s)).collect(),
        kinds: filter.kinds.into_iter().filter(|k| kind_is_said(goal, *k)).collect(),
        ..filter
    }
}

fn kind_is_said(goal: &str, kind: StageKind) -> bool {
    let words: &[&str] = match kind {
        StageKind::Open => &["open", "active", "pipeline", "live", "ongoing"],
        StageKind::Won => &["won", "win", "wins", "winning", "closed", "sold", "sell", "revenue", "signed"],
        StageKind::Lost => &["lost", "lose", "losing", "losses", "closed"],
    };
    words.iter().any(|w| text::contains_words(goal, w))
}

/// Words that name no record: a model puts them where a name belongs.
fn is_generic(words: &str) -> bool {
    let core = crate::resolve::record::core(words);
    matches!(
        core.as_str(),
        "" | "it"
            | "them"
            | "this"
            | "that"
            | "deal"
            | "the deal"
            | "me"
            | "my"
            | "i"
            | "us"
            | "we"
            | "one"
            | "deals"
            | "opportunity"
            | "pipeline"
            | "task"
            | "biggest"
            | "won"
            | "lost"
            | "open"
            | "his"
            | "her"
            | "their"
    )
}

/// The grammar's ask, with what only the model found.
fn complete(rule: Ask, model: Ask) -> Ask {
    match (rule, model) {
        (Ask::SearchOpportunities(mut rule), Ask::SearchOpportunities(model)) => {
            rule.filter = complete_filter(rule.filter, model.filter);
            Ask::SearchOpportunities(rule)
        }
        (Ask::QueryPipeline(mut rule), Ask::QueryPipeline(model)) => {
            rule.filter = complete_filter(rule.filter, model.filter);
            rule.group = rule.group.or(model.group);
            Ask::QueryPipeline(rule)
        }
        (Ask::UpdateOpportunity(mut rule), Ask::UpdateOpportunity(model)) => {
            rule.name = rule.name.or(model.name);
            if rule.changes.is_empty() {
                rule.changes = model.changes;
            }
            Ask::UpdateOpportunity(rule)
        }
        (mut rule, mut model) => {
            if let Some((rule, model)) = rule.task_mut().zip(model.task_mut()) {
                rule.title = rule.title.take().or(model.title.take());
                rule.due = rule.due.take().or(model.due.take());
                rule.time = rule.time.take().or(model.time.take());
                rule.assignee = rule.assignee.take().or(model.assignee.take());
            }
            if let Some((rule, model)) = rule.name_mut().zip(model.name_mut()) {
                *rule = rule.take().or(model.take());
            }
            rule
        }
    }
}

fn complete_filter(rule: Filter, model: Filter) -> Filter {
    // What the grammar already placed as stage, owner or choice is not also a name.
    let taken: Vec<&String> = rule
        .stages
        .iter()
        .chain(&rule.choices)
        .chain(&rule.owner)
        .chain(&rule.date)
        .chain(&rule.amount)
        .chain(&rule.age)
        .chain(&rule.name)
        .collect();
    let free = |words: &String| !taken.iter().any(|t| overlap(t, words));
    Filter {
        name: rule.name.clone().or_else(|| model.name.filter(&free)),
        owner: rule.owner.clone().or_else(|| model.owner.filter(&free)),
        amount: rule.amount.clone().or(model.amount),
        date: rule.date.clone().or(model.date),
        age: rule.age.clone().or(model.age),
        ..rule
    }
}

/// Whether two arguments are of the same words: "Reed's" and "Reed".
fn overlap(a: &str, b: &str) -> bool {
    let bare = |words: &str| words.trim_end_matches("'s").trim_end_matches("’s").to_owned();
    let (a, b) = (bare(a), bare(b));
    text::contains_words(&a, &b) || text::contains_words(&b, &a)
}

/// Adds the conditions that stand in the sentence to an ask that takes them.
fn with_conditions(goal: &str, ask: Ask, vocabulary: &Vocabulary, reading: Reading) -> Ask {
    match ask {
        Ask::SearchOpportunities(mut search) => {
            let found = super::rules::conditions(goal, vocabulary, reading);
            search.order = search.order.or(found.order);
            search.limit = search.limit.or(found.limit);
            search.filter = add(search.filter, found.filter);
            Ask::SearchOpportunities(as_list(search))
        }
        Ask::QueryPipeline(mut query) => {
            let found = super::rules::conditions(goal, vocabulary, reading);
            query.filter = add(query.filter, found.filter);
            if query.measure == Measure::WinRate {
                query.filter.kinds.clear();
            }
            Ask::QueryPipeline(query)
        }
        other => other,
    }
}

fn add(mut own: Filter, found: Filter) -> Filter {
    let unknown =
        |words: &String| !found.stages.iter().chain(&found.owner).chain(&found.choices).any(|f| overlap(f, words));
    own.name = own.name.filter(unknown).or_else(|| found.name.clone());
    own.owner = found.owner.or(own.owner);
    if own.stages.is_empty() || !found.stages.is_empty() {
        own.stages = found.stages;
    }
    if own.kinds.is_empty() {
        own.kinds = found.kinds;
    }
    if !own.stages.is_empty() {
        own.kinds.retain(|k| *k != StageKind::Open);
    }
    own.amount = found.amount.or(own.amount);
    own.date = own.date.or(found.date);
    own.date_of = found.date_of;
    own.age = own.age.or(found.age);
    own.idle = own.idle.or(found.idle);
    if own.idle.is_some() {
        own.age = None;
    }
    own.probability = own.probability.or(found.probability);
    own.forecast = own.forecast.or(found.forecast);
    if own.choices.is_empty() {
        own.choices = found.choices;
    }
    own.missing = own.missing.or(found.missing);
    own.overdue |= found.overdue;
    own
}

/// A list without a word on state is of open deals.
fn as_list(mut search: Search) -> Search {
    let f = &search.filter;
    let created = f.date_of == super::DateOf::Created && f.date.is_some();
    if f.kinds.is_empty() && f.stages.is_empty() && !created && search.order != Some(Order::Newest) {
        search.filter.kinds.push(StageKind::Open);
    }
    search
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::planner::{Get, NewTask, Update};
    use crate::resolve::vocabulary::tests::sample;

    fn one(goal: &str, model: Ask) -> Ask {
        let reading = Reading::of_locale(NaiveDate::from_ymd_opt(2025, 11, 26).unwrap(), "en-US");
        let vocabulary = sample();
        reconcile(goal, model, &rules::draft(goal, &vocabulary, reading), Trust::Little, &vocabulary, reading)
    }

    #[test]
    fn invented_arguments_are_dropped_and_missed_ones_filled() {
        let filter = Filter {
            name: Some("Engaging".into()),
            owner: Some("John Doe".into()),
            amount: Some("100000".into()),
            ..Filter::default()
        };
        let Ask::SearchOpportunities(search) =
            one("any deals under 2000 in engaging", Ask::SearchOpportunities(Search { filter, ..Search::default() }))
        else {
            panic!("not a list");
        };
        assert_eq!(search.filter.owner, None);
        assert_eq!(search.filter.name, None);
        assert_eq!(search.filter.amount.as_deref(), Some("under 2000"));
        assert_eq!(search.filter.stages, ["engaging"]);
    }

    #[test]
    fn the_model_is_heard_where_no_form_fits() {
        let ask = one(
            "Initech wants to sign by end of quarter, update the date",
            Ask::UpdateOpportunity(Update {
                name: Some("Initech".into()),
                changes: vec![(Field::CloseDate, "end of quarter".into())],
            }),
        );
        assert_eq!(
            ask,
            Ask::UpdateOpportunity(Update {
                name: Some("Initech".into()),
                changes: vec![(Field::CloseDate, "by end of quarter".into())]
            })
        );
        let ask = one(
            "I think the Isdom one is dead, they went with a competitor",
            Ask::UpdateOpportunity(Update { name: Some("Isdom".into()), changes: vec![(Field::Stage, "lost".into())] }),
        );
        assert!(matches!(ask, Ask::UpdateOpportunity(u) if u.changes == [(Field::Stage, "lost".to_owned())]));
    }

    #[test]
    fn a_small_model_is_not_believed_about_tools_that_it_does_not_know() {
        let goal = "anybody in there who knows about forklifts, from the leads that is";
        let list = || Ask::SearchOpportunities(Search::default());
        let (vocabulary, day) = (sample(), NaiveDate::from_ymd_opt(2025, 11, 26).unwrap());
        let reading = Reading::of_locale(day, "en-US");
        let leads = Ask::SearchRecords(crate::planner::Records {
            kind: crate::planner::RecordKind::Lead,
            words: None,
            owner: None,
            when: None,
            are: Vec::new(),
        });
        let plan = crate::planner::Plan { steps: vec![leads.clone()] };
        let draft = Draft { plan, certainty: Certainty::None, left: Vec::new() };
        let of = |trust| reconcile(goal, list(), &draft, trust, &vocabulary, reading);
        assert_eq!(of(Trust::Little), leads);
        assert_ne!(of(Trust::Much), leads);
    }

    #[test]
    fn a_known_form_outranks_the_model() {
        let goal = "create a follow-up for the Isdom deal next Friday";
        let ask = one(
            goal,
            Ask::UpdateOpportunity(Update {
                name: Some("Isdom".into()),
                changes: vec![(Field::Stage, "follow-up".into())],
            }),
        );
        assert!(matches!(ask, Ask::CreateTask(NewTask { due: Some(due), .. }) if due == "next Friday"));
        let goal = "summarise Zoomit";
        let ask = one(goal, Ask::QueryPipeline(Query { measure: Measure::Sum, ..Query::default() }));
        assert_eq!(ask, Ask::GetOpportunity(Get { name: Some("Zoomit".into()), field: None }));
    }
}
