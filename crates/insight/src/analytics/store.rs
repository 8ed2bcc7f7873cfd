//! The SQL of figures. A statement counts each family by itself, along its own index (what is open, what was made in the
//! period, what was closed in it), so that a quarter of a million deals costs what a quarter holds.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use dealwright_crm::list::{self, Names, Reader};
use dealwright_crm::opportunity::list::CATALOGUE;
use dealwright_crm::summary;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use sqlx::{FromRow, Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::base::{Base, Counts, Family, Keys, Passage};
use super::group::{midnight, span};
use super::{Group, Measure, Period, Query};

type Builder = QueryBuilder<Postgres>;

/// Groups that one statement reads.
const MOST: i64 = 2_000;
/// Deals of a stage that are named one by one.
const NAMED: usize = 100;

/// Who asks what, of which deals.
#[derive(Debug)]
pub struct Asking<'a> {
    pub reader: &'a Reader<'a>,
    pub query: &'a Query,
    /// The only candidates, when given.
    pub ids: Option<&'a [Uuid]>,
    pub zone: Tz,
    pub now: DateTime<Utc>,
}

/// A period as moments: from the first until before the second.
#[derive(Clone, Copy, Debug)]
pub struct Moments {
    pub begin: DateTime<Utc>,
    pub end: DateTime<Utc>,
}

impl Asking<'_> {
    /// The moments of a period.
    ///
    /// # Errors
    /// 400 beyond the calendar's end.
    pub fn moments(&self, period: Period) -> Result<Moments> {
        let beyond = || Error::unreadable("invalid_query", "the period is beyond the calendar").on("to");
        let begin = midnight(self.zone, period.from).ok_or_else(beyond)?;
        let end = period.to.succ_opt().and_then(|next| midnight(self.zone, next)).ok_or_else(beyond)?;
        Ok(Moments { begin, end })
    }

    /// Counts all that is asked of a period.
    ///
    /// # Errors
    /// 503 `query_timeout` when there is too much to look at.
    pub async fn read(&self, tx: &mut Tx, period: Period, staged: bool) -> Result<Base> {
        let moments = self.moments(period)?;
        let is_now = moments.end > self.now;
        let (total, _) = self.count(tx, &[], moments, is_now).await?;
        let mut base = Base { total: total.into_values().next().unwrap_or_default(), is_now, ..Base::default() };
        if !self.query.groups.is_empty() {
            let (rows, all) = self.count(tx, &self.query.groups, moments, is_now).await?;
            base.beyond = all - i64::try_from(rows.len()).unwrap_or(all);
            base.rows = rows;
        }
        if staged {
            base.stages = self.passages(tx, moments).await?;
        }
        Ok(base)
    }

    async fn count(
        &self,
        tx: &mut Tx,
        groups: &[Group],
        moments: Moments,
        is_now: bool,
    ) -> Result<(std::collections::BTreeMap<Keys, Counts>, i64)> {
        let mut sql = Builder::new("select x.k1, x.k2");
        for (name, what, family) in COLUMNS {
            sql.push(format_args!(", coalesce(sum(x.{what}) filter (where x.f = '{family}'), 0)::bigint as {name}"));
        }
        sql.push(", max(x.m) as cycle, count(*) over () as groups from (");
        let families: Vec<Family> = Family::ALL.into_iter().filter(|family| self.needs(*family)).collect();
        for (n, family) in families.iter().enumerate() {
            sql.push(if n == 0 { "" } else { " union all " });
            self.family(&mut sql, groups, *family, moments, is_now, tx.org().0);
        }
        sql.push(format_args!(") x group by x.k1, x.k2 order by {} limit {MOST}", self.order()));
        let rows = sql.build().persistent(false).fetch_all(tx.db()).await.map_err(explain)?;
        let mut counted = std::collections::BTreeMap::new();
        let mut all = 0;
        for row in rows {
            all = row.try_get("groups")?;
            let keys = ["k1", "k2"].iter().take(groups.len()).map(|k| row.try_get(*k)).collect::<Result<Keys, _>>()?;
            counted.insert(keys, Counts::from_row(&row)?);
        }
        Ok((counted, all))
    }

    /// Whether anything that is asked is worked out of these. Without measures, all is.
    fn needs(&self, family: Family) -> bool {
        let asked = &self.query.measures;
        // A query of stages alone still tells what is open in each.
        asked.is_empty()
            || asked.iter().any(|m| family.is_for(*m))
            || (family == Family::Open && asked.iter().all(|m| m.is_of_stages()))
    }

    /// What matters most first.
    fn order(&self) -> &'static str {
        match self.query.measures.first() {
            Some(Measure::Won | Measure::WinRate | Measure::CycleDays) => "won desc, 1, 2",
            Some(Measure::WonValue | Measure::AverageDealSize | Measure::WinRateValue) => "won_value desc, 1, 2",
            Some(Measure::Lost) => "lost desc, 1, 2",
            Some(Measure::LostValue) => "lost_value desc, 1, 2",
            Some(Measure::Created) => "created desc, 1, 2",
            Some(Measure::PipelineValue | Measure::WeightedPipeline) => "open_value desc, 1, 2",
            Some(
                Measure::OpenDeals
                | Measure::Velocity
                | Measure::Entered
                | Measure::StageConversion
                | Measure::TimeInStage,
            )
            | None => "open desc, 1, 2",
        }
    }

    /// Counts one family by the groups.
    fn family(&self, sql: &mut Builder, groups: &[Group], family: Family, at: Moments, is_now: bool, org: Uuid) {
        let key = |n: usize| groups.get(n).map_or_else(|| "null::text".to_owned(), |g| g.key(family, self.zone));
        let by_product = groups.contains(&Group::Product);
        let amount = if by_product { "t.amount_base * l.share" } else { "t.amount_base" };
        let weighted = if by_product { "t.expected_base * l.share" } else { "t.expected_base" };
        let median = match family {
            Family::Won => {
                "percentile_cont(0.5) within group (order by extract(epoch from t.closed_at - t.created_at)::float8)"
            }
            Family::Open | Family::Created | Family::Lost => "null::float8",
        };
        sql.push(format_args!(
            "(select {} as k1, {} as k2, '{}' as f, count(*) as n, round(sum({amount})) as a, round(sum({weighted})) as w, \
             count(t.amount_base) as v, {median} as m from opportunity t",
            key(0),
            key(1),
            family.word(),
        ));
        if groups.iter().any(|g| g.is_of_account()) {
            sql.push(" left join account a on a.org_id = t.org_id and a.id = t.account_id and a.deleted_at is null");
        }
        if by_product {
            sql.push(PRODUCTS);
        }
        sql.push(" where ");
        list::matched(sql, self.reader, &self.query.filter, self.ids, org, family != Family::Open);
        match family {
            Family::Open if is_now => _ = sql.push(" and t.closed_at is null"),
            Family::Open => {
                sql.push(" and t.created_at < ").push_bind(at.end);
                sql.push(" and (t.closed_at is null or t.closed_at >= ").push_bind(at.end).push(")");
            }
            Family::Created => between(sql, "t.created_at", at),
            Family::Won | Family::Lost => {
                between(sql, "t.closed_at", at);
                sql.push(" and t.stage_id = any (array(select s.id from stage s where s.org_id = ").push_bind(org);
                sql.push(format_args!(" and s.kind = '{}'))", family.word()));
            }
        }
        if !groups.is_empty() {
            sql.push(" group by 1, 2");
        }
        sql.push(")");
    }

    /// How deals that entered a stage in the period went on.
    async fn passages(&self, tx: &mut Tx, at: Moments) -> Result<HashMap<String, Passage>> {
        let org = tx.org().0;
        let mut sql = Builder::new(
            "select p.stage_id, bool_or(p.open) as open, count(*) as entered, count(*) filter (where p.further) as further, \
             percentile_cont(0.5) within group (order by p.seconds) as seconds, \
             (array_agg(p.opportunity_id order by p.opportunity_id))[1:101] as deals, \
             coalesce((array_agg(p.opportunity_id order by p.opportunity_id) filter (where p.further))[1:101], '{}') as gone from ( \
             select e.stage_id, e.opportunity_id, bool_or(f.kind = 'open') as open, extract(epoch from sum(e.left_at - e.entered_at))::float8 as seconds, bool_or(exists ( \
                 select from stage_entry n join stage s on s.org_id = n.org_id and s.id = n.stage_id \
                 where n.org_id = e.org_id and n.opportunity_id = e.opportunity_id and n.entered_at >= e.left_at and s.pipeline_id = f.pipeline_id \
                   and s.kind <> 'lost' and s.position > f.position)) as further \
             from stage_entry e join stage f on f.org_id = e.org_id and f.id = e.stage_id \
             join opportunity t on t.org_id = e.org_id and t.id = e.opportunity_id where e.org_id = ",
        );
        sql.push_bind(org);
        between(&mut sql, "e.entered_at", at);
        sql.push(" and ");
        list::matched(&mut sql, self.reader, &self.query.filter, self.ids, org, true);
        sql.push(" group by e.stage_id, e.opportunity_id) p group by p.stage_id");
        let rows = sql.build().persistent(false).fetch_all(tx.db()).await.map_err(explain)?;
        let mut stages = HashMap::new();
        for row in rows {
            let stage: Uuid = row.try_get("stage_id")?;
            let named = |ids: Vec<Uuid>| (ids.len() <= NAMED).then_some(ids);
            let passage = Passage {
                entered: row.try_get("entered")?,
                further: if row.try_get("open")? { Some(row.try_get("further")?) } else { None },
                time: row.try_get("seconds")?,
                deals: named(row.try_get("deals")?),
                went_further: named(row.try_get("gone")?),
            };
            stages.insert(stage.to_string(), passage);
        }
        Ok(stages)
    }
}

/// Column, what is summed, and of which family.
const COLUMNS: [(&str, &str, &str); 9] = [
    ("open", "n", "open"),
    ("open_value", "a", "open"),
    ("open_weighted", "w", "open"),
    ("created", "n", "created"),
    ("won", "n", "won"),
    ("won_value", "a", "won"),
    ("won_valued", "v", "won"),
    ("lost", "n", "lost"),
    ("lost_value", "a", "lost"),
];

/// The products of a deal, each with its share of what the lines come to before terms.
const PRODUCTS: &str = " left join lateral (select i.product_id, \
    sum(i.total) / nullif(sum(sum(i.total)) over (), 0) as share from ( \
        select l.product_id, greatest(l.quantity * l.price_minor * (100 - l.discount) / 100 - coalesce(l.discount_minor, 0), 0) as total \
        from opportunity_line l where l.org_id = t.org_id and l.opportunity_id = t.id) i group by 1) l on true";

fn between(sql: &mut Builder, column: &str, at: Moments) {
    sql.push(format_args!(" and {column} >= ")).push_bind(at.begin);
    sql.push(format_args!(" and {column} < ")).push_bind(at.end);
}

/// Says of a statement that took too long what to do.
fn explain(error: sqlx::Error) -> Error {
    let mut error = Error::from(error);
    if error.code == "query_timeout" {
        error.detail =
            "these are too many deals to work out while you wait; narrow them by a filter, or take a shorter period"
                .into();
    }
    error
}

/// What a key is called, and where it stands among others where keys have an order of their own.
pub type Labels = Vec<HashMap<String, (String, Option<i64>)>>;

/// What the keys of each group are called.
///
/// # Errors
/// When the database is gone.
pub async fn labels(tx: &mut Tx, groups: &[Group], keys: &[Keys]) -> Result<Labels> {
    let mut all = Vec::new();
    for (n, group) in groups.iter().enumerate() {
        let mut of: Vec<String> = keys.iter().filter_map(|k| k.get(n).cloned().flatten()).collect();
        of.sort_unstable();
        of.dedup();
        all.push(match group.field() {
            Some(field) => summary::store::labels(tx, field, &Names::from(&CATALOGUE), &of).await?,
            None if *group == Group::Product => products(tx, &of).await?,
            None => of.into_iter().map(|key| (key.clone(), time(&key))).collect(),
        });
    }
    Ok(all)
}

/// `Q4 2026` of `2026-Q4`, a month as it is; in the order of time.
fn time(key: &str) -> (String, Option<i64>) {
    use chrono::Datelike;
    let rank = span(key).map(|(first, _)| i64::from(first.num_days_from_ce()));
    let label = match key.split_once("-Q") {
        Some((year, quarter)) => format!("Q{quarter} {year}"),
        None => key.to_owned(),
    };
    (label, rank)
}

async fn products(tx: &mut Tx, keys: &[String]) -> Result<HashMap<String, (String, Option<i64>)>> {
    let ids: Vec<Uuid> = keys.iter().filter_map(|k| k.parse().ok()).collect();
    let rows = sqlx::query!("select id, name from product where org_id = $1 and id = any ($2)", tx.org().0, &ids)
        .fetch_all(tx.db())
        .await?;
    Ok(rows.into_iter().map(|r| (r.id.to_string(), (r.name, None))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_in_words_and_in_its_order() {
        assert_eq!(time("2026-Q4").0, "Q4 2026");
        assert!(time("2026-02").1 < time("2026-11").1);
    }
}
