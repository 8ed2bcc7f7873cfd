//! The links of letters: each lets one person decide once on what one request says, without signing in. The token is tagged by
//! the server's key and stands in the URL's fragment, which browsers neither send nor pass on; looking at it uses nothing up, and
//! only a POST decides, so that nothing that follows links decides anything.

use axum::extract::State;
use axum::http::{Extensions, HeaderMap};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::session::device::Device;
use dealwright_access::{Access, Context, link};
use dealwright_kernel::error::{Outcome, Problems};
use dealwright_kernel::extract::{Json, Valid, Validate};
use dealwright_kernel::id::{ApprovalId, OrgId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::store;
use super::view::{self, Approval};

const CONTEXT: &str = "approval";
const TAG: usize = 32;
const BODY: usize = 16 * 4 + 4 + 2 + 8;
/// How long a link is good.
const LIFE: TimeDelta = TimeDelta::days(7);

/// The endpoint that shows what a link is for.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(look))
}

/// For whom and for what a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub org: OrgId,
    pub user: UserId,
    pub approval: ApprovalId,
    pub round: i32,
    pub level: i16,
    pub expires_at: DateTime<Utc>,
    /// What is used up: of the letter, so that a letter that is sent again has the same link.
    pub nonce: Uuid,
}

impl Link {
    fn message(&self) -> Vec<u8> {
        let ids = [self.org.0, self.user.0, self.approval.0, self.nonce];
        let mut bytes: Vec<u8> = ids.iter().flat_map(|id| id.as_bytes().iter().copied()).collect();
        bytes.extend(self.round.to_be_bytes());
        bytes.extend(self.level.to_be_bytes());
        bytes.extend(self.expires_at.timestamp().to_be_bytes());
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != BODY {
            return None;
        }
        let id = |n: usize| Uuid::from_slice(bytes.get(n * 16..(n + 1) * 16)?).ok();
        let round = i32::from_be_bytes(bytes.get(64..68)?.try_into().ok()?);
        let level = i16::from_be_bytes(bytes.get(68..70)?.try_into().ok()?);
        let expires = i64::from_be_bytes(bytes.get(70..78)?.try_into().ok()?);
        Some(Self {
            org: OrgId(id(0)?),
            user: UserId(id(1)?),
            approval: ApprovalId(id(2)?),
            nonce: id(3)?,
            round,
            level,
            expires_at: DateTime::from_timestamp(expires, 0)?,
        })
    }
}

/// The URL for a letter that goes now.
pub(crate) fn url(access: &Access, mut link: Link, now: DateTime<Utc>) -> String {
    link.expires_at = now + LIFE;
    let message = link.message();
    let tag = access.keyring().tag(CONTEXT, &message);
    let token = URL_SAFE_NO_PAD.encode([tag, message].concat());
    format!("{}/approval#{token}", access.settings().base_url)
}

fn read(access: &Access, token: &str, now: DateTime<Utc>) -> Option<Link> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (tag, message) = bytes.split_at_checked(TAG)?;
    let link = Link::read(message)?;
    (access.keyring().is_tag(CONTEXT, message, tag) && link.expires_at > now).then_some(link)
}

fn expired() -> Error {
    Error::invalid("link_expired", "this link has expired or was used; sign in to decide")
}

/// Opens a link: who it is for, as they are now. Tries are counted by network address.
///
/// # Errors
/// 422 `link_expired` when it is none, too old, or for somebody who has left; 429.
pub async fn open(access: &Access, token: &str, address: &str) -> Result<(Link, Context)> {
    link::check_tries(access, address).await?;
    let Some(found) = read(access, token, access.clock().now()) else {
        link::count_try(access, address).await?;
        return Err(expired());
    };
    match access.context_for(found.org, found.user).await {
        Ok(cx) => Ok((found, cx)),
        Err(error) if error.outcome == Outcome::NotFound => Err(expired()),
        Err(error) => Err(error),
    }
}

/// The request that a link is for, as its person sees it, while the link is good for it.
///
/// # Errors
/// 422 `link_expired` when it was used, when its person does not see the record any more, or when the definition takes no word by
/// mail; 409 `approval_changed` when what is approved has changed since, or the level is over.
pub async fn shown(cx: &Context, tx: &mut Tx, link: &Link) -> Result<Approval> {
    let used = sqlx::query_scalar!(
        r#"select exists (select from approval_link_use where org_id = $1 and nonce = $2) as "used!""#,
        tx.org().0,
        link.nonce,
    )
    .fetch_one(tx.db())
    .await?;
    let request = store::hold(tx, link.approval).await?;
    let Some(request) = request.filter(|request| !used && request.rules.by_mail) else { return Err(expired()) };
    let level = usize::try_from(link.level).unwrap_or_default();
    let open = request.run.asked().any(|(n, _)| n == level);
    let over = request.run.status != dealwright_workflow::approval::run::Status::Pending;
    if over || request.run.round != link.round || !open {
        return Err(Error::conflict(
            "approval_changed",
            "this was decided or has changed since the letter; sign in to see it",
        ));
    }
    view::one(cx, tx, link.approval).await
}

/// Uses a link up, in the transaction of the decision.
///
/// # Errors
/// 422 `link_expired` when another request was quicker.
pub async fn take(tx: &mut Tx, link: &Link) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let taken = sqlx::query!(
        "insert into approval_link_use (org_id, nonce, used_at) values ($1, $2, $3) on conflict do nothing",
        org,
        link.nonce,
        now
    )
    .execute(tx.db())
    .await?;
    if taken.rows_affected() == 1 { Ok(()) } else { Err(expired()) }
}

/// The token of a link: what stands behind the `#` of its URL.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalLinkToken)]
struct Token {
    #[schema(max_length = 300)]
    token: String,
}

impl Validate for Token {
    fn validate(&self) -> Result<()> {
        check_token(&self.token)
    }
}

/// # Errors
/// 422 on `token`.
pub fn check_token(token: &str) -> Result<()> {
    if token.is_empty() || token.len() > 300 {
        return Err(Error::field("token", "invalid_token", "between 1 and 300 characters"));
    }
    Ok(())
}

/// What a link is for.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalLink {
    organisation: String,
    /// Who decides by it.
    name: String,
    expires_at: DateTime<Utc>,
    approval: Approval,
}

/// What a letter's link is for
///
/// As its person sees it. Does not use it up.
#[utoipa::path(post, path = "/approval-links", tag = "approvals", security(()), request_body = Token, responses((status = 200, body = ApprovalLink), Problems))]
async fn look(
    State(access): State<Access>,
    headers: HeaderMap,
    extensions: Extensions,
    Valid(body): Valid<Token>,
) -> Result<Json<ApprovalLink>> {
    let device = Device::of(&headers, &extensions);
    let (link, cx) = open(&access, &body.token, &device.address).await?;
    let mut tx = cx.begin().await?;
    let approval = shown(&cx, &mut tx, &link).await?;
    let (organisation, name) = (cx.actor().org_name.clone(), cx.actor().name.clone());
    tx.done(Json(ApprovalLink { organisation, name, expires_at: link.expires_at, approval })).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written_and_as_nothing_else() {
        let link = Link {
            org: Uuid::from_u128(1).into(),
            user: Uuid::from_u128(2).into(),
            approval: Uuid::from_u128(3).into(),
            nonce: Uuid::from_u128(4),
            round: 5,
            level: 6,
            expires_at: DateTime::from_timestamp(7, 0).unwrap(),
        };
        let message = link.message();
        assert_eq!(Link::read(&message), Some(link));
        assert_eq!(Link::read(&message[1..]), None);
        assert_eq!(Link::read(&[message.clone(), vec![0]].concat()), None);
    }
}
