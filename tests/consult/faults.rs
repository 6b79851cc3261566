//! Each fault of a client, against the reference provider: what it does is seen
//! in the requests that were sent, and in nothing else.

use toets::agreements::{Dialect, FhirVersion};
use toets::consult::{Asked, ConsultError, Outcome, run};
use toets::fhir::search::Query;
use toets::serve::{Config, start};

use super::{TOKEN, consulted, exchanges, is, settings, suite};

/// What is looked at of one consultation.
struct Seen<'o> {
    outcome: &'o Outcome,
    base: String,
    fhir: FhirVersion,
}

impl Seen<'_> {
    fn of(&self, exchange: &str) -> Vec<&Asked> {
        self.outcome.asked.iter().filter(|asked| asked.exchange.as_deref() == Some(exchange)).collect()
    }

    fn below(&self, exchange: &str) -> String {
        let asked = self.of(exchange);
        asked.first().map(|asked| asked.url.replace(&format!("{}/", self.base), "")).unwrap_or_default()
    }

    fn query(&self, exchange: &str) -> Query {
        Query::parse(self.below(exchange).split_once('?').map_or("", |(_, query)| query)).expect("it can be read")
    }

    fn values(&self, exchange: &str, name: &str) -> Vec<String> {
        self.query(exchange).values_of(name).map(str::to_owned).collect()
    }

    fn asks_as(&self, exchange: &str, dialect: Dialect) -> bool {
        is(exchange, &self.below(exchange), dialect)
    }

    /// Exchanges that are not asked as the agreement has it, or not at all.
    fn off(&self) -> Vec<&'static str> {
        let current = match self.fhir {
            FhirVersion::R4 => Dialect::R4Rc2,
            FhirVersion::Stu3 => Dialect::Stu3Rc2,
        };
        exchanges().filter(|name| !self.asks_as(name, current)).collect()
    }

    fn rc1(&self) -> Dialect {
        match self.fhir {
            FhirVersion::R4 => Dialect::R4Rc1,
            FhirVersion::Stu3 => Dialect::Stu3Rc1,
        }
    }

    fn reads(&self) -> Vec<&Asked> {
        self.outcome.asked.iter().filter(|asked| asked.exchange.is_none() && asked.method == "GET").collect()
    }

    /// Requests without credentials.
    fn bare(&self) -> Vec<&Asked> {
        self.outcome.asked.iter().filter(|asked| !asked.credentials).collect()
    }
}

/// Whether a fault did what it says; nothing for one that other tests look at.
fn did(name: &str, seen: &Seen<'_>) -> Option<bool> {
    let off = seen.off();
    Some(match name {
        "skips-conversations" => off == ["procedures", "encounters"],
        "skips-form" => off == ["questionnaire-responses"] && seen.of("questionnaire-responses").is_empty(),
        "skips-individual-resources" => off.len() == 8 && seen.of("questionnaire-responses").len() == 1,
        "skips-observation-codes" => {
            off == ["observations"]
                && seen.values("observations", "code") == ["http://snomed.info/sct|153851000146100,395091006,340171000146104"]
        }
        "skips-device-codes" => {
            off == ["medical-devices"] && seen.values("medical-devices", "device.type") == ["http://snomed.info/sct|72506001"]
        }
        "no-credentials" => seen.bare().len() == seen.outcome.asked.len(),
        "no-credentials-once" => {
            seen.bare().iter().all(|asked| asked.exchange.as_deref() == Some("medical-policy-goals")) && seen.bare().len() == 1
        }
        "no-patient" => off == ["treatment-directives"] && seen.values("treatment-directives", "patient").is_empty(),
        "two-patients" => {
            off == ["observations"]
                && seen.values("observations", "patient") == ["Patient/full-plan-patient,Patient/sparse-plan-patient"]
        }
        "bsn-in-url" => off == ["treatment-directives"] && seen.below("treatment-directives").contains("999945555"),
        "consents-unfiltered-by-client" => {
            off == ["treatment-directives", "advance-directives"] && seen.query("treatment-directives").parameters.len() == 1
        }
        "observations-unfiltered-by-client" => off == ["observations"] && seen.query("observations").parameters.len() == 1,
        "own-filter-status" => off == ["treatment-directives"] && seen.values("treatment-directives", "status") == ["active"],
        "own-filter-date" => off == ["observations"] && seen.values("observations", "date") == ["ge2026-01-01"],
        "own-filter-latest" => {
            seen.values("treatment-directives", "_sort") == ["-date"]
                && seen.values("treatment-directives", "_count") == ["1"]
                && seen.of("treatment-directives").len() == 1
        }
        "own-filter-last-updated" => {
            off == ["medical-policy-goals"] && seen.values("medical-policy-goals", "_lastUpdated").len() == 1
        }
        "repeated-observation-codes" => off == ["observations"] && seen.values("observations", "code").len() == 5,
        "repeated-device-codes" => off == ["medical-devices"] && seen.values("medical-devices", "device.type").len() == 6,
        "colon-include" => ["procedures", "encounters", "treatment-directives", "advance-directives", "medical-devices"]
            .iter()
            // In STU3 only these two have an include that brings something.
            .filter(|name| seen.fhir == FhirVersion::R4 || ["procedures", "medical-devices"].contains(*name))
            .all(|name| seen.below(name).contains("&_include:") && !seen.below(name).contains("_include=")),
        "leaves-out-includes" => off.is_empty() && exchanges().all(|name| !seen.below(name).contains("_include")),
        "dialect-r4-beta3" => {
            exchanges().all(|name| seen.asks_as(name, Dialect::R4Beta3))
                && seen.below("medical-policy-goals").contains("description:in")
        }
        "dialect-r4-rc1" | "dialect-stu3-rc1" => {
            exchanges().all(|name| seen.asks_as(name, seen.rc1()))
                && seen.below("inform-relatives-requests").starts_with("Communication?")
        }
        "dialect-r4-rc3-dev" => off == ["observations"] && seen.below("observations").contains("665671000146101"),
        "goals-by-description" => off == ["medical-policy-goals"] && seen.asks_as("medical-policy-goals", seen.rc1()),
        "devices-by-value-set" => off == ["medical-devices"] && seen.below("medical-devices").contains("device.type:in"),
        "communications-asked" => {
            off == ["inform-relatives-requests"] && seen.below("inform-relatives-requests").starts_with("Communication?")
        }
        "form-of-older-version" => {
            off == ["questionnaire-responses"] && seen.below("questionnaire-responses").contains("https://fhir.iknl.nl/fhir/")
        }
        "form-swapped-canonical" => {
            off == ["questionnaire-responses"] && seen.below("questionnaire-responses").contains("/docs/r4/pzp/")
        }
        "form-swapped-canonical-stu3" => {
            off == ["questionnaire-responses"] && seen.below("questionnaire-responses").contains("/docs/stu3/pzp/")
        }
        "form-of-r4" => {
            off == ["questionnaire-responses"] && seen.below("questionnaire-responses").contains("/Questionnaire/ACP-zib2020")
        }
        "first-page-only" => off.is_empty() && seen.of("treatment-directives").len() == 1 && seen.outcome.incomplete.is_empty(),
        "writes-by-put" => seen.outcome.asked.iter().any(|asked| asked.method == "PUT" && asked.url.contains("/Observation/")),
        "writes-by-post" => {
            seen.outcome.asked.iter().any(|asked| asked.method == "POST" && asked.url.ends_with("/CommunicationRequest"))
        }
        "accepts-html" => seen.outcome.asked.iter().all(|asked| asked.accept.as_deref() == Some("text/html")),
        "format-html" => {
            exchanges().all(|name| seen.values(name, "_format") == ["html"])
                && seen.outcome.asked.iter().all(|asked| asked.accept.as_deref() != Some("text/html"))
        }
        "reads-nothing" => off.is_empty() && seen.reads().len() == 1,
        "reads-without-credentials" => off.is_empty() && seen.bare().len() == seen.reads().len() && seen.reads().len() > 2,
        skips if skips.starts_with("skips-") => {
            off == [skips.trim_start_matches("skips-")] && seen.of(skips.trim_start_matches("skips-")).is_empty()
        }
        // Over servers that do what these do not survive: `survival.rs`.
        other if other.starts_with("stops-after-") => return None,
        // They ask as they should, and show it to nobody: `tests/consulter.rs`.
        other if other.starts_with("hides-") => return None,
        "next-elsewhere" | "redirect-elsewhere" | "pages-without-end" | "retry-storm" => return None,
        other => panic!("nothing looks at the fault `{other}`"),
    })
}

#[tokio::test]
async fn each_fault_does_what_it_says_and_the_right_consulter_does_not() {
    each_fault_does_what_it_says(FhirVersion::R4).await;
}

#[tokio::test]
async fn each_fault_does_what_it_says_in_stu3() {
    each_fault_does_what_it_says(FhirVersion::Stu3).await;
}

async fn each_fault_does_what_it_says(fhir: FhirVersion) {
    // Pages of two: what does not follow them shows.
    let running = start(Config { fhir, page_size: 2, ..Config::new(suite(), TOKEN) }).await.expect("a free port");
    let asking = |faults: Vec<String>| {
        let mut settings = settings(&running.base_url, "full-plan-patient");
        (settings.fhir, settings.faults) = (fhir, faults);
        settings
    };
    let right = consulted(&asking(Vec::new())).await;
    assert!(right.incomplete.is_empty(), "{:?}", right.incomplete);
    let mut wrong = Vec::new();
    for fault in suite().consulter_faults.iter().filter(|fault| fault.is_for(fhir)) {
        let name = fault.consulter_fault.as_str();
        if did(name, &Seen { outcome: &right, base: running.base_url.clone(), fhir }) == Some(true) {
            wrong.push(format!("{name}: the right consulter does it as well"));
        }
        let outcome = consulted(&asking(vec![name.to_owned()])).await;
        let seen = Seen { outcome: &outcome, base: running.base_url.clone(), fhir };
        if did(name, &seen) == Some(false) {
            let asked: Vec<_> = outcome.asked.iter().map(|asked| format!("{} {}", asked.method, asked.url)).collect();
            wrong.push(format!("{name}: off {:?}\n  {}", seen.off(), asked.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    running.stop().await;
}

#[tokio::test]
async fn a_fault_is_for_this_machine_only_and_has_a_name() {
    let mut away = settings("https://example.org/fhir", "p");
    away.faults = vec!["writes-by-put".to_owned()];
    assert!(matches!(run(&away).await, Err(ConsultError::FaultElsewhere(_))));
    let mut unknown = settings("http://127.0.0.1:9/fhir", "p");
    unknown.faults = vec!["no-such".to_owned()];
    assert!(matches!(run(&unknown).await, Err(ConsultError::UnknownFault(_))));
    let mut other = settings("http://127.0.0.1:9/fhir", "p");
    other.faults = vec!["dialect-stu3-rc1".to_owned()];
    assert!(matches!(run(&other).await, Err(ConsultError::FaultOfAnother(..))));
}
