//! JSON Schemas of the files, generated from the vocabulary: editors complete
//! and explain with them, and `shape` holds files against them.

use std::sync::OnceLock;

use serde_json::Value;

use super::{ConsulterFault, Dataset, DialectFile, Exchange, Fault, Kind, NoiseList, Persona, Scenario};
use crate::agreements::RequirementFile;
use crate::shape::schema_of;

/// The schema of a kind of file (JSON Schema, draft 2020-12).
#[must_use]
pub fn schema(kind: Kind) -> &'static Value {
    static SCHEMAS: OnceLock<Vec<Value>> = OnceLock::new();
    let schemas = SCHEMAS.get_or_init(|| Kind::ALL.into_iter().map(generate).collect());
    &schemas[Kind::ALL.iter().position(|known| *known == kind).expect("ALL holds every kind")]
}

fn generate(kind: Kind) -> Value {
    match kind {
        Kind::Exchange => schema_of::<Exchange>(),
        Kind::Scenario => schema_of::<Scenario>(),
        Kind::Fault => schema_of::<Fault>(),
        Kind::ConsulterFault => schema_of::<ConsulterFault>(),
        Kind::Requirements => schema_of::<RequirementFile>(),
        Kind::Persona => schema_of::<Persona>(),
        Kind::Noise => schema_of::<NoiseList>(),
        Kind::Dataset => schema_of::<Dataset>(),
        Kind::Dialect => schema_of::<DialectFile>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schema_of_an_expectation_has_every_check_as_a_key_and_asks_for_exactly_one() {
        let expectation = &schema(Kind::Scenario)["$defs"]["Expectation"];
        assert_eq!(expectation["additionalProperties"], false);
        assert!(expectation["properties"]["fhirpath"]["description"].as_str().is_some_and(|text| text.contains("FHIRPath")));
        let choices: Vec<_> =
            expectation["oneOf"].as_array().into_iter().flatten().filter_map(|choice| choice["required"][0].as_str()).collect();
        assert!(choices.contains(&"status") && choices.contains(&"run") && !choices.contains(&"id"));
    }

    #[test]
    fn schema_never_allows_null() {
        for kind in Kind::ALL {
            assert!(!schema(kind).to_string().contains("\"null\""), "{kind:?}");
        }
    }

    #[test]
    fn schema_of_an_exchange_names_every_version_as_a_key() {
        let request = &schema(Kind::Exchange)["properties"]["request"];
        assert_eq!(request["properties"]["r4-rc2"]["type"], "string");
        assert_eq!(request["additionalProperties"], false);
    }
}
