//! Groups, and what being in one gives.

use dealwright_kernel::Result;
use dealwright_kernel::id::UserId;
use dealwright_store::Tx;
use serde_json::{Value, json};

use super::GROUP;
use super::store::{self, Group};
use crate::identity_provider::store as providers;
use crate::identity_provider::{Provider, Source};
use crate::oidc::admission::{self, Wanted};

/// Brings somebody's roles and team up to date with the groups that they are in now. Who is not active has none to get.
///
/// # Errors
/// When the database is gone.
pub(crate) async fn apply(tx: &mut Tx, provider: &Provider, user: UserId) -> Result<()> {
    let Some(account) = store::account(tx, user).await?.filter(|a| a.active) else { return Ok(()) };
    let values = store::values_of(tx, provider.id, user).await?;
    let mappings = providers::mappings(tx, provider.id).await?;
    let mut wanted = Wanted { whole: true, ..Wanted::default() };
    let of_group = mappings.iter().filter(|m| m.source == Source::Group);
    of_group.filter(|m| values.contains(&m.value.to_lowercase())).for_each(|m| wanted.add(m));
    admission::give(tx, provider, Source::Group, &account, &wanted).await?;
    Ok(())
}

/// The resource.
#[must_use]
pub fn resource(group: &Group, members: Option<&[(UserId, String)]>, base: &str) -> Value {
    let mut body = json!({
        "schemas": [GROUP], "id": group.id, "displayName": group.name,
        "meta": {
            "resourceType": "Group", "created": group.created_at, "lastModified": group.updated_at,
            "location": format!("{base}/scim/v2/Groups/{}", group.id), "version": format!("W/\"{}\"", group.version),
        },
    });
    let Some(object) = body.as_object_mut() else { return body };
    if let Some(external) = &group.external_id {
        object.insert("externalId".to_owned(), json!(external));
    }
    if let Some(members) = members {
        let member = |(id, name): &(UserId, String)| json!({ "value": id, "display": name, "type": "User", "$ref": format!("{base}/scim/v2/Users/{id}") });
        object.insert("members".to_owned(), members.iter().map(member).collect());
    }
    body
}
