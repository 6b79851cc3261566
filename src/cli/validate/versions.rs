//! Which version of FHIR a resource is judged by, and the judge of each, with
//! the packages that the user named and those that are here.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use clap::ValueEnum;

use super::super::definitions::PackageArguments;
use super::super::failure::Failure;
use super::super::packages;
use super::told;
use crate::agreements::FhirVersion;
use crate::clock;
use crate::fhir::date::DateTime;
use crate::fhir::json::ReadError;
use crate::fhir::knowledge::{Knowledge, PackageSource};
use crate::fhir::node::{Node, Tree};
use crate::fhir::package::version::satisfies;
use crate::fhir::package::{Manifest, Package, PackageError, cache};
use crate::fhir::types::{self, Types};
use crate::fhir::validate::{Issue, Refused, Validator, read, unreadable, version};
use crate::report::outcome::Used;

/// A version of FHIR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fhir {
    /// R4, 4.0.1
    R4,
    /// STU3, 3.0.2
    Stu3,
}

impl Fhir {
    const ALL: [Self; 2] = [Self::R4, Self::Stu3];

    fn types(self) -> &'static Types {
        match self {
            Self::R4 => types::r4(),
            Self::Stu3 => types::stu3(),
        }
    }

    fn other(self) -> Self {
        match self {
            Self::R4 => Self::Stu3,
            Self::Stu3 => Self::R4,
        }
    }

    /// `4.0.1`
    pub(crate) fn version(self) -> &'static str {
        self.types().definition().version
    }
}

impl From<Fhir> for FhirVersion {
    fn from(fhir: Fhir) -> Self {
        match fhir {
            Fhir::R4 => Self::R4,
            Fhir::Stu3 => Self::Stu3,
        }
    }
}

/// The judges.
#[derive(Debug)]
pub(crate) struct Versions {
    given: Option<Fhir>,
    /// Where nothing says otherwise.
    usual: Fhir,
    refused: Refused,
    judges: [OnceLock<Validator>; 2],
    used: [OnceLock<Vec<Used>>; 2],
    /// The cache that the user named.
    asked: Option<PathBuf>,
}

/// What came of judging a text.
#[derive(Debug)]
pub(crate) struct Judgement {
    pub(crate) fhir: Fhir,
    /// Not there when the text could not be read.
    pub(crate) tree: Option<Tree>,
    pub(crate) issues: Vec<Issue>,
}

impl Versions {
    /// Judges who know these packages and those of the cache, each of its own version of FHIR.
    pub(crate) fn new(given: Option<Fhir>, arguments: &PackageArguments, refused: Refused) -> Result<Self, Failure> {
        let sources = arguments.sources()?;
        let of_version = match given {
            Some(fhir) => vec![(fhir, sources)],
            None => sorted(&sources)?,
        };
        let named = of_version.iter().find(|(_, sources)| sources.iter().any(is_named));
        let usual = given.or_else(|| named.map(|(fhir, _)| *fhir)).unwrap_or(Fhir::R4);
        let (judges, used) = ([OnceLock::new(), OnceLock::new()], [OnceLock::new(), OnceLock::new()]);
        for (fhir, sources) in of_version {
            let knowledge = Knowledge::load(&sources, fhir.types()).map_err(|error| packages::failure(&error))?;
            let _ = judges[fhir as usize].set(judge(knowledge, refused));
        }
        let asked = arguments.cache.clone();
        Ok(Self { given, usual, refused, judges, used, asked })
    }

    /// The judge of a version; one for whom nothing was named knows what is built in.
    fn judge(&self, fhir: Fhir) -> &Validator {
        self.judges[fhir as usize].get_or_init(|| judge(Knowledge::built_in(fhir.types()), self.refused))
    }

    /// Judges a text by the version that it plainly belongs to, or else by the one whose shape it has.
    pub(crate) fn judgement(
        &self,
        text: &[u8],
        profiles: &[&str],
        judged: impl Fn(&Validator, Node<'_>) -> Vec<Issue>,
    ) -> Judgement {
        let first = self.usual;
        let read_first = read(text, first.types());
        let plain = match (self.given, &read_first) {
            (Some(given), _) => Some(given),
            (None, Ok(tree)) => self.plain(tree.root(), profiles),
            // A type of resource that only the other version has.
            (None, Err(_)) if read(text, first.other().types()).is_ok() => Some(first.other()),
            (None, Err(_)) => Some(first),
        };
        let by = |fhir: Fhir, tree: Result<Tree, ReadError>| match tree {
            Ok(tree) => {
                let issues = judged(self.judge(fhir), tree.root());
                Judgement { fhir, tree: Some(tree), issues }
            }
            Err(error) => Judgement { fhir, tree: None, issues: vec![unreadable(&error)] },
        };
        match plain {
            Some(fhir) if fhir != first => by(fhir, read(text, fhir.types())),
            Some(_) => by(first, read_first),
            None => {
                let usual = by(first, read_first);
                let is_usual = |tree: &Tree| self.of_extensions(tree.root(), first);
                if version::misshapen(&usual.issues).is_empty() || usual.tree.as_ref().is_some_and(is_usual) {
                    return usual;
                }
                shaped(usual, by(first.other(), read(text, first.other().types())))
            }
        }
    }

    /// The version that a resource names, or the only one in which a profile of it is known, or else
    /// extensions in it.
    fn plain(&self, root: Node<'_>, profiles: &[&str]) -> Option<Fhir> {
        match root.child_value("fhirVersion") {
            Some(version) if version.starts_with("4.0") => return Some(Fhir::R4),
            Some(version) if version.starts_with("3.0") => return Some(Fhir::Stu3),
            _ => {}
        }
        let mut all: Vec<&str> = profiles.to_vec();
        // Also those of the entries of a Bundle: an answer of a server is of one version.
        each(root, &mut all, &|node| Some(node).filter(|node| is_claim(*node)).and_then(Node::value));
        let knows = |fhir: &Fhir| all.iter().any(|one| self.judge(*fhir).knowledge().definition(one).is_some());
        let known: Vec<Fhir> = Fhir::ALL.into_iter().filter(knows).collect();
        let other = self.usual.other();
        match known[..] {
            [only] => Some(only),
            _ => Some(other).filter(|other| self.of_extensions(root, *other)),
        }
    }

    /// Whether a resource has extensions that this version alone knows, and none that it does not know.
    fn of_extensions(&self, root: Node<'_>, fhir: Fhir) -> bool {
        let knows = |fhir: Fhir, url: &str| self.judge(fhir).knowledge().definition(url).is_some();
        let mut urls = Vec::new();
        each(root, &mut urls, &|node| Some(node).filter(|node| node.type_name() == "Extension")?.child_value("url"));
        urls.retain(|url| url.contains(':'));
        // The other version than the usual one is asked only where it has to be: it takes its time to unpack.
        let (usual, other) = (self.usual, self.usual.other());
        let (known, unknown): (Vec<&str>, Vec<&str>) = urls.into_iter().partition(|url| knows(usual, url));
        if fhir == usual {
            known.into_iter().any(|url| !knows(other, url)) && !unknown.into_iter().any(|url| knows(other, url))
        } else {
            unknown.into_iter().any(|url| knows(other, url)) && known.into_iter().all(|url| knows(other, url))
        }
    }

    /// What the judge of a version answers from; nothing when nobody asked that judge.
    pub(crate) fn used(&self, fhir: Fhir) -> &[Used] {
        let Some(judge) = self.judges[fhir as usize].get() else { return &[] };
        self.used[fhir as usize].get_or_init(|| Used::of(judge.knowledge()))
    }

    /// What was used, for each version that was: `FHIR 4.0.1: built in: hl7.fhir.r4.core#4.0.1 (24c2cf04b529), …`;
    /// and what was looked for in vain.
    pub(crate) fn told(&self, asked: &[Fhir]) -> Vec<String> {
        let lines = asked.iter().map(|fhir| format!("FHIR {}: {}", fhir.version(), told::sources(self.used(*fhir))));
        let known = asked.iter().filter_map(|fhir| Some(self.judges[*fhir as usize].get()?.knowledge()));
        let known: Vec<&Knowledge> = known.collect();
        let notes = known.iter().flat_map(|knowledge| knowledge.notes().iter().cloned());
        let in_vain = self.asked.iter().filter(|asked| known.iter().all(|knowledge| !told::has_any_of(knowledge, asked)));
        let in_vain = in_vain.map(|asked| format!("nothing in `{}` is a package to judge by", asked.display()));
        lines.chain(notes).chain(in_vain).collect()
    }
}

/// What elements say that a resource has anywhere, each once.
fn each<'t>(node: Node<'t>, found: &mut Vec<&'t str>, says: &impl Fn(Node<'t>) -> Option<&'t str>) {
    let said = says(node);
    found.extend(said.filter(|said| !found.contains(said)));
    node.children().for_each(|child| each(child, found, says));
}

/// Whether an element claims a profile.
fn is_claim(node: Node<'_>) -> bool {
    node.name() == "profile" && node.parent().is_some_and(|meta| meta.type_name() == "Meta")
}

/// A resource that has mistakes of structure by the usual version is of the other where that finds none.
fn shaped(mut usual: Judgement, mut other: Judgement) -> Judgement {
    let versions = (other.fhir.version(), usual.fhir.version());
    let (wrong, better) = (version::misshapen(&usual.issues), version::misshapen(&other.issues));
    match (&usual.tree, &other.tree, wrong.first()) {
        (_, Some(tree), Some(why)) if better.is_empty() => {
            let note = version::taken(tree.root(), versions, why);
            other.issues.insert(0, note);
            other
        }
        (Some(tree), Some(_), _) if better.len() < wrong.len() => {
            let option = other.fhir.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
            let note = version::doubtful(tree.root(), (versions.1, versions.0), &option);
            usual.issues.insert(0, note);
            usual
        }
        _ => usual,
    }
}

/// A judge for whom it is now.
fn judge(knowledge: Knowledge, refused: Refused) -> Validator {
    // Users are Dutch: a display without a language is taken as that.
    let judge = Validator::new(Arc::new(knowledge)).speaking("nl").refusing(refused);
    match DateTime::parse(&clock::now()) {
        Some(now) => judge.at(now),
        None => judge,
    }
}

/// The sources by the version of FHIR that their packages say; a version that
/// no source speaks of is not among them.
fn sorted(sources: &[PackageSource]) -> Result<Vec<(Fhir, Vec<PackageSource>)>, Failure> {
    let mut found = Fhir::ALL.map(|fhir| (fhir, Vec::new()));
    for source in sources {
        let manifest = manifest(source, sources).map_err(|error| packages::failure(&error))?;
        let counts = |fhir: Fhir| manifest.as_ref().is_none_or(|own| own.is_terminology() || own.is_for(fhir.version()));
        let is_of_any = Fhir::ALL.into_iter().any(counts);
        // Of no version that is judged here: the first says so when it is loaded.
        let of_version = found.iter_mut().filter(|(fhir, _)| counts(*fhir) || !is_of_any);
        of_version.for_each(|(_, of_version)| of_version.push(source.clone()));
    }
    let has_packages = |source: &PackageSource| match source {
        PackageSource::Cache(path) => cache::list(path).is_ok_and(|packages| !packages.is_empty()),
        named => is_named(named),
    };
    Ok(found.into_iter().filter(|(_, sources)| sources.iter().any(has_packages)).collect())
}

fn is_named(source: &PackageSource) -> bool {
    matches!(source, PackageSource::At(_) | PackageSource::Named { .. } | PackageSource::Folder(_))
}

/// What a source says of itself; nothing of a folder of packages, and of one that
/// is nowhere, which is told of when it is loaded.
fn manifest(source: &PackageSource, sources: &[PackageSource]) -> Result<Option<Manifest>, PackageError> {
    let path = match source {
        PackageSource::At(path) => Some(path.clone()),
        PackageSource::Named { id, version } => found(sources, id, version),
        PackageSource::Place(_) | PackageSource::Folder(_) | PackageSource::Cache(_) => None,
    };
    let Some(path) = path else { return Ok(None) };
    match Package::manifest_at(&path)? {
        Some(manifest) => Ok(Some(manifest)),
        None => Package::open(&path).map(|loose| Some(loose.manifest().clone())),
    }
}

/// The package of this name in one of the places.
fn found(sources: &[PackageSource], id: &str, version: &str) -> Option<PathBuf> {
    let is_it = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).and_then(cache::named);
        name.is_some_and(|(found_id, found)| found_id == id && satisfies(version, found))
    };
    let folders = sources.iter().filter_map(|source| match source {
        PackageSource::Place(folder) | PackageSource::Folder(folder) | PackageSource::Cache(folder) => Some(folder),
        PackageSource::At(_) | PackageSource::Named { .. } => None,
    });
    folders.flat_map(|folder| cache::list(folder).unwrap_or_default()).find(is_it)
}
