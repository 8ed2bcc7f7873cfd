//! Search: what a person types, to candidates, to the records they may see.
//!
//! Words match from their beginning, without case or accents. One that begins no word of the organisation is replaced by
//! the words that are close to it. Candidates come from functions that see the whole organisation and answer
//! ids only (full text can't use its index under row-level security); whoever shows a record reads it again under RLS.

pub mod http;
mod store;

use dealwright_access::policy::{Needs, ReadOpportunity};
use dealwright_access::{Actor, Object, ScopeLevel};
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
    Leads,
}

impl What {
    const fn object(self) -> Object {
        match self {
            Self::Opportunities => Object::Opportunity,
            Self::Accounts => Object::Account,
            Self::Contacts => Object::Contact,
            Self::Leads => Object::Lead,
        }
    }

    /// The fields, beside the name, in whose words it is found.
    const fn searched(self) -> &'static [&'static str] {
        match self {
            Self::Opportunities => &["next_step"],
            Self::Accounts => &["domain", "phone"],
            Self::Contacts => &["title", "email", "phone"],
            Self::Leads => &["title", "email", "phone"],
        }
    }
}

/// The words of a query.
pub(crate) fn words(q: &str) -> Vec<String> {
    let separated = |c: char| !(c.is_alphanumeric() || matches!(c, '@' | '.' | '_' | '-'));
    q.to_lowercase()
        .split(separated)
        .map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
        .filter(|w| !w.is_empty())
        .take(MAX_WORDS)
        .collect()
}

/// A query as the database matches it; nothing when no word was typed.
pub(crate) async fn understand(tx: &mut Tx, q: &str) -> Result<Option<String>> {
    let words = words(q);
    if words.is_empty() {
        return Ok(None);
    }
    let query = store::query(tx, &words).await?;
    Ok(Some(match phone(q) {
        Some(number) => format!("({query}) | {number}"),
        None => query,
    }))
}

/// What a telephone number stands for, in whatever way it is written, if it may be one: `app.phone_words` keeps how numbers
/// end, and those without a country's number behind a nought. Digits alone, so that it is a query as it stands.
fn phone(q: &str) -> Option<String> {
    let typed = q.replace("(0)", "");
    if typed.chars().any(|c| !(c.is_ascii_digit() || " +-/.()\u{a0}".contains(c))) {
        return None;
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let core = digits.strip_prefix("00").or_else(|| digits.strip_prefix('0')).unwrap_or(&digits);
    if !(4..=20).contains(&core.len()) {
        return None;
    }
    // Without the one to three digits of a country.
    let national = (1..=3).filter(|_| core.len() >= 8).filter_map(|country| core.get(country..));
    let national = national.map(|rest| format!(" | '0{rest}'"));
    Some(format!("'{core}':*{}", national.collect::<String>()))
}

/// Ids of opportunities that match, for this actor to read under their own rights.
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn opportunities(tx: &mut Tx, actor: &Actor, q: &str) -> Result<Vec<Uuid>> {
    match understand(tx, q).await? {
        Some(query) => opportunities_like(tx, actor, &query, CANDIDATES).await,
        None => Ok(Vec::new()),
    }
}

/// The same, of an understood query.
pub(crate) async fn opportunities_like(tx: &mut Tx, actor: &Actor, query: &str, limit: i32) -> Result<Vec<Uuid>> {
    let Some(narrowed) = narrowed(actor) else { return Ok(Vec::new()) };
    let found = store::matching(tx, What::Opportunities, query, narrowed, limit).await?;
    beside(tx, actor, What::Opportunities, query, found, limit).await
}

/// Candidates that match, for this actor: also of what is shared with them, and not by words that are hidden from them.
async fn beside(
    tx: &mut Tx,
    actor: &Actor,
    what: What,
    query: &str,
    mut found: Vec<Uuid>,
    limit: i32,
) -> Result<Vec<Uuid>> {
    if actor.sees_shared(what.object()) {
        found.extend(store::matching_shared(tx, what, query, limit).await?);
    }
    let hidden: Vec<&str> =
        what.searched().iter().copied().filter(|field| actor.fields.hides(what.object(), field)).collect();
    if hidden.is_empty() { Ok(found) } else { store::matching_shown(tx, what, query, &found, &hidden).await }
}

/// Ids of everything of a kind that is shared with the actor of `tx`.
///
/// # Errors
/// 503 when the statement's time is up.
pub(crate) async fn shared(tx: &mut Tx, what: What) -> Result<Vec<Uuid>> {
    store::shared(tx, what).await
}

/// The most names that match a pattern before it is quicker to look at each deal in turn.
const NAMES: i32 = 2_500;

/// Ids of all opportunities whose name matches a pattern of LIKE, in lower case; nothing when they are too many to tell.
pub(crate) async fn opportunities_named(tx: &mut Tx, actor: &Actor, pattern: &str) -> Result<Option<Vec<Uuid>>> {
    let Some(narrowed) = narrowed(actor) else { return Ok(Some(Vec::new())) };
    let found = store::named(tx, pattern, narrowed, NAMES).await?;
    Ok((i32::try_from(found.len()).unwrap_or(i32::MAX) < NAMES).then_some(found))
}

/// Where an actor's opportunities are; nowhere when they may see none.
fn narrowed(actor: &Actor) -> Option<store::Narrowed<'_>> {
    let (owner, teams) = match actor.scope(ReadOpportunity::PERMISSION) {
        ScopeLevel::None => return None,
        ScopeLevel::Own => (Some(actor.user.0), None),
        ScopeLevel::Team => (None, Some(actor.teams.as_slice())),
        ScopeLevel::All => (None, None),
    };
    Some(store::Narrowed { owner, teams })
}

/// Ids of accounts that match.
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn accounts(tx: &mut Tx, actor: &Actor, q: &str) -> Result<Vec<Uuid>> {
    all(tx, actor, What::Accounts, q).await
}

/// Ids of contacts that match.
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn contacts(tx: &mut Tx, actor: &Actor, q: &str) -> Result<Vec<Uuid>> {
    all(tx, actor, What::Contacts, q).await
}

/// Ids of leads that match.
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn leads(tx: &mut Tx, actor: &Actor, q: &str) -> Result<Vec<Uuid>> {
    all(tx, actor, What::Leads, q).await
}

/// Ids of activities that match: the actor's own, and the last of all. Of many that they may not see, the own ones are not
/// lost.
pub(crate) async fn activities_like(tx: &mut Tx, query: &str, limit: i32) -> Result<Vec<Uuid>> {
    let mut found = store::matching_activities(tx, query, true, limit).await?;
    found.extend(store::matching_activities(tx, query, false, limit * 8).await?);
    Ok(found)
}

async fn all(tx: &mut Tx, actor: &Actor, what: What, q: &str) -> Result<Vec<Uuid>> {
    match understand(tx, q).await? {
        Some(query) => all_like(tx, actor, what, &query, CANDIDATES).await,
        None => Ok(Vec::new()),
    }
}

/// The same, of an understood query.
pub(crate) async fn all_like(tx: &mut Tx, actor: &Actor, what: What, query: &str, limit: i32) -> Result<Vec<Uuid>> {
    let found = store::matching(tx, what, query, store::Narrowed::default(), limit).await?;
    beside(tx, actor, what, query, found, limit).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_typed_becomes_words() {
        assert_eq!(words("Isdom GTX"), ["isdom", "gtx"]);
        assert_eq!(words("o'neil & sons | (x)"), ["o", "neil", "sons", "x"]);
        assert_eq!(words("nadia@isdom.com"), ["nadia@isdom.com"]);
        assert_eq!(words("  -- !! \\ "), Vec::<String>::new());
        assert_eq!(phone("+49 (0)30 12-34").as_deref(), Some("'49301234':* | '09301234' | '0301234' | '001234'"));
        for (typed, number) in [("030/1234", "'301234':*"), ("0049 30", "'4930':*"), ("12 34", "'1234':*")] {
            assert_eq!(phone(typed).as_deref(), Some(number));
        }
        for typed in ["", "030", "deal 2026", "1234'", "123456789012345678901"] {
            assert_eq!(phone(typed), None, "{typed}");
        }
        assert_eq!(words("a b c d e f g h i j"), ["a", "b", "c", "d", "e", "f", "g", "h"]);
    }
}
