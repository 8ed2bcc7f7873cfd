//! What a client changes: people and groups, each change in a transaction of its own.

use axum::http::StatusCode;
use dealwright_kernel::id::UserId;
use dealwright_store::{Change, Tx};
use serde_json::{Value, json};
use uuid::Uuid;

use super::http::Client;
use super::patch::{self, GroupChange};
use super::user::Fields;
use super::{Fault, Resource, attribute, group, store, text};
use crate::oidc::admission;
use crate::oidc::store as accounts;

/// Whether a write was made against this version, if it says against which it was.
fn check_version(read: Option<&str>, version: i64) -> Result<(), Fault> {
    let Some(given) = read else { return Ok(()) };
    let read = given.trim().trim_start_matches("W/").trim_matches('"');
    if read == "*" || read == version.to_string() {
        return Ok(());
    }
    Err(Fault::new(StatusCode::PRECONDITION_FAILED, None, format!("the resource is at version {version} now")))
}

/// Makes somebody.
pub(super) async fn create_user(client: &Client, body: &Value) -> Result<Resource, Fault> {
    let fields = Fields::read(body)?;
    let mut tx = client.begin_write().await?;
    let account = accounts::insert_account(&mut tx, &fields.name(), fields.address()).await?;
    store::name_user(&mut tx, client.provider.id, account.id, &fields).await?;
    let data = json!({ "provider": client.provider.name });
    tx.emit(admission::event(&tx, &account, "created").data(data));
    if fields.active {
        group::apply(&mut tx, &client.provider, account.id).await?;
    } else {
        store::update_account(&mut tx, account.id, &fields).await?;
    }
    let user = client.user(&mut tx, &account.id.to_string()).await?;
    tx.commit(()).await?.into_inner();
    Ok(Resource { status: StatusCode::CREATED, version: user.version, body: user.resource(client.base()) })
}

/// Writes somebody anew.
pub(super) async fn replace_user(
    client: &Client,
    id: &str,
    read: Option<&str>,
    body: &Value,
) -> Result<Resource, Fault> {
    let fields = Fields::read(body)?;
    change_user(client, id, read, |_| Ok(fields)).await
}

/// Changes somebody by operations.
pub(super) async fn patch_user(client: &Client, id: &str, read: Option<&str>, body: &Value) -> Result<Resource, Fault> {
    let operations = patch::operations(body)?;
    change_user(client, id, read, |old| patch::user(old, &operations)).await
}

/// Deactivates somebody.
pub(super) async fn delete_user(client: &Client, id: &str, read: Option<&str>) -> Result<(), Fault> {
    change_user(client, id, read, |old| Ok(Fields { active: false, ..old })).await?;
    Ok(())
}

/// Changes somebody, and writes nothing when there is nothing to change.
async fn change_user(
    client: &Client,
    id: &str,
    read: Option<&str>,
    to: impl FnOnce(Fields) -> Result<Fields, Fault>,
) -> Result<Resource, Fault> {
    let mut tx = client.begin_write().await?;
    let old = client.user(&mut tx, id).await?;
    check_version(read, old.version)?;
    let new = to(old.fields.clone())?;
    let changes = differences(&old.fields, &new);
    if new != old.fields {
        store::name_user(&mut tx, client.provider.id, old.id, &new).await?;
    }
    if !changes.is_empty() {
        if old.fields.active && !new.active {
            keep_an_administrator(&mut tx, old.id).await?;
        }
        store::update_account(&mut tx, old.id, &new).await?;
        let account = store::account(&mut tx, old.id).await?.ok_or_else(|| Fault::absent("user", id))?;
        let verb = match (old.fields.active, new.active) {
            (true, false) => "deactivated",
            (false, true) => "reactivated",
            (true, true) | (false, false) => "updated",
        };
        let data = json!({ "provider": client.provider.name });
        tx.emit(admission::event(&tx, &account, verb).changes(changes).data(data));
        if !old.fields.active && new.active {
            group::apply(&mut tx, &client.provider, old.id).await?;
        }
    }
    let user = client.user(&mut tx, id).await?;
    tx.commit(()).await?.into_inner();
    Ok(Resource { status: StatusCode::OK, version: user.version, body: user.resource(client.base()) })
}

/// What of an account differs.
fn differences(old: &Fields, new: &Fields) -> Vec<Change> {
    let pairs = [
        ("name", json!(old.name()), json!(new.name())),
        ("email", json!(old.address()), json!(new.address())),
        ("active", json!(old.active), json!(new.active)),
    ];
    let changed = pairs.into_iter().filter(|(_, old, new)| old != new);
    changed
        .map(|(field, old, new)| Change { field: field.to_owned(), old, new, old_label: None, new_label: None })
        .collect()
}

async fn keep_an_administrator(tx: &mut Tx, user: UserId) -> Result<(), Fault> {
    let administrator = accounts::held_roles(tx, user).await?.iter().any(|role| role.administrator);
    if administrator && !accounts::other_administrator(tx, user).await? {
        let why = "this is the organisation's last administrator";
        return Err(Fault::new(StatusCode::CONFLICT, Some("mutability"), why));
    }
    Ok(())
}

/// A whole group as a change of an empty one.
fn whole_group(body: &Value) -> Result<GroupChange, Fault> {
    let part = |name: &str| attribute(body, name).cloned().unwrap_or_default();
    let name = text(&part("displayName"), "displayName", 255)?;
    Ok(GroupChange {
        name: Some(name.ok_or_else(|| Fault::bad("invalidValue", "displayName is required"))?),
        external_id: text(&part("externalId"), "externalId", 255)?,
        replaces: true,
        add: patch::members(&part("members"))?,
        remove: Vec::new(),
    })
}

/// Makes a group.
pub(super) async fn create_group(client: &Client, body: &Value) -> Result<Resource, Fault> {
    let change = whole_group(body)?;
    let mut tx = client.begin_write().await?;
    let id = tx.new_id();
    let name = change.name.clone().unwrap_or_default();
    store::insert_group(&mut tx, client.provider.id, id, &name, change.external_id.as_deref()).await?;
    tx.emit(client.provider.event(&tx, "group_made").data(json!({ "group": name })));
    change_members(client, &mut tx, id, &change).await?;
    let shown = client.shown_group(&mut tx, id, StatusCode::CREATED).await?;
    tx.commit(()).await?.into_inner();
    Ok(shown)
}

/// Writes a group anew.
pub(super) async fn replace_group(
    client: &Client,
    id: &str,
    read: Option<&str>,
    body: &Value,
) -> Result<Resource, Fault> {
    change_group(client, id, read, whole_group(body)?).await
}

/// Changes a group by operations.
pub(super) async fn patch_group(
    client: &Client,
    id: &str,
    read: Option<&str>,
    body: &Value,
) -> Result<Resource, Fault> {
    let change = patch::group(&patch::operations(body)?)?;
    change_group(client, id, read, change).await
}

async fn change_group(client: &Client, id: &str, read: Option<&str>, change: GroupChange) -> Result<Resource, Fault> {
    let mut tx = client.begin_write().await?;
    let old = client.group(&mut tx, id).await?;
    check_version(read, old.version)?;
    let before = store::members(&mut tx, old.id).await?;
    change_members(client, &mut tx, old.id, &change).await?;
    let name = change.name.unwrap_or_else(|| old.name.clone());
    let external_id = change.external_id.or_else(|| old.external_id.clone());
    let after = store::members(&mut tx, old.id).await?;
    let renamed = name != old.name || external_id != old.external_id;
    if renamed || before != after {
        store::update_group(&mut tx, old.id, &name, external_id.as_deref()).await?;
        let (was, is): (Vec<_>, Vec<_>) = (before.iter().map(|m| m.0).collect(), after.iter().map(|m| m.0).collect());
        let changes = vec![Change {
            field: "members".to_owned(),
            old: json!(was),
            new: json!(is),
            old_label: None,
            new_label: None,
        }];
        tx.emit(client.provider.event(&tx, "group_changed").changes(changes).data(json!({ "group": name })));
    }
    if renamed {
        for (user, _) in &after {
            group::apply(&mut tx, &client.provider, *user).await?;
        }
    }
    let shown = client.shown_group(&mut tx, old.id, StatusCode::OK).await?;
    tx.commit(()).await?.into_inner();
    Ok(shown)
}

/// Puts people in and takes them out, with what the group gives.
async fn change_members(client: &Client, tx: &mut Tx, group: Uuid, change: &GroupChange) -> Result<(), Fault> {
    let id =
        |text: &String| text.parse::<Uuid>().map_err(|_| Fault::bad("invalidValue", format!("{text} is no user's id")));
    let add: Vec<Uuid> = change.add.iter().map(id).collect::<Result<_, _>>()?;
    let mut remove: Vec<Uuid> = change.remove.iter().map(id).collect::<Result<_, _>>()?;
    if change.replaces {
        let now = store::members(tx, group).await?;
        remove.extend(now.into_iter().map(|(user, _)| user.0).filter(|user| !add.contains(user)));
    }
    store::remove_members(tx, group, &remove).await?;
    store::add_members(tx, group, &add).await?;
    for user in add.into_iter().chain(remove) {
        group::apply(tx, &client.provider, UserId(user)).await?;
    }
    Ok(())
}

/// Takes a group away, with what it gave.
pub(super) async fn delete_group(client: &Client, id: &str, read: Option<&str>) -> Result<(), Fault> {
    let mut tx = client.begin_write().await?;
    let old = client.group(&mut tx, id).await?;
    check_version(read, old.version)?;
    let nobody = GroupChange { replaces: true, ..GroupChange::default() };
    change_members(client, &mut tx, old.id, &nobody).await?;
    store::delete_group(&mut tx, old.id).await?;
    tx.emit(client.provider.event(&tx, "group_removed").data(json!({ "group": old.name })));
    tx.commit(()).await?.into_inner();
    Ok(())
}
