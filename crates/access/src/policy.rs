//! The whole policy: what there is to do, how wide a role may do it, and the four roles every organisation starts with.
//!
//! A role grants, per object and action, a scope: none, own, team (with the teams below it) or all. Roles stack: the
//! widest wins. `tests/golden/authorisation.txt` of the app shows the matrix as a person reads it.

mod builtin;
pub mod fields;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use builtin::Builtin;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variant),* }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What can be acted upon.
    Object {
        Opportunity = "opportunity",
        Account = "account",
        Contact = "contact",
        Lead = "lead",
        Task = "task",
        Activity = "activity",
        Product = "product",
        Pipeline = "pipeline",
        User = "user",
        Team = "team",
        Role = "role",
        Import = "import",
        Agent = "agent",
        Audit = "audit",
        ApiKey = "api_key",
        ServiceAccount = "service_account",
        Organisation = "organisation",
        SingleSignOn = "single_sign_on",
        Rule = "rule",
        SavedView = "saved_view",
        Automation = "automation",
        SlaRule = "sla_rule",
        Approval = "approval",
        Material = "material",
        Guardrail = "guardrail",
    }
}

words! {
    /// What can be done.
    Action {
        Read = "read",
        Create = "create",
        Update = "update",
        Delete = "delete",
        Use = "use",
        Impersonate = "impersonate",
    }
}

words! {
    /// How far a grant reaches. The order is from narrow to wide.
    ScopeLevel {
        None = "none",
        Own = "own",
        Team = "team",
        All = "all",
    }
}

/// An object and an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    pub object: Object,
    pub action: Action,
}

impl Permission {
    #[must_use]
    pub const fn new(object: Object, action: Action) -> Self {
        Self { object, action }
    }
}

impl Permission {
    /// Every permission there is.
    pub fn all() -> impl Iterator<Item = Self> {
        Object::ALL.iter().flat_map(|&object| actions(object).iter().map(move |&action| Self { object, action }))
    }
}

impl std::str::FromStr for Permission {
    type Err = ();

    /// Reads `opportunity.update`; what does not exist is an error.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (object, action) = text.split_once('.').ok_or(())?;
        let object = Object::ALL.iter().copied().find(|o| o.as_str() == object).ok_or(())?;
        let action = actions(object).iter().copied().find(|a| a.as_str() == action).ok_or(())?;
        Ok(Self { object, action })
    }
}

impl ScopeLevel {
    /// A scope by its word.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.object, self.action)
    }
}

/// The actions that exist for an object. What is not here can be granted to nobody.
#[must_use]
pub const fn actions(object: Object) -> &'static [Action] {
    use Action::{Create, Delete, Impersonate, Read, Update, Use};
    match object {
        Object::Opportunity
        | Object::Account
        | Object::Contact
        | Object::Lead
        | Object::Task
        | Object::Activity
        | Object::Product
        | Object::Material => &[Read, Create, Update, Delete],
        Object::User => &[Read, Create, Update, Delete, Impersonate],
        Object::Pipeline
        | Object::Team
        | Object::Role
        | Object::Rule
        | Object::SlaRule
        | Object::Approval
        | Object::ApiKey
        | Object::ServiceAccount
        | Object::SingleSignOn
        | Object::Automation => &[Read, Create, Update, Delete],
        Object::Import => &[Read, Create],
        // Of views that are for the whole organisation; one's own and those of one's team need none.
        Object::SavedView => &[Create, Update, Delete],
        Object::Agent => &[Use],
        Object::Audit => &[Read],
        Object::Organisation | Object::Guardrail => &[Read, Update],
    }
}

/// The scopes that mean something for a permission, from narrow to wide. What has no owner is granted whole or not.
#[must_use]
pub const fn scopes(permission: Permission) -> &'static [ScopeLevel] {
    use ScopeLevel::{All, None, Own, Team};
    match (permission.object, permission.action) {
        (Object::Opportunity | Object::Account | Object::Contact | Object::Lead | Object::Task, _)
        | (Object::Activity, Action::Update | Action::Delete) => &[None, Own, Team, All],
        (Object::User, Action::Create | Action::Update | Action::Delete | Action::Impersonate) => &[None, Team, All],
        (Object::ApiKey, _) | (Object::Import, Action::Read) => &[None, Own, All],
        (
            Object::User
            | Object::Import
            | Object::Activity
            | Object::Product
            | Object::Pipeline
            | Object::Team
            | Object::Role
            | Object::ServiceAccount
            | Object::Organisation
            | Object::SingleSignOn
            | Object::Rule
            | Object::SlaRule
            | Object::Approval
            | Object::Material
            | Object::SavedView
            | Object::Guardrail
            | Object::Agent
            | Object::Automation
            | Object::Audit,
            _,
        ) => &[None, All],
    }
}

/// Whether a key may be given anything of this object. Keys are made by people who are signed in; and what an import or
/// an agent does later, it does with all of its person's rights, which a key must not lend; nor do keys make what acts by
/// itself.
#[must_use]
pub const fn fits_key(object: Object) -> bool {
    match object {
        Object::Opportunity
        | Object::Account
        | Object::Contact
        | Object::Lead
        | Object::Task
        | Object::Activity
        | Object::Product
        | Object::Pipeline
        | Object::User
        | Object::Team
        | Object::Role
        | Object::Organisation
        | Object::Rule
        | Object::SlaRule
        | Object::Approval
        | Object::Material
        | Object::SavedView
        | Object::Audit => true,
        Object::Import
        | Object::Guardrail
        | Object::Agent
        | Object::ApiKey
        | Object::ServiceAccount
        | Object::SingleSignOn
        | Object::Automation => false,
    }
}

/// Scopes by object and action, as the API takes and shows them.
pub type Matrix = BTreeMap<Object, BTreeMap<Action, ScopeLevel>>;

/// What somebody may do: scope by permission, none when absent.
///
/// Kept as `{"opportunity.read":"team",…}`; a permission of another version is passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, ScopeLevel>", into = "BTreeMap<String, ScopeLevel>")]
pub struct Grants(BTreeMap<Permission, ScopeLevel>);

impl From<BTreeMap<String, ScopeLevel>> for Grants {
    fn from(words: BTreeMap<String, ScopeLevel>) -> Self {
        Self(words.into_iter().filter_map(|(word, scope)| Some((word.parse().ok()?, scope))).collect())
    }
}

impl From<Grants> for BTreeMap<String, ScopeLevel> {
    fn from(grants: Grants) -> Self {
        grants.0.into_iter().map(|(permission, scope)| (permission.to_string(), scope)).collect()
    }
}

impl Grants {
    #[must_use]
    pub fn scope(&self, permission: Permission) -> ScopeLevel {
        self.0.get(&permission).copied().unwrap_or(ScopeLevel::None)
    }

    /// The widest of both.
    pub fn stack(&mut self, other: &Self) {
        for (permission, scope) in &other.0 {
            let held = self.0.entry(*permission).or_insert(ScopeLevel::None);
            *held = (*held).max(*scope);
        }
    }

    /// The narrower of both, for every permission.
    #[must_use]
    pub fn narrowed(&self, limit: &Self) -> Self {
        let narrower = |(permission, scope): (&Permission, &ScopeLevel)| {
            let allowed = limit.0.get(permission).copied().unwrap_or(ScopeLevel::None);
            (*permission, (*scope).min(allowed))
        };
        Self(self.0.iter().map(narrower).filter(|(_, scope)| *scope != ScopeLevel::None).collect())
    }

    /// What of these a key can hold.
    #[must_use]
    pub fn of_keys(&self) -> Self {
        Self(self.held().filter(|(permission, _)| fits_key(permission.object)).collect())
    }

    /// The permissions that reach further here than in `limit`.
    #[must_use]
    pub fn beyond(&self, limit: &Self) -> Vec<Permission> {
        Permission::all().filter(|p| self.scope(*p) > limit.scope(*p)).collect()
    }

    /// Whether nothing is granted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.values().all(|scope| *scope == ScopeLevel::None)
    }

    /// The permissions that are granted, each with its scope.
    pub fn held(&self) -> impl Iterator<Item = (Permission, ScopeLevel)> {
        Permission::all().map(|p| (p, self.scope(p))).filter(|(_, scope)| *scope != ScopeLevel::None)
    }

    /// As `app.scope` reads them: ` opportunity.read=team task.read=own `, a space at both ends.
    #[must_use]
    pub(crate) fn setting(&self) -> String {
        let mut text = String::from(" ");
        for (permission, scope) in self.held() {
            for part in [permission.object.as_str(), ".", permission.action.as_str(), "=", scope.as_str(), " "] {
                text.push_str(part);
            }
        }
        text
    }

    /// Grants one permission at a scope, whatever it was before.
    pub fn grant(&mut self, permission: Permission, scope: ScopeLevel) {
        self.0.insert(permission, scope);
    }

    /// One permission more, at this scope if it was narrower.
    pub fn raise(&mut self, permission: Permission, scope: ScopeLevel) {
        let held = self.0.entry(permission).or_insert(ScopeLevel::None);
        *held = (*held).max(scope);
    }

    fn set(mut self, object: Object, grants: &[(Action, ScopeLevel)]) -> Self {
        for (action, scope) in grants {
            self.0.insert(Permission::new(object, *action), *scope);
        }
        self
    }

    /// By object and action, as the API shows it; actions that do not exist are left out.
    #[must_use]
    pub fn matrix(&self) -> Matrix {
        Object::ALL
            .iter()
            .map(|&object| {
                (
                    object,
                    actions(object)
                        .iter()
                        .map(|&action| (action, self.scope(Permission::new(object, action))))
                        .collect(),
                )
            })
            .collect()
    }
}

/// A permission as a type, for [`crate::Allow`].
pub trait Needs: Send + Sync + 'static {
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($name:ident = $object:ident $action:ident),* $(,)?) => {$(
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
        impl Needs for $name {
            const PERMISSION: Permission = Permission::new(Object::$object, Action::$action);
        }
    )*};
}

permissions! {
    ReadOpportunity = Opportunity Read, CreateOpportunity = Opportunity Create, UpdateOpportunity = Opportunity Update, DeleteOpportunity = Opportunity Delete,
    ReadAccount = Account Read, CreateAccount = Account Create, UpdateAccount = Account Update, DeleteAccount = Account Delete,
    ReadContact = Contact Read, CreateContact = Contact Create, UpdateContact = Contact Update, DeleteContact = Contact Delete,
    ReadLead = Lead Read, CreateLead = Lead Create, UpdateLead = Lead Update, DeleteLead = Lead Delete,
    ReadTask = Task Read, CreateTask = Task Create, UpdateTask = Task Update, DeleteTask = Task Delete,
    ReadActivity = Activity Read, CreateActivity = Activity Create, UpdateActivity = Activity Update, DeleteActivity = Activity Delete,
    ReadProduct = Product Read, CreateProduct = Product Create, UpdateProduct = Product Update, DeleteProduct = Product Delete,
    ReadPipeline = Pipeline Read, CreatePipeline = Pipeline Create, UpdatePipeline = Pipeline Update, DeletePipeline = Pipeline Delete,
    ReadUser = User Read, CreateUser = User Create, UpdateUser = User Update, DeleteUser = User Delete, ImpersonateUser = User Impersonate,
    ReadTeam = Team Read, CreateTeam = Team Create, UpdateTeam = Team Update, DeleteTeam = Team Delete,
    ReadRole = Role Read, CreateRole = Role Create, UpdateRole = Role Update, DeleteRole = Role Delete,
    ReadImport = Import Read, CreateImport = Import Create,
    UseAgent = Agent Use,
    ReadAudit = Audit Read,
    ReadApiKey = ApiKey Read, CreateApiKey = ApiKey Create, UpdateApiKey = ApiKey Update, DeleteApiKey = ApiKey Delete,
    ReadServiceAccount = ServiceAccount Read, CreateServiceAccount = ServiceAccount Create,
    UpdateServiceAccount = ServiceAccount Update, DeleteServiceAccount = ServiceAccount Delete,
    ReadOrganisation = Organisation Read, UpdateOrganisation = Organisation Update,
    ReadSingleSignOn = SingleSignOn Read, CreateSingleSignOn = SingleSignOn Create, UpdateSingleSignOn = SingleSignOn Update,
    DeleteSingleSignOn = SingleSignOn Delete,
    CreateSavedView = SavedView Create, UpdateSavedView = SavedView Update, DeleteSavedView = SavedView Delete,
    ReadAutomation = Automation Read, CreateAutomation = Automation Create, UpdateAutomation = Automation Update,
    DeleteAutomation = Automation Delete,
    ReadApproval = Approval Read, CreateApproval = Approval Create, UpdateApproval = Approval Update, DeleteApproval = Approval Delete,
    ReadRule = Rule Read, CreateRule = Rule Create, UpdateRule = Rule Update, DeleteRule = Rule Delete,
    ReadGuardrail = Guardrail Read, UpdateGuardrail = Guardrail Update,
    ReadMaterial = Material Read, CreateMaterial = Material Create, UpdateMaterial = Material Update, DeleteMaterial = Material Delete,
    ReadSlaRule = SlaRule Read, CreateSlaRule = SlaRule Create, UpdateSlaRule = SlaRule Update, DeleteSlaRule = SlaRule Delete,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_stack_to_the_widest() {
        let mut grants = Builtin::SalesRep.grants();
        grants.stack(&Builtin::SalesManager.grants());
        let of = |object, action| grants.scope(Permission::new(object, action));
        assert_eq!(of(Object::Opportunity, Action::Read), ScopeLevel::Team);
        assert_eq!(of(Object::Opportunity, Action::Create), ScopeLevel::All);
        assert_eq!(of(Object::Audit, Action::Read), ScopeLevel::None);
    }

    #[test]
    fn the_built_in_roles_grant_scopes_that_mean_something() {
        for role in Builtin::ALL {
            for (permission, scope) in role.grants().held() {
                assert!(scopes(permission).contains(&scope), "{role:?} {permission} {scope}");
            }
        }
    }

    #[test]
    fn what_is_wider_is_named() {
        let names = |wide: Builtin, narrow: Builtin| -> Vec<String> {
            wide.grants().beyond(&narrow.grants()).iter().map(ToString::to_string).collect()
        };
        assert_eq!(names(Builtin::SalesRep, Builtin::SalesManager), Vec::<String>::new());
        assert_eq!(names(Builtin::ReadOnly, Builtin::SalesRep), ["opportunity.read", "task.read"]);
        assert_eq!("opportunity.fly".parse::<Permission>(), Err(()));
    }

    #[test]
    fn a_key_has_the_narrower_of_its_scopes_and_its_owners_roles() {
        let mut asked = Grants::default();
        let opportunities = Permission::new(Object::Opportunity, Action::Read);
        asked.grant(opportunities, ScopeLevel::Team);
        asked.grant(Permission::new(Object::Audit, Action::Read), ScopeLevel::All);
        let rep = Builtin::SalesRep.grants();
        let held: Vec<_> = asked.narrowed(&rep).held().collect();
        assert_eq!(held, [(opportunities, ScopeLevel::Own)]);
        assert_eq!(asked.beyond(&rep).len(), 2);
        assert_eq!(asked.narrowed(&Builtin::Administrator.grants()), asked);
    }

    #[test]
    fn no_key_makes_keys_or_lends_a_persons_other_hands() {
        let held = Builtin::Administrator.grants().of_keys();
        for object in [Object::ApiKey, Object::ServiceAccount, Object::Import, Object::Agent] {
            assert!(held.held().all(|(permission, _)| permission.object != object), "{object}");
        }
        assert_eq!(held.scope(Permission::new(Object::Audit, Action::Read)), ScopeLevel::All);
    }

    #[test]
    fn no_role_grants_an_action_that_does_not_exist() {
        for role in Builtin::ALL {
            let listed: usize = role
                .grants()
                .matrix()
                .values()
                .map(|actions| actions.values().filter(|s| **s != ScopeLevel::None).count())
                .sum();
            assert_eq!(listed, role.grants().0.values().filter(|s| **s != ScopeLevel::None).count(), "{role:?}");
        }
    }
}
