//! The packages in `../shared` (or `TOETS_SHARED`) load, and what is in them is
//! read. Without them the trials read *ignored*.

use std::path::{Path, PathBuf};
use std::process::Command;

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

/// A Consent of STU3 and one of R4, by these packages: what the program says at its end.
fn validated(named: &[&str], cache: bool) -> Result<String, Failed> {
    let examples = packages().with_file_name("examples");
    let mut command = Command::new(env!("CARGO_BIN_EXE_toets"));
    command.env("TOETS_CACHE", "none").env_remove("TOETS_LANG").args(["validate", "--ci"]);
    for name in named {
        command.arg("--package").arg(packages().join(name));
    }
    if cache {
        command.arg("--cache").arg(packages());
    }
    let stu3 = "iknl.fhir.stu3.pzp-1.0.0-rc2/converted-Consent-ACP-AdvanceDirective-DNR-2025-Pat1.json";
    let r4 = "nictiz.fhir.nl.r4.nl-core-0.12.0-beta.4/Consent-nl-core-AdvanceDirective-01.json";
    let files = [stu3, r4].map(|file| examples.join(file));
    if let Some(missing) = files.iter().find(|file| !file.is_file()) {
        return Err(format!("{} is not there", missing.display()).into());
    }
    let output = command.args(files).output()?;
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    if output.status.code() == Some(0) { Ok(said) } else { Err(format!("{named:?}, {cache}: {said}").into()) }
}

/// Packages are of the version of FHIR that they say, alone and beside one of the other version.
fn pzp_stu3_needs_no_word_of_its_version() -> Result<Completion, Failed> {
    if !packages().is_dir() {
        return Ok(Completion::ignored_with("the FHIR packages are not here: set `TOETS_SHARED`"));
    }
    let (stu3, r4) = ("iknl.fhir.stu3.pzp-1.0.0-rc2.tgz", "iknl.fhir.r4.pzp-1.0.0-rc2-approx.tgz");
    for cache in [false, true] {
        for named in [&[stu3][..], &[stu3, r4], &[r4, stu3]] {
            let said = validated(named, cache)?;
            let used = |fhir: &str, id: &str| {
                let line = said.lines().find(|line| line.starts_with(&format!("  FHIR {fhir}: ")));
                line.is_some_and(|line| line.split("built in").next().is_some_and(|loaded| loaded.contains(id)))
            };
            let both = used("3.0.2", "iknl.fhir.stu3.pzp#1.0.0-rc2")
                && used("4.0.1", "iknl.fhir.r4.pzp#1.0.0-rc2-approx") == (named.len() > 1 || cache);
            let below = !cache || used("3.0.2", "nictiz.fhir.nl.stu3.zib2017#2.2.18");
            if !both || !below {
                return Err(format!("{named:?}, {cache}: {said}").into());
            }
        }
    }
    Ok(Completion::Completed)
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::ignorable_test("membership_agrees_with_the_expansions_of_hl7", membership_agrees_with_the_expansions_of_hl7),
        Trial::ignorable_test("pzp_stu3_needs_no_word_of_its_version", pzp_stu3_needs_no_word_of_its_version),
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
