//! References: how they are written, what they lead to in the same document, and
//! whether that is what the profile asks for. What is not in the document is
//! not fetched: only its type is looked at, where the reference says it.
//! <https://hl7.org/fhir/R4/references.html>

use std::sync::Arc;

use super::primitive::{is_absolute, is_id};
use crate::fhir::definition::ElementType;
use crate::fhir::node::Node;
use crate::fhir::validate::walk::{self, Place};
use crate::fhir::validate::{Issue, Issues, Scene, codes};

codes! {
    /// It is written as no reference is.
    MALFORMED "reference-malformed" "invalid" Some("REFERENCE_REF_INVALID_REF");
        en "`{found}` is no reference", "write `Type/id`, an absolute URL, `urn:uuid:…`, or `#` and the id of a contained resource";
        nl "`{found}` is geen verwijzing", "schrijf `Type/id`, een absolute URL, `urn:uuid:…`, of `#` en het id van een ingesloten resource";
    /// The contained resource is not there.
    NOT_CONTAINED "reference-contained-missing" "not-found" Some("Reference_REF_CantResolve");
        en "`{found}` refers to a contained resource that is not there (ref-1)", "add it to `contained` with this id, or mend the reference";
        nl "`{found}` verwijst naar een ingesloten resource die er niet is (ref-1)", "zet hem met dit id in `contained`, of herstel de verwijzing";
    /// What it leads to is of another type.
    WRONG_TYPE "reference-target-type" "invalid" Some("Reference_REF_BadTargetType");
        en "`{element}` refers to a `{found}`, allowed: {expected}", "refer to a resource of a type that is allowed";
        nl "`{element}` verwijst naar een `{found}`, toegestaan: {expected}", "verwijs naar een resource van een toegestaan type";
    /// `Reference.type` is no type that is allowed.
    TYPE_NOT_ALLOWED "reference-type-not-allowed" "structure" Some("Reference_REF_WrongTarget");
        en "`{element}` says that it refers to a `{found}`, allowed: {expected}", "mend `type`, or refer to something else";
        nl "`{element}` zegt naar een `{found}` te verwijzen, toegestaan: {expected}", "herstel `type`, of verwijs naar iets anders";
    /// `Reference.type` and the reference differ.
    TYPES_DIFFER "reference-types-differ" "structure" Some("Reference_REF_BadTargetType");
        en "`type` says `{expected}`, the reference itself leads to a `{found}`", "make both say the same, or leave `type` out";
        nl "`type` zegt `{expected}`, de verwijzing zelf leidt naar een `{found}`", "laat beide hetzelfde zeggen, of laat `type` weg";
    /// What it leads to meets none of the profiles.
    NO_PROFILE_MET "reference-target-profile" "structure" Some("Reference_REF_CantMatchChoice");
        en "what `{element}` refers to, `{found}`, meets none of {expected}", "mend the resource, or refer to another";
        nl "waar `{element}` naar verwijst, `{found}`, voldoet aan geen van {expected}", "herstel de resource, of verwijs naar een andere";
    /// The reference is held, but not as the profile asks.
    AGGREGATION "reference-aggregation" "business-rule" Some("Reference_REF_Aggregation");
        en "what `{element}` refers to is {found}, asked for: {expected}", "put it where the profile asks for it";
        nl "waar `{element}` naar verwijst is {found}, gevraagd: {expected}", "zet het waar het profiel erom vraagt";
}

/// Keys of the invariants of `Reference` that are said here.
pub(super) const SAID: &[&str] = &["ref-1"];

/// How a reference itself is written, whatever a profile says.
pub(crate) fn written<'t>(scene: &Scene<'_, 't>, node: Node<'t>, issues: &mut Issues) {
    let Some((reference, text)) = text(node) else { return };
    if let Some(id) = text.strip_prefix('#') {
        if !id.is_empty() && contained(node, id).is_none() {
            issues.push(Issue::error(&NOT_CONTAINED, node).with("found", text));
        } else if id.is_empty() && !is_within(node) {
            issues.push(Issue::error(&NOT_CONTAINED, node).with("found", text));
        }
    } else if !is_absolute(text) && (text.contains(char::is_whitespace) || text.is_empty()) {
        issues.push(Issue::error(&MALFORMED, reference).with("found", text));
    } else if !is_absolute(text) && relative(scene, text).is_none() {
        issues.push(Issue::warning(&MALFORMED, reference).with("found", text));
    }
    if let (Some(said), Some(found)) = (node.child("type"), leads_to(scene, node, text))
        && said.value().is_some_and(|said| said != found && scene.types().resource(said).is_some())
    {
        issues.push(Issue::error(&TYPES_DIFFER, node).with("expected", said.value().unwrap_or_default()).with("found", found));
    }
}

/// Whether a reference leads to what a profile asks for.
pub(crate) fn check<'t>(scene: &Scene<'_, 't>, node: Node<'t>, place: Place<'_>, issues: &mut Issues) {
    let asked: Vec<&ElementType> = place.rule.element.types.iter().filter(|asked| &*asked.code == "Reference").collect();
    let targets: Vec<&Arc<str>> = asked.iter().flat_map(|asked| &asked.targets).collect();
    let Some((_, text)) = text(node) else { return said(scene, node, (place, &targets), issues) };
    let target = resolve(scene, node, text);
    aggregation(node, (place, &asked), (text, target), issues);
    if targets.is_empty() {
        return;
    }
    said(scene, node, (place, &targets), issues);
    let Some(allowed) = types_of(scene, &targets) else { return };
    let issue = |code, found: &str| {
        let issue = Issue::error(code, node).of(&place.profile.canonical).with("element", &*place.rule.element.id);
        issue.with("found", found)
    };
    match (target, leads_to(scene, node, text)) {
        (Some(target), _) if !is_one_of(scene, target.type_name(), &allowed) => {
            issues.push(issue(&WRONG_TYPE, target.type_name()).with("expected", listed(&allowed)));
        }
        (Some(target), _) => profiles(scene, (target, text), &targets, &issue, issues),
        // Nobody has the resource here; its address is a strong hint, no proof.
        (None, Some(found)) if !is_one_of(scene, found, &allowed) => {
            let mut issue = issue(&WRONG_TYPE, found).with("expected", listed(&allowed));
            issue.severity = crate::fhir::validate::Severity::Warning;
            issues.push(issue);
        }
        _ => {}
    }
}

/// `Reference.type` beside the types that are allowed.
fn said(scene: &Scene<'_, '_>, node: Node<'_>, (place, targets): (Place<'_>, &[&Arc<str>]), issues: &mut Issues) {
    let Some(said) = node.child("type").and_then(Node::value).filter(|_| !targets.is_empty()) else { return };
    let said = said.strip_prefix("http://hl7.org/fhir/StructureDefinition/").unwrap_or(said);
    if let Some(allowed) = types_of(scene, targets).filter(|allowed| !is_one_of(scene, said, allowed)) {
        let issue = Issue::error(&TYPE_NOT_ALLOWED, node).of(&place.profile.canonical);
        let issue = issue.with("element", &*place.rule.element.id);
        issues.push(issue.with("found", said).with("expected", listed(&allowed)));
    }
}

fn profiles<'t>(
    scene: &Scene<'_, 't>,
    (target, text): (Node<'t>, &str),
    targets: &[&Arc<str>],
    issue: &dyn Fn(&'static crate::fhir::validate::Code, &str) -> Issue,
    issues: &mut Issues,
) {
    let meets = |canonical: &&Arc<str>| match scene.profile(canonical) {
        Ok(profile) if !walk::applies(scene, target, &profile) => Some(false),
        Ok(profile) => walk::meets(scene, target, &profile),
        Err(_) => None,
    };
    if targets.iter().all(|canonical| meets(canonical) == Some(false)) {
        let names: Vec<String> = targets.iter().map(|name| format!("`{name}`")).collect();
        issues.push(issue(&NO_PROFILE_MET, text).with("expected", names.join(", ")));
    }
}

fn aggregation(
    node: Node<'_>,
    (place, asked): (Place<'_>, &[&ElementType]),
    (text, target): (&str, Option<Node<'_>>),
    issues: &mut Issues,
) {
    let modes: Vec<&str> = asked.iter().flat_map(|asked| &asked.aggregation).map(|mode| &**mode).collect();
    let found = match target {
        _ if text.starts_with('#') => "contained",
        Some(_) => "bundled",
        None => "referenced",
    };
    // What is in the same Bundle is referred to as well.
    if !modes.is_empty() && !modes.contains(&found) && !(found == "bundled" && modes.contains(&"referenced")) {
        let issue = Issue::error(&AGGREGATION, node).of(&place.profile.canonical).with("element", &*place.rule.element.id);
        issues.push(issue.with("found", found).with("expected", modes.join(", ")));
    }
}

/// The element that holds the reference, and its characters.
fn text(node: Node<'_>) -> Option<(Node<'_>, &str)> {
    let reference = node.child("reference").filter(|_| node.type_name() == "Reference")?;
    Some((reference, reference.value()?))
}

/// The resource that holds contained ones: that around an element, which may be contained itself.
fn holder(node: Node<'_>) -> Option<Node<'_>> {
    let around = std::iter::successors(node.parent(), |node| node.parent());
    around.filter(|node| node.is_resource()).find(|node| node.name() != "contained")
}

fn is_within(node: Node<'_>) -> bool {
    std::iter::successors(node.parent(), |node| node.parent()).any(|node| node.name() == "contained" && node.is_resource())
}

fn contained<'t>(node: Node<'t>, id: &str) -> Option<Node<'t>> {
    holder(node)?.children_named("contained").find(|contained| contained.child_value("id") == Some(id))
}

/// The resource behind a reference, where it is in the same document or known around it.
pub(crate) fn resolve<'t>(scene: &Scene<'_, 't>, node: Node<'t>, text: &str) -> Option<Node<'t>> {
    match text.strip_prefix('#') {
        Some("") => is_within(node).then(|| holder(node)).flatten(),
        Some(id) => contained(node, id),
        None => scene.bundled(node, text).or_else(|| scene.environment.resolver.and_then(|resolver| resolver(text))),
    }
}

/// The type that a reference leads to, by what it finds or by how it is written.
fn leads_to<'t>(scene: &Scene<'_, 't>, node: Node<'t>, text: &'t str) -> Option<&'t str> {
    if let Some(target) = resolve(scene, node, text) {
        return Some(target.type_name());
    }
    relative(scene, text).or_else(|| {
        // Of an absolute address only the end is ours to read.
        let parts: Vec<&str> = text.split('/').collect();
        let place = parts.iter().rposition(|part| scene.types().resource(part).is_some())?;
        (is_absolute(text) && place > 2 && parts.get(place + 1).is_some_and(|id| is_id(id))).then_some(parts[place])
    })
}

/// The type of `Type/id` and `Type/id/_history/version`.
fn relative<'r>(scene: &Scene<'_, '_>, text: &'r str) -> Option<&'r str> {
    let parts: Vec<&str> = text.split('/').collect();
    let (of, id) = match parts.as_slice() {
        [of, id] | [of, id, "_history", _] => (*of, *id),
        _ => return None,
    };
    (scene.types().resource(of).is_some() && is_id(id)).then_some(of)
}

/// The types of the profiles that may be referred to; `None` when one is not known.
fn types_of(scene: &Scene<'_, '_>, targets: &[&Arc<str>]) -> Option<Vec<Arc<str>>> {
    targets.iter().map(|canonical| Some(Arc::clone(&scene.profile(canonical).ok()?.definition.type_name))).collect()
}

fn is_one_of(scene: &Scene<'_, '_>, found: &str, allowed: &[Arc<str>]) -> bool {
    allowed.iter().any(|allowed| scene.types().is_a(found, allowed))
}

fn listed(names: &[Arc<str>]) -> String {
    let mut names: Vec<&str> = names.iter().map(|name| &**name).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}
