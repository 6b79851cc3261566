//! Functions for choosing, tracing, the clock and types.

use super::{Function, Gives, Invocation, Item, Outcome, Over, STRING, one, optional};
use crate::fhir::date::DateTime;
use crate::fhir::fhirpath::error::EvaluationError;
use crate::fhir::fhirpath::evaluate::Scope;
use crate::fhir::fhirpath::item::{Scalar, TypeInfo};
use crate::fhir::fhirpath::types;

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "iif", arguments: (2, 3), over: Over::Items, gives: Gives::Choice, run: iif },
    Function { name: "trace", arguments: (1, 2), over: Over::Items, gives: Gives::Input, run: |call| Ok(call.input) },
    Function { name: "now", arguments: (0, 0), over: Over::Outside, gives: Gives::Type("System.DateTime"), run: now },
    Function { name: "today", arguments: (0, 0), over: Over::Outside, gives: Gives::Type("System.Date"), run: today },
    Function { name: "timeOfDay", arguments: (0, 0), over: Over::Outside, gives: Gives::Type("System.Time"), run: time_of_day },
    Function { name: "type", arguments: (0, 0), over: Over::Outside, gives: Gives::Unknown, run: type_of },
    Function { name: "toChars", arguments: (0, 0), over: Over::Outside, gives: STRING, run: to_chars },
];

fn iif<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    call.single()?;
    let scope = Scope { this: &call.input, ..*call.scope };
    let criterion = call.evaluator.branch(&call.arguments[0], &scope)?;
    let chosen = match &criterion[..] {
        [] => false,
        [item] => match item.scalar() {
            Some(Scalar::Boolean(value)) => value,
            _ => return Err(EvaluationError::expression(call.arguments[0].range, "the criterion of `iif` is a boolean")),
        },
        many => return Err(types::several(call.arguments[0].range, "the criterion of `iif`", many.len())),
    };
    match call.arguments.get(if chosen { 1 } else { 2 }) {
        Some(branch) => call.evaluator.branch(branch, &scope),
        None => Ok(Vec::new()),
    }
}

fn clock(call: &Invocation<'_, '_, '_>) -> Result<DateTime, EvaluationError> {
    let missing = || EvaluationError::unsupported(call.range, format!("`{}` needs a clock, and none is given here", call.name));
    call.evaluator.environment.now.ok_or_else(missing)
}

fn now<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    one(Item::DateTime(clock(&call)?))
}

fn today<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    one(Item::Date(clock(&call)?.date()))
}

fn time_of_day<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    optional(clock(&call)?.time().map(Item::Time))
}

fn type_of<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let info = |item: &Item<'t>| TypeInfo { namespace: types::namespace(item), name: item.type_name().to_owned() };
    Ok(call.input.iter().map(|item| Item::Type(info(item))).collect())
}

fn to_chars<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let text = call.text()?.unwrap_or_default();
    call.evaluator.spend(text.len(), call.range)?;
    Ok(text.chars().map(|letter| Item::String(letter.to_string())).collect())
}
