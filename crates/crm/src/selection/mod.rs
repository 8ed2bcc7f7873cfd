//! Which records of a list are meant: those that a view's filter finds, as its reader sees them.

use dealwright_access::context::permission;
use dealwright_access::policy::{
    DeleteAccount, DeleteContact, DeleteLead, DeleteOpportunity, ReadAccount, ReadContact, ReadLead, ReadOpportunity,
    UpdateAccount, UpdateContact, UpdateLead, UpdateOpportunity,
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
use crate::{account, contact, lead, opportunity, search};

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
    pub async fn read(&self, cx: &Context, tx: &mut Tx, object: FieldObject) -> Result<ListQuery> {
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
    pub async fn find(&self, cx: &Context, tx: &mut Tx, object: FieldObject) -> Result<Found> {
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
    object: FieldObject,
    query: &ListQuery,
) -> Result<Option<Vec<Uuid>>> {
    Ok(match (object, &query.q) {
        (FieldObject::Opportunity, _) => opportunity::list::candidates(cx, tx, query).await?,
        (FieldObject::Account, Some(q)) => Some(search::accounts(tx, cx.actor(), q).await?),
        (FieldObject::Contact, Some(q)) => Some(search::contacts(tx, cx.actor(), q).await?),
        (FieldObject::Lead, Some(q)) => Some(search::leads(tx, cx.actor(), q).await?),
        (FieldObject::Contact, None) => list::of_accounts(tx, &contact::list::CATALOGUE, &query.filter).await?,
        (FieldObject::Account | FieldObject::Lead, None) => None,
    })
}

/// What lists of an object can be filtered and sorted by.
#[must_use]
pub const fn catalogue(object: FieldObject) -> &'static Catalogue {
    match object {
        FieldObject::Opportunity => &opportunity::list::CATALOGUE,
        FieldObject::Account => &account::list::CATALOGUE,
        FieldObject::Contact => &contact::list::CATALOGUE,
        FieldObject::Lead => &lead::list::CATALOGUE,
    }
}

/// Lists of an object as the actor reads them.
#[must_use]
pub fn reader(object: FieldObject, actor: &Actor) -> Reader<'_> {
    match object {
        FieldObject::Opportunity => opportunity::list::reader(actor),
        FieldObject::Account => account::list::reader(actor),
        FieldObject::Contact => contact::list::reader(actor),
        FieldObject::Lead => lead::list::reader(actor),
    }
}

/// What reading the records of an object needs.
#[must_use]
pub const fn reading(object: FieldObject) -> Permission {
    match object {
        FieldObject::Opportunity => permission::<ReadOpportunity>(),
        FieldObject::Account => permission::<ReadAccount>(),
        FieldObject::Contact => permission::<ReadContact>(),
        FieldObject::Lead => permission::<ReadLead>(),
    }
}

/// What changing them needs.
#[must_use]
pub const fn updating(object: FieldObject) -> Permission {
    match object {
        FieldObject::Opportunity => permission::<UpdateOpportunity>(),
        FieldObject::Account => permission::<UpdateAccount>(),
        FieldObject::Contact => permission::<UpdateContact>(),
        FieldObject::Lead => permission::<UpdateLead>(),
    }
}

/// What deleting them needs.
#[must_use]
pub const fn deleting(object: FieldObject) -> Permission {
    match object {
        FieldObject::Opportunity => permission::<DeleteOpportunity>(),
        FieldObject::Account => permission::<DeleteAccount>(),
        FieldObject::Contact => permission::<DeleteContact>(),
        FieldObject::Lead => permission::<DeleteLead>(),
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
