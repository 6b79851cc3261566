//! `toets listen`: plays the provider for the client of a vendor, or of many at
//! once, and judges what comes in.

mod again;
mod free;
mod greeting;
mod guests;
mod sessions;

pub(crate) use sessions::hold;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use clap::Args;

use super::arguments::RunArguments;
use super::failure::Failure;
use super::terminal::Terminal;
use super::{patients, provider, runtime, several, suite};
use crate::agreements::FhirVersion;
use crate::judge::ExitCode;
use crate::plan::Selection;
use crate::scenario::{Persona, Suite};
use crate::serve::{Behaviour, BehaviourError, ListenConfig, ListenError, Listener, Seat, Tls};
use crate::text::Language;

/// Bytes of a file of vendors, a certificate or a key.
const MOST: u64 = 1 << 20;

#[derive(Debug, Args)]
pub(crate) struct ListenArguments {
    /// Requirements, scenarios or expectations to go through; everything when left out
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Vendor that gets an address and credentials of its own; may be given more than once
    #[arg(long = "vendor", value_name = "NAME")]
    pub(crate) vendors: Vec<String>,
    /// File with a vendor on each line; what follows a `#` is left out
    #[arg(long = "vendors", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// File of a vendor (sut.yaml) that claims a client; may be given more than once. The one of this folder when nobody
    /// is named
    #[arg(long = "sut", value_name = "FILE")]
    pub(crate) suts: Vec<PathBuf>,
    /// Version of FHIR that is spoken, by the newest version of the agreement for it; R4 when left out
    #[arg(long, value_enum, ignore_case = true, conflicts_with = "resume")]
    pub(crate) fhir: Option<super::validate::Fhir>,
    /// Address of this machine that is listened at
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) address: IpAddr,
    /// Name by which clients reach this machine; the address when left out
    #[arg(long, value_name = "NAME", value_parser = host)]
    pub(crate) host: Option<String>,
    /// Port; a free one when 0
    #[arg(long, default_value_t = 8421)]
    pub(crate) port: u16,
    /// Speak TLS: with an authority that is made here, or with files in PEM
    #[arg(long, value_name = "generated|CERT,KEY", value_parser = tls)]
    pub(crate) tls: Option<GivenTls>,
    /// Each client has to show the certificate that was issued to its vendor
    #[arg(long, requires = "tls")]
    pub(crate) mutual: bool,
    /// Folder of the authority and of what it issues
    #[arg(long, value_name = "DIR", default_value = "listen-tls")]
    pub(crate) tls_folder: PathBuf,
    /// Answer and show what arrives, and judge nothing
    #[arg(long)]
    pub(crate) free: bool,
    /// Personas that are there; all when left out
    #[arg(long, value_name = "PERSONA", value_delimiter = ',', requires = "free")]
    pub(crate) patients: Vec<String>,
    /// Program that starts the client for each phase, or a URL that is called; see docs/consulter.md for what it is told
    #[arg(long, value_name = "COMMAND|URL", conflicts_with = "free")]
    pub(crate) trigger: Option<String>,
    /// JSON file with what is known of what the client shows: expectation to `yes`, `no` or `cannot-show`
    #[arg(long, value_name = "FILE", conflicts_with = "free")]
    pub(crate) attest: Option<PathBuf>,
    /// Address of this machine at which the live pages are; with an address of the network others can follow, each vendor
    /// at a page of its own that nobody can guess
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), conflicts_with = "no_page")]
    pub(crate) page_address: IpAddr,
    /// Port of the live page; a free one when 0
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) page: u16,
    /// No live page
    #[arg(long, conflicts_with = "page")]
    pub(crate) no_page: bool,
    /// Minutes that a question waits for an answer, after which it stays untested; 15 when left out, and without end for one
    /// vendor with somebody at the terminal
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=1440), conflicts_with = "free")]
    pub(crate) answer_within: Option<u32>,
    /// Go on with the table of this folder, of one vendor or of several, which was broken off; the token is read from
    /// TOETS_TOKEN, of several from TOETS_TOKEN_<VENDOR>
    #[arg(long, value_name = "DIR", conflicts_with_all = ["free", "vendors", "file", "ids", "out"])]
    pub(crate) resume: Option<PathBuf>,
    /// Folder for evidence and reports; with several vendors one in it for each
    #[arg(long, value_name = "DIR", conflicts_with = "free")]
    pub(crate) out: Option<PathBuf>,
    /// Quiet: nobody is asked anything, only the summary, no live page
    #[arg(long)]
    pub(crate) ci: bool,
    /// INCOMPLETE ends with exit code 1 as well
    #[arg(long)]
    pub(crate) require_complete: bool,
    /// Factor on every wait and deadline; a table that goes on keeps its own
    #[arg(long, conflicts_with = "resume", value_name = "FACTOR", default_value_t = 1.0, value_parser = super::arguments::tempo)]
    pub(crate) tempo: f64,
    /// Folder with another suite than the built-in one
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) packages: super::definitions::PackageArguments,
}

impl ListenArguments {
    /// The table that `toets run` opens for the client of a vendor's file: on this machine, at a free port.
    pub(crate) fn of_run(arguments: &RunArguments, sut: PathBuf, out: PathBuf) -> Self {
        Self {
            ids: arguments.ids.clone(),
            vendors: Vec::new(),
            file: None,
            suts: vec![sut],
            fhir: arguments.fhir,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            host: None,
            port: 0,
            tls: None,
            mutual: false,
            tls_folder: PathBuf::from("listen-tls"),
            free: false,
            patients: Vec::new(),
            trigger: None,
            attest: None,
            page_address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            page: 0,
            answer_within: None,
            no_page: false,
            resume: None,
            out: Some(out),
            ci: arguments.ci,
            require_complete: arguments.require_complete,
            tempo: arguments.tempo,
            suite: arguments.suite.clone(),
            packages: arguments.packages.clone(),
        }
    }
}

/// TLS on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GivenTls {
    /// `generated`
    Generated,
    /// `CERT,KEY`
    Own(PathBuf, PathBuf),
}

fn tls(text: &str) -> Result<GivenTls, String> {
    match text.split_once(',') {
        None if text == "generated" => Ok(GivenTls::Generated),
        Some((certificate, key)) if !certificate.is_empty() && !key.is_empty() => {
            Ok(GivenTls::Own(certificate.into(), key.into()))
        }
        _ => Err("write `generated`, or the files of certificate and key as CERT,KEY".to_owned()),
    }
}

/// A name of a machine, as a URL has it.
fn host(text: &str) -> Result<String, String> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.');
    let is_name = !text.is_empty() && text.chars().all(is_letter);
    if is_name { Ok(text.to_owned()) } else { Err("a name of a machine has letters, digits, `-` and `.`".to_owned()) }
}

/// Listens until Ctrl-C.
pub(crate) fn listen(arguments: &ListenArguments, terminal: &Terminal) -> Result<ExitCode, Failure> {
    let suite = suite::suite(arguments.suite.as_deref(), terminal)?;
    if !arguments.free {
        let selection = if arguments.ids.is_empty() { Selection::All } else { Selection::Only(arguments.ids.clone()) };
        let terminal = if arguments.ci { terminal.quiet() } else { *terminal };
        let held = sessions::hold(arguments, (&suite, &selection), terminal)?;
        return match held.of_all {
            Some(folder) => several::conclude(&folder, &held.concluded, &terminal),
            None => Ok(several::worst(&held.concluded)),
        };
    }
    let guests = guests::guests(arguments, &suite, terminal)?;
    let fhir = guests::dialect(&guests)?.fhir();
    let config = ListenConfig { fhir, ..config(arguments, &suite, guests::seats(&guests)?)? };
    let there: Vec<&Persona> = there(&arguments.patients, &suite, fhir)?;
    runtime::block_on(async {
        let (listener, arrivals) = Listener::start(config).await.map_err(|why| failure(why, &suite))?;
        let personas = there.iter().map(|persona| persona.persona.clone()).collect();
        let behaviour = Behaviour { personas: Some(personas), ..Behaviour::default() };
        for seat in listener.seats() {
            let of_stock = |why| failure(ListenError::Stock(why), &suite);
            listener.set_behaviour(&seat.name, &behaviour).map_err(of_stock)?;
        }
        terminal.say(&greeting::greeting(&listener, (&there, &BTreeMap::new()), arguments, terminal.language()));
        warn_of_others(arguments, terminal);
        free::tell(listener, arrivals, terminal).await;
        Ok(ExitCode::Conformant)
    })?
}

fn said<'t>(language: Language, en: &'t str, nl: &'t str) -> &'t str {
    match language {
        Language::En => en,
        Language::Nl => nl,
    }
}

fn config<'s>(arguments: &ListenArguments, suite: &'s Suite, seats: Vec<Seat>) -> Result<ListenConfig<'s>, Failure> {
    Ok(ListenConfig {
        address: arguments.address,
        host: arguments.host.clone(),
        port: arguments.port,
        tls: given_tls(arguments.tls.as_ref())?,
        mutual: arguments.mutual,
        folder: arguments.tls.is_some().then(|| arguments.tls_folder.clone()),
        ..ListenConfig::new(suite, seats)
    })
}

fn warn_of_others(arguments: &ListenArguments, terminal: &Terminal) {
    if !arguments.address.is_loopback() {
        terminal.note(said(
            terminal.language(),
            "WARNING: others in this network can reach this; have synthetic data only sent here",
            "LET OP: anderen in dit netwerk kunnen hierbij; laat hier alleen synthetische gegevens heen sturen",
        ));
    }
}

fn given_tls(given: Option<&GivenTls>) -> Result<Tls, Failure> {
    Ok(match given {
        None => Tls::Off,
        Some(GivenTls::Generated) => Tls::Generated,
        Some(GivenTls::Own(certificate, key)) => Tls::Own { certificate: read(certificate)?, key: read(key)? },
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |why: String| Failure::usage(format!("`{}` cannot be read: {why}", path.display()));
    let file = fs::File::open(path).map_err(|why| unreadable(why.to_string()))?;
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(|why| unreadable(why.to_string()))?;
    if bytes.len() as u64 > MOST { Err(unreadable(format!("it has more than {MOST} bytes"))) } else { Ok(bytes) }
}

/// The personas that are there: those that were named, or all that this version has.
fn there<'s>(names: &[String], suite: &'s Suite, fhir: FhirVersion) -> Result<Vec<&'s Persona>, Failure> {
    if names.is_empty() {
        return Ok(suite.personas.iter().filter(|persona| !persona.resources(fhir).is_empty()).collect());
    }
    names.iter().map(|name| suite.persona(name).ok_or_else(|| patients::unknown_persona(name, suite))).collect()
}

/// Why nobody is listened to, as the user can mend it.
fn failure(why: ListenError, suite: &Suite) -> Failure {
    let failure = Failure::usage(why.to_string());
    match why {
        ListenError::Port { .. } => failure
            .hint("name another port with `--port` (0 takes one that is free), and an address of this machine with `--address`"),
        ListenError::NoHost(_) => failure.hint("say by which name or address clients reach this machine with `--host NAME`"),
        ListenError::Tls(_) => failure.hint("`--tls generated` makes what is needed; `--tls CERT,KEY` takes files in PEM"),
        ListenError::Stock(BehaviourError::Fixture(why)) => provider::failure(why, suite),
        ListenError::Seats(_) => failure.hint("give each vendor another name"),
        ListenError::Stock(_) => Failure { exit: ExitCode::Harness, ..failure },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_generated_or_two_files() {
        assert_eq!(tls("generated"), Ok(GivenTls::Generated));
        assert_eq!(tls("a.pem,b.pem"), Ok(GivenTls::Own("a.pem".into(), "b.pem".into())));
        for wrong in ["", "own", "a.pem,", ",b.pem"] {
            assert!(tls(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn host_is_a_name_and_no_url() {
        assert!(host("test.example.nl").is_ok() && host("192.0.2.1").is_ok());
        assert!(host("http://a").is_err() && host("a/b").is_err() && host("").is_err());
    }
}
