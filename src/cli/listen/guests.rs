//! Who comes to the table: vendors by their names, or by their files.

use std::path::{Path, PathBuf};

use super::super::failure::Failure;
use super::super::terminal::Terminal;
use super::super::{server, suite, vendor};
use super::{ListenArguments, read, said};
use crate::agreements::{Dialect, FhirVersion};
use crate::evidence::Evidence;
use crate::plan::KnownFailure;
use crate::scenario::Suite;
use crate::serve::{Seat, SeatError};
use crate::sut::{FILE, SystemUnderTest};

/// One who comes to the table.
#[derive(Debug, Clone)]
pub(super) struct Guest {
    /// Of what its place is named.
    pub(super) name: String,
    /// Name of the product, for the report.
    pub(super) product: Option<String>,
    /// The version that it claims to speak.
    pub(super) dialect: Dialect,
    /// Failures that it knows.
    pub(super) known: Vec<KnownFailure>,
    /// What starts its client.
    pub(super) trigger: Option<String>,
    /// What is known of what its client shows.
    pub(super) attest: Option<PathBuf>,
}

impl Guest {
    fn named(name: String, arguments: &ListenArguments) -> Self {
        let (trigger, attest) = (arguments.trigger.clone(), arguments.attest.clone());
        Self { product: Some(name.clone()), name, dialect: spoken(arguments), known: Vec::new(), trigger, attest }
    }

    /// What its file says; the command line wins.
    pub(super) fn of_file(sut: &SystemUnderTest, arguments: &ListenArguments) -> Self {
        let product = sut.product.as_ref().map(server::product);
        Self {
            name: product.clone().unwrap_or_else(|| NAMELESS.to_owned()),
            product,
            dialect: arguments.fhir.map_or(sut.claims.version, |_| spoken(arguments)),
            known: server::known(sut),
            trigger: arguments.trigger.clone().or_else(|| sut.client.trigger.clone()),
            attest: arguments.attest.clone().or_else(|| sut.client.attest.clone()),
        }
    }

    /// Who sat at a table that was broken off; of several each by the name of its folder.
    pub(super) fn again(evidence: &Evidence, own: Option<String>, arguments: &ListenArguments) -> Self {
        let claims = &evidence.start.plan.claims;
        let name = own.or_else(|| claims.product.clone()).unwrap_or_else(|| NAMELESS.to_owned());
        Self { product: claims.product.clone(), dialect: claims.dialect, ..Self::named(name, arguments) }
    }
}

/// What is claimed where no file says so.
fn spoken(arguments: &ListenArguments) -> Dialect {
    suite::dialect(arguments.fhir.map_or(FhirVersion::R4, FhirVersion::from))
}

/// A client of which nobody says whose it is.
const NAMELESS: &str = "client";

/// Those whom the command line names, those of the files, or who the `sut.yaml` of this folder is about; one without a
/// name when nobody is named.
pub(super) fn guests(arguments: &ListenArguments, suite: &Suite, terminal: &Terminal) -> Result<Vec<Guest>, Failure> {
    let mut guests: Vec<Guest> = names(arguments)?.into_iter().map(|name| Guest::named(name, arguments)).collect();
    for path in &arguments.suts {
        guests.push(of_client(path, &vendor::read(path, suite, terminal)?, arguments)?);
    }
    let usual = Path::new(FILE);
    if guests.is_empty() && usual.is_file() {
        let sut = vendor::read(usual, suite, terminal)?;
        if sut.claims.actor.is_consulter() {
            guests.push(Guest::of_file(&sut, arguments));
        } else {
            terminal.note(said(
                terminal.language(),
                "note: the sut.yaml of this folder is about a server, and is not used here",
                "let op: de sut.yaml van deze map gaat over een server, en wordt hier niet gebruikt",
            ));
        }
    }
    if guests.is_empty() {
        guests.push(Guest::named(NAMELESS.to_owned(), arguments));
    }
    Ok(guests)
}

fn of_client(path: &Path, sut: &SystemUnderTest, arguments: &ListenArguments) -> Result<Guest, Failure> {
    if sut.claims.actor.is_consulter() {
        return Ok(Guest::of_file(sut, arguments));
    }
    let what = format!("`{}` is about a server, and clients sit at the table", path.display());
    Err(Failure::usage(what).hint("claim the client with `claims: { actor: consulter }`, or both parts with `actor: both`"))
}

/// The vendors of the command line and of the file with names.
fn names(arguments: &ListenArguments) -> Result<Vec<String>, Failure> {
    let mut names = arguments.vendors.clone();
    if let Some(path) = &arguments.file {
        let text = read(path)?;
        let text = String::from_utf8(text).map_err(|_| Failure::usage(format!("`{}` is no text", path.display())))?;
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        names.extend(lines.filter(|line| !line.is_empty()).map(str::to_owned));
    }
    Ok(names)
}

/// A place for each, in their order.
pub(super) fn seats(guests: &[Guest]) -> Result<Vec<Seat>, Failure> {
    Seat::all(guests.iter().map(|guest| guest.name.as_str())).map_err(no_seat)
}

fn no_seat(why: SeatError) -> Failure {
    let hint = match why {
        SeatError::Twice(_) => "give each another name; in a file that is the `name` of its `product`",
        _ => "name vendors with `--vendor NAME`, one a line in a file with `--vendors FILE`, or by `product` in a `--sut FILE`",
    };
    Failure::usage(why.to_string()).hint(hint)
}

/// The one version that everybody at the table speaks.
pub(super) fn dialect(guests: &[Guest]) -> Result<Dialect, Failure> {
    let dialect = guests.first().map_or(Dialect::R4Rc2, |guest| guest.dialect);
    match guests.iter().find(|guest| guest.dialect != dialect) {
        None => Ok(dialect),
        Some(other) => {
            let what = format!("`{}` claims another version of the agreement than `{}`", other.name, guests[0].name);
            Err(Failure::usage(what).hint("at one table everybody speaks the same version; open another one for the others"))
        }
    }
}
