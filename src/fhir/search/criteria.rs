//! A query made ready for one resource type: what each parameter means there,
//! with its expression parsed, and the test of a resource against it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::date::DateTest;
use super::query::{Parameter, Query};
use super::reference::Wanted;
use super::string::{Comparing, Text};
use super::token::Token;
use super::uri::Uri;
use crate::fhir::fhirpath::{self, Environment, Expression, Item};
use crate::fhir::node::Node;
use crate::fhir::types::{ParameterKind, SearchParameter, Types};

/// Parsed expressions of search parameters, each parsed once.
#[derive(Debug, Default)]
pub struct Expressions(Mutex<HashMap<&'static str, Arc<Expression>>>);

/// What making a query ready needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'s> {
    /// The type table.
    pub types: &'static Types,
    /// Expressions parsed before.
    pub expressions: &'s Expressions,
    /// Address of the server, to know its own resources by; may be empty.
    pub base: &'s str,
}

/// What becomes of parameters that the type does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// They are left out, and `Criteria::used` does not name them.
    Ignore,
    /// They are an error.
    Refuse,
}

/// Why a query cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// The type has no such search parameter.
    #[error("`{0}` is no search parameter here")]
    Parameter(String),
    /// The parameter exists, its modifier is not supported.
    #[error("the modifier of `{0}` is not supported")]
    Modifier(String),
    /// The value is not one of the parameter's kind.
    #[error("the value of `{0}` is not a value of a parameter of that kind")]
    Value(String),
    /// Nothing can be included by that name.
    #[error("`_include` names nothing that can be included here")]
    Include,
}

/// A query made ready.
#[derive(Debug, Clone)]
pub struct Criteria {
    resource: String,
    tests: Vec<Test>,
    includes: Vec<IncludeRule>,
    /// The parameters that were used, as they were written.
    pub used: Vec<Parameter>,
}

#[derive(Debug, Clone)]
enum Test {
    /// One of the values fits one of the elements; or none does (`:not`).
    Values { code: &'static str, expression: Arc<Expression>, wanted: Vec<Value>, negated: Negated },
    /// The elements are there, or not (`:missing`).
    Missing { expression: Arc<Expression>, wanted: Negated },
    /// What a reference points at passes the test for its type.
    Chain { expression: Arc<Expression>, onward: Vec<(&'static str, Test)> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Negated {
    Yes,
    No,
}

#[derive(Debug, Clone)]
enum Value {
    Token(Token),
    Reference(Wanted),
    Date(DateTest),
    String(Text),
    Uri(Uri),
}

#[derive(Debug, Clone)]
struct IncludeRule {
    expression: Arc<Expression>,
    target: Option<String>,
}

/// What a store has to look at to find every match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::fhir) enum Candidates {
    /// Resources with these ids.
    Ids(Vec<String>),
    /// Resources that refer to one of these: type and id, the type empty when any will do.
    Referring(Vec<(String, String)>),
    /// Resources with one of these identifier values.
    Identified(Vec<String>),
    /// All of the type.
    All,
}

/// Finds what a literal reference points at.
pub(in crate::fhir) type Resolve<'t> = &'t dyn Fn(&str) -> Option<Node<'t>>;

/// Parameters about the answer; whoever answers reads them.
const ABOUT_THE_ANSWER: [&str; 4] = ["_format", "_pretty", "_count", "_page"];
const DEEPEST_CHAIN: usize = 4;
/// Alternatives of one parameter: far more than any list of codes, few enough to try them all.
const MOST_ALTERNATIVES: usize = 500;

impl Criteria {
    /// Makes a query ready for a resource type.
    ///
    /// # Errors
    /// When a modifier or a value is wrong, or a parameter unknown and `unknown` refuses those.
    pub fn prepare(resource: &str, query: &Query, scope: Scope<'_>, unknown: Unknown) -> Result<Self, SearchError> {
        let mut criteria = Self { resource: resource.to_owned(), tests: Vec::new(), includes: Vec::new(), used: Vec::new() };
        for parameter in &query.parameters {
            match criteria.take(parameter, scope) {
                Ok(()) => criteria.used.push(parameter.clone()),
                Err(SearchError::Parameter(_) | SearchError::Include) if unknown == Unknown::Ignore => {}
                Err(error) => return Err(error),
            }
        }
        Ok(criteria)
    }

    fn take(&mut self, parameter: &Parameter, scope: Scope<'_>) -> Result<(), SearchError> {
        match &*parameter.key {
            key if ABOUT_THE_ANSWER.contains(&key) => {}
            "_summary" if parameter.value == "false" => {}
            "_include" => self.includes.extend(include(&self.resource, &parameter.value, scope)?),
            _ => self.tests.push(test(&self.resource, parameter, scope, 0)?),
        }
        Ok(())
    }

    /// The type that it was made ready for.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// Whether a resource of the type passes every test.
    pub(in crate::fhir) fn matches<'t>(&self, node: Node<'t>, scope: Scope<'_>, resolve: Resolve<'t>) -> bool {
        self.tests.iter().all(|test| test.passes(node, scope, resolve))
    }

    /// The references of a match of which the targets come along.
    pub(in crate::fhir) fn included<'t>(
        &self,
        node: Node<'t>,
        scope: Scope<'_>,
        resolve: Resolve<'t>,
    ) -> impl Iterator<Item = Node<'t>> {
        let targets = self.includes.iter().flat_map(move |rule| {
            let references = elements(&rule.expression, node, scope.types, resolve).into_iter();
            references
                .filter_map(move |reference| resolve(reference.child_value("reference")?))
                .filter(move |target| rule.target.as_ref().is_none_or(|wanted| target.type_name() == wanted))
        });
        targets.collect::<Vec<_>>().into_iter()
    }

    /// The narrowest set that holds every match.
    pub(in crate::fhir) fn candidates(&self) -> Candidates {
        let narrow = self.tests.iter().filter_map(Test::candidates);
        let rank = |candidates: &Candidates| match candidates {
            Candidates::Ids(_) => 0,
            Candidates::Identified(_) => 1,
            Candidates::Referring(_) => 2,
            Candidates::All => 3,
        };
        narrow.min_by_key(rank).unwrap_or(Candidates::All)
    }
}

impl Test {
    fn passes<'t>(&self, node: Node<'t>, scope: Scope<'_>, resolve: Resolve<'t>) -> bool {
        match self {
            Self::Values { expression, wanted, negated, .. } => {
                let found = elements(expression, node, scope.types, resolve);
                let any = found.iter().any(|element| wanted.iter().any(|value| value.matches(*element, scope.base)));
                any == (*negated == Negated::No)
            }
            Self::Missing { expression, wanted } => {
                elements(expression, node, scope.types, resolve).is_empty() == (*wanted == Negated::Yes)
            }
            Self::Chain { expression, onward } => elements(expression, node, scope.types, resolve).iter().any(|reference| {
                let target = reference.child_value("reference").and_then(resolve);
                target.is_some_and(|target| {
                    onward.iter().any(|(kind, test)| target.type_name() == *kind && test.passes(target, scope, resolve))
                })
            }),
        }
    }

    fn candidates(&self) -> Option<Candidates> {
        let Self::Values { code, wanted, negated: Negated::No, .. } = self else { return None };
        let tokens = || wanted.iter().map(|value| if let Value::Token(token) = value { token.code() } else { None });
        match *code {
            "_id" => Some(Candidates::Ids(tokens().collect::<Option<_>>()?)),
            "identifier" => Some(Candidates::Identified(tokens().collect::<Option<_>>()?)),
            _ => {
                let referred = |value: &Value| match value {
                    Value::Reference(Wanted::Link(resource, id)) => Some((resource.clone(), id.clone())),
                    Value::Reference(Wanted::Id(id)) => Some((String::new(), id.clone())),
                    _ => None,
                };
                let referred = wanted.iter().map(referred).collect::<Option<_>>()?;
                Some(Candidates::Referring(referred))
            }
        }
    }
}

impl Value {
    fn matches(&self, node: Node<'_>, base: &str) -> bool {
        match self {
            Self::Token(token) => token.matches(node),
            Self::Reference(wanted) => wanted.matches(node, base),
            Self::Date(date) => date.matches(node),
            Self::String(text) => text.matches(node),
            Self::Uri(uri) => uri.matches(node),
        }
    }
}

impl Expressions {
    fn get(&self, text: &'static str) -> Option<Arc<Expression>> {
        let mut parsed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(expression) = parsed.get(text) {
            return Some(Arc::clone(expression));
        }
        let expression = Arc::new(fhirpath::parse(text).ok()?);
        parsed.insert(text, Arc::clone(&expression));
        Some(expression)
    }
}

fn test(resource: &str, parameter: &Parameter, scope: Scope<'_>, depth: usize) -> Result<Test, SearchError> {
    let unknown = || SearchError::Parameter(parameter.key.clone());
    let known = scope.types.search_parameter(resource, parameter.name()).ok_or_else(unknown)?;
    let expression = scope.expressions.get(known.expression).ok_or_else(unknown)?;
    if parameter.value.is_empty() {
        return Err(SearchError::Value(parameter.key.clone()));
    }
    if let Some(rest) = parameter.chain() {
        let onward = onward(known, parameter, rest, scope, depth + 1)?;
        return Ok(Test::Chain { expression, onward });
    }
    if parameter.modifier() == Some("missing") {
        let wanted = match &*parameter.value {
            "true" => Negated::Yes,
            "false" => Negated::No,
            _ => return Err(SearchError::Value(parameter.key.clone())),
        };
        return Ok(Test::Missing { expression, wanted });
    }
    let negated = if parameter.modifier() == Some("not") { Negated::Yes } else { Negated::No };
    let alternatives = parameter.alternatives();
    if alternatives.len() > MOST_ALTERNATIVES {
        return Err(SearchError::Value(parameter.key.clone()));
    }
    let wanted = alternatives.into_iter().map(|text| value(known, parameter, text, scope)).collect::<Result<_, _>>()?;
    Ok(Test::Values { code: known.code, expression, wanted, negated })
}

fn value(known: &SearchParameter, parameter: &Parameter, text: &str, scope: Scope<'_>) -> Result<Value, SearchError> {
    let modifier = || SearchError::Modifier(parameter.key.clone());
    if text.is_empty() {
        return Err(SearchError::Value(parameter.key.clone()));
    }
    match (&known.kind, parameter.modifier()) {
        (ParameterKind::Token, None | Some("not")) => Ok(Value::Token(Token::parse(text))),
        (ParameterKind::Reference, None) => Ok(Value::Reference(Wanted::parse(text, scope.base))),
        (ParameterKind::Reference, Some(kind)) if scope.types.resource(kind).is_some() && known.may_refer_to(kind) => {
            Ok(Value::Reference(Wanted::parse(text, scope.base).of_type(kind)))
        }
        (ParameterKind::Date, None) => {
            DateTest::parse(text).map(Value::Date).ok_or_else(|| SearchError::Value(parameter.key.clone()))
        }
        (ParameterKind::String, None) => Ok(Value::String(Text::new(Comparing::Start, text))),
        (ParameterKind::String, Some("contains")) => Ok(Value::String(Text::new(Comparing::Anywhere, text))),
        (ParameterKind::String, Some("exact")) => Ok(Value::String(Text::new(Comparing::Exact, text))),
        (ParameterKind::Uri, None) => Ok(Value::Uri(Uri::parse(text))),
        (
            ParameterKind::Token | ParameterKind::Reference | ParameterKind::Date | ParameterKind::String | ParameterKind::Uri,
            Some(_),
        ) => Err(modifier()),
        _ => Err(SearchError::Parameter(parameter.key.clone())),
    }
}

/// The test behind a chain, for every type that the reference may point at.
fn onward(
    known: &'static SearchParameter,
    parameter: &Parameter,
    rest: &str,
    scope: Scope<'_>,
    depth: usize,
) -> Result<Vec<(&'static str, Test)>, SearchError> {
    if known.kind != ParameterKind::Reference || depth > DEEPEST_CHAIN {
        return Err(SearchError::Parameter(parameter.key.clone()));
    }
    let wanted = |target: &&&'static str| parameter.modifier().is_none_or(|kind| kind == **target);
    let next = Parameter::new(rest, parameter.value.clone());
    let mut tests = Vec::new();
    let mut last = SearchError::Parameter(parameter.key.clone());
    for target in known.targets.iter().filter(wanted) {
        match test(target, &next, scope, depth) {
            Ok(test) => tests.push((*target, test)),
            Err(SearchError::Parameter(_)) => {}
            Err(error) => last = error,
        }
    }
    if tests.is_empty() { Err(last.of(&parameter.key)) } else { Ok(tests) }
}

/// What comes along: by one parameter, or (`*`, `Consent:*`) by all that refer.
fn include(resource: &str, value: &str, scope: Scope<'_>) -> Result<Vec<IncludeRule>, SearchError> {
    let mut parts = value.split(':');
    let (source, code, target) = (parts.next(), parts.next(), parts.next());
    let refers = |known: &&SearchParameter| known.kind == ParameterKind::Reference;
    let rule = |known: &SearchParameter| {
        let expression = scope.expressions.get(known.expression)?;
        Some(IncludeRule { expression, target: target.map(str::to_owned) })
    };
    match (source, code) {
        (Some("*"), None) | (Some(_), Some("*")) if source == Some("*") || source == Some(resource) => {
            Ok(scope.types.search_parameters(resource).filter(refers).filter_map(rule).collect())
        }
        (Some(source), Some(code)) if source == resource => {
            let known = scope.types.search_parameter(resource, code).filter(refers);
            known.and_then(rule).map(|rule| vec![rule]).ok_or(SearchError::Include)
        }
        _ => Err(SearchError::Include),
    }
}

impl SearchError {
    /// The same, said of the parameter as the client wrote it.
    fn of(self, key: &str) -> Self {
        match self {
            Self::Parameter(_) => Self::Parameter(key.to_owned()),
            Self::Modifier(_) => Self::Modifier(key.to_owned()),
            Self::Value(_) => Self::Value(key.to_owned()),
            Self::Include => Self::Include,
        }
    }
}

/// The elements that an expression finds. One that cannot be evaluated finds nothing.
fn elements<'t>(expression: &Expression, node: Node<'t>, types: &'t Types, resolve: Resolve<'t>) -> Vec<Node<'t>> {
    let environment = Environment { resolver: Some(resolve), ..Environment::new(types) };
    let items = expression.evaluate(node, &environment).unwrap_or_default();
    items.into_iter().filter_map(|item| if let Item::Node(node) = item { Some(node) } else { None }).collect()
}
