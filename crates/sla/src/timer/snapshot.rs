//! What is known of records at a moment, and the rules in force: read in the name of the rules, who see every record.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use dealwright_crm::activity::ActivityKind;
use dealwright_crm::rule::store as facts;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{SlaRuleId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::Facts;
use serde_json::Value;
use uuid::Uuid;

use super::is_true;
use super::life::{Plan, Track};
use crate::calendar::clock::Clock;
use crate::calendar::{clock_of, store as calendars};
use crate::rule::Fields;
use crate::rule::definition::{Definition, SlaObject};
use crate::rule::store::{Expressions, Place, customs, places};

/// A rule as the engine lives by it.
#[derive(Clone, Debug)]
pub struct Live {
    pub id: SlaRuleId,
    pub name: String,
    pub object: SlaObject,
    pub plan: Plan,
    pub expressions: Expressions,
    /// Its condition is `true`: nothing needs to be known of a record.
    pub for_all: bool,
    pub on: bool,
    pub effective_from: DateTime<Utc>,
    /// When it was last written.
    pub updated_at: DateTime<Utc>,
    pub made_by: UserId,
    pub version: i64,
}

impl Live {
    /// What is known of a record, as this rule sees it.
    #[must_use]
    pub fn track(&self, snapshot: &Snapshot) -> Track {
        let asked = |facts: Option<&Facts>, known| facts.is_some_and(|facts| is_true(known, facts));
        Track {
            place: snapshot.place,
            gone: snapshot.gone,
            planned: snapshot.planned,
            responded: snapshot.responses.iter().any(|kind| self.plan.definition.response_kinds.contains(kind)),
            matches: self.on && (self.for_all || asked(snapshot.facts.as_ref(), &self.expressions.condition)),
            held: self.expressions.pause_while.as_ref().is_some_and(|known| asked(snapshot.facts.as_ref(), known)),
        }
    }

    /// Whether facts have to be known of its records.
    #[must_use]
    pub const fn asks(&self) -> bool {
        !self.for_all || self.expressions.pause_while.is_some()
    }
}

struct Row {
    id: SlaRuleId,
    name: String,
    object: String,
    condition: String,
    measure: String,
    definition: Value,
    on: bool,
    effective_from: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    made_by: UserId,
    version: i64,
    calendar: bool,
    time_zone: Option<String>,
    week: Option<Value>,
    holidays: Option<Value>,
}

impl Row {
    fn clock(&self) -> Result<Clock> {
        let (true, Some(week), Some(holidays)) = (self.calendar, &self.week, &self.holidays) else {
            return Ok(Clock::Always);
        };
        let week = serde_json::from_value(week.clone()).map_err(Error::internal)?;
        let holidays: Vec<_> = serde_json::from_value(holidays.clone()).map_err(Error::internal)?;
        Ok(clock_of(self.time_zone.as_deref(), &week, &holidays))
    }
}

/// The rules that are in force; or one, whether it is or not.
///
/// # Errors
/// When the database is gone.
pub async fn rules(tx: &mut Tx, only: Option<SlaRuleId>) -> Result<Vec<Live>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select r.id as "id: SlaRuleId", r.name, r.object, r.condition, r.measure, r.definition, r.active and r.deleted_at is null as "on!",
                  r.effective_from, r.updated_at, r.made_by as "made_by: UserId", r.version, c.id is not null as "calendar!",
                  coalesce(c.time_zone, o.time_zone) as time_zone, c.week as "week?", c.holidays as "holidays?"
           from sla_rule r join organisation o on o.id = r.org_id
           left join sla_calendar c on c.org_id = r.org_id and c.id = r.calendar_id
           where r.org_id = $1 and case when $2::uuid is null then r.active and r.deleted_at is null else r.id = $2 end order by r.id"#,
        tx.org().0,
        only.map(|id| id.0),
    )
    .fetch_all(tx.db())
    .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut texts: Vec<(SlaObject, String)> = Vec::new();
    let mut definitions: Vec<Definition> = Vec::new();
    for row in &rows {
        let object: SlaObject = row.object.parse()?;
        let definition: Definition = serde_json::from_value(row.definition.clone()).map_err(Error::internal)?;
        texts.push((object, row.condition.clone()));
        texts.extend(definition.pause_while.clone().map(|text| (object, text)));
        definitions.push(definition);
    }
    let customs = customs(tx, texts.iter().map(|(object, text)| (*object, text.as_str()))).await?;
    let mut known: HashMap<SlaObject, HashMap<Uuid, Place>> = HashMap::new();
    for object in SlaObject::ALL {
        known.insert(object, places(tx, object).await?);
    }
    let mut live = Vec::with_capacity(rows.len());
    for (row, definition) in rows.into_iter().zip(definitions) {
        let object: SlaObject = row.object.parse()?;
        let custom = customs.get(&object).cloned().unwrap_or_default();
        let clock = row.clock()?;
        live.push(Live {
            expressions: Expressions::of(object, &row.condition, &definition, &custom),
            for_all: row.condition.trim() == "true",
            plan: Plan {
                measure: row.measure.parse()?,
                definition,
                clock,
                places: known.get(&object).cloned().unwrap_or_default(),
            },
            id: row.id,
            name: row.name,
            object,
            on: row.on,
            effective_from: row.effective_from,
            updated_at: row.updated_at,
            made_by: row.made_by,
            version: row.version,
        });
    }
    Ok(live)
}

/// A rule that is not there yet, as if it were in force since a moment.
///
/// # Errors
/// 404 when its calendar is gone.
pub async fn trial(tx: &mut Tx, fields: &Fields, since: DateTime<Utc>) -> Result<Live> {
    let clock = match fields.calendar_id {
        None => Clock::Always,
        Some(id) => {
            let calendar = calendars::list(tx, Some(id)).await?.pop().or_not_found("calendar")?;
            clock_of(Some(&calendar.effective_time_zone), &calendar.week, &calendar.holidays)
        }
    };
    let texts = [Some(fields.condition.as_str()), fields.definition.pause_while.as_deref()];
    let texts = texts.into_iter().flatten().map(|text| (fields.object, text));
    let custom = customs(tx, texts).await?.remove(&fields.object).unwrap_or_default();
    Ok(Live {
        id: SlaRuleId(Uuid::nil()),
        name: fields.name.clone(),
        object: fields.object,
        expressions: Expressions::of(fields.object, &fields.condition, &fields.definition, &custom),
        for_all: fields.condition == "true",
        plan: Plan {
            measure: fields.measure,
            definition: fields.definition.clone(),
            clock,
            places: places(tx, fields.object).await?,
        },
        on: true,
        effective_from: since,
        updated_at: since,
        made_by: UserId(Uuid::nil()),
        version: 0,
    })
}

/// A live record.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub id: Uuid,
    pub name: String,
    pub owner: Uuid,
    pub team: Option<Uuid>,
    pub place: Uuid,
    /// Archived, or converted.
    pub gone: bool,
    /// A task about it is open.
    pub planned: bool,
    /// The kinds of activities about it that did not come from the other side.
    pub responses: Vec<ActivityKind>,
    pub created_at: DateTime<Utc>,
    pub facts: Option<Facts>,
}

/// What is known of these records; those in the bin are left out.
///
/// # Errors
/// When the database is gone.
pub async fn read(tx: &mut Tx, object: SlaObject, ids: &[Uuid], with_facts: bool) -> Result<HashMap<Uuid, Snapshot>> {
    let mut found = match object {
        SlaObject::Opportunity => opportunities(tx, ids).await?,
        SlaObject::Lead => leads(tx, ids).await?,
    };
    if with_facts {
        for (id, facts) in facts::facts(tx, object.facts(), ids).await? {
            if let Some(snapshot) = found.get_mut(&id) {
                let before = facts.clone();
                snapshot.facts = Some(facts.after(Some(&before)));
            }
        }
    }
    Ok(found)
}

struct Known {
    id: Uuid,
    name: String,
    owner: Uuid,
    team: Option<Uuid>,
    place: Uuid,
    gone: bool,
    planned: bool,
    responses: Vec<String>,
    created_at: DateTime<Utc>,
}

fn snapshots(rows: Vec<Known>) -> Result<HashMap<Uuid, Snapshot>> {
    let read = |row: Known| {
        let responses = row.responses.iter().map(|kind| kind.parse()).collect::<Result<_>>()?;
        let Known { id, name, owner, team, place, gone, planned, created_at, .. } = row;
        Ok((id, Snapshot { id, name, owner, team, place, gone, planned, responses, created_at, facts: None }))
    };
    rows.into_iter().map(read).collect()
}

async fn opportunities(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Snapshot>> {
    let rows = sqlx::query_as!(
        Known,
        r#"select o.id, o.name, o.created_at, o.owner_id as owner, o.team_id as team, o.stage_id as place, o.archived_at is not null as "gone!",
                  exists (select from task t where t.org_id = o.org_id and t.opportunity_id = o.id and t.done_at is null and t.deleted_at is null) as "planned!",
                  array(select distinct a.kind from activity a where a.org_id = o.org_id and a.opportunity_id = o.id and a.deleted_at is null
                        and a.direction is distinct from 'in') as "responses!"
           from opportunity o where o.org_id = $1 and o.id = any ($2) and o.deleted_at is null"#,
        tx.org().0,
        ids,
    )
    .fetch_all(tx.db())
    .await?;
    snapshots(rows)
}

async fn leads(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Snapshot>> {
    let rows = sqlx::query_as!(
        Known,
        r#"select l.id, l.name, l.created_at, l.owner_id as owner, l.team_id as team, l.status_id as place, l.converted_at is not null as "gone!",
                  exists (select from task t where t.org_id = l.org_id and t.lead_id = l.id and t.done_at is null and t.deleted_at is null) as "planned!",
                  array(select distinct a.kind from activity a where a.org_id = l.org_id and a.lead_id = l.id and a.deleted_at is null
                        and a.direction is distinct from 'in') as "responses!"
           from lead l where l.org_id = $1 and l.id = any ($2) and l.deleted_at is null"#,
        tx.org().0,
        ids,
    )
    .fetch_all(tx.db())
    .await?;
    snapshots(rows)
}

/// The next open records in order: those of which a clock may run.
///
/// # Errors
/// When the database is gone.
pub async fn open_page(tx: &mut Tx, object: SlaObject, after: Uuid, limit: i64) -> Result<Vec<Uuid>> {
    let org = tx.org().0;
    Ok(match object {
        SlaObject::Opportunity => {
            sqlx::query_scalar!(
                "select id from opportunity where org_id = $1 and id > $2 and deleted_at is null and archived_at is null and closed_at is null
                 order by id limit $3",
                org,
                after,
                limit
            )
            .fetch_all(tx.db())
            .await?
        }
        SlaObject::Lead => {
            sqlx::query_scalar!(
                "select id from lead where org_id = $1 and id > $2 and deleted_at is null and converted_at is null order by id limit $3",
                org,
                after,
                limit
            )
            .fetch_all(tx.db())
            .await?
        }
    })
}
