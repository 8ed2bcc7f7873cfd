//! Requests to change a deal: "move X to Proposal", "set the amount of X to 50k", "push X to next month", "X is lost".

use std::ops::Range;

use super::sentence::Sentence;
use super::told;
use super::{Certainty, Draft};
use crate::planner::{Ask, Field, Update};
use crate::resolve::lex::Meaning;
use crate::resolve::vocabulary::StageKind;

const FIELDS: [(&str, Field); 20] = [
    ("expected? close|closing date", Field::CloseDate),
    ("expected close", Field::CloseDate),
    ("due date", Field::CloseDate),
    ("forecast category", Field::ForecastCategory),
    ("forecast", Field::ForecastCategory),
    ("next steps|step", Field::NextStep),
    ("deal size|value|amount", Field::Amount),
    ("amount", Field::Amount),
    ("value", Field::Amount),
    ("price", Field::Amount),
    ("size", Field::Amount),
    ("worth", Field::Amount),
    ("sales? stage", Field::Stage),
    ("status", Field::Stage),
    ("owner", Field::Owner),
    ("win? probability", Field::Probability),
    ("likelihood", Field::Probability),
    ("name", Field::Name),
    ("title", Field::Name),
    ("lost|loss reason", Field::LostReason),
];

/// The field named at `i` and how many tokens it takes.
pub fn field_at(s: &Sentence<'_>, i: usize) -> Option<(Field, usize)> {
    let article = usize::from(matches!(s.word(i), "the" | "its" | "their" | "a" | "new"));
    if s.phrase(i + article, "close|closing of").is_some() {
        return Some((Field::CloseDate, article + 1));
    }
    FIELDS.iter().find_map(|(pattern, field)| s.phrase(i + article, pattern).map(|n| (*field, n + article)))
}

/// The field whose values look like what stands in `range`.
pub fn field_of_value(s: &Sentence<'_>, range: &Range<usize>) -> Option<Field> {
    let lead = usize::from(matches!(s.word(range.start), "the" | "a"));
    let entity = s
        .entities
        .iter()
        .find(|e| e.tokens.start >= range.start && e.tokens.start <= range.start + lead && e.tokens.end <= range.end)?;
    Some(match entity.meaning {
        Meaning::Stage | Meaning::Kind(_) => Field::Stage,
        Meaning::Date(_) => Field::CloseDate,
        Meaning::Amount(_) => Field::Amount,
        Meaning::Percent => Field::Probability,
        Meaning::Owner => Field::Owner,
        Meaning::Forecast => Field::ForecastCategory,
        Meaning::Age(_)
        | Meaning::Limit(_)
        | Meaning::Closed
        | Meaning::Choice
        | Meaning::Product
        | Meaning::Quoted => return None,
    })
}

/// Whether what was said can be a value of the field.
pub fn is_value(s: &Sentence<'_>, field: Field, range: &Range<usize>) -> bool {
    let words = s.words(range);
    match field {
        Field::Name | Field::NextStep | Field::LostReason => !words.is_empty(),
        Field::Stage => s.vocabulary.stage(&words, None) != crate::resolve::vocabulary::Match::None,
        Field::Amount => crate::resolve::amount::find(&words, s.reading.mark).is_some(),
        Field::CloseDate => {
            crate::resolve::date::find(&words, &s.reading.calendar).is_some()
                || crate::resolve::amount::find_span(&words).is_some()
        }
        Field::Owner => s.vocabulary.whose(&words) != crate::resolve::vocabulary::Match::None,
        Field::Probability => crate::resolve::amount::find_percent(&words, s.reading.mark).is_some(),
        Field::ForecastCategory => crate::resolve::vocabulary::Vocabulary::forecast(&words).is_some(),
    }
}

/// A value without its quotation marks.
fn bare(words: String) -> String {
    let trimmed = words.trim();
    [('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’')]
        .into_iter()
        .find_map(|(open, close)| trimmed.strip_prefix(open)?.strip_suffix(close))
        .map_or_else(|| trimmed.to_owned(), str::to_owned)
}

pub(super) fn draft(name: Option<String>, changes: Vec<(Field, String)>, certainty: Certainty) -> Draft {
    Draft::one(Ask::UpdateOpportunity(Update { name, changes }), certainty)
}

/// Reads the clause as a change, if it is one.
pub fn read(s: &Sentence<'_>) -> Option<Draft> {
    let (start, end) = (s.opening(), s.ending());
    // One deal is changed at a time: "pull up the deals that are in Demo" changes none.
    if s.has(&["deals|opportunities|opps that|which|in|with|of|from|i|we"]) {
        return None;
    }
    owner_made(s, start, end)
        .or_else(|| told::outcome(s, start, end))
        .or_else(|| marked(s, start, end))
        .or_else(|| field_set(s, start, end))
        .or_else(|| put_on(s, start, end))
        .or_else(|| moved(s, start, end))
        .or_else(|| told::value(s, start, end))
        .or_else(|| told::implied(s, start, end))
}

/// "put 12,500 dollars on the Blackzim deal": the value comes first.
fn put_on(s: &Sentence<'_>, start: usize, end: usize) -> Option<Draft> {
    // "there's a 70% chance for X now"
    if let Some(n) = s.any(start, &["there's|there is? a|an|now?", "we have a|an", "i see a|an"])
        && let Some(odds) = s.entity_at(start + n).filter(|e| e.meaning == Meaning::Percent)
        && let Some(m) = s.any(odds.tokens.end, &["chance|probability|likelihood for|of|with|on|that?"])
    {
        let from = odds.tokens.end + m;
        let stop = (from..end).find(|i| matches!(s.word(*i), "now" | "," | "closes" | "will" | "to")).unwrap_or(end);
        return Some(draft(s.name(from..stop), vec![(Field::Probability, s.words(&odds.tokens))], Certainty::High));
    }
    let at = start + s.any(start, &["put down?", "set", "add", "book", "enter", "record"])?;
    let value = s.entity_at(at).filter(|e| matches!(e.meaning, Meaning::Amount(_) | Meaning::Percent))?.tokens.clone();
    let joint = s.any(value.end, &["on", "for", "against", "as the? amount|value|probability of|for|on"])?;
    let field = field_of_value(s, &value)?;
    Some(draft(s.name(value.end + joint..end), vec![(field, s.words(&value))], Certainty::High))
}

/// The first run of capitalised words that is nothing else.
pub fn named_in(s: &Sentence<'_>, start: usize, end: usize) -> Option<String> {
    let capital = |i: usize| {
        s.tokens.get(i).is_some_and(|t| t.is_capitalised() && t.text.chars().count() > 1) && s.entity_over(i).is_none()
    };
    let ordinary = |i: usize| i == start && super::filter::is_plain(s.word(i));
    let from = (start..end).find(|i| capital(*i) && !ordinary(*i))?;
    let to = (from..end)
        .find(|i| !(capital(*i) || matches!(s.word(*i), "&" | "of" | "-") && capital(*i + 1)))
        .unwrap_or(end);
    s.name(from..to)
}

/// "make Anna the owner of X", "reassign X to Anna", "give X to Anna".
fn owner_made(s: &Sentence<'_>, start: usize, end: usize) -> Option<Draft> {
    if s.word(start) == "make"
        && let Some(owner) = s.entity_at(start + 1).filter(|e| e.meaning == Meaning::Owner)
        && let Some(n) = s.any(owner.tokens.end, &["the? owner of|for|on"])
    {
        let name = s.name(owner.tokens.end + n..end);
        return Some(draft(name, vec![(Field::Owner, s.words(&owner.tokens))], Certainty::High));
    }
    // "Anna takes over X (from me)", "let Anna take over X"
    let person = (start..(start + 2).min(end)).find_map(|i| s.entity_at(i).filter(|e| e.meaning == Meaning::Owner));
    if let Some(owner) = person
        && let Some(n) = s.any(
            owner.tokens.end,
            &[
                "will|should|can|is|to now? be? taking|take over|on",
                "takes|taking|take over|on",
                "is|will be? now? running|handling|owning|own|run|handle",
            ],
        )
    {
        let from = owner.tokens.end + n;
        let stop =
            s.seek(from, &["from me|us|him|her|them|now", "from today|tomorrow|now on?"]).map_or(end, |r| r.start);
        let name = s.name(from..stop.min(end));
        return name.map(|name| draft(Some(name), vec![(Field::Owner, s.words(&owner.tokens))], Certainty::High));
    }
    let n = s.any(start, &["reassign", "assign", "give", "hand over?", "transfer", "pass"])?;
    let to = last_joint(s, start + n, end, &["to", "over to"])?;
    let owner = to.end..end;
    if s.has(&["task", "to-do", "todo", "reminder", "follow-up"]) || !is_value(s, Field::Owner, &owner) {
        return None;
    }
    Some(draft(s.name(start + n..to.start), vec![(Field::Owner, s.words(&owner))], Certainty::High))
}

/// Where the name ends and why the deal was lost, if it is said.
pub(super) fn lost_reason(s: &Sentence<'_>, from: usize, end: usize) -> (usize, Option<String>) {
    match s
        .seek(
            from,
            &[
                "because of?",
                "due to",
                "on price",
                "over price",
                "- reason",
                "reason :?",
                ": reason?",
                ", no",
                ", price",
                ", bad|lost|missing|wrong",
            ],
        )
        .filter(|r| r.end <= end)
    {
        Some(joint) => {
            let at = if matches!(s.word(joint.end - 1), "price") { joint.end - 1 } else { joint.end };
            let at = if s.word(joint.start) == "," { joint.start + 1 } else { at };
            let start = if matches!(s.word(at), "the" | ":" | "of") { at + 1 } else { at };
            (joint.start, (start < end).then(|| s.words(&(start..end))))
        }
        None => (end, None),
    }
}

/// "mark X as won", "close X as lost", "mark X lost because of price".
fn marked(s: &Sentence<'_>, start: usize, end: usize) -> Option<Draft> {
    let n = s.any(start, &["mark", "flag", "close out?", "set", "record", "put down?", "log"])?;
    let (body_end, reason) = lost_reason(s, start + n, end);
    let joint = last_joint(s, start + n, body_end, &["as", "down as"]);
    let (name, value) = match joint {
        Some(joint) => (start + n..joint.start, joint.end..body_end),
        None => {
            let state = s
                .entities
                .iter()
                .find(|e| e.tokens.end == body_end && matches!(e.meaning, Meaning::Stage | Meaning::Kind(_)))?;
            let closes = matches!(state.meaning, Meaning::Kind(StageKind::Won | StageKind::Lost))
                || matches!(s.word(state.tokens.start), "won" | "lost");
            if !closes || !matches!(s.word(start), "mark" | "flag" | "set" | "close") {
                return None;
            }
            (start + n..state.tokens.start, state.tokens.clone())
        }
    };
    let field = field_of_value(s, &value).or_else(|| is_value(s, Field::Stage, &value).then_some(Field::Stage))?;
    if s.entity_at(start + n).is_some_and(|e| matches!(e.meaning, Meaning::Amount(_))) {
        return None;
    }
    let mut changes = vec![(field, s.words(&value))];
    changes.extend(reason.map(|r| (Field::LostReason, r)));
    let certainty = if is_value(s, field, &value) { Certainty::High } else { Certainty::Some };
    Some(draft(s.name(name), changes, certainty))
}

/// "set the amount of X to 50k", "change X's close date to 30 Nov", "set X amount to 50k and close date to May 5".
fn field_set(s: &Sentence<'_>, start: usize, end: usize) -> Option<Draft> {
    const VERBS: [&str; 23] = [
        "set",
        "change",
        "update",
        "make",
        "raise",
        "increase",
        "lower",
        "reduce",
        "decrease",
        "adjust",
        "correct",
        "edit",
        "put",
        "move",
        "push",
        "bump up?",
        "extend",
        "postpone",
        "delay",
        "rename",
        "drop",
        "reschedule",
        "add",
    ];
    let verb = s.any(start, &VERBS)?;
    let at = start + verb;
    if s.word(start) == "rename" {
        let to = last_joint(s, at, end, &["to", "into", "as"])?;
        return Some(draft(s.name(at..to.start), vec![(Field::Name, unquoted(s, to.end..end))], Certainty::High));
    }
    // FIELD of NAME to VALUE
    if let Some((field, n)) = field_at(s, at) {
        let of = at + n;
        if matches!(s.word(of), "of" | "for" | "on" | "in") {
            let joint = first_joint(s, of + 1, end, field)?;
            return Some(with_more(s, s.name(of + 1..joint.start), field, joint.end..end));
        }
        // "set the close date to 30 Nov (for X)"
        let joint = first_joint(s, of, end, field).filter(|j| j.start == of)?;
        let named = (joint.end..end)
            .rev()
            .find(|i| matches!(s.word(*i), "for" | "of" | "on") && *i > joint.end && s.entity_over(*i).is_none());
        let (value_end, name) = named.map_or((end, None), |i| (i, s.name(i + 1..end)));
        return Some(with_more(s, name, field, joint.end..value_end));
    }
    // "make the X deal worth $7,250"
    if let Some(worth) = s.seek(at + 1, &["worth"]).filter(|w| w.end < end)
        && is_value(s, Field::Amount, &(worth.end..end))
    {
        return Some(draft(
            s.name(at..worth.start),
            vec![(Field::Amount, s.words(&(worth.end..end)))],
            Certainty::High,
        ));
    }
    // "make X 9.5k"
    if let Some(last) = s.entities.iter().find(|e| e.tokens.end == end && e.tokens.start > at)
        && matches!(last.meaning, Meaning::Amount(_) | Meaning::Percent)
        && matches!(s.word(start), "make" | "set" | "put" | "update" | "change" | "bump" | "raise" | "lower")
        && let Some(name) = named_in(s, at, last.tokens.start)
        && s.name(at..last.tokens.start).as_deref() == Some(name.as_str())
        && let Some(field) = field_of_value(s, &last.tokens)
    {
        return Some(draft(Some(name), vec![(field, s.words(&last.tokens))], Certainty::High));
    }
    // NAME FIELD to VALUE, NAME's FIELD to VALUE
    let found = (at + 1..end).find_map(|i| field_at(s, i).map(|(field, n)| (i, field, n)));
    if let Some((i, field, n)) = found
        && let Some(joint) = first_joint(s, i + n, end, field).filter(|j| j.start == i + n)
    {
        return Some(with_more(s, s.name(at..i), field, joint.end..end));
    }
    None
}

/// The first value and any that follow ("… and close date to 5 May").
fn with_more(s: &Sentence<'_>, name: Option<String>, field: Field, mut value: Range<usize>) -> Draft {
    let mut changes = Vec::new();
    let mut certain = true;
    let mut field = field;
    loop {
        let next = (value.start + 1..value.end).find_map(|i| {
            let joined = matches!(s.word(i), "and" | ",");
            let skip = if (s.word(i), s.word(i + 1)) == (",", "and") { 2 } else { 1 };
            let verb = usize::from(matches!(s.word(i + skip), "set" | "change" | "update"));
            let (next, n) = field_at(s, i + skip + verb).filter(|_| joined)?;
            let joint = first_joint(s, i + skip + verb + n, value.end, next).filter(|j| j.start == i + skip + verb + n);
            Some((i, next, joint.map_or(i + skip + verb + n, |j| j.end)))
        });
        let this = value.start..next.map_or(value.end, |(i, ..)| i);
        certain &= is_value(s, field, &this);
        let said = unquoted(s, this);
        // "should be to review the contract"
        let said = if field == Field::NextStep { said.strip_prefix("to ").unwrap_or(&said).to_owned() } else { said };
        changes.push((field, said));
        match next {
            Some((_, next_field, at)) if at < value.end => {
                field = next_field;
                value.start = at;
            }
            _ => break,
        }
    }
    draft(name, changes, if certain { Certainty::High } else { Certainty::Some })
}

pub(super) fn unquoted(s: &Sentence<'_>, range: Range<usize>) -> String {
    match s.tokens.get(range.start) {
        Some(token) if range.len() == 1 => token.text.clone(),
        _ => bare(s.words(&range)),
    }
}

/// "move X to Proposal", "push X to next month", "set X to 50k", "put X in commit", "push X out by two weeks".
fn moved(s: &Sentence<'_>, start: usize, end: usize) -> Option<Draft> {
    const VERBS: [&str; 30] = [
        "lower",
        "raise",
        "reduce",
        "increase",
        "bump up?",
        "cut",
        "correct",
        "adjust",
        "move",
        "advance",
        "push",
        "progress",
        "shift",
        "bring",
        "drag",
        "put",
        "take",
        "promote",
        "set",
        "change",
        "update",
        "postpone",
        "delay",
        "extend",
        "reschedule",
        "send",
        "pull",
        "slip",
        "defer",
        "return",
    ];
    let verb = s.any(start, &VERBS)?;
    let at = start + verb;
    // "from Engaging to Proposal": the value is what comes last.
    let to = last_joint(
        s,
        at,
        end,
        &["to", "into", "in", "until", "till", "at", "by", "back to", "forward to", "on to", "onto", "for"],
    )?;
    let value = to.end..end;
    let field = if s.word(to.end - 1) == "by" && crate::resolve::amount::find_span(&s.words(&value)).is_some() {
        Field::CloseDate
    } else {
        // "until the end of the month" is one date: its joint belongs to it.
        field_of_value(s, &value)
            .or_else(|| field_of_value(s, &(to.start..end)))
            .or_else(|| is_value(s, Field::Stage, &value).then_some(Field::Stage))?
    };
    let mut name_end = to.start;
    if let Some(from) = s.seek(at, &["from"]).filter(|f| f.start < to.start) {
        name_end = from.start;
    }
    let mut words = s.words(&value);
    if s.word(to.end - 1) == "by" {
        let earlier = matches!(s.word(start), "pull" | "bring") || s.has(&["forward", "earlier", "in by"]);
        words = format!("{} {words}", if earlier { "earlier by" } else { "later by" });
    }
    let certainty = if is_value(s, field, &value) && field != Field::Owner { Certainty::High } else { Certainty::Some };
    Some(draft(s.name(at..name_end), vec![(field, words)], certainty))
}

/// The last of the joining words that leaves a value after it.
fn last_joint(s: &Sentence<'_>, from: usize, end: usize, patterns: &[&str]) -> Option<Range<usize>> {
    (from..end).rev().find_map(|i| {
        let n = patterns.iter().filter_map(|p| s.phrase(i, p)).max()?;
        let inside = s.entity_over(i).is_some_and(|e| e.tokens.start < i);
        (i + n < end && !inside).then_some(i..i + n)
    })
}

/// The first joining word between a field (or name) and its value. "to" may stand within a "from … to …" of dates.
fn first_joint(s: &Sentence<'_>, from: usize, end: usize, field: Field) -> Option<Range<usize>> {
    let patterns: &[&str] = if field == Field::NextStep {
        &["to :?", "is", ":", "=", "as"]
    } else {
        &["to", "at", "as", "is now?", ":", "=", "on", "by"]
    };
    let mut fallback = None;
    for i in from..end {
        let Some(n) = s.any(i, patterns) else { continue };
        if i + n >= end {
            continue;
        }
        if is_value(s, field, &(i + n..end)) {
            return Some(i..i + n);
        }
        fallback = fallback.or(Some(i..i + n));
    }
    fallback
}
