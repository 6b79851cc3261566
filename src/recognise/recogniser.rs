//! Recognises requests: the templates of every version, read once.

use std::collections::{BTreeMap, BTreeSet};

use super::asked::{Asked, Asks, Kind, Nearby, Patients, Recognised};
use super::between::changes;
use super::compare::Compared;
use super::difference::{Difference, What};
use super::patient::{bsn, is_patient, patients};
use super::template::{Template, key};
use crate::agreements::Dialect;
use crate::fhir::search::{Parameter, Query};
use crate::nearest::nearest;
use crate::scenario::{DialectFile, Exchange, TransactionGroup};

/// Recognises requests to somebody who claims a version of the agreement.
#[derive(Debug, Clone)]
pub struct Recogniser {
    templates: Vec<Template>,
    /// Names of lookups with the system of their identifier.
    lookups: BTreeMap<String, String>,
    /// Versions of the agreement, to tell what changed.
    versions: Vec<DialectFile>,
    claimed: Dialect,
}

/// Types, and then parameters with a key as templates have it.
type Search<'r> = (&'r str, Vec<Parameter>);

impl Recogniser {
    /// Knows these exchanges. A request of the agreement that is no query, which the lint refuses, is never recognised.
    #[must_use]
    pub fn new(exchanges: &[Exchange], claimed: Dialect) -> Self {
        // What the agreement has wrong may be asked as published or mended; a finding quotes the published one.
        let all = exchanges.iter().flat_map(|known| {
            let published = known.request.iter().map(|(dialect, written)| (*dialect, written.as_str()));
            published.chain(known.mended()).map(move |(dialect, written)| (known, dialect, written))
        });
        let mut recogniser = Self { templates: Vec::new(), lookups: BTreeMap::new(), versions: Vec::new(), claimed };
        for (exchange, dialect, written) in all {
            let Ok(template) = Template::read(&exchange.exchange, dialect, written) else { continue };
            match exchange.group {
                TransactionGroup::Lookup => {
                    let system = template.filters.iter().find_map(|filter| filter.parameter.tokens().first()?.0.clone());
                    recogniser.lookups.extend(system.map(|system| (exchange.exchange.clone(), system)));
                }
                _ => recogniser.templates.push(template),
            }
        }
        recogniser
    }

    /// Tells what changed between versions, too.
    #[must_use]
    pub fn explaining(mut self, versions: &[DialectFile]) -> Self {
        self.versions = versions.to_vec();
        self
    }

    /// The version that is claimed.
    #[must_use]
    pub fn claimed(&self) -> Dialect {
        self.claimed
    }

    /// The codes of the list of an exchange, each as `system|code`; nothing when it has no list.
    #[must_use]
    pub fn codes(&self, exchange: &str, dialect: Dialect) -> BTreeSet<String> {
        let template = self.templates.iter().find(|known| known.exchange == exchange && known.dialect == dialect);
        template.and_then(Template::codes).cloned().unwrap_or_default()
    }

    /// What a request is.
    #[must_use]
    pub fn recognise(&self, asked: &Asked<'_>) -> Recognised {
        let is = |kind| Recognised { kind, patients: Patients::None, findings: Vec::new() };
        let Some(path) = asked.path else { return is(Kind::Nowhere) };
        let types = self.claimed.fhir().types();
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (get, post) = (asked.method == "GET", asked.method == "POST");
        match *segments {
            [name, "_search"] if post && types.resource(name).is_some() => self.read(name, asked),
            _ if post || matches!(asked.method, "PUT" | "PATCH" | "DELETE") => is(Kind::Write),
            _ if !get => is(Kind::Nowhere),
            ["metadata"] => is(Kind::Capabilities),
            [""] => is(Kind::Nowhere),
            [name, ..] if types.resource(name).is_none() => {
                let mut recognised = is(Kind::Nowhere);
                let mut known: Vec<&str> = self.templates.iter().map(|template| template.resource.as_str()).collect();
                known.extend(types.resources().map(|known| known.name));
                let wrong = Difference::new(What::UnknownType, "").found(name);
                recognised.findings.push(wrong.expected_all(nearest(name, known).map(str::to_owned)));
                recognised
            }
            [name] => self.read(name, asked),
            ["Patient", id, name] if types.resource(name).is_some() => {
                Recognised { patients: Patients::One(id.to_owned()), ..is(Kind::OtherSearch { resource: name.to_owned() }) }
            }
            [name, id] | [name, id, "_history", _] if !id.starts_with(['_', '$']) => {
                let read = Kind::Read { resource: name.to_owned(), id: id.to_owned() };
                let patients = if name == "Patient" { Patients::One(id.to_owned()) } else { Patients::None };
                Recognised { patients, ..is(read) }
            }
            _ => is(Kind::Nowhere),
        }
    }

    fn read(&self, resource: &str, asked: &Asked<'_>) -> Recognised {
        let form = asked.form.filter(|_| asked.method == "POST").unwrap_or_default();
        match (Query::parse(asked.query), Query::parse(form)) {
            (Ok(url), Ok(form)) => {
                if url.first("_page").is_some() {
                    let kind = Kind::NextPage { resource: resource.to_owned() };
                    return Recognised { kind, patients: Patients::None, findings: Vec::new() };
                }
                let bsn = bsn(&url.parameters).filter(|_| resource != "Patient");
                let mut recognised = self.search(resource, [url.parameters, form.parameters].concat(), asked.base);
                recognised.findings.extend(bsn);
                recognised
            }
            (Err(why), _) | (_, Err(why)) => {
                let kind = Kind::Unreadable(why.to_string());
                Recognised { kind, patients: Patients::None, findings: Vec::new() }
            }
        }
    }

    /// What a search of a type with these parameters is, whichever page of it is asked.
    #[must_use]
    pub fn search(&self, resource: &str, all: Vec<Parameter>, base: &str) -> Recognised {
        let is = |kind| Recognised { kind, patients: Patients::None, findings: Vec::new() };
        if resource == "Patient" {
            return is(Kind::Lookup { exchange: self.lookup(&all) });
        }
        let types = self.claimed.fhir().types();
        let is_patient = |parameter: &Parameter| is_patient(parameter, resource, types);
        let (patients, wrong) = patients(all.iter().filter(|parameter| is_patient(parameter)), base);
        let by_id = all.iter().any(|parameter| parameter.name() == "_id");
        let filters = all.into_iter().filter(|parameter| !is_patient(parameter));
        let filters: Vec<Parameter> = filters
            .map(|mut parameter| {
                parameter.key = key(&parameter, resource, types);
                parameter
            })
            .collect();
        let found = if by_id { None } else { self.nearest((resource, filters), &wrong) };
        let (kind, findings) = found.unwrap_or_else(|| (Kind::OtherSearch { resource: resource.to_owned() }, wrong));
        Recognised { kind, patients, findings }
    }

    /// The lookup of the agreement, where it is asked with an identifier of its system.
    fn lookup(&self, all: &[Parameter]) -> Option<String> {
        let identifiers = all.iter().filter(|parameter| parameter.key == "identifier");
        let tokens: Vec<_> = identifiers.flat_map(Parameter::tokens).collect();
        let [(Some(asked), value)] = tokens.as_slice() else { return None };
        let known = self.lookups.iter().find(|(_, system)| *system == asked && !value.is_empty());
        known.map(|(exchange, _)| exchange.clone())
    }

    /// The exchange that a search is, or those that it is nearest to.
    fn nearest(&self, (resource, parameters): Search<'_>, patients: &[Difference]) -> Option<(Kind, Vec<Difference>)> {
        let of_type = self.templates.iter().filter(|template| template.resource == resource);
        let mut all: Vec<(&Template, Compared)> = of_type
            .map(|template| {
                let mut compared = Compared::new(template, &parameters, template.dialect.fhir().types());
                compared.differences.extend(patients.iter().cloned());
                (template, compared)
            })
            .collect();
        all.sort_by_key(|(template, compared)| {
            (compared.distance(), self.remoteness(template.dialect), compared.differences.len())
        });
        // What is asked in the version that is claimed goes before what another version has.
        let right = |(template, compared): &&(&Template, Compared)| !compared.is_other() && template.dialect == self.claimed;
        let first = all.iter().find(right).or_else(|| all.iter().find(|(_, compared)| !compared.is_other()));
        if let Some((template, _)) = first {
            let same: Vec<_> = all.iter().filter(|(other, _)| other.exchange == template.exchange).collect();
            return Some(self.exchange(&same));
        }
        all.retain(|(template, _)| template.dialect.fhir() == self.claimed.fhir());
        let least = all.first()?.1.distance();
        let mut nearby: BTreeMap<&str, Nearby> = BTreeMap::new();
        for (template, compared) in all.iter().filter(|(_, compared)| compared.distance() == least) {
            nearby.entry(&template.exchange).or_insert_with(|| Nearby {
                exchange: template.exchange.clone(),
                dialect: template.dialect,
                differences: self.with_dialect(template.exchange.as_str(), &[template.dialect], compared.differences.clone()),
            });
        }
        Some((Kind::Near(nearby.into_values().collect()), Vec::new()))
    }

    /// An exchange that is asked, from its templates, nearest first.
    fn exchange(&self, same: &[&(&Template, Compared)]) -> (Kind, Vec<Difference>) {
        let dialects = |fits: &dyn Fn(&Compared) -> bool| -> BTreeSet<Dialect> {
            same.iter().filter(|(_, compared)| fits(compared)).map(|(template, _)| template.dialect).collect()
        };
        let touches = dialects(&|compared| !compared.is_other());
        let clean = dialects(&|compared| compared.distance() == 0);
        let whole = dialects(&|compared| compared.distance() == 0 && compared.without.is_empty());
        let claimed = same.iter().find(|(template, compared)| template.dialect == self.claimed && !compared.is_other());
        let (template, compared) = claimed
            .or_else(|| same.iter().find(|(_, compared)| !compared.is_other()))
            .map_or_else(|| (same[0].0, &same[0].1), |(template, compared)| (*template, compared));
        // A request that is clean in other versions only is theirs.
        let of: Vec<Dialect> = if clean.is_empty() { touches.iter().copied().collect() } else { clean.iter().copied().collect() };
        let findings = self.with_dialect(&template.exchange, &of, compared.differences.clone());
        let asks = Asks {
            exchange: template.exchange.clone(),
            exact: !whole.is_empty(),
            codes: compared.codes.clone(),
            dialects: clean,
            whole,
            touches,
        };
        (Kind::Exchange(asks), findings)
    }

    /// The differences, and that it is of other versions where it is not of the claimed one.
    fn with_dialect(&self, exchange: &str, dialects: &[Dialect], mut differences: Vec<Difference>) -> Vec<Difference> {
        if dialects.contains(&self.claimed) {
            return differences;
        }
        let own_fhir: Vec<Dialect> = dialects.iter().copied().filter(|dialect| dialect.fhir() == self.claimed.fhir()).collect();
        let what = match own_fhir.last() {
            None => What::OtherFhir,
            Some(last) if *last < self.claimed => What::OlderDialect,
            Some(_) => What::NewerDialect,
        };
        let claimed = self.templates.iter().find(|known| known.exchange == exchange && known.dialect == self.claimed);
        let mut difference = Difference::new(what, "").expected_all(claimed.map(|template| template.written.clone()));
        // The nearest of the versions that have it so.
        let nearest = own_fhir.iter().min_by_key(|dialect| self.remoteness(**dialect));
        let changes = nearest.map(|dialect| changes(&self.versions, *dialect, self.claimed, exchange)).unwrap_or_default();
        difference.because.extend(changes.into_iter().map(|change| change.what.clone()));
        difference.dialects = if own_fhir.is_empty() { dialects.to_vec() } else { own_fhir };
        differences.push(difference);
        differences
    }

    /// How far a version is from the claimed one.
    fn remoteness(&self, dialect: Dialect) -> (bool, usize) {
        let place = |dialect| Dialect::ALL.iter().position(|known| *known == dialect).unwrap_or_default();
        (dialect.fhir() != self.claimed.fhir(), place(dialect).abs_diff(place(self.claimed)))
    }
}

/// The codes of the list of an exchange; nothing when it has none in this version.
pub(super) fn codes(exchange: &Exchange, dialect: Dialect) -> Option<BTreeSet<String>> {
    let template = Template::read(&exchange.exchange, dialect, exchange.request.get(&dialect)?).ok()?;
    template.codes().cloned()
}
