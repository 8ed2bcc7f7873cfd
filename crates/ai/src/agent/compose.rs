//! Writes the answer out of what the tools returned: every figure and name comes from a result.
//!
//! No model is asked to: a small one is slower and no better at repeating figures than this is.

mod around;
mod insight;

use std::fmt::Write;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use super::Step;
use crate::planner::{Ask, DateOf, Field, Filter, Get, Lack, Measure, Order, Query, Search};
use crate::resolve::amount::DecimalMark;
use crate::resolve::vocabulary::StageKind;
use crate::tools::Citation;
use crate::tools::email::EmailDraft;

/// An answer before its review.
#[derive(Debug, Default)]
pub struct Draft {
    pub text: String,
    pub citations: Vec<Citation>,
    /// Numbers that this code has counted itself.
    pub counted: Vec<u64>,
    /// Numbers that this code has worked out of a result.
    pub worked_out: Vec<Decimal>,
    /// Letters for the person to send.
    pub letters: Vec<EmailDraft>,
}

/// How figures are written.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub mark: DecimalMark,
}

impl Draft {
    fn say(&mut self, words: &str) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.text.push_str(words);
    }

    /// Says so when what follows is not all.
    fn first_of(&mut self, shown: usize, total: i64) {
        let shown = u64::try_from(shown).unwrap_or(u64::MAX);
        if i64::try_from(shown).is_ok_and(|shown| shown < total) {
            self.counted.push(shown);
            self.say(&format!("The first {shown}:"));
        }
    }

    /// The mark of a record: `[1]`.
    fn cite(&mut self, kind: &str, id: Option<&str>, label: &str) -> String {
        let Some(id) = id.and_then(|id| id.parse::<Uuid>().ok()) else { return String::new() };
        let next = u32::try_from(self.citations.len() + 1).unwrap_or(u32::MAX);
        let n = match self.citations.iter().find(|c| c.id == id) {
            Some(known) => known.n,
            None => {
                self.citations.push(Citation { n: next, kind: kind.into(), id, label: label.into() });
                next
            }
        };
        format!(" [{n}]")
    }
}

/// Adds what one ask found.
pub fn add(draft: &mut Draft, ask: &Ask, step: &Step, style: Style) {
    // A tool may be asked a question, too, and says it again in its result: that one is words.
    let spoken = step.result.get("said").is_some() || step.result.get("question").is_some_and(Value::is_object);
    if step.status != "done" || step.result.is_null() || spoken {
        return;
    }
    match (step.tool.as_deref(), ask) {
        (Some("search_opportunities"), Ask::SearchOpportunities(search)) => list(draft, search, &step.result, style),
        (Some("search_opportunities"), Ask::GetOpportunity(get)) => customer(draft, get, &step.result, style),
        (Some("query_pipeline"), Ask::QueryPipeline(query)) => figures(draft, query, &step.result, style),
        (Some("get_opportunity"), Ask::GetOpportunity(get)) => one(draft, get, &step.result, style),
        (Some("get_opportunity"), _) => one(draft, &Get::default(), &step.result, style),
        (Some("update_opportunity"), _) => change(draft, &step.result, style),
        (Some("create_task" | "schedule_meeting"), _) => task(draft, &step.result, style),
        (Some("search_records"), _) => around::records(draft, &step.result),
        (Some("get_record"), _) => around::record(draft, &step.result, style),
        (Some("summarise_activity"), _) => around::happened(draft, &step.result),
        (Some("suggest_next_stage"), _) => around::next_stage(draft, &step.result, style),
        (Some("find_duplicates"), _) => around::duplicates(draft, &step.result),
        (Some("list_approvals"), _) => around::approvals(draft, &step.result),
        (Some("list_my_day"), _) => around::my_day(draft, &step.result, style),
        (Some("draft_email"), _) => around::letter(draft, &step.result),
        (Some("search_knowledge"), _) => insight::passages(draft, &step.result),
        (_, Ask::AskOutside(_)) => insight::outside(draft, &step.result),
        (Some("list_stalled"), _) => insight::stalled(draft, &step.result, style),
        (Some("score_lead"), _) => insight::score(draft, &step.result),
        (Some("enrich_record"), _) => insight::enrichment(draft, &step.result),
        (Some("query_analytics"), Ask::QueryAnalytics(figures)) => {
            insight::analytics(draft, figures, &step.result, style)
        }
        _ => {}
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str).filter(|t| !t.is_empty())
}

fn count(value: &Value, key: &str) -> i64 {
    value.get(key).and_then(Value::as_i64).unwrap_or(0)
}

/// "5 Dec 2025".
fn day(value: &Value, key: &str) -> Option<String> {
    text(value, key)?.parse::<NaiveDate>().ok().map(|d| d.format("%-d %b %Y").to_string())
}

/// "Fri 5 Dec 2025": with its weekday where somebody is to check what their words were read as.
fn proposed_day(difference: &Value) -> Option<String> {
    text(difference, "new")?.parse::<NaiveDate>().ok().map(|d| d.format("%a %-d %b %Y").to_string())
}

/// "4,514 USD"; cents only where there are some.
#[must_use]
pub fn money(value: Option<&Value>, style: Style) -> Option<String> {
    let value = value?;
    let (amount, currency) = (text(value, "amount")?, text(value, "currency")?);
    let (whole, cents) = amount.split_once('.').unwrap_or((amount, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |w| ("-", w));
    let (group, mark) = match style.mark {
        DecimalMark::Point => (',', '.'),
        DecimalMark::Comma => ('.', ','),
    };
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(group);
        }
        grouped.push(digit);
    }
    if cents.chars().any(|c| c != '0') {
        grouped.push(mark);
        grouped.push_str(cents);
    }
    Some(format!("{sign}{grouped} {currency}"))
}

fn kinds(filter: &Filter) -> &'static str {
    match filter.kinds.as_slice() {
        [StageKind::Open] => "open ",
        [StageKind::Won] => "won ",
        [StageKind::Lost] => "lost ",
        [_, _] if !filter.kinds.contains(&StageKind::Open) => "closed ",
        _ => "",
    }
}

/// The filter in words: "open deals of yours in Engaging, for more than 60 days".
fn described(filter: &Filter, n: i64) -> String {
    let noun = if n == 1 { "deal" } else { "deals" };
    let mut words = format!("{}{noun}", kinds(filter));
    if let Some(owner) = &filter.owner {
        let bare = owner.trim_end_matches("'s").trim_end_matches("’s");
        match bare.to_lowercase().as_str() {
            "my" | "mine" | "me" | "i" => words.push_str(" of yours"),
            "my team" | "our team" => words.push_str(" of your team"),
            _ => _ = write!(words, " of {bare}"),
        }
    }
    if !filter.stages.is_empty() {
        _ = write!(words, " in {}", filter.stages.join(" or "));
    }
    if let Some(name) = &filter.name {
        _ = write!(words, " matching “{name}”");
    }
    for choice in &filter.choices {
        _ = write!(words, ", {choice}");
    }
    if let Some(amount) = &filter.amount {
        _ = write!(words, ", {amount}");
    }
    if let Some(date) = &filter.date {
        let verb = match filter.date_of {
            DateOf::CloseDate => "closing",
            DateOf::Created => "created",
            DateOf::Closed => "closed",
            DateOf::Updated => "updated",
            DateOf::StageEntered => "in that stage since",
        };
        _ = write!(words, ", {verb} {}", date.trim_start_matches("closing "));
    }
    if let Some(age) = &filter.age {
        _ = write!(words, ", {age} in their stage");
    }
    if let Some(idle) = &filter.idle {
        _ = write!(words, ", without a change for {}", idle.trim_start_matches("for "));
    }
    if let Some(probability) = &filter.probability {
        _ = write!(words, ", probability {probability}");
    }
    if let Some(forecast) = &filter.forecast {
        _ = write!(words, ", forecast {forecast}");
    }
    if let Some(lack) = filter.missing {
        words.push_str(match lack {
            Lack::Amount => " without an amount",
            Lack::CloseDate => " without a close date",
            Lack::NextStep => " without a next step",
            Lack::Account => " without an account",
        });
    }
    if filter.overdue {
        words.push_str(" past their close date");
    }
    words
}

/// One deal in a line, after its name.
fn details(item: &Value, with_age: bool, style: Style) -> String {
    let mut parts = Vec::new();
    if let Some(account) = text(item, "account").filter(|a| !text(item, "name").unwrap_or_default().contains(a)) {
        parts.push(account.to_owned());
    }
    if let Some(stage) = text(item, "stage") {
        parts.push(if with_age {
            format!("{stage} for {} days", count(item, "days_in_stage"))
        } else {
            stage.to_owned()
        });
    }
    parts.extend(money(item.get("amount"), style));
    let open = text(item, "kind") == Some("open");
    parts.extend(day(item, "close_date").map(|d| if open { format!("closes {d}") } else { format!("closed {d}") }));
    parts.extend(text(item, "owner").map(str::to_owned));
    parts.join(", ")
}

fn items(result: &Value) -> &[Value] {
    result.get("items").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn list(draft: &mut Draft, search: &Search, result: &Value, style: Style) {
    let total = count(result, "count");
    let found = described(&search.filter, total);
    let with_age = search.filter.age.is_some() || search.order == Some(Order::LongestInStage);
    if total == 0 {
        draft.say(&format!("There are no {found}."));
        return;
    }
    let unranked = matches!(search.order, Some(Order::Biggest | Order::Smallest))
        && items(result).first().is_some_and(|i| i.get("amount").is_none_or(Value::is_null));
    if unranked {
        draft.say(&format!(
            "None of the {total} {} has an amount, so I can't tell which is the {}.",
            described(&search.filter, 2),
            search.order.map_or("first", order_word)
        ));
        return;
    }
    if search.limit == Some(1)
        && let Some(item) = items(result).first()
    {
        let name = text(item, "name").unwrap_or_default();
        let mark = draft.cite("opportunity", text(item, "id"), name);
        let order = search.order.map_or("first", order_word);
        draft.say(&format!("The {order} of the {total} {}: {name}{mark}.", described(&search.filter, 2)));
        draft.say(&format!("{}.", details(item, with_age, style)));
        return;
    }
    let sum = money(result.get("sum"), style).filter(|_| {
        text(result.get("sum").unwrap_or(&Value::Null), "amount")
            .is_some_and(|a| a.chars().any(|c| c.is_ascii_digit() && c != '0'))
    });
    let worth = sum.map_or_else(String::new, |s| format!(", worth {s} in all"));
    draft.say(&format!("{total} {found}{worth}."));
    rows(draft, result, total, with_age, style);
}

const fn order_word(order: Order) -> &'static str {
    match order {
        Order::Biggest => "biggest",
        Order::Smallest => "smallest",
        Order::ClosingSoonest => "soonest to close",
        Order::ClosingLatest => "latest to close",
        Order::Newest => "newest",
        Order::Oldest => "oldest",
        Order::LongestInStage => "longest in its stage",
        Order::LeastRecentlyUpdated => "longest untouched",
        Order::MostRecentlyUpdated => "most recently changed",
        Order::MostLikely => "most likely",
    }
}

fn rows(draft: &mut Draft, result: &Value, total: i64, with_age: bool, style: Style) {
    let all = items(result);
    draft.first_of(all.len(), total);
    for item in all {
        let name = text(item, "name").unwrap_or_default();
        let mark = draft.cite("opportunity", text(item, "id"), name);
        draft.say(&format!("- {name}{mark}: {}", details(item, with_age, style)));
    }
}

/// A customer, by its deals.
fn customer(draft: &mut Draft, get: &Get, result: &Value, style: Style) {
    let total = count(result, "count");
    let name = get.name.as_deref().unwrap_or("this customer");
    if total == 0 {
        draft.say(&format!("There are no deals with {name} that you may see."));
        return;
    }
    let sum = money(result.get("sum"), style).map_or_else(String::new, |s| format!(", worth {s} in all"));
    draft.say(&format!("{total} {} with {name}{sum}.", if total == 1 { "deal" } else { "deals" }));
    rows(draft, result, total, false, style);
}

fn measured(of: &Value, measure: Measure, style: Style) -> String {
    let worth = |key: &str| money(of.get(key), style).unwrap_or_else(|| "no amount".to_owned());
    let n = count(of, "count");
    let deals = if n == 1 { "1 deal".to_owned() } else { format!("{n} deals") };
    match measure {
        Measure::Count => match money(of.get("sum"), style).filter(|s| !s.starts_with("0 ")) {
            Some(sum) => format!("{deals}, worth {sum}"),
            None => deals,
        },
        Measure::Sum => format!("{} in {deals}", worth("sum")),
        Measure::Average => format!("{} on average over {deals}", worth("average")),
        Measure::Weighted => format!("{} weighted by probability, {} in all, {deals}", worth("weighted"), worth("sum")),
        Measure::WinRate => match text(of, "win_rate") {
            Some(rate) => format!("{rate}% won ({} won, {} lost)", count(of, "won"), count(of, "lost")),
            None => "nothing closed yet".to_owned(),
        },
    }
}

fn figures(draft: &mut Draft, query: &Query, result: &Value, style: Style) {
    let empty = Value::Null;
    let total = result.get("total").unwrap_or(&empty);
    let n = count(total, "count");
    let found = described(&query.filter, n);
    let groups = result.get("groups").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let label = |group: &Value| text(group, "label").unwrap_or("(none)").to_owned();
    if n == 0 {
        draft.say(&format!("There are no {found}."));
        return;
    }
    match (query.top, groups) {
        (Some(1), [first, ..]) => {
            draft.say(&format!("{}: {}.", label(first), measured(first, query.measure, style)));
            draft.say(&format!("Over all {found}: {}.", measured(total, query.measure, style)));
        }
        (_, []) => {
            let words = match query.measure {
                Measure::Count => format!(
                    "There {} {n} {found}{}.",
                    if n == 1 { "is" } else { "are" },
                    money(total.get("sum"), style)
                        .filter(|s| !s.starts_with("0 "))
                        .map_or_else(String::new, |s| format!(", worth {s}"))
                ),
                _ => format!("Over {found}: {}.", measured(total, query.measure, style)),
            };
            draft.say(&words);
        }
        (_, groups) => {
            draft.say(&format!("Over {found}: {}.", measured(total, query.measure, style)));
            for group in groups {
                draft.say(&format!("- {}: {}", label(group), measured(group, query.measure, style)));
            }
        }
    }
}

fn one(draft: &mut Draft, get: &Get, deal: &Value, style: Style) {
    let name = text(deal, "name").unwrap_or_default();
    let mark = draft.cite("opportunity", text(deal, "id"), name);
    let Some(field) = get.field else {
        summary(draft, deal, &format!("{name}{mark}"), style);
        return;
    };
    let value = match field {
        Field::Stage => text(deal, "stage").map(|s| format!("is in {s}, for {} days", count(deal, "days_in_stage"))),
        Field::Amount => money(deal.get("amount"), style).map(|m| format!("is worth {m}")),
        Field::CloseDate => match (day(deal, "closed_on"), day(deal, "close_date")) {
            (Some(closed), _) => Some(format!("was closed on {closed}")),
            (None, close) => close.map(|d| format!("is expected to close on {d}")),
        },
        Field::Owner => text(deal, "owner").map(|o| format!("is owned by {o}")),
        Field::NextStep => text(deal, "next_step").map(|s| format!("has as its next step: {s}")),
        Field::Probability => Some(format!("has a probability of {}%", count(deal, "probability"))),
        Field::ForecastCategory => {
            text(deal, "forecast_category").map(|f| format!("is in the forecast as {}", f.replace('_', " ")))
        }
        Field::Name => Some("is its name".to_owned()),
        Field::LostReason => text(deal, "lost_reason").map(|r| format!("was lost because of: {r}")),
    };
    let words = value.unwrap_or_else(|| format!("has no {} yet", field.label()));
    draft.say(&format!("{name}{mark} {words}."));
}

/// What is known of a deal in a few sentences.
fn summary(draft: &mut Draft, deal: &Value, name: &str, style: Style) {
    let account = text(deal, "account").map_or_else(String::new, |a| format!(" with {a}"));
    // What the reader may not see is not there at all; null says that there is no value.
    let seen = |field: &str| deal.get(field).is_some();
    let amount = match money(deal.get("amount"), style) {
        Some(amount) => format!("is worth {amount} and "),
        None if seen("amount") => "has no amount yet and ".to_owned(),
        None => String::new(),
    };
    let owner = text(deal, "owner").unwrap_or("nobody");
    draft.say(&format!("{name}{account} {amount}is owned by {owner}."));
    if let Some(contact) = text(deal, "contact") {
        draft.say(&format!("The contact is {contact}."));
    }
    let stage = text(deal, "stage").unwrap_or_default();
    let mut sentence = format!(
        "It has been in {stage} since {} ({} days)",
        day(deal, "in_stage_since").unwrap_or_default(),
        count(deal, "days_in_stage")
    );
    if text(deal, "kind") == Some("open") {
        if seen("probability") {
            _ = write!(sentence, ", at {}%", count(deal, "probability"));
        }
        match day(deal, "close_date") {
            Some(date) => _ = write!(sentence, ", and is expected to close on {date}"),
            None if seen("close_date") => sentence.push_str(", and has no close date"),
            None => {}
        }
    }
    draft.say(&format!("{sentence}."));
    if let Some(reason) = text(deal, "lost_reason") {
        draft.say(&format!("It was lost because of: {reason}."));
    }
    match text(deal, "next_step") {
        Some(step) => draft.say(&format!("Next step: {step}.")),
        None if seen("next_step") && text(deal, "kind") == Some("open") => draft.say("There is no next step."),
        None => {}
    }
    for task in deal.get("tasks").and_then(Value::as_array).into_iter().flatten() {
        let due = day(task, "due_date").map_or_else(String::new, |d| format!(", due {d}"));
        draft.say(&format!(
            "- Open task: {}{due} ({})",
            text(task, "title").unwrap_or_default(),
            text(task, "assignee").unwrap_or_default()
        ));
    }
    let history = deal.get("history").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if let Some(last) = history.first() {
        let what = text(last, "type").unwrap_or_default().replace(['.', '_'], " ");
        draft.say(&format!(
            "Last event: {what} by {} on {}.",
            text(last, "by").unwrap_or_default(),
            day(last, "on").unwrap_or_default()
        ));
    }
}

fn shown(difference: &Value, key: &str, style: Style) -> String {
    let value = difference.get(key).unwrap_or(&Value::Null);
    money(Some(value), style)
        .or_else(|| text(difference, &format!("{key}_label")).map(str::to_owned))
        .or_else(|| value.as_str().and_then(|t| t.parse::<NaiveDate>().ok()).map(|d| d.format("%-d %b %Y").to_string()))
        .or_else(|| value.as_str().map(|t| t.replace("best_case", "best case")))
        .or_else(|| value.as_i64().map(|n| n.to_string()))
        .unwrap_or_else(|| "nothing".to_owned())
}

fn differences(result: &Value) -> &[Value] {
    result.get("diff").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn change(draft: &mut Draft, result: &Value, style: Style) {
    let name = text(result, "name").unwrap_or_default();
    let mark = draft.cite("opportunity", text(result, "id"), name);
    if result.get("unchanged").is_some() {
        draft.say(&format!("{name}{mark} is like that already; there is nothing to change."));
        return;
    }
    let parts: Vec<String> = differences(result)
        .iter()
        .map(|d| {
            format!(
                "{} from {} to {}",
                text(d, "label").unwrap_or_default().to_lowercase(),
                shown(d, "old", style),
                proposed_day(d).unwrap_or_else(|| shown(d, "new", style))
            )
        })
        .collect();
    draft.say(&format!("I propose a change of {name}{mark}: {}.", parts.join("; ")));
    draft.say("Nothing is changed until you approve it.");
}

fn task(draft: &mut Draft, result: &Value, style: Style) {
    let mut words = format!("I propose a task: {}", text(result, "title").unwrap_or_default());
    for difference in differences(result) {
        let value = shown(difference, "new", style);
        match text(difference, "field") {
            Some("due_date") => _ = write!(words, ", due {}", proposed_day(difference).unwrap_or(value)),
            Some("assignee_id") => _ = write!(words, ", for {value}"),
            Some(field @ ("opportunity_id" | "account_id" | "contact_id" | "lead_id")) => {
                let mark =
                    draft.cite(field.trim_end_matches("_id"), difference.get("new").and_then(Value::as_str), &value);
                _ = write!(words, ", about {value}{mark}");
            }
            Some("priority") => _ = write!(words, ", {value} priority"),
            _ => {}
        }
    }
    draft.say(&format!("{words}."));
    draft.say("Nothing is created until you approve it.");
}
