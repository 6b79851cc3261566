//! Whether two queries ask the same (agreement 3.7): order, encoding, the
//! spelling of the patient and of code lists make no difference. Used to
//! recognise which exchange a request is, and how near a miss was.

use std::collections::BTreeSet;

use super::query::{Parameter, Query, QueryError, split_unescaped};

/// A query in the form in which two that ask the same are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    path: String,
    pairs: Vec<Pair>,
    includes: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    key: String,
    values: BTreeSet<String>,
}

/// How a request compares with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sameness {
    /// It asks the same.
    Same {
        /// The patient it asks for, where the template has a patient.
        patient: Option<String>,
        /// Includes of the template that the request leaves out.
        without_includes: Vec<String>,
    },
    /// It does not.
    Different(Vec<Difference>),
}

/// One way in which a request is not its template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Another resource type, or no search.
    Path,
    /// A parameter of the template is not there.
    Missing(String),
    /// A parameter is there that the template does not have.
    Extra(String),
    /// A parameter has other values.
    Values(String),
}

impl Sameness {
    /// Whether the request asks the same.
    #[must_use]
    pub fn is_same(&self) -> bool {
        matches!(self, Self::Same { .. })
    }
}

/// Compares a request with a template; both are URLs relative to the base, and
/// the template may have slots (`${patient}`), which any value fills.
///
/// # Errors
/// When one of the two cannot be read as a query.
pub fn same_query(template: &str, request: &str) -> Result<Sameness, QueryError> {
    Ok(Shape::read(template)?.compare(&Shape::read(request)?))
}

impl Shape {
    /// The shape of a URL relative to the base.
    ///
    /// # Errors
    /// When the query cannot be read.
    pub fn read(url: &str) -> Result<Self, QueryError> {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        Ok(Self::of(path, &Query::parse(query)?))
    }

    /// The shape of a path and its query.
    #[must_use]
    pub fn of(path: &str, query: &Query) -> Self {
        let path = path.trim_matches('/');
        let mut shape =
            Self { path: path.strip_suffix("/_search").unwrap_or(path).to_owned(), pairs: Vec::new(), includes: BTreeSet::new() };
        for parameter in &query.parameters {
            shape.take(parameter);
        }
        shape.pairs.sort();
        // The same condition twice (`patient` and `subject`, say) asks no more than once.
        shape.pairs.dedup();
        shape
    }

    /// Compares a request with this template.
    #[must_use]
    pub fn compare(&self, request: &Self) -> Sameness {
        if self.path != request.path {
            return Sameness::Different(vec![Difference::Path]);
        }
        let mut left: Vec<&Pair> = request.pairs.iter().collect();
        let mut differences = Vec::new();
        let mut patient = None;
        for wanted in &self.pairs {
            if let Some(at) = left.iter().position(|pair| wanted.same_as(pair)) {
                let found = left.remove(at);
                if wanted.key == "patient" {
                    patient = found.values.first().cloned();
                }
            } else if let Some(at) = left.iter().position(|pair| pair.key == wanted.key) {
                left.remove(at);
                differences.push(Difference::Values(wanted.key.clone()));
            } else {
                differences.push(Difference::Missing(wanted.key.clone()));
            }
        }
        differences.extend(left.into_iter().map(|pair| Difference::Extra(pair.key.clone())));
        if differences.is_empty() {
            Sameness::Same { patient, without_includes: self.includes.difference(&request.includes).cloned().collect() }
        } else {
            Sameness::Different(differences)
        }
    }

    fn take(&mut self, parameter: &Parameter) {
        match (&*parameter.key, &*parameter.value) {
            ("_format" | "_pretty" | "_count" | "_page", _) | ("_summary", "false") => {}
            ("_include", include) => {
                self.includes.insert(include.to_owned());
            }
            // Older versions of the agreement write `_include:Type:name` without `=`.
            (key, "") if key.starts_with("_include:") => {
                self.includes.insert(key["_include:".len()..].to_owned());
            }
            (key, value) => self.pairs.push(match patient_of(key, value) {
                Some(id) => Pair { key: "patient".to_owned(), values: BTreeSet::from([id.to_owned()]) },
                None => Pair { key: key.to_owned(), values: codes_with_system(&parameter.alternatives()) },
            }),
        }
    }
}

impl Pair {
    fn same_as(&self, request: &Self) -> bool {
        self.key == request.key
            && self.values.len() == request.values.len()
            && self.values.iter().all(|wanted| request.values.iter().any(|value| fills(wanted, value)))
    }
}

/// The patient that a parameter names, in any of its spellings.
fn patient_of<'v>(key: &str, value: &'v str) -> Option<&'v str> {
    let named = matches!(key, "patient" | "subject" | "patient:Patient" | "subject:Patient");
    let id = match value.rsplit_once('/') {
        None => value,
        Some((before, id)) if before == "Patient" || before.ends_with("/Patient") => id,
        Some(_) => return None,
    };
    (named && !id.contains(',')).then_some(id)
}

/// In the agreement's code lists only the first code carries the system; it is meant for all of them.
fn codes_with_system(alternatives: &[&str]) -> BTreeSet<String> {
    let system = alternatives.first().and_then(|first| match *split_unescaped(first, '|') {
        [system, _] if !system.is_empty() => Some(system),
        _ => None,
    });
    let whole = |code: &&str| match system {
        Some(system) if split_unescaped(code, '|').len() == 1 => format!("{system}|{code}"),
        _ => (*code).to_owned(),
    };
    alternatives.iter().map(whole).collect()
}

/// Whether a value is the template's, in which `${slot}` stands for any text.
fn fills(template: &str, value: &str) -> bool {
    let Some((before, rest)) = template.split_once("${") else { return template == value };
    let after = rest.split_once('}').map_or("", |(_, after)| after);
    value.len() > before.len() + after.len() && value.starts_with(before) && value.ends_with(after)
}
