//! What Toets knows of FHIR in a run: the packages that are loaded and what is
//! built in; the definitions, value sets, code systems and questionnaires in
//! them are read when first asked for. Safe to share between threads.

mod near;
mod resolve;
mod sources;
mod terms;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::builtin::{self, BuiltIn};
use super::definition::Definition;
use super::json;
use super::node::Tree;
use super::package::{Entry, Package, PackageError};
use super::snapshot;
use super::terminology::{CodeSystem, Consulted, ValueSet};
use super::types::{self, Types};

pub(crate) use near::near;
pub use resolve::OtherVersion;
use resolve::Resolved;
pub use sources::{DefinitionSource, is_built_in};

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackageSource {
    /// An archive, or a folder that holds one package.
    At(PathBuf),
    /// A package by name, to be found in a place.
    Named {
        /// `hl7.fhir.r4.core`
        id: String,
        /// `4.0.1`
        version: String,
    },
    /// A folder of packages: the common cache, or downloaded archives. Named
    /// packages and dependencies are looked for in the places, in their order.
    Place(PathBuf),
    /// A place of which every package counts, each in one version: the one that
    /// what is built in stands for, else the newest.
    Folder(PathBuf),
    /// A place of which those packages count that what is built in stands for:
    /// they go before it, and behind all that is named.
    Cache(PathBuf),
}

/// Why something is not to be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lack {
    /// No package has it.
    #[error("no package that is loaded has `{canonical}`")]
    Unknown {
        /// What was asked for.
        canonical: String,
    },
    /// Only other versions of it are there.
    #[error("the packages have `{canonical}` only as {}", versions.join(", "))]
    OtherVersion {
        /// What was asked for, with its version.
        canonical: String,
        /// What is there.
        versions: Vec<String>,
    },
    /// It is there, but cannot be used.
    #[error("`{canonical}` cannot be used: {message}")]
    Broken {
        /// What was asked for.
        canonical: String,
        /// Why it cannot.
        message: String,
    },
}

/// Most snapshots that are made for one another.
const MAX_RING: usize = 64;

/// Where an entry stands: number of the package, place in its index. What is
/// built in has the number after the last package.
type Place = (usize, usize);

/// The packages that are loaded and what is built in, and what was read of them, which copies share.
#[derive(Debug, Clone)]
pub struct Knowledge {
    types: &'static Types,
    packages: Vec<Arc<Package>>,
    /// Asked after all packages.
    built_in: Option<&'static BuiltIn>,
    other_versions: Vec<OtherVersion>,
    notes: Vec<String>,
    /// By canonical without version, in the order of the packages.
    places: Arc<HashMap<Box<str>, Vec<Place>>>,
    /// One for each entry of each package, and of what is built in.
    read: Vec<Arc<[Slot]>>,
    /// What a terminology server said, where one is asked.
    consulted: Option<Arc<Consulted>>,
}

/// What was read of an entry.
#[derive(Debug, Default)]
struct Slot {
    tree: OnceLock<Result<Arc<Tree>, String>>,
    definition: OnceLock<Result<Arc<Definition>, String>>,
    /// With its snapshot.
    complete: OnceLock<Result<Arc<Definition>, String>>,
    value_set: OnceLock<Result<Arc<ValueSet>, String>>,
    code_system: OnceLock<Result<Arc<CodeSystem>, String>>,
}

impl Knowledge {
    /// What is built in, for a machine that has no package.
    #[must_use]
    pub fn built_in(types: &'static Types) -> Self {
        let built_in = builtin::of(types);
        let read = vec![unread(built_in.entries.len())];
        let (packages, other_versions, notes, places) = (Vec::new(), Vec::new(), Vec::new(), Arc::default());
        Self { types, packages, built_in: Some(built_in), other_versions, notes, places, read, consulted: None }
    }

    /// Loads packages and all that they stand on, and behind them what is built
    /// in, which fills a dependency that is nowhere. Among packages that have the same canonical, one that stands on the
    /// other comes first.
    ///
    /// # Errors
    /// When one cannot be opened, is missing, is wanted in two versions, or is
    /// of another version of FHIR than the types; but for HL7's terminology, which
    /// is the same for all.
    pub fn load(sources: &[PackageSource], types: &'static Types) -> Result<Self, PackageError> {
        let built_in = builtin::of(types);
        let mut loaded = Self::of_packages(resolve::resolve(sources, &built_in.sources, types.definition().version)?, types)?;
        loaded.built_in = Some(built_in);
        loaded.read.push(unread(built_in.entries.len()));
        Ok(loaded)
    }

    /// Loads packages, and answers from nothing else.
    ///
    /// # Errors
    /// When one cannot be opened, is missing, is wanted in two versions, or is
    /// of another version of FHIR than the types; but for HL7's terminology, which
    /// is the same for all.
    pub fn load_only(sources: &[PackageSource], types: &'static Types) -> Result<Self, PackageError> {
        Self::of_packages(resolve::resolve(sources, &[], types.definition().version)?, types)
    }

    fn of_packages(resolved: Resolved, types: &'static Types) -> Result<Self, PackageError> {
        let Resolved { packages, others: other_versions, notes } = resolved;
        for package in &packages {
            resolve::is_of(package, types)?;
        }
        let packages: Vec<Arc<Package>> = packages.into_iter().map(Arc::new).collect();
        let read = packages.iter().map(|package| unread(package.entries().len())).collect();
        let places = Arc::new(places(&packages, types));
        Ok(Self { types, packages, built_in: None, other_versions, notes, places, read, consulted: None })
    }

    /// The same, with a package more that is asked before all others. What was
    /// read of the others is shared.
    #[must_use]
    pub fn with(&self, package: Package) -> Self {
        let mut packages = self.packages.clone();
        let mut read = self.read.clone();
        read.insert(0, unread(package.entries().len()));
        packages.insert(0, Arc::new(package));
        let places = Arc::new(places(&packages, self.types));
        Self { packages, places, read, ..self.clone() }
    }

    /// The same, which uses what a terminology server said. What was read is shared.
    #[must_use]
    pub fn consulting(&self, consulted: Arc<Consulted>) -> Self {
        Self { consulted: Some(consulted), ..self.clone() }
    }

    /// The packages, in the order in which they are asked.
    #[must_use]
    pub fn packages(&self) -> &[Arc<Package>] {
        &self.packages
    }

    /// Dependencies that another version fills than was asked for.
    #[must_use]
    pub fn other_versions(&self) -> &[OtherVersion] {
        &self.other_versions
    }

    /// What a cache has not, that was looked for there: each in a sentence.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The types of the version of FHIR that this is about.
    #[must_use]
    pub fn types(&self) -> &'static Types {
        self.types
    }

    /// A profile, type or extension, with its snapshot.
    #[must_use]
    pub fn definition(&self, canonical: &str) -> Option<Arc<Definition>> {
        self.find_definition(canonical).ok()
    }

    /// A profile, type or extension, with its snapshot; or why it is not to be had.
    ///
    /// # Errors
    /// When no package has it, or it cannot be used.
    pub fn find_definition(&self, canonical: &str) -> Result<Arc<Definition>, Lack> {
        let place = self.find("StructureDefinition", canonical)?;
        let broken = |message| Lack::Broken { canonical: canonical.to_owned(), message };
        self.complete(place, &mut Vec::new()).map_err(broken)
    }

    /// The definition of a type of FHIR: `Consent`, `HumanName`.
    #[must_use]
    pub fn type_definition(&self, name: &str) -> Option<Arc<Definition>> {
        self.definition(&format!("http://hl7.org/fhir/StructureDefinition/{name}"))
    }

    /// A questionnaire, as its resource.
    #[must_use]
    pub fn questionnaire(&self, canonical: &str) -> Option<Arc<Tree>> {
        self.find_resource("Questionnaire", canonical).ok()
    }

    /// A resource of a type by its canonical; or why it is not to be had.
    ///
    /// # Errors
    /// When no package has it, or its text is no resource.
    pub fn find_resource(&self, resource: &str, canonical: &str) -> Result<Arc<Tree>, Lack> {
        let place = self.find(resource, canonical)?;
        let broken = |message: &String| Lack::Broken { canonical: canonical.to_owned(), message: message.clone() };
        self.tree_at(place).as_ref().map(Arc::clone).map_err(broken)
    }

    /// All entries of a type of resource, with their package.
    pub fn entries(&self, resource: &str) -> impl Iterator<Item = (&Package, &Entry)> {
        let all = self.packages.iter().map(|package| &**package);
        let all = all.flat_map(|package| package.entries().iter().map(move |entry| (package, entry)));
        all.filter(move |(_, entry)| &*entry.resource == resource)
    }

    /// The package that answers for a canonical; `None` where what is built in does.
    #[must_use]
    pub fn package_of(&self, resource: &str, canonical: &str) -> Option<&Package> {
        let (number, _) = self.find(resource, canonical).ok()?;
        self.packages.get(number).map(|package| &**package)
    }

    fn find(&self, resource: &str, canonical: &str) -> Result<Place, Lack> {
        let (url, version) = split(canonical);
        let places = self.places_of(resource, url);
        let Some(version) = version else {
            return places.first().copied().ok_or_else(|| Lack::Unknown { canonical: canonical.to_owned() });
        };
        if let Some(place) = places.iter().find(|place| self.version(**place) == version) {
            return Ok(*place);
        }
        let versions: Vec<String> = places.iter().map(|place| self.version(*place).to_owned()).collect();
        let canonical = canonical.to_owned();
        Err(if versions.is_empty() { Lack::Unknown { canonical } } else { Lack::OtherVersion { canonical, versions } })
    }

    /// All places that have a canonical, in the order in which they are asked.
    fn places_of(&self, resource: &str, url: &str) -> Vec<Place> {
        let of_packages = self.places.get(url).into_iter().flatten().copied();
        let of_packages = of_packages.filter(|(number, place)| &*self.packages[*number].entries()[*place].resource == resource);
        let built_in = self.built_in.into_iter().flat_map(|built_in| {
            let places = built_in.places(url).filter(|place| built_in.entries[*place].resource == resource);
            places.map(|place| (self.packages.len(), place))
        });
        of_packages.chain(built_in).collect()
    }

    fn version(&self, (number, place): Place) -> &str {
        match self.packages.get(number) {
            Some(package) => &package.entries()[place].version,
            None => self.built_in.map(|built_in| built_in.entries[place].version).unwrap_or_default(),
        }
    }

    /// What is built in, where a place is there.
    fn built_in_at(&self, (number, _): Place) -> Option<&'static BuiltIn> {
        self.built_in.filter(|_| number == self.packages.len())
    }

    fn tree_at(&self, (number, place): Place) -> &Result<Arc<Tree>, String> {
        self.read[number][place].tree.get_or_init(|| self.parse((number, place)).map(Arc::new))
    }

    fn definition_at(&self, (number, place): Place) -> &Result<Arc<Definition>, String> {
        self.read[number][place].definition.get_or_init(|| {
            if let Some(built_in) = self.built_in_at((number, place)) {
                return Ok(Arc::new(builtin::definition(built_in, place, self.types)));
            }
            let tree = self.parse((number, place))?;
            Definition::read(&tree).map(Arc::new).map_err(|error| error.to_string())
        })
    }

    /// The definition at a place with its snapshot: its own when it has one, else made.
    fn complete(&self, place: Place, stack: &mut Vec<Place>) -> Result<Arc<Definition>, String> {
        let slot = &self.read[place.0][place.1].complete;
        if let Some(known) = slot.get() {
            return known.clone();
        }
        // Not inside `get_or_init`: making one snapshot may ask for others, in a ring at worst.
        let made = self.make(place, stack);
        // A ring is told to the one who closes it only: asked for by itself, it may be whole.
        if stack.is_empty() || made.is_ok() {
            return slot.get_or_init(|| made).clone();
        }
        made
    }

    fn make(&self, place: Place, stack: &mut Vec<Place>) -> Result<Arc<Definition>, String> {
        let definition = self.definition_at(place).clone()?;
        if !definition.snapshot.is_empty() {
            return Ok(if self.is_stu3() && self.built_in_at(place).is_none() { tidied(&definition) } else { definition });
        }
        if stack.contains(&place) || stack.len() >= MAX_RING {
            return Err(format!("`{}` stands on itself", definition.url));
        }
        stack.push(place);
        let below = RefCell::new(stack);
        let find = |canonical: &str| {
            let place = self.find("StructureDefinition", canonical).map_err(|lack| lack.to_string())?;
            self.complete(place, &mut below.borrow_mut())
        };
        let snapshot = snapshot::build(&definition, &find).map_err(|error| error.to_string());
        below.into_inner().pop();
        let mut whole = Definition::clone(&definition);
        whole.snapshot = snapshot?;
        Ok(Arc::new(whole))
    }

    fn is_stu3(&self) -> bool {
        self.types.definition().version.starts_with("3.")
    }

    fn parse(&self, (number, place): Place) -> Result<Tree, String> {
        // What is built in is facts, not resources.
        let package = self.packages.get(number).ok_or("its resource is not built in")?;
        let text = package.text(place).map_err(|error| error.to_string())?;
        json::read(&text, types_of(package, self.types)).map_err(|error| error.to_string())
    }
}

/// The types that the resources of a package are written with: terminology may be of another version.
fn types_of(package: &Package, usual: &'static Types) -> &'static Types {
    let all = [types::r4(), types::stu3()];
    let is_usual = package.manifest().is_for(usual.definition().version);
    let written = all.into_iter().find(|types| package.manifest().is_for(types.definition().version));
    written.filter(|_| !is_usual).unwrap_or(usual)
}

fn unread(entries: usize) -> Arc<[Slot]> {
    (0..entries).map(|_| Slot::default()).collect()
}

/// Where each canonical is. Of terminology that is of another version of FHIR the code systems
/// and value sets count, nothing else.
fn places(packages: &[Arc<Package>], types: &Types) -> HashMap<Box<str>, Vec<Place>> {
    let mut places: HashMap<Box<str>, Vec<Place>> = HashMap::new();
    for (number, package) in packages.iter().enumerate() {
        let is_whole = package.manifest().is_for(types.definition().version);
        let counts = |entry: &Entry| is_whole || matches!(&*entry.resource, "CodeSystem" | "ValueSet");
        let named = package.entries().iter().enumerate().filter(|(_, entry)| !entry.url.is_empty() && counts(entry));
        for (place, entry) in named {
            places.entry(entry.url.clone()).or_default().push((number, place));
        }
    }
    places
}

fn tidied(definition: &Definition) -> Arc<Definition> {
    Arc::new(Definition { snapshot: snapshot::tidy(&definition.snapshot), ..definition.clone() })
}

/// A canonical and the version behind `|`.
#[must_use]
pub fn split(canonical: &str) -> (&str, Option<&str>) {
    canonical.split_once('|').map_or((canonical, None), |(url, version)| (url, Some(version)))
}
