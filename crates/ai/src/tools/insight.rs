//! `score_lead`, `enrich_record`, `list_stalled` and `query_analytics`: what `insight` works out, with what it is made of.

use chrono::{Datelike, NaiveDate};
use dealwright_access::policy::{Needs, Permission, ReadAccount, ReadLead, ReadOpportunity};
use dealwright_crm::lead;
use dealwright_insight::analytics::{self, Group, Measure, Period};
use dealwright_insight::enrichment::{self, Target};
use dealwright_insight::scoring;
use dealwright_insight::stalled::{self, Ask};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::records::RecordArgs;
use super::{Effect, Output, Running, Tool};
use crate::planner::RecordKind;

/// Explains a lead's score.
#[derive(Debug)]
pub struct ScoreLead;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadArgs {
    pub id: Uuid,
}

impl Tool for ScoreLead {
    const NAME: &'static str = "score_lead";
    const EFFECT: Effect = Effect::Reads;
    const PERMISSION: Permission = ReadLead::PERMISSION;
    const ABOUT: &'static str =
        "Say a lead's score and grade, with each rule that gave points and the facts it judged by.";
    type Args = LeadArgs;

    async fn run(running: Running<'_>, tx: &mut Tx, args: LeadArgs) -> Result<Output> {
        let lead = lead::store::find(tx, args.id.into(), false).await?.or_not_found("lead")?;
        let told = scoring::explain(running.cx, tx, args.id.into()).await?;
        let summary = told.score.map_or_else(|| "Not scored yet".to_owned(), |score| format!("{score} points"));
        let result = json!({
            "type": "lead", "id": args.id, "name": lead.name, "score": told.score, "of": 100, "grade": told.grade, "sum": told.sum, "parts": told.parts,
            "scored_on": told.scored_at.map(|at| at.date_naive()),
        });
        Ok(Output { count: 1, summary, result, proposal: None })
    }
}

/// Says what public sources know.
#[derive(Debug)]
pub struct EnrichRecord;

impl Tool for EnrichRecord {
    const NAME: &'static str = "enrich_record";
    const EFFECT: Effect = Effect::Reads;
    const PERMISSION: Permission = ReadLead::PERMISSION;
    const PERMISSIONS: &'static [Permission] = &[ReadLead::PERMISSION, ReadAccount::PERMISSION];
    const ABOUT: &'static str = "Say what the embedded sources know of a lead or an account, field by field, with source and confidence. A person takes it over.";
    type Args = RecordArgs;

    fn needs(args: &RecordArgs) -> Vec<Permission> {
        vec![args.kind.record_type().read()]
    }

    async fn run(running: Running<'_>, tx: &mut Tx, args: RecordArgs) -> Result<Output> {
        let target = match args.kind {
            RecordKind::Account => Target::Account(args.id.into()),
            RecordKind::Lead => Target::Lead(args.id.into()),
            RecordKind::Contact => return Err(Error::field("kind", "invalid_value", "a lead or an account")),
        };
        let name = dealwright_crm::change::store::names(tx, &[args.id]).await?.remove(&args.id);
        let name = name.or_not_found(args.kind.record_type().as_str())?;
        let known = enrichment::suggest(running.cx, tx, target).await?;
        let suggestions: Vec<Value> = known
            .suggestions
            .iter()
            .map(|one| {
                json!({
                    "field": one.field, "label": dealwright_crm::change::label(&one.field), "value": one.shown, "present": one.present_shown,
                    "source": one.source, "confidence": percent(one.confidence), "why": one.why, "missing": one.missing,
                })
            })
            .collect();
        let notes: Vec<Value> = known
            .notes
            .iter()
            .map(|note| json!({ "text": note.text, "source": note.source, "why": note.why }))
            .collect();
        let summary = format!("{} suggestions", suggestions.len());
        let result =
            json!({ "type": args.kind, "id": args.id, "name": name, "suggestions": suggestions, "notes": notes });
        // That nothing is known is an answer.
        Ok(Output {
            count: i64::try_from(suggestions.len()).unwrap_or(i64::MAX).max(1),
            summary,
            result,
            proposal: None,
        })
    }
}

#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "between 0 and 100")]
fn percent(share: f64) -> i64 {
    (share * 100.0).clamp(0.0, 100.0).round() as i64
}

/// Lists deals that stand still.
#[derive(Debug)]
pub struct ListStalled;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StalledArgs {
    pub owner_id: Option<Uuid>,
    pub team_id: Option<Uuid>,
    /// 1 to 50; 10 when absent.
    pub limit: Option<u16>,
}

impl Tool for ListStalled {
    const NAME: &'static str = "list_stalled";
    const EFFECT: Effect = Effect::Reads;
    const PERMISSION: Permission = ReadOpportunity::PERMISSION;
    const ABOUT: &'static str =
        "List open deals that stand still for longer than won deals took in their stage, with the reason.";
    type Args = StalledArgs;

    async fn run(running: Running<'_>, tx: &mut Tx, args: StalledArgs) -> Result<Output> {
        let ask = Ask {
            owner: args.owner_id.map(Into::into),
            team: args.team_id.map(Into::into),
            limit: args.limit.unwrap_or(10).clamp(1, 50),
            cursor: None,
        };
        let page = stalled::list(running.cx, tx, &ask).await?;
        let items: Vec<Value> = page
            .items
            .iter()
            .map(|one| {
                // As the API shows it: hidden fields are null.
                let deal = serde_json::to_value(&one.opportunity).unwrap_or_default();
                json!({
                    "id": one.opportunity.id, "name": one.opportunity.name, "stage": one.opportunity.stage.name, "owner": one.opportunity.owner.name,
                    "amount": deal.get("amount"), "reason": one.reason, "days_in_stage": one.days_in_stage, "days_idle": one.days_idle,
                    "usual_days": one.usual_days, "won_deals": one.won_deals, "limit_days": one.limit_days,
                })
            })
            .collect();
        let (count, more) = (i64::try_from(items.len()).unwrap_or(i64::MAX), page.next_cursor.is_some());
        let summary = format!("{}{count} deals", if more { "more than " } else { "" });
        Ok(Output {
            count: count.max(1),
            summary,
            result: json!({ "count": count, "more": more, "items": items }),
            proposal: None,
        })
    }
}

/// Figures over deals.
#[derive(Debug)]
pub struct QueryAnalytics;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnalyticsArgs {
    /// Such as `won_value`, `win_rate`, `average_deal_size`, `cycle_days`, `velocity`, `pipeline_value`, `stage_conversion`, `time_in_stage`; all that fit when empty.
    pub measures: Vec<String>,
    /// At most two of `stage`, `owner`, `team`, `region`, `industry`, `product`, `source`, `account`, `lost_reason`, `month`, `quarter`.
    pub group_by: Vec<String>,
    /// A filter tree as `POST /opportunities/query` takes it.
    pub filter: Option<Value>,
    /// The first day; that of this quarter when absent.
    pub from: Option<NaiveDate>,
    /// The last day; today when absent.
    pub to: Option<NaiveDate>,
    /// Also of the period before.
    pub compare: bool,
    /// 1 to 50; 20 when absent.
    pub limit: Option<u16>,
}

impl Tool for QueryAnalytics {
    const NAME: &'static str = "query_analytics";
    const EFFECT: Effect = Effect::Reads;
    const PERMISSION: Permission = ReadOpportunity::PERMISSION;
    const ABOUT: &'static str = "Work out pipeline value, win rate, deal size, cycle, velocity or stage conversion over a period, by group, with what each is made of.";
    type Args = AnalyticsArgs;

    async fn run(running: Running<'_>, tx: &mut Tx, args: AnalyticsArgs) -> Result<Output> {
        let today = crate::today(running.cx);
        let period = Period { from: args.from.unwrap_or_else(|| quarter_of(today)), to: args.to.unwrap_or(today) };
        if period.from > period.to {
            return Err(Error::field("to", "invalid_value", "a period ends after it begins"));
        }
        let query = analytics::Query {
            measures: words::<Measure>("measures", &args.measures)?,
            groups: words::<Group>("group_by", &args.group_by)?,
            filter: analytics::filter(running.cx, tx, args.filter.clone()).await?,
            period,
            compare: args.compare,
            limit: args.limit.unwrap_or(20).clamp(1, 50).into(),
        };
        let report = analytics::run(running.cx, tx, &query).await?;
        let count = i64::try_from(report.rows.len()).unwrap_or(i64::MAX);
        let summary = format!("{} to {}, {count} groups", report.from, report.to);
        Ok(Output {
            count: count.max(1),
            summary,
            result: serde_json::to_value(&report).map_err(Error::internal)?,
            proposal: None,
        })
    }
}

fn quarter_of(day: NaiveDate) -> NaiveDate {
    let month = (day.month0() / 3) * 3 + 1;
    NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day)
}

/// Words of a vocabulary, as JSON names them.
fn words<T: DeserializeOwned>(field: &'static str, said: &[String]) -> Result<Vec<T>> {
    let read = |word: &String| serde_json::from_value(Value::String(word.clone())).ok();
    let read: Option<Vec<T>> = said.iter().map(read).collect();
    read.ok_or_else(|| {
        Error::field(field, "invalid_value", format!("one of {} is none that there is", said.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_of_the_vocabulary() {
        assert_eq!(words::<Measure>("measures", &["win_rate".into()]).unwrap(), [Measure::WinRate]);
        assert_eq!(words::<Group>("group_by", &["stage".into(), "shoe_size".into()]).unwrap_err().fields.len(), 1);
    }

    #[test]
    fn a_quarter_begins_with_its_month() {
        let of = |m, d| quarter_of(NaiveDate::from_ymd_opt(2026, m, d).unwrap()).to_string();
        assert_eq!((of(11, 27), of(1, 1), of(6, 30)), ("2026-10-01".into(), "2026-01-01".into(), "2026-04-01".into()));
    }
}
