//! Extensions: whether their definition is known and met, and whether they
//! stand where it lets them. <https://hl7.org/fhir/R4/extensibility.html>

use std::sync::Arc;

use super::primitive::is_absolute;
use crate::fhir::definition::Context;
use crate::fhir::fhirpath::{self, Item};
use crate::fhir::node::Node;
use crate::fhir::validate::profile::Profile;
use crate::fhir::validate::{Issue, Issues, Scene, Severity, UnknownExtensions, codes, walk};

codes! {
    /// There is no url.
    NO_URL "extension-url-missing" "required" Some("Extension_EXT_Url_NotFound");
        en "the extension has no `url`, so nobody can know what it says", "add the canonical of its definition as `url`";
        nl "de extensie heeft geen `url`, dus niemand kan weten wat zij zegt", "voeg de canonical van de definitie toe als `url`";
    /// The url is not absolute.
    URL_RELATIVE "extension-url-relative" "invalid" Some("Extension_EXT_URL_Absolute");
        en "`{found}` is no absolute URL, and only an extension within another may have such a name", "write the canonical of its definition";
        nl "`{found}` is geen absolute URL; alleen een extensie binnen een andere mag zo heten", "schrijf de canonical van de definitie";
    /// The url names a version.
    URL_VERSIONED "extension-url-versioned" "invalid" None;
        en "the url `{found}` names a version, which the url of an extension never does", "take `|` and the version away";
        nl "de url `{found}` noemt een versie, wat de url van een extensie nooit doet", "haal `|` en de versie weg";
    /// The definition is not known.
    UNKNOWN "extension-unknown" "extension" Some("Extension_EXT_Unknown_NotHere");
        en "the extension `{found}` is not known here", "mend the url, or load the package that defines it";
        nl "de extensie `{found}` is hier niet bekend", "herstel de url, of laad het package dat haar definieert";
    /// The extension around it has no such part.
    PART_UNKNOWN "extension-part-unknown" "invalid" Some("Extension_EXT_SubExtension_Invalid");
        en "the extension `{expected}` has no part `{found}`", "use a part that its definition has";
        nl "de extensie `{expected}` heeft geen deel `{found}`", "gebruik een deel dat de definitie heeft";
    /// It may not stand here.
    WRONG_CONTEXT "extension-wrong-context" "business-rule" Some("Extension_EXTP_Context_Wrong");
        en "the extension `{extension}` may not stand on `{found}`, only on {expected}", "move it to where it belongs, or take it out";
        nl "de extensie `{extension}` mag niet op `{found}` staan, alleen op {expected}", "zet haar waar zij hoort, of haal haar weg";
    /// It changes the meaning, and does not stand under `modifierExtension`.
    MODIFIER "extension-modifier" "business-rule" Some("Extension_EXT_Modifier_Y");
        en "the extension `{extension}` changes the meaning of what it stands on", "put it under `modifierExtension`";
        nl "de extensie `{extension}` verandert de betekenis van waar zij op staat", "zet haar onder `modifierExtension`";
    /// It changes no meaning, and stands under `modifierExtension`.
    NO_MODIFIER "extension-no-modifier" "business-rule" Some("Extension_EXT_Modifier_N");
        en "the extension `{extension}` does not change the meaning of what it stands on", "put it under `extension`";
        nl "de extensie `{extension}` verandert de betekenis niet van waar zij op staat", "zet haar onder `extension`";
}

/// An extension on any element.
pub(crate) fn check<'t>(scene: &Scene<'_, 't>, node: Node<'t>, issues: &mut Issues) {
    let Some(parent) = node.parent().filter(|_| node.type_name() == "Extension") else { return };
    let Some(url) = node.child_value("url").filter(|url| !url.is_empty()) else {
        return issues.push(Issue::error(&NO_URL, node));
    };
    if !is_absolute(url) {
        return match parent.type_name() {
            "Extension" => part(scene, node, (parent, url), issues),
            _ => issues.push(Issue::error(&URL_RELATIVE, node).with("found", url)),
        };
    }
    if url.contains('|') {
        issues.push(Issue::error(&URL_VERSIONED, node).with("found", url));
    }
    match scene.profile(url) {
        Ok(profile) if *profile.definition.type_name == *"Extension" => {
            known(scene, node, (parent, url), &profile, issues);
        }
        _ => issues.push(Issue::new(&UNKNOWN, weight(scene, node), node).with("found", url)),
    }
}

fn weight(scene: &Scene<'_, '_>, node: Node<'_>) -> Severity {
    match scene.unknown_extensions {
        UnknownExtensions::Refuse => Severity::Error,
        // Who does not know a modifier cannot know what it stands on.
        UnknownExtensions::Allow if node.name() == "modifierExtension" => Severity::CantTell,
        UnknownExtensions::Allow => Severity::Warning,
    }
}

fn part(scene: &Scene<'_, '_>, node: Node<'_>, (around, url): (Node<'_>, &str), issues: &mut Issues) {
    let Some(canonical) = around.child_value("url").filter(|canonical| is_absolute(canonical)) else { return };
    let Ok(profile) = scene.profile(canonical) else { return };
    let parts = profile.child(profile.root(), "extension").map(|index| &profile.rules[index].slices);
    let fixed = |slice: &usize| {
        let rule = profile.child(&profile.rules[*slice], "url").map(|index| &profile.rules[index].element);
        rule.and_then(|element| element.fixed.as_ref()).is_some_and(|fixed| fixed.root().value() == Some(url))
    };
    if !parts.is_some_and(|parts| parts.iter().any(fixed)) {
        issues.push(Issue::error(&PART_UNKNOWN, node).with("expected", canonical).with("found", url));
    }
}

fn known<'t>(
    scene: &Scene<'_, 't>,
    node: Node<'t>,
    (parent, url): (Node<'t>, &str),
    profile: &Arc<Profile>,
    issues: &mut Issues,
) {
    walk::against(scene, node, profile, issues);
    let is_modifier = profile.root().element.is_modifier;
    let stands_as_modifier = node.name() == "modifierExtension";
    if is_modifier && !stands_as_modifier {
        issues.push(Issue::error(&MODIFIER, node).with("extension", url));
    } else if !is_modifier && stands_as_modifier {
        issues.push(Issue::error(&NO_MODIFIER, node).with("extension", url));
    }
    let contexts = &profile.definition.contexts;
    if !contexts.is_empty() && !contexts.iter().any(|context| fits(scene, parent, context)) {
        let allowed: Vec<String> = contexts.iter().map(|context| format!("`{}`", name(context))).collect();
        let issue = Issue::error(&WRONG_CONTEXT, parent).of(&profile.canonical).with("extension", url);
        issues.push(issue.with("found", places(parent).remove(0)).with("expected", allowed.join(", ")));
    }
}

fn name(context: &Context) -> &str {
    match context {
        Context::Element(name) | Context::Extension(name) | Context::Fhirpath(name) => name,
    }
}

/// Whether an extension that names a context may stand on an element. One that
/// cannot be evaluated lets it.
fn fits<'t>(scene: &Scene<'_, 't>, parent: Node<'t>, context: &Context) -> bool {
    match context {
        Context::Extension(url) => parent.type_name() == "Extension" && is_extension(parent, url),
        Context::Element(path) => stands_on(scene, parent, path),
        Context::Fhirpath(expression) => {
            let resource = std::iter::successors(Some(parent), |node| node.parent()).find(|node| node.is_resource());
            let items = fhirpath::parse(expression)
                .ok()
                .zip(resource)
                .and_then(|(expression, resource)| expression.evaluate(resource, &scene.environment).ok());
            items.is_none_or(|items| items.iter().any(|item| matches!(item, Item::Node(node) if *node == parent)))
        }
    }
}

/// Whether an extension is the one with a canonical, or with `canonical#part` a part of it.
fn is_extension(node: Node<'_>, canonical: &str) -> bool {
    match canonical.split_once('#') {
        None => node.child_value("url") == Some(canonical),
        Some((whole, part)) => {
            let around = node.parent().filter(|around| around.type_name() == "Extension");
            node.child_value("url") == Some(part) && around.is_some_and(|around| around.child_value("url") == Some(whole))
        }
    }
}

fn stands_on(scene: &Scene<'_, '_>, parent: Node<'_>, path: &str) -> bool {
    // `profile#Patient.name`: an element of a profile; that is more than the element itself can tell.
    let path = path.rsplit('#').next().unwrap_or(path).replace("[x]", "");
    let types = scene.types();
    match &*path {
        // Any element, the resource as a whole among them: the tooling of HL7 and its own packages take it so.
        "Element" | "*" => true,
        // Names that later versions have for resources that have a canonical.
        "CanonicalResource" | "MetadataResource" => {
            parent.is_resource() && types.get(parent.type_name()).is_some_and(|of| of.element("url").is_some())
        }
        _ => types.is_a(parent.type_name(), &path) || places(parent).iter().any(|place| *place == path),
    }
}

/// The names of the place of an element: from its resource, and from each element
/// around it that has a type of its own: `Patient.name.family`, `HumanName.family`.
/// A choice has its name with and without type: `Observation.value`, `Observation.valueString`.
fn places(node: Node<'_>) -> Vec<String> {
    let mut places = Vec::new();
    let mut names: Vec<Node<'_>> = Vec::new();
    for around in std::iter::successors(Some(node), |node| node.parent()) {
        let start = around.type_name();
        if !start.is_empty() && !start.contains('.') {
            let place = |name: &dyn Fn(&Node<'_>) -> String| {
                let below = names.iter().rev().map(name);
                std::iter::once(start.to_owned()).chain(below).collect::<Vec<_>>().join(".")
            };
            if names.iter().any(|node| node.is_choice()) {
                places.push(place(&|node| node.written_name().into_owned()));
            }
            places.push(place(&|node| node.name().to_owned()));
        }
        if around.is_resource() {
            break;
        }
        names.push(around);
    }
    places.reverse();
    places
}
