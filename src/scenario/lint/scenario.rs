//! Scenarios: whether steps follow from each other, and captures are made before
//! they are used and used when they are made.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::expectation;
use super::expression::{self, Scope};
use super::names::{Names, OVER_RUN};
use super::place::{Place, Problems, suggest};
use super::placeholder::{self, Allowed, RESERVED};
use super::step::{self, Asks};
use crate::agreements::FhirVersion;
use crate::scenario::document::Document;
use crate::scenario::{Expectation, Scenario, Step};

pub(super) fn check(document: &Document<Scenario>, names: &Names<'_>, problems: &mut Problems) {
    let versions = document.value.when.fhir.clone();
    let mut walk = Walk { document, names, problems, seen: Vec::new(), captures: BTreeMap::new(), versions };
    let place = Place::new(&document.file, &document.root);
    walk.head(place);
    for (index, step) in document.value.steps.iter().enumerate() {
        walk.step(place.key("steps").item(index), step);
    }
    let mut ids = BTreeSet::new();
    for (index, expectation) in document.value.over_run.iter().enumerate() {
        let place = place.key("over-run").item(index);
        walk.narrow(place, &[expectation.fhir]);
        walk.identity(place, expectation, &mut ids);
        expectation::over_run(place, expectation, walk.problems);
    }
    walk.unused(place);
}

/// A step that has been walked.
pub(super) struct Seen<'d> {
    pub(super) id: &'d str,
    pub(super) asks: Asks<'d>,
}

/// A capture that has been made.
struct Capture {
    range: Range<usize>,
    used: bool,
}

/// A scenario while its steps are walked in order.
pub(super) struct Walk<'d, 'p> {
    pub(super) document: &'d Document<Scenario>,
    pub(super) names: &'p Names<'d>,
    pub(super) problems: &'p mut Problems,
    pub(super) seen: Vec<Seen<'d>>,
    captures: BTreeMap<&'d str, Capture>,
    /// Versions of FHIR that what is looked at is for.
    pub(super) versions: Vec<FhirVersion>,
}

impl<'d> Walk<'d, '_> {
    pub(super) fn scenario(&self) -> &'d Scenario {
        &self.document.value
    }

    /// Narrows what follows to one version of FHIR, or widens it again to all of the scenario.
    fn narrow(&mut self, place: Place<'d>, only: &[Option<FhirVersion>]) {
        let all = &self.scenario().when.fhir;
        let is_in = |fhir: &&FhirVersion| only.iter().flatten().all(|only| only == *fhir);
        self.versions = all.iter().filter(is_in).copied().collect();
        if self.versions.is_empty() && !all.is_empty() {
            let range = place.range_of_key("fhir");
            let message = "the scenario is not for this version, so this is never done";
            self.problems.within(place, range, "key-misplaced", message).hint =
                Some("see `when` of the scenario, and `fhir` of the step".to_owned());
        }
    }

    fn head(&mut self, place: Place<'d>) {
        let scenario = self.scenario();
        if scenario.when.fhir.is_empty() && self.document.whole {
            let range = place.key("when").range_of_key("fhir");
            self.problems.within(place, range, "value-missing", "`fhir` names no version, so the scenario is never run").hint =
                Some("write `fhir: [R4]`".to_owned());
        }
        if let Some(persona) = &scenario.persona {
            self.persona(place.key("persona"), persona);
        }
        for (index, exchange) in scenario.axes.exchange.iter().enumerate() {
            self.exchange(place.key("axes").key("exchange").item(index), exchange);
        }
        let uses_axis = scenario.steps.iter().any(|step| step.exchange.as_deref() == Some("${exchange}"));
        if !scenario.axes.exchange.is_empty() && !uses_axis && self.document.whole {
            let range = place.key("axes").range_of_key("exchange");
            self.problems
                .within(place, range, "axis-unused", "no step asks `${exchange}`, so every variant would be the same")
                .hint = Some("write `exchange: \"${exchange}\"` in a step".to_owned());
        }
        if scenario.steps.is_empty() && scenario.over_run.is_empty() && self.document.whole {
            self.problems.at(place, "key-missing", "the scenario has neither `steps` nor `over-run`, so it shows nothing");
        }
    }

    fn step(&mut self, place: Place<'d>, step: &'d Step) {
        if self.seen.iter().any(|seen| seen.id == step.id) || step.id == OVER_RUN {
            self.problems.at(place.key("id"), "id-duplicate", format!("a step `{}` is there already", step.id));
        }
        self.narrow(place, &[step.fhir]);
        let asks = step::asks(self, place, step);
        step::placement(self, place, step, &asks);
        if let Some(name) = &step.for_each {
            self.use_capture(place.key("for-each"), place.key("for-each").range(), name);
        }
        self.strings(place, step);
        for (name, text) in &step.capture {
            self.expression(place.key("capture").key(name), text, &[asks.answer()]);
        }
        for name in step.capture.keys() {
            self.capture(place, name);
        }
        let mut ids = BTreeSet::new();
        for (index, expectation) in step.expect.iter().enumerate() {
            let place = place.key("expect").item(index);
            self.narrow(place, &[step.fhir, expectation.fhir]);
            self.identity(place, expectation, &mut ids);
            expectation::in_step(self, place, expectation, &asks);
        }
        self.seen.push(Seen { id: &step.id, asks });
    }

    fn identity(&mut self, place: Place<'d>, expectation: &'d Expectation, ids: &mut BTreeSet<(FhirVersion, &'d str)>) {
        // The same may be asked of each version in its own way.
        let versions = self.versions.clone();
        let taken = versions.into_iter().filter(|fhir| !ids.insert((*fhir, &*expectation.id))).count();
        if taken > 0 {
            self.problems.at(place.key("id"), "id-duplicate", format!("an expectation `{}` is there already", expectation.id));
        }
        super::requirement(place.key("req"), &expectation.req, Some(self.scenario().when.actor), self.names, self.problems);
    }

    /// Strings with placeholders.
    fn strings(&mut self, place: Place<'d>, step: &'d Step) {
        let mut texts = Vec::new();
        if let Some(request) = &step.request {
            texts.push((place.key("request").key("url"), request.url.as_str()));
        }
        if let Some(with) = &step.with {
            texts.extend(with.set.iter().map(|(name, value)| (place.key("with").key("set").key(name), value.as_str())));
        }
        for (place, text) in texts {
            for found in placeholder::placeholders(text) {
                if let Some(capture) = self.captures.get_mut(found.name) {
                    capture.used = true;
                }
            }
            let names = self.variables(&[]);
            let persona = self.scenario().persona.is_some() || step.with.as_ref().is_some_and(|with| with.persona.is_some());
            placeholder::check(place, text, Allowed { names: &names, personas: &self.names.personas, persona }, self.problems);
        }
    }

    /// An expression with captures as variables.
    pub(super) fn expression(&mut self, place: Place<'d>, text: &str, contexts: &[&str]) {
        for (name, _) in expression::variables(text) {
            if let Some(capture) = self.captures.get_mut(name) {
                capture.used = true;
            }
        }
        let variables = self.variables(&["patient", "bsn", "canonical"]);
        let scope = Scope { contexts, variables: &variables, versions: &self.versions };
        expression::check(place, text, scope, self.problems);
    }

    fn variables(&self, others: &[&'static str]) -> Vec<&'d str> {
        let lost = self.document.lost.iter().map(String::as_str);
        self.captures.keys().copied().chain(lost).chain(others.iter().copied()).collect()
    }

    fn capture(&mut self, place: Place<'d>, name: &'d str) {
        let range = place.key("capture").range_of_key(name);
        let letters = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !letters || !name.starts_with(|first: char| first.is_ascii_lowercase()) {
            self.problems.within(place, range.clone(), "capture-name", format!("a capture cannot be named `{name}`")).hint =
                Some("use letters, digits and `_`, a small letter first, so that `%name` is one word in FHIRPath".to_owned());
        } else if RESERVED.contains(&name) {
            self.problems.within(place, range.clone(), "capture-name", format!("`{name}` means something already")).hint =
                Some("give the capture a name of its own".to_owned());
        } else if self.captures.contains_key(name) {
            self.problems.within(place, range.clone(), "id-duplicate", format!("a capture `{name}` is there already"));
        }
        let misnamed = !letters || RESERVED.contains(&name);
        self.captures.insert(name, Capture { range, used: misnamed });
    }

    fn use_capture(&mut self, place: Place<'d>, range: Range<usize>, name: &str) {
        if let Some(capture) = self.captures.get_mut(name) {
            capture.used = true;
        } else if !self.document.lost.contains(name) {
            let known = self.variables(&[]);
            let hint = suggest(name, &known).or_else(|| Some("an earlier step makes it with `capture`".to_owned()));
            self.problems.within(place, range, "capture-undefined", format!("no earlier step captures `{name}`")).hint = hint;
        }
    }

    fn unused(&mut self, place: Place<'d>) {
        for (name, capture) in self.captures.iter().filter(|(_, capture)| !capture.used && self.document.whole) {
            let message = format!("nothing uses the capture `{name}`");
            self.problems.within(place, capture.range.clone(), "capture-unused", message).hint =
                Some(format!("use it as `${{{name}}}` or `%{name}`, or take it away"));
        }
    }

    /// Reports a step that is not an earlier one; what it asks where it is.
    pub(super) fn earlier(&mut self, place: Place<'d>, name: &str) -> Option<Asks<'d>> {
        if let Some(seen) = self.seen.iter().find(|seen| seen.id == name) {
            return Some(seen.asks.clone());
        }
        if self.scenario().steps.iter().any(|step| step.id == name) {
            self.problems.at(place, "step-unknown", format!("step `{name}` has not been done here")).hint =
                Some("only an earlier step can be named: move it up".to_owned());
        } else if !self.document.lost.contains(name) {
            let known: Vec<&str> = self.seen.iter().map(|seen| seen.id).collect();
            self.problems.at(place, "step-unknown", format!("no step `{name}` in this scenario")).hint = suggest(name, &known);
        }
        None
    }

    pub(super) fn persona(&mut self, place: Place<'d>, name: &str) {
        if !self.names.personas.contains(name) {
            self.problems.unknown(place, "persona-unknown", format!("no persona `{name}`"), self.names.personas.iter().copied());
        }
    }

    pub(super) fn exchange(&mut self, place: Place<'d>, name: &str) {
        if !self.names.exchanges.contains_key(name) {
            let message = format!("no exchange `{name}`");
            self.problems.unknown(place, "exchange-unknown", message, self.names.exchanges.keys().copied());
        }
    }
}
