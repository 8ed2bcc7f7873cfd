//! The team of an account: the people who work on it, each with what they do there and how far they see.
//!
//! A member sees the account, and as chosen its opportunities and contacts, like something that is shared with them. This
//! is told from the membership whenever it is asked (`app.shared`), so that no record has to be shared when it comes to
//! the account, nor taken back when it leaves.

pub mod http;
pub mod store;

use chrono::{DateTime, Utc};
use dealwright_access::policy::Object;
use dealwright_access::{Action, Actor, Context, Permission, Permit, ScopeLevel};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::extract::Validate;
use dealwright_kernel::id::{MemberId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::account::Account;
use crate::record::{Ref, Texts};
use crate::sharing::{Level, within_own};

/// A member as the API shows them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountMember)]
pub struct Member {
    pub id: MemberId,
    pub account: Ref,
    pub user: Ref,
    /// What the person does there.
    #[schema(example = "Solutions engineer")]
    pub role: String,
    pub account_level: Level,
    /// How far they see the account's opportunities; null when not by this.
    pub opportunity_level: Option<Level>,
    pub contact_level: Option<Level>,
    pub created_at: DateTime<Utc>,
}

impl Member {
    /// How far the membership reaches an object.
    #[must_use]
    pub const fn level_on(&self, object: Object) -> Option<Level> {
        match object {
            Object::Account => Some(self.account_level),
            Object::Opportunity => self.opportunity_level,
            Object::Contact => self.contact_level,
            _ => None,
        }
    }
}

/// A member to be added. One who is a member already gets this role and these levels.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewAccountMember)]
pub struct NewMember {
    pub user_id: UserId,
    #[schema(min_length = 1, max_length = 100)]
    pub role: String,
    pub account_level: Level,
    #[serde(default)]
    pub opportunity_level: Option<Level>,
    #[serde(default)]
    pub contact_level: Option<Level>,
}

impl Validate for NewMember {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        wrong.required("role", &self.role, 100);
        wrong.finish()
    }
}

/// Adds a member, or changes what they do and see.
///
/// # Errors
/// 403 `share_beyond_own` for more than the caller holds; 422 when there is no such user.
pub async fn add(cx: &Context, tx: &mut Tx, permit: Permit<Account>, new: NewMember) -> Result<Member> {
    within_own(tx, &permit, permit.id.0, None, "user_id").await?;
    holds(cx.actor(), Object::Opportunity, new.opportunity_level, "opportunity_level")?;
    holds(cx.actor(), Object::Contact, new.contact_level, "contact_level")?;
    let member = store::upsert(tx, permit.id, cx.actor().user, &new).await?;
    let event = permit.event(tx, "member_added").data(about(&member));
    tx.emit(event);
    Ok(member)
}

/// Takes a member off the team.
///
/// # Errors
/// 404 when there is no such member.
pub async fn remove(tx: &mut Tx, permit: Permit<Account>, id: MemberId) -> Result<()> {
    let member = store::find(tx, permit.id, id).await?.or_not_found("member")?;
    store::delete(tx, member.id).await?;
    let event = permit.event(tx, "member_removed").data(about(&member));
    tx.emit(event);
    Ok(())
}

/// Whether the actor could show all that this member sees of an account.
///
/// # Errors
/// 403 `share_beyond_own`.
pub fn may_show(actor: &Actor, member: &Member) -> Result<()> {
    holds(actor, Object::Opportunity, member.opportunity_level, "loser_id")?;
    holds(actor, Object::Contact, member.contact_level, "loser_id")
}

/// What hangs on the account may be anybody's, now or later: only who reaches all of a kind may show it to others.
fn holds(actor: &Actor, object: Object, level: Option<Level>, field: &str) -> Result<()> {
    let action = match level {
        None => return Ok(()),
        Some(Level::Read) => Action::Read,
        Some(Level::Edit) => Action::Update,
    };
    let permission = Permission::new(object, action);
    if actor.scope(permission) == ScopeLevel::All {
        return Ok(());
    }
    Err(Error::forbidden("share_beyond_own", format!("this takes {permission} for all records; yours is narrower"))
        .on(field))
}

/// A member as an event tells of them.
pub fn about(member: &Member) -> serde_json::Value {
    json!({ "user": member.user, "role": member.role, "level": member.account_level, "opportunity_level": member.opportunity_level,
            "contact_level": member.contact_level })
}
