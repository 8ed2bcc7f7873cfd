//! The SQL of the figures.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use dealwright_crm::change::store::names;
use dealwright_crm::record::Ref;
use dealwright_kernel::Result;
use dealwright_store::Tx;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{CallsUsed, PersonUsage, ProposalsAccepted, RunsQuality, Usage, UsageRow, ratio};

fn start(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

#[derive(Debug)]
struct Row {
    level: String,
    user_id: Option<Uuid>,
    key: Option<String>,
    calls: i64,
    failed: i64,
    tokens_in: i64,
    tokens_out: i64,
    cost_micros: i64,
    unpriced: i64,
    p50: Option<f64>,
    p95: Option<f64>,
}

impl Row {
    fn used(&self) -> CallsUsed {
        CallsUsed {
            calls: self.calls,
            failed: self.failed,
            tokens_in: self.tokens_in,
            tokens_out: self.tokens_out,
            cost: Decimal::new(self.cost_micros, 6).normalize().to_string(),
            unpriced: self.unpriced,
            latency_p50_ms: self.p50,
            latency_p95_ms: self.p95,
        }
    }
}

/// Calls by person, model, purpose, day, and in all, read once.
async fn calls(tx: &mut Tx, since: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select case when grouping(c.user_id) = 0 then 'person' when grouping(c.model) = 0 then 'model' when grouping(c.purpose) = 0 then 'purpose'
                       when grouping(c.day) = 0 then 'day' else 'all' end as "level!",
                  c.user_id as "user_id?", coalesce(c.model, c.purpose, c.day::text) as key, count(*) as "calls!", count(c.error) as "failed!",
                  coalesce(sum(c.tokens_in), 0)::bigint as "tokens_in!", coalesce(sum(c.tokens_out), 0)::bigint as "tokens_out!",
                  coalesce(sum(c.cost_micros), 0)::bigint as "cost_micros!", count(*) filter (where c.cost_micros is null) as "unpriced!",
                  percentile_cont(0.5) within group (order by c.latency_ms::float8) as p50,
                  percentile_cont(0.95) within group (order by c.latency_ms::float8) as p95
           from (select user_id, model, purpose, (at at time zone 'UTC')::date as day, error, tokens_in, tokens_out, cost_micros, latency_ms
                 from llm_call where org_id = $1 and at >= $2 and at < $3) as c
           group by grouping sets ((c.user_id), (c.model), (c.purpose), (c.day), ())
           order by 4 desc, 2, 3"#,
        tx.org().0,
        since,
        until
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows)
}

#[derive(Clone, Debug, Default)]
struct Sums {
    runs: RunsQuality,
    rating_sum: i64,
    proposals: ProposalsAccepted,
}

impl Sums {
    fn done(mut self) -> (RunsQuality, ProposalsAccepted) {
        self.runs.rating = ratio(self.rating_sum, self.runs.rated);
        self.runs.left_out_per_100 = ratio(self.runs.left_out * 100, self.runs.runs - self.runs.failed);
        self.proposals.acceptance = ratio(self.proposals.approved, self.proposals.approved + self.proposals.rejected);
        (self.runs, self.proposals)
    }
}

/// Runs and proposals, in all and by person.
async fn quality(tx: &mut Tx, since: DateTime<Utc>, until: DateTime<Utc>) -> Result<(Sums, BTreeMap<Uuid, Sums>)> {
    let (mut all, mut people) = (Sums::default(), BTreeMap::<Uuid, Sums>::new());
    let rows = sqlx::query!(
        r#"select user_id as "user_id!", planner as "planner!", runs as "runs!", failed as "failed!", useful as "useful!", not_useful as "not_useful!",
                  rated as "rated!", rating_sum as "rating_sum!", left_out as "left_out!" from app.ai_quality($1, $2)"#,
        since,
        until
    )
    .fetch_all(tx.db())
    .await?;
    for row in rows {
        for sums in [&mut all, people.entry(row.user_id).or_default()] {
            sums.runs.runs += row.runs;
            sums.runs.by_model += if row.planner == "model" { row.runs } else { 0 };
            sums.runs.failed += row.failed;
            sums.runs.useful += row.useful;
            sums.runs.not_useful += row.not_useful;
            sums.runs.rated += row.rated;
            sums.runs.left_out += row.left_out;
            sums.rating_sum += row.rating_sum;
        }
    }
    let rows = sqlx::query!(
        r#"select user_id as "user_id!", status as "status!", proposals as "proposals!" from app.ai_acceptance($1, $2)"#,
        since,
        until
    )
    .fetch_all(tx.db())
    .await?;
    for row in rows {
        for sums in [&mut all, people.entry(row.user_id).or_default()] {
            let of = &mut sums.proposals;
            of.made += row.proposals;
            match row.status.as_str() {
                "approved" => of.approved += row.proposals,
                "rejected" => of.rejected += row.proposals,
                "pending" => of.waiting += row.proposals,
                _ => of.lapsed += row.proposals,
            }
        }
    }
    Ok((all, people))
}

/// Everything from the first day to before `until`.
pub(super) async fn usage(tx: &mut Tx, from: NaiveDate, to: NaiveDate, until: NaiveDate) -> Result<Usage> {
    let (since, until) = (start(from), start(until));
    let calls = calls(tx, since, until).await?;
    let (all, people) = quality(tx, since, until).await?;
    let ids: Vec<Uuid> = calls.iter().filter_map(|row| row.user_id).chain(people.keys().copied()).collect();
    let names = names(tx, &ids).await?;
    let person = |id: Uuid| Ref::of(Some(id), names.get(&id).cloned());
    let rows = |level: &str| -> Vec<UsageRow> {
        let of = calls.iter().filter(|row| row.level == level);
        of.map(|row| UsageRow {
            user: row.user_id.and_then(person),
            key: row.key.clone().unwrap_or_default(),
            used: row.used(),
        })
        .collect()
    };
    let mut by_day = rows("day");
    by_day.sort_by(|a, b| a.key.cmp(&b.key));
    let mut shares: Vec<PersonUsage> = people
        .into_iter()
        .map(|(id, sums)| {
            let (runs, proposals) = sums.done();
            PersonUsage { user: person(id), runs, proposals }
        })
        .collect();
    shares.sort_by_key(|share| std::cmp::Reverse(share.runs.runs));
    let (runs, proposals) = all.done();
    let total = calls.iter().find(|row| row.level == "all").map(Row::used).unwrap_or_default();
    Ok(Usage {
        from,
        to,
        total: CallsUsed { cost: if total.cost.is_empty() { "0".to_owned() } else { total.cost.clone() }, ..total },
        by_person: rows("person"),
        by_model: rows("model"),
        by_purpose: rows("purpose"),
        by_day,
        runs,
        proposals,
        people: shares,
    })
}
