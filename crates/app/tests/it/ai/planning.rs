//! A plan that led nowhere: a model reads the request anew, and what no name fits is asked about by meaning.
//!
//! The model's words are a script; the embeddings are those of the real model.

use std::sync::Arc;

use dealwright_ai::provider::LlmProvider;
use dealwright_ai::provider::embedding::LocalEmbedding;
use dealwright_ai::provider::openai::{Endpoint, Limits, OpenAi};
use dealwright_ai::provider::price::Prices;
use dealwright_ai::{Assistant, Consult};
use dealwright_embed::Embedder;
use dealwright_store::bundle::{self, Dirs};
use dealwright_testkit::TestApp;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::script::{self, Script};
use super::text;

struct Told {
    run: Value,
    heard: Vec<String>,
}

/// The real model of embeddings.
async fn embedding() -> LocalEmbedding {
    let folder = bundle::ensure(&bundle::EMBEDDING, &Dirs::from_env(), &|_| {}).await.unwrap();
    LocalEmbedding::new(watch::channel(Some(Embedder::new(folder))).1)
}

/// Asks with a model that answers `answer` to whatever it is asked.
async fn ask(app: &TestApp, answer: &'static str, prices: &str, body: Value) -> Told {
    let script = Script::with(&[answer], embedding().await);
    let run = script::ask(app, &app.admin, &script, prices, body).await;
    Told { run, heard: script.heard() }
}

const NONE: &str = r#"{"tool":"none"}"#;

async fn app() -> TestApp {
    let app = TestApp::new().await;
    for name in ["The New York Inquirer, GTX Pro", "Tarnhelm Robotics, Platform", "Konex renewal"] {
        app.admin.opportunity(name, json!({})).await;
    }
    app
}

#[tokio::test]
async fn a_description_that_no_name_fits_is_asked_about() {
    let app = app().await;
    let told = ask(&app, NONE, "", json!({ "goal": "move the newspaper deal to Proposal" })).await;
    assert_eq!(told.run["status"], "waiting", "{:#}", told.run);
    assert_eq!(told.run["proposals"], json!([]));
    let question = &told.run["answer"]["question"];
    assert_eq!(question["text"], "I find nothing called “newspaper” among what you may see. Do you mean one of these?");
    assert_eq!(question["options"][0]["name"], "The New York Inquirer, GTX Pro");
    let reply = json!({ "goal": question["options"][0]["id"], "conversation_id": told.run["conversation_id"] });
    let answered = ask(&app, NONE, "", reply).await.run;
    assert_eq!(answered["proposals"][0]["target"]["name"], "The New York Inquirer, GTX Pro", "{answered:#}");
}

#[tokio::test]
async fn a_name_that_nobody_has_is_only_not_found() {
    let app = app().await;
    let told = ask(&app, NONE, "", json!({ "goal": "move the Hooli deal to Proposal" })).await;
    assert_eq!((&told.run["status"], &told.run["proposals"]), (&json!("done"), &json!([])));
    assert_eq!(text(&told.run), "I find nothing called “Hooli” among what you may see.");
}

#[tokio::test]
async fn what_others_may_not_see_is_not_offered() {
    let app = app().await;
    let rep = app.user(dealwright_access::policy::Builtin::SalesRep).await;
    let goal = json!({ "goal": "move the newspaper deal to Proposal" });
    let run = script::ask(&app, &rep, &Script::with(&[NONE], embedding().await), "", goal).await;
    assert_eq!(text(&run), "I find nothing called “newspaper” among what you may see.");
}

#[tokio::test]
async fn a_plan_that_finds_nothing_is_made_anew_by_the_model() {
    let app = app().await;
    let goal = json!({ "goal": "open deals of Konex in Proposal" });
    let told = ask(&app, r#"{"tool":"show","name":"Konex"}"#, "script=2/10", goal.clone()).await;
    assert_eq!(told.heard, ["open deals of Konex in Proposal"]);
    assert_eq!((&told.run["planner"], &told.run["model"]), (&json!("model"), &json!("script-1")));
    assert!(text(&told.run).starts_with("Konex renewal [1]"), "{:#}", told.run);
    // 1000 tokens at 2 and 100 at 10 per million.
    assert_eq!(told.run["usage"]["cost"], "0.003000");
    assert_eq!(
        (&told.run["steps"][0]["cost"], &told.run["steps"][1]["cost"]),
        (&json!("0.003000"), &json!("0.000000"))
    );

    // What the model reads finds nothing either: the first reading stands. Nobody knows what that cost.
    for useless in [r#"{"tool":"show","name":"deals of Konex in Proposal"}"#, r#"{"tool":"show","name":null}"#, "Hm."] {
        let told = ask(&app, useless, "other=1/1", goal.clone()).await;
        assert_eq!(told.run["planner"], "deterministic", "{useless}");
        assert_eq!(text(&told.run), "There are no open deals in Proposal matching “Konex”.");
        assert_eq!((&told.run["usage"]["cost"], &told.run["usage"]["tokens_in"]), (&json!(null), &json!(1000)));
    }

    // What was found is not asked about again.
    let told = ask(&app, NONE, "", json!({ "goal": "how many deals are open?" })).await;
    assert_eq!(told.heard, Vec::<String>::new());
    assert_eq!(told.run["usage"]["cost"], "0.000000");
}

#[tokio::test]
async fn another_model_is_asked_when_the_first_does_not_answer_and_that_is_said() {
    let app = TestApp::new().await;
    app.admin.opportunity("Konex renewal", json!({})).await;
    // Nobody listens there.
    let limits = Limits { attempts: 1, ..Limits::default() };
    let endpoint = Endpoint {
        base_url: "http://127.0.0.1:9/v1".into(),
        key: None,
        model: "frontier-9".into(),
        embedding_model: None,
        limits,
    };
    let frontier: Arc<dyn LlmProvider> = Arc::new(OpenAi::new(endpoint).unwrap());
    let script = Script::new(&[r#"{"tool":"show","name":"Konex"}"#]);
    let goal = json!({ "goal": "open deals of Konex in Proposal" });
    let seen = watch::channel(Vec::new()).1;
    let both = vec![Arc::clone(&frontier), script.clone() as Arc<dyn LlmProvider>];
    let assistant = Assistant::chain(both, Prices::default(), Consult::Unsure, seen.clone());
    for _ in 0..4 {
        let made = app.admin.post("/agent-runs", goal.clone()).await.ok();
        let run = script::execute_with(&app, &app.admin, &assistant, &made).await;
        assert_eq!((&run["planner"], &run["model"]), (&json!("model"), &json!("script-1")), "{run:#}");
        assert!(
            text(&run).contains("The model frontier-9 does not answer; script-1 has read your request instead."),
            "{run:#}"
        );
    }
    assert_eq!(script.heard().len(), 4);
    // After three failures it was not asked a fourth time.
    let failed = app.admin.get("/model-calls?failed=true").await.ok();
    assert_eq!(failed["items"].as_array().unwrap().len(), 3);

    let alone = Assistant::chain(vec![frontier], Prices::default(), Consult::Unsure, seen);
    let made = app.admin.post("/agent-runs", goal).await.ok();
    let run = script::execute_with(&app, &app.admin, &alone, &made).await;
    assert_eq!((&run["planner"], &run["status"]), (&json!("deterministic"), &json!("done")), "{run:#}");
    assert!(text(&run).contains("your request was read without one"), "{run:#}");
}
