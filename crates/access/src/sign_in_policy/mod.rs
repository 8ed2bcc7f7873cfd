//! How an organisation lets people in: passwords, second factors, how long sessions live. Changes reach running sessions
//! at their next request.

pub mod http;
pub mod store;

use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::Change;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Of whom a second factor is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum SecondFactorRule {
    /// Of nobody, also where one is set up.
    Off,
    /// Of those who have set one up.
    Optional,
    /// Administrators must have one.
    Administrators,
    /// Everyone must have one.
    Everyone,
}

impl SecondFactorRule {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Optional => "optional",
            Self::Administrators => "administrators",
            Self::Everyone => "everyone",
        }
    }

    /// Whether somebody has to have a second factor.
    #[must_use]
    pub const fn demands(self, administrator: bool) -> bool {
        match self {
            Self::Off | Self::Optional => false,
            Self::Administrators => administrator,
            Self::Everyone => true,
        }
    }
}

/// The policy of an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignInPolicy {
    /// Off: people come in by single sign-on. An administrator with no other way in keeps the password.
    pub password_sign_in: bool,
    pub second_factor: SecondFactorRule,
    pub password_min_length: i32,
    /// A session that is unused for so long is over.
    pub session_idle_minutes: i32,
    /// The longest a session lives.
    pub session_lifetime_minutes: i32,
    /// Whether people may connect apps that registered themselves and that nobody here has connected yet.
    pub new_apps: bool,
    pub version: i64,
}

/// What to change of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInPolicyPatch {
    pub password_sign_in: Option<bool>,
    pub second_factor: Option<SecondFactorRule>,
    #[schema(minimum = 8, maximum = 64)]
    pub password_min_length: Option<i32>,
    #[schema(minimum = 5, maximum = 43200)]
    pub session_idle_minutes: Option<i32>,
    #[schema(minimum = 5, maximum = 129_600)]
    pub session_lifetime_minutes: Option<i32>,
    pub new_apps: Option<bool>,
    pub version: Option<i64>,
}

impl SignInPolicyPatch {
    fn apply(&self, to: &SignInPolicy) -> SignInPolicy {
        SignInPolicy {
            password_sign_in: self.password_sign_in.unwrap_or(to.password_sign_in),
            second_factor: self.second_factor.unwrap_or(to.second_factor),
            password_min_length: self.password_min_length.unwrap_or(to.password_min_length),
            session_idle_minutes: self.session_idle_minutes.unwrap_or(to.session_idle_minutes),
            session_lifetime_minutes: self.session_lifetime_minutes.unwrap_or(to.session_lifetime_minutes),
            new_apps: self.new_apps.unwrap_or(to.new_apps),
            version: to.version,
        }
    }
}

impl SignInPolicy {
    /// # Errors
    /// 422 with every field that is wrong.
    fn check(&self) -> Result<()> {
        let mut fields = Vec::new();
        let mut within = |field: &str, value: i32, from: i32, to: i32| {
            if !(from..=to).contains(&value) {
                let message = format!("between {from} and {to}");
                fields.push(FieldError { field: field.into(), code: "out_of_range".into(), message });
            }
        };
        within("password_min_length", self.password_min_length, 8, 64);
        within("session_idle_minutes", self.session_idle_minutes, 5, 43_200);
        within("session_lifetime_minutes", self.session_lifetime_minutes, 5, 129_600);
        if fields.is_empty() { Ok(()) } else { Err(Error::fields("invalid", fields)) }
    }

    /// What differs, field by field.
    fn changes(&self, new: &Self) -> Result<Vec<Change>> {
        let object = |policy: &Self| match serde_json::to_value(policy) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => Err(Error::internal("a policy is an object")),
            Err(error) => Err(Error::internal(error)),
        };
        let mut after = object(new)?;
        let fields = object(self)?.into_iter().filter(|(field, _)| field != "version");
        Ok(fields
            .filter_map(|(field, old)| {
                let new = after.remove(&field).filter(|new| *new != old)?;
                Some(Change { field, old, new, old_label: None, new_label: None })
            })
            .collect())
    }
}
