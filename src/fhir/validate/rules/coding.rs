//! Codes with their systems, wherever they stand: a system that is one, a code that
//! the system has, a display that belongs to the code. What value set a code should
//! come from is asked by bindings.

use super::primitive::is_absolute;
use crate::fhir::node::Node;
use crate::fhir::terminology::{CodeSystem, Concept, DisplayCheck, check_display};
use crate::fhir::validate::{Issue, Issues, Scene, Severity, codes};

codes! {
    /// The system is no absolute URI.
    RELATIVE "coding-system-relative" "code-invalid" Some("Terminology_TX_System_Relative");
        en "the system `{found}` is no absolute URI", "write the whole URI of the code system";
        nl "het codestelsel `{found}` is geen absolute URI", "schrijf de hele URI van het codestelsel";
    /// The system is a value set.
    VALUE_SET "coding-system-a-value-set" "code-invalid" Some("Terminology_TX_System_ValueSet2");
        en "the system `{found}` is a value set, which has no codes of its own", "write the code system that the code is from: {expected}";
        nl "het codestelsel `{found}` is een waardelijst, die zelf geen codes heeft", "schrijf het codestelsel waaruit de code komt: {expected}";
    /// A code without a system.
    NO_SYSTEM "coding-without-system" "code-invalid" Some("TERMINOLOGY_TX_SYSTEM_NO_CODE");
        en "the code `{found}` has no system, so no one can tell what it means", "add the system";
        nl "de code `{found}` heeft geen codestelsel, dus niemand weet wat hij betekent", "voeg het codestelsel toe";
    /// The system does not have the code.
    NO_CODE "code-unknown" "code-invalid" Some("Unknown_Code_in_Version");
        en "`{system}` has no code `{found}`", "{nearest}";
        nl "`{system}` heeft geen code `{found}`", "{nearest_nl}";
    /// The display is that of another code, or of none.
    DISPLAY "display-wrong" "code-invalid" Some("Display_Name_for__should_be_one_of__instead_of");
        en "`{found}` is no display of `{system}#{code}`", "{advice}";
        nl "`{found}` is geen display van `{system}#{code}`", "{advice_nl}";
}

/// Displays that a message names, at most.
const MOST_SHOWN: usize = 5;

/// Whether a Coding, or a Quantity with its unit, says a code that there is.
pub(crate) fn check<'t>(scene: &Scene<'_, 't>, node: Node<'t>, issues: &mut Issues) {
    let is_coding = node.type_name() == "Coding";
    if !is_coding && (node.is_primitive() || !scene.types().is_a(node.type_name(), "Quantity")) {
        return;
    }
    let code = node.child("code").filter(|code| code.value().is_some_and(|code| !code.is_empty()));
    let Some(system) = node.child_value("system") else {
        let alone = code.filter(|_| is_coding).and_then(Node::value);
        return issues.extend(alone.map(|code| Issue::warning(&NO_SYSTEM, node).with("found", code)));
    };
    if system.is_empty() {
        return;
    }
    // In a concept other codings, or the text, may say it right.
    let is_one_of_many = node.parent().is_some_and(|parent| parent.type_name() == "CodeableConcept");
    let severity = if is_one_of_many { Severity::Warning } else { Severity::Error };
    let wrong = |code| Issue::new(code, severity, node).with("found", system);
    match (scene.knowledge.code_system(system), code) {
        _ if !is_absolute(system.trim()) => issues.push(wrong(&RELATIVE)),
        (Some(known), Some(code)) => check_code(scene, node, (&known, system, code), issues),
        (None, _) if scene.knowledge.find_value_set(system).is_ok() => {
            let expected = systems_of(scene, system).unwrap_or_else(|| "?".to_owned());
            issues.push(wrong(&VALUE_SET).with("expected", expected));
        }
        _ => {}
    }
}

/// The code systems that a value set is made of, for a hint.
fn systems_of(scene: &Scene<'_, '_>, value_set: &str) -> Option<String> {
    let systems = scene.knowledge.value_set(value_set)?.systems();
    (!systems.is_empty()).then(|| systems.iter().map(|system| format!("`{system}`")).collect::<Vec<_>>().join(", "))
}

type Known<'a, 't> = (&'a CodeSystem, &'a str, Node<'t>);

fn check_code<'t>(scene: &Scene<'_, 't>, node: Node<'t>, (known, system, code): Known<'_, 't>, issues: &mut Issues) {
    let written = code.value().unwrap_or_default();
    // Another edition of the system may have other codes.
    let version = node.child_value("version");
    if version.is_some_and(|version| !known.version.is_empty() && *version != *known.version) {
        return;
    }
    let display = node.child("display").filter(|display| display.value().is_some());
    match check_display(known, written, display.and_then(Node::value).unwrap_or_default()) {
        DisplayCheck::NoCode => issues.push(unknown(code, (system, written), known)),
        DisplayCheck::Wrong { known: displays } => {
            if let (Some(display), Some((_, concept))) = (display, known.concept(written)) {
                issues.push(wrong_display(scene, display, (system, written), (concept, &displays)));
            }
        }
        DisplayCheck::Right | DisplayCheck::Unknown => {}
    }
}

fn unknown(code: Node<'_>, (system, written): (&str, &str), known: &CodeSystem) -> Issue {
    let (en, nl) = match known.nearest(written) {
        Some(code) => (format!("did you mean `{code}`?"), format!("bedoelde u `{code}`?")),
        None => ("use a code that the system has".to_owned(), "gebruik een code die het codestelsel heeft".to_owned()),
    };
    let issue = Issue::error(&NO_CODE, code).with("system", system).with("found", written);
    issue.with("nearest", en).with("nearest_nl", nl)
}

/// An error where the system has displays in the language that the resource is in.
/// Else the display may be a translation that the system does not have.
fn wrong_display<'t>(
    scene: &Scene<'_, 't>,
    display: Node<'t>,
    (system, code): (&str, &str),
    (concept, displays): (&Concept, &[String]),
) -> Issue {
    let said = scene.language_of(display);
    let primary = |language: &str| language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let mut designated = concept.designations.iter().filter_map(|(language, _)| language.as_deref());
    // Code systems hardly ever say their language: their own displays are English.
    let is_decided = match primary(said).as_str() {
        "en" => concept.display.is_some(),
        said => designated.any(|known| primary(known) == said),
    };
    let severity = if is_decided { Severity::Error } else { Severity::Warning };
    let shown: Vec<String> = displays.iter().take(MOST_SHOWN).map(|known| format!("`{known}`")).collect();
    let issue = Issue::new(&DISPLAY, severity, display).with("found", display.value().unwrap_or_default());
    let issue = issue.with("system", system).with("code", code);
    // What is built in knows whether a display is right, not how the right one reads.
    if shown.is_empty() {
        let advice = (
            "look its display up in the code system, or leave the display out",
            "zoek de display op in het codestelsel, of laat de display weg",
        );
        return issue.saying(("advice", "advice_nl"), advice);
    }
    let shown = shown.join(", ");
    let advice = (format!("write {shown}, or leave the display out"), format!("schrijf {shown}, of laat de display weg"));
    issue.with("expected", shown).saying(("advice", "advice_nl"), advice)
}
