//! `docs/scenarios.md` keeps its promises: its examples are right, and it leaves
//! no key, word or code out.

use std::path::PathBuf;
use std::{env, fs};

use serde_json::Value;
use toets::diagnostic::CODES;
use toets::scenario::{Kind, lint, schema};

fn manual() -> String {
    fs::read_to_string("docs/scenarios.md").expect("the manual is there").replace("\r\n", "\n")
}

/// The examples that are whole files.
fn examples() -> Vec<String> {
    let mut found = Vec::new();
    let mut example: Option<(usize, String)> = None;
    for line in manual().lines() {
        let text = line.trim_start();
        match &mut example {
            None if text == "```yaml" => example = Some((line.len() - text.len(), String::new())),
            None => {}
            Some((_, lines)) if text == "```" => {
                found.push(std::mem::take(lines));
                example = None;
            }
            Some((indent, lines)) => {
                lines.push_str(line.get(*indent..).unwrap_or_default());
                lines.push('\n');
            }
        }
    }
    found.retain(|text| text.starts_with("# yaml-language-server"));
    found
}

#[test]
fn each_example_that_is_a_whole_file_has_no_mistake() {
    let folder = env::temp_dir().join(format!("toets-manual-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the test");
    let examples = examples();
    assert!(examples.len() >= 4, "{} examples were found", examples.len());
    for (index, text) in examples.iter().enumerate() {
        let file: PathBuf = folder.join(format!("example-{index}.yaml"));
        fs::write(&file, text).expect("the test's own file");
        let problems = lint(&file, &[]);
        assert!(problems.is_empty(), "{text}\n{problems:#?}");
    }
    fs::remove_dir_all(&folder).expect("the test's own folder");
}

#[test]
fn each_key_and_word_of_the_vocabulary_is_in_the_manual() {
    let manual = manual();
    let mut names = Vec::new();
    for kind in Kind::ALL {
        collect(schema(kind), &mut names);
    }
    names.sort_unstable();
    names.dedup();
    // Letters of a basis and words of a requirement that waits speak for themselves in the files.
    let is_there = |name: &&str| {
        name.len() == 1 || [format!("`{name}"), format!("{name}:"), format!(": {name}`")].iter().any(|text| manual.contains(text))
    };
    let waits = schema(Kind::Requirements)["$defs"]["Pending"].to_string();
    let missing: Vec<_> = names.into_iter().filter(|name| !is_there(name) && !waits.contains(&format!("\"{name}\""))).collect();
    assert!(missing.is_empty(), "docs/scenarios.md does not explain {missing:?}");
}

/// Keys and words.
fn collect<'s>(schema: &'s Value, names: &mut Vec<&'s str>) {
    match schema {
        Value::Object(object) => {
            if let Some(properties) = object.get("properties").and_then(Value::as_object) {
                names.extend(properties.keys().map(String::as_str));
            }
            names.extend(object.get("const").and_then(Value::as_str));
            object.values().for_each(|value| collect(value, names));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        _ => {}
    }
}

#[test]
fn each_code_is_in_the_manual_with_what_it_stands_for() {
    let manual = manual();
    let missing: Vec<_> = CODES.iter().filter(|(code, text)| !manual.contains(&format!("| `{code}` | {text} |"))).collect();
    assert!(missing.is_empty(), "docs/scenarios.md lacks {missing:?}");
}
