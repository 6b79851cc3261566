//! The words of the reports in English and Dutch, in one table. Sentences of
//! findings are the judge's; those of facts stand in `reason`.

use crate::agreements::{Actor, Effect, Level};
use crate::evidence::Said;
use crate::judge::{Conclusion, Counts, Outcome};
use crate::text::Text;

/// Name, English, Dutch.
pub(super) const WORDS: &[(&str, &str, &str)] = &[
    ("page-title", "Conformance report", "Conformiteitsrapport"),
    ("skip", "Skip to the requirements", "Direct naar de eisen"),
    ("what-would-change", "What would change this", "Wat dit zou veranderen"),
    ("target", "Server", "Server"),
    ("when", "When", "Wanneer"),
    ("suite", "Suite", "Toetsset"),
    ("definitions", "Definitions", "Definities"),
    ("by-profile", "Rule of", "Regel van"),
    ("invariant", "invariant", "invariant"),
    ("message-id", "HL7 message", "HL7-melding"),
    ("also-in", "Also in", "Ook in"),
    ("noise", "Messages that the agreement lists as noise", "Meldingen die volgens de afspraak ruis zijn"),
    ("dataset", "Coverage of the dataset", "Dekking van de dataset"),
    ("spoken", "Version of the agreement that is spoken", "Gesproken versie van de afspraak"),
    ("spoken-note", "This is no part of the verdict.", "Dit telt niet mee in het oordeel."),
    ("spoken-evidence", "What speaks for each version, and against it", "Wat voor elke versie spreekt, en ertegen"),
    ("speaks-for", "Speaks for it", "Spreekt ervoor"),
    ("speaks-against", "Speaks against it", "Spreekt ertegen"),
    ("version", "Version", "Versie"),
    ("likeliest", "likeliest", "waarschijnlijkst"),
    ("declared", "declared, never shown", "opgegeven, nooit getoond"),
    ("differences", "What to change to reach the claimed version", "Wat anders moet om de geclaimde versie te bereiken"),
    ("what-changes", "What changes, and why", "Wat verandert, en waarom"),
    ("now", "Now", "Nu"),
    ("not-yet", "The claimed version does not have this yet.", "De geclaimde versie heeft dit nog niet."),
    ("wanted", "In the claimed version", "In de geclaimde versie"),
    ("was-seen", "Seen", "Gezien"),
    (
        "unseen",
        "What else changed, and shows in nothing that is exchanged: look yourself",
        "Wat verder veranderde, en te zien is in niets van wat uitgewisseld wordt: kijk zelf",
    ),
    ("of-no-version", "What no version of the agreement has", "Wat geen enkele versie van de afspraak heeft"),
    ("what-is-wrong", "What is wrong with it", "Wat eraan mankeert"),
    ("instead", "Instead", "In plaats daarvan"),
    ("concept", "Concept", "Concept"),
    ("state", "In this run", "In deze run"),
    ("example", "Example", "Voorbeeld"),
    ("noise-entry", "Entry", "Regel"),
    ("noise-until", "Goes when", "Vervalt als"),
    ("obsolete", "not met: of no more use here", "niet voorgekomen: hier niet meer nodig"),
    ("looks", "Worth a look, and never part of the verdict", "Een blik waard, en nooit deel van het oordeel"),
    ("element", "Element", "Element"),
    ("look-what", "What, and how to mend it", "Wat, en hoe het te herstellen is"),
    ("look-first", "First seen in", "Het eerst gezien in"),
    ("open-codes", "Codes that only a terminology server can look up", "Codes die alleen een terminologieserver kan opzoeken"),
    ("value-set", "Value set", "Waardelijst"),
    ("elements", "Elements", "Elementen"),
    ("codes", "Codes", "Codes"),
    ("approximation", "approximation", "benadering"),
    ("authentication", "Authentication", "Authenticatie"),
    ("credentials", "with credentials", "met inloggegevens"),
    ("no-authentication", "none", "geen"),
    ("personas", "Personas", "Persona’s"),
    ("selection", "Selection", "Selectie"),
    ("everything", "the whole suite", "de hele toetsset"),
    ("scenarios", "Scenarios", "Scenario’s"),
    ("expectations", "Expectations", "Verwachtingen"),
    ("exchanges", "Exchanges", "Uitwisselingen"),
    ("built-in-provider", "built-in reference provider", "ingebouwde referentieprovider"),
    ("built-in-consulter", "built-in reference consulter", "ingebouwde referentieconsulter"),
    ("Built-in-provider", "Built-in reference provider", "Ingebouwde referentieprovider"),
    ("Built-in-consulter", "Built-in reference consulter", "Ingebouwde referentieconsulter"),
    ("Unnamed", "Unnamed product", "Product zonder naam"),
    ("warnings", "Please note", "Let op"),
    ("picture", "All requirements at a glance", "Alle eisen in één oogopslag"),
    ("counts", "Counts per level", "Aantallen per niveau"),
    ("counts-note", "Of the requirements that are claimed.", "Van de eisen die geclaimd worden."),
    ("claimed", "Claimed", "Geclaimd"),
    ("next-steps", "Next steps", "Volgende stappen"),
    ("class", "Kind of trouble", "Soort probleem"),
    ("requests", "requests", "verzoeken"),
    ("explains", "Explains findings against", "Verklaart bevindingen tegen"),
    ("noted", "Noted at the table", "Genoteerd aan de tafel"),
    ("said", "Said of the client", "Gezegd van de client"),
    ("said-yes", "yes", "ja"),
    ("said-no", "no", "nee"),
    ("said-cannot-show", "it cannot be shown", "het is niet te tonen"),
    ("said-by", "by", "door"),
    ("next-steps-none", "Nothing to mend was found.", "Er is niets gevonden om te herstellen."),
    ("seen-once", "seen once", "één keer gezien"),
    ("seen-times", "times", "keer"),
    ("blocks", "Because of it not judged", "Hierdoor niet beoordeeld"),
    ("known-failures", "Known failures", "Bekende fouten"),
    ("gaps", "Not decided, and why", "Niet beslist, en waarom"),
    ("reason", "Reason", "Reden"),
    ("reasons", "Reasons", "Redenen"),
    ("requirements", "Requirements", "Eisen"),
    ("requirement", "Requirement", "Eis"),
    ("statement", "What it asks", "Wat er gevraagd wordt"),
    ("verdict", "Verdict", "Oordeel"),
    ("evidence", "Evidence", "Bewijs"),
    ("source", "Source", "Bron"),
    ("filter-verdict", "Verdict", "Oordeel"),
    ("filter-level", "Level", "Niveau"),
    ("filter-group", "Group", "Groep"),
    ("filter-claimed", "Claimed only", "Alleen geclaimd"),
    ("filter-text", "Search", "Zoek"),
    ("expected", "Expected", "Verwacht"),
    ("actual", "Actual", "Gekregen"),
    ("side-by-side", "Expected beside actual", "Verwacht naast gekregen"),
    ("nearest", "beside the nearest that came:", "naast de dichtstbijzijnde die kwam:"),
    ("differs", "differs", "verschilt"),
    (
        "waterfall",
        "Each line ends with its start since the beginning of the scenario, the time it took, and both as a bar.",
        "Elke regel eindigt met de start sinds het begin van het scenario, de duur, en beide als balk.",
    ),
    ("nothing", "nothing", "niets"),
    ("hint", "Hint", "Tip"),
    ("again", "Again", "Opnieuw"),
    ("where", "Where", "Waar"),
    ("line", "line", "regel"),
    ("over-run", "Over the whole run", "Over de hele run"),
    ("not-run", "Not run", "Niet uitgevoerd"),
    ("request", "Request", "Verzoek"),
    ("response", "Response", "Antwoord"),
    ("body", "Body", "Body"),
    ("body-none", "no body", "geen body"),
    ("bytes", "bytes", "bytes"),
    ("because", "Sent for", "Verstuurd voor"),
    ("retries", "sent again after Retry-After", "opnieuw verstuurd na Retry-After"),
    ("laid-out", "laid out again for reading", "opnieuw opgemaakt om te lezen"),
    ("lines-left-out", "lines left out", "regels weggelaten"),
    ("findings-left-out", "findings more; all are in run.json", "bevindingen meer; alle staan in run.json"),
    ("causes-left-out", "more; all are in the report", "meer; alle staan in het rapport"),
    ("values-left-out", "values more; all are in run.json", "waarden meer; alle staan in run.json"),
    (
        "details-left-out",
        "Details left out to keep the page small; they are in the evidence.",
        "Details weggelaten om de pagina klein te houden; ze staan in het bewijs.",
    ),
    ("remarks", "Remarks on the agreements", "Opmerkingen bij de afspraken"),
    (
        "remarks-note",
        "These findings never fail a product: the text of the standard is their cause, or it proposes more than it asks.",
        "Deze bevindingen laten een product nooit zakken: de tekst van de standaard is de oorzaak, of stelt meer voor dan hij vraagt.",
    ),
    ("remarks-none", "There are none.", "Die zijn er niet."),
    (
        "defects",
        "Defects of the agreement itself, for its owners; none counts against the product",
        "Fouten in de afspraak zelf, voor de eigenaren; geen ervan telt voor het product",
    ),
    (
        "habits",
        "Habits that break nothing; none counts against the product",
        "Gewoonten die niets breken; geen ervan telt voor het product",
    ),
    ("fix", "Fix", "Herstel"),
    ("small-print", "Small print", "Kleine lettertjes"),
    ("complete", "Every planned expectation has an outcome.", "Elke geplande verwachting heeft een uitkomst."),
    (
        "not-complete",
        "Some planned expectations have no outcome: the run ended early.",
        "Sommige geplande verwachtingen hebben geen uitkomst: de run eindigde voortijdig.",
    ),
    ("not-claimed", "not claimed", "niet geclaimd"),
    (
        "redaction",
        "Secrets are never stored. Citizen service numbers (BSN) other than those of our test people are replaced when they are received.",
        "Geheimen worden nooit bewaard. Burgerservicenummers (BSN) anders dan die van onze testpersonen worden bij ontvangst vervangen.",
    ),
    (
        "bodies",
        "Of bodies only the part that a finding is about is shown here; whole bodies stand in the folder of the run, by digest.",
        "Van body’s staat hier alleen het deel waar een bevinding over gaat; hele body’s staan in de map van de run, op digest.",
    ),
    ("replay", "Judge it again, without a network", "Opnieuw beoordelen, zonder netwerk"),
    ("not-certification", "This report is not a certificate.", "Dit rapport is geen certificaat."),
    ("seed", "seed", "seed"),
    ("tempo", "tempo", "tempo"),
    ("to-top", "To the top", "Naar boven"),
    ("no-expectations", "No expectations: no scenario judges this.", "Geen verwachtingen: geen scenario beoordeelt dit."),
    ("nothing-selected", "No scenario was run.", "Er is geen scenario uitgevoerd."),
];

/// Words that are made while building.
pub(super) fn both(en: impl Into<String>, nl: impl Into<String>) -> Text {
    Text { en: en.into(), nl: nl.into() }
}

/// A word of the table; the name itself when it is not there.
#[must_use]
pub(super) fn word(name: &str) -> Text {
    match WORDS.iter().find(|(key, _, _)| *key == name) {
        Some((_, en, nl)) => both(*en, *nl),
        None => both(name, name),
    }
}

/// An outcome as a word.
#[must_use]
pub(super) fn outcome(outcome: Outcome) -> Text {
    match outcome {
        Outcome::Inapplicable => both("not applicable", "niet van toepassing"),
        Outcome::Pass => both("pass", "goed"),
        Outcome::Warn => both("warning", "waarschuwing"),
        Outcome::Untested => both("not tested", "niet getoetst"),
        Outcome::CantTell => both("cannot tell", "niet te zeggen"),
        Outcome::Fail => both("fail", "fout"),
        Outcome::Broken => both("Toets broke", "Toets stuk"),
    }
}

/// A finding that is a remark whatever the level of what it is against.
#[must_use]
pub(super) fn remark() -> Text {
    both("remark", "opmerking")
}

/// A kind of trouble as a word.
#[must_use]
pub(super) fn class(class: &str) -> Text {
    match class {
        "configuration" => both("configuration", "configuratie"),
        "availability" => both("availability", "beschikbaarheid"),
        "data" => both("data", "gegevens"),
        "conformance" => both("conformance", "conformiteit"),
        "harness" => both("Toets", "Toets"),
        _ => both("agreement unclear", "afspraak onduidelijk"),
    }
}

/// An outcome as EARL and `run.json` write it.
#[must_use]
pub(super) fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Inapplicable => "inapplicable",
        Outcome::Pass => "pass",
        Outcome::Warn => "warn",
        Outcome::Untested => "untested",
        Outcome::CantTell => "cantTell",
        Outcome::Fail => "fail",
        Outcome::Broken => "broken",
    }
}

/// The verdict as it is said.
#[must_use]
pub(super) fn conclusion(conclusion: Conclusion) -> Text {
    match conclusion {
        Conclusion::Conformant => both("CONFORMANT", "CONFORM"),
        Conclusion::Incomplete => both("INCOMPLETE", "ONVOLLEDIG"),
        Conclusion::NotConformant => both("NOT CONFORMANT", "NIET CONFORM"),
    }
}

/// The verdict as `run.json` writes it.
#[must_use]
pub(super) fn conclusion_name(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Conformant => "CONFORMANT",
        Conclusion::Incomplete => "INCOMPLETE",
        Conclusion::NotConformant => "NOT_CONFORMANT",
    }
}

/// A level as the agreement writes it.
#[must_use]
pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::Shall => "SHALL",
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::May => "MAY",
    }
}

/// `SHALL and MUST: 19 pass · 1 fail`
pub(super) fn counts(name: &str, counts: Counts) -> Text {
    let parts = [
        (counts.fail, outcome(Outcome::Fail)),
        (counts.broken, outcome(Outcome::Broken)),
        (counts.cant_tell, outcome(Outcome::CantTell)),
        (counts.warn, outcome(Outcome::Warn)),
        (counts.remark, remark()),
        (counts.untested, outcome(Outcome::Untested)),
        (counts.pass, outcome(Outcome::Pass)),
        (counts.inapplicable, outcome(Outcome::Inapplicable)),
    ];
    let said: Vec<_> = parts.iter().filter(|(count, _)| *count > 0).collect();
    let en: Vec<String> = said.iter().map(|(count, word)| format!("{count} {}", word.en)).collect();
    let nl: Vec<String> = said.iter().map(|(count, word)| format!("{count} {}", word.nl)).collect();
    Text {
        en: format!("{}: {}", name.replace('&', "and"), en.join(" · ")),
        nl: format!("{}: {}", name.replace('&', "en"), nl.join(" · ")),
    }
}

/// An actor, with its Dutch name.
#[must_use]
pub(super) fn actor(actor: Actor) -> Text {
    match actor {
        Actor::Provider => both("PZP Provider", "PZP Provider (beschikbaarsteller)"),
        Actor::Consulter => both("PZP Consulter", "PZP Consulter (raadpleger)"),
        Actor::Harness => both("Toets", "Toets"),
    }
}

/// What a finding does, as `run.json` writes it.
#[must_use]
pub(super) fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::Coverage => "coverage",
        Effect::Remark => "remark",
        Effect::Warn => "warn",
        Effect::Fail => "fail",
    }
}

/// What was said of a client, as `run.json` writes it.
#[must_use]
pub(super) fn said_name(said: Said) -> &'static str {
    match said {
        Said::Yes => "yes",
        Said::No => "no",
        Said::CannotShow => "cannot-show",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATES: [&str; 4] = [
        include_str!("page/page.html"),
        include_str!("page/parts.html"),
        include_str!("page/requirements.html"),
        include_str!("page/scenarios.html"),
    ];

    #[test]
    fn every_word_that_a_template_asks_for_is_in_words() {
        let asked =
            TEMPLATES.iter().flat_map(|template| template.split("w(\"").skip(1)).filter_map(|rest| rest.split('"').next());
        let lacking: Vec<&str> = asked
            .filter(|name| !WORDS.iter().any(|(known, _, _)| known == name || (name.ends_with('-') && known.starts_with(name))))
            .collect();
        assert!(lacking.is_empty(), "{lacking:?}");
    }

    #[test]
    fn no_word_stands_in_words_twice_or_in_one_language_only() {
        for (index, (name, en, nl)) in WORDS.iter().enumerate() {
            assert!(!en.is_empty() && !nl.is_empty(), "{name}");
            assert!(!WORDS[..index].iter().any(|(other, _, _)| other == name), "{name}");
        }
    }
}
