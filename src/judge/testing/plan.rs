//! What a bench begins with: a plan, and packages of definitions.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{BASE, text};
use crate::agreements::{Actor, Dialect};
use crate::fhir::knowledge::{Knowledge, PackageSource};
use crate::fhir::types::r4;
use crate::plan::{Claims, Data, Limits, Plan, PlannedPersona, PlannedScenario, SuiteId, Target, TargetAuth};
use crate::scenario::{Format, Isolation};

/// What a package of these definitions knows. The package stands on disk while it is loaded and read.
pub(super) fn package(texts: &[&str]) -> Knowledge {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("toets-judge-{}-{number}", std::process::id()));
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("a temporary file can be written");
    fs::create_dir_all(&folder).expect("a temporary folder can be made");
    write("package.json", r#"{"name":"bench","version":"1.0.0","fhirVersions":["4.0.1"]}"#);
    for (index, text) in texts.iter().enumerate() {
        write(&format!("{index}.json"), text);
    }
    let knowledge = Knowledge::load(&[PackageSource::At(folder.clone())], r4()).expect("the package loads");
    for text in texts {
        let resource: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let url = resource["url"].as_str().unwrap_or_default();
        // Read now: the folder goes.
        let _ = (knowledge.find_definition(url), knowledge.find_value_set(url));
    }
    let _ = fs::remove_dir_all(&folder);
    knowledge
}

/// A plan of one empty scenario.
pub(super) fn plan() -> Plan {
    Plan {
        claims: Claims { product: None, actor: Actor::Provider, dialect: Dialect::R4Rc2, groups: Vec::new() },
        suite: SuiteId { version: String::from("0"), digest: String::new() },
        target: Target {
            base: String::from(BASE),
            auth: TargetAuth::Bearer(String::from("TOKEN")),
            built_in: false,
            fault: None,
            headers: Vec::new(),
            insecure: false,
            limits: Limits::default(),
        },
        personas: vec![PlannedPersona {
            persona: String::from("tom"),
            bsn: String::from("999900018"),
            given: Some(String::from("12")),
            fixture: String::from("p"),
            lookup: String::new(),
            data: Data::Fixture,
        }],
        scenarios: vec![PlannedScenario {
            scenario: String::from("s"),
            variant: String::from("v"),
            title: text("s"),
            persona: Some(String::from("tom")),
            isolation: Isolation::ReadOnly,
            format: Format::Json,
            steps: Vec::new(),
            over_run: Vec::new(),
        }],
        unclaimed: std::collections::BTreeSet::new(),
        selection: None,
        known: Vec::new(),
        not_entered: Vec::new(),
        shard: None,
    }
}
