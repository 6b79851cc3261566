//! Which packages belong together: the ones that are named, and all that they
//! stand on, found in the places where packages are kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::PackageSource;
use crate::fhir::builtin::Source;
use crate::fhir::package::{Package, PackageError, cache};

/// A dependency that another version fills, because that one was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherVersion {
    /// `id#version` of the package that asks.
    pub by: String,
    /// `id#version` that it asks for.
    pub wanted: String,
    /// Version that is used.
    pub used: String,
}

/// The packages, those first that stand on others; and where a version differs
/// from what was asked for. A dependency that is nowhere may be built in.
pub(super) fn resolve(
    sources: &[PackageSource],
    built_in: &[Source],
    fhir: &str,
) -> Result<(Vec<Package>, Vec<OtherVersion>), PackageError> {
    let places = sources.iter().filter_map(|source| match source {
        PackageSource::Place(path) => Some(path.clone()),
        _ => None,
    });
    let (chosen, order, others) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut resolver = Resolver { places: places.collect(), built_in, fhir, chosen, order, others };
    let mut roots = Vec::new();
    for source in sources {
        let package = match source {
            PackageSource::Place(_) => continue,
            PackageSource::At(path) => Package::open(path)?,
            PackageSource::Named { id, version } => resolver.open(id, version, "the command")?,
        };
        roots.push(package.manifest().id.clone());
        resolver.name(package)?;
    }
    // Backwards, as the order is turned around at the end: what is named first comes first.
    for id in roots.iter().rev() {
        resolver.visit(id)?;
    }
    let Resolver { mut chosen, order, others, .. } = resolver;
    let packages = order.iter().rev().filter_map(|id| chosen.remove(id)).map(|chosen| chosen.package);
    Ok((packages.collect(), others))
}

struct Chosen {
    package: Package,
    /// Who asked for it; nobody when it was named.
    by: Option<String>,
    visited: bool,
}

struct Resolver<'b> {
    places: Vec<PathBuf>,
    built_in: &'b [Source],
    /// Version of FHIR that the packages are for.
    fhir: &'b str,
    chosen: BTreeMap<String, Chosen>,
    /// What others stand on first.
    order: Vec<String>,
    others: Vec<OtherVersion>,
}

impl Resolver<'_> {
    fn name(&mut self, package: Package) -> Result<(), PackageError> {
        let (id, version) = (package.manifest().id.clone(), package.manifest().version.clone());
        let path = package.path().to_owned();
        let new = Chosen { package, by: None, visited: false };
        match self.chosen.insert(id.clone(), new) {
            Some(before) if before.package.manifest().version != version => Err(PackageError::Conflict {
                id,
                version,
                by: format!("named: `{}`", path.display()),
                other_version: before.package.manifest().version.clone(),
                other_by: format!("named: `{}`", before.package.path().display()),
            }),
            _ => Ok(()),
        }
    }

    fn visit(&mut self, id: &str) -> Result<(), PackageError> {
        let Some(chosen) = self.chosen.get_mut(id).filter(|chosen| !chosen.visited) else { return Ok(()) };
        chosen.visited = true;
        let manifest = chosen.package.manifest().clone();
        // Code systems that are for every version stand on nothing: the core that they were written with is of another.
        let stands_alone = manifest.is_terminology() && !manifest.is_for(self.fhir);
        for (dependency, version) in manifest.dependencies.iter().filter(|_| !stands_alone) {
            self.depend(&manifest.name(), dependency, version)?;
            self.visit(dependency)?;
        }
        self.order.push(id.to_owned());
        Ok(())
    }

    fn depend(&mut self, by: &str, id: &str, version: &str) -> Result<(), PackageError> {
        let Some(chosen) = self.chosen.get(id) else {
            let package = match self.open(id, version, by) {
                Err(PackageError::Missing { .. }) if self.is_built_in(id, version) => return Ok(()),
                opened => opened?,
            };
            self.chosen.insert(id.to_owned(), Chosen { package, by: Some(by.to_owned()), visited: false });
            return Ok(());
        };
        let used = &chosen.package.manifest().version;
        match &chosen.by {
            _ if satisfies(version, used) => {}
            None => self.others.push(OtherVersion { by: by.to_owned(), wanted: format!("{id}#{version}"), used: used.clone() }),
            Some(other_by) => {
                return Err(PackageError::Conflict {
                    id: id.to_owned(),
                    version: version.to_owned(),
                    by: by.to_owned(),
                    other_version: used.clone(),
                    other_by: other_by.clone(),
                });
            }
        }
        Ok(())
    }

    fn is_built_in(&self, id: &str, version: &str) -> bool {
        let fits = |source: &&Source| satisfies(version, source.version) || source.approximates == Some(version);
        self.built_in.iter().filter(|source| source.id == id).any(|source| fits(&source))
    }

    fn open(&self, id: &str, version: &str, by: &str) -> Result<Package, PackageError> {
        let mut others = Vec::new();
        for place in &self.places {
            let mut found = versions(place, id);
            found.sort();
            if let Some((_, path)) = found.iter().rev().find(|(found, _)| satisfies(version, found)) {
                return Package::open(path);
            }
            others.extend(found.into_iter().map(|(version, _)| version));
        }
        others.dedup();
        Err(PackageError::Missing { wanted: format!("{id}#{version}"), by: by.to_owned(), looked: self.places.clone(), others })
    }
}

/// `4.0.x` asks for any that starts with `4.0.`.
fn satisfies(wanted: &str, found: &str) -> bool {
    wanted == found || wanted.strip_suffix('x').is_some_and(|start| start.ends_with('.') && found.starts_with(start))
}

/// The versions of a package in a place: `id#version/` as the common cache has
/// them, or `id-version.tgz` as they are downloaded.
fn versions(place: &Path, id: &str) -> Vec<(String, PathBuf)> {
    let paths = cache::list(place).unwrap_or_default();
    let version = |path: &PathBuf| {
        let (found, version) = cache::named(path.file_name()?.to_str()?)?;
        (found == id).then(|| version.to_owned())
    };
    paths.into_iter().filter_map(|path| Some((version(&path)?, path))).collect()
}
