//! `report.html`: one self-contained page, in both languages at once. The only
//! file that names minijinja. Everything is escaped by the engine; only the
//! style sheet and the script, which are ours, are put in as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;

use super::Report;
use super::view::Exchange;
use super::{diff, page};
use crate::text::{Language, Text};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Output, UndefinedBehavior, Value, context};

/// Exchanges that are shown with everything; of the others one line.
const DETAILED: usize = 400;
/// Findings that are shown of one expectation, of one requirement, and in all.
const FINDINGS: [usize; 3] = [10, 40, 600];

const CSS: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");
const INDEX_CSS: &str = include_str!("page/index.css");
const TEMPLATES: [(&str, &str); 7] = [
    ("index.html", include_str!("page/index.html")),
    ("page.html", include_str!("page/page.html")),
    ("parts.html", include_str!("page/parts.html")),
    ("dataset.html", include_str!("page/dataset.html")),
    ("spoken.html", include_str!("page/spoken.html")),
    ("requirements.html", include_str!("page/requirements.html")),
    ("scenarios.html", include_str!("page/scenarios.html")),
];

/// The page, in this language first; `folder` is where the run stands.
///
/// # Panics
/// Never: the templates are part of the program, and a test draws them.
#[must_use]
pub fn html(report: &Report, language: Language, folder: &str) -> String {
    let environment = environment();
    let page = environment.get_template("page.html").expect("the page is among the templates");
    let context = context! {
        report => Value::from(Serde(report)),
        lang => Value::from(Serde(language)),
        folder => page::clean(folder),
        policy => page::policy(CSS, SCRIPT),
        css => Value::from_safe_string(CSS.to_owned()),
        js => Value::from_safe_string(SCRIPT.to_owned()),
        count_rows => Value::from(Serde(page::count_rows(&report.counts))),
        outcomes => Value::from(Serde(page::OUTCOMES.map(super::words::outcome_name))),
        detailed => Value::from(Serde(detailed(report))),
        shown => Value::from(Serde(shown(report))),
    };
    let mut html = page.render(context).expect("the templates fit the report");
    html.push('\n');
    html
}

/// A run among others.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    /// Name of its folder.
    pub(super) name: String,
    /// The product, where the vendor named it.
    pub(super) product: Option<String>,
    /// The part that it plays.
    pub(super) actor: Text,
    /// How it ended.
    pub(super) word: Text,
    /// What that means.
    pub(super) sentence: Text,
    /// How many requirements stand how.
    pub(super) counts: Vec<Text>,
}

/// A page that leads to several reports.
///
/// # Panics
/// Never: the template is part of the program, and a test draws it.
pub(super) fn index(rows: &[Row], language: Language) -> String {
    let environment = environment();
    let page = environment.get_template("index.html").expect("the page is among the templates");
    let title = match language {
        Language::En => "Several runs",
        Language::Nl => "Verscheidene runs",
    };
    let context = context! {
        rows => Value::from(Serde(rows)),
        lang => Value::from(Serde(language)),
        title => title,
        policy => page::policy(INDEX_CSS, ""),
        css => Value::from_safe_string(INDEX_CSS.to_owned()),
    };
    page.render(context).expect("the template fits the rows")
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(|out, _, value| write_value(out, value));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, source) in TEMPLATES {
        environment.add_template(name, source).expect("the templates are right");
    }
    environment.add_filter("word", |name: &str| Value::from(Serde(super::words::word(name))));
    environment.add_filter("outcome", |name: &str| Value::from(Serde(page::outcome(name))));
    environment.add_filter("class", |name: &str| Value::from(Serde(super::words::class(name))));
    environment.add_filter("actor", |name: &str| Value::from(Serde(page::actor(name))));
    environment.add_filter("ticks", ticks);
    environment.add_filter("letter", page::letter);
    environment.add_filter("kebab", page::kebab);
    environment.add_filter("anchor", page::anchor);
    environment.add_filter("tail", page::tail);
    environment.add_filter("short", page::short);
    environment.add_filter("below", page::below);
    environment.add_filter("clip", page::clip);
    environment.add_filter("span", page::span);
    environment.add_filter("moment", page::moment);
    environment.add_filter("share", page::share);
    environment.add_filter("share_wide", page::share_wide);
    environment.add_filter("since", page::since);
    environment.add_filter("diff", diff_rows);
    environment.add_filter("nearest", nearest);
    environment.add_filter("worst_first", worst_first);
    environment
}

/// A value as text, escaped unless a filter or macro of ours made it. The engine would write a slash as six letters,
/// which in a page of URLs is a quarter of its size.
fn write_value(out: &mut Output, value: &Value) -> Result<(), minijinja::Error> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let written = if value.is_safe() { out.write_str(&text) } else { out.write_str(&escape(&text)) };
    written.map_err(minijinja::Error::from)
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A sentence, escaped, in which what stands in backticks is shown as code.
fn ticks(text: &str) -> Value {
    let (mut html, text) = (String::new(), page::clean(text));
    let parts: Vec<&str> = text.split('`').collect();
    for (index, part) in parts.iter().enumerate() {
        let part = escape(part);
        let _ = match index % 2 {
            // The last of an even number of parts follows a backtick that is not closed.
            1 if index + 1 < parts.len() => write!(html, "<code>{part}</code>"),
            1 => write!(html, "`{part}"),
            _ => write!(html, "{part}"),
        };
    }
    Value::from_safe_string(html)
}

/// Expectations that are not met before those that are; otherwise as planned.
fn worst_first(list: Vec<Value>) -> Vec<Value> {
    let rank = |value: &Value| value.get_attr("outcome").ok().and_then(|outcome| page::by_name(outcome.as_str()?));
    let mut list = list;
    list.sort_by_key(|value| std::cmp::Reverse(rank(value)));
    list
}

/// What a finding expected beside what was there, as rows; of another finding when that is the nearest to it.
fn diff_rows(finding: &Value, nearest: &Value) -> Value {
    let expected = lines(finding, "expected");
    let actual = lines(if nearest.is_none() { finding } else { nearest }, "actual");
    Value::from(Serde(diff::rows(&expected, &actual)))
}

/// For a resource that lacks, the finding of one that came instead: of the same type, and with most values in common.
fn nearest(finding: &Value, others: Vec<Value>) -> Value {
    let text = |value: &Value, name: &str| value.get_attr(name).map(|value| value.to_string()).unwrap_or_default();
    let kind = |value: &Value| text(value, "subject").split('/').next().unwrap_or_default().to_owned();
    if text(finding, "code") != "resource-missing" {
        return Value::from(());
    }
    let expected = lines(finding, "expected");
    let came = others.into_iter().filter(|other| text(other, "code") == "resource-unexpected" && kind(other) == kind(finding));
    let alike = came.map(|other| (diff::likeness(&expected, &lines(&other, "actual")), other)).filter(|(count, _)| *count > 0);
    // Of equals the first, so that the page is the same whenever it is made.
    let best = alike.reduce(|best, other| if other.0 > best.0 { other } else { best });
    best.map_or_else(|| Value::from(()), |(_, other)| other)
}

fn lines(finding: &Value, name: &str) -> Vec<String> {
    let list = finding.get_attr(name).and_then(|list| list.try_iter().map(|list| list.collect::<Vec<_>>()));
    list.unwrap_or_default().iter().map(|value| page::clip(&value.to_string())).collect()
}

/// How many findings of each expectation are shown, by its key: a server that does everything wrong does not make a
/// page that nobody can open.
fn shown(report: &Report) -> BTreeMap<&str, usize> {
    let [of_expectation, of_requirement, mut left] = FINDINGS;
    let mut shown = BTreeMap::new();
    for requirement in report.groups.iter().flat_map(|group| &group.requirements) {
        let mut left_here = of_requirement.min(left);
        for expectation in &requirement.expectations {
            let count = expectation.findings.len().min(of_expectation).min(left_here);
            (left_here, left) = (left_here - count, left - count);
            shown.insert(expectation.key.as_str(), count);
        }
    }
    shown
}

/// Ids of the exchanges that are shown with everything: those with findings before all others.
fn detailed(report: &Report) -> BTreeSet<&str> {
    let of_steps = report.scenarios.iter().flat_map(|scenario| &scenario.steps).flat_map(|step| &step.exchanges);
    let all: Vec<&Exchange> = report.preparation.iter().chain(of_steps).collect();
    let telling = |exchange: &&&Exchange| exchange.excerpt.is_some() || exchange.broken.is_some();
    let first = all.iter().filter(telling);
    let rest = all.iter().filter(|exchange| !telling(exchange));
    first.chain(rest).take(DETAILED).map(|exchange| exchange.id.as_str()).collect()
}
