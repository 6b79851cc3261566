//! The server that is written to: one request each, and what its answer means.

use serde_json::Value;
use thiserror::Error;

use crate::drive::{Client, Reply, Verb, Write, encode};
use crate::evidence::Broken;

/// Letters of an answer that are repeated at most.
const MOST: usize = 400;

/// Why a request came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Trouble {
    /// There is no whole answer.
    #[error("{what}: there was no whole answer: {}", broken.detail)]
    Broken {
        /// What was asked: `PUT Patient/a`.
        what: String,
        /// Why.
        broken: Broken,
    },
    /// The server does not do it.
    #[error("{what}: the server answered {status}{}", if text.is_empty() { String::new() } else { format!(": {text}") })]
    Refused {
        /// What was asked.
        what: String,
        /// Status code.
        status: u16,
        /// What its OperationOutcome says.
        text: String,
    },
    /// The answer is not what it should be.
    #[error("{what}: the server answered {status} with {why}")]
    Unreadable {
        /// What was asked.
        what: String,
        /// Status code.
        status: u16,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl Trouble {
    /// The status code, when there is an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Broken { .. } => None,
            Self::Refused { status, .. } | Self::Unreadable { status, .. } => Some(*status),
        }
    }

    /// Whether another way of writing would meet the same.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self.status(), None | Some(401 | 403 | 429 | 503))
    }
}

/// A server that is written to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Server<'c> {
    pub(super) client: &'c Client,
}

impl Server<'_> {
    /// A resource by `Type/id`; nothing when it is not there.
    pub(super) async fn read(&self, name: &str) -> Result<Option<Value>, Trouble> {
        let (what, reply) = self.ask(Verb::Get, name, None).await?;
        match reply.status {
            200 => json(&what, &reply).map(Some),
            404 | 410 => Ok(None),
            _ => Err(refused(what, &reply)),
        }
    }

    /// Resources of a type that a search finds; its first page is enough here.
    pub(super) async fn search(&self, kind: &str, parameters: &[(&str, String)]) -> Result<Vec<Value>, Trouble> {
        let parameters: Vec<_> = parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let (what, reply) = self.ask(Verb::Get, &format!("{kind}?{}", encode(&parameters)), None).await?;
        if reply.status != 200 {
            return Err(refused(what, &reply));
        }
        let bundle = json(&what, &reply)?;
        let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
        let found = entries.into_iter().map(|mut entry| entry["resource"].take());
        Ok(found.filter(|resource| resource["resourceType"] == kind && resource["id"].is_string()).collect())
    }

    /// Writes a resource under its id.
    pub(super) async fn put(&self, name: &str, resource: &Value) -> Result<(), Trouble> {
        let (what, reply) = self.ask(Verb::Put, name, Some(resource)).await?;
        if matches!(reply.status, 200 | 201 | 204) { Ok(()) } else { Err(refused(what, &reply)) }
    }

    /// Writes a resource under an id of the server's choice: `Type/id`.
    pub(super) async fn post(&self, kind: &str, resource: &Value) -> Result<String, Trouble> {
        let (what, reply) = self.ask(Verb::Post, kind, Some(resource)).await?;
        if !matches!(reply.status, 200 | 201) {
            return Err(refused(what, &reply));
        }
        let located = reply.headers.iter().find(|(name, _)| name == "location").and_then(|(_, value)| located(value, kind));
        let body = || serde_json::from_slice::<Value>(&reply.body).ok()?["id"].as_str().map(str::to_owned);
        let id = located.or_else(body).filter(|id| is_id(id));
        let why = "neither a Location nor a resource with the new id";
        id.map(|id| format!("{kind}/{id}")).ok_or(Trouble::Unreadable { what, status: reply.status, why })
    }

    /// Sends a transaction: all of it, or nothing.
    pub(super) async fn transaction(&self, bundle: &Value) -> Result<(), Trouble> {
        let (what, reply) = self.ask(Verb::Post, "", Some(bundle)).await?;
        if reply.status != 200 {
            return Err(refused(what, &reply));
        }
        let answer = json(&what, &reply)?;
        let statuses = answer["entry"].as_array().into_iter().flatten().filter_map(|entry| entry["response"]["status"].as_str());
        match statuses.map(str::to_owned).find(|status| !status.starts_with('2')) {
            None => Ok(()),
            Some(_) => Err(Trouble::Unreadable { what, status: 200, why: "an entry that was not done" }),
        }
    }

    /// Deletes a resource.
    pub(super) async fn delete(&self, name: &str) -> Result<(), Trouble> {
        let (what, reply) = self.ask(Verb::Delete, name, None).await?;
        if matches!(reply.status, 200 | 202 | 204 | 404 | 410) { Ok(()) } else { Err(refused(what, &reply)) }
    }

    async fn ask(&self, verb: Verb, path: &str, body: Option<&Value>) -> Result<(String, Reply), Trouble> {
        let word = match verb {
            Verb::Get => "GET",
            Verb::Put => "PUT",
            Verb::Post => "POST",
            Verb::Delete => "DELETE",
        };
        let what = if path.is_empty() { format!("{word} (transaction)") } else { format!("{word} {path}") };
        let url = if path.is_empty() { self.client.address().base().to_owned() } else { self.client.address().request(path, "") };
        let write = Write { verb, url, body: body.map(Value::to_string) };
        match self.client.write(&write).await {
            Ok(reply) => Ok((what, reply)),
            Err(broken) => Err(Trouble::Broken { what, broken }),
        }
    }
}

fn json(what: &str, reply: &Reply) -> Result<Value, Trouble> {
    let read = serde_json::from_slice::<Value>(&reply.body).ok().filter(Value::is_object);
    read.ok_or_else(|| Trouble::Unreadable { what: what.to_owned(), status: reply.status, why: "something that is no JSON" })
}

/// The id in a Location: `http://…/Type/id/_history/1`.
fn located(location: &str, kind: &str) -> Option<String> {
    let mut parts = location.split('?').next()?.split('/').skip_while(|part| *part != kind).skip(1);
    parts.next().map(str::to_owned)
}

fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

fn refused(what: String, reply: &Reply) -> Trouble {
    Trouble::Refused { what, status: reply.status, text: outcome(&reply.body) }
}

/// What an OperationOutcome says, on one line; nothing of any other body.
fn outcome(body: &[u8]) -> String {
    let Ok(outcome) = serde_json::from_slice::<Value>(body) else { return String::new() };
    let issues = outcome["issue"].as_array().into_iter().flatten();
    let said = issues.filter_map(|issue| {
        let details = issue["details"]["text"].as_str();
        details.or_else(|| issue["diagnostics"].as_str()).or_else(|| issue["code"].as_str())
    });
    let text: String =
        said.collect::<Vec<_>>().join("; ").chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    text.char_indices().nth(MOST).map_or(text.clone(), |(at, _)| format!("{}…", &text[..at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn located_is_the_id_after_the_type() {
        assert_eq!(located("http://localhost/fhir/Patient/12/_history/1", "Patient").as_deref(), Some("12"));
        assert_eq!(located("Patient/12", "Patient").as_deref(), Some("12"));
        assert_eq!(located("http://localhost/fhir/Goal/12", "Patient"), None);
    }

    #[test]
    fn outcome_is_what_the_issues_say() {
        let body = br#"{"resourceType":"OperationOutcome","issue":[{"diagnostics":"no\nwriting"},{"code":"invalid"}]}"#;
        assert_eq!(outcome(body), "no writing; invalid");
        assert_eq!(outcome(b"<html>"), "");
    }
}
