//! Dutch words for codes that FHIR and HL7 name in English, for the sheets that
//! people enter by. A display that is Dutch already stays as it is.

/// A code, what says it in English (its display, or the element that holds the bare code), and the Dutch word.
type Word = (&'static str, &'static str, &'static str);

const WORDS: &[Word] = &[
    // Elements of FHIR that hold a bare code.
    ("female", "gender", "vrouw"),
    ("male", "gender", "man"),
    ("other", "gender", "anders"),
    ("unknown", "gender", "onbekend"),
    ("home", "use", "thuis"),
    ("work", "use", "werk"),
    ("temp", "use", "tijdelijk"),
    ("old", "use", "vroeger"),
    ("mobile", "use", "mobiel"),
    ("both", "type", "woon- en postadres"),
    ("physical", "type", "woonadres"),
    ("postal", "type", "postadres"),
    ("permit", "type", "wel uitvoeren"),
    ("deny", "type", "niet uitvoeren"),
    ("phone", "system", "telefoon"),
    ("fax", "system", "fax"),
    ("email", "system", "e-mail"),
    ("pager", "system", "pieper"),
    ("sms", "system", "sms"),
    ("NL1", "value", "eigen geslachtsnaam"),
    ("NL2", "value", "geslachtsnaam van de partner"),
    ("NL3", "value", "geslachtsnaam van de partner, dan de eigen"),
    ("NL4", "value", "eigen geslachtsnaam, dan die van de partner"),
    ("active", "status", "actief"),
    ("inactive", "status", "niet actief"),
    ("completed", "status", "afgerond"),
    ("finished", "status", "afgerond"),
    ("in-progress", "status", "bezig"),
    ("proposed", "status", "voorgesteld"),
    ("cancelled", "status", "geannuleerd"),
    ("final", "status", "definitief"),
    // Kinds of contact.
    ("AMB", "ambulatory", "poliklinisch"),
    ("EMER", "emergency", "spoedeisende hulp"),
    ("FLD", "field", "op locatie"),
    ("HH", "home health", "thuis"),
    ("IMP", "inpatient encounter", "klinisch"),
    ("VR", "virtual", "op afstand"),
    // Sex, relations and addresses.
    ("F", "Female", "vrouw"),
    ("M", "Male", "man"),
    ("UN", "Undifferentiated", "ongedifferentieerd"),
    ("DAUC", "daughter", "dochter"),
    ("SONC", "son", "zoon"),
    ("HUSB", "husband", "echtgenoot"),
    ("WIFE", "wife", "echtgenote"),
    ("DOMPART", "domestic partner", "partner"),
    ("BRO", "brother", "broer"),
    ("SIS", "sister", "zus"),
    ("FRND", "unrelated friend", "vriend"),
    ("HP", "primary home", "thuis"),
    ("WP", "work place", "werk"),
    ("MC", "mobile contact", "mobiel"),
    ("NL", "Netherlands", "Nederland"),
    // Why something is not there.
    ("UNK", "unknown", "onbekend"),
    ("OTH", "other", "anders"),
    ("ASKU", "asked but unknown", "gevraagd, maar onbekend"),
    ("NASK", "not asked", "niet gevraagd"),
    ("unknown", "Unknown", "onbekend"),
    ("asked-unknown", "Asked But Unknown", "gevraagd, maar onbekend"),
    ("asked", "Asked", "gevraagd, maar onbekend"),
    ("not-asked", "Not Asked", "niet gevraagd"),
];

/// The Dutch word for a code, where it is said in English by this display or this element.
pub(super) fn word(code: &str, said: &str) -> Option<&'static str> {
    // Zib 2017 writes one display with a bracket too many.
    let said = said.trim_end_matches(')');
    let found = WORDS.iter().find(|(own, english, _)| *own == code && english.eq_ignore_ascii_case(said));
    found.map(|(_, _, dutch)| *dutch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_is_dutch_for_what_is_said_in_english_and_nothing_for_the_rest() {
        assert_eq!(word("HH", "home health"), Some("thuis"));
        assert_eq!(word("MC", "mobile contact)"), Some("mobiel"));
        assert_eq!(word("ASKU", "Nee, nog geen besluit genomen"), None);
        assert_eq!(word("home", "type"), None);
    }
}
