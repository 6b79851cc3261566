//! Elements that FHIR does not have, or not in this place, this form or this order.

use crate::fhir::node::{Format, Node};
use crate::fhir::types::{Element, Type};
use crate::fhir::validate::{Issue, Issues, Scene, codes};
use crate::nearest::nearest;

codes! {
    /// The type has no such element.
    UNKNOWN "element-unknown" "structure" Some("Unknown_element_0");
        en "`{type}` has no element `{name}`", "{nearest}";
        nl "`{type}` heeft geen element `{name}`", "{nearest_nl}";
    /// The id and extensions of a primitive are not written as such.
    SIBLING "element-sibling-wrong" "structure" None;
        en "`_{name}` is for the id and extensions of `{name}`, found: {found}", "write {expected}, or leave it out";
        nl "`_{name}` is voor het id en de extensies van `{name}`, gevonden: {found}", "schrijf {expected}, of laat het weg";
    /// Only primitives have their extensions beside them.
    SIBLING_OF_COMPLEX "element-sibling-not-allowed" "structure" Some("Unknown_element_0");
        en "`{name}` is a `{type}`: its id and extensions stand in it, not in `_{name}`", "move them into `{name}`";
        nl "`{name}` is een `{type}`: zijn id en extensies staan erin, niet in `_{name}`", "verplaats ze naar `{name}`";
    /// An object stands in the place of a value.
    OBJECT "element-not-a-value" "structure" None;
        en "`{name}` is a `{type}`, which JSON writes as a value, found an object", "write the value; its extensions go into `_{name}`";
        nl "`{name}` is een `{type}`, die JSON als waarde schrijft, gevonden: een object", "schrijf de waarde; zijn extensies gaan in `_{name}`";
    /// The name of a choice lacks the type.
    NO_CHOICE "choice-without-type" "structure" Some("Unknown_element_0");
        en "`{name}` has a type that its name has to say", "write one of {expected}";
        nl "`{name}` heeft een type dat in de naam hoort", "schrijf een van {expected}";
    /// One choice has values of two types.
    TWO_CHOICES "choice-twice" "structure" None;
        en "`{name}[x]` can have one value, found {found}", "keep one of them";
        nl "`{name}[x]` kan één waarde hebben, gevonden: {found}", "houd er een over";
    /// XML writes it as an attribute.
    NOT_AN_ATTRIBUTE "element-not-an-attribute" "structure" None;
        en "`{name}` of a `{type}` is an attribute in XML", "write `{name}=\"…\"` in the start tag";
        nl "`{name}` van een `{type}` is een attribuut in XML", "schrijf `{name}=\"…\"` in de begintag";
    /// XML has another order.
    OUT_OF_ORDER "element-out-of-order" "structure" Some("Validation_VAL_Profile_OutOfOrder");
        en "`{name}` stands behind `{after}`, in XML it comes before", "put it before `{after}`";
        nl "`{name}` staat achter `{after}`, in XML komt het ervoor", "zet het voor `{after}`";
}

/// Types of a choice that are named, at most.
const MOST_TYPES: usize = 16;

/// Elements that may hold anything.
const OF_ANYTHING: [&str; 3] = ["extension", "modifierExtension", "contained"];

/// Whether FHIR knows the elements of a node.
pub(crate) fn check(scene: &Scene<'_, '_>, node: Node<'_>, issues: &mut Issues) {
    let Some(of) = scene.types().get(node.type_name()) else { return };
    for child in node.children() {
        if child.type_name().is_empty() {
            issues.extend(untyped(scene, (node, of), child));
        }
    }
    for choice in of.elements.iter().filter(|element| element.choice && !element.list) {
        if let Some(second) = node.children_named(choice.name).nth(1) {
            let values = node.children_named(choice.name);
            let written: Vec<String> = values.map(|child| format!("`{}`", child.written_name())).collect();
            // It is the whole that has too many, as of any element.
            let issue = Issue::error(&TWO_CHOICES, node).shown_at(second).with("name", choice.name);
            issues.push(issue.with("found", written.join(", ")));
        }
    }
    if node.tree().format() == Format::Xml {
        check_order(node, of, issues);
    }
}

/// What is wrong with an element that was read without a type.
fn untyped(scene: &Scene<'_, '_>, (node, of): (Node<'_>, &Type), child: Node<'_>) -> Option<Issue> {
    let name = child.name();
    if let Some((base, (element, found))) = name.strip_prefix('_').and_then(|base| Some((base, of.written(base)?))) {
        // Beside a `null` it could not be read; the `null` is told of.
        let is_beside_null = node.children_named(element.name).any(Node::is_bare);
        return (!is_beside_null).then(|| sibling(node, child, (base, element, found.name)));
    }
    if let Some((element, found)) = of.written(name) {
        if element.attribute && node.tree().format() == Format::Xml {
            return Some(Issue::error(&NOT_AN_ATTRIBUTE, child).with("name", name).with("type", of.name));
        }
        let issue = at(Issue::error(&OBJECT, child), name, element.name).with("name", name).with("type", found.name);
        // A resource inside another that does not say its type is told elsewhere.
        return (found.name != "Resource").then_some(issue);
    }
    if let Some(choice) = of.element(name) {
        let names: Vec<String> = written_names(choice).map(|name| format!("`{name}`")).collect();
        return Some(Issue::error(&NO_CHOICE, child).with("name", name).with("expected", names.join(", ")));
    }
    // Of a list once.
    if node.child(name) != Some(child) {
        return None;
    }
    let (en, nl) = meant(scene, (node, of), name);
    let issue = Issue::error(&UNKNOWN, child).with("type", node.type_name()).with("name", name);
    Some(issue.with("nearest", en).with("nearest_nl", nl))
}

/// The `_element` of a known element that could not be read as one.
fn sibling(node: Node<'_>, child: Node<'_>, (base, element, type_name): (&str, &Element, &str)) -> Issue {
    let issue = |code| at(Issue::error(code, child), child.name(), element.name).with("name", base);
    if !type_name.starts_with(|letter: char| letter.is_ascii_lowercase()) {
        return issue(&SIBLING_OF_COMPLEX).with("type", type_name);
    }
    let is_list = node.children_named(element.name).next().map_or(element.list, Node::is_list);
    let expected = if is_list { "`[{…}]`" } else { "`{…}`" };
    let found = match child.value() {
        Some(value) => format!("`{value}`"),
        None if child.is_list() => "`[…]`".to_owned(),
        None if child.is_bare() => "`null` or `{}`".to_owned(),
        None => "`{…}`".to_owned(),
    };
    issue(&SIBLING).with("expected", expected).with("found", found)
}

/// The issue at the element that was meant by the last name of its path.
fn at(mut issue: Issue, written: &str, element: &str) -> Issue {
    if let Some(start) = issue.path.rfind(written) {
        issue.path.replace_range(start..start + written.len(), element);
    }
    issue
}

/// What may have been meant by a name, in English and in Dutch.
fn meant(scene: &Scene<'_, '_>, (node, of): (Node<'_>, &Type), name: &str) -> (String, String) {
    let of_choice = choice_of(of, name);
    if let Some((choice, rest)) = of_choice
        && is_type(scene, rest)
    {
        return other_types(choice);
    }
    let known: Vec<String> = of.elements.iter().flat_map(written_names).collect();
    if let Some(name) = nearest(name, known.iter().map(String::as_str)) {
        return (format!("did you mean `{name}`?"), format!("bedoelde u `{name}`?"));
    }
    if let Some((choice, _)) = of_choice {
        return other_types(choice);
    }
    if let Some(place) = elsewhere(scene, (node, of), name) {
        return (format!("`{place}` has it: move it there"), format!("`{place}` heeft het: verplaats het daarheen"));
    }
    ("take it out, or say it in an extension".to_owned(), "haal het weg, of zeg het in een extensie".to_owned())
}

/// The choice whose name a name begins with, and the type that stands behind it: `Markdown` of `valueMarkdown`.
fn choice_of<'o, 'n>(of: &'o Type, name: &'n str) -> Option<(&'o Element, &'n str)> {
    let behind =
        |choice: &str| name.strip_prefix(choice).filter(|rest| rest.starts_with(|letter: char| letter.is_ascii_uppercase()));
    of.elements.iter().filter(|element| element.choice).find_map(|choice| Some((choice, behind(choice.name)?)))
}

/// Whether FHIR has a type that a name of a choice may end with.
fn is_type(scene: &Scene<'_, '_>, written: &str) -> bool {
    let (first, rest) = written.split_at(1);
    scene.types().get(written).is_some() || scene.types().get(&format!("{}{rest}", first.to_ascii_lowercase())).is_some()
}

/// What to write where a choice has no such type.
fn other_types(choice: &Element) -> (String, String) {
    let mut names: Vec<String> = written_names(choice).take(MOST_TYPES).map(|name| format!("`{name}`")).collect();
    if choice.types.len() > MOST_TYPES {
        names.push("…".to_owned());
    }
    let (names, name) = (names.join(", "), choice.name);
    (
        format!("`{name}[x]` has no such type; write one of {names}"),
        format!("`{name}[x]` heeft dat type niet; schrijf een van {names}"),
    )
}

/// An element right below or around that has an element of this name. Extensions and contained resources
/// may say anything, so that nobody can have meant them.
fn elsewhere(scene: &Scene<'_, '_>, (node, of): (Node<'_>, &Type), name: &str) -> Option<String> {
    let has = |type_name: &str| scene.types().get(type_name).is_some_and(|found| found.written(name).is_some());
    let may_be = |element: &&Element| !element.choice && !OF_ANYTHING.contains(&element.name);
    let below = of.elements.iter().filter(may_be).filter(|element| element.types.iter().any(|found| has(found.name)));
    let around = node.parent().filter(|parent| has(parent.type_name()));
    below.map(|element| format!("{}.{}", of.name, element.name)).next().or_else(|| Some(around?.type_name().to_owned()))
}

/// The names that an element can be written with.
fn written_names(element: &Element) -> Box<dyn Iterator<Item = String> + '_> {
    if !element.choice {
        return Box::new(std::iter::once(element.name.to_owned()));
    }
    Box::new(element.types.iter().map(|found| {
        let (first, rest) = found.name.split_at(1);
        format!("{}{}{rest}", element.name, first.to_ascii_uppercase())
    }))
}

/// Whether elements stand in the order of their type; attributes have none.
fn check_order(node: Node<'_>, of: &Type, issues: &mut Issues) {
    let mut last: Option<(usize, Node<'_>)> = None;
    for child in node.children() {
        let Some(position) = of.position(child.name()).filter(|at| !of.elements[*at].attribute) else { continue };
        match last {
            Some((highest, after)) if position < highest => {
                let issue = Issue::error(&OUT_OF_ORDER, child).with("name", child.written_name());
                issues.push(issue.with("after", after.written_name()));
            }
            _ => last = Some((position, child)),
        }
    }
}
