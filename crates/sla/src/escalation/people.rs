//! Who is meant by an owner's manager, a team, a role.

use std::collections::HashMap;

use dealwright_kernel::Result;
use dealwright_store::Tx;
use uuid::Uuid;

use crate::rule::definition::{Recipient, SlaObject};

/// Who was looked up in a transaction.
#[derive(Debug, Default)]
pub(super) struct People {
    managers: HashMap<Uuid, Vec<Uuid>>,
    teams: HashMap<Uuid, Vec<Uuid>>,
    roles: HashMap<Uuid, Vec<Uuid>>,
}

impl People {
    /// The people whom a step names, of a record with this owner.
    pub(super) async fn of(
        &mut self,
        tx: &mut Tx,
        object: SlaObject,
        owner: Uuid,
        who: &Recipient,
    ) -> Result<Vec<Uuid>> {
        match who {
            Recipient::Owner => Ok(vec![owner]),
            Recipient::Manager => self.managers(tx, object, owner).await,
            Recipient::User { user_id } => Ok(vec![user_id.0]),
            Recipient::Team { team_id } => {
                if let Some(known) = self.teams.get(&team_id.0) {
                    return Ok(known.clone());
                }
                let people = sqlx::query_scalar!(
                    "select id from app_user where org_id = $1 and team_id = $2 and active and not service order by id",
                    tx.org().0,
                    team_id.0
                )
                .fetch_all(tx.db())
                .await?;
                Ok(self.teams.entry(team_id.0).or_insert(people).clone())
            }
            Recipient::Role { role_id } => {
                if let Some(known) = self.roles.get(&role_id.0) {
                    return Ok(known.clone());
                }
                let people = sqlx::query_scalar!(
                    "select u.id from app_user u join user_role r on r.org_id = u.org_id and r.user_id = u.id
                     where u.org_id = $1 and r.role_id = $2 and u.active and not u.service order by u.id",
                    tx.org().0,
                    role_id.0
                )
                .fetch_all(tx.db())
                .await?;
                Ok(self.roles.entry(role_id.0).or_insert(people).clone())
            }
        }
    }

    /// Who manages a person: whoever leads their team, or else those in it whose roles reach the team's records; or the same of the
    /// next team above in which there is anybody. Administrators last.
    pub(super) async fn managers(&mut self, tx: &mut Tx, object: SlaObject, of: Uuid) -> Result<Vec<Uuid>> {
        if let Some(known) = self.managers.get(&of) {
            return Ok(known.clone());
        }
        let update = format!("{}.update", object.as_str());
        let people = sqlx::query_scalar!(
            r#"with recursive above as (
                   select t.id, t.parent_id, t.lead_id, 0 as depth from team t join app_user u on u.org_id = t.org_id and u.team_id = t.id
                   where u.org_id = $1 and u.id = $2
                   union all
                   select t.id, t.parent_id, t.lead_id, a.depth + 1 from above a join team t on t.org_id = $1 and t.id = a.parent_id where a.depth < 50
               ), manager as (
                   select u.id, a.depth, true as leads, false as administrator, lower(u.name) as name
                   from above a join app_user u on u.org_id = $1 and u.id = a.lead_id and u.active and not u.service and u.id <> $2
                   union all
                   select u.id, min(a.depth), false, bool_and(r.builtin is not distinct from 'administrator'), lower(u.name)
                   from above a join app_user u on u.org_id = $1 and u.team_id = a.id and u.active and not u.service and u.id <> $2
                   join user_role ur on ur.org_id = u.org_id and ur.user_id = u.id
                   join role r on r.org_id = ur.org_id and r.id = ur.role_id
                   where r.builtin is not distinct from 'administrator' or r.grants ->> $3 in ('team', 'all')
                   group by u.id, u.name
               ), nearest as (
                   select * from manager where depth = (select min(depth) from manager)
               )
               select id as "id!" from nearest where leads = (select bool_or(leads) from nearest) order by administrator, name, id"#,
            tx.org().0,
            of,
            update,
        )
        .fetch_all(tx.db())
        .await?;
        Ok(self.managers.entry(of).or_insert(people).clone())
    }
}
