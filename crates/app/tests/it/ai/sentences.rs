//! The sentence box: what it answers is a filter of what the asker may see, and hidden words stay words.

use dealwright_access::policy::Builtin;
use dealwright_testkit::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_sentence_is_read_with_the_organisations_own_words() {
    let app = TestApp::new().await;
    let rep = app.user(Builtin::SalesRep).await;
    let engaging = app.admin.stage("Engaging").await;
    for (name, amount) in [("Small", "10"), ("Big", "90000")] {
        let more = json!({ "stage_id": engaging, "amount": { "amount": amount, "currency": "EUR" } });
        rep.opportunity(name, more).await;
    }
    let field = json!({ "object": "opportunity", "label": "Tier", "kind": "select", "options": ["Gold", "Silver"] });
    app.admin.post("/custom-fields", field).await.ok();
    let say = |text: &str| json!({ "text": text });
    let read =
        rep.post("/opportunities/filter-sentence", say("my engaging deals over 50k, largest first, blorp")).await.ok();
    assert_eq!(
        read["filter"],
        json!({ "and": [
            { "field": "owner_id", "op": "eq", "value": "me" },
            { "field": "stage_id", "op": "eq", "value": engaging },
            { "field": "amount", "op": "gt", "value": "50000" } ] })
    );
    assert_eq!((&read["sort"], &read["author"]), (&json!(["-amount"]), &json!("deterministic")));
    assert_eq!(read["not_understood"], json!([{ "text": "blorp", "from": 43, "to": 48, "why": null }]));
    // It is a filter as it stands.
    let query = json!({ "filter": read["filter"], "sort": read["sort"] });
    assert_eq!(rep.post("/opportunities/query", query).await.names(), ["Big"]);
    let tier = rep.post("/opportunities/filter-sentence", say("gold tier")).await.ok();
    assert_eq!(tier["filter"]["and"][0]["field"], "custom.tier");
    for (object, text) in
        [("accounts", "accounts without a domain"), ("contacts", "my contacts"), ("leads", "hot leads")]
    {
        let read = rep.post(&format!("/{object}/filter-sentence"), say(text)).await.ok();
        assert_eq!(read["understood"].as_array().unwrap().len(), 1, "{read}");
    }

    // Another organisation's words mean nothing; nor do hidden fields.
    let stranger = app.stranger().await;
    let theirs = stranger.post("/opportunities/filter-sentence", say("gold tier")).await.ok();
    assert_eq!((&theirs["filter"], theirs["understood"].as_array().unwrap().len()), (&json!(null), 0));
    crate::crm::hide(&app, "Sales Rep", json!({ "opportunity": { "amount": "hidden", "custom.tier": "hidden" } }))
        .await;
    let hidden = rep.post("/opportunities/filter-sentence", say("gold deals over 50k, largest first")).await.ok();
    assert_eq!((&hidden["filter"], &hidden["sort"]), (&json!(null), &json!([])));

    for text in [String::new(), "x".repeat(501), "a\0b".into()] {
        let answer = rep.post("/opportunities/filter-sentence", say(&text)).await;
        assert_eq!(answer.problem(), "422 invalid: text");
    }
    assert_eq!(rep.post("/opportunities/filter-sentence", json!({ "words": "x" })).await.status, 422);
}
