//! Packages made here, small, and what is found in them.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::fhir::terminology::{Coded, DisplayCheck, Membership};
use crate::fhir::types;

/// A folder that goes when the test does.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("toets-knowledge-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn package(&self, name: &str, dependencies: &str, profiles: &[(&str, &str)]) -> &Self {
        let (id, version) = name.split_once('#').expect("a name has a version");
        let folder = self.0.join(name).join("package");
        fs::create_dir_all(&folder).expect("a temporary folder can be made");
        let manifest =
            format!(r#"{{"name":"{id}","version":"{version}","fhirVersions":["4.0.1"],"dependencies":{{{dependencies}}}}}"#);
        fs::write(folder.join("package.json"), manifest).expect("a temporary file can be written");
        for (profile, version) in profiles {
            let text = format!(
                r#"{{"resourceType":"StructureDefinition","url":"http://example.org/{profile}","version":"{version}","name":"{id}","kind":"resource","type":"Consent","derivation":"constraint","snapshot":{{"element":[{{"path":"Consent"}}]}}}}"#
            );
            fs::write(folder.join(format!("{profile}-{version}.json")), text).expect("a temporary file can be written");
        }
        self
    }

    fn load(&self, names: &[&str]) -> Result<Knowledge, PackageError> {
        let named = names.iter().map(|name| name.split_once('#').expect("a name has a version"));
        let mut sources: Vec<PackageSource> =
            named.map(|(id, version)| PackageSource::Named { id: id.to_owned(), version: version.to_owned() }).collect();
        sources.push(PackageSource::Place(self.0.clone()));
        Knowledge::load(&sources, types::r4())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn ids(knowledge: &Knowledge) -> Vec<String> {
    knowledge.packages().iter().map(|package| package.manifest().name()).collect()
}

#[test]
fn what_a_package_stands_on_comes_after_it() {
    let folder = Folder::new("order");
    folder.package("base#1.0.0", "", &[("a", "1")]).package("mid#1.0.0", r#""base":"1.0.x""#, &[]);
    folder.package("top#1.0.0", r#""base":"1.0.0","mid":"1.0.0""#, &[("a", "2")]);
    let knowledge = folder.load(&["top#1.0.0"]).expect("all are there");
    assert_eq!(ids(&knowledge), ["top#1.0.0", "mid#1.0.0", "base#1.0.0"]);
    assert_eq!(&*knowledge.definition("http://example.org/a").expect("it is there").version, "2");
    assert_eq!(&*knowledge.definition("http://example.org/a|1").expect("it is there").name, "base");
}

#[test]
fn terminology_is_for_every_version_of_fhir_and_nothing_else_is() {
    let folder = Folder::new("terminology");
    folder.package("hl7.terminology.r4#1.0.0", r#""hl7.fhir.r4.core":"4.0.1""#, &[("a", "1")]).package("other#1.0.0", "", &[]);
    let system = r#"{"resourceType":"CodeSystem","url":"urn:s","version":"1","content":"complete","caseSensitive":true,
        "concept":[{"code":"a"}]}"#;
    let place = folder.0.join("hl7.terminology.r4#1.0.0/package/system.json");
    fs::write(place, system).expect("a temporary file can be written");
    let load = |id: &str| {
        let named = PackageSource::Named { id: id.to_owned(), version: "1.0.0".to_owned() };
        Knowledge::load_only(&[named, PackageSource::Place(folder.0.clone())], types::stu3())
    };
    let knowledge = load("hl7.terminology.r4").expect("what it stands on is not asked for");
    assert!(knowledge.code_system("urn:s").is_some_and(|found| found.concept("a").is_some()));
    assert!(knowledge.definition("http://example.org/a").is_none(), "only its codes count");
    assert!(matches!(load("other"), Err(PackageError::OtherFhir { .. })));
}

#[test]
fn a_version_that_is_not_there_is_told_with_those_that_are() {
    let folder = Folder::new("version");
    folder.package("base#1.0.0", "", &[("a", "1"), ("a", "2")]);
    let knowledge = folder.load(&["base#1.0.0"]).expect("it is there");
    let lack = knowledge.find_definition("http://example.org/a|3").expect_err("no version 3");
    assert_eq!(lack.to_string(), "the packages have `http://example.org/a|3` only as 1, 2");
}

#[test]
fn a_missing_dependency_names_who_asks_and_what_is_there() {
    let folder = Folder::new("missing");
    folder.package("base#1.0.0", "", &[]).package("top#1.0.0", r#""base":"2.0.0""#, &[]);
    let error = folder.load(&["top#1.0.0"]).expect_err("no base 2.0.0");
    assert_eq!(error.to_string(), "package `base#2.0.0` is not here; top#1.0.0 asks for it");
    assert!(error.hint().is_some_and(|hint| hint.contains("found there: 1.0.0")), "{:?}", error.hint());
}

#[test]
fn a_version_that_is_named_fills_every_dependency() {
    let folder = Folder::new("named");
    folder.package("base#1.0.0", "", &[]).package("top#1.0.0", r#""base":"2.0.0""#, &[]);
    let knowledge = folder.load(&["top#1.0.0", "base#1.0.0"]).expect("the named one is used");
    assert_eq!(knowledge.other_versions()[0].wanted, "base#2.0.0");
}

#[test]
fn two_dependencies_on_two_versions_are_a_conflict() {
    let folder = Folder::new("conflict");
    folder.package("base#1.0.0", "", &[]).package("base#2.0.0", "", &[]);
    folder.package("one#1.0.0", r#""base":"1.0.0""#, &[]).package("two#1.0.0", r#""base":"2.0.0""#, &[]);
    let error = folder.load(&["one#1.0.0", "two#1.0.0"]).expect_err("two versions of base");
    assert!(matches!(&error, PackageError::Conflict { id, .. } if id == "base"), "{error}");
}

#[test]
fn packages_that_stand_on_one_another_in_a_ring_load() {
    let folder = Folder::new("ring");
    folder.package("one#1.0.0", r#""two":"1.0.0""#, &[]).package("two#1.0.0", r#""one":"1.0.0""#, &[]);
    assert_eq!(ids(&folder.load(&["one#1.0.0"]).expect("a ring is no trouble")), ["one#1.0.0", "two#1.0.0"]);
}

#[test]
fn a_package_of_another_fhir_is_refused() {
    let folder = Folder::new("fhir");
    folder.package("base#1.0.0", "", &[]);
    let manifest = r#"{"name":"base","version":"1.0.0","fhirVersions":["3.0.2"]}"#;
    let path: &Path = &folder.0.join("base#1.0.0/package/package.json");
    fs::write(path, manifest).expect("a temporary file can be written");
    let error = folder.load(&["base#1.0.0"]).expect_err("STU3");
    assert_eq!(error.to_string(), "package `base#1.0.0` is of FHIR 3.0.2, not of 4.0.1");
}

#[test]
fn knowledge_is_shared_by_threads() {
    let folder = Folder::new("threads");
    folder.package("base#1.0.0", "", &[("a", "1")]);
    let knowledge = folder.load(&["base#1.0.0"]).expect("it is there");
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..4).map(|_| scope.spawn(|| knowledge.definition("http://example.org/a"))).collect();
        let found: Vec<_> = asked.into_iter().map(|asked| asked.join().expect("no panic").expect("it is there")).collect();
        assert!(found.iter().all(|one| Arc::ptr_eq(one, &found[0])), "it is read once");
    });
}

#[test]
fn profiles_that_stand_on_one_another_in_a_ring_are_told() {
    let folder = Folder::new("profiles");
    folder.package("base#1.0.0", "", &[]);
    for (one, other) in [("a", "b"), ("b", "a")] {
        let text = format!(
            r#"{{"resourceType":"StructureDefinition","url":"http://example.org/{one}","name":"{one}","kind":"resource","type":"Consent","baseDefinition":"http://example.org/{other}","derivation":"constraint","differential":{{"element":[{{"path":"Consent"}}]}}}}"#
        );
        fs::write(folder.0.join(format!("base#1.0.0/package/{one}.json")), text).expect("a temporary file can be written");
    }
    let knowledge = folder.load(&["base#1.0.0"]).expect("it is there");
    let lack = knowledge.find_definition("http://example.org/a").expect_err("a ring");
    assert!(lack.to_string().contains("stands on itself"), "{lack}");
}

#[test]
fn what_comes_with_a_held_package_is_asked_first_and_the_rest_is_shared() {
    let folder = Folder::new("with");
    folder.package("base#1.0.0", "", &[("a", "1"), ("b", "1")]);
    let knowledge = folder.load(&["base#1.0.0"]).expect("it is there");
    let other = knowledge.definition("http://example.org/b").expect("it is there");
    let text = r#"{"resourceType":"StructureDefinition","url":"http://example.org/a","version":"2","name":"held","kind":"resource","type":"Consent","derivation":"constraint","snapshot":{"element":[{"path":"Consent"}]}}"#;
    let held = Package::held("held", "0", vec![("a.json".to_owned(), text.as_bytes().to_vec())]).expect("it is a resource");
    let more = knowledge.with(held);
    assert_eq!(&*more.definition("http://example.org/a").expect("it is there").name, "held");
    assert_eq!(&*more.definition("http://example.org/a|1").expect("it is there").name, "base");
    assert!(Arc::ptr_eq(&other, &more.definition("http://example.org/b").expect("it is there")));
    assert_eq!(&*knowledge.definition("http://example.org/a").expect("it is there").name, "base");
}

/// A profile that is built in as well.
const TREATMENT: &str = "https://api.iknl.nl/docs/pzp/r4/StructureDefinition/ACP-TreatmentDirective";

#[test]
fn built_in_answers_without_a_package() {
    let knowledge = Knowledge::built_in(types::r4());
    let profile = knowledge.definition(TREATMENT).expect("it is built in");
    let path = "Consent.provision.actor:agreementParty.role";
    assert!(profile.snapshot.iter().any(|element| &*element.id == path), "a snapshot with what lies below slices");
    assert!(knowledge.type_definition("HumanName").is_some());
    let coded = |code| Coded { system: None, version: None, code };
    let status = "http://hl7.org/fhir/ValueSet/consent-state-codes|4.0.1";
    assert_eq!(knowledge.membership(status, &coded("active")), Membership::In);
    assert_eq!(knowledge.membership(status, &coded("asleep")), Membership::Out);
    assert!(knowledge.packages().is_empty());
}

#[test]
fn built_in_holds_stu3_apart() {
    let knowledge = Knowledge::built_in(types::stu3());
    assert!(knowledge.definition(TREATMENT).is_none());
    assert!(knowledge.definition("http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective").is_some());
}

#[test]
fn check_display_tells_right_from_wrong_by_digest() {
    let knowledge = Knowledge::built_in(types::r4());
    let check =
        |display| knowledge.check_display("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs", display);
    assert_eq!(check(" vital  SIGNS"), DisplayCheck::Right);
    assert_eq!(check("Vital sins"), DisplayCheck::Wrong { known: Vec::new() });
}

#[test]
fn a_package_wins_over_what_is_built_in() {
    let folder = Folder::new("wins");
    folder.package("base#1.0.0", "", &[("a", "1")]);
    let text = format!(
        r#"{{"resourceType":"StructureDefinition","url":"{TREATMENT}","version":"9","name":"n","kind":"resource","type":"Consent","derivation":"constraint","snapshot":{{"element":[{{"path":"Consent"}}]}}}}"#
    );
    fs::write(folder.0.join("base#1.0.0/package/b.json"), text).expect("a temporary file can be written");
    let knowledge = folder.load(&["base#1.0.0"]).expect("it is there");
    assert_eq!(&*knowledge.definition(TREATMENT).expect("it is there").version, "9");
    assert!(knowledge.definition(&format!("{TREATMENT}|1.0.0-rc2")).is_some_and(|found| found.snapshot.len() > 1));
    assert!(knowledge.type_definition("Consent").is_some(), "what no package has is built in");
}

#[test]
fn a_dependency_that_is_nowhere_is_filled_by_what_is_built_in() {
    let folder = Folder::new("filled");
    folder.package("top#1.0.0", r#""hl7.fhir.r4.core":"4.0.1","hl7.fhir.uv.extensions.r4":"5.2.0""#, &[]);
    assert!(folder.load(&["top#1.0.0"]).is_ok());
    folder.package("other#1.0.0", r#""hl7.fhir.r4.core":"4.0.9""#, &[]);
    assert!(matches!(folder.load(&["other#1.0.0"]), Err(PackageError::Missing { .. })));
}

#[test]
fn sources_name_what_is_built_in_and_what_it_stands_for() {
    let folder = Folder::new("sources");
    folder.package("base#1.0.0", "", &[]);
    let sources = folder.load(&["base#1.0.0"]).expect("it is there").sources();
    assert_eq!((&*sources[0].id, sources[0].place.is_some(), &sources[0].approximates), ("base", true, &None));
    let pzp = sources.iter().find(|source| source.id == "iknl.fhir.r4.pzp").expect("it is built in");
    assert_eq!((&*pzp.version, pzp.approximates.as_deref()), ("1.0.0-rc2-approx", Some("1.0.0-rc2")));
    assert!(pzp.place.is_none() && pzp.digest.as_deref().is_some_and(|digest| digest.starts_with("sha256:")));
}
