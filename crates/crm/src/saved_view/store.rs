//! The SQL of saved views.

use dealwright_access::Actor;
use dealwright_kernel::error::{OnConstraint, OrNotFound};
use dealwright_kernel::id::{TeamId, UserId, ViewId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Fields, MAX_VIEWS, SavedView};
use crate::custom_field::FieldObject;
use crate::opportunity::May;
use crate::record::Ref;

struct Row {
    id: ViewId,
    object: String,
    name: String,
    owner_id: UserId,
    owner_name: String,
    visibility: String,
    team_id: Option<Uuid>,
    team_name: Option<String>,
    layout: String,
    filter: Value,
    q: Option<String>,
    sort: String,
    columns: Value,
    grouping: Option<String>,
    pinned: bool,
    is_default: bool,
    version: i64,
}

impl Row {
    fn into_view(self, actor: &Actor) -> Result<SavedView> {
        let view = SavedView {
            id: self.id,
            object: self.object.parse()?,
            name: self.name,
            owner_id: self.owner_id,
            owner: Ref { id: self.owner_id.0, name: self.owner_name },
            visibility: self.visibility.parse()?,
            team: Ref::of(self.team_id, self.team_name),
            layout: self.layout.parse()?,
            filter: Some(self.filter).filter(|f| !f.is_null()),
            q: self.q,
            sort: self.sort.split(',').filter(|s| !s.is_empty()).map(str::to_owned).collect(),
            columns: serde_json::from_value(self.columns).map_err(Error::internal)?,
            grouping: self.grouping,
            pinned: self.pinned,
            default: self.is_default,
            may: May { update: false, delete: false },
            version: self.version,
        };
        Ok(view.allowing(actor))
    }
}

/// The views that the actor sees, by name: of an object, or the one of this id.
pub async fn list(
    tx: &mut Tx,
    actor: &Actor,
    object: Option<FieldObject>,
    id: Option<ViewId>,
) -> Result<Vec<SavedView>> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        Row,
        r#"select v.id as "id: ViewId", v.object, v.name, v.owner_id as "owner_id: UserId", u.name as owner_name, v.visibility,
                  v.team_id, t.name as "team_name?", v.layout, v.filter, v.q, v.sort, v.columns, v.grouping,
                  coalesce(c.pinned, false) as "pinned!", coalesce(c.is_default, false) as "is_default!", v.version
           from saved_view v join app_user u on u.org_id = v.org_id and u.id = v.owner_id
           left join team t on t.org_id = v.org_id and t.id = v.team_id
           left join view_choice c on c.org_id = v.org_id and c.view_id = v.id and c.user_id = $4
           where v.org_id = $1 and ($2::text is null or v.object = $2) and ($3::uuid is null or v.id = $3)
           order by lower(v.name), v.id limit 1000"#,
        org,
        object.map(FieldObject::as_str),
        id.map(|i| i.0),
        actor.user.0,
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(|row| row.into_view(actor)).collect()
}

/// The view, if the actor sees it.
///
/// # Errors
/// 404.
pub async fn find(tx: &mut Tx, actor: &Actor, id: ViewId) -> Result<SavedView> {
    list(tx, actor, None, Some(id)).await?.into_iter().next().or_not_found("saved view")
}

fn taken() -> Error {
    Error::conflict("saved_view_name_taken", "you have a view of this name already").on("name")
}

/// Adds a view of the actor's at version 1.
///
/// # Errors
/// 409 `saved_view_name_taken`; 422 `too_many_views`.
pub async fn insert(
    tx: &mut Tx,
    id: ViewId,
    object: FieldObject,
    owner: UserId,
    team: Option<TeamId>,
    f: &Fields,
) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    let added = sqlx::query!(
        "insert into saved_view (org_id, id, object, name, owner_id, visibility, team_id, layout, filter, q, sort, columns, grouping, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14
         where (select count(*) from saved_view where org_id = $1 and owner_id = $5) < $15",
        org,
        id.0,
        object.as_str(),
        f.name,
        owner.0,
        f.visibility.as_str(),
        team.map(|t| t.0),
        f.layout.as_str(),
        f.filter.clone().unwrap_or(Value::Null),
        f.q,
        f.sort.join(","),
        json!(f.columns),
        f.grouping,
        now,
        MAX_VIEWS,
    )
    .execute(tx.db())
    .await
    .on_constraint("saved_view_name_key", taken)?;
    if added.rows_affected() == 0 {
        return Err(Error::invalid("too_many_views", format!("a person has at most {MAX_VIEWS} views")));
    }
    Ok(())
}

/// Writes a view that is at this version; false when it is not, or not the actor's to change.
///
/// # Errors
/// 409 `saved_view_name_taken`.
pub async fn update(tx: &mut Tx, id: ViewId, version: i64, team: Option<TeamId>, f: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update saved_view set name = $4, visibility = $5, team_id = $6, layout = $7, filter = $8, q = $9, sort = $10, columns = $11,
                grouping = $12, version = version + 1, updated_at = $13
         where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        f.name,
        f.visibility.as_str(),
        team.map(|t| t.0),
        f.layout.as_str(),
        f.filter.clone().unwrap_or(Value::Null),
        f.q,
        f.sort.join(","),
        json!(f.columns),
        f.grouping,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("saved_view_name_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// Deletes a view that is at this version; false when it is not.
pub async fn delete(tx: &mut Tx, id: ViewId, version: i64) -> Result<bool> {
    let org = tx.org().0;
    let gone =
        sqlx::query!("delete from saved_view where org_id = $1 and id = $2 and version = $3", org, id.0, version)
            .execute(tx.db())
            .await?;
    Ok(gone.rows_affected() == 1)
}

/// What the actor has made of a view. One view of an object is what they begin with.
pub async fn choose(tx: &mut Tx, user: UserId, view: &SavedView, pinned: bool, default: bool) -> Result<()> {
    let (org, object) = (tx.org().0, view.object.as_str());
    if default {
        sqlx::query!(
            "update view_choice set is_default = false where org_id = $1 and user_id = $2 and object = $3 and is_default and view_id <> $4",
            org,
            user.0,
            object,
            view.id.0,
        )
        .execute(tx.db())
        .await?;
    }
    sqlx::query!(
        "insert into view_choice (org_id, user_id, view_id, object, pinned, is_default) values ($1, $2, $3, $4, $5, $6)
         on conflict (org_id, user_id, view_id) do update set pinned = excluded.pinned, is_default = excluded.is_default",
        org,
        user.0,
        view.id.0,
        object,
        pinned,
        default,
    )
    .execute(tx.db())
    .await
    .on_constraint("view_choice_default_key", || Error::conflict("try_again", "two changes met; try again"))?;
    Ok(())
}
