//! Every R4 example in `../shared/fhir/examples` reads to a tree and writes back
//! the same. Needs `../shared` (or `TOETS_SHARED`); without it the trial reads
//! *ignored*.

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use toets::fhir::node::Node;
use toets::fhir::types::r4;
use toets::fhir::{json, xml};

fn examples() -> PathBuf {
    let shared =
        std::env::var_os("TOETS_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("fhir/examples")
}

/// The text without white space between values: what a compact writer gives.
fn compact(text: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let keep = |letter: &char| {
        let within = quoted;
        match letter {
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && *letter == '\\' && !escaped;
        within || !letter.is_ascii_whitespace()
    };
    text.chars().filter(keep).collect()
}

fn json_survives(text: &str) -> Result<(), String> {
    let tree = json::read(text.as_bytes(), r4()).map_err(|error| error.to_string())?;
    let (expected, actual) = (compact(text), json::write(tree.root()));
    if expected == actual { Ok(()) } else { Err(difference(&expected, &actual)) }
}

/// JSON to XML and back: the tree is the same, and the JSON but for the order of keys.
fn xml_survives(text: &str) -> Result<(), String> {
    let first = json::read(text.as_bytes(), r4()).map_err(|error| error.to_string())?;
    let document = xml::write(first.root(), r4());
    let second = xml::read(document.as_bytes(), r4()).map_err(|error| format!("{error} in {document}"))?;
    same(first.root(), second.root())?;
    let [expected, actual] = [text, &json::write(second.root())].map(serde_json::from_str::<serde_json::Value>);
    if expected.map_err(|error| error.to_string())? != actual.map_err(|error| error.to_string())? {
        return Err("the JSON values differ".to_owned());
    }
    let again = xml::write(second.root(), r4());
    if document == again { Ok(()) } else { Err(difference(&document, &again)) }
}

/// XML follows the order of the table, so siblings are compared by name.
fn same(left: Node<'_>, right: Node<'_>) -> Result<(), String> {
    let facts = |node: Node<'_>| format!("{} {:?} {} {}", node.path(), node.literal(), node.type_name(), node.written_name());
    if facts(left) != facts(right) {
        return Err(format!("\n    from JSON: {}\n    from XML:  {}", facts(left), facts(right)));
    }
    let sorted = |node: Node<'_>| {
        let mut children: Vec<_> = node.children().map(Node::id).collect();
        children.sort_by(|left, right| node.tree().node(*left).name().cmp(node.tree().node(*right).name()));
        children
    };
    let (lefts, rights) = (sorted(left), sorted(right));
    if lefts.len() != rights.len() {
        return Err(format!("{} has {} elements from JSON, {} from XML", left.path(), lefts.len(), rights.len()));
    }
    lefts.iter().zip(&rights).try_for_each(|(one, other)| same(left.tree().node(*one), right.tree().node(*other)))
}

fn difference(expected: &str, actual: &str) -> String {
    let same = expected.bytes().zip(actual.bytes()).take_while(|(left, right)| left == right).count();
    let cut =
        |text: &str| String::from_utf8_lossy(&text.as_bytes()[same.saturating_sub(40)..text.len().min(same + 60)]).into_owned();
    format!("\n    expected: …{}\n    actual:   …{}", cut(expected), cut(actual))
}

fn each_file(folder: &Path, check: Check) -> Result<Completion, Failed> {
    let mut failures = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            count += 1;
            if let Err(error) = check(&std::fs::read_to_string(&path)?) {
                failures.push(format!("  {}: {error}", path.file_name().unwrap_or_default().display()));
            }
        }
    }
    if count > 0 && failures.is_empty() {
        return Ok(Completion::Completed);
    }
    Err(format!("{} of {count} examples\n{}", failures.len(), failures.join("\n")).into())
}

type Check = fn(&str) -> Result<(), String>;

const CHECKS: [(&str, Check); 2] =
    [("an_example_survives_json", json_survives), ("an_example_survives_json_to_xml_to_json", xml_survives)];

fn trials() -> std::io::Result<Vec<Trial>> {
    let mut trials = Vec::new();
    for entry in std::fs::read_dir(examples())? {
        let folder = entry?.path();
        let package = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if package.contains(".r4.") {
            for (name, check) in CHECKS {
                let folder = folder.clone();
                trials.push(Trial::ignorable_test(format!("{name}::{package}"), move || each_file(&folder, check)));
            }
        }
    }
    Ok(trials)
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = trials().unwrap_or_else(|_| {
        let ignored = || Ok(Completion::ignored_with("the FHIR examples are not here: set `TOETS_SHARED`"));
        CHECKS.map(|(name, _)| Trial::ignorable_test(name, ignored)).into()
    });
    libtest_mimic::run(&arguments, trials).exit();
}
