//! The shipped way of scoring against leads with a known outcome: points by rule, tuned on one half, measured on the other. The
//! data may not be shipped, so this prints what it finds where the folder is named by `LEADS_DATA`, and says so where not.

#![expect(clippy::as_conversions, reason = "counts of some thousand leads, as shares")]

use std::collections::BTreeMap;

/// The area under the curve: how often a lead that was won scores above one that was not.
fn auc(scored: &mut [(f64, bool)]) -> f64 {
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut ranks, mut rank, mut at) = (0.0, 1.0, 0);
    while at < scored.len() {
        let ties = scored[at..].iter().take_while(|s| s.0 == scored[at].0).count();
        let mean = rank + (ties as f64 - 1.0) / 2.0;
        ranks += mean * scored[at..at + ties].iter().filter(|s| s.1).count() as f64;
        rank += ties as f64;
        at += ties;
    }
    let won = scored.iter().filter(|s| s.1).count() as f64;
    let lost = scored.len() as f64 - won;
    (ranks - won * (won + 1.0) / 2.0) / (won * lost)
}

#[test]
fn of_equals_half_are_above_each_other() {
    assert!((auc(&mut [(1.0, true), (1.0, false)]) - 0.5).abs() < 1e-9);
    assert!((auc(&mut [(2.0, true), (1.0, false), (0.0, false)]) - 1.0).abs() < 1e-9);
}

/// A row as conditions see it: what was known before anybody called.
fn facts(row: &BTreeMap<&str, &str>) -> Vec<String> {
    let get = |name: &str| row.get(name).copied().unwrap_or_default();
    let number = |name: &str| get(name).parse::<f64>().unwrap_or(0.0);
    let named =
        |name: &str| (!get(name).is_empty() && get(name) != "Select").then(|| format!("{name} = {}", get(name)));
    let mut facts: Vec<String> =
        ["Lead Origin", "Lead Source", "What is your current occupation", "Specialization", "Last Activity"]
            .into_iter()
            .filter_map(named)
            .collect();
    let time = number("Total Time Spent on Website");
    facts.push(format!(
        "time = {}",
        if time > 1_000.0 {
            "long"
        } else if time > 300.0 {
            "some"
        } else if time > 0.0 {
            "little"
        } else {
            "none"
        }
    ));
    facts.push(format!("visits = {}", if number("TotalVisits") > 3.0 { "many" } else { "few" }));
    if get("Do Not Email") == "Yes" {
        facts.push("no e-mail".into());
    }
    facts
}

#[test]
fn points_of_rules_tell_good_leads_from_others() {
    let Ok(folder) = std::env::var("LEADS_DATA") else {
        println!("LEADS_DATA names no folder; nothing was measured");
        return;
    };
    let text = std::fs::read_to_string(format!("{folder}/x_education_train.csv")).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    // Fields of this file are not quoted, but for a few rows, which are passed over.
    let rows: Vec<BTreeMap<&str, &str>> = lines
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|cells| cells.len() == names.len())
        .map(|cells| names.iter().copied().zip(cells).collect())
        .collect();
    let half = |n: usize| n.is_multiple_of(2);
    let won = |row: &BTreeMap<&str, &str>| row.get("Converted") == Some(&"1");
    // Points: how much likelier a lead of which the condition is true is to be won, in whole points of a tenth of a nat.
    let mut seen: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    let (mut all_won, mut all_lost) = (0.0, 0.0);
    for row in rows.iter().enumerate().filter(|(n, _)| half(*n)).map(|(_, r)| r) {
        if won(row) {
            all_won += 1.0
        } else {
            all_lost += 1.0
        }
        for fact in facts(row) {
            let of = seen.entry(fact).or_default();
            if won(row) { of.0 += 1.0 } else { of.1 += 1.0 }
        }
    }
    let mut points: Vec<(String, f64)> = seen
        .into_iter()
        .filter(|(_, (w, l))| w + l >= 50.0)
        .map(|(fact, (w, l))| (fact, (10.0 * (((w + 1.0) / all_won) / ((l + 1.0) / all_lost)).ln()).round()))
        .filter(|(_, points)| *points != 0.0)
        .collect();
    points.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    points.truncate(50);
    let rules: BTreeMap<String, f64> = points.into_iter().collect();
    let mut scored: Vec<(f64, bool)> = rows
        .iter()
        .enumerate()
        .filter(|(n, _)| !half(*n))
        .map(|(_, row)| (facts(row).iter().filter_map(|f| rules.get(f)).sum(), won(row)))
        .collect();
    let area = auc(&mut scored);
    println!("{} rules of points, tuned on one half of {} leads: AUC {area:.3} on the other", rules.len(), rows.len());
    assert!(area > 0.75, "rules of points rank the other half worse than expected: {area:.3}");
}
