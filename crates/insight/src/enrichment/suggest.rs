//! Proposals beside what is there.

use chrono::{DateTime, Utc};
use dealwright_access::policy::Object;
use dealwright_access::{Actor, Context};
use dealwright_crm::choice::{self, Choice};
use dealwright_crm::record::Ref;
use dealwright_crm::{account, lead};
use dealwright_kernel::Result;
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::id::{AccountId, LeadId};
use dealwright_store::Tx;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::source::{About, Asked, Confidence, Finding, Found};
use super::{SOURCES, industry, store};

/// What is enriched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Account(AccountId),
    Lead(LeadId),
}

impl Target {
    #[must_use]
    pub const fn object(self) -> Object {
        match self {
            Self::Account(_) => Object::Account,
            Self::Lead(_) => Object::Lead,
        }
    }

    /// The fields that can be proposed.
    const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Account(_) => &["industry_id", "country", "founded_year", "domain", "website"],
            Self::Lead(_) => &["company", "industry_id", "country", "website"],
        }
    }
}

/// From this on an empty field is chosen beforehand.
const SURE: Confidence = Confidence(70);

/// A value that a source proposes for a field.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = EnrichmentSuggestion)]
pub struct Suggestion {
    /// The record's field.
    #[schema(example = "industry_id")]
    pub field: String,
    /// As the record's own edit takes it; null when the organisation's list has nothing for it: see `missing`.
    pub value: Value,
    /// The value in words.
    pub shown: String,
    /// What is there now.
    pub present: Value,
    /// That in words; null when the field is empty.
    pub present_shown: Option<String>,
    /// The id of the source.
    pub source: String,
    /// Between 0 and 1.
    pub confidence: f64,
    /// Why it is proposed, in words.
    pub why: String,
    /// Whether it is chosen beforehand: the field is empty, and the source is sure enough. What a person wrote takes a click.
    pub preselected: bool,
    /// What the organisation's list has no value for.
    pub missing: Option<String>,
}

/// Something that is known and that no field is for.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = EnrichmentNote)]
pub struct KnownNote {
    pub text: String,
    pub source: String,
    /// Between 0 and 1.
    pub confidence: f64,
    pub why: String,
}

/// Where the value of a field came from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldOrigin {
    pub field: String,
    /// The id of the source.
    pub source: String,
    /// Between 0 and 1.
    pub confidence: f64,
    pub why: String,
    pub taken_by: Option<Ref>,
    pub taken_at: DateTime<Utc>,
}

/// What sources know of a record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Enrichment {
    /// The record's version: what is taken over is written at it.
    pub version: i64,
    /// By field, the surest first. What is there already is not proposed.
    pub suggestions: Vec<Suggestion>,
    pub notes: Vec<KnownNote>,
    /// Of the fields that still have what was taken over.
    pub origins: Vec<FieldOrigin>,
    pub sources: Vec<About>,
}

/// A record as it is enriched.
#[derive(Debug)]
pub(super) struct Subject {
    pub target: Target,
    pub version: i64,
    /// Its fields, as the API names them.
    pub fields: Map<String, Value>,
}

impl Subject {
    pub(super) fn of_account(account: &account::Account) -> Result<Self> {
        let fields = dealwright_store::change::fields_of(&account.fields())?;
        Ok(Self { target: Target::Account(account.id), version: account.version, fields })
    }

    pub(super) fn of_lead(lead: &lead::Lead) -> Result<Self> {
        let fields = dealwright_store::change::fields_of(&lead.fields())?;
        Ok(Self { target: Target::Lead(lead.id), version: lead.version, fields })
    }

    /// The text of a field, unless it is hidden from the actor.
    fn text(&self, actor: &Actor, field: &str) -> Option<String> {
        if actor.fields.hides(self.target.object(), field) {
            return None;
        }
        self.fields.get(field).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    fn asked(&self, actor: &Actor) -> Asked {
        let text = |field| self.text(actor, field);
        match self.target {
            Target::Account(_) => {
                Asked { name: text("name"), domain: text("domain"), email: None, website: text("website") }
            }
            Target::Lead(_) => {
                Asked { name: text("company"), domain: None, email: text("email"), website: text("website") }
            }
        }
    }

    fn present(&self, field: &str) -> Value {
        self.fields.get(field).cloned().unwrap_or(Value::Null)
    }
}

/// What sources know of a record that the actor sees. Nothing is written.
///
/// # Errors
/// 404 when the actor does not see it.
pub async fn suggest(cx: &Context, tx: &mut Tx, target: Target) -> Result<Enrichment> {
    let subject = match target {
        Target::Account(id) => {
            Subject::of_account(&account::store::find(tx, id, false).await?.or_not_found("account")?)?
        }
        Target::Lead(id) => Subject::of_lead(&lead::store::find(tx, id, false).await?.or_not_found("lead")?)?,
    };
    of(cx.actor(), tx, &subject).await
}

/// The same of a record that has been read.
pub(super) async fn of(actor: &Actor, tx: &mut Tx, subject: &Subject) -> Result<Enrichment> {
    let choices = choice::store::list(tx).await?;
    let asked = subject.asked(actor);
    let (mut suggestions, mut notes) = (Vec::new(), Vec::new());
    let object = subject.target.object();
    for source in SOURCES {
        let id = source.about().id;
        let findings = source.ask(&asked);
        notes.extend(findings.notes.into_iter().map(|note| KnownNote {
            text: note.text,
            source: id.to_owned(),
            confidence: note.confidence.share(),
            why: note.why,
        }));
        for finding in findings.proposals {
            let field = finding.found.field();
            if subject.target.fields().contains(&field) && !actor.fields.hides(object, field) {
                suggestions.extend(proposed(subject, &choices, id, finding));
            }
        }
    }
    let order = |s: &Suggestion| subject.target.fields().iter().position(|field| *field == s.field);
    suggestions.sort_by(|a, b| order(a).cmp(&order(b)).then(b.confidence.total_cmp(&a.confidence)));
    only_one_is_chosen(&mut suggestions);
    let hidden = |field: &str| actor.fields.hides(object, field);
    let origins = store::origins(tx, subject.target).await?;
    let origins = origins
        .into_iter()
        .filter(|kept| subject.present(&kept.origin.field) == kept.value && !hidden(&kept.origin.field))
        .map(|kept| kept.origin);
    Ok(Enrichment {
        version: subject.version,
        suggestions,
        notes,
        origins: origins.collect(),
        sources: SOURCES.iter().map(|source| source.about()).collect(),
    })
}

/// A finding beside what is there; none when that is the same.
fn proposed(subject: &Subject, choices: &[Choice], source: &str, finding: Finding) -> Option<Suggestion> {
    let field = finding.found.field();
    let (value, shown, missing) = match finding.found {
        Found::Industry { sector, branch } => match industry::fitting(choices, sector, branch) {
            Some(choice) => (json!(choice.id), choice.name.clone(), None),
            None => {
                let missing = format!("The list of industries has nothing for {sector} ({branch})");
                (Value::Null, format!("{sector}, {branch}"), Some(missing))
            }
        },
        Found::FoundedYear(year) => (json!(year), year.to_string(), None),
        Found::Country(text) | Found::Website(text) | Found::Domain(text) | Found::Company(text) => {
            (json!(text), text, None)
        }
    };
    let present = subject.present(field);
    let same = match (&present, &value) {
        (Value::String(a), Value::String(b)) => a.to_lowercase() == b.to_lowercase(),
        (a, b) => a == b && !a.is_null(),
    };
    let empty = present.is_null() || present == "";
    // What has no value to take is told only where there is nothing yet.
    if same || (value.is_null() && !empty) {
        return None;
    }
    let present_shown = match &present {
        Value::String(text) if field == "industry_id" => {
            let name = choices.iter().find(|choice| choice.id.to_string() == *text);
            Some(name.map_or_else(|| text.clone(), |choice| choice.name.clone()))
        }
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    Some(Suggestion {
        field: field.to_owned(),
        preselected: empty && missing.is_none() && finding.confidence >= SURE,
        value,
        shown,
        present,
        present_shown,
        source: source.to_owned(),
        confidence: finding.confidence.share(),
        why: finding.why,
        missing,
    })
}

/// Of several proposals for a field the surest is chosen; the same value from a less sure source is not told again.
fn only_one_is_chosen(suggestions: &mut Vec<Suggestion>) {
    let mut kept: Vec<Suggestion> = Vec::with_capacity(suggestions.len());
    for mut next in suggestions.drain(..) {
        let mut before = kept.iter().filter(|s| s.field == next.field);
        if before.clone().any(|s| s.shown == next.shown) {
            continue;
        }
        next.preselected &= !before.any(|s| s.preselected);
        kept.push(next);
    }
    *suggestions = kept;
}
