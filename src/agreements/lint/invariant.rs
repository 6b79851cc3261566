//! Invariants: whether they parse, name elements that there are, and can ever fire.

use super::rules::*;
use super::{Subject, paths};
use crate::fhir::definition::ElementDefinition;
use crate::fhir::fhirpath::{Variables, parse};
use crate::nearest::nearest;

/// Marks the canonical of an extension or profile among the texts of an expression.
const DEFINITION: &str = "/StructureDefinition/";

pub(super) fn check(subject: &mut Subject<'_>) {
    let published = subject.published;
    for stated in &published.invariants {
        let context = crate::agreements::profile_type(&stated.profile).unwrap_or_default();
        one(subject, &format!("{}, {}", stated.profile, stated.key), context, &stated.expression);
    }
    let mut found = Vec::new();
    for (name, profile) in &subject.profiles {
        for element in &profile.snapshot {
            for constraint in element.constraints.iter().filter(|constraint| !is_of_fhir(&constraint.key)) {
                let stated = published.invariants.iter().any(|stated| stated.profile == *name && *stated.key == *constraint.key);
                if let Some(expression) = constraint.expression.as_ref().filter(|_| !stated) {
                    found.push((name.clone(), constraint.key.clone(), context(subject, element), expression.clone()));
                }
            }
        }
    }
    // One that many profiles inherit is one defect.
    found.sort_by(|left, right| (&left.1, &left.3, &left.0).cmp(&(&right.1, &right.3, &right.0)));
    found.dedup_by(|left, right| (&left.1, &left.3) == (&right.1, &right.3));
    for (name, key, context, expression) in found {
        one(subject, &format!("{name}, {key}"), context, &expression);
    }
}

/// The type that an invariant of an element starts from; nothing where there are several.
fn context(subject: &Subject<'_>, element: &ElementDefinition) -> &'static str {
    match element.types.as_slice() {
        [] | [_] => paths::type_at(&element.path, subject.types()).unwrap_or_default(),
        _ => "",
    }
}

/// Keys of FHIR itself are some letters and a number: `dom-6`. All others are of an owner with a name.
fn is_of_fhir(key: &str) -> bool {
    let Some((letters, number)) = key.split_once('-') else { return false };
    (2..=4).contains(&letters.len())
        && letters.bytes().all(|byte| byte.is_ascii_lowercase())
        && number.starts_with(|first: char| first.is_ascii_digit())
}

fn one(subject: &mut Subject<'_>, place: &str, context: &str, expression: &str) {
    let parsed = match parse(expression) {
        Ok(parsed) => parsed,
        Err(error) => {
            let why = [error.to_string(), format!("de expressie is niet te lezen: {error}")];
            return subject.defect(
                &INVARIANT_SYNTAX,
                place,
                expression,
                why,
                ["mend the expression".to_owned(), "herstel de expressie".to_owned()],
            );
        }
    };
    for problem in parsed.check(context, &Variables::default(), subject.types()) {
        let hint = problem.hint.unwrap_or_else(|| "name an element that there is".to_owned());
        let why = [problem.message.clone(), format!("de expressie noemt wat er niet is: {}", problem.message)];
        subject.defect(&INVARIANT_ELEMENT, place, expression, why, [hint.clone(), hint]);
    }
    dead(subject, place, expression);
}

/// An expression that asks for an extension that nobody defines holds always, or never.
fn dead(subject: &mut Subject<'_>, place: &str, expression: &str) {
    for text in expression.split('\'').skip(1).step_by(2).filter(|text| text.contains(DEFINITION)) {
        if subject.knowledge.definition(text).is_some() || !is_complete(subject, text) {
            continue;
        }
        let canonicals = candidates(subject);
        let near = nearest(text, canonicals.iter().map(String::as_str)).map(str::to_owned);
        let why = [
            format!("no definition has the canonical `{text}`, so nothing ever carries it and the rule never fires"),
            format!("geen definitie heeft de canonical `{text}`, dus niets draagt hem ooit en de regel gaat nooit af"),
        ];
        let mend = near.map_or(
            [
                "name the canonical of the extension as it is published".to_owned(),
                "noem de canonical van de extensie zoals die is gepubliceerd".to_owned(),
            ],
            |near| [format!("`{near}`"), format!("`{near}`")],
        );
        subject.defect(&INVARIANT_DEAD, place, expression, why, mend);
    }
}

/// Whether what is here has the definitions of this base: where none is, nothing can be said.
fn is_complete(subject: &Subject<'_>, canonical: &str) -> bool {
    let base = canonical.split_once(DEFINITION).map_or("", |(base, _)| base);
    let own = subject.profiles.iter().any(|(_, profile)| profile.url.starts_with(base));
    own || candidates(subject).iter().any(|known| known.starts_with(base))
}

/// Canonicals of the extensions that the profiles name.
fn candidates(subject: &Subject<'_>) -> Vec<String> {
    let elements = subject.profiles.iter().flat_map(|(_, profile)| &profile.snapshot);
    let mut found: Vec<String> =
        elements.flat_map(|element| &element.types).flat_map(|of| &of.profiles).map(|url| url.to_string()).collect();
    found.sort();
    found.dedup();
    found
}
