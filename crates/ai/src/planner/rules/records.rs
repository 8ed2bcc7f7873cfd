//! Lists of accounts, contacts and leads: "show my leads", "who do we know at Isdom?", "which companies are called Acme?".

use super::sentence::Sentence;
use super::{Certainty, Draft};
use crate::planner::{Ask, RecordKind, Records};
use crate::resolve::lex::Meaning;

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
        return found(Records { kind: RecordKind::Contact, words: Some(words), owner: None, when: None });
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
    while matches!(s.word(noun), "new" | "latest" | "recent" | "hot" | "of" | "the" | "all") {
        noun += 1;
    }
    let kind = [(LEADS, RecordKind::Lead), (CONTACTS, RecordKind::Contact), (ACCOUNTS, RecordKind::Account)]
        .into_iter()
        .find_map(|(words, kind)| s.phrase(noun, words).map(|_| kind))?;
    let own = owner.as_ref().is_some_and(|o| o.start == at);
    if led.is_none() && !own {
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
    let from = (noun + 1..end).find(|i| {
        s.any(
            *i,
            &["at|from|called|named|like|matching|in", "who are? at|from", "with the name", "that are|is called|named"],
        )
        .is_some()
    });
    let words = from.and_then(|from| {
        let n = s.any(from, &["who are? at|from", "with the name", "that are|is called|named"]).unwrap_or(1);
        let stop = (from + n..end).find(|i| is_placed(*i)).unwrap_or(end);
        s.name(from + n..stop)
    });
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
    found(Records { kind, words, owner: owner.map(|o| s.words(&o)), when: date.map(|d| s.words(&d)) })
}

fn found(records: Records) -> Option<Draft> {
    Some(Draft::one(Ask::SearchRecords(records), Certainty::High))
}
