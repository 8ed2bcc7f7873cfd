//! What a letter says beside its title, so that its reader need not open anything to know what it is about: what is asked for and
//! why, what somebody said of it, by which service level something is due, what a task is about, why an automation is off. Read as
//! the letter's reader may see it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use dealwright_access::Context;
use dealwright_access::policy::Object;
use dealwright_kernel::Result;
use dealwright_kernel::error::Outcome;
use dealwright_kernel::id::{ApprovalId, TaskId};
use dealwright_store::{Change, Tx};
use serde_json::Value;
use uuid::Uuid;

use super::text::Language;
use super::{Notification, NotificationKind as Kind, NotifiedObject};
use crate::approval::view::{self, Approval};
use crate::task::{self, Task};

/// Changes that a letter lists.
const MOST: usize = 8;
/// How much of a text is told.
const EXCERPT: usize = 300;

/// Lines by notification.
pub(super) type Details = HashMap<Uuid, Vec<String>>;

/// What there is to say of these.
///
/// # Errors
/// When the database is gone.
pub(super) async fn of(cx: &Context, language: Language, zone: Tz, shown: &[Notification]) -> Result<Details> {
    let told: Vec<&Notification> = shown.iter().filter(|one| tells(one)).collect();
    if told.is_empty() {
        return Ok(Details::new());
    }
    let mut tx = cx.begin().await?;
    let ids: Vec<Uuid> = told.iter().map(|one| one.id).collect();
    let events = events(&mut tx, &ids).await?;
    let mut details = Details::new();
    for one in told {
        let event = events.get(&one.id);
        let lines = match (one.kind, event) {
            (Kind::SlaWarning | Kind::SlaBreached, Some(event)) => {
                language.service_level(event, zone).into_iter().collect()
            }
            (Kind::AutomationPaused, Some(event)) => language.paused(event).into_iter().collect(),
            _ if one.record.object == NotifiedObject::Task => match task(cx, &mut tx, one).await? {
                Some(task) => language.task(&task),
                None => Vec::new(),
            },
            (_, Some(event)) => approval(cx, &mut tx, language, one, event).await?,
            (_, None) => Vec::new(),
        };
        details.insert(one.id, lines);
    }
    tx.done(()).await?;
    Ok(details)
}

/// Whether there is more to say of it than its title does.
fn tells(one: &Notification) -> bool {
    one.approval.is_some()
        || one.record.object == NotifiedObject::Task && one.count == 1
        || matches!(one.kind, Kind::SlaWarning | Kind::SlaBreached | Kind::AutomationPaused)
}

/// A task, without what the reader's roles hide of it.
async fn task(cx: &Context, tx: &mut Tx, of: &Notification) -> Result<Option<Task>> {
    let found = task::store::find(tx, TaskId(of.record.id), false).await?;
    Ok(found.map(|mut task| {
        task.due_date = task.due_date.filter(|_| !cx.actor().fields.hides(Object::Task, "due_date"));
        task
    }))
}

/// What the events of these notifications say.
async fn events(tx: &mut Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Value>> {
    let rows = sqlx::query!(
        r#"select n.id, e.data as "data!" from notification n join event e on e.org_id = n.org_id and e.id = n.event_id
           where n.org_id = $1 and n.id = any ($2)"#,
        tx.org().0,
        ids,
    )
    .fetch_all(tx.db())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.data)).collect())
}

async fn approval(
    cx: &Context,
    tx: &mut Tx,
    language: Language,
    of: &Notification,
    event: &Value,
) -> Result<Vec<String>> {
    let Some(told) = &of.approval else { return Ok(Vec::new()) };
    if of.kind == Kind::ApprovalDecided {
        let reason = event.get("reason").and_then(Value::as_str);
        return Ok(reason.map(excerpt).into_iter().collect());
    }
    let asked = match view::one(cx, tx, ApprovalId(told.id)).await {
        Ok(asked) => asked,
        // It has gone out of sight since it was looked up.
        Err(error) if error.outcome == Outcome::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    Ok(language.asked(&asked))
}

fn excerpt(text: &str) -> String {
    let short: String = text.chars().take(EXCERPT).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

impl Language {
    /// By which service level something is due, and when.
    fn service_level(self, event: &Value, zone: Tz) -> Option<String> {
        let rule = event.get("rule")?.as_str()?;
        let due: DateTime<Utc> = event.get("due_at")?.as_str()?.parse().ok()?;
        let due = due.with_timezone(&zone);
        let (day, time) = (self.date(due.date_naive()), due.format("%H:%M"));
        Some(match self {
            Self::English => format!("{rule}: due {day}, {time}"),
            Self::German => format!("{rule}: fällig am {day}, {time} Uhr"),
        })
    }

    /// Why an automation was switched off.
    fn paused(self, event: &Value) -> Option<String> {
        let why =
            match event.get("paused")?.as_str()? {
                "storm" => self
                    .say("It ran more often in an hour than it may.", "Sie lief öfter in einer Stunde, als sie darf."),
                "actor_gone" => self
                    .say("Whoever it acts for is not active any more.", "Für wen sie handelt, ist nicht mehr aktiv."),
                "failing" => self.say("Run after run was refused.", "Lauf um Lauf wurde abgelehnt."),
                _ => return None,
            };
        Some(why.to_owned())
    }

    /// What a task is about, and when it is due.
    fn task(self, task: &Task) -> Vec<String> {
        let about = task.subject.as_ref().map(|about| match self {
            Self::English => format!("About: {}", about.name),
            Self::German => format!("Betrifft: {}", about.name),
        });
        let due = task.due_date.map(|day| match self {
            Self::English => format!("Due: {}", self.date(day)),
            Self::German => format!("Fällig: {}", self.date(day)),
        });
        about.into_iter().chain(due).collect()
    }

    /// Who asks for an approval, why, and for which values.
    fn asked(self, of: &Approval) -> Vec<String> {
        let who = &of.requested_by.name;
        let asks = match (self, of.reason.as_deref().map(excerpt)) {
            (Self::English, Some(why)) => format!("{who} asks for it: {why}"),
            (Self::English, None) => format!("{who} asks for it."),
            (Self::German, Some(why)) => format!("{who} bittet darum: {why}"),
            (Self::German, None) => format!("{who} bittet darum."),
        };
        let changes = of.changes.iter().take(MOST).map(|change| self.approved_value(change));
        let rest = of.changes.len().saturating_sub(MOST);
        std::iter::once(asks).chain(changes).chain((rest > 0).then(|| format!("+ {rest}"))).collect()
    }

    /// `Amount: EUR 1,000.00 → EUR 2,000.00`; without what was before where there was nothing.
    fn approved_value(self, change: &Change) -> String {
        let field = self.field(&change.field);
        let new = self.told(&change.new, change.new_label.as_deref());
        if change.old.is_null() {
            return format!("{field}: {new}");
        }
        format!("{field}: {} → {new}", self.told(&change.old, change.old_label.as_deref()))
    }

    fn told(self, value: &Value, label: Option<&str>) -> String {
        // No products are no words.
        let label = label.filter(|label| !label.is_empty());
        match (value, label) {
            (Value::Object(_), _) | (Value::Null, _) | (_, Some(_)) => excerpt(&self.value(value, label)),
            (Value::String(text), None) => match text.parse() {
                Ok(day) => self.date(day),
                Err(_) => excerpt(text),
            },
            (Value::Bool(true), None) => self.say("yes", "ja").to_owned(),
            (Value::Bool(false), None) => self.say("no", "nein").to_owned(),
            (Value::Number(number), None) => number.to_string(),
            (Value::Array(all), None) => {
                let words: Vec<String> = all.iter().map(|one| self.told(one, None)).collect();
                if words.is_empty() { "–".to_owned() } else { excerpt(&words.join(", ")) }
            }
        }
    }

    /// A field by its name; one that is the organisation's own by its key, as words.
    fn field(self, name: &str) -> String {
        let known = match name {
            "amount" => self.say("Amount", "Betrag"),
            "products" => self.say("Products", "Produkte"),
            "stage_id" => self.say("Stage", "Phase"),
            "owner_id" => self.say("Owner", "Zuständig"),
            "close_date" => self.say("Close date", "Abschlussdatum"),
            "probability" => self.say("Probability", "Wahrscheinlichkeit"),
            "forecast_category" => self.say("Forecast category", "Prognosekategorie"),
            "name" => "Name",
            "account_id" => self.say("Account", "Firma"),
            "primary_contact_id" => self.say("Primary contact", "Hauptkontakt"),
            "next_step" => self.say("Next step", "Nächster Schritt"),
            "follow_up_date" => self.say("Follow-up date", "Wiedervorlage"),
            "type_id" => self.say("Type", "Art"),
            "source_id" => self.say("Source", "Quelle"),
            "industry_id" => self.say("Industry", "Branche"),
            "region_id" => self.say("Region", "Region"),
            "status_id" => "Status",
            "company" => self.say("Company", "Firma"),
            _ => return in_words(name),
        };
        known.to_owned()
    }
}

/// `custom.credit_limit` as `Credit limit`.
fn in_words(name: &str) -> String {
    let name = name.strip_prefix("custom.").unwrap_or(name);
    let name = name.strip_suffix("_id").unwrap_or(name).replace('_', " ");
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(field: &str, old: Value, new: Value, new_label: Option<&str>) -> Change {
        Change { field: field.into(), old, new, old_label: None, new_label: new_label.map(str::to_owned) }
    }

    #[test]
    fn what_is_asked_for_is_told_in_the_reader_s_words() {
        let (english, german) = (Language::of(None), Language::of(Some("de")));
        let money = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
        let amount = change("amount", money("1000.00"), money("120000.00"), Some("120000.00 EUR"));
        assert_eq!(english.approved_value(&amount), "Amount: EUR 1,000.00 → EUR 120,000.00");
        assert_eq!(german.approved_value(&amount), "Betrag: 1.000,00 EUR → 120.000,00 EUR");
        for (new, label, told) in [
            (json!("2026-12-31"), None, "Close date: December 31, 2026"),
            (json!(null), None, "Close date: –"),
            (json!([]), Some("6 × Arm A12, 25 % off"), "Close date: 6 × Arm A12, 25 % off"),
            (json!([]), None, "Close date: –"),
            (json!([]), Some(""), "Close date: –"),
            (json!(["a", true, 3]), None, "Close date: a, yes, 3"),
        ] {
            assert_eq!(english.approved_value(&change("close_date", Value::Null, new, label)), told);
        }
        assert_eq!(english.field("custom.credit_limit"), "Credit limit");
        assert_eq!(excerpt(&"ä".repeat(301)).chars().count(), EXCERPT + 1);
    }

    #[test]
    fn a_letter_says_why_an_automation_is_off() {
        for (why, told) in [("storm", true), ("actor_gone", true), ("failing", true), ("by_hand", false)] {
            for locale in [None, Some("de")] {
                assert_eq!(Language::of(locale).paused(&json!({ "paused": why })).is_some(), told, "{why}");
            }
        }
        assert_eq!(Language::of(None).paused(&json!({})), None);
    }

    #[test]
    fn a_service_level_is_due_by_the_reader_s_clock() {
        let event = json!({ "rule": "No deal stands still", "due_at": "2026-03-29T00:30:00Z" });
        let berlin = chrono_tz::Europe::Berlin;
        let told = |locale| Language::of(locale).service_level(&event, berlin).unwrap();
        assert_eq!(told(None), "No deal stands still: due March 29, 2026, 01:30");
        assert_eq!(told(Some("de")), "No deal stands still: fällig am 29.03.2026, 01:30 Uhr");
        assert_eq!(Language::of(None).service_level(&json!({}), berlin), None);
    }
}
