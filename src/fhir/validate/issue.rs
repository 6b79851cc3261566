//! What the judge says of one place in a resource.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::profile::Profile;
use super::rules::{binding, cardinality, element_type, structure, value};
use super::trials::Meets;
use super::{Code, codes};
use crate::fhir::node::{Node, NodeId, Span};
use crate::text::Language;

codes! {
    /// There is more than is told.
    LEFT_OUT "issues-left-out" "too-costly" None;
        en "{found} more were found and are not told", "mend what is told, and judge it again";
        nl "er zijn er nog {found} gevonden die hier niet staan", "herstel wat hier staat, en beoordeel opnieuw";
}

/// How much is told of what weighs, and of what does not: more is read by nobody, and would fill the memory.
const MOST: usize = 20_000;

/// What is about one element and asks the same, whoever asks it.
static SAID_ONCE: [&Code; 5] =
    [&element_type::TYPE_NOT_ALLOWED, &value::FIXED, &value::PATTERN, &binding::NOT_IN_SET, &binding::NO_CODE];

/// What an issue does to the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know.
    Information,
    /// Worth a look.
    Warning,
    /// What is here cannot tell: neither right nor wrong.
    CantTell,
    /// Against a rule.
    Error,
}

/// One thing that the judge has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// What sort of thing.
    pub code: &'static Code,
    /// What it does to the verdict.
    pub severity: Severity,
    /// FHIRPath of the element, with an index in every list: `Consent.provision.code[0]`.
    pub path: String,
    /// Where it stands in the text.
    pub span: Span,
    /// Canonical with version of the profile whose rule it is; `None` for a rule of FHIR itself.
    pub profile: Option<Arc<str>>,
    /// Key of the invariant (`ppc-1`), where the rule is one.
    pub key: Option<Arc<str>>,
    /// What fills the holes in the words; `expected` and `found` are shown apart as well.
    pub details: Vec<(&'static str, String)>,
}

impl Issue {
    /// Something against a rule.
    pub(crate) fn error(code: &'static Code, node: Node<'_>) -> Self {
        Self::new(code, Severity::Error, node)
    }

    /// Something worth a look.
    pub(crate) fn warning(code: &'static Code, node: Node<'_>) -> Self {
        Self::new(code, Severity::Warning, node)
    }

    /// Something good to know.
    pub(crate) fn information(code: &'static Code, node: Node<'_>) -> Self {
        Self::new(code, Severity::Information, node)
    }

    /// Something that cannot be decided here.
    pub(crate) fn cant_tell(code: &'static Code, node: Node<'_>) -> Self {
        Self::new(code, Severity::CantTell, node)
    }

    /// An issue about an element.
    pub(crate) fn new(code: &'static Code, severity: Severity, node: Node<'_>) -> Self {
        Self { code, severity, path: node.path(), span: node.span(), profile: None, key: None, details: Vec::new() }
    }

    /// The same with a detail: a hole in the words, or `expected` or `found`.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    /// The same with a hole that is filled in English (`{name}`) and in Dutch (`{name_nl}`).
    #[must_use]
    pub(crate) fn saying<T: Into<String>>(self, (name, name_nl): (&'static str, &'static str), (en, nl): (T, T)) -> Self {
        self.with(name, en).with(name_nl, nl)
    }

    /// The same with the known name that may have been meant, in the holes `{meant}` and `{meant_nl}`.
    #[must_use]
    pub(crate) fn meaning(self, near: Option<&str>) -> Self {
        let words = near.map(|near| (format!("; did you mean `{near}`?"), format!("; bedoelde u `{near}`?")));
        self.saying(("meant", "meant_nl"), words.unwrap_or_default())
    }

    /// The same as a rule of a profile.
    #[must_use]
    pub(crate) fn of(mut self, profile: &Arc<str>) -> Self {
        self.profile = Some(Arc::clone(profile));
        self
    }

    /// The same, shown where another element stands: what makes a whole wrong.
    #[must_use]
    pub(crate) fn shown_at(mut self, node: Node<'_>) -> Self {
        self.span = node.span();
        self
    }

    /// The same as an invariant of FHIR, by its key.
    #[must_use]
    pub(crate) fn keyed(mut self, key: &str) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Whether it says that something is wrong, or may be.
    fn weighs(&self) -> bool {
        self.severity >= Severity::CantTell
    }

    /// Whether it says that there is more than is told.
    #[must_use]
    pub fn is_of_the_rest(&self) -> bool {
        std::ptr::eq(self.code, &LEFT_OUT)
    }

    /// Whether it is about a code, and not about what stands around it.
    #[must_use]
    pub fn is_about_a_code(&self) -> bool {
        self.code.kind == "code-invalid" || self.code == &binding::UNDECIDED
    }

    /// Whether it says that something could not be decided which the verdict does not hang on: a code
    /// of a binding that is not required.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.code == &binding::UNDECIDED && self.severity < Severity::CantTell
    }

    /// A detail by its name.
    #[must_use]
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_str())
    }

    /// What is wrong, in a language.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        self.filled(self.code.words(language).what)
    }

    /// How to mend it, in a language.
    #[must_use]
    pub fn mend(&self, language: Language) -> String {
        self.filled(self.code.words(language).mend)
    }

    fn filled(&self, words: &str) -> String {
        let mut text = String::with_capacity(words.len() + 32);
        let mut rest = words;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, behind)) = after.split_once('}') else { break };
            match name {
                "path" => text.push_str(&self.path),
                _ => text.push_str(self.detail(name).unwrap_or("?")),
            }
            rest = behind;
        }
        text.push_str(rest);
        text
    }
}

/// What makes an issue the same as another: code, place and details.
type Said = (&'static str, String, Vec<(&'static str, String)>);

/// Issues as they are found: each once. Knows as well what was looked at, so
/// that the same profile is not held against the same element twice.
#[derive(Debug, Default)]
pub(crate) struct Issues {
    found: Vec<Issue>,
    /// Element, and address of the profile.
    looked_at: HashSet<(NodeId, usize)>,
    known: HashSet<Said>,
    leans_on_codes: bool,
    /// What does not weigh, and what does.
    counts: [Count; 2],
}

/// How many are told, and how many are not.
#[derive(Debug, Default)]
struct Count {
    told: usize,
    left_out: usize,
}

impl Issues {
    /// Takes one in, unless the same was said of the same place.
    pub(crate) fn push(&mut self, issue: Issue) {
        let count = &mut self.counts[usize::from(issue.weighs())];
        if count.told == MOST {
            count.left_out += 1;
        } else if self.known.insert((issue.code.name, issue.path.clone(), issue.details.clone())) {
            count.told += 1;
            self.found.push(issue);
        }
    }

    /// Takes all of them in.
    pub(crate) fn extend(&mut self, issues: impl IntoIterator<Item = Issue>) {
        issues.into_iter().for_each(|issue| self.push(issue));
    }

    /// Whether this profile was not yet held against this element.
    pub(crate) fn first_look(&mut self, node: Node<'_>, profile: &Arc<Profile>) -> bool {
        self.looked_at.insert((node.id(), Arc::as_ptr(profile).addr()))
    }

    /// Whether something could not be decided.
    pub(crate) fn has_doubt(&self) -> bool {
        self.leans_on_codes || self.found.iter().any(|issue| issue.severity == Severity::CantTell)
    }

    /// What is found leans on a resource elsewhere, whose codes could not all be looked up.
    pub(crate) fn lean_on_codes(&mut self) {
        self.leans_on_codes = true;
    }

    /// What the issues of a whole profile say of whether it is met.
    pub(crate) fn meets(&self) -> Meets {
        let mut doubts = self.found.iter().filter(|issue| issue.severity == Severity::CantTell).peekable();
        match (self.has_error(), self.leans_on_codes || doubts.peek().is_some()) {
            (true, _) => Meets::No,
            (false, false) => Meets::Yes,
            (false, true) if doubts.all(Issue::is_about_a_code) => Meets::ButForCodes,
            (false, true) => Meets::Unknown,
        }
    }

    /// Whether something against a rule was found.
    pub(crate) fn has_error(&self) -> bool {
        self.found.iter().any(|issue| issue.severity == Severity::Error)
    }

    /// All of them, in the order of the text; at the root how many are left out. Whatever weighs and is not told may
    /// be about any element, so that of none can be said that it is right.
    pub(crate) fn into_sorted(mut self, root: Node<'_>) -> Vec<Issue> {
        for (severity, count) in [Severity::Warning, Severity::CantTell].into_iter().zip(&self.counts) {
            if count.left_out > 0 {
                self.found.push(Issue::new(&LEFT_OUT, severity, root).with("found", count.left_out.to_string()));
            }
        }
        let mut found = once_each(self.found);
        found.sort_by_key(|issue| (issue.span.start, std::cmp::Reverse(issue.severity)));
        found
    }
}

/// One mistake may break rules of several definitions: that of an extension and that of the slice it stands in, or
/// that of a type and that of a profile. Of what asks the same of the same element the one that weighs most is told, and
/// of those the one that says most closely where.
fn once_each(found: Vec<Issue>) -> Vec<Issue> {
    let mut kept: Vec<Issue> = Vec::with_capacity(found.len());
    let mut places: HashMap<_, usize> = HashMap::new();
    for issue in found {
        let detail = |name| issue.detail(name).map(str::to_owned);
        let key = (issue.code.name, issue.path.clone(), detail("expected"), detail("found"));
        let weight = |issue: &Issue| (issue.severity, issue.detail("element").map_or(0, str::len));
        match places.get(&key).filter(|_| SAID_ONCE.contains(&issue.code)) {
            Some(place) if weight(&issue) > weight(&kept[*place]) => kept[*place] = issue,
            Some(_) => {}
            None => {
                places.insert(key, kept.len());
                kept.push(issue);
            }
        }
    }
    let twice = kept.iter().filter(|issue| issue.code == &structure::TWO_CHOICES);
    let choices: HashSet<(String, String)> =
        twice.map(|issue| (issue.path.clone(), issue.detail("name").unwrap_or_default().to_owned())).collect();
    kept.retain(|issue| {
        issue.code != &cardinality::TOO_MANY || choice(issue).is_none_or(|name| !choices.contains(&(issue.path.clone(), name)))
    });
    kept
}

/// The choice that there is too much of: `value` of `Observation.value[x]`.
fn choice(too_many: &Issue) -> Option<String> {
    let (_, element) = too_many.detail("element")?.rsplit_once('.')?;
    Some(element.split_once("[x]")?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Issue, Issues, LEFT_OUT, MOST, Meets, Severity};
    use crate::fhir::{json, types};

    #[test]
    fn what_is_too_much_is_counted_and_leaves_everything_open() {
        let tree = json::read(br#"{"resourceType":"Patient"}"#, types::r4()).expect("it can be read");
        let told = |severity: Severity, count: usize| {
            let mut issues = Issues::default();
            issues.extend((0..count).map(|n| Issue::new(&LEFT_OUT, severity, tree.root()).with("found", format!("n{n}"))));
            let meets = issues.meets();
            (issues.into_sorted(tree.root()), meets)
        };
        assert_eq!(told(Severity::Error, MOST).0.len(), MOST);
        let (errors, meets) = told(Severity::Error, MOST + 3);
        let rest = errors.iter().find(|issue| issue.severity == Severity::CantTell).expect("the rest is told of");
        assert_eq!((rest.is_of_the_rest(), rest.detail("found"), errors.len()), (true, Some("3"), MOST + 1));
        assert_eq!(meets, Meets::No);
        // What does not weigh leaves nothing open, and takes no place from what does.
        let (warnings, meets) = told(Severity::Warning, MOST + 3);
        assert!(warnings.iter().all(|issue| issue.severity == Severity::Warning));
        assert_eq!(meets, Meets::Yes);
    }
}
