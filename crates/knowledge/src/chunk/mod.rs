//! Passages: what they are, and how things become some. Pure: the index reads what is said, and writes what comes of it.

mod dates;
mod record;
pub mod split;

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use record::passages;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        $(#[$doc])*
        pub enum $name { $($variant),* }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// By its word.
            #[must_use]
            pub fn named(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

words! {
    /// What passages are made of.
    #[schema(as = KnowledgeSource)]
    Source {
        Opportunity = "opportunity",
        Account = "account",
        Contact = "contact",
        Lead = "lead",
        Activity = "activity",
        File = "file",
        Material = "material",
    }
}

words! {
    /// What a passage is.
    #[schema(as = PassageKind)]
    Kind {
        Opportunity = "opportunity",
        // How a deal ended, and why.
        Outcome = "outcome",
        Account = "account",
        Contact = "contact",
        Lead = "lead",
        Activity = "activity",
        File = "file",
        Playbook = "playbook",
        EmailTemplate = "email_template",
        Script = "script",
    }
}

impl Kind {
    /// What passages of this kind are made of.
    #[must_use]
    pub const fn source(self) -> Source {
        match self {
            Self::Opportunity | Self::Outcome => Source::Opportunity,
            Self::Account => Source::Account,
            Self::Contact => Source::Contact,
            Self::Lead => Source::Lead,
            Self::Activity => Source::Activity,
            Self::File => Source::File,
            Self::Playbook | Self::EmailTemplate | Self::Script => Source::Material,
        }
    }
}

/// A passage as it is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    pub kind: Kind,
    /// The fields whose values it tells, such as `opportunity.lost_notes`.
    pub fields: Vec<String>,
    /// What it stands under: the thing's name, then its headings.
    pub heading: String,
    pub text: String,
    pub dated: DateTime<Utc>,
}

/// The most characters of a heading.
const MAX_HEADING: usize = 300;

impl Chunk {
    fn new(kind: Kind, title: &str, headings: &[String], text: String, dated: DateTime<Utc>) -> Self {
        let path: Vec<&str> = std::iter::once(title)
            .chain(headings.iter().map(String::as_str))
            .filter(|part| !part.trim().is_empty())
            .collect();
        let dated = headings
            .iter()
            .rev()
            .find_map(|heading| dates::day(heading))
            .map_or(dated, |day| day.and_time(NaiveTime::MIN).and_utc());
        let heading = path.join(" › ").chars().filter(|c| *c != '\0').take(MAX_HEADING).collect();
        Self { kind, fields: Vec::new(), heading, text: text.replace('\0', " "), dated }
    }

    fn telling(mut self, fields: impl IntoIterator<Item = String>) -> Self {
        self.fields.extend(fields);
        self
    }

    /// What the model reads of it.
    #[must_use]
    pub fn reading(heading: &str, text: &str) -> String {
        format!("{heading}\n{text}")
    }

    /// Words, counted.
    #[must_use]
    pub fn length(&self) -> i32 {
        let count = |text: &str| text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).count();
        i32::try_from(count(&self.heading) + count(&self.text)).unwrap_or(i32::MAX)
    }

    /// Tells whether it still says the same; its date and its fields may change without its vector.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        let said = format!("{}\0{}\0{}", self.kind.as_str(), self.heading, self.text);
        digest(&SHA256, said.as_bytes()).as_ref().to_vec()
    }
}
