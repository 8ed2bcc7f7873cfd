//! `/roles/{id}/fields`: the fields that a role hides or makes read-only.

use std::collections::BTreeMap;

use axum::extract::FromRef;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{Json, Path};
use dealwright_kernel::id::RoleId;
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Committed, Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store;
use crate::policy::fields::{FieldLevel, FieldRules, OBJECTS, restrictable};
use crate::policy::{Object, ReadRole, UpdateRole};
use crate::{Access, Allow};

/// The endpoints of field access.
pub fn router<S>() -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
{
    OpenApiRouter::new().routes(routes!(get, replace))
}

/// What a role keeps back.
#[derive(Debug, Serialize, ToSchema)]
struct RoleFields {
    /// By object and field; a field that is not named is full.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, FieldLevel>>)]
    fields: BTreeMap<Object, BTreeMap<String, FieldLevel>>,
    /// The fields that can be kept back, by object.
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    restrictable: BTreeMap<Object, &'static [&'static str]>,
}

impl RoleFields {
    fn new(rules: &FieldRules) -> Self {
        let restrictable = OBJECTS.into_iter().map(|object| (object, restrictable(object))).collect();
        Self { fields: rules.all().clone(), restrictable }
    }
}

/// What a role is to keep back: the whole of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRoleFields {
    fields: BTreeMap<String, BTreeMap<String, FieldLevel>>,
}

/// The fields that a role hides or makes read-only
#[utoipa::path(get, path = "/roles/{id}/fields", tag = "people", params(("id" = RoleId, Path)), responses((status = 200, body = RoleFields), Problems))]
async fn get(cx: Allow<ReadRole>, Path(id): Path<RoleId>) -> Result<Json<RoleFields>> {
    let mut tx = cx.begin().await?;
    let (_, rules) = role(&mut tx, id).await?;
    tx.done(Json(RoleFields::new(&rules))).await
}

/// Say which fields a role hides or makes read-only
///
/// Holds with the next request of whoever has the role. Of several roles that somebody has, the widest wins.
#[utoipa::path(put, path = "/roles/{id}/fields", tag = "people", params(("id" = RoleId, Path)), request_body = NewRoleFields, responses((status = 200, body = RoleFields), Problems))]
async fn replace(
    cx: Allow<UpdateRole>,
    Path(id): Path<RoleId>,
    Json(body): Json<NewRoleFields>,
) -> Result<Committed<Json<RoleFields>>> {
    let rules = FieldRules::read(body.fields)?;
    let mut tx = cx.begin().await?;
    let (name, old) = role(&mut tx, id).await?;
    let changes = changes(&old, &rules);
    if !changes.is_empty() {
        store::set_fields(&mut tx, id, &json!(rules)).await?;
        let subject = Subject { object: "role", id: id.0, name, version: None };
        let event = Event::with_id(tx.new_id().into(), "role.updated", subject).changes(changes);
        tx.emit(event);
    }
    tx.commit(Json(RoleFields::new(&rules))).await
}

async fn role(tx: &mut Tx, id: RoleId) -> Result<(String, FieldRules)> {
    let role = store::role(tx, id).await?.or_not_found("role")?;
    Ok((role.name, serde_json::from_value(role.fields).map_err(Error::internal)?))
}

/// What differs, field by field.
fn changes(old: &FieldRules, new: &FieldRules) -> Vec<Change> {
    let level = |rules: &FieldRules, object, field: &str| rules.of(object).get(field).copied();
    let all = OBJECTS.into_iter().flat_map(|object| restrictable(object).iter().map(move |field| (object, *field)));
    all.filter_map(|(object, field)| {
        let (was, is) = (level(old, object, field), level(new, object, field));
        (was != is).then(|| Change {
            field: format!("fields.{object}.{field}"),
            old: json!(was),
            new: json!(is),
            old_label: None,
            new_label: None,
        })
    })
    .collect()
}
