//! What the definitions were taken from, for reports: packages and what is
//! built in, with what they stand for when they are not the published package.

use std::path::PathBuf;

use super::Knowledge;
use crate::fhir::builtin::{self, Source};
use crate::fhir::types;

/// Where definitions were taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionSource {
    /// `iknl.fhir.r4.pzp`
    pub id: String,
    /// `1.0.0-rc2-approx`
    pub version: String,
    /// `sha256:…` of the package file; a folder has none.
    pub digest: Option<String>,
    /// Version of the published package that it stands for, where it is not that one.
    pub approximates: Option<String>,
    /// Where the package was found; nothing where its facts are built in.
    pub place: Option<PathBuf>,
}

/// Whether a dependency is built in, for any version of FHIR.
#[must_use]
pub fn is_built_in(id: &str, wanted: &str) -> bool {
    let all = [types::r4(), types::stu3()].map(|types| &builtin::of(types).sources);
    all.into_iter().flatten().any(|source| source.meets(id, wanted))
}

impl Knowledge {
    /// The packages in the order in which they are asked, and behind them those
    /// of which facts are built in; but for those that only stand for a published
    /// package that is loaded.
    #[must_use]
    pub fn sources(&self) -> Vec<DefinitionSource> {
        let known = &builtin::of(self.types).sources;
        let packages = self.packages.iter().map(|package| {
            let manifest = package.manifest();
            let same = known.iter().find(|source| source.id == manifest.id && source.version == manifest.version);
            DefinitionSource {
                id: manifest.id.clone(),
                version: manifest.version.clone(),
                digest: package.digest().map(str::to_owned),
                approximates: same.and_then(|source| source.approximates).map(str::to_owned),
                place: Some(package.path().to_owned()),
            }
        });
        let has = |id: &str, version: &str| {
            self.packages.iter().any(|package| package.manifest().id == id && package.manifest().version == version)
        };
        let counts = |source: &&Source| source.approximates.is_none_or(|published| !has(source.id, published));
        let built_in = self.built_in.into_iter().flat_map(|built_in| &built_in.sources).filter(counts);
        let built_in = built_in.map(|source| DefinitionSource {
            id: source.id.to_owned(),
            version: source.version.to_owned(),
            digest: Some(source.digest.to_owned()),
            approximates: source.approximates.map(str::to_owned),
            place: None,
        });
        packages.chain(built_in).collect()
    }
}
