//! Whose: "my", "owned by Anna", "Carl's", "of the West team".

use crate::resolve::text::{Kind, Token};
use crate::resolve::vocabulary::{Match, Vocabulary, Whose};

use super::lexicon::phrase;
use super::value::word;

/// Who is meant, and by how many tokens.
pub enum Found {
    One(Whose, usize),
    /// Several people of that name.
    Several(usize),
}

/// The words of ownership before a name, and how many tokens they take.
fn lead(tokens: &[Token], i: usize) -> usize {
    match (word(tokens, i), word(tokens, i + 1)) {
        ("owned" | "assigned" | "belonging" | "managed" | "handled" | "run", "by" | "to") => 2,
        ("owner" | "rep", "is" | "=" | ":") => 2,
        ("of" | "by" | "for" | "from" | "owner", _) => 1,
        _ => 0,
    }
}

/// Reads it at `tokens[i]`.
pub fn at(tokens: &[Token], i: usize, vocabulary: &Vocabulary) -> Option<Found> {
    let lead = lead(tokens, i);
    let owns = lead > 0;
    let article = usize::from(word(tokens, i + lead) == "the");
    let start = i + lead + article;
    match (word(tokens, start), word(tokens, start + 1)) {
        ("my" | "our", "team" | "teams") => return Some(Found::One(Whose::MyTeams, lead + article + 2)),
        ("my", "own") => return Some(Found::One(Whose::Mine, lead + article + 2)),
        ("my" | "mine", _) => return Some(Found::One(Whose::Mine, lead + article + 1)),
        ("me" | "myself", _) => return Some(Found::One(Whose::Mine, lead + article + 1)),
        _ => {}
    }
    team(tokens, start, vocabulary).map(|(whose, n)| Found::One(whose, lead + article + n)).or_else(|| {
        let (found, n) = person(tokens, start, vocabulary, owns)?;
        Some(match found {
            Match::One(whose) => Found::One(whose, lead + article + n),
            Match::Several(_) => Found::Several(lead + article + n),
            Match::None => return None,
        })
    })
}

fn team(tokens: &[Token], i: usize, vocabulary: &Vocabulary) -> Option<(Whose, usize)> {
    let before = usize::from(word(tokens, i) == "team");
    (1..=4).rev().find_map(|n| {
        let said = phrase(tokens, i + before, n)?;
        let team = vocabulary.teams.iter().find(|t| crate::resolve::text::key(&t.name) == said)?;
        let after = usize::from(word(tokens, i + before + n) == "team");
        (before + after > 0).then(|| (Whose::Team(team.clone()), before + n + after))
    })
}

/// A full name anywhere; a part of one only where it is said to own, or stands as a possessive.
fn person(tokens: &[Token], i: usize, vocabulary: &Vocabulary, owns: bool) -> Option<(Match<Whose>, usize)> {
    (1..=3).rev().find_map(|n| {
        let span = tokens.get(i..i + n)?;
        if span.iter().any(|t| t.kind == Kind::Quoted) || span.iter().rev().skip(1).any(|t| t.possessive) {
            return None;
        }
        let said = span.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
        let whole = vocabulary.people.iter().any(|p| {
            crate::resolve::text::key(&p.name) == crate::resolve::text::key(&said)
                || p.email.eq_ignore_ascii_case(&said)
        });
        let possessive = span.last().is_some_and(|t| t.possessive);
        let named = span.first().is_some_and(Token::is_capitalised);
        if !whole && !(n == 1 && said.chars().count() > 2 && (possessive || owns || named)) {
            return None;
        }
        let part = |p: &crate::resolve::vocabulary::Person| {
            crate::resolve::text::key(&p.name).split(' ').any(|w| w == crate::resolve::text::key(&said))
        };
        if !whole && !vocabulary.people.iter().any(part) {
            return None;
        }
        match vocabulary.whose(&said) {
            Match::None => None,
            found => Some((found, n)),
        }
    })
}
