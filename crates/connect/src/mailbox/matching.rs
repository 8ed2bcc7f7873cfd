//! The SQL of filing: who an address is, whether a message is there already, and which conversation it belongs to. All of it
//! under the actor's eyes.

use dealwright_kernel::id::{ActivityId, ContactId, LeadId, OpportunityId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use uuid::Uuid;

use super::filing::Parcel;
use super::letter::Attachment;
use super::sieve::Sieve;

/// Somebody the CRM knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub address: String,
    pub party: Party,
}

/// A contact or a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    Contact(ContactId),
    Lead(LeadId),
}

/// Who these addresses are, the one longest known first. Of objects whose addresses the actor's roles hide, nobody is.
pub async fn known(tx: &mut Tx, addresses: &[String], contacts: bool, leads: bool) -> Result<Vec<Known>> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select k.email as "email!", k.contact as "contact: ContactId", k.lead as "lead: LeadId" from (
               select c.email, c.id as contact, null::uuid as lead, c.created_at from contact c
                   where c.org_id = $1 and c.email = any ($2) and c.deleted_at is null and $3
               union all
               select l.email, null, l.id, l.created_at from lead l
                   where l.org_id = $1 and l.email = any ($2) and l.deleted_at is null and l.converted_at is null and $4) as k
           order by k.created_at, k.contact, k.lead"#,
        org,
        addresses,
        contacts,
        leads,
    )
    .fetch_all(tx.db())
    .await?;
    let party = |contact: Option<ContactId>, lead: Option<LeadId>| match (contact, lead) {
        (Some(id), _) => Some(Party::Contact(id)),
        (None, Some(id)) => Some(Party::Lead(id)),
        (None, None) => None,
    };
    Ok(rows.into_iter().filter_map(|r| Some(Known { address: r.email, party: party(r.contact, r.lead)? })).collect())
}

/// Lets filings of the same message wait for each other.
pub async fn lock(tx: &mut Tx, key: &[u8]) -> Result<()> {
    let org = tx.org().0;
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('mail:' || $1::text || encode($2, 'hex'), 0))",
        org.to_string(),
        key
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// The actor's own activity of this message, in the bin or not.
pub async fn own_copy(tx: &mut Tx, key: &[u8]) -> Result<Option<ActivityId>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select m.activity_id as "id: ActivityId" from activity_message m
           where m.org_id = $1 and m.message_key = $2 and m.owner_id = app.actor() limit 1"#,
        org,
        key
    )
    .fetch_optional(tx.db())
    .await?)
}

/// A colleague's activity of this message that the actor may see. One that was put into the bin stays there.
pub async fn shared_copy(tx: &mut Tx, key: &[u8]) -> Result<Option<ActivityId>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select m.activity_id as "id: ActivityId" from activity_message m join activity a on a.org_id = m.org_id and a.id = m.activity_id
           where m.org_id = $1 and m.message_key = $2 and not a.private order by a.deleted_at nulls first, a.created_at limit 1"#,
        org,
        key
    )
    .fetch_optional(tx.db())
    .await?)
}

/// The conversation of a message that this one answers, if one of them is stored where the actor sees it.
pub async fn thread_of(tx: &mut Tx, answered: &[Vec<u8>]) -> Result<Option<Uuid>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        "select thread_id from activity_message where org_id = $1 and message_key = any ($2) order by activity_id limit 1",
        org,
        answered
    )
    .fetch_optional(tx.db())
    .await?)
}

/// Records what an activity was made of.
pub async fn insert(tx: &mut Tx, activity: ActivityId, thread: Uuid, parcel: &Parcel) -> Result<()> {
    let (org, user) = (tx.org().0, tx.user().map(|u| u.0));
    sqlx::query!(
        "insert into activity_message (org_id, activity_id, owner_id, message_key, thread_id, attachments, mailbox_id)
         values ($1, $2, $3, $4, $5, $6, $7)",
        org,
        activity.0,
        user,
        parcel.key,
        thread,
        files(&parcel.attachments)?,
        parcel.mailbox.map(|m| m.0),
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// # Errors
/// Internal, when it can't be written as JSON.
pub fn files(attachments: &[Attachment]) -> Result<serde_json::Value> {
    serde_json::to_value(attachments).map_err(Error::internal)
}

/// Colleagues by the addresses they sign in with.
pub async fn colleagues(tx: &mut Tx, addresses: &[String]) -> Result<Vec<UserId>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select id as "id: UserId" from app_user where org_id = $1 and lower(email) = any ($2) order by id"#,
        org,
        addresses
    )
    .fetch_all(tx.db())
    .await?)
}

/// The open opportunity of a contact's account, when there is exactly one.
pub async fn open_opportunity(tx: &mut Tx, contact: ContactId) -> Result<Option<OpportunityId>> {
    let org = tx.org().0;
    let mut open = sqlx::query_scalar!(
        r#"select o.id as "id: OpportunityId" from contact c join opportunity o on o.org_id = c.org_id and o.account_id = c.account_id
           where c.org_id = $1 and c.id = $2 and o.deleted_at is null and o.closed_at is null limit 2"#,
        org,
        contact.0
    )
    .fetch_all(tx.db())
    .await?;
    let last = open.pop();
    Ok(last.filter(|_| open.is_empty()))
}

/// Who belongs to the house, and what is never stored, for a mailbox with this address and these rules of its own.
pub async fn sieve(tx: &mut Tx, address: &str, never: &[String]) -> Result<Sieve> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select (select coalesce(array_agg(lower(u.email)), '{}') from app_user u where u.org_id = $1) as "people!",
                  (select coalesce(array_agg(d.domain), '{}') from claimed_domain d where d.org_id = $1 and d.verified_at is not null) as "domains!",
                  (select coalesce(array_agg(n.rule), '{}') from mail_policy p, unnest(p.never) as n (rule) where p.org_id = $1) as "never!""#,
        org
    )
    .fetch_one(tx.db())
    .await?;
    let mut own_addresses: Vec<String> = rows.people;
    own_addresses.push(address.to_owned());
    let by_mail = own_addresses.iter().filter_map(|a| dealwright_crm::lead::company_domain(a));
    let mut own_domains: Vec<String> = rows.domains.into_iter().chain(by_mail).collect();
    own_domains.sort_unstable();
    own_domains.dedup();
    let never = rows.never.into_iter().chain(never.iter().cloned()).collect();
    Ok(Sieve { own_addresses, own_domains, never })
}

/// The addresses of the actor's own mailboxes.
pub async fn own_addresses(tx: &mut Tx) -> Result<Vec<String>> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!("select address from mailbox where org_id = $1 and user_id = app.actor()", org)
        .fetch_all(tx.db())
        .await?)
}
