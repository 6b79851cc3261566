//! What well-known invariants mean, and how to meet them, in our words: what is
//! built in has no sentences of others, and packages have none in Dutch.
//! <https://hl7.org/fhir/R4/conformance-rules.html#constraints>

/// What an invariant means.
#[derive(Debug)]
pub(super) struct Meaning {
    key: &'static str,
    /// A part of its expression, as somebody else may have the same key for something else.
    asks: &'static str,
    /// What is wrong where it is not met, in English and in Dutch.
    pub(super) what: (&'static str, &'static str),
    /// What mends it.
    pub(super) mend: (&'static str, &'static str),
}

/// The meaning of an invariant, where it is one that we know.
pub(super) fn meaning(key: &str, expression: &str) -> Option<&'static Meaning> {
    MEANINGS.iter().find(|known| known.key == key && expression.contains(known.asks))
}

/// Writes the table: key, part of the expression, English and Dutch.
macro_rules! meanings {
    ($( $key:literal $asks:literal en $what:literal, $mend:literal; nl $what_nl:literal, $mend_nl:literal; )+) => {
        &[$( Meaning { key: $key, asks: $asks, what: ($what, $what_nl), mend: ($mend, $mend_nl) }, )+]
    };
}

#[rustfmt::skip]
const MEANINGS: &[Meaning] = meanings! {
    "dom-6" "div"
        en "the resource has no narrative", "add `text` for readers that show no more than that; the PZP agreement does without";
        nl "de resource heeft geen narrative", "voeg `text` toe voor wie niet meer dan dat toont; de PZP-afspraak doet het zonder";
    "per-1" "start <= end"
        en "the period ends before it begins", "look whether `start` and `end` were swapped";
        nl "de periode eindigt voor zij begint", "kijk of `start` en `end` zijn verwisseld";
    "rng-2" "low <= high"
        en "the lower bound is above the upper one", "look whether `low` and `high` were swapped";
        nl "de ondergrens ligt boven de bovengrens", "kijk of `low` en `high` zijn verwisseld";
    "rat-1" "numerator"
        en "of numerator and denominator only one is there", "give both, or neither and an extension that says why";
        nl "van teller en noemer is er maar een", "geef beide, of geen van beide en een extensie die zegt waarom";
    "qty-3" "system.exists()"
        en "the unit has a code without a system", "add the `system`: `http://unitsofmeasure.org` for UCUM";
        nl "de eenheid heeft een code zonder systeem", "voeg het `system` toe: `http://unitsofmeasure.org` voor UCUM";
    "cpt-2" "system.exists()"
        en "nobody can tell whether this is a telephone number, an e-mail address or something else", "add the `system`: `phone`, `email`, …";
        nl "niemand kan zien of dit een telefoonnummer, een e-mailadres of iets anders is", "voeg het `system` toe: `phone`, `email`, …";
    "att-1" "contentType.exists()"
        en "there is data and nothing that says what kind", "add the `contentType`, like `application/pdf`";
        nl "er zijn gegevens, en niets dat zegt van welke soort", "voeg het `contentType` toe, zoals `application/pdf`";
    "pat-1" "organization.exists()"
        en "the contact says neither who it is nor how to reach them", "give a name, a telephone number, an address or an organization";
        nl "de contactpersoon zegt niet wie het is, en niet hoe die te bereiken is", "geef een naam, een telefoonnummer, een adres of een organisatie";
    "ppc-1" "policyRule.exists()"
        en "the Consent names no policy that it rests on", "name it in `policy.uri`, as the profiles of PZP ask, or in `policyRule`";
        nl "de Consent noemt geen regeling waarop hij berust", "noem die in `policy.uri`, zoals de profielen van PZP vragen, of in `policyRule`";
    "obs-6" "dataAbsentReason.empty()"
        en "there is a value, and beside it a reason why there is none", "leave `dataAbsentReason` out, or the value";
        nl "er is een waarde, met ernaast een reden waarom die er niet is", "laat `dataAbsentReason` weg, of de waarde";
    "obs-7" "component.code"
        en "the Observation and one of its components have the same code, and both may hold the value", "put the value in one of the two";
        nl "de Observation en een van de onderdelen hebben dezelfde code, en beide kunnen de waarde hebben", "zet de waarde in een van beide";
    "vs-2" "dataAbsentReason.exists()"
        en "there is no value, and nothing says why", "give the value, or a `dataAbsentReason`";
        nl "er is geen waarde, en niets zegt waarom", "geef de waarde, of een `dataAbsentReason`";
    "con-3" "clinicalStatus.exists()"
        en "the problem does not say whether it is active or over", "add `clinicalStatus`";
        nl "het probleem zegt niet of het actueel is of voorbij", "voeg `clinicalStatus` toe";
    "con-4" "abatement.empty()"
        en "the problem has an end, and its status says that it goes on", "make `clinicalStatus` inactive, remission or resolved, or leave the end out";
        nl "het probleem heeft een einde, en volgens zijn status gaat het door", "maak van `clinicalStatus` inactive, remission of resolved, of laat het einde weg";
    "con-5" "clinicalStatus.empty()"
        en "what was entered in error has a clinical status", "leave `clinicalStatus` out";
        nl "wat bij vergissing is ingevoerd heeft een klinische status", "laat `clinicalStatus` weg";
    "gol-1" "measure.exists()"
        en "the target has a value, and does not say what is measured", "add `target.measure`";
        nl "het streefdoel heeft een waarde, en zegt niet wat er gemeten wordt", "voeg `target.measure` toe";
    "org-1" "identifier.count()"
        en "the organization has no name and no number", "give one of them";
        nl "de organisatie heeft geen naam en geen nummer", "geef een van beide";
    "org-2" "where(use = 'home')"
        en "an organization has no home address", "use `work`, or leave `use` out";
        nl "een organisatie heeft geen thuisadres", "gebruik `work`, of laat `use` weg";
    "org-3" "where(use = 'home')"
        en "an organization has no telephone at home", "use `work`, or leave `use` out";
        nl "een organisatie heeft geen telefoon thuis", "gebruik `work`, of laat `use` weg";
    "qrs-1" "item.exists()"
        en "items stand beside the answer as well as below it", "put them below the `answer` that they belong to";
        nl "er staan items zowel naast het antwoord als eronder", "zet ze onder het `answer` waar ze bij horen";
    "com-1" "notDone"
        en "there is a reason why it was not done, and nothing says that it was not", "set `notDone`, or leave the reason out";
        nl "er is een reden waarom het niet gebeurd is, en niets zegt dat het niet gebeurd is", "zet `notDone`, of laat de reden weg";
    "pro-1" "notDone"
        en "there is a reason why it was not done, and nothing says that it was not", "set `notDone`, or leave the reason out";
        nl "er is een reden waarom het niet gedaan is, en niets zegt dat het niet gedaan is", "zet `notDone`, of laat de reden weg";
    "nl-core-NameInformation-01" "text"
        en "the name is given in parts only", "write the whole name in `text` as well";
        nl "de naam staat er alleen in delen", "schrijf de hele naam ook in `text`";
    "nl-core-NameInformation-02" "hasValue()"
        en "the surname is given in extensions only", "write the whole surname as the value of `family` as well";
        nl "de achternaam staat er alleen in extensies", "schrijf de hele achternaam ook als waarde van `family`";
    "zib-NameInformation-1" "humanname-own-name"
        en "there is a prefix of the own surname, and no such surname", "add the extension `humanname-own-name`";
        nl "er is een voorvoegsel van de geslachtsnaam, en geen geslachtsnaam", "voeg de extensie `humanname-own-name` toe";
    "zib-NameInformation-2" "humanname-partner-name"
        en "there is a prefix of the partner's surname, and no such surname", "add the extension `humanname-partner-name`";
        nl "er is een voorvoegsel van de geslachtsnaam van de partner, en geen geslachtsnaam", "voeg de extensie `humanname-partner-name` toe";
    "zib-TreatmentDirective2-1" "source.exists()"
        en "a second advance directive is named, and no first", "put the first in `source`, and only what comes after it in the extension";
        nl "er is een tweede wilsverklaring genoemd, en geen eerste", "zet de eerste in `source`, en alleen wat daarna komt in de extensie";
    "zib-TreatmentDirective2-2" "provision.type"
        en "the directive has a decision in words (specificationOther) and a permit or deny beside it", "leave `provision.type` out where the decision is in words";
        nl "de behandelaanwijzing heeft een besluit in woorden (specificationOther) met permit of deny ernaast", "laat `provision.type` weg waar het besluit in woorden staat";
    "ACP-Patient-1" "legallyCapable"
        en "the patient cannot decide about treatment, and no legal representative is named", "name one in `contact`, with role 24, or by the extension patient-relatedPerson";
        nl "de patiënt is niet wilsbekwaam, en er is geen wettelijk vertegenwoordiger genoemd", "noem die in `contact`, met rol 24, of met de extensie patient-relatedPerson";
    "ACP-ContactPerson-1" "310141000146103"
        en "who holds a written mandate is not called a legal representative", "add role 24 (`urn:oid:2.16.840.1.113883.2.4.3.11.22.472`) beside 310141000146103";
        nl "wie schriftelijk gemachtigd is heet geen wettelijk vertegenwoordiger", "voeg rol 24 (`urn:oid:2.16.840.1.113883.2.4.3.11.22.472`) toe naast 310141000146103";
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir::definition::Definition;
    use crate::fhir::knowledge::Knowledge;
    use crate::fhir::types;
    use crate::fhir::validate::{Issue, Validator};
    use crate::text::Language;
    use std::sync::Arc;

    const TYPES: [&str; 15] = [
        "Attachment",
        "Communication",
        "Condition",
        "Consent",
        "ContactPoint",
        "Goal",
        "Observation",
        "Organization",
        "Patient",
        "Period",
        "Procedure",
        "Quantity",
        "QuestionnaireResponse",
        "Range",
        "Ratio",
    ];
    const PROFILES: [&str; 7] = [
        "http://hl7.org/fhir/StructureDefinition/vitalsigns",
        "http://nictiz.nl/fhir/StructureDefinition/nl-core-NameInformation",
        "http://nictiz.nl/fhir/StructureDefinition/zib-NameInformation",
        "http://nictiz.nl/fhir/StructureDefinition/zib-TreatmentDirective2",
        "http://nictiz.nl/fhir/StructureDefinition/nl-core-TreatmentDirective2",
        "https://api.iknl.nl/docs/pzp/r4/StructureDefinition/ACP-Patient",
        "https://api.iknl.nl/docs/pzp/stu3/StructureDefinition/ACP-ContactPerson",
    ];

    /// The invariants of what is built in and named above, each with its expression.
    fn asked(knowledge: &Knowledge) -> Vec<(String, String)> {
        let types = TYPES.map(|name| format!("http://hl7.org/fhir/StructureDefinition/{name}"));
        let urls = types.iter().map(String::as_str).chain(PROFILES);
        let of = |definition: &Definition| {
            let elements = definition.snapshot.iter().chain(&definition.differential);
            let all = elements.flat_map(|element| &element.constraints);
            all.filter_map(|own| Some((own.key.to_string(), own.expression.as_deref()?.to_owned()))).collect::<Vec<_>>()
        };
        urls.filter_map(|url| knowledge.definition(url)).flat_map(|definition| of(&definition)).collect()
    }

    #[test]
    fn every_meaning_is_that_of_an_invariant_that_is_built_in() {
        let mut all = asked(&Knowledge::built_in(types::r4()));
        all.extend(asked(&Knowledge::built_in(types::stu3())));
        let is_strange = |known: &&Meaning| !all.iter().any(|(key, asks)| key == known.key && asks.contains(known.asks));
        let strange: Vec<_> = MEANINGS.iter().filter(is_strange).map(|known| known.key).collect();
        assert!(strange.is_empty(), "nothing built in asks {strange:?}");
        let is_known = |key: &str| MEANINGS.iter().any(|known| known.key == key);
        let others: Vec<_> = all.iter().filter(|(key, asks)| is_known(key) && meaning(key, asks).is_none()).collect();
        assert!(others.is_empty(), "these mean something else: {others:?}");
    }

    #[test]
    fn an_invariant_is_told_in_our_words_and_one_that_nobody_knows_by_its_expression() {
        let validator = Validator::new(Arc::new(Knowledge::built_in(types::r4())));
        let text = br#"{"resourceType":"Organization","name":"x","address":[{"use":"home","text":"x"}]}"#;
        let issues = validator.judge_text(text, &[]);
        let issue: &Issue = issues.iter().find(|issue| issue.key.as_deref() == Some("org-2")).expect("it is told");
        assert_eq!(issue.message(Language::En), "invariant `org-2` is not met: an organization has no home address");
        assert_eq!(issue.mend(Language::Nl), "gebruik `work`, of laat `use` weg");
        assert_eq!(issue.detail("expected"), Some("where(use = 'home').empty()"));
        assert!(meaning("org-2", "true").is_none());
    }
}
