//! The set-ups and their labels.

use toets::evidence::{BrokenKind, Evidence, Record};
use toets::judge::Class::{self, AgreementUnclear, Availability, Configuration, Conformance, Data, Harness};
use toets::scenario::Suite;

use crate::stage::Stage::{self, Address, Answers, Breaks, Fault, Misbehaves, Nobody, Sends, Token};

/// A set-up with its label.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) class: Class,
    pub(crate) stage: Stage,
}

/// All of them.
pub(crate) fn cases() -> Vec<Case> {
    let all = [way(), door(), address(), version_and_clock(), data(), conformance(), others()];
    let case = |(name, class, stage)| Case { name, class, stage };
    all.into_iter().flatten().map(case).collect()
}

type Row = (&'static str, Class, Stage);

const PAGE: &str = "<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>";
const LOGIN: &str = "<html><body><form><input name=user><input type=\"password\"></form>Inloggen</body></html>";
const OUTCOME: &str = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"exception"}]}"#;
const HTML: Option<(&str, &str)> = Some(("content-type", "text/html; charset=utf-8"));
const JSON: Option<(&str, &str)> = Some(("content-type", "application/fhir+json"));

fn way() -> Vec<Row> {
    vec![
        ("wrong host", Configuration, Breaks(BrokenKind::Name, "failed to lookup address information")),
        ("closed port", Availability, Nobody),
        ("firewall drops everything", Availability, Breaks(BrokenKind::Deadline, "deadline has elapsed")),
        ("plain http server at https", Configuration, Address(|base| base.replace("http://", "https://"))),
        ("self-signed certificate", Configuration, Breaks(BrokenKind::Tls, "invalid peer certificate: UnknownIssuer")),
        ("expired certificate", Configuration, Breaks(BrokenKind::Tls, "invalid peer certificate: Expired")),
        ("certificate of another name", Configuration, Breaks(BrokenKind::Tls, "invalid peer certificate: NotValidForName")),
        ("client certificate asked", Configuration, Breaks(BrokenKind::Tls, "received fatal alert: CertificateRequired")),
        ("TLS server at http", Configuration, Sends(b"\x15\x03\x01\x00\x02\x02\x46")),
        ("SSH server", Configuration, Sends(b"SSH-2.0-OpenSSH_9.6\r\n")),
        ("closes at once", Availability, Sends(b"")),
        ("cut in the header", Availability, Sends(b"HTTP/1.1 200 OK\r\nContent-Le")),
        ("cut in the body", Availability, Misbehaves("{}", r#"["truncate"]"#)),
        ("never answers", Availability, Misbehaves("{}", r#"["never-answers"]"#)),
        ("answers late", Availability, Misbehaves("{}", r#"[{"delay": 600000}]"#)),
        ("searches never answered", Availability, Misbehaves(r#"{"search":"*"}"#, r#"["never-answers"]"#)),
        ("endless bodies", Availability, Misbehaves("{}", r#"["endless-body"]"#)),
        ("500 to all", Availability, Misbehaves("{}", r#"[{"status": 500}]"#)),
        ("500 as page", Availability, Misbehaves("{}", r#"[{"html-page": 500}]"#)),
        ("500 to all but metadata", Availability, Misbehaves(r#"{"search":"*"}"#, r#"[{"status": 500}]"#)),
        ("502 of a proxy", Availability, Answers(502, HTML, "<html><body>Bad Gateway</body></html>")),
        ("503 in maintenance", Availability, Answers(503, HTML, "<html><body>Maintenance</body></html>")),
        ("503 as OperationOutcome", Availability, Misbehaves("{}", r#"[{"status": 503}]"#)),
        ("504 of a gateway", Availability, Answers(504, None, "upstream timed out")),
        ("429 to all", Availability, Answers(429, None, "slow down")),
    ]
}

fn door() -> Vec<Row> {
    vec![
        ("dead token", Configuration, Token(Some("a-token-that-is-dead"))),
        ("no token", Configuration, Token(None)),
        ("403 to all data", Configuration, Misbehaves(r#"{"search":"*"}"#, r#"[{"status": 403}]"#)),
        ("403 to all", Configuration, Answers(403, JSON, OUTCOME)),
        ("401 to all, as page", Configuration, Answers(401, HTML, PAGE)),
        ("401 without body", Configuration, Answers(401, None, "")),
        ("redirect to login", Configuration, Answers(302, Some(("location", "/login?next=%2F")), "")),
        ("redirect to authorize", Configuration, Answers(303, Some(("location", "https://idp.example/oauth2/authorize")), "")),
        ("login page", Configuration, Answers(200, HTML, LOGIN)),
        ("proxy asks who we are", Configuration, Answers(407, None, "")),
        ("captive portal", Configuration, Answers(511, HTML, LOGIN)),
        ("400 without tenant", Configuration, Answers(400, JSON, OUTCOME)),
    ]
}

fn address() -> Vec<Row> {
    vec![
        ("wrong base path", Configuration, Address(|base| format!("{base}-r4"))),
        ("base without its path", Configuration, Address(|base| base.trim_end_matches("/fhir").to_owned())),
        ("base with metadata behind it", Configuration, Address(|base| format!("{base}/metadata"))),
        ("404 as page", Configuration, Answers(404, HTML, PAGE)),
        ("410 to all", Configuration, Answers(410, None, "")),
        ("a web application", Configuration, Answers(200, HTML, PAGE)),
        ("a page without type", Configuration, Misbehaves("{}", r#"[{"html-page": 200}]"#)),
        ("redirect to https", Configuration, Answers(301, Some(("location", "https://test.example/fhir")), "")),
        ("redirect to another host", Configuration, Misbehaves("{}", r#"[{"redirect": "https://elsewhere.example/fhir"}]"#)),
        ("405 to all", Configuration, Answers(405, None, "")),
        ("421 to all", Configuration, Answers(421, None, "")),
        ("plain http at a TLS port", Configuration, Answers(400, HTML, "The plain HTTP request was sent to HTTPS port")),
        ("an API that is no FHIR", Configuration, Answers(200, Some(("content-type", "application/json")), r#"{"ok":true}"#)),
        ("200 with nothing", Configuration, Answers(200, None, "")),
    ]
}

fn version_and_clock() -> Vec<Row> {
    const STU3: &str = r#"[{"patch": {"at": "CapabilityStatement.fhirVersion", "value": "3.0.2"}}]"#;
    const R5: &str = r#"[{"patch": {"at": "CapabilityStatement.fhirVersion", "value": "5.0.0"}}]"#;
    vec![
        ("serves STU3", Configuration, Misbehaves(r#"{"path":"metadata"}"#, STU3)),
        ("serves R5", Configuration, Misbehaves(r#"{"path":"metadata"}"#, R5)),
        ("clock years behind", Configuration, Misbehaves("{}", r#"[{"header": {"Date": "Tue, 01 Jan 2019 00:00:00 GMT"}}]"#)),
        ("clock years ahead", Configuration, Misbehaves("{}", r#"[{"header": {"Date": "Thu, 01 Jan 2099 00:00:00 GMT"}}]"#)),
    ]
}

/// Keeps the resources of the personas for which this is true.
fn retain(suite: &mut Suite, keep: fn(&str) -> bool) {
    for persona in &mut suite.personas {
        persona.resources.retain(|name, _| keep(name));
    }
}

/// Changes the text of resources of a type.
fn rewrite(suite: &mut Suite, kind: &str, from: &str, to: &str) {
    for persona in &mut suite.personas {
        for (name, text) in &mut persona.resources {
            if name.starts_with(kind) {
                *text = text.replace(from, to);
            }
        }
    }
}

fn data() -> Vec<Row> {
    let lacks = |name, keep| (name, Data, Stage::Data(keep));
    vec![
        lacks("nothing loaded", |suite| retain(suite, |_| false)),
        lacks("one persona not loaded", |suite| suite.personas.retain(|persona| persona.persona != "full-plan")),
        lacks("no plan persona not loaded", |suite| suite.personas.retain(|persona| persona.persona != "no-plan")),
        lacks("newer personas not loaded", |suite| {
            suite.personas.retain(|persona| !["long-history", "represented", "all-unknown"].contains(&persona.persona.as_str()));
        }),
        lacks("no Consents", |suite| retain(suite, |name| !name.starts_with("Consent/"))),
        lacks("no Goals", |suite| retain(suite, |name| !name.starts_with("Goal/"))),
        lacks("no Procedures", |suite| retain(suite, |name| !name.starts_with("Procedure/"))),
        lacks("no Observations", |suite| retain(suite, |name| !name.starts_with("Observation/"))),
        lacks("no forms", |suite| retain(suite, |name| !name.starts_with("QuestionnaireResponse/"))),
        lacks("a few Consents lost", |suite| retain(suite, |name| !name.ends_with("respiration-1"))),
        lacks("other dates in Consents", |suite| rewrite(suite, "Consent/", "\"2024-", "\"2019-")),
        lacks("other dates in Goals", |suite| rewrite(suite, "Goal/", "\"202", "\"201")),
        lacks("another BSN", |suite| rewrite(suite, "Patient/", "9999", "9998")),
    ]
}

fn conformance() -> Vec<Row> {
    const FAULTS: [&str; 20] = [
        "always-json",
        "content-type-html",
        "search-modes-missing",
        "total-wrong",
        "other-patient",
        "includes-missing",
        "reads-missing",
        "reads-another",
        "unknown-id-html",
        "next-link-loop",
        "full-urls-relative",
        "xml-loses-elements",
        "treatment-directives-unfiltered",
        "any-token",
        "refusal-with-data",
        "empty-is-404",
        "bundle-collection",
        "metadata-missing",
        "includes-as-matches",
        "next-link-broken",
    ];
    FAULTS.iter().map(|&fault| (fault, Conformance, Fault(fault))).collect()
}

fn others() -> Vec<Row> {
    let drift = |evidence: &mut Evidence| {
        for record in &mut evidence.records {
            if let Record::Capture(capture) = record {
                capture.values = vec!["another".to_owned()];
            }
        }
    };
    vec![
        ("captures that cannot be had again", Harness, Stage::Evidence(drift)),
        ("bodies lost from the evidence", Harness, Stage::Evidence(|evidence| evidence.blobs.clear())),
        ("more than one page", AgreementUnclear, Misbehaves(r#"{"search":"Consent"}"#, r#"[{"page-size": 2}]"#)),
    ]
}
