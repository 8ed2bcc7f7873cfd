//! Which records of a list are meant: those that a view's filter finds, as its reader sees them.

use dealwright_access::context::permission;
use dealwright_access::policy::{
    DeleteAccount, DeleteContact, DeleteLead, DeleteOpportunity, DeleteTask, ReadAccount, ReadContact, ReadLead,
    ReadOpportunity, ReadTask, UpdateAccount, UpdateContact, UpdateLead, UpdateOpportunity, UpdateTask,
};
use dealwright_access::{Actor, Context, Permission};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::custom_field::FieldObject;
use crate::list::{self, Catalogue, ListQuery, Names, Reader, TreeQuery};
use crate::{account, contact, lead, opportunity, search, task};

/// The objects whose records lists select: those of custom fields, and tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListObject {
    Opportunity,
    Account,
    Contact,
    Lead,
    Task,
}

impl ListObject {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opportunity => "opportunity",
            Self::Account => "account",
            Self::Contact => "contact",
            Self::Lead => "lead",
            Self::Task => "task",
        }
    }
}

impl std::str::FromStr for ListObject {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        [Self::Opportunity, Self::Account, Self::Contact, Self::Lead, Self::Task]
            .into_iter()
            .find(|object| object.as_str() == text)
            .ok_or_else(|| Error::internal(format!("{text} is no object of a list")))
    }
}

impl From<FieldObject> for ListObject {
    fn from(object: FieldObject) -> Self {
        match object {
            FieldObject::Opportunity => Self::Opportunity,
            FieldObject::Account => Self::Account,
            FieldObject::Contact => Self::Contact,
            FieldObject::Lead => Self::Lead,
        }
    }
}

/// What a view shows: the records that a filter and words find, in an order.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    /// `{"and": […]}`, `{"or": […]}`, `{"not": …}` or `{"field": …, "op": …, "value": …}`.
    #[schema(value_type = Option<Object>)]
    pub filter: Option<Value>,
    /// Field names; a leading minus sorts descending.
    pub sort: Vec<String>,
    /// Words to search for.
    #[schema(max_length = 200)]
    pub q: Option<String>,
}

/// A selection as lists read it, with the only candidates where a search found them.
#[derive(Debug)]
pub struct Found {
    pub query: ListQuery,
    pub ids: Option<Vec<Uuid>>,
}

impl Selection {
    /// Reads it under the eyes of the actor, who names no field that is hidden from them.
    ///
    /// # Errors
    /// 400 that names the place; 403 `field_not_permitted`.
    pub async fn read(&self, cx: &Context, tx: &mut Tx, object: impl Into<ListObject>) -> Result<ListQuery> {
        let tree = TreeQuery {
            filter: self.filter.clone(),
            sort: self.sort.clone(),
            q: self.q.clone(),
            ..TreeQuery::default()
        };
        let names = Names::of_tree(tx, catalogue(object), &tree).await?;
        ListQuery::from_tree(tree, names, cx.actor(), cx.clock().today())
    }

    /// Reads it, and looks up what its words find.
    ///
    /// # Errors
    /// As [`Self::read`]; 503 when the statement's time is up.
    pub async fn find(&self, cx: &Context, tx: &mut Tx, object: impl Into<ListObject>) -> Result<Found> {
        let object = object.into();
        let query = self.read(cx, tx, object).await?;
        let ids = candidates(cx, tx, object, &query).await?;
        Ok(Found { query, ids })
    }
}

/// The only records that can match, where a search or an index has found them.
///
/// # Errors
/// 503 when the statement's time is up.
pub async fn candidates(
    cx: &Context,
    tx: &mut Tx,
    object: impl Into<ListObject>,
    query: &ListQuery,
) -> Result<Option<Vec<Uuid>>> {
    Ok(match (object.into(), &query.q) {
        (ListObject::Opportunity, _) => opportunity::list::candidates(cx, tx, query).await?,
        (ListObject::Account, Some(q)) => Some(search::accounts(tx, cx.actor(), q).await?),
        (ListObject::Contact, Some(q)) => Some(search::contacts(tx, cx.actor(), q).await?),
        (ListObject::Lead, Some(q)) => Some(search::leads(tx, cx.actor(), q).await?),
        (ListObject::Contact, None) => list::of_accounts(tx, &contact::list::CATALOGUE, &query.filter).await?,
        (ListObject::Account | ListObject::Lead | ListObject::Task, None) => None,
        (ListObject::Task, Some(_)) => return Err(task::list::no_search()),
    })
}

/// What lists of an object can be filtered and sorted by.
#[must_use]
pub fn catalogue(object: impl Into<ListObject>) -> &'static Catalogue {
    match object.into() {
        ListObject::Opportunity => &opportunity::list::CATALOGUE,
        ListObject::Account => &account::list::CATALOGUE,
        ListObject::Contact => &contact::list::CATALOGUE,
        ListObject::Lead => &lead::list::CATALOGUE,
        ListObject::Task => &task::list::CATALOGUE,
    }
}

/// Lists of an object as the actor reads them.
#[must_use]
pub fn reader(object: impl Into<ListObject>, actor: &Actor) -> Reader<'_> {
    match object.into() {
        ListObject::Opportunity => opportunity::list::reader(actor),
        ListObject::Account => account::list::reader(actor),
        ListObject::Contact => contact::list::reader(actor),
        ListObject::Lead => lead::list::reader(actor),
        ListObject::Task => task::list::reader(actor),
    }
}

/// What reading the records of an object needs.
#[must_use]
pub fn reading(object: impl Into<ListObject>) -> Permission {
    match object.into() {
        ListObject::Opportunity => permission::<ReadOpportunity>(),
        ListObject::Account => permission::<ReadAccount>(),
        ListObject::Contact => permission::<ReadContact>(),
        ListObject::Lead => permission::<ReadLead>(),
        ListObject::Task => permission::<ReadTask>(),
    }
}

/// What changing them needs.
#[must_use]
pub fn updating(object: impl Into<ListObject>) -> Permission {
    match object.into() {
        ListObject::Opportunity => permission::<UpdateOpportunity>(),
        ListObject::Account => permission::<UpdateAccount>(),
        ListObject::Contact => permission::<UpdateContact>(),
        ListObject::Lead => permission::<UpdateLead>(),
        ListObject::Task => permission::<UpdateTask>(),
    }
}

/// What deleting them needs.
#[must_use]
pub fn deleting(object: impl Into<ListObject>) -> Permission {
    match object.into() {
        ListObject::Opportunity => permission::<DeleteOpportunity>(),
        ListObject::Account => permission::<DeleteAccount>(),
        ListObject::Contact => permission::<DeleteContact>(),
        ListObject::Lead => permission::<DeleteLead>(),
        ListObject::Task => permission::<DeleteTask>(),
    }
}

/// 422: more than one request is for.
#[must_use]
pub fn too_many(what: &str, most: i64) -> Error {
    let most = match most {
        50_000 => "50,000".to_owned(),
        other => other.to_string(),
    };
    Error::invalid("too_many_rows", format!("{what} takes at most {most} records at once; narrow the filter"))
}
