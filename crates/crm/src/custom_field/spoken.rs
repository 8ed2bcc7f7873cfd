//! The conditions in force that speak of custom fields, beside those of validation rules: of approvals, lifecycles, service levels,
//! automations and assignment. One that can't be judged any more holds every deal up, or does nothing without a word.

use dealwright_kernel::Result;
use dealwright_store::Tx;
use dealwright_workflow::approval::facts::of_deals;
use dealwright_workflow::rule::{Catalogue, Custom, RuleObject, check};

/// Something that speaks of fields.
struct Spoken {
    what: String,
    name: String,
    /// An expression, or a field by its name alone.
    text: String,
}

/// Those that work with these fields and would not with the others, as a sentence names them, each once.
///
/// # Errors
/// When the database is gone.
pub async fn broken(tx: &mut Tx, object: RuleObject, before: &Custom, after: &Custom) -> Result<Vec<String>> {
    let (old, new) = (catalogue(object, before), catalogue(object, after));
    let mut broken = Vec::new();
    for one in all(tx, object).await? {
        let named = |catalogue: &Catalogue| catalogue.find(&one.text).is_some();
        let works = |catalogue: &Catalogue| check(&one.text, catalogue).is_ok();
        if (named(&old) && !named(&new)) || (works(&old) && !works(&new)) {
            let what = format!("{} “{}”", one.what, one.name);
            if !broken.contains(&what) {
                broken.push(what);
            }
        }
    }
    Ok(broken)
}

/// All that any of them can speak of.
fn catalogue(object: RuleObject, custom: &Custom) -> Catalogue {
    let mut catalogue = Catalogue::with(object, &custom.facts);
    if object == RuleObject::Opportunity {
        catalogue.facts.extend(of_deals());
    }
    catalogue
}

/// What is in force: of lifecycles the newest version, and those that open deals run under.
async fn all(tx: &mut Tx, object: RuleObject) -> Result<Vec<Spoken>> {
    let rows = sqlx::query_as!(
        Spoken,
        r#"with approval as (
               select d.name, v.definition from approval_definition d
               join approval_version v on v.org_id = d.org_id and v.definition_id = d.id and v.number = d.number
               where d.org_id = $1 and d.active and d.object = $2
           ), lifecycle as (
               select p.name, v.definition from pipeline p join pipeline_version v on v.org_id = p.org_id and v.pipeline_id = p.id
               where p.org_id = $1 and p.archived_at is null and $2 = 'opportunity'
                 and (v.number = (select max(n.number) from pipeline_version n where n.org_id = p.org_id and n.pipeline_id = p.id)
                      or exists (select from opportunity o where o.org_id = p.org_id and o.pipeline_id = p.id and o.lifecycle_version = v.number
                                 and o.closed_at is null and o.deleted_at is null))
           ), spoken as (
               select 'the approval' as what, name, definition ->> 'condition' as text from approval
               union all select 'the approval', name, jsonb_array_elements_text(definition -> 'fields') from approval
               union all select 'the lifecycle of', name, jsonb_path_query(definition, '$.stages[*].*.rules[*].expression') #>> '{}' from lifecycle
               union all select 'the lifecycle of', name, jsonb_path_query(definition, '$.stages[*].*.required[*]') #>> '{}' from lifecycle
               union all select 'the service level', name, unnest(array[condition, definition ->> 'pause_while']) from sla_rule
                   where org_id = $1 and active and deleted_at is null and object = $2
               union all select 'the automation', name, condition from automation where org_id = $1 and active and object = $2
               union all select 'the assignment rule', name, condition from assignment_rule where org_id = $1 and active and $2 = 'lead'
           )
           select what as "what!", name as "name!", text as "text!" from spoken where text like '%custom.%' order by 1, 2"#,
        tx.org().0,
        object.as_str(),
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows)
}
