//! Reading elements as a person would: codes as words, dates, what is absent
//! and why, and what must not be overlooked.

use std::collections::BTreeSet;

use super::words::{self, both, text};
use super::{Item, Validity};
use crate::fhir::node::Node;
use crate::text::Text;

/// A CodeableConcept in words: ours where the code is known, with the text of the author when that says more.
pub(super) fn concept(concept: Node<'_>) -> Option<Text> {
    let written = concept.child_value("text").map(str::trim).filter(|text| !text.is_empty());
    let codings: Vec<Node<'_>> = concept.children_named("coding").collect();
    let known = codings.iter().find_map(|coding| words::coded(*coding));
    let shown = || {
        codings
            .iter()
            .find_map(|coding| coding.child_value("display"))
            .or(codings.iter().find_map(|coding| coding.child_value("code")))
    };
    match (known, written) {
        (Some(known), Some(written)) if !is_same(written, &known) => {
            Some(text(format!("{} ({written})", known.en), format!("{} ({written})", known.nl)))
        }
        (Some(known), _) => Some(known),
        (None, Some(written)) => Some(both(written)),
        (None, None) => shown().map(both).or_else(|| absent(concept)),
    }
}

/// A Coding in words.
pub(super) fn coding(coding: Node<'_>) -> Option<Text> {
    words::coded(coding)
        .or_else(|| coding.child_value("display").or(coding.child_value("code")).map(both))
        .or_else(|| absent(coding))
}

fn is_same(written: &str, known: &Text) -> bool {
    let written = written.to_lowercase();
    written == known.nl.to_lowercase() || written == known.en.to_lowercase()
}

/// Whether a CodeableConcept, or one of a list, has one of these codes.
pub(super) fn has_code(parent: Node<'_>, name: &str, wanted: &[&str]) -> bool {
    codes(parent, name).any(|code| wanted.contains(&code))
}

/// Codes of a CodeableConcept, or of a list of them.
pub(super) fn codes<'t>(parent: Node<'t>, name: &str) -> impl Iterator<Item = &'t str> {
    let concepts: Vec<Node<'t>> = parent.children_named(name).collect();
    concepts.into_iter().flat_map(|concept| codes_of(concept).collect::<Vec<_>>())
}

/// Codes of a CodeableConcept.
pub(super) fn codes_of(concept: Node<'_>) -> impl Iterator<Item = &str> {
    concept.children_named("coding").filter_map(|coding| coding.child_value("code"))
}

/// The extension whose URL ends like this, of whatever version.
pub(super) fn extension<'t>(node: Node<'t>, name: &str, ending: &str) -> Option<Node<'t>> {
    node.children_named(name).find(|extension| extension.child_value("url").is_some_and(|url| url.ends_with(ending)))
}

/// The value of an extension.
pub(super) fn extended<'t>(node: Node<'t>, ending: &str) -> Option<Node<'t>> {
    extension(node, "extension", ending)?.child("value")
}

/// The values of all extensions whose URL ends like this.
pub(super) fn all_extended<'t>(node: Node<'t>, ending: &'t str) -> impl Iterator<Item = Node<'t>> {
    let is_it = move |extension: &Node<'t>| extension.child_value("url").is_some_and(|url| url.ends_with(ending));
    node.children_named("extension").filter(is_it).filter_map(|extension| extension.child("value"))
}

/// Why an element has no value, when it says so.
pub(super) fn absent(node: Node<'_>) -> Option<Text> {
    extended(node, "/data-absent-reason").and_then(Node::value).map(words::absent)
}

/// A primitive: its value, or why there is none.
pub(super) fn primitive(node: Node<'_>) -> Option<Text> {
    match (node.value(), node.type_name()) {
        (Some("true"), "boolean") => Some(text("yes", "ja")),
        (Some("false"), "boolean") => Some(text("no", "nee")),
        (Some(value), _) => Some(both(value)),
        (None, _) => absent(node),
    }
}

/// Any value in words.
pub(super) fn any(value: Node<'_>) -> Option<Text> {
    match value.type_name() {
        "CodeableConcept" => concept(value),
        "Coding" => coding(value),
        "Reference" => value.child_value("display").or(value.child_value("reference")).map(both),
        "Attachment" => value.child_value("title").or(value.child_value("contentType")).map(both),
        "Quantity" => {
            let unit = value.child_value("unit").or(value.child_value("code")).unwrap_or_default();
            value.child_value("value").map(|number| both(format!("{number} {unit}").trim_end()))
        }
        "Period" => {
            let (start, end) = (value.child_value("start").unwrap_or("…"), value.child_value("end").unwrap_or("…"));
            Some(both(format!("{start} – {end}")))
        }
        _ => primitive(value),
    }
}

/// Puts a date into an item: the first of these elements that has one. When none has, that is told, with the reason.
pub(super) fn dated(item: &mut Item, candidates: &[Option<Node<'_>>], name: Text) {
    let mut why = None;
    for node in candidates.iter().copied().flatten() {
        if let Some(value) = node.value() {
            item.date = Some(value.to_owned());
            return;
        }
        why = why.or_else(|| absent(node));
    }
    lacks(item, name, why);
}

/// Tells that something is not there.
pub(super) fn lacks(item: &mut Item, name: Text, why: Option<Text>) {
    item.missing.push(match why {
        Some(why) => text(format!("{}: {}", name.en, why.en), format!("{}: {}", name.nl, why.nl)),
        None => text(format!("{}: not recorded", name.en), format!("{}: niet vastgelegd", name.nl)),
    });
}

/// Notes: of an Annotation, of STU3's `comment`, and of the zibs' extension.
pub(super) fn notes(item: &mut Item, resource: Node<'_>) {
    let annotated = resource.children_named("note").filter_map(|note| note.child("text"));
    let commented = resource.children_named("comment");
    let extended = ["/ext-Comment", "/Comment", "-Comment"].iter().find_map(|ending| extended(resource, ending));
    for note in annotated.chain(commented).chain(extended) {
        item.detail(text("Comment", "Toelichting"), primitive(note));
    }
}

/// Warns of every modifier that is not among the known ones, wherever it stands: whoever does not know it must not
/// trust the rest.
pub(super) fn modifiers(item: &mut Item, resource: Node<'_>, known: &[&str]) {
    let mut unknown = BTreeSet::new();
    unknown_modifiers(resource, known, &mut unknown);
    for url in unknown {
        item.warnings.push(text(
            format!("it carries a modifier that is not known here (`{url}`): look at the source before you rely on it"),
            format!("er zit een wijziging aan die hier niet bekend is (`{url}`): raadpleeg de bron voordat u erop vertrouwt"),
        ));
    }
    if resource.child_value("implicitRules").is_some() {
        item.warnings.push(text(
            "it was written by rules of its own (implicitRules): look at the source before you rely on it",
            "het is volgens eigen regels geschreven (implicitRules): raadpleeg de bron voordat u erop vertrouwt",
        ));
    }
}

fn unknown_modifiers<'t>(node: Node<'t>, known: &[&str], unknown: &mut BTreeSet<&'t str>) {
    for child in node.children() {
        let url = child.child_value("url").unwrap_or("?");
        // Those that are known are known where they belong: on the resource itself.
        let is_known = node.is_resource() && known.iter().any(|ending| url.ends_with(ending));
        if child.name() == "modifierExtension" && !is_known {
            unknown.insert(url);
        } else if child.name() != "contained" {
            unknown_modifiers(child, known, unknown);
        }
    }
}

/// Several texts as one.
pub(super) fn joined(texts: &[Text]) -> Option<Text> {
    let all = |language: fn(&Text) -> &str| texts.iter().map(language).collect::<Vec<_>>().join("; ");
    (!texts.is_empty()).then(|| text(all(|text| &text.en), all(|text| &text.nl)))
}

/// Whether something holds, by a status: one of those that hold, one of those that have ended, or another in words.
pub(super) fn validity(status: Option<Node<'_>>, valid: &[&str], ended: &[&str], end: Option<String>) -> Validity {
    match status.and_then(Node::value) {
        Some(status) if valid.contains(&status) => Validity::Valid { until: end },
        Some(status) if ended.contains(&status) => Validity::Ended { on: end, reason: None },
        Some(status) => Validity::Other { status: words::status(status) },
        None => match status.and_then(absent) {
            Some(status) => Validity::Other { status },
            None => Validity::Unknown,
        },
    }
}
