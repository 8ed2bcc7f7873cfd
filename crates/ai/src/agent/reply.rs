//! An answer to a question: the run that asked is taken up again, with what was chosen in its place.

use uuid::Uuid;

use super::State;
use super::link::{Question, Slot};
use crate::planner::{Ask, Field};
use crate::resolve::record::RecordType;
use crate::resolve::text;

/// The run that a question was asked in, taken up again with the answer to it; nothing when the goal is no answer.
pub fn taken_up(before: State, goal: &str, in_hand: Option<(RecordType, Uuid)>) -> Option<State> {
    let (question, slot) = (before.question.clone()?, before.slot.clone()?);
    let chosen = choice(&question, goal);
    // What the run before has said, it has said.
    let mut state = State {
        planned: before.planned,
        asks: before.asks,
        next: before.next,
        author: before.author,
        confidence: before.confidence,
        again: before.again,
        first: before.first,
        without_model: before.without_model,
        picked: before.picked,
        in_hand: in_hand.or(before.in_hand),
        ..State::default()
    };
    let ask = state.asks.get_mut(state.next)?;
    match (slot, chosen) {
        (Slot::Record { mention, kinds }, Some(at)) => {
            let option = question.options.get(at)?;
            state.picked.insert(mention, (*kinds.get(at)?, option.id));
        }
        (Slot::Words(words), Some(at)) => replace(ask, &words, &question.options.get(at)?.name),
        (Slot::LossReason, Some(at)) => match ask {
            Ask::UpdateOpportunity(update) => {
                update.changes.push((Field::LostReason, question.options.get(at)?.name.clone()))
            }
            _ => return None,
        },
        (Slot::Name, _) if goal.split_whitespace().count() <= 6 => name(ask, goal),
        _ => return None,
    }
    // What ran before the question stays in its own run.
    state.asks.drain(..state.next);
    state.next = 0;
    Some(state)
}

/// Which option a reply chooses: by id, by name, by number.
fn choice(question: &Question, reply: &str) -> Option<usize> {
    let wanted = text::key(reply);
    let options = &question.options;
    let exact = options.iter().position(|o| o.id.to_string() == reply.trim() || text::key(&o.name) == wanted);
    let numbered = || {
        let bare = wanted.trim_start_matches("the ").trim_end_matches(" one");
        let counted = bare.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|i| *i < options.len());
        counted.or_else(|| ordinal(&wanted, options.len()))
    };
    let part = || {
        const LEADS: [&str; 7] =
            ["the one for the ", "the one for ", "the one with ", "the one in the ", "the one at ", "the one ", "the "];
        let reply = reply.trim().trim_end_matches(['.', '!', '?']);
        let lower = reply.to_lowercase();
        let bare = LEADS
            .iter()
            .find(|lead| lower.starts_with(**lead))
            .and_then(|lead| reply.get(lead.len()..))
            .unwrap_or(reply);
        let fits: Vec<usize> =
            options.iter().enumerate().filter(|(_, o)| text::contains_words(&o.name, bare)).map(|(i, _)| i).collect();
        fits.first().copied().filter(|_| fits.len() == 1)
    };
    exact.or_else(numbered).or_else(part)
}

/// Which of so many an ordinal names: "the second one", "last".
pub fn ordinal(words: &str, of: usize) -> Option<usize> {
    const WORDS: [&str; 10] =
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    let words = text::key(words);
    let bare = words.trim_start_matches("the ").trim_end_matches(" one").trim_end_matches(" of them");
    let at = if bare == "last" { of.checked_sub(1) } else { WORDS.iter().position(|word| *word == bare) };
    at.filter(|at| *at < of)
}

fn name(ask: &mut Ask, words: &str) {
    let words = Some(words.trim().to_owned());
    match ask {
        Ask::SearchOpportunities(search) => search.filter.name = words,
        Ask::QueryPipeline(query) => query.filter.name = words,
        Ask::SearchRecords(records) => records.words = words,
        ask => {
            if let Some(name) = ask.name_mut() {
                *name = words;
            }
        }
    }
}

fn replace(ask: &mut Ask, words: &str, chosen: &str) {
    let swap = |value: &mut Option<String>| {
        if value.as_deref() == Some(words) {
            *value = Some(chosen.to_owned());
        }
    };
    match ask {
        Ask::SearchOpportunities(search) => swap(&mut search.filter.owner),
        Ask::QueryPipeline(query) => swap(&mut query.filter.owner),
        Ask::UpdateOpportunity(update) => {
            update.changes.iter_mut().filter(|(_, v)| v == words).for_each(|(_, v)| chosen.clone_into(v))
        }
        Ask::SearchRecords(records) => swap(&mut records.owner),
        ask => {
            if let Some(task) = ask.task_mut() {
                swap(&mut task.assignee);
            }
        }
    }
}
