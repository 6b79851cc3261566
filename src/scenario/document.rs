//! Documents: files of the suite with the tree they were read from and what
//! they mean. Whether they fit together is for `lint`.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::files::File;
use super::persona::Persona;
use super::schema::schema;
use super::{ConsulterFault, Dataset, DialectFile, Exchange, Fault, NoiseList, Scenario};
use crate::agreements::RequirementFile;
use crate::diagnostic::Diagnostic;
use crate::shape;
use crate::yaml::{self, Node};

/// The kinds of files, by the key that names what is in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `scenarios/exchanges/*.yaml`
    Exchange,
    /// `scenarios/provider/*.yaml`, `scenarios/consulter/*.yaml`
    Scenario,
    /// `scenarios/faults/*.yaml`
    Fault,
    /// `scenarios/consulter-faults/*.yaml`
    ConsulterFault,
    /// `scenarios/requirements/*.yaml`
    Requirements,
    /// `fixtures/*/persona.yaml`
    Persona,
    /// `scenarios/noise.yaml`
    Noise,
    /// `scenarios/dataset/*.yaml`
    Dataset,
    /// `scenarios/dialects/*.yaml`
    Dialect,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Exchange,
        Self::Scenario,
        // Before `Fault`: the name of its schema ends like that one's.
        Self::ConsulterFault,
        Self::Fault,
        Self::Requirements,
        Self::Persona,
        Self::Noise,
        Self::Dataset,
        Self::Dialect,
    ];

    /// The key that names what the file holds.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Scenario => "scenario",
            Self::Fault => "fault",
            Self::ConsulterFault => "consulter-fault",
            Self::Requirements => "group",
            Self::Persona => "persona",
            Self::Noise => "noise",
            Self::Dataset => "dataset",
            Self::Dialect => "dialect",
        }
    }

    /// File name of its schema.
    #[must_use]
    pub fn schema_file(self) -> &'static str {
        match self {
            Self::Exchange => "exchange.schema.json",
            Self::Scenario => "scenario.schema.json",
            Self::Fault => "fault.schema.json",
            Self::ConsulterFault => "consulter-fault.schema.json",
            Self::Requirements => "requirements.schema.json",
            Self::Persona => "persona.schema.json",
            Self::Noise => "noise.schema.json",
            Self::Dataset => "dataset.schema.json",
            Self::Dialect => "dialect.schema.json",
        }
    }

    /// The kind of a file: what its first line says, else the folder it is in, else the key it has.
    pub(super) fn of(file: &File, root: &Node) -> Option<Self> {
        let first = file.text.lines().next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|kind| root.get(kind.key()).is_some())
            .or_else(|| Self::ALL.into_iter().find(|kind| first.contains(kind.schema_file())))
            .or_else(|| Self::of_folder(&file.name))
    }

    fn of_folder(name: &str) -> Option<Self> {
        let mut parts = name.rsplit('/');
        let file = parts.next()?;
        match (file, parts.next()?) {
            ("persona.yaml", _) => Some(Self::Persona),
            ("noise.yaml", _) => Some(Self::Noise),
            (_, "dataset") => Some(Self::Dataset),
            (_, "dialects") => Some(Self::Dialect),
            (_, "exchanges") => Some(Self::Exchange),
            (_, "provider" | "consulter") => Some(Self::Scenario),
            (_, "faults") => Some(Self::Fault),
            (_, "consulter-faults") => Some(Self::ConsulterFault),
            (_, "requirements") => Some(Self::Requirements),
            _ => None,
        }
    }
}

/// A file with its tree and its meaning.
#[derive(Debug, Clone)]
pub(super) struct Document<T> {
    /// The file.
    pub(super) file: File,
    /// The tree, without what does not fit its kind; for positions.
    pub(super) root: Node,
    /// Nothing was left out of the tree: what it does not use is not used.
    pub(super) whole: bool,
    /// Names of steps and captures in a tree of which something was left out: others may speak of them all the same.
    pub(super) lost: BTreeSet<String>,
    /// The meaning.
    pub(super) value: T,
}

/// All documents of a suite.
#[derive(Debug, Clone, Default)]
pub(super) struct Documents {
    pub(super) requirements: Vec<Document<RequirementFile>>,
    pub(super) exchanges: Vec<Document<Exchange>>,
    pub(super) scenarios: Vec<Document<Scenario>>,
    pub(super) faults: Vec<Document<Fault>>,
    pub(super) consulter_faults: Vec<Document<ConsulterFault>>,
    pub(super) personas: Vec<Document<Persona>>,
    pub(super) noise: Vec<Document<NoiseList>>,
    pub(super) datasets: Vec<Document<Dataset>>,
    pub(super) dialects: Vec<Document<DialectFile>>,
    /// Resources of personas: files that are JSON.
    pub(super) resources: Vec<File>,
    /// Names of files that are too wrong to have a meaning: others may speak of them all the same.
    pub(super) broken: Vec<(Kind, String)>,
}

impl Documents {
    /// Reads files, and says what is wrong with each in itself.
    pub(super) fn read(files: Vec<File>) -> (Self, Vec<Diagnostic>) {
        let mut documents = Self::default();
        let mut problems = Vec::new();
        for file in files {
            if file.has_ending("json") {
                documents.resources.push(file);
            } else {
                documents.take(file, &mut problems);
            }
        }
        (documents, problems)
    }

    /// These documents after the others of which none stands for the same: a file stands for what has its name.
    pub(super) fn after(mut self, others: &Self) -> Self {
        join(&mut self.requirements, &others.requirements, |value| &value.group);
        join(&mut self.exchanges, &others.exchanges, |value| &value.exchange);
        join(&mut self.scenarios, &others.scenarios, |value| &value.scenario);
        join(&mut self.faults, &others.faults, |value| &value.fault);
        join(&mut self.consulter_faults, &others.consulter_faults, |value| &value.consulter_fault);
        join(&mut self.personas, &others.personas, |value| &value.persona);
        join(&mut self.datasets, &others.datasets, |value| &value.dataset);
        join(&mut self.dialects, &others.dialects, |value| value.dialect.word());
        if self.noise.is_empty() {
            self.noise.clone_from(&others.noise);
        }
        self.resources.extend(others.resources.iter().cloned());
        self.broken.extend(others.broken.iter().cloned());
        self
    }

    fn take(&mut self, file: File, problems: &mut Vec<Diagnostic>) {
        let mut reading = yaml::read(&file.path, &file.text);
        let read_whole = reading.diagnostics.is_empty();
        problems.append(&mut reading.diagnostics);
        let Some(root) = reading.root else { return };
        let Some(kind) = Kind::of(&file, &root) else {
            let message = "nothing says what kind of file this is";
            let hint = "begin with one of the keys `exchange`, `scenario`, `fault`, `consulter-fault`, `group`, `persona`, `noise`, `dataset` and `dialect`";
            problems.push(Diagnostic::new(&file.path, 0..0, "file-kind", message).hint(hint));
            return;
        };
        let mut wrong = shape::check(&file.path, &root, schema(kind));
        let name = root.get(kind.key()).and_then(Node::text).unwrap_or_default().to_owned();
        let whole = read_whole && wrong.is_empty();
        let lost = if whole { BTreeSet::new() } else { names_in(&root) };
        let raw = Raw { file, whole, lost, root: shape::without(&root, &wrong) };
        problems.append(&mut wrong);
        let taken = match kind {
            Kind::Exchange => keep(&mut self.exchanges, raw, problems),
            Kind::Scenario => keep(&mut self.scenarios, raw, problems),
            Kind::Fault => keep(&mut self.faults, raw, problems),
            Kind::ConsulterFault => keep(&mut self.consulter_faults, raw, problems),
            Kind::Requirements => keep(&mut self.requirements, raw, problems),
            Kind::Persona => keep(&mut self.personas, raw, problems),
            Kind::Noise => keep(&mut self.noise, raw, problems),
            Kind::Dataset => keep(&mut self.datasets, raw, problems),
            Kind::Dialect => keep(&mut self.dialects, raw, problems),
        };
        if !taken {
            self.broken.push((kind, name));
        }
    }
}

fn join<T: Clone>(documents: &mut Vec<Document<T>>, others: &[Document<T>], name: impl Fn(&T) -> &str) {
    let other = |other: &&Document<T>| documents.iter().all(|known| name(&known.value) != name(&other.value));
    let mut all: Vec<_> = others.iter().filter(other).cloned().collect();
    all.append(documents);
    *documents = all;
}

/// Names of steps and captures.
fn names_in(root: &Node) -> BTreeSet<String> {
    let steps = root.get("steps").map(Node::items).unwrap_or_default();
    let ids = steps.iter().filter_map(|step| step.get("id")?.text()).map(str::to_owned);
    let captures = steps.iter().filter_map(|step| step.get("capture")).flat_map(Node::entries).map(|(key, _)| key.text.clone());
    ids.chain(captures).collect()
}

/// A file that has no meaning yet.
struct Raw {
    file: File,
    whole: bool,
    lost: BTreeSet<String>,
    root: Option<Node>,
}

/// Gives a file its meaning and keeps it; false when it is too wrong to have one.
fn keep<T: DeserializeOwned>(documents: &mut Vec<Document<T>>, raw: Raw, problems: &mut Vec<Diagnostic>) -> bool {
    let Raw { file, whole, lost, root } = raw;
    let Some(root) = root else { return false };
    match serde_json::from_value(root.json()) {
        Ok(value) => {
            documents.push(Document { file, root, whole, lost, value });
            true
        }
        Err(error) => {
            // What was left out has been reported; only a whole file that has no meaning is news.
            if whole {
                let message = format!("the file does not fit its kind: {error}");
                problems.push(Diagnostic::new(&file.path, root.span.start..root.span.start, "decode-failed", message));
            }
            false
        }
    }
}
