//! Calendars: who may write them, what they take, and clocks that run by them.

use dealwright_access::policy::Builtin;
use serde_json::json;

use super::{at, clocks, id, lead, moment, monday, rule};

#[tokio::test]
async fn a_new_organisation_has_a_calendar_and_may_have_more() {
    let (app, _) = monday().await;
    let rep = app.user(Builtin::SalesRep).await;
    let list = app.admin.get("/sla-calendars").await.ok();
    assert_eq!(
        json!([list["items"][0]["name"], list["items"][0]["day_minutes"], list["items"].as_array().unwrap().len()]),
        json!(["Working hours", 480, 1])
    );
    let week = json!({ "mon": [{ "from": "08:00", "until": "12:00" }, { "from": "13:00", "until": "17:00" }] });
    let body = json!({ "name": "Berlin", "time_zone": "Europe/Berlin", "week": week,
                       "holidays": [{ "date": "2026-12-25", "name": "Christmas" }, { "date": "2026-01-01", "name": "New Year" }] });
    let made = app.admin.post("/sla-calendars", body.clone()).await.ok();
    assert_eq!(
        json!([made["holidays"][0]["name"], made["effective_time_zone"], made["day_minutes"]]),
        json!(["New Year", "Europe/Berlin", 480])
    );
    assert_eq!(app.admin.post("/sla-calendars", body.clone()).await.problem(), "409 calendar_name_taken: name");
    assert_eq!(rep.post("/sla-calendars", body).await.problem(), "403 forbidden");
    let path = format!("/sla-calendars/{}", id(&made));
    assert_eq!(app.stranger().await.get(&path).await.problem(), "404 not_found");
    assert_eq!(app.admin.patch(&path, json!({ "name": "B", "version": 7 })).await.problem(), "409 version_conflict");
    let rule = rule(&app, "lead", "first_response", json!({ "calendar_id": made["id"] })).await;
    assert_eq!(app.admin.delete(&path).await.problem(), "409 calendar_in_use");
    app.admin.delete(&format!("/sla-rules/{}", id(&rule))).await.ok();
    app.admin.delete(&path).await.ok();
    assert_eq!(app.admin.get(&path).await.problem(), "404 not_found");
}

#[tokio::test]
async fn a_calendar_takes_hours_that_can_be_worked() {
    let (app, _) = monday().await;
    let refused = [
        (json!({ "name": "x", "week": {} }), "422 invalid: week"),
        (json!({ "name": "x", "week": { "mon": [{ "from": "17:00", "until": "09:00" }] } }), "422 invalid: week"),
        (
            json!({ "name": "x", "week": { "mon": [{ "from": "09:00", "until": "12:00" }, { "from": "11:00", "until": "13:00" }] } }),
            "422 invalid: week",
        ),
        (
            json!({ "name": "", "time_zone": "Mars/Base", "week": { "mon": [{ "from": "09:00", "until": "24:00" }] } }),
            "422 invalid: name, time_zone",
        ),
        (json!({ "name": "x", "week": { "mon": [{ "from": "9", "until": "noon" }] } }), "422 invalid: week"),
    ];
    for (body, problem) in refused {
        assert_eq!(app.admin.post("/sla-calendars", body).await.problem(), problem);
    }
    let days: Vec<_> = (0..1001).map(|n| json!({ "date": format!("{}-01-01", 1900 + n % 300), "name": "x" })).collect();
    let body = json!({ "name": "x", "week": { "mon": [{ "from": "09:00", "until": "10:00" }] }, "holidays": days });
    assert_eq!(app.admin.post("/sla-calendars", body).await.problem(), "422 invalid: holidays");
}

#[tokio::test]
async fn a_clock_runs_by_its_calendar_and_is_reckoned_anew_when_that_changes() {
    let (app, _) = monday().await;
    let calendar = app.admin.get("/sla-calendars").await.ok()["items"][0].clone();
    rule(
        &app,
        "lead",
        "first_response",
        json!({ "calendar_id": calendar["id"], "target": { "value": 1, "unit": "days" } }),
    )
    .await;
    let lead = lead(&app.admin, "Petrov", json!({})).await;
    app.drain().await;
    assert_eq!(moment(&clocks(&app.admin, &lead).await[0]["due_at"]), at("17:00"), "a day has eight hours");
    let path = format!("/sla-calendars/{}", id(&calendar));
    let holidays =
        json!([{ "date": "2026-06-01", "name": "Whit Monday", "hours": [{ "from": "09:00", "until": "12:00" }] }]);
    app.admin.patch(&path, json!({ "holidays": holidays, "version": 1 })).await.ok();
    app.drain().await;
    let due = moment(&clocks(&app.admin, &lead).await[0]["due_at"]);
    assert_eq!(due, "2026-06-02T14:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap());
}
