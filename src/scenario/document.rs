//! Documents: files of the suite with the tree they were read from and what
//! they mean. Whether they fit together is for `lint`.

use std::path::PathBuf;

use serde::de::DeserializeOwned;

use super::files::File;
use super::persona::Persona;
use super::schema::schema;
use super::{Exchange, Fault, Scenario, shape};
use crate::agreements::RequirementFile;
use crate::diagnostic::Diagnostic;
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
    /// `scenarios/requirements/*.yaml`
    Requirements,
    /// `fixtures/*/persona.yaml`
    Persona,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Exchange, Self::Scenario, Self::Fault, Self::Requirements, Self::Persona];

    /// The key that names what the file holds.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Scenario => "scenario",
            Self::Fault => "fault",
            Self::Requirements => "group",
            Self::Persona => "persona",
        }
    }

    /// File name of its schema.
    #[must_use]
    pub fn schema_file(self) -> &'static str {
        match self {
            Self::Exchange => "exchange.schema.json",
            Self::Scenario => "scenario.schema.json",
            Self::Fault => "fault.schema.json",
            Self::Requirements => "requirements.schema.json",
            Self::Persona => "persona.schema.json",
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
            (_, "exchanges") => Some(Self::Exchange),
            (_, "provider" | "consulter") => Some(Self::Scenario),
            (_, "faults") => Some(Self::Fault),
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
    /// The tree, for positions.
    pub(super) root: Node,
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
    pub(super) personas: Vec<Document<Persona>>,
    /// Resources of personas: files that are JSON.
    pub(super) resources: Vec<File>,
    /// Files that were looked at and are wrong in themselves.
    pub(super) broken: Vec<PathBuf>,
}

impl Documents {
    /// Reads files, and says what is wrong with each in itself.
    pub(super) fn read(files: Vec<File>) -> (Self, Vec<Diagnostic>) {
        let mut documents = Self::default();
        let mut problems = Vec::new();
        for file in files {
            if file.has_ending("json") {
                documents.resources.push(file);
                continue;
            }
            let before = problems.len();
            let path = file.path.clone();
            documents.take(file, &mut problems);
            if problems.len() > before {
                documents.broken.push(path);
            }
        }
        (documents, problems)
    }

    fn take(&mut self, file: File, problems: &mut Vec<Diagnostic>) {
        let mut reading = yaml::read(&file.path, &file.text);
        problems.append(&mut reading.diagnostics);
        let Some(root) = reading.root else { return };
        let Some(kind) = Kind::of(&file, &root) else {
            let message = "nothing says what kind of file this is";
            let hint = "begin with one of the keys `exchange`, `scenario`, `fault`, `group` and `persona`";
            problems.push(Diagnostic::new(&file.path, 0..0, "file-kind", message).hint(hint));
            return;
        };
        let mut wrong = shape::check(&file.path, &root, schema(kind));
        if !wrong.is_empty() {
            problems.append(&mut wrong);
            return;
        }
        match kind {
            Kind::Exchange => self.exchanges.extend(decode(file, root, problems)),
            Kind::Scenario => self.scenarios.extend(decode(file, root, problems)),
            Kind::Fault => self.faults.extend(decode(file, root, problems)),
            Kind::Requirements => self.requirements.extend(decode(file, root, problems)),
            Kind::Persona => self.personas.extend(decode(file, root, problems)),
        }
    }
}

fn decode<T: DeserializeOwned>(file: File, root: Node, problems: &mut Vec<Diagnostic>) -> Option<Document<T>> {
    match serde_json::from_value(root.json()) {
        Ok(value) => Some(Document { file, root, value }),
        Err(error) => {
            let range = root.span.start..root.span.start;
            problems.push(Diagnostic::new(
                &file.path,
                range,
                "decode-failed",
                format!("the file does not fit its kind: {error}"),
            ));
            None
        }
    }
}
