//! The packages in `../shared` (or `TOETS_SHARED`) load, and what is in them is
//! read. Without them the trials read *ignored*.

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use toets::fhir::knowledge::{Knowledge, PackageSource};
use toets::fhir::terminology::{Coded, Membership};
use toets::fhir::types;

/// Codes of expansions that are told to be in; may only rise.
const KNOWN_IN: usize = 9_872;

fn packages() -> PathBuf {
    let shared =
        std::env::var_os("TOETS_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("fhir/packages")
}

fn load(names: &[&str]) -> Result<Knowledge, Failed> {
    let mut sources: Vec<PackageSource> = names.iter().map(|name| PackageSource::At(packages().join(name))).collect();
    sources.push(PackageSource::Place(packages()));
    let types = if names[0].contains("stu3") { types::stu3() } else { types::r4() };
    Ok(Knowledge::load_only(&sources, types)?)
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

/// HL7's own expansions: no code in one may be out of its value set, nor a code
/// that no code system has be in.
fn membership_agrees_with_the_expansions_of_hl7() -> Result<Completion, Failed> {
    if !packages().is_dir() {
        return Ok(Completion::ignored_with("the FHIR packages are not here: set `TOETS_SHARED`"));
    }
    let (core, expansions) = (load(&["hl7.fhir.r4.core-4.0.1.tgz"])?, load(&["hl7.fhir.r4.expansions-4.0.1.tgz"])?);
    let (mut inside, mut unknown, mut wrong) = (0, 0, Vec::new());
    for (_, entry) in expansions.entries("ValueSet") {
        let Some(expansion) = expansions.value_set(&entry.url).and_then(|found| found.expansion.clone()) else { continue };
        let pairs = expansion.codes.iter().flat_map(|(code, systems)| systems.iter().map(move |system| (code, system)));
        for (code, system) in pairs {
            let coded = Coded { system: Some(system), version: None, code };
            match core.membership(&entry.url, &coded) {
                Membership::In => inside += 1,
                Membership::Unknown(_) => unknown += 1,
                Membership::Out => wrong.push(format!("{} {system}#{code}", entry.url)),
            }
            let coded = Coded { system: Some(system), version: None, code: "there-is-no-such-code" };
            if core.membership(&entry.url, &coded) == Membership::In {
                wrong.push(format!("{} {system}: holds a code that is none", entry.url));
            }
        }
    }
    if wrong.is_empty() && inside >= KNOWN_IN {
        return Ok(Completion::Completed);
    }
    Err(format!("{inside} in, {unknown} unknown, {} wrong:\n{}", wrong.len(), wrong.join("\n")).into())
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::ignorable_test("membership_agrees_with_the_expansions_of_hl7", membership_agrees_with_the_expansions_of_hl7),
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
