//! TLS of the table: an authority of its own with what it issues, or
//! certificates that somebody brought; and client certificates where they are asked.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::seat::{Fingerprint, Seat};
use crate::clock;

/// Files of the authority in its folder.
const AUTHORITY: &str = "ca.pem";
const AUTHORITY_KEY: &str = "ca-key.pem";
/// Bytes of one of them.
const MOST: u64 = 64 << 10;
/// Certificates that were issued longer ago are issued again: they are good for at least eleven months.
const GOOD_FOR: Duration = Duration::from_secs(300 * 24 * 3600);
/// Years that an authority is good for.
const YEARS: i32 = 5;

/// Whether TLS is spoken, and with which certificate.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Tls {
    /// Plain HTTP.
    #[default]
    Off,
    /// With a certificate of an authority that we make.
    Generated,
    /// With a certificate that somebody brought.
    Own {
        /// The chain in PEM.
        certificate: Vec<u8>,
        /// The key in PEM.
        key: Vec<u8>,
    },
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the key.
        f.write_str(match self {
            Self::Off => "Off",
            Self::Generated => "Generated",
            Self::Own { .. } => "Own",
        })
    }
}

/// Why TLS cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Client certificates are asked, and there is no TLS.
    #[error("client certificates need TLS")]
    NoTls,
    /// What somebody brought is no certificate or no key in PEM.
    #[error("there is no {0} in PEM in what was given")]
    Pem(&'static str),
    /// Certificate and key cannot be used together.
    #[error("the certificate cannot be used: {0}")]
    Unusable(String),
    /// A file of the authority cannot be read or written.
    #[error("`{}` cannot be used: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
}

/// TLS, ready.
#[derive(Default)]
pub(super) struct Ready {
    pub(super) acceptor: Option<TlsAcceptor>,
    /// Of the authority that clients have to trust.
    pub(super) ca_pem: Option<String>,
    /// Certificate and key of each vendor, in the order of the seats.
    pub(super) clients: Vec<String>,
}

/// What is asked of TLS.
pub(super) struct Wanted<'w> {
    pub(super) tls: &'w Tls,
    pub(super) mutual: bool,
    /// Where the authority and what it issues are kept; nowhere when left out.
    pub(super) folder: Option<&'w Path>,
    /// Names and addresses of the server.
    pub(super) hosts: Vec<String>,
}

/// Makes what is asked, and notes the certificate of each seat that has none.
pub(super) fn prepare(wanted: &Wanted<'_>, seats: &mut [Seat]) -> Result<Ready, TlsError> {
    if *wanted.tls == Tls::Off {
        return if wanted.mutual { Err(TlsError::NoTls) } else { Ok(Ready::default()) };
    }
    let authority = match wanted.tls {
        Tls::Own { .. } if !wanted.mutual => None,
        _ => Some(Authority::of(wanted.folder)?),
    };
    let mut clients = Vec::new();
    if let (Some(authority), true) = (&authority, wanted.mutual) {
        for seat in seats.iter_mut() {
            clients.push(authority.client(seat, wanted.folder)?);
        }
    }
    let (chain, key) = match (wanted.tls, &authority) {
        (Tls::Own { certificate, key }, _) => brought(certificate, key)?,
        (_, Some(authority)) => authority.server(wanted.hosts.clone())?,
        (_, None) => return Err(TlsError::NoTls),
    };
    let provider = Arc::new(default_provider());
    let unusable = |why: &dyn std::fmt::Display| TlsError::Unusable(why.to_string());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().map_err(|why| unusable(&why))?;
    let builder = match &authority {
        Some(authority) if wanted.mutual => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.certificate()?).map_err(|why| unusable(&why))?;
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.map_err(|why| unusable(&why))?)
        }
        _ => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(chain, key).map_err(|why| unusable(&why))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let is_generated = *wanted.tls == Tls::Generated;
    let ca_pem = authority.filter(|_| is_generated).map(|authority| authority.pem);
    Ok(Ready { acceptor: Some(TlsAcceptor::from(Arc::new(config))), ca_pem, clients })
}

type Pair = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn brought(certificate: &[u8], key: &[u8]) -> Result<Pair, TlsError> {
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(certificate).collect::<Result<_, _>>().map_err(|_| TlsError::Pem("certificate"))?;
    if chain.is_empty() {
        return Err(TlsError::Pem("certificate"));
    }
    Ok((chain, PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::Pem("key"))?))
}

/// An authority that we made, now or earlier.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    /// Whether it was made just now: what lies in its folder is of another.
    is_new: bool,
}

impl Authority {
    /// The one that is kept in the folder, else a new one. Clients that trusted it once need not again.
    fn of(folder: Option<&Path>) -> Result<Self, TlsError> {
        let Some(folder) = folder else { return Ok(Self::new()?.0) };
        let (certificate, key) = (folder.join(AUTHORITY), folder.join(AUTHORITY_KEY));
        if certificate.exists() && key.exists() {
            let pair = KeyPair::from_pem(&read(&key)?).map_err(|_| file(&key, "it holds no key in PEM"))?;
            let pem = read(&certificate)?;
            CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| file(&certificate, "it holds no certificate in PEM"))?;
            return Ok(Self { issuer: Issuer::new(authority()?, pair), pem, is_new: false });
        }
        let (made, key_pem) = Self::new()?;
        fs::create_dir_all(folder).map_err(|why| file(folder, why))?;
        write_private(&key, &key_pem)?;
        fs::write(&certificate, &made.pem).map_err(|why| file(&certificate, why))?;
        Ok(made)
    }

    fn new() -> Result<(Self, String), TlsError> {
        let key = KeyPair::generate().map_err(|why| unusable(&why))?;
        let key_pem = key.serialize_pem();
        let again = KeyPair::from_pem(&key_pem).map_err(|why| unusable(&why))?;
        let made = CertifiedIssuer::self_signed(authority()?, key).map_err(|why| unusable(&why))?;
        Ok((Self { issuer: Issuer::new(authority()?, again), pem: made.pem(), is_new: true }, key_pem))
    }

    fn certificate(&self) -> Result<CertificateDer<'static>, TlsError> {
        CertificateDer::from_pem_slice(self.pem.as_bytes()).map_err(|_| TlsError::Pem("certificate"))
    }

    fn server(&self, hosts: Vec<String>) -> Result<Pair, TlsError> {
        let key = KeyPair::generate().map_err(|why| unusable(&why))?;
        let mut leaf = leaf("Toets", hosts)?;
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = leaf.signed_by(&key, &self.issuer).map_err(|why| unusable(&why))?;
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(|why| unusable(&why))?;
        Ok((vec![certificate.der().clone()], key))
    }

    /// Certificate and key of a vendor; those that it was given earlier, for as long as they are good.
    fn client(&self, seat: &mut Seat, folder: Option<&Path>) -> Result<String, TlsError> {
        let path = folder.map(|folder| folder.join(client_file(&seat.name)));
        if let Some(path) = path.as_deref().filter(|path| !self.is_new && is_young(path)) {
            let pem = read(path)?;
            let certificate =
                CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| file(path, "it holds no certificate"))?;
            seat.client_certificate = Some(Fingerprint::of(&certificate));
            return Ok(pem);
        }
        let key = KeyPair::generate().map_err(|why| unusable(&why))?;
        let mut leaf = leaf(&seat.name, Vec::new())?;
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = leaf.signed_by(&key, &self.issuer).map_err(|why| unusable(&why))?;
        seat.client_certificate = Some(Fingerprint::of(certificate.der()));
        let pem = format!("{}{}", certificate.pem(), key.serialize_pem());
        if let Some(path) = path {
            write_private(&path, &pem)?;
        }
        Ok(pem)
    }
}

/// Name of the file of a vendor. No vendor can be called so that it is that of the authority.
pub(super) fn client_file(name: &str) -> String {
    format!("client-{name}.pem")
}

/// Whether a file is there, and what it holds is good for a while.
fn is_young(path: &Path) -> bool {
    let modified = fs::metadata(path).and_then(|known| known.modified());
    modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age < GOOD_FOR))
}

fn unusable(why: &dyn std::fmt::Display) -> TlsError {
    TlsError::Unusable(why.to_string())
}

/// What an authority is: always the same, so that it is known again by its key alone.
fn authority() -> Result<CertificateParams, TlsError> {
    let mut authority = leaf("Toets test authority", Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.not_after = date_time_ymd(this_month().0 + YEARS, 1, 1);
    Ok(authority)
}

/// A certificate from the month before, for a year: longer is refused by some clients.
fn leaf(name: &str, hosts: Vec<String>) -> Result<CertificateParams, TlsError> {
    let mut leaf = CertificateParams::new(hosts).map_err(|why| unusable(&why))?;
    leaf.distinguished_name = rcgen::DistinguishedName::new();
    leaf.distinguished_name.push(DnType::CommonName, name);
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let (year, month) = this_month();
    leaf.not_before = if month == 1 { date_time_ymd(year - 1, 12, 1) } else { date_time_ymd(year, month - 1, 1) };
    leaf.not_after = date_time_ymd(year + 1, month, 1);
    Ok(leaf)
}

fn this_month() -> (i32, u8) {
    let now = clock::now();
    let mut parts = now.split('-');
    let year = parts.next().and_then(|year| year.parse().ok());
    let month = parts.next().and_then(|month| month.parse().ok());
    year.zip(month).expect("the clock writes years and months")
}

fn file(path: &Path, why: impl ToString) -> TlsError {
    TlsError::File { path: path.to_owned(), why: why.to_string() }
}

fn read(path: &Path) -> Result<String, TlsError> {
    let length = fs::metadata(path).map_err(|why| file(path, why))?.len();
    if length > MOST {
        return Err(file(path, format!("it has more than {MOST} bytes")));
    }
    fs::read_to_string(path).map_err(|why| file(path, why))
}

/// Writes a file that nobody else may read, where the system knows such a thing.
fn write_private(path: &Path, text: &str) -> Result<(), TlsError> {
    // One that is there already would keep its mode.
    match fs::remove_file(path) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(file(path, why)),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(path).map_err(|why| file(path, why))?;
    opened.write_all(text.as_bytes()).map_err(|why| file(path, why))
}
