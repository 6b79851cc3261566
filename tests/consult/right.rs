//! The consulter without faults.

use toets::agreements::Dialect;
use toets::consult::plan::SectionKind;
use toets::consult::{Groups, ReasonKind, Whom};

use super::{TOKEN, consulted, exchanges, is, provider, settings, suite};

#[tokio::test]
async fn every_query_is_the_one_of_the_agreement() {
    let running = provider(&[], 100).await;
    let outcome = consulted(&settings(&running.base_url, "full-plan-patient")).await;
    assert!(outcome.incomplete.is_empty(), "{:?}", outcome.incomplete);
    for name in exchanges() {
        let asked: Vec<_> = outcome.asked.iter().filter(|asked| asked.exchange.as_deref() == Some(name)).collect();
        assert_eq!(asked.len(), 1, "{name}");
        let below = asked[0].url.strip_prefix(&format!("{}/", running.base_url)).expect("it is below the base");
        assert!(is(name, below, Dialect::R4Rc2), "{name}: {below}");
    }
    for asked in &outcome.asked {
        assert!(asked.credentials && asked.method == "GET" && !asked.url.contains("999945555"), "{asked:?}");
        let accept = asked.accept.as_deref().unwrap_or_default();
        assert!(accept.contains("application/fhir+json") && accept.contains("application/fhir+xml"), "{accept}");
    }
    running.stop().await;
}

#[tokio::test]
async fn references_are_read_once_each() {
    let running = provider(&[], 100).await;
    let outcome = consulted(&settings(&running.base_url, "full-plan-patient")).await;
    let mut reads: Vec<_> = outcome
        .asked
        .iter()
        .filter(|asked| asked.exchange.is_none())
        .map(|asked| asked.url.replace(&running.base_url, ""))
        .collect();
    assert!(reads.iter().any(|read| read.starts_with("/Practitioner/")), "{reads:?}");
    let all = reads.len();
    reads.sort();
    reads.dedup();
    assert_eq!(reads.len(), all);
    running.stop().await;
}

#[tokio::test]
async fn a_bsn_is_sent_in_a_body_only_and_shown_nowhere() {
    let running = provider(&[], 100).await;
    let mut settings = settings(&running.base_url, "");
    settings.patient = Whom::Bsn("999945555".to_owned());
    let outcome = consulted(&settings).await;
    assert_eq!(outcome.plan.patient, "full-plan-patient");
    assert!(outcome.asked.iter().all(|asked| !asked.url.contains("999945555")));
    let lookup = &outcome.asked[0];
    assert_eq!((lookup.method, lookup.form.as_deref().map(|form| form.contains("999945555"))), ("POST", Some(true)));
    let shown = format!("{settings:?}{}", serde_json::to_string(&outcome.plan).expect("a plan is JSON"));
    assert!(!shown.contains("999945555") && !shown.contains(TOKEN));
    running.stop().await;
}

#[tokio::test]
async fn nobody_with_that_bsn_means_that_nothing_else_is_asked() {
    let running = provider(&[], 100).await;
    let mut settings = settings(&running.base_url, "");
    settings.patient = Whom::Bsn("999900006".to_owned());
    let outcome = consulted(&settings).await;
    assert_eq!(outcome.asked.len(), 1);
    assert_eq!(outcome.incomplete.iter().map(|reason| reason.kind).collect::<Vec<_>>(), [ReasonKind::Patient]);
    running.stop().await;
}

#[tokio::test]
async fn pages_are_followed_to_the_same_plan() {
    let (whole, paged) = (provider(&[], 100).await, provider(&[], 1).await);
    let one = consulted(&settings(&whole.base_url, "full-plan-patient")).await;
    let many = consulted(&settings(&paged.base_url, "full-plan-patient")).await;
    assert!(many.incomplete.is_empty(), "{:?}", many.incomplete);
    assert!(many.asked.len() > one.asked.len() + 15);
    let json = |plan| serde_json::to_value(plan).expect("a plan is JSON");
    assert_eq!(json(&one.plan), json(&many.plan));
    let mut asked = settings(&whole.base_url, "full-plan-patient");
    asked.page_size = Some(2);
    assert_eq!(json(&one.plan), json(&consulted(&asked).await.plan));
    whole.stop().await;
    paged.stop().await;
}

#[tokio::test]
async fn xml_alone_gives_the_same_plan() {
    let running = provider(&[], 100).await;
    let json = consulted(&settings(&running.base_url, "full-plan-patient")).await;
    // Only a fault makes the consulter say that it wants XML.
    let mut suite = suite().clone();
    let mut fault = suite.consulter_faults[0].clone();
    fault.consulter_fault = "only-xml".to_owned();
    fault.behaviour = vec![toets::scenario::ConsulterMisbehaviour::Accept("application/fhir+xml".to_owned())];
    suite.consulter_faults.push(fault);
    let mut settings = settings(&running.base_url, "full-plan-patient");
    settings.suite = &suite;
    settings.faults = vec!["only-xml".to_owned()];
    let xml = consulted(&settings).await;
    let value = |plan| serde_json::to_value(plan).expect("a plan is JSON");
    assert_eq!(value(&json.plan), value(&xml.plan));
    running.stop().await;
}

#[tokio::test]
async fn what_was_not_asked_for_is_told_as_such() {
    let running = provider(&[], 100).await;
    for (groups, kind, asked) in
        [(Groups::FormOnly, SectionKind::Form, 1), (Groups::ResourcesOnly, SectionKind::TreatmentDirectives, 8)]
    {
        let mut settings = settings(&running.base_url, "sparse-plan-patient");
        settings.groups = groups;
        let outcome = consulted(&settings).await;
        assert_eq!(outcome.asked.iter().filter(|asked| asked.exchange.is_some()).count(), asked);
        for section in outcome
            .plan
            .sections
            .iter()
            .filter(|section| matches!(section.kind, SectionKind::Form | SectionKind::TreatmentDirectives))
        {
            assert_eq!(section.asked, section.kind == kind);
        }
    }
    running.stop().await;
}
