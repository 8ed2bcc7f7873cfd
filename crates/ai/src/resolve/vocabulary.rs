//! The organisation's own words: its pipelines and stages, its people and teams, its managed lists.
//!
//! A vocabulary is loaded once per run, under the actor's eyes, and then read without I/O. Names are matched exactly
//! first, then by slips of the finger; when two fit, both are answered and the person is asked.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::record::RecordType;
use super::text::{key, likeness};

/// How many things a name fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match<T> {
    One(T),
    Several(Vec<T>),
    None,
}

impl<T> Match<T> {
    #[must_use]
    pub fn of(mut found: Vec<T>) -> Self {
        match (found.len(), found.pop()) {
            (1, Some(one)) => Self::One(one),
            (_, Some(last)) => {
                found.push(last);
                Self::Several(found)
            }
            (_, None) => Self::None,
        }
    }

    /// The one, if it is one.
    #[must_use]
    pub fn one(self) -> Option<T> {
        match self {
            Self::One(one) => Some(one),
            Self::Several(_) | Self::None => None,
        }
    }
}

/// Something with an id and a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub id: Uuid,
    pub name: String,
}

/// What a stage means for the deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StageKind {
    Open,
    Won,
    Lost,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    pub id: Uuid,
    pub name: String,
    pub kind: StageKind,
    pub pipeline_id: Uuid,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub team_id: Option<Uuid>,
}

/// A value of a managed list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub id: Uuid,
    /// `industry`, `region`, `source`, `opportunity_type` or `loss_reason`.
    pub kind: String,
    pub name: String,
}

/// A record that a sentence names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub kind: RecordType,
    pub name: String,
    /// How the sentence says it, in lower case: the name, or the word that it begins with.
    pub said: String,
}

/// Whose deals are meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    Mine,
    MyTeams,
    Of(Named),
    Team(Named),
}

/// What an answer calls a forecast category and how people say it.
pub const FORECAST: [(&str, &[&str]); 5] = [
    ("omitted", &["omitted", "excluded"]),
    ("pipeline", &["pipeline"]),
    ("best_case", &["best case", "bestcase", "best_case", "upside"]),
    ("commit", &["commit", "committed"]),
    ("closed", &["closed"]),
];

/// The organisation's words as one actor may see them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vocabulary {
    /// The asker.
    pub me: Option<Named>,
    pub stages: Vec<Stage>,
    pub people: Vec<Person>,
    pub teams: Vec<Named>,
    pub choices: Vec<Choice>,
    /// Where a lead can stand.
    pub lead_statuses: Vec<Named>,
    pub products: Vec<Named>,
    /// Those that the request names, whatever the case of its letters.
    pub records: Vec<Record>,
    /// The organisation's currency, ISO 4217.
    pub currency: String,
}

/// A slip of the finger at most.
const CLOSE: f64 = 0.86;

impl Vocabulary {
    /// The stages that `words` name: "Engaging", "the proposal stage", "Propsal". Several when pipelines share a name.
    #[must_use]
    pub fn stages_named(&self, words: &str) -> Vec<&Stage> {
        let wanted = stage_key(words);
        let exact: Vec<&Stage> = self.stages.iter().filter(|s| key(&s.name) == wanted).collect();
        if !exact.is_empty() || wanted.len() < 4 {
            return exact;
        }
        let best = self.stages.iter().map(|s| likeness(&s.name, &wanted)).fold(0.0, f64::max);
        if best >= CLOSE {
            return self.stages.iter().filter(|s| likeness(&s.name, &wanted) >= best - f64::EPSILON).collect();
        }
        let parts: Vec<&Stage> = self.stages.iter().filter(|s| key(&s.name).split(' ').any(|p| p == wanted)).collect();
        if parts.len() == 1 { parts } else { Vec::new() }
    }

    /// The stage to move to; `pipeline` decides between pipelines that share a stage name.
    #[must_use]
    pub fn stage(&self, words: &str, pipeline: Option<Uuid>) -> Match<&Stage> {
        let mut found = self.stages_named(words);
        if found.is_empty() {
            let kind = match stage_key(words).as_str() {
                "won" | "closed won" | "win" => Some(StageKind::Won),
                "lost" | "closed lost" | "loss" | "dead" => Some(StageKind::Lost),
                _ => None,
            };
            found = self.stages.iter().filter(|s| Some(s.kind) == kind).collect();
        }
        if let Some(pipeline) = pipeline
            && found.iter().any(|s| s.pipeline_id == pipeline)
        {
            found.retain(|s| s.pipeline_id == pipeline);
        }
        Match::of(found)
    }

    /// The people that `words` name: a full name, a first or last name, or an e-mail address.
    #[must_use]
    pub fn people_named(&self, words: &str) -> Vec<&Person> {
        let wanted = key(words);
        if wanted.is_empty() {
            return Vec::new();
        }
        let by = |fits: &dyn Fn(&Person) -> bool| self.people.iter().filter(|p| fits(p)).collect::<Vec<_>>();
        let exact = by(&|p| key(&p.name) == wanted || p.email.eq_ignore_ascii_case(words.trim()));
        if !exact.is_empty() {
            return exact;
        }
        let part = by(&|p| {
            key(&p.name).split(' ').any(|part| part == wanted) || key(&p.name).starts_with(&format!("{wanted} "))
        });
        if !part.is_empty() || wanted.len() < 5 {
            return part;
        }
        by(&|p| {
            likeness(&p.name, &wanted) >= CLOSE
                || key(&p.name).split(' ').any(|part| part.len() > 4 && likeness(part, &wanted) >= 0.9)
        })
    }

    /// Whose: "my", "me", "my team's", "Anna's", "the Central team".
    #[must_use]
    pub fn whose(&self, words: &str) -> Match<Whose> {
        let wanted = key(words);
        let bare = wanted.strip_suffix(" s").unwrap_or(&wanted).trim_start_matches("the ");
        match bare {
            "my" | "me" | "mine" | "i" | "myself" | "my own" => return Match::One(Whose::Mine),
            "my team" | "our team" | "our" | "my teams" | "team" | "we" | "us" => return Match::One(Whose::MyTeams),
            _ => {}
        }
        let team = bare.strip_suffix(" team").or_else(|| bare.strip_prefix("team ")).unwrap_or(bare);
        let teams: Vec<Whose> = self
            .teams
            .iter()
            .filter(|t| key(&t.name) == team || key(&t.name) == bare)
            .cloned()
            .map(Whose::Team)
            .collect();
        if !teams.is_empty() {
            return Match::of(teams);
        }
        if let Some(team) = self.team_with(team).filter(|_| bare.contains("team")) {
            return Match::One(Whose::Team(team.clone()));
        }
        let name = strip_possessive(words);
        Match::of(
            self.people_named(&name).into_iter().map(|p| Whose::Of(Named { id: p.id, name: p.name.clone() })).collect(),
        )
    }

    /// The one team that has a word in its name: "south" of Sales South.
    #[must_use]
    pub fn team_with(&self, word: &str) -> Option<&Named> {
        let mut with = self.teams.iter().filter(|team| key(&team.name).split(' ').any(|part| part == word));
        with.next().filter(|_| with.next().is_none() && !word.is_empty())
    }

    /// The values of a managed list of that name, in any list or in `kind` only.
    #[must_use]
    pub fn choices_named(&self, words: &str, kind: Option<&str>) -> Vec<&Choice> {
        let wanted = key(words);
        let singular = wanted.strip_suffix('s').filter(|one| one.len() > 3);
        let is = |name: &str| name == wanted || Some(name) == singular;
        self.choices.iter().filter(|c| kind.is_none_or(|k| c.kind == k) && is(&key(&c.name))).collect()
    }

    /// The forecast category that `words` name.
    #[must_use]
    pub fn forecast(words: &str) -> Option<&'static str> {
        let wanted = key(words);
        let wanted = wanted.trim_start_matches("forecast ").trim_end_matches(" forecast").trim_end_matches(" category");
        FORECAST.iter().find(|(name, said)| *name == wanted || said.contains(&wanted)).map(|(name, _)| *name)
    }
}

fn strip_possessive(words: &str) -> String {
    let words = words.trim().trim_end_matches(['\'', '’']);
    ["'s", "’s"].iter().find_map(|end| words.strip_suffix(end)).unwrap_or(words).to_owned()
}

fn stage_key(words: &str) -> String {
    let mut wanted = key(words);
    for lead in ["the ", "in ", "to ", "into ", "stage "] {
        if let Some(rest) = wanted.strip_prefix(lead) {
            wanted = rest.to_owned();
        }
    }
    wanted.strip_suffix(" stage").map(str::to_owned).unwrap_or(wanted)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A small organisation, shared by the tests of the planner.
    pub(crate) fn sample() -> Vocabulary {
        let id = |n: u128| Uuid::from_u128(n);
        let pipeline_id = id(1);
        let stage = |n, name: &str, kind| Stage { id: id(n), name: name.into(), kind, pipeline_id };
        let person = |n, name: &str| Person {
            id: id(n),
            name: name.into(),
            email: format!("{}@example.test", name.to_lowercase().replace(' ', ".")),
            team_id: None,
        };
        let choice = |n, kind: &str, name: &str| Choice { id: id(n), kind: kind.into(), name: name.into() };
        Vocabulary {
            me: Some(Named { id: id(30), name: "Darcel Schlecht".into() }),
            stages: vec![
                stage(10, "Prospecting", StageKind::Open),
                stage(11, "Engaging", StageKind::Open),
                stage(12, "Proposal", StageKind::Open),
                stage(13, "Negotiation", StageKind::Open),
                stage(14, "Won", StageKind::Won),
                stage(15, "Lost", StageKind::Lost),
            ],
            people: vec![
                person(30, "Darcel Schlecht"),
                person(31, "Anna Snelling"),
                person(32, "Carl Lin"),
                person(33, "Carol Thompson"),
                person(34, "Anna Berg"),
                person(35, "Mei-Mei Johns"),
                person(36, "Hayden Neloms"),
            ],
            teams: vec![Named { id: id(40), name: "Central".into() }, Named { id: id(41), name: "West".into() }],
            choices: vec![
                choice(50, "industry", "retail"),
                choice(51, "industry", "medical"),
                choice(52, "region", "Europe"),
                choice(53, "source", "Referral"),
                choice(54, "loss_reason", "Price"),
            ],
            lead_statuses: vec![Named { id: id(55), name: "New".into() }],
            products: vec![Named { id: id(60), name: "GTX Pro".into() }, Named { id: id(61), name: "GTK 500".into() }],
            records: Vec::new(),
            currency: "USD".into(),
        }
    }

    #[test]
    fn stages_are_found_as_people_write_them() {
        let v = sample();
        for (words, expected) in [
            ("Engaging", "Engaging"),
            ("engaging", "Engaging"),
            ("the proposal stage", "Proposal"),
            ("engageing", "Engaging"),
            ("negotation", "Negotiation"),
            ("closed won", "Won"),
            ("lost", "Lost"),
        ] {
            assert_eq!(v.stage(words, None).one().map(|s| s.name.as_str()), Some(expected), "{words}");
        }
        assert_eq!(v.stage("banana", None), Match::None);
        assert_eq!(v.stage("", None), Match::None);
    }

    #[test]
    fn two_of_a_name_are_both_answered() {
        let v = sample();
        assert!(matches!(v.whose("Anna's"), Match::Several(people) if people.len() == 2));
        assert_eq!(
            v.whose("Anna Berg").one(),
            Some(Whose::Of(Named { id: Uuid::from_u128(34), name: "Anna Berg".into() }))
        );
        assert_eq!(
            v.whose("Hayden’s").one(),
            Some(Whose::Of(Named { id: Uuid::from_u128(36), name: "Hayden Neloms".into() }))
        );
    }

    #[test]
    fn whose_knows_me_and_my_team() {
        let v = sample();
        assert_eq!(v.whose("my"), Match::One(Whose::Mine));
        assert_eq!(v.whose("my team's"), Match::One(Whose::MyTeams));
        assert_eq!(v.whose("the Central team").one(), Some(Whose::Team(v.teams[0].clone())));
        assert_eq!(v.whose("John Doe"), Match::None);
    }

    #[test]
    fn forecast_categories() {
        assert_eq!(Vocabulary::forecast("Best case"), Some("best_case"));
        assert_eq!(Vocabulary::forecast("commit"), Some("commit"));
        assert_eq!(Vocabulary::forecast("maybe"), None);
    }
}
