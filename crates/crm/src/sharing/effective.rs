//! Effective access: what a person may do with a record, asked of the functions that allow or refuse it, and why.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dealwright_access::policy::fields::FieldLevel;
use dealwright_access::policy::{Grants, ReadRole};
use dealwright_access::{Action, Actor, Allow, Context, Permission, Record, ScopeLevel, people};
use dealwright_kernel::Result;
use dealwright_kernel::error::{OrNotFound, Outcome};
use dealwright_kernel::id::{ShareId, UserId};
use dealwright_store::Tx;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Level, Share, Shareable, store};
use crate::account_team::{self, Member};
use crate::record::Ref;

/// What a person may do with a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EffectiveAccess)]
pub struct Effective {
    pub user: Ref,
    pub read: Verdict,
    pub update: Verdict,
    pub delete: Verdict,
    /// Whoever may update a record may share it.
    pub share: Verdict,
    /// Fields that the person's roles keep back.
    #[schema(value_type = BTreeMap<String, FieldLevel>)]
    pub fields: BTreeMap<&'static str, FieldLevel>,
}

/// Whether something is allowed, and everything that allows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AccessVerdict)]
pub struct Verdict {
    pub allowed: bool,
    pub because: Vec<Reason>,
}

/// What allows something.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = AccessReason)]
pub enum Reason {
    /// A role whose scope reaches the record.
    Role {
        role: Ref,
        scope: ScopeLevel,
        /// The record is the person's own.
        owner: bool,
        /// The record's team, when it is through the team that the scope reaches it.
        team: Option<Ref>,
    },
    /// The record is shared with the person, their team or a team above it.
    Share { share_id: ShareId, user: Option<Ref>, team: Option<Ref>, level: Level, expires_at: Option<DateTime<Utc>> },
    /// The person is of the account's team.
    AccountTeam { account: Ref, role: String, level: Level },
}

/// What is known of a record and of who asks for it, as the administrator sees it.
struct Known {
    owner: UserId,
    team: Option<Ref>,
    roles: Vec<(Ref, Grants)>,
    shares: Vec<Share>,
    member: Option<Member>,
}

/// What `user` may do with a record that `asking` sees.
///
/// # Errors
/// 404 when there is no such person or record.
pub async fn of<T: Shareable>(asking: &Allow<ReadRole>, user: UserId, id: T::Id) -> Result<Effective> {
    let person = asking.access().context_for(asking.actor().org, user).await?;
    let known = known::<T>(asking, person.actor(), id).await?;
    let mut tx = person.begin().await?;
    let read = person.actor().may(Permission::new(T::OBJECT, Action::Read)) && T::find(&mut tx, id).await?.is_some();
    let update = allowed::<T>(&person, &mut tx, id, Action::Update).await?;
    let delete = allowed::<T>(&person, &mut tx, id, Action::Delete).await?;
    tx.done(()).await?;

    let verdict = |action, allowed: bool| Verdict {
        allowed,
        because: if allowed { known.reasons(person.actor(), Permission::new(T::OBJECT, action)) } else { Vec::new() },
    };
    let update = verdict(Action::Update, update);
    Ok(Effective {
        user: Ref { id: user.0, name: person.actor().name.clone() },
        read: verdict(Action::Read, read),
        share: update.clone(),
        update,
        delete: verdict(Action::Delete, delete),
        fields: person.actor().fields.all().get(&T::OBJECT).cloned().unwrap_or_default(),
    })
}

/// Whether the person would be given a permit.
async fn allowed<T: Record>(person: &Context, tx: &mut Tx, id: T::Id, action: Action) -> Result<bool> {
    match person.permit_for::<T>(tx, id, Permission::new(T::OBJECT, action)).await {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.outcome, Outcome::Forbidden | Outcome::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn known<T: Shareable>(asking: &Allow<ReadRole>, person: &Actor, id: T::Id) -> Result<Known> {
    let mut tx = asking.begin().await?;
    let record = T::find(&mut tx, id).await?.or_not_found(T::OBJECT.as_str())?;
    let (owner, team) = record.owner();
    let team = store::team_name(&mut tx, team.map(Into::into)).await?;
    let shares = store::reaching(&mut tx, T::OBJECT, id.into(), &person.principals).await?;
    let member = match record.account() {
        Some(account) => account_team::store::of_user(&mut tx, account, person.user).await?,
        None => None,
    };
    let mut roles = Vec::new();
    for role in people::role::store::list(&mut tx).await? {
        if person.roles.iter().any(|(held, _)| *held == role.id.0) {
            roles.push((Ref { id: role.id.0, name: role.name }, role.grants));
        }
    }
    tx.done(Known { owner, team, roles, shares, member }).await
}

impl Known {
    fn reasons(&self, person: &Actor, permission: Permission) -> Vec<Reason> {
        let team = self.team.as_ref().map(|t| t.id.into());
        let by_role = self.roles.iter().filter_map(|(role, grants)| {
            let scope = grants.scope(permission);
            let own = self.owner == person.user;
            person.within(scope, self.owner, team).then(|| Reason::Role {
                role: role.clone(),
                scope,
                owner: own,
                team: self.team.clone().filter(|_| scope == ScopeLevel::Team && !own),
            })
        });
        let least = match permission.action {
            Action::Read => Some(Level::Read),
            Action::Update => Some(Level::Edit),
            _ => None,
        };
        let enough = |level: Level| least.is_some_and(|least| level >= least);
        let by_share = self.shares.iter().filter(|s| enough(s.level)).map(|s| Reason::Share {
            share_id: s.id,
            user: s.user.clone(),
            team: s.team.clone(),
            level: s.level,
            expires_at: s.expires_at,
        });
        let by_account = self.member.as_ref().and_then(|m| {
            let level = m.level_on(permission.object).filter(|l| enough(*l))?;
            Some(Reason::AccountTeam { account: m.account.clone(), role: m.role.clone(), level })
        });
        by_role.chain(by_share).chain(by_account).collect()
    }
}
