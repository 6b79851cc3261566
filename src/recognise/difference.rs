//! One way in which a request is not its template: what, where, and in words.

use crate::agreements::Dialect;
use crate::text::Text;

/// The ways in which a request is not its template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A filter of the agreement is not there.
    Missing,
    /// No filter of the agreement is there: more comes than is needed.
    OverFetch,
    /// A filter has other values.
    Values,
    /// Some codes of the list are not asked here; another request may ask them.
    MissingCodes,
    /// Codes are asked that the list does not have.
    UnknownCodes,
    /// The canonical is of no version, or of another one.
    WrongCanonical,
    /// A parameter is repeated with other values, which means AND.
    Repeated,
    /// A filter has a modifier or chain of its own.
    Modifier,
    /// No code says its system.
    SystemMissing,
    /// No code of a list says its system; the agreement itself writes it with the first only.
    SystemLeftOut,
    /// A filter of its own that leaves agreements out.
    Narrowing,
    /// A parameter that the resource does not have.
    Extra,
    /// `_include:` with a colon where `=` should be.
    IncludeColon,
    /// An include names a type that FHIR does not have.
    IncludeUnknown,
    /// An include of the agreement is left out.
    IncludeMissing,
    /// No patient is named.
    PatientMissing,
    /// Several patients are named.
    SeveralPatients,
    /// The patient is named by identifier.
    PatientByIdentifier,
    /// The patient is of another server, or no patient.
    PatientElsewhere,
    /// A BSN stands in the URL.
    BsnInUrl,
    /// It is the request of an older version.
    OlderDialect,
    /// It is the request of a newer version.
    NewerDialect,
    /// It is the request of another version of FHIR.
    OtherFhir,
    /// There is no such type.
    UnknownType,
}

/// One way in which a request is not its template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which way.
    pub what: What,
    /// Where: the key of the parameter.
    pub parameter: String,
    /// What should be there.
    pub expected: Vec<String>,
    /// What is there.
    pub found: Vec<String>,
    /// The versions that have it so, where it is of another version.
    pub dialects: Vec<Dialect>,
    /// What changed between the versions.
    pub because: Vec<Text>,
}

impl What {
    /// Whether a request that differs so asks something else.
    #[must_use]
    pub fn is_other_question(self) -> bool {
        matches!(
            self,
            Self::Missing
                | Self::Values
                | Self::WrongCanonical
                | Self::Repeated
                | Self::Modifier
                | Self::SystemMissing
                | Self::PatientMissing
                | Self::PatientByIdentifier
                | Self::PatientElsewhere
        )
    }

    /// Whether it is only how it is written: the request asks what the agreement asks, or some codes of its list.
    #[must_use]
    pub fn is_spelling(self) -> bool {
        self.weight() == 0
    }

    /// How far it takes a request from its template.
    pub(super) fn weight(self) -> u32 {
        match self {
            Self::Missing | Self::Values => 4,
            Self::Modifier | Self::PatientMissing => 2,
            Self::WrongCanonical
            | Self::Repeated
            | Self::SystemMissing
            | Self::SystemLeftOut
            | Self::UnknownCodes
            | Self::Narrowing
            | Self::Extra
            | Self::SeveralPatients
            | Self::PatientByIdentifier
            | Self::PatientElsewhere
            | Self::UnknownType => 1,
            Self::OverFetch
            | Self::MissingCodes
            | Self::IncludeColon
            | Self::IncludeUnknown
            | Self::IncludeMissing
            | Self::BsnInUrl
            | Self::OlderDialect
            | Self::NewerDialect
            | Self::OtherFhir => 0,
        }
    }
}

impl Difference {
    pub(super) fn new(what: What, parameter: &str) -> Self {
        let parameter = parameter.to_owned();
        Self { what, parameter, expected: Vec::new(), found: Vec::new(), dialects: Vec::new(), because: Vec::new() }
    }

    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected.push(expected.into());
        self
    }

    pub(super) fn expected_all(mut self, expected: impl IntoIterator<Item = String>) -> Self {
        self.expected.extend(expected);
        self
    }

    pub(super) fn found(mut self, found: impl Into<String>) -> Self {
        self.found.push(found.into());
        self
    }

    pub(super) fn found_all(mut self, found: impl IntoIterator<Item = String>) -> Self {
        self.found.extend(found);
        self
    }

    /// In few words that are the same in any language: `category: - (expected …)`.
    #[must_use]
    pub fn short(&self) -> String {
        let versions = self.versions();
        let found = match (self.what, self.found.join(if self.what == What::Repeated { " AND " } else { ", " })) {
            (What::OlderDialect | What::NewerDialect | What::OtherFhir, _) => return format!("= {versions}"),
            (_, found) if found.is_empty() => "-".to_owned(),
            (_, found) => found,
        };
        match self.expected.join(", ") {
            expected if expected.is_empty() => format!("{}: {found}", self.parameter),
            expected => format!("{}: {found} (expected {expected})", self.parameter),
        }
    }

    fn versions(&self) -> String {
        let versions = self.dialects.iter().map(|dialect| format!("{} {}", dialect.fhir().name(), dialect.version()));
        versions.collect::<Vec<_>>().join(", ")
    }

    /// In words: what, where, and how to mend it.
    #[must_use]
    pub fn text(&self) -> Text {
        let (en, nl) = self.of_filters();
        Text { en, nl }
    }

    /// What is wrong with filters of the agreement, or else with the rest.
    fn of_filters(&self) -> (String, String) {
        let place = &self.parameter;
        let expected = self.expected.join(", ");
        let found = self.found.join(", ");
        match self.what {
            What::Missing => {
                (format!("`{place}` is missing; add `{expected}`"), format!("`{place}` ontbreekt; voeg `{expected}` toe"))
            }
            What::OverFetch => (
                format!(
                    "none of the filters of the agreement is there ({expected}), so every {place} of the patient comes along"
                ),
                format!("geen enkel filter van de afspraak is er ({expected}), dus elke {place} van de patiënt komt mee"),
            ),
            What::Values => (
                format!("`{place}` asks `{found}`; the agreement has `{expected}`"),
                format!("`{place}` vraagt `{found}`; de afspraak heeft `{expected}`"),
            ),
            What::MissingCodes => (
                format!("`{place}` does not ask {expected}; ask them here, between commas, or in a request of their own"),
                format!("`{place}` vraagt niet naar {expected}; vraag ze hier, met komma's, of in een eigen verzoek"),
            ),
            What::UnknownCodes => (
                format!("`{place}` asks {found} as well, which the agreement does not have"),
                format!("`{place}` vraagt ook {found}; dat heeft de afspraak niet"),
            ),
            What::WrongCanonical => (
                format!("`{place}` has the canonical `{found}`; the agreement has `{expected}`"),
                format!("`{place}` heeft de canonical `{found}`; de afspraak heeft `{expected}`"),
            ),
            What::Repeated => (
                format!("`{place}` is there more than once, which means AND and finds nothing; write the values between commas"),
                format!("`{place}` staat er meer dan eens; dat betekent EN en vindt niets. Schrijf de waarden met komma's"),
            ),
            What::Modifier => (
                format!("`{place}` asks in another way than the agreement{}", instead(&expected, "; write")),
                format!("`{place}` vraagt op een andere manier dan de afspraak{}", instead(&expected, "; schrijf")),
            ),
            What::SystemMissing => (
                format!("no code of `{place}` names its system; write `{expected}`"),
                format!("geen code van `{place}` noemt het stelsel; schrijf `{expected}`"),
            ),
            What::SystemLeftOut => (
                format!("the code of `{place}` names no system; it is found all the same, and safer with it"),
                format!("de code van `{place}` noemt geen stelsel; hij wordt toch gevonden, maar met stelsel is het veiliger"),
            ),
            _ => self.of_others(),
        }
    }

    /// What is wrong with other parameters, or else with whom or what is asked.
    fn of_others(&self) -> (String, String) {
        let expected = self.expected.join(", ");
        let found = self.found.join(", ");
        match self.what {
            What::Narrowing => (
                format!("`{found}` is a filter of its own and leaves agreements out; take it away"),
                format!("`{found}` is een eigen filter en laat afspraken weg; haal het weg"),
            ),
            What::Extra => (
                format!("`{found}` is no parameter of this search; a server may refuse it or ignore it"),
                format!("`{found}` is geen parameter van deze zoekvraag; een server kan hem weigeren of negeren"),
            ),
            What::IncludeColon => (
                format!("`{found}` is how older guides print it, and servers do not read it; write `{expected}`"),
                format!("`{found}` staat zo in oudere gidsen, en servers lezen het niet; schrijf `{expected}`"),
            ),
            What::IncludeUnknown => (
                format!("`_include={found}` names a type that FHIR does not have"),
                format!("`_include={found}` noemt een type dat FHIR niet kent"),
            ),
            What::IncludeMissing => (
                format!("`{expected}` is left out; what is referred to then has to be read one by one"),
                format!("`{expected}` is weggelaten; waarnaar verwezen wordt moet dan stuk voor stuk gelezen worden"),
            ),
            _ => self.of_whole(),
        }
    }

    /// What is wrong with whom and what is asked.
    fn of_whole(&self) -> (String, String) {
        let place = &self.parameter;
        let expected = self.expected.join(", ");
        let found = self.found.join(", ");
        let versions = self.versions();
        match self.what {
            What::PatientMissing => (
                String::from("no patient is named, so data of every patient are asked; add `patient=Patient/[id]`"),
                String::from(
                    "er is geen patiënt genoemd, dus gegevens van elke patiënt worden gevraagd; voeg `patient=Patient/[id]` toe",
                ),
            ),
            What::SeveralPatients => (
                format!("{} patients are named; ask for one at a time", self.found.len()),
                format!("er zijn {} patiënten genoemd; vraag er een tegelijk", self.found.len()),
            ),
            What::PatientByIdentifier => (
                format!("`{place}` names the patient by an identifier; look the patient up first and use the logical id"),
                format!("`{place}` noemt de patiënt met een identificatie; zoek de patiënt eerst op en gebruik het logische id"),
            ),
            What::PatientElsewhere => (
                format!("`{place}={found}` is no patient of this server; write `patient=Patient/[id]`"),
                format!("`{place}={found}` is geen patiënt van deze server; schrijf `patient=Patient/[id]`"),
            ),
            What::BsnInUrl => (
                format!("`{place}` puts a BSN in the URL, where logs keep it; use the logical id of the patient"),
                format!("`{place}` zet een BSN in de URL, waar logboeken hem bewaren; gebruik het logische id van de patiënt"),
            ),
            What::OlderDialect => (
                format!("this is the request of {versions}; the claimed version asks `{expected}`"),
                format!("dit is het verzoek van {versions}; de geclaimde versie vraagt `{expected}`"),
            ),
            What::NewerDialect => (
                format!("this is the request of {versions}, which is newer than what is claimed; that asks `{expected}`"),
                format!("dit is het verzoek van {versions}, nieuwer dan wat geclaimd is; dat vraagt `{expected}`"),
            ),
            What::OtherFhir => (
                format!("this is the request of {versions}, another version of FHIR; here it is `{expected}`"),
                format!("dit is het verzoek van {versions}, een andere versie van FHIR; hier is het `{expected}`"),
            ),
            What::UnknownType => (
                format!("FHIR has no type `{found}`{}", instead(&expected, "; did you mean")),
                format!("FHIR heeft geen type `{found}`{}", instead(&expected, "; bedoelde u")),
            ),
            // The others have had their words.
            _ => (self.short(), self.short()),
        }
    }
}

fn instead(expected: &str, words: &str) -> String {
    if expected.is_empty() { String::new() } else { format!("{words} `{expected}`") }
}
