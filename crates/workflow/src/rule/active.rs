//! The rules in force, and the judgement by them.
//!
//! Each node keeps an organisation's rules, checked and ready, under the access epoch. Whatever changes a rule raises
//! that epoch, and a transaction learns of it as it begins, so that what is kept is never stale and costs no query.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use dealwright_kernel::id::{OrgId, RuleId};
use dealwright_kernel::{Error, FieldError, Result};
use dealwright_store::Tx;
use moka::sync::Cache;

use super::catalogue::{Catalogue, RuleObject};
use super::check::{Checked, check};
use super::custom::{Custom, speaks_of_custom};
use super::eval::{Failure, evaluate};
use super::parse::Problem;
use super::store;
use super::value::{Facts, Value};

/// A rule in force.
#[derive(Clone, Debug)]
pub struct Active {
    pub id: RuleId,
    pub name: String,
    pub message: String,
    pub field: String,
    /// An error when the expression does not pass its check any more.
    pub checked: Known,
}

/// What a check said.
pub type Known = Arc<Result<Checked, Vec<Problem>>>;

static KNOWN: LazyLock<Cache<(RuleObject, String), Known>> = LazyLock::new(|| Cache::new(4_000));

/// The check of a stored expression, made once: the access epoch moves more often than rules do. What speaks of custom
/// fields is checked by those of its organisation.
#[must_use]
pub fn known(object: RuleObject, expression: &str, custom: &Custom) -> Known {
    if speaks_of_custom(expression) {
        return Arc::new(check(expression, &Catalogue::with(object, &custom.facts)));
    }
    let key = (object, expression.to_owned());
    KNOWN.get_with(key, || Arc::new(check(expression, &Catalogue::of(object))))
}

/// Organisation, access epoch, object.
type Key = (OrgId, i64, RuleObject);

static KEPT: LazyLock<Cache<Key, Arc<[Active]>>> =
    LazyLock::new(|| Cache::builder().max_capacity(4_000).time_to_idle(Duration::from_secs(3_600)).build());

impl Active {
    /// The rules in force for `object`, in the order in which they were made.
    ///
    /// # Errors
    /// When the database is gone.
    pub async fn of(tx: &mut Tx, object: RuleObject) -> Result<Arc<[Self]>> {
        let key = (tx.org(), tx.epoch(), object);
        if let Some(kept) = KEPT.get(&key) {
            return Ok(kept);
        }
        let read = Self::read(tx, object).await?;
        KEPT.insert(key, Arc::clone(&read));
        Ok(read)
    }

    async fn read(tx: &mut Tx, object: RuleObject) -> Result<Arc<[Self]>> {
        Ok(store::checked(tx)
            .await?
            .into_iter()
            .filter(|(rule, _)| rule.active && rule.object == object)
            .map(|(rule, checked)| Self {
                checked,
                id: rule.id,
                name: rule.name,
                message: rule.message,
                field: rule.field,
            })
            .collect())
    }

    /// Whether the rule is to be judged: always when the record is new; after a change when a fact that it speaks of has
    /// changed, so that old data does not stand in the way of other edits. A rule that speaks of no fact is always judged.
    fn concerns(&self, after: &Facts, before: Option<&Facts>) -> bool {
        let (Some(before), Ok(checked)) = (before, &*self.checked) else { return true };
        let mut own = checked
            .facts
            .iter()
            .map(|name| name.strip_prefix("previous.").unwrap_or(name))
            .filter(|name| !matches!(*name, "today" | "is_new"))
            .peekable();
        own.peek().is_none() || own.any(|name| !after.get(name).same(before.get(name)))
    }

    fn holds(&self, facts: &Facts) -> Result<bool, Failure> {
        let checked = self.checked.as_ref().as_ref().map_err(|_| Failure::Broken)?;
        Ok(evaluate(&checked.root, facts)? == Value::Bool(true))
    }
}

/// Judges a record as it would be, after a change from `before` or as a new one.
///
/// # Errors
/// 422 `rule_not_met` with the message of each rule on its field; `rule_failed` when a rule can't be evaluated, with its
/// name, whoever asks: an administrator can mend it or switch it off, since rules do not apply to rules.
pub fn judge(rules: &[Active], after: Facts, before: Option<&Facts>) -> Result<()> {
    let concerned: Vec<&Active> = rules.iter().filter(|rule| rule.concerns(&after, before)).collect();
    if concerned.is_empty() {
        return Ok(());
    }
    let facts = after.after(before);
    let (mut unmet, mut failed) = (Vec::new(), Vec::new());
    for rule in concerned {
        let error = |code: &'static str, message: String| {
            (rule.id, FieldError { field: rule.field.clone(), code: code.into(), message })
        };
        match rule.holds(&facts) {
            Ok(true) => {}
            Ok(false) => unmet.push(error("rule", rule.message.clone())),
            Err(failure) => {
                let message = format!("the rule “{}” can't be evaluated: {failure}; ask an administrator", rule.name);
                failed.push(error("rule_failed", message));
            }
        }
    }
    match (unmet.is_empty(), failed.is_empty()) {
        (true, true) => Ok(()),
        (_, false) => Err(Error::rules("rule_failed", failed)),
        (false, true) => Err(Error::rules("rule_not_met", unmet)),
    }
}
