//! The scenario language: its vocabulary as types that authors read, and
//! loading with every mistake reported at once.
//!
//! Three kinds of files (settled 7): exchanges, scenarios (of provider and
//! consulter) and faults; beside them requirements (`agreements`) and personas.
//! A `Suite` is all of them, loaded and found consistent.

mod client;
mod consulter_fault;
mod dataset;
mod dialect;
mod document;
mod exchange;
mod expectation;
mod fault;
mod files;
mod lint;
mod load;
mod noise;
mod persona;
mod schema;
mod step;

pub use client::{Answering, Asks, Attest, ClientPredicate, Phase, Shown, Until, crash_question, filled};
pub use consulter_fault::{
    ConsulterFault, ConsulterMisbehaviour, ExtraFilter, OtherDialect, SkippedCodes, Trouble, TwoPatients, WriteMethod, Written,
};
pub use dataset::{Concept, ConceptKind, Dataset, Subject};
pub use dialect::{Change, DialectFile, Known, Mark, Mistake, NotJudged, Side, Sign, Standing};
pub use document::Kind;
pub use exchange::{Answer, Defect, Exchange, Include, TransactionGroup};
pub use expectation::{
    AnswerPredicate, Check, Comparison, CountCheck, Each, Expectation, HeaderCheck, Needs, OneOrMany, Part, ProfileCheck,
    RunPredicate, SameAs,
};
pub use fault::{
    Credentials, EmptyAnswer, Fault, FormatFault, Kill, LatestOnlyKey, LinkFault, Misbehaviour, Patch, Target, fits, fits_key,
};
pub use files::Source;
pub use load::{GROUPS, lint, load};
pub use noise::{Noise, NoiseList, NoiseMatch};
pub use persona::{Persona, PersonaExchange, PersonaLists};
pub use schema::schema;
pub use step::{Auth, Axes, Encoding, Follow, FollowWhat, Format, Isolation, Method, Pages, Request, Scenario, Step, When, With};

use crate::agreements::{Actor, Catalogue, Dialect, FhirVersion, Requirement};

/// Everything that a suite is made of.
#[derive(Debug, Clone, Default)]
pub struct Suite {
    /// The requirements.
    pub catalogue: Catalogue,
    /// Exchanges in the order of the agreement.
    pub exchanges: Vec<Exchange>,
    /// Scenarios, sorted by id.
    pub scenarios: Vec<Scenario>,
    /// Faults, sorted by id.
    pub faults: Vec<Fault>,
    /// Faults of a client, sorted by id.
    pub consulter_faults: Vec<ConsulterFault>,
    /// Personas with their resources, sorted by id.
    pub personas: Vec<Persona>,
    /// What is taken away from what the judge of profiles says.
    pub noise: Vec<Noise>,
    /// The datasets of the information standard.
    pub datasets: Vec<Dataset>,
    /// Versions of the agreement, older ones first.
    pub dialects: Vec<DialectFile>,
    /// SHA-256 over every file of the suite, sorted by path.
    pub digest: String,
}

impl Suite {
    /// The exchange with this name.
    #[must_use]
    pub fn exchange(&self, name: &str) -> Option<&Exchange> {
        self.exchanges.iter().find(|exchange| exchange.exchange == name)
    }

    /// What is known of a version of the agreement.
    #[must_use]
    pub fn dialect(&self, dialect: Dialect) -> Option<&DialectFile> {
        self.dialects.iter().find(|file| file.dialect == dialect)
    }

    /// Whether who claims this actor and version is held to a requirement: it names the version, or the current one of
    /// the same FHIR. What older and coming versions have otherwise is said in their files.
    #[must_use]
    pub fn asks(&self, requirement: &Requirement, actor: Actor, dialect: Dialect) -> bool {
        std::iter::once(dialect).chain(self.current(dialect.fhir())).any(|version| requirement.is_claimed(actor, version))
    }

    /// The version that is certified, for a version of FHIR.
    #[must_use]
    pub fn current(&self, fhir: FhirVersion) -> Option<Dialect> {
        let is_current = |file: &&DialectFile| file.standing == Standing::Current && file.dialect.fhir() == fhir;
        self.dialects.iter().find(is_current).map(|file| file.dialect)
    }

    /// What stands in the way of holding an expectation, of a requirement, against who claims a version. Nothing does
    /// where only that version asks it: then it is written for that version.
    #[must_use]
    pub fn excuse(&self, dialect: Dialect, key: &str, requirement: &str) -> Option<&NotJudged> {
        let current = self.current(dialect.fhir());
        let is_own = |row: &Requirement| current.is_some_and(|current| !row.versions.contains(&current));
        if self.catalogue.get(requirement).is_some_and(is_own) {
            return None;
        }
        self.dialect(dialect)?.excuse(key, requirement)
    }

    /// The persona with this name.
    #[must_use]
    pub fn persona(&self, name: &str) -> Option<&Persona> {
        self.personas.iter().find(|persona| persona.persona == name)
    }

    /// The fault of a client with this name.
    #[must_use]
    pub fn consulter_fault(&self, name: &str) -> Option<&ConsulterFault> {
        self.consulter_faults.iter().find(|fault| fault.consulter_fault == name)
    }

    /// The dataset of a version of FHIR.
    #[must_use]
    pub fn dataset(&self, fhir: FhirVersion) -> Option<&Dataset> {
        self.datasets.iter().find(|dataset| dataset.fhir == fhir)
    }

    /// The fault with this name.
    #[must_use]
    pub fn fault(&self, name: &str) -> Option<&Fault> {
        self.faults.iter().find(|fault| fault.fault == name)
    }
}
