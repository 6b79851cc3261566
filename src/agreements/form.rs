//! What the answers of the agreement's form mean among the individual resources,
//! by item (pzp 4C), in each version of FHIR. Which items there are, and what they
//! may be answered with, is in the form itself.

use super::FhirVersion;

/// Switching off an ICD; stands in the text of a directive that is coded as "other".
pub const SWITCH_OFF_ICD: &str = "400231000146108";

/// A form, by the items and codes that mean something among the resources.
#[derive(Debug)]
pub struct Form {
    /// Date of the conversation.
    pub talk_date: &'static str,
    /// Date of birth of the patient.
    pub birth_date: &'static str,
    /// Whether the patient is capable of deciding on treatment: `1` or `0`.
    pub capable: &'static str,
    /// The goal of medical policy.
    pub goal: &'static str,
    /// Whether the patient has an ICD.
    pub has_icd: &'static str,
    /// The treatment that no item of its own asks about, in words or as "other".
    pub other_treatment: &'static str,
    /// The decision about that treatment.
    pub other_decision: &'static str,
    /// The decision about switching off an ICD.
    pub icd_decision: &'static str,
    /// The decisions about treatments that the form asks for by name.
    pub decisions: [Decision; 6],
    /// Items that are observations among the resources, with the code of each.
    pub observed: [(&'static str, &'static str); 5],
    /// Code of a decision: to do it.
    pub to_do: &'static str,
    /// Code of a decision: otherwise, in words.
    pub otherwise: &'static str,
    /// Code of a decision: not to do it.
    pub not_to_do: &'static str,
}

/// A decision about a treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The item that holds it.
    pub item: &'static str,
    /// SNOMED CT code of the treatment.
    pub treatment: &'static str,
    /// The item that says what "otherwise" means.
    pub specification: &'static str,
}

/// `ACP-zib2020`
static R4: Form = Form {
    talk_date: "963",
    birth_date: "967",
    capable: "1406",
    goal: "999",
    has_icd: "1006",
    other_treatment: "1422",
    other_decision: "1402",
    icd_decision: "1005",
    decisions: [
        Decision { item: "1386", treatment: "89666000", specification: "1001" },
        Decision { item: "1387", treatment: "40617009", specification: "1388" },
        Decision { item: "1390", treatment: "305351004", specification: "1391" },
        Decision { item: "1393", treatment: "32485007", specification: "1394" },
        Decision { item: "1396", treatment: "281789004", specification: "1397" },
        Decision { item: "1399", treatment: "116762002", specification: "1400" },
    ],
    observed: [
        ("1190", "153851000146100"),
        ("1191", "395091006"),
        ("1193", "340171000146104"),
        ("1435", "570801000146104"),
        ("1196", "247751003"),
    ],
    to_do: "0",
    otherwise: "1",
    not_to_do: "2",
};

/// `ACP-zib2017`
static STU3: Form = Form {
    talk_date: "385",
    birth_date: "6",
    capable: "787",
    goal: "784",
    has_icd: "249",
    other_treatment: "805",
    other_decision: "593",
    icd_decision: "595",
    decisions: [
        Decision { item: "587", treatment: "89666000", specification: "122" },
        Decision { item: "588", treatment: "40617009", specification: "123" },
        Decision { item: "589", treatment: "305351004", specification: "124" },
        Decision { item: "590", treatment: "32485007", specification: "125" },
        Decision { item: "591", treatment: "281789004", specification: "126" },
        Decision { item: "592", treatment: "116762002", specification: "127" },
    ],
    observed: [
        ("382", "153851000146100"),
        ("604", "395091006"),
        ("785", "340171000146104"),
        ("789", "570801000146104"),
        ("383", "247751003"),
    ],
    to_do: "JA",
    otherwise: "JA_MAAR",
    not_to_do: "NEE",
};

/// The form of a version of FHIR.
#[must_use]
pub fn form(fhir: FhirVersion) -> &'static Form {
    match fhir {
        FhirVersion::R4 => &R4,
        FhirVersion::Stu3 => &STU3,
    }
}
