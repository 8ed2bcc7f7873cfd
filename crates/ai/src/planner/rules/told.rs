//! Changes that are told rather than asked for: "we won X", "X is in Negotiation now", "they went with a competitor".

use super::change::{draft, field_at, field_of_value, is_value, lost_reason, named_in, unquoted};
use super::sentence::{Sentence, is_pointing};
use super::{Certainty, Draft};
use crate::planner::Field;

/// "we won X", "we lost X to price", "X was lost", "X closed won".
pub fn outcome(s: &Sentence<'_>, start: usize, end: usize) -> Option<Draft> {
    // "lost it to a competitor"; "lost deals" are a list.
    let bare = s.phrase(start, "won|lost").filter(|n| is_pointing(s.word(start + n)) || s.word(start + n) == "the");
    if let Some(n) = s.any(start, &["we|i have? just? won|lost", "just won|lost"]).or(bare)
        && start + n < end
        && !s.has(&["how many|much", "deals", "last|this month|quarter|week|year"])
    {
        let value = s.word(start + n - 1).to_owned();
        let (name_end, reason) = lost_reason(s, start + n, end);
        // "we lost X to a competitor"
        let to = s.seek(start + n + 1, &["to|over"]).filter(|t| reason.is_none() && value == "lost" && t.end < end);
        let (name_end, reason) = to.map_or((name_end, reason), |t| (t.start, Some(s.words(&(t.end..end)))));
        let mut changes = vec![(Field::Stage, value)];
        changes.extend(reason.map(|r| (Field::LostReason, r)));
        return Some(draft(s.name(start + n..name_end), changes, Certainty::High));
    }
    let is = s.seek(
        start + 1,
        &["is|was|has been? now? just? won|lost", "is|was now? closed won|lost", "just? closed won|lost"],
    )?;
    if matches!(
        s.word(start),
        "which" | "what" | "how" | "who" | "when" | "show" | "list" | "why" | "if" | "where" | "find"
    ) {
        return None;
    }
    let (rest, reason) = lost_reason(s, is.end, end);
    if rest != is.end {
        return None;
    }
    let mut changes = vec![(Field::Stage, s.word(is.end - 1).to_owned())];
    changes.extend(reason.map(|r| (Field::LostReason, r)));
    Some(draft(s.name(start..is.start), changes, Certainty::High))
}

/// "they went with a competitor", "Isdom signed this morning": an outcome without its name.
pub fn implied(s: &Sentence<'_>, start: usize, end: usize) -> Option<Draft> {
    use crate::grounding::support::is_implied;
    let question = s.source.contains('?')
        || matches!(
            s.word(start),
            "which"
                | "what"
                | "how"
                | "who"
                | "when"
                | "show"
                | "list"
                | "why"
                | "if"
                | "where"
                | "find"
                | "count"
                | "give"
        );
    if question || s.has(&["deals|opportunities|opps"]) || s.has(&["win rate"]) {
        return None;
    }
    let outcome = ["lost", "won"].into_iter().find(|stage| is_implied(s.source, stage))?;
    let name = named_in(s, start, end)?;
    let (_, reason) = lost_reason(s, start, end);
    let mut changes = vec![(Field::Stage, outcome.to_owned())];
    changes.extend(reason.filter(|_| outcome == "lost").map(|r| (Field::LostReason, r)));
    Some(draft(Some(name), changes, Certainty::Some))
}

/// "X is now in Proposal", "X is now worth 50k", "X will close on 30 Nov", "next step for X: send the contract".
pub fn value(s: &Sentence<'_>, start: usize, end: usize) -> Option<Draft> {
    if let Some((field, n)) =
        field_at(s, start).filter(|(f, _)| matches!(f, Field::NextStep | Field::Amount | Field::CloseDate))
        && matches!(s.word(start + n), "for" | "of" | "on")
        && let Some(joint) = s.seek(start + n + 1, &[":", "is now?", "should be", "="])
    {
        let value = joint.end..end;
        let certainty = if is_value(s, field, &value) { Certainty::High } else { Certainty::Some };
        return (!value.is_empty())
            .then(|| draft(s.name(start + n + 1..joint.start), vec![(field, unquoted(s, value))], certainty));
    }
    if matches!(
        s.word(start),
        "which" | "what" | "how" | "who" | "when" | "show" | "list" | "is" | "are" | "why" | "if" | "where" | "find"
    ) {
        return None;
    }
    let joint = s.seek(
        start + 1,
        &[
            "is|are now in|at|worth?",
            "has|have moved to|into",
            "moved to|into",
            "went to",
            "will now? close on|in|by?",
            "is worth",
            "should be in|at|worth?",
            "is in",
            "is closing on|in|by",
            "is at",
            "is|are ready for|to",
            "is|are ready to move to|into",
            "should|can|could|must|will go|move|be to|in|into",
            "goes|go|moves|moving|going to|into",
            "is|are|'s now? going|moving|moved|headed|off|over to|into",
            "is|are now? at|in the?",
            "needs to be|go|move in|to|into",
            "agreed on|to",
            "is going to close on|in|by?",
            "will be signed on|in|by",
            "closes on|in|by",
        ],
    )?;
    let value = joint.end..end;
    let (name_end, field) = (start + 1..joint.start)
        .find_map(|i| field_at(s, i).filter(|(_, n)| i + n == joint.start).map(|(f, _)| (i, f)))
        .or_else(|| field_of_value(s, &value).map(|f| (joint.start, f)))?;
    if matches!(s.word(start), "i" | "we" | "he" | "she" | "they" | "there") {
        return None;
    }
    Some(draft(
        s.name(start..name_end),
        vec![(field, s.words(&value))],
        if is_value(s, field, &value) { Certainty::High } else { Certainty::Some },
    ))
}
