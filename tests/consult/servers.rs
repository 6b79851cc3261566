//! Servers that answer as no provider should, and remember what they were asked.

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// A server that answers everything in this way.
pub(crate) async fn server(answer: impl Respond + 'static) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// A server that knows the patient `p`, and answers every search in this way.
pub(crate) async fn searches(answer: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static) -> MockServer {
    server(move |request: &Request| match request.url.path() {
        "/fhir/Patient/p" => resource(&json!({ "resourceType": "Patient", "id": "p", "name": [{ "text": "P. Proef" }] })),
        _ => answer(request),
    })
    .await
}

pub(crate) fn resource(resource: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(resource.to_string(), "application/fhir+json")
}

/// A searchset of these matches, with a next link.
pub(crate) fn searchset(matches: &[Value], next: Option<&str>) -> ResponseTemplate {
    let entries: Vec<Value> =
        matches.iter().map(|resource| json!({ "resource": resource, "search": { "mode": "match" } })).collect();
    let mut bundle = json!({ "resourceType": "Bundle", "type": "searchset" });
    if !entries.is_empty() {
        bundle["entry"] = json!(entries);
    }
    if let Some(next) = next {
        bundle["link"] = json!([{ "relation": "next", "url": next }]);
    }
    resource(&bundle)
}

/// Requests that a server was sent, as `METHOD path?query`, with whether they carried credentials.
pub(crate) async fn received(server: &MockServer) -> Vec<(String, bool)> {
    let requests = server.received_requests().await.expect("requests are recorded");
    requests
        .iter()
        .map(|request| {
            let query = request.url.query().map(|query| format!("?{query}")).unwrap_or_default();
            (format!("{} {}{query}", request.method, request.url.path()), request.headers.contains_key("authorization"))
        })
        .collect()
}

pub(crate) fn base(server: &MockServer) -> String {
    format!("{}/fhir", server.uri())
}
