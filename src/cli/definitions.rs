//! The definitions that judging uses: the packages that are named, those of the
//! common cache that what is built in stands for, and what is built in. Another
//! run is judged again by those that it was judged by.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::packages;
use crate::agreements::FhirVersion;
use crate::evidence::{Definition, Evidence};
use crate::fhir::knowledge::{Knowledge, PackageSource};
use crate::fhir::package::cache;
use crate::fhir::validate::Validator;

/// Where definitions come from.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PackageArguments {
    /// FHIR package to judge by: id#version, a .tgz, a folder with a package, several packages or loose definitions; may be given more than once
    #[arg(long = "package", value_name = "PACKAGE")]
    pub(crate) packages: Vec<String>,
    /// Folder of packages, which go before those that are built in; ~/.fhir/packages or `TOETS_CACHE` when left out
    #[arg(long, value_name = "DIR")]
    pub(crate) cache: Option<PathBuf>,
    /// Judge by what is named and what is built in, whatever packages are here
    #[arg(long, conflicts_with = "cache")]
    pub(crate) no_cache: bool,
}

impl PackageArguments {
    /// What is named, and the cache.
    pub(crate) fn sources(&self) -> Result<Vec<PackageSource>, Failure> {
        let mut sources = packages::sources(&self.packages)?;
        sources.extend(self.place().map(PackageSource::Cache));
        Ok(sources)
    }

    fn place(&self) -> Option<PathBuf> {
        if self.no_cache { None } else { self.cache.clone().or_else(cache::common_cache) }
    }
}

/// Where definitions come from, for who judges an earlier run.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DefinitionArguments {
    #[command(flatten)]
    pub(crate) packages: PackageArguments,
    /// Judge by these definitions even where the run was judged by others
    #[arg(long, value_enum, value_name = "WHICH", default_value_t)]
    pub(crate) definitions: Which,
}

/// Which definitions an earlier run is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Which {
    /// Those that it was judged by
    #[default]
    Recorded,
    /// Those that are here now
    Current,
}

/// A judge who knows these packages, and what is built in.
pub(crate) fn validator(arguments: &PackageArguments, fhir: FhirVersion) -> Result<Validator, Failure> {
    let knowledge = Knowledge::load(&arguments.sources()?, fhir.types()).map_err(|error| packages::failure(&error))?;
    // The agreement is Dutch: a display without a language is taken as that.
    Ok(Validator::new(Arc::new(knowledge)).speaking("nl"))
}

/// A judge for an earlier run, who knows what that run was judged by: with the
/// cache or without it, whichever it was.
pub(crate) fn validator_of(evidence: &Evidence, arguments: &DefinitionArguments) -> Result<Validator, Failure> {
    let fhir = evidence.start.plan.claims.dialect.fhir();
    let with_cache = validator(&arguments.packages, fhir)?;
    let (recorded, current) = (&evidence.start.definitions, definitions(&with_cache));
    if arguments.definitions == Which::Current || *recorded == current {
        return Ok(with_cache);
    }
    let without = PackageArguments { no_cache: true, cache: None, ..arguments.packages.clone() };
    if let Some(same) = validator(&without, fhir).ok().filter(|without| definitions(without) == *recorded) {
        return Ok(same);
    }
    let lacking = recorded.iter().filter(|definition| !current.contains(definition));
    let more = current.iter().filter(|definition| !recorded.contains(definition));
    let differing: Vec<String> = lacking.chain(more).map(name).collect();
    let what = format!("the run was judged by other definitions than those that are here: {}", differing.join(", "));
    let hint = "name the packages of the run with `--package`, or judge by those that are here with `--definitions current`";
    Err(Failure::usage(what).hint(hint))
}

fn name(definition: &Definition) -> String {
    let digest = definition.digest.rsplit(':').next().unwrap_or_default();
    format!("{} {} ({})", definition.id, definition.version, digest.get(..12).unwrap_or(digest))
}

/// The definitions that a judge knows, as the evidence names them.
pub(crate) fn definitions(validator: &Validator) -> Vec<Definition> {
    let types = validator.knowledge().types().definition();
    let table = Definition {
        id: types.id.to_owned(),
        version: types.version.to_owned(),
        digest: types.digest.to_owned(),
        approximation: false,
    };
    let named = validator.knowledge().sources().into_iter().map(|source| Definition {
        id: source.id,
        version: source.version,
        digest: source.digest.unwrap_or_default(),
        approximation: source.approximates.is_some(),
    });
    // The table is made from the core package: where that is named as well, it is the same.
    let named: Vec<Definition> = named.filter(|definition| *definition != table).collect();
    std::iter::once(table).chain(named).collect()
}
