//! The packages in `../shared` (or `TOETS_SHARED`) load, and what is in them is
//! read. Without them the trials read *ignored*.

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use toets::fhir::knowledge::{Knowledge, PackageSource};
use toets::fhir::types;

fn packages() -> PathBuf {
    let shared =
        std::env::var_os("TOETS_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("fhir/packages")
}

fn load(names: &[&str]) -> Result<Knowledge, Failed> {
    let mut sources: Vec<PackageSource> = names.iter().map(|name| PackageSource::At(packages().join(name))).collect();
    sources.push(PackageSource::Place(packages()));
    let types = if names[0].contains("stu3") { types::stu3() } else { types::r4() };
    Ok(Knowledge::load(&sources, types)?)
}

/// Every definition of every package reads.
fn definitions_read(names: &[&str]) -> Result<Completion, Failed> {
    if !packages().is_dir() {
        return Ok(Completion::ignored_with("the FHIR packages are not here: set `TOETS_SHARED`"));
    }
    let knowledge = load(names)?;
    let canonicals: Vec<String> =
        knowledge.entries("StructureDefinition").map(|(_, entry)| format!("{}|{}", entry.url, entry.version)).collect();
    let lacks: Vec<String> = canonicals
        .iter()
        .filter_map(|canonical| knowledge.find_definition(canonical.trim_end_matches('|')).err())
        .map(|lack| lack.to_string())
        .collect();
    if lacks.is_empty() { Ok(Completion::Completed) } else { Err(lacks.join("\n").into()) }
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::ignorable_test("definitions_of_pzp_r4_and_below_are_read", || {
            definitions_read(&[
                "iknl.fhir.r4.pzp-1.0.0-rc2-approx.tgz",
                "hl7.terminology.r4-7.0.1.tgz",
                "hl7.fhir.uv.extensions.r4-5.3.0-ballot-tc1.tgz",
            ])
        }),
        Trial::ignorable_test("definitions_of_pzp_stu3_and_below_are_read", || {
            definitions_read(&["iknl.fhir.stu3.pzp-1.0.0-rc2.tgz", "nictiz.fhir.nl.stu3.zib2017-2.2.18.tgz"])
        }),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}
