//! `/ai/alerts`: the rules and the latest episodes.

use axum::response::IntoResponse;
use dealwright_access::Allow;
use dealwright_access::policy::{ReadGuardrail, UpdateGuardrail};
use dealwright_kernel::error::{OrNotFound, Problems};
use dealwright_kernel::extract::{IfMatch, Json, Path, Valid, Validate, etag};
use dealwright_kernel::{Error, Result};
use dealwright_store::change::{diff, stale};
use dealwright_store::{Committed, Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Episode, Kind, Rule, store};
use crate::GovernanceState;

/// The endpoints.
pub fn router() -> OpenApiRouter<GovernanceState> {
    OpenApiRouter::new().routes(routes!(index)).routes(routes!(put))
}

/// The longest window: a week.
const LONGEST: i64 = 10_080;

/// Alerts, as they are set and as they were.
#[derive(Debug, Serialize, ToSchema)]
struct Alerts {
    rules: Vec<Rule>,
    /// Those that last first, then the latest; at most fifty.
    episodes: Vec<Episode>,
}

/// The rules of alerts, and the latest episodes
#[utoipa::path(get, path = "/ai/alerts", tag = "governance", responses((status = 200, body = Alerts), Problems))]
async fn index(cx: Allow<ReadGuardrail>) -> Result<Json<Alerts>> {
    let mut tx = cx.begin().await?;
    let (rules, episodes) = (store::rules(&mut tx).await?, store::episodes(&mut tx).await?);
    tx.done(Json(Alerts { rules, episodes })).await
}

/// From when on the administrators are to be told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AlertSetting {
    active: bool,
    /// Percent, seconds, or units of the currency of the price table.
    threshold: f64,
    /// For `error_rate`, `hallucination_rate` and `latency_p95`: over how many minutes, at most a week's.
    #[schema(minimum = 5, maximum = 10080)]
    window_minutes: Option<i64>,
    version: Option<i64>,
}

impl Validate for AlertSetting {
    fn validate(&self) -> Result<()> {
        match self.window_minutes {
            Some(minutes) if !(5..=LONGEST).contains(&minutes) => {
                Err(Error::field("window_minutes", "out_of_range", format!("from 5 to {LONGEST} minutes")))
            }
            _ => Ok(()),
        }
    }
}

/// What of a rule can change, for the audit log.
#[derive(Debug, Serialize)]
struct Changing {
    active: bool,
    threshold: f64,
    window_minutes: i64,
}

impl Changing {
    const fn of(rule: &Rule) -> Self {
        Self { active: rule.active, threshold: rule.threshold, window_minutes: rule.window_minutes }
    }
}

async fn find(tx: &mut Tx, kind: Kind) -> Result<Rule> {
    store::rules(tx).await?.into_iter().find(|rule| rule.kind == kind).or_not_found("alert rule")
}

/// Say from when on the administrators are told of something
#[utoipa::path(put, path = "/ai/alert-rules/{rule}", tag = "governance",
    params(("rule" = Kind, Path), ("If-Match" = Option<String>, Header, description = "The version that was read, in quotes")),
    request_body = AlertSetting, responses((status = 200, body = Rule), Problems))]
async fn put(
    cx: Allow<UpdateGuardrail>,
    Path(kind): Path<String>,
    if_match: IfMatch,
    Valid(new): Valid<AlertSetting>,
) -> Result<Committed<impl IntoResponse>> {
    let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind).or_not_found("alert rule")?;
    let (low, high) = kind.range();
    if !(low..=high).contains(&new.threshold) {
        return Err(Error::field("threshold", "out_of_range", format!("from {low} to {high}")));
    }
    if new.window_minutes.is_some() && !kind.has_window() {
        return Err(Error::field("window_minutes", "invalid_value", "this is measured over a period of its own"));
    }
    let version = if_match.or(new.version)?;
    let mut tx = cx.begin().await?;
    let before = find(&mut tx, kind).await?;
    let window_minutes = new.window_minutes.unwrap_or(before.window_minutes);
    let wanted = Rule { kind, active: new.active, threshold: new.threshold, window_minutes, version };
    if before.version != version || !store::set(&mut tx, cx.actor().user, &wanted).await? {
        return Err(stale(before.version, &Changing::of(&before), &Changing::of(&wanted)));
    }
    let after = find(&mut tx, kind).await?;
    let name = format!("AI alert {}", kind.as_str());
    let subject = Subject { object: "ai_alert_rule", id: tx.org().0, name, version: Some(after.version) };
    let told = Event::with_id(tx.new_id().into(), "ai_alert_rule.set", subject);
    let told = told.changes(diff(&Changing::of(&before), &Changing::of(&after))?);
    tx.emit(told);
    tx.commit((etag(after.version), Json(after))).await
}
