//! Plans for accounts: what one means to reach within a year, a half or a quarter, how, with whom, and how far it has come.
//!
//! A plan is seen and written as its account is. Its people and its objectives are parts of it: they are written with it,
//! under its version, and stand in its history. How far a plan has come is worked out of the account's deals, as far as the
//! reader sees them; nobody types it.

pub mod http;
pub mod input;
pub mod period;
pub mod store;
pub mod write;

use chrono::{DateTime, NaiveDate, Utc};
use dealwright_access::policy::Object;
use dealwright_access::{Actor, Context};
use dealwright_kernel::id::{AccountId, AccountPlanId, ContactId, ObjectiveId, UserId};
use dealwright_kernel::{Money, Result};
use dealwright_store::{Event, Subject, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::period::Period;
use crate::account_tree;
use crate::record::Ref;
use crate::words::words;

/// The most plans that an account has.
pub const MAX_PLANS: i64 = 100;
/// The most people, and the most objectives, of a plan.
pub const MAX_PARTS: usize = 100;

words! {
    /// How much a person's word counts.
    Influence, "influence" {
        High = "high",
        Medium = "medium",
        Low = "low",
    }
}

words! {
    /// How a person stands to us.
    Attitude, "attitude" {
        Supporter = "supporter",
        Neutral = "neutral",
        Sceptic = "sceptic",
        Opponent = "opponent",
        Unknown = "unknown",
    }
}

words! {
    /// How it stands with an objective.
    ObjectiveState, "state" {
        Planned = "planned",
        Underway = "underway",
        Done = "done",
        Dropped = "dropped",
    }
}

words! {
    /// What tells how far an objective has come.
    PlanMeasure, "measure" {
        /// Nothing but its state.
        None = "none",
        /// The sum of what was won within the period.
        WonAmount = "won_amount",
        WonCount = "won_count",
        /// The sum of what is open and to close before the period ends.
        OpenAmount = "open_amount",
        OpenCount = "open_count",
    }
}

impl PlanMeasure {
    #[must_use]
    pub const fn is_money(self) -> bool {
        matches!(self, Self::WonAmount | Self::OpenAmount)
    }
}

/// Somebody who matters for a plan, as it is kept and as events tell of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPerson {
    pub contact_id: ContactId,
    pub role: Option<String>,
    pub influence: Influence,
    pub attitude: Attitude,
    pub note: Option<String>,
}

/// Something to be done, as it is kept and as events tell of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptObjective {
    pub id: ObjectiveId,
    pub title: String,
    pub owner_id: Option<UserId>,
    pub due_on: Option<NaiveDate>,
    pub state: ObjectiveState,
    pub measure: PlanMeasure,
    /// Minor units of the organisation's currency, or deals.
    pub target: Option<i64>,
}

/// What can be written, by the API's names: the state that changes are told from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fields {
    pub period: Period,
    pub with_below: bool,
    pub goal: Option<String>,
    pub target: Option<Money>,
    pub strategy: Option<String>,
    pub strengths: Option<String>,
    pub weaknesses: Option<String>,
    pub opportunities: Option<String>,
    pub threats: Option<String>,
    pub white_space: Option<String>,
    pub people: Vec<KeptPerson>,
    pub objectives: Vec<KeptObjective>,
}

/// A plan as the database holds it.
#[derive(Clone, Debug)]
pub struct Plan {
    pub id: AccountPlanId,
    pub account_id: AccountId,
    pub fields: Fields,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Plan {
    /// An event about this plan; it stands on its account's timeline.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        let name = format!("Plan {}", self.fields.period);
        let subject = Subject { object: "account_plan", id: self.id.0, name, version: Some(self.version) };
        Event::with_id(tx.new_id().into(), format!("account_plan.{verb}"), subject).about(
            None,
            Some(self.account_id),
            None,
        )
    }
}

/// Somebody who matters for a plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanPerson {
    pub contact_id: ContactId,
    /// Null when you may not see the contact, or it is in the bin.
    pub contact: Option<Ref>,
    #[schema(example = "Economic buyer")]
    pub role: Option<String>,
    pub influence: Influence,
    pub attitude: Attitude,
    pub note: Option<String>,
}

/// Something to be done for a plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanObjective {
    pub id: ObjectiveId,
    pub title: String,
    pub owner_id: Option<UserId>,
    pub owner: Option<Ref>,
    pub due_on: Option<NaiveDate>,
    /// It was due before today, and is neither done nor dropped.
    pub overdue: bool,
    pub state: ObjectiveState,
    pub measure: PlanMeasure,
    /// In the organisation's currency, of a measure of money.
    pub target_amount: Option<Money>,
    /// Of a measure that counts deals.
    pub target_count: Option<i64>,
    /// How far it has come, in percent of the target, more than 100 when it is passed; null when nothing measures it, or
    /// amounts are hidden from you.
    pub percent: Option<i64>,
}

/// How far an account has come within a plan's period, of the deals that you may see.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct PlanProgress {
    pub won_count: i64,
    /// In the organisation's currency; null when amounts are hidden from you.
    pub won_amount: Option<Money>,
    /// Open deals that are to close before the period ends.
    pub open_count: i64,
    pub open_amount: Option<Money>,
    /// What was won, in percent of the target.
    pub percent: Option<i64>,
}

/// A plan for an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountPlan {
    pub id: AccountPlanId,
    pub account_id: AccountId,
    /// A year, or a half or a quarter of one.
    #[schema(value_type = String, example = "2026-Q3")]
    pub period: Period,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    /// Whether deals of the accounts below count too.
    pub with_below: bool,
    pub goal: Option<String>,
    /// What is to be won within the period, in the organisation's currency.
    pub target: Option<Money>,
    /// Markdown.
    pub strategy: Option<String>,
    pub strengths: Option<String>,
    pub weaknesses: Option<String>,
    pub opportunities: Option<String>,
    pub threats: Option<String>,
    /// What they do not buy from us yet.
    pub white_space: Option<String>,
    pub people: Vec<PlanPerson>,
    pub objectives: Vec<PlanObjective>,
    pub progress: PlanProgress,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A plan as the API shows it, with how far it has come.
///
/// # Errors
/// When the database is gone.
pub async fn shown(cx: &Context, tx: &mut Tx, plan: Plan) -> Result<AccountPlan> {
    let (period, f) = (plan.fields.period, plan.fields);
    let came = account_tree::store::came_to(tx, plan.account_id, f.with_below, period.first(), period.after()).await?;
    let actor = cx.actor();
    let shows = !actor.fields.hides(Object::Opportunity, "amount");
    let amount = |minor| shows.then(|| Money::new(minor, actor.currency));
    let progress = PlanProgress {
        won_count: came.won_count,
        won_amount: amount(came.won_minor),
        open_count: came.open_count,
        open_amount: amount(came.open_minor),
        percent: f.target.filter(|_| shows).and_then(|target| percent(came.won_minor, target.minor)),
    };
    let contacts = store::contact_names(tx, &f.people).await?;
    let owners = store::owner_names(tx, &f.objectives).await?;
    let today = cx.clock().today();
    let person = |p: KeptPerson| PlanPerson {
        contact: Ref::of(Some(p.contact_id), contacts.get(&p.contact_id.0).cloned()),
        contact_id: p.contact_id,
        role: p.role,
        influence: p.influence,
        attitude: p.attitude,
        note: p.note,
    };
    let objective = |o: KeptObjective| PlanObjective {
        owner: o.owner_id.and_then(|id| Ref::of(Some(id), owners.get(&id.0).cloned())),
        overdue: o.due_on.is_some_and(|due| due < today)
            && matches!(o.state, ObjectiveState::Planned | ObjectiveState::Underway),
        target_amount: o.target.filter(|_| o.measure.is_money()).map(|minor| Money::new(minor, actor.currency)),
        target_count: o.target.filter(|_| matches!(o.measure, PlanMeasure::WonCount | PlanMeasure::OpenCount)),
        percent: come(actor, &o, &came),
        id: o.id,
        title: o.title,
        owner_id: o.owner_id,
        due_on: o.due_on,
        state: o.state,
        measure: o.measure,
    };
    Ok(AccountPlan {
        id: plan.id,
        account_id: plan.account_id,
        period,
        starts_on: period.first(),
        ends_on: period.last(),
        with_below: f.with_below,
        goal: f.goal,
        target: f.target,
        strategy: f.strategy,
        strengths: f.strengths,
        weaknesses: f.weaknesses,
        opportunities: f.opportunities,
        threats: f.threats,
        white_space: f.white_space,
        people: f.people.into_iter().map(person).collect(),
        objectives: f.objectives.into_iter().map(objective).collect(),
        progress,
        version: plan.version,
        created_at: plan.created_at,
        updated_at: plan.updated_at,
    })
}

/// How far an objective has come by what measures it.
fn come(actor: &Actor, o: &KeptObjective, came: &account_tree::store::Came) -> Option<i64> {
    let reached = match o.measure {
        PlanMeasure::None => return None,
        PlanMeasure::WonAmount => came.won_minor,
        PlanMeasure::WonCount => came.won_count,
        PlanMeasure::OpenAmount => came.open_minor,
        PlanMeasure::OpenCount => came.open_count,
    };
    if o.measure.is_money() && actor.fields.hides(Object::Opportunity, "amount") {
        return None;
    }
    percent(reached, o.target?)
}

fn percent(reached: i64, target: i64) -> Option<i64> {
    let percent = i128::from(reached).checked_mul(100)?.checked_div(i128::from(target))?;
    Some(i64::try_from(percent).unwrap_or(i64::MAX).min(99_999))
}
