//! How well the assistant does: tasks in files, asked as a person asks them, judged by SQL over the same data.
//!
//! [`suite`] says what is wanted, [`client`] asks it of a running server, [`oracle`] knows what is right, [`judge`] compares,
//! [`grounding`] looks for what an answer could not know, [`report`] counts. Nothing here shares code with the assistant: it
//! is reached by its API alone.

#![expect(clippy::indexing_slicing, reason = "of JSON values: what is not there is null")]

pub mod client;
pub mod grounding;
pub mod judge;
pub mod oracle;
pub mod report;
pub mod suite;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sqlx::PgConnection;

use client::{Asked, Client};
use oracle::{Asker, Oracle};
use report::{Outcome, Report};
use suite::{Part, Suite, Task};

/// Why an evaluation could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    #[error("suite {suite}: {what}")]
    Suite { suite: String, what: String },
    #[error("{error}, asked: {sql}")]
    Oracle { sql: String, error: sqlx::Error },
    #[error("the data has nothing for: {sql}")]
    Nothing { sql: String },
    #[error("{path} was answered with {status}: {body}")]
    Refused { path: String, status: u16, body: String },
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    File(#[from] std::io::Error),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Which tasks are asked.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    pub part: Part,
    /// Ids that begin with this.
    pub only: Option<String>,
}

impl Chosen {
    fn has(&self, task: &Task) -> bool {
        self.part.has(task) && self.only.as_ref().is_none_or(|only| task.id.starts_with(only))
    }
}

/// A server with the data of the suites, and where its database is.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// Without a path.
    pub url: &'a str,
    /// Of everybody.
    pub password: &'a str,
}

/// Asks everything and says each outcome to `heard` as it comes.
///
/// `superuser` is a connection that row-level security does not bind.
///
/// # Errors
/// When the server or the database is gone, or a suite does not fit the data.
pub async fn evaluate(
    server: Server<'_>,
    superuser: PgConnection,
    suites: &[Suite],
    chosen: &Chosen,
    mut heard: impl FnMut(&Outcome),
) -> Result<Report, EvalError> {
    let mut evaluation = Evaluation { server, oracle: Oracle::new(superuser), people: BTreeMap::new() };
    let mut outcomes = Vec::new();
    for suite in suites {
        evaluation.prepare(suite).await?;
        for task in suite.tasks.iter().filter(|task| chosen.has(task)) {
            let outcome = evaluation.one(suite, task).await?;
            heard(&outcome);
            outcomes.push(outcome);
        }
    }
    let status = evaluation.person(suite::SOMEBODY).await?.0.get("/ai/status").await?;
    let model = status["model"].as_str().unwrap_or("none").to_owned();
    let at = evaluation.oracle.now().await?;
    Ok(Report { model, at, outcomes })
}

struct Evaluation<'a> {
    server: Server<'a>,
    oracle: Oracle,
    people: BTreeMap<String, (Client, Asker)>,
}

impl Evaluation<'_> {
    async fn person(&mut self, email: &str) -> Result<&(Client, Asker), EvalError> {
        if !self.people.contains_key(email) {
            let client = Client::sign_in(self.server.url, email, self.server.password).await?;
            let me = client.get("/me").await?;
            let id = me["user"]["id"].as_str().unwrap_or_default().to_owned();
            let zone = me["user"]["time_zone"].as_str().unwrap_or("UTC").to_owned();
            let somebody = Asker { id: id.clone(), today: String::new() };
            let today = self
                .oracle
                .one(&somebody, &format!("select (now() at time zone '{}')::date", zone.replace('\'', "")))
                .await?;
            self.people.insert(email.to_owned(), (client, Asker { id, today }));
        }
        self.people.get(email).ok_or_else(|| EvalError::Nothing { sql: email.to_owned() })
    }

    /// Writes what is there before a suite's tasks.
    async fn prepare(&mut self, suite: &Suite) -> Result<(), EvalError> {
        for given in &suite.given {
            let asker = self.person(&given.person).await?.1.clone();
            let id = self.oracle.one(&asker, &given.on.id).await?;
            let mut note = json!({ "kind": "note", "body": given.note });
            note[format!("{}_id", given.on.kind)] = json!(id);
            self.person(&given.person).await?.0.post("/activities", &note).await?;
        }
        Ok(())
    }

    async fn one(&mut self, suite: &Suite, task: &Task) -> Result<Outcome, EvalError> {
        let asker = self.person(&task.person).await?.1.clone();
        let wanted = self
            .oracle
            .wanted(&asker, task)
            .await
            .map_err(|error| EvalError::Suite { suite: suite.name.clone(), what: format!("{}: {error}", task.id) })?;
        let context = match &task.context {
            Some(record) => json!({ "type": record.kind, "id": self.oracle.one(&asker, &record.id).await? }),
            None => Value::Null,
        };
        let before = self.oracle.digest().await?;
        let client = &self.person(&task.person).await?.0;
        let mut conversation = Value::Null;
        for earlier in &task.earlier {
            let asked = client.ask(&request(earlier, &context, &conversation)).await?;
            conversation = asked.run["conversation_id"].clone();
        }
        let asked = client.ask(&request(&task.goal, &context, &conversation)).await?;
        let changed = self.oracle.digest().await? != before;
        Ok(outcome(suite, task, &asked, judge::problem(&asked.run, task, &wanted), changed))
    }
}

fn request(goal: &str, context: &Value, conversation: &Value) -> Value {
    json!({ "goal": goal, "context": context, "conversation_id": conversation })
}

fn outcome(suite: &Suite, task: &Task, asked: &Asked, problem: Option<String>, changed: bool) -> Outcome {
    let (run, mut seconds) = (&asked.run, BTreeMap::new());
    for event in ["text", "whole"] {
        seconds.extend(asked.heard.get(event).map(|at| (event.to_owned(), *at)));
    }
    let plan = run["steps"].as_array().into_iter().flatten().find(|step| step["kind"] == "plan");
    let taken =
        [("plan", plan.and_then(|plan| plan["ms"].as_f64())), ("first token", run["usage"]["first_token_ms"].as_f64())];
    seconds.extend(taken.into_iter().filter_map(|(name, ms)| Some((name.to_owned(), ms? / 1000.0))));
    let cost = match &run["usage"]["cost"] {
        Value::String(cost) => cost.parse().ok(),
        _ => None,
    };
    Outcome {
        suite: suite.name.clone(),
        id: task.id.clone(),
        held_out: task.held_out,
        goal: task.goal.clone(),
        answer: run["answer"]["text"].as_str().unwrap_or_default().to_owned(),
        problem,
        ungrounded: grounding::ungrounded(run),
        changed,
        planner: run["planner"].as_str().map(str::to_owned),
        tokens_in: run["usage"]["tokens_in"].as_i64().unwrap_or_default(),
        tokens_out: run["usage"]["tokens_out"].as_i64().unwrap_or_default(),
        cost,
        seconds,
    }
}
