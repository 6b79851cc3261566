//! Writing to a server: fixtures only, for `load`. A run never comes here.

use reqwest::header::{CONTENT_TYPE, HeaderValue};

use super::client::{Client, Credentials, Reply, Request};
use crate::evidence::Broken;
use crate::scenario::{Format, Method};

/// A request that writes, or reads for one that does. In JSON, with the credentials of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// What is done.
    pub verb: Verb,
    /// Absolute URL.
    pub url: String,
    /// The resource.
    pub body: Option<String>,
}

/// What is done to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// It is read, or searched for.
    Get,
    /// It is created or replaced under its id.
    Put,
    /// It is created under an id of the server's choice, or it is a transaction.
    Post,
    /// It is deleted.
    Delete,
}

impl Client {
    /// Sends one request, once. Bounds, deadline and allowed addresses are those of a run.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn write(&self, write: &Write) -> Result<Reply, Broken> {
        let verb = match write.verb {
            Verb::Get => reqwest::Method::GET,
            Verb::Put => reqwest::Method::PUT,
            Verb::Post => reqwest::Method::POST,
            Verb::Delete => reqwest::Method::DELETE,
        };
        let request = Request {
            url: write.url.clone(),
            method: Method::Get,
            form: None,
            format: Format::Json,
            credentials: Credentials::Run,
        };
        let mut sent = self.prepared(verb, &request)?;
        if let Some(body) = &write.body {
            sent = sent.header(CONTENT_TYPE, HeaderValue::from_static("application/fhir+json")).body(body.clone());
        }
        self.exchange(sent).await
    }
}
