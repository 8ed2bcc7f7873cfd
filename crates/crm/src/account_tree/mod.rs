//! Accounts as parts of each other: those above and below one, with what each comes to alone and with those below.
//!
//! It is read under the reader's own policies: what they may not see is neither named nor counted, and leads nowhere.

pub mod http;
pub mod store;

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use dealwright_access::context::permission;
use dealwright_access::policy::{Object, UpdateAccount};
use dealwright_access::{Actor, Context};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::AccountId;
use dealwright_kernel::{Money, Result};
use dealwright_store::Tx;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use self::store::Row;
use crate::account;
use crate::record::Ref;
use crate::settings;

/// The most accounts that are read of a tree.
pub const MAX_NODES: i64 = 1_000;

/// What accounts come to, of what the reader may see.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct AccountFigures {
    /// Opportunities in an open stage that are not archived.
    pub open_opportunities: i64,
    /// Their sum, in the organisation's currency; null when amounts are hidden from you.
    pub open_amount: Option<Money>,
    /// Opportunities that were won since the fiscal year began.
    pub won_opportunities: i64,
    pub won_amount: Option<Money>,
    /// Contacts whose account it is.
    pub people: i64,
}

impl AccountFigures {
    fn plus(self, other: Self) -> Self {
        let sum = |a: Option<Money>, b: Option<Money>| match (a, b) {
            (Some(a), Some(b)) => Some(Money { minor: a.minor.saturating_add(b.minor), ..a }),
            _ => None,
        };
        Self {
            open_opportunities: self.open_opportunities + other.open_opportunities,
            open_amount: sum(self.open_amount, other.open_amount),
            won_opportunities: self.won_opportunities + other.won_opportunities,
            won_amount: sum(self.won_amount, other.won_amount),
            people: self.people + other.people,
        }
    }
}

/// An account in its tree.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HierarchyNode)]
pub struct Node {
    pub id: AccountId,
    pub name: String,
    /// Above it in this tree; null of the topmost.
    pub parent_id: Option<AccountId>,
    pub owner: Ref,
    pub version: i64,
    /// Whether you may put it elsewhere.
    pub may_move: bool,
    /// Of the account alone.
    pub own: AccountFigures,
    /// With those below it.
    pub with_below: AccountFigures,
}

/// The tree that an account stands in, those above before those below them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountHierarchy)]
pub struct Hierarchy {
    pub items: Vec<Node>,
    /// The tree is large: these are the account and those below it only.
    pub narrowed: bool,
    /// Whether they are all here; otherwise the figures leave the rest out.
    pub complete: bool,
    /// The most accounts that are shown.
    pub limit: i64,
    /// When the year began of which `won_…` tells.
    pub won_since: NaiveDate,
}

/// The tree of an account.
///
/// # Errors
/// 404; 403 when parents are hidden from the caller.
pub async fn hierarchy(cx: &Context, tx: &mut Tx, id: AccountId) -> Result<Hierarchy> {
    account::store::find(tx, id, false).await?.or_not_found("account")?;
    cx.actor().fields.may_read(Object::Account, "parent_id", "parent_id")?;
    let since = year_start(cx.clock().today(), settings::store::find(tx).await?.fiscal_year_start);
    let top = store::ancestors(tx, id).await?.first().map_or(id.0, |top| top.id);
    let mut rows = store::walk(tx, top, since).await?;
    let narrowed = is_more(&rows) && top != id.0;
    if narrowed {
        rows = store::walk(tx, id.0, since).await?;
    }
    let complete = !is_more(&rows);
    rows.truncate(usize::try_from(MAX_NODES).unwrap_or_default());
    Ok(Hierarchy { items: summed(cx.actor(), rows), narrowed, complete, limit: MAX_NODES, won_since: since })
}

fn is_more(rows: &[Row]) -> bool {
    i64::try_from(rows.len()).is_ok_and(|n| n > MAX_NODES)
}

/// The first day of the fiscal year that `today` is in; fiscal years begin in the month `first`.
fn year_start(today: NaiveDate, first: i32) -> NaiveDate {
    let month = u32::try_from(first).unwrap_or(1);
    let year = if today.month() < month { today.year() - 1 } else { today.year() };
    NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(today)
}

/// Adds up what is below each: rows come from the top down.
fn summed(actor: &Actor, rows: Vec<Row>) -> Vec<Node> {
    let update = permission::<UpdateAccount>();
    let money = |minor| (!actor.fields.hides(Object::Opportunity, "amount")).then(|| Money::new(minor, actor.currency));
    let locked = actor.fields.may_write(Object::Account, ["parent_id"]).is_err();
    let node = |row: Row| {
        let own = AccountFigures {
            open_opportunities: row.open_count,
            open_amount: money(row.open_minor),
            won_opportunities: row.won_count,
            won_amount: money(row.won_minor),
            people: row.people,
        };
        let reaches =
            actor.reaches(update, row.owner_id, row.team_id) || actor.may_by_share(update, row.shared_to_edit);
        Node {
            id: row.id,
            name: row.name,
            parent_id: row.parent_id,
            owner: Ref { id: row.owner_id.0, name: row.owner_name },
            version: row.version,
            may_move: reaches && !locked,
            own,
            with_below: own,
        }
    };
    let mut nodes: Vec<Node> = rows.into_iter().map(node).collect();
    let places: HashMap<Uuid, usize> = nodes.iter().enumerate().map(|(place, n)| (n.id.0, place)).collect();
    for place in (0..nodes.len()).rev() {
        let Some(node) = nodes.get(place) else { continue };
        let (above, sum) = (node.parent_id.and_then(|p| places.get(&p.0)), node.with_below);
        if let Some(parent) = above.and_then(|above| nodes.get_mut(*above)) {
            parent.with_below = parent.with_below.plus(sum);
        }
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fiscal_year_begins_in_its_month() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        assert_eq!(year_start(day(2026, 3, 31), 4), day(2025, 4, 1));
        assert_eq!(year_start(day(2026, 4, 1), 4), day(2026, 4, 1));
        assert_eq!(year_start(day(2026, 11, 27), 1), day(2026, 1, 1));
    }
}
