//! How what was sent becomes a lead: by the same path as any other, in the name of the form.

use aws_lc_rs::digest::{SHA256, digest};
use dealwright_access::throttle::{self, Counter};
use dealwright_access::{Access, Context, Object};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::extract::{Validate, read_value};
use dealwright_kernel::id::OrgId;
use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::database::access_changed;
use dealwright_store::{ActorKind, Origin, Stamp, Tx};
use serde_json::{Map, Value, json};

use super::field::{self, Question, Sent};
use super::{Suspicion, WebForm, guard, store};
use crate::lead::assigning::Otherwise;
use crate::lead::{self, Lead, NewLead};
use crate::record;

/// A form as somebody fills it in.
#[derive(Debug)]
pub struct Open {
    pub org: OrgId,
    pub form: WebForm,
    pub questions: Vec<Question>,
}

/// The active form of a key, and what it asks.
///
/// # Errors
/// 404 when there is none.
pub async fn open(access: &Access, key: &str) -> Result<Open> {
    // Nothing else can be a key.
    if key.len() != 22 || !key.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Error::not_found("form"));
    }
    let mut tx = access.database().system().await?;
    let found = store::by_key(&mut tx, key).await?;
    tx.commit().await?;
    let (org, id, actor) = found.or_not_found("form")?;
    let (_, mut tx) = begin(access, org, actor, ("", None), Origin::default()).await?;
    let form = store::find(&mut tx, id).await?.or_not_found("form")?;
    let questions = field::questions(&form.fields, &field::askable(&mut tx).await?);
    tx.done(Open { org, form, questions }).await
}

/// Begins as the form's actor. Access that changes meanwhile is read again.
async fn begin(
    access: &Access,
    org: OrgId,
    actor: dealwright_kernel::id::UserId,
    (title, id): (&str, Option<uuid::Uuid>),
    origin: Origin,
) -> Result<(Context, Tx)> {
    let stamp = Stamp { kind: ActorKind::System, id, name: title.to_owned(), on_behalf_of: None };
    for _ in 0..5 {
        let cx = access.receiving(org, actor, Object::Lead, stamp.clone(), origin.clone()).await?;
        match cx.begin_unchanged().await {
            Err(error) if access_changed(&error) => {}
            begun => return Ok((cx, begun?)),
        }
    }
    Err(Error::conflict("try_again", "two changes met; try again"))
}

impl Open {
    /// Takes what was sent. What looks like spam is kept aside, and what has been sent a moment ago is not kept twice: both
    /// are answered as a success is.
    ///
    /// # Errors
    /// 429 `too_many_attempts`; 422 with what is wrong, by field.
    pub async fn take(&self, access: &Access, sent: &Sent, allowed: bool, origin: Origin) -> Result<()> {
        let now = access.clock().now();
        let counters = [Counter::forms(origin.ip.as_deref()), Counter::form(self.form.id.0)];
        let suspicion = guard::suspicion(access.keyring(), &self.form.key, sent, allowed, now);
        let mut tx = access.database().system().await?;
        throttle::check(&mut tx, &counters, now).await?;
        throttle::count(&mut tx, &counters, now).await?;
        let room = suspicion.is_none() || store::has_room(&mut tx, self.form.id).await?;
        tx.commit().await?;
        let answers = field::answers(&self.questions, sent);
        let name = format!("Web form “{}”", self.form.title);
        let (cx, mut tx) = begin(access, self.org, self.form.actor_id, (&name, Some(self.form.id.0)), origin).await?;
        match suspicion {
            Some(reason) if room => self.put_aside(&mut tx, &answers, reason).await?,
            Some(_) => {
                tracing::info!(form = %self.form.id, "too much waits of this form; what looks like spam is dropped")
            }
            None => {
                self.require(&answers)?;
                if !store::receive(&mut tx, self.form.id, &self.digest(&answers)?).await? {
                    return tx.done(()).await;
                }
                self.lead(&cx, &mut tx, &answers).await?;
            }
        }
        tx.commit(()).await?.into_inner();
        Ok(())
    }

    /// As much of it as a person reads in order to decide.
    async fn put_aside(&self, tx: &mut Tx, answers: &Map<String, Value>, reason: Suspicion) -> Result<()> {
        let short = |value: &Value| match value {
            Value::String(text) => json!(text.chars().filter(|c| *c != '\0').take(10_000).collect::<String>()),
            other => other.clone(),
        };
        let answers = answers.iter().map(|(field, value)| (field.clone(), short(value))).collect();
        store::keep(tx, self.form.id, &answers, reason).await
    }

    /// # Errors
    /// 422 for each question that has to be answered and is not.
    fn require(&self, answers: &Map<String, Value>) -> Result<()> {
        let missing = self.questions.iter().filter(|q| q.required && !is_answered(answers.get(&q.field)));
        let wrong: Vec<FieldError> = missing
            .map(|q| FieldError {
                field: q.field.clone(),
                code: "required".into(),
                message: "this field is required".into(),
            })
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(Error::fields("invalid", wrong)) }
    }

    fn digest(&self, answers: &Map<String, Value>) -> Result<Vec<u8>> {
        let text = serde_json::to_vec(&(self.form.id, answers)).map_err(Error::internal)?;
        Ok(digest(&SHA256, &text).as_ref().to_vec())
    }

    /// The lead that these answers make, by rules and assignment as any other.
    ///
    /// # Errors
    /// 422 with what is wrong, by field.
    pub async fn lead(&self, cx: &Context, tx: &mut Tx, answers: &Map<String, Value>) -> Result<Lead> {
        lead_of(cx, tx, &self.form, answers).await
    }
}

fn is_answered(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(_) => true,
    }
}

/// A lead of a form's answers.
///
/// # Errors
/// 422 with what is wrong, by field.
pub async fn lead_of(cx: &Context, tx: &mut Tx, form: &WebForm, answers: &Map<String, Value>) -> Result<Lead> {
    let mut new: NewLead = read_value(Value::Object(record::nested(answers.clone())))?;
    new.source_id = form.source_id;
    new.validate()?;
    lead::write::add(cx, tx, new, Some(Otherwise::Given(form.owner_id))).await
}
