//! Requests against the search parameters of the FHIR version.

use super::rules::*;
use super::{Request, Subject, paths};
use crate::fhir::search::{Parameter, Query};
use crate::fhir::terminology::Coded;
use crate::fhir::types::{ParameterKind, SearchParameter};
use crate::nearest::nearest;

/// Parameters that shape an answer instead of choosing what is in it.
const OF_THE_ANSWER: [&str; 9] =
    ["_count", "_sort", "_format", "_pretty", "_summary", "_elements", "_total", "_contained", "_containedType"];

/// Words before a value that ask for an order.
const COMPARATORS: [&str; 9] = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"];

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
            (name, _) if OF_THE_ANSWER.contains(&name) => {}
            _ => {
                chain(subject, &place, resource, key, &told);
                values(subject, &place, resource, parameter, &told);
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
        return subject.defect(&INCLUDE_TARGET, place, &told, why, [format!("one of {all}"), format!("een van {all}")]);
    }
    empty_include(subject, place, found, &told);
}

fn points_to(found: &SearchParameter, target: &str) -> bool {
    found.targets.is_empty() || found.targets.iter().any(|known| *known == target || *known == "Resource")
}

/// An include along references of which no profile of the version says anything,
/// where another parameter reads references to profiles of the version.
fn empty_include(subject: &mut Subject<'_>, place: &str, found: &SearchParameter, told: &str) {
    let own = format!("{}/", subject.version().canonical());
    let of_type = || subject.profiles.iter().filter(|(_, profile)| &*profile.type_name == found.resource);
    let reads = |parameter: &SearchParameter| {
        let paths = paths::paths(parameter.expression);
        of_type()
            .any(|(_, profile)| paths.iter().any(|path| paths::targets(profile, path).any(|target| target.starts_with(&own))))
    };
    if of_type().next().is_none() || reads(found) {
        return;
    }
    let others = subject.types().search_parameters(found.resource).filter(|other| other.kind == ParameterKind::Reference);
    let is_patient = |other: &SearchParameter| ["patient", "subject"].contains(&other.code);
    let Some(other) = others
        .filter(|other| !is_patient(other) && paths::paths(other.expression) != paths::paths(found.expression))
        .find(|other| reads(other))
    else {
        return;
    };
    let (code, resource) = (other.code, found.resource);
    let (here, there) = (paths::paths(found.expression).join(", "), paths::paths(other.expression).join(", "));
    let why = [
        format!("`{}` reads {here}, of which no profile says anything; the profiles put their references in {there}", found.code),
        format!("`{}` leest {here}, waarover geen profiel iets zegt; de profielen verwijzen vanuit {there}", found.code),
    ];
    let mend = format!("`_include={resource}:{code}`");
    subject.defect(&INCLUDE_EMPTY, place, told, why, [mend.clone(), mend]);
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

/// The parameter at the end of a chain.
fn last<'t>(subject: &Subject<'_>, resource: &'t str, key: &'t str) -> Option<&'static SearchParameter> {
    let (link, rest) = key.split_once('.').map_or((key, None), |(link, rest)| (link, Some(rest)));
    let (name, modifier) = link.split_once(':').map_or((link, None), |(name, modifier)| (name, Some(modifier)));
    let types = subject.types();
    let found = types.search_parameter(resource, name)?;
    let Some(rest) = rest else { return Some(found) };
    let next = rest.split(['.', ':']).next().unwrap_or_default();
    let target =
        modifier.or_else(|| found.targets.iter().copied().find(|target| types.search_parameter(target, next).is_some()))?;
    last(subject, target, rest)
}

fn values(subject: &mut Subject<'_>, place: &str, resource: &str, parameter: &Parameter, told: &str) {
    let Some(found) = last(subject, resource, &parameter.key) else { return };
    let alternatives = parameter.alternatives();
    if matches!(found.kind, ParameterKind::Token | ParameterKind::String | ParameterKind::Reference | ParameterKind::Uri) {
        let compares = |value: &&&str| COMPARATORS.iter().any(|word| value.strip_prefix(word).is_some_and(is_year));
        if let Some(value) = alternatives.iter().find(compares) {
            let why = [
                format!("`{value}` compares, and `{}` has no order", found.code),
                format!("`{value}` vergelijkt, en `{}` heeft geen volgorde", found.code),
            ];
            subject.defect(
                &COMPARATOR_UNFIT,
                place,
                told,
                why,
                ["leave the comparator out".to_owned(), "laat de vergelijking weg".to_owned()],
            );
        }
    }
    canonical(subject, place, found, parameter, told);
    if found.kind != ParameterKind::Token || parameter.key.contains(":in") {
        return;
    }
    let system = alternatives.first().and_then(|first| first.split_once('|')).map(|(system, _)| system.to_owned());
    if let Some(system) = &system
        && alternatives.iter().any(|value| !value.contains('|'))
    {
        let whole: Vec<String> = alternatives
            .iter()
            .map(|value| if value.contains('|') { (*value).to_owned() } else { format!("{system}|{value}") })
            .collect();
        let why = [
            "each value of a list stands by itself: a code without a system matches that code in any system".to_owned(),
            "elke waarde van een lijst staat op zichzelf: een code zonder stelsel past op die code in elk stelsel".to_owned(),
        ];
        let mend = format!("`{}={}`", parameter.key, whole.join(","));
        subject.defect(&TOKEN_SYSTEM, place, told, why, [mend.clone(), mend]);
    }
    for value in &alternatives {
        let code = value.rsplit('|').next().unwrap_or_default();
        token(subject, place, found, &Coded { system: system.as_deref(), version: None, code }, told);
    }
}

fn is_year(rest: &str) -> bool {
    rest.len() >= 4 && rest.bytes().take(4).all(|byte| byte.is_ascii_digit())
}

/// A code against the profiles of the type that it is searched in.
fn token(subject: &mut Subject<'_>, place: &str, found: &SearchParameter, coded: &Coded<'_>, told: &str) {
    let paths = paths::paths(found.expression);
    let of_type: Vec<_> = subject.profiles.iter().filter(|(_, profile)| &*profile.type_name == found.resource).collect();
    let out = |profile| paths.iter().any(|path| paths::rules_out(profile, path, coded, subject.knowledge));
    if !of_type.is_empty() && of_type.iter().all(|(_, profile)| out(profile)) {
        let names: Vec<&str> = of_type.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(", ");
        let code = coded.code;
        let why = [
            format!("no resource of {names} can have {code} there"),
            format!("geen resource van {names} kan daar {code} hebben"),
        ];
        return subject.defect(
            &CODE_OUTSIDE,
            place,
            told,
            why,
            ["search by a code of the profile".to_owned(), "zoek met een code van het profiel".to_owned()],
        );
    }
    let named = of_type.iter().any(|(_, profile)| paths.iter().any(|path| paths::names_code(profile, path, coded.code)));
    let elsewhere = of_type.iter().find_map(|(_, profile)| {
        let holders = subject.profiles.iter().filter(|(_, other)| {
            &*other.type_name != found.resource && paths::names_code(other, &format!("{}.code", other.type_name), coded.code)
        });
        holders.into_iter().find_map(|(name, holder)| {
            let refers = |path: &str| paths::targets(profile, path).any(|target| **target == *holder.url);
            let element = profile.snapshot.iter().find(|element| refers(element.path.trim_end_matches("[x]")))?;
            Some((name.clone(), element.path.to_string()))
        })
    });
    let Some((name, at)) = elsewhere.filter(|(_, at)| !named && !paths.contains(at)) else { return };
    let (code, here) = (coded.code, paths.join(", "));
    let why = [
        format!("`{}` reads {here}; {code} is the code of {name}, to which the profile refers from {at}", found.code),
        format!("`{}` leest {here}; {code} is de code van {name}, waarnaar het profiel verwijst vanuit {at}", found.code),
    ];
    let mend = [
        format!("search along {at}, or let the profile fill {here}"),
        format!("zoek langs {at}, of laat het profiel {here} vullen"),
    ];
    subject.defect(&FILTER_ELSEWHERE, place, told, why, mend);
}

fn canonical(subject: &mut Subject<'_>, place: &str, found: &SearchParameter, parameter: &Parameter, told: &str) {
    let own = subject.version().canonical();
    if !parameter.value.starts_with(own) || parameter.key.contains(":in") {
        return;
    }
    let at = paths::paths(found.expression).first().and_then(|path| paths::type_at(path, subject.types()));
    if at == Some("Reference") {
        let why = [
            format!(
                "`{}` is a Reference in this version of FHIR: its text is an address, and servers do not search it as a canonical",
                found.code
            ),
            format!(
                "`{}` is in deze FHIR-versie een Reference: de tekst is een adres, en servers zoeken daarin niet als in een canonical",
                found.code
            ),
        ];
        let mend = [
            "say how a server compares it, with a version and without".to_owned(),
            "zeg hoe een server vergelijkt, met versie en zonder".to_owned(),
        ];
        subject.defect(&CANONICAL_REFERENCE, place, told, why, mend);
    }
    if !parameter.value.contains('|') {
        let why = [
            "an answer may name the form with `|version`, and a server that compares the text finds it not".to_owned(),
            "een antwoord mag het formulier met `|versie` noemen, en een server die de tekst vergelijkt vindt het dan niet"
                .to_owned(),
        ];
        let mend = [
            "say that a search without a version finds every version".to_owned(),
            "zeg dat een zoekvraag zonder versie elke versie vindt".to_owned(),
        ];
        subject.defect(&CANONICAL_VERSION, place, told, why, mend);
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
