//! A request held against one template: what is not as it should be, by the
//! rules of 3.7. Patients are looked at elsewhere; they are the same for all.

use std::collections::BTreeSet;

use super::difference::{Difference, What};
use super::template::{Filter, Include, Template, Values};
use crate::fhir::search::Parameter;
use crate::fhir::types::Types;

/// Parameters that only choose how the answer comes.
const OF_THE_ANSWER: [&str; 6] = ["_format", "_pretty", "_count", "_page", "_total", "_sort"];

/// Parameters of every resource that leave something out.
const NARROWING: [&str; 15] = [
    "_lastUpdated",
    "_since",
    "_filter",
    "_query",
    "_elements",
    "_text",
    "_content",
    "_tag",
    "_profile",
    "_security",
    "_source",
    "_has",
    "_list",
    "_type",
    "_id",
];

/// A request beside a template.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) differences: Vec<Difference>,
    /// Codes of a list that are asked, those beside it included.
    pub(super) codes: BTreeSet<String>,
    /// Codes of the list that are not.
    pub(super) without: BTreeSet<String>,
}

impl Compared {
    /// Holds the parameters of a search of the same type, other than those that name the patient, against a template.
    /// Keys are as `template::key` makes them.
    pub(super) fn new(template: &Template, parameters: &[Parameter], types: &Types) -> Self {
        let mut compared = Self::default();
        let mut used = vec![false; parameters.len()];
        for filter in &template.filters {
            compared.filter(filter, parameters, &mut used);
        }
        let missing = compared.differences.iter().filter(|difference| difference.what == What::Missing).count();
        if missing > 0 && missing == template.filters.len() {
            let keys = template.filters.iter().map(|filter| filter.parameter.key.clone());
            compared.differences.push(Difference::new(What::OverFetch, &template.resource).expected_all(keys));
        }
        compared.includes(template, parameters, types);
        for (parameter, _) in parameters.iter().zip(used).filter(|(_, used)| !used) {
            compared.differences.extend(own(parameter, &template.resource, types));
        }
        compared.differences.extend(latest_only(parameters));
        compared
    }

    /// Whether it is another question.
    pub(super) fn is_other(&self) -> bool {
        self.differences.iter().any(|difference| difference.what.is_other_question())
    }

    /// How far the request is from the template.
    pub(super) fn distance(&self) -> u32 {
        self.differences.iter().map(|difference| difference.what.weight()).sum()
    }

    fn filter(&mut self, filter: &Filter, parameters: &[Parameter], used: &mut [bool]) {
        let wanted = &filter.parameter;
        let mut found: Vec<&Parameter> = Vec::new();
        for (parameter, used) in parameters.iter().zip(used.iter_mut()) {
            if parameter.key == wanted.key {
                *used = true;
                // A parameter without a value asks nothing.
                found.extend(Some(parameter).filter(|parameter| !parameter.value.is_empty()));
            }
        }
        let Some(first) = found.first() else { return self.otherwise(filter, parameters, used) };
        let asked: BTreeSet<BTreeSet<String>> = found.iter().map(|parameter| meant(parameter)).collect();
        if asked.len() > 1 {
            let values = found.iter().map(|parameter| parameter.value.clone());
            return self.differ(Difference::new(What::Repeated, &wanted.key).expected(&*wanted.value).found_all(values));
        }
        match &filter.values {
            Values::Codes(all) => self.codes(first, wanted, all),
            Values::Canonical(canonical) => self.canonical(first, wanted, canonical),
        }
    }

    /// A filter that is not there under its own key.
    fn otherwise(&mut self, filter: &Filter, parameters: &[Parameter], used: &mut [bool]) {
        let wanted = &filter.parameter;
        let near = parameters.iter().zip(used.iter_mut()).find(|(parameter, used)| {
            !**used && parameter.name() == wanted.name() && parameter.key != wanted.key && !parameter.value.is_empty()
        });
        let difference = match near {
            Some((parameter, used)) => {
                *used = true;
                Difference::new(What::Modifier, &parameter.key).found(format!("{}={}", parameter.key, parameter.value))
            }
            None => Difference::new(What::Missing, &wanted.key),
        };
        self.differ(difference.expected(format!("{}={}", wanted.key, wanted.value)));
    }

    fn codes(&mut self, found: &Parameter, wanted: &Parameter, all: &BTreeSet<String>) {
        let has = meant(found);
        let differ = |what| Difference::new(what, &wanted.key).expected(&*wanted.value).found(&*found.value);
        if has.is_subset(all) {
            self.without = all.difference(&has).cloned().collect();
            if !self.without.is_empty() {
                self.differ(Difference::new(What::MissingCodes, &wanted.key).expected_all(self.without.iter().cloned()));
            }
        } else if has.iter().all(|code| !code.contains('|')) {
            let system = all.iter().next().and_then(|code| code.split_once('|')).map_or("", |(system, _)| system);
            let named: BTreeSet<String> = has.iter().map(|code| format!("{system}|{code}")).collect();
            if !named.is_subset(all) {
                return self.differ(differ(What::Values));
            }
            // In a list the agreement itself writes all codes but one without their system, and the order is free.
            let what = if all.len() > 1 { What::SystemLeftOut } else { What::SystemMissing };
            self.differ(differ(what));
            self.without = all.difference(&named).cloned().collect();
            self.codes = named;
            return;
        } else if all.len() > 1 && !has.is_disjoint(all) {
            self.without = all.difference(&has).cloned().collect();
            let beside = has.difference(all).cloned();
            self.differ(Difference::new(What::UnknownCodes, &wanted.key).expected(&*wanted.value).found_all(beside));
            if !self.without.is_empty() {
                self.differ(Difference::new(What::MissingCodes, &wanted.key).expected_all(self.without.iter().cloned()));
            }
        } else {
            return self.differ(differ(What::Values));
        }
        if all.len() > 1 {
            self.codes = has;
        }
    }

    fn canonical(&mut self, found: &Parameter, wanted: &Parameter, canonical: &str) {
        let has = found.plain();
        let unversioned = |text: &String| text.split('|').next().unwrap_or(text).to_owned();
        let differ = |what| Difference::new(what, &wanted.key).expected(canonical).found(&*found.value);
        let name = |text: &str| text.rsplit('/').take(2).map(str::to_owned).collect::<Vec<_>>();
        if has.iter().any(|text| text == canonical) {
            if has.len() > 1 {
                let beside = has.iter().filter(|text| *text != canonical).cloned();
                self.differ(Difference::new(What::UnknownCodes, &wanted.key).expected(canonical).found_all(beside));
            }
        } else if has.iter().any(|text| unversioned(text) == canonical) {
            self.differ(differ(What::Narrowing));
        } else if has.iter().any(|text| name(&unversioned(text)) == name(canonical)) {
            self.differ(differ(What::WrongCanonical));
        } else {
            self.differ(differ(What::Values));
        }
    }

    fn includes(&mut self, template: &Template, parameters: &[Parameter], types: &Types) {
        let found: Vec<Include> = parameters.iter().filter_map(Include::of).collect();
        for include in &found {
            if include.colon {
                let written = format!("_include:{}", include.what);
                let right = format!("_include={}", include.what);
                self.differ(Difference::new(What::IncludeColon, "_include").expected(right).found(written));
            }
            let resource = include.resource();
            // In the versions that print it so the mistake is the agreement's.
            let published = template.written.contains(&include.what);
            if resource != "*" && types.resource(resource).is_none() && !published {
                self.differ(Difference::new(What::IncludeUnknown, "_include").found(&*include.what));
            }
        }
        for wanted in &template.includes {
            let rest = wanted.split_once(':').map_or("", |(_, rest)| rest);
            let misspelled = |include: &Include| {
                include.what.split_once(':').is_some_and(|(_, theirs)| theirs == rest)
                    && types.resource(include.resource()).is_none()
            };
            if !found.iter().any(|include| include.covers(wanted) || misspelled(include)) {
                let wanted = format!("_include={wanted}");
                self.differ(Difference::new(What::IncludeMissing, "_include").expected(wanted));
            }
        }
    }

    fn differ(&mut self, difference: Difference) {
        self.differences.push(difference);
    }
}

/// A parameter that the template does not have.
fn own(parameter: &Parameter, resource: &str, types: &Types) -> Option<Difference> {
    let name = parameter.name();
    let empty = parameter.value.is_empty();
    let harmless = OF_THE_ANSWER.contains(&name) || (name == "_summary" && parameter.value == "false");
    if (harmless && !(name == "_count" && parameter.value == "0")) || Include::of(parameter).is_some() {
        return None;
    }
    let narrows = matches!(name, "_summary" | "_count") || NARROWING.contains(&name);
    let narrows = narrows || types.search_parameter(resource, name).is_some();
    let what = if narrows && !empty { What::Narrowing } else { What::Extra };
    Some(Difference::new(what, &parameter.key).found(format!("{}={}", parameter.key, parameter.value)))
}

/// One result in an order of the client's own: the latest, say.
fn latest_only(parameters: &[Parameter]) -> Option<Difference> {
    let of = |key: &str| parameters.iter().find(|parameter| parameter.key == key).map(|parameter| parameter.value.as_str());
    let sort = of("_sort").filter(|_| of("_count") == Some("1"))?;
    Some(Difference::new(What::Narrowing, "_count").found(format!("_sort={sort}&_count=1")))
}

/// The alternatives of a value; codes without a system have the one that the others of the list have.
fn meant(parameter: &Parameter) -> BTreeSet<String> {
    let tokens = parameter.tokens();
    let systems: BTreeSet<&String> = tokens.iter().filter_map(|(system, _)| system.as_ref()).collect();
    let only = if systems.len() == 1 { systems.first() } else { None };
    let whole = |(system, code): &(Option<String>, String)| match system.as_ref().or(only.copied()) {
        Some(system) => format!("{}|{}", escaped(system), escaped(code)),
        None => escaped(code),
    };
    tokens.iter().filter(|(system, code)| system.is_some() || !code.is_empty()).map(whole).collect()
}

/// A part of a token in which no `|` can be taken for the one between system and code.
fn escaped(part: &str) -> String {
    part.replace('|', "\\|")
}
