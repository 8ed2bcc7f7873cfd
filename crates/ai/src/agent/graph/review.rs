//! The reviewer's node: the answer is written out of the results, and what they do not support is taken out of it.

use dealwright_governance::policy::store as guardrails;
use dealwright_governance::safety;
use dealwright_kernel::Result;
use rust_decimal::Decimal;
use serde_json::json;

use super::{Walk, step_of};
use crate::agent::store::{self, Begin, End, Standing};
use crate::agent::{Answer, State, Status, Step, compose};
use crate::grounding::answer::Grounded;
use crate::grounding::{Facts, ground_answer};
use crate::tools::email::EmailDraft;

impl Walk<'_> {
    pub(super) async fn review(&self, standing: Standing) -> Result<()> {
        let mut tx = self.begin().await?;
        if !self.held(&mut tx, |_| true).await? {
            return tx.rollback().await;
        }
        store::save(&mut tx, self.run, Status::Reviewing, &standing.state).await?;
        let n = step_of(standing.state.asks.len());
        store::begin_step(&mut tx, self.run, &Begin { n, kind: "review", title: "Check the answer", tool: None })
            .await?;
        let steps = store::steps(&mut tx, self.run).await?;
        tx.commit(()).await?.into_inner();

        let state = standing.state;
        let (mut answer, reviewed) = self.answer(&standing.goal, &state, &steps);
        let Grounded { dropped, verdicts, .. } = reviewed;
        let withheld = self.filter(&mut answer).await?;
        let status = if answer.question.is_some() { Status::Waiting } else { Status::Done };

        let mut tx = self.begin().await?;
        if !self.held(&mut tx, |_| true).await? {
            return tx.rollback().await;
        }
        let summary = if dropped.is_empty() {
            "Every figure and name is from a result".to_owned()
        } else {
            format!("{} sentences left out", dropped.len())
        };
        let end = End {
            tool: None,
            result: json!({ "dropped": dropped, "filtered": withheld, "verdicts": verdicts }),
            count: None,
            summary: &summary,
            failed: false,
            arguments: json!({}),
        };
        store::end_step(&mut tx, self.run, n, &end, &[]).await?;
        store::save(&mut tx, self.run, status, &state).await?;
        for delta in pieces(&answer.text) {
            store::tell(&mut tx, self.run, "text", &json!({ "delta": delta })).await?;
        }
        store::tell(&mut tx, self.run, "answer", &answer).await?;
        if let Some(question) = &answer.question {
            store::tell(&mut tx, self.run, "question", question).await?;
        }
        store::reviewed(&mut tx, self.run, verdicts.len(), dropped.len()).await?;
        store::finish(&mut tx, self.run, status, Some(&answer), None).await?;
        store::tell(&mut tx, self.run, "done", &json!({ "status": status })).await?;
        tx.commit(()).await?.into_inner();
        Ok(())
    }

    /// Whether a letter says nothing that is not known: one that does is not shown at all.
    fn is_grounded(&self, letter: &EmailDraft, facts: &Facts) -> bool {
        let whole = format!("{}\n{}", letter.subject, letter.body);
        ground_answer(&whole, facts, &self.reading).dropped.is_empty()
    }

    /// Takes out of an answer what the content filter does not let be said; how many lines that were.
    pub(super) async fn filter(&self, answer: &mut Answer) -> Result<usize> {
        let mut tx = self.begin().await?;
        let filter = guardrails::policy(&mut tx).await?.rails.content_filter;
        tx.done(()).await?;
        let said = answer.text.lines().count();
        let kept: Vec<&str> = answer.text.lines().filter(|line| !safety::harmful(line, filter).blocks()).collect();
        let withheld = said - kept.len();
        if withheld > 0 {
            let mut text = kept.join("\n");
            text.push_str("\nThe content filter has left something out that stands in the records.");
            answer.text = text.trim_start().to_owned();
        }
        Ok(withheld)
    }

    /// Composes the answer and takes out of it what nothing supports.
    pub(super) fn answer(&self, goal: &str, state: &State, steps: &[Step]) -> (Answer, Grounded) {
        let mut draft = compose::Draft::default();
        let mut facts = Facts::default();
        facts.add_request(goal, &self.reading);
        for (i, ask) in state.asks.iter().enumerate() {
            if let Some(step) = steps.iter().find(|s| s.n == step_of(i)) {
                facts.add_result(&step.result, &self.reading);
                compose::add(&mut draft, ask, step, compose::Style { mark: self.reading.mark });
            }
        }
        draft.counted.iter().for_each(|n| facts.add_number(Decimal::from(*n)));
        draft.worked_out.iter().for_each(|n| facts.add_number(*n));
        (1..=draft.citations.len()).for_each(|n| facts.add_number(Decimal::from(n)));
        let grounded = ground_answer(&draft.text, &facts, &self.reading);
        // Our own sentences: of what could not be done, and the question.
        let noted: Vec<String> = state.suspicious.iter().map(|text| suspicious(text)).chain(asked_of(state)).collect();
        let mut parts: Vec<&str> = Some(grounded.text.as_str()).filter(|t| !t.is_empty()).into_iter().collect();
        parts.extend(state.said.iter().map(String::as_str));
        parts.extend(noted.iter().map(String::as_str));
        parts.extend(state.question.as_ref().map(|q| q.text.as_str()));
        let text = parts.join("\n");
        let answer = Answer {
            text,
            citations: draft.citations,
            left_out: grounded.dropped.len(),
            without_model: state.without_model,
            question: state.question.clone(),
            drafts: draft.letters.into_iter().filter(|letter| self.is_grounded(letter, &facts)).collect(),
        };
        (answer, grounded)
    }
}

/// Which model was not asked, or did not answer, and what was done instead.
fn asked_of(state: &State) -> Option<String> {
    match (&state.withheld, &state.away, &state.fell_back) {
        (_, Some(away), Some(other)) => {
            Some(format!("The model {away} does not answer; {other} has read your request instead."))
        }
        (Some(why), _, None) => Some(format!("{why}; so no model was asked.")),
        (None, Some(away), None) => {
            Some(format!("The model {away} does not answer; your request was read without one."))
        }
        _ => None,
    }
}

/// That something was read that means to give orders.
fn suspicious(text: &str) -> String {
    let short: String = text.chars().take(120).collect();
    format!(
        "Something that I read looks like an order to an assistant: “{short}”. It is a text in your records, and I did not follow it."
    )
}

/// The answer in the pieces in which it is streamed: line by line.
fn pieces(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}
