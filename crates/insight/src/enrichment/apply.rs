//! Taking proposals over, by the record's own edit: its version, permissions, rules, history and undo.

use dealwright_access::Context;
use dealwright_access::context::permission;
use dealwright_access::policy::{UpdateAccount, UpdateLead};
use dealwright_crm::account::{Account, AccountPatch};
use dealwright_crm::lead::{Lead, LeadPatch};
use dealwright_crm::record::Texts;
use dealwright_crm::{account, lead};
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{AccountId, LeadId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::store;
use super::suggest::{self, Subject, Suggestion};

/// A proposal that was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChosenSuggestion)]
pub struct Chosen {
    #[schema(max_length = 100)]
    pub field: String,
    /// The id of the source.
    #[schema(max_length = 100)]
    pub source: String,
}

/// What is taken over.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TakeEnrichmentOver)]
pub struct TakeOver {
    /// The version that was read, unless `If-Match` says it.
    #[serde(default)]
    pub version: Option<i64>,
    /// One of each field at most.
    #[schema(min_items = 1, max_items = 20)]
    pub fields: Vec<Chosen>,
}

impl Validate for TakeOver {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if self.fields.is_empty() {
            wrong.push("fields", "required", "choose at least one proposal");
        }
        if self.fields.len() > 20 {
            wrong.push("fields", "too_many", "at most 20 proposals");
        }
        for (n, chosen) in self.fields.iter().enumerate() {
            if self.fields.iter().take(n).any(|other| other.field == chosen.field) {
                wrong.push(&format!("fields.{n}"), "invalid_value", "one proposal for each field");
            }
        }
        wrong.finish()
    }
}

/// The proposals that were chosen, as they are by now.
fn chosen<'a>(all: &'a [Suggestion], wanted: &[Chosen]) -> Result<Vec<&'a Suggestion>> {
    let find = |chosen: &Chosen| {
        all.iter().find(|s| s.field == chosen.field && s.source == chosen.source && !s.value.is_null()).ok_or_else(
            || {
                let why = format!("{} is not proposed for {} any more; look again", chosen.source, chosen.field);
                Error::conflict("enrichment_changed", why).on(chosen.field.clone())
            },
        )
    };
    wanted.iter().map(find).collect()
}

fn values(chosen: &[&Suggestion]) -> Map<String, Value> {
    chosen.iter().map(|s| (s.field.clone(), s.value.clone())).collect()
}

/// What was written, beside what proposed it.
fn written<'a>(chosen: Vec<&'a Suggestion>, now: &Subject) -> Vec<(&'a Suggestion, Value)> {
    let value = |s: &Suggestion| now.fields.get(&s.field).cloned().unwrap_or(Value::Null);
    chosen.into_iter().map(|s| (s, value(s))).collect()
}

/// Takes proposals over to an account.
///
/// # Errors
/// 404; 403; 409 `version_conflict`, or `enrichment_changed` when one is not proposed any more; 422 of the rules.
pub async fn account(cx: &Context, tx: &mut Tx, id: AccountId, version: i64, wanted: &[Chosen]) -> Result<Account> {
    let permit = cx.permit_for::<Account>(tx, id, permission::<UpdateAccount>()).await?;
    let subject = Subject::of_account(&permit)?;
    let known = suggest::of(cx.actor(), tx, &subject).await?;
    let chosen = chosen(&known.suggestions, wanted)?;
    let patch = AccountPatch::from_values(values(&chosen))?;
    let done = account::write::update(cx, tx, permit, version, patch, None).await?;
    let taken = written(chosen, &Subject::of_account(&done.account)?);
    store::note(tx, subject.target, cx.actor().user, &taken).await?;
    Ok(done.account)
}

/// Takes proposals over to a lead.
///
/// # Errors
/// As [`account`]; 409 `lead_converted`.
pub async fn lead(cx: &Context, tx: &mut Tx, id: LeadId, version: i64, wanted: &[Chosen]) -> Result<Lead> {
    let permit = cx.permit_for::<Lead>(tx, id, permission::<UpdateLead>()).await?;
    let subject = Subject::of_lead(&permit)?;
    let known = suggest::of(cx.actor(), tx, &subject).await?;
    let chosen = chosen(&known.suggestions, wanted)?;
    let patch = LeadPatch::from_values(values(&chosen))?;
    let done = lead::write::update(cx, tx, permit, version, patch, None).await?;
    let taken = written(chosen, &Subject::of_lead(&done.lead)?);
    store::note(tx, subject.target, cx.actor().user, &taken).await?;
    Ok(done.lead)
}
