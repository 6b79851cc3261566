//! What the definitions were taken from, for reports: packages and what is
//! built in, with what they stand for when they are not the published package.

use super::Knowledge;
use crate::fhir::builtin;

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
    /// It is a package of which facts are built in; else one that was loaded.
    pub built_in: bool,
}

impl Knowledge {
    /// The packages in the order in which they are asked, and behind them those
    /// of which facts are built in.
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
                built_in: false,
            }
        });
        let built_in = self.built_in.into_iter().flat_map(|built_in| &built_in.sources).map(|source| DefinitionSource {
            id: source.id.to_owned(),
            version: source.version.to_owned(),
            digest: Some(source.digest.to_owned()),
            approximates: source.approximates.map(str::to_owned),
            built_in: true,
        });
        packages.chain(built_in).collect()
    }
}
