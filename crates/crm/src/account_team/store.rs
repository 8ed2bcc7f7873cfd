//! The SQL of account teams.

use chrono::{DateTime, Utc};
use dealwright_kernel::id::{AccountId, MemberId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use uuid::Uuid;

use super::{Member, NewMember};
use crate::record::Ref;
use crate::sharing::Level;

#[derive(Debug)]
struct Row {
    id: MemberId,
    account_id: Uuid,
    account_name: String,
    user_id: Uuid,
    user_name: String,
    role: String,
    account_level: String,
    opportunity_level: String,
    contact_level: String,
    created_at: DateTime<Utc>,
}

impl Row {
    fn into_member(self) -> Result<Member> {
        let optional = |level: &str| if level == "none" { Ok(None) } else { level.parse().map(Some) };
        Ok(Member {
            id: self.id,
            account: Ref { id: self.account_id, name: self.account_name },
            user: Ref { id: self.user_id, name: self.user_name },
            role: self.role,
            account_level: self.account_level.parse()?,
            opportunity_level: optional(&self.opportunity_level)?,
            contact_level: optional(&self.contact_level)?,
            created_at: self.created_at,
        })
    }
}

/// The members of an account's team, by name; only this member or this user, when given.
async fn rows(tx: &mut Tx, account: Uuid, id: Option<MemberId>, user: Option<UserId>) -> Result<Vec<Member>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select m.id as "id: MemberId", m.account_id, a.name as account_name, m.user_id, u.name as user_name, m.role, m.account_level,
                  m.opportunity_level, m.contact_level, m.created_at
           from account_member m join account a on a.org_id = m.org_id and a.id = m.account_id join app_user u on u.org_id = m.org_id and u.id = m.user_id
           where m.org_id = $1 and m.account_id = $2 and ($3::uuid is null or m.id = $3) and ($4::uuid is null or m.user_id = $4)
           order by lower(u.name), m.id limit 1000"#,
        tx.org().0,
        account,
        id.map(|i| i.0),
        user.map(|i| i.0),
    )
    .fetch_all(tx.db())
    .await?;
    rows.into_iter().map(Row::into_member).collect()
}

/// The members of an account's team, by name.
pub async fn list(tx: &mut Tx, account: AccountId) -> Result<Vec<Member>> {
    rows(tx, account.0, None, None).await
}

/// One member.
pub async fn find(tx: &mut Tx, account: AccountId, id: MemberId) -> Result<Option<Member>> {
    Ok(rows(tx, account.0, Some(id), None).await?.pop())
}

/// A user as a member, if they are one.
pub async fn of_user(tx: &mut Tx, account: Uuid, user: UserId) -> Result<Option<Member>> {
    Ok(rows(tx, account, None, Some(user)).await?.pop())
}

/// Adds a member, or gives one who is there this role and these levels.
///
/// # Errors
/// 422 when there is no such user.
pub async fn upsert(tx: &mut Tx, account: AccountId, by: UserId, new: &NewMember) -> Result<Member> {
    let (org, id, now) = (tx.org().0, tx.new_id(), tx.now());
    let optional = |level: Option<Level>| level.map_or("none", Level::as_str);
    let id = sqlx::query_scalar!(
        r#"insert into account_member (org_id, id, account_id, user_id, role, account_level, opportunity_level, contact_level, created_by, created_at)
           select $1, $2, $3, u.id, $5, $6, $7, $8, $9, $10 from app_user u where u.org_id = $1 and u.id = $4 and u.active
           on conflict (org_id, account_id, user_id) do update
               set role = excluded.role, account_level = excluded.account_level, opportunity_level = excluded.opportunity_level,
                   contact_level = excluded.contact_level
           returning id as "id: MemberId""#,
        org,
        id,
        account.0,
        new.user_id.0,
        new.role.trim(),
        new.account_level.as_str(),
        optional(new.opportunity_level),
        optional(new.contact_level),
        by.0,
        now,
    )
    .fetch_optional(tx.db())
    .await?
    .ok_or_else(|| Error::field("user_id", "unknown_reference", "there is no such user"))?;
    find(tx, account, id).await?.ok_or_else(|| Error::internal("a member was written and is not there"))
}

/// Takes a member off the team.
pub async fn delete(tx: &mut Tx, id: MemberId) -> Result<()> {
    sqlx::query!("delete from account_member where org_id = $1 and id = $2", tx.org().0, id.0).execute(tx.db()).await?;
    Ok(())
}
