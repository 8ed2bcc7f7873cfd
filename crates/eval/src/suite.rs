//! Suites: what is asked, of which data, and what must come of it. Files in TOML; docs/evaluation.md teaches the format.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::EvalError;

/// Whoever asks when a task does not say.
pub const SOMEBODY: &str = "rep@demo.test";

/// The suites that come with the product, by name.
const SHIPPED: [(&str, &str); 9] = [
    ("deals", include_str!("../suites/deals.toml")),
    ("pipeline", include_str!("../suites/pipeline.toml")),
    ("records", include_str!("../suites/records.toml")),
    ("history", include_str!("../suites/history.toml")),
    ("changes", include_str!("../suites/changes.toml")),
    ("work", include_str!("../suites/work.toml")),
    ("dialogue", include_str!("../suites/dialogue.toml")),
    ("refusals", include_str!("../suites/refusals.toml")),
    ("safety", include_str!("../suites/safety.toml")),
];

/// A suite of tasks over the same data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    #[serde(skip)]
    pub name: String,
    pub about: String,
    pub data: Data,
    /// What is written before the first task.
    #[serde(default)]
    pub given: Vec<Given>,
    #[serde(rename = "task")]
    pub tasks: Vec<Task>,
}

/// What the tasks are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Data {
    /// The company of `dealwright serve --demo`.
    Demo,
}

/// A note on a record, which is there before the tasks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    pub person: String,
    pub on: Record,
    pub note: String,
}

/// A record, by its kind and a query that finds it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    #[serde(rename = "type")]
    pub kind: String,
    /// SQL.
    pub id: String,
}

/// Something that a person wants.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    pub id: String,
    /// Never looked at while prompts and the grammar are worked on.
    pub held_out: bool,
    pub goal: String,
    #[serde(default = "somebody")]
    pub person: String,
    /// The record whose page is open.
    pub context: Option<Record>,
    /// What was asked before in the same conversation.
    #[serde(default)]
    pub earlier: Vec<String>,
    /// At least one of these must have run; none is meant when empty.
    #[serde(default)]
    pub tools: Vec<String>,
    /// None of these may have run.
    #[serde(default)]
    pub forbid: Vec<String>,
    /// Any of these makes it right.
    pub expect: Vec<Expect>,
}

fn somebody() -> String {
    SOMEBODY.to_owned()
}

/// What must come out, all of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// SQL: how many the tool found.
    pub count: Option<String>,
    /// SQL, one row: each column is a number that the answer says.
    pub figures: Option<String>,
    /// SQL: each row's text is in the answer or among what it cites.
    pub names: Option<String>,
    /// SQL: the label of the first group, row or citation.
    pub first: Option<String>,
    pub says: Vec<String>,
    pub never_says: Vec<String>,
    /// It asks back, about these.
    pub question: Option<Vec<String>>,
    /// It does nothing, and says so.
    pub declines: bool,
    pub proposal: Option<WantedProposal>,
}

/// The one change that is to be proposed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WantedProposal {
    pub kind: String,
    /// SQL: the record's id.
    pub target: String,
    /// New values by field: literal, or SQL when they begin with `select `.
    #[serde(default)]
    pub changes: BTreeMap<String, String>,
}

/// Which half of the tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Part {
    #[default]
    All,
    HeldOut,
    Tuning,
}

impl Part {
    #[must_use]
    pub const fn has(self, task: &Task) -> bool {
        match self {
            Self::All => true,
            Self::HeldOut => task.held_out,
            Self::Tuning => !task.held_out,
        }
    }
}

impl Suite {
    /// Reads a suite.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(name: &str, text: &str) -> Result<Self, EvalError> {
        let wrong = |what: String| EvalError::Suite { suite: name.to_owned(), what };
        let suite = Self { name: name.to_owned(), ..toml::from_str(text).map_err(|e| wrong(e.to_string()))? };
        let mut ids = BTreeSet::new();
        for task in &suite.tasks {
            if !ids.insert(&task.id) {
                return Err(wrong(format!("two tasks are called {}", task.id)));
            }
            if task.expect.is_empty() || task.expect.contains(&Expect::default()) {
                return Err(wrong(format!("{} expects nothing, so it could not fail", task.id)));
            }
        }
        Ok(suite)
    }

    /// A suite of the product's by name, or of a file.
    ///
    /// # Errors
    /// For a name or a file that is not there, or what is wrong with it.
    pub fn open(name: &str) -> Result<Self, EvalError> {
        if let Some((name, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
            return Self::parse(name, text);
        }
        let path = Path::new(name);
        let text = std::fs::read_to_string(path).map_err(|error| EvalError::Suite {
            suite: name.to_owned(),
            what: format!("{error}; it is a file, or one of {}", SHIPPED.map(|(name, _)| name).join(", ")),
        })?;
        Self::parse(path.file_stem().and_then(|stem| stem.to_str()).unwrap_or(name), &text)
    }

    /// All suites of the product.
    ///
    /// # Errors
    /// What is wrong with one.
    pub fn shipped() -> Result<Vec<Self>, EvalError> {
        SHIPPED.iter().map(|(name, text)| Self::parse(name, text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_the_product_is_enough_and_half_of_it_held_out() {
        let suites = Suite::shipped().unwrap();
        let tasks: Vec<&Task> = suites.iter().flat_map(|suite| &suite.tasks).collect();
        let ids: BTreeSet<&str> = tasks.iter().map(|task| task.id.as_str()).collect();
        assert_eq!(ids.len(), tasks.len(), "ids repeat between suites");
        assert!(tasks.len() >= 150, "{} tasks", tasks.len());
        let held = tasks.iter().filter(|task| task.held_out).count();
        assert!(held * 20 >= tasks.len() * 9, "{held} of {} are held out", tasks.len());
    }

    #[test]
    fn what_is_wrong_is_said() {
        let of = |text: &str| Suite::parse("mine", text).unwrap_err().to_string();
        assert!(of("about = 1").contains("about"));
        let head = "about = \"a\"\ndata = \"demo\"\n[[task]]\nid = \"a\"\nheld_out = true\ngoal = \"x\"\n";
        assert!(of(&format!("{head}expect = [{{}}]")).contains("could not fail"));
        assert!(of(&format!("{head}expect = [{{ says = [\"x\"] }}]\nmood = \"good\"")).contains("mood"));
        assert!(Suite::open("nothing-like-that").unwrap_err().to_string().contains("pipeline"));
    }
}
