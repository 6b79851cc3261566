//! The tables in `src/fhir/tables` are those that the packages give, and what is
//! built in answers as the packages do. Needs `../shared` (or `TOETS_SHARED`);
//! without it the trials read *ignored*.

#[path = "../examples/definitions/elements.rs"]
mod elements;
#[path = "../examples/definitions/facts.rs"]
mod facts;
#[path = "../examples/definitions/forms.rs"]
mod forms;
#[path = "../examples/definitions/table.rs"]
mod table;
#[path = "../examples/definitions/terms.rs"]
mod terms;

use std::collections::{BTreeSet, HashSet};
use std::mem::{Discriminant, discriminant};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use toets::fhir::definition::{Definition, ElementDefinition};
use toets::fhir::json;
use toets::fhir::knowledge::Knowledge;
use toets::fhir::node::Tree;
use toets::fhir::terminology::{Coded, DisplayCheck, Include, Membership, ValueSet};

/// Most codes of one code system that are asked about.
const SAMPLE: usize = 25;

fn packages() -> PathBuf {
    let shared =
        std::env::var_os("TOETS_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("fhir/packages")
}

/// Runs a trial where the packages are.
fn with_packages(trial: impl FnOnce(&Path) -> Result<(), Failed>) -> Result<Completion, Failed> {
    let packages = packages();
    if !packages.is_dir() {
        return Ok(Completion::ignored_with("the FHIR packages are not here: set `TOETS_SHARED`"));
    }
    trial(&packages).map(|()| Completion::Completed)
}

fn tables_are_as_the_packages_give_them(packages: &Path) -> Result<(), Failed> {
    for table::Table { path, text } in [table::make(packages)?, forms::make(packages)?, facts::make(packages)?].concat() {
        table::compare(&path, &text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// The packages of a version of FHIR, and what is built in for it.
fn both(packages: &Path, (fhir, names): (&str, &[&str])) -> Result<(Knowledge, Knowledge), Failed> {
    let loaded = facts::load(packages, fhir, names)?;
    let built_in = Knowledge::built_in(loaded.types());
    Ok((loaded, built_in))
}

/// All definitions of the packages that can be used.
fn definitions(knowledge: &Knowledge) -> Vec<(String, Arc<Definition>)> {
    let canonicals = knowledge.entries("StructureDefinition").map(|(_, entry)| format!("{}|{}", entry.url, entry.version));
    let canonicals: BTreeSet<String> = canonicals.collect();
    canonicals.into_iter().filter_map(|canonical| Some((canonical.clone(), knowledge.definition(&canonical)?))).collect()
}

fn definitions_built_in_are_those_of_the_packages(packages: &Path) -> Result<(), Failed> {
    for set in facts::PACKAGES {
        let (loaded, built_in) = both(packages, set)?;
        let mut wrong = Vec::new();
        for (canonical, given) in definitions(&loaded) {
            match built_in.find_definition(&canonical) {
                Ok(made) if head(&made) != head(&given) => wrong.push(format!("{} is not\n{}", head(&made), head(&given))),
                Ok(made) => wrong.extend(difference(&canonical, &given.snapshot, &made.snapshot)),
                Err(lack) => wrong.push(lack.to_string()),
            }
            let (first, other) = (loaded.definition(&given.url), built_in.definition(&given.url));
            if first.map(|found| found.version.clone()) != other.map(|found| found.version.clone()) {
                wrong.push(format!("{}: answered in another version", given.url));
            }
        }
        if !wrong.is_empty() {
            return Err(format!("{} differ:\n{}", wrong.len(), wrong.join("\n")).into());
        }
    }
    Ok(())
}

fn head(definition: &Definition) -> String {
    let bare = Definition { differential: Vec::new(), snapshot: Vec::new(), ..definition.clone() };
    format!("{bare:?}")
}

/// The first element that differs in anything but words.
fn difference(canonical: &str, given: &[ElementDefinition], made: &[ElementDefinition]) -> Option<String> {
    let pairs = given.iter().map(facts_of).zip(made.iter().map(facts_of));
    let differs = pairs.into_iter().find(|(given, made)| given != made);
    let differs = differs.map(|(given, made)| format!("{canonical}: given {given}\nmade {made}"));
    differs.or_else(|| (given.len() != made.len()).then(|| format!("{canonical}: {} elements of {}", made.len(), given.len())))
}

fn facts_of(element: &ElementDefinition) -> String {
    let value = |tree: &Option<Arc<Tree>>| tree.as_ref().map(|tree| json::write(tree.root())).unwrap_or_default();
    let values = [&element.fixed, &element.pattern, &element.min_value, &element.max_value].map(value).join(" ");
    let mut bare = ElementDefinition { fixed: None, pattern: None, min_value: None, max_value: None, ..element.clone() };
    bare.constraints.iter_mut().for_each(|constraint| constraint.human = "".into());
    format!("{bare:?} {values}")
}

fn codes_are_judged_as_with_the_packages(packages: &Path) -> Result<(), Failed> {
    for set in facts::PACKAGES {
        let (loaded, built_in) = both(packages, set)?;
        let canonicals: BTreeSet<String> = definitions(&loaded)
            .iter()
            .flat_map(|(_, definition)| elements::value_sets(definition).collect::<Vec<_>>())
            .collect();
        let (mut answers, mut wrong) = (HashSet::new(), Vec::new());
        for canonical in canonicals {
            let codes = loaded.value_set(&canonical).map(|found| samples(&loaded, &found)).unwrap_or_default();
            let none = [(None, "there-is-no-such-code".to_owned())];
            for (system, code) in codes.iter().chain(&none) {
                let coded = Coded { system: system.as_deref(), version: None, code };
                let (given, made) = (loaded.membership(&canonical, &coded), built_in.membership(&canonical, &coded));
                answers.insert(kind(&given));
                if kind(&given) != kind(&made) {
                    wrong.push(format!("{canonical} {coded:?}: {given:?}, built in {made:?}"));
                }
                wrong.extend(system.iter().filter_map(|system| display(&loaded, &built_in, system, code)));
            }
        }
        if !wrong.is_empty() || answers.len() < 3 {
            return Err(format!("{} answers of three; {} differ:\n{}", answers.len(), wrong.len(), wrong.join("\n")).into());
        }
    }
    Ok(())
}

fn kind(membership: &Membership) -> Discriminant<Membership> {
    discriminant(membership)
}

/// Codes that the value set lists, and some of the code systems that it speaks of.
fn samples(knowledge: &Knowledge, value_set: &ValueSet) -> Vec<(Option<String>, String)> {
    let of_part = |part: &Include| -> Vec<(Option<String>, String)> {
        let Some(system) = &part.system else { return Vec::new() };
        let found = knowledge.code_system(system);
        let of_system: BTreeSet<String> =
            found.iter().flat_map(|found| found.concepts().map(|(code, _)| code.to_string()).collect::<Vec<_>>()).collect();
        let every = of_system.len() / SAMPLE + 1;
        let listed: BTreeSet<String> = part.concepts.keys().map(ToString::to_string).take(SAMPLE).collect();
        let codes = of_system.into_iter().step_by(every).chain(listed);
        codes.flat_map(|code| [(Some(system.to_string()), code.clone()), (None, code)]).collect()
    };
    value_set.includes.iter().chain(&value_set.excludes).flat_map(of_part).collect()
}

/// Where displays of a code are judged otherwise: its own, one in other capitals, and a wrong one.
fn display(loaded: &Knowledge, built_in: &Knowledge, system: &str, code: &str) -> Option<String> {
    let found = loaded.code_system(system)?;
    let own = found.concept(code).and_then(|(_, concept)| concept.display.clone()).unwrap_or_else(|| "none".into());
    [own.to_string(), own.to_uppercase(), format!("not {own}")].into_iter().find_map(|display| {
        let (given, made) = (loaded.check_display(system, code, &display), built_in.check_display(system, code, &display));
        let same = |check: &DisplayCheck| discriminant(check);
        (same(&given) != same(&made)).then(|| format!("{system}#{code} `{display}`: {given:?}, built in {made:?}"))
    })
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::ignorable_test("tables_are_as_the_packages_give_them", || with_packages(tables_are_as_the_packages_give_them)),
        Trial::ignorable_test("definitions_built_in_are_those_of_the_packages", || {
            with_packages(definitions_built_in_are_those_of_the_packages)
        }),
        Trial::ignorable_test("codes_are_judged_as_with_the_packages", || with_packages(codes_are_judged_as_with_the_packages)),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}
