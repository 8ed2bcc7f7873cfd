//! PATCH (RFC 7644 §3.5.2), in the dialects of Entra ID and Okta: operations with a path, or with an object of attributes
//! and none; `Add` as well as `add`; members in a list, alone, or named in the path.

use serde_json::Value;

use super::user::Fields;
use super::{Fault, attribute, text};

const MAX_OPERATIONS: usize = 1000;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Add,
    Replace,
    Remove,
}

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    pub op: Op,
    pub path: Option<String>,
    pub value: Value,
}

/// The operations of a PATCH.
///
/// # Errors
/// 400 `invalidSyntax`.
pub fn operations(body: &Value) -> Result<Vec<Operation>, Fault> {
    let invalid = |why: &str| Fault::bad("invalidSyntax", why.to_owned());
    let given = attribute(body, "Operations").and_then(Value::as_array);
    let given = given.ok_or_else(|| invalid("a PATCH has Operations"))?;
    if given.len() > MAX_OPERATIONS {
        return Err(invalid("a PATCH has at most 1,000 operations"));
    }
    let read = |operation: &Value| {
        let op = attribute(operation, "op").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        let op = match op.as_str() {
            "add" => Op::Add,
            "replace" => Op::Replace,
            "remove" => Op::Remove,
            _ => return Err(invalid("op is add, replace or remove")),
        };
        let path = attribute(operation, "path").and_then(Value::as_str).map(str::trim).filter(|p| !p.is_empty());
        let value = attribute(operation, "value").cloned().unwrap_or_default();
        Ok(Operation { op, path: path.map(str::to_owned), value })
    };
    given.iter().map(read).collect()
}

/// A person after the operations.
///
/// # Errors
/// 400 with what is wrong.
pub fn user(mut fields: Fields, operations: &[Operation]) -> Result<Fields, Fault> {
    for operation in operations {
        match (&operation.path, operation.op) {
            (Some(path), Op::Remove) => {
                if !path.eq_ignore_ascii_case("active") {
                    fields.set(path, &Value::Null)?;
                }
            }
            (Some(path), Op::Add | Op::Replace) => fields.set(path, &operation.value)?,
            (None, Op::Remove) => return Err(Fault::bad("noTarget", "remove needs a path")),
            (None, Op::Add | Op::Replace) => {
                let many = operation.value.as_object();
                for (path, value) in
                    many.ok_or_else(|| Fault::bad("invalidValue", "without a path the value is an object"))?
                {
                    fields.set(path, value)?;
                }
            }
        }
    }
    fields.checked()
}

/// What a PATCH makes of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupChange {
    pub name: Option<String>,
    pub external_id: Option<String>,
    /// Takes everybody out first.
    pub replaces: bool,
    pub add: Vec<String>,
    pub remove: Vec<String>,
}

/// What the operations make of a group.
///
/// # Errors
/// 400 with what is wrong.
pub fn group(operations: &[Operation]) -> Result<GroupChange, Fault> {
    let mut change = GroupChange::default();
    for operation in operations {
        let Operation { op, path, value } = operation;
        match path {
            Some(path) => group_attribute(&mut change, *op, path, value)?,
            None if *op == Op::Remove => return Err(Fault::bad("noTarget", "remove needs a path")),
            None => {
                let many = value.as_object();
                for (path, value) in
                    many.ok_or_else(|| Fault::bad("invalidValue", "without a path the value is an object"))?
                {
                    group_attribute(&mut change, *op, path, value)?;
                }
            }
        }
    }
    Ok(change)
}

fn group_attribute(change: &mut GroupChange, op: Op, path: &str, value: &Value) -> Result<(), Fault> {
    let bare = path.strip_prefix(super::GROUP).map_or(path, |rest| rest.trim_start_matches(':'));
    let lower = bare.to_ascii_lowercase();
    if let Some(inside) = lower.strip_prefix("members[") {
        // members[value eq "…"]
        let id =
            inside.split('"').nth(1).ok_or_else(|| Fault::bad("invalidPath", format!("{path} names no member")))?;
        if op == Op::Remove {
            leave(change, id.to_owned())
        } else {
            join(change, id.to_owned())
        }
        return Ok(());
    }
    match lower.as_str() {
        "displayname" => change.name = text(value, "displayName", 255)?,
        "externalid" => change.external_id = text(value, "externalId", 255)?,
        "members" => {
            let ids = members(value)?;
            match op {
                Op::Replace => {
                    (change.replaces, change.add, change.remove) = (true, ids, Vec::new());
                }
                Op::Add => ids.into_iter().for_each(|id| join(change, id)),
                // Without a value, everybody.
                Op::Remove if ids.is_empty() => {
                    (change.replaces, change.add, change.remove) = (true, Vec::new(), Vec::new())
                }
                Op::Remove => ids.into_iter().for_each(|id| leave(change, id)),
            }
        }
        _ => {}
    }
    Ok(())
}

fn join(change: &mut GroupChange, id: String) {
    change.remove.retain(|other| *other != id);
    change.add.push(id);
}

fn leave(change: &mut GroupChange, id: String) {
    change.add.retain(|other| *other != id);
    change.remove.push(id);
}

/// The ids of members, in a list or alone.
///
/// # Errors
/// 400 `invalidValue`.
pub fn members(value: &Value) -> Result<Vec<String>, Fault> {
    let one = [value.clone()];
    let all: &[Value] = match value {
        Value::Null => &[],
        Value::Array(many) => many.as_slice(),
        _ => one.as_slice(),
    };
    let id = |member: &Value| {
        let id = attribute(member, "value").or(Some(member)).and_then(Value::as_str);
        id.map(str::to_owned).ok_or_else(|| Fault::bad("invalidValue", "a member has a value: the id of a user"))
    };
    all.iter().map(id).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ada() -> Fields {
        Fields { user_name: "ada@acme.test".into(), active: true, ..Fields::default() }
    }

    fn patched(operations_: Value) -> Fields {
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations_ });
        user(ada(), &operations(&body).unwrap()).unwrap()
    }

    /// As Entra ID's and Okta's documentation have them.
    #[test]
    fn people_are_changed_in_both_dialects() {
        assert!(!patched(json!([{ "op": "Replace", "path": "active", "value": "False" }])).active);
        assert!(!patched(json!([{ "op": "Replace", "path": "active", "value": false }])).active);
        assert!(!patched(json!([{ "op": "replace", "value": { "active": false } }])).active);
        let entra = patched(json!([
            { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "updated@acme.test" },
            { "op": "Replace", "path": "name.familyName", "value": "updatedFamilyName" },
            { "op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "Sales" },
        ]));
        assert_eq!((entra.address(), entra.family_name.as_deref()), ("updated@acme.test", Some("updatedFamilyName")));
        let flat =
            patched(json!([{ "op": "Add", "value": { "name.givenName": "Ada", "externalId": "9", "title": "Dr" } }]));
        assert_eq!((flat.given_name.as_deref(), flat.external_id.as_deref()), (Some("Ada"), Some("9")));
        assert_eq!(patched(json!([{ "op": "remove", "path": "externalId" }])).external_id, None);
        for bad in [
            json!({}),
            json!({ "Operations": [{ "op": "move", "path": "active" }] }),
            json!({ "Operations": [{ "op": "replace", "path": "active", "value": "maybe" }] }),
            json!({ "Operations": [{ "op": "remove" }] }),
            json!({ "Operations": [{ "op": "remove", "path": "userName" }] }),
            json!({ "Operations": [{ "op": "replace", "value": 7 }] }),
        ] {
            assert!(operations(&bad).and_then(|o| user(ada(), &o)).is_err(), "{bad}");
        }
    }

    #[test]
    fn members_come_and_go_in_both_dialects() {
        let of = |given: Value| group(&operations(&json!({ "Operations": given })).unwrap()).unwrap();
        let added = of(
            json!([{ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": "a" }, { "value": "b" }] }]),
        );
        assert_eq!(added.add, ["a", "b"]);
        assert_eq!(of(json!([{ "op": "Remove", "path": "members", "value": [{ "value": "a" }] }])).remove, ["a"]);
        assert_eq!(of(json!([{ "op": "remove", "path": "members[value eq \"a\"]" }])).remove, ["a"]);
        let replaced = of(json!([{ "op": "replace", "path": "members", "value": [{ "value": "c", "display": "C" }] }]));
        assert!(replaced.replaces && replaced.add == ["c"]);
        let renamed = of(json!([{ "op": "replace", "value": { "id": "x", "displayName": "Sales" } }]));
        assert_eq!(renamed.name.as_deref(), Some("Sales"));
        assert!(of(json!([{ "op": "remove", "path": "members" }])).replaces);
    }
}
