//! A snapshot that was made against one that was given, element by element.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use toets::fhir::definition::{Definition, ElementDefinition};
use toets::fhir::json;
use toets::fhir::node::Tree;

/// One thing that differs.
pub(crate) struct Difference {
    pub(crate) profile: String,
    element: String,
    pub(crate) what: &'static str,
    given: String,
    made: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { profile, element, what, given, made } = self;
        write!(f, "{profile}: {element}: {what}: given {given}, made {made}")
    }
}

impl Difference {
    /// No snapshot could be made.
    pub(crate) fn none(definition: &Definition, error: &dyn fmt::Display) -> Self {
        let profile = profile(definition);
        Self { profile, element: String::new(), what: "not made", given: "one".to_owned(), made: error.to_string() }
    }
}

fn profile(definition: &Definition) -> String {
    definition.url.rsplit('/').next().unwrap_or_default().to_owned()
}

/// All that differs.
pub(crate) fn compare(definition: &Definition, made: &[ElementDefinition]) -> Vec<Difference> {
    let by_id: BTreeMap<&str, &ElementDefinition> = made.iter().map(|element| (&*element.id, element)).collect();
    let given: BTreeSet<&str> = definition.snapshot.iter().map(|element| &*element.id).collect();
    let mut differences = Vec::new();
    let mut differ = |element: &str, what, given: String, made: String| {
        differences.push(Difference { profile: profile(definition), element: element.to_owned(), what, given, made });
    };
    for element in &definition.snapshot {
        let Some(made) = by_id.get(&*element.id) else {
            differ(&element.id, "element", "one".to_owned(), "none".to_owned());
            continue;
        };
        for ((what, given), (_, made)) in facts(element).into_iter().zip(facts(made)) {
            if given != made {
                differ(&element.id, what, given, made);
            }
        }
    }
    for element in made.iter().filter(|element| !given.contains(&*element.id)) {
        differ(&element.id, "element", "none".to_owned(), "one".to_owned());
    }
    let common = |list: &[ElementDefinition], other: &dyn Fn(&str) -> bool| -> Vec<Arc<str>> {
        list.iter().map(|element| element.id.clone()).filter(|id| other(id)).collect()
    };
    let given_order = common(&definition.snapshot, &|id| by_id.contains_key(id));
    let made_order = common(made, &|id| given.contains(id));
    if let Some((given, made)) = given_order.iter().zip(&made_order).find(|(given, made)| given != made) {
        differ(given, "order", given.to_string(), made.to_string());
    }
    differences
}

fn facts(element: &ElementDefinition) -> Vec<(&'static str, String)> {
    let mut types: Vec<String> = element.types.iter().map(|found| format!("{found:?}")).collect();
    types.sort();
    let mut keys: Vec<&str> = element.constraints.iter().map(|constraint| &*constraint.key).collect();
    keys.sort_unstable();
    keys.dedup();
    vec![
        ("path", element.path.to_string()),
        ("min", format!("{:?}", element.min)),
        ("max", format!("{:?}", element.max)),
        ("types", types.join(" ")),
        ("binding", format!("{:?}", element.binding)),
        ("fixed", tree(element.fixed.as_ref())),
        ("pattern", tree(element.pattern.as_ref())),
        ("slicing", format!("{:?}", element.slicing)),
        ("constraints", keys.join(" ")),
        ("content", format!("{:?}", element.content_reference)),
    ]
}

fn tree(tree: Option<&Arc<Tree>>) -> String {
    tree.map(|tree| json::write(tree.root())).unwrap_or_default()
}
