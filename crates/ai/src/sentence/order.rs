//! In which order: "largest first", "sorted by close date", "highest probability first".

use dealwright_crm::custom_field::FieldObject;

use crate::resolve::text::Token;

use super::lexicon::{Lexicon, Takes};
use super::value::word;

/// The key of the order said at `tokens[i]`, and how many tokens it takes.
pub fn at(tokens: &[Token], i: usize, lexicon: &Lexicon) -> Option<(String, usize)> {
    by_field(tokens, i, lexicon).or_else(|| by_adjective(tokens, i, lexicon))
}

fn by_field(tokens: &[Token], i: usize, lexicon: &Lexicon) -> Option<(String, usize)> {
    let lead = match (word(tokens, i), word(tokens, i + 1)) {
        ("sorted" | "sort" | "ordered" | "order" | "ranked" | "rank", "by") => 2,
        _ => return None,
    };
    let (name, n, takes) = match lexicon.field_at(tokens, i + lead) {
        Some((field, n)) if field.sorts => (field.name.clone(), n, field.takes),
        Some(_) => return None,
        None => match word(tokens, i + lead) {
            "created" | "creation" => ("created_at".to_owned(), 1, Takes::Date),
            "updated" | "changed" => ("updated_at".to_owned(), 1, Takes::Date),
            _ => return None,
        },
    };
    let end = i + lead + n;
    let (descending, more) = match word(tokens, end) {
        "asc" | "ascending" | "up" => (false, 1),
        "desc" | "descending" | "down" => (true, 1),
        _ => (matches!(takes, Takes::Money | Takes::Number | Takes::Percent), 0),
    };
    let first = first_after(tokens, end + more);
    let (descending, more) = first.map_or((descending, more), |(down, n)| (down, more + n));
    Some((key(&name, descending), lead + n + more))
}

/// "largest first" behind a field.
fn first_after(tokens: &[Token], i: usize) -> Option<(bool, usize)> {
    let at = i + usize::from(word(tokens, i) == ",");
    let down = match word(tokens, at) {
        "largest" | "biggest" | "highest" | "newest" | "latest" => true,
        "smallest" | "lowest" | "oldest" | "earliest" => false,
        _ => return None,
    };
    (word(tokens, at + 1) == "first").then_some((down, at - i + 2))
}

fn key(name: &str, descending: bool) -> String {
    if descending { format!("-{name}") } else { name.to_owned() }
}

fn by_adjective(tokens: &[Token], i: usize, lexicon: &Lexicon) -> Option<(String, usize)> {
    let most = word(tokens, i) == "most" && word(tokens, i + 1) == "recent";
    let word_at = if most { "newest" } else { word(tokens, i) };
    let n = if most { 2 } else { 1 };
    let noun = |at: usize| usize::from(is_noun(word(tokens, at)));
    let first = |at: usize| usize::from(word(tokens, at) == "first");
    let down = match word_at {
        "largest" | "biggest" | "highest" | "top" => Some(true),
        "smallest" | "lowest" => Some(false),
        _ => None,
    };
    if let Some(down) = down {
        if let Some((field, len)) = lexicon.field_at(tokens, i + n).filter(|(f, _)| f.sorts) {
            let end = i + n + len;
            return Some((key(&field.name, down), n + len + first(end + noun(end)) * (1 + noun(end))));
        }
        let field = lexicon.main_amount()?;
        let end = i + n + noun(i + n);
        return Some((key(&field.name, down), end - i + first(end)));
    }
    let end = i + n + noun(i + n);
    let whole = end - i + first(end);
    let wanted = match word_at {
        "newest" | "latest" => "-created_at",
        "oldest" => "created_at",
        "soonest" | "earliest" if lexicon.object == FieldObject::Opportunity => "close_date",
        _ => return None,
    };
    lexicon.field(wanted.trim_start_matches('-'))?;
    Some((wanted.to_owned(), whole))
}

/// What lists are of.
pub fn is_noun(word: &str) -> bool {
    matches!(
        word,
        "deal"
            | "deals"
            | "opportunity"
            | "opportunities"
            | "account"
            | "accounts"
            | "company"
            | "companies"
            | "customer"
            | "customers"
            | "contact"
            | "contacts"
            | "people"
            | "lead"
            | "leads"
            | "ones"
    )
}
