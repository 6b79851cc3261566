//! How the tables of definitions and terms are made: which packages, and what
//! of them. What is written of a definition is in `elements.rs`, of value sets
//! and code systems in `terms.rs`; reading them back is `src/fhir/builtin`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toets::fhir::knowledge::{Knowledge, PackageSource};
use toets::fhir::package::Package;
use toets::fhir::types::{self, Types};

use crate::table::Table;
use crate::{elements, terms};

/// Packages of each version of FHIR, those first that stand on others.
pub(crate) const PACKAGES: [(&str, &[&str]); 2] = [
    (
        "r4",
        &[
            "iknl.fhir.r4.pzp-1.0.0-rc2-approx.tgz",
            "nictiz.fhir.nl.r4.nl-core-0.12.0-beta.4.tgz",
            "nictiz.fhir.nl.r4.zib2020-0.12.0-beta.4.tgz",
            "hl7.terminology.r4-7.0.1.tgz",
            "hl7.fhir.uv.extensions.r4-5.3.0-ballot-tc1.tgz",
            "hl7.fhir.r4.core-4.0.1.tgz",
        ],
    ),
    ("stu3", &["iknl.fhir.stu3.pzp-1.0.0-rc2.tgz", "nictiz.fhir.nl.stu3.zib2017-2.2.18.tgz", "hl7.fhir.r3.core-3.0.2.tgz"]),
];

/// Packages that stand for a version that could not be had.
const APPROXIMATIONS: [(&str, &str); 3] = [
    ("iknl.fhir.r4.pzp#1.0.0-rc2-approx", "1.0.0-rc2"),
    ("hl7.fhir.uv.extensions.r4#5.3.0-ballot-tc1", "5.2.0"),
    ("nictiz.fhir.nl.stu3.zib2017#2.2.18", "2.3.2"),
];

/// Texts of entries by canonical, order of their package, and version: so the
/// table is sorted, and the first of a canonical is the one that packages answer with.
pub(crate) type Entries = BTreeMap<(String, usize, String), String>;

/// Makes the tables from the folder of packages.
pub(crate) fn make(packages: &Path) -> Result<Vec<Table>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/fhir/tables");
    let mut tables = Vec::new();
    for (fhir, names) in PACKAGES {
        let knowledge = load(packages, fhir, names)?;
        let definitions = definitions(&knowledge)?;
        let terms = terms::make(&knowledge, &definitions.value_sets, &definitions.systems)?;
        for (name, entries) in [("definitions", &definitions.entries), ("terms", &terms)] {
            let text = entries.values().fold(sources(&knowledge, entries), |all, entry| all + entry);
            tables.push(Table { path: folder.join(format!("{fhir}.{name}")), text });
        }
    }
    Ok(tables)
}

/// The packages alone: what is built in already has no say in what is built in.
pub(crate) fn load(packages: &Path, fhir: &str, names: &[&str]) -> Result<Knowledge, String> {
    let mut all: Vec<PackageSource> = names.iter().map(|name| PackageSource::At(packages.join(name))).collect();
    all.push(PackageSource::Place(packages.to_owned()));
    let types: &'static Types = if fhir == "stu3" { types::stu3() } else { types::r4() };
    Knowledge::load_only(&all, types).map_err(|error| error.to_string())
}

/// Where a package comes in the order in which they are asked.
pub(crate) fn rank(knowledge: &Knowledge, package: &Package) -> usize {
    knowledge.packages().iter().position(|found| found.path() == package.path()).unwrap_or_default()
}

/// Those of which something is in the table.
fn sources(knowledge: &Knowledge, entries: &Entries) -> String {
    let used: BTreeSet<usize> = entries.keys().map(|(_, rank, _)| *rank).collect();
    let line = |rank: usize| {
        let package = &knowledge.packages()[rank];
        let name = package.manifest().name();
        let stands_for = APPROXIMATIONS.iter().find(|(approximation, _)| *approximation == name);
        let stands_for = stands_for.map(|(_, version)| format!(" {version}")).unwrap_or_default();
        format!("source {name} {}{stands_for}\n", package.digest().unwrap_or_default())
    };
    used.into_iter().map(line).collect()
}

/// Definitions, and what they need of terminology.
struct Definitions {
    entries: Entries,
    value_sets: BTreeSet<String>,
    systems: BTreeSet<String>,
}

fn definitions(knowledge: &Knowledge) -> Result<Definitions, String> {
    let mut made = Definitions { entries: Entries::new(), value_sets: BTreeSet::new(), systems: BTreeSet::new() };
    let mut seen = BTreeSet::new();
    for (package, entry) in knowledge.entries("StructureDefinition") {
        if !seen.insert((&entry.url, &entry.version)) {
            continue;
        }
        // HL7's samples without a snapshot stand on what is nowhere.
        let canonical = format!("{}|{}", entry.url, entry.version);
        let Ok(definition) = knowledge.find_definition(&canonical) else { continue };
        let text = elements::entry(knowledge, &definition)?;
        made.value_sets.extend(elements::value_sets(&definition));
        made.systems.extend(elements::systems(&definition));
        made.entries.insert((entry.url.to_string(), rank(knowledge, package), entry.version.to_string()), text);
    }
    Ok(made)
}

/// A text on one line.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t")
}

/// A text that has to be one word.
pub(crate) fn word(text: &str) -> Result<&str, String> {
    if text.is_empty() || text.contains(char::is_whitespace) { Err(format!("`{text}` is not one word")) } else { Ok(text) }
}
