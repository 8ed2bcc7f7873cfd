//! The one judgement of moves. A refusal says which stages are allowed, or what is missing.

use std::collections::BTreeMap;

use dealwright_kernel::id::{ApprovalDefinitionId, ChoiceId, OpportunityId, StageId};
use dealwright_kernel::{Error, FieldError};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Criteria, Lifecycle, Place};
use crate::rule::Facts;
use crate::{Cleared, StageKind};

/// Where a deal comes from.
#[derive(Clone, Copy, Debug)]
pub enum Coming<'a> {
    /// It is new.
    New,
    /// It came to this stage in another system, which may not have asked what is asked here.
    Imported,
    /// From another stage, under the lifecycle of that stage's pipeline.
    From(&'a Place, &'a Lifecycle),
    /// Its stage goes, and this one takes its place.
    Handed(&'a Place),
}

/// What a move is judged by: the record as it would be after it.
#[derive(Clone, Copy, Debug)]
pub struct MoveFacts<'a> {
    pub opportunity: OpportunityId,
    pub version: i64,
    pub coming: Coming<'a>,
    pub to: &'a Place,
    /// The stages of the pipeline that it enters or stays in.
    pub stages: &'a [Place],
    /// By which it is judged.
    pub lifecycle: &'a Lifecycle,
    /// Fields that the stage itself wants filled, whatever the lifecycle says.
    pub required: &'a [String],
    /// The roles of who moves it.
    pub roles: &'a [Uuid],
    /// The record's fields, by the API's names.
    pub fields: &'a Map<String, Value>,
    /// What conditions speak of, before the move and after it; needed where there are conditions.
    pub facts: Option<(&'a Facts, &'a Facts)>,
    /// The types of the deal's files.
    pub documents: &'a [ChoiceId],
    /// The items that are ticked.
    pub ticked: &'a [Uuid],
    /// What the deal still needs to have approved.
    pub unapproved: &'a [Unapproved],
}

/// An approval that a deal needs as it would be written, and does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unapproved {
    pub id: ApprovalDefinitionId,
    pub name: String,
    /// It has been asked for.
    pub pending: bool,
    /// The approval's own definition keeps the deal out of the stage that it is to enter.
    pub blocks: bool,
}

impl Unapproved {
    fn missing(&self) -> Missing {
        let message = if self.pending {
            format!("“{}” has not been approved yet", self.name)
        } else {
            format!("ask for the approval “{}”", self.name)
        };
        Missing { code: MissingCode::ApprovalMissing, field: format!("approvals.{}", self.id), message }
    }
}

/// What a move may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingCode {
    /// A field is not filled.
    Required,
    /// A condition is not met.
    RuleFailed,
    /// There is no file of a type; `field` is `documents.<type>`.
    DocumentMissing,
    /// An item is not ticked; `field` is `checklist.<item>`.
    ChecklistOpen,
    /// Something is not approved as it would be; `field` is `approvals.<definition>`.
    ApprovalMissing,
}

impl MissingCode {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::RuleFailed => "rule_failed",
            Self::DocumentMissing => "document_missing",
            Self::ChecklistOpen => "checklist_open",
            Self::ApprovalMissing => "approval_missing",
        }
    }
}

/// Something that a refused move lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct Missing {
    pub code: MissingCode,
    pub field: String,
    pub message: String,
}

/// Why a deal may not enter a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The way does not exist, or not for this person.
    NotAllowed {
        why: String,
        allowed: Vec<StageId>,
    },
    NotCleared(Vec<Missing>),
}

impl Refusal {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed { .. } => "transition_not_allowed",
            Self::NotCleared(_) => "gate_not_cleared",
        }
    }

    /// What is missing; nothing where there is no way.
    #[must_use]
    pub fn missing(&self) -> &[Missing] {
        match self {
            Self::NotAllowed { .. } => &[],
            Self::NotCleared(missing) => missing,
        }
    }
}

/// Judges a move.
///
/// # Errors
/// Why it may not be.
pub fn evaluate(facts: &MoveFacts<'_>) -> Result<Cleared, Refusal> {
    facts.way()?;
    let missing = facts.missing();
    if missing.is_empty() {
        Ok(Cleared::new(facts.opportunity, facts.version, facts.to.id))
    } else {
        Err(Refusal::NotCleared(missing))
    }
}

impl MoveFacts<'_> {
    /// Whether there is a way from where it comes, for this person.
    fn way(&self) -> Result<(), Refusal> {
        let definition = &self.lifecycle.definition;
        let within = |from: &Place| self.stages.iter().any(|stage| stage.id == from.id);
        match self.coming {
            Coming::Imported | Coming::Handed(_) => Ok(()),
            Coming::From(from, _) if within(from) => {
                if definition.allows(self.stages, from, self.to, self.roles) {
                    return Ok(());
                }
                let others = self.stages.iter().filter(|stage| stage.id != from.id);
                let allowed: Vec<&Place> =
                    others.filter(|stage| definition.allows(self.stages, from, stage, self.roles)).collect();
                Err(no_way(&format!("From {} you", from.name), &allowed))
            }
            // A deal that comes from another pipeline begins in this one.
            Coming::New | Coming::From(..) if definition.begins_in(self.to.id) => Ok(()),
            Coming::New | Coming::From(..) => {
                let allowed: Vec<&Place> = self.stages.iter().filter(|s| definition.begins_in(s.id)).collect();
                Err(no_way("In this pipeline deals begin: they", &allowed))
            }
        }
    }

    /// What was asked for, by whom, in the order in which it is told.
    fn asked(&self) -> Vec<(&Lifecycle, &Criteria, Option<&Facts>)> {
        let entry =
            self.lifecycle.definition.rules_of(self.to.id).map(|r| (self.lifecycle, &r.entry, self.facts.map(|f| f.1)));
        let exit = match self.coming {
            Coming::From(from, under) => {
                under.definition.rules_of(from.id).map(|r| (under, &r.exit, self.facts.map(|f| f.0)))
            }
            Coming::New | Coming::Imported | Coming::Handed(_) => None,
        };
        exit.into_iter().chain(entry).collect()
    }

    fn missing(&self) -> Vec<Missing> {
        let mut missing: Vec<Missing> =
            self.fields_asked().into_iter().filter_map(|field| self.unfilled(field)).collect();
        for (lifecycle, criteria, facts) in self.asked() {
            missing.extend(lacks(lifecycle, criteria, facts, self.documents, self.ticked, self.unapproved));
        }
        missing.extend(self.unapproved.iter().filter(|one| one.blocks).map(Unapproved::missing));
        let mut told = Vec::with_capacity(missing.len());
        for one in missing {
            if !told.contains(&one) {
                told.push(one);
            }
        }
        told
    }

    /// The fields that must be filled, each once.
    fn fields_asked(&self) -> Vec<&str> {
        let asks_why = self.to.kind == StageKind::Lost && !matches!(self.coming, Coming::Imported);
        let reason = asks_why.then_some(REASON);
        let own = self.required.iter().map(String::as_str);
        let asked = self.asked().into_iter().flat_map(|(_, criteria, _)| &criteria.required).map(String::as_str);
        let mut fields: Vec<&str> = Vec::new();
        for field in reason.into_iter().chain(own).chain(asked) {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        fields
    }

    fn unfilled(&self, field: &str) -> Option<Missing> {
        unfilled(self.fields, field)
    }

    /// What the verdict was made of, for the log.
    #[must_use]
    pub fn judged_by(&self) -> Value {
        let fields: BTreeMap<&str, &Value> =
            self.fields_asked().into_iter().map(|f| (f, self.fields.get(f).unwrap_or(&Value::Null))).collect();
        let mut spoken = BTreeMap::new();
        let (mut documents, mut ticked) = (false, false);
        let mut approvals: Vec<ApprovalDefinitionId> =
            self.unapproved.iter().filter(|one| one.blocks).map(|one| one.id).collect();
        for (lifecycle, criteria, facts) in self.asked() {
            documents |= !criteria.documents.is_empty();
            ticked |= !criteria.checklist.is_empty();
            approvals.extend(criteria.approvals.iter().filter(|id| self.unapproved.iter().any(|one| one.id == **id)));
            for name in lifecycle.facts_of(criteria) {
                spoken.insert(name.to_owned(), facts.map_or(Value::Null, |f| f.get(name).to_json()));
            }
        }
        json!({
            "roles": self.roles,
            "fields": fields,
            "facts": spoken,
            "documents": documents.then_some(self.documents),
            "ticked": ticked.then_some(self.ticked),
            "unapproved": (!approvals.is_empty()).then_some(approvals),
        })
    }
}

/// Asked of every deal that is lost here.
pub const REASON: &str = "lost_reason_id";

/// What a deal lacks of criteria, its fields aside.
fn lacks(
    lifecycle: &Lifecycle,
    criteria: &Criteria,
    facts: Option<&Facts>,
    documents: &[ChoiceId],
    ticked: &[Uuid],
    unapproved: &[Unapproved],
) -> Vec<Missing> {
    let mut missing = Vec::new();
    for condition in &criteria.rules {
        let message = match lifecycle.holds(condition, facts) {
            Ok(true) => continue,
            Ok(false) => condition.message.clone(),
            Err(failure) => format!("{} (it can't be judged: {failure}; ask an administrator)", condition.message),
        };
        missing.push(Missing { code: MissingCode::RuleFailed, field: condition.field.clone(), message });
    }
    for kind in criteria.documents.iter().filter(|kind| !documents.contains(kind)) {
        let name = lifecycle.documents.get(kind).map_or("of a type that is gone", String::as_str);
        let message = format!("add a document: {name}");
        missing.push(Missing { code: MissingCode::DocumentMissing, field: format!("documents.{kind}"), message });
    }
    for item in criteria.checklist.iter().filter(|item| !ticked.contains(&item.id)) {
        let field = format!("checklist.{}", item.id);
        missing.push(Missing { code: MissingCode::ChecklistOpen, field, message: item.label.clone() });
    }
    let asked = |one: &&Unapproved| criteria.approvals.contains(&one.id);
    missing.extend(unapproved.iter().filter(asked).map(Unapproved::missing));
    missing
}

/// All that a deal lacks of criteria that are looked at by themselves, as a dry run does.
#[must_use]
pub fn lacking(
    lifecycle: &Lifecycle,
    criteria: &Criteria,
    fields: &Map<String, Value>,
    facts: Option<&Facts>,
    documents: &[ChoiceId],
    ticked: &[Uuid],
    unapproved: &[Unapproved],
) -> Vec<Missing> {
    let unfilled = criteria.required.iter().filter_map(|field| unfilled(fields, field));
    unfilled.chain(lacks(lifecycle, criteria, facts, documents, ticked, unapproved)).collect()
}

/// A field that is asked for and not filled.
#[must_use]
pub fn unfilled(fields: &Map<String, Value>, field: &str) -> Option<Missing> {
    if is_filled(fields, field) {
        return None;
    }
    let message = if field == REASON { "say why it was lost" } else { "the stage needs this field" };
    Some(Missing { code: MissingCode::Required, field: field.to_owned(), message: message.to_owned() })
}

/// Whether a field has a value: blank text, an empty list and null are none.
#[must_use]
pub fn is_filled(fields: &Map<String, Value>, name: &str) -> bool {
    match fields.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
        Some(Value::Bool(_) | Value::Number(_)) => true,
    }
}

fn no_way(whose: &str, allowed: &[&Place]) -> Refusal {
    let names: Vec<&str> = allowed.iter().map(|stage| stage.name.as_str()).collect();
    let why = match names.as_slice() {
        [] => format!("{whose} may go to no other stage"),
        [.., _] => format!("{whose} may go to {}", names.join(", ")),
    };
    Refusal::NotAllowed { why, allowed: allowed.iter().map(|stage| stage.id).collect() }
}

/// The refusal as every path reports it: 422 `transition_not_allowed`, or `gate_not_cleared` with what is missing.
#[must_use]
pub fn refusal(refusal: Refusal) -> Error {
    match refusal {
        Refusal::NotAllowed { why, .. } => {
            let error =
                FieldError { field: "stage_id".into(), code: "transition_not_allowed".into(), message: why.clone() };
            let mut told = Error::invalid("transition_not_allowed", why);
            told.fields.push(error);
            told
        }
        Refusal::NotCleared(missing) => {
            let fields = missing
                .into_iter()
                .map(|m| FieldError { field: m.field, code: m.code.as_str().into(), message: m.message })
                .collect();
            Error::fields("gate_not_cleared", fields)
        }
    }
}
