//! That expressions mean what the guide says, and that no text is dangerous.

use std::time::Instant;

use chrono::NaiveDate;
use dealwright_kernel::id::RuleId;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::eval::{Failure, evaluate};
use super::*;

fn deal() -> Facts {
    let mut facts = Facts::default();
    let day = |text: &str| Value::Date(text.parse::<NaiveDate>().unwrap());
    facts.put("name", Value::text(Some("Größe 9")));
    facts.put("amount", Value::Number(Decimal::new(123_450, 2)));
    facts.put("probability", Value::Int(40));
    facts.put("close_date", day("2026-12-31"));
    facts.put("today", day("2026-11-26"));
    facts.put("stage.kind", Value::text(Some("open")));
    facts.put("tags", Value::texts(&["hot", "Quick"]));
    facts.put("account.industry", Value::text(Some("Banking")));
    facts
}

fn holds(expression: &str) -> Result<bool, String> {
    let checked = check(expression, &Catalogue::of(RuleObject::Opportunity)).map_err(|p| format!("{p:?}"))?;
    evaluate(&checked.root, &deal().after(None)).map(|v| v == Value::Bool(true)).map_err(|f| f.to_string())
}

#[test]
fn what_is_true_of_a_deal() {
    let yes = [
        "amount == 1234.5",
        "amount > 1000 && probability < 50",
        "opportunity.amount >= 1234.50",
        "amount * probability / 100 == 493.8",
        "close_date <= today + days(35)",
        "close_date - today == duration(\"840h\")",
        "close_date > date(\"2026-01-01\") && close_date.getFullYear() == 2026 && close_date.getMonth() == 11",
        "size(name) == 7 && name.startsWith(\"Gr\") && name.contains(\"ö\")",
        "\"hot\" in tags && tags.exists(t, t.lowerAscii() == \"quick\") && tags.all(t, size(t) > 2)",
        "tags.exists_one(t, t == \"hot\") && size(tags.filter(t, t.matches(\"^[A-Z]\"))) == 1",
        "account.industry in [\"Banking\", \"Insurance\"]",
        "stage.kind == \"won\" ? amount > 9999 : true",
        "is_new && previous.amount == null",
        "tags[0] == \"hot\" && tags[7] == null",
        "probability / 3 == 13 && probability % 3 == 1 && -probability < 0",
        "'single' != \"double\" // and a comment",
        "int(amount) == 1234 && double(probability) / 3.0 > 13.3",
    ];
    for expression in yes {
        assert_eq!(holds(expression), Ok(true), "{expression}");
    }
}

/// What the guide says of missing values.
#[test]
fn a_missing_value_has_a_defined_meaning() {
    let table = [
        ("next_step == null", true),
        ("has(next_step)", false),
        ("has(amount)", true),
        ("next_step != \"x\"", true),
        ("account.employees > 10", false),
        ("account.employees <= 10", false),
        ("!(account.employees > 10)", true),
        ("account.employees + 1 == null", true),
        ("next_step.contains(\"x\")", false),
        ("size(next_step) == 0", true),
        ("next_step.matches(\".*\")", false),
        ("next_step in [\"a\"]", false),
        ("\"x\" in account.tags", false),
        ("account.tags.all(t, t == \"x\")", true),
        ("account.tags.exists(t, true)", false),
        ("null == null", true),
        ("next_step.trim() == null", true),
    ];
    for (expression, expected) in table {
        assert_eq!(holds(expression), Ok(expected), "{expression}");
    }
}

fn problem(expression: &str) -> String {
    let problems = check(expression, &Catalogue::of(RuleObject::Opportunity)).unwrap_err();
    let p = &problems[0];
    let meant = p.suggestion.as_ref().map_or_else(String::new, |s| format!(" → {s}"));
    format!("{}:{} {}: {}{meant}", p.line, p.column, p.code, p.message)
}

#[test]
fn a_slip_is_told_with_its_place_and_what_was_meant() {
    let table = [
        ("amuont > 5", "1:1 unknown_name: there is no amuont here → amount"),
        (
            "amount > 5 &&\n  acount.industry == \"x\"",
            "2:3 unknown_name: there is no acount.industry here → account.industry",
        ),
        ("\"ö\" == name && stge.kind == \"won\"", "1:16 unknown_name: there is no stge.kind here → stage.kind"),
        (
            "account == null",
            "1:1 unknown_name: account has parts: account.name, account.domain, account.industry, account.region → account.name",
        ),
        ("amount", "1:1 not_bool: a rule is true or false; this is a value of kind number"),
        ("amount > \"5\"", "1:1 wrong_type: number can't be compared with string → 5"),
        ("close_date > \"2026-01-01\"", "1:1 wrong_type: date can't be compared with string → date(\"2026-01-01\")"),
        ("close_date > today + 30", "1:14 wrong_type: date + int has no meaning → days(…)"),
        ("created_at > today", "1:1 wrong_type: timestamp can't be compared with date → date(…)"),
        ("name.startWith(\"a\")", "1:1 unknown_function: there is no function startWith → startsWith"),
        ("name && amount > 5", "1:1 wrong_type: what stands before && or || is bool, not string"),
        ("size(amount) > 5", "1:6 wrong_type: size takes string or list, not number"),
        ("tags == \"hot\"", "1:1 wrong_type: list<string> can't be compared with string"),
        ("name.matches(\"(\")", "1:14 invalid_value: this is no regular expression"),
        ("name.matches(next_step)", "1:14 unsupported: the pattern of matches is written out in quotes"),
        ("date(\"31.12.2026\") > today", "1:5 invalid_value: this is no date → date(\"2026-12-31\")"),
        ("{\"a\": 1} == null", "1:1 unsupported: rules have no maps or messages"),
        ("b\"x\" == null", "1:1 unsupported: rules have no bytes and no unsigned numbers"),
    ];
    for (expression, expected) in table {
        assert_eq!(problem(expression), expected, "{expression}");
    }
    for (expression, meant) in [("amount = 5", "=="), ("amount > 5 and probability < 3", "&&")] {
        let problems = check(expression, &Catalogue::of(RuleObject::Opportunity)).unwrap_err();
        assert_eq!((problems[0].code, problems[0].suggestion.as_deref()), ("syntax", Some(meant)), "{problems:?}");
    }
}

/// Each of these would stop or fell a server that has no limits.
#[test]
fn bombs_are_refused_or_end_within_the_budget() {
    let numbers = (0..100).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let nested = |n: usize| format!("{}true{}", "(".repeat(n), ")".repeat(n));
    let bombs = [
        ("deep brackets", nested(900)),
        ("unclosed brackets", "(".repeat(2_000)),
        ("brackets in lists", "[(".repeat(1_000)),
        ("many nots", format!("{}true", "!".repeat(1_990))),
        ("many minuses", format!("{}1 == 1", "-".repeat(1_900))),
        ("long chain", format!("1{} > 0", "+1".repeat(990))),
        ("long path", format!("a{}", ".b".repeat(990))),
        ("long ands", format!("true{}", "&&true".repeat(330))),
        ("branches", format!("{}true", "true?true:".repeat(199))),
        ("calls", format!("name{} == name", ".trim()".repeat(280))),
        ("indexes", format!("tags{} == null", "[0]".repeat(600))),
        ("long text", format!("name == \"{}\"", "x".repeat(100_000))),
        ("open quote", format!("name == \"{}", "\\".repeat(1_900))),
        ("wide maps", format!("[{numbers}].map(a, [{numbers}].map(b, a * b)).exists(l, size(l) == 3)")),
        ("deep maps", "tags.map(a, tags.map(b, tags.map(c, tags.map(d, d)))) == null".to_owned()),
        ("pattern", "name.matches(\"((a{0,200}){0,200}){0,200}\")".to_owned()),
        ("nested pattern", format!("name.matches(\"{}\")", "(".repeat(500) + &")*".repeat(500))),
        ("noise", "?:?:?:[[[{{{,,,".repeat(100)),
        ("nulls", "\0".repeat(500)),
        ("emoji", "🙂".repeat(2_000)),
    ];
    for (name, bomb) in bombs {
        let begun = Instant::now();
        if let Ok(checked) = check(&bomb, &Catalogue::of(RuleObject::Opportunity)) {
            _ = evaluate(&checked.root, &deal().after(None));
        }
        assert!(begun.elapsed().as_secs() < 5, "{name} took {:?}", begun.elapsed());
    }
}

#[test]
fn an_evaluation_ends_at_its_budget() {
    let numbers = (0..100).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(
        holds(&format!("[{numbers}].all(a, [{numbers}].all(b, a * b >= 0 && a + b >= 0))")),
        Err(Failure::OverBudget.to_string())
    );
    assert_eq!(holds("probability / (probability - 40) > 1"), Err(Failure::DivisionByZero.to_string()));
    assert_eq!(holds("9223372036854775807 + probability > 1"), Err(Failure::OutOfRange.to_string()));
    assert_eq!(holds("today + days(99999999) > today"), Err(Failure::OutOfRange.to_string()));
}

#[test]
fn every_example_of_the_catalogue_is_right() {
    for object in RuleObject::ALL {
        let catalogue = Catalogue::of(object);
        for fact in &catalogue.facts {
            let checked = check(&fact.example, &catalogue).unwrap_or_else(|p| panic!("{}: {p:?}", fact.example));
            let name = fact.name.strip_prefix("previous.").unwrap_or(&fact.name);
            assert!(checked.facts.iter().any(|f| f.ends_with(name)), "{} does not use {name}", fact.example);
        }
    }
    for (name, example, _) in super::function::functions() {
        let catalogues = RuleObject::ALL.map(Catalogue::of);
        let right =
            catalogues.iter().any(|c| check(&format!("{example} == null"), c).is_ok() || check(example, c).is_ok());
        assert!(right, "{name}: {example}");
    }
}

fn rule(expression: &str) -> Active {
    Active {
        id: RuleId(uuid::Uuid::nil()),
        name: "A rule".into(),
        message: "not like this".into(),
        field: "amount".into(),
        checked: active::known(RuleObject::Opportunity, expression, &Custom::default()),
    }
}

fn judged(expression: &str, after: Facts, before: Option<&Facts>) -> String {
    match judge(&[rule(expression)], after, before) {
        Ok(()) => "ok".into(),
        Err(error) => format!("{}: {}", error.code, error.fields[0].message),
    }
}

#[test]
fn a_rule_is_judged_when_what_it_speaks_of_has_changed() {
    let (old, mut new) = (deal(), deal());
    assert_eq!(judged("amount > 9999", deal(), None), "rule_not_met: not like this");
    new.put("next_step", Value::text(Some("call")));
    assert_eq!(judged("amount > 9999", new.clone(), Some(&old)), "ok", "the amount is as it was");
    new.put("amount", Value::int(Some(5)));
    assert_eq!(judged("amount > 9999", new.clone(), Some(&old)), "rule_not_met: not like this");
    assert_eq!(judged("previous.amount < amount", new.clone(), Some(&old)), "rule_not_met: not like this");
    assert_eq!(judged("is_new || previous.amount > amount", new, Some(&old)), "ok");
    assert_eq!(judged("1 == 2", deal(), Some(&old)), "rule_not_met: not like this", "it speaks of nothing");
    assert_eq!(judged("today < date(\"2020-01-01\")", deal(), Some(&old)), "rule_not_met: not like this");
}

#[test]
fn a_rule_that_fails_says_which() {
    let failed = judged("probability / 0 > 1", deal(), None);
    assert_eq!(failed, "rule_failed: the rule “A rule” can't be evaluated: it divides by zero; ask an administrator");
    assert!(judged("no_such_fact == 1", deal(), None).contains("does not exist any more"));
}

/// Pieces of expressions, right and wrong.
fn pieces() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "amount",
        "tags",
        "name",
        "today",
        "close_date",
        "account.industry",
        "previous.amount",
        "x",
        "null",
        "true",
        "1",
        "-9223372036854775808",
        "0.1",
        "1e300",
        "\"a\"",
        "'",
        "\"",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ".",
        "?",
        ":",
        "+",
        "-",
        "*",
        "/",
        "%",
        "==",
        "!=",
        "<",
        ">=",
        "&&",
        "||",
        "!",
        "in",
        "size(",
        "has(",
        ".map(x,",
        ".exists(x,",
        ".matches(\"(a+)+$\")",
        "days(",
        "duration(\"1h\")",
        "date(\"2026-01-01\")",
        "\\",
        "//",
        "\n",
        "ö",
        "🙂",
        "`",
        "@",
        "#",
        "$",
        ";",
        "as",
        "for",
    ]);
    prop::collection::vec(words, 0..60).prop_map(|words| words.join(" "))
}

/// Whole numbers and truths, of which CEL's own evaluator makes the same.
fn arithmetic() -> impl Strategy<Value = String> {
    let leaf = (-50_i64..50).prop_map(|n| if n < 0 { format!("({n})") } else { n.to_string() });
    let number = leaf.prop_recursive(4, 24, 2, |inner| {
        (inner.clone(), prop::sample::select(vec!["+", "-", "*"]), inner).prop_map(|(a, o, b)| format!("({a} {o} {b})"))
    });
    let truth = (number.clone(), prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]), number)
        .prop_map(|(a, o, b)| format!("({a} {o} {b})"));
    truth.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["&&", "||"]), inner.clone())
                .prop_map(|(a, o, b)| format!("({a} {o} {b})")),
            inner.clone().prop_map(|a| format!("!{a}")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_panics(text in pieces()) {
        let begun = Instant::now();
        if let Ok(checked) = check(&text, &Catalogue::of(RuleObject::Opportunity)) {
            _ = evaluate(&checked.root, &deal().after(Some(&deal())));
            _ = evaluate(&checked.root, &Facts::default());
        }
        prop_assert!(begun.elapsed().as_secs() < 2, "{:?} for {text:?}", begun.elapsed());
    }

    #[test]
    fn any_characters_are_refused_or_read(text in "\\PC{0,300}") {
        _ = check(&text, &Catalogue::of(RuleObject::Account));
    }

    /// The reference is the crate's own evaluator.
    #[test]
    fn whole_numbers_are_as_in_cel(text in arithmetic()) {
        let ours = check(&text, &Catalogue::of(RuleObject::Opportunity));
        let Ok(checked) = ours else { return Ok(()) };
        let reference = cel::Program::compile(&text).unwrap().execute(&cel::Context::default());
        match (evaluate(&checked.root, &Facts::default()), reference) {
            (Ok(Value::Bool(ours)), Ok(cel::Value::Bool(theirs))) => prop_assert_eq!(ours, theirs, "{}", text),
            (Err(Failure::OutOfRange), Err(_)) => {}
            (ours, theirs) => prop_assert!(false, "{text}: {ours:?} and {theirs:?}"),
        }
    }
}
