//! Who took part in an activity, beside the contact that it is about: contacts, colleagues, and others by their address.

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{ActivityId, ContactId, EventId, UserId};
use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::record::Texts;

/// The most that take part.
pub const MAX: usize = 100;

/// Somebody who took part: exactly one of a contact, a user and an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Who {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// An e-mail address or a telephone number of somebody who is neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 320)]
    pub address: Option<String>,
    /// The name that goes with an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub name: Option<String>,
}

/// Somebody who took part, as the API shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Participant {
    pub contact_id: Option<ContactId>,
    pub user_id: Option<UserId>,
    pub address: Option<String>,
    /// The contact's or colleague's; of an address what was said with it, or the address itself.
    pub name: String,
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    said: Option<String>,
}

impl Participant {
    /// Whom to write in order to have them again.
    #[must_use]
    pub fn who(&self) -> Who {
        Who {
            contact_id: self.contact_id,
            user_id: self.user_id,
            address: self.address.clone(),
            name: self.said.clone(),
        }
    }
}

/// Their names in one line, as history shows them.
#[must_use]
pub fn label(people: &[Participant]) -> Option<String> {
    let names: Vec<&str> = people.iter().map(|p| p.name.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Without surrounding space, and each once.
#[must_use]
pub fn tidy(people: Vec<Who>) -> Vec<Who> {
    let mut tidied: Vec<Who> = Vec::with_capacity(people.len());
    for mut who in people {
        who.address = who.address.map(|a| a.trim().to_owned());
        who.name = crate::record::text(who.name).filter(|_| who.address.is_some());
        let same = |other: &Who| {
            let (a, b) = (other.address.as_deref(), who.address.as_deref());
            (other.contact_id, other.user_id) == (who.contact_id, who.user_id)
                && a.map(str::to_lowercase) == b.map(str::to_lowercase)
        };
        if !tidied.iter().any(same) {
            tidied.push(who);
        }
    }
    tidied
}

/// What is wrong with them by themselves.
pub fn validate(wrong: &mut Texts, people: Option<&[Who]>) {
    let Some(people) = people else { return };
    if people.len() > MAX {
        wrong.push("participants", "too_many", format!("at most {MAX} take part"));
    }
    for (i, who) in people.iter().take(MAX).enumerate() {
        let said = [who.contact_id.is_some(), who.user_id.is_some(), who.address.is_some()];
        if said.iter().filter(|is| **is).count() != 1 {
            wrong.push(&format!("participants.{i}"), "invalid_value", "one of contact_id, user_id and address");
        }
        if let Some(address) = &who.address {
            wrong.required(&format!("participants.{i}.address"), address, 320);
        }
        wrong.optional(&format!("participants.{i}.name"), who.name.as_deref(), 200);
    }
}

/// Checks that the actor may see who is newly named.
///
/// # Errors
/// 422 with each that is nobody.
pub async fn check(tx: &mut Tx, people: &[Who], old: &[Who]) -> Result<()> {
    let new: Vec<(usize, &Who)> = people.iter().enumerate().filter(|(_, who)| !old.contains(who)).collect();
    let contacts: Vec<Uuid> = new.iter().filter_map(|(_, who)| who.contact_id.map(Into::into)).collect();
    let users: Vec<Uuid> = new.iter().filter_map(|(_, who)| who.user_id.map(Into::into)).collect();
    if contacts.is_empty() && users.is_empty() {
        return Ok(());
    }
    let org = tx.org().0;
    let found = sqlx::query_scalar!(
        r#"select id as "id!" from contact where org_id = $1 and id = any ($2) and deleted_at is null
           union all select id from app_user where org_id = $1 and id = any ($3)"#,
        org,
        &contacts,
        &users,
    )
    .fetch_all(tx.db())
    .await?;
    let missing = |who: &Who| {
        let ids = [who.contact_id.map(Uuid::from), who.user_id.map(Uuid::from)];
        ids.into_iter().flatten().any(|id| !found.contains(&id))
    };
    let fields: Vec<FieldError> = new
        .into_iter()
        .filter(|(_, who)| missing(who))
        .map(|(i, _)| FieldError {
            field: format!("participants.{i}"),
            code: "unknown_reference".into(),
            message: "there is nobody like that, or you may not see them".into(),
        })
        .collect();
    if fields.is_empty() { Ok(()) } else { Err(Error::fields("invalid", fields)) }
}

/// Writes who takes part, and that they stand on timelines by `entry` and `at`. Contacts that the actor may not see stay.
#[expect(clippy::as_conversions, reason = "tells the query macro that elements may be null; nothing is converted")]
pub async fn put(tx: &mut Tx, activity: ActivityId, people: &[Who], at: DateTime<Utc>, entry: EventId) -> Result<()> {
    let org = tx.org().0;
    let kept = sqlx::query!(
        r#"with gone as (
               delete from activity_participant p where p.org_id = $1 and p.activity_id = $2 returning p.*
           )
           select g.contact_id as "contact_id!: ContactId" from gone g
           where g.contact_id is not null and not exists (select from contact c where c.org_id = $1 and c.id = g.contact_id)
           order by g.position"#,
        org,
        activity.0,
    )
    .fetch_all(tx.db())
    .await?;
    let hidden = kept.into_iter().map(|row| Who { contact_id: Some(row.contact_id), ..Who::default() });
    let all: Vec<Who> = people.iter().cloned().chain(hidden).collect();
    if all.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = all.iter().map(|_| tx.new_id()).collect();
    let contacts: Vec<Option<Uuid>> = all.iter().map(|w| w.contact_id.map(Into::into)).collect();
    let users: Vec<Option<Uuid>> = all.iter().map(|w| w.user_id.map(Into::into)).collect();
    let addresses: Vec<Option<String>> = all.iter().map(|w| w.address.clone()).collect();
    let names: Vec<Option<String>> = all.into_iter().map(|w| w.name).collect();
    sqlx::query!(
        "insert into activity_participant (org_id, id, activity_id, position, contact_id, user_id, address, name, account_id, at, entry_id)
         select $1, w.id, $2, w.n::int, w.contact_id, w.user_id, w.address, w.name,
                (select c.account_id from contact c where c.org_id = $1 and c.id = w.contact_id), $3, $4
         from unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::text[]) with ordinality
              as w (id, contact_id, user_id, address, name, n)",
        org,
        activity.0,
        at,
        entry.0,
        &ids,
        &contacts as &[Option<Uuid>],
        &users as &[Option<Uuid>],
        &addresses as &[Option<String>],
        &names as &[Option<String>],
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_takes_part_once() {
        let address = |a: &str| Who { address: Some(a.into()), name: Some(" ".into()), ..Who::default() };
        let contact = Who { contact_id: Some(ContactId(Uuid::from_u128(1))), name: Some("X".into()), ..Who::default() };
        let people = tidy(vec![address(" a@b.test "), contact.clone(), address("A@B.test"), contact]);
        assert_eq!(people.len(), 2);
        assert_eq!((people[0].address.as_deref(), people[0].name.as_deref()), (Some("a@b.test"), None));
        assert_eq!(people[1].name, None);
    }
}
