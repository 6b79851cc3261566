//! An entry of a table of terms to a value set or a code system. The format,
//! which `examples/definitions` writes:
//!
//! ```text
//! ValueSet URL|VERSION                         CodeSystem URL|VERSION
//!  active true|false                            content CONTENT
//!  include [SYSTEM]    exclude [SYSTEM]         case true|false
//!   version VERSION                             flat
//!   filter PROPERTY OPERATOR VALUE             = CODE
//!   set CANONICAL                               display DIGEST [LANGUAGE]
//!   = CODE                                      parent CODE
//!  expansion whole|part                         property NAME VALUE
//!   of SYSTEM
//!   = CODE
//! ```

use std::collections::HashMap;
use std::sync::Arc;

use super::fields::{lines, unescaped, word};
use super::{BuiltIn, Entry};
use crate::fhir::terminology::{CodeSystem, Concept, Content, Expansion, Filter, Include, ValueSet};

/// The value set that an entry is.
pub(in crate::fhir) fn value_set(built_in: &BuiltIn, place: usize) -> ValueSet {
    let Entry { url, version, .. } = built_in.entries[place];
    let mut made = ValueSet {
        url: url.into(),
        version: version.into(),
        title: Arc::default(),
        includes: Vec::new(),
        excludes: Vec::new(),
        inactive: None,
        expansion: None,
    };
    let (mut is_excluded, mut system) = (false, Arc::from(""));
    for (depth, key, rest) in lines(built_in.text(place)) {
        if let (2, Some(expansion)) = (depth, &mut made.expansion) {
            match key {
                "of" => system = rest.into(),
                _ => expansion.codes.entry(unescaped(rest)).or_default().push(Arc::clone(&system)),
            }
            continue;
        }
        let parts = if is_excluded { &mut made.excludes } else { &mut made.includes };
        match (depth, key) {
            (1, "active") => made.inactive = Some(rest == "false"),
            (1, "expansion") => made.expansion = Some(Expansion { codes: HashMap::new(), is_whole: rest == "whole" }),
            (1, _) => {
                is_excluded = key == "exclude";
                let part = Include { system: (!rest.is_empty()).then(|| rest.into()), ..Include::default() };
                if is_excluded { made.excludes.push(part) } else { made.includes.push(part) }
            }
            _ => add(parts.last_mut().expect("what is said of a part follows it"), key, rest),
        }
    }
    made
}

fn add(part: &mut Include, key: &str, rest: &str) {
    match key {
        "version" => part.version = Some(rest.into()),
        "set" => part.value_sets.push(rest.into()),
        "filter" => {
            let (property, rest) = word(rest);
            let (operator, value) = word(rest);
            part.filters.push(Filter { property: property.into(), operator: operator.into(), value: unescaped(value) });
        }
        _ => drop(part.concepts.insert(unescaped(rest), None)),
    }
}

/// The code system that an entry is.
pub(in crate::fhir) fn code_system(built_in: &BuiltIn, place: usize) -> CodeSystem {
    let Entry { url, version, .. } = built_in.entries[place];
    let mut made = CodeSystem::empty(url, version);
    let mut open: Option<(Arc<str>, Concept)> = None;
    for (depth, key, rest) in lines(built_in.text(place)) {
        match (depth, key, &mut open) {
            (1, "content", _) => made.content = content(rest),
            (1, "case", _) => made.case_sensitive = Some(rest == "true"),
            (1, "flat", _) => made.is_a = false,
            (1, ..) => {
                if let Some((code, concept)) = open.replace((unescaped(rest), Concept::default())) {
                    made.insert(code, concept);
                }
            }
            (_, "parent", Some((_, concept))) => concept.parents.push(unescaped(rest)),
            (_, "property", Some((_, concept))) => {
                let (name, value) = word(rest);
                concept.properties.push((name.into(), unescaped(value)));
            }
            (_, _, Some((_, concept))) => {
                let (digest, _) = word(rest);
                concept.digests.push(u32::from_str_radix(digest, 16).expect("the table has a digest"));
            }
            (_, _, None) => {}
        }
    }
    if let Some((code, concept)) = open {
        made.insert(code, concept);
    }
    made
}

fn content(word: &str) -> Content {
    match word {
        "complete" => Content::Complete,
        "fragment" => Content::Fragment,
        "supplement" => Content::Supplement,
        _ => Content::NotPresent,
    }
}
