//! Findings: what was wrong, where, what was expected and what was there.
//! Values are shown as they are; the sentences of each code are in `code`.

use serde::{Deserialize, Serialize};

use super::code::Code;
use crate::text::{Language, Text};

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
    /// The same for people, where it is a sentence that has a translation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Box<Text>>,
    /// What was expected, one value a line.
    pub expected: Vec<String>,
    /// What was there, one value a line.
    pub actual: Vec<String>,
    /// What the judge of profiles says, where that is what was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Box<Issue>>,
}

/// What the judge of profiles says of an element, with how many resources it says it of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Issue {
    /// Stable code: `element-missing`.
    pub code: String,
    /// Message id of the HL7 validator for the same thing.
    pub message_id: Option<String>,
    /// Canonical with version of the profile whose rule it is.
    pub profile: Option<String>,
    /// Key of the invariant.
    pub key: Option<String>,
    /// What is wrong.
    pub what: Text,
    /// How to mend it.
    pub mend: Text,
    /// How many resources it is said of.
    pub count: usize,
    /// The first of the others.
    pub also: Vec<String>,
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
        Self { code, place, subject: subject.into(), asked: None, expected: Vec::new(), actual: Vec::new(), issue: None }
    }

    /// A finding about what a person was asked.
    pub(crate) fn of_question(code: Code, question: Text) -> Self {
        Self { asked: Some(Box::new(question.clone())), ..Self::new(code, Place::default(), question.en) }
    }

    /// The most particular code: of the judge of profiles where it is one of those.
    #[must_use]
    pub fn name(&self) -> &str {
        self.issue.as_ref().map_or(self.code.name(), |issue| &issue.code)
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
        let subject = self.asked.as_ref().map_or(self.subject.as_str(), |asked| asked.get(language));
        let Some(issue) = &self.issue else { return self.code.text(language).title.replace("{subject}", subject) };
        let more = match (issue.count, language) {
            (0 | 1, _) => String::new(),
            (count, Language::En) => format!(" and {} more", count - 1),
            (count, Language::Nl) => format!(" en nog {}", count - 1),
        };
        format!("`{subject}`{more}: {}", issue.what.get(language))
    }

    /// How to mend it.
    #[must_use]
    pub fn hint(&self, language: Language) -> String {
        match &self.issue {
            Some(issue) => issue.mend.get(language).to_owned(),
            None => self.code.text(language).hint.replace("{subject}", &self.subject),
        }
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
