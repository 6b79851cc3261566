//! The XHTML of a narrative: the elements and attributes that FHIR allows, nothing
//! that runs, a language that is that of the resource.
//! <https://hl7.org/fhir/R4/narrative.html>

use std::collections::HashSet;

use crate::fhir::narrative::{Flaw, flaws};
use crate::fhir::node::{Format, Node};
use crate::fhir::validate::{Issue, Issues, Severity, codes};
use crate::fhir::xml::{Markup, Space};

codes! {
    /// The text is no XML.
    UNREADABLE "narrative-unreadable" "invalid" None;
        en "the narrative is no well-formed XML: {found}", "close every element, and write letters as they are or by number (`&#160;`)";
        nl "de tekst is geen welgevormde XML: {found}", "sluit elk element, en schrijf letters zoals ze zijn of als nummer (`&#160;`)";
    /// The whole is no `div`.
    NOT_A_DIV "narrative-not-a-div" "invalid" Some("XHTML_XHTML_Name_Invalid");
        en "the narrative is a `{found}`, expected a `div`", "put it in a `div`";
        nl "de tekst is een `{found}`, verwacht: een `div`", "zet hem in een `div`";
    /// Not in the namespace of XHTML.
    NAMESPACE "narrative-namespace" "invalid" Some("XHTML_XHTML_NS_InValid");
        en "`{found}` in the narrative is not in the namespace of XHTML", "write `<div xmlns=\"http://www.w3.org/1999/xhtml\">`";
        nl "`{found}` in de tekst staat niet in de namespace van XHTML", "schrijf `<div xmlns=\"http://www.w3.org/1999/xhtml\">`";
    /// An element that FHIR does not allow.
    ELEMENT "narrative-element" "invalid" Some("XHTML_XHTML_Element_Illegal");
        en "the narrative has the element `{found}`, which FHIR does not allow", "use basic formatting: `p`, `b`, `ul`, `table`";
        nl "de tekst heeft het element `{found}`, dat FHIR niet toestaat", "gebruik gewone opmaak: `p`, `b`, `ul`, `table`";
    /// An attribute that FHIR does not allow.
    ATTRIBUTE "narrative-attribute" "invalid" Some("XHTML_XHTML_Attribute_Illegal");
        en "`{element}` in the narrative has the attribute `{found}`, which FHIR does not allow", "take it out";
        nl "`{element}` in de tekst heeft het attribuut `{found}`, dat FHIR niet toestaat", "haal het weg";
    /// An attribute that FHIR allows and others do not.
    OLD "narrative-outdated" "business-rule" None;
        en "`{element}` in the narrative has the attribute `{found}`, which many programs, the HL7 validator among them, refuse there", "use `style` instead";
        nl "`{element}` in de tekst heeft het attribuut `{found}`, dat veel programma's, ook de HL7-validator, daar weigeren", "gebruik in plaats daarvan `style`";
    /// A link that runs something.
    ACTIVE "narrative-active" "invalid" Some("TYPE_SPECIFIC_CHECKS_DT_XHTML_ACTIVE_HREF");
        en "the narrative links to `{found}`, which runs when it is followed", "link to an address, or take the link out";
        nl "de tekst verwijst naar `{found}`, wat bij volgen iets uitvoert", "verwijs naar een adres, of haal de verwijzing weg";
    /// A link that is no address.
    LINK "narrative-link-wrong" "invalid" Some("XHTML_URL_INVALID");
        en "the narrative links to `{found}`, which is empty or has white space", "write an address, with `%20` for a blank";
        nl "de tekst verwijst naar `{found}`, wat leeg is of witruimte heeft", "schrijf een adres, met `%20` voor een spatie";
    /// A link inside that leads nowhere.
    LOST "narrative-link-lost" "not-found" Some("Type_Specific_Checks_DT_XHTML_Resolve");
        en "the narrative links to `{found}`, which is neither in it nor an id in the resource", "mend the link, or give its target the id";
        nl "de tekst verwijst naar `{found}`, wat er niet in staat en geen id in de resource is", "herstel de verwijzing, of geef het doel dat id";
    /// HTML has no place for it there.
    MISPLACED "narrative-misplaced" "structure" Some("XHTML_XHTML_OUT_OF_PLACE");
        en "`{found}` in the narrative stands in `{parent}`, where XHTML has no place for it", "move it: rows in a table, items in a list, blocks outside of a paragraph";
        nl "`{found}` in de tekst staat in `{parent}`, waar XHTML er geen plaats voor heeft", "verplaats het: rijen in een tabel, items in een lijst, blokken buiten een alinea";
    /// The resource says its language, the narrative does not.
    NO_LANGUAGE "narrative-without-language" "business-rule" Some("Language_XHTML_Lang_Missing1");
        en "the resource is in `{expected}`, its narrative does not say so", "write `lang` and `xml:lang` on the `div`";
        nl "de resource is in `{expected}`, de tekst ervan zegt dat niet", "zet `lang` en `xml:lang` op de `div`";
    /// Both say another one.
    OTHER_LANGUAGE "narrative-other-language" "business-rule" Some("Language_XHTML_Lang_Different1");
        en "the resource is in `{expected}`, its narrative in `{found}`", "use one language for both";
        nl "de resource is in `{expected}`, de tekst ervan in `{found}`", "gebruik voor beide een taal";
}

/// Whether a narrative is one that FHIR allows.
pub(crate) fn check(node: Node<'_>, issues: &mut Issues) {
    let Some(text) = node.value().filter(|text| node.type_name() == "xhtml" && !text.is_empty()) else { return };
    let markup = match Markup::read(text) {
        Ok(markup) => markup,
        Err(error) => return issues.push(Issue::error(&UNREADABLE, node).with("found", error.message)),
    };
    // In XML the prefix of the `div` may be declared further out; the reader looked after that.
    let is_alone = node.tree().format() == Format::Json;
    if let Some(outer) = markup.elements.iter().find(|element| is_alone && element.space == Space::Outer) {
        issues.push(Issue::error(&NAMESPACE, node).with("found", &*outer.name));
    }
    for flaw in flaws(&markup) {
        issues.push(told(node, flaw));
    }
    check_links(node, &markup, issues);
    check_language(node, &markup, issues);
}

/// Whether links into the narrative or the resource lead somewhere.
fn check_links(node: Node<'_>, markup: &Markup, issues: &mut Issues) {
    let links =
        markup.elements.iter().filter_map(|element| element.attribute("href").or(element.attribute("src"))?.strip_prefix('#'));
    let mut wanted: Vec<&str> = links.filter(|link| !link.is_empty()).collect();
    if wanted.is_empty() {
        return;
    }
    let own = markup.elements.iter().flat_map(|element| [element.attribute("id"), element.attribute("name")]);
    let mut targets: HashSet<&str> = own.flatten().collect();
    if let Some(resource) = node.parent().and_then(Node::resource) {
        collect_ids(resource, &mut targets);
    }
    wanted.retain(|link| !targets.contains(link));
    // In a document the narratives of its resources may be read together.
    let is_alone = node.tree().root().type_name() != "Bundle";
    let severity = if is_alone { Severity::Error } else { Severity::Warning };
    issues.extend(wanted.iter().map(|link| Issue::new(&LOST, severity, node).with("found", format!("#{link}"))));
}

fn collect_ids<'t>(node: Node<'t>, ids: &mut HashSet<&'t str>) {
    ids.extend(node.child_value("id"));
    node.children().for_each(|child| collect_ids(child, ids));
}

fn told(node: Node<'_>, flaw: Flaw) -> Issue {
    match flaw {
        Flaw::Name(name) => Issue::error(&NOT_A_DIV, node).with("found", name),
        Flaw::Namespace(name) => Issue::error(&NAMESPACE, node).with("found", name),
        Flaw::Element(name) => Issue::error(&ELEMENT, node).with("found", name),
        Flaw::Attribute { element, name, is_old } => {
            let issue = if is_old { Issue::warning(&OLD, node) } else { Issue::error(&ATTRIBUTE, node) };
            issue.with("found", name).with("element", element)
        }
        Flaw::Active(link) => Issue::error(&ACTIVE, node).with("found", link),
        Flaw::Link(link) => Issue::error(&LINK, node).with("found", link),
        Flaw::Misplaced { name, parent } => Issue::error(&MISPLACED, node).with("found", name).with("parent", parent),
    }
}

fn check_language(node: Node<'_>, markup: &Markup, issues: &mut Issues) {
    let resource = node.parent().and_then(Node::resource);
    let Some(wanted) = resource.and_then(|resource| resource.child_value("language")) else { return };
    let Some(whole) = markup.elements.first() else { return };
    let said = ["lang", "xml:lang"].map(|name| whole.attribute(name));
    // A narrative may hold one part for each language.
    let has_parts = markup.elements.iter().skip(1).any(|element| element.attribute("xml:lang").is_some());
    match said.into_iter().flatten().find(|found| !found.eq_ignore_ascii_case(wanted)) {
        Some(found) => issues.push(Issue::warning(&OTHER_LANGUAGE, node).with("expected", wanted).with("found", found)),
        None if said.contains(&None) && !has_parts => issues.push(Issue::warning(&NO_LANGUAGE, node).with("expected", wanted)),
        None => {}
    }
}
