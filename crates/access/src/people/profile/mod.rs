//! One's own profile: name, language and time zone.

pub mod http;
pub mod store;

use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::{Error, FieldError, Patch, Result};
use dealwright_store::{Event, Subject, Tx, change};
use serde::Serialize;

use super::wrong;
use crate::Actor;

/// What somebody may write about themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fields {
    pub name: String,
    /// A BCP 47 tag, such as `de-CH`; none follows the browser.
    pub locale: Option<String>,
    /// An IANA name, such as `Europe/Zurich`; none follows the browser.
    pub time_zone: Option<String>,
}

/// A change of one's profile: absent leaves, null clears.
#[derive(Debug, Default)]
pub struct Change {
    pub name: Option<String>,
    pub locale: Patch<String>,
    pub time_zone: Patch<String>,
}

/// What is wrong with a language: the shape of a BCP 47 tag is asked for, not that somebody speaks it.
pub(crate) fn wrong_locale(locale: &str) -> Option<FieldError> {
    let mut parts = locale.split('-');
    let letters = |part: &str, range: std::ops::RangeInclusive<usize>| {
        range.contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let language = parts.next().is_some_and(|p| letters(p, 2..=3) && p.chars().all(|c| c.is_ascii_alphabetic()));
    let tag = language && locale.len() <= 35 && parts.all(|p| letters(p, 1..=8));
    (!tag).then(|| wrong("locale", "invalid_value", "a language such as de or en-GB"))
}

/// Changes one's own profile.
///
/// # Errors
/// 409 `version_conflict`; 422.
pub async fn update(tx: &mut Tx, actor: &Actor, version: i64, change: Change) -> Result<()> {
    let (old, current) = store::find(tx, actor.user).await?.or_not_found("user")?;
    let new = Fields {
        name: change.name.map_or_else(|| old.name.clone(), |n| n.trim().to_owned()),
        locale: change.locale.apply(old.locale.clone()),
        time_zone: change.time_zone.apply(old.time_zone.clone()),
    };
    if current != version {
        return Err(change::stale(current, &old, &new));
    }
    let changes = change::diff(&old, &new)?;
    if changes.is_empty() {
        return Ok(());
    }
    if let Some(zone) = new.time_zone.as_deref().filter(|z| old.time_zone.as_deref() != Some(*z))
        && !store::is_time_zone(tx, zone).await?
    {
        return Err(Error::field("time_zone", "invalid_value", "a time zone such as Europe/Zurich"));
    }
    if !store::update(tx, actor.user, version, &new).await? {
        return Err(change::stale(current, &old, &new));
    }
    let event = event(tx, actor, "updated", &new.name, Some(version + 1)).changes(changes);
    tx.emit(event);
    Ok(())
}

fn event(tx: &Tx, actor: &Actor, verb: &str, name: &str, version: Option<i64>) -> Event {
    let subject = Subject { object: "user", id: actor.user.0, name: name.to_owned(), version };
    Event::with_id(tx.new_id().into(), format!("user.{verb}"), subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_has_the_shape_of_one() {
        for good in ["de", "en-GB", "zh-Hant-TW", "sr-Latn-RS-x-dw"] {
            assert!(wrong_locale(good).is_none(), "{good}");
        }
        for bad in ["", "d", "english", "en_GB", "en-", "12", "en-toolongsubtag", "de-\0"] {
            assert!(wrong_locale(bad).is_some(), "{bad}");
        }
    }
}
