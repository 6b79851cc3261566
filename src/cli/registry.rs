//! A package from a registry that speaks the FHIR NPM protocol: `<registry>/<id>/<version>`
//! is the archive. It is kept only when it is whole and is what was asked for.

use std::fs;
use std::path::Path;

use super::failure::Failure;
use super::packages::{self, To};
use super::progress::Progress;
use super::runtime::block_on;
use crate::drive::{Tls, download, encode_path};
use crate::fhir::package::Package;
use crate::judge::ExitCode;

/// Fetches a package by name and puts it into the folder.
pub(super) fn add((id, version): (&str, &str), registry: Option<&str>, to: &To<'_>) -> Result<ExitCode, Failure> {
    let To { folder, terminal, .. } = *to;
    let registry = registry.ok_or_else(|| {
        Failure::usage(format!("`{id}#{version}` is a name, and no registry is named to ask for it"))
            .hint("name one with `--registry URL` or `TOETS_REGISTRY`, or add a `.tgz` that you have")
    })?;
    let address = format!("{}/{}/{}", registry.trim_end_matches('/'), encode_path(id), encode_path(version));
    let progress = Progress::of_bytes(terminal, &format!("{id}#{version}"));
    let fetched = block_on(download(&address, &Tls::default(), &mut |here, of| progress.bytes(here, of)))?;
    progress.end();
    let fetched = fetched
        .map_err(|error| Failure::usage(error.to_string()).hint("look whether the registry has this package and this version"))?;
    let unwritable = |error: std::io::Error| Failure::usage(format!("`{}` cannot be written: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(unwritable)?;
    let part = folder.join(format!(".fetched-{}", std::process::id()));
    fs::write(&part, fetched).map_err(unwritable)?;
    let added = kept(&part, (id, version), to);
    // Whatever came of it: the copy in the folder has a name of its own.
    drop(fs::remove_file(&part));
    added
}

fn kept(part: &Path, (id, version): (&str, &str), to: &To<'_>) -> Result<ExitCode, Failure> {
    let package = Package::open(part).map_err(|error| packages::failure(&error))?;
    let manifest = package.manifest();
    if manifest.id != id || manifest.version != version {
        return Err(Failure::usage(format!("the registry sent `{}` for `{id}#{version}`", manifest.name()))
            .hint("the package was not kept; ask for the version that the registry has"));
    }
    packages::add(part, to)
}
