//! Functions that put two collections together.

use super::{Function, Gives, Invocation, Outcome, Over};

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "union", arguments: (1, 1), over: Over::Outside, gives: Gives::Both, run: union },
    Function { name: "combine", arguments: (1, 1), over: Over::Outside, gives: Gives::Both, run: combine },
];

fn union<'t>(mut call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let other = call.argument(0)?;
    let mut all = Vec::new();
    let input = std::mem::take(&mut call.input);
    call.evaluator.add_new(&mut all, input, call.range)?;
    call.evaluator.add_new(&mut all, other, call.range)?;
    Ok(all)
}

fn combine<'t>(mut call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let other = call.argument(0)?;
    call.evaluator.spend(other.len(), call.range)?;
    call.input.extend(other);
    Ok(call.input)
}
