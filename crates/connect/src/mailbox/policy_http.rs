//! `/mail-policy`: what an administrator decides about mail, and which mailboxes there are.

use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use dealwright_access::policy::{CreateActivity, UpdateOrganisation};
use dealwright_access::{Access, Allow};
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{IfMatch, Json, Valid, Validate, etag};
use dealwright_kernel::id::{EventId, MailboxId, UserId};
use dealwright_kernel::{Page, Patch, Result};
use dealwright_store::change::{diff, stale};
use dealwright_store::{Committed, Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Wrong, letter, sieve};

/// The endpoints of the policy.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(get, update)).routes(routes!(mailboxes))
}

/// What an administrator decided about mail.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MailPolicy {
    /// Whether people may connect mailboxes of their own.
    pub mailboxes: bool,
    /// Addresses and domains: a message with one of them is stored of nobody's mailbox.
    pub never: Vec<String>,
    /// The address whose mailbox takes in what people forward, and before whose @ each of them has a word of their own.
    pub drop_address: Option<String>,
    pub version: i64,
}

#[derive(Serialize)]
struct Writable<'a> {
    mailboxes: bool,
    never: &'a [String],
    drop_address: Option<&'a str>,
}

impl MailPolicy {
    fn writable(&self) -> Writable<'_> {
        Writable { mailboxes: self.mailboxes, never: &self.never, drop_address: self.drop_address.as_deref() }
    }
}

/// A change of the policy: absent leaves, null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct MailPolicyPatch {
    /// The version that was read, unless `If-Match` says it.
    version: Option<i64>,
    mailboxes: Option<bool>,
    #[schema(max_items = 500)]
    never: Option<Vec<String>>,
    #[schema(value_type = Option<String>, max_length = 320)]
    drop_address: Patch<String>,
}

impl Validate for MailPolicyPatch {
    fn validate(&self) -> Result<()> {
        let mut wrong = Wrong::default();
        wrong.never(self.never.as_deref().unwrap_or_default());
        if let Patch::Value(address) = &self.drop_address
            && letter::normal(address).is_none_or(|a| a.contains('+'))
        {
            wrong.push("drop_address", "invalid_value", "an e-mail address without a plus sign");
        }
        wrong.finish()
    }
}

/// The policy as it stands.
///
/// # Errors
/// When the database is gone.
pub async fn current(tx: &mut Tx) -> Result<MailPolicy> {
    let org = tx.org().0;
    let row = sqlx::query_as!(
        MailPolicy,
        "select mailboxes, never, drop_address, version from mail_policy where org_id = $1",
        org
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.unwrap_or(MailPolicy { mailboxes: true, never: Vec::new(), drop_address: None, version: 0 }))
}

/// Whether people may connect mailboxes.
///
/// # Errors
/// When the database is gone.
pub async fn allows(tx: &mut Tx) -> Result<bool> {
    Ok(current(tx).await?.mailboxes)
}

/// What an administrator decided about mail
#[utoipa::path(get, path = "/mail-policy", tag = "mail", responses((status = 200, body = MailPolicy), Problems))]
async fn get(cx: Allow<CreateActivity>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let policy = current(&mut tx).await?;
    tx.done((etag(policy.version), Json(policy))).await
}

/// Change what is decided about mail
#[utoipa::path(patch, path = "/mail-policy", tag = "mail", params(("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = MailPolicyPatch, responses((status = 200, body = MailPolicy), Problems))]
async fn update(
    cx: Allow<UpdateOrganisation>,
    if_match: IfMatch,
    Valid(patch): Valid<MailPolicyPatch>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(patch.version)?;
    let mut tx = cx.begin().await?;
    let old = current(&mut tx).await?;
    let new = MailPolicy {
        mailboxes: patch.mailboxes.unwrap_or(old.mailboxes),
        never: patch.never.as_deref().map_or_else(|| old.never.clone(), sieve::tidy),
        drop_address: patch.drop_address.map(|a| a.trim().to_lowercase()).apply(old.drop_address.clone()),
        version: old.version,
    };
    if old.version != version {
        return Err(stale(old.version, &old.writable(), &new.writable()));
    }
    let policy = write(&mut tx, &old, new).await?;
    tx.commit((etag(policy.version), Json(policy))).await
}

/// Writes the policy, and says what changed.
///
/// # Errors
/// 409 `version_conflict`.
pub async fn write(tx: &mut Tx, old: &MailPolicy, new: MailPolicy) -> Result<MailPolicy> {
    let changes = diff(&old.writable(), &new.writable())?;
    if changes.is_empty() {
        return Ok(old.clone());
    }
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query_scalar!(
        "insert into mail_policy (org_id, mailboxes, never, drop_address, updated_at) values ($1, $2, $3, $4, $5)
         on conflict (org_id) do update set mailboxes = excluded.mailboxes, never = excluded.never, drop_address = excluded.drop_address,
             updated_at = excluded.updated_at, version = mail_policy.version + 1
         where mail_policy.version = $6 returning version",
        org,
        new.mailboxes,
        &new.never,
        new.drop_address,
        now,
        old.version,
    )
    .fetch_optional(tx.db())
    .await?;
    let Some(version) = written else { return Err(stale(old.version + 1, &old.writable(), &new.writable())) };
    let subject = Subject { object: "mail_policy", id: org, name: "E-mail".to_owned(), version: Some(version) };
    let event = Event::with_id(EventId(tx.new_id()), "mail_policy.updated", subject).changes(changes);
    tx.emit(event);
    Ok(MailPolicy { version, ..new })
}

/// A mailbox as an administrator sees it: whose it is and how it does, and nothing of what is in it.
#[derive(Debug, Serialize, ToSchema)]
struct ConnectedMailbox {
    id: MailboxId,
    user_id: UserId,
    user_name: String,
    address: String,
    host: String,
    private: bool,
    last_sync_at: Option<DateTime<Utc>>,
    next_sync_at: Option<DateTime<Utc>>,
    error_code: Option<String>,
}

/// The mailboxes that people have connected
#[utoipa::path(get, path = "/mail-policy/mailboxes", tag = "mail", responses((status = 200, body = Page<ConnectedMailbox>), Problems))]
async fn mailboxes(cx: Allow<UpdateOrganisation>) -> Result<Json<Page<ConnectedMailbox>>> {
    let mut tx = cx.begin().await?;
    let org = tx.org().0;
    let items = sqlx::query_as!(
        ConnectedMailbox,
        r#"select m.id as "id: MailboxId", u.id as "user_id: UserId", u.name as user_name, m.address, m.host, m.private,
                  m.synced_at as last_sync_at, m.next_sync_at, m.error_code
           from mailbox m join app_user u on u.org_id = m.org_id and u.id = m.user_id
           where m.org_id = $1 order by lower(u.name), m.created_at limit 1000"#,
        org
    )
    .fetch_all(tx.db())
    .await?;
    tx.done(Json(Page::whole(items))).await
}
