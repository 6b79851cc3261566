//! The engine against servers that behave badly. The one file that names wiremock.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use toets::agreements::{Actor, Dialect};
use toets::drive::Secrets;
use toets::engine::{self, Event, Finished, OpenError, Recorder, Settings};
use toets::evidence::{BrokenKind, Evidence, Exchange, FoundHow, OmittedReason, Origin, Outcome, Record};
use toets::plan::{
    Action, Claims, Limits, Plan, PlannedPersona, PlannedScenario, PlannedStep, RequestTemplate, SuiteId, Target, TargetAuth,
    split,
};
use toets::scenario::{Auth, Follow, FollowWhat, Format, Isolation, Method, Pages, Suite};
use toets::text::Text;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use wiremock::matchers::{header, header_exists, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

const SECRET: &str = "very/secret+token";
/// Passes the eleven-test and is outside the test range.
const REAL: &str = "123456782";

fn step(id: &str, url: &str) -> PlannedStep {
    let (path, parameters) = split(url);
    let template =
        RequestTemplate { method: Method::Get, path, parameters, format: Format::Json, auth: Auth::Normal, persona: None };
    PlannedStep {
        id: id.to_owned(),
        exchange: None,
        action: Action::Send(template),
        for_each: None,
        pages: Pages::First,
        capture: [].into(),
        expect: Vec::new(),
    }
}

fn follow(id: &str, of: &str, what: FollowWhat) -> PlannedStep {
    PlannedStep { action: Action::Follow(Follow { of: vec![of.to_owned()], what }), ..step(id, "") }
}

fn scenario(name: &str, steps: Vec<PlannedStep>) -> PlannedScenario {
    PlannedScenario {
        scenario: name.to_owned(),
        variant: "r4.json.plain".to_owned(),
        title: Text { en: name.to_owned(), nl: name.to_owned() },
        persona: None,
        isolation: Isolation::ReadOnly,
        format: Format::Json,
        steps,
        over_run: Vec::new(),
    }
}

fn plan(base: &str, steps: Vec<PlannedStep>) -> Plan {
    let limits = Limits { deadline_ms: 500, connect_ms: 500, body_bytes: 64 << 10, parallel: 1, ..Limits::default() };
    Plan {
        claims: Claims { product: None, actor: Actor::Provider, dialect: Dialect::R4Rc2 },
        suite: SuiteId { version: "0".to_owned(), digest: String::new() },
        target: Target { base: base.to_owned(), auth: TargetAuth::None, built_in: false, fault: None, limits },
        personas: Vec::new(),
        scenarios: vec![scenario("s", steps)],
        selection: None,
    }
}

fn with_token(mut plan: Plan) -> Plan {
    plan.target.auth = TargetAuth::Bearer("TOETS_TOKEN".to_owned());
    plan
}

fn settings(recorder: Recorder) -> Settings {
    let mut secrets = Secrets::new();
    secrets.insert("TOETS_TOKEN", SECRET).expect("it is long enough");
    Settings { secrets, seed: Some("seed".to_owned()), ..Settings::plain(recorder) }
}

async fn run_with(plan: &Plan, settings: Settings) -> Finished {
    engine::run(plan, &Suite::default(), settings, |_| ()).await.expect("the plan can be run")
}

async fn run(plan: &Plan) -> Evidence {
    run_with(plan, settings(Recorder::in_memory())).await.evidence
}

fn exchanges(evidence: &Evidence) -> Vec<&Exchange> {
    let exchanges = evidence.records.iter().filter_map(|record| match record {
        Record::Exchange(exchange) => Some(&**exchange),
        _ => None,
    });
    exchanges.collect()
}

fn omissions(evidence: &Evidence) -> Vec<(&str, &OmittedReason)> {
    let omissions = evidence.records.iter().filter_map(|record| match record {
        Record::Omitted(omitted) => Some((omitted.step.as_str(), &omitted.reason)),
        _ => None,
    });
    omissions.collect()
}

fn statuses(evidence: &Evidence) -> Vec<u16> {
    let status = |exchange: &&Exchange| match &exchange.outcome {
        Outcome::Answered(received) => received.status,
        Outcome::Broken(broken) => panic!("{}: {broken:?}", exchange.id),
    };
    exchanges(evidence).iter().map(status).collect()
}

fn broken(exchange: &Exchange) -> BrokenKind {
    match &exchange.outcome {
        Outcome::Broken(broken) => broken.kind,
        Outcome::Answered(received) => panic!("answered with {}", received.status),
    }
}

fn fhir(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_owned(), "application/fhir+json")
}

async fn on(server: &MockServer, url: &str, answer: ResponseTemplate) {
    Mock::given(method("GET")).and(path(url)).respond_with(answer).mount(server).await;
}

/// A folder of its own, gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("toets-driving-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server that does as it is told with every connection, after it has read a request.
async fn serve<F>(behave: impl Fn(TcpStream) -> F + Send + 'static) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let base = format!("http://{}/fhir", listener.local_addr().expect("it is bound"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            tokio::spawn(behave(stream));
        }
    });
    base
}

#[tokio::test]
async fn html_answer_is_evidence_like_any_other() {
    let server = MockServer::start().await;
    on(&server, "/fhir/metadata", ResponseTemplate::new(200).set_body_raw("<html>hello", "text/html")).await;
    let evidence = run(&plan(&format!("{}/fhir", server.uri()), vec![step("read", "metadata")])).await;
    let [exchange] = exchanges(&evidence)[..] else { panic!("one exchange") };
    let Outcome::Answered(received) = &exchange.outcome else { panic!("it is answered") };
    let body = &evidence.blobs[received.body.as_ref().expect("there is a body")];
    assert_eq!(&body[..], b"<html>hello");
    assert_eq!(exchange.id, "s@r4.json.plain/read#1");
}

#[tokio::test]
async fn redirect_is_an_answer_and_the_token_goes_nowhere_else() {
    let (server, elsewhere) = (MockServer::start().await, MockServer::start().await);
    let redirect = ResponseTemplate::new(302).insert_header("location", format!("{}/fhir/metadata", elsewhere.uri()));
    on(&server, "/fhir/metadata", redirect).await;
    let evidence = run(&with_token(plan(&format!("{}/fhir", server.uri()), vec![step("read", "metadata")]))).await;
    assert_eq!(statuses(&evidence), [302]);
    assert!(elsewhere.received_requests().await.expect("it records").is_empty());
}

#[tokio::test]
async fn retry_after_is_obeyed_and_counted() {
    let server = MockServer::start().await;
    let busy = ResponseTemplate::new(429).insert_header("retry-after", "1");
    Mock::given(path("/fhir/metadata")).respond_with(busy).up_to_n_times(2).mount(&server).await;
    on(&server, "/fhir/metadata", fhir("{}")).await;
    let plan = plan(&format!("{}/fhir", server.uri()), vec![step("read", "metadata")]);
    let began = Instant::now();
    let mut settings = settings(Recorder::in_memory());
    settings.tempo = 0.1;
    let evidence = run_with(&plan, settings).await.evidence;
    assert_eq!(statuses(&evidence), [200]);
    assert_eq!(exchanges(&evidence)[0].retries, 2);
    assert!(began.elapsed() >= Duration::from_millis(200), "a tenth of two seconds is waited for");
}

#[tokio::test]
async fn retry_after_beyond_the_limit_is_the_answer() {
    let server = MockServer::start().await;
    on(&server, "/fhir/metadata", ResponseTemplate::new(503).insert_header("retry-after", "86400")).await;
    let evidence = run(&plan(&format!("{}/fhir", server.uri()), vec![step("read", "metadata")])).await;
    assert_eq!(statuses(&evidence), [503]);
    assert_eq!(exchanges(&evidence)[0].retries, 0);
}

#[tokio::test]
async fn server_that_never_answers_meets_the_deadline_and_is_given_up() {
    let base = serve(|stream| async move {
        let _held = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let steps = (0..10).map(|number| step(&format!("read-{number}"), "metadata")).collect();
    let mut settings = settings(Recorder::in_memory());
    settings.tempo = 0.1;
    let evidence = run_with(&plan(&base, steps), settings).await.evidence;
    assert!(exchanges(&evidence).iter().all(|exchange| broken(exchange) == BrokenKind::Deadline));
    assert_eq!(exchanges(&evidence).len(), 4);
    assert_eq!(omissions(&evidence).last(), Some(&("read-9", &OmittedReason::Unreachable)));
}

#[tokio::test]
async fn endless_body_is_cut_off_at_the_bound() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let base = serve(move |mut stream| {
        let counter = Arc::clone(&counter);
        async move {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
            let chunk = format!("400\r\n{}\r\n", " ".repeat(0x400));
            while stream.write_all(chunk.as_bytes()).await.is_ok() {
                counter.fetch_add(0x400, Ordering::Relaxed);
            }
        }
    })
    .await;
    let evidence = run(&plan(&base, vec![step("read", "metadata")])).await;
    assert_eq!(broken(exchanges(&evidence)[0]), BrokenKind::TooLarge);
    assert!(evidence.blobs.is_empty());
    assert!(sent.load(Ordering::Relaxed) < 32 << 20, "the connection is dropped rather than read on");
}

#[tokio::test]
async fn announced_body_of_2_gb_is_not_received_at_all() {
    let base = serve(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2147483648\r\n\r\n").await;
        let _held = stream.read(&mut [0; 1]).await;
    })
    .await;
    let evidence = run(&plan(&base, vec![step("read", "metadata")])).await;
    let [exchange] = exchanges(&evidence)[..] else { panic!("one exchange") };
    let Outcome::Broken(broken) = &exchange.outcome else { panic!("there is no whole answer") };
    assert_eq!((broken.kind, broken.status), (BrokenKind::TooLarge, Some(200)));
}

#[tokio::test]
async fn body_that_ends_early_is_cut() {
    let base = serve(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"resource").await;
    })
    .await;
    let evidence = run(&plan(&base, vec![step("read", "metadata")])).await;
    assert_eq!(broken(exchanges(&evidence)[0]), BrokenKind::Cut);
}

#[tokio::test]
async fn connection_that_closes_without_an_answer_is_cut() {
    let base = serve(|stream| async move { drop(stream) }).await;
    let evidence = run(&plan(&base, vec![step("read", "metadata")])).await;
    assert_eq!(broken(exchanges(&evidence)[0]), BrokenKind::Cut);
}

#[tokio::test]
async fn server_that_speaks_something_else_breaks_the_protocol() {
    let base = serve(|mut stream| async move {
        let _ = stream.write_all(b"220 mail.example.nl ESMTP\r\n").await;
        let _held = stream.read(&mut [0; 1]).await;
    })
    .await;
    let evidence = run(&plan(&base, vec![step("read", "metadata")])).await;
    assert_eq!(broken(exchanges(&evidence)[0]), BrokenKind::Protocol);
}

#[tokio::test]
async fn server_without_tls_at_an_https_address_is_told_apart() {
    let base = serve(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
    })
    .await
    .replace("http://", "https://");
    let Ok(finished) =
        engine::run(&plan(&base, vec![step("read", "metadata")]), &Suite::default(), settings(Recorder::in_memory()), |_| ())
            .await
    else {
        return; // A system without root certificates has no TLS to fail.
    };
    assert_eq!(broken(exchanges(&finished.evidence)[0]), BrokenKind::Tls, "{:?}", exchanges(&finished.evidence)[0].outcome);
}

#[tokio::test]
async fn unreachable_host_is_given_up_after_two_attempts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let base = format!("http://{}/fhir", listener.local_addr().expect("it is bound"));
    drop(listener);
    let mut plan = plan(&base, vec![step("read", "metadata"), step("again", "metadata")]);
    plan.personas.push(persona());
    let evidence = run(&plan).await;
    assert_eq!(exchanges(&evidence).iter().map(|exchange| broken(exchange)).collect::<Vec<_>>(), [BrokenKind::Connect; 2]);
    assert_eq!(omissions(&evidence), [("read", &OmittedReason::Unreachable), ("again", &OmittedReason::Unreachable)]);
}

#[tokio::test]
async fn name_that_does_not_resolve_is_told_apart() {
    let evidence = run(&plan("http://toets.invalid/fhir", vec![step("read", "metadata")])).await;
    assert_eq!(broken(exchanges(&evidence)[0]), BrokenKind::Name);
}

fn page(next: &str) -> String {
    format!(r#"{{"resourceType":"Bundle","type":"searchset","link":[{{"relation":"next","url":"{next}"}}]}}"#)
}

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

fn persona() -> PlannedPersona {
    PlannedPersona {
        persona: "anna".to_owned(),
        bsn: "999900006".to_owned(),
        given: None,
        fixture: "anna-1".to_owned(),
        lookup: "Patient?identifier=http://fhir.nl/fhir/NamingSystem/bsn|999900006".to_owned(),
    }
}

fn of_anna(base: &str) -> Plan {
    let mut plan = plan(base, vec![step("ask", "Goal?patient=Patient/${patient}"), step("unknown", "Goal/${unknown}")]);
    plan.personas.push(persona());
    plan.scenarios[0].persona = Some("anna".to_owned());
    plan
}

fn found(evidence: &Evidence) -> (Option<&str>, FoundHow) {
    let found = evidence.records.iter().find_map(|record| match record {
        Record::Persona(found) => Some((found.patient.as_deref(), found.how)),
        _ => None,
    });
    found.expect("every persona is recorded")
}

#[tokio::test]
async fn persona_is_found_by_bsn() {
    let server = MockServer::start().await;
    let bundle = r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"77"}}]}"#;
    let lookup =
        Mock::given(path("/fhir/Patient")).and(query_param("identifier", "http://fhir.nl/fhir/NamingSystem/bsn|999900006"));
    lookup.respond_with(fhir(bundle)).mount(&server).await;
    let evidence = run(&of_anna(&format!("{}/fhir", server.uri()))).await;
    assert_eq!(found(&evidence), (Some("77"), FoundHow::Lookup));
    let asked = exchanges(&evidence)[1];
    assert!(asked.request.url.ends_with("/Goal?patient=Patient/77"));
    assert_eq!((asked.request.patient.as_deref(), asked.request.persona.as_deref()), (Some("77"), Some("anna")));
}

#[tokio::test]
async fn persona_that_the_lookup_does_not_find_is_read_by_the_id_of_the_fixture() {
    let server = MockServer::start().await;
    on(&server, "/fhir/Patient/anna-1", fhir(r#"{"resourceType":"Patient","id":"anna-1"}"#)).await;
    let evidence = run(&of_anna(&format!("{}/fhir", server.uri()))).await;
    assert_eq!(found(&evidence), (Some("anna-1"), FoundHow::Fixture));
}

#[tokio::test]
async fn persona_that_is_not_there_leaves_out_only_what_needs_it() {
    let server = MockServer::start().await;
    let evidence = run(&of_anna(&format!("{}/fhir", server.uri()))).await;
    assert_eq!(found(&evidence), (None, FoundHow::NotFound));
    assert_eq!(omissions(&evidence), [("ask", &OmittedReason::Persona("anna".to_owned()))]);
    let unknown = &exchanges(&evidence)[2].request.url;
    let id = unknown.rsplit("/toets-").next().expect("the id is generated");
    assert!(id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{unknown}");
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

/// A run whose answers hold the token and numbers that may be real.
async fn hostile_run(folder: &Folder) -> (Finished, Vec<Event>) {
    let server = MockServer::start().await;
    let base = format!("{}/fhir", server.uri());
    let body = format!(r#"{{"resourceType":"Basic","id":"{REAL}","n":{REAL},"echo":"Bearer {SECRET}","next":"x%7C{REAL}"}}"#);
    let page = page(&format!("{base}/Basic?access={}", SECRET.replace('+', "%2B")));
    let answer = fhir(&body).insert_header("etag", REAL).insert_header("x-echo", SECRET);
    on(&server, "/fhir/Basic", answer).await;
    on(&server, "/fhir/Goal", fhir(&page)).await;
    let mut ask = step("ask", "Basic");
    ask.capture = [("id".to_owned(), "id".to_owned())].into();
    let plan = with_token(plan(
        &base,
        vec![ask, step("read", "Basic/${id}"), PlannedStep { pages: Pages::All, ..step("echo", "Goal") }],
    ));
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let settings = settings(Recorder::in_folder(&folder.0));
    let listen = move |event| heard.lock().expect("nobody panicked").push(event);
    let finished = engine::run(&plan, &Suite::default(), settings, listen).await.expect("the plan can be run");
    let asked = server.received_requests().await.expect("it records");
    assert!(asked[1].url.path().ends_with(REAL), "what is sent is what the server said");
    let events = events.lock().expect("nobody panicked").clone();
    (finished, events)
}

fn files(folder: &Folder) -> Vec<Vec<u8>> {
    let blobs = std::fs::read_dir(folder.0.join("blobs")).expect("there are bodies");
    let paths = blobs.map(|entry| entry.expect("it can be listed").path()).chain([folder.0.join("evidence.ndjson")]);
    paths.map(|path| std::fs::read(path).expect("it can be read")).collect()
}

#[tokio::test]
async fn secrets_and_numbers_that_may_be_a_bsn_are_absent_from_the_evidence() {
    let folder = Folder::new();
    let (finished, events) = hostile_run(&folder).await;
    for file in files(&folder) {
        let text = String::from_utf8(file).expect("it is text");
        for hidden in [REAL, SECRET, "very%2Fsecret", "very\\/secret"] {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
    }
    assert!(finished.evidence.records.iter().any(|record| matches!(record, Record::Replaced(replaced) if !replaced.test_range)));
    assert!(events.contains(&Event::RealDataSuspected));
}

fn same(left: &Evidence, right: &Evidence) {
    let text = |evidence: &Evidence| serde_json::to_string(&(&evidence.start, &evidence.records)).expect("it is written");
    assert_eq!(text(left), text(right));
    assert_eq!(left.blobs, right.blobs);
}

#[tokio::test]
async fn evidence_read_back_is_what_was_in_memory() {
    let folder = Folder::new();
    let (finished, _) = hostile_run(&folder).await;
    finished.stored.expect("the disk took it");
    let opened = engine::open(&folder.0).expect("it is whole");
    same(&finished.evidence, &opened.evidence);
    assert_eq!(opened.torn, None);
}

#[tokio::test]
async fn killed_run_is_readable_up_to_its_last_record() {
    let folder = Folder::new();
    let (mut finished, _) = hostile_run(&folder).await;
    let path = folder.0.join("evidence.ndjson");
    let whole = std::fs::read(&path).expect("it can be read");
    std::fs::write(&path, &whole[..whole.len() - 20]).expect("it can be written");
    let opened = engine::open(&folder.0).expect("it is whole but for the last line");
    assert_eq!(opened.torn, Some(finished.evidence.records.len() + 1));
    finished.evidence.records.pop();
    same(&finished.evidence, &opened.evidence);
}

#[tokio::test]
async fn changed_evidence_is_told_with_its_line() {
    let folder = Folder::new();
    let _ = hostile_run(&folder).await;
    let path = folder.0.join("evidence.ndjson");
    let changed = std::fs::read_to_string(&path).expect("it can be read").replacen("\"status\":200", "\"status\":201", 1);
    let line = changed.lines().position(|line| line.contains("\"status\":201")).expect("it was changed") + 1;
    std::fs::write(&path, changed).expect("it can be written");
    let error = engine::open(&folder.0).expect_err("it was changed");
    assert!(matches!(error, OpenError::Chain { line: found, .. } if found == line + 1), "{error}");
}

#[tokio::test]
async fn changed_body_is_told() {
    let folder = Folder::new();
    let _ = hostile_run(&folder).await;
    let blob =
        std::fs::read_dir(folder.0.join("blobs")).expect("there are bodies").next().expect("one").expect("it is listed").path();
    std::fs::write(&blob, "{}").expect("it can be written");
    assert!(matches!(engine::open(&folder.0), Err(OpenError::Blob { .. })));
}

#[tokio::test]
async fn folder_that_cannot_be_written_leaves_the_run_usable() {
    let folder = Folder::new();
    std::fs::write(&folder.0, "a file where the folder should be").expect("it can be written");
    let server = MockServer::start().await;
    on(&server, "/fhir/metadata", fhir("{}")).await;
    let plan = plan(&format!("{}/fhir", server.uri()), vec![step("read", "metadata")]);
    let finished = run_with(&plan, settings(Recorder::in_folder(&folder.0))).await;
    assert_eq!(statuses(&finished.evidence), [200]);
    assert!(finished.stored.is_err());
    std::fs::remove_file(&folder.0).expect("it can be removed");
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
