//! Teams: a tree. A person is in one; "team" scope reaches it and the teams below it.
//!
//! Deleting a team moves records, so it is above, in the records' crate; what is not about records is here.

pub mod http;
pub mod store;

use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{TeamId, UserId};
use dealwright_kernel::{Error, Patch, Result};
use dealwright_store::{Event, Subject, Tx, change};
use serde::Serialize;

use super::name_values;

/// A team; those without a parent are at the top.
#[derive(Clone, Debug)]
pub struct Team {
    pub id: TeamId,
    pub fields: Fields,
    /// Active people in it, without the teams below.
    pub members: i64,
    pub version: i64,
}

/// What can be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fields {
    pub name: String,
    pub parent_id: Option<TeamId>,
    /// Who takes over what somebody of the team leaves behind.
    pub lead_id: Option<UserId>,
}

impl Team {
    /// An event about this team.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let subject =
            Subject { object: "team", id: self.id.0, name: self.fields.name.clone(), version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("team.{verb}"), subject)
    }
}

/// A change of a team: absent leaves, null clears.
#[derive(Debug, Default)]
pub struct Change {
    pub name: Option<String>,
    pub parent_id: Patch<TeamId>,
    pub lead_id: Patch<UserId>,
}

/// Makes a team.
///
/// # Errors
/// 409 `team_name_taken`; 422 for a parent or lead that is not there.
pub async fn create(tx: &mut Tx, fields: Fields) -> Result<Team> {
    let fields = Fields { name: fields.name.trim().to_owned(), ..fields };
    check_references(tx, None, &fields).await?;
    let team = Team { id: TeamId(tx.new_id()), fields, members: 0, version: 1 };
    store::insert(tx, &team).await?;
    let event = team.event(tx, "created");
    tx.emit(event);
    Ok(team)
}

/// Renames a team, moves it in the tree, gives it a lead.
///
/// # Errors
/// 404; 409 `version_conflict` or `team_name_taken`; 422, of which `parent_cycle` says that the parent is the team or
/// below it.
pub async fn update(tx: &mut Tx, id: TeamId, version: i64, change: Change) -> Result<Team> {
    let old = store::find(tx, id).await?.or_not_found("team")?;
    let fields = Fields {
        name: change.name.map_or_else(|| old.fields.name.clone(), |n| n.trim().to_owned()),
        parent_id: change.parent_id.apply(old.fields.parent_id),
        lead_id: change.lead_id.apply(old.fields.lead_id),
    };
    if old.version != version {
        return Err(change::stale(old.version, &old.fields, &fields));
    }
    let mut changes = change::diff(&old.fields, &fields)?;
    if changes.is_empty() {
        return Ok(old);
    }
    check_references(tx, Some(&old.fields), &fields).await?;
    if !store::update(tx, id, version, &fields).await? {
        let now = store::find(tx, id).await?.or_not_found("team")?;
        return Err(change::stale(now.version, &now.fields, &fields));
    }
    // Asked after the change: the access epoch makes two moves wait for each other, so that together they make no circle.
    if fields.parent_id != old.fields.parent_id && store::is_below(tx, id, id).await? {
        return Err(Error::field("parent_id", "parent_cycle", "the parent is this team, or stands below it"));
    }
    name_values(tx, &mut changes).await?;
    let team = Team { fields, version: version + 1, ..old };
    let event = team.event(tx, "updated").changes(changes);
    tx.emit(event);
    Ok(team)
}

async fn check_references(tx: &mut Tx, old: Option<&Fields>, new: &Fields) -> Result<()> {
    if let Some(parent) = new.parent_id.filter(|p| old.is_none_or(|o| o.parent_id != Some(*p)))
        && store::find(tx, parent).await?.is_none()
    {
        return Err(Error::field("parent_id", "unknown_reference", "there is no such team"));
    }
    if let Some(lead) = new.lead_id.filter(|l| old.is_none_or(|o| o.lead_id != Some(*l)))
        && super::store::team_of(tx, lead).await?.is_none()
    {
        return Err(Error::field("lead_id", "unknown_reference", "there is no such person, or they are not active"));
    }
    Ok(())
}
