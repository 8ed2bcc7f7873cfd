//! What needs approval: what is in force, and how it is written. Each change of the rules is a version; requests keep theirs.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use dealwright_access::Context;
use dealwright_kernel::error::{OnConstraint, OrNotFound, VersionConflict};
use dealwright_kernel::id::{ApprovalDefinitionId, OrgId, StageId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Event, Subject, Tx};
use dealwright_workflow::approval::{ApprovalObject, Definition, Known, Ready, check, facts};
use dealwright_workflow::rule::{self, RuleObject};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{definition_store, store};
use crate::record::Ref;
use crate::{lifecycle, opportunity, pipeline};

/// Definitions of an organisation.
const MOST: i64 = 100;
const NAME_KEY: &str = "approval_definition_name_key";

/// A definition as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApprovalDefinition {
    pub id: ApprovalDefinitionId,
    pub name: String,
    pub description: String,
    pub object: ApprovalObject,
    /// Whether it asks and holds anything. Requests that are pending go on when it is switched off.
    pub active: bool,
    /// The newest version of its rules.
    pub number: i32,
    pub rules: Definition,
    /// Requests that wait for a decision, of what the caller sees.
    pub pending: i64,
    pub version: i64,
    pub updated_at: DateTime<Utc>,
}

/// A version of the rules.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovalVersion {
    pub number: i32,
    pub rules: Definition,
    pub made_by: Ref,
    pub made_at: DateTime<Utc>,
}

/// A definition, ready to judge by.
#[derive(Debug)]
pub struct InForce {
    pub id: ApprovalDefinitionId,
    pub name: String,
    pub description: String,
    pub object: ApprovalObject,
    pub active: bool,
    pub number: i32,
    pub ready: Ready,
}

/// Organisation, access epoch.
type Key = (OrgId, i64);

static KEPT: LazyLock<Cache<Key, Arc<[InForce]>>> =
    LazyLock::new(|| Cache::builder().max_capacity(4_000).time_to_idle(Duration::from_secs(3_600)).build());

/// The newest version of each definition, also of those that are switched off. Whatever changes one raises the access epoch, as do
/// changes of custom fields: what is kept is never stale, and where there are none a write is asked nothing.
///
/// # Errors
/// When the database is gone.
pub async fn in_force(tx: &mut Tx) -> Result<Arc<[InForce]>> {
    let key = (tx.org(), tx.epoch());
    if let Some(kept) = KEPT.get(&key) {
        return Ok(kept);
    }
    let mut all = Vec::new();
    for row in definition_store::list(tx, None).await? {
        let ready = ready(tx, row.rules).await?;
        let (id, name, description) = (row.id, row.name, row.description);
        all.push(InForce { id, name, description, object: row.object, active: row.active, number: row.number, ready });
    }
    let all: Arc<[InForce]> = all.into();
    KEPT.insert(key, Arc::clone(&all));
    Ok(all)
}

/// Rules with their condition checked.
///
/// # Errors
/// When the database is gone.
pub async fn ready(tx: &mut Tx, rules: Definition) -> Result<Ready> {
    let custom = rule::store::custom(tx, rules.object.facts_of()).await?;
    Ok(Ready::new(rules, &custom))
}

/// The fields that can be approved of an object.
///
/// # Errors
/// When the database is gone.
pub async fn lockable(tx: &mut Tx, object: ApprovalObject) -> Result<Vec<String>> {
    let of = match object {
        ApprovalObject::Opportunity => RuleObject::Opportunity,
        ApprovalObject::Lead => RuleObject::Lead,
        // A proposal is bound to its diff.
        ApprovalObject::Proposal => return Ok(Vec::new()),
    };
    let custom = rule::store::custom(tx, of).await?;
    // What is worked out is not written.
    let written =
        |name: &&String| !custom.formulas.iter().any(|f| name.strip_prefix("custom.") == Some(f.key.as_str()));
    let custom: Vec<String> = custom.facts.iter().map(|fact| &fact.name).filter(written).cloned().collect();
    let own = of.fields().iter().map(|field| (*field).to_owned());
    let products = (object == ApprovalObject::Opportunity).then(|| opportunity::lines::FIELD.to_owned());
    Ok(own.chain(products).chain(custom).collect())
}

/// Refuses rules that can't work.
///
/// # Errors
/// 422 with what is wrong, by paths in the rules.
pub async fn check(tx: &mut Tx, rules: &Definition) -> Result<()> {
    let custom = rule::store::custom(tx, rules.object.facts_of()).await?;
    let catalogue = facts::catalogue(rules.object, &custom.facts);
    let stages: Vec<StageId> = pipeline::store::stages(tx).await?.iter().map(|stage| stage.id).collect();
    let (roles, people) = (lifecycle::store::roles(tx).await?, store::active_people(tx).await?);
    let fields = lockable(tx, rules.object).await?;
    let known = Known { stages: &stages, roles: &roles, people: &people, fields: &fields, catalogue: &catalogue };
    let mut problems = check::problems(rules, &known);
    if problems.is_empty() {
        return Ok(());
    }
    problems.iter_mut().for_each(|problem| problem.field = format!("rules.{}", problem.field));
    Err(Error::fields("invalid", problems))
}

/// A definition to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApprovalDefinition {
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub description: String,
    /// Switched off when absent, so that it can be tried first.
    #[serde(default)]
    pub active: bool,
    pub rules: Definition,
}

/// A change of a definition: what is absent stays. Its object stays always.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApprovalDefinitionPatch {
    /// The version that was read, unless `If-Match` says it.
    pub version: Option<i64>,
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    #[schema(max_length = 2000)]
    pub description: Option<String>,
    pub active: Option<bool>,
    pub rules: Option<Definition>,
}

fn event(tx: &Tx, id: ApprovalDefinitionId, name: &str, version: i64, verb: &str) -> Event {
    let subject = Subject { object: "approval_definition", id: id.0, name: name.to_owned(), version: Some(version) };
    Event::with_id(tx.new_id().into(), format!("approval_definition.{verb}"), subject)
}

fn name_taken() -> Error {
    Error::conflict("approval_name_taken", "there is an approval of this name already").on("name")
}

/// Makes a definition.
///
/// # Errors
/// 409 `approval_name_taken`, `too_many_approvals`; 422 what is wrong with its rules.
pub async fn create(cx: &Context, tx: &mut Tx, new: NewApprovalDefinition) -> Result<ApprovalDefinition> {
    check(tx, &new.rules).await?;
    if definition_store::count(tx).await? >= MOST {
        return Err(Error::conflict("too_many_approvals", format!("at most {MOST} definitions")));
    }
    let id = ApprovalDefinitionId(tx.new_id());
    let made = definition_store::insert(tx, id, &new, cx.actor().user).await;
    made.on_constraint(NAME_KEY, name_taken)?;
    tx.emit(event(tx, id, new.name.trim(), 1, "created"));
    definition_store::find(tx, id).await?.or_not_found("approval definition")
}

/// Changes a definition; other rules are another version.
///
/// # Errors
/// 404; 409 `version_conflict`, `approval_name_taken`; 422 what is wrong with its rules.
pub async fn update(
    cx: &Context,
    tx: &mut Tx,
    id: ApprovalDefinitionId,
    version: i64,
    patch: ApprovalDefinitionPatch,
) -> Result<ApprovalDefinition> {
    let old = definition_store::find(tx, id).await?.or_not_found("approval definition")?;
    if old.version != version {
        return Err(Error::stale(VersionConflict { version: old.version, fields: Vec::new() }));
    }
    let rules = patch.rules.unwrap_or_else(|| old.rules.clone());
    if rules.object != old.object {
        return Err(Error::field("rules.object", "invalid_value", "what it is about stays"));
    }
    let active = patch.active.unwrap_or(old.active);
    // What could not work any more is not put to use; to switch off must always go.
    if rules != old.rules || (active && !old.active) {
        check(tx, &rules).await?;
    }
    let new = ApprovalDefinition {
        name: patch.name.map_or_else(|| old.name.clone(), |name| name.trim().to_owned()),
        description: patch.description.map_or_else(|| old.description.clone(), |text| text.trim().to_owned()),
        active,
        number: old.number + i32::from(rules != old.rules),
        rules,
        ..old.clone()
    };
    let changes = changes(&old, &new);
    if changes.is_empty() {
        return Ok(old);
    }
    if new.number != old.number {
        definition_store::insert_version(tx, id, new.number, &new.rules, cx.actor().user).await?;
    }
    if !definition_store::update(tx, &new).await.on_constraint(NAME_KEY, name_taken)? {
        return Err(Error::conflict("try_again", "two changes met; try again"));
    }
    tx.emit(event(tx, id, &new.name, version + 1, "updated").changes(changes));
    definition_store::find(tx, id).await?.or_not_found("approval definition")
}

fn changes(old: &ApprovalDefinition, new: &ApprovalDefinition) -> Vec<Change> {
    let pairs = [
        ("name", json!(old.name), json!(new.name)),
        ("description", json!(old.description), json!(new.description)),
        ("active", json!(old.active), json!(new.active)),
        ("rules", json!(old.rules), json!(new.rules)),
    ];
    let changed = pairs.into_iter().filter(|(_, old, new)| old != new);
    changed
        .map(|(field, old, new)| Change { field: field.into(), old, new, old_label: None, new_label: None })
        .collect()
}

/// Removes a definition of which no request was ever made.
///
/// # Errors
/// 404; 409 `version_conflict`, or `approval_in_use`: it can be switched off.
pub async fn delete(tx: &mut Tx, id: ApprovalDefinitionId, version: i64) -> Result<()> {
    let old = definition_store::find(tx, id).await?.or_not_found("approval definition")?;
    if old.version != version {
        return Err(Error::stale(VersionConflict { version: old.version, fields: Vec::new() }));
    }
    definition_store::delete(tx, id).await.map_err(|error| match error.sqlstate().as_deref() {
        Some("23503") => Error::conflict("approval_in_use", "requests were made by it; switch it off instead"),
        _ => error,
    })?;
    tx.emit(event(tx, id, &old.name, version, "deleted"));
    Ok(())
}
