//! How well duplicates are found, and how fast: `cargo bench -p dealwright-dedupe --bench er -- FOLDER [SWEEP]`.
//!
//! Each data set is halved by a hash of the entity. Weights (by expectation and maximisation, without labels) and
//! thresholds come from one half; precision, recall and F1 are of the other. SWEEP is how many generated contacts are
//! searched for duplicates (a million unless told). FOLDER has febrl1.csv, splink_fake_1000.csv,
//! fodors_zagats_dev.jsonl and name_pairs_dev.csv; `DEDUPE_DATA` says it too.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark stops at what it does not expect")]

mod sweep;

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use dealwright_dedupe::block::{self, Pass};
use dealwright_dedupe::cluster::Clusters;
use dealwright_dedupe::{Field, Model, Record, company, compare, person, share, text};

/// What was found of what there is.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    right: usize,
    wrong: usize,
    missed: usize,
}

impl Found {
    fn precision(self) -> f32 {
        share(self.right, self.right + self.wrong)
    }
    fn recall(self) -> f32 {
        share(self.right, self.right + self.missed)
    }
    fn f1(self) -> f32 {
        share(2 * self.right, 2 * self.right + self.wrong + self.missed)
    }
}

fn tell(name: &str, tuned: Found, found: Found, compared: usize, begun: Instant) {
    println!(
        "{name:<18} precision {:.3}  recall {:.3}  F1 {:.3}   ({:.3} on the half it was tuned on; {compared} pairs compared, {:.0} ms)",
        found.precision(),
        found.recall(),
        found.f1(),
        tuned.f1(),
        begun.elapsed().as_secs_f64() * 1000.0
    );
}

/// Whether an entity is of the half that weights and thresholds come from.
fn tuning(entity: &str) -> bool {
    text::hash(&["half", entity]) >> 20 & 1 == 0
}

struct Data {
    records: Vec<Record>,
    entities: Vec<String>,
}

fn read(path: &Path, columns: &[(&str, Field)], half: bool) -> Data {
    let mut csv = csv::Reader::from_path(path).unwrap();
    let head = csv.headers().unwrap().clone();
    let at = |name: &str| head.iter().position(|h| h == name).unwrap();
    let cluster = at("cluster");
    let mut data = Data { records: Vec::new(), entities: Vec::new() };
    for row in csv.records().map(Result::unwrap).filter(|row| tuning(&row[cluster]) == half) {
        // Columns of one field are one value, such as the two lines of an address.
        let mut values: Vec<(Field, String)> = Vec::new();
        for (name, field) in columns {
            match values.iter_mut().find(|(f, _)| f == field) {
                Some((_, value)) => *value = format!("{value} {}", &row[at(name)]),
                None => values.push((*field, row[at(name)].to_owned())),
            }
        }
        data.records.push(Record::of(values.iter().map(|(f, v)| (*f, v.as_str())), ""));
        data.entities.push(row[cluster].to_owned());
    }
    data
}

/// Patterns of each record with each, as chance would pair them.
fn every(records: &[Record]) -> HashMap<compare::Pattern, usize> {
    let mut patterns = HashMap::new();
    for (nth, a) in records.iter().enumerate() {
        for b in &records[nth + 1..] {
            *patterns.entry(compare::compare(a, b)).or_insert(0) += 1;
        }
    }
    patterns
}

fn people(name: &str, path: &Path, columns: &[(&str, Field)]) {
    let (tuned, held) = (read(path, columns, true), read(path, columns, false));
    let mut model = Model::people();
    let patterns = every(&tuned.records);
    model.learn(&patterns, &patterns);
    model.learn_shares(tuned.records.iter());
    let scored = score(&tuned, &model);
    let best = (0..80).map(|t| share(t, 2) - 10.0);
    let (threshold, on_tuned) =
        best.map(|t| (t, judge(&tuned, &scored, t))).max_by(|a, b| a.1.f1().total_cmp(&b.1.f1())).unwrap();
    let begun = Instant::now();
    let scored = score(&held, &model);
    let found = judge(&held, &scored, threshold);
    tell(name, on_tuned, found, scored.len(), begun);
    if std::env::var_os("DEDUPE_ERRORS").is_some() {
        println!("  threshold {threshold}");
        for field in Field::ALL {
            println!("  {field:?} {:?}", dealwright_dedupe::Level::ALL.map(|l| model.weight(field, l)));
        }
        for (a, b, bits) in &scored {
            if (held.entities[*a] == held.entities[*b]) != (*bits >= threshold) {
                println!(
                    "  {} {bits:.1} {:?} | {:?}",
                    held.entities[*a] == held.entities[*b],
                    held.records[*a],
                    held.records[*b]
                );
            }
        }
    }
}

fn score(data: &Data, model: &Model) -> Vec<(usize, usize, f32)> {
    let mut scored = Vec::new();
    block::pairs(&data.records, Pass::ALL, |a, b| {
        let (a, b) = (usize::try_from(a).unwrap(), usize::try_from(b).unwrap());
        scored.push((a, b, model.bits_of(&data.records[a], &data.records[b])));
    });
    scored
}

/// Clusters of what is above the threshold, against the truth, over all pairs there are.
fn judge(data: &Data, scored: &[(usize, usize, f32)], threshold: f32) -> Found {
    let mut clusters = Clusters::new(u32::try_from(data.records.len()).unwrap(), 1000);
    for (a, b, _) in scored.iter().filter(|(_, _, bits)| *bits >= threshold) {
        clusters.join(u32::try_from(*a).unwrap(), u32::try_from(*b).unwrap());
    }
    let mut found = Found::default();
    let roots: Vec<u32> = (0..data.records.len()).map(|i| clusters.root(u32::try_from(i).unwrap())).collect();
    for (i, a) in data.entities.iter().enumerate() {
        for (j, b) in data.entities.iter().enumerate().skip(i + 1) {
            match (a == b, roots[i] == roots[j]) {
                (true, true) => found.right += 1,
                (false, true) => found.wrong += 1,
                (true, false) => found.missed += 1,
                (false, false) => {}
            }
        }
    }
    found
}

/// Pairs with a score and whether they are one, and their names.
type Judged = Vec<(f32, bool, String)>;

fn at_threshold(pairs: &Judged, threshold: f32) -> Found {
    let mut found = Found::default();
    for (score, one, _) in pairs {
        match (*one, *score >= threshold) {
            (true, true) => found.right += 1,
            (false, true) => found.wrong += 1,
            (true, false) => found.missed += 1,
            (false, false) => {}
        }
    }
    found
}

/// The threshold with the best F1; the middle of those that are as good.
fn tune(pairs: &Judged, grid: &[f32]) -> f32 {
    let best = grid.iter().map(|t| at_threshold(pairs, *t).f1()).fold(0.0, f32::max);
    let good: Vec<f32> = grid.iter().copied().filter(|t| at_threshold(pairs, *t).f1() >= best - 1e-4).collect();
    good[good.len() / 2]
}

fn errors(pairs: &Judged, threshold: f32) {
    if std::env::var_os("DEDUPE_ERRORS").is_some() {
        println!("  threshold {threshold}");
        for (score, one, names) in pairs.iter().filter(|(score, one, _)| *one != (*score >= threshold)) {
            println!("  {one} {score:.2} {names}");
        }
    }
}

/// Which half's errors are told: with `DEDUPE_TUNED` the one that may be looked at when weights are set.
fn held_out() -> usize {
    usize::from(std::env::var_os("DEDUPE_TUNED").is_none())
}

fn businesses(path: &Path) {
    let model = Model::companies();
    let mut halves: [Vec<(Record, Record, bool, String)>; 2] = [Vec::new(), Vec::new()];
    let begun = Instant::now();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let [a, b] = ["a", "b"].map(|side| {
            let get = |key: &str| row[side][key].as_str().unwrap_or_default().to_owned();
            let values = [
                (Field::Company, get("name")),
                (Field::Street, get("addr")),
                (Field::City, get("city")),
                (Field::Phone, get("phone")),
            ];
            Record::of(values.iter().map(|(f, v)| (*f, v.as_str())), "1")
        });
        let entity = format!("{}|{}", row["a"]["name"], row["b"]["name"]);
        let half = usize::from(!tuning(&entity));
        halves[half].push((a, b, row["match"] == 1, format!("{} {}", row["a"], row["b"])));
    }
    let halves: [Judged; 2] =
        halves.map(|half| half.into_iter().map(|(a, b, one, names)| (model.bits_of(&a, &b), one, names)).collect());
    let grid: Vec<f32> = (0..60).map(|t| share(t, 2) - 10.0).collect();
    let threshold = tune(&halves[0], &grid);
    tell(
        "fodors_zagats",
        at_threshold(&halves[0], threshold),
        at_threshold(&halves[1], threshold),
        halves[1].len(),
        begun,
    );
    errors(&halves[held_out()], threshold);
}

fn names(path: &Path) {
    let begun = Instant::now();
    let mut csv = csv::Reader::from_path(path).unwrap();
    let mut halves: [[Judged; 2]; 2] = Default::default();
    for row in csv.records().map(Result::unwrap) {
        let (a, b) = (&row[2], &row[3]);
        let human = &row[1] == "Person";
        let score = if human { person::likeness_of_names(a, b) } else { company::likeness_of_names(a, b) };
        let half = usize::from(!tuning(&format!("{a}|{b}")));
        halves[half][usize::from(human)].push((score, &row[4] == "true", format!("{a} | {b}")));
    }
    let grid: Vec<f32> = (40..100).map(|t| share(t, 100)).collect();
    let (mut tuned, mut found) = (Found::default(), Found::default());
    let add = |to: &mut Found, f: Found| {
        *to = Found { right: to.right + f.right, wrong: to.wrong + f.wrong, missed: to.missed + f.missed };
    };
    for (kind, (tuning, held)) in halves[0].iter().zip(&halves[1]).enumerate() {
        let threshold = tune(tuning, &grid);
        add(&mut tuned, at_threshold(tuning, threshold));
        add(&mut found, at_threshold(held, threshold));
        errors(&halves[held_out()][kind], threshold);
    }
    tell("name_pairs", tuned, found, halves[1].iter().map(Vec::len).sum(), begun);
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let folder = args.first().cloned().or_else(|| std::env::var("DEDUPE_DATA").ok());
    let Some(folder) = folder else {
        println!("say where the data is: cargo bench -p dealwright-dedupe --bench er -- FOLDER [SWEEP]");
        return;
    };
    let folder = Path::new(&folder);
    people(
        "febrl1",
        &folder.join("febrl1.csv"),
        &[
            ("given_name", Field::Given),
            ("surname", Field::Family),
            ("street_number", Field::House),
            ("address_1", Field::Street),
            ("address_2", Field::Street),
            ("suburb", Field::City),
            ("postcode", Field::Postcode),
            ("state", Field::Region),
            ("date_of_birth", Field::Birth),
            ("soc_sec_id", Field::Identifier),
        ],
    );
    people(
        "splink_fake_1000",
        &folder.join("splink_fake_1000.csv"),
        &[
            ("first_name", Field::Given),
            ("surname", Field::Family),
            ("dob", Field::Birth),
            ("city", Field::City),
            ("email", Field::Email),
        ],
    );
    businesses(&folder.join("fodors_zagats_dev.jsonl"));
    names(&folder.join("name_pairs_dev.csv"));
    let size = args.get(1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    if size > 0 {
        sweep::run(size);
    }
}
