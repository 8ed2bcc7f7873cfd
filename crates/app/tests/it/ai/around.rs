//! What stands around a record: accounts, contacts and leads, what happened, the next stage, duplicates, letters; and one's own
//! day. Each of what the asker may see, and no more.

use chrono::Days;
use dealwright_access::policy::Builtin;
use dealwright_kernel::Clock;
use dealwright_testkit::{Person, TestApp};
use serde_json::{Value, json};

use super::{app, ask, ask_with, text};

async fn contact(who: &Person, first: &str, last: &str, email: &str) -> Value {
    who.post("/contacts", json!({ "first_name": first, "last_name": last, "email": email })).await.ok()
}

async fn lead(who: &Person, first: &str, last: &str, company: &str) -> Value {
    let body = json!({ "first_name": first, "last_name": last, "company": company, "email": format!("{}@{}.example", first.to_lowercase(), company.to_lowercase()) });
    who.post("/leads", body).await.ok()
}

fn tool(run: &Value) -> &str {
    run["steps"][1]["tool"].as_str().unwrap_or_default()
}

/// Everybody who must not learn of a record: a colleague with scope "own", and the other organisation.
async fn others(app: &TestApp) -> [Person; 2] {
    [app.user(Builtin::SalesRep).await, app.stranger().await]
}

#[tokio::test]
async fn accounts_contacts_and_leads_are_listed_and_read() {
    let app = app().await;
    let rep = app.user(Builtin::SalesRep).await;
    lead(&rep, "Wanda", "Quist", "Quistwerk").await;
    lead(&app.admin, "Hidden", "Person", "Secretco").await;
    let run = ask(&rep, "show my leads").await;
    assert_eq!(tool(&run), "search_records", "{run:#}");
    let said = text(&run);
    assert!(said.starts_with("1 lead.\n- Wanda Quist [1]: Quistwerk, wanda@quistwerk.example"), "{said}");
    assert!(!run.to_string().contains("Secretco"));
    let run = ask(&rep, "what's the email address of Wanda Quist?").await;
    assert_eq!((tool(&run), run["answer"]["left_out"].as_i64()), ("get_record", Some(0)), "{run:#}");
    assert!(text(&run).contains("- E-mail: wanda@quistwerk.example"), "{run:#}");
    let run = ask(&app.stranger().await, "what's the email address of Wanda Quist?").await;
    assert!(text(&run).contains("I find nothing called “Wanda Quist”"), "{run:#}");
    // A field that is hidden is not told, nor is the record found by it.
    crate::crm::hide(&app, "Sales Rep", json!({ "lead": { "email": "hidden" } })).await;
    let run = ask(&rep, "show me the lead Wanda Quist").await;
    assert!(text(&run).contains("Wanda Quist") && !run.to_string().contains("wanda@quistwerk"), "{run:#}");
}

#[tokio::test]
async fn what_happened_is_summed_up_and_cited() {
    let app = app().await;
    let rep = app.user(Builtin::SalesRep).await;
    let deal = rep.opportunity("Cranes", json!({})).await;
    let week_ago = Clock::default().now().checked_sub_days(Days::new(7)).unwrap();
    for (kind, subject, at) in
        [("call", "Asked for the price list", week_ago), ("note", "Likes red cranes", Clock::default().now())]
    {
        let body = json!({ "kind": kind, "subject": subject, "occurred_at": at, "opportunity_id": deal["id"] });
        rep.post("/activities", body).await.ok();
    }
    let run = ask(&rep, "when did we last talk to the Cranes deal?").await;
    assert_eq!(tool(&run), "summarise_activity", "{run:#}");
    let said = text(&run);
    assert!(
        said.contains("The last contact was a call by") && said.contains("7 days ago: “Asked for the price list”"),
        "{said}"
    );
    assert!(said.contains("1 call") && said.contains("1 note"), "{said}");
    assert_eq!(run["answer"]["left_out"], json!(0), "{run:#}");
    // In a span of time only what is in it.
    let run = ask(&rep, "summarise the activity of the Cranes deal today").await;
    assert!(!text(&run).contains("1 call") && text(&run).contains("1 note"), "{run:#}");
    for other in others(&app).await {
        let run = ask(&other, "summarise the activity of the Cranes deal").await;
        assert!(!run["steps"].to_string().contains("price list"), "{run:#}");
    }
}

#[tokio::test]
async fn the_next_stage_is_judged_by_the_gate_and_proposed() {
    let app = app().await;
    let rep = app.user(Builtin::SalesRep).await;
    let deal = rep.opportunity("Cranes", json!({ "stage_id": rep.stage("Engaging").await })).await;
    let context = json!({ "type": "opportunity", "id": deal["id"] });
    let run = ask_with(&rep, json!({ "goal": "suggest the next stage for this deal", "context": context })).await;
    assert_eq!(tool(&run), "suggest_next_stage", "{run:#}");
    let proposal = &run["proposals"][0];
    assert_eq!(proposal["diff"][0]["field"], "stage_id", "{run:#}");
    assert_eq!(proposal["diff"][0]["old_label"], "Engaging");
    // Applied as any other proposal is.
    let approval = format!("/proposals/{}/approval", proposal["id"].as_str().unwrap());
    rep.post(&approval, json!({ "diff_hash": proposal["diff_hash"] })).await.ok();
    let now = rep.get(&format!("/opportunities/{}", deal["id"].as_str().unwrap())).await.ok();
    assert_eq!(now["stage"]["name"], proposal["diff"][0]["new_label"]);

    // Where the gate asks for something nothing is proposed, and what is missing is said.
    let pipeline = app.admin.get("/pipelines").await.ok()["items"][0].clone();
    let stages = pipeline["stages"].as_array().unwrap();
    let next =
        stages.iter().find(|s| s["position"].as_i64() > now["stage"]["position"].as_i64() && s["kind"] == "open");
    let next = next.expect("an open stage ahead");
    let patch = json!({ "required_fields": ["next_step"], "version": next["version"] });
    let path = format!("/stages/{}", next["id"].as_str().unwrap());
    app.admin.patch(&path, patch).await.ok();
    let run = ask_with(&rep, json!({ "goal": "what's blocking this deal?", "context": context })).await;
    assert_eq!(run["proposals"], json!([]), "{run:#}");
    assert!(text(&run).contains("Before that:"), "{run:#}");

    let reader = app.user(Builtin::ReadOnly).await;
    let run = ask(&reader, "suggest the next stage for Cranes").await;
    assert_eq!(run["proposals"], json!([]));
    assert!(text(&run).starts_with("You may not do that"), "{run:#}");
}

#[tokio::test]
async fn duplicates_are_found_with_their_reasons() {
    let app = app().await;
    contact(&app.admin, "Ada", "Lovelace", "ada@engine.example").await;
    let body = json!({ "first_name": "Ada", "last_name": "Lovelace", "email": "ada@engine.example", "allow_duplicates": true });
    app.admin.post("/contacts", body).await.ok();
    contact(&app.admin, "Grace", "Hopper", "grace@navy.example").await;
    let run = ask(&app.admin, "find duplicates of the contact Grace Hopper").await;
    assert_eq!(tool(&run), "find_duplicates", "{run:#}");
    assert!(text(&run).starts_with("I find nothing like Grace Hopper [1]"), "{run:#}");
    // Two that fit are asked about first.
    let run = ask(&app.admin, "find duplicates of the contact Ada Lovelace").await;
    assert_eq!(run["status"], "waiting", "{run:#}");
    let one = run["answer"]["question"]["options"][0]["id"].clone();
    let run = ask_with(&app.admin, json!({ "goal": one, "conversation_id": run["conversation_id"] })).await;
    assert!(text(&run).starts_with("1 contact may be the same as Ada Lovelace [1]:\n- Ada Lovelace [2]"), "{run:#}");
    assert!(text(&run).contains("same e-mail"), "{run:#}");
}

#[tokio::test]
async fn a_letter_is_drafted_and_nothing_is_sent() {
    let app = app().await;
    let rep = app.user(Builtin::SalesRep).await;
    let ada = contact(&rep, "Ada", "Lovelace", "ada@engine.example").await;
    rep.opportunity("Engine", json!({ "primary_contact_id": ada["id"], "next_step": "Send the drawings" })).await;
    let run = ask(&rep, "draft a follow-up email for the Engine deal").await;
    assert_eq!(tool(&run), "draft_email", "{run:#}");
    let letter = &run["answer"]["drafts"][0];
    assert_eq!(
        (&letter["to"], &letter["subject"]),
        (&json!("ada@engine.example"), &json!("Following up: Engine")),
        "{run:#}"
    );
    assert!(letter["body"].as_str().unwrap().contains("Send the drawings"), "{letter:#}");
    assert_eq!(run["proposals"], json!([]));
    let sent = sqlx::query_scalar::<_, i64>("select count(*) from mail");
    let mut db = app.db.database.maintenance().await.unwrap();
    assert_eq!(sent.fetch_one(&mut db).await.unwrap(), 0);

    // Without an address there is no letter, and it is said why.
    rep.opportunity("Loom", json!({})).await;
    let run = ask(&rep, "draft an email for the Loom deal").await;
    assert_eq!(run["answer"]["drafts"], json!([]), "{run:#}");
    assert!(text(&run).contains("no e-mail address"), "{run:#}");
    // Who may not read addresses drafts no letters.
    crate::crm::hide(&app, "Sales Rep", json!({ "contact": { "email": "hidden" } })).await;
    let run = ask(&rep, "draft a follow-up email for the Engine deal").await;
    assert_eq!(run["answer"]["drafts"], json!([]), "{run:#}");
    assert!(!run.to_string().contains("ada@engine.example"), "{run:#}");
}

#[tokio::test]
async fn what_was_written_is_quoted_and_nothing_is_said_to_be_nothing() {
    let app = app().await;
    let rep = app.user(Builtin::SalesRep).await;
    let run = ask(&rep, "what did customers say about the price?").await;
    assert_eq!(tool(&run), "search_knowledge", "{run:#}");
    assert_eq!(text(&run), "I find nothing written about that among what you may see.", "{run:#}");
    let (mine, theirs) = (rep.opportunity("Cranes", json!({})).await, app.admin.opportunity("Lifts", json!({})).await);
    for (who, deal, subject) in
        [(&rep, &mine, "The price was too high for them"), (&app.admin, &theirs, "The price was a secret")]
    {
        let note = json!({ "kind": "note", "subject": subject, "opportunity_id": deal["id"] });
        who.post("/activities", note).await.ok();
    }
    // Indexed in the background, within seconds.
    let mut run = run;
    for _ in 0..40 {
        run = ask(&rep, "what did customers say about the price?").await;
        if text(&run).contains("too high") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    assert!(text(&run).contains("The price was too high for them") && text(&run).contains("[1]"), "{run:#}");
    assert!(!run.to_string().contains("secret"), "{run:#}");
}

#[tokio::test]
async fn a_figure_says_its_period() {
    let app = app().await;
    let run = ask(&app.admin, "average sales cycle by owner this year").await;
    assert_eq!((tool(&run), &run["answer"]["left_out"]), ("query_analytics", &json!(0)), "{run:#}");
    assert!(text(&run).starts_with("From 1 Jan "), "{run:#}");
}

#[tokio::test]
async fn the_day_is_ones_own_and_says_why() {
    let app = app().await;
    let (rep, other) = (app.user(Builtin::SalesRep).await, app.user(Builtin::SalesRep).await);
    assert!(text(&ask(&rep, "what should I do today?").await).starts_with("Nothing is due"));
    let today = Clock::default().now().date_naive();
    let before = |n| today.checked_sub_days(Days::new(n)).unwrap();
    rep.post("/tasks", json!({ "title": "Ring the bank", "due_date": before(2) })).await.ok();
    rep.post("/tasks", json!({ "title": "Send flowers", "due_date": today })).await.ok();
    rep.opportunity("Cranes", json!({ "close_date": before(3) })).await;
    other.post("/tasks", json!({ "title": "Not mine", "due_date": today })).await.ok();
    let run = ask(&rep, "what should I do today?").await;
    assert_eq!(tool(&run), "list_my_day", "{run:#}");
    assert_eq!(
        text(&run),
        "3 things to do, the most pressing first.\n- Ring the bank [1]: overdue by 2 days\n- Send flowers [2]: due today\n\
         - Cranes [3]: past its close date by 3 days, has no next step"
    );
    assert_eq!(run["answer"]["left_out"], json!(0));
    assert!(text(&ask(&rep, "what needs my approval?").await).contains("Nothing waits for your approval"));
}

#[tokio::test]
async fn a_meeting_has_its_hour_and_a_reminder() {
    let app = app().await;
    let rep = app.user(Builtin::SalesRep).await;
    let deal = lead(&rep, "Wanda", "Quist", "Quistwerk").await;
    let run = ask(&rep, "schedule a meeting with Wanda Quist for tomorrow at 3 pm").await;
    assert_eq!(tool(&run), "schedule_meeting", "{run:#}");
    let proposal = &run["proposals"][0];
    assert_eq!((&proposal["target"]["type"], &proposal["target"]["id"]), (&json!("lead"), &deal["id"]), "{run:#}");
    let reminded = proposal["diff"].as_array().unwrap().iter().find(|d| d["field"] == "remind_at").unwrap();
    assert!(reminded["new"].as_str().unwrap().contains("T14:45:00"), "{proposal:#}");
    let approval = format!("/proposals/{}/approval", proposal["id"].as_str().unwrap());
    rep.post(&approval, json!({ "diff_hash": proposal["diff_hash"] })).await.ok();
    let tasks = rep.get("/tasks?assignee_id=me").await.ok();
    assert_eq!(tasks["items"][0]["lead_id"], deal["id"], "{tasks:#}");
    // What is proposed about a lead is seen by who sees the lead.
    let path = format!("/proposals/{}", proposal["id"].as_str().unwrap());
    assert_eq!(app.stranger().await.get(&path).await.problem(), "404 not_found");
    assert_eq!(app.admin.get("/proposals").await.ok()["items"][0]["id"], proposal["id"]);
}
