//! Deals that stand still: open, and without activity or a change of stage for longer than deals that were won took.
//!
//! What is usual is read off the won deals that the reader sees: the median of their days in the stage. A deal that has taken half
//! as much again, and a week at least, stands still; where too few have been won to tell, three weeks count. `store` holds the
//! SQL, `http` the endpoint.

pub mod http;
mod store;

use chrono::{DateTime, TimeDelta, Utc};
use dealwright_access::Context;
use dealwright_crm::opportunity::{self, Opportunity};
use dealwright_kernel::id::{TeamId, UserId};
use dealwright_kernel::{Cursor, Page, Result};
use dealwright_store::Tx;
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Won deals that it takes to know what is usual.
const ENOUGH: i64 = 5;
/// What counts where too few have been won.
const OTHERWISE: i64 = 21;
/// Fewer days than this are no standstill.
const LEAST: i64 = 7;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Ask {
    pub owner: Option<UserId>,
    pub team: Option<TeamId>,
    pub limit: u16,
    pub cursor: Option<String>,
}

/// By what a deal was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StalledBy)]
pub enum By {
    /// Won deals, and how long they were in the stage.
    WonDeals,
    /// Three weeks, since too few have been won.
    Usual,
}

/// A deal that stands still, with the reason.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StalledDeal {
    pub opportunity: Opportunity,
    /// In words.
    pub reason: String,
    /// Whole days since it entered its stage.
    pub days_in_stage: i64,
    /// Whole days since anything happened: an activity, or its entry into the stage.
    pub days_idle: i64,
    /// Null when there has been none.
    pub last_activity_at: Option<DateTime<Utc>>,
    /// The median of the days that won deals were in the stage, as a decimal; null when too few have been won.
    pub usual_days: Option<String>,
    /// The won deals that this is of.
    pub won_deals: i64,
    /// Days after which a deal stands still here.
    pub limit_days: i64,
    pub by: By,
}

/// What is usual in a stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Norm {
    pub stage: Uuid,
    pub won: i64,
    /// Days, to tenths.
    pub usual: Option<Decimal>,
    pub limit: i64,
}

impl Norm {
    /// Of a stage that so many won deals were in for so many seconds, in the median.
    pub(crate) fn of(stage: Uuid, won: i64, median: Option<f64>) -> Self {
        let usual = median
            .filter(|_| won >= ENOUGH)
            .and_then(Decimal::from_f64)
            .map(|seconds| (seconds / Decimal::from(86_400)).round_dp(1));
        let limit = usual.map_or(OTHERWISE, |days| {
            let half_more = (days * Decimal::new(15, 1)).ceil().to_i64().unwrap_or(OTHERWISE);
            half_more.max(LEAST)
        });
        Self { stage, won, usual, limit }
    }
}

/// Open deals that stand still, of those that the actor sees, the longest in their stage first.
///
/// # Errors
/// 400 `invalid_cursor`; 503 when the statement's time is up.
pub async fn list(cx: &Context, tx: &mut Tx, ask: &Ask) -> Result<Page<StalledDeal>> {
    let fingerprint = format!("stalled:{:?}:{:?}", ask.owner, ask.team);
    let after: Option<(DateTime<Utc>, Uuid)> =
        ask.cursor.as_deref().map(|text| Cursor::decode(text, &fingerprint)).transpose()?.map(|cursor| cursor.keys);
    let now = tx.now();
    let norms = store::norms(tx).await?;
    let mut found = store::stalled(tx, ask, &norms, after).await?;
    let more = found.len() > usize::from(ask.limit);
    found.truncate(ask.limit.into());
    let next_cursor = match found.last().filter(|_| more) {
        Some(last) => Some(Cursor { query: fingerprint, keys: (last.entered, last.id) }.encode()?),
        None => None,
    };
    let ids: Vec<Uuid> = found.iter().map(|deal| deal.id).collect();
    let mut deals = opportunity::list::read(cx, tx, &ids).await?;
    let mut items = Vec::with_capacity(found.len());
    for one in found {
        let Some(norm) = norms.iter().find(|norm| norm.stage == one.stage) else { continue };
        let Some(at) = deals.iter().position(|deal| deal.id.0 == one.id) else { continue };
        items.push(told(deals.swap_remove(at), &one, norm, now));
    }
    Ok(Page { items, next_cursor, total: None.into() })
}

fn told(opportunity: Opportunity, one: &store::Found, norm: &Norm, now: DateTime<Utc>) -> StalledDeal {
    let days = |since: DateTime<Utc>| (now - since).num_days().max(0);
    let idle = days(one.last.map_or(one.entered, |last| last.max(one.entered)));
    let in_stage = days(one.entered);
    StalledDeal {
        reason: reason(&opportunity.stage.name, in_stage, one.last.map(days), norm),
        opportunity,
        days_in_stage: in_stage,
        days_idle: idle,
        last_activity_at: one.last,
        usual_days: norm.usual.map(|days| days.normalize().to_string()),
        won_deals: norm.won,
        limit_days: norm.limit,
        by: if norm.usual.is_some() { By::WonDeals } else { By::Usual },
    }
}

fn counted(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

fn reason(stage: &str, in_stage: i64, last: Option<i64>, norm: &Norm) -> String {
    let activity = match last {
        Some(days) => format!("no activity for {}", counted(days)),
        None => "no activity yet".to_owned(),
    };
    let usual = match norm.usual {
        Some(days) => format!("won deals took {} days (median of {})", days.normalize(), norm.won),
        None => "too few deals have been won to know what is usual".to_owned(),
    };
    format!("{} in {stage}, {activity}; {usual}", counted(in_stage))
}

/// The moment before which a deal has stood still.
pub(crate) fn cut(now: DateTime<Utc>, norm: &Norm) -> DateTime<Utc> {
    now - TimeDelta::days(norm.limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_is_read_off_won_deals() {
        let days = |n: f64| Some(n * 86_400.0);
        let limit = |won, median| Norm::of(Uuid::nil(), won, median).limit;
        assert_eq!(limit(48, days(12.0)), 18);
        assert_eq!(limit(48, days(2.0)), 7);
        assert_eq!(limit(4, days(2.0)), 21);
        assert_eq!(limit(0, None), 21);
    }

    #[test]
    fn the_reason_stands_alone() {
        let norm = Norm::of(Uuid::nil(), 48, Some(12.0 * 86_400.0));
        assert_eq!(
            reason("Proposal", 41, Some(34), &norm),
            "41 days in Proposal, no activity for 34 days; won deals took 12 days (median of 48)"
        );
        let none = Norm::of(Uuid::nil(), 0, None);
        assert_eq!(
            reason("Proposal", 22, None, &none),
            "22 days in Proposal, no activity yet; too few deals have been won to know what is usual"
        );
    }
}
