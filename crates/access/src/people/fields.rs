//! `/roles/{id}/fields`: the fields that a role hides or makes read-only.

use std::collections::BTreeMap;

use axum::response::IntoResponse;
use dealwright_kernel::Result;
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, etag};
use dealwright_kernel::id::RoleId;
use dealwright_store::{Committed, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::role::{self, Role};
use crate::policy::fields::{FieldLevel, FieldRules, OBJECTS, may_be_hidden, restrictable};
use crate::policy::{Object, ReadRole, UpdateRole};
use crate::{Access, Allow};

/// The endpoints of field access.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(get, replace))
}

/// What a role keeps back.
#[derive(Debug, Serialize, ToSchema)]
struct RoleFields {
    /// By object and field; a field that is not named is full.
    #[schema(value_type = BTreeMap<String, BTreeMap<String, FieldLevel>>)]
    fields: BTreeMap<Object, BTreeMap<String, FieldLevel>>,
    /// The fields that can be kept back, by object; custom ones as `custom.<key>`.
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    restrictable: BTreeMap<Object, Vec<String>>,
    /// Those of them that can be made read-only, but not hidden.
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    always_shown: BTreeMap<Object, Vec<&'static str>>,
    /// The role's.
    version: i64,
}

impl RoleFields {
    async fn of(tx: &mut Tx, role: &Role) -> Result<Self> {
        let shown = |object| restrictable(object).iter().copied().filter(move |field| !may_be_hidden(object, field));
        let always_shown = OBJECTS.into_iter().map(|object| (object, shown(object).collect())).collect();
        let own = |object| restrictable(object).iter().map(|field| (*field).to_owned()).collect();
        let mut restrictable: BTreeMap<Object, Vec<String>> = OBJECTS.into_iter().map(|o| (o, own(o))).collect();
        for (object, field) in role::store::custom_fields(tx).await? {
            restrictable.entry(object).or_default().push(field);
        }
        Ok(Self { fields: role.rules.all().clone(), restrictable, always_shown, version: role.version })
    }
}

/// What a role is to keep back: the whole of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRoleFields {
    fields: BTreeMap<String, BTreeMap<String, FieldLevel>>,
    /// The role's version that was read, unless `If-Match` says it.
    version: Option<i64>,
}

/// The fields that a role hides or makes read-only
#[utoipa::path(get, path = "/roles/{id}/fields", tag = "people", params(("id" = RoleId, Path)), responses((status = 200, body = RoleFields), Problems))]
async fn get(cx: Allow<ReadRole>, Path(id): Path<RoleId>) -> Result<impl IntoResponse> {
    let mut tx = cx.begin().await?;
    let role = role::store::find(&mut tx, id).await?.or_not_found("role")?;
    let fields = RoleFields::of(&mut tx, &role).await?;
    tx.done((etag(role.version), Json(fields))).await
}

/// Say which fields a role hides or makes read-only
///
/// Holds with the next request of whoever has the role. Of several roles that somebody has, the widest wins.
#[utoipa::path(put, path = "/roles/{id}/fields", tag = "people", params(("id" = RoleId, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = NewRoleFields, responses((status = 200, body = RoleFields), Problems))]
async fn replace(
    cx: Allow<UpdateRole>,
    Path(id): Path<RoleId>,
    if_match: IfMatch,
    Json(body): Json<NewRoleFields>,
) -> Result<Committed<impl IntoResponse>> {
    let version = if_match.or(body.version)?;
    let rules = FieldRules::read(body.fields)?;
    let (cx, mut tx) = cx.begin_fresh().await?;
    let role = role::keep_back(&cx, &mut tx, id, version, rules).await?;
    let fields = RoleFields::of(&mut tx, &role).await?;
    tx.commit((etag(role.version), Json(fields))).await
}
