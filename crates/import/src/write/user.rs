//! People of an import. They come without a password and, where the file gives no address, with one that nobody can
//! sign in by; an administrator changes that. Regions and managers' teams become teams.

use std::collections::HashMap;

use dealwright_access::people;
use dealwright_access::policy::{Action, Builtin, Object as Guarded, Permission};
use dealwright_kernel::Result;
use dealwright_kernel::id::{EventId, ImportId, TeamId, UserId};
use dealwright_store::{Event, Subject, Tx};
use uuid::Uuid;

use super::{Ready, Writer, back_to_savepoint, of_import, refused, release, savepoint};
use crate::check::Record;
use crate::store::Fate;
use crate::values::matching::fold;

/// The people and teams there are, by folded name.
pub struct People {
    people: HashMap<String, Uuid>,
    teams: HashMap<String, TeamId>,
}

impl People {
    pub(super) async fn load(tx: &mut Tx) -> Result<Self> {
        let rows = sqlx::query!("select id, name from app_user order by id desc").fetch_all(tx.db()).await?;
        let people = rows.into_iter().map(|row| (fold(&row.name), row.id)).collect();
        let teams = people::store::teams(tx).await?.into_iter().map(|team| (fold(&team.name), team.id)).collect();
        Ok(Self { people, teams })
    }
}

/// The team of each active person.
pub(super) async fn teams_of_people(tx: &mut Tx) -> Result<HashMap<Uuid, Option<TeamId>>> {
    let rows =
        sqlx::query!(r#"select id, team_id as "team: TeamId" from app_user where active"#).fetch_all(tx.db()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.team)).collect())
}

/// That a person was added.
fn created(tx: &Tx, import: ImportId, id: Uuid, name: &str) -> Event {
    let subject = Subject { object: "user", id, name: name.to_owned(), version: Some(1) };
    of_import(Event::with_id(EventId(tx.new_id()), "user.created", subject), import)
}

impl Writer<'_> {
    pub(super) async fn create_users(&mut self, tx: &mut Tx, creates: Vec<Ready>) -> Result<Vec<Fate>> {
        let mut fates = Vec::with_capacity(creates.len());
        for ready in creates {
            let team = self.team_of_row(tx, &ready.record).await?;
            let name = ready.record.text("name").unwrap_or_default();
            let email = ready.record.text("email").map(str::to_owned);
            savepoint(tx).await?;
            match self.create_user(tx, name, email, team, Builtin::SalesRep).await {
                Ok(id) => {
                    release(tx).await?;
                    fates.push(Fate { row: ready.row, record_id: Some(id), event_id: None, problems: Vec::new() });
                }
                Err(error) => {
                    back_to_savepoint(tx).await?;
                    fates.push(refused(ready.row, error)?);
                }
            }
        }
        Ok(fates)
    }

    async fn create_user(
        &mut self,
        tx: &mut Tx,
        name: &str,
        email: Option<String>,
        team: Option<TeamId>,
        role: Builtin,
    ) -> Result<Uuid> {
        let id = tx.new_id();
        let email = email.unwrap_or_else(|| placeholder(name, id));
        let user = people::store::NewUser {
            id: UserId(id),
            name: name.to_owned(),
            email,
            password_hash: None,
            team,
            role,
            import: Some(self.import.id.0),
        };
        people::store::insert_users(tx, &[user]).await?;
        let event = created(tx, self.import.id, id, name);
        tx.emit(event);
        self.people.people.insert(fold(name), id);
        Ok(id)
    }

    /// The team that the row names; else its manager's team within its region; else its region.
    async fn team_of_row(&mut self, tx: &mut Tx, record: &Record) -> Result<Option<TeamId>> {
        let region = match record.text("region") {
            Some(region) => Some(self.team(tx, region, None).await?),
            None => None,
        };
        if let Some(team) = record.text("team") {
            return self.team(tx, team, region).await.map(Some);
        }
        let Some(manager) = record.text("manager") else { return Ok(region) };
        let team = self.team(tx, &format!("{manager}’s team"), region).await?;
        if !self.people.people.contains_key(&fold(manager)) {
            self.create_user(tx, manager, None, Some(team), Builtin::SalesManager).await?;
        }
        Ok(Some(team))
    }

    async fn team(&mut self, tx: &mut Tx, name: &str, parent: Option<TeamId>) -> Result<TeamId> {
        if let Some(team) = self.people.teams.get(&fold(name)) {
            return Ok(*team);
        }
        self.cx.actor().require(Permission::new(Guarded::Team, Action::Create))?;
        let id = TeamId(tx.new_id());
        people::store::insert_team(tx, id, name, parent).await?;
        self.people.teams.insert(fold(name), id);
        Ok(id)
    }
}

/// An address that can't exist, unique over all organisations.
fn placeholder(name: &str, id: Uuid) -> String {
    let local: Vec<String> = fold(name)
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(20).collect())
        .collect();
    let local = if local.is_empty() { "person".to_owned() } else { local.join(".") };
    format!("{local}.{}@imported.invalid", id.simple())
}
