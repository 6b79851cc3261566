//! What never became a request: whose it was as far as it came, what was wrong,
//! and that it is told without anybody waiting for it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc;

use super::arrival::{Arrival, Asked, Broken, Heard};
use super::fit::{Fit, Shown, fit, fit_elsewhere};
use super::handle::Table;
use crate::clock;
use crate::serve::greet::HANDSHAKE;
use crate::serve::line::{Ended, Handshake, Tell, Trouble};

/// Those that wait to be told; more are only counted.
const WAITING: usize = 64;

/// Tells what never became a request.
pub(super) fn troubles(table: &Arc<Table>, is_other: bool) -> Tell {
    let (sender, mut receiver) = mpsc::channel::<Trouble>(WAITING);
    let telling = Arc::clone(table);
    tokio::spawn(async move {
        while let Some(trouble) = receiver.recv().await {
            let heard = Heard::told(arrival(&telling, &trouble, is_other));
            if telling.arrivals.send(heard).await.is_err() {
                return;
            }
        }
    });
    let counting = Arc::clone(table);
    Arc::new(move |trouble| {
        if sender.try_send(trouble).is_err() {
            counting.unheard.fetch_add(1, Ordering::AcqRel);
        }
    })
}

fn arrival(table: &Table, trouble: &Trouble, is_other: bool) -> Arrival {
    let begun = begun(&trouble.begun);
    let (seat, stray) = match &begun {
        None => (None, None),
        Some(asked) => {
            let shown = Shown { path: &asked.path, headers: &asked.headers, certificate: None };
            match if is_other { fit_elsewhere(&table.seats, shown) } else { fit(&table.seats, shown) } {
                // What credentials it would have brought is not known: its head is not whole.
                Fit::Seat(at, _) => (Some(table.seats[at].name.clone()), None),
                Fit::Stray(stray) => (None, Some(stray)),
            }
        }
    };
    Arrival {
        number: table.numbers.fetch_add(1, Ordering::AcqRel),
        seat,
        stray,
        credential: None,
        request: begun.unwrap_or_default(),
        answer: None,
        at: clock::now(),
        started_us: table.clock.elapsed_us(),
        took_us: 0,
        peer: trouble.peer,
        at_other_origin: is_other,
        broken: Some(broken(trouble)),
    }
}

fn broken(trouble: &Trouble) -> Broken {
    match trouble.ended {
        _ if trouble.begun.first() == Some(&HANDSHAKE) => Broken::TlsOnPlain,
        Ended::CutOff => Broken::HeadCutOff,
        Ended::TooSlow => Broken::HeadTooSlow,
        Ended::TooLong => Broken::HeadTooLong,
        Ended::ByUs => Broken::NotHttp,
        Ended::Evicted => Broken::LetGo,
        Ended::NoTls => Broken::PlainOnTls,
        Ended::Handshake(Handshake::Distrusted) => Broken::Distrusted,
        Ended::Handshake(Handshake::NoCertificate) => Broken::NoCertificate,
        Ended::Handshake(Handshake::WrongCertificate) => Broken::WrongCertificate,
        Ended::Handshake(Handshake::Other) => Broken::Handshake,
    }
}

/// As much of a request as came: its first line and the headers that are whole.
/// Nothing when not even the first line is.
fn begun(bytes: &[u8]) -> Option<Asked> {
    let text = String::from_utf8_lossy(bytes);
    let (head, _rest) = text.rsplit_once('\n')?;
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    if !words.next()?.starts_with("HTTP/1.") {
        return None;
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned())).collect();
    Some(Asked { method: method.to_owned(), path: path.to_owned(), query: query.to_owned(), headers, body: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begun_reads_what_is_whole_and_no_more() {
        let asked = begun(b"GET /a/fhir/Patient?x=1 HTTP/1.1\r\nAuthorization: Bearer t\r\nAccep").expect("a first line");
        assert_eq!((asked.method.as_str(), asked.path.as_str(), asked.query.as_str()), ("GET", "/a/fhir/Patient", "x=1"));
        assert_eq!(asked.headers, [("authorization".to_owned(), "Bearer t".to_owned())]);
        assert_eq!(begun(b"GET /a/fhir/Pati"), None);
        assert_eq!(begun(b"\x16\x03\x01\n\x00"), None);
    }
}
