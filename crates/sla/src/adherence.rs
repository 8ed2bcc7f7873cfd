//! `/sla/adherence`: how often levels were kept, of the records that the actor sees.

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_access::Access;
use dealwright_access::context::Caller;
use dealwright_crm::record::Ref;
pub(crate) use dealwright_crm::settings::store::zone;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Query};
use dealwright_kernel::id::{SlaRuleId, TeamId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::rule::definition::SlaObject;
use crate::timer::http::owner;

/// The longest that one answer counts.
const LONGEST_DAYS: i64 = 3_660;
/// What is counted when nothing is said.
const USUAL_DAYS: i64 = 90;
/// Where counting of what is open stops.
const MOST: i64 = 10_000;

/// The endpoint.
pub fn router() -> OpenApiRouter<Access> {
    OpenApiRouter::new().routes(routes!(adherence))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    object: Option<SlaObject>,
    rule: Option<SlaRuleId>,
    owner: Option<String>,
    team: Option<TeamId>,
}

/// How often it was decided for and against.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct SlaCount {
    /// Done in time.
    pub met: i64,
    /// Not done in time, done since or not.
    pub breached: i64,
    /// Percent that were met; null when nothing was decided.
    pub percent: Option<f64>,
}

/// A count of a part.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlaPart {
    /// Null for what is in no team.
    pub of: Option<Ref>,
    #[serde(flatten)]
    pub count: SlaCount,
}

/// A count of a month.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlaMonth {
    /// Its first day, in the organisation's time zone.
    pub month: NaiveDate,
    #[serde(flatten)]
    pub count: SlaCount,
}

/// How often levels were kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlaAdherence {
    pub from: NaiveDate,
    /// The last day that counts.
    pub to: NaiveDate,
    pub total: SlaCount,
    pub by_rule: Vec<SlaPart>,
    /// By who had the record when it was decided.
    pub by_owner: Vec<SlaPart>,
    pub by_team: Vec<SlaPart>,
    pub by_month: Vec<SlaMonth>,
    /// Clocks that have run out and are still open, whenever they did; counted up to 10,000.
    pub open_breaches: i64,
    /// Clocks that have warned and have not run out.
    pub due_soon: i64,
}

/// How often service levels were kept
///
/// A clock counts on the day on which it was decided: when it ran out, or when what was to be done was done in time.
#[utoipa::path(get, path = "/sla/adherence", tag = "service levels",
    params(("from" = Option<NaiveDate>, Query, description = "90 days before the last when absent"), ("to" = Option<NaiveDate>, Query, description = "Today when absent"),
           ("object" = Option<SlaObject>, Query), ("rule" = Option<SlaRuleId>, Query), ("owner" = Option<String>, Query, description = "An id, or `me`"), ("team" = Option<TeamId>, Query)),
    responses((status = 200, body = SlaAdherence), Problems))]
async fn adherence(Caller(cx): Caller, Query(params): Query<Params>) -> Result<Json<SlaAdherence>> {
    let owner = owner(&cx, params.owner.as_deref())?;
    let mut tx = cx.begin().await?;
    let to = params.to.unwrap_or_else(|| tx.now().date_naive());
    let from = params.from.unwrap_or_else(|| to - chrono::TimeDelta::days(USUAL_DAYS));
    if from > to || (to - from).num_days() > LONGEST_DAYS {
        return Err(Error::unreadable("invalid_query", "a span of at most ten years, from its first day on").on("from"));
    }
    let asked = Asked { from, to, object: params.object, rule: params.rule, owner, team: params.team };
    let counted = count(&mut tx, &asked).await?;
    tx.done(Json(counted)).await
}

struct Asked {
    from: NaiveDate,
    to: NaiveDate,
    object: Option<SlaObject>,
    rule: Option<SlaRuleId>,
    owner: Option<UserId>,
    team: Option<TeamId>,
}

impl SlaCount {
    fn of(met: i64, breached: i64) -> Self {
        let all = met + breached;
        // Tenths of a percent, whole: a count of records is far below what a float can't hold.
        let tenths = (all > 0).then(|| i32::try_from((met * 2_000 + all) / (all * 2)).unwrap_or(1_000));
        Self { met, breached, percent: tenths.map(|tenths| f64::from(tenths) / 10.0) }
    }
}

async fn count(tx: &mut Tx, asked: &Asked) -> Result<SlaAdherence> {
    let zone = zone(tx).await?;
    let (object, rule) = (asked.object.map(SlaObject::as_str), asked.rule.map(|rule| rule.0));
    let (owner, team) = (asked.owner.map(|owner| owner.0), asked.team.map(|team| team.0));
    let org = tx.org().0;
    let begin = dealwright_crm::working_hours::instant(zone, asked.from, 0);
    let end = asked.to.succ_opt().and_then(|next| dealwright_crm::working_hours::instant(zone, next, 0));
    let (begin, end) = (begin.unwrap_or(DateTime::<Utc>::MIN_UTC), end.unwrap_or(DateTime::<Utc>::MAX_UTC));
    let rows = sqlx::query!(
        r#"with counted as (
               select t.rule_id, t.owner_id, t.team_id, date_trunc('month', t.decided_at at time zone $9)::date as month, t.breached_at is null as met
               from sla_timer t
               where t.org_id = $1 and t.decided_at >= $2 and t.decided_at < $3 and ($4::text is null or ($4 = 'lead') = (t.lead_id is not null))
                 and ($5::uuid is null or t.rule_id = $5) and ($6::uuid is null or t.owner_id = $6) and ($7::uuid is null or t.team_id = $7)
           ), grouped as (
               select grouping(rule_id, owner_id, team_id, month) as part, rule_id, owner_id, team_id, month,
                      count(*) filter (where met) as met, count(*) filter (where not met) as breached
               from counted group by grouping sets ((), (rule_id), (owner_id), (team_id), (month))
           )
           select g.part as "part!", g.month, g.met as "met!", g.breached as "breached!", coalesce(g.rule_id, g.owner_id, g.team_id) as id,
                  coalesce(r.name, u.name, m.name) as "name?"
           from grouped g
           left join sla_rule r on r.org_id = $1 and r.id = g.rule_id
           left join app_user u on u.org_id = $1 and u.id = g.owner_id
           left join team m on m.org_id = $1 and m.id = g.team_id
           order by g.month, g.met + g.breached desc, lower(coalesce(r.name, u.name, m.name)) limit $8"#,
        org,
        begin,
        end,
        object,
        rule,
        owner,
        team,
        5_000_i64,
        zone.name(),
    )
    .fetch_all(tx.db())
    .await?;
    let (open_breaches, due_soon) = open(tx, asked).await?;
    let mut all = SlaAdherence {
        from: asked.from,
        to: asked.to,
        total: SlaCount::default(),
        by_rule: Vec::new(),
        by_owner: Vec::new(),
        by_team: Vec::new(),
        by_month: Vec::new(),
        open_breaches,
        due_soon,
    };
    for row in rows {
        let count = SlaCount::of(row.met, row.breached);
        let part = SlaPart { of: Ref::of(row.id, row.name), count };
        // A bit stands for each column that a row is not grouped by: rule, owner, team, month.
        match row.part {
            0b0111 => all.by_rule.push(part),
            0b1011 => all.by_owner.push(part),
            0b1101 => all.by_team.push(part),
            0b1110 => all.by_month.extend(row.month.map(|month| SlaMonth { month, count })),
            _ => all.total = count,
        }
    }
    Ok(all)
}

/// How many clocks have run out and are open, and how many have warned.
async fn open(tx: &mut Tx, asked: &Asked) -> Result<(i64, i64)> {
    let (object, rule) = (asked.object.map(SlaObject::as_str), asked.rule.map(|rule| rule.0));
    let (owner, team) = (asked.owner.map(|owner| owner.0), asked.team.map(|team| team.0));
    let org = tx.org().0;
    let row = sqlx::query!(
        r#"select (select count(*) from (select from sla_timer t where t.org_id = $1 and t.ended_at is null and t.breached_at is not null
                       and ($2::text is null or ($2 = 'lead') = (t.lead_id is not null)) and ($3::uuid is null or t.rule_id = $3)
                       and ($4::uuid is null or t.owner_id = $4) and ($5::uuid is null or t.team_id = $5) limit $6) as late) as "late!",
                  (select count(*) from (select from sla_timer t where t.org_id = $1 and t.ended_at is null and t.due_at is not null and t.warned_at is not null
                       and t.breached_at is null and ($2::text is null or ($2 = 'lead') = (t.lead_id is not null)) and ($3::uuid is null or t.rule_id = $3)
                       and ($4::uuid is null or t.owner_id = $4) and ($5::uuid is null or t.team_id = $5) limit $6) as soon) as "soon!""#,
        org,
        object,
        rule,
        owner,
        team,
        MOST,
    )
    .fetch_one(tx.db())
    .await?;
    Ok((row.late, row.soon))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_are_rounded_to_tenths() {
        let of = |met, breached| SlaCount::of(met, breached).percent;
        assert_eq!((of(2, 1), of(1, 0), of(0, 3), of(0, 0)), (Some(66.7), Some(100.0), Some(0.0), None));
    }
}
