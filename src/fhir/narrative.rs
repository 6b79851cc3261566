//! What FHIR allows in a narrative, as FHIRPath's `htmlChecks` and the judge look at
//! it: the elements and attributes of the invariants `txt-1` and `txt-2`
//! (<https://hl7.org/fhir/R4/narrative.html>). What an issue says is the judge's.

#[cfg(test)]
mod tests;

use super::xml::{Element, Markup, Space};

/// Elements.
const ELEMENTS: &str = "a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em \
    h1 h2 h3 h4 h5 h6 hr i img kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var";
/// Attributes of any element.
const ATTRIBUTES: &str = "title style class id lang xml:lang xml:space dir accesskey tabindex \
    span width align valign char charoff abbr axis headers scope rowspan colspan";
/// Attributes of one element.
const OWN_ATTRIBUTES: [(&str, &str); 9] = [
    ("a", "href name charset type hreflang rel rev shape coords"),
    ("img", "src alt border longdesc height width usemap ismap"),
    ("map", "name"),
    ("area", "shape coords href nohref alt"),
    ("blockquote", "cite"),
    ("q", "cite"),
    ("table", "summary width border frame rules cellspacing cellpadding"),
    ("pre", "space"),
    ("td", "nowrap"),
];
/// Attributes that the invariant allows on any element, though HTML has them on a few and
/// calls some outdated; the HL7 validator refuses them elsewhere.
const OLD_ATTRIBUTES: &str = "alt bgcolor border cellhalign cellpadding cellspacing cellvalign charset cite compact coords frame \
    height href hreflang hspace longdesc name nowrap rel rev rules shape src start summary type value vspace";
/// Schemes of links that run something.
const ACTIVE: [&str; 3] = ["javascript:", "vbscript:", "livescript:"];

/// Where an element may stand.
const PLACES: [(&str, &str); 10] = [
    ("tr", "table thead tfoot tbody"),
    ("tbody", "table"),
    ("thead", "table"),
    ("tfoot", "table"),
    ("caption", "table"),
    ("colgroup", "table"),
    ("col", "table colgroup"),
    ("td", "tr"),
    ("th", "tr"),
    ("li", "ul ol"),
];
/// What alone may stand in an element.
const CONTENTS: [(&str, &str); 8] = [
    ("table", "caption col colgroup thead tfoot tbody tr"),
    ("thead", "tr"),
    ("tfoot", "tr"),
    ("tbody", "tr"),
    ("tr", "td th"),
    ("ul", "li"),
    ("ol", "li"),
    ("dl", "dt dd"),
];
/// Elements that hold nothing.
const EMPTY: &str = "br hr img area";
/// Elements that hold text and no blocks.
const LINES: &str = "p h1 h2 h3 h4 h5 h6 pre address a b em i strong small big sub sup code tt dfn q var abbr acronym cite bdo \
    kbd samp span caption dt";
/// Blocks that break a line of text, and those that break a paragraph besides.
const BLOCKS: &str = "div pre table ul ol";
const PARAGRAPH_BLOCKS: &str = "div pre table ul ol dl p blockquote";

/// Something that FHIR does not allow in a narrative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// The whole is another element than `div`.
    Name(String),
    /// An element that is not in the namespace of XHTML.
    Namespace(String),
    /// An element that FHIR does not allow.
    Element(String),
    /// An attribute that FHIR does not allow; or, when old, many others do not.
    Attribute {
        /// The element that has it.
        element: String,
        /// Its name.
        name: String,
        /// FHIR allows it, HTML not here or no longer.
        is_old: bool,
    },
    /// A link that runs something.
    Active(String),
    /// A link that is empty or has white space.
    Link(String),
    /// An element where HTML has no place for it.
    Misplaced {
        /// The element.
        name: String,
        /// The one around it.
        parent: String,
    },
}

/// Whether the narrative has only elements and attributes that FHIR allows: invariant `txt-1`.
/// A text that is no XML is told of as such.
pub(crate) fn is_allowed(text: &str) -> bool {
    let refused = |flaw: &Flaw| matches!(flaw, Flaw::Element(_) | Flaw::Attribute { is_old: false, .. });
    Markup::read(text).map_or(true, |markup| !flaws(&markup).iter().any(refused))
}

/// Whether the narrative says something: invariant `txt-2`. A text that is no XML is told of as such.
pub(crate) fn has_content(text: &str) -> bool {
    let says = |element: &Element| element.has_text || (element.name == "img" && element.attribute("src").is_some());
    Markup::read(text).map_or(true, |markup| markup.elements.iter().any(says))
}

/// What `htmlChecks()` answers.
pub(crate) fn is_narrative(text: &str) -> bool {
    Markup::read(text).is_ok() && is_allowed(text) && has_content(text)
}

/// All that is wrong, in the order of the text.
pub(crate) fn flaws(markup: &Markup) -> Vec<Flaw> {
    let mut found = Vec::new();
    if let Some(whole) = markup.elements.first().filter(|whole| whole.name != "div") {
        found.push(Flaw::Name(whole.name.clone()));
    }
    for element in &markup.elements {
        let name = element.name.as_str();
        if element.space == Space::Other {
            found.push(Flaw::Namespace(name.to_owned()));
        }
        if !is_among(ELEMENTS, name) {
            found.push(Flaw::Element(name.to_owned()));
        }
        found.extend(element.attributes.iter().filter_map(|(attribute, value)| wrong_attribute(name, attribute, value)));
        let mut around =
            std::iter::successors(element.parent, |at| markup.elements[*at].parent).map(|at| &*markup.elements[at].name);
        found.extend(misplaced(name, &mut around));
        if element.has_text && (is_among(EMPTY, name) || CONTENTS.iter().any(|(of, _)| *of == name)) {
            found.push(Flaw::Misplaced { name: "text".to_owned(), parent: name.to_owned() });
        }
    }
    found
}

fn wrong_attribute(element: &str, name: &str, value: &str) -> Option<Flaw> {
    let own = OWN_ATTRIBUTES.iter().find(|(of, _)| *of == element).map_or("", |(_, names)| names);
    if !is_among(ATTRIBUTES, name) && !is_among(own, name) {
        let is_old = is_among(OLD_ATTRIBUTES, name);
        return Some(Flaw::Attribute { element: element.to_owned(), name: name.to_owned(), is_old });
    }
    let is_link = matches!(name, "href" | "src" | "cite" | "longdesc" | "usemap");
    // Browsers pass over white space and control characters in a scheme.
    let bare: String = value.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
    let bare = bare.to_ascii_lowercase();
    if is_link && ACTIVE.iter().any(|scheme| bare.starts_with(scheme)) {
        return Some(Flaw::Active(value.to_owned()));
    }
    let is_address = matches!((element, name), ("a", "href") | ("img", "src"));
    // White space in `data:` is passed over by whoever reads it; HL7's own tooling writes it in each narrative.
    let is_spaced = value.contains(char::is_whitespace) && !bare.starts_with("data:");
    (is_address && (value.is_empty() || is_spaced)).then(|| Flaw::Link(value.to_owned()))
}

/// Where an element stands that has no place there; `around` are the elements around it, the nearest first.
fn misplaced(name: &str, around: &mut dyn Iterator<Item = &str>) -> Option<Flaw> {
    let of = |list: &[(&str, &'static str)], name: &str| list.iter().find(|(of, _)| *of == name).map(|(_, names)| *names);
    let parent = around.next();
    let place = of(&PLACES, name);
    let content = parent.and_then(|parent| of(&CONTENTS, parent));
    let is_out = place.is_some_and(|names| parent.is_none_or(|parent| !is_among(names, parent)))
        || content.is_some_and(|names| !is_among(names, name))
        || parent.is_some_and(|parent| is_among(EMPTY, parent));
    let wrong = match is_out {
        true => Some(parent.unwrap_or("")),
        // A block in a line of text, however deep: `div` in `span` in `p`.
        false if is_among(PARAGRAPH_BLOCKS, name) => {
            let breaks = |around: &&str| *around == "p" || (is_among(BLOCKS, name) && is_among(LINES, around));
            parent.into_iter().chain(around).find(breaks)
        }
        false if name == "a" => parent.into_iter().chain(around).find(|around| *around == "a"),
        false => None,
    };
    wrong.map(|parent| Flaw::Misplaced { name: name.to_owned(), parent: parent.to_owned() })
}

fn is_among(names: &str, name: &str) -> bool {
    names.split_ascii_whitespace().any(|found| found == name)
}
