//! The request of an exchange in one version of the agreement, read once.

use std::collections::BTreeSet;

use super::patient::is_patient;
use crate::agreements::Dialect;
use crate::fhir::search::{Parameter, Query, QueryError};
use crate::fhir::types::Types;

/// A request of the agreement, read.
#[derive(Debug, Clone)]
pub(super) struct Template {
    pub(super) exchange: String,
    pub(super) dialect: Dialect,
    /// As published.
    pub(super) written: String,
    pub(super) resource: String,
    pub(super) filters: Vec<Filter>,
    /// `Consent:actor`, as it should be written.
    pub(super) includes: BTreeSet<String>,
}

/// One filter of it.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    pub(super) parameter: Parameter,
    pub(super) values: Values,
}

/// What a filter wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Values {
    /// One of these codes, each as `system|code`.
    Codes(BTreeSet<String>),
    /// A canonical, without version.
    Canonical(String),
}

impl Template {
    /// Reads a request as published.
    pub(super) fn read(exchange: &str, dialect: Dialect, written: &str) -> Result<Self, QueryError> {
        let (resource, query) = written.split_once('?').unwrap_or((written, ""));
        let types = dialect.fhir().types();
        let mut template = Self {
            exchange: exchange.to_owned(),
            dialect,
            written: written.to_owned(),
            resource: resource.to_owned(),
            filters: Vec::new(),
            includes: BTreeSet::new(),
        };
        for parameter in Query::parse(query)?.parameters {
            match Include::of(&parameter) {
                Some(include) => drop(template.includes.insert(include.mended(resource))),
                None if is_patient(&parameter, resource, types) => {}
                None => template.filters.push(Filter::read(parameter, resource, types)),
            }
        }
        Ok(template)
    }

    /// The codes of its list; nothing when it has no list.
    pub(super) fn codes(&self) -> Option<&BTreeSet<String>> {
        self.filters.iter().find_map(|filter| match &filter.values {
            Values::Codes(all) if all.len() > 1 => Some(all),
            _ => None,
        })
    }
}

impl Filter {
    fn read(mut parameter: Parameter, resource: &str, types: &Types) -> Self {
        parameter.key = key(&parameter, resource, types);
        let tokens = parameter.tokens();
        let values = match tokens.iter().find_map(|(system, _)| system.clone()) {
            // The first carries the system, and it is meant for all of them.
            Some(system) => Values::Codes(tokens.iter().map(|(_, code)| format!("{system}|{code}")).collect()),
            None => Values::Canonical(parameter.plain().join(",")),
        };
        Self { parameter, values }
    }
}

/// The key without a type that goes without saying: `device:Device.type` is `device.type`, for it refers to nothing else.
pub(super) fn key(parameter: &Parameter, resource: &str, types: &Types) -> String {
    let only = types.search_parameter(resource, parameter.name()).map(|known| known.targets.as_slice());
    match (parameter.modifier(), only, parameter.chain()) {
        (Some(modifier), Some([target]), chain) if modifier == *target => match chain {
            Some(chain) => format!("{}.{chain}", parameter.name()),
            None => parameter.name().to_owned(),
        },
        _ => parameter.key.clone(),
    }
}

/// An include, however it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Include {
    /// `Consent:actor`
    pub(super) what: String,
    /// Written with a colon where `=` should be, as the older guides print it.
    pub(super) colon: bool,
}

impl Include {
    pub(super) fn of(parameter: &Parameter) -> Option<Self> {
        match (parameter.key.as_str(), parameter.value.as_str()) {
            ("_include" | "_include:iterate" | "_include:recurse", what) => Some(Self { what: what.to_owned(), colon: false }),
            (key, "") => Some(Self { what: key.strip_prefix("_include:")?.to_owned(), colon: true }),
            _ => None,
        }
    }

    /// The type that includes.
    pub(super) fn resource(&self) -> &str {
        self.what.split(':').next().unwrap_or_default()
    }

    /// Whether it is about this include: with or without the type of the target, or with all there are.
    pub(super) fn covers(&self, wanted: &str) -> bool {
        let is_all =
            self.what == "*" || self.what.strip_suffix(":*").is_some_and(|resource| wanted.starts_with(&format!("{resource}:")));
        is_all || self.what == wanted || self.what.strip_prefix(wanted).is_some_and(|rest| rest.starts_with(':'))
    }

    /// What the agreement meant: it includes from the type that is searched, however that is spelled.
    fn mended(&self, resource: &str) -> String {
        let rest = self.what.split_once(':').map_or("", |(_, rest)| rest);
        format!("{resource}:{rest}")
    }
}
