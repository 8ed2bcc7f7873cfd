//! Records, activities, files and materials as passages. What may be hidden from somebody stands in a passage of its own or with
//! what is hidden alike, and the passage names the fields that it tells.

use chrono::{DateTime, Utc};
use dealwright_kernel::Currency;
use serde::Deserialize;
use serde_json::Value;

use super::split::{split, without_quotes};
use super::{Chunk, Kind, Source};

/// What is said of a thing, as `app.knowledge_texts` answers it; what a thing does not have is absent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    name: Option<String>,
    stage: Option<String>,
    outcome: Option<String>,
    pipeline: Option<String>,
    next_step: Option<String>,
    tags: Option<Vec<String>>,
    #[serde(rename = "type")]
    kind_of: Option<String>,
    source: Option<String>,
    industry: Option<String>,
    region: Option<String>,
    country: Option<String>,
    lost_reason: Option<String>,
    lost_notes: Option<String>,
    lost_to: Option<String>,
    won_reason: Option<String>,
    won_notes: Option<String>,
    amount_base: Option<i64>,
    currency: Option<String>,
    created_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    competitors: Option<Vec<Competitor>>,
    custom: Option<Vec<Custom>>,
    employees: Option<i64>,
    founded_year: Option<i64>,
    title: Option<String>,
    company: Option<String>,
    rating: Option<String>,
    status: Option<String>,
    description: Option<String>,
    kind: Option<String>,
    subject: Option<String>,
    body: Option<String>,
    text: Option<String>,
    summary: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Competitor {
    name: String,
    standing: String,
    note: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Custom {
    key: String,
    label: String,
    text: String,
}

/// The passages of a thing.
///
/// # Errors
/// When it is not said as the database says it.
pub fn passages(source: Source, said: Value, dated: DateTime<Utc>) -> serde_json::Result<Vec<Chunk>> {
    let said: Said = serde_json::from_value(said)?;
    Ok(match source {
        Source::Opportunity => opportunity(&said, dated),
        Source::Account => account(&said, dated),
        Source::Contact => contact(&said, dated),
        Source::Lead => lead(&said, dated),
        Source::Activity => activity(&said, dated),
        Source::File => texts(Kind::File, said.name.as_deref().unwrap_or_default(), said.text.as_deref(), dated),
        Source::Material => material(&said, dated),
    })
}

fn texts(kind: Kind, title: &str, text: Option<&str>, dated: DateTime<Utc>) -> Vec<Chunk> {
    split(text.unwrap_or_default())
        .into_iter()
        .map(|piece| Chunk::new(kind, title, &piece.headings, piece.text, dated))
        .collect()
}

/// Lines "Label: value" of what there is, with the fields that they tell.
#[derive(Default)]
struct Lines {
    lines: Vec<String>,
    fields: Vec<String>,
}

impl Lines {
    fn add(&mut self, label: &str, value: Option<impl std::fmt::Display>, field: &str) {
        if let Some(value) = value {
            let value = value.to_string();
            if !value.trim().is_empty() {
                self.lines.push(format!("{label}: {value}"));
                self.fields.push(field.to_owned());
            }
        }
    }

    /// A passage of these lines, when there are any.
    fn passage(self, kind: Kind, title: &str, headings: &[String], dated: DateTime<Utc>) -> Option<Chunk> {
        (!self.lines.is_empty())
            .then(|| Chunk::new(kind, title, headings, self.lines.join("\n"), dated).telling(self.fields))
    }
}

struct Record<'a> {
    object: &'static str,
    kind: Kind,
    name: &'a str,
    dated: DateTime<Utc>,
}

impl Record<'_> {
    fn field(&self, name: &str) -> String {
        format!("{}.{name}", self.object)
    }

    /// Passages of a longer text, which tell one field.
    fn telling(&self, heading: &str, text: Option<&str>, field: &str) -> Vec<Chunk> {
        let text = text.unwrap_or_default();
        split(text)
            .into_iter()
            .map(|piece| {
                let headings: Vec<String> = std::iter::once(heading.to_owned()).chain(piece.headings).collect();
                Chunk::new(self.kind, self.name, &headings, piece.text, self.dated).telling([self.field(field)])
            })
            .collect()
    }

    fn custom(&self, fields: Option<&[Custom]>) -> Vec<Chunk> {
        let each = |f: &Custom| self.telling(&f.label, Some(&f.text), &format!("custom.{}", f.key));
        fields.unwrap_or_default().iter().flat_map(each).collect()
    }
}

fn tags(said: &Said) -> Option<String> {
    said.tags.as_ref().filter(|tags| !tags.is_empty()).map(|tags| tags.join(", "))
}

fn opportunity(said: &Said, dated: DateTime<Utc>) -> Vec<Chunk> {
    let name = said.name.as_deref().unwrap_or_default();
    let record = Record { object: "opportunity", kind: Kind::Opportunity, name, dated };
    let stage = said.stage.as_deref().unwrap_or_default();
    let pipeline = said.pipeline.as_deref().unwrap_or_default();
    let mut chunks =
        vec![Chunk::new(record.kind, name, &[], format!("Deal {name}. Stage {stage} of {pipeline}."), dated)];
    let mut sorted = Lines::default();
    sorted.add("Type", said.kind_of.as_ref(), "opportunity.type_id");
    sorted.add("Source", said.source.as_ref(), "opportunity.source_id");
    sorted.add("Industry", said.industry.as_ref(), "opportunity.industry_id");
    sorted.add("Region", said.region.as_ref(), "opportunity.region_id");
    sorted.add("Tags", tags(said), "opportunity.tags");
    chunks.extend(sorted.passage(record.kind, name, &["Classification".to_owned()], dated));
    chunks.extend(record.telling("Next step", said.next_step.as_deref(), "next_step"));
    for rival in said.competitors.as_deref().unwrap_or_default() {
        let note = rival.note.as_deref().unwrap_or_default();
        let text = format!("Competitor {} ({}). {note}", rival.name, rival.standing);
        let headings = ["Competitors".to_owned()];
        let chunk = Chunk::new(record.kind, name, &headings, text, dated);
        chunks.push(chunk.telling([record.field("competitors")]));
    }
    chunks.extend(record.custom(said.custom.as_deref()));
    chunks.extend(outcome(said, name, dated));
    chunks
}

/// How a deal ended: why, against whom, in which industry, how large it was and how long it took. The notes stand in it too, and by
/// themselves for whom the rest is hidden from.
fn outcome(said: &Said, name: &str, dated: DateTime<Utc>) -> Vec<Chunk> {
    let (ended, reason, notes) = match said.outcome.as_deref() {
        Some("won") => ("won", said.won_reason.as_ref(), said.won_notes.as_ref()),
        Some("lost") => ("lost", said.lost_reason.as_ref(), said.lost_notes.as_ref()),
        _ => return Vec::new(),
    };
    let heading = [format!("Deal {ended}")];
    let mut why = Lines::default();
    let because = |reason: &String| format!("The deal was {ended} because of: {reason}");
    why.add("Outcome", reason.map(because), &format!("opportunity.{ended}_reason_id"));
    if ended == "lost" {
        why.add("Lost to", said.lost_to.as_ref(), "opportunity.lost_to_id");
    }
    let short = |notes: &&String| notes.chars().count() <= 700;
    why.add("Notes", notes.filter(short), &format!("opportunity.{ended}_notes"));
    why.add("Industry", said.industry.as_ref(), "opportunity.industry_id");
    let mut facts = Lines::default();
    facts.add("Outcome", Some(ended), "opportunity.stage_id");
    facts.fields.clear();
    facts.add("Size", band(said.amount_base, said.currency.as_deref()), "opportunity.amount");
    if let (Some(begun), Some(closed)) = (said.created_at, said.closed_at) {
        facts.lines.push(format!("Days from first entry to close: {}", (closed - begun).num_days().max(0)));
    }
    let mut chunks: Vec<Chunk> =
        [why, facts].into_iter().filter_map(|l| l.passage(Kind::Outcome, name, &heading, dated)).collect();
    let record = Record { object: "opportunity", kind: Kind::Outcome, name, dated };
    chunks.extend(record.telling(
        &format!("Deal {ended}: notes"),
        notes.map(String::as_str),
        &format!("{ended}_notes"),
    ));
    chunks
}

/// The band that an amount is in: a pattern is of large or small deals, not of one sum.
fn band(minor: Option<i64>, currency: Option<&str>) -> Option<String> {
    let currency: Currency = currency?.parse().ok()?;
    let amount = minor? / 10_i64.checked_pow(currency.decimals())?;
    let code = currency.code();
    Some(match amount {
        ..10_000 => format!("under 10,000 {code}"),
        10_000..50_000 => format!("10,000 to 50,000 {code}"),
        50_000..250_000 => format!("50,000 to 250,000 {code}"),
        250_000..1_000_000 => format!("250,000 to 1,000,000 {code}"),
        1_000_000.. => format!("over 1,000,000 {code}"),
    })
}

fn account(said: &Said, dated: DateTime<Utc>) -> Vec<Chunk> {
    let name = said.name.as_deref().unwrap_or_default();
    let record = Record { object: "account", kind: Kind::Account, name, dated };
    let mut chunks = vec![Chunk::new(record.kind, name, &[], format!("Account {name}."), dated)];
    let mut lines = Lines::default();
    lines.add("Industry", said.industry.as_ref(), "account.industry_id");
    lines.add("Region", said.region.as_ref(), "account.region_id");
    lines.add("Country", said.country.as_ref(), "account.country");
    lines.add("Employees", said.employees, "account.employees");
    lines.add("Founded", said.founded_year, "account.founded_year");
    lines.add("Tags", tags(said), "account.tags");
    chunks.extend(lines.passage(record.kind, name, &["Company".to_owned()], dated));
    chunks.extend(record.custom(said.custom.as_deref()));
    chunks
}

fn contact(said: &Said, dated: DateTime<Utc>) -> Vec<Chunk> {
    let name = said.name.as_deref().unwrap_or_default();
    let record = Record { object: "contact", kind: Kind::Contact, name, dated };
    let mut chunks = vec![Chunk::new(record.kind, name, &[], format!("Contact {name}."), dated)];
    let mut lines = Lines::default();
    lines.add("Title", said.title.as_ref(), "contact.title");
    lines.add("Tags", tags(said), "contact.tags");
    chunks.extend(lines.passage(record.kind, name, &["Role".to_owned()], dated));
    chunks.extend(record.custom(said.custom.as_deref()));
    chunks
}

fn lead(said: &Said, dated: DateTime<Utc>) -> Vec<Chunk> {
    let name = said.name.as_deref().unwrap_or_default();
    let record = Record { object: "lead", kind: Kind::Lead, name, dated };
    let company = said.company.as_deref().map(|c| format!(" of {c}")).unwrap_or_default();
    let status = said.status.as_deref().unwrap_or_default();
    let mut chunks = vec![Chunk::new(record.kind, name, &[], format!("Lead {name}{company}. Status {status}."), dated)];
    let mut lines = Lines::default();
    lines.add("Title", said.title.as_ref(), "lead.title");
    lines.add("Rating", said.rating.as_ref(), "lead.rating");
    lines.add("Source", said.source.as_ref(), "lead.source_id");
    lines.add("Industry", said.industry.as_ref(), "lead.industry_id");
    lines.add("Region", said.region.as_ref(), "lead.region_id");
    lines.add("Country", said.country.as_ref(), "lead.country");
    lines.add("Tags", tags(said), "lead.tags");
    chunks.extend(lines.passage(record.kind, name, &["Classification".to_owned()], dated));
    chunks.extend(record.telling("Description", said.description.as_deref(), "description"));
    chunks.extend(record.custom(said.custom.as_deref()));
    chunks
}

fn activity(said: &Said, dated: DateTime<Utc>) -> Vec<Chunk> {
    let kind = match said.kind.as_deref() {
        Some("call") => "Call",
        Some("email") => "E-mail",
        Some("meeting") => "Meeting",
        Some(_) | None => "Note",
    };
    let subject = said.subject.as_deref().map(|s| format!(": {s}")).unwrap_or_default();
    let outcome = said.outcome.as_deref().map(|o| format!(" ({o})")).unwrap_or_default();
    let title = format!("{kind}{subject}{outcome}");
    let body = said.body.as_deref().map(without_quotes).unwrap_or_default();
    let chunks = texts(Kind::Activity, &title, Some(&body), dated);
    if chunks.is_empty() && said.subject.is_some() {
        return vec![Chunk::new(Kind::Activity, kind, &[], format!("{kind}{subject}{outcome}"), dated)];
    }
    chunks
}

fn material(said: &Said, dated: DateTime<Utc>) -> Vec<Chunk> {
    let Some(kind) = said.kind.as_deref().and_then(Kind::named) else { return Vec::new() };
    let title = said.title.as_deref().unwrap_or_default();
    let above = [said.subject.as_ref().map(|s| format!("Subject: {s}")), said.summary.clone()];
    let above: Vec<String> = above.into_iter().flatten().filter(|text| !text.trim().is_empty()).collect();
    let mut chunks = Vec::new();
    if !above.is_empty() {
        chunks.push(Chunk::new(kind, title, &[], above.join("\n"), dated));
    }
    chunks.extend(texts(kind, title, said.body.as_deref(), dated));
    chunks
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn day(text: &str) -> DateTime<Utc> {
        format!("{text}T12:00:00Z").parse().unwrap()
    }

    #[test]
    fn a_lost_deal_tells_why_and_names_the_fields_it_tells() {
        let said = json!({
            "name": "Isdom GTX", "stage": "Lost", "outcome": "lost", "pipeline": "Sales", "industry": "Banking",
            "lost_reason": "Price", "lost_notes": "Their budget ended at half of our offer.", "lost_to": "Initech",
            "amount_base": 4_200_000, "currency": "EUR", "created_at": "2026-01-01T00:00:00Z", "closed_at": "2026-03-02T00:00:00Z",
        });
        let chunks = passages(Source::Opportunity, said, day("2026-03-02")).unwrap();
        let told: Vec<_> =
            chunks.iter().map(|c| (c.kind, c.heading.as_str(), c.text.as_str(), c.fields.join(" "))).collect();
        assert_eq!(
            told,
            [
                (Kind::Opportunity, "Isdom GTX", "Deal Isdom GTX. Stage Lost of Sales.", String::new()),
                (
                    Kind::Opportunity,
                    "Isdom GTX › Classification",
                    "Industry: Banking",
                    "opportunity.industry_id".into()
                ),
                (
                    Kind::Outcome,
                    "Isdom GTX › Deal lost",
                    "Outcome: The deal was lost because of: Price\nLost to: Initech\nNotes: Their budget ended at half of our offer.\nIndustry: Banking",
                    "opportunity.lost_reason_id opportunity.lost_to_id opportunity.lost_notes opportunity.industry_id"
                        .into()
                ),
                (
                    Kind::Outcome,
                    "Isdom GTX › Deal lost",
                    "Outcome: lost\nSize: 10,000 to 50,000 EUR\nDays from first entry to close: 60",
                    "opportunity.amount".into()
                ),
                (
                    Kind::Outcome,
                    "Isdom GTX › Deal lost: notes",
                    "Their budget ended at half of our offer.",
                    "opportunity.lost_notes".into()
                ),
            ]
        );
    }

    #[test]
    fn an_open_deal_has_no_outcome_and_an_empty_one_little() {
        let chunks =
            passages(Source::Opportunity, json!({ "name": "A", "outcome": "open" }), day("2026-03-02")).unwrap();
        assert_eq!(chunks.len(), 1);
        assert!(
            passages(Source::File, json!({ "name": "a.pdf", "text": null }), day("2026-03-02")).unwrap().is_empty()
        );
        assert!(passages(Source::Activity, json!({ "kind": "note" }), day("2026-03-02")).unwrap().is_empty());
        assert!(passages(Source::Lead, json!({ "tags": 3 }), day("2026-03-02")).is_err());
    }

    #[test]
    fn headings_say_when() {
        let said = json!({ "kind": "playbook", "title": "Banks", "body": "# 2026-02-03 Board\nAsk for the minutes.\n# Other\nNo." });
        let chunks = passages(Source::Material, said, day("2026-05-05")).unwrap();
        let dates: Vec<_> = chunks.iter().map(|c| (c.heading.as_str(), c.dated.date_naive().to_string())).collect();
        assert_eq!(
            dates,
            [("Banks › 2026-02-03 Board", "2026-02-03".into()), ("Banks › Other", "2026-05-05".to_string())]
        );
    }

    #[test]
    fn bands_know_that_some_currencies_have_no_cents() {
        assert_eq!(band(Some(4_200_000), Some("EUR")).as_deref(), Some("10,000 to 50,000 EUR"));
        assert_eq!(band(Some(4_200_000), Some("JPY")).as_deref(), Some("over 1,000,000 JPY"));
        assert_eq!(band(None, Some("EUR")), None);
    }
}
