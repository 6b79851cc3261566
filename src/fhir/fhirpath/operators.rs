//! Operators between two operands: logic in three values, and the comparisons
//! that `equality` decides. Sums are in `arithmetic`.

use std::cmp::Ordering;

use super::ast::{Branch, Kind, Operator, Range};
use super::equality::{self, Alike};
use super::error::EvaluationError;
use super::evaluate::{Evaluator, Outcome, Scope};
use super::item::{Item, Scalar};
use super::types;

mod arithmetic;

pub(super) use arithmetic::{add, decimal};

/// A collection as a boolean: nothing is open, one item that is no boolean is
/// true. The error is the number of items.
pub(super) fn truth(items: &[Item<'_>]) -> Result<Option<bool>, usize> {
    match items {
        [] => Ok(None),
        [item] => Ok(Some(match item.scalar() {
            Some(Scalar::Boolean(value)) => value,
            _ => true,
        })),
        many => Err(many.len()),
    }
}

/// The item as an integer, when it is one.
pub(super) fn integer(item: &Item<'_>) -> Option<i64> {
    match item.scalar() {
        Some(Scalar::Integer(value)) => Some(value),
        _ => None,
    }
}

fn answer<'t>(value: Option<bool>) -> Vec<Item<'t>> {
    value.map(Item::Boolean).into_iter().collect()
}

/// An operator at its place in an expression.
#[derive(Clone, Copy)]
pub(super) struct Operation<'o, 'e, 't> {
    pub(super) evaluator: &'o Evaluator<'e, 't>,
    pub(super) operator: Operator,
    pub(super) range: Range,
}

/// Logic in three values.
pub(super) fn logic(operator: Operator, left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match operator {
        Operator::And => match (left, right) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Operator::Or => match (left, right) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Operator::Implies => logic(Operator::Or, left.map(|left| !left), right),
        Operator::Xor => Some(left? != right?),
        _ => None,
    }
}

impl<'t> Operation<'_, '_, 't> {
    /// Evaluates `left operator right`.
    pub(super) fn apply(self, left: &Branch, right: &Branch, scope: &Scope<'_, 't>) -> Outcome<'t> {
        let Self { evaluator, operator, range } = self;
        if matches!(operator, Operator::And | Operator::Or | Operator::Xor | Operator::Implies) {
            return self.logical(left, right, scope);
        }
        if let (Operator::Equal | Operator::NotEqual, Kind::Literal(literal)) = (operator, &right.kind) {
            return self.equals_literal(&evaluator.branch(left, scope)?, literal);
        }
        let (left, right) = (evaluator.branch(left, scope)?, evaluator.branch(right, scope)?);
        match operator {
            Operator::Equal => self.equal(&left, &right).map(answer),
            Operator::NotEqual => self.equal(&left, &right).map(|equal| answer(equal.map(|equal| !equal))),
            Operator::Equivalent => self.equivalent(left, right).map(|same| answer(Some(same))),
            Operator::NotEquivalent => self.equivalent(left, right).map(|same| answer(Some(!same))),
            Operator::Union => {
                let mut all = Vec::new();
                evaluator.add_new(&mut all, left, range)?;
                evaluator.add_new(&mut all, right, range)?;
                Ok(all)
            }
            Operator::In => self.membership(&left, &right),
            Operator::Contains => self.membership(&right, &left),
            _ => self.singles(&left, &right),
        }
    }

    fn several(self, count: usize) -> EvaluationError {
        types::several(self.range, &format!("`{}`", self.operator.written()), count)
    }

    /// The right side is left alone when the left side decides.
    fn logical(self, left: &Branch, right: &Branch, scope: &Scope<'_, 't>) -> Outcome<'t> {
        let side = |branch: &Branch| -> Result<Option<bool>, EvaluationError> {
            truth(&self.evaluator.branch(branch, scope)?).map_err(|count| self.several(count))
        };
        let left = side(left)?;
        match (self.operator, left) {
            (Operator::And, Some(false)) => Ok(answer(Some(false))),
            (Operator::Or, Some(true)) | (Operator::Implies, Some(false)) => Ok(answer(Some(true))),
            (operator, left) => Ok(answer(logic(operator, left, side(right)?))),
        }
    }

    /// `left = 'literal'`, the most asked question, without a copy of the literal.
    fn equals_literal(self, left: &[Item<'t>], literal: &Item<'static>) -> Outcome<'t> {
        let equal = match left {
            [] => None,
            [item] => self.evaluator.equal(item, literal, self.range)?,
            _ => Some(false),
        };
        Ok(answer(equal.map(|equal| equal == (self.operator == Operator::Equal))))
    }

    fn equal(self, left: &[Item<'t>], right: &[Item<'t>]) -> Result<Option<bool>, EvaluationError> {
        if left.is_empty() || right.is_empty() {
            return Ok(None);
        }
        if left.len() != right.len() {
            return Ok(Some(false));
        }
        let mut all = Some(true);
        for (left, right) in left.iter().zip(right) {
            match self.evaluator.equal(left, right, self.range)? {
                Some(true) => {}
                Some(false) => return Ok(Some(false)),
                None => all = None,
            }
        }
        Ok(all)
    }

    /// The same items, in any order.
    fn equivalent(self, left: Vec<Item<'t>>, mut right: Vec<Item<'t>>) -> Result<bool, EvaluationError> {
        if left.len() != right.len() {
            return Ok(false);
        }
        for item in left {
            let mut found = None;
            for (position, other) in right.iter().enumerate() {
                if self.evaluator.equivalent(&item, other, self.range)? {
                    found = Some(position);
                    break;
                }
            }
            match found {
                Some(position) => right.swap_remove(position),
                None => return Ok(false),
            };
        }
        Ok(true)
    }

    fn membership(self, one: &[Item<'t>], all: &[Item<'t>]) -> Outcome<'t> {
        match one {
            [] => Ok(Vec::new()),
            [item] => self.evaluator.holds(all, item, self.range).map(|found| answer(Some(found))),
            many => Err(self.several(many.len())),
        }
    }

    /// Operators on one item at each side; nothing at either side gives nothing,
    /// but for `&`, which takes it for an empty text.
    fn singles(self, left: &[Item<'t>], right: &[Item<'t>]) -> Outcome<'t> {
        if self.operator != Operator::Concatenate && (left.is_empty() || right.is_empty()) {
            return Ok(Vec::new());
        }
        if let Some(many) = [left, right].into_iter().find(|side| side.len() > 1) {
            return Err(self.several(many.len()));
        }
        match (self.operator, left.first(), right.first()) {
            (Operator::Concatenate, left, right) => self.concatenate([left, right]),
            (Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual, Some(left), Some(right)) => {
                self.compare(left, right)
            }
            (_, Some(left), Some(right)) => arithmetic::arithmetic(self, [left, right]),
            _ => Ok(Vec::new()),
        }
    }

    fn concatenate(self, sides: [Option<&Item<'t>>; 2]) -> Outcome<'t> {
        let mut text = String::new();
        for side in sides.into_iter().flatten() {
            match side.scalar() {
                Some(Scalar::String(part)) => text.push_str(part),
                _ => return Err(EvaluationError::expression(self.range, "`&` joins texts")),
            }
        }
        self.evaluator.spend(text.len() / 16, self.range)?;
        Ok(vec![Item::String(text)])
    }

    fn compare(self, left: &Item<'t>, right: &Item<'t>) -> Outcome<'t> {
        let Alike::Yes(ordering) = equality::order(left, right) else {
            let message = format!("`{}` cannot order {} and {}", self.operator.written(), kind(left), kind(right));
            return Err(EvaluationError::expression(self.range, message));
        };
        Ok(answer(ordering.map(|ordering| match self.operator {
            Operator::Less => ordering == Ordering::Less,
            Operator::LessOrEqual => ordering != Ordering::Greater,
            Operator::Greater => ordering == Ordering::Greater,
            _ => ordering != Ordering::Less,
        })))
    }
}

fn kind(item: &Item<'_>) -> String {
    match item.type_name() {
        "" => "an element of unknown type".to_owned(),
        name => format!("{} `{name}`", if name.starts_with(['A', 'I', 'a', 'i']) { "an" } else { "a" }),
    }
}
