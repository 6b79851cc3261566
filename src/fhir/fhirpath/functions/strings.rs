//! Functions on text. Positions count characters. Regular expressions are
//! compiled within bounds and never backtrack.

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};

use super::{BOOLEAN, Function, INTEGER, Invocation, Item, Outcome, Over, STRING, boolean, one};
use crate::fhir::fhirpath::ast::Kind;
use crate::fhir::fhirpath::error::EvaluationError;

mod encoding;

/// Bytes that a compiled regular expression may take.
const REGEX_SIZE: usize = 512 * 1024;

const fn on_text(name: &'static str, arguments: (usize, usize), gives: super::Gives, run: super::conversion::Run) -> Function {
    Function { name, arguments, over: Over::Outside, gives, run }
}

pub(super) const FUNCTIONS: &[Function] = &[
    on_text("startsWith", (1, 1), BOOLEAN, |call| ask(&call, |text, part| text.starts_with(part))),
    on_text("endsWith", (1, 1), BOOLEAN, |call| ask(&call, |text, part| text.ends_with(part))),
    on_text("contains", (1, 1), BOOLEAN, |call| ask(&call, |text, part| text.contains(part))),
    on_text("matches", (1, 1), BOOLEAN, |call| matches(&call, ["", ""])),
    on_text("matchesFull", (1, 1), BOOLEAN, |call| matches(&call, ["^(?:", ")$"])),
    on_text("replaceMatches", (2, 2), STRING, replace_matches),
    on_text("replace", (2, 2), STRING, replace),
    on_text("indexOf", (1, 1), INTEGER, |call| position(&call, |text, part| text.find(part))),
    on_text("lastIndexOf", (1, 1), INTEGER, |call| position(&call, |text, part| text.rfind(part))),
    on_text("substring", (1, 2), STRING, substring),
    on_text("length", (0, 0), INTEGER, length),
    on_text("upper", (0, 0), STRING, |call| change(&call, str::to_uppercase)),
    on_text("lower", (0, 0), STRING, |call| change(&call, str::to_lowercase)),
    on_text("trim", (0, 0), STRING, |call| change(&call, |text| text.trim().to_owned())),
    on_text("split", (1, 1), STRING, split),
    on_text("join", (0, 1), STRING, join),
    on_text("encode", (1, 1), STRING, |call| encoding::recode(&call, encoding::encode)),
    on_text("decode", (1, 1), STRING, |call| encoding::recode(&call, encoding::decode)),
    on_text("escape", (1, 1), STRING, |call| encoding::recode(&call, encoding::escape)),
    on_text("unescape", (1, 1), STRING, |call| encoding::recode(&call, encoding::unescape)),
];

/// The text of the input and the text that is the first argument, when both are there.
fn two_texts(call: &Invocation<'_, '_, '_>) -> Result<Option<(String, String)>, EvaluationError> {
    let (text, argument) = (call.text()?, call.argument_text(0)?);
    call.evaluator.spend(text.as_ref().map_or(0, String::len) / 16, call.range)?;
    Ok(text.zip(argument))
}

fn ask<'t>(call: &Invocation<'_, '_, 't>, question: impl Fn(&str, &str) -> bool) -> Outcome<'t> {
    match two_texts(call)? {
        Some((text, part)) => boolean(question(&text, &part)),
        None => Ok(Vec::new()),
    }
}

fn position<'t>(call: &Invocation<'_, '_, 't>, find: impl Fn(&str, &str) -> Option<usize>) -> Outcome<'t> {
    let Some((text, part)) = two_texts(call)? else { return Ok(Vec::new()) };
    let characters = find(&text, &part).map(|byte| text[..byte].chars().count());
    one(Item::Integer(characters.and_then(|count| i64::try_from(count).ok()).unwrap_or(-1)))
}

fn change<'t>(call: &Invocation<'_, '_, 't>, change: impl Fn(&str) -> String) -> Outcome<'t> {
    let text = call.text()?;
    call.evaluator.spend(text.as_ref().map_or(0, String::len) / 16, call.range)?;
    Ok(text.map(|text| Item::String(change(&text))).into_iter().collect())
}

/// A pattern between `before` and `after`, compiled. One that stands in the
/// expression itself is compiled once; any other is work.
fn regex<'c>(
    call: &Invocation<'c, '_, '_>,
    pattern: &str,
    [before, after]: [&str; 2],
) -> Result<Cow<'c, Regex>, EvaluationError> {
    let literal = matches!(call.arguments[0].kind, Kind::Literal(_));
    if literal && let Some(regex) = call.call.regex.get() {
        return Ok(Cow::Borrowed(regex));
    }
    if !literal {
        call.evaluator.spend(100 + pattern.len() * 10, call.range)?;
    }
    let whole = format!("{before}{pattern}{after}");
    let regex = RegexBuilder::new(&whole).dot_matches_new_line(true).size_limit(REGEX_SIZE).nest_limit(50).build();
    let regex = regex.map_err(|error| {
        let reason = match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            other => other.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
        };
        call.wrong(format!("`{pattern}` is not a regular expression that can be used: {reason}"))
    })?;
    Ok(if literal { Cow::Borrowed(call.call.regex.get_or_init(|| regex)) } else { Cow::Owned(regex) })
}

fn matches<'t>(call: &Invocation<'_, '_, 't>, around: [&str; 2]) -> Outcome<'t> {
    match two_texts(call)? {
        Some((text, pattern)) => boolean(regex(call, &pattern, around)?.is_match(&text)),
        None => Ok(Vec::new()),
    }
}

fn replace_matches<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let (Some((text, pattern)), Some(by)) = (two_texts(&call)?, call.argument_text(1)?) else { return Ok(Vec::new()) };
    if pattern.is_empty() {
        return one(Item::String(text));
    }
    let replaced = regex(&call, &pattern, ["", ""])?.replace_all(&text, by.as_str()).into_owned();
    call.evaluator.spend(replaced.len() / 16, call.range)?;
    one(Item::String(replaced))
}

fn replace<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let (Some((text, part)), Some(by)) = (two_texts(&call)?, call.argument_text(1)?) else { return Ok(Vec::new()) };
    // What comes out may be far larger than what went in.
    call.evaluator.spend((text.len() + 1) * (by.len() + 1) / 16, call.range)?;
    one(Item::String(text.replace(&part, &by)))
}

fn substring<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let (Some(text), Some(start)) = (call.text()?, call.argument_integer(0)?) else { return Ok(Vec::new()) };
    let length = call.argument_integer(1)?;
    call.evaluator.spend(text.len() / 16, call.range)?;
    let Ok(start) = usize::try_from(start) else { return Ok(Vec::new()) };
    if start >= text.chars().count() {
        return Ok(Vec::new());
    }
    let length = length.map_or(usize::MAX, |length| usize::try_from(length).unwrap_or(0));
    one(Item::String(text.chars().skip(start).take(length).collect()))
}

fn length<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let count = call.text()?.map(|text| text.chars().count());
    Ok(count.and_then(|count| i64::try_from(count).ok()).map(Item::Integer).into_iter().collect())
}

fn split<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let Some((text, separator)) = two_texts(&call)? else { return Ok(Vec::new()) };
    call.evaluator.spend(text.len(), call.range)?;
    Ok(text.split(separator.as_str()).map(|part| Item::String(part.to_owned())).collect())
}

fn join<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let separator = call.argument_text(0)?.unwrap_or_default();
    if call.input.is_empty() {
        return Ok(Vec::new());
    }
    let part =
        |item: &Item<'t>| item.text().ok_or_else(|| call.wrong(format!("`join` works on text, not on `{}`", item.type_name())));
    let parts = call.input.iter().map(part).collect::<Result<Vec<String>, _>>()?;
    let joined = parts.join(&separator);
    call.evaluator.spend(joined.len() / 16, call.range)?;
    one(Item::String(joined))
}
