//! Invariants: the FHIRPath of a profile and of the types. What FHIR asks of
//! every element is looked at without FHIRPath, with the same answer.

use super::{bundle, contained, meaning, reference};
use crate::fhir::definition::{Constraint, Severity as Weight};
use crate::fhir::fhirpath::{Expression, Item};
use crate::fhir::narrative;
use crate::fhir::node::Node;
use crate::fhir::validate::profile::Invariant;
use crate::fhir::validate::walk::Place;
use crate::fhir::validate::{Issue, Issues, Scene, Severity, codes};

codes! {
    /// An invariant is not true.
    FAILED "invariant-failed" "invariant" None;
        en "invariant `{key}` is not met: {human}", "{mend}";
        nl "aan invariant `{key}` is niet voldaan: {human_nl}", "{mend_nl}";
    /// An invariant cannot be evaluated.
    UNDECIDED "invariant-undecided" "not-supported" None;
        en "invariant `{key}` cannot be decided here: {why}", "look at it by hand";
        nl "invariant `{key}` is hier niet te beslissen: {why}", "bekijk hem met de hand";
}

/// What to do where nothing better is known.
const ITS_EXPRESSION: (&str, &str) =
    ("see what its expression asks for, and fill or change that", "kijk wat de expressie ervan vraagt, en vul of verander dat");

/// An expression that is decided without FHIRPath.
pub(crate) type Native = fn(Node<'_>) -> bool;

/// Expressions, as R4 and STU3 write them, of invariants that every element or
/// extension has: nearly all the work is theirs.
pub(super) const NATIVE: &[(&str, Native)] = &[
    ("hasValue() or (children().count() > id.count())", has_content),
    ("hasValue() | (children().count() > id.count())", has_content),
    ("hasValue() or (children().count() > id.count()) or $this is Parameters", has_content),
    ("extension.exists() != value.exists()", has_value_or_extensions),
    ("$this.extension.exists() != $this.value.exists()", has_value_or_extensions),
];

/// Expressions that do not say what their own words do: decided by the words. `que-7` of
/// R4 asks for FHIRPath's `Boolean`, which no element is; its words, and R5, for `boolean`.
const BY_ITS_WORDS: [(&str, Native); 1] = [(EXISTS_BY_BOOLEAN, exists_by_boolean)];
const EXISTS_BY_BOOLEAN: &str = "operator = 'exists' implies (answer is Boolean)";

/// Whether an invariant is one that a rule of its own says, at the element that is wrong
/// and in linear time. Only FHIR's own: a profile may use the same key for something else.
pub(crate) fn is_said_elsewhere(constraint: &Constraint) -> bool {
    let is_of = |name: &str| constraint.source.as_deref().is_none_or(|source| source.rsplit('/').next() == Some(name));
    let said = [("Bundle", bundle::SAID), ("DomainResource", contained::SAID), ("Reference", reference::SAID)];
    said.iter().any(|(of, keys)| keys.contains(&&*constraint.key) && is_of(of))
}

/// Invariants of a narrative, both `htmlChecks()`: each is told of for its own half.
const NARRATIVE: [(&str, Native); 2] = [
    ("txt-1", |node| node.value().is_none_or(narrative::is_allowed)),
    ("txt-2", |node| node.value().is_none_or(narrative::has_content)),
];

/// How an invariant is decided without FHIRPath, where its expression is one of a few.
pub(crate) fn native(key: &str, expression: &str) -> Option<Native> {
    let list = if expression.eq_ignore_ascii_case("htmlChecks()") { &NARRATIVE[..] } else { NATIVE };
    let wanted = if expression.eq_ignore_ascii_case("htmlChecks()") { key } else { expression };
    list.iter().chain(&BY_ITS_WORDS).find(|(text, _)| *text == wanted).map(|(_, native)| *native)
}

fn has_content(node: Node<'_>) -> bool {
    node.value().is_some() || node.children().any(|child| child.name() != "id") || node.type_name() == "Parameters"
}

fn exists_by_boolean(node: Node<'_>) -> bool {
    node.child_value("operator") != Some("exists") || node.child("answer").is_none_or(|answer| answer.type_name() == "boolean")
}

fn has_value_or_extensions(node: Node<'_>) -> bool {
    node.child("extension").is_some() != node.child("value").is_some()
}

/// Whether the invariants of a rule are true of an element.
pub(crate) fn check<'t>(scene: &Scene<'_, 't>, node: Node<'t>, place: Place<'_>, issues: &mut Issues) {
    for invariant in &place.rule.invariants {
        match (&invariant.expression, invariant.native) {
            // What has nothing in it is told as such (`shape`).
            (Some(Ok(_)), Some(native)) if native(node) || (node.is_bare() && node.parent().is_some()) => {}
            (Some(Ok(expression)), Some(_)) => issues.push(failed(node, (place, invariant, expression))),
            (Some(Ok(expression)), None) => evaluate(scene, node, (place, invariant, expression), issues),
            (Some(Err(why)), _) => issues.push(undecided(node, place, invariant).with("why", why.as_str())),
            (None, _) => {}
        }
    }
}

type About<'a> = (Place<'a>, &'a Invariant, &'a Expression);

fn evaluate<'t>(scene: &Scene<'_, 't>, node: Node<'t>, (place, invariant, expression): About<'_>, issues: &mut Issues) {
    // What a Bundle's profile says of the resource in an entry, it says as a Bundle: `%resource` is
    // the one whose definition the invariant stands in.
    let is_within = node.is_resource() && !std::ptr::eq(place.rule, place.profile.root());
    let around = node.parent().filter(|_| is_within).and_then(Node::resource);
    let environment = around.map(|resource| {
        let root = if resource.name() == "contained" { resource.parent().and_then(Node::resource) } else { None };
        let variables = scene.environment.clone().with("resource", vec![Item::Node(resource)]);
        variables.with("rootResource", vec![Item::Node(root.unwrap_or(resource))])
    });
    let items = match expression.evaluate(node, environment.as_ref().unwrap_or(&scene.environment)) {
        Ok(items) => items,
        Err(error) => return issues.push(undecided(node, place, invariant).with("why", error.to_string())),
    };
    if is_true(&items) {
        return;
    }
    issues.push(failed(node, (place, invariant, expression)));
}

fn failed(node: Node<'_>, (place, invariant, expression): About<'_>) -> Issue {
    let severity = match invariant.constraint.severity {
        Weight::Error => Severity::Error,
        Weight::Warning | Weight::Information => Severity::Warning,
    };
    let mut issue = Issue::new(&FAILED, severity, node).of(&place.profile.canonical);
    issue.key = Some(invariant.constraint.key.clone());
    issue = issue.with("key", &*invariant.constraint.key).with("expected", expression.text());
    let (told, mend) = (("human", "human_nl"), ("mend", "mend_nl"));
    if let Some(known) = meaning::meaning(&invariant.constraint.key, expression.text()) {
        return issue.saying(told, known.what).saying(mend, known.mend);
    }
    // The package says what it means; what is built in has no sentences, and the expression says it itself.
    let human = match &*invariant.constraint.human {
        "" => format!("`{}`", expression.text()),
        human => human.to_owned(),
    };
    issue.saying(told, (human.as_str(), human.as_str())).saying(mend, ITS_EXPRESSION)
}

/// Nothing is no answer: the expression is about elements that are not there. What is no
/// boolean is something, and of many one is enough: STU3 writes `|` where it means `or`.
pub(super) fn is_true(items: &[Item<'_>]) -> bool {
    let is_false = |item: &Item<'_>| match item {
        Item::Boolean(value) => !value,
        Item::Node(node) => node.type_name() == "boolean" && node.value() == Some("false"),
        _ => false,
    };
    items.is_empty() || !items.iter().all(is_false)
}

fn undecided(node: Node<'_>, place: Place<'_>, invariant: &Invariant) -> Issue {
    let mut issue = Issue::cant_tell(&UNDECIDED, node).of(&place.profile.canonical);
    issue.key = Some(invariant.constraint.key.clone());
    issue.with("key", &*invariant.constraint.key)
}

#[cfg(test)]
mod tests {
    use super::{EXISTS_BY_BOOLEAN, native};
    use crate::fhir::{json, types};

    #[test]
    fn exists_takes_a_boolean() {
        let holds = |condition: &str| {
            let item = format!(r#"{{"linkId":"1","type":"string","enableWhen":[{{"question":"2",{condition}}}]}}"#);
            let text = format!(r#"{{"resourceType":"Questionnaire","status":"draft","item":[{item}]}}"#);
            let tree = json::read(text.as_bytes(), types::r4()).expect("it can be read");
            let condition = tree.root().child("item").and_then(|item| item.child("enableWhen")).expect("it has a condition");
            native("que-7", EXISTS_BY_BOOLEAN).expect("it is decided without FHIRPath")(condition)
        };
        assert!(holds(r#""operator":"exists","answerBoolean":true"#));
        assert!(!holds(r#""operator":"exists","answerString":"true""#));
        assert!(holds(r#""operator":"=","answerString":"a""#));
    }
}
