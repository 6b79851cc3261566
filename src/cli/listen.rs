//! `toets listen`: a table for the clients of many vendors, until it is stopped.

use std::fs;
use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::Failure;
use super::terminal::Terminal;
use super::{patients, provider, runtime, suite};
use crate::judge::ExitCode;
use crate::redact::Redactor;
use crate::scenario::{Persona, Suite};
use crate::serve::{Arrival, Arrivals, Behaviour, BehaviourError, ListenConfig, ListenError, Listener, Seat, Tls};
use crate::text::{Language, Text};

/// Bytes of a file of vendors, a certificate or a key.
const MOST: u64 = 1 << 20;
/// Letters of a path that are shown.
const SHOWN: usize = 200;

#[derive(Debug, Args)]
pub(crate) struct ListenArguments {
    /// Vendor that gets an address and credentials of its own; may be given more than once
    #[arg(long = "vendor", value_name = "NAME", required_unless_present = "file")]
    pub(crate) vendors: Vec<String>,
    /// File with a vendor on each line; what follows a `#` is left out
    #[arg(long = "vendors", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
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
    /// Personas that are there; all when left out
    #[arg(long, value_name = "PERSONA", value_delimiter = ',')]
    pub(crate) patients: Vec<String>,
    /// Folder with another suite than the built-in one
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<PathBuf>,
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
    let seats = Seat::all(names(arguments)?.iter().map(String::as_str)).map_err(|why| {
        Failure::usage(why.to_string()).hint("name vendors with `--vendor NAME`, or one a line in a file with `--vendors FILE`")
    })?;
    let config = ListenConfig {
        address: arguments.address,
        host: arguments.host.clone(),
        port: arguments.port,
        tls: given_tls(arguments.tls.as_ref())?,
        mutual: arguments.mutual,
        folder: arguments.tls.is_some().then(|| arguments.tls_folder.clone()),
        ..ListenConfig::new(&suite, seats)
    };
    let there: Vec<&Persona> = there(&arguments.patients, &suite)?;
    runtime::block_on(async {
        let (listener, arrivals) = Listener::start(config).await.map_err(|why| failure(why, &suite))?;
        let personas = there.iter().map(|persona| persona.persona.clone()).collect();
        let behaviour = Behaviour { personas: Some(personas), ..Behaviour::default() };
        for seat in listener.seats() {
            let of_stock = |why| failure(ListenError::Stock(why), &suite);
            listener.set_behaviour(&seat.name, &behaviour).map_err(of_stock)?;
        }
        terminal.say(&greeting(&listener, &there, arguments, terminal.language()));
        if !arguments.address.is_loopback() {
            terminal.note(said(
                terminal.language(),
                "WARNING: others in this network can reach this; have synthetic data only sent here",
                "LET OP: anderen in dit netwerk kunnen hierbij; laat hier alleen synthetische gegevens heen sturen",
            ));
        }
        tell(listener, arrivals, terminal).await;
        Ok(ExitCode::Conformant)
    })?
}

/// One line for everything that arrives, until Ctrl-C.
async fn tell(listener: Listener, mut arrivals: Arrivals, terminal: &Terminal) {
    let secrets: Vec<_> = listener.seats().iter().map(|seat| (seat.name.clone(), seat.token.clone())).collect();
    let redactor = Redactor::masking(secrets.iter().map(|(name, token)| (name.as_str(), token.as_str())));
    let mut interrupted = std::pin::pin!(async {
        // Without signals it serves until the process is ended.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    });
    loop {
        tokio::select! {
            heard = arrivals.next() => match heard {
                Some(heard) => terminal.say(&line(&heard.kept(), &redactor, terminal.language())),
                None => break,
            },
            () = &mut interrupted => break,
        }
    }
    let rest = async {
        while let Some(heard) = arrivals.next().await {
            terminal.say(&line(&heard.kept(), &redactor, terminal.language()));
        }
        std::future::pending::<()>().await;
    };
    // Answers under way are still told; it ends when the listener has.
    tokio::select! {
        () = listener.stop() => {}
        () = rest => {}
    }
}

/// `14:03:22.125  anna  GET /anna-…/fhir/Consent  200  right token`
fn line(arrival: &Arrival, redactor: &Redactor, language: Language) -> String {
    let time = arrival.at.split('T').nth(1).unwrap_or(&arrival.at).trim_end_matches('Z');
    let asked = &arrival.request;
    let shown: String = redactor.text(&asked.path).chars().take(SHOWN).collect();
    // What never became a request may hold any byte; none of it may steer the terminal.
    let clean = |text: &str| text.chars().map(|letter| if letter.is_control() { '?' } else { letter }).collect::<String>();
    let status = arrival.answer.as_ref().map_or_else(|| "---".to_owned(), |answer| answer.status.to_string());
    let seat = arrival.seat.as_deref().unwrap_or("?");
    let mut parts = vec![time.to_owned(), seat.to_owned()];
    parts.push(format!("{} {}", clean(&asked.method), clean(&shown)).trim().to_owned());
    parts.push(status);
    if arrival.at_other_origin {
        parts.push(said(language, "at the other origin", "op de andere origin").to_owned());
    }
    let notes: [Option<Text>; 3] = [
        arrival.credential.map(crate::serve::Credential::text),
        arrival.stray.as_ref().map(|stray| stray.reason.text()),
        arrival.broken.map(crate::serve::Broken::text),
    ];
    parts.extend(notes.into_iter().flatten().map(|text| text.get(language).to_owned()));
    if let Some(stray) = &arrival.stray {
        let names: Vec<&str> = stray.nearest.iter().chain(&stray.other).map(String::as_str).collect();
        if !names.is_empty() {
            parts.push(format!("({})", names.join(", ")));
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("  ")
}

/// For each vendor what it has to know, to be copied and sent.
fn greeting(listener: &Listener, there: &[&Persona], arguments: &ListenArguments, language: Language) -> String {
    let mut lines = Vec::new();
    let folder = &arguments.tls_folder;
    for seat in listener.seats() {
        let base = listener.base(&seat.name).unwrap_or_default();
        let certificate = listener.client_file(&seat.name).map(|file| folder.join(file));
        let ca = listener.ca_pem().map(|_| folder.join("ca.pem"));
        lines.push(format!("--- {} ---", seat.name));
        lines.push(format!("{:12}{base}", said(language, "base URL", "base-URL")));
        lines.push(format!("{:12}{}", "token", seat.token));
        lines.extend(ca.as_ref().map(|path| format!("{:12}{}", said(language, "authority", "autoriteit"), path.display())));
        lines.extend(
            certificate.as_ref().map(|path| format!("{:12}{}", said(language, "certificate", "certificaat"), path.display())),
        );
        for persona in there {
            lines.push(format!("{:12}{}", said(language, "patient", "patiënt"), patient(persona)));
        }
        let id = there.first().map_or("1", |persona| persona.patient.as_str());
        let option = |name: &str, path: &Option<PathBuf>| {
            path.as_ref().map(|path| format!("{name} '{}' ", path.display())).unwrap_or_default()
        };
        lines.push(format!(
            "{:12}curl {}{}-H 'Authorization: Bearer {}' '{base}/Consent?patient={id}'",
            said(language, "try", "probeer"),
            option("--cacert", &ca),
            option("--cert", &certificate),
            seat.token
        ));
        lines.push(String::new());
    }
    lines.push(said(language, "Ctrl-C stops it", "Ctrl-C stopt het").to_owned());
    lines.join("\n")
}

/// Name, BSN and date of birth, as they are looked up.
fn patient(persona: &Persona) -> String {
    let resource = persona.resources.get(&format!("Patient/{}", persona.patient));
    let resource: serde_json::Value = resource.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let text = |pointer: &str| resource.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let parts =
        [text("/name/0/text"), format!("BSN {}", persona.bsn), text("/birthDate"), format!("Patient/{}", persona.patient)];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

fn said<'t>(language: Language, en: &'t str, nl: &'t str) -> &'t str {
    match language {
        Language::En => en,
        Language::Nl => nl,
    }
}

/// The vendors of the command line and of the file.
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

/// The personas that are there.
fn there<'s>(names: &[String], suite: &'s Suite) -> Result<Vec<&'s Persona>, Failure> {
    if names.is_empty() {
        return Ok(suite.personas.iter().collect());
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
