//! Asks everything: whom it is about, the exchanges of both groups with their
//! pages, and then what references lead to. Whatever fails becomes a reason.

use std::collections::BTreeSet;

use super::ask::{Answer, Asker, Call, Failure, outcome};
use super::query::{About, query};
use super::records::{Answered, Records};
use super::settings::{Groups, ReasonKind, Settings, Whom};
use crate::agreements::bsns;
use crate::drive::encode;
use crate::fhir::node::Node;
use crate::fhir::search::link_of;
use crate::plan::PATIENT_LOOKUP;
use crate::scenario::{Exchange, TransactionGroup};

/// Resources that are kept at most.
const MOST_RESOURCES: usize = 5_000;

/// Asks everything, and never fails: what is missing is told in the reasons.
pub(super) async fn gather(settings: &Settings<'_>, asker: &mut Asker) -> Records {
    let base = asker.address().base().to_owned();
    let mut work = Work { records: Records::new("", base, settings.fhir), asker, settings };
    let Some(patient) = work.patient().await else {
        if work.asker.has_stopped() {
            work.failed(None, "the plan", "het plan", &Failure::Stopped);
        }
        return work.records;
    };
    work.records.patient = patient;
    let bsn = work.bsn();
    for exchange in settings.suite.exchanges.iter().filter(|exchange| is_wanted(exchange, settings.groups)) {
        if !work.asker.behaviour().skips(&exchange.exchange) {
            work.exchange(exchange, bsn.as_deref()).await;
        }
    }
    work.references().await;
    work.writes().await;
    work.records
}

fn is_wanted(exchange: &Exchange, groups: Groups) -> bool {
    match exchange.group {
        TransactionGroup::Lookup => false,
        TransactionGroup::IndividualResources => groups != Groups::FormOnly,
        TransactionGroup::Form => groups != Groups::ResourcesOnly,
    }
}

/// A consultation under way.
pub(super) struct Work<'w, 's> {
    pub(super) settings: &'w Settings<'s>,
    pub(super) asker: &'w mut Asker,
    pub(super) records: Records,
}

impl Work<'_, '_> {
    /// The logical id of the patient; the resource itself is kept when it can be had.
    async fn patient(&mut self) -> Option<String> {
        match &self.settings.patient {
            Whom::Id(id) => {
                let id = id.clone();
                let url = self.asker.address().request(&format!("Patient/{}", crate::drive::encode_path(&id)), "");
                match self.asker.ask(&Call::read(url)).await {
                    Ok(answer) if is_named(answer.tree.root(), "Patient", &id) => {
                        self.records.keep(answer.tree.root(), None);
                    }
                    Ok(_) => self.records.reason(
                        ReasonKind::Patient,
                        None,
                        "the patient's own record: the answer is another resource",
                        "de gegevens van de patiënt: het antwoord is een andere resource",
                    ),
                    Err(why) => self.failed(None, "the patient's own record", "de gegevens van de patiënt", &why),
                }
                Some(id)
            }
            Whom::Bsn(bsn) => {
                let bsn = bsn.clone();
                self.lookup(&bsn).await
            }
        }
    }

    /// Looks a patient up by BSN, in the body of a request; in the URL only of a server that does not take that.
    async fn lookup(&mut self, bsn: &str) -> Option<String> {
        let exchange = self.settings.suite.exchange(PATIENT_LOOKUP)?;
        let about = About { id: "", bsn: Some(bsn) };
        let (path, parameters) = query(exchange, self.settings.fhir, about, self.asker.behaviour())?;
        let parameters = encode(&parameters);
        let address = self.asker.address();
        let (by_post, by_get) = (address.request(&format!("{path}/_search"), ""), address.request(&path, &parameters));
        let mut came = self.asker.ask(&Call::form(PATIENT_LOOKUP, by_post, parameters)).await;
        if matches!(came, Err(Failure::Status(404 | 405 | 415 | 501, _))) {
            came = self.asker.ask(&Call::search(PATIENT_LOOKUP, by_get)).await;
        }
        let answer = match came {
            Ok(answer) => answer,
            Err(why) => {
                self.failed(Some(PATIENT_LOOKUP), "looking up the patient", "het opzoeken van de patiënt", &why);
                return None;
            }
        };
        let found: BTreeSet<String> = entries(answer.tree.root())
            .filter(|entry| entry.resource.type_name() == "Patient" && bsns(entry.resource).any(|own| own == bsn))
            .map(|entry| self.records.keep(entry.resource, None))
            .collect();
        match (found.len(), found.first().and_then(|name| name.strip_prefix("Patient/"))) {
            (1, Some(id)) => Some(id.to_owned()),
            (0, _) => {
                let (en, nl) = ("the server knows nobody with this BSN", "de server kent niemand met dit BSN");
                self.records.reason(ReasonKind::Patient, Some(PATIENT_LOOKUP), en, nl);
                None
            }
            (several, _) => {
                let en = format!("the server has {several} patients with this BSN, so none of their plans is shown");
                let nl = format!("de server heeft {several} patiënten met dit BSN; daarom wordt geen van hun plannen getoond");
                self.records.reason(ReasonKind::Patient, Some(PATIENT_LOOKUP), en, nl);
                self.records.resources.clear();
                None
            }
        }
    }

    /// The BSN as the user gave it, or else as the patient has it; only one fault uses it.
    fn bsn(&self) -> Option<String> {
        if let Whom::Bsn(bsn) = &self.settings.patient {
            return Some(bsn.clone());
        }
        bsns(self.records.patient()?).next().map(str::to_owned)
    }

    /// Asks an exchange, page after page.
    async fn exchange(&mut self, exchange: &Exchange, bsn: Option<&str>) {
        let about = About { id: &self.records.patient.clone(), bsn };
        let Some((path, mut parameters)) = query(exchange, self.settings.fhir, about, self.asker.behaviour()) else { return };
        if let Some(size) = self.settings.page_size {
            parameters.push(("_count".to_owned(), size.to_string()));
        }
        let name = exchange.exchange.as_str();
        self.records.answers.insert(name.to_owned(), Answered::default());
        let forever = self.asker.behaviour().next_forever();
        let most = forever.unwrap_or(self.settings.limits.pages);
        let mut url = self.asker.address().request(&path, &encode(&parameters));
        let mut seen = BTreeSet::new();
        let mut page = 0;
        loop {
            if !seen.insert(url.clone()) && forever.is_none() {
                let (en, nl) = (
                    format!("page {} leads back to an earlier page", page),
                    format!("pagina {page} leidt terug naar een eerdere pagina"),
                );
                return self.records.reason(ReasonKind::Endless, Some(name), en, nl);
            }
            if page == most {
                let (en, nl) = (format!("there are more than {most} pages"), format!("er zijn meer dan {most} pagina's"));
                return self.records.reason(ReasonKind::Endless, Some(name), en, nl);
            }
            page += 1;
            let came = self.asker.ask(&Call::search(name, url)).await;
            let next = match came {
                Ok(answer) => self.page(name, page, &answer),
                Err(why) => {
                    let (en, nl) = (format!("page {page}"), format!("pagina {page}"));
                    self.failed(Some(name), if page == 1 { "" } else { &en }, if page == 1 { "" } else { &nl }, &why);
                    None
                }
            };
            match next {
                Some(next) => url = next,
                None => return,
            }
        }
    }

    /// Keeps what a page holds; where the next one is.
    fn page(&mut self, exchange: &str, page: usize, answer: &Answer) -> Option<String> {
        let bundle = answer.tree.root();
        if bundle.type_name() != "Bundle" || bundle.child_value("type") != Some("searchset") {
            let said = outcome(&answer.tree).map(|said| format!(" ({said})")).unwrap_or_default();
            let en = format!("page {page}: the answer is no searchset{said}");
            let nl = format!("pagina {page}: het antwoord is geen zoekresultaat{said}");
            self.records.reason(ReasonKind::Unreadable, Some(exchange), en, nl);
            return None;
        }
        let about = Some(format!("Patient/{}", self.records.patient));
        for entry in entries(bundle) {
            if self.records.resources.len() >= MOST_RESOURCES {
                let (en, nl) = ("more resources than are taken in", "meer resources dan er worden ingelezen");
                self.records.reason(ReasonKind::TooMuch, Some(exchange), en, nl);
                return None;
            }
            if entry.resource.type_name() == "OperationOutcome" {
                self.told(exchange, entry.resource);
                continue;
            }
            let subject = subject(entry.resource, &self.records.base);
            if entry.is_match && subject.is_some() && subject != about {
                let (en, nl) = (
                    "it holds data of another patient, which is not shown",
                    "er zitten gegevens van een andere patiënt bij; die worden niet getoond",
                );
                self.records.reason(ReasonKind::OtherPatient, Some(exchange), en, nl);
                continue;
            }
            let name = self.records.keep(entry.resource, entry.full_url);
            if entry.is_match
                && let Some(answered) = self.records.answers.get_mut(exchange)
            {
                answered.matches.push(name);
            }
        }
        self.next(exchange, page, bundle)
    }

    /// What the server tells beside the matches.
    fn told(&mut self, exchange: &str, outcome: Node<'_>) {
        let is_grave = |issue: Node<'_>| matches!(issue.child_value("severity"), Some("error" | "fatal"));
        let grave = outcome.children_named("issue").any(is_grave);
        let words = super::ask::outcome(&crate::fhir::node::Tree::copy_of(outcome)).unwrap_or_default();
        if grave {
            let (en, nl) = (format!("the server says: {words}"), format!("de server meldt: {words}"));
            self.records.reason(ReasonKind::ServerSays, Some(exchange), en, nl);
        } else if !self.records.remarks.contains(&words) {
            self.records.remarks.push(words);
        }
    }

    fn next(&mut self, exchange: &str, page: usize, bundle: Node<'_>) -> Option<String> {
        let link = bundle.children_named("link").find(|link| link.child_value("relation") == Some("next"))?;
        if self.asker.behaviour().ignores_next() {
            return None;
        }
        let url = self.asker.address().link(link.child_value("url").unwrap_or_default());
        if let (Err(_), false) = (self.asker.address().allowed(&url), self.asker.behaviour().next_elsewhere()) {
            let en = format!("page {} is on another server, where our credentials do not go", page + 1);
            let nl = format!("pagina {} staat op een andere server; daar gaan onze inloggegevens niet heen", page + 1);
            self.records.reason(ReasonKind::Elsewhere, Some(exchange), en, nl);
            return None;
        }
        Some(url)
    }

    /// Tells why something is not there. `what` is empty for the whole of an exchange.
    pub(super) fn failed(&mut self, exchange: Option<&str>, en: &str, nl: &str, why: &Failure) {
        let (kind, why_en, why_nl) = told(why);
        let kind = if exchange.is_none() && kind == ReasonKind::Refused { ReasonKind::Reference } else { kind };
        let joined = |what: &str, why: String| if what.is_empty() { why } else { format!("{what}: {why}") };
        self.records.reason(kind, exchange, joined(en, why_en), joined(nl, why_nl));
    }
}

fn told(why: &Failure) -> (ReasonKind, String, String) {
    match why {
        Failure::Broken(broken) => {
            let en = format!("no whole answer came ({})", broken.detail);
            (ReasonKind::NoAnswer, en, format!("er kwam geen volledig antwoord ({})", broken.detail))
        }
        Failure::Status(status, said) => {
            let said = said.as_deref().map(|said| format!(": {said}")).unwrap_or_default();
            let en = format!("the server refused with status {status}{said}");
            (ReasonKind::Refused, en, format!("de server weigerde met status {status}{said}"))
        }
        Failure::Unreadable(why) => {
            (ReasonKind::Unreadable, format!("the answer cannot be read: {why}"), format!("het antwoord is onleesbaar: {why}"))
        }
        Failure::Elsewhere(why) => {
            let en = format!("the server sends us to another address, where our credentials do not go ({why})");
            let nl = format!("de server stuurt ons naar een ander adres; daar gaan onze inloggegevens niet heen ({why})");
            (ReasonKind::Elsewhere, en, nl)
        }
        Failure::Stopped => (ReasonKind::Stopped, "not asked any more".to_owned(), "niet meer gevraagd".to_owned()),
        Failure::Late => {
            (ReasonKind::NoAnswer, "the time for the whole was over".to_owned(), "de tijd voor het geheel was om".to_owned())
        }
    }
}

/// An entry of a searchset.
#[derive(Clone, Copy)]
struct Entry<'t> {
    full_url: Option<&'t str>,
    resource: Node<'t>,
    is_match: bool,
}

fn entries(bundle: Node<'_>) -> impl Iterator<Item = Entry<'_>> {
    bundle.children_named("entry").filter_map(|entry| {
        let mode = entry.child("search").and_then(|search| search.child_value("mode"));
        let resource = entry.child("resource").filter(|resource| resource.is_resource())?;
        // Without a mode everything is taken for a match: what it is, is looked at when it is read.
        Some(Entry { full_url: entry.child_value("fullUrl"), resource, is_match: matches!(mode, Some("match") | None) })
    })
}

pub(super) fn is_named(resource: Node<'_>, kind: &str, id: &str) -> bool {
    resource.type_name() == kind && resource.child_value("id") == Some(id)
}

/// The patient that a resource says it is about.
fn subject(resource: Node<'_>, base: &str) -> Option<String> {
    let reference = resource.child("subject").or_else(|| resource.child("patient"))?.child_value("reference")?;
    let link = link_of(reference, base)?;
    (link.resource == "Patient").then(|| format!("Patient/{}", link.id))
}
