//! What sources have in common.

use serde::Serialize;
use utoipa::ToSchema;

/// What is known of a record, as sources are asked by it. Fields that are hidden from the actor are not among it.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The company's name.
    pub name: Option<String>,
    /// The domain of its web site.
    pub domain: Option<String>,
    /// A person's address at it.
    pub email: Option<String>,
    pub website: Option<String>,
}

impl Asked {
    /// The company's domain: of its site, or of an address that is not at a provider for everybody.
    #[must_use]
    pub fn company_domain(&self) -> Option<String> {
        let own = self.domain.as_deref().and_then(dealwright_dedupe::point::domain);
        let of_site = || self.website.as_deref().and_then(dealwright_dedupe::point::domain);
        let of_address = || self.email.as_deref().and_then(super::domains::business_domain);
        own.or_else(of_site).or_else(of_address)
    }
}

/// How sure a proposal is, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Confidence(pub u8);

impl Confidence {
    /// Between 0 and 1.
    #[must_use]
    pub fn share(self) -> f64 {
        f64::from(self.0.min(100)) / 100.0
    }
}

/// What a field could be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Country(String),
    FoundedYear(i32),
    /// A sector and, within it, a branch, as the Global Industry Classification Standard names them.
    Industry {
        sector: &'static str,
        branch: &'static str,
    },
    Website(String),
    Domain(String),
    Company(String),
}

impl Found {
    /// The field of the record.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Country(_) => "country",
            Self::FoundedYear(_) => "founded_year",
            Self::Industry { .. } => "industry_id",
            Self::Website(_) => "website",
            Self::Domain(_) => "domain",
            Self::Company(_) => "company",
        }
    }
}

/// A value that a source proposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub found: Found,
    pub confidence: Confidence,
    /// In words that stand alone.
    pub why: String,
}

/// Something worth knowing that no field is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub text: String,
    pub confidence: Confidence,
    pub why: String,
}

/// What a source knows of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub proposals: Vec<Finding>,
    pub notes: Vec<Note>,
}

/// Where a source is from.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = EnrichmentSource)]
pub struct About {
    /// `sp500`, `sec`, `legal_forms` or `domains`.
    pub id: &'static str,
    pub name: &'static str,
    pub licence: &'static str,
}

/// Somewhere that companies are known.
pub trait Source: Send + Sync {
    /// Where it is from.
    fn about(&self) -> About;

    /// What it knows.
    fn ask(&self, asked: &Asked) -> Findings;
}

impl std::fmt::Debug for dyn Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.about().id)
    }
}
