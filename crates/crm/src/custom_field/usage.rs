//! Where custom fields are spoken of: a change of one may not break the formulas and the rules in force that use it.

use std::collections::BTreeSet;

use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use dealwright_workflow::rule::custom::{Definition, MAX_FORMULAS};
use dealwright_workflow::rule::{self, Catalogue, Custom};

use super::{CustomField, spoken};

/// Checks an object's fields as they would be after a change of `changed`.
///
/// # Errors
/// 422 `invalid` at `expression` for a formula that can't be; `too_many_formulas`; 409 `custom_field_in_use` that names the
/// formulas, rules and conditions that would not work any more.
pub async fn check(tx: &mut Tx, before: &[CustomField], after: &[CustomField], changed: &CustomField) -> Result<()> {
    let object = changed.object.of_rules();
    let definitions = |fields: &[CustomField]| -> Vec<Definition> {
        fields.iter().filter(|f| !f.archived).map(CustomField::definition).collect()
    };
    let (old, new) = (definitions(before), definitions(after));
    if new.iter().filter(|d| d.expression.is_some()).count() > MAX_FORMULAS {
        let why = format!("an object has at most {MAX_FORMULAS} formulas");
        return Err(Error::invalid("too_many_formulas", why));
    }
    let (were, are) = (Custom::of(object, &old), Custom::of(object, &new));
    let problem = if changed.archived { None } else { are.problem_of(object, &new, &changed.key) };
    if let Some(problem) = problem {
        let meant = problem.suggestion.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
        let message = format!("line {}, column {}: {}{meant}", problem.line, problem.column, problem.message);
        return Err(Error::field("expression", problem.code, message));
    }
    let works = |custom: &Custom| -> BTreeSet<String> {
        custom.formulas.iter().filter(|f| f.checked.is_ok()).map(|f| f.key.clone()).collect()
    };
    let (worked, work) = (works(&were), works(&are));
    let label = |key: &String| before.iter().find(|f| f.key == *key).map_or(key.clone(), |f| f.label.clone());
    let mut broken: Vec<String> = worked
        .difference(&work)
        .filter(|key| after.iter().any(|f| f.key == **key && !f.archived))
        .map(|key| format!("the formula “{}”", label(key)))
        .collect();
    broken.extend(spoken::broken(tx, object, &were, &are).await?);
    broken.extend(rules(tx, changed, &are).await?.into_iter().map(|name| format!("the rule “{name}”")));
    if broken.is_empty() {
        return Ok(());
    }
    let why = format!("{} would not work any more; change that first", broken.join(", "));
    Err(Error::conflict("custom_field_in_use", why))
}

/// The rules in force that work now and would not with these fields.
async fn rules(tx: &mut Tx, changed: &CustomField, custom: &Custom) -> Result<Vec<String>> {
    let object = changed.object.of_rules();
    let catalogue = Catalogue::with(object, &custom.facts);
    let fields = catalogue.fields();
    let breaks = |rule: &rule::Rule| {
        let lands = rule.field.starts_with("custom.") && !fields.contains(&rule.field);
        let fails = rule.problems.is_empty()
            && rule::custom::speaks_of_custom(&rule.expression)
            && rule::check(&rule.expression, &catalogue).is_err();
        rule.active && rule.object == object && (lands || fails)
    };
    Ok(rule::store::list(tx).await?.into_iter().filter(|r| breaks(r)).map(|r| r.name).collect())
}
