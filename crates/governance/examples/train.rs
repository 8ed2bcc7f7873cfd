//! Learns the models of `safety` and says how good they are.
//!
//!     cargo run --release -p dealwright-governance --example train -- INJECTION.jsonl HARMFUL.jsonl REQUESTS.json… [--write]
//!
//! The first file holds texts with `label` (1 for an attack), `source` and `text`; the second harmful requests with `category` and
//! `text`; the others requests that people make of the assistant, which are harmless. Each text falls into one of two halves by
//! the hash of its words: one is learned, the figures are of the other. With `--write` the tables are written to `models/`.

#![allow(clippy::print_stdout, reason = "a program that tells what it found")]
#![allow(clippy::as_conversions, clippy::cast_precision_loss, reason = "counts of some thousand texts, as shares")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use dealwright_governance::safety::{Model, SHRINK, features, sentences};
use serde_json::Value;

/// Places in the table, as the model has them.
const SIZE: usize = 1 << 15;
const EPOCHS: usize = 40;

#[derive(Clone, Debug)]
struct Text {
    text: String,
    source: String,
    attack: bool,
}

impl Text {
    /// By its words, so that the same text never stands on both sides.
    fn is_held_out(&self) -> bool {
        let sum: usize = features(&self.text).iter().fold(7, |sum, place| (sum * 31 + place) % 1_000_003);
        sum % 2 == 1
    }
}

fn lines(path: &str) -> Result<Vec<Value>, Box<dyn Error>> {
    std::fs::read_to_string(path)?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

fn word<'a>(row: &'a Value, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// What people ask the assistant, anywhere in a file under the name "goal" or "request".
fn requests(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| match value.as_str() {
            Some(text) if ["goal", "request", "text", "ask"].contains(&key.as_str()) => found.push(text.to_owned()),
            _ => requests(value, found),
        }),
        Value::Array(all) => all.iter().for_each(|value| requests(value, found)),
        _ => {}
    }
}

/// Logistic regression by AdaGrad, each class with the same weight in all.
fn learn(texts: &[&Text]) -> Option<Model> {
    let seen: Vec<(Vec<usize>, bool)> = texts.iter().map(|t| (features(&t.text), t.attack)).collect();
    let attacks = seen.iter().filter(|(_, attack)| *attack).count() as f32;
    let heavy = (seen.len() as f32 - attacks) / attacks.max(1.0);
    let (mut weights, mut sums) = (vec![0.0_f32; SIZE], vec![1e-4_f32; SIZE]);
    let (mut bias, mut bias_sum) = (0.0_f32, 1e-4_f32);
    for epoch in 0..EPOCHS {
        for step in 0..seen.len() {
            let (places, attack) = seen.get((step * 7919 + epoch * 104_729) % seen.len())?;
            let value = 1.0 / ((places.len() + SHRINK) as f32).sqrt();
            let sum: f32 = places.iter().filter_map(|p| weights.get(*p)).sum();
            let likely = 1.0 / (1.0 + (-(bias + sum * value)).exp());
            let wrong = (likely - f32::from(u8::from(*attack))) * if *attack { heavy } else { 1.0 };
            for place in places {
                let (weight, past) = (weights.get_mut(*place)?, sums.get_mut(*place)?);
                let slope = wrong * value + 2e-5 * *weight;
                *past += slope * slope;
                *weight -= 0.15 * slope / past.sqrt();
            }
            bias_sum += wrong * wrong;
            bias -= 0.05 * wrong / bias_sum.sqrt();
        }
    }
    Model::of(bias, &weights)
}

fn worst(model: &Model, text: &str) -> i64 {
    sentences::windows(text).into_iter().map(|sentence| model.percent(sentence)).max().unwrap_or(0)
}

/// Says how many of the held-out texts are found, by source and threshold.
fn tell(name: &str, model: &Model, texts: &[Text]) {
    println!("{name}, held out:");
    let mut by: BTreeMap<(bool, &str), Vec<i64>> = BTreeMap::new();
    for text in texts.iter().filter(|t| t.is_held_out()) {
        by.entry((text.attack, text.source.as_str())).or_default().push(worst(model, &text.text));
    }
    for ((attack, source), scores) in &by {
        let share =
            |threshold: i64| 100.0 * scores.iter().filter(|s| **s >= threshold).count() as f64 / scores.len() as f64;
        let of = if *attack { "found" } else { "false" };
        println!(
            "  {of} {source:24} n {:4}   at 50: {:5.1} %   70: {:5.1} %   80: {:5.1} %   90: {:5.1} %",
            scores.len(),
            share(50),
            share(70),
            share(85),
            share(95)
        );
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let [injection, harmful, asked @ ..] = files.as_slice() else {
        return Err("INJECTION.jsonl HARMFUL.jsonl REQUESTS.json…".into());
    };
    let injection = lines(injection)?;
    let mut orders: Vec<Text> = Vec::new();
    for row in &injection {
        let (source, attack) = (word(row, "source").to_owned(), row.get("label").and_then(Value::as_i64) == Some(1));
        orders.push(Text { text: word(row, "text").to_owned(), source, attack });
    }
    let mut ours = Vec::new();
    for path in asked {
        let text = std::fs::read_to_string(path)?;
        match serde_json::from_str(&text) {
            Ok(value) => requests(&value, &mut ours),
            // A table of sentences: half, object, sentence, what it means.
            Err(_) => ours.extend(
                text.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split('|').nth(2)).map(str::to_owned),
            ),
        }
    }
    let ours: Vec<Text> =
        ours.into_iter().map(|text| Text { text, source: "requests".to_owned(), attack: false }).collect();
    orders.extend(ours.iter().cloned());

    // Questions for facts about people are what a CRM is for; so of the harmful ones only those that mean harm.
    let mean = ["malicious_uses", "discrimination_exclusion_toxicity_hateful_offensive"];
    let mut harm: Vec<Text> = lines(harmful)?
        .iter()
        .filter(|row| mean.contains(&word(row, "category")))
        .map(|row| Text { text: word(row, "text").to_owned(), source: word(row, "category").to_owned(), attack: true })
        .collect();
    harm.extend(orders.iter().filter(|t| !t.attack && t.source != "bipia_email").cloned());

    for (name, file, texts) in [("orders", "orders.bin", &orders), ("harm", "harm.bin", &harm)] {
        // A long text is learned as its sentences where all of them are harmless, and an attack that hides in one is not learned
        // as a whole: what is judged are sentences.
        let mut pieces: Vec<Text> = Vec::new();
        for text in texts.iter().filter(|t| !t.is_held_out()) {
            if !text.attack {
                pieces.extend(
                    sentences::windows(&text.text)
                        .into_iter()
                        .map(|piece| Text { text: piece.to_owned(), ..text.clone() }),
                );
            } else if text.source != "bipia_email" {
                let mut all = sentences::windows(&text.text);
                all.truncate(12);
                pieces.extend(all.into_iter().map(|piece| Text { text: piece.to_owned(), ..text.clone() }));
            }
        }
        let model = learn(&pieces.iter().collect::<Vec<_>>()).ok_or("nothing to learn from")?;
        println!("{name}: learned from {} pieces", pieces.len());
        tell(name, &model, texts);
        if flags.iter().any(|flag| flag == "--write") {
            std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("models").join(file), model.bytes())?;
        }
    }
    Ok(())
}
