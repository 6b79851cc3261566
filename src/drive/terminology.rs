//! A terminology server: asked whether codes are in value sets, many at a time
//! where it lets us, else one by one. Whatever goes wrong is an answer as well:
//! nothing is known then, and why. What an answer means is read in `reading`.

mod reading;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};
use tokio::time::{Duration, Instant};

use self::reading::{Said, read, told};
use super::address::encode;
use super::client::{Client, ClientError};
use super::secrets::Secrets;
use super::write::{Verb, Write};
use crate::evidence::Broken;
use crate::fhir::terminology::{Answer, Question};
use crate::plan::{Limits, Target, TargetAuth};

/// Name of the secret that is its bearer token, where it asks for one.
pub const TERMINOLOGY_TOKEN: &str = "TOETS_TERMINOLOGY_TOKEN";

/// Questions that go together.
const TOGETHER: usize = 50;
/// Longest for one request.
const DEADLINE_MS: u64 = 10_000;
/// Longest for all questions that are asked at once.
const WHOLE: Duration = Duration::from_secs(180);
/// Largest answer.
const MAX_BODY: usize = 4 << 20;
/// Requests without a whole answer after which nothing more is asked.
const MAX_BROKEN: u32 = 2;

/// A terminology server, with what we learned of it on the way.
#[derive(Debug)]
pub struct TerminologyServer {
    client: Client,
    /// It takes a Bundle of requests.
    takes_batches: bool,
    broken: u32,
}

/// A request that reads: an operation with its parameters, below the base.
type Operation = (&'static str, Vec<(String, String)>);
/// The resource that came back, or why there is none.
type Came = Result<Value, String>;

impl TerminologyServer {
    /// The server at this base. A secret of the name `TERMINOLOGY_TOKEN` is its bearer token.
    ///
    /// # Errors
    /// When the base is no URL of a server, or TLS cannot be set up.
    pub fn new(base: &str, secrets: &Secrets) -> Result<Self, ClientError> {
        let mut own = Secrets::new();
        let token = secrets.iter().find(|(name, _)| *name == TERMINOLOGY_TOKEN);
        let auth = match token.map(|(name, value)| own.insert(name, value)) {
            Some(Ok(())) => TargetAuth::Bearer(TERMINOLOGY_TOKEN.to_owned()),
            _ => TargetAuth::None,
        };
        let limits = Limits { deadline_ms: DEADLINE_MS, body_bytes: MAX_BODY, retries: 0, ..Limits::default() };
        let target = Target { limits, ..Target::new(base, auth) };
        Ok(Self { client: Client::new(&target, own, 1.0)?, takes_batches: true, broken: 0 })
    }

    /// Its base.
    #[must_use]
    pub fn base(&self) -> &str {
        self.client.address().base()
    }

    /// Asks again, after it was given up.
    pub fn forgive(&mut self) {
        self.broken = 0;
    }

    /// Asks all questions. Each gets an answer, in their order.
    pub async fn ask(&mut self, questions: impl IntoIterator<Item = Question>) -> Vec<(Question, Answer)> {
        let questions: Vec<Question> = questions.into_iter().collect();
        let until = Instant::now() + WHOLE;
        let mut answers = Vec::with_capacity(questions.len());
        for some in questions.chunks(TOGETHER) {
            let said = self.memberships(some, until).await;
            answers.extend(some.iter().cloned().zip(said));
        }
        answers
    }

    async fn memberships(&mut self, questions: &[Question], until: Instant) -> Vec<Answer> {
        let came = self.operations(&questions.iter().map(membership).collect::<Vec<_>>(), until).await;
        let said: Vec<Said> = came.iter().map(|came| came.as_ref().map_or_else(|why| Said::Nothing(why.clone()), read)).collect();
        // A plain no may mean that it does not know the code system: that it knows the code shows it does.
        let doubted: Vec<&Question> = questions
            .iter()
            .zip(&said)
            .filter(|(_, said)| matches!(said, Said::Doubtful(_)))
            .map(|(question, _)| question)
            .collect();
        let known = self.operations(&doubted.into_iter().map(code).collect::<Vec<_>>(), until).await;
        let mut known = known.into_iter().map(|came| matches!(came.as_ref().map(read), Ok(Said::Yes)));
        said.into_iter()
            .map(|said| match said {
                Said::Yes => Answer::In,
                Said::No => Answer::Out,
                Said::Nothing(why) => Answer::Unanswered(why),
                Said::Doubtful(_) if known.next() == Some(true) => Answer::Out,
                Said::Doubtful(why) => Answer::Unanswered(format!("it says no, and does not show that it knows the code: {why}")),
            })
            .collect()
    }

    async fn operations(&mut self, operations: &[Operation], until: Instant) -> Vec<Came> {
        if operations.len() > 1
            && self.takes_batches
            && let Some(came) = self.batch(operations, until).await
        {
            return came;
        }
        let mut came = Vec::with_capacity(operations.len());
        for (operation, parameters) in operations {
            let url = self.client.address().request(operation, &encode(parameters));
            let reply = self.send(Write { verb: Verb::Get, url, body: None }, until).await;
            came.push(
                reply.and_then(|(status, resource)| if status == 200 { Ok(resource) } else { Err(told(status, &resource)) }),
            );
        }
        came
    }

    /// All in one request; nothing where the server does not take that.
    async fn batch(&mut self, operations: &[Operation], until: Instant) -> Option<Vec<Came>> {
        let entry = |(operation, parameters): &Operation| json!({"request": {"method": "GET", "url": format!("{operation}?{}", encode(parameters))}});
        let entries: Vec<Value> = operations.iter().map(entry).collect();
        let body = json!({"resourceType": "Bundle", "type": "batch", "entry": entries}).to_string();
        let url = self.client.address().base().to_owned();
        let (status, bundle) = match self.send(Write { verb: Verb::Post, url, body: Some(body) }, until).await {
            Ok(came) => came,
            // It does not speak at all: it will not for one either.
            Err(why) => return Some(operations.iter().map(|_| Err(why.clone())).collect()),
        };
        let entries = bundle["entry"].as_array().filter(|entries| entries.len() == operations.len());
        let is_answered = (200..300).contains(&status) && bundle["type"] == "batch-response";
        self.takes_batches = is_answered && entries.is_some();
        let came = |entry: &Value| {
            let status = entry["response"]["status"].as_str().and_then(|status| status.get(..3)?.parse().ok()).unwrap_or(0);
            let resource = [&entry["resource"], &entry["response"]["outcome"]].into_iter().find(|found| found.is_object());
            let resource = resource.unwrap_or(&Value::Null);
            if status == 200 { Ok(resource.clone()) } else { Err(told(status, resource)) }
        };
        entries.filter(|_| is_answered).map(|entries| entries.iter().map(came).collect())
    }

    /// The status and the resource; why not where there is none.
    async fn send(&mut self, write: Write, until: Instant) -> Result<(u16, Value), String> {
        if self.broken >= MAX_BROKEN {
            return Err("it was given up, as it did not answer".to_owned());
        }
        if Instant::now() >= until {
            return Err(format!("not all was answered within {} s", WHOLE.as_secs()));
        }
        match self.client.write(&write).await {
            Ok(reply) => {
                self.broken = 0;
                Ok((reply.status, serde_json::from_slice(&reply.body).unwrap_or(Value::Null)))
            }
            Err(Broken { detail, .. }) => {
                self.broken += 1;
                Err(detail)
            }
        }
    }
}

fn membership(question: &Question) -> Operation {
    let (url, version) = match question.value_set.split_once('|') {
        Some((url, version)) => (url, Some(version)),
        None => (question.value_set.as_str(), None),
    };
    let parameters = [
        ("url", Some(url)),
        ("valueSetVersion", version),
        ("system", Some(question.system.as_str())),
        ("systemVersion", question.version.as_deref()),
        ("code", Some(question.code.as_str())),
    ];
    ("ValueSet/$validate-code", written(&parameters))
}

fn code(question: &Question) -> Operation {
    let parameters = [
        ("url", Some(question.system.as_str())),
        ("version", question.version.as_deref()),
        ("code", Some(question.code.as_str())),
    ];
    ("CodeSystem/$validate-code", written(&parameters))
}

fn written(parameters: &[(&str, Option<&str>)]) -> Vec<(String, String)> {
    parameters.iter().filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.to_owned()))).collect()
}
