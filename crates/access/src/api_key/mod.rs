//! API keys: how programs act for their owner. Shown once, hashed at rest, scoped, expiring, revocable.
//!
//! A key is never wider than its owner: at each request it may do the narrower of its scopes and what the owner's roles
//! grant by then. It ends when it expires, is revoked, or its owner is deactivated.

pub mod http;
pub mod store;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_kernel::id::{ApiKeyId, UserId};
use dealwright_kernel::{Error, FieldError, Result};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::policy::{Grants, Matrix, Permission, ScopeLevel, actions, fits_key};

/// The longest a key lives.
pub const LONGEST: TimeDelta = TimeDelta::days(366);
/// How long it lives when nobody says.
pub const USUAL: TimeDelta = TimeDelta::days(90);
/// The longest that the former secret stays valid after a rotation, in hours.
pub const LONGEST_OVERLAP: u8 = 24;

/// Whom a key acts for.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyOwner {
    pub id: UserId,
    pub name: String,
    /// A service account, and no person.
    pub service: bool,
}

/// Whether a key opens anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    Active,
    Expired,
    Revoked,
    /// Its owner has been deactivated.
    OwnerInactive,
}

/// An API key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub name: String,
    pub owner: KeyOwner,
    /// The secret's beginning and end: `dw_…x7Qz`.
    pub hint: String,
    /// The most it may do, by object and action; its owner's roles may allow less by now.
    #[schema(value_type = std::collections::BTreeMap<String, std::collections::BTreeMap<String, ScopeLevel>>)]
    pub scopes: Matrix,
    pub state: KeyState,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// When the secret was last replaced.
    pub rotated_at: Option<DateTime<Utc>>,
    /// Until when the secret before that is valid.
    pub former_until: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    /// To the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    pub last_used_ip: Option<String>,
}

/// Scopes as they are kept, for an answer: only what is granted.
///
/// # Errors
/// Internal, when they can't be read.
pub fn shown(scopes: Value) -> Result<Matrix> {
    let grants: Grants = serde_json::from_value(scopes).map_err(Error::internal)?;
    let mut matrix = Matrix::new();
    for (permission, scope) in grants.held() {
        matrix.entry(permission.object).or_default().insert(permission.action, scope);
    }
    Ok(matrix)
}

/// The scopes that are asked for, within what the owner may do.
///
/// # Errors
/// 422 that names each scope that no key can have, or that is wider than the owner's.
pub fn within(asked: &Matrix, limit: &Grants) -> Result<Grants> {
    let mut grants = Grants::default();
    let mut wrong = Vec::new();
    for (&object, by_action) in asked {
        for (&action, &scope) in by_action.iter().filter(|(_, scope)| **scope != ScopeLevel::None) {
            let permission = Permission::new(object, action);
            let (code, message) = if !actions(object).contains(&action) || !fits_key(object) {
                ("not_for_keys", format!("no key can be given {permission}"))
            } else if scope > limit.scope(permission) {
                ("scope_too_wide", format!("{permission} reaches no further than {} here", limit.scope(permission)))
            } else {
                grants.raise(permission, scope);
                continue;
            };
            wrong.push(FieldError { field: format!("scopes.{object}.{action}"), code: code.into(), message });
        }
    }
    if !wrong.is_empty() {
        return Err(Error::fields("invalid", wrong));
    }
    if grants.is_empty() {
        return Err(Error::field("scopes", "required", "choose at least one thing that it may do"));
    }
    Ok(grants)
}

/// A name of 1 to 200 characters.
///
/// # Errors
/// 422 on `name`.
pub fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.contains('\0') {
        return Err(Error::field("name", "invalid_length", "between 1 and 200 characters"));
    }
    Ok(name)
}

/// When a key ends: as asked for, within a year from now.
///
/// # Errors
/// 422 on `expires_at`.
pub fn checked_expiry(asked: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let at = asked.unwrap_or(now + USUAL);
    if at <= now || at > now + LONGEST {
        return Err(Error::field("expires_at", "out_of_range", "from now to a year ahead"));
    }
    Ok(at)
}

/// Until when the former secret stays valid; none: it ends at once.
///
/// # Errors
/// 422 on `overlap_hours`.
pub fn checked_overlap(hours: u8, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    if hours > LONGEST_OVERLAP {
        return Err(Error::field("overlap_hours", "out_of_range", "from 0 to 24 hours"));
    }
    Ok((hours > 0).then(|| now + TimeDelta::hours(hours.into())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Action, Builtin, Object};

    #[test]
    fn scopes_beyond_the_owners_are_named() {
        let asked = |object, action, scope| Matrix::from([(object, [(action, scope)].into())]);
        let of = |matrix: &Matrix| {
            let error = within(matrix, &Builtin::SalesRep.grants().of_keys()).unwrap_err();
            error.fields.iter().map(|f| format!("{} {}", f.field, f.code)).collect::<Vec<_>>().join(", ")
        };
        let read = Action::Read;
        assert_eq!(of(&asked(Object::Opportunity, read, ScopeLevel::Team)), "scopes.opportunity.read scope_too_wide");
        assert_eq!(of(&asked(Object::ApiKey, read, ScopeLevel::Own)), "scopes.api_key.read not_for_keys");
        assert_eq!(of(&asked(Object::Audit, Action::Delete, ScopeLevel::Own)), "scopes.audit.delete not_for_keys");
        assert_eq!(of(&asked(Object::Opportunity, read, ScopeLevel::None)), "scopes required");
        let own = asked(Object::Opportunity, read, ScopeLevel::Own);
        let grants = within(&own, &Builtin::SalesRep.grants().of_keys()).unwrap();
        assert_eq!(shown(serde_json::to_value(grants).unwrap()).unwrap(), own);
    }
}
