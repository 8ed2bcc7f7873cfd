//! The figures of quality, and drafts that were used.

use dealwright_access::policy::Builtin;
use serde_json::{Value, json};

use super::{app, approval, ask, proposal};

fn row<'a>(rows: &'a Value, key: &str) -> &'a Value {
    rows.as_array().unwrap().iter().find(|row| row["key"] == key).unwrap_or(&Value::Null)
}

#[tokio::test]
async fn runs_are_measured_for_who_may_know() {
    let app = app().await;
    let rep = app.user(Builtin::SalesRep).await;
    rep.opportunity("Isdom renewal", json!({})).await;
    let run = ask(&rep, "remind me to call Isdom renewal tomorrow").await;
    let made = proposal(&run);
    rep.post(&approval(made), json!({ "diff_hash": made["diff_hash"] })).await.ok();
    let other = ask(&rep, "which deals do I have?").await;
    let path = format!("/agent-runs/{}/feedback", other["id"].as_str().unwrap());
    assert_eq!(rep.post(&path, json!({ "useful": true, "rating": 4 })).await.status, 204);

    let quality = app.admin.get("/ai/quality").await.ok();
    let total = &quality["total"];
    assert_eq!((&total["runs"], &total["failed"], &total["error_rate"]), (&json!(2), &json!(0), &json!(0.0)));
    assert_eq!((&total["proposals"], &total["approved"], &total["acceptance"]), (&json!(1), &json!(1), &json!(1.0)));
    assert_eq!((&total["useful"], &total["rating"]), (&json!(1), &json!(4.0)));
    assert!(total["sentences"].as_i64().unwrap() > 0 && total["unsupported"] == 0, "{total:#}");
    assert_eq!(total["hallucination_rate"], 0.0);
    assert!(total["latency_p95_ms"].as_f64().unwrap() >= total["latency_p50_ms"].as_f64().unwrap());
    assert_eq!(row(&quality["by_agent"], "Assistant")["runs"], 2);
    assert_eq!(row(&quality["by_model"], "")["runs"], 2, "the grammar's: {:#}", quality["by_model"]);
    assert_eq!(quality["by_person"][0]["user"]["id"], rep.id.to_string());
    assert_eq!(quality["by_day"].as_array().map(Vec::len), Some(1));
    assert!(!quality.to_string().contains("Isdom"), "numbers, never words");

    assert_eq!(rep.get("/ai/quality").await.problem(), "403 forbidden");
    assert_eq!(app.stranger().await.get("/ai/quality").await.ok()["total"]["runs"], 0);
    for wrong in ["from=2026-02-01&to=2026-01-01", "from=1900-01-01&to=2026-01-01", "from=soon", "words=true"] {
        assert_eq!(app.admin.get(&format!("/ai/quality?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_draft_is_counted_once_for_each_way_of_using_it() {
    let app = app().await;
    let rep = app.user(Builtin::SalesRep).await;
    let mara = rep
        .post("/contacts", json!({ "first_name": "Mara", "last_name": "Olsen", "email": "mara@engine.example" }))
        .await
        .ok();
    rep.opportunity("Engine deal", json!({ "primary_contact_id": mara["id"] })).await;
    let run = ask(&rep, "draft a follow-up email for the Engine deal").await;
    let drafts = run["answer"]["drafts"].as_array().map_or(0, Vec::len);
    assert_eq!(drafts, 1, "{run:#}");
    let uses = |n: &str| format!("/agent-runs/{}/drafts/{n}/uses", run["id"].as_str().unwrap());
    for how in ["copied", "copied", "opened"] {
        assert_eq!(rep.post(&uses("0"), json!({ "how": how })).await.status, 204);
    }
    let total = app.admin.get("/ai/quality").await.ok()["total"].clone();
    assert_eq!((&total["drafts"], &total["drafts_used"], &total["draft_use"]), (&json!(1), &json!(1), &json!(1.0)));

    for n in ["1", "-1", "99", "99999999999"] {
        assert_eq!(rep.post(&uses(n), json!({ "how": "copied" })).await.problem(), "404 not_found", "{n}");
    }
    assert_eq!(rep.post(&uses("0"), json!({ "how": "framed" })).await.status, 422);
    for nobody in [&app.admin, &app.stranger().await] {
        assert_eq!(nobody.post(&uses("0"), json!({ "how": "copied" })).await.problem(), "404 not_found");
    }
}
