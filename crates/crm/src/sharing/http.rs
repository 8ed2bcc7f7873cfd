//! `/opportunities/{id}/shares` and its like for accounts, contacts and tasks; `/effective-access`.

use axum::http::StatusCode;
use dealwright_access::policy::{
    Needs, ReadAccount, ReadContact, ReadLead, ReadOpportunity, ReadRole, ReadTask, UpdateAccount, UpdateContact,
    UpdateLead, UpdateOpportunity, UpdateTask,
};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Query, Valid};
use dealwright_kernel::id::{AccountId, ContactId, LeadId, OpportunityId, ShareId, TaskId, UserId};
use dealwright_kernel::{Page, Result};
use dealwright_store::Committed;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::effective::{self, Effective};
use super::{NewShare, Share, Shareable, store};
use crate::account::Account;
use crate::contact::Contact;
use crate::lead::Lead;
use crate::opportunity::Opportunity;
use crate::task::Task;

/// The endpoints of sharing.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .merge(opportunities::router())
        .merge(accounts::router())
        .merge(contacts::router())
        .merge(leads::router())
        .merge(tasks::router())
        .routes(routes!(effective_access))
}

async fn list<T: Shareable, P: Needs>(cx: Allow<P>, id: T::Id) -> Result<Json<Page<Share>>> {
    let mut tx = cx.begin().await?;
    T::find(&mut tx, id).await?.or_not_found(T::OBJECT.as_str())?;
    let shares = store::list(&mut tx, T::OBJECT, id.into()).await?;
    tx.done(Json(Page::whole(shares))).await
}

async fn add<T: Shareable, P: Needs>(
    cx: Allow<P>,
    id: T::Id,
    new: NewShare,
) -> Result<Committed<(StatusCode, Json<Share>)>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<T>(&mut tx, id).await?;
    let share = super::share(&cx, &mut tx, permit, id.into(), new).await?;
    tx.commit((StatusCode::CREATED, Json(share))).await
}

async fn remove<T: Shareable, P: Needs>(cx: Allow<P>, id: T::Id, share: ShareId) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let permit = cx.permit::<T>(&mut tx, id).await?;
    super::unshare(&mut tx, permit, id.into(), share).await?;
    tx.commit(StatusCode::NO_CONTENT).await
}

/// The endpoints of one kind of record: their paths and types are all that differs.
macro_rules! shares {
    ($records:ident, $path:literal, $one:literal, $record:ident, $id:ident, $read:ident, $update:ident) => {
        mod $records {
            use super::*;

            pub(super) fn router() -> OpenApiRouter<Access> {
                OpenApiRouter::new().routes(routes!(index, share)).routes(routes!(unshare))
            }

            /// With whom a record is shared
            #[utoipa::path(get, path = $path, tag = "sharing", params(("id" = $id, Path)), responses((status = 200, body = Page<Share>), Problems))]
            async fn index(cx: Allow<$read>, Path(id): Path<$id>) -> Result<Json<Page<Share>>> {
                list::<$record, $read>(cx, id).await
            }

            /// Share a record with a person, or with a team and the teams below it
            ///
            /// Whoever may change the record may share it. With whom it is shared already gets this level and end.
            #[utoipa::path(post, path = $path, tag = "sharing", params(("id" = $id, Path)), request_body = NewShare, responses((status = 201, body = Share), Problems))]
            async fn share(
                cx: Allow<$update>,
                Path(id): Path<$id>,
                Valid(new): Valid<NewShare>,
            ) -> Result<Committed<(StatusCode, Json<Share>)>> {
                add::<$record, $update>(cx, id, new).await
            }

            /// Take a share back
            #[utoipa::path(delete, path = $one, tag = "sharing", params(("id" = $id, Path), ("share_id" = ShareId, Path)), responses((status = 204, description = "It ends with the next request"), Problems))]
            async fn unshare(
                cx: Allow<$update>,
                Path((id, share)): Path<($id, ShareId)>,
            ) -> Result<Committed<StatusCode>> {
                remove::<$record, $update>(cx, id, share).await
            }
        }
    };
}

shares!(
    opportunities,
    "/opportunities/{id}/shares",
    "/opportunities/{id}/shares/{share_id}",
    Opportunity,
    OpportunityId,
    ReadOpportunity,
    UpdateOpportunity
);
shares!(
    accounts,
    "/accounts/{id}/shares",
    "/accounts/{id}/shares/{share_id}",
    Account,
    AccountId,
    ReadAccount,
    UpdateAccount
);
shares!(
    contacts,
    "/contacts/{id}/shares",
    "/contacts/{id}/shares/{share_id}",
    Contact,
    ContactId,
    ReadContact,
    UpdateContact
);
shares!(leads, "/leads/{id}/shares", "/leads/{id}/shares/{share_id}", Lead, LeadId, ReadLead, UpdateLead);
shares!(tasks, "/tasks/{id}/shares", "/tasks/{id}/shares/{share_id}", Task, TaskId, ReadTask, UpdateTask);

/// The kinds of record.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SharedObject)]
enum Kind {
    Opportunity,
    Account,
    Contact,
    Lead,
    Task,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Params {
    user_id: UserId,
    #[param(inline)]
    object: Kind,
    /// The record.
    id: Uuid,
}

/// What a person may do with a record, and why
///
/// Asked of the same functions that allow or refuse the person. For those who may read roles and see the record.
#[utoipa::path(get, path = "/effective-access", tag = "sharing", params(Params), responses((status = 200, body = Effective), Problems))]
async fn effective_access(cx: Allow<ReadRole>, Query(asked): Query<Params>) -> Result<Json<Effective>> {
    let (user, id) = (asked.user_id, asked.id);
    let effective = match asked.object {
        Kind::Opportunity => effective::of::<Opportunity>(&cx, user, OpportunityId(id)).await,
        Kind::Account => effective::of::<Account>(&cx, user, AccountId(id)).await,
        Kind::Contact => effective::of::<Contact>(&cx, user, ContactId(id)).await,
        Kind::Lead => effective::of::<Lead>(&cx, user, LeadId(id)).await,
        Kind::Task => effective::of::<Task>(&cx, user, TaskId(id)).await,
    };
    effective.map(Json)
}
