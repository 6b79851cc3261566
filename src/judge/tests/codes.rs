//! For every code a case that triggers it and one that nearly does.

use std::collections::BTreeSet;

use super::super::testing::{Bench, bundle, consent, searchset};
use super::super::{Code, Outcome};
use crate::evidence::BrokenKind;
use crate::scenario::{Source, load};

const OUTCOME: &str = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid"}]}"#;
const PATIENT: &str = r#"{"resourceType":"Patient","id":"12"}"#;

/// A bench with one step that expects this, and one answer of 200.
fn bench(check: &str, body: &str) -> Bench {
    answered(check, 200, body)
}

fn answered(check: &str, status: u16, body: &str) -> Bench {
    let mut bench = Bench::new();
    bench.step("step").expect("PZP-EX-010", check).answer(status, body);
    bench
}

fn read(check: &str, status: u16, body: &str) -> Bench {
    let mut bench = Bench::new();
    bench.step("step").free().expect("PZP-EX-017", check).answer_to("Patient/12", status, body);
    bench
}

fn with_headers(check: &str, headers: &[(&str, &str)], body: &str) -> Bench {
    let mut bench = Bench::new();
    bench.step("step").free().expect("PZP-EX-004", check).headers(headers).answer_to("metadata", 200, body);
    bench
}

fn xml(status: u16, body: &str) -> Bench {
    let mut bench = Bench::new();
    bench.step("step").xml().expect("PZP-EX-005", r#"{"answer":"media-type"}"#).answer(status, body);
    bench
}

/// Two steps, of which the second is compared with the first.
fn two(check: &str, first: &str, second: &str) -> Bench {
    let mut bench = Bench::new();
    bench.step("first").answer(200, first);
    bench.step("second").expect("PZP-EX-010", check).answer(200, second);
    bench
}

/// Two pages, with this next link on the first and this second answer.
fn paged(check: &str, first: &[(&str, &str)], second: (u16, &str)) -> Bench {
    let link = r#""link":[{"relation":"next","url":"http://here/fhir?page=2"}],"#;
    let mut bench = Bench::new();
    bench.step("step").expect("PZP-EX-026", check).answer(200, &bundle(link, first));
    bench.page("http://here/fhir?page=2", second.0, second.1);
    bench
}

fn linked(next: &str) -> Bench {
    let link = format!(r#""link":[{{"relation":"next","url":"{next}"}}],"#);
    bench(r#"{"answer":"pages"}"#, &bundle(&link, &[("match", &consent("a"))]))
}

fn self_link(check: &str, url: &str) -> Bench {
    bench(check, &bundle(&format!(r#""link":[{{"relation":"self","url":"{url}"}}],"#), &[]))
}

fn full_url(url: &str) -> Bench {
    let entry = format!(r#"{{{url}"resource":{PATIENT},"search":{{"mode":"match"}}}}"#);
    bench(r#"{"answer":"full-urls"}"#, &format!(r#"{{"resourceType":"Bundle","type":"searchset","entry":[{entry}]}}"#))
}

fn referring(reference: &str, included: &str) -> Bench {
    let consent = consent("a").replace("\"status\"", &format!(r#""performer":[{{"reference":"{reference}"}}],"status""#));
    let practitioner = format!(r#"{{"resourceType":"Practitioner","id":"{included}"}}"#);
    bench(r#"{"answer":"includes"}"#, &searchset(&[("match", &consent), ("include", &practitioner)]))
}

fn complete(expected: &[(&str, &str)], found: &[(&str, &str)]) -> Bench {
    let mut bench = bench(r#"{"answer":"complete"}"#, &searchset(found));
    bench.persona(expected);
    bench
}

fn refused(body: &str) -> Bench {
    let mut bench = answered(r#"{"answer":"no-patient-data"}"#, 401, body);
    bench.persona(&[("Patient/p", r#"{"resourceType":"Patient","id":"p","name":[{"family":"Testerink","given":["Jan"]}]}"#)]);
    bench
}

fn groups(body: &str) -> Bench {
    let mut bench = Bench::new();
    bench.exchange(FORM).step("step").answer(200, body);
    bench.step("form").answer_to("QuestionnaireResponse?patient=12", 500, OUTCOME).edit().exchange = Some(String::from("form"));
    bench.over_run(r#"{"run":"any-group"}"#);
    bench
}

fn preferring(resources: &str) -> Bench {
    let mut bench = Bench::new();
    bench.exchange(FORM).persona(&[("Consent/f", "{}")]).step("step").answer(200, resources);
    let form = searchset(&[("match", r#"{"resourceType":"QuestionnaireResponse","id":"q"}"#)]);
    bench.step("form").answer_to("QuestionnaireResponse?patient=12", 200, &form).edit().exchange = Some(String::from("form"));
    bench.over_run(r#"{"run":"prefers-resources"}"#);
    bench
}

const FORM: &str = r#"{"exchange":"form","title":{"en":"x","nl":"x"},"group":"form","source":"x","request":{},
    "answer":{"R4":{"resource":"QuestionnaireResponse","each":"true","key":["status"]}}}"#;

/// Code, what triggers it, what nearly does.
type Row = (Code, Bench, Bench);

fn transport() -> Vec<Row> {
    let broken = |kind| {
        let mut bench = Bench::new();
        bench.step("step").expect("PZP-EX-010", r#"{"status":200}"#).breaks(kind);
        bench
    };
    let header = |value| with_headers(r#"{"header":{"name":"ETag","value":"W/1"}}"#, &[("etag", value)], "");
    vec![
        (Code::StatusUnexpected, answered(r#"{"status":200}"#, 404, ""), answered(r#"{"status":[200,404]}"#, 404, "")),
        (Code::AnswerMissing, broken(BrokenKind::Cut), broken(BrokenKind::Connect)),
        (
            Code::ServerError,
            answered(r#"{"answer":"no-server-error"}"#, 500, ""),
            answered(r#"{"answer":"no-server-error"}"#, 499, ""),
        ),
        (Code::HeaderMissing, with_headers(r#"{"header":{"name":"ETag","value":"W/1"}}"#, &[("x", "W/1")], ""), header("W/1")),
        (Code::HeaderWrong, header("W/2"), header(" W/1 ")),
        (
            Code::OutcomeMissing,
            answered(r#"{"answer":"operation-outcome"}"#, 400, "no"),
            answered(r#"{"answer":"operation-outcome"}"#, 400, OUTCOME),
        ),
    ]
}

fn media() -> Vec<Row> {
    let typed = |kind| with_headers(r#"{"answer":"media-type"}"#, &[("content-type", kind)], PATIENT);
    let version = |kind| with_headers(r#"{"answer":"fhir-version"}"#, &[("content-type", kind)], PATIENT);
    let xml_patient = r#"<Patient xmlns="http://hl7.org/fhir"><id value="12"/></Patient>"#;
    vec![
        (Code::BodyNotFhir, bench(r#"{"answer":"media-type"}"#, "<html></html>"), bench(r#"{"answer":"media-type"}"#, PATIENT)),
        (Code::FormatWrong, xml(200, PATIENT), xml(200, xml_patient)),
        (Code::ContentTypeWrong, typed("text/html"), typed("Application/FHIR+json; charset=utf-8")),
        (
            Code::FhirVersionWrong,
            version("application/fhir+json; fhirVersion=3.0"),
            version("application/fhir+json; fhirVersion=4.0"),
        ),
    ]
}

fn expressions() -> Vec<Row> {
    let each = |expression: &str| {
        bench(&format!(r#"{{"each":{{"of":"matches","fhirpath":"{expression}"}}}}"#), &searchset(&[("match", &consent("a"))]))
    };
    let none = |expression: &str| {
        bench(&format!(r#"{{"none":{{"of":"matches","fhirpath":"{expression}"}}}}"#), &searchset(&[("match", &consent("a"))]))
    };
    let count = |max: u32| {
        let entries = searchset(&[("match", &consent("a")), ("include", PATIENT), ("outcome", OUTCOME)]);
        bench(&format!(r#"{{"count":{{"of":"matches","max":{max}}}}}"#), &entries)
    };
    vec![
        (Code::ExpressionFalse, each("status = 'inactive'"), each("status = 'active'")),
        (Code::ExpressionUndetermined, each("dateTime = @2024"), each("dateTime.empty()")),
        (Code::ExpressionTrue, none("status = 'active'"), none("dateTime = @2024")),
        (Code::CountWrong, count(0), count(1)),
    ]
}

fn asked() -> Vec<Row> {
    let of = |patient: &str| {
        let resource = consent("a").replace(r#"{"reference":"Patient/12"}"#, patient);
        bench(r#"{"answer":"same-patient"}"#, &searchset(&[("match", &resource)]))
    };
    let dated = |date: &str| format!(r#"{{"resourceType":"Consent","id":"d{date}","status":"active","dateTime":"{date}"}}"#);
    let (found, precise, other) = (dated("2024-03"), dated("2024-03-12"), dated("2024-04"));
    vec![
        (
            Code::PatientOther,
            of(r#"{"reference":"Patient/112"}"#),
            of(r#"{"reference":"http://here/fhir/Patient/12/_history/1"}"#),
        ),
        (Code::PatientMissing, of(r#"{"display":"Tom"}"#), of(r#"{"reference":"Patient/12"}"#)),
        (
            Code::ResourceMissing,
            complete(&[("Consent/f", &precise), ("Consent/g", &precise)], &[("match", &found)]),
            complete(&[("Consent/f", &precise)], &[("match", &found)]),
        ),
        (
            Code::ResourceUnexpected,
            complete(&[("Consent/f", &precise)], &[("match", &found), ("match", &other)]),
            complete(&[("Consent/f", &precise)], &[("match", &found), ("include", PATIENT)]),
        ),
        (Code::IncludeMissing, referring("Practitioner/1", "11"), referring("http://here/fhir/Practitioner/1", "1")),
        (
            Code::ResourceAnother,
            read(r#"{"answer":"same-resource"}"#, 200, r#"{"resourceType":"Patient","id":"112"}"#),
            read(r#"{"answer":"same-resource"}"#, 200, PATIENT),
        ),
        (
            Code::PatientDataShown,
            refused(r#"{"message":"Mr TESTERINK may not be seen"}"#),
            refused(r#"{"message":"in Jan 2025 you may not see Consent?patient=12, says Testerinkel"}"#),
        ),
    ]
}

fn bundles() -> Vec<Row> {
    let modes = |mode, kind: &str| bench(r#"{"answer":"search-modes"}"#, &searchset(&[("match", &consent("a")), (mode, kind)]));
    let total = |check, total: u32| {
        let body = bundle(&format!(r#""total":{total},"#), &[("match", &consent("a")), ("include", PATIENT)]);
        bench(check, &body)
    };
    let parameters = |query: &str| self_link(r#"{"answer":"self-link-parameters"}"#, &format!("http://here/fhir/Consent{query}"));
    let unnamed = searchset(&[]);
    vec![
        (Code::SearchModeMissing, modes("", PATIENT), modes("include", PATIENT)),
        (Code::SearchModeWrong, modes("match", PATIENT), modes("outcome", OUTCOME)),
        (Code::TotalWrong, total(r#"{"answer":"total"}"#, 2), total(r#"{"answer":"total"}"#, 1)),
        (Code::TotalBeyondPage, total(r#"{"answer":"total-on-page"}"#, 2), total(r#"{"answer":"total-on-page"}"#, 1)),
        (
            Code::SelfLinkMissing,
            bench(r#"{"answer":"self-link"}"#, &unnamed),
            self_link(r#"{"answer":"self-link"}"#, "http://here/fhir/Consent"),
        ),
        (Code::SelfLinkParameterMissing, parameters("?patient=112"), parameters("?patient=Patient%2F12")),
        (Code::FullUrlMissing, full_url(""), full_url(r#""fullUrl":"urn:uuid:1","#)),
        (
            Code::FullUrlWrong,
            full_url(r#""fullUrl":"http://here/fhir/Patient/112","#),
            full_url(r#""fullUrl":"http://here/fhir/Patient/12","#),
        ),
    ]
}

fn pages() -> Vec<Row> {
    let (a, b) = (consent("a"), consent("b"));
    let practitioner = r#"{"resourceType":"Practitioner","id":"1"}"#;
    let check = r#"{"answer":"pages"}"#;
    let second = |entries: &[(&str, &str)]| searchset(entries);
    let whole = || paged(check, &[("match", &a)], (200, &second(&[("match", &b)])));
    vec![
        (
            Code::ResourceRepeated,
            paged(check, &[("match", &a)], (200, &second(&[("match", &a)]))),
            paged(
                check,
                &[("match", &a), ("include", practitioner)],
                (200, &second(&[("match", &b), ("include", practitioner)])),
            ),
        ),
        (Code::PageUnavailable, paged(check, &[("match", &a)], (500, OUTCOME)), whole()),
        (Code::PageLoop, linked("http://here/fhir/Consent?patient=12"), whole()),
    ]
}

fn comparisons() -> Vec<Row> {
    let (a, b) = (searchset(&[("match", &consent("a"))]), searchset(&[("match", &consent("b"))]));
    let stored = |more: &str| searchset(&[("match", &consent("a").replace("\"status\"", &format!(r#"{more}"status""#)))]);
    let matches = r#"{"same-as":{"step":"first","compare":"matches"}}"#;
    let content = r#"{"same-as":{"step":"first","compare":"content"}}"#;
    let with_include = searchset(&[("match", &consent("a")), ("include", PATIENT)]);
    vec![
        (Code::MatchesDiffer, two(matches, &a, &b), two(matches, &a, &with_include)),
        (
            Code::ContentDiffers,
            two(content, &a, &stored(r#""dateTime":"2024","#)),
            two(content, &a, &stored(r#""meta":{"versionId":"2"},"#)),
        ),
        (Code::MatchesShared, two(r#"{"disjoint-from":"first"}"#, &a, &a), two(r#"{"disjoint-from":"first"}"#, &a, &b)),
        (Code::GroupUnsupported, groups(&consent("a")), groups(&searchset(&[]))),
        (Code::ResourcesAbsent, preferring(&searchset(&[])), preferring(&a)),
    ]
}

/// Codes of the cross-checks, of forms and of the dataset: their cases are in `semantics`, in `forms`, and among the
/// faults of the suite.
/// Habits: each by its fault, in `tests/scenarios.rs`.
const HABITS: [Code; 6] = [
    Code::VerificationMissing,
    Code::PolicyRuleInstead,
    Code::CategoriesMixed,
    Code::DateInPeriod,
    Code::LocalCodingBeside,
    Code::LettersGarbled,
];

const ELSEWHERE: &[Code] = &[
    Code::DirectivesContradict,
    Code::TalkDatesDiffer,
    Code::ContactUnreachable,
    Code::IcdMissing,
    Code::EuthanasiaDiffers,
    Code::RoleMissing,
    Code::RequestDatesWrong,
    Code::FormItemWrong,
    Code::FormOptionUnknown,
    Code::FormItemHidden,
    Code::FormSpecificationMissing,
    Code::FormPresetLost,
    Code::FormTopicOpen,
    Code::FormDiffers,
    Code::ConceptNotShown,
    Code::ConceptTooFew,
    Code::ConceptsOnlyInForm,
];

/// A directive of the persona stands on an advance directive; the server's is this.
fn obligations(more: &str) -> Bench {
    let consent = |more: &str| {
        let profile = "https://api.iknl.nl/docs/pzp/r4/StructureDefinition/ACP-TreatmentDirective";
        format!(
            r#"{{"resourceType":"Consent","id":"a","meta":{{"profile":["{profile}"]}},"status":"active",
            "patient":{{"reference":"Patient/12"}}{more}}}"#
        )
    };
    let mut bench = Bench::new();
    bench.persona(&[("Consent/a", &consent(r#","sourceReference":{"display":"x"}"#))]);
    bench.step("step").expect("PZP-OBL-001", r#"{"answer":"obligations"}"#);
    bench.answer(200, &searchset(&[("match", &consent(more))]));
    bench
}

fn duties() -> Vec<Row> {
    let absent = r#","sourceReference":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}"#;
    vec![(Code::ObligationUnmet, obligations(""), obligations(absent))]
}

fn rows() -> Vec<Row> {
    [transport(), media(), expressions(), asked(), bundles(), pages(), comparisons(), duties()].into_iter().flatten().collect()
}

#[test]
fn every_code_has_a_case_that_triggers_it_and_one_that_nearly_does() {
    let covered: BTreeSet<_> = rows().iter().map(|(code, _, _)| *code).collect();
    // The cases of `profile-unmet` are in `profiles`.
    // What is found of a client is triggered by its faults (`tests/consulter.rs`), one at least for each code.
    let suite = load(&Source::Embedded).expect("our own suite loads");
    let of_clients: BTreeSet<&str> =
        suite.consulter_faults.iter().flat_map(|fault| &fault.kills).map(|kill| kill.finding.as_str()).collect();
    let elsewhere = |code: &Code| {
        ELSEWHERE.contains(code) || HABITS.contains(code) || *code == Code::ProfileUnmet || of_clients.contains(code.name())
    };
    let lacking: Vec<_> = Code::all().iter().filter(|code| !covered.contains(*code) && !elsewhere(code)).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}

#[test]
fn every_code_is_found_where_it_is_triggered() {
    for (code, trigger, _) in rows() {
        let (outcome, codes) = trigger.result();
        assert!(outcome == Outcome::Fail && codes.contains(&code), "{}: {outcome:?} {:?}", code.name(), trigger.last());
    }
}

#[test]
fn no_code_is_found_where_it_is_nearly_triggered() {
    for (code, _, near) in rows() {
        let (outcome, codes) = near.result();
        let is_open = outcome == Outcome::Untested && code == Code::AnswerMissing;
        assert!((outcome == Outcome::Pass || is_open) && codes.is_empty(), "{}: {outcome:?} {:?}", code.name(), near.last());
    }
}

#[test]
fn every_finding_that_a_fault_names_is_a_code() {
    let suite = load(&Source::Embedded).expect("our own suite loads");
    let names: BTreeSet<_> = super::super::finding_names().into_iter().collect();
    let of_clients = suite.consulter_faults.iter().flat_map(|fault| &fault.kills);
    for kill in suite.faults.iter().flat_map(|fault| &fault.kills).chain(of_clients) {
        assert!(names.contains(kill.finding.as_str()), "{}: {}", kill.expect, kill.finding);
    }
}

#[test]
fn no_check_has_a_code_of_the_judge_of_profiles() {
    let names = super::super::finding_names();
    let distinct: BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len());
}
