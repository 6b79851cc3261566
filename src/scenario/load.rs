//! Loading: files to a `Suite`, with every mistake reported at once. Nothing is
//! sent anywhere, and nothing is judged.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use super::document::{Document, Documents};
use super::files::{self, File, Source};
use super::lint::check;
use super::persona::Persona;
use super::{Exchange, Suite};
use crate::agreements::{Catalogue, FhirVersion};
use crate::diagnostic::Diagnostic;

/// Groups of the catalogue in the order in which reports show them.
pub const GROUPS: [&str; 8] =
    ["exchange", "queries-provider", "queries-consulter", "obligations", "profiles", "form", "semantics", "dataset"];

/// The suite from this source, or everything that is wrong with it.
///
/// # Errors
/// All mistakes in its files, sorted by file and place.
pub fn load(source: &Source) -> Result<Suite, Vec<Diagnostic>> {
    let (files, mut problems) = source.files();
    let digest = files::digest(&files);
    let (documents, found) = Documents::read(files);
    problems.extend(found);
    problems.extend(check(&documents, &[], &|_| true));
    if problems.is_empty() {
        return Ok(assemble(documents, digest));
    }
    problems.sort();
    problems.dedup();
    Err(problems)
}

/// A suite of documents that are right.
fn assemble(documents: Documents, digest: String) -> Suite {
    let mut requirements = values(documents.requirements);
    requirements.sort_by_key(|file| GROUPS.iter().position(|group| *group == file.group));
    let mut exchanges = values(documents.exchanges);
    exchanges.sort_by_cached_key(order);
    let mut scenarios = values(documents.scenarios);
    scenarios.sort_by(|a, b| a.scenario.cmp(&b.scenario));
    let mut faults = values(documents.faults);
    faults.sort_by(|a, b| a.fault.cmp(&b.fault));
    let mut consulter_faults = values(documents.consulter_faults);
    consulter_faults.sort_by(|a, b| a.consulter_fault.cmp(&b.consulter_fault));
    let mut personas: Vec<Persona> =
        documents.personas.into_iter().map(|document| with_resources(document, &documents.resources)).collect();
    personas.sort_by(|a, b| a.persona.cmp(&b.persona));
    let noise = values(documents.noise).into_iter().flat_map(|list| list.noise).collect();
    let datasets = values(documents.datasets);
    let mut dialects = values(documents.dialects);
    dialects.sort_by_key(|file| file.dialect);
    let catalogue = Catalogue::new(requirements);
    Suite { catalogue, exchanges, scenarios, faults, consulter_faults, personas, noise, datasets, dialects, digest }
}

fn values<T>(documents: Vec<Document<T>>) -> Vec<T> {
    documents.into_iter().map(|document| document.value).collect()
}

/// The order of the agreement: `0`, `1a`, `1b`, `2`, … and `M2` after them.
fn order(exchange: &Exchange) -> (u32, String, String) {
    let query = exchange.query.clone().unwrap_or_default();
    let digits: String = query.chars().take_while(char::is_ascii_digit).collect();
    (digits.parse().unwrap_or(u32::MAX), query, exchange.exchange.clone())
}

fn with_resources(document: Document<Persona>, resources: &[File]) -> Persona {
    let mut persona = document.value;
    let read = |folder: &str| {
        let files = resources_beside(&document.file, folder, resources);
        files.filter_map(|file| Some((resource_name(&file.text)?, file.text.to_string()))).collect::<BTreeMap<_, _>>()
    };
    persona.resources = read(FhirVersion::R4.folder());
    if let Some(lists) = &mut persona.stu3 {
        lists.resources = read(FhirVersion::Stu3.folder());
    }
    persona.version_resources = persona.versions.keys().map(|dialect| (*dialect, read(dialect.word()))).collect();
    persona
}

/// The resources that lie beside a `persona.yaml`, in the folder of a version of FHIR or of the agreement.
pub(super) fn resources_beside<'f>(persona: &File, folder: &str, resources: &'f [File]) -> impl Iterator<Item = &'f File> {
    let around = persona.name.rsplit_once('/').map_or("", |(around, _)| around);
    let folder = format!("{around}/{folder}/");
    resources.iter().filter(move |file| file.name.starts_with(&folder))
}

/// `Type/id` of a resource in JSON.
pub(super) fn resource_name(text: &str) -> Option<String> {
    let resource: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(format!("{}/{}", resource.get("resourceType")?.as_str()?, resource.get("id")?.as_str()?))
}

/// Everything that is wrong with a file, or with the files in a folder. A folder with `scenarios` in it is a suite of
/// its own. Any other file is held against the suite whose folder it is in, or else against the embedded one.
/// `findings` are the codes that faults may name; when there are none, they are not looked at.
#[must_use]
pub fn lint(path: &Path, findings: &[&str]) -> Vec<Diagnostic> {
    let mut problems = if path.join("scenarios").is_dir() {
        let (files, mut problems) = Source::Directory(path.to_path_buf()).files();
        problems.extend(check_files(files, findings));
        problems
    } else {
        let (files, mut problems) = files::named(path);
        problems.extend(check_within(files, &suite_around(path), findings));
        problems
    };
    problems.sort();
    problems.dedup();
    problems
}

fn check_files(files: Vec<File>, findings: &[&str]) -> Vec<Diagnostic> {
    let (documents, mut problems) = Documents::read(files);
    problems.extend(check(&documents, findings, &|_| true));
    problems
}

/// What is wrong with these files, the rest of the suite taken as it is.
fn check_within(files: Vec<File>, suite: &Source, findings: &[&str]) -> Vec<Diagnostic> {
    let named: BTreeSet<_> = files.iter().map(|file| file.path.clone()).collect();
    let (documents, mut problems) = Documents::read(files);
    let documents = match suite {
        Source::Embedded => documents.after(embedded()),
        Source::Directory(_) => documents.after(&Documents::read(suite.files().0).0),
    };
    problems.extend(check(&documents, findings, &|file| named.contains(file)));
    problems
}

/// The documents of the embedded suite, read once.
fn embedded() -> &'static Documents {
    static DOCUMENTS: OnceLock<Documents> = OnceLock::new();
    DOCUMENTS.get_or_init(|| Documents::read(Source::Embedded.files().0).0)
}

/// The suite that a path lies in: the nearest folder above it that holds `scenarios`.
fn suite_around(path: &Path) -> Source {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    absolute
        .ancestors()
        .filter(|folder| folder.file_name().is_some_and(|name| name == "scenarios" || name == "fixtures"))
        .filter_map(Path::parent)
        .find(|root| root.join("scenarios").is_dir())
        .map_or(Source::Embedded, |root| Source::Directory(root.to_path_buf()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_suite_loads_and_has_everything() {
        let suite = load(&Source::Embedded).expect("the suite of the house is right");
        assert_eq!(suite.catalogue.iter().count(), 177);
        assert_eq!(suite.catalogue.groups().iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), GROUPS);
        let queries: Vec<_> = suite.exchanges.iter().filter_map(|exchange| exchange.query.as_deref()).collect();
        assert_eq!(queries, ["0", "1a", "1b", "2", "3", "4", "5", "6", "7", "M2"]);
        assert_eq!(
            suite.personas.iter().map(|persona| persona.persona.as_str()).collect::<Vec<_>>(),
            ["all-unknown", "full-plan", "long-history", "no-plan", "represented", "sparse-plan"]
        );
        assert!(suite.persona("full-plan").is_some_and(|persona| persona.resources.contains_key("Patient/full-plan-patient")));
        assert_eq!(suite.digest.len(), 64);
    }

    #[test]
    fn a_folder_with_the_same_files_has_the_same_digest() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf();
        let folder = load(&Source::Directory(root)).map(|suite| suite.digest);
        assert_eq!(folder, load(&Source::Embedded).map(|suite| suite.digest));
    }

    /// Any change of a file gives diagnostics that lie within it, and never a panic.
    #[test]
    fn check_within_survives_any_mutant_of_a_file() {
        let files = Source::Embedded.files().0;
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = move |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed % u64::try_from(below.max(1)).expect("a length fits")).expect("less than a length fits")
        };
        let yaml: Vec<&File> = files.iter().filter(|file| file.has_ending("yaml")).collect();
        for round in 0..200 {
            let original = yaml[random(yaml.len())];
            let mut letters: Vec<char> = original.text.chars().collect();
            for _ in 0..=round % 3 {
                let at = random(letters.len());
                match random(4) {
                    0 => drop(letters.drain(at..(at + random(40)).min(letters.len()))),
                    1 => letters.insert(at, [':', '-', '"', '\'', '{', '[', '#', 'é', '\n', '$', '%', '&'][random(12)]),
                    2 => letters.truncate(at),
                    _ => letters.splice(at..at, ["${", "%x", ": ", "- ", "null", "1e9", "ø"][random(7)].chars()).for_each(drop),
                }
            }
            let text: String = letters.into_iter().collect();
            let file = File { text: text.clone().into(), ..original.clone() };
            for problem in check_within(vec![file], &Source::Embedded, &[]) {
                let whole = text.is_char_boundary(problem.start) && text.is_char_boundary(problem.end);
                assert!(problem.start <= problem.end && problem.end <= text.len() && whole, "{problem:?}\n{text}");
            }
        }
    }
}
