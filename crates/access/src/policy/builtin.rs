//! The roles every organisation starts with, and what each may do at first.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Action, Grants, Object, ScopeLevel, actions};

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

    /// The built-in role with this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }

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

    /// What the role is for.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::Administrator => "Everything, everywhere. Cannot be narrowed.",
            Self::SalesManager => "Works on the deals of their team and the teams below it.",
            Self::SalesRep => "Works on what they own; sees all accounts and contacts.",
            Self::ReadOnly => "Sees every record and changes none.",
        }
    }

    /// What the role may do in a new organisation.
    #[must_use]
    pub fn grants(self) -> Grants {
        use Action::{Create, Delete, Read, Update, Use};
        use ScopeLevel::{All, Own, Team};
        let records = [Object::Account, Object::Contact, Object::Lead];
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
                .set(Object::Activity, &[(Read, All), (Create, All), (Update, Team), (Delete, Team)])
                .set(Object::Import, &[(Read, Own), (Create, All)])
                .set(Object::SavedView, &[(Create, All)])
                .set(Object::Material, &[(Read, All), (Create, All), (Update, All), (Delete, All)])
                .set(Object::Agent, &[(Use, All)]),
            Self::SalesRep => records
                .iter()
                .fold(Self::basics(), |grants, &object| {
                    grants.set(object, &[(Read, All), (Create, Own), (Update, Own), (Delete, Own)])
                })
                .set(Object::Opportunity, &[(Read, Own), (Create, Own), (Update, Own), (Delete, Own)])
                .set(Object::Task, &[(Read, Own), (Create, Own), (Update, Own), (Delete, Own)])
                .set(Object::Activity, &[(Read, All), (Create, All), (Update, Own), (Delete, Own)])
                .set(Object::Agent, &[(Use, All)]),
            Self::ReadOnly => records
                .iter()
                .chain(&[Object::Opportunity, Object::Task, Object::Activity])
                .fold(Self::basics(), |grants, &object| grants.set(object, &[(Read, All)]))
                .set(Object::Agent, &[(Use, All)]),
        }
    }

    /// What everyone needs in order to read a page (names of colleagues, stages and products, and the organisation's
    /// settings), and keys of their own.
    fn basics() -> Grants {
        use Action::{Create, Delete, Read, Update};
        use ScopeLevel::{All, Own};
        let read = [
            Object::Product,
            Object::Pipeline,
            Object::User,
            Object::Team,
            Object::Organisation,
            Object::Approval,
            Object::Material,
        ];
        read.iter()
            .fold(Grants::default(), |grants, &object| grants.set(object, &[(Read, All)]))
            .set(Object::ApiKey, &[(Read, Own), (Create, Own), (Update, Own), (Delete, Own)])
    }
}
