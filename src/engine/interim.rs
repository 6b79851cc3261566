//! Reads JSON into a tree without types, and plain paths over it, until
//! `fhir::json` and `fhir::fhirpath` are here.

use std::borrow::Cow;

use serde_json::Value;

use crate::fhir::node::{Form, Literal, NewNode, Node, NodeId, Span, Tree};

pub(super) fn read(body: &[u8]) -> Option<Tree> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let mut tree = Tree::new(new_node("", &value, List::No));
    value.get("resourceType")?;
    let root = tree.root_id();
    fill(&mut tree, root, &value);
    Some(tree)
}

#[derive(Clone, Copy, PartialEq)]
enum List {
    Yes,
    No,
}

fn fill(tree: &mut Tree, parent: NodeId, value: &Value) {
    let Value::Object(members) = value else { return };
    for (name, value) in members.iter().filter(|(name, _)| *name != "resourceType") {
        let (items, list) = match value {
            Value::Array(items) => (&items[..], List::Yes),
            single => (std::slice::from_ref(single), List::No),
        };
        for item in items {
            let id = tree.add(parent, new_node(name, item, list));
            fill(tree, id, item);
        }
    }
}

fn new_node(name: &str, value: &Value, list: List) -> NewNode {
    let literal = match value {
        Value::String(text) => Some(Literal { text: text.as_str().into(), form: Form::String }),
        Value::Number(number) => Some(Literal { text: number.to_string().into(), form: Form::Number }),
        Value::Bool(truth) => Some(Literal { text: truth.to_string().into(), form: Form::Boolean }),
        _ => None,
    };
    let type_name = value.get("resourceType").and_then(Value::as_str).unwrap_or_default().to_owned();
    NewNode {
        name: Cow::Owned(name.to_owned()),
        type_name: Cow::Owned(type_name),
        choice: false,
        list: list == List::Yes,
        literal,
        span: Span::default(),
    }
}

pub(super) fn values(root: Node<'_>, expression: &str) -> Vec<String> {
    let mut nodes = vec![root];
    for name in expression.split('.') {
        if name == root.type_name() {
            continue;
        }
        nodes = match name.strip_prefix("ofType(").and_then(|name| name.strip_suffix(')')) {
            Some(of) => nodes.into_iter().filter(|node| node.type_name() == of).collect(),
            None => nodes.into_iter().flat_map(|node| node.children_named(name)).collect(),
        };
    }
    nodes.into_iter().filter_map(Node::value).map(str::to_owned).collect()
}
