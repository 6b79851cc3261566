//! What is done with an input of each kind: read, made ready, judged by.

use std::sync::Arc;

use serde_json::Value;
use toets::agreements::Dialect;
use toets::fhir::definition::Definition;
use toets::fhir::fhirpath::{self, Environment, Variables};
use toets::fhir::knowledge::Knowledge;
use toets::fhir::node::{Node, Tree};
use toets::fhir::package::Package;
use toets::fhir::search::{Query, Unknown, link_of};
use toets::fhir::store::Store;
use toets::fhir::terminology::Coded;
use toets::fhir::validate::{Validator, read};
use toets::fhir::{json, snapshot, types, xml};
use toets::recognise::{Asked, Recogniser};
use toets::scenario::{Source, load};
use toets::text::Language;

use super::dice::Dice;
use super::seeds::Seeds;
use super::{bytes, expressions, values};

/// What is mutated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Json,
    Xml,
    Definition,
    Terms,
    Form,
    Expression,
    Query,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] =
        [Self::Json, Self::Xml, Self::Definition, Self::Terms, Self::Form, Self::Expression, Self::Query];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Xml => "xml",
            Self::Definition => "definition",
            Self::Terms => "terms",
            Self::Form => "form",
            Self::Expression => "expression",
            Self::Query => "query",
        }
    }

    /// The kind of an input by its number: of each fifty the same.
    pub(crate) fn of(number: u64) -> Self {
        match number % 50 {
            0..20 => Self::Json,
            20..30 => Self::Xml,
            30..33 => Self::Definition,
            33..36 => Self::Terms,
            36..39 => Self::Form,
            39..46 => Self::Expression,
            _ => Self::Query,
        }
    }
}

/// One input.
#[derive(Clone)]
pub(crate) struct Input {
    pub(crate) text: Vec<u8>,
    stu3: bool,
    /// Which resource it is held against, where it is not one itself.
    beside: usize,
}

/// What was seen of an input: whether it could be read, and how much was said of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen {
    pub(crate) readable: bool,
    pub(crate) issues: usize,
}

/// What the inputs are made from and held against.
pub(crate) struct World {
    seeds: Seeds,
    r4: Validator,
    stu3: Validator,
    store: Store,
    recogniser: Recogniser,
    trees: Vec<Tree>,
}

impl World {
    pub(crate) fn new(shared: Option<&std::path::Path>) -> (Self, usize) {
        let knowledge = Arc::new(Knowledge::built_in(types::r4()));
        let mut seeds = Seeds::own(&knowledge);
        let trees: Vec<Tree> = seeds.resources.iter().filter_map(|text| json::read(text, types::r4()).ok()).collect();
        let mut store = Store::new(types::r4(), "https://toets.example/fhir");
        for text in &seeds.resources {
            let tree = json::read(text, types::r4());
            // One without an id, or with one that is taken, is left out.
            let _ = tree.map(|tree| store.put(tree));
        }
        let more = shared.map_or(0, |folder| seeds.with_shared(folder));
        let stu3 = Validator::new(Arc::new(Knowledge::built_in(types::stu3())));
        let suite = load(&Source::Embedded).expect("the suite in the library has no mistakes");
        let recogniser = Recogniser::new(&suite.exchanges, Dialect::R4Rc2);
        (Self { seeds, recogniser, r4: Validator::new(knowledge), stu3, store, trees }, more)
    }

    /// The input of a number.
    pub(crate) fn make(&self, kind: Kind, dice: &mut Dice) -> Input {
        let stu3 = matches!(kind, Kind::Json | Kind::Xml) && dice.one_in(4);
        let resources = if stu3 { &self.seeds.stu3 } else { &self.seeds.resources };
        let text = match kind {
            Kind::Json => values::mutant(dice, resources),
            Kind::Xml => self.xml(dice, resources, stu3),
            Kind::Definition => values::mutant(dice, &self.seeds.definitions),
            Kind::Terms => values::mutant(dice, &self.seeds.terms),
            Kind::Form if dice.one_in(3) => values::mutant(dice, &self.seeds.responses),
            Kind::Form => values::mutant(dice, &self.seeds.forms),
            Kind::Expression => expressions::expression(dice, &self.seeds.expressions).into_bytes(),
            Kind::Query => expressions::query(dice, types::r4()).into_bytes(),
        };
        Input { text, stu3, beside: dice.below(1 << 20) }
    }

    fn xml(&self, dice: &mut Dice, resources: &[Vec<u8>], stu3: bool) -> Vec<u8> {
        let types = self.validator(stu3).knowledge().types();
        let seed: &[u8] = dice.pick::<Vec<u8>>(resources);
        let text = if dice.one_in(2) { values::structure(dice, seed, resources) } else { seed.to_vec() };
        let tree = json::read(&text, types).or_else(|_| json::read(seed, types));
        let text = tree.map_or(text, |tree| xml::write(tree.root(), types).into_bytes());
        if dice.one_in(4) { text } else { bytes::mutant(dice, text) }
    }

    fn validator(&self, stu3: bool) -> &Validator {
        if stu3 { &self.stu3 } else { &self.r4 }
    }

    /// All that the house can do with it.
    pub(crate) fn judge(&self, kind: Kind, input: &Input) -> Seen {
        match kind {
            Kind::Json | Kind::Xml => self.resource(input),
            Kind::Definition => self.definition(input),
            Kind::Terms => self.terms(input),
            Kind::Form => self.form(input),
            Kind::Expression => self.expression(input),
            Kind::Query => self.query(input),
        }
    }

    fn resource(&self, input: &Input) -> Seen {
        let validator = self.validator(input.stu3);
        let types = validator.knowledge().types();
        let tree = match read(&input.text, types) {
            Ok(tree) => tree,
            Err(error) => {
                assert!(error.offset <= input.text.len(), "`{error}` is not in the text");
                return Seen::default();
            }
        };
        let issues = validator.validate(tree.root(), &[]);
        let told: usize = issues.iter().map(|issue| issue.message(Language::Nl).len()).sum();
        assert!(issues.is_empty() || told > 0, "what is wrong is said");
        if has_no_place(tree.root()) {
            return Seen { readable: true, issues: issues.len() };
        }
        // What was read can be written, and read again.
        let written = json::write(tree.root());
        assert!(json::read(written.as_bytes(), types).is_ok(), "what we write we can read");
        let document = xml::write(tree.root(), types);
        assert!(xml::read(document.as_bytes(), types).is_ok(), "what we write as XML we can read");
        Seen { readable: true, issues: issues.len() }
    }

    /// What is built in, with these before it.
    fn with(&self, texts: &[&[u8]]) -> Option<Validator> {
        let texts = texts.iter().enumerate().map(|(place, text)| (format!("{place}.json"), text.to_vec())).collect();
        let package = Package::held("mutants", "0", texts).ok()?;
        Some(Validator::new(Arc::new(self.r4.knowledge().with(package))))
    }

    fn definition(&self, input: &Input) -> Seen {
        let Some(validator) = self.with(&[&input.text, &self.seeds.definitions[0]]) else { return Seen::default() };
        let knowledge = validator.knowledge();
        let (Ok(tree), url) = (json::read(&input.text, types::r4()), url(&input.text)) else { return Seen::default() };
        let mut issues = validator.validate(tree.root(), &[]).len();
        let Ok(mut definition) = Definition::read(&tree) else { return Seen { readable: true, issues } };
        definition.snapshot.clear();
        let find = |canonical: &str| knowledge.find_definition(canonical).map_err(|lack| lack.to_string());
        // Whatever it says: an error has its reason, a snapshot its elements.
        if let Ok(list) = snapshot::build(&definition, &find) {
            assert!(!list.is_empty(), "a snapshot has elements");
        }
        let of_type = self.trees.iter().filter(|tree| tree.root().type_name() == &*definition.type_name).take(3);
        for tree in of_type.chain(&self.trees[input.beside % self.trees.len()..][..1]) {
            let _ = knowledge.find_definition(&url);
            issues += validator.validate(tree.root(), &[&url]).len();
        }
        Seen { readable: true, issues }
    }

    fn terms(&self, input: &Input) -> Seen {
        let Some(validator) = self.with(&[&input.text, &self.seeds.terms[0], &self.seeds.terms[1]]) else {
            return Seen::default();
        };
        let knowledge = validator.knowledge();
        let Ok(tree) = json::read(&input.text, types::r4()) else { return Seen::default() };
        let url = url(&input.text);
        let mut issues = validator.validate(tree.root(), &[]).len();
        let set = if tree.root().type_name() == "ValueSet" { &*url } else { "https://toets.example/ValueSet/wishes" };
        let systems = knowledge.value_set(set).map(|set| set.systems()).unwrap_or_default();
        for system in systems.iter().map(|system| Some(&**system)).take(4).chain([None, Some(&*url)]) {
            for code in ["care", "comfort", "final", ""] {
                let coded = Coded { system, version: None, code };
                issues += usize::from(knowledge.membership(set, &coded) == toets::fhir::terminology::Membership::Out);
                let _ = knowledge.check_display(system.unwrap_or(&url), code, "Care");
            }
        }
        Seen { readable: true, issues }
    }

    fn form(&self, input: &Input) -> Seen {
        let Some(validator) = self.with(&[&input.text, &self.seeds.forms[0]]) else { return Seen::default() };
        let Ok(tree) = json::read(&input.text, types::r4()) else { return Seen::default() };
        let mut issues = validator.validate(tree.root(), &[]).len() + validator.check_form(tree.root()).len();
        let url = url(&input.text);
        for response in &self.seeds.responses {
            let Ok(mut value) = serde_json::from_slice::<Value>(response) else { continue };
            value["questionnaire"] = url.clone().into();
            let Ok(tree) = json::read(value.to_string().as_bytes(), types::r4()) else { continue };
            issues += validator.check_form(tree.root()).len();
        }
        Seen { readable: true, issues }
    }

    fn expression(&self, input: &Input) -> Seen {
        let text = String::from_utf8_lossy(&input.text);
        let Ok(expression) = fhirpath::parse(&text) else { return Seen::default() };
        let tree = &self.trees[input.beside % self.trees.len()];
        let types = types::r4();
        let problems = expression.check(tree.root().type_name(), &Variables::new(), types);
        let (resolve, member) = (|_: &str| Some(tree.root()), |_: &fhirpath::Item<'_>, _: &str| None);
        let environment = Environment { resolver: Some(&resolve), membership: Some(&member), ..Environment::new(types) };
        let found = expression.evaluate(tree.root(), &environment);
        Seen { readable: true, issues: problems.len() + usize::from(found.is_err()) }
    }

    fn query(&self, input: &Input) -> Seen {
        let text = String::from_utf8_lossy(&input.text);
        let (resource, asked) = text.split_once('?').unwrap_or((&text, ""));
        let _ = link_of(&text, "https://toets.example");
        let _ = self.recogniser.recognise(&Asked::get(&text, "https://toets.example"));
        let Ok(query) = Query::parse(asked) else { return Seen::default() };
        let again = Query::parse(&query.write());
        assert!(again.is_ok_and(|again| again == query), "what we write we can read");
        let mut found = 0;
        for unknown in [Unknown::Ignore, Unknown::Refuse] {
            let Ok(criteria) = self.store.prepare(resource, &query, unknown) else { continue };
            let result = self.store.search(&criteria);
            found += result.matches.len() + result.includes.len();
        }
        Seen { readable: true, issues: found }
    }
}

/// Whether a resource in it has no type, for which XML has no place; or an element that is called
/// `resourceType`, or by a name with `_` before it, for which JSON has none.
fn has_no_place(node: Node<'_>) -> bool {
    let nameless = matches!(node.name(), "contained" | "resource" | "outcome") && node.type_name().is_empty();
    nameless || node.name() == "resourceType" || node.name().starts_with('_') || node.children().any(has_no_place)
}

/// The canonical that a definition has, or lost.
fn url(text: &[u8]) -> String {
    let value: Value = serde_json::from_slice(text).unwrap_or_default();
    value["url"].as_str().unwrap_or("https://toets.example/lost").to_owned()
}
