//! Whether a run came to what was wanted.

use serde_json::Value;

use crate::grounding::numbers;
use crate::oracle::{Change, Wanted};
use crate::suite::Task;

/// Tools whose effect is a proposal.
const PROPOSING: [&str; 4] = ["update_opportunity", "create_task", "schedule_meeting", "suggest_next_stage"];

/// Why the run is wrong; nothing when any of what is wanted holds.
#[must_use]
pub fn problem(run: &Value, task: &Task, wanted: &[Wanted]) -> Option<String> {
    let status = run["status"].as_str().unwrap_or_default();
    if !matches!(status, "done" | "waiting") {
        return Some(format!("ended as {status}: {}", run["error"]["detail"]));
    }
    if let Some(tool) = used(run).find(|tool| task.forbid.iter().any(|forbidden| forbidden == tool)) {
        return Some(format!("used {tool}"));
    }
    let mut problems = Vec::new();
    for wanted in wanted {
        problems.push(unmet(run, task, wanted)?);
    }
    problems.dedup();
    Some(problems.join("; or "))
}

fn steps(run: &Value) -> impl Iterator<Item = &Value> {
    let steps = run["steps"].as_array().into_iter().flatten();
    steps.filter(|step| step["kind"] == "tool" && step["status"] == "done")
}

fn used(run: &Value) -> impl Iterator<Item = &str> {
    steps(run).filter_map(|step| step["tool"].as_str())
}

fn proposals(run: &Value) -> &[Value] {
    run["proposals"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The answer's words, its letters included.
fn words(run: &Value) -> String {
    let answer = &run["answer"];
    let drafts =
        answer["drafts"].as_array().into_iter().flatten().flat_map(|draft| [&draft["subject"], &draft["body"]]);
    let all = std::iter::once(&answer["text"]).chain(drafts).filter_map(Value::as_str);
    all.collect::<Vec<_>>().join("\n")
}

fn short(text: &str) -> String {
    text.chars().take(120).collect()
}

/// The first thing of `wanted` that does not hold.
fn unmet(run: &Value, task: &Task, wanted: &Wanted) -> Option<String> {
    let said = words(run);
    let lower = said.to_lowercase();
    if let Some(about) = &wanted.question {
        let question = run["answer"]["question"].to_string().to_lowercase();
        if run["answer"]["question"].is_null() {
            return Some(format!("asked nothing: {:?}", short(&said)));
        }
        return about
            .iter()
            .find(|word| !question.contains(&word.to_lowercase()))
            .map(|word| format!("did not ask about {word}"));
    }
    if let Some(word) = wanted.never_says.iter().find(|word| lower.contains(&word.to_lowercase())) {
        return Some(format!("said {word:?}"));
    }
    if wanted.declines {
        if let Some(tool) = used(run).find(|tool| PROPOSING.contains(tool)) {
            return Some(format!("used {tool}"));
        }
        if lower.trim().is_empty() {
            return Some("said nothing".to_owned());
        }
    } else if !task.tools.is_empty() && !used(run).any(|tool| task.tools.iter().any(|wanted| wanted == tool)) {
        return Some(format!("used {:?}: {:?}", used(run).collect::<Vec<_>>(), short(&said)));
    }
    if let Some(change) = &wanted.proposal {
        if let Some(wrong) = change_problem(run, change) {
            return Some(wrong);
        }
    } else if let Some(proposal) = proposals(run).first() {
        return Some(format!("proposed {} of {}", proposal["kind"], proposal["target"]["name"]));
    }
    if let Some(word) = wanted.says.iter().find(|word| !lower.contains(&word.to_lowercase())) {
        return Some(format!("did not say {word:?}: {:?}", short(&said)));
    }
    figures_problem(run, wanted, &said)
}

fn figures_problem(run: &Value, wanted: &Wanted, said: &str) -> Option<String> {
    if let Some(count) = wanted.count {
        let counts: Vec<i64> = steps(run).flat_map(counted).collect();
        let told = i32::try_from(count)
            .is_ok_and(|count| numbers(said).iter().any(|(_, n)| (n - f64::from(count)).abs() < 0.01));
        if !counts.contains(&count) && !told {
            return Some(format!("found {counts:?}, not {count}: {:?}", short(said)));
        }
    }
    if let Some(figures) = &wanted.figures
        && let Some(missing) =
            figures.iter().find(|figure| !numbers(said).iter().any(|(text, n)| says(text, *n, **figure)))
    {
        return Some(format!("did not say {missing}: {:?}", short(said)));
    }
    let cited: Vec<&str> =
        run["answer"]["citations"].as_array().into_iter().flatten().filter_map(|c| c["label"].as_str()).collect();
    let has = |name: &str| {
        let name = name.to_lowercase();
        said.to_lowercase().contains(&name) || cited.iter().any(|label| label.to_lowercase().contains(&name))
    };
    if let Some(missing) = wanted.names.iter().flatten().find(|name| !has(name)) {
        return Some(format!("{missing:?} is not there: {:?}", short(said)));
    }
    if let Some(first) = &wanted.first {
        let firsts = steps(run)
            .filter_map(|step| step["result"].as_object())
            .flat_map(|result| result.values().filter_map(|list| label(list.get(0)?)));
        let firsts: Vec<&str> = firsts.chain(cited.first().copied()).collect();
        if !firsts.iter().any(|label| label.to_lowercase().contains(&first.to_lowercase())) {
            return Some(format!("first are {firsts:?}, not {first}"));
        }
    }
    None
}

/// What a step's result counts.
fn counted(step: &Value) -> Vec<i64> {
    let result = &step["result"];
    [&result["count"], &result["total"]["count"], &result["total"]].into_iter().filter_map(Value::as_i64).collect()
}

fn label(row: &Value) -> Option<&str> {
    [&row["label"], &row["name"], &row["title"], &row["keys"][0]["label"], &row["keys"][0]]
        .into_iter()
        .find_map(Value::as_str)
}

/// Whether a number as it is written, `1.2M`, can stand for the figure: within half of its last digit.
fn says(text: &str, number: f64, figure: f64) -> bool {
    let digits = text.trim_end_matches(['k', 'K', 'm', 'M']);
    let scale = if digits.len() == text.len() {
        1.0
    } else if text.ends_with(['k', 'K']) {
        1e3
    } else {
        1e6
    };
    let places = digits.split_once('.').map_or(0, |(_, after)| i32::try_from(after.len()).unwrap_or(0));
    (number - figure).abs() <= 0.5 * scale * 10_f64.powi(-places) + 1e-9
}

fn change_problem(run: &Value, wanted: &Change) -> Option<String> {
    let [proposal] = proposals(run) else {
        return Some(format!("{} proposals: {:?}", proposals(run).len(), short(&words(run))));
    };
    if proposal["kind"] != wanted.kind.as_str() {
        return Some(format!("proposed {}", proposal["kind"]));
    }
    if proposal["target"]["id"] != wanted.target.as_str() {
        return Some(format!("of {}", proposal["target"]["name"]));
    }
    let diff = proposal["diff"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (field, value) in &wanted.changes {
        let Some(change) = diff.iter().find(|change| change["field"] == field.as_str()) else {
            return Some(format!("{field} is not in the diff"));
        };
        let new = &change["new"];
        let plain = new["amount"].as_str().or(new.as_str()).map_or_else(|| new.to_string(), str::to_owned);
        let forms = [plain.as_str(), change["new_label"].as_str().unwrap_or_default()];
        if !forms.iter().any(|form| same(form, value)) {
            return Some(format!("{field} is {} ({}), not {value}", plain, change["new_label"]));
        }
    }
    let extra = diff
        .iter()
        .filter_map(|change| change["field"].as_str())
        .find(|field| !wanted.changes.iter().any(|(f, _)| f == field));
    extra
        .filter(|_| wanted.kind == "update_opportunity" && !wanted.changes.is_empty())
        .map(|field| format!("also changes {field}"))
}

/// Whether a new value is what was wanted: the same number, or the words within it.
fn same(form: &str, value: &str) -> bool {
    if let (Ok(a), Ok(b)) = (form.parse::<f64>(), value.parse::<f64>()) {
        return (a - b).abs() < 0.005;
    }
    !form.is_empty() && form.to_lowercase().contains(&value.to_lowercase())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn task(more: &str) -> Task {
        toml::from_str(&format!("id = \"a\"\nheld_out = false\ngoal = \"x\"\nexpect = [{{ says = [\"x\"] }}]\n{more}"))
            .unwrap()
    }

    fn run() -> Value {
        json!({
            "status": "done",
            "steps": [{ "kind": "tool", "tool": "query_pipeline", "status": "done", "result": { "total": { "count": 12 }, "groups": [{ "label": "Negotiation" }] } }],
            "answer": { "text": "12 deals, $1.2M; 34 % are won.", "citations": [{ "id": "1", "label": "Hanseatic Robotics" }] },
            "proposals": [],
        })
    }

    fn of(wanted: Wanted) -> Option<String> {
        problem(&run(), &task("tools = [\"query_pipeline\"]"), &[wanted])
    }

    #[test]
    fn figures_count_at_the_precision_they_are_said_in() {
        let figures = |all: &[f64]| Wanted { figures: Some(all.to_vec()), ..Wanted::default() };
        assert_eq!(of(figures(&[1_234_567.0, 33.7])), None);
        assert!(of(figures(&[1_260_000.0])).unwrap().contains("did not say 1260000"));
        assert!(of(figures(&[34.6])).is_some());
    }

    #[test]
    fn each_part_can_fail() {
        let wanted = Wanted::default;
        assert_eq!(
            of(Wanted {
                count: Some(12),
                names: Some(vec!["hanseatic".into()]),
                first: Some("Negotiation".into()),
                ..wanted()
            }),
            None
        );
        assert!(of(Wanted { count: Some(13), ..wanted() }).unwrap().contains("not 13"));
        assert!(of(Wanted { names: Some(vec!["Fabrikam".into()]), ..wanted() }).is_some());
        assert!(of(Wanted { first: Some("Proposal".into()), ..wanted() }).is_some());
        assert!(of(Wanted { never_says: vec!["WON".into()], ..wanted() }).is_some());
        assert!(of(Wanted { question: Some(vec![]), ..wanted() }).unwrap().contains("asked nothing"));
        assert!(
            of(Wanted {
                proposal: Some(Change { kind: "create_task".into(), target: "1".into(), changes: vec![] }),
                ..wanted()
            })
            .is_some()
        );
        assert_eq!(of(Wanted { declines: true, ..wanted() }), None);
        assert!(problem(&run(), &task("forbid = [\"query_pipeline\"]"), &[wanted()]).unwrap().contains("used"));
        assert!(problem(&run(), &task("tools = [\"get_record\"]"), &[wanted()]).unwrap().contains("query_pipeline"));
    }

    #[test]
    fn a_change_is_the_one_that_was_wanted_and_no_more() {
        let mut run = run();
        run["proposals"] = json!([{ "kind": "update_opportunity", "target": { "id": "7", "name": "Acme" },
            "diff": [{ "field": "amount", "new": { "amount": "6400.00", "currency": "USD" }, "new_label": "$6,400" }] }]);
        let change = |target: &str, field: &str, value: &str| Wanted {
            proposal: Some(Change {
                kind: "update_opportunity".into(),
                target: target.into(),
                changes: vec![(field.into(), value.into())],
            }),
            ..Wanted::default()
        };
        let of = |wanted| problem(&run, &task(""), &[wanted]);
        assert_eq!(of(change("7", "amount", "6400")), None);
        assert!(of(change("8", "amount", "6400")).unwrap().contains("Acme"));
        assert!(of(change("7", "amount", "6500")).unwrap().contains("not 6500"));
        assert!(of(change("7", "next_step", "call")).is_some());
        assert!(of(Wanted::default()).unwrap().contains("proposed"));
    }
}
