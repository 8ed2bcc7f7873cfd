//! The SQL of contacts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dealwright_access::Actor;
use dealwright_kernel::error::OnConstraint;
use dealwright_kernel::id::{AccountId, ContactId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::{Map, Value};

use super::{Contact, Fields};
use crate::merge::{self, MergeObject};
use crate::opportunity::May;
use crate::record::Ref;

/// A contact as the database gives it, with the names it refers to.
#[derive(Debug, sqlx::FromRow)]
pub struct Row {
    id: ContactId,
    first_name: String,
    last_name: String,
    name: String,
    title: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    account_id: Option<AccountId>,
    account_name: Option<String>,
    owner_id: UserId,
    owner_name: String,
    team_id: Option<TeamId>,
    tags: Vec<String>,
    custom: Value,
    external_id: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    shared_to_edit: bool,
}

impl Row {
    /// As the API shows it to `actor`.
    #[must_use]
    pub fn into_contact(self, actor: &Actor) -> Contact {
        self.into_record().allowing(actor)
    }

    fn into_record(self) -> Contact {
        Contact {
            id: self.id,
            first_name: self.first_name,
            last_name: self.last_name,
            name: self.name,
            title: self.title,
            email: self.email,
            phone: self.phone,
            account_id: self.account_id,
            account: Ref::of(self.account_id, self.account_name),
            owner_id: self.owner_id,
            owner: Ref { id: self.owner_id.0, name: self.owner_name },
            team_id: self.team_id,
            tags: self.tags,
            custom: match self.custom {
                Value::Object(map) => map,
                _ => Map::new(),
            },
            external_id: self.external_id,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            may: May { update: false, delete: false },
            hidden_fields: Vec::new(),
            formula_errors: BTreeMap::new(),
            shared_to_edit: self.shared_to_edit,
        }
    }
}

/// One contact the actor may see; live, or else in the bin.
pub async fn find(tx: &mut Tx, id: ContactId, deleted: bool) -> Result<Option<Contact>> {
    let row = sqlx::query_as!(
        Row,
        r#"select t.id as "id: ContactId", t.first_name, t.last_name, t.name, t.title, t.email, t.phone, t.account_id as "account_id: AccountId",
                  a.name as "account_name?", t.owner_id as "owner_id: UserId", u.name as owner_name, t.team_id as "team_id: TeamId", t.tags, t.custom,
                  t.external_id, t.version, t.created_at, t.updated_at,
                  (select app.principals()) <> '{}' and app.edits_until('contact', t.id) is not null as "shared_to_edit!"
           from contact t
           join app_user u on u.org_id = t.org_id and u.id = t.owner_id
           left join account a on a.org_id = t.org_id and a.id = t.account_id
           where t.org_id = $1 and t.id = $2 and (t.deleted_at is not null) = $3"#,
        tx.org().0,
        id.0,
        deleted,
    )
    .fetch_optional(tx.db())
    .await?;
    Ok(row.map(Row::into_record))
}

/// One contact the actor may see; where it was merged into another, that.
///
/// # Errors
/// When the database is gone.
pub async fn find_or_merged(tx: &mut Tx, id: ContactId) -> Result<Option<Contact>> {
    if let Some(found) = find(tx, id, false).await? {
        return Ok(Some(found));
    }
    match merge::store::survivor(tx, MergeObject::Contact, id.0).await? {
        Some(survivor) => find(tx, ContactId(survivor), false).await,
        None => Ok(None),
    }
}

fn taken() -> Error {
    Error::conflict("external_id_taken", "another contact has this external id").on("external_id")
}

/// Adds a contact at version 1.
///
/// # Errors
/// 409 `external_id_taken`.
pub async fn insert(tx: &mut Tx, id: ContactId, f: &Fields) -> Result<()> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "insert into contact (org_id, id, first_name, last_name, name, title, email, phone, account_id, owner_id, team_id, tags, custom, external_id,
             created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)",
        org,
        id.0,
        f.first_name,
        f.last_name,
        f.name(),
        f.title,
        f.email,
        f.phone,
        f.account_id.map(|i| i.0),
        f.owner_id.0,
        f.team_id.map(|i| i.0),
        &f.tags,
        Value::Object(f.custom.clone()),
        f.external_id,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("contact_external_id_key", taken)?;
    Ok(())
}

/// Writes the fields if the record is still at `version`; false when it is not.
///
/// # Errors
/// 409 `external_id_taken`.
pub async fn update(tx: &mut Tx, id: ContactId, version: i64, f: &Fields) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update contact set first_name = $4, last_name = $5, name = $6, title = $7, email = $8, phone = $9, account_id = $10, owner_id = $11,
             team_id = $12, tags = $13, custom = $14, external_id = $15, updated_at = $16, version = version + 1
         where org_id = $1 and id = $2 and version = $3 and deleted_at is null",
        org,
        id.0,
        version,
        f.first_name,
        f.last_name,
        f.name(),
        f.title,
        f.email,
        f.phone,
        f.account_id.map(|i| i.0),
        f.owner_id.0,
        f.team_id.map(|i| i.0),
        &f.tags,
        Value::Object(f.custom.clone()),
        f.external_id,
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("contact_external_id_key", taken)?;
    Ok(written.rows_affected() == 1)
}

/// Puts a record into the bin or takes it out; false when it is not at `version` any more.
///
/// # Errors
/// 409 `external_id_taken`, when another contact has got its external id meanwhile.
pub async fn set_deleted(tx: &mut Tx, id: ContactId, version: i64, deleted: bool) -> Result<bool> {
    let (org, now) = (tx.org().0, tx.now());
    let written = sqlx::query!(
        "update contact set deleted_at = $4, version = version + 1, updated_at = $5 where org_id = $1 and id = $2 and version = $3",
        org,
        id.0,
        version,
        deleted.then_some(now),
        now,
    )
    .execute(tx.db())
    .await
    .on_constraint("contact_external_id_key", taken)?;
    Ok(written.rows_affected() == 1)
}
