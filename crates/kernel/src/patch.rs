//! A field of a PATCH: absent (leave), null (clear) or a value (set).
//!
//! Use with `#[serde(default)]`. For a field that can't be cleared, use `Option<T>`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a PATCH says of one nullable field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patch<T> {
    #[default]
    Absent,
    Null,
    Value(T),
}

impl<T> Patch<T> {
    /// `None` to leave; `Some(None)` to clear; `Some(Some(v))` to set.
    pub fn into_option(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    /// The field after the patch.
    pub fn apply(self, current: Option<T>) -> Option<T> {
        self.into_option().unwrap_or(current)
    }

    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(f(value)),
        }
    }
}

impl<T> From<Option<T>> for Patch<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(Self::from)
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Null => serializer.serialize_none(),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        next_step: Patch<String>,
    }

    #[test]
    fn tells_absent_null_and_value_apart() {
        let read = |json| serde_json::from_str::<Body>(json).unwrap().next_step;
        assert_eq!(read("{}"), Patch::Absent);
        assert_eq!(read(r#"{"next_step":null}"#), Patch::Null);
        assert_eq!(read(r#"{"next_step":"call"}"#), Patch::Value("call".into()));
    }
}
