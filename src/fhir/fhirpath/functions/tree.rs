//! Functions that go down the tree.

use super::{Function, Gives, Invocation, Item, Outcome, Over};

pub(super) const FUNCTIONS: &[Function] = &[
    Function { name: "children", arguments: (0, 0), over: Over::Outside, gives: Gives::Unknown, run: children },
    Function { name: "descendants", arguments: (0, 0), over: Over::Outside, gives: Gives::Unknown, run: descendants },
];

fn below<'t>(call: &Invocation<'_, '_, 't>, items: &[Item<'t>]) -> Outcome<'t> {
    let nodes = items.iter().filter_map(Item::node);
    let found: Vec<Item<'t>> = nodes.flat_map(|node| node.children().map(Item::Node)).collect();
    call.evaluator.spend(found.len(), call.range)?;
    Ok(found)
}

fn children<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    below(&call, &call.input)
}

fn descendants<'t>(call: Invocation<'_, '_, 't>) -> Outcome<'t> {
    let mut level = below(&call, &call.input)?;
    let mut all = Vec::new();
    while !level.is_empty() {
        let next = below(&call, &level)?;
        all.append(&mut level);
        level = next;
    }
    Ok(all)
}
