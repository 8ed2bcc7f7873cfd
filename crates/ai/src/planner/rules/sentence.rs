//! One clause under the grammar: its tokens, what in them has a meaning, and what has been understood so far.

use std::ops::Range;

use crate::resolve::Reading;
use crate::resolve::lex::{self, Entity, Meaning};
use crate::resolve::record::RecordType;
use crate::resolve::text::{self, Kind, Token};
use crate::resolve::vocabulary::{Record, Vocabulary};

/// Whether a word points at what is being looked at or was spoken of last.
pub fn is_pointing(word: &str) -> bool {
    matches!(word, "it" | "this" | "that" | "these" | "them" | "they" | "him" | "her" | "one" | "here" | "there")
}

/// A record that a sentence names, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    pub tokens: Range<usize>,
    pub kind: RecordType,
    pub name: String,
}

fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The records that a sentence names, longest names first where they overlap.
fn spoken(source: &str, tokens: &[Token], vocabulary: &Vocabulary) -> Vec<Spoken> {
    let mut found: Vec<Spoken> = Vec::new();
    let mut known: Vec<&Record> = vocabulary.records.iter().collect();
    known.sort_by_key(|record| std::cmp::Reverse(record.said.len()));
    for record in known {
        for start in 0..tokens.len() {
            let end = (start + 1..=tokens.len()).find(|end| {
                let words = lex::words_of(source, tokens, &(start..*end)).to_lowercase();
                words.trim_end_matches("'s").trim_end_matches("’s") == record.said
            });
            if let Some(end) = end
                && !found.iter().any(|other| overlaps(&other.tokens, &(start..end)))
            {
                found.push(Spoken { tokens: start..end, kind: record.kind, name: record.name.clone() });
            }
        }
    }
    found.sort_by_key(|record| record.tokens.start);
    found
}

/// A clause and how much of it is understood.
pub struct Sentence<'a> {
    pub source: &'a str,
    pub tokens: Vec<Token>,
    pub entities: Vec<Entity>,
    /// The records that it names, in order, without overlap.
    pub records: Vec<Spoken>,
    pub vocabulary: &'a Vocabulary,
    pub reading: Reading,
    used: Vec<bool>,
}

impl<'a> Sentence<'a> {
    pub fn new(source: &'a str, vocabulary: &'a Vocabulary, reading: Reading) -> Self {
        let tokens = text::tokens(source);
        let entities = lex::entities(&tokens, vocabulary, &reading);
        let records = spoken(source, &tokens, vocabulary);
        // What stands within a name is nothing else: "Moorgate Energy".
        let entities: Vec<Entity> = entities
            .into_iter()
            .filter(|e| !records.iter().any(|r| r.tokens.len() > e.tokens.len() && overlaps(&r.tokens, &e.tokens)))
            .collect();
        let used = vec![false; tokens.len()];
        Self { source, tokens, entities, records, vocabulary, reading, used }
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The lower-case word at `i`, or "" past the end.
    pub fn word(&self, i: usize) -> &str {
        self.tokens.get(i).filter(|t| t.kind != Kind::Quoted).map_or("", |t| t.lower.as_str())
    }

    /// Whether `pattern` stands at `i`, and how many tokens it takes. Words are set apart by spaces; `a|b` is either,
    /// `a?` may be absent.
    pub fn phrase(&self, i: usize, pattern: &str) -> Option<usize> {
        let mut at = i;
        for part in pattern.split(' ') {
            let (part, optional) = part.strip_suffix('?').map_or((part, false), |p| (p, true));
            let fits = at < self.len() && part.split('|').any(|alternative| alternative == self.word(at));
            if fits {
                at += 1;
            } else if !optional {
                return None;
            }
        }
        (at > i).then_some(at - i)
    }

    /// The first of `patterns` that stands at `i`: its length.
    pub fn any(&self, i: usize, patterns: &[&str]) -> Option<usize> {
        patterns.iter().find_map(|p| self.phrase(i, p))
    }

    /// Where one of `patterns` first stands at or after `from`.
    pub fn seek(&self, from: usize, patterns: &[&str]) -> Option<Range<usize>> {
        (from..self.len()).find_map(|i| self.any(i, patterns).map(|n| i..i + n))
    }

    pub fn has(&self, patterns: &[&str]) -> bool {
        self.seek(0, patterns).is_some()
    }

    /// Marks what one of `patterns` covers, wherever it stands, as understood; answers whether it did.
    pub fn take(&mut self, patterns: &[&str]) -> bool {
        let found = self.seek(0, patterns);
        if let Some(range) = found.clone() {
            self.mark(range);
        }
        found.is_some()
    }

    /// Marks tokens as understood.
    pub fn mark(&mut self, range: Range<usize>) {
        for i in range {
            if let Some(used) = self.used.get_mut(i) {
                *used = true;
            }
        }
    }

    pub fn is_used(&self, i: usize) -> bool {
        self.used.get(i).copied().unwrap_or(true)
    }

    /// The entity that begins at `i`.
    pub fn entity_at(&self, i: usize) -> Option<&Entity> {
        self.entities.iter().find(|e| e.tokens.start == i)
    }

    /// The entity that covers `i`.
    pub fn entity_over(&self, i: usize) -> Option<&Entity> {
        self.entities.iter().find(|e| e.tokens.contains(&i))
    }

    /// The record whose name begins at `i`.
    pub fn record_at(&self, i: usize) -> Option<&Spoken> {
        self.records.iter().find(|record| record.tokens.start == i)
    }

    /// The words of a range as they stand in the sentence.
    pub fn words(&self, range: &Range<usize>) -> String {
        lex::words_of(self.source, &self.tokens, range).to_owned()
    }

    /// Where the sentence begins once courtesies are skipped.
    pub fn opening(&self) -> usize {
        const COURTESIES: [&str; 29] = [
            "please",
            "hey|hi|hello|ok|okay",
            "so|well|now",
            "can|could|would|will you please?",
            "can|could we|i",
            "i want|need you to",
            "i would like you? to",
            "i'd like you? to",
            "i want to",
            "let's",
            "let us",
            "kindly",
            "just",
            "go ahead and",
            "would you mind",
            "help me",
            "assistant",
            "quick question",
            "thanks",
            "i'd love to",
            "i would like to",
            ",|:|-|!|.",
            "i need|want|have to see|know",
            "i was wondering",
            "i wonder",
            "do you know",
            "actually|honestly|basically",
            "great|good|bad|sad news",
            "fyi|btw|yes|yay|hooray|sorry",
        ];
        // "…, sorry, …", "…, I mean …": what was said before is taken back.
        let taken_back = self.seek(1, &["sorry ,|-", "i mean ,?", "no wait ,?", "scratch that ,|.?", "correction :|,"]);
        let mut at = taken_back.filter(|r| r.end + 3 <= self.len()).map_or(0, |r| r.end);
        let begun = at;
        while let Some(n) = self.any(at, &COURTESIES) {
            at += n;
        }
        // "remind me what the deal is about" asks; it is no reminder.
        if let Some(n) = self.any(at, &["remind me"])
            && matches!(self.word(at + n), "what" | "who" | "when" | "where" | "how" | "which" | "why")
        {
            at += n;
        }
        if at < self.len() { at } else { begun }
    }

    /// Where the sentence ends, closing marks and courtesies left out.
    pub fn ending(&self) -> usize {
        let mut end = self.len();
        while end > 0
            && matches!(
                self.word(end - 1),
                "." | "?"
                    | "!"
                    | ","
                    | ";"
                    | "please"
                    | "thanks"
                    | "asap"
                    | ":"
                    | ")"
                    | "pls"
                    | "now"
                    | "then"
                    | "already"
                    | "again"
                    | "ok"
            )
        {
            end -= 1;
        }
        // "…, please change it", "…, update the deal"
        const TAILS: [&str; 3] = [
            "and|so? can|could|would? you? please? close|mark|move the|this|that? deal|it|that out? accordingly?",
            "and|so? can|could|would? you? please? change|update|fix|adjust|set|correct|note|record it|that|this",
            "and|so? can|could|would? you? please? change|update|fix|adjust the deal|date|amount|stage|record",
        ];
        if let Some(tail) = (2..end)
            .find(|i| self.word(i - 1) == "," && TAILS.iter().any(|t| self.phrase(*i, t).is_some_and(|n| i + n == end)))
        {
            end = tail - 1;
        }
        end
    }

    /// The range without the articles, prepositions and nouns around a name: "the Isdom deal" → "Isdom".
    pub fn trim_name(&self, mut range: Range<usize>) -> Range<usize> {
        const BEFORE: [&str; 18] = [
            "their",
            "his",
            "her",
            "the",
            "a",
            "an",
            "my",
            "our",
            "deal",
            "opportunity",
            "account",
            "with",
            "for",
            "of",
            "on",
            "at",
            "this",
            "that",
        ];
        const AFTER: [&str; 15] = [
            "deal",
            "deals",
            "opportunity",
            "opp",
            "account",
            "stage",
            "out",
            "back",
            "forward",
            ",",
            "customer",
            "one",
            "over",
            "record",
            "on",
        ];
        while range.start < range.end && BEFORE.contains(&self.word(range.start)) {
            range.start += 1;
        }
        while range.end > range.start && AFTER.contains(&self.word(range.end - 1)) {
            range.end -= 1;
        }
        range
    }

    /// The record that a range names. None when it says only "it" or "this deal": the one in hand.
    pub fn name(&self, range: Range<usize>) -> Option<String> {
        let pointed = matches!(self.word(range.start), "this" | "that");
        if pointed
            && range.len() == 2
            && matches!(self.word(range.start + 1), "contact" | "lead" | "person" | "company")
        {
            return None;
        }
        let range = self.trim_name(range);
        let goes_on = matches!(self.word(range.start + 1), "with" | "about" | "for" | "on" | "saying" | "that" | "to");
        if range.is_empty() || is_pointing(self.word(range.start)) && (range.len() == 1 || goes_on) {
            return None;
        }
        if let (1, Some(token)) = (range.len(), self.tokens.get(range.start))
            && token.kind == Kind::Quoted
        {
            return Some(token.text.clone());
        }
        let mut words = self.words(&range);
        for end in ["'s", "’s", "'", "’"] {
            if let Some(stem) = words.strip_suffix(end) {
                words = stem.to_owned();
                break;
            }
        }
        Some(words)
    }

    /// The first entity at or after `from` that `wanted` accepts.
    pub fn find(&self, from: usize, wanted: impl Fn(&Meaning) -> bool) -> Option<&Entity> {
        self.entities.iter().find(|e| e.tokens.start >= from && wanted(&e.meaning))
    }
}
