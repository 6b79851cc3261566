//! The care plan, read from what was gathered: what was agreed, by whom, when,
//! and whether it still holds. Pure: no network, no clock. What is missing is
//! told, and nothing that was received is silently left out.

mod advance;
mod conversation;
mod device;
mod directive;
mod form;
mod form_items;
mod goal;
mod patient;
mod people;
mod relatives;
mod value;
mod wish;
mod words;

use serde::Serialize;

use super::records::Records;
use super::settings::Reason;
use crate::text::Text;

/// The plan of one patient, as one server has it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CarePlan {
    /// Logical id of the patient; empty when nobody was found.
    pub patient: String,
    /// Name, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Date of birth, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// Nothing failed: this is all that the server has of what was asked for.
    pub complete: bool,
    /// Why it may not be all.
    pub incomplete: Vec<Reason>,
    /// What the server said beside its answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// What there is, by subject.
    pub sections: Vec<Section>,
}

/// One subject of a plan.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Section {
    /// Which one.
    pub kind: SectionKind,
    /// Its name in the information standard.
    pub title: Text,
    /// It was asked for.
    pub asked: bool,
    /// Every request that it needs was answered to the end.
    pub complete: bool,
    /// What is there, newest first, what has ended after what holds.
    pub items: Vec<Item>,
    /// Matches that are something else than what was asked for, and are not shown.
    pub left_out: usize,
}

/// The subjects of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SectionKind {
    /// Capacity, representative and contact persons.
    Persons,
    /// The conversations.
    Conversations,
    /// Goals of medical policy.
    PolicyGoals,
    /// Agreements about treatments.
    TreatmentDirectives,
    /// An ICD, and the agreement to switch it off.
    Icd,
    /// Wishes and positions.
    Wishes,
    /// Advance directives.
    AdvanceDirectives,
    /// Requests to inform relatives.
    InformRelatives,
    /// The filled-in form.
    Form,
}

/// One agreement, wish, conversation or form.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Item {
    /// The resource that says so.
    pub resource: String,
    /// What it is about.
    pub title: Text,
    /// What overrules the value: shown above it, always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overrules: Option<String>,
    /// What was agreed, wished or found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Text>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Whether it still holds.
    pub validity: Validity,
    /// Who agreed, performed or asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Party>,
    /// Everything else that it says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// What is not there, or may not be seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Text>,
    /// What a reader has to know before they trust it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Text>,
}

/// Whether something still holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Validity {
    /// It holds, until a date when one is given.
    Valid {
        /// The last day.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<String>,
    },
    /// It does not hold any more.
    Ended {
        /// Since when.
        #[serde(skip_serializing_if = "Option::is_none")]
        on: Option<String>,
        /// Why.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// It never held, does not hold yet, or nobody can say: the status in words.
    Other {
        /// The status.
        status: Text,
    },
    /// No status is there.
    Unknown,
}

/// Somebody who has to do with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Party {
    /// Name, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they are to the patient.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Text>,
    /// How they can be reached.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub telecom: Vec<String>,
}

/// A further element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Detail {
    /// Its name.
    pub label: Text,
    /// What it says.
    pub value: Text,
}

/// The plan that these records hold.
#[must_use]
pub fn read(records: &Records) -> CarePlan {
    let patient = records.patient();
    let mut sections = vec![
        patient::section(records),
        conversation::section(records),
        goal::section(records),
        directive::section(records),
        device::section(records),
        wish::section(records),
        advance::section(records),
        relatives::section(records),
        form::section(records),
    ];
    for section in &mut sections {
        section
            .items
            .sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| b.date.cmp(&a.date)).then_with(|| a.resource.cmp(&b.resource)));
    }
    CarePlan {
        patient: records.patient.clone(),
        name: patient.and_then(people::name),
        birth_date: patient.and_then(|patient| patient.child_value("birthDate")).map(str::to_owned),
        complete: records.reasons.is_empty(),
        incomplete: records.reasons.clone(),
        remarks: records.remarks.clone(),
        sections,
    }
}

/// What holds comes before what does not.
fn order(item: &Item) -> u8 {
    match item.validity {
        Validity::Valid { .. } | Validity::Unknown => 0,
        Validity::Other { .. } => 1,
        Validity::Ended { .. } => 2,
    }
}

impl Section {
    /// A section that these exchanges fill.
    fn of(kind: SectionKind, title: Text, exchanges: &[&str], records: &Records) -> Self {
        let concerns = |reason: &Reason| reason.exchange.as_deref().is_none_or(|named| exchanges.contains(&named));
        Self {
            kind,
            title,
            asked: exchanges.iter().any(|exchange| records.answers.contains_key(*exchange)),
            complete: !records.reasons.iter().any(concerns),
            items: Vec::new(),
            left_out: 0,
        }
    }
}

impl Item {
    fn new(resource: &str, title: Text) -> Self {
        Self {
            resource: resource.to_owned(),
            title,
            overrules: None,
            value: None,
            date: None,
            validity: Validity::Unknown,
            by: Vec::new(),
            details: Vec::new(),
            missing: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Whether it holds, as far as can be said.
    fn holds(&self) -> bool {
        matches!(self.validity, Validity::Valid { .. } | Validity::Unknown)
    }

    fn detail(&mut self, label: Text, value: Option<Text>) {
        self.details.extend(value.map(|value| Detail { label, value }));
    }
}
