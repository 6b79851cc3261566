//! What the judge of profiles says of the resources of a run, remembered by
//! (digest of the body, profile) (settled 27), without the noise. Holds no
//! opinion on what an issue does to a requirement: that is `check::profile`.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::answers::resource_name;
use super::verdict::{OpenCode, ProfileNotes, Silenced, WorthALook};
use crate::agreements::Dialect;
use crate::digest::sha256_hex;
use crate::fhir::fhirpath::{Item, Resolver};
use crate::fhir::json;
use crate::fhir::node::Node;
use crate::fhir::validate::{Issue, Severity, Surroundings, Validator};
use crate::scenario::{Noise, Suite};
use crate::text::Text;

/// That the target of a reference does not meet its profile is told where the target is judged, and by the rows that ask
/// for it by `conformsTo`. Told by every profile that leads there as well, one mistake would be everywhere.
const TARGET_UNMET: &str = "reference-target-profile";

/// Codes that are named of those that nobody could look up.
const NAMED: usize = 10;

/// The judge of profiles in a run.
#[derive(Debug)]
pub(crate) struct Profiles<'c> {
    validator: &'c Validator,
    noise: Vec<&'c Noise>,
    told: RefCell<HashMap<Key, Rc<[Told]>>>,
    notes: RefCell<Notes>,
}

/// What was judged: in which surroundings, the digest of the body, and by which profile.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// Where references lead: a scenario; nothing where they do not matter.
    pub(crate) within: String,
    /// SHA-256 of the body.
    pub(crate) body: String,
    /// Canonical of the profile; nothing for FHIR itself.
    pub(crate) profile: Option<String>,
}

/// An issue of a resource, wherever that resource stands.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    /// The issue.
    pub(crate) issue: Issue,
    /// Its element below the resource: `.provision.code[0]`.
    pub(crate) below: String,
    /// Paths that it is about, without indexes, slices and types of choice: `Consent.provision.code`.
    touched: Vec<String>,
}

/// What was counted along the way: each issue of a resource once, however often it is judged.
#[derive(Debug, Default)]
struct Notes {
    silenced: BTreeMap<String, BTreeSet<String>>,
    open: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>,
    looks: BTreeMap<(&'static str, String), (WorthALook, BTreeSet<String>)>,
    bodies: usize,
}

impl<'c> Profiles<'c> {
    /// A judge with the noise of the claimed version.
    pub(crate) fn new(validator: &'c Validator, suite: &'c Suite, dialect: Dialect) -> Self {
        let noise = suite.noise.iter().filter(|noise| noise.versions.contains(&dialect)).collect();
        Self { validator, noise, told: RefCell::default(), notes: RefCell::default() }
    }

    /// Who judges.
    pub(crate) fn validator(&self) -> &'c Validator {
        self.validator
    }

    /// Whether a coded element has a code from a value set; nothing where that cannot be told.
    pub(crate) fn member(&self, item: &Item<'_>, value_set: &str) -> Option<bool> {
        self.validator.member(item, value_set)
    }

    /// Whether a resource meets a profile; nothing where that cannot be told. A code that only a terminology server can
    /// look up is counted, and leaves all else to be told.
    pub(crate) fn conforms<'t>(&self, node: Node<'t>, profile: &str, within: &str, resolver: Resolver<'t>) -> Option<bool>
    where
        'c: 't,
    {
        if self.lack(Some(profile), node).is_some() {
            return None;
        }
        let key = Key { within: within.to_owned(), body: digest(node), profile: Some(profile.to_owned()) };
        let told = self.told(key, node, Some(resolver));
        let has = |severity| told.iter().any(|told| told.issue.severity == severity && !told.issue.is_about_a_code());
        if told.iter().any(|told| told.issue.severity == Severity::Error) {
            return Some(false);
        }
        (!has(Severity::CantTell)).then_some(true)
    }

    /// Why a resource cannot be judged by a profile, or by FHIR itself: what that asks is not known.
    pub(crate) fn lack(&self, profile: Option<&str>, resource: Node<'_>) -> Option<String> {
        let own = || format!("http://hl7.org/fhir/StructureDefinition/{}", resource.type_name());
        let canonical = profile.map_or_else(own, str::to_owned);
        self.validator.knowledge().find_definition(&canonical).err().map(|lack| lack.to_string())
    }

    /// The issues of a resource, by FHIR itself and by the profile of the key; judged when it is first asked for.
    pub(crate) fn told<'t>(&self, key: Key, resource: Node<'t>, resolver: Option<Resolver<'t>>) -> Rc<[Told]>
    where
        'c: 't,
    {
        if let Some(known) = self.told.borrow().get(&key) {
            return Rc::clone(known);
        }
        let profile: Vec<&str> = key.profile.as_deref().into_iter().collect();
        let issues = self.validator.validate_in(resource, &profile, Surroundings { without_claims: true, resolver });
        let told: Rc<[Told]> =
            issues.into_iter().map(|issue| Told::of(issue, resource)).filter(|told| self.counts(told, resource)).collect();
        self.notes.borrow_mut().bodies += 1;
        self.told.borrow_mut().insert(key, Rc::clone(&told));
        told
    }

    /// Whether an issue is more than noise; notes what it is otherwise good for.
    fn counts(&self, told: &Told, resource: Node<'_>) -> bool {
        if told.issue.code.name == TARGET_UNMET {
            return false;
        }
        let mut notes = self.notes.borrow_mut();
        let place = || place(told, resource);
        let found = told.found();
        let path = told.touched.first().map(String::as_str).unwrap_or_default();
        let fits = |noise: &&&Noise| noise.fits(told.issue.code.name, told.issue.key.as_deref(), path, &found);
        if let Some(noise) = self.noise.iter().find(fits) {
            notes.silenced.entry(noise.id.clone()).or_default().insert(place());
            return false;
        }
        match told.issue.severity {
            Severity::CantTell if told.issue.is_about_a_code() => {
                let set = told.issue.detail("expected").unwrap_or_default().to_owned();
                let (codes, places) = notes.open.entry(set).or_default();
                codes.insert(found);
                places.insert(place());
            }
            Severity::Warning => {
                let key = (told.issue.code.name, told.without_index().to_owned());
                let place = place();
                let (look, places) = notes.looks.entry(key).or_insert_with(|| (told.look(place.clone()), BTreeSet::new()));
                look.count += usize::from(places.insert(place));
            }
            _ => {}
        }
        true
    }

    /// What was counted along the way.
    pub(crate) fn notes(&self) -> ProfileNotes {
        let notes = self.notes.borrow();
        let silenced = |noise: &&Noise| Silenced {
            id: noise.id.clone(),
            reason: noise.reason.clone(),
            source: noise.source.clone(),
            until: noise.until.clone(),
            count: notes.silenced.get(&noise.id).map_or(0, BTreeSet::len),
        };
        let open = |(set, (codes, places)): (&String, &(BTreeSet<String>, BTreeSet<String>))| OpenCode {
            value_set: set.clone(),
            codes: codes.iter().take(NAMED).cloned().collect(),
            count: places.len(),
        };
        ProfileNotes {
            judged: notes.bodies,
            // A list of what took nothing away says something only where there was something to take.
            silenced: if notes.bodies == 0 { Vec::new() } else { self.noise.iter().map(silenced).collect() },
            open: notes.open.iter().map(open).collect(),
            looks: notes.looks.values().map(|(look, _)| look.clone()).collect(),
        }
    }
}

/// SHA-256 of a resource as it is told from others, whatever stands around it and in what format it came.
pub(crate) fn digest(resource: Node<'_>) -> String {
    sha256_hex(json::write(resource).as_bytes())
}

/// The resource that an issue is about, by type and id, with the element below it.
fn place(told: &Told, judged: Node<'_>) -> String {
    let resource = locate(judged, &told.below).resource().unwrap_or(judged);
    let name = resource_name(resource).map_or_else(|| resource.path(), |name| name.to_string());
    let path = told.issue.path.strip_prefix(&resource.path()).unwrap_or(&told.issue.path);
    match path.strip_prefix('.') {
        Some(below) => format!("{name}, {below}"),
        None => name,
    }
}

/// The element below a node that a path like `.provision.code[0]` names; the deepest that is there.
pub(crate) fn locate<'t>(from: Node<'t>, below: &str) -> Node<'t> {
    let mut node = from;
    for step in below.split('.').filter(|step| !step.is_empty()) {
        let (name, index) = step.split_once('[').unwrap_or((step, "0]"));
        let index = index.trim_end_matches(']').parse().unwrap_or(0);
        match node.children_named(name).nth(index) {
            Some(child) => node = child,
            None => break,
        }
    }
    node
}

impl Told {
    fn of(issue: Issue, judged: Node<'_>) -> Self {
        let below = issue.path.strip_prefix(&judged.path()).unwrap_or_default().to_owned();
        let resource = locate(judged, &below).resource().unwrap_or(judged);
        let inside = issue.path.strip_prefix(&resource.path()).unwrap_or_default();
        let mut touched = vec![plain(&format!("{}{inside}", resource.type_name()))];
        touched.extend(issue.detail("element").map(plain).filter(|element| element.contains('.')));
        Self { issue, below, touched }
    }

    /// What was found, in all its words: where a code or canonical is looked for.
    fn found(&self) -> String {
        let details = ["found", "profile", "why"].iter().filter_map(|name| self.issue.detail(name));
        details.collect::<Vec<_>>().join(" ")
    }

    /// Whether it is about an element or below it (`Consent.scope`), or about this invariant (`ppc-1`).
    pub(crate) fn is_about(&self, what: &str) -> bool {
        if !what.contains('.') {
            return self.issue.key.as_deref() == Some(what);
        }
        let is_below = |path: &String| path.strip_prefix(what).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.touched.iter().any(is_below)
    }

    /// The same for a reader, with the first place of all; none is counted yet.
    fn look(&self, place: String) -> WorthALook {
        WorthALook {
            code: self.issue.code.name.to_owned(),
            path: self.without_index().to_owned(),
            what: Text::of(|language| self.issue.message(language)),
            mend: Text::of(|language| self.issue.mend(language)),
            place,
            count: 0,
        }
    }

    /// Its element without indexes, so that the same in two places is seen.
    pub(crate) fn without_index(&self) -> &str {
        self.touched.first().map(String::as_str).unwrap_or_default()
    }

    /// What makes two issues of a resource the same.
    pub(crate) fn identity(&self) -> (&'static str, &str, Option<&str>, Option<&str>) {
        (self.issue.code.name, &self.below, self.issue.key.as_deref(), self.issue.detail("element"))
    }
}

/// `Consent.category:directive[0].coding` as `Consent.category.coding`, `Observation.value[x]` as `Observation.value`.
fn plain(path: &str) -> String {
    let step = |step: &str| step.split([':', '[']).next().unwrap_or_default().to_owned();
    path.split('.').map(step).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir::types::r4;

    #[test]
    fn plain_leaves_out_slices_indexes_and_types_of_choice() {
        assert_eq!(plain("Consent.category:acp[0].coding[2]"), "Consent.category.coding");
        assert_eq!(plain("Observation.value[x]"), "Observation.value");
        assert_eq!(plain(".provision.code[1]"), ".provision.code");
    }

    #[test]
    fn locate_finds_the_element_in_another_copy() {
        let text = br#"{"resourceType":"Patient","name":[{"given":["a"]},{"given":["b","c"]}]}"#;
        let tree = json::read(text, r4()).expect("a resource");
        assert_eq!(locate(tree.root(), ".name[1].given[1]").value(), Some("c"));
        assert_eq!(locate(tree.root(), ".name[7].given[1]"), tree.root());
    }
}
