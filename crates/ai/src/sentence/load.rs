//! The words of an organisation, read under the asker's eyes.

use dealwright_access::{Context, Object};
use dealwright_crm::custom_field::{self, FieldObject};
use dealwright_crm::selection::catalogue;
use dealwright_crm::{choice, pipeline};
use dealwright_kernel::Result;
use dealwright_store::Tx;

use super::Lexicon;
use crate::Assistant;
use crate::agent::lookup;
use crate::resolve::vocabulary::Choice;

/// Reads what a sentence about this object can name.
///
/// # Errors
/// When the database is gone.
pub async fn lexicon(assistant: &Assistant, cx: &Context, tx: &mut Tx, object: FieldObject) -> Result<Lexicon> {
    let mut vocabulary = lookup::vocabulary(cx, tx).await?;
    if object == FieldObject::Lead {
        let statuses = choice::store::list(tx).await?.into_iter().filter(|c| c.kind == "lead_status");
        vocabulary.choices.extend(statuses.map(|c| Choice { id: c.id.0, kind: c.kind, name: c.name }));
    }
    let pipelines: Vec<_> = pipeline::store::list(tx).await?.into_iter().map(|p| (p.id.0, p.name)).collect();
    let custom = custom_field::store::of(tx, object).await?;
    let of = catalogue(object).read.object;
    let hides = |name: &str| match name.strip_prefix("account.") {
        Some(field) => cx.actor().fields.hides(Object::Account, field),
        None => cx.actor().fields.hides(of, name),
    };
    Ok(Lexicon::new(object, vocabulary, &pipelines, &custom, assistant.reading(cx), &hides))
}
