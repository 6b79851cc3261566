//! Capability tables against FHIR, against the requests and against one another;
//! and what texts and examples of a version name.

use std::collections::BTreeMap;

use super::rules::*;
use super::{Subject, paths, query};
use crate::agreements::published::{Capability, Example, Row};
use crate::agreements::{Actor, Level, profile_type};
use crate::fhir::search::Query;
use crate::fhir::types::{SearchParameter, Types};
use crate::nearest::nearest;

/// The request by which a patient is found: no table has to ask for it.
const LOOKUP: &str = "0";

pub(super) fn check(subject: &mut Subject<'_>) {
    let published = subject.published;
    for capability in &published.capability {
        let asked = capability.rows.iter().map(|row| (row.resource.as_str(), row)).collect();
        for row in &capability.rows {
            rows(subject, capability, row);
        }
        requests(subject, capability, &asked);
    }
    differences(subject);
    mentions(subject);
    examples(subject);
}

fn table(actor: Actor) -> &'static str {
    match actor {
        Actor::Provider => "capability table of the Provider",
        Actor::Consulter => "capability table of the Consulter",
        Actor::Harness => "capability table",
    }
}

/// The types that are searched, with the parameters of each search.
fn searches<'s>(subject: &Subject<'s>) -> Vec<(&'s str, &'s str, Query)> {
    let of = |request: &'s super::Request| {
        let (resource, query) = query::read(request)?;
        Some((request.number.as_str(), resource, query))
    };
    subject.requests.iter().filter(|request| request.number != LOOKUP).filter_map(of).collect()
}

fn rows(subject: &mut Subject<'_>, capability: &Capability, row: &Row) {
    let place = format!("{}, {}", table(capability.actor), row.resource);
    if !query::is_resource(subject, &place, &row.resource, &row.resource) {
        return;
    }
    for name in &row.profiles {
        if let Some(of) = profile_type(name).filter(|of| *of != row.resource) {
            let why = [
                format!("{name} is a profile of {of}, not of {}", row.resource),
                format!("{name} is een profiel van {of}, niet van {}", row.resource),
            ];
            subject.defect(&PROFILE_TYPE, &place, name, why, [format!("`{of}`"), format!("`{of}`")]);
        }
    }
    for key in row.parameters.keys() {
        query::chain(subject, &place, &row.resource, key, key);
    }
    for include in &row.includes {
        query::include(subject, &place, &row.resource, include);
    }
    let searches = searches(subject);
    let mut of_type = searches.iter().filter(|(_, resource, _)| *resource == row.resource).peekable();
    if of_type.peek().is_none() && !row.parameters.is_empty() {
        let why = [format!("no request searches {}", row.resource), format!("geen verzoek zoekt {}", row.resource)];
        let mend = ["ask for what the requests need".to_owned(), "vraag wat de verzoeken nodig hebben".to_owned()];
        subject.defect(&TABLE_UNASKED, &place, &row.resource, why, mend);
    }
    for key in row.parameters.keys().filter(|key| key.contains(':') && !key.contains('.')) {
        // A chain may end in it: `device.type:in`.
        let used =
            searches.iter().any(|(_, _, query)| query.parameters.iter().any(|parameter| parameter.key.ends_with(key.as_str())));
        if !used {
            let why =
                [format!("no request of this version writes `{key}`"), format!("geen verzoek van deze versie schrijft `{key}`")];
            subject.defect(&TABLE_MODIFIER, &place, key, why, ["leave it out".to_owned(), "laat het weg".to_owned()]);
        }
    }
}

fn requests(subject: &mut Subject<'_>, capability: &Capability, asked: &BTreeMap<&str, &Row>) {
    for (number, resource, query) in searches(subject) {
        let place = format!("{}, request {number}", table(capability.actor));
        let Some(row) = asked.get(resource) else {
            let why = [
                format!("request {number} searches {resource}, which the table does not have"),
                format!("verzoek {number} zoekt {resource}, en dat staat niet in de tabel"),
            ];
            let mend = [format!("add {resource}"), format!("voeg {resource} toe")];
            subject.defect(&TABLE_MISSING, &place, resource, why, mend);
            continue;
        };
        for parameter in query.parameters.iter().filter(|parameter| !parameter.key.starts_with('_')) {
            let key = parameter.key.as_str();
            match row.parameters.get(key) {
                Some(Level::Should | Level::May) if capability.actor == Actor::Provider => {
                    let why = [
                        format!(
                            "request {number} asks `{key}`, which a Provider SHOULD support: one that does not still conforms, and does not answer"
                        ),
                        format!(
                            "verzoek {number} vraagt `{key}`, en dat zou een Provider moeten (SHOULD): wie het niet doet voldoet, en antwoordt niet"
                        ),
                    ];
                    let mend = [
                        "ask it as SHALL, or give a request without it".to_owned(),
                        "eis het als SHALL, of geef een verzoek zonder".to_owned(),
                    ];
                    subject.defect(&CHAIN_OPTIONAL, &place, key, why, mend);
                }
                Some(_) => {}
                None => {
                    let all: Vec<&str> = row.parameters.keys().map(String::as_str).collect();
                    let all = all.join(", ");
                    let why = [
                        format!("request {number} uses `{key}`; the table asks {all}"),
                        format!("verzoek {number} gebruikt `{key}`; de tabel vraagt {all}"),
                    ];
                    let mend = [
                        format!("add `{key}`, or use one of these in the request"),
                        format!("voeg `{key}` toe, of gebruik er een van in het verzoek"),
                    ];
                    subject.defect(&TABLE_PARAMETER, &place, key, why, mend);
                }
            }
        }
    }
}

/// Where the tables of the actors say different things of one type.
fn differences(subject: &mut Subject<'_>) {
    let published = subject.published;
    let of = |actor| published.capability.iter().find(|capability| capability.actor == actor);
    let (Some(provider), Some(consulter)) = (of(Actor::Provider), of(Actor::Consulter)) else { return };
    for row in &provider.rows {
        let place = format!("capability tables, {}", row.resource);
        let Some(other) = consulter.rows.iter().find(|other| other.resource == row.resource) else {
            let why = [
                "only the table of the Provider has this type".to_owned(),
                "alleen de tabel van de Provider heeft dit type".to_owned(),
            ];
            let mend = [format!("`{}` in both", row.resource), format!("`{}` in beide", row.resource)];
            subject.defect(&TABLE_DIFFERS, &place, &row.resource, why, mend);
            continue;
        };
        let mut keys: Vec<&String> = row.parameters.keys().chain(other.parameters.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let (left, right) = (row.parameters.get(key), other.parameters.get(key));
            if left != right {
                let said =
                    |level: Option<&Level>| level.map_or("nothing".to_owned(), |level| format!("{level:?}").to_uppercase());
                let gezegd =
                    |level: Option<&Level>| level.map_or("niets".to_owned(), |level| format!("{level:?}").to_uppercase());
                let why = [
                    format!("of `{key}` the Provider's table says {}, the Consulter's {}", said(left), said(right)),
                    format!(
                        "over `{key}` zegt de tabel van de Provider {}, die van de Consulter {}",
                        gezegd(left),
                        gezegd(right)
                    ),
                ];
                let mend = ["one level in both".to_owned(), "hetzelfde niveau in beide".to_owned()];
                subject.defect(&TABLE_DIFFERS, &place, key, why, mend);
            }
        }
    }
}

fn mentions(subject: &mut Subject<'_>) {
    let published = subject.published;
    let types = subject.types();
    for mention in &published.mentions {
        if let Some(resource) = &mention.resource {
            query::is_resource(subject, &mention.place, resource, resource);
        }
        if let Some(path) = mention.element.as_ref().filter(|path| paths::type_at(path, types).is_none()) {
            let (resource, name) = path.split_once('.').unwrap_or((path, ""));
            let version = types.definition().version;
            let why = [
                format!("{resource} has no element `{name}` in FHIR {version}"),
                format!("{resource} heeft in FHIR {version} geen element `{name}`"),
            ];
            // What the parameter of that name reads is what was meant.
            let meant =
                types.search_parameter(resource, name).and_then(|found| paths::paths(found.expression).into_iter().next());
            let elements = || types.get(resource).into_iter().flat_map(|found| found.elements.iter().map(|element| element.name));
            let near = meant.or_else(|| nearest(name, elements()).map(|near| format!("{resource}.{near}")));
            let mend = near
                .map_or(["name an element that there is".to_owned(), "noem een element dat bestaat".to_owned()], |near| {
                    [format!("`{near}`"), format!("`{near}`")]
                });
            subject.defect(&ELEMENT_UNKNOWN, &mention.place, path, why, mend);
        }
        let own = subject.version().canonical();
        if let Some(canonical) = mention.canonical.as_ref().filter(|canonical| !canonical.starts_with(own)) {
            let why = [
                format!("this version publishes below {own}: what names another base is not found by its own request"),
                format!(
                    "deze versie publiceert onder {own}: wat een andere basis noemt wordt door het eigen verzoek niet gevonden"
                ),
            ];
            let tail = canonical.rsplit('/').take(2).collect::<Vec<_>>();
            let mend = tail.iter().rev().fold(own.to_owned(), |whole, part| format!("{whole}/{part}"));
            subject.defect(&CANONICAL_OTHER, &mention.place, canonical, why, [format!("`{mend}`"), format!("`{mend}`")]);
        }
    }
}

/// Examples without an element that a request filters by, or includes along.
fn examples(subject: &mut Subject<'_>) {
    let published = subject.published;
    let types = subject.types();
    for example in &published.examples {
        for (number, resource, query) in searches(subject).into_iter().filter(|(_, resource, _)| *resource == example.resource) {
            for parameter in &query.parameters {
                let is_include = parameter.name() == "_include";
                let name = if is_include { parameter.value.split(':').nth(1).unwrap_or_default() } else { parameter.name() };
                let Some(found) = types.search_parameter(resource, name) else { continue };
                let read = paths::paths(found.expression);
                let lacking = example.lacks.iter().find(|lack| read.contains(&format!("{resource}.{lack}")));
                let Some(lacking) = lacking else { continue };
                let what = if is_include {
                    ["brings nothing along", "brengt niets mee"]
                } else {
                    ["does not find them", "vindt ze niet"]
                };
                let why = [
                    format!("these have no `{lacking}`, so request {number} {}", what[0]),
                    format!("deze hebben geen `{lacking}`, dus verzoek {number} {}", what[1]),
                ];
                let mend = filled(types, example, lacking);
                let told = if is_include { format!("{}={}", parameter.key, parameter.value) } else { parameter.key.clone() };
                subject.defect(&EXAMPLE_MISSED, &format!("{}, {}", example.resource, example.id), &told, why, mend);
            }
        }
    }
}

/// What would let a request find an example: the element, or a parameter that reads the one it has instead.
fn filled(types: &Types, example: &Example, lacking: &str) -> [String; 2] {
    let reads = |parameter: &&SearchParameter| {
        let has = example.has.iter().map(|has| format!("{}.{has}", example.resource));
        has.into_iter().any(|has| paths::paths(parameter.expression).contains(&has))
    };
    match types.search_parameters(&example.resource).find(reads) {
        Some(other) => [
            format!("ask by `{}`, which reads what they have, or fill `{lacking}`", other.code),
            format!("vraag met `{}`, die leest wat ze hebben, of vul `{lacking}`", other.code),
        ],
        None => [format!("fill `{lacking}`"), format!("vul `{lacking}`")],
    }
}
