//! The shape of a file: its tree held against the schema of its kind, with every
//! mistake reported. Whether names exist is for who knows what they name.

mod schema;
mod words;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use regex::Regex;
use serde_json::Value as Json;

pub(crate) use schema::{keyed, schema_of};
pub(crate) use words::list;
use words::{found, kind, lower, name, strings, suggest, unused, words};

use crate::diagnostic::Diagnostic;
use crate::nearest::nearest;
use crate::yaml::{Node, Plain, Scalar, Value};

/// What is wrong with the shape of a tree.
pub(crate) fn check(file: &Path, root: &Node, schema: &Json) -> Vec<Diagnostic> {
    let mut walk = Walk { file, schema, patterns: BTreeMap::new(), problems: Vec::new() };
    let title = schema["title"].as_str().unwrap_or("file");
    walk.node(root, schema, &words(title));
    walk.problems
}

/// The tree without what these mistakes are about, so that the rest can be looked at: unknown keys go, and so does
/// every value that does not fit. None when nothing is left.
pub(crate) fn without(node: &Node, problems: &[Diagnostic]) -> Option<Node> {
    let unknown = |range: &Range<usize>| problems.iter().any(|problem| problem.code == "key-unknown" && is_at(problem, range));
    let unfit = |range: &Range<usize>| problems.iter().any(|problem| problem.code != "key-unknown" && is_at(problem, range));
    if problems.is_empty() {
        return Some(node.clone());
    }
    if unfit(&head(node)) {
        return None;
    }
    let value = match &node.value {
        Value::Mapping(entries) => {
            let kept = entries.iter().filter(|(key, _)| !unknown(&key.span));
            Value::Mapping(kept.filter_map(|(key, value)| Some((key.clone(), without(value, problems)?))).collect())
        }
        Value::Sequence(items) => Value::Sequence(items.iter().filter_map(|item| without(item, problems)).collect()),
        Value::Scalar(scalar) => Value::Scalar(scalar.clone()),
    };
    Some(Node { span: node.span.clone(), value })
}

fn is_at(problem: &Diagnostic, range: &Range<usize>) -> bool {
    problem.start == range.start && problem.end == range.end
}

/// Keyword of a schema: words that people write for a key and that are no spelling of it.
const OTHER_WORDS: &str = "x-other-words";

struct Walk<'s> {
    file: &'s Path,
    schema: &'s Json,
    patterns: BTreeMap<&'s str, Regex>,
    problems: Vec<Diagnostic>,
}

/// The branches of a choice, by how they are written.
#[derive(Default)]
struct Choice<'s> {
    /// A word on its own.
    words: Vec<&'s str>,
    /// A key with a value.
    tags: Vec<(&'s str, &'s Json)>,
    /// Anything else.
    others: Vec<&'s Json>,
}

impl<'s> Walk<'s> {
    fn report(&mut self, range: Range<usize>, code: &'static str, message: String) -> &mut Diagnostic {
        self.problems.push(Diagnostic::new(self.file, range, code, message));
        self.problems.last_mut().expect("one was just added")
    }

    fn hinted(&mut self, range: Range<usize>, code: &'static str, message: String, hint: Option<String>) {
        self.report(range, code, message).hint = hint;
    }

    fn resolve(&self, schema: &'s Json) -> &'s Json {
        let mut schema = schema;
        while let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/")) {
            schema = &self.schema["$defs"][name];
        }
        schema
    }

    /// Holds one node against its schema; `what` is how a message speaks of it: "step", "`status`".
    fn node(&mut self, node: &Node, schema: &'s Json, what: &str) {
        let schema = self.resolve(schema);
        if let Value::Scalar(scalar) = &node.value
            && scalar.plain() == Plain::Null
        {
            self.hinted(node.span.clone(), "value-missing", format!("{what} has no value"), Some(expected(schema, self)));
        } else if let Some(choice) = self.choice(schema) {
            self.one_of(node, &choice, what);
        } else if schema["type"] == "object" {
            self.mapping(node, schema, what);
        } else if schema["type"] == "array" {
            self.sequence(node, schema, what);
        } else {
            self.scalar(node, schema, what);
        }
    }

    fn choice(&self, schema: &'s Json) -> Option<Choice<'s>> {
        if schema.get("properties").is_some() {
            return None;
        }
        let branches = schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array()?;
        let mut choice = Choice::default();
        for branch in branches {
            let branch = self.resolve(branch);
            let required = branch["required"].as_array().and_then(|keys| keys.first()).and_then(Json::as_str);
            match (branch["const"].as_str(), required) {
                (Some(word), _) => choice.words.push(word),
                (None, Some(tag)) if branch["properties"][tag].is_object() => choice.tags.push((tag, &branch["properties"][tag])),
                _ => choice.others.push(branch),
            }
        }
        Some(choice)
    }

    fn one_of(&mut self, node: &Node, choice: &Choice<'s>, what: &str) {
        if let Some(branch) = choice.others.iter().find(|branch| fits(node, branch)) {
            return self.node(node, branch, what);
        }
        match &node.value {
            _ if !choice.others.is_empty() => {
                self.wrong_kind(node, what, choice.others.iter().map(|branch| kind(branch)).collect())
            }
            Value::Scalar(scalar) => self.word(node, scalar, choice, what),
            Value::Mapping(_) if !choice.tags.is_empty() => self.tagged(node, choice, what),
            Value::Mapping(_) | Value::Sequence(_) => self.wrong_kind(node, what, vec!["one word"]),
        }
    }

    fn word(&mut self, node: &Node, scalar: &Scalar, choice: &Choice<'s>, what: &str) {
        if choice.words.contains(&scalar.text.as_str()) {
            return;
        }
        if choice.tags.iter().any(|(tag, _)| *tag == scalar.text) {
            let message = format!("`{}` needs a value", scalar.text);
            return self.hinted(node.span.clone(), "value-missing", message, Some(format!("write `{}: …`", scalar.text)));
        }
        let all: Vec<&str> = choice.words.iter().copied().chain(choice.tags.iter().map(|(tag, _)| *tag)).collect();
        let message = format!("{what} cannot be `{}`", scalar.text);
        let hint = suggest(&scalar.text, &all, "it is one of");
        self.hinted(node.span.clone(), "value-unknown", message, hint);
    }

    fn tagged(&mut self, node: &Node, choice: &Choice<'s>, what: &str) {
        let tags: Vec<&str> = choice.tags.iter().map(|(tag, _)| *tag).collect();
        for (key, value) in node.entries() {
            if let Some((tag, schema)) = choice.tags.iter().find(|(tag, _)| *tag == key.text) {
                self.node(value, schema, &format!("`{tag}`"));
            } else if choice.words.contains(&key.text.as_str()) {
                let message = format!("`{}` takes no value", key.text);
                self.hinted(key.span.clone(), "value-kind", message, Some(format!("write `{}` alone", key.text)));
            } else {
                let message = format!("unknown key `{}` in {what}", key.text);
                self.hinted(key.span.clone(), "key-unknown", message, suggest(&key.text, &tags, "it is one of"));
            }
        }
        if node.entries().len() != 1 {
            let message = format!("{what} has {} keys, where one is meant", node.entries().len());
            self.hinted(head(node), "key-choice", message, Some(format!("it is one of {}", list(&tags))));
        }
    }

    fn mapping(&mut self, node: &Node, schema: &'s Json, what: &str) {
        let Value::Mapping(entries) = &node.value else { return self.wrong_kind(node, what, vec!["keys with values"]) };
        let id = node.get("id").and_then(Node::text).filter(|id| !id.is_empty());
        let what = id.map_or_else(|| what.to_owned(), |id| format!("{what} `{id}`"));
        let properties = schema["properties"].as_object();
        let known: Vec<&str> = properties.into_iter().flat_map(|all| all.keys().map(String::as_str)).collect();
        for (key, value) in entries {
            if let Some(property) = properties.and_then(|all| all.get(&key.text)) {
                self.node(value, property, &name(property, &key.text));
            } else if schema["additionalProperties"].is_object() {
                self.node(value, &schema["additionalProperties"], &format!("`{}`", key.text));
            } else {
                let message = format!("unknown key `{}` in {what}", key.text);
                let free = unused(&known, node);
                let other =
                    free.iter().find(|name| strings(&schema["properties"][**name][OTHER_WORDS]).contains(&key.text.as_str()));
                let meant = other.map(|name| format!("did you mean `{name}`?"));
                let hint = meant.or_else(|| suggest(&key.text, &free, "it can have"));
                self.hinted(key.span.clone(), "key-unknown", message, hint);
            }
        }
        self.required(node, schema, &what);
        self.exactly_one(node, schema, &what);
        if entries.is_empty() && schema["minProperties"].is_number() {
            self.hinted(
                node.span.clone(),
                "key-missing",
                format!("{what} holds nothing"),
                Some(format!("it can have {}", list(&known))),
            );
        }
    }

    fn required(&mut self, node: &Node, schema: &'s Json, what: &str) {
        let missing: Vec<&str> = strings(&schema["required"]).into_iter().filter(|key| node.get(key).is_none()).collect();
        for key in missing {
            let property = self.resolve(&schema["properties"][key]);
            let hint = schema["properties"][key]["description"].as_str().or(property["description"].as_str());
            self.hinted(
                head(node),
                "key-missing",
                format!("{what} has no `{key}`"),
                hint.map(|text| format!("`{key}`: {}", lower(text))),
            );
        }
    }

    /// A choice of keys: `oneOf` with nothing but `required`.
    fn exactly_one(&mut self, node: &Node, schema: &'s Json, what: &str) {
        let Some(branches) = schema["oneOf"].as_array() else { return };
        let choices: Vec<&str> = branches.iter().filter_map(|branch| branch["required"][0].as_str()).collect();
        let there: Vec<_> =
            node.entries().iter().filter(|(key, _)| choices.contains(&key.text.as_str())).map(|(key, _)| key).collect();
        match there.as_slice() {
            [_] => {}
            // A misspelled one has been reported, and is what is missing here.
            [] if node.entries().iter().any(|(key, _)| nearest(&key.text, choices.iter().copied()).is_some()) => {}
            [] => {
                let message = format!("{what} has none of the keys of which it needs one");
                self.hinted(head(node), "key-choice", message, Some(format!("give it one of {}", list(&choices))));
            }
            [first, others @ ..] => {
                for other in others {
                    let message = format!("{what} has both `{}` and `{}`", first.text, other.text);
                    self.hinted(other.span.clone(), "key-choice", message, Some("keep one of them, or make two".to_owned()));
                }
            }
        }
    }

    fn sequence(&mut self, node: &Node, schema: &'s Json, what: &str) {
        let Value::Sequence(items) = &node.value else { return self.wrong_kind(node, what, vec!["a list"]) };
        let item = &schema["items"];
        let each = name(item, "");
        let each = if each == "``" { format!("an item of {what}") } else { each };
        for node in items {
            self.node(node, item, &each);
        }
    }

    fn scalar(&mut self, node: &Node, schema: &'s Json, what: &str) {
        let Value::Scalar(scalar) = &node.value else { return self.wrong_kind(node, what, vec![kind(schema)]) };
        match (schema["type"].as_str(), scalar.plain()) {
            (Some("string"), Plain::Text) => self.pattern(node, scalar, schema, what),
            (Some("string"), Plain::Boolean(_)) => self.unquoted(node, scalar, "a boolean where text belongs"),
            (Some("string"), _) => self.unquoted(node, scalar, "a number where a code or BSN belongs"),
            (Some("integer"), Plain::Integer(value)) => self.range(node, value, schema, what),
            (Some("number"), Plain::Integer(_) | Plain::Decimal(_)) | (Some("boolean"), Plain::Boolean(_)) | (None, _) => {}
            (Some(_), _) => self.wrong_kind(node, what, vec![kind(schema)]),
        }
    }

    fn unquoted(&mut self, node: &Node, scalar: &Scalar, message: &str) {
        let hint = format!("put it in quotes: `\"{}\"`", scalar.text);
        self.hinted(node.span.clone(), "string-unquoted", message.to_owned(), Some(hint));
    }

    fn pattern(&mut self, node: &Node, scalar: &Scalar, schema: &'s Json, what: &str) {
        let Some(pattern) = schema["pattern"].as_str() else { return };
        let regex =
            self.patterns.entry(pattern).or_insert_with(|| Regex::new(pattern).expect("patterns of the vocabulary are tested"));
        if !regex.is_match(&scalar.text) {
            let message = format!("{what} cannot be `{}`", scalar.text);
            self.hinted(node.span.clone(), "value-pattern", message, Some(format!("it has the form `{pattern}`")));
        }
    }

    fn range(&mut self, node: &Node, value: i64, schema: &'s Json, what: &str) {
        let least = schema["minimum"].as_i64().unwrap_or(i64::MIN);
        let most = schema["maximum"].as_i64().unwrap_or(match schema["format"].as_str() {
            Some("uint32") => i64::from(u32::MAX),
            _ => i64::MAX,
        });
        if !(least..=most).contains(&value) {
            let message = format!("{what} cannot be {value}");
            self.hinted(node.span.clone(), "value-range", message, Some(format!("it lies between {least} and {most}")));
        }
    }

    fn wrong_kind(&mut self, node: &Node, what: &str, kinds: Vec<&str>) {
        let message = format!("{what} is {}, where {} belongs", found(node), kinds.join(" or "));
        let hint = match (&node.value, kinds.first()) {
            (Value::Scalar(scalar), Some(&"a whole number")) if scalar.text.parse::<i64>().is_ok() => {
                Some(format!("write {} without quotes", scalar.text))
            }
            (Value::Scalar(scalar), Some(&"a list")) => Some(format!("write `[{}]`", scalar.text)),
            _ => None,
        };
        self.hinted(head(node), "value-kind", message, hint);
    }
}

/// What belongs where there is nothing.
fn expected(schema: &Json, walk: &Walk<'_>) -> String {
    let words: Vec<&str> = walk.choice(schema).map(|choice| choice.words).unwrap_or_default();
    if words.is_empty() { format!("it needs {}, or is left out", kind(schema)) } else { format!("it is one of {}", list(&words)) }
}

/// Whether a node has the kind of this schema.
fn fits(node: &Node, schema: &Json) -> bool {
    match &node.value {
        // A choice of keys with a value each is written as a mapping too.
        Value::Mapping(_) => schema["type"] == "object" || schema["oneOf"].is_array(),
        Value::Sequence(_) => schema["type"] == "array",
        Value::Scalar(scalar) => match scalar.plain() {
            Plain::Text => schema["type"] == "string",
            Plain::Integer(_) => schema["type"] == "integer" || schema["type"] == "number",
            Plain::Decimal(_) => schema["type"] == "number",
            Plain::Boolean(_) => schema["type"] == "boolean",
            Plain::Null => false,
        },
    }
}

/// The place of a node that is short enough to point at: its first key or word.
fn head(node: &Node) -> Range<usize> {
    match &node.value {
        Value::Mapping(entries) => entries.first().map_or(node.span.clone(), |(key, _)| key.span.clone()),
        Value::Sequence(_) => node.span.start..node.span.end.min(node.span.start + 1),
        Value::Scalar(_) => node.span.clone(),
    }
}
