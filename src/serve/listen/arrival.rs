//! What is told of everything that comes in: a request with its answer, whose it
//! is, and what was broken. Values only; what becomes of them is for whoever listens.

use std::fmt;
use std::net::SocketAddr;

use tokio::sync::{mpsc, oneshot};

use super::fit::{Credential, Stray};
use crate::serve::answer::{Answer, Sending};
use crate::text::Text;

/// Something that came in, with how it was answered.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// In the order in which requests came in, from 0.
    pub number: u64,
    /// Name of the vendor whose it is; none when it fits nobody.
    pub seat: Option<String>,
    /// Why it is nobody's, and whose it nearly is.
    pub stray: Option<Stray>,
    /// What credentials it carried, when it is somebody's.
    pub credential: Option<Credential>,
    /// What was asked. It holds secrets as they came: redact it before it is kept.
    pub request: Asked,
    /// What is answered; nothing when there was no request to answer.
    pub answer: Option<Answered>,
    /// When it came in: UTC, as `clock::now` writes it.
    pub at: String,
    /// Microseconds from the start of the listener to then.
    pub started_us: u64,
    /// Microseconds from then until the answer was made. Waits that a fault asks for come after that.
    pub took_us: u64,
    /// Who connected.
    pub peer: SocketAddr,
    /// It came to the other origin, where nobody should bring credentials.
    pub at_other_origin: bool,
    /// What was wrong with it as it came in.
    pub broken: Option<Broken>,
}

/// A request as it came in.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// `GET`
    pub method: String,
    /// As it was sent, nothing decoded.
    pub path: String,
    /// As it was sent, without `?`.
    pub query: String,
    /// Names in small letters, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body. Of a request that is nobody's it is not read.
    pub body: Vec<u8>,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers, query and body may hold secrets or a BSN.
        f.debug_struct("Asked").field("method", &self.method).field("body", &self.body.len()).finish_non_exhaustive()
    }
}

/// An answer as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Status code.
    pub status: u16,
    /// Names in small letters. What HTTP adds by itself (`date`, `content-length`) is not in it.
    pub headers: Vec<(String, String)>,
    /// The whole body, also where less of it is sent.
    pub body: Vec<u8>,
    /// Microseconds that are waited before it is sent.
    pub delay_us: u64,
    /// How it goes over the wire.
    pub sending: Sending,
}

impl Answered {
    pub(super) fn of(answer: &Answer) -> Self {
        Self {
            status: answer.status,
            headers: answer.headers.clone(),
            body: answer.body.clone(),
            delay_us: u64::try_from(answer.delay.as_micros()).unwrap_or(u64::MAX),
            sending: answer.sending,
        }
    }
}

/// What was wrong with a request as it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The connection was closed in the middle of the head.
    HeadCutOff,
    /// The head did not come in time.
    HeadTooSlow,
    /// The head is too long.
    HeadTooLong,
    /// What came is no HTTP/1.1.
    NotHttp,
    /// The connection was let go for others, in the middle of the head.
    LetGo,
    /// The body broke off.
    BodyCutOff,
    /// The body did not come in time.
    BodyTooSlow,
    /// The body is too long.
    BodyTooLong,
    /// The vendor has more requests open than there is room for.
    TooManyOpen,
    /// TLS came to a port that speaks plain HTTP.
    TlsOnPlain,
    /// Plain HTTP came to a port that speaks TLS.
    PlainOnTls,
    /// The client does not trust our certificate.
    Distrusted,
    /// The client shows no certificate where one is wanted.
    NoCertificate,
    /// The client shows a certificate that was not issued here.
    WrongCertificate,
    /// The handshake of TLS failed in another way.
    Handshake,
}

impl Broken {
    /// What is wrong, and how to mend it.
    #[must_use]
    pub fn text(self) -> Text {
        let (en, nl) = match self {
            Self::HeadCutOff => (
                "the connection was closed before the request was whole",
                "de verbinding werd gesloten voordat het verzoek heel was",
            ),
            Self::HeadTooSlow => ("the request did not come in time", "het verzoek kwam niet op tijd"),
            Self::HeadTooLong => ("the URL and the headers are too long", "de URL en de headers zijn te lang"),
            Self::NotHttp => (
                "what came is no HTTP/1.1 that is read here (a wrong letter in the URL, more than 100 headers)",
                "wat binnenkwam is geen HTTP/1.1 zoals die hier gelezen wordt (een verkeerd teken in de URL, meer dan 100 headers)",
            ),
            Self::LetGo => (
                "let go half-way: there were too many connections without a request",
                "halverwege losgelaten: er waren te veel verbindingen zonder verzoek",
            ),
            Self::BodyCutOff => ("the body broke off", "de body brak af"),
            Self::BodyTooSlow => ("the body did not come in time", "de body kwam niet op tijd"),
            Self::BodyTooLong => ("the body is too long", "de body is te lang"),
            Self::TooManyOpen => {
                ("this vendor has too many requests open at once", "deze leverancier heeft te veel verzoeken tegelijk open")
            }
            Self::TlsOnPlain => (
                "the client speaks TLS and this port does not: write `http://`, or listen with `--tls generated`",
                "de client spreekt TLS en deze poort niet: schrijf `http://`, of luister met `--tls generated`",
            ),
            Self::PlainOnTls => (
                "the client speaks plain HTTP and this port speaks TLS: write `https://`",
                "de client spreekt gewone HTTP en deze poort TLS: schrijf `https://`",
            ),
            Self::Distrusted => (
                "the client does not trust this server: let it trust the authority in `ca.pem`, and use the host of the base URL",
                "de client vertrouwt deze server niet: laat hem de autoriteit in `ca.pem` vertrouwen, en gebruik de host van de base-URL",
            ),
            Self::NoCertificate => (
                "the client shows no certificate: give it the file with certificate and key of this vendor",
                "de client toont geen certificaat: geef hem het bestand met certificaat en sleutel van deze leverancier",
            ),
            Self::WrongCertificate => (
                "the client shows a certificate that was not issued here: give it the file of this vendor",
                "de client toont een certificaat dat hier niet is uitgegeven: geef hem het bestand van deze leverancier",
            ),
            Self::Handshake => (
                "the handshake of TLS failed: this server speaks TLS 1.2 and 1.3",
                "de TLS-handshake mislukte: deze server spreekt TLS 1.2 en 1.3",
            ),
        };
        Text { en: en.to_owned(), nl: nl.to_owned() }
    }
}

/// An arrival whose answer waits until it is kept. Dropping it without `kept`
/// says that it could not be: then the client gets 503 and nothing of the answer.
#[derive(Debug)]
#[must_use = "the answer waits for `kept`"]
pub struct Heard {
    /// What came in.
    pub arrival: Arrival,
    kept: Option<oneshot::Sender<()>>,
}

impl Heard {
    /// One that nothing waits for.
    pub(super) fn told(arrival: Arrival) -> Self {
        Self { arrival, kept: None }
    }

    /// One whose answer waits for what is returned as well.
    pub(super) fn waiting(arrival: Arrival) -> (Self, oneshot::Receiver<()>) {
        let (kept, wait) = oneshot::channel();
        (Self { arrival, kept: Some(kept) }, wait)
    }

    /// It is kept: the answer may go.
    pub fn kept(mut self) -> Arrival {
        if let Some(kept) = self.kept.take() {
            // Fails only when nobody waits any more: the client is gone.
            let _ = kept.send(());
        }
        self.arrival
    }
}

/// All that comes in, in one row. What nobody takes out makes clients wait.
#[derive(Debug)]
pub struct Arrivals(mpsc::Receiver<Heard>);

/// Arrivals that wait to be taken out.
const WAITING: usize = 128;

impl Arrivals {
    pub(super) fn channel() -> (mpsc::Sender<Heard>, Self) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (sender, Self(receiver))
    }

    /// The next; none when the listener has stopped and all are out.
    pub async fn next(&mut self) -> Option<Heard> {
        self.0.recv().await
    }

    /// Those that are there, one at least: to keep many with one write. None when the listener has stopped.
    pub async fn some(&mut self) -> Vec<Heard> {
        let mut all = Vec::new();
        self.0.recv_many(&mut all, WAITING).await;
        all
    }
}
