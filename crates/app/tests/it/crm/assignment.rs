//! Assignment rules: who gets a lead, in which order, in fair turns, at work, and by whose right.

use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{Answer, Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};

/// A rule of the administrator's.
pub async fn rule(app: &TestApp, name: &str, condition: &str, chooser: Value) -> Value {
    app.admin.post("/assignment-rules", json!({ "name": name, "condition": condition, "chooser": chooser })).await.ok()
}

fn at(rule: &Value) -> String {
    format!("/assignment-rules/{}", rule["id"].as_str().unwrap())
}

fn turns(of: &[&Person]) -> Value {
    json!({ "by": "round_robin", "members": of.iter().map(|p| p.id).collect::<Vec<_>>() })
}

/// Says when somebody works.
async fn put(who: &Person, of: &Person, body: Value) -> Answer {
    who.send(who.request(Method::PUT, &format!("/working-hours/{}", of.id)).json(&body)).await
}

/// A new lead that the rules assign: its owner's id.
async fn arrive(who: &Person, more: Value) -> String {
    let mut body = json!({ "last_name": "Petrov", "assign": true });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    who.post("/leads", body).await.ok()["owner_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_first_rule_that_takes_a_lead_has_it_and_is_named_in_its_history() {
    let app = TestApp::new().await;
    let team = app.team("North", None).await;
    let [anne, ben] = [app.user(Builtin::SalesRep).await, app.user_in(Builtin::SalesRep, Some(team)).await];
    let reader = app.user(Builtin::ReadOnly).await;
    let west = app.admin.choice("region", "West").await;
    let hot = rule(&app, "Hot", "rating == \"hot\"", json!({ "by": "user", "user_id": anne.id })).await;
    let areas = json!([{ "country": "Germany", "team_id": team }, { "region_id": west, "user_id": anne.id }]);
    let by_place = rule(&app, "Places", "true", json!({ "by": "territory", "areas": areas })).await;

    // Whoever brings it: the rules reach beyond a rep's own.
    assert_eq!(arrive(&ben, json!({ "rating": "hot" })).await, anne.id.to_string());
    assert_eq!(arrive(&anne, json!({ "country": "germany " })).await, ben.id.to_string());
    assert_eq!(arrive(&ben, json!({ "region_id": west })).await, anne.id.to_string());
    assert_eq!(arrive(&anne, json!({ "country": "France" })).await, anne.id.to_string(), "no rule takes it");
    let both = app.admin.post("/leads", json!({ "last_name": "x", "assign": true, "owner_id": anne.id })).await;
    assert_eq!(both.problem(), "422 invalid: owner_id");

    // An owner whom a person chose stays, until somebody asks for the rules.
    let lead = app.admin.post("/leads", json!({ "last_name": "Late", "rating": "hot" })).await.ok();
    assert_eq!(lead["owner_id"], json!(app.admin.id));
    let url = format!("/leads/{}", lead["id"].as_str().unwrap());
    let assign = format!("{url}/assignment");
    assert_eq!(reader.post(&assign, json!({ "version": 1 })).await.problem(), "403 forbidden");
    assert_eq!(ben.post(&assign, json!({ "version": 1 })).await.problem(), "403 forbidden");
    assert_eq!(app.stranger().await.post(&assign, json!({ "version": 1 })).await.problem(), "404 not_found");
    assert_eq!(app.admin.post(&assign, json!({ "version": 9 })).await.problem(), "409 version_conflict");
    let trial = app.admin.post("/assignment-rules/trial", json!({ "lead_id": lead["id"] })).await.ok();
    let told: Vec<_> = trial["rules"].as_array().unwrap().iter().map(|r| r["outcome"].clone()).collect();
    assert_eq!((json!(told), &trial["owner"]["id"]), (json!(["takes", "not_reached"]), &json!(anne.id)));
    let assigned = app.admin.post(&assign, json!({ "version": 1 })).await;
    let event = assigned.event();
    let assigned = assigned.ok();
    assert_eq!(
        json!([assigned["rule"]["name"], assigned["because"], assigned["lead"]["version"]]),
        json!(["Hot", "named", 2])
    );
    let timeline = app.admin.get(&format!("{url}/timeline")).await.ok();
    let entry = &timeline["items"][0];
    assert_eq!(json!([entry["type"], entry["data"]["rule"]["id"]]), json!(["lead.assigned", hot["id"]]));
    assert!(entry["changes"].as_array().unwrap().iter().any(|c| c["field"] == "owner_id"), "{entry}");
    app.admin.post("/undo", json!({ "event_id": event })).await.ok();
    assert_eq!(app.admin.get(&url).await.ok()["owner_id"], json!(app.admin.id));

    // Off, it takes nothing; in another order, the other is first.
    app.admin.patch(&at(&hot), json!({ "active": false, "version": 1 })).await.ok();
    assert_eq!(arrive(&anne, json!({ "rating": "hot", "country": "Germany" })).await, ben.id.to_string());
    app.admin.patch(&at(&hot), json!({ "active": true, "version": 2 })).await.ok();
    let order = json!({ "ids": [by_place["id"], hot["id"]] });
    assert_eq!(app.admin.post("/assignment-rules/order", order).await.names(), ["Places", "Hot"]);
    assert_eq!(arrive(&anne, json!({ "rating": "hot", "country": "Germany" })).await, ben.id.to_string());
    let order = app.admin.post("/assignment-rules/order", json!({ "ids": [hot["id"]] })).await;
    assert_eq!(order.problem(), "409 order_changed");
}

#[tokio::test]
async fn turns_are_fair_whoever_comes_at_once_and_pass_by_who_may_not_own_leads() {
    let app = TestApp::new().await;
    let [a, b, c] =
        [app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await];
    let made = rule(&app, "Turns", "true", turns(&[&a, &b, &c])).await;
    let counts = |owners: Vec<String>| [&a, &b, &c].map(|p| owners.iter().filter(|o| **o == p.id.to_string()).count());
    let together = futures::future::join_all((0..24).map(|_| arrive(&app.admin, json!({})))).await;
    assert_eq!(counts(together), [8, 8, 8]);

    // Who has left, or may only read, is passed by.
    app.admin.post(&format!("/users/{}/deactivation", c.id), json!({ "version": 1 })).await.ok();
    let mut db = app.db.database.maintenance().await.unwrap();
    let read_only = "update user_role set role_id = (select id from role where builtin = 'read_only' and org_id = user_role.org_id) where user_id = $1";
    sqlx::query(read_only).bind(b.id.0).execute(&mut db).await.unwrap();
    for _ in 0..3 {
        assert_eq!(arrive(&app.admin, json!({})).await, a.id.to_string());
    }
    // With nobody left the rule takes nothing, and the next has it.
    let rest = rule(&app, "Rest", "true", json!({ "by": "user", "user_id": app.admin.id })).await;
    let nobody = json!({ "chooser": turns(&[&c]), "version": 1 });
    app.admin.patch(&at(&made), nobody).await.ok();
    let lead = app.admin.post("/leads", json!({ "last_name": "x", "assign": true })).await.ok();
    let trial = app.admin.post("/assignment-rules/trial", json!({ "lead_id": lead["id"] })).await.ok();
    assert_eq!(json!([trial["rules"][0]["outcome"], trial["rules"][1]["id"]]), json!(["nobody", rest["id"]]));
    assert_eq!(lead["owner_id"], json!(app.admin.id));

    let weighted = json!({ "by": "weighted", "members": [{ "user_id": a.id, "weight": 3 }, { "user_id": app.admin.id, "weight": 1 }] });
    app.admin.patch(&at(&made), json!({ "chooser": weighted, "version": 2 })).await.ok();
    let mut owners = Vec::new();
    for _ in 0..8 {
        owners.push(arrive(&app.admin, json!({})).await);
    }
    assert_eq!(counts(owners), [6, 0, 0]);
}

#[tokio::test]
async fn only_who_is_at_work_is_chosen() {
    // A Wednesday, nine in Berlin and three in New York.
    let clock = Clock::fixed("2026-01-14T08:00:00Z".parse().unwrap());
    let app = TestApp::with(TestOptions { clock, ..TestOptions::default() }).await;
    let [berlin, york] = [app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await];
    for (person, zone) in [(&berlin, "Europe/Berlin"), (&york, "America/New_York")] {
        person.patch("/me", json!({ "time_zone": zone, "version": 1 })).await.ok();
    }
    let made = rule(&app, "At work", "true", turns(&[&york, &berlin])).await;
    app.admin.patch(&at(&made), json!({ "working_hours": true, "version": 1 })).await.ok();
    for _ in 0..2 {
        assert_eq!(arrive(&app.admin, json!({})).await, berlin.id.to_string());
    }
    // Berlin is off on Wednesdays: York begins next, or whoever the rule names.
    let hours =
        |days: Value, version: i64| json!({ "days": days, "starts": "09:00", "ends": "17:00", "version": version });
    assert_eq!(put(&york, &berlin, hours(json!([]), 0)).await.problem(), "403 forbidden");
    assert_eq!(put(&app.stranger().await, &berlin, hours(json!([]), 0)).await.problem(), "404 not_found");
    let wrong = json!({ "days": ["mon"], "starts": "17:00", "ends": "9", "version": 0 });
    assert_eq!(put(&berlin, &berlin, wrong).await.problem(), "422 invalid: ends");
    let set = put(&berlin, &berlin, hours(json!(["mon", "fri"]), 0)).await.ok();
    assert_eq!(json!([set["at_work"], set["usual"], set["version"]]), json!([false, false, 1]));
    assert_eq!(put(&app.admin, &berlin, hours(json!([]), 0)).await.problem(), "409 version_conflict");
    let lead = app.admin.post("/leads", json!({ "last_name": "x", "assign": true })).await.ok();
    assert_eq!(lead["owner_id"], json!(york.id));
    let timeline = app.admin.get(&format!("/leads/{}/timeline", lead["id"].as_str().unwrap())).await.ok();
    assert_eq!(timeline["items"][0]["data"]["because"], "begins_next");
    app.admin.patch(&at(&made), json!({ "fallback_id": app.admin.id, "version": 2 })).await.ok();
    assert_eq!(arrive(&app.admin, json!({})).await, app.admin.id.to_string());
    let at_work: Vec<Value> = app.admin.get("/working-hours").await.ok()["items"].as_array().unwrap().clone();
    assert!(
        at_work.iter().any(|w| w["user_id"] == json!(york.id) && w["time_zone"] == "America/New_York"),
        "{at_work:?}"
    );
}

#[tokio::test]
async fn rules_are_an_administrators_checked_and_versioned() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let good = json!({ "name": "One", "condition": "true", "chooser": turns(&[&rep]) });
    let with = |key: &str, value: Value| {
        let mut body = good.clone();
        body[key] = value;
        body
    };
    assert_eq!(rep.post("/assignment-rules", good.clone()).await.problem(), "403 forbidden");
    let user = json!({ "by": "user", "user_id": rep.id });
    let refused = [
        (with("condition", json!("nonsense == 1")), "422 invalid: condition"),
        (with("condition", json!("true || ".repeat(400))), "422 invalid: condition"),
        (with("name", json!(" ")), "422 invalid: name"),
        (with("chooser", json!({ "by": "round_robin", "members": [] })), "422 invalid: chooser"),
        (with("chooser", turns(&[&rep, &rep])), "422 invalid: chooser"),
        (with("chooser", turns(&[&app.stranger().await])), "422 invalid: chooser"),
        (with("chooser", turns(&[&app.user(Builtin::ReadOnly).await])), "422 invalid: chooser"),
        (with("chooser", json!({ "by": "territory", "areas": [{ "country": "x" }] })), "422 invalid: chooser"),
        (
            with("chooser", json!({ "by": "weighted", "members": [{ "user_id": rep.id, "weight": 0 }] })),
            "422 invalid: chooser",
        ),
        (with("fallback_id", json!(app.stranger().await.id)), "422 invalid: fallback_id"),
    ];
    for (body, problem) in refused {
        assert_eq!(app.admin.post("/assignment-rules", body.clone()).await.problem(), problem, "{body}");
    }
    let unknown = app.admin.post("/assignment-rules", with("chooser", json!({ "by": "magic" }))).await;
    assert!([400, 422].contains(&unknown.status), "{:?}", unknown.body);
    let made = app.admin.post("/assignment-rules", good.clone()).await.ok();
    assert_eq!(
        app.admin.post("/assignment-rules", with("name", json!("ONE"))).await.problem(),
        "409 rule_name_taken: name"
    );
    assert_eq!(
        app.admin.patch(&at(&made), json!({ "chooser": user, "version": 4 })).await.problem(),
        "409 version_conflict"
    );
    assert_eq!(app.stranger().await.get(&at(&made)).await.problem(), "404 not_found");
    assert_eq!(app.stranger().await.post("/leads", json!({ "last_name": "x", "assign": true })).await.status, 201);
    let gone = app.admin.delete(&at(&made)).await;
    assert_eq!(gone.status, 204);
    app.drain().await;
    let audit = app.admin.get("/audit?limit=50").await.ok();
    let kinds: Vec<&str> = audit["items"].as_array().unwrap().iter().filter_map(|e| e["type"].as_str()).collect();
    assert!(kinds.contains(&"assignment_rule.created") && kinds.contains(&"assignment_rule.deleted"), "{kinds:?}");
}

#[tokio::test]
async fn a_selection_is_assigned_in_turns_and_a_validation_rule_judges_the_new_owner() {
    let app = TestApp::new().await;
    let [a, b] = [app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await];
    rule(&app, "Turns", "true", turns(&[&a, &b])).await;
    let mut records = Vec::new();
    for n in 0..4 {
        let lead = app.admin.post("/leads", json!({ "last_name": format!("Lead {n}") })).await.ok();
        records.push(json!({ "id": lead["id"], "version": 1 }));
    }
    let body = |object: &str, change: Value| json!({ "object": object, "records": records, "change": change });
    let wrong = app.admin.post("/bulk-changes", body("account", json!({ "assign": true }))).await;
    assert_eq!(wrong.problem(), "422 invalid: change.assign");
    let wrong = app.admin.post("/bulk-changes", body("lead", json!({ "assign": true, "delete": true }))).await;
    assert_eq!(wrong.problem(), "422 invalid: change");
    let made = app.admin.post("/bulk-changes", body("lead", json!({ "assign": true }))).await.ok();
    app.drain().await;
    let url = format!("/bulk-changes/{}", made["id"].as_str().unwrap());
    let done = app.admin.get(&url).await.ok();
    assert_eq!(json!([done["status"], done["changed"], done["refused"]]), json!(["done", 4, 0]));
    for who in [&a, &b] {
        assert_eq!(who.get("/leads?owner=me").await.names().len(), 2);
    }
    app.admin.post(&format!("{url}/undo"), json!({})).await.ok();
    app.drain().await;
    assert_eq!(app.admin.get("/leads?owner=me").await.names().len(), 4);

    let name = app.admin.get("/leads?owner=me").await.ok()["items"][0]["owner"]["name"].clone();
    let judged = json!({ "object": "lead", "name": "Ours", "expression": format!("owner.name == {name}"), "field": "owner_id", "message": "not theirs" });
    app.admin.post("/rules", judged).await.ok();
    let refused = app.admin.post("/leads", json!({ "last_name": "x", "assign": true })).await;
    assert_eq!(refused.problem(), "422 rule_not_met: owner_id");
    let counted = app.admin.get("/leads?count=true").await.ok();
    assert_eq!(counted["total"], 4, "nothing was written");
}
