//! Requests for a task: "remind me to call Isdom tomorrow", "create a follow-up for the Isdom deal next Friday".

use std::ops::Range;

use super::sentence::Sentence;
use super::{Certainty, Draft};
use crate::planner::{Ask, NewTask, Priority};
use crate::resolve::lex::Meaning;

const NOUNS: &str =
    "task|follow-up|followup|reminder|to-do|todo|call|meeting|check-in|checkin|appointment|demo|visit|catch-up|review";

/// Verbs whose object is whom the task is about.
const DOING: [&str; 23] = [
    "call|ring|phone back",
    "call",
    "phone",
    "ring",
    "email",
    "e-mail",
    "mail",
    "write to?",
    "text",
    "message",
    "ping",
    "chase up?",
    "contact",
    "visit",
    "meet with?",
    "check in with|on",
    "follow up with|on?",
    "follow-up with|on?",
    "catch up with",
    "get back to",
    "reach out to",
    "nudge",
    "touch base with",
];

/// Meetings that are asked for.
const MEETING: [&str; 2] = [
    "schedule|book|arrange|plan|organise|organize a|an|the? short|quick|new|product|sales|intro|discovery? meeting|demo|appointment|visit|catch-up|workshop",
    "set up a|an|the? short|quick|new|product|sales|intro|discovery? meeting|demo|appointment|visit|catch-up|workshop",
];

/// Reads the clause as a request for a task, if it is one.
pub fn read(s: &Sentence<'_>) -> Option<Draft> {
    let (start, mut end) = (s.opening(), s.ending());
    let (body, noun, certainty) = asked_at_the_end(s, start)
        .or_else(|| labelled(s, start))
        .or_else(|| reminder(s, start))
        .or_else(|| made(s, start))
        .or_else(|| told(s, start))
        .or_else(|| doing(s, start))?;
    end = end.min(body.end);
    let mut task = NewTask::default();
    let mut cut: Vec<Range<usize>> = Vec::new();

    let (mut body, mut noun) = (body, noun);
    // "ask Anna to …", "for Anna to …", "assign to Anna"
    if let Some((assignee, range, rest)) = assignee(s, start, &body, end) {
        task.assignee = Some(assignee);
        cut.push(range);
        if let Some(rest) = rest {
            body = rest;
            noun = None;
        }
    }
    if let Some(date) =
        s.entities.iter().rev().find(|e| matches!(e.meaning, Meaning::Date(_)) && e.tokens.start >= start)
    {
        task.due = Some(s.words(&date.tokens));
        cut.push(date.tokens.clone());
        if let Some(time) = s.seek(date.tokens.end, &["at"]).filter(|r| r.start == date.tokens.end) {
            let after = time.end + 1 + usize::from(matches!(s.word(time.end + 1), "am" | "pm" | "o'clock"));
            let numeric = s.word(time.end).starts_with(|c: char| c.is_ascii_digit()) || s.word(time.end) == "noon";
            if numeric {
                task.time = Some(s.words(&(time.start..after)));
                cut.push(time.start..after);
            }
        }
    }
    for (patterns, priority) in [
        (&["high priority", "urgent", "urgently", "important", "priority high"][..], Priority::High),
        (&["low priority", "when i have time"][..], Priority::Low),
    ] {
        if let Some(range) = s.seek(start, patterns) {
            task.priority = Some(priority);
            let with = usize::from(range.start > 0 && matches!(s.word(range.start - 1), "with" | "as" | "marked"));
            cut.push(range.start - with..range.end);
        }
    }
    task.name = about(s, &body, end, &cut);
    task.title = title(s, &body, end, noun.as_deref(), &cut);
    let certainty = if task.title.is_some() { certainty } else { Certainty::Some };
    // "book a demo with X on Monday" has a day and others who come; "call X on Monday" is a task.
    let met = s.any(start, &MEETING).is_some() && task.due.is_some();
    let ask = if met { Ask::ScheduleMeeting(task) } else { Ask::CreateTask(task) };
    Some(Draft::one(ask, certainty))
}

type Opening = (Range<usize>, Option<String>, Certainty);

/// "Isdom wants a call back on Monday, make a task".
fn asked_at_the_end(s: &Sentence<'_>, start: usize) -> Option<Opening> {
    const ENDS: [&str; 2] = [
        "and|so? please? make|create|add|set|put|open me? a|an task|reminder|to-do|todo|follow-up for? it|that|this|them?",
        "remind me about|of? it|that|this?",
    ];
    let asked =
        (start + 2..s.ending()).find(|i| ENDS.iter().filter_map(|p| s.phrase(*i, p)).any(|n| i + n == s.ending()))?;
    let end = if s.word(asked - 1) == "," { asked - 1 } else { asked };
    Some((start..end, None, Certainty::High))
}

/// "task for Monday: ring Isdom".
fn labelled(s: &Sentence<'_>, start: usize) -> Option<Opening> {
    let n = s.any(start, &["new? task|reminder|to-do|todo for|on|by?"])?;
    let colon = (start + n..s.ending()).find(|i| s.word(*i) == ":")?;
    Some((colon + 1..s.len(), None, Certainty::High))
}

/// "remind me to …", "don't let me forget to …".
fn reminder(s: &Sentence<'_>, start: usize) -> Option<Opening> {
    let n = s.any(
        start,
        &[
            "remind me that|about|of|on?",
            "set a? reminder to|for|about?",
            "don't let me forget to|about?",
            "do not let me forget to|about?",
            "don't forget to|about?",
            "remember to",
            "note to self :?",
            "note for me :?",
            "note :",
            "task :",
            "todo :",
            "to-do :",
        ],
    )?;
    // "remind me tomorrow to call Isdom": the body begins after "to".
    let mut at = start + n;
    if let Some(date) = s.entity_at(at).filter(|e| matches!(e.meaning, Meaning::Date(_))) {
        at = date.tokens.end;
    }
    let to = usize::from(matches!(s.word(at), "to" | "that" | "about"));
    let about = matches!(s.word(at), "about") || matches!(s.word(at.saturating_sub(1)), "about" | "of" | "on" | "for");
    let noun = (about && to == 0 || matches!(s.word(at), "about")).then(|| "follow-up".to_owned());
    Some((at + to..s.len(), noun, Certainty::High))
}

/// "create a follow-up for …", "schedule a call with …", "add a task to …".
fn made(s: &Sentence<'_>, start: usize) -> Option<Opening> {
    let verb = s.any(
        start,
        &[
            "create", "add", "make", "set up", "set", "schedule", "plan", "book", "open", "put in?", "new", "give me",
            "i need", "arrange", "log", "assign", "need",
        ],
    )?;
    let mut at = start + verb;
    let to_person = s
        .entity_at(at)
        .filter(|e| e.meaning == Meaning::Owner && !matches!(s.word(at), "my" | "our"))
        .map(|e| e.tokens.end);
    at = to_person.unwrap_or(at);
    while matches!(
        s.word(at),
        "a" | "an"
            | "the"
            | "new"
            | "me"
            | "another"
            | "quick"
            | "short"
            | "urgent"
            | "high"
            | "priority"
            | "low"
            | "high-priority"
            | "important"
            | "in"
    ) {
        at += 1;
    }
    if s.phrase(at, "sales|product|intro|discovery call|meeting|demo").is_some() {
        at += 1;
    }
    let (noun, n) = match s.phrase(at, "follow up call|task|meeting?") {
        Some(n) => ("follow-up".to_owned(), n),
        None => {
            let compound = s.phrase(at, "follow-up|followup call|task|meeting|reminder").filter(|n| *n == 2);
            let n = compound.or_else(|| s.phrase(at, NOUNS))?;
            (s.word(at).to_owned(), n)
        }
    };
    Some((at + n..s.len(), Some(noun), Certainty::High))
}

/// "ask Anna to call …", "tell Carl to send …", "have Anna follow up …", "I need to call …".
fn told(s: &Sentence<'_>, start: usize) -> Option<Opening> {
    if let Some(n) = s.any(start, &["i need|have|ought to", "i must|should", "i've got to", "i gotta"]) {
        if s.any(start + n, &["see|know|find|list|look|view|understand"]).is_some() {
            return None;
        }
        let certainty =
            if s.find(start, |m| matches!(m, Meaning::Date(_))).is_some() { Certainty::High } else { Certainty::Some };
        return Some((start + n..s.len(), None, certainty));
    }
    // "could Anna please follow up with Isdom?", "Anna should call Isdom"
    let led = usize::from(matches!(s.word(start), "can" | "could" | "would" | "will" | "may"));
    if let Some(person) = s
        .entity_at(start + led)
        .filter(|e| e.meaning == Meaning::Owner && !matches!(s.word(start + led), "my" | "our" | "mine"))
    {
        let mut at = person.tokens.end;
        let should = s.any(at, &["should|must|will|can|could", "needs|has to", "is to"]).unwrap_or(0);
        at += should + usize::from(s.word(at + should) == "please");
        if (led == 1 || should > 0)
            && (s.any(at, &DOING).is_some()
                || s.any(at, &["send|prepare|draft|review|finish|share|confirm|discuss|make|arrange|set"]).is_some())
        {
            return Some((at..s.len(), None, Certainty::High));
        }
    }
    let n = s.any(start, &["ask", "tell", "get", "have", "let"])?;
    let person = s.entity_at(start + n).filter(|e| e.meaning == Meaning::Owner && s.word(start + n) != "my")?;
    let to = usize::from(s.word(person.tokens.end) == "to");
    Some((person.tokens.end + to..s.len(), None, Certainty::High))
}

/// "call Isdom tomorrow", "follow up with Isdom".
fn doing(s: &Sentence<'_>, start: usize) -> Option<Opening> {
    let dated = s.find(start, |m| matches!(m, Meaning::Date(_))).is_some();
    if let Some(n) = s.any(start, &DOING) {
        let follow =
            s.word(start).starts_with("follow") || matches!(s.word(start), "chase" | "check" | "touch" | "catch");
        if !dated && !follow && !matches!(s.word(start), "call" | "phone" | "ring" | "visit" | "meet") {
            return None;
        }
        return (start + n <= s.ending()).then_some((
            start..s.len(),
            None,
            if dated || follow { Certainty::High } else { Certainty::Some },
        ));
    }
    let other = matches!(
        s.word(start),
        "send" | "prepare" | "draft" | "review" | "finish" | "deliver" | "share" | "confirm" | "discuss"
    );
    (other && dated).then_some((start..s.len(), None, Certainty::Some))
}

/// Who is to do it: the words, the tokens to leave out, and the body that follows, if it moved.
fn assignee(
    s: &Sentence<'_>,
    start: usize,
    body: &Range<usize>,
    end: usize,
) -> Option<(String, Range<usize>, Option<Range<usize>>)> {
    let person_at = |i: usize| {
        s.entity_at(i).filter(|e| e.meaning == Meaning::Owner && !matches!(s.word(i), "my" | "our" | "mine"))
    };
    // Between the verb and the body: "assign Anna a task to …", "ask Anna to …".
    if let Some(person) = (start..body.start).find_map(person_at) {
        return Some((s.words(&person.tokens), person.tokens.clone(), None));
    }
    // "for Anna to …": the body begins after it. "for Anna" at the end, "assigned to Anna".
    for i in body.start..end {
        let lead = s.any(i, &["for", "assigned? to", "and assign it? to", "assign it? to"]);
        let Some((n, person)) = lead.and_then(|n| person_at(i + n).map(|p| (n, p))) else { continue };
        if person.tokens.end < end && tokens_possessive(s, person.tokens.end - 1) {
            continue;
        }
        let to = s.word(person.tokens.end) == "to";
        let assigned = s.word(i + n - 1) == "to" && n > 1;
        if to {
            return Some((s.words(&person.tokens), i..person.tokens.end + 1, Some(person.tokens.end + 1..body.end)));
        }
        if assigned
            || person.tokens.end >= end
            || s.entity_at(person.tokens.end).is_some_and(|e| matches!(e.meaning, Meaning::Date(_)))
        {
            return Some((s.words(&person.tokens), i..person.tokens.end, None));
        }
    }
    None
}

fn tokens_possessive(s: &Sentence<'_>, i: usize) -> bool {
    s.tokens.get(i).is_some_and(|t| t.possessive)
}

fn is_cut(cut: &[Range<usize>], i: usize) -> bool {
    cut.iter().any(|r| r.contains(&i))
}

/// The record that the task is about.
fn about(s: &Sentence<'_>, body: &Range<usize>, end: usize, cut: &[Range<usize>]) -> Option<String> {
    const STOPS: [&str; 34] = [
        "wants",
        "want",
        "needs",
        "need",
        "asked",
        "asks",
        "said",
        "says",
        "is",
        "was",
        "has",
        "would",
        "will",
        "wanted",
        "about",
        "regarding",
        "re",
        "to",
        "on",
        "for",
        "with",
        "at",
        "and",
        "because",
        "before",
        "after",
        "that",
        "when",
        ",",
        ".",
        ":",
        "so",
        "if",
        "in",
    ];
    let run = |from: usize| {
        let from = (from..end).find(|i| !matches!(s.word(*i), "the" | "a" | "an" | "our" | "my" | "this" | "that"))?;
        let stop = (from..end).find(|i| is_cut(cut, *i) || STOPS.contains(&s.word(*i))).unwrap_or(end);
        let stop =
            (from..stop).find(|i| matches!(s.word(*i), "deal" | "opportunity" | "account")).map_or(stop, |i| i + 1);
        s.name(from..stop)
    };
    let joints: [&[&str]; 3] = [&["for", "regarding", "re", "about", "on"], &["with", "at"], &["to"]];
    // "the Isdom deal" names it plainly.
    if let Some(noun) = (body.start..end).find(|i| matches!(s.word(*i), "deal" | "opportunity" | "account")) {
        let from = (body.start..noun).rev().find(|i| {
            matches!(
                s.word(*i),
                "the"
                    | "for"
                    | "with"
                    | "on"
                    | "about"
                    | "regarding"
                    | "at"
                    | "my"
                    | "our"
                    | "call"
                    | "this"
                    | "that"
                    | "to"
            ) || is_cut(cut, *i)
        });
        let name = s.name(from.map_or(body.start, |i| i + 1)..noun);
        if name.is_some() || from.is_some_and(|i| matches!(s.word(i), "this" | "that")) {
            return name;
        }
    }
    if let Some(n) = s.any(body.start, &DOING)
        && let Some(name) =
            run(body.start + n).filter(|_| !is_cut(cut, body.start + n) && !STOPS.contains(&s.word(body.start + n)))
    {
        return Some(name);
    }
    for joint in joints {
        let places =
            (body.start..end).filter(|i| joint.contains(&s.word(*i)) && !is_cut(cut, *i) && !is_cut(cut, *i + 1));
        let named = |name: &String| {
            (if joint.contains(&"to") {
                name.starts_with(char::is_uppercase)
            } else {
                name.chars().any(char::is_uppercase)
            }) || joint.contains(&"for")
        };
        if let Some(name) = places.filter_map(|i| run(i + 1)).find(named) {
            return Some(name);
        }
    }
    // "send Scotfind the quote"
    super::change::named_in(s, body.start, end)
}

/// What the task is called: the words that say what to do, without when, who and how urgent.
fn title(
    s: &Sentence<'_>,
    body: &Range<usize>,
    end: usize,
    noun: Option<&str>,
    cut: &[Range<usize>],
) -> Option<String> {
    let mut at = body.start;
    while at < end
        && (is_cut(cut, at) || matches!(s.word(at), "to" | "that" | ":" | "," | "-" | "called" | "titled" | "saying"))
    {
        let named = matches!(s.word(at), "called" | "titled" | "saying" | ":" | "to") && !is_cut(cut, at);
        at += 1;
        if named && at < end {
            return words_without(s, at..end, cut);
        }
    }
    // "a task for Isdom to send the offer"
    if noun.is_some()
        && let Some(to) = (at..end).find(|i| s.word(*i) == "to" && !is_cut(cut, *i))
        && !s.entity_over(to).is_some_and(|e| matches!(e.meaning, Meaning::Date(_)))
        && s.word(to + 1) != "the"
    {
        return words_without(s, to + 1..end, cut);
    }
    if noun.is_some()
        && let Some(colon) = (at..end).find(|i| s.word(*i) == ":" && !is_cut(cut, *i))
        && let Some(named) = words_without(s, colon + 1..end, cut)
    {
        return Some(named);
    }
    let rest = words_without(s, at..end, cut);
    match noun {
        None => rest,
        Some(noun) => {
            let head = match noun {
                "task" | "reminder" | "to-do" | "todo" | "follow-up" | "followup" | "check-in" | "checkin" => {
                    "Follow up"
                }
                "call" => "Call",
                "meeting" | "appointment" | "visit" => "Meeting",
                "catch-up" => "Catch up",
                "review" => "Review",
                _ => "Demo",
            };
            match rest {
                None => Some(head.to_owned()),
                Some(rest) => {
                    let lower = rest.to_lowercase();
                    let joined =
                        ["for ", "with ", "on ", "about ", "at ", "regarding "].iter().find(|j| lower.starts_with(**j));
                    Some(match (joined, head) {
                        (Some(&"for " | &"about " | &"regarding "), "Follow up") => {
                            format!("Follow up on {}", rest.split_once(' ').map_or("", |(_, r)| r))
                        }
                        (Some(_), _) => format!("{head} {}{}", lower_first(&rest), ""),
                        (None, "Follow up") => format!("Follow up on {rest}"),
                        (None, _) => format!("{head}: {rest}"),
                    })
                }
            }
        }
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

pub(super) fn words_without(s: &Sentence<'_>, range: Range<usize>, cut: &[Range<usize>]) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut at = range.start;
    while at < range.end {
        if is_cut(cut, at) {
            at += 1;
            continue;
        }
        let stop = (at..range.end).find(|i| is_cut(cut, *i)).unwrap_or(range.end);
        parts.push(s.words(&(at..stop)));
        at = stop;
    }
    let text = parts.join(" ");
    let text = text.trim().trim_matches(|c: char| matches!(c, ',' | ';' | ':' | '.' | '-' | '"')).trim();
    let text = ["on", "by", "at", "for", "due", "and", "the"]
        .iter()
        .fold(text, |t, end| t.strip_suffix(&format!(" {end}")).unwrap_or(t));
    if text.is_empty() || text.chars().count() < 3 {
        return None;
    }
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect())
}
