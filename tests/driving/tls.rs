//! Servers over TLS: authorities of our own, certificates that we show, and
//! what is not looked at when we are told so.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use toets::drive::{Access, Tls};
use toets::engine::{Recorder, Settings};
use toets::evidence::{BrokenKind, Evidence};

use crate::plans::{broken, exchanges, plan, run_with, settings, statuses, step};

/// An authority that this test made.
struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate of it, with its key.
struct Leaf {
    certificate: CertificateDer<'static>,
    key: KeyPair,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).expect("no names are names");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key can be made");
        Self(CertifiedIssuer::self_signed(parameters, key).expect("it signs itself"))
    }

    fn leaf(&self, name: &str) -> Leaf {
        let key = KeyPair::generate().expect("a key can be made");
        let parameters = CertificateParams::new(vec![name.to_owned()]).expect("it is a name");
        let certificate = parameters.signed_by(&key, &self.0).expect("the authority signs");
        let pem = format!("{}\n{}", certificate.pem(), key.serialize_pem());
        Leaf { certificate: certificate.der().clone(), key, pem }
    }

    fn pem(&self) -> Vec<u8> {
        self.0.pem().into_bytes()
    }
}

/// Whom a server wants to know.
enum Clients<'a> {
    Anybody,
    OfAuthority(&'a Authority),
}

/// A server that answers every request over TLS with `{}`.
fn serve(leaf: &Leaf, clients: &Clients<'_>) -> String {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().expect("they are known");
    let builder = match clients {
        Clients::Anybody => builder.with_no_client_auth(),
        Clients::OfAuthority(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.0.der().clone()).expect("it is an authority");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.expect("there is an authority"))
        }
    };
    let key = PrivateKeyDer::try_from(leaf.key.serialize_der()).expect("it is a key");
    let config = Arc::new(builder.with_single_cert(vec![leaf.certificate.clone()], key).expect("they belong together"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("the configuration is right");
            let mut tls = StreamOwned::new(connection, stream);
            if tls.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
                let _ = tls.write_all(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
                );
                let _ = tls.flush();
            }
        }
    });
    format!("https://localhost:{port}/fhir")
}

async fn run(base: &str, tls: Tls) -> Evidence {
    let mut plan = plan(base, vec![step("read", "metadata")]);
    plan.target.limits.deadline_ms = 10_000;
    let access = Access { tls, ..Access::default() };
    run_with(&plan, Settings { access, ..settings(Recorder::in_memory()) }).await.evidence
}

fn trusting(authority: &Authority) -> Tls {
    Tls { authorities: Some(authority.pem()), ..Tls::default() }
}

#[tokio::test]
async fn authority_of_our_own_is_trusted_and_another_is_not() {
    let (ours, other) = (Authority::new(), Authority::new());
    let base = serve(&ours.leaf("localhost"), &Clients::Anybody);
    assert_eq!(statuses(&run(&base, trusting(&ours)).await), [200]);
    assert_eq!(broken(exchanges(&run(&base, trusting(&other)).await)[0]), BrokenKind::Tls);
}

#[tokio::test]
async fn certificate_of_another_name_is_refused_unless_nobody_looks() {
    let ours = Authority::new();
    let base = serve(&ours.leaf("another.example"), &Clients::Anybody);
    assert_eq!(broken(exchanges(&run(&base, trusting(&ours)).await)[0]), BrokenKind::Tls);
    assert_eq!(statuses(&run(&base, Tls { insecure: true, ..Tls::default() }).await), [200]);
}

#[tokio::test]
async fn client_certificate_is_shown_to_a_server_that_asks_for_one() {
    let ours = Authority::new();
    let base = serve(&ours.leaf("localhost"), &Clients::OfAuthority(&ours));
    let known = Tls { identity: Some(ours.leaf("client.example").pem.into_bytes()), ..trusting(&ours) };
    assert_eq!(statuses(&run(&base, known).await), [200]);
    let stranger = Tls { identity: Some(Authority::new().leaf("client.example").pem.into_bytes()), ..trusting(&ours) };
    for tls in [trusting(&ours), stranger] {
        let evidence = run(&base, tls).await;
        assert!(
            matches!(broken(exchanges(&evidence)[0]), BrokenKind::Tls | BrokenKind::Cut),
            "{:?}",
            exchanges(&evidence)[0].outcome
        );
    }
}
