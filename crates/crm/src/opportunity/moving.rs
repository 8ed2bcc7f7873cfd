//! How an opportunity enters a stage. Every path comes through here, and here only with a [`Cleared`]. Each attempt is noted in
//! the transaction, which logs it whatever comes of it.

use std::sync::Arc;

use chrono::NaiveDate;
use dealwright_access::{Actor, Context};
use dealwright_kernel::id::{ApprovalDefinitionId, OpportunityId, StageId};
use dealwright_kernel::{Error, Money, Result};
use dealwright_store::{Attempt, Tx};
use dealwright_workflow::lifecycle::{Action, judge};
use dealwright_workflow::rule::{Facts, Value as Fact};
use dealwright_workflow::{
    Cleared, Coming, Lifecycle, Missing, MoveFacts, Place, Refusal, StageKind, Unapproved, evaluate, refusal,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Fields;
use crate::approval::gate;
use crate::approval::subject::put_discounts;
use crate::change::fields_of;
use crate::change::store::to_base;
use crate::lifecycle::{self, Standing, actions};
use crate::pipeline::{self, Stage};
use crate::rule;

/// What the caller said beside the stage.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said {
    pub probability: bool,
    pub forecast_category: bool,
    pub close_date: bool,
}

/// Where a deal comes from.
#[derive(Clone, Copy, Debug)]
pub enum CameFrom {
    New,
    /// From another system.
    Imported,
    Stage(StageId),
    /// Its stage is being removed.
    Removed(StageId),
}

/// A deal that is to be judged, as it would be written, its stage aside.
#[derive(Debug)]
pub struct Case {
    id: OpportunityId,
    version: i64,
    from: CameFrom,
    standing: Standing,
    /// By the API's names.
    fields: Map<String, Value>,
    /// What would be written into the row, by its columns; of a deal that is there, what differs.
    columns: Map<String, Value>,
    /// Read when a condition asks for them.
    facts: Option<Facts>,
    /// An earlier move is taken back.
    undoing: bool,
}

/// What came of a judgement.
#[derive(Debug)]
pub struct Verdict {
    pub outcome: Result<Cleared, Refusal>,
    attempt: Attempt,
    /// What the stage wants done.
    actions: Vec<Action>,
}

impl Verdict {
    /// What is missing where there is a way.
    #[must_use]
    pub fn missing(&self) -> Vec<Missing> {
        self.outcome.as_ref().err().map(|refusal| refusal.missing().to_vec()).unwrap_or_default()
    }

    /// Notes the attempt, and gives the clearance.
    ///
    /// # Errors
    /// 422 `transition_not_allowed`, or `gate_not_cleared` with what is missing.
    pub fn attempted(self, tx: &mut Tx) -> Result<Cleared> {
        tx.attempt(self.attempt);
        self.outcome.map_err(refusal)
    }
}

/// What a deal is as it has entered a stage, and what the stage wants done then.
#[derive(Debug)]
pub struct Entered {
    pub fields: Fields,
    pub actions: Vec<Action>,
}

impl Case {
    /// A new deal with these fields.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn of_new(tx: &mut Tx, actor: &Actor, id: OpportunityId, fields: &Fields) -> Result<Self> {
        let standing = Standing::new(tx, fields.pipeline_id).await?;
        let mut columns = columns(tx, actor, None, fields).await?;
        columns.extend(of_new(tx, id.0));
        Ok(Self {
            id,
            version: 0,
            from: CameFrom::New,
            standing,
            fields: fields_of(fields)?,
            columns,
            facts: None,
            undoing: false,
        })
    }

    /// A new deal of an import, by the API's names and by its columns.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn imported(tx: &mut Tx, id: OpportunityId, fields: &Map<String, Value>, stage: &Stage) -> Result<Self> {
        let standing = Standing::new(tx, stage.pipeline_id).await?;
        let mut columns = fields.clone();
        columns.extend(of_new(tx, id.0));
        Ok(Self {
            id,
            version: 0,
            from: CameFrom::Imported,
            standing,
            fields: fields.clone(),
            columns,
            facts: None,
            undoing: false,
        })
    }

    /// A deal that is there, with these fields instead.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn of(
        tx: &mut Tx,
        actor: &Actor,
        id: OpportunityId,
        version: i64,
        old: &Fields,
        new: &Fields,
    ) -> Result<Self> {
        let standing = lifecycle::standing(tx, id.0).await?;
        let columns = columns(tx, actor, Some(old), new).await?;
        Ok(Self::standing(id, version, CameFrom::Stage(old.stage_id), standing, new)?.writing(columns))
    }

    /// A deal as it is, of which is known what it is judged by.
    ///
    /// # Errors
    /// Internal, when its fields can't be told.
    pub fn standing(
        id: OpportunityId,
        version: i64,
        from: CameFrom,
        standing: Standing,
        fields: &Fields,
    ) -> Result<Self> {
        let fields = fields_of(fields)?;
        Ok(Self { id, version, from, standing, fields, columns: Map::new(), facts: None, undoing: false })
    }

    /// Says whether an earlier move is taken back: the stage does nothing then.
    #[must_use]
    pub fn undoing(self, undoing: bool) -> Self {
        Self { undoing, ..self }
    }

    fn writing(self, columns: Map<String, Value>) -> Self {
        Self { columns, ..self }
    }

    /// Judges whether it may enter a stage; `stages` are all of the organisation's.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn judge(&mut self, tx: &mut Tx, actor: &Actor, stages: &[Stage], to: &Stage) -> Result<Verdict> {
        let lifecycle = if to.pipeline_id == self.standing.pipeline {
            Arc::clone(&self.standing.lifecycle)
        } else {
            lifecycle::newest(tx, to.pipeline_id).await?
        };
        let from = match self.from {
            CameFrom::Stage(id) | CameFrom::Removed(id) => stages.iter().find(|s| s.id == id).map(Stage::place),
            CameFrom::New | CameFrom::Imported => None,
        };
        let concerned = self.approvals(tx, &lifecycle, from.as_ref(), to).await?;
        let facts = self.facts_for(tx, &lifecycle, from.as_ref(), to, &concerned).await?;
        let unapproved = self.unapproved(tx, &concerned, facts.as_ref().map(|(_, after)| after)).await?;
        let place = to.place();
        let places = lifecycle::places(stages, to.pipeline_id);
        let roles: Vec<Uuid> = actor.roles.iter().map(|(id, _)| *id).collect();
        let moving = MoveFacts {
            opportunity: self.id,
            version: self.version,
            coming: match (self.from, &from) {
                (CameFrom::Stage(_), Some(from)) => Coming::From(from, &self.standing.lifecycle),
                (CameFrom::Removed(_), Some(from)) => Coming::Handed(from),
                (CameFrom::Imported, _) => Coming::Imported,
                (CameFrom::New | CameFrom::Stage(_) | CameFrom::Removed(_), _) => Coming::New,
            },
            to: &place,
            stages: &places,
            lifecycle: &lifecycle,
            required: to.required_fields.as_slice(),
            roles: &roles,
            fields: &self.fields,
            facts: facts.as_ref().map(|(before, after)| (before, after)),
            documents: &self.standing.documents,
            ticked: &self.standing.ticked,
            unapproved: &unapproved,
        };
        let outcome = evaluate(&moving);
        let attempt = self.attempt(&outcome, &moving, from.as_ref(), to);
        let rules = lifecycle.definition.rules_of(to.id).filter(|_| outcome.is_ok());
        let actions = match self.from {
            CameFrom::New | CameFrom::Stage(_) => rules.map(|rules| rules.actions.clone()).unwrap_or_default(),
            CameFrom::Imported | CameFrom::Removed(_) => Vec::new(),
        };
        Ok(Verdict { outcome, attempt, actions })
    }

    fn attempt(
        &self,
        outcome: &Result<Cleared, Refusal>,
        moving: &MoveFacts<'_>,
        from: Option<&Place>,
        to: &Stage,
    ) -> Attempt {
        let refused = outcome.as_ref().err();
        Attempt {
            opportunity_id: self.id.0,
            pipeline_id: to.pipeline_id.0,
            from_stage_id: from.map(|s| s.id.0),
            from_stage: from.map(|s| s.name.clone()),
            to_stage_id: to.id.0,
            to_stage: to.name.clone(),
            lifecycle: moving.lifecycle.number,
            passed: refused.is_none(),
            code: refused.map(|r| r.code().to_owned()),
            missing: json!(refused.map(Refusal::missing).unwrap_or_default()),
            facts: moving.judged_by(),
            path: matches!(self.from, CameFrom::Removed(_)).then_some("stage_removed"),
        }
    }

    /// The approvals that have a say in this move.
    async fn approvals(
        &self,
        tx: &mut Tx,
        lifecycle: &Lifecycle,
        from: Option<&Place>,
        to: &Stage,
    ) -> Result<Vec<(ApprovalDefinitionId, bool)>> {
        let entry = lifecycle.definition.rules_of(to.id).map(|rules| &rules.entry);
        let leaves = matches!(self.from, CameFrom::Stage(_));
        let exit = from.filter(|_| leaves).and_then(|from| self.standing.lifecycle.definition.rules_of(from.id));
        let criteria = entry.into_iter().chain(exit.map(|rules| &rules.exit));
        let asked: Vec<ApprovalDefinitionId> = criteria.flat_map(|c| c.approvals.iter().copied()).collect();
        gate::concerned(tx, &asked, Some(to)).await
    }

    /// What of them the deal needs, as it would be written, and does not have.
    async fn unapproved(
        &self,
        tx: &mut Tx,
        concerned: &[(ApprovalDefinitionId, bool)],
        facts: Option<&Facts>,
    ) -> Result<Vec<Unapproved>> {
        let mut facts = facts.cloned();
        if let Some(facts) = facts.as_mut().filter(|_| !concerned.is_empty()) {
            put_discounts(tx, self.id.0, facts).await?;
        }
        gate::unapproved(tx, self.id.0, concerned, &self.fields, facts.as_ref()).await
    }

    /// What conditions speak of, where there are any: the deal as it would be in the stage it leaves, and in the one it
    /// enters, before that one's probability and forecast come with it.
    async fn facts_for(
        &mut self,
        tx: &mut Tx,
        lifecycle: &Lifecycle,
        from: Option<&Place>,
        to: &Stage,
        concerned: &[(ApprovalDefinitionId, bool)],
    ) -> Result<Option<(Facts, Facts)>> {
        let entry = lifecycle.definition.rules_of(to.id).is_some_and(|rules| !rules.entry.rules.is_empty());
        let leaves = from.and_then(|from| self.standing.lifecycle.definition.rules_of(from.id));
        let approvals = gate::asks_facts(tx, concerned).await?;
        if !approvals && !entry && leaves.is_none_or(|rules| rules.exit.rules.is_empty()) {
            return Ok(None);
        }
        if self.facts.is_none() {
            self.facts = rule::store::facts_as_if(tx, self.id.0, &self.columns).await?;
        }
        Ok(self.facts.as_ref().map(|before| (before.clone(), entering(before.clone(), to))))
    }
}

fn entering(mut facts: Facts, to: &Stage) -> Facts {
    facts.put("stage.name", Fact::text(Some(&to.name)));
    facts.put("stage.kind", Fact::text(Some(to.kind.as_str())));
    facts.put("stage.position", Fact::Int(to.position.into()));
    facts.put("stage.probability", Fact::Int(to.probability.into()));
    facts
}

fn of_new(tx: &Tx, id: Uuid) -> [(String, Value); 3] {
    let fact = |name: &str, value: Value| (name.to_owned(), value);
    [fact("org_id", json!(tx.org())), fact("id", json!(id)), fact("created_at", json!(tx.now()))]
}

/// The columns that these fields would write, those aside that stay.
async fn columns(tx: &mut Tx, actor: &Actor, old: Option<&Fields>, new: &Fields) -> Result<Map<String, Value>> {
    let plain = |fields: &Fields| match serde_json::to_value(fields) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Error::internal("a record's fields are an object")),
        Err(error) => Err(Error::internal(error)),
    };
    let before = old.map(plain).transpose()?.unwrap_or_default();
    let mut columns: Map<String, Value> =
        plain(new)?.into_iter().filter(|(name, value)| before.get(name) != Some(value)).collect();
    // The stage that it is to enter is told apart.
    if let Some(old) = old {
        columns.remove("pipeline_id");
        columns.insert("stage_id".into(), json!(old.stage_id));
    }
    if columns.remove("amount").is_some() {
        let base = match new.amount {
            Some(amount) => Some(to_base(tx, amount, actor.currency, tx.now().date_naive()).await?),
            None => None,
        };
        columns.insert("amount_minor".into(), json!(new.amount.map(|m: Money| m.minor)));
        columns.insert("currency".into(), json!(new.amount.map(|m| m.currency.code())));
        columns.insert("amount_base".into(), json!(base));
    }
    Ok(columns)
}

/// Judges a deal that an import brings to the stage it was in elsewhere.
///
/// # Errors
/// 422 `gate_not_cleared` with what is missing.
pub async fn admit_imported(
    cx: &Context,
    tx: &mut Tx,
    id: OpportunityId,
    fields: &Map<String, Value>,
    stage: &Stage,
) -> Result<()> {
    let mut case = Case::imported(tx, id, fields, stage).await?;
    let verdict = case.judge(tx, cx.actor(), std::slice::from_ref(stage), stage).await?;
    let cleared = verdict.attempted(tx)?;
    debug_assert!(cleared.covers(id, 0, stage.id));
    Ok(())
}

/// What a change within a stage takes away of what was asked before it could be entered.
///
/// # Errors
/// When the database is gone.
pub async fn emptied(
    tx: &mut Tx,
    id: OpportunityId,
    old: &Fields,
    new: &Fields,
    stage: &Stage,
) -> Result<Vec<Missing>> {
    let (old, new) = (fields_of(old)?, fields_of(new)?);
    let gone: Vec<&String> = old.keys().filter(|f| judge::is_filled(&old, f) && !judge::is_filled(&new, f)).collect();
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let standing = lifecycle::standing(tx, id.0).await?;
    let entry = standing.lifecycle.definition.rules_of(stage.id).map(|rules| rules.entry.required.as_slice());
    let asked = |field: &String| {
        stage.required_fields.contains(field)
            || entry.is_some_and(|required| required.contains(field))
            || (stage.kind == StageKind::Lost && field == judge::REASON)
    };
    let missing = gone.into_iter().filter(|field| asked(field)).filter_map(|field| judge::unfilled(&new, field));
    Ok(missing.collect())
}

/// Lets a deal into the stage: through its gate, and only where there is room.
///
/// # Errors
/// 422 `transition_not_allowed`, `gate_not_cleared` with what is missing, or `stage_full`.
pub async fn enter(
    cx: &Context,
    tx: &mut Tx,
    case: Case,
    fields: Fields,
    (stages, stage): (&[Stage], &Stage),
    said: Said,
) -> Result<Entered> {
    let entered = pass_gate(cx, tx, case, fields, (stages, stage), said).await?;
    make_room(tx, stage, 1).await?;
    Ok(entered)
}

/// Refuses `entering` open deals that a stage has no room for. All of the organisation's deals count, those too that the
/// caller does not see: they are told how many there are, and nothing else of them. The stage is held until the
/// transaction ends, so that nobody takes the last place twice.
///
/// # Errors
/// 422 `stage_full` with how many are in it.
pub async fn make_room(tx: &mut Tx, stage: &Stage, entering: i64) -> Result<()> {
    let Some(most) = stage.capacity() else { return Ok(()) };
    let there = pipeline::store::hold(tx, stage.id).await?;
    if there + entering <= most {
        return Ok(());
    }
    let why = format!("{} is full: {there} of at most {most} open deals are in it, counting everybody's", stage.name);
    Err(Error::invalid("stage_full", why).on("stage_id").counting(there))
}

/// Whether the stage has no room at the moment.
///
/// # Errors
/// When the database is gone.
pub async fn is_full(tx: &mut Tx, stage: &Stage) -> Result<bool> {
    let Some(most) = stage.capacity() else { return Ok(false) };
    let loads = pipeline::store::loads(tx, &[stage.id.0]).await?;
    Ok(loads.get(&stage.id.0).is_some_and(|there| *there >= most))
}

/// Judges the move and carries it out on the fields; whether there is room is for [`make_room`] to say.
///
/// # Errors
/// 422 `transition_not_allowed`, or `gate_not_cleared` with what is missing.
pub async fn pass_gate(
    cx: &Context,
    tx: &mut Tx,
    mut case: Case,
    fields: Fields,
    (stages, stage): (&[Stage], &Stage),
    said: Said,
) -> Result<Entered> {
    let verdict = case.judge(tx, cx.actor(), stages, stage).await?;
    let actions = if case.undoing { Vec::new() } else { verdict.actions.clone() };
    let cleared = verdict.attempted(tx)?;
    let fields = move_stage((case.id, case.version), fields, stage, said, tx.now().date_naive(), cleared)?;
    Ok(Entered { fields: actions::set(&actions, fields)?, actions })
}

/// Enters the stage: its probability and forecast come with it, unless the caller said others; a deal that closes has
/// its close date no later than today; a deal that is open again has no
/// reason for its end.
fn move_stage(
    (id, version): (OpportunityId, i64),
    mut fields: Fields,
    stage: &Stage,
    said: Said,
    today: NaiveDate,
    cleared: Cleared,
) -> Result<Fields> {
    if !cleared.covers(id, version, stage.id) {
        return Err(Error::internal("a move was attempted with the clearance of another"));
    }
    fields.stage_id = stage.id;
    fields.pipeline_id = stage.pipeline_id;
    if !said.probability {
        fields.probability = stage.probability.into();
    }
    if !said.forecast_category {
        let usual = fields.forecast_category.entering(stage.kind);
        fields.forecast_category = stage.forecast_category.unwrap_or(usual);
    }
    if stage.kind.is_closed() && !said.close_date && fields.close_date.is_none_or(|d| d > today) {
        fields.close_date = Some(today);
    }
    if stage.kind != StageKind::Lost {
        fields.lost_reason_id = None;
        fields.lost_notes = None;
        fields.lost_to_id = None;
    }
    if stage.kind != StageKind::Won {
        fields.won_reason_id = None;
        fields.won_notes = None;
    }
    Ok(fields)
}
