//! Treatment directives: the decision, what overrules it, who agreed, and
//! whether another agreement that holds says something else.

use super::advance;
use super::people::parties;
use super::value::{self, absent, concept, dated, extended, extension, has_code, joined, lacks, modifiers, primitive};
use super::words::{both, text};
use super::{Item, Section, SectionKind, Validity};
use crate::agreements::form::{Form, SWITCH_OFF_ICD};
use crate::consult::records::Records;
use crate::fhir::node::Node;
use crate::text::Text;

pub(super) const EXCHANGE: &str = "treatment-directives";

/// Modifiers of a directive that are shown.
const MODIFIERS: [&str; 2] = ["/ext-TreatmentDirective2.SpecificationOther", "/zib-TreatmentDirective-TreatmentPermitted"];

/// The patient, among those with whom a directive of STU3 was verified; all others speak for them.
const PATIENT: &str = "116154003";

/// What is known of a directive beside what is shown of it.
pub(super) struct Directive {
    pub(super) item: Item,
    /// Codes of the treatment, or its words.
    pub(super) treatment: Vec<String>,
    /// About switching off an ICD.
    pub(super) is_icd: bool,
    decision: Decision,
}

/// A decision, to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Decision {
    Do,
    DoNot,
    Otherwise(String),
    None,
}

pub(super) fn section(records: &Records) -> Section {
    let title = text("Treatment directives", "Behandelaanwijzingen (behandelgrenzen)");
    let mut section = Section::of(SectionKind::TreatmentDirectives, title, &[EXCHANGE], records);
    let all = all(records);
    section.left_out = records.matches(&[EXCHANGE]).count() - all.len();
    section.items = all.into_iter().filter(|directive| !directive.is_icd).map(|directive| directive.item).collect();
    section
}

/// All directives, with contradictions told.
pub(super) fn all(records: &Records) -> Vec<Directive> {
    let consents = records.matches(&[EXCHANGE]).filter(|(_, consent)| is_directive(*consent));
    let mut all: Vec<Directive> = consents.map(|(name, consent)| read(records, name, consent)).collect();
    let warnings: Vec<Option<Text>> = all.iter().map(|directive| contradicted(directive, &all)).collect();
    for (directive, warning) in all.iter_mut().zip(warnings) {
        directive.item.warnings.extend(warning);
    }
    all
}

fn is_directive(consent: Node<'_>) -> bool {
    let scope = consent.child("scope").is_none() || has_code(consent, "scope", &["treatment"]);
    consent.type_name() == "Consent" && scope && has_code(consent, "category", &["129125009", "11291000146105"])
}

fn read(records: &Records, name: &str, consent: Node<'_>) -> Directive {
    let mut item = Item::new(name, text("Treatment", "Behandeling"));
    let provision = consent.child("provision");
    let mut coded: Vec<Node<'_>> =
        provision.into_iter().flat_map(|found| found.children_named("code").collect::<Vec<_>>()).collect();
    coded.extend(extended(consent, "/zib-TreatmentDirective-Treatment"));
    let is_icd = coded.iter().any(|coded| {
        concept_has(*coded, SWITCH_OFF_ICD) || coded.child_value("text").is_some_and(|written| written.contains(SWITCH_OFF_ICD))
    });
    item.title = match joined(&coded.iter().map(|coded| treatment_name(*coded)).collect::<Vec<_>>()) {
        _ if is_icd && coded.len() == 1 => text("Agreement to switch off the ICD", "Afspraak uitzetten ICD"),
        Some(name) => name,
        None => text("Treatment", "Behandeling"),
    };
    if coded.is_empty() {
        lacks(&mut item, text("Treatment", "Behandeling"), None);
    }
    if provision.is_some_and(|provision| provision.child("provision").is_some()) {
        item.warnings.push(text(
            "it has exceptions that are not shown here: look at the source before you rely on it",
            "er zijn uitzonderingen bij die hier niet staan: raadpleeg de bron voordat u erop vertrouwt",
        ));
    }
    let decision = decide(&mut item, consent);
    dated(
        &mut item,
        &[consent.child("dateTime"), verified(consent)],
        text("Date it was last discussed", "MeestRecenteBespreekdatum"),
    );
    item.validity = validity(consent);
    item.by = agreed_by(records, consent);
    if item.by.is_empty() {
        lacks(&mut item, text("Who agreed", "AfspraakPartij"), None);
    }
    value::notes(&mut item, consent);
    wills(&mut item, records, consent);
    modifiers(&mut item, consent, &MODIFIERS);
    Directive { item, treatment: coded.iter().flat_map(|coded| treatment(*coded)).collect(), is_icd, decision }
}

fn concept_has(concept: Node<'_>, code: &str) -> bool {
    concept.children_named("coding").any(|coding| coding.child_value("code") == Some(code))
}

/// What is treated: the name of the code, or for "other" what is written.
fn treatment_name(coded: Node<'_>) -> Text {
    let written = coded.child_value("text").filter(|_| concept_has(coded, "OTH"));
    let name = written.map(both).or_else(|| concept(coded)).unwrap_or_else(|| text("Treatment", "Behandeling"));
    text(capital(&name.en), capital(&name.nl))
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What two directives have in common when they are about one treatment.
fn treatment(coded: Node<'_>) -> Vec<String> {
    let codes = coded.children_named("coding").filter_map(|coding| coding.child_value("code")).filter(|code| *code != "OTH");
    let mut keys: Vec<String> = codes.map(str::to_owned).collect();
    if keys.is_empty() {
        keys.extend(coded.child_value("text").map(|written| written.trim().to_lowercase()));
    }
    keys
}

/// Puts the decision into the item, and above it what overrules it.
fn decide(item: &mut Item, consent: Node<'_>) -> Decision {
    let provision = consent.child("provision");
    let kind = provision.and_then(|provision| provision.child("type"));
    let specification = extension(consent, "modifierExtension", "/ext-TreatmentDirective2.SpecificationOther");
    let restrictions: Vec<&str> = consent
        .children_named("except")
        .filter_map(|except| extended(except, "/zib-TreatmentDirective-Restrictions")?.value())
        .collect();
    let permitted = extension(consent, "modifierExtension", "/zib-TreatmentDirective-TreatmentPermitted")
        .and_then(|found| found.child("value"));
    let specified = specification.and_then(|found| found.child("value")).and_then(Node::value).map(str::to_owned);
    let specified = specified.or_else(|| (!restrictions.is_empty()).then(|| restrictions.join("; ")));
    item.overrules.clone_from(&specified);
    let specified = specified.as_deref();
    if specification.is_some() && specified.is_none() {
        item.warnings.push(text(
            "what overrules the decision may not be seen: do not rely on the decision",
            "wat boven het besluit gaat is niet te zien: vertrouw niet op het besluit",
        ));
        let why = specification.and_then(|found| found.child("value")).and_then(absent);
        lacks(item, text("Specification that overrules the decision", "SpecificatieAnders (gaat boven het besluit)"), why);
    }
    let coded = permitted.and_then(|permitted| permitted.children_named("coding").find_map(|coding| coding.child_value("code")));
    let (value, decision) = match (kind.and_then(Node::value), coded, specified) {
        (kind, _, Some(specified)) if kind.is_none() => {
            (text("otherwise: as specified", "Anders: zoals gespecificeerd"), Decision::Otherwise(specified.to_lowercase()))
        }
        (Some("permit"), _, specified) => {
            (text("do", "Wel uitvoeren"), specified.map_or(Decision::Do, |words| Decision::Otherwise(words.to_lowercase())))
        }
        (Some("deny"), _, specified) => (
            text("do not", "Niet uitvoeren"),
            specified.map_or(Decision::DoNot, |words| Decision::Otherwise(words.to_lowercase())),
        ),
        (_, Some("JA"), _) => (text("do", "Wel uitvoeren"), Decision::Do),
        (_, Some("NEE"), _) => (text("do not", "Niet uitvoeren"), Decision::DoNot),
        (other, _, _) => {
            let why = kind.and_then(absent).or_else(|| permitted.and_then(concept)).or_else(|| other.map(both));
            lacks(item, text("Decision", "BehandelBesluit"), why);
            return Decision::None;
        }
    };
    if kind.is_some() && specified.is_some() {
        item.warnings.push(text(
            "it has a decision and a specification: the specification overrules the decision",
            "er is een besluit én een specificatie: de specificatie gaat boven het besluit",
        ));
    }
    item.value = Some(value);
    decision
}

/// When it was verified with somebody: the date of a directive in STU3.
fn verified(consent: Node<'_>) -> Option<Node<'_>> {
    let verification = extension(consent, "extension", "/zib-TreatmentDirective-Verification")?;
    extended(verification, "VerificationDate")
}

fn validity(consent: Node<'_>) -> Validity {
    let provision = consent.child("provision");
    let period = provision.and_then(|provision| provision.child("period")).or_else(|| consent.child("period"));
    let end = period.and_then(|period| period.child_value("end")).map(str::to_owned);
    let reason = provision.and_then(|provision| extended(provision, "/ext-TreatmentDirective2.ReasonForEnding"));
    let told = value::validity(consent.child("status"), &["active"], &["inactive"], end);
    match told {
        Validity::Ended { on, .. } => Validity::Ended { on, reason: reason.and_then(primitive).map(|reason| reason.nl) },
        // A reason for ending says that it has ended, whatever the status.
        Validity::Valid { until } if reason.is_some() => {
            Validity::Ended { on: until, reason: reason.and_then(primitive).map(|reason| reason.nl) }
        }
        other => other,
    }
}

fn agreed_by(records: &Records, consent: Node<'_>) -> Vec<super::Party> {
    let actors =
        consent.child("provision").into_iter().flat_map(|provision| provision.children_named("actor").collect::<Vec<_>>());
    let references = actors.filter_map(|actor| actor.child("reference")).chain(consent.children_named("consentingParty"));
    let references: Vec<Node<'_>> = references.collect();
    let mut by = parties(records, references.iter().copied());
    let verification = extension(consent, "extension", "/zib-TreatmentDirective-Verification");
    let with = verification.into_iter().flat_map(|verification| value::all_extended(verification, "VerifiedWith"));
    // Whoever is named as a party is no other one because it was verified with them.
    let unnamed = with.filter(|with| {
        let kind = if concept_has(*with, PATIENT) { "Patient/" } else { "RelatedPerson/" };
        !references.iter().any(|party| party.child_value("reference").is_some_and(|text| text.contains(kind)))
    });
    by.extend(unnamed.filter_map(value::any).map(|with| super::Party { name: None, roles: vec![with], telecom: Vec::new() }));
    by
}

/// The advance directives that it rests on.
fn wills(item: &mut Item, records: &Records, consent: Node<'_>) {
    let further = ["/ext-TreatmentDirective2.AdvanceDirective", "/consent-additionalSources"];
    let further = further.into_iter().flat_map(|ending| value::all_extended(consent, ending));
    let references = consent.children_named("source").chain(further);
    for reference in references.filter(|source| source.type_name() == "Reference") {
        let will = records.target(reference).map(|will| {
            let kind = advance::kind(will).unwrap_or_else(|| text("advance directive", "wilsverklaring"));
            let date = will.child_value("dateTime").unwrap_or("?");
            text(format!("{}, {date}", kind.en), format!("{}, {date}", kind.nl))
        });
        item.detail(text("Advance directive", "Wilsverklaring"), will.or_else(|| reference.child_value("display").map(both)));
    }
}

/// Another directive that holds about the same treatment, and is decided otherwise.
fn contradicted(directive: &Directive, all: &[Directive]) -> Option<Text> {
    let is_other = |other: &&Directive| {
        other.item.resource != directive.item.resource
            && other.item.holds()
            && other.treatment.iter().any(|key| directive.treatment.contains(key))
            && other.decision != directive.decision
    };
    if !directive.item.holds() || directive.decision == Decision::None {
        return None;
    }
    let other = all.iter().filter(|other| other.decision != Decision::None).find(is_other)?;
    let date = other.item.date.as_deref().unwrap_or("?");
    Some(text(
        format!(
            "CONTRADICTION: another agreement about this that still holds ({date}) says otherwise; no rule says which one goes first"
        ),
        format!(
            "TEGENSTRIJDIG: een andere afspraak hierover die nog geldt ({date}) luidt anders; geen regel zegt welke voorgaat"
        ),
    ))
}

impl Directive {
    /// Whether it says the same as a decision on the form; nothing when neither can be compared.
    pub(super) fn agrees(&self, decided: &str, form: &Form) -> Option<bool> {
        let as_coded = match self.decision {
            Decision::None => return None,
            Decision::Do => form.to_do,
            Decision::DoNot => form.not_to_do,
            Decision::Otherwise(_) => form.otherwise,
        };
        [form.to_do, form.not_to_do, form.otherwise].contains(&decided).then_some(as_coded == decided)
    }
}
