//! FHIRPath in files: whether it parses, names elements that its type has, and
//! which variables it uses.

use std::ops::Range;

use super::place::{Place, Problems};
use crate::agreements::FhirVersion;
use crate::fhir::fhirpath::{self, Expression, TypeProblem, Variables};
use crate::nearest::nearest;

/// Variables that every expression has.
pub(super) const ENVIRONMENT: [&str; 6] = ["context", "resource", "rootResource", "ucum", "sct", "loinc"];

/// What an expression is held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'s> {
    /// Types that the expression may start from: it has to be right for one of them. Empty where that is not known.
    pub(super) contexts: &'s [&'s str],
    /// Variables that it may use.
    pub(super) variables: &'s [&'s str],
    /// Versions of FHIR that it is for. In each only what no version has is wrong: `encounter | context` is for both.
    pub(super) versions: &'s [FhirVersion],
}

/// Reports what is wrong with the expression at a place.
pub(super) fn check(place: Place<'_>, text: &str, scope: Scope<'_>, problems: &mut Problems) {
    if let Some(at) = text.find("${") {
        let range = place.range_within(&(at..at + 2));
        problems.within(place, range, "placeholder-misplaced", "a placeholder `${…}` in FHIRPath").hint =
            Some("FHIRPath writes a value as a variable: `%name`".to_owned());
        return;
    }
    for (name, range) in variables(text) {
        if !scope.variables.contains(&name) && !ENVIRONMENT.contains(&name) {
            let range = place.range_within(&range);
            problems.within(place, range, "capture-undefined", format!("no variable `%{name}` here")).hint =
                nearest(name, scope.variables.iter().copied()).map(|meant| format!("did you mean `%{meant}`?"));
        }
    }
    match fhirpath::parse(text) {
        Err(error) => {
            let range = place.range_within(&(error.start..error.end));
            problems.within(place, range, "fhirpath-syntax", error.message).hint = error.hint;
        }
        Ok(expression) => types(place, text, &expression, scope, problems),
    }
}

/// Reports elements that a type does not have. Unknown variables have been reported.
fn types(place: Place<'_>, text: &str, expression: &Expression, scope: Scope<'_>, problems: &mut Problems) {
    let known: Variables = variables(text).into_iter().map(|(name, _)| (name.to_owned(), String::new())).collect();
    let in_version = |fhir: &FhirVersion| -> Vec<TypeProblem> {
        let mut found = scope.contexts.iter().map(|context| expression.check(context, &known, fhir.types()));
        let first = found.next().unwrap_or_default();
        if found.any(|problems| problems.is_empty()) { Vec::new() } else { first }
    };
    let mut versions = scope.versions.iter().map(in_version);
    let mut first = versions.next().unwrap_or_default();
    for others in versions {
        first.retain(|problem| others.iter().any(|other| (other.start, other.end) == (problem.start, problem.end)));
    }
    for problem in first {
        let range = place.range_within(&(problem.start..problem.end));
        problems.within(place, range, "fhirpath-type", problem.message).hint = problem.hint;
    }
}

/// The variables of an expression (`%name`) with their bytes, those in strings left out.
pub(super) fn variables(text: &str) -> Vec<(&str, Range<usize>)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'\'' | b'`' | b'"') => at = end_of_quoted(bytes, at, quote),
            b'%' => {
                let start = at + 1;
                let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                if length > 0 {
                    found.push((&text[start..start + length], at..start + length));
                }
                at = start + length;
            }
            _ => at += 1,
        }
    }
    found
}

/// One past the closing quote, or the end where there is none.
fn end_of_quoted(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_outside_strings_only() {
        let names: Vec<_> =
            variables("id in %encounters and x = '%no \\' %no' & %a_1 or %`vs-x`.y").into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["encounters", "a_1"]);
    }
}
