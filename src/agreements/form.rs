//! What the answers of the agreement's form for R4 mean among the individual
//! resources, by item (pzp 4C). Which items there are, and what they may be
//! answered with, is in the form itself.

/// Date of the conversation.
pub const TALK_DATE: &str = "963";
/// Date of birth of the patient.
pub const BIRTH_DATE: &str = "967";
/// Whether the patient is capable of deciding on treatment: `1` or `0`.
pub const CAPABLE: &str = "1406";
/// The goal of medical policy.
pub const GOAL: &str = "999";
/// Whether the patient has an ICD.
pub const HAS_ICD: &str = "1006";
/// The treatment that no item of its own asks about, in words or as "other".
pub const OTHER_TREATMENT: &str = "1422";
/// The decision about that treatment.
pub const OTHER_DECISION: &str = "1402";
/// The decision about switching off an ICD.
pub const ICD_DECISION: &str = "1005";
/// Switching off an ICD; stands in the text of a directive that is coded as "other".
pub const SWITCH_OFF_ICD: &str = "400231000146108";

/// Codes of a decision: to do it, something else, not to do it.
pub const TO_DO: &str = "0";
/// Decided otherwise, in words.
pub const OTHERWISE: &str = "1";
/// Not to do it.
pub const NOT_TO_DO: &str = "2";

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

/// The decisions about treatments that the form asks for by name.
pub const DECISIONS: [Decision; 6] = [
    Decision { item: "1386", treatment: "89666000", specification: "1001" },
    Decision { item: "1387", treatment: "40617009", specification: "1388" },
    Decision { item: "1390", treatment: "305351004", specification: "1391" },
    Decision { item: "1393", treatment: "32485007", specification: "1394" },
    Decision { item: "1396", treatment: "281789004", specification: "1397" },
    Decision { item: "1399", treatment: "116762002", specification: "1400" },
];

/// Items that are observations among the resources, with the code of each.
pub const OBSERVED: [(&str, &str); 5] = [
    ("1190", "153851000146100"),
    ("1191", "395091006"),
    ("1193", "340171000146104"),
    ("1435", "570801000146104"),
    ("1196", "247751003"),
];
