//! What came in, the newest first, and what each request means.

use super::Request;
use crate::evidence::{Evidence, Exchange, Origin, Outcome, Record};
use crate::recognise::{Asked, Recognised, Recogniser};
use crate::scenario::Suite;
use crate::text::Text;

/// Requests that are shown; the rest is counted.
const MOST: usize = 60;

/// All that the client sent.
pub(super) struct Requests<'a> {
    all: Vec<&'a Exchange>,
    suite: &'a Suite,
    recogniser: &'a Recogniser,
    base: &'a str,
}

impl<'a> Requests<'a> {
    /// Of this evidence, by this base URL.
    pub(super) fn new(evidence: &'a Evidence, (suite, recogniser): (&'a Suite, &'a Recogniser), base: &'a str) -> Self {
        let of_client = |record: &'a Record| match record {
            Record::Exchange(exchange) if exchange.origin == Origin::Client => Some(&**exchange),
            _ => None,
        };
        Self { all: evidence.records.iter().filter_map(of_client).collect(), suite, recogniser, base }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// The last of them.
    pub(super) fn last(&self) -> Vec<Request> {
        self.all.iter().rev().take(MOST).map(|exchange| self.request(exchange)).collect()
    }

    /// How the request with this id is not as the agreement has an exchange.
    pub(super) fn differ_from(&self, id: &str, exchange: &str) -> Vec<Text> {
        let asked = self.all.iter().find(|asked| asked.id == id);
        asked.map(|asked| self.meaning(asked).remarks_on(exchange)).unwrap_or_default()
    }

    fn meaning(&self, exchange: &Exchange) -> Recognised {
        let sent = &exchange.request;
        self.recogniser.recognise(&Asked::at(&sent.method, &sent.url, sent.form.as_deref(), self.base))
    }

    fn request(&self, exchange: &Exchange) -> Request {
        let meaning = self.meaning(exchange);
        let asks = meaning.asks(self.recogniser.claimed()).and_then(|asks| self.suite.exchange(&asks.exchange)).map(|asked| {
            let number = asked.query.as_deref().unwrap_or_default();
            Text { en: format!("query {number}: {}", asked.title.en), nl: format!("vraag {number}: {}", asked.title.nl) }
        });
        let url = &exchange.request.url;
        Request {
            id: exchange.id.clone(),
            method: exchange.request.method.clone(),
            url: url.strip_prefix(self.base).unwrap_or(url).trim_start_matches('/').to_owned(),
            asks,
            differs: meaning.remarks(),
            status: match &exchange.outcome {
                Outcome::Answered(received) => Some(received.status),
                Outcome::Broken(broken) => broken.status,
            },
        }
    }
}
