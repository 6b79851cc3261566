//! What a run looks like from afar: per request what was asked and what came,
//! with as little reading of bodies as will do.

use std::collections::{BTreeMap, BTreeSet};

use super::super::code::Code;
use super::super::finding::Finding;
use crate::agreements::FhirVersion;
use crate::clock;
use crate::evidence::{BrokenKind, Evidence, Exchange, FoundHow, Outcome, Received, Record};
use crate::plan::{Action, Plan, PlannedStep, TargetAuth};
use crate::scenario::{Auth, Check, Format};

/// Bytes of a body that are looked at.
const HEAD: usize = 4096;
/// Seconds that a clock may differ.
const CLOCK: i64 = 300;

/// A run from afar.
#[derive(Debug)]
pub(crate) struct Survey<'a> {
    plan: &'a Plan,
    evidence: &'a Evidence,
    /// All requests.
    all: Vec<Seen<'a>>,
    /// What was found in the answers.
    findings: Vec<&'a Finding>,
}

/// A request and what came of it, from afar.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    exchange: &'a Exchange,
    /// It has the usual credentials, and should succeed.
    is_regular: bool,
    head: &'a [u8],
}

/// Which requests a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// All that should succeed.
    Everything,
    /// Those for data: what a server says of itself may be open to all.
    Data,
}

type Shown = Option<(String, BTreeSet<String>)>;

impl<'a> Survey<'a> {
    pub(crate) fn new(plan: &'a Plan, evidence: &'a Evidence, findings: Vec<&'a Finding>) -> Self {
        let steps: BTreeMap<(String, &str), &PlannedStep> = plan
            .scenarios
            .iter()
            .flat_map(|scenario| scenario.steps.iter().map(|step| ((scenario.name(), step.id.as_str()), step)))
            .collect();
        let all = evidence.records.iter().filter_map(|record| match record {
            Record::Exchange(exchange) => {
                let step = steps.get(&(exchange.scenario.clone(), exchange.step.as_str()));
                let is_regular = step.is_none_or(|step| should_succeed(step));
                Some(Seen { exchange, is_regular, head: head(evidence, exchange) })
            }
            _ => None,
        });
        Self { plan, evidence, all: all.collect(), findings }
    }

    pub(super) fn has_credentials(&self) -> bool {
        self.plan.target.auth != TargetAuth::None
    }

    fn regular(&self, look: Look) -> impl Iterator<Item = &Seen<'a>> {
        self.all.iter().filter(move |seen| seen.is_regular && (look == Look::Everything || !seen.is_metadata()))
    }

    /// Whether all requests look so; the detail is the first.
    pub(super) fn all(&self, look: Look, is: impl Fn(&Seen<'a>) -> bool) -> Shown {
        let first = self.regular(look).next()?;
        if !self.regular(look).all(&is) {
            return None;
        }
        Some((first.detail(), self.those(is)))
    }

    /// Whether all requests broke for one of these reasons.
    pub(super) fn all_broken(&self, kinds: &[BrokenKind]) -> Shown {
        self.all(Look::Everything, |seen| seen.broken().is_some_and(|kind| kinds.contains(&kind)))
    }

    /// Whether at least half of the requests broke for this reason.
    pub(super) fn most_broken(&self, kind: BrokenKind) -> Shown {
        let is = |seen: &Seen<'a>| seen.broken() == Some(kind);
        let first = self.regular(Look::Everything).find(|seen| is(seen))?;
        let all = self.regular(Look::Everything).count();
        let broken = self.regular(Look::Everything).filter(|seen| is(seen)).count();
        (broken * 2 >= all).then(|| (first.detail(), self.those(is)))
    }

    fn those(&self, is: impl Fn(&Seen<'a>) -> bool) -> BTreeSet<String> {
        self.all.iter().filter(|seen| is(seen)).map(|seen| seen.exchange.id.clone()).collect()
    }

    /// People that a lookup which was answered did not find.
    pub(super) fn personas_missing(&self) -> Shown {
        let lost = self.evidence.records.iter().filter_map(|record| match record {
            Record::Persona(found) if found.how == FoundHow::NotFound => Some(found.persona.as_str()),
            _ => None,
        });
        let lost: Vec<&str> = lost.collect();
        let looked = |seen: &&Seen<'_>| {
            lost.contains(&seen.exchange.step.as_str()) && seen.is_success() && seen.resource() == Some("Bundle")
        };
        let exchanges: BTreeSet<String> = self.all.iter().filter(looked).map(|seen| seen.exchange.id.clone()).collect();
        (!exchanges.is_empty()).then(|| (lost.join(", "), exchanges))
    }

    /// The version in the capability statement is not the claimed one.
    pub(super) fn other_version(&self) -> Shown {
        let claimed = match self.plan.claims.dialect.fhir() {
            FhirVersion::R4 => "4.",
            FhirVersion::Stu3 => "3.",
        };
        let version = |seen: &Seen<'a>| seen.is_metadata().then(|| seen.fhir_version()).flatten();
        let found = self.all.iter().find_map(version).filter(|found| !found.starts_with(claimed))?;
        Some((found, self.all.iter().map(|seen| seen.exchange.id.clone()).collect()))
    }

    /// The dates of all answers are far from ours.
    pub(super) fn wrong_clock(&self) -> Shown {
        let start = &self.evidence.start.at;
        let off = |seen: &Seen<'a>| clock::seconds_between(start, seen.exchange.started_us, seen.header("date")?);
        let mut offs = self.all.iter().filter_map(off);
        let first = offs.next()?;
        let is_off = |seconds: i64| seconds.abs() > CLOCK && seconds.signum() == first.signum();
        if !is_off(first) || !offs.all(is_off) {
            return None;
        }
        Some((format!("{first:+} s"), self.those(|seen| seen.header("date").is_some())))
    }

    /// Nothing that was asked in this format came in it, while the other format works.
    pub(super) fn lacks(&self, format: Format) -> Shown {
        let asked = |seen: &&Seen<'a>| seen.is_regular && seen.asked() == format;
        let first = self.all.iter().find(asked)?;
        let none = self.all.iter().filter(asked).all(|seen| seen.came() != Some(format) && seen.refuses_or_answers());
        let other = self.all.iter().any(|seen| seen.is_success() && seen.came().is_some());
        (none && other).then(|| (first.detail(), self.those(|seen| seen.asked() == format)))
    }

    /// A habit that lies under more than one finding; of one it is told well enough with that.
    pub(super) fn habit(&self, code: Code) -> Shown {
        let found: Vec<&&Finding> = self.findings.iter().filter(|finding| finding.code == code).collect();
        let first = found.first().filter(|_| found.len() > 1)?;
        let shown = first.actual.first().map_or_else(|| first.subject.clone(), |shown| format!("{}: {shown}", first.subject));
        Some((shown, found.iter().filter_map(|finding| finding.place.exchange.clone()).collect()))
    }

    /// The type of all answers in FHIR is the same, and no type of FHIR.
    pub(super) fn content_type(&self) -> Shown {
        let fhir = |seen: &&Seen<'a>| seen.is_success() && seen.resource().is_some();
        let first = self.all.iter().find(fhir)?;
        let is_wrong = |seen: &Seen<'a>| !seen.content_type().starts_with("application/fhir+");
        let all = self.all.iter().filter(fhir).all(is_wrong);
        all.then(|| (first.content_type(), self.those(is_wrong)))
    }
}

/// Whether a step asks with the usual credentials for what is there.
fn should_succeed(step: &PlannedStep) -> bool {
    let usual = match &step.action {
        Action::Send(template) => template.auth == Auth::Normal,
        Action::Follow(follow) => follow.auth == Auth::Normal,
        Action::Serve(_) => false,
    };
    let fails = step.expect.iter().any(|expectation| match &expectation.check {
        Check::Status(codes) => codes.codes().iter().all(|code| *code >= 300),
        _ => false,
    });
    usual && !fails
}

fn head<'a>(evidence: &'a Evidence, exchange: &'a Exchange) -> &'a [u8] {
    let Outcome::Answered(Received { body: Some(digest), .. }) = &exchange.outcome else { return &[] };
    evidence.blobs.get(digest).map_or(&[], |body| &body[..body.len().min(HEAD)])
}

impl Seen<'_> {
    fn received(&self) -> Option<&Received> {
        match &self.exchange.outcome {
            Outcome::Answered(received) => Some(received),
            Outcome::Broken(_) => None,
        }
    }

    fn broken(&self) -> Option<BrokenKind> {
        match &self.exchange.outcome {
            Outcome::Broken(broken) => Some(broken.kind),
            Outcome::Answered(_) => None,
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.received()?.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    fn content_type(&self) -> String {
        self.header("content-type").unwrap_or("-").to_lowercase()
    }

    fn status(&self) -> u16 {
        self.received().map_or(0, |received| received.status)
    }

    pub(super) fn within(&self, from: u16, to: u16) -> bool {
        (from..=to).contains(&self.status())
    }

    pub(super) fn is_any(&self, codes: &[u16]) -> bool {
        codes.contains(&self.status())
    }

    fn is_success(&self) -> bool {
        self.within(200, 299)
    }

    fn is_metadata(&self) -> bool {
        let url = &self.exchange.request.url;
        url.split('?').next().is_some_and(|path| path.ends_with("/metadata"))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(self.head)
            .trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}')
            .to_owned()
    }

    pub(super) fn is_page(&self) -> bool {
        let text = self.text().to_lowercase();
        let marked = text.starts_with("<!doctype html") || text.starts_with("<html") || text.contains("<body");
        marked || (self.content_type().starts_with("text/html") && self.resource().is_none())
    }

    /// A success that says nothing in FHIR.
    pub(super) fn is_no_fhir(&self) -> bool {
        self.is_success() && self.resource().is_none()
    }

    /// A page, or the way to one, that asks who somebody is.
    pub(super) fn is_login(&self) -> bool {
        const WORDS: [&str; 7] = ["login", "log in", "signin", "sign in", "inloggen", "aanmelden", "authorize"];
        let asks = |text: &str| WORDS.iter().any(|word| text.to_lowercase().contains(word));
        match self.status() {
            300..=399 => self.header("location").is_some_and(asks),
            _ => self.is_page() && (asks(&self.text()) || self.text().to_lowercase().contains("type=\"password\"")),
        }
    }

    /// The type of the resource, when the body begins as one.
    fn resource(&self) -> Option<&'static str> {
        let text = self.text();
        let is = |name: &str| text.starts_with(&format!("<{name} ")) || text.contains(&format!("\"{name}\""));
        let is_fhir = text.contains("\"resourceType\"") || text.contains("http://hl7.org/fhir\"");
        match () {
            () if !is_fhir => None,
            () if is("Bundle") => Some("Bundle"),
            () => Some("Resource"),
        }
    }

    fn came(&self) -> Option<Format> {
        self.resource()?;
        Some(if self.text().starts_with('<') { Format::Xml } else { Format::Json })
    }

    fn asked(&self) -> Format {
        let accept = self.exchange.request.headers.iter().find(|(name, _)| name == "accept");
        if accept.is_some_and(|(_, value)| value.contains("xml")) { Format::Xml } else { Format::Json }
    }

    /// Another format came, or this one was refused; anything else is another trouble.
    fn refuses_or_answers(&self) -> bool {
        self.is_success() || self.is_any(&[400, 406, 415, 500])
    }

    fn fhir_version(&self) -> Option<String> {
        let text = self.text();
        let (_, rest) = text.split_once("fhirVersion")?;
        let start = rest.find(|letter: char| letter.is_ascii_digit())?;
        Some(rest[start..].chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect())
    }

    /// What tells it in a few words.
    fn detail(&self) -> String {
        match &self.exchange.outcome {
            Outcome::Broken(broken) => broken.detail.clone(),
            Outcome::Answered(received) => match self.header("location") {
                Some(location) if self.within(300, 399) => format!("{} {location}", received.status),
                _ if self.is_page() => format!("{}, {}", received.status, self.content_type()),
                _ => received.status.to_string(),
            },
        }
    }
}
