//! What a code of the judge is: a stable name, its sentences in two languages,
//! and the HL7 validator's message id for people who know that one. The codes
//! themselves stand with the rule that gives them.

use crate::text::Language;

/// A kind of issue. Its name is stable: kebab-case, subject first, never reused.
#[derive(Debug)]
pub struct Code {
    /// `element-missing`
    pub name: &'static str,
    /// Code of `OperationOutcome.issue.code`: `required`, `structure`, `code-invalid`.
    pub kind: &'static str,
    /// Message id of the HL7 validator for the same thing, where it has one.
    pub message_id: Option<&'static str>,
    pub(super) english: Words,
    pub(super) dutch: Words,
}

/// The words of a code in one language; `{name}` stands for a detail of the issue.
#[derive(Debug)]
pub struct Words {
    /// What is wrong.
    pub what: &'static str,
    /// How to mend it, or where to look.
    pub mend: &'static str,
}

impl Code {
    /// The words in a language.
    #[must_use]
    pub fn words(&self, language: Language) -> &Words {
        match language {
            Language::En => &self.english,
            Language::Nl => &self.dutch,
        }
    }
}

/// The words of a code where nothing fills them: `…` for what belongs there.
#[must_use]
pub fn without_holes(words: &str) -> String {
    let mut text = String::new();
    let mut rest = words;
    while let Some((before, (_, behind))) =
        rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        text.push_str(before);
        text.push('…');
        rest = behind;
    }
    text.push_str(rest);
    text
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
impl Eq for Code {}

/// Declares the codes of a rule, and `CODES` with all of them:
/// `MISSING "element-missing" "required" Some("Validation_VAL_Profile_Minimum")`, then the
/// words in English and in Dutch. `None` where the HL7 validator has no id.
macro_rules! codes {
    ($( $(#[doc = $doc:literal])+ $code:ident $name:literal $kind:literal $id:expr;
        en $what_en:literal, $mend_en:literal;
        nl $what_nl:literal, $mend_nl:literal; )+) => {
        $( $(#[doc = $doc])+
        pub(crate) static $code: $crate::fhir::validate::Code = $crate::fhir::validate::Code {
            name: $name,
            kind: $kind,
            message_id: $id,
            english: $crate::fhir::validate::Words { what: $what_en, mend: $mend_en },
            dutch: $crate::fhir::validate::Words { what: $what_nl, mend: $mend_nl },
        }; )+
        /// The codes of this rule.
        pub(crate) static CODES: &[&$crate::fhir::validate::Code] = &[$( &$code, )+];
    };
}
pub(crate) use codes;
