//! Connections: TLS, proxies, and everything that the library would do by
//! itself. What is sent over them is the client's.

use std::sync::Once;
use std::time::Duration;

use reqwest::{Certificate, ClientBuilder, Identity, redirect};
use url::{Host, Url};

use super::client::ClientError;

/// Idle connections are given up before a server does: one that it closes
/// while we send would look like a cut answer.
const IDLE: Duration = Duration::from_secs(3);

/// How connections are trusted.
#[derive(Clone, Default)]
pub struct Tls {
    /// PEM of authorities that are trusted beside those of this system.
    pub authorities: Option<Vec<u8>>,
    /// PEM of the certificate that is shown to a server, with its chain and private key.
    pub identity: Option<Vec<u8>>,
    /// The certificate of a server is not looked at.
    pub insecure: bool,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { authorities, identity, insecure } = self;
        f.debug_struct("Tls")
            .field("authorities", &authorities.is_some())
            .field("identity", &identity.is_some())
            .field("insecure", insecure)
            .finish()
    }
}

/// Connections to the host of this URL. Proxies of the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY) are
/// used, for a host that is not this machine.
pub(super) fn connections(url: &Url, connect: Duration, tls: &Tls) -> Result<reqwest::Client, ClientError> {
    static PROVIDER: Once = Once::new();
    // Who embeds the library may have chosen a provider before us: theirs stays.
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let authorities = authorities(tls)?;
    let identity = identity(tls)?;
    let builder = || {
        let mut builder = plain(connect).tls_backend_rustls().tls_danger_accept_invalid_certs(tls.insecure);
        if is_loopback(url) {
            builder = builder.no_proxy();
        }
        match &identity {
            Some(identity) => builder.identity(identity.clone()),
            None => builder,
        }
    };
    let merged = if authorities.is_empty() { builder() } else { builder().tls_certs_merge(authorities.clone()) };
    match merged.build() {
        Ok(client) => Ok(client),
        // A system without root certificates can still be asked over plain http, or with authorities of our own.
        Err(_) if url.scheme() == "http" || !authorities.is_empty() => {
            builder().tls_certs_only(authorities).build().map_err(|error| ClientError::Tls(deepest(&error)))
        }
        Err(error) => Err(ClientError::Tls(deepest(&error))),
    }
}

fn plain(connect: Duration) -> ClientBuilder {
    reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .http1_only()
        .connect_timeout(connect)
        .pool_idle_timeout(IDLE)
        .tcp_nodelay(true)
}

fn authorities(tls: &Tls) -> Result<Vec<Certificate>, ClientError> {
    let Some(pem) = &tls.authorities else { return Ok(Vec::new()) };
    let unreadable = |why: &str| ClientError::Tls(format!("the file of authorities holds {why}"));
    let certificates = Certificate::from_pem_bundle(pem).map_err(|_| unreadable("what is no certificate in PEM"))?;
    if certificates.is_empty() { Err(unreadable("no certificate in PEM")) } else { Ok(certificates) }
}

fn identity(tls: &Tls) -> Result<Option<Identity>, ClientError> {
    let Some(pem) = &tls.identity else { return Ok(None) };
    // The words of the library name neither file; a key that is encrypted is the usual cause.
    let unreadable =
        |_| ClientError::Tls("the client certificate and its key are no PEM with one key that is not encrypted".to_owned());
    Identity::from_pem(pem).map(Some).map_err(unreadable)
}

/// Whether a URL leads to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn deepest(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_loopback_is_this_machine_by_name_and_number() {
        let loopback = |url: &str| is_loopback(&Url::parse(url).expect("it is a URL"));
        assert!(["http://localhost/a", "http://127.0.0.2:80", "https://[::1]/", "http://a.localhost"].into_iter().all(loopback));
        assert!(!["http://localhost.nl", "http://10.0.0.1", "https://example.nl"].into_iter().any(loopback));
    }

    #[test]
    fn connections_refuse_a_file_that_holds_no_certificate() {
        let url = Url::parse("https://example.nl").expect("it is a URL");
        for tls in [
            Tls { authorities: Some(b"nothing".to_vec()), ..Tls::default() },
            Tls { identity: Some(b"nothing".to_vec()), ..Tls::default() },
        ] {
            assert!(matches!(connections(&url, IDLE, &tls), Err(ClientError::Tls(_))));
        }
    }
}
