//! The whole policy: what there is to do, how wide a role may do it, and the four roles every organisation starts with.
//!
//! A role grants, per object and action, a scope: none, own, team (with the teams below it) or all. Roles stack: the
//! widest wins. `tests/golden/authorisation.txt` of the app shows the matrix as a person reads it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
        Rule = "rule",
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.object, self.action)
    }
}

/// The actions that exist for an object. What is not here can be granted to nobody.
#[must_use]
pub const fn actions(object: Object) -> &'static [Action] {
    use Action::{Create, Delete, Read, Update, Use};
    match object {
        Object::Opportunity | Object::Account | Object::Contact | Object::Task | Object::Product => {
            &[Read, Create, Update, Delete]
        }
        Object::Activity => &[Read, Create],
        Object::Pipeline | Object::User | Object::Team | Object::Role | Object::Rule => &[Read, Create, Update, Delete],
        Object::Import => &[Read, Create],
        Object::Agent => &[Use],
        Object::Audit => &[Read],
    }
}

/// What somebody may do: scope by permission, none when absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grants(BTreeMap<String, ScopeLevel>);

impl Grants {
    #[must_use]
    pub fn scope(&self, permission: Permission) -> ScopeLevel {
        self.0.get(&permission.to_string()).copied().unwrap_or(ScopeLevel::None)
    }

    /// The widest of both.
    pub fn stack(&mut self, other: &Self) {
        for (permission, scope) in &other.0 {
            let held = self.0.entry(permission.clone()).or_insert(ScopeLevel::None);
            *held = (*held).max(*scope);
        }
    }

    fn set(mut self, object: Object, grants: &[(Action, ScopeLevel)]) -> Self {
        for (action, scope) in grants {
            self.0.insert(Permission::new(object, *action).to_string(), *scope);
        }
        self
    }

    /// By object and action, as the API shows it; actions that do not exist are left out.
    #[must_use]
    pub fn matrix(&self) -> BTreeMap<Object, BTreeMap<Action, ScopeLevel>> {
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

/// The roles every organisation starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Builtin {
    Administrator,
    SalesManager,
    SalesRep,
    ReadOnly,
}

impl Builtin {
    pub const ALL: [Self; 4] = [Self::Administrator, Self::SalesManager, Self::SalesRep, Self::ReadOnly];

    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::SalesManager => "sales_manager",
            Self::SalesRep => "sales_rep",
            Self::ReadOnly => "read_only",
        }
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Administrator => "Administrator",
            Self::SalesManager => "Sales Manager",
            Self::SalesRep => "Sales Rep",
            Self::ReadOnly => "Read-only",
        }
    }

    /// What the role may do in a new organisation.
    #[must_use]
    pub fn grants(self) -> Grants {
        use Action::{Create, Delete, Read, Update, Use};
        use ScopeLevel::{All, Own, Team};
        let records = [Object::Account, Object::Contact];
        match self {
            Self::Administrator => Object::ALL.iter().fold(Grants::default(), |grants, &object| {
                let all: Vec<_> = actions(object).iter().map(|&action| (action, All)).collect();
                grants.set(object, &all)
            }),
            Self::SalesManager => records
                .iter()
                .fold(Self::basics(), |grants, &object| {
                    grants.set(object, &[(Read, All), (Create, All), (Update, Team), (Delete, Team)])
                })
                .set(Object::Opportunity, &[(Read, Team), (Create, All), (Update, Team), (Delete, Team)])
                .set(Object::Task, &[(Read, Team), (Create, All), (Update, Team), (Delete, Team)])
                .set(Object::Activity, &[(Read, All), (Create, All)])
                .set(Object::Import, &[(Read, Own), (Create, All)])
                .set(Object::Agent, &[(Use, All)]),
            Self::SalesRep => records
                .iter()
                .fold(Self::basics(), |grants, &object| {
                    grants.set(object, &[(Read, All), (Create, Own), (Update, Own), (Delete, Own)])
                })
                .set(Object::Opportunity, &[(Read, Own), (Create, Own), (Update, Own), (Delete, Own)])
                .set(Object::Task, &[(Read, Own), (Create, Own), (Update, Own), (Delete, Own)])
                .set(Object::Activity, &[(Read, All), (Create, All)])
                .set(Object::Agent, &[(Use, All)]),
            Self::ReadOnly => [Object::Opportunity, Object::Account, Object::Contact, Object::Task, Object::Activity]
                .iter()
                .fold(Self::basics(), |grants, &object| grants.set(object, &[(Read, All)]))
                .set(Object::Agent, &[(Use, All)]),
        }
    }

    /// What everyone needs in order to read a page: names of colleagues, stages and products.
    fn basics() -> Grants {
        [Object::Product, Object::Pipeline, Object::User, Object::Team]
            .iter()
            .fold(Grants::default(), |grants, &object| grants.set(object, &[(Action::Read, ScopeLevel::All)]))
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
    ReadTask = Task Read, CreateTask = Task Create, UpdateTask = Task Update, DeleteTask = Task Delete,
    ReadActivity = Activity Read, CreateActivity = Activity Create,
    ReadProduct = Product Read, CreateProduct = Product Create, UpdateProduct = Product Update, DeleteProduct = Product Delete,
    ReadPipeline = Pipeline Read, UpdatePipeline = Pipeline Update,
    ReadUser = User Read, CreateUser = User Create, ReadTeam = Team Read, ReadRole = Role Read,
    ReadImport = Import Read, CreateImport = Import Create,
    UseAgent = Agent Use,
    ReadAudit = Audit Read,
    ReadRule = Rule Read, CreateRule = Rule Create, UpdateRule = Rule Update, DeleteRule = Rule Delete,
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
