//! Personas say the same in R4 and in STU3: the same resources, and in each the same values for the same concept of
//! the dataset (agreement, section 6: the first number is the concept in zib 2020, the second in zib 2017).

use std::collections::BTreeSet;

use toets::agreements::FhirVersion;
use toets::fhir::fhirpath::{self, Environment};
use toets::fhir::json;
use toets::scenario::{Persona, Source, Suite, load};

/// Type of resource, concept, and where each version has it.
type Row = (&'static str, &'static str, &'static str, &'static str);

const TREATMENT: &str =
    "extension.where(url = 'http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective-Treatment').value";

const ROWS: &[Row] = &[
    ("Patient", "352/12 name", "name.family | name.given | name.use", "name.family | name.given | name.use"),
    ("Patient", "358/224 and 359/225 parts of the name", "name.family.extension.value", "name.family.extension.value"),
    ("Patient", "385/18 number", "identifier.value", "identifier.value"),
    ("Patient", "386/19 born", "birthDate", "birthDate"),
    ("Patient", "387/20 sex", "gender", "gender"),
    (
        "Patient",
        "364/14 address",
        "address.city | address.postalCode | address.line",
        "address.city | address.postalCode | address.line",
    ),
    ("Patient", "376/16 telephone", "telecom.value", "telecom.value"),
    ("Patient", "762/759 capable", "extension.extension.value", "extension.extension.value"),
    (
        "Patient",
        "441/36 representative",
        "contact.name.family | contact.telecom.value",
        "contact.name.family | contact.telecom.value",
    ),
    ("RelatedPerson", "442/37 name", "name.family | name.given", "name.family | name.given"),
    ("RelatedPerson", "454/39 telephone", "telecom.value | telecom.use", "telecom.value | telecom.use"),
    ("RelatedPerson", "463/71 address", "address.city | address.postalCode", "address.city | address.postalCode"),
    (
        "RelatedPerson",
        "475/43 role and 476/44 relation",
        "relationship.coding.code",
        "relationship.coding.code | extension.value.coding.code",
    ),
    ("RelatedPerson", "441/36 whose", "patient.reference", "patient.reference"),
    ("Practitioner", "392/25 number", "identifier.value", "identifier.value"),
    ("Practitioner", "393/26 name", "name.family | name.given", "name.family | name.given"),
    ("PractitionerRole", "405/28 specialty", "specialty.coding.code", "specialty.coding.code"),
    ("PractitionerRole", "391/24 who", "practitioner.reference", "practitioner.reference"),
    ("Encounter", "809/765 kind", "class.code | status", "class.code | status"),
    ("Encounter", "814/770 when", "period.start | period.end", "period.start | period.end"),
    ("Encounter", "819/772 reason", "reasonReference.reference", "diagnosis.condition.reference"),
    ("Encounter", "822/772 reason in words", "reasonReference.extension.value", "reason.text"),
    (
        "Encounter",
        "810/766 with whom",
        "participant.individual.reference",
        "participant.individual.select(iif(extension.exists(), extension.value.reference, reference))",
    ),
    ("Procedure", "827/797 what", "code.coding.code | status", "code.coding.code | status"),
    (
        "Procedure",
        "820/776 when",
        "performed.ofType(dateTime) | performed.ofType(Period).start",
        "performed.ofType(dateTime) | performed.ofType(Period).start",
    ),
    ("Procedure", "808/764 contact", "encounter.reference", "context.reference"),
    ("Procedure", "391/24 by whom", "performer.actor.reference", "performer.actor.extension.value.reference"),
    ("Consent", "602/54 state", "status", "status"),
    ("Consent", "606/62 when", "dateTime", "dateTime"),
    ("Consent", "607/63 until", "provision.period.end", "period.end"),
    (
        "Consent",
        "604/59 treatment and 691/175 kind of will",
        "provision.code.where(coding.system.contains('60.40.4.14.1').not()).select(coding.code | text) | provision.code.coding.where(system.contains('60.40.4.14.1')).code",
        "extension.where(url.endsWith('Directive-Treatment')).value.select(coding.code | text) | category.coding.where(system.contains('60.40.4.14.1')).code",
    ),
    (
        "Consent",
        "603/60 decision and 605/61 restriction",
        "iif(category.coding.code = '129125009' and scope.coding.code = 'treatment', provision.type | modifierExtension.value, {})",
        "iif(except.extension.exists(), except.extension.value, modifierExtension.value.coding.code)",
    ),
    (
        "Consent",
        "618/64 comment",
        "extension.where(url.endsWith('ext-Comment')).value",
        "extension.where(url.endsWith('StructureDefinition/Comment')).value",
    ),
    (
        "Consent",
        "609/65 wills",
        "source.ofType(Reference).reference | extension.where(url.endsWith('AdvanceDirective')).value.reference",
        "source.ofType(Reference).reference | extension.where(url.endsWith('additionalSources')).value.reference",
    ),
    ("Consent", "697/181 document", "source.ofType(Attachment).data", "source.ofType(Attachment).data"),
    (
        "Consent",
        "693/142 disorder",
        "extension.where(url.endsWith('AdvanceDirective.Disorder')).value.reference",
        "extension.where(url.endsWith('AdvanceDirective-Disorder')).value.reference",
    ),
    (
        "Consent",
        "611/57 parties and 695/144 representative",
        "provision.actor.reference.reference",
        "consentingParty.select(iif(extension.exists(), extension.value.reference, reference))",
    ),
    ("Goal", "592/163 goal", "description.coding.code | category.coding.code", "description.coding.code | category.coding.code"),
    ("Goal", "590/157 state", "lifecycleStatus", "status"),
    ("Goal", "596/165 when", "start | statusDate", "start | statusDate"),
    ("Goal", "598/160 comment", "note.text", "note.text"),
    ("Observation", "655/203 what", "code.coding.code", "code.coding.code"),
    (
        "Observation",
        "656/204 value",
        "value.ofType(string) | value.ofType(CodeableConcept).coding.code | dataAbsentReason.coding.code",
        "value.ofType(string) | value.ofType(CodeableConcept).coding.code | dataAbsentReason.coding.code",
    ),
    ("Observation", "660/206 when", "effective", "effective"),
    ("Observation", "657/205 method", "method.coding.code", "method.coding.code"),
    ("Observation", "674/108 comment", "note.text", "comment"),
    ("Observation", "808/764 contact", "encounter.reference", "context.reference"),
    ("DeviceUseStatement", "630/80 since", "timing.ofType(Period).start", "whenUsed.start"),
    ("DeviceUseStatement", "632/83 comment", "note.text", "note.text"),
    ("DeviceUseStatement", "621/76 product", "device.reference", "device.reference"),
    ("DeviceUseStatement", "625/84 where", "bodySite.coding.code", "bodySite.coding.code"),
    ("Device", "623/78 kind", "type.coding.code", "type.coding.code"),
    ("Device", "622/77 number", "identifier.value", "identifier.value"),
    ("CommunicationRequest", "734/187 state", "status | authoredOn", "status | authoredOn"),
    (
        "CommunicationRequest",
        "734/187 what",
        "category.coding.code | reasonCode.coding.code",
        "category.coding.code | reasonCode.coding.code",
    ),
    (
        "CommunicationRequest",
        "734/187 who",
        "requester.reference | recipient.reference | sender.reference",
        "requester.agent.extension.value.reference | recipient.reference | sender.reference",
    ),
    ("Condition", "694/143 problem", "code.coding.code | onset", "code.coding.code | onset"),
    ("QuestionnaireResponse", "736/304 filled in", "authored | status", "authored | status"),
    ("QuestionnaireResponse", "351/11 whose", "subject.reference | source.reference", "subject.reference | source.reference"),
    // What the one form has and the other has not: a treatment in words, and the kind of ICD.
    (
        "QuestionnaireResponse",
        "4C answers",
        "descendants().where(linkId != '1422' and linkId != '1008').answer.value.select(iif($this is Coding, system & '|' & code, $this))",
        "descendants().where(linkId != '805' and linkId != '600').answer.value.select(iif($this is Coding, system & '|' & code, $this))",
    ),
];

/// Codes that mean the same, as R4 and STU3 have them.
const SAME: [(&str, &str); 13] = [
    ("permit", "JA"),
    ("deny", "NEE"),
    ("Nee, nog geen besluit genomen", "ASKU"),
    ("Onbekend", "UNK"),
    ("asked-unknown", "asked"),
    ("active", "in-progress"),
    ("01", "1"),
    // The codes of the forms.
    ("urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4.25.1|0", "urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4|JA"),
    ("urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4.25.1|1", "urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4|JA_MAAR"),
    ("urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4.25.1|2", "urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4|NEE"),
    ("urn:oid:2.16.840.1.113883.2.4.3.11.22.472|01", "urn:oid:2.16.840.1.113883.2.4.3.11.22.472|1"),
    ("urn:oid:2.16.840.1.113883.2.4.3.11.22.472|03", "urn:oid:2.16.840.1.113883.2.4.3.11.22.472|3"),
    ("urn:oid:2.16.840.1.113883.2.4.3.11.22.472|09", "urn:oid:2.16.840.1.113883.2.4.3.11.22.472|9"),
];

/// The values of a path, sorted, with how often each comes.
fn values(text: &str, path: &str, fhir: FhirVersion) -> Vec<String> {
    let tree = json::read(text.as_bytes(), fhir.types()).expect("fixtures are resources");
    let expression = fhirpath::parse(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let items =
        expression.evaluate(tree.root(), &Environment::new(fhir.types())).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut values: Vec<String> = items.iter().filter_map(|item| item.text()).collect();
    values.sort();
    values
}

/// Whether two lists hold the same, whatever the order.
fn agree(r4: &[String], stu3: &[String]) -> bool {
    let mut left: Vec<&String> = stu3.iter().collect();
    let same = |own: &str, other: &str| own == other || SAME.contains(&(own, other));
    // What is spelled alike first, so that `1` (yes) is not taken for `1` (otherwise).
    let (alike, others): (Vec<&String>, Vec<&String>) = r4.iter().partition(|value| stu3.contains(value));
    for value in alike.into_iter().chain(others) {
        let found = left.iter().position(|other| *other == value).or_else(|| left.iter().position(|other| same(value, other)));
        match found {
            Some(index) => drop(left.remove(index)),
            None => return false,
        }
    }
    left.is_empty()
}

fn suite() -> Suite {
    load(&Source::Embedded).expect("the suite in the binary has no mistakes")
}

fn names(persona: &Persona, fhir: FhirVersion) -> BTreeSet<&String> {
    persona.resources(fhir).keys().collect()
}

#[test]
fn each_persona_has_the_same_resources_in_both_versions() {
    for persona in &suite().personas {
        assert_eq!(names(persona, FhirVersion::R4), names(persona, FhirVersion::Stu3), "{}", persona.persona);
    }
}

#[test]
fn each_resource_says_the_same_in_both_versions() {
    let mut wrong = Vec::new();
    let mut compared = BTreeSet::new();
    for persona in &suite().personas {
        for (name, text) in persona.resources(FhirVersion::R4) {
            let Some(twin) = persona.resources(FhirVersion::Stu3).get(name) else { continue };
            let kind = name.split('/').next().unwrap_or_default();
            for (_, concept, r4, stu3) in ROWS.iter().filter(|row| row.0 == kind) {
                let (own, other) = (values(text, r4, FhirVersion::R4), values(twin, stu3, FhirVersion::Stu3));
                if !own.is_empty() {
                    compared.insert(*concept);
                }
                if !agree(&own, &other) {
                    wrong.push(format!("{name}, {concept}: {own:?} in R4, {other:?} in STU3"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unseen: Vec<_> = ROWS.iter().map(|row| row.1).filter(|concept| !compared.contains(concept)).collect();
    assert!(unseen.is_empty(), "no persona has anything for {unseen:?}");
}

#[test]
fn each_exchange_matches_the_same_in_both_versions() {
    for persona in &suite().personas {
        let stu3 = persona.stu3.as_ref().expect("each persona has STU3");
        for (exchange, listed) in &persona.exchanges {
            let other = stu3.exchanges.get(exchange);
            assert_eq!(Some(&listed.matches), other.map(|listed| &listed.matches), "{}: {exchange}", persona.persona);
        }
    }
}

#[test]
fn treatment_is_where_the_zib_has_it() {
    let suite = suite();
    let persona = suite.persona("full-plan").expect("it is there");
    let text = &persona.resources(FhirVersion::Stu3)["Consent/full-plan-consent-blood"];
    assert_eq!(values(text, &format!("{TREATMENT}.coding.code"), FhirVersion::Stu3), ["116762002"]);
}
