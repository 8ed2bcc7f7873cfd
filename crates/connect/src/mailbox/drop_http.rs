//! `/mail-address` and `/unmatched-emails`: a person's own drop address, and what came by it from nobody known.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use dealwright_access::context::permission;
use dealwright_access::policy::{CreateActivity, CreateContact};
use dealwright_access::{Access, Context, InPerson};
use dealwright_crm::activity::{self, Activity};
use dealwright_crm::contact::{self, NewContact};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path, Valid, Validate, etag};
use dealwright_kernel::id::{EventId, OrgId, UnmatchedEmailId, UserId};
use dealwright_kernel::{Error, Page, Result};
use dealwright_store::{Committed, Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::filing::{self, Filed};
use super::policy_http;
use super::unmatched::{self, UnmatchedEmail};

const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const LENGTH: usize = 26;

/// The endpoints of drop addresses.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new()
        .routes(routes!(address, make, end))
        .routes(routes!(waiting))
        .routes(routes!(discard))
        .routes(routes!(file))
}

/// Where a person sends what is to be stored.
#[derive(Debug, Serialize, ToSchema)]
struct MailAddress {
    /// To be put into BCC, or forwarded to; null until one is made, and while the organisation has no drop mailbox.
    address: Option<String>,
    /// Where a mail server may hand messages over, by `POST`; null until an address is made.
    inbound_url: Option<String>,
    created_at: Option<DateTime<Utc>>,
}

/// Whose a token is.
///
/// # Errors
/// When the database is gone.
pub async fn whose(access: &Access, token: &str) -> Result<Option<(OrgId, UserId)>> {
    if token.len() != LENGTH || !token.bytes().all(|b| LETTERS.contains(&b)) {
        return Ok(None);
    }
    let hash = hash(token);
    let mut tx = access.database().system().await?;
    let found = sqlx::query!(
        r#"select org_id as "org: OrgId", user_id as "user: UserId", token_hash from mail_drop where token_hash = $1"#,
        hash
    )
    .fetch_optional(tx.db())
    .await?;
    tx.commit().await?;
    let same = |kept: &[u8]| verify_slices_are_equal(kept, &hash).is_ok();
    Ok(found.filter(|row| same(&row.token_hash)).map(|row| (row.org, row.user)))
}

fn hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

/// 130 random bits, in letters and digits that survive every mail server.
fn token() -> Result<String> {
    let mut bytes = [0_u8; LENGTH];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::internal("no randomness"))?;
    Ok(bytes.iter().filter_map(|b| LETTERS.get(usize::from(*b) % LETTERS.len())).map(|b| char::from(*b)).collect())
}

/// The address with its token: `crm+TOKEN@…`.
fn plus(address: &str, token: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    Some(format!("{local}+{token}@{domain}"))
}

async fn shown(cx: &Context, tx: &mut Tx) -> Result<MailAddress> {
    let (org, user) = (tx.org().0, cx.actor().user);
    let row = sqlx::query!("select token, created_at from mail_drop where org_id = $1 and user_id = $2", org, user.0)
        .fetch_optional(tx.db())
        .await?;
    let Some(row) = row else { return Ok(MailAddress { address: None, inbound_url: None, created_at: None }) };
    let token = cx.access().keyring().open(&format!("mail-drop:{user}"), &row.token)?;
    let token = String::from_utf8(token).map_err(Error::internal)?;
    let drop = policy_http::current(tx).await?.drop_address;
    Ok(MailAddress {
        address: drop.and_then(|drop| plus(&drop, &token)),
        inbound_url: Some(format!("{}/inbound/mail/{token}", cx.access().settings().base_url)),
        created_at: Some(row.created_at),
    })
}

fn event(cx: &Context, tx: &Tx, verb: &str) -> Event {
    let actor = cx.actor();
    let subject = Subject { object: "mail_address", id: actor.user.0, name: actor.name.clone(), version: None };
    Event::with_id(EventId(tx.new_id()), format!("mail_address.{verb}"), subject)
}

/// Your drop address
#[utoipa::path(get, path = "/mail-address", tag = "mail", responses((status = 200, body = MailAddress), Problems))]
async fn address(cx: InPerson<CreateActivity>) -> Result<Json<MailAddress>> {
    let mut tx = cx.begin().await?;
    let address = shown(&cx, &mut tx).await?;
    tx.done(Json(address)).await
}

/// Make a drop address, or another one in its place
///
/// The former one stops at once.
#[utoipa::path(post, path = "/mail-address", tag = "mail", responses((status = 201, body = MailAddress), Problems))]
async fn make(cx: InPerson<CreateActivity>) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let (token, user) = (token()?, cx.actor().user);
    let sealed = cx.access().keyring().seal(&format!("mail-drop:{user}"), token.as_bytes())?;
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into mail_drop (org_id, user_id, token_hash, token, created_at) values ($1, $2, $3, $4, $5)
         on conflict (org_id, user_id) do update set token_hash = excluded.token_hash, token = excluded.token, created_at = excluded.created_at",
        org,
        user.0,
        hash(&token),
        sealed,
        now,
    )
    .execute(tx.db())
    .await?;
    let address = shown(&cx, &mut tx).await?;
    let event = event(&cx, &tx, "made");
    tx.emit(event);
    tx.commit((StatusCode::CREATED, Json(address))).await
}

/// End your drop address
#[utoipa::path(delete, path = "/mail-address", tag = "mail", responses((status = 204, description = "Ended"), Problems))]
async fn end(cx: InPerson<CreateActivity>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    let org = tx.org().0;
    let gone = sqlx::query!("delete from mail_drop where org_id = $1 and user_id = $2", org, cx.actor().user.0)
        .execute(tx.db())
        .await?;
    if gone.rows_affected() == 0 {
        return Err(Error::not_found("address"));
    }
    let event = event(&cx, &tx, "ended");
    tx.emit(event);
    tx.commit(StatusCode::NO_CONTENT).await
}

/// What came by your drop address from nobody known, the last first
#[utoipa::path(get, path = "/unmatched-emails", tag = "mail", responses((status = 200, body = Page<UnmatchedEmail>), Problems))]
async fn waiting(cx: InPerson<CreateActivity>) -> Result<Json<Page<UnmatchedEmail>>> {
    let mut tx = cx.begin().await?;
    let items = unmatched::list(&mut tx, None).await?;
    tx.done(Json(Page::whole(items))).await
}

/// Who a message is from.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct Matching {
    /// A contact to be made first; absent when somebody of the message is known by now.
    contact: Option<NewContact>,
}

impl Validate for Matching {
    fn validate(&self) -> Result<()> {
        self.contact.as_ref().map_or(Ok(()), Validate::validate)
    }
}

/// Store a message that waited, now that somebody of it is known
#[utoipa::path(post, path = "/unmatched-emails/{id}/filing", tag = "mail", params(("id" = UnmatchedEmailId, Path)), request_body = Matching,
    responses((status = 201, body = Activity), Problems))]
async fn file(
    cx: InPerson<CreateActivity>,
    Path(id): Path<UnmatchedEmailId>,
    Valid(matching): Valid<Matching>,
) -> Result<Committed<impl IntoResponse>> {
    let mut tx = cx.begin().await?;
    let waiting = unmatched::list(&mut tx, Some(id)).await?.pop().or_not_found("message")?;
    if let Some(contact) = matching.contact {
        cx.actor().require(permission::<CreateContact>())?;
        contact::write::create(&cx, &mut tx, contact).await?;
    }
    let Filed::As(activity) = filing::file(&cx, &mut tx, &waiting.parcel()).await? else {
        return Err(Error::invalid("nobody_known", "none of its people is a contact or a lead that you may see"));
    };
    unmatched::take(&mut tx, id).await?;
    let activity =
        activity::store::find(&mut tx, activity, false).await?.or_not_found("activity")?.allowing(cx.actor());
    let location = [(header::LOCATION, format!("/api/v1/activities/{}", activity.id))];
    tx.commit((StatusCode::CREATED, etag(activity.version), location, Json(activity))).await
}

/// Throw away a message that waits
#[utoipa::path(delete, path = "/unmatched-emails/{id}", tag = "mail", params(("id" = UnmatchedEmailId, Path)), responses((status = 204, description = "Thrown away"), Problems))]
async fn discard(cx: InPerson<CreateActivity>, Path(id): Path<UnmatchedEmailId>) -> Result<Committed<StatusCode>> {
    let mut tx = cx.begin().await?;
    if !unmatched::take(&mut tx, id).await? {
        return Err(Error::not_found("message"));
    }
    tx.commit(StatusCode::NO_CONTENT).await
}
