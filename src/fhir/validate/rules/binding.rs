//! Bindings: whether coded values are from their value set, as strongly as the
//! profile asks. What only a terminology server knows is said as such. A value
//! set that lists its codes itself is believed, whatever is known of their system.

use std::sync::Arc;

use crate::fhir::definition::{AdditionalBinding, Purpose, Strength};
use crate::fhir::node::Node;
use crate::fhir::terminology::{Coded, Membership};
use crate::fhir::validate::walk::Place;
use crate::fhir::validate::{Code, Issue, Issues, Scene, Severity, codes};
use crate::nearest::distance;

codes! {
    /// No code is from the value set.
    NOT_IN_SET "code-not-in-value-set" "code-invalid" Some("Terminology_TX_NoValid_16");
        en "`{element}` has no code from the value set {set}: {found}", "use a code from the value set{choices}";
        nl "`{element}` heeft geen code uit de waardelijst {set}: {found}", "gebruik een code uit de waardelijst{choices}";
    /// No code is from the largest value set that is allowed.
    NOT_IN_LARGEST "code-not-in-largest-value-set" "code-invalid" Some("Terminology_TX_NoValid_11");
        en "`{element}` has no code from {set}, outside of which none may come: {found}", "use a code from the value set{choices}";
        nl "`{element}` heeft geen code uit {set}, waarbuiten geen code mag: {found}", "gebruik een code uit de waardelijst{choices}";
    /// There is no code at all.
    NO_CODE "code-missing" "code-invalid" Some("Terminology_TX_Code_ValueSet");
        en "`{element}` has no code, where one from the value set {set} is asked for", "add a code{choices}; words may stand beside it";
        nl "`{element}` heeft geen code, terwijl er een uit de waardelijst {set} wordt gevraagd", "voeg een code toe{choices}; woorden mogen ernaast staan";
    /// No code is from a value set that is asked beside that of the binding.
    NOT_IN_ADDITIONAL "code-not-in-additional-value-set" "code-invalid" None;
        en "`{element}` has no code from the value set {set}, which an additional binding asks for: {found}", "use a code from the value set{choices}";
        nl "`{element}` heeft geen code uit de waardelijst {set}, waar een aanvullende binding om vraagt: {found}", "gebruik een code uit de waardelijst{choices}";
    /// The code is from the value set under the other name of its system.
    RENAMED "code-system-renamed" "code-invalid" None;
        en "{found} is from the value set `{expected}` under another name of its system", "use the system as the value set names it";
        nl "{found} staat in de waardelijst `{expected}` onder een andere naam van het codestelsel", "gebruik het codestelsel zoals de waardelijst het noemt";
    /// The code only groups others.
    ABSTRACT "code-abstract" "code-invalid" Some("ABSTRACT_CODE_NOT_ALLOWED");
        en "{found} only groups other codes and is not meant to be used", "use one of the codes below it";
        nl "{found} groepeert alleen andere codes en is niet bedoeld om te gebruiken", "gebruik een van de codes eronder";
    /// Whether a code is from the value set cannot be told here.
    UNDECIDED "code-undecided" "not-supported" Some("TERMINOLOGY_TX_NOSVC_BOUND_REQ");
        en "whether {found} is in the value set `{expected}` cannot be told here: {why}", "ask a terminology server: `--terminology URL`";
        nl "of {found} in de waardelijst `{expected}` staat is hier niet te zeggen: {why}", "vraag het een terminologieserver: `--terminology URL`";
}

/// Names that STU3 and the terminology that came after it have for the same systems.
const RENAMED_SYSTEMS: (&str, &str) = ("http://hl7.org/fhir/v3/", "http://terminology.hl7.org/CodeSystem/v3-");

/// Types with a unit.
const QUANTITIES: [&str; 8] = ["Quantity", "SimpleQuantity", "Age", "Duration", "Count", "Distance", "Money", "MoneyQuantity"];

/// Codes that are named as a choice, at most.
const MOST_SHOWN: usize = 8;

/// Letters of a code that count for which lies nearer.
const LONGEST_COMPARED: usize = 64;

/// Whether a coded element is bound as it should be.
pub(crate) fn check(scene: &Scene<'_, '_>, node: Node<'_>, place: Place<'_>, issues: &mut Issues) {
    let Some(binding) = &place.rule.element.binding else { return };
    if let Some(largest) = &binding.largest {
        let weight = |is_decided: bool| if is_decided { Severity::Error } else { Severity::CantTell };
        ask(scene, node, (place, largest, &NOT_IN_LARGEST), &weight, issues);
    }
    for additional in &binding.additional {
        ask_additional(scene, node, (place, additional), issues);
    }
    let Some(value_set) = binding.value_set.as_ref().filter(|_| binding.strength != Strength::Example) else { return };
    let weight = |is_decided: bool| match (binding.strength, is_decided) {
        (Strength::Required, true) => Severity::Error,
        (Strength::Required, false) => Severity::CantTell,
        (Strength::Extensible, true) => Severity::Warning,
        _ => Severity::Information,
    };
    ask(scene, node, (place, value_set, &NOT_IN_SET), &weight, issues);
}

/// A value set that is asked beside that of the binding. Where it counts in certain circumstances
/// only, nobody here can tell whether it does.
fn ask_additional(
    scene: &Scene<'_, '_>,
    node: Node<'_>,
    (place, additional): (Place<'_>, &AdditionalBinding),
    issues: &mut Issues,
) {
    let is_in = |node: Node<'_>| {
        let codings = codings(node);
        codings.iter().any(|coded| scene.knowledge.membership(&additional.value_set, coded) == Membership::In)
    };
    let is_met_beside = || node.parent().is_some_and(|parent| parent.children_named(node.name()).any(is_in));
    if additional.any && is_met_beside() {
        return;
    }
    let weight = |is_decided: bool| match (additional.purpose, is_decided) {
        (Purpose::Maximum | Purpose::Required, true) if additional.has_usage => Severity::CantTell,
        (Purpose::Maximum | Purpose::Required, true) => Severity::Error,
        (Purpose::Maximum | Purpose::Required, false) => Severity::CantTell,
        (Purpose::Extensible | Purpose::Current, true) => Severity::Warning,
        _ => Severity::Information,
    };
    ask(scene, node, (place, &additional.value_set, &NOT_IN_ADDITIONAL), &weight, issues);
}

type Asked<'a> = (Place<'a>, &'a Arc<str>, &'static Code);

fn ask(
    scene: &Scene<'_, '_>,
    node: Node<'_>,
    (place, value_set, outside): Asked<'_>,
    weight: &dyn Fn(bool) -> Severity,
    issues: &mut Issues,
) {
    let codings: Vec<Coded<'_>> = codings(node);
    let issue = |code, severity| {
        let issue = Issue::new(code, severity, node).of(&place.profile.canonical).with("element", &*place.rule.element.id);
        let issue = issue.with("expected", &**value_set).with("found", shown(&codings));
        // Of what hardly weighs nobody looks for another code.
        let choices = if severity >= Severity::Warning { Choices::of(scene, value_set, &codings) } else { Choices::default() };
        issue.with("set", choices.name(value_set)).with("choices", choices.nearest)
    };
    if codings.is_empty() {
        let severity = without_code(node, weight(true)).filter(|_| !says_why_absent(node));
        return issues.extend(severity.map(|severity| issue(&NO_CODE, severity)));
    }
    let mut why = None;
    for coded in &codings {
        match scene.knowledge.membership(value_set, coded) {
            Membership::In => {
                if is_abstract(scene, coded) {
                    issues.push(issue(&ABSTRACT, weight(true).min(Severity::Warning)));
                }
                return;
            }
            Membership::Unknown(reason) => why = Some(reason.to_string()),
            Membership::Out => {}
        }
    }
    match why {
        Some(why) => issues.push(issue(&UNDECIDED, weight(false)).with("why", why)),
        None if scene.is_stu3() && codings.iter().any(|coded| is_renamed(scene, value_set, coded)) => {
            issues.push(issue(&RENAMED, weight(true).min(Severity::Warning)));
        }
        None => issues.push(issue(outside, weight(true))),
    }
}

fn shown(codings: &[Coded<'_>]) -> String {
    let one = |coded: &Coded<'_>| match coded.system {
        Some(system) => format!("`{system}#{}`", coded.code),
        None => format!("`{}`", coded.code),
    };
    codings.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Whether a code is in the set when its system is called by its other name.
fn is_renamed(scene: &Scene<'_, '_>, value_set: &str, coded: &Coded<'_>) -> bool {
    let (old, new) = RENAMED_SYSTEMS;
    let system = coded.system.unwrap_or_default();
    let other = match (system.strip_prefix(old), system.strip_prefix(new)) {
        (Some(name), _) => format!("{new}{name}"),
        (_, Some(name)) => format!("{old}{name}"),
        _ => return false,
    };
    scene.knowledge.known_membership(value_set, &Coded { system: Some(&other), ..*coded }) == Membership::In
}

fn is_abstract(scene: &Scene<'_, '_>, coded: &Coded<'_>) -> bool {
    let system = coded.system.and_then(|system| scene.knowledge.code_system(system));
    system.is_some_and(|system| system.concept(coded.code).is_some_and(|(_, concept)| concept.is_abstract()))
}

/// How much it weighs that an element has no code. A concept, a Coding or a code is to be from
/// the value set; a Quantity may be a number alone, but hardly where its unit has to be of a list.
/// <https://hl7.org/fhir/R4/terminologies.html#strength>
fn without_code(node: Node<'_>, weight: Severity) -> Option<Severity> {
    match node.type_name() {
        "CodeableConcept" | "Coding" => Some(weight),
        _ if node.is_primitive() => Some(weight),
        name if QUANTITIES.contains(&name) && weight == Severity::Error => Some(Severity::Warning),
        _ => None,
    }
}

/// Whether an extension says why there is no code.
fn says_why_absent(node: Node<'_>) -> bool {
    let places = [Some(node), node.child("code")].into_iter().flatten();
    let mut urls =
        places.flat_map(|place| place.children_named("extension")).filter_map(|extension| extension.child_value("url"));
    urls.any(|url| url.ends_with("/data-absent-reason") || url.ends_with("/iso21090-nullFlavor"))
}

/// What people may take instead: the name of a value set, and its codes that lie nearest to those that were found.
#[derive(Default)]
struct Choices {
    title: String,
    /// `: \`a\`, \`b\``; empty where the codes are not all here.
    nearest: String,
}

impl Choices {
    fn of(scene: &Scene<'_, '_>, value_set: &str, found: &[Coded<'_>]) -> Self {
        let Some(set) = scene.knowledge.value_set(value_set) else { return Self::default() };
        let mut codes = scene.knowledge.codes_of(&set).unwrap_or_default();
        let first = codes.first().map(|(system, _)| Arc::clone(system));
        let of_one_system = codes.iter().all(|(system, _)| Some(system) == first.as_ref());
        let far = |code: &str| found.iter().map(|coded| distance(&cut(coded.code), &cut(code))).min();
        codes.sort_by_cached_key(|(_, code)| far(code));
        let is_plain =
            of_one_system && found.iter().all(|coded| coded.system.is_none_or(|system| Some(system) == first.as_deref()));
        let one = |(system, code): &(Arc<str>, Arc<str>)| match is_plain && !found.is_empty() {
            true => format!("`{code}`"),
            false => format!("`{system}#{code}`"),
        };
        let mut shown: Vec<String> = codes.iter().take(MOST_SHOWN).map(one).collect();
        if codes.len() > MOST_SHOWN {
            shown.push("…".to_owned());
        }
        let nearest = if shown.is_empty() { String::new() } else { format!(": {}", shown.join(", ")) };
        Self { title: set.title.to_string(), nearest }
    }

    /// The value set as people know it, with its canonical.
    fn name(&self, value_set: &str) -> String {
        if self.title.is_empty() { format!("`{value_set}`") } else { format!("`{}` (`{value_set}`)", self.title) }
    }
}

/// Enough of a code to tell which lies nearer: what somebody wrote may be of any length.
fn cut(code: &str) -> String {
    code.chars().take(LONGEST_COMPARED).flat_map(char::to_lowercase).collect()
}

/// The codes of a coded element, whatever its type.
pub(crate) fn codings(node: Node<'_>) -> Vec<Coded<'_>> {
    match node.type_name() {
        "CodeableConcept" => node.children_named("coding").filter_map(of_coding).collect(),
        "Coding" => of_coding(node).into_iter().collect(),
        name if QUANTITIES.contains(&name) => of_coding(node).into_iter().collect(),
        _ if node.is_primitive() => node.value().map(|code| Coded { system: None, version: None, code }).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A Coding without a system is of none: only the system of a `code` is understood.
fn of_coding(node: Node<'_>) -> Option<Coded<'_>> {
    let system = node.child_value("system").unwrap_or_default();
    Some(Coded { system: Some(system), version: node.child_value("version"), code: node.child_value("code")? })
}
