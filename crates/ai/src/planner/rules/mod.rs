//! The deterministic planner: a grammar over the same tools, for when no model answers and to fill what one missed.
//!
//! A request is cut into clauses; each clause is tried as a change, a task, a question. The draft says how sure the grammar
//! is: `High` when a known form covers the sentence, `Some` when words were left over, `None` when it is a guess.

mod around;
mod beside;
mod change;
mod fill;
mod filter;
mod insight;
mod intent;
mod mine;
pub mod outside;
mod question;
mod records;
mod refuse;
mod sentence;
mod task;
mod told;

pub use beside::{is_beside_the_point, is_of_business};

use super::{Ask, Decline, Field, MAX_STEPS, Plan, Query, Search};
use crate::resolve::Reading;
use crate::resolve::vocabulary::Vocabulary;
use sentence::Sentence;

/// How sure the grammar is of its reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    None,
    Some,
    High,
}

/// A plan and how sure the grammar is of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub plan: Plan,
    pub certainty: Certainty,
    /// Words that nobody could place.
    pub left: Vec<String>,
}

impl Draft {
    fn one(ask: Ask, certainty: Certainty) -> Self {
        Self { plan: Plan { steps: vec![ask] }, certainty, left: Vec::new() }
    }

    /// Nothing was understood.
    #[must_use]
    pub fn none() -> Self {
        Self::one(Ask::Decline(Decline::default()), Certainty::None)
    }
}

/// Reads a request without a model.
#[must_use]
pub fn draft(goal: &str, vocabulary: &Vocabulary, reading: Reading) -> Draft {
    let clauses = clauses(goal, vocabulary, reading);
    let mut whole = Draft { plan: Plan::default(), certainty: Certainty::High, left: Vec::new() };
    // "Isdom said yes, mark it as won": the first clause asks for nothing, but names what the second is about.
    let mut spoken_of = None;
    for clause in clauses.iter().take(MAX_STEPS) {
        let mut part = one(clause, vocabulary, reading);
        if clauses.len() > 1 && spoken_of.is_none() {
            spoken_of = title(clause, vocabulary, reading);
            if spoken_of.is_some() {
                continue;
            }
        }
        if clauses.len() > 1 && part.plan.steps == Draft::none().plan.steps {
            let s = Sentence::new(clause, vocabulary, reading);
            let known = s.records.first().map(|record| s.words(&record.tokens));
            spoken_of = known.or_else(|| change::named_in(&s, s.opening(), s.ending()));
            if spoken_of.is_some() {
                continue;
            }
        }
        if let Some(name) = spoken_of.take() {
            part.plan.steps.iter_mut().for_each(|ask| about(ask, &name));
        }
        whole.certainty = whole.certainty.min(part.certainty);
        whole.left.extend(part.left);
        whole.plan.steps.extend(part.plan.steps);
    }
    whole.plan.steps = merged(whole.plan.steps);
    if whole.plan.steps.is_empty() { Draft::none() } else { whole }
}

/// The reading that the examples speak for, whatever form the sentence has; nothing when they speak for none.
#[must_use]
pub fn learned(goal: &str, vocabulary: &Vocabulary, reading: Reading) -> Option<Ask> {
    let mut s = Sentence::new(goal, vocabulary, reading);
    fill::read(&mut s)?.plan.steps.pop()
}

/// Every condition on deals that the sentence holds, whatever it asks for: what a model's plan is completed from.
#[must_use]
pub fn conditions(goal: &str, vocabulary: &Vocabulary, reading: Reading) -> Search {
    let mut s = Sentence::new(goal, vocabulary, reading);
    let start = s.opening();
    filter::read(&mut s, start).search
}

/// Whether a word is one of everyday speech, and begins no name.
#[must_use]
pub fn is_ordinary(word: &str) -> bool {
    filter::is_plain(word)
}

/// Whether words can be a value of a field.
#[must_use]
pub fn fits(field: Field, words: &str, vocabulary: &Vocabulary, reading: Reading) -> bool {
    let s = Sentence::new(words, vocabulary, reading);
    change::is_value(&s, field, &(0..s.len()))
}

/// The only value of a field that a sentence holds, and the field it is of.
#[must_use]
pub fn only_value(goal: &str, vocabulary: &Vocabulary, reading: Reading) -> Option<(Field, String)> {
    let s = Sentence::new(goal, vocabulary, reading);
    let values: Vec<_> = s
        .entities
        .iter()
        .filter_map(|e| Some((change::field_of_value(&s, &e.tokens)?, e)))
        .filter(|(_, e)| !matches!(s.word(e.tokens.start), "my" | "our" | "mine"))
        .collect();
    let [(field, entity)] = values.as_slice() else { return None };
    Some((*field, s.words(&entity.tokens)))
}

/// The first run of capitalised words that is no person, date or other value.
#[must_use]
pub fn named(goal: &str, vocabulary: &Vocabulary, reading: Reading) -> Option<String> {
    let s = Sentence::new(goal, vocabulary, reading);
    change::named_in(&s, s.opening(), s.ending())
}

/// A clause that is only a name: "Isdom GTX Pro: …".
fn title(clause: &str, vocabulary: &Vocabulary, reading: Reading) -> Option<String> {
    let s = Sentence::new(clause, vocabulary, reading);
    let all = s.tokens.iter().all(|t| t.is_capitalised() || t.text.starts_with(|c: char| c.is_ascii_digit()));
    (all && s.len() <= 6).then(|| s.name(0..s.len())).flatten()
}

fn one(clause: &str, vocabulary: &Vocabulary, reading: Reading) -> Draft {
    let mut s = Sentence::new(clause, vocabulary, reading);
    if s.len() == 0 {
        return Draft::none();
    }
    let special =
        mine::read(&s).or_else(|| insight::read(&s)).or_else(|| around::read(&s)).or_else(|| records::read(&s));
    if let Some(draft) = special {
        return draft;
    }
    let asking = s.tokens.last().is_some_and(|t| t.text == "?")
        && matches!(
            s.word(s.opening()),
            "which"
                | "what"
                | "who"
                | "how"
                | "when"
                | "what's"
                | "who's"
                | "is"
                | "are"
                | "do"
                | "does"
                | "did"
                | "where"
                | "why"
                | "any"
        );
    if let Some(draft) = refuse::sending(&s) {
        return draft;
    }
    let changed = if asking {
        None
    } else {
        task::read(&s)
            .filter(|d| d.certainty == Certainty::High)
            .or_else(|| change::read(&s))
            .or_else(|| task::read(&s))
    };
    let read = changed.or_else(|| refuse::read(&s)).or_else(|| question::read(&mut s)).unwrap_or_else(Draft::none);
    let read = match read.plan.steps.first() {
        Some(Ask::SearchOpportunities(Search { filter, .. }) | Ask::QueryPipeline(Query { filter, .. }))
            if read.certainty < Certainty::High && is_beside_the_point(filter, clause) =>
        {
            Draft::none()
        }
        _ => read,
    };
    let mut read = if read.certainty < Certainty::High { likelier(read, &mut s) } else { read };
    read.plan.steps.iter_mut().for_each(|ask| only_the_name(ask, &s));
    read
}

/// Takes off a name what surrounds it, where the sentence names a record that is known: "Otterburn Motors, I'm seeing them".
fn only_the_name(ask: &mut Ask, s: &Sentence<'_>) {
    let Some(Some(name)) = ask.name_mut() else { return };
    let lower = name.to_lowercase();
    let within = s.records.iter().map(|record| s.words(&record.tokens)).find(|said| {
        let said = said.to_lowercase();
        let (words, rest) = (said.split_whitespace().count(), lower.split_whitespace().count());
        lower.contains(&said) && rest > words && (lower.contains([',', '?', '!']) || rest >= words + 3)
    });
    if let Some(said) = within {
        *name = said;
    }
}

/// Of two readings that are not sure the one that the examples speak for; what was written may answer a question that has neither.
fn likelier(read: Draft, s: &mut Sentence<'_>) -> Draft {
    let is_nothing = read.plan.steps.iter().all(|ask| matches!(ask, Ask::Decline(_)));
    match fill::read(s) {
        Some(learned) if is_nothing || read.certainty == Certainty::None || learned.certainty == Certainty::Some => {
            // The same tool: the form has read more of it.
            let same = learned.plan.steps.first().map(Ask::tool) == read.plan.steps.first().map(Ask::tool);
            if same && !is_nothing { read } else { learned }
        }
        None if is_nothing => insight::about_what_was_written(s).unwrap_or(read),
        _ => read,
    }
}

/// Gives a name to an ask that has none.
fn about(ask: &mut Ask, name: &str) {
    if let Some(slot) = ask.name_mut() {
        slot.get_or_insert_with(|| name.to_owned());
    }
}

/// Cuts "move X to Proposal and remind me to call" in two, where the second part begins with a request of its own.
#[must_use]
pub fn clauses(goal: &str, vocabulary: &Vocabulary, reading: Reading) -> Vec<String> {
    const LEADS: [&str; 17] = [
        "move",
        "put the|their|his|her deal|opportunity|one in|into|to|at",
        "put it|this|that|them in|into|to|at",
        "close it|this|that|the",
        "remind me",
        "create",
        "add a",
        "schedule",
        "assign",
        "reassign",
        "mark",
        "set the|a|its?",
        "change",
        "update the",
        "show",
        "list",
        "make a",
    ];
    let s = Sentence::new(goal, vocabulary, reading);
    let mut cuts = Vec::new();
    for i in 1..s.len() {
        // "Isdom GTX Pro: move it to Proposal": what it is about comes first.
        let titled = s.word(i) == ":"
            && !matches!(s.word(i - 1), "task" | "todo" | "to-do" | "reminder" | "note" | "self" | "me")
            && change::named_in(&s, 0, i).is_some();
        let joint = match s
            .any(i, &[":"])
            .filter(|_| titled)
            .or_else(|| s.any(i, &[", and|then also?", "and then|also?", "then", ";", ". also|and|then?", ","]))
        {
            Some(n) => n,
            None => continue,
        };
        let at = i + joint;
        // "and set its close date": a change that goes on, which the change's own grammar reads.
        let goes_on = s.any(at, &["set|change|update the|its? close|amount|next|stage|owner|probability"]).is_some()
            && joint > 0
            && s.word(i) != ".";
        // "…, make a task": what stands before is what the task is.
        let only_asks = s
            .any(
                at,
                &["make|create|add|set|put|open me? a|an task|reminder|to-do|todo|follow-up for? it|that|this|them?"],
            )
            .is_some_and(|n| at + n == s.ending());
        if s.any(at, &LEADS).is_some() && !only_asks && !goes_on && s.entity_over(i).is_none() {
            cuts.push((i, at));
        }
    }
    let mut parts = Vec::new();
    let mut from = 0;
    for (end, next) in cuts {
        if end > from {
            parts.push(s.words(&(from..end)));
            from = next;
        }
    }
    // The last part keeps its closing mark: a question is known by it.
    if let Some(token) = s.tokens.get(from) {
        parts.push(goal.get(token.span.start..).unwrap_or_default().to_owned());
    }
    parts
}

/// Two changes of the same record are one proposal.
#[must_use]
pub fn merged(steps: Vec<Ask>) -> Vec<Ask> {
    let mut all: Vec<Ask> = Vec::new();
    for step in steps {
        match (all.last_mut(), step) {
            (Some(Ask::UpdateOpportunity(before)), Ask::UpdateOpportunity(after))
                if after.name.is_none() || after.name == before.name =>
            {
                // What is said later holds: "they said yes, put it into Negotiation".
                before.changes.retain(|(field, _)| !after.changes.iter().any(|(later, _)| later == field));
                before.changes.extend(after.changes);
            }
            (_, step) => all.push(step),
        }
    }
    all
}

#[cfg(test)]
mod tests;
