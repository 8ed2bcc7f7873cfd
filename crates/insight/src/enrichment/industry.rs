//! Which industry of the organisation's list a sector is. Lists are the organisation's own, so names are compared, and what has no
//! like is told to be missing.

use dealwright_crm::choice::Choice;
use dealwright_dedupe::text::fold;

/// What others call it: by a word of the branch, or by the sector.
const CALLED: &[(&str, &[&str])] = &[
    ("pharmaceuticals", &["pharmaceuticals", "pharma", "life sciences"]),
    ("biotechnology", &["biotechnology", "pharmaceuticals", "life sciences"]),
    ("banks", &["banking", "banks"]),
    ("insurance", &["insurance"]),
    ("automobile", &["automotive"]),
    ("automotive", &["automotive"]),
    ("chemicals", &["chemicals", "chemical"]),
    ("construction", &["construction"]),
    ("building products", &["construction", "building materials"]),
    ("homebuilding", &["construction"]),
    ("packaged foods", &["food and beverage", "food", "consumer goods"]),
    ("soft drinks", &["food and beverage", "beverages", "consumer goods"]),
    ("brewers", &["food and beverage", "beverages"]),
    ("distillers", &["food and beverage", "beverages"]),
    ("agricultural", &["agriculture", "food and beverage"]),
    ("semiconductor", &["electronics", "semiconductors", "technology"]),
    ("electronic", &["electronics", "technology"]),
    ("air freight", &["logistics", "transportation"]),
    ("ground transportation", &["logistics", "transportation"]),
    ("rail transportation", &["logistics", "transportation"]),
    ("airlines", &["airlines", "transportation", "travel"]),
    ("aerospace", &["aerospace", "defence", "defense"]),
    ("retail", &["retail"]),
    ("hotels", &["hospitality", "travel"]),
    ("restaurants", &["hospitality", "food and beverage"]),
    ("telecommunication", &["telecommunications", "telecom", "telecoms"]),
    ("health care", &["healthcare", "health care", "health", "medical"]),
    ("information technology", &["technology", "software", "information technology", "it"]),
    ("financials", &["financial services", "finance", "financials", "banking"]),
    ("energy", &["energy", "oil and gas"]),
    ("utilities", &["utilities", "energy"]),
    ("materials", &["materials", "chemicals", "mining"]),
    ("industrials", &["manufacturing", "industrials", "industrial", "machinery"]),
    ("consumer staples", &["consumer goods", "food and beverage", "retail"]),
    ("consumer discretionary", &["consumer goods", "retail", "automotive"]),
    ("real estate", &["real estate", "property"]),
    ("communication services", &["media", "telecommunications", "communications", "entertainment"]),
];

/// The industry of the list that fits best; a branch says more than its sector.
#[must_use]
pub fn fitting<'a>(choices: &'a [Choice], sector: &str, branch: &str) -> Option<&'a Choice> {
    let named = |name: &str| {
        choices.iter().find(|choice| choice.kind == "industry" && !choice.archived && fold(&choice.name) == fold(name))
    };
    let called = |text: &str| {
        let text = fold(text);
        CALLED
            .iter()
            .filter(|(word, _)| text.contains(&fold(word)))
            .find_map(|(_, names)| names.iter().find_map(|n| named(n)))
    };
    named(branch).or_else(|| called(branch)).or_else(|| named(sector)).or_else(|| called(sector))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dealwright_kernel::id::ChoiceId;

    #[test]
    fn a_sector_is_found_by_what_the_organisation_calls_it() {
        let choices: Vec<Choice> = ["Healthcare", "Technology", "Automotive", "Food and beverage"]
            .into_iter()
            .map(|name| Choice {
                id: ChoiceId(uuid::Uuid::nil()),
                kind: "industry".into(),
                name: name.into(),
                position: 0,
                archived: false,
                category: None,
                version: 1,
            })
            .collect();
        let of = |sector: &str, branch: &str| fitting(&choices, sector, branch).map(|c| c.name.as_str());
        assert_eq!(of("Health Care", "Health Care Equipment"), Some("Healthcare"));
        assert_eq!(of("Consumer Discretionary", "Automobile Manufacturers"), Some("Automotive"));
        assert_eq!(of("Consumer Staples", "Soft Drinks & Non-alcoholic Beverages"), Some("Food and beverage"));
        assert_eq!(of("Information Technology", "Systems Software"), Some("Technology"));
        assert_eq!(of("Utilities", "Water Utilities"), None);
    }
}
