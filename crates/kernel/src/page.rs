//! Pages of a list and the opaque cursor that continues one.
//!
//! A cursor carries the sort keys of the last row and a fingerprint of the query, so that a cursor of another list is
//! refused and not silently misread.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Error, Result};

/// The largest page a client may ask for.
pub const MAX_LIMIT: u16 = 200;

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Pass as `cursor` to get what follows; null at the end.
    pub next_cursor: Option<String>,
    #[serde(flatten)]
    pub total: Counted,
}

impl<T> Page<T> {
    /// A page that is the whole list.
    #[must_use]
    pub const fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None, total: Counted::NOT }
    }
}

/// A total, when it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counted {
    /// How many rows there are of those the caller may see; with `count=true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_is: Option<TotalIs>,
}

impl Counted {
    /// Nobody asked.
    pub const NOT: Self = Self { total: None, total_is: None };
}

impl From<Option<Total>> for Counted {
    fn from(total: Option<Total>) -> Self {
        Self { total: total.map(|t| t.total), total_is: total.map(|t| t.total_is) }
    }
}

/// How many rows there are of those the caller may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Total {
    pub total: i64,
    pub total_is: TotalIs,
}

/// Whether a total was counted to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TotalIs {
    Exact,
    AtLeast,
}

impl Total {
    /// Counting stops here.
    pub const CAP: i64 = 10_000;

    /// From a count that was stopped at `CAP + 1`.
    #[must_use]
    pub const fn capped(counted: i64) -> Self {
        if counted > Self::CAP {
            Self { total: Self::CAP, total_is: TotalIs::AtLeast }
        } else {
            Self { total: counted, total_is: TotalIs::Exact }
        }
    }
}

/// An opaque position in a list: the keys `K` of the last row seen.
#[derive(Debug, Serialize, Deserialize)]
pub struct Cursor<K> {
    /// Fingerprint of what was listed and how it was sorted.
    #[serde(rename = "q")]
    pub query: String,
    #[serde(rename = "k")]
    pub keys: K,
}

impl<K: Serialize> Cursor<K> {
    /// # Errors
    /// Internal, when a key can't be serialised.
    pub fn encode(&self) -> Result<String> {
        Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).map_err(Error::internal)?))
    }
}

impl<K: DeserializeOwned> Cursor<K> {
    /// # Errors
    /// 400 `invalid_cursor` when it is not one of ours, or of another list or sort.
    pub fn decode(text: &str, query: &str) -> Result<Self> {
        let invalid = || {
            Error::unreadable("invalid_cursor", "the cursor is not from this list; start again without it").on("cursor")
        };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| invalid())?;
        if cursor.query == query { Ok(cursor) } else { Err(invalid()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_own_list_only() {
        let text = Cursor { query: "opportunity:-amount".into(), keys: vec![1, 2] }.encode().unwrap();
        assert_eq!(Cursor::<Vec<i32>>::decode(&text, "opportunity:-amount").unwrap().keys, [1, 2]);
        for (bad, query) in
            [(text.as_str(), "opportunity:name"), ("%%%", "opportunity:-amount"), ("e30", "opportunity:-amount")]
        {
            assert_eq!(Cursor::<Vec<i32>>::decode(bad, query).unwrap_err().code, "invalid_cursor");
        }
    }
}
