//! As whom rules act: in their own name, with the rights that they need and no others. Whoever wrote a rule stands behind it;
//! they must have had these rights when they wrote it.

use dealwright_access::policy::{Action as Right, Grants, Object, ScopeLevel};
use dealwright_access::{Access, Context, Permission};
use dealwright_kernel::Result;
use dealwright_kernel::id::{OrgId, SlaRuleId, UserId};
use dealwright_store::database::access_changed;
use dealwright_store::{ActorKind, Stamp, Tx};

use crate::rule::definition::{Action, Definition, SlaObject};

/// How often it begins anew when access changes all the while.
const TRIES: u32 = 5;

const fn object(of: SlaObject) -> Object {
    match of {
        SlaObject::Opportunity => Object::Opportunity,
        SlaObject::Lead => Object::Lead,
    }
}

/// What it takes to know whether a rule is for a record.
fn reading() -> Grants {
    use Object::{Account, Activity, Contact, Lead, Opportunity, Pipeline, Product, Task, Team, User};
    let mut grants = Grants::default();
    for object in [Opportunity, Lead, Account, Contact, Task, Activity, Product, Pipeline, User, Team] {
        grants.grant(Permission::new(object, Right::Read), ScopeLevel::All);
    }
    grants
}

/// What it takes to do what a rule says.
#[must_use]
pub fn grants(of: SlaObject, definition: &Definition) -> Grants {
    let mut grants = reading();
    let mut grant = |object, right| grants.grant(Permission::new(object, right), ScopeLevel::All);
    for step in &definition.steps {
        match &step.action {
            Action::Reassign { .. } => grant(object(of), Right::Update),
            Action::Task { .. } | Action::Raise => grant(Object::Task, Right::Create),
            Action::Notify { .. } => {}
        }
    }
    grants
}

/// A rule's name where its deeds are told.
#[must_use]
pub fn stamp(rule: SlaRuleId, name: &str) -> Stamp {
    Stamp { kind: ActorKind::System, id: Some(rule.0), name: format!("SLA rule {name}"), on_behalf_of: None }
}

/// A transaction in the name of rules, and the context of whoever acts in it.
///
/// # Errors
/// When the database is gone, or access changes all the while.
pub async fn begin(
    access: &Access,
    org: OrgId,
    behind: UserId,
    stamp: Stamp,
    mut grants: Grants,
) -> Result<(Context, Tx)> {
    // The clocks themselves.
    grants.grant(Permission::new(Object::SlaRule, Right::Update), ScopeLevel::All);
    let mut tries = 0;
    loop {
        let cx = access.steward(org, behind, stamp.clone(), grants.clone()).await?;
        match cx.begin_unchanged().await {
            Err(error) if access_changed(&error) && tries < TRIES => tries += 1,
            begun => return begun.map(|tx| (cx, tx)),
        }
    }
}

/// A transaction that reads records for all rules of an organisation.
///
/// # Errors
/// As [`begin`].
pub async fn reader(access: &Access, org: OrgId, behind: UserId) -> Result<Tx> {
    let stamp = Stamp { kind: ActorKind::System, id: None, name: "Service levels".to_owned(), on_behalf_of: None };
    begin(access, org, behind, stamp, reading()).await.map(|(_, tx)| tx)
}
