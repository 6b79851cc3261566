//! What marks are looked for in: canonicals, codes, ids and parameters that
//! were seen, each kept once with how often and where first.

use std::collections::BTreeMap;

use super::tongue::Evidence;
use crate::fhir::node::Node;
use crate::fhir::search::Parameter;
use crate::scenario::{Mark, Sign, fits};

/// How often, and where first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    count: usize,
    example: String,
}

impl Seen {
    pub(super) fn add(&mut self, place: &str) {
        if self.count == 0 {
            place.clone_into(&mut self.example);
        }
        self.count += 1;
    }

    pub(super) fn evidence(&self, text: &str) -> Evidence {
        Evidence { text: text.to_owned(), count: self.count, example: self.example.clone() }
    }
}

/// All that was seen, each thing once.
#[derive(Debug, Clone, Default)]
pub(super) struct Signs {
    profiles: BTreeMap<String, Seen>,
    canonicals: BTreeMap<String, Seen>,
    extensions: BTreeMap<String, Seen>,
    /// By element, and `system|code`.
    codes: BTreeMap<(String, String), Seen>,
    ids: BTreeMap<String, Seen>,
    written: BTreeMap<String, Seen>,
}

/// Things of one kind that are kept at most: what somebody sends is bounded.
const MOST: usize = 20_000;

/// Letters of one thing that are kept.
const LONGEST: usize = 500;

fn keep<K: Ord>(all: &mut BTreeMap<K, Seen>, key: K, place: &str) {
    if all.len() < MOST || all.contains_key(&key) {
        all.entry(key).or_default().add(place);
    }
}

impl Signs {
    /// Sees a parameter of a request.
    pub(super) fn parameter(&mut self, parameter: &Parameter, request: &str) {
        let text =
            if parameter.value.is_empty() { parameter.key.clone() } else { format!("{}={}", parameter.key, parameter.value) };
        if text.len() > LONGEST {
            return;
        }
        keep(&mut self.written, text, request);
        for value in parameter.plain().into_iter().filter(|value| value.contains("://")) {
            keep(&mut self.canonicals, value, request);
        }
    }

    /// Sees a resource with all that is in it.
    pub(super) fn resource(&mut self, root: Node<'_>) {
        let mut open = vec![(root, String::new(), String::new())];
        while let Some((node, path, place)) = open.pop() {
            let (path, place) = if node.is_resource() {
                let id = node.child_value("id").unwrap_or_default();
                keep(&mut self.ids, id.to_owned(), node.type_name());
                (node.type_name().to_owned(), format!("{}/{id}", node.type_name()))
            } else {
                (format!("{path}.{}", node.name()), place)
            };
            self.element(node, &path, &place);
            open.extend(node.children().map(|child| (child, path.clone(), place.clone())));
        }
    }

    fn element(&mut self, node: Node<'_>, path: &str, place: &str) {
        if let Some(code) = node.child_value("code").filter(|_| node.type_name() == "Coding") {
            let system = node.child_value("system").unwrap_or_default();
            let at = path.strip_suffix(".coding").unwrap_or(path);
            keep(&mut self.codes, (at.to_owned(), format!("{system}|{code}")), place);
        }
        let Some(value) = node.value().filter(|value| value.len() <= LONGEST) else { return };
        match node.name() {
            "profile" if path.ends_with(".meta.profile") => {
                keep(&mut self.profiles, value.to_owned(), place);
                keep(&mut self.canonicals, value.to_owned(), place);
            }
            "url" if path.ends_with("xtension.url") => {
                keep(&mut self.extensions, value.to_owned(), place);
                keep(&mut self.canonicals, value.to_owned(), place);
            }
            "questionnaire" | "reference" if value.contains("://") => keep(&mut self.canonicals, value.to_owned(), place),
            "supportedProfile" | "profile" if value.contains("://") => keep(&mut self.canonicals, value.to_owned(), place),
            _ => {}
        }
    }

    /// What was seen of a mark. What the agreement names is under one of its canonicals: others may use the same names.
    pub(super) fn find(&self, mark: &Mark, canonicals: &[&str]) -> Option<Evidence> {
        let at = mark.at.as_deref();
        let is_ours = |text: &str| {
            let below = |start: &str| text.strip_prefix(start).is_some_and(|rest| rest.starts_with('/'));
            canonicals.iter().any(|start| below(start))
        };
        match &mark.sign {
            Sign::Canonical(start) => first(&self.canonicals, |text| text.starts_with(start.as_str())),
            Sign::Version(version) => {
                first(&self.canonicals, |text| is_ours(text) && text.split_once('|').is_some_and(|(_, theirs)| theirs == version))
            }
            Sign::Profile(name) => {
                first(&self.profiles, |text| last_part(text.split('|').next().unwrap_or(text)) == name && is_ours(text))
            }
            Sign::Extension(name) => first(&self.extensions, |text| last_part(text) == name && is_ours(text)),
            Sign::Written(part) => first(&self.written, |text| text.starts_with(part.as_str())),
            Sign::Id(pattern) => first(&self.ids, |text| fits(pattern, text)),
            Sign::Code(wanted) => self.code(at, |code| match wanted.contains('|') {
                true => code == wanted,
                false => code.split_once('|').is_some_and(|(_, code)| code == wanted),
            }),
            Sign::System(wanted) => self.code(at, |code| code.split_once('|').is_some_and(|(system, _)| system == wanted)),
        }
    }

    fn code(&self, at: Option<&str>, is_it: impl Fn(&str) -> bool) -> Option<Evidence> {
        let mut found = self.codes.iter().filter(|((place, code), _)| at.is_none_or(|at| at == place) && is_it(code));
        let ((place, code), seen) = found.next()?;
        let mut evidence = seen.evidence(&format!("{place} {code}"));
        evidence.count += found.map(|(_, seen)| seen.count).sum::<usize>();
        Some(evidence)
    }
}

/// The first that fits, with how often any that fits was seen.
fn first(all: &BTreeMap<String, Seen>, is_it: impl Fn(&str) -> bool) -> Option<Evidence> {
    let mut found = all.iter().filter(|(text, _)| is_it(text));
    let (text, seen) = found.next()?;
    let mut evidence = seen.evidence(text);
    evidence.count += found.map(|(_, seen)| seen.count).sum::<usize>();
    Some(evidence)
}

fn last_part(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}
