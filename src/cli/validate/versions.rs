//! Which version of FHIR a resource is judged by, and the judge of each, with
//! the packages that the user named.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use clap::ValueEnum;

use super::super::failure::Failure;
use super::super::packages;
use crate::agreements::FhirVersion;
use crate::clock;
use crate::fhir::date::DateTime;
use crate::fhir::json::ReadError;
use crate::fhir::knowledge::{Knowledge, PackageSource};
use crate::fhir::node::{Node, Tree};
use crate::fhir::package::{Package, PackageError, cache};
use crate::fhir::types::{self, Types};
use crate::fhir::validate::{Issue, Refused, Validator, read, unreadable, version};

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
    /// Judges who know these packages: `id#version`, an archive, or a folder.
    pub(crate) fn new(given: Option<Fhir>, named: &[String], place: Option<PathBuf>, refused: Refused) -> Result<Self, Failure> {
        let mut sources = named.iter().map(|name| packages::source(name)).collect::<Result<Vec<_>, _>>()?;
        let is_package = |source: &PackageSource| !matches!(source, PackageSource::Place(_));
        let has_packages = sources.iter().any(is_package);
        sources.extend(place.map(PackageSource::Place));
        let versions = Self { given, usual: given.unwrap_or(Fhir::R4), refused, judges: [OnceLock::new(), OnceLock::new()] };
        if !has_packages {
            return Ok(versions);
        }
        let loaded = match given {
            Some(fhir) => vec![(fhir, load(&sources, fhir)?)],
            None => sorted(&sources)?,
        };
        let usual = given.or_else(|| loaded.first().map(|(fhir, _)| *fhir)).unwrap_or(Fhir::R4);
        for (fhir, knowledge) in loaded {
            let _ = versions.judges[fhir as usize].set(judge(knowledge, refused));
        }
        Ok(Self { usual, ..versions })
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
                if version::misshapen(&usual.issues).is_empty() {
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
        let claimed = root.child("meta").into_iter().flat_map(|meta| meta.children_named("profile")).filter_map(Node::value);
        let all: Vec<&str> = claimed.chain(profiles.iter().copied()).collect();
        let knows = |fhir: &Fhir| all.iter().any(|one| self.judge(*fhir).knowledge().definition(one).is_some());
        let known: Vec<Fhir> = Fhir::ALL.into_iter().filter(knows).collect();
        if let [only] = known[..] { Some(only) } else { self.of_extensions(root) }
    }

    /// The other version than the usual one, where it alone knows extensions of a resource.
    fn of_extensions(&self, root: Node<'_>) -> Option<Fhir> {
        let knows = |fhir: Fhir, url: &str| self.judge(fhir).knowledge().definition(url).is_some();
        let mut urls = Vec::new();
        extensions(root, &mut urls);
        let other = self.usual.other();
        // That of the other version is asked only of what the usual one does not know: it takes its time to unpack.
        let (known, unknown): (Vec<&str>, Vec<&str>) = urls.into_iter().partition(|url| knows(self.usual, url));
        let is_of_other = unknown.into_iter().any(|url| knows(other, url)) && known.into_iter().all(|url| knows(other, url));
        is_of_other.then_some(other)
    }

    /// What was used: `FHIR 4.0.1: hl7.fhir.r4.core#4.0.1, …`, for each version that was.
    pub(crate) fn used(&self, used: &[Fhir]) -> Vec<String> {
        let known = used.iter().filter_map(|fhir| Some((fhir, self.judges[*fhir as usize].get()?)));
        let line = |(fhir, judge): (&Fhir, &Validator)| {
            let sources = judge.knowledge().sources();
            let name = |built_in: bool| {
                let those = sources.iter().filter(move |source| source.built_in == built_in);
                those.map(|source| format!("{}#{}", source.id, source.version)).collect::<Vec<_>>().join(", ")
            };
            let packages = match (name(false), name(true)) {
                (packages, built_in) if packages.is_empty() => format!("built in: {built_in}"),
                (packages, built_in) => format!("{packages}; behind them, built in: {built_in}"),
            };
            format!("FHIR {}: {packages}", fhir.version())
        };
        known.map(line).collect()
    }
}

/// The urls of extensions that a resource has anywhere, each once.
fn extensions<'t>(node: Node<'t>, urls: &mut Vec<&'t str>) {
    let url = node.child_value("url").filter(|url| node.type_name() == "Extension" && url.contains(':'));
    urls.extend(url.filter(|url| !urls.contains(url)));
    node.children().for_each(|child| extensions(child, urls));
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

fn load(sources: &[PackageSource], fhir: Fhir) -> Result<Knowledge, Failure> {
    Knowledge::load(sources, fhir.types()).map_err(|error| packages::failure(&error))
}

/// The packages by version: all of one, or else each looked at by itself.
fn sorted(sources: &[PackageSource]) -> Result<Vec<(Fhir, Knowledge)>, Failure> {
    let why = match Knowledge::load(sources, Fhir::R4.types()) {
        Ok(knowledge) => return Ok(vec![(Fhir::R4, knowledge)]),
        Err(why @ PackageError::OtherFhir { .. }) => why,
        Err(why) => return Err(packages::failure(&why)),
    };
    if let Ok(knowledge) = Knowledge::load(sources, Fhir::Stu3.types()) {
        return Ok(vec![(Fhir::Stu3, knowledge)]);
    }
    let (places, named): (Vec<_>, Vec<_>) = sources.iter().cloned().partition(|source| matches!(source, PackageSource::Place(_)));
    let (mut stu3, r4): (Vec<_>, Vec<_>) = named.into_iter().partition(|source| is_stu3(source, &places));
    if !stu3.is_empty() {
        // Code systems are the same for all versions.
        stu3.extend(r4.iter().filter(|source| is_terminology(source, &places)).cloned());
    }
    if r4.is_empty() || stu3.is_empty() {
        return Err(packages::failure(&why));
    }
    let with_places = |named: Vec<PackageSource>| [named, places.clone()].concat();
    Ok(vec![(Fhir::R4, load(&with_places(r4), Fhir::R4)?), (Fhir::Stu3, load(&with_places(stu3), Fhir::Stu3)?)])
}

/// Whether a package says that it is of STU3. One that cannot be opened is told of when it is loaded.
fn is_stu3(source: &PackageSource, places: &[PackageSource]) -> bool {
    opened(source, places).is_some_and(|package| package.manifest().fhir_versions.iter().any(|version| version.starts_with("3.")))
}

fn is_terminology(source: &PackageSource, places: &[PackageSource]) -> bool {
    opened(source, places).is_some_and(|package| package.manifest().is_terminology())
}

fn opened(source: &PackageSource, places: &[PackageSource]) -> Option<Package> {
    let path = match source {
        PackageSource::At(path) => Some(path.clone()),
        PackageSource::Named { id, version } => found(places, id, version),
        PackageSource::Place(_) => None,
    };
    Package::open(&path?).ok()
}

/// The package of this name in one of the places.
fn found(places: &[PackageSource], id: &str, version: &str) -> Option<PathBuf> {
    let is_it = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).and_then(cache::named) == Some((id, version));
    let folders = places.iter().filter_map(|place| match place {
        PackageSource::Place(folder) => Some(folder),
        PackageSource::At(_) | PackageSource::Named { .. } => None,
    });
    folders.flat_map(|folder| cache::list(folder).unwrap_or_default()).find(is_it)
}
