//! Sharing: a record shown to a person or a team beyond the scope of their roles, to be read or to be edited.
//!
//! Who may update a record may share it, and nobody shares more than they hold. A share with a team reaches its members
//! and those of the teams below it. It widens the scope of a role and gives no action that none of the roles has; it
//! never lets anybody delete a record or give it to another owner.
//!
//! `http` has the endpoints, the same for every kind of record; `effective` says what a person may do with a record, and
//! why; `store` holds the SQL.

pub mod effective;
pub mod http;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_access::{Context, Permit, Record};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{ShareId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Event, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::account::Account;
use crate::contact::Contact;
use crate::lead::Lead;
use crate::opportunity::Opportunity;
use crate::record::Ref;
use crate::task::Task;

/// What a share lets people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ShareLevel)]
pub enum Level {
    Read,
    Edit,
}

impl Level {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Edit => "edit",
        }
    }
}

impl std::str::FromStr for Level {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "read" => Ok(Self::Read),
            "edit" => Ok(Self::Edit),
            _ => Err(Error::internal("a level is read or edit")),
        }
    }
}

/// A record that can be shared.
pub trait Shareable: Record<Id: Into<Uuid>> {
    /// An event about it, on the timelines where its others stand.
    fn told(&self, tx: &mut Tx, verb: &str) -> impl Future<Output = Result<Event>> + Send;

    /// The account whose team it is shown to.
    fn account(&self) -> Option<Uuid>;
}

impl Shareable for Opportunity {
    async fn told(&self, tx: &mut Tx, verb: &str) -> Result<Event> {
        Ok(self.event(tx, verb))
    }

    fn account(&self) -> Option<Uuid> {
        self.account_id.map(Into::into)
    }
}

impl Shareable for Account {
    async fn told(&self, tx: &mut Tx, verb: &str) -> Result<Event> {
        Ok(self.event(tx, verb))
    }

    fn account(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}

impl Shareable for Contact {
    async fn told(&self, tx: &mut Tx, verb: &str) -> Result<Event> {
        Ok(self.event(tx, verb))
    }

    fn account(&self) -> Option<Uuid> {
        self.account_id.map(Into::into)
    }
}

impl Shareable for Lead {
    async fn told(&self, tx: &mut Tx, verb: &str) -> Result<Event> {
        Ok(self.event(tx, verb))
    }

    fn account(&self) -> Option<Uuid> {
        None
    }
}

impl Shareable for Task {
    async fn told(&self, tx: &mut Tx, verb: &str) -> Result<Event> {
        let event = self.event(tx, verb);
        self.fields().about().stand_on(tx, event).await
    }

    fn account(&self) -> Option<Uuid> {
        None
    }
}

/// A share as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Share {
    pub id: ShareId,
    /// The person it is with; null when it is with a team.
    pub user: Option<Ref>,
    /// The team it is with, and the teams below it.
    pub team: Option<Ref>,
    pub level: Level,
    /// When it ends; null when it does not.
    pub expires_at: Option<DateTime<Utc>>,
    pub created_by: Ref,
    pub created_at: DateTime<Utc>,
}

/// A share to be made, with a person or with a team. One with whom the record is shared already gets this level and end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewShare {
    pub user_id: Option<UserId>,
    pub team_id: Option<TeamId>,
    pub level: Level,
    pub expires_at: Option<DateTime<Utc>>,
}

impl Validate for NewShare {
    fn validate(&self) -> Result<()> {
        if self.user_id.is_some() == self.team_id.is_some() {
            return Err(Error::field("user_id", "invalid_value", "a share is with a person or with a team"));
        }
        if self.expires_at.is_some_and(|at| at.timestamp() >= MAX_TIME) {
            return Err(Error::field("expires_at", "out_of_range", "before the year 2200"));
        }
        Ok(())
    }
}

/// The beginning of the year 2200.
const MAX_TIME: i64 = 7_258_118_400;

/// Shares a record.
///
/// # Errors
/// 403 `share_beyond_own` when the caller's own share ends earlier; 422 when there is no such person or team, or the end
/// is past.
pub async fn share<T: Shareable>(
    cx: &Context,
    tx: &mut Tx,
    permit: Permit<T>,
    id: Uuid,
    new: NewShare,
) -> Result<Share> {
    let now = tx.now();
    if new.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::field("expires_at", "in_the_past", "a share ends in the future"));
    }
    within_own(tx, &permit, id, new.expires_at, "expires_at").await?;
    store::check_principal(tx, &new).await?;
    let by = cx.actor().user;
    let share = store::upsert(tx, T::OBJECT, id, by, &new).await?;
    let event = permit.told(tx, "shared").await?.data(about(&share));
    tx.emit(event);
    Ok(share)
}

/// Takes a share back.
///
/// # Errors
/// 404 when there is no such share of the record.
pub async fn unshare<T: Shareable>(tx: &mut Tx, permit: Permit<T>, id: Uuid, share: ShareId) -> Result<()> {
    let share = store::find(tx, T::OBJECT, id, share).await?.or_not_found("share")?;
    store::delete(tx, share.id).await?;
    let event = permit.told(tx, "unshared").await?.data(about(&share));
    tx.emit(event);
    Ok(())
}

/// Nobody shares for longer than the record is shared with them.
pub(crate) async fn within_own<T: Record>(
    tx: &mut Tx,
    permit: &Permit<T>,
    id: Uuid,
    end: Option<DateTime<Utc>>,
    field: &str,
) -> Result<()> {
    if permit.is_by_scope() {
        return Ok(());
    }
    match store::own_end(tx, T::OBJECT, id).await? {
        Some(own) if end.is_none_or(|end| end > own) => {
            Err(Error::forbidden("share_beyond_own", format!("the record is shared with you until {own}")).on(field))
        }
        Some(_) | None => Ok(()),
    }
}

/// A share as its event tells it.
pub fn about(share: &Share) -> serde_json::Value {
    json!({ "share_id": share.id, "user": share.user, "team": share.team, "level": share.level, "expires_at": share.expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_with_one_person_or_one_team() {
        let new = |user, team| NewShare { user_id: user, team_id: team, level: Level::Read, expires_at: None };
        let (user, team) = (Some(UserId(Uuid::nil())), Some(TeamId(Uuid::nil())));
        assert!(new(user, None).validate().is_ok() && new(None, team).validate().is_ok());
        assert!(new(user, team).validate().is_err() && new(None, None).validate().is_err());
    }
}
