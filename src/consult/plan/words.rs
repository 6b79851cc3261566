//! Codes as words, in both languages: those of the value sets of the agreement.

use crate::fhir::node::Node;
use crate::text::Text;

/// A text in both languages.
pub(super) fn text(en: impl Into<String>, nl: impl Into<String>) -> Text {
    Text { en: en.into(), nl: nl.into() }
}

/// What somebody else wrote: the same in both languages.
pub(super) fn both(written: impl Into<String>) -> Text {
    let written = written.into();
    text(written.clone(), written)
}

/// Ends of the systems that codes are of: those of HL7 v3 have other addresses in STU3, and end alike.
const SCT: &str = "snomed.info/sct";
const NULL: &str = "NullFlavor";
const WILL: &str = "2.16.840.1.113883.2.4.3.11.60.40.4.14.1";
const ROLE: &str = "2.16.840.1.113883.2.4.3.11.22.472";
const RELATION: &str = "RoleCode";
const USE: &str = "AddressUse";

/// Codes of the value sets, by system, with English and Dutch.
const CODES: &[(&str, &str, &str, &str)] = &[
    (NULL, "UNK", "unknown", "onbekend"),
    (NULL, "OTH", "other", "anders"),
    (NULL, "ASKU", "asked, but not known", "gevraagd, maar niet bekend"),
    (NULL, "NASK", "not asked", "niet gevraagd"),
    (NULL, "NI", "no information", "geen informatie"),
    (NULL, "MSK", "masked", "afgeschermd"),
    (SCT, "89666000", "resuscitation", "reanimatie"),
    (SCT, "40617009", "artificial respiration", "kunstmatige beademing"),
    (SCT, "305351004", "admission to intensive care", "opname op intensive care"),
    (SCT, "32485007", "admission to hospital", "opname in ziekenhuis"),
    (SCT, "281789004", "treatment with antibiotics", "behandeling met antibiotica"),
    (SCT, "116762002", "administration of a blood product", "toediening van een bloedproduct"),
    (SCT, "400231000146108", "switching off the ICD", "uitzetten van de ICD"),
    (SCT, "385987000", "care for illness or injury", "zorg bij ziekte en/of letsel"),
    (SCT, "1351964001", "life-prolonging treatment", "levensverlengende behandeling"),
    (SCT, "713148004", "preventing and treating symptoms", "voorkomen en behandelen van symptomen"),
    (SCT, "264362003", "at home", "thuis"),
    (SCT, "22232009", "hospital", "ziekenhuis"),
    (SCT, "108344006", "nursing home", "verpleeghuis"),
    (SCT, "284546000", "hospice", "hospice"),
    (SCT, "340181000146102", "has a euthanasia statement", "heeft euthanasieverklaring"),
    (SCT, "340201000146103", "wants no euthanasia", "wil geen euthanasie"),
    (SCT, "340191000146100", "has no euthanasia statement", "heeft geen euthanasieverklaring"),
    (SCT, "373066001", "yes", "ja"),
    (SCT, "373067005", "no", "nee"),
    (SCT, "441898007", "agreed", "akkoord"),
    (SCT, "310141000146103", "holds a written mandate", "schriftelijk gemachtigde"),
    (SCT, "713603004", "advance care planning", "proactieve zorgplanning"),
    (WILL, "NR", "do-not-resuscitate statement", "niet-reanimerenverklaring"),
    (WILL, "VOL", "full power of attorney", "volledige volmacht"),
    (WILL, "EU", "request for euthanasia", "euthanasieverzoek"),
    (WILL, "EUD", "request for euthanasia in dementia", "euthanasieverzoek met aanvulling dementie"),
    (WILL, "LW", "living will", "levenswensverklaring"),
    (WILL, "DO", "organ donation statement", "verklaring orgaandonatie"),
    (ROLE, "24", "legal representative", "wettelijk vertegenwoordiger"),
    (ROLE, "01", "first contact", "eerste relatie/contactpersoon"),
    (ROLE, "1", "first contact", "eerste relatie/contactpersoon"),
    (RELATION, "DOMPART", "domestic partner", "partner"),
    (RELATION, "HUSB", "husband", "echtgenoot"),
    (RELATION, "WIFE", "wife", "echtgenote"),
    (RELATION, "FTH", "father", "vader"),
    (RELATION, "MTH", "mother", "moeder"),
    (RELATION, "SONC", "son", "zoon"),
    (RELATION, "DAUC", "daughter", "dochter"),
    (RELATION, "BRO", "brother", "broer"),
    (RELATION, "SIS", "sister", "zus"),
    (USE, "HP", "home", "privé"),
    (USE, "TMP", "temporary", "tijdelijk"),
    (USE, "WP", "work", "zakelijk"),
    (USE, "LL", "land line", "vaste lijn"),
    (USE, "MC", "mobile", "mobiel"),
    (USE, "PG", "pager", "pieper"),
    (USE, "FAX", "fax", "fax"),
];

/// A Coding of the value sets in words.
pub(super) fn coded(coding: Node<'_>) -> Option<Text> {
    let (system, code) = (coding.child_value("system").unwrap_or_default(), coding.child_value("code")?);
    let known = CODES.iter().find(|(of, known, ..)| *known == code && system.ends_with(of));
    known.map(|(_, _, en, nl)| text(*en, *nl))
}

/// A SNOMED CT code of the value sets in words.
pub(super) fn concept(code: &str) -> Option<Text> {
    CODES.iter().find(|(of, known, ..)| *of == SCT && *known == code).map(|(_, _, en, nl)| text(*en, *nl))
}

/// Why data is absent.
pub(super) fn absent(reason: &str) -> Text {
    match reason {
        "unknown" => text("unknown", "onbekend"),
        // The first of each is of R4, the second of STU3.
        "asked-unknown" | "asked" => text("asked, but not known", "gevraagd, maar niet bekend"),
        "temp-unknown" | "temp" => text("not known yet", "nog niet bekend"),
        "not-asked" => text("not asked", "niet gevraagd"),
        "asked-declined" => text("asked, but not answered", "gevraagd, maar niet beantwoord"),
        "masked" => text("shielded: it is there, but is not shared", "afgeschermd: het is er, maar wordt niet gedeeld"),
        "not-permitted" => text("may not be shared", "mag niet worden gedeeld"),
        "not-applicable" => text("does not apply", "niet van toepassing"),
        "unsupported" => text("the source cannot give it", "de bron kan het niet leveren"),
        "error" => text("an error of the source", "een fout van de bron"),
        other => text(format!("absent ({other})"), format!("ontbreekt ({other})")),
    }
}

/// A status that says neither that something holds nor that it has ended.
pub(super) fn status(status: &str) -> Text {
    match status {
        "draft" | "preparation" => text("draft", "concept"),
        "proposed" => text("proposed, not agreed yet", "voorgesteld, nog niet afgesproken"),
        "planned" => text("planned", "gepland"),
        "in-progress" => text("not finished yet", "nog niet afgerond"),
        "on-hold" => text("on hold", "opgeschort"),
        "not-done" => text("not done", "niet gedaan"),
        "preliminary" | "registered" => text("preliminary", "voorlopig"),
        "entered-in-error" => text("ENTERED IN ERROR: disregard it", "FOUTIEF INGEVOERD: niet gebruiken"),
        "unknown" => text("unknown", "onbekend"),
        "rejected" => text("rejected", "afgewezen"),
        other => both(other),
    }
}

/// A period as a day, for a comparison: what is finer than a day is cut off.
pub(super) fn day(date: &str) -> &str {
    date.split('T').next().unwrap_or(date)
}
