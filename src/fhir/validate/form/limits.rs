//! What a form allows of an answer beyond its type: the extensions that FHIR
//! itself defines for items.

use std::cmp::Ordering;

use bigdecimal::BigDecimal;
use regex::{Regex, RegexBuilder};

use super::codes;
use super::value::{Compared, Value, written_code};
use crate::fhir::fhirpath::decimal;
use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Issues, Scene};

/// Where the extensions of FHIR itself are.
const CORE: &str = "http://hl7.org/fhir/StructureDefinition/";
const MIN_QUANTITY: &str = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-minQuantity";
const MAX_QUANTITY: &str = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-maxQuantity";

/// Bytes that a compiled pattern may take.
const PATTERN_SIZE: usize = 512 * 1024;

/// What a form allows of an answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Limits {
    min_length: Option<usize>,
    pattern: Option<Pattern>,
    min: Option<Value>,
    max: Option<Value>,
    decimal_places: Option<usize>,
    mime_types: Vec<Box<str>>,
    max_size: Option<Box<str>>,
    units: Vec<Value>,
    pub(super) unit_value_set: Option<Box<str>>,
    /// Fewest answers, when there must be several.
    pub(super) min_occurs: Option<usize>,
    pub(super) max_occurs: Option<usize>,
    resources: Vec<Box<str>>,
}

#[derive(Debug, Clone)]
struct Pattern {
    text: Box<str>,
    /// Such as people would write it: `name@example.org`.
    example: Option<Box<str>>,
    /// `None`: not a pattern that is understood here.
    regex: Option<Regex>,
}

/// The extensions with a url.
pub(super) fn extensions<'t>(node: Node<'t>, url: &str) -> impl Iterator<Item = Node<'t>> {
    node.children_named("extension").filter(move |extension| extension.child_value("url") == Some(url))
}

impl Limits {
    /// The limits of an item, when it has any.
    pub(super) fn read(item: Node<'_>) -> Option<Self> {
        item.child("extension")?;
        let values = |name: &str| {
            let url = format!("{CORE}{name}");
            extensions(item, &url).filter_map(|extension| extension.child("value")).collect::<Vec<_>>()
        };
        let text = |name: &str| values(name).first().and_then(|node| node.value());
        let number = |name: &str| text(name).and_then(|text| text.parse().ok());
        let texts = |name: &str| values(name).iter().filter_map(|node| node.value().map(Box::from)).collect::<Vec<_>>();
        let value = |name: &str, quantity: &str| {
            let of_quantity = || extensions(item, quantity).find_map(|extension| extension.child("value"));
            values(name).first().copied().or_else(of_quantity).and_then(Value::read)
        };
        let pattern = text("regex").map(|text_of| Pattern {
            text: text_of.into(),
            example: text("entryFormat").map(Box::from),
            regex: RegexBuilder::new(&format!("^(?:{text_of})$")).size_limit(PATTERN_SIZE).build().ok(),
        });
        Some(Self {
            min_length: number("minLength"),
            pattern,
            min: value("minValue", MIN_QUANTITY),
            max: value("maxValue", MAX_QUANTITY),
            decimal_places: number("maxDecimalPlaces"),
            mime_types: texts("mimeType"),
            max_size: text("maxSize").map(Box::from),
            units: values("questionnaire-unitOption").into_iter().filter_map(Value::read).collect(),
            unit_value_set: text("questionnaire-unitValueSet").map(Box::from),
            min_occurs: number("questionnaire-minOccurs"),
            max_occurs: number("questionnaire-maxOccurs"),
            // R4 and STU3 name the same thing differently.
            resources: [texts("questionnaire-referenceResource"), texts("questionnaire-allowedResource")].concat(),
        })
    }

    /// Whether nothing is limited: the item has extensions of another kind.
    pub(super) fn is_empty(&self) -> bool {
        let Self { min_length, pattern, min, max, decimal_places, mime_types, max_size, units, .. } = self;
        let counts = [min_length, decimal_places, &self.min_occurs, &self.max_occurs];
        counts.iter().all(|limit| limit.is_none())
            && (pattern.is_none() && min.is_none() && max.is_none() && max_size.is_none() && self.unit_value_set.is_none())
            && (mime_types.is_empty() && units.is_empty() && self.resources.is_empty())
    }

    /// Holds an answer of the right type against the limits.
    pub(super) fn check(&self, value: Node<'_>, issues: &mut Issues) {
        match value.type_name() {
            "string" | "uri" => self.text(value, issues),
            "decimal" => self.places(value, issues),
            "Attachment" => self.attachment(value, issues),
            "Quantity" => self.unit(value, issues),
            "Reference" => self.reference(value, issues),
            _ => {}
        }
        let bounds = [(&self.min, Ordering::Less, &codes::TOO_LITTLE), (&self.max, Ordering::Greater, &codes::TOO_MUCH)];
        for (limit, beyond, code) in bounds {
            let Some(limit) = limit else { continue };
            let issue = match limit.compare(value) {
                Compared::Ordered(order) if order == beyond => Issue::error(code, value),
                Compared::OtherDimension => Issue::error(&codes::INCOMPARABLE, value),
                Compared::Unknown => Issue::cant_tell(&codes::LIMIT_UNCLEAR, value),
                _ => continue,
            };
            issues.push(issue.with("limit", limit.to_string()).with("found", found(value)));
        }
    }

    fn text(&self, value: Node<'_>, issues: &mut Issues) {
        let text = value.value().unwrap_or_default();
        let length = text.chars().count();
        if let Some(limit) = self.min_length.filter(|limit| length < *limit) {
            let issue = Issue::error(&codes::TOO_SHORT, value);
            issues.push(issue.with("expected", limit.to_string()).with("found", length.to_string()));
        }
        let Some(pattern) = &self.pattern else { return };
        let issue = match &pattern.regex {
            Some(regex) if regex.is_match(text) => return,
            Some(_) => Issue::error(&codes::OTHER_PATTERN, value),
            None => Issue::cant_tell(&codes::PATTERN_UNCLEAR, value),
        };
        issues.push(issue.with("expected", pattern.example.as_ref().unwrap_or(&pattern.text).to_string()));
    }

    fn places(&self, value: Node<'_>, issues: &mut Issues) {
        let Some(limit) = self.decimal_places else { return };
        let number = value.value().and_then(decimal);
        let places = number.map_or(0, |number| number.normalized().fractional_digit_count());
        if usize::try_from(places).is_ok_and(|places| places > limit) {
            let issue = Issue::error(&codes::DECIMAL_PLACES, value);
            issues.push(issue.with("expected", limit.to_string()).with("found", places.to_string()));
        }
    }

    fn attachment(&self, value: Node<'_>, issues: &mut Issues) {
        // What answers is the whole; its parts only say how.
        let answer = value.parent().unwrap_or(value);
        let content_type = value.child_value("contentType").unwrap_or_default();
        if !self.mime_types.is_empty() && !self.mime_types.iter().any(|allowed| **allowed == *content_type) {
            let issue = Issue::error(&codes::ATTACHMENT_TYPE, answer);
            issues.push(issue.with("expected", self.mime_types.join(", ")).with("found", content_type));
        }
        let Some(limit) = self.max_size.as_deref() else { return };
        let size = value.child_value("size").map_or_else(|| data_size(value), |size| size.parse().ok());
        let Some(size) = size else { return };
        if decimal(limit).is_some_and(|limit| limit < BigDecimal::from(size)) {
            let issue = Issue::error(&codes::ATTACHMENT_SIZE, answer);
            issues.push(issue.with("expected", limit).with("found", size.to_string()));
        }
    }

    fn unit(&self, value: Node<'_>, issues: &mut Issues) {
        let part = |name: &str| value.child_value(name);
        let is_unit = |unit: &Value| match unit {
            Value::Coding { system, code, .. } => system.as_deref() == part("system") && code.as_deref() == part("code"),
            _ => false,
        };
        if !self.units.is_empty() && !self.units.iter().any(is_unit) {
            let allowed: Vec<String> = self.units.iter().map(Value::to_string).collect();
            let issue = Issue::error(&codes::UNIT_NOT_ALLOWED, value).with("expected", allowed.join(", "));
            issues.push(issue.with("found", found(value)));
        }
    }

    fn reference(&self, value: Node<'_>, issues: &mut Issues) {
        let Some(type_name) = value.child_value("reference").and_then(referred_type) else { return };
        if !self.resources.is_empty() && !self.resources.iter().any(|allowed| **allowed == *type_name) {
            let issue = Issue::error(&codes::REFERENCE_TYPE, value);
            issues.push(issue.with("expected", self.resources.join(", ")).with("found", type_name));
        }
    }
}

/// A reference in an answer to what is no resource.
pub(super) fn check_reference(scene: &Scene<'_, '_>, value: Node<'_>, issues: &mut Issues) {
    let Some(type_name) = value.child_value("reference").and_then(referred_type) else { return };
    if scene.types().resource(type_name).is_none() {
        issues.push(Issue::error(&codes::REFERENCE_NO_RESOURCE, value).with("found", type_name));
    }
}

/// `Patient` of `Patient/1`, also at the end of an address and before a version.
fn referred_type(reference: &str) -> Option<&str> {
    let reference = reference.split_once("/_history/").map_or(reference, |(before, _)| before);
    let (before, id) = reference.rsplit_once('/')?;
    let type_name = before.rsplit('/').next()?;
    let is_type = type_name.starts_with(|letter: char| letter.is_ascii_uppercase())
        && type_name.chars().all(|letter| letter.is_ascii_alphanumeric());
    (is_type && !id.is_empty()).then_some(type_name)
}

/// Bytes that base64 stands for.
fn data_size(value: Node<'_>) -> Option<u64> {
    let data = value.child_value("data")?;
    let letters = data.bytes().filter(|letter| !letter.is_ascii_whitespace() && *letter != b'=').count();
    u64::try_from(letters * 3 / 4).ok()
}

/// What was answered, in short.
pub(super) fn found(value: Node<'_>) -> String {
    let part = |name: &str| value.child_value(name).unwrap_or_default();
    match value.type_name() {
        "Coding" if part("code").is_empty() => part("display").to_owned(),
        "Coding" => written_code(part("system"), part("code")),
        "Quantity" => {
            let unit = if part("code").is_empty() { part("unit") } else { part("code") };
            format!("{} {unit}", part("value"))
        }
        _ => value.value().unwrap_or_default().to_owned(),
    }
}
