//! Provisioning by SCIM 2.0, as Entra ID and Okta do it.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Answer, Person, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// A provisioning client with its provider's token.
struct Client {
    app: TestApp,
    provider: String,
    token: String,
    nobody: Person,
}

impl Client {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let admin = &app.admin;
        let role = async |name: &str| {
            let roles = admin.get("/roles").await.ok();
            roles["items"].as_array().unwrap().iter().find(|r| r["name"] == name).unwrap()["id"].clone()
        };
        let body = json!({
            "name": "Entra", "issuer": "https://idp.acme.test", "client_id": "x", "default_role_id": role("Read-only").await,
            "mappings": [
                { "source": "group", "value": "CRM Reps", "role_id": role("Sales Rep").await },
                { "source": "group", "value": "admins-ext-id", "role_id": role("Administrator").await },
            ],
        });
        let provider = admin.post("/identity-providers", body).await.ok()["id"].as_str().unwrap().to_owned();
        let made = admin.post(&format!("/identity-providers/{provider}/scim-token"), json!({})).await.ok();
        assert_eq!(made["url"], "http://crm.test/scim/v2");
        let (token, nobody) = (made["token"].as_str().unwrap().to_owned(), app.nobody());
        Self { app, provider, token, nobody }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.nobody.request(method, &format!("!/scim/v2{path}"));
        let request = request.header("authorization", format!("Bearer {}", self.token));
        let request = match body {
            Some(body) => request.header("content-type", "application/scim+json").body(body.to_string()),
            None => request,
        };
        self.nobody.send(request).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    async fn user(&self, name: &str) -> Value {
        let body = json!({
            "schemas": [USER], "userName": format!("{name}@acme.test"), "externalId": format!("ext-{name}"), "active": true,
            "name": { "givenName": name, "familyName": "Test" }, "emails": [{ "primary": true, "type": "work", "value": format!("{name}@acme.test") }],
        });
        let made = self.ask(Method::POST, "/Users", Some(body)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.body
    }

    async fn patch(&self, path: &str, operations: Value) -> Answer {
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
        self.ask(Method::PATCH, path, Some(body)).await
    }

    async fn roles(&self, email: &str) -> Vec<String> {
        let users = self.app.admin.get("/users").await.ok();
        let user = users["items"].as_array().unwrap().iter().find(|u| u["email"] == email).unwrap().clone();
        user["roles"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap().to_owned()).collect()
    }

    async fn events(&self) -> Vec<String> {
        let mut tx = self.app.db.database.system().await.unwrap();
        let sql = "select type from event where actor_name = 'SCIM (Entra)' order by id";
        sqlx::query_scalar(sql).fetch_all(tx.db()).await.unwrap()
    }
}

fn path(resource: &Value, kind: &str) -> String {
    format!("/{kind}/{}", resource["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_person_is_made_found_changed_and_deactivated() {
    let client = Client::new().await;
    let none = client.get("/Users?filter=userName%20eq%20%22ada%40acme.test%22").await;
    assert_eq!((none.status, &none.body["totalResults"]), (200, &json!(0)));
    let ada = client.user("ada").await;
    assert_eq!(
        (&ada["userName"], &ada["displayName"], &ada["externalId"]),
        (&json!("ada@acme.test"), &json!("ada Test"), &json!("ext-ada"))
    );
    assert_eq!(client.roles("ada@acme.test").await, ["Read-only"]);
    for filter in
        ["userName%20eq%20%22ADA%40acme.test%22", "externalId%20eq%20%22ext-ada%22%20and%20active%20eq%20true"]
    {
        let found = client.get(&format!("/Users?filter={filter}")).await.ok();
        assert_eq!((&found["totalResults"], &found["Resources"][0]["id"]), (&json!(1), &ada["id"]), "{filter}");
    }
    let again = json!({ "userName": "ada@acme.test" });
    let taken = client.ask(Method::POST, "/Users", Some(again)).await;
    assert_eq!((taken.status, &taken.body["scimType"]), (409, &json!("uniqueness")));

    // Entra ID: a word for a boolean, and a filter in the path.
    let at = path(&ada, "Users");
    let off = client.patch(&at, json!([{ "op": "Replace", "path": "active", "value": "False" }])).await.ok();
    assert_eq!(off["active"], false);
    // Okta: an object without a path.
    let on = client.patch(&at, json!([{ "op": "replace", "value": { "active": true } }])).await.ok();
    assert_eq!(on["active"], true);
    let moved = json!([
        { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "ada.l@acme.test" },
        { "op": "Replace", "path": "displayName", "value": "Ada Lovelace" },
        { "op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "Sales" },
    ]);
    let moved = client.patch(&at, moved).await.ok();
    assert_eq!(
        (&moved["emails"][0]["value"], &moved["displayName"]),
        (&json!("ada.l@acme.test"), &json!("Ada Lovelace"))
    );
    // The same again changes nothing.
    let version = client.get(&at).await.ok()["meta"]["version"].clone();
    client.patch(&at, json!([{ "op": "Replace", "path": "displayName", "value": "Ada Lovelace" }])).await.ok();
    assert_eq!(client.get(&at).await.ok()["meta"]["version"], version);

    let replaced = json!({ "userName": "ada@acme.test", "displayName": "Ada K", "emails": [{ "value": "ada@acme.test" }], "active": true });
    assert_eq!(client.ask(Method::PUT, &at, Some(replaced)).await.ok()["displayName"], "Ada K");
    assert_eq!(client.ask(Method::DELETE, &at, None).await.status, 204);
    assert_eq!(client.get(&at).await.ok()["active"], false);
    assert_eq!(
        client.events().await,
        [
            "user.created",
            "user.updated",
            "user.deactivated",
            "user.reactivated",
            "user.updated",
            "user.updated",
            "user.deactivated"
        ]
    );
}

#[tokio::test]
async fn groups_give_roles_and_take_them_away() {
    let client = Client::new().await;
    let (ada, bob) = (client.user("ada").await, client.user("bob").await);
    let body = json!({ "displayName": "CRM Reps", "externalId": "g-1", "members": [{ "value": ada["id"] }] });
    let group = client.ask(Method::POST, "/Groups", Some(body.clone())).await;
    assert_eq!(group.status, 201, "{}", group.body);
    assert_eq!(client.ask(Method::POST, "/Groups", Some(body)).await.status, 409);
    assert_eq!(client.roles("ada@acme.test").await, ["Sales Rep"]);
    let at = path(&group.body, "Groups");
    client.patch(&at, json!([{ "op": "Add", "path": "members", "value": [{ "value": bob["id"] }] }])).await.ok();
    assert_eq!(client.roles("bob@acme.test").await, ["Sales Rep"]);
    let out = format!("members[value eq \"{}\"]", ada["id"].as_str().unwrap());
    let left = client.patch(&at, json!([{ "op": "remove", "path": out }])).await.ok();
    assert_eq!(left["members"].as_array().unwrap().len(), 1);
    assert_eq!(client.roles("ada@acme.test").await, ["Read-only"]);
    let listed = client.get("/Groups?filter=displayName%20eq%20%22crm%20reps%22&excludedAttributes=members").await.ok();
    assert_eq!((&listed["totalResults"], &listed["Resources"][0]["members"]), (&json!(1), &Value::Null));
    // Renamed, it stands for nothing any more.
    client.patch(&at, json!([{ "op": "replace", "value": { "displayName": "Others" } }])).await.ok();
    assert_eq!(client.roles("bob@acme.test").await, ["Read-only"]);
    assert_eq!(client.ask(Method::DELETE, &at, None).await.status, 204);
    assert_eq!(client.get(&at).await.status, 404);
}

#[tokio::test]
async fn the_last_administrator_can_not_be_deactivated() {
    let client = Client::new().await;
    let at = format!("/Users/{}", client.app.admin.id);
    let refused = client.ask(Method::DELETE, &at, None).await;
    assert_eq!((refused.status, &refused.body["scimType"]), (409, &json!("mutability")));
    assert_eq!(client.app.admin.get("/me").await.status, 200);
    let ada = client.user("ada").await;
    let admins = json!({ "displayName": "Admins", "externalId": "admins-ext-id", "members": [{ "value": ada["id"] }] });
    client.ask(Method::POST, "/Groups", Some(admins)).await.ok();
    assert_eq!(client.ask(Method::DELETE, &at, None).await.status, 204);
    assert_eq!(client.app.admin.get("/me").await.problem(), "401 not_signed_in");
}

#[tokio::test]
async fn pages_versions_and_errors_are_as_the_specification_says() {
    let client = Client::new().await;
    for name in ["a1", "a2", "a3"] {
        client.user(name).await;
    }
    let page = client.get("/Users?startIndex=2&count=2").await.ok();
    assert_eq!((&page["totalResults"], &page["startIndex"], &page["itemsPerPage"]), (&json!(4), &json!(2), &json!(2)));
    let counted = client.get("/Users?count=0").await.ok();
    assert_eq!((&counted["totalResults"], &counted["Resources"]), (&json!(4), &json!([])));
    let user = client.user("a4").await;
    let request = client.nobody.request(Method::DELETE, &format!("!/scim/v2{}", path(&user, "Users")));
    let request = request.header("authorization", format!("Bearer {}", client.token)).header("if-match", "W/\"99\"");
    assert_eq!(client.nobody.send(request).await.status, 412);

    for (path, status, kind) in [
        ("/Users?filter=title%20pr", 400, "invalidFilter"),
        ("/Users?count=many", 400, "invalidValue"),
        ("/Users/nonsense", 404, ""),
        ("/Groups/00000000-0000-7000-8000-000000000000", 404, ""),
        ("/Nothing", 404, ""),
    ] {
        let answer = client.get(path).await;
        assert_eq!((answer.status, answer.body["scimType"].as_str().unwrap_or_default()), (status, kind), "{path}");
        assert_eq!(answer.body["status"], json!(status.to_string()), "{path}");
    }
    for bad in [
        json!([]),
        json!({}),
        json!({ "userName": "no address" }),
        json!({ "userName": "a\u{0}@acme.test" }),
        json!({ "userName": { "a": 1 } }),
    ] {
        assert_eq!(client.ask(Method::POST, "/Users", Some(bad.clone())).await.status, 400, "{bad}");
    }
    for path in ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"] {
        let answer = client.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.headers["content-type"], "application/scim+json");
    }
}

#[tokio::test]
async fn only_the_token_of_now_opens_and_only_its_own_organisation() {
    let mut client = Client::new().await;
    let stranger = client.app.stranger().await;
    assert_eq!(client.get(&format!("/Users/{}", stranger.id)).await.status, 404);
    let theirs = json!({ "userName": stranger.email });
    assert_eq!(client.ask(Method::POST, "/Users", Some(theirs)).await.status, 409);

    let make = format!("/identity-providers/{}/scim-token", client.provider);
    let rep = client.app.user(Builtin::SalesRep).await;
    assert_eq!(rep.post(&make, json!({})).await.problem(), "403 forbidden");
    let new = client.app.admin.post(&make, json!({})).await.ok()["token"].as_str().unwrap().to_owned();
    let refused = client.get("/Users").await;
    assert_eq!((refused.status, &refused.headers["www-authenticate"].to_str().unwrap()), (401, &"Bearer"));
    client.token = new;
    assert_eq!(client.get("/Users").await.status, 200);
    assert_eq!(client.app.admin.delete(&make).await.status, 204);
    assert_eq!(client.get("/Users").await.status, 401);
    assert_eq!(client.app.admin.delete(&make).await.problem(), "404 not_found");
    for nonsense in ["", "Bearer", "Bearer x", "Basic abc"] {
        let request = client.nobody.request(Method::GET, "!/scim/v2/Users").header("authorization", nonsense);
        assert_eq!(client.nobody.send(request).await.status, 401, "{nonsense:?}");
    }
    assert_eq!(client.app.admin.get("!/scim/v2/Users").await.status, 401, "a session is no token");
}

#[tokio::test]
async fn lists_come_in_the_order_that_is_asked_for() {
    let client = Client::new().await;
    for name in ["carol", "Ada", "bob"] {
        client.user(name).await;
    }
    let names = async |query: &str| -> Vec<String> {
        let page = client.get(&format!("/Users?{query}")).await.ok();
        let all = page["Resources"].as_array().unwrap().iter().map(|u| u["userName"].as_str().unwrap().to_owned());
        all.filter(|name| !name.starts_with("admin")).collect()
    };
    let ascending = ["Ada@acme.test", "bob@acme.test", "carol@acme.test"];
    assert_eq!(names("sortBy=userName").await, ascending);
    assert_eq!(names("sortBy=name.givenName&sortOrder=ascending").await, ascending);
    assert_eq!(
        names("sortBy=userName&sortOrder=descending").await,
        ["carol@acme.test", "bob@acme.test", "Ada@acme.test"]
    );
    assert_eq!(names("sortBy=meta.created").await, ["carol@acme.test", "Ada@acme.test", "bob@acme.test"]);
    // Who has no value comes last, or first in descending order.
    let all = client.get("/Users?sortBy=externalId").await.ok();
    assert_eq!(all["Resources"][3]["userName"], "admin@acme.test");
    let all = client.get("/Users?sortBy=externalId&sortOrder=descending").await.ok();
    assert_eq!(all["Resources"][0]["userName"], "admin@acme.test");
    for wrong in ["sortBy=password", "sortBy=userName&sortOrder=up"] {
        let refused = client.get(&format!("/Users?{wrong}")).await;
        assert_eq!((refused.status, &refused.body["scimType"]), (400, &json!("invalidValue")), "{wrong}");
    }
    for name in ["West", "east"] {
        client.ask(Method::POST, "/Groups", Some(json!({ "displayName": name }))).await.ok();
    }
    let groups = client.get("/Groups?sortBy=displayName&sortOrder=descending").await.ok();
    assert_eq!((&groups["Resources"][0]["displayName"], &groups["totalResults"]), (&json!("West"), &json!(2)));
    let config = client.get("/ServiceProviderConfig").await.ok();
    assert_eq!((&config["sort"]["supported"], &config["bulk"]["maxOperations"]), (&json!(true), &json!(100)));
}

#[tokio::test]
async fn many_operations_come_in_one_request() {
    let client = Client::new().await;
    let bulk = async |more: Value| {
        let mut body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.ask(Method::POST, "/Bulk", Some(body)).await
    };
    let person = |name: &str| json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": { "userName": format!("{name}@acme.test") } });
    let statuses = |answer: &Answer| -> Vec<String> {
        answer.body["Operations"].as_array().unwrap().iter().map(|o| o["status"].as_str().unwrap().to_owned()).collect()
    };
    // A group refers to somebody who is made after it.
    let group = json!({ "method": "POST", "path": "/Groups", "bulkId": "reps", "data": { "displayName": "CRM Reps", "members": [{ "value": "bulkId:ada" }] } });
    let answer = bulk(json!({ "Operations": [group, person("ada"), person("bob")] })).await;
    assert_eq!(statuses(&answer), ["201", "201", "201"], "{}", answer.body);
    assert_eq!(answer.body["Operations"][0]["bulkId"], "reps");
    assert_eq!(client.roles("ada@acme.test").await, ["Sales Rep"]);
    let ada = answer.body["Operations"][1]["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    // Each stands for itself: what fails leaves the others alone.
    let stale = json!({ "method": "PATCH", "path": format!("/Users/{ada}"), "version": "W/\"99\"", "data": { "schemas": [], "Operations": [] } });
    let gone = json!({ "method": "DELETE", "path": format!("/Users/{ada}") });
    let circle = json!({ "method": "POST", "path": "/Groups", "bulkId": "x", "data": { "displayName": "X", "members": [{ "value": "bulkId:x" }] } });
    let answer =
        bulk(json!({ "Operations": [person("bob"), stale, gone, circle, { "method": "PUT", "path": "/Nothing" }] }))
            .await;
    assert_eq!(statuses(&answer), ["409", "412", "204", "409", "400"], "{}", answer.body);
    assert_eq!(answer.body["Operations"][0]["response"]["scimType"], "uniqueness");
    assert_eq!(client.get(&format!("/Users/{ada}")).await.ok()["active"], false);
    // After so many errors the rest is left.
    let answer = bulk(json!({ "failOnErrors": 1, "Operations": [person("bob"), person("carol")] })).await;
    assert_eq!(statuses(&answer), ["409"]);
    let many: Vec<Value> = (0..101).map(|n| person(&format!("n{n}"))).collect();
    assert_eq!(bulk(json!({ "Operations": many })).await.status, 413);
    assert_eq!(client.ask(Method::POST, "/Bulk", Some(json!({ "Operations": [] }))).await.status, 400);
    let request = client.nobody.request(Method::POST, "!/scim/v2/Bulk").json(&json!({}));
    assert_eq!(client.nobody.send(request).await.status, 401);
}
