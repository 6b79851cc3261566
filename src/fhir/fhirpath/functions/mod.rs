//! The functions of FHIRPath, in families. Each family lists its own: name,
//! number of arguments, what they are evaluated on, what comes out, and how.

use super::ast::{Branch, Call, Range};
use super::error::EvaluationError;
use super::evaluate::{Evaluator, Outcome, Scope};
use super::item::{Item, Scalar};
use super::{operators, types};

mod boundaries;
mod combining;
mod conversion;
mod existence;
pub(super) mod fhir;
mod filtering;
mod math;
mod strings;
mod subsetting;
mod tree;
mod utility;

/// A function as it is known before it is called.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    /// Least and most number of arguments.
    pub(super) arguments: (usize, usize),
    pub(super) over: Over,
    pub(super) gives: Gives,
    pub(super) run: for<'c, 'e, 't> fn(Invocation<'c, 'e, 't>) -> Outcome<'t>,
}

/// What the arguments of a function are evaluated on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// On what `$this` is outside.
    Outside,
    /// On each item of the input.
    Items,
    /// On each item of the input, and again on each that this gives.
    Found,
}

/// The static type of what a function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    /// The type of its input.
    Input,
    /// The type of its argument with this number.
    Argument(usize),
    /// This type, always.
    Type(&'static str),
    /// Its input's and its first argument's.
    Both,
    /// That of its second or its third argument.
    Choice,
    /// Cannot be told.
    Unknown,
}

/// A function that is called.
pub(super) struct Invocation<'c, 'e, 't> {
    pub(super) evaluator: &'c Evaluator<'e, 't>,
    pub(super) call: &'c Call,
    pub(super) name: &'static str,
    pub(super) input: Vec<Item<'t>>,
    pub(super) arguments: &'c [Branch],
    pub(super) scope: &'c Scope<'c, 't>,
    pub(super) range: Range,
}

const BOOLEAN: Gives = Gives::Type("System.Boolean");
const INTEGER: Gives = Gives::Type("System.Integer");
const DECIMAL: Gives = Gives::Type("System.Decimal");
const STRING: Gives = Gives::Type("System.String");

const FAMILIES: [&[Function]; 11] = [
    existence::FUNCTIONS,
    filtering::FUNCTIONS,
    subsetting::FUNCTIONS,
    combining::FUNCTIONS,
    conversion::FUNCTIONS,
    strings::FUNCTIONS,
    math::FUNCTIONS,
    tree::FUNCTIONS,
    utility::FUNCTIONS,
    boundaries::FUNCTIONS,
    fhir::FUNCTIONS,
];

/// The function of this name.
pub(super) fn named(name: &str) -> Option<&'static Function> {
    FAMILIES.into_iter().flatten().find(|function| function.name == name)
}

/// The names of all functions, those that the parser takes for itself included.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.into_iter().flatten().map(|function| function.name).chain(["is", "as", "ofType"])
}

impl Function {
    pub(super) fn takes(&self, count: usize) -> bool {
        (self.arguments.0..=self.arguments.1).contains(&count)
    }

    pub(super) fn wrong_count(&self, count: usize) -> String {
        let wanted = match self.arguments {
            (0, 0) => "no arguments".to_owned(),
            (1, 1) => "one argument".to_owned(),
            (least, most) if least == most => format!("{least} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        format!("`{}` takes {wanted}, here are {count}", self.name)
    }
}

impl<'t> Invocation<'_, '_, 't> {
    /// An error about this call.
    pub(super) fn wrong(&self, message: impl Into<String>) -> EvaluationError {
        EvaluationError::expression(self.range, message)
    }

    /// An argument, evaluated where the call stands; empty when it is not given.
    pub(super) fn argument(&self, position: usize) -> Outcome<'t> {
        self.arguments.get(position).map_or_else(|| Ok(Vec::new()), |branch| self.evaluator.branch(branch, self.scope))
    }

    /// An argument, evaluated on one item of the input.
    pub(super) fn on_item(&self, position: usize, index: usize) -> Outcome<'t> {
        let Some(branch) = self.arguments.get(position) else { return Ok(Vec::new()) };
        let this = &self.input[index..=index];
        self.evaluator.branch(branch, &Scope { this, index: Some(index), ..*self.scope })
    }

    /// Whether the first argument is true of an item of the input.
    pub(super) fn holds_for(&self, index: usize) -> Result<Option<bool>, EvaluationError> {
        let items = self.on_item(0, index)?;
        operators::truth(&items).map_err(|count| types::several(self.arguments[0].range, &format!("`{}`", self.name), count))
    }

    /// The one item of the input, when there is one.
    pub(super) fn single(&self) -> Result<Option<&Item<'t>>, EvaluationError> {
        match &self.input[..] {
            [] => Ok(None),
            [item] => Ok(Some(item)),
            many => Err(types::several(self.range, &format!("`{}`", self.name), many.len())),
        }
    }

    /// The one text of the input.
    pub(super) fn text(&self) -> Result<Option<String>, EvaluationError> {
        let Some(item) = self.single()? else { return Ok(None) };
        match item.scalar() {
            Some(Scalar::String(text)) => Ok(Some(text.to_owned())),
            // A primitive of FHIR without a value, only extensions.
            None if item.node().is_some_and(|node| node.type_name().starts_with(char::is_lowercase)) => Ok(None),
            _ => Err(self.wrong(format!("`{}` works on text, not on `{}`", self.name, item.type_name()))),
        }
    }

    /// An argument that is one text.
    pub(super) fn argument_text(&self, position: usize) -> Result<Option<String>, EvaluationError> {
        match &self.argument(position)?[..] {
            [] => Ok(None),
            [item] => match item.scalar() {
                Some(Scalar::String(text)) => Ok(Some(text.to_owned())),
                _ => Err(self.wrong(format!("argument {} of `{}` is a text", position + 1, self.name))),
            },
            many => Err(types::several(self.arguments[position].range, &format!("`{}`", self.name), many.len())),
        }
    }

    /// An argument that is one integer.
    pub(super) fn argument_integer(&self, position: usize) -> Result<Option<i64>, EvaluationError> {
        match &self.argument(position)?[..] {
            [] => Ok(None),
            [item] => match operators::integer(item) {
                Some(value) => Ok(Some(value)),
                None => Err(self.wrong(format!("argument {} of `{}` is an integer", position + 1, self.name))),
            },
            many => Err(types::several(self.arguments[position].range, &format!("`{}`", self.name), many.len())),
        }
    }

    /// Whether all of `part` is in `whole`.
    pub(super) fn all_in(&self, part: &[Item<'t>], whole: &[Item<'t>]) -> Result<bool, EvaluationError> {
        for item in part {
            if !self.evaluator.holds(whole, item, self.range)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn one<'t>(item: Item<'t>) -> Outcome<'t> {
    Ok(vec![item])
}

fn boolean<'t>(value: bool) -> Outcome<'t> {
    one(Item::Boolean(value))
}

fn optional<'t>(item: Option<Item<'t>>) -> Outcome<'t> {
    Ok(item.into_iter().collect())
}
