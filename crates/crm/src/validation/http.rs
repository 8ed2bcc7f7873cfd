//! `/accounts/validation` and its like: 204 when the record could be created, else what is wrong with it.

use axum::http::StatusCode;
use dealwright_access::policy::{CreateAccount, CreateContact, CreateLead, CreateOpportunity};
use dealwright_access::{Access, Allow};
use dealwright_kernel::Result;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::Valid;
use dealwright_store::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::account::{self, NewAccount};
use crate::contact::{self, NewContact};
use crate::lead::{self, NewLead};
use crate::opportunity::{self, NewOpportunity};

/// The endpoints that say what creating a record would say.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(of_account))
        .routes(routes!(of_contact))
        .routes(routes!(of_lead))
        .routes(routes!(of_opportunity))
}

/// Check a new account
///
/// Says what creating it would say, validation rules included, and creates nothing. Duplicates are not looked for.
#[utoipa::path(post, path = "/accounts/validation", tag = "accounts", request_body = NewAccount, responses((status = 204, description = "It could be created"), Problems))]
async fn of_account(cx: Allow<CreateAccount>, Valid(new): Valid<NewAccount>) -> Result<StatusCode> {
    let mut tx = cx.begin().await?;
    let new = NewAccount { allow_duplicates: true, ..new };
    let made = account::write::create(&cx, &mut tx, new).await.map(drop);
    give_up(tx, made).await
}

/// Check a new contact
///
/// Says what creating it would say, validation rules included, and creates nothing. Duplicates are not looked for.
#[utoipa::path(post, path = "/contacts/validation", tag = "contacts", request_body = NewContact, responses((status = 204, description = "It could be created"), Problems))]
async fn of_contact(cx: Allow<CreateContact>, Valid(new): Valid<NewContact>) -> Result<StatusCode> {
    let mut tx = cx.begin().await?;
    let new = NewContact { allow_duplicates: true, ..new };
    let made = contact::write::create(&cx, &mut tx, new).await.map(drop);
    give_up(tx, made).await
}

/// Check a new lead
///
/// Says what creating it would say, validation rules included, and creates nothing. Duplicates are not looked for.
#[utoipa::path(post, path = "/leads/validation", tag = "leads", request_body = NewLead, responses((status = 204, description = "It could be created"), Problems))]
async fn of_lead(cx: Allow<CreateLead>, Valid(new): Valid<NewLead>) -> Result<StatusCode> {
    let mut tx = cx.begin().await?;
    // Nobody's turn is taken.
    let new = NewLead { allow_duplicates: true, assign: false, ..new };
    let made = lead::write::create(&cx, &mut tx, new).await.map(drop);
    give_up(tx, made).await
}

/// Check a new opportunity
///
/// Says what creating it would say, validation rules and what its stage asks for included, and creates nothing.
#[utoipa::path(post, path = "/opportunities/validation", tag = "opportunities", request_body = NewOpportunity, responses((status = 204, description = "It could be created"), Problems))]
async fn of_opportunity(cx: Allow<CreateOpportunity>, Valid(new): Valid<NewOpportunity>) -> Result<StatusCode> {
    let mut tx = cx.begin().await?;
    let made = opportunity::write::create(&cx, &mut tx, new).await.map(drop);
    give_up(tx, made).await
}

async fn give_up(tx: Tx, made: Result<()>) -> Result<StatusCode> {
    tx.rollback().await?;
    made.map(|()| StatusCode::NO_CONTENT)
}
