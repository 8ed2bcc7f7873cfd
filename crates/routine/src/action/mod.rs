//! Things to do, read out of notes, transcripts and letters: who, what, until when. No model is asked; words of somebody else become
//! proposals that say so, and nothing else.
//!
//! `read` cuts a text into who says what, `judge` knows the forms in which something is to be done, `words` has their words. Here
//! dates are read, titles made, and what is said twice is told once.

pub mod judge;
pub mod read;
mod words;

use chrono::NaiveDate;
use dealwright_ai::resolve::Reading;
use dealwright_ai::resolve::date::{self, Grain};
use dealwright_ai::resolve::text::tokens;

use self::judge::{Form, Judged, Who};

/// The most things that are read out of one text.
pub const MOST: usize = 50;
/// The longest title, in characters.
const TITLE: usize = 200;

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// For a task: from its verb on, without the date.
    pub title: String,
    /// The sentence as it stands in the text.
    pub words: String,
    /// The name of who is to do it: as it is said, or of who says it.
    pub who: Option<String>,
    /// The words of the date, and the date.
    pub due: Option<(String, NaiveDate)>,
    /// It stands in a list of things to do, or is marked as one.
    pub listed: bool,
}

/// What there is to do, in the order in which it is said. Dates are read from the reading's today on.
#[must_use]
pub fn items(text: &str, reading: &Reading) -> Vec<Item> {
    let mut all: Vec<Item> = Vec::new();
    for said in read::said(text) {
        let judged = if said.listed { Some(judge::listed(&said.text)) } else { judge::sentence(&said.text) };
        let Some(judged) = judged else { continue };
        let Some(item) = item(&said.text, said.speaker, &judged, reading) else { continue };
        let full = all.len() >= MOST;
        match all.iter_mut().find(|there| same(there, &item)) {
            // What stands in the list says it best.
            Some(there) if item.listed && !there.listed => {
                let due = item.due.clone().or_else(|| there.due.clone());
                *there = Item { who: item.who.clone().or_else(|| there.who.clone()), due, ..item };
            }
            Some(there) => there.due = there.due.take().or(item.due),
            None if full => {}
            None => all.push(item),
        }
    }
    all
}

fn item(sentence: &str, speaker: Option<String>, judged: &Judged, reading: &Reading) -> Option<Item> {
    let rest = sentence.get(judged.begins..)?;
    let (title, due) = dated(rest, reading);
    let (title, due) = match due {
        Some(due) => (title, Some(due)),
        // "By Friday, Anna will …"
        None => (title, dated(sentence, reading).1),
    };
    let title = tidy(&title);
    let who = match &judged.who {
        Who::Named(name) => Some(name.clone()),
        Who::Speaker => speaker,
        Who::Unsaid => None,
    };
    let enough = title.split_whitespace().count() >= 2 || (judged.form == Form::Listed && !title.is_empty());
    enough.then(|| Item { title, words: sentence.to_owned(), who, due, listed: judged.form == Form::Listed })
}

/// What is left without the date with which it ends, and that date; a date in its midst stays in the words.
fn dated(text: &str, reading: &Reading) -> (String, Option<(String, NaiveDate)>) {
    let all = tokens(text);
    for i in 0..all.len() {
        let Some((when, taken)) = date::scan(&all, i, &reading.calendar) else { continue };
        // A quarter or a year says what is spoken of more often than by when.
        if matches!(when.grain, Grain::Quarter | Grain::Year) {
            continue;
        }
        let day = if when.grain == Grain::Day { when.due(reading.calendar.today) } else { when.deadline() };
        let (Some(day), Some(first), Some(last)) = (day, all.get(i), all.get((i + taken).saturating_sub(1))) else {
            continue;
        };
        let Some(words) = text.get(first.span.start..last.span.end) else { continue };
        // A number alone is a date to nobody.
        if words.chars().all(|c| c.is_ascii_digit()) {
            continue;
        }
        let due = Some((words.to_owned(), day));
        let after = text.get(last.span.end..).unwrap_or_default();
        if after.chars().any(char::is_alphanumeric) {
            return (text.to_owned(), due);
        }
        let bound = |word: &str| {
            matches!(
                word,
                "by" | "on"
                    | "until"
                    | "till"
                    | "before"
                    | "due"
                    | "for"
                    | "end"
                    | "of"
                    | "the"
                    | "this"
                    | "-"
                    | "("
                    | ","
                    | "–"
                    | "at"
            )
        };
        let begins = (0..i).rev().take_while(|at| all.get(*at).is_some_and(|t| bound(&t.lower))).last();
        let end = begins.and_then(|at| all.get(at)).map_or(first.span.start, |token| token.span.start);
        return (text.get(..end).unwrap_or(text).to_owned(), due);
    }
    (text.to_owned(), None)
}

/// A title for a task: begun with a capital, without marks at its end.
fn tidy(text: &str) -> String {
    let text = text.trim().trim_end_matches(['.', '!', '?', ';', ',', ':', '-', '–', '(', '[', ' ']).trim();
    // "Send the offer (Anna": its date has been cut out of the brackets; "Send the offer (Anna)" names who.
    let text = match text.rsplit_once(['(', '[']) {
        Some((before, inside))
            if inside.trim_end_matches([')', ']']).split([',', '/']).all(|part| read::is_name(part.trim())) =>
        {
            before.trim()
        }
        _ => text,
    };
    let text = match text.rsplit_once(" - ") {
        Some((before, name)) if read::is_name(name.trim()) => before.trim(),
        _ => text,
    };
    let mut chars = text.chars();
    let title: String = chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default();
    if title.chars().count() <= TITLE {
        return title;
    }
    let cut: String = title.chars().take(TITLE - 1).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(before, _)| before))
}

/// Whether two say the same: most of the words of the shorter one, and not of two people.
fn same(a: &Item, b: &Item) -> bool {
    if let (Some(x), Some(y)) = (&a.who, &b.who)
        && first_name(x) != first_name(y)
    {
        return false;
    }
    let (x, y) = (content(&a.title), content(&b.title));
    let least = x.len().min(y.len());
    let both = x.iter().filter(|word| y.contains(word)).count();
    least > 0 && both * 3 >= least * 2
}

fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or_default().to_lowercase()
}

/// The words that tell: no articles, no pronouns.
fn content(title: &str) -> Vec<String> {
    let empty = [
        "the", "a", "an", "you", "us", "your", "our", "them", "their", "to", "for", "of", "in", "on", "up", "and",
        "with", "by", "it", "me", "my", "also",
    ];
    let words = title.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words.filter(|word| !word.is_empty() && !empty.contains(&word.as_str())).collect()
}

#[cfg(test)]
mod tests;
