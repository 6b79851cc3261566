//! The type tables of R4 and STU3: elements of every type in order, and the search
//! parameters. Read from the compressed text of `tables/`, which
//! `cargo run --example definitions` makes. No profiles and no value sets.

mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The table of R4, built in.
#[must_use]
pub fn r4() -> &'static Types {
    static R4: LazyLock<Types> = LazyLock::new(|| {
        table::read(
            include_bytes!(concat!(env!("OUT_DIR"), "/r4.types.z")),
            include_bytes!(concat!(env!("OUT_DIR"), "/r4.search.z")),
        )
    });
    &R4
}

/// The table of STU3, built in.
#[must_use]
pub fn stu3() -> &'static Types {
    static STU3: LazyLock<Types> = LazyLock::new(|| {
        table::read(
            include_bytes!(concat!(env!("OUT_DIR"), "/stu3.types.z")),
            include_bytes!(concat!(env!("OUT_DIR"), "/stu3.search.z")),
        )
    });
    &STU3
}

/// All types and search parameters of one version of FHIR.
#[derive(Debug)]
pub struct Types {
    definition: Definition,
    types: BTreeMap<&'static str, Type>,
    /// By resource, then by code.
    search: BTreeMap<&'static str, BTreeMap<&'static str, SearchParameter>>,
}

/// The package a table was made from, for reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// `hl7.fhir.r4.core`
    pub id: &'static str,
    /// `4.0.1`
    pub version: &'static str,
    /// `sha256:…` of the package file.
    pub digest: &'static str,
}

/// What sort of type it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `string`, `dateTime`, `xhtml`
    Primitive,
    /// `HumanName`, `Reference`
    Complex,
    /// The unnamed type of an element with elements: `Consent.provision`.
    Backbone,
    /// `Consent`
    Resource,
}

/// One type with all its elements.
#[derive(Debug)]
pub struct Type {
    /// `Consent`, `Consent.provision`, `HumanName`, `string`
    pub name: &'static str,
    /// The type it specialises; empty for `Element` and `Resource`.
    pub base: &'static str,
    /// What sort of type it is.
    pub kind: Kind,
    /// Only its specialisations occur.
    pub is_abstract: bool,
    /// Own and inherited elements in the order of XML. The value of a primitive
    /// is not among them.
    pub elements: Vec<Element>,
}

/// One element of a type.
#[derive(Debug, Clone)]
pub struct Element {
    /// `value` for `value[x]`.
    pub name: &'static str,
    /// How many there must be at least.
    pub min: u32,
    /// There may be more than one, and JSON writes a list.
    pub list: bool,
    /// Written with its type in the name: `valueString`.
    pub choice: bool,
    /// XML writes it as an attribute (`id` of an element, `url` of an extension).
    pub attribute: bool,
    /// One type, or those of a choice.
    pub types: Vec<TypeRef>,
}

/// A type that an element may have.
#[derive(Debug, Clone)]
pub struct TypeRef {
    /// Its name; `Resource` where any resource may stand.
    pub name: &'static str,
    /// What a `Reference` or `canonical` may point to; empty: not said.
    pub targets: Vec<&'static str>,
}

/// A search parameter of one resource type.
#[derive(Debug)]
pub struct SearchParameter {
    /// `Consent`; `Resource` or `DomainResource` for those of all.
    pub resource: &'static str,
    /// The name in a URL: `patient`, `_id`.
    pub code: &'static str,
    /// How its values are compared.
    pub kind: ParameterKind,
    /// FHIRPath of what is searched, of this resource type only; empty when it is no path (`_text`).
    pub expression: &'static str,
    /// Types a reference may point to; `Resource` alone: to all.
    pub targets: Vec<&'static str>,
}

impl SearchParameter {
    /// Whether a reference of it may point to a resource of this type.
    #[must_use]
    pub fn may_refer_to(&self, resource: &str) -> bool {
        self.targets.iter().any(|target| *target == resource || *target == "Resource")
    }
}

/// How the values of a search parameter are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// A number with its precision.
    Number,
    /// A date or period with its precision.
    Date,
    /// Text that starts with the value.
    String,
    /// A code, identifier or boolean.
    Token,
    /// A reference to a resource.
    Reference,
    /// Two or more parameters in one.
    Composite,
    /// A number with a unit.
    Quantity,
    /// A whole URI.
    Uri,
    /// As its own definition says (`near`, `_filter`).
    Special,
}

impl Types {
    /// A type by name: `Consent`, `Consent.provision`, `HumanName`, `string`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Type> {
        self.types.get(name)
    }

    /// A resource that can occur: not `HumanName`, and not the abstract `Resource`.
    #[must_use]
    pub fn resource(&self, name: &str) -> Option<&Type> {
        self.get(name).filter(|found| found.kind == Kind::Resource && !found.is_abstract)
    }

    /// Whether `name` is `ancestor` or specialises it: `Consent` is a `Resource`, `code` a `string`.
    #[must_use]
    pub fn is_a(&self, name: &str, ancestor: &str) -> bool {
        self.ancestors(name).any(|found| found.name == ancestor)
    }

    /// The type and all that it specialises, nearest first.
    pub fn ancestors(&self, name: &str) -> impl Iterator<Item = &Type> {
        std::iter::successors(self.get(name), |found| self.get(found.base))
    }

    /// The search parameter of a resource type, those of `Resource` and `DomainResource` included.
    #[must_use]
    pub fn search_parameter(&self, resource: &str, code: &str) -> Option<&SearchParameter> {
        self.ancestors(resource).find_map(|found| self.search.get(found.name)?.get(code))
    }

    /// All search parameters of a resource type, its own first.
    pub fn search_parameters(&self, resource: &str) -> impl Iterator<Item = &SearchParameter> {
        self.ancestors(resource).filter_map(|found| self.search.get(found.name)).flat_map(BTreeMap::values)
    }

    /// The resources that can occur, by name.
    pub fn resources(&self) -> impl Iterator<Item = &Type> {
        self.iter().filter(|found| found.kind == Kind::Resource && !found.is_abstract)
    }

    /// All types, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Type> {
        self.types.values()
    }

    /// The package this table was made from.
    #[must_use]
    pub fn definition(&self) -> Definition {
        self.definition
    }
}

impl Type {
    /// The element with this name: `value`, not `value[x]` or `valueString`.
    #[must_use]
    pub fn element(&self, name: &str) -> Option<&Element> {
        self.elements.iter().find(|element| element.name == name)
    }

    /// The element and type behind a name as JSON and XML write it: `valueString`
    /// is `value` as a `string`.
    #[must_use]
    pub fn written(&self, name: &str) -> Option<(&Element, &TypeRef)> {
        self.elements.iter().find_map(|element| {
            let rest = name.strip_prefix(element.name)?;
            let found = match (element.choice, rest.is_empty()) {
                (false, true) => element.types.first(),
                (true, false) => element.types.iter().find(|found| is_capitalised(rest, found.name)),
                _ => None,
            };
            Some((element, found?))
        })
    }

    /// Where an element stands in the order of XML.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.elements.iter().position(|element| element.name == name)
    }
}

fn is_capitalised(written: &str, name: &str) -> bool {
    let (mut written, mut name) = (written.chars(), name.chars());
    written.next() == name.next().map(|letter| letter.to_ascii_uppercase()) && written.as_str() == name.as_str()
}
