//! Sentences and what they become, counted; and that whatever is typed makes a filter that lists can read.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use dealwright_crm::custom_field::{CustomField, FieldKind, FieldObject, FieldOption, Index};
use dealwright_crm::selection::catalogue;
use dealwright_kernel::id::CustomFieldId;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Lexicon, read};
use crate::planner::Filter;
use crate::resolve::Reading;
use crate::resolve::vocabulary::{Choice, tests::sample};

const SENTENCES: &str = include_str!("sentences.txt");

fn field(object: FieldObject, key: &str, label: &str, kind: FieldKind, options: &[(&str, &str)]) -> CustomField {
    let option = |(value, label): &(&str, &str)| FieldOption {
        value: (*value).to_owned(),
        label: (*label).to_owned(),
        archived: false,
    };
    CustomField {
        id: CustomFieldId(Uuid::nil()),
        object,
        key: key.to_owned(),
        label: label.to_owned(),
        help: None,
        kind,
        required: false,
        default: None,
        options: options.iter().map(option).collect(),
        section: None,
        position: 0,
        archived: false,
        expression: None,
        index: Index::None,
        slot: None,
        slot_filled: false,
        version: 1,
    }
}

fn lexicon(object: FieldObject) -> Lexicon {
    let mut vocabulary = sample();
    let status = |n, name: &str| Choice { id: Uuid::from_u128(n), kind: "lead_status".into(), name: name.into() };
    vocabulary.choices.extend([status(70, "New"), status(71, "Contacted"), status(72, "Qualified")]);
    let custom = [
        field(FieldObject::Opportunity, "budget", "Budget", FieldKind::Money, &[]),
        field(FieldObject::Opportunity, "seats", "Seats", FieldKind::Number, &[]),
        field(FieldObject::Opportunity, "go_live", "Go live", FieldKind::Date, &[]),
        field(FieldObject::Opportunity, "renewal", "Renewal", FieldKind::Checkbox, &[]),
        field(FieldObject::Opportunity, "tier", "Tier", FieldKind::Select, &[("gold", "Gold"), ("silver", "Silver")]),
        field(
            FieldObject::Account,
            "segment",
            "Segment",
            FieldKind::Select,
            &[("enterprise", "Enterprise"), ("smb", "SMB")],
        ),
    ];
    let reading = Reading::of_locale(NaiveDate::from_ymd_opt(2026, 11, 27).unwrap(), "en-US");
    Lexicon::new(object, vocabulary, &[], &custom, reading, &|_| false)
}

/// Ids by the names that the file of sentences has for them.
fn named(lexicon: &Lexicon) -> BTreeMap<String, String> {
    let v = &lexicon.vocabulary;
    let stages = v.stages.iter().map(|s| (s.id, s.name.clone()));
    let people = v.people.iter().map(|p| (p.id, p.name.clone()));
    let teams = v.teams.iter().map(|t| (t.id, t.name.clone()));
    let choices = v.choices.iter().map(|c| (c.id, c.name.clone()));
    stages.chain(people).chain(teams).chain(choices).map(|(id, name)| (id.to_string(), name)).collect()
}

fn shown(tree: &Value, names: &BTreeMap<String, String>) -> String {
    let one = |v: &Value| {
        let text = v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        names.get(&text).cloned().unwrap_or(text)
    };
    if let Some(any) = tree["or"].as_array() {
        return format!("({})", any.iter().map(|t| shown(t, names)).collect::<Vec<_>>().join(" or "));
    }
    if let Some(not) = tree.get("not") {
        return format!("not {}", shown(not, names));
    }
    let value = tree["value"]
        .as_array()
        .map_or_else(|| one(&tree["value"]), |all| all.iter().map(one).collect::<Vec<_>>().join(","));
    format!("{} {} {value}", tree["field"].as_str().unwrap(), tree["op"].as_str().unwrap())
}

#[test]
fn sentences_become_the_filters_that_they_mean() {
    let mut counted: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in SENTENCES.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [half, object, sentence, filter, sort, left] = parts.as_slice() else { panic!("{line}") };
        let lexicon = lexicon(object.parse().unwrap());
        let reading = read(sentence, &lexicon);
        let names = named(&lexicon);
        let all = reading.filter.as_ref().and_then(|f| f["and"].as_array().cloned()).unwrap_or_default();
        let sorted = |mut of: Vec<String>| {
            of.sort();
            of.join("; ")
        };
        let found = sorted(all.iter().map(|t| shown(t, &names)).collect());
        let expected = sorted(filter.split(';').map(|c| c.trim().to_owned()).filter(|c| !c.is_empty()).collect());
        let lefts = reading.left.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join(", ");
        let right = found == expected && reading.sort.join(",") == *sort && lefts == *left;
        let (good, of) = counted.entry(half).or_default();
        *good += u32::from(right);
        *of += 1;
        if !right {
            wrong.push(format!("{half}: {sentence}\n    {found} | {} | {lefts}", reading.sort.join(",")));
        }
    }
    for (half, (good, of)) in &counted {
        println!("{half}: {good} of {of} sentences understood");
    }
    println!("{}", wrong.join("\n"));
    let (good, of) = counted["tuned"];
    assert!(of >= 40 && good == of, "{good} of {of}:\n{}", wrong.join("\n"));
    let (good, of) = counted["held"];
    assert!(of >= 40 && good * 10 >= of * 8, "{good} of {of}:\n{}", wrong.join("\n"));
}

#[test]
fn a_hidden_field_is_a_word_like_any_other() {
    let plain = lexicon(FieldObject::Opportunity);
    let hidden = Lexicon::new(FieldObject::Opportunity, sample(), &[], &[], plain.reading, &|f| {
        matches!(f, "amount" | "expected_revenue" | "close_date" | "next_step" | "industry_id")
    });
    let reading = read("retail deals over 50k closing this quarter without a next step", &hidden);
    assert_eq!(reading.filter, None);
    assert!(reading.left.iter().any(|l| l.text.contains("over 50k")), "{:?}", reading.left);
}

#[test]
fn a_model_adds_only_words_that_were_said_and_that_the_grammar_reads() {
    let lexicon = lexicon(FieldObject::Opportunity);
    let sentence = "deals carl is chasing over 5k";
    let first = read(sentence, &lexicon);
    assert_eq!(first.left.iter().map(|l| l.text.as_str()).collect::<Vec<_>>(), ["carl", "chasing"]);
    let said = |owner: &str, amount: &str| Filter {
        owner: Some(owner.into()),
        amount: Some(amount.into()),
        ..Filter::default()
    };
    let more = super::model::added(sentence, &first, &said("carl", "over 9k"), &lexicon).unwrap();
    let conditions = more.filter.unwrap()["and"].as_array().unwrap().clone();
    assert_eq!(conditions.len(), 2, "the amount was not said");
    assert_eq!(conditions[1], json!({ "field": "owner_id", "op": "eq", "value": Uuid::from_u128(32) }));
    assert_eq!(super::model::added(sentence, &first, &said("Mallory", "1"), &lexicon), None);
}

fn words() -> impl Strategy<Value = String> {
    const WORDS: &str = "not no without with or and my mine owned by Anna's Carl team West open won lost closed closing created updated \
        before after between in the last next this quarter month 30 days 2 weeks over under 50k 20k-1.5m 60% amount close date \
        probability next step negotiation retail Europe price sorted largest first highest newest called \"x\" with Acme is empty = ( , > \
        stuck in stage for older than overdue archived tier gold seats budget renewal go live tagged a 1 June March 2026-02-30 €5 '";
    let all: Vec<&'static str> = WORDS.split_whitespace().collect();
    prop::collection::vec(prop::sample::select(all), 0..14).prop_map(|w| w.join(" "))
}

proptest! {
    #[test]
    fn whatever_is_said_is_a_filter_that_lists_know(said in prop_oneof![words(), ".{0,60}"]) {
        for object in [FieldObject::Opportunity, FieldObject::Account, FieldObject::Contact, FieldObject::Lead] {
            let reading = read(&said, &lexicon(object));
            let trees: Vec<Value> = reading.understood.iter().filter_map(|u| u.filter.clone()).collect();
            let mut open = trees;
            while let Some(tree) = open.pop() {
                if let Some(inner) = tree.get("not") {
                    open.push(inner.clone());
                } else if let Some(any) = tree.get("or").and_then(Value::as_array) {
                    open.extend(any.clone());
                } else {
                    let name = tree["field"].as_str().unwrap();
                    let known = catalogue(object).field(name).is_some() || name.starts_with("custom.");
                    prop_assert!(known, "{said}: {tree}");
                    let op = tree["op"].as_str().unwrap();
                    prop_assert!(dealwright_crm::list::Op::read(op).is_some_and(|op| catalogue(object).field(name).is_none_or(|f| op.fits(f.kind))), "{said}: {tree}");
                }
            }
            for left in &reading.left {
                prop_assert!(said.contains(&left.text) && left.from <= left.to, "{said}: {left:?}");
            }
            prop_assert!(reading.sort.len() <= 4);
        }
    }
}
