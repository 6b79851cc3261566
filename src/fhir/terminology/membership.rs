//! Whether a code is in a value set, with three answers: what is unknown stays
//! unknown unless the rest decides.

use super::code_system::{CodeSystem, Content};
use super::filter::passes;
use super::grammar;
use super::value_set::{Include, ValueSet};
use super::{Coded, Membership, Reason, Sources};

/// Deepest import of value sets by one another.
const MAX_IMPORTS: usize = 24;

/// Most value sets that are looked into for one answer: they may branch.
const MAX_LOOKS: usize = 2_000;

/// Whether a code is in a value set.
#[must_use]
pub fn membership(value_set: &ValueSet, coded: &Coded<'_>, sources: &Sources<'_>) -> Membership {
    Asking { coded, sources, depth: 0, looks: 0 }.of(value_set)
}

struct Asking<'a> {
    coded: &'a Coded<'a>,
    sources: &'a Sources<'a>,
    depth: usize,
    looks: usize,
}

impl Asking<'_> {
    fn of(&mut self, value_set: &ValueSet) -> Membership {
        let composed = self.composed(value_set);
        match (&composed, &value_set.expansion) {
            (Membership::Unknown(_), Some(expansion)) => {
                let of_system = |found: &str| self.coded.system.is_none_or(|system| system == found);
                let systems = expansion.codes.get(self.coded.code);
                match systems.is_some_and(|systems| systems.iter().any(|found| of_system(found))) {
                    true => Membership::In,
                    false if expansion.is_whole => Membership::Out,
                    false => composed,
                }
            }
            _ => composed,
        }
    }

    fn composed(&mut self, value_set: &ValueSet) -> Membership {
        if value_set.includes.is_empty() {
            return Membership::Unknown(Reason::NoContent { canonical: value_set.url.to_string() });
        }
        self.looks += 1;
        if self.depth >= MAX_IMPORTS || self.looks > MAX_LOOKS {
            return Membership::Unknown(Reason::TooDeep { canonical: value_set.url.to_string() });
        }
        let included = any(value_set.includes.iter().map(|include| self.include(include, value_set)));
        if included == Membership::Out || value_set.excludes.is_empty() {
            return included;
        }
        match any(value_set.excludes.iter().map(|exclude| self.include(exclude, value_set))) {
            Membership::In => Membership::Out,
            Membership::Out => included,
            unknown @ Membership::Unknown(_) => unknown,
        }
    }

    fn include(&mut self, include: &Include, value_set: &ValueSet) -> Membership {
        let own = match &include.system {
            Some(system) => self.of_system(include, system, value_set),
            None if include.value_sets.is_empty() => {
                Membership::Unknown(Reason::NoContent { canonical: value_set.url.to_string() })
            }
            None => Membership::In,
        };
        if own == Membership::Out {
            return own;
        }
        self.depth += 1;
        let imported = include.value_sets.iter().map(|canonical| match (self.sources.value_set)(canonical) {
            Ok(found) => self.of(&found),
            Err(why) => Membership::Unknown(Reason::NoValueSet { canonical: canonical.to_string(), why }),
        });
        let all = all(std::iter::once(own).chain(imported));
        self.depth -= 1;
        all
    }

    fn of_system(&self, include: &Include, system: &str, value_set: &ValueSet) -> Membership {
        if self.coded.system.is_some_and(|found| found != system) {
            return Membership::Out;
        }
        if !include.concepts.is_empty() {
            return self.listed(include, system);
        }
        let not_complete = || Membership::Unknown(Reason::NotComplete { system: system.to_owned() });
        if let Some(answer) = grammar::has(system, self.coded.code).filter(|_| include.filters.is_empty()) {
            return match answer {
                Some(true) => Membership::In,
                Some(false) => Membership::Out,
                None => not_complete(),
            };
        }
        let canonical = include.version.as_ref().map_or_else(|| system.to_owned(), |version| format!("{system}|{version}"));
        let code_system = match (self.sources.code_system)(&canonical) {
            Ok(found) => found,
            Err(why) => return Membership::Unknown(Reason::NoCodeSystem { system: canonical, why }),
        };
        let is_whole = code_system.content == Content::Complete && !code_system.is_empty();
        let Some((code, concept)) = code_system.concept(self.coded.code) else {
            let is_same_version = self.coded.version.is_none_or(|version| version == &*code_system.version);
            return if is_whole && is_same_version { self.other_case(&code_system) } else { not_complete() };
        };
        if !is_whole && !include.filters.is_empty() {
            return not_complete();
        }
        let is_active = value_set.inactive != Some(false) || !concept.is_inactive();
        let active = if is_active { Membership::In } else { Membership::Out };
        let passed = include.filters.iter().map(|filter| passes(filter, &code_system, code, concept));
        all(std::iter::once(active).chain(passed))
    }

    /// A code that the system does not have, unless capitals do not matter after all.
    fn other_case(&self, system: &CodeSystem) -> Membership {
        match (system.case_sensitive, system.other_case(self.coded.code)) {
            (None, Some(_)) => self.case(&system.url),
            _ => Membership::Out,
        }
    }

    fn case(&self, system: &str) -> Membership {
        Membership::Unknown(Reason::Case { system: system.to_owned(), code: self.coded.code.to_owned() })
    }

    /// Codes that the value set lists itself: the code system is needed for
    /// nothing but to know whether capitals matter.
    fn listed(&self, include: &Include, system: &str) -> Membership {
        if include.concepts.contains_key(self.coded.code) {
            return Membership::In;
        }
        let mut codes = include.concepts.keys();
        if !codes.any(|code| code.eq_ignore_ascii_case(self.coded.code)) {
            return Membership::Out;
        }
        match (self.sources.code_system)(system).ok().and_then(|found| found.case_sensitive) {
            Some(true) => Membership::Out,
            Some(false) => Membership::In,
            None => self.case(system),
        }
    }
}

/// In one of them is in; out of all is out.
fn any(answers: impl Iterator<Item = Membership>) -> Membership {
    let mut together = Membership::Out;
    for answer in answers {
        match answer {
            Membership::In => return Membership::In,
            Membership::Out => {}
            unknown @ Membership::Unknown(_) => together = unknown,
        }
    }
    together
}

/// Out of one of them is out; in all is in.
fn all(answers: impl Iterator<Item = Membership>) -> Membership {
    let mut together = Membership::In;
    for answer in answers {
        match answer {
            Membership::Out => return Membership::Out,
            Membership::In => {}
            unknown @ Membership::Unknown(_) => together = unknown,
        }
    }
    together
}
