//! Documents and messages: what comes first, and that all the rest hangs together
//! with it. <https://hl7.org/fhir/R4/documents.html>, <https://hl7.org/fhir/R4/messaging.html>

use std::collections::HashMap;

use crate::fhir::node::{Node, NodeId};
use crate::fhir::validate::{Found, Issue, Issues, Scene, codes};

codes! {
    /// Another resource comes first.
    FIRST "bundle-first-entry" "invalid" Some("Bundle_BUNDLE_Entry_Document");
        en "a Bundle of type `{type}` begins with a `{expected}`, found {found}", "put the `{expected}` into the first entry";
        nl "een Bundle van type `{type}` begint met een `{expected}`, gevonden: {found}", "zet de `{expected}` in de eerste entry";
    /// A document without its date.
    NO_DATE "bundle-document-date-missing" "required" Some("Document_Date_Required");
        en "a document says in `meta.lastUpdated` when it was put together", "add `meta.lastUpdated`";
        nl "een document zegt in `meta.lastUpdated` wanneer het is samengesteld", "voeg `meta.lastUpdated` toe";
    /// What the first entry refers to is not in the Bundle.
    NOT_HERE "bundle-reference-not-found" "not-found" Some("Bundle_BUNDLE_Entry_NotFound");
        en "`{found}` is not in the Bundle, which has to bring what its {expected} refers to", "add the resource with the `fullUrl` that the reference leads to: {url}";
        nl "`{found}` is niet in de Bundle, die moet meebrengen waar de {expected} naar verwijst", "voeg de resource toe met de `fullUrl` waar de verwijzing heen leidt: {url}";
    /// What another entry refers to is not in the Bundle.
    ELSEWHERE "bundle-reference-elsewhere" "not-found" Some("Bundle_BUNDLE_Entry_NotFound");
        en "`{found}` is not in the Bundle, so a reader of the document cannot see it", "add the resource, or say what matters of it in `display`";
        nl "`{found}` is niet in de Bundle, dus een lezer van het document kan het niet zien", "voeg de resource toe, of zeg wat ervan telt in `display`";
    /// An entry that nothing leads to.
    ORPHAN "bundle-entry-orphan" "informational" Some("Bundle_BUNDLE_Entry_Orphan_DOCUMENT");
        en "no reference leads from the `{expected}` to this entry, or back", "refer to it, or take it out";
        nl "geen verwijzing leidt van de `{expected}` naar deze entry, of terug", "verwijs ernaar, of haal hem weg";
    /// An entry that only refers to others.
    BACKWARD "bundle-entry-backward" "invalid" None;
        en "this entry refers to others, but no reference leads from the `{expected}` to it", "refer to it from the `{expected}`, or from what that refers to";
        nl "deze entry verwijst naar andere, maar geen verwijzing leidt er vanuit de `{expected}` heen", "verwijs ernaar vanuit de `{expected}`, of vanuit waar die naar verwijst";
}

/// Elements of a Composition whose target a document has to bring along.
const OF_COMPOSITION: [&str; 9] = [
    "Composition.subject",
    "Composition.author",
    "Composition.encounter",
    "Composition.custodian",
    "Composition.attester.party",
    "Composition.event.detail",
    "Composition.section.author",
    "Composition.section.focus",
    "Composition.section.entry",
];

/// What a document or a message asks of its entries.
pub(super) fn check<'t>(scene: &Scene<'_, 't>, bundle: Node<'t>, entries: &[Node<'t>], issues: &mut Issues) {
    let of_type = bundle.child_value("type").unwrap_or_default();
    let (expected, key) = if of_type == "document" { ("Composition", "bdl-11") } else { ("MessageHeader", "bdl-12") };
    let first = entries.first().and_then(|entry| entry.child("resource"));
    let is_first = first.is_some_and(|first| first.type_name() == expected);
    if !is_first {
        let found = first.map_or_else(|| "-".to_owned(), |first| format!("`{}`", first.type_name()));
        // Said of the Bundle, as the invariant is, and shown at what comes first.
        let issue = Issue::error(&FIRST, bundle).shown_at(first.or(entries.first().copied()).unwrap_or(bundle)).keyed(key);
        issues.push(issue.with("type", of_type).with("expected", expected).with("found", found));
    }
    let has_date = bundle.child("meta").is_some_and(|meta| meta.child_value("lastUpdated").is_some());
    if of_type == "document" && scene.is_stu3() && !has_date {
        issues.push(Issue::error(&NO_DATE, bundle));
    }
    let web = Web::of(scene, entries);
    for loose in &web.loose {
        told(*loose, (of_type, expected), issues);
    }
    if is_first {
        unreached(&web, entries, (of_type, expected), issues);
    }
}

/// A reference that leads to nothing in the Bundle.
fn told(Loose { node, text, from }: Loose<'_>, (of_type, expected): (&str, &str), issues: &mut Issues) {
    let name = general(node);
    let is_wanted = from == 0 && (OF_COMPOSITION.contains(&&*name) || name == "MessageHeader.focus");
    if is_wanted {
        let url = if text.contains(':') { text.to_owned() } else { format!("…/{text}") };
        let issue = Issue::error(&NOT_HERE, node).with("found", text).with("expected", expected);
        issues.push(issue.with("url", url));
    } else if of_type == "document" {
        issues.push(Issue::warning(&ELSEWHERE, node).with("found", text));
    }
}

/// The place of an element in its resource, a section within a section as a section.
fn general(node: Node<'_>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for around in std::iter::successors(Some(node), |node| node.parent()) {
        if around.is_resource() {
            names.push(around.type_name());
            break;
        }
        if !(around.name() == "section" && names.last() == Some(&"section")) {
            names.push(around.name());
        }
    }
    names.reverse();
    names.join(".")
}

fn unreached(web: &Web<'_>, entries: &[Node<'_>], (of_type, expected): (&str, &str), issues: &mut Issues) {
    let reached = web.reached();
    let with_resource = entries.iter().zip(&reached).filter(|(entry, _)| entry.child("resource").is_some());
    for (entry, reached) in with_resource {
        let is_provenance = || entry.child("resource").is_some_and(|resource| resource.type_name() == "Provenance");
        let issue = match reached {
            Reached::No if of_type == "document" => Issue::error(&ORPHAN, *entry),
            Reached::No => Issue::warning(&ORPHAN, *entry),
            Reached::Backward if of_type == "document" && !is_provenance() => Issue::warning(&BACKWARD, *entry),
            _ => continue,
        };
        issues.push(issue.with("expected", expected));
    }
}

/// How an entry hangs together with the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    /// Not at all.
    No,
    /// References lead from the first to it.
    Forward,
    /// It refers to one that is reached.
    Backward,
}

/// A reference that leads to nothing in the Bundle.
#[derive(Clone, Copy)]
struct Loose<'t> {
    node: Node<'t>,
    text: &'t str,
    /// The number of its entry.
    from: usize,
}

/// Entries and the references between them.
struct Web<'t> {
    to: Vec<Vec<usize>>,
    back: Vec<Vec<usize>>,
    loose: Vec<Loose<'t>>,
}

impl<'t> Web<'t> {
    fn of(scene: &Scene<'_, 't>, entries: &[Node<'t>]) -> Self {
        let mut web = Self { to: vec![Vec::new(); entries.len()], back: vec![Vec::new(); entries.len()], loose: Vec::new() };
        let resources = entries.iter().enumerate().filter_map(|(at, entry)| Some((at, entry.child("resource")?)));
        let places: HashMap<NodeId, usize> = resources.clone().map(|(at, resource)| (resource.id(), at)).collect();
        for (at, resource) in resources {
            web.gather(scene, resource, at, &places);
        }
        web
    }

    fn gather(&mut self, scene: &Scene<'_, 't>, node: Node<'t>, from: usize, places: &HashMap<NodeId, usize>) {
        for child in node.children().filter(|child| child.type_name() != "Bundle") {
            let is_reference = child.name() == "reference" && node.type_name() == "Reference";
            if let Some(text) = child.value().filter(|text| (is_reference || is_link(node, &child)) && !text.starts_with('#')) {
                match scene.bundled(child, text) {
                    Found::One(target) => {
                        if let Some(to) = places.get(&target.id()).copied() {
                            self.to[from].push(to);
                            self.back[to].push(from);
                        }
                    }
                    Found::Nothing if is_reference => self.loose.push(Loose { node, text, from }),
                    Found::Nothing | Found::Several => {}
                }
            }
            self.gather(scene, child, from, places);
        }
    }

    fn reached(&self) -> Vec<Reached> {
        let mut reached = vec![Reached::No; self.to.len()];
        let mut waiting: Vec<usize> = Vec::new();
        self.spread(0, Reached::Forward, &mut reached, &mut waiting);
        while let Some(entry) = waiting.pop() {
            for source in &self.back[entry] {
                if reached[*source] == Reached::No {
                    self.spread(*source, Reached::Backward, &mut reached, &mut waiting);
                }
            }
        }
        reached
    }

    /// Marks an entry and all that references lead to from it.
    fn spread(&self, from: usize, how: Reached, reached: &mut [Reached], waiting: &mut Vec<usize>) {
        let mut open = vec![(from, how)];
        while let Some((entry, how)) = open.pop() {
            if reached[entry] == Reached::No {
                reached[entry] = how;
                waiting.push(entry);
                open.extend(self.to[entry].iter().map(|to| (*to, Reached::Forward)));
            }
        }
    }
}

/// Whether a URI may lead to another entry, as a Reference does: systems and canonicals do not.
fn is_link(around: Node<'_>, node: &Node<'_>) -> bool {
    let is_name = matches!(node.name(), "system" | "profile") || (node.name() == "url" && around.type_name() == "Extension");
    matches!(node.type_name(), "uri" | "url") && !is_name
}
