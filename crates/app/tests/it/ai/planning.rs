//! A plan that led nowhere: a model reads the request anew, and what no name fits is asked about by meaning.
//!
//! The model's words are a script; the embeddings are those of the real model.

use dealwright_ai::provider::embedding::LocalEmbedding;
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
