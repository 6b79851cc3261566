//! Definitions: one internal model of a StructureDefinition, for R4 and STU3
//! alike. Where they come from is `package`'s, how a differential becomes a
//! snapshot `snapshot`'s, how a resource is held against one `validate`'s.

mod element;
mod reading;
mod stu3;

use std::sync::Arc;

use super::node::Tree;

pub use reading::DefinitionError;

/// A profile, a type or an extension.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Canonical without version.
    pub url: Arc<str>,
    /// Version of the definition.
    pub version: Arc<str>,
    /// Name for people.
    pub name: Arc<str>,
    /// The type it constrains or defines: `Consent`, `Extension`.
    pub type_name: Arc<str>,
    /// What sort of type that is.
    pub kind: StructureKind,
    /// Canonical of what it stands on; `None` for the roots.
    pub base: Option<Arc<str>>,
    /// Whether it defines a type or constrains one.
    pub derivation: Derivation,
    /// It cannot stand in a resource by itself.
    pub is_abstract: bool,
    /// Where an extension may be used.
    pub contexts: Vec<Context>,
    /// Of an extension: what has to be true of the element that it stands on, as FHIRPath.
    pub context_invariants: Vec<Arc<str>>,
    /// What it changes of its base.
    pub differential: Vec<ElementDefinition>,
    /// Everything, in order; empty until it is built.
    pub snapshot: Vec<ElementDefinition>,
}

/// Whether a definition makes a type or constrains one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derivation {
    /// A new type.
    Specialization,
    /// A profile.
    Constraint,
}

/// What sort of type a definition defines or constrains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StructureKind {
    /// `string`
    Primitive,
    /// `HumanName`, and every extension.
    Complex,
    /// `Consent`
    Resource,
    /// A model that is no type of FHIR.
    Logical,
}

/// Where an extension may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Context {
    /// On this element or type: `Patient.contact`, `Element`.
    Element(Arc<str>),
    /// On the extension with this canonical.
    Extension(Arc<str>),
    /// Where this FHIRPath is true.
    Fhirpath(Arc<str>),
}

/// An element of a definition.
#[derive(Debug, Clone, Default)]
pub struct ElementDefinition {
    /// `Consent.provision.actor:agreementParty.role`
    pub id: Arc<str>,
    /// `Consent.provision.actor.role`
    pub path: Arc<str>,
    /// Path of the element that it goes back to: `Extension.value[x]`; only where a snapshot says so.
    pub base_path: Option<Arc<str>>,
    /// `agreementParty`; with `/` for a slice of a slice.
    pub slice_name: Option<Arc<str>>,
    /// Minimum, where said.
    pub min: Option<u32>,
    /// Maximum, where said.
    pub max: Option<Max>,
    /// Types, where said.
    pub types: Vec<ElementType>,
    /// The element whose content this one has: `#Observation.referenceRange`.
    pub content_reference: Option<Arc<str>>,
    /// The value it has, exactly (`fixed[x]`).
    pub fixed: Option<Arc<Tree>>,
    /// What its value has at least (`pattern[x]`).
    pub pattern: Option<Arc<Tree>>,
    /// Smallest value.
    pub min_value: Option<Arc<Tree>>,
    /// Largest value.
    pub max_value: Option<Arc<Tree>>,
    /// Longest value in characters.
    pub max_length: Option<u32>,
    /// Value set it is bound to.
    pub binding: Option<Binding>,
    /// Invariants.
    pub constraints: Vec<Constraint>,
    /// How repetitions are told apart.
    pub slicing: Option<Slicing>,
    /// Systems have to be able to do something with it.
    pub must_support: bool,
    /// A receiver has to know it.
    pub is_modifier: bool,
    /// `xmlAttr` and its like.
    pub representation: Option<Arc<str>>,
}

/// The most that there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Max {
    /// This many.
    Count(u32),
    /// `*`
    Unbounded,
}

/// A type that an element may have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ElementType {
    /// `CodeableConcept`, `Reference`, `string`
    pub code: Arc<str>,
    /// Profiles of the type itself; one of them has to be met.
    pub profiles: Vec<Arc<str>>,
    /// Profiles of what a reference points to; one of them has to be met.
    pub targets: Vec<Arc<str>>,
    /// `contained`, `referenced`, `bundled`
    pub aggregation: Vec<Arc<str>>,
    /// `either`, `independent`, `specific`
    pub versioning: Option<Arc<str>>,
}

/// A value set that an element is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// How strongly.
    pub strength: Strength,
    /// Canonical of the value set, with version where it has one.
    pub value_set: Option<Arc<str>>,
    /// Canonical of the value set outside of which no code may come, however strong the binding.
    pub largest: Option<Arc<str>>,
    /// Value sets that are asked beside it.
    pub additional: Vec<AdditionalBinding>,
}

/// A value set that is asked beside the one of the binding. Kept are those that say
/// something of codes in a resource: not what a system has to support, or a form could show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdditionalBinding {
    /// What it asks.
    pub purpose: Purpose,
    /// Canonical of the value set, with version where it has one.
    pub value_set: Arc<str>,
    /// Of repetitions one is enough.
    pub any: bool,
    /// It counts in certain circumstances only, of which a resource does not tell.
    pub has_usage: bool,
}

/// What an additional binding asks of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// No code outside of it.
    Maximum,
    /// A code from it.
    Required,
    /// A code from it where one fits.
    Extensible,
    /// A code from it in records that are made now; older ones may have others.
    Current,
    /// Better from it.
    Preferred,
}

/// How strong a binding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// An example.
    Example,
    /// Better from the set.
    Preferred,
    /// From the set where it fits.
    Extensible,
    /// From the set.
    Required,
}

/// An invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// `ppc-1`
    pub key: Arc<str>,
    /// Error or warning.
    pub severity: Severity,
    /// FHIRPath; absent where it is only in words.
    pub expression: Option<Arc<str>>,
    /// What it says, in the words of its owner. For messages at run time; never in the built-in set.
    pub human: Arc<str>,
    /// Canonical of the definition that it comes from.
    pub source: Option<Arc<str>>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Information,
    /// Against advice.
    Warning,
    /// Against a rule.
    Error,
}

/// How repetitions of an element are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slicing {
    /// What is looked at.
    pub discriminators: Vec<Discriminator>,
    /// Slices have to come in their order.
    pub ordered: bool,
    /// Whether others may come as well.
    pub rules: SlicingRules,
}

/// Something by which slices differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discriminator {
    /// How it is looked at.
    pub kind: DiscriminatorKind,
    /// Where, as restricted FHIRPath: `$this`, `coding.code`, `individual.resolve()`.
    pub path: Arc<str>,
}

/// How a discriminator is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiscriminatorKind {
    /// By fixed value, pattern or required binding.
    Value,
    /// The same, by its old name.
    Pattern,
    /// By being there.
    Exists,
    /// By type.
    Type,
    /// By the profile that it meets.
    Profile,
}

/// Whether repetitions that fit no slice may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlicingRules {
    /// None.
    Closed,
    /// Anywhere.
    Open,
    /// At the end.
    OpenAtEnd,
}
