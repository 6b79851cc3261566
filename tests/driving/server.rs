//! Servers to run against: the one file that names wiremock, and listeners that do as they are told.

use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use wiremock::matchers::{method, path};

pub(crate) use wiremock::matchers;
pub(crate) use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) fn fhir(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_owned(), "application/fhir+json")
}

pub(crate) async fn on(server: &MockServer, url: &str, answer: ResponseTemplate) {
    Mock::given(method("GET")).and(path(url)).respond_with(answer).mount(server).await;
}

/// A server that does as it is told with every connection, after it has read a request.
pub(crate) async fn serve<F>(behave: impl Fn(TcpStream) -> F + Send + 'static) -> String
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

pub(crate) fn page(next: &str) -> String {
    format!(r#"{{"resourceType":"Bundle","type":"searchset","link":[{{"relation":"next","url":"{next}"}}]}}"#)
}
