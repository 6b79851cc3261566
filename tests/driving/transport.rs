//! What goes wrong on the wire is told as a fact, in bounded time and memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use toets::engine::{self, Recorder};
use toets::evidence::{BrokenKind, OmittedReason, Outcome};
use toets::scenario::Suite;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::personas::persona;
use crate::plans::{broken, exchanges, omissions, plan, run, run_with, settings, statuses, step, with_token};
use crate::server::matchers::path;
use crate::server::{Mock, MockServer, ResponseTemplate, fhir, on, serve};

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
