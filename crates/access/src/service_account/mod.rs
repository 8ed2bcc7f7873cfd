//! Service accounts: users that no person signs in as. Administrators give them roles and a team; programs act for them
//! by API keys and OAuth clients.
//!
//! They have no password, no way of signing in, and no session: the database refuses one. Their e-mail address is of
//! `.invalid`, to which nothing can be delivered.

pub mod http;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{RoleId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Context;
use crate::policy::Grants;

/// A role by id and name.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GivenRole {
    pub id: RoleId,
    pub name: String,
}

/// A service account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceAccount {
    pub id: UserId,
    pub name: String,
    pub team_id: Option<TeamId>,
    pub roles: Vec<GivenRole>,
    /// Its keys and clients open nothing while it is not.
    pub active: bool,
    /// Its API keys and OAuth clients that have not ended.
    pub keys: i64,
    pub version: i64,
    pub created_at: DateTime<Utc>,
}

/// A service account without a role: of itself it may do nothing.
///
/// # Errors
/// When the database is gone.
pub async fn make(tx: &mut Tx, name: &str) -> Result<UserId> {
    let id = store::insert(tx, name, None, &[]).await?;
    let subject = Subject { object: "service_account", id: id.0, name: name.to_owned(), version: Some(1) };
    tx.emit(Event::with_id(tx.new_id().into(), "service_account.created", subject));
    Ok(id)
}

/// The most that keys, clients and automations of this service account can be given by the caller: no more than either may do.
///
/// # Errors
/// 422 on `owner_id` when it is no active service account.
pub async fn grants_of(cx: &Context, id: UserId) -> Result<Grants> {
    let mut tx = cx.begin().await?;
    let known = store::is_active(&mut tx, id).await?;
    tx.done(()).await?;
    if !known {
        return Err(Error::field("owner_id", "not_a_service_account", "choose yourself or an active service account"));
    }
    let owner = cx.access().person(cx.actor().org, id).await?;
    Ok(owner.grants.narrowed(&cx.actor().grants).of_keys())
}
