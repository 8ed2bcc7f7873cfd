//! Tasks out of notes: of a meeting that was logged, or of text that was pasted. The words are somebody else's, so every proposal
//! says that.

use std::collections::HashSet;

use dealwright_access::Context;
use dealwright_access::policy::{Needs, ReadActivity};
use dealwright_ai::agent::lookup;
use dealwright_ai::resolve::Reading;
use dealwright_ai::resolve::record::RecordType;
use dealwright_ai::resolve::vocabulary::Vocabulary;
use dealwright_ai::tools::task::{About, TaskArgs};
use dealwright_ai::tools::update::Said;
use dealwright_crm::activity::{self, Activity};
use dealwright_kernel::Result;
use dealwright_store::Tx;

use super::{Cause, Found, Line, Wanted, counted};
use crate::action::{self, Item};
use crate::store;

pub(super) async fn find(cx: &Context, tx: &mut Tx, cause: Cause) -> Result<Found> {
    if !cx.actor().may(ReadActivity::PERMISSION) {
        return Ok(Found::default());
    }
    let id = match cause {
        Cause::Activity(id) => Some(id),
        Cause::Trial => store::facts::last_meeting(tx, cx.actor().user).await?,
        Cause::Time | Cause::Leads => None,
    };
    let Some(id) = id else { return Ok(Found::default()) };
    let Some(meeting) = activity::store::find(tx, id, false).await? else { return Ok(Found::default()) };
    let Some(body) = meeting.body.as_deref() else { return Ok(Found::default()) };
    let held = meeting.occurred_at.with_timezone(&dealwright_ai::zone(cx)).date_naive();
    let about = about(&meeting);
    let mut found = of_text(cx, tx, body, held, about.as_ref()).await?;
    if !found.lines.is_empty() {
        let what = meeting.subject.as_deref().unwrap_or("a meeting");
        found.title = format!("{} to do from {what}", counted(found.lines.len(), "thing", "things"));
        found.title = found.title.chars().take(300).collect();
    }
    Ok(found)
}

/// The record that an activity is about.
fn about(meeting: &Activity) -> Option<About> {
    let of = |kind, id: uuid::Uuid| About { kind, id };
    meeting
        .opportunity_id
        .map(|id| of(RecordType::Opportunity, id.0))
        .or_else(|| meeting.account_id.map(|id| of(RecordType::Account, id.0)))
        .or_else(|| meeting.contact_id.map(|id| of(RecordType::Contact, id.0)))
        .or_else(|| meeting.lead_id.map(|id| of(RecordType::Lead, id.0)))
}

/// What is to be done according to a text that was written or spoken on a day.
///
/// # Errors
/// When the database is gone.
pub async fn of_text(
    cx: &Context,
    tx: &mut Tx,
    text: &str,
    held: chrono::NaiveDate,
    about: Option<&About>,
) -> Result<Found> {
    let usual = dealwright_ai::reading(cx);
    let reading =
        Reading { calendar: dealwright_ai::resolve::date::Calendar { today: held, ..usual.calendar }, ..usual };
    let all = action::items(text, &reading);
    let vocabulary = lookup::vocabulary(cx, tx).await?;
    let (mut lines, mut wants) = (Vec::new(), Vec::new());
    for item in all {
        let (assignee, note) = assignee(&vocabulary, item.who.as_deref());
        let mut said = vec![Said { field: "title".into(), words: item.words.clone() }];
        if let Some((words, _)) = &item.due {
            said.push(Said { field: "due_date".into(), words: words.clone() });
        }
        if let (Some(_), Some(who)) = (assignee, &item.who) {
            said.push(Said { field: "assignee_id".into(), words: who.clone() });
        }
        let task = TaskArgs {
            title: item.title.clone(),
            about: about.cloned(),
            due_date: item.due.as_ref().map(|(_, day)| *day),
            remind_at: None,
            assignee_id: assignee,
            priority: None,
            said,
        };
        wants.push(Wanted { line: lines.len(), task, reason: reason(&item), tainted: true });
        lines.push(Line::figure(told(&item, note), None));
    }
    let title = format!("{} to do", counted(lines.len(), "thing", "things"));
    Ok(Found { title, lines, wants, ..Found::default() })
}

/// The colleague who is named, if one is; else whoever asks. The note says why it is the asker.
fn assignee(vocabulary: &Vocabulary, who: Option<&str>) -> (Option<uuid::Uuid>, Option<String>) {
    let Some(who) = who else { return (None, None) };
    match vocabulary.people_named(who).as_slice() {
        [one] => (Some(one.id), None),
        [] => (None, Some(format!("{who} is no colleague, so it is for you"))),
        several => {
            // One name twice is one person twice.
            let names: HashSet<&str> = several.iter().map(|person| person.name.as_str()).collect();
            (None, Some(format!("{who} may be any of {} colleagues, so it is for you", names.len().max(2))))
        }
    }
}

fn reason(item: &Item) -> String {
    let words: String = item.words.chars().take(400).collect();
    format!("The notes say: “{words}”")
}

fn told(item: &Item, note: Option<String>) -> String {
    let who = item.who.as_ref().map_or_else(String::new, |who| format!("{who}: "));
    let due = item.due.as_ref().map_or_else(String::new, |(_, day)| format!(", by {}", day.format("%a %-d %b %Y")));
    let note = note.map_or_else(String::new, |note| format!(" ({note})"));
    format!("{who}{}{due}{note}", item.title)
}
