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
/// Largest value set that is sent along.
const MAX_SENT: usize = 256 << 10;
/// What is asked.
const VALIDATE: &str = "ValueSet/$validate-code";
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

/// What is in a value set, by its canonical, for a server that does not have it.
pub type Contents<'c> = dyn Fn(&str) -> Option<Value> + Sync + 'c;

/// The one operation, by its parameters.
enum Operation {
    Get(Vec<(String, String)>),
    /// With a resource of Parameters.
    Post(Value),
}

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

    /// Asks all questions. Each gets an answer, in their order. A value set that the server does not
    /// have is sent along, where it is here.
    pub async fn ask(
        &mut self,
        questions: impl IntoIterator<Item = Question>,
        contents: &Contents<'_>,
    ) -> Vec<(Question, Answer)> {
        let questions: Vec<Question> = questions.into_iter().collect();
        let until = Instant::now() + WHOLE;
        let mut answers = Vec::with_capacity(questions.len());
        for some in questions.chunks(TOGETHER) {
            let said = self.memberships(some, contents, until).await;
            answers.extend(some.iter().cloned().zip(said));
        }
        answers
    }

    async fn memberships(&mut self, questions: &[Question], contents: &Contents<'_>, until: Instant) -> Vec<Answer> {
        let operations: Vec<Operation> = questions.iter().map(|question| Operation::Get(membership(question))).collect();
        let mut said: Vec<Said> = self.operations(&operations, until).await.iter().map(meaning).collect();
        let again = |(at, question): (usize, &Question)| {
            let is_open = matches!(said[at], Said::Nothing(_));
            Some((at, Operation::Post(with_content(question, contents(&question.value_set).filter(|_| is_open)?)?)))
        };
        // Who fell silent is not asked more than that.
        let open = questions.iter().enumerate().filter(|_| self.broken == 0).filter_map(again);
        let (places, operations): (Vec<usize>, Vec<Operation>) = open.unzip();
        for (at, came) in places.into_iter().zip(self.operations(&operations, until).await) {
            match meaning(&came) {
                // The first reason is about the question as it was meant.
                Said::Nothing(_) => {}
                decided => said[at] = decided,
            }
        }
        let answer = |said| match said {
            Said::Yes => Answer::In,
            Said::No => Answer::Out,
            Said::Nothing(why) => Answer::Unanswered(why),
        };
        said.into_iter().map(answer).collect()
    }

    async fn operations(&mut self, operations: &[Operation], until: Instant) -> Vec<Came> {
        if operations.len() > 1
            && self.takes_batches
            && let Some(came) = self.batch(operations, until).await
        {
            return came;
        }
        let mut came = Vec::with_capacity(operations.len());
        for operation in operations {
            let address = self.client.address();
            let write = match operation {
                Operation::Get(parameters) => {
                    Write { verb: Verb::Get, url: address.request(VALIDATE, &encode(parameters)), body: None }
                }
                Operation::Post(body) => {
                    Write { verb: Verb::Post, url: address.request(VALIDATE, ""), body: Some(body.to_string()) }
                }
            };
            let reply = self.send(write, until).await;
            came.push(
                reply.and_then(|(status, resource)| if status == 200 { Ok(resource) } else { Err(told(status, &resource)) }),
            );
        }
        came
    }

    /// All in one request; nothing where the server does not take that.
    async fn batch(&mut self, operations: &[Operation], until: Instant) -> Option<Vec<Came>> {
        let entry = |operation: &Operation| match operation {
            Operation::Get(parameters) => {
                json!({"request": {"method": "GET", "url": format!("{VALIDATE}?{}", encode(parameters))}})
            }
            Operation::Post(body) => json!({"resource": body, "request": {"method": "POST", "url": VALIDATE}}),
        };
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

/// What an answer means; none means nothing, and why.
fn meaning(came: &Came) -> Said {
    came.as_ref().map_or_else(|why| Said::Nothing(why.clone()), read)
}

fn membership(question: &Question) -> Vec<(String, String)> {
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
    parameters.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect()
}

/// The question with the value set itself; nothing where that is too large to send.
fn with_content(question: &Question, value_set: Value) -> Option<Value> {
    let mut coding = json!({"system": question.system, "code": question.code});
    if let Some(version) = &question.version {
        coding["version"] = json!(version);
    }
    let parameters = json!([{"name": "valueSet", "resource": value_set}, {"name": "coding", "valueCoding": coding}]);
    let body = json!({"resourceType": "Parameters", "parameter": parameters});
    (body.to_string().len() <= MAX_SENT).then_some(body)
}
