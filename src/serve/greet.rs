//! The handshake of TLS: within its time, and with advice for a client that
//! does not speak it.

use std::io;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{AlertDescription, Error};
use tokio_rustls::server::TlsStream;

use super::line::{Ended, Handshake, Ticket};
use super::wire::Deadlines;

/// First byte of a handshake.
pub(super) const HANDSHAKE: u8 = 0x16;
/// Bytes of a plain request that are looked at.
const BEGUN: usize = 4 << 10;
/// For a plain request to come, and for its client to take the advice.
const PLAIN: Duration = Duration::from_millis(500);

const ADVICE: &str = "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"security\",\
                      \"diagnostics\":\"this port speaks TLS: write https:// / deze poort spreekt TLS: schrijf https://\"}]}";

/// The connection once its handshake is done; nothing when there is none.
pub(super) async fn greet(
    mut stream: TcpStream,
    mut ticket: Ticket,
    tls: &TlsAcceptor,
    deadlines: Deadlines,
) -> Option<(TlsStream<TcpStream>, Ticket)> {
    let mut first = [0];
    let begun = tokio::select! {
        peeked = timeout(deadlines.idle, stream.peek(&mut first)) => peeked,
        _ = &mut ticket.evicted => return None,
    };
    match begun {
        Ok(Ok(1)) if first[0] == HANDSHAKE => {}
        Ok(Ok(1)) => {
            let begun = advise(&mut stream).await;
            ticket.tell(Ended::NoTls, begun);
            return None;
        }
        // It went away, or said nothing in its time.
        _ => return None,
    }
    let shaken = tokio::select! {
        shaken = timeout(deadlines.head, tls.accept(stream)) => shaken,
        _ = &mut ticket.evicted => return None,
    };
    match shaken {
        Ok(Ok(stream)) => return Some((stream, ticket)),
        Ok(Err(why)) => ticket.tell(Ended::Handshake(reason(&why)), Vec::new()),
        Err(_) => ticket.tell(Ended::TooSlow, Vec::new()),
    }
    None
}

/// Tells a client that speaks plain HTTP what to do, and returns how its request began.
async fn advise(stream: &mut TcpStream) -> Vec<u8> {
    let mut begun = vec![0; BEGUN];
    let read = timeout(PLAIN, stream.read(&mut begun)).await;
    begun.truncate(read.ok().and_then(Result::ok).unwrap_or_default());
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/fhir+json; fhirVersion=4.0\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{ADVICE}",
        ADVICE.len()
    );
    let farewell = async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await?;
        // What it still sends is taken, within bounds: a close at once could cost it the answer.
        let mut rest = stream.take(1 << 16);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await
    };
    // A client that does not take the advice goes without.
    let _ = timeout(PLAIN, farewell).await;
    begun
}

fn reason(why: &io::Error) -> Handshake {
    let error = why.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match error {
        Some(Error::NoCertificatesPresented) => Handshake::NoCertificate,
        Some(Error::InvalidCertificate(_)) => Handshake::WrongCertificate,
        Some(Error::AlertReceived(alert)) if is_distrust(*alert) => Handshake::Distrusted,
        _ => Handshake::Other,
    }
}

/// What clients say when they do not trust the certificate of a server.
fn is_distrust(alert: AlertDescription) -> bool {
    use AlertDescription as Alert;
    matches!(
        alert,
        Alert::UnknownCA
            | Alert::BadCertificate
            | Alert::CertificateUnknown
            | Alert::CertificateExpired
            | Alert::CertificateRevoked
            | Alert::UnsupportedCertificate
            // An authority of the same name with another key: that of an earlier folder.
            | Alert::DecryptError
    )
}
