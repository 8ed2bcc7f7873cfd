//! The SQL of records that move with people. The statements are the same for each kind but for its words.

use dealwright_kernel::Result;
use dealwright_kernel::id::{AccountId, ContactId, LeadId, OpportunityId, TeamId, UserId};
use dealwright_store::Tx;
use uuid::Uuid;

use super::{Counts, Include, Kind, Successor};

/// A record that has moved, and the records on whose timelines that stands.
#[derive(Debug)]
pub struct Moved {
    pub id: Uuid,
    pub name: String,
    pub version: i64,
    pub old_team: Option<TeamId>,
    pub opportunity: Option<OpportunityId>,
    pub account: Option<AccountId>,
    pub contact: Option<ContactId>,
    pub lead: Option<LeadId>,
}

/// The three ways in which records of a kind move: `$owner` is its column of the owner, `$name` of its name, `$open`
/// tells what is not done with yet, `$strays` what follows an owner into another team, and `$about` names the records
/// that an event of it stands on.
macro_rules! movable {
    ($kind:ident, $table:tt, $owner:tt, $name:tt, $open:tt, $strays:tt, $about:tt) => {
        mod $kind {
            use super::*;

            pub async fn give(
                tx: &mut Tx,
                from: UserId,
                to: &Successor,
                all: bool,
                at_most: i64,
            ) -> Result<Vec<Moved>> {
                let (org, now) = (tx.org().0, tx.now());
                Ok(sqlx::query_as!(
                    Moved,
                    "with picked as (select id, team_id from "
                        + $table
                        + " where org_id = $1 and "
                        + $owner
                        + " = $2 and ($3 or "
                        + $open
                        + ") order by id limit $4 for update)
                     update "
                        + $table
                        + " t set "
                        + $owner
                        + " = $5, team_id = $6, version = version + 1, updated_at = $7
                     from picked p where t.org_id = $1 and t.id = p.id
                     returning t.id, t."
                        + $name
                        + " as name, t.version, p.team_id as \"old_team: TeamId\", "
                        + $about,
                    org,
                    from.0,
                    all,
                    at_most,
                    to.id.0,
                    to.team.map(|t| t.0),
                    now
                )
                .fetch_all(tx.db())
                .await?)
            }

            pub async fn follow(
                tx: &mut Tx,
                owner: UserId,
                before: Option<TeamId>,
                team: Option<TeamId>,
            ) -> Result<Vec<Moved>> {
                let (org, now) = (tx.org().0, tx.now());
                Ok(sqlx::query_as!(
                    Moved,
                    "with picked as (select id, team_id from "
                        + $table
                        + " where org_id = $1 and "
                        + $owner
                        + " = $2 and team_id is distinct from $3 and "
                        + $strays
                        + " for update)
                     update "
                        + $table
                        + " t set team_id = $3, version = version + 1, updated_at = $5
                     from picked p where t.org_id = $1 and t.id = p.id
                     returning t.id, t."
                        + $name
                        + " as name, t.version, p.team_id as \"old_team: TeamId\", "
                        + $about,
                    org,
                    owner.0,
                    team.map(|t| t.0),
                    before.map(|t| t.0),
                    now
                )
                .fetch_all(tx.db())
                .await?)
            }

            pub async fn leave(tx: &mut Tx, from: TeamId, to: TeamId) -> Result<Vec<Moved>> {
                let (org, now) = (tx.org().0, tx.now());
                Ok(sqlx::query_as!(
                    Moved,
                    "with picked as (select id, team_id from "
                        + $table
                        + " where org_id = $1 and team_id = $2 for update)
                     update "
                        + $table
                        + " t set team_id = $3, version = version + 1, updated_at = $4
                     from picked p where t.org_id = $1 and t.id = p.id
                     returning t.id, t."
                        + $name
                        + " as name, t.version, p.team_id as \"old_team: TeamId\", "
                        + $about,
                    org,
                    from.0,
                    to.0,
                    now
                )
                .fetch_all(tx.db())
                .await?)
            }
        }
    };
}

movable!(
    opportunity,
    "opportunity",
    "owner_id",
    "name",
    "closed_at is null",
    "($4::uuid is null or true)",
    "t.id as \"opportunity?: OpportunityId\", t.account_id as \"account?: AccountId\", t.primary_contact_id as \"contact?: ContactId\", null::uuid as \"lead?: LeadId\""
);
movable!(
    account,
    "account",
    "owner_id",
    "name",
    "true",
    "($4::uuid is null or true)",
    "null::uuid as \"opportunity?: OpportunityId\", t.id as \"account?: AccountId\", null::uuid as \"contact?: ContactId\", null::uuid as \"lead?: LeadId\""
);
movable!(
    contact,
    "contact",
    "owner_id",
    "name",
    "true",
    "($4::uuid is null or true)",
    "null::uuid as \"opportunity?: OpportunityId\", t.account_id as \"account?: AccountId\", t.id as \"contact?: ContactId\", null::uuid as \"lead?: LeadId\""
);
movable!(
    lead,
    "lead",
    "owner_id",
    "name",
    "converted_at is null",
    "($4::uuid is null or true)",
    "null::uuid as \"opportunity?: OpportunityId\", null::uuid as \"account?: AccountId\", null::uuid as \"contact?: ContactId\",
     t.id as \"lead?: LeadId\""
);
// A task that somebody of another team gave is seen by that team, and stays so.
movable!(
    task,
    "task",
    "assignee_id",
    "title",
    "done_at is null",
    "team_id is not distinct from $4::uuid",
    "t.opportunity_id as \"opportunity?: OpportunityId\",
     coalesce(t.account_id, (select o.account_id from opportunity o where o.org_id = t.org_id and o.id = t.opportunity_id),
              (select c.account_id from contact c where c.org_id = t.org_id and c.id = t.contact_id)) as \"account?: AccountId\",
     coalesce(t.contact_id, (select o.primary_contact_id from opportunity o where o.org_id = t.org_id and o.id = t.opportunity_id)) as \"contact?: ContactId\", t.lead_id as \"lead?: LeadId\""
);

/// Gives up to `at_most` records of one person to another.
pub async fn give(
    tx: &mut Tx,
    kind: Kind,
    from: UserId,
    to: &Successor,
    include: Include,
    at_most: i64,
) -> Result<Vec<Moved>> {
    let all = include == Include::All;
    match kind {
        Kind::Opportunity => opportunity::give(tx, from, to, all, at_most).await,
        Kind::Account => account::give(tx, from, to, all, at_most).await,
        Kind::Contact => contact::give(tx, from, to, all, at_most).await,
        Kind::Lead => lead::give(tx, from, to, all, at_most).await,
        Kind::Task => task::give(tx, from, to, all, at_most).await,
    }
}

/// Moves a person's records to the team they are in now.
pub async fn follow(
    tx: &mut Tx,
    kind: Kind,
    owner: UserId,
    before: Option<TeamId>,
    now: Option<TeamId>,
) -> Result<Vec<Moved>> {
    match kind {
        Kind::Opportunity => opportunity::follow(tx, owner, before, now).await,
        Kind::Account => account::follow(tx, owner, before, now).await,
        Kind::Contact => contact::follow(tx, owner, before, now).await,
        Kind::Lead => lead::follow(tx, owner, before, now).await,
        Kind::Task => task::follow(tx, owner, before, now).await,
    }
}

/// Moves a team's records to another.
pub async fn leave(tx: &mut Tx, kind: Kind, from: TeamId, to: TeamId) -> Result<Vec<Moved>> {
    match kind {
        Kind::Opportunity => opportunity::leave(tx, from, to).await,
        Kind::Account => account::leave(tx, from, to).await,
        Kind::Contact => contact::leave(tx, from, to).await,
        Kind::Lead => lead::leave(tx, from, to).await,
        Kind::Task => task::leave(tx, from, to).await,
    }
}

/// What a person owns, whoever may see it, the bin included.
pub async fn holdings(tx: &mut Tx, owner: UserId, include: Include) -> Result<Counts> {
    let held = sqlx::query!(
        r#"select opportunities as "opportunities!", open_opportunities as "open_opportunities!", accounts as "accounts!",
                  contacts as "contacts!", leads as "leads!", open_leads as "open_leads!", tasks as "tasks!", open_tasks as "open_tasks!" from app.holdings($1)"#,
        owner.0
    )
    .fetch_one(tx.db())
    .await?;
    Ok(match include {
        Include::All => Counts {
            opportunities: held.opportunities,
            accounts: held.accounts,
            contacts: held.contacts,
            leads: held.leads,
            tasks: held.tasks,
        },
        Include::Open => Counts {
            opportunities: held.open_opportunities,
            accounts: held.accounts,
            contacts: held.contacts,
            leads: held.open_leads,
            tasks: held.open_tasks,
        },
    })
}

/// How many of a person's records are in another team than they should be, whoever may see them.
pub async fn astray(tx: &mut Tx, owner: UserId, team: Option<TeamId>, before: Option<TeamId>) -> Result<i64> {
    Ok(sqlx::query_scalar!(r#"select app.astray($1, $2, $3) as "n!""#, owner.0, team.map(|t| t.0), before.map(|t| t.0))
        .fetch_one(tx.db())
        .await?)
}

/// How many records of a team the caller sees.
pub async fn team_holds(tx: &mut Tx, team: TeamId) -> Result<i64> {
    let org = tx.org().0;
    Ok(sqlx::query_scalar!(
        r#"select (select count(*) from opportunity where org_id = $1 and team_id = $2)
                + (select count(*) from account where org_id = $1 and team_id = $2)
                + (select count(*) from contact where org_id = $1 and team_id = $2)
                + (select count(*) from lead where org_id = $1 and team_id = $2)
                + (select count(*) from task where org_id = $1 and team_id = $2) as "n!""#,
        org,
        team.0
    )
    .fetch_one(tx.db())
    .await?)
}
