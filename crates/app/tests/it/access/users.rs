//! People: made, changed, moved between teams, handed over and let go, and taken in again; many records to another owner.

use dealwright_access::policy::Builtin;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

use super::roles::{id, kinds, role};

async fn user(app: &TestApp, person: &Person) -> Value {
    app.admin.get(&format!("/users/{}", person.id)).await.ok()
}

async fn names(who: &Person, path: &str) -> Vec<String> {
    who.get(path).await.names()
}

/// One of each kind, and what is done with: a won deal and a finished task.
async fn belongings(rep: &Person) -> (Value, Value) {
    let open = rep.opportunity("Open deal", json!({})).await;
    let won = rep.opportunity("Won deal", json!({})).await;
    let stage = rep.stage("Won").await;
    rep.post(&format!("/opportunities/{}/move", id(&won)), json!({ "stage_id": stage, "version": 1 })).await.ok();
    rep.post("/accounts", json!({ "name": "Account" })).await.ok();
    rep.post("/contacts", json!({ "last_name": "Contact" })).await.ok();
    rep.post("/tasks", json!({ "title": "Open task" })).await.ok();
    let done = rep.post("/tasks", json!({ "title": "Done task" })).await.ok();
    rep.patch(&format!("/tasks/{}", id(&done)), json!({ "version": 1, "done": true })).await.ok();
    (open, won)
}

#[tokio::test]
async fn a_person_is_made_found_and_changed() {
    let app = TestApp::new().await;
    let (north, rep_role) = (app.team("North", None).await, role(&app.admin, "Sales Rep").await);
    let new = json!({ "name": "Zoë Zimmer", "email": "zoe@acme.test", "team_id": north, "role_ids": [rep_role["id"], rep_role["id"]], "password": "correct horse battery" });
    let made = app.admin.post("/users", new.clone()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let zoe = made.body;
    assert_eq!(zoe["roles"], json!([{ "id": rep_role["id"], "name": "Sales Rep" }]));
    assert_eq!(
        app.nobody()
            .post("/session", json!({ "email": "zoe@acme.test", "password": "correct horse battery" }))
            .await
            .status,
        204
    );
    assert_eq!(app.admin.post("/users", new).await.problem(), "409 email_taken: email");
    let wrong = json!({ "name": "", "email": "zoe", "role_ids": [], "password": "short" });
    assert_eq!(app.admin.post("/users", wrong).await.problem(), "422 invalid: name, email, password");
    let unknown = json!({ "name": "X", "email": "x@acme.test", "role_ids": [north] });
    assert_eq!(app.admin.post("/users", unknown).await.problem(), "422 invalid: role_ids");
    let unknown = json!({ "name": "X", "email": "x@acme.test", "role_ids": [], "team_id": zoe["id"] });
    assert_eq!(app.admin.post("/users", unknown).await.problem(), "422 invalid: team_id");

    for found in
        ["q=zoe", "q=ZIMM", &format!("team_id={north}"), &format!("role_id={}", id(&rep_role)), "active=true&q=zoe@"]
    {
        assert_eq!(names(&app.admin, &format!("/users?{found}")).await, ["Zoë Zimmer"], "{found}");
    }
    for nothing in ["q=%25", "active=false", "q=nobody"] {
        assert_eq!(names(&app.admin, &format!("/users?{nothing}")).await, Vec::<String>::new(), "{nothing}");
    }
    let page = app.admin.get("/users?limit=1&count=true").await.ok();
    assert_eq!((&page["items"][0]["name"], &page["total"]), (&json!("Ada Admin"), &json!(2)));
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(names(&app.admin, &format!("/users?limit=1&cursor={cursor}")).await, ["Zoë Zimmer"]);
    assert_eq!(app.admin.get(&format!("/users?q=zoe&cursor={cursor}")).await.problem(), "400 invalid_cursor: cursor");
    assert_eq!(app.admin.get("/users?limit=0").await.problem(), "400 invalid_query: limit");
    assert_eq!(app.admin.get("/users?sort=name").await.status, 400);

    let path = format!("/users/{}", id(&zoe));
    let changed =
        app.admin.patch(&path, json!({ "version": 1, "name": "Zoë Zorn", "email": "zorn@acme.test" })).await.ok();
    assert_eq!((&changed["name"], &changed["version"]), (&json!("Zoë Zorn"), &json!(2)));
    assert_eq!(app.admin.patch(&path, json!({ "version": 1, "name": "Z" })).await.problem(), "409 version_conflict");
    assert_eq!(
        app.admin.patch(&path, json!({ "version": 2, "email": "ADMIN@acme.test" })).await.problem(),
        "409 email_taken: email"
    );
    assert_eq!(app.admin.patch(&path, json!({ "name": "Z" })).await.problem(), "422 invalid: version");
    assert_eq!(
        app.stranger().await.patch(&path, json!({ "version": 2, "name": "Z" })).await.problem(),
        "404 not_found"
    );
    assert_eq!(
        app.user(Builtin::SalesManager).await.patch(&path, json!({ "version": 2, "name": "Z" })).await.problem(),
        "403 forbidden"
    );
    assert_eq!(kinds(&app, "user").await, ["user.created", "user.updated"]);
}

#[tokio::test]
async fn records_go_with_their_owner_into_another_team() {
    let app = TestApp::new().await;
    let (north, south) = (app.team("North", None).await, app.team("South", None).await);
    let rep = app.user_in(Builtin::SalesRep, Some(north)).await;
    let chief = app.user_in(Builtin::SalesManager, Some(south)).await;
    let (deal, _) = belongings(&rep).await;
    // A task from elsewhere is seen by those who gave it, and stays so.
    app.admin.post("/tasks", json!({ "title": "From above", "assignee_id": rep.id })).await.ok();
    assert_eq!(names(&chief, "/opportunities").await, Vec::<String>::new());

    let rev = user(&app, &rep).await["version"].clone();
    app.admin.patch(&format!("/users/{}", rep.id), json!({ "version": rev, "team_id": south })).await.ok();
    assert_eq!(names(&chief, "/opportunities?sort=name").await, ["Open deal", "Won deal"]);
    let seen = rep.get(&format!("/opportunities/{}", id(&deal))).await.ok();
    assert_eq!((&seen["team_id"], &seen["owner_id"]), (&json!(south), &json!(rep.id)));
    let timeline = chief.get(&format!("/opportunities/{}/timeline", id(&deal))).await.ok();
    let change = &timeline["items"][0];
    assert_eq!((&change["type"], &change["undoable"]), (&json!("opportunity.team_changed"), &json!(false)));
    assert_eq!(
        (&change["changes"][0]["old_label"], &change["changes"][0]["new_label"]),
        (&json!("North"), &json!("South"))
    );
}

#[tokio::test]
async fn a_leaver_hands_over_everything_and_is_out_at_once() {
    let app = TestApp::new().await;
    let team = app.team("North", None).await;
    let rep = app.user_in(Builtin::SalesRep, Some(team)).await;
    let heir = app.user_in(Builtin::SalesRep, Some(team)).await;
    let (deal, won) = belongings(&rep).await;
    let path = format!("/users/{}", rep.id);
    let holds = app.admin.get(&format!("{path}/holdings")).await.ok();
    assert_eq!(holds["all"], json!({ "opportunities": 2, "accounts": 1, "contacts": 1, "leads": 0, "tasks": 2 }));
    assert_eq!(holds["open"], json!({ "opportunities": 1, "accounts": 1, "contacts": 1, "leads": 0, "tasks": 1 }));
    assert_eq!(holds["team_lead"], Value::Null);

    let version = user(&app, &rep).await["version"].clone();
    let out = format!("{path}/deactivation");
    let leave = |hand_over: Value| app.admin.post(&out, json!({ "version": version, "hand_over": hand_over }));
    assert_eq!(leave(json!({ "include": "open" })).await.body["errors"][0]["code"], "no_team_lead");
    assert_eq!(leave(json!({ "to_id": rep.id })).await.problem(), "422 invalid: to_id");
    assert_eq!(leave(json!({ "to_id": heir.id, "include": "some" })).await.problem(), "422 invalid: hand_over.include");
    app.admin.patch(&format!("/teams/{team}"), json!({ "version": 1, "lead_id": heir.id })).await.ok();

    let left = leave(json!({ "include": "open" })).await.ok();
    assert_eq!((&left["to"]["id"], &left["user"]["active"]), (&json!(heir.id), &json!(false)));
    assert_eq!(left["moved"], json!({ "opportunities": 1, "accounts": 1, "contacts": 1, "leads": 0, "tasks": 1 }));
    assert_eq!(rep.get("/me").await.problem(), "401 not_signed_in");
    assert_eq!(names(&heir, "/opportunities").await, ["Open deal"]);
    let rest = app.admin.post(&format!("{path}/handover"), json!({ "to_id": heir.id, "include": "all" })).await.ok();
    assert_eq!(rest["moved"], json!({ "opportunities": 1, "accounts": 0, "contacts": 0, "leads": 0, "tasks": 1 }));
    let nothing = json!({ "opportunities": 0, "accounts": 0, "contacts": 0, "leads": 0, "tasks": 0 });
    assert_eq!((&rest["left"], &app.admin.get(&format!("{path}/holdings")).await.ok()["all"]), (&nothing, &nothing));
    let kept = heir.get(&format!("/opportunities/{}", id(&won))).await.ok();
    assert_eq!((&kept["owner_id"], &kept["stage"]["kind"]), (&json!(heir.id), &json!("won")));

    // Taken in again, and one record taken back.
    let version = user(&app, &rep).await["version"].clone();
    assert_eq!(
        app.admin.post(&format!("{path}/deactivation"), json!({ "version": version })).await.problem(),
        "409 already_inactive"
    );
    assert_eq!(
        app.admin.post(&format!("{path}/reactivation"), json!({ "version": 1 })).await.problem(),
        "409 version_conflict"
    );
    app.admin.post(&format!("{path}/reactivation"), json!({ "version": version })).await.ok();
    assert_eq!(rep.get("/me").await.problem(), "401 not_signed_in", "a session that ended stays so");
    let timeline = app.admin.get(&format!("/opportunities/{}/timeline", id(&deal))).await.ok();
    let event = timeline["items"].as_array().unwrap().iter().find(|e| e["type"] == "opportunity.updated").unwrap();
    assert_eq!(event["changes"][0]["new_label"], json!("sales_rep1"));
    let undone = app.admin.post("/undo", json!({ "event_id": event["id"] })).await.ok();
    assert_eq!(undone["restored"], json!(["owner_id"]));
    assert_eq!(app.admin.get(&format!("/opportunities/{}", id(&deal))).await.ok()["owner_id"], json!(rep.id));
    assert_eq!(kinds(&app, "user").await, ["user.deactivated", "user.reactivated"]);
}

#[tokio::test]
async fn what_is_more_than_a_request_moves_follows_in_the_background() {
    let app = TestApp::new().await;
    let (rep, heir) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    let mut owner = app.db.database.maintenance().await.unwrap();
    sqlx::query(
        "insert into task (org_id, id, title, assignee_id) select $1, gen_random_uuid(), 'Task ' || n, $2 from generate_series(1, 2600) n",
    )
    .bind(app.org.0)
    .bind(rep.id.0)
    .execute(&mut owner)
    .await
    .unwrap();
    let body = json!({ "version": 1, "hand_over": { "to_id": heir.id } });
    let left = app.admin.post(&format!("/users/{}/deactivation", rep.id), body).await.ok();
    assert_eq!((&left["moved"]["tasks"], &left["left"]["tasks"]), (&json!(2000), &json!(600)));
    app.drain().await;
    let holds = app.admin.get(&format!("/users/{}/holdings", rep.id)).await.ok();
    assert_eq!(holds["all"]["tasks"], 0);
    assert_eq!(heir.get("/tasks?count=true").await.ok()["total"], 2600);
}

#[tokio::test]
async fn nobody_hands_over_what_is_beyond_them_or_deactivates_themselves() {
    let app = TestApp::new().await;
    let team = app.team("North", None).await;
    let (rep, heir) = (app.user(Builtin::SalesRep).await, app.user_in(Builtin::SalesRep, Some(team)).await);
    rep.opportunity("Beyond", json!({})).await;
    let grants = json!({ "user": { "read": "all", "update": "all", "delete": "all" }, "opportunity": { "read": "team", "create": "own", "update": "team", "delete": "own" } });
    let copy = json!({ "name": "Clerk", "copy_of": id(&role(&app.admin, "Sales Manager").await), "grants": grants });
    let clerk_role = app.admin.post("/roles", copy).await.ok();
    let clerk = app.user_in(Builtin::ReadOnly, Some(team)).await;
    super::roles::give(&app.admin, &clerk, &[&clerk_role]).await;
    let body = json!({ "version": 1, "hand_over": { "to_id": heir.id } });
    assert_eq!(
        clerk.post(&format!("/users/{}/deactivation", rep.id), body).await.problem(),
        "403 records_out_of_scope"
    );
    assert_eq!(user(&app, &rep).await["active"], true, "nothing of it was done");
    let into = json!({ "version": 1, "team_id": team });
    assert_eq!(clerk.patch(&format!("/users/{}", rep.id), into).await.problem(), "403 records_out_of_scope: team_id");
    let me = json!({ "version": 1 });
    assert_eq!(app.admin.post(&format!("/users/{}/deactivation", app.admin.id), me).await.problem(), "409 own_account");
    for person in [app.user(Builtin::SalesManager).await, app.stranger().await] {
        let answer = person.post(&format!("/users/{}/deactivation", rep.id), json!({ "version": 1 })).await;
        assert!(matches!(answer.status, 403 | 404), "{}", answer.body);
        assert!(matches!(person.get(&format!("/users/{}/holdings", rep.id)).await.status, 403 | 404));
    }
}

#[tokio::test]
async fn many_records_change_hands_and_those_that_may_not_are_named() {
    let app = TestApp::new().await;
    let team = app.team("North", None).await;
    let (rep, heir) =
        (app.user_in(Builtin::SalesRep, Some(team)).await, app.user_in(Builtin::SalesRep, Some(team)).await);
    let (stranger, manager) = (app.user(Builtin::SalesRep).await, app.user_in(Builtin::SalesManager, Some(team)).await);
    let mine = rep.opportunity("Mine", json!({})).await;
    let theirs = heir.opportunity("Theirs", json!({})).await;
    let hidden = stranger.opportunity("Hidden", json!({})).await;
    let account = stranger.post("/accounts", json!({ "name": "Elsewhere" })).await.ok();
    let nil = "00000000-0000-7000-8000-000000000000";

    let ids = json!([id(&mine), id(&theirs), id(&hidden), nil, id(&mine)]);
    let done = manager
        .post("/ownership-transfers", json!({ "object": "opportunity", "ids": ids, "to_id": heir.id }))
        .await
        .ok();
    assert_eq!(done["transferred"].as_array().unwrap().len(), 1);
    let mut refused: Vec<(String, String)> =
        done["refused"].as_array().unwrap().iter().map(|r| (id(r), r["code"].as_str().unwrap().to_owned())).collect();
    refused.sort();
    let mut expected = [(id(&theirs), "unchanged"), (id(&hidden), "not_found"), (nil.to_owned(), "not_found")]
        .map(|(i, c)| (i, c.to_owned()));
    expected.sort();
    assert_eq!(refused, expected);
    let event = &done["transferred"][0]["event_id"];
    assert_eq!(manager.post("/undo", json!({ "event_id": event })).await.ok()["restored"], json!(["owner_id"]));

    let seen = json!({ "object": "account", "ids": [account["id"]], "to_id": heir.id });
    assert_eq!(manager.post("/ownership-transfers", seen).await.ok()["refused"][0]["code"], "forbidden");
    let out = json!({ "object": "opportunity", "ids": [mine["id"]], "to_id": stranger.id });
    assert_eq!(manager.post("/ownership-transfers", out).await.ok()["refused"][0]["code"], "owner_out_of_scope");

    let all = json!({ "object": "opportunity", "from_id": rep.id, "to_id": heir.id });
    let done = app.admin.post("/ownership-transfers", all).await.ok();
    assert_eq!((done["transferred"].as_array().unwrap().len(), &done["next_cursor"]), (1, &Value::Null));
    assert_eq!(names(&heir, "/opportunities?sort=name").await, ["Mine", "Theirs"]);

    let post = |body: Value| app.admin.post("/ownership-transfers", body);
    assert_eq!(post(json!({ "object": "opportunity", "to_id": heir.id })).await.problem(), "422 invalid: ids");
    assert_eq!(post(json!({ "object": "planet", "ids": [], "to_id": heir.id })).await.problem(), "422 invalid: object");
    assert_eq!(post(json!({ "object": "task", "ids": [], "to_id": nil })).await.problem(), "422 invalid: to_id");
    assert_eq!(
        post(json!({ "object": "task", "ids": vec![nil; 501], "to_id": heir.id })).await.problem(),
        "422 invalid: ids"
    );
    assert_eq!(
        post(json!({ "object": "task", "from_id": rep.id, "cursor": "x", "to_id": heir.id })).await.problem(),
        "400 invalid_cursor: cursor"
    );
    let reader = app.user(Builtin::ReadOnly).await;
    assert_eq!(
        reader.post("/ownership-transfers", json!({ "object": "task", "ids": [], "to_id": heir.id })).await.problem(),
        "403 forbidden"
    );
}

#[tokio::test]
async fn people_look_after_their_own_profile() {
    let app = TestApp::new().await;
    let me = app.admin.get("/me").await.ok();
    let version = &me["user"]["version"];
    let wrong = json!({ "version": version, "name": " ", "locale": "english" });
    assert_eq!(app.admin.patch("/me", wrong).await.problem(), "422 invalid: name, locale");
    assert_eq!(
        app.admin.patch("/me", json!({ "version": version, "time_zone": "Mars/Olympus" })).await.problem(),
        "422 invalid: time_zone"
    );
    let change = json!({ "version": version, "name": "Ada Lovelace", "locale": "de-CH", "time_zone": "Europe/Zurich" });
    assert_eq!(app.admin.patch("/me", change).await.status, 204);
    let now = app.admin.get("/me").await.ok()["user"].clone();
    assert_eq!(
        (&now["name"], &now["locale"], &now["time_zone"]),
        (&json!("Ada Lovelace"), &json!("de-CH"), &json!("Europe/Zurich"))
    );
    assert_eq!(
        app.admin.patch("/me", json!({ "version": version, "name": "A" })).await.problem(),
        "409 version_conflict"
    );
}
