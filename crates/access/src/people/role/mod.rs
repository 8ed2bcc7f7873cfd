//! Roles: a name under which people may do things, each to a scope.
//!
//! Nobody grants more than they hold, the Administrator is never narrowed, and the organisation always keeps somebody
//! who can administer it.

pub mod http;
pub mod store;

use std::collections::BTreeMap;

use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::RoleId;
use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::{Event, Subject, Tx, change};
use serde_json::{Map, Value, json};

use super::{keep_an_administrator, none_wrong, wrong, wrong_name, wrong_text};
use crate::Context;
use crate::policy::fields::{FieldRules, OBJECTS, restrictable};
use crate::policy::{Builtin, Grants, Object, Permission, ScopeLevel, actions, scopes};

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    pub id: RoleId,
    pub name: String,
    pub description: String,
    pub builtin: Option<Builtin>,
    pub grants: Grants,
    /// What it keeps back of records.
    pub rules: FieldRules,
    /// How many people hold it, whether active or not.
    pub holders: i64,
    pub version: i64,
}

/// Scopes by object and action, as a request writes them.
pub type AskedGrants = BTreeMap<String, BTreeMap<String, String>>;

/// More than this many wrong grants are not listed one by one.
const LISTED: usize = 20;

impl Role {
    /// What changes are told from: name, description, each grant and each field that can be kept back.
    fn fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("name".into(), json!(self.name));
        fields.insert("description".into(), json!(self.description));
        for object in Object::ALL {
            for action in actions(*object) {
                let permission = Permission::new(*object, *action);
                fields.insert(format!("grants.{permission}"), json!(self.grants.scope(permission)));
            }
        }
        for object in OBJECTS {
            for field in restrictable(object) {
                fields.insert(format!("fields.{object}.{field}"), json!(self.rules.level(object, field)));
            }
            for field in self.rules.custom(object) {
                fields.insert(format!("fields.{object}.{field}"), json!(self.rules.level(object, field)));
            }
        }
        fields
    }

    fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject = Subject { object: "role", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("role.{verb}"), subject)
    }
}

/// `base` with what is asked on top.
///
/// # Errors
/// 422 that names each object, action and scope that does not exist.
pub fn read_grants(base: &Grants, asked: &AskedGrants) -> Result<Grants> {
    let (mut grants, mut fields) = (base.clone(), Vec::new());
    let each =
        asked.iter().flat_map(|(object, actions)| actions.iter().map(move |(action, scope)| (object, action, scope)));
    for (object, action, scope) in each.take(10_000) {
        match read_grant(object, action, scope) {
            Ok((permission, scope)) => grants.grant(permission, scope),
            Err(error) => fields.push(error),
        }
    }
    let unknown = asked.iter().filter(|(object, actions)| actions.is_empty() && find_object(object).is_none());
    fields.extend(unknown.map(|(object, _)| no_object(object)));
    fields.truncate(LISTED);
    if fields.is_empty() { Ok(grants) } else { Err(Error::fields("invalid", fields)) }
}

fn read_grant(object: &str, action: &str, scope: &str) -> Result<(Permission, ScopeLevel), FieldError> {
    let known = find_object(object).ok_or_else(|| no_object(object))?;
    let field = format!("grants.{known}.{}", shown(action));
    let found = actions(known).iter().find(|a| a.as_str() == action).ok_or_else(|| {
        let there = actions(known).iter().map(|a| a.as_str()).collect::<Vec<_>>().join(", ");
        wrong(&field, "unknown_action", format!("{known} has no such action; it has {there}"))
    })?;
    let permission = Permission::new(known, *found);
    let scope = scopes(permission).iter().find(|s| s.as_str() == scope).ok_or_else(|| {
        let there = scopes(permission).iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", ");
        wrong(&field, "invalid_scope", format!("{permission} takes one of {there}"))
    })?;
    Ok((permission, *scope))
}

fn find_object(object: &str) -> Option<Object> {
    Object::ALL.iter().copied().find(|o| o.as_str() == object)
}

fn no_object(object: &str) -> FieldError {
    wrong(&format!("grants.{}", shown(object)), "unknown_object", "there is no such object")
}

/// A name from outside, no longer than an error should be.
fn shown(name: &str) -> String {
    name.chars().take(60).collect()
}

/// A role to be made.
#[derive(Debug)]
pub struct Draft {
    pub name: String,
    pub description: Option<String>,
    pub copy_of: Option<RoleId>,
    pub grants: AskedGrants,
}

impl Draft {
    /// # Errors
    /// 422 when name or description is too long, or there is no name.
    pub fn validate(&self) -> Result<()> {
        none_wrong([
            wrong_name("name", &self.name, 200),
            self.description.as_deref().and_then(|d| wrong_text("description", d, 1000)),
        ])
    }
}

/// Makes a role: empty, or as a copy of another, with the grants on top.
///
/// # Errors
/// 403 `privilege_escalation`; 409 `role_name_taken`; 422.
pub async fn create(cx: &Context, tx: &mut Tx, draft: Draft) -> Result<Role> {
    let copied = match draft.copy_of {
        Some(id) => Some(store::find(tx, id).await?.ok_or_else(|| unknown("copy_of"))?),
        None => None,
    };
    let base = copied.as_ref().map(|r| r.grants.clone()).unwrap_or_default();
    let grants = read_grants(&base, &draft.grants)?;
    cx.actor().covers(&grants)?;
    // What its maker may not see, it does not show.
    let mut rules = copied.as_ref().map(|r| r.rules.clone()).unwrap_or_default();
    rules.keep_back(&cx.actor().fields);
    let description = draft.description.or_else(|| copied.map(|r| r.description)).unwrap_or_default();
    let role = Role {
        id: RoleId(tx.new_id()),
        name: draft.name.trim().to_owned(),
        description: description.trim().to_owned(),
        builtin: None,
        grants,
        rules,
        holders: 0,
        version: 1,
    };
    store::insert(tx, &role).await?;
    let event = role.event(tx, "created").changes(change::diff(&Map::<String, Value>::new(), &role.fields())?);
    tx.emit(event);
    Ok(role)
}

/// A change of a role; grants that are not named stay.
#[derive(Debug, Default)]
pub struct Change {
    pub name: Option<String>,
    pub description: Option<String>,
    pub grants: AskedGrants,
}

/// Changes a role.
///
/// # Errors
/// 403 `privilege_escalation`; 404; 409 `version_conflict`, `role_name_taken`, `builtin_role` or `last_administrator`;
/// 422.
pub async fn update(cx: &Context, tx: &mut Tx, id: RoleId, version: i64, change: Change) -> Result<Role> {
    let old = store::find(tx, id).await?.or_not_found("role")?;
    let grants = read_grants(&old.grants, &change.grants)?;
    let new = Role {
        name: change.name.map_or_else(|| old.name.clone(), |n| n.trim().to_owned()),
        description: change.description.map_or_else(|| old.description.clone(), |d| d.trim().to_owned()),
        grants,
        ..old.clone()
    };
    if old.builtin == Some(Builtin::Administrator) && new.grants != old.grants {
        return Err(Error::conflict("builtin_role", "the Administrator role grants everything, always").on("grants"));
    }
    write(cx, tx, &old, new, version, "updated").await
}

/// Gives a built-in role back what it granted at first.
///
/// # Errors
/// 403 `privilege_escalation`; 404; 409 `not_builtin`, `version_conflict` or `last_administrator`.
pub async fn reset(cx: &Context, tx: &mut Tx, id: RoleId, version: i64) -> Result<Role> {
    let old = store::find(tx, id).await?.or_not_found("role")?;
    let builtin = old.builtin.ok_or_else(|| Error::conflict("not_builtin", "only a built-in role can be reset"))?;
    let new = Role { grants: builtin.grants(), ..old.clone() };
    write(cx, tx, &old, new, version, "reset").await
}

/// Says anew which fields a role keeps back.
///
/// # Errors
/// 403 `privilege_escalation` when it would show what the caller may not see; 404; 409 `builtin_role` or
/// `version_conflict`.
pub async fn keep_back(cx: &Context, tx: &mut Tx, id: RoleId, version: i64, rules: FieldRules) -> Result<Role> {
    let old = store::find(tx, id).await?.or_not_found("role")?;
    if old.builtin == Some(Builtin::Administrator) && rules != old.rules {
        return Err(Error::conflict("builtin_role", "the Administrator role sees everything, always").on("fields"));
    }
    store::custom_fields_are_there(tx, &old.rules, &rules).await?;
    let shown = cx.actor().fields.shown_by(&old.rules, &rules);
    if let Some((object, field)) = shown {
        return Err(Error::forbidden("privilege_escalation", "your own roles keep this field back from you")
            .on(format!("fields.{object}.{field}")));
    }
    let new = Role { rules, ..old.clone() };
    write(cx, tx, &old, new, version, "updated").await
}

async fn write(cx: &Context, tx: &mut Tx, old: &Role, new: Role, version: i64, verb: &str) -> Result<Role> {
    if old.version != version {
        return Err(change::stale(old.version, &old.fields(), &new.fields()));
    }
    // What the role granted before is not granted by this change.
    let mut raised = Grants::default();
    for permission in new.grants.beyond(&old.grants) {
        raised.grant(permission, new.grants.scope(permission));
    }
    cx.actor().covers(&raised)?;
    let changes = change::diff(&old.fields(), &new.fields())?;
    if changes.is_empty() {
        return Ok(new);
    }
    if !store::update(tx, &new, version).await? {
        let now = store::find(tx, new.id).await?.or_not_found("role")?;
        return Err(change::stale(now.version, &now.fields(), &new.fields()));
    }
    keep_an_administrator(tx).await?;
    let new = Role { version: version + 1, ..new };
    let event = new.event(tx, verb).changes(changes);
    tx.emit(event);
    Ok(new)
}

/// Deletes a role; who holds it gets the replacement.
///
/// # Errors
/// 403 `privilege_escalation` when the replacement is wider than the caller; 404; 409 `role_in_use` without a
/// replacement, `builtin_role`, `version_conflict` or `last_administrator`; 422.
pub async fn delete(
    cx: &Context,
    tx: &mut Tx,
    id: RoleId,
    version: Option<i64>,
    replacement: Option<RoleId>,
) -> Result<()> {
    let role = store::find(tx, id).await?.or_not_found("role")?;
    if role.builtin.is_some() {
        return Err(Error::conflict("builtin_role", "a built-in role can be changed, but not deleted"));
    }
    if version.is_some_and(|v| v != role.version) {
        return Err(change::stale(role.version, &role.fields(), &role.fields()));
    }
    let heir = match replacement {
        Some(heir) if heir == id => return Err(unknown("replacement_id")),
        Some(heir) => Some(store::find(tx, heir).await?.ok_or_else(|| unknown("replacement_id"))?),
        None => None,
    };
    match &heir {
        Some(heir) => {
            cx.actor().covers(&heir.grants)?;
            store::move_holders(tx, id, heir.id).await?;
        }
        None if role.holders > 0 => {
            let people =
                if role.holders == 1 { "1 person holds".to_owned() } else { format!("{} people hold", role.holders) };
            return Err(in_use(format!("{people} this role; say which one they get instead")));
        }
        None => {}
    }
    store::delete(tx, id).await?;
    keep_an_administrator(tx).await?;
    let heir = heir.map(|r| json!({ "id": r.id, "name": r.name }));
    let event = role.event(tx, "deleted").data(json!({ "replacement": heir, "holders": role.holders }));
    tx.emit(event);
    Ok(())
}

pub(crate) fn in_use(detail: impl Into<String>) -> Error {
    Error::conflict("role_in_use", detail).on("replacement_id")
}

fn unknown(field: &str) -> Error {
    Error::field(field, "unknown_reference", "there is no such role")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(asked: Value) -> Result<Grants> {
        read_grants(&Builtin::SalesRep.grants(), &serde_json::from_value(asked).unwrap())
    }

    #[test]
    fn what_is_not_named_stays() {
        let grants = read(json!({ "opportunity": { "read": "team" } })).unwrap();
        let of = |text: &str| grants.scope(text.parse().unwrap());
        assert_eq!((of("opportunity.read"), of("opportunity.update")), (ScopeLevel::Team, ScopeLevel::Own));
    }

    #[test]
    fn what_does_not_exist_is_named() {
        let error = read(json!({ "planet": { "read": "all" }, "moon": {}, "role": { "read": "own", "fly": "all" }, "task": { "read": "ALL" } }))
            .unwrap_err();
        let fields: Vec<String> = error.fields.iter().map(|f| format!("{} {}", f.field, f.code)).collect();
        assert_eq!(
            fields,
            [
                "grants.planet unknown_object",
                "grants.role.fly unknown_action",
                "grants.role.read invalid_scope",
                "grants.task.read invalid_scope",
                "grants.moon unknown_object"
            ]
        );
    }
}
