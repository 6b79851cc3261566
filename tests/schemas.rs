//! The schemas that editors use are those of the vocabulary, and every file
//! names its own.

use std::path::{Path, PathBuf};
use std::{env, fs};

use toets::scenario::{Kind, schema};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn place(kind: Kind) -> PathBuf {
    let folder = if kind == Kind::Persona { "fixtures" } else { "scenarios" };
    root().join(folder).join(kind.schema_file())
}

#[test]
fn each_schema_in_the_suite_is_the_one_of_the_types() {
    for kind in Kind::ALL {
        let text = format!("{:#}\n", schema(kind));
        let path = place(kind);
        if env::var_os("TOETS_BLESS").is_some() {
            fs::write(&path, &text).expect("the schema can be written");
        }
        let there = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(there == text, "{} is not what the types say; make it again with TOETS_BLESS=1", path.display());
    }
}

#[test]
fn the_published_schema_of_the_vendors_file_is_the_one_of_the_types() {
    let text = format!("{:#}\n", toets::sut::schema());
    let path = root().join("docs").join(toets::sut::SCHEMA_FILE);
    if env::var_os("TOETS_BLESS").is_some() {
        fs::write(&path, &text).expect("the schema can be written");
    }
    let there = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(there == text, "{} is not what the types say; make it again with TOETS_BLESS=1", path.display());
    let mut silent = Vec::new();
    unexplained(toets::sut::schema(), &mut String::new(), &mut silent);
    assert!(silent.is_empty(), "the vendor's file does not explain {silent:?}");
}

#[test]
fn the_schema_that_a_file_names_is_there() {
    for folder in ["scenarios", "fixtures"] {
        for file in yaml_below(&root().join(folder)) {
            let text = fs::read_to_string(&file).expect("a file of the suite is text");
            let named = text.lines().next().and_then(|line| line.split_once("$schema=")).map(|(_, path)| path.trim().to_owned());
            let schema = file.parent().expect("a file lies in a folder").join(named.unwrap_or_default());
            assert!(schema.is_file(), "{} names {}, which is not there", file.display(), schema.display());
        }
    }
}

#[test]
fn each_schema_explains_every_key() {
    for kind in Kind::ALL {
        let mut silent = Vec::new();
        unexplained(schema(kind), &mut String::new(), &mut silent);
        assert!(silent.is_empty(), "{kind:?} does not explain {silent:?}");
    }
}

fn unexplained(schema: &serde_json::Value, path: &mut String, silent: &mut Vec<String>) {
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        if property["description"].as_str().is_none_or(str::is_empty) {
            silent.push(format!("{path}{key}"));
        }
    }
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        let length = path.len();
        path.push_str(name);
        path.push('.');
        unexplained(definition, path, silent);
        path.truncate(length);
    }
}

fn yaml_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(yaml_below(&path));
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            found.push(path);
        }
    }
    found
}
