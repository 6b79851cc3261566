//! TLS: an authority of our own, client certificates, and advice for clients
//! that speak something else.

use std::sync::Arc;

use toets::serve::{Broken, Credential, ListenConfig, ListenError, Listener, Reason, Seat, Tls, TlsError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::client::{Answer, PATIENCE, Table, ask, get, send, short, suite};

const PATIENT: &str = "Patient/full-plan-patient";

fn config(mutual: bool) -> ListenConfig<'static> {
    let seats = Seat::all(["anna", "bert"]).expect("names");
    ListenConfig { tls: Tls::Generated, mutual, deadlines: short(), ..ListenConfig::new(suite(), seats) }
}

/// Asks over TLS; what the handshake or the reading fails with otherwise.
async fn ask_tls(address: &str, ca: &str, client: Option<&str>, request: &str) -> Result<Answer, String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.as_bytes()).expect("a certificate")).expect("an authority");
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("they are known").with_root_certificates(roots);
    let config = match client {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let chain = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().expect("certificates");
            let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).expect("a key");
            builder.with_client_auth_cert(chain, key).expect("they belong together")
        }
    };
    let stream = TcpStream::connect(address).await.expect("the server listens");
    let name = ServerName::try_from("localhost").expect("a name");
    let exchange = async {
        let mut tls = TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|why| why.to_string())?;
        tls.write_all(request.as_bytes()).await.map_err(|why| why.to_string())?;
        let mut answer = Vec::new();
        match tls.read_to_end(&mut answer).await {
            Err(why) if answer.is_empty() => Err(why.to_string()),
            _ => Ok(Answer::read(&answer)),
        }
    };
    timeout(PATIENCE, exchange).await.expect("it is answered or closed")
}

#[tokio::test]
async fn generated_authority_is_enough_to_be_served() {
    let table = Table::with(config(false)).await;
    assert!(table.listener.base("anna").is_some_and(|base| base.starts_with("https://127.0.0.1:")));
    let ca = table.listener.ca_pem().expect("an authority").to_owned();
    let answer = ask_tls(&table.address(), &ca, None, &table.get(0, PATIENT)).await.expect("it is trusted");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(table.after(1).await[0].seat.as_deref(), Some("anna"));
    let elsewhere = get(&table.seat(0).path, Some(&table.seat(0).token));
    assert_eq!(ask_tls(&table.other_address(), &ca, None, &elsewhere).await.expect("it is trusted").status, 404);
}

#[tokio::test]
async fn client_that_does_not_trust_us_is_told_with_advice() {
    let (table, other) = (Table::with(config(false)).await, Table::with(config(false)).await);
    let ca = other.listener.ca_pem().expect("an authority");
    assert!(ask_tls(&table.address(), ca, None, &table.get(0, PATIENT)).await.is_err());
    let arrivals = table.after(1).await;
    assert_eq!(arrivals[0].broken, Some(Broken::Distrusted));
    assert!(arrivals[0].answer.is_none() && arrivals[0].seat.is_none());
}

#[tokio::test]
async fn client_certificate_has_to_be_there_and_to_fit() {
    let table = Table::with(config(true)).await;
    let ca = table.listener.ca_pem().expect("an authority").to_owned();
    let pem = |name: &str| table.listener.client_pem(name).expect("it was issued").to_owned();
    let (anna, bert, request) = (pem("anna"), pem("bert"), table.get(0, PATIENT));
    let answer = ask_tls(&table.address(), &ca, Some(&anna), &request).await.expect("it is let in");
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = ask_tls(&table.address(), &ca, Some(&bert), &request).await.expect("it is let in");
    assert_eq!(answer.status, 401, "{answer:?}");
    assert!(!answer.body.contains("anna") && !answer.body.contains("full-plan"), "{answer:?}");
    let nobodys = get(&format!("{}/{PATIENT}", table.seat(0).path), Some("nobody"));
    assert_eq!(ask_tls(&table.address(), &ca, Some(&anna), &nobodys).await.expect("it is let in").status, 401);
    let told: Vec<_> = table.after(3).await.iter().map(|arrival| (arrival.seat.clone(), arrival.credential)).collect();
    assert_eq!(told[0], (Some("anna".to_owned()), Some(Credential::Right)));
    assert_eq!(told[1], (None, None));
    assert_eq!(told[2], (Some("anna".to_owned()), Some(Credential::Unknown)));
    let stray = table.all()[1].stray.clone().expect("it is nobody's");
    assert_eq!((stray.nearest.as_deref(), stray.other.as_deref()), (Some("bert"), Some("anna")));
    assert_eq!(stray.reason, Reason::CertificateOfAnother);

    let stranger = Table::with(config(true)).await;
    let wrong = stranger.listener.client_pem("anna").expect("it was issued").to_owned();
    assert!(ask_tls(&table.address(), &ca, None, &request).await.is_err());
    assert!(ask_tls(&table.address(), &ca, Some(&wrong), &request).await.is_err());
    let told: Vec<_> = table.after(5).await[3..].iter().map(|arrival| arrival.broken).collect();
    assert_eq!(told, [Some(Broken::NoCertificate), Some(Broken::WrongCertificate)]);
}

#[tokio::test]
async fn plain_http_at_the_port_of_tls_gets_advice() {
    let table = Table::with(config(false)).await;
    let answer = ask(&table.address(), table.get(0, PATIENT).as_bytes()).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.body.contains("OperationOutcome") && answer.body.contains("https://"), "{answer:?}");
    let arrivals = table.after(1).await;
    assert_eq!((arrivals[0].seat.as_deref(), arrivals[0].broken), (Some("anna"), Some(Broken::PlainOnTls)));
    // Rubbish that begins as a handshake, half a handshake, and silence are let go.
    send(&table.address(), b"\x16\x03\x01\x00\x05hello").await;
    send(&table.address(), b"\x16\x03\x01").await;
    let told: Vec<_> = table.after(3).await[1..].iter().map(|arrival| arrival.broken).collect();
    assert_eq!(told, [Some(Broken::Handshake), Some(Broken::HeadTooSlow)]);
    send(&table.address(), b"").await;
    let ca = table.listener.ca_pem().expect("an authority").to_owned();
    assert_eq!(ask_tls(&table.address(), &ca, None, &table.get(1, PATIENT)).await.expect("it is trusted").status, 200);
}

#[tokio::test]
async fn authority_in_a_folder_is_used_again_and_its_keys_are_private() {
    let folder = std::env::temp_dir().join(format!("toets-listen-{}", std::process::id()));
    let with = |seats: Vec<Seat>| ListenConfig { seats, folder: Some(folder.clone()), ..config(true) };
    let first = Table::with(with(Seat::all(["anna"]).expect("a name"))).await;
    let seats = first.listener.seats().to_vec();
    let (ca, client) = (first.listener.ca_pem().map(str::to_owned), first.listener.client_pem("anna").map(str::to_owned));
    let second = Table::with(with(seats)).await;
    assert_eq!(second.listener.ca_pem().map(str::to_owned), ca);
    assert_eq!(second.listener.client_pem("anna").map(str::to_owned), client);
    let (ca, client) = (ca.expect("an authority"), client.expect("a certificate"));
    let answer = ask_tls(&second.address(), &ca, Some(&client), &second.get(0, PATIENT)).await.expect("it is known again");
    assert_eq!(answer.status, 200, "{answer:?}");
    #[cfg(unix)]
    for name in ["ca-key.pem", "client-anna.pem"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.join(name)).expect("it was written").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    std::fs::remove_dir_all(&folder).expect("it can be removed");
}

#[tokio::test]
async fn certificate_that_somebody_brought_is_shown() {
    let authority = Table::with(config(true)).await;
    // Any pair in PEM will do for a server that is not looked at: the one of a client is at hand.
    let pem = authority.listener.client_pem("anna").expect("it was issued").as_bytes().to_vec();
    let own = ListenConfig { tls: Tls::Own { certificate: pem.clone(), key: pem }, ..config(false) };
    let table = Table::with(own).await;
    assert!(table.listener.ca_pem().is_none() && table.listener.origin().starts_with("https://"));
    let ca = authority.listener.ca_pem().expect("an authority");
    let refused = ask_tls(&table.address(), ca, None, &table.get(0, PATIENT)).await.expect_err("it is for clients");
    assert!(refused.contains("certificate"), "{refused}");
    let broken = ListenConfig { tls: Tls::Own { certificate: b"x".to_vec(), key: Vec::new() }, ..config(false) };
    assert!(matches!(Listener::start(broken).await, Err(ListenError::Tls(TlsError::Pem("certificate")))));
    let plain = ListenConfig { tls: Tls::Off, ..config(true) };
    assert!(matches!(Listener::start(plain).await, Err(ListenError::Tls(TlsError::NoTls))));
}
