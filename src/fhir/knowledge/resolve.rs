//! Which packages belong together: the ones that are named, those of a cache that
//! what is built in stands for, and all that they stand on, found in the places
//! where packages are kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::PackageSource;
use crate::fhir::builtin::Source;
use crate::fhir::package::version::{compare, satisfies};
use crate::fhir::package::{Package, PackageError, cache};
use crate::fhir::types::Types;

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

/// What belongs together.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// Those first that stand on others.
    pub(super) packages: Vec<Package>,
    /// Where a version differs from what was asked for.
    pub(super) others: Vec<OtherVersion>,
    /// What a cache has not, that was looked for there: each in a sentence.
    pub(super) notes: Vec<String>,
}

/// The packages of these sources. A dependency that is nowhere may be built in.
pub(super) fn resolve(sources: &[PackageSource], built_in: &[Source], fhir: &str) -> Result<Resolved, PackageError> {
    let places = sources.iter().filter_map(Place::of).collect::<Result<Vec<_>, _>>()?;
    let mut resolver =
        Resolver { places, built_in, fhir, chosen: BTreeMap::new(), order: Vec::new(), found: Resolved::default() };
    let mut roots = Vec::new();
    for source in sources {
        let package = match source {
            PackageSource::At(path) => cache::open(path)?,
            PackageSource::Named { id, version } => resolver.open(id, version, "the command")?,
            PackageSource::Place(_) | PackageSource::Folder(_) | PackageSource::Cache(_) => continue,
        };
        roots.push(package.manifest().id.clone());
        resolver.name(package)?;
    }
    for source in sources {
        if let PackageSource::Folder(folder) = source {
            roots.extend(resolver.name_all(folder)?);
        }
    }
    resolver.visit_all(&roots, Asked::ByUser)?;
    let installed = resolver.installed(sources)?;
    resolver.visit_all(&installed, Asked::ByNobody)?;
    let Resolver { mut chosen, order, mut found, .. } = resolver;
    found.packages = order.iter().filter_map(|id| chosen.remove(id)).map(|chosen| chosen.package).collect();
    Ok(found)
}

/// A folder of packages, and what is in it.
struct Place {
    path: PathBuf,
    /// Id, version and path of each.
    packages: Vec<(String, String, PathBuf)>,
}

impl Place {
    fn of(source: &PackageSource) -> Option<Result<Self, PackageError>> {
        let (PackageSource::Place(path) | PackageSource::Folder(path) | PackageSource::Cache(path)) = source else {
            return None;
        };
        let package = |path: PathBuf| {
            let (id, version) = cache::named(path.file_name()?.to_str()?)?;
            Some((id.to_owned(), version.to_owned(), path))
        };
        let packages = cache::list(path).map(|paths| paths.into_iter().filter_map(package).collect());
        Some(packages.map(|packages| Self { path: path.clone(), packages }))
    }

    /// The versions of a package, from old to new; an archive behind the folder that was made of it.
    fn versions(&self, id: &str) -> Vec<(&str, &Path)> {
        let of_id = self.packages.iter().filter(|(found, ..)| found == id);
        let mut versions: Vec<_> = of_id.map(|(_, version, path)| (version.as_str(), path.as_path())).collect();
        versions.sort_by(|left, right| compare(left.0, right.0).then_with(|| left.1.cmp(right.1)));
        versions
    }
}

struct Chosen {
    package: Package,
    /// Who asked for it; nobody when it was named or found.
    by: Option<String>,
    visited: bool,
}

/// What is asked for has to be there when a user asks; else what is there does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    ByUser,
    ByNobody,
}

struct Resolver<'b> {
    places: Vec<Place>,
    built_in: &'b [Source],
    /// Version of FHIR that the packages are for.
    fhir: &'b str,
    chosen: BTreeMap<String, Chosen>,
    order: Vec<String>,
    found: Resolved,
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
                named: true,
            }),
            _ => Ok(()),
        }
    }

    /// One version of every package in a folder, of those for this version of FHIR:
    /// what is built in stands for it, or it is the newest.
    fn name_all(&mut self, folder: &Path) -> Result<Vec<String>, PackageError> {
        let Some(place) = self.places.iter().find(|place| place.path == folder) else { return Ok(Vec::new()) };
        let known = self.built_in.iter().map(|source| source.id.to_owned());
        let others = place.packages.iter().map(|(id, ..)| id.clone());
        let mut ids: Vec<String> = Vec::new();
        for id in known.chain(others) {
            if !ids.contains(&id) && !self.chosen.contains_key(&id) {
                ids.push(id);
            }
        }
        let mut paths = Vec::new();
        for id in &ids {
            let fitting = self.fitting(place, id);
            let Some(path) = fitting.or_else(|| place.versions(id).last().map(|(_, path)| *path)) else { continue };
            let is_for = Package::manifest_at(path)?.is_none_or(|own| own.is_for(self.fhir) || own.is_terminology());
            paths.extend(is_for.then(|| path.to_owned()));
        }
        let mut named = Vec::new();
        for path in paths {
            let package = cache::open(&path)?;
            named.push(package.manifest().id.clone());
            self.name(package)?;
        }
        Ok(named)
    }

    /// The package of a place that what is built in stands for, or is made from.
    fn fitting<'p>(&self, place: &'p Place, id: &str) -> Option<&'p Path> {
        let source = self.built_in.iter().find(|source| source.id == id)?;
        let versions = place.versions(id);
        let of = |wanted: &str| versions.iter().rev().find(|(version, _)| *version == wanted).map(|(_, path)| *path);
        source.approximates.and_then(of).or_else(|| of(source.version))
    }

    /// The packages of a cache that what is built in stands for: they go before it.
    fn installed(&mut self, sources: &[PackageSource]) -> Result<Vec<String>, PackageError> {
        let caches = sources.iter().filter_map(|source| match source {
            PackageSource::Cache(path) => Some(path),
            _ => None,
        });
        let caches: Vec<&PathBuf> = caches.collect();
        let (mut names, mut packages, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        for source in self.built_in.iter().filter(|source| !self.chosen.contains_key(source.id)) {
            for place in self.places.iter().filter(|place| caches.contains(&&place.path)) {
                match (self.fitting(place, source.id), place.versions(source.id)) {
                    (Some(path), _) => {
                        names.push(source.id.to_owned());
                        packages.push(cache::open(path)?);
                        break;
                    }
                    (None, versions) if versions.is_empty() => {}
                    (None, versions) => notes.push(other_versions(source, &versions)),
                }
            }
        }
        for package in packages {
            self.chosen.insert(package.manifest().id.clone(), Chosen { package, by: None, visited: false });
        }
        self.found.notes.extend(notes);
        Ok(names)
    }

    /// Puts these and what they stand on behind what is there already, each before what it stands on.
    fn visit_all(&mut self, roots: &[String], asked: Asked) -> Result<(), PackageError> {
        let mut order = Vec::new();
        // Backwards, as the order is turned around at the end: what is named first comes first.
        for id in roots.iter().rev() {
            self.visit(id, asked, &mut order)?;
        }
        self.order.extend(order.into_iter().rev());
        Ok(())
    }

    fn visit(&mut self, id: &str, asked: Asked, order: &mut Vec<String>) -> Result<(), PackageError> {
        let Some(chosen) = self.chosen.get_mut(id).filter(|chosen| !chosen.visited) else { return Ok(()) };
        chosen.visited = true;
        let manifest = chosen.package.manifest().clone();
        // Code systems that are for every version stand on nothing: the core that they were written with is of another.
        let stands_alone = manifest.is_terminology() && !manifest.is_for(self.fhir);
        for (dependency, version) in manifest.dependencies.iter().filter(|_| !stands_alone) {
            self.depend(&manifest.name(), (dependency, version), asked)?;
            self.visit(dependency, asked, order)?;
        }
        order.push(id.to_owned());
        Ok(())
    }

    fn depend(&mut self, by: &str, (id, version): (&str, &str), asked: Asked) -> Result<(), PackageError> {
        let Some(chosen) = self.chosen.get(id) else {
            let package = match self.open(id, version, by) {
                Err(PackageError::Missing { .. }) if self.built_in.iter().any(|source| source.meets(id, version)) => {
                    return Ok(());
                }
                Err(missing @ PackageError::Missing { .. }) if asked == Asked::ByNobody => {
                    self.found.notes.push(missing.to_string());
                    return Ok(());
                }
                opened => opened?,
            };
            self.chosen.insert(id.to_owned(), Chosen { package, by: Some(by.to_owned()), visited: false });
            return Ok(());
        };
        let used = chosen.package.manifest().version.clone();
        match &chosen.by {
            _ if satisfies(version, &used) => {}
            Some(other_by) if asked == Asked::ByUser => {
                return Err(PackageError::Conflict {
                    id: id.to_owned(),
                    version: version.to_owned(),
                    by: by.to_owned(),
                    other_version: used,
                    other_by: other_by.clone(),
                    named: false,
                });
            }
            _ => self.found.others.push(OtherVersion { by: by.to_owned(), wanted: format!("{id}#{version}"), used }),
        }
        Ok(())
    }

    fn open(&self, id: &str, version: &str, by: &str) -> Result<Package, PackageError> {
        let mut others = Vec::new();
        for place in &self.places {
            let versions = place.versions(id);
            if let Some((_, path)) = versions.iter().rev().find(|(found, _)| satisfies(version, found)) {
                return cache::open(path);
            }
            others.extend(versions.into_iter().map(|(version, _)| version.to_owned()));
        }
        others.dedup();
        let looked = self.places.iter().map(|place| place.path.clone()).collect();
        Err(PackageError::Missing { wanted: format!("{id}#{version}"), by: by.to_owned(), looked, others })
    }
}

/// Said of a package that is in a cache, but not as what is built in stands for.
fn other_versions(source: &Source, there: &[(&str, &Path)]) -> String {
    let wanted = source.approximates.unwrap_or(source.version);
    let versions: Vec<&str> = there.iter().map(|(version, _)| *version).collect();
    format!(
        "`{}` is in the cache as {}, not as {wanted}, and is left out; name it with `--package` to judge by it",
        source.id,
        versions.join(", ")
    )
}

/// That the resources of a package are of the version of these types, or are terminology, which may be of another.
pub(super) fn is_of(package: &Package, types: &Types) -> Result<(), PackageError> {
    let wanted = types.definition().version;
    let manifest = package.manifest();
    if manifest.is_for(wanted) || manifest.is_terminology() {
        return Ok(());
    }
    let found = manifest.fhir_versions.join(", ");
    Err(PackageError::OtherFhir { package: manifest.name(), found, wanted: wanted.to_owned() })
}
