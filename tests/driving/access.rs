//! Getting in: tokens that are given out and renewed, headers, a pace.

use std::time::{Duration, Instant};

use toets::drive::{Access, ClientSecret, OAuth2, Source, Tls, TokenError, Tokens, Waits};
use toets::engine::{Recorder, Settings};
use toets::evidence::{BrokenKind, Evidence, Record, TokenAsked, TokenWhy};
use toets::plan::{ExtraHeader, ExtraValue, Limits, Plan, TargetAuth};

use crate::plans::{SECRET, broken, exchanges, plan, run_with, settings, statuses, step};
use crate::server::matchers::{header, path};
use crate::server::{Mock, MockServer, ResponseTemplate, fhir, on};

const CLIENT_SECRET: &str = "client+secret/of-the-test";

fn oauth(server: &MockServer, send: ClientSecret) -> Source {
    Source::OAuth2(OAuth2 {
        endpoint: format!("{}/token", server.uri()),
        client_id: "toets".to_owned(),
        client_secret: CLIENT_SECRET.to_owned(),
        scope: Some("system/*.read".to_owned()),
        send,
    })
}

fn tokens(source: Source) -> Tokens {
    let limits = Limits { deadline_ms: 2_000, ..Limits::default() };
    Tokens::new("TOETS_TOKEN", source, &Tls::default(), Waits::new(&limits, 1.0)).expect("the endpoint is a URL")
}

/// Gives out `token-1`, `token-2`, … each good for so many seconds.
async fn gives_out(server: &MockServer, lifetimes: &[u64]) {
    for (index, lifetime) in lifetimes.iter().enumerate() {
        let token = format!(r#"{{"access_token":"token-{}","token_type":"bearer","expires_in":{lifetime}}}"#, index + 1);
        let answer = ResponseTemplate::new(200).set_body_raw(token, "application/json");
        let last = index + 1 == lifetimes.len();
        let mock = Mock::given(path("/token")).respond_with(answer);
        if last { mock.mount(server).await } else { mock.up_to_n_times(1).mount(server).await }
    }
}

fn issued(mut plan: Plan, tokens: &Tokens) -> Plan {
    plan.target.auth = TargetAuth::Issued(tokens.planned());
    plan
}

fn with(tokens: Tokens) -> Settings {
    let access = Access { tokens: Some(tokens), ..Access::default() };
    Settings { access, ..settings(Recorder::in_memory()) }
}

fn asked(evidence: &Evidence) -> Vec<&TokenAsked> {
    let asked = evidence.records.iter().filter_map(|record| match record {
        Record::Token(asked) => Some(asked),
        _ => None,
    });
    asked.collect()
}

fn base(server: &MockServer) -> String {
    format!("{}/fhir", server.uri())
}

#[tokio::test]
async fn oauth2_token_is_sent_recorded_without_its_value_and_redacted_where_it_comes_back() {
    let server = MockServer::start().await;
    gives_out(&server, &[600]).await;
    Mock::given(path("/fhir/metadata"))
        .and(header("authorization", "Bearer token-1"))
        .respond_with(fhir(r#"{"you":"token-1"}"#))
        .mount(&server)
        .await;
    let tokens = tokens(oauth(&server, ClientSecret::Header));
    let plan = issued(plan(&base(&server), vec![step("read", "metadata")]), &tokens);
    let evidence = run_with(&plan, with(tokens)).await.evidence;
    assert_eq!(statuses(&evidence), [200]);
    let text = serde_json::to_string(&evidence.records).expect("it is written")
        + &evidence.blobs.values().map(|blob| String::from_utf8_lossy(blob).into_owned()).collect::<String>();
    assert!(!text.contains("token-1") && !text.contains(CLIENT_SECRET), "{text}");
    assert!(text.contains("Bearer ${TOETS_TOKEN}"));
    let [asked] = asked(&evidence)[..] else { panic!("one token was asked for") };
    assert_eq!((asked.why, asked.lifetime_s, asked.problem.as_deref()), (TokenWhy::First, Some(600), None));
}

#[tokio::test]
async fn oauth2_client_secret_is_encoded_in_the_header_or_in_the_form() {
    let server = MockServer::start().await;
    gives_out(&server, &[600]).await;
    for send in [ClientSecret::Header, ClientSecret::Form] {
        tokens(oauth(&server, send)).prepare().await.expect("a token is given out");
    }
    let received = server.received_requests().await.expect("it records");
    let [by_header, by_form] = &received[..] else { panic!("two requests") };
    // Base64 of `toets:client%2Bsecret%2Fof-the-test`.
    assert_eq!(by_header.headers["authorization"], "Basic dG9ldHM6Y2xpZW50JTJCc2VjcmV0JTJGb2YtdGhlLXRlc3Q=");
    assert_eq!(String::from_utf8_lossy(&by_header.body), "grant_type=client_credentials&scope=system%2F*.read");
    assert!(by_form.headers.get("authorization").is_none());
    assert!(String::from_utf8_lossy(&by_form.body).ends_with("client_id=toets&client_secret=client%2Bsecret%2Fof-the-test"));
}

#[tokio::test]
async fn token_that_ends_while_the_run_goes_is_renewed_before_the_next_request() {
    let server = MockServer::start().await;
    gives_out(&server, &[1, 600]).await;
    on(&server, "/fhir/slow", fhir("{}").set_delay(Duration::from_secs(1))).await;
    Mock::given(path("/fhir/metadata"))
        .and(header("authorization", "Bearer token-2"))
        .respond_with(fhir("{}"))
        .mount(&server)
        .await;
    let tokens = tokens(oauth(&server, ClientSecret::Header));
    let mut plan = issued(plan(&base(&server), vec![step("one", "slow"), step("two", "metadata")]), &tokens);
    plan.target.limits.deadline_ms = 10_000;
    let evidence = run_with(&plan, with(tokens)).await.evidence;
    assert_eq!(statuses(&evidence), [200, 200]);
    assert_eq!(asked(&evidence).iter().map(|asked| asked.why).collect::<Vec<_>>(), [TokenWhy::First, TokenWhy::Ended]);
}

#[tokio::test]
async fn token_that_is_refused_is_renewed_once_and_the_request_sent_again() {
    let server = MockServer::start().await;
    gives_out(&server, &[600, 600]).await;
    Mock::given(path("/fhir/metadata"))
        .and(header("authorization", "Bearer token-1"))
        .respond_with(ResponseTemplate::new(401))
        .mount(&server)
        .await;
    Mock::given(path("/fhir/metadata"))
        .and(header("authorization", "Bearer token-2"))
        .respond_with(fhir("{}"))
        .mount(&server)
        .await;
    let tokens = tokens(oauth(&server, ClientSecret::Header));
    let plan = issued(plan(&base(&server), vec![step("read", "metadata")]), &tokens);
    let evidence = run_with(&plan, with(tokens)).await.evidence;
    assert_eq!(statuses(&evidence), [200]);
    assert_eq!(asked(&evidence).last().map(|asked| asked.why), Some(TokenWhy::Refused));
}

#[tokio::test]
async fn server_that_refuses_every_token_is_not_asked_for_tokens_without_end() {
    let server = MockServer::start().await;
    gives_out(&server, &[600]).await;
    on(&server, "/fhir/metadata", ResponseTemplate::new(401)).await;
    let tokens = tokens(oauth(&server, ClientSecret::Header));
    let steps = (0..5).map(|number| step(&format!("read-{number}"), "metadata")).collect();
    let evidence = run_with(&issued(plan(&base(&server), steps), &tokens), with(tokens)).await.evidence;
    assert_eq!(statuses(&evidence), [401; 5]);
    assert_eq!(asked(&evidence).len(), 2);
}

#[tokio::test]
async fn renewal_that_fails_is_a_fact_and_the_server_is_not_asked_without_a_token() {
    let server = MockServer::start().await;
    let first = ResponseTemplate::new(200).set_body_raw(r#"{"access_token":"token-1","expires_in":1}"#, "application/json");
    Mock::given(path("/token")).respond_with(first).up_to_n_times(1).mount(&server).await;
    let refused = ResponseTemplate::new(400).set_body_raw(r#"{"error":"invalid_client"}"#, "application/json");
    Mock::given(path("/token")).respond_with(refused).mount(&server).await;
    on(&server, "/fhir/slow", fhir("{}").set_delay(Duration::from_secs(1))).await;
    let tokens = tokens(oauth(&server, ClientSecret::Header));
    let mut plan = issued(plan(&base(&server), vec![step("one", "slow"), step("two", "metadata")]), &tokens);
    plan.target.limits.deadline_ms = 10_000;
    let evidence = run_with(&plan, with(tokens)).await.evidence;
    assert_eq!(broken(exchanges(&evidence)[1]), BrokenKind::Token);
    let problem = asked(&evidence).last().and_then(|asked| asked.problem.clone()).expect("the renewal failed");
    assert!(problem.contains("answered 400: `invalid_client`"), "{problem}");
}

#[tokio::test]
async fn token_endpoint_that_refuses_is_told_without_the_secret_it_repeats() {
    let server = MockServer::start().await;
    let body = format!(r#"{{"error":"invalid_client","error_description":"no such secret {CLIENT_SECRET}"}}"#);
    Mock::given(path("/token"))
        .respond_with(ResponseTemplate::new(401).set_body_raw(body, "application/json"))
        .mount(&server)
        .await;
    let refused = tokens(oauth(&server, ClientSecret::Header)).prepare().await.expect_err("it refuses");
    assert!(matches!(refused, TokenError::Refused { status: 401, .. }));
    assert!(refused.to_string().contains("invalid_client") && !refused.to_string().contains(CLIENT_SECRET), "{refused}");
}

#[cfg(unix)]
#[tokio::test]
async fn command_prints_the_token_and_its_failure_is_told_by_name() {
    let command = |script: &str| tokens(Source::Command(["sh", "-c", script].map(str::to_owned).into()));
    let server = MockServer::start().await;
    Mock::given(path("/fhir/metadata"))
        .and(header("authorization", "Bearer printed-token"))
        .respond_with(fhir("{}"))
        .mount(&server)
        .await;
    let tokens = command("echo printed-token");
    let plan = issued(plan(&base(&server), vec![step("read", "metadata")]), &tokens);
    let evidence = run_with(&plan, with(tokens)).await.evidence;
    assert_eq!(statuses(&evidence), [200]);
    assert_eq!(asked(&evidence)[0].of, "sh");
    for script in ["exit 3", "true", "exec tail -f /dev/null"] {
        let failed = command(script).prepare().await.expect_err("there is no token");
        assert!(matches!(failed, TokenError::Command { .. }), "{script}: {failed}");
    }
}

#[tokio::test]
async fn extra_headers_go_with_every_request_and_secrets_in_them_by_name_only() {
    let (server, elsewhere) = (MockServer::start().await, MockServer::start().await);
    let redirect = ResponseTemplate::new(302).insert_header("location", format!("{}/fhir/metadata", elsewhere.uri()));
    Mock::given(path("/fhir/metadata"))
        .and(header("x-tenant", "seven"))
        .and(header("x-api-key", SECRET))
        .respond_with(redirect)
        .mount(&server)
        .await;
    let next = crate::server::page(&format!("{}/fhir/Goal?page=2", elsewhere.uri()));
    on(&server, "/fhir/Goal", fhir(&next)).await;
    let paged = toets::plan::PlannedStep { pages: toets::scenario::Pages::All, ..step("paged", "Goal") };
    let mut plan = plan(&base(&server), vec![step("read", "metadata"), paged]);
    plan.target.headers = vec![
        ExtraHeader { name: "X-Tenant".to_owned(), value: ExtraValue::Text("seven".to_owned()) },
        ExtraHeader { name: "X-Api-Key".to_owned(), value: ExtraValue::Secret("TOETS_TOKEN".to_owned()) },
    ];
    let evidence = run_with(&plan, settings(Recorder::in_memory())).await.evidence;
    assert!(elsewhere.received_requests().await.expect("it records").is_empty());
    let sent = &exchanges(&evidence)[0].request.headers;
    assert!(sent.contains(&("x-api-key".to_owned(), "${TOETS_TOKEN}".to_owned())), "{sent:?}");
    assert!(!serde_json::to_string(&evidence.records).expect("it is written").contains(SECRET));
}

#[tokio::test]
async fn credentials_in_headers_are_left_out_where_a_step_asks_without() {
    let server = MockServer::start().await;
    on(&server, "/fhir/metadata", fhir("{}")).await;
    let mut without = step("without", "metadata");
    let toets::plan::Action::Send(template) = &mut without.action else { panic!("it sends") };
    template.auth = toets::scenario::Auth::None;
    let mut plan = plan(&base(&server), vec![step("with", "metadata"), without]);
    plan.target.auth = TargetAuth::Headers(vec![("X-Api-Key".to_owned(), "TOETS_TOKEN".to_owned())]);
    let _ = run_with(&plan, settings(Recorder::in_memory())).await;
    let received = server.received_requests().await.expect("it records");
    assert_eq!(received.iter().map(|request| request.headers.contains_key("x-api-key")).collect::<Vec<_>>(), [true, false]);
}

#[tokio::test]
async fn requests_begin_no_faster_than_the_limit() {
    let server = MockServer::start().await;
    on(&server, "/fhir/metadata", fhir("{}")).await;
    let steps = (0..4).map(|number| step(&format!("read-{number}"), "metadata")).collect();
    let mut plan = plan(&base(&server), steps);
    plan.target.limits.per_second = Some(10);
    let began = Instant::now();
    let evidence = run_with(&plan, settings(Recorder::in_memory())).await.evidence;
    assert_eq!(statuses(&evidence), [200; 4]);
    assert!(began.elapsed() >= Duration::from_millis(300), "{:?}", began.elapsed());
}
