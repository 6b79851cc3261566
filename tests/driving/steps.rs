//! Steps: pages, follow rules, captures, credentials and the end of a run.

use std::time::Duration;

use toets::engine::{self, Event, Recorder};
use toets::evidence::{BrokenKind, OmittedReason, Origin, Record};
use toets::plan::{Action, PlannedStep};
use toets::scenario::{Auth, FollowWhat, Format, Isolation, Method, Pages, Suite};
use tokio::sync::watch;

use crate::plans::{SECRET, broken, exchanges, follow, omissions, plan, run, scenario, settings, statuses, step, with_token};
use crate::server::matchers::{header, header_exists, method, path};
use crate::server::{Mock, MockServer, ResponseTemplate, fhir, on, page};

#[tokio::test]
async fn next_links_are_followed_to_the_end() {
    let server = MockServer::start().await;
    let base = format!("{}/fhir", server.uri());
    on(&server, "/fhir/Goal", fhir(&page(&format!("{base}/two")))).await;
    on(&server, "/fhir/two", fhir(&page("three?x=1"))).await;
    on(&server, "/fhir/three", fhir("{\"resourceType\":\"Bundle\"}")).await;
    let evidence = run(&plan(&base, vec![PlannedStep { pages: Pages::All, ..step("ask", "Goal?a=b|c") }])).await;
    let urls: Vec<String> = exchanges(&evidence).iter().map(|exchange| exchange.request.url.replace(&base, "")).collect();
    assert_eq!(urls, ["/Goal?a=b%7Cc", "/two", "/three?x=1"]);
    assert_eq!(exchanges(&evidence)[2].origin, Origin::NextLink("s@r4.json.plain/ask#2".to_owned()));
}

#[tokio::test]
async fn next_link_to_another_origin_is_not_asked() {
    let (server, elsewhere) = (MockServer::start().await, MockServer::start().await);
    on(&server, "/fhir/Goal", fhir(&page(&format!("{}/fhir/Goal", elsewhere.uri())))).await;
    let steps = vec![PlannedStep { pages: Pages::All, ..step("ask", "Goal") }];
    let evidence = run(&with_token(plan(&format!("{}/fhir", server.uri()), steps))).await;
    assert_eq!(broken(exchanges(&evidence)[1]), BrokenKind::NotAllowed);
    assert!(elsewhere.received_requests().await.expect("it records").is_empty());
}

#[tokio::test]
async fn next_links_in_a_circle_end() {
    let server = MockServer::start().await;
    on(&server, "/fhir/Goal", fhir(&page("Goal?page=2"))).await;
    let evidence =
        run(&plan(&format!("{}/fhir", server.uri()), vec![PlannedStep { pages: Pages::All, ..step("ask", "Goal") }])).await;
    assert_eq!(exchanges(&evidence).len(), 2);
}

const PLAN_OF_ANNA: &str = r##"{"resourceType":"Bundle","type":"searchset","entry":[
    {"resource":{"resourceType":"Consent","id":"c1","patient":{"reference":"Patient/p1"},
        "provision":{"actor":[{"reference":{"reference":"PractitionerRole/r1"}},{"reference":{"reference":"#self"}}]}},
     "search":{"mode":"match"}},
    {"resource":{"resourceType":"Patient","id":"p1"},"search":{"mode":"include"}},
    {"resource":{"resourceType":"OperationOutcome","id":"o1"},"search":{"mode":"outcome"}}]}"##;

#[tokio::test]
async fn follow_reads_every_resource_once() {
    let server = MockServer::start().await;
    on(&server, "/fhir/Consent", fhir(PLAN_OF_ANNA)).await;
    let steps =
        vec![step("ask", "Consent"), follow("read", "ask", FollowWhat::Resources), follow("again", "ask", FollowWhat::Resources)];
    let evidence = run(&plan(&format!("{}/fhir", server.uri()), steps)).await;
    let paths: Vec<&str> =
        exchanges(&evidence).iter().filter_map(|exchange| exchange.request.url.split("/fhir/").nth(1)).collect();
    assert_eq!(paths, ["Consent", "Consent/c1", "Patient/p1"]);
    assert_eq!(omissions(&evidence), [("again", &OmittedReason::NothingToFollow)]);
}

#[tokio::test]
async fn follow_reads_references_whose_targets_are_absent_and_theirs_in_turn() {
    let server = MockServer::start().await;
    on(&server, "/fhir/Consent", fhir(PLAN_OF_ANNA)).await;
    let role = r#"{"resourceType":"PractitionerRole","id":"r1","practitioner":{"reference":"Practitioner/d1"}}"#;
    on(&server, "/fhir/PractitionerRole/r1", fhir(role)).await;
    let doctor = r#"{"resourceType":"Practitioner","id":"d1","x":{"reference":"PractitionerRole/r1"}}"#;
    on(&server, "/fhir/Practitioner/d1", fhir(doctor)).await;
    let steps = vec![step("ask", "Consent"), follow("read", "ask", FollowWhat::References)];
    let evidence = run(&plan(&format!("{}/fhir", server.uri()), steps)).await;
    let origins: Vec<&Origin> = exchanges(&evidence).iter().skip(1).map(|exchange| &exchange.origin).collect();
    let reference = |path: &str, exchange: &str| Origin::Reference(path.to_owned(), format!("s@r4.json.plain/{exchange}"));
    assert_eq!(origins.len(), 2);
    assert!(matches!(origins[0], Origin::Reference(_, exchange) if exchange == "s@r4.json.plain/ask#1"), "{origins:?}");
    assert_eq!(origins[1], &reference("PractitionerRole.practitioner", "read#1"));
}

#[tokio::test]
async fn capture_fills_later_requests_and_its_lack_leaves_them_out() {
    let server = MockServer::start().await;
    on(&server, "/fhir/Consent", fhir(PLAN_OF_ANNA)).await;
    on(&server, "/fhir/Patient/p1", fhir("{}")).await;
    let mut ask = step("ask", "Consent");
    ask.capture =
        [("who".to_owned(), "entry.resource.patient.reference".to_owned()), ("none".to_owned(), "nothing".to_owned())].into();
    let each = PlannedStep { for_each: Some("who".to_owned()), ..step("each", "${who}") };
    let steps = vec![ask, step("one", "Consent?patient=${who}"), each, step("lost", "Patient/${none}")];
    let evidence = run(&plan(&format!("{}/fhir", server.uri()), steps)).await;
    let paths: Vec<&str> =
        exchanges(&evidence).iter().filter_map(|exchange| exchange.request.url.split("/fhir/").nth(1)).collect();
    assert_eq!(paths, ["Consent", "Consent?patient=Patient/p1", "Patient/p1"]);
    assert_eq!(omissions(&evidence), [("lost", &OmittedReason::Capture("none".to_owned()))]);
}

#[tokio::test]
async fn credentials_are_those_of_the_step() {
    let server = MockServer::start().await;
    Mock::given(header("authorization", format!("Bearer {SECRET}"))).respond_with(fhir("{}")).mount(&server).await;
    Mock::given(header_exists("authorization")).respond_with(ResponseTemplate::new(403)).mount(&server).await;
    Mock::given(path("/fhir/metadata")).respond_with(ResponseTemplate::new(401)).mount(&server).await;
    let with = |id: &str, auth: Auth| {
        let mut step = step(id, "metadata");
        if let Action::Send(template) = &mut step.action {
            template.auth = auth;
        }
        step
    };
    let steps = vec![with("normal", Auth::Normal), with("invalid", Auth::Invalid), with("none", Auth::None)];
    let evidence = run(&with_token(plan(&format!("{}/fhir", server.uri()), steps))).await;
    assert_eq!(statuses(&evidence), [200, 403, 401]);
    let sent = &exchanges(&evidence)[0].request.headers;
    assert!(sent.contains(&("authorization".to_owned(), "Bearer ${TOETS_TOKEN}".to_owned())), "{sent:?}");
}

#[tokio::test]
async fn post_sends_the_parameters_as_a_form_to_search() {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path("/fhir/Goal/_search")).respond_with(fhir("{}")).mount(&server).await;
    let mut ask = step("ask", "Goal?code=a|b c");
    if let Action::Send(template) = &mut ask.action {
        template.method = Method::Post;
    }
    let evidence = run(&plan(&format!("{}/fhir", server.uri()), vec![ask])).await;
    assert_eq!(statuses(&evidence), [200]);
    assert_eq!(exchanges(&evidence)[0].request.form.as_deref(), Some("code=a%7Cb%20c"));
}

#[tokio::test]
async fn stopped_run_records_what_was_done() {
    let server = MockServer::start().await;
    on(&server, "/fhir/metadata", fhir("{}")).await;
    on(&server, "/fhir/slow", fhir("{}").set_delay(Duration::from_secs(60))).await;
    let steps = vec![step("first", "metadata"), step("slow", "slow"), step("never", "metadata")];
    let mut plan = plan(&format!("{}/fhir", server.uri()), steps);
    plan.target.limits.deadline_ms = 60_000;
    let (stop, stopped) = watch::channel(false);
    let mut settings = settings(Recorder::in_memory());
    settings.stop = stopped;
    let on_event = move |event| {
        if matches!(event, Event::Sent { url, .. } if url.ends_with("/slow")) {
            stop.send_replace(true);
        }
    };
    let finished = engine::run(&plan, &Suite::default(), settings, on_event).await.expect("the plan can be run");
    let evidence = finished.evidence;
    assert_eq!(broken(exchanges(&evidence)[1]), BrokenKind::Stopped);
    assert_eq!(omissions(&evidence), [("never", &OmittedReason::Stopped)]);
    assert!(matches!(evidence.records.last(), Some(Record::End(end)) if end.stopped));
}

#[tokio::test]
async fn pages_and_reads_end_at_their_bounds() {
    let server = MockServer::start().await;
    let base = format!("{}/fhir", server.uri());
    for number in 0..5 {
        on(&server, &format!("/fhir/Goal{number}"), fhir(&page(&format!("Goal{}", number + 1)))).await;
    }
    on(&server, "/fhir/Consent", fhir(PLAN_OF_ANNA)).await;
    let steps = vec![
        PlannedStep { pages: Pages::All, ..step("pages", "Goal0") },
        step("ask", "Consent"),
        follow("reads", "ask", FollowWhat::Resources),
    ];
    let mut plan = plan(&base, steps);
    plan.target.limits.pages = 2;
    plan.target.limits.reads = 1;
    let evidence = run(&plan).await;
    let count = |step: &str| exchanges(&evidence).iter().filter(|exchange| exchange.step == step).count();
    assert_eq!((count("pages"), count("reads")), (3, 1));
}

#[tokio::test]
async fn xml_is_followed_as_json_is() {
    let server = MockServer::start().await;
    let bundle = r#"<Bundle xmlns="http://hl7.org/fhir"><link><relation value="next"/><url value="two"/></link>
        <entry><resource><Goal><id value="g1"/><subject><reference value="Patient/p1"/></subject></Goal></resource></entry></Bundle>"#;
    on(&server, "/fhir/Goal", ResponseTemplate::new(200).set_body_raw(bundle, "application/fhir+xml")).await;
    let mut reads = follow("read", "ask", FollowWhat::References);
    if let Action::Follow(template) = &mut reads.action {
        template.format = Format::Xml;
    }
    let steps = vec![PlannedStep { pages: Pages::All, ..step("ask", "Goal") }, reads];
    let plan = plan(&format!("{}/fhir", server.uri()), steps);
    let evidence = run(&plan).await;
    let paths: Vec<&str> =
        exchanges(&evidence).iter().filter_map(|exchange| exchange.request.url.split("/fhir/").nth(1)).collect();
    assert_eq!(paths, ["Goal", "two", "Patient/p1"]);
    let accept = &exchanges(&evidence)[2].request.headers[0];
    assert_eq!(accept, &("accept".to_owned(), "application/fhir+xml".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exclusive_scenario_runs_after_the_others_and_alone() {
    let server = MockServer::start().await;
    on(&server, "/fhir/metadata", fhir("{}").set_delay(Duration::from_millis(20))).await;
    let mut plan = plan(&format!("{}/fhir", server.uri()), Vec::new());
    plan.target.limits.parallel = 4;
    let steps = || vec![step("one", "metadata"), step("two", "metadata")];
    plan.scenarios = ["exclusive", "a", "b", "c"].map(|name| scenario(name, steps())).into();
    plan.scenarios[0].isolation = Isolation::Exclusive;
    let evidence = run(&plan).await;
    let (alone, beside): (Vec<_>, Vec<_>) =
        exchanges(&evidence).into_iter().partition(|exchange| exchange.scenario.starts_with("exclusive"));
    let ended = beside.iter().map(|exchange| exchange.started_us + exchange.took_us).max();
    assert!(alone.iter().all(|exchange| Some(exchange.started_us) >= ended));
    assert_eq!((alone.len(), beside.len()), (2, 6));
}
