//! The audit log: who did what, when, from where and as whom; who may read it; and that nobody can change it unseen.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use dealwright_access::audit::seal::Misfit;
use dealwright_access::audit::{Filter, sealing, store};
use dealwright_access::policy::Builtin;
use dealwright_app::doctor;
use dealwright_kernel::Clock;
use dealwright_testkit::{Person, TestApp, TestOptions};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().unwrap().clone()
}

fn kinds(page: &Value) -> Vec<String> {
    items(page).iter().map(|e| e["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_event_says_who_what_when_from_where_and_as_whom() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let request = rep
        .request(Method::POST, "/opportunities")
        .header("user-agent", "Probe/1.0")
        .header("x-request-id", "req-7")
        .json(&json!({ "name": "Traced" }));
    let deal = rep.send(request).await.ok();
    let page = app.admin.get("/audit?request_id=req-7").await.ok();
    let event = items(&page)[0].clone();
    assert_eq!(event["type"], "opportunity.created");
    assert_eq!(event["actor"], json!({ "kind": "user", "id": rep.id, "name": "sales_rep0", "on_behalf_of": null }));
    assert_eq!(event["subject"]["id"], deal["id"]);
    assert_eq!((&event["ip"], &event["user_agent"]), (&json!("127.0.0.1"), &json!("Probe/1.0")));
    assert!(event["at"].as_str().unwrap().parse::<DateTime<Utc>>().is_ok());

    for who in [&rep, &app.user(Builtin::SalesManager).await, &app.user(Builtin::ReadOnly).await] {
        for path in ["/audit", "/audit/export", "/audit/seals", "/audit/seals/newest"] {
            assert_eq!(who.get(path).await.problem(), "403 forbidden", "{path}");
        }
    }
    let stranger = app.stranger().await;
    assert!(items(&stranger.get("/audit").await.ok()).iter().all(|e| e["subject"]["name"] != "Traced"));
    assert_eq!(kinds(&stranger.get("/audit?request_id=req-7").await.ok()), Vec::<String>::new());
}

#[tokio::test]
async fn signing_in_and_out_and_failing_to_is_told() {
    let app = TestApp::new().await;
    let sign_in = |email: &str, password: &str| {
        let (nobody, body) = (app.nobody(), json!({ "email": email, "password": password }));
        async move { nobody.post("/session", body).await }
    };
    let before = kinds(&app.admin.get("/audit").await.ok()).len();
    for _ in 0..12 {
        sign_in("admin@acme.test", "wrong password").await;
    }
    sign_in("ghost@acme.test", "wrong password").await;
    let page = app.admin.get("/audit?limit=200").await.ok();
    let new: Vec<String> = kinds(&page).into_iter().rev().skip(before).collect();
    let mut expected = vec!["session.sign_in_failed"; 10];
    expected.push("session.sign_in_throttled");
    assert_eq!(new, expected, "what is refused after that is not told one by one");
    let failed = &items(&app.admin.get("/audit?type=session.sign_in_failed").await.ok())[0];
    assert_eq!((&failed["actor"]["kind"], &failed["subject"]["id"]), (&json!("system"), &json!(app.admin.id)));
    assert_eq!(failed["ip"], "127.0.0.1");
    assert!(!page.to_string().contains("wrong password"));

    let rep = app.user(Builtin::SalesRep).await;
    let session = rep.get("/sessions").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(rep.delete(&format!("/sessions/{session}")).await.status, 204);
    assert_eq!(app.admin.delete("/session").await.status, 204);
    let again = app.user(Builtin::Administrator).await;
    let told = kinds(&again.get("/audit?object=user&limit=4").await.ok());
    assert_eq!(told, ["session.signed_in", "session.signed_out", "session.revoked", "session.signed_in"]);
}

#[tokio::test]
async fn filters_and_pages_agree_with_a_model() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    for n in 0..12 {
        let who = if n % 3 == 0 { &rep } else { &app.admin };
        let deal = who.opportunity(&format!("Würfel {n} Ltd"), json!({})).await;
        if n % 2 == 0 {
            who.patch(
                &format!("/opportunities/{}", deal["id"].as_str().unwrap()),
                json!({ "next_step": "Call", "version": 1 }),
            )
            .await
            .ok();
        }
        who.post("/accounts", json!({ "name": format!("Account {n}") })).await.ok();
    }
    let all = items(&app.admin.get("/audit?limit=200").await.ok());
    let subject = all.iter().find(|e| e["type"] == "opportunity.updated").unwrap()["subject"]["id"].clone();
    let middle = all[all.len() / 2]["at"].as_str().unwrap().to_owned();
    let at = |e: &Value| e["at"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    let border: DateTime<Utc> = middle.parse().unwrap();
    type Model = Box<dyn Fn(&Value) -> bool>;
    let admin = json!(app.admin.id);
    let cases: Vec<(String, Model)> = vec![
        ("".into(), Box::new(|_| true)),
        (format!("actor_id={}", app.admin.id), Box::new(move |e| e["actor"]["id"] == admin)),
        ("type=opportunity.updated".into(), Box::new(|e| e["type"] == "opportunity.updated")),
        ("object=account".into(), Box::new(|e| e["subject"]["type"] == "account")),
        (format!("record_id={}", subject.as_str().unwrap()), Box::new(move |e| e["subject"]["id"] == subject)),
        (format!("from={middle}"), Box::new(move |e| at(e) >= border)),
        (format!("to={middle}"), Box::new(move |e| at(e) < border)),
        ("q=wurfel".into(), Box::new(|e| e["subject"]["name"].as_str().unwrap().contains("Würfel"))),
        (
            "q=sales_rep0%20acc".into(),
            Box::new(|e| e["actor"]["name"] == "sales_rep0" && e["subject"]["type"] == "account"),
        ),
        ("q=%27%22%5C%20%26%20ltd:*".into(), Box::new(|e| e["subject"]["name"].as_str().unwrap().contains("Ltd"))),
        ("q=---".into(), Box::new(|_| false)),
        ("q=%C2%BD%E2%84%96".into(), Box::new(|_| false)),
    ];
    for (query, model) in &cases {
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app.admin.get(&format!("/audit?limit=7&{query}{cursor}")).await.ok();
            rows.extend(items(&page));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
            assert!(rows.len() <= all.len(), "the pages of {query} never end");
        }
        let expected: Vec<&Value> = all.iter().filter(|e| model(e)).collect();
        assert_eq!(rows.iter().collect::<Vec<_>>(), expected, "{query}");
    }
    for (query, problem) in [
        ("colour=red", "400 invalid_query: colour"),
        ("limit=0", "400 invalid_filter: limit"),
        ("cursor=x", "400 invalid_cursor: cursor"),
        ("type=a%00b", "400 invalid_filter: type"),
        ("from=9999-12-31T00:00:00Z", "400 invalid_filter: from"),
    ] {
        assert_eq!(app.admin.get(&format!("/audit?{query}")).await.problem(), problem, "{query}");
    }
}

/// Of a million events a page is read along an index: each filter is its condition, and it gives the order.
#[tokio::test]
async fn an_index_serves_every_filter() {
    let app = TestApp::new().await;
    app.admin.opportunity("One", json!({})).await;
    let cx = app.state.access.context_for(app.org, app.admin.id).await.unwrap();
    // As many as the planner needs to see that an index is worth it.
    let mut owner = app.db.database.maintenance().await.unwrap();
    let many = "insert into event (org_id, id, type, at, actor_kind, actor_id, actor_name, on_behalf_of, subject_type, subject_id, request_id)
         select $1, gen_random_uuid(), 'kind.' || n % 50, now() - n * interval '1 minute', 'user', gen_random_uuid(), 'Somebody', gen_random_uuid(),
                'object' || n % 50, gen_random_uuid(), 'request-' || n from generate_series(1, 5000) as n";
    sqlx::query(many).bind(app.org.0).execute(&mut owner).await.unwrap();
    sqlx::query("analyze event").execute(&mut owner).await.unwrap();
    let id = Some(Uuid::from_u128(7));
    let none = Filter::default;
    let now = cx.clock().now();
    let filters = [
        ("at", none()),
        ("at", Filter { from: Some(now), ..none() }),
        ("actor_id", Filter { actor_id: id, ..none() }),
        ("on_behalf_of", Filter { on_behalf_of: id, ..none() }),
        ("type", Filter { kind: Some("opportunity.created".into()), ..none() }),
        ("subject_type", Filter { object: Some("opportunity".into()), ..none() }),
        ("subject_id", Filter { record_id: id, ..none() }),
        ("request_id", Filter { request_id: Some("r".into()), ..none() }),
    ];
    for (column, filter) in filters {
        let mut tx = cx.begin().await.unwrap();
        for off in ["enable_seqscan", "enable_bitmapscan", "enable_sort"] {
            sqlx::query(sqlx::AssertSqlSafe(format!("set local {off} = off"))).execute(tx.db()).await.unwrap();
        }
        let plan = store::explain(&mut tx, &filter, Some((now, Uuid::nil()))).await.unwrap();
        let condition = plan.iter().find(|line| line.contains("Index Cond") && line.contains("org_id")).unwrap();
        assert!(condition.contains(column) && condition.contains("ROW("), "{filter:?}:\n{}", plan.join("\n"));
        assert!(plan.iter().all(|line| !line.contains("Sort")), "{filter:?}:\n{}", plan.join("\n"));
    }
}

#[tokio::test]
async fn an_export_has_all_that_matches_and_is_told_itself() {
    let app = TestApp::new().await;
    for n in 0..3 {
        app.admin.opportunity(&format!("=cmd {n}, \"quoted\""), json!({})).await;
    }
    let csv = app.admin.get("/audit/export?object=opportunity").await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(csv.headers["content-disposition"], "attachment; filename=\"audit.csv\"");
    let text = csv.body.as_str().unwrap().to_owned();
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.lines().next().unwrap().starts_with("at,type,actor_kind"));
    assert!(text.contains("\"'=cmd 2, \"\"quoted\"\"\""), "a spreadsheet runs no name: {text}");
    let lines = app.admin.get("/audit/export?format=jsonl&object=opportunity").await;
    let lines: Vec<Value> = lines.body.as_str().unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines, items(&app.admin.get("/audit?object=opportunity").await.ok()));
    let told = app.admin.get("/audit?type=audit.exported").await.ok();
    assert_eq!(items(&told).len(), 2);
    assert_eq!(items(&told)[0]["data"]["format"], "jsonl");
    assert_eq!(items(&told)[0]["data"]["filter"]["object"], "opportunity");
    assert_eq!(app.admin.get("/audit/export?limit=5").await.problem(), "400 invalid_query: limit");
}

/// Each role that serves requests, as it logs in: none of them changes what is written, not even by its organisation.
#[tokio::test]
async fn no_role_that_serves_changes_the_log_or_its_seals() {
    let app = TestApp::new().await;
    app.admin.opportunity("Written", json!({})).await;
    app.drain().await;
    for options in [&app.db.roles.app, &app.db.roles.system] {
        let mut connection = PgConnection::connect_with(options).await.unwrap();
        for sql in [
            "update event set actor_name = 'x'",
            "delete from event",
            "truncate event",
            "update audit_seal set events = 0",
            "delete from audit_seal",
            "truncate audit_seal",
            "truncate organisation cascade",
        ] {
            let error = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap_err();
            assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("42501"), "{sql}");
        }
    }
    let mut system = PgConnection::connect_with(&app.db.roles.system).await.unwrap();
    let stranger = app.stranger().await;
    sqlx::query("delete from user_role where user_id = $1").bind(stranger.id.0).execute(&mut system).await.unwrap();
    let organisation = "delete from organisation where id = (select org_id from app_user where id = $1)";
    let error = sqlx::query(organisation).bind(stranger.id.0).execute(&mut system).await.unwrap_err();
    assert!(error.to_string().contains("event_org_id_fkey"), "{error}");
    let mut secrets = PgConnection::connect_with(&app.db.roles.app).await.unwrap();
    for table in ["api_key", "oauth_client", "oauth_token"] {
        let sql = format!("select * from {table}");
        let error = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut secrets).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("42501"), "{table}");
    }
}

/// The administrator, signed in now: a session of days ago is over.
async fn administrator(app: &TestApp) -> Person {
    let body = json!({ "email": "admin@acme.test", "password": "correct horse battery" });
    let answer = app.nobody().post("/session", body).await;
    app.admin.with_cookie(answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap())
}

/// Three days of events with a quiet one between, the first of them sealed, and a day that is not over.
async fn three_days() -> (TestApp, Clock) {
    let clock = Clock::fixed(Utc.with_ymd_and_hms(2026, 3, 4, 9, 0, 0).unwrap());
    let app = TestApp::with(TestOptions { clock: clock.clone(), ..TestOptions::default() }).await;
    for day in 0..4 {
        let admin = administrator(&app).await;
        for n in 0..5 {
            admin.opportunity(&format!("Deal {day}-{n}"), json!({})).await;
        }
        app.drain().await;
        if day == 3 {
            break;
        }
        clock.advance(TimeDelta::days(if day == 1 { 2 } else { 1 }));
        if day == 0 {
            assert_eq!(sealing::seal(&app.db.database).await.unwrap(), 1);
        }
    }
    (app, clock)
}

#[tokio::test]
async fn each_day_is_sealed_once_it_is_over() {
    let (app, clock) = three_days().await;
    assert_eq!(sealing::seal(&app.db.database).await.unwrap(), 3);
    assert_eq!(sealing::seal(&app.db.database).await.unwrap(), 0);
    let admin = administrator(&app).await;
    let page = admin.get("/audit/seals").await.ok();
    let seals = items(&page);
    let days: Vec<&str> = seals.iter().map(|s| s["day"].as_str().unwrap()).collect();
    assert_eq!(days, ["2026-03-07", "2026-03-06", "2026-03-05", "2026-03-04"]);
    assert_eq!(seals[1]["events"], 0, "a quiet day is sealed too");
    assert!(seals[0]["events"].as_i64().unwrap() >= 5);
    for pair in seals.windows(2) {
        assert_eq!(pair[0]["former"], pair[1]["hash"]);
    }
    assert_eq!(seals[3]["former"], Value::Null);
    let first = admin.get("/audit/seals?limit=2").await.ok();
    let rest = admin.get(&format!("/audit/seals?limit=3&cursor={}", first["next_cursor"].as_str().unwrap())).await.ok();
    assert_eq!([items(&first), items(&rest)].concat(), seals);
    let newest = admin.get("/audit/seals/newest").await;
    assert_eq!(newest.headers["content-disposition"], "attachment; filename=\"audit-seal-2026-03-07.json\"");
    assert_eq!((&newest.body["hash"], &newest.body["organisation"]), (&seals[0]["hash"], &json!("Acme")));
    assert_eq!(app.stranger().await.get("/audit/seals/newest").await.problem(), "404 not_found");
    // An event that comes late goes into the day in which it got its place, and changes no seal.
    clock.advance(TimeDelta::days(1));
    app.drain().await;
    assert!(doctor::audit_log(&app.db.database).await.unwrap().ends_with("fit their seals"));
}

/// As the superuser, whom no privilege stops.
#[tokio::test]
async fn doctor_names_the_day_and_the_event_that_somebody_tampered_with() {
    let (app, _) = three_days().await;
    sealing::seal(&app.db.database).await.unwrap();
    let verdict = sealing::verify(&app.db.database).await.unwrap();
    assert_eq!((verdict.days, verdict.findings.len(), verdict.strays), (4, 0, 0));
    let mut root = app.db.superuser().await;
    let victim: (Uuid, i64) = sqlx::query_as(
        "select e.id, p.position from event e join event_position p on p.event_id = e.id where e.subject_name = 'Deal 1-2' and e.org_id = $1",
    )
    .bind(app.org.0)
    .fetch_one(&mut root)
    .await
    .unwrap();
    let (id, position) = victim;
    let keep = "create temp table kept_event as table event; create temp table kept_position as table event_position; create temp table kept_seal as table audit_seal";
    sqlx::raw_sql(keep).execute(&mut root).await.unwrap();
    let cases: Vec<(&str, String, Misfit)> = vec![
        (
            "changed",
            format!("update event set subject_name = 'Deal 9' where id = '{id}'"),
            Misfit::Changed { event: id, position },
        ),
        (
            "its data",
            format!("update event set data = data || '{{\"a\": 1}}' where id = '{id}'"),
            Misfit::Changed { event: id, position },
        ),
        (
            "its author",
            format!("update event set actor_id = null where id = '{id}'"),
            Misfit::Changed { event: id, position },
        ),
        ("deleted", format!("delete from event where id = '{id}'"), Misfit::Missing { event: id, position }),
        (
            "deleted with its place",
            format!("delete from event where id = '{id}'; delete from event_position where event_id = '{id}'"),
            Misfit::Gone { before: position + 1 },
        ),
        (
            "moved",
            format!(
                "update event_position set position = -1 where event_id = '{id}'; update event_position set position = {position} where position = {position} + 1; update event_position set position = {position} + 1 where position = -1"
            ),
            Misfit::Changed { event: Uuid::nil(), position },
        ),
        (
            "sealed anew",
            format!("update audit_seal set hash = sha256('x') where org_id = '{}' and day = '2026-03-05'", app.org),
            Misfit::Seal,
        ),
        (
            "unsealed",
            format!("delete from audit_seal where org_id = '{}' and day = '2026-03-05'", app.org),
            Misfit::NoSeal,
        ),
    ];
    for (what, sql, expected) in cases {
        let mut tx = root.begin().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let verdict = sealing::verify(&app.db.database).await.unwrap();
        let finding = verdict.findings.first().unwrap_or_else(|| panic!("{what} was not seen"));
        assert_eq!(finding.day.to_string(), "2026-03-05", "{what}");
        match (&finding.misfit, &expected) {
            (Misfit::Changed { position: seen, .. }, Misfit::Changed { event, position }) if event.is_nil() => {
                assert_eq!(seen, position, "{what}")
            }
            (seen, expected) => assert_eq!(seen, expected, "{what}"),
        }
        let told = doctor::audit_log(&app.db.database).await.unwrap_err();
        assert!(told.contains("2026-03-05"), "{what}: {told}");
        restore(&mut root).await;
        assert!(sealing::verify(&app.db.database).await.unwrap().findings.is_empty(), "after {what}");
    }
    // A row that was put in past the sequencer has no place; one that was given a place is seen in its day.
    let forged = "insert into event (org_id, id, type, at, actor_kind, actor_name, subject_type, subject_id)
                  select org_id, gen_random_uuid(), type, at, actor_kind, actor_name, subject_type, subject_id from event where id = $1 returning id";
    let stray: Uuid = sqlx::query_scalar(forged).bind(id).fetch_one(&mut root).await.unwrap();
    sqlx::query("delete from event_pending where event_id = $1").bind(stray).execute(&mut root).await.unwrap();
    assert_eq!(sealing::verify(&app.db.database).await.unwrap().strays, 1);
    assert!(doctor::audit_log(&app.db.database).await.is_err());
    sqlx::query("insert into event_position (position, org_id, event_id, at) values (-5, $1, $2, now())")
        .bind(app.org.0)
        .bind(stray)
        .execute(&mut root)
        .await
        .unwrap();
    let verdict = sealing::verify(&app.db.database).await.unwrap();
    assert_eq!((verdict.findings[0].day.to_string(), verdict.strays), ("2026-03-04".into(), 0));
    assert!(verdict.findings[0].misfit.to_string().contains("position -5"), "{:?}", verdict.findings);
}

/// Puts the tables back as they were kept.
async fn restore(root: &mut PgConnection) {
    sqlx::raw_sql(
        "truncate event, timeline_pin, event_position, audit_seal; insert into event select * from kept_event;
         insert into event_position select * from kept_position; insert into audit_seal select * from kept_seal; truncate event_pending",
    )
    .execute(root)
    .await
    .unwrap();
}
