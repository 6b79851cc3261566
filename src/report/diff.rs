//! Expected beside actual, row by row: values that carry the name of what they
//! are a value of (`Consent.status: active`, `status = active`) are set beside
//! each other by that name, and what differs in them is marked. The only file
//! that names similar.

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

/// Letters of two values together beyond which they are not looked into.
const LONGEST: usize = 600;

/// What is expected and what was there under one name.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    /// The element or expression.
    key: String,
    /// What was expected; nothing when the name was not expected.
    expected: Option<Vec<Part>>,
    /// What was there; nothing when the name was not there.
    actual: Option<Vec<Part>>,
    /// Both are there and say the same.
    same: bool,
}

/// A piece of a value.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Part {
    text: String,
    /// It is not in the other value.
    changed: bool,
}

/// Rows of what was expected and what was there; nothing when a value has no name, or two have the same.
pub(super) fn rows(expected: &[String], actual: &[String]) -> Option<Vec<Row>> {
    let (expected, actual) = (keyed(expected)?, keyed(actual)?);
    let of = |key: &str, list: &[(&str, &str)]| list.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned());
    let mut keys: Vec<&str> = expected.iter().map(|(key, _)| *key).collect();
    keys.extend(actual.iter().map(|(key, _)| *key).filter(|key| of(key, &expected).is_none()));
    let row = |key: &&str| row(key, of(key, &expected), of(key, &actual));
    (!keys.is_empty()).then(|| keys.iter().map(row).collect())
}

/// How many names have the same value in both.
pub(super) fn likeness(expected: &[String], actual: &[String]) -> usize {
    expected.iter().filter(|value| actual.contains(value)).count()
}

/// Name and value of each line.
fn keyed(lines: &[String]) -> Option<Vec<(&str, &str)>> {
    let mut keyed: Vec<(&str, &str)> = Vec::new();
    for line in lines {
        let (key, value) = split(line, " = ").or_else(|| split(line, ": "))?;
        // A sentence with a colon in it is no name and value.
        if key.split(' ').count() > 1 && !key.contains('(') || keyed.iter().any(|(known, _)| *known == key) {
            return None;
        }
        keyed.push((key, value));
    }
    Some(keyed)
}

/// Parts a name from its value, where no parenthesis of an expression is open.
fn split<'l>(line: &'l str, sign: &str) -> Option<(&'l str, &'l str)> {
    let open = |at: &usize| line[..*at].matches('(').count() > line[..*at].matches(')').count();
    let at = line.match_indices(sign).map(|(at, _)| at).find(|at| !open(at))?;
    Some((&line[..at], &line[at + sign.len()..]))
}

fn row(key: &str, expected: Option<String>, actual: Option<String>) -> Row {
    let (key, same) = (key.to_owned(), expected.is_some() && expected == actual);
    let whole = |text: String| vec![Part { text, changed: false }];
    match (expected, actual) {
        (Some(expected), Some(actual)) if !same && expected.len() + actual.len() <= LONGEST => {
            let (expected, actual) = parts(&expected, &actual);
            Row { key, expected: Some(expected), actual: Some(actual), same }
        }
        (expected, actual) => Row { key, expected: expected.map(whole), actual: actual.map(whole), same },
    }
}

/// Both values in pieces, word by word.
fn parts(expected: &str, actual: &str) -> (Vec<Part>, Vec<Part>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for change in TextDiff::from_words(expected, actual).iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {
                push(&mut left, change.value(), false);
                push(&mut right, change.value(), false);
            }
            ChangeTag::Delete => push(&mut left, change.value(), true),
            ChangeTag::Insert => push(&mut right, change.value(), true),
        }
    }
    (left, right)
}

fn push(parts: &mut Vec<Part>, text: &str, changed: bool) {
    match parts.last_mut() {
        Some(part) if part.changed == changed => part.text.push_str(text),
        _ => parts.push(Part { text: text.to_owned(), changed }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    fn part(text: &str, changed: bool) -> Part {
        Part { text: text.to_owned(), changed }
    }

    #[test]
    fn rows_marks_the_words_that_differ() {
        let rows = rows(&lines(&["note: not on a Monday"]), &lines(&["note: not on a Friday"])).expect("they have a name");
        assert_eq!(rows[0].expected, Some(vec![part("not on a ", false), part("Monday", true)]));
        assert_eq!(rows[0].actual, Some(vec![part("not on a ", false), part("Friday", true)]));
    }

    #[test]
    fn rows_sets_beside_each_other_by_name_whatever_the_order() {
        let rows = rows(&lines(&["a = 1", "b = 2"]), &lines(&["c = 3", "b = 2"])).expect("they have names");
        let keys: Vec<_> = rows.iter().map(|row| (row.key.as_str(), row.same)).collect();
        assert_eq!(keys, [("a", false), ("b", true), ("c", false)]);
        assert_eq!((rows[0].actual.is_none(), rows[2].expected.is_none()), (true, true));
    }

    #[test]
    fn rows_of_sentences_are_none() {
        assert_eq!(rows(&lines(&["a link to the next page: none came"]), &[]), None);
        assert_eq!(rows(&lines(&["200"]), &lines(&["404"])), None);
        assert_eq!(rows(&lines(&["a: 1", "a: 2"]), &[]), None);
        assert_eq!(rows(&[], &[]), None);
    }

    #[test]
    fn split_looks_for_a_sign_outside_of_parentheses() {
        assert_eq!(split("a.where(b = 'c') = d = e", " = "), Some(("a.where(b = 'c')", "d = e")));
    }
}
