//! What other systems are told: a signed request, tried again for hours. Signed as [Standard Webhooks] say, so that a receiver
//! can check it with a library; its id stays the same over all tries.
//!
//! [Standard Webhooks]: https://www.standardwebhooks.com

use aws_lc_rs::hmac;
use aws_lc_rs::rand;
use axum::http::{Request, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dealwright_access::Access;
use dealwright_access::outbound::{Failed, Outbound};
use dealwright_kernel::id::{AutomationId, AutomationRunId};
use dealwright_kernel::{Error, Result};
use dealwright_store::NewJob;
use dealwright_store::job::Job;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::store::queue;

/// The job that sends.
pub const JOB: &str = "automation.webhook";
/// Ten tries, with pauses that grow: some hours.
const TRIES: i32 = 10;
const SECRET_LEN: usize = 32;

#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    automation: AutomationId,
    run: AutomationRunId,
    step: usize,
    url: String,
    body: Value,
}

/// The job that sends a body for a step of a run.
///
/// # Errors
/// Internal, when the payload can't be serialised.
pub fn job(automation: AutomationId, run: AutomationRunId, step: usize, url: &str, body: &Value) -> Result<NewJob> {
    let payload = Payload { automation, run, step, url: url.to_owned(), body: body.clone() };
    Ok(NewJob::new(JOB, &payload)?.attempts(TRIES))
}

/// A new secret, as it is shown once.
///
/// # Errors
/// Internal, when the machine has no randomness.
pub fn new_secret() -> Result<String> {
    let mut bytes = [0; SECRET_LEN];
    rand::fill(&mut bytes).map_err(|_| Error::internal("no randomness"))?;
    Ok(format!("whsec_{}", STANDARD.encode(bytes)))
}

/// Under which context an automation's secret is sealed.
#[must_use]
pub fn context(automation: AutomationId) -> String {
    format!("automation:{automation}")
}

/// The signature of a body: of its id, the time in seconds, and the body, with full stops between.
fn signature(secret: &str, id: &str, seconds: i64, body: &str) -> Result<String> {
    let key = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = STANDARD.decode(key).map_err(Error::internal)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let tag = hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(tag.as_ref())))
}

/// Sends what a step wants sent, and writes down what became of it.
///
/// # Errors
/// When the other system did not take it: it is tried again. The last failure stands in the run.
pub async fn send(access: &Access, job: &Job) -> Result<()> {
    let payload: Payload = serde_json::from_value(job.payload.clone()).map_err(Error::internal)?;
    let org = job.org.ok_or_else(|| Error::internal("an automation belongs to an organisation"))?;
    let step = i32::try_from(payload.step).map_err(Error::internal)?;
    let mut tx = access.database().system().await?;
    let sealed = queue::secret(tx.db(), org, payload.automation).await?;
    tx.commit().await?;
    // Whoever deletes an automation wants nothing sent any more.
    let Some(sealed) = sealed else { return Ok(()) };
    let secret = access.keyring().open(&context(payload.automation), &sealed)?;
    let secret = String::from_utf8(secret).map_err(Error::internal)?;
    let answer = deliver(access, &secret, &payload).await;
    let last = job.attempt >= job.max_attempts;
    let (told, result) = match answer {
        Ok(()) => (json!({ "status": "done", "reason": null, "code": null }), Ok(())),
        Err(Failed::Refused(why)) => (json!({ "status": "failed", "code": "not_sent", "reason": why }), Ok(())),
        Err(Failed::Unreachable(why)) => {
            let status = if last { "failed" } else { "sending" };
            let told =
                json!({ "status": status, "code": "not_taken", "reason": format!("{why} (try {})", job.attempt) });
            (told, Err(Error::unavailable("not_taken", why)))
        }
    };
    let mut tx = access.database().system().await?;
    queue::sent(tx.db(), org, payload.run.0, step, &told).await?;
    tx.commit().await?;
    result
}

async fn deliver(access: &Access, secret: &str, payload: &Payload) -> Result<(), Failed> {
    let body = payload.body.to_string();
    let (id, seconds) = (format!("{}_{}", payload.run, payload.step), access.clock().now().timestamp());
    let signed = signature(secret, &id, seconds, &body).map_err(|error| Failed::Refused(error.to_string()))?;
    let request = Request::post(&payload.url)
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", seconds)
        .header("webhook-signature", signed)
        .body(body.into_bytes())
        .map_err(|error| Failed::Refused(error.to_string()))?;
    let answer = Outbound::new(&access.settings().outbound_networks).send(request).await?;
    if answer.status().is_success() {
        return Ok(());
    }
    Err(Failed::Unreachable(format!("it answered {}", answer.status())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference implementation.
    #[test]
    fn it_signs_as_standard_webhooks_say() {
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}",
        );
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn secrets_are_new_each_time() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert!(one.starts_with("whsec_") && one.len() > 40);
        assert_ne!(one, other);
    }
}
