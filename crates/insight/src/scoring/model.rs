//! The rules of an organisation, as a whole, and those that the product comes with.

use chrono::{DateTime, Utc};
use dealwright_crm::assignment::input::check_expression;
use dealwright_crm::record::{Ref, Texts};
use dealwright_kernel::Result;
use dealwright_kernel::extract::Validate;
use dealwright_workflow::rule::{Catalogue, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use dealwright_crm::lead::Grade;

/// Rules of a model.
pub const MAX_RULES: usize = 50;
/// The points of a rule, for and against.
const MOST: i64 = 100;

/// A rule: points for a lead of which its condition is true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreRule {
    /// Why it gives them, in words.
    #[schema(min_length = 1, max_length = 200, example = "Decides about budgets")]
    pub label: String,
    /// CEL over the lead, as validation rules are, with more facts: see `GET /lead-scoring/facts`.
    #[schema(min_length = 1, max_length = 2000, example = "rating == \"hot\"")]
    pub condition: String,
    /// Fewer than nought count against it.
    #[schema(minimum = -100, maximum = 100)]
    pub points: i64,
}

/// The least score of each grade; what is below `c` is a D.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScoreBands)]
pub struct Bands {
    #[schema(minimum = 1, maximum = 100)]
    pub a: i64,
    #[schema(minimum = 1, maximum = 100)]
    pub b: i64,
    #[schema(minimum = 1, maximum = 100)]
    pub c: i64,
}

impl Bands {
    /// The grade of a score.
    #[must_use]
    pub const fn grade(self, score: i64) -> Grade {
        if score >= self.a {
            Grade::A
        } else if score >= self.b {
            Grade::B
        } else if score >= self.c {
            Grade::C
        } else {
            Grade::D
        }
    }
}

/// What is judged by: what can be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewScoreModel)]
pub struct Model {
    /// In the order in which they are told.
    #[schema(max_items = 50)]
    pub rules: Vec<ScoreRule>,
    pub bands: Bands,
    /// The version that was read, unless `If-Match` says it.
    #[serde(default, skip_serializing)]
    pub version: Option<i64>,
}

impl Validate for Model {
    fn validate(&self) -> Result<()> {
        let mut wrong = Texts::default();
        if self.rules.len() > MAX_RULES {
            wrong.push("rules", "too_many", format!("at most {MAX_RULES} rules"));
        }
        for (n, rule) in self.rules.iter().enumerate().take(MAX_RULES) {
            wrong.required(&format!("rules.{n}.label"), &rule.label, 200);
            wrong.required(&format!("rules.{n}.condition"), &rule.condition, 2_000);
            if !(-MOST..=MOST).contains(&rule.points) || rule.points == 0 {
                wrong.push(&format!("rules.{n}.points"), "out_of_range", "points from -100 to 100, and not nought");
            }
        }
        let Bands { a, b, c } = self.bands;
        if !(1 <= c && c < b && b < a && a <= 100) {
            wrong.push("bands", "invalid_value", "1 to 100, each grade above the one below it");
        }
        wrong.finish()
    }
}

impl Model {
    /// Refuses conditions that can't be evaluated.
    ///
    /// # Errors
    /// 422 at the rule, with the place in its condition.
    pub fn check(&self, catalogue: &Catalogue) -> Result<()> {
        self.rules
            .iter()
            .enumerate()
            .try_for_each(|(n, rule)| check_expression(&format!("rules.{n}.condition"), &rule.condition, catalogue))
    }

    /// Without blanks at the ends.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        for rule in &mut self.rules {
            rule.label = rule.label.trim().to_owned();
            rule.condition = rule.condition.trim().to_owned();
        }
        self
    }

    /// The rules that the product comes with: who it is, how it came, how complete it is, what has happened since.
    #[must_use]
    pub fn shipped() -> Self {
        let rule = |label: &str, condition: &str, points: i64| ScoreRule {
            label: label.to_owned(),
            condition: condition.to_owned(),
            points,
        };
        Self {
            rules: vec![
                rule("Has a say in the budget", DECIDES, 20),
                rule("Rated hot", "rating == \"hot\"", 15),
                rule("Rated cold", "rating == \"cold\"", -10),
                rule(
                    "Came by recommendation or knows us",
                    "source in [\"Referral\", \"Partner\", \"Existing customer\"]",
                    15,
                ),
                rule("Came by itself", "source in [\"Website\", \"Webinar\", \"Event\", \"Trade fair\"]", 10),
                rule("Writes from a company's address", "email_kind == \"business\"", 15),
                rule("Writes from a private mailbox", "email_kind == \"free\"", -5),
                rule("Uses a throw-away address", "email_kind == \"disposable\"", -40),
                rule("Works for a listed company", "company_listed", 10),
                rule("Can be telephoned", "phone != null", 5),
                rule("Well known: four of five fields are filled", "completeness >= 80", 10),
                rule("Hardly known: fewer than two of five fields are filled", "completeness < 40", -10),
                rule("Wrote or called within 30 days", "replies_30_days > 0", 20),
                rule("In touch: at least two activities within 30 days", "activities_30_days >= 2", 10),
                rule("Nothing has happened for 60 days", "days_without_activity > 60", -15),
                rule("Turned down", "status.category == \"unqualified\"", -50),
            ],
            bands: Bands { a: 60, b: 40, c: 20 },
            version: None,
        }
    }
}

/// Titles of people who decide, in English and German.
const DECIDES: &str = "title != null && title.lowerAscii().matches(\"\\\\b(chief|ceo|cto|cfo|coo|cio|owner|founder|president|vp|head|director|managing|partner|geschäftsführer|leiter|leiterin)\\\\b\")";

/// A rule as it is told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ToldScoreRule {
    pub label: String,
    pub condition: String,
    pub points: i64,
    /// What is wrong with its condition since the facts it speaks of have changed; such a rule gives nothing.
    pub problems: Vec<Problem>,
}

impl ToldScoreRule {
    #[must_use]
    pub fn of(rule: ScoreRule, problems: Vec<Problem>) -> Self {
        let ScoreRule { label, condition, points } = rule;
        Self { label, condition, points, problems }
    }
}

/// The model in force.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScoreModel {
    pub rules: Vec<ToldScoreRule>,
    pub bands: Bands,
    /// Whether it is the one that the product comes with.
    pub shipped: bool,
    /// Nought while it is.
    pub version: i64,
    pub updated_by: Option<Ref>,
    pub updated_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::super::facts;
    use super::*;

    #[test]
    fn what_the_product_comes_with_passes_its_own_checks() {
        let model = Model::shipped();
        model.validate().unwrap();
        model.check(&facts::plain()).unwrap();
        assert_eq!(
            (model.bands.grade(60), model.bands.grade(59), model.bands.grade(19)),
            (Grade::A, Grade::B, Grade::D)
        );
    }

    #[test]
    fn what_is_wrong_is_named_by_its_rule() {
        let mut model = Model::shipped();
        model.rules[1].points = 0;
        model.rules[2].condition = " ".into();
        model.bands = Bands { a: 40, b: 40, c: 20 };
        let wrong = model.validate().unwrap_err();
        let fields: Vec<_> = wrong.fields.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(fields, ["rules.1.points", "rules.2.condition", "bands"]);
        let mut unknown = Model::shipped();
        unknown.rules[0].condition = "wealth > 3".into();
        assert_eq!(unknown.check(&facts::plain()).unwrap_err().fields[0].field, "rules.0.condition");
    }
}
