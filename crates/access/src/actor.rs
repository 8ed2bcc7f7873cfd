//! Somebody who acts: a person, or an agent, import or key that acts for one and is never wider.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{OrgId, SessionId, TeamId, UserId};
use dealwright_kernel::{Currency, Error, Result};
use dealwright_store::{ActorKind, Origin, Scope, Stamp};
use uuid::Uuid;

use crate::policy::fields::FieldAccess;
use crate::policy::{Action, Grants, Object, Permission, ScopeLevel};

/// Somebody who looks at the app as another person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub id: UserId,
    pub name: String,
    pub since: DateTime<Utc>,
}

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
    /// With whom a record is shared so that it is shared with this person: they, their team and those above it.
    pub principals: Vec<Uuid>,
    /// The kinds of record of which anything may be shared with them.
    pub shared: Vec<Object>,
    pub roles: Vec<(Uuid, String)>,
    pub grants: Grants,
    /// The fields their roles keep back.
    pub fields: FieldAccess,
    pub locale: Option<String>,
    pub time_zone: Option<String>,
    /// Of the person's own row.
    pub version: i64,
    pub session: Option<SessionId>,
    /// Who really is signed in, when somebody looks at the app as this person.
    pub viewer: Option<Viewer>,
    /// The API key or OAuth client by which it acts.
    pub key: Option<Uuid>,
    /// When that ends.
    pub until: Option<DateTime<Utc>>,
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
        self.within(self.scope(permission), owner, team)
    }

    /// Whether a record of this owner and team is within `scope`.
    #[must_use]
    pub fn within(&self, scope: ScopeLevel, owner: UserId, team: Option<TeamId>) -> bool {
        match scope {
            ScopeLevel::None => false,
            ScopeLevel::Own => owner == self.user,
            ScopeLevel::Team => owner == self.user || team.is_some_and(|t| self.teams.contains(&t.0)),
            ScopeLevel::All => true,
        }
    }

    /// Refuses what would let somebody get wider than the actor is.
    ///
    /// # Errors
    /// 403 `privilege_escalation` that names what is wider.
    pub fn covers(&self, grants: &Grants) -> Result<()> {
        let beyond = grants.beyond(&self.grants);
        if beyond.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = beyond.iter().take(10).map(ToString::to_string).collect();
        Err(Error::forbidden(
            "privilege_escalation",
            format!("this is wider than your own roles: {}", names.join(", ")),
        ))
    }

    /// Whether this person sees and does nothing that the actor could not: scope by scope, team by team, field by field.
    #[must_use]
    pub fn encloses(&self, person: &Self) -> bool {
        // What is shared with them may lie beyond the actor's scope.
        let shares = person.shared.iter().all(|o| self.scope(Permission::new(*o, Action::Read)) == ScopeLevel::All);
        shares && person.fields.keeps_back_all_of(&self.fields) && self.encloses_scopes(person)
    }

    fn encloses_scopes(&self, person: &Self) -> bool {
        // Keys are their person's own, and not shown to a viewer.
        let mut shown = person.grants.held().filter(|(permission, _)| permission.object != Object::ApiKey);
        shown.all(|(permission, scope)| match self.scope(permission) {
            ScopeLevel::All => true,
            ScopeLevel::Team => {
                scope <= ScopeLevel::Team
                    && person.team.is_some_and(|team| self.teams.contains(&team.0))
                    && person.teams.iter().all(|team| self.teams.contains(team))
            }
            ScopeLevel::Own | ScopeLevel::None => false,
        })
    }

    /// Whether a share for editing lets this person do `permission`: it reaches beyond the scope of their roles, but gives
    /// no action that none of the roles has, and never lets anybody delete.
    #[must_use]
    pub fn may_by_share(&self, permission: Permission, shared_to_edit: bool) -> bool {
        shared_to_edit && permission.action == Action::Update && self.may(permission)
    }

    /// Whether something of `object` may be shared with this person that their roles do not show them anyway.
    #[must_use]
    pub fn sees_shared(&self, object: Object) -> bool {
        self.shared.contains(&object)
            && matches!(self.scope(Permission::new(object, Action::Read)), ScopeLevel::Own | ScopeLevel::Team)
    }

    /// The same rights under another name: what an agent or an import does for this person.
    #[must_use]
    pub fn acting_as(&self, kind: ActorKind, id: Option<Uuid>, name: &str) -> Arc<Self> {
        let stamp = Stamp { kind, id, name: name.to_owned(), on_behalf_of: Some(self.user.0) };
        Arc::new(Self { stamp, ..self.clone() })
    }

    /// What an automation does for this person: no more than its scopes say, and than the person may by now.
    #[must_use]
    pub fn automated(&self, id: Uuid, name: &str, scopes: &Grants) -> Arc<Self> {
        let stamp =
            Stamp { kind: ActorKind::Automation, id: Some(id), name: name.to_owned(), on_behalf_of: Some(self.user.0) };
        Arc::new(Self { stamp, grants: scopes.narrowed(&self.grants.of_keys()), ..self.clone() })
    }

    /// The same person by a key of theirs: no wider than the key's scopes, and until it ends.
    #[must_use]
    pub(crate) fn by_key(self, id: Uuid, name: &str, scopes: &Grants, until: DateTime<Utc>) -> Self {
        let stamp =
            Stamp { kind: ActorKind::Key, id: Some(id), name: name.to_owned(), on_behalf_of: Some(self.user.0) };
        let grants = scopes.narrowed(&self.grants.of_keys());
        Self { stamp, grants, key: Some(id), until: Some(until), ..self }
    }

    /// Who asks: the person, or the key by which a program does. What one of them was answered is not the other's.
    #[must_use]
    pub fn caller(&self) -> Uuid {
        self.key.unwrap_or(self.user.0)
    }

    fn setting(&self) -> String {
        let mut setting = self.grants.setting();
        if self.viewer.is_some() {
            setting.push_str("viewing=all ");
        }
        // An automation reads itself and writes its runs, whatever it may otherwise.
        if let (ActorKind::Automation, Some(id)) = (self.stamp.kind, self.stamp.id) {
            setting.push_str(&format!("automation={id} "));
        }
        setting
    }

    /// What row-level security is told.
    pub(crate) fn db_scope(&self, origin: Origin) -> Scope {
        Scope {
            org: self.org,
            user: Some(self.user),
            teams: self.teams.clone(),
            // What is private is nobody's who looks at the app as somebody else.
            scopes: self.setting(),
            epoch: self.epoch,
            // For whom nothing is shared with, nothing is looked up.
            principals: if self.shared.is_empty() { Vec::new() } else { self.principals.clone() },
            stamp: self.stamp.clone(),
            origin,
            read_only: self.viewer.is_some(),
        }
    }
}
