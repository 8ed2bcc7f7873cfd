//! What score rules can speak of: what validation rules of leads can, and what is known of how the lead has behaved.

use dealwright_kernel::Result;
use dealwright_store::Tx;
use dealwright_workflow::rule::catalogue::Fact;
use dealwright_workflow::rule::value::Kind;
use dealwright_workflow::rule::{Catalogue, RuleObject, store as rules};

fn more() -> Vec<Fact> {
    let fact = |name: &str, kind: Kind, nullable: bool, description: &str, example: &str| Fact {
        name: name.to_owned(),
        kind,
        nullable,
        description: description.to_owned(),
        example: example.to_owned(),
    };
    vec![
        fact(
            "email_kind",
            Kind::Text,
            true,
            "What its e-mail address is: business, free or disposable",
            "email_kind == \"business\"",
        ),
        fact(
            "company_listed",
            Kind::Bool,
            false,
            "Whether its company is listed on an American exchange",
            "company_listed",
        ),
        fact(
            "completeness",
            Kind::Int,
            false,
            "How many of the usual fields are filled, in percent",
            "completeness >= 80",
        ),
        fact("age_days", Kind::Int, false, "Days since it came in", "age_days < 14"),
        fact(
            "activities_30_days",
            Kind::Int,
            false,
            "Calls, e-mails and meetings of the last 30 days",
            "activities_30_days >= 2",
        ),
        fact("replies_30_days", Kind::Int, false, "Of these, those that came from the lead", "replies_30_days > 0"),
    ]
}

/// All facts, with the organisation's custom fields.
///
/// # Errors
/// When the database is gone.
pub async fn catalogue(tx: &mut Tx) -> Result<Catalogue> {
    let custom = rules::custom(tx, RuleObject::Lead).await?;
    Ok(Catalogue::with(RuleObject::Lead, &[more(), custom.facts].concat()))
}

/// All facts without custom fields.
#[must_use]
pub fn plain() -> Catalogue {
    Catalogue::with(RuleObject::Lead, &more())
}
