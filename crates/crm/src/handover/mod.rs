//! Records that move with people: to a successor when somebody leaves, to another team with their owner, to a
//! replacement when a team ends.
//!
//! They move many at a time and by no other change than of owner and team, so gates and rules that ask for more about a
//! record do not hold somebody's leaving up. Each record has its event.

pub mod http;
pub mod job;
pub mod store;

use dealwright_access::context::permission;
use dealwright_access::people::team::Team;
use dealwright_access::people::user::{self, User};
use dealwright_access::people::{self, team};
use dealwright_access::policy::{UpdateAccount, UpdateContact, UpdateLead, UpdateOpportunity, UpdateTask};
use dealwright_access::{Context, Permission};
use dealwright_kernel::error::{OrNotFound, VersionConflict};
use dealwright_kernel::id::{TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use self::store::Moved;

/// Records that one request moves; a job moves the rest.
pub const AT_ONCE: i64 = 2_000;

/// Which of a person's records move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HandOverInclude)]
pub enum Include {
    /// Closed deals and finished tasks stay with who won, lost or did them.
    Open,
    #[default]
    All,
}

/// How many records, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RecordCounts)]
pub struct Counts {
    pub opportunities: i64,
    pub accounts: i64,
    pub contacts: i64,
    pub leads: i64,
    pub tasks: i64,
}

impl Counts {
    #[must_use]
    pub const fn sum(self) -> i64 {
        self.opportunities + self.accounts + self.contacts + self.leads + self.tasks
    }

    const fn of_mut(&mut self, kind: Kind) -> &mut i64 {
        match kind {
            Kind::Opportunity => &mut self.opportunities,
            Kind::Account => &mut self.accounts,
            Kind::Contact => &mut self.contacts,
            Kind::Lead => &mut self.leads,
            Kind::Task => &mut self.tasks,
        }
    }
}

/// What is owned and moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OwnedKind)]
pub enum Kind {
    Opportunity,
    Account,
    Contact,
    Lead,
    Task,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Account, Self::Contact, Self::Opportunity, Self::Lead, Self::Task];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opportunity => "opportunity",
            Self::Account => "account",
            Self::Contact => "contact",
            Self::Lead => "lead",
            Self::Task => "task",
        }
    }

    const fn owner_field(self) -> &'static str {
        match self {
            Self::Opportunity | Self::Account | Self::Contact | Self::Lead => "owner_id",
            Self::Task => "assignee_id",
        }
    }

    /// What giving one to somebody else needs.
    #[must_use]
    pub const fn update(self) -> Permission {
        match self {
            Self::Opportunity => permission::<UpdateOpportunity>(),
            Self::Account => permission::<UpdateAccount>(),
            Self::Contact => permission::<UpdateContact>(),
            Self::Lead => permission::<UpdateLead>(),
            Self::Task => permission::<UpdateTask>(),
        }
    }
}

/// Who takes over.
#[derive(Clone, Debug)]
pub struct Successor {
    pub id: UserId,
    pub name: String,
    pub team: Option<TeamId>,
}

/// The person who takes over: the one named, or else the lead of the leaver's team or of the nearest one above.
///
/// # Errors
/// 422 on `to_id`, of which `no_team_lead` says that a name is needed.
pub async fn successor(tx: &mut Tx, leaver: &User, to: Option<UserId>) -> Result<Successor> {
    let id = match (to, leaver.team_id) {
        (Some(id), _) => id,
        (None, Some(team)) => team::store::lead(tx, team, leaver.id).await?.ok_or_else(no_lead)?,
        (None, None) => return Err(no_lead()),
    };
    let unknown = || Error::field("to_id", "unknown_reference", "there is no such person, or they are not active");
    let user = user::store::find(tx, id).await?.filter(|u| u.active && u.id != leaver.id).ok_or_else(unknown)?;
    Ok(Successor { id, name: user.name, team: user.team_id })
}

fn no_lead() -> Error {
    Error::field("to_id", "no_team_lead", "no team of this person has a lead; say who takes over")
}

/// Gives up to `at_most` of a person's records to their successor. Returns how many moved and how many are left.
///
/// # Errors
/// 403 `owner_out_of_scope` when the caller may not give records to the successor, `records_out_of_scope` when some are
/// beyond the caller's reach.
pub async fn hand_over(
    cx: &Context,
    tx: &mut Tx,
    leaver: &User,
    to: &Successor,
    include: Include,
    at_most: i64,
) -> Result<(Counts, Counts)> {
    let mut left = store::holdings(tx, leaver.id, include).await?;
    let mut moved = Counts::default();
    for kind in Kind::ALL {
        let there = *left.of_mut(kind);
        if there == 0 {
            continue;
        }
        if !cx.actor().reaches(kind.update(), leaver.id, leaver.team_id) {
            return Err(out_of_scope(there, kind));
        }
        cx.may_assign(kind.update(), to.id, to.team)
            .map_err(|error| Error::forbidden("owner_out_of_scope", error.detail).on("to_id"))?;
        let room = at_most - moved.sum();
        let records = store::give(tx, kind, leaver.id, to, include, room).await?;
        let n = i64::try_from(records.len()).map_err(Error::internal)?;
        if n < there.min(room) {
            return Err(out_of_scope(there - n, kind));
        }
        *moved.of_mut(kind) += n;
        *left.of_mut(kind) -= n;
        let owner = owner_change(kind, leaver, to);
        emit(tx, kind, "updated", records, to.team, Some(&owner), &json!({ "handover": true })).await?;
    }
    Ok((moved, left))
}

fn out_of_scope(n: i64, kind: Kind) -> Error {
    let records = format!("{n} of their records ({kind})", kind = kind.as_str());
    Error::forbidden(
        "records_out_of_scope",
        format!("{records} are beyond your roles; somebody with wider ones has to do this"),
    )
}

fn owner_change(kind: Kind, from: &User, to: &Successor) -> Change {
    Change {
        field: kind.owner_field().to_owned(),
        old: json!(from.id),
        new: json!(to.id),
        old_label: Some(from.name.clone()),
        new_label: Some(to.name.clone()),
    }
}

/// One event for each moved record.
async fn emit(
    tx: &mut Tx,
    kind: Kind,
    verb: &str,
    records: Vec<Moved>,
    team: Option<TeamId>,
    owner: Option<&Change>,
    data: &Value,
) -> Result<()> {
    let teams: Vec<_> = records.iter().filter_map(|r| r.old_team).chain(team).map(Into::into).collect();
    let names = people::store::names(tx, &teams).await?;
    let name = |team: Option<TeamId>| team.and_then(|t| names.get(&t.0).cloned());
    for record in records {
        let moved = (record.old_team != team).then(|| Change {
            field: "team_id".to_owned(),
            old: json!(record.old_team),
            new: json!(team),
            old_label: name(record.old_team),
            new_label: name(team),
        });
        let subject =
            Subject { object: kind.as_str(), id: record.id, name: record.name, version: Some(record.version) };
        let event = Event::with_id(tx.new_id().into(), format!("{}.{verb}", kind.as_str()), subject)
            .about(record.opportunity, record.account, record.contact)
            .on_lead(record.lead)
            .changes(owner.cloned().into_iter().chain(moved).collect())
            .data(data.clone());
        tx.emit(event);
    }
    Ok(())
}

/// Moves a person's records to the team that their owner is in now.
///
/// # Errors
/// 403 `records_out_of_scope` when some are beyond the caller's reach.
pub async fn follow(tx: &mut Tx, owner: UserId, before: Option<TeamId>, now: Option<TeamId>) -> Result<()> {
    for kind in Kind::ALL {
        let records = store::follow(tx, kind, owner, before, now).await?;
        emit(tx, kind, "team_changed", records, now, None, &json!({})).await?;
    }
    let astray = store::astray(tx, owner, now, before).await?;
    if astray == 0 {
        return Ok(());
    }
    let detail = format!("{astray} of their records are beyond your roles, and would stay with the old team");
    Err(Error::forbidden("records_out_of_scope", detail).on("team_id"))
}

/// Ends a team; what is in it goes to the replacement.
///
/// # Errors
/// 404; 409 `version_conflict`, or `team_in_use` without a replacement; 422.
pub async fn delete_team(tx: &mut Tx, id: TeamId, version: Option<i64>, replacement: Option<TeamId>) -> Result<()> {
    let team = team::store::find(tx, id).await?.or_not_found("team")?;
    if version.is_some_and(|v| v != team.version) {
        return Err(Error::stale(VersionConflict { version: team.version, fields: Vec::new() }));
    }
    let heir = match replacement {
        Some(heir) => Some(heir_of(tx, id, heir).await?),
        None => None,
    };
    match &heir {
        Some(heir) => empty_into(tx, &team, heir).await?,
        None => refuse_if_used(tx, id).await?,
    }
    team::store::delete(tx, id).await?;
    let heir = heir.map(|t| json!({ "id": t.id, "name": t.fields.name }));
    let event = team.event(tx, "deleted").data(json!({ "replacement": heir }));
    tx.emit(event);
    Ok(())
}

async fn heir_of(tx: &mut Tx, team: TeamId, heir: TeamId) -> Result<Team> {
    let found = team::store::find(tx, heir).await?.filter(|t| t.id != team);
    found.ok_or_else(|| Error::field("replacement_id", "unknown_reference", "there is no such other team"))
}

async fn empty_into(tx: &mut Tx, team: &Team, heir: &Team) -> Result<()> {
    // A replacement from below takes the team's place first, so that the others can come below it.
    if team::store::is_below(tx, heir.id, team.id).await? {
        team::store::take_place(tx, heir.id, team.fields.parent_id).await?;
    }
    team::store::move_contents(tx, team.id, heir.id).await?;
    for kind in Kind::ALL {
        let records = store::leave(tx, kind, team.id, heir.id).await?;
        emit(tx, kind, "team_changed", records, Some(heir.id), None, &json!({})).await?;
    }
    Ok(())
}

async fn refuse_if_used(tx: &mut Tx, team: TeamId) -> Result<()> {
    let (people, teams) = team::store::used_by(tx, team).await?;
    let records = store::team_holds(tx, team).await?;
    if people == 0 && teams == 0 && records == 0 {
        return Ok(());
    }
    let count = |n: i64, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let detail = format!(
        "it has {}, {} below it and {}; say which team takes them",
        count(people, "person", "people"),
        count(teams, "team", "teams"),
        count(records, "record", "records")
    );
    Err(team::store::in_use(detail))
}
