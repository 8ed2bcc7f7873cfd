//! Somebody who acts: a person, or an agent, import or key that acts for one and is never wider.

use std::sync::Arc;

use dealwright_kernel::id::{OrgId, SessionId, TeamId, UserId};
use dealwright_kernel::{Currency, Error, Result};
use dealwright_store::{ActorKind, Scope, Stamp};
use uuid::Uuid;

use crate::policy::{Grants, Permission, ScopeLevel};

/// Who acts, and what they may do. Read once and kept until the organisation's access changes.
#[derive(Clone, Debug)]
pub struct Actor {
    pub org: OrgId,
    pub org_name: String,
    pub demo: bool,
    pub currency: Currency,
    pub user: UserId,
    pub name: String,
    pub email: String,
    pub team: Option<TeamId>,
    /// The team and those below it.
    pub teams: Vec<Uuid>,
    pub roles: Vec<(Uuid, String)>,
    pub grants: Grants,
    pub locale: Option<String>,
    pub time_zone: Option<String>,
    pub session: Option<SessionId>,
    pub stamp: Stamp,
    /// The access epoch at which all this was read.
    pub epoch: i64,
}

impl Actor {
    #[must_use]
    pub fn scope(&self, permission: Permission) -> ScopeLevel {
        self.grants.scope(permission)
    }

    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.scope(permission) != ScopeLevel::None
    }

    /// # Errors
    /// 403 when no role grants it at any scope.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) {
            return Ok(());
        }
        tracing::info!(org = %self.org, user = %self.user, %permission, "not allowed");
        Err(Error::forbidden("forbidden", format!("none of your roles allows {permission}")))
    }

    /// Whether a record of this owner and team is within the scope of `permission`.
    #[must_use]
    pub fn reaches(&self, permission: Permission, owner: UserId, team: Option<TeamId>) -> bool {
        match self.scope(permission) {
            ScopeLevel::None => false,
            ScopeLevel::Own => owner == self.user,
            ScopeLevel::Team => owner == self.user || team.is_some_and(|t| self.teams.contains(&t.0)),
            ScopeLevel::All => true,
        }
    }

    /// The same rights under another name: what an agent or an import does for this person.
    #[must_use]
    pub fn acting_as(&self, kind: ActorKind, id: Option<Uuid>, name: &str) -> Arc<Self> {
        let stamp = Stamp { kind, id, name: name.to_owned(), on_behalf_of: Some(self.user.0) };
        Arc::new(Self { stamp, ..self.clone() })
    }

    /// What row-level security is told.
    ///
    /// # Errors
    /// Internal, when the grants can't be serialised.
    pub(crate) fn db_scope(&self, request_id: Option<String>) -> Result<Scope> {
        Ok(Scope {
            org: self.org,
            user: Some(self.user),
            teams: self.teams.clone(),
            scopes: serde_json::to_string(&self.grants).map_err(Error::internal)?,
            epoch: self.epoch,
            stamp: self.stamp.clone(),
            request_id,
        })
    }
}
