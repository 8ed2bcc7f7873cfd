//! The arrows between the crates.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

/// From low to high: a crate may know those before it.
const ORDER: [&str; 13] = [
    "embed", "dedupe", "kernel", "files", "store", "access", "workflow", "crm", "connect", "demo", "import", "ai",
    "app",
];

#[test]
fn crates_know_only_those_below_them() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rank: BTreeMap<String, usize> =
        ORDER.iter().enumerate().map(|(i, name)| (format!("dealwright-{name}"), i)).collect();
    let mut seen = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let Some(own) = rank.get(package["name"].as_str().unwrap()) else { continue };
        for dependency in package["dependencies"].as_array().unwrap().iter().filter(|d| d["kind"].is_null()) {
            if let Some(other) = rank.get(dependency["name"].as_str().unwrap()) {
                seen += 1;
                assert!(other < own, "{} must not know {}", package["name"], dependency["name"]);
            }
        }
    }
    assert!(seen >= 10, "the arrows were not read: {seen}");
}
