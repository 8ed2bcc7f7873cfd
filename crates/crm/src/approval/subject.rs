//! What can be approved: a deal, the conversion of a lead, what the assistant proposes. Here is what is known of it: whose it is,
//! the facts that conditions speak of, and the values that an approval is for.

use std::collections::BTreeMap;

use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{AccountId, ContactId, LeadId, OpportunityId, UserId};
use dealwright_kernel::{Error, Result};
use dealwright_store::{Change, Event, Tx};
use dealwright_workflow::approval::{ApprovalObject, Definition};
use dealwright_workflow::rule::{Facts, RuleObject, Value as Fact};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::store;
use crate::change::fields_of;
use crate::change::store::name_values;
use crate::custom_field::{FieldObject, values};
use crate::lead::{self, Lead};
use crate::opportunity::line_sum::Terms;
use crate::opportunity::{self, Line, Opportunity, lines};
use crate::record::Ref;
use crate::rule;

/// Something that is, or may be, approved.
#[derive(Clone, Debug)]
pub struct Subject {
    pub object: ApprovalObject,
    pub id: Uuid,
    pub name: String,
    pub version: Option<i64>,
    /// The record by which it is decided who may be asked: a proposal's is what it would change.
    pub record: (&'static str, Uuid),
    /// Whose it is, and whose leads are meant.
    pub owner: UserId,
    pub account: Option<AccountId>,
    pub contact: Option<ContactId>,
    /// Of a proposal, what conditions know of it, and its diff.
    pub proposed: Option<(Facts, Vec<Change>)>,
}

impl Subject {
    #[must_use]
    pub fn deal(deal: &Opportunity) -> Self {
        Self {
            object: ApprovalObject::Opportunity,
            id: deal.id.0,
            name: deal.name.clone(),
            version: Some(deal.version),
            record: ("opportunity", deal.id.0),
            owner: deal.owner_id,
            account: deal.account_id,
            contact: deal.primary_contact_id,
            proposed: None,
        }
    }

    #[must_use]
    pub fn lead(lead: &Lead) -> Self {
        Self {
            object: ApprovalObject::Lead,
            id: lead.id.0,
            name: lead.name.clone(),
            version: Some(lead.version),
            record: ("lead", lead.id.0),
            owner: lead.owner_id,
            account: None,
            contact: None,
            proposed: None,
        }
    }

    /// The event about it, on the timelines where it stands.
    #[must_use]
    pub fn event(&self, tx: &Tx, verb: &str) -> Event {
        event(tx.new_id(), verb, self)
    }

    /// What conditions can speak of; nothing when it is out of sight.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn facts(&self, tx: &mut Tx) -> Result<Option<Facts>> {
        let (object, id) = match (self.object, self.record) {
            (ApprovalObject::Lead, _) => (RuleObject::Lead, self.id),
            (ApprovalObject::Opportunity, _) | (ApprovalObject::Proposal, ("opportunity", _)) => {
                (RuleObject::Opportunity, self.record.1)
            }
            (ApprovalObject::Proposal, _) => return Ok(self.proposed.as_ref().map(|(facts, _)| facts.clone())),
        };
        let Some(mut facts) = rule::store::facts(tx, object, &[id]).await?.remove(&id) else { return Ok(None) };
        if object == RuleObject::Opportunity {
            put_discounts(tx, id, &mut facts).await?;
        }
        if let Some((proposed, _)) = &self.proposed {
            facts.extend(proposed.clone());
        }
        Ok(Some(facts))
    }

    /// The values that an approval would be for, as they are now: with those of the approval before, or of `changes` that have just
    /// been made.
    ///
    /// # Errors
    /// 404 when it is out of sight.
    pub async fn snapshot(&self, tx: &mut Tx, rules: &Definition, changes: &[Change]) -> Result<Vec<Change>> {
        if let Some((_, diff)) = &self.proposed {
            return Ok(diff.clone());
        }
        let fields = match self.object {
            ApprovalObject::Opportunity => {
                let deal = opportunity::store::find(tx, OpportunityId(self.id), false).await?;
                fields_of(&deal.or_not_found("opportunity")?.fields())?
            }
            ApprovalObject::Lead => {
                let lead = lead::store::find(tx, LeadId(self.id), false).await?;
                fields_of(&lead.or_not_found("lead")?.fields())?
            }
            ApprovalObject::Proposal => Map::new(),
        };
        let mut all = of_fields(rules, &fields);
        let before = store::approved_before(tx, self.id).await?;
        for one in &mut all {
            let changed = changes.iter().find(|change| change.field == one.field).map(|change| change.old.clone());
            let approved = before.iter().find(|change| change.field == one.field).map(|change| change.new.clone());
            one.old = changed.or(approved).unwrap_or(Value::Null);
        }
        name_values(tx, &mut all).await?;
        let of = if self.object == ApprovalObject::Lead { FieldObject::Lead } else { FieldObject::Opportunity };
        values::tell(tx, of, &mut all).await?;
        if rules.locks(lines::FIELD) {
            all.push(products(tx, self.id, &before).await?);
        }
        Ok(all)
    }
}

/// The event about a subject.
pub(super) fn event(id: Uuid, verb: &str, of: &Subject) -> Event {
    let subject =
        dealwright_store::Subject { object: of.object.as_str(), id: of.id, name: of.name.clone(), version: of.version };
    let named = |object: &str| (of.record.0 == object).then_some(of.record.1);
    let account = of.account.or_else(|| named("account").map(AccountId));
    let contact = of.contact.or_else(|| named("contact").map(ContactId));
    Event::with_id(id.into(), format!("approval.{verb}"), subject)
        .about(named("opportunity").map(OpportunityId), account, contact)
        .on_lead(named("lead").map(LeadId))
}

/// The approved fields with their values. A stage is held while a request is pending, and is no value that is approved: an approval
/// is what a deal moves by.
fn of_fields(rules: &Definition, fields: &Map<String, Value>) -> Vec<Change> {
    let valued = rules.fields.iter().filter(|field| !["stage_id", lines::FIELD].contains(&field.as_str()));
    valued
        .map(|field| Change {
            field: field.clone(),
            old: Value::Null,
            new: fields.get(field).cloned().unwrap_or(Value::Null),
            old_label: None,
            new_label: None,
        })
        .collect()
}

/// Whether these values are those that were approved, of a deal as it would be written.
///
/// # Errors
/// When the database is gone.
pub async fn is_as_approved(
    tx: &mut Tx,
    deal: Uuid,
    rules: &Definition,
    fields: &Map<String, Value>,
    approved: &[Change],
) -> Result<bool> {
    let mut now = of_fields(rules, fields);
    if rules.locks(lines::FIELD) {
        now.push(products(tx, deal, &[]).await?);
    }
    Ok(same(&now, approved))
}

/// Whether two snapshots say the same.
#[must_use]
pub fn same(now: &[Change], approved: &[Change]) -> bool {
    now.len() == approved.len()
        && now.iter().all(|one| approved.iter().any(|other| other.field == one.field && other.new == one.new))
}

/// All lines of a deal as one value, and in words.
async fn products(tx: &mut Tx, deal: Uuid, before: &[Change]) -> Result<Change> {
    let mut all = lines::list(tx, OpportunityId(deal)).await?;
    all.sort_by_key(|line| line.id.0);
    let words: Vec<String> = all.iter().map(|line| line.terms().in_words(&line.product.name)).collect();
    let told: Vec<Value> = all.iter().map(|line| json!(line.told().0)).collect();
    let before = before.iter().find(|change| change.field == lines::FIELD);
    Ok(Change {
        field: lines::FIELD.to_owned(),
        old: before.map_or(Value::Null, |change| change.new.clone()),
        new: Value::Array(told),
        old_label: before.and_then(|change| change.new_label.clone()),
        new_label: Some(words.join("; ")),
    })
}

/// Puts the discounts of a deal among its facts.
///
/// # Errors
/// When the database is gone, or the lines are out of range.
pub async fn put_discounts(tx: &mut Tx, deal: Uuid, facts: &mut Facts) -> Result<()> {
    let lines = lines::list(tx, OpportunityId(deal)).await?;
    let (largest, overall) = discounts(&lines).ok_or_else(|| Error::internal("a discount is out of range"))?;
    facts.put("discount", Fact::Number(largest));
    facts.put("discount_overall", Fact::Number(overall));
    Ok(())
}

/// The largest discount on a line, and what all take off together, in percent; of several currencies the larger one.
fn discounts(lines: &[Line]) -> Option<(Decimal, Decimal)> {
    let percent = |net: Decimal, gross: Decimal| {
        if gross.is_zero() {
            Some(Decimal::ZERO)
        } else {
            (gross - net).checked_mul(Decimal::ONE_HUNDRED)?.checked_div(gross)
        }
    };
    let mut largest = Decimal::ZERO;
    let mut sums: BTreeMap<&str, (Decimal, Decimal)> = BTreeMap::new();
    for line in lines {
        let plain = Terms { discount_percent: Decimal::ZERO, discount_amount: None, ..line.terms() };
        let (net, gross) = (line.contract_value.to_decimal(), plain.contract()?.to_decimal());
        // A percentage is what it says, and not what rounding to cents makes of it.
        let of_line = if line.discount_amount.is_some() { percent(net, gross)? } else { line.discount_percent };
        largest = largest.max(of_line);
        let sum = sums.entry(line.contract_value.currency.code()).or_default();
        *sum = (sum.0.checked_add(net)?, sum.1.checked_add(gross)?);
    }
    let mut overall = Decimal::ZERO;
    for (net, gross) in sums.into_values() {
        overall = overall.max(percent(net, gross)?);
    }
    Some((largest.normalize(), overall.round_dp(4).normalize()))
}

/// A person by id and name.
#[must_use]
pub fn person(id: Uuid, name: Option<&String>) -> Ref {
    Ref { id, name: name.cloned().unwrap_or_default() }
}
