//! What the mutants are made from: our own personas, the definitions beside this
//! file's folder, the invariants of the built-in set; and more where there is more.

use std::fs;
use std::path::{Path, PathBuf};

use toets::fhir::knowledge::Knowledge;
use toets::fhir::package::Package;
use toets::fhir::types::Types;

/// What the mutants are made from.
#[derive(Default)]
pub(crate) struct Seeds {
    pub(crate) resources: Vec<Vec<u8>>,
    pub(crate) stu3: Vec<Vec<u8>>,
    /// StructureDefinitions.
    pub(crate) definitions: Vec<Vec<u8>>,
    /// ValueSets and CodeSystems.
    pub(crate) terms: Vec<Vec<u8>>,
    /// Questionnaires, and responses to them.
    pub(crate) forms: Vec<Vec<u8>>,
    pub(crate) responses: Vec<Vec<u8>>,
    pub(crate) expressions: Vec<String>,
}

/// Larger seeds would make each input slow and teach nothing more.
const LARGEST: usize = 60_000;
/// Files of a kind that are taken from a folder of examples or a package.
const MOST: usize = 120;

impl Seeds {
    /// Those in the tree.
    pub(crate) fn own(knowledge: &Knowledge) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut seeds = Self::default();
        for folder in ["fixtures/full-plan/r4", "fixtures/sparse-plan/r4", "fixtures/no-plan/r4", "examples/mutate/seeds"] {
            files(&root.join(folder)).into_iter().for_each(|text| seeds.add(text, false));
        }
        seeds.stu3.clone_from(&seeds.resources);
        seeds.expressions = expressions(knowledge);
        seeds
    }

    /// The same with the examples and packages of a folder `fhir`; how many texts that are.
    pub(crate) fn with_shared(&mut self, fhir: &Path) -> usize {
        let before = self.len();
        for folder in folders(&fhir.join("examples")) {
            let stu3 = folder.to_string_lossy().contains("stu3");
            files(&folder).into_iter().take(MOST).for_each(|text| self.add(text, stu3));
        }
        for path in folders(&fhir.join("packages")).iter().filter(|path| path.to_string_lossy().contains("r4")) {
            let Ok(package) = Package::open(path) else { continue };
            for kind in ["StructureDefinition", "ValueSet", "CodeSystem", "Questionnaire"] {
                let entries = package.entries().iter().enumerate().filter(|(_, entry)| &*entry.resource == kind);
                let texts = entries.filter_map(|(place, _)| Some(package.text(place).ok()?.into_owned()));
                texts.filter(|text| text.len() < LARGEST).take(MOST).for_each(|text| self.add(text, false));
            }
        }
        self.len() - before
    }

    fn len(&self) -> usize {
        self.resources.len() + self.stu3.len() + self.definitions.len() + self.terms.len() + self.forms.len()
    }

    fn add(&mut self, text: Vec<u8>, stu3: bool) {
        if text.len() > LARGEST {
            return;
        }
        let value: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
        match value["resourceType"].as_str().unwrap_or_default() {
            _ if stu3 => self.stu3.push(text),
            "StructureDefinition" => self.definitions.push(text),
            "ValueSet" | "CodeSystem" => self.terms.push(text),
            "Questionnaire" => self.forms.push(text),
            "QuestionnaireResponse" => {
                self.resources.push(text.clone());
                self.responses.push(text);
            }
            "" => {}
            _ => self.resources.push(text),
        }
    }
}

/// The invariants of what is built in, and the expressions of search parameters.
fn expressions(knowledge: &Knowledge) -> Vec<String> {
    let types: &Types = knowledge.types();
    let mut all: Vec<String> = types.search_parameters("Observation").map(|parameter| parameter.expression.to_owned()).collect();
    for name in ["Patient", "Consent", "Observation", "Questionnaire", "Bundle", "Extension", "HumanName", "ElementDefinition"] {
        let Some(definition) = knowledge.type_definition(name) else { continue };
        let constraints = definition.snapshot.iter().flat_map(|element| &element.constraints);
        all.extend(constraints.filter_map(|constraint| constraint.expression.as_ref().map(ToString::to_string)));
    }
    all.sort();
    all.dedup();
    all
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    found.sort();
    found
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let json = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "json");
    folders(folder).iter().filter(json).filter_map(|path| fs::read(path).ok()).collect()
}
