//! How well things to do are read out of notes: precision and recall against sets that were labelled by hand (`eval/README.md`).
//! The figures are printed; the test fails when they get worse.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "a measurement prints its figures"
)]

use chrono::NaiveDate;
use dealwright_ai::resolve::Reading;
use dealwright_routine::action::{self, judge, read};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Note {
    name: String,
    text: String,
    items: Vec<Wanted>,
}

#[derive(Debug, Deserialize)]
struct Wanted {
    who: Option<String>,
    title: String,
    due: Option<NaiveDate>,
}

#[derive(Debug, Default)]
struct Score {
    right: usize,
    found: usize,
    wanted: usize,
}

impl Score {
    fn precision(&self) -> f64 {
        self.right as f64 / self.found.max(1) as f64
    }

    fn recall(&self) -> f64 {
        self.right as f64 / self.wanted.max(1) as f64
    }
}

#[test]
fn notes() {
    let all: Vec<Note> = serde_json::from_str(include_str!("../eval/notes.json")).unwrap();
    // A Thursday.
    let reading = Reading::of_locale("2026-11-12".parse().unwrap(), "en-GB");
    let (mut what, mut who, mut when) = (Score::default(), 0, 0);
    for note in &all {
        let found = action::items(&note.text, &reading);
        what.found += found.len();
        what.wanted += note.items.len();
        for wanted in &note.items {
            let said = |title: &str| title.to_lowercase().contains(&wanted.title.to_lowercase());
            let Some(item) = found.iter().find(|item| said(&item.title)) else {
                println!("{}: missed {:?}", note.name, wanted.title);
                continue;
            };
            what.right += 1;
            let first = |name: &str| name.split(' ').next().unwrap_or_default().to_lowercase();
            let right_who = item.who.as_deref().map(first) == wanted.who.as_deref().map(first);
            let right_when = item.due.as_ref().map(|(_, day)| *day) == wanted.due;
            who += usize::from(right_who);
            when += usize::from(right_when);
            if !right_who || !right_when {
                println!("{}: {:?} has {:?} and {:?}", note.name, wanted.title, item.who, item.due);
            }
        }
        for item in &found {
            if !note.items.iter().any(|wanted| item.title.to_lowercase().contains(&wanted.title.to_lowercase())) {
                println!("{}: also {:?}", note.name, item.title);
            }
        }
    }
    println!(
        "notes: precision {:.2}, recall {:.2} of {}; of those found, who is right {who}, until when {when} of {}",
        what.precision(),
        what.recall(),
        what.wanted,
        what.right
    );
    assert!(what.precision() > 0.75 && what.recall() > 0.75);
}

#[test]
fn letters() {
    let mut score = Score::default();
    for line in include_str!("../eval/letters.csv").lines().skip(1) {
        let (text, label) = line.rsplit_once(',').unwrap();
        let text = text.trim_matches('"').replace("\"\"", "\"");
        let asked = read::said(&text)
            .iter()
            .any(|said| judge::sentence(&said.text).is_some_and(|j| j.form == judge::Form::Asked));
        let wanted = label.trim() == "1";
        score.found += usize::from(asked);
        score.wanted += usize::from(wanted);
        score.right += usize::from(asked && wanted);
    }
    println!("letters: precision {:.2}, recall {:.2} of {}", score.precision(), score.recall(), score.wanted);
    assert!(score.precision() > 0.8 && score.recall() > 0.3);
}
