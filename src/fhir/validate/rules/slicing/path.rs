//! The path of a discriminator: the restricted FHIRPath that FHIR allows there,
//! and the elements that it leads to in a resource.

use std::sync::Arc;

use crate::fhir::fhirpath;
use crate::fhir::node::Node;
use crate::fhir::validate::Scene;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// `coding`
    Name(Arc<str>),
    /// `extension('url')`
    Extension(Arc<str>),
    /// `resolve()`
    Resolve,
    /// `ofType(Quantity)`
    OfType(Arc<str>),
}

/// The steps of a path, `$this` left out; `None` for what FHIR does not allow there.
pub(super) fn read(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(['.', '(']).unwrap_or(rest.len());
        let name = rest[..end].trim();
        let behind = &rest[end..];
        let (argument, after) = match behind.strip_prefix('(') {
            // A url in quotes may have brackets of its own.
            Some(behind) => {
                let end = closing(behind)?;
                (Some(behind[..end].trim()), &behind[end + 1..])
            }
            None => (None, behind),
        };
        match (name, argument) {
            ("$this", None) => {}
            ("resolve", Some("")) => steps.push(Step::Resolve),
            ("ofType" | "as", Some(named)) => steps.push(Step::OfType(named.rsplit('.').next().unwrap_or(named).into())),
            ("extension", Some(url)) => steps.push(Step::Extension(quoted(url)?.into())),
            (name, None) if name.chars().all(|letter| letter.is_ascii_alphanumeric()) && !name.is_empty() => {
                steps.push(Step::Name(name.into()));
            }
            _ => return None,
        }
        rest = match after.strip_prefix('.') {
            Some(more) => more,
            None if after.is_empty() => "",
            None => return None,
        };
    }
    Some(steps)
}

/// Where the bracket that was opened before closes.
fn closing(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (None, ')') => return Some(at),
            (Some(open), letter) if open == letter => quote = None,
            _ => {}
        }
    }
    None
}

/// `'url'`, `"url"`, and `url='url'` as some profiles write it.
fn quoted(text: &str) -> Option<&str> {
    let text = text.strip_prefix("url").map_or(text, |rest| rest.trim_start().trim_start_matches('=').trim_start());
    ['\'', '"'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))
}

/// Where a path leads from an element.
#[derive(Debug, Default)]
pub(super) struct Ends<'t> {
    /// The elements.
    pub(super) nodes: Vec<Node<'t>>,
    /// References on the way that lead to nothing that is here.
    pub(super) lost: Vec<Node<'t>>,
}

/// The elements that a path leads to.
pub(super) fn follow<'t>(scene: &Scene<'_, 't>, from: Node<'t>, steps: &[Step]) -> Ends<'t> {
    let mut ends = Ends { nodes: vec![from], lost: Vec::new() };
    for step in steps {
        let nodes = std::mem::take(&mut ends.nodes);
        for node in nodes {
            match step {
                Step::Name(name) => {
                    let is_named =
                        |child: &Node<'_>| child.name() == &**name || child.is_choice() && *child.written_name() == **name;
                    ends.nodes.extend(node.children().filter(is_named));
                }
                Step::Extension(url) => {
                    let has_url = |child: &Node<'_>| child.child_value("url") == Some(url);
                    ends.nodes.extend(node.children_named("extension").filter(has_url));
                }
                Step::OfType(name) => {
                    ends.nodes.extend(Some(node).filter(|node| scene.types().is_a(node.type_name(), name)));
                }
                Step::Resolve => match fhirpath::target(node, &scene.environment) {
                    Some(target) => ends.nodes.push(target),
                    None => ends.lost.push(node),
                },
            }
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_discriminators_are_read() {
        let name = |name: &str| Step::Name(name.into());
        let url = || Step::Extension("http://example.org/a(b)".into());
        assert_eq!(read("$this"), Some(vec![]));
        assert_eq!(read("coding.code"), Some(vec![name("coding"), name("code")]));
        assert_eq!(read("$this.resolve()"), Some(vec![Step::Resolve]));
        assert_eq!(
            read("individual.resolve().ofType(Patient)"),
            Some(vec![name("individual"), Step::Resolve, Step::OfType("Patient".into())])
        );
        assert_eq!(read("extension('http://example.org/a(b)').value"), Some(vec![url(), name("value")]));
        assert_eq!(read("extension(url='http://example.org/a(b)')"), Some(vec![url()]));
        assert_eq!(read("extension(\"http://example.org/a(b)\")"), Some(vec![url()]));
    }

    #[test]
    fn what_no_discriminator_may_say_is_not_read() {
        for text in ["coding.where(code = 'a')", "first()", "a | b", "extension(url)", "a.", "extension('a"] {
            let read = read(text);
            assert!(read.is_none() || text == "a.", "{text}: {read:?}");
        }
    }
}
