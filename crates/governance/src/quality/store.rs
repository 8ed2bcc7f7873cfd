//! The SQL of quality.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use dealwright_crm::change::store::names;
use dealwright_crm::record::Ref;
use dealwright_kernel::Result;
use dealwright_store::Tx;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Quality, QualityRow, RunsMeasured, compare};
use crate::usage::ratio;

#[derive(Debug)]
struct Row {
    level: String,
    user_id: Option<Uuid>,
    key: Option<String>,
    runs: i64,
    failed: i64,
    sentences: i64,
    unsupported: i64,
    useful: i64,
    not_useful: i64,
    rated: i64,
    rating_sum: i64,
    p50: Option<f64>,
    p95: Option<f64>,
    tokens: i64,
    cost_micros: i64,
    unpriced: i64,
    made: i64,
    approved: i64,
    rejected: i64,
    drafts: i64,
    drafts_used: i64,
}

impl Row {
    fn measured(&self) -> RunsMeasured {
        RunsMeasured {
            runs: self.runs,
            failed: self.failed,
            error_rate: ratio(self.failed, self.runs),
            sentences: self.sentences,
            unsupported: self.unsupported,
            hallucination_rate: ratio(self.unsupported, self.sentences),
            useful: self.useful,
            not_useful: self.not_useful,
            rated: self.rated,
            rating: ratio(self.rating_sum, self.rated),
            latency_p50_ms: self.p50,
            latency_p95_ms: self.p95,
            tokens: self.tokens,
            cost: Decimal::new(self.cost_micros, 6).normalize().to_string(),
            unpriced: self.unpriced,
            proposals: self.made,
            approved: self.approved,
            rejected: self.rejected,
            acceptance: ratio(self.approved, self.approved + self.rejected),
            drafts: self.drafts,
            drafts_used: self.drafts_used,
            draft_use: ratio(self.drafts_used, self.drafts),
        }
    }
}

fn start(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// Everything from the first day to before `until`.
pub(super) async fn quality(tx: &mut Tx, from: NaiveDate, to: NaiveDate, until: NaiveDate) -> Result<Quality> {
    let rows = sqlx::query_as!(
        Row,
        r#"select level as "level!", user_id, key, runs as "runs!", failed as "failed!", sentences as "sentences!", unsupported as "unsupported!",
                  useful as "useful!", not_useful as "not_useful!", rated as "rated!", rating_sum as "rating_sum!", p50, p95, tokens as "tokens!",
                  cost_micros as "cost_micros!", unpriced as "unpriced!", made as "made!", approved as "approved!", rejected as "rejected!",
                  drafts as "drafts!", drafts_used as "drafts_used!"
           from app.ai_quality_by($1, $2)"#,
        start(from),
        start(until)
    )
    .fetch_all(tx.db())
    .await?;
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.user_id).collect();
    let names = names(tx, &ids).await?;
    let of = |level: &str| -> Vec<QualityRow> {
        let of = rows.iter().filter(|row| row.level == level);
        of.map(|row| QualityRow {
            user: row.user_id.and_then(|id| Ref::of(Some(id), names.get(&id).cloned())),
            key: row.key.clone().unwrap_or_default(),
            measured: row.measured(),
        })
        .collect()
    };
    let mut by_day = of("day");
    by_day.sort_by(|a, b| a.key.cmp(&b.key));
    let by_prompt = of("prompt");
    let nothing = || RunsMeasured { cost: "0".to_owned(), ..RunsMeasured::default() };
    Ok(Quality {
        from,
        to,
        total: rows.iter().find(|row| row.level == "all").map_or_else(nothing, Row::measured),
        by_day,
        by_agent: of("agent"),
        by_model: of("model"),
        comparisons: compare::versions(&by_prompt),
        by_prompt,
        by_person: of("person"),
    })
}
