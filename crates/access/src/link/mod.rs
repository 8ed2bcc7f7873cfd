//! Links that are good once, sent by mail: invitations and password resets. The token stands in the URL's fragment, which
//! browsers neither send nor pass on as a referrer; the table holds its hash. A newer link of a kind ends the former.

pub mod http;
pub mod store;

use chrono::TimeDelta;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::UserId;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::session::{TokenHash, new_token, throttle};
use crate::{Access, password};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Purpose {
    Invitation,
    PasswordReset,
}

impl Purpose {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
        }
    }

    /// How long it is good.
    #[must_use]
    pub const fn life(self) -> TimeDelta {
        match self {
            Self::Invitation => TimeDelta::days(7),
            Self::PasswordReset => TimeDelta::minutes(30),
        }
    }

    const fn page(self) -> &'static str {
        match self {
            Self::Invitation => "/invitation",
            Self::PasswordReset => "/reset-password",
        }
    }
}

/// Makes a link for a person and returns its URL.
pub(crate) async fn issue(tx: &mut Tx, base_url: &str, user: UserId, purpose: Purpose) -> Result<String> {
    let token = new_token()?;
    store::put(tx, user, purpose, &TokenHash::of(&token)).await?;
    Ok(format!("{base_url}{}#{token}", purpose.page()))
}

/// Whom a link is for. Tries are counted by network address.
///
/// # Errors
/// 422 `link_expired` when it is unknown, used or too old; 429.
pub(crate) async fn holder(
    access: &Access,
    token: &str,
    purpose: Option<Purpose>,
    address: &str,
) -> Result<store::Holder> {
    let now = access.clock().now();
    let mut tx = access.database().system().await?;
    throttle::LINKS_BY_ADDRESS.check(&mut tx, address, now).await?;
    let found = store::find(&mut tx, &TokenHash::of(token), now).await?;
    let found = found.filter(|holder| purpose.is_none_or(|purpose| holder.purpose == purpose));
    if found.is_none() {
        throttle::LINKS_BY_ADDRESS.count(&mut tx, address, now).await?;
    }
    tx.commit().await?;
    found.ok_or_else(expired)
}

/// Refuses whoever has tried too many links from a network address; for links that other crates make.
///
/// # Errors
/// 429.
pub async fn check_tries(access: &Access, address: &str) -> Result<()> {
    let mut tx = access.database().system().await?;
    throttle::LINKS_BY_ADDRESS.check(&mut tx, address, access.clock().now()).await?;
    tx.commit().await
}

/// Counts a link that was none.
///
/// # Errors
/// When the database is gone.
pub async fn count_try(access: &Access, address: &str) -> Result<()> {
    let mut tx = access.database().system().await?;
    throttle::LINKS_BY_ADDRESS.count(&mut tx, address, access.clock().now()).await?;
    tx.commit().await
}

/// Uses a link up.
///
/// # Errors
/// 422 `link_expired` when another request was quicker.
pub(crate) async fn take(tx: &mut Tx, token: &str, purpose: Purpose) -> Result<()> {
    store::take(tx, &TokenHash::of(token), purpose).await?.then_some(()).ok_or_else(expired)
}

fn expired() -> Error {
    Error::invalid("link_expired", "this link has expired or was used; ask for a new one")
}

/// A new password that a link lets its holder set: checked, hashed.
pub(crate) async fn new_password(access: &Access, holder: &store::Holder, password: String) -> Result<String> {
    if !holder.opens {
        return Err(password::closed());
    }
    password::check(&password, holder.password_min_length).map_err(|wrong| Error::fields("invalid", vec![wrong]))?;
    access.hash(password).await
}

/// The person a link may be made for.
pub(crate) async fn recipient(tx: &mut Tx, user: UserId) -> Result<store::Recipient> {
    store::recipient(tx, user).await?.or_not_found("user")
}
