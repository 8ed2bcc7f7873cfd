//! `/ai/usage`: the figures of the assistant.

use chrono::{Days as Span, NaiveDate};
use dealwright_access::Allow;
use dealwright_access::policy::ReadGuardrail;
use dealwright_kernel::error::Problems;
use dealwright_kernel::extract::{Json, Query};
use dealwright_kernel::{Error, Result};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Usage, store};
use crate::GovernanceState;

/// The endpoint.
pub fn router() -> OpenApiRouter<GovernanceState> {
    OpenApiRouter::new().routes(routes!(usage))
}

/// The most days of one answer.
const MOST_DAYS: i64 = 366;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Days {
    /// The first day (UTC); 29 days before the last when absent.
    from: Option<NaiveDate>,
    /// The last day (UTC); today when absent.
    to: Option<NaiveDate>,
}

impl Days {
    /// The first day, the last, and the one after it.
    ///
    /// # Errors
    /// 400 for days that are in no order, or too many.
    pub(crate) fn checked(&self, today: NaiveDate) -> Result<(NaiveDate, NaiveDate, NaiveDate)> {
        let to = self.to.unwrap_or(today);
        let from = self.from.or_else(|| to.checked_sub_days(Span::new(29))).unwrap_or(to);
        let days = (to - from).num_days();
        if !(0..MOST_DAYS).contains(&days) {
            let why = format!("from the first day to the last, at most {MOST_DAYS} days");
            return Err(Error::unreadable("invalid_query", why).on("from"));
        }
        let until = to
            .checked_add_days(Span::new(1))
            .ok_or_else(|| Error::unreadable("invalid_query", "too late a day").on("to"))?;
        Ok((from, to, until))
    }
}

/// What the assistant used, and how good it was
///
/// By person, model, purpose and day: calls, tokens, cost, latency; runs, ratings, sentences without a source; what became of
/// proposals. Numbers only: what people asked stays theirs.
#[utoipa::path(get, path = "/ai/usage", tag = "governance", params(Days), responses((status = 200, body = Usage), Problems))]
async fn usage(cx: Allow<ReadGuardrail>, Query(asked): Query<Days>) -> Result<Json<Usage>> {
    let (from, to, until) = asked.checked(cx.clock().now().date_naive())?;
    let mut tx = cx.begin().await?;
    let usage = store::usage(&mut tx, from, to, until).await?;
    tx.done(Json(usage)).await
}
