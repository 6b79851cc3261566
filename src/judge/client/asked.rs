//! What a client asks: each exchange of the agreement, about one patient, with
//! the filters of the agreement and no others, and on after answers that fail.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::super::code::Code;
use super::super::finding::{Finding, Place};
use super::super::reference;
use super::super::ruling::Ruling;
use super::super::semantics::references_in;
use super::Phase;
use super::manners::no_format;
use super::requests::touched;
use crate::evidence::{Exchange, Outcome};
use crate::recognise::{Difference, Kind, Recognised, What};
use crate::scenario::{Asks, TransactionGroup};

/// A type that may be of a patient, and is asked about for itself.
const OF_ITSELF: &str = "Device";
/// Types of the persons who are needed to say who agreed what.
const PERSONS: [&str; 3] = ["Practitioner", "PractitionerRole", "RelatedPerson"];
/// One of these exchanges is asked, all codes of its list together.
pub(super) fn asks(phase: &Phase<'_>, asks: &Asks, ruling: &mut Ruling) {
    let meanings = phase.meanings();
    let findings: Vec<Finding> = asks.any.iter().filter_map(|name| unasked(phase, &meanings, name)).collect();
    if findings.len() < asks.any.len() {
        ruling.judged();
    } else if let Some(finding) = findings.into_iter().min_by_key(|finding| finding.code == Code::ExchangeNotAsked) {
        ruling.find(finding);
    }
}

/// What is wrong with how an exchange is asked; nothing when it is right.
fn unasked<'c>(phase: &Phase<'c>, meanings: &[(&'c Exchange, Rc<Recognised>)], name: &str) -> Option<Finding> {
    let claimed = phase.recogniser().claimed();
    let asked = |meaning: &Recognised| {
        let asks = meaning.asks(claimed).filter(|asks| asks.exchange == name && is_about(phase, meaning))?;
        Some(phase.recogniser().codes(name, claimed).difference(&asks.codes).cloned().collect::<BTreeSet<String>>())
    };
    let without: Vec<_> = meanings.iter().filter_map(|(exchange, meaning)| Some((*exchange, asked(meaning)?))).collect();
    if let Some((first, _)) = without.first() {
        let open = without.iter().map(|(_, without)| without.clone()).reduce(|left, right| &left & &right).unwrap_or_default();
        let mut finding = Finding::new(Code::CodesNotAsked, phase.place(first), name);
        finding.expected = open.into_iter().collect();
        return Some(finding).filter(|finding| !finding.expected.is_empty());
    }
    let expected = phase.template(name);
    let near = meanings.iter().filter_map(|(exchange, meaning)| Some((*exchange, otherwise(phase, meaning, name)?)));
    let Some((exchange, differences)) = near.min_by_key(|(_, differences)| differences.len()) else {
        return Some(Finding::new(Code::ExchangeNotAsked, Place::default(), name).expected(expected));
    };
    let mut finding = Finding::new(Code::ExchangeAskedOtherwise, phase.place(exchange), name).expected(expected);
    finding.actual.push(phase.name(exchange));
    finding.actual.extend(differences);
    Some(finding)
}

/// Whether a request is about the patient of the phase, as far as it names one. About somebody else it shows nothing of
/// what belongs here.
fn is_about(phase: &Phase<'_>, meaning: &Recognised) -> bool {
    let mut ids = meaning.patients.ids().peekable();
    ids.peek().is_none() || phase.patient().is_none_or(|patient| ids.any(|id| id == patient))
}

/// How an exchange is asked in another way than the claimed version has it, or about somebody else.
fn otherwise(phase: &Phase<'_>, meaning: &Recognised, name: &str) -> Option<Vec<String>> {
    let differences = match &meaning.kind {
        Kind::Exchange(asks) if asks.exchange == name => &meaning.findings,
        Kind::Near(nearby) => &nearby.iter().find(|near| near.exchange == name)?.differences,
        _ => return None,
    };
    let differences = differences.iter().filter(|difference| difference.what != What::OverFetch);
    let mut told: Vec<String> = differences.map(|difference| difference.short()).collect();
    if !is_about(phase, meaning) {
        told.push(format!("about another patient than `Patient/{}`", phase.patient().unwrap_or_default()));
    }
    Some(told)
}

/// Something of each group is asked, however it is asked.
pub(super) fn both_groups(phase: &Phase<'_>, ruling: &mut Ruling) {
    let touched = asked_here(phase);
    for (group, name) in [(TransactionGroup::IndividualResources, "individual-resources"), (TransactionGroup::Form, "form")] {
        ruling.judged();
        let mut exchanges = phase.exchanges_of(group);
        if !exchanges.any(|exchange| touched.contains(exchange)) {
            ruling.find(Finding::new(Code::GroupNotAsked, Place::default(), name));
        }
    }
}

/// Every search of what is about patients names one.
pub(super) fn names_patient(phase: &Phase<'_>, ruling: &mut Ruling) {
    for (exchange, meaning) in phase.meanings() {
        let about_patients = match &meaning.kind {
            Kind::Exchange(_) | Kind::Near(_) => true,
            Kind::OtherSearch { resource } => is_of_patients(phase, resource),
            _ => false,
        };
        if !about_patients || phase.has_parameter(exchange, "_id") {
            continue;
        }
        ruling.judged();
        if meaning.has(What::PatientMissing) {
            ruling.find(Finding::new(Code::PatientUnnamed, phase.place(exchange), phase.name(exchange)));
        }
    }
}

/// Whether a type can be searched by the patient that it is about.
fn is_of_patients(phase: &Phase<'_>, resource: &str) -> bool {
    let types = phase.recogniser().claimed().fhir().types();
    let leads = |name: &str| types.search_parameter(resource, name).is_some_and(|known| known.may_refer_to("Patient"));
    resource != OF_ITSELF && (leads("patient") || leads("subject"))
}

/// No search names several.
pub(super) fn one_patient(phase: &Phase<'_>, ruling: &mut Ruling) {
    for (exchange, meaning) in phase.meanings() {
        let count = meaning.patients.ids().count();
        // A read names its patient in the path, and no more than one.
        if count == 0 || matches!(meaning.kind, Kind::Read { .. }) {
            continue;
        }
        ruling.judged();
        if count > 1 {
            let finding = Finding::new(Code::PatientsSeveral, phase.place(exchange), phase.name(exchange));
            ruling.find(finding.expected("1").actual(count.to_string()));
        }
    }
}

/// The BSN stands in no URL but that of the lookup.
pub(super) fn no_bsn_in_url(phase: &Phase<'_>, ruling: &mut Ruling) {
    for (exchange, meaning) in phase.meanings() {
        if matches!(meaning.kind, Kind::Lookup { .. } | Kind::Capabilities) {
            continue;
        }
        ruling.judged();
        if phase.holds_bsn(&exchange.request.url) {
            ruling.find(Finding::new(Code::BsnInUrl, phase.place(exchange), phase.name(exchange)));
        }
    }
}

/// No search leaves out a filter of the agreement.
pub(super) fn no_over_fetch(phase: &Phase<'_>, ruling: &mut Ruling) {
    let claimed = phase.recogniser().claimed();
    for (exchange, meaning) in phase.meanings() {
        let finding = Finding::new(Code::FilterLeftOut, phase.place(exchange), phase.name(exchange));
        let of = |what: What| meaning.differences().filter(move |difference| difference.what == what);
        if let Some(asks) = meaning.asks(claimed) {
            ruling.judged();
            let beside: Vec<String> = of(What::UnknownCodes).flat_map(|difference| difference.found.clone()).collect();
            if !beside.is_empty() {
                let mut finding = finding.expected(phase.template(&asks.exchange));
                finding.actual = beside;
                ruling.find(finding);
            }
        } else if matches!(&meaning.kind, Kind::Near(nearby) if nearby.iter().all(|near| near.dialect == claimed)) {
            // Where it is as near to several exchanges, the filters of all of them are missing.
            let missing: BTreeSet<String> = of(What::Missing).map(|difference| difference.parameter.clone()).collect();
            if !missing.is_empty() {
                let mut finding = finding;
                finding.expected = missing.into_iter().collect();
                ruling.find(finding);
            }
        }
    }
}

/// No search has a filter of its own that hides what was agreed.
pub(super) fn no_own_filters(phase: &Phase<'_>, ruling: &mut Ruling) {
    for (exchange, meaning) in phase.meanings() {
        if meaning.asks(phase.recogniser().claimed()).is_none() {
            continue;
        }
        ruling.judged();
        // A first page in an order of the client's own hides what comes after it; one that is gone on from hides nothing.
        let first_only =
            phase.has_parameter(exchange, "_sort") && phase.has_parameter(exchange, "_count") && !phase.goes_on_from(exchange);
        let is_first_only = |difference: &&Difference| difference.found.iter().any(|found| found.starts_with("_sort="));
        let own = meaning.findings.iter().filter(|own| own.what == What::Narrowing && !is_first_only(own));
        let mut hiding: Vec<String> = own.flat_map(|difference| difference.found.clone()).collect();
        hiding.extend(first_only.then(|| "_sort, _count".to_owned()));
        if !hiding.is_empty() {
            let mut finding = Finding::new(Code::FilterAdded, phase.place(exchange), phase.name(exchange));
            finding.actual = hiding;
            ruling.find(finding);
        }
    }
}

/// The includes of the agreement are asked for, and written as servers read them.
pub(super) fn includes(phase: &Phase<'_>, ruling: &mut Ruling) {
    let mut bare: BTreeSet<String> = BTreeSet::new();
    for (exchange, meaning) in phase.meanings() {
        let of = |what: What| meaning.differences().filter(move |difference| difference.what == what);
        if phase.has_parameter(exchange, "_include") {
            ruling.judged();
        }
        let misspelled: BTreeSet<String> = of(What::IncludeColon).flat_map(|difference| difference.found.clone()).collect();
        if !misspelled.is_empty() {
            let mut finding = Finding::new(Code::IncludeMisspelled, phase.place(exchange), phase.name(exchange));
            finding.actual = misspelled.into_iter().collect();
            ruling.find(finding);
        }
        let asks = meaning.asks(phase.recogniser().claimed()).filter(|asks| phase.brings_includes(&asks.exchange));
        let missing: BTreeSet<String> = of(What::IncludeMissing).flat_map(|difference| difference.expected.clone()).collect();
        // Once for each exchange: its pages and its other requests are written alike.
        if let Some(asks) = asks
            && !missing.is_empty()
            && bare.insert(asks.exchange.clone())
        {
            let mut finding = Finding::new(Code::IncludeLeftOut, phase.place(exchange), phase.name(exchange));
            finding.expected = missing.into_iter().collect();
            ruling.find(finding);
        }
    }
}

/// What is asked anywhere in the run is asked in this phase too; of two exchanges with one number (1a, 1b) one is enough.
pub(super) fn goes_on(phase: &Phase<'_>, ruling: &mut Ruling) {
    // Who takes one format alone, as the agreement lets it, has nothing to go on with where there is only the other.
    if phase.at_home().any(is_of_the_other_format) {
        return ruling.judged();
    }
    let (run, here) = (phase.case.run, asked_here(phase));
    let number = |name: &str| run.suite.exchange(name).and_then(|exchange| exchange.number());
    let is_one = |left: &str, right: &str| left == right || number(left).is_some_and(|own| number(right) == Some(own));
    for exchange in run.requests.everywhere(run) {
        ruling.judged();
        if !here.iter().any(|other| is_one(exchange, other)) {
            ruling.find(Finding::new(Code::ClientBrokeOff, Place::default(), exchange));
        }
    }
}

/// Whether a request is refused though it asks for a format of FHIR: the server does not have that one.
fn is_of_the_other_format(exchange: &Exchange) -> bool {
    matches!(&exchange.outcome, Outcome::Answered(received) if received.status == 406) && no_format(exchange).is_none()
}

/// Persons who are referred to and did not come along are read.
pub(super) fn reads_references(phase: &Phase<'_>, ruling: &mut Ruling) {
    let mut there: BTreeSet<String> = BTreeSet::new();
    let mut wanted: BTreeMap<String, &Exchange> = BTreeMap::new();
    for exchange in phase.at_home() {
        let path = phase.path(exchange).unwrap_or_default();
        there.extend(reference::name(path, &[phase.base]).map(|name| name.to_string()));
        let Some(root) = phase.answer(exchange).and_then(|answer| answer.root()) else { continue };
        let mut texts = Vec::new();
        references_in(root, &mut texts);
        for text in texts {
            let Some(name) = reference::name(text, &[phase.base]) else { continue };
            if PERSONS.contains(&name.kind) {
                wanted.entry(name.to_string()).or_insert(exchange);
            }
        }
        let resources = phase.answer(exchange).into_iter().flat_map(|answer| answer.entries()).filter_map(|entry| entry.resource);
        let ids =
            resources.chain(Some(root)).filter_map(|node| Some(format!("{}/{}", node.type_name(), node.child_value("id")?)));
        there.extend(ids);
    }
    let told = phase.tells_that_it_is_incomplete();
    for (name, exchange) in wanted {
        ruling.judged();
        if !told && !there.contains(&name) {
            ruling.find(Finding::new(Code::ReferenceUnread, phase.place(exchange), name));
        }
    }
}

/// Exchanges that are asked in this phase, in whatever way.
fn asked_here(phase: &Phase<'_>) -> BTreeSet<String> {
    phase.meanings().iter().flat_map(|(_, meaning)| touched(meaning)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::Visit;
    use super::*;
    use crate::agreements::Dialect;
    use crate::judge;

    const DIRECTIVES: &str = "Consent?patient=1&scope=http://terminology.hl7.org/CodeSystem/consentscope%7Ctreatment&category=http://snomed.info/sct%7C129125009";
    const STU3_DIRECTIVES: &str = "Consent?patient=1&category=http://snomed.info/sct%7C11291000146105";

    fn found(visit: Visit, expectation: &str) -> (judge::Outcome, Vec<(Code, Vec<String>)>) {
        let verdict = visit.verdict(expectation);
        (verdict.outcome, verdict.findings.into_iter().map(|finding| (finding.code, finding.expected)).collect())
    }

    #[test]
    fn include_left_out_is_a_warning_once_for_each_exchange() {
        let include = format!("{DIRECTIVES}&_include=Consent:actor");
        let visit = |paths: &[&str]| {
            let visit = Visit::to("care-plan/everything", Dialect::R4Rc2);
            found(paths.iter().fold(visit, |visit, path| visit.asks(path, &[], 200)), "includes")
        };
        let wanted = vec!["_include=Consent:actor".to_owned()];
        assert_eq!(visit(&[DIRECTIVES, DIRECTIVES]), (judge::Outcome::Warn, vec![(Code::IncludeLeftOut, wanted)]));
        assert_eq!(visit(&[&include]), (judge::Outcome::Pass, vec![]));
        let colon = format!("{DIRECTIVES}&_include:Consent:actor");
        assert_eq!(visit(&[&colon]).1.iter().map(|(code, _)| *code).collect::<Vec<_>>(), [Code::IncludeMisspelled]);
    }

    #[test]
    fn include_left_out_is_not_told_of_an_include_that_brings_nothing() {
        let visit = Visit::to("care-plan/everything", Dialect::Stu3Rc2).asks(STU3_DIRECTIVES, &[], 200);
        assert_eq!(found(visit, "includes").1, []);
    }

    #[test]
    fn client_broke_off_is_not_found_where_only_the_format_that_it_does_not_ask_is_there() {
        let json = ("accept", "application/fhir+json");
        let refused = |header| {
            let visit = Visit::to("formats/xml-only", Dialect::R4Rc2);
            visit.asks("Patient/1", &[header], 406).before("care-plan/everything", DIRECTIVES).verdict("goes-on")
        };
        assert_eq!(refused(json).outcome, judge::Outcome::Pass);
        assert_eq!(refused(("accept", "text/html")).findings[0].code, Code::ClientBrokeOff);
    }

    #[test]
    fn exchange_asked_about_somebody_else_is_not_asked_here() {
        let asked = |patient: &str| {
            let visit = Visit::to("care-plan/everything", Dialect::R4Rc2);
            let path = format!("Goal?patient={patient}&category=http://snomed.info/sct%7C713603004");
            let verdict = visit.asks(&path, &[], 200).verdict("goals");
            verdict.findings.into_iter().map(|finding| (finding.code, finding.actual.join(" "))).collect::<Vec<_>>()
        };
        assert_eq!(asked("Patient/full-plan-patient"), []);
        for other in ["no-plan-patient", "Patient/12345"] {
            let found = asked(other);
            let told = found.iter().any(|(_, actual)| actual.contains("about another patient than `Patient/full-plan-patient`"));
            assert!(found[0].0 == Code::ExchangeAskedOtherwise && told, "{found:?}");
        }
    }

    #[test]
    fn patient_unnamed_is_found_where_the_type_has_no_such_parameter_and_not_where_it_has_no_patients() {
        let found = |path: &str| {
            let visit = Visit::to("care-plan/everything", Dialect::R4Rc2).asks(path, &[], 200);
            found(visit, "names-patient").1.len()
        };
        assert_eq!(found("Consent?subject=Patient/full-plan-patient"), 1, "servers leave it out and answer about everybody");
        assert_eq!(found("Goal?subject=Patient/full-plan-patient"), 0);
        for path in ["Endpoint?organization=1", "OrganizationAffiliation?active=true", "Medication?code=1", "Device?type=1"] {
            assert_eq!(found(path), 0, "{path}");
        }
        assert_eq!(found("Condition?code=1"), 1);
    }

    #[test]
    fn client_broke_off_is_not_found_where_1b_stands_for_1a_nor_for_what_is_only_near() {
        let (a, b) = (
            "Procedure?patient=1&code=http://snomed.info/sct%7C713603004",
            "Encounter?patient=1&reason-reference:Procedure.code=http://snomed.info/sct%7C713603004",
        );
        let visit = |first: &str, now: &str| {
            let visit = Visit::to("empty/nothing", Dialect::R4Rc2).before("care-plan/everything", first).asks(now, &[], 200);
            found(visit, "goes-on").1.len()
        };
        assert_eq!((visit(a, b), visit(b, a), visit("Encounter?patient=1&date=2025", a)), (0, 0, 0));
        assert_eq!(visit("Goal?patient=1&category=http://snomed.info/sct%7C713603004", a), 1);
    }

    #[test]
    fn bsn_in_url_is_found_however_it_is_encoded_and_whoever_it_is_of() {
        let visit = |path: &str| {
            let visit = Visit::to("care-plan/everything", Dialect::R4Rc2).asks(path, &[], 200);
            found(visit, "no-bsn-in-url").1.len()
        };
        let name = "http://fhir.nl/fhir/NamingSystem/bsn|bsnq1w2e3";
        for path in [
            format!("Consent?patient.identifier={name}"),
            format!("Consent?patient.identifier={}", name.replace('/', "%2F").replace('|', "%7C").replace(':', "%3A")),
            format!("Consent?patient.identifier={}", name.replace('/', "%2f").replace('|', "%7c").replace(':', "%3a")),
            "Consent?patient.identifier=%7cbsnq1w2e3".to_owned(),
            "Consent?patient.identifier=bsnq1w2e3".to_owned(),
            "Consent?patient.identifier=urn%3aoid%3a2.16.840.1.113883.2.4.6.3%7cbsnq1w2e3".to_owned(),
            "Consent?patient=1&x=%39%39%39%39%34%35%35%35%35".to_owned(),
        ] {
            assert_eq!(visit(&path), 1, "{path}");
        }
        for path in ["Consent?patient=1", "Consent?patient=bsnq1w2e3", "Goal?patient=1&identifier=bsnetherland"] {
            assert_eq!(visit(path), 0, "{path}");
        }
    }
}
