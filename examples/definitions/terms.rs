//! Value sets and code systems as facts: those that definitions are bound to,
//! and all that these need. Of displays a digest, of properties those that
//! filters look at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use toets::fhir::knowledge::Knowledge;
use toets::fhir::terminology::display::digest;
use toets::fhir::terminology::{CodeSystem, Concept, Content, Include, ValueSet};

use crate::facts::{Entries, escaped, rank, word};

/// Properties that say whether a code may be used at all.
const STATUS: [&str; 4] = ["notSelectable", "abstract", "inactive", "status"];

/// The table of what these value sets and code systems need.
pub(crate) fn make(knowledge: &Knowledge, value_sets: &BTreeSet<String>, systems: &BTreeSet<String>) -> Result<Entries, String> {
    let mut needs = Needs { knowledge, value_sets: BTreeMap::new(), systems: BTreeMap::new(), properties: BTreeMap::new() };
    value_sets.iter().for_each(|canonical| needs.value_set(canonical));
    systems.iter().for_each(|canonical| needs.system(canonical));
    let mut entries = Entries::new();
    for value_set in needs.value_sets.values() {
        add(&mut entries, knowledge, "ValueSet", (&value_set.url, &value_set.version), of_value_set(value_set)?);
    }
    for system in needs.systems.values() {
        let text = of_system(system, needs.properties.get(&*system.url))?;
        add(&mut entries, knowledge, "CodeSystem", (&system.url, &system.version), text);
    }
    Ok(entries)
}

fn add(entries: &mut Entries, knowledge: &Knowledge, resource: &str, (url, version): (&str, &str), text: String) {
    let package = knowledge.package_of(resource, &format!("{url}|{version}"));
    let rank = package.map(|package| rank(knowledge, package)).unwrap_or_default();
    // Some canonicals are those of a value set and of its code system: both stay.
    let known = entries.entry((url.to_owned(), rank, version.to_owned())).or_default();
    known.push_str(&text);
}

/// What was found to be needed, by canonical with version.
struct Needs<'k> {
    knowledge: &'k Knowledge,
    value_sets: BTreeMap<String, Arc<ValueSet>>,
    systems: BTreeMap<String, Arc<CodeSystem>>,
    /// Properties that filters look at, by code system.
    properties: BTreeMap<String, BTreeSet<String>>,
}

impl Needs<'_> {
    /// As it is asked for, and as it is without its version.
    fn value_set(&mut self, canonical: &str) {
        let url = canonical.split('|').next().unwrap_or_default();
        for canonical in [canonical, url] {
            let Some(found) = self.knowledge.value_set(canonical) else { continue };
            let name = format!("{}|{}", found.url, found.version);
            if self.value_sets.insert(name, Arc::clone(&found)).is_some() {
                continue;
            }
            found.includes.iter().chain(&found.excludes).for_each(|part| self.part(part));
        }
    }

    fn part(&mut self, part: &Include) {
        if let Some(system) = &part.system {
            let versioned = part.version.as_ref().map(|version| format!("{system}|{version}"));
            self.system(versioned.as_deref().unwrap_or(system));
            let looked_at = part.filters.iter().map(|filter| filter.property.to_string());
            self.properties.entry(system.to_string()).or_default().extend(looked_at);
        }
        part.value_sets.iter().for_each(|canonical| self.value_set(canonical));
    }

    fn system(&mut self, canonical: &str) {
        let url = canonical.split('|').next().unwrap_or_default();
        for canonical in [canonical, url] {
            let Some(found) = self.knowledge.code_system(canonical) else { continue };
            self.systems.insert(format!("{}|{}", found.url, found.version), found);
        }
    }
}

fn of_value_set(value_set: &ValueSet) -> Result<String, String> {
    let mut text = format!("ValueSet {}|{}\n", word(&value_set.url)?, value_set.version);
    if let Some(inactive) = value_set.inactive {
        let _ = writeln!(text, " active {}", !inactive);
    }
    let included = value_set.includes.iter().map(|part| ("include", part));
    for (key, part) in included.chain(value_set.excludes.iter().map(|part| ("exclude", part))) {
        let _ = writeln!(text, "{}", format!(" {key} {}", part.system.as_deref().unwrap_or_default()).trim_end());
        if let Some(version) = &part.version {
            let _ = writeln!(text, "  version {version}");
        }
        for filter in &part.filters {
            let _ = writeln!(text, "  filter {} {} {}", word(&filter.property)?, word(&filter.operator)?, escaped(&filter.value));
        }
        for canonical in &part.value_sets {
            let _ = writeln!(text, "  set {canonical}");
        }
        let codes: BTreeSet<&Arc<str>> = part.concepts.keys().collect();
        for code in codes {
            let _ = writeln!(text, "  = {}", escaped(code));
        }
    }
    if let Some(expansion) = &value_set.expansion {
        let _ = writeln!(text, " expansion {}", if expansion.is_whole { "whole" } else { "part" });
        let pairs = expansion.codes.iter().flat_map(|(code, systems)| systems.iter().map(move |system| (system, code)));
        let pairs: BTreeSet<_> = pairs.collect();
        let mut last = None;
        for (system, code) in pairs {
            if last.replace(system) != Some(system) {
                let _ = writeln!(text, "  of {system}");
            }
            let _ = writeln!(text, "  = {}", escaped(code));
        }
    }
    Ok(text)
}

fn of_system(system: &CodeSystem, properties: Option<&BTreeSet<String>>) -> Result<String, String> {
    let mut text = format!("CodeSystem {}|{}\n", word(&system.url)?, system.version);
    let content = match system.content {
        Content::Complete => "complete",
        Content::Fragment => "fragment",
        Content::NotPresent => "not-present",
        Content::Supplement => "supplement",
    };
    let _ = writeln!(text, " content {content}");
    if let Some(sensitive) = system.case_sensitive {
        let _ = writeln!(text, " case {sensitive}");
    }
    if !system.is_a {
        text.push_str(" flat\n");
    }
    let concepts: BTreeMap<&Arc<str>, &Concept> = system.concepts().collect();
    for (code, concept) in concepts {
        let _ = writeln!(text, " = {}", escaped(code));
        let displays = concept.display.iter().map(|display| (None, display));
        let designations = concept.designations.iter().map(|(language, display)| (language.as_deref(), display));
        let displays = displays.chain(designations).map(|(language, display)| (language.unwrap_or_default(), digest(display)));
        for (language, digest) in displays.collect::<BTreeSet<_>>() {
            let _ = writeln!(text, "{}", format!("  display {digest:08x} {language}").trim_end());
        }
        let parents: BTreeSet<&Arc<str>> = concept.parents.iter().collect();
        for parent in parents {
            let _ = writeln!(text, "  parent {}", escaped(parent));
        }
        let is_kept = |name: &str| STATUS.contains(&name) || properties.is_some_and(|all| all.contains(name));
        for (name, value) in concept.properties.iter().filter(|(name, _)| is_kept(name)) {
            let _ = writeln!(text, "  property {} {}", word(name)?, escaped(value));
        }
    }
    Ok(text)
}
