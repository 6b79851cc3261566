//! Values of requests: their notation, and what profiles allow where they are searched.

use super::rules::*;
use super::{Subject, paths};
use crate::fhir::search::Parameter;
use crate::fhir::terminology::Coded;
use crate::fhir::types::{ParameterKind, SearchParameter};

/// Words before a value that ask for an order.
const COMPARATORS: [&str; 9] = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"];

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

/// A value against its parameter, and against what profiles allow there.
pub(super) fn check(subject: &mut Subject<'_>, place: &str, resource: &str, parameter: &Parameter, told: &str) {
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
    let out = |profile| !paths.is_empty() && paths.iter().all(|path| paths::rules_out(profile, path, coded, subject.knowledge));
    if !of_type.is_empty() && of_type.iter().all(|(_, profile)| out(profile)) {
        let names: Vec<&str> = of_type.iter().map(|(name, _)| name.as_str()).collect();
        let names = names.join(", ");
        let code = coded.code;
        let why = [
            format!("no resource of {names} can have {code} there"),
            format!("geen resource van {names} kan daar {code} hebben"),
        ];
        subject.defect(
            &CODE_OUTSIDE,
            place,
            told,
            why,
            ["search by a code of the profile".to_owned(), "zoek met een code van het profiel".to_owned()],
        );
    }
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
                "`{}` is a Reference in this version of FHIR: its text is an address, and nothing says that servers compare it as a canonical",
                found.code
            ),
            format!(
                "`{}` is in deze FHIR-versie een Reference: de tekst is een adres, en nergens staat dat servers het als canonical vergelijken",
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
            "an answer may name the form with `|version`, and a server that compares texts does not find it".to_owned(),
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
