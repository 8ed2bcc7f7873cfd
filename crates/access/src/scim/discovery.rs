//! What a client asks before anything else: what the server can do, and what people and groups look like.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::http::Client;
use super::{MAX_RESULTS, answer, bulk, page};

/// What this server can do.
pub(super) async fn service_provider_config() -> Response {
    let no = json!({ "supported": false });
    let scheme = json!({ "type": "oauthbearertoken", "name": "Bearer token", "description": "A token of the identity provider", "primary": true });
    let config = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true }, "bulk": { "supported": true, "maxOperations": bulk::MAX_OPERATIONS, "maxPayloadSize": bulk::MAX_PAYLOAD },
        "filter": { "supported": true, "maxResults": MAX_RESULTS }, "changePassword": no, "sort": { "supported": true }, "etag": { "supported": true },
        "authenticationSchemes": [scheme],
    });
    answer(StatusCode::OK, &config)
}

/// What there is.
pub(super) async fn resource_types(_client: Client) -> Response {
    let kind = |name: &str, path: &str, schema: &str| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"], "id": name, "name": name, "endpoint": path, "schema": schema,
        })
    };
    let all = vec![kind("User", "/Users", super::USER), kind("Group", "/Groups", super::GROUP)];
    answer(StatusCode::OK, &page(2, 1, all))
}

/// What it looks like.
pub(super) async fn schemas(_client: Client) -> Response {
    let part = |name: &str, kind: &str, many: bool, required: bool| {
        json!({
            "name": name, "type": kind, "multiValued": many, "required": required, "caseExact": false, "mutability": "readWrite",
            "returned": "default", "uniqueness": if required { "server" } else { "none" },
        })
    };
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": super::USER, "name": "User", "description": "Somebody who signs in",
        "attributes": [
            part("userName", "string", false, true), part("externalId", "string", false, false), part("displayName", "string", false, false),
            part("name", "complex", false, false), part("emails", "complex", true, false), part("active", "boolean", false, false),
        ],
    });
    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"], "id": super::GROUP, "name": "Group", "description": "Stands for a role or a team",
        "attributes": [part("displayName", "string", false, true), part("externalId", "string", false, false), part("members", "complex", true, false)],
    });
    answer(StatusCode::OK, &page(2, 1, vec![user, group]))
}
