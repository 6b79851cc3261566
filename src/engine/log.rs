//! The log of a run: everything passes here on its way into the evidence, and
//! is redacted on the way (settled 21). Storing is `record`'s.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::event::Event;
use super::record::{RecordError, Recorder};
use crate::clock::{self, Stopwatch};
use crate::drive::{FreshToken, Reply};
use crate::evidence::{
    Attested, Broken, Capture, CodeAsked, End, Evidence, Exchange, Exhibit, FoundPersona, Noted, Omitted, OmittedReason, Origin,
    Outcome, PhaseOver, Received, Record, Replaced, Sent, Start, TokenAsked, Unanswered,
};
use crate::fhir::terminology::{Answer, Question};
use crate::plan::{ExtraValue, TargetAuth};
use crate::redact::{Redactor, Replacement};

/// Who listens to events.
pub(super) type Listener = Arc<dyn Fn(Event) + Send + Sync>;

/// The log of a run, shared by all that runs.
pub(super) struct Log {
    kept: Mutex<Kept>,
    redactor: Redactor,
    listener: Listener,
    watch: Stopwatch,
    /// Microseconds that had passed in the run before it was gone on with.
    before_us: u64,
}

struct Kept {
    recorder: Recorder,
    evidence: Evidence,
    /// It was told that storing has ended.
    told: bool,
}

impl Kept {
    fn new(recorder: Recorder, evidence: Evidence) -> Mutex<Self> {
        Mutex::new(Self { recorder, evidence, told: false })
    }

    /// What went wrong with storing, when it was not told before.
    fn fresh_trouble(&mut self) -> Option<String> {
        let trouble = self.recorder.trouble().filter(|_| !self.told)?.to_string();
        self.told = true;
        Some(trouble)
    }
}

/// An exchange as it went, not yet redacted.
pub(super) struct Happened<'a> {
    /// Its id.
    pub(super) id: String,
    /// `scenario@variant`
    pub(super) scenario: &'a str,
    /// The step.
    pub(super) step: &'a str,
    /// What made us send it.
    pub(super) origin: Origin,
    /// What was sent.
    pub(super) sent: Sent,
    /// What came back.
    pub(super) outcome: &'a Result<Reply, Broken>,
    /// When it was sent.
    pub(super) started_us: u64,
    /// Times that it was sent again.
    pub(super) retries: u32,
}

impl Log {
    /// Begins the log with the start of the run, what the user wrote in it redacted.
    pub(super) fn new(mut recorder: Recorder, mut start: Start, redactor: Redactor, listener: Listener) -> Self {
        let target = &mut start.plan.target;
        target.base = redactor.text(&target.base);
        for persona in &mut start.plan.personas {
            persona.given = persona.given.as_deref().map(|given| redactor.text(given));
            persona.bsn = redactor.text(&persona.bsn);
            persona.lookup = redactor.text(&persona.lookup);
        }
        start.plan.selection = start.plan.selection.as_deref().map(|selection| redactor.text(selection));
        start.plan.claims.product = start.plan.claims.product.as_deref().map(|product| redactor.text(product));
        for known in &mut start.plan.known {
            known.reason = redactor.text(&known.reason);
        }
        for header in &mut start.plan.target.headers {
            if let ExtraValue::Text(text) = &mut header.value {
                *text = redactor.text(text);
            }
        }
        if let TargetAuth::Issued(token) = &mut start.plan.target.auth {
            token.by = redactor.text(&token.by);
        }
        let evidence = recorder.start(start);
        Self { kept: Kept::new(recorder, evidence), redactor, listener, watch: Stopwatch::start(), before_us: 0 }
    }

    /// Goes on with a log that was broken off.
    pub(super) fn resumed(recorder: Recorder, evidence: Evidence, redactor: Redactor, listener: Listener) -> Self {
        let ended = |record: &Record| match record {
            Record::Exchange(exchange) => exchange.started_us + exchange.took_us,
            Record::Phase(over) => over.started_us + over.took_us,
            Record::End(end) => end.took_us,
            _ => 0,
        };
        // Time went on while nobody was there: who waited meanwhile did wait.
        let passed = clock::micros_since(&evidence.start.at).unwrap_or(0);
        let before_us = evidence.records.iter().map(ended).max().unwrap_or(0).max(passed);
        Self { kept: Kept::new(recorder, evidence), redactor, listener, watch: Stopwatch::start(), before_us }
    }

    /// Microseconds since the start of the run.
    pub(super) fn elapsed_us(&self) -> u64 {
        self.before_us + self.watch.elapsed_us()
    }

    /// Tells who listens.
    pub(super) fn tell(&self, event: Event) {
        (self.listener)(event);
    }

    /// A text for an event.
    pub(super) fn redacted(&self, text: &str) -> String {
        self.redactor.text(text)
    }

    /// How many exchanges of a step there are.
    pub(super) fn exchanges(&self, scenario: &str, step: &str) -> usize {
        let of = |record: &&Record| matches!(record, Record::Exchange(of) if of.scenario == scenario && of.step == step);
        self.kept().evidence.records.iter().filter(of).count()
    }

    /// Records an exchange, and gives its body as it is kept when that differs from what came.
    pub(super) fn exchange(&self, happened: Happened<'_>) -> Option<Vec<u8>> {
        let took_us = self.elapsed_us().saturating_sub(happened.started_us);
        self.tell(event(&happened, took_us));
        let (outcome, body) = self.outcome(happened.outcome);
        let exchange = Exchange {
            scenario: happened.scenario.to_owned(),
            step: happened.step.to_owned(),
            origin: self.origin(happened.origin),
            request: self.sent(happened.sent),
            outcome,
            started_us: happened.started_us,
            took_us,
            retries: happened.retries,
            id: happened.id,
        };
        let mut kept = self.kept();
        let Kept { recorder, evidence, .. } = &mut *kept;
        let digest = recorder.keep(evidence, &body);
        let mut exchange = exchange;
        if let Outcome::Answered(received) = &mut exchange.outcome {
            received.body = digest;
        }
        self.add(kept, Record::Exchange(Box::new(exchange)));
        match body {
            Cow::Owned(body) => Some(body),
            Cow::Borrowed(_) => None,
        }
    }

    /// Whether what is recorded is stored as well.
    pub(super) fn keeps(&self) -> bool {
        self.kept().recorder.trouble().is_none()
    }

    /// Records an exchange that counts only when it is stored: whether it is. One that is not is in no evidence, for its
    /// client gets another answer.
    pub(super) fn stored(&self, happened: Happened<'_>) -> bool {
        self.exchange(happened);
        let mut kept = self.kept();
        let is_stored = kept.recorder.trouble().is_none();
        if !is_stored && matches!(kept.evidence.records.last(), Some(Record::Exchange(_))) {
            kept.evidence.records.pop();
        }
        is_stored
    }

    /// Records the values of a capture over the redacted answers, as a replay will find them.
    pub(super) fn capture(&self, scenario: &str, step: &str, name: &str, values: Vec<String>) {
        let capture = Capture { scenario: scenario.to_owned(), step: step.to_owned(), name: name.to_owned(), values };
        self.add(self.kept(), Record::Capture(capture));
    }

    /// Records that a step, or the rest of one, was not run.
    pub(super) fn omitted(&self, scenario: &str, step: &str, reason: OmittedReason) {
        let omitted = Omitted { scenario: scenario.to_owned(), step: step.to_owned(), reason };
        self.add(self.kept(), Record::Omitted(omitted));
    }

    /// Records that a token was asked for, and keeps it out of all that follows.
    pub(super) fn token(&self, name: &str, fresh: FreshToken) {
        let FreshToken { asked, value } = fresh;
        if let Some(value) = value {
            self.redactor.learn(name, &value);
        }
        let problem = asked.problem.as_deref().map(|problem| self.redactor.text(problem));
        self.add(self.kept(), Record::Token(TokenAsked { of: self.redactor.text(&asked.of), problem, ..asked }));
    }

    /// Records what a terminology server said of a code. The question is made of answers that were redacted before.
    pub(super) fn terminology(&self, of: &str, question: Question, answer: Answer) {
        let answer = match answer {
            Answer::Unanswered(why) => Answer::Unanswered(self.redactor.text(&why)),
            said @ (Answer::In | Answer::Out) => said,
        };
        let asked = CodeAsked { of: self.redactor.text(of), question, answer };
        self.add(self.kept(), Record::Terminology(Box::new(asked)));
    }

    /// The evidence as it is now.
    pub(super) fn so_far(&self) -> Evidence {
        self.kept().evidence.clone()
    }

    /// Records whether a persona was found.
    pub(super) fn persona(&self, mut found: FoundPersona) {
        found.patient = found.patient.as_deref().map(|patient| self.redactor.text(patient));
        self.tell(Event::Persona(found.clone()));
        self.add(self.kept(), Record::Persona(found));
    }

    /// Records that a phase is over.
    pub(super) fn phase(&self, over: PhaseOver) {
        self.add(self.kept(), Record::Phase(over));
    }

    /// Records what a person said of a client, with the file that shows it.
    pub(super) fn attested(&self, mut said: Attested, exhibit: Option<(Exhibit, &[u8])>) {
        said.remark = said.remark.as_deref().map(|remark| self.redactor.text(remark));
        said.by = self.redactor.text(&said.by);
        let mut kept = self.kept();
        if let Some((mut exhibit, content)) = exhibit {
            let Kept { recorder, evidence, .. } = &mut *kept;
            exhibit.name = self.redactor.text(&exhibit.name);
            // Pictures are kept as they are: changing a byte would break them.
            let content =
                if exhibit.media_type.starts_with("text/") { self.redactor.bytes(content) } else { Cow::Borrowed(content) };
            if let Some(digest) = recorder.keep(evidence, &content) {
                said.exhibit = Some(Exhibit { digest, ..exhibit });
            }
        }
        self.add(kept, Record::Attested(said));
    }

    /// Records what somebody noted.
    pub(super) fn noted(&self, mut noted: Noted) {
        noted.text = self.redactor.text(&noted.text);
        noted.by = self.redactor.text(&noted.by);
        self.add(self.kept(), Record::Note(noted));
    }

    /// Records that nobody answered in time.
    pub(super) fn unanswered(&self, unanswered: Unanswered) {
        self.add(self.kept(), Record::Unanswered(unanswered));
    }

    /// Looks at the evidence so far. Nothing is recorded meanwhile: be quick.
    pub(super) fn look<R>(&self, look: impl FnOnce(&Evidence) -> R) -> R {
        look(&self.kept().evidence)
    }

    /// Ends the log: the evidence, and whether all of it is on disk.
    pub(super) fn finish(&self, stopped: bool) -> (Evidence, Result<(), RecordError>) {
        let end = End { at: clock::now(), took_us: self.elapsed_us(), stopped };
        self.add(self.kept(), Record::End(end));
        let mut kept = self.kept();
        let recorder = std::mem::replace(&mut kept.recorder, Recorder::in_memory());
        let start = kept.evidence.start.clone();
        let empty = Evidence { start, records: Vec::new(), blobs: std::collections::BTreeMap::new() };
        let evidence = std::mem::replace(&mut kept.evidence, empty);
        drop(kept);
        let count = |answered: bool| {
            let exchanges = evidence.records.iter().filter_map(|record| match record {
                Record::Exchange(exchange) => Some(matches!(exchange.outcome, Outcome::Answered(_))),
                _ => None,
            });
            exchanges.filter(|is_answered| *is_answered == answered).count()
        };
        self.tell(Event::Finished { answered: count(true), broken: count(false), stopped });
        (evidence, recorder.finish())
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a record, with the numbers that were replaced on the way before it.
    fn add(&self, mut kept: MutexGuard<'_, Kept>, record: Record) {
        let Kept { recorder, evidence, .. } = &mut *kept;
        let fresh = self.redactor.take_fresh();
        let suspect = fresh.iter().any(|replaced| !replaced.test_range);
        for Replacement { token, hmac, elfproof, test_range } in fresh {
            recorder.add(evidence, Record::Replaced(Replaced { token, hmac, elfproof, test_range }));
        }
        recorder.add(evidence, record);
        let trouble = kept.fresh_trouble();
        drop(kept);
        if let Some(trouble) = trouble {
            self.tell(Event::NotKept(trouble));
        }
        if suspect {
            self.tell(Event::RealDataSuspected);
        }
    }

    fn origin(&self, origin: Origin) -> Origin {
        match origin {
            Origin::ForEach(value) => Origin::ForEach(self.redactor.text(&value)),
            Origin::Reference(path, exchange) => Origin::Reference(self.redactor.text(&path), exchange),
            other => other,
        }
    }

    fn sent(&self, sent: Sent) -> Sent {
        Sent {
            url: self.redactor.text(&sent.url),
            form: sent.form.map(|form| self.redactor.text(&form)),
            patient: sent.patient.map(|patient| self.redactor.text(&patient)),
            headers: self.headers(&sent.headers),
            ..sent
        }
    }

    fn headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| (self.redactor.text(name), self.redactor.text(value))).collect()
    }

    fn outcome<'b>(&self, outcome: &'b Result<Reply, Broken>) -> (Outcome, Cow<'b, [u8]>) {
        match outcome {
            Ok(reply) => {
                let headers = self.headers(&reply.headers);
                let received = Received { status: reply.status, headers, body: None, bytes: reply.body.len() as u64 };
                (Outcome::Answered(received), self.redactor.bytes(&reply.body))
            }
            Err(broken) => {
                let broken = Broken { detail: self.redactor.text(&broken.detail), ..broken.clone() };
                (Outcome::Broken(broken), Cow::Borrowed(&[]))
            }
        }
    }
}

fn event(happened: &Happened<'_>, took_us: u64) -> Event {
    let exchange = happened.id.clone();
    match happened.outcome {
        Ok(reply) => Event::Answered { exchange, status: reply.status, took_us },
        Err(broken) => Event::Broken { exchange, kind: broken.kind },
    }
}
