//! What a request of a client means: which exchange it is (agreement 3.7), of
//! which patient, and how far it is from the nearest one when it is none.

use std::collections::BTreeSet;

use crate::agreements::Dialect;
use crate::fhir::search::{Parameter, Query};
use crate::scenario::{self, TransactionGroup};

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// `metadata`
    Capabilities,
    /// `Patient?identifier=…`
    Lookup,
    /// A search of this type.
    Search(String),
    /// A read.
    Read(String),
    /// A page that we linked to.
    Page(String),
    /// Something else: a write, a path that FHIR does not have.
    Other,
}

/// What a request means.
#[derive(Debug, Clone)]
pub struct Meaning {
    /// What it asks for.
    pub what: What,
    /// Logical ids of the patients that it names.
    pub patients: BTreeSet<String>,
    /// The exchange that it is, as the claimed version has it.
    pub asks: Option<Asks>,
    /// The exchange that it nearly is.
    pub near: Option<Near>,
    /// Filters of its own, as they are written.
    pub own: Vec<String>,
    /// Includes that are written as no server reads them.
    pub misspelled: Vec<String>,
}

/// An exchange that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asks {
    /// Its name.
    pub exchange: String,
    /// Codes of its list that are not asked by this request.
    pub without: BTreeSet<String>,
    /// Codes that are asked beside those of its list.
    pub beside: BTreeSet<String>,
}

/// An exchange that is nearly asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// Its name.
    pub exchange: String,
    /// What is not as it should be, a line each.
    pub differences: Vec<String>,
    /// Filters that are missing.
    pub missing: Vec<String>,
    /// Another version of the agreement has it so.
    pub dialect: Option<Dialect>,
}

/// Filters that only choose how the answer comes.
const HARMLESS: [&str; 9] = ["_format", "_pretty", "_count", "_page", "_total", "_include", "_revinclude", "_sort", "_elements"];

impl Meaning {
    /// Reads a request (method, URL, form) below this base.
    #[must_use]
    pub fn read(
        (method, url, form): (&str, &str, Option<&str>),
        base: &str,
        exchanges: &[scenario::Exchange],
        claimed: Dialect,
    ) -> Self {
        let below = url.strip_prefix(base).map(|below| below.trim_start_matches('/'));
        let (path, query) = below.and_then(|below| below.split_once('?')).unwrap_or((below.unwrap_or("?"), ""));
        let mut parameters = Query::parse(query).unwrap_or_default().parameters;
        let posts = method == "POST" && path.ends_with("_search");
        if let (true, Some(form)) = (posts, form) {
            parameters.extend(Query::parse(form).unwrap_or_default().parameters);
        }
        let what = what(method, path, &parameters);
        let patients = parameters.iter().flat_map(patients).collect();
        let mut meaning = Self { what, patients, asks: None, near: None, own: Vec::new(), misspelled: misspelled(&parameters) };
        if let What::Search(resource) = &meaning.what {
            let resource = resource.clone();
            meaning.hold(&resource, &parameters, exchanges, claimed);
        }
        meaning
    }

    fn hold(&mut self, resource: &str, parameters: &[Parameter], exchanges: &[scenario::Exchange], claimed: Dialect) {
        let compared = |exchange: &scenario::Exchange, dialect: Dialect| {
            let template = exchange.request.get(&dialect)?;
            let compared = Compared::new(template, resource, parameters)?;
            Some((exchange.exchange.clone(), compared))
        };
        let of = |dialect: Dialect| {
            exchanges
                .iter()
                .filter(|known| known.group != TransactionGroup::Lookup)
                .filter_map(move |known| compared(known, dialect))
        };
        let mut all: Vec<_> = of(claimed).collect();
        all.sort_by_key(|(_, compared)| compared.distance());
        let Some((exchange, nearest)) = all.into_iter().next() else { return };
        if nearest.distance() == 0 {
            self.own = nearest.own;
            self.asks = Some(Asks { exchange, without: nearest.without, beside: nearest.beside });
            return;
        }
        let older = Dialect::ALL.into_iter().filter(|dialect| *dialect != claimed).find_map(|dialect| {
            let (exchange, _) = of(dialect).find(|(_, compared)| compared.distance() == 0)?;
            Some((exchange, dialect))
        });
        let (exchange, dialect) = older.map_or((exchange, None), |(exchange, dialect)| (exchange, Some(dialect)));
        self.near = Some(Near { exchange, differences: nearest.differences, missing: nearest.missing, dialect });
    }
}

/// A request beside a template.
struct Compared {
    differences: Vec<String>,
    missing: Vec<String>,
    without: BTreeSet<String>,
    beside: BTreeSet<String>,
    own: Vec<String>,
}

impl Compared {
    /// Nothing when the template is of another type.
    fn new(template: &str, resource: &str, parameters: &[Parameter]) -> Option<Self> {
        let (path, query) = template.split_once('?').unwrap_or((template, ""));
        if path != resource {
            return None;
        }
        let wanted = Query::parse(query).unwrap_or_default().parameters;
        let mut compared = Self {
            differences: Vec::new(),
            missing: Vec::new(),
            without: BTreeSet::new(),
            beside: BTreeSet::new(),
            own: Vec::new(),
        };
        let filters =
            |all: &[Parameter]| -> Vec<Parameter> { all.iter().filter(|parameter| is_filter(parameter)).cloned().collect() };
        let (wanted, found) = (filters(&wanted), filters(parameters));
        for wanted in &wanted {
            compared.filter(wanted, &found);
        }
        let known = |key: &str| wanted.iter().any(|wanted| wanted.key == key);
        compared.own = found.iter().filter(|found| !known(&found.key)).map(|own| format!("{}={}", own.key, own.value)).collect();
        if wanted.len() != wanted.iter().map(|wanted| &wanted.key).collect::<BTreeSet<_>>().len() {
            // No template repeats a parameter; if one ever does, this comparison has to learn it.
            compared.differences.push("a repeated parameter in the agreement".to_owned());
        }
        if !parameters.iter().any(|parameter| is_patient(&parameter.key)) {
            compared.differences.push("patient: -".to_owned());
        }
        Some(compared)
    }

    fn filter(&mut self, wanted: &Parameter, found: &[Parameter]) {
        let mut same = found.iter().filter(|found| found.key == wanted.key);
        let Some(first) = same.next() else {
            self.missing.push(wanted.key.clone());
            self.differences.push(format!("{}: - (expected {})", wanted.key, wanted.value));
            return;
        };
        if same.next().is_some() {
            self.differences.push(format!("{}: repeated, which means AND: a list with commas means OR", wanted.key));
            return;
        }
        let (wants, has) = (values(wanted), values(first));
        // More codes than the list has find all that the list does; of none of it, it is another question.
        if has.is_disjoint(&wants) || !(has.is_subset(&wants) || (wants.len() > 1 && wants.is_subset(&has))) {
            self.differences.push(format!("{}: {} (expected {})", wanted.key, first.value, wanted.value));
        } else {
            self.without.extend(wants.difference(&has).cloned());
            self.beside.extend(has.difference(&wants).cloned());
        }
    }

    fn distance(&self) -> usize {
        self.differences.len()
    }
}

fn what(method: &str, path: &str, parameters: &[Parameter]) -> What {
    let path = path.trim_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    let resource = |name: &str| name.chars().next().is_some_and(char::is_uppercase);
    let search = |name: &str| match name {
        _ if parameters.iter().any(|parameter| parameter.key == "_page") => What::Page(name.to_owned()),
        "Patient" => What::Lookup,
        _ => What::Search(name.to_owned()),
    };
    match (method, &segments[..]) {
        ("GET" | "HEAD", ["metadata"]) => What::Capabilities,
        ("GET" | "HEAD", [name]) if resource(name) => search(name),
        ("GET" | "POST", [name, "_search"]) if resource(name) => search(name),
        ("GET" | "HEAD", [name, _, ..]) if resource(name) => What::Read((*name).to_owned()),
        _ => What::Other,
    }
}

fn is_patient(key: &str) -> bool {
    matches!(key, "patient" | "subject" | "patient:Patient" | "subject:Patient")
}

fn is_filter(parameter: &Parameter) -> bool {
    let key = parameter.key.as_str();
    let whole = key == "_summary" && parameter.value == "false";
    !is_patient(key) && !whole && !HARMLESS.contains(&key) && !key.starts_with("_include:")
}

fn patients(parameter: &Parameter) -> Vec<String> {
    if !is_patient(&parameter.key) {
        return Vec::new();
    }
    let id = |value: &str| value.rsplit('/').next().unwrap_or(value).to_owned();
    parameter.alternatives().into_iter().map(id).filter(|id| !id.is_empty()).collect()
}

/// Includes with a colon where `=` should be, as older versions of the agreement have them.
fn misspelled(parameters: &[Parameter]) -> Vec<String> {
    parameters.iter().filter(|parameter| parameter.key.starts_with("_include:")).map(|parameter| parameter.key.clone()).collect()
}

/// The alternatives of a value; codes of a list carry the system of the first.
fn values(parameter: &Parameter) -> BTreeSet<String> {
    let alternatives = parameter.alternatives();
    let system = alternatives.first().and_then(|first| first.split_once('|')).map(|(system, _)| system.to_owned());
    let whole = |code: &&str| match &system {
        Some(system) if !code.contains('|') => format!("{system}|{code}"),
        _ => (*code).to_owned(),
    };
    alternatives.iter().filter(|code| !code.is_empty()).map(whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "Observation?patient=Patient/${patient}&code=http://snomed.info/sct|1,2,3";

    fn exchanges() -> Vec<scenario::Exchange> {
        let json = format!(
            r#"{{"exchange": "observations", "title": {{"en": "x", "nl": "x"}}, "group": "individual-resources", "source": "x",
            "request": {{"r4-rc2": "{TEMPLATE}", "r4-rc1": "Observation?patient=${{patient}}&code=http://snomed.info/sct|9"}}, "answer": {{}}}}"#
        );
        vec![serde_json::from_str(&json).expect("an exchange")]
    }

    fn meaning(url: &str) -> Meaning {
        Meaning::read(("GET", &format!("http://h/fhir/{url}"), None), "http://h/fhir", &exchanges(), Dialect::R4Rc2)
    }

    #[test]
    fn meaning_is_the_same_in_every_spelling_of_3_7() {
        for url in [
            "Observation?patient=Patient/7&code=http://snomed.info/sct|1,2,3",
            "Observation?code=http%3A%2F%2Fsnomed.info%2Fsct%7C3%2C1%2C2&subject=http://h/fhir/Patient/7&_format=json&_count=50",
            "Observation?patient=7&code=http://snomed.info/sct|1,http://snomed.info/sct|2,http://snomed.info/sct|3&_summary=false",
        ] {
            let meaning = meaning(url);
            assert_eq!(
                meaning.asks,
                Some(Asks { exchange: "observations".to_owned(), without: BTreeSet::new(), beside: BTreeSet::new() }),
                "{url}"
            );
            assert_eq!(meaning.patients, BTreeSet::from(["7".to_owned()]), "{url}");
        }
    }

    #[test]
    fn meaning_of_one_request_a_code_leaves_the_others_open() {
        let asks = meaning("Observation?patient=7&code=http://snomed.info/sct|2").asks.expect("it is the exchange");
        assert_eq!(asks.without.len(), 2);
    }

    #[test]
    fn meaning_of_a_repeated_parameter_is_and() {
        let meaning = meaning("Observation?patient=7&code=http://snomed.info/sct|1&code=http://snomed.info/sct|2");
        assert!(meaning.asks.is_none());
        assert!(meaning.near.expect("it is near").differences[0].contains("AND"));
    }

    #[test]
    fn meaning_names_what_is_missing_and_what_is_added() {
        let near = meaning("Observation?patient=7").near.expect("it is near");
        assert_eq!(near.missing, ["code"]);
        let added = meaning("Observation?patient=7&code=http://snomed.info/sct|1,2,3&status=final");
        assert_eq!(added.own, ["status=final"]);
        assert!(added.asks.is_some());
    }

    #[test]
    fn meaning_knows_another_version() {
        let near = meaning("Observation?patient=7&code=http://snomed.info/sct|9").near.expect("it is near");
        assert_eq!(near.dialect, Some(Dialect::R4Rc1));
    }

    #[test]
    fn meaning_of_a_search_without_patient_is_none_of_the_exchanges() {
        let meaning = meaning("Observation?code=http://snomed.info/sct|1,2,3");
        assert!(meaning.asks.is_none() && meaning.patients.is_empty());
    }
}
