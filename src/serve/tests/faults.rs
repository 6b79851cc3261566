//! Every misbehaviour does what it says, to the requests it is meant for.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::answer::Sending;
use super::*;
use crate::scenario::{Credentials, EmptyAnswer, Format, FormatFault, LatestOnlyKey, LinkFault, Patch};

const DIRECTIVES: &str = "Consent?patient=Patient/full-plan-patient\
     &scope=http://terminology.hl7.org/CodeSystem/consentscope|treatment&category=http://snomed.info/sct|129125009&_include=Consent:actor";

fn everywhere(behaviour: Misbehaviour) -> Responder {
    faulty(Target::default(), vec![behaviour])
}

fn answer(behaviour: Misbehaviour, url: &str) -> Answer {
    everywhere(behaviour).respond(&get(url))
}

fn right(url: &str) -> Answer {
    responder().respond(&get(url))
}

fn patch(at: &str, value: Option<&str>) -> Misbehaviour {
    Misbehaviour::Patch(Patch { at: at.to_owned(), add: None, value: value.map(str::to_owned) })
}

fn when_empty(status: u16, body: Option<&str>) -> Misbehaviour {
    Misbehaviour::WhenEmpty(EmptyAnswer { status, body: body.map(str::to_owned) })
}

/// Whether a fault with this target strikes the request.
fn strikes(on: Target, request: &Request) -> bool {
    faulty(on, vec![Misbehaviour::Status(418)]).respond(request).status == 418
}

#[test]
fn status_answers_with_an_operation_outcome() {
    let answer = answer(Misbehaviour::Status(500), "Patient/full-plan-patient");
    assert_eq!((answer.status, &*answer.kind()), (500, "OperationOutcome"));
}

#[test]
fn status_comes_after_credentials() {
    let answer = everywhere(Misbehaviour::Status(500)).respond(&get("Patient/full-plan-patient").without("authorization"));
    assert_eq!(answer.status, 401);
}

#[test]
fn html_page_is_no_fhir() {
    let answer = answer(Misbehaviour::HtmlPage(502), "metadata");
    assert_eq!((answer.status, answer.header("content-type")), (502, Some("text/html; charset=utf-8")));
    assert!(answer.body.starts_with(b"<!DOCTYPE html>"));
}

#[test]
fn when_empty_strikes_only_where_nothing_is_found() {
    let responder = everywhere(when_empty(404, None));
    let empty = responder.respond(&get("Goal?patient=no-plan-patient"));
    assert_eq!((empty.status, &*empty.kind()), (404, "OperationOutcome"));
    assert_eq!(responder.respond(&get("Goal?patient=full-plan-patient")).status, 200);
    assert_eq!(responder.respond(&get("Patient/full-plan-patient")).status, 200);
}

#[test]
fn when_empty_gives_a_page_a_resource_or_an_empty_searchset() {
    let html = answer(when_empty(404, Some("html")), "Patient/unknown");
    assert!(html.body.starts_with(b"<!DOCTYPE html>"));
    let resource = answer(when_empty(404, Some("Patient/full-plan-patient")), "Patient/unknown");
    assert_eq!((resource.status, &*resource.kind()), (404, "Patient"));
    let searchset = answer(when_empty(200, None), "Patient/unknown");
    assert_eq!((searchset.status, &*searchset.kind()), (200, "Bundle"));
}

#[test]
fn hide_leaves_out_what_fhirpath_says_and_counts_without_it() {
    let (all, hidden) = (right(DIRECTIVES), answer(Misbehaviour::Hide("status = 'inactive'".to_owned()), DIRECTIVES));
    assert_eq!(hidden.matches().len(), all.matches().len() - 1);
    assert_eq!(hidden.tree().root().child_value("total"), Some(&*hidden.matches().len().to_string()));
    assert!(answer(Misbehaviour::Hide("true".to_owned()), DIRECTIVES).matches().is_empty());
}

#[test]
fn latest_only_keeps_the_newest_of_each_key() {
    let rule = LatestOnlyKey { key: "provision.code.coding.code".to_owned(), date: "dateTime".to_owned() };
    let matches = answer(Misbehaviour::LatestOnly(rule), DIRECTIVES).matches();
    assert!(matches.contains(&"Consent/full-plan-consent-icu-2".to_owned()));
    assert!(!matches.contains(&"Consent/full-plan-consent-icu-1".to_owned()));
}

#[test]
fn add_matches_returns_more() {
    let more = Misbehaviour::AddMatches(vec!["Consent/sparse-plan-consent-icu".to_owned()]);
    assert!(answer(more, DIRECTIVES).matches().contains(&"Consent/sparse-plan-consent-icu".to_owned()));
}

#[test]
fn ignore_parameter_acts_as_if_it_was_not_sent() {
    let answer = answer(Misbehaviour::IgnoreParameter("category".to_owned()), DIRECTIVES);
    assert!(answer.matches().len() > right(DIRECTIVES).matches().len());
    assert!(!answer.link("self").expect("a self link").contains("category"));
}

#[test]
fn refuse_parameter_answers_400_where_it_is_used() {
    let responder = everywhere(Misbehaviour::RefuseParameter("category".to_owned()));
    assert_eq!(responder.respond(&get(DIRECTIVES)).status, 400);
    assert_eq!(responder.respond(&get("Consent?patient=full-plan-patient")).status, 200);
}

#[test]
fn page_size_splits_answers() {
    let answer = answer(Misbehaviour::PageSize(2), DIRECTIVES);
    assert_eq!(answer.matches().len(), 2);
    assert!(answer.link("next").is_some());
}

#[test]
fn next_link_missing_leaves_matches_behind() {
    let answer = answer(Misbehaviour::NextLink(LinkFault::Missing), DIRECTIVES);
    assert_eq!((answer.matches().len(), answer.link("next")), (2, None));
}

#[test]
fn next_link_broken_leads_to_an_error() {
    let responder = everywhere(Misbehaviour::NextLink(LinkFault::Broken));
    let next = responder.respond(&get(DIRECTIVES)).link("next").expect("a next link");
    assert_eq!(responder.respond(&get(relative(&next))).status, 400);
}

#[test]
fn next_link_loop_leads_to_the_same_page() {
    let responder = everywhere(Misbehaviour::NextLink(LinkFault::Loop));
    let first = responder.respond(&get(DIRECTIVES));
    let next = responder.respond(&get(relative(&first.link("next").expect("a next link"))));
    assert_eq!(first.matches(), next.matches());
}

#[test]
fn next_link_overlap_repeats_the_last_match_and_comes_to_an_end() {
    let responder = everywhere(Misbehaviour::NextLink(LinkFault::Overlap));
    let mut pages = vec![responder.respond(&get(DIRECTIVES))];
    while let Some(next) = pages.last().and_then(|page| page.link("next")) {
        assert!(pages.len() < 50, "the pages come to an end");
        pages.push(responder.respond(&get(relative(&next))));
    }
    assert_eq!(pages[0].matches().last(), pages[1].matches().first());
}

#[test]
fn next_link_other_origin_leads_away() {
    let answer = answer(Misbehaviour::NextLink(LinkFault::OtherOrigin), DIRECTIVES);
    assert!(answer.link("next").is_some_and(|next| !next.starts_with(BASE)));
}

#[test]
fn no_includes_leaves_them_out() {
    assert!(answer(Misbehaviour::NoIncludes, DIRECTIVES).includes().is_empty());
}

#[test]
fn includes_as_matches_marks_them_so() {
    let (all, answer) = (right(DIRECTIVES), answer(Misbehaviour::IncludesAsMatches, DIRECTIVES));
    assert_eq!(answer.matches().len(), all.matches().len() + all.includes().len());
}

#[test]
fn patch_sets_values_and_removes_elements_in_both_formats() {
    let change = vec![patch("total", Some("99")), patch("link.where(relation = 'self')", None)];
    let responder = faulty(Target::default(), change);
    for accept in ["application/fhir+json", "application/fhir+xml"] {
        let answer = responder.respond(&get(DIRECTIVES).with("accept", accept));
        assert_eq!(answer.tree().root().child_value("total"), Some("99"));
        assert_eq!(answer.link("self"), None);
    }
}

#[test]
fn patch_leaves_the_stored_resource_alone() {
    let responder = faulty(Target { read: Some("*".to_owned()), ..Target::default() }, vec![patch("id", Some("another"))]);
    assert_eq!(responder.respond(&get("Patient/full-plan-patient")).tree().root().child_value("id"), Some("another"));
    assert_eq!(responder.respond(&get("Patient?_id=full-plan-patient")).matches(), ["Patient/full-plan-patient"]);
}

#[test]
fn header_is_set_or_taken_away() {
    let headers = BTreeMap::from([("X-Test".to_owned(), "1".to_owned()), ("Content-Type".to_owned(), String::new())]);
    let answer = answer(Misbehaviour::Header(headers), "metadata");
    assert_eq!((answer.header("x-test"), answer.header("content-type")), (Some("1"), None));
}

#[test]
fn format_faults_answer_in_another_format_than_asked() {
    let xml = get("metadata").with("accept", "application/fhir+xml");
    let of = |fault, request: &Request| everywhere(Misbehaviour::Format(fault)).respond(request);
    assert_eq!(of(FormatFault::AlwaysJson, &xml).header("content-type"), Some("application/fhir+json; fhirVersion=4.0"));
    assert_eq!(
        of(FormatFault::AlwaysXml, &get("metadata")).header("content-type"),
        Some("application/fhir+xml; fhirVersion=4.0")
    );
    assert_eq!(of(FormatFault::RefusesXml, &xml).status, 406);
    assert_eq!(of(FormatFault::RefusesXml, &get("metadata")).status, 200);
    assert_eq!(of(FormatFault::WrongContentType, &xml).header("content-type"), Some("text/html"));
    assert_eq!(of(FormatFault::WrongVersion, &xml).header("content-type"), Some("application/fhir+xml; fhirVersion=3.0"));
}

#[test]
fn xml_loses_elements_makes_xml_say_less_than_json() {
    let responder = everywhere(Misbehaviour::Format(FormatFault::XmlLosesElements));
    for url in [DIRECTIVES, "Patient/full-plan-patient"] {
        let xml = responder.respond(&get(url).with("accept", "application/fhir+xml"));
        let json = responder.respond(&get(url));
        let count = |answer: &Answer| descendants(answer.tree().root());
        assert!(count(&xml) < count(&json));
        assert_eq!(count(&json), count(&right(url)));
    }
}

fn descendants(node: Node<'_>) -> usize {
    node.children().map(|child| 1 + descendants(child)).sum()
}

#[test]
fn credentials_are_not_asked_or_any_token_will_do() {
    let (none, other) = (get("Patient/full-plan-patient").without("authorization"), |request: Request| {
        request.with("authorization", "Bearer another")
    });
    let open = everywhere(Misbehaviour::Credentials(Credentials::NotAsked));
    assert_eq!((open.respond(&none).status, open.respond(&other(none.clone())).status), (200, 200));
    let any = everywhere(Misbehaviour::Credentials(Credentials::AnyToken));
    assert_eq!((any.respond(&none).status, any.respond(&other(none.clone())).status), (401, 200));
}

#[test]
fn refuses_with_data_says_401_and_shows_all() {
    let answer =
        everywhere(Misbehaviour::Credentials(Credentials::RefusesWithData)).respond(&get(DIRECTIVES).without("authorization"));
    assert_eq!((answer.status, answer.matches()), (401, right(DIRECTIVES).matches()));
}

#[test]
fn redirect_sends_elsewhere() {
    let answer = answer(Misbehaviour::Redirect("http://elsewhere.invalid/".to_owned()), DIRECTIVES);
    assert_eq!((answer.status, answer.header("location")), (302, Some("http://elsewhere.invalid/")));
}

#[test]
fn delay_and_sending_are_for_the_wire() {
    assert_eq!(answer(Misbehaviour::Delay(250), "metadata").delay, Duration::from_millis(250));
    let sending = |behaviour| answer(behaviour, "metadata").sending;
    assert_eq!(sending(Misbehaviour::NeverAnswers), Sending::Never);
    assert_eq!(sending(Misbehaviour::EndlessBody), Sending::Endless);
    assert_eq!(sending(Misbehaviour::Truncate), Sending::Half);
}

#[test]
fn target_exchange_is_recognised_in_any_spelling_and_version() {
    let on = || Target { exchange: Some("observations".to_owned()), ..Target::default() };
    let rc2 = "Observation?code=395091006,http://snomed.info/sct|153851000146100,340171000146104,247751003,570801000146104&subject=Patient/full-plan-patient";
    let swapped =
        rc2.replace("395091006,http://snomed.info/sct|153851000146100", "http://snomed.info/sct|153851000146100,395091006");
    assert!(strikes(on(), &get(&swapped)));
    assert!(strikes(on(), &post(&swapped)));
    assert!(strikes(on(), &get(&format!("{swapped}&_count=2&_format=xml"))));
    let rc1 = swapped.replace(",570801000146104", "");
    assert!(strikes(on(), &get(&rc1)));
    assert!(!strikes(on(), &get("Observation?patient=full-plan-patient&code=http://snomed.info/sct|395091006")));
    assert!(!strikes(on(), &get("Goal?patient=full-plan-patient")));
}

#[test]
fn target_exchange_knows_every_template_of_r4() {
    for exchange in &suite().exchanges {
        let on = || Target { exchange: Some(exchange.exchange.clone()), ..Target::default() };
        for (dialect, template) in exchange.request.iter().filter(|(dialect, _)| dialect.fhir() == FhirVersion::R4) {
            // Older versions ask with search parameters and types that R4 does not have; those go nowhere anyway.
            let url = template.replace("${patient}", "full-plan-patient").replace("${bsn}", "999945555");
            assert!(strikes(on(), &get(&url)), "{} of {dialect:?}", exchange.exchange);
        }
    }
}

#[test]
fn rename_is_asked_by_the_names_that_it_writes() {
    let form = |canonical: &str| format!("QuestionnaireResponse?patient=full-plan-patient&questionnaire={canonical}");
    let names = [("https://api.iknl.nl/docs/pzp/r4/", "https://fhir.iknl.nl/fhir/")];
    let names = names.map(|(old, new)| (old.to_owned(), new.to_owned()));
    let answer =
        answer(Misbehaviour::Rename(BTreeMap::from(names)), &form("https://fhir.iknl.nl/fhir/Questionnaire/ACP-zib2020"));
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.matches().len(), 2, "{text}");
    assert!(text.contains("questionnaire=https://fhir.iknl.nl/fhir/"), "the link says what was asked: {text}");
}

#[test]
fn every_fault_of_the_suite_can_be_made_ready() {
    for fault in &suite().faults {
        let config = Config { faults: vec![fault.fault.clone()], ..Config::new(suite(), TOKEN) };
        prepare(&config, BASE).expect("the fault can be used");
    }
}

#[test]
fn target_names_together_what_is_struck() {
    let reads = || Target { read: Some("Patient".to_owned()), ..Target::default() };
    assert!(strikes(reads(), &get("Patient/full-plan-patient")));
    assert!(!strikes(reads(), &get("Consent/full-plan-consent-icu-1")));
    assert!(!strikes(reads(), &get("Patient?_id=full-plan-patient")));
    let searches = || Target { search: Some("*".to_owned()), query: Some("=full-plan".to_owned()), ..Target::default() };
    assert!(strikes(searches(), &get("Goal?patient=full-plan%2Dpatient")));
    assert!(!strikes(searches(), &get("Goal?patient=no-plan-patient")));
    let xml = || Target { format: Some(Format::Xml), path: Some("meta".to_owned()), ..Target::default() };
    assert!(strikes(xml(), &get("metadata?_format=xml")));
    assert!(!strikes(xml(), &get("metadata")));
    let chain = || Target { parameter: Some("device.type".to_owned()), ..Target::default() };
    assert!(strikes(chain(), &get("DeviceUseStatement?patient=1&device.type=2")));
    assert!(!strikes(chain(), &get("DeviceUseStatement?patient=1&device=2")));
}

#[test]
fn unknown_fault_is_an_error_with_its_name() {
    let suite = suite();
    let config = Config { faults: vec!["nonsense".to_owned()], ..Config::new(suite, TOKEN) };
    let error = prepare(&config, BASE).expect_err("there is no such fault");
    assert_eq!(error.to_string(), "there is no fault `nonsense`");
}
