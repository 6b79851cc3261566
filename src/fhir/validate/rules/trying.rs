//! For the tests of rules: judging a small resource with a few small definitions.

use std::sync::Arc;

use crate::fhir::knowledge::Knowledge;
use crate::fhir::package::Package;
use crate::fhir::types::{self, Types};
use crate::fhir::validate::{Code, Issue, Refused, Severity, Validator};

/// What a resource is judged with.
pub(crate) struct Try {
    pub(crate) types: &'static Types,
    pub(crate) definitions: Vec<String>,
    pub(crate) refused: Refused,
    pub(crate) profiles: Vec<&'static str>,
}

impl Default for Try {
    fn default() -> Self {
        Self { types: types::r4(), definitions: Vec::new(), refused: Refused::default(), profiles: Vec::new() }
    }
}

impl Try {
    /// With these definitions, R4.
    pub(crate) fn with(definitions: impl IntoIterator<Item = String>) -> Self {
        Self { definitions: definitions.into_iter().collect(), ..Self::default() }
    }

    /// The same in STU3.
    pub(crate) fn stu3(self) -> Self {
        Self { types: types::stu3(), ..self }
    }

    /// All that is said of a resource.
    pub(crate) fn issues(&self, text: &str) -> Vec<Issue> {
        let texts = self.definitions.iter().enumerate().map(|(at, text)| (format!("{at}.json"), text.clone().into_bytes()));
        let package = Package::held("tried", "1", texts.collect()).expect("the definitions of a test are JSON");
        let knowledge = Knowledge::load_only(&[], self.types).expect("nothing to load").with(package);
        let validator = Validator::new(Arc::new(knowledge)).refusing(self.refused);
        validator.judge_text(text.as_bytes(), &self.profiles)
    }

    /// What is said with these codes: `code at path`, with a `?` where it cannot be told and
    /// a `~` where it is no error.
    pub(crate) fn said(&self, codes: &[&Code], text: &str) -> Vec<String> {
        let sign = |severity| match severity {
            Severity::Error => "",
            Severity::CantTell => "?",
            Severity::Warning | Severity::Information => "~",
        };
        let of_codes = self.issues(text).into_iter().filter(|issue| codes.contains(&issue.code));
        of_codes.map(|issue| format!("{}{} at {}", sign(issue.severity), issue.code.name, issue.path)).collect()
    }
}

/// A definition with a snapshot of these elements, in JSON without `id`; `more` are other members.
pub(crate) fn definition(url: &str, of: &str, more: &str, elements: &[&str]) -> String {
    let kind = if of == "Extension" { "complex-type" } else { "resource" };
    let derivation = if more.contains("derivation") { "" } else { r#""derivation":"constraint","# };
    let elements: Vec<String> = elements.iter().map(|element| format!("{{{element}}}")).collect();
    format!(
        r#"{{"resourceType":"StructureDefinition","url":"{url}","version":"1","name":"Tried","kind":"{kind}","type":"{of}",
        {derivation}{more}{}"snapshot":{{"element":[{}]}}}}"#,
        if more.is_empty() { "" } else { "," },
        elements.join(",")
    )
}

/// The definition of Bundle, as far as it leads to the resources of entries.
pub(crate) fn of_bundle() -> String {
    let elements = ["Bundle", "Bundle.entry", "Bundle.entry.resource"].map(|path| format!(r#""id":"{path}","path":"{path}""#));
    let elements: Vec<&str> = elements.iter().map(String::as_str).collect();
    definition("http://hl7.org/fhir/StructureDefinition/Bundle", "Bundle", r#""derivation":"specialization""#, &elements)
}

/// The definition of a resource type, of which nothing more is said.
pub(crate) fn of_type(name: &str) -> String {
    let url = format!("http://hl7.org/fhir/StructureDefinition/{name}");
    let root = format!(r#""id":"{name}","path":"{name}""#);
    definition(&url, name, r#""derivation":"specialization""#, &[&root])
}
