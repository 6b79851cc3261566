//! Snapshots made again from the differentials of the packages in `../shared`
//! (or `TOETS_SHARED`), against the snapshots there. What differs stands in
//! `r4.txt` and `stu3.txt`, package by package, under the reasons; the lists may
//! only get shorter. `TOETS_BLESS=1` writes it again.

mod compare;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use compare::Difference;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use toets::fhir::definition::{Definition, Derivation, ElementDefinition};
use toets::fhir::knowledge::{Knowledge, PackageSource};
use toets::fhir::{snapshot, types};

const R4: [&str; 6] = [
    "iknl.fhir.r4.pzp-1.0.0-rc2-approx.tgz",
    "nictiz.fhir.nl.r4.nl-core-0.12.0-beta.4.tgz",
    "nictiz.fhir.nl.r4.zib2020-0.12.0-beta.4.tgz",
    "hl7.terminology.r4-7.0.1.tgz",
    "hl7.fhir.uv.extensions.r4-5.3.0-ballot-tc1.tgz",
    "hl7.fhir.r4.core-4.0.1.tgz",
];

fn packages() -> PathBuf {
    let shared =
        std::env::var_os("TOETS_SHARED").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    shared.join("fhir/packages")
}

fn load(names: &[&str]) -> Result<Knowledge, Failed> {
    let named = names.iter().filter(|name| !name.is_empty());
    let mut sources: Vec<PackageSource> = named.map(|name| PackageSource::At(packages().join(name))).collect();
    sources.push(PackageSource::Place(packages()));
    let types = if names[0].contains("stu3") { types::stu3() } else { types::r4() };
    Ok(Knowledge::load_only(&sources, types)?)
}

/// What came out for the profiles of one package.
#[derive(Default)]
struct Outcome {
    profiles: usize,
    equal: usize,
    elements: usize,
    differences: Vec<Difference>,
}

impl Outcome {
    /// Each difference of a Dutch package; of those of HL7 how many there are of a kind.
    fn text(&self, package: &str) -> String {
        let Self { profiles, equal, elements, differences } = self;
        let mut text = format!("{package}: {equal} of {profiles} profiles equal, {elements} elements\n");
        if !package.starts_with("hl7.") {
            return differences.iter().fold(text, |text, difference| text + &format!("  {difference}\n"));
        }
        let mut kinds: BTreeMap<&str, Vec<&Difference>> = BTreeMap::new();
        for difference in differences {
            kinds.entry(difference.what).or_default().push(difference);
        }
        for (kind, differences) in kinds {
            let mut profiles: Vec<&str> = differences.iter().map(|difference| &*difference.profile).collect();
            profiles.dedup();
            let named = if profiles.len() > 12 { format!("{} profiles", profiles.len()) } else { profiles.join(", ") };
            text += &format!("  {kind}: {} in {named}\n", differences.len());
        }
        text
    }
}

fn outcomes(knowledge: &Knowledge) -> BTreeMap<String, Outcome> {
    let mut outcomes: BTreeMap<String, Outcome> = BTreeMap::new();
    for (package, entry) in knowledge.entries("StructureDefinition") {
        let canonical = format!("{}|{}", entry.url, entry.version);
        let Ok(definition) = knowledge.find_definition(canonical.trim_end_matches('|')) else { continue };
        if definition.derivation != Derivation::Constraint || definition.differential.is_empty() {
            continue;
        }
        let find = |canonical: &str| knowledge.find_definition(canonical).map_err(|lack| lack.to_string());
        let made = snapshot::build(&definition, &find);
        let outcome = outcomes.entry(package.manifest().name()).or_default();
        let differences = match &made {
            Ok(made) => compare::compare(&definition, made),
            Err(error) => vec![Difference::none(&definition, error)],
        };
        outcome.profiles += 1;
        outcome.equal += usize::from(differences.is_empty());
        outcome.elements += definition.snapshot.len();
        outcome.differences.extend(differences);
    }
    outcomes
}

fn snapshots_are_made_again(names: &[&str], file: &str) -> Result<Completion, Failed> {
    if !packages().is_dir() {
        return Ok(Completion::ignored_with("the FHIR packages are not here: set `TOETS_SHARED`"));
    }
    let knowledge = load(names)?;
    let text = outcomes(&knowledge).iter().map(|(package, outcome)| outcome.text(package)).collect::<String>();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(file);
    let known = std::fs::read_to_string(&path)?.replace('\r', "");
    if std::env::var_os("TOETS_BLESS").is_some() {
        let reasons = known.lines().take_while(|line| line.starts_with('#')).map(|line| format!("{line}\n"));
        std::fs::write(&path, reasons.collect::<String>() + &text)?;
        return Ok(Completion::Completed);
    }
    let known: Vec<&str> = known.lines().filter(|line| !line.starts_with('#')).collect();
    let made: Vec<&str> = text.lines().collect();
    let new: Vec<&str> = made.iter().filter(|line| !known.contains(line)).copied().collect();
    let gone: Vec<&str> = known.iter().filter(|line| !made.contains(line)).copied().collect();
    if new.is_empty() && gone.is_empty() {
        return Ok(Completion::Completed);
    }
    Err(format!("new differences:\n{}\nno longer there:\n{}", new.join("\n"), gone.join("\n")).into())
}

/// Differentials with their parts mixed up give a snapshot or an error: nothing
/// else, and in time.
fn mixed_up_differentials_give_a_snapshot_or_an_error() -> Result<Completion, Failed> {
    if !packages().is_dir() {
        return Ok(Completion::ignored_with("the FHIR packages are not here: set `TOETS_SHARED`"));
    }
    let knowledge = load(&R4[..1])?;
    let find = |canonical: &str| knowledge.find_definition(canonical).map_err(|lack| lack.to_string());
    let urls: Vec<&str> = knowledge.entries("StructureDefinition").map(|(_, entry)| &*entry.url).take(60).collect();
    let mut draw = Draw(0x9e37_79b9_7f4a_7c15);
    let (mut built, mut refused) = (0, 0);
    for _ in 0..1_500 {
        let Some(definition) = knowledge.definition(urls[draw.below(urls.len())]) else { continue };
        let mut mixed = Definition::clone(&definition);
        for _ in 0..=draw.below(3) {
            mix(&mut mixed.differential, &definition.snapshot, &mut draw);
        }
        match snapshot::build(&mixed, &find) {
            Ok(_) => built += 1,
            Err(_) => refused += 1,
        }
    }
    if built > 0 && refused > 0 { Ok(Completion::Completed) } else { Err(format!("{built} built, {refused} refused").into()) }
}

/// Numbers that look random and are the same each time (xorshift).
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).unwrap_or_default()
    }
}

fn mix(differential: &mut Vec<ElementDefinition>, snapshot: &[ElementDefinition], draw: &mut Draw) {
    if differential.is_empty() || snapshot.is_empty() {
        return;
    }
    let (at, from) = (draw.below(differential.len()), draw.below(snapshot.len()));
    let other = &snapshot[from];
    match draw.below(8) {
        0 => differential[at].path = other.path.clone(),
        1 => differential[at].id = other.id.clone(),
        2 => differential[at].slice_name = other.slice_name.clone().or(Some("a.b:c/d".into())),
        3 => differential[at].types.clone_from(&other.types),
        4 => differential[at].path = format!("{}.{}", differential[at].path, other.path).into(),
        5 => drop(differential.remove(at)),
        6 => differential.insert(at, other.clone()),
        _ => differential[at] = ElementDefinition { path: "".into(), ..other.clone() },
    }
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::ignorable_test(
            "mixed_up_differentials_give_a_snapshot_or_an_error",
            mixed_up_differentials_give_a_snapshot_or_an_error,
        ),
        Trial::ignorable_test("snapshots_of_r4_are_made_again", || snapshots_are_made_again(&R4, "r4.txt")),
        Trial::ignorable_test("snapshots_of_stu3_are_made_again", || {
            snapshots_are_made_again(&["iknl.fhir.stu3.pzp-1.0.0-rc2.tgz", "nictiz.fhir.nl.stu3.zib2017-2.2.18.tgz"], "stu3.txt")
        }),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}
