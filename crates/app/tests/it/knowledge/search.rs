//! Finding passages: by words, by meaning, by both, beside a record.

use dealwright_access::policy::Builtin;
use dealwright_testkit::TestApp;
use serde_json::json;

use super::{ask, by_meaning, found, id, lose, note, publish, things, value};

#[tokio::test]
async fn without_a_model_words_find_and_the_answer_says_so() {
    let app = TestApp::new().await;
    publish(&app, "playbook", "Banks", "# Pricing\n\nNever open with a discount.\n\n# Legal\n\nThe contract is ours.")
        .await;
    app.index().await;
    let answer = ask(&app.admin, "discounts", "").await;
    let item = &answer["items"][0];
    assert_eq!(
        json!([
            answer["by_meaning"],
            answer["index"],
            item["kind"],
            item["heading"],
            item["text"],
            item["matched"],
            item["citation"]["type"]
        ]),
        json!([false, "done", "playbook", "Banks › Pricing", "Never open with a discount.", ["words"], "material"])
    );
    // Words are found in whatever form they stand, and are marked.
    assert_eq!(
        item["parts"],
        json!([{ "text": "Never open with a ", "hit": false }, { "text": "discount", "hit": true }, { "text": ".", "hit": false }])
    );
    assert!(found(&app.admin, "zebra", "").await.is_empty());
    assert!(found(&app.admin, "?!", "").await.is_empty());
    assert!(found(&app.admin, "discount", "&by=meaning").await.is_empty());
}

#[tokio::test]
async fn what_means_the_same_is_found_without_a_word_in_common() {
    let app = by_meaning().await;
    publish(&app, "playbook", "Expensive", "What to answer when the customer thinks it is too expensive.").await;
    publish(&app, "playbook", "Calendar", "How to move a meeting to another day of the week.").await;
    publish(&app, "script", "Opening", "Greet them by their first name and ask for five minutes.").await;
    app.index().await;
    let answer = ask(&app.admin, "they said our price is too high", "").await;
    let first = &answer["items"][0];
    assert_eq!(json!([answer["by_meaning"], first["citation"]["label"]]), json!([true, "Expensive"]), "{answer:#}");
    assert!(first["matched"].as_array().unwrap().contains(&json!("meaning")));
    assert!(first["score"]["similarity"].as_f64().unwrap() > 0.3);
    assert_eq!(found(&app.admin, "price too high", "&by=meaning&limit=1").await, ["Expensive"]);
    assert!(
        !found(&app.admin, "they said our price is too high", "&kinds=script").await.contains(&"Expensive".to_owned())
    );
}

#[tokio::test]
async fn facts_of_the_question_narrow_it() {
    let app = by_meaning().await;
    let rep = app.user(Builtin::SalesRep).await;
    let banking = value(&app, "industry", "Banking").await;
    let retail = value(&app, "industry", "Retail").await;
    let deal = |name: &'static str, industry: &str| (name, json!({ "industry_id": industry }));
    for ((name, more), notes) in [
        (deal("Alpha", &banking), "The budget ended at half of our offer; it cost too much for them."),
        (deal("Beta", &retail), "The budget ended at half of our offer; it cost too much for them."),
        (deal("Gamma", &banking), "Their engineers missed an integration with the mainframe."),
    ] {
        let made = rep.opportunity(name, more).await;
        lose(&app, &rep, &made, if name == "Gamma" { "Features" } else { "Price" }, notes).await;
    }
    let open = rep.opportunity("Delta", json!({ "industry_id": banking })).await;
    note(&rep, ("opportunity_id", &open["id"]), "They ask about pricing in banking.").await;
    app.index().await;
    let answer = ask(&rep, "deals lost because of pricing in banking", "").await;
    assert_eq!(
        json!([answer["facts"], answer["narrowed"]]),
        json!([[{ "kind": "outcome", "value": "lost" }, { "kind": "industry", "value": "Banking" }], true])
    );
    assert_eq!(things(&rep, "deals lost because of pricing in banking", "").await, ["Alpha", "Gamma"]);
    // Facts that nothing has narrow nothing.
    let answer = ask(&rep, "deals won because of pricing", "").await;
    assert_eq!(json!([answer["narrowed"], answer["facts"][0]["value"]]), json!([false, "won"]));
    assert!(!answer["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn what_stands_on_the_record_at_hand_comes_first() {
    let app = TestApp::new().await;
    let account = app.admin.post("/accounts", json!({ "name": "Isdom" })).await.ok();
    let beside = app.admin.opportunity("Beside", json!({ "account_id": account["id"] })).await;
    let here = app.admin.opportunity("Here", json!({ "account_id": account["id"] })).await;
    let far = app.admin.opportunity("Far", json!({})).await;
    for deal in [&far, &beside, &here] {
        note(&app.admin, ("opportunity_id", &deal["id"]), "Security review is planned.").await;
    }
    app.index().await;
    let near = format!("&kinds=activity&near=opportunity:{}", id(&here));
    let answer = ask(&app.admin, "security review", &near).await;
    let on: Vec<_> = answer["items"].as_array().unwrap().iter().map(|i| i["citation"]["on"]["label"].clone()).collect();
    assert_eq!(on, ["Here", "Beside", "Far"]);
    assert_eq!(answer["items"][0]["score"]["closeness"], 1.0);
}

#[tokio::test]
async fn questions_that_are_none_are_refused() {
    let app = TestApp::new().await;
    let stranger = app.stranger().await;
    let hidden = id(&app.admin.opportunity("Hidden", json!({})).await).to_owned();
    for (query, problem) in [
        ("".to_owned(), "400 invalid_query: q"),
        ("q=".to_owned(), "400 invalid_query: q"),
        ("q=%20".to_owned(), "400 invalid_query: q"),
        (format!("q={}", "x".repeat(501)), "400 invalid_query: q"),
        ("q=a%00b".to_owned(), "400 invalid_query: q"),
        ("q=x&limit=0".to_owned(), "400 invalid_query: limit"),
        ("q=x&limit=51".to_owned(), "400 invalid_query: limit"),
        ("q=x&kinds=playbook,unicorn".to_owned(), "400 invalid_query: kinds"),
        ("q=x&near=opportunity".to_owned(), "400 invalid_query: near"),
        ("q=x&near=task:00000000-0000-7000-8000-000000000000".to_owned(), "400 invalid_query: near"),
        ("q=x&by=magic".to_owned(), "400 invalid_query: by"),
        ("q=x&more=1".to_owned(), "400 invalid_query: more"),
        ("q=x&near=opportunity:00000000-0000-7000-8000-000000000000".to_owned(), "404 not_found"),
        (format!("q=x&near=opportunity:{hidden}"), "404 not_found"),
    ] {
        assert_eq!(stranger.get(&format!("/knowledge/search?{query}")).await.problem(), problem, "{query}");
    }
    // Words that full text and the database read as something else are words.
    for question in ["' | 'x", "a & ! b", "\\", "<-> :*", "%_", "\u{202e}☃", "x".repeat(500).as_str()] {
        assert!(found(&app.admin, question, "").await.is_empty(), "{question}");
    }
}
