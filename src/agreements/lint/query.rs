//! Requests against the search parameters of the FHIR version.

use super::rules::*;
use super::{Request, Subject, value};
use crate::fhir::search::Query;
use crate::fhir::types::{ParameterKind, SearchParameter};
use crate::nearest::nearest;

/// Parameters that shape an answer instead of choosing what is in it, and those with a grammar of their own.
const OTHERS: [&str; 12] = [
    "_count",
    "_sort",
    "_format",
    "_pretty",
    "_summary",
    "_elements",
    "_total",
    "_contained",
    "_containedType",
    "_has",
    "_filter",
    "_list",
];

pub(super) fn check(subject: &mut Subject<'_>) {
    for request in subject.requests {
        one(subject, request);
    }
    notation(subject);
}

/// The type and the parameters of a request.
pub(super) fn read(request: &Request) -> Option<(&str, Query)> {
    let (resource, query) = request.template.split_once('?')?;
    Some((resource, Query::parse(query).ok()?))
}

fn one(subject: &mut Subject<'_>, request: &Request) {
    let place = format!("request {}", request.number);
    let Some((resource, query)) = read(request) else {
        let why = ["the text is no `type?name=value`".to_owned(), "de tekst is geen `type?naam=waarde`".to_owned()];
        let mend = ["write a type, `?` and parameters".to_owned(), "schrijf een type, `?` en parameters".to_owned()];
        return subject.defect(&QUERY_UNREADABLE, &place, &request.template, why, mend);
    };
    if !is_resource(subject, &place, resource, resource) {
        return;
    }
    for parameter in &query.parameters {
        let key = parameter.key.as_str();
        let told = if parameter.value.is_empty() { key.to_owned() } else { format!("{key}={}", parameter.value) };
        match key.split_once(':').map_or((key, ""), |(name, rest)| (name, rest)) {
            (name @ ("_include" | "_revinclude"), rest) if !["", "iterate", "recurse"].contains(&rest) => {
                let why = [
                    format!(
                        "`{name}:` starts a modifier: a server sees a parameter that it does not know, and brings nothing along"
                    ),
                    format!("`{name}:` begint een modifier: een server ziet een onbekende parameter en brengt niets mee"),
                ];
                let mend = [format!("`{name}={rest}`"), format!("`{name}={rest}`")];
                subject.defect(&INCLUDE_COLON, &place, &told, why, mend);
                include(subject, &place, resource, rest);
            }
            ("_include", _) => include(subject, &place, resource, &parameter.value),
            ("_revinclude", _) => {}
            (name, _) if OTHERS.contains(&name) => {}
            _ => {
                chain(subject, &place, resource, key, &told);
                value::check(subject, &place, resource, parameter, &told);
            }
        }
    }
}

pub(super) fn is_resource(subject: &mut Subject<'_>, place: &str, name: &str, told: &str) -> bool {
    let types = subject.types();
    if types.resource(name).is_some() {
        return true;
    }
    let version = types.definition().version;
    let why = [format!("FHIR {version} has no type `{name}`"), format!("FHIR {version} heeft geen type `{name}`")];
    let mend = match nearest(name, types.resources().map(|found| found.name)) {
        Some(near) => [format!("`{near}`"), format!("`{near}`")],
        None => [
            "leave it out, or name a type of this version".to_owned(),
            "laat het weg, of noem een type van deze versie".to_owned(),
        ],
    };
    subject.defect(&TYPE_UNKNOWN, place, told, why, mend);
    false
}

/// The value of an `_include` in a search for a type.
pub(super) fn include(subject: &mut Subject<'_>, place: &str, searched: &str, value: &str) {
    let mut parts = value.split(':');
    let (source, name, target) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next());
    let told = format!("_include={value}");
    if !is_resource(subject, place, source, &told) {
        return;
    }
    if source != searched {
        let why = [
            format!("includes start from what is searched, and that is {searched}"),
            format!("een include begint bij wat er wordt gezocht, en dat is {searched}"),
        ];
        let mend = [format!("put it with the search for {source}"), format!("zet het bij de zoekvraag naar {source}")];
        return subject.defect(&INCLUDE_SOURCE, place, &told, why, mend);
    }
    let Some(found) = subject.types().search_parameter(source, name) else {
        return unknown(subject, place, source, name, &told);
    };
    if found.kind != ParameterKind::Reference {
        let why = [format!("`{name}` of {source} is no reference"), format!("`{name}` van {source} is geen verwijzing")];
        let mend = ["name a parameter of type reference".to_owned(), "noem een parameter van soort reference".to_owned()];
        return subject.defect(&INCLUDE_KIND, place, &told, why, mend);
    }
    if let Some(target) = target.filter(|target| !points_to(found, target)) {
        let all = found.targets.join(", ");
        let why = [format!("`{name}` never points to {target}"), format!("`{name}` verwijst nooit naar {target}")];
        subject.defect(&INCLUDE_TARGET, place, &told, why, [format!("one of {all}"), format!("een van {all}")]);
    }
}

fn points_to(found: &SearchParameter, target: &str) -> bool {
    found.targets.is_empty() || found.targets.iter().any(|known| *known == target || *known == "Resource")
}

fn unknown(subject: &mut Subject<'_>, place: &str, resource: &str, name: &str, told: &str) {
    let types = subject.types();
    let version = types.definition().version;
    let own = subject.published.parameters.iter().find(|own| own.base == resource && own.code == name);
    if own.is_some() {
        let why = [
            format!("`{name}` is no parameter of {resource} in FHIR {version}: only a server that was taught it can answer"),
            format!(
                "`{name}` is in FHIR {version} geen parameter van {resource}: alleen een server die hem geleerd heeft kan antwoorden"
            ),
        ];
        let known: Vec<&str> =
            types.search_parameters(resource).map(|known| known.code).filter(|code| !code.starts_with('_')).collect();
        let known = known.join(", ");
        let mend = [format!("search by one of {resource}'s own: {known}"), format!("zoek met een van {resource} zelf: {known}")];
        return subject.defect(&PARAMETER_OWN, place, told, why, mend);
    }
    let why = [
        format!("{resource} has no search parameter `{name}` in FHIR {version}"),
        format!("{resource} heeft in FHIR {version} geen zoekparameter `{name}`"),
    ];
    let mend = match nearest(name, types.search_parameters(resource).map(|known| known.code)) {
        Some(near) => [format!("`{near}`"), format!("`{near}`")],
        None => [
            "name a parameter of this type, or publish one".to_owned(),
            "noem een parameter van dit type, of publiceer er een".to_owned(),
        ],
    };
    subject.defect(&PARAMETER_UNKNOWN, place, told, why, mend);
}

/// A parameter with its modifier and its chain.
pub(super) fn chain(subject: &mut Subject<'_>, place: &str, resource: &str, key: &str, told: &str) {
    let (link, rest) = key.split_once('.').map_or((key, None), |(link, rest)| (link, Some(rest)));
    let (name, modifier) = link.split_once(':').map_or((link, None), |(name, modifier)| (name, Some(modifier)));
    let types = subject.types();
    let Some(found) = types.search_parameter(resource, name) else {
        return unknown(subject, place, resource, name, told);
    };
    let Some(rest) = rest else {
        if let Some(modifier) = modifier.filter(|modifier| !takes(found, modifier, types.definition().version)) {
            let kind = format!("{:?}", found.kind).to_lowercase();
            let why = [
                format!("`{name}` is a {kind} parameter, which takes no `:{modifier}`"),
                format!("`{name}` is een {kind}-parameter, en die kent geen `:{modifier}`"),
            ];
            subject.defect(
                &MODIFIER_UNFIT,
                place,
                told,
                why,
                ["leave the modifier out".to_owned(), "laat de modifier weg".to_owned()],
            );
        }
        return;
    };
    let next = rest.split(['.', ':']).next().unwrap_or_default();
    let named: Vec<&str> = modifier.map_or_else(|| found.targets.clone(), |modifier| vec![modifier]);
    let fits = |target: &&str| points_to(found, target) && types.search_parameter(target, next).is_some();
    match named.iter().copied().find(fits) {
        Some(target) if found.kind == ParameterKind::Reference => chain(subject, place, target, rest, told),
        _ => {
            let all = named.join(", ");
            let why = [
                format!("`{link}` leads to no type with a parameter `{next}` ({all})"),
                format!("`{link}` leidt niet naar een type met een parameter `{next}` ({all})"),
            ];
            let mend = [
                "follow a reference to a type that has it".to_owned(),
                "volg een verwijzing naar een type dat hem heeft".to_owned(),
            ];
            subject.defect(&CHAIN_BROKEN, place, told, why, mend);
        }
    }
}

fn takes(found: &SearchParameter, modifier: &str, version: &str) -> bool {
    let r4 = version.starts_with("4.");
    match (found.kind, modifier) {
        (_, "missing") | (ParameterKind::Special, _) => true,
        (ParameterKind::String, "exact" | "contains") => true,
        (ParameterKind::Token, "text" | "not" | "above" | "below" | "in" | "not-in") => true,
        (ParameterKind::Token, "of-type") | (ParameterKind::Reference, "identifier") => r4,
        (ParameterKind::Uri | ParameterKind::Reference, "above" | "below") => true,
        (ParameterKind::Reference, target) => {
            points_to(found, target) && target.starts_with(|letter: char| letter.is_ascii_uppercase())
        }
        _ => false,
    }
}

/// The patient is written with the type in one request and without it in another, or by another name.
fn notation(subject: &mut Subject<'_>) {
    let mut seen: Vec<(String, String)> = Vec::new();
    for request in subject.requests {
        let Some((_, query)) = read(request) else { continue };
        for parameter in query.parameters.iter().filter(|parameter| parameter.value.contains("${patient}")) {
            seen.push((request.number.clone(), format!("{}={}", parameter.key, parameter.value.replace("${patient}", "[id]"))));
        }
    }
    let count = |form: &str| seen.iter().filter(|(_, other)| other == form).count();
    let Some(usual) = seen.iter().map(|(_, form)| form.clone()).max_by_key(|form| count(form)) else { return };
    for (number, form) in seen.iter().filter(|(_, form)| *form != usual) {
        let why = [format!("the other requests write `{usual}`"), format!("de andere verzoeken schrijven `{usual}`")];
        let mend = format!("`{usual}`");
        subject.defect(&REFERENCE_NOTATION, &format!("request {number}"), form, why, [mend.clone(), mend]);
    }
}
