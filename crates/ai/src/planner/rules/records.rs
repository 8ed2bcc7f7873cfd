//! Lists of accounts, contacts and leads: "show my leads", "who do we know at Isdom?", "which companies are called Acme?".

use super::sentence::Sentence;
use super::{Certainty, Draft};
use crate::planner::{Ask, RecordKind, Records};
use crate::resolve::lex::Meaning;
use crate::resolve::record::RecordType;

const LEADS: &str = "leads|lead|prospects";
const CONTACTS: &str = "contacts|contact|people|persons";
const ACCOUNTS: &str = "accounts|companies|customers|clients|firms";

/// Reads the clause as a question for a list of records, if it is one.
pub fn read(s: &Sentence<'_>) -> Option<Draft> {
    let (start, end) = (s.opening(), s.ending());
    if let Some(n) =
        s.any(start, &["who do|did we|i know at|in|from", "who works|is|are? at|for", "whom do we know at|in|from"])
    {
        let words = s.name(start + n..end)?;
        return found(Records {
            kind: RecordKind::Contact,
            words: Some(words),
            owner: None,
            when: None,
            are: Vec::new(),
        });
    }
    // What speaks of deals is a list of deals: "which customers do we have something open with".
    if s.has(&["deal|deals|opportunity|opportunities|pipeline|open|won|lost|business|revenue|something|anything|biggest|best|worst|most|top|buy|bought|spent|sold|churn"]) {
        return None;
    }
    let led = s.any(
        start,
        &[
            "show|list|find|give|get|see me|us? all|the|any|some?",
            "which|what",
            "how many",
            "do we have any|some?",
            "are there any|some?",
            "search|look for",
            "all",
        ],
    );
    let at = start + led.unwrap_or(0);
    let owner = s.find(at, |m| *m == Meaning::Owner).map(|e| e.tokens.clone());
    let mut noun = at;
    if let Some(owner) = owner.as_ref().filter(|o| o.start == at) {
        noun = owner.end;
    }
    // "new", "hot", "automotive" before the noun are conditions.
    let mut are = Vec::new();
    loop {
        if matches!(s.word(noun), "new" | "hot" | "warm" | "cold" | "qualified" | "unqualified" | "working") {
            are.push(s.word(noun).to_owned());
            noun += 1;
        } else if matches!(s.word(noun), "latest" | "recent" | "of" | "the" | "all") {
            noun += 1;
        } else if let Some(choice) = s.entity_at(noun).filter(|e| e.meaning == Meaning::Choice) {
            are.push(s.words(&choice.tokens));
            noun = choice.tokens.end;
        } else {
            break;
        }
    }
    let kind = [(LEADS, RecordKind::Lead), (CONTACTS, RecordKind::Contact), (ACCOUNTS, RecordKind::Account)]
        .into_iter()
        .find_map(|(words, kind)| s.phrase(noun, words).map(|_| kind))?;
    let own = owner.as_ref().is_some_and(|o| o.start == at);
    // "accounts in Canada": the noun itself, with a condition.
    let bare = s.any(noun + 1, &["in|from|at|with|called|named", "who are|is"]).is_some();
    if led.is_none() && !own && !bare {
        return None;
    }
    // "find contact Anna Smith" is one record.
    let one = matches!(s.word(noun), "lead" | "contact");
    if one && !s.has(&["how many"]) {
        return None;
    }
    let date = s.find(noun, |m| matches!(m, Meaning::Date(_))).map(|e| e.tokens.clone());
    let is_placed =
        |i: usize| owner.as_ref().is_some_and(|o| o.contains(&i)) || date.as_ref().is_some_and(|d| d.contains(&i));
    const NAMED: [&str; 4] = ["called|named|like|matching", "with the name", "that are|is called|named", "at"];
    const BEING: [&str; 6] = [
        "who|that|which are|is|come|came|sit|work at|from|in|of|the|a|an?",
        "who|that are|is",
        "from the?",
        "in the?",
        "with the? source|status|title|rating of?",
        "with",
    ];
    let joint = |i: usize, all: &[&str]| s.any(i, all).filter(|n| i + n < end && !is_placed(i));
    let from = (noun + 1..end).find(|i| joint(*i, &NAMED).or_else(|| joint(*i, &BEING)).is_some());
    let mut words = None;
    let mut at = from.unwrap_or(end);
    while at < end {
        let named = joint(at, &NAMED);
        let Some(n) = named.or_else(|| joint(at, &BEING)) else {
            at += 1;
            continue;
        };
        let stop = (at + n..end)
            .find(|i| is_placed(*i) || joint(*i, &NAMED).or_else(|| joint(*i, &BEING)).is_some() || s.word(*i) == "and")
            .unwrap_or(end);
        match (named, s.name(at + n..stop)) {
            (Some(_), Some(name)) => words = Some(name),
            (None, Some(condition)) => are.push(condition),
            (_, None) => {}
        }
        at = stop.max(at + 1);
    }
    // Words that nobody placed are a condition that this can't read: better asked of the model, or said, than left out.
    let rest = (noun + 1..from.unwrap_or(end)).any(|i| {
        !is_placed(i)
            && !matches!(
                s.word(i),
                "do" | "we"
                    | "i"
                    | "have"
                    | "there"
                    | "are"
                    | "is"
                    | "of"
                    | "came"
                    | "come"
                    | "in"
                    | "did"
                    | "get"
                    | "got"
                    | "created"
                    | "added"
                    | "by"
                    | "owned"
                    | "for"
                    | "belong"
                    | "to"
                    | "the"
                    | "our"
            )
    });
    if rest {
        return None;
    }
    fresh(&mut are, date.is_some());
    found(Records { kind, words, owner: owner.map(|o| s.words(&o)), when: date.map(|d| s.words(&d)), are })
}

/// A list of records out of a sentence of no known form: by the kind that it names and whatever it holds.
pub fn loose(s: &Sentence<'_>) -> Option<Ask> {
    let kinds = [(LEADS, RecordKind::Lead), (CONTACTS, RecordKind::Contact), (ACCOUNTS, RecordKind::Account)];
    let kind = kinds.into_iter().find_map(|(words, kind)| s.has(&[words]).then_some(kind))?;
    let said = |e: &crate::resolve::lex::Entity| s.words(&e.tokens);
    let mut are: Vec<String> = s.entities.iter().filter(|e| e.meaning == Meaning::Choice).map(said).collect();
    let words = ["new", "fresh", "hot", "warm", "cold", "qualified", "unqualified", "working"];
    let rated = words.into_iter().filter(|word| s.has(&[word])).map(|word| if word == "fresh" { "new" } else { word });
    are.extend(rated.map(str::to_owned));
    let company =
        s.records.iter().find(|record| record.kind == RecordType::Account).map(|record| s.words(&record.tokens));
    // "in Canada": a place has a capital.
    let place = s.seek(s.opening(), &["in|from"]).filter(|r| s.tokens.get(r.end).is_some_and(|t| t.is_capitalised()));
    if let Some(place) = place.filter(|r| s.entity_over(r.end).is_none() && company.is_none()) {
        let end = (place.end..s.ending()).find(|i| s.tokens.get(*i).is_none_or(|t| !t.is_capitalised()));
        are.push(s.words(&(place.end..end.unwrap_or_else(|| s.ending()))));
    }
    if let Some(tag) = s.seek(s.opening(), &["tagged|labelled|labeled|marked as? as?", "with the tag"]) {
        are.push(format!("tagged {}", s.words(&(tag.end..s.ending()))));
    }
    let date = s.find(0, |m| matches!(m, Meaning::Date(_))).map(said);
    let owner = s.find(0, |m| *m == Meaning::Owner).map(said);
    fresh(&mut are, date.is_some());
    Some(Ask::SearchRecords(Records { kind, words: company, owner, when: date, are }))
}

/// "new leads this week" are those that came this week, whatever became of them since.
fn fresh(are: &mut Vec<String>, dated: bool) {
    are.retain(|word| !dated || word != "new");
}

fn found(records: Records) -> Option<Draft> {
    Some(Draft::one(Ask::SearchRecords(records), Certainty::High))
}
