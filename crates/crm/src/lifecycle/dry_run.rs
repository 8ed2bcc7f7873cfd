//! What a definition would say to the open deals that are there: which of them would not be let into the stage that they are
//! in, and which it would hold there.

use std::collections::BTreeMap;
use std::time::Duration;

use dealwright_access::Context;
use dealwright_kernel::Result;
use dealwright_kernel::id::{OpportunityId, PipelineId, StageId};
use dealwright_store::Tx;
use dealwright_workflow::lifecycle::{Criteria, judge};
use dealwright_workflow::rule::{Facts, RuleObject};
use dealwright_workflow::{Lifecycle, Missing, Unapproved};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Standing, standings, store};
use crate::approval::gate;
use crate::approval::subject::put_discounts;
use crate::change::fields_of;
use crate::opportunity::{self, Opportunity};
use crate::rule;

const BATCH: i64 = 500;
/// Deals that one request looks at, and how long it may take for it; the cursor leads to the rest.
const MOST: i64 = 10_000;
const LONGEST: Duration = Duration::from_secs(3);
/// Deals that an answer names.
const NAMED: usize = 100;

/// What a part of a dry run found.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = LifecycleDryRunFound)]
pub struct Found {
    /// Open deals that were looked at, of what the caller sees.
    pub checked: i64,
    /// Those that lack something.
    pub would_not_pass: i64,
    pub stages: Vec<OfStage>,
    /// The first hundred that lack something.
    pub deals: Vec<Lacking>,
    /// Where to go on; null when every deal has been looked at.
    pub next_cursor: Option<Uuid>,
}

/// How the deals of a stage do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LifecycleDryRunStage)]
pub struct OfStage {
    pub stage_id: StageId,
    pub checked: i64,
    /// Would not be let in where they are. They stay there all the same.
    pub not_admitted: i64,
    /// Could not leave as they are.
    pub held: i64,
    pub lacking: Vec<Lack>,
}

/// When something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LifecycleWhen)]
pub enum When {
    Entry,
    Exit,
}

/// A criterion, and how many deals do not meet it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LifecycleDryRunLack)]
pub struct Lack {
    pub when: When,
    #[serde(flatten)]
    pub missing: Missing,
    pub deals: i64,
}

/// A deal that lacks something.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LifecycleDryRunDeal)]
pub struct Lacking {
    pub id: OpportunityId,
    pub name: String,
    pub stage_id: StageId,
    pub missing: Vec<Missing>,
}

#[derive(Debug, Default)]
struct Count {
    checked: i64,
    not_admitted: i64,
    held: i64,
    lacking: BTreeMap<(When, Missing), i64>,
}

/// Looks at open deals of a pipeline, from a cursor on.
///
/// # Errors
/// When the database is gone.
pub async fn run(cx: &Context, pipeline: PipelineId, lifecycle: &Lifecycle, cursor: Option<Uuid>) -> Result<Found> {
    let begun = cx.clock().now();
    let (mut found, mut counts, mut after) = (Found::default(), BTreeMap::new(), cursor.unwrap_or(Uuid::nil()));
    loop {
        let mut tx = cx.begin().await?;
        let ids = store::open_deals(&mut tx, pipeline, after, BATCH).await?;
        let deals = look(cx, &mut tx, lifecycle, &ids).await?;
        tx.done(()).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        for deal in deals {
            found.count(&mut counts, deal);
        }
        let long = (cx.clock().now() - begun).to_std().is_ok_and(|taken| taken >= LONGEST);
        if found.checked >= MOST || long {
            found.next_cursor = Some(after);
            break;
        }
    }
    found.stages = counts.into_iter().map(|(stage, count)| count.of(stage)).collect();
    Ok(found)
}

/// A deal with what it lacks on entry and on leaving.
struct Looked {
    deal: Opportunity,
    lacks: Vec<(When, Missing)>,
}

async fn look(cx: &Context, tx: &mut Tx, lifecycle: &Lifecycle, ids: &[Uuid]) -> Result<Vec<Looked>> {
    let deals = opportunity::list::read(cx, tx, ids).await?;
    let standings = standings(tx, ids).await?;
    let approvals =
        lifecycle.definition.stages.iter().any(|s| !s.entry.approvals.is_empty() || !s.exit.approvals.is_empty());
    let facts = if approvals || lifecycle.definition.conditions().next().is_some() {
        rule::store::facts(tx, RuleObject::Opportunity, ids).await?
    } else {
        std::collections::HashMap::new()
    };
    let mut looked = Vec::with_capacity(deals.len());
    for deal in deals {
        let Some(standing) = standings.get(&deal.id.0) else { continue };
        let fields = fields_of(&deal.fields())?;
        let unapproved = unapproved(tx, lifecycle, &deal, &fields, facts.get(&deal.id.0)).await?;
        let lacks = lacks(lifecycle, &deal, standing, &fields, facts.get(&deal.id.0), &unapproved);
        looked.push(Looked { deal, lacks });
    }
    Ok(looked)
}

/// What of the approvals that the definition asks for the deal needs and does not have.
async fn unapproved(
    tx: &mut Tx,
    lifecycle: &Lifecycle,
    deal: &Opportunity,
    fields: &Map<String, Value>,
    facts: Option<&Facts>,
) -> Result<Vec<Unapproved>> {
    let Some(rules) = lifecycle.definition.rules_of(deal.stage_id) else { return Ok(Vec::new()) };
    let asked: Vec<_> = rules.entry.approvals.iter().chain(&rules.exit.approvals).copied().collect();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let concerned = gate::concerned(tx, &asked, None).await?;
    let mut facts = facts.cloned();
    if let Some(facts) = &mut facts {
        put_discounts(tx, deal.id.0, facts).await?;
    }
    gate::unapproved(tx, deal.id.0, &concerned, fields, facts.as_ref()).await
}

fn lacks(
    lifecycle: &Lifecycle,
    deal: &Opportunity,
    standing: &Standing,
    fields: &Map<String, Value>,
    facts: Option<&Facts>,
    unapproved: &[Unapproved],
) -> Vec<(When, Missing)> {
    let Some(rules) = lifecycle.definition.rules_of(deal.stage_id) else { return Vec::new() };
    let of = |when: When, criteria: &Criteria| {
        let missing =
            judge::lacking(lifecycle, criteria, fields, facts, &standing.documents, &standing.ticked, unapproved);
        missing.into_iter().map(move |missing| (when, missing))
    };
    of(When::Entry, &rules.entry).chain(of(When::Exit, &rules.exit)).collect()
}

impl Found {
    fn count(&mut self, counts: &mut BTreeMap<StageId, Count>, looked: Looked) {
        let Looked { deal, lacks } = looked;
        self.checked += 1;
        let count = counts.entry(deal.stage_id).or_default();
        count.checked += 1;
        if lacks.is_empty() {
            return;
        }
        self.would_not_pass += 1;
        count.not_admitted += i64::from(lacks.iter().any(|(when, _)| *when == When::Entry));
        count.held += i64::from(lacks.iter().any(|(when, _)| *when == When::Exit));
        for lack in &lacks {
            *count.lacking.entry(lack.clone()).or_default() += 1;
        }
        if self.deals.len() < NAMED {
            let missing = lacks.into_iter().map(|(_, missing)| missing).collect();
            self.deals.push(Lacking { id: deal.id, name: deal.name, stage_id: deal.stage_id, missing });
        }
    }
}

impl Count {
    fn of(self, stage_id: StageId) -> OfStage {
        let lack = |((when, missing), deals)| Lack { when, missing, deals };
        let lacking = self.lacking.into_iter().map(lack).collect();
        OfStage { stage_id, checked: self.checked, not_admitted: self.not_admitted, held: self.held, lacking }
    }
}
