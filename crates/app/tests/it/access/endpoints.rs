//! Every endpoint of the description, asked by everybody: who is let in is a golden file that a person can read, and an
//! endpoint that is not asked here fails the test.
//!
//! Writes carry a version that never was, so an allowed one is 409 and changes nothing. The records belong to a rep in
//! the manager's team.

use std::collections::BTreeMap;
use std::fmt::Write;

use dealwright_access::policy::{Builtin, Object};
use dealwright_testkit::{Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

/// Need no sign-in: a visitor must be able to sign in, or to set the server up; and a program to get a token.
const PUBLIC: [&str; 18] = [
    "GET /setup",
    "POST /setup",
    "POST /session",
    "POST /session/second-factor",
    "POST /session/second-factor/passkey",
    "POST /session/passkey",
    "POST /session/passkey/challenge",
    "GET /session/providers",
    "POST /password-resets",
    "POST /password-resets/completion",
    "POST /one-time-links",
    "POST /approval-links",
    "POST /approval-links/decision",
    "POST /invitations/acceptance",
    "POST /oauth/token",
    "POST /oauth/revoke",
    "POST /oauth/register",
    "GET /.well-known/oauth-authorization-server",
];
/// Answer for as long as somebody listens; their own tests listen.
const STREAMS: [&str; 2] = ["GET /live", "GET /agent-runs/{id}/stream"];
/// End sessions; tested in `sessions`, `signin` and `oidc`.
const ENDING: [&str; 4] =
    ["DELETE /session", "DELETE /sessions", "DELETE /organisation/sessions", "POST /session/sign-out"];

struct Records(BTreeMap<&'static str, String>);

impl Records {
    /// The path with the id of a record of the rep's in it.
    fn fill(&self, path: &str) -> String {
        let kind = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let nil = "00000000-0000-7000-8000-000000000000";
        let id = self.0.get(kind).map_or(nil, String::as_str);
        let parts = ["line", "share", "member", "identity", "contact", "competitor", "affiliation", "plan", "item"];
        let path =
            parts.iter().fold(path.replace("{id}", id), |path, part| path.replace(&format!("{{{part}_id}}"), nil));
        path.replace("{currency}", "USD")
            .replace("{number}", "1")
            .replace("{event_id}", nil)
            .replace("{object}", "opportunity")
            .replace("{kind}", "stalled_deals")
            .replace("{reaction}", "heart")
            .replace("{rule}", "error_rate")
            .replace("{name}", "plan-all")
            .replace("{n}", "0")
            .replace("{domain}", "acme.test")
            .replace("{valid_from}", "2026-01-02")
    }
}

fn automation() -> Value {
    json!({ "name": "New", "object": "opportunity", "trigger": { "on": "event", "moments": ["won"] },
        "steps": [{ "do": "notify", "to": [{ "who": "owner" }], "message": "Well done" }],
        "scopes": { "opportunity": { "read": "own" } } })
}

/// A body that would be right but for its version. None: the endpoint is not known here.
fn body(operation: &str, records: &Records, stage: &str) -> Option<Value> {
    let nil = "00000000-0000-7000-8000-000000000000";
    Some(match operation {
        "POST /opportunities" | "POST /opportunities/validation" => json!({ "name": "New" }),
        "POST /accounts" | "POST /accounts/validation" => json!({ "name": "New", "allow_duplicates": true }),
        "POST /contacts" | "POST /leads" | "POST /contacts/validation" | "POST /leads/validation" => {
            json!({ "last_name": "New" })
        }
        "POST /products" => json!({ "name": "New product" }),
        "POST /pipelines" => json!({ "name": "New pipeline" }),
        "POST /pipelines/order" => json!({ "ids": [] }),
        "POST /pipelines/{id}/order" => json!({ "ids": [], "version": 999 }),
        "POST /pipelines/{id}/stages" => json!({ "name": "New stage", "kind": "open" }),
        "PUT /pipelines/{id}/lifecycle/draft" => json!({ "definition": {}, "version": 999 }),
        "POST /pipelines/{id}/lifecycle/versions" => json!({ "version": 999 }),
        "POST /pipelines/{id}/lifecycle/dry-run" => json!({ "definition": {} }),
        "POST /pipelines/{id}/lifecycle/adoption" => json!({ "opportunity_ids": [] }),
        "POST /automations" => automation(),
        "PUT /automations/{id}" => json!({ "definition": automation(), "version": 999 }),
        "POST /automations/trial" => json!({ "definition": automation() }),
        "POST /automations/{id}/switch" => json!({ "active": false, "version": 999 }),
        "POST /automations/{id}/secret" | "POST /automation-runs/{id}/retry" => json!({}),
        "PUT /opportunities/{id}/checklist/{item_id}" => json!({}),
        "POST /approval-definitions" => json!({ "name": "New approval", "rules": { "object": "lead", "levels": [] } }),
        "PATCH /approval-definitions/{id}" => json!({ "name": "Changed", "version": 999 }),
        "POST /approval-definitions/dry-run" => json!({ "rules": { "object": "lead", "levels": [] } }),
        "POST /approval-delegations" => json!({ "delegate_id": nil, "ends_at": "2200-01-01T00:00:00Z" }),
        "POST /approvals/{id}/decision" => json!({ "verdict": "approve", "version": 999 }),
        "POST /approvals/decisions" => json!({ "items": [{ "id": nil, "version": 1 }], "verdict": "approve" }),
        "POST /approvals/{id}/delegation" => json!({ "user_id": nil }),
        "POST /approvals/{id}/comments" => json!({ "text": "" }),
        "POST /approvals/{id}/attachments" => json!({ "file_id": nil }),
        // The last who is asked finds it recalled.
        "POST /approvals/{id}/recall" => json!({}),
        "POST /opportunities/{id}/approvals" | "POST /leads/{id}/approvals" => json!({ "definition_id": nil }),
        "PATCH /organisation" => json!({ "name": "Changed", "version": 999 }),
        "POST /currency-rates" => {
            json!({ "rates": [{ "currency": "USD", "valid_from": "2026-01-01", "rate": "0.9" }] })
        }
        "POST /custom-fields" => json!({ "object": "account", "label": "New field", "kind": "text" }),
        "POST /custom-fields/order" => json!({ "object": "contact", "ids": [records.0["custom-fields"]] }),
        "PATCH /custom-fields/{id}" => json!({ "label": "Changed", "version": 999 }),
        "POST /custom-fields/{id}/type" => json!({ "kind": "long_text", "version": 999 }),
        "POST /configuration" => json!({ "version": 1, "currency": "EUR" }),
        "POST /price-lists" => json!({ "name": "New list", "currency": "EUR" }),
        "POST /price-lists/{id}/prices" => {
            json!({ "items": [{ "product_id": records.0["products"], "unit_price": null }] })
        }
        "POST /options" => json!({ "kind": "region", "name": "New region" }),
        "POST /options/order" => json!({ "kind": "region", "ids": [] }),
        "PATCH /pipelines/{id}" | "PATCH /stages/{id}" | "PATCH /options/{id}" | "PATCH /price-lists/{id}" => {
            json!({ "name": "Changed", "version": 999 })
        }
        "POST /tasks" => json!({ "title": "New" }),
        "POST /task-templates" => json!({ "name": "New template", "title": "New" }),
        "POST /activities" => json!({ "kind": "note", "body": "New", "opportunity_id": records.0["opportunities"] }),
        "PATCH /activities/{id}" => json!({ "body": "Changed", "version": 999 }),
        "PUT /timeline-pins/{object}/{id}/{event_id}" | "PUT /follows/{object}/{id}" => json!({}),
        "PUT /activities/{id}/reactions/{reaction}" => json!({}),
        "POST /mentions/access" => json!({ "object": "opportunity", "record_id": records.0["opportunities"] }),
        "POST /notifications/marks" => json!({ "which": { "all": true }, "read": true }),
        "POST /notifications/snoozes" => json!({ "which": { "all": true }, "until": null }),
        "POST /notification-preferences/test-letter" => json!({}),
        "POST /push-subscriptions/{id}/test" => json!({}),
        "POST /push-subscriptions" => {
            json!({ "endpoint": "https://127.0.0.1/push", "keys": {
                "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                "auth": "BTBZMqHH6r4Tts7J_aSIgg" } })
        }
        "PUT /notification-preferences" => {
            json!({ "kinds": {}, "quiet_days": [], "quiet_from": "20:00", "quiet_until": "07:00", "digest_hour": 8, "digest_day": "mon",
                    "version": 999 })
        }
        "POST /opportunities/query" => json!({}),
        "POST /opportunities/filter-sentence"
        | "POST /accounts/filter-sentence"
        | "POST /contacts/filter-sentence"
        | "POST /leads/filter-sentence" => json!({ "text": "mine" }),
        "PUT /opportunities/{id}/position" => json!({ "below_id": null }),
        "POST /opportunities/{id}/move" => json!({ "stage_id": stage, "version": 999 }),
        "POST /opportunities/{id}/lines" => {
            json!({ "product_id": records.0["products"], "quantity": "1", "unit_price": { "amount": "1", "currency": "EUR" }, "version": 999 })
        }
        "PATCH /opportunities/{id}/lines/{line_id}" => json!({ "quantity": "2", "version": 999 }),
        "PUT /opportunities/{id}/contacts/{contact_id}" | "PUT /opportunities/{id}/competitors/{competitor_id}" => {
            json!({ "note": "Changed", "version": 999 })
        }
        "POST /contacts/{id}/accounts" => json!({ "account_id": records.0["accounts"], "version": 999 }),
        "PATCH /contacts/{id}/accounts/{affiliation_id}" | "POST /contacts/{id}/move" => {
            json!({ "title": "Changed", "version": 999 })
        }
        "POST /accounts/{id}/plans" => json!({ "period": "2026" }),
        "PATCH /accounts/{id}/plans/{plan_id}" => json!({ "goal": "Changed", "version": 999 }),
        "POST /opportunities/{id}/reopening" => json!({ "reason": "Changed", "version": 999 }),
        "POST /opportunities/{id}/clone" => json!({ "name": "" }),
        "PUT /opportunities/{id}/archive" => json!({}),
        "PATCH /tasks/{id}" | "PATCH /task-templates/{id}" => json!({ "title": "Changed", "version": 999 }),
        "PATCH /contacts/{id}" | "PATCH /leads/{id}" => json!({ "title": "Changed", "version": 999 }),
        "PATCH /opportunities/{id}" | "PATCH /accounts/{id}" | "PATCH /products/{id}" => {
            json!({ "name": "Changed", "version": 999 })
        }
        "POST /opportunities/{id}/restore"
        | "POST /accounts/{id}/restore"
        | "POST /contacts/{id}/restore"
        | "POST /leads/{id}/restore"
        | "POST /leads/{id}/conversion-preview"
        | "POST /tasks/{id}/restore"
        | "POST /activities/{id}/restore" => json!({}),
        "POST /leads/{id}/convert" => json!({ "contact": {}, "version": 999 }),
        "POST /leads/{id}/revert-conversion" | "POST /leads/{id}/assignment" => json!({ "version": 999 }),
        "POST /assignment-rules" => {
            json!({ "name": "New rule", "condition": "false", "chooser": { "by": "user", "user_id": records.0["reps"] } })
        }
        "PATCH /assignment-rules/{id}" => json!({ "name": "Changed", "version": 999 }),
        "POST /assignment-rules/order" => json!({ "ids": [] }),
        "POST /assignment-rules/trial" => json!({ "lead_id": records.0["leads"] }),
        "POST /web-forms" => json!({ "title": "New form", "fields": [{ "field": "last_name" }] }),
        "PATCH /web-forms/{id}" => json!({ "title": "Changed", "version": 999 }),
        "POST /web-form-entries/{id}/acceptance" => json!({}),
        "PUT /working-hours/{id}" => json!({ "days": ["mon"], "starts": "09:00", "ends": "12:00", "version": 999 }),
        "POST /roles" => json!({ "name": "New role" }),
        "POST /teams" => json!({ "name": "New team" }),
        "PATCH /roles/{id}" | "PATCH /teams/{id}" | "PATCH /users/{id}" | "PATCH /me" => {
            json!({ "name": "Changed", "version": 999 })
        }
        "POST /roles/{id}/reset" | "POST /users/{id}/deactivation" | "POST /users/{id}/reactivation" => {
            json!({ "version": 999 })
        }
        "POST /users" => json!({ "name": "New", "email": "", "role_ids": [] }),
        "POST /users/{id}/handover" => json!({}),
        "POST /view-as" => json!({ "user_id": nil }),
        "POST /ownership-transfers" => json!({ "object": "task", "ids": [], "to_id": nil }),
        "POST /opportunities/{id}/shares"
        | "POST /accounts/{id}/shares"
        | "POST /contacts/{id}/shares"
        | "POST /leads/{id}/shares"
        | "POST /tasks/{id}/shares" => json!({ "user_id": nil, "level": "read" }),
        "POST /accounts/{id}/team" => json!({ "user_id": nil, "role": "Engineer", "account_level": "read" }),
        "PUT /roles/{id}/fields" => json!({ "fields": {}, "version": 999 }),
        "PATCH /sign-in-policy" => json!({ "second_factor": "optional", "version": 999 }),
        "POST /users/{id}/invitation" => json!({}),
        "POST /me/password" => json!({ "password": "short" }),
        "POST /me/totp"
        | "POST /me/recovery-codes"
        | "POST /me/passkeys/registration"
        | "POST /me/passkeys"
        | "POST /session/confirmation"
        | "POST /session/confirmation/passkey" => json!({}),
        "PATCH /me/passkeys/{id}" => json!({ "name": "Changed", "version": 999 }),
        "POST /me/totp/confirmation" => json!({ "code": "000000" }),
        "POST /identity-providers" => json!({ "name": "New", "issuer": "no URL", "client_id": "x" }),
        "PATCH /identity-providers/{id}" => json!({ "name": "Changed", "version": 999 }),
        "POST /identity-providers/check" => json!({ "issuer": "https://127.0.0.2" }),
        "POST /identity-providers/{id}/scim-token" => json!({}),
        "POST /saved-views" => json!({ "object": "account", "name": "New view" }),
        "PATCH /saved-views/{id}" => json!({ "name": "Changed", "version": 999 }),
        "PUT /saved-views/{id}/choice" => json!({ "pinned": true, "default": false }),
        "POST /exports" => json!({ "object": "opportunity", "format": "csv" }),
        "POST /bulk-changes" => {
            json!({ "object": "opportunity", "records": [{ "id": nil, "version": 999 }], "change": { "set": { "name": "Changed" } } })
        }
        "POST /bulk-changes/{id}/stop" | "POST /bulk-changes/{id}/undo" => json!({}),
        "POST /rules" => {
            json!({ "object": "account", "name": "New rule", "expression": "size(name) > 1", "field": "name", "message": "Longer" })
        }
        "PATCH /rules/{id}" => json!({ "name": "Changed", "version": 999 }),
        "PUT /guardrails" => {
            json!({ "remote_models": true, "content_filter": { "mode": "block", "threshold": 90 }, "injection_filter": { "mode": "flag", "threshold": 85 },
                    "blocked_topics": [], "keep_prompts": "none", "retention_days": 30, "tools": [], "version": 999 })
        }
        "PUT /guardrails/stop" => json!({ "reason": "A drill" }),
        "POST /guardrails/trial" => json!({ "text": "hello" }),
        "POST /budgets" => {
            json!({ "scope": "organisation", "metric": "requests", "period": "day", "amount": "100000" })
        }
        "PUT /ai/alert-rules/{rule}" => json!({ "active": true, "threshold": 20, "version": 999 }),
        "PUT /prompts/{name}" => json!({ "shares": [{ "version": "1", "percent": 100 }], "version": 999 }),
        "PUT /budgets/{id}" => json!({ "amount": "200000", "version": 999 }),
        "PUT /lead-scoring" => {
            json!({ "rules": [], "bands": { "a": 60, "b": 40, "c": 20 }, "version": 999 })
        }
        "POST /lead-scoring/check" => json!({ "condition": "true" }),
        "POST /lead-scoring/dry-run" => json!({ "rules": [], "bands": { "a": 60, "b": 40, "c": 20 } }),
        "POST /accounts/{id}/enrichment" | "POST /leads/{id}/enrichment" => {
            json!({ "fields": [{ "field": "country", "source": "sp500" }], "version": 999 })
        }
        "POST /rules/check" | "POST /rules/dry-run" => json!({ "object": "account", "expression": "size(name) > 1" }),
        "POST /rules/test" => {
            json!({ "object": "account", "expression": "size(name) > 1", "record_id": records.0["accounts"] })
        }
        "POST /sla-calendars" => {
            json!({ "name": "New calendar", "week": { "mon": [{ "from": "09:00", "until": "17:00" }] } })
        }
        "PATCH /sla-calendars/{id}" | "PATCH /sla-rules/{id}" => json!({ "name": "Changed", "version": 999 }),
        "POST /sla-rules" => {
            json!({ "name": "New level", "object": "opportunity", "condition": "false", "measure": "time_in_stage", "target": { "value": 1, "unit": "days" } })
        }
        "POST /sla-simulations" => {
            json!({ "months": 1, "rule": { "name": "New", "object": "lead", "condition": "false", "measure": "first_response",
                                           "target": { "value": 1, "unit": "hours" } } })
        }
        "PATCH /routines/{kind}" => json!({ "active": true, "version": 999 }),
        "POST /routines/{kind}/dry-run" | "POST /action-items/text" => json!({}),
        "PATCH /routine-results/{id}" => json!({ "rating": 5 }),
        "PUT /routine-subscriptions/{kind}" => json!({ "muted": false }),
        "POST /action-items" | "POST /action-items/preview" => json!({ "text": "Nothing to do." }),
        "POST /materials" => json!({ "kind": "script", "title": "New", "body": "Hello" }),
        "PATCH /materials/{id}" => json!({ "title": "Changed", "version": 999 }),
        "POST /materials/{id}/archive"
        | "POST /materials/{id}/restore"
        | "POST /materials/{id}/versions/{number}/restore"
        | "POST /knowledge/reindex" => json!({}),
        "POST /domains/{domain}/verification" => json!({}),
        "PATCH /matching-rules/{object}" => json!({ "version": 999, "threshold": 80 }),
        "POST /duplicates/check" => json!({ "object": "account", "name": "Account" }),
        "POST /duplicates/{id}/dismissal" | "POST /merges/{id}/reversal" => json!({}),
        "POST /duplicates/sweeps" => json!({ "object": "account" }),
        "POST /merges/preview" => json!({ "object": "account", "winner_id": nil, "loser_id": records.0["accounts"] }),
        "POST /merges" => {
            json!({ "object": "account", "winner_id": nil, "loser_id": records.0["accounts"], "winner_version": 1, "loser_version": 1 })
        }
        "POST /uploads" => json!({ "name": "new.txt", "size": 1, "account_id": records.0["accounts"] }),
        "PATCH /files/{id}" => json!({ "name": "changed.txt", "version": 999 }),
        "PATCH /uploads/{id}" | "POST /files/{id}/restore" | "POST /files/{id}/link" | "POST /file-storage/scan" => {
            json!({})
        }
        "POST /mailboxes" | "POST /mailboxes/check" => {
            json!({ "address": "", "host": "", "port": 1, "security": "tls", "username": "", "password": "" })
        }
        "PATCH /mailboxes/{id}" => json!({ "private": true, "version": 999 }),
        "PATCH /mail-policy" => json!({ "mailboxes": false, "version": 999 }),
        "POST /mailboxes/{id}/sync" | "POST /mail-address" | "POST /unmatched-emails/{id}/filing" => json!({}),
        "PUT /presence/{object}/{id}" => json!({ "page": nil }),
        "POST /undo" => json!({ "event_id": nil }),
        "POST /agent-runs" => json!({ "goal": "" }),
        "POST /agent-runs/{id}/cancellation" => json!({}),
        "POST /agent-runs/{id}/replays" => json!({ "planner": "grammar" }),
        "POST /agent-runs/{id}/drafts/{n}/uses" => json!({ "how": "copied" }),
        "POST /agent-runs/{id}/feedback" => json!({ "useful": true }),
        "POST /proposals/{id}/approval" => json!({ "diff_hash": "0" }),
        "POST /proposals/{id}/rejection" => json!({}),
        "POST /api-keys" => json!({ "name": "New", "scopes": { "opportunity": { "read": "own" } } }),
        "POST /api-keys/{id}/rotation" | "POST /oauth-clients/{id}/rotation" => json!({}),
        "POST /service-accounts" => json!({ "name": "New", "role_ids": [] }),
        "PATCH /service-accounts/{id}" => json!({ "name": "Changed", "version": 999 }),
        "POST /tool-servers" => json!({ "name": "new", "url": "https://tools.example.com/mcp" }),
        "PATCH /tool-servers/{id}" => json!({ "version": 99, "enabled": true }),
        "POST /tool-servers/{id}/look" => json!({}),
        "PUT /tool-servers/{id}/tools" => json!({ "name": "x", "allowed": false, "fingerprint": "x" }),
        "POST /connected-apps" => json!({ "request": {}, "reach": "read" }),
        "POST /connected-apps/refusal" => json!({}),
        "POST /oauth-clients" => json!({ "name": "New", "owner_id": nil, "scopes": {} }),
        "POST /import-templates" => json!({ "name": "Template", "import_id": "00000000-0000-0000-0000-000000000000" }),
        "PATCH /import-templates/{id}" => json!({ "name": "Changed", "version": 999 }),
        "POST /imports"
        | "PATCH /imports/{id}"
        | "POST /imports/{id}/check"
        | "POST /imports/{id}/start"
        | "POST /imports/{id}/rollback" => json!({}),
        _ => return None,
    })
}

#[tokio::test]
async fn who_may_ask_what() {
    let app = TestApp::new().await;
    let team = app.team("North", None).await;
    let owner = app.user_in(Builtin::SalesRep, Some(team)).await;
    let mut records = BTreeMap::new();
    let id = |body: Value| body["id"].as_str().unwrap().to_owned();
    records.insert("opportunities", id(owner.opportunity("Deal", json!({})).await));
    records.insert("accounts", id(owner.post("/accounts", json!({ "name": "Account" })).await.ok()));
    records.insert("contacts", id(owner.post("/contacts", json!({ "last_name": "Contact" })).await.ok()));
    records.insert("leads", id(owner.post("/leads", json!({ "last_name": "Lead" })).await.ok()));
    records.insert("tasks", id(owner.post("/tasks", json!({ "title": "Task" })).await.ok()));
    let note = json!({ "kind": "note", "body": "Note", "opportunity_id": records["opportunities"] });
    records.insert("activities", id(owner.post("/activities", note).await.ok()));
    records.insert("timeline-pins", records["opportunities"].clone());
    records.insert("follows", records["opportunities"].clone());
    records.insert("reps", owner.id.to_string());
    let key = json!({ "name": "Key", "scopes": { "opportunity": { "read": "own" } } });
    records.insert("api-keys", id(owner.post("/api-keys", key).await.ok()));
    records.insert("products", id(app.admin.post("/products", json!({ "name": "Product" })).await.ok()));
    records.insert("roles", id(app.admin.post("/roles", json!({ "name": "Role" })).await.ok()));
    records.insert("teams", team.to_string());
    records.insert("users", app.user(Builtin::SalesRep).await.id.to_string());
    let list = json!({ "name": "List", "currency": "EUR" });
    let template = json!({ "name": "Template", "title": "Task" });
    records.insert("task-templates", id(app.admin.post("/task-templates", template).await.ok()));
    records.insert("price-lists", id(app.admin.post("/price-lists", list).await.ok()));
    let field = json!({ "object": "contact", "label": "Field", "kind": "text" });
    records.insert("custom-fields", id(app.admin.post("/custom-fields", field).await.ok()));
    let pipelines = app.admin.get("/pipelines").await.ok();
    records.insert("pipelines", id(pipelines["items"][0].clone()));
    records.insert("stages", id(pipelines["items"][0]["stages"][0].clone()));
    records.insert("options", app.admin.choice("region", "West").await);
    let calendar = json!({ "name": "Calendar", "week": { "mon": [{ "from": "09:00", "until": "17:00" }] } });
    records.insert("sla-calendars", id(app.admin.post("/sla-calendars", calendar).await.ok()));
    let level = json!({ "name": "Level", "object": "lead", "measure": "first_response", "target": { "value": 1, "unit": "hours" } });
    records.insert("sla-rules", id(app.admin.post("/sla-rules", level).await.ok()));
    let script = json!({ "kind": "script", "title": "Script", "body": "Hello", "published": true });
    records.insert("materials", id(app.admin.post("/materials", script).await.ok()));
    let view = json!({ "object": "opportunity", "name": "View" });
    records.insert("saved-views", id(owner.post("/saved-views", view).await.ok()));
    let account = json!(records["accounts"]);
    let file = crate::crm::files::upload(&owner, ("account_id", &account), "file.txt", b"File").await;
    records.insert("files", file.as_str().unwrap().to_owned());
    let definition = crate::crm::approvals::define(&app.admin, "Approval", json!({ "fields": [] })).await;
    let asked = json!({ "definition_id": definition["id"] });
    let deal = format!("/opportunities/{}/approvals", records["opportunities"]);
    records.insert("approvals", id(owner.post(&deal, asked).await.ok()));
    records.insert("approval-definitions", id(definition));
    let records = Records(records);
    let stage = app.admin.stage("Won").await;
    let people: [(&str, Person); 7] = [
        ("nobody", app.nobody()),
        ("other org", app.stranger().await),
        ("read-only", app.user(Builtin::ReadOnly).await),
        ("other rep", app.user(Builtin::SalesRep).await),
        ("owner", owner),
        ("manager", app.user_in(Builtin::SalesManager, Some(team)).await),
        ("admin", app.admin.clone()),
    ];

    let description: Value = serde_json::to_value(dealwright_app::openapi::describe()).unwrap();
    let mut golden = format!("{:<52}", "");
    people.iter().for_each(|(name, _)| write!(golden, "{name:>11}").unwrap());
    let mut asked = 0;
    for (path, item) in description["paths"].as_object().unwrap() {
        let path = path.trim_start_matches("/api/v1");
        for method in
            item.as_object().unwrap().keys().filter(|k| ["get", "post", "put", "patch", "delete"].contains(&k.as_str()))
        {
            let operation = format!("{} {path}", method.to_uppercase());
            if PUBLIC.contains(&operation.as_str())
                || STREAMS.contains(&operation.as_str())
                || ENDING.contains(&operation.as_str())
            {
                continue;
            }
            let has_body = matches!(method.as_str(), "post" | "put" | "patch");
            let body = body(&operation, &records, &stage);
            assert!(!has_body || body.is_some(), "{operation} is asked by no access test: add it here");
            write!(golden, "\n{operation:<52}").unwrap();
            for (name, person) in &people {
                let url = if operation.ends_with("/groups") && method == "get" {
                    format!("{path}?by=owner_id")
                } else if operation.ends_with("/figures") {
                    format!("{path}?of=name.count")
                } else if operation == "GET /search" {
                    "/search?q=x".to_owned()
                } else if operation == "GET /knowledge/search" {
                    "/knowledge/search?q=x&by=words".to_owned()
                } else if operation == "GET /effective-access" {
                    format!("/effective-access?user_id={nil}&object=account&id={nil}", nil = person.id)
                } else if operation == "GET /files" {
                    format!("/files?account_id={}", records.0["accounts"])
                } else if operation == "GET /imports/fields" {
                    "/imports/fields?object=account".to_owned()
                } else if operation == "GET /duplicates" {
                    "/duplicates?object=account".to_owned()
                } else if operation == "GET /duplicates/sweeps" {
                    "/duplicates/sweeps?object=account".to_owned()
                } else if path == "/matching-rules/{object}" {
                    "/matching-rules/account".to_owned()
                } else if path == "/presence/{object}/{id}" {
                    format!("/presence/account/{}?page={}", records.0["accounts"], person.id)
                } else if operation == "GET /approval-definitions/vocabulary" {
                    "/approval-definitions/vocabulary?object=lead".to_owned()
                } else if operation == "GET /rules/facts" {
                    "/rules/facts?object=account".to_owned()
                } else {
                    records.fill(path)
                };
                let request = person.request(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), &url);
                let request = if method == "delete" || operation.ends_with("/archive") {
                    request.header("if-match", "\"999\"")
                } else {
                    request
                };
                let answer = person.send(match &body {
                    Some(body) => request.json(body),
                    None => request,
                });
                let status = answer.await.status;
                assert_ne!(status, 500, "{operation} as {name}");
                if *name == "nobody" {
                    assert_eq!(status, 401, "{operation} lets in who is not signed in");
                }
                if *name == "other org" && path.contains("{id}") {
                    assert!(status >= 400, "{operation} answered another organisation with {status}");
                }
                write!(golden, "{status:>11}").unwrap();
                asked += 1;
            }
        }
    }
    assert!(asked > 200, "only {asked} questions were asked");
    insta::assert_snapshot!("endpoints", golden);
}

/// Role, object and action with the scope of records, as a person reads it.
#[test]
fn what_the_built_in_roles_grant() {
    let mut golden = format!("{:<22}", "");
    Builtin::ALL.iter().for_each(|role| write!(golden, "{:>16}", role.name()).unwrap());
    for object in Object::ALL {
        for action in dealwright_access::policy::actions(*object) {
            write!(golden, "\n{:<22}", format!("{object} {action}")).unwrap();
            for role in Builtin::ALL {
                let scope = role.grants().scope(dealwright_access::Permission::new(*object, *action));
                write!(golden, "{:>16}", scope.as_str()).unwrap();
            }
        }
    }
    insta::assert_snapshot!("authorisation", golden);
}
