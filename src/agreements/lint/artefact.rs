//! Value sets, forms and search parameters, where a package brings them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::rules::*;
use super::{Subject, paths};
use crate::fhir::fhirpath::{Variables, parse};
use crate::fhir::node::{Node, Tree};
use crate::fhir::terminology::ValueSet;
use crate::nearest::nearest;

/// The code system of which value sets list but a part.
const SNOMED: &str = "http://snomed.info/sct";

/// Most levels of items that are followed.
const MAX_DEPTH: usize = 32;

pub(super) fn check(subject: &mut Subject<'_>) {
    for (name, tree) in own(subject, "ValueSet") {
        value_set(subject, &name, &ValueSet::read(&tree));
    }
    for (name, tree) in own(subject, "SearchParameter") {
        search_parameter(subject, &name, tree.root());
    }
    for (name, tree) in own(subject, "Questionnaire") {
        form(subject, &name, tree.root());
    }
}

/// The resources of a type that this version publishes, by name.
fn own(subject: &Subject<'_>, resource: &str) -> Vec<(String, Arc<Tree>)> {
    let base = format!("{}/", subject.version().canonical());
    let entries = subject
        .knowledge
        .entries(resource)
        .filter(|(package, entry)| entry.url.starts_with(&base) && paths::is_of(subject.version(), &package.manifest().version));
    let mut urls: Vec<&str> = entries.map(|(_, entry)| &*entry.url).collect();
    urls.sort_unstable();
    urls.dedup();
    let read = |url: &str| Some((url[base.len()..].to_owned(), subject.knowledge.find_resource(resource, url).ok()?));
    urls.into_iter().filter_map(read).collect()
}

fn value_set(subject: &mut Subject<'_>, name: &str, set: &ValueSet) {
    let own = subject.version().canonical();
    systems(subject, name, set.includes.iter().filter_map(|include| include.system.as_deref()));
    for include in set.includes.iter().chain(&set.excludes) {
        if let Some(system) = include
            .system
            .as_deref()
            .filter(|system| subject.knowledge.value_set(system).is_some() || system.contains("/ValueSet/"))
        {
            let why = [
                "the system is the canonical of a value set; codes come from code systems".to_owned(),
                "het stelsel is de canonical van een waardelijst; codes komen uit codestelsels".to_owned(),
            ];
            let mend = [
                format!("`valueSet: {system}`, or the code system behind it"),
                format!("`valueSet: {system}`, of het codestelsel erachter"),
            ];
            subject.defect(&SYSTEM_VALUE_SET, name, system, why, mend);
        }
        for import in include.value_sets.iter().filter(|import| import.starts_with(own)) {
            if subject.knowledge.value_set(import).is_none() {
                let why = [
                    "the package has no ValueSet with this canonical".to_owned(),
                    "het pakket heeft geen ValueSet met deze canonical".to_owned(),
                ];
                subject.defect(&CANONICAL_UNRESOLVED, name, import, why, ["publish it".to_owned(), "publiceer hem".to_owned()]);
            }
        }
    }
}

/// Where FHIR keeps its own code systems, before R4 and since.
const HOMES: [[&str; 2]; 2] = [
    ["http://hl7.org/fhir/v3/", "http://terminology.hl7.org/CodeSystem/v3-"],
    ["http://hl7.org/fhir/", "http://terminology.hl7.org/CodeSystem/"],
];

/// Code systems under the address that another version of FHIR gives them.
fn systems<'t>(subject: &mut Subject<'_>, name: &str, systems: impl Iterator<Item = &'t str>) {
    let systems: BTreeSet<&str> = systems.collect();
    for system in systems {
        let moved = HOMES.iter().flat_map(|[old, new]| [(old, new), (new, old)]);
        let addresses = moved.filter_map(|(from, to)| Some(format!("{to}{}", system.strip_prefix(*from)?)));
        let Some(known) = addresses.into_iter().find(|other| subject.knowledge.code_system(other).is_some()) else { continue };
        if subject.knowledge.code_system(system).is_some() {
            continue;
        }
        let version = subject.types().definition().version;
        let why = [
            format!("FHIR {version} calls this code system `{known}`, and a code in another system is another code"),
            format!("FHIR {version} noemt dit codestelsel `{known}`, en een code in een ander stelsel is een andere code"),
        ];
        subject.defect(&SYSTEM_OTHER_VERSION, name, system, why, [format!("`{known}`"), format!("`{known}`")]);
    }
}

fn search_parameter(subject: &mut Subject<'_>, name: &str, root: Node<'_>) {
    let types = subject.types();
    let expression = root.child_value("expression").unwrap_or_default();
    for base in root.children_named("base").filter_map(Node::value) {
        if !super::query::is_resource(subject, name, base, base) {
            continue;
        }
        match parse(expression) {
            Ok(parsed) => {
                for problem in parsed.check(base, &Variables::default(), types) {
                    let hint = problem.hint.unwrap_or_else(|| "name an element that there is".to_owned());
                    let why = [problem.message.clone(), format!("de expressie noemt wat er niet is: {}", problem.message)];
                    subject.defect(&INVARIANT_ELEMENT, name, expression, why, [hint.clone(), hint]);
                }
            }
            Err(error) => {
                let why = [error.to_string(), format!("de expressie is niet te lezen: {error}")];
                subject.defect(
                    &INVARIANT_SYNTAX,
                    name,
                    expression,
                    why,
                    ["mend the expression".to_owned(), "herstel de expressie".to_owned()],
                );
            }
        }
    }
}

/// An item of a form, with the codes that it offers.
struct Item<'t> {
    link: &'t str,
    node: Node<'t>,
    options: Vec<(Option<&'t str>, &'t str)>,
}

fn form(subject: &mut Subject<'_>, name: &str, root: Node<'_>) {
    let mut items = Vec::new();
    collect(root, 0, &mut items);
    systems(subject, name, items.iter().flat_map(|item| &item.options).filter_map(|(system, _)| *system));
    let mut seen = BTreeSet::new();
    for item in &items {
        if !seen.insert(item.link) {
            let why = [
                "an answer could not say which item it is of".to_owned(),
                "een antwoord kan niet zeggen bij welk item het hoort".to_owned(),
            ];
            subject.defect(
                &LINK_DUPLICATE,
                &format!("{name}, item {}", item.link),
                item.link,
                why,
                ["number them apart".to_owned(), "geef elk een eigen nummer".to_owned()],
            );
        }
        conditions(subject, name, item, &items);
        without_system(subject, name, item);
    }
    sets(subject, name, &items);
}

fn collect<'t>(node: Node<'t>, depth: usize, items: &mut Vec<Item<'t>>) {
    for item in node.children_named("item").take_while(|_| depth < MAX_DEPTH) {
        let of = |option: Node<'t>| {
            option.child("value").and_then(|value| Some((value.child_value("system"), value.child_value("code")?)))
        };
        let options = item.children_named("answerOption").chain(item.children_named("option")).filter_map(of).collect();
        items.push(Item { link: item.child_value("linkId").unwrap_or_default(), node: item, options });
        collect(item, depth + 1, items);
    }
}

fn conditions(subject: &mut Subject<'_>, name: &str, item: &Item<'_>, items: &[Item<'_>]) {
    let place = format!("{name}, item {}", item.link);
    for condition in item.node.children_named("enableWhen") {
        let asked = condition.child_value("question").unwrap_or_default();
        let Some(question) = items.iter().find(|other| other.link == asked) else {
            let why = [format!("there is no item {asked}"), format!("er is geen item {asked}")];
            let mend = nearest(asked, items.iter().map(|other| other.link)).unwrap_or("an item that there is").to_owned();
            subject.defect(&ENABLE_WHEN, &place, asked, why, [mend.clone(), mend]);
            continue;
        };
        let Some(answer) = condition.child("answer").filter(|_| !question.options.is_empty()) else { continue };
        let Some(code) = answer.child_value("code") else { continue };
        let system = answer.child_value("system");
        if !question.options.contains(&(system, code)) && question.node.child_value("type") == Some("choice") {
            let told = format!("{}|{code}", system.unwrap_or_default());
            let why = [format!("item {asked} has no option {told}"), format!("item {asked} heeft geen optie {told}")];
            subject.defect(
                &ENABLE_WHEN,
                &place,
                &told,
                why,
                ["name one of its options".to_owned(), "noem een van de opties".to_owned()],
            );
        }
    }
}

fn without_system(subject: &mut Subject<'_>, name: &str, item: &Item<'_>) {
    let codes: Vec<&str> = item.options.iter().filter(|(system, _)| system.is_none()).map(|(_, code)| *code).collect();
    if !codes.is_empty() {
        let why = [
            "a code without a system says nothing outside this form, and cannot be compared with a resource".to_owned(),
            "een code zonder stelsel zegt buiten dit formulier niets, en is niet met een resource te vergelijken".to_owned(),
        ];
        let mend = ["give each option its system".to_owned(), "geef elke optie een stelsel".to_owned()];
        subject.defect(&OPTION_SYSTEM, &format!("{name}, item {}", item.link), &codes.join(", "), why, mend);
    }
}

/// Options that are nearly a value set of this version: two codes or more of it, and one that it does not have.
fn sets(subject: &mut Subject<'_>, name: &str, items: &[Item<'_>]) {
    let sets: Vec<(String, ValueSet)> =
        own(subject, "ValueSet").into_iter().map(|(name, tree)| (name, ValueSet::read(&tree))).collect();
    for item in items {
        let codes: BTreeSet<&str> =
            item.options.iter().filter(|(system, _)| *system == Some(SNOMED)).map(|(_, code)| *code).collect();
        for (set, value_set) in &sets {
            let includes = value_set.includes.iter().filter(|include| include.system.as_deref() == Some(SNOMED));
            let members: BTreeSet<&str> = includes.flat_map(|include| include.concepts.keys().map(|code| &**code)).collect();
            let more: Vec<&str> = codes.difference(&members).copied().collect();
            let lacking: Vec<&str> = members.difference(&codes).copied().collect();
            if codes.intersection(&members).count() < 2 || (more.is_empty() && lacking.is_empty()) {
                continue;
            }
            let (more, lacking) = (more.join(", "), lacking.join(", "));
            let why = [
                format!("the options are those of {set}, except that it has [{lacking}] and the form [{more}]"),
                format!("de opties zijn die van {set}, maar die heeft [{lacking}] en het formulier [{more}]"),
            ];
            let mend = ["the same codes in both".to_owned(), "dezelfde codes in beide".to_owned()];
            subject.defect(&OPTION_VALUE_SET, &format!("{name}, item {}", item.link), &more, why, mend);
        }
    }
}
