//! The grammar: from left to right, the longest phrase that means something; what none covers is left.

use std::ops::Range;

use dealwright_crm::custom_field::FieldObject;
use serde_json::{Value, json};

use crate::resolve::amount;
use crate::resolve::text::{self, Kind, Token};
use crate::resolve::vocabulary::Whose;

use super::lexicon::{FieldWords, Lexicon, Takes};
use super::order::{self, is_noun};
use super::owner::{self, Found};
use super::value::{Compared, age_at, date_at, number, word};
use super::{Left, Reading, Understood, utf16};

/// A condition as it was said.
#[derive(Clone, Debug)]
struct Said {
    field: String,
    op: &'static str,
    value: Value,
    tokens: Range<usize>,
    /// "or" stood before it.
    or: bool,
    negated: bool,
}

/// What a stretch of tokens means.
struct Step {
    length: usize,
    conditions: Vec<(String, Compared)>,
    sort: Option<String>,
    /// Why it means nothing after all.
    why: Option<&'static str>,
}

fn says(length: usize, field: &str, op: &'static str, value: Value) -> Step {
    means(length, vec![(field.to_owned(), Compared { op, value })])
}

fn means(length: usize, conditions: Vec<(String, Compared)>) -> Step {
    Step { length, conditions, sort: None, why: None }
}

pub struct Parser<'a> {
    sentence: &'a str,
    tokens: Vec<Token>,
    lexicon: &'a Lexicon,
    said: Vec<Said>,
    sort: Vec<(String, Range<usize>)>,
    left: Vec<(Range<usize>, Option<&'static str>)>,
    /// "not" stands before what comes.
    not: Option<usize>,
    or: bool,
}

/// Words that say nothing by themselves.
const PLAIN: &str = "a an the all any every each of in on at to for from with by and or but as is are was were be been being that which \
    who whose where what show me list find get give see display please only just also have has had having their its our we us \
    i it this those these there do does did still currently now stage status pipeline deal deals opportunity opportunities \
    account accounts company companies customer customers contact contacts people person lead leads one ones everything \
    anything record records because worth about , ; . ? ! : ( ) & - than then team either both so far up side closing closes close \
    created made added opened won lose lost win";

fn is_plain(word: &str) -> bool {
    PLAIN.split_whitespace().any(|w| w == word)
}

impl<'a> Parser<'a> {
    pub fn new(sentence: &'a str, lexicon: &'a Lexicon) -> Self {
        let tokens = text::tokens(sentence);
        Self { sentence, tokens, lexicon, said: Vec::new(), sort: Vec::new(), left: Vec::new(), not: None, or: false }
    }

    pub fn read(mut self) -> Reading {
        let mut i = 0;
        while i < self.tokens.len() {
            i += self.advance(i);
        }
        if let Some(not) = self.not.take() {
            self.leave(not..not + 1, None);
        }
        self.finish()
    }

    /// Reads what begins at `i` and answers how many tokens it took.
    fn advance(&mut self, i: usize) -> usize {
        let step = self.step(i);
        if let Some(step) = step {
            let from = self.not.unwrap_or(i);
            let tokens = from..i + step.length;
            if step.why.is_some() {
                self.leave(tokens, step.why);
            } else if let Some(sort) = step.sort {
                self.sort.push((sort, tokens));
            } else {
                for (field, Compared { op, value }) in step.conditions {
                    let negated = self.not.is_some();
                    self.said.push(Said { field, op, value, tokens: tokens.clone(), or: self.or, negated });
                    self.or = false;
                }
            }
            // "not in proposal or negotiation": of both.
            let joined = matches!(word(&self.tokens, i + step.length), "or" | "nor" | "and" | ",");
            let goes_on =
                joined && self.not.is_some() && self.step(i + step.length + 1).is_some_and(|next| self.alike(&next));
            self.not = if goes_on { Some(i + step.length) } else { None };
            self.or = false;
            return step.length.max(1);
        }
        match word(&self.tokens, i) {
            "or" => self.or = !self.said.is_empty(),
            "not" | "except" | "excluding" | "isn't" | "aren't" | "wasn't" | "without" | "no" | "never" | "non"
            | "excluded" => {
                if let Some(before) = self.not.replace(i) {
                    self.leave(before..before + 1, None);
                }
            }
            plain if is_plain(plain) => {}
            _ => {
                let from = self.not.take().unwrap_or(i);
                self.leave(from..i + 1, None);
                self.or = false;
            }
        }
        1
    }

    /// Whether the step goes on with the field of the last condition.
    fn alike(&self, step: &Step) -> bool {
        let field = step.conditions.first().map(|(field, _)| field.as_str());
        field.is_some() && field == self.said.last().map(|s| s.field.as_str())
    }

    fn leave(&mut self, tokens: Range<usize>, why: Option<&'static str>) {
        match self.left.last_mut() {
            Some((last, reason)) if last.end == tokens.start && reason.is_none() && why.is_none() => {
                last.end = tokens.end
            }
            _ => self.left.push((tokens, why)),
        }
    }

    fn step(&self, i: usize) -> Option<Step> {
        if i >= self.tokens.len() {
            return None;
        }
        if let Some((sort, length)) = order::at(&self.tokens, i, self.lexicon) {
            return Some(Step { length, conditions: Vec::new(), sort: Some(sort), why: None });
        }
        self.idle(i)
            .or_else(|| self.emptiness(i))
            .or_else(|| self.whose(i))
            .or_else(|| self.dated(i))
            .or_else(|| self.state(i))
            .or_else(|| self.field(i))
            .or_else(|| self.value(i))
            .or_else(|| self.quantity(i))
            .or_else(|| self.bare_date(i))
            .or_else(|| self.named(i))
    }

    fn word(&self, i: usize) -> &str {
        word(&self.tokens, i)
    }

    fn has(&self, field: &str) -> bool {
        self.lexicon.field(field).is_some()
    }

    /// "not updated in 2 weeks", "untouched for 3 weeks", "in stage for more than 30 days", "older than 90 days".
    fn idle(&self, i: usize) -> Option<Step> {
        let (field, lead) = match (self.word(i), self.word(i + 1), self.word(i + 2)) {
            ("not", "updated" | "changed" | "touched" | "modified", "in" | "for") => ("updated_at", 3),
            ("untouched" | "unchanged" | "idle" | "inactive" | "stale", "for" | "in", _) => ("updated_at", 2),
            ("stuck" | "sitting" | "stalled", "in", "stage") | ("stuck" | "sitting" | "been", "in", "this")
                if self.word(i + 3) == "for" =>
            {
                ("stage_entered_at", 4)
            }
            ("stuck" | "stalled" | "sitting", "for", _) => ("stage_entered_at", 2),
            ("in", "stage", "for") => ("stage_entered_at", 3),
            ("older", "than", _) => ("created_at", 2),
            ("newer" | "younger", "than", _) => {
                let (found, n) = age_at(&self.tokens, i + 2)?;
                return self.has("created_at").then(|| says(2 + n, "created_at", "gt", found.value));
            }
            _ => return None,
        };
        let (found, n) = age_at(&self.tokens, i + lead)?;
        self.has(field).then(|| means(lead + n, vec![(field.to_owned(), found)]))
    }

    /// "no next step", "without an amount", "with a next step", "domain is empty".
    fn emptiness(&self, i: usize) -> Option<Step> {
        let (empty, lead) = match (self.word(i), self.word(i + 1)) {
            ("with" | "has" | "have" | "having" | "that" | "and" | "but", "no") => (true, 2),
            ("no" | "without" | "missing" | "lacking", _) => (true, 1),
            ("with" | "has" | "have" | "having", _) => (false, 1),
            _ => return self.said_empty(i),
        };
        let article = usize::from(matches!(self.word(i + lead), "a" | "an" | "any" | "the"));
        // "with a budget over 10k" says more than that there is one.
        if !empty && (article == 0 || self.field(i + lead + article).is_some()) {
            return None;
        }
        let (field, n) = self.lexicon.field_at(&self.tokens, i + lead + article)?;
        field.nullable.then(|| says(lead + article + n, &field.name, "is_null", json!(empty)))
    }

    fn said_empty(&self, i: usize) -> Option<Step> {
        let (field, n) = self.lexicon.field_at(&self.tokens, i)?;
        let verb = usize::from(matches!(self.word(i + n), "is" | "are"));
        let at = i + n + verb;
        let (empty, more) = match (self.word(at), self.word(at + 1)) {
            ("not", "empty") => (false, 2),
            ("not", "set" | "known" | "given") => (true, 2),
            ("empty" | "missing" | "unset" | "unknown" | "blank", _) => (true, 1),
            ("set" | "known", _) if verb == 1 => (false, 1),
            _ => return None,
        };
        field.nullable.then(|| says(n + verb + more, &field.name, "is_null", json!(empty)))
    }

    fn whose(&self, i: usize) -> Option<Step> {
        Some(match owner::at(&self.tokens, i, &self.lexicon.vocabulary)? {
            Found::Several(length) => Step { why: Some("several people are called so"), ..means(length, Vec::new()) },
            Found::One(Whose::Mine, n) => says(n, "owner_id", "eq", json!("me")),
            Found::One(Whose::MyTeams, n) => says(n, "team_id", "eq", json!("my_team")),
            Found::One(Whose::Team(team), n) => says(n, "team_id", "eq", json!(team.id)),
            Found::One(Whose::Of(person), n) => says(n, "owner_id", "eq", json!(person.id)),
        })
    }

    /// A verb with its date: "closing this quarter", "created before June", "won last month".
    fn dated(&self, i: usize) -> Option<Step> {
        let deals = self.lexicon.object == FieldObject::Opportunity;
        let (field, past, kind) = match self.word(i) {
            "closing" | "closes" | "close" | "due" | "expected" if deals => ("close_date", false, None),
            "created" | "added" | "opened" | "entered" | "new" | "made" => ("created_at", true, None),
            "updated" | "changed" | "touched" | "modified" | "edited" => ("updated_at", true, None),
            "won" | "win" | "sold" if deals => ("closed_at", true, Some(json!(["won"]))),
            "lost" | "lose" if deals => ("closed_at", true, Some(json!(["lost"]))),
            "closed" if deals => ("closed_at", true, Some(json!(["won", "lost"]))),
            "converted" if self.lexicon.object == FieldObject::Lead => ("converted_at", true, None),
            _ => return None,
        };
        let reading = if past { self.lexicon.reading.of_the_past() } else { self.lexicon.reading };
        let (found, n) = date_at(&self.tokens, i + 1, &reading.calendar)?;
        if !self.has(field) {
            return None;
        }
        let kinds = kind.map(|kinds| ("stage_kind".to_owned(), one_of(kinds)));
        Some(means(1 + n, kinds.into_iter().chain([(field.to_owned(), found)]).collect()))
    }

    /// open, won, overdue, archived, converted.
    fn state(&self, i: usize) -> Option<Step> {
        let kind = |kind: Value| Some(means(1, vec![("stage_kind".to_owned(), one_of(kind))]));
        match (self.lexicon.object, self.word(i)) {
            (FieldObject::Opportunity, "open" | "active" | "ongoing") => kind(json!(["open"])),
            (FieldObject::Opportunity, "won") => kind(json!(["won"])),
            (FieldObject::Opportunity, "lost" | "lose") => kind(json!(["lost"])),
            (FieldObject::Opportunity, "closed") => kind(json!(["won", "lost"])),
            (FieldObject::Opportunity, "archived") => Some(says(1, "archived", "eq", json!("true"))),
            (FieldObject::Opportunity, "overdue" | "late") if self.has("close_date") => {
                let late = Compared { op: "lt", value: json!("today") };
                let open = one_of(json!(["open"]));
                Some(means(1, vec![("close_date".to_owned(), late), ("stage_kind".to_owned(), open)]))
            }
            (FieldObject::Lead, "open" | "active") => Some(says(1, "state", "eq", json!("open"))),
            (FieldObject::Lead, "converted") => Some(says(1, "state", "eq", json!("converted"))),
            _ => None,
        }
    }

    /// A field with its value behind it: "amount over 5k", "close date after 15 January", "title contains director".
    fn field(&self, i: usize) -> Option<Step> {
        let (field, n) = self.lexicon.field_at(&self.tokens, i)?;
        let mut at = i + n;
        while matches!(self.word(at), "is" | "are" | "=" | ":" | "of" | "was" | "equals") {
            at += 1;
        }
        let (found, length) = self.value_of(field, at)?;
        Some(means(at - i + length, vec![(field.name.clone(), found)]))
    }

    fn value_of(&self, field: &FieldWords, at: usize) -> Option<(Compared, usize)> {
        match field.takes {
            Takes::Money | Takes::Number => {
                let (amount, n) = amount::scan(&self.tokens, at, self.lexicon.reading.mark)?;
                self.is_ours(amount.currency).then(|| (number(amount.bound), n))
            }
            Takes::Percent => self.percent(at),
            Takes::Date => date_at(&self.tokens, at, &self.lexicon.reading.calendar),
            Takes::Name => {
                let (values, n) = self.lexicon.values_at(&self.tokens, at)?;
                let value = values.iter().find(|v| v.field == field.name)?;
                Some((Compared { op: "eq", value: json!(value.value) }, n))
            }
            Takes::Text => self.text(at),
            Takes::Tag => {
                let tag = self.tokens.get(at).filter(|t| t.kind != Kind::Symbol)?;
                Some((Compared { op: "eq", value: json!(tag.text) }, 1))
            }
            Takes::Person => match owner::at(&self.tokens, at, &self.lexicon.vocabulary)? {
                Found::One(Whose::Mine, n) => Some((Compared { op: "eq", value: json!("me") }, n)),
                Found::One(Whose::Of(person), n) => Some((Compared { op: "eq", value: json!(person.id) }, n)),
                Found::One(Whose::MyTeams | Whose::Team(_), _) | Found::Several(_) => None,
            },
            Takes::Flag => match self.word(at) {
                "yes" | "true" | "on" => Some((Compared { op: "eq", value: json!("true") }, 1)),
                "no" | "false" | "off" => Some((Compared { op: "eq", value: json!("false") }, 1)),
                _ => Some((Compared { op: "eq", value: json!("true") }, 0)),
            },
            Takes::Team | Takes::Nothing => None,
        }
    }

    /// "contains pricing", "named \"Big one\"", "is Norway".
    fn text(&self, at: usize) -> Option<(Compared, usize)> {
        let (op, lead) = match self.word(at) {
            "contains" | "containing" | "includes" | "including" | "like" | "mentions" => ("contains", 1),
            _ => ("eq", 0),
        };
        let first = self.tokens.get(at + lead).filter(|t| t.kind != Kind::Symbol)?;
        if first.kind == Kind::Quoted {
            return Some((Compared { op, value: json!(first.lower) }, lead + 1));
        }
        // Without a word that says so, only a name is a value.
        if lead == 0 && !first.is_capitalised() {
            return None;
        }
        let n = if first.is_capitalised() { self.name_length(at + lead) } else { 1 };
        Some((Compared { op, value: json!(self.words(at + lead, n).to_lowercase()) }, lead + n))
    }

    /// A name of a value, with its field behind it where that is said: "negotiation", "gold tier", "retail".
    fn value(&self, i: usize) -> Option<Step> {
        let (values, n) = self.lexicon.values_at(&self.tokens, i)?;
        let behind = self.lexicon.field_at(&self.tokens, i + n);
        if let Some((field, m)) = behind
            && let Some(value) = values.iter().find(|v| v.field == field.name)
        {
            return Some(says(n + m, &value.field, "eq", json!(value.value)));
        }
        let first = values.first()?;
        // "won" of two pipelines is any of them; one word of two lists is neither.
        if values.iter().any(|v| v.field != first.field) {
            return Some(Step { why: Some("several fields have a value of this name"), ..means(n, Vec::new()) });
        }
        if let [one] = values.as_slice() {
            return Some(says(n, &one.field, "eq", json!(one.value)));
        }
        Some(says(n, &first.field, "in", json!(values.iter().map(|v| &v.value).collect::<Vec<_>>())))
    }

    fn is_ours(&self, currency: Option<&str>) -> bool {
        currency.is_none_or(|c| c.eq_ignore_ascii_case(&self.lexicon.vocabulary.currency))
    }

    fn percent(&self, at: usize) -> Option<(Compared, usize)> {
        let (bound, n) = amount::scan_percent(&self.tokens, at, self.lexicon.reading.mark)?;
        Some((number(bound), n))
    }

    /// "over 50k", "more than 500 employees", "above 60%".
    fn quantity(&self, i: usize) -> Option<Step> {
        if let Some((found, n)) = self.percent(i) {
            let behind = self.lexicon.field_at(&self.tokens, i + n).filter(|(f, _)| f.takes == Takes::Percent);
            let more = behind.map_or(0, |(_, m)| m);
            return self.has("probability").then(|| means(n + more, vec![("probability".to_owned(), found)]));
        }
        // "more than 500 employees" and "50 contacts" are no amounts.
        let counted = (1..=5).find_map(|n| {
            let (field, m) = self.lexicon.field_at(&self.tokens, i + n)?;
            if !matches!(field.takes, Takes::Number | Takes::Money) {
                return None;
            }
            let span = self.tokens.get(i..i + n)?;
            let (amount, used) = amount::scan(span, 0, self.lexicon.reading.mark)?;
            (used == n).then(|| (field, amount, n + m))
        });
        if let Some((field, amount, length)) = counted {
            return self
                .is_ours(amount.currency)
                .then(|| means(length, vec![(field.name.clone(), number(amount.bound))]));
        }
        let (amount, n) = amount::scan(&self.tokens, i, self.lexicon.reading.mark)?;
        let bare = !amount.certain && amount.bound.exactly().is_some();
        let field = self.lexicon.main_amount().filter(|_| !bare)?;
        if !self.is_ours(amount.currency) {
            return Some(Step {
                why: Some("amounts in a filter are in the organisation's currency"),
                ..means(n, Vec::new())
            });
        }
        Some(means(n, vec![(field.name.clone(), number(amount.bound))]))
    }

    fn bare_date(&self, i: usize) -> Option<Step> {
        let field = self.lexicon.main_date()?;
        let past = field.name != "close_date";
        let reading = if past { self.lexicon.reading.of_the_past() } else { self.lexicon.reading };
        let (found, n) = date_at(&self.tokens, i, &reading.calendar)?;
        Some(means(n, vec![(field.name.clone(), found)]))
    }

    /// A name that is said to be one: "called \"X\"", "with Acme", a quotation.
    fn named(&self, i: usize) -> Option<Step> {
        let is_quoted = |at: usize| self.tokens.get(at).is_some_and(|t| t.kind == Kind::Quoted);
        let contains = |length: usize, field: &str, at: usize, n: usize| {
            let value = json!(self.words(at, n).to_lowercase());
            self.has(field).then(|| says(length, field, "contains", value))
        };
        let of = match self.lexicon.object {
            FieldObject::Opportunity | FieldObject::Contact => "account.name",
            FieldObject::Lead => "company",
            FieldObject::Account => "name",
        };
        match self.word(i) {
            "called" | "named" if is_quoted(i + 1) => contains(2, "name", i + 1, 1),
            "called" | "named" => {
                let n = self.name_length(i + 1);
                if n == 0 { None } else { contains(1 + n, "name", i + 1, n) }
            }
            "at" | "with" | "for" | "from" if is_quoted(i + 1) => contains(2, of, i + 1, 1),
            "at" | "with" | "for" => {
                let n = self.name_length(i + 1);
                if n == 0 { None } else { contains(1 + n, of, i + 1, n) }
            }
            _ if is_quoted(i) => contains(1, "name", i, 1),
            _ => None,
        }
    }

    /// How many tokens a name takes that begins at `at` with a capital.
    fn name_length(&self, at: usize) -> usize {
        let capital = |t: &&Token| t.kind == Kind::Word && t.is_capitalised() && !is_noun(&t.lower);
        self.tokens.get(at..).unwrap_or_default().iter().take_while(capital).take(5).count()
    }

    /// The words of `n` tokens from `at`, a quotation without its marks.
    fn words(&self, at: usize, n: usize) -> String {
        let span = self.tokens.get(at..at + n).unwrap_or_default();
        span.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn text_of(&self, tokens: &Range<usize>) -> (String, Range<usize>) {
        let start = self.tokens.get(tokens.start).map_or(0, |t| t.span.start);
        let end = tokens.end.checked_sub(1).and_then(|n| self.tokens.get(n)).map_or(start, |t| t.span.end);
        (self.sentence.get(start..end).unwrap_or_default().to_owned(), start..end)
    }

    fn finish(self) -> Reading {
        let (filter, understood) = super::join::joined(&self.said_parts());
        let orders = self.sort.iter().map(|(sort, tokens)| {
            let text = self.text_of(tokens).0;
            Understood { text, filter: None, sort: Some(sort.clone()) }
        });
        let left = self.left.iter().map(|(tokens, why)| {
            let (text, bytes) = self.text_of(tokens);
            let (from, to) = utf16(self.sentence, &bytes);
            Left { text, from, to, why: why.map(str::to_owned) }
        });
        let mut sort: Vec<String> = Vec::new();
        for (key, _) in &self.sort {
            let same = |s: &String| s.trim_start_matches('-') == key.trim_start_matches('-');
            if !sort.iter().any(same) {
                sort.push(key.clone());
            }
        }
        sort.truncate(4);
        Reading { filter, sort, left: left.collect(), understood: understood.into_iter().chain(orders).collect() }
    }

    fn said_parts(&self) -> Vec<super::join::Part> {
        self.said
            .iter()
            .map(|s| super::join::Part {
                field: s.field.clone(),
                op: s.op,
                value: s.value.clone(),
                text: self.text_of(&s.tokens).0,
                or: s.or,
                negated: s.negated,
            })
            .collect()
    }
}

/// One of these: `eq` of a single one.
fn one_of(values: Value) -> Compared {
    match values.as_array().map(Vec::as_slice) {
        Some([one]) => Compared { op: "eq", value: one.clone() },
        _ => Compared { op: "in", value: values },
    }
}
