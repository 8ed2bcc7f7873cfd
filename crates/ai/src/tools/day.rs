//! `list_my_day`: what the person should do first, and why: tasks, follow-ups, deals that slip, approvals that wait.
//!
//! The order is computed, not guessed: each reason has its points, which stand beside it.

use chrono::{Days, NaiveDate};
use dealwright_access::policy::{Needs, Permission, ReadOpportunity, ReadTask, UseAgent};
use dealwright_access::{Actor, Context, Object};
use dealwright_crm::approval::view::{self, Filter};
use dealwright_kernel::{Error, Money, Result};
use dealwright_store::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Effect, Output, Running, Tool};

/// Lists what to do.
#[derive(Debug)]
pub struct ListMyDay;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DayArgs {
    /// 1 to 20; 8 when absent.
    pub limit: Option<u16>,
    /// Only what is past its day.
    pub overdue: bool,
}

const DEFAULT: u16 = 8;

/// The most tasks and deals that are weighed.
const WEIGHED: i64 = 100;

/// How many days ahead a close date counts as near.
const NEAR: u64 = 7;

/// After how many days without a change a deal counts as quiet.
const QUIET: i64 = 21;

impl Tool for ListMyDay {
    const NAME: &'static str = "list_my_day";
    const EFFECT: Effect = Effect::Reads;
    // One's own work: each part asks for the permission that it needs, and is left out without it.
    const PERMISSION: Permission = UseAgent::PERMISSION;
    const ABOUT: &'static str = "List what the person should do first today, with reasons: due tasks, follow-ups, slipping deals, waiting approvals.";
    type Args = DayArgs;

    async fn run(running: Running<'_>, tx: &mut Tx, args: DayArgs) -> Result<Output> {
        let today = crate::today(running.cx);
        let mut all = list(running.cx, tx).await?;
        if args.overdue {
            all.retain(|item| item.due.is_some_and(|due| due < today));
        }
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        all.truncate(args.limit.unwrap_or(DEFAULT).clamp(1, 20).into());
        let items = all.iter().map(Item::told).collect::<Vec<_>>();
        Ok(Output {
            // That there is nothing to do is an answer.
            count: total.max(1),
            summary: if total == 1 { "1 thing to do".to_owned() } else { format!("{total} things to do") },
            result: json!({ "today": today, "count": total, "items": items }),
            proposal: None,
        })
    }
}

/// All that the person has to do, what is most pressing first.
///
/// # Errors
/// When the database is gone.
pub async fn list(cx: &Context, tx: &mut Tx) -> Result<Vec<Item>> {
    let (actor, today) = (cx.actor(), crate::today(cx));
    let mut all = tasks(actor, tx, today).await?;
    all.extend(deals(actor, tx, today).await?);
    let waiting = view::page(cx, tx, Filter::Waiting, DEFAULT, None).await?.items;
    all.extend(waiting.iter().map(|one| Item {
        kind: one.subject.record_type.clone(),
        id: one.subject.record_id,
        name: one.subject.name.clone(),
        due: None,
        amount: None,
        why: vec![Why { points: 70, words: format!("{} waits for your approval", one.definition.name) }],
    }));
    all.sort_by(|a, b| b.points().cmp(&a.points()).then(a.due.cmp(&b.due)).then(a.name.cmp(&b.name)));
    Ok(all)
}

/// Something to do.
#[derive(Debug)]
pub struct Item {
    /// The type of the record.
    pub kind: String,
    pub id: Uuid,
    pub name: String,
    pub due: Option<NaiveDate>,
    pub amount: Option<Money>,
    pub why: Vec<Why>,
}

/// Why it is to be done, and how much that weighs.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Why {
    pub points: i64,
    pub words: String,
}

impl Item {
    /// How much speaks for it.
    #[must_use]
    pub fn points(&self) -> i64 {
        self.why.iter().map(|why| why.points).sum()
    }

    fn told(&self) -> Value {
        json!({ "type": self.kind, "id": self.id, "name": self.name, "due": self.due, "amount": self.amount, "points": self.points(), "why": self.why })
    }
}

fn days(n: i64) -> String {
    if n == 1 { "1 day".to_owned() } else { format!("{n} days") }
}

/// What speaks for a task.
fn why_task(due: Option<NaiveDate>, high: bool, today: NaiveDate) -> Vec<Why> {
    let mut why = Vec::new();
    match due.map(|due| (due - today).num_days()) {
        Some(left) if left < 0 => {
            why.push(Why { points: 60 + (-left).min(20), words: format!("overdue by {}", days(-left)) });
        }
        Some(0) => why.push(Why { points: 55, words: "due today".into() }),
        Some(left) => why.push(Why { points: 20, words: format!("due in {}", days(left)) }),
        None => {}
    }
    if high {
        why.push(Why { points: 25, words: "high priority".into() });
    }
    why
}

async fn tasks(actor: &Actor, tx: &mut Tx, today: NaiveDate) -> Result<Vec<Item>> {
    if actor.require(ReadTask::PERMISSION).is_err() {
        return Ok(Vec::new());
    }
    let hides = |field| actor.fields.hides(Object::Task, field);
    let soon = today.checked_add_days(Days::new(NEAR)).unwrap_or(today);
    let rows = sqlx::query!(
        "select id, title, due_date, priority from task
         where org_id = $1 and assignee_id = $2 and done_at is null and deleted_at is null and (due_date <= $3 or priority = 'high')
         order by due_date nulls last, id limit $4",
        tx.org().0,
        actor.user.0,
        soon,
        WEIGHED,
    )
    .fetch_all(tx.db())
    .await?;
    let items = rows.into_iter().map(|t| {
        let due = t.due_date.filter(|_| !hides("due_date"));
        let high = t.priority == "high" && !hides("priority");
        Item { kind: "task".into(), id: t.id, name: t.title, due, amount: None, why: why_task(due, high, today) }
    });
    Ok(items.filter(|item| !item.why.is_empty()).collect())
}

/// What is known of an open deal.
#[derive(Debug, Default)]
struct Deal {
    follow_up: Option<NaiveDate>,
    close: Option<NaiveDate>,
    has_next_step: bool,
    quiet_days: i64,
}

/// What speaks for an open deal.
fn why_deal(deal: &Deal, today: NaiveDate) -> Vec<Why> {
    let mut why = Vec::new();
    match deal.follow_up.map(|day| (today - day).num_days()) {
        Some(0) => why.push(Why { points: 50, words: "follow-up is today".into() }),
        Some(late) if late > 0 => {
            why.push(Why { points: 50 + late.min(20), words: format!("follow-up is {} late", days(late)) });
        }
        _ => {}
    }
    match deal.close.map(|day| (day - today).num_days()) {
        Some(left) if left < 0 => {
            why.push(Why { points: 40, words: format!("past its close date by {}", days(-left)) });
        }
        Some(0) => why.push(Why { points: 45, words: "is to close today".into() }),
        Some(left) => why.push(Why { points: 30, words: format!("is to close in {}", days(left)) }),
        None => {}
    }
    if !deal.has_next_step {
        why.push(Why { points: 10, words: "has no next step".into() });
    }
    if deal.quiet_days >= QUIET {
        why.push(Why { points: 15, words: format!("nothing happened for {}", days(deal.quiet_days)) });
    }
    why
}

async fn deals(actor: &Actor, tx: &mut Tx, today: NaiveDate) -> Result<Vec<Item>> {
    if actor.require(ReadOpportunity::PERMISSION).is_err() {
        return Ok(Vec::new());
    }
    let hides = |field| actor.fields.hides(Object::Opportunity, field);
    let soon = today.checked_add_days(Days::new(NEAR)).unwrap_or(today);
    let rows = sqlx::query!(
        "select t.id, t.name, t.follow_up_date, t.close_date, t.next_step, t.amount_minor, t.currency, t.updated_at
         from opportunity t join stage s on s.org_id = t.org_id and s.id = t.stage_id
         where t.org_id = $1 and t.owner_id = $2 and s.kind = 'open' and t.deleted_at is null and t.archived_at is null
           and (t.follow_up_date <= $3 or t.close_date <= $4)
         order by least(t.follow_up_date, t.close_date), t.id limit $5",
        tx.org().0,
        actor.user.0,
        today,
        soon,
        WEIGHED,
    )
    .fetch_all(tx.db())
    .await?;
    let mut items = Vec::new();
    for t in rows {
        let deal = Deal {
            follow_up: t.follow_up_date.filter(|day| *day <= today && !hides("follow_up_date")),
            close: t.close_date.filter(|day| *day <= soon && !hides("close_date")),
            has_next_step: hides("next_step") || t.next_step.is_some_and(|step| !step.trim().is_empty()),
            quiet_days: (today - t.updated_at.date_naive()).num_days(),
        };
        // Only what brought it here makes it something for today.
        if deal.follow_up.is_none() && deal.close.is_none() {
            continue;
        }
        let amount = match (t.amount_minor, t.currency) {
            (Some(minor), Some(code)) if !hides("amount") => {
                Some(Money::new(minor, code.parse().map_err(Error::internal)?))
            }
            _ => None,
        };
        let (due, why) = (deal.follow_up.or(deal.close), why_deal(&deal, today));
        items.push(Item { kind: "opportunity".into(), id: t.id, name: t.name, due, amount, why });
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, d).unwrap()
    }

    fn points(why: &[Why]) -> i64 {
        why.iter().map(|why| why.points).sum()
    }

    #[test]
    fn what_is_late_comes_before_what_is_due_and_that_before_what_is_near() {
        let of = |due, high| points(&why_task(Some(day(due)), high, day(10)));
        assert!(of(7, false) > of(10, false) && of(10, false) > of(12, false));
        assert!(of(10, true) > of(8, false), "what is important and due today comes before what is a little late");
        assert_eq!(why_task(Some(day(9)), false, day(10)), [Why { points: 61, words: "overdue by 1 day".into() }]);
        assert!(why_task(None, false, day(10)).is_empty());
    }

    #[test]
    fn a_deal_says_each_of_its_reasons() {
        let deal = Deal { follow_up: Some(day(8)), close: Some(day(15)), has_next_step: false, quiet_days: 30 };
        let words: Vec<String> = why_deal(&deal, day(10)).into_iter().map(|why| why.words).collect();
        assert_eq!(
            words,
            ["follow-up is 2 days late", "is to close in 5 days", "has no next step", "nothing happened for 30 days"]
        );
    }
}
