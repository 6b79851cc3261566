//! Functions that take some of the items by their place.

use super::{Function, Gives, Invocation, Outcome, Over};

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "single", arguments: (0, 0), over: Over::Outside, gives: Gives::Input, run: single },
    Function { name: "first", arguments: (0, 0), over: Over::Outside, gives: Gives::Input, run: first },
    Function { name: "last", arguments: (0, 0), over: Over::Outside, gives: Gives::Input, run: last },
    Function { name: "tail", arguments: (0, 0), over: Over::Outside, gives: Gives::Input, run: tail },
    Function { name: "skip", arguments: (1, 1), over: Over::Outside, gives: Gives::Input, run: skip },
    Function { name: "take", arguments: (1, 1), over: Over::Outside, gives: Gives::Input, run: take },
    Function { name: "intersect", arguments: (1, 1), over: Over::Outside, gives: Gives::Input, run: intersect },
    Function { name: "exclude", arguments: (1, 1), over: Over::Outside, gives: Gives::Input, run: exclude },
];

fn single<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    call.single()?;
    Ok(call.input)
}

fn first<'t>(mut call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    call.input.truncate(1);
    Ok(call.input)
}

fn last<'t>(mut call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    Ok(call.input.pop().into_iter().collect())
}

fn tail<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    Ok(call.input.into_iter().skip(1).collect())
}

/// The one number that `skip` and `take` want; below zero counts as zero.
fn number(call: &Invocation<'_, '_, '_>) -> Result<usize, super::EvaluationError> {
    let number = call.argument_integer(0)?.ok_or_else(|| call.wrong(format!("`{}` needs a number", call.name)))?;
    Ok(usize::try_from(number.max(0)).unwrap_or(usize::MAX))
}

fn skip<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let number = number(&call)?;
    Ok(call.input.into_iter().skip(number).collect())
}

fn take<'t>(mut call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let number = number(&call)?;
    call.input.truncate(number);
    Ok(call.input)
}

fn intersect<'t>(mut call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let other = call.argument(0)?;
    let mut found = Vec::new();
    for item in std::mem::take(&mut call.input) {
        if call.evaluator.holds(&other, &item, call.range)? && !call.evaluator.holds(&found, &item, call.range)? {
            found.push(item);
        }
    }
    Ok(found)
}

fn exclude<'t>(mut call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let other = call.argument(0)?;
    let mut kept = Vec::new();
    for item in std::mem::take(&mut call.input) {
        if !call.evaluator.holds(&other, &item, call.range)? {
            kept.push(item);
        }
    }
    Ok(kept)
}
