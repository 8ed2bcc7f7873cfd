//! The arrows between the crates, and the names that they share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// From low to high: a crate may know those before it.
const ORDER: [&str; 23] = [
    "eval",
    "embed",
    "dedupe",
    "trace",
    "kernel",
    "files",
    "store",
    "access",
    "workflow",
    "crm",
    "sla",
    "knowledge",
    "connect",
    "demo",
    "import",
    "insight",
    "governance",
    "outside",
    "ai",
    "automation",
    "routine",
    "mcp",
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

/// All Rust files below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Of two types of one name the description of the API would keep one, without a word.
#[test]
fn no_two_types_of_the_api_have_one_name() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for member in std::fs::read_dir(crates).unwrap() {
        sources(&member.unwrap().path().join("src"), &mut files);
    }
    let mut named: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for part in text.split("#[derive(").skip(1) {
            let Some((derives, rest)) = part.split_once(")]") else { continue };
            if !derives.split(',').any(|derive| derive.trim().ends_with("ToSchema")) {
                continue;
            }
            let name = rest.lines().find_map(|line| {
                // A type may have another name there than here.
                if let Some((_, name)) = line.split_once("schema(as = ") {
                    return Some(name.split(|c: char| !c.is_alphanumeric()).next()?.to_owned());
                }
                let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
                let name = words.next().filter(|word| ["struct", "enum"].contains(word)).and(words.next())?;
                Some(name.split(|c: char| !c.is_alphanumeric()).next()?.to_owned())
            });
            // What a macro names is named where it is used.
            let Some(name) = name.filter(|name| !name.is_empty()) else { continue };
            named.entry(name).or_default().push(file.clone());
        }
    }
    assert!(named.len() > 300, "the types were not read: {}", named.len());
    let twice: Vec<_> = named.into_iter().filter(|(_, files)| files.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// What the description of the API refers to is in it.
#[test]
fn the_description_of_the_api_refers_to_nothing_that_it_lacks() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
    let text = std::fs::read_to_string(path).unwrap();
    let api: Value = serde_json::from_str(&text).unwrap();
    let mut seen = 0;
    for part in text.split("\"$ref\": \"#").skip(1) {
        let pointer = part.split('"').next().unwrap();
        assert!(api.pointer(pointer).is_some(), "there is no {pointer}");
        seen += 1;
    }
    assert!(seen > 1_000, "the references were not read: {seen}");
}
