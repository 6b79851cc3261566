//! `toets packages`: what FHIR packages are here, one more, and whether they are
//! whole. Only `add` with a registry fetches, and only what it is told.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::registry;
use super::terminal::Terminal;
use crate::fhir::knowledge::{PackageSource, is_built_in};
use crate::fhir::package::version::{is_readable, satisfies};
use crate::fhir::package::{Manifest, Package, PackageError, cache};
use crate::judge::ExitCode;

/// What `toets packages` is told.
#[derive(Debug, Args)]
pub(crate) struct PackagesArguments {
    #[command(subcommand)]
    pub(crate) action: PackagesAction,
    /// Folder of the packages; ~/.fhir/packages when left out
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
}

/// What is done with packages.
#[derive(Debug, Subcommand)]
pub(crate) enum PackagesAction {
    /// Show what is here
    List,
    /// Put a package into the folder, once it is sound, and note its digest
    Add {
        /// The archive, a .tgz; or a name as `hl7.fhir.r4.core#4.0.1`, with a registry
        #[arg(value_name = "FILE|ID#VERSION")]
        package: String,
        /// Address of a registry that speaks the FHIR NPM protocol; asked for packages by name
        #[arg(long, value_name = "URL", env = "TOETS_REGISTRY")]
        registry: Option<String>,
        /// Fetch from the registry what it stands on as well, and what that stands on, where it is neither here nor built in
        #[arg(long)]
        with_dependencies: bool,
        /// Take it even where another archive of its name and version is here
        #[arg(long)]
        replace: bool,
    },
    /// Open every package and hold it to its noted digest
    Verify,
}

/// Where a package goes, and how.
pub(super) struct To<'t> {
    pub(super) folder: &'t Path,
    /// Also where another one of its name is there.
    pub(super) replace: bool,
    pub(super) terminal: &'t Terminal,
}

/// Shows, adds or verifies packages.
pub(crate) fn packages(arguments: &PackagesArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let folder = arguments.cache.clone().or_else(cache::common_cache).ok_or_else(no_folder)?;
    match &arguments.action {
        PackagesAction::List => list(&folder, terminal),
        PackagesAction::Add { package, registry, with_dependencies, replace } => {
            let to = To { folder: &folder, replace: *replace, terminal };
            add(package, registry.as_deref(), *with_dependencies, &to)
        }
        PackagesAction::Verify => verify(&folder, terminal),
    }
}

/// Id and version, where it is a name and no file.
fn named(package: &str) -> Option<(&str, &str)> {
    package.split_once('#').filter(|_| !Path::new(package).exists())
}

fn no_folder() -> Failure {
    Failure::usage("it is not known where the packages are: neither `HOME` nor `USERPROFILE` is set")
        .hint("name the folder with `--cache DIR`")
}

/// A package that cannot be had, as the command tells it.
pub(crate) fn failure(error: &PackageError) -> Failure {
    let failure = Failure::usage(error.to_string());
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn list(folder: &Path, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let paths = cache::list(folder).map_err(|error| failure(&error))?;
    let locked = cache::locked(folder).map_err(|error| failure(&error))?;
    terminal.say(&format!("{} packages in {}", paths.len(), folder.display()));
    for path in &paths {
        let name = file_name(path);
        let (id, version) = cache::named(name).unwrap_or((name, ""));
        let what = match locked.get(name) {
            Some(digest) => digest,
            None if path.is_dir() => "unpacked",
            None => "no digest noted",
        };
        terminal.say(&format!("  {id}#{version}  {what}"));
    }
    Ok(ExitCode::Conformant)
}

fn add(package: &str, registry: Option<&str>, with_dependencies: bool, to: &To<'_>) -> Result<ExitCode, Failure> {
    let asked = |name: &str| {
        registry.ok_or_else(|| {
            Failure::usage(format!("`{name}` is a name, and no registry is named to ask for it"))
                .hint("name one with `--registry URL` or `TOETS_REGISTRY`, or add a `.tgz` that you have")
        })
    };
    let manifest = match named(package) {
        Some(name) => registry::fetch(name, asked(package)?, to)?,
        None => keep(Path::new(package), to)?,
    };
    let missing = missing(&manifest, to.folder)?;
    if missing.is_empty() {
        return Ok(ExitCode::Conformant);
    }
    if with_dependencies {
        return registry::follow(&manifest, asked(&format!("{}#{}", missing[0].0, missing[0].1))?, to);
    }
    let told: Vec<String> = missing.iter().map(|(id, wanted)| told_of(id, wanted)).collect();
    to.terminal.say(&format!("it stands on what is not here: {}", told.join(", ")));
    to.terminal.say(
        "add each as well with `toets packages add`, or all with `--with-dependencies`; until then what they define is unknown",
    );
    Ok(ExitCode::Conformant)
}

/// Puts an archive into the folder, and says what it is.
pub(super) fn keep(file: &Path, to: &To<'_>) -> Result<Manifest, Failure> {
    let package = cache::add(file, to.folder, to.replace).map_err(|error| failure(&error))?;
    let digest = package.digest().unwrap_or_default();
    to.terminal.say(&format!("{}: {} resources, {digest}", package.manifest().name(), package.entries().len()));
    Ok(package.manifest().clone())
}

/// What a package stands on that is neither in the folder nor built in: ids, and the versions that are wanted.
pub(super) fn missing(manifest: &Manifest, folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let paths = cache::list(folder).map_err(|error| failure(&error))?;
    let here: Vec<(&str, &str)> = paths.iter().filter_map(|path| cache::named(file_name(path))).collect();
    let is_here = |id: &str, wanted: &str| here.iter().any(|(found, version)| *found == id && satisfies(wanted, version));
    let lacking = manifest.dependencies.iter().filter(|(id, wanted)| !is_here(id, wanted) && !is_built_in(id, wanted));
    Ok(lacking.cloned().collect())
}

fn told_of(id: &str, wanted: &str) -> String {
    match is_readable(wanted) {
        true => format!("{id}#{wanted}"),
        false => format!("{id}#{wanted} (which is no version and no range)"),
    }
}

fn verify(folder: &Path, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let locked = cache::locked(folder).map_err(|error| failure(&error))?;
    let mut paths = cache::list(folder).map_err(|error| failure(&error))?;
    paths.extend(locked.keys().map(|name| folder.join(name)).filter(|path| !path.exists()));
    let mut wrong = 0;
    for path in &paths {
        let told = told(path, locked.get(file_name(path)));
        wrong += usize::from(told.is_err());
        let (word, what) = told.map_or_else(|problem| ("wrong", problem), |what| ("whole", what));
        terminal.say(&format!("{word}  {}: {what}", file_name(path)));
    }
    terminal.say(&format!("{} packages, {wrong} wrong", paths.len()));
    Ok(if wrong == 0 { ExitCode::Conformant } else { ExitCode::WrongUse })
}

/// What a package turns out to be; or what is wrong with it.
fn told(path: &Path, noted: Option<&String>) -> Result<String, String> {
    let package = Package::open(path).map_err(|error| error.to_string())?;
    // A folder was only looked at: its files are read here, to know that they can be.
    (0..package.entries().len()).try_for_each(|place| package.text(place).map(drop)).map_err(|error| error.to_string())?;
    let resources = format!("{} resources", package.entries().len());
    match (package.digest(), noted) {
        (Some(found), Some(noted)) if found != noted => Err(format!("its digest is {found}, and {noted} was noted")),
        (Some(_), Some(_)) => Ok(format!("{resources}, as it was when it was added")),
        _ => Ok(format!("{resources}, no digest noted")),
    }
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// What a name on the command line stands for: a folder may hold packages, and
/// resources that lie loose.
pub(crate) fn source(name: &str) -> Result<Vec<PackageSource>, Failure> {
    let path = Path::new(name);
    if path.is_file() {
        return Ok(vec![PackageSource::At(path.to_owned())]);
    }
    if path.is_dir() {
        let failed = |error: PackageError| failure(&error);
        let is_package = Package::manifest_at(path).map_err(failed)?.is_some();
        let is_folder = !is_package && !cache::list(path).map_err(failed)?.is_empty();
        let folder = is_folder.then(|| PackageSource::Folder(path.to_owned()));
        // What is neither is opened as well, which tells what is wrong with it.
        let at = (!is_folder || Package::is_loose(path)).then(|| PackageSource::At(path.to_owned()));
        return Ok(at.into_iter().chain(folder).collect());
    }
    match name.split_once('#').or_else(|| name.split_once('@')) {
        Some((id, version)) if !id.is_empty() && !version.is_empty() => {
            Ok(vec![PackageSource::Named { id: id.to_owned(), version: version.to_owned() }])
        }
        _ => Err(Failure::usage(format!("no package is called `{name}`")).hint(
            "name it as `id#version`, as a .tgz file, or as a folder that holds a package or several; `toets packages list` shows what is here",
        )),
    }
}

/// What all these names stand for.
pub(crate) fn sources(names: &[String]) -> Result<Vec<PackageSource>, Failure> {
    let named = names.iter().map(|name| source(name)).collect::<Result<Vec<_>, _>>()?;
    Ok(named.into_iter().flatten().collect())
}
