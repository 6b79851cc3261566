//! Expectations: what an answer is held against. A closed list; each kind is a
//! file in `judge`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::client::{Asks, Attest, ClientPredicate};
use crate::agreements::FhirVersion;
use crate::text::Text;

/// One expectation: its id and requirement, and exactly one check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Expectation {
    /// Name within the step.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub id: String,
    /// The requirement that it judges (settled 8).
    pub req: String,
    /// Only in this version of FHIR. Another expectation may have the same name in another version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fhir: Option<FhirVersion>,
    /// What is expected as a sentence, where the requirement's own statement is too wide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// How to mend it, where we know better than the finding's code: shown instead of its hint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// Hints that stand for that one where the claimed version sends a parameter with a modifier, by the modifier: `in`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hint_of_modifier: BTreeMap<String, Text>,
    /// What has to be known of the patient for it, beyond what the check needs by its nature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Needs>,
    /// The check itself.
    #[serde(flatten)]
    pub check: Check,
}

/// What has to be known of a patient before an expectation can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Needs {
    /// Their data, as that of a persona is. It is untested about a patient with data of their own.
    KnownData,
}

impl Expectation {
    /// Whether it holds in this version of FHIR.
    #[must_use]
    pub fn is_for(&self, fhir: FhirVersion) -> bool {
        self.fhir.is_none_or(|only| only == fhir)
    }

    /// What it needs: by its own word, or by the nature of its check.
    #[must_use]
    pub fn needs(&self) -> Option<Needs> {
        self.needs.or_else(|| self.check.needs())
    }
}

impl Check {
    /// What a check needs by its nature: who counts at least so many, or all, has to know how many there are.
    #[must_use]
    pub fn needs(&self) -> Option<Needs> {
        let known = match self {
            Self::Count(count) => count.min.is_some_and(|min| min > 0),
            Self::Answer(predicate) => matches!(predicate, AnswerPredicate::Complete | AnswerPredicate::Obligations),
            Self::Run(predicate) => matches!(predicate, RunPredicate::PrefersResources | RunPredicate::DatasetShown),
            _ => false,
        };
        known.then_some(Needs::KnownData)
    }
}

/// The kinds of checks. All look at every answer of their step (pages, repeats, reads) unless said otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// Status code is this one, or one of these.
    Status(OneOrMany),
    /// A header has this value.
    Header(HeaderCheck),
    /// FHIRPath that is true of the answer's resource. Undetermined is not true (settled 5).
    Fhirpath(String),
    /// FHIRPath that is true of each of these; none at all is inapplicable.
    Each(Each),
    /// FHIRPath that is true of none of these.
    None(Each),
    /// How many of these there are, over all pages.
    Count(CountCheck),
    /// Each of these is valid by a profile, or by FHIR itself.
    Profile(ProfileCheck),
    /// A named predicate over the answer.
    Answer(AnswerPredicate),
    /// The answer says the same as that of another step.
    SameAs(SameAs),
    /// No match of this step is a match of that one.
    DisjointFrom(String),
    /// A named predicate over the run; only in `over-run`.
    Run(RunPredicate),
    /// In this phase the client asks one of these exchanges.
    Asks(Asks),
    /// A named predicate over all that the client sent in this phase.
    Client(ClientPredicate),
    /// What only a person who looks at the client can tell.
    Attest(Attest),
}

/// One status code or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    /// `status: 200`
    One(u16),
    /// `status: [401, 403]`
    Many(Vec<u16>),
}

impl OneOrMany {
    /// The codes.
    #[must_use]
    pub fn codes(&self) -> &[u16] {
        match self {
            Self::One(code) => std::slice::from_ref(code),
            Self::Many(codes) => codes,
        }
    }
}

/// A header and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HeaderCheck {
    /// Name, in any case.
    pub name: String,
    /// The value it has.
    pub value: String,
}

/// A part of the answers of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Resources of entries with `search.mode` match (or without a mode and of the type asked for).
    Matches,
    /// Resources of entries with `search.mode` include.
    Includes,
    /// Entries of the Bundle.
    Entries,
    /// All resources: those of the entries, or the answer itself.
    Resources,
}

/// A FHIRPath over each of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Each {
    /// Of what.
    pub of: Part,
    /// Only those for which this FHIRPath is true.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The expression, in the context of one of them; `%patient` is the id asked for.
    pub fhirpath: String,
}

/// How many of a part there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CountCheck {
    /// Of what.
    pub of: Part,
    /// Only those for which this FHIRPath is true.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// At least this many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<u32>,
    /// At most this many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

/// By what each of a part is judged, and which of its elements this is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProfileCheck {
    /// Of what. By `base`, `resources` is each answer as it came, the Bundle around its resources included.
    pub of: Part,
    /// Only those for which this FHIRPath is true.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Name of a profile of the claimed version (`ACP-Patient`), of nl-core, or `base`: FHIR itself, with no profile.
    /// What is of another type than the profile is passed over.
    pub is: String,
    /// Only what is wrong with these elements (`Consent.scope`) and all below them, and with these invariants
    /// (`ppc-1`). When left out: what no other expectation of the step takes with `only`, and FHIR itself does not ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
}

impl ProfileCheck {
    /// What is judged by FHIR itself.
    pub const BASE: &'static str = "base";

    /// Whether it judges by FHIR itself.
    #[must_use]
    pub fn is_base(&self) -> bool {
        self.is == Self::BASE
    }
}

/// Predicates over an answer (settled 11): a closed list, each with tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerPredicate {
    /// The body is FHIR in the format asked for, and `Content-Type` says so.
    MediaType,
    /// Every match fulfils what the exchange asks (`answer.each` of the exchange).
    OnlyAsked,
    /// Every match is about the patient asked for; never by the end of a string.
    SamePatient,
    /// The matches are those of the persona, by business key (settled 14).
    Complete,
    /// Where the persona has an element that carries an obligation, the match has it, or says why it is absent.
    Obligations,
    /// Every target of the references that the exchange includes is in the Bundle.
    Includes,
    /// `search.mode` is used, and includes are not counted as matches.
    SearchModes,
    /// `Bundle.total`, when there, is the number of matches over all pages.
    Total,
    /// The first page holds all matches that `Bundle.total` promises.
    TotalOnPage,
    /// There is a self link with a URL.
    SelfLink,
    /// The self link repeats the parameters that were sent.
    SelfLinkParameters,
    /// Every fullUrl is absolute and ends with the id of its resource.
    FullUrls,
    /// No resource comes twice over the pages, and every page could be fetched.
    Pages,
    /// A read gives the resource that was asked for: same type, same id.
    SameResource,
    /// The error body is an OperationOutcome.
    OperationOutcome,
    /// The body holds nothing of a patient: no name, no BSN, no birth date, no clinical resource of a persona.
    NoPatientData,
    /// `fhirVersion`, in the CapabilityStatement and in `Content-Type`, is the claimed one.
    FhirVersion,
    /// The status is below 500.
    NoServerError,
    /// Each filled-in form has the items of its questionnaire, in their places and with answers of their type.
    FormItems,
    /// Each coded answer of a filled-in form is among the options of its item.
    FormOptions,
    /// No item of a filled-in form is answered that its conditions hide, and "otherwise" is specified.
    FormConditions,
    /// Each filled-in form brings the presets of its questionnaire along.
    FormPresets,
    /// Each question of a filled-in form that may be answered with "unknown" is answered.
    FormTopics,
}

/// What is compared between two steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SameAs {
    /// The other step.
    pub step: String,
    /// What has to be the same.
    pub compare: Comparison,
}

/// How two answers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// The same matches, by type and id.
    Matches,
    /// The same resources with the same content, whatever the format.
    Content,
    /// That both are answered with a success, whatever is in it.
    Success,
}

/// Predicates over the whole run, and over all answers of the scenario that they stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunPredicate {
    /// Every exchange of at least one transaction group was answered with 200 and a searchset.
    AnyGroup,
    /// Where the form has content, the individual resources have content as well.
    PrefersResources,
    /// No two active directives of the scenario's answers decide the opposite about one treatment.
    NoContradiction,
    /// Procedure, Encounter and directives of one talk have the same date.
    TalkDates,
    /// Every contact person whom the server knows is reached from the answers.
    ContactsReachable,
    /// Where switching off an ICD is decided on, there is an ICD.
    IcdPresent,
    /// The position on euthanasia and the advance directives go together.
    EuthanasiaAgrees,
    /// Whoever an advance directive names as representative has role 24.
    RepresentativeRole,
    /// A request to inform relatives was not done before it was made.
    RequestDates,
    /// What a filled-in form says, the resources of the same talk say as well.
    FormAgrees,
    /// Each concept of the dataset that the data has was shown somewhere in the run.
    DatasetShown,
    /// Where a group of the dataset is there, what it has at least is there.
    DatasetMinimum,
    /// The form was shown, which alone has some concepts of the dataset.
    DatasetForm,
}
