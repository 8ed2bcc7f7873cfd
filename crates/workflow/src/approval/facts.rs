//! What conditions of approvals can speak of: the record as it is, the discount of a deal, and what a proposal is.

use super::ApprovalObject;
use crate::rule::catalogue::Fact;
use crate::rule::value::Kind;
use crate::rule::{Catalogue, RuleObject};

fn fact(name: &str, kind: Kind, nullable: bool, description: &str, example: &str) -> Fact {
    Fact { name: name.into(), kind, nullable, description: description.into(), example: example.into() }
}

/// The facts of deals that approvals know beside those that rules do.
#[must_use]
pub fn of_deals() -> Vec<Fact> {
    vec![
        fact("discount", Kind::Number, false, "The largest discount on a product, in percent", "discount > 20"),
        fact(
            "discount_overall",
            Kind::Number,
            false,
            "What all discounts take off the products, in percent",
            "discount_overall > 10",
        ),
    ]
}

fn of_proposals() -> Vec<Fact> {
    let texts = Kind::List(Box::new(Kind::Text));
    vec![
        fact(
            "proposal.kind",
            Kind::Text,
            false,
            "update_opportunity or create_task",
            "proposal.kind == \"update_opportunity\"",
        ),
        fact("proposal.fields", texts, false, "The fields that it would write", "\"amount\" in proposal.fields"),
        fact(
            "proposal.amount",
            Kind::Number,
            true,
            "The amount that it proposes, as it stands in the proposal",
            "proposal.amount > 100000",
        ),
        fact("proposal.confidence", Kind::Text, false, "high, medium or low", "proposal.confidence != \"high\""),
        fact(
            "proposal.tainted",
            Kind::Bool,
            false,
            "Whether a value came out of what somebody else wrote",
            "proposal.tainted",
        ),
    ]
}

/// All that a condition of an object can speak of; of a proposal, the deal that it would change too.
#[must_use]
pub fn catalogue(object: ApprovalObject, custom: &[Fact]) -> Catalogue {
    let mut catalogue = Catalogue::of_formula(object.facts_of(), custom);
    if catalogue.object == RuleObject::Opportunity {
        catalogue.facts.extend(of_deals());
    }
    if object == ApprovalObject::Proposal {
        // There may be no deal.
        catalogue.facts.iter_mut().for_each(|fact| fact.nullable = true);
        catalogue.facts.extend(of_proposals());
    }
    catalogue
}
