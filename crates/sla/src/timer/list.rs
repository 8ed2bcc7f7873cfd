//! The SQL of clocks as people see them: under their own eyes, with the names that they may know.

use chrono::{DateTime, Utc};
use dealwright_crm::record::Ref;
use dealwright_kernel::id::{SlaRuleId, SlaTimerId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use super::http::SlaTimerList;
use super::{SlaTimer, outcome, state};
use crate::rule::definition::SlaObject;

/// What a list asks for.
#[derive(Debug)]
pub(super) struct Asked {
    pub state: SlaTimerList,
    pub object: Option<SlaObject>,
    pub rule: Option<SlaRuleId>,
    pub owner: Option<UserId>,
    pub team: Option<TeamId>,
    pub after: Option<(DateTime<Utc>, Uuid)>,
    pub limit: i64,
}

struct Row {
    id: SlaTimerId,
    key: DateTime<Utc>,
    rule_id: Uuid,
    rule_name: String,
    measure: String,
    object: String,
    record_id: Uuid,
    record_name: String,
    owner_id: Uuid,
    owner_name: String,
    place_id: Option<Uuid>,
    place_name: Option<String>,
    started_at: DateTime<Utc>,
    running_since: Option<DateTime<Utc>>,
    warn_at: Option<DateTime<Utc>>,
    due_at: Option<DateTime<Utc>>,
    warned_at: Option<DateTime<Utc>>,
    breached_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    outcome: Option<String>,
    target_ms: i64,
    steps: Value,
}

impl Row {
    fn into_timer(self) -> Result<(DateTime<Utc>, SlaTimer)> {
        let ended = self.outcome.as_deref().map(outcome).transpose()?;
        let paused = self.running_since.is_none();
        let timer = SlaTimer {
            id: self.id,
            rule: Ref { id: self.rule_id, name: self.rule_name },
            measure: self.measure.parse()?,
            object: self.object.parse()?,
            record: Ref { id: self.record_id, name: self.record_name },
            owner: Ref { id: self.owner_id, name: self.owner_name },
            place: Ref::of(self.place_id, self.place_name),
            state: state(ended, self.breached_at.is_some(), self.warned_at.is_some(), paused),
            started_at: self.started_at,
            warn_at: self.warn_at,
            due_at: self.due_at,
            breached_at: self.breached_at,
            ended_at: self.ended_at,
            outcome: self.outcome,
            target_ms: self.target_ms,
            steps: serde_json::from_value(self.steps).map_err(Error::internal)?,
        };
        Ok((self.key, timer))
    }
}

/// Clocks with their names, from this part of a statement on. `$2` says by what they are ordered.
macro_rules! clocks {
    ($tx:ident, $key:literal, $rest:literal, $($given:expr),*) => {{
        let rows = sqlx::query_as!(
            Row,
            r#"select t.id as "id: SlaTimerId", "# + $key + r#" as "key!", r.id as rule_id, r.name as rule_name, r.measure,
                      case when t.opportunity_id is not null then 'opportunity' else 'lead' end as "object!", t.record_id as "record_id!",
                      coalesce(o.name, l.name) as "record_name!", u.id as owner_id, u.name as owner_name, t.place_id,
                      coalesce(s.name, c.name) as "place_name?", t.started_at, t.running_since, t.warn_at, t.due_at, t.warned_at, t.breached_at,
                      t.ended_at, t.outcome, t.target_ms,
                      (select coalesce(jsonb_agg(jsonb_build_object('moment', x.moment, 'action', x.action, 'outcome', x.outcome, 'code', x.code,
                                                                    'detail', x.detail, 'at', x.at) order by x.at, x.id), '[]')
                       from sla_step x where x.org_id = t.org_id and x.timer_id = t.id) as "steps!"
               from sla_timer t
               join sla_rule r on r.org_id = t.org_id and r.id = t.rule_id
               join app_user u on u.org_id = t.org_id and u.id = t.owner_id
               left join opportunity o on o.org_id = t.org_id and o.id = t.opportunity_id and o.deleted_at is null
               left join lead l on l.org_id = t.org_id and l.id = t.lead_id and l.deleted_at is null
               left join stage s on s.org_id = t.org_id and s.id = t.place_id
               left join choice c on c.org_id = t.org_id and c.id = t.place_id
               where t.org_id = $1 and (o.id is not null or l.id is not null) "# + $rest,
            $($given),*
        )
        .fetch_all($tx.db())
        .await?;
        rows.into_iter().map(Row::into_timer).collect::<Result<Vec<_>>>()
    }};
}

/// A page of open clocks, each with what it is ordered by.
pub(super) async fn page(tx: &mut Tx, asked: &Asked) -> Result<Vec<(DateTime<Utc>, SlaTimer)>> {
    let org = tx.org().0;
    let (object, rule) = (asked.object.map(SlaObject::as_str), asked.rule.map(|rule| rule.0));
    let (owner, team) = (asked.owner.map(|owner| owner.0), asked.team.map(|team| team.0));
    let (at, id) = asked.after.unwrap_or((DateTime::<Utc>::UNIX_EPOCH, Uuid::nil()));
    let limit = asked.limit;
    match asked.state {
        SlaTimerList::Open | SlaTimerList::DueSoon => {
            let soon = asked.state == SlaTimerList::DueSoon;
            clocks!(
                tx,
                "t.due_at",
                r#"and t.ended_at is null and t.due_at is not null and (t.due_at, t.id) > ($2, $3) and ($4::text is null or ($4 = 'lead') = (t.lead_id is not null))
                   and ($5::uuid is null or t.rule_id = $5) and ($6::uuid is null or t.owner_id = $6) and ($7::uuid is null or t.team_id = $7)
                   and (not $8 or (t.warned_at is not null and t.breached_at is null)) order by t.due_at, t.id limit $9"#,
                org,
                at,
                id,
                object,
                rule,
                owner,
                team,
                soon,
                limit
            )
        }
        SlaTimerList::Breached => clocks!(
            tx,
            "t.breached_at",
            r#"and t.ended_at is null and t.breached_at is not null and (t.breached_at, t.id) > ($2, $3) and ($4::text is null or ($4 = 'lead') = (t.lead_id is not null))
               and ($5::uuid is null or t.rule_id = $5) and ($6::uuid is null or t.owner_id = $6) and ($7::uuid is null or t.team_id = $7)
               order by t.breached_at, t.id limit $8"#,
            org,
            at,
            id,
            object,
            rule,
            owner,
            team,
            limit
        ),
        SlaTimerList::Paused => clocks!(
            tx,
            "t.started_at",
            r#"and t.ended_at is null and t.running_since is null and (t.started_at, t.id) > ($2, $3) and ($4::text is null or ($4 = 'lead') = (t.lead_id is not null))
               and ($5::uuid is null or t.rule_id = $5) and ($6::uuid is null or t.owner_id = $6) and ($7::uuid is null or t.team_id = $7)
               order by t.started_at, t.id limit $8"#,
            org,
            at,
            id,
            object,
            rule,
            owner,
            team,
            limit
        ),
    }
}

/// The clocks of a record that the actor sees: open ones, then the last that have ended.
pub(super) async fn of_record(tx: &mut Tx, record: Uuid) -> Result<Vec<SlaTimer>> {
    let org = tx.org().0;
    let clocks = clocks!(
        tx,
        "t.started_at",
        r#"and (t.opportunity_id = $2 or t.lead_id = $2) order by t.ended_at desc nulls first, t.due_at nulls last, t.id limit 40"#,
        org,
        record
    )?;
    let (open, ended): (Vec<_>, Vec<_>) =
        clocks.into_iter().map(|(_, timer)| timer).partition(|timer| timer.ended_at.is_none());
    Ok(open.into_iter().chain(ended.into_iter().take(20)).collect())
}
