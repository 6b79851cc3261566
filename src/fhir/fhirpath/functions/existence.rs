//! Functions that ask whether, and how many.

use super::{BOOLEAN, Function, Gives, INTEGER, Invocation, Item, Outcome, Over, boolean, one};
use crate::fhir::fhirpath::operators;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "empty",
        arguments: (0, 0),
        over: Over::Outside,
        gives: BOOLEAN,
        run: |call| boolean(call.input.is_empty()),
    },
    Function { name: "exists", arguments: (0, 1), over: Over::Items, gives: BOOLEAN, run: exists },
    Function { name: "all", arguments: (1, 1), over: Over::Items, gives: BOOLEAN, run: all },
    Function { name: "allTrue", arguments: (0, 0), over: Over::Outside, gives: BOOLEAN, run: all_true },
    Function { name: "anyTrue", arguments: (0, 0), over: Over::Outside, gives: BOOLEAN, run: any_true },
    Function { name: "allFalse", arguments: (0, 0), over: Over::Outside, gives: BOOLEAN, run: all_false },
    Function { name: "anyFalse", arguments: (0, 0), over: Over::Outside, gives: BOOLEAN, run: any_false },
    Function { name: "subsetOf", arguments: (1, 1), over: Over::Outside, gives: BOOLEAN, run: subset_of },
    Function { name: "supersetOf", arguments: (1, 1), over: Over::Outside, gives: BOOLEAN, run: superset_of },
    Function { name: "count", arguments: (0, 0), over: Over::Outside, gives: INTEGER, run: count },
    Function { name: "distinct", arguments: (0, 0), over: Over::Outside, gives: Gives::Input, run: distinct },
    Function { name: "isDistinct", arguments: (0, 0), over: Over::Outside, gives: BOOLEAN, run: is_distinct },
    Function { name: "not", arguments: (0, 0), over: Over::Outside, gives: BOOLEAN, run: not },
];

fn exists<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    if call.arguments.is_empty() {
        return boolean(!call.input.is_empty());
    }
    for index in 0..call.input.len() {
        if call.holds_for(index)? == Some(true) {
            return boolean(true);
        }
    }
    boolean(false)
}

fn all<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    for index in 0..call.input.len() {
        if call.holds_for(index)? != Some(true) {
            return boolean(false);
        }
    }
    boolean(true)
}

/// The input as booleans; an item that is none is an error.
fn values(call: &Invocation<'_, '_, '_>) -> Result<Vec<bool>, super::EvaluationError> {
    let value = |item: &Item<'_>| match item.scalar() {
        Some(super::Scalar::Boolean(value)) => Ok(value),
        _ => Err(call.wrong(format!("`{}` works on booleans, not on `{}`", call.name, item.type_name()))),
    };
    call.input.iter().map(value).collect()
}

fn all_true<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    boolean(values(&call)?.into_iter().all(|value| value))
}

fn any_true<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    boolean(values(&call)?.into_iter().any(|value| value))
}

fn all_false<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    boolean(!values(&call)?.into_iter().any(|value| value))
}

fn any_false<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    boolean(!values(&call)?.into_iter().all(|value| value))
}

fn subset_of<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let other = call.argument(0)?;
    boolean(call.all_in(&call.input, &other)?)
}

fn superset_of<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let other = call.argument(0)?;
    boolean(call.all_in(&other, &call.input)?)
}

fn count<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    one(Item::Integer(i64::try_from(call.input.len()).unwrap_or(i64::MAX)))
}

fn distinct<'t>(mut call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let mut found = Vec::new();
    let input = std::mem::take(&mut call.input);
    call.evaluator.add_new(&mut found, input, call.range)?;
    Ok(found)
}

fn is_distinct<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let count = call.input.len();
    boolean(distinct(call)?.len() == count)
}

fn not<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let value = operators::truth(&call.input).map_err(|count| call.wrong(format!("`not` takes one item, here are {count}")))?;
    Ok(value.map(|value| Item::Boolean(!value)).into_iter().collect())
}
