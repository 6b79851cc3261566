//! What a slice asks for, as people can add it: the values, types and profiles that its
//! discriminators are told by, and which of the elements that are there comes nearest.

use super::path::{self, Step};
use super::told::{Asked, Told, Wish};
use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Scene};
use crate::text::Language;

/// Things that are asked for and told, at most.
const MOST: usize = 8;

/// An issue about a slice that lacks elements, with what one of them would have. `free` are those in no slice.
pub(super) fn lacking<'t>(scene: &Scene<'_, 't>, issue: Issue, told: &[Told], free: &[Node<'t>]) -> Issue {
    let said = |language| match asked(told, language) {
        said if said.is_empty() => said,
        said => format!(": {said}"),
    };
    let near = nearest(scene, told, free).map(Node::path);
    let words = near.map(|path| (format!("; `{path}` comes nearest"), format!("; `{path}` komt er het dichtst bij")));
    let issue = issue.saying(("asked", "asked_nl"), (said(Language::En), said(Language::Nl)));
    issue.saying(("near", "near_nl"), words.unwrap_or_default())
}

/// ``` `coding.system` = `http://snomed.info/sct`, `coding.code` = `129125009` ```
fn asked(told: &[Told], language: Language) -> String {
    let mut said: Vec<String> = Vec::new();
    for Told { steps, asked } in told {
        let path = steps.iter().map(written).collect::<Vec<_>>().join(".");
        match asked {
            Asked::Nothing => {}
            Asked::There(is_there) => said.push(there(&path, *is_there, language)),
            Asked::Types(types) => said.push(format!("{}: {}", name(&path), either(types, language))),
            Asked::Profiles(profiles) => said.push(format!("{}: {}", name(&path), either(profiles, language))),
            // Of several ways the first is as good as any.
            Asked::Values(ways) => {
                for wish in ways.first().into_iter().flatten() {
                    wished(&path, wish, language, &mut said);
                }
            }
        }
    }
    said.dedup();
    if said.len() > MOST {
        said.truncate(MOST);
        said.push("…".to_owned());
    }
    said.join(", ")
}

fn wished(path: &str, wish: &Wish, language: Language, said: &mut Vec<String>) {
    let from = if language == Language::En { "from" } else { "uit" };
    match wish {
        Wish::Same(tree, at) | Wish::Holds(tree, at) => values(path, tree.node(*at), said),
        Wish::Text(text) => said.push(format!("{} = `{text}`", name(path))),
        Wish::Bound(set) => said.push(format!("{} {from} `{set}`", name(path))),
        Wish::There(is_there) => said.push(there(path, *is_there, language)),
        Wish::Below { name, wishes, .. } => wishes.iter().for_each(|wish| wished(&below(path, name), wish, language, said)),
    }
}

fn values(path: &str, wanted: Node<'_>, said: &mut Vec<String>) {
    if let Some(value) = wanted.value() {
        said.push(format!("{} = `{value}`", name(path)));
    }
    for child in wanted.children() {
        values(&below(path, child.name()), child, said);
    }
}

fn there(path: &str, is_there: bool, language: Language) -> String {
    let word = match (is_there, language) {
        (true, Language::En) => "with",
        (true, Language::Nl) => "met",
        (false, Language::En) => "without",
        (false, Language::Nl) => "zonder",
    };
    format!("{word} {}", name(path))
}

fn either(all: &[std::sync::Arc<str>], language: Language) -> String {
    let or = if language == Language::En { " or " } else { " of " };
    all.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(or)
}

fn name(path: &str) -> String {
    if path.is_empty() { "`$this`".to_owned() } else { format!("`{path}`") }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn written(step: &Step) -> String {
    match step {
        Step::Name(name) => name.to_string(),
        Step::Extension(url) => format!("extension('{url}')"),
        Step::Resolve => "resolve()".to_owned(),
        Step::OfType(name) => format!("ofType({name})"),
    }
}

/// The element that has most of the values that are asked for; the first of several.
fn nearest<'t>(scene: &Scene<'_, 't>, told: &[Told], free: &[Node<'t>]) -> Option<Node<'t>> {
    let count = |node: Node<'t>| told.iter().map(|told| held(scene, told, node)).sum::<usize>();
    let counted = free.iter().map(|node| (count(*node), *node)).filter(|(count, _)| *count > 0);
    counted.rev().max_by_key(|(count, _)| *count).map(|(_, node)| node)
}

/// How many of the values that are asked for an element has.
fn held<'t>(scene: &Scene<'_, 't>, told: &Told, node: Node<'t>) -> usize {
    let Asked::Values(ways) = &told.asked else { return 0 };
    let nodes = path::follow(scene, node, &told.steps).nodes;
    ways.iter().map(|way| way.iter().map(|wish| met(wish, &nodes)).sum()).max().unwrap_or_default()
}

fn met(wish: &Wish, nodes: &[Node<'_>]) -> usize {
    match wish {
        Wish::Same(tree, at) | Wish::Holds(tree, at) => shared(tree.node(*at), nodes),
        Wish::Text(text) => usize::from(nodes.iter().any(|node| node.value() == Some(text))),
        Wish::Below { name, wishes, .. } => {
            let children: Vec<Node<'_>> = nodes.iter().flat_map(|node| node.children_named(name)).collect();
            wishes.iter().map(|wish| met(wish, &children)).sum()
        }
        Wish::Bound(_) | Wish::There(_) => 0,
    }
}

/// How many of the values below `wanted` stand in the same place below one of the nodes.
fn shared(wanted: Node<'_>, nodes: &[Node<'_>]) -> usize {
    let own = wanted.value().map_or(0, |value| usize::from(nodes.iter().any(|node| node.value() == Some(value))));
    let below = wanted.children().map(|child| {
        let children: Vec<Node<'_>> = nodes.iter().flat_map(|node| node.children_named(child.name())).collect();
        shared(child, &children)
    });
    own + below.sum::<usize>()
}
