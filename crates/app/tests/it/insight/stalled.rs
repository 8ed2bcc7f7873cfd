//! Deals that stand still, and why.

use dealwright_access::policy::Builtin;
use serde_json::json;

use super::{days, id, lasting, monday, to_stage};

#[tokio::test]
async fn a_deal_stands_still_when_it_takes_longer_than_won_ones_did() {
    let (app, clock) = monday().await;
    let rep = lasting(&app.user(Builtin::SalesRep).await).await;
    for n in 0..5 {
        let deal = app.admin.opportunity(&format!("Won {n}"), json!({})).await;
        days(&clock, 6);
        to_stage(&app.admin, &deal, "Won").await;
    }
    let slow = app.admin.opportunity("Slow", json!({})).await;
    let busy = app.admin.opportunity("Busy", json!({})).await;
    rep.opportunity("The rep's", json!({})).await;
    days(&clock, 10);
    let call = json!({ "kind": "call", "subject": "x", "opportunity_id": busy["id"] });
    app.admin.post("/activities", call).await.ok();
    let found = app.admin.get("/opportunities/stalled?owner_id=me").await.ok();
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["opportunity"]["id"], slow["id"]);
    assert_eq!(items[0]["reason"], "10 days in Prospecting, no activity yet; won deals took 6 days (median of 5)");
    assert_eq!(
        json!([
            items[0]["days_in_stage"],
            items[0]["days_idle"],
            items[0]["usual_days"],
            items[0]["won_deals"],
            items[0]["limit_days"],
            items[0]["by"]
        ]),
        json!([10, 10, "6", 5, 9, "won_deals"])
    );
    // The rep has won nothing yet: three weeks count.
    assert_eq!(rep.get("/opportunities/stalled").await.ok()["items"], json!([]));
    days(&clock, 12);
    let theirs = rep.get("/opportunities/stalled").await.ok();
    assert_eq!(theirs["items"][0]["by"], "usual");
    assert_eq!(theirs["items"].as_array().unwrap().len(), 1);
    assert_eq!(app.stranger().await.get("/opportunities/stalled").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn they_come_in_pages() {
    let (app, clock) = monday().await;
    for n in 0..5 {
        app.admin.opportunity(&format!("Deal {n}"), json!({})).await;
        days(&clock, 1);
    }
    days(&clock, 30);
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.admin.get(&format!("/opportunities/stalled?limit=2{cursor}")).await.ok();
        names.extend(page["items"].as_array().unwrap().iter().map(|i| i["opportunity"]["name"].clone()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(names, ["Deal 0", "Deal 1", "Deal 2", "Deal 3", "Deal 4"]);
    for (query, problem) in [
        ("limit=0", "400 invalid_query: limit"),
        ("limit=1000", "400 invalid_query: limit"),
        ("owner_id=them", "400 invalid_query: owner_id"),
        ("cursor=x", "400 invalid_cursor: cursor"),
    ] {
        assert_eq!(app.admin.get(&format!("/opportunities/stalled?{query}")).await.problem(), problem);
    }
    let first = app.admin.get("/opportunities?name=deal 0").await.ok();
    to_stage(&app.admin, &first["items"][0], "Qualified").await;
    let left = app.admin.get("/opportunities/stalled").await.ok();
    assert!(left["items"].as_array().unwrap().iter().all(|i| i["opportunity"]["id"] != id(&first["items"][0])));
}
