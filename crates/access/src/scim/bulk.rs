//! Many operations in one request (RFC 7644 §3.7): each in a transaction of its own, and one that refers to what another
//! one makes (`bulkId:…`) after that.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::http::Client;
use super::{Fault, Resource, answer, attribute, write};

/// The most operations of a request.
pub const MAX_OPERATIONS: usize = 100;
/// The most bytes of a request.
pub const MAX_PAYLOAD: usize = 1_000_000;

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const REFERENCE: &str = "bulkId:";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// One of the operations.
#[derive(Debug)]
struct Operation {
    method: Method,
    bulk_id: Option<String>,
    version: Option<String>,
    path: String,
    data: Value,
}

/// Carries a request out.
///
/// # Errors
/// 400 for a request that is none; 413 for too many operations. What is wrong with an operation stands in its place.
pub(super) async fn run(client: &Client, body: &Value) -> Result<Response, Fault> {
    let (operations, stop_after) = read(body)?;
    let mut made: BTreeMap<String, String> = BTreeMap::new();
    let mut results: Vec<Option<Value>> = operations.iter().map(|_| None).collect();
    let mut failures = 0;
    let mut waiting: Vec<usize> = (0..operations.len()).collect();
    // Round by round, what refers to something that is not made yet waits for it.
    while !waiting.is_empty() && stop_after.is_none_or(|most| failures < most) {
        let round = std::mem::take(&mut waiting);
        let before = round.len();
        for n in round {
            if stop_after.is_some_and(|most| failures >= most) {
                break;
            }
            let (Some(operation), Some(result)) = (operations.get(n), results.get_mut(n)) else { continue };
            let Some((path, data)) = resolved(operation, &made) else {
                waiting.push(n);
                continue;
            };
            let outcome = carry_out(client, operation, &path, &data).await;
            failures += usize::from(outcome.is_err());
            if let (Ok(Some(resource)), Some(id)) = (&outcome, &operation.bulk_id) {
                made.insert(id.clone(), resource.body.get("id").and_then(Value::as_str).unwrap_or_default().to_owned());
            }
            *result = Some(shown(operation, outcome));
        }
        if waiting.len() == before {
            let why =
                || Fault::new(StatusCode::CONFLICT, Some("invalidValue"), "it refers to a bulkId that was not made");
            for n in waiting.drain(..) {
                if let (Some(operation), Some(result)) = (operations.get(n), results.get_mut(n)) {
                    *result = Some(shown(operation, Err(why())));
                }
            }
        }
    }
    let done: Vec<Value> = results.into_iter().flatten().collect();
    Ok(answer(StatusCode::OK, &json!({ "schemas": [RESPONSE], "Operations": done })))
}

fn read(body: &Value) -> Result<(Vec<Operation>, Option<usize>), Fault> {
    let schemas = attribute(body, "schemas").and_then(Value::as_array);
    if !schemas.is_some_and(|schemas| schemas.iter().any(|s| s == REQUEST)) {
        return Err(Fault::bad("invalidSyntax", format!("schemas has {REQUEST}")));
    }
    let stop_after = match attribute(body, "failOnErrors") {
        None | Some(Value::Null) => None,
        Some(given) => {
            let most = given.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
            Some(most.ok_or_else(|| Fault::bad("invalidValue", "failOnErrors is a number from 1"))?)
        }
    };
    let given = attribute(body, "Operations").and_then(Value::as_array);
    let given = given.ok_or_else(|| Fault::bad("invalidSyntax", "Operations is a list"))?;
    if given.len() > MAX_OPERATIONS {
        let most = format!("at most {MAX_OPERATIONS} operations");
        return Err(Fault::new(StatusCode::PAYLOAD_TOO_LARGE, Some("tooMany"), most));
    }
    Ok((given.iter().map(operation).collect::<Result<_, _>>()?, stop_after))
}

fn operation(given: &Value) -> Result<Operation, Fault> {
    let word = |name: &str| attribute(given, name).and_then(Value::as_str).map(str::to_owned);
    let method = match word("method").unwrap_or_default().to_ascii_uppercase().as_str() {
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        _ => return Err(Fault::bad("invalidSyntax", "the method of an operation is POST, PUT, PATCH or DELETE")),
    };
    let bulk_id = word("bulkId").filter(|id| !id.is_empty());
    if method == Method::Post && bulk_id.is_none() {
        return Err(Fault::bad("invalidSyntax", "an operation that makes something has a bulkId"));
    }
    let path = word("path").ok_or_else(|| Fault::bad("invalidSyntax", "an operation has a path"))?;
    let data = attribute(given, "data").cloned().unwrap_or_default();
    Ok(Operation { method, bulk_id, version: word("version"), path, data })
}

/// Path and data with the ids of what has been made; none when something is not made yet.
fn resolved(operation: &Operation, made: &BTreeMap<String, String>) -> Option<(String, Value)> {
    let mut data = operation.data.clone();
    resolve(&mut data, made).then_some(())?;
    let id = |part: &str| match part.strip_prefix(REFERENCE) {
        Some(name) => made.get(name).cloned(),
        None => Some(part.to_owned()),
    };
    let path: Option<Vec<String>> = operation.path.split('/').map(id).collect();
    Some((path?.join("/"), data))
}

fn resolve(value: &mut Value, made: &BTreeMap<String, String>) -> bool {
    match value {
        Value::String(text) => match text.strip_prefix(REFERENCE) {
            Some(name) => {
                let Some(id) = made.get(name) else { return false };
                *text = id.clone();
                true
            }
            None => true,
        },
        Value::Array(items) => items.iter_mut().all(|item| resolve(item, made)),
        Value::Object(map) => map.values_mut().all(|item| resolve(item, made)),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

async fn carry_out(
    client: &Client,
    operation: &Operation,
    path: &str,
    data: &Value,
) -> Result<Option<Resource>, Fault> {
    let read = operation.version.as_deref();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let resource = match (operation.method, parts.as_slice()) {
        (Method::Post, ["Users"]) => write::create_user(client, data).await?,
        (Method::Put, ["Users", id]) => write::replace_user(client, id, read, data).await?,
        (Method::Patch, ["Users", id]) => write::patch_user(client, id, read, data).await?,
        (Method::Post, ["Groups"]) => write::create_group(client, data).await?,
        (Method::Put, ["Groups", id]) => write::replace_group(client, id, read, data).await?,
        (Method::Patch, ["Groups", id]) => write::patch_group(client, id, read, data).await?,
        (Method::Delete, ["Users", id]) => return write::delete_user(client, id, read).await.map(|()| None),
        (Method::Delete, ["Groups", id]) => return write::delete_group(client, id, read).await.map(|()| None),
        _ => return Err(Fault::bad("invalidPath", format!("nothing takes {} at {path}", operation.method.as_str()))),
    };
    Ok(Some(resource))
}

/// What came of an operation.
fn shown(operation: &Operation, outcome: Result<Option<Resource>, Fault>) -> Value {
    let mut shown = json!({ "method": operation.method.as_str() });
    let Some(object) = shown.as_object_mut() else { return shown };
    let mut set = |name: &str, value: Value| _ = object.insert(name.to_owned(), value);
    if let Some(id) = &operation.bulk_id {
        set("bulkId", json!(id));
    }
    match outcome {
        Ok(Some(resource)) => {
            set("location", resource.body.pointer("/meta/location").cloned().unwrap_or_default());
            set("version", json!(resource.tag()));
            set("status", json!(resource.status.as_str()));
        }
        Ok(None) => set("status", json!("204")),
        Err(fault) => {
            if operation.method != Method::Post {
                set("location", json!(operation.path));
            }
            set("status", json!(fault.status.as_str()));
            set("response", fault.body());
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_wait_for_what_they_name() {
        let given = json!({ "method": "POST", "path": "/Groups", "bulkId": "g",
                            "data": { "displayName": "Sales", "members": [{ "value": "bulkId:ada" }] } });
        let group = operation(&given).unwrap();
        assert!(resolved(&group, &BTreeMap::new()).is_none());
        let made = BTreeMap::from([("ada".to_owned(), "7".to_owned())]);
        let (path, data) = resolved(&group, &made).unwrap();
        assert_eq!((path.as_str(), &data["members"][0]["value"]), ("/Groups", &json!("7")));
        let patched = operation(&json!({ "method": "patch", "path": "/Users/bulkId:ada" })).unwrap();
        assert_eq!(resolved(&patched, &made).unwrap().0, "/Users/7");
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let operation = json!({ "method": "DELETE", "path": "/Users/7" });
        let request = |more: Value| {
            let mut body = json!({ "schemas": [REQUEST], "Operations": [operation] });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        assert!(read(&request(json!({}))).is_ok());
        assert_eq!(read(&request(json!({ "failOnErrors": 2 }))).unwrap().1, Some(2));
        let many: Vec<&Value> = std::iter::repeat_n(&operation, MAX_OPERATIONS + 1).collect();
        for wrong in [
            json!({ "schemas": [] }),
            json!({ "Operations": 7 }),
            json!({ "Operations": many }),
            json!({ "Operations": [{ "method": "GET", "path": "/Users" }] }),
            json!({ "Operations": [{ "method": "POST", "path": "/Users", "data": {} }] }),
            json!({ "failOnErrors": 0 }),
        ] {
            assert!(read(&request(wrong.clone())).is_err(), "{wrong}");
        }
    }
}
