//! HL7's own FHIRPath suite, read from `../shared` (or `TOETS_SHARED`); without
//! it the trial reads *ignored*. What is known to fail stands in
//! `fhirpath-misses.txt` with the reason, and must fail: that list only shrinks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use toets::fhir::date::DateTime;
use toets::fhir::fhirpath::{self, Environment, Item, Variables};
use toets::fhir::node::Tree;
use toets::fhir::{json, types};

/// One case of the suite.
#[derive(Debug, Default, Clone)]
struct Case {
    id: String,
    input: String,
    expression: String,
    invalid: bool,
    predicate: bool,
    ordered: bool,
    outputs: Vec<Output>,
}

#[derive(Debug, Default, Clone)]
struct Output {
    kind: Option<String>,
    value: String,
}

fn suite() -> PathBuf {
    let shared =
        std::env::var_os("TOETS_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("fhir/fhirpath")
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start.try_get_attribute(name).expect("the suite is well-formed")?;
    Some(found.normalized_value(quick_xml::XmlVersion::Implicit1_0).expect("the suite has plain entities").into_owned())
}

fn entity(name: &str) -> String {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match name {
        "lt" => "<".to_owned(),
        "gt" => ">".to_owned(),
        "amp" => "&".to_owned(),
        "quot" => "\"".to_owned(),
        "apos" => "'".to_owned(),
        _ => match name.strip_prefix("#x") {
            Some(digits) => number(digits, 16),
            None => name.strip_prefix('#').and_then(|digits| number(digits, 10)),
        }
        .expect("the suite has plain entities")
        .to_string(),
    }
}

/// Reads all cases; a name that occurs twice in a group gets a number.
fn cases(xml: &str) -> Vec<Case> {
    let mut reader = Reader::from_str(xml);
    let (mut cases, mut group, mut text, mut seen) = (Vec::new(), String::new(), String::new(), BTreeMap::new());
    let mut case = Case::default();
    loop {
        match reader.read_event().expect("the suite is well-formed") {
            Event::Eof => return cases,
            Event::Start(start) | Event::Empty(start) => {
                text.clear();
                match start.local_name().as_ref() {
                    b"group" => group = attribute(&start, "name").unwrap_or_default(),
                    b"test" => {
                        let name = format!("{group}/{}", attribute(&start, "name").unwrap_or_default());
                        let count = seen.entry(name.clone()).and_modify(|count| *count += 1).or_insert(1);
                        case = Case {
                            id: if *count == 1 { name } else { format!("{name}#{count}") },
                            input: attribute(&start, "inputfile").unwrap_or_else(|| "patient-example.xml".to_owned()),
                            predicate: attribute(&start, "predicate").as_deref() == Some("true"),
                            ordered: attribute(&start, "ordered").as_deref() != Some("false"),
                            ..Case::default()
                        };
                    }
                    b"expression" => case.invalid = attribute(&start, "invalid").is_some(),
                    b"output" => case.outputs.push(Output { kind: attribute(&start, "type"), value: String::new() }),
                    _ => {}
                }
            }
            Event::Text(part) => text.push_str(&part.decode().expect("the suite is UTF-8")),
            Event::GeneralRef(name) => text.push_str(&entity(&name.decode().expect("the suite is UTF-8"))),
            Event::End(end) => match end.local_name().as_ref() {
                b"expression" => case.expression = std::mem::take(&mut text),
                b"output" => case.outputs.last_mut().expect("an output was opened").value = std::mem::take(&mut text),
                b"test" => cases.push(std::mem::take(&mut case)),
                _ => {}
            },
            _ => {}
        }
    }
}

fn read_inputs(cases: &[Case]) -> BTreeMap<String, &'static Tree> {
    let names: BTreeSet<&String> = cases.iter().map(|case| &case.input).collect();
    let read = |name: &str| {
        let path = suite().join("input").join(name.replace(".xml", ".json"));
        let text = fs::read(&path).map_err(|error| format!("{}: {error}", path.display())).expect("an input of the suite");
        let tree = json::read(&text, types::r4()).expect("an input of the suite is a resource");
        // The suite lives as long as the process.
        &*Box::leak(Box::new(tree))
    };
    names.into_iter().map(|name| (name.clone(), read(name))).collect()
}

/// Dates and times stand behind `@` in the suite.
fn shown(item: &Item<'_>) -> String {
    item.text().unwrap_or_default()
}

fn compare(case: &Case, items: &[Item<'_>]) -> Result<(), String> {
    let mut found: Vec<String> = items.iter().map(shown).collect();
    let mut expected: Vec<String> =
        case.outputs.iter().map(|output| output.value.trim_start_matches('@').trim_start_matches('T').to_owned()).collect();
    if case.predicate {
        found = vec![(!items.is_empty()).to_string()];
    }
    if !case.ordered {
        found.sort();
        expected.sort();
    }
    if found != expected {
        return Err(format!("expected: {expected:?}\nactual:   {found:?}"));
    }
    if case.predicate {
        return Ok(());
    }
    for (item, output) in items.iter().zip(&case.outputs) {
        if let Some(kind) = &output.kind
            && !kind.eq_ignore_ascii_case(item.type_name())
        {
            return Err(format!("expected a {kind}, got a {}", item.type_name()));
        }
    }
    Ok(())
}

fn judge(case: &Case, tree: &'static Tree) -> Result<(), String> {
    let expression = match fhirpath::parse(&case.expression) {
        Ok(expression) => expression,
        Err(_) if case.invalid => return Ok(()),
        Err(error) => return Err(format!("does not parse: {error}")),
    };
    let problems = expression.check(tree.root().type_name(), &Variables::default(), types::r4());
    match problems.first() {
        Some(_) if case.invalid => return Ok(()),
        Some(problem) => return Err(format!("the check says: {}", problem.message)),
        None => {}
    }
    let mut environment = Environment::new(types::r4());
    environment.now = DateTime::parse("2026-03-14T09:26:53.589+01:00");
    match expression.evaluate(tree.root(), &environment) {
        Err(_) if case.invalid => Ok(()),
        Err(error) => Err(format!("error: {error}")),
        Ok(items) if case.invalid => Err(format!("expected an error, got {:?}", items.iter().map(shown).collect::<Vec<_>>())),
        Ok(items) => compare(case, &items),
    }
}

/// Ids of `fhirpath-misses.txt`: one a line, then two spaces and the reason.
fn misses() -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fhirpath-misses.txt");
    let text = fs::read_to_string(path).expect("the list of known misses");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines.map(|line| line.split_whitespace().next().unwrap_or_default().to_owned()).collect()
}

fn trial(case: Case, tree: &'static Tree, missed: bool) -> Trial {
    Trial::test(case.id.clone(), move || match (judge(&case, tree), missed) {
        (Ok(()), false) | (Err(_), true) => Ok(()),
        (Ok(()), true) => Err(Failed::from("this passes now: take it off `tests/fhirpath-misses.txt`")),
        (Err(message), false) => Err(Failed::from(format!("{}\n{message}", case.expression))),
    })
}

#[expect(clippy::print_stdout, reason = "the count is what a reader of the test log looks for")]
fn trials() -> Vec<Trial> {
    let Ok(xml) = fs::read_to_string(suite().join("tests-fhir-r4.xml")) else {
        let absent = || Ok(Completion::ignored_with("the FHIRPath suite is not here: set `TOETS_SHARED`"));
        return vec![Trial::ignorable_test("official_suite", absent)];
    };
    let cases = cases(&xml);
    let inputs = read_inputs(&cases);
    let misses = misses();
    let unknown: Vec<String> = misses.iter().filter(|id| cases.iter().all(|case| case.id != **id)).cloned().collect();
    println!("official FHIRPath suite: {} of {} cases pass", cases.len() - misses.len(), cases.len());
    let mut trials: Vec<Trial> = cases
        .into_iter()
        .map(|case| {
            let (tree, missed) = (inputs[&case.input], misses.contains(&case.id));
            trial(case, tree, missed)
        })
        .collect();
    trials.push(Trial::test("every_known_miss_is_a_case", move || {
        if unknown.is_empty() { Ok(()) } else { Err(Failed::from(format!("no such cases: {unknown:?}"))) }
    }));
    trials
}

fn main() {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials()).exit();
}
