//! What stands around one record: what happened with it, where it could go next, its duplicates, how to reach it, and a letter
//! about it.

use std::ops::Range;

use super::sentence::Sentence;
use super::{Certainty, Draft};
use crate::planner::{Ask, Happened, Letter, One, Purpose, RecordKind};
use crate::resolve::lex::Meaning;

/// Reads the clause as a request about one record, if it is one of these.
pub fn read(s: &Sentence<'_>) -> Option<Draft> {
    let (start, end) = (s.opening(), s.ending());
    let ask = letter(s, start, end)
        .or_else(|| duplicates(s, start, end))
        .or_else(|| next_stage(s, start, end))
        .or_else(|| activity(s, start, end))
        .or_else(|| fact(s, start, end))
        .or_else(|| reached(s, start, end))?;
    Some(Draft::one(ask, Certainty::High))
}

/// A name in a range, or the record in hand where the range says "it", "this" or nothing. None where it says something that
/// names nothing.
fn named(s: &Sentence<'_>, range: Range<usize>) -> Option<Option<String>> {
    let name = s.name(range.clone());
    let many = range.clone().any(|i| {
        matches!(
            s.word(i),
            "deals"
                | "opportunities"
                | "accounts"
                | "leads"
                | "contacts"
                | "everyone"
                | "everybody"
                | "customers"
                | "all"
        )
    });
    (!many).then_some(name)
}

/// "draft a follow-up e-mail to Anna about the discount".
fn letter(s: &Sentence<'_>, start: usize, end: usize) -> Option<Ask> {
    let verb = s.any(start, &["draft|write|compose|prepare|word me|us? a|an|the|another?"])?;
    // With a day it is a task: somebody will write it then.
    if s.find(start, |m| matches!(m, Meaning::Date(_))).is_some() {
        return None;
    }
    let noun = (start + verb..end.min(start + verb + 6))
        .find(|i| matches!(s.word(*i), "email" | "e-mail" | "mail" | "message" | "letter" | "reply" | "mails"))?;
    let after = noun + 1;
    const ABOUT: &str = "about|regarding|concerning|re";
    let to = s.seek(after, &["to|for"]).filter(|r| r.start <= after + 1);
    let about = s.seek(after, &[ABOUT, "because of", "on"]);
    let (name, topic) = match (to, about) {
        (Some(to), Some(about)) if about.start > to.end => {
            (named(s, to.end..about.start)?, Some(s.words(&(about.end..end))))
        }
        (Some(to), _) => (named(s, to.end..end)?, None),
        (None, Some(about)) => (named(s, about.end..end)?, None),
        (None, None) => (None, None),
    };
    let topic = topic.filter(|words| !words.trim().is_empty());
    // "write Petra Kruger a short mail to thank her": to whom it is is known by the name.
    let spoken = s
        .records
        .iter()
        .find(|r| r.tokens.start < noun || name.as_ref().is_some_and(|n| n.len() > s.words(&r.tokens).len()));
    let name = spoken.map(|record| s.words(&record.tokens)).or(name);
    Some(Ask::DraftEmail(Letter { name, purpose: purpose(s), topic }))
}

pub(super) fn purpose(s: &Sentence<'_>) -> Purpose {
    const PURPOSES: [(&[&str], Purpose); 5] = [
        (&["thank-you|thanks", "thank you|them|him|her"], Purpose::ThankYou),
        (&["introduction|intro|introductory|introducing|introduce"], Purpose::Introduction),
        (&["offer|quote|quotation"], Purpose::Offer),
        (&["meeting|appointment|schedule|arrange"], Purpose::Meeting),
        (&["follow-up|followup|reminder|chaser", "follow up"], Purpose::FollowUp),
    ];
    PURPOSES.iter().find(|(words, _)| s.has(words)).map_or(Purpose::FollowUp, |(_, purpose)| *purpose)
}

/// "find duplicates of Acme", "is Acme in here twice?".
fn duplicates(s: &Sentence<'_>, start: usize, end: usize) -> Option<Ask> {
    const OF: [&str; 4] = [
        "find|show|list|check|search|get me? for? any|all|the|possible? duplicates|duplicate|doubles records|entries? of|for|to?",
        "look for any|all|the|possible? duplicates|duplicate|doubles records|entries? of|for|to?",
        "are|is there any|a|some|possible? duplicates|duplicate|doubles records|entries? of|for|to?",
        "any|possible? duplicates|doubles of|for|to?",
    ];
    if let Some(n) = s.any(start, &OF) {
        return Some(Ask::FindDuplicates(one(s, start + n..end)?));
    }
    let led = s.any(start, &["is|are", "do we have", "have we got"])?;
    let tail = s.seek(
        start + led,
        &[
            "a|an duplicate|double",
            "duplicated|doubled",
            "in here|there twice",
            "in the|our system|crm|database twice|already",
            "twice",
            "more than once",
        ],
    )?;
    (tail.end >= end).then(|| Some(Ask::FindDuplicates(one(s, start + led..tail.start)?))).flatten()
}

/// One record, with the kind that it is called.
pub(super) fn one(s: &Sentence<'_>, range: Range<usize>) -> Option<One> {
    let kind = range.clone().find_map(|i| kind_of(s.word(i)));
    let kept = range.start
        + range
            .clone()
            .take_while(|i| kind_of(s.word(*i)).is_some() || matches!(s.word(*i), "the" | "a" | "an" | "our" | "my"))
            .count();
    Some(One { name: named(s, kept.min(range.end)..range.end)?, kind })
}

fn kind_of(word: &str) -> Option<RecordKind> {
    match word {
        "account" | "company" | "customer" | "client" => Some(RecordKind::Account),
        "contact" | "person" => Some(RecordKind::Contact),
        "lead" | "prospect" => Some(RecordKind::Lead),
        _ => None,
    }
}

/// "suggest the next stage for Isdom", "can Isdom move on?", "what is blocking Isdom?".
fn next_stage(s: &Sentence<'_>, start: usize, end: usize) -> Option<Ask> {
    let of = |range| Some(Ask::SuggestNextStage(One { name: named(s, range)?, kind: None }));
    const LED: [&str; 9] = [
        "what|which should|would|could|will? the? next stage|step should? be? for|of|on|with|in",
        "suggest|recommend|propose me? a|the? next stage|step for|of|on|with|in?",
        "what's|what is|are? the? next stage for|of|on|in?",
        "what's|what is? blocking|stopping|missing for|from|on|in?",
        "what's|what is? holding back|up?",
        "what should|can|could i|we do next with|on|about|for",
        "what to do next with|on|about|for",
        "what do|should i|we do to? move|advance|push|progress",
        "how can|do i|we move|advance|progress|push",
    ];
    if let Some(n) = s.any(start, &LED) {
        let tail = s.seek(start + n, &["forward|on|ahead|along|next"]).filter(|t| t.end >= end);
        return of(start + n..tail.map_or(end, |t| t.start));
    }
    let pairs: [(&[&str], &[&str]); 3] = [
        (&["what|which stage should|could|can|must"], &["be|go|move|come|enter in|to|into|next? next?", "go next"]),
        (
            &["can|could|is|should"],
            &[
                "move on|forward|ahead|up|along",
                "move to the? next stage",
                "ready for|to the? next? stage|move|advance|go on|forward|to?",
                "advance",
                "progress",
            ],
        ),
        (
            &["what does|do|would"],
            &["need|lack to|for|before move|advance|progress|go|the|it? next|on|forward|moves? stage?", "need next"],
        ),
    ];
    for (lead, tails) in pairs {
        let Some(n) = s.any(start, lead) else { continue };
        let Some(tail) = s.seek(start + n, tails).filter(|t| t.end >= end && t.start > start + n) else { continue };
        return of(start + n..tail.start);
    }
    None
}

/// "summarise the activity with Isdom this month", "when did we last talk to Isdom?".
fn activity(s: &Sentence<'_>, start: usize, end: usize) -> Option<Ask> {
    const LED: [&str; 11] = [
        "how many calls|meetings|emails|e-mails|mails|notes|activities|visits were|have|did|are there|we|i|been|had? there|had|been|make|have|logged? on|with|for|at|about|in",
        "what happened|changed lately|recently with|to|on|at|in|around",
        "summarise|summarize|recap|show|list|give|get|see me|us? a|the|all|our? summary|overview|recap? of? the|our|all? recent|latest|last|past? activity|activities|history|timeline|interactions|communication|communications|conversations|touchpoints|calls|meetings of|with|on|for|about|at|around|from|to",
        "activity|activities|history|timeline|interactions summary? of|with|on|for|about|at",
        "when did|have we|i|anyone|anybody|somebody|someone|you last talk|talked|speak|spoken|spoke|meet|met|call|called|email|contact|contacted|hear|heard|write|written to|with|from?",
        "when was|is the|our|my? last|latest contact|call|meeting|email|e-mail|activity|touch|conversation|interaction with|at|on|for|to|from",
        "what's|what is|was? the|our|my? last|latest contact|call|meeting|email|e-mail|activity|touch|conversation|interaction with|at|on|for|to|from",
        "last contact|call|meeting|touch|activity|conversation with|at|on|for|to|from",
        "who last talked|spoke|met|called|emailed|contacted|wrote to|with?",
        "who talked|spoke|met|called|emailed|contacted to|with? last?",
        "how often did|have we|i talk|talked|speak|spoken|meet|met|call|called|email|contact|contacted to|with?",
    ];
    let happened = s.any(start, &["what happened with|to|on|at|in|around"]);
    let date = s.find(start, |m| matches!(m, Meaning::Date(_))).map(|e| e.tokens.clone());
    // Without a time "what happened with Isdom" asks for the deal as it stands.
    let n = s.any(start, &LED).or_else(|| happened.filter(|_| date.is_some()))?;
    let from = start + n;
    let mut stop = date.as_ref().map_or(end, |d| d.start.max(from));
    while stop > from
        && matches!(s.word(stop - 1), "in" | "since" | "during" | "over" | "for" | "within" | "from" | "last")
    {
        stop -= 1;
    }
    Some(Ask::SummariseActivity(Happened { name: named(s, from..stop)?, when: date.map(|d| s.words(&d)) }))
}

/// "what industry is Acme in?", "which company does Anna Smith work for?", "who is the contact there?": one fact of a record.
fn fact(s: &Sentence<'_>, start: usize, end: usize) -> Option<Ask> {
    const FACTS: [(&str, &str); 6] = [
        ("how many people|employees|staff|persons work|are|does|do|are there? at|for|in|with?", ""),
        ("how big|large is", "as a? company|firm"),
        (
            "in? which|what industry|sector|branch|country|region|city|business is|are|does|do",
            "in|from|work|works|operate|based|located in?",
        ),
        (
            "for? which|what company|account|customer|firm|employer|organisation does|do|is",
            "work|works|working|belong|from|at|with for|at|to|in|with?",
        ),
        ("where does|do|is", "work|works|working|based|located for|at|in?"),
        (
            "who's|who is|are? the|our? main|primary|key? contact|contacts|person|people person|persons? at|for|in|with|of?",
            "",
        ),
    ];
    FACTS.iter().find_map(|(lead, tail)| {
        let from = start + s.phrase(start, lead)?;
        let stop = match *tail {
            "" => end,
            tail => (from + 1..end).find(|i| s.phrase(*i, tail).is_some_and(|n| i + n >= end))?,
        };
        let one = one(s, from..stop).filter(|_| from < stop)?;
        // "who is the person Anna": who is asked for is no kind of record.
        let pointed = one.name.is_none() && super::sentence::is_pointing(s.word(from));
        (one.name.is_some() || pointed).then_some(Ask::GetRecord(one))
    })
}

/// "who is Anna Smith?", "what is the phone number of Anna Smith?", "show me the lead Bob Jones".
fn reached(s: &Sentence<'_>, start: usize, end: usize) -> Option<Ask> {
    const OF: [&str; 3] = [
        "what's|what is|are? the? phone|telephone|mobile|email|e-mail|mail|contact number|address|details|data|info|information? of|for",
        "find|show|give|get|tell me|us? the? phone|telephone|mobile|email|e-mail|mail|contact number|address|details|data|info|information? of|for",
        "phone|telephone|mobile|email|e-mail|contact number|address|details|data|info of|for",
    ];
    if let Some(n) = s.any(start, &OF) {
        return Some(Ask::GetRecord(one(s, start + n..end)?))
            .filter(|ask| matches!(ask, Ask::GetRecord(One { name: Some(_), .. })));
    }
    // "what's Anna Smith's phone number"
    if let Some(n) = s.any(start, &["what's|what is|are?", "show|give|get|find me?"])
        && let Some(tail) = s
            .seek(
                start + n + 1,
                &["phone|telephone|mobile|email|e-mail|mail|contact number|address|details|data|info?"],
            )
            .filter(|t| t.end >= end)
        && s.tokens.get(tail.start - 1).is_some_and(|t| t.possessive)
    {
        return Some(Ask::GetRecord(one(s, start + n..tail.start)?));
    }
    // "show me the lead Bob Jones", "tell me about contact Anna Smith"
    if let Some(n) = s.any(
        start,
        &[
            "show|open|find|get|give|see me? the?",
            "tell me more? about|of the?",
            "who's|who is? the?",
            "look up the?",
            "pull up the?",
        ],
    ) && let Some(kind) = kind_of(s.word(start + n)).filter(|kind| *kind != RecordKind::Account)
        && let Some(name) = s.name(start + n + 1..end)
    {
        return Some(Ask::GetRecord(One { name: Some(name), kind: Some(kind) }));
    }
    // "who is Anna Smith?": a name and nothing else, of nobody who works here.
    let n = s.any(start, &["who's|who is?"])?;
    let name = start + n..end;
    let plain = name.clone().all(|i| s.tokens.get(i).is_some_and(|t| t.is_capitalised()) && s.entity_over(i).is_none());
    let name = s.name(name.clone()).filter(|_| plain && !name.is_empty())?;
    Some(Ask::GetRecord(One { name: Some(name), kind: None }))
}
