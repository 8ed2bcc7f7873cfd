//! `/accounts/{id}/team`: who works on an account.

use axum::http::StatusCode;
use dealwright_access::policy::{ReadAccount, UpdateAccount};
use dealwright_access::{Access, Allow, Record};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Valid};
use dealwright_kernel::id::{AccountId, MemberId};
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Member, NewMember, store};
use crate::account::Account;

/// The endpoints of account teams.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, add)).routes(routes!(remove))
}

/// The team of an account
#[utoipa::path(get, path = "/accounts/{id}/team", tag = "sharing", params(("id" = AccountId, Path)), responses((status = 200, body = Page<Member>), Problems))]
async fn index(cx: Allow<ReadAccount>, Path(id): Path<AccountId>) -> Result<Json<Page<Member>>> {
    let mut tx = cx.begin().await?;
    Account::find(&mut tx, id).await?.or_not_found("account")?;
    let members = store::list(&mut tx, id).await?;
    tx.done(Json(Page::whole(members))).await
}

/// Put somebody on an account's team
///
/// They see the account, and as chosen its opportunities and contacts. A member already gets this role and these levels.
#[utoipa::path(post, path = "/accounts/{id}/team", tag = "sharing", params(("id" = AccountId, Path)), request_body = NewMember, responses((status = 201, body = Member), Problems))]
async fn add(
    cx: Allow<UpdateAccount>,
    Path(id): Path<AccountId>,
    Valid(new): Valid<NewMember>,
) -> Result<Committed<(StatusCode, Json<Member>)>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit(&mut tx, id).await?;
    let member = super::add(&cx, &mut tx, permit, new).await?;
    tx.commit((StatusCode::CREATED, Json(member))).await
}

/// Take somebody off an account's team
#[utoipa::path(delete, path = "/accounts/{id}/team/{member_id}", tag = "sharing", params(("id" = AccountId, Path), ("member_id" = MemberId, Path)),
    responses((status = 204, description = "It ends with the next request"), Problems))]
async fn remove(
    cx: Allow<UpdateAccount>,
    Path((id, member)): Path<(AccountId, MemberId)>,
) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit(&mut tx, id).await?;
    super::remove(&mut tx, permit, member).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}
