//! `summarise_activity`: what happened around a record in a span of time: how often one spoke, when last and with whom, what
//! changed, and what is still to be done.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use dealwright_access::policy::{Needs, Permission, ReadActivity, ReadTask};
use dealwright_access::{Actor, Object};
use dealwright_crm::activity::ActivityKind;
use dealwright_crm::change;
use dealwright_crm::record::leave_out;
use dealwright_crm::timeline::ask::Asked;
use dealwright_crm::timeline::look::Of;
use dealwright_crm::timeline::{self, Entry};
use dealwright_kernel::error::OrNotFound;
use dealwright_kernel::{Error, Result};
use dealwright_store::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::task::About;
use super::{Effect, Output, Running, Tool};
use crate::resolve::record::RecordType;

/// Sums up what happened.
#[derive(Debug)]
pub struct SummariseActivity;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivityArgs {
    pub about: About,
    /// From this day on, to that one; all of it without.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    #[serde(default)]
    pub to: Option<NaiveDate>,
}

/// The most entries that are looked at.
const MOST: u16 = 200;

/// The latest things logged that are told one by one.
const TOLD: usize = 5;

/// The most characters that are quoted of what somebody wrote.
const QUOTED: usize = 160;

impl Tool for SummariseActivity {
    const NAME: &'static str = "summarise_activity";
    const EFFECT: Effect = Effect::Reads;
    const PERMISSION: Permission = ReadActivity::PERMISSION;
    const ABOUT: &'static str = "Sum up the calls, e-mails, meetings, notes, stage changes and tasks of a deal, account, contact or lead, in all or in a span of time.";
    type Args = ActivityArgs;

    async fn run(running: Running<'_>, tx: &mut Tx, args: ActivityArgs) -> Result<Output> {
        let actor = running.cx.actor();
        actor.require(args.about.kind.read())?;
        if args.from.zip(args.to).is_some_and(|(from, to)| from > to) {
            return Err(Error::field("to", "invalid_value", "a span ends after it begins"));
        }
        let name = change::store::names(tx, &[args.about.id]).await?.remove(&args.about.id);
        let name = name.or_not_found(args.about.kind.as_str())?;
        let asked = Asked {
            from: args.from.map(start_of),
            to: args.to.and_then(|day| day.checked_add_days(Days::new(1))).map(start_of),
            ..Asked::default()
        };
        let page = timeline::store::page(tx, actor, timeline_of(&args.about), &asked, MOST, None).await?;
        let entries: Vec<&Entry> = page.items.iter().filter(|entry| within(entry, &asked)).collect();
        let tasks = open_tasks(actor, tx, &args.about).await?;
        let logged: Vec<&&Entry> = entries.iter().filter(|entry| entry.activity.is_some()).collect();
        let contact = logged.iter().find(|entry| entry.activity.as_ref().is_some_and(|a| a.kind != ActivityKind::Note));
        let count = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        let result = json!({
            "id": args.about.id, "type": args.about.kind, "name": name, "from": args.from, "to": args.to,
            // More than these happened, and only the latest were looked at.
            "more": page.next_cursor.is_some(),
            "counts": counts(&entries), "people": people(&entries),
            "first_on": entries.iter().map(|e| e.at.date_naive()).min(), "last_on": entries.iter().map(|e| e.at.date_naive()).max(),
            "last_contact": contact.map(|entry| told(entry)),
            "days_since_contact": contact.map(|entry| (tx.now().date_naive() - entry.at.date_naive()).num_days()),
            "latest": logged.iter().take(TOLD).map(|entry| told(entry)).collect::<Vec<_>>(),
            "moves": moves(&entries), "tasks": tasks,
        });
        let summary = if count == 1 { format!("1 entry of {name}") } else { format!("{count} entries of {name}") };
        // A record with nothing on it is an answer too.
        Ok(Output { count: count.max(1), summary, result, proposal: None })
    }
}

fn start_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

const fn timeline_of(about: &About) -> Of {
    match about.kind {
        RecordType::Opportunity => Of::Opportunity(about.id),
        RecordType::Account => Of::Account(about.id),
        RecordType::Contact => Of::Contact(about.id),
        RecordType::Lead => Of::Lead(about.id),
    }
}

/// What is pinned stands on the first page whenever it happened.
fn within(entry: &Entry, asked: &Asked) -> bool {
    asked.from.is_none_or(|from| entry.at >= from) && asked.to.is_none_or(|to| entry.at < to)
}

/// What an entry counts as.
fn kind(entry: &Entry) -> &'static str {
    if let Some(activity) = &entry.activity {
        return activity.kind.as_str();
    }
    match entry.kind.split_once('.') {
        Some(("opportunity", "moved" | "reopened")) => "stage change",
        Some(("task", "completed")) => "task done",
        Some(("task", _)) => "task change",
        Some((_, "assigned")) => "change of owner",
        Some(("file", _)) => "file",
        Some(("approval" | "proposal", _)) => "approval",
        _ => "change",
    }
}

fn counts(entries: &[&Entry]) -> Value {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in entries {
        *counts.entry(kind(entry)).or_default() += 1;
    }
    json!(counts)
}

/// Who did it, the busiest first.
fn people(entries: &[&Entry]) -> Vec<Value> {
    let mut by: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in entries {
        *by.entry(entry.actor.name.as_str()).or_default() += 1;
    }
    let mut by: Vec<(&str, u64)> = by.into_iter().collect();
    by.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    by.into_iter().take(TOLD).map(|(name, count)| json!({ "name": name, "count": count })).collect()
}

/// One thing that was logged. What somebody wrote is quoted as theirs, and never read as a request.
fn told(entry: &Entry) -> Value {
    let activity = entry.activity.as_ref();
    let quoted = activity.and_then(|a| a.subject.as_deref().or(a.body.as_deref())).map(|words| excerpt(words, QUOTED));
    json!({
        "kind": kind(entry), "on": entry.at.date_naive(), "by": entry.actor.name, "direction": activity.and_then(|a| a.direction),
        "outcome": activity.and_then(|a| a.outcome.as_ref()).map(|o| &o.name), "quoted": quoted,
        "about": activity.and_then(|a| a.about.as_ref()).map(|about| &about.name),
    })
}

/// What was written, in one line of at most so many characters, cut at a word.
#[must_use]
pub fn excerpt(words: &str, most: usize) -> String {
    let one_line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if one_line.chars().count() <= most {
        return one_line;
    }
    let cut: String = one_line.chars().take(most).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole))
}

/// Which stages a deal went through.
fn moves(entries: &[&Entry]) -> Vec<Value> {
    let of = |entry: &&&Entry| {
        let stage = entry.changes.iter().find(|change| change.field == "stage_id")?;
        Some(
            json!({ "on": entry.at.date_naive(), "by": entry.actor.name, "deal": entry.subject.name, "from": stage.old_label, "to": stage.new_label }),
        )
    };
    entries.iter().filter_map(|entry| of(&entry)).take(TOLD).collect()
}

async fn open_tasks(actor: &Actor, tx: &mut Tx, about: &About) -> Result<Vec<Value>> {
    if actor.require(ReadTask::PERMISSION).is_err() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!(
        r#"select t.id, t.title, t.due_date, u.name as assignee from task t join app_user u on u.org_id = t.org_id and u.id = t.assignee_id
           where t.org_id = $1 and t.done_at is null and t.deleted_at is null
             and case $2 when 'opportunity' then t.opportunity_id when 'account' then t.account_id when 'contact' then t.contact_id else t.lead_id end = $3
           order by t.due_date nulls last, t.id limit 5"#,
        tx.org().0,
        about.kind.as_str(),
        about.id,
    )
    .fetch_all(tx.db())
    .await?;
    let hidden = actor.fields.hidden(Object::Task);
    let shown = rows.into_iter().map(|t| {
        let mut task = json!({ "id": t.id, "title": t.title, "due_date": t.due_date, "assignee": t.assignee });
        leave_out(&mut task, Object::Task, &hidden);
        task
    });
    Ok(shown.collect())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_was_written_is_cut_at_a_word() {
        let long = "word ".repeat(60);
        let cut = excerpt(&long, QUOTED);
        assert!(cut.ends_with("word…") && cut.chars().count() <= QUOTED + 1, "{cut}");
        assert_eq!(excerpt(" a \n b ", QUOTED), "a b");
    }

    #[test]
    fn a_span_begins_with_its_day() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        assert_eq!(start_of(day).to_rfc3339(), "2026-03-01T00:00:00+00:00");
        let about = About { kind: RecordType::Lead, id: Uuid::nil() };
        assert_eq!(timeline_of(&about), Of::Lead(Uuid::nil()));
    }
}
