//! Search: what a person types, to candidates, to the records they may see.
//!
//! Words match from their beginning, without case or accents. When nothing matches, each word is replaced by the words
//! of the organisation that are close to it. Candidates come from functions that see the whole organisation and answer
//! ids only (full text can't use its index under row-level security); whoever shows a record reads it again under RLS.

pub mod http;
mod store;

use dealwright_access::policy::{Needs, ReadOpportunity};
use dealwright_access::{Actor, ScopeLevel};
use dealwright_kernel::Result;
use dealwright_store::Tx;
use uuid::Uuid;

const MAX_WORDS: usize = 8;

/// The most candidates a search looks at.
pub const CANDIDATES: i32 = 1_000;

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Opportunities,
    Accounts,
    Contacts,
}

/// The words of a query; each will match as a prefix.
fn words(q: &str) -> Vec<String> {
    let separated = |c: char| !(c.is_alphanumeric() || matches!(c, '@' | '.' | '_' | '-'));
    q.to_lowercase()
        .split(separated)
        .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
        .filter(|w| !w.is_empty())
        .take(MAX_WORDS)
        .collect()
}

/// A tsquery in which every word must match, each by any of its alternatives. Quotes are doubled; nothing else is
/// special inside them but the backslash, which no word has.
fn tsquery(words: &[Vec<String>]) -> String {
    let term = |w: &String| format!("'{}':*", w.replace('\'', "''").replace('\\', ""));
    words
        .iter()
        .map(|any| format!("({})", any.iter().map(term).collect::<Vec<_>>().join(" | ")))
        .collect::<Vec<_>>()
        .join(" & ")
}

/// Ids of opportunities that match, for this actor to read under their own rights.
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn opportunities(tx: &mut Tx, actor: &Actor, q: &str) -> Result<Vec<Uuid>> {
    let (owner, teams) = match actor.scope(ReadOpportunity::PERMISSION) {
        ScopeLevel::None => return Ok(Vec::new()),
        ScopeLevel::Own => (Some(actor.user.0), None),
        ScopeLevel::Team => (None, Some(actor.teams.as_slice())),
        ScopeLevel::All => (None, None),
    };
    let narrowed = store::Narrowed { owner, teams };
    candidates(tx, What::Opportunities, narrowed, q, CANDIDATES).await
}

/// Ids of accounts that match.
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn accounts(tx: &mut Tx, q: &str) -> Result<Vec<Uuid>> {
    candidates(tx, What::Accounts, store::Narrowed::default(), q, CANDIDATES).await
}

/// Ids of contacts that match.
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn contacts(tx: &mut Tx, q: &str) -> Result<Vec<Uuid>> {
    candidates(tx, What::Contacts, store::Narrowed::default(), q, CANDIDATES).await
}

async fn candidates(tx: &mut Tx, what: What, narrowed: store::Narrowed<'_>, q: &str, limit: i32) -> Result<Vec<Uuid>> {
    let words = words(q);
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let exact: Vec<Vec<String>> = words.iter().map(|w| vec![w.clone()]).collect();
    let found = store::matching(tx, what, &tsquery(&exact), narrowed, limit).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let mut alternatives = Vec::with_capacity(words.len());
    for word in &words {
        let mut any = if word.chars().count() >= 4 { store::similar(tx, word).await? } else { Vec::new() };
        any.push(word.clone());
        alternatives.push(any);
    }
    if alternatives == exact {
        return Ok(found);
    }
    store::matching(tx, what, &tsquery(&alternatives), narrowed, limit).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_typed_becomes_a_query() {
        let of = |q: &str| tsquery(&words(q).into_iter().map(|w| vec![w]).collect::<Vec<_>>());
        assert_eq!(of("Isdom GTX"), "('isdom':*) & ('gtx':*)");
        assert_eq!(of("o'neil & sons | (x)"), "('o':*) & ('neil':*) & ('sons':*) & ('x':*)");
        assert_eq!(of("nadia@isdom.com"), "('nadia@isdom.com':*)");
        assert_eq!(of("  -- !! \\ "), "");
        assert_eq!(tsquery(&[vec!["a".into(), "b".into()]]), "('a':* | 'b':*)");
    }
}
