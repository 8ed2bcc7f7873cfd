//! What a question says as a fact: "deals lost because of pricing in banking" is about deals that were lost, of an industry that the
//! organisation has. Facts narrow what is looked at; the rest of the question is looked for by words and meaning.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A value of a managed list.
#[derive(Clone, Debug)]
pub struct Choice {
    pub id: Uuid,
    pub kind: String,
    pub name: String,
}

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    Outcome,
    Industry,
    Region,
    /// Whom a deal was lost to.
    Competitor,
}

/// A fact that a question named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fact {
    pub kind: FactKind,
    pub value: String,
}

/// The facts of a question, as they are compared with deals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub outcome: Option<&'static str>,
    pub industries: Option<Vec<Uuid>>,
    pub regions: Option<Vec<Uuid>>,
    pub competitors: Option<Vec<Uuid>>,
    pub named: Vec<Fact>,
    /// The words that said them: what is left of the question is looked for.
    said: Vec<String>,
}

impl Facts {
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// Whether the question is how deals ended, and why.
    #[must_use]
    pub fn of_an_end(&self) -> bool {
        matches!(self.outcome, Some("won" | "lost"))
    }

    /// The question without the words that said facts; all of it when nothing would be left.
    #[must_use]
    pub fn rest(&self, question: &str) -> String {
        let kept: Vec<String> = words(question).into_iter().filter(|word| !self.said.contains(word)).collect();
        if self.said.is_empty() || kept.is_empty() { question.to_owned() } else { kept.join(" ") }
    }
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// Reads the facts of a question. Only one about deals has any: "compliance in banking" is looked for everywhere.
#[must_use]
pub fn read(question: &str, choices: &[Choice]) -> Facts {
    let said = words(question);
    let has = |one: &[&str]| said.iter().any(|word| one.contains(&word.as_str()));
    let deals = ["deal", "deals", "opportunity", "opportunities"];
    let open = said.windows(2).any(|two| matches!(two, [a, b] if a == "open" && deals.contains(&b.as_str())));
    let outcome = match (has(&["lost"]), has(&["won"]), open) {
        (true, false, false) => Some("lost"),
        (false, true, false) => Some("won"),
        (false, false, true) => Some("open"),
        // None, or more than one: both are meant.
        _ => None,
    };
    let mut facts = Facts { outcome, ..Facts::default() };
    if outcome.is_none() && !has(&deals) {
        return facts;
    }
    if let Some(outcome) = outcome {
        facts.named.push(Fact { kind: FactKind::Outcome, value: outcome.to_owned() });
        facts.said.push(outcome.to_owned());
    }
    facts.said.extend(deals.map(str::to_owned));
    for choice in choices {
        let name = words(&choice.name);
        if choice.name.chars().count() < 3 || name.is_empty() || !said.windows(name.len()).any(|part| part == name) {
            continue;
        }
        let (kind, ids) = match choice.kind.as_str() {
            "industry" => (FactKind::Industry, &mut facts.industries),
            "region" => (FactKind::Region, &mut facts.regions),
            // "A deal won against Initech" was not lost to it.
            "competitor" if outcome == Some("lost") => (FactKind::Competitor, &mut facts.competitors),
            _ => continue,
        };
        ids.get_or_insert_default().push(choice.id);
        facts.said.extend(name);
        facts.named.push(Fact { kind, value: choice.name.clone() });
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices() -> Vec<Choice> {
        let of =
            |n: u128, kind: &str, name: &str| Choice { id: Uuid::from_u128(n), kind: kind.into(), name: name.into() };
        vec![
            of(1, "industry", "Banking"),
            of(2, "industry", "Health care"),
            of(3, "region", "EU"),
            of(4, "competitor", "Initech"),
            of(5, "region", "North America"),
        ]
    }

    fn told(question: &str) -> Vec<String> {
        read(question, &choices()).named.into_iter().map(|fact| format!("{:?} {}", fact.kind, fact.value)).collect()
    }

    #[test]
    fn facts_of_questions_about_deals() {
        assert_eq!(told("deals lost because of pricing in banking"), ["Outcome lost", "Industry Banking"]);
        assert_eq!(
            told("What did we lose in health-care? Deals lost to Initech"),
            ["Outcome lost", "Industry Health care", "Competitor Initech"]
        );
        assert_eq!(told("deals in North America"), ["Region North America"]);
        assert_eq!(told("open deals with security questions"), ["Outcome open"]);
        assert_eq!(told("deals won against Initech"), ["Outcome won"]);
    }

    #[test]
    fn what_is_no_fact_is_left() {
        let rest = |question: &str| read(question, &choices()).rest(question);
        assert_eq!(rest("Deals lost because of pricing in Health care"), "because of pricing in");
        assert_eq!(rest("lost deals"), "lost deals");
        assert_eq!(rest("compliance in banking"), "compliance in banking");
    }

    #[test]
    fn other_questions_have_none() {
        for question in ["compliance in banking", "how do we win", "open questions", "", "lossless banking", "EU"] {
            assert!(told(question).is_empty(), "{question}");
        }
        assert_eq!(told("deals won and lost"), Vec::<String>::new());
    }
}
