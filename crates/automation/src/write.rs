//! How an automation comes to be: whom it acts for, what it may do, and whether all of it can work.

use dealwright_access::policy::Grants;
use dealwright_access::{Context, api_key, service_account};
use dealwright_kernel::id::{AutomationId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::store as rules;
use serde_json::json;

use crate::definition::{self, Automation, Definition, Step, check};
use crate::store::{self, Kept};
use crate::webhook;

/// What an automation may hold on to: whom it acts for and what it may do.
#[derive(Debug)]
pub(crate) struct Rights {
    pub run_as: UserId,
    pub scopes: Grants,
}

/// Whom the definition acts for, and what it may do: the caller, or a service account; no more than either may.
pub(crate) async fn rights(cx: &Context, definition: &Definition) -> Result<Rights> {
    let me = cx.actor().user;
    let run_as = definition.run_as_id.unwrap_or(me);
    let limit = if run_as == me {
        cx.actor().grants.of_keys()
    } else {
        service_account::grants_of(cx, run_as).await.map_err(|error| {
            let client = error.outcome.status().is_client_error();
            let words = "it acts for you, or for an active service account";
            if client { Error::field("run_as_id", "not_a_service_account", words) } else { error }
        })?
    };
    let scopes = api_key::within(&definition.scopes, &limit)?;
    check::enough(definition, &scopes)?;
    if run_as != me
        && let Some(n) = definition.steps.iter().position(|step| matches!(step, Step::Agent { .. }))
    {
        let words = "the assistant answers a person: let the automation act for yourself";
        return Err(Error::field(format!("steps.{n}"), "needs_a_person", words));
    }
    Ok(Rights { run_as, scopes })
}

/// Checks what a definition speaks of and refers to.
pub(crate) async fn checked(cx: &Context, tx: &mut Tx, definition: &Definition) -> Result<()> {
    check::meaning(definition, &rules::catalogue(tx, definition.object).await?)?;
    check::references(cx, tx, definition).await
}

/// A sealed secret, when it will be needed.
pub(crate) fn secret(cx: &Context, id: AutomationId, definition: &Definition) -> Result<Option<Vec<u8>>> {
    if !definition.steps.iter().any(|step| matches!(step, Step::Webhook { .. })) {
        return Ok(None);
    }
    cx.access().keyring().seal(&webhook::context(id), webhook::new_secret()?.as_bytes()).map(Some)
}

/// A definition for the audit log.
pub(crate) fn said(definition: &Definition, rights: &Rights) -> serde_json::Value {
    json!({ "definition": definition, "run_as": rights.run_as })
}

/// Makes an automation, in a transaction that is still to be committed.
///
/// # Errors
/// 422 for what could not work, with its place; 409 `automation_name_taken`.
pub async fn create(cx: &Context, new: &Definition) -> Result<(Tx, Automation)> {
    let rights = rights(cx, new).await?;
    let mut tx = cx.begin().await?;
    checked(cx, &mut tx, new).await?;
    let id = AutomationId(tx.new_id());
    let next_at = store::next_of(new, tx.now());
    let secret = secret(cx, id, new)?;
    let kept = Kept { definition: new, run_as: rights.run_as, scopes: &rights.scopes, next_at, secret };
    store::insert(&mut tx, id, &kept).await?;
    let made = store::find(&mut tx, id).await?;
    let told = definition::event(&tx, id, &made.name, made.version, "created").data(said(new, &rights));
    tx.emit(told);
    Ok((tx, made))
}
