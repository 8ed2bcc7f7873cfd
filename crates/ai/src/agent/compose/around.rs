//! Answers about accounts, contacts and leads, about what happened with a record and where it could go, and about one's own work.

use std::fmt::Write;

use serde_json::Value;

use super::{Draft, Style, count, day, items, money, text};
use crate::planner::RecordKind;

/// Parts of a list that hold strings.
fn strings<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    value.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn kind_of(result: &Value) -> Option<RecordKind> {
    serde_json::from_value(result.get("kind")?.clone()).ok()
}

fn plural(n: i64, one: &str) -> String {
    if n == 1 { format!("{n} {one}") } else { format!("{n} {one}s") }
}

pub(super) fn records(draft: &mut Draft, result: &Value) {
    let Some(kind) = kind_of(result) else { return };
    let (total, all) = (count(result, "count"), items(result));
    if total == 0 {
        draft.say(&format!("There are no such {} that you may see.", kind.noun(0)));
        return;
    }
    draft.say(&format!("{total} {}.", kind.noun(total)));
    draft.first_of(all.len(), total);
    for item in all {
        let name = text(item, "name").unwrap_or_default();
        let mark = draft.cite(kind.record_type().as_str(), text(item, "id"), name);
        let parts: Vec<&str> =
            ["title", "company", "account", "email", "phone", "industry", "country", "status", "rating", "owner"]
                .iter()
                .filter_map(|field| text(item, field))
                .filter(|part| *part != name)
                .collect();
        draft.say(&format!("- {name}{mark}: {}", parts.join(", ")));
    }
}

pub(super) fn record(draft: &mut Draft, result: &Value, style: Style) {
    let Some(kind) = kind_of(result) else { return };
    let name = text(result, "name").unwrap_or_default();
    let mark = draft.cite(kind.record_type().as_str(), text(result, "id"), name);
    let role = match (
        text(result, "title"),
        text(result, "account").or_else(|| text(result, "company").filter(|c| *c != name)),
    ) {
        (Some(title), Some(at)) => format!(", {title} at {at}"),
        (Some(title), None) => format!(", {title}"),
        (None, Some(at)) => format!(" of {at}"),
        (None, None) => String::new(),
    };
    let owner = text(result, "owner").map_or_else(String::new, |owner| format!(", owned by {owner}"));
    draft.say(&format!("{name}{mark}{role} is {} {}{owner}.", article(kind), kind.noun(1)));
    for (field, label) in [
        ("status", "Status"),
        ("rating", "Rating"),
        ("email", "E-mail"),
        ("phone", "Phone"),
        ("domain", "Domain"),
        ("website", "Web site"),
        ("industry", "Industry"),
        ("region", "Region"),
        ("country", "Country"),
        ("source", "Source"),
    ] {
        if let Some(value) = text(result, field) {
            draft.say(&format!("- {label}: {value}"));
        }
    }
    if let Some(employees) = result.get("employees").and_then(Value::as_i64) {
        draft.say(&format!("- Employees: {employees}"));
    }
    if let Some(revenue) = money(result.get("annual_revenue"), style) {
        draft.say(&format!("- Annual revenue: {revenue}"));
    }
    if let Some(open) = result.get("open_deals").and_then(Value::as_i64) {
        let worth = money(result.get("open_amount"), style)
            .filter(|_| open > 0)
            .map_or_else(String::new, |sum| format!(", worth {sum}"));
        draft.say(&format!(
            "- {}{worth}",
            if open == 0 { "No open deals".to_owned() } else { plural(open, "open deal") }
        ));
    }
    if let Some(parent) = text(result, "parent") {
        draft.say(&format!("- Belongs to: {parent}"));
    }
    for child in result.get("subsidiaries").and_then(Value::as_array).into_iter().flatten() {
        let name = text(child, "name").unwrap_or_default();
        let mark = draft.cite("account", text(child, "id"), name);
        draft.say(&format!("- Subsidiary: {name}{mark}"));
    }
    for person in result.get("people").and_then(Value::as_array).into_iter().flatten() {
        let name = text(person, "name").unwrap_or_default();
        let mark = draft.cite("contact", text(person, "id"), name);
        let title = text(person, "title").map_or_else(String::new, |title| format!(", {title}"));
        draft.say(&format!("- Contact: {name}{mark}{title}"));
    }
}

const fn article(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Account => "an",
        RecordKind::Contact | RecordKind::Lead => "a",
    }
}

pub(super) fn happened(draft: &mut Draft, result: &Value) {
    let name = text(result, "name").unwrap_or_default();
    let mark = draft.cite(text(result, "type").unwrap_or_default(), text(result, "id"), name);
    let counts = result.get("counts").and_then(Value::as_object);
    let parts: Vec<String> =
        counts.into_iter().flatten().filter_map(|(kind, n)| Some(plural(n.as_i64()?, kind))).collect();
    let span = match (day(result, "first_on"), day(result, "last_on")) {
        (Some(first), Some(last)) if first == last => format!(" on {first}"),
        (Some(first), Some(last)) => format!(" between {first} and {last}"),
        _ => String::new(),
    };
    if parts.is_empty() {
        draft.say(&format!("Nothing happened with {name}{mark} in that time that you may see."));
    } else {
        let more =
            if result.get("more").and_then(Value::as_bool) == Some(true) { "Of the latest entries: " } else { "" };
        draft.say(&format!("{name}{mark}: {more}{}{span}.", parts.join(", ")));
    }
    match result.get("last_contact").filter(|last| !last.is_null()) {
        Some(last) => {
            draft.say(&format!(
                "The last contact was {} by {} on {}, {} ago{}.",
                with_article(text(last, "kind").unwrap_or_default()),
                text(last, "by").unwrap_or_default(),
                day(last, "on").unwrap_or_default(),
                plural(count(result, "days_since_contact"), "day"),
                quoted(last),
            ));
        }
        None if !parts.is_empty() => draft.say("No call, e-mail or meeting is logged in that time."),
        None => {}
    }
    for moved in result.get("moves").and_then(Value::as_array).into_iter().flatten() {
        let (from, to) = (text(moved, "from").unwrap_or("another stage"), text(moved, "to").unwrap_or_default());
        draft.say(&format!(
            "- {}: moved from {from} to {to} by {}",
            day(moved, "on").unwrap_or_default(),
            text(moved, "by").unwrap_or_default()
        ));
    }
    for logged in result.get("latest").and_then(Value::as_array).into_iter().flatten() {
        let outcome = text(logged, "outcome").map_or_else(String::new, |outcome| format!(" ({outcome})"));
        let what = text(logged, "kind").unwrap_or_default();
        draft.say(&format!(
            "- {}: {what} by {}{outcome}{}",
            day(logged, "on").unwrap_or_default(),
            text(logged, "by").unwrap_or_default(),
            quoted(logged)
        ));
    }
    for task in result.get("tasks").and_then(Value::as_array).into_iter().flatten() {
        let due = day(task, "due_date").map_or_else(String::new, |due| format!(", due {due}"));
        let title = text(task, "title").unwrap_or_default();
        draft.say(&format!("- Open task: {title}{due} ({})", text(task, "assignee").unwrap_or_default()));
    }
}

/// What somebody wrote, as theirs.
fn quoted(of: &Value) -> String {
    text(of, "quoted").map_or_else(String::new, |words| format!(": “{words}”"))
}

fn with_article(kind: &str) -> String {
    if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { format!("an {kind}") } else { format!("a {kind}") }
}

pub(super) fn next_stage(draft: &mut Draft, result: &Value, style: Style) {
    let name = text(result, "name").unwrap_or_default();
    let mark = draft.cite("opportunity", text(result, "id"), name);
    let stage = text(result, "stage").unwrap_or_default();
    if text(result, "kind") != Some("open") {
        draft.say(&format!("{name}{mark} is over: it is in {stage}."));
        return;
    }
    draft.say(&format!("{name}{mark} has been in {stage} for {}.", plural(count(result, "days_in_stage"), "day")));
    for refused in result.get("refused").and_then(Value::as_array).into_iter().flatten() {
        let why = text(refused, "why").map_or_else(String::new, |why| format!(": {}", why.trim_end_matches('.')));
        draft.say(&format!("It can't go to {} from there{why}.", text(refused, "stage").unwrap_or_default()));
    }
    let Some(next) = result.get("next").filter(|next| !next.is_null()) else {
        draft.say("There is no stage that it could go to next.");
        return;
    };
    let to = text(next, "stage").unwrap_or_default();
    let missing = strings(next, "missing");
    if !missing.is_empty() {
        draft.say(&format!("Next would be {to}. Before that:"));
        missing.iter().for_each(|what| draft.say(&format!("- {what}")));
    } else if next.get("full").and_then(Value::as_bool) == Some(true) {
        draft.say(&format!("Next would be {to}, which is full at the moment."));
    } else if text(next, "kind") == Some("won") {
        draft.say(&format!("Next would be {to}. Nothing is missing; say so when they have signed, and I propose it."));
    } else {
        draft.say(&format!("Next is {to}; nothing is missing for it."));
        super::change(draft, result, style);
    }
}

pub(super) fn duplicates(draft: &mut Draft, result: &Value) {
    let Some(kind) = kind_of(result) else { return };
    let (name, all) = (text(result, "name").unwrap_or_default(), items(result));
    let of = kind.record_type().as_str();
    let mark = draft.cite(of, text(result, "id"), name);
    if all.is_empty() {
        draft.say(&format!("I find nothing like {name}{mark} among the {} that you may see.", kind.noun(0)));
        return;
    }
    let n = i64::try_from(all.len()).unwrap_or(i64::MAX);
    draft.counted.extend(u64::try_from(n).ok());
    draft.say(&format!(
        "{} may be the same as {name}{mark}:",
        if n == 1 { format!("{n} {}", kind.noun(1)) } else { format!("{n} {}", kind.noun(n)) }
    ));
    for item in all {
        let other = text(item, "name").unwrap_or_default();
        let mark = draft.cite(of, text(item, "id"), other);
        draft.say(&format!("- {other}{mark}, {}%: {}", count(item, "score"), strings(item, "reasons").join(", ")));
    }
    draft.say("They can be merged on their own page, field by field.");
}

pub(super) fn approvals(draft: &mut Draft, result: &Value) {
    let (n, all) = (count(result, "count"), items(result));
    let mine = text(result, "which") == Some("mine");
    match (n, mine) {
        (0, true) => draft.say("You have asked for no approvals."),
        (0, false) => draft.say("Nothing waits for your approval."),
        (n, true) => draft.say(&format!("You have asked for {}.", plural(n, "approval"))),
        (n, false) => draft.say(&format!(
            "{} for your decision.",
            if n == 1 { "1 request waits".to_owned() } else { format!("{n} requests wait") }
        )),
    }
    for item in all {
        let subject = item.get("subject").cloned().unwrap_or_default();
        let name = text(&subject, "name").unwrap_or_default();
        let mark = draft.cite(text(&subject, "record_type").unwrap_or_default(), text(&subject, "record_id"), name);
        let mut line = format!("- {}: {name}{mark}", text(item, "definition").unwrap_or_default());
        if mine {
            _ = write!(line, ", {}", text(item, "status").unwrap_or_default());
        } else {
            _ = write!(line, ", asked for by {}", text(item, "requested_by").unwrap_or_default());
        }
        draft.say(&format!("{line} on {}", day(item, "on").unwrap_or_default()));
    }
}

pub(super) fn my_day(draft: &mut Draft, result: &Value, style: Style) {
    let (total, all) = (count(result, "count"), items(result));
    if total == 0 {
        draft.say("Nothing is due: no task, no follow-up, no deal about to close, and no approval waits for you.");
        return;
    }
    draft.say(&format!(
        "{} to do, the most pressing first.",
        if total == 1 { "1 thing".to_owned() } else { format!("{total} things") }
    ));
    draft.first_of(all.len(), total);
    for item in all {
        let name = text(item, "name").unwrap_or_default();
        let mark = draft.cite(text(item, "type").unwrap_or_default(), text(item, "id"), name);
        let why: Vec<&str> = item
            .get("why")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|why| text(why, "words"))
            .collect();
        let worth = money(item.get("amount"), style).map_or_else(String::new, |amount| format!(" ({amount})"));
        draft.say(&format!("- {name}{mark}{worth}: {}", why.join(", ")));
    }
}

pub(super) fn letter(draft: &mut Draft, result: &Value) {
    let Some(letter) = result
        .get("draft")
        .and_then(|letter| serde_json::from_value::<crate::tools::email::EmailDraft>(letter.clone()).ok())
    else {
        return;
    };
    let contact = result.get("contact").filter(|contact| !contact.is_null());
    let (kind, id) = match contact {
        Some(contact) => ("contact", text(contact, "id")),
        None => (text(result, "type").unwrap_or_default(), text(result, "id")),
    };
    let mark = draft.cite(kind, id, &letter.to_name);
    draft.say(&format!(
        "A draft for {}{mark}. Nothing was sent: read it, change it, and send it from your own mail.",
        letter.to_name
    ));
    draft.letters.push(letter);
}
