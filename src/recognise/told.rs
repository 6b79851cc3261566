//! What is said of a request as it comes, to who sends it: how it is not as the
//! agreement has it, parameter by parameter, in few words and within a bound.

use super::asked::{Kind, Recognised};
use super::difference::{Difference, What};
use crate::text::{Text, steers};

/// Exchanges that are told of a request that is as near to several.
const MOST_NEAR: usize = 2;
/// Remarks about one request.
const MOST: usize = 8;
/// Letters of a remark: what a client sent may be of any length.
const LETTERS: usize = 500;

impl Recognised {
    /// What is to be said of it; nothing when it is as it should be. Codes that another request may ask are not told.
    #[must_use]
    pub fn remarks(&self) -> Vec<Text> {
        let mut remarks = Vec::new();
        match &self.kind {
            Kind::Near(nearby) => {
                for near in nearby.iter().take(MOST_NEAR) {
                    remarks.push(nearest(&near.exchange, near.dialect.fhir().name(), near.dialect.version()));
                    remarks.extend(near.differences.iter().filter(|of| is_told(of)).map(Difference::text));
                }
            }
            Kind::OtherSearch { .. } | Kind::Unreadable(_) | Kind::Nowhere | Kind::Write => remarks.push(self.kind.text()),
            _ => {}
        }
        for difference in self.findings.iter().filter(|of| is_told(of)) {
            remarks.push(difference.text());
            remarks.extend(difference.because.iter().cloned());
        }
        remarks.truncate(MOST);
        remarks.into_iter().map(bounded).collect()
    }

    /// How it is not as the agreement has this exchange; nothing when it is near to none or to another.
    #[must_use]
    pub fn remarks_on(&self, exchange: &str) -> Vec<Text> {
        let differences = match &self.kind {
            Kind::Exchange(asks) if asks.exchange == exchange => &self.findings,
            Kind::Near(nearby) => match nearby.iter().find(|near| near.exchange == exchange) {
                Some(near) => &near.differences,
                None => return Vec::new(),
            },
            _ => return Vec::new(),
        };
        differences.iter().filter(|of| is_told(of)).take(MOST).map(|difference| bounded(difference.text())).collect()
    }
}

impl Kind {
    /// What it is where it is no exchange of the agreement, nor near one.
    #[must_use]
    pub fn text(&self) -> Text {
        let (en, nl) = match self {
            Self::Capabilities => ("this asks what the server can".to_owned(), "dit vraagt wat de server kan".to_owned()),
            Self::Lookup { .. } => ("this looks up the patient".to_owned(), "dit zoekt de patiënt op".to_owned()),
            Self::Read { resource, .. } => (format!("this reads a {resource}"), format!("dit leest een {resource}")),
            Self::NextPage { resource } => {
                (format!("this is a next page of {resource}"), format!("dit is een volgende pagina van {resource}"))
            }
            Self::Write => ("this changes data".to_owned(), "dit wijzigt gegevens".to_owned()),
            Self::OtherSearch { resource } => (
                format!("this searches {resource}, which no exchange asks so"),
                format!("dit zoekt {resource}; zo vraagt geen uitwisseling het"),
            ),
            Self::Unreadable(why) => (format!("this cannot be read: {why}"), format!("dit is niet te lezen: {why}")),
            Self::Exchange(_) | Self::Near(_) | Self::Nowhere => {
                ("this leads nowhere in FHIR".to_owned(), "dit leidt in FHIR nergens heen".to_owned())
            }
        };
        Text { en, nl }
    }
}

/// That every filter is missing is told filter by filter; codes that are not asked here may be asked in a request of their own.
fn is_told(difference: &Difference) -> bool {
    !matches!(difference.what, What::OverFetch | What::MissingCodes)
}

fn nearest(exchange: &str, fhir: &str, version: &str) -> Text {
    Text {
        en: format!("nearest to `{exchange}` ({fhir} {version}), and not the same:"),
        nl: format!("het dichtst bij `{exchange}` ({fhir} {version}), en niet hetzelfde:"),
    }
}

/// Within the bound, and nothing in it that could steer a terminal.
fn bounded(text: Text) -> Text {
    let short = |text: &str| {
        let clean = text.chars().map(|letter| if steers(letter) { '?' } else { letter });
        let mut short: String = clean.take(LETTERS).collect();
        if text.chars().nth(LETTERS).is_some() {
            short.push('…');
        }
        short
    };
    Text { en: short(&text.en), nl: short(&text.nl) }
}

#[cfg(test)]
mod tests {
    use crate::agreements::Dialect;
    use crate::recognise::{Asked, Recogniser};
    use crate::scenario::{Source, load};

    fn remarks(request: &str) -> Vec<String> {
        let suite = load(&Source::Embedded).expect("the suite of the house is right");
        let recogniser = Recogniser::new(&suite.exchanges, Dialect::R4Rc2).explaining(&suite.dialects);
        let recognised = recogniser.recognise(&Asked::get(request, "http://h/fhir"));
        recognised.remarks().into_iter().map(|text| text.en).collect()
    }

    #[test]
    fn near_miss_is_told_parameter_by_parameter() {
        let told = remarks("Goal?patient=1&categorie=http://snomed.info/sct|713603004").join("\n");
        assert!(told.contains("nearest to `medical-policy-goals`"), "{told}");
        assert!(told.contains("is missing; add") && told.contains("`categorie=http"), "{told}");
        let told = remarks("Goal?patient=1&category=http://snomed.info/sct|713603005").join("\n");
        assert!(told.contains("asks `http://snomed.info/sct|713603005`; the agreement has"), "{told}");
    }

    #[test]
    fn request_that_is_right_and_one_code_of_a_list_are_told_nothing() {
        assert_eq!(remarks("Goal?patient=Patient/1&category=http://snomed.info/sct|713603004"), Vec::<String>::new());
        assert_eq!(remarks("Observation?patient=1&code=http://snomed.info/sct|153851000146100"), Vec::<String>::new());
    }

    #[test]
    fn what_no_exchange_asks_is_told_so_within_a_bound_and_without_control() {
        let told = remarks("Immunization?patient=1").join("\n");
        assert!(told.contains("no exchange asks so"), "{told}");
        let told = remarks(&format!("Goal?patient=1&category=%1b{}", "x".repeat(9_000))).join("");
        assert!(told.len() < 2_000 && !told.contains('\u{1b}') && told.contains('…'), "{told}");
    }
}
