//! How scores would change by other rules. Nothing is written.

use std::collections::BTreeMap;

use dealwright_crm::record::Ref;
use dealwright_kernel::Result;
use dealwright_store::Tx;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::judge::{self, Ready};
use super::model::{Grade, Model};
use super::{facts, store};

/// Leads that one trial looks at, the newest.
const MOST: i64 = 1_000;
/// Leads of one look.
const BATCH: usize = 250;
/// Leads that are named: those whose scores change most.
const NAMED: usize = 20;

/// How many leads are how good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScoreDistribution {
    pub a: i64,
    pub b: i64,
    pub c: i64,
    pub d: i64,
    /// Leads by tens of points: 0 to 9, 10 to 19, …, 90 to 100.
    #[schema(min_items = 10, max_items = 10)]
    pub tens: Vec<i64>,
}

impl ScoreDistribution {
    fn count(&mut self, score: i64, grade: Grade) {
        *match grade {
            Grade::A => &mut self.a,
            Grade::B => &mut self.b,
            Grade::C => &mut self.c,
            Grade::D => &mut self.d,
        } += 1;
        self.tens.resize(10, 0);
        let at = usize::try_from(score / 10).unwrap_or(0).min(9);
        if let Some(ten) = self.tens.get_mut(at) {
            *ten += 1;
        }
    }
}

/// A lead whose score would change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScoreChange {
    pub lead: Ref,
    pub before: i64,
    pub after: i64,
    pub grade_before: Grade,
    pub grade_after: Grade,
}

/// How scores would change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScoreTrial {
    /// The newest open leads that you see, at most 1,000.
    pub leads: i64,
    /// Of these, those that would have another score.
    pub changed: i64,
    pub before: ScoreDistribution,
    pub after: ScoreDistribution,
    /// For how many each rule would be true, in their order.
    pub met: Vec<i64>,
    /// Those that would change most.
    pub most: Vec<ScoreChange>,
}

/// Tries a model on the leads that the actor sees, beside the one in force.
///
/// # Errors
/// 422 for a condition that can't be evaluated.
pub async fn run(tx: &mut Tx, draft: &Model) -> Result<ScoreTrial> {
    draft.check(&facts::catalogue(tx).await?)?;
    let kept = store::model(tx).await?;
    let old = Ready::of(tx, &kept.model, kept.version).await?;
    let new = Ready::of(tx, draft, kept.version).await?;
    let leads = store::newest(tx, MOST).await?;
    let names: BTreeMap<Uuid, String> = leads.iter().cloned().collect();
    let ids: Vec<Uuid> = leads.into_iter().map(|(id, _)| id).collect();
    let (mut before, mut after) = (ScoreDistribution::default(), ScoreDistribution::default());
    before.tens.resize(10, 0);
    after.tens.resize(10, 0);
    let (mut met, mut changes, mut count) = (vec![0_i64; draft.rules.len()], Vec::new(), 0);
    for ids in ids.chunks(BATCH) {
        for (id, facts) in judge::read(tx, ids).await? {
            let (was, is) = (old.judge(&facts), new.judge(&facts));
            before.count(was.score, was.grade);
            after.count(is.score, is.grade);
            count += 1;
            met.iter_mut().zip(&is.parts).for_each(|(n, part)| *n += i64::from(part.met));
            if (was.score, was.grade) != (is.score, is.grade) {
                let name = names.get(&id).cloned().unwrap_or_default();
                changes.push(ScoreChange {
                    lead: Ref { id, name },
                    before: was.score,
                    after: is.score,
                    grade_before: was.grade,
                    grade_after: is.grade,
                });
            }
        }
    }
    let changed = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    changes.sort_by(|a, b| {
        let by = |c: &ScoreChange| (c.after - c.before).abs();
        by(b).cmp(&by(a)).then_with(|| a.lead.name.cmp(&b.lead.name))
    });
    changes.truncate(NAMED);
    Ok(ScoreTrial { leads: count, changed, before, after, met, most: changes })
}
