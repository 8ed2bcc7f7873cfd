//! Closed sets of words, as the API and the database have them.

/// Makes an enum of words on a field, with its `as_str` and a `FromStr` that says what is allowed.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $field:literal { $($(#[$of:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[schema(as = $name)]
        pub enum $name { $($(#[$of])* $variant),* }

        impl $name {
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = dealwright_kernel::Error;
            fn from_str(text: &str) -> dealwright_kernel::Result<Self> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(Self::Err::field($field, "invalid_value", concat!("one of", $(" ", $word),*))),
                }
            }
        }
    };
}
pub(crate) use words;
