//! Packages from a registry that speaks the FHIR NPM protocol: `<registry>/<id>/<version>`
//! is the archive, `<registry>/<id>` tells which versions there are. What comes is
//! kept only when it is whole and is what was asked for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::failure::Failure;
use super::packages::{self, To};
use super::progress::Progress;
use super::runtime::block_on;
use crate::drive::{Tls, download, encode_path};
use crate::fhir::package::version::{compare, is_exact, satisfies};
use crate::fhir::package::{Manifest, Package};
use crate::judge::ExitCode;

/// Packages that are fetched at most because another one stands on them.
const MOST: usize = 100;

/// Fetches a package by name and puts it into the folder.
pub(super) fn fetch((id, version): (&str, &str), registry: &str, to: &To<'_>) -> Result<Manifest, Failure> {
    let folder = to.folder;
    let address = format!("{}/{}/{}", registry.trim_end_matches('/'), encode_path(id), encode_path(version));
    let fetched = got(&address, &format!("{id}#{version}"), to)?;
    let unwritable = |error: std::io::Error| Failure::usage(format!("`{}` cannot be written: {error}", folder.display()));
    fs::create_dir_all(folder).map_err(unwritable)?;
    let part = folder.join(format!(".fetched-{}", std::process::id()));
    fs::write(&part, fetched).map_err(unwritable)?;
    let kept = kept(&part, (id, version), to);
    // Whatever came of it: the copy in the folder has a name of its own.
    drop(fs::remove_file(&part));
    kept
}

/// Fetches what a package stands on, and what that stands on. One that cannot be had does not stop the others.
pub(super) fn follow(manifest: &Manifest, registry: &str, to: &To<'_>) -> Result<ExitCode, Failure> {
    let mut open = wanted_by(manifest, to)?;
    let (mut asked, mut lacking) = (BTreeSet::new(), Vec::new());
    while let Some((id, wanted, by)) = open.pop() {
        if !asked.insert((id.clone(), wanted.clone())) {
            continue;
        }
        if asked.len() > MOST {
            lacking.push(format!("  and more: {MOST} packages are fetched at most for one that stands on them"));
            break;
        }
        let version = version(&id, &wanted, registry, to);
        match version.and_then(|version| fetch((&id, &version), registry, to)) {
            Ok(manifest) => open.extend(wanted_by(&manifest, to)?),
            Err(failure) => lacking.push(format!("  {id}#{wanted}, on which {by} stands: {}", failure.what)),
        }
    }
    if lacking.is_empty() {
        return Ok(ExitCode::Conformant);
    }
    let what = format!("not all that it stands on could be had:\n{}", lacking.join("\n"));
    Err(Failure::usage(what)
        .hint("what came is kept; add the rest from a file or another registry: until then what they define is unknown"))
}

/// What a package stands on that is not here, with who stands on it.
fn wanted_by(manifest: &Manifest, to: &To<'_>) -> Result<Vec<(String, String, String)>, Failure> {
    let missing = packages::missing(manifest, to.folder)?;
    Ok(missing.into_iter().map(|(id, wanted)| (id, wanted, manifest.name())).collect())
}

/// The version that is wanted: of a range the newest that the registry has, of a word as `latest` what it says that it is.
fn version(id: &str, wanted: &str, registry: &str, to: &To<'_>) -> Result<String, Failure> {
    if is_exact(wanted) {
        return Ok(wanted.to_owned());
    }
    let address = format!("{}/{}", registry.trim_end_matches('/'), encode_path(id));
    let listing = got(&address, id, to)?;
    let listing: serde_json::Value = serde_json::from_slice(&listing)
        .map_err(|error| Failure::usage(format!("the registry's list of versions of `{id}` cannot be read: {error}")))?;
    if let Some(tagged) = listing["dist-tags"][wanted].as_str() {
        return Ok(tagged.to_owned());
    }
    let all = listing["versions"].as_object().into_iter().flatten().map(|(version, _)| version);
    let newest = all.filter(|version| satisfies(wanted, version)).max_by(|one, other| compare(one, other));
    newest.cloned().ok_or_else(|| Failure::usage(format!("the registry has no version of `{id}` within `{wanted}`")))
}

fn got(address: &str, name: &str, to: &To<'_>) -> Result<Vec<u8>, Failure> {
    let progress = Progress::of_bytes(to.terminal, name);
    let fetched = block_on(download(address, &Tls::default(), &mut |here, of| progress.bytes(here, of)))?;
    progress.end();
    fetched.map_err(|error| Failure::usage(error.to_string()).hint("look whether the registry has this package and this version"))
}

fn kept(part: &Path, (id, version): (&str, &str), to: &To<'_>) -> Result<Manifest, Failure> {
    let package = Package::open(part).map_err(|error| packages::failure(&error))?;
    let manifest = package.manifest();
    if manifest.id != id || manifest.version != version {
        return Err(Failure::usage(format!("the registry sent `{}` for `{id}#{version}`", manifest.name()))
            .hint("the package was not kept; ask for the version that the registry has"));
    }
    packages::keep(part, to)
}
