//! Reads the text of a type table and a search table. The format, which
//! `examples/definitions` writes:
//!
//! ```text
//! types PACKAGE#VERSION DIGEST          search PACKAGE#VERSION DIGEST
//! NAME BASE KIND [abstract]             RESOURCE CODE KIND TARGET|… EXPRESSION
//!  ELEMENT MIN..MAX [@] TYPE(TARGET|…) …
//! ```
//!
//! `-` is nothing, `@` an attribute in XML, `[x]` a choice. A type has the
//! elements of its base first; one that it repeats takes the base's place, and
//! `0..0` takes it away.

use std::collections::BTreeMap;
use std::io::Read as _;

use super::{Definition, Element, Kind, ParameterKind, SearchParameter, Type, TypeRef, Types};

/// Reads both tables, compressed by `build.rs`.
pub(super) fn read(types: &[u8], search: &[u8]) -> Types {
    let (header, lines) = inflate(types).split_once('\n').expect("a table has a header");
    let types = inherit(blocks(lines));
    let mut parameters: BTreeMap<&str, BTreeMap<&str, SearchParameter>> = BTreeMap::new();
    for found in inflate(search).lines().skip(1).map(parameter) {
        parameters.entry(found.resource).or_default().insert(found.code, found);
    }
    Types { definition: definition(header), types, search: parameters }
}

/// The text lives as long as the program, so that names can be borrowed everywhere.
fn inflate(compressed: &[u8]) -> &'static str {
    let mut text = String::new();
    flate2::read::ZlibDecoder::new(compressed).read_to_string(&mut text).expect("the build compressed it");
    Box::leak(text.into_boxed_str())
}

fn definition(header: &'static str) -> Definition {
    let mut words = header.split(' ').skip(1);
    let (id, version) = words.next().and_then(|word| word.split_once('#')).expect("a header names its package");
    Definition { id, version, digest: words.next().expect("a header ends with the digest") }
}

fn blocks(lines: &'static str) -> Vec<Type> {
    let mut types: Vec<Type> = Vec::new();
    for line in lines.lines() {
        match line.strip_prefix(' ') {
            Some(line) => types.last_mut().expect("elements follow their type").elements.push(element(line)),
            None => types.push(head(line)),
        }
    }
    types
}

fn head(line: &'static str) -> Type {
    let mut words = line.split(' ');
    let mut word = || words.next().expect("a type has a name, a base and a kind");
    let (name, base, kind) = (word(), word(), word());
    let kind = match kind {
        "primitive" => Kind::Primitive,
        "backbone" => Kind::Backbone,
        "resource" => Kind::Resource,
        _ => Kind::Complex,
    };
    let base = if base == "-" { "" } else { base };
    Type { name, base, kind, is_abstract: words.next().is_some(), elements: Vec::new() }
}

/// An element as it is written; `0..0` has no types.
fn element(line: &'static str) -> Element {
    let mut words = line.split(' ').peekable();
    let name = words.next().expect("an element has a name");
    let (min, max) = words.next().and_then(|word| word.split_once("..")).expect("an element has a cardinality");
    let attribute = words.next_if_eq(&"@").is_some();
    let types = if max == "0" { Vec::new() } else { words.map(type_ref).collect() };
    let choice = name.strip_suffix("[x]");
    Element {
        name: choice.unwrap_or(name),
        min: min.parse().expect("a minimum is a number"),
        list: max != "1",
        choice: choice.is_some(),
        attribute,
        types,
    }
}

fn type_ref(word: &'static str) -> TypeRef {
    match word.strip_suffix(')').and_then(|word| word.split_once('(')) {
        Some((name, targets)) => TypeRef { name, targets: targets.split('|').collect() },
        None => TypeRef { name: word, targets: Vec::new() },
    }
}

/// Gives every type the elements of its base, bases first.
fn inherit(types: Vec<Type>) -> BTreeMap<&'static str, Type> {
    let mut waiting = types;
    let mut done: BTreeMap<&'static str, Type> = BTreeMap::new();
    while !waiting.is_empty() {
        let before = waiting.len();
        for mut found in std::mem::take(&mut waiting) {
            match done.get(found.base) {
                Some(base) => found.elements = merge(&base.elements, found.elements),
                None if found.base.is_empty() => {}
                None => {
                    waiting.push(found);
                    continue;
                }
            }
            done.insert(found.name, found);
        }
        assert!(waiting.len() < before, "every type's base is in the table");
    }
    done
}

fn merge(inherited: &[Element], own: Vec<Element>) -> Vec<Element> {
    let mut elements = inherited.to_vec();
    for element in own {
        match elements.iter().position(|found| found.name == element.name) {
            Some(index) => elements[index] = element,
            None => elements.push(element),
        }
    }
    elements.retain(|element| !element.types.is_empty());
    elements
}

fn parameter(line: &'static str) -> SearchParameter {
    let mut words = line.splitn(5, ' ');
    let mut word = || words.next().expect("a parameter has a resource, a code, a kind and targets");
    let (resource, code, kind, targets) = (word(), word(), word(), word());
    let targets = if targets == "-" { Vec::new() } else { targets.split('|').collect() };
    SearchParameter { resource, code, kind: parameter_kind(kind), expression: words.next().unwrap_or_default(), targets }
}

fn parameter_kind(word: &str) -> ParameterKind {
    match word {
        "number" => ParameterKind::Number,
        "date" => ParameterKind::Date,
        "string" => ParameterKind::String,
        "token" => ParameterKind::Token,
        "reference" => ParameterKind::Reference,
        "composite" => ParameterKind::Composite,
        "quantity" => ParameterKind::Quantity,
        "uri" => ParameterKind::Uri,
        _ => ParameterKind::Special,
    }
}
