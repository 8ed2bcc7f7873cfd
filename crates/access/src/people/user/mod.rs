//! Users: the people of an organisation, the roles they hold and the team they are in.
//!
//! Here is what concerns the person alone. A change of team and a deactivation move records too, so their endpoints are
//! above, in the records' crate, on top of [`update`], [`deactivate`] and [`reactivate`].

pub mod http;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{RoleId, TeamId, UserId};
use dealwright_kernel::{Error, Patch, Result};
use dealwright_store::{Event, Subject, Tx, change};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{keep_an_administrator, name_values, role};
use crate::context::permission;
use crate::policy::{CreateUser, Grants, UpdateUser};
use crate::{Context, Permission, session, viewing};

/// As many as a list without a limit has.
pub const WHOLE: i64 = 5_000;
/// As many roles as one person may hold.
const MAX_ROLES: usize = 50;

/// A colleague.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct User {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub team_id: Option<TeamId>,
    pub active: bool,
    /// No person: programs act by its keys. Listed here only where it owns a record.
    pub service: bool,
    pub roles: Vec<RoleRef>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RoleRef {
    pub id: RoleId,
    pub name: String,
}

/// What can be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fields {
    pub name: String,
    pub email: String,
    pub team_id: Option<TeamId>,
    /// In order, each once.
    pub role_ids: Vec<RoleId>,
}

impl User {
    #[must_use]
    pub fn fields(&self) -> Fields {
        let mut role_ids: Vec<RoleId> = self.roles.iter().map(|r| r.id).collect();
        role_ids.sort_unstable();
        Fields { name: self.name.clone(), email: self.email.clone(), team_id: self.team_id, role_ids }
    }

    /// An event about this person.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject = Subject { object: "user", id: self.id.0, name: self.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("user.{verb}"), subject)
    }
}

/// Which users a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name or of the e-mail address.
    pub q: Option<String>,
    pub active: Option<bool>,
    /// In the team or in one below it.
    pub team: Option<TeamId>,
    pub role: Option<RoleId>,
}

/// Somebody to be made.
#[derive(Debug)]
pub struct Draft {
    pub name: String,
    pub email: String,
    pub team_id: Option<TeamId>,
    pub role_ids: Vec<RoleId>,
    pub password_hash: Option<String>,
}

/// Makes a user.
///
/// # Errors
/// 403 `privilege_escalation` or `team_out_of_scope`; 409 `email_taken`; 422.
pub async fn create(cx: &Context, tx: &mut Tx, draft: Draft) -> Result<User> {
    let id = UserId(tx.new_id());
    let role_ids = tidy(draft.role_ids)?;
    check_team(cx, tx, permission::<CreateUser>(), draft.team_id).await?;
    cx.actor().covers(&granted(tx, &role_ids).await?)?;
    let (name, email) = (draft.name.trim(), draft.email.trim());
    super::store::insert_user(tx, id, name, email, draft.password_hash.as_deref(), draft.team_id, None).await?;
    store::set_roles(tx, id, &role_ids).await?;
    let user = store::find(tx, id).await?.or_not_found("user")?;
    let mut changes = change::diff(&json!({}), &user.fields())?;
    name_values(tx, &mut changes).await?;
    let event = user.event(tx, "created").changes(changes);
    tx.emit(event);
    Ok(user)
}

/// A change of a person: absent leaves, null clears.
#[derive(Debug, Default)]
pub struct Change {
    pub name: Option<String>,
    pub email: Option<String>,
    pub team_id: Patch<TeamId>,
    pub role_ids: Option<Vec<RoleId>>,
}

/// A person before and after.
#[derive(Debug)]
pub struct Changed {
    pub user: User,
    pub before: Fields,
}

/// Changes a person. Their records do not follow them here.
///
/// # Errors
/// 403 `forbidden`, `privilege_escalation` or `team_out_of_scope`; 404; 409 `version_conflict`, `email_taken` or
/// `last_administrator`; 422.
pub async fn update(cx: &Context, tx: &mut Tx, id: UserId, version: i64, change: Change) -> Result<Changed> {
    let old = permitted(cx, tx, id, permission::<UpdateUser>()).await?;
    let before = old.fields();
    let new = Fields {
        name: change.name.map_or_else(|| before.name.clone(), |n| n.trim().to_owned()),
        email: change.email.map_or_else(|| before.email.clone(), |e| e.trim().to_owned()),
        team_id: change.team_id.apply(before.team_id),
        role_ids: change.role_ids.map_or_else(|| Ok(before.role_ids.clone()), tidy)?,
    };
    if old.version != version {
        return Err(change::stale(old.version, &before, &new));
    }
    let mut changes = change::diff(&before, &new)?;
    if changes.is_empty() {
        return Ok(Changed { user: old, before });
    }
    if new.team_id != before.team_id {
        check_team(cx, tx, permission::<UpdateUser>(), new.team_id).await?;
    }
    let added: Vec<RoleId> = new.role_ids.iter().copied().filter(|r| !before.role_ids.contains(r)).collect();
    cx.actor().covers(&granted(tx, &added).await?)?;
    if !store::update(tx, id, version, &new).await? {
        let now = store::find(tx, id).await?.or_not_found("user")?;
        return Err(change::stale(now.version, &now.fields(), &new));
    }
    if new.role_ids != before.role_ids {
        store::set_roles(tx, id, &new.role_ids).await?;
        keep_an_administrator(tx).await?;
    }
    name_values(tx, &mut changes).await?;
    let user = store::find(tx, id).await?.or_not_found("user")?;
    let event = user.event(tx, "updated").changes(changes);
    tx.emit(event);
    Ok(Changed { user, before })
}

/// Takes a person out: they are signed out at once and cannot sign in. Their records stay theirs here.
///
/// # Errors
/// 403; 404; 409 `own_account`, `version_conflict`, `already_inactive` or `last_administrator`.
pub async fn deactivate(cx: &Context, tx: &mut Tx, id: UserId, version: i64, needs: Permission) -> Result<User> {
    let user = permitted(cx, tx, id, needs).await?;
    if user.id == cx.actor().user {
        return Err(Error::conflict("own_account", "you can't deactivate yourself; another administrator can"));
    }
    if !user.active {
        return Err(Error::conflict("already_inactive", "this person is not active any more"));
    }
    set_active(tx, &user, version, false).await?;
    keep_an_administrator(tx).await?;
    let sessions = session::store::revoke_others(tx, id, None).await?;
    viewing::end_all(tx, id).await?;
    let user = User { active: false, version: version + 1, ..user };
    let event = user.event(tx, "deactivated").data(json!({ "sessions_ended": sessions }));
    tx.emit(event);
    Ok(user)
}

/// Takes a person in again, with the roles and the team they had.
///
/// # Errors
/// 403; 404; 409 `version_conflict` or `already_active`.
pub async fn reactivate(cx: &Context, tx: &mut Tx, id: UserId, version: i64, needs: Permission) -> Result<User> {
    let user = permitted(cx, tx, id, needs).await?;
    if user.active {
        return Err(Error::conflict("already_active", "this person is active"));
    }
    set_active(tx, &user, version, true).await?;
    let user = User { active: true, version: version + 1, ..user };
    let event = user.event(tx, "reactivated");
    tx.emit(event);
    Ok(user)
}

async fn set_active(tx: &mut Tx, user: &User, version: i64, active: bool) -> Result<()> {
    if user.version != version || !store::set_active(tx, user.id, version, active).await? {
        let now = store::find(tx, user.id).await?.or_not_found("user")?;
        return Err(change::stale(now.version, &now.fields(), &now.fields()));
    }
    Ok(())
}

/// A person whom the caller may change: within the scope, and no wider than the caller. Whoever could change a wider
/// one's address could become them.
///
/// # Errors
/// 403 `forbidden` or `privilege_escalation`; 404.
pub async fn permitted(cx: &Context, tx: &mut Tx, id: UserId, needs: Permission) -> Result<User> {
    let user = store::find(tx, id).await?.or_not_found("user")?;
    if !cx.actor().reaches(needs, user.id, user.team_id) {
        return Err(Error::forbidden("forbidden", format!("you may see this person, but not {} them", needs.action)));
    }
    let roles: Vec<RoleId> = user.roles.iter().map(|r| r.id).collect();
    cx.actor().covers(&granted(tx, &roles).await?)?;
    Ok(user)
}

/// What the roles grant together.
async fn granted(tx: &mut Tx, roles: &[RoleId]) -> Result<Grants> {
    let mut grants = Grants::default();
    let known = role::store::list(tx).await?;
    for id in roles {
        let role = known.iter().find(|r| r.id == *id);
        let role = role.ok_or_else(|| Error::field("role_ids", "unknown_reference", "there is no such role"))?;
        grants.stack(&role.grants);
    }
    Ok(grants)
}

async fn check_team(cx: &Context, tx: &mut Tx, needs: Permission, team: Option<TeamId>) -> Result<()> {
    if let Some(team) = team
        && super::team::store::find(tx, team).await?.is_none()
    {
        return Err(Error::field("team_id", "unknown_reference", "there is no such team"));
    }
    // Nobody's id: only the team can be within reach.
    if cx.actor().reaches(needs, UserId(uuid::Uuid::nil()), team) {
        return Ok(());
    }
    Err(Error::forbidden("team_out_of_scope", "your roles do not let you put somebody into this team").on("team_id"))
}

/// Whether this can be somebody's e-mail address.
#[must_use]
pub fn is_email(text: &str) -> bool {
    super::wrong_email("email", text).is_none()
}

/// Each role once, in order.
fn tidy(mut roles: Vec<RoleId>) -> Result<Vec<RoleId>> {
    roles.sort_unstable();
    roles.dedup();
    if roles.len() > MAX_ROLES {
        return Err(Error::field("role_ids", "too_many", format!("at most {MAX_ROLES} roles")));
    }
    Ok(roles)
}
