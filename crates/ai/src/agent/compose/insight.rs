//! Answers of what was written, of figures over a period, of deals that stand still, of scores and of what sources know.

use rust_decimal::Decimal;
use serde_json::Value;

use super::{Draft, Style, count, day, items, money, text};
use crate::planner::{Figure, Figures};

pub(super) fn passages(draft: &mut Draft, result: &Value) {
    let all = result.get("passages").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if all.is_empty() {
        draft.say("I find nothing written about that among what you may see.");
        return;
    }
    let facts: Vec<&str> = match result.get("narrowed").and_then(Value::as_bool) {
        Some(true) => result
            .get("facts")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|fact| text(fact, "value"))
            .collect(),
        _ => Vec::new(),
    };
    let among = if facts.is_empty() { String::new() } else { format!(", among {}", facts.join(", ")) };
    draft.say(&format!("What was written about it{among}, the nearest first:"));
    for passage in all {
        let label = text(passage, "label").unwrap_or_default();
        let mark = draft.cite(text(passage, "type").unwrap_or_default(), text(passage, "id"), label);
        let heading = text(passage, "heading").unwrap_or(label);
        let on = day(passage, "on").unwrap_or_default();
        draft.say(&format!("- {heading}{mark}, {on}: “{}”", text(passage, "quoted").unwrap_or_default()));
    }
}

pub(super) fn stalled(draft: &mut Draft, result: &Value, style: Style) {
    let (n, all) = (count(result, "count"), items(result));
    if n == 0 {
        draft.say("No open deal that you may see stands still.");
        return;
    }
    let more = result.get("more").and_then(Value::as_bool) == Some(true);
    draft.say(&match (n, more) {
        (1, false) => "1 open deal stands still.".to_owned(),
        (n, false) => format!("{n} open deals stand still, the longest first."),
        (n, true) => format!("More than {n} open deals stand still; the first {n}:"),
    });
    for item in all {
        let name = text(item, "name").unwrap_or_default();
        let mark = draft.cite("opportunity", text(item, "id"), name);
        let worth = money(item.get("amount"), style).map_or_else(String::new, |amount| format!(" ({amount})"));
        draft.say(&format!(
            "- {name}{mark}{worth}, {}: {}",
            text(item, "owner").unwrap_or_default(),
            text(item, "reason").unwrap_or_default()
        ));
    }
}

pub(super) fn score(draft: &mut Draft, result: &Value) {
    let name = text(result, "name").unwrap_or_default();
    let mark = draft.cite("lead", text(result, "id"), name);
    let Some(score) = result.get("score").and_then(Value::as_i64) else {
        draft.say(&format!("{name}{mark} has not been scored yet."));
        return;
    };
    let grade = text(result, "grade").map_or_else(String::new, |grade| format!(", grade {}", grade.to_uppercase()));
    draft.say(&format!("{name}{mark} has {score} of {} points{grade}.", count(result, "of")));
    let parts = result.get("parts").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for part in parts.iter().filter(|part| part.get("met").and_then(Value::as_bool) == Some(true)) {
        let label = text(part, "label").unwrap_or("a rule on a field that is hidden from you");
        draft.say(&format!("- {:+}: {label}", count(part, "points")));
    }
    let missed = parts.iter().filter(|part| part.get("met").and_then(Value::as_bool) == Some(false));
    let missed: Vec<&str> =
        missed.filter(|part| count(part, "points") > 0).filter_map(|part| text(part, "label")).take(3).collect();
    if !missed.is_empty() {
        draft.say(&format!("It would have more for: {}.", missed.join("; ")));
    }
}

pub(super) fn enrichment(draft: &mut Draft, result: &Value) {
    let (name, kind) = (text(result, "name").unwrap_or_default(), text(result, "type").unwrap_or_default());
    let mark = draft.cite(kind, text(result, "id"), name);
    let list = |key: &str| result.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if list("suggestions").is_empty() && list("notes").is_empty() {
        draft.say(&format!("The sources know nothing of {name}{mark} that is not there already."));
        return;
    }
    draft.say(&format!("What the sources know of {name}{mark}:"));
    for one in list("suggestions") {
        let instead = text(one, "present").map_or_else(String::new, |present| format!(" (now {present})"));
        draft.say(&format!(
            "- {}: {}{instead}, {}% sure: {}",
            text(one, "label").unwrap_or_default(),
            text(one, "value").unwrap_or_default(),
            count(one, "confidence"),
            text(one, "why").unwrap_or_default()
        ));
    }
    for note in list("notes") {
        draft.say(&format!("- {}", text(note, "text").unwrap_or_default()));
    }
    if !list("suggestions").is_empty() {
        draft.say("Nothing is changed; take over what you want on its page.");
    }
}

pub(super) fn analytics(draft: &mut Draft, asked: &Figures, result: &Value, style: Style) {
    let (from, to) = (day(result, "from").unwrap_or_default(), day(result, "to").unwrap_or_default());
    let total = result.get("total").and_then(Value::as_array).and_then(|all| all.first());
    let label = match asked.figure {
        Figure::CycleDays => "median sales cycle".to_owned(),
        Figure::TimeInStage => "median time in stage".to_owned(),
        figure => figure.as_str().replace('_', " "),
    };
    let rows = result.get("rows").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if let Some(figure) = total {
        let before = in_words(draft, figure, "previous", style).filter(|_| asked.compare);
        let before = before.map_or_else(String::new, |before| format!(" ({before} in the period before)"));
        let now = in_words(draft, figure, "value", style).unwrap_or_else(|| NOTHING.to_owned());
        draft.say(&format!("From {from} to {to}, {label}: {now}{before}."));
        let parts = figure.get("of").and_then(Value::as_array).into_iter().flatten();
        let mut made = Vec::new();
        for part in parts {
            if let (Some(measure), Some(value)) = (text(part, "measure"), in_words(draft, part, "value", style)) {
                made.push(format!("{} {value}", measure.replace('_', " ")));
            }
        }
        if !made.is_empty() {
            draft.say(&format!("It is made of {}.", made.join(", ")));
        }
    } else {
        draft.say(&format!("From {from} to {to}, {label}:"));
    }
    for row in rows {
        let keys = row.get("keys").and_then(Value::as_array).into_iter().flatten();
        let keys: Vec<&str> = keys.map(|key| text(key, "label").unwrap_or("(none)")).collect();
        let Some(figure) = row.get("figures").and_then(Value::as_array).and_then(|all| all.first()) else { continue };
        let value = in_words(draft, figure, "value", style).unwrap_or_else(|| NOTHING.to_owned());
        draft.say(&format!("- {}: {value}", keys.join(", ")));
    }
}

const NOTHING: &str = "nothing to work it out of";

/// A value by its unit: "1,200 EUR", "42%", "31 days", "12".
fn in_words(draft: &mut Draft, figure: &Value, key: &str, style: Style) -> Option<String> {
    let value = figure.get(key).filter(|value| !value.is_null())?;
    if let Some(amount) = money(Some(value), style) {
        let a_day = text(figure, "unit") == Some("money_per_day");
        return Some(if a_day { format!("{amount} a day") } else { amount });
    }
    let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text(figure, "unit") {
        Some("share") => {
            let percent = (plain.parse::<Decimal>().ok()? * Decimal::ONE_HUNDRED).round_dp(1).normalize();
            draft.worked_out.push(percent);
            Some(format!("{percent}%"))
        }
        Some("days") => Some(format!("{plain} days")),
        _ => Some(plain),
    }
}

/// What a tool of another server says, line by line, as a quotation.
pub(super) fn outside(draft: &mut Draft, result: &Value) {
    let (Some(tool), Some(said)) = (text(result, "tool"), text(result, "quoted")) else {
        draft.say("The tool outside answered nothing.");
        return;
    };
    let mark = draft.cite("tool_server", text(result, "server_id"), tool);
    let host = text(result, "host").unwrap_or_default();
    draft.say(&format!("{tool}{mark}, a tool of {host}, answers what nobody here has checked:"));
    for line in said.lines().map(str::trim).filter(|line| !line.is_empty()) {
        draft.say(&format!("> {line}"));
    }
    if result.get("cut").and_then(Value::as_bool) == Some(true) {
        draft.say("It says more than is shown here.");
    }
    if count(result, "hidden") > 0 {
        draft.say("What is personal in your request was replaced before it left.");
    }
}
