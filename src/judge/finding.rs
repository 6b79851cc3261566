//! Findings: what was wrong, where, what was expected and what was there.
//! Values are shown as they are; the sentences of each code are in `code`.

use serde::{Deserialize, Serialize};

use super::code::Code;
use crate::text::Language;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// The kind.
    pub code: Code,
    /// Where it was seen.
    pub place: Place,
    /// The thing it is about, for the sentence of the code: a header, a reference, a resource.
    pub subject: String,
    /// What was expected, one value a line.
    pub expected: Vec<String>,
    /// What was there, one value a line.
    pub actual: Vec<String>,
}

/// Where something was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// Id of the exchange.
    pub exchange: Option<String>,
    /// Element path in the body: `Bundle.entry[3].resource.status`.
    pub path: Option<String>,
    /// Line of the body, from 1.
    pub line: Option<u32>,
}

impl Finding {
    /// A finding without values.
    pub(crate) fn new(code: Code, place: Place, subject: impl Into<String>) -> Self {
        Self { code, place, subject: subject.into(), expected: Vec::new(), actual: Vec::new() }
    }

    /// The same, with what was expected.
    pub(crate) fn expected(mut self, value: impl Into<String>) -> Self {
        self.expected.push(value.into());
        self
    }

    /// The same, with what was there.
    pub(crate) fn actual(mut self, value: impl Into<String>) -> Self {
        self.actual.push(value.into());
        self
    }

    /// What is wrong, as a sentence.
    #[must_use]
    pub fn title(&self, language: Language) -> String {
        self.code.text(language).title.replace("{subject}", &self.subject)
    }

    /// How to mend it.
    #[must_use]
    pub fn hint(&self, language: Language) -> String {
        self.code.text(language).hint.replace("{subject}", &self.subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn title_names_the_subject() {
        let finding = Finding::new(Code::HeaderMissing, Place::default(), "etag");
        assert_eq!(finding.title(Language::En), "the answer has no header `etag`");
        assert_eq!(finding.title(Language::Nl), "het antwoord heeft geen header `etag`");
    }
}
