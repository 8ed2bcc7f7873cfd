//! Who is away, and who decides for them meanwhile. Everybody says it for themselves; it counts at the moment of a decision, and
//! who is away may still decide.

use axum::http::StatusCode;
use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::Access;
use dealwright_access::context::SignedIn;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Valid, Validate};
use dealwright_kernel::id::{DelegationId, UserId};
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Committed, Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::record::{Ref, Texts};

/// Times that one person has ahead.
const MOST: i64 = 20;
/// The longest, which is a parental leave.
const LONGEST: TimeDelta = TimeDelta::days(3 * 366);

/// The endpoints of delegations.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(index, create)).routes(routes!(delete))
}

/// A time in which somebody decides for somebody else.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovalDelegation {
    pub id: DelegationId,
    /// Who is away.
    pub person: Ref,
    /// Who decides for them.
    pub delegate: Ref,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub note: Option<String>,
    /// Whether it is now.
    pub active: bool,
    /// Whether it is the caller who is away.
    pub mine: bool,
}

async fn read(tx: &mut Tx, me: UserId, id: Option<DelegationId>) -> Result<Vec<ApprovalDelegation>> {
    let (org, now) = (tx.org().0, tx.now());
    let rows = sqlx::query!(
        "select d.id, d.user_id, u.name, d.delegate_id, s.name as delegate, d.starts_at, d.ends_at, d.note
         from approval_delegation d
         join app_user u on u.org_id = d.org_id and u.id = d.user_id
         join app_user s on s.org_id = d.org_id and s.id = d.delegate_id
         where d.org_id = $1 and $2 in (d.user_id, d.delegate_id) and d.ends_at > $3 and ($4::uuid is null or d.id = $4)
         order by d.starts_at, d.id limit 200",
        org,
        me.0,
        now,
        id.map(|id| id.0),
    )
    .fetch_all(tx.db())
    .await?;
    let shown = rows.into_iter().map(|r| ApprovalDelegation {
        id: r.id.into(),
        person: Ref { id: r.user_id, name: r.name },
        delegate: Ref { id: r.delegate_id, name: r.delegate },
        active: r.starts_at <= now,
        starts_at: r.starts_at,
        ends_at: r.ends_at,
        note: r.note,
        mine: r.user_id == me.0,
    });
    Ok(shown.collect())
}

/// Your delegations, and those to you
///
/// Those that are not over, by when they begin.
#[utoipa::path(get, path = "/approval-delegations", tag = "approvals", responses((status = 200, body = Page<ApprovalDelegation>), Problems))]
async fn index(SignedIn(cx): SignedIn) -> Result<Json<Page<ApprovalDelegation>>> {
    let mut tx = cx.begin().await?;
    let all = read(&mut tx, cx.actor().user, None).await?;
    tx.done(Json(Page::whole(all))).await
}

/// A time of absence.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewApprovalDelegation {
    /// Who decides for you.
    delegate_id: UserId,
    /// Now, when absent.
    starts_at: Option<DateTime<Utc>>,
    ends_at: DateTime<Utc>,
    #[schema(max_length = 500)]
    note: Option<String>,
}

impl Validate for NewApprovalDelegation {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.optional("note", self.note.as_deref(), 500);
        wrong.finish()
    }
}

fn told(tx: &Tx, of: &ApprovalDelegation, verb: &str) -> Event {
    let subject = Subject { object: "approval_delegation", id: of.id.0, name: of.person.name.clone(), version: None };
    Event::with_id(tx.new_id().into(), format!("approval_delegation.{verb}"), subject)
        .data(json!({ "delegate": of.delegate, "starts_at": of.starts_at, "ends_at": of.ends_at }))
}

/// Have somebody decide for you while you are away
#[utoipa::path(post, path = "/approval-delegations", tag = "approvals", request_body = NewApprovalDelegation, responses((status = 201, body = ApprovalDelegation), Problems))]
async fn create(
    SignedIn(cx): SignedIn,
    Valid(new): Valid<NewApprovalDelegation>,
) -> Result<Committed<(StatusCode, Json<ApprovalDelegation>)>> {
    let mut tx = cx.begin().await?;
    let (org, id, now, me) = (tx.org().0, DelegationId(tx.new_id()), tx.now(), cx.actor().user);
    let starts_at = new.starts_at.unwrap_or(now);
    if new.ends_at <= starts_at.max(now) || new.ends_at - starts_at > LONGEST {
        return Err(Error::field(
            "ends_at",
            "out_of_range",
            "after the beginning, not over yet, and within three years",
        ));
    }
    if new.delegate_id == me {
        return Err(Error::field("delegate_id", "invalid_value", "somebody else decides for you"));
    }
    let note = new.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    let added = sqlx::query!(
        "insert into approval_delegation (org_id, id, user_id, delegate_id, starts_at, ends_at, note, created_at)
         select $1, $2, $3, u.id, $5, $6, $7, $8 from app_user u
         where u.org_id = $1 and u.id = $4 and u.active and not u.service
           and (select count(*) from approval_delegation d where d.org_id = $1 and d.user_id = $3 and d.ends_at > $8) < $9",
        org,
        id.0,
        me.0,
        new.delegate_id.0,
        starts_at,
        new.ends_at,
        note,
        now,
        MOST,
    )
    .execute(tx.db())
    .await?;
    if added.rows_affected() == 0 {
        let why = format!("there is no such person, they are not active, or you have {MOST} delegations already");
        return Err(Error::field("delegate_id", "unknown_reference", why));
    }
    let made = read(&mut tx, me, Some(id)).await?.pop().or_not_found("delegation")?;
    let event = told(&tx, &made, "created");
    tx.emit(event);
    tx.commit((StatusCode::CREATED, Json(made))).await
}

/// End one of your delegations
#[utoipa::path(delete, path = "/approval-delegations/{id}", tag = "approvals", params(("id" = DelegationId, Path)), responses((status = 204, description = "Ended"), Problems))]
async fn delete(SignedIn(cx): SignedIn, Path(id): Path<DelegationId>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let found =
        read(&mut tx, cx.actor().user, Some(id)).await?.pop().filter(|one| one.mine).or_not_found("delegation")?;
    let org = tx.org().0;
    sqlx::query!("delete from approval_delegation where org_id = $1 and id = $2", org, id.0).execute(tx.db()).await?;
    let event = told(&tx, &found, "deleted");
    tx.emit(event);
    tx.commit(StatusCode::NO_CONTENT).await
}
