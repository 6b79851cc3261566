//! Why a package, or a set of them, cannot be used.

use std::path::PathBuf;

use super::version;

/// Why a package, or a set of them, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The file or folder cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is an archive, but not a whole and sound one.
    #[error("{}: is no sound package archive: {message}", path.display())]
    Archive {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A name in the archive leads elsewhere than into the package.
    #[error("{}: holds `{name}`, which {problem}", path.display())]
    Name {
        /// Which archive.
        path: PathBuf,
        /// The name in it.
        name: String,
        /// What is wrong with it: `leads out of the package`.
        problem: &'static str,
    },
    /// A bound was passed.
    #[error("{}: {what} is more than {most} {unit}", path.display())]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// What is too large.
        what: String,
        /// The bound.
        most: u64,
        /// Of what.
        unit: &'static str,
    },
    /// A file in it is no JSON resource.
    #[error("{}: `{file}`: {message}", path.display())]
    Broken {
        /// Which package.
        path: PathBuf,
        /// The file in it.
        file: String,
        /// What is wrong.
        message: String,
    },
    /// It has no `package.json`, or not one that says what it must.
    #[error("{}: {message}", path.display())]
    Manifest {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A package is asked for that is nowhere.
    #[error("package `{wanted}` is not here; {by} asks for it")]
    Missing {
        /// `id#version`
        wanted: String,
        /// Who asks.
        by: String,
        /// Places where it was looked for.
        looked: Vec<PathBuf>,
        /// Versions of it that are there.
        others: Vec<String>,
    },
    /// Two versions of a package are asked for.
    #[error("two versions of package `{id}` are asked for\n  {}: {by}\n  {}: {other_by}", version, other_version)]
    Conflict {
        /// Which package.
        id: String,
        /// One version.
        version: String,
        /// Who asks for it.
        by: String,
        /// Another.
        other_version: String,
        /// Who asks for that.
        other_by: String,
        /// Both were named on the command line.
        named: bool,
    },
    /// A package is not the one that was noted when it was added.
    #[error("{}: is not the package that was added: its digest is {found}, and {noted} was noted", path.display())]
    Digest {
        /// Which.
        path: PathBuf,
        /// Digest that was noted.
        noted: String,
        /// Digest that it has.
        found: String,
    },
    /// Another archive of this name and version is in the folder.
    #[error("`{name}` is in {} with another digest: {there}; this one has {new}", folder.display())]
    There {
        /// `id#version`
        name: String,
        /// Where it is.
        folder: PathBuf,
        /// Digest of the one that is there.
        there: String,
        /// Digest of the new one.
        new: String,
    },
    /// A package of another version of FHIR.
    #[error("package `{package}` is of FHIR {found}, not of {wanted}")]
    OtherFhir {
        /// `id#version`
        package: String,
        /// What it says itself.
        found: String,
        /// What was asked for.
        wanted: String,
    },
}

impl PackageError {
    /// How to mend it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Missing { wanted, looked, others, .. } => Some(missing_hint(wanted, looked, others)),
            Self::Conflict { id, named: true, .. } => {
                Some(format!("name one version of `{id}`, and judge by the other in a run of its own"))
            }
            Self::Conflict { id, .. } => {
                Some(format!("name the version of `{id}` that is to be used yourself: it then counts for both"))
            }
            Self::Digest { .. } => Some(
                "add the package again with `toets packages add FILE --replace` if the change is meant, else get it again"
                    .to_owned(),
            ),
            Self::There { .. } => Some(
                "a version that is published does not change: find out which of the two is right; `--replace` takes the new one"
                    .to_owned(),
            ),
            Self::Manifest { .. } => Some("a FHIR package has `package/package.json` with `name` and `version`".to_owned()),
            Self::OtherFhir { .. } => Some("use packages of one version of FHIR together".to_owned()),
            _ => None,
        }
    }
}

fn missing_hint(wanted: &str, looked: &[PathBuf], others: &[String]) -> String {
    let version = wanted.split_once('#').map_or(wanted, |(_, version)| version);
    if !others.is_empty() && !version::is_readable(version) {
        return format!(
            "`{version}` is no version and no range of versions; found: {}; name one of these to use it instead",
            others.join(", ")
        );
    }
    let places: Vec<String> = looked.iter().map(|path| format!("`{}`", path.display())).collect();
    let places = if places.is_empty() { "nowhere".to_owned() } else { format!("in {}", places.join(", ")) };
    match others {
        [] => format!("looked {places}; put the package there, or name its file"),
        _ => format!("looked {places}; found there: {}; name one of these to use it instead", others.join(", ")),
    }
}
