//! Figures over deals: pipeline, win rate, deal size, cycle, velocity, and the way through the stages; by stage, owner, team,
//! region, industry, product, source, account or time.
//!
//! One query says measures, groups, filter and period; [`run`] answers it. Figures are of what the reader may see. `measure`
//! and `group` are the vocabulary, `period` reckons spans of days, `base` is what statements count and `store` their SQL,
//! `report` makes figures of it, each with the deals that it is made of.

mod base;
mod group;
pub mod http;
mod measure;
mod period;
mod report;
mod store;

pub use self::group::Group;
pub use self::measure::{Measure, Unit};
pub use self::period::Period;
pub use self::report::{Figure, Key, Part, Report, Row};

use dealwright_access::policy::Object;
use dealwright_access::{Actor, Context};
use dealwright_crm::custom_field::FieldObject;
use dealwright_crm::list::{ListQuery, Names, TreeQuery};
use dealwright_crm::{opportunity, selection, settings};
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use serde_json::Value;

use self::store::Asking;

/// Groups of groups are the most.
pub const MAX_GROUPS: usize = 2;
/// Rows that are answered when nothing is said.
pub const USUAL_ROWS: usize = 100;
/// Rows that can be asked for.
pub const MAX_ROWS: usize = 500;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Query {
    /// None for all that the reader may see and that fit the groups.
    pub measures: Vec<Measure>,
    /// At most two; none for the total alone.
    pub groups: Vec<Group>,
    /// Which deals, as lists filter: see [`filter`].
    pub filter: ListQuery,
    pub period: Period,
    /// Also of the period before, of the same length.
    pub compare: bool,
    /// The most rows, those that matter most by the first measure.
    pub limit: usize,
}

/// A filter tree, as `POST /opportunities/query` takes it, ready to be asked by; `None` for all deals.
///
/// # Errors
/// 400 that names the place; 403 for a field that is hidden from the actor.
pub async fn filter(cx: &Context, tx: &mut Tx, tree: Option<Value>) -> Result<ListQuery> {
    let tree = TreeQuery { filter: tree, ..TreeQuery::default() };
    let names = Names::of_tree(tx, &opportunity::list::CATALOGUE, &tree).await?;
    ListQuery::from_tree(tree, names, cx.actor(), cx.clock().today())
}

/// Answers a query, of the deals that the actor may see.
///
/// # Errors
/// 400 for groups and measures that do not go together; 403 `field_not_permitted` when a measure or group tells what is
/// hidden from the actor; 503 `query_timeout` when there is too much to look at.
pub async fn run(cx: &Context, tx: &mut Tx, query: &Query) -> Result<Report> {
    let actor = cx.actor();
    check(actor, query)?;
    let measures = measures(actor, query);
    let zone = settings::store::zone(tx).await?;
    let ids = selection::candidates(cx, tx, FieldObject::Opportunity, &query.filter).await?;
    let reader = opportunity::list::reader(actor);
    let asking = Asking { reader: &reader, query, ids: ids.as_deref(), zone, now: cx.clock().now() };
    let (now, before) = (query.period, query.compare.then(|| query.period.before()));
    let staged = measures.iter().any(|m| m.is_of_stages());
    let read = asking.read(tx, now, staged).await?;
    let earlier = match before {
        Some(before) => Some(asking.read(tx, before, staged).await?),
        None => None,
    };
    let keys = read.keys();
    let labels = store::labels(tx, &query.groups, &keys).await?;
    report::make(&asking, actor.currency, measures, (now, before), read, earlier, &labels)
}

/// Refuses what does not go together, and figures and groups that are made of what is hidden from the actor.
fn check(actor: &Actor, query: &Query) -> Result<()> {
    let wrong = |on: &'static str, why: &str| Err(Error::unreadable("invalid_query", why).on(on));
    if query.groups.len() > MAX_GROUPS {
        return wrong("group_by", "at most two groups");
    }
    if let [one, other] = query.groups.as_slice()
        && one == other
    {
        return wrong("group_by", "two groups that differ");
    }
    if query.measures.iter().any(|m| m.is_of_stages()) && query.groups != [Group::Stage] {
        return wrong(
            "measures",
            "entered, stage_conversion and time_in_stage are grouped by stage, and by nothing else",
        );
    }
    if query.limit == 0 || query.limit > MAX_ROWS {
        return wrong("limit", "a number from 1 to 500");
    }
    for field in query.measures.iter().flat_map(|m| m.made_of()) {
        actor.fields.may_read(Object::Opportunity, field, "measures")?;
    }
    for group in &query.groups {
        for (object, field) in group.told_by() {
            actor.fields.may_read(*object, field, "group_by")?;
        }
    }
    Ok(())
}

/// What is worked out: as asked, or all that fits and is not hidden.
fn measures(actor: &Actor, query: &Query) -> Vec<Measure> {
    if !query.measures.is_empty() {
        return query.measures.clone();
    }
    let hidden = |m: &Measure| m.made_of().iter().any(|field| actor.fields.hides(Object::Opportunity, field));
    let fits = |m: &Measure| !m.is_of_stages() || query.groups == [Group::Stage];
    Measure::ALL.into_iter().filter(|m| fits(m) && !hidden(m)).collect()
}
