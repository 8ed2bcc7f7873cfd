//! Requests for what is looked up in what was written, for figures over a period, for deals that stand still, scores and sources.

use chrono::NaiveDate;
use dealwright_outside::Outcome;
use dealwright_store::Tx;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Linking, Stop, say};
use crate::planner::{Figures, One, Question, Stalled};
use crate::resolve::record::RecordType;
use crate::resolve::vocabulary::{Match, Whose};
use crate::tools::Call;
use crate::tools::insight::{
    AnalyticsArgs, EnrichRecord, LeadArgs, ListStalled, QueryAnalytics, ScoreLead, StalledArgs,
};
use crate::tools::knowledge::{KnowledgeArgs, SearchKnowledge};
use crate::tools::records::RecordArgs;
use crate::tools::task::About;

/// Whose deals: a person's, or a team's.
type Ones = (Option<Uuid>, Option<Uuid>);

impl Linking<'_> {
    /// The call of another server's tool as it was made.
    pub(super) fn outside(&self) -> Result<Call, Stop> {
        match self.outside {
            Some(Outcome::Answered(answer)) => {
                Ok(Call { tool: answer.tool.clone(), args: Value::Object(answer.arguments.clone()) })
            }
            Some(Outcome::Said(words)) => say(words.clone()),
            None => say("That tool was not asked."),
        }
    }

    pub(super) fn written(&self, asked: &Question) -> Result<Call, Stop> {
        let near = self.in_hand.map(|(kind, id)| About { kind, id });
        Ok(Call::of::<SearchKnowledge>(&KnowledgeArgs { question: asked.question.clone(), near, limit: None })?)
    }

    pub(super) async fn score(&self, tx: &mut Tx, one: &One) -> Result<Call, Stop> {
        let (_, id) = self.meant(tx, one.name.as_deref(), &[RecordType::Lead]).await?;
        Ok(Call::of::<ScoreLead>(&LeadArgs { id })?)
    }

    pub(super) async fn enrich(&self, tx: &mut Tx, one: &One) -> Result<Call, Stop> {
        let (kind, id) = self.other_of(tx, one, &[RecordType::Lead, RecordType::Account]).await?;
        Ok(Call::of::<EnrichRecord>(&RecordArgs { kind, id })?)
    }

    pub(super) fn stalled(&self, stalled: &Stalled) -> Result<Call, Stop> {
        let (owner_id, team_id) = self.ones(stalled.owner.as_deref())?;
        Ok(Call::of::<ListStalled>(&StalledArgs { owner_id, team_id, limit: None })?)
    }

    pub(super) fn figures(&self, figures: &Figures) -> Result<Call, Stop> {
        let (from, to) = match &figures.when {
            Some(words) => self.span(words)?,
            None => (None, None),
        };
        let (owner, team) = self.ones(figures.owner.as_deref())?;
        let condition = |field: &str, id: Uuid| json!({ "field": field, "op": "eq", "value": id });
        let filter = owner.map(|id| condition("owner_id", id)).or_else(|| team.map(|id| condition("team_id", id)));
        let args = AnalyticsArgs {
            measures: vec![figures.figure.as_str().to_owned()],
            group_by: figures.group.iter().cloned().collect(),
            filter,
            from,
            // A period that goes on is counted until today.
            to: to.map(|day: NaiveDate| day.min(self.reading.calendar.today)),
            compare: figures.compare,
            limit: None,
        };
        Ok(Call::of::<QueryAnalytics>(&args)?)
    }

    fn ones(&self, words: Option<&str>) -> Result<Ones, Stop> {
        let Some(words) = words else { return Ok((None, None)) };
        match self.vocabulary.whose(words) {
            Match::One(Whose::Mine) => Ok((Some(self.cx.actor().user.0), None)),
            Match::One(Whose::Of(person)) => Ok((Some(person.id), None)),
            Match::One(Whose::Team(team)) => Ok((None, Some(team.id))),
            Match::One(Whose::MyTeams) => match self.cx.actor().team {
                Some(team) => Ok((None, Some(team.0))),
                None => say("You are in no team."),
            },
            Match::Several(_) | Match::None => say(format!("I can't tell who “{words}” is.")),
        }
    }
}
